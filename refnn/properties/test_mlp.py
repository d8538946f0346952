"""Laws of the multi-layer perceptron, forward: neuron, layer, net, its parameters, and what the digits mean."""

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, SEEDS, exact_arrays, integer_arrays, normal, t12

BENDS = {
    "identity": lambda z: z,
    "relu": lambda z: max(z, 0.0),
    "tanh": math.tanh,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z)),
}
ACTIVATIONS = st.sampled_from(sorted(BENDS))
BOOLS = st.booleans()
WIDTHS = st.lists(st.integers(1, 5), min_size=2, max_size=5)
S2_EXAMPLE = (
    [[[1.0, -2], [-1, 1]], [[2.0, -1], [-2, -1]], [[3.0, -1], [-1, 4]]],
    [[1.0, 0], [0.0, 0], [-2.0, 2]],
    ["sigmoid"] * 3,
)


@st.composite
def specifications(draw, dtype=np.float64, least=2, bends=ACTIVATIONS, biased=BOOLS):
    """Weights, biases (some absent) and activations of a net with generic numbers, and its widths."""
    widths = draw(st.lists(st.integers(1, 5), min_size=least, max_size=5))
    seed = draw(SEEDS)
    weights = [normal(seed + i, m, d, dtype=dtype) for i, (d, m) in enumerate(pairwise(widths))]
    biases = [normal(seed + 9 + i, m, dtype=dtype) if draw(biased) else None for i, m in enumerate(widths[1:])]
    return (weights, biases, [draw(bends) for _ in weights]), widths


def by_hand(weights, biases, activations, x):
    """Compute one sample with one sum for each unit, by the definition."""
    for W, b, name in zip(weights, biases, activations, strict=True):
        z = [sum(w * a for w, a in zip(row, x, strict=True)) for row in np.asarray(W).tolist()]
        x = [BENDS[name](z[i] + (0 if b is None else float(b[i]))) for i in range(len(z))]
    return x


@law("MLP-01", level="definition")
def test_the_neuron_of_the_slide_sums_to_four(subject):
    a, w = [2.0, -1, 1], [1.0, -2, -1]
    assert float(subject.mlp.neuron(a, w, 1.0, "identity")) == 4
    assert abs(float(subject.mlp.neuron(a, w, 1.0, "sigmoid")) - 0.982014) <= 5e-7


@law("MLP-01", level="law")
@given(st.integers(1, 5).flatmap(lambda K: st.tuples(exact_arrays(K), exact_arrays(K))), EXACT, ACTIVATIONS)
def test_a_neuron_is_a_layer_of_one_unit(subject, inputs, b, f):
    a, w = inputs
    _, A = subject.mlp.layer(a[np.newaxis], w[np.newaxis], np.array([b]), f)
    assert A.shape == (1, 1) and float(subject.mlp.neuron(a, w, b, f)) == A[0, 0]


@law("MLP-01", level="shape")
@given(FLOATS, exact_arrays(3), exact_arrays(3))
def test_a_neuron_keeps_the_dtype_and_leaves_its_inputs_alone(subject, dtype, a, w):
    a, w = a.astype(dtype), w.astype(dtype)
    before = a.copy(), w.copy()
    answer = subject.mlp.neuron(a, w, 0.5)
    assert np.shape(answer) == () and np.asarray(answer).dtype == dtype
    assert (a == before[0]).all() and (w == before[1]).all()


@law("MLP-02", level="definition")
def test_the_layer_of_the_slide(subject):
    Z, A = subject.mlp.layer([[1.0, -1]], S2_EXAMPLE[0][0], S2_EXAMPLE[1][0], "sigmoid")
    assert Z.tolist() == [[4, -2]]
    assert np.abs(A - [[0.982014, 0.119203]]).max() <= 5e-7 and A.round(2).tolist() == [[0.98, 0.12]]


@law("MLP-02", level="law")
@given(exact_arrays((3, 4)), exact_arrays((2, 4)), exact_arrays(2), ACTIVATIONS)
def test_row_i_of_a_layer_is_neuron_i(subject, X, W, b, f):
    _, A = subject.mlp.layer(X, W, b, f)
    assert A.shape == (3, 2)
    assert t12(A, [[subject.mlp.neuron(x, W[i], b[i], f) for i in range(2)] for x in X])


