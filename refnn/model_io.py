"""Networks as files: one `.npz` archive with the architecture as JSON and every parameter under its name.

Nothing is pickled, so reading a file never runs code. A file is written beside its place and moved there when it is
whole: whatever happens, the old file or the new one is there, never half of one.
"""

import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from refnn import layers
from refnn._validate import as_float, finite
from refnn.network import Network

__all__ = ["load", "save"]

FORMAT = "refnn network 1"
_BROKEN = (  # what reading a file that was damaged, or made up, can end in
    ValueError, TypeError, KeyError, AttributeError, OSError, EOFError, RuntimeError, MemoryError, OverflowError,
    zlib.error, zipfile.BadZipFile,
)  # fmt: skip


def save(network: Network, path: str | os.PathLike[str], **notes: Any) -> Path:
    """Write a network to a file.

    Args:
        network: the network.
        path: where to; the ending .npz is usual, not demanded.
        **notes: plain values to keep with it, given back by `load`.

    Returns:
        The path.
    """
    if not isinstance(network, Network):
        raise TypeError(f"network: expected a Network, got {network!r}")
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {path.parent}")
    if path.exists() and not path.is_file():
        raise ValueError(f"{path}: expected the name of a file, there is something else of that name")
    for layer in network.layers:
        if type(layer).__name__ not in layers.__all__:
            raise ValueError(f"network: a layer of your own, {layer!r}, could not be read back")
    description = {
        "format": FORMAT,
        "input_shape": network.input_shape,
        "dtype": network.dtype.name,
        "layers": [{"layer": type(layer).__name__, **layer.config()} for layer in network.layers],
        "notes": notes,
    }
    arrays: dict[str, Any] = {"network": np.array(json.dumps(description)), **network.parameters()}
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.umask(mask := os.umask(0))
        os.chmod(temporary, 0o666 & ~mask)  # as open() would have made it
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path


def load(path: str | os.PathLike[str]) -> tuple[Network, dict[str, Any]]:
    """Read a network and its notes from a file that `save` wrote.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is no network of refnn, is cut off or disagrees with itself.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    try:
        with path.open("rb") as file, np.load(_archive(file), allow_pickle=False) as archive:
            if "network" not in archive.files:
                raise ValueError("an archive of other arrays")
            description = json.loads(str(archive["network"]))
            parameters = {name: archive[name] for name in archive.files if name != "network"}
        if description["format"] != FORMAT:
            raise ValueError(f"format {description['format']!r}, expected {FORMAT!r}")
        described = [_layer(dict(config)) for config in description["layers"]]
        network = Network(described, description["input_shape"], dtype=description["dtype"])
        network.set_parameters({name: finite(name, as_float(name, array)) for name, array in parameters.items()})
        notes = dict(description["notes"])
    except _BROKEN as wrong:
        raise ValueError(f"{path}: not a network that refnn saved ({wrong})") from wrong
    return network, notes


def _archive(file: BinaryIO) -> BinaryIO:
    """Return a file if it is a whole archive; NumPy would take others for pickles."""
    if not zipfile.is_zipfile(file):
        raise ValueError("no .npz archive, or one that was cut off")
    file.seek(0)
    return file


def _layer(config: dict[str, Any]) -> layers.Layer:
    """Describe a layer anew from its configuration."""
    name = config.pop("layer")
    if name not in layers.__all__ or name == "Layer":
        raise ValueError(f"unknown layer {name!r}")
    layer: layers.Layer = getattr(layers, name)(**config)
    return layer
