"""Laws of the losses: what every measure of being wrong obeys, ours and yours."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import (
    EXACT,
    FLOATS,
    SEEDS,
    close,
    exact_arrays,
    fd,
    gamma,
    integer_arrays,
    normal,
    slope,
    t9,
    t12,
)

NAMES = [
    "squared_error",
    "absolute_error",
    "binary_cross_entropy",
    "cross_entropy",
    "softmax_cross_entropy",
    "multiclass_hinge",
    "perceptron_criterion",
]
every_loss = pytest.mark.parametrize("name", NAMES)
REDUCTIONS = ["mean", "sum", "none"]
ROWS = st.integers(1, 4)
EIGHTHS = st.integers(0, 8).map(lambda i: i / 8)
TAILS = st.sampled_from([(), (3,), (3, 2)])

# The lecture's three images (cat, chair, car) and their scores, S3 "Cross-Entropy" and "Hinge Loss".
SCORES = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
CAT_CHAIR_CAR = np.array([0, 1, 2])
# The scores of S3 "Hinge Loss vs Softmax"; the label is 0.
SLIDE = np.array([[5.0, -3, 2], [5, 10, 10], [5, -20, -20]])


def labels(n, classes):
    return st.lists(st.integers(0, classes - 1), min_size=n, max_size=n).map(lambda y: np.array(y, np.intp))


def signs(n):
    return st.lists(st.sampled_from([-1.0, 1.0]), min_size=n, max_size=n).map(np.array)


def eighths(shape, least=0):
    return integer_arrays(shape, 8).map(lambda a: np.maximum(np.abs(a), least) / 8)


@st.composite
def regressions(draw, apart=False):
    """Predictions and targets of n samples with any outputs; `apart`: never closer than 1/16."""
    shape = (draw(ROWS), *draw(TAILS))
    return draw(exact_arrays(shape)) + apart / 16, draw(exact_arrays(shape))


@st.composite
def scored(draw, least=1):
    """Scores of n samples in K classes, and their labels."""
    n, K = draw(ROWS), draw(st.integers(least, 5))
    return draw(exact_arrays((n, K))), draw(labels(n, K))


@st.composite
def batches(draw, name, n=None, dtype=np.float64):
    """A prediction and a target that this loss accepts: multiples of 1/8, or integer labels."""
    n = draw(ROWS) if n is None else n
    shape = (n, *draw(TAILS))
    prediction, target = {
        "squared_error": (exact_arrays(shape), exact_arrays(shape)),
        "absolute_error": (exact_arrays(shape), exact_arrays(shape)),
        "binary_cross_entropy": (exact_arrays(shape), eighths(shape)),
        "cross_entropy": (eighths((n, 3), least=1), eighths((n, 3))),
        "softmax_cross_entropy": (exact_arrays((n, 5)), labels(n, 5)),
        "multiclass_hinge": (exact_arrays((n, 5)), labels(n, 5)),
        "perceptron_criterion": (exact_arrays(n), signs(n)),
    }[name]
    target = draw(target)
    return draw(prediction).astype(dtype), target if target.dtype.kind == "i" else target.astype(dtype)


def both(subject, name):
    return getattr(subject.losses, name), getattr(subject.losses, name + "_backward")


# Every loss: reductions, shapes, dtypes


@every_loss
@law("BP-01", level="shape")
@given(dtype=FLOATS, data=st.data())
def test_a_loss_is_one_number_or_one_per_sample_and_keeps_the_dtype(subject, name, dtype, data):
    prediction, target = data.draw(batches(name, dtype=dtype))
    before = prediction.copy(), target.copy()
    for reduction in REDUCTIONS:
        result = both(subject, name)[0](prediction, target, reduction=reduction)
        assert np.shape(result) == ((len(prediction),) if reduction == "none" else ()) and result.dtype == dtype
    assert (prediction == before[0]).all() and (target == before[1]).all()


@every_loss
@law("BP-01", level="shape")
@given(dtype=FLOATS, upstream_dtype=FLOATS, data=st.data())
def test_the_gradient_has_the_predictions_shape_and_the_wider_dtype(subject, name, dtype, upstream_dtype, data):
    prediction, target = data.draw(batches(name, dtype=dtype))
    before = prediction.copy(), target.copy()
    backward = both(subject, name)[1]
    for reduction in REDUCTIONS:
        upstream = np.ones(len(prediction) if reduction == "none" else (), upstream_dtype)
        gradient = backward(upstream, prediction, target, reduction=reduction)
        assert gradient.shape == prediction.shape and gradient.dtype == np.result_type(dtype, upstream_dtype)
    assert backward(1.0, prediction, target).dtype == dtype, "a plain number has no dtype of its own"
    assert (prediction == before[0]).all() and (target == before[1]).all()


@every_loss
@law("BP-01", level="extreme")
@given(data=st.data())
def test_float32_gives_what_float64_gives_up_to_its_own_rounding(subject, name, data):
    f, backward = both(subject, name)
    prediction, target = data.draw(batches(name))
    narrow = prediction.astype(np.float32), target if target.dtype.kind == "i" else target.astype(np.float32)
    tolerance = gamma(64, np.float32)  # at most 24 terms are added up, each a handful of operations
    assert close(f(*narrow), f(prediction, target), tolerance)
    assert close(backward(1.0, *narrow), backward(1.0, prediction, target), tolerance)


@every_loss
@law("BP-01", level="law")
@given(data=st.data())
def test_the_sum_adds_the_samples_own_losses_and_the_mean_divides_by_their_number(subject, name, data):
    f, _ = both(subject, name)
    prediction, target = data.draw(batches(name))
    n = len(prediction)
    alone = [float(f(prediction[i : i + 1], target[i : i + 1], reduction="sum")) for i in range(n)]
    assert t12(f(prediction, target, reduction="none"), alone)
    assert t12(f(prediction, target, reduction="sum"), math.fsum(alone))
    assert t12(f(prediction, target, reduction="mean"), math.fsum(alone) / n)
    assert f(prediction, target) == f(prediction, target, reduction="mean")


@every_loss
@law("BP-01", level="gradient")
@given(data=st.data(), u=EXACT)
def test_the_gradient_of_the_sum_holds_the_samples_own_gradients(subject, name, data, u):
    _, backward = both(subject, name)
    prediction, target = data.draw(batches(name))
    n = len(prediction)
    each = data.draw(exact_arrays(n))
    alone = np.concatenate([backward(1.0, prediction[i : i + 1], target[i : i + 1], reduction="sum") for i in range(n)])
    weighted = np.stack([weight * row for weight, row in zip(each, alone, strict=True)])
    assert t12(backward(u, prediction, target, reduction="sum"), u * alone)
    assert t12(backward(u, prediction, target, reduction="mean"), u * alone / n)
    assert t12(backward(u, prediction, target), u * alone / n)
    assert t12(backward(each, prediction, target, reduction="none"), weighted)


@every_loss
@law("LOSS-02", "BP-01", level="law")
@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(subject, name, data, random):
    f, _ = both(subject, name)
    prediction, target = data.draw(batches(name))
    order = random.sample(range(len(prediction)), len(prediction))
    before, after = f(prediction, target, reduction="none"), f(prediction[order], target[order], reduction="none")
    assert t12(after, before[order])
    assert t12(f(prediction[order], target[order]), f(prediction, target))


@every_loss
@law("LOSS-01", "LOG-03", "LOG-08", level="law")
@given(data=st.data())
def test_no_loss_is_negative(subject, name, data):
    assert (both(subject, name)[0](*data.draw(batches(name)), reduction="none") >= 0).all()


@every_loss
@law("LOSS-02", "LOSS-07", "LOG-08", level="gradient")
@given(data=st.data())
def test_every_loss_is_convex_and_its_gradient_a_subgradient_even_at_a_kink(subject, name, data):
    f, backward = both(subject, name)
    u, target = data.draw(batches(name))
    v = data.draw(eighths(u.shape, least=1) if name == "cross_entropy" else exact_arrays(u.shape))
    at_u, at_v = f(u, target, reduction="sum"), f(v, target, reduction="sum")
    tangent = at_u + (backward(1.0, u, target, reduction="sum") * (v - u)).sum()
    assert at_v >= tangent - 1e-9 * max(1, abs(tangent))
    assert f((u + v) / 2, target, reduction="sum") <= (at_u + at_v) / 2 + 1e-12 * max(1, at_u, at_v)


@every_loss
@law("BP-01", level="extreme")
@given(data=st.data())
def test_no_samples_have_no_losses_and_sum_to_zero(subject, name, data):
    f, backward = both(subject, name)
    nothing = data.draw(batches(name, n=0))
    assert f(*nothing, reduction="none").shape == (0,)
    assert f(*nothing, reduction="sum") == 0
    assert backward(np.zeros(0), *nothing, reduction="none").shape == nothing[0].shape


@pytest.mark.parametrize("name", ["softmax_cross_entropy", "multiclass_hinge"])
@law("BP-01", level="extreme")
def test_an_empty_list_holds_the_labels_of_no_samples(subject, name):
    f, backward = both(subject, name)
    assert f(np.zeros((0, 3)), [], reduction="none").shape == (0,)
    assert backward([], np.zeros((0, 3)), [], reduction="none").shape == (0, 3)


@every_loss
@law("BP-01", level="extreme")
@given(data=st.data())
def test_a_prediction_that_is_not_a_number_spoils_its_own_sample_and_no_other(subject, name, data):
    f, _ = both(subject, name)
    prediction, target = data.draw(batches(name, n=3))
    assume(name != "cross_entropy" or target[1].any())
    prediction[1] = np.nan
    assert np.isnan(f(prediction, target, reduction="none")).tolist() == [False, True, False]


# Regression


@law("LOSS-01", level="definition")
@given(regressions())
def test_squared_error_sums_the_squared_differences_of_a_sample(subject, case):
    prediction, target = case
    expected = []
    for f, y in zip(prediction, target, strict=True):
        expected.append(sum((a - b) ** 2 for a, b in zip(f.ravel().tolist(), y.ravel().tolist(), strict=True)))
    assert subject.losses.squared_error(prediction, target, reduction="none").tolist() == expected


@law("LOSS-02", level="definition")
@given(regressions())
def test_absolute_error_sums_the_sizes_of_the_differences_of_a_sample(subject, case):
    prediction, target = case
    expected = []
    for f, y in zip(prediction, target, strict=True):
        expected.append(sum(abs(a - b) for a, b in zip(f.ravel().tolist(), y.ravel().tolist(), strict=True)))
    assert subject.losses.absolute_error(prediction, target, reduction="none").tolist() == expected


@pytest.mark.parametrize("name", ["squared_error", "absolute_error"])
@law("LOSS-01", "LOSS-02", level="law")
@given(case=regressions())
def test_a_distance_is_symmetric_and_zero_only_between_equals(subject, name, case):
    f, _ = both(subject, name)
    prediction, target = case
    assert f(prediction, target) == f(target, prediction)
    assert f(prediction, prediction) == 0
    assert (f(prediction, target, reduction="sum") == 0) == (prediction == target).all()


@law("LOSS-02", level="law")
@given(regressions(), st.data())
def test_absolute_error_obeys_the_triangle_inequality(subject, case, data):
    a, c = case
    b = data.draw(exact_arrays(a.shape))
    between = [subject.losses.absolute_error(p, q, reduction="none") for p, q in [(a, c), (a, b), (b, c)]]
    assert (between[0] <= between[1] + between[2]).all()


@pytest.mark.parametrize("name", ["squared_error", "absolute_error"])
@law("LOSS-01", "LOSS-02", level="gradient")
@given(case=regressions(apart=True), data=st.data())
def test_the_gradient_of_a_distance_is_its_slope(subject, name, case, data):
    f, backward = both(subject, name)
    prediction, target = case
    each, direction = data.draw(exact_arrays(len(prediction))), data.draw(exact_arrays(prediction.shape))
    h = 2.0**-10  # 1/16 from every corner, steps at most 10/1024: exact, for the squares as for the sizes
    up, down = (f(prediction + s * direction, target, reduction="none") for s in (h, -h))
    gradient = backward(each, prediction, target, reduction="none")
    assert (gradient * direction).sum() == (each * (up - down)).sum() / (2 * h)


@law("LOSS-02", level="extreme")
@given(regressions())
def test_where_prediction_and_target_agree_absolute_error_pulls_in_neither_direction(subject, case):
    assert (subject.losses.absolute_error_backward(1.0, case[0], case[0]) == 0).all()


@law("LOSS-01", level="law")
@given(regressions())
def test_half_the_squared_error_is_the_other_decks_j_with_the_plain_difference_as_gradient(subject, case):
    z, t = case
    J = sum((a - b) ** 2 for a, b in zip(t.ravel().tolist(), z.ravel().tolist(), strict=True)) / 2
    assert subject.losses.squared_error(z, t, reduction="sum") / 2 == J
    assert (subject.losses.squared_error_backward(0.5, z, t, reduction="sum") == z - t).all()


@law("LOSS-01", level="extreme")
def test_infinity_and_overflow_flow_through_the_distances(subject):
    prediction, target = np.array([np.inf, -np.inf, np.inf, 1e200]), np.array([0.0, 1, np.inf, -1e200])
    assert subject.losses.squared_error(prediction, target, reduction="none")[[0, 1, 3]].tolist() == [np.inf] * 3
    assert subject.losses.absolute_error(prediction, target, reduction="none")[:2].tolist() == [np.inf] * 2
    assert np.isnan(subject.losses.squared_error(prediction, target, reduction="none")[2])
    assert np.isnan(subject.losses.absolute_error(prediction, target, reduction="none")[2])


@law("LOSS-03", level="theorem")
@given(SEEDS, st.integers(1, 7), st.floats(-3, 3))
def test_no_constant_has_less_squared_error_than_the_mean(subject, seed, n, c):
    y = normal(seed, n)
    mean, _ = subject.losses.best_constants(y, "squared_error")
    least, at_c = (subject.losses.squared_error(np.full(n, v), y, reduction="sum") for v in (mean, c))
    assert t9(at_c, least + n * (c - mean) ** 2)


@law("LOSS-03", level="theorem")
@given(integer_arrays(st.integers(1, 7)), EXACT)
def test_no_constant_has_less_absolute_error_than_a_median_and_any_median_has_the_least(subject, y, c):
    low, high = subject.losses.best_constants(y, "absolute_error")
    at = lambda v: subject.losses.absolute_error(np.full(len(y), v), y, reduction="sum")  # noqa: E731
    assert at(low) == at(high) == at((low + high) / 2) <= at(c)
    assert at(low - 1 / 8) > at(low)
    assert at(high + 1 / 8) > at(high)


@law("LOSS-03", level="theorem")
@given(integer_arrays(st.integers(1, 7)), st.integers(-12, 12).map(lambda i: i / 2))
def test_a_constant_is_best_in_absolute_error_if_at_most_half_lie_on_either_side(subject, y, c):
    n = len(y)
    at = lambda v: subject.losses.absolute_error(np.full(n, v), y, reduction="sum")  # noqa: E731
    least = min(at(v) for v in y)
    assert (at(c) == least) == ((y < c).sum() <= n / 2 and (y > c).sum() <= n / 2)


@law("LOSS-03", level="definition")
@given(integer_arrays(st.integers(1, 7)))
def test_the_best_constants_are_the_mean_and_the_middle_of_the_sorted_values(subject, y):
    ordered = sorted(y.tolist())
    assert subject.losses.best_constants(y) == (sum(ordered) / len(y),) * 2
    assert subject.losses.best_constants(y, "absolute_error") == (ordered[(len(y) - 1) // 2], ordered[len(y) // 2])


@law("LOSS-04", level="theorem")
@given(st.lists(st.integers(-9, 9), min_size=3, max_size=8, unique=True), st.integers(-(10**9), 10**9))
def test_an_outlier_drags_the_mean_without_limit_and_never_the_median_past_the_others(subject, values, M):
    n, j = len(values), len(values) // 2
    y = np.array([v * n for v in values], float)  # multiples of n: all means are whole numbers
    spoilt = np.where(np.arange(n) == j, M * n, y)
    others = np.delete(y, j)
    mean, moved = (subject.losses.best_constants(a, "squared_error")[0] for a in (y, spoilt))
    assert Fraction(moved) - Fraction(mean) == Fraction(int(spoilt[j] - y[j]), n)
    for median in subject.losses.best_constants(spoilt, "absolute_error"):
        assert others.min() <= median <= others.max()


@law("LOSS-03", level="extreme")
@pytest.mark.parametrize("name", ["squared_error", "absolute_error"])
def test_the_best_constant_of_values_with_a_nan_is_nan(subject, name):
    assert np.isnan(subject.losses.best_constants(np.array([1.0, np.nan, 2, 3]), name)).all()


def grids():
    rest = [[34, 32, 5, 2], [12, 31, 12, 31], [31, 64, 5, 13]]
    return np.array([[12, 24, 42, 23], *rest], float), np.array([[15, 20, 40, 25], *rest], float)


@law("LOSS-05", level="definition")
def test_the_lectures_two_grids_are_33_and_11_apart(subject):
    x, y = grids()
    assert subject.losses.squared_error(x, y, reduction="none").tolist() == [33, 0, 0, 0]
    assert subject.losses.absolute_error(x, y, reduction="none").tolist() == [11, 0, 0, 0]
    assert subject.losses.squared_error(x.ravel(), y.ravel()) == 2.0625
    assert subject.losses.absolute_error(x.ravel(), y.ravel()) == 0.6875


@law("E-24", level="theorem")
def test_66_and_15_are_not_the_distances_of_the_two_grids(subject):
    x, y = grids()
    squared, absolute = (getattr(subject.losses, name)(x, y, "sum") for name in ("squared_error", "absolute_error"))
    assert squared == 9 + 16 + 4 + 4 != 66
    assert absolute == 3 + 4 + 2 + 2 != 15


# Two classes


def bernoulli(s, t):
    """Minus the log of the Bernoulli likelihood of one 0/1 label, by its definition."""
    p = 1 / (1 + math.exp(-s))
    return -math.log(p**t * (1 - p) ** (1 - t))


@law("LOG-03", level="definition")
@given(st.lists(st.tuples(st.integers(-40, 40).map(lambda i: i / 8), st.sampled_from([0, 1])), min_size=1, max_size=5))
def test_binary_cross_entropy_is_minus_the_log_likelihood_of_the_labels(subject, pairs):
    s, t = (np.array(column, float) for column in zip(*pairs, strict=True))
    assert t9(subject.losses.binary_cross_entropy(s, t, reduction="none"), [bernoulli(*pair) for pair in pairs])
    likelihood = math.prod(math.exp(-bernoulli(*pair)) for pair in pairs)
    assert t9(subject.losses.binary_cross_entropy(s, t, reduction="sum"), -math.log(likelihood))


@law("LOG-03", level="definition")
@given(exact_arrays((2, 3)), eighths((2, 3)))
def test_a_target_between_0_and_1_mixes_the_losses_of_the_two_labels(subject, s, t):
    mixed = [
        sum(b * math.log1p(math.exp(-a)) + (1 - b) * math.log1p(math.exp(a)) for a, b in zip(*rows, strict=True))
        for rows in zip(s.tolist(), t.tolist(), strict=True)
    ]
    assert t12(subject.losses.binary_cross_entropy(s, t, reduction="none"), mixed)


@law("LOG-03", level="gradient")
@given(SEEDS, eighths((4, 2)), exact_arrays(4))
def test_the_gradient_of_binary_cross_entropy_is_its_slope_and_sigmoid_minus_target(subject, seed, t, each):
    s = normal(seed, 4, 2)
    gradient = subject.losses.binary_cross_entropy_backward(each, s, t, reduction="none")
    assert fd(gradient, slope(lambda v: subject.losses.binary_cross_entropy(v, t, reduction="none"), s, each))
    assert t12(gradient, each[:, np.newaxis] * (1 / (1 + np.exp(-s)) - t))


@law("LOG-03", level="extreme")
@given(st.integers(0, 5600).map(lambda i: i / 8))
def test_a_confident_right_logit_has_an_accurate_tiny_loss_and_gradient(subject, s):
    expected = math.log1p(math.exp(-s))
    pull = math.exp(-s) / (1 + math.exp(-s))
    for logit, target, sign in [(s, 1.0, -1), (-s, 0.0, 1)]:
        at = np.array([logit]), np.array([target])
        assert math.isclose(subject.losses.binary_cross_entropy(*at), expected, rel_tol=1e-12)
        assert math.isclose(subject.losses.binary_cross_entropy_backward(1.0, *at)[0], sign * pull, rel_tol=1e-12)


@law("LOG-03", level="extreme")
def test_huge_logits_cost_what_they_are_wrong_by_and_nothing_overflows(subject):
    s, t = np.array([1e4, 1e4, -1e4, -1e4, 1e4]), np.array([1, 0, 1, 0, 0.25])
    assert subject.losses.binary_cross_entropy(s, t, reduction="none").tolist() == [0, 1e4, 1e4, 0, 7500]
    assert subject.losses.binary_cross_entropy_backward(1.0, s, t, reduction="sum").tolist() == [0, 1, -1, 0, 0.75]
    sure = np.array([np.inf, -np.inf, np.inf, -np.inf]), np.array([1.0, 0, 0, 1])
    assert subject.losses.binary_cross_entropy(*sure, reduction="none").tolist() == [0, 0, np.inf, np.inf]


@law("PERC-04", level="definition")
@given(st.data())
def test_the_criterion_sums_how_far_the_mistakes_lie_on_the_wrong_side(subject, data):
    s, y = data.draw(batches("perceptron_criterion"))
    mistakes = [i for i in range(len(s)) if y[i] * s[i] <= 0]
    each = [max(0, -y[i] * s[i]) for i in range(len(s))]
    J = sum(-y[i] * s[i] for i in mistakes)
    assert subject.losses.perceptron_criterion(s, y, reduction="none").tolist() == each
    assert subject.losses.perceptron_criterion(s, y, reduction="sum") == sum(each) == J
    assert (J == 0) == (not any(y[i] * s[i] < 0 for i in range(len(s))))


@law("PERC-04", level="law")
@given(st.data(), st.integers(0, 80).map(lambda i: i / 8))
def test_the_criterion_grows_in_proportion_with_the_scores_and_is_zero_at_zero(subject, data, c):
    s, y = data.draw(batches("perceptron_criterion"))
    J = subject.losses.perceptron_criterion
    assert J(c * s, y, reduction="sum") == c * J(s, y, reduction="sum")
    assert J(0 * s, y) == 0  # although scores of zero separate nothing


@law("PERC-04", level="law")
@given(exact_arrays((5, 3)), exact_arrays(3), exact_arrays(3), signs(5))
def test_the_criterion_is_convex_in_the_weights(subject, X, u, v, y):
    J = lambda w: subject.losses.perceptron_criterion(X @ w, y, reduction="sum")  # noqa: E731
    assert J((u + v) / 2) <= (J(u) + J(v)) / 2


@law("PERC-04", level="gradient")
@given(st.data())
def test_the_criterions_gradient_is_its_slope_and_a_score_of_zero_counts_as_a_mistake(subject, data):
    s, y = data.draw(batches("perceptron_criterion"))
    each, h = data.draw(exact_arrays(len(s))), 2.0**-10
    off = s + 1 / 16  # nowhere zero: the difference is exact
    up, down = (subject.losses.perceptron_criterion(off + d, y, reduction="none") for d in (h, -h))
    backward = subject.losses.perceptron_criterion_backward
    assert (backward(each, off, y, reduction="none") == each * (up - down) / (2 * h)).all()
    assert (backward(each, 0 * s, y, reduction="none") == -each * y).all()


# Many classes


def exact_softmax_loss(scores, label):
    """log(1 + sum over the others of e^(s_k - s_y)), to sixty digits."""
    with localcontext(prec=60):
        x = sum((Decimal(s) - Decimal(scores[label])).exp() for k, s in enumerate(scores) if k != label)
        x = Decimal(x)
        return float((1 + x).ln() if x > Decimal("1e-15") else x - x * x / 2 + x**3 / 3 - x**4 / 4)


@law("LOG-08", level="definition")
@given(scored())
def test_softmax_cross_entropy_is_minus_the_log_of_the_labels_softmax(subject, case):
    scores, y = case
    expected = [exact_softmax_loss(row, k) for row, k in zip(scores.tolist(), y.tolist(), strict=True)]
    assert t12(subject.losses.softmax_cross_entropy(scores, y, reduction="none"), expected)


@law("LOG-08", level="law")
@given(scored(), st.integers(-8000, 8000).map(lambda i: i / 8))
def test_softmax_cross_entropy_does_not_see_a_common_shift_and_is_log_k_between_equals(subject, case, shift):
    scores, y = case
    f = subject.losses.softmax_cross_entropy
    assert (f(scores + shift, y, reduction="none") == f(scores, y, reduction="none")).all()
    assert t12(f(np.full(scores.shape, shift), y), math.log(scores.shape[1]))


@law("LOG-08", level="gradient")
@given(SEEDS, labels(4, 3), exact_arrays(4))
def test_the_gradient_of_softmax_cross_entropy_is_its_slope_and_sums_to_zero(subject, seed, y, each):
    scores = normal(seed, 4, 3)
    gradient = subject.losses.softmax_cross_entropy_backward(each, scores, y, reduction="none")
    assert fd(gradient, slope(lambda s: subject.losses.softmax_cross_entropy(s, y, reduction="none"), scores, each))
    assert t12(gradient.sum(axis=1), np.zeros(4))


@law("LOG-08", level="gradient")
@given(SEEDS, labels(5, 3))
def test_the_mean_loss_of_a_linear_model_has_the_gradient_y_minus_t_over_n_times_x(subject, seed, y):
    X, W = normal(seed, 5, 2), normal(seed + 1, 3, 2) / 2
    e = np.exp(X @ W.T)
    Y, T = e / e.sum(axis=1, keepdims=True), np.eye(3)[y]
    gradient = subject.losses.softmax_cross_entropy_backward(1.0, X @ W.T, y, reduction="mean")
    assert t12(gradient, (Y - T) / 5)
    assert fd(gradient.T @ X, slope(lambda V: subject.losses.softmax_cross_entropy(X @ V.T, y), W))


@law("LOG-09", level="extreme")
@given(st.lists(st.integers(0, 5600).map(lambda i: i / 8), min_size=1, max_size=4), EXACT)
@example([25.0, 25.0], 5.0).via("S3, Hinge Loss vs Softmax")
def test_tiny_softmax_losses_are_accurate_to_twelve_digits(subject, margins, top):
    scores = np.array([[top, *(top - m for m in margins)]])
    expected = exact_softmax_loss(scores[0].tolist(), 0)
    got = subject.losses.softmax_cross_entropy(scores, np.array([0]))
    assert math.isclose(got, expected, rel_tol=1e-12)


@law("LOG-09", level="definition")
def test_the_lectures_tiny_loss_is_2_777588773e_minus_11(subject):
    got = subject.losses.softmax_cross_entropy(SLIDE[2:], np.array([0]))
    assert math.isclose(got, 2.777588773e-11, rel_tol=2e-10)
    assert not math.isclose(math.log(1 + 2 * math.exp(-25)), 2.777588773e-11, rel_tol=1e-6), "log instead of log1p"


@law("LOSS-06", level="definition")
def test_the_lectures_three_images_cost_as_much_as_their_softmax_says(subject):
    got = subject.losses.softmax_cross_entropy(SCORES, CAT_CHAIR_CAR, reduction="none")
    assert np.abs(got - [2.040355, 0.079132, 6.156477]).max() <= 5e-7
    assert abs(subject.losses.softmax_cross_entropy(SCORES, CAT_CHAIR_CAR) - 2.758655) <= 5e-7


@law("E-25", level="theorem")
def test_the_slide_took_its_losses_from_the_first_image_and_its_mean_is_a_sum(subject):
    first_image_only = subject.losses.softmax_cross_entropy(SCORES[[0, 0, 0]], CAT_CHAIR_CAR, reduction="none")
    right = subject.losses.softmax_cross_entropy(SCORES, CAT_CHAIR_CAR, reduction="none")
    assert np.round(first_image_only, 2).tolist() == [2.04, 0.14, 6.94]
    assert round(2.04 + 0.14 + 6.94, 2) == 9.12
    assert np.round(right, 2).tolist() == [2.04, 0.08, 6.16]
    assert round(float(right.mean()), 2) == 2.76


@law("LOSS-07", level="definition")
@given(scored(), EIGHTHS)
def test_the_hinge_sums_what_the_rivals_come_too_near(subject, case, margin):
    scores, y = case
    expected = []
    for s, own in zip(scores.tolist(), y.tolist(), strict=True):
        expected.append(sum(max(0, s[j] - s[own] + margin) for j in range(len(s)) if j != own))
    assert subject.losses.multiclass_hinge(scores, y, margin=margin, reduction="none").tolist() == expected


@law("LOSS-07", level="definition")
def test_the_lectures_three_images_have_the_hinge_losses_2_9_and_0_and_12_9(subject):
    got = subject.losses.multiclass_hinge(SCORES, CAT_CHAIR_CAR, reduction="none")
    assert t12(got, [2.9, 0, 12.9])
    assert abs(subject.losses.multiclass_hinge(SCORES, CAT_CHAIR_CAR) - 5.266667) <= 5e-7


@law("E-27", level="theorem")
def test_the_slide_dropped_the_margin_of_the_third_image(subject):
    s = SCORES[2:]
    assert t12(max(0, 2.2 + 3.1) + max(0, 2.5 + 3.1), 10.9)
    assert t12(subject.losses.multiclass_hinge(s, [2], margin=0.0), 10.9)
    assert t12(subject.losses.multiclass_hinge(s, [2]), 12.9)
    assert round((2.9 + 0 + 10.9) / 3, 1) == 4.6 != round(float(subject.losses.multiclass_hinge(SCORES, [0, 1, 2])), 1)


@law("LOSS-07", level="law")
@given(scored(), EXACT)
def test_the_hinge_sees_no_common_shift_and_is_zero_iff_the_label_leads_by_one(subject, case, shift):
    scores, y = case
    f = subject.losses.multiclass_hinge
    loss = f(scores, y, reduction="none")
    assert (f(scores + shift, y, reduction="none") == loss).all()
    for s, own, value in zip(scores, y, loss, strict=True):
        assert (value == 0) == all(s[own] >= s[j] + 1 for j in range(len(s)) if j != own)


@law("LOSS-07", level="gradient")
@given(scored(), st.data())
def test_the_gradient_of_the_hinge_is_its_slope_and_sums_to_zero(subject, case, data):
    scores, y = case
    each, direction = data.draw(exact_arrays(len(y))), data.draw(exact_arrays(scores.shape))
    h, margin = 2.0**-10, 17 / 16  # margins of 1/8 plus 1/16, changed by at most 20/1024: no hinge opens or shuts
    up, down = (
        subject.losses.multiclass_hinge(scores + d * direction, y, margin=margin, reduction="none") for d in (h, -h)
    )
    gradient = subject.losses.multiclass_hinge_backward(each, scores, y, margin=margin, reduction="none")
    assert (gradient * direction).sum() == (each * (up - down)).sum() / (2 * h)
    assert (gradient.sum(axis=1) == 0).all()


@law("LOSS-07", level="definition")
def test_the_margin_is_one_where_none_is_asked_for(subject):
    scores, y = np.array([[0.5, 0, -2]]), np.array([0])  # behind by 1/2 and by 5/2
    assert subject.losses.multiclass_hinge(scores, y) == 0.5
    assert subject.losses.multiclass_hinge_backward(1.0, scores, y).tolist() == [[-1, 1, 0]]


@law("LOSS-07", level="extreme")
@given(st.data(), EIGHTHS)
def test_a_rival_exactly_at_the_margin_does_not_pull(subject, data, margin):
    y = data.draw(labels(4, 3))
    scores = margin * np.eye(3)[y]  # the label leads all others by exactly the margin
    assert (subject.losses.multiclass_hinge_backward(1.0, scores, y, margin=margin) == 0).all()


@law("LOSS-07", level="extreme")
def test_an_infinitely_good_label_costs_the_hinge_nothing(subject):
    scores = np.array([[np.inf, 1, 2], [1, -np.inf, 2]])
    assert subject.losses.multiclass_hinge(scores, np.array([0, 0]), reduction="none").tolist() == [0, 2]
    assert subject.losses.multiclass_hinge(scores, np.array([1, 1]), reduction="none").tolist() == [np.inf, np.inf]


@law("LOSS-08", level="definition")
def test_the_lectures_three_score_rows_tell_hinge_and_softmax_apart(subject):
    y = np.zeros(3, int)
    assert subject.losses.multiclass_hinge(SLIDE, y, reduction="none").tolist() == [0, 12, 0]
    softmax = subject.losses.softmax_cross_entropy(SLIDE, y, reduction="none")
    assert np.abs(softmax[:2] - [0.04890685, 5.69651049]).max() <= 5e-9


@law("E-30", level="theorem")
def test_two_e_to_the_minus_eleven_is_wrong_however_it_is_read(subject):
    right = float(subject.losses.softmax_cross_entropy(SLIDE[2:], np.array([0])))
    assert f"{right:.1e}" == "2.8e-11" != f"{2e-11:.1e}"
    assert f"{2 * math.exp(-11):.1e}" == "3.3e-05"


@law("LOSS-09", level="law")
@given(scored(least=2), st.integers(0, 80).map(lambda i: i / 8))
def test_once_all_margins_are_kept_hinge_and_its_gradient_are_exactly_zero_and_stay_so(subject, case, more):
    scores, y = case
    rows = np.arange(len(y))
    scores[rows, y] = scores.max(axis=1) + 1
    scores[rows, y] += more
    assert (subject.losses.multiclass_hinge(scores, y, reduction="none") == 0).all()
    assert (subject.losses.multiclass_hinge_backward(np.ones(len(y)), scores, y, reduction="none") == 0).all()


@law("LOSS-09", level="law")
@given(
    st.lists(st.integers(-80, 5520).map(lambda i: i / 8), min_size=1, max_size=4),
    st.integers(1, 80).map(lambda i: i / 8),
)
def test_softmax_always_wants_to_improve(subject, margins, more):
    now, later = (np.array([[more * step, *(-m for m in margins)]]) for step in (0, 1))
    f, backward = subject.losses.softmax_cross_entropy, subject.losses.softmax_cross_entropy_backward
    assert f(now, np.array([0])) > f(later, np.array([0])) > 0
    for scores in (now, later):
        pull = backward(1.0, scores, np.array([0]))[0]
        rivals = math.fsum(math.exp(s - scores[0, 0]) for s in scores[0, 1:])
        assert pull[0] < 0
        assert math.isclose(pull[0], -rivals / (1 + rivals), rel_tol=1e-12)


# Given probabilities


@law("LOSS-10", level="definition")
@given(st.data())
def test_cross_entropy_weighs_the_logs_of_the_probabilities_with_the_targets(subject, data):
    p, t = data.draw(batches("cross_entropy"))
    expected = [-math.fsum(b * math.log(a) for a, b in zip(*rows, strict=True)) for rows in zip(p, t, strict=True)]
    assert t12(subject.losses.cross_entropy(p, t, reduction="none"), expected)


@law("LOSS-10", level="definition")
def test_the_lectures_digit_costs_minus_log_a_fifth_or_0_98(subject):
    output, target = np.array([[0.2, 0.3, 0, 0, 0, 0, 0, 0, 0, 0.5]]), np.eye(10)[:1]
    assert abs(subject.losses.cross_entropy(output, target) - 1.609438) <= 5e-7
    squared = subject.losses.squared_error(output, target)
    assert t12(squared, 0.98)
    assert abs(math.sqrt(squared) - 0.989949) <= 5e-7


def distribution(counts):
    return np.array([counts], float) / sum(counts)


@law("LOSS-10", level="theorem")
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=2, max_size=6))
def test_no_probabilities_cost_less_than_the_target_itself(subject, counts):
    wanted, given_instead = zip(*counts, strict=True)
    assume(sum(wanted) > 0)
    t, y = distribution(wanted), distribution(given_instead)
    entropy = -math.fsum(v * math.log(v) for v in t[0] if v > 0)
    assert t12(subject.losses.cross_entropy(t, t), entropy)
    assert subject.losses.cross_entropy(y, t) >= entropy - 1e-9


@law("LOSS-10", level="gradient")
@given(eighths((3, 4), least=2), eighths((3, 4)), exact_arrays(3))
def test_the_gradient_of_cross_entropy_is_its_slope(subject, eighth, t, each):
    p = eighth * 0.9  # inside (0, 1)
    gradient = subject.losses.cross_entropy_backward(each, p, t, reduction="none")
    assert fd(gradient, slope(lambda v: subject.losses.cross_entropy(v, t, reduction="none"), p, each))


@law("LOSS-10", level="extreme")
def test_a_probability_of_zero_costs_infinity_where_it_is_wanted_and_nothing_elsewhere(subject):
    p, t = np.array([[0.0, 1], [0, 1]]), np.array([[0.0, 1], [0.5, 0.5]])
    assert subject.losses.cross_entropy(p, t, reduction="none").tolist() == [0, np.inf]
    gradient = subject.losses.cross_entropy_backward(1.0, p, t, reduction="sum")
    assert gradient.tolist() == [[0, -1], [-np.inf, -0.5]]


# The full loss


@law("LOSS-11", level="definition")
@given(exact_arrays(4), exact_arrays((3, 2)), EIGHTHS)
def test_the_full_loss_is_the_mean_data_loss_plus_lambda_times_the_price_of_the_weights(subject, each, W, lam):
    squares = sum(w * w for w in W.ravel().tolist())
    sizes = sum(abs(w) for w in W.ravel().tolist())
    assert subject.losses.full_loss(each, W, lam) == sum(each.tolist()) / 4 + lam * squares
    assert subject.losses.full_loss(each, W, lam, regularizer="l1") == sum(each.tolist()) / 4 + lam * sizes


@law("LOSS-11", level="law")
@given(exact_arrays(2), exact_arrays((3, 2)), EIGHTHS, EIGHTHS)
def test_the_full_loss_is_linear_in_lambda_and_the_data_loss_at_zero(subject, each, W, a, b):
    full = lambda lam: subject.losses.full_loss(each, W, lam)  # noqa: E731
    assert full(0) == each.sum() / 2
    assert full(a + b) - full(0) == (full(a) - full(0)) + (full(b) - full(0))


@law("LOSS-11", level="gradient")
@given(exact_arrays(4), exact_arrays((3, 2)), EIGHTHS, EXACT, st.sampled_from(["l1", "l2"]), st.data())
def test_the_gradient_of_the_full_loss_is_its_slope_in_losses_and_weights(subject, each, W, lam, u, name, data):
    W = W + 1 / 16  # off the corners of |w|
    along = data.draw(exact_arrays(4)), data.draw(exact_arrays(W.shape))
    h = 2.0**-10
    up, down = (subject.losses.full_loss(each + d * along[0], W + d * along[1], lam, name) for d in (h, -h))
    got = subject.losses.full_loss_backward(u, each, W, lam, name)
    assert sum((g * d).sum() for g, d in zip(got, along, strict=True)) == u * (up - down) / (2 * h)


@law("LOSS-11", level="shape")
@given(FLOATS)
def test_the_full_loss_and_its_gradients_keep_the_dtype(subject, dtype):
    each, W = np.ones(3, dtype), np.ones((2, 1), dtype)
    assert subject.losses.full_loss(each, W, 0.5).dtype == dtype
    gradients = subject.losses.full_loss_backward(1.0, each, W, 0.5)
    assert [(g.shape, g.dtype) for g in gradients] == [((3,), dtype), ((2, 1), dtype)]


@law("E-26", level="theorem")
def test_a_full_loss_without_lambda_is_another_loss(subject):
    each, W = np.array([1.0, 3]), np.array([[1.0, 2, 0]])
    slide = each.sum() / 2 + (W**2).sum()
    assert subject.losses.full_loss(each, W, 0.5) == 2 + 0.5 * 5 != slide
    assert subject.losses.full_loss(each, W, 1) == slide  # it is the case lambda = 1


# Second derivatives, for the optimizers that ask for them


@law("OPT-06", level="gradient")
@pytest.mark.parametrize("name", ["squared_error", "binary_cross_entropy", "softmax_cross_entropy"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@given(data=st.data())
def test_the_curvature_of_a_loss_is_how_its_gradient_changes_along_each_output(subject, name, reduction, data):
    prediction, target = data.draw(batches(name))
    assume(len(prediction))
    f_backward, f_curvature = (getattr(subject.losses, f"{name}_{what}") for what in ("backward", "curvature"))
    up = 3.0 if reduction != "none" else np.arange(1.0, len(prediction) + 1)
    bends = f_curvature(up, prediction, target, reduction)
    for place in np.ndindex(prediction.shape):
        there, back = prediction.copy(), prediction.copy()
        there[place] += 1e-5
        back[place] -= 1e-5
        rise = f_backward(up, there, target, reduction)[place] - f_backward(up, back, target, reduction)[place]
        assert fd(bends[place], rise / 2e-5)


@law("OPT-06", level="shape")
@pytest.mark.parametrize("name", ["squared_error", "binary_cross_entropy", "softmax_cross_entropy"])
@given(dtype=FLOATS, data=st.data())
def test_the_curvature_has_the_shape_and_the_dtype_of_the_prediction(subject, name, dtype, data):
    prediction, target = data.draw(batches(name, dtype=dtype))
    before = prediction.copy()
    bends = getattr(subject.losses, f"{name}_curvature")(1.0, prediction, target, "sum")
    assert bends.shape == prediction.shape and bends.dtype == dtype and (bends >= 0).all()
    bends[...] = 99
    assert np.array_equal(prediction, before)
