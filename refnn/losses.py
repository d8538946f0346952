r"""Losses: one number for how wrong a prediction is, and which way is less wrong.

A loss $\ell$ holds the prediction of one sample against its target; the objective averages over the samples, or adds
them up (BP-01). For numbers there are the squared and the absolute error: the first is minimised by the mean, the
second by the median (LOSS-03), and so the first is dragged along by outliers (LOSS-04). For classes there are the
cross-entropies, which always ask for more, and the hinge and the perceptron criterion, which are content once every
sample is right by a margin (LOSS-09). All of them are convex in the prediction.

Symbols: `prediction` is $f(x_i)$ and `target` $y_i$; `scores` or `logits` are $s$, before any softmax or sigmoid;
`labels` are $y_i \in \{0, \dots, K-1\}$, or $\pm 1$; `strength` is $\lambda$.

Conventions: samples are rows, and the outputs of one sample are summed. `reduction="mean"` then divides by the $n$
samples, not by all entries; `"sum"` adds them up (its gradient, and so its learning rate, differs by the factor $n$);
`"none"` gives one loss for each sample. Only the prediction has a gradient. Nothing is broadcast: a target of shape
(n, 1) for a prediction of shape (n,) is an error, where NumPy would compare each sample with every other.

Source: S3 "Loss Functions" to "Loss in Compute Graph", S2 "Cost", S1 "Principle Way To Learn Perceptron".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import kernels, regularizers
from refnn._validate import (
    as_array,
    as_float,
    as_floats,
    as_upstream,
    class_labels,
    functions,
    not_negative,
    one_of,
    same_shape,
    sign_labels,
)
from refnn.activations import sigmoid, softmax, softplus

__all__ = [
    "LOSSES",
    "Loss",
    "absolute_error",
    "absolute_error_backward",
    "best_constants",
    "binary_cross_entropy",
    "binary_cross_entropy_backward",
    "binary_cross_entropy_curvature",
    "cross_entropy",
    "cross_entropy_backward",
    "full_loss",
    "full_loss_backward",
    "loss",
    "multiclass_hinge",
    "multiclass_hinge_backward",
    "perceptron_criterion",
    "perceptron_criterion_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "softmax_cross_entropy_curvature",
    "squared_error",
    "squared_error_backward",
    "squared_error_curvature",
]


# Numbers: how far off


def squared_error(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    r"""Return the squared distance of prediction and target.

    $$\ell_i = \sum_k (y_{ik} - f(x_i)_k)^2 \tag{LOSS-01}$$

    Convention: no factor one half. S1 trains with $J = \tfrac12 \sum_k (t_k - z_k)^2$, half of this sum, whose gradient
    is the plain difference $z - t$: pass `upstream=0.5` and `reduction="sum"`.

    Args:
        prediction: shape (n,) or (n, ...).
        target: the same shape.
        reduction: "mean", "sum" or "none".

    Returns:
        One number, or shape (n,) for "none".

    Raises:
        ValueError: if the shapes differ, or for the mean over no samples.

    Example: two grids of S3, as 16 samples, differ by 3, 4, 2 and 2; the slide says 66 and 15 (LOSS-05).

        >>> x, y = [12, 24, 42, 23] + 12 * [0], [15, 20, 40, 25] + 12 * [0]
        >>> float(squared_error(x, y, "sum")), float(squared_error(x, y))
        (33.0, 2.0625)
        >>> float(absolute_error(x, y, "sum")), float(absolute_error(x, y))
        (11.0, 0.6875)
    """
    difference = _difference(prediction, target)
    with np.errstate(over="ignore"):
        # (LOSS-01)
        return _reduce(np.square(difference), reduction)  # (n, ...) -> () or (n,)


def squared_error_backward(
    upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean"
) -> NDArray:
    r"""Return the gradient of `squared_error` in the prediction: the further off, the stronger the pull.

    $$\frac{\partial \ell_i}{\partial f} = 2\,(f - y_i) \tag{LOSS-01}$$

    Args:
        upstream: gradient in the loss: one number, or shape (n,) for "none".
        prediction: shape (n,) or (n, ...).
        target: the same shape.
        reduction: "mean", "sum" or "none".

    Returns:
        Gradient in the prediction, of its shape.

    Raises:
        ValueError: if a shape is not as above, or for the mean over no samples.

    Example:
        >>> squared_error_backward(1.0, [3, 5], [1, 6])
        array([ 2., -1.])
    """
    # (LOSS-01)
    return _chain(upstream, 2 * _difference(prediction, target), reduction)  # (n, ...)


def squared_error_curvature(
    upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean"
) -> NDArray:
    r"""Return the second derivative of `squared_error` along each output: the same everywhere.

    $$\frac{\partial^2 \ell_i}{\partial f^2} = 2 \tag{OPT-06}$$

    With `backprop.curvature` it becomes the curvature along each weight, which vSGD wants.

    Args:
        upstream: factor of the loss: one number, or shape (n,) for "none".
        prediction: shape (n,) or (n, ...).
        target: the same shape.
        reduction: "mean", "sum" or "none".

    Returns:
        Second derivatives, of the prediction's shape.

    Raises:
        ValueError: if a shape is not as above, or for the mean over no samples.

    Example:
        >>> squared_error_curvature(1.0, [3, 5], [1, 6])
        array([1., 1.])
    """
    prediction, _ = _paired(prediction=prediction, target=target)
    return _chain(upstream, np.full_like(prediction, 2), reduction)  # (OPT-06)


def absolute_error(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    r"""Return the sum of the absolute differences of prediction and target: an outlier counts, but not squared.

    $$\ell_i = \sum_k |y_{ik} - f(x_i)_k| \tag{LOSS-02}$$

    It is no costlier to compute than the squared error, as S3 has it, but harder to optimise: it has a corner, and its
    optimum no closed form (E-43).

    Args:
        prediction: shape (n,) or (n, ...).
        target: the same shape.
        reduction: "mean", "sum" or "none".

    Returns:
        One number, or shape (n,) for "none".

    Raises:
        ValueError: if the shapes differ, or for the mean over no samples.

    Example:
        >>> absolute_error([[3, 5], [2, 2]], [[1, 6], [2, 0]], reduction="none")
        array([3., 2.])
    """
    # (LOSS-02)
    return _reduce(np.abs(_difference(prediction, target)), reduction)  # (n, ...) -> () or (n,)


def absolute_error_backward(
    upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean"
) -> NDArray:
    r"""Return a subgradient of `absolute_error` in the prediction: the same pull from near and far.

    $$\frac{\partial \ell_i}{\partial f} = \operatorname{sign}(f - y_i) \tag{LOSS-02}$$

    Convention: 0 where prediction and target agree, the middle of all subgradients $[-1, 1]$.

    Args:
        upstream: gradient in the loss: one number, or shape (n,) for "none".
        prediction: shape (n,) or (n, ...).
        target: the same shape.
        reduction: "mean", "sum" or "none".

    Returns:
        Gradient in the prediction, of its shape.

    Raises:
        ValueError: if a shape is not as above, or for the mean over no samples.

    Example:
        >>> absolute_error_backward(1.0, [3, 5, 4], [1, 6, 4], reduction="sum")
        array([ 1., -1.,  0.])
    """
    # (LOSS-02)
    return _chain(upstream, np.sign(_difference(prediction, target)), reduction)  # (n, ...)


def best_constants(target: ArrayLike, loss: str = "squared_error") -> tuple[float, float]:
    r"""Return the lowest and the highest constant that, predicted for every sample, has the least loss.

    $$\operatorname*{arg\,min}_c \sum_i (y_i - c)^2 = \bar y, \qquad
      \operatorname*{arg\,min}_c \sum_i |y_i - c| = [y_{\lfloor (n-1)/2 \rfloor}, y_{\lfloor n/2 \rfloor}]
      \text{ of the sorted } y \tag{LOSS-03}$$

    One value that runs away takes the mean with it, $(M - y_j)/n$ far; the medians stay among the others (LOSS-04).

    Args:
        target: shape (n,), at least one.
        loss: "squared_error" or "absolute_error".

    Returns:
        The mean twice, or the two medians, which are one for odd n. NaN among the targets gives NaN.

    Raises:
        ValueError: if there is no target.

    Example:
        >>> best_constants([1, 2, 3, 1000]), best_constants([1, 2, 3, 1000], "absolute_error")
        ((251.5, 251.5), (2.0, 3.0))
    """
    y = np.asarray(as_float("target", target, ndim=1), np.float64)  # (n,)
    one_of("loss", loss, ["absolute_error", "squared_error"])
    if not len(y):
        raise ValueError("target: expected at least one sample, got shape (0,): over nothing no constant is best")
    if loss == "squared_error":
        return (float(y.mean()),) * 2  # (LOSS-03)
    return float(np.quantile(y, 0.5, method="lower")), float(np.quantile(y, 0.5, method="higher"))  # (LOSS-03)


# Two classes: one score, whose sign is the decision


def binary_cross_entropy(logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    r"""Return minus the log of the probability that the sigmoids of the logits give to the targets.

    $$\ell_i = -\sum_k \bigl[t_{ik} \log \sigma(s_{ik}) + (1 - t_{ik}) \log(1 - \sigma(s_{ik}))\bigr]
             = \sum_k \bigl[t_{ik}\,\mathrm{sp}(-s_{ik}) + (1 - t_{ik})\,\mathrm{sp}(s_{ik})\bigr] \tag{LOG-03}$$

    Pitfall: $\sigma(40)$ is exactly 1 in float64 and the logarithm of the rest $-\infty$; the softplus form is accurate
    for every logit, however sure. Mind the bracket around both terms, which the slide lacks (E-39).

    The decision is the sign of the score: of a network with one output, `net.predict(X) > 0`, not `net.classify(X)`,
    which asks which of several outputs is the highest.

    Args:
        logits: scores before the sigmoid, shape (n,) or (n, ...).
        targets: the same shape, probabilities in [0, 1]; 0 and 1 are labels.
        reduction: "mean", "sum" or "none".

    Returns:
        One number, or shape (n,) for "none".

    Raises:
        ValueError: if the shapes differ, a target is outside [0, 1], or for the mean over no samples.

    Example: right by 1000, wrong by 1000, undecided.

        >>> binary_cross_entropy([1000, 1000, 0], [1, 0, 1], reduction="none").round(6).tolist()
        [0.0, 1000.0, 0.693147]
    """
    s, t = _paired(logits=logits, targets=targets)
    _probable(targets=t)
    # (LOG-03)
    return _reduce(_weigh(t, softplus(-s)) + _weigh(1 - t, softplus(s)), reduction)  # (n, ...) -> () or (n,)


def binary_cross_entropy_backward(
    upstream: ArrayLike, logits: ArrayLike, targets: ArrayLike, reduction: str = "mean"
) -> NDArray:
    r"""Return the gradient of `binary_cross_entropy` in the logits: probability minus target.

    $$\frac{\partial \ell_i}{\partial s} = \sigma(s) - t = (1 - t)\,\sigma(s) - t\,\sigma(-s) \tag{LOG-03}$$

    The form on the right stays accurate where $\sigma(s)$ rounds to the target.

    Args:
        upstream: gradient in the loss: one number, or shape (n,) for "none".
        logits: shape (n,) or (n, ...).
        targets: the same shape, in [0, 1].
        reduction: "mean", "sum" or "none".

    Returns:
        Gradient in the logits, of their shape.

    Raises:
        ValueError: if a shape or a target is not as above, or for the mean over no samples.

    Example:
        >>> binary_cross_entropy_backward(1.0, [0, 0], [1, 0.25], reduction="sum")
        array([-0.5 ,  0.25])
    """
    s, t = _paired(logits=logits, targets=targets)
    _probable(targets=t)
    # (LOG-03)
    return _chain(upstream, (1 - t) * sigmoid(s) - t * sigmoid(-s), reduction)  # (n, ...)


def binary_cross_entropy_curvature(
    upstream: ArrayLike, logits: ArrayLike, targets: ArrayLike, reduction: str = "mean"
) -> NDArray:
    r"""Return the second derivative of `binary_cross_entropy` along each logit: the variance of the coin.

    $$\frac{\partial^2 \ell_i}{\partial s^2} = \sigma(s)\,\sigma(-s) \tag{OPT-06}$$

    Args:
        upstream: factor of the loss: one number, or shape (n,) for "none".
        logits: shape (n,) or (n, ...).
        targets: the same shape, in [0, 1].
        reduction: "mean", "sum" or "none".

    Returns:
        Second derivatives, of the logits' shape.

    Raises:
        ValueError: if a shape or a target is not as above, or for the mean over no samples.

    Example:
        >>> binary_cross_entropy_curvature(1.0, [0, 0], [1, 0.25], reduction="sum")
        array([0.25, 0.25])
    """
    s, t = _paired(logits=logits, targets=targets)
    _probable(targets=t)
    return _chain(upstream, sigmoid(s) * sigmoid(-s), reduction)  # (OPT-06)


def perceptron_criterion(scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    r"""Return how far a score lies on the wrong side of zero, and 0 on the right side.

    $$\ell_i = \max(0, -y_i s_i), \qquad J(w) = \sum_i \ell_i = -\sum_{i \in I_M} y_i\, w^\top x_i, \quad
      I_M = \{i : y_i\, w^\top x_i \le 0\} \tag{PERC-04}$$

    Pitfall: scores of 0 cost nothing although they decide nothing. The criterion alone does not rule out $w = 0$.

    Args:
        scores: $s_i = w^\top x_i$, shape (n,).
        labels: -1 or +1, shape (n,).
        reduction: "mean", "sum" (the lecture's J) or "none".

    Returns:
        One number, or shape (n,) for "none".

    Raises:
        ValueError: if the shapes differ, a label is not -1 or +1, or for the mean over no samples.

    Example:
        >>> perceptron_criterion([3, 3, -2], [1, -1, 1], reduction="none")
        array([0., 3., 2.])
    """
    s, y = _signed(scores, labels)
    # (PERC-04)
    return _reduce(np.maximum(0, -y * s), reduction)  # (n,) -> () or (n,)


def perceptron_criterion_backward(
    upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike, reduction: str = "mean"
) -> NDArray:
    r"""Return a subgradient of `perceptron_criterion` in the scores: minus the label of every mistake.

    $$\frac{\partial \ell_i}{\partial s_i} = -y_i\,\mathbb{1}[y_i s_i \le 0] \tag{PERC-04}$$

    Convention: a score of 0 is a mistake, as everywhere with the perceptron; else it would never leave $w = 0$.

    Args:
        upstream: gradient in the loss: one number, or shape (n,) for "none".
        scores: shape (n,).
        labels: -1 or +1, shape (n,).
        reduction: "mean", "sum" or "none".

    Returns:
        Gradient in the scores, shape (n,).

    Raises:
        ValueError: if a shape or a label is not as above, or for the mean over no samples.

    Example:
        >>> perceptron_criterion_backward(1.0, [3, 3, 0], [1, -1, 1], reduction="sum")
        array([ 0.,  1., -1.])
    """
    s, y = _signed(scores, labels)
    # (PERC-04)
    return _chain(upstream, np.where(y * s <= 0, -y, 0), reduction)  # (n,)


# Many classes: one score each, and the label's should lead


def softmax_cross_entropy(scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    r"""Return minus the log of the probability that the softmax of the scores gives to the label.

    $$\ell_i = -\log \frac{e^{s_{y_i}}}{\sum_k e^{s_k}} = \log \sum_k e^{s_k - s_{y_i}} \tag{LOG-08}$$

    It is positive and wants to improve whatever the scores (LOSS-09), and accurate even where it is tiny (LOG-09).

    Args:
        scores: before the softmax, shape (n, K).
        labels: integers 0 .. K-1, shape (n,).
        reduction: "mean", "sum" or "none".

    Returns:
        One number, or shape (n,) for "none".

    Raises:
        ValueError: if the shapes do not match, a label is out of range, or for the mean over no samples.

    Example: a cat, a chair and a car; the slide says 2.04, 0.14 and 6.94, because it reads all three off the first
    image (LOSS-06).

        >>> scores = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]
        >>> softmax_cross_entropy(scores, [0, 1, 2], reduction="none").round(6)
        array([2.040355, 0.079132, 6.156477])
        >>> round(float(softmax_cross_entropy(scores, [0, 1, 2])), 6)
        2.758655
    """
    s = as_float("scores", scores, ndim=2)
    # (LOG-08), (LOG-09)
    each, _ = kernels.softmax_cross_entropy(s, class_labels("labels", labels, *s.shape))  # (n, K) -> (n,)
    return _reduce(each, reduction)


def softmax_cross_entropy_backward(
    upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike, reduction: str = "mean"
) -> NDArray:
    r"""Return the gradient of `softmax_cross_entropy` in the scores: probabilities minus the label's one-hot row.

    $$\frac{\partial \ell_i}{\partial s_k} = \frac{e^{s_k}}{\sum_j e^{s_j}} - \mathbb{1}[k = y_i] \tag{LOG-08}$$

    Args:
        upstream: gradient in the loss: one number, or shape (n,) for "none".
        scores: shape (n, K).
        labels: integers 0 .. K-1, shape (n,).
        reduction: "mean", "sum" or "none".

    Returns:
        Gradient in the scores, shape (n, K); every row sums to 0.

    Raises:
        ValueError: if a shape or a label is not as above, or for the mean over no samples.

    Example:
        >>> softmax_cross_entropy_backward(1.0, [[0, 0], [0, 0]], [0, 1])
        array([[-0.25,  0.25],
               [ 0.25, -0.25]])
    """
    s = as_float("scores", scores, ndim=2)
    # (LOG-08)
    _, gradient = kernels.softmax_cross_entropy(s, class_labels("labels", labels, *s.shape))  # (n, K)
    return _chain(upstream, gradient, reduction)


def softmax_cross_entropy_curvature(
    upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike, reduction: str = "mean"
) -> NDArray:
    r"""Return the second derivative of `softmax_cross_entropy` along each score.

    $$\frac{\partial^2 \ell_i}{\partial s_k^2} = y_k (1 - y_k), \qquad y = \operatorname{softmax}(s) \tag{OPT-06}$$

    The mixed derivatives $-y_j y_k$ are left out: a diagonal has no room for them.

    Args:
        upstream: factor of the loss: one number, or shape (n,) for "none".
        scores: shape (n, K).
        labels: integers 0 .. K-1, shape (n,); they do not matter.
        reduction: "mean", "sum" or "none".

    Returns:
        Second derivatives, shape (n, K).

    Raises:
        ValueError: if a shape or a label is not as above, or for the mean over no samples.

    Example:
        >>> softmax_cross_entropy_curvature(1.0, [[0, 0]], [1])
        array([[0.25, 0.25]])
    """
    s = as_float("scores", scores, ndim=2)
    class_labels("labels", labels, *s.shape)
    y = softmax(s)
    return _chain(upstream, y * (1 - y), reduction)  # (OPT-06)


def multiclass_hinge(
    scores: ArrayLike, labels: ArrayLike, margin: float = 1.0, reduction: str = "mean"
) -> NDArray:
    r"""Return how much the scores of all rivals together come nearer to the label's than the margin.

    $$\ell_i = \sum_{j \ne y_i} \max(0, s_j - s_{y_i} + \Delta), \qquad \Delta = 1 \tag{LOSS-07}$$

    Beside the softmax: once the label leads by the margin the hinge is content (LOSS-09).

    Args:
        scores: shape (n, K).
        labels: integers 0 .. K-1, shape (n,).
        margin: the lead that is asked of the label, not below 0; the lecture's is 1.
        reduction: "mean", "sum" or "none".

    Returns:
        One number, or shape (n,) for "none".

    Raises:
        ValueError: if the shapes do not match, a label is out of range, or for the mean over no samples.

    Example: S3's comparison with the softmax (LOSS-08).

        >>> scores, labels = [[5, -3, 2], [5, 10, 10], [5, -20, -20]], [0, 0, 0]
        >>> multiclass_hinge(scores, labels, reduction="none")
        array([ 0., 12.,  0.])
        >>> [float(f"{x:.3g}") for x in softmax_cross_entropy(scores, labels, reduction="none")]
        [0.0489, 5.7, 2.78e-11]
    """
    # (LOSS-07)
    return _reduce(np.maximum(0, _intrusion(scores, labels, margin)), reduction)  # (n, K) -> () or (n,)


def multiclass_hinge_backward(
    upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike, margin: float = 1.0, reduction: str = "mean"
) -> NDArray:
    r"""Return a subgradient of `multiclass_hinge` in the scores: rivals inside the margin down, the label up for each.

    $$\frac{\partial \ell_i}{\partial s_j} = \mathbb{1}[s_j - s_{y_i} + \Delta > 0] \text{ for } j \ne y_i, \qquad
      \frac{\partial \ell_i}{\partial s_{y_i}} = -\sum_{j \ne y_i} \frac{\partial \ell_i}{\partial s_j} \tag{LOSS-07}$$

    Convention: a rival exactly at the margin does not pull.

    Args:
        upstream: gradient in the loss: one number, or shape (n,) for "none".
        scores: shape (n, K).
        labels: integers 0 .. K-1, shape (n,).
        margin: not below 0.
        reduction: "mean", "sum" or "none".

    Returns:
        Gradient in the scores, shape (n, K); every row sums to 0.

    Raises:
        ValueError: if a shape or a label is not as above, or for the mean over no samples.

    Example:
        >>> multiclass_hinge_backward(1.0, [[5, 10, 4.5]], [0])
        array([[-2.,  1.,  1.]])
    """
    intrusion = _intrusion(scores, labels, margin)
    gradient = (intrusion > 0).astype(intrusion.dtype)  # (n, K)
    # the label itself has 0 so far, so the sum is over its rivals   (LOSS-07)
    gradient[_own(labels)] = -gradient.sum(axis=1)
    return _chain(upstream, gradient, reduction)


def cross_entropy(probabilities: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    r"""Return the cross-entropy of probabilities that are already there, such as the output of a softmax layer.

    $$\ell_i = -\sum_k t_{ik} \log y_{ik}, \qquad 0 \log 0 = 0 \tag{LOSS-10}$$

    Of all probabilities $y$, $y = t$ costs least (Gibbs). To train, give the scores to `softmax_cross_entropy` instead:
    what the softmax has rounded to 0 costs infinity here.

    Args:
        probabilities: shape (n, K), in [0, 1]; that a row sums to 1 is not checked.
        targets: shape (n, K), in [0, 1]; a one-hot row is a label.
        reduction: "mean", "sum" or "none".

    Returns:
        One number, or shape (n,) for "none". A target above 0 with a probability of 0 costs infinity.

    Raises:
        ValueError: if the shapes differ, an entry is outside [0, 1], or for the mean over no samples.

    Example: the cost of a digit in S2.

        >>> y, t = [[0.2, 0.3, 0, 0.5]], [[1, 0, 0, 0]]
        >>> round(float(cross_entropy(y, t)), 6), round(float(squared_error(y, t)), 6)
        (1.609438, 0.98)
    """
    y, t = _distributions(probabilities, targets)
    with np.errstate(divide="ignore"):  # log 0 is minus infinity
        # (LOSS-10)
        return _reduce(_weigh(t, -np.log(y)), reduction)  # (n, K) -> () or (n,)


def cross_entropy_backward(
    upstream: ArrayLike, probabilities: ArrayLike, targets: ArrayLike, reduction: str = "mean"
) -> NDArray:
    r"""Return the gradient of `cross_entropy` in the probabilities, each on its own: that they sum to 1 is not used.

    $$\frac{\partial \ell_i}{\partial y_{ik}} = -\frac{t_{ik}}{y_{ik}} \tag{LOSS-10}$$

    Convention: 0 where the target is 0, even at a probability of 0.

    Args:
        upstream: gradient in the loss: one number, or shape (n,) for "none".
        probabilities: shape (n, K), in [0, 1].
        targets: shape (n, K), in [0, 1].
        reduction: "mean", "sum" or "none".

    Returns:
        Gradient in the probabilities, shape (n, K).

    Raises:
        ValueError: if a shape or an entry is not as above, or for the mean over no samples.

    Example:
        >>> cross_entropy_backward(1.0, [[0.25, 0.5, 0.25]], [[0, 1, 0]])
        array([[ 0., -2.,  0.]])
    """
    y, t = _distributions(probabilities, targets)
    with np.errstate(divide="ignore"):
        # (LOSS-10)
        return _chain(upstream, _weigh(t, -1 / y), reduction)  # (n, K)


# The whole objective


def full_loss(
    sample_losses: ArrayLike, W: ArrayLike, strength: float, regularizer: str | regularizers.Regularizer = "l2"
) -> np.floating:
    r"""Return the mean loss of the samples plus the price of the weights.

    $$L = \frac{1}{N} \sum_{i=1}^{N} \ell_i + \lambda R(W) \tag{LOSS-11}$$

    The slide leaves out $\lambda$ and lets the sum in $R$ run over the samples (E-26); $R$ knows nothing of them.

    Args:
        sample_losses: one loss for each sample (reduction "none"), shape (n,), at least one.
        W: the weights, any shape. For several layers, add up their prices; biases have none.
        strength: $\lambda$, not below 0.
        regularizer: "l1" or "l2".

    Returns:
        One number.

    Raises:
        ValueError: if there is no sample, or the strength is below 0.

    Example:
        >>> float(full_loss([1, 2], W=[[3, 4]], strength=0.5))
        14.0
    """
    losses, W, lam = _objective(sample_losses, W, strength)
    # (LOSS-11)
    return _reduce(losses, "mean") + lam * regularizers.regularizer(regularizer).f(W)


def full_loss_backward(
    upstream: ArrayLike,
    sample_losses: ArrayLike,
    W: ArrayLike,
    strength: float,
    regularizer: str | regularizers.Regularizer = "l2",
) -> tuple[NDArray, NDArray]:
    r"""Return the gradients of `full_loss` in the losses of the samples and in the weights.

    $$\frac{\partial L}{\partial \ell_i} = \frac{1}{N}, \qquad
      \frac{\partial L}{\partial W} = \lambda\,\frac{\partial R}{\partial W} \tag{LOSS-11}$$

    The second is the price's part only: what the samples ask of the weights comes back through the first.

    Args:
        upstream: gradient in the full loss, shape ().
        sample_losses: shape (n,).
        W: the weights, any shape.
        strength: $\lambda$, not below 0.
        regularizer: "l1" or "l2".

    Returns:
        Gradient in the sample losses, shape (n,), and in the weights, of their shape.

    Raises:
        ValueError: if upstream is not one number, there is no sample, or the strength is below 0.

    Example:
        >>> full_loss_backward(1.0, [1, 2], W=[[3, 4]], strength=0.5)
        (array([0.5, 0.5]), array([[3., 4.]]))
    """
    losses, W, lam = _objective(sample_losses, W, strength)
    # (LOSS-11)
    dW = lam * regularizers.regularizer(regularizer).backward(upstream, W)
    return _chain(upstream, np.ones_like(losses), "mean"), dW


class Loss(NamedTuple):
    """A loss `f(prediction, target, reduction=...)`, its gradient, and its curvature where it has one.

    Gradient and curvature are functions of (upstream, prediction, target, ...). `fused` is a function of (prediction,
    target) that gives the mean loss and its gradient in one go.
    """

    f: Callable[..., Any]
    backward: Callable[..., NDArray]
    curvature: Callable[..., NDArray] | None = None
    fused: Callable[[NDArray, NDArray], tuple[float, NDArray]] | None = None

    def mean(self, prediction: NDArray, target: NDArray) -> float:
        """Return the mean loss."""
        name = "loss: what f returns"
        return float(same_shape(name, as_float(name, self.f(prediction, target)), ()))

    def both(self, prediction: NDArray, target: NDArray) -> tuple[float, NDArray]:
        """Return the mean loss and its gradient in the prediction."""
        if self.fused is not None:
            return self.fused(prediction, target)
        mean, name = self.mean(prediction, target), "loss: what f_backward returns"
        return mean, same_shape(name, as_float(name, self.backward(1.0, prediction, target)), prediction.shape)


def _softmax_cross_entropy(scores: NDArray, labels: NDArray) -> tuple[float, NDArray]:
    """Return mean and gradient of `softmax_cross_entropy` from one pass of the kernel."""
    each, gradient = kernels.softmax_cross_entropy(scores, class_labels("labels", labels, *scores.shape))
    gradient /= len(each)
    return float(np.add.reduce(each) / len(each)), gradient


LOSSES: dict[str, Loss] = {
    "absolute_error": Loss(absolute_error, absolute_error_backward),
    "binary_cross_entropy": Loss(
        binary_cross_entropy, binary_cross_entropy_backward, binary_cross_entropy_curvature
    ),
    "cross_entropy": Loss(cross_entropy, cross_entropy_backward),
    "multiclass_hinge": Loss(multiclass_hinge, multiclass_hinge_backward),
    "perceptron_criterion": Loss(perceptron_criterion, perceptron_criterion_backward),
    "softmax_cross_entropy": Loss(
        softmax_cross_entropy, softmax_cross_entropy_backward, softmax_cross_entropy_curvature,
        _softmax_cross_entropy,
    ),
    "squared_error": Loss(squared_error, squared_error_backward, squared_error_curvature),
}


def loss(name: str | tuple[Any, ...]) -> Loss:
    """Look up a loss by name.

    Args:
        name: a key of `LOSSES`, or of your own a `Loss` or a pair: f(prediction, target) is the mean loss, one number,
            and f_backward(upstream, prediction, target) its gradient in the prediction times the number upstream.

    Returns:
        The functions f, backward and curvature; the last is None where there is none, or it is 0 wherever it exists.

    Raises:
        ValueError: if there is none of that name; the message lists the choices.
        TypeError: if what you bring are no functions of these arguments.

    Example:
        >>> float(loss("squared_error").f([3, 5], [1, 6], reduction="sum"))
        5.0
    """
    return functions("loss", name, LOSSES, Loss, "prediction, target")


# What the losses share: reductions and the chain rule through them, then the checks


def _reduce(losses: NDArray, reduction: str) -> NDArray:
    r"""Add up the outputs of each sample, then average or add up the samples, or leave them.

    $$L = \frac1n \sum_i \ell_i \quad\text{or}\quad C = \sum_i \ell_i \tag{BP-01}$$
    """
    with np.errstate(over="ignore"):
        each = losses.sum(axis=tuple(range(1, losses.ndim)))  # (n, ...) -> (n,)
        if _defined(reduction, len(each)) == "none":
            return each
        # (BP-01)
        return each.mean() if reduction == "mean" else each.sum()


@np.errstate(over="ignore", invalid="ignore")
def _chain(upstream: ArrayLike, gradient: NDArray, reduction: str) -> NDArray:
    """Multiply the gradient of every sample's own loss with the sample's share of upstream."""
    n = len(gradient)
    given = as_upstream(upstream, (n,) if _defined(reduction, n) == "none" else ())
    if type(upstream) in (int, float):
        given = given.astype(gradient.dtype)  # a plain number has no dtype of its own
    # (BP-01)
    share = np.broadcast_to(given, (n,)) / (n if reduction == "mean" else 1)
    return share.reshape(n, *[1] * (gradient.ndim - 1)) * gradient  # (n, 1, ..., 1) * (n, ...)


def _defined(reduction: str, n: int) -> str:
    """Return the reduction if there is such a one for n samples."""
    if one_of("reduction", reduction, ["mean", "sum", "none"]) == "mean" and n == 0:
        raise ValueError("reduction: the mean over n = 0 samples is not defined; take 'sum' or 'none'")
    return reduction


def _weigh(weights: NDArray, values: NDArray) -> NDArray:
    """Multiply, with 0 times infinity = 0, as in 0 log 0."""
    return np.multiply(weights, values, out=np.zeros_like(values), where=(weights != 0) | np.isnan(values))


def _paired(**arrays: ArrayLike) -> tuple[NDArray, ...]:
    """Return prediction and target in one dtype if they have one shape, with the samples on its first axis."""
    (name, target_name), (prediction, target) = arrays, as_floats(None, **arrays)
    if prediction.ndim == 0:
        raise ValueError(f"{name}: expected samples in rows, shape (n,) or (n, ...), got one number")
    return prediction, same_shape(target_name, target, prediction.shape)


@np.errstate(over="ignore", invalid="ignore")  # infinity minus infinity is NaN, and says so itself
def _difference(prediction: ArrayLike, target: ArrayLike) -> NDArray:
    """Return f - y."""
    f, y = _paired(prediction=prediction, target=target)
    return f - y


def _signed(scores: ArrayLike, labels: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return scores and labels -1 or +1, both (n,) and in the dtype of the scores."""
    s = as_float("scores", scores, ndim=1)
    return s, sign_labels("labels", labels, len(s)).astype(s.dtype)


