"""Laws of logistic and softmax regression: what every implementation obeys, ours and yours."""

import math
from decimal import Decimal, localcontext
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, exact_arrays, fd, integer_arrays, normal, slope, t9, t12

CHANCES = st.integers(0, 64).map(lambda i: i / 64)


@st.composite
def samples(draw, most=5, dtype=np.float64):
    """Parameters (d,), samples (n, d) and labels 0 or 1, n != d, with scores in whole numbers up to 36."""
    n, d = draw(st.tuples(st.integers(1, most), st.integers(1, 4)).filter(lambda s: s[0] != s[1]))
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    return draw(integer_arrays(d, 3)).astype(dtype), draw(integer_arrays((n, d), 3)).astype(dtype), y


@st.composite
def classes(draw, dtype=np.float64):
    """Scores (n, K), n != K, and a label for each sample."""
    n, K = draw(st.tuples(st.integers(1, 4), st.integers(1, 5)).filter(lambda s: s[0] != s[1]))
    labels = draw(st.lists(st.integers(0, K - 1), min_size=n, max_size=n))
    return draw(exact_arrays((n, K), dtype)), np.array(labels)


def sigmoid(s):
    return 1 / (1 + math.exp(-s))


# The coin


@law("LOG-01", level="definition")
@given(st.lists(st.tuples(st.integers(0, 1), CHANCES), min_size=1))
def test_heads_has_chance_phi_and_tails_the_rest(subject, tosses):
    x, phi = map(np.array, zip(*tosses, strict=True))
    assert subject.logistic.bernoulli_pmf(x, phi).tolist() == [p if heads else 1 - p for heads, p in tosses]


@law("LOG-01", level="law")
@given(CHANCES)
def test_the_coin_sums_to_one_and_has_mean_phi_and_variance_phi_times_one_minus_phi(subject, phi):
    outcomes = np.array([0, 1])
    p = subject.logistic.bernoulli_pmf(outcomes, np.array(phi))
    mean, variance = (subject.logistic.bernoulli_mean(phi), subject.logistic.bernoulli_variance(phi))
    assert p.sum() == 1
    assert mean == (outcomes * p).sum() == phi
    assert variance == ((outcomes - phi) ** 2 * p).sum()


@law("LOG-01", level="shape")
@given(FLOATS, st.lists(CHANCES, min_size=1))
def test_the_coin_keeps_the_dtype_of_phi(subject, dtype, chances):
    phi, x = np.array(chances, dtype), np.ones(len(chances))
    before = phi.copy()
    results = subject.logistic.bernoulli_pmf(x, phi), subject.logistic.bernoulli_mean(phi)
    for result in (*results, subject.logistic.bernoulli_variance(phi)):
        assert result.shape == phi.shape and result.dtype == dtype
        result[...] = 99
    assert (phi == before).all() and (x == 1).all()


# The likelihood


@law("LOG-02", level="definition")
@given(samples())
def test_the_likelihood_is_the_product_of_the_coins(subject, case):
    theta, X, y = case
    expected = math.prod(sigmoid(s) if label else 1 - sigmoid(s) for s, label in zip(X @ theta, y, strict=True))
    assert t12(subject.logistic.probability(theta, X), [sigmoid(sum(a * b)) for a, b in [(row, theta) for row in X]])
    assert t12(subject.logistic.likelihood(theta, X, y), expected)


@law("LOG-02", level="law")
@given(samples(most=6))
def test_over_all_possible_labels_the_likelihood_sums_to_one(subject, case):
    theta, X, _ = case
    labels = product([0, 1], repeat=len(X))
    assert t9(sum(subject.logistic.likelihood(theta, X, np.array(y)) for y in labels), 1)


