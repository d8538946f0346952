"""The mutants: each is seen by the laws that name it, and wrong in the way it says and in no other."""

import copy
import inspect
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module

import numpy as np
import pytest

from refnn.cli import main
from refnn.exercises import trials
from refnn.exercises.mutants import Mutant, Mutated, mutant, mutants
from refnn.graph import Node
from tests.test_public import CONCEPTS

CATALOGUE = mutants()
each = pytest.mark.parametrize("name", CATALOGUE)


def right_of(wrong):
    """Return the function of refnn that a mutant stands in for."""
    return getattr(import_module(f"refnn.{wrong.module}"), wrong.function)


@dataclass
class Watched:
    """A mutant under the eyes of the right function: what it gets wrong besides its numbers.

    In the `shadow` the right answer is handed on, so that the law goes on asking.
    """

    mutant: Mutant
    shadow: bool = False
    slips: list = field(default_factory=list)
    numbers: set = field(default_factory=set)

    def __call__(self, *args, **options):
        given, again = copy.deepcopy((args, options)), copy.deepcopy((args, options))
        try:
            right = right_of(self.mutant)(*again[0], **again[1])
        except (ValueError, TypeError):
            answer = self.mutant.replacement(*args, **options)
            self.slips.append("answers what refnn refuses")
            return answer
        try:
            answer = self.mutant.replacement(*args, **options)
        except ArithmeticError:  # where a law forbids overflow
            raise
        except Exception as wrong:
            self.slips.append(f"raises {wrong!r}")
            raise
        if form(answer) != form(right):
            self.slips.append(f"returns {form(answer)} for {form(right)}")
        if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(
                arrays((args, options)), arrays(given), strict=True)):  # fmt: skip
            self.slips.append("changes an argument")
        if shared(answer, (args, options)) and not shared(right, again):
            self.slips.append("returns memory of an argument")
        self.numbers |= set(np.concatenate([np.ravel(a) for a in arrays(answer)])[:9].tolist()
                            if arrays(answer) else [repr(answer)])  # fmt: skip
        return right if self.shadow else answer


def shared(answer, arguments):
    """Tell whether an answer holds memory of the arguments."""
    return any(np.shares_memory(a, b) for a in arrays(answer) for b in arrays(arguments))


def form(value):
    """Return the shapes and dtypes of what a function returned."""
    if isinstance(value, np.ndarray | np.generic):
        return value.shape, value.dtype
    if isinstance(value, Node):
        return form(value.value)
    if isinstance(value, tuple | list):  # words, and the order of nodes, are what is said and not its form
        return [form(part) for part in value if not isinstance(part, str | Node)]
    if hasattr(value, "__dict__") and not inspect.isclass(value):
        return {key: form(part) for key, part in vars(value).items()}
    return type(value)


