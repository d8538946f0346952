r"""The Bayes rule: what one would do if one knew the probabilities, and what learning a discriminant is measured by.

If the prior $P(\omega_k)$ of each class and the density $p(x \mid \omega_k)$ of its samples are known, no classifier
errs less often than the one that picks the class with the largest product of the two. Two Gaussian classes of one shape
make the border of that rule a plane, and the posterior a logistic function of the score: logistic regression learns
directly what is computed here from means and covariance.

Symbols: $\omega_k$ class $k$ = 0 .. K-1; `priors` $\pi_k = P(\omega_k)$, (K,); `likelihoods` $p(x_i \mid \omega_k)$,
(n, K), one row a sample; `rule` $r$ the class chosen for each sample, (n,); `means` $\mu_0, \mu_1$ as rows, (2, d);
`covariance` $\Sigma$, (d, d).

Source: S1 "So Far..." (the link to logistic regression is added).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, class_labels, finite, same_shape
from refnn.activations import sigmoid
from refnn.linear import discriminant

__all__ = ["bayes_rule", "gaussian_density", "gaussian_posterior", "logistic_parameters", "posterior", "rule_error"]


def bayes_rule(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray[np.intp]:
    r"""Return the class that the Bayes rule picks for each sample.

    $$r(x) = \operatorname{arg\,max}_k\, p(x \mid \omega_k)\,P(\omega_k) \tag{BAY-01}$$

    It is optimal: the chance to be right is a sum over $x$, and the rule makes each of its terms as large as it can be.

    Convention: of equal products the first class wins. Any other choice errs as often.

    Args:
        likelihoods: $p(x_i \mid \omega_k)$, shape (n, K): probabilities or densities, not negative. A common factor
            in a row changes nothing.
        priors: $P(\omega_k)$, shape (K,), summing to 1.

    Returns:
        Classes 0..K-1, shape (n,).

    Raises:
        ValueError: if a likelihood is negative, or its product with the prior NaN, or the priors are no probabilities.

    Example: the second class explains the sample better, but it is rare.

        >>> bayes_rule([[0.25, 0.5], [0.125, 0.75]], priors=[0.75, 0.25]).tolist()
        [0, 1]
    """
    joint = _joint(likelihoods, priors)
    if np.isnan(joint).any():
        raise ValueError("likelihoods: expected products with the priors that can be compared, got NaN")
    return joint.argmax(axis=1)  # (n, K) -> (n,)


def posterior(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray:
    r"""Return the probability of each class once the sample has been seen.

    $$P(\omega_k \mid x) = \frac{p(x \mid \omega_k)\,P(\omega_k)}{\sum_j p(x \mid \omega_j)\,P(\omega_j)} \tag{BAY-01}$$

    Its largest entry belongs to the class of the `bayes_rule`, for the denominator is the same for all classes.

    Args:
        likelihoods: $p(x_i \mid \omega_k)$, shape (n, K), not negative.
        priors: $P(\omega_k)$, shape (K,), summing to 1.

    Returns:
        Probabilities, shape (n, K); every row sums to 1. NaN for a sample that no class can produce: 0/0.

    Example:
        >>> posterior([[0.25, 0.5], [0.125, 0.75]], priors=[0.75, 0.25])
        array([[0.6       , 0.4       ],
               [0.33333333, 0.66666667]])
    """
    joint = _joint(likelihoods, priors)
    with np.errstate(invalid="ignore"):
        return joint / joint.sum(axis=1, keepdims=True)  # (n, K) / (n, 1)


def rule_error(rule: ArrayLike, likelihoods: ArrayLike, priors: ArrayLike) -> float:
    r"""Return how often a rule errs on a finite sample space: the mass of all pairs of a sample and a wrong class.

    $$P(\text{error}) = \sum_x \sum_{k \ne r(x)} p(x \mid \omega_k)\,P(\omega_k)
                      = 1 - \sum_x p(x \mid \omega_{r(x)})\,P(\omega_{r(x)}) \tag{BAY-01}$$

    Args:
        rule: the class that is chosen for each possible sample, shape (n,).
        likelihoods: the probability of each sample in each class, shape (n, K); every column sums to 1.
        priors: $P(\omega_k)$, shape (K,), summing to 1.

    Returns:
        The probability of an error, in [0, 1]; smallest for the `bayes_rule`.

    Raises:
        ValueError: if a column of the likelihoods does not sum to 1, for then samples are missing.

    Example: two possible samples; always choosing the frequent class is right three times in four.

        >>> p, priors = [[0.5, 0.25], [0.5, 0.75]], [0.75, 0.25]
        >>> rule_error([0, 0], p, priors), rule_error([1, 1], p, priors)
        (0.25, 0.75)
    """
    p, priors = _known(likelihoods, priors)
    rule = class_labels("rule", rule, len(p), len(priors))
    if not (np.abs(p.sum(axis=0) - 1) <= 1e-5).all():
        raise ValueError(f"likelihoods: expected every column to sum to 1, got sums {p.sum(axis=0).tolist()}")
    wrong = np.arange(len(priors)) != rule[:, np.newaxis]  # (n, K), all classes but the chosen one
    return float((p * priors)[wrong].sum())


def gaussian_density(X: ArrayLike, mean: ArrayLike, covariance: ArrayLike) -> NDArray:
    r"""Return the normal density at each sample.

    $$p(x \mid \omega) = \frac{\exp\bigl(-\tfrac12 (x - \mu)^\top \Sigma^{-1} (x - \mu)\bigr)}
                              {\sqrt{(2\pi)^d \det \Sigma}} \tag{BAY-01}$$

    Pitfall: some forty standard deviations from the mean it is no longer a float but 0, whatever the class, and the
    Bayes rule has nothing left to compare. `gaussian_posterior` needs no densities and has no such horizon.

    Args:
        X: samples, shape (n, d).
        mean: $\mu$, shape (d,).
        covariance: $\Sigma$, symmetric and positive definite, shape (d, d).

    Returns:
        Densities, shape (n,).

    Raises:
        ValueError: if the covariance is not symmetric, or not positive definite.

    Example: two standard deviations from the mean.

        >>> gaussian_density([[3], [5]], mean=[3], covariance=[[1]]).round(4)
        array([0.3989, 0.054 ])
    """
    X, mean, Sigma = as_floats(X=as_float("X", X, 2), mean=mean, covariance=covariance)
    d = X.shape[1]
    same_shape("mean", mean, (d,))
    L = _cholesky(same_shape("covariance", Sigma, (d, d)))  # Sigma = L L^T
    with np.errstate(over="ignore", invalid="ignore"):
        u = np.linalg.solve(L, (X - mean).T)  # (d, n), whitened: u.u = (x - mu)^T Sigma^-1 (x - mu)
        log_norm = d * math.log(2 * math.pi) / 2 + np.log(np.diagonal(L)).sum()
        # the root of det Sigma is the product of the diagonal of L (BAY-01)
        return np.exp(-(u * u).sum(axis=0) / 2 - log_norm).astype(X.dtype)


def logistic_parameters(means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> tuple[NDArray, NDArray]:
    r"""Return the plane on which two Gaussian classes of one covariance are equally probable.

    $$w = \Sigma^{-1} (\mu_1 - \mu_0), \qquad b = -\tfrac12 \mu_1^\top \Sigma^{-1} \mu_1
      + \tfrac12 \mu_0^\top \Sigma^{-1} \mu_0 + \log\frac{\pi_1}{\pi_0} \tag{BAY-01}$$

    The squares $x^\top \Sigma^{-1} x$ of both densities are the same and cancel: what is left is linear. With two
    covariances they would stay, and the border would be curved.

    Args:
        means: $\mu_0$ and $\mu_1$, shape (2, d).
        covariance: $\Sigma$ of both classes, symmetric and positive definite, shape (d, d).
        priors: $\pi_0$ and $\pi_1$, shape (2,), summing to 1. A class of prior 0 puts b at infinity.

    Returns:
        w, shape (d,), and b, shape (); $w^\top x + b$ is the log of how much more probable class 1 is.

    Raises:
        ValueError: if the covariance is not symmetric or not positive definite, or the priors are no probabilities.

    Example: half way between equally frequent classes, at x = 2, the score is zero.

        >>> w, b = logistic_parameters(means=[[1], [3]], covariance=[[0.5]], priors=[0.5, 0.5])
        >>> w.tolist(), b.tolist()
        ([4.0], -8.0)
    """
    means, Sigma, priors = as_floats(
        means=as_float("means", means, 2), covariance=covariance, priors=_probabilities(priors)
    )
    d = means.shape[1]
    same_shape("means", means, (2, d))
    same_shape("priors", priors, (2,))
    _cholesky(same_shape("covariance", Sigma, (d, d)))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        w = np.linalg.solve(Sigma, means[1] - means[0])  # (d, d) (d,) -> (d,)
        # the two squares are one product, (mu_0 + mu_1) Sigma^-1 (mu_1 - mu_0): nothing large cancels (BAY-01)
        b = np.log(priors[1]) - np.log(priors[0]) - (means.sum(axis=0) / 2 * w).sum()
    return w, np.asarray(b)


def gaussian_posterior(X: ArrayLike, means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> NDArray:
    r"""Return the probability of class 1 of two Gaussian classes with one covariance: a logistic function.

    $$P(\omega_1 \mid x) = \frac{\pi_1 p(x \mid \omega_1)}{\pi_0 p(x \mid \omega_0) + \pi_1 p(x \mid \omega_1)}
                         = \sigma(w^\top x + b) \tag{BAY-01}$$

    Args:
        X: samples, shape (n, d).
        means: $\mu_0$ and $\mu_1$, shape (2, d).
        covariance: $\Sigma$ of both classes, shape (d, d).
        priors: $\pi_0$ and $\pi_1$, shape (2,), summing to 1.

    Returns:
        Probabilities of class 1, shape (n,), right also where both densities vanish.

    Example:
        >>> gaussian_posterior([[2], [3], [90]], [[1], [3]], [[0.5]], priors=[0.5, 0.5]).round(3)
        array([0.5  , 0.982, 1.   ])
    """
    w, b = logistic_parameters(means, covariance, priors)
    return sigmoid(discriminant(X, w, b))  # (n, d), (d,), () -> (n,)


def _joint(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray:
    """Return p(x|k) P(k), shape (n, K), each row times a power of two: it changes no comparison and no quotient."""
    p, priors = _known(likelihoods, priors)
    _, exponent = np.frexp(p.max(axis=1, keepdims=True))  # (n, 1): products of tiny densities shall not vanish
    with np.errstate(invalid="ignore"):
        return np.ldexp(p, -exponent) * priors  # (n, K) (K,)


def _known(likelihoods: ArrayLike, priors: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return likelihoods (n, K), none negative, and priors (K,) in one dtype."""
    p, priors = as_floats(likelihoods=as_float("likelihoods", likelihoods, 2), priors=_probabilities(priors))
    same_shape("priors", priors, p.shape[1:])
    if (p < 0).any():
        raise ValueError(f"likelihoods: expected numbers not below 0, got {p[p < 0][0]}")
    return p, priors


def _probabilities(priors: ArrayLike) -> NDArray:
    """Return the priors of all classes if they are probabilities."""
    priors = as_float("priors", priors, 1)
    if not ((priors >= 0).all() and abs(priors.sum() - 1) <= 1e-5):
        raise ValueError(f"priors: expected probabilities that sum to 1, got {priors.tolist()}")
    return priors


def _cholesky(Sigma: NDArray) -> NDArray:
    """Return the lower triangle L with Sigma = L L^T, if Sigma is a covariance that can be inverted."""
    if (np.abs(finite("covariance", Sigma) - Sigma.T) > 1e-5 * np.abs(Sigma).max(initial=0)).any():
        raise ValueError(f"covariance: expected a symmetric matrix, got {Sigma.tolist()}")
    try:
        return np.linalg.cholesky(Sigma)
    except np.linalg.LinAlgError:
        raise ValueError(f"covariance: expected a positive definite matrix, got {Sigma.tolist()}") from None
