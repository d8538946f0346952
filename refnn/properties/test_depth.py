"""Laws of depth: one budget spent in layers or in width, pieces that double, attributes that share their samples."""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from refnn.properties import law
from refnn.properties.support import FLOATS, exact_arrays, integer_arrays

ATTRIBUTES = st.tuples(st.integers(0, 12), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.sampled_from([0.0, 1])))


def on_the_line(net, x):
    """Return what a net of ReLUs, or of steps with their last layer, answers on rows of inputs: plain products."""
    f = {"relu": lambda z: np.maximum(z, 0), "identity": lambda z: z, "step": lambda z: (z >= 0) * 1.0}
    for W, b, name in zip(net.weights, net.biases, net.activations, strict=True):
        x = f[name](x @ W.T + (0 if b is None else b))
    return x


def tent(x, folds):
    """Fold x in [0, 1] as the definition does."""
    for _ in range(folds):
        x = max(0, 2 * x) - max(0, 4 * x - 2)
    return x


def grid(folds):
    """Return four points on each piece of the sawtooth."""
    return np.arange(2 ** (folds + 2) + 1) / 2 ** (folds + 2)


def bends(y):
    """Count where equally spaced values leave their line."""
    return sum(y[i + 1] - y[i] != y[i] - y[i - 1] for i in range(1, len(y) - 1))


# Seide's table


@law("DEEP-01", level="definition")
def test_the_table_is_that_of_the_slide(subject):
    rates = {(layers, units): rate for layers, units, rate in subject.depth.seide2011()}
    assert rates == {(1, 2048): 24.2, (2, 2048): 20.4, (3, 2048): 18.4, (4, 2048): 17.8, (5, 2048): 17.2,
                     (7, 2048): 17.1, (1, 3772): 22.5, (1, 4634): 22.6, (1, 16384): 22.1}


@law("DEEP-01", level="law")
def test_with_each_further_layer_fewer_words_are_misread(subject):
    rates = [rate for _, _, rate in sorted(row for row in subject.depth.seide2011() if row[1] == 2048)]
    assert len(rates) == 6 and all(shallower > deeper for shallower, deeper in pairwise(rates))


@law("DEEP-01", level="law")
def test_every_net_with_one_hidden_layer_is_worse_than_two_layers_however_wide(subject):
    table = subject.depth.seide2011()
    (two,) = [rate for layers, _, rate in table if layers == 2]
    assert [units for layers, units, rate in table if layers == 1 and rate > two] == [2048, 3772, 4634, 16384]


# Equal budgets


@law("DEEP-02", level="definition")
@given(*[st.integers(1, 9)] * 4)
def test_the_budget_counts_the_entries_of_all_weight_matrices(subject, inputs, width, layers, outputs):
    sizes = [inputs, *[width] * layers, outputs]
    weights = [np.zeros((n, m)) for m, n in pairwise(sizes)]
    assert subject.depth.hidden_weight_count(inputs, width, layers, outputs) == sum(W.size for W in weights)


@law("DEEP-02", level="law")
def test_the_budgets_of_the_table_are_those_worked_out(subject):
    count = lambda width, layers: subject.depth.hidden_weight_count(429, width, layers, 9304)  # noqa: E731
    assert (count(2048, 2), count(2048, 5), count(2048, 7)) == (24_127_488, 36_710_400, 45_099_008)
    assert count(16384, 1) == 159_465_472 and round(count(16384, 1) / count(2048, 5), 3) == 4.344


@law("DEEP-02", level="law")
@given(*[st.integers(1, 50)] * 4)
def test_the_flat_net_spends_the_budget_of_the_deep_one(subject, inputs, width, layers, outputs):
    h = Fraction(subject.depth.equal_budget_width(inputs, width, layers, outputs))
    deep = inputs * width + (layers - 1) * width**2 + width * outputs
    assert abs(h * (inputs + outputs) - deep) <= Fraction(deep, 2**52)


@law("DEEP-02", level="law")
@given(*[st.integers(1, 50)] * 4)
def test_with_biases_both_nets_have_as_many_weights_and_biases(subject, inputs, width, layers, outputs):
    h = Fraction(subject.depth.equal_budget_width(inputs, width, layers, outputs, biases=True))
    deep = inputs * width + (layers - 1) * width**2 + width * outputs + layers * width + outputs
    assert abs(h * (inputs + outputs) + h + outputs - deep) <= Fraction(deep, 2**52)


@law("DEEP-02", level="extreme")
@given(*[st.integers(1, 99)] * 3, st.booleans())
def test_one_layer_is_its_own_flat_net(subject, inputs, width, outputs, biases):
    assert subject.depth.equal_budget_width(inputs, width, 1, outputs, biases) == width


@law("DEEP-02", level="theorem")
def test_the_two_widths_of_the_table_are_equal_budgets_of_weights_without_biases(subject):
    five, seven = (subject.depth.equal_budget_width(429, 2048, layers, 9304) for layers in (5, 7))
    assert (round(five, 2), round(seven, 2)) == (3771.75, 4633.62)
    assert (round(five), round(seven)) == (3772, 4634)
    with_biases = [round(subject.depth.equal_budget_width(429, 2048, layers, 9304, biases=True)) for layers in (5, 7)]
    assert with_biases == [3772, 4635]  # and 4635 is not in the table


