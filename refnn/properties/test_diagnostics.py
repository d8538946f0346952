"""Laws of diagnostics: norms layer by layer, the bounds between them, the recipe, and the checks before training."""

import math
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, exact_arrays, fd, integer_arrays, normal, slope, t9, t12


class Net(NamedTuple):
    """All that a diagnosis asks of a net."""

    weights: Any
    biases: Any
    activations: Any


BENDS = {
    "gaussian": (lambda z: np.exp(-(z**2)), lambda z: -2 * z * np.exp(-(z**2))),
    "identity": (lambda z: z, np.ones_like),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01)),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "scaled_tanh": (lambda z: 1.716 * np.tanh(2 / 3 * z), lambda z: 1.144 * (1 - np.tanh(2 / 3 * z) ** 2)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (2 + np.exp(z) + np.exp(-z))),
    "softplus": (lambda z: np.log1p(np.exp(z)), lambda z: 1 / (1 + np.exp(-z))),
    "step": (lambda z: (z >= 0) * 1.0, np.zeros_like),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}
NAMES = sorted(BENDS)


@st.composite
def nets(draw, names=NAMES, dtype=np.float64, least=1):
    """A net of generic numbers, some samples and an upstream gradient of its outputs."""
    widths = draw(st.lists(st.integers(1, 5), min_size=least + 1, max_size=5))
    n, seed = draw(st.integers(1, 4)), draw(SEEDS)
    weights = [normal(seed + i, m, d, dtype=dtype) for i, (d, m) in enumerate(pairwise(widths))]
    biases = [normal(seed + 10 + i, m, dtype=dtype) if draw(st.booleans()) else None for i, m in enumerate(widths[1:])]
    net = Net(weights, biases, [draw(st.sampled_from(names)) for _ in weights])
    return net, normal(seed + 20, n, widths[0], dtype=dtype), normal(seed + 21, n, widths[-1], dtype=dtype)


def forward(net, X):
    """Return (Z, A) of every layer."""
    layers, A = [], np.asarray(X)
    for W, b, f in zip(net.weights, net.biases, net.activations, strict=True):
        Z = A @ W.T + (0 if b is None else b)
        A = BENDS[f][0](Z)
        layers.append((Z, A))
    return layers


def deltas(net, X, upstream):
    """Return Delta of every layer, the first layer's first."""
    down, dA = [], upstream
    for (Z, _), W, f in reversed(list(zip(forward(net, X), net.weights, net.activations, strict=True))):
        down.insert(0, dA * BENDS[f][1](Z))
        dA = down[0] @ W
    return down


def frobenius(A):
    return math.sqrt(sum(float(a) ** 2 for a in np.ravel(A)))


# Norms of the layers


@law("VAN-01", level="definition")
@given(nets())
def test_the_norm_of_a_layer_is_the_root_of_the_sum_of_all_squares(subject, case):
    net, X, upstream = case
    assert t12(subject.diagnostics.delta_norms(net, X, upstream), [frobenius(D) for D in deltas(net, X, upstream)])
    assert t12(subject.diagnostics.activation_norms(net, X), [frobenius(A) for _, A in forward(net, X)])


@law("VAN-01", level="shape")
@given(FLOATS.flatmap(lambda dtype: nets(dtype=dtype)))
def test_there_is_one_number_for_each_layer_in_the_dtype_of_the_net(subject, case):
    net, X, upstream = case
    before = X.copy(), upstream.copy()
    for norms in (subject.diagnostics.delta_norms(net, X, upstream), subject.diagnostics.activation_norms(net, X)):
        assert norms.shape == (len(net.weights),) and norms.dtype == X.dtype
    assert (before[0] == X).all() and (before[1] == upstream).all()


@law("VAN-01", level="law")
@given(nets())
def test_the_squared_norms_of_the_samples_add_up(subject, case):
    net, X, upstream = case
    single = [subject.diagnostics.delta_norms(net, X[[i]], upstream[[i]]) ** 2 for i in range(len(X))]
    assert t9(np.sqrt(sum(single)), subject.diagnostics.delta_norms(net, X, upstream))


