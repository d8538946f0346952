"""Dropout: torch.nn.functional.dropout, which draws and drops in one go."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.interop.torch_adapter.tensors import F, forward, torch


def dropout_mask(shape: Any, rate: float, rng: Any) -> NDArray:
    """Return what torch.nn.functional.dropout leaves of ones; its generator is seeded from NumPy's."""
    with torch.random.fork_rng(devices=[]):
        if rate:
            torch.manual_seed(int(np.random.default_rng(rng).integers(2**63)))
        return np.array(F.dropout(torch.ones(tuple(shape)), rate).numpy() != 0)


def dropout(x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    """Return the product with the scaled mask: it is its own derivative, and only that can be told a mask."""
    return dropout_backward(x, x, mask, rate, inverted)


def dropout_backward(
    upstream: ArrayLike, x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True
) -> NDArray:
    """Return torch.ops.aten.native_dropout_backward, the derivative that autograd uses on other devices."""
    scale, kept = 1 / (1 - rate) if inverted else 1.0, torch.from_numpy(np.array(mask, bool))
    return forward(lambda g, _: torch.ops.aten.native_dropout_backward(g, kept, scale), upstream, x)
