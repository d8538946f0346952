r"""Logistic and softmax regression: a linear score, read as the probability of a class, fitted by maximum likelihood.

A coin that lands heads with probability $\phi$ becomes a classifier when $\phi = \sigma(x\theta)$ depends on the
input. The parameters that make the seen labels most probable minimise the negative log-likelihood, which is the
cross-entropy. It is convex, so gradient descent finds the best there is; if the classes can be separated there is no
best, and the weights grow without end (LOG-05). Softmax regression is the same with K classes.

Symbols: `X` samples as rows, (n, d); `theta` parameters, (d,); `y` labels 0 or 1; $\Pi_i = \sigma(x_i\theta)$; `W`
weights, (K, d), one row a class (the lecture's $\theta$ transposed); `scores` $s$, (n, K); `labels` 0 .. K-1; $T$ the
labels as one-hot rows. For an intercept give X a column of ones.

Convention: the binary cost is the sum over samples, as S3 writes it; the softmax cost is their mean.

Source: S3 "Logistic regression", "Softmax formulation", "Softmax loss"; the loss on scores alone is `refnn.losses`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, as_upstream, class_labels, same_shape
from refnn.activations import log_softmax, sigmoid, sigmoid_prime, softmax, softplus

__all__ = [
    "bernoulli_mean",
    "bernoulli_pmf",
    "bernoulli_variance",
    "likelihood",
    "negative_log_likelihood",
    "negative_log_likelihood_gradient",
    "negative_log_likelihood_hessian",
    "probability",
    "softmax_negative_log_likelihood",
    "softmax_negative_log_likelihood_backward",
    "softmax_nll",
    "softmax_nll_gradient",
]


def bernoulli_pmf(x: ArrayLike, phi: ArrayLike) -> NDArray:
    r"""Return the probability that a coin shows x: heads (1) with probability phi, tails (0) otherwise.

    $$p(x \mid \phi) = \phi^x (1 - \phi)^{1 - x}
                     = \begin{cases} \phi & x = 1 \\ 1 - \phi & x = 0 \end{cases} \tag{LOG-01}$$

    Args:
        x: outcomes 0 or 1, any shape.
        phi: probabilities of heads in [0, 1], one for all or one for each outcome.

    Returns:
        Probabilities, shape of `x`, dtype of `phi`.

    Raises:
        ValueError: if an outcome is neither 0 nor 1, or a probability lies outside [0, 1], or the shapes differ.

    Example:
        >>> bernoulli_pmf([1, 0], phi=0.25)
        array([0.25, 0.75])
    """
    x, phi = _zero_or_one("x", x), _probabilities(phi)
    if phi.ndim:
        same_shape("phi", phi, x.shape)
    return np.where(x == 1, phi, 1 - phi)


def bernoulli_mean(phi: ArrayLike) -> NDArray:
    r"""Return the mean of the coin's outcome, $\sum_x x\,p(x \mid \phi) = \phi$."""
    return _probabilities(phi).copy()  # (LOG-01)


def bernoulli_variance(phi: ArrayLike) -> NDArray:
    r"""Return the variance of the coin's outcome, $\phi (1 - \phi)$: greatest for a fair coin."""
    phi = _probabilities(phi)
    return phi * (1 - phi)  # (LOG-01)


def probability(theta: ArrayLike, X: ArrayLike) -> NDArray:
    r"""Return the model's probability of the label 1 for each sample.

    $$\Pi_i = \sigma(x_i \theta) \tag{LOG-02}$$

    Args:
        theta: parameters, shape (d,).
        X: samples, shape (n, d).

    Returns:
        Probabilities, shape (n,).
    """
    theta, X = _model(theta, X)
    return sigmoid(X @ theta)  # (n, d), (d,) -> (n,)


