import numpy as np

from refnn.logistic import (
    bernoulli_mean,
    bernoulli_pmf,
    bernoulli_variance,
    likelihood,
    negative_log_likelihood,
    negative_log_likelihood_gradient,
    negative_log_likelihood_hessian,
    probability,
    softmax_negative_log_likelihood,
    softmax_negative_log_likelihood_backward,
    softmax_nll,
    softmax_nll_gradient,
)

THETA = np.array([0.5, -1])
X = np.array([[1.0, 2], [3, -4], [0, 1]])
Y = np.array([1.0, 0, 1])
W = np.array([[1.0, 0], [0, 2], [-1, 1], [0.5, 0.5]])
SCORES = np.array([[3.0, 1, -3, 0], [5, 10, 10, -2], [5, -20, -20, 1]])
LABELS = np.array([0, 3, 1])

VALID = {
    "bernoulli_pmf": (Y, np.array([0.25, 0.5, 1])),
    "bernoulli_mean": (np.array([0.25, 1]),),
    "bernoulli_variance": (np.array([0.25, 1]),),
    "probability": (THETA, X),
    "likelihood": (THETA, X, Y),
    "negative_log_likelihood": (THETA, X, Y),
    "negative_log_likelihood_gradient": (THETA, X, Y),
    "negative_log_likelihood_hessian": (THETA, X),
    "softmax_negative_log_likelihood": (SCORES, LABELS),
    "softmax_negative_log_likelihood_backward": (np.array([1.0, 2, -1]), SCORES, LABELS),
    "softmax_nll": (W, X, LABELS),
    "softmax_nll_gradient": (W, X, LABELS),
}

REFUSED = [
    ("bernoulli_pmf", lambda: bernoulli_pmf([0, 2], 0.5), ValueError, "x: expected 0 or 1, got 2.0"),
    ("bernoulli_pmf", lambda: bernoulli_pmf([0, 1], 1.5), ValueError, r"phi: expected probabilities in \[0, 1\], got 1.5"),
    ("bernoulli_pmf", lambda: bernoulli_pmf([0, 1], [0.5, 0.5, 0.5]), ValueError, r"phi: expected shape \(2,\), got \(3,\)"),
    ("bernoulli_pmf", lambda: bernoulli_pmf(["heads"], 0.5), TypeError, "x: expected float32"),
    ("bernoulli_mean", lambda: bernoulli_mean(-0.25), ValueError, r"phi: expected probabilities in \[0, 1\], got -0.25"),
    ("bernoulli_variance", lambda: bernoulli_variance([0.5, 2]), ValueError, "phi: .*got 2.0"),
    ("probability", lambda: probability(THETA, X.T), ValueError, r"theta: expected shape \(3,\), got \(2,\)"),
    ("probability", lambda: probability(THETA, X[0]), ValueError, r"X: expected 2 axes, got 1 in shape \(2,\)"),
    ("likelihood", lambda: likelihood(THETA, X, [1, 0]), ValueError, r"y: expected shape \(3,\), got \(2,\)"),
    ("likelihood", lambda: likelihood(THETA, X, [1, 0, -1]), ValueError, "y: expected 0 or 1, got -1.0"),
    ("negative_log_likelihood", lambda: negative_log_likelihood(THETA[:, None], X, Y), ValueError, r"theta: expected shape \(2,\), got \(2, 1\)"),
    ("negative_log_likelihood", lambda: negative_log_likelihood(THETA, X, [1, 0, -1]), ValueError, "y: expected 0 or 1, got -1.0"),
    ("negative_log_likelihood", lambda: negative_log_likelihood(THETA, X, [1, 0, np.nan]), ValueError, "y: expected 0 or 1, got nan"),
    ("negative_log_likelihood", lambda: negative_log_likelihood(THETA, X, Y[:, None]), ValueError, r"y: expected shape \(3,\), got \(3, 1\)"),
    ("negative_log_likelihood_gradient", lambda: negative_log_likelihood_gradient(THETA, X, 1), ValueError, r"y: expected shape \(3,\), got \(\)"),
    ("negative_log_likelihood_hessian", lambda: negative_log_likelihood_hessian(X, X), ValueError, r"theta: expected shape \(2,\)"),
    ("softmax_negative_log_likelihood", lambda: softmax_negative_log_likelihood(SCORES, [0, 4, 1]), ValueError, r"labels: expected labels 0\.\.3, counted from 0, got 4 at 1"),
    ("softmax_negative_log_likelihood", lambda: softmax_negative_log_likelihood(SCORES, [0, -1, 1]), ValueError, r"labels: expected labels 0\.\.3, counted from 0, got -1 at 1"),
    ("softmax_negative_log_likelihood", lambda: softmax_negative_log_likelihood(SCORES, [0.0, 1, 1]), TypeError, "labels: expected an integer label"),
    ("softmax_negative_log_likelihood", lambda: softmax_negative_log_likelihood(SCORES[0], [0]), ValueError, "scores: expected 2 axes, got 1"),
    ("softmax_negative_log_likelihood_backward", lambda: softmax_negative_log_likelihood_backward(1.0, SCORES, LABELS), ValueError, r"upstream: expected shape \(3,\), got \(\)"),
    ("softmax_negative_log_likelihood_backward", lambda: softmax_negative_log_likelihood_backward(np.ones(3), SCORES, [0]), ValueError, r"labels: expected shape \(3,\), got \(1,\)"),
    ("softmax_nll", lambda: softmax_nll(W, X[:0], []), ValueError, r"X: expected at least one sample .*shape \(0, 2\)"),
    ("softmax_nll", lambda: softmax_nll(W.T, X, LABELS), ValueError, r"W: expected shape \(K, 2\) for samples of shape \(3, 2\), got \(2, 4\)"),
    ("softmax_nll_gradient", lambda: softmax_nll_gradient(W, X, [0, 1]), ValueError, r"labels: expected shape \(3,\), got \(2,\)"),
    ("softmax_nll_gradient", lambda: softmax_nll_gradient(W, X[:0], []), ValueError, "X: expected at least one sample"),
]
