"""The rows of all tables: the layers and products of networks as students train them, and squares beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from refnn.bench.row import Row

__all__ = ["LAYERS", "NETWORKS", "rows"]

SQUARES = (8, 16, 32, 64, 128, 256, 512, 1024, 2048)
PRODUCTS = ((64, 784, 128), (64, 256, 500), (64, 128, 10))  # samples, inputs and outputs of a dense layer
LAYERS = {  # n, C, H = W, F, kH = kW, padding
    "lenet1": (64, 1, 28, 6, 5, 2),
    "lenet2": (64, 6, 14, 16, 5, 0),
    "dig1": (64, 1, 16, 16, 3, 1),
    "dig2": (64, 16, 8, 32, 3, 1),
    "cif1": (32, 3, 32, 32, 3, 1),
    "cif2": (32, 32, 16, 64, 3, 1),
    "cif3": (32, 64, 8, 128, 3, 1),
    "vgg1": (4, 64, 56, 64, 3, 1),
    "vgg2": (4, 128, 28, 128, 3, 1),
}
IMAGES = ((256, 5), (1024, 7))
POOLED = {  # n, C, H = W
    "lenet p1": (64, 6, 28),
    "lenet p2": (64, 16, 10),
    "cifar 32": (32, 32, 32),
    "cifar 16": (32, 64, 16),
}
NETWORKS: dict[str, tuple[str, Sequence[int], int]] = {  # kind, sizes of the dense layers, samples in a batch
    "MLP 256-500-500-10 B64": ("mlp", (256, 500, 500, 10), 64),
    "MLP 784-128-10 B32": ("mlp", (784, 128, 10), 32),
    "LeNet-5 28x28 B64": ("lenet", (400, 120, 84, 10), 64),
}


def rows(groups: Sequence[str], dtypes: Sequence[str]) -> list[Row]:
    """Return the rows of these groups for these dtypes, in the order of the tables."""
    found = [row for group in groups for dtype in dtypes for row in _GROUPS[group](dtype)]
    return list({row.key: row for row in found}.values())  # the perceptron has one dtype only, whichever was asked for


def _matmul(dtype: str) -> Iterator[Row]:
    """Squares, and the three products of a dense layer: x W, x^T dz and dz W^T."""
    def product(name: str, m: int, k: int, n: int, turned: str = "") -> Row:
        traffic = (m * k + k * n + m * n) * np.dtype(dtype).itemsize
        sizes = {"m": m, "k": k, "n": n, "turned": turned}
        return Row("matmul", name, "matmul", dtype, sizes, 2 * m * k * n, traffic, k)

    for n in SQUARES:
        yield product(f"{n} square", n, n, n)
    for m, k, n in PRODUCTS:
        yield product(f"{m}x{k}x{n} forward", m, k, n)
        yield product(f"{m}x{k}x{n} dW", k, m, n, "a")
        yield product(f"{m}x{k}x{n} dx", m, n, k, "b")


def _conv(dtype: str) -> Iterator[Row]:
    """The three passes of nine layers, and one filter on one image."""
    size = np.dtype(dtype).itemsize
    for name, (n, channels, side, filters, kernel, padding) in LAYERS.items():
        out = side + 2 * padding - kernel + 1
        sizes = {"n": n, "channels": channels, "side": side, "filters": filters, "kernel": kernel, "padding": padding}
        flops = 2 * n * filters * out**2 * channels * kernel**2
        traffic = (n * channels * side**2 + filters * channels * kernel**2 + n * filters * out**2) * size
        depths = {"forward": channels * kernel**2, "to input": filters * kernel**2, "to kernel": n * out**2}
        for words, depth in depths.items():
            work = f"conv_{words.replace(' ', '_')}"
            yield Row("conv", f"{name} {words}", work, dtype, sizes, flops, traffic, depth)
    for side, kernel in IMAGES:
        out = side - kernel + 1
        traffic = (side**2 + kernel**2 + out**2) * size
        yield Row("conv", f"image {side} by {kernel}x{kernel}", "correlate", dtype, {"side": side, "kernel": kernel},
                  2 * out**2 * kernel**2, traffic, kernel**2)


def _elementwise(dtype: str) -> Iterator[Row]:
    """Loss, rectifier, pooling and Adam: what is done between the products."""
    size = np.dtype(dtype).itemsize

    def row(name: str, work: str, sizes: dict[str, Any], flops: float, numbers: float, depth: int = 1) -> Row:
        return Row("elementwise", name, work, dtype, sizes, flops, numbers * size, depth, "memory")

    for n, classes in ((64, 10), (1024, 1000)):
        sizes, scores = {"n": n, "classes": classes}, n * classes
        yield row(f"softmax+loss {n}x{classes}", "softmax_cross_entropy", sizes, 5 * scores, 2 * scores, classes)
    for words, count in (("32k", 32_000), ("1M", 1 << 20), ("8M", 1 << 23)):
        yield row(f"relu {words}", "relu", {"count": count}, count, 2 * count)
        yield row(f"relu back {words}", "relu_backward", {"count": count}, count, 3 * count)
    for name, (n, channels, side) in POOLED.items():
        sizes, pixels = {"n": n, "channels": channels, "side": side}, n * channels * side**2
        yield row(f"maxpool {name}", "max_pool", sizes, pixels * 3 / 4, pixels * 5 / 4)
        yield row(f"maxpool back {name}", "max_pool_backward", sizes, pixels / 4, pixels * 5 / 4)
    adam = row("Adam 1M", "adam", {"count": 1_000_000}, 12e6, 7e6)
    yield replace(adam, footprint=4e6 * size)  # three of four arrays are written over


def _steps(dtype: str) -> Iterator[Row]:
    """Whole training steps: forward, loss, backward, plain gradient descent."""
    size = np.dtype(dtype).itemsize
    for name, (kind, units, n) in NETWORKS.items():
        weights, products = sum(a * b for a, b in pairwise(units)), n * sum(a * b for a, b in pairwise(units))
        flops = 6 * products - (2 * n * units[0] * units[1] if kind == "mlp" else 0)  # no gradient in the samples
        if kind == "lenet":
            first, second = 28**2 * 6 * 25, 10**2 * 16 * 6 * 25
            flops += n * (4 * first + 6 * second)
            weights += 6 * 25 + 16 * 6 * 25
        samples = n * (28**2 if kind == "lenet" else units[0])
        sizes = {"kind": kind, "units": tuple(units), "n": n}
        yield Row("steps", name, "train", dtype, sizes, flops, (samples + 3 * weights) * size)


def _perceptron(dtype: str) -> Iterator[Row]:
    """One epoch of the online perceptron, always in float64, in which scikit-learn does it."""
    n, d = 10_000, 100
    sizes, products = {"n": n, "d": d}, n * d
    yield Row("perceptron", f"epoch {n}x{d}", "perceptron", "float64", sizes, 2 * products, 8 * products, n, "memory")


_GROUPS = {"matmul": _matmul, "conv": _conv, "elementwise": _elementwise, "steps": _steps, "perceptron": _perceptron}
