"""Mutants: plausible wrong versions of refnn's functions, each with the mistake it imitates and the laws that see it.

A law that no mistake can break says nothing, so every law is tried on these. A mutant is a short function as a student
or a library would write it, wrong in one way; it stands below `@mutant(...)` in the file of the module it belongs to.
A wrong class is a subclass of the right one, with a method that is wrong.

    >>> flipped = mutants()["conv2d-flipped-kernel"]
    >>> flipped.imitates
    'the kernel is flipped in both axes: this is true convolution, not correlation'
    >>> wrong = Mutated(flipped).conv.conv2d([[[[1, 2, 3]]]], [[[[0, 1]]]])
    >>> wrong.tolist()   # and [[[[2.0, 3.0]]]] is right
    [[[[1.0, 2.0]]]]
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from refnn.properties.subject import Subject

__all__ = ["Mutant", "Mutated", "mutant", "mutants"]

Wrong = TypeVar("Wrong", bound=Callable[..., Any])

_found: dict[str, "Mutant"] = {}


@dataclass(frozen=True)
class Mutant:
    """A wrong version of one function or class of refnn.

    Args:
        name: such as "conv2d-flipped-kernel".
        module: the module it belongs to, "conv".
        function: the function or class it stands in for, "conv2d".
        imitates: the mistake, in one plain sentence.
        laws: names of the laws that must fail on it, at least one.
        level: "shape" where shape, dtype or a changed argument is the very mistake, else None.
        replacement: the wrong function, with the signature of the right one.
    """

    name: str
    module: str
    function: str
    imitates: str
    laws: tuple[str, ...]
    level: str | None
    replacement: Callable[..., Any] = field(repr=False)

    @property
    def source(self) -> str:
        """The wrong function as it is written, under the name of the right one."""
        wrong = inspect.unwrap(self.replacement)
        head, at = f"class {wrong.__qualname__}(", 1
        if inspect.isfunction(wrong):
            head, at = "def _(", wrong.__code__.co_firstlineno
        lines, _ = inspect.findsource(importlib.import_module(wrong.__module__))
        start = next(i for i in range(at - 1, len(lines)) if lines[i].startswith(head))  # below the decorators
        first, rest = "".join(inspect.getblock(lines[start:])).rstrip("\n").split("(", 1)
        return f"{first.split()[0]} {self.function}({rest}"


def mutant(
    name: str, *, of: str, imitates: str, killed_by: Sequence[str], level: str | None = None
) -> Callable[[Wrong], Wrong]:
    """Enter the function or class below into the catalogue.

    Args:
        name: of the mutant.
        of: what it stands in for, "module.function".
        imitates: the mistake, in one plain sentence.
        killed_by: names of the laws that must fail on it.
        level: "shape" where shape, dtype or a changed argument is the very mistake.

    Raises:
        ValueError: if the name is taken, no law is named, or `of` is no "module.function".
    """
    module, _, function = of.partition(".")
    if not module or not function.isidentifier():
        raise ValueError(f"of: expected 'module.function', got {of!r}")
    if not killed_by:
        raise ValueError(f"killed_by: {name} names no law that sees it")
    if name in _found:
        raise ValueError(f"name: there are two mutants {name!r}")

    def enter(wrong: Wrong) -> Wrong:
        wrong.__name__ = function
        if inspect.isfunction(wrong):  # a class keeps the other name: by it inspect finds its source
            wrong.__qualname__ = function
        _found[name] = Mutant(name, module, function, imitates, tuple(killed_by), level, wrong)
        return wrong

    return enter


@cache
def mutants() -> dict[str, Mutant]:
    """Return the catalogue, module by module."""
    for file in sorted(pkgutil.iter_modules(__path__), key=lambda file: file.name):
        importlib.import_module(f"{__name__}.{file.name}")
    return dict(_found)


class Mutated(Subject):
    """A subject that is refnn but for one function: usable wherever a `Subject` is.

    Only who asks the subject for that function meets the mutant. refnn's own functions call each other as ever, so the
    laws of other modules, and of other functions that do not ask for it, hold.
    """

    def __init__(self, mutant: Mutant) -> None:
        super().__init__("refnn")
        self.name, self.mutant = f"refnn with {mutant.name}", mutant

    def find(self, module: str, function: str) -> Any:
        """Return the mutant where it is asked for, and what refnn has under any other name."""
        asked_for_it = (module, function) == (self.mutant.module, self.mutant.function)
        return self.mutant.replacement if asked_for_it else super().find(module, function)
