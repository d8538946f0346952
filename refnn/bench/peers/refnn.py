"""refnn: "refnn" is the way its network takes, into buffers that it keeps; "refnn checked" the public function.

The public functions take whatever NumPy can read and check it, so they cost more on small inputs.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import refnn
from refnn import activations, conv, kernels, losses, optimizers, pooling
from refnn.bench.row import Contender
from refnn.layers import Conv2D, Dense, Flatten, Layer, MaxPool2D
from refnn.network import Network
from refnn.perceptron import online_pass
from refnn.training import fit_batch


def use(threads: int) -> None:
    """Set the number of threads."""
    if hasattr(refnn, "set_threads"):
        refnn.set_threads(threads)


def _images(*shape: int, dtype: Any) -> NDArray:
    """Return room for images (n, C, H, W) whose memory is channels-last."""
    n, channels, height, width = shape
    return np.empty((n, height, width, channels), dtype).transpose(0, 3, 1, 2)


def _pure(name: str, call: Any) -> Contender:
    """Return a contender whose call returns its answer."""
    return Contender(name, call, lambda: [np.array(call())])


def matmul(a: NDArray, b: NDArray) -> Iterator[Contender]:
    """The kernel, which takes any strides."""
    out = np.empty((a.shape[0], b.shape[1]), a.dtype)
    yield _pure("refnn", lambda: kernels.matmul(a, b, out=out))


def conv_forward(x: NDArray, W: NDArray, padding: int) -> Iterator[Contender]:
    """The kernel on images whose channels are last, padding included; and the pure function."""
    sides = [kernels.output_side(side, k, 1, padding) for side, k in zip(x.shape[2:], W.shape[2:], strict=True)]
    out, pad = _images(len(x), len(W), *sides, dtype=x.dtype), (padding, padding)
    yield _pure("refnn", lambda: kernels.conv2d(x, W, None, (1, 1), pad, out=out))
    yield _pure("refnn checked", lambda: conv.conv2d(x, W, padding=padding))


def conv_to_input(dz: NDArray, W: NDArray, shape: tuple[int, ...], padding: int) -> Iterator[Contender]:
    """The kernel; the pure function computes all gradients at once, so it has no time of its own here."""
    out, pad = _images(*shape, dtype=dz.dtype), (padding, padding)
    yield _pure("refnn", lambda: kernels.conv2d_to_input(dz, W, shape, (1, 1), pad, out=out))


def conv_to_kernel(dz: NDArray, x: NDArray, size: tuple[int, int], padding: int) -> Iterator[Contender]:
    """The kernel."""
    out, pad = np.empty((dz.shape[1], x.shape[1], *size), x.dtype), (padding, padding)
    yield _pure("refnn", lambda: kernels.conv2d_to_kernel(dz, x, size, (1, 1), pad, out=out))


def correlate(x: NDArray, w: NDArray) -> Iterator[Contender]:
    """A convolution of one image with one kernel."""
    image, kernel = x[np.newaxis, np.newaxis], w[np.newaxis, np.newaxis]
    out = np.empty((1, 1, x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1), x.dtype)
    yield _pure("refnn", lambda: kernels.conv2d(image, kernel, None, (1, 1), (0, 0), out=out)[0, 0])
    yield _pure("refnn checked", lambda: conv.conv2d(image, kernel)[0, 0])


def max_pool(x: NDArray) -> Iterator[Contender]:
    """The kernel, which notes the winners too; and the pure function."""
    n, channels, height, width = x.shape
    out = tuple(_images(n, channels, height // 2, width // 2, dtype=kind) for kind in (x.dtype, np.int32))
    yield _pure("refnn", lambda: kernels.max_pool2d(x, (2, 2), (2, 2), (0, 0), (out[0], out[1]))[0])
    yield _pure("refnn checked", lambda: pooling.max_pool2d(x, 2))


def max_pool_backward(x: NDArray, dz: NDArray) -> Iterator[Contender]:
    """The kernel, given the winners that the way forward noted; and the pure function, which must find them again."""
    winner, out = kernels.max_pool2d(x, (2, 2), (2, 2), (0, 0))[1], _images(*x.shape, dtype=x.dtype)
    yield _pure("refnn", lambda: kernels.max_pool2d_backward(dz, winner, x.shape, (2, 2), (2, 2), (0, 0), out))
    yield _pure("refnn checked", lambda: pooling.max_pool2d_backward(dz, x, 2))


def softmax_cross_entropy(scores: NDArray, labels: NDArray) -> Iterator[Contender]:
    """The loss and its gradient in the scores, in one go as in training; and by the pure functions."""
    both = losses.loss("softmax_cross_entropy").both
    yield Contender("refnn", lambda: both(scores, labels), lambda: [np.asarray(part) for part in both(scores, labels)])

    def call() -> tuple[Any, NDArray]:
        loss = losses.softmax_cross_entropy(scores, labels)
        return loss, losses.softmax_cross_entropy_backward(1.0, scores, labels)

    yield Contender("refnn checked", call, lambda: call())


def relu(z: NDArray) -> Iterator[Contender]:
    """The pure function; in a network the kernel of the product cuts off on the way."""
    yield _pure("refnn", lambda: activations.relu(z))


def relu_backward(dz: NDArray, z: NDArray) -> Iterator[Contender]:
    """The kernel and the pure function."""
    out = np.empty_like(z)
    yield _pure("refnn", lambda: kernels.relu_backward(dz, z, out))
    yield _pure("refnn checked", lambda: activations.relu_backward(dz, z))


def adam(w: NDArray, g: NDArray) -> Iterator[Contender]:
    """The optimizer on one array of parameters, as a network's own and as anybody's."""
    for name, ask in (("refnn", optimizers.Adam.advance), ("refnn checked", optimizers.Adam.step)):
        yield _adam(name, ask, [w.copy()], [g])


def _adam(name: str, ask: Any, moving: list[NDArray], gradients: list[NDArray]) -> Contender:
    rule = optimizers.Adam()

    def answer() -> list[NDArray]:
        ask(rule, moving, gradients)
        return [moving[0].copy()]

    return Contender(name, lambda: ask(rule, moving, gradients), answer)


def perceptron(X: NDArray, y: NDArray) -> Iterator[Contender]:
    """One pass of the pure function, from zero weights."""
    start = np.zeros(X.shape[1])
    yield Contender("refnn", lambda: online_pass(start, X, y), lambda: [online_pass(start, X, y)[0]])


def train(X: NDArray, labels: NDArray, weights: Sequence[NDArray], biases: Sequence[NDArray],
          learning_rate: float) -> Iterator[Contender]:
    """The public way through `Network`."""
    dense: list[Layer] = [Dense(len(W), "relu") for W in weights if W.ndim == 2]
    dense[-1] = Dense(len(weights[-1]))
    layers = dense if X.ndim == 2 else [
        Conv2D(6, 5, padding=2, activation="relu"), MaxPool2D(2), Conv2D(16, 5, activation="relu"), MaxPool2D(2),
        Flatten(), *dense,
    ]  # fmt: skip
    network, optimizer = Network(layers, X.shape[1:], dtype=X.dtype), optimizers.SGD(learning_rate)
    parameters = [array for pair in zip(weights, biases, strict=True) for array in pair]
    network.set_parameters(dict(zip(network.parameters(), parameters, strict=True)))

    def step() -> float:
        return fit_batch(network, X, labels, optimizer)

    yield Contender("refnn", step, lambda: [np.array([step() for _ in range(5)])])
