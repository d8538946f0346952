"""Laws of back-propagation: the delta recursion against the definition, the slope, the Jacobians, and the slides."""

import sys
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, exact_arrays, fd, normal, slope, t9, t12


class Net(NamedTuple):
    """All that back-propagation asks of a net."""

    weights: Any
    biases: Any
    activations: Any


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


BENDS = {
    "identity": (lambda z: z, np.ones_like),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (2 + np.exp(z) + np.exp(-z))),
    "softplus": (lambda z: np.log1p(np.exp(z)), lambda z: 1 / (1 + np.exp(-z))),
    "softmax": (softmax, None),
    "log_softmax": (lambda z: np.log(softmax(z)), None),  # its Jacobian is not symmetric
}
SMOOTH = st.sampled_from(["identity", "sigmoid", "softplus", "tanh"])
BENT = st.sampled_from(["sigmoid", "tanh"])
BOOLS = st.booleans()


@st.composite
def nets(draw, bends=SMOOTH, depth=4, dtype=np.float64, biased=BOOLS):
    """A net of generic numbers, some samples and an upstream gradient of its outputs."""
    widths = draw(st.lists(st.integers(1, 5), min_size=2, max_size=depth + 1))
    n, seed = draw(st.integers(1, 4)), draw(SEEDS)
    weights = [normal(seed + i, m, d, dtype=dtype) / d for i, (d, m) in enumerate(pairwise(widths))]
    biases = [normal(seed + 10 + i, m, dtype=dtype) if draw(biased) else None for i, m in enumerate(widths[1:])]
    net = Net(weights, biases, [draw(bends) for _ in weights])
    return net, normal(seed + 20, n, widths[0], dtype=dtype), normal(seed + 21, n, widths[-1], dtype=dtype)


@st.composite
def exact_nets(draw):
    """A net of small whole numbers with identity and ReLU: every gradient is a whole number."""
    widths, n = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4)), draw(st.integers(1, 3))
    whole = lambda *shape: np.random.default_rng(draw(SEEDS)).integers(-3, 4, shape).astype(float)  # noqa: E731
    weights = [whole(m, d) for d, m in pairwise(widths)]
    biases = [whole(m) if draw(BOOLS) else None for m in widths[1:]]
    net = Net(weights, biases, [draw(st.sampled_from(["identity", "relu"])) for _ in weights])
    return net, whole(n, widths[0]), whole(n, widths[-1])


def forward(net, X):
    """Return A^(0), the inputs, and (Z, A) of every layer."""
    layers, A = [], np.asarray(X)
    for W, b, f in zip(*net, strict=True):
        Z = A @ W.T + (0 if b is None else b)
        A = BENDS[f][0](Z)
        layers.append((Z, A))
    return layers


def loss(net, X, upstream):
    return (upstream * forward(net, X)[-1][1]).sum()


def parameters(net):
    """Yield each array of a net's parameters, its place, and the net as a function of it."""
    for name in ("weights", "biases"):
        for i, p in enumerate(getattr(net, name)):
            if p is not None:
                yield p, i, lambda q, name=name, i=i: net._replace(
                    **{name: [q if j == i else other for j, other in enumerate(getattr(net, name))]}
                )


def every(pairs):
    """Return the arrays of a list of (dW, db), without the absent biases."""
    return [g for pair in pairs for g in pair if g is not None]


@law("BP-01", level="law")
@given(nets())
def test_the_gradient_of_the_sum_is_the_sum_of_the_gradients_of_the_samples(subject, case):
    net, X, upstream = case
    whole = every(subject.backprop.gradients(net, X, upstream))
    single = [every(subject.backprop.gradients(net, X[[i]], upstream[[i]])) for i in range(len(X))]
    assert all(t9(g, sum(parts)) for g, parts in zip(whole, zip(*single, strict=True), strict=True))


@law("BP-01", level="law")
@given(nets())
def test_the_gradient_of_the_mean_is_that_of_the_sum_over_n(subject, case):
    net, X, upstream = case
    of_sum = every(subject.backprop.gradients(net, X, upstream))
    of_mean = every(subject.backprop.gradients(net, X, upstream / len(X)))
    assert all(t9(mean, g / len(X)) for mean, g in zip(of_mean, of_sum, strict=True))


@law("BP-02", level="gradient")
@given(st.tuples(*[exact_arrays(4).map(lambda c: c / 10)] * 2), exact_arrays((2, 3)).map(lambda w: w / 10))
def test_sum_and_product_rule_on_random_polynomials(subject, coefficients, w):
    f, g = map(np.polynomial.Polynomial, coefficients)
    df, dg = f.deriv()(w), g.deriv()(w)
    assert fd(subject.backprop.sum_rule(df, dg), slope(lambda w: f(w) + g(w), w))
    assert fd(subject.backprop.product_rule(f(w), df, g(w), dg), slope(lambda w: f(w) * g(w), w))