# Pieces


@law("DEEP-03", level="definition")
@given(st.integers(1, 6), st.integers(0, 2**9))
def test_the_deep_sawtooth_is_the_tent_folded_again_and_again(subject, folds, i):
    net, x = subject.depth.sawtooth(folds), i / 2**9
    assert on_the_line(net, np.array([[x]])).tolist() == [[tent(x, folds)]]


@law("DEEP-03", level="shape")
@given(st.integers(1, 7))
def test_the_deep_sawtooth_has_two_units_a_fold_and_the_flat_one_a_unit_for_each_piece(subject, folds):
    deep, flat = subject.depth.sawtooth(folds), subject.depth.flat_sawtooth(folds)
    assert [W.shape[0] for W in deep.weights] == [2] * folds + [1] and deep.weights[0].shape[1] == 1
    assert [W.shape for W in flat.weights] == [(2**folds, 1), (1, 2**folds)]


@law("DEEP-03", level="theorem")
@pytest.mark.parametrize("folds, pieces", [(1, 2), (2, 4), (3, 8), (5, 32)])
def test_every_fold_doubles_the_pieces(subject, folds, pieces):
    y = on_the_line(subject.depth.sawtooth(folds), grid(folds)[:, np.newaxis]).ravel()
    assert bends(y) + 1 == subject.depth.count_pieces(grid(folds), y) == pieces
    assert y.min() == 0 and y.max() == 1


@law("DEEP-03", level="theorem")
@given(st.integers(1, 7))
def test_the_flat_sawtooth_is_the_same_function_on_the_unit_interval(subject, folds):
    x = grid(folds)[:, np.newaxis]
    assert (on_the_line(subject.depth.flat_sawtooth(folds), x) == [[tent(t, folds)] for t in x.ravel().tolist()]).all()


@st.composite
def flat_nets(draw, most=9):
    """Input weights that are powers of two (or zero), so that every bend lies on a coarse dyadic grid."""
    n = draw(st.integers(0, most))
    w = draw(arrays(np.float64, n, elements=st.sampled_from([-2.0, -1, -0.5, 0, 0.5, 1, 2])))
    return w, draw(integer_arrays(n, most=4)), draw(integer_arrays(n, most=3))


@law("DEEP-03", level="definition")
@given(flat_nets())
@example((np.array([1.0, 2]), np.array([1.0, 2]), np.array([2.0, -1]))).via("two bends that cancel")
@example((np.array([1.0, -1]), np.array([1.0, -1]), np.array([1.0, 1]))).via("two units back to back")
@example((np.array([1.0, -1]), np.array([1.0, -1]), np.array([1.0, -1]))).via("a straight line of two units")
def test_the_pieces_of_a_flat_net_are_the_bends_of_its_graph_and_one_more(subject, net):
    w, b, v = net
    x = np.arange(-40, 41) / 4  # all bends -b / w lie within [-8, 8], on multiples of 1/2
    y = np.maximum(np.outer(x, w) + b, 0) @ v
    assert subject.depth.flat_pieces(w, b, v) == bends(y) + 1


@law("DEEP-03", level="theorem")
@given(st.integers(0, 12).flatmap(lambda n: st.tuples(*[exact_arrays(n)] * 3)))
def test_a_flat_net_of_n_units_has_at_most_n_plus_one_pieces(subject, net):
    w, b, v = net
    assert 1 <= subject.depth.flat_pieces(w, b, v) <= len(w) + 1


@law("DEEP-03", level="theorem")
@given(st.lists(st.integers(-40, 40), min_size=1, max_size=9, unique=True))
def test_units_that_bend_at_places_of_their_own_attain_the_bound(subject, places):
    ones = np.ones(len(places))
    assert subject.depth.flat_pieces(ones, -np.array(places) / 8, ones) == len(places) + 1


@law("DEEP-03", level="theorem")
@given(flat_nets(most=6))
def test_fewer_units_than_bends_cannot_make_the_sawtooth(subject, net):
    w, b, v = net
    x = grid(3)
    y, teeth = np.maximum(np.outer(x, w) + b, 0) @ v, np.array([tent(t, 3) for t in x.tolist()])
    assert subject.depth.flat_pieces(w, b, v) <= 7 < 8 == subject.depth.count_pieces(x, teeth)
    assert all((y + c != teeth).any() for c in (0, teeth[0] - y[0]))


@law("DEEP-03", level="extreme")
def test_a_flat_net_without_units_or_with_dead_ones_is_one_piece(subject):
    assert subject.depth.flat_pieces(np.zeros(0), np.zeros(0), np.zeros(0)) == 1
    assert subject.depth.flat_pieces(np.zeros(2), np.ones(2), np.ones(2)) == 1
    assert subject.depth.flat_pieces(np.ones(2), np.array([0.0, 1]), np.zeros(2)) == 1


