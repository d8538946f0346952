r"""Bias and variance: why a learner errs, and what a richer model does about it.

A learner makes a function out of a data set, and another data set would have made another function. Averaged over all
data sets, its error on new samples has three parts: how far its mean function is from the truth, how much its functions
differ, and how much the truth itself varies, which nobody can help (BV-01). Where everything is finite, the places, the
values and the data sets, all three are finite sums, and this page computes them.

A richer model always fits the training data better, but not always new data (BV-02).

Symbols: places `x` $x_a$ with probabilities `p`; values `y` $y_b$ with `conditional` $q_{ab} = P(y_b | x_a)$; data sets
$D$ with probabilities `weights`; `predictions` $f(x_a; D)$, a row for each data set.

Pitfall: the slide claims the decomposition for the error of f. It holds for the mean over data sets: one function has
no variance, and its error can be more or less than the three parts together (E-38).

Source: S1 "Bias-variance Decomposition", "Prediction Error".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, at_least, finite, same_shape, several

__all__ = [
    "Decomposition",
    "complexity_curve",
    "data_sets",
    "decompose",
    "line_through_two",
    "nested_polynomials",
    "predict_from_each",
    "prediction_error",
]

Learner = Callable[[NDArray, NDArray, NDArray], ArrayLike]
"""What makes a function from data: given x and y of a data set, both (s,), and places (m,), it predicts (m,)."""


class Decomposition(NamedTuple):
    """The expected prediction error of a learner, and the three parts that sum to it.

    Attributes:
        error: computed from its definition, not as the sum of the others.
        bias: the squared bias.
        variance: how much the functions differ from their mean.
        noise: what the truth varies by.

    Example:
        >>> Decomposition(error=7.5, bias=2.0, variance=5.0, noise=0.5).bias
        2.0
    """

    error: float
    bias: float
    variance: float
    noise: float


def prediction_error(f: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike) -> float:
    r"""Return the expected prediction error of one function.

    $$EPE(f) = \sum_a p_a \sum_b q_{ab}\,\bigl(y_b - f(x_a)\bigr)^2 \tag{BV-01}$$

    Args:
        f: its predictions, shape (m,).
        p: probabilities of the places, shape (m,).
        y: values, shape (k,).
        conditional: q, how probable each value is at each place, shape (m, k), rows sum to 1.

    Returns:
        One number.

    Raises:
        ValueError: if shapes do not fit, or probabilities are negative or do not sum to 1.

    Example: a fair coin, 0 or 1, is best predicted by one half.

        >>> prediction_error([0.5], [1], [0, 1], [[0.5, 0.5]])
        0.25
    """
    p, y, q = _distribution(p, y, conditional)
    f = same_shape("f", as_float("f", f, 1), p.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        # sum_a p_a sum_b q_ab (y_b - f(x_a))^2 (BV-01)
        return float(p @ (q * (y - f[:, np.newaxis]) ** 2).sum(axis=1))    # (m, k) -> (m,) -> ()


def decompose(
    predictions: ArrayLike, weights: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike
) -> Decomposition:
    r"""Split the error of a learner, averaged over its data sets, into squared bias, variance and noise.

    $$\mathbb{E}_D[EPE] = \sum_a p_a \Bigl[ \bigl(\mathbb{E}_D f - \mathbb{E}[y|x_a]\bigr)^2
      + \mathbb{E}_D\bigl(f - \mathbb{E}_D f\bigr)^2 + \mathrm{var}(y|x_a) \Bigr] \tag{BV-01}$$

    It holds for every learner, since the cross terms have mean zero: f depends on D, and the new y does not.

    Args:
        predictions: f(x; D), shape (r, m): a row for each data set (`predict_from_each`).
        weights: probabilities of the data sets, shape (r,).
        p: probabilities of the places, shape (m,).
        y: values, shape (k,).
        conditional: how probable each value is at each place, shape (m, k), rows sum to 1.

    Returns:
        Four numbers: error, (squared) bias, variance, noise.

    Raises:
        ValueError: if shapes do not fit, or probabilities are negative or do not sum to 1.

    Example: a line through two samples, each of three places and with one or two values.

        >>> x, p, y = [0, 1, 2], [0.2, 0.5, 0.3], [-1, 0, 1, 3]
        >>> conditional = [[0, 0.5, 0.5, 0], [0, 0, 0.25, 0.75], [1, 0, 0, 0]]
        >>> pairs, weights = data_sets(x, p, y, conditional, size=2)
        >>> predictions = predict_from_each(line_through_two, pairs, x)
        >>> [round(part, 6) for part in decompose(predictions, weights, p, y, conditional)]
        [7.00725, 2.317225, 4.265025, 0.425]
    """
    p, y, q = _distribution(p, y, conditional)
    F = as_float("predictions", predictions, 2).astype(np.float64, copy=False)
    w = _probabilities("weights", weights)
    same_shape("predictions", F, (len(w), len(p)))
    with np.errstate(over="ignore", invalid="ignore"):
        mean_f, mean_y = w @ F, q @ y                                      # (m,), (m,)
        return Decomposition(
            # E_D[EPE], value by value: (r,) (r, m) -> (m,) (BV-01)
            error=float(sum(w @ (y_b - F) ** 2 @ (p * q_b) for y_b, q_b in zip(y, q.T, strict=True))),
            # (E_D f - E[y|x])^2 (BV-01)
            bias=float(p @ (mean_f - mean_y) ** 2),
            # E_D (f - E_D f)^2 (BV-01)
            variance=float(p @ (w @ (F - mean_f) ** 2)),
            # var(y|x) (BV-01)
            noise=float(p @ (q * (y - mean_y[:, np.newaxis]) ** 2).sum(axis=1)),
        )


def data_sets(
    x: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike, size: int
) -> tuple[list[tuple[NDArray, NDArray]], NDArray]:
    r"""List every data set of independent samples that can occur, and how probable it is.

    $$P(D) = \prod_{i=1}^{s} p(x_i)\,P(y_i | x_i) \tag{BV-01}$$

    Args:
        x: places, shape (m,).
        p: their probabilities, shape (m,).
        y: values, shape (k,).
        conditional: how probable each value is at each place, shape (m, k), rows sum to 1.
        size: s, samples in each data set, at least 1.

    Returns:
        The data sets, pairs of x and y, both (s,), in lexicographic order; and their probabilities, shape (r,).

    Raises:
        ValueError: if there are more than a million, or probabilities are negative or do not sum to 1.

    Example: one sample of a fair coin.

        >>> sets, weights = data_sets([7], [1], [0, 1], [[0.5, 0.5]], size=1)
        >>> sets
        [(array([7.]), array([0.])), (array([7.]), array([1.]))]
        >>> weights
        array([0.5, 0.5])
    """
    p, y, q = _distribution(p, y, conditional)
    x = same_shape("x", as_float("x", x, 1), p.shape)
    joint = p[:, np.newaxis] * q                                           # (m, k), P(x_a, y_b)
    samples, s = np.argwhere(joint > 0), at_least("size", size, 1)
    if s > 20 or len(samples) ** s > 10**6:
        raise ValueError(f"size: expected at most a million data sets, got {len(samples)}^{s}")
    drawn = [np.array(rows).T for rows in product(samples, repeat=s)]       # each (2, s): indices of places and values
    # prod p(x_i) P(y_i|x_i) (BV-01)
    return [(x[a], y[b]) for a, b in drawn], np.array([joint[a, b].prod() for a, b in drawn])


def predict_from_each(learner: Learner, sets: Sequence[tuple[ArrayLike, ArrayLike]], x: ArrayLike) -> NDArray:
    """Return what a learner predicts from each data set.

    Args:
        learner: called as `learner(X, Y, x)` with the x and y of a data set, (s,), and the places to predict at, (m,).
        sets: data sets, pairs of x and y; they may differ in size.
        x: places, shape (m,).

    Returns:
        Predictions, shape (r, m): a row for each data set.

    Raises:
        ValueError: if there is no data set, or the learner returns another shape than (m,).

    Example: the learner that believes in the mean of what it saw.

        >>> predict_from_each(lambda X, Y, x: np.full(len(x), Y.mean()), [([0, 1], [2, 4]), ([5], [1])], x=[0, 9])
        array([[3., 3.],
               [1., 1.]])
    """
    if not callable(learner):
        raise TypeError(f"learner: expected a function of (X, Y, x), got {learner!r}")
    pairs, x = [several(f"sets[{i}]", pair) for i, pair in enumerate(several("sets", sets))], as_float("x", x, 1)
    if not pairs:
        raise ValueError("sets: expected at least one data set, got none")
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"sets: expected pairs of x and y, got {sets!r}")
    rows = [learner(as_float("X", X).copy(), as_float("Y", Y).copy(), x.copy()) for X, Y in pairs]
    return np.stack([same_shape("the learner's predictions", as_float("predictions", row), x.shape) for row in rows])


def line_through_two(X: ArrayLike, Y: ArrayLike, x: ArrayLike) -> NDArray:
    r"""Predict on the line through two samples; if they share their x, predict the mean of their y.

    $$f(x; D) = y_1 + \frac{y_2 - y_1}{x_2 - x_1}\,(x - x_1) \tag{BV-01}$$

    The learner of the worked example: no noise is averaged out, so its variance is large.

    Args:
        X: two places, shape (2,).
        Y: two values, shape (2,).
        x: where to predict, shape (m,).

    Returns:
        Predictions, shape (m,).

    Example:
        >>> line_through_two([0, 2], [1, 5], [1, 3])
        array([3., 7.])
        >>> line_through_two([2, 2], [1, 5], [1, 3])
        array([3., 3.])
    """
    X, Y, x = as_floats(1, X=X, Y=Y, x=x)
    (x_1, x_2), (y_1, y_2) = same_shape("X", X, (2,)), same_shape("Y", Y, (2,))
    with np.errstate(over="ignore", invalid="ignore"):
        if x_1 == x_2:
            return np.full_like(x, y_1 + (y_2 - y_1) / 2)
        return y_1 + (y_2 - y_1) / (x_2 - x_1) * (x - x_1)  # (BV-01)


def nested_polynomials(x: ArrayLike, y: ArrayLike, degree: int, at: ArrayLike) -> NDArray:
    r"""Return the predictions of the least squares polynomials of all degrees up to the one given.

    $$f_k = \sum_{j=0}^{k} \langle q_j, y \rangle\,q_j, \qquad
      \langle q_i, q_j \rangle = \sum_s q_i(x_s)\,q_j(x_s) = \mathbb{1}[i = j] \tag{BV-02}$$

    In a basis that is orthonormal on the samples a coefficient does not depend on the degree: the next model only adds
    a term. Each basis polynomial is x times the one before, made orthogonal to all before it, on the samples and on
    the other places alike. Powers of x span the same polynomials, but the equations for their coefficients lose more
    digits with every degree.

    Args:
        x: places of the samples, at least one, all finite, shape (n,).
        y: their values, all finite, shape (n,).
        degree: the highest, at least 0 and below the number of different places.
        at: where to predict, shape (m,).

    Returns:
        Predictions, shape (degree + 1, m): row k is those of degree k.

    Raises:
        ValueError: if the samples do not determine a polynomial of that degree.

    Example: mean, line and parabola through three samples.

        >>> nested_polynomials([0, 1, 2], [0, 1, 4], degree=2, at=[0, 1, 3]).round(6) + 0.0
        array([[ 1.666667,  1.666667,  1.666667],
               [-0.333333,  1.666667,  5.666667],
               [ 0.      ,  1.      ,  9.      ]])
    """
    x, y, at = as_floats(1, x=x, y=y, at=at)
    return _fits(x, y, degree, at)[:, len(x) :].copy()


def complexity_curve(
    x: ArrayLike, y: ArrayLike, x_test: ArrayLike, y_test: ArrayLike, degree: int
) -> tuple[NDArray, NDArray]:
    r"""Return the training and the test error of the least squares polynomials of all degrees.

    $$\text{err}_k = \frac{1}{n} \sum_s \bigl(y_s - f_k(x_s)\bigr)^2, \qquad
      \text{err}_0 \ge \text{err}_1 \ge \dots \text{ on the training data} \tag{BV-02}$$

    A richer model contains the poorer one, so it can only fit the training data better. That the test error has a
    minimum is a tendency and no law: it may just as well fall all the way, or rise from the start.

    Args:
        x: places of the training samples, shape (n,).
        y: their values, shape (n,).
        x_test: places of the test samples, at least one, shape (m,).
        y_test: their values, shape (m,).
        degree: the highest, at least 0 and below the number of different places in `x`.

    Returns:
        Mean squared errors in training, shape (degree + 1,), and in test, shape (degree + 1,).

    Raises:
        ValueError: if there is no test sample, or the training samples do not determine the polynomials.

    Example: the parabola fits all, and was the truth.

        >>> train, test = complexity_curve([0, 1, 2], [0, 1, 4], [3], [9], degree=2)
        >>> train.round(4) + 0.0, test.round(4) + 0.0
        (array([2.8889, 0.2222, 0.    ]), array([53.7778, 11.1111,  0.    ]))
    """
    x, y, x_test, y_test = as_floats(1, x=x, y=y, x_test=x_test, y_test=y_test)
    same_shape("y_test", y_test, x_test.shape)
    if len(x_test) == 0:
        raise ValueError("x_test: expected at least one sample, got none")
    f = _fits(x, y, degree, x_test)                                        # (degree + 1, n + m)
    with np.errstate(over="ignore", invalid="ignore"):
        squares = (f - np.concatenate([y, y_test])) ** 2
    return squares[:, : len(x)].mean(axis=1), squares[:, len(x) :].mean(axis=1)  # (BV-02)


def _fits(x: NDArray, y: NDArray, degree: int, at: NDArray) -> NDArray:
    """Return the least squares polynomials of all degrees on the samples and at other places, (degree + 1, n + m)."""
    same_shape("y", finite("y", y), finite("x", x).shape)
    if at_least("degree", degree, 0) >= len(np.unique(x)):
        raise ValueError(f"degree: expected below the number of different places, {len(np.unique(x))}, got {degree}")
    dtype, n, x = x.dtype, len(x), x.astype(np.float64)
    middle, half = x.max() / 2 + x.min() / 2, (x.max() / 2 - x.min() / 2) or 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        u = (np.concatenate([x, at]) - middle) / half                      # (n + m,), the samples first, in [-1, 1]
        basis = np.full((1, len(u)), n**-0.5)                              # q_0
        for _ in range(degree):
            q = u * basis[-1]
            for _ in range(2):                                             # once leaves rounding errors behind
                q = q - (basis[:, :n] @ q[:n]) @ basis                     # (j, n) (n,) -> (j,), (j,) (j, n + m)
            length = np.linalg.norm(q[:n])
            if length < 1e-12:
                raise ValueError(f"x: expected places further apart, they do not determine degree {len(basis)}")
            basis = np.vstack([basis, q / length])
        coefficients = basis[:, :n] @ y                                    # <q_j, y>, (degree + 1,)
        # f_k = sum_{j <= k} <q_j, y> q_j (BV-02)
        return np.cumsum(coefficients[:, np.newaxis] * basis, axis=0).astype(dtype)


def _distribution(p: ArrayLike, y: ArrayLike, conditional: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Return probabilities of places (m,), values (k,) and probabilities of values at places (m, k), in float64."""
    p, q = _probabilities("p", p), _probabilities("conditional", conditional, ndim=2)
    y = as_float("y", y, 1).astype(np.float64, copy=False)
    return p, y, same_shape("conditional", q, (len(p), len(y)))


def _probabilities(name: str, values: ArrayLike, ndim: int = 1) -> NDArray:
    """Return numbers in float64 that are not negative and sum to 1 along the last axis, but for rounding."""
    p = as_float(name, values, ndim)
    allowed, p = 16 * np.finfo(p.dtype).eps * max(1, p.shape[-1]), p.astype(np.float64, copy=False)
    if not (p >= 0).all():
        raise ValueError(f"{name}: expected probabilities, not below 0, got {p[~(p >= 0)][0]}")
    sums = np.ravel(p.sum(axis=-1))
    if (np.abs(sums - 1) > allowed).any():
        raise ValueError(f"{name}: expected probabilities that sum to 1, got sum {sums[np.abs(sums - 1).argmax()]}")
    return p