@law("VAN-01", level="extreme")
@given(FLOATS.flatmap(lambda dtype: nets(["identity", "relu"], dtype)), st.sampled_from([-100, -70, 70, 100]))
def test_gradients_whose_squares_vanish_or_overflow_are_measured_all_the_same(subject, case, k):
    net, X, upstream = case
    norms = subject.diagnostics.delta_norms(net, X, upstream)
    scaled = subject.diagnostics.delta_norms(net, X, upstream * X.dtype.type(2.0**k))
    assert (scaled == norms * X.dtype.type(2.0**k)).all()


@law("VAN-01", level="extreme")
def test_no_samples_have_no_norm_and_nan_is_not_hidden(subject):
    net = Net([np.ones((2, 3)), np.ones((1, 2))], [None, None], ["identity"] * 2)
    assert subject.diagnostics.delta_norms(net, np.ones((0, 3)), np.ones((0, 1))).tolist() == [0, 0]
    assert subject.diagnostics.activation_norms(net, np.ones((0, 3))).tolist() == [0, 0]
    assert np.isnan(subject.diagnostics.delta_norms(net, np.ones((2, 3)), [[np.nan], [1.0]])).all()
    assert np.isposinf(subject.diagnostics.activation_norms(net, [[np.inf, 0.0, 0]])).all()


@law("VAN-01", level="theorem")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("f, s, least, most", [("sigmoid", 1 / 8, 1e-7, 1e-4), ("relu", math.sqrt(2) / 8, 0.2, 5),
                                               ("tanh", 1 / 8, 0.1, 0.9)])
def test_ten_layers_of_sigmoids_lose_the_gradient_and_relus_do_not(subject, seed, f, s, least, most):
    rng = np.random.default_rng(seed)
    net = Net([s * rng.standard_normal((64, 64)) for _ in range(10)], [None] * 10, [f] * 10)
    norms = subject.diagnostics.delta_norms(net, rng.standard_normal((32, 64)), rng.standard_normal((32, 64)))
    assert least <= norms[0] / norms[-1] <= most
    if f == "sigmoid":
        assert (np.diff(norms) > 0).all()  # small near the input, large near the output


# The bound between neighbours


@law("VAN-02", level="theorem")
@given(nets(least=2))
def test_no_sample_s_delta_is_longer_than_the_bound_lets_it(subject, case):
    net, X, upstream = case
    gains = subject.diagnostics.gain_bounds(net)
    lengths = [np.sqrt((D**2).sum(axis=1)) for D in deltas(net, X, upstream)]
    assert gains.shape == (len(net.weights) - 1,)
    for gain, below, above in zip(gains, lengths[:-1], lengths[1:], strict=True):
        assert (below <= gain * above * (1 + 1e-12)).all()


@law("VAN-02", level="definition")
@given(st.sampled_from(["sigmoid", "tanh", "relu"]), exact_arrays(3), exact_arrays(2))
def test_the_bound_is_the_steepest_slope_times_how_far_the_weights_can_stretch(subject, f, u, v):
    net = Net([np.ones((3, 4)), np.outer(v, u)], [None, None], [f, "softmax"])  # |v u^T| = |u| |v|
    expected = {"sigmoid": 0.25, "tanh": 1, "relu": 1}[f] * math.hypot(*u) * math.hypot(*v)
    assert t12(subject.diagnostics.gain_bounds(net), [expected])


@law("VAN-02", level="definition")
@given(st.sampled_from(["sigmoid", "tanh", "identity"]), exact_arrays((3, 2)))
def test_the_bound_is_attained_where_the_slope_is_steepest(subject, f, W):
    upward = np.linalg.svd(W)[0][:, 0]  # the direction that W^T stretches most
    net = Net([np.eye(2), W], [None, -W @ BENDS[f][0](np.zeros(2))], [f, f])  # z = 0 everywhere
    delta = deltas(net, np.zeros((1, 2)), upward[np.newaxis] / BENDS[f][1](np.zeros(1)))
    assert t9(subject.diagnostics.gain_bounds(net) * frobenius(delta[1]), [frobenius(delta[0])])


