"""Laws of features, fixed and learned, and of the quadratic kernel: what every implementation obeys, ours and yours."""

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, exact_arrays, fd, integer_arrays, normal, slope, t9, t12

XOR = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
LABELS = [-1, 1, 1, -1]


class Net(NamedTuple):
    """A net as three lists, layer by layer."""

    weights: Any
    biases: Any
    activations: Any


@st.composite
def two_samples(draw, dtype=np.float64):
    """Samples (n, d) and others (m, d), with n, m and d all different."""
    n, m, d = draw(st.permutations([1, 2, 3, 4]).map(lambda sides: sides[:3]))
    return draw(exact_arrays((n, d), dtype)), draw(exact_arrays((m, d), dtype))


@st.composite
def models(draw, dtype=np.float64):
    """Samples (n, d), weights (K, d), biases (K,) or None, and an upstream gradient (n, K), all in whole numbers."""
    n, K, d = draw(st.permutations([1, 2, 3, 4]).map(lambda sides: sides[:3]))
    X, W = draw(integer_arrays((n, d))).astype(dtype), draw(integer_arrays((K, d))).astype(dtype)
    b = draw(st.none() | integer_arrays(K).map(lambda b: b.astype(dtype)))
    return X, W, b, draw(integer_arrays((n, K))).astype(dtype)


@st.composite
def nets(draw):
    """A net of tanh layers with a linear last one, the outputs of each of its layers, and samples."""
    widths, seed = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4)), draw(SEEDS)
    weights = [normal(seed + i, m, d) for i, (d, m) in enumerate(pairwise(widths))]
    biases = [normal(seed + 10 + i, m) for i, m in enumerate(widths[1:])]
    layers = [normal(seed + 20, draw(st.integers(1, 5)), widths[0])]
    for W, b in zip(weights[:-1], biases, strict=False):
        layers.append(np.tanh(layers[-1] @ W.T + b))
    layers.append(layers[-1] @ weights[-1].T + biases[-1])
    return Net(weights, biases, ["tanh"] * (len(weights) - 1) + ["identity"]), layers


def square(X):
    """Return features that differ in number from the coordinates: the squares, and a one."""
    return np.hstack([X**2, np.ones((len(X), 1))])


# The quadratic features


@law("KER-02", level="definition")
@given(exact_arrays((3, 2)))
def test_in_the_plane_the_features_are_two_squares_and_root_two_times_the_product(subject, X):
    expected = [[x1 * x1, math.sqrt(2) * x1 * x2, x2 * x2] for x1, x2 in X.tolist()]
    assert t12(subject.features.quadratic_features(X), expected)


@law("KER-02", level="definition")
@given(two_samples())
def test_the_features_are_the_pairs_in_order_each_once(subject, case):
    X, d = case[0], case[0].shape[1]
    pairs = [(i, j) for i in range(d) for j in range(i, d)]
    expected = [[x[i] * x[j] * (1 if i == j else math.sqrt(2)) for i, j in pairs] for x in X]
    assert t12(subject.features.quadratic_features(X), expected)


@law("KER-02", level="definition")
@given(two_samples())
def test_the_kernel_is_the_squared_scalar_product(subject, case):
    X, Y = case
    expected = [[sum(a * b for a, b in zip(x, y, strict=True)) ** 2 for y in Y.tolist()] for x in X.tolist()]
    assert subject.features.quadratic_kernel(X, Y).tolist() == expected


@law("KER-02", level="theorem")
@given(two_samples())
@example((np.array([[1.0, 2]]), np.array([[3.0, -1], [2, 5], [0, 1]]))).via("S3, Kernel trick")
def test_the_kernel_is_the_scalar_product_of_the_features(subject, case):
    X, Y = case
    kernel = [[float(x @ y) ** 2 for y in Y] for x in X]
    assert t9(subject.features.quadratic_features(X) @ subject.features.quadratic_features(Y).T, kernel)


@law("KER-02", level="theorem")
@given(exact_arrays((3, 2)), exact_arrays((1, 2)))
def test_without_the_root_of_two_the_kernel_is_not_met(subject, X, Y):
    plain = np.stack([X[:, 0] ** 2, X[:, 0] * X[:, 1], X[:, 1] ** 2], axis=1)
    y1, y2 = Y[0]
    missing = X[:, 0] * X[:, 1] * y1 * y2  # of the two equal terms only one was counted
    got = subject.features.quadratic_kernel(X, Y)[:, 0]
    assert got.tolist() == (plain @ [y1 * y1, y1 * y2, y2 * y2] + missing).tolist()