@law("BP-02", level="shape")
@given(FLOATS, exact_arrays((4, 2, 3)))
def test_the_rules_keep_the_dtype_and_their_arguments(subject, dtype, four):
    four = four.astype(dtype)
    before = four.copy()
    for result in (subject.backprop.product_rule(*four), subject.backprop.sum_rule(*four[:2])):
        assert result.dtype == dtype and result.shape == (2, 3)
        result[...] = 99
    assert (before == four).all()


@law("E-01", level="theorem")
@given(st.integers(1, 9).map(lambda k: k / 8))
def test_the_slide_s_product_rule_says_four_where_the_slope_is_three(subject, theta):
    f, df, g, dg = theta, 1.0, theta**2, 2 * theta
    right = float(subject.backprop.product_rule(f, df, g, dg))
    slide = f * dg + dg * f
    assert right == 3 * theta**2 and slide == 4 * theta**2


@law("E-02", level="theorem")
def test_a_step_along_the_slope_of_f_climbs_where_one_along_the_slope_of_the_loss_descends(subject):
    theta, rate = -1.0, 0.5
    net, X = Net([[[theta]]], [None], ["identity"]), [[1.0]]  # f = theta, L = f^2 / 2
    slope_of = lambda upstream: float(subject.backprop.gradients(net, X, [[upstream]])[0][0][0, 0])  # noqa: E731
    slide, right = theta - rate * slope_of(1.0), theta - rate * slope_of(theta)  # dL/df = f = theta
    assert (slide, slide**2 / 2) == (-1.5, 1.125)
    assert (right, right**2 / 2) == (-0.5, 0.125)  # from 0.5


@law("BP-03", level="definition")
@given(nets())
def test_the_jacobian_of_a_layer_is_the_slopes_times_the_weights(subject, case):
    net, X, _ = case
    by_layer = subject.backprop.layer_jacobians(net, X[0])
    for J, W, f, (Z, _) in zip(by_layer, net.weights, net.activations, forward(net, X[:1]), strict=True):
        assert t12(J, np.diag(BENDS[f][1](Z[0])) @ W)


@law("BP-03", level="gradient")
@given(nets(bends=st.sampled_from(["tanh", "softmax", "log_softmax"])))
def test_row_i_of_the_jacobian_is_the_slope_of_output_i(subject, case):
    net, X, _ = case
    J = subject.backprop.jacobian(net, X[0])
    assert J.shape == (len(net.weights[-1]), X.shape[1])
    for i, row in enumerate(J):
        assert fd(row, slope(lambda x, i=i: forward(net, x[np.newaxis])[-1][1][0, i], X[0]))


@law("BP-03", "BP-11", level="law")
@given(nets(bends=st.sampled_from(["tanh", "relu", "sigmoid", "softmax", "log_softmax"])))
def test_the_product_of_the_jacobians_is_what_one_sweep_finds(subject, case):
    net, X, upstream = case
    dX = subject.backprop.input_gradient(net, X, upstream)
    for x, u, dx in zip(X, upstream, dX, strict=True):
        product = np.eye(len(u))
        for J in subject.backprop.layer_jacobians(net, x)[::-1]:
            product = product @ J
        assert t9(subject.backprop.jacobian(net, x), product) and t9(dx, u @ product)


@law("BP-03", "BP-07", level="law")
@given(nets(bends=st.sampled_from(["tanh", "sigmoid"])))
def test_delta_is_upstream_through_the_jacobians_of_the_layers_above(subject, case):
    net, X, upstream = case
    Deltas, layers = subject.backprop.deltas(net, X, upstream), forward(net, X)
    for i, x in enumerate(X):
        row = upstream[i]
        for J, Delta, f, (Z, _) in list(
            zip(subject.backprop.layer_jacobians(net, x), Deltas, net.activations, layers, strict=True)
        )[::-1]:
            assert t9(Delta[i], row * BENDS[f][1](Z[i]))
            row = row @ J


@law("BP-03", level="shape")
@given(FLOATS.flatmap(lambda dtype: nets(dtype=dtype)))
def test_jacobians_keep_the_dtype_and_the_sample(subject, case):
    net, X, _ = case
    before = X.copy()
    for J in (*subject.backprop.layer_jacobians(net, X[0]), subject.backprop.jacobian(net, X[0])):
        assert J.dtype == X.dtype
        J[...] = 99
    assert (before == X).all() and all((W != 99).all() for W in net.weights)


def one_layer(seed, m=3, d=4):
    """Return x, W, b, U of S0's net with one hidden layer: d inputs, m units, a scalar score."""
    return normal(seed, d), normal(seed + 1, m, d) / 2, normal(seed + 2, m), normal(seed + 3, m)