@law("LOG-03", level="definition")
@given(samples())
def test_the_cost_is_minus_the_logarithm_of_the_likelihood(subject, case):
    theta, X, y = case
    assume(np.abs(X @ theta).max() <= 10)
    C = subject.logistic.negative_log_likelihood(theta, X, y)
    chances = [(sigmoid(s), label) for s, label in zip(X @ theta, y, strict=True)]
    assert t9(C, -math.log(subject.logistic.likelihood(theta, X, y)))
    assert t9(C, -sum(label * math.log(p) + (1 - label) * math.log(1 - p) for p, label in chances))
    assert t9(C, sum(math.log(1 + math.exp(s)) - label * s for s, label in zip(X @ theta, y, strict=True)))
    assert C >= 0


@law("LOG-03", level="extreme")
@given(st.integers(0, 10_000), FLOATS)
def test_the_cost_of_an_extreme_score_is_the_score_or_nothing(subject, s, dtype):
    cost = lambda y: subject.logistic.negative_log_likelihood(np.ones(1, dtype), np.array([[s]], dtype), [y])  # noqa: E731
    right, wrong = math.log1p(math.exp(-s)), s + math.log1p(math.exp(-s))
    with np.errstate(all="raise", under="ignore"):
        assert abs(cost(0) - wrong) <= 4 * np.finfo(dtype).eps * wrong
        assert abs(cost(1) - right) <= 8 * np.finfo(dtype).eps * right + np.finfo(dtype).tiny


@law("LOG-03", "LOG-04", level="shape")
@given(FLOATS.flatmap(lambda dtype: samples(dtype=dtype)))
def test_binary_costs_and_gradients_keep_shapes_and_dtype(subject, case):
    theta, X, y = case
    before = [array.copy() for array in case]
    n, d = X.shape
    shapes = {
        "probability": ((theta, X), (n,)),
        "likelihood": ((theta, X, y), ()),
        "negative_log_likelihood": ((theta, X, y), ()),
        "negative_log_likelihood_gradient": ((theta, X, y), (d,)),
        "negative_log_likelihood_hessian": ((theta, X), (d, d)),
    }
    for name, (args, shape) in shapes.items():
        result = getattr(subject.logistic, name)(*args)
        assert np.shape(result) == shape and result.dtype == X.dtype
    assert all((array == old).all() for array, old in zip(case, before, strict=True))


@law("E-39", level="theorem")
@given(samples())
@example((np.array([1.0, 2]), np.array([[1.0, 1], [-2, 1], [3, -1]]), np.array([0, 0, 1])))
def test_without_the_bracket_the_cost_may_be_negative(subject, case):
    theta, X, y = case
    p = np.clip(subject.logistic.probability(theta, X), 1e-9, 1 - 1e-9)
    printed = -(y * np.log(p)).sum() + ((1 - y) * np.log(1 - p)).sum()
    C = subject.logistic.negative_log_likelihood(theta, X, y)
    assert C >= 0
    if (y == 0).any():
        assert printed < C
    if (y == 0).all():
        assert printed < 0


# Gradient, Hessian, convexity


@law("LOG-04", level="definition")
@given(samples())
def test_each_sample_pulls_as_hard_as_the_model_is_wrong_about_it(subject, case):
    theta, X, y = case
    gradient, hessian = np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
    for x, label in zip(X, y, strict=True):
        p = sigmoid(sum(x * theta))
        gradient += (p - label) * x
        hessian += p * (1 - p) * np.outer(x, x)
    assert t12(subject.logistic.negative_log_likelihood_gradient(theta, X, y), gradient)
    assert t12(subject.logistic.negative_log_likelihood_hessian(theta, X), hessian)


@st.composite
def generic(draw):
    """Parameters, samples and labels without any pattern, n != d."""
    seed, (n, d) = draw(SEEDS), draw(st.sampled_from([(4, 2), (7, 3), (2, 3)]))
    return normal(seed, d) / 2, normal(seed + 1, n, d), (normal(seed + 2, n) > 0).astype(int)


