"""The exercises check themselves: every stub fails, every solution passes, every law bites, and the commands say so."""

import inspect
import json
import re
import signal
import subprocess
import sys
import time
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from refnn.checking import attempt
from refnn.checking.grading import grade, wrong_versions
from refnn.checking.questions import concepts
from refnn.cli import main
from refnn.exercises.claims import claims
from refnn.exercises.course import KINDS, Exercise, chapters, exercise, exercises
from refnn.exercises.handout import handout, solution
from refnn.exercises.museum import exhibits
from refnn.exercises.mutants import Mutated
from refnn.exercises.progress import FILE, Progress
from refnn.exercises.trials import failure, laws
from refnn.properties.subject import NotWrittenYet, Subject

COURSE = exercises()
CHAPTERS = Path(__file__).parent.parent / "docs" / "chapters"
TOLD = {"A history in dates", "From the triple loop to the peak"}  # chapters without an exercise

NO_COUNTEREXAMPLE = "On these inputs the claim holds. A counterexample is one where it does not."


def of_kind(*kinds):
    return pytest.mark.parametrize("name", [name for name, one in COURSE.items() if one.kind in kinds])


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def compiled(text):
    """Return a text as a module."""
    module = ModuleType("learner")
    exec(compile(text, "learner.py", "exec"), vars(module))
    return module


class With(Subject):
    """refnn, but for the functions of an exercise, which are those of a learner's file."""

    def __init__(self, one, text):
        super().__init__("refnn")
        self.one, self.file = one, compiled(text)

    def find(self, module, function):
        own = module == self.one.of and function in self.one.functions
        return getattr(self.file, function) if own else super().find(module, function)


@cache
def asked(one):
    """Return the laws that ask for a function of an exercise, with the cases that do."""
    return [law.about(name) for name in one.functions for law in laws(one.of, 3).values() if name in law.asks]


def outcome(law, subject):
    """Return what a law says of a subject, None where it holds."""
    try:
        return failure(law, subject)
    except NotWrittenYet as stub:
        return stub


# The content


def test_the_course_has_the_chapters_of_the_book_in_its_order():
    nav = (CHAPTERS.parent.parent / "mkdocs.yml").read_text("utf-8")
    pages = re.findall(r"chapters/(\w+\.md)", nav)
    book = [(CHAPTERS / page).read_text("utf-8").partition("\n")[0].removeprefix("# ") for page in pages]
    assert [*chapters()] == [title for title in book if title not in TOLD]
    assert {one.kind for one in COURSE.values()} == set(KINDS)


def test_every_concept_has_an_exercise():
    assert set(concepts()) - {one.of for one in COURSE.values()} == set()


@pytest.mark.parametrize("name", COURSE)
def test_an_exercise_is_complete_and_its_file_can_be_compiled(name):
    one = COURSE[name]
    assert name.isidentifier()
    assert name not in sys.stdlib_module_names
    assert one.title and not one.title.endswith(".")
    assert all(len(hint) > 20 for hint in one.hints)
    assert "?" in one.hints[0]
    assert one.buys.endswith(".")
    text = handout(one)
    compile(text, one.file, "exec")
    assert max(map(len, text.splitlines())) <= 120
    assert one.title in text and f"refnn watch {name}" in text
    assert solution(one).strip()
    assert "NotImplementedError" in text or one.kind == "repair"


# Implement


@of_kind("implement")
def test_every_stub_fails_each_of_its_laws_as_not_written_yet(name):
    one = COURSE[name]
    subject = With(one, handout(one))
    assert len(asked(one)) >= 3
    written = [law for law in asked(one) if not isinstance(outcome(law, subject), NotWrittenYet | NotImplementedError)]
    assert written == []


@of_kind("implement")
def test_every_function_is_public_and_asked_for_so_refnn_itself_passes(name):
    one = COURSE[name]
    assert set(one.functions) <= set(import_module(f"refnn.{one.of}").__all__)
    assert set(one.functions) <= set().union(*(law.asks for law in asked(one)))  # `asks` fails where refnn does


# Write the law


def reference(one):
    """Return a file with refnn's own law, as a learner might hand it in."""
    write(f"from refnn.properties.test_{one.of} import {one.law}\n", one.file)
    return one.file


def judge(one, law):
    """Return whether a law accepts refnn, and the wrong versions that it lets live."""
    alive = [mutant.name for mutant in wrong_versions(one) if attempt.met(law, Mutated(mutant)) is None]
    return attempt.met(law, Subject("refnn")) is None, alive


@of_kind("law")
def test_refnns_own_law_accepts_refnn_and_catches_every_wrong_version(name):
    one = COURSE[name]
    assert len(one.mutants) >= 2
    module = attempt.load(Path(reference(one)))
    assert judge(one, attempt.named(module, one.law)) == (True, [])


def test_a_law_that_says_nothing_lets_everything_live():
    def test_nothing(subject):
        """Say nothing."""

    for one in COURSE.values():
        if one.kind == "law":
            assert judge(one, test_nothing) == (True, list(one.mutants))


# Find the counterexample