def two_layers(seed, d=4, m1=3, m2=2):
    """Return x, W1, b1, W2, b2, U of S0's net with two hidden layers."""
    W1, W2, U = normal(seed + 1, m1, d) / 2, normal(seed + 3, m2, m1), normal(seed + 5, m2)
    return normal(seed, d), W1, normal(seed + 2, m1) / 4, W2, normal(seed + 4, m2) / 4, U


def score(f, x, *layers):
    """Return y = U f(W_L ... f(W_1 x + b_1) ... + b_L)."""
    for W, b in zip(layers[:-1:2], layers[1:-1:2], strict=True):
        x = BENDS[f][0](W @ x + b)
    return layers[-1] @ x


def slopes(function, arguments):
    """Return the numeric gradient in each argument."""
    moved = lambda k, q: [q if j == k else other for j, other in enumerate(arguments)]  # noqa: E731
    return [slope(lambda q, k=k: function(*moved(k, q)), p) for k, p in enumerate(arguments)]


@law("BP-04", "BP-05", level="gradient")
@given(st.integers(1, 5), st.integers(1, 5), SEEDS, SMOOTH)
def test_one_hidden_layer_has_the_slopes_of_its_score(subject, m, d, seed, f):
    arguments = one_layer(seed, m, d)
    gradients = subject.backprop.one_hidden_layer_gradients(*arguments, f)
    numeric = slopes(lambda *args: score(f, *args), arguments)
    assert [g.shape for g in gradients] == [p.shape for p in arguments]
    assert all(fd(g, n) for g, n in zip(gradients, numeric, strict=True))


@law("BP-04", level="law")
@given(SEEDS, BENT)
def test_the_gradient_of_the_weights_is_a_column_times_a_row(subject, seed, f):
    x, W, b, U = one_layer(seed)
    _, dW, db, dU = subject.backprop.one_hidden_layer_gradients(x, W, b, U, f)
    z = W @ x + b
    assert t12(dW, [[U[i] * BENDS[f][1](z)[i] * x[j] for j in range(4)] for i in range(3)])
    assert t12(db, U * BENDS[f][1](z)) and t12(dU, BENDS[f][0](z))
    assert np.linalg.matrix_rank(dW, tol=1e-9) <= 1


@law("BP-05", level="definition")
@given(SEEDS, BENT)
def test_every_unit_sends_its_delta_to_every_input_through_their_weight(subject, seed, f):
    x, W, b, U = one_layer(seed)
    dx, _, delta, _ = subject.backprop.one_hidden_layer_gradients(x, W, b, U, f)
    assert t12(dx, [sum(delta[i] * W[i, j] for i in range(3)) for j in range(4)])


@law("BP-06", level="gradient")
@given(SEEDS, SMOOTH)
def test_two_hidden_layers_have_the_slopes_of_their_score(subject, seed, f):
    arguments = two_layers(seed)  # widths 4-3-2: an index that slips does not fit
    gradients = subject.backprop.two_hidden_layers_gradients(*arguments, f)
    numeric = slopes(lambda *args: score(f, *args), arguments)
    assert [g.shape for g in gradients] == [p.shape for p in arguments]
    assert all(fd(g, n) for g, n in zip(gradients, numeric, strict=True))


@law("BP-04", "BP-06", "BP-07", level="law")
@given(SEEDS, st.sampled_from(["relu", "sigmoid", "softplus", "tanh"]))
def test_the_written_out_formulas_are_the_recursion(subject, seed, f):
    (x, W, b, U), two = one_layer(seed), two_layers(seed)
    cases = [
        (Net([W], [b], [f]), subject.backprop.one_hidden_layer_gradients(x, W, b, U, f), U),
        (Net(two[1:5:2], two[2:5:2], [f, f]), subject.backprop.two_hidden_layers_gradients(*two, f), two[-1]),
    ]
    for net, (dx, *layers, _), upstream in cases:
        recursion = every(subject.backprop.gradients(net, x[np.newaxis], upstream[np.newaxis]))
        assert all(t12(g, r) for g, r in zip(layers, recursion, strict=True))
        assert t12(dx, subject.backprop.input_gradient(net, x[np.newaxis], upstream[np.newaxis])[0])


@law("BP-04", "BP-06", "BP-09", level="shape")
@given(FLOATS, SEEDS, st.sampled_from(["identity", "tanh"]))
def test_the_written_out_formulas_keep_dtype_and_arguments(subject, dtype, seed, f):
    one, two = ([p.astype(dtype) for p in case] for case in (one_layer(seed), two_layers(seed)))
    before = [p.copy() for p in (*one, *two)]
    for results in (
        subject.backprop.one_hidden_layer_gradients(*one, f),
        subject.backprop.two_hidden_layers_gradients(*two, f),
        subject.backprop.squared_error_gradients(*two, f),
    ):
        frozen = [g.copy() for g in results]
        for i, g in enumerate(results):
            assert g.dtype == dtype
            assert all((later == then).all() for later, then in zip(results[i:], frozen[i:], strict=True))
            g[...] = 99
    assert all((now == then).all() for now, then in zip((*one, *two), before, strict=True))


