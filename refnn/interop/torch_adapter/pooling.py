"""Pooling: torch.nn.functional.max_pool2d and avg_pool2d."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.interop.torch_adapter.tensors import F, backward, forward


def max_pool2d(x: ArrayLike, size: Any, stride: Any = None, padding: Any = 0) -> NDArray:
    """Return torch.nn.functional.max_pool2d."""
    return forward(lambda x: _pool("max_pool2d", x, size, stride, padding), x)


def max_pool2d_backward(upstream: ArrayLike, x: ArrayLike, size: Any, stride: Any = None, padding: Any = 0) -> NDArray:
    """Return its gradient."""
    return np.asarray(backward(lambda x: _pool("max_pool2d", x, size, stride, padding), upstream, x))


def avg_pool2d(x: ArrayLike, size: Any, stride: Any = None, padding: Any = 0) -> NDArray:
    """Return torch.nn.functional.avg_pool2d."""
    return forward(lambda x: _pool("avg_pool2d", x, size, stride, padding), x)


def avg_pool2d_backward(upstream: ArrayLike, x: ArrayLike, size: Any, stride: Any = None, padding: Any = 0) -> NDArray:
    """Return its gradient."""
    return np.asarray(backward(lambda x: _pool("avg_pool2d", x, size, stride, padding), upstream, x))


def _pool(kind: str, x: Any, size: Any, stride: Any, padding: Any) -> Any:
    """Pool. The functions pad by no more than half a window; up to a whole one, F.pad does it beforehand."""
    (down, right), window = np.broadcast_to(padding, 2).tolist(), np.broadcast_to(size, 2).tolist()
    if down >= window[0] or right >= window[1] or (2 * down <= window[0] and 2 * right <= window[1]):
        return getattr(F, kind)(x, size, stride, padding)
    fill = -np.inf if kind == "max_pool2d" else 0.0
    return getattr(F, kind)(F.pad(x, (right, right, down, down), value=fill), size, stride)
