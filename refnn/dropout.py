r"""Dropout: train many thinned networks at once, and use one in their place.

Each time before the gradients are computed, every unit is dropped with probability $p$, so a net with $n$ droppable
units is really $2^n$ thinned nets with common weights (DROP-05). At test time nothing is dropped: one net, its
signals scaled by the keep rate, stands for the mean of all. For linear units it is that mean exactly (DROP-03), for
softmax it is the normalised geometric mean (DROP-06), behind ReLU only an estimate from below (DROP-04).

Symbols: `x` activations; `mask` $m$, true where a unit is kept; `rate` $p$, the probability to *drop*; $q = 1 - p$ the
keep rate.

Pitfall: the slides give $p$ in percent and scale by "$(1-p)\%$", which for $p = 50$ is $-0.49$; they mean
$(100 - p)\% = 0.5$ (E-22). Here the rate is a fraction in [0, 1).

When to use it: only once results on the training data are good (DROP-08). Dropout cures overfitting, nothing else.

Source: S2 "Dropout", "Intuitive Reason", "Recipe for Learning"; Srivastava et al., JMLR 2014.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_upstream, at_least, fraction, generator, same_shape, short

__all__ = [
    "dropout",
    "dropout_backward",
    "dropout_mask",
    "mask_probability",
    "masks",
    "scale_for_test",
    "scale_for_test_backward",
]


def dropout_mask(shape: tuple[int, ...], rate: float, rng: np.random.Generator | int) -> NDArray[np.bool_]:
    r"""Draw which units to keep, each for itself.

    $$P(m_i = 0) = p, \qquad P(m_i = 1) = q = 1 - p \tag{DROP-01}$$

    Draw a new mask for each mini-batch. A mask of the shape of `x` thins the net anew for each sample; for the
    slides' one net per mini-batch, draw shape (d,) and repeat it: `np.broadcast_to(mask, x.shape)`.

    Args:
        shape: of the activations.
        rate: p, the probability to drop, in [0, 1).
        rng: a generator, or a whole number as its seed. Rate 0 draws nothing from it.

    Returns:
        The mask, true (1) where a unit is kept, false (0) where it is dropped.

    Raises:
        ValueError: if the rate is not in [0, 1).

    Example:
        >>> dropout_mask((2, 3), rate=0, rng=7)
        array([[ True,  True,  True],
               [ True,  True,  True]])
        >>> round(float(dropout_mask((300, 400), rate=0.25, rng=7).mean()), 2)
        0.75
    """
    if not isinstance(shape, tuple | list):
        raise TypeError(f"shape: expected a tuple of whole numbers such as (3, 2), got {short(shape)}")
    sizes, p, rng = tuple(at_least("shape", size, 0) for size in shape), fraction("rate", rate), generator("rng", rng)
    if p == 0:
        return np.ones(sizes, bool)
    # u is even in [0, 1), so P(u >= p) = 1 - p (DROP-01)
    return np.asarray(rng.random(sizes) >= p)


def dropout(x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    r"""Silence the dropped units.

    $$\tilde x_i = \begin{cases} x_i & m_i = 1 \\ 0 & m_i = 0 \end{cases} \tag{DROP-01}$$

    Inverted dropout also divides by the keep rate, so that the mean over all masks is $x$ and the net can be used
    unscaled at test time; the lecture's form leaves the kept units alone and needs `scale_for_test`.

    $$\tilde x_i = \frac{x_i}{q} \text{ where } m_i = 1 \tag{DROP-07}$$

    Convention: a dropped unit is gone, as if its row and column were deleted: it gives 0 even if it was NaN.

    Args:
        x: activations, any shape.
        mask: ones and zeros (or bools) in the shape of `x`.
        rate: p, the probability to drop that the mask was drawn with, in [0, 1).
        inverted: whether kept units are divided by q = 1 - p.

    Returns:
        The thinned activations, in the shape and dtype of `x`.

    Raises:
        ValueError: if `mask` has another shape than `x` or other entries than 0 and 1, or the rate is not in [0, 1).

    Example:
        >>> dropout([1, 2, 3, 4], mask=[1, 0, 0, 1], rate=0.5)
        array([2., 0., 0., 8.])
        >>> dropout([1, 2, 3, 4], mask=[1, 0, 0, 1], rate=0.5, inverted=False)
        array([1., 0., 0., 4.])
    """
    return _thin(as_float("x", x), mask, rate, inverted)


def dropout_backward(
    upstream: ArrayLike, x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True
) -> NDArray:
    r"""Send the gradient back through the kept units, under the same mask.

    $$\frac{\partial L}{\partial x_i} = \frac{m_i}{q}\,\frac{\partial L}{\partial \tilde x_i}
      \quad (\text{without } q \text{ if not inverted}) \tag{DROP-07}$$

    Dropout is linear in $x$ and its matrix is diagonal, so backward is forward once more. Pitfall: a backward without
    the mask trains weights on behalf of units that did not take part.

    Args:
        upstream: gradient of the loss in the thinned activations, shape of `x`.
        x: the activations that `dropout` was given.
        mask: the mask that `dropout` was given.
        rate: the rate that `dropout` was given.
        inverted: whether `dropout` divided by q.

    Returns:
        Gradient of the loss in `x`.

    Example:
        >>> dropout_backward([1, 1, 1, 1], [1, 2, 3, 4], mask=[1, 0, 0, 1], rate=0.5)
        array([2., 0., 0., 2.])
    """
    x = as_float("x", x)
    upstream = as_upstream(upstream, x.shape)
    return _thin(upstream.astype(np.result_type(x, upstream), copy=False), mask, rate, inverted)


def scale_for_test(x: ArrayLike, rate: float) -> NDArray:
    r"""Return what stands for the mean of all thinned nets when nothing is dropped: everything times the keep rate.

    $$\mathbb{E}_m\bigl[W(m \odot x) + b\bigr] = W(qx) + b \tag{DROP-03}$$

    The slides scale the weights that leave dropped units; scaling the units' outputs is the same (DROP-02), so `x` may
    be either. Behind ReLU, which is convex, the mean is at least the scaled net and in general above it (DROP-04):
    for $w = (1, -1)$, $x = (1, 1)$, $p = \frac12$ it is 0.25 against 0. Behind softmax the scaled net is the
    normalised *geometric* mean of the thinned nets (DROP-06). After inverted dropout nothing is to be scaled.

    Args:
        x: activations of units that were dropped in training, or the weights that leave them.
        rate: p, the probability to drop in training, in [0, 1).

    Returns:
        q x, in the shape and dtype of `x`.

    Raises:
        ValueError: if the rate is not in [0, 1), for instance given in percent.

    Example: a weight 1, trained with rate 50 %, is 0.5 at test time.

        >>> scale_for_test([1, -3], rate=0.5)
        array([ 0.5, -1.5])
    """
    x = as_float("x", x)
    # q x (DROP-02)
    return np.asarray(x * _keep_rate(rate, x))


def scale_for_test_backward(upstream: ArrayLike, x: ArrayLike, rate: float) -> NDArray:
    r"""Scale the gradient by the keep rate too.

    $$\frac{\partial L}{\partial x} = q\,\frac{\partial L}{\partial (qx)} \tag{DROP-02}$$

    Args:
        upstream: gradient of the loss in the scaled activations, shape of `x`.
        x: the activations that `scale_for_test` was given.
        rate: the rate that `scale_for_test` was given.

    Returns:
        Gradient of the loss in `x`.
    """
    x = as_float("x", x)
    upstream = as_upstream(upstream, x.shape)
    upstream = upstream.astype(np.result_type(x, upstream), copy=False)
    return np.asarray(upstream * _keep_rate(rate, upstream))


def masks(n: int) -> NDArray[np.bool_]:
    r"""List all thinned nets: every mask of n units, one a row.

    $$\{0, 1\}^n, \text{ of which there are } 2^n \tag{DROP-05}$$

    Args:
        n: number of droppable units, 0 to 20.

    Returns:
        The masks in counting order, shape (2^n, n): row i holds i in binary.

    Raises:
        ValueError: if `n` is negative or above 20: 2^20 is a million nets.

    Example:
        >>> masks(2).astype(int)
        array([[0, 0],
               [0, 1],
               [1, 0],
               [1, 1]])
    """
    n = at_least("n", n, 0)
    if n > 20:
        raise ValueError(f"n: expected at most 20, got {n}: there would be 2^{n} masks")
    # bit j of row i, highest bit first (DROP-05)
    return (np.arange(2**n)[:, np.newaxis] >> np.arange(n - 1, -1, -1)) & 1 == 1  # (2^n, n)


def mask_probability(mask: ArrayLike, rate: float) -> NDArray:
    r"""Return how probable a mask is, or each row of several.

    $$P(m) = q^{\lvert m\rvert}\,p^{\,n - \lvert m\rvert} \tag{DROP-05}$$

    With `masks` it makes every expectation over dropout a finite sum: `mask_probability(masks(n), rate) @ values`.

    Args:
        mask: ones and zeros (or bools), shape (..., n).
        rate: p, the probability to drop, in [0, 1).

    Returns:
        The probability of each mask, shape (...), float64.

    Raises:
        ValueError: if `mask` has no axis to count along or other entries than 0 and 1.

    Example: two units at rate 1/4. The four nets are all there is.

        >>> mask_probability(masks(2), rate=0.25)
        array([0.0625, 0.1875, 0.1875, 0.5625])
    """
    keep, p = _as_bool(mask), fraction("rate", rate)
    if keep.ndim == 0:
        raise ValueError("mask: expected at least one axis, the units, got a single number")
    kept = keep.sum(axis=-1)                                                   # |m|, (..., n) -> (...)
    # q^|m| p^(n - |m|) (DROP-05)
    return np.asarray((1 - p) ** kept * p ** (keep.shape[-1] - kept))


def _thin(x: NDArray, mask: ArrayLike, rate: float, inverted: bool) -> NDArray:
    """Return x, or x / q if inverted, where the mask is true, and 0 where it is false."""
    keep, q = same_shape("mask", _as_bool(mask), x.shape), _keep_rate(rate, x)
    with np.errstate(over="ignore"):  # what is too large for its dtype is infinite, and says so itself
        return np.where(keep, x / q if inverted else x, np.zeros((), x.dtype))


def _keep_rate(rate: float, x: NDArray) -> np.floating:
    """Return q = 1 - p in the dtype of x."""
    return x.dtype.type(1 - fraction("rate", rate))


def _as_bool(mask: ArrayLike) -> NDArray[np.bool_]:
    """Return a mask of ones and zeros as bools."""
    if isinstance(mask, np.ndarray) and mask.dtype == bool:
        return np.asarray(mask)
    numbers = as_float("mask", mask)
    wrong = (numbers != 0) & (numbers != 1)
    if wrong.any():
        raise ValueError(f"mask: expected zeros and ones, got {numbers[wrong][0]}")
    return numbers == 1
