"""The course: some sixty exercises in the order of the book, each worth a quarter of an hour.

Their content is data, one file for each chapter beside this one. Of four kinds: *implement* a function from its
formula; *write the law*, which must accept refnn and catch wrong versions; find the *counterexample* to a plausible
wrong claim; *repair* a defect of the museum. What is written down elsewhere is not repeated here: formulas and shapes
are those of refnn's own docstrings and of the register, a claim brings its words, an exhibit its history.
"""

import importlib
import inspect
import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from textwrap import indent
from typing import Any

from refnn import register
from refnn.register.plain import formula, plain

__all__ = ["KINDS", "Exercise", "chapters", "display", "exercise", "exercises"]

_WIDTH = 90  # of a formula on one line
KINDS = {
    "implement": "implement it",
    "law": "write the law",
    "counterexample": "find the counterexample",
    "repair": "repair it",
}


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise: what to do, what checks it, and what to say on the way.

    Args:
        name: also that of the learner's file, without .py.
        chapter: the title of its chapter.
        kind: one of `KINDS`.
        title: a few words.
        of: the module that it is about.
        functions: what is implemented.
        law: the law of refnn that does what the learner's should.
        mutants: the wrong versions that the learner's law must catch.
        claim: the name of the claim to refute.
        exhibit: the name of the exhibit to repair.
        beyond: laws that are not asked of it, since they ask for more than the exhibit ever meant to do.
        imports: lines for the head of the learner's file.
        task: what to do, where the kind does not say it.
        question: the first rung of the hint.
        formula: the second rung, where it is not the formulas of the functions or of the law.
        shape: the third rung, the shape of the code.
        buys: what one has from it, in one sentence.
    """

    name: str
    chapter: str
    kind: str
    title: str
    of: str
    functions: tuple[str, ...] = ()
    law: str = ""
    mutants: tuple[str, ...] = ()
    claim: str = ""
    exhibit: str = ""
    beyond: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    task: str = ""
    question: str = ""
    formula: str = ""
    shape: str = ""
    buys: str = ""

    @property
    def file(self) -> str:
        """The learner's file."""
        return f"{self.name}.py"

    @cached_property
    def hints(self) -> tuple[str, str, str]:
        """The three rungs: a question, the formula line, the shape of the code."""
        return self.question, self.formula or self._formulas(), self.shape

    def _formulas(self) -> str:
        """Return the formulas that it is about, for a terminal: those of its functions, or of its law."""
        if self.kind == "law":
            laws = {name: [(law.module, law.function) for law in register.laws(name)] for name in register.items()}
            return "\n".join(_entry(name) for name, found in laws.items() if (self.of, self.law) in found)
        module = importlib.import_module(f"refnn.{self.of}")
        said = []
        for function in self.functions:
            for tex in re.findall(r"\$\$(.+?)\$\$", inspect.getdoc(getattr(module, function)) or "", re.DOTALL):
                found = re.search(r"\\tag\{([A-Z]+-\d+)", tex)
                said.append(_entry(found[1]) if found else f"{function}\n{display(tex)}")
        return "\n".join(dict.fromkeys(said))


def _entry(name: str) -> str:
    """Return a formula of the register below its ID and title."""
    item = register.item(name)
    return f"{name}  {plain(item.title)}\n{display(item.tex)}"


def display(tex: str) -> str:
    """Return a formula for a terminal, indented; where it is long, each of its parts stands on a line of its own."""
    text = formula(tex)
    return indent(text if len(text) <= _WIDTH else "\n".join(text.split("   ")), "    ")


@cache
def exercises() -> dict[str, Exercise]:
    """Return all exercises by name, in the order of the book."""
    found: dict[str, Exercise] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        tables = tomllib.loads(path.read_text("utf-8"))
        chapter = tables.pop("title")
        for name, table in tables.items():
            if name in found:
                raise ValueError(f"{path.name}: there are two exercises {name!r}")
            found[name] = _exercise(name, chapter, table)
    return found


def _exercise(name: str, chapter: str, table: dict[str, Any]) -> Exercise:
    """Read one table of a chapter; a claim or an exhibit says the rest itself."""
    words: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v.strip() for k, v in table.items()}
    if "exhibit" in words:
        from refnn.exercises.museum import exhibits

        exhibit = exhibits()[words["exhibit"]]
        module, _, function = exhibit.of.partition(".")
        question, formula, shape = exhibit.hints
        words = {"title": exhibit.title, "of": module, "question": question, "formula": formula, "shape": shape,
                 "buys": exhibit.buys, **words}  # fmt: skip
        if exhibit.kind == "function":
            words["functions"] = (function,)
        else:
            words["law"] = re.findall(r"def (test\w+)", exhibit.source)[0]
    elif "claim" in words:
        from refnn.exercises.claims import claims

        claim = claims()[words["claim"]]
        question, formula, shape = claim.hints
        words = {"of": claim.of, "question": question, "formula": formula, "shape": shape, "buys": claim.buys, **words}
    return Exercise(name=name, chapter=chapter, **words)


def exercise(name: str) -> Exercise:
    """Return the exercise of this name; that of its file will do.

    Raises:
        ValueError: if there is none; the error suggests one.
    """
    plain_name = Path(name).name.removesuffix(".py")
    if plain_name not in exercises():
        about = [name for name, one in exercises().items() if plain_name in one.functions]
        hint = register.did_you_mean(plain_name, exercises())
        if about:
            hint = f"; {' and '.join(about)} {'ask' if len(about) > 1 else 'asks'} for it"
        raise ValueError(f"there is no exercise {plain_name!r}{hint or '; `refnn list` shows them all'}")
    return exercises()[plain_name]


def chapters() -> dict[str, list[Exercise]]:
    """Return the exercises by chapter."""
    found: dict[str, list[Exercise]] = {}
    for one in exercises().values():
        found.setdefault(one.chapter, []).append(one)
    return found