def likelihood(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    r"""Return how probable the model makes all the labels together.

    $$p(y \mid X, \theta) = \prod_i \Pi_i^{y_i} (1 - \Pi_i)^{1 - y_i} \tag{LOG-02}$$

    Pitfall: a product of a thousand probabilities underflows to 0. Its logarithm does not.

    Args:
        theta: parameters, shape (d,).
        X: samples, shape (n, d).
        y: labels 0 or 1, shape (n,).

    Example: a model that knows nothing, and three labels.

        >>> float(likelihood([0, 0], [[1, 2], [3, 4], [5, 6]], [0, 1, 1]))
        0.125
    """
    chances = probability(theta, X)  # (n,)
    return bernoulli_pmf(_labels(y, chances), chances).prod()


def negative_log_likelihood(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    r"""Return the cost of logistic regression: minus the logarithm of the likelihood, summed over the samples.

    $$C(\theta) = -\sum_i \bigl[y_i \log \Pi_i + (1 - y_i) \log (1 - \Pi_i)\bigr]
                = \sum_i \bigl[\mathrm{sp}(s_i) - y_i s_i\bigr], \qquad s_i = x_i \theta \tag{LOG-03}$$

    S3 drops the brackets, and a cost that may be negative with them (E-39). The literal form takes the logarithm of 0
    where the sigmoid saturates; with softplus nothing can go wrong.

    Args:
        theta: parameters, shape (d,).
        X: samples, shape (n, d).
        y: labels 0 or 1, shape (n,).

    Raises:
        ValueError: if the shapes do not fit or a label is neither 0 nor 1.

    Example:
        >>> round(float(negative_log_likelihood([0, 0], [[1, 2], [3, 4], [5, 6]], [0, 1, 1])), 6)
        2.079442
    """
    theta, X = _model(theta, X)
    s = X @ theta                    # (n, d), (d,) -> (n,)
    away = 1 - 2 * _labels(y, s)     # the way in which a score gets more wrong: up for the label 0, down for 1
    return softplus(away * s).sum()  # sp(s) - y s, without cancellation: sp(s) - s = sp(-s)


def negative_log_likelihood_gradient(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> NDArray:
    r"""Return the gradient in theta: each sample pulls as hard as the model is wrong about it.

    $$\nabla C = X^{\top} (\Pi - y) \tag{LOG-04}$$

    At the maximum of the likelihood all pulls cancel; with an intercept the mean of $\Pi$ is then the mean of $y$:

    $$\sum_i (\Pi_i - y_i)\,x_i = 0 \tag{LOG-05}$$

    Args:
        theta: parameters, shape (d,).
        X: samples, shape (n, d).
        y: labels 0 or 1, shape (n,).

    Returns:
        Gradient, shape (d,).

    Example:
        >>> negative_log_likelihood_gradient([0, 0], [[1, 2], [3, 4], [5, 6]], [0, 1, 1])
        array([-3.5, -4. ])
    """
    theta, X = _model(theta, X)
    s = X @ theta                     # (n, d), (d,) -> (n,)
    away = 1 - 2 * _labels(y, s)      # up for the label 0, down for 1
    error = away * sigmoid(away * s)  # Pi - y, without cancellation: sigma(s) - 1 = -sigma(-s)
    return X.T @ error                # (d, n), (n,) -> (d,)


def negative_log_likelihood_hessian(theta: ArrayLike, X: ArrayLike) -> NDArray:
    r"""Return the second derivatives in theta, whatever the labels: never negative, so the cost is convex.

    $$\nabla^2 C = X^{\top} \mathrm{diag}\bigl(\Pi (1 - \Pi)\bigr) X, \qquad
      0 \preceq \nabla^2 C \preceq \tfrac14 X^{\top} X \tag{LOG-04}$$

    Args:
        theta: parameters, shape (d,).
        X: samples, shape (n, d).

    Returns:
        Hessian, shape (d, d).
    """
    theta, X = _model(theta, X)
    curvature = sigmoid_prime(X @ theta)         # Pi (1 - Pi), (n,)
    return X.T @ (curvature[:, np.newaxis] * X)  # (d, n), (n, d) -> (d, d)


def softmax_negative_log_likelihood(scores: ArrayLike, labels: ArrayLike) -> NDArray:
    r"""Return, for each sample, minus the logarithm of the probability that softmax gives to its label.

    $$L_i = -\log \frac{e^{s_{y_i}}}{\sum_k e^{s_k}} = \log \sum_k e^{s_k - s_{y_i}} \tag{LOG-08}$$

    The loss of a sample that the model is sure of is tiny, but not zero, and comes out with all its digits: it is
    $\mathrm{log1p} \sum_{k \ne y} e^{s_k - s_y}$ (LOG-09).

    Args:
        scores: shape (n, K).
        labels: whole numbers 0 .. K-1, shape (n,).

    Returns:
        Losses, shape (n,).

    Raises:
        TypeError: if the labels are not whole numbers.
        ValueError: if a label is not a class, or the shapes do not fit.

    Example: the slide's 2e-11 is 2.8e-11.

        >>> softmax_negative_log_likelihood([[5, -20, -20], [0, 0, 0]], [0, 2])
        array([2.77758877e-11, 1.09861229e+00])
    """
    scores = as_float("scores", scores, ndim=2)
    labels = class_labels("labels", labels, *scores.shape)
    return -log_softmax(scores)[np.arange(len(labels)), labels]  # (n, K) -> (n,)


def softmax_negative_log_likelihood_backward(upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike) -> NDArray:
    r"""Return the gradient in the scores: what softmax says minus what is true.

    $$\frac{\partial L_i}{\partial s} = y - t \tag{LOG-08}$$

    It sums to zero, as adding a constant to all scores changes nothing. The label's entry is computed from that sum:
    $y - 1$ would cancel where $y$ is almost 1.

    Args:
        upstream: gradient of the loss in each sample's L_i, shape (n,).
        scores: shape (n, K).
        labels: whole numbers 0 .. K-1, shape (n,).

    Returns:
        Gradient, shape (n, K).
    """
    scores = as_float("scores", scores, ndim=2)
    label = np.arange(len(scores)), class_labels("labels", labels, *scores.shape)
    upstream = as_upstream(upstream, scores.shape[:1])
    error = softmax(scores)
    error[label] = 0
    error[label] = -error.sum(axis=1)           # y - t, (n, K)
    return upstream[:, np.newaxis] * error


def softmax_nll(W: ArrayLike, X: ArrayLike, labels: ArrayLike) -> np.floating:
    r"""Return the cost of softmax regression: the mean of `softmax_negative_log_likelihood` at the scores $X W^{\top}$.

    $$C(W) = \frac1n \sum_i L_i, \qquad s_i = W x_i \tag{LOG-08}$$

    Args:
        W: weights, shape (K, d).
        X: samples, shape (n, d), at least one.
        labels: whole numbers 0 .. K-1, shape (n,).

    Raises:
        ValueError: if there is no sample to take the mean of, a label is not a class, or the shapes do not fit.
    """
    W, X = _softmax_model(W, X)
    return softmax_negative_log_likelihood(X @ W.T, labels).mean()  # (n, d), (d, K) -> ()


def softmax_nll_gradient(W: ArrayLike, X: ArrayLike, labels: ArrayLike) -> NDArray:
    r"""Return the gradient of the mean cost in the weights.

    $$\frac{\partial C}{\partial W} = \frac1n (Y - T)^{\top} X \tag{LOG-08}$$

    Args:
        W: weights, shape (K, d).
        X: samples, shape (n, d), at least one.
        labels: whole numbers 0 .. K-1, shape (n,).

    Returns:
        Gradient, shape (K, d).

    Example: a sample of class 1 pulls the weights of class 1 towards itself, and all others away.

        >>> softmax_nll_gradient([[0, 0], [0, 0]], [[2, 4]], [1])
        array([[ 1.,  2.],
               [-1., -2.]])
    """
    W, X = _softmax_model(W, X)
    mean = np.full(len(X), 1 / len(X), X.dtype)
    return softmax_negative_log_likelihood_backward(mean, X @ W.T, labels).T @ X  # (K, n), (n, d) -> (K, d)


def _model(theta: ArrayLike, X: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return theta (d,) and the samples (n, d) in one dtype, or say why they do not fit."""
    theta, X = as_floats(theta=theta, X=as_float("X", X, ndim=2))
    return same_shape("theta", theta, X.shape[1:]), X


def _softmax_model(W: ArrayLike, X: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return the weights (K, d) and the samples (n, d), of which there must be one, in one dtype."""
    W, X = as_floats(ndim=2, W=W, X=X)
    if len(X) == 0:
        raise ValueError(f"X: expected at least one sample to take the mean of, got shape {X.shape}")
    if W.shape[1] != X.shape[1]:
        raise ValueError(f"W: expected shape (K, {X.shape[1]}) for samples of shape {X.shape}, got {W.shape}")
    return W, X


def _zero_or_one(name: str, values: ArrayLike) -> NDArray:
    """Return the labels or outcomes if each is 0 or 1."""
    values = as_float(name, values)
    wrong = (values != 0) & (values != 1)
    if wrong.any():
        raise ValueError(f"{name}: expected 0 or 1, got {values[wrong][0]}")
    return values


def _labels(y: ArrayLike, like: NDArray) -> NDArray:
    """Return the labels if each is 0 or 1 and there is one for each sample, in the dtype of the model."""
    return same_shape("y", _zero_or_one("y", y), like.shape).astype(like.dtype)


def _probabilities(phi: ArrayLike) -> NDArray:
    """Return phi if it lies in [0, 1]; NaN passes."""
    phi = as_float("phi", phi)
    wrong = (phi < 0) | (phi > 1)
    if wrong.any():
        raise ValueError(f"phi: expected probabilities in [0, 1], got {phi[wrong][0]}")
    return phi