@law("MLP-02", "MLP-04", level="shape")
@given(FLOATS, st.sampled_from(["identity", "relu", "tanh"]), integer_arrays((3, 4)), integer_arrays((2, 4)))
def test_a_layer_keeps_the_dtype_and_shares_no_memory(subject, dtype, f, X, W):
    X, W, b = X.astype(dtype), W.astype(dtype), np.zeros(2, dtype)
    before = X.copy(), W.copy(), b.copy()
    Z, A = subject.mlp.layer(X, W, b, f)
    assert Z.dtype == A.dtype == dtype and Z.shape == A.shape == (3, 2)
    Z[...] = 99
    assert (A != 99).all()
    A[...] = 99
    assert all((now == then).all() for now, then in zip((X, W, b), before, strict=True))


@law("MLP-03", level="definition")
@pytest.mark.parametrize(
    "x, table, slide",
    [
        ([1.0, -1], [[4, -2], [0.982014, 0.119203], [1.844825, -2.083231], [0.863518, 0.110737],
                     [0.479817, 1.579431], [0.617705, 0.829124]], [0.62, 0.83]),
        ([0.0, 0], [[1, 0], [0.731059, 0.5], [0.962117, -1.962117], [0.723545, 0.123238],
                    [0.047398, 1.769407], [0.511847, 0.854384]], [0.51, 0.85]),
    ],
    ids=["(1, -1)", "(0, 0)"],
)  # fmt: skip
def test_the_example_net_of_the_slide_from_layer_to_layer(subject, x, table, slide):
    layers = subject.mlp.forward(subject.mlp.MLP(*S2_EXAMPLE), np.array([x]))
    got = [row for Z, A in layers for row in (Z[0], A[0])]
    assert np.abs(np.subtract(got, table)).max() <= 1e-6
    assert got[-1].round(2).tolist() == slide


@law("MLP-04", level="definition")
@given(specifications(), SEEDS)
def test_the_net_is_what_one_sum_for_each_unit_makes_it(subject, specification, seed):
    parts, widths = specification
    X = normal(seed, 3, widths[0])
    assert t12(subject.mlp.output(subject.mlp.MLP(*parts), X), [by_hand(*parts, x) for x in X.tolist()])


@law("MLP-04", level="law")
@given(specifications(), SEEDS)
def test_the_net_is_the_composition_of_its_layers(subject, specification, seed):
    parts, widths = specification
    net, X = subject.mlp.MLP(*parts), normal(seed, 4, widths[0])
    A = X
    for of_net, W, b, f in zip(subject.mlp.forward(net, X), *parts, strict=True):
        Z, A = subject.mlp.layer(A, W, b, f)
        assert (of_net[0] == Z).all() and (of_net[1] == A).all()
    assert (subject.mlp.output(net, X) == A).all()


class AnyNet(NamedTuple):
    """Three fields and nothing else."""

    weights: Any
    biases: Any
    activations: Any


@law("MLP-04", level="law")
@given(specifications(), SEEDS)
def test_whatever_has_weights_biases_and_activations_is_a_net(subject, specification, seed):
    parts, widths = specification
    X, net, value = normal(seed, 3, widths[0]), AnyNet(*parts), subject.mlp.MLP(*parts)
    assert (subject.mlp.output(net, X) == subject.mlp.output(value, X)).all()
    assert (subject.mlp.flatten(net) == subject.mlp.flatten(value)).all()


@law("MLP-04", level="law")
@given(specifications(least=3), SEEDS)
def test_a_net_split_at_any_layer_and_composed_again_says_the_same(subject, specification, seed):
    parts, widths = specification
    net, X = subject.mlp.MLP(*parts), normal(seed, 3, widths[0])
    for layer in range(1, len(widths) - 1):
        lower, upper = subject.mlp.split(net, layer)
        assert tuple(lower.sizes) == tuple(widths[: layer + 1]) and tuple(upper.sizes) == tuple(widths[layer:])
        by_halves = subject.mlp.output(upper, subject.mlp.output(lower, X))
        whole = subject.mlp.output(subject.mlp.compose(lower, upper), X)
        assert (by_halves == subject.mlp.output(net, X)).all() and (whole == by_halves).all()