@of_kind("counterexample")
def test_the_stored_counterexample_refutes_the_claim_an_innocent_input_does_not_and_a_wrong_one_is_told(name):
    one = COURSE[name]
    claim = claims()[one.claim]
    assert attempt.judged(one, lambda: claim.refuted_by)[0]
    assert attempt.judged(one, lambda: claim.innocent) == (False, NO_COUNTEREXAMPLE)
    with pytest.raises(attempt.Unusable, match="the claim does not speak of such inputs"):
        attempt.judged(one, lambda: claim.inadmissible)
    with pytest.raises(attempt.Unusable, match="not written yet"):
        attempt.judged(one, compiled(handout(one)).counterexample)
    solved = compiled(f"{handout(one)}\n{solution(one)}")
    assert attempt.judged(one, solved.counterexample)[0]


# Repair


@of_kind("repair")
def test_an_exhibit_fails_and_its_repair_passes(name):
    one = COURSE[name]
    exhibit = exhibits()[one.exhibit]
    if exhibit.kind == "law":
        for text, alive in [(handout(one), [exhibit.spares.name]), (exhibit.repaired, [])]:
            assert judge(one, vars(compiled(text))[one.law]) == (True, alive)
    else:
        found = [law for law in laws(one.of, 30).values() if law.name in exhibit.laws]
        assert set(one.beyond) <= set(laws(one.of, 30)) - set(exhibit.laws)
        assert None not in [outcome(law, With(one, handout(one))) for law in found]
        assert {outcome(law, With(one, exhibit.repaired)) for law in found} == {None}


# The commands


def run(*arguments):
    return main(list(arguments))


MAXOUT = """import numpy as np

def maxout(z, pieces):
    return z.reshape(*z.shape[:-1], -1, pieces).max(axis=-1)

def maxout_backward(upstream, z, pieces):
    groups = z.reshape(*z.shape[:-1], -1, pieces)
    first = groups.argmax(axis=-1)[..., np.newaxis] == np.arange(pieces)
    return (first * np.asarray(upstream)[..., np.newaxis]).reshape(z.shape).astype(np.result_type(z, upstream))
"""


def write(text, file):
    Path(file).write_text(text, "utf-8")


def read(file):
    return Path(file).read_text("utf-8")


def test_start_writes_the_first_file_and_never_over_one_that_is_there(capsys):
    first, second = list(COURSE)[:2]
    assert run("start") == 0
    assert f"{first}.py is written" in capsys.readouterr().out
    write("mine", f"{first}.py")
    assert run("start", first) == 2
    assert "is there already and stays as it is" in capsys.readouterr().err
    assert run("start", first, "--again") == 0
    assert read(f"{first}.py") == "mine"
    assert read(f"{first}_2.py") == handout(COURSE[first])
    assert run("start") == 0
    assert f"{second}.py is written" in capsys.readouterr().out
    assert json.loads(read(FILE))["exercises"][first] == {"state": "started", "file": f"{first}_2.py", "hints": 0}
    assert str(Path.cwd()) not in read(FILE)


def test_a_name_that_does_not_exist_is_answered_with_the_nearest(capsys):
    assert run("start", "sofmax") == 2
    assert "there is no exercise 'sofmax'; did you mean 'softmax'?" in capsys.readouterr().err
    assert run("start", "maxout_backward") == 2
    assert "there is no exercise 'maxout_backward'; maxout asks for it" in capsys.readouterr().err
    assert run("next") == 2
    assert "no exercise is started here; `refnn start` begins with the first" in capsys.readouterr().err
    assert run("next", "softmax") == 2
    assert "there is no file softmax.py; `refnn start softmax` writes it" in capsys.readouterr().err


def after(name):
    return list(COURSE)[list(COURSE).index(name) + 1]


def test_next_says_what_is_missing_and_goes_on_after_a_pass(capsys):
    run("start", "maxout")
    assert run("next") == 1
    out = capsys.readouterr().out
    assert "not written yet: maxout is a stub" in out
    assert "12 laws: 12 not written yet" in out
    write(MAXOUT.replace("argmax", "argmin"), "maxout.py")
    assert run("next") == 1
    out = capsys.readouterr().out
    assert "maxout.maxout_backward" in out and "the law" in out and "diagnosis" not in out
    write(MAXOUT, "maxout.py")
    assert run("next") == 0
    out = capsys.readouterr().out
    assert "Passed: maxout. 1 of " in out
    assert "def maxout_backward(upstream" in out and exercise("maxout").buys[:40] in out
    assert f"Next: {after('maxout')}.py" in out
    assert Progress.load(Path()).current == after("maxout")


def test_hints_come_one_rung_at_a_time_and_all_after_a_pass(capsys):
    run("start", "softmax")
    shown = []
    for _ in range(4):
        capsys.readouterr()
        run("hint")
        shown.append(capsys.readouterr().out)
    assert ["2 of 3" in out for out in shown] == [False, True, True, True]
    assert ["3 of 3" in out for out in shown] == [False, False, True, True]
    run("hint", "affine", "--all")
    assert "3 of 3" in capsys.readouterr().out
    progress = Progress.load(Path())
    progress.of("softmax").state = "passed"
    progress.save()
    run("hint", "softmax")
    assert "How refnn has it" in capsys.readouterr().out


