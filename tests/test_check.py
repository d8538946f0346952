"""`refnn check` as learners and teachers meet it: outcomes, failure cards, tables, and subjects that misbehave."""

import json
import os
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import refnn
from refnn.checking.difference import first_difference
from refnn.checking.literals import NoLiteral, literal
from refnn.checking.questions import concepts, question, subjects
from refnn.checking.recorder import Recorded, Recorder, answers
from refnn.checking.report import sentence
from refnn.checking.snippet import of_call
from refnn.cli import main
from refnn.properties.subject import Subject


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REFNN_SUBJECT", raising=False)


HEAD = "import numpy as np\n"
MAXOUT = """
def maxout(z, pieces):
    return z.reshape(*z.shape[:-1], -1, pieces).max(axis=-1)
"""
REST = """
def maxout_backward(upstream, z, pieces):
    groups = z.reshape(*z.shape[:-1], -1, pieces)
    first = groups.argmax(axis=-1)[..., np.newaxis] == np.arange(pieces)
    return (first * np.asarray(upstream)[..., np.newaxis]).reshape(z.shape).astype(np.result_type(z, upstream))

def parameter_count(inputs, units, pieces, bias=True):
    return units * pieces * (inputs + bias)
"""
RIGHT = HEAD + MAXOUT + REST


def wrong(body):
    return f"{HEAD}\ndef maxout(z, pieces):\n    {body}\n{REST}"


def write(**files):
    for name, text in files.items():
        with open(f"{name}.py", "w", encoding="utf-8") as file:
            file.write(text)


def check(*arguments):
    """Run a check with JSON beside the tables; return its status and the subjects by name."""
    status = main(["check", *arguments, "--json", "out.json", "--jobs", "2"])
    with open("out.json", encoding="utf-8") as file:
        return status, {entry["subject"]: entry for entry in json.load(file)["subjects"]}


def first_failure(subject):
    return next(law for law in subject["laws"] if law["outcome"] == "FAILS")


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_right_file_holds_in_every_law_and_the_bars_say_so(capsys):
    write(my_nn="from beside import *\n" + RIGHT, beside="", random="1 / 0  # not the library's")
    assert check("maxout", "--on", "my_nn.py")[0] == 0
    out = capsys.readouterr().out
    assert "maxout on my_nn.py" in out
    assert "shape and dtype          [##]  2 hold" in out
    assert "13 laws: 13 hold" in out
    assert {path for path in os.listdir() if path != "__pycache__"} == {
        "my_nn.py", "beside.py", "random.py", "out.json"}  # fmt: skip


def test_without_a_subject_refnn_is_checked_and_says_so(capsys):
    assert main(["check", "maxout"]) == 0
    assert "maxout on refnn itself; for your own file: --on my_nn.py" in capsys.readouterr().out


def test_a_card_names_the_law_the_formula_and_a_snippet_that_shows_the_difference(capsys):
    write(my_nn=wrong("return z.reshape(*z.shape[:-1], -1, pieces).sum(axis=-1)"))
    status, found = check("maxout", "--on", "my_nn.py")
    out = capsys.readouterr().out
    assert status == 1
    assert "Each unit answers with the highest of its lines." in out
    assert "MAX-01  Maxout" in out
    card = next(law for law in found["my_nn.py"]["laws"] if law["law"].endswith("highest_of_its_lines"))["card"]
    assert card["function"] == "maxout.maxout" and card["place"].startswith("at [")
    assert "from my_nn import maxout" in card["snippet"]
    yours, expected = python(card["snippet"]).stdout.splitlines()
    assert yours != expected


def test_a_known_mistake_is_named(monkeypatch):
    from refnn.exercises.mutants import mutants

    of_softmax = [m for m in mutants().values() if m.name == "softmax-without-shift"]
    if not of_softmax:
        pytest.fail("the mutant of softmax without the shift is gone")
    write(my_nn=f"{HEAD}def softmax(z, axis=-1):\n    e = np.exp(z)\n    return e / e.sum(axis=axis, keepdims=True)\n")
    status, found = check("softmax", "--on", "my_nn.py")
    failed = [law for law in found["my_nn.py"]["laws"] if law["outcome"] == "FAILS"]
    assert status == 1
    assert {law["card"].get("mutant") for law in failed} == {"softmax-without-shift"}
    assert failed[0]["card"]["diagnosis"] == f"This is what comes out when {of_softmax[0].imitates}."
    assert all("softmax_backward" in law["reason"] for law in found["my_nn.py"]["laws"] if law["outcome"][0] == "n")