@law("MLP-04", level="law")
@given(specifications(), SEEDS)
def test_flattening_and_unflattening_is_a_round_trip(subject, specification, seed):
    (weights, biases, activations), widths = specification
    net = subject.mlp.MLP(weights, biases, activations)
    theta = subject.mlp.flatten(net)
    expected = [p for W, b in zip(weights, biases, strict=True) for p in (W, b) if p is not None]
    assert theta.tolist() == [number for p in expected for number in p.ravel().tolist()]
    other = subject.mlp.unflatten(net, theta + 1)
    assert (subject.mlp.flatten(other) == theta + 1).all() and (subject.mlp.flatten(net) == theta).all()
    same, X = subject.mlp.unflatten(net, theta), normal(seed, 3, widths[0])
    assert (subject.mlp.output(same, X) == subject.mlp.output(net, X)).all()


@law("MLP-04", level="theorem")
@given(specifications(least=3), SEEDS, st.data())
def test_permuting_hidden_units_leaves_the_function_as_it_was(subject, specification, seed, data):
    (weights, biases, activations), widths = specification
    layer = data.draw(st.integers(0, len(weights) - 2))
    order = data.draw(st.permutations(range(widths[layer + 1])))
    W, b = list(weights), list(biases)
    W[layer], W[layer + 1] = W[layer][order], W[layer + 1][:, order]
    b[layer] = None if b[layer] is None else b[layer][order]
    X = normal(seed, 3, widths[0])
    permuted, net = subject.mlp.MLP(W, b, activations), subject.mlp.MLP(weights, biases, activations)
    assert t12(subject.mlp.output(permuted, X), subject.mlp.output(net, X))


@law("MLP-04", level="theorem")
@given(specifications(bends=st.just("sigmoid"), biased=st.just(True)), SEEDS, st.floats(1e-3, 1))
def test_another_output_bias_is_another_function(subject, specification, seed, change):
    (weights, biases, activations), widths = specification
    scale = max(1.0, np.abs(weights[-1]).sum(axis=1).max() / 3)
    weights, biases = [*weights[:-1], weights[-1] / scale], [*biases[:-1], biases[-1] + change]
    net = subject.mlp.MLP(weights, biases, activations)
    moved = subject.mlp.MLP(weights, [*biases[:-1], biases[-1] - change], activations)
    X = normal(seed, 2, widths[0])
    assert (subject.mlp.output(net, X) > subject.mlp.output(moved, X)).all()


@law("MLP-04", level="shape")
@given(FLOATS.flatmap(lambda dtype: specifications(dtype=dtype)), FLOATS, SEEDS)
def test_a_net_computes_in_the_wider_dtype_and_leaves_its_input_alone(subject, specification, dtype, seed):
    parts, widths = specification
    X = normal(seed, 3, widths[0], dtype=dtype)
    before = X.copy()
    layers = subject.mlp.forward(subject.mlp.MLP(*parts), X)
    assert [(Z.shape, A.shape) for Z, A in layers] == [((3, m), (3, m)) for m in widths[1:]]
    assert {array.dtype for layer in layers for array in layer} == {np.result_type(dtype, parts[0][0])}
    for layer in layers:
        for array in layer:
            array[...] = 99
    assert (before == X).all()
    assert subject.mlp.output(subject.mlp.MLP(*parts), X[:0]).shape == (0, widths[-1])


@law("MLP-05", level="law")
@given(specifications(bends=st.sampled_from([*BENDS, "softmax"])), SEEDS)
def test_a_batch_says_what_its_rows_say_one_by_one(subject, specification, seed):
    parts, widths = specification
    net, X = subject.mlp.MLP(*parts), normal(seed, 5, widths[0])
    assert t12(subject.mlp.output(net, X), [subject.mlp.output(net, x[np.newaxis])[0] for x in X])


@law("MLP-06", level="definition")
@given(st.tuples(*[st.integers(1, 5)] * 3), SEEDS, ACTIVATIONS)
def test_the_three_layer_net_of_s1_is_the_net_of_two_weight_matrices(subject, sizes, seed, f):
    (d, hidden, c), bend = sizes, BENDS[f]
    w_ji, w_j0 = normal(seed, hidden, d), normal(seed + 1, hidden)
    w_kj, w_k0, x = normal(seed + 2, c, hidden), normal(seed + 3, c), normal(seed + 4, d)
    y = [bend(sum(w_ji[j, i] * x[i] for i in range(d)) + w_j0[j]) for j in range(hidden)]
    g = [bend(sum(w_kj[k, j] * y[j] for j in range(hidden)) + w_k0[k]) for k in range(c)]
    net = subject.mlp.MLP([w_ji, w_kj], [w_j0, w_k0], [f, f])
    assert t12(subject.mlp.output(net, x[np.newaxis])[0], g)


