"""Two answers to one call: whether they are the same, and where not, in words."""

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from refnn.checking.literals import brief
from refnn.checking.recorder import Answer, Call

__all__ = ["Difference", "argument", "first_difference", "parameters", "same", "sentence_of"]


@dataclass(frozen=True)
class Difference:
    """What one answer has and the other has not.

    `kind` is one of raised, value, shape, dtype, changed and alias; `place` says where, such as "[0, 1]"; `path` leads
    to it from the result, such as "[1]" in a tuple.
    """

    kind: str
    yours: str
    expected: str
    place: str = ""
    path: str = ""
    argument: int | str | None = None
    rounding: bool = False


def first_difference(
    calls: list[Call], expected: list[Answer | None], manners_first: bool, refusal: bool
) -> tuple[int, Difference] | None:
    """Return the first call whose answer is not the expected one, and how.

    Plain differences of value come before those of dtype and manners, or after them where the law is about these, and
    differences within rounding come last. That refnn refuses what the subject accepts counts where the law is about a
    `refusal`.
    """
    checks: list[Callable[[Call, Answer, Answer], Difference | None]] = [_value, _manners]
    if manners_first:
        checks.reverse()
    for check in (*checks, _rounding):
        for i, (call, answer) in enumerate(zip(calls, expected, strict=True)):
            if call.answer is None or answer is None or (answer.raised and not call.answer.raised and not refusal):
                continue
            if found := check(call, call.answer, answer):
                return i, found
    return None


def same(one: Answer, other: Answer, call: Call, exactly: bool = False) -> bool:
    """Tell whether two answers agree, up to rounding or exactly: result or exception, dtype, and manners."""
    if one.raised is not None and other.raised is not None:
        return type(one.raised) is type(other.raised)
    scale = 0.0 if exactly else 1.0
    return _value(call, one, other, scale, random_too=True) is None and _manners(call, one, other) is None


def sentence_of(raised: BaseException) -> str:
    """Say what was raised."""
    if isinstance(raised, SystemExit):
        return f"calls exit({'' if raised.code is None else repr(raised.code)})"
    text = re.sub(" at 0x[0-9a-f]+", "", " ".join(str(raised).split()))  # the same each time
    text = text if len(text) <= 200 else f"{text[:197]}..."
    return f"raises {type(raised).__name__}: {text}" if text else f"raises {type(raised).__name__}"


def _value(
    call: Call, yours: Answer, expected: Answer, scale: float = 1.0, random_too: bool = False
) -> Difference | None:
    if yours.raised is not None or expected.raised is not None:
        return _raised(yours, expected)
    if _random(call) and not random_too:  # another way to draw is as good
        return next((d for d in _parts(yours.result, expected.result, None) if d.kind == "shape"), None)
    for difference in _parts(yours.result, expected.result, scale):
        if difference.kind != "dtype":
            return difference
    for key in expected.changed.keys() & yours.changed.keys():
        for d in _parts(yours.changed[key], expected.changed[key], scale):
            if d.kind != "dtype":
                return Difference("changed", d.yours, d.expected, d.place, d.path, key)
    return None


def _raised(yours: Answer, expected: Answer) -> Difference | None:
    if yours.raised is not None and expected.raised is not None:
        if isinstance(yours.raised, type(expected.raised)):
            return None
        return Difference("raised", sentence_of(yours.raised), sentence_of(expected.raised))
    if yours.raised is not None:
        return Difference("raised", sentence_of(yours.raised), brief(expected.result))
    assert expected.raised is not None
    return Difference("value", brief(yours.result), sentence_of(expected.raised))


def _manners(call: Call, yours: Answer, expected: Answer) -> Difference | None:
    if yours.raised is not None or expected.raised is not None:
        return None
    name = lambda key: argument(call, key)  # noqa: E731
    for key in yours.changed.keys() - expected.changed.keys():
        return Difference("changed", f"{name(key)} is {brief(yours.changed[key])} afterwards",
                          f"{name(key)} stays {brief(call.arguments[key])}", argument=key)
    for key in expected.changed.keys() - yours.changed.keys():
        return Difference("changed", f"{name(key)} stays {brief(call.arguments[key])}",
                          f"{name(key)} is {brief(expected.changed[key])} afterwards", argument=key)
    for difference in _parts(yours.result, expected.result, None):
        return difference
    if yours.alias is not None and expected.alias is None:
        return Difference("alias", f"the result shares its memory with {name(yours.alias)}: change one, and the other "
                          "changes", "memory of its own", argument=yours.alias)
    return None


