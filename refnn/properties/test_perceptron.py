"""Laws of the perceptron: the update, the criterion that it descends, and the bound on its mistakes.

Samples and separators are whole numbers here wherever the perceptron runs, so every weight is exact and the theorems
need no tolerance.
"""

from math import hypot, isnan

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, exact_arrays, integer_arrays, t9

SIZES = st.permutations(range(1, 6))
POWERS_OF_TWO = st.integers(-8, 8).map(lambda k: 2.0**k)
SIGNS = st.sampled_from([-1.0, 1.0])
XOR = [[1, 1], [1, -1], [-1, 1], [-1, -1]], [-1, 1, 1, -1]


@st.composite
def labelled(draw, dtype=np.float64):
    """Weights w (d,), samples X (n, d), labels y (n,), with any mixture of right, wrong and undecided samples."""
    n, d = draw(SIZES)[:2]
    w, X = draw(exact_arrays(d, dtype)), draw(exact_arrays((n, d), dtype))
    return w, X, np.array(draw(st.lists(SIGNS, min_size=n, max_size=n)))


@st.composite
def integer_runs(draw):
    """Whole-numbered weights to start from, samples and labels, separable or not."""
    n, d = draw(SIZES)[:2]
    w, X = draw(integer_arrays(d)), draw(integer_arrays((n, d)))
    return w, X, np.array(draw(st.lists(SIGNS, min_size=n, max_size=n)))


@st.composite
def separable(draw):
    """Up to 12 whole-numbered samples in at most 3 dimensions, and a whole-numbered u that separates them."""
    n, d = draw(st.integers(1, 12)), draw(st.integers(1, 3))
    u, X = draw(integer_arrays(d)), draw(integer_arrays((n, d)))
    X = X[X @ u != 0]
    assume(len(X) > 0)
    return X, np.sign(X @ u), u


def dot(a, b):
    return sum(a_j * b_j for a_j, b_j in zip(a, b, strict=True))


def scores_z(w, X, y):
    """List y w.x of each sample."""
    return [y_i * dot(w.tolist(), x) for x, y_i in zip(X.tolist(), y.tolist(), strict=True)]


def facts(X, y, u):
    """Return what the theorem speaks of: R^2, |u|^2 and gamma, as whole numbers."""
    return max(int(dot(x, x)) for x in X.tolist()), int(dot(u, u)), int(min(scores_z(u, X, y)))


def passes(subject, w, X, y, most):
    """Run the online perceptron for `most` passes or until one is clean; return the mistakes of each."""
    mistakes = []
    while len(mistakes) < most and 0 not in mistakes:
        w, count = subject.perceptron.online_pass(w, X, y)
        mistakes.append(count)
    return mistakes


def history(subject, w, X, y):
    """List the weights after every sample of one pass."""
    weights = [w]
    for x, y_i in zip(X, y, strict=True):
        weights.append(subject.perceptron.update(weights[-1], x, y_i))
    return weights


# The online perceptron


@law("PERC-01", level="shape")
@given(FLOATS.flatmap(labelled))
def test_predictions_keep_the_dtype_and_leave_the_arguments_alone(subject, case):
    w, X, _ = case
    before = w.copy(), X.copy()
    labels = subject.perceptron.predict_sign(w, X)
    assert labels.dtype == X.dtype and labels.shape == (len(X),)
    assert (before[0] == w).all() and (before[1] == X).all()


@law("PERC-01", level="definition")
@given(labelled())
@example((np.zeros(2), np.array([[1.0, 2]]), np.ones(1)))
def test_a_prediction_is_wrong_exactly_where_the_update_would_speak_of_a_mistake(subject, case):
    w, X, y = case
    assert (subject.perceptron.predict_sign(w, X) != y).tolist() == [m <= 0 for m in scores_z(w, X, y)]