ACCIDENTS = {
    "endless": (wrong("while True: pass"), "did not come back within the time limit of 0.5 s"),
    "catches": (wrong("while True:\n        try:\n            while True: pass\n        except Exception: 0"), "did"),
    "exits": (wrong("exit()"), "maxout.maxout calls exit()"),
    "ends": (wrong("import os; os._exit(3)"), "maxout.maxout ends Python with the exit status 3"),
    "raises": (wrong("return zz"), "maxout.maxout raises NameError: name 'zz' is not defined"),
    "misses": (RIGHT.replace("maxout(z, pieces)", "maxout(z)"), "takes 1 positional argument but 2 were given"),
    "hungry": (wrong("return np.zeros(10**12)"), "raises MemoryError"),
    "nothing": (wrong("z.max()"), "None (is a `return` missing?)"),
    "wide": (wrong("return z.reshape(len(z), -1, pieces).max(axis=-1).astype(float)"), "dtype float64, expected"),
    "alias": (wrong("return z.reshape(*z.shape[:-1], -1, pieces)[..., 0]"), "z"),
    "changes": (wrong("z *= 2; return z.reshape(*z.shape[:-1], -1, pieces).max(axis=-1) / 2"), "expected z stays"),
    "chance": (wrong("return z.reshape(len(z), -1, pieces).max(axis=-1) + np.random.default_rng().random()"), "at ["),
}  # fmt: skip


def test_subjects_that_misbehave_are_readable_outcomes_and_hurt_no_other(capsys):
    write(**{name: text for name, (text, _) in ACCIDENTS.items()}, zz_right=RIGHT)
    status, found = check("maxout", "--on", ".", "--time-limit", "0.5")
    assert status == 1
    for name, (_, words) in ACCIDENTS.items():
        assert words in first_failure(found[f"{name}.py"])["reason"], name
        assert any(law["outcome"] == "holds" for law in found[f"{name}.py"]["laws"]), name  # the rest of it is right
    assert found["zz_right.py"]["passes"]
    out = capsys.readouterr().out
    assert "definition" in out and "in all" in out
    assert "zz_right.py  2/2" in out
    assert "line 4: return zz" in first_failure(found["raises.py"])["card"]["line"]
    assert first_failure(found["misses.py"])["card"]["note"] == "It is called as maxout(z, pieces)."
    assert "gives another answer" in first_failure(found["chance.py"])["card"]["note"]
    for name in ("exits", "raises", "nothing", "wide", "changes", "ends"):
        snippet = first_failure(found[f"{name}.py"])["card"]["snippet"]
        compile(snippet, name, "exec")
    assert python(first_failure(found["ends.py"])["card"]["snippet"]).returncode == 3
    assert "NameError" in python(first_failure(found["raises.py"])["card"]["snippet"]).stderr
    assert python(first_failure(found["wide.py"])["card"]["snippet"]).stdout.split() == ["float64", "float32"]


@pytest.mark.parametrize("text, words, line", [
    ("def relu(:", "SyntaxError: ", "mine.py, line 1: def relu(:"),
    ("import sys\nsys.exit('done')", "calls exit('done') while it is imported", "mine.py, line 2: sys.exit('done')"),
    ("while True: pass", "its import did not come to an end within 1 s", None),
    ("import os\nos._exit(0)", "ends Python with the exit status 0 while it is imported", None),
    ("name = input()", "EOFError", "mine.py, line 1: name = input()"),
    ("import no_such", "ModuleNotFoundError: No module named 'no_such'", "mine.py, line 1: import no_such"),
])  # fmt: skip
def test_a_file_that_cannot_be_loaded_says_why_in_one_line(text, words, line, capsys):
    write(mine=text)
    status, found = check("maxout", "--on", "mine.py", "--time-limit", "1", "--junit", "out.xml")
    assert status == 1
    assert words in found["mine.py"]["error"]
    assert line is None or found["mine.py"]["line"] == line
    assert words in capsys.readouterr().out
    assert ElementTree.parse("out.xml").getroot()[0].get("errors") == "1"