@law("E-03", "E-04", level="theorem")
@pytest.mark.parametrize("seed", range(3))
def test_the_slide_s_output_weight_has_the_index_of_the_input(subject, seed):
    x, W, b, U = one_layer(10 * seed, m=3, d=3)
    _, dW, _, _ = subject.backprop.one_hidden_layer_gradients(x, W, b, U, "tanh")
    prime = BENDS["tanh"][1](W @ x + b)
    numeric = slope(lambda W: score("tanh", x, W, b, U), W)
    slide = [[U[j] * prime[i] * x[j] for j in range(3)] for i in range(3)]
    assert np.abs(dW - numeric).max() <= 1e-8
    assert np.abs(slide - numeric).max() >= 0.05


@law("E-03", "E-04", level="theorem")
@given(SEEDS)
def test_off_the_square_the_slide_s_index_does_not_exist_and_its_column_is_no_matrix(subject, seed):
    x, W, b, U = one_layer(seed, m=3, d=4)
    _, dW, delta, _ = subject.backprop.one_hidden_layer_gradients(x, W, b, U, "tanh")
    with pytest.raises(IndexError):
        U[4 - 1]  # U_j of the last input j
    assert delta[:, np.newaxis].shape == (3, 1) and dW.shape == W.shape == (3, 4)
    assert t12(dW, delta[:, np.newaxis] @ x[np.newaxis])


@law("E-05", level="theorem")
@pytest.mark.parametrize("seed", range(3))
def test_the_weights_of_layer_two_meet_the_activations_below_them_not_their_own(subject, seed):
    for widths, shape in (((4, 3, 2), (2, 2)), ((3, 3, 3), (3, 3))):
        x, W1, b1, W2, b2, U = two_layers(10 * seed, *widths)
        _, _, _, dW2, delta2, a2 = subject.backprop.two_hidden_layers_gradients(x, W1, b1, W2, b2, U, "tanh")
        slide = np.outer(delta2, a2)
        assert slide.shape == shape and dW2.shape == W2.shape
        assert np.abs(dW2 - slope(lambda W2: score("tanh", x, W1, b1, W2, b2, U), W2)).max() <= 1e-8  # noqa: B023
    assert np.abs(slide - dW2).max() >= 0.05
    prime = delta2 / U
    elements = [[U[j] * prime[i] * a2[j] for j in range(3)] for i in range(3)]
    assert np.abs(elements - dW2).max() >= 0.05


@law("E-06", level="theorem")
@pytest.mark.parametrize("seed", range(3))
def test_delta_one_takes_its_slopes_from_layer_one(subject, seed):
    x, W1, b1, W2, b2, U = two_layers(10 * seed)
    prime = BENDS["tanh"][1]
    with pytest.raises(ValueError):
        (U @ W2) * prime(W2 @ np.tanh(W1 @ x + b1))  # three entries meet two
    x, W1, b1, W2, b2, U = two_layers(10 * seed, 3, 3, 3)
    _, dW1, delta1, _, delta2, _ = subject.backprop.two_hidden_layers_gradients(x, W1, b1, W2, b2, U, "tanh")
    a1 = np.tanh(W1 @ x + b1)
    for slide in ((delta2 @ W2) * prime(W2 @ a1 + b2), ((U * prime(W2 @ a1)) @ W2) * prime(W1 @ x + b1)):
        assert np.abs(slide - delta1).max() >= 0.02
    assert np.abs(dW1 - slope(lambda W1: score("tanh", x, W1, b1, W2, b2, U), W1)).max() <= 1e-8


@law("BP-07", level="definition")
@given(exact_nets())
def test_the_recursion_index_by_index(subject, case):
    net, X, upstream = case
    Deltas, layers, above = subject.backprop.deltas(net, X, upstream), forward(net, X), upstream
    assert len(Deltas) == len(layers)
    for Delta, W, f, (Z, _) in list(zip(Deltas, net.weights, net.activations, layers, strict=True))[::-1]:
        prime, rows = BENDS[f][1](Z), range(len(X))
        assert Delta.tolist() == [[above[i, j] * prime[i, j] for j in range(len(W))] for i in rows]
        above = np.array([[sum(W[k, j] * Delta[i, k] for k in range(len(W))) for j in range(W.shape[1])] for i in rows])
    assert subject.backprop.input_gradient(net, X, upstream).tolist() == above.tolist()


@law("BP-08", level="definition")
@given(exact_nets())
def test_the_gradient_of_a_layer_needs_its_delta_and_the_activations_below(subject, case):
    net, X, upstream = case
    Deltas, below = subject.backprop.deltas(net, X, upstream), [X, *(A for _, A in forward(net, X))]
    for (dW, db), Delta, A, b in zip(
        subject.backprop.gradients(net, X, upstream), Deltas, below[:-1], net.biases, strict=True
    ):
        outer = sum(np.multiply.outer(Delta[i], A[i]) for i in range(len(X)))
        assert dW.tolist() == outer.tolist()
        assert (db is None) if b is None else (db.tolist() == sum(Delta).tolist())


