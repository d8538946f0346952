r"""Maxout: a unit that learns its own activation function.

Where a ReLU bends a line at a fixed place, a maxout unit owns $k$ lines and always answers with the highest one.
The upper envelope of lines is convex, so the unit can learn any convex piecewise-linear function of its input with
at most $k$ pieces (MAX-03); ReLU and the absolute value are two of them (MAX-02).

Symbols: `z` pre-activations, the $k$ lines of unit $i$ side by side in columns $ik, \dots, ik+k-1$; `a` activations;
`pieces` is $k$.

Source: S2 "Maxout", S3 "Maxout units"; Goodfellow et al., "Maxout Networks", ICML 2013.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_upstream, at_least

__all__ = ["maxout", "maxout_backward", "parameter_count"]


def maxout(z: ArrayLike, pieces: int) -> NDArray:
    r"""Return the highest of each group of `pieces` neighbouring pre-activations.

    $$a_i = \max_{0 \le j < k} z_{ik+j} \tag{MAX-01}$$

    Args:
        z: pre-activations, shape (..., m * pieces).
        pieces: number of lines in each unit, at least 1.

    Returns:
        Activations, shape (..., m). NaN in a group gives NaN.

    Raises:
        ValueError: if the last axis of `z` cannot be cut into groups of `pieces`.

    Example: two units of two lines each.

        >>> maxout([5, 7, -1, 1], pieces=2)
        array([7., 1.])

    ReLU is the unit whose second line lies on zero (MAX-02):

        >>> maxout([[-2, 0], [3, 0]], pieces=2).ravel()
        array([0., 3.])
    """
    return _groups(z, pieces).max(axis=-1)  # (..., m, k) -> (..., m)


def maxout_backward(upstream: ArrayLike, z: ArrayLike, pieces: int) -> NDArray:
    r"""Send the upstream gradient to the winning line of each unit, and nowhere else.

    $$\frac{\partial L}{\partial z_{ik+j}} = \frac{\partial L}{\partial a_i}\,
      \mathbb{1}\bigl[j = \operatorname{arg\,max}_{j'} z_{ik+j'}\bigr] \tag{MAX-04}$$

    Convention: of equal lines the first wins. Any other choice is a subgradient too; this one is definite.

    Args:
        upstream: gradient of the loss in the activations, shape (..., m).
        z: the pre-activations that `maxout` was given, shape (..., m * pieces).
        pieces: number of lines in each unit.

    Returns:
        Gradient of the loss in `z`, shape (..., m * pieces).
    """
    groups = _groups(z, pieces)                                                # (..., m, k)
    upstream = as_upstream(upstream, groups.shape[:-1])
    winner = groups.argmax(axis=-1)[..., np.newaxis]                           # (..., m, 1)
    dz = np.zeros(groups.shape, np.result_type(groups, upstream))
    np.put_along_axis(dz, winner, upstream[..., np.newaxis], axis=-1)
    return dz.reshape(np.shape(z))                                             # (..., m * k)


def parameter_count(inputs: int, units: int, pieces: int) -> int:
    r"""Return the number of weights and biases of a maxout layer: `pieces` times those of a linear one.

    $$k\,m\,(d + 1) \tag{MAX-05}$$

    Args:
        inputs: d, at least 1.
        units: m, at least 1.
        pieces: k, at least 1.

    Example:
        >>> parameter_count(inputs=256, units=128, pieces=2)
        65792
    """
    d, m, k = at_least("inputs", inputs, 1), at_least("units", units, 1), at_least("pieces", pieces, 1)
    return k * m * (d + 1)  # (MAX-05)


def _groups(z: ArrayLike, pieces: int) -> NDArray:
    """View (..., m * k) as (..., m, k), or say why that is impossible."""
    z, pieces = as_float("z", z), at_least("pieces", pieces, 1)
    if z.ndim == 0 or z.shape[-1] % pieces:
        raise ValueError(f"z: the last axis of shape {z.shape} cannot be cut into groups of pieces={pieces}")
    return z.reshape(*z.shape[:-1], z.shape[-1] // pieces, pieces)
