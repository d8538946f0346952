"""Laws of the Bayes rule and of two Gaussian classes: what every implementation obeys, ours and yours."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, exact_arrays, integer_arrays, normal, t9, t12

EQUAL = np.array([0.5, 0.5])


def chances(n, parts):
    """Draw n numbers that sum to 1, multiples of 1 / parts."""
    cuts = st.lists(st.integers(0, parts), min_size=n - 1, max_size=n - 1).map(sorted)
    return cuts.map(lambda c: np.diff([0, *c, parts]) / parts)


@st.composite
def spaces(draw, most=6, classes=3, dtype=np.float64):
    """A finite sample space: p(x|k) of n points in K classes, (n, K), columns summing to 1, and priors; all dyadic."""
    n, K = draw(st.integers(1, most)), draw(st.integers(2, classes))
    columns = [draw(chances(n, 64)) for _ in range(K)]
    return np.stack(columns, axis=1).astype(dtype), draw(chances(K, 16)).astype(dtype)


@st.composite
def gaussians(draw):
    """Samples (n, d), two means, a covariance with condition below 100, and priors; n != d."""
    n, d, seed = draw(st.integers(4, 5)), draw(st.integers(1, 3)), draw(SEEDS)
    A = normal(seed, d, d)
    pi = draw(st.integers(1, 15)) / 16
    return normal(seed + 1, n, d), normal(seed + 2, 2, d), A @ A.T + np.eye(d), np.array([1 - pi, pi])


def exact_error(rule, p, priors):
    """Return the mass of all samples in a class that is not chosen for them, as a fraction."""
    mass = [[Fraction(p_k) * Fraction(pi) for p_k, pi in zip(row, priors, strict=True)] for row in p]
    return sum((m for r, row in zip(rule, mass, strict=True) for k, m in enumerate(row) if k != r), Fraction(0))


def square(v, Sigma):
    """Return v^T Sigma^-1 v."""
    return v @ np.linalg.inv(Sigma) @ v


# The rule


@law("BAY-01", level="definition")
@given(spaces())
def test_the_rule_picks_the_largest_product_of_likelihood_and_prior_the_first_of_equals(subject, case):
    p, priors = case
    products = [[Fraction(p_k) * Fraction(pi) for p_k, pi in zip(row, priors, strict=True)] for row in p]
    assert subject.bayes.bayes_rule(p, priors).tolist() == [row.index(max(row)) for row in products]


@law("BAY-01", level="theorem")
@given(spaces(classes=2) | spaces(most=4))
@example((np.array([[0.5, 0.25], [0.25, 0.25], [0.25, 0.5]]), np.array([0.75, 0.25]))).via("three points, two classes")
def test_no_rule_on_a_finite_space_errs_less_often_than_the_bayes_rule(subject, case):
    p, priors = case
    bayes = exact_error(subject.bayes.bayes_rule(p, priors), p, priors)
    n, K = p.shape
    assert bayes == min(exact_error(rule, p, priors) for rule in product(range(K), repeat=n))


@law("BAY-01", level="theorem")
def test_the_likelihood_alone_is_not_enough_where_one_class_is_rare(subject):
    p, priors = np.array([[0.75, 0.25], [0.25, 0.75]]), np.array([0.125, 0.875])
    assert subject.bayes.bayes_rule(p, priors).tolist() == [1, 1]
    assert exact_error([1, 1], p, priors) == Fraction(1, 8)
    assert exact_error(p.argmax(axis=1), p, priors) == Fraction(1, 4)


@law("BAY-01", level="law")
@given(spaces(), st.sampled_from([2.0**-1000, 2.0**-40, 0.25, 8, 2.0**900]))
def test_a_factor_common_to_all_classes_changes_nothing(subject, case, c):
    p, priors = case
    assert (subject.bayes.bayes_rule(c * p, priors) == subject.bayes.bayes_rule(p, priors)).all()
    seen = p @ priors > 0
    assert (subject.bayes.posterior(c * p[seen], priors) == subject.bayes.posterior(p[seen], priors)).all()


@law("BAY-01", level="law")
@given(spaces(), st.randoms(use_true_random=False))
def test_each_sample_is_judged_on_its_own(subject, case, random):
    p, priors = case
    order = random.sample(range(len(p)), len(p))
    assert (subject.bayes.bayes_rule(p[order], priors) == subject.bayes.bayes_rule(p, priors)[order]).all()


@law("BAY-01", level="shape")
@given(FLOATS.flatmap(lambda dtype: spaces(dtype=dtype)))
def test_the_rule_gives_whole_numbers_and_the_posterior_keeps_the_dtype(subject, case):
    (p, priors), before = case, [a.copy() for a in case]
    rule, chance = subject.bayes.bayes_rule(p, priors), subject.bayes.posterior(p, priors)
    assert rule.dtype.kind == "i" and rule.shape == p.shape[:1]
    assert chance.dtype == p.dtype and chance.shape == p.shape
    rule[...], chance[...] = 99, 99
    assert (p == before[0]).all() and (priors == before[1]).all()


@law("BAY-01", level="extreme")
def test_of_no_samples_there_is_nothing_to_say(subject):
    assert subject.bayes.bayes_rule(np.zeros((0, 2)), EQUAL).shape == (0,)
    assert subject.bayes.posterior(np.zeros((0, 2)), EQUAL).shape == (0, 2)


# The posterior


@law("BAY-01", level="definition")
@given(spaces())
def test_the_posterior_is_the_share_of_each_class_in_the_sample(subject, case):
    p, priors = case[0][case[0] @ case[1] > 0], case[1]
    joint = [[Fraction(p_k) * Fraction(pi) for p_k, pi in zip(row, priors, strict=True)] for row in p]
    expected = [[float(j / sum(row)) for j in row] for row in joint]
    got = subject.bayes.posterior(p, priors)
    assert t12(got, np.reshape(expected, p.shape))
    assert t12(got.sum(axis=1), np.ones(len(p)))


@law("BAY-01", level="law")
@given(spaces())
def test_the_rule_picks_a_class_of_largest_posterior(subject, case):
    p, priors = case[0][case[0] @ case[1] > 0], case[1]
    chance = subject.bayes.posterior(p, priors)
    picked = chance[np.arange(len(p)), subject.bayes.bayes_rule(p, priors)]
    assert (picked == chance.max(axis=1)).all()


@law("BAY-01", level="extreme")
def test_a_sample_that_no_class_can_produce_has_no_posterior_and_a_tiny_one_has(subject):
    p = np.array([[0, 0], [0, 1e-300], [5e-324, 5e-324], [math.nan, 1]])
    chance = subject.bayes.posterior(p, np.array([0.75, 0.25]))
    assert np.isnan(chance[[0, 3]]).all()
    assert chance[1:3].tolist() == [[0, 1], [0.75, 0.25]]


# The error of a rule


@law("BAY-01", level="definition")
@given(spaces(), st.data())
def test_a_rule_errs_with_the_mass_of_all_samples_outside_their_chosen_class(subject, case, data):
    p, priors = case
    rule = data.draw(st.lists(st.integers(0, len(priors) - 1), min_size=len(p), max_size=len(p)))
    assert subject.bayes.rule_error(np.array(rule), p, priors) == float(exact_error(rule, p, priors))


@law("BAY-01", level="law")
@given(spaces(classes=2))
def test_with_two_classes_a_rule_and_its_opposite_err_once_together(subject, case):
    p, priors = case
    rule = np.arange(len(p)) % 2
    assert subject.bayes.rule_error(rule, p, priors) + subject.bayes.rule_error(1 - rule, p, priors) == 1


# Two Gaussians with one covariance


@law("BAY-01", level="definition")
@given(gaussians())
def test_the_density_is_that_of_the_normal_distribution(subject, case):
    X, (mean, _), Sigma, _ = case
    norm = math.sqrt((2 * math.pi) ** len(mean) * np.linalg.det(Sigma))
    expected = [math.exp(-square(x - mean, Sigma) / 2) / norm for x in X]
    assert t9(subject.bayes.gaussian_density(X, mean, Sigma) / expected, np.ones(len(X)))


@law("BAY-01", level="law")
@given(st.integers(1, 8).map(lambda i: i / 4), st.integers(-3, 3))
def test_the_density_has_mass_one_and_the_covariance_it_was_given(subject, variance, mean):
    x = mean + np.arange(-6400, 6401) / 256  # the trapezoid sum of so smooth a curve is exact to rounding
    p = subject.bayes.gaussian_density(x[:, np.newaxis], np.array([float(mean)]), np.array([[variance]])) / 256
    assert t9(p.sum(), 1)
    assert t9((p * (x - mean) ** 2).sum(), variance)


@law("BAY-01", level="definition")
@given(gaussians())
def test_the_plane_is_that_of_the_formula(subject, case):
    _, (mu0, mu1), Sigma, (pi0, pi1) = case
    w, b = subject.bayes.logistic_parameters(np.array([mu0, mu1]), Sigma, np.array([pi0, pi1]))
    assert t9(w, np.linalg.inv(Sigma) @ (mu1 - mu0))
    assert t9(b, -square(mu1, Sigma) / 2 + square(mu0, Sigma) / 2 + math.log(pi1 / pi0))


@law("BAY-01", level="definition")
def test_a_plane_computed_by_hand(subject):
    means, Sigma = np.array([[1.0, 0], [2, 4]]), np.array([[2.0, 1], [1, 1]])  # the inverse is (1, -1), (-1, 2)
    w, b = subject.bayes.logistic_parameters(means, Sigma, np.array([0.25, 0.75]))
    assert t12(w, [1 - 4, -1 + 8])
    assert t12(b, -(2 * -2 + 4 * 6) / 2 + 1 / 2 + math.log(3))


@law("BAY-01", level="theorem")
@given(gaussians())
def test_the_posterior_of_two_gaussians_is_logistic_in_a_linear_score(subject, case):
    X, means, Sigma, priors = case
    odds = [[pi * math.exp(-square(x - mu, Sigma) / 2) for mu, pi in zip(means, priors, strict=True)] for x in X]
    expected = [p1 / (p0 + p1) for p0, p1 in odds]
    w, b = subject.bayes.logistic_parameters(means, Sigma, priors)
    assert t9(1 / (1 + np.exp(-(X @ w + b))), expected)
    assert t9(subject.bayes.gaussian_posterior(X, means, Sigma, priors), expected)


@law("BAY-01", level="theorem")
@given(gaussians())
def test_densities_and_priors_lead_to_the_same_posterior_as_the_plane(subject, case):
    X, means, Sigma, priors = case
    p = np.stack([subject.bayes.gaussian_density(X, mu, Sigma) for mu in means], axis=1)
    assert t9(subject.bayes.posterior(p, priors)[:, 1], subject.bayes.gaussian_posterior(X, means, Sigma, priors))


@law("BAY-01", level="theorem")
def test_with_two_covariances_the_score_is_no_longer_linear(subject):
    x, narrow, wide = np.array([[-3.0], [0], [3]]), np.array([[1.0]]), np.array([[4.0]])
    p = np.stack([subject.bayes.gaussian_density(x, np.zeros(1), Sigma) for Sigma in (narrow, wide)], axis=1)
    assert subject.bayes.bayes_rule(p, EQUAL).tolist() == [1, 0, 1]  # no threshold on one score does that


@law("BAY-01", level="law")
@given(integer_arrays((2, 3)), st.lists(st.sampled_from([0.25, 0.5, 1, 2, 4]), min_size=3, max_size=3))
def test_half_way_between_equally_frequent_classes_both_are_as_probable(subject, means, variances):
    middle = means.sum(axis=0, keepdims=True) / 2
    assert subject.bayes.gaussian_posterior(middle, means, np.diag(variances), EQUAL).tolist() == [0.5]


@law("BAY-01", level="law")
@given(gaussians())
def test_the_two_classes_change_places(subject, case):
    X, means, Sigma, priors = case
    there = subject.bayes.gaussian_posterior(X, means, Sigma, priors)
    assert t12(subject.bayes.gaussian_posterior(X, means[::-1], Sigma, priors[::-1]), 1 - there)


@law("BAY-01", level="extreme")
def test_the_posterior_is_right_where_both_densities_are_zero(subject):
    x, means, Sigma = np.array([[-1000.0], [1000]]), np.array([[-1.0], [1]]), np.array([[1.0]])
    assert subject.bayes.gaussian_density(x, means[0], Sigma).tolist() == [0, 0]
    assert subject.bayes.gaussian_posterior(x, means, Sigma, EQUAL).tolist() == [0, 1]


@law("BAY-01", level="extreme")
def test_far_from_the_origin_no_digits_are_lost_in_the_difference_of_two_squares(subject):
    means = np.array([[2.0**27], [2.0**27 + 1]])  # squares of 55 bits: their difference is wrong by up to 8
    _, b = subject.bayes.logistic_parameters(means, np.array([[1.0]]), EQUAL)
    assert b == -(2.0**27) - 0.5


@law("BAY-01", level="extreme")
def test_a_class_that_never_occurs_is_never_believed_in(subject):
    x, means, Sigma = np.array([[5.0], [-5]]), np.array([[-1.0], [1]]), np.array([[1.0]])
    assert subject.bayes.gaussian_posterior(x, means, Sigma, np.array([1.0, 0])).tolist() == [0, 0]
    assert subject.bayes.gaussian_posterior(x, means, Sigma, np.array([0, 1.0])).tolist() == [1, 1]


@law("BAY-01", level="extreme")
def test_missing_and_infinite_samples_flow(subject):
    x, means, Sigma = np.array([[math.nan], [math.inf], [-math.inf]]), np.array([[-1.0], [1]]), np.array([[1.0]])
    density = subject.bayes.gaussian_density(x, means[0], Sigma)
    chance = subject.bayes.gaussian_posterior(x, means, Sigma, EQUAL)
    assert np.isnan(density[0]) and density[1:].tolist() == [0, 0]
    assert np.isnan(chance[0]) and chance[1:].tolist() == [1, 0]


@law("BAY-01", level="shape")
@given(FLOATS, exact_arrays((4, 2)), exact_arrays((2, 2)))
def test_gaussians_keep_the_dtype_and_leave_their_arguments_alone(subject, dtype, X, means):
    args = [a.astype(dtype) for a in (X, means, np.array([[2, 1], [1, 1]]), EQUAL)]
    before = [a.copy() for a in args]
    X, means, Sigma, priors = args
    w, b = subject.bayes.logistic_parameters(means, Sigma, priors)
    density = subject.bayes.gaussian_density(X, means[0], Sigma)
    chance = subject.bayes.gaussian_posterior(X, means, Sigma, priors)
    assert [r.shape for r in (w, b, density, chance)] == [(2,), (), (4,), (4,)]
    for result in (w, b, density, chance):
        assert result.dtype == dtype
        result[...] = 99
    assert all((a == old).all() for a, old in zip(args, before, strict=True))