@law("BP-07", "BP-08", level="gradient")
@given(nets(bends=st.sampled_from(["identity", "sigmoid", "softplus", "tanh", "softmax"])))
def test_every_gradient_is_the_slope_of_the_cost(subject, case):
    net, X, upstream = case
    gradients = subject.backprop.gradients(net, X, upstream)
    for p, i, with_p in parameters(net):
        assert fd(gradients[i][p.ndim == 1], slope(lambda q, with_p=with_p: loss(with_p(q), X, upstream), p))
    assert fd(subject.backprop.input_gradient(net, X, upstream), slope(lambda X: loss(net, X, upstream), X))
    assert [db is None for _, db in gradients] == [b is None for b in net.biases]


@law("BP-07", level="gradient")
@given(exact_nets(), SEEDS)
def test_relu_nets_have_the_slope_of_the_side_they_are_on(subject, case, seed):
    net, X, upstream = case
    biases = [np.full(len(W), 2.0 ** -(l + 1)) for l, W in enumerate(net.weights)]  # no unit within 1/8 of its kink
    net, h = net._replace(biases=biases), 2.0**-20
    direction = np.random.default_rng(seed).integers(-1, 2, X.shape)
    rise = loss(net, X + h * direction, upstream) - loss(net, X - h * direction, upstream)
    assert (subject.backprop.input_gradient(net, X, upstream) * direction).sum() == rise / (2 * h)


@law("BP-07", level="extreme")
def test_a_rectifier_at_its_kink_passes_nothing(subject):
    net = Net([[[1.0, -1]], [[3.0]]], [[0.0], [0.0]], ["relu", "identity"])
    (dW, db), _ = subject.backprop.gradients(net, [[2.0, 2]], [[1.0]])
    assert dW.tolist() == [[0, 0]] and db.tolist() == [0]


@law("BP-07", "BP-08", level="shape")
@given(FLOATS.flatmap(lambda dtype: nets(dtype=dtype)), FLOATS, st.integers(0, 2))
def test_gradients_have_the_shapes_of_their_parameters_and_the_wider_dtype(subject, case, dtype, fewer):
    net, X, upstream = case
    X, upstream = X[fewer:], upstream[fewer:].astype(dtype)
    before = [p.copy() for p in (X, upstream, *net.weights)]
    Deltas = subject.backprop.deltas(net, X, upstream)
    gradients = subject.backprop.gradients(net, X, upstream)
    dX = subject.backprop.input_gradient(net, X, upstream)
    assert [Delta.shape for Delta in Deltas] == [(len(X), len(W)) for W in net.weights]
    assert [dW.shape for dW, _ in gradients] == [W.shape for W in net.weights] and dX.shape == X.shape
    assert {g.dtype for g in (*Deltas, *every(gradients), dX)} == {np.result_type(*before)}
    for g in (*Deltas, *every(gradients), dX):
        g[...] = 99
    assert all((now == then).all() for now, then in zip((X, upstream, *net.weights), before, strict=True))


@law("BP-08", level="extreme")
@given(nets())
def test_no_samples_give_zero_gradients(subject, case):
    net, X, upstream = case
    assert all((g == 0).all() for g in every(subject.backprop.gradients(net, X[:0], upstream[:0])))


@law("BP-08", level="shape")
@given(nets())
def test_an_upstream_of_another_shape_is_refused_and_never_broadcast(subject, case):
    net, X, upstream = case
    for function in (subject.backprop.deltas, subject.backprop.gradients, subject.backprop.input_gradient):
        for wrong in (1.0, upstream[0], upstream[:, :, np.newaxis], np.vstack([upstream, upstream])):
            with pytest.raises(ValueError):
                function(net, X, wrong)


