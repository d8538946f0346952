"""Wrong Bayes rules."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import bayes
from refnn.activations import sigmoid
from refnn.exercises.mutants import mutant
from refnn.linear import discriminant

# fmt: off


@mutant("bayes-rule-likelihood-alone", of="bayes.bayes_rule",
        imitates="the priors are left out: the class that explains the sample best wins, however rare",
        killed_by=["test_the_likelihood_alone_is_not_enough_where_one_class_is_rare",
                   "test_the_rule_picks_the_largest_product_of_likelihood_and_prior_the_first_of_equals",
                   "test_no_rule_on_a_finite_space_errs_less_often_than_the_bayes_rule"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray[np.intp]:
    bayes.bayes_rule(likelihoods, priors)
    return np.asarray(likelihoods).argmax(axis=1)


@mutant("bayes-rule-last-of-equals", of="bayes.bayes_rule",
        imitates="of equal products the last class wins, as with >= in a loop",
        killed_by=["test_the_rule_picks_the_largest_product_of_likelihood_and_prior_the_first_of_equals"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray[np.intp]:
    K = np.shape(priors)[0]
    return K - 1 - bayes.bayes_rule(np.asarray(likelihoods)[:, ::-1], np.asarray(priors)[::-1])


@mutant("bayes-rule-above-a-half", of="bayes.bayes_rule",
        imitates="the products are compared with a fixed number, as if they were posteriors already",
        killed_by=["test_a_factor_common_to_all_classes_changes_nothing"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray[np.intp]:
    right, joint = bayes.bayes_rule(likelihoods, priors), np.asarray(likelihoods) * np.asarray(priors)
    return np.where(joint.max(axis=1, initial=0) > 0.125, right, 0)


@mutant("bayes-rule-with-the-priors-of-the-batch", of="bayes.bayes_rule",
        imitates="the likelihoods of a class are divided by their sum over the batch, so samples depend on each other",
        killed_by=["test_the_rule_picks_the_largest_product_of_likelihood_and_prior_the_first_of_equals",
                   "test_the_rule_picks_a_class_of_largest_posterior"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray[np.intp]:
    p = np.asarray(likelihoods)
    mass = p.max(axis=0, initial=0)
    return bayes.bayes_rule(p / np.where(mass > 0, mass, 1), priors)


@mutant("bayes-rule-in-the-order-of-the-batch", of="bayes.bayes_rule",
        imitates="the first sample is compared with nothing and gets class 0: an index that starts at 1",
        killed_by=["test_each_sample_is_judged_on_its_own"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray[np.intp]:
    rule = bayes.bayes_rule(likelihoods, priors)
    rule[:1] = 0
    return rule


@mutant("bayes-rule-over-the-samples", of="bayes.bayes_rule", level="shape",
        imitates="argmax runs over the samples: it names the best sample of each class, not the best class of each",
        killed_by=["test_the_rule_gives_whole_numbers_and_the_posterior_keeps_the_dtype",
                   "test_of_no_samples_there_is_nothing_to_say"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray[np.intp]:
    bayes.bayes_rule(likelihoods, priors)
    return (np.asarray(likelihoods) * np.asarray(priors)).argmax(axis=0)


@mutant("posterior-over-the-samples", of="bayes.posterior",
        imitates="the products are divided by their sum over the samples, so the columns sum to 1 and not the rows",
        killed_by=["test_the_posterior_is_the_share_of_each_class_in_the_sample"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray:
    right, joint = bayes.posterior(likelihoods, priors), np.asarray(likelihoods) * np.asarray(priors)
    return (joint / joint.sum(axis=0)).astype(right.dtype)


@mutant("posterior-without-priors", of="bayes.posterior",
        imitates="the classes are taken for equally frequent",
        killed_by=["test_the_posterior_is_the_share_of_each_class_in_the_sample",
                   "test_the_rule_picks_a_class_of_largest_posterior",
                   "test_densities_and_priors_lead_to_the_same_posterior_as_the_plane"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray:
    right, K = bayes.posterior(likelihoods, priors), np.shape(priors)[0]
    return bayes.posterior(likelihoods, np.full(K, 1 / K)).astype(right.dtype)


@mutant("posterior-tiny-numbers-vanish", of="bayes.posterior",
        imitates="the products are taken as they stand, and those of tiny densities round to 0 by 0",
        killed_by=["test_a_sample_that_no_class_can_produce_has_no_posterior_and_a_tiny_one_has"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray:
    right, joint = bayes.posterior(likelihoods, priors), np.asarray(likelihoods) * np.asarray(priors)
    return (joint / joint.sum(axis=1, keepdims=True)).astype(right.dtype)


@mutant("posterior-equal-where-impossible", of="bayes.posterior",
        imitates="0 by 0 is answered with equal chances, so a sample that nothing can produce looks like a draw",
        killed_by=["test_a_sample_that_no_class_can_produce_has_no_posterior_and_a_tiny_one_has"])
def _(likelihoods: ArrayLike, priors: ArrayLike) -> NDArray:
    chance = bayes.posterior(likelihoods, priors)
    impossible = (np.asarray(likelihoods) == 0).all(axis=1, keepdims=True)
    return np.where(impossible, chance.dtype.type(1 / chance.shape[1]), chance)


@mutant("rule-error-without-priors", of="bayes.rule_error",
        imitates="the errors of the classes are averaged as if all were equally frequent",
        killed_by=["test_a_rule_errs_with_the_mass_of_all_samples_outside_their_chosen_class"])
def _(rule: ArrayLike, likelihoods: ArrayLike, priors: ArrayLike) -> float:
    K = np.shape(priors)[0]
    return bayes.rule_error(rule, likelihoods, np.full(K, 1 / K))


@mutant("rule-error-of-the-posterior", of="bayes.rule_error",
        imitates="the mean over the samples of 1 - p is taken, as if all samples were equally probable",
        killed_by=["test_a_rule_errs_with_the_mass_of_all_samples_outside_their_chosen_class",
                   "test_with_two_classes_a_rule_and_its_opposite_err_once_together"])
def _(rule: ArrayLike, likelihoods: ArrayLike, priors: ArrayLike) -> float:
    bayes.rule_error(rule, likelihoods, priors)
    joint = np.asarray(likelihoods) * np.asarray(priors)
    return float((1 - joint[np.arange(len(joint)), np.asarray(rule)]).mean())


@mutant("gaussian-density-without-the-half", of="bayes.gaussian_density",
        imitates="the 1/2 in the exponent is missing",
        killed_by=["test_the_density_is_that_of_the_normal_distribution",
                   "test_the_density_has_mass_one_and_the_covariance_it_was_given"])
def _(X: ArrayLike, mean: ArrayLike, covariance: ArrayLike) -> NDArray:
    p = bayes.gaussian_density(X, mean, covariance)
    return p * p * p.dtype.type(math.sqrt((2 * math.pi) ** np.size(mean) * np.linalg.det(np.asarray(covariance))))


@mutant("gaussian-density-of-one-dimension", of="bayes.gaussian_density",
        imitates="the norm has the root of 2 pi once, whatever the dimension",
        killed_by=["test_the_density_is_that_of_the_normal_distribution"])
def _(X: ArrayLike, mean: ArrayLike, covariance: ArrayLike) -> NDArray:
    p = bayes.gaussian_density(X, mean, covariance)
    return p * p.dtype.type((2 * math.pi) ** ((np.size(mean) - 1) / 2))


@mutant("gaussian-density-axes-only", of="bayes.gaussian_density",
        imitates="of the covariance only the diagonal is used, as if the inputs were independent",
        killed_by=["test_the_density_is_that_of_the_normal_distribution",
                   "test_densities_and_priors_lead_to_the_same_posterior_as_the_plane"])
def _(X: ArrayLike, mean: ArrayLike, covariance: ArrayLike) -> NDArray:
    return bayes.gaussian_density(X, mean, np.diag(np.diagonal(covariance)))


@mutant("gaussian-density-covariance-as-deviation", of="bayes.gaussian_density",
        imitates="the covariance is read as if it held deviations, and squared",
        killed_by=["test_the_density_has_mass_one_and_the_covariance_it_was_given",
                   "test_the_density_is_that_of_the_normal_distribution"])
def _(X: ArrayLike, mean: ArrayLike, covariance: ArrayLike) -> NDArray:
    Sigma = np.asarray(covariance)
    return bayes.gaussian_density(X, mean, Sigma @ Sigma)


@mutant("gaussian-density-one-width-for-all", of="bayes.gaussian_density",
        imitates="the exponent does not look at the covariance, which enters the norm only",
        killed_by=["test_with_two_covariances_the_score_is_no_longer_linear",
                   "test_the_density_is_that_of_the_normal_distribution"])
def _(X: ArrayLike, mean: ArrayLike, covariance: ArrayLike) -> NDArray:
    right, Sigma = bayes.gaussian_density(X, mean, covariance), np.asarray(covariance)
    plain = bayes.gaussian_density(X, mean, np.eye(len(Sigma), dtype=Sigma.dtype))
    return (plain / np.sqrt(np.linalg.det(Sigma))).astype(right.dtype)


@mutant("gaussian-density-hides-nan", of="bayes.gaussian_density",
        imitates="NaN is read as the mean, so a broken sample looks like the most probable of all",
        killed_by=["test_missing_and_infinite_samples_flow"])
def _(X: ArrayLike, mean: ArrayLike, covariance: ArrayLike) -> NDArray:
    return bayes.gaussian_density(np.where(np.isnan(np.asarray(X)), mean, X), mean, covariance)


@mutant("gaussian-density-always-float64", of="bayes.gaussian_density", level="shape",
        imitates="the constant in front is a float64 array, and takes the density with it",
        killed_by=["test_gaussians_keep_the_dtype_and_leave_their_arguments_alone"])
def _(X: ArrayLike, mean: ArrayLike, covariance: ArrayLike) -> NDArray:
    return bayes.gaussian_density(X, mean, covariance) * np.ones(1)


@mutant("logistic-parameters-of-the-other-class", of="bayes.logistic_parameters",
        imitates="the means are subtracted the other way round, so the score speaks for class 0",
        killed_by=["test_the_plane_is_that_of_the_formula", "test_a_plane_computed_by_hand",
                   "test_the_posterior_of_two_gaussians_is_logistic_in_a_linear_score"])
def _(means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> tuple[NDArray, NDArray]:
    w, b = bayes.logistic_parameters(means, covariance, priors)
    return -w, np.asarray(-b)


@mutant("logistic-parameters-without-inverse", of="bayes.logistic_parameters",
        imitates="the difference of the means is multiplied by the covariance, not by its inverse",
        killed_by=["test_the_plane_is_that_of_the_formula", "test_a_plane_computed_by_hand"])
def _(means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> tuple[NDArray, NDArray]:
    Sigma = np.asarray(covariance)
    return bayes.logistic_parameters(means, np.linalg.inv(Sigma).astype(Sigma.dtype), priors)


@mutant("logistic-parameters-equal-priors", of="bayes.logistic_parameters",
        imitates="the logarithm of the priors is missing from the bias",
        killed_by=["test_the_plane_is_that_of_the_formula", "test_a_plane_computed_by_hand"])
def _(means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> tuple[NDArray, NDArray]:
    bayes.logistic_parameters(means, covariance, priors)
    return bayes.logistic_parameters(means, covariance, np.full_like(priors, 0.5))


@mutant("logistic-parameters-difference-of-squares", of="bayes.logistic_parameters",
        imitates="the bias is the difference of two large squares as the formula has it, and what is left is rounding",
        killed_by=["test_far_from_the_origin_no_digits_are_lost_in_the_difference_of_two_squares"])
def _(means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> tuple[NDArray, NDArray]:
    w, b = bayes.logistic_parameters(means, covariance, priors)
    mu, pi = np.asarray(means), np.asarray(priors)
    squares = np.array([m @ np.linalg.solve(np.asarray(covariance), m) / 2 for m in mu])
    with np.errstate(divide="ignore"):
        return w, np.asarray(squares[0] - squares[1] + np.log(pi[1] / pi[0])).astype(b.dtype)


@mutant("gaussian-posterior-of-class-0", of="bayes.gaussian_posterior",
        imitates="the probability of the first class is returned",
        killed_by=["test_the_posterior_of_two_gaussians_is_logistic_in_a_linear_score",
                   "test_a_class_that_never_occurs_is_never_believed_in"])
def _(X: ArrayLike, means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> NDArray:
    return 1 - bayes.gaussian_posterior(X, means, covariance, priors)


@mutant("gaussian-posterior-from-densities", of="bayes.gaussian_posterior",
        imitates="it is computed as a share of two densities, which are both 0 far out",
        killed_by=["test_the_posterior_is_right_where_both_densities_are_zero",
                   "test_missing_and_infinite_samples_flow"])
def _(X: ArrayLike, means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> NDArray:
    right, pi = bayes.gaussian_posterior(X, means, covariance, priors), np.asarray(priors)
    joint = [p * bayes.gaussian_density(X, mean, covariance) for p, mean in zip(pi, np.asarray(means), strict=True)]
    return (joint[1] / (joint[0] + joint[1])).astype(right.dtype)


@mutant("gaussian-posterior-hard", of="bayes.gaussian_posterior",
        imitates="the score is cut at zero: class 1 or not, and nothing in between",
        killed_by=["test_half_way_between_equally_frequent_classes_both_are_as_probable",
                   "test_the_posterior_of_two_gaussians_is_logistic_in_a_linear_score"])
def _(X: ArrayLike, means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> NDArray:
    chance = bayes.gaussian_posterior(X, means, covariance, priors)
    return np.where(np.isnan(chance), chance, (chance >= 0.5).astype(chance.dtype))


@mutant("gaussian-posterior-priors-forgotten-once", of="bayes.gaussian_posterior",
        imitates="the prior of class 0 stands in the bias without that of class 1: log 1/pi for log (1 - pi)/pi",
        killed_by=["test_the_two_classes_change_places",
                   "test_half_way_between_equally_frequent_classes_both_are_as_probable"])
def _(X: ArrayLike, means: ArrayLike, covariance: ArrayLike, priors: ArrayLike) -> NDArray:
    w, b = bayes.logistic_parameters(means, covariance, priors)
    with np.errstate(divide="ignore", invalid="ignore"):
        return sigmoid(discriminant(X, w, b - np.log(np.asarray(priors)[1]).astype(b.dtype)))
