"""The museum of real defects: what public teaching code got wrong, written anew in refnn's signatures.

Each exhibit is a complete function, or class, wrong in one way, as it was found in a project that thousands learn from;
its plaque says where it was found, why nobody noticed and which law does. It is a `Mutant` with a history: `Mutated`
makes a subject of it, and its laws fail on it. A second kind of exhibit is a test that cannot fail (`VacuousLaw`).
No line of code is taken from the projects.

    >>> found = exhibits()["softmax-backward-diagonal"]
    >>> found.project, found.year
    ('eriklindernoren/ML-From-Scratch', 2025)
    >>> print(found.counterexample)
    softmax_backward([1.0, 1.0], [0.0, 0.0]).tolist()
    >>> found.answers()   # the exhibit's, and the right one
    ('[0.25, 0.25]', '[0.0, 0.0]')
"""

import ast
import importlib
import inspect
import pkgutil
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from textwrap import dedent
from typing import Any, TypeVar

import numpy as np

from refnn.exercises.mutants import Mutant, Mutated, mutants
from refnn.properties.subject import Subject

__all__ = ["Exhibit", "Plaque", "VacuousLaw", "exhibit", "exhibits", "vacuous"]

Wrong = TypeVar("Wrong", bound=Callable[..., Any])

_found: dict[str, "Exhibit | VacuousLaw"] = {}


@dataclass(frozen=True, kw_only=True)
class Plaque:
    """Where a defect was found, and what it teaches.

    Args:
        title: a short heading.
        project: the repository, "owner/name".
        file: and the place in it.
        thread: the issue or pull request in which it was reported, empty if none is known.
        year: of the thread; without one, of the version that was read.
        read: what of this was looked up, and in which version of the project.
        mistake: two sentences: what is wrong, and why it stays unnoticed.
        hints: three rungs to the repair: a question, the formula, the shape of the code.
        buys: what one has from the law that sees it.
        repair: a part of the source, and what must stand in its place.
    """

    title: str
    project: str
    file: str
    thread: str
    year: int
    read: str
    mistake: str
    hints: tuple[str, str, str]
    buys: str
    repair: tuple[str, str]

    @property
    def where(self) -> str:
        """Project, file and thread in a line."""
        return ", ".join(filter(None, [self.project, self.file, self.thread]))


@dataclass(frozen=True, kw_only=True)
class Exhibit(Plaque, Mutant):
    """A wrong function of a real project, in refnn's signature: a `Mutant` with a plaque.

    Args:
        counterexample: lines of Python that call the function by its name; the last one is an expression.
        gives: what the expression is with the exhibit; "raises ValueError" where it raises.
        right: what it should be.
    """

    counterexample: str
    gives: str
    right: str

    @property
    def kind(self) -> str:
        """What is exhibited."""
        return "function"

    @property
    def of(self) -> str:
        """What it stands in for, "module.function"."""
        return f"{self.module}.{self.function}"

    @property
    def source(self) -> str:
        """The wrong function with the imports that it needs, as a file of its own."""
        return _file_of(self.replacement, self.function)

    @property
    def repaired(self) -> str:
        """The same file, with the mistake repaired."""
        return self.source.replace(*self.repair)

    def answers(self) -> tuple[str, str]:
        """Return what the counterexample comes to now: with the exhibit, and with refnn's own function."""
        return self.answer(self.source), self.answer(f"from refnn.{self.module} import {self.function}")

    def answer(self, text: str) -> str:
        """Return what the counterexample comes to behind a text that defines the function."""
        *lines, last = self.counterexample.splitlines()
        names: dict[str, Any] = {"np": np}
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            exec(compile(text, f"<{self.name}>", "exec"), names)
            try:
                exec("\n".join(lines), names)
                return repr(eval(last, names))
            except Exception as wrong:
                return f"raises {type(wrong).__name__}"