@law("MLP-07", level="definition")
@given(st.integers(1, 5), st.integers(1, 5), SEEDS, ACTIVATIONS)
def test_the_scalar_score_is_a_net_with_a_linear_output_without_bias(subject, d, hidden, seed, f):
    W, b, U, x = normal(seed, hidden, d), normal(seed + 1, hidden), normal(seed + 2, hidden), normal(seed + 3, d)
    a = [BENDS[f](sum(W[i, j] * x[j] for j in range(d)) + b[i]) for i in range(hidden)]
    net = subject.mlp.MLP([W, U[np.newaxis]], [b, None], [f, "identity"])
    assert t12(subject.mlp.output(net, x[np.newaxis]), [[sum(U[i] * a[i] for i in range(hidden))]])


@law("MLP-09", level="shape")
@given(FLOATS.flatmap(lambda dtype: specifications(dtype=dtype)))
def test_a_net_is_a_value_that_nobody_can_change(subject, specification):
    (weights, biases, activations), widths = specification
    net = subject.mlp.MLP(weights, biases, activations)
    theta = subject.mlp.flatten(net)
    weights[0][...] = 99  # the caller's arrays stay the caller's
    theta_again = subject.mlp.flatten(net)
    theta_again[...] = 77
    assert (subject.mlp.flatten(net) == theta).all() and theta.dtype == weights[0].dtype
    with pytest.raises(ValueError):
        net.weights[0][0, 0] = 1
    with pytest.raises(AttributeError):
        net.weights = ()
    assert tuple(net.sizes) == tuple(widths) and tuple(net.activations) == tuple(activations)


@law("MLP-09", level="definition")
@given(specifications(), st.data())
def test_nets_are_equal_that_have_equal_parts(subject, specification, data):
    (weights, biases, activations), _ = specification
    net = subject.mlp.MLP(weights, biases, activations)
    assert net == subject.mlp.MLP([W.copy() for W in weights], biases, tuple(activations))
    assert net != subject.mlp.MLP([*weights[:-1], weights[-1] + 1], biases, activations)
    assert net != subject.mlp.MLP(weights, biases, [*activations[:-1], "softmax"])
    toggled = np.zeros(len(weights[-1])) if biases[-1] is None else None
    assert net != subject.mlp.MLP(weights, [*biases[:-1], toggled], activations)


@law("MLP-09", level="law")
@given(WIDTHS, SEEDS, st.booleans())
def test_a_specification_builds_the_same_net_twice_from_the_same_seed(subject, widths, seed, biases):
    build = lambda rng: subject.mlp.build(widths, "tanh", rng, biases=biases)  # noqa: E731
    net = build(seed)
    assert net == build(seed) == build(np.random.default_rng(seed))
    assert net != build(seed + 1)
    assert tuple(net.sizes) == tuple(widths) and set(net.activations) == {"tanh"}
    assert [b is None for b in net.biases] == [not biases] * len(net.weights)
    assert all((b == 0).all() for b in net.biases if b is not None)


@law("MLP-09", level="law")
@given(st.integers(1, 4), SEEDS, FLOATS)
def test_no_two_layers_are_built_from_the_same_draw(subject, width, seed, dtype):
    rng = np.random.default_rng(seed)
    net = subject.mlp.build([width] * 3, ["relu", "identity"], rng, dtype=dtype)
    assert (net.weights[0] != net.weights[1]).all() and tuple(net.activations) == ("relu", "identity")
    assert subject.mlp.build([width] * 3, ["relu", "identity"], rng, dtype=dtype) != net
    assert {p.dtype for p in (*net.weights, *net.biases)} == {np.dtype(dtype)}


@law("MLP-09", level="law")
@given(st.tuples(st.integers(1, 5), st.integers(1, 5)), SEEDS)
def test_the_initialisation_is_part_of_the_specification(subject, sizes, seed):
    d, m = sizes
    W = subject.mlp.build(sizes, "tanh", seed).weights[0]
    assert (np.abs(W) <= math.sqrt(6 / (d + m))).all()  # Xavier's bound is the default
    assert (subject.mlp.build(sizes, "tanh", seed, init="zeros").weights[0] == 0).all()