@law("LOG-04", level="gradient")
@given(generic())
def test_the_gradient_is_the_slope_of_the_cost_and_the_hessian_that_of_the_gradient(subject, case):
    theta, X, y = case
    gradient = subject.logistic.negative_log_likelihood_gradient
    H = subject.logistic.negative_log_likelihood_hessian(theta, X)
    cost = lambda theta: subject.logistic.negative_log_likelihood(theta, X, y)  # noqa: E731
    assert fd(gradient(theta, X, y), slope(cost, theta))
    for row, e in zip(H, np.eye(len(theta)), strict=True):
        assert fd(row, slope(lambda theta: gradient(theta, X, y), theta, e))


@law("LOG-04", level="extreme")
@given(st.integers(0, 700))
def test_the_pull_of_a_sample_that_is_almost_learnt_keeps_all_its_digits(subject, s):
    gradient = subject.logistic.negative_log_likelihood_gradient(np.array([float(s)]), np.ones((1, 1)), [1])
    curvature = subject.logistic.negative_log_likelihood_hessian(np.array([float(s)]), np.ones((1, 1)))
    tail = math.exp(-s)
    assert abs(gradient[0] / (-tail / (1 + tail)) - 1) <= 1e-14
    assert abs(curvature[0, 0] / (tail / (1 + tail) ** 2) - 1) <= 1e-14


@law("LOG-04", level="theorem")
@given(generic())
def test_the_hessian_lies_between_nothing_and_a_quarter_of_the_squares(subject, case):
    theta, X, _ = case
    H, upper = subject.logistic.negative_log_likelihood_hessian(theta, X), X.T @ X / 4
    assert t12(H, H.T)
    assert np.linalg.eigvalsh(H).min() >= -1e-9 * np.trace(H)
    assert np.linalg.eigvalsh(upper - H).min() >= -1e-9 * np.trace(upper)


@law("LOG-04", level="theorem")
@given(generic(), SEEDS)
def test_halfway_between_two_models_the_cost_is_no_more_than_the_mean(subject, case, seed):
    theta, X, y = case
    other = 9 * normal(seed, len(theta))  # far enough for a cost that is flat somewhere to show its hills
    cost = lambda theta: subject.logistic.negative_log_likelihood(theta, X, y)  # noqa: E731
    chord = (cost(theta) + cost(other)) / 2
    assert cost((theta + other) / 2) <= chord + 1e-12 * max(1, chord)


@law("LOG-04", level="theorem")
@given(generic(), st.integers(1, 16).map(lambda i: i / 16))
def test_gradient_descent_with_steps_up_to_eight_over_lambda_never_raises_the_cost(subject, case, fraction):
    theta, X, y = case
    rate = fraction * 8 / np.linalg.eigvalsh(X.T @ X).max()
    for _ in range(5):
        C = subject.logistic.negative_log_likelihood(theta, X, y)
        gradient = subject.logistic.negative_log_likelihood_gradient(theta, X, y)
        promised = rate / 2 * gradient @ gradient if fraction <= 0.5 else 0
        theta = theta - rate * gradient
        assert subject.logistic.negative_log_likelihood(theta, X, y) <= C - promised + 1e-9 * max(1, C)


@law("LOG-05", level="theorem")
@given(SEEDS)
def test_at_the_maximum_all_pulls_cancel_and_the_mean_chance_is_the_mean_label(subject, seed):
    X = np.column_stack([np.ones(12), normal(seed, 12, 2)])
    X[6:] = X[:6]                          # every sample with both labels: no separation, one finite maximum
    y = np.repeat([0, 1], 6)
    X, y = np.vstack([X, X[:3]]), np.append(y, [1, 1, 1])
    theta = np.zeros(3)
    for _ in range(25):                    # Newton's method
        H = subject.logistic.negative_log_likelihood_hessian(theta, X)
        theta = theta - np.linalg.solve(H, subject.logistic.negative_log_likelihood_gradient(theta, X, y))
    chance = subject.logistic.probability(theta, X)
    assert t9(((chance - y)[:, np.newaxis] * X).sum(axis=0), np.zeros(3))
    assert t9(chance.mean(), y.mean())


