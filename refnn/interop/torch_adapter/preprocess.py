"""Statistics of the data: torch.mean and torch.std, which divides by n - 1 unless it is told otherwise."""

from typing import Any

from numpy.typing import ArrayLike, NDArray

from refnn.interop.torch_adapter.tensors import forward, torch


def mean_image(X: ArrayLike) -> NDArray:
    """Return torch.mean over the samples."""
    return forward(lambda t: torch.mean(t, 0), X)


def channel_mean(X: ArrayLike) -> NDArray:
    """Return torch.mean over all but the channels."""
    return forward(lambda t: torch.mean(t, _shared(t)), X)


def standard_deviation(X: ArrayLike, per_channel: bool = False) -> NDArray:
    """Return torch.std over the samples, or over all but the channels."""
    return forward(lambda t: torch.std(t, _shared(t) if per_channel else 0), X)


def _shared(t: Any) -> list[int]:
    """Return the axes of the samples and of the pixels."""
    return [axis for axis in range(t.ndim) if axis != 1]
