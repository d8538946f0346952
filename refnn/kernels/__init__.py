"""The hot loops, in three forms, and the one place that chooses between them.

`definition` holds the literal formulas in plain loops: the text to read, and the oracle of the tests. `vectorized` says
the same in NumPy: what runs where nothing is compiled. `compiled` hands the work to Cython: what runs otherwise. All
three have the same functions, each of which fills `out`; a test says that they agree. Only the optimizers' updates have
no other form than the compiled one, `updates`: their definition is the `rule` in `refnn.optimizers`.

The environment variable REFNN_BACKEND (definition, numpy or cython) forces a form, REFNN_ISA (baseline, v3 or v4) a CPU
level of the compiled one. Kernels trust their callers: arrays of one float dtype, shapes that fit, sizes as pairs
(height, width). A caller that has no more use for a result may pass it as `out`, to be filled again if it fits. Images
are (n, C, H, W) here as everywhere; that their memory is channels-last is nobody's business but theirs.
"""

import importlib
import os
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from refnn._validate import at_least

__all__ = [
    "BACKEND",
    "avg_pool2d",
    "avg_pool2d_backward",
    "conv2d",
    "conv2d_to_input",
    "conv2d_to_kernel",
    "matmul",
    "max_pool2d",
    "max_pool2d_backward",
    "output_side",
    "padded",
    "perceptron_pass",
    "relu_backward",
    "set_threads",
    "softmax_cross_entropy",
    "sum_rows",
    "updates",
    "why_not_compiled",
]

FORMS = {"definition": "definition", "numpy": "vectorized", "cython": "compiled"}


def _choose() -> tuple[str, ModuleType, str]:
    """Return the name of the form in force, its module, and why the compiled form is missing where it is."""
    wanted = os.environ.get("REFNN_BACKEND", "")
    if wanted and wanted not in FORMS:
        raise ImportError(f"REFNN_BACKEND: expected one of {', '.join(FORMS)}, got {wanted!r}")
    reason = ""
    for name in [wanted] if wanted else ["cython", "numpy"]:
        try:
            return name, importlib.import_module(f"refnn.kernels.{FORMS[name]}"), reason
        except ModuleNotFoundError as missing:
            if wanted:
                raise
            reason = str(missing)
    raise AssertionError("the numpy form needs nothing but numpy")


BACKEND, _form, why_not_compiled = _choose()
updates: Any = getattr(_form, "updates", None)


_threads = 1
_forked = False


def set_threads(number: int) -> None:
    """Let the compiled kernels share their work among this many threads; 1 until this is called.

    The results are the same, bit for bit. The other forms have no threads of their own, and stay as they are.

    Raises:
        ValueError: if the number is not at least 1, or the kernels were built without threads.
        RuntimeError: if threads were at work before this process was forked: they did not come along, and the child
            would wait for them forever. Start it with the method "spawn".
    """
    global _threads
    number = at_least("threads", number, 1)
    if number > 1 and _forked:
        raise RuntimeError("set_threads: this process is a fork of one that used threads, which do not come along; "
                           "start it with multiprocessing's method 'spawn'")
    if number > 1 and not getattr(_form, "HAS_THREADS", True):
        raise ValueError(f"threads: expected 1, got {number}: the compiler of these kernels had no OpenMP")
    if hasattr(_form, "set_threads"):
        _form.set_threads(number)
        _threads = number


def _after_fork() -> None:
    """Go on with one thread in a child whose parent had more."""
    global _forked
    if _threads > 1:
        set_threads(1)
        _forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def output_side(size: int, kernel: int, stride: int, padding: int) -> int:
    """Return how many windows of `kernel` fit: floor((size + 2 padding - kernel) / stride) + 1 (CNN-04)."""
    return (size + 2 * padding - kernel) // stride + 1


def _room(out: NDArray | None, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray:
    """Return `out` if it has this shape and dtype, else new memory; that of images is channels-last."""
    if out is not None and out.shape == shape and out.dtype == dtype:
        return out
    if len(shape) != 4:
        return np.empty(shape, dtype)
    n, channels, height, width = shape
    return np.empty((n, height, width, channels), dtype).transpose(0, 3, 1, 2)


def _windows(x: NDArray, size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]) -> tuple[int, int]:
    """Return how many windows fit in each direction."""
    height, width = (output_side(*side) for side in zip(x.shape[2:], size, stride, padding, strict=True))
    return height, width


def matmul(a: NDArray, b: NDArray, bias: NDArray | None = None, relu: bool = False,
           out: NDArray | None = None) -> NDArray:
    """Return a @ b, plus `bias` on every row, cut at zero: (m, d), (d, n), (n,) -> (m, n).

    Strides are free, so A^T B and A B^T are this function of a transposed view.
    """
    out = _room(out, (a.shape[0], b.shape[1]), a.dtype)
    _form.matmul(a, b, bias, relu, out)
    return out


