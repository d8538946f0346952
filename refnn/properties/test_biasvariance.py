"""Laws of bias and variance: three parts that sum to the error of every learner, and errors as models grow richer."""

from fractions import Fraction
from itertools import pairwise, product
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, exact_arrays, integer_arrays, normal, t9, t12

PLACES, P, VALUES = np.array([0.0, 1, 2]), np.array([0.2, 0.5, 0.3]), np.array([-1.0, 0, 1, 3])
Q = np.array([[0, 0.5, 0.5, 0], [0, 0, 0.25, 0.75], [1, 0, 0, 0]])  # the worked example


@st.composite
def probabilities(draw, n):
    """Multiples of 1/16 that sum to 1."""
    cuts = [0, *sorted(draw(st.lists(st.integers(0, 16), min_size=n - 1, max_size=n - 1))), 16]
    return np.diff(cuts) / 16


@st.composite
def worlds(draw):
    """Places (m,) with their probabilities, values (k,), and the probabilities (m, k) of values at places."""
    m, k = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    p = draw(probabilities(m))
    return draw(exact_arrays(m)), p, draw(exact_arrays(k)), np.array([draw(probabilities(k)) for _ in range(m)])


def fractions(values):
    return [Fraction(value) for value in np.ravel(values).tolist()]


def mean(values, p):
    return sum(p_i * v for p_i, v in zip(p, values, strict=True))


def three_parts(F, w, p, y, q):
    """Return E_D[EPE], bias, variance and noise by the definition, in exact fractions."""
    F, q = [fractions(f) for f in F], [fractions(row) for row in q]
    w, p, y = fractions(w), fractions(p), fractions(y)
    error = mean([mean([mean([(y_b - f_a) ** 2 for y_b in y], q_a) for f_a, q_a in zip(f, q, strict=True)], p)
                  for f in F], w)
    mean_f, mean_y = [mean(column, w) for column in zip(*F, strict=True)], [mean(y, q_a) for q_a in q]
    bias = mean([(f - e) ** 2 for f, e in zip(mean_f, mean_y, strict=True)], p)
    variance = mean([mean([(f[a] - mean_f[a]) ** 2 for f in F], w) for a in range(len(p))], p)
    noise = mean([mean([(y_b - e) ** 2 for y_b in y], q_a) for e, q_a in zip(mean_y, q, strict=True)], p)
    return [float(part) for part in (error, bias, variance, noise)]


def worked_example(subject):
    """Return the predictions of the line through two samples, for every data set, and how probable each is."""
    sets, weights = subject.biasvariance.data_sets(PLACES, P, VALUES, Q, 2)
    learner = subject.biasvariance.line_through_two
    return subject.biasvariance.predict_from_each(learner, sets, PLACES), weights


# The decomposition


@law("BV-01", level="definition")
@given(worlds(), st.data())
def test_the_error_of_one_function_is_its_mean_squared_miss(subject, world, data):
    _, p, y, q = world
    f = data.draw(exact_arrays(len(p)))
    expected = mean([mean([(y_b - f_a) ** 2 for y_b in y], q_a) for f_a, q_a in zip(f, q, strict=True)], p)
    assert t12(subject.biasvariance.prediction_error(f, p, y, q), expected)


@law("BV-01", level="definition")
@given(worlds(), st.integers(1, 4), st.data())
def test_each_part_is_the_mean_that_names_it(subject, world, r, data):
    _, p, y, q = world
    F, w = data.draw(exact_arrays((r, len(p)))), data.draw(probabilities(r))
    assert t9(list(subject.biasvariance.decompose(F, w, p, y, q)), three_parts(F, w, p, y, q))


@law("BV-01", level="theorem")
@given(worlds(), st.integers(1, 5), SEEDS)
def test_the_mean_error_of_any_learner_is_bias_plus_variance_plus_noise(subject, world, r, seed):
    _, p, y, q = world
    F, w = 3 * normal(seed, r, len(p)), np.arange(1.0, r + 1) / sum(range(1, r + 1))
    error, bias, variance, noise = subject.biasvariance.decompose(F, w, p, y, q)
    assert t9(error, bias + variance + noise) and min(bias, variance, noise) >= 0


@law("BV-01", level="theorem")
def test_the_worked_example_comes_out_to_the_last_digit(subject):
    F, w = worked_example(subject)
    parts = subject.biasvariance.decompose(F, w, P, VALUES, Q)
    assert t9(list(parts), [7.00725, 2.317225, 4.265025, 0.425])
    assert t9(parts.error, 2.317225 + 4.265025 + 0.425)


