"""Readers for digits in files of your own, gzipped or not: IDX and the zip-code text format.

A file is known by its content, not by its name.

* **IDX**, the format of MNIST and its relatives: two zero bytes, a byte for the type, a byte for the number of axes,
  the length of each axis as a big-endian 32-bit number, then the numbers, big-endian, last axis fastest.
* **Zip-code text**, the format in which the digits of 1989 go about: a line for each digit, its label and 256 numbers
  from -1 (no ink) to 1 (ink).

What is not such a file, or not all of it, is refused with a `ValueError` that says what was expected and what came.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

__all__ = ["Dataset", "read_dataset", "read_digits", "read_idx", "read_zip_code"]

PathLike = str | os.PathLike[str]

IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
AXES = 4           # labels have one, images three, images in colour four
CHUNK = 1 << 20    # bytes read at once: a header that lies about the length costs no more than this
LONGEST = 1 << 14  # bytes of a line of 257 numbers, with room to spare
NAMES = [  # of the training images in a folder, and of the test images beside them
    ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte"),
    ("train-images.idx3-ubyte", "t10k-images.idx3-ubyte"),
    ("zip.train", "zip.test"),
]


class Dataset(NamedTuple):
    """Images (n, 1, H, W), float32 in [0, 1], and labels (n,), integers; where there is no test set, None twice."""

    images: NDArray
    labels: NDArray
    test_images: NDArray | None = None
    test_labels: NDArray | None = None


def read_dataset(path: PathLike) -> Dataset:
    """Read labelled digits from a file, or a training set and its test set from a folder.

    Args:
        path: a file as `read_digits` takes it, with labels; or a folder that holds `train-images-idx3-ubyte` (and its
            labels) or `zip.train`. `t10k-images-idx3-ubyte` or `zip.test` beside it is the test set. All of them may
            end in `.gz`.

    Raises:
        ValueError: if the labels are missing, if the folder holds no such file, or if test images differ in size.
    """
    path = Path(path)
    if not path.is_dir():
        return Dataset(*_with_labels(path))
    for name, test_name in NAMES:
        if train := _plain_or_gzipped(path / name):
            images, labels = _with_labels(train)
            if (test := _plain_or_gzipped(path / test_name)) is None:
                return Dataset(images, labels)
            test_images, test_labels = _with_labels(test)
            if test_images.shape[1:] != images.shape[1:]:
                sides, expected = test_images.shape[2:], images.shape[2:]
                raise ValueError(f"{test}: expected images of shape {expected} as in {train.name}, got {sides}")
            return Dataset(images, labels, test_images, test_labels)
    raise ValueError(f"{path}: expected a folder with {' or '.join(name for name, _ in NAMES)}, each plain or .gz")


def read_digits(path: PathLike, labels_path: PathLike | None = None) -> tuple[NDArray, NDArray | None]:
    """Read images of digits, and their labels if there are any.

    Args:
        path: an IDX file of images, whole numbers 0 .. 255 or floats in [0, 1]; or zip-code text.
        labels_path: the IDX file of labels. Where it is not given, the file beside `path` is taken whose name says
            `labels` for `images` and `idx1` for `idx3`, if there is one.

    Returns:
        Images (n, 1, H, W), float32 in [0, 1], and labels 0 .. 9, integers (n,), or None.
    """
    path = Path(path)
    start = _first_bytes(path)
    if start[:2] != b"\0\0":
        if not set(start) <= set(b"0123456789+-. \t\r\n"):
            raise ValueError(f"{path}: expected an IDX file or zip-code text, got one that begins with {_shown(start)}")
        if labels_path is not None:
            raise ValueError(f"{path}: expected an IDX file, as labels_path is given, got text with its own labels")
        return read_zip_code(path)
    images = _ink(path, read_idx(path))
    labels_file = _labels_beside(path) if labels_path is None else Path(labels_path)
    return images, None if labels_file is None else _digit_labels(labels_file, read_idx(labels_file), len(images))


def read_idx(path: PathLike) -> NDArray:
    """Read an IDX file: an array of 1 to 4 axes, of any of the six types, in this machine's byte order.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not an IDX file, if it is shorter or longer than its header says, or holds NaN or infinity.
    """
    path = Path(path)
    with _opened(path) as file:
        magic = file.read(4)
        if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in IDX_TYPES or not 1 <= magic[3] <= AXES:
            raise ValueError(f"{path}: expected an IDX file, first bytes 00 00, type, axes, got {_shown(magic)}")
        dtype, lengths = np.dtype(IDX_TYPES[magic[2]]), file.read(4 * magic[3])
        if len(lengths) < 4 * magic[3]:
            raise ValueError(f"{path}: expected the lengths of {magic[3]} axes, got a file that ends before them")
        shape = struct.unpack(f">{magic[3]}I", lengths)
        if 0 in shape:
            raise ValueError(f"{path}: expected numbers, got an empty array of shape {shape}")
        size = math.prod(shape) * dtype.itemsize  # in Python's integers: a header can ask for 10^39 bytes
        content = _read(file, size)
        if len(content) < size or file.read(1):
            got = "more" if len(content) == size else len(content)
            raise ValueError(f"{path}: expected {size} bytes for the header's shape {shape}, got {got}")
    array = np.frombuffer(content, dtype).reshape(shape)
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{path}: expected finite numbers, got NaN or infinity")
    return array.astype(dtype.newbyteorder("="), copy=False)


def read_zip_code(path: PathLike) -> tuple[NDArray, NDArray]:
    """Read digits of 16 x 16 pixels as text: in each line a label 0 .. 9 and 256 numbers in [-1, 1].

    Returns:
        Images (n, 1, 16, 16), float32, -1 .. 1 moved to 0 .. 1, and labels, integers (n,).

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if a line is anything else; the message names it.
    """
    path = Path(path)
    rows = []
    with _opened(path) as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST), b""), start=1):
            words = line.split()
            if words:
                rows.append(_zip_code_row(f"{path}, line {number}", words))
    if not rows:
        raise ValueError(f"{path}: expected digits, got an empty file")
    table = np.stack(rows)                                                     # (n, 257)
    ink = ((table[:, 1:] + 1) / 2).astype(np.float32)                          # -1 .. 1 -> 0 .. 1
    return ink.reshape(-1, 1, 16, 16), table[:, 0].astype(np.intp)


def _zip_code_row(where: str, words: list[bytes]) -> NDArray:
    """Return the label and the 256 pixels of one line."""
    start = _shown(b" ".join(words))
    if len(words) != 257:
        raise ValueError(f"{where}: expected a label and 256 numbers, got {len(words)} words that begin with {start}")
    try:
        row = np.array([float(word.replace(b"_", b"?")) for word in words])  # float() reads 0_5 as 5, nobody else does
    except ValueError:
        raise ValueError(f"{where}: expected numbers, got words that begin with {start}") from None
    label, pixels = row[0], row[1:]
    if label not in range(10):
        raise ValueError(f"{where}: expected a label 0..9, got {label:g}")
    outside = pixels[~(abs(pixels) <= 1)]  # where NaN is too
    if outside.size:
        raise ValueError(f"{where}: expected numbers in [-1, 1], got {outside[0]:g}")
    return row


def _with_labels(path: Path) -> tuple[NDArray, NDArray]:
    """Read digits that must have labels."""
    images, labels = read_digits(path)
    if labels is None:
        raise ValueError(f"{path}: expected labels for these images in a file beside it, as train-labels-idx1-ubyte")
    return images, labels


def _ink(path: Path, pixels: NDArray) -> NDArray:
    """Return the pixels of an IDX file, (n, H, W) -> (n, 1, H, W), in [0, 1]."""
    if pixels.ndim != 3:
        raise ValueError(f"{path}: expected images, 3 axes (n, H, W), got shape {pixels.shape}")
    most = 1 if pixels.dtype.kind == "f" else 255
    if pixels.min() < 0 or pixels.max() > most:
        raise ValueError(f"{path}: expected pixels 0..{most}, got {pixels.min()}..{pixels.max()}")
    ink = pixels.astype(np.float32)
    ink /= most
    return ink[:, np.newaxis]


def _digit_labels(path: Path, labels: NDArray, n: int) -> NDArray:
    """Return the labels of an IDX file if there is a digit for each of n images."""
    if labels.shape != (n,) or labels.dtype.kind == "f":
        raise ValueError(f"{path}: expected {n} whole numbers, one for each image, got {labels.dtype}{labels.shape}")
    if labels.min() < 0 or labels.max() > 9:
        raise ValueError(f"{path}: expected labels 0..9, got {labels.min()}..{labels.max()}")
    return labels.astype(np.intp)


def _labels_beside(path: Path) -> Path | None:
    """Return the file of labels that belongs to a file of images by its name, if there is one."""
    name = path.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
    return None if "images" not in path.name else _plain_or_gzipped(path.with_name(name))


def _plain_or_gzipped(path: Path) -> Path | None:
    """Return the file of this name or of this name and `.gz`, if there is one."""
    return next((file for file in (path, path.with_name(path.name + ".gz")) if file.is_file()), None)


def _first_bytes(path: Path) -> bytes:
    """Return the four bytes that a file's content begins with, or fewer."""
    with _opened(path) as file:
        return file.read(4)


def _read(file: BinaryIO, size: int) -> bytearray:
    """Read `size` bytes, or as many as there are, without asking for the memory of more."""
    content = bytearray()
    while chunk := file.read(min(CHUNK, size - len(content))):
        content += chunk
    return content


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read its content, unpacked where it is gzipped; what gzip finds wrong is told in a line."""
    if not path.is_file():
        if path.exists():
            raise ValueError(f"{path}: expected a file, got a folder or a device")
        raise FileNotFoundError(f"{path}: expected a file, there is none of this name")
    with open(path, "rb") as file:
        if file.peek(2)[:2] != b"\x1f\x8b":
            yield file
            return
        try:
            with gzip.open(file) as unpacked:
                yield cast(BinaryIO, unpacked)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise ValueError(f"{path}: expected a whole gzip file, got a broken one") from None


def _shown(start: bytes) -> str:
    """Return the first bytes of something as printable text on one line."""
    return repr(start[:24])[1:] if start else "an empty file"