@law("VAN-02", level="definition")
@pytest.mark.parametrize("f", NAMES)
def test_no_slope_is_steeper_than_the_steepest_and_some_come_near(subject, f):
    slopes = np.abs(BENDS[f][1](np.linspace(-30, 30, 60_001)))
    steepest = subject.diagnostics.steepest_slope(f)
    assert slopes.max() <= steepest * (1 + 1e-12) and slopes.max() >= steepest * (1 - 1e-6)


@law("VAN-02", level="theorem")
@given(st.integers(2, 10), SEEDS)
def test_sigmoids_with_weights_that_do_not_stretch_leave_a_quarter_in_each_layer(subject, L, seed):
    rotations = [np.linalg.qr(normal(seed + l, 3, 3))[0] for l in range(L)]
    net, X = Net(rotations, [None] * L, ["sigmoid"] * L), normal(seed, 2, 3)
    whole = float(np.prod(subject.diagnostics.gain_bounds(net)))
    norms = subject.diagnostics.delta_norms(net, X, normal(seed + 1, 2, 3))
    assert t12(whole * 4 ** (L - 1), 1) and norms[0] <= norms[-1] * 4.0 ** (1 - L) * (1 + 1e-12)
    assert L < 10 or abs(whole - 3.81e-6) <= 5e-9


@law("VAN-02", level="extreme")
def test_no_bound_is_claimed_where_there_is_none(subject):
    assert np.isnan(subject.diagnostics.gain_bounds(Net([[[1.0]], [[np.inf]]], [None] * 2, ["tanh"] * 2))).all()
    assert subject.diagnostics.gain_bounds(Net([[[1.0, 2]]], [None], ["square"])).shape == (0,)
    with pytest.raises(ValueError):
        subject.diagnostics.gain_bounds(Net([[[1.0]], [[1.0]]], [None] * 2, ["square", "tanh"]))


# The path of active units


@st.composite
def active(draw):
    """A ReLU net in which every unit is active, a sample and an upstream gradient, all whole numbers."""
    widths = draw(st.lists(st.integers(1, 4), min_size=3, max_size=5))
    weights = [draw(integer_arrays((m, d), 3)) for d, m in pairwise(widths)]
    x, upstream = draw(integer_arrays((1, widths[0]), 3)), draw(integer_arrays((1, widths[-1]), 3))
    biases, a = [], x
    for W in weights:
        biases.append(np.abs(a @ W.T)[0] + 1)
        a = a @ W.T + biases[-1]
    return Net(weights, biases, ["relu"] * len(weights)), x, upstream


@law("VAN-03", level="theorem")
@given(active())
def test_through_active_relus_a_delta_meets_the_weights_and_nothing_else(subject, case):
    net, x, upstream = case
    expected = upstream[0]
    for W in reversed(net.weights[1:]):
        expected = W.T @ expected
    assert (subject.backprop.deltas(net, x, upstream)[0] == expected).all()
    assert t9(subject.diagnostics.delta_norms(net, x, upstream)[0], frobenius(expected))


@law("VAN-03", level="law")
@given(st.integers(2, 6), SEEDS)
def test_through_active_relus_rotations_keep_the_length(subject, L, seed):
    rotations = [np.linalg.qr(normal(seed + l, 3, 3))[0] for l in range(L)]
    biases, a = [], normal(seed, 2, 3)
    for W in rotations:
        biases.append(np.abs(a @ W.T).max(axis=0) + 1)  # keeps all units active
        a = a @ W.T + biases[-1]
    net = Net(rotations, biases, ["relu"] * L)
    norms = subject.diagnostics.delta_norms(net, normal(seed, 2, 3), normal(seed + 1, 2, 3))
    assert t9(norms, np.full(L, norms[-1]))