def test_list_shows_every_exercise_and_how_far_one_is(capsys):
    progress = Progress(Path())
    progress.of("softmax").state = "passed"
    progress.of("hinge").state = "started"
    progress.save()
    assert run("list") == 0
    lines = capsys.readouterr().out.splitlines()
    marks = {line.split()[1]: line.split()[0] for line in lines if line.startswith(("  x", "  >"))}
    assert marks == {"softmax": "x", "hinge": ">"}
    assert any("[#>--" in line and "1 of " in line for line in lines)
    assert all(any(one.title in line and name in line for line in lines) for name, one in COURSE.items())


@pytest.mark.parametrize("text", [
    "{", "[]", "{}", '{"what": "refnn exercises, 1", "current": "", "exercises": {"softmax": {"state": "half"}}}',
    '{"what": "refnn exercises, 1", "current": "", "exercises": {"softmax": {"colour": "blue"}}}',
])  # fmt: skip
def test_a_damaged_or_foreign_progress_file_gets_one_clear_line(text, capsys):
    write(text, FILE)
    for command in ("list", "start", "next", "hint", "watch"):
        assert run(command) == 2
        said = capsys.readouterr().err
        assert f"{FILE} is damaged or not refnn's" in said and said.count("\n") == 1
    assert read(FILE) == text


LAW = "rivals"
HEAD = "from hypothesis import given, strategies as st\n"
NAME = COURSE[LAW].law


@pytest.mark.parametrize("body, words", [
    ("def NAME(subject):\n    pass", ["accepts refnn", "catches 0 of 3", "A law that nothing can break says nothing"]),
    ("def NAME(subject):\n    assert False, 'never'", ["refnn is right, and your law rejects it", "never"]),
    ("def NAME(subject):\n    raise NotImplementedError", ["not written yet"]),
    ("def NAME(subject, x):\n    pass", ["asks for", "is `@given(...)` missing above it?"]),
    ("def NAME(subject):\n    subject.losses.hindge", ["asks for what there is not: refnn has no losses.hindge"]),
    ("def test_other(subject):\n    pass", ["the function test_the_hinge", "is gone"]),
    ("def NAME(subject:\n    pass", ["cannot be loaded: raises SyntaxError", "line 2: def"]),
    ("def NAME(subject):\n    exit()", ["your law calls exit()"]),
    ("exit()", ["cannot be loaded: calls exit()"]),
    ("def NAME(subject):\n    import os; os._exit(3)", ["ended Python (3) while it met refnn"]),
    ("@given(st.none().filter(bool))\ndef NAME(subject, x):\n    pass", ["Hypothesis cannot run it: raises Unsatisf"]),
    ("@given(st.integers())\ndef NAME(subject, x):\n    assert x < 7", ["line 4: assert x < 7", "x=7"]),
])  # fmt: skip
def test_a_law_is_told_what_is_wrong_with_it(body, words, capsys):
    write(HEAD + body.replace("NAME", NAME), f"{LAW}.py")
    assert run("next", LAW) == 1
    out = capsys.readouterr().out
    assert [word for word in words if word not in out] == []


def test_an_endless_law_is_stopped():
    from refnn.checking.running import Limits

    write(f"def {NAME}(subject):\n    while True: pass", f"{LAW}.py")
    before = time.monotonic()
    verdict = grade(COURSE[LAW], Path(f"{LAW}.py"), Limits(2.0))
    assert not verdict.passed and time.monotonic() - before < 30
    assert verdict.lines[0].startswith(f"{LAW}.py did not come to an end within 2 s")


def test_refnns_own_law_passes_as_a_learner_hands_it_in(capsys):
    reference(COURSE[LAW])
    assert run("next", LAW) == 0
    assert "catches 3 of 3 wrong versions" in capsys.readouterr().out


def test_watch_checks_at_every_save_goes_on_after_a_pass_and_ends_politely():
    run("start", "maxout")
    command, pipe = [sys.executable, "-m", "refnn", "watch"], subprocess.PIPE

    def listen():  # a shell that starts tests in the background lets them inherit that Ctrl-C is ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", preexec_fn=listen) as watch:

        def read_until(words):
            lines = []
            for line in watch.stdout:
                lines.append(line)
                if words in line:
                    return "".join(lines)
            raise AssertionError(f"{words!r} never came: {''.join(lines)}")

        try:
            assert "12 not written yet" in read_until("Waiting for maxout.py to be saved")
            write(MAXOUT, "maxout.py")
            said = read_until("to be saved")
            assert "Passed: maxout" in said and f"Next: {after('maxout')}.py" in said
            watch.send_signal(signal.SIGINT)
            out, err = watch.communicate(timeout=60)
        finally:
            watch.kill()
    assert f"{after('maxout')}.py is as you left it" in out
    assert (err, watch.returncode) == ("", 0)


def test_every_field_of_an_exercise_is_explained():
    words = inspect.getdoc(Exercise)
    assert all(f"{name}:" in words for name in Exercise.__dataclass_fields__)
