"""PyTorch under refnn's laws: its functions behind refnn's names, gradients by its own autograd.

`refnn check conv --on torch` meets it by its entry point. What is not here is not claimed.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.properties.adapter import Deviation

torch = import_module("torch")
F = torch.nn.functional
torch.set_num_threads(1)

DEVIATIONS = [
    Deviation(
        "test_the_winner_of_log_softmax_keeps_all_digits_of_its_small_logarithm",
        reason="the logarithm of the sum is taken as a whole, without log1p: a small loss loses digits",
        link="https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html",
        counterexample={"margins": [9.625]},
    ),
    Deviation(
        "test_a_window_that_could_lie_wholly_in_the_padding_or_fits_nowhere_is_refused",
        reason="it is refused as here, by a RuntimeError instead of a ValueError",
        link="https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html",
    ),
    Deviation(
        "test_padding_never_wins",
        reason="padding above half a window is laid out beforehand; minus infinity in it looks as in an image",
        link="https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html",
        counterexample={"geometry": ((1, 2, 1, 2), (1, 3), (1, 2), (0, 2))},
    ),
]


def _tensor(array: ArrayLike, dtype: Any = None) -> Any:
    """Return a tensor with memory of its own: strides below zero and foreign byte orders are unknown there."""
    plain = np.asarray(array)
    return torch.from_numpy(np.array(plain, dtype or plain.dtype.newbyteorder("="), order="C"))


def _widest(*arrays: ArrayLike | None) -> Any:
    return np.result_type(*(np.asarray(a) for a in arrays if a is not None))


def _forward(f: Callable[..., Any], *arrays: ArrayLike | None) -> NDArray:
    """Apply a function of tensors to arrays of their common dtype."""
    dtype = _widest(*arrays)
    return np.array(f(*(None if a is None else _tensor(a, dtype) for a in arrays)).numpy())


def _backward(f: Callable[..., Any], upstream: ArrayLike, *arrays: ArrayLike | None) -> Any:
    """Return autograd's gradients of sum(upstream * f(...)): one bare, several as a tuple; that of None is None."""
    dtype = _widest(upstream, *arrays)
    leaves = [None if a is None else _tensor(a, dtype).requires_grad_() for a in arrays]
    f(*leaves).backward(_tensor(upstream, dtype))
    gradients = tuple(None if leaf is None else np.array(leaf.grad.numpy()) for leaf in leaves)
    return gradients if len(gradients) > 1 else gradients[0]


def sigmoid(z: ArrayLike) -> NDArray:
    """Return torch.sigmoid."""
    return _forward(torch.sigmoid, z)


def sigmoid_backward(upstream: ArrayLike, z: ArrayLike) -> NDArray:
    """Return its gradient."""
    return _backward(torch.sigmoid, upstream, z)


def tanh(z: ArrayLike) -> NDArray:
    """Return torch.tanh."""
    return _forward(torch.tanh, z)


def tanh_backward(upstream: ArrayLike, z: ArrayLike) -> NDArray:
    """Return its gradient."""
    return _backward(torch.tanh, upstream, z)


def relu(z: ArrayLike) -> NDArray:
    """Return torch.relu."""
    return _forward(torch.relu, z)


def relu_backward(upstream: ArrayLike, z: ArrayLike) -> NDArray:
    """Return its gradient."""
    return _backward(torch.relu, upstream, z)


def softmax(z: ArrayLike, axis: int = -1) -> NDArray:
    """Return torch.softmax."""
    return _forward(lambda t: torch.softmax(t, axis), z)


def softmax_backward(upstream: ArrayLike, z: ArrayLike, axis: int = -1) -> NDArray:
    """Return its gradient."""
    return _backward(lambda t: torch.softmax(t, axis), upstream, z)


def log_softmax(z: ArrayLike, axis: int = -1) -> NDArray:
    """Return torch.log_softmax."""
    return _forward(lambda t: torch.log_softmax(t, axis), z)


def log_softmax_backward(upstream: ArrayLike, z: ArrayLike, axis: int = -1) -> NDArray:
    """Return its gradient."""
    return _backward(lambda t: torch.log_softmax(t, axis), upstream, z)


def conv2d(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Any = 1, padding: Any = 0) -> NDArray:
    """Return torch.nn.functional.conv2d."""
    return _forward(lambda x, W, b: F.conv2d(x, W, b, stride, padding), x, W, b)


def conv2d_backward(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Any = 1, padding: Any = 0
) -> tuple[NDArray, NDArray, NDArray | None]:
    """Return its gradients."""
    found: tuple[NDArray, NDArray, NDArray | None]
    found = _backward(lambda x, W, b: F.conv2d(x, W, b, stride, padding), upstream, x, W, b)
    return found


def _pool(kind: str, x: Any, size: Any, stride: Any, padding: Any) -> Any:
    """Pool. The functions pad by no more than half a window; up to a whole one, F.pad does it beforehand."""
    (down, right), window = np.broadcast_to(padding, 2).tolist(), np.broadcast_to(size, 2).tolist()
    if down >= window[0] or right >= window[1] or (2 * down <= window[0] and 2 * right <= window[1]):
        return getattr(F, kind)(x, size, stride, padding)
    fill = -np.inf if kind == "max_pool2d" else 0.0
    return getattr(F, kind)(F.pad(x, (right, right, down, down), value=fill), size, stride)


def max_pool2d(x: ArrayLike, size: Any, stride: Any = None, padding: Any = 0) -> NDArray:
    """Return torch.nn.functional.max_pool2d."""
    return _forward(lambda x: _pool("max_pool2d", x, size, stride, padding), x)


def max_pool2d_backward(upstream: ArrayLike, x: ArrayLike, size: Any, stride: Any = None, padding: Any = 0) -> NDArray:
    """Return its gradient."""
    return _backward(lambda x: _pool("max_pool2d", x, size, stride, padding), upstream, x)


def avg_pool2d(x: ArrayLike, size: Any, stride: Any = None, padding: Any = 0) -> NDArray:
    """Return torch.nn.functional.avg_pool2d."""
    return _forward(lambda x: _pool("avg_pool2d", x, size, stride, padding), x)


def avg_pool2d_backward(upstream: ArrayLike, x: ArrayLike, size: Any, stride: Any = None, padding: Any = 0) -> NDArray:
    """Return its gradient."""
    return _backward(lambda x: _pool("avg_pool2d", x, size, stride, padding), upstream, x)