@np.errstate(over="ignore", invalid="ignore")
def _intrusion(scores: ArrayLike, labels: ArrayLike, margin: float) -> NDArray:
    """Return s_j - s_y + margin for every rival j of the label y, and 0 for the label itself: (n, K)."""
    s = as_float("scores", scores, ndim=2)
    own = _own(class_labels("labels", labels, *s.shape))
    intrusion = s - s[own][:, np.newaxis] + not_negative("margin", margin)  # (n, K) - (n, 1)
    intrusion[own] = 0
    return intrusion


def _own(labels: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return the places of the labels' own scores among (n, K)."""
    y = np.asarray(labels, np.intp)
    return np.arange(len(y)), y


def _distributions(probabilities: ArrayLike, targets: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return y and t, both (n, K) and in [0, 1]."""
    targets = as_array("targets", targets)
    if targets.ndim == 1:  # labels, most likely
        raise ValueError(f"targets: expected a row of probabilities for each sample, shape (n, K), got "
                         f"{targets.shape}; labels are for softmax_cross_entropy")
    y, t = as_floats(2, probabilities=probabilities, targets=targets)
    _probable(probabilities=y, targets=same_shape("targets", t, y.shape))
    return y, t


def _probable(**arrays: NDArray) -> None:
    """Refuse numbers outside [0, 1]."""
    for name, values in arrays.items():
        outside = (values < 0) | (values > 1)
        if outside.any():
            raise ValueError(f"{name}: expected probabilities in [0, 1], got {values[outside][0]}")


def _objective(sample_losses: ArrayLike, W: ArrayLike, strength: float) -> tuple[NDArray, NDArray, Any]:
    """Return losses, weights and lambda in one dtype."""
    losses, W = as_floats(sample_losses=sample_losses, W=W)
    if losses.ndim != 1:
        raise ValueError(f"sample_losses: expected one loss for each sample, shape (n,), got {losses.shape}")
    return losses, W, losses.dtype.type(not_negative("strength", strength))
