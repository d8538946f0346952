"""Safetensors in NumPy alone: named arrays in one file, as other libraries exchange weights.

The format is four lines long. Eight bytes say how long the header is, little end first; the header is JSON and says for
every name its dtype, its shape and between which bytes of what follows it lies, `[begin, end]`; under `__metadata__`
may stand words, each with a name. What follows the header is used up to the last byte, without holes and overlaps:

    <length> {"W":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}} <24 bytes>

So nothing is run and nothing swells, and every claim can be checked against the file's length before it is believed.

The rule for half precision: F16 and BF16 are read as float32, which holds each of their numbers exactly; they are never
written, for that would round. Formats of eight bits and below, and complex numbers, are refused.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_array, json_object, short
from refnn.model_io import file_to_read, written_whole

__all__ = ["DTYPES", "load", "save"]

DTYPES = {
    "F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
_READ = {**DTYPES, "F16": "<f2", "BF16": "<u2"}  # BF16: the upper half of a float32
_LONGEST = 100_000_000  # bytes of a header, the format's own limit
_AXES = 32  # as many as every NumPy has room for


def save(arrays: Mapping[str, ArrayLike], path: str | os.PathLike[str], metadata: Mapping[str, str] | None = None
         ) -> Path:
    """Write named arrays to a file: the old one stays until the new one is whole.

    Args:
        arrays: by name; floats of 32 and 64 bits, integers and bools, in any memory order.
        path: where to; the usual ending is .safetensors.
        metadata: words to keep with them, each with a name.

    Returns:
        The path.

    Example: a network's weights.

        >>> import tempfile
        >>> from refnn import Dense, Network
        >>> net = Network([Dense(2)], input_shape=3, seed=0)
        >>> path = save(net.parameters(), Path(tempfile.mkdtemp(), "net.safetensors"), {"made by": "refnn"})
        >>> arrays, metadata = load(path)
        >>> {name: array.shape for name, array in arrays.items()}, metadata
        ({'0.W': (2, 3), '0.b': (2,)}, {'made by': 'refnn'})
        >>> net.set_parameters(arrays)
    """
    if not isinstance(arrays, Mapping):
        raise TypeError(f"arrays: expected a dict of them, such as network.parameters(), got {arrays!r}")
    names = {np.dtype(code): name for name, code in DTYPES.items()}
    plain: dict[str, NDArray] = {}
    if not isinstance(metadata, Mapping | None):
        raise TypeError(f"metadata: expected a dict of words, got {metadata!r}")
    words = dict(metadata or {})
    for word in [*arrays, *words, *words.values()]:
        if not isinstance(word, str):
            raise TypeError(f"names and metadata: expected words, got {word!r}")
        if not _written_in_utf8(word):
            raise ValueError(f"names and metadata: expected words that UTF-8 has letters for, got {word!r}")
    for name, values in arrays.items():
        array = as_array(name, values)
        code = array.dtype.newbyteorder("<")
        if code not in names:
            raise TypeError(f"{name}: expected floats of 32 or 64 bits, integers or bools, got dtype {array.dtype}")
        if array.ndim > _AXES:
            raise ValueError(f"{name}: expected at most {_AXES} axes, got {array.ndim}")
        plain[name] = np.asarray(array, code, order="C")
    if "__metadata__" in plain:
        raise ValueError("__metadata__: the format keeps this name for itself")

    header: dict[str, Any] = {"__metadata__": words} if words else {}
    order, begin = sorted(plain, key=lambda name: (-plain[name].itemsize, name)), 0  # so that each lies aligned
    for name in order:
        array = plain[name]
        header[name] = {
            "dtype": names[array.dtype], "shape": array.shape, "data_offsets": [begin, begin := begin + array.nbytes],
        }  # fmt: skip
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > _LONGEST:
        raise ValueError(f"header: expected at most {_LONGEST:,} bytes, these names and shapes take {len(text):,}")
    with written_whole(path) as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in order:
            file.write(plain[name].data if plain[name].size else b"")
    return Path(path)


def load(path: str | os.PathLike[str]) -> tuple[dict[str, NDArray], dict[str, str]]:
    """Read the named arrays of a file, and its metadata.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file breaks the format's rules, or holds a dtype that NumPy has no room for.
    """
    path = file_to_read(path)
    with path.open("rb") as file:
        size = path.stat().st_size
        length = int.from_bytes(file.read(8), "little")
        try:
            if size < 8 or length > min(_LONGEST, size - 8):
                raise ValueError(f"a header of {length:,} bytes in a file of {size:,}")
            header = _header(file.read(length))
            metadata = header.pop("__metadata__", {})
            if not isinstance(metadata, dict) or not all(isinstance(word, str) for word in metadata.values()):
                raise ValueError("__metadata__: expected words with names")
            if not all(map(_written_in_utf8, [*header, *metadata, *metadata.values()])):
                raise ValueError("names or words that UTF-8 has no letters for")
            places = {name: _place(name, entry) for name, entry in header.items()}
            _without_holes(places, size - 8 - length)
            data = file.read()
            if len(data) != size - 8 - length:
                raise ValueError("the file changed while it was read")
            arrays = {name: _array(data, *place) for name, place in places.items()}
        except ValueError as wrong:
            raise ValueError(f"{path}: not a safetensors file ({wrong})") from None
    return arrays, metadata


Place = tuple[str, tuple[int, ...], int, int]  # dtype, shape, begin, end


def _header(text: bytes) -> dict[str, Any]:
    """Return the header, which has no spaces before it."""
    if text[:1] != b"{":
        raise ValueError("a header that does not begin with {")
    return json_object(text)


def _written_in_utf8(word: str) -> bool:
    """Tell whether a word has no half of a letter in it, which JSON can say and UTF-8 cannot."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _place(name: str, entry: Any) -> Place:
    """Return what the header says of an array, if it agrees with itself."""
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{name:.80}: expected dtype, shape and data_offsets, got {short(entry)}")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    for numbers in (shape, offsets):
        if not isinstance(numbers, list) or not all(type(n) is int and 0 <= n < 2**63 for n in numbers):
            raise ValueError(f"{name:.80}: expected whole numbers from 0 to 2^63 - 1, got {short(numbers)}")
    if not isinstance(dtype, str) or dtype not in _READ:
        raise ValueError(f"{name:.80}: dtype {short(dtype)} is not one of {', '.join(_READ)}")
    if len(offsets) != 2 or len(shape) > _AXES:
        raise ValueError(f"{name:.80}: expected [begin, end] and at most {_AXES} axes, got {short(offsets)} and "
                         f"{len(shape)} axes")
    (begin, end), width = offsets, np.dtype(_READ[dtype]).itemsize
    if math.prod(shape) * width != end - begin:
        raise ValueError(f"{name:.80}: shape {shape} of {dtype} does not take the bytes from {begin} to {end}")
    if math.prod(side for side in shape if side) * width >= 2**63:
        raise ValueError(f"{name:.80}: shape {shape} has nothing in it, and yet no room in any array")
    return dtype, tuple(shape), begin, end


def _without_holes(places: Mapping[str, Place], size: int) -> None:
    """Check that the arrays lie one behind the other and fill what follows the header, each byte once."""
    last = 0
    for name, (_, _, begin, end) in sorted(places.items(), key=lambda item: item[1][2:]):
        if begin != last:
            raise ValueError(f"{name:.80}: begins at byte {begin}, where {last} is the first that is free")
        last = end
    if last != size:
        raise ValueError(f"the arrays take {last:,} bytes, {size:,} follow the header")


def _array(data: bytes, dtype: str, shape: tuple[int, ...], begin: int, end: int) -> NDArray:
    """Return an array of its own in native byte order; half precision becomes float32, exactly."""
    flat = np.frombuffer(data[begin:end], _READ[dtype])
    if dtype == "BF16":  # sign, 8 bits of exponent, 7 of fraction: float32 with its lower half cut off
        flat = (flat.astype(np.uint32) << 16).view(np.float32)
    elif dtype == "F16":
        flat = flat.astype(np.float32)
    return flat.astype(flat.dtype.newbyteorder("=")).reshape(shape)
