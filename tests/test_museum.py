"""The museum: every exhibit is wrong as its plaque says, its laws see it, and its repair is one."""

import ast
import inspect
import json
from dataclasses import replace

import pytest

from refnn.cli import main
from refnn.exercises import trials
from refnn.exercises.museum import Exhibit, VacuousLaw, exhibit, exhibits
from refnn.exercises.mutants import Mutated
from refnn.properties.subject import Subject
from tests.mutants import right_of

MUSEUM = exhibits()
FUNCTIONS = {name: one for name, one in MUSEUM.items() if isinstance(one, Exhibit)}
TESTS = {name: one for name, one in MUSEUM.items() if isinstance(one, VacuousLaw)}
each = pytest.mark.parametrize("name", MUSEUM)
each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_test = pytest.mark.parametrize("name", TESTS)


def module_of(one):
    return one.of.partition(".")[0]


def repaired(one):
    """Return refnn with a repaired exhibit in its place."""
    names = {}
    exec(compile(one.repaired, f"<{one.name}>", "exec"), names)
    return Mutated(replace(one, replacement=names[one.function]))


def failing(one, subject):
    """Return which of the laws that an exhibit names fail on a subject."""
    laws = trials.laws(module_of(one))
    assert set(one.laws) <= set(laws), "no such law"
    return [law for law in one.laws if trials.failure(laws[law], subject) is not None]


def test_the_museum_is_worth_a_visit():
    assert len(FUNCTIONS) >= 16
    assert len(TESTS) >= 2
    assert len({one.project for one in MUSEUM.values()}) >= 9
    assert len({one.source for one in MUSEUM.values()}) == len(MUSEUM)


@each_function
def test_every_law_that_an_exhibit_names_sees_it(name):
    assert failing(MUSEUM[name], Mutated(MUSEUM[name])) == list(MUSEUM[name].laws)


@each_function
def test_once_repaired_it_obeys_them(name):
    assert MUSEUM[name].source.count(MUSEUM[name].repair[0]) == 1
    assert failing(MUSEUM[name], repaired(MUSEUM[name])) == []


@each_function
def test_its_counterexample_comes_out_as_the_plaque_says_and_right_after_the_repair(name):
    one = MUSEUM[name]
    assert one.answers() == (one.gives, one.right)
    assert one.answer(one.repaired) == one.right


@each_function
def test_its_source_is_a_file_of_a_learner(name, tmp_path):
    one = MUSEUM[name]
    (tmp_path / "mine.py").write_text(one.source)
    subject = Subject(str(tmp_path / "mine.py"), lender="refnn")
    assert failing(one, subject) == list(one.laws)
    assert "import numpy as np" in one.source
    parameters = inspect.signature(right_of(one)).parameters.values()
    mine = inspect.signature(subject.find(one.module, one.function)).parameters.values()
    assert [(p.name, p.kind, p.default) for p in mine] == [(p.name, p.kind, p.default) for p in parameters]


@each_test
def test_a_test_that_cannot_fail_holds_on_refnn_and_lets_its_mutant_live(name):
    one = MUSEUM[name]
    assert one.holds(Subject("refnn"))
    assert one.holds(Mutated(one.spares))
    assert f"{one.spares.module}.{one.spares.function}" == one.of


@each_test
def test_refnn_s_laws_and_the_repaired_test_see_the_mutant_that_it_lets_live(name):
    one = MUSEUM[name]
    assert one.source.count(one.repair[0]) == 1
    assert one.holds(Subject("refnn"), one.repaired)
    assert not one.holds(Mutated(one.spares), one.repaired)
    assert one.answers() == ("holds", "fails")
    assert failing(one, Mutated(one.spares)) == list(one.laws)


@each
def test_every_plaque_is_filled_in(name):
    one = MUSEUM[name]
    ast.parse(one.source)
    assert one.project in one.where
    assert 2015 <= one.year <= 2026
    assert "commit" in one.read
    assert len(one.imitates) <= 140
    assert not one.imitates.endswith(".")
    assert 100 < len(one.mistake) < 450
    assert one.mistake.endswith(tuple(".?"))
    assert len(one.title) < 50
    assert len(one.hints) == 3
    assert "?" in one.hints[0]
    assert one.buys.endswith(".")
    assert all(0 < len(text) <= 160 for text in (*one.hints, one.buys))


def test_two_exhibits_cannot_have_one_name():
    first = MUSEUM["softplus-overflows"]
    plaque = {name: getattr(first, name) for name in first.__dataclass_fields__
              if name not in ("name", "module", "function", "laws", "replacement")}  # fmt: skip
    with pytest.raises(ValueError, match="there are two exhibits 'softplus-overflows'"):
        exhibit(first.name, of=first.of, killed_by=first.laws, **plaque)(first.replacement)


def test_the_list_shows_every_exhibit_with_its_project_and_its_mistake(capsys):
    assert main(["museum"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name}" in out for name in MUSEUM)
    assert all(one.project in out for one in MUSEUM.values())
    assert f"{len(MUSEUM)} exhibits" in out
    assert max(map(len, out.splitlines())) <= 100
    assert main(["museum", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(MUSEUM)
    assert {"of", "title", "where", "year", "read", "mistake", "laws", "gives", "right"} <= rows[0].keys()


@pytest.mark.parametrize("what, some", [
    ("conv", "conv2d-up-to-minus-zero"), ("numpy-ml", "softplus-overflows"), ("Dropout", "dropout-backward-in-place"),
])  # fmt: skip
def test_a_module_a_function_or_a_project_has_its_own_list(what, some, capsys):
    assert main(["museum", what]) == 0
    out = capsys.readouterr().out
    assert some in out
    assert "adam-without-the-root" not in out


@each
def test_a_plaque_shows_code_counterexample_both_answers_and_laws(name, capsys):
    one = MUSEUM[name]
    assert main(["museum", name]) == 0
    out = capsys.readouterr().out
    assert one.title in out
    assert one.project in out
    assert all(law in out for law in one.laws)
    assert one.source.strip().splitlines()[-1] in out
    given, right = one.answers()
    assert f"gives  {given}" in out or f"says   it {given}" in out
    assert f"right  {right}" in out or f"it {right}" in out
    assert max(map(len, out.splitlines())) <= 120


def test_a_name_that_is_no_exhibit_is_answered_with_the_nearest(capsys):
    assert main(["museum", "softplus-overflowz"]) == 2
    assert "did you mean 'softplus-overflows'?" in capsys.readouterr().err
    assert main(["museum", "poetry"]) == 2
    assert "expected an exhibit, a module or a project, got 'poetry'" in capsys.readouterr().err