def test_a_stub_and_a_missing_name_are_not_written_yet(capsys):
    write(my_nn="def maxout(z, pieces):\n    raise NotImplementedError('maxout')\n")
    status, found = check("maxout", "--on", "my_nn.py", "--junit", "out.xml")
    assert status == 1
    assert {law["outcome"] for law in found["my_nn.py"]["laws"]} == {"not written yet"}
    assert "maxout is a stub: maxout: 10 laws" in capsys.readouterr().out
    suite = ElementTree.parse("out.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("13", "13", "0")
    assert suite[0][0].get("type") == "not written yet"


def test_a_function_meets_the_laws_that_ask_for_it_and_borrows_the_rest_from_refnn():
    write(my_nn=HEAD + "def maxout(z, pieces):\n    1 / 0\n" + REST)
    status, found = check("maxout.maxout_backward", "--on", "my_nn.py")
    laws = [law["law"].partition("::test_")[2] for law in found["my_nn.py"]["laws"]]
    assert status == 0  # the maxout that divides by zero is never called
    assert laws == [
        "the_gradient_has_the_shape_of_z_and_the_wider_dtype",
        "the_gradient_is_the_slope_of_the_definition",
        "of_equal_lines_the_first_takes_the_whole_gradient",
    ]


def test_the_history_of_an_object_is_part_of_the_counterexample():
    write(my_nn=HEAD + """
class Momentum:
    def __init__(self, learning_rate, momentum=0.9, nesterov=False):
        self.rate, self.momentum, self.nesterov, self.v = learning_rate, momentum, nesterov, None

    def step(self, params, grads, curvature=None):
        self.v = self.v or [np.zeros_like(w) for w in params]
        for w, g, v in zip(params, grads, self.v):
            v[...] = self.momentum * v + self.rate * g
            w -= 1.5 * v  # and nesterov is forgotten
""")
    subject = Recorded(Subject("my_nn.py"), Recorder(5))
    subject.claims = ("optimizers", None)
    momentum, w = subject.optimizers.Momentum(0.5, nesterov=True), np.zeros(2)
    for g in ([0.0, 0.0], [1.0, 2.0]):
        momentum.step([w], [np.array(g)])
    calls = subject.recorder.calls
    expected = answers(calls, lambda module, name: getattr(refnn.optimizers, name))
    index, difference = first_difference(calls, expected, manners_first=False, refusal=False)
    assert (index, difference.path, difference.place, difference.expected) == (2, "[0]", "[0]", "-0.95")
    snippet = of_call(subject, calls, index, difference)
    assert snippet.splitlines()[-5:-1] == [
        "momentum.step(params, grads)",
        "params2 = [np.array([0.0, 0.0])]",
        "grads2 = [np.array([1.0, 2.0])]",
        "momentum.step(params2, grads2)",
    ]
    assert python(snippet).stdout.strip() == "[-0.75 -1.5 ]"


def test_the_same_check_says_the_same_twice_and_a_seed_says_something_else():
    write(my_nn=RIGHT.replace("units * pieces * (inputs + bias)", "units * pieces * inputs"))
    results = []
    for options in ([], [], ["--seed", "7"], ["--seed", "7"]):
        check("maxout", "--on", "my_nn.py", *options)
        with open("out.json", encoding="utf-8") as file:
            results.append(file.read())
    assert results[0] == results[1]
    assert results[2] == results[3]
    assert results[0] != results[2]


def test_json_on_standard_output_is_nothing_but_json(capsys):
    write(my_nn=RIGHT)
    assert main(["check", "maxout", "--on", "my_nn.py", "--json", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["checked"] == ["maxout"]
    assert data["subjects"][0]["counts"] == {"holds": 13, "FAILS": 0, "not written yet": 0, "declared deviation": 0}


ADAPTER = HEAD + """
from refnn.properties.adapter import Deviation

DEVIATIONS = [
    Deviation(
        "test_nan_in_a_unit_is_not_hidden_by_the_maximum",
        reason="fmax prefers numbers",
        link="https://numpy.org/doc/stable/reference/generated/numpy.fmax.html",
    ),
    Deviation("test_each_unit_answers_with_the_highest_of_its_lines", "none", "", {"case": (np.array([[1.0, 2]]), 2)}),
]

def maxout(z, pieces):
    return np.fmax.reduce(z.reshape(*z.shape[:-1], -1, pieces), axis=-1)
"""


def test_an_adapter_declares_its_deviations_which_must_fail_and_claims_no_more_than_it_has(capsys):
    write(other=ADAPTER)
    status, found = check("maxout", "--on", "other.py")
    laws = {law["law"].partition("::test_")[2]: law for law in found["other.py"]["laws"]}
    assert status == 1
    declared = laws["nan_in_a_unit_is_not_hidden_by_the_maximum"]
    assert declared["outcome"] == "declared deviation" and "fmax prefers numbers (https://" in declared["reason"]
    stale = laws["each_unit_answers_with_the_highest_of_its_lines"]
    assert stale["outcome"] == "FAILS" and "the law holds on the stored counterexample" in stale["reason"]
    assert len(found["other.py"]["not_claimed"]) == 4
    assert "not claimed, 4 laws left out: maxout.maxout_backward, maxout.parameter_count" in capsys.readouterr().out


def test_who_claims_nothing_has_shown_nothing():
    write(other="DEVIATIONS = []\n")
    status, found = check("maxout", "--on", "other.py")
    assert status == 1
    assert found["other.py"]["laws"] == []


def test_an_adapter_is_found_by_its_entry_point(tmp_path, monkeypatch):
    write(other=ADAPTER.replace("    Deviation(\"test_each", "    # Deviation(\"test_each"))
    info = tmp_path / "other-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[refnn.adapters]\nsomebody = other\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    status, found = check("maxout", "--on", "somebody")
    assert status == 0
    assert found["somebody"]["counts"]["declared deviation"] == 1


def test_one_run_gives_a_table_of_concepts_by_subjects(capsys):
    write(my_nn=RIGHT)
    assert check("maxout", "regularizers", "--on", "refnn", "my_nn.py")[0] == 1
    rows = {line.split("  ")[0]: line.split() for line in capsys.readouterr().out.splitlines()}
    assert rows["maxout"][1:] == ["13/13", "13/13"]
    assert rows["regularizers"][1] != rows["regularizers"][2]
    assert "in all" in rows


@pytest.mark.parametrize("arguments, words", [
    (["softmux"], "expected a concept or a function of refnn, got 'softmux'; did you mean 'softmax'?"),
    (["parameter_count"],
     "parameter_count: there are mlp.parameter_count, maxout.parameter_count, conv.parameter_count; say which"),
    (["maxout", "--on", "nowhere.py"], "--on nowhere.py: there is no such file"),
    (["maxout", "--on", "no*.py"], "--on no*.py: no file matches"),
    (["maxout", "--on", "mine"], "--on mine: there is no such package, adapter or file; did you mean mine.py?"),
    (["--on", "mine.py", "maxout"], "what is checked comes before --on"),
    (["maxout", "--time-limit", "0"], "--time-limit: expected a number above 0, got 0"),
    (["maxout", "--seed", "-1"], "--seed: expected 0 or more, got -1"),
])  # fmt: skip
def test_wrong_commands_are_refused_in_one_line(arguments, words, capsys):
    write(mine=RIGHT)
    assert main(["check", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1


def test_questions_and_subjects_are_found_by_name(tmp_path):
    assert concepts().index("linear") < concepts().index("conv")
    assert question("conv").names is None
    assert question("conv2d").names == ("conv2d", "conv2d_backward")
    assert question("sigmoid").names == ("sigmoid", "sigmoid_prime", "sigmoid_backward")
    assert question("conv.parameter_count").module == "conv"
    write(b=RIGHT, a=RIGHT)
    assert subjects(["*.py"]) == ["a.py", "b.py"] == [name.removeprefix("./") for name in subjects(["."])]
    assert subjects(["refnn", "a.py", "refnn"]) == ["refnn", "a.py"]


def test_the_name_of_a_law_is_a_sentence():
    assert sentence("test_nan_is_not_hidden[softmax]") == "Nan is not hidden. Here: softmax"
    assert sentence("test_the_slide_s_sum") == "The slide's sum."


NUMBERS = st.sampled_from([np.float32, np.float64, np.int64, np.dtype(">f8"), np.bool_])


@given(NUMBERS.flatmap(lambda dtype: arrays(dtype, array_shapes(min_dims=0, min_side=0, max_side=4))))
def test_the_source_text_of_an_array_makes_that_array(array):
    made = eval(literal((array, [array], {"a": None})), {"np": np})[0]
    assert made.dtype == array.dtype and made.shape == array.shape
    assert made.tobytes() == array.tobytes() or np.array_equal(made, array, equal_nan=True)


def test_source_text_of_large_arrays_and_generators_and_none_for_functions():
    import base64

    large = np.random.default_rng(0).standard_normal((30, 40))
    assert (eval(literal(large), {"np": np, "base64": base64}) == large).all()
    assert literal(np.random.default_rng(7)) == "np.random.default_rng(7)"
    with pytest.raises(NoLiteral, match="no source text for a function"):
        literal(lambda z: z)