@law("MLP-10", level="definition")
@example([256, 100, 10]).via("S2, Handwriting Digit Recognition")
@given(WIDTHS)
def test_weights_join_every_unit_to_every_one_below_and_biases_come_one_to_a_unit(subject, widths):
    weights = sum(d * m for d, m in pairwise(widths))
    assert subject.mlp.parameter_count(widths, biases=False) == weights
    assert subject.mlp.parameter_count(widths) == weights + sum(widths[1:])


@law("MLP-04", "MLP-10", level="law")
@given(WIDTHS, SEEDS, st.booleans())
def test_theta_is_as_long_as_the_parameters_are_many(subject, widths, seed, biases):
    net = subject.mlp.build(widths, "relu", seed, biases=biases)
    assert subject.mlp.flatten(net).shape == (subject.mlp.parameter_count(widths, biases=biases),)


@law("MLP-08", level="definition")
@given(SEEDS, FLOATS)
def test_an_image_of_16_by_16_becomes_256_numbers_and_returns(subject, seed, dtype):
    images = normal(seed, 3, 16, 16, dtype=dtype)
    X = subject.mlp.image_to_vector(images)
    assert X.shape == (3, 256) and X.dtype == dtype
    assert all(X[n, 16 * row + column] == images[n, row, column] for n, row, column in np.ndindex(3, 16, 16))
    back = subject.mlp.vector_to_image(X)
    assert back.dtype == dtype and (back == images).all()


@law("MLP-08", level="law")
@given(st.lists(st.integers(0, 3), max_size=2), st.integers(1, 4), st.integers(1, 4), SEEDS)
def test_images_of_any_size_go_and_come_and_share_no_memory(subject, lead, height, width, seed):
    images = normal(seed, *lead, height, width)
    before = images.copy()
    X = subject.mlp.image_to_vector(images)
    vectors = X.copy()
    back = subject.mlp.vector_to_image(X, height, width)
    assert X.shape == (*lead, height * width) and back.shape == images.shape and (back == before).all()
    back[...] = 99
    assert (vectors == X).all()
    X[...] = 99
    assert (before == images).all()


@law("MLP-08", level="law")
def test_digit_and_place_in_the_output_belong_to_each_other_one_to_one(subject):
    digits = np.arange(10)
    index = subject.mlp.digit_to_index(digits)
    assert index.tolist() == [9, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert subject.mlp.index_to_digit(index).tolist() == digits.tolist()
    assert int(subject.mlp.index_to_digit(9)) == 0 and int(subject.mlp.digit_to_index(1)) == 0


@law("MLP-08", level="definition")
def test_the_slide_s_confidences_are_read_as_a_two(subject):
    assert int(subject.mlp.read_digit([0.1, 0.7, 0, 0, 0, 0, 0, 0, 0, 0.2])) == 2


@law("MLP-08", level="definition")
@given(st.lists(st.permutations(range(10)), min_size=1, max_size=3))
def test_the_digit_is_the_one_of_the_greatest_confidence(subject, ranks):
    expected = [(row.index(9) + 1) % 10 for row in ranks]
    assert subject.mlp.read_digit(np.array(ranks) / 8).tolist() == expected


@law("MLP-08", level="law")
@given(st.lists(st.permutations(range(-5, 5)), min_size=1, max_size=3))
def test_the_decision_outlasts_softmax_and_every_increasing_map(subject, ranks):
    y = np.array(ranks) / 8
    softmax = np.exp(y) / np.exp(y).sum(axis=-1, keepdims=True)
    for mapped in (2 * y + 1, y**3, np.exp(y), np.tanh(y), softmax):
        assert subject.mlp.read_digit(mapped).tolist() == subject.mlp.read_digit(y).tolist()


@law("MLP-08", level="extreme")
def test_of_equal_confidences_the_first_wins_and_no_rows_have_no_digits(subject):
    assert subject.mlp.read_digit(np.zeros((2, 10))).tolist() == [1, 1]
    assert subject.mlp.read_digit(np.zeros((0, 10))).shape == (0,)


@law("MLP-04", level="extreme")
@given(st.sampled_from([np.nan, np.inf, -np.inf]))
def test_nan_and_infinity_pass_through_without_a_warning(subject, bad):
    net = subject.mlp.MLP([[[1.0, 1]], [[1.0], [-1]]], [[0.0], None], ["identity", "relu"])
    answer = subject.mlp.output(net, np.array([[bad, 1], [2, 1]]))
    assert answer[1].tolist() == [3, 0]
    assert np.isnan(answer[0]).all() if np.isnan(bad) else answer[0].tolist() == [max(bad, 0), max(-bad, 0)]
