r"""The perceptron: learn a separating plane from mistakes alone.

Show it one sample after the other. Where the sign of its score is right, nothing happens; where it is wrong, the sample
times its label is added to the weights. That is a gradient step on a criterion that charges every mistake the size of
its score (PERC-04, PERC-06). If the classes can be separated at all, the number of mistakes is bounded, whatever the
order and the number of samples (PERC-08); if not, as with exclusive or, they never end (PERC-10, PERC-11).

Symbols: `w` weights, the bias among them as the weight of a last input that is always one (`linear.augment`); `X`
samples as rows, `y` labels -1 or +1, $z_i = y_i x_i$; `u` a separating vector, $\gamma$ its margin,
$R = \max_i \lVert x_i \rVert$; $I_M$ the mistakes, $y_i w^\top x_i \le 0$: on the boundary is wrong too.

Source: S1 "Perceptron", "Principle Way To Learn Perceptron", "Optimization Algorithm", "Perceptron: Mistake Bound
Theorem", "Perceptron: Drawback"; Rosenblatt 1957, Novikoff 1962.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, at_least, finite, one_of, positive, same_shape, sign_labels
from refnn.kernels import matmul, perceptron_pass
from refnn.linear import augment

__all__ = [
    "Perceptron",
    "batch_step",
    "correction_bound",
    "criterion",
    "criterion_gradient",
    "margin",
    "mistake_bound",
    "online_pass",
    "predict_sign",
    "truth_table",
    "update",
]


def predict_sign(w: ArrayLike, X: ArrayLike) -> NDArray:
    r"""Return the label that the perceptron gives to each sample.

    $$\hat y = \operatorname{sgn}(w^\top x) \tag{PERC-01}$$

    Convention: sgn(0) = 0, which is neither label, so that a prediction is wrong exactly where $y\,w^\top x \le 0$.

    Args:
        w: weights, shape (d,).
        X: samples, shape (n, d).

    Returns:
        -1, 0 or +1 in the dtype of the scores, shape (n,). NaN stays NaN.

    Example:
        >>> predict_sign([1, -1], [[3, 1], [1, 3], [2, 2]])
        array([ 1., -1.,  0.])
    """
    X = as_float("X", X, 2)
    w, X, _ = _checked(X, np.ones(len(X)), w=w)
    return np.sign(_scores(w, X))


def update(w: ArrayLike, x: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> NDArray:
    r"""Return the weights after one sample: the same where it is right, a step towards it where it is wrong.

    $$w \leftarrow w + \eta\,y\,x \quad\text{if } y\,w^\top x \le 0 \tag{PERC-02}$$

    Pitfall: the label enters once. Once a sample is multiplied by it, $z = yx$ is added as it is; adding $y z = x$
    would drive every sample of class -1 further to the wrong side (E-13).

    Args:
        w: weights, shape (d,).
        x: one sample, shape (d,).
        y: its label, -1 or +1.
        learning_rate: $\eta$ above zero. From zero weights it scales all weights and changes no prediction.

    Returns:
        The new weights, shape (d,).

    Example: from zero weights, the first sample is always a mistake.

        >>> update([0, 0], [3, 1], -1)
        array([-3., -1.])
    """
    eta = positive("learning_rate", learning_rate)
    w, X, Y = _checked(as_float("x", x, 1)[np.newaxis], as_float("y", y, 0)[np.newaxis], w=w)
    z = Y[0] * X[0]
    with np.errstate(over="ignore", invalid="ignore"):  # a score of NaN is no mistake
        # w <- w + eta y x on a mistake (PERC-02)
        return w + eta * z if z @ w <= 0 else w.copy()


def online_pass(w: ArrayLike, X: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> tuple[NDArray, int]:
    r"""Return the weights after one `update` for each sample in order, and the number of mistakes (PERC-02).

    Samples with their labels folded in (`linear.normalize_labels`), all labelled +1, give the same run (PERC-03).

    Args:
        w: weights to start from, shape (d,).
        X: samples, shape (n, d).
        y: labels -1 or +1, shape (n,).
        learning_rate: $\eta$ above zero.

    Returns:
        The new weights, shape (d,), and how many samples were wrong when they were shown.

    Example: AND, with a last column of ones for the bias.

        >>> w, mistakes = online_pass([0, 0, 0], [[1, 1, 1], [1, -1, 1], [-1, 1, 1], [-1, -1, 1]], [1, -1, -1, -1])
        >>> w.tolist(), mistakes
        ([1.0, 1.0, -1.0], 3)
    """
    eta = positive("learning_rate", learning_rate)
    w, X, y = _checked(X, y, w=w)
    with np.errstate(over="ignore", invalid="ignore"):
        return perceptron_pass(w, X, y, eta)


def criterion(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    r"""Return what the mistakes cost together: each the size of its score.

    $$J(w) = -\sum_{i \in I_M} y_i\,w^\top x_i = \sum_i \max(0, -w^\top z_i) \tag{PERC-04}$$

    Seen from the plane, these are the distances of the mistakes times the length of the weights,

    $$J(w) = \lVert w \rVert \sum_{i \in I_M} |r_i|, \tag{PERC-05}$$

    which is no fixed factor: twice the weights cost twice as much, and no distance has changed (E-14). Hence w = 0
    costs nothing, and separates nothing.

    Args:
        w: weights, shape (d,).
        X: samples, shape (n, d).
        y: labels -1 or +1, shape (n,).

    Returns:
        One number, the sum over the samples. `losses.perceptron_criterion` is the same as a function of the scores.

    Example: the second sample is wrong by 2, the third lies on the boundary.

        >>> float(criterion([1, -1], [[3, 1], [1, 3], [2, 2]], [1, 1, 1]))
        2.0
    """
    w, X, y = _checked(X, y, w=w)
    with np.errstate(over="ignore"):
        return np.maximum(0, -y * _scores(w, X)).sum()


def criterion_gradient(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> NDArray:
    r"""Return the gradient of the criterion in the weights.

    $$\nabla J(w) = -\sum_{i \in I_M} y_i\,x_i \tag{PERC-06}$$

    Convention: samples on the boundary, where J has a kink, count as mistakes. This is a subgradient there, and the
    one with which learning can leave w = 0.

    Args:
        w: weights, shape (d,).
        X: samples, shape (n, d).
        y: labels -1 or +1, shape (n,).

    Returns:
        Gradient, shape (d,). Samples that are right do not enter.

    Example:
        >>> criterion_gradient([1, -1], [[3, 1], [1, 3], [2, 2]], [1, 1, 1])
        array([-3., -5.])
    """
    w, X, y = _checked(X, y, w=w)
    missed = y * _scores(w, X) <= 0                       # (n,), the mistakes I_M
    return matmul(-y[np.newaxis, missed], X[missed])[0]   # (1, |I_M|) (|I_M|, d) -> (d,)


def batch_step(w: ArrayLike, X: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> NDArray:
    r"""Return the weights after one gradient step on all samples at once.

    $$w(k+1) = w(k) - \eta\,\nabla J = w(k) + \eta \sum_{i \in I_M^k} y_i\,x_i \tag{PERC-06}$$

    A batch of one sample makes this the online `update` (PERC-07).

    Args:
        w: weights, shape (d,).
        X: samples, shape (n, d).
        y: labels -1 or +1, shape (n,).
        learning_rate: $\eta$ above zero.

    Returns:
        The new weights, shape (d,).

    Example:
        >>> batch_step([1, -1], [[3, 1], [1, 3], [2, 2]], [1, 1, 1])
        array([4., 4.])
    """
    eta = positive("learning_rate", learning_rate)
    w, X, y = _checked(X, y, w=w)
    with np.errstate(over="ignore", invalid="ignore"):
        return w - eta * criterion_gradient(w, X, y)


def margin(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> np.floating:
    r"""Return the smallest score on the right side: above zero iff `u` separates the samples.

    $$\gamma = \min_i\,y_i\,u^\top x_i \tag{PERC-08}$$

    Args:
        X: samples, at least one, shape (n, d).
        y: labels -1 or +1, shape (n,).
        u: any vector, shape (d,).

    Returns:
        One number, in units of `u`: it is not divided by the length of `u`.

    Raises:
        ValueError: if there is no sample.

    Example:
        >>> float(margin([[3, 1], [1, 3]], [1, -1], u=[1, -1]))
        2.0
    """
    X = _some_samples(as_float("X", X, 2))
    u, X, y = _checked(X, y, u=u)
    return (y * _scores(u, X)).min()


def mistake_bound(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> int:
    r"""Return how many mistakes the online perceptron can make on samples that `u` separates, starting from zero.

    $$k \le \Bigl\lfloor \frac{\lVert u \rVert^2 R^2}{\gamma^2} \Bigr\rfloor,
      \qquad R = \max_i \lVert x_i \rVert, \quad \gamma = \min_i y_i\,u^\top x_i \tag{PERC-08}$$

    The order of the samples and the number of passes do not matter, nor do the lengths of `u` and of the samples.
    The proof watches the way to a long multiple of `u`, which every mistake makes shorter:

    $$\lVert w_{k+1} - \alpha u \rVert^2 \le \lVert w_k - \alpha u \rVert^2 - R^2,
      \qquad \alpha = \frac{R^2}{\gamma} \tag{PERC-09}$$

    Args:
        X: samples, at least one, shape (n, d); with the column of ones if the perceptron has a bias.
        y: labels -1 or +1, shape (n,).
        u: a vector with $y_i u^\top x_i > 0$ for all samples, shape (d,). The better it separates, the lower the bound.

    Returns:
        The bound, exact where all numbers are whole: no root is taken, and the quotient is one of whole numbers.

    Raises:
        ValueError: if `u` does not separate the samples, or a number is not finite.

    Example:
        >>> mistake_bound([[3, 1], [1, 3]], [1, -1], u=[1, -1])
        5
    """
    return math.floor(_margin_complexity(X, y, u))


def correction_bound(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> int:
    r"""Return how many samples `batch_step` can add in all its steps together, with rate 1 and starting from zero.

    $$S = \sum_k |I_M^k| \le \Bigl\lfloor \frac{n\,\lVert u \rVert^2 R^2}{\gamma^2} \Bigr\rfloor, \qquad\text{for}\quad
      \gamma S \le u^\top w \le \lVert u \rVert\,R \sqrt{n S} \tag{PERC-12}$$

    Args:
        X: samples, at least one, shape (n, d).
        y: labels -1 or +1, shape (n,).
        u: a vector that separates them, shape (d,).

    Returns:
        The bound, n times that of the online perceptron but for the floor. Equal samples attain it.

    Raises:
        ValueError: if `u` does not separate the samples, or a number is not finite.

    Example:
        >>> correction_bound([[3, 1], [1, 3]], [1, -1], u=[1, -1])
        10
    """
    return math.floor(len(as_float("X", X, 2)) * _margin_complexity(X, y, u))


def truth_table(gate: str) -> tuple[NDArray, NDArray]:
    r"""Return the inputs and labels of a gate with two inputs, in the order of the lecture, +1 for true.

    AND and OR a perceptron learns. XOR no plane separates: with the constant one as a third coordinate

    $$z_1 + z_2 + z_3 + z_4 = (-1,-1,-1) + (1,-1,1) + (-1,1,1) + (1,1,-1) = 0, \tag{PERC-10}$$

    and $w^\top z_i$ cannot be positive four times and zero in sum. So no pass over it is ever clean (PERC-11).

    Args:
        gate: "and", "or" or "xor".

    Returns:
        Inputs, shape (4, 2), and labels, shape (4,).

    Example:
        >>> X, y = truth_table("xor")
        >>> y
        array([-1.,  1.,  1., -1.])
        >>> online_pass([0, 0, 0], augment(X), y)
        (array([0., 0., 0.]), 4)
    """
    X = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    labels = {"and": [1.0, -1, -1, -1], "or": [1.0, 1, 1, -1], "xor": [-1.0, 1, 1, -1]}
    return X, np.array(labels[one_of("gate", gate, labels)])


class Perceptron:
    """A perceptron with a bias that remembers what it learnt: passes over the samples until one of them is clean.

    Args:
        epochs: passes at most, at least 1.
        learning_rate: above zero; from zero weights, where every fit starts, it scales the weights and no more.

    Attributes:
        w_: weights with the bias last, shape (d + 1,).
        mistakes_: the number of mistakes in each pass.
        converged_: whether the last pass was clean, so that every sample is right.

    Example:
        >>> perceptron = Perceptron(epochs=10).fit(*truth_table("and"))
        >>> perceptron
        Perceptron(epochs=10, learning_rate=1.0)
        >>> perceptron.mistakes_, perceptron.converged_
        ([3, 0], True)
        >>> Perceptron(epochs=5).fit(*truth_table("xor")).mistakes_
        [4, 4, 4, 4, 4]
    """

    w_: NDArray
    mistakes_: list[int]
    converged_: bool

    def __init__(self, epochs: int, learning_rate: float = 1.0) -> None:
        self.epochs = at_least("epochs", epochs, 1)
        self.learning_rate = positive("learning_rate", learning_rate)

    def __repr__(self) -> str:
        return f"Perceptron(epochs={self.epochs}, learning_rate={self.learning_rate})"

    def fit(self, X: ArrayLike, y: ArrayLike) -> Perceptron:
        """Learn from samples (n, d), at least one and all finite, and labels -1 or +1 (n,); return self."""
        samples = augment(finite("X", _some_samples(as_float("X", X, 2))))
        y = sign_labels("y", y, len(samples))
        self.w_, self.mistakes_ = np.zeros(samples.shape[1], samples.dtype), []
        while len(self.mistakes_) < self.epochs and 0 not in self.mistakes_:
            self.w_, mistakes = online_pass(self.w_, samples, y, self.learning_rate)
            self.mistakes_.append(mistakes)
        self.converged_ = self.mistakes_[-1] == 0
        return self

    def predict(self, X: ArrayLike) -> NDArray:
        """Return -1 or +1 for each sample (n, d), and 0 for one that lies on the plane (PERC-01)."""
        if not hasattr(self, "w_"):
            raise RuntimeError("Perceptron: predict needs a fit before it")
        X = as_float("X", X, 2)
        if X.shape[1] != len(self.w_) - 1:
            raise ValueError(f"X: expected {len(self.w_) - 1} columns, as in fit, got shape {X.shape}")
        return predict_sign(self.w_, augment(X))


def _checked(X: ArrayLike, y: ArrayLike, **vector: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Return the one vector named, (d,), samples (n, d) and labels (n,), in the dtype of vector and samples."""
    ((name, w),) = vector.items()
    w, X = as_floats(w=as_float(name, w, 1), X=as_float("X", X, 2))
    same_shape(name, w, X.shape[1:])
    return w, X, sign_labels("y", y, len(X)).astype(X.dtype)


