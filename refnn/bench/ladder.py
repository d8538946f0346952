"""The rungs of the kernels' chapter, each of them run: what every idea is worth.

The same product, and then the same convolution, again and again, each time with one more idea. The sources of the rungs
are in `refnn/kernels/ladder.pxi`, but for the first, which is the definition, and the last ones, which are what the
library uses.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn import kernels
from refnn.bench.limits import compiled
from refnn.bench.timing import repeats, sample

__all__ = ["Rung", "climb", "refuse"]

ROUNDS = 9


@dataclass(frozen=True)
class Rung:
    """One way to compute, its time, and how far it is from the definition in units of what rounding explains."""

    subject: str
    name: str
    flops: float
    seconds: float
    difference: float


def climb(sizes: tuple[int, ...] = (96, 512), python: int = 48, layer: tuple[int, ...] = (256, 64, 512),
          images: tuple[int, ...] = (16, 16, 16, 16, 32, 3)) -> list[Rung]:
    """Run all rungs, on squares of these sizes, a dense layer (n, inputs, outputs) and images (n, H, W, C, F, side).

    Raises:
        ImportError: if the kernels are not compiled.
    """
    refuse()
    rng = np.random.default_rng(0)
    rungs = [rung for n in sizes for rung in _products(rng, n, python)]
    return [*rungs, *_layer(rng, *layer), *_convolutions(rng, *images)]


def refuse() -> None:
    """Raise an ImportError if the rungs are not compiled."""
    if not hasattr(compiled(), "loops_ijk"):
        raise ImportError("the ladder needs the compiled kernels, which `refnn info` tells of")


def _products(rng: np.random.Generator, n: int, python: int) -> Iterator[Rung]:
    """The product of two squares."""
    subject, k = f"C = A B, {n} x {n}, float32", compiled()
    a, b = _draw(rng, n, n), _draw(rng, n, n)
    small = min(n, python)
    cut = np.ascontiguousarray(a[:small, :small]), np.ascontiguousarray(b[:small, :small])
    yield _rung(subject, f"triple loop in Python ({small} x {small})", lambda out: _plain(*cut, out), *cut)
    yield _rung(subject, "the same compiled: i, j, k", lambda out: k.loops_ijk(a, b, out), a, b)
    yield _rung(subject, "loop order i, k, j: along the rows", lambda out: k.loops_ikj(a, b, out), a, b)
    yield _rung(subject, "eight numbers of A stay in registers", lambda out: k.eights(a, b, out), a, b)
    yield _rung(subject, "8 x 16 of C stay there; columns of B packed", lambda out: k.tiles(a, b, out), a, b)
    yield _rung(subject, "larger tiles, blocks, any shape: refnn", lambda out: kernels.matmul(a, b, out=out), a, b)


def _layer(rng: np.random.Generator, n: int, inputs: int, outputs: int) -> Iterator[Rung]:
    """A dense layer with its bias and rectifier, which cost next to no arithmetic, but passes over memory."""
    subject = f"max(0, X W + b), {n} x {inputs} x {outputs}, float32"
    x, W, b = _draw(rng, n, inputs), _draw(rng, inputs, outputs), _draw(rng, outputs)

    def apart(out: NDArray) -> None:
        kernels.matmul(x, W, out=out)
        np.add(out, b, out=out)
        np.maximum(out, 0, out=out)

    def fused(out: NDArray) -> None:
        kernels.matmul(x, W, b, True, out)

    def after(z: NDArray) -> NDArray:
        return np.maximum(z + b, 0)

    yield _rung(subject, "product, then bias, then ReLU", apart, x, W, after)
    yield _rung(subject, "fused: done while the tile is written", fused, x, W, after)


def _convolutions(rng: np.random.Generator, n: int, height: int, width: int, channels: int, filters: int,
                  side: int) -> Iterator[Rung]:
    """A convolution without padding; images (n, H, W, C), kernels (F, side, side, C), maps (n, Ho, Wo, F)."""
    subject = f"{filters} kernels {side} x {side} x {channels} on {n} images {height} x {width}, float32"
    x, W, k = _draw(rng, n, height, width, channels), _draw(rng, filters, side, side, channels), compiled()
    rows, columns = height - side + 1, width - side + 1
    seen, rowed = np.empty((n * rows * columns, side * side * channels), np.float32), W.reshape(filters, -1)
    maps = np.empty((n, rows, columns, filters), np.float32)
    first, kernel = x.transpose(0, 3, 1, 2), np.ascontiguousarray(W.transpose(0, 3, 1, 2))

    def loops(out: NDArray) -> None:
        k.conv_loops(x, W, maps)
        out[...] = maps.reshape(out.shape)

    def written_down(out: NDArray) -> None:
        k.patches(x, side, side, seen)
        kernels.matmul(seen, rowed.T, out=out)

    def in_place(out: NDArray) -> None:
        view = out.reshape(maps.shape).transpose(0, 3, 1, 2)
        kernels.conv2d(first, kernel, None, (1, 1), (0, 0), out=view)

    k.patches(x, side, side, seen)
    factors = seen.copy(), np.ascontiguousarray(rowed.T)
    yield _rung(subject, "seven loops, compiled", loops, *factors)
    yield _rung(subject, "patches written down, then the product", written_down, *factors)
    yield _rung(subject, "the same tile reads the image where it lies", in_place, *factors)


def _rung(subject: str, name: str, fill: Callable[[NDArray], Any], a: NDArray, b: NDArray,
          after: Callable[[NDArray], NDArray] = lambda z: z) -> Rung:
    """Time one way to fill `out` with a b, and compare it with the product in float64."""
    out = np.empty((a.shape[0], b.shape[1]), a.dtype)
    fill(out)
    right = after(a.astype(np.float64) @ b)
    size = np.abs(a).astype(np.float64) @ np.abs(b) + 1
    bound = (a.shape[1] + 2) * np.finfo(a.dtype).eps * size  # (depth + 2) roundings of at most this
    difference = float((np.abs(out - right) / bound).max())
    count = repeats(lambda: fill(out))
    seconds = float(np.median([sample(lambda: fill(out), count) for _ in range(ROUNDS)]))
    return Rung(subject, name, 2.0 * a.shape[0] * a.shape[1] * b.shape[1], seconds, difference)


def _plain(a: NDArray, b: NDArray, out: NDArray) -> None:
    """c_ij = sum over k of a_ik b_kj, in Python."""
    A, B, (rows, columns) = a.tolist(), b.tolist(), out.shape
    for i in range(rows):
        for j in range(columns):
            total = 0.0
            for k in range(len(B)):
                total += A[i][k] * B[k][j]
            out[i, j] = total


def _draw(rng: np.random.Generator, *shape: int) -> NDArray:
    return rng.standard_normal(shape).astype(np.float32)
