"""Networks and runs of training as files: `.npz` archives of plain numbers, with all words in one piece of JSON.

Nothing is pickled, so reading a file never runs code. A file is written beside its place and moved there when it is
whole: whatever happens, the old file or the new one is there, never half of one. A writer that is killed may leave a
file `.refnn-...` beside it, which nobody reads. What is read is believed only as far as it proves itself: every entry
lies in the archive uncompressed, so that no small file can swell, and says its own size before it is read.
"""

from __future__ import annotations

import json
import math
import os
import re
import secrets
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from itertools import count, takewhile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from refnn import layers
from refnn._validate import as_float, at_least, finite, float_dtype, json_object, short
from refnn.network import Network
from refnn.training import Checkpoint, Epoch

__all__ = ["file_to_read", "file_to_write", "load", "load_checkpoint", "save", "save_checkpoint", "written_whole"]

FORMATS = {"network": "refnn network 1", "checkpoint": "refnn checkpoint 1"}
_READERS = {"network": "load", "checkpoint": "load_checkpoint"}
_DESCRIPTION = {  # what stands in it besides its format and the names of the arrays
    "network": {"input_shape": list, "dtype": str, "layers": list, "notes": dict},
    "checkpoint": {"history": list, "optimizer": dict, "rng": dict, "notes": dict},
}
_HEADER = re.compile(  # of an array, as NumPy writes it: magic, version 1.0, length, then Python's words for the rest
    rb"\x93NUMPY\x01\x00..\{'descr': '(<f4|<f8|<U[1-9]\d{0,7})', 'fortran_order': False, "
    rb"'shape': \(((?:[1-9]\d{0,18}(?:, [1-9]\d{0,18}){0,31})?),?\), \} *\n",
    re.DOTALL,
)
_BROKEN = (  # what unpacking an archive that was damaged, or made up, can end in
    ValueError, LookupError, OSError, EOFError, RuntimeError, MemoryError, OverflowError, struct.error, zlib.error,
    zipfile.BadZipFile,
)  # fmt: skip


def save(network: Network, path: str | os.PathLike[str], **notes: Any) -> Path:
    """Write a network to a file. Equal networks give equal files, byte by byte.

    Args:
        network: the network.
        path: where to; the ending .npz is usual, not demanded.
        **notes: plain values to keep with it, given back by `load`.

    Returns:
        The path.

    Example:
        >>> import tempfile
        >>> from refnn import Dense, Network, load, save
        >>> net = Network([Dense(3, activation="relu"), Dense(2)], 4, seed=0)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = save(net, Path(folder, "net.npz"), epochs=20, data="digits")
        ...     again, notes = load(path)
        >>> notes
        {'epochs': 20, 'data': 'digits'}
        >>> bool((again.forward([[1, 2, 3, 4]]) == net.forward([[1, 2, 3, 4]])).all())
        True
    """
    if not isinstance(network, Network):
        raise TypeError(f"network: expected a Network, got {network!r}")
    for layer in network.layers:
        if getattr(layers, type(layer).__name__, None) is not type(layer):
            raise ValueError(f"network: a layer of your own, {layer!r}, could not be read back")
        if isinstance(getattr(layer, "activation", getattr(layer, "name", "")), tuple):
            raise ValueError(f"network: an activation of your own, in {layer!r}, could not be read back")
    description = {
        "input_shape": network.input_shape,
        "dtype": network.dtype.name,
        "layers": [{"layer": type(layer).__name__, **layer.config()} for layer in network.layers],
        "notes": notes,
    }
    return _write(path, "network", description, network.parameters())


