"""Weights to and from a `torch.nn.Sequential`, by its state dict; PyTorch itself is not needed.

A state dict names every array by the place of its module and its part: `0.weight`, `0.bias`, `3.weight`. The arrays
are the same in both libraries: (out, in) for dense layers, (C_out, C_in, kH, kW) for convolutions, and both flatten in
the order C, H, W; so nothing is transposed. Only the places differ, because an activation is a module of its own there:

    Conv2D(8, 5, activation="relu")     Conv2d(1, 8, 5), ReLU()          0, 1
    MaxPool2D(2), Flatten()             MaxPool2d(2), Flatten()          2, 3
    Dense(10)                           Linear(800, 10)                  4
    PReLU()                             PReLU(10)                        5

`Dropout` and `Maxout`, which is a module of one's own, take a place; `Centre` takes none: subtract the mean before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn._validate import as_array, as_float, several
from refnn.layers import Centre
from refnn.network import Network

__all__ = ["from_torch", "to_torch"]

_PARTS = {"W": "weight", "b": "bias", "slope": "weight"}


def to_torch(network: Network, like: Iterable[str] | None = None) -> dict[str, NDArray]:
    """Return a network's weights under the names of the Sequential that does the same.

    Args:
        network: the network.
        like: the names to use, such as `model.state_dict()`, where the Sequential is laid out in another way.

    Returns:
        Copies by name, in the order of the layers. For `model.load_state_dict` turn each into a tensor by
        `torch.from_numpy`.

    Example:
        >>> from refnn import Dense, Dropout
        >>> net = Network([Dense(5, "relu"), Dropout(0.5), Dense(3, bias=False)], input_shape=4)
        >>> {name: array.shape for name, array in to_torch(net).items()}
        {'0.weight': (5, 4), '0.bias': (5,), '3.weight': (3, 5)}
        >>> [*to_torch(net, like=["1.weight", "1.bias", "6.weight"])]
        ['1.weight', '1.bias', '6.weight']
    """
    names = _names(network, like)
    ours = network.parameters()
    return {theirs: ours[name] for name, theirs in names.items()}


def from_torch(network: Network, state: Mapping[str, Any]) -> None:
    """Take over the weights of a Sequential, in the order of its modules, whatever their places are.

    All of them or, where one does not fit, none. They are rounded to the network's dtype, as by `set_parameters`.

    Args:
        network: the network, which is changed.
        state: its state dict; tensors, or whatever NumPy takes; float16 becomes float32, which holds it exactly.

    Raises:
        ValueError: if modules and layers do not fit together; the message names the first that does not.

    Example:
        >>> from refnn import Dense
        >>> net = Network([Dense(1), Dense(2, bias=False)], input_shape=2)
        >>> from_torch(net, {"0.weight": [[1, 2]], "0.bias": [3], "2.weight": [[4], [5]]})
        >>> net.predict([[1, 1]])
        array([[24., 30.]], dtype=float32)
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"state: expected a dict of arrays, such as model.state_dict(), got {state!r}")
    names = _names(network, state)
    ours, new = network.parameters(), {}
    for name, theirs in names.items():
        array = as_array(theirs, _plain(theirs, state[theirs]))
        new[name] = as_float(theirs, array.astype(np.float32) if array.dtype.char == "e" else array)
        if new[name].shape != ours[name].shape:
            layer = network.layers[int(name.partition(".")[0])]
            raise ValueError(f"{theirs}: expected shape {ours[name].shape} for {layer!r}, got {new[name].shape}")
    network.set_parameters(new)


def _usual(network: Network) -> list[str]:
    """Return the names that the arrays have where every module has its usual place; an activation takes a second."""
    names, place = [], 0
    for layer in network.layers:
        names += [f"{place}.{_PARTS[part]}" for part in layer.params]
        activated = layer.config().get("activation", "identity") != "identity"
        place += 0 if isinstance(layer, Centre) else 2 if activated else 1
    return names


def _names(network: Network, theirs: Iterable[str] | None) -> dict[str, str]:
    """Return which of their names, or of the usual ones, belongs to each of ours; modules follow as layers do."""
    if not isinstance(network, Network):
        raise TypeError(f"network: expected a Network, got {network!r}")
    modules: dict[tuple[int, ...], dict[str, str]] = {}
    for name in _usual(network) if theirs is None else several("like", theirs):
        if not isinstance(name, str):
            raise TypeError(f"{name!r}: expected names as in a Sequential, such as 0.weight")
        *places, part = name.split(".")
        if not places or not all(place.isdecimal() and len(place) < 10 for place in places):
            raise ValueError(f"{name:.80}: expected names as in a Sequential, such as 0.weight")
        modules.setdefault(tuple(map(int, places)), {})[part] = name
    words = [".".join(map(str, place)) for place in sorted(modules)]
    if len(modules) != len(network._learning):
        quoted = f" ({', '.join(map(repr, words))})" if words else ""
        raise ValueError(f"state: expected {len(network._learning)} modules with weights, as the network has, "
                         f"got {len(words)}{quoted}; those of Linear, Conv2d and PReLU can be taken")
    names: dict[str, str] = {}
    for i, place, word in zip(network._learning, sorted(modules), words, strict=True):
        layer, found = network.layers[i], modules[place]
        wanted = [_PARTS[part] for part in layer.params]
        if found.keys() != {*wanted}:
            raise ValueError(f"module {word}: expected {' and '.join(wanted)} for {layer!r}, got {', '.join(found)}")
        names |= {f"{i}.{part}": found[_PARTS[part]] for part in layer.params}
    return names


def _plain(name: str, value: Any) -> Any:
    """Return a tensor's numbers: out of the graph, in main memory, as NumPy knows them."""
    try:
        for step in ("detach", "cpu", "numpy"):
            value = getattr(value, step)() if hasattr(value, step) else value
    except TypeError as unknown:
        raise TypeError(f"{name}: {unknown}; convert it with .float() first") from None
    return value

