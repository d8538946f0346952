"""Arguments as nobody would make them on purpose: the same numbers in strange memory, and what is no array at all."""

import array
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided


class Clinging(np.ndarray):
    """A subclass that must be left behind: whoever computes with it hears of it."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        raise AssertionError(f"{ufunc.__name__} met a subclass")


class Convertible:
    """Something that turns into an array when it is asked to."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


class Interfaced:
    """Something that shows its memory in NumPy's way."""

    def __init__(self, values):
        self.values = values
        self.__array_interface__ = values.__array_interface__


def read_only(a):
    a.flags.writeable = False
    return a


def every_second(a):
    """Lie between numbers that are none."""
    wide = np.full([2 * side for side in a.shape], -1 if a.dtype.kind in "bui" else np.nan).astype(a.dtype)
    view = wide[(*(slice(None, None, 2) for _ in a.shape), ...)]
    view[...] = a
    return view


def backwards(a):
    turn = (*(slice(None, None, -1) for _ in a.shape), ...)
    return np.ascontiguousarray(a[turn])[turn]


def far_apart(a):
    """Lie half a megabyte apart, or what many numbers leave of 64."""
    step = min(1 << 16, (1 << 23) // max(a.size, 1) + 1)
    view = np.empty(max(a.size, 1) * step, a.dtype)[::step][: a.size].reshape(a.shape)
    view[...] = a
    return view


def misaligned(a):
    records = np.zeros(a.shape, [("odd", "i1"), ("number", a.dtype)])
    records["number"] = a
    return records["number"]


def overlapping(a):
    """Let every number but the first start inside the one before it, along the first axis: rows that share memory."""
    if a.ndim == 0 or a.shape[0] < 2:
        return a
    rows = np.resize(a, (a.shape[0] + int(np.prod(a.shape[1:])),))
    return as_strided(rows, a.shape, (a.itemsize, *np.array(a[0]).strides))


def whole_numbers(kind):
    def change(a):
        with np.errstate(invalid="ignore"):
            whole = a.astype(kind)
        return whole if (whole == a).all() else a

    return change


# the same numbers, or other numbers of a kind that has no right to matter: what counts is np.array(form)
EQUAL: dict[str, Callable[[np.ndarray], Any]] = {
    "read-only": read_only,
    "Fortran order": np.asfortranarray,
    "every second": every_second,
    "backwards": backwards,
    "far apart": far_apart,
    "misaligned": misaligned,
    "overlapping": overlapping,
    "broadcast": lambda a: np.broadcast_to(a[:1] if a.ndim else a, a.shape),
    "byte-swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "matrix": lambda a: a.view(np.matrix) if a.ndim == 2 else a,
    "subclass": lambda a: a.view(Clinging),
    "masked nowhere": lambda a: np.ma.array(a, mask=False),
    "list": lambda a: a.tolist() if a.dtype != np.float32 and a.ndim and a.size else a,
    "tuple": lambda a: tuple(a.tolist()) if a.dtype != np.float32 and a.ndim and a.size else a,
    "list of arrays": lambda a: list(a) if a.ndim and a.size else a,
    "memoryview": memoryview,
    "array.array": lambda a: array.array("d", a) if a.ndim == 1 and a.dtype == np.float64 else a,
    "__array__": Convertible,
    "__array_interface__": Interfaced,
    **{f"as {kind}": whole_numbers(kind) for kind in ("int8", "uint8", "int32", "uint64", "bool", ">i2")},
}  # fmt: skip

# no array of numbers: to be refused in words, except that None may mean "without"
REFUSED: dict[str, Callable[[np.ndarray], Any]] = {
    "float16": lambda a: a.astype(np.float16),
    "long double": lambda a: a.astype(np.longdouble),
    "complex": lambda a: a.astype(complex),
    "object": lambda a: a.astype(object),
    "structured": lambda a: np.zeros(a.shape, [("x", "f8"), ("y", "f8")]),
    "strings": lambda a: a.astype(str),
    "bytes": lambda a: a.astype(bytes),
    "dates": lambda a: np.zeros(a.shape, "datetime64[s]"),
    "durations": lambda a: np.zeros(a.shape, "timedelta64[s]"),
    "void": lambda a: np.zeros(a.shape, "V8"),
    "masked": lambda a: np.ma.array(a, mask=True),
    "ragged": lambda a: [[1.0], [2.0, 3.0]],
    "text": lambda a: "array",
    "bytestring": lambda a: b"array",
    "dict": lambda a: {"x": 1.0},
    "set": lambda a: {1.0},
    "generator": lambda a: (x for x in (1.0, 2.0)),
    "nothing in a list": lambda a: [None] * max(1, len(a) if a.ndim else 1),
    "a number too long": lambda a: [10**400],
    "object()": lambda a: object(),
    "function": lambda a: len,
    "class": lambda a: float,
    "ellipsis": lambda a: ...,
    "None": lambda a: None,
}

# numbers in an order that may or may not fit
MISFITS: dict[str, Callable[[np.ndarray], Any]] = {
    "one axis more": lambda a: a[np.newaxis],
    "one axis more behind": lambda a: a[..., np.newaxis],
    "one axis less": lambda a: a[0] if a.ndim and len(a) else a,
    "transposed": lambda a: a.T,
    "flat": lambda a: a.ravel(),
    "one row more": lambda a: np.concatenate([a, a[:1]]) if a.ndim else a,
    "one row less": lambda a: a[1:] if a.ndim else a,
    "one column more": lambda a: np.concatenate([a, a[..., :1]], axis=-1) if a.ndim else a,
    "one column less": lambda a: a[..., 1:] if a.ndim else a,
    "one row": lambda a: a[:1] if a.ndim else a,
    "empty": lambda a: np.zeros(0, a.dtype),
    "empty within": lambda a: np.zeros((*a.shape, 0), a.dtype),
    "empty outside": lambda a: np.zeros((0, *a.shape[1:]), a.dtype),
    "a number": lambda a: a.dtype.type(1),
    "zero axes": lambda a: np.array(1, a.dtype),
    "32 axes": lambda a: np.ones((1,) * 32, a.dtype),
    "64 axes": lambda a: np.ones((1,) * 64, a.dtype) if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else a,
}

GIANT = "a terabyte of one number"


def giant(a):
    """Claim a terabyte: one number, seen again and again."""
    return np.broadcast_to(a.dtype.type(1), (1 << 37, *a.shape[1:]) if a.ndim else ())


BIG, TINY = np.finfo(np.float32).max, np.finfo(np.float32).smallest_subnormal

# numbers at the edges of their kind; the first are ordinary
VALUES: dict[str, Callable[[np.random.Generator, tuple], np.ndarray]] = {
    "eighths": lambda rng, shape: rng.integers(-16, 17, shape) / 8,
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "zeros": lambda rng, shape: np.zeros(shape),
    "negative zeros": lambda rng, shape: -np.zeros(shape),
    "tiny": lambda rng, shape: rng.choice([0.0, 5e-324, -5e-324, 1e-310, TINY, -1e-308], shape),
    "big": lambda rng, shape: rng.choice([1e300, -1e300, 1e154, 1.7e308, -1.7e308, BIG, 1.0], shape),
    "large": lambda rng, shape: rng.choice([1e30, -1e30, 1e18, -700.0, 710.0, 88.8, 1.0], shape),
    "NaN": lambda rng, shape: rng.choice([np.nan, 1.0, -2.0], shape),
    "infinity": lambda rng, shape: rng.choice([np.inf, -np.inf, 1.0, 0.0], shape),
}
EXACT, FINITE = {"kept", "eighths"}, {"kept", "eighths", "normal", "zeros", "negative zeros", "tiny", "large", "big"}

SCALARS: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, 7, -1, 0.0, -0.0, 0.5, 1.0, 1.5, -2.5, 1e-320, 1e308, float("nan"), float("inf"),
    -float("inf"), 2**31, 2**62, 2**63, 2**64, -(2**63), 10**400, "", "x", "relu", "mean", b"relu", 1j, (), [], (1,),
    (1, 2), [2, 2], (0, 1), (1, 2, 3), (-1, 1), (1.5, 2), ("a", "b"), (2**62, 2**62), {}, object(), len, float,
    np.float64, np.float32, ..., slice(2), range(3), np.array(2), np.array([1, 2]), np.array(2.5), np.int8(2),
    np.uint64(2**63), np.float16(0.5), np.float32(0.5), np.str_("relu"), np.datetime64("2020-01-01"), "float16", "f4",
    np.random.default_rng(0), 0.1, 3, 5,
)  # fmt: skip