def _rounding(call: Call, yours: Answer, expected: Answer) -> Difference | None:
    if yours.raised is not None or expected.raised is not None or _random(call):
        return None
    for d in _parts(yours.result, expected.result, 0.0):
        return Difference(d.kind, d.yours, d.expected, d.place, d.path, rounding=True)
    return None


def _parts(yours: Any, expected: Any, scale: float | None, path: str = "") -> Iterator[Difference]:
    """Yield the differences of two results; of arrays' values only if there is a scale for the tolerance."""
    if isinstance(expected, list | tuple):
        if not isinstance(yours, list | tuple) or len(yours) != len(expected):
            kind = type(expected).__name__
            yield Difference("shape", _outline(yours), f"a {kind} of {len(expected)}", path=path)
            return
        for i, (y, e) in enumerate(zip(yours, expected, strict=True)):
            yield from _parts(y, e, scale, f"{path}[{i}]")
    elif isinstance(expected, np.ndarray | np.generic | float | int | bool):
        if yours is None:
            yield Difference("shape", "None (is a `return` missing?)", brief(expected), path=path)
        elif isinstance(expected, np.ndarray) and expected.ndim and not isinstance(yours, np.ndarray):
            yield Difference("shape", _outline(yours), f"an array of shape {expected.shape}", path=path)
        else:
            yield from _numbers(yours, expected, scale, path)
    elif (expected is None or isinstance(expected, str)) and (type(yours) is not type(expected) or yours != expected):
        yield Difference("value", brief(yours), brief(expected), path=path)


def _numbers(yours: Any, expected: Any, scale: float | None, path: str) -> Iterator[Difference]:
    typed = isinstance(yours, np.ndarray | np.generic) and isinstance(expected, np.ndarray | np.generic)
    y, e = np.asarray(yours), np.asarray(expected)
    if y.shape != e.shape:
        yield Difference("shape", f"shape {y.shape}", f"shape {e.shape}", path=path)
        return
    if y.dtype.kind not in "fiubc" or e.dtype.kind not in "fiubc":
        return
    if typed and y.dtype != e.dtype:
        yield Difference("dtype", f"dtype {y.dtype}", f"dtype {e.dtype}", path=path)
    if scale is None:
        return
    single = "f" in (y.dtype.kind, e.dtype.kind) and np.float32 in (y.dtype, e.dtype)
    tolerance = scale * (1e-4 if single else 1e-9)
    with np.errstate(all="ignore"):
        y64, e64 = y.astype(np.complex128), e.astype(np.complex128)
        near = np.abs(y64 - e64) <= tolerance * np.maximum(1, np.abs(e64))
    equal = near | (y64 == e64) | (np.isnan(y64) & np.isnan(e64))
    if not equal.all():
        at = tuple(int(i) for i in np.argwhere(~equal)[0])
        place = f"[{', '.join(map(str, at))}]" if at else ""
        yield Difference("value", brief(y[at]), brief(e[at]), place, path)


def _outline(value: Any) -> str:
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    return brief(value)


def _random(call: Call) -> bool:
    names = {*parameters(call)[: len(call.args)], *call.kwargs}
    return "rng" in names or any(isinstance(a, np.random.Generator) for a in call.arguments.values())


def argument(call: Call, key: int | str) -> str:
    """Return the name of an argument."""
    return parameters(call)[key] if isinstance(key, int) and key < len(parameters(call)) else str(key)


def parameters(call: Call) -> list[str]:
    """Return the names of the parameters that a call's positional arguments go to, as refnn has them."""
    target: Any = getattr(importlib.import_module(f"refnn.{call.module}"), call.name, None)
    if "." in call.function:
        target = getattr(target, call.function.partition(".")[2], None)
    try:
        names = [name for name in inspect.signature(target).parameters if name != "self"]
    except (TypeError, ValueError):
        names = []
    return names + [f"argument{i}" for i in range(len(names), len(call.args))]
