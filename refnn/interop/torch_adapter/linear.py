"""The affine map: torch.nn.functional.linear."""

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refnn.interop.torch_adapter.tensors import F, backward, forward


def affine(X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None) -> NDArray:
    """Return torch.nn.functional.linear."""
    return forward(F.linear, X, W, b)


def affine_backward(upstream: ArrayLike, X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None) -> Any:
    """Return its gradients."""
    return backward(F.linear, upstream, X, W, b)
