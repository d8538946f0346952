"""Maxout, as one writes it there: torch.max along the lines of a unit."""

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refnn.interop.torch_adapter.tensors import backward, forward, torch


def _highest(z: Any, pieces: int) -> Any:
    return torch.max(z.unflatten(-1, (-1, pieces)), -1).values


def maxout(z: ArrayLike, pieces: int) -> NDArray:
    """Return torch.max over groups of neighbours."""
    return forward(lambda z: _highest(z, pieces), z)


def maxout_backward(upstream: ArrayLike, z: ArrayLike, pieces: int) -> Any:
    """Return its gradient."""
    return backward(lambda z: _highest(z, pieces), upstream, z)
