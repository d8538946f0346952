"""Initialisation: torch.nn.init, with a generator of theirs that is seeded from NumPy's."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from refnn.interop.torch_adapter.tensors import tensor, torch


def _drawn(fill: Callable[..., Any], shape: Any, rng: Any, dtype: DTypeLike) -> NDArray:
    """Fill an array of this shape."""
    seed = int(np.random.default_rng(rng).integers(2**63))
    return np.array(fill(tensor(np.empty(shape, dtype)), generator=torch.Generator().manual_seed(seed)).numpy())


def zeros(shape: Any, rng: Any = None, *, dtype: DTypeLike = np.float64) -> NDArray:
    """Return torch.nn.init.zeros_."""
    return np.array(torch.nn.init.zeros_(tensor(np.empty(shape, dtype))).numpy())


def normal(shape: Any, rng: Any, std: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    """Return torch.nn.init.normal_."""
    return _drawn(lambda t, generator: torch.nn.init.normal_(t, 0, std, generator), shape, rng, dtype)


def uniform(shape: Any, rng: Any, bound: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    """Return torch.nn.init.uniform_."""
    return _drawn(lambda t, generator: torch.nn.init.uniform_(t, -bound, bound, generator), shape, rng, dtype)


def xavier_normal(shape: Any, rng: Any, *, dtype: DTypeLike = np.float64) -> NDArray:
    """Return torch.nn.init.xavier_normal_."""
    return _drawn(torch.nn.init.xavier_normal_, shape, rng, dtype)


def xavier_uniform(shape: Any, rng: Any, *, dtype: DTypeLike = np.float64) -> NDArray:
    """Return torch.nn.init.xavier_uniform_."""
    return _drawn(torch.nn.init.xavier_uniform_, shape, rng, dtype)


def he_normal(shape: Any, rng: Any, *, dtype: DTypeLike = np.float64) -> NDArray:
    """Return torch.nn.init.kaiming_normal_ for units with a relu."""
    fill = lambda t, generator: torch.nn.init.kaiming_normal_(t, nonlinearity="relu", generator=generator)  # noqa: E731
    return _drawn(fill, shape, rng, dtype)


def he_uniform(shape: Any, rng: Any, *, dtype: DTypeLike = np.float64) -> NDArray:
    """Return torch.nn.init.kaiming_uniform_ for units with a relu."""
    fill = lambda t, generator: torch.nn.init.kaiming_uniform_(t, nonlinearity="relu", generator=generator)  # noqa: E731
    return _drawn(fill, shape, rng, dtype)