@law("BP-08", level="law")
@given(nets(), st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(subject, case, random):
    net, X, upstream = case
    order = random.sample(range(len(X)), len(X))
    before = every(subject.backprop.gradients(net, X, upstream))
    after = every(subject.backprop.gradients(net, X[order], upstream[order]))
    assert all(t9(a, b) for a, b in zip(after, before, strict=True))
    before, after = subject.backprop.deltas(net, X, upstream), subject.backprop.deltas(net, X[order], upstream[order])
    assert all(t9(a, b[order]) for a, b in zip(after, before, strict=True))


@law("BP-08", level="law")
@given(nets(bends=st.sampled_from(["tanh", "sigmoid", "softmax"])))
def test_a_batch_has_the_deltas_of_its_rows(subject, case):
    net, X, upstream = case
    whole = subject.backprop.deltas(net, X, upstream)
    for i in range(len(X)):
        single = subject.backprop.deltas(net, X[[i]], upstream[[i]])
        assert all(t9(Delta[[i]], delta) for Delta, delta in zip(whole, single, strict=True))


@law("BP-08", level="law")
@given(nets(bends=st.sampled_from(["tanh", "relu", "softmax"])), st.integers(-4, 4))
def test_the_gradient_is_linear_in_what_arrives(subject, case, k):
    net, X, upstream = case
    once = every(subject.backprop.gradients(net, X, upstream))
    scaled = every(subject.backprop.gradients(net, X, 2.0**k * upstream))
    assert all((a == 2.0**k * b).all() for a, b in zip(scaled, once, strict=True))


def column_form(subject, x, W1, b1, W2, b2, U):
    """Return the deltas and gradients of one sample, and f'(z1), a1 and f'(z2), for two layers of tanh."""
    net, X, upstream = Net([W1, W2], [b1, b2], ["tanh"] * 2), x[np.newaxis], U[np.newaxis]
    (Z1, A1), (Z2, _) = forward(net, X)
    delta1, delta2 = (Delta[0] for Delta in subject.backprop.deltas(net, X, upstream))
    (dW1, _), (dW2, _) = subject.backprop.gradients(net, X, upstream)
    prime = BENDS["tanh"][1]
    return delta1, delta2, dW1, dW2, prime(Z1[0]), A1[0], prime(Z2[0])


@law("E-07", level="theorem")
@pytest.mark.parametrize("seed", range(3))
def test_delta_is_not_made_of_itself(subject, seed):
    _, _, _, W2, *_ = wide = two_layers(10 * seed)
    _, delta2, *_, prime2 = column_form(subject, *wide)
    with pytest.raises(ValueError):
        (W2.T @ delta2) * prime2  # three entries meet two
    _, W1, _, W2, _, U = square = two_layers(10 * seed, 3, 3, 3)
    delta1, delta2, _, _, prime1, _, prime2 = column_form(subject, *square)
    assert t12(delta2, U * prime2) and t12(delta1, (W2.T @ delta2) * prime1)
    assert np.abs((W2.T @ delta2) * prime2 - delta2).max() >= 0.02
    assert np.abs((W1.T @ delta1) * prime1 - delta1).max() >= 0.02


@law("E-08", level="theorem")
@pytest.mark.parametrize("seed", range(3))
def test_delta_comes_through_the_weights_above_it(subject, seed):
    _, W1, *_ = wide = two_layers(10 * seed)
    with pytest.raises(ValueError):
        W1.T @ column_form(subject, *wide)[1]  # 4 x 3 times 2
    _, W1, _, W2, *_ = square = two_layers(10 * seed, 3, 3, 3)
    delta1, delta2, dW1, dW2, prime1, a1, _ = column_form(subject, *square)
    assert t12(delta1, (W2.T @ delta2) * prime1) and t12(dW2, np.outer(delta2, a1))
    assert np.abs((W1.T @ delta2) * prime1 - delta1).max() >= 0.02
    assert np.abs(np.outer(delta2, a1) - dW1).max() >= 0.02  # what the slide gives to layer one is layer two's


def squared_error(f, t, x, W1, b1, W2, b2):
    """Return J = 1/2 sum_k (t_k - z_k)^2 of S1."""
    z = BENDS[f][0](W2 @ BENDS[f][0](W1 @ x + b1) + b2)
    return ((t - z) ** 2).sum() / 2


@law("BP-09", level="gradient")
@given(st.integers(1, 4), st.integers(1, 4), st.integers(2, 4), SEEDS, BENT)
def test_the_squared_error_of_s1_has_the_slopes_of_its_formula(subject, d, hidden, c, seed, f):
    *parameters, _ = two_layers(seed, d, hidden, c)
    t = normal(seed + 9, c)
    gradients = subject.backprop.squared_error_gradients(*parameters, t, f)
    numeric = slopes(lambda *args: squared_error(f, t, *args), parameters)
    assert [g.shape for g in gradients] == [p.shape for p in parameters]
    assert all(fd(g, n) for g, n in zip(gradients, numeric, strict=True))


@law("BP-09", level="law")
@given(SEEDS, BENT)
def test_the_formula_of_s1_is_the_recursion_from_output_minus_target(subject, seed, f):
    x, W1, b1, W2, b2, t = two_layers(seed)
    net = Net([W1, W2], [b1, b2], [f, f])
    _, *layers = subject.backprop.squared_error_gradients(x, W1, b1, W2, b2, t, f)
    z = forward(net, x[np.newaxis])[-1][1]
    recursion = every(subject.backprop.gradients(net, x[np.newaxis], z - t))
    assert all(t12(g, r) for g, r in zip(layers, recursion, strict=True))


@law("BP-09", level="law")
@given(SEEDS, BENT)
def test_a_small_step_against_the_gradient_lowers_the_error(subject, seed, f):
    *parameters, t = two_layers(seed)
    _, *gradients = subject.backprop.squared_error_gradients(*parameters, t, f)
    after = [parameters[0], *(p - 1e-3 * g for p, g in zip(parameters[1:], gradients, strict=True))]
    length = sum((g**2).sum() for g in gradients)
    fall = squared_error(f, t, *parameters) - squared_error(f, t, *after)
    assert 0.9e-3 * length - 1e-15 <= fall <= 1.1e-3 * length + 1e-15


@law("E-15", level="theorem")
@pytest.mark.parametrize("seed", range(3))
def test_a_hidden_unit_hears_of_every_output_not_of_one(subject, seed):
    x, W1, b1, W2, b2, t = two_layers(10 * seed)
    _, dW1, *_ = subject.backprop.squared_error_gradients(x, W1, b1, W2, b2, t, "tanh")
    prime, net_j = BENDS["tanh"][1], W1 @ x + b1
    net_k = W2 @ np.tanh(net_j) + b2
    term = [np.outer((np.tanh(net_k) - t)[k] * prime(net_k)[k] * W2[k] * prime(net_j), x) for k in range(2)]
    numeric = slope(lambda W1: squared_error("tanh", t, x, W1, b1, W2, b2), W1)
    assert np.abs(dW1 - numeric).max() <= 1e-8 and t12(dW1, term[0] + term[1])
    assert min(np.abs(one - numeric).max() for one in term) >= 0.01


@law("BP-10", level="gradient")
@given(st.integers(1, 5), SEEDS, SMOOTH)
def test_the_chain_of_single_units_has_the_slopes_of_its_output(subject, L, seed, f):
    w, x, upstream = normal(seed, L), float(normal(seed + 1, 1)[0]), float(normal(seed + 2, 1)[0])

    def end(w):
        z = x
        for w_l in w:
            z = BENDS[f][0](np.asarray(w_l * z))
        return upstream * z

    assert fd(subject.backprop.chain_gradients(x, w, f, upstream), slope(end, w))


@law("BP-10", level="law")
@given(SEEDS, st.sampled_from(["identity", "relu", "sigmoid", "tanh"]), st.floats(-2, 2))
def test_the_chain_is_the_net_1_1_1_1_1(subject, seed, f, upstream):
    w, x = normal(seed, 4), normal(seed + 1, 1)
    net = Net(w[:, np.newaxis, np.newaxis], [None] * 4, [f] * 4)
    recursion = [dW[0, 0] for dW, _ in subject.backprop.gradients(net, x[np.newaxis], [[upstream]])]
    assert t12(subject.backprop.chain_gradients(float(x[0]), w, f, upstream), recursion)


@law("BP-10", level="definition")
@given(SEEDS, BENT)
def test_the_first_weight_of_four_meets_every_slope_on_the_way(subject, seed, f):
    w, x, (bend, prime) = normal(seed, 4), [float(normal(seed + 1, 1)[0])], BENDS[f]
    for w_l in w:
        x.append(float(bend(w_l * x[-1])))
    p = [float(prime(w_l * x_l)) for w_l, x_l in zip(w, x[:-1], strict=True)]
    got = subject.backprop.chain_gradients(x[0], w, f)
    assert t12(got[3], p[3] * x[3])
    assert t12(got[0], p[3] * w[3] * p[2] * w[2] * p[1] * w[1] * p[0] * x[0])


@law("BP-10", level="shape")
@given(FLOATS, SEEDS)
def test_the_chain_keeps_the_dtype_of_its_weights_and_leaves_them_alone(subject, dtype, seed):
    w = normal(seed, 3, dtype=dtype)
    before = w.copy()
    dw = subject.backprop.chain_gradients(0.5, w, "identity")
    assert dw.dtype == dtype and dw.shape == (3,)
    dw[...] = 99
    assert (before == w).all()


def bends_of(subject, net, X, h):
    return every(subject.backprop.curvature(net, X, h))


@law("OPT-06", level="definition")
@given(nets(), SEEDS)
def test_the_curvature_is_back_propagated_through_squared_slopes_weights_and_activations(subject, drawn, seed):
    net, X, _ = drawn
    layers = forward(net, X)
    h = np.abs(normal(seed, *layers[-1][1].shape))
    expected, up = [], h
    for l in reversed(range(len(layers))):
        W, below = net.weights[l], layers[l - 1][1] if l else X
        up = up * BENDS[net.activations[l]][1](layers[l][0]) ** 2
        (n, m), d = up.shape, W.shape[1]
        hW = np.array([[sum(up[r, i] * below[r, j] ** 2 for r in range(n)) for j in range(d)] for i in range(m)])
        expected.insert(0, (hW, None if net.biases[l] is None else up.sum(axis=0)))
        up = np.array([[sum(up[r, i] * W[i, j] ** 2 for i in range(m)) for j in range(d)] for r in range(n)])
    got = subject.backprop.curvature(net, X, h)
    assert [hb is None for _, hb in got] == [b is None for b in net.biases]
    assert all(t9(a, b) for a, b in zip(every(got), every(expected), strict=True))


@law("OPT-06", level="theorem")
@given(nets(depth=2), SEEDS)
def test_with_one_hidden_layer_at_most_it_is_the_diagonal_of_gauss_and_newton_s_matrix(subject, drawn, seed):
    net, X, _ = drawn
    n, m = forward(net, X)[-1][1].shape
    h = np.abs(normal(seed, n, m))
    total = [0.0 * p for p in bends_of(subject, net, X, h)]
    for r in range(n):  # sum over samples and outputs of h (d output / d weight)^2
        for k in range(m):
            slopes = every(subject.backprop.gradients(net, X[r : r + 1], np.eye(m)[k : k + 1]))
            total = [t + h[r, k] * g**2 for t, g in zip(total, slopes, strict=True)]
    assert all(t9(a, b) for a, b in zip(bends_of(subject, net, X, h), total, strict=True))


@law("OPT-06", level="theorem")
def test_with_two_hidden_layers_it_is_an_estimate(subject):
    net = Net([[[1.0]], [[1.0], [1.0]], [[1.0, 1.0]]], [None] * 3, ["identity"] * 3)  # two paths from unit to output
    assert bends_of(subject, net, [[1.0]], [[1.0]])[0] == 2  # 1^2 + 1^2, where (1 + 1)^2 is right:
    assert subject.backprop.gradients(net, [[1.0]], [[1.0]])[0][0] ** 2 == 4


@law("OPT-06", level="law")
@given(nets(), SEEDS)
def test_a_cost_that_bends_up_along_the_outputs_bends_up_along_the_weights(subject, drawn, seed):
    net, X, _ = drawn
    n, m = forward(net, X)[-1][1].shape
    g, h = np.abs(normal(seed, n, m)), np.abs(normal(seed + 1, n, m))
    one, two, both = (bends_of(subject, net, X, u) for u in (g, h, g + h))
    assert all((a >= 0).all() for a in one)
    assert all(t9(a + b, c) for a, b, c in zip(one, two, both, strict=True))


@law("OPT-06", level="shape")
@given(FLOATS, st.data())
def test_the_curvatures_have_the_shapes_and_the_dtype_of_the_parameters(subject, dtype, data):
    net, X, up = data.draw(nets(dtype=dtype))
    before = X.copy()
    for W, b, (hW, hb) in zip(net.weights, net.biases, subject.backprop.curvature(net, X, up), strict=True):
        assert hW.shape == W.shape and hW.dtype == dtype
        assert (hb is None) == (b is None) and (b is None or (hb.shape == b.shape and hb.dtype == dtype))
    assert (before == X).all()


@law("OPT-06", level="shape")
def test_softmax_mixes_its_inputs_and_has_no_curvature_here(subject):
    with pytest.raises(ValueError, match="softmax"):
        subject.backprop.curvature(Net([np.eye(2)], [None], ["softmax"]), np.ones((1, 2)), np.ones((1, 2)))


def instructions(call):
    """Count the Python instructions that a call executes."""
    count, before = 0, sys.gettrace()

    def trace(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@law("BP-11", level="theorem")
@pytest.mark.parametrize("name", ["deltas", "gradients", "input_gradient"])
def test_one_sweep_is_enough_so_that_every_further_layer_costs_the_same(subject, name):
    sweep = getattr(subject.backprop, name)

    def work(L):
        net = Net([np.eye(2)] * L, [np.zeros(2)] * L, ["tanh"] * L)
        return instructions(lambda: sweep(net, np.ones((3, 2)), np.ones((3, 2))))

    work(2)  # whatever is only done the first time
    four, eight, twelve = work(4), work(8), work(12)
    assert twelve - eight <= 1.05 * (eight - four)


@law("BP-07", level="extreme")
@given(st.sampled_from([np.nan, np.inf]))
def test_nan_and_infinity_pass_through_without_a_warning(subject, bad):
    net = Net([[[1.0, 1], [1, -1]], [[1.0, 0], [0, 1]]], [[0.0, 0], None], ["identity", "identity"])
    (dW, db), _ = subject.backprop.gradients(net, [[1.0, 1], [1, 2]], [[bad, 0], [0, 1]])
    assert not np.isfinite(dW[0]).any() and not np.isfinite(db[0])
    assert (subject.backprop.input_gradient(net, [[1.0, 1]], [[0.0, 1]]) == [[1, -1]]).all()
    assert np.isnan(subject.backprop.chain_gradients(bad, [0.0, 1.0], "identity")).any()
    _, dW, _, _ = subject.backprop.one_hidden_layer_gradients([1.0, bad], [[1.0, 0]], [0.0], [1.0], "identity")
    assert dW[0, 0] == 1 and not np.isfinite(dW[0, 1])
