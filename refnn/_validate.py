"""What every public function asks of its arguments, and the words it uses when they are wrong."""

import difflib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from reprlib import Repr
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Pair = int | tuple[int, int]
T = TypeVar("T", bound=tuple[Any, ...])


class _Short(Repr):
    """What a message repeats: long texts and lists only with their beginning and end, arrays by their shape."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 80
        self.maxlist = self.maxtuple = 4

    def repr_ndarray(self, array: NDArray, level: int) -> str:
        return f"array of shape {array.shape}" if array.ndim else repr(array)


_SHORT = _Short()


def short(value: Any) -> str:
    """Return what somebody gave in a few words and on one line, for a message to repeat."""
    return " ".join(_SHORT.repr(value).split())


def as_array(name: str, values: Any) -> NDArray:
    """Return `values` as an array of any dtype; a mask is not lost on the way, and rows are of one length."""
    if np.ma.is_masked(values):
        raise ValueError(f"{name}: expected numbers everywhere, got an array with masked entries; fill them first")
    try:
        return np.asarray(values)
    except ValueError as ragged:
        raise ValueError(f"{name}: expected an array, got rows of different lengths") from ragged


def as_float(name: str, values: ArrayLike, ndim: int | None = None) -> NDArray:
    """Return `values` as a native float32 or float64 array: float32 stays; bools, integers and float64 become float64.

    Where `ndim` is given, the array must have that many axes.
    """
    array = as_array(name, values)
    if array.dtype.kind not in "bui" and (array.dtype.kind, array.dtype.itemsize) not in {("f", 4), ("f", 8)}:
        raise TypeError(f"{name}: expected float32, float64, integers or bools, got dtype {array.dtype}")
    if ndim is not None and array.ndim != ndim:
        axes = "1 axis" if ndim == 1 else f"{ndim} axes"
        raise ValueError(f"{name}: expected {axes}, got {array.ndim} in shape {array.shape}")
    dtype = np.float32 if array.dtype.kind == "f" and array.dtype.itemsize == 4 else np.float64
    array = np.asarray(array, dtype)  # leaves subclasses behind
    return array if array.flags.aligned else array.copy()  # the fields of packed records lie at odd addresses


def as_floats(ndim: int | None = None, **arrays: ArrayLike) -> tuple[NDArray, ...]:
    """Return several named arrays in their common dtype: float32 with float64 gives float64."""
    converted = [as_float(name, values, ndim) for name, values in arrays.items()]
    dtype = np.result_type(*(array.dtype for array in converted))
    return tuple(array.astype(dtype, copy=False) for array in converted)


def same_shape(name: str, array: NDArray, shape: tuple[int, ...]) -> NDArray:
    """Return `array` if it has exactly this shape; nothing is broadcast silently."""
    if array.shape != shape:
        hint = ""
        if len(shape) == 2 and shape == (*array.shape, 1):
            hint = "; [:, np.newaxis] adds the axis"
        if len(shape) == 1 and array.shape == (*shape, 1):
            hint = "; [:, 0] takes the axis away"
        raise ValueError(f"{name}: expected shape {shape}, got {array.shape}{hint}")
    return array


def as_upstream(upstream: ArrayLike, shape: tuple[int, ...]) -> NDArray:
    """Return the gradient that arrives from above, which has exactly the shape of the function's result."""
    return same_shape("upstream", as_float("upstream", upstream), shape)


def finite(name: str, array: NDArray) -> NDArray:
    """Return `array` if it holds no NaN and no infinity, as training demands."""
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}: expected finite numbers, got {array[where]} at {where}")
    return array


def whole(name: str, value: Any) -> int:
    """Return `value` as an int if it is a whole number."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name}: expected a whole number, got {short(value)}")
    return int(value)


def at_least(name: str, value: Any, least: int) -> int:
    """Return `value` as an int if it is a whole number not below `least`."""
    value = whole(name, value)
    if value < least:
        raise ValueError(f"{name}: expected at least {least}, got {value}")
    if value >= 2**62:
        raise ValueError(f"{name}: expected less than 2^62, got {value}")
    return value


def pair(name: str, value: Any, least: int) -> tuple[int, int]:
    """Return one whole number or (height, width) as two whole numbers, neither below `least`."""
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise ValueError(f"{name}: expected a whole number or (height, width), got {short(value)}")
        return at_least(name, value[0], least), at_least(name, value[1], least)
    return (at_least(name, value, least),) * 2


def number(name: str, value: Any) -> float:
    """Return `value` as a finite float."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name}: expected a number, got {short(value)}")
    try:
        value = float(value)
    except OverflowError:
        raise ValueError(f"{name}: expected a number that a float can hold, got a longer one") from None
    if not math.isfinite(value):
        raise ValueError(f"{name}: expected a finite number, got {short(value)}")
    return value


def positive(name: str, value: Any) -> float:
    """Return `value` as a float above zero."""
    if (value := number(name, value)) <= 0:
        raise ValueError(f"{name}: expected a number above 0, got {short(value)}")
    return value


def not_negative(name: str, value: Any) -> float:
    """Return `value` as a float not below zero."""
    if (value := number(name, value)) < 0:
        raise ValueError(f"{name}: expected a number not below 0, got {short(value)}")
    return value


def fraction(name: str, value: Any) -> float:
    """Return `value` as a float in [0, 1)."""
    if not 0 <= (value := number(name, value)) < 1:
        raise ValueError(f"{name}: expected a number in [0, 1), got {short(value)}")
    return value