def load(path: str | os.PathLike[str]) -> tuple[Network, dict[str, Any]]:
    """Read a network and its notes from a file that `save` wrote.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is no network of refnn, is cut off or disagrees with itself.

    Example: nothing but the file is needed, for it knows its layers.

        >>> import tempfile
        >>> from refnn import Dense, Network, load, save
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net, notes = load(save(Network([Dense(2)], 3, seed=0), Path(folder, "net.npz")))
        >>> net.layers[0].units, net.input_shape
        (2, (3,))
    """
    with _reading(path, "network") as (description, parameters):
        described = [_layer(config) for config in description["layers"]]
        dtype = float_dtype("dtype", description["dtype"])
        shape = tuple(at_least("input_shape", side, 1) for side in description["input_shape"])
        for i, layer in enumerate(described):
            for name, expected in _sides(layer, shape).items():  # before anything of that size is made
                array = parameters.get(f"{i}.{name}", np.empty(0))
                if (array.shape, array.dtype) != (expected, dtype):
                    got = f"{array.shape} of {array.dtype}"
                    raise ValueError(f"{i}.{name}: expected shape {expected} of {dtype}, got {got}")
            shape = layer.build(shape, np.random.default_rng(0), dtype)
        network = Network(described, description["input_shape"], dtype=dtype)
        network.set_parameters({name: finite(name, array) for name, array in parameters.items()})
    return network, description["notes"]


def save_checkpoint(checkpoint: Checkpoint, path: str | os.PathLike[str], **notes: Any) -> Path:
    """Write down where a run of `fit` stands, as it tells its argument `checkpoint`.

    Args:
        checkpoint: where it stands.
        path: where to.
        **notes: plain values to keep with it, given back by `load_checkpoint`.

    Returns:
        The path.

    Example: whoever is interrupted starts the same program again, and it goes on where it was.

        >>> import tempfile
        >>> from refnn import Dense, Network, fit, load_checkpoint, save_checkpoint
        >>> X, y = [[0.0], [1.0]], [0, 1]
        >>> def program(file, epochs):
        ...     net, resume = Network([Dense(2)], 1, seed=3), None
        ...     if file.exists():
        ...         resume, _ = load_checkpoint(file)
        ...     return fit(net, X, y, epochs=epochs, resume=resume, checkpoint=lambda c: save_checkpoint(c, file))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     part = program(Path(folder, "run.npz"), epochs=3)  # interrupted, say
        ...     history = program(Path(folder, "run.npz"), epochs=5)
        >>> history[:3] == part, [epoch.number for epoch in history]
        (True, [1, 2, 3, 4, 5])
    """
    if not isinstance(checkpoint, Checkpoint):
        raise TypeError(f"checkpoint: expected a Checkpoint, as fit gives it, got {checkpoint!r}")
    arrays = {f"{part}.{name}": array for part in ("parameters", "best")
              for name, array in getattr(checkpoint, part).items()}
    settings = dict(checkpoint.optimizer)
    for name, memory in checkpoint.optimizer.items():
        if isinstance(memory, list):
            settings[name] = []
            arrays |= {f"optimizer.{name}.{i}": array for i, array in enumerate(memory)}
    rng = json.loads(json.dumps(checkpoint.rng, default=np.ndarray.tolist))
    description = {"history": checkpoint.history, "optimizer": settings, "rng": rng, "notes": notes}
    return _write(path, "checkpoint", description, arrays)


