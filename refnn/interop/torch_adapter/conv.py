"""Convolution: torch.nn.functional.conv2d and conv1d."""

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refnn.interop.torch_adapter.tensors import F, backward, forward


def conv2d(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Any = 1, padding: Any = 0) -> NDArray:
    """Return torch.nn.functional.conv2d."""
    return forward(lambda x, W, b: F.conv2d(x, W, b, stride, padding), x, W, b)


def conv2d_backward(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Any = 1, padding: Any = 0
) -> Any:
    """Return its gradients."""
    return backward(lambda x, W, b: F.conv2d(x, W, b, stride, padding), upstream, x, W, b)


def conv1d(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int = 1, padding: int = 0) -> NDArray:
    """Return torch.nn.functional.conv1d."""
    return forward(lambda x, W, b: F.conv1d(x, W, b, stride, padding), x, W, b)


def conv1d_backward(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int = 1, padding: int = 0
) -> Any:
    """Return its gradients."""
    return backward(lambda x, W, b: F.conv1d(x, W, b, stride, padding), upstream, x, W, b)