@law("E-38", level="theorem")
def test_one_function_does_not_obey_the_decomposition_but_their_mean_does(subject):
    F, w = worked_example(subject)
    errors = [subject.biasvariance.prediction_error(f, P, VALUES, Q) for f in F]
    assert min(errors) < 7 - 1 < 7 + 1 < max(errors)  # the slide's EPE(f), without the mean over data sets
    assert t9(w @ errors, 7.00725)
    _, bias, variance, noise = subject.biasvariance.decompose(F[:1], [1], P, VALUES, Q)
    assert variance == 0 and t9(errors[0], bias + noise)  # what holds for one function: it has no variance


@law("BV-01", level="law")
@given(worlds(), st.integers(1, 3), st.data())
def test_a_learner_that_ignores_its_data_has_no_variance_and_the_noise_is_never_its_fault(subject, world, r, data):
    _, p, y, q = world
    w, f = data.draw(probabilities(r)), data.draw(exact_arrays(len(p)))
    stubborn = subject.biasvariance.decompose(np.tile(f, (r, 1)), w, p, y, q)
    oracle = subject.biasvariance.decompose(np.tile(q @ y, (r, 1)), w, p, y, q)
    assert t12([stubborn.variance, oracle.bias, oracle.variance], [0, 0, 0])
    assert stubborn.noise == oracle.noise and t12(oracle.error, oracle.noise)


@law("BV-01", level="theorem")
@pytest.mark.parametrize("s", [1, 2, 4])
def test_the_mean_of_s_samples_has_no_bias_and_one_sth_of_the_noise_as_variance(subject, s):
    world = np.ones(1), np.array([0.0, 1, 4]), np.array([[0.5, 0.25, 0.25]])
    sets, w = subject.biasvariance.data_sets(np.zeros(1), *world, s)
    F = subject.biasvariance.predict_from_each(lambda X, Y, x: np.full(len(x), Y.mean()), sets, np.zeros(1))
    parts = subject.biasvariance.decompose(F, w, *world)
    assert parts.bias == 0 and parts.noise == 43 / 16 and parts.variance == parts.noise / s


@law("BV-01", level="extreme")
def test_a_place_without_a_prediction_has_no_error_and_an_infinite_one_an_infinite_error(subject):
    world = np.array([0.5, 0.5]), np.array([0.0, 1]), np.array([[0.5, 0.5], [1, 0]])
    assert isnan(subject.biasvariance.prediction_error(np.array([np.nan, 0]), *world))
    assert subject.biasvariance.prediction_error(np.array([1e200, 0]), *world) == np.inf
    assert isnan(subject.biasvariance.decompose(np.array([[0, np.nan]]), np.ones(1), *world).error)


@law("BV-01", level="extreme")
@given(FLOATS, FLOATS)
def test_predictions_in_single_precision_are_split_in_double_and_left_alone(subject, dtype, p_dtype):
    F, w = np.array([[1, 2], [0.1, 3]], dtype), np.array([0.5, 0.5], p_dtype)
    p, y, q = np.array([0.1, 0.9], p_dtype), np.ones(1, dtype), np.ones((2, 1), p_dtype)
    before = F.copy()
    parts = subject.biasvariance.decompose(F, w, p, y, q)
    assert all(type(part) is float for part in parts) and (before == F).all()
    assert t9(list(parts), three_parts(F, w, p, y, q))


# Data sets and learners


@law("BV-01", level="definition")
@given(worlds(), st.integers(1, 3))
def test_every_possible_data_set_is_listed_once_with_its_probability(subject, world, s):
    x, p, y, q = world
    sets, w = subject.biasvariance.data_sets(x, p, y, q, s)
    joint = [(x[a], y[b], p[a] * q[a, b]) for a, b in product(range(len(p)), range(len(y))) if p[a] * q[a, b] > 0]
    drawn = list(product(joint, repeat=s))
    expected = [[(x_i, y_i) for x_i, y_i, _ in D] for D in drawn]
    assert [list(zip(X.tolist(), Y.tolist(), strict=True)) for X, Y in sets] == expected
    assert t12(w, [np.prod([chance for _, _, chance in D]) for D in drawn]) and t12(w.sum(), 1)