def arrays(value):
    """Return all arrays and numbers in arguments, or in a result."""
    if isinstance(value, np.ndarray | np.generic | int | float):
        return [np.asarray(value)]
    if isinstance(value, Node):
        return [value.value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else []
    if hasattr(value, "__dict__") and not inspect.isroutine(value) and not inspect.isclass(value):
        parts = vars(value).values()
    return [array for part in parts for array in arrays(part)]


@cache
def meeting(name):
    """Let a mutant meet the laws that name it, and those of its module about shapes; return what came of it."""
    wrong = CATALOGUE[name]
    watched = Watched(wrong)
    is_class = inspect.isclass(wrong.replacement)
    subject = Mutated(wrong if is_class else replace(wrong, replacement=watched))
    laws = trials.laws(wrong.module)
    failures = {law: trials.failure(laws[law].about(wrong.function), subject) for law in wrong.laws if law in laws}
    for law in trials.laws(wrong.module, examples=3).values():
        if law.level == "shape" and law.name not in failures:
            failure = trials.failure(law.about(wrong.function), subject)
            if is_class and failure is not None:
                watched.slips.append(f"fails {law.name}")
    return failures, watched


@each
def test_it_has_the_signature_of_what_it_stands_in_for(name):
    wrong, right = CATALOGUE[name], right_of(CATALOGUE[name])
    other_default = "default of" in wrong.imitates  # where that is the mistake
    parameters = [[(p.name, p.kind, other_default or p.default) for p in inspect.signature(f).parameters.values()]
                  for f in (wrong.replacement, right)]  # fmt: skip
    assert parameters[0] == parameters[1]
    assert inspect.isclass(wrong.replacement) == inspect.isclass(right)


@each
def test_every_law_that_names_it_sees_it(name):
    failures, _ = meeting(name)
    assert set(failures) == set(CATALOGUE[name].laws), f"no such law in test_{CATALOGUE[name].module}.py"
    blind = [law for law, failure in failures.items() if failure is None]
    assert blind == [], "these laws hold on it: name others in killed_by, or sharpen them"


@each
def test_its_shapes_and_dtypes_are_right_unless_they_are_the_mistake(name):
    failures, watched = meeting(name)
    if CATALOGUE[name].level == "shape":
        laws = trials.laws(CATALOGUE[name].module)
        assert watched.slips or [law for law in failures if laws[law].level == "shape"]
    else:
        assert watched.slips == []


@each
def test_it_is_not_constant(name):
    wrong, (_, watched) = CATALOGUE[name], meeting(name)
    numbers, is_class = set(watched.numbers), inspect.isclass(wrong.replacement)
    for law in trials.laws(wrong.module, examples=3).values() if not is_class else ():
        if len(numbers) < 2:
            shadow = Watched(wrong, shadow=True)
            trials.failure(law.about(wrong.function), Mutated(replace(wrong, replacement=shadow)))
            numbers |= shadow.numbers
    assert len(numbers) > 1 or is_class


@each
def test_its_mistake_fits_behind_the_word_when(name):
    wrong = CATALOGUE[name]
    assert len(wrong.imitates) <= 140
    assert not wrong.imitates.endswith(".")
    assert wrong.function.lower().replace("_", "-") in name


def test_the_catalogue_has_at_least_five_mutants_for_each_module_and_no_two_with_one_mistake():
    per_module = Counter(wrong.module for wrong in CATALOGUE.values())
    assert set(per_module) == set(CONCEPTS)
    assert min(per_module.values()) >= 5
    assert len({(wrong.module, wrong.function, wrong.imitates) for wrong in CATALOGUE.values()}) == len(CATALOGUE)
    assert len({wrong.source for wrong in CATALOGUE.values()}) == len(CATALOGUE)


def test_a_mutant_replaces_its_own_function_and_nothing_else():
    subject = Mutated(CATALOGUE["relu-six"])
    assert subject.activations.relu(np.array([9.0])) == 6
    assert subject.activations.leaky_relu(np.array([9.0])) == 9
    assert subject.activations.activation("relu").f(np.array([9.0])) == 9
    assert repr(subject) == "Subject('refnn with relu-six')"


def test_a_mutant_that_cannot_be_right_is_refused():
    with pytest.raises(ValueError, match=r"of: expected 'module.function', got 'relu'"):
        mutant("relu-new", of="relu", imitates="x", killed_by=["test_x"])
    with pytest.raises(ValueError, match="relu-new names no law that sees it"):
        mutant("relu-new", of="activations.relu", imitates="x", killed_by=[])
    with pytest.raises(ValueError, match="there are two mutants 'relu-six'"):
        mutant("relu-six", of="activations.relu", imitates="x", killed_by=["test_x"])


def test_a_law_that_fails_shows_its_counterexample_and_one_that_holds_shows_nothing():
    law = trials.laws("maxout")["test_each_unit_answers_with_the_highest_of_its_lines"]
    failure = trials.failure(law, Mutated(CATALOGUE["maxout-mean"]))
    assert isinstance(failure, AssertionError)
    assert "subject=Subject(" in "".join(failure.__notes__)
    assert trials.failure(law, Mutated(CATALOGUE["maxout-backward-shared"])) is None
    with pytest.raises(ValueError, match="there are no laws of 'transformer'"):
        trials.laws("transformer")


def test_the_table_shows_every_mutant_with_its_mistake_and_its_laws(capsys):
    assert main(["mutants"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {name}" in out for name in CATALOGUE)
    assert f"{len(CATALOGUE)} mutants of" in out
    assert max(len(line) for line in out.splitlines()) <= 120
    assert main(["mutants", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(CATALOGUE)
    assert rows[0].keys() == {"name", "module", "function", "imitates", "laws", "level"}


def test_one_mutant_is_shown_with_its_source(capsys):
    assert main(["mutants", "maxout-mean"]) == 0
    out = capsys.readouterr().out
    assert "def maxout(z: ArrayLike, pieces: int) -> NDArray:" in out
    assert "test_each_unit_answers_with_the_highest_of_its_lines" in out
    assert main(["mutants", "maxout"]) == 0
    assert "mutants of maxout" in capsys.readouterr().out
    assert main(["mutants", "maxout-meen"]) == 2
    assert "did you mean 'maxout-mean'?" in capsys.readouterr().err


def test_every_law_of_a_module_meets_every_mutant_of_it(tmp_path, capsys):
    assert main(["mutants", "maxout", "--all", "--out", str(tmp_path / "matrix.json")]) == 0
    out = capsys.readouterr().out
    assert "test_the_dtype_stays_and_the_argument_is_left_alone" in out
    matrix = json.loads((tmp_path / "matrix.json").read_text())
    fallen = matrix["maxout"]["test_each_unit_answers_with_the_highest_of_its_lines"]
    assert fallen["level"] == "definition"
    assert "maxout-mean" in fallen["kills"]
    assert "maxout-hides-nan" not in fallen["kills"]


def test_a_law_that_no_mutant_of_its_module_breaks_is_named_and_fails_the_trial(monkeypatch, capsys):
    few = {name: CATALOGUE[name] for name in ("maxout-mean", "maxout-backward-shared")}
    monkeypatch.setattr("refnn.cli.mutants.mutants", lambda: few)
    assert main(["mutants", "maxout", "--all", "--examples", "5"]) == 1
    assert "no mutant breaks maxout: test_nan_in_a_unit_is_not_hidden_by_the_maximum" in capsys.readouterr().out
    assert main(["mutants", "maxout-mean", "--all", "--examples", "5"]) == 0  # the others may break what it leaves


def test_a_law_about_one_function_alone_has_the_cases_that_ask_for_it():
    law = trials.laws("optimizers", examples=3)["test_the_memory_has_the_shapes_of_the_parameters"]
    assert len(law.cases) > len(law.about("Momentum").cases) == 2  # with and without Nesterov
    assert law.about("adam_step_bound").cases == ()