TOKENS = re.compile(rb'-?\d[\d.eE+-]*|"(?:[^"\\]|\\.)*"|true|false|null|[\[{(][^\[\](){}]*[\])}]')
# in the place of a number, a word, a list or a dict in a file
WORDS = (
    b"-1", b"0", b"1", b"2", b"3", b"1.5", b"NaN", b"-Infinity", b"1e999", b"9223372036854775807",
    b"18446744073709551616", b"9" * 30, b"9" * 5000, b"2000000000", b"null", b"true", b'""', b'"\\ud800"', b'"\\u0000"',
    b'"\xff"', b"\xff", b"[]", b"{}", b"[1]", b"[[1]]", b'[1, "a"]', b'{"a": 1}', b'{"a":1,"a":2}', b"{}{}", b"",
    b"[" * 900, b"[" * 900 + b"]" * 900, b"[" * 99999, b'{"a":' * 99999, b'"F64"', b'"BF16"', b'"layer"',
    b'"MaxPool2D"',
)  # fmt: skip


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Return what is left of a file that something happened to, once or several times."""
    for _ in range(rng.integers(1, 4)):
        start, stop = sorted(rng.integers(0, len(content) + 1, 2).tolist())
        way, near = rng.integers(10), min(start + int(rng.integers(1, 9)), len(content))
        if way == 0:
            content = content[:start]
        elif way == 1:
            content = content[:start] + rng.bytes(near - start) + content[near:]
        elif way == 2:
            content = content[:start] + content[start:stop] + content[start:]
        elif way == 3:
            content = content[:start] + content[near:]
        elif found := [*TOKENS.finditer(content)]:
            one, other = (found[rng.integers(len(found))] for _ in range(2))
            word = other[0] if way < 6 else WORDS[rng.integers(len(WORDS))]
            content = content[: one.start()] + word + content[one.end() :]
    return content


def alike(value):
    """Yield other ways to say the same plain value."""
    if isinstance(value, bool):
        yield np.bool_(value)
    elif isinstance(value, int):
        yield from (np.int64(value), np.int32(value))
    elif isinstance(value, float):
        yield np.float64(value)
        if value == int(value):
            yield int(value)
    elif isinstance(value, str):
        yield np.str_(value)
    elif isinstance(value, tuple) and all(type(v) is int for v in value):
        yield from (tuple(map(np.int64, value)), list(value))


def plain(form):
    """Return the same numbers as an array in memory of its own, in order."""
    found = np.asarray(form)
    return np.array(found, found.dtype.newbyteorder("="), order="C", subok=False)
