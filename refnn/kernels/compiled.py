"""The hot loops in Cython: layouts are brought into the order that the compiled kernels read, and the best level runs.

Underneath, images are channels-last: the channels of a pixel are neighbours, so the innermost loops run over whole
vectors of them for any stride and any image size. An array that already lies so, as every result here does, is not
copied.
"""

import importlib
import os
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from refnn.kernels._cpu import levels

Index = tuple[int, ...]


def _choose() -> tuple[str, ModuleType]:
    """Return the best level that was built and that this CPU runs, or the one that REFNN_ISA asks for."""
    wanted = os.environ.get("REFNN_ISA", "")
    if wanted and wanted not in levels():
        raise ImportError(f"REFNN_ISA: this CPU runs {', '.join(levels())}, got {wanted!r}")
    for level in [wanted] if wanted else levels():
        try:
            return level, importlib.import_module(f"refnn.kernels._{level}")
        except ModuleNotFoundError:
            if wanted:
                raise ImportError(f"REFNN_ISA: the kernels were built without {wanted}") from None
        except ImportError as broken:  # the library of OpenMP is not there, say
            raise ModuleNotFoundError(f"refnn's compiled kernels cannot be loaded: {broken}") from broken
    raise ModuleNotFoundError("refnn was built without its compiled kernels")


LEVEL, _kernels = _choose()
updates = _kernels
set_threads, HAS_THREADS = _kernels.set_threads, _kernels.HAS_THREADS


def _last(images: NDArray) -> NDArray:
    """Return (n, C, H, W) as contiguous (n, H, W, C)."""
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1))


def _padded(x: NDArray, padding: Index) -> NDArray:
    """Return images as contiguous (n, H + 2P, W + 2P, C) with a border of zeros."""
    if not any(padding):
        return _last(x)
    room = _room(x, padding)
    _inner(room, padding)[...] = x
    return room


def _room(x: NDArray, padding: Index) -> NDArray:
    """Return zeros (n, H + 2P, W + 2P, C) for images like x."""
    n, channels, height, width = x.shape
    return np.zeros((n, height + 2 * padding[0], width + 2 * padding[1], channels), x.dtype)


def _inner(padded: NDArray, padding: Index) -> NDArray:
    """View padded images (n, H + 2P, W + 2P, C) without their border as (n, C, H, W)."""
    height, width = padded.shape[1] - 2 * padding[0], padded.shape[2] - 2 * padding[1]
    return padded[:, padding[0] : padding[0] + height, padding[1] : padding[1] + width].transpose(0, 3, 1, 2)


def _rows(W: NDArray) -> NDArray:
    """Return kernels (F, C, kH, kW) as rows (F, kH kW C), in the order in which patches lie in memory."""
    return _last(W).reshape(len(W), -1)


def matmul(a: NDArray, b: NDArray, bias: NDArray | None, relu: bool, out: NDArray) -> None:
    """Fill out with a @ b + bias, cut at zero."""
    _kernels.matmul(a, b, None if bias is None else np.ascontiguousarray(bias), relu, out)


def conv2d(x: NDArray, W: NDArray, b: NDArray | None, stride: Index, padding: Index, relu: bool, out: NDArray) -> None:
    """Fill out (n, F, Ho, Wo) with the cross-correlation of x with W."""
    bias = None if b is None else np.ascontiguousarray(b)
    _kernels.conv2d(_padded(x, padding), _rows(W), bias, *W.shape[2:], *stride, *padding, relu,
                    out.transpose(0, 2, 3, 1))