@law("PERC-01", level="law")
@given(integer_runs())
def test_from_zero_weights_the_first_sample_is_always_a_mistake(subject, case):
    w, X, y = case
    first, mistakes = subject.perceptron.online_pass(0 * w, X[:1], y[:1])
    assert mistakes == 1 and (first == y[0] * X[0]).all()


@law("PERC-02", level="shape")
@given(FLOATS.flatmap(labelled), FLOATS)
def test_updates_keep_the_wider_dtype_of_weights_and_samples_whatever_that_of_the_labels(subject, case, other):
    w, X, y = case
    before = w.copy(), X.copy(), y.copy()
    new, (after_pass, mistakes) = subject.perceptron.update(w, X[0], y[0]), subject.perceptron.online_pass(w, X, y)
    assert new.dtype == after_pass.dtype == X.dtype and isinstance(mistakes, int)
    assert subject.perceptron.update(w.astype(other), X[0], 1).dtype == np.result_type(X, other)
    assert subject.perceptron.online_pass(w.astype(other), X, y)[0].dtype == np.result_type(X, other)
    new[...], after_pass[...] = 99, 99
    assert all((a == b).all() for a, b in zip(before, case, strict=True))


@law("PERC-02", level="definition")
@given(labelled())
@example((np.array([1.0, -1]), np.array([[2.0, 2]]), np.ones(1))).via("a sample on the boundary is a mistake")
def test_a_mistake_adds_the_sample_times_its_label_and_nothing_else_changes_anything(subject, case):
    w, X, y = case
    for x, y_i, m in zip(X, y, scores_z(w, X, y), strict=True):
        expected = [w_j + y_i * x_j if m <= 0 else w_j for w_j, x_j in zip(w, x, strict=True)]
        assert subject.perceptron.update(w, x, y_i).tolist() == expected


@law("PERC-02", level="law")
@given(integer_runs())
def test_after_a_mistake_the_score_of_the_sample_is_better_by_its_squared_length(subject, case):
    w, X, y = case
    for x, y_i, m in zip(X, y, scores_z(w, X, y), strict=True):
        new = subject.perceptron.update(w, x, y_i)
        assert y_i * (new @ x) == m + (x @ x if m <= 0 else 0)


@law("PERC-02", level="definition")
@given(integer_runs(), POWERS_OF_TWO)
def test_a_pass_is_one_update_after_the_other(subject, case, eta):
    w, X, y = case
    mistakes = 0
    expected = w
    for x, y_i in zip(X, y, strict=True):
        mistakes += y_i * (expected @ x) <= 0
        expected = subject.perceptron.update(expected, x, y_i, eta)
    after, count = subject.perceptron.online_pass(w, X, y, eta)
    assert (after == expected).all() and count == mistakes


@law("PERC-02", level="law")
@given(integer_runs(), POWERS_OF_TWO)
def test_from_zero_weights_the_learning_rate_scales_the_weights_and_changes_no_mistake(subject, case, eta):
    w, X, y = case
    plain, mistakes = subject.perceptron.online_pass(0 * w, X, y)
    scaled, same = subject.perceptron.online_pass(0 * w, X, y, eta)
    assert (scaled == eta * plain).all() and same == mistakes


@law("PERC-02", level="law")
@given(integer_runs())
def test_the_weights_are_a_whole_numbered_combination_of_the_normalised_samples(subject, case):
    w, X, y = case
    times = np.zeros(len(X))
    w = 0 * w
    for _ in range(3):
        for i, (x, y_i) in enumerate(zip(X, y, strict=True)):
            times[i] += y_i * (w @ x) <= 0
            w = subject.perceptron.update(w, x, y_i)
    assert (w == times @ (y[:, np.newaxis] * X)).all()


