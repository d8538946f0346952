"""Plain NumPy: each formula as one would write it with arrays, and the answer that all others are compared with.

The first way of each is the reference; where a knowing user has a faster one, that stands beside it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.bench.row import Contender


def use(threads: int) -> None:
    """NumPy was told by its environment."""


def _pure(name: str, call: Any) -> Contender:
    """Return a contender whose call returns its answer."""
    return Contender(name, call, lambda: [np.array(call())])


def matmul(a: NDArray, b: NDArray) -> Iterator[Contender]:
    """BLAS."""
    out = np.empty((a.shape[0], b.shape[1]), a.dtype)
    yield _pure("numpy", lambda: np.matmul(a, b, out=out))


def patches(x: NDArray, size: tuple[int, int], padding: int) -> NDArray:
    """Lay what each output pixel sees under each other: (n, C, H, W) -> (n Ho Wo, C kH kW)."""
    framed = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding))) if padding else x
    windows = np.lib.stride_tricks.sliding_window_view(framed, size, axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    return windows.reshape(int(np.prod(windows.shape[:3])), -1)


def _forward(x: NDArray, W: NDArray, padding: int) -> NDArray:
    """Return the maps, as one product of patches and kernels."""
    n, _, height, width = x.shape
    sides = height + 2 * padding - W.shape[2] + 1, width + 2 * padding - W.shape[3] + 1
    z = patches(x, W.shape[2:], padding) @ W.reshape(len(W), -1).T
    return z.reshape(n, *sides, len(W)).transpose(0, 3, 1, 2)


def _to_input(dz: NDArray, W: NDArray, shape: tuple[int, ...], padding: int) -> NDArray:
    """Return the gradient in the images: a product, and its columns added up where the pixels came from."""
    (n, filters, rows, columns), (height, width) = dz.shape, W.shape[2:]
    d = dz.transpose(0, 2, 3, 1).reshape(-1, filters) @ W.reshape(filters, -1)
    d = d.reshape(n, rows, columns, -1, height, width)
    dx = np.zeros((*shape[:2], shape[2] + 2 * padding, shape[3] + 2 * padding), dz.dtype)
    for a, b in np.ndindex(height, width):
        dx[:, :, a : a + rows, b : b + columns] += d[..., a, b].transpose(0, 3, 1, 2)
    return dx[:, :, padding : padding + shape[2], padding : padding + shape[3]]


def _to_kernel(dz: NDArray, x: NDArray, size: tuple[int, int], padding: int) -> NDArray:
    """Return the gradient in the kernels: the gradients of all pixels times what those saw."""
    filters = dz.shape[1]
    return (dz.transpose(1, 0, 2, 3).reshape(filters, -1) @ patches(x, size, padding)).reshape(filters, -1, *size)


def conv_forward(x: NDArray, W: NDArray, padding: int) -> Iterator[Contender]:
    """Patches, then BLAS."""
    yield _pure("numpy", lambda: _forward(x, W, padding))


def conv_to_input(dz: NDArray, W: NDArray, shape: tuple[int, ...], padding: int) -> Iterator[Contender]:
    """BLAS, then a sum over the taps."""
    yield _pure("numpy", lambda: _to_input(dz, W, shape, padding))


def conv_to_kernel(dz: NDArray, x: NDArray, size: tuple[int, int], padding: int) -> Iterator[Contender]:
    """Patches, then BLAS."""
    yield _pure("numpy", lambda: _to_kernel(dz, x, size, padding))


def correlate(x: NDArray, w: NDArray) -> Iterator[Contender]:
    """Patches, or the image shifted by each tap."""
    image, kernel = x[np.newaxis, np.newaxis], w[np.newaxis, np.newaxis]
    height, width = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1

    def shifted() -> NDArray:
        z = np.zeros((height, width), x.dtype)
        for a, b in np.ndindex(*w.shape):
            z += w[a, b] * x[a : a + height, b : b + width]
        return z

    yield Contender("numpy", lambda: _forward(image, kernel, 0), lambda: [_forward(image, kernel, 0)[0, 0]])
    yield _pure("numpy shifts", shifted)


def _pool(x: NDArray) -> tuple[NDArray, NDArray]:
    """Return the greatest of each two by two pixels, and where they are."""
    n, channels, height, width = x.shape
    windows = x.reshape(n, channels, height // 2, 2, width // 2, 2)
    best = windows.max(axis=(3, 5), keepdims=True)
    return best[:, :, :, 0, :, 0], windows == best


def max_pool(x: NDArray) -> Iterator[Contender]:
    """A maximum over two axes, or of four views."""
    x = np.ascontiguousarray(x)

    def views() -> NDArray:
        upper = np.maximum(x[:, :, ::2, ::2], x[:, :, ::2, 1::2])
        return np.maximum(upper, np.maximum(x[:, :, 1::2, ::2], x[:, :, 1::2, 1::2]))

    yield _pure("numpy", lambda: _pool(x)[0])
    yield _pure("numpy views", views)


def max_pool_backward(x: NDArray, dz: NDArray) -> Iterator[Contender]:
    """The gradient where the winners are, which the way forward has noted."""
    x, (_, winner) = np.ascontiguousarray(x), _pool(np.ascontiguousarray(x))
    yield _pure("numpy", lambda: (winner * dz[:, :, :, np.newaxis, :, np.newaxis]).reshape(x.shape))


def _loss(scores: NDArray, labels: NDArray) -> tuple[Any, NDArray]:
    """Return the mean cross-entropy and its gradient in the scores."""
    rows = np.arange(len(scores))
    shifted = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)
    loss = (np.log(sums[:, 0]) - shifted[rows, labels]).mean()
    gradient = powers / sums
    gradient[rows, labels] -= 1
    return loss, gradient / len(scores)


def softmax_cross_entropy(scores: NDArray, labels: NDArray) -> Iterator[Contender]:
    """Loss and gradient from one exponential."""
    yield Contender("numpy", lambda: _loss(scores, labels), lambda: _loss(scores, labels))


def relu(z: NDArray) -> Iterator[Contender]:
    """np.maximum, into a new array or one that is there."""
    out = np.empty_like(z)
    yield _pure("numpy", lambda: np.maximum(z, 0))
    yield _pure("numpy out", lambda: np.maximum(z, 0, out=out))


def relu_backward(dz: NDArray, z: NDArray) -> Iterator[Contender]:
    """The gradient times a mask."""
    yield _pure("numpy", lambda: dz * (z > 0))


def adam(w: NDArray, g: NDArray) -> Iterator[Contender]:
    """The formulas, with new arrays or in place."""
    def fresh(state: dict[str, Any]) -> None:
        state["t"] += 1
        state["m"] = 0.9 * state["m"] + 0.1 * g
        state["v"] = 0.999 * state["v"] + 0.001 * g * g
        m, v = state["m"] / (1 - 0.9 ** state["t"]), state["v"] / (1 - 0.999 ** state["t"])
        state["w"] = state["w"] - 1e-3 * m / (np.sqrt(v) + 1e-8)

    def in_place(state: dict[str, Any]) -> None:
        state["t"] += 1
        w, m, v, t = state["w"], state["m"], state["v"], state["t"]
        np.multiply(m, 0.9, out=m)
        np.multiply(v, 0.999, out=v)
        m += 0.1 * g
        v += 0.001 * g * g
        w -= 1e-3 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)

    def contender(name: str, step: Any) -> Contender:
        state: dict[str, Any] = {"t": 0, "w": w.copy(), "m": np.zeros_like(w), "v": np.zeros_like(w)}

        def answer() -> list[NDArray]:
            step(state)
            return [state["w"].copy()]

        return Contender(name, lambda: step(state), answer)

    yield contender("numpy", fresh)
    yield contender("numpy in place", in_place)


def perceptron(X: NDArray, y: NDArray) -> Iterator[Contender]:
    """The loop over samples."""
    def epoch() -> NDArray:
        w = np.zeros(X.shape[1])
        for x, label in zip(X, y, strict=True):
            if label * (x @ w) <= 0:
                w += label * x
        return w

    yield _pure("numpy", epoch)


def train(X: NDArray, labels: NDArray, weights: Sequence[NDArray], biases: Sequence[NDArray],
          learning_rate: float) -> Iterator[Contender]:
    """A step written out by hand."""
    W, b = [array.copy() for array in weights], [array.copy() for array in biases]
    rate, convs = X.dtype.type(learning_rate), 0 if X.ndim == 2 else 2

    def step() -> float:
        a, seen, kept = X, [], []
        for i in range(convs):
            z = np.maximum(_forward(a, W[i], 2 - 2 * i) + b[i][:, np.newaxis, np.newaxis], 0)
            pooled, winner = _pool(np.ascontiguousarray(z))
            seen.append(a)
            kept.append((z, winner))
            a = pooled
        shape = a.shape
        a = a.reshape(len(X), -1)
        for i in range(convs, len(W)):
            seen.append(a)
            a = a @ W[i].T + b[i]
            if i < len(W) - 1:
                a = np.maximum(a, 0)
        loss, d = _loss(a, labels)
        for i in range(len(W) - 1, convs - 1, -1):
            dW, db = d.T @ seen[i], d.sum(axis=0)
            if i > 0:
                d = d @ W[i]
                d = d * (seen[i] > 0) if i > convs else d
            W[i] -= rate * dW
            b[i] -= rate * db
        d = d.reshape(shape) if convs else d
        for i in range(convs - 1, -1, -1):
            z, winner = kept[i]
            d = (winner * d[:, :, :, np.newaxis, :, np.newaxis]).reshape(z.shape) * (z > 0)
            dW, db = _to_kernel(d, seen[i], (5, 5), 2 - 2 * i), d.sum(axis=(0, 2, 3))
            if i > 0:
                d = _to_input(d, W[i], seen[i].shape, 0)
            W[i] -= rate * dW
            b[i] -= rate * db
        return float(loss)

    yield Contender("numpy", step, lambda: [np.array([step() for _ in range(5)])])
