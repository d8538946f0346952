r"""Initialisation: the weights that learning starts from.

Weights that start alike stay alike, so they must be drawn at random; and since every layer multiplies the signal, the
spread of the draw decides whether signals and gradients die out, saturate, or arrive. All schemes below follow from
one calculation (INIT-05): a layer of $m$ units with independent weights of mean 0 and variance $s^2$ turns a signal
$x$ into one whose square is $m s^2 \lVert x\rVert^2$ on average. Xavier keeps it for units that are linear near 0,
He pays back the half that ReLU takes away.

Symbols: `W` weights, shape (out, in) or (out, in, kH, kW); `s` (`std`) their standard deviation; `fan_in` the number
of inputs of one unit, `fan_out` the number of units that one input reaches.

Every scheme is called as `scheme(shape, rng, dtype=...)`. Draws are made in float64 and rounded, so that float32 and
float64 networks start from the same numbers; schemes of one family differ in nothing but scale.

Source: S3 "How do I start?", "Small random numbers", "Big random numbers"; LeCun et al. 1989; Glorot and Bengio 2010;
He et al. 2015.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from refnn._validate import as_float, at_least, float_dtype, generator, not_negative, one_of

__all__ = [
    "INITIALIZERS",
    "expected_square",
    "fans",
    "he_normal",
    "he_uniform",
    "initializer",
    "lecun1989_uniform",
    "normal",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

Rng = np.random.Generator | int


def expected_square(x: ArrayLike, units: int, std: float) -> NDArray:
    r"""Return the squared length that a signal has on average behind a random layer, before its activation.

    $$\mathbb{E}\,\lVert Wx\rVert^2 = m\,s^2\,\lVert x\rVert^2 \tag{INIT-05}$$

    It holds for any independent weights of mean 0 and variance $s^2$: the mixed terms $w_i w_j x_i x_j$ have mean 0.

    Args:
        x: signals, shape (..., d).
        units: m, the rows of W, at least 1.
        std: s, the standard deviation of the weights, not negative.

    Returns:
        The mean of the squared length, shape (...).

    Raises:
        ValueError: if `x` has no axis to sum over.

    Example: four units of spread 1/2 keep the square of every signal.

        >>> expected_square([[3, 4], [1, 0]], units=4, std=0.5)
        array([25.,  1.])
    """
    x, m, s = as_float("x", x), at_least("units", units, 1), not_negative("std", std)
    if x.ndim == 0:
        raise ValueError("x: expected at least one axis, the entries of the signal, got a single number")
    square = np.square(x).sum(axis=-1)             # (..., d) -> (...)
    # E |Wx|^2 = m s^2 |x|^2 (INIT-05)
    return np.asarray(m * (s * s) * square, x.dtype)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    r"""Return how many inputs one unit has, and how many units one input reaches.

    $$n_{in} = \text{in} \cdot k_H k_W, \qquad n_{out} = \text{out} \cdot k_H k_W \tag{INIT-06}$$

    Args:
        shape: of the weights: (out, in), or (out, in, kH, kW) with any number of kernel axes.

    Returns:
        (fan_in, fan_out).

    Raises:
        ValueError: if `shape` has less than two axes: a bias has no fans.

    Example:
        >>> fans((500, 784)), fans((8, 3, 5, 5))
        ((784, 500), (75, 200))
    """
    out, inputs, *kernel = _sizes(shape, axes=2)
    return inputs * math.prod(kernel), out * math.prod(kernel)


def zeros(shape: tuple[int, ...], rng: Rng | None = None, *, dtype: DTypeLike = np.float64) -> NDArray:
    r"""Return zeros: right for biases, fatal for weights.

    $$W = 0 \;\Rightarrow\; \frac{\partial L}{\partial W^{(1)}} = \frac{\partial L}{\partial W^{(2)}} = 0
      \quad\text{for one hidden layer of tanh or ReLU} \tag{INIT-01}$$

    Only the output bias ever moves. Sigmoid units (0 gives 1/2, not 0) do move, but as copies of one another: units
    that start with equal weights in and out get equal gradients for ever, under every rule that treats each
    coordinate alike (INIT-02). Randomness is what breaks this symmetry.

    Args:
        shape: of the result, all sizes at least 1.
        rng: not looked at; it is there so that all schemes are called alike.
        dtype: float32 or float64.

    Returns:
        Zeros of this shape.

    Example:
        >>> zeros((2, 3))
        array([[0., 0., 0.],
               [0., 0., 0.]])
    """
    return np.zeros(_sizes(shape), float_dtype("dtype", dtype))


def normal(shape: tuple[int, ...], rng: Rng, std: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    r"""Draw weights from the normal distribution around 0.

    $$w \sim \mathcal{N}(0, s^2), \qquad s = 0.01 \tag{INIT-03}$$

    In ten tanh layers of 500 units $s = 0.01$ multiplies signals on the way up and gradients on the way down by
    $s\sqrt{500} = 0.22$ in each layer: both die out. With $s = 1$ (INIT-04) 93 % of the units saturate beyond 0.95;
    their gradient does not vanish, though: the few active units times large weights let it *grow* 3.5 fold a layer.

    Args:
        shape: of the weights, all sizes at least 1.
        rng: a generator, or a whole number as its seed.
        std: s, not negative.
        dtype: float32 or float64; drawn in float64 and rounded.

    Returns:
        Weights of this shape.

    Example:
        >>> round(float(normal((200, 300), rng=0).std()), 3)
        0.01
    """
    sizes, dtype, std = _sizes(shape), float_dtype("dtype", dtype), not_negative("std", std)
    # w = s * N(0, 1) (INIT-03, INIT-04)
    return (std * generator("rng", rng).standard_normal(sizes)).astype(dtype, copy=False)


def uniform(shape: tuple[int, ...], rng: Rng, bound: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    r"""Draw weights evenly from the interval [-bound, bound], whose variance is bound^2 / 3.

    Args:
        shape: of the weights, all sizes at least 1.
        rng: a generator, or a whole number as its seed.
        bound: the largest size of a weight, not negative. In float32 it is the bound rounded to float32.
        dtype: float32 or float64; drawn in float64 and rounded.

    Returns:
        Weights of this shape.

    Example:
        >>> W = uniform((200, 300), rng=0, bound=0.5)
        >>> bool(abs(W).max() <= 0.5), round(float(W.var()), 3)
        (True, 0.083)
    """
    sizes, dtype, bound = _sizes(shape), float_dtype("dtype", dtype), not_negative("bound", bound)
    return (bound * generator("rng", rng).uniform(-1, 1, sizes)).astype(dtype, copy=False)


def xavier_normal(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    r"""Draw normal weights that neither shrink the signal going up nor the gradient coming down (Glorot and Bengio).

    $$s^2 = \frac{2}{n_{in} + n_{out}} \tag{INIT-06}$$

    Going up, the entries of a signal keep their mean square for $s^2 = 1/n_{in}$ (INIT-05, for each of the $m$ units);
    coming down, those of the gradient for $1/n_{out}$; this is the harmonic mean of the two.
    Pitfall: the simpler $1/n_{in}$ also goes by the name of Xavier, but is the same only for $n_{in} = n_{out}$.

    Args:
        shape: of the weights, (out, in) or (out, in, kH, kW).
        rng: a generator, or a whole number as its seed.
        dtype: float32 or float64; drawn in float64 and rounded.

    Returns:
        Weights of this shape.

    Example: for 500 inputs and 500 units s = 0.0447214.

        >>> round(float(xavier_normal((500, 500), rng=0).std()), 3)
        0.045
    """
    fan_in, fan_out = fans(shape)
    # s^2 = 2 / (fan_in + fan_out) (INIT-06)
    return normal(shape, rng, math.sqrt(2 / (fan_in + fan_out)), dtype=dtype)


def xavier_uniform(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    r"""Draw uniform weights with the variance of `xavier_normal`.

    $$\lvert w\rvert \le \sqrt{\frac{6}{n_{in} + n_{out}}} \tag{INIT-06}$$

    Args:
        shape: of the weights, (out, in) or (out, in, kH, kW).
        rng: a generator, or a whole number as its seed.
        dtype: float32 or float64; drawn in float64 and rounded.

    Returns:
        Weights of this shape.

    Example: for 500 inputs and 500 units the bound is 0.0774597.

        >>> round(float(xavier_uniform((500, 500), rng=0).max()), 4)
        0.0775
    """
    fan_in, fan_out = fans(shape)
    # |w| <= sqrt(6 / (fan_in + fan_out)) (INIT-06)
    return uniform(shape, rng, math.sqrt(6 / (fan_in + fan_out)), dtype=dtype)


def he_normal(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    r"""Draw normal weights that keep the signal through ReLU units.

    $$s^2 = \frac{2}{n_{in}}, \qquad\text{since}\qquad
      \lVert\operatorname{relu}(z)\rVert^2 + \lVert\operatorname{relu}(-z)\rVert^2 = \lVert z\rVert^2 \tag{INIT-07}$$

    $W$ and $-W$ are equally likely, so each ReLU term has half of the square on average, and the 2 pays it back.

    Args:
        shape: of the weights, (out, in) or (out, in, kH, kW).
        rng: a generator, or a whole number as its seed.
        dtype: float32 or float64; drawn in float64 and rounded.

    Returns:
        Weights of this shape.

    Example: for 500 inputs s = 0.0632456.

        >>> round(float(he_normal((500, 500), rng=0).std()), 3)
        0.063
    """
    fan_in, _ = fans(shape)
    # s^2 = 2 / fan_in (INIT-07)
    return normal(shape, rng, math.sqrt(2 / fan_in), dtype=dtype)


def he_uniform(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    r"""Draw uniform weights with the variance of `he_normal`.

    $$\lvert w\rvert \le \sqrt{\frac{6}{n_{in}}} \tag{INIT-07}$$

    Args:
        shape: of the weights, (out, in) or (out, in, kH, kW).
        rng: a generator, or a whole number as its seed.
        dtype: float32 or float64; drawn in float64 and rounded.

    Returns:
        Weights of this shape.

    Example: six inputs give the bound 1.

        >>> round(float(he_uniform((500, 6), rng=0).max()), 2)
        1.0
    """
    fan_in, _ = fans(shape)
    # |w| <= sqrt(6 / fan_in) (INIT-07)
    return uniform(shape, rng, math.sqrt(6 / fan_in), dtype=dtype)


def lecun1989_uniform(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    r"""Draw weights as the convolutional network of 1989 did.

    $$\lvert w\rvert \le \frac{2.4}{n_{in}} \tag{INIT-06}$$

    The variance falls with the square of `fan_in`: in wide layers the signal shrinks, which Xavier later corrected.

    Args:
        shape: of the weights, (out, in) or (out, in, kH, kW).
        rng: a generator, or a whole number as its seed.
        dtype: float32 or float64; drawn in float64 and rounded.

    Returns:
        Weights of this shape.

    Example: a 5 x 5 kernel on one map has the bound 0.096.

        >>> round(float(lecun1989_uniform((200, 1, 5, 5), rng=0).max()), 3)
        0.096
    """
    fan_in, _ = fans(shape)
    # |w| <= 2.4 / F (INIT-06)
    return uniform(shape, rng, 2.4 / fan_in, dtype=dtype)


_SCHEMES = (zeros, normal, uniform, xavier_normal, xavier_uniform, he_normal, he_uniform, lecun1989_uniform)
INITIALIZERS: dict[str, Callable[..., NDArray]] = {scheme.__name__: scheme for scheme in _SCHEMES}


def initializer(name: str) -> Callable[..., NDArray]:
    """Return the scheme of this name, to be called as `scheme(shape, rng, dtype=...)`.

    Args:
        name: one of INITIALIZERS.

    Returns:
        The function of this module that has the name.

    Raises:
        ValueError: if there is no such scheme; the message lists them.

    Example:
        >>> initializer("he_normal")((2, 3), 7, dtype="float32").shape
        (2, 3)
    """
    return INITIALIZERS[one_of("init", name, INITIALIZERS)]


def _sizes(shape: Any, axes: int = 1) -> tuple[int, ...]:
    """Return `shape` as a tuple of at least `axes` sizes of at least 1."""
    if not isinstance(shape, tuple | list):
        raise TypeError(f"shape: expected a tuple of whole numbers such as (3, 2), got {shape!r}")
    if len(shape) < axes:
        raise ValueError(f"shape: expected {'(out, in, ...)' if axes == 2 else 'at least one axis'}, got {shape!r}")
    return tuple(at_least("shape", size, 1) for size in shape)