@law("PERC-02", level="extreme")
def test_no_samples_no_mistakes_and_a_score_that_is_missing_is_none(subject):
    w = np.array([1.0, 2])
    after, mistakes = subject.perceptron.online_pass(w, np.zeros((0, 2)), np.zeros(0))
    assert (after == w).all() and mistakes == 0
    for x in ([np.nan, 1], [np.inf, -np.inf]):
        assert subject.perceptron.update(w, x, 1).tolist() == [1, 2]
        after, mistakes = subject.perceptron.online_pass(w, [x], [1])
        assert after.tolist() == [1, 2] and mistakes == 0


@law("E-13", level="theorem")
@given(integer_runs())
def test_a_sample_already_multiplied_by_its_label_is_not_multiplied_again(subject, case):
    w, x, y_i = case[0], case[1][0], -1.0
    assume(y_i * (w @ x) <= 0 and x.any())
    z = y_i * x  # the slide: multiply x by its label, and let w = w + x y
    assert y_i * ((w + y_i * z) @ x) < y_i * (w @ x) < y_i * (subject.perceptron.update(w, x, y_i) @ x)
    assert (subject.perceptron.update(w, x, y_i) == w + z).all()


@law("PERC-03", level="law")
@given(integer_runs())
def test_labels_folded_into_the_samples_leave_every_weight_of_the_run_the_same(subject, case):
    w, X, y = case
    Z, ones = y[:, np.newaxis] * X, np.ones(len(y))
    assert np.array_equal(history(subject, w, X, y), history(subject, w, Z, ones))
    after, mistakes = subject.perceptron.online_pass(w, X, y)
    folded, same = subject.perceptron.online_pass(w, Z, ones)
    assert (after == folded).all() and mistakes == same


# The criterion


@law("PERC-04", level="shape")
@given(FLOATS.flatmap(labelled))
def test_the_criterion_is_one_number_of_the_dtype_of_weights_and_samples(subject, case):
    before = [a.copy() for a in case]
    J = subject.perceptron.criterion(*case)
    assert np.shape(J) == () and J.dtype == case[1].dtype
    assert all((a == b).all() for a, b in zip(before, case, strict=True))


@law("PERC-04", level="definition")
@given(labelled())
def test_the_criterion_sums_the_negative_scores_of_the_mistakes(subject, case):
    m = scores_z(*case)
    J = subject.perceptron.criterion(*case)
    assert J == -sum(m_i for m_i in m if m_i <= 0) == sum(max(0, -m_i) for m_i in m)


@law("PERC-04", level="law")
@given(labelled())
def test_the_criterion_is_never_negative_and_zero_iff_no_sample_lies_strictly_on_the_wrong_side(subject, case):
    J = subject.perceptron.criterion(*case)
    assert J >= 0
    assert (J == 0) == (min(scores_z(*case)) >= 0)


@law("PERC-04", level="law")
@given(labelled(), st.integers(0, 80).map(lambda i: i / 8))
def test_the_criterion_grows_in_proportion_to_the_weights(subject, case, c):
    w, X, y = case
    assert subject.perceptron.criterion(c * w, X, y) == c * subject.perceptron.criterion(w, X, y)


@law("PERC-04", level="law")
@given(labelled(), st.data())
def test_the_criterion_is_convex(subject, case, data):
    u, X, y = case
    v = data.draw(exact_arrays(u.shape))
    chord = (subject.perceptron.criterion(u, X, y) + subject.perceptron.criterion(v, X, y)) / 2
    assert subject.perceptron.criterion((u + v) / 2, X, y) <= chord


@law("PERC-04", level="extreme")
@given(labelled())
def test_zero_weights_reach_the_minimum_and_separate_nothing(subject, case):
    w, X, y = case
    assert subject.perceptron.criterion(0 * w, X, y) == 0
    assert (subject.perceptron.predict_sign(0 * w, X) != y).all()


@law("PERC-04", level="extreme")
def test_no_samples_cost_nothing_and_a_missing_number_makes_the_criterion_missing(subject):
    w = np.array([1.0, 2])
    assert subject.perceptron.criterion(w, np.zeros((0, 2)), np.zeros(0)) == 0
    assert isnan(subject.perceptron.criterion(w, [[1, np.nan], [1, 1]], [1, 1]))