def padded(x: NDArray, padding: tuple[int, int], out: NDArray | None = None) -> NDArray:
    """Return images with a border of zeros: (n, C, H, W) -> (n, C, H + 2P, W + 2P); without one, x itself."""
    if padding == (0, 0):
        return x
    (top, left), (n, channels, height, width) = padding, x.shape
    shape = n, channels, height + 2 * top, width + 2 * left
    if (room := _room(out, shape, x.dtype)) is not out:
        room[...] = 0  # the border stays so when the room is used again
    room[:, :, top : top + height, left : left + width] = x
    return room


def conv2d(x: NDArray, W: NDArray, b: NDArray | None, stride: tuple[int, int], padding: tuple[int, int],
           relu: bool = False, out: NDArray | None = None) -> NDArray:
    """Return the cross-correlation of images with kernels: (n, C, H, W), (F, C, kH, kW), (F,) -> (n, F, Ho, Wo)."""
    out = _room(out, (len(x), len(W), *_windows(x, W.shape[2:], stride, padding)), x.dtype)
    _form.conv2d(x, W, b, stride, padding, relu, out)
    return out


def conv2d_to_input(upstream: NDArray, W: NDArray, shape: tuple[int, ...], stride: tuple[int, int],
                    padding: tuple[int, int], out: NDArray | None = None) -> NDArray:
    """Return the gradient in the images of `shape` (n, C, H, W), from the gradient in the outputs (n, F, Ho, Wo)."""
    out = _room(out, shape, upstream.dtype)
    _form.conv2d_to_input(upstream, W, stride, padding, out)
    return out


def conv2d_to_kernel(upstream: NDArray, x: NDArray, size: tuple[int, int], stride: tuple[int, int],
                     padding: tuple[int, int], out: NDArray | None = None) -> NDArray:
    """Return the gradient in the kernels (F, C, kH, kW) of `size` (kH, kW), from that in the outputs."""
    if out is None or out.shape[2:] != size:
        out = np.empty((upstream.shape[1], x.shape[1], *size), x.dtype)
    _form.conv2d_to_kernel(upstream, x, stride, padding, out)
    return out


def max_pool2d(x: NDArray, size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int],
               out: tuple[NDArray, NDArray] | None = None) -> tuple[NDArray, NDArray]:
    """Return the greatest pixel of each window and its place a * kW + b in the window, an int32 array.

    Of equal pixels the first wins, and NaN wins over all; what lies in the padding never does.
    """
    shape = (*x.shape[:2], *_windows(x, size, stride, padding))
    highest, winner = (None, None) if out is None else out
    highest, winner = _room(highest, shape, x.dtype), _room(winner, shape, np.int32)
    _form.max_pool2d(x, size, stride, padding, highest, winner)
    return highest, winner


def max_pool2d_backward(upstream: NDArray, winner: NDArray, shape: tuple[int, ...], size: tuple[int, int],
                        stride: tuple[int, int], padding: tuple[int, int], out: NDArray | None = None) -> NDArray:
    """Return the gradient in the images of `shape`: each window's goes to its winner, windows that overlap add up."""
    out = _room(out, shape, upstream.dtype)
    _form.max_pool2d_backward(upstream, winner, size, stride, padding, out)
    return out


def avg_pool2d(x: NDArray, size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int],
               out: NDArray | None = None) -> NDArray:
    """Return the mean of each window, the zeros of the padding counted in."""
    out = _room(out, (*x.shape[:2], *_windows(x, size, stride, padding)), x.dtype)
    _form.avg_pool2d(x, size, stride, padding, out)
    return out


def avg_pool2d_backward(upstream: NDArray, shape: tuple[int, ...], size: tuple[int, int], stride: tuple[int, int],
                        padding: tuple[int, int], out: NDArray | None = None) -> NDArray:
    """Return the gradient in the images of `shape`: each window's spreads evenly over its pixels."""
    out = _room(out, shape, upstream.dtype)
    _form.avg_pool2d_backward(upstream, size, stride, padding, out)
    return out


def relu_backward(upstream: NDArray, z: NDArray, out: NDArray | None = None) -> NDArray:
    """Return upstream where z is positive and 0 elsewhere: the gradient behind a ReLU (n, ...); z may be its result."""
    out = _room(out, z.shape, z.dtype)
    _form.relu_backward(upstream, z, out)
    return out


def sum_rows(x: NDArray, out: NDArray | None = None) -> NDArray:
    """Return the gradient (F,) of a bias: the sums of x, (n, F) or (n, F, H, W), over all but F."""
    out = _room(out, x.shape[1:2], x.dtype)
    _form.sum_rows(x, out)
    return out


def softmax_cross_entropy(scores: NDArray, labels: NDArray) -> tuple[NDArray, NDArray]:
    """Return the loss of each sample and its gradient in the scores: (n, K), intp labels (n,) -> (n,), (n, K)."""
    losses, gradient = np.empty(len(scores), scores.dtype), np.empty(scores.shape, scores.dtype)
    _form.softmax_cross_entropy(scores, labels, losses, gradient)
    return losses, gradient


def perceptron_pass(w: NDArray, X: NDArray, y: NDArray, learning_rate: float = 1.0) -> tuple[NDArray, int]:
    """Return the weights after one pass of the online perceptron over the rows of X, and its number of mistakes."""
    out = w.copy()
    mistakes: int = _form.perceptron_pass(X, y, learning_rate, out)
    return out, mistakes