@law("BV-01", level="definition")
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), FLOATS, st.data())
def test_a_learner_makes_one_row_of_predictions_from_each_data_set_of_any_size(subject, sizes, dtype, data):
    sets = [(data.draw(exact_arrays(s, dtype)), data.draw(exact_arrays(s, dtype))) for s in sizes]
    x = data.draw(exact_arrays(3, dtype))
    F = subject.biasvariance.predict_from_each(lambda X, Y, x: Y[0] * x + X[-1], sets, x)
    assert F.tolist() == [[float(Y[0]) * t + float(X[-1]) for t in x.tolist()] for X, Y in sets]
    assert F.dtype == dtype


@law("BV-01", level="shape")
def test_a_learner_that_writes_into_its_arguments_harms_nobody(subject):
    def vandal(X, Y, x):
        X[...], Y[...], x[...] = 7, 8, 9
        return x

    X, Y, x = np.zeros(2), np.zeros(2), np.zeros(3)
    F = subject.biasvariance.predict_from_each(vandal, [(X, Y), (X, Y)], x)
    assert F.tolist() == [[9, 9, 9]] * 2 and not (X.any() or Y.any() or x.any())


@law("BV-01", level="definition")
@given(exact_arrays(3), exact_arrays(4), st.sampled_from([-4.0, -0.5, 0.25, 2]), FLOATS)
def test_a_line_through_two_samples_meets_both_and_a_double_place_is_met_in_the_middle(subject, xy, at, gap, dtype):
    x_1, y_1, y_2 = xy
    X, Y, x = (np.array(a, dtype) for a in ([x_1, x_1 + gap], [y_1, y_2], [*at, x_1, x_1 + gap]))
    f = subject.biasvariance.line_through_two(X, Y, x)
    assert f.tolist() == [y_1 + (y_2 - y_1) / gap * (t - x_1) for t in x.tolist()] and f.dtype == dtype
    assert f[-2:].tolist() == [y_1, y_2]
    assert subject.biasvariance.line_through_two(X[[0, 0]], Y, x).tolist() == [(y_1 + y_2) / 2] * len(x)


# Richer models


