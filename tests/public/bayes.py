import numpy as np

from refnn.bayes import bayes_rule, gaussian_density, gaussian_posterior, logistic_parameters, posterior, rule_error

P = np.array([[0.5, 0.25], [0.25, 0.25], [0.25, 0.5]])
PRIORS = np.array([0.75, 0.25])
X = np.array([[1.0, 2], [3, -1], [0.5, 0]])
MEANS = np.array([[1.0, 0], [2, 4]])
SIGMA = np.array([[2.0, 1], [1, 1]])

VALID = {
    "bayes_rule": (P, PRIORS),
    "posterior": (P, PRIORS),
    "rule_error": (np.array([0, 1, 1]), P, PRIORS),
    "gaussian_density": (X, MEANS[0].copy(), SIGMA),
    "logistic_parameters": (MEANS, SIGMA, PRIORS),
    "gaussian_posterior": (X, MEANS, SIGMA, PRIORS),
}

REFUSED = [
    ("bayes_rule", lambda: bayes_rule(P[0], PRIORS), ValueError, "likelihoods: expected 2 axes, got 1"),
    ("bayes_rule", lambda: bayes_rule(P, [0.5, 0.25, 0.25]), ValueError, r"priors: expected shape \(2,\), got \(3,\)"),
    ("bayes_rule", lambda: bayes_rule(P, [0.5, 0.25]), ValueError, r"priors: expected probabilities that sum to 1, got \[0.5, 0.25\]"),
    ("bayes_rule", lambda: bayes_rule(P, [1.5, -0.5]), ValueError, "priors: expected probabilities"),
    ("bayes_rule", lambda: bayes_rule(P, [np.nan, 1]), ValueError, "priors: expected probabilities"),
    ("bayes_rule", lambda: bayes_rule(np.zeros((2, 0)), []), ValueError, "priors: expected probabilities"),
    ("bayes_rule", lambda: bayes_rule([[0.5, -0.5]], PRIORS), ValueError, "likelihoods: expected numbers not below 0, got -0.5"),
    ("bayes_rule", lambda: bayes_rule([[0.5, np.nan]], PRIORS), ValueError, "likelihoods: expected products with the priors that can be compared, got NaN"),
    ("bayes_rule", lambda: bayes_rule([[np.inf, 1]], [0, 1]), ValueError, "likelihoods: .* got NaN"),
    ("posterior", lambda: posterior(P, [[0.5, 0.5]]), ValueError, "priors: expected 1 axis, got 2"),
    ("posterior", lambda: posterior([[-1, 2]], PRIORS), ValueError, "likelihoods: expected numbers not below 0, got -1.0"),
    ("rule_error", lambda: rule_error([0, 1], P, PRIORS), ValueError, r"rule: expected shape \(3,\), got \(2,\)"),
    ("rule_error", lambda: rule_error([0, 1, 2], P, PRIORS), ValueError, "rule: expected labels 0..1, counted from 0, got 2 at 2"),
    ("rule_error", lambda: rule_error([0.0, 1, 1], P, PRIORS), TypeError, "rule: expected an integer label"),
    ("rule_error", lambda: rule_error([0, 1], P[:2], PRIORS), ValueError, r"every column to sum to 1, got sums \[0.75, 0.5\]"),
    ("gaussian_density", lambda: gaussian_density(X, [0, 0, 0], SIGMA), ValueError, r"mean: expected shape \(2,\), got \(3,\)"),
    ("gaussian_density", lambda: gaussian_density(X, [0, 0], [1, 1]), ValueError, r"covariance: expected shape \(2, 2\), got \(2,\)"),
    ("gaussian_density", lambda: gaussian_density(X, [0, 0], [[1, 2], [0, 1]]), ValueError, "covariance: expected a symmetric matrix"),
    ("gaussian_density", lambda: gaussian_density(X, [0, 0], [[1, 2], [2, 1]]), ValueError, "covariance: expected a positive definite matrix"),
    ("gaussian_density", lambda: gaussian_density(X, [0, 0], [[1, np.nan], [np.nan, 1]]), ValueError, "covariance: expected finite numbers"),
    ("logistic_parameters", lambda: logistic_parameters(X, SIGMA, PRIORS), ValueError, r"means: expected shape \(2, 2\), got \(3, 2\)"),
    ("logistic_parameters", lambda: logistic_parameters(MEANS, np.zeros((2, 2)), PRIORS), ValueError, "covariance: expected a positive definite matrix"),
    ("logistic_parameters", lambda: logistic_parameters(MEANS, SIGMA, [1.0]), ValueError, r"priors: expected shape \(2,\), got \(1,\)"),
    ("logistic_parameters", lambda: logistic_parameters(MEANS, SIGMA, 0.5), ValueError, "priors: expected 1 axis"),
    ("gaussian_posterior", lambda: gaussian_posterior(X[:, :1], MEANS, SIGMA, PRIORS), ValueError, r"got \(2,\)"),
    ("gaussian_posterior", lambda: gaussian_posterior(X, MEANS, [[1]], PRIORS), ValueError, r"covariance: expected shape \(2, 2\), got \(1, 1\)"),
]