@dataclass(frozen=True, kw_only=True)
class VacuousLaw(Plaque):
    """A test of a real project that cannot fail where it should, as a law of refnn.

    Args:
        name: such as "law-sum-against-itself".
        of: the function that it seems to test, "module.function".
        imitates: the mistake, in one plain sentence.
        laws: the laws of refnn that see what it lets live.
        spares: a mutant on which it holds.
        law: the test, a function of the subject that raises where it fails.
    """

    name: str
    of: str
    imitates: str
    laws: tuple[str, ...]
    spares: Mutant
    law: Callable[[Any], None] = field(repr=False)

    @property
    def kind(self) -> str:
        """What is exhibited."""
        return "law"

    @property
    def source(self) -> str:
        """The law with the imports that it needs, as a file of its own."""
        return _file_of(self.law, self._name)

    @property
    def repaired(self) -> str:
        """The same file, with the law made to bite."""
        return self.source.replace(*self.repair)

    @property
    def _name(self) -> str:
        return f"test{self.law.__name__}"

    def holds(self, subject: Subject, text: str | None = None) -> bool:
        """Tell whether the law, or the one that a text defines under its name, holds on a subject."""
        names: dict[str, Any] = {self._name: self.law}
        if text is not None:
            exec(compile(text, f"<{self.name}>", "exec"), names)
        try:
            names[self._name](subject)
        except AssertionError:
            return False
        return True

    def answers(self) -> tuple[str, str]:
        """Return what the law says now of the mutant that it spares, and what it says once it is repaired."""
        subject = Mutated(self.spares)
        first, second = ("holds" if self.holds(subject, text) else "fails" for text in (None, self.repaired))
        return first, second


def exhibit(
    name: str, *, of: str, killed_by: Sequence[str], level: str | None = None, **plaque: Any
) -> Callable[[Wrong], Wrong]:
    """Hang the function or class below into the museum.

    Args:
        name: of the exhibit.
        of: what it stands in for, "module.function".
        killed_by: names of the laws that must fail on it.
        level: "shape" where shape, dtype or a changed argument is the very mistake.
        **plaque: the other fields of an `Exhibit`.
    """
    module, _, function = of.partition(".")

    def enter(wrong: Wrong) -> Wrong:
        if inspect.isfunction(wrong):
            wrong.__name__ = wrong.__qualname__ = function
        return _hang(Exhibit(name, module, function, laws=tuple(killed_by), level=level, replacement=wrong, **plaque),
                     wrong)  # fmt: skip

    return enter


def vacuous(name: str, *, killed_by: Sequence[str], spares: Mutant | str, **plaque: Any) -> Callable[[Wrong], Wrong]:
    """Hang the test below, which cannot fail, into the museum.

    Args:
        name: of the exhibit.
        killed_by: names of the laws of refnn that see the mutant.
        spares: the mutant that it lets live, or its name in the catalogue.
        **plaque: the other fields of a `VacuousLaw`.
    """

    def enter(law: Wrong) -> Wrong:
        lives = mutants()[spares] if isinstance(spares, str) else spares
        return _hang(VacuousLaw(name=name, laws=tuple(killed_by), spares=lives, law=law, **plaque), law)

    return enter


def _hang(one: Exhibit | VacuousLaw, code: Wrong) -> Wrong:
    """Enter an exhibit into the catalogue, and hand its code back."""
    if one.name in _found:
        raise ValueError(f"name: there are two exhibits {one.name!r}")
    _found[one.name] = one
    return code


@cache
def exhibits() -> dict[str, Exhibit | VacuousLaw]:
    """Return all exhibits by name, module by module; the laws come last."""
    for file in sorted(pkgutil.iter_modules(__path__), key=lambda file: (file.name == "tests", file.name)):
        importlib.import_module(f"{__name__}.{file.name}")
    return dict(_found)


def _file_of(code: Callable[..., Any], name: str) -> str:
    """Return the source of a function or class under another name, below the imports of its module that it uses."""
    text = dedent(inspect.getsource(code))
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(("def ", "class ")))
    text = "\n".join(lines[start:])
    text = re.sub(r"^(def|class) \w+", rf"\1 {name}", text).replace("  # fmt: skip", "")
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    heads = []
    for node in ast.parse(inspect.getsource(importlib.import_module(code.__module__))).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            node.names = [alias for alias in node.names if (alias.asname or alias.name) in used]
            heads += [ast.unparse(node)] if node.names else []
    heads += ["import numpy as np"] * ("import numpy as np" not in heads)
    return "\n".join(heads) + "\n\n\n" + text + "\n"