def least_squares(x, y, degree):
    """Return the coefficients of the least squares polynomial, lowest first, from the normal equations in fractions."""
    rows = [[sum(t ** (i + j) for t in x) for j in range(degree + 1)]
            + [sum(v * t**i for t, v in zip(x, y, strict=True))] for i in range(degree + 1)]
    for i in range(degree + 1):
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for j in range(degree + 1):
            if j != i:
                rows[j] = [entry - rows[j][i] * pivot for entry, pivot in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


def value(coefficients, t):
    return sum(c * t**i for i, c in enumerate(coefficients))


@st.composite
def scatters(draw):
    """Samples with at least degree + 1 different places, perhaps some twice, and other places."""
    x = draw(st.lists(st.integers(-6, 6), min_size=1, max_size=6, unique=True))
    degree = draw(st.integers(0, min(3, len(x) - 1)))
    x = np.array(x + draw(st.lists(st.sampled_from(x), max_size=2)), float)
    return x / 2, draw(integer_arrays(len(x))), degree, draw(integer_arrays(3, most=4))


@law("BV-02", level="definition")
@given(scatters())
def test_each_row_is_the_least_squares_polynomial_of_its_degree(subject, case):
    x, y, degree, at = case
    exact = [least_squares(fractions(x), fractions(y), k) for k in range(degree + 1)]
    expected = [[float(value(c, t)) for t in fractions(at)] for c in exact]
    assert t9(subject.biasvariance.nested_polynomials(x, y, degree, at), expected)


@law("BV-02", level="definition")
@given(scatters(), st.data())
def test_the_curve_is_the_mean_squared_miss_on_training_and_on_test_samples(subject, case, data):
    x, y, degree, at = case
    y_test = data.draw(integer_arrays(len(at)))
    train, test = subject.biasvariance.complexity_curve(x, y, at, y_test, degree)
    for k in range(degree + 1):
        c = least_squares(fractions(x), fractions(y), k)
        miss = lambda X, Y: sum((v - value(c, t)) ** 2 for t, v in zip(X, Y, strict=True)) / len(X)  # noqa: B023, E731
        assert t9(train[k], float(miss(fractions(x), fractions(y))))
        assert t9(test[k], float(miss(fractions(at), fractions(y_test))))


@law("BV-02", level="theorem")
@given(st.integers(1, 30), SEEDS, st.sampled_from([1e-3, 1, 1e6]))
def test_the_training_error_never_rises_with_the_degree_and_ends_at_zero(subject, n, seed, spread):
    x, y = spread * (np.arange(n) + 0.3 * np.clip(normal(seed, n), -1, 1)), normal(seed + 1, n)
    train, test = subject.biasvariance.complexity_curve(x, y, x[:1], y[:1], n - 1)
    assert len(train) == len(test) == n
    assert all(richer <= poorer + 1e-9 for poorer, richer in pairwise(train))
    assert t9(train[-1], 0)  # n samples leave a polynomial of degree n - 1 no choice


@law("BV-02", level="extreme")
@given(st.integers(2, 12), SEEDS)
def test_places_that_crowd_together_are_told_apart(subject, n, seed):
    x, y = 2.0 ** -np.arange(n), normal(seed, n)
    train, _ = subject.biasvariance.complexity_curve(x, y, [0], [0], n - 1)
    assert t12(train[-1], 0)  # a basis that is made orthogonal only once loses it here


@law("BV-02", level="theorem")
@given(st.integers(2, 30), SEEDS)
def test_what_a_degree_leaves_over_is_orthogonal_to_all_polynomials_it_has(subject, n, seed):
    x, y = np.cos(np.pi * (np.arange(n) + 0.5) / n), normal(seed, n)
    f = subject.biasvariance.nested_polynomials(x, y, n - 1, x)
    for k in range(n):
        assert t9(np.array([(y - f[k]) @ np.cos(j * np.arccos(x)) for j in range(k + 1)]), np.zeros(k + 1))


@law("BV-02", level="law")
@given(integer_arrays(3), st.integers(4, 8), st.sampled_from([-(2.0**30), 0, 50]))
def test_a_parabola_is_found_at_degree_two_and_kept_above_wherever_it_lies(subject, c, n, shift):
    x = np.arange(n) / 2
    at = np.array([-1.0, 0.25, 5])
    f = subject.biasvariance.nested_polynomials(x + shift, value(c, x), 3, at + shift)
    assert t9(f[2], value(c, at)) and t9(f[3], value(c, at))


@law("BV-02", level="theorem")
def test_the_test_error_is_bound_to_no_shape(subject):
    x, parabola = np.arange(6.0), np.arange(6.0) ** 2
    _, falls = subject.biasvariance.complexity_curve(x, parabola, [7, 8], [49, 64], 2)
    _, rises = subject.biasvariance.complexity_curve(x, [1, -1, 1, -1, 1, -1], [7, 8], [0, 0], 5)
    assert falls[0] > falls[1] > falls[2] and t9(falls[2], 0)
    assert all(poorer <= richer + 1e-9 for poorer, richer in pairwise(rises)) and rises[0] < 1 < rises[-1]


@law("BV-02", level="shape")
@given(FLOATS)
def test_the_dtype_stays_one_row_a_degree_and_the_arguments_are_left_alone(subject, dtype):
    x, y, at = np.array([0, 1, 3, 4], dtype), np.array([1, 2, 0, 1], dtype), np.array([2, 5], dtype)
    f = subject.biasvariance.nested_polynomials(x, y, 2, at)
    train, test = subject.biasvariance.complexity_curve(x, y, at, at, 2)
    assert f.shape == (3, 2) and f.dtype == train.dtype == test.dtype == dtype and train.shape == test.shape == (3,)
    f[...] = train[...] = test[...] = 99
    assert x.tolist() == [0, 1, 3, 4] and y.tolist() == [1, 2, 0, 1] and at.tolist() == [2, 5]


@law("BV-02", level="extreme")
def test_one_sample_is_its_own_mean_and_there_may_be_nowhere_to_predict(subject):
    assert t12(subject.biasvariance.nested_polynomials([5], [3], 0, [1, 2]), [[3, 3]])
    assert subject.biasvariance.nested_polynomials([5, 6], [3, 4], 1, []).shape == (2, 0)


@law("BV-02", level="extreme")
def test_a_place_that_is_missing_has_no_prediction_and_the_others_keep_theirs(subject):
    f = subject.biasvariance.nested_polynomials([0, 1, 2], [0, 1, 2], 1, [np.nan, 3])
    assert np.isnan(f[1]).tolist() == [True, False] and t12(f[1, 1], 3)