def load_checkpoint(path: str | os.PathLike[str]) -> tuple[Checkpoint, dict[str, Any]]:
    """Read what `save_checkpoint` wrote, for `fit(..., resume=...)`, and its notes.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is no checkpoint of refnn, is cut off or disagrees with itself.
    """
    with _reading(path, "checkpoint") as (description, arrays):
        optimizer = description["optimizer"]
        for name in [name for name, value in optimizer.items() if value == []]:
            names = takewhile(arrays.__contains__, (f"optimizer.{name}.{i}" for i in count()))
            optimizer[name] = [arrays.pop(each) for each in names]
        parts: dict[str, dict[str, NDArray]] = {"parameters": {}, "best": {}}
        for name, array in arrays.items():
            part, _, rest = name.partition(".")
            if part not in parts:
                raise ValueError(f"{name:.80}: no array of a checkpoint")
            parts[part][rest] = finite(name, array)
        if parts["best"] and {n: a.shape for n, a in parts["best"].items()} != {
            n: a.shape for n, a in parts["parameters"].items()
        }:
            raise ValueError("the best weights have other shapes than the last ones")
        for row in description["history"]:
            if not isinstance(row, list) or len(row) != len(Epoch._fields) or not all(map(_number_or_none, row)):
                raise ValueError(f"history: expected {len(Epoch._fields)} numbers for each epoch, got {short(row)}")
        history = [Epoch(*row) for row in description["history"]]
        if [epoch.number for epoch in history] != list(range(1, len(history) + 1)):
            raise ValueError("the epochs are not numbered 1, 2, ...")
        checkpoint = Checkpoint(history, **parts, optimizer=optimizer, rng=description["rng"])
    return checkpoint, description["notes"]


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the name `path` when all is written: a reader sees the old or the new one.

    It is on the disk before it takes the name, so that a kill or a power cut at any moment leaves a whole file. Where
    writing fails, nothing changes. Links are followed.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "a")
        ...     with written_whole(path) as file:
        ...         _ = file.write(b"all of it")
        ...     path.read_bytes(), [*path.parent.iterdir()] == [path]
        (b'all of it', True)
    """
    real = file_to_write(path)
    beside = real.with_name(f".refnn-{secrets.token_hex(8)}")
    try:
        file = beside.open("xb")
    except OSError as wrong:
        raise OSError(wrong.errno, wrong.strerror, os.fspath(path)) from None  # the name that the user knows
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, real)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def file_to_write(path: str | os.PathLike[str]) -> Path:
    """Return where a file of this name will lie, links followed: its folder is there, and it is no folder itself."""
    real = Path(os.path.realpath(path))
    if not real.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {real.parent}")
    return _no_other_thing(path, real) if real.exists() else real


def file_to_read(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file that is there."""
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    return _no_other_thing(path, Path(path))


def _no_other_thing(path: str | os.PathLike[str], there: Path) -> Path:
    """Return the path of what is there, if it is a file."""
    if not there.is_file():
        raise ValueError(f"{path}: expected a file, that is {'a folder' if there.is_dir() else 'something else'}")
    return there