@law("LOG-05", "E-17", level="theorem")
@given(samples())
def test_on_separable_data_longer_weights_are_always_better(subject, case):
    theta, X, _ = case
    assume((X @ theta != 0).all() and np.abs(X @ theta).max() <= 7)
    y = X @ theta > 0  # separated, with a margin of at least 1
    costs = [subject.logistic.negative_log_likelihood(c * theta, X, y) for c in (1, 2, 4)]
    assert costs[0] > costs[1] > costs[2] > 0  # saturating units do not keep the weights bounded


# Softmax


def exact_loss(scores, label):
    """Return log sum exp(s_k - s_y) with 340 digits."""
    with localcontext() as context:
        context.prec = 340
        return sum(Decimal(s - scores[label]).exp() for s in scores).ln()


@law("LOG-08", level="definition")
@given(classes())
def test_the_loss_is_minus_the_logarithm_of_the_chance_of_the_label(subject, case):
    scores, labels = case
    rows = zip(scores, labels, strict=True)
    expected = [-math.log(math.exp(s[y]) / sum(math.exp(v) for v in s)) for s, y in rows]
    assert t12(subject.logistic.softmax_negative_log_likelihood(scores, labels), expected)


@law("LOG-08", level="law")
@given(classes(), st.integers(-8000, 8000).map(lambda i: i / 8))
def test_the_loss_is_never_negative_and_knows_no_common_shift(subject, case, shift):
    scores, labels = case
    L = subject.logistic.softmax_negative_log_likelihood(scores, labels)
    assert (L >= 0).all()
    assert (subject.logistic.softmax_negative_log_likelihood(scores + shift, labels) == L).all()


@law("LOG-08", level="law")
@given(classes())
def test_equal_scores_cost_the_logarithm_of_the_number_of_classes(subject, case):
    scores, labels = case
    L = subject.logistic.softmax_negative_log_likelihood(np.zeros_like(scores) + scores[0, 0], labels)
    assert t12(L, np.full(len(labels), math.log(scores.shape[1])))


@law("LOG-08", level="law")
@given(classes(), st.data())
def test_the_loss_is_convex_in_the_scores(subject, case, data):
    s, labels = case
    t = data.draw(exact_arrays(s.shape))
    loss = subject.logistic.softmax_negative_log_likelihood
    assert (loss((s + t) / 2, labels) <= (loss(s, labels) + loss(t, labels)) / 2 + 1e-12).all()


@law("LOG-08", level="definition")
@given(classes(), st.data())
def test_the_gradient_is_what_softmax_says_minus_what_is_true(subject, case, data):
    scores, labels = case
    upstream = data.draw(exact_arrays(len(labels)))
    ds = subject.logistic.softmax_negative_log_likelihood_backward(upstream, scores, labels)
    y = [[math.exp(v) / sum(math.exp(v) for v in s) for v in s] for s in scores]
    T = np.eye(scores.shape[1])[labels]
    assert t12(ds, upstream[:, np.newaxis] * (y - T))
    assert t12(ds.sum(axis=1), np.zeros(len(labels)))


@law("LOG-08", level="gradient")
@given(SEEDS)
def test_the_gradient_in_the_scores_is_the_slope_of_the_loss(subject, seed):
    s, upstream, labels = normal(seed, 3, 4), normal(seed + 1, 3), np.array([3, 0, 2])
    loss = lambda s: subject.logistic.softmax_negative_log_likelihood(s, labels)  # noqa: E731
    ds = subject.logistic.softmax_negative_log_likelihood_backward(upstream, s, labels)
    for i in range(3):
        only = np.eye(3)[i] * upstream
        assert fd(ds[i], slope(loss, s, only)[i])


@law("LOG-08", level="definition")
@given(SEEDS)
def test_softmax_regression_takes_the_mean_over_the_samples(subject, seed):
    W, X, labels = normal(seed, 3, 2), normal(seed + 1, 5, 2), np.array([2, 0, 1, 1, 2])
    y = np.array([[math.exp(v) / sum(math.exp(v) for v in W @ x) for v in W @ x] for x in X])
    assert t12(subject.logistic.softmax_nll(W, X, labels), -np.log(y[range(5), labels]).sum() / 5)
    dW = subject.logistic.softmax_nll_gradient(W, X, labels)
    assert t12(dW, (y - np.eye(3)[labels]).T @ X / 5)
    assert fd(dW, slope(lambda W: subject.logistic.softmax_nll(W, X, labels), W))


