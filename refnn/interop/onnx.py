"""Networks as ONNX files, which many runtimes read; `pip install "refnn[onnx]"`.

ONNX describes a network as a graph of operators that hand each other named arrays. Each of our layers is one operator
or a few: `graph` says which, in plain Python, and `export` hands that to the package onnx to be checked and written.
The graph is the network as it predicts, so dropout is not in it. Samples may be as many as one likes; the axis is
called "n".

Version 17 of the operators is used, of 2022, which every runtime of today knows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refnn import __version__, layers
from refnn.model_io import written_whole
from refnn.network import Network

__all__ = ["Node", "export", "graph"]

OPERATORS, FORMAT = 17, 8  # versions of the set of operators and of the file


class Node(NamedTuple):
    """One operator: what it takes, by name, what it gives, and its settings."""

    operator: str
    inputs: list[str]
    output: str
    settings: dict[str, Any]


class _Graph:
    """Nodes one behind the other, and the arrays that they take besides."""

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype, self.last = dtype, "X"
        self.nodes: list[Node] = []
        self.arrays: dict[str, NDArray] = {}

    def constant(self, name: str, values: Any, dtype: Any = None) -> str:
        """Give an array a name; numbers are rounded to the dtype of the network."""
        self.arrays[name] = np.array(values, dtype or self.dtype)
        return name

    def then(self, operator: str, *others: str, first: str = "", **settings: Any) -> str:
        """Put an operator behind the last one, or behind `first`; others are what it takes besides."""
        output = f"{len(self.nodes)}.{operator}"
        self.nodes.append(Node(operator, [first or self.last, *others], output, settings))
        self.last = output
        return output


def graph(network: Network) -> tuple[list[Node], dict[str, NDArray]]:
    """Return a network as ONNX operators, from the input "X" to the output "Y", and the arrays that they take.

    Example:
        >>> from refnn import Dense, Dropout, Maxout
        >>> net = Network([Dense(6), Maxout(2), Dropout(0.5), Dense(2, "sigmoid")], input_shape=4)
        >>> nodes, arrays = graph(net)
        >>> [node.operator for node in nodes]
        ['Gemm', 'Reshape', 'ReduceMax', 'Gemm', 'Sigmoid', 'Identity']
        >>> nodes[0]
        Node(operator='Gemm', inputs=['X', '0.W', '0.b'], output='0.Gemm', settings={'transB': 1})
        >>> arrays["0.W"].shape
        (6, 4)
    """
    if not isinstance(network, Network):
        raise TypeError(f"network: expected a Network, got {network!r}")
    made = _Graph(network.dtype)
    made.arrays.update(network.parameters())
    for i, layer in enumerate(network.layers):
        _add(made, i, layer, network._shapes[i])
    made.nodes.append(Node("Identity", [made.last], "Y", {}))  # gives the answer its name, whatever came before
    return made.nodes, made.arrays


def export(network: Network, path: str | os.PathLike[str]) -> Path:
    """Write a network as an ONNX file, which the package onnx has checked; the old file stays until that is whole.

    Args:
        network: the network; its dtype is that of the file.
        path: where to; the usual ending is .onnx.

    Returns:
        The path.

    Raises:
        ImportError: if the package onnx is not installed.
        ValueError: if a layer is one of your own.
    """
    nodes, arrays = graph(network)
    try:
        onnx = import_module("onnx")
    except ImportError as missing:
        raise ImportError('ONNX needs the package onnx: pip install "refnn[onnx]"') from missing
    helper = onnx.helper
    ends = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(network.dtype), ["n", *shape])
        for name, shape in {"X": network.input_shape, "Y": network.output_shape}.items()
    ]
    made = helper.make_graph(
        [helper.make_node(node.operator, node.inputs, [node.output], **node.settings) for node in nodes],
        "refnn", ends[:1], ends[1:], [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )  # fmt: skip
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPERATORS)], ir_version=FORMAT,
                              producer_name="refnn", producer_version=__version__)
    onnx.checker.check_model(model, full_check=True)
    with written_whole(path) as file:
        file.write(model.SerializeToString())
    return Path(path)


def _add(made: _Graph, i: int, layer: layers.Layer, shape: tuple[int, ...]) -> None:
    """Add the operators of one layer, whose samples have `shape` when they arrive."""
    if getattr(layers, type(layer).__name__, None) is not type(layer):
        raise ValueError(f"layers[{i}]: ONNX has no word for a layer of your own, {layer!r}")
    match layer:
        case layers.Dense():
            made.then("Gemm", *_weights(i, layer), transB=1)  # x W^T + b
            _activate(made, layer.activation)
        case layers.Conv2D():
            made.then("Conv", *_weights(i, layer), **_window(layer.size, layer.stride, layer.padding))
            _activate(made, layer.activation)
        case layers.MaxPool2D():
            made.then("MaxPool", **_window(layer.size, layer.stride, layer.padding))
        case layers.AvgPool2D():
            made.then("AveragePool", count_include_pad=1, **_window(layer.size, layer.stride, layer.padding))
        case layers.Flatten():
            made.then("Flatten", axis=1)
        case layers.Maxout():  # (n, ..., m * k) -> (n, ..., m, k) -> (n, ..., m); 0 leaves the n that there is
            groups = [0, *shape[:-1], shape[-1] // layer.pieces, layer.pieces]
            made.then("Reshape", made.constant(f"{i}.groups", groups, np.int64))
            made.then("ReduceMax", axes=[-1], keepdims=0)
        case layers.PReLU():  # one slope for each entry of the first axis behind n
            slope = made.constant(f"{i}.slope", made.arrays[f"{i}.slope"].reshape(-1, *[1] * (len(shape) - 1)))
            made.then("PRelu", slope)
        case layers.Centre():
            made.then("Sub", made.constant(f"{i}.mean", layer.mean))
        case layers.Activation():
            _activate(made, layer.name)
        case layers.Dropout():
            pass  # at work in training only


def _weights(i: int, layer: layers.Layer) -> Iterator[str]:
    """Name the parameters of a layer, as the network does."""
    return (f"{i}.{name}" for name in layer.params)


def _window(size: Any, stride: Any, padding: Any) -> dict[str, Any]:
    """Return a window's settings: sides, steps, and borders as top, left, bottom, right."""
    return {"kernel_shape": list(size), "strides": list(stride), "pads": [*padding, *padding]}


def _activate(made: _Graph, name: str) -> None:
    """Add the operators of an activation function."""
    plain = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "softplus": "Softplus"}
    z = made.last

    def constant(value: float) -> str:
        return made.constant(f"{name}.{value:.4g}", value)  # of one name there is one value, however many nodes take it

    match name:
        case "identity":
            pass
        case "softmax" | "log_softmax":
            made.then("Softmax" if name == "softmax" else "LogSoftmax", axis=-1)
        case "leaky_relu":  # not LeakyRelu, whose slope is a float32 even where the numbers are float64
            made.then("PRelu", constant(0.01))
        case "scaled_tanh":  # 1.716 tanh(2 z / 3)
            made.then("Mul", constant(2 / 3))
            made.then("Tanh")
            made.then("Mul", constant(1.716))
        case "step":  # 1 where z >= 0
            made.then("GreaterOrEqual", constant(0))
            made.then("Where", constant(1), constant(0))
        case "square":
            made.then("Mul", z)
        case "gaussian":  # exp(-z^2)
            made.then("Mul", z)
            made.then("Neg")
            made.then("Exp")
        case _ if name in plain:
            made.then(plain[name])
        case _:
            raise ValueError(f"activation: {name!r} has no ONNX operator yet; _activate in interop/onnx.py needs it")