def _write(path: str | os.PathLike[str], kind: str, description: dict[str, Any], arrays: Mapping[str, NDArray]) -> Path:
    """Write arrays and their description as an archive."""
    try:
        words = json.dumps({"format": FORMATS[kind], "arrays": [*arrays], **description})
        json_object(words.encode())
    except (TypeError, ValueError, RecursionError):
        kinds = ", ".join(f"{name}: {type(value).__name__}" for name, value in description["notes"].items())
        raise TypeError("notes: expected plain values such as numbers, words and lists of them, each name once, got "
                        f"{kinds}") from None
    with written_whole(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in {kind: np.array(words), **arrays}.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                plain = np.asarray(array, array.dtype.newbyteorder("<"), order="C")
                np.lib.format.write_array(entry, plain, (1, 0), allow_pickle=False)
    return Path(os.path.realpath(path))


@contextmanager
def _reading(path: str | os.PathLike[str], kind: str) -> Iterator[tuple[dict[str, Any], dict[str, NDArray]]]:
    """Give the description and the arrays of a file; whatever goes wrong with them is the file's fault."""
    path = file_to_read(path)
    with path.open("rb") as file:
        try:
            arrays = _archive(file, path.stat().st_size)
            for other in FORMATS.keys() - {kind}:
                if other in arrays:
                    raise ValueError(f"it is a {other}: read it with {_READERS[other]}")
            if kind not in arrays:
                raise ValueError("an archive of other arrays")
            description = _described(arrays.pop(kind), kind, [*arrays])
            yield description, {name: as_float(name, array) for name, array in arrays.items()}
        except (ValueError, TypeError) as wrong:
            raise ValueError(f"{path}: not a {kind} that refnn saved ({wrong})") from None


def _described(words: NDArray, kind: str, arrays: list[str]) -> dict[str, Any]:
    """Return the description of a file, if it has the form that this refnn writes and speaks of these arrays."""
    if words.dtype.kind != "U" or words.shape:
        raise ValueError("its description is no text")
    description = json_object(words.tobytes(), "utf-32-le")
    if description.get("format") != FORMATS[kind]:
        raise ValueError(f"format {short(description.get('format'))}, expected {FORMATS[kind]!r}")
    if description.get("arrays") != arrays:
        raise ValueError("arrays are missing, or were added")
    for name, form in _DESCRIPTION[kind].items():
        if not isinstance(description.get(name), form):
            raise ValueError(f"{name}: expected a {form.__name__}, got {short(description.get(name))}")
    return description


def _archive(file: BinaryIO, size: int) -> dict[str, NDArray]:
    """Return the arrays of an archive whose entries claim no more than the file holds."""
    with _unpacking():
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 for entry in entries):
        raise ValueError("its entries are compressed or encrypted")
    lying = any(entry.compress_size != entry.file_size for entry in entries)  # for zipfile makes room for both
    if lying or sum(e.file_size for e in entries) > size or len({e.filename for e in entries}) < len(entries):
        raise ValueError("its entries overlap, or claim more bytes than the file has")
    with _unpacking():
        contents = {entry.filename: archive.read(entry) for entry in entries}
    return {name.removesuffix(".npy"): _array(name, content) for name, content in contents.items()}


@contextmanager
def _unpacking() -> Iterator[None]:
    """Say in one line what zipfile has many words for."""
    try:
        yield
    except _BROKEN:
        raise ValueError("no .npz archive, or one that was damaged or cut off") from None


def _array(name: str, content: bytes) -> NDArray:
    """Return an entry as an array, if its header is one that NumPy writes and speaks of exactly what follows it."""
    header = _HEADER.match(content)
    if header is None:
        raise ValueError(f"{name:.80}: no plain array of numbers")
    dtype, shape = np.dtype(header[1].decode()), tuple(int(side) for side in header[2].split(b",") if side.strip())
    if math.prod(shape) * dtype.itemsize != len(content) - header.end():
        raise ValueError(f"{name:.80}: shape {shape} of {dtype} disagrees with its {len(content) - header.end()} bytes")
    return np.frombuffer(content, dtype, offset=header.end()).reshape(shape)


def _number_or_none(value: Any) -> bool:
    return value is None or type(value) in (int, float)


def _layer(config: Any) -> layers.Layer:
    """Describe a layer anew from its configuration."""
    if not isinstance(config, dict) or config.get("layer") not in layers.__all__ or config["layer"] == "Layer":
        raise ValueError(f"unknown layer {short(config)}")
    kind, settings = getattr(layers, config["layer"]), {name: config[name] for name in config if name != "layer"}
    known = [field.name for field in fields(kind) if field.init]
    if settings.keys() != {*known}:
        raise ValueError(f"{config['layer']}: expected {', '.join(known) or 'no settings'}, got {short([*settings])}")
    layer: layers.Layer = kind(**settings)
    return layer


def _sides(layer: layers.Layer, shape: Any) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a layer's parameters for samples of `shape`."""
    if isinstance(layer, layers.Dense):
        return {"W": (layer.units, *shape), **({"b": (layer.units,)} if layer.bias else {})}
    if isinstance(layer, layers.Conv2D):
        window: Any = layer.size
        return {"W": (layer.filters, shape[0], *window), **({"b": (layer.filters,)} if layer.bias else {})}
    return {"slope": tuple(shape[:1])} if isinstance(layer, layers.PReLU) else {}