@law("PERC-05", level="law")
@given(labelled())
def test_the_criterion_is_the_length_of_the_weights_times_the_distances_of_the_mistakes(subject, case):
    w, X, y = case
    assume(w.any())
    distances = [abs(m) / hypot(*w) for m in scores_z(w, X, y) if m <= 0]
    assert t9(subject.perceptron.criterion(w, X, y), hypot(*w) * sum(distances))


@law("PERC-05", level="law")
@given(labelled(), EXACT)
def test_with_a_bias_the_factor_is_the_length_of_the_weights_without_it(subject, case, b):
    w, X, y = case
    assume(w.any())
    f = [dot(w, x) + b for x in X.tolist()]
    distances = [abs(f_i) / hypot(*w) for f_i, y_i in zip(f, y, strict=True) if y_i * f_i <= 0]
    J = subject.perceptron.criterion(np.append(w, b), np.hstack([X, np.ones((len(X), 1))]), y)
    assert t9(J, hypot(*w) * sum(distances))


@law("E-14", level="theorem")
@given(labelled())
@example((np.array([3.0, 4]), np.array([[1.0, 0]]), np.array([-1.0])))
def test_twice_the_weights_double_the_criterion_while_all_distances_stay(subject, case):
    w, X, y = case
    assume(min(scores_z(w, X, y)) < 0)
    distances = [sum(-m for m in scores_z(v, X, y) if m < 0) / hypot(*v) for v in (w, 2 * w)]
    ratios = [subject.perceptron.criterion(v, X, y) / r for v, r in zip((w, 2 * w), distances, strict=True)]
    assert distances[0] == distances[1]
    assert ratios[1] == 2 * ratios[0]  # the slide: proportional to the distances; but the factor is |w|
    assert t9(ratios, [hypot(*w), hypot(*(2 * w))])


@law("PERC-06", level="shape")
@given(FLOATS.flatmap(labelled))
def test_gradient_and_batch_step_have_the_shape_of_the_weights_and_the_dtype(subject, case):
    before = [a.copy() for a in case]
    for f in (subject.perceptron.criterion_gradient, subject.perceptron.batch_step):
        result = f(*case)
        assert result.shape == case[0].shape and result.dtype == case[1].dtype
        result[...] = 99
    assert all((a == b).all() for a, b in zip(before, case, strict=True))


@law("PERC-06", level="gradient")
@given(labelled(), st.data())
def test_the_gradient_is_the_slope_of_the_criterion(subject, case, data):
    w, X, y = case
    X, y = X[X @ w != 0], y[X @ w != 0]
    direction = data.draw(exact_arrays(w.shape))
    h = 2.0**-17  # scores are at least 1/64 and change by at most 500 h: no sample changes sides, so this is exact
    there, back = (subject.perceptron.criterion(w + step * direction, X, y) for step in (h, -h))
    assert subject.perceptron.criterion_gradient(w, X, y) @ direction == (there - back) / (2 * h)


@law("PERC-06", level="definition")
@given(labelled())
@example((np.zeros(2), np.array([[1.0, 2]]), np.array([-1.0])))
def test_the_gradient_sums_the_mistakes_and_those_on_the_boundary_count(subject, case):
    w, X, y = case
    missed = [m <= 0 for m in scores_z(w, X, y)]
    expected = [sum(-y_i * x[j] for x, y_i, m in zip(X, y, missed, strict=True) if m) for j in range(len(w))]
    assert subject.perceptron.criterion_gradient(w, X, y).tolist() == expected


