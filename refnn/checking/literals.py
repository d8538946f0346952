"""Values as Python source: what a counterexample is made of, ready to be pasted."""

import base64
import copy
import dataclasses
import re
import types
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.properties.adapter import Draws

__all__ = ["NoLiteral", "brief", "frozen", "literal"]

WIDTH = 88
_SPELT_OUT = 256  # entries; more are packed
_PACKED = 100_000
_PLAIN_DTYPES = {"float64", "int64", "bool"}  # those that np.array finds by itself


class NoLiteral(ValueError):
    """There is no source text for this value."""


def literal(value: Any, named: Callable[[Any], str | None] = lambda value: None) -> str:
    """Return source text that makes an equal value; `named` may know a name for an object.

    Example:
        >>> print(literal((np.array([[1.0, np.nan]], np.float32), 2)))
        (np.array([[1.0, np.nan]], np.float32), 2)
    """
    name = named(value)
    if name is not None:
        return name
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({_number(value.item())})" if value.dtype.kind in "fiub" else _refused(value)
    if value is None or isinstance(value, bool | int | float | str):
        return _number(value)
    if isinstance(value, list):
        return f"[{', '.join(literal(v, named) for v in value)}]"
    if isinstance(value, Draws):
        return f"Draws({', '.join(literal(v, named) for v in value.values)})"
    if type(value).__module__.startswith("refnn.") and (hasattr(value, "_fields") or dataclasses.is_dataclass(value)):
        names = getattr(value, "_fields", None) or [field.name for field in dataclasses.fields(value) if field.init]
        parts = [f"{name}={literal(getattr(value, name), named)}" for name in names]
        start, line = f"{type(value).__module__}.{type(value).__qualname__}(", ", ".join(parts)
        more = "".join(f"\n    {part}," for part in parts)
        return f"{start}{line})" if len(start + line) <= WIDTH else f"{start}{more}\n)"
    if hasattr(value, "_fields"):
        return _refused(value)
    if isinstance(value, tuple):
        inside = ", ".join(literal(v, named) for v in value)
        return f"({inside}{',' * (len(value) == 1)})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(k, named)}: {literal(v, named)}' for k, v in value.items())}}}"
    if isinstance(value, np.random.Generator):
        return _generator(value)
    if isinstance(value, type) and issubclass(value, np.generic):
        return f"np.{np.dtype(value).name}"
    if isinstance(value, np.dtype):
        return f'np.dtype("{value.str}")'
    return _refused(value)


def brief(value: Any) -> str:
    """Return a value in one line, whatever it is; long ones are cut."""
    if isinstance(value, np.ndarray | np.generic):
        precision = 17 if np.ndim(value) == 0 else 6
        text = np.array2string(np.asarray(value), separator=", ", threshold=30, precision=precision)
        text = " ".join(text.split())
        if np.asarray(value).dtype.name not in _PLAIN_DTYPES:
            text += f" {np.asarray(value).dtype}"
    else:
        text = re.sub(" at 0x[0-9a-f]+", "", " ".join(repr(value).split()))  # the same each time
    return text if len(text) <= WIDTH else f"{text[:WIDTH - 4]} ..."


def frozen(value: Any) -> Any:
    """Return a copy that later changes of arrays, lists and generators do not reach; other objects as they are."""
    if isinstance(value, np.ndarray):
        return value.copy() if type(value) is np.ndarray else copy.copy(value)
    if isinstance(value, list):
        return [frozen(v) for v in value]
    if isinstance(value, tuple):
        parts = [frozen(v) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, np.random.Generator):
        return copy.deepcopy(value)
    return value


def _refused(value: Any) -> str:
    kind = "function" if isinstance(value, types.FunctionType) else type(value).__name__
    raise NoLiteral(f"no source text for a {kind}")


def _number(value: Any) -> str:
    """Return a number or string, NaN and infinity by their names in NumPy."""
    text = repr(value)
    return f"{text[:-3]}np.{text[-3:]}" if isinstance(value, float) and text.endswith(("nan", "inf")) else text


def _array(array: NDArray) -> str:
    if array.dtype.kind not in "fiub" or type(array) is not np.ndarray:
        return _refused(array)
    native = array.dtype.isnative
    dtype = f"np.{array.dtype.name}" if native else f'"{array.dtype.str}"'
    behind = "" if native and array.dtype.name in _PLAIN_DTYPES else f", {dtype}"
    if array.size == 0:
        return f"np.zeros({array.shape}{'' if array.dtype == np.float64 and native else f', {dtype}'})"
    if array.size > 4 and (array.ravel()[:1].tobytes() * array.size) == array.tobytes():
        return f"np.full({array.shape}, {_number(array.flat[0].item())}{behind})"
    if array.size <= _SPELT_OUT:
        start = "np.array("
        return f"{start}{_nested(array.tolist(), len(start))}{behind})"
    if array.size > _PACKED:
        raise NoLiteral(f"no source text for {array.size} numbers")
    packed = base64.b64encode(array.tobytes()).decode()
    return f'np.frombuffer(base64.b64decode("{packed}"), "{array.dtype.str}").reshape({array.shape}).copy()'


def _nested(value: Any, margin: int) -> str:
    """Return nested lists of numbers, broken over lines where they are long."""
    if not isinstance(value, list):
        return _number(value)
    parts = [_nested(v, margin + 1) for v in value]
    line = f"[{', '.join(parts)}]"
    if len(line) + margin <= WIDTH or not isinstance(value[0], list):
        return line
    return "[" + (",\n" + " " * (margin + 1)).join(parts) + "]"


def _generator(rng: np.random.Generator) -> str:
    bits = type(rng.bit_generator).__name__
    for seed in range(100):  # most laws make theirs from a small seed
        fresh = np.random.Generator(type(rng.bit_generator)(seed))
        if _plain(fresh.bit_generator.state) == _plain(rng.bit_generator.state):
            made = f"np.random.Generator(np.random.{bits}({seed}))"
            return f"np.random.default_rng({seed})" if bits == "PCG64" else made
    raise NoLiteral("no short source text for a generator that has drawn already")


def _plain(state: Any) -> str:
    return repr({k: (v.tolist() if isinstance(v, np.ndarray) else v) for k, v in state.items()})