@law("VAN-03", "E-12", level="theorem")
@given(st.integers(1, 9), exact_arrays((2, 3)), st.sampled_from([-1, 0, 1]))
def test_relu_prevents_neither_vanishing_nor_exploding_the_weights_decide(subject, L, upstream, k):
    net = Net([2.0**k * np.eye(3)] * L, [None] * L, ["relu"] * L)
    norms = subject.diagnostics.delta_norms(net, np.ones((2, 3)), upstream)
    assert norms[0] == 2.0 ** (k * (L - 1)) * norms[-1]


@law("VAN-03", level="definition")
@given(active(), st.data())
def test_on_a_path_of_active_relus_the_slopes_are_one_and_the_weights_remain(subject, case, data):
    net, x, _ = case
    path = [data.draw(st.integers(0, size - 1)) for size in (x.shape[1], *map(len, net.weights))]
    slopes, weights = subject.diagnostics.path_factors(net, x[0], path)
    assert slopes == 1
    assert weights == math.prod(W[i, j] for W, j, i in zip(net.weights, path[:-1], path[1:], strict=True))


@law("VAN-03", level="gradient")
@given(nets(["sigmoid", "tanh", "identity", "softplus"]), st.data())
def test_the_sum_over_all_paths_is_the_derivative(subject, case, data):
    net, X, _ = case
    x, out = X[0] / 3, data.draw(st.integers(0, len(net.weights[-1]) - 1))
    net = net._replace(weights=[W / 3 for W in net.weights])
    between = list(product(*(range(len(W)) for W in net.weights[:-1])))
    factors = subject.diagnostics.path_factors
    total = [sum(math.prod(map(float, factors(net, x, (i, *units, out)))) for units in between) for i in range(len(x))]
    assert fd(total, slope(lambda x: forward(net, x[np.newaxis])[-1][1][0, out], x))


@law("VAN-03", level="extreme")
def test_a_path_through_a_silent_relu_passes_nothing(subject):
    net = Net([np.array([[1.0, 0], [-1, 0]]), np.array([[5.0, 7]])], [None, None], ["relu", "relu"])
    assert [float(p) for p in subject.diagnostics.path_factors(net, [2.0, 0], [0, 0, 0])] == [1, 5]
    assert [float(p) for p in subject.diagnostics.path_factors(net, [2.0, 0], [0, 1, 0])] == [0, -7]


# The recipe


ERRORS = st.sampled_from([0.0, 0.1, 0.2, 0.5, 3.0, math.inf, math.nan])


@law("DIAG-01", level="law")
@given(ERRORS, ERRORS, st.sampled_from([0.0, 0.1, 0.4]))
def test_every_result_has_advice_unless_both_are_good(subject, training, test, target):
    advice = subject.diagnostics.recipe(training, test, target)
    assert (len(advice) == 0) == (training <= target and test <= target)


@law("DIAG-01", level="law")
@given(ERRORS, ERRORS, st.sampled_from([0.0, 0.1, 0.4]))
def test_dropout_is_advised_for_overfitting_and_never_before_the_training_data_are_learnt(
    subject, training, test, target
):
    overfitting = training <= target and not test <= target
    assert ("dropout" in subject.diagnostics.recipe(training, test, target)) == overfitting


@law("DIAG-01", level="definition")
def test_the_recipe_of_s2(subject):
    bad, over = subject.diagnostics.recipe(0.3, 0.4, 0.1), subject.diagnostics.recipe(0.1, 0.4, 0.1)
    for word in ("activation", "adaptive", "larger"):
        assert any(word in remedy for remedy in bad) and not any(word in remedy for remedy in over)
    for word in ("data", "dropout", "regulari"):
        assert any(word in remedy for remedy in over) and not any(word in remedy for remedy in bad)
    assert list(subject.diagnostics.recipe(0.1, 0.1, 0.1)) == []


@law("DIAG-01", level="definition")
@given(ERRORS, ERRORS, st.sampled_from([0.0, 0.1, 0.4]))
def test_the_diagnosis_looks_at_the_training_data_first(subject, training, test, target):
    words = subject.diagnostics.diagnosis(training, test, target)
    assert words.startswith("bad on training") == (not training <= target)
    assert words.endswith("bad on test data") == (training <= target and not test <= target)


# Is it training correctly?