def _scores(w: NDArray, X: NDArray) -> NDArray:
    """Return w.x of each sample, shape (n,)."""
    return matmul(X, w[:, np.newaxis])[:, 0]


def _some_samples(X: NDArray) -> NDArray:
    """Return samples if there are any."""
    if len(X) == 0:
        raise ValueError(f"X: expected at least one sample, got shape {X.shape}")
    return X


def _margin_complexity(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> Fraction:
    """Return |u|^2 R^2 / gamma^2, from squares that can neither overflow nor vanish."""
    X = finite("X", _some_samples(as_float("X", X, 2)))
    u, X, y = _checked(X, y, u=finite("u", as_float("u", u)))
    u, X = _near_one(u), _near_one(X)
    scores = y * _scores(u, X)
    if scores.min() <= 0:
        raise ValueError(f"u: expected y u.x > 0 on every sample, but it is not above 0 on sample {scores.argmin()}")
    u2, R2, gamma = u @ u, (X * X).sum(axis=1).max(), scores.min()
    # |u|^2 R^2 / gamma^2 (PERC-08)
    return Fraction(float(u2)) * Fraction(float(R2)) / Fraction(float(gamma)) ** 2


def _near_one(a: NDArray) -> NDArray:
    """Return an array in float64, its largest entry brought below 1 by a power of two, which rounds nothing."""
    _, exponent = np.frexp(np.abs(a).max(initial=0))
    return np.ldexp(a.astype(np.float64), -exponent)
