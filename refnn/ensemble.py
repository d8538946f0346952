r"""Boosting: many weak units vote, and the vote is a net with one hidden layer.

A stump asks one question of one input: is it at least so much? AdaBoost picks the stump that does best on the samples,
gives it a vote, and lets the samples it got wrong weigh more in the next round. What comes out is a shallow net: stumps
side by side, none of which sees another's answer, and a weighted sum (ENS-01). A deep net does more with its units: it
hands their answers to further units as inputs. Exclusive or shows the difference: no vote of stumps gets it right, two
layers of such units do.

Symbols: `X` samples as rows, `y` labels -1 or +1; `stumps` $h_t$, each (feature j, threshold, sign s); `votes`
$\alpha_t$; `weights` of the samples; `errors` $\epsilon_t$, the weight of the samples that $h_t$ gets wrong.

Source: S2 appendix "Boosting", "Deep Learning"; Freund and Schapire, "A Decision-Theoretic Generalization of On-Line
Learning and an Application to Boosting", 1997. The other ensemble of the lecture, of thinned nets, is `dropout`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, at_least, finite, number, same_shape, several, sign_labels
from refnn.mlp import MLP

__all__ = [
    "Stump",
    "adaboost",
    "best_stump",
    "boosted_score",
    "boosting_net",
    "stump_labels",
    "training_error_bound",
    "vote",
]


class Stump(NamedTuple):
    """A weak unit: `sign` where the feature is at least the threshold, and its opposite elsewhere.

    Attributes:
        feature: index of the input that it looks at, counted from 0.
        threshold: what that input must reach.
        sign: -1 or +1.

    Functions take any (feature, threshold, sign) for a stump, and check it when they use it.

    Example:
        >>> Stump(feature=0, threshold=2.0, sign=-1)
        Stump(feature=0, threshold=2.0, sign=-1)
    """

    feature: int
    threshold: float
    sign: int


def stump_labels(X: ArrayLike, stump: tuple[int, float, int]) -> NDArray:
    r"""Return what a weak unit answers to each sample.

    $$h(x) = \begin{cases} s & x_j \ge \theta \\ -s & x_j < \theta \end{cases} \tag{ENS-01}$$

    Args:
        X: samples, shape (n, d).
        stump: feature j, threshold and sign s.

    Returns:
        Labels -1 or +1, shape (n,). NaN stays NaN.

    Raises:
        ValueError: if the samples have no such feature, or the sign is not -1 or +1.

    Example:
        >>> stump_labels([[1, 5], [2, 5], [3, 5]], Stump(feature=0, threshold=2, sign=1))
        array([-1.,  1.,  1.])
    """
    X = as_float("X", X, 2)
    j, threshold, s = _checked(stump, X.shape[1])
    x = X[:, j]
    return np.where(np.isnan(x), x, np.where(x >= threshold, s, -s)).astype(X.dtype)  # (ENS-01)


def best_stump(X: ArrayLike, y: ArrayLike, weights: ArrayLike) -> tuple[Stump, float]:
    r"""Return the stump that gets the least weight of samples wrong, and that weight.

    $$\epsilon = \sum_i w_i\,\mathbb{1}[h(x_i) \ne y_i] \tag{ENS-01}$$

    Convention: the thresholds are the values that occur; the lowest of a feature makes a stump that is constant on the
    samples. Of equally good stumps the first wins: lowest feature, then lowest threshold, then sign +1.

    Args:
        X: samples, all finite, at least one, shape (n, d).
        y: labels -1 or +1, shape (n,).
        weights: of the samples, not negative, shape (n,). They need not sum to 1.

    Returns:
        The stump and its weighted error, at most half of the weight.

    Raises:
        ValueError: if there is no sample or no feature, or a weight is negative.

    Example:
        >>> best_stump([[1], [2], [3]], [-1, 1, -1], [0.25, 0.5, 0.25])
        (Stump(feature=0, threshold=2.0, sign=1), 0.25)
    """
    X, y = _training_set(X, y)
    w = same_shape("weights", finite("weights", as_float("weights", weights)).astype(np.float64), y.shape)
    if (w < 0).any():
        raise ValueError(f"weights: expected numbers not below 0, got {w.min()} at {w.argmin()}")
    found, least = Stump(0, 0.0, 1), np.inf
    for j in range(X.shape[1]):
        for threshold in np.unique(X[:, j]).tolist():
            for s in (1, -1):
                h = stump_labels(X, (j, threshold, s))
                error = float(w @ (h != y))                            # (n,) (n,) -> ()
                if error < least:
                    found, least = Stump(j, threshold, s), error
    return found, least


def vote(error: float) -> float:
    r"""Return the vote of a weak unit that is wrong with this weight: the better it is, the more it counts.

    $$\alpha = \tfrac12 \log \frac{1 - \epsilon}{\epsilon} \tag{ENS-01}$$

    Args:
        error: between 0 and 1, both excluded. One half gives no vote, more gives a vote against.

    Raises:
        ValueError: if `error` is not between 0 and 1: a unit that is never wrong needs no others.

    Example:
        >>> round(vote(0.25), 4), vote(0.5)
        (0.5493, 0.0)
    """
    if not 0 < (epsilon := number("error", error)) < 1:
        raise ValueError(f"error: expected a number between 0 and 1, both excluded, got {epsilon}")
    return float(0.5 * (np.log1p(-epsilon) - np.log(epsilon)))  # (ENS-01)


def adaboost(X: ArrayLike, y: ArrayLike, rounds: int) -> tuple[list[Stump], NDArray, NDArray]:
    r"""Learn stumps and their votes: each round looks hardest at what the rounds before got wrong.

    $$w_i \leftarrow \frac{w_i\,e^{-\alpha_t y_i h_t(x_i)}}{\sum_k w_k\,e^{-\alpha_t y_k h_t(x_k)}}
      = \begin{cases} w_i / (2 - 2\epsilon_t) & h_t(x_i) = y_i \\ w_i / (2\epsilon_t) & h_t(x_i) \ne y_i \end{cases}
      \tag{ENS-01}$$

    Under the new weights $h_t$ is wrong with weight one half: it has nothing more to say, and the next round must find
    another. Weights start equal. Learning ends early if no stump is better than guessing; a stump that is right on
    all samples stays alone, with vote 1.

    Args:
        X: samples, all finite, at least one, shape (n, d).
        y: labels -1 or +1, shape (n,).
        rounds: how many stumps to learn at most, at least 1.

    Returns:
        The stumps, their votes, shape (T,), and their weighted errors, shape (T,). T = 0 if no stump beats guessing.

    Raises:
        ValueError: if there is no sample, or a number is not finite.

    Example: plus in the middle, minus on both sides: no stump gets this right, three together do.

        >>> X, y = [[1], [2], [3], [4], [5]], [-1, 1, 1, -1, -1]
        >>> stumps, votes, errors = adaboost(X, y, rounds=3)
        >>> [stump.threshold for stump in stumps], errors.round(4).tolist()
        ([4.0, 1.0, 2.0], [0.2, 0.25, 0.1667])
        >>> np.sign(boosted_score(X, stumps, votes))
        array([-1.,  1.,  1., -1., -1.])
    """
    X, y = _training_set(X, y)
    rounds = at_least("rounds", rounds, 1)
    stumps: list[Stump] = []
    votes: list[float] = []
    errors: list[float] = []
    w = np.full(len(y), 1 / len(y))                                    # (n,)
    while len(stumps) < rounds:
        stump, error = best_stump(X, y, w)
        if error == 0 and not stumps:
            return [stump], np.ones(1), np.zeros(1)
        if not 0 < error < 0.5:
            break
        stumps.append(stump)
        votes.append(vote(error))
        errors.append(error)
        right = stump_labels(X, stump) == y
        # w / (2 (1 - epsilon)) where right, w / (2 epsilon) where wrong (ENS-01)
        w = w / np.where(right, 2 * (1 - error), 2 * error)
        w /= w.sum()                                                   # it is 1 but for rounding
    return stumps, np.array(votes, np.float64), np.array(errors, np.float64)


def boosted_score(X: ArrayLike, stumps: Sequence[tuple[int, float, int]], votes: ArrayLike) -> NDArray:
    r"""Return the outcome of the vote on each sample; its sign is the label.

    $$F(x) = \sum_{t=1}^{T} \alpha_t\,h_t(x), \qquad \hat y = \operatorname{sgn} F(x) \tag{ENS-01}$$

    Each stump sees one input, so F is a sum of functions of one input each. That is why it cannot be exclusive or:
    $F(1, 1) + F(-1, -1) = F(1, -1) + F(-1, 1)$, whatever the votes.

    Args:
        X: samples, shape (n, d).
        stumps: T times feature, threshold and sign.
        votes: shape (T,).

    Returns:
        Scores, shape (n,); zero, which is neither label, where the vote is a draw or nobody votes.

    Raises:
        ValueError: if there is not one vote for each stump, or a stump does not fit the samples.

    Example:
        >>> boosted_score([[1, 5], [2, 5], [3, 5]], [Stump(0, 2, 1), Stump(0, 3, -1)], votes=[2, 0.5])
        array([-1.5,  2.5,  1.5])
    """
    X, alpha = as_floats(X=as_float("X", X, 2), votes=as_float("votes", votes, 1))
    stumps = several("stumps", stumps)
    same_shape("votes", alpha, (len(stumps),))
    F = np.zeros(len(X), X.dtype)                                      # (n,)
    for alpha_t, stump in zip(alpha, stumps, strict=True):
        F += alpha_t * stump_labels(X, stump)                          # (ENS-01)
    return F


def boosting_net(stumps: Sequence[tuple[int, float, int]], votes: ArrayLike, inputs: int) -> MLP:
    r"""Write the vote as a net: fixed weak units in one hidden layer, the votes as weights of the output.

    A threshold unit answers 0 or 1, a stump -s or s, so $h_t = s_t\,(2 H(x_{j_t} - \theta_t) - 1)$ and

    $$F(x) = \sum_t 2 \alpha_t s_t\,H(x_{j_t} - \theta_t) - \sum_t \alpha_t s_t \tag{ENS-01}$$

    Args:
        stumps: T times feature, threshold and sign, at least one.
        votes: shape (T,).
        inputs: d, the number of features.

    Returns:
        A net with d inputs, T threshold units and one output: the score F.

    Raises:
        ValueError: if there is no stump, not one vote for each, or a stump looks at an input that is not there.

    Example:
        >>> net = boosting_net([Stump(0, 2, 1), Stump(1, 3, -1)], votes=[2, 0.5], inputs=2)
        >>> net
        MLP(2 -> 2 step -> 1 identity)
        >>> net.weights[1], net.biases[1]
        (array([[ 4., -1.]]), array([-1.5]))
    """
    d, stumps = at_least("inputs", inputs, 1), several("stumps", stumps)
    if not stumps:
        raise ValueError("stumps: expected at least one, got none: a layer has units")
    alpha = same_shape("votes", as_float("votes", votes), (len(stumps),))
    j, theta, s = (np.array(column) for column in zip(*(_checked(stump, d) for stump in stumps), strict=True))
    alpha_s = alpha * s.astype(alpha.dtype)                            # (T,)
    one_input_each = np.eye(d)[j]                                      # (T, d)
    # F = 2 alpha s . H(x_j - theta) - sum alpha s (ENS-01)
    return MLP([one_input_each, 2 * alpha_s[np.newaxis]], [-theta, -alpha_s.sum(keepdims=True)], ["step", "identity"])


def training_error_bound(errors: ArrayLike) -> float:
    r"""Return a bound on the fraction of training samples that the vote gets wrong.

    $$\frac{1}{n}\,\#\{i : y_i F(x_i) \le 0\} \le \frac{1}{n} \sum_i e^{-y_i F(x_i)}
      = \prod_{t=1}^{T} 2 \sqrt{\epsilon_t (1 - \epsilon_t)} \tag{ENS-01}$$

    Stumps that are each a little better than guessing make it fall exponentially. It says nothing of other samples.

    Args:
        errors: weighted errors of the rounds, in [0, 1], shape (T,). No rounds bound the error by 1.

    Raises:
        ValueError: if an error is not in [0, 1].

    Example:
        >>> training_error_bound([0.2, 0.5]), training_error_bound([])
        (0.8, 1.0)
    """
    epsilon = as_float("errors", errors, 1).astype(np.float64)
    outside = ~((epsilon >= 0) & (epsilon <= 1))
    if outside.any():
        raise ValueError(f"errors: expected numbers in [0, 1], got {epsilon[outside][0]} at {outside.argmax()}")
    return float(np.prod(2 * np.sqrt(epsilon * (1 - epsilon))))  # (ENS-01)


def _training_set(X: ArrayLike, y: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return samples (n, d) and labels (n,) that can be learned from."""
    X = finite("X", as_float("X", X, 2))
    if X.size == 0:
        raise ValueError(f"X: expected at least one sample and one feature, got shape {X.shape}")
    return X, sign_labels("y", y, len(X))


def _checked(stump: tuple[int, float, int], d: int) -> tuple[int, float, int]:
    """Return a stump that fits samples of d features."""
    if not isinstance(stump, Sequence) or len(stump) != 3:
        raise ValueError(f"stump: expected (feature, threshold, sign), got {stump!r}")
    feature, threshold, sign = stump
    if at_least("feature", feature, 0) >= d:
        raise ValueError(f"feature: expected 0..{d - 1}, counted from 0, got {feature}")
    if sign not in (-1, 1):
        raise ValueError(f"sign: expected -1 or +1, got {sign!r}")
    return int(feature), number("threshold", threshold), int(sign)