def cross_entropy(scores, labels):
    """Return the mean of log sum_k exp(s_k - s_y)."""
    losses = [math.log(sum(math.exp(s - row[y]) for s in row)) for row, y in zip(scores, labels, strict=True)]
    return sum(losses) / len(losses)


@law("DIAG-02", level="theorem")
@given(st.integers(1, 5), st.integers(1, 12), st.data())
def test_the_softmax_loss_is_never_further_from_log_k_than_twice_the_largest_score(subject, n, K, data):
    scores = data.draw(exact_arrays((n, K)))
    labels = data.draw(st.lists(st.integers(0, K - 1), min_size=n, max_size=n))
    assert subject.diagnostics.starts_at_log_k(cross_entropy(scores, labels), scores)


@law("DIAG-02", level="definition")
@given(st.integers(2, 20), st.integers(0, 16).map(lambda i: i / 8), st.sampled_from([-1, 1]), st.booleans())
def test_the_check_draws_the_line_at_twice_the_largest_score(subject, K, most, sign, outside):
    scores = np.zeros((3, K))
    scores[1, K // 2] = -most
    loss = math.log(K) + sign * (2 * most + (1e-6 if outside else -1e-6 * (most > 0)))
    assert bool(subject.diagnostics.starts_at_log_k(loss, scores)) == (not outside)


@law("DIAG-02", level="law")
@given(st.integers(2, 20), st.integers(2, 9), SEEDS)
def test_a_loss_that_is_summed_in_bits_or_off_by_a_constant_does_not_start_right(subject, K, n, seed):
    scores = normal(seed, n, K) / 1000
    loss = cross_entropy(scores, [0] * n)
    assert subject.diagnostics.starts_at_log_k(loss, scores)
    for wrong in (n * loss, loss / math.log(2), loss + 0.1, loss / K, math.nan):
        assert not subject.diagnostics.starts_at_log_k(wrong, scores)


@law("DIAG-02", level="extreme")
@given(FLOATS, st.integers(1, 1000))
def test_scores_of_zero_ask_for_log_k_up_to_rounding(subject, dtype, K):
    loss = dtype(np.log(dtype(K)))
    assert subject.diagnostics.starts_at_log_k(loss, np.zeros((2, K), dtype))
    assert not subject.diagnostics.starts_at_log_k(loss + 1e-3, np.zeros((2, K), dtype))


@law("DIAG-02", level="theorem")
@pytest.mark.parametrize("seed", range(3))
def test_a_net_fits_four_samples_to_a_loss_below_a_hundredth(subject, seed):
    net = Net([normal(seed, 8, 3), normal(seed + 1, 3, 8)], [np.zeros(8), np.zeros(3)], ["tanh", "identity"])
    assert subject.diagnostics.can_fit(net, normal(seed + 2, 4, 3), np.array([2, 0, 1, 0]))


@law("DIAG-02", level="law")
def test_what_cannot_be_fitted_is_found_out(subject):
    net = Net([normal(1, 8, 3), normal(2, 2, 8)], [np.zeros(8), np.zeros(2)], ["tanh", "identity"])
    twins, can_fit = np.ones((2, 3)), subject.diagnostics.can_fit
    assert not can_fit(net, twins, np.array([0, 1]), 20)  # one sample, two labels: at best log 2
    assert can_fit(net, twins, np.array([0, 1]), 20, below=0.7) and can_fit(net, twins, np.array([1, 1]), 50)
    assert not can_fit(net, twins, np.array([1, 1]), 0)
    dead = net._replace(biases=[np.full(8, -99.0), None], activations=["relu", "identity"])
    assert not can_fit(dead, normal(3, 4, 3), np.array([0, 1, 1, 0]), 20)


@law("DIAG-02", level="law")
def test_numbers_are_fitted_as_well_as_labels(subject):
    net, X = Net([np.zeros((2, 3))], [np.zeros(2)], ["identity"]), normal(1, 3, 3)
    assert subject.diagnostics.can_fit(net, X, X @ [[1.0, 2], [0, 1], [1, 0]], 200, "squared_error")