def conv2d_to_input(upstream: NDArray, W: NDArray, stride: Index, padding: Index, out: NDArray) -> None:
    """Fill out (n, C, H, W) with the gradient in the input.

    With stride 1 it is a convolution again, of the upstream gradient with the flipped kernels (CNN-07), and where the
    channels fill the columns of a tile that is the faster way. Its border of zeros must not meet an infinite weight.
    """
    (height, width), (top, left) = W.shape[2:], padding
    if stride == (1, 1) and W.shape[1] >= 8 and top < height and left < width and np.isfinite(W).all():
        flipped = W[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
        conv2d(upstream, flipped, None, stride, (height - 1 - top, width - 1 - left), False, out)
        return
    dx = _room(out, padding) if any(padding) else out.transpose(0, 2, 3, 1)
    dx[...] = 0
    _kernels.conv2d_to_input(_last(upstream), _rows(W), height, width, *stride, dx)
    if any(padding):
        out[...] = _inner(dx, padding)


def conv2d_to_kernel(upstream: NDArray, x: NDArray, stride: Index, padding: Index, out: NDArray) -> None:
    """Fill out (F, C, kH, kW) with the gradient in the kernel."""
    features, channels, height, width = out.shape
    dW = np.empty((height * width * channels, features), out.dtype)
    _kernels.conv2d_to_kernel(_last(upstream), _padded(x, padding), height, width, *stride, padding[0], dW)
    out[...] = dW.reshape(height, width, channels, features).transpose(3, 2, 0, 1)


def max_pool2d(x: NDArray, size: Index, stride: Index, padding: Index, out: NDArray, winner: NDArray) -> None:
    """Fill out with the greatest pixel of each window and winner with its place."""
    _kernels.max_pool2d(_last(x), *size, *stride, *padding, out.transpose(0, 2, 3, 1), winner.transpose(0, 2, 3, 1))


def max_pool2d_backward(upstream: NDArray, winner: NDArray, size: Index, stride: Index, padding: Index,
                        out: NDArray) -> None:
    """Fill out with the gradient in the images: each window's goes to its winner."""
    _kernels.max_pool2d_backward(_last(upstream), _last(winner), *size, *stride, *padding, out.transpose(0, 2, 3, 1))


def avg_pool2d(x: NDArray, size: Index, stride: Index, padding: Index, out: NDArray) -> None:
    """Fill out with the mean of each window."""
    _kernels.avg_pool2d(_last(x), *size, *stride, *padding, out.transpose(0, 2, 3, 1))


def avg_pool2d_backward(upstream: NDArray, size: Index, stride: Index, padding: Index, out: NDArray) -> None:
    """Fill out with the gradient in the images: each window's spreads evenly."""
    out[...] = 0
    _kernels.avg_pool2d_backward(_last(upstream), *size, *stride, *padding, out.transpose(0, 2, 3, 1))


def relu_backward(upstream: NDArray, z: NDArray, out: NDArray) -> None:
    """Fill out with upstream where z is positive, and zeros."""
    if z.ndim == 4:
        upstream, z, out = _last(upstream), _last(z), out.transpose(0, 2, 3, 1)
    _kernels.relu_backward(np.ascontiguousarray(upstream).reshape(-1), np.ascontiguousarray(z).reshape(-1),
                           out.reshape(-1))


def sum_rows(x: NDArray, out: NDArray) -> None:
    """Fill out (F,) with the sums of x, (n, F) or (n, F, H, W), over all but F."""
    rows = np.ascontiguousarray(x) if x.ndim == 2 else _last(x)
    _kernels.sum_rows(rows.reshape(x.size // max(1, x.shape[1]), x.shape[1]), out)


def softmax_cross_entropy(scores: NDArray, labels: NDArray, losses: NDArray, gradient: NDArray) -> None:
    """Fill losses (n,) and their gradient in the scores (n, K)."""
    _kernels.softmax_cross_entropy(np.ascontiguousarray(scores), np.ascontiguousarray(labels), losses, gradient)


def perceptron_pass(X: NDArray, y: NDArray, learning_rate: float, w: NDArray) -> int:
    """Make one pass of the online perceptron, w in place; return the number of mistakes."""
    mistakes: int = _kernels.perceptron_pass(np.ascontiguousarray(X), np.ascontiguousarray(y), learning_rate, w)
    return mistakes
