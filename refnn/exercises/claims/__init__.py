"""Plausible claims that are wrong: find the input that refutes them.

A claim is a sentence that one believes until one meets the exception. Below it stands a function that tells whether it
holds for an input; what one input refutes is refuted. Inputs are small: a few numbers, none above 100, none infinite,
so that a counterexample is an insight and no accident of rounding.

    >>> sum_of_relus = claims()["relu-of-a-sum"]
    >>> sum_of_relus.says
    'The ReLU of a sum is the sum of the ReLUs.'
    >>> sum_of_relus.holds(1, 2), sum_of_relus.holds(1, -1)
    (True, False)
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from textwrap import dedent
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float
from refnn.register import modules

__all__ = ["MOST", "Claim", "alike", "claim", "claims", "number", "numbers", "signs", "whole"]

MOST = 100.0  # no number of an input is larger
_SIZE = 60  # and no array has more

Holds = TypeVar("Holds", bound=Callable[..., bool])

_found: dict[str, "Claim"] = {}


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A wrong claim, with what is right instead, and a function that tells whether it holds for an input.

    Args:
        name: such as "relu-of-a-sum".
        of: the module that it is about.
        says: the claim, in one sentence.
        truth: what is right instead.
        refuted_by: the smallest natural input for which it does not hold.
        innocent: an input for which it does.
        inadmissible: an input that says nothing about it, and is refused in words.
        hints: three rungs to a counterexample: a question, the formula, the shape of the input.
        buys: what one has from knowing better.
        holds: tells whether the claim holds for an input; its docstring says what the input is.
    """

    name: str
    of: str
    says: str
    truth: str
    refuted_by: tuple[Any, ...]
    innocent: tuple[Any, ...]
    inadmissible: tuple[Any, ...]
    hints: tuple[str, str, str]
    buys: str
    holds: Callable[..., bool] = field(repr=False)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what is asked for."""
        return tuple(inspect.signature(self.holds).parameters)

    @property
    def asks(self) -> str:
        """What the input is, in words."""
        return " ".join((self.holds.__doc__ or "").split())

    @property
    def source(self) -> str:
        """The function that decides, as it is written."""
        text = dedent(inspect.getsource(self.holds))
        return text[text.index("\ndef ") + 1 :].replace("def _(", "def holds(", 1).replace("  # fmt: skip", "")


def claim(name: str, *, of: str, says: str, **texts: Any) -> Callable[[Holds], Holds]:
    """Enter a claim, decided by the function below, into the list.

    Args:
        name: of the claim.
        of: the module that it is about.
        says: the claim, in one sentence.
        **texts: the other fields of a `Claim`.

    Raises:
        ValueError: if the name is taken, or there is no such module.
    """
    if name in _found:
        raise ValueError(f"name: there are two claims {name!r}")
    if of not in modules():
        raise ValueError(f"of: expected a module, got {of!r}")

    def enter(holds: Holds) -> Holds:
        _found[name] = Claim(name=name, of=of, says=says, holds=holds, **texts)
        return holds

    return enter


@cache
def claims() -> dict[str, Claim]:
    """Return all claims by name, in the order of the book."""
    for file in sorted(pkgutil.iter_modules(__path__), key=lambda file: file.name):
        importlib.import_module(f"{__name__}.{file.name}")
    order = modules()
    return dict(sorted(_found.items(), key=lambda item: order.index(item[1].of)))


# What the claims ask of their inputs


def numbers(name: str, values: ArrayLike, ndim: int) -> NDArray:
    """Return finite numbers of moderate size, at least one, in float64."""
    try:
        array = as_float(name, values, ndim).astype(np.float64)
    except TypeError as wrong:
        raise ValueError(str(wrong)) from None
    if not 1 <= array.size <= _SIZE:
        raise ValueError(f"{name}: expected 1 to {_SIZE} numbers, got {array.size}")
    if not (np.abs(array) <= MOST).all():  # which NaN is not
        raise ValueError(f"{name}: expected numbers from -{MOST:g} to {MOST:g}, got {values!r}")
    return array


def number(name: str, value: Any, least: float = -MOST, most: float = MOST) -> float:
    """Return one number between two limits."""
    found = float(numbers(name, value, 0))
    if not least <= found <= most:
        raise ValueError(f"{name}: expected a number from {least:g} to {most:g}, got {value}")
    return found


def whole(name: str, value: Any, least: int, most: int) -> int:
    """Return one whole number between two limits."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise ValueError(f"{name}: expected a whole number from {least} to {most}, got {value!r}")
    return int(value)


def signs(name: str, values: ArrayLike, n: int) -> NDArray:
    """Return n labels, each -1 or +1."""
    labels = numbers(name, values, 1)
    if len(labels) != n or not (np.abs(labels) == 1).all():
        raise ValueError(f"{name}: expected {n} labels -1 or +1, one for each sample, got {values!r}")
    return labels


def alike(a: ArrayLike, b: ArrayLike) -> bool:
    """Tell whether two results are equal but for rounding."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return a.shape == b.shape and bool((np.abs(a - b) <= 1e-9 * np.maximum(1, np.abs(a))).all())
