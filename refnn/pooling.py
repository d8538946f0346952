r"""Pooling: let a window of neighbours speak with one voice.

After a convolution has asked "is it here?" at every place, pooling asks "is it anywhere hereabouts?": each window of a
map becomes one number, its mean or its maximum. The map shrinks, the next layer sees further, and a small shift of
the image may change nothing. Only *may*: pooling absorbs a shift as long as each winner stays in its window, and no
longer (POOL-03). Nothing in it knows of rotations or scales (E-33).

Symbols: `x` the maps, (n, C, H, W); (kH, kW) the window, S its stride, P the padding; `a` the pooled maps,
(n, C, Ho, Wo) with sides as in `conv.output_size`. Each channel is pooled by itself.

Source: S4 "Convolutional Networks" (subsampling; the slide does not say of which kind).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import kernels
from refnn._validate import Pair, as_float, as_floats, as_upstream, pair, same_shape
from refnn.conv import window_places

__all__ = [
    "avg_pool2d",
    "avg_pool2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "subsample",
    "subsample_backward",
]


def max_pool2d(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    r"""Return the greatest pixel of each window.

    $$a_{ncij} = \max_{0 \le a < k_H,\; 0 \le b < k_W} x_{n,\,c,\,iS_H+a-P_H,\,jS_W+b-P_W} \tag{POOL-02}$$

    It is maxout with the pixels of a window for lines.

    Args:
        x: maps, shape (n, C, H, W).
        size: window, one number or (kH, kW).
        stride: steps of the window, one number or a pair; None for `size`, windows side by side.
        padding: rows and columns added on either side, less than the window.

    Returns:
        Pooled maps, shape (n, C, Ho, Wo); NaN in a window gives NaN.

    Raises:
        ValueError: if the window does not fit the padded map, or could lie wholly in the padding.

    Conventions: the padding is minus infinity, so that it never wins; rows and columns at the end that fill no window
    are left out.

    Example:
        >>> max_pool2d([[[[1, 2, 5, 3], [4, 0, 1, 1]]]], 2)
        array([[[[4., 5.]]]])
    """
    x, size, stride, padding, _ = _windows("max_pool2d", x, size, stride, padding)
    return kernels.max_pool2d(x, size, stride, padding)[0]  # (POOL-02)


def max_pool2d_backward(
    upstream: ArrayLike, x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> NDArray:
    r"""Send the gradient of each window to its winner, and nowhere else; windows that overlap add up.

    $$\frac{\partial L}{\partial x_{ncrs}} = \sum_{i,j} \frac{\partial L}{\partial a_{ncij}}\,
      \mathbb{1}\bigl[(r, s) \text{ wins window } (i, j)\bigr] \tag{POOL-02}$$

    Convention: of equal pixels the first wins, row by row.

    Args:
        upstream: gradient of the loss in the pooled maps, shape (n, C, Ho, Wo).
        x: the maps that `max_pool2d` was given, shape (n, C, H, W).
        size: as in `max_pool2d`.
        stride: as in `max_pool2d`.
        padding: as in `max_pool2d`.

    Returns:
        Gradient of the loss in `x`, shape (n, C, H, W).

    Example:
        >>> max_pool2d_backward([[[[10, 20]]]], [[[[1, 2, 5, 5], [4, 0, 1, 1]]]], 2)
        array([[[[ 0.,  0., 20.,  0.],
                 [10.,  0.,  0.,  0.]]]])
    """
    x, size, stride, padding, pooled = _windows("max_pool2d", x, size, stride, padding)
    da, x = as_floats(upstream=as_upstream(upstream, pooled), x=x)                       # (n, C, Ho, Wo)
    _, winner = kernels.max_pool2d(x, size, stride, padding)
    return kernels.max_pool2d_backward(da, winner, x.shape, size, stride, padding)       # (POOL-02)  (n, C, H, W)


def avg_pool2d(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    r"""Return the mean of each window.

    $$a_{ncij} = \frac{1}{k_H k_W} \sum_{a,b} x_{n,\,c,\,iS_H+a-P_H,\,jS_W+b-P_W} \tag{POOL-01}$$

    Args:
        x: maps, shape (n, C, H, W).
        size: window, one number or (kH, kW).
        stride: steps of the window, one number or a pair; None for `size`, windows side by side.
        padding: rows and columns of zeros on either side, less than the window.

    Returns:
        Pooled maps, shape (n, C, Ho, Wo).

    Raises:
        ValueError: if the window does not fit the padded map, or could lie wholly in the padding.

    Conventions: the zeros of the padding count, every window is divided by kH kW; rows and columns at the end that
    fill no window are left out.

    Example:
        >>> avg_pool2d([[[[1, 2, 5, 3], [4, 1, 0, 0]]]], 2)
        array([[[[2., 2.]]]])
    """
    x, size, stride, padding, _ = _windows("avg_pool2d", x, size, stride, padding)
    return kernels.avg_pool2d(x, size, stride, padding)  # (POOL-01)


def avg_pool2d_backward(
    upstream: ArrayLike, x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> NDArray:
    r"""Spread the gradient of each window evenly over its pixels; windows that overlap add up.

    $$\frac{\partial L}{\partial x_{ncrs}} = \frac{1}{k_H k_W} \sum_{(i,j)\, \ni\, (r,s)}
      \frac{\partial L}{\partial a_{ncij}} \tag{POOL-01}$$

    Args:
        upstream: gradient of the loss in the pooled maps, shape (n, C, Ho, Wo).
        x: the maps that `avg_pool2d` was given, shape (n, C, H, W); only their shape and dtype matter.
        size: as in `avg_pool2d`.
        stride: as in `avg_pool2d`.
        padding: as in `avg_pool2d`.

    Returns:
        Gradient of the loss in `x`, shape (n, C, H, W).

    Example: a quarter for each of four.

        >>> avg_pool2d_backward([[[[4, 8]]]], [[[[1, 2, 5, 3], [4, 1, 0, 0]]]], 2)
        array([[[[1., 1., 2., 2.],
                 [1., 1., 2., 2.]]]])
    """
    x, size, stride, padding, pooled = _windows("avg_pool2d", x, size, stride, padding)
    da, x = as_floats(upstream=as_upstream(upstream, pooled), x=x)                       # (n, C, Ho, Wo)
    return kernels.avg_pool2d_backward(da, x.shape, size, stride, padding)               # (POOL-01)  (n, C, H, W)


def subsample(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> NDArray:
    r"""Return the answers of the classical subsampling units: the mean of a window, weighed, shifted and squashed.

    $$a_{ncij} = \tanh(w_c\, \bar x_{ncij} + b_c) \tag{POOL-01}$$

    where $\bar x$ is `avg_pool2d` of x. All units of one map share its weight and its bias: with a small weight the
    unit blurs, with a large one it decides.

    Args:
        x: maps, shape (n, C, H, W).
        w: weights, shape (C,).
        b: biases, shape (C,).
        size: as in `avg_pool2d`.
        stride: as in `avg_pool2d`.
        padding: as in `avg_pool2d`.

    Returns:
        Activations, shape (n, C, Ho, Wo).

    Example:
        >>> subsample([[[[1, 2, 5, 3], [4, 1, 0, 0]]]], w=[0.5], b=[-1], size=2)
        array([[[[0., 0.]]]])
    """
    x, w, b = _units(x, w, b)
    return np.tanh(w * avg_pool2d(x, size, stride, padding) + b)  # (POOL-01)


def subsample_backward(
    upstream: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike,
    size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
) -> tuple[NDArray, NDArray, NDArray]:
    r"""Send the gradient in the activations of `subsample` back to the maps, the weights and the biases.

    $$\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a}\,(1 - a^2), \qquad
      \frac{\partial L}{\partial w_c} = \sum_{n,i,j} \frac{\partial L}{\partial z_{ncij}}\, \bar x_{ncij}, \qquad
      \frac{\partial L}{\partial b_c} = \sum_{n,i,j} \frac{\partial L}{\partial z_{ncij}} \tag{POOL-01}$$

    Args:
        upstream: gradient of the loss in the activations, shape (n, C, Ho, Wo).
        x: the maps that `subsample` was given, shape (n, C, H, W).
        w: the weights, shape (C,).
        b: the biases, shape (C,).
        size: as in `avg_pool2d`.
        stride: as in `avg_pool2d`.
        padding: as in `avg_pool2d`.

    Returns:
        Gradients in `x`, `w` and `b`, in their shapes.
    """
    x, w, b = _units(x, w, b)
    mean = avg_pool2d(x, size, stride, padding)                          # (n, C, Ho, Wo)
    a = np.tanh(w * mean + b)
    dz = as_upstream(upstream, a.shape) * (1 - a**2)                     # (POOL-01)
    dx = avg_pool2d_backward(w * dz, x, size, stride, padding)           # (n, C, H, W)
    return dx, (dz * mean).sum(axis=(0, 2, 3)), dz.sum(axis=(0, 2, 3))   # (C,), (C,)


def _windows(
    caller: str, x: ArrayLike, size: Pair, stride: Pair | None, padding: Pair
) -> tuple[NDArray, tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int, int, int]]:
    """Return the maps, window, stride and padding as pairs, and the shape of the result, or say what does not fit."""
    x, size, padding = as_float("x", x, 4), pair("size", size, 1), pair("padding", padding, 0)
    stride = size if stride is None else pair("stride", stride, 1)
    if padding[0] >= size[0] or padding[1] >= size[1]:
        raise ValueError(f"padding: expected less than the window {size}, got {padding}: a window could see no pixel")
    if size[0] * size[1] >= 2**31:
        raise ValueError(f"size: expected fewer than 2^31 places in a window, got {size}")
    places = window_places(f"{caller}: window", x.shape[2:], size, stride, padding)
    return x, size, stride, padding, (*x.shape[:2], *places)


def _units(x: ArrayLike, w: ArrayLike, b: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Return the maps, and the weight and bias of each as (C, 1, 1), in one dtype."""
    x, w, b = as_floats(x=as_float("x", x, 4), w=w, b=b)
    w, b = same_shape("w", w, x.shape[1:2]), same_shape("b", b, x.shape[1:2])
    return x, w[:, np.newaxis, np.newaxis], b[:, np.newaxis, np.newaxis]