def one_of(name: str, value: Any, choices: Iterable[str]) -> str:
    """Return `value` if it is one of these words."""
    choices = list(choices)
    if not isinstance(value, str) or value not in choices:
        choices.sort()
        word = str(value).lower()
        near = difflib.get_close_matches(word, choices, 1) or [name for name in choices if word and word in name]
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{name}: expected one of {', '.join(choices)}, got {short(value)}{hint}")
    return value


def several(name: str, values: Any) -> list[Any]:
    """Return the entries of a list, or of whatever else has some, but no text's."""
    if not isinstance(values, str | bytes | np.generic) and np.iterable(values):
        return list(values)
    raise TypeError(f"{name}: expected a list, got {short(values)}")


def function(name: str, f: Any, arguments: str = "") -> Callable[..., Any]:
    """Return `f` if it can be called; with the arguments of these names, where some are named."""
    words = f"a function of ({arguments})" if arguments else "a function"
    if not callable(f):
        raise TypeError(f"{name}: expected {words}, got {short(f)}")
    found: Callable[..., Any] = f
    if arguments:
        try:
            known = signature(found)
        except (TypeError, ValueError):  # a compiled one may not say what it takes
            return found
        try:
            known.bind(*arguments.split(", "))
        except TypeError:
            raise TypeError(f"{name}: expected {words}, got one of ({', '.join(known.parameters)})") from None
    return found


def functions(name: str, value: Any, table: Mapping[str, T], kind: type[T], arguments: str) -> T:
    """Return the functions that a table has under a name, or those of somebody's own: a pair, or one of the same kind.

    The first of them is a function of `arguments`, the second one of an upstream gradient and of these.
    """
    if isinstance(value, str):
        return table[one_of(name, value, table)]
    known = isinstance(value, kind) or (isinstance(value, tuple) and len(value) == 2)
    if not known or not all(callable(f) or (f is None and i > 1) for i, f in enumerate(value)):
        raise TypeError(f"{name}: expected a name or a pair of functions (f, f_backward), got {short(value)}")
    function(f"{name}: f", value[0], arguments)
    function(f"{name}: f_backward", value[1], f"upstream, {arguments}")
    return kind(*value)


def float_dtype(name: str, dtype: DTypeLike) -> np.dtype:
    """Return the dtype float32 or float64, whichever this names."""
    for kind in (np.dtype(np.float32), np.dtype(np.float64)):
        if dtype is not None and not isinstance(dtype, np.ndarray) and kind == dtype:
            return kind
    raise TypeError(f"{name}: expected float32 or float64, got {getattr(dtype, '__name__', repr(dtype))}")


def class_labels(name: str, values: ArrayLike, n: int, classes: int) -> NDArray:
    """Return `n` labels 0 .. classes-1 as an int array; whole numbers stored as floats are refused."""
    labels = as_array(name, values)
    expected = f"{name}: expected an integer label 0..{classes - 1} for each sample"
    if labels.shape == (n, classes) and classes > 1:
        raise ValueError(f"{expected}, got shape {labels.shape}; .argmax(1) makes labels of rows of zeros and ones, "
                         "rows of probabilities are for cross_entropy")
    if labels.dtype.kind not in "ui" and labels.size:
        hint = (".astype(int) makes integers of whole numbers" if labels.dtype.kind in "bf" else
                "np.unique(..., return_inverse=True)[1] numbers the classes")
        raise TypeError(f"{expected}, got dtype {labels.dtype}; {hint}")
    if not same_shape(name, labels, (n,)).size:
        return np.empty(0, np.intp)
    wrong = labels.astype(np.uintp) >= classes  # a negative one wraps around to a huge one
    if wrong.any():
        hint = "; binary_cross_entropy is for two classes with one output" if classes == 1 else ""
        raise ValueError(f"{name}: expected labels 0..{classes - 1}, counted from 0, got {labels[wrong][0]} "
                         f"at {wrong.argmax()}{hint}")
    return labels.astype(np.intp)


def sign_labels(name: str, values: ArrayLike, n: int) -> NDArray:
    """Return `n` labels -1 or +1 as a float64 array."""
    labels = same_shape(name, as_float(name, values).astype(np.float64, copy=False), (n,))
    wrong = np.abs(labels) != 1
    if wrong.any():
        raise ValueError(f"{name}: expected labels -1 or +1, got {labels[wrong][0]} at {wrong.argmax()}")
    return labels


def json_object(text: bytes, encoding: str = "utf-8") -> dict[str, Any]:
    """Return what a piece of JSON, `{...}`, says; of two entries with one name neither can be meant."""
    try:
        found = json.loads(text.decode(encoding), object_pairs_hook=_each_once, parse_int=_of_some_digits)
    except UnicodeDecodeError:
        raise ValueError(f"its words are no {encoding.upper()}") from None
    except json.JSONDecodeError as wrong:
        raise ValueError(f"its words are no JSON from character {wrong.pos} on") from None
    except RecursionError:
        raise ValueError("its words are nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("its words are no JSON of the form {...}")
    return found


def _each_once(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(entries)
    if len(found) < len(entries):
        raise ValueError("one name stands twice")
    return found


def _of_some_digits(digits: str) -> int:
    if len(digits) > 4000:  # Python has a limit of its own soon after, for the time that longer ones take
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)


def generator(name: str, rng: Any) -> np.random.Generator:
    """Return a generator of random numbers: the one given, or a new one from a whole number as its seed."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer):
        raise TypeError(f"{name}: expected a numpy.random.Generator or a whole number as seed, got {short(rng)}")
    return np.random.default_rng(at_least(name, rng, 0))