@law("PERC-06", level="theorem")
@given(labelled(), st.data())
def test_the_gradient_supports_the_criterion_from_below_even_at_the_kinks(subject, case, data):
    w, X, y = case
    w = w * data.draw(st.sampled_from([0, 1]))
    v = data.draw(exact_arrays(w.shape))
    tangent = subject.perceptron.criterion(w, X, y) + subject.perceptron.criterion_gradient(w, X, y) @ (v - w)
    assert subject.perceptron.criterion(v, X, y) >= tangent


@law("PERC-06", level="law")
@given(labelled(), POWERS_OF_TWO)
def test_a_batch_step_goes_down_the_gradient_by_adding_all_mistakes_at_once(subject, case, eta):
    w, X, y = case
    mistakes = [y_i * x for x, y_i, m in zip(X, y, scores_z(w, X, y), strict=True) if m <= 0]
    assert (subject.perceptron.batch_step(w, X, y, eta) == w + eta * sum(mistakes, 0 * w)).all()
    assert (subject.perceptron.batch_step(w, X, y) == w + sum(mistakes, 0 * w)).all()


@law("PERC-06", level="extreme")
def test_what_is_not_a_mistake_stays_out_of_the_gradient_whatever_its_size(subject):
    w, X = np.array([1.0, 2]), np.array([[np.inf, 1], [3, 1], [np.nan, 1], [-1, 0]])
    assert subject.perceptron.criterion_gradient(w, X, np.array([1.0, -1, 1, 1])).tolist() == [4, 1]
    assert subject.perceptron.batch_step(w, X, np.array([1.0, -1, 1, 1])).tolist() == [-3, 1]
    assert subject.perceptron.batch_step(w, np.zeros((0, 2)), np.zeros(0)).tolist() == [1, 2]
    assert np.isnan(subject.perceptron.batch_step([np.inf, 2.0], [[np.inf, 1]], [-1])[0])


@law("PERC-07", level="law")
@given(integer_runs(), POWERS_OF_TWO)
def test_a_batch_of_one_is_the_online_update(subject, case, eta):
    w, X, y = case
    for i in range(len(X)):
        one = subject.perceptron.batch_step(w, X[i : i + 1], y[i : i + 1], eta)
        assert (one == subject.perceptron.update(w, X[i], y[i], eta)).all()


@law("PERC-07", level="law")
@given(integer_runs(), st.data())
def test_the_step_of_a_batch_is_the_sum_of_the_steps_of_its_mini_batches(subject, case, data):
    w, X, y = case
    part = np.array(data.draw(st.lists(st.booleans(), min_size=len(X), max_size=len(X))), bool)
    whole = subject.perceptron.batch_step(w, X, y)
    steps = [subject.perceptron.batch_step(w, X[s], y[s]) - w for s in (part, ~part)]
    assert (whole == w + steps[0] + steps[1]).all()


# The mistake bound


@law("PERC-08", level="definition")
@given(separable(), FLOATS)
def test_the_margin_is_the_smallest_score_on_the_right_side(subject, case, dtype):
    X, y, u = case
    gamma = subject.perceptron.margin(X.astype(dtype), y, u.astype(dtype))
    assert gamma == min(scores_z(u, X, y)) and gamma.dtype == dtype
    assert subject.perceptron.margin(X, -y, u) == -max(scores_z(u, X, y))


@law("PERC-08", level="definition")
@given(separable())
@example((np.array([[1.0, -2, -1]]), -np.ones(1), np.array([-1.0, 0, 0]))).via("6; rounded norms would give 5")
def test_the_bound_is_exact_where_the_numbers_are_whole(subject, case):
    R2, u2, gamma = facts(*case)
    bound = subject.perceptron.mistake_bound(*case)
    assert isinstance(bound, int) and bound == u2 * R2 // gamma**2


@law("PERC-08", level="extreme")
def test_the_bound_does_not_round_in_single_precision(subject):
    X, u = np.array([[4097, 0]], np.float32), np.array([1, 0], np.float32)
    assert subject.perceptron.mistake_bound(X, np.ones(1), u) == 1  # single precision has 4097^2 one too small