@law("LOG-08", level="shape")
@given(FLOATS.flatmap(lambda dtype: classes(dtype=dtype)), FLOATS)
def test_softmax_losses_and_gradients_keep_shapes_and_dtype(subject, case, upstream_dtype):
    scores, labels = case
    before, upstream = scores.copy(), np.ones(len(labels), upstream_dtype)
    X = np.ones((len(labels), 2), scores.dtype)
    W = scores[:1].T * np.ones(2, scores.dtype)
    L = subject.logistic.softmax_negative_log_likelihood(scores, labels)
    ds = subject.logistic.softmax_negative_log_likelihood_backward(upstream, scores, labels)
    assert L.shape == labels.shape and L.dtype == scores.dtype
    assert ds.shape == scores.shape and ds.dtype == np.result_type(scores, upstream)
    assert subject.logistic.softmax_nll(W, X, labels).dtype == scores.dtype
    dW = subject.logistic.softmax_nll_gradient(W, X, labels)
    assert dW.shape == W.shape and dW.dtype == W.dtype
    assert (scores == before).all()


@law("LOG-08", level="law")
@given(SEEDS)
def test_with_two_classes_softmax_regression_is_logistic_regression(subject, seed):
    theta, X, y = normal(seed, 3), normal(seed + 1, 5, 3), (normal(seed + 2, 5) > 0).astype(int)
    W = np.array([np.zeros(3), theta])
    assert t12(subject.logistic.softmax_nll(W, X, y) * 5, subject.logistic.negative_log_likelihood(theta, X, y))
    dW = subject.logistic.softmax_nll_gradient(W, X, y) * 5
    assert t12(dW[1], subject.logistic.negative_log_likelihood_gradient(theta, X, y))
    assert t12(dW[0], -dW[1])


@law("LOG-08", level="extreme")
def test_softmax_loss_of_huge_scores_is_their_distance(subject):
    scores = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0]])
    with np.errstate(all="raise", under="ignore"):
        assert subject.logistic.softmax_negative_log_likelihood(scores, np.array([0, 0])).tolist() == [0, 2e4]
        ds = subject.logistic.softmax_negative_log_likelihood_backward(np.ones(2), scores, np.array([0, 0]))
    assert ds.tolist() == [[0, 0, 0], [-1, 1, 0]]


@law("LOG-09", level="extreme")
@given(st.lists(st.integers(0, 5600).map(lambda i: i / 8), min_size=1, max_size=4))
@example([25.0, 25.0]).via('S3, "Hinge vs Softmax"')
def test_small_losses_and_their_gradients_keep_all_their_digits(subject, margins):
    scores, labels = np.array([[5.0, *(5 - m for m in margins)]]), np.array([0])
    L = subject.logistic.softmax_negative_log_likelihood(scores, labels)
    ds = subject.logistic.softmax_negative_log_likelihood_backward(np.ones(1), scores, labels)
    exact = exact_loss(scores[0].tolist(), 0)
    with localcontext() as context:
        context.prec = 340
        assert abs(Decimal(float(L[0])) / exact - 1) < Decimal("1e-12")
        assert abs(Decimal(float(ds[0, 0])) / ((-exact).exp() - 1) - 1) < Decimal("1e-12")


@law("LOG-09", level="definition")
@pytest.mark.parametrize("label, figure", [(0, 2.777588773e-11), (1, 25.0000000000278)])
def test_the_small_loss_of_s3(subject, label, figure):
    L = subject.logistic.softmax_negative_log_likelihood(np.array([[5.0, -20, -20]]), np.array([label]))
    assert abs(L[0] / figure - 1) <= 2e-10