@law("KER-02", level="law")
@given(two_samples(), st.sampled_from([-4.0, -1, 0.5, 2]))
def test_the_kernel_is_symmetric_and_of_degree_two(subject, case, c):
    X, Y = case
    K = subject.features.quadratic_kernel(X, Y)
    assert (subject.features.quadratic_kernel(Y, X) == K.T).all()
    assert (subject.features.quadratic_kernel(c * X, Y) == c * c * K).all()
    assert (subject.features.quadratic_kernel(X, -Y) == K).all()


@law("KER-02", level="gradient")
@given(two_samples(), st.data())
def test_the_gradient_of_the_features_is_their_slope(subject, case, data):
    X = case[0]
    upstream = data.draw(exact_arrays((len(X), X.shape[1] * (X.shape[1] + 1) // 2)))
    step = data.draw(exact_arrays(X.shape))  # along a line a parabola: its central difference is its derivative
    rise = subject.features.quadratic_features(X + step) - subject.features.quadratic_features(X - step)
    gradient = subject.features.quadratic_features_backward(upstream, X)
    assert abs((gradient * step).sum() - (upstream * rise).sum() / 2) <= 1e-9


@law("KER-02", level="gradient")
@given(two_samples(), SEEDS)
def test_the_gradients_of_the_kernel_are_its_slopes(subject, case, seed):
    X, Y = case[0] / 5, case[1] / 5
    upstream, kernel = normal(seed, len(X), len(Y)), subject.features.quadratic_kernel
    dX, dY = subject.features.quadratic_kernel_backward(upstream, X, Y)
    assert fd(dX, slope(lambda X: kernel(X, Y), X, upstream))
    assert fd(dY, slope(lambda Y: kernel(X, Y), Y, upstream))


@law("KER-02", level="shape")
@given(FLOATS.flatmap(lambda dtype: two_samples(dtype=dtype)))
def test_features_and_kernel_keep_the_dtype_and_leave_their_arguments_alone(subject, case):
    (X, Y), before = case, [a.copy() for a in case]
    Phi, K = subject.features.quadratic_features(X), subject.features.quadratic_kernel(X, Y)
    kernel_backward = subject.features.quadratic_kernel_backward
    gradients = subject.features.quadratic_features_backward(Phi, X), *kernel_backward(K, X, Y)
    assert all(result.dtype == X.dtype for result in (Phi, K, *gradients))
    assert [g.shape for g in gradients] == [X.shape, X.shape, Y.shape]
    for result in (Phi, K, *gradients):
        result[...] = 99
    assert (before[0] == X).all() and (before[1] == Y).all()


@law("KER-02", level="extreme")
@given(st.integers(1, 4))
def test_a_float32_sample_loses_nothing_under_a_float64_gradient(subject, d):
    X, m = np.full((2, d), 3, np.float32), d * (d + 1) // 2
    dX = subject.features.quadratic_features_backward(np.ones((2, m)), X)
    assert dX.dtype == np.float64
    assert t12(dX, np.full((2, d), 3 * (2 + (d - 1) * math.sqrt(2))))


@law("KER-02", level="extreme")
def test_no_samples_have_no_features_and_what_is_missing_stays_missing(subject):
    assert subject.features.quadratic_features(np.zeros((0, 3))).shape == (0, 6)
    assert subject.features.quadratic_kernel(np.zeros((0, 3)), np.zeros((2, 3))).shape == (0, 2)
    Phi = subject.features.quadratic_features([[math.nan, 2], [1e200, -1e200]])
    assert np.isnan(Phi).tolist() == [[True, True, False], [False, False, False]]
    assert Phi[1].tolist() == [math.inf, -math.inf, math.inf]


# The Gram matrix


@law("KER-02", level="definition")
@given(two_samples())
def test_the_gram_matrix_holds_the_scalar_product_of_every_two_rows(subject, case):
    expected = [[sum(a * b for a, b in zip(x, y, strict=True)) for y in case[0].tolist()] for x in case[0].tolist()]
    assert subject.features.gram_matrix(case[0]).tolist() == expected


@law("KER-02", level="theorem")
@given(st.integers(1, 5), st.integers(1, 4), SEEDS)
def test_the_gram_matrix_of_quadratic_features_is_symmetric_and_has_no_negative_eigenvalue(subject, n, d, seed):
    X = normal(seed, n, d)
    G = subject.features.gram_matrix(subject.features.quadratic_features(X))
    assert t9(G, (X @ X.T) ** 2)
    assert t12(G, G.T)
    assert np.linalg.eigvalsh(G).min() >= -1e-9 * np.trace(G)


@law("KER-02", level="theorem")
@given(exact_arrays((4, 2)), exact_arrays(4))
def test_no_weighting_of_the_samples_makes_the_kernel_negative(subject, X, c):
    K = subject.features.quadratic_kernel(X, X)
    assert (K == K.T).all()
    assert c @ K @ c >= -1e-9 * np.trace(K) * (c @ c)


@law("KER-02", level="gradient")
@given(two_samples(), st.data())
def test_the_gradient_of_the_gram_matrix_is_its_slope(subject, case, data):
    Phi, n = case[0], len(case[0])
    upstream, step = data.draw(integer_arrays((n, n))), data.draw(integer_arrays(Phi.shape))
    rise = subject.features.gram_matrix(Phi + step) - subject.features.gram_matrix(Phi - step)
    assert (subject.features.gram_matrix_backward(upstream, Phi) * step).sum() == (upstream * rise).sum() / 2


@law("KER-02", level="shape")
@given(FLOATS.flatmap(lambda dtype: two_samples(dtype=dtype)))
def test_the_gram_matrix_keeps_the_dtype_and_leaves_the_features_alone(subject, case):
    Phi, before = case[0], case[0].copy()
    G = subject.features.gram_matrix(Phi)
    dPhi = subject.features.gram_matrix_backward(G, Phi)
    assert G.dtype == Phi.dtype and dPhi.dtype == Phi.dtype and dPhi.shape == Phi.shape
    G[...], dPhi[...] = 99, 99
    assert (Phi == before).all()


# Exclusive or


@law("KER-02", level="theorem")
@given(st.floats(0.01, 100), st.floats(-0.99, 0.99))
@example(1.0, 0.0).via("XOR in +-1 coding")
def test_one_product_separates_exclusive_or_with_either_sign_of_both_inputs(subject, w, shift):
    scores = w * (subject.features.xor_feature(XOR) - shift)  # a threshold anywhere between -1 and 1 will do
    assert np.sign(scores).tolist() == LABELS


@law("KER-02", level="definition")
@given(exact_arrays((5, 2)))
def test_the_feature_of_exclusive_or_is_minus_the_product(subject, X):
    assert subject.features.xor_feature(X).tolist() == [-x1 * x2 for x1, x2 in X.tolist()]


@law("KER-02", level="theorem")
def test_exclusive_or_is_linear_in_the_quadratic_features_though_not_in_the_inputs(subject):
    assert np.sign(subject.features.feature_scores(XOR, np.array([[0.0, -1, 0]])).ravel()).tolist() == LABELS
    assert sum(y * np.array([*x, 1]) for x, y in zip(XOR, LABELS, strict=True)).tolist() == [0, 0, 0]  # PERC-10


@law("KER-02", level="gradient")
@given(exact_arrays((5, 2)), exact_arrays((5, 2)), exact_arrays(5))
def test_the_gradient_of_the_product_is_its_slope(subject, X, step, upstream):
    rise = subject.features.xor_feature(X + step) - subject.features.xor_feature(X - step)
    assert (subject.features.xor_feature_backward(upstream, X) * step).sum() == (upstream * rise).sum() / 2


@law("KER-02", level="shape")
@given(FLOATS.flatmap(lambda dtype: exact_arrays((3, 2), dtype)))
def test_the_product_keeps_the_dtype_and_leaves_the_inputs_alone(subject, X):
    before, upstream = X.copy(), np.ones(3, X.dtype)
    phi, dX = subject.features.xor_feature(X), subject.features.xor_feature_backward(upstream, X)
    assert phi.dtype == X.dtype and dX.dtype == X.dtype and phi.shape == (3,) and dX.shape == X.shape
    phi[...], dX[...] = 99, 99
    assert (before == X).all() and (upstream == 1).all()


# A linear model on features


@law("KER-01", level="definition")
@given(models())
def test_the_scores_are_linear_in_the_features(subject, case):
    X, W, b, _ = case
    W = np.hstack([W, W[:, :1]])  # one more feature than coordinates
    expected = [[sum(w * p for w, p in zip(w_k, phi, strict=True)) for w_k in W.tolist()] for phi in square(X).tolist()]
    expected = np.array(expected) + (0 if b is None else b)
    assert (subject.features.feature_scores(X, W, b, square) == expected).all()


@law("KER-01", level="law")
@given(models())
def test_with_the_samples_as_features_the_model_is_the_linear_one(subject, case):
    X, W, b, _ = case
    assert (subject.features.feature_scores(X, W, b, lambda X: X) == X @ W.T + (0 if b is None else b)).all()


@law("KER-01", level="definition")
@given(exact_arrays((4, 2)), exact_arrays(2), st.integers(1, 5))
def test_in_quadratic_features_a_circle_is_a_plane(subject, X, centre, r):
    W, b = np.array([[1.0, 0, 1]]), np.array([-float(r * r)])
    assert t9(subject.features.feature_scores(X - centre, W, b)[:, 0], ((X - centre) ** 2).sum(axis=1) - r * r)


@law("KER-01", level="gradient")
@given(models(), st.data())
def test_what_is_learned_on_fixed_features_gets_the_slope_as_gradient(subject, case, data):
    X, W, b, upstream = case
    V, c = data.draw(integer_arrays(W.shape)), None if b is None else data.draw(integer_arrays(b.shape))
    dW, db = subject.features.feature_scores_backward(upstream, X, W, b, np.square)
    rise = upstream * (np.square(X) @ V.T + (0 if c is None else c))  # the scores are linear in W and b
    assert (dW * V).sum() + (0 if c is None else (db * c).sum()) == rise.sum()
    assert dW.shape == W.shape and (db is None if b is None else db.shape == b.shape)


@law("KER-01", level="shape")
@given(FLOATS.flatmap(lambda dtype: models(dtype=dtype)))
def test_the_model_keeps_the_dtype_and_not_even_its_features_can_change_the_samples(subject, case):
    X, W, b, upstream = case
    before = [a.copy() for a in (X, W, upstream)]

    def careless(X):
        X *= 2
        return X

    f = subject.features.feature_scores(X, W, b, careless)
    dW, _ = subject.features.feature_scores_backward(upstream, X, W, b, careless)
    assert f.dtype == X.dtype and dW.dtype == X.dtype and f.shape == upstream.shape
    f[...], dW[...] = 99, 99
    assert all((a == old).all() for a, old in zip((X, W, upstream), before, strict=True))


# Learned features


@law("KER-01", level="definition")
@given(nets())
def test_the_learned_features_are_the_activations_below_the_last_layer(subject, case):
    net, layers = case
    assert t12(subject.features.learned_features(net, layers[0]), layers[-2])


@law("KER-01", level="theorem")
@given(nets())
def test_the_last_layer_of_a_net_is_a_linear_model_on_learned_features(subject, case):
    net, layers = case
    phi = lambda X: subject.features.learned_features(net, X)  # noqa: E731
    assert t12(subject.features.feature_scores(layers[0], net.weights[-1], net.biases[-1], phi), layers[-1])


@law("KER-01", level="law")
@given(nets())
def test_the_last_layer_has_no_say_in_the_features(subject, case):
    net, layers = case
    last = -2 * net.weights[-1], None, "sigmoid"
    other = Net(*([*parts[:-1], new] for parts, new in zip(net, last, strict=True)))
    phi = subject.features.learned_features
    assert (phi(other, layers[0]) == phi(net, layers[0])).all()


@law("KER-01", level="extreme")
@given(FLOATS, exact_arrays((3, 2)))
def test_a_net_of_one_layer_hands_out_a_copy_of_the_samples(subject, dtype, X):
    X, W = X.astype(dtype), np.ones((4, 2), dtype)
    before, phi = X.copy(), subject.features.learned_features(Net([W], [None], ["relu"]), X)
    assert phi.dtype == X.dtype and (phi == X).all()
    phi[...] = 99
    assert (before == X).all()