@law("PERC-08", level="extreme")
def test_the_quotient_of_the_bound_does_not_round(subject):
    X, u = np.array([[1.0], [11]]), np.array([36271292.0])
    assert subject.perceptron.mistake_bound(X, np.ones(2), u) == 121  # in floating point the quotient is below 121


@law("PERC-08", level="law")
@given(separable(), st.sampled_from([2.0**-600, 0.5, 4, 2.0**600]), st.sampled_from([2.0**-600, 0.25, 2, 2.0**600]))
def test_the_bound_depends_on_the_length_of_neither_the_samples_nor_the_separator(subject, case, a, c):
    X, y, u = case
    assert subject.perceptron.mistake_bound(a * X, y, c * u) == subject.perceptron.mistake_bound(X, y, u)


@law("PERC-08", level="theorem")
@given(separable(), st.randoms(use_true_random=False))
def test_in_any_order_a_clean_pass_comes_before_the_mistakes_exceed_the_bound(subject, case, random):
    X, y, u = case
    R2, u2, gamma = facts(X, y, u)
    for _ in range(2):
        order = random.sample(range(len(X)), len(X))
        mistakes = passes(subject, 0 * u, X[order], y[order], most=u2 * R2 // gamma**2 + 1)
        assert mistakes[-1] == 0 and sum(mistakes) * gamma**2 <= u2 * R2


@law("PERC-08", level="theorem")
@given(separable(), st.data())
def test_any_sequence_of_the_samples_keeps_to_the_bound(subject, case, data):
    X, y, u = case
    R2, u2, gamma = facts(X, y, u)
    sequence = data.draw(st.lists(st.integers(0, len(X) - 1), max_size=40))
    _, mistakes = subject.perceptron.online_pass(0 * u, X[sequence], y[sequence])
    assert mistakes * gamma**2 <= u2 * R2


@law("PERC-09", level="theorem")
@given(separable(), st.integers(1, 5))
def test_every_mistake_brings_the_weights_closer_to_a_long_separator(subject, case, alpha):
    X, y, u = case
    R2, _, gamma = facts(X, y, u)
    w = 0 * u
    mistakes = 0
    for x, y_i in [*zip(X, y, strict=True)] * 4:
        new = subject.perceptron.update(w, x, y_i)
        if (new != w).any():
            mistakes += 1
            gap, new_gap = gamma * w - R2 * u, gamma * new - R2 * u
            assert new_gap @ new_gap <= gap @ gap - gamma**2 * R2
            gap, new_gap = w - alpha * u, new - alpha * u
            assert new_gap @ new_gap <= gap @ gap - 2 * alpha * gamma + R2
        w = new
        assert u @ w >= mistakes * gamma and w @ w <= mistakes * R2


@law("PERC-09", level="theorem")
@given(separable(), st.data())
def test_from_any_start_the_mistakes_are_bounded_by_the_way_to_the_long_separator(subject, case, data):
    X, y, u = case
    R2, _, gamma = facts(X, y, u)
    w = data.draw(integer_arrays(u.shape))
    way = gamma * w - R2 * u
    assert sum(passes(subject, w, X, y, most=20)) * gamma**2 * R2 <= way @ way


@law("PERC-12", level="theorem")
@given(separable())
@example((np.ones((3, 1)), np.ones(3), np.ones(1))).via("the bound is attained")
def test_batch_corrections_end_within_their_bound(subject, case):
    X, y, u = case
    R2, u2, gamma = facts(X, y, u)
    w, corrections = 0 * u, 0
    while missed := sum(m <= 0 for m in scores_z(w, X, y)):
        w, corrections = subject.perceptron.batch_step(w, X, y), corrections + missed
        assert corrections * gamma**2 <= len(X) * R2 * u2


@law("PERC-12", level="definition")
@given(separable())
@example((np.array([[2.0, 1], [1, 0]]), np.ones(2), np.array([2.0, 0]))).via("n times the whole bound, then the floor")
def test_the_bound_on_batch_corrections_is_n_times_that_on_mistakes(subject, case):
    R2, u2, gamma = facts(*case)
    bound = subject.perceptron.correction_bound(*case)
    assert isinstance(bound, int) and bound == len(case[0]) * u2 * R2 // gamma**2


@law("PERC-12", level="theorem")
@given(st.integers(1, 9), st.integers(1, 5))
def test_equal_samples_attain_the_bound_on_batch_corrections(subject, n, x):
    X, y = np.full((n, 1), float(x)), np.ones(n)
    assert subject.perceptron.correction_bound(X, y, np.ones(1)) == n
    assert subject.perceptron.batch_step(np.zeros(1), X, y).tolist() == [n * x]  # n corrections, and all is right


# Exclusive or


@law("PERC-10", level="definition")
def test_the_truth_tables_are_those_of_the_lecture(subject):
    for gate, labels in {"or": [1, 1, 1, -1], "and": [1, -1, -1, -1], "xor": [-1, 1, 1, -1]}.items():
        X, y = subject.perceptron.truth_table(gate)
        assert X.tolist() == XOR[0] and y.tolist() == labels
        X[...], y[...] = 99, 99  # the table is the caller's
        assert subject.perceptron.truth_table(gate)[0].tolist() == XOR[0]


@law("PERC-10", level="definition")
def test_the_normalised_samples_of_xor_sum_to_zero(subject):
    X, y = subject.perceptron.truth_table("xor")
    Z = y[:, np.newaxis] * np.hstack([X, np.ones((4, 1))])
    assert Z.tolist() == [[-1, -1, -1], [1, -1, 1], [-1, 1, 1], [1, 1, -1]]
    assert Z.sum(axis=0).tolist() == [0, 0, 0]


@law("PERC-10", level="theorem")
@given(st.tuples(*[st.floats(-1e6, 1e6)] * 3))
@example((1.0, 1.0, 1.0)).via("OR, which is right on three of four")
@example((1.0, 1.0, 0.0)).via("a band around this plane would be right")
def test_every_plane_gets_one_point_of_xor_wrong(subject, w):
    X = [[*x, 1] for x in XOR[0]]
    assert 0 <= (subject.perceptron.predict_sign(np.array(w), X) == XOR[1]).sum() <= 3


@law("PERC-10", level="theorem")
def test_three_points_of_xor_can_be_right(subject):
    X = [[*x, 1] for x in XOR[0]]
    right = subject.perceptron.predict_sign(np.array([1.0, 1, 1]), X) == XOR[1]
    assert right.tolist() == [False, True, True, True]


@law("PERC-11", level="theorem")
@given(integer_arrays(3), st.permutations(range(4)))
def test_on_xor_no_pass_is_ever_clean(subject, w, order):
    X, y = np.array([[*XOR[0][i], 1.0] for i in order]), [XOR[1][i] for i in order]
    assert 0 not in passes(subject, w, X, y, most=50)


@law("PERC-11", level="theorem")
def test_from_zero_every_pass_over_xor_makes_four_mistakes_and_comes_back_to_zero(subject):
    w = np.zeros(3)
    for _ in range(3):
        w, mistakes = subject.perceptron.online_pass(w, [[*x, 1] for x in XOR[0]], XOR[1])
        assert mistakes == 4 and w.tolist() == [0, 0, 0]


# The estimator


@law("PERC-02", level="definition")
@given(integer_runs(), st.integers(1, 4), POWERS_OF_TWO)
def test_fitting_is_pass_after_pass_over_samples_with_a_constant_one(subject, case, epochs, eta):
    _, X, y = case
    w, mistakes = np.zeros(X.shape[1] + 1), []
    while len(mistakes) < epochs and 0 not in mistakes:
        mistakes.append(0)
        for x, y_i in zip(np.hstack([X, np.ones((len(X), 1))]), y, strict=True):
            if y_i * (w @ x) <= 0:
                w, mistakes[-1] = w + eta * y_i * x, mistakes[-1] + 1
    fitted = subject.perceptron.Perceptron(epochs, learning_rate=eta).fit(X, y)
    assert fitted.w_.tolist() == w.tolist() and list(fitted.mistakes_) == mistakes
    assert fitted.converged_ is (mistakes[-1] == 0)
    by_default = subject.perceptron.Perceptron(epochs).fit(X, y)
    assert (by_default.w_ == subject.perceptron.Perceptron(epochs, learning_rate=1.0).fit(X, y).w_).all()


@law("PERC-01", level="definition")
@given(integer_runs())
def test_the_estimator_predicts_the_sign_of_its_score_and_zero_where_undecided(subject, case):
    _, X, y = case
    fitted = subject.perceptron.Perceptron(1).fit(X, y)
    f = scores_z(fitted.w_, np.hstack([X, np.ones((len(X), 1))]), np.ones(len(X)))
    assert fitted.predict(X).tolist() == [(f_i > 0) - (f_i < 0) for f_i in f]


@law("PERC-08", level="theorem")
@given(separable(), st.integers(-3, 3))
def test_the_estimator_converges_on_separable_samples_and_gets_them_all_right(subject, case, shift):
    X, y, u = case
    X = X + shift  # separated by u with a bias of -shift * sum(u)
    R2, u2, gamma = facts(np.hstack([X, np.ones((len(X), 1))]), y, np.append(u, -shift * u.sum()))
    fitted = subject.perceptron.Perceptron(epochs=u2 * R2 // gamma**2 + 1).fit(X, y)
    assert fitted.converged_ and sum(fitted.mistakes_) * gamma**2 <= u2 * R2
    assert (fitted.predict(X) == y).all()


@law("PERC-11", level="theorem")
def test_the_estimator_never_converges_on_xor(subject):
    fitted = subject.perceptron.Perceptron(epochs=6).fit(*XOR)
    assert list(fitted.mistakes_) == [4] * 6 and fitted.converged_ is False
    assert fitted.w_.tolist() == [0, 0, 0] and fitted.predict(XOR[0]).tolist() == [0, 0, 0, 0]


@law("PERC-08", level="extreme")
def test_the_estimator_only_believes_in_a_pass_that_was_clean(subject):
    learner = subject.perceptron.Perceptron(epochs=1)
    assert learner.fit([[2.0]], [1]) is learner
    assert list(learner.mistakes_) == [1] and learner.converged_ is False and learner.predict([[2]]).tolist() == [1]
    assert list(learner.fit([[2.0]], [1]).mistakes_) == [1]  # every fit starts from zero


@law("PERC-01", level="shape")
@given(FLOATS.flatmap(labelled))
def test_the_estimator_keeps_the_dtype_and_leaves_the_samples_alone(subject, case):
    _, X, y = case
    before = X.copy(), y.copy()
    fitted = subject.perceptron.Perceptron(2).fit(X, y)
    assert fitted.w_.dtype == fitted.predict(X).dtype == X.dtype
    assert all(type(count) is int for count in fitted.mistakes_)
    assert (before[0] == X).all() and (before[1] == y).all()


@law("PERC-01", level="extreme")
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_the_estimator_learns_from_finite_numbers_only_but_lets_a_missing_one_flow(subject, wrong):
    learner = subject.perceptron.Perceptron(3).fit([[1.0], [-1]], [1, -1])
    assert isnan(learner.predict([[np.nan]])[0])
    with pytest.raises(ValueError, match="finite"):
        learner.fit([[1.0], [wrong]], [1, -1])
    with pytest.raises(ValueError, match="at least one sample"):
        learner.fit(np.zeros((0, 1)), [])
