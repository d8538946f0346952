r"""Regularizers: a price on the weights themselves, whatever the data say.

Many weights may explain the training data equally well; the price $R(W)$ chooses among them. The full loss adds it to
the data loss with strength $\lambda$ (LOSS-11). L2 prefers many small weights to one large one (REG-03) and shrinks all
of them by one factor in each step of gradient descent (REG-04); L1 pulls every weight to zero with the same force.

Symbols: `W` weights of any shape, each entry counted once; `strength` is $\lambda$; `learning_rate` is $\eta$.
Conventions: plain sums, with no factor one half and no mean. A bias is not a weight: the engine never charges it.

Source: S3 "Weight Regularization & SVM Loss" (its index sets are wrong, E-26), S4 "Rectifier".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_upstream, functions, not_negative

__all__ = [
    "REGULARIZERS",
    "Regularizer",
    "decay_factor",
    "l1",
    "l1_backward",
    "l2",
    "l2_backward",
    "l2_curvature",
    "regularizer",
]


@np.errstate(over="ignore")
def l2(W: ArrayLike) -> np.floating:
    r"""Return the sum of the squared weights.

    $$R_{L2}(W) = \sum_{k,l} W_{kl}^2 \tag{REG-01}$$

    Of all weights with the same sum $c$ the even spread $c/d$ costs least, $c^2/d$ (REG-03).

    Args:
        W: weights, any shape.

    Returns:
        One number. No weights cost 0; NaN and infinity flow.

    Raises:
        TypeError: if `W` is not float32, float64, integer or bool.

    Example: two vectors with the same score on $x = (1, 1, 1, 1)$; L2 prefers the spread, L1 does not care (REG-02).

        >>> w1, w2 = [1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]
        >>> float(l2(w1)), float(l2(w2))
        (1.0, 0.25)
        >>> float(l1(w1)), float(l1(w2))
        (1.0, 1.0)
    """
    # (REG-01)
    return np.square(as_float("W", W)).sum()  # (...) -> ()


def l2_backward(upstream: ArrayLike, W: ArrayLike) -> NDArray:
    r"""Return the gradient of `l2`: every weight is pulled to zero in proportion to its size.

    $$\frac{\partial R_{L2}}{\partial W} = 2W \tag{REG-01}$$

    Args:
        upstream: gradient of the loss in the price, shape (); in a full loss this is $\lambda$.
        W: the weights that `l2` was given.

    Returns:
        Gradient in `W`, of its shape.

    Raises:
        ValueError: if `upstream` is not one number.

    Example:
        >>> l2_backward(0.5, [[3, -4]])
        array([[ 3., -4.]])
    """
    upstream, W = _paired(upstream, W)
    # (REG-01), as W + W: NumPy 1 widens the product of a 0-d float32 and the number 2
    return upstream * (W + W)  # () * (...) -> (...)


def l1(W: ArrayLike) -> np.floating:
    r"""Return the sum of the sizes of the weights.

    $$R_{L1}(W) = \sum_{k,l} |W_{kl}| \tag{REG-01}$$

    Args:
        W: weights, any shape.

    Returns:
        One number. No weights cost 0; NaN and infinity flow.

    Raises:
        TypeError: if `W` is not float32, float64, integer or bool.

    Example:
        >>> float(l1([[3, -4], [0, 1]]))
        8.0
    """
    # (REG-01)
    return np.abs(as_float("W", W)).sum()  # (...) -> ()


def l1_backward(upstream: ArrayLike, W: ArrayLike) -> NDArray:
    r"""Return a subgradient of `l1`: every weight is pulled to zero with the same force.

    $$\frac{\partial R_{L1}}{\partial W} = \operatorname{sign}(W) \tag{REG-01}$$

    Convention: at a weight of 0 the force is 0, the middle of all subgradients $[-1, 1]$; there the price is least.

    Args:
        upstream: gradient of the loss in the price, shape (); in a full loss this is $\lambda$.
        W: the weights that `l1` was given.

    Returns:
        Gradient in `W`, of its shape.

    Raises:
        ValueError: if `upstream` is not one number.

    Example:
        >>> l1_backward(0.5, [[3, -4, 0]])
        array([[ 0.5, -0.5,  0. ]])
    """
    upstream, W = _paired(upstream, W)
    # (REG-01)
    return upstream * np.sign(W)  # () * (...) -> (...)


def l2_curvature(upstream: ArrayLike, W: ArrayLike) -> NDArray:
    r"""Return the second derivative of `l2` along each weight.

    $$\frac{\partial^2 R_{L2}}{\partial W_{kl}^2} = 2 \tag{OPT-06}$$

    Args:
        upstream: factor of the price, shape (); in a full loss this is $\lambda$.
        W: the weights, any shape.

    Example:
        >>> l2_curvature(0.25, [[3, -4]])
        array([[0.5, 0.5]])
    """
    upstream, W = _paired(upstream, W)
    return np.full_like(W, 2 * upstream)  # (OPT-06)


def decay_factor(learning_rate: float, strength: float) -> float:
    r"""Return what one step of gradient descent on $\lambda R_{L2}$ alone multiplies every weight with.

    $$W - \eta\,\lambda\,\frac{\partial R_{L2}}{\partial W} = (1 - 2\eta\lambda)\,W \tag{REG-04}$$

    Units without an upper bound, such as ReLU, call for it: scaling all $L$ weight matrices of a ReLU net without
    biases by $c$ scales its output by $c^L$. The weights shrink only where $0 < \eta\lambda < 1$.

    Args:
        learning_rate: $\eta$, not below 0.
        strength: $\lambda$, not below 0.

    Returns:
        The factor, at most 1.

    Raises:
        ValueError: if one of them is below 0 or not finite.

    Example:
        >>> decay_factor(learning_rate=0.5, strength=0.25)
        0.75
    """
    eta, lam = not_negative("learning_rate", learning_rate), not_negative("strength", strength)
    return 1 - 2 * eta * lam  # (REG-04)


class Regularizer(NamedTuple):
    """A price `f(W)`, its gradient `backward(upstream, W)`, and its `curvature(upstream, W)` where it bends at all."""

    f: Callable[..., Any]
    backward: Callable[..., NDArray]
    curvature: Callable[..., NDArray] | None = None


REGULARIZERS: dict[str, Regularizer] = {
    "l1": Regularizer(l1, l1_backward),
    "l2": Regularizer(l2, l2_backward, l2_curvature),
}


def regularizer(name: str | tuple[Any, ...]) -> Regularizer:
    """Look up a regularizer by name.

    Args:
        name: a key of `REGULARIZERS`, or of your own a `Regularizer` or a pair: f(W) is the price, one number, and
            f_backward(upstream, W) its gradient in W times the number upstream.

    Returns:
        The functions f, backward and curvature; the last is None for l1, which is straight but for its corner.

    Raises:
        ValueError: if there is none of that name; the message lists the choices.
        TypeError: if what you bring are no functions of these arguments.

    Example:
        >>> float(regularizer("l2").f([3, 4]))
        25.0
    """
    return functions("regularizer", name, REGULARIZERS, Regularizer, "W")


def _paired(upstream: ArrayLike, W: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return both in their common dtype; a plain Python number has none of its own and takes that of the weights."""
    W, given = as_float("W", W), as_upstream(upstream, ())
    dtype = W.dtype if type(upstream) in (int, float) else np.result_type(W.dtype, given.dtype)
    return given.astype(dtype), W.astype(dtype)