@law("DEEP-03", level="extreme")
def test_bends_that_lie_close_are_not_taken_for_one(subject):
    tiny = 2.0**-60
    assert subject.depth.flat_pieces(np.array([3.0, 3]), np.array([tiny, 2 * tiny]), np.ones(2)) == 3
    assert subject.depth.flat_pieces(np.array([3.0, 1]), np.array([1.0, 1 / 3]), np.ones(2)) == 3  # 1/3 is rounded


@law("DEEP-03", level="definition")
@given(st.lists(st.integers(1, 5), min_size=1, max_size=9), st.data())
def test_points_on_one_line_are_one_piece_however_they_are_spaced(subject, steps, data):
    x = np.cumsum([0, *steps]) / 4
    slopes = data.draw(st.lists(st.integers(-3, 3), min_size=len(steps), max_size=len(steps)))
    y = np.cumsum([1, *np.multiply(steps, slopes)])
    changes = sum(left != right for left, right in pairwise(slopes))
    assert subject.depth.count_pieces(x, y) == changes + 1


# Modularisation


@law("DEEP-04", level="theorem")
@given(st.integers(1, 6))
def test_attributes_and_joint_classes_determine_each_other(subject, k):
    every = np.array(list(product([0, 1], repeat=k)))
    classes = subject.depth.joint_class(every)
    assert classes.tolist() == list(range(2**k))
    assert subject.depth.attributes_of(classes, k).tolist() == every.tolist()


@law("DEEP-04", level="definition")
@given(ATTRIBUTES)
def test_the_joint_class_reads_the_attributes_as_a_binary_number(subject, a):
    before = a.copy()
    classes = subject.depth.joint_class(a)
    assert classes.tolist() == [int("".join(str(int(bit)) for bit in row), 2) for row in a.tolist()]
    assert classes.dtype.kind == "i" and (a == before).all()


@law("DEEP-04", level="definition")
@given(ATTRIBUTES)
def test_samples_are_counted_for_each_class_and_for_each_value(subject, a):
    rows, k = [tuple(row) for row in a.tolist()], a.shape[1]
    expected = [rows.count(c) for c in product([0.0, 1], repeat=k)]
    assert subject.depth.samples_per_class(a).tolist() == expected
    by_value = [[sum(row[j] == value for row in rows) for value in (0, 1)] for j in range(k)]
    assert subject.depth.samples_per_value(a).tolist() == by_value


@law("DEEP-04", level="theorem")
@given(ATTRIBUTES)
@example(np.array([[0.0, 0]] * 4 + [[0, 1]] + [[1, 0]] * 2 + [[1, 1]] * 3)).via("S2, Why Deep? Modularization")
def test_a_value_has_the_samples_of_all_classes_that_share_it_and_more_than_any_of_them(subject, a):
    k, n_c, n_ja = a.shape[1], subject.depth.samples_per_class(a), subject.depth.samples_per_value(a)
    every = list(product([0, 1], repeat=k))
    for j, value in product(range(k), [0, 1]):
        shared = [n_c[c] for c, bits in enumerate(every) if bits[j] == value]
        assert n_ja[j, value] == sum(shared) >= max(shared)
        assert (n_ja[j, value] > max(shared)) == (sum(n > 0 for n in shared) > 1)


@law("DEEP-04", level="shape")
@given(FLOATS, st.integers(1, 5), st.integers(1, 4))
def test_k_attribute_units_serve_two_to_the_k_classes(subject, dtype, k, d):
    W, b = np.ones((k, d), dtype), np.ones(k, dtype)
    net = subject.depth.modular_net(W, b)
    assert [V.shape for V in net.weights] == [(k, d), (2**k, k)]
    W[...], b[...] = 99, 99
    assert (net.weights[0] == 1).all() and (net.biases[0] == 1).all() and net.weights[0].dtype == dtype


@law("DEEP-04", level="theorem")
@given(st.integers(1, 4), st.integers(1, 3), st.data())
def test_attribute_units_and_ands_reproduce_the_joint_labels(subject, k, d, data):
    W, b = data.draw(integer_arrays((k, d))), data.draw(integer_arrays(k))
    X = data.draw(integer_arrays((5, d)))
    attributes = [[int(sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) + b_j >= 0) for w, b_j in
                   zip(W.tolist(), b.tolist(), strict=True)] for x in X.tolist()]
    joint = [int("".join(map(str, row)), 2) for row in attributes]
    assert on_the_line(subject.depth.modular_net(W, b), X).tolist() == np.eye(2**k)[joint].tolist()


@law("DEEP-04", level="extreme")
def test_without_samples_there_are_classes_but_nothing_to_count(subject):
    none = np.zeros((0, 2))
    assert subject.depth.joint_class(none).tolist() == []
    assert subject.depth.samples_per_class(none).tolist() == [0, 0, 0, 0]
    assert subject.depth.samples_per_value(none).tolist() == [[0, 0], [0, 0]]
