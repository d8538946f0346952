"""The inputs of every kind of work, drawn at random, the same for all contenders.

Each function has the name of the work, takes the sizes of a row, and returns what the functions of that name in `peers`
are called with.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.bench.row import Row

__all__ = ["draw"]


def draw(row: Row) -> dict[str, Any]:
    """Return the inputs of a row; the same ones each time."""
    inputs: dict[str, Any] = globals()[row.work](_Source(row.dtype), **row.sizes)
    return inputs


class _Source:
    """Random arrays of one dtype."""

    def __init__(self, dtype: str) -> None:
        self.rng, self.dtype = np.random.default_rng(0), np.dtype(dtype)

    def normal(self, *shape: int) -> NDArray:
        return self.rng.standard_normal(shape).astype(self.dtype)

    def images(self, *shape: int) -> NDArray:
        """Return (n, C, H, W) with its channels last in memory."""
        n, channels, height, width = shape
        return self.normal(n, height, width, channels).transpose(0, 3, 1, 2)


def matmul(source: _Source, m: int, k: int, n: int, turned: str) -> dict[str, Any]:
    """Two matrices (m, k), (k, n); one of them may be the transposed view of a matrix that lies row by row."""
    a = source.normal(k, m).T if turned == "a" else source.normal(m, k)
    b = source.normal(n, k).T if turned == "b" else source.normal(k, n)
    return {"a": a, "b": b}


def conv_forward(source: _Source, n: int, channels: int, side: int, filters: int, kernel: int,
                 padding: int) -> dict[str, Any]:
    """Images and kernels."""
    x, W = source.images(n, channels, side, side), source.normal(filters, channels, kernel, kernel)
    return {"x": x, "W": W, "padding": padding}


def conv_to_input(source: _Source, n: int, channels: int, side: int, filters: int, kernel: int,
                  padding: int) -> dict[str, Any]:
    """Kernels and the gradient in the maps."""
    out = side + 2 * padding - kernel + 1
    dz, W = source.images(n, filters, out, out), source.normal(filters, channels, kernel, kernel)
    return {"dz": dz, "W": W, "shape": (n, channels, side, side), "padding": padding}


def conv_to_kernel(source: _Source, n: int, channels: int, side: int, filters: int, kernel: int,
                   padding: int) -> dict[str, Any]:
    """Images and the gradient in the maps."""
    out = side + 2 * padding - kernel + 1
    dz, x = source.images(n, filters, out, out), source.images(n, channels, side, side)
    return {"dz": dz, "x": x, "size": (kernel, kernel), "padding": padding}


def correlate(source: _Source, side: int, kernel: int) -> dict[str, Any]:
    """One image and one filter."""
    return {"x": source.normal(side, side), "w": source.normal(kernel, kernel)}


def max_pool(source: _Source, n: int, channels: int, side: int) -> dict[str, Any]:
    """Maps, to be pooled two by two."""
    return {"x": source.images(n, channels, side, side)}


def max_pool_backward(source: _Source, n: int, channels: int, side: int) -> dict[str, Any]:
    """Maps, and the gradient behind their pooling."""
    return {"x": source.images(n, channels, side, side), "dz": source.images(n, channels, side // 2, side // 2)}


def softmax_cross_entropy(source: _Source, n: int, classes: int) -> dict[str, Any]:
    """Scores and labels."""
    return {"scores": 3 * source.normal(n, classes), "labels": source.rng.integers(0, classes, n)}


def relu(source: _Source, count: int) -> dict[str, Any]:
    """Numbers of both signs."""
    return {"z": source.normal(count)}


def relu_backward(source: _Source, count: int) -> dict[str, Any]:
    """Numbers of both signs, and the gradient behind them."""
    return {"dz": source.normal(count), "z": source.normal(count)}


def adam(source: _Source, count: int) -> dict[str, Any]:
    """Weights and their gradient."""
    return {"w": source.normal(count), "g": source.normal(count)}


def perceptron(source: _Source, n: int, d: int) -> dict[str, Any]:
    """Samples that no line parts, so every epoch has mistakes."""
    X, w = source.normal(n, d), source.normal(d)
    return {"X": X, "y": np.where(X @ w + source.normal(n) > 0, 1.0, -1.0)}


def train(source: _Source, kind: str, units: tuple[int, ...], n: int) -> dict[str, Any]:
    """A batch as a user has it, and the weights all contenders start from: W (out, in, ...) and b (out,) by layer."""
    X = source.normal(n, units[0]) if kind == "mlp" else source.normal(n, 1, 28, 28)
    shapes: list[tuple[int, ...]] = [] if kind == "mlp" else [(6, 1, 5, 5), (16, 6, 5, 5)]
    shapes += [(b, a) for a, b in pairwise(units)]
    weights = [(source.normal(*shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(source.dtype) for shape in shapes]
    biases = [np.zeros(len(W), source.dtype) for W in weights]
    labels = source.rng.integers(0, units[-1], n)
    return {"X": X, "labels": labels, "weights": weights, "biases": biases, "learning_rate": 0.01}
