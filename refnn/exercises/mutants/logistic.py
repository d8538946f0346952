"""Wrong logistic and softmax regression."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import logistic
from refnn.activations import sigmoid, softmax
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("bernoulli-pmf-heads-for-tails", of="logistic.bernoulli_pmf",
        imitates="phi is taken for the chance of 0 instead of 1",
        killed_by=["test_heads_has_chance_phi_and_tails_the_rest"])
def _(x: ArrayLike, phi: ArrayLike) -> NDArray:
    return logistic.bernoulli_pmf(1 - np.asarray(x, np.asarray(phi).dtype), phi)


@mutant("bernoulli-pmf-always-float64", of="logistic.bernoulli_pmf", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_coin_keeps_the_dtype_of_phi"])
def _(x: ArrayLike, phi: ArrayLike) -> NDArray:
    return logistic.bernoulli_pmf(x, np.asarray(phi, np.float64))


@mutant("bernoulli-variance-as-deviation", of="logistic.bernoulli_variance",
        imitates="the standard deviation is returned: a root too many",
        killed_by=["test_the_coin_sums_to_one_and_has_mean_phi_and_variance_phi_times_one_minus_phi"])
def _(phi: ArrayLike) -> NDArray:
    return np.sqrt(logistic.bernoulli_variance(phi))


@mutant("probability-of-the-other-class", of="logistic.probability",
        imitates="the exponent has lost its minus sign, so this is the chance of class 0",
        killed_by=["test_the_likelihood_is_the_product_of_the_coins"])
def _(theta: ArrayLike, X: ArrayLike) -> NDArray:
    return logistic.probability(-np.asarray(theta), X)


@mutant("likelihood-sum", of="logistic.likelihood",
        imitates="the chances of independent samples are added where they should be multiplied",
        killed_by=["test_the_likelihood_is_the_product_of_the_coins",
                   "test_over_all_possible_labels_the_likelihood_sums_to_one"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    chances = logistic.probability(theta, X)
    return logistic.bernoulli_pmf(np.asarray(y), chances).sum()


@mutant("likelihood-of-heads-only", of="logistic.likelihood",
        imitates="phi^y stands without (1 - phi)^(1 - y), so samples of class 0 do not count",
        killed_by=["test_the_likelihood_is_the_product_of_the_coins",
                   "test_over_all_possible_labels_the_likelihood_sums_to_one"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    chances = logistic.probability(theta, X)
    return np.where(np.asarray(y) == 1, chances, np.ones_like(chances)).prod()


@mutant("negative-log-likelihood-mean", of="logistic.negative_log_likelihood",
        imitates="the mean over the samples is returned instead of the sum",
        killed_by=["test_the_cost_is_minus_the_logarithm_of_the_likelihood"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    J = logistic.negative_log_likelihood(theta, X, y)
    return J / J.dtype.type(max(1, len(np.asarray(X))))


@mutant("negative-log-likelihood-of-the-product", of="logistic.negative_log_likelihood",
        imitates="the logarithm is taken of the finished product, which has long been rounded to 0",
        killed_by=["test_the_cost_of_an_extreme_score_is_the_score_or_nothing"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    return -np.log(logistic.likelihood(theta, X, y))


@mutant("negative-log-likelihood-clipped", of="logistic.negative_log_likelihood",
        imitates="probabilities are kept 1e-7 away from 0 and 1, so no sample costs more than 16.2",
        killed_by=["test_the_cost_of_an_extreme_score_is_the_score_or_nothing"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    p = np.clip(logistic.probability(theta, X), 1e-7, 1 - 1e-7)
    return -np.log(np.where(np.asarray(y) == 1, p, 1 - p)).sum()


@mutant("negative-log-likelihood-without-bracket", of="logistic.negative_log_likelihood",
        imitates="the minus sign stands before the first term only: the bracket is lost",
        killed_by=["test_the_cost_is_minus_the_logarithm_of_the_likelihood"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    p, y = logistic.probability(theta, X), np.asarray(y)
    return np.where(y == 1, -np.log(p), np.log(1 - p)).sum()


@mutant("negative-log-likelihood-gradient-uphill", of="logistic.negative_log_likelihood_gradient",
        imitates="the gradient of the likelihood is given, label minus chance, not that of the cost",
        killed_by=["test_the_gradient_is_the_slope_of_the_cost_and_the_hessian_that_of_the_gradient"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> NDArray:
    return -logistic.negative_log_likelihood_gradient(theta, X, y)


@mutant("negative-log-likelihood-gradient-of-a-square", of="logistic.negative_log_likelihood_gradient",
        imitates="the slope of the sigmoid is multiplied in, as it would be for the squared error",
        killed_by=["test_each_sample_pulls_as_hard_as_the_model_is_wrong_about_it"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> NDArray:
    X, p = np.asarray(X), logistic.probability(theta, X)
    return X.T @ ((p - np.asarray(y, p.dtype)) * p * (1 - p))


@mutant("negative-log-likelihood-gradient-of-rounded-chances", of="logistic.negative_log_likelihood_gradient",
        imitates="chance minus label is taken after rounding, so a sample almost learnt pulls with no correct digit",
        killed_by=["test_the_pull_of_a_sample_that_is_almost_learnt_keeps_all_its_digits"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> NDArray:
    X, p = np.asarray(X), logistic.probability(theta, X)
    return X.T @ (p - np.asarray(y, p.dtype))


@mutant("negative-log-likelihood-gradient-in-place", of="logistic.negative_log_likelihood_gradient", level="shape",
        imitates="the step is taken at once, in the caller's own parameters",
        killed_by=["test_binary_costs_and_gradients_keep_shapes_and_dtype"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> NDArray:
    gradient, theta = logistic.negative_log_likelihood_gradient(theta, X, y), np.asarray(theta)
    theta -= gradient.astype(theta.dtype)
    return gradient


@mutant("negative-log-likelihood-hessian-of-squares", of="logistic.negative_log_likelihood_hessian",
        imitates="the factor phi (1 - phi) of each sample is missing: this is the Hessian of least squares",
        killed_by=["test_the_gradient_is_the_slope_of_the_cost_and_the_hessian_that_of_the_gradient",
                   "test_the_hessian_lies_between_nothing_and_a_quarter_of_the_squares"])
def _(theta: ArrayLike, X: ArrayLike) -> NDArray:
    X = np.asarray(X)
    return (X.T @ X).astype(np.result_type(X, np.asarray(theta)))


@mutant("softmax-negative-log-likelihood-guarded", of="logistic.softmax_negative_log_likelihood",
        imitates="1e-8 is added inside the logarithm, so the chances of the label are never small",
        killed_by=["test_the_loss_is_minus_the_logarithm_of_the_chance_of_the_label",
                   "test_the_loss_is_never_negative_and_knows_no_common_shift"])
def _(scores: ArrayLike, labels: ArrayLike) -> NDArray:
    p = softmax(scores)
    return -np.log(p[np.arange(len(p)), np.asarray(labels, np.intp)] + p.dtype.type(1e-8))


@mutant("softmax-negative-log-likelihood-sigmoids", of="logistic.softmax_negative_log_likelihood",
        imitates="each class has a sigmoid of its own, so the classes do not compete",
        killed_by=["test_the_loss_is_minus_the_logarithm_of_the_chance_of_the_label",
                   "test_the_gradient_in_the_scores_is_the_slope_of_the_loss"])
def _(scores: ArrayLike, labels: ArrayLike) -> NDArray:
    p = sigmoid(scores)
    return -np.log(p[np.arange(len(p)), np.asarray(labels, np.intp)])


@mutant("softmax-negative-log-likelihood-sum", of="logistic.softmax_negative_log_likelihood", level="shape",
        imitates="the losses are added up, where one for each sample is asked for",
        killed_by=["test_softmax_losses_and_gradients_keep_shapes_and_dtype"])
def _(scores: ArrayLike, labels: ArrayLike) -> NDArray:
    return np.asarray(logistic.softmax_negative_log_likelihood(scores, labels).sum())


@mutant("softmax-negative-log-likelihood-backward-diagonal", of="logistic.softmax_negative_log_likelihood_backward",
        imitates="softmax has the derivative p (1 - p) of a sigmoid, entry by entry (as in ML-From-Scratch)",
        killed_by=["test_the_gradient_is_what_softmax_says_minus_what_is_true"])
def _(upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike) -> NDArray:
    p = softmax(scores)
    own = np.eye(p.shape[1], dtype=p.dtype)[np.asarray(labels, np.intp)]
    return np.asarray(upstream)[:, np.newaxis] * -own / p * p * (1 - p)


@mutant("softmax-nll-sum", of="logistic.softmax_nll",
        imitates="the losses are summed, not averaged over the samples",
        killed_by=["test_softmax_regression_takes_the_mean_over_the_samples"])
def _(W: ArrayLike, X: ArrayLike, labels: ArrayLike) -> np.floating:
    loss = logistic.softmax_nll(W, X, labels)
    return loss * loss.dtype.type(len(np.asarray(X)))


@mutant("softmax-nll-gradient-reshaped", of="logistic.softmax_nll_gradient",
        imitates="the gradient is X^T (Y - T), reshaped to the weights instead of transposed",
        killed_by=["test_softmax_regression_takes_the_mean_over_the_samples"])
def _(W: ArrayLike, X: ArrayLike, labels: ArrayLike) -> NDArray:
    dW = logistic.softmax_nll_gradient(W, X, labels)
    return dW.T.reshape(dW.shape)


@mutant("negative-log-likelihood-squared-error", of="logistic.negative_log_likelihood",
        imitates="the squared error of the probabilities is summed up, which is flat far out and has no single valley",
        killed_by=["test_halfway_between_two_models_the_cost_is_no_more_than_the_mean",
                   "test_the_cost_is_minus_the_logarithm_of_the_likelihood"])
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    cost, p = logistic.negative_log_likelihood(theta, X, y), logistic.probability(theta, X)
    return cost.dtype.type(((p - np.asarray(y)) ** 2).sum())


@mutant("softmax-negative-log-likelihood-one-minus-the-chance", of="logistic.softmax_negative_log_likelihood",
        imitates="the chance to be wrong is taken for the loss: 1 - p for -log p, which is flat where the net is wrong",
        killed_by=["test_the_loss_is_convex_in_the_scores",
                   "test_the_loss_is_minus_the_logarithm_of_the_chance_of_the_label"])
def _(scores: ArrayLike, labels: ArrayLike) -> NDArray:
    return -np.expm1(-logistic.softmax_negative_log_likelihood(scores, labels))
