"""Laws of linear scores: planes and distances, labels folded into samples, and maps that never bend."""

from itertools import pairwise
from math import hypot, sqrt

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, SEEDS, exact_arrays, integer_arrays, normal, t9, t12

SIZES = st.permutations(range(1, 6))  # unequal sizes: no transposed index goes unseen
POWERS_OF_TWO = st.integers(-20, 20).map(lambda k: 2.0**k)
XOR = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]]), np.array([-1.0, 1, 1, -1])


@st.composite
def planes(draw, dtype=np.float64):
    """Samples X (n, d) and a plane w.x + b = 0 with w not zero, shape (d,)."""
    n, d = draw(SIZES)[:2]
    return draw(exact_arrays((n, d), dtype)), draw(exact_arrays(d, dtype).filter(np.any)), draw(EXACT)


@st.composite
def layers(draw, dtype=np.float64):
    """Samples X (n, d), weights W (k, d), biases b (k,)."""
    n, d, k = draw(SIZES)[:3]
    return tuple(draw(exact_arrays(shape, dtype)) for shape in [(n, d), (k, d), k])


@st.composite
def labelled(draw, dtype=np.float64):
    """Samples X (n, d) with labels y that w (d,) gets right more often than not, and ties among them."""
    X, w, _ = draw(planes(dtype))
    y = np.where(X @ w >= 0, 1.0, -1.0)
    y[draw(st.integers(0, len(y) - 1))] *= draw(st.sampled_from([1, 1, -1]))
    return X, y, w


@st.composite
def deep_nets(draw):
    """Samples and a chain of one to four linear layers of whole numbers, every width another."""
    widths = draw(SIZES)[: draw(st.integers(2, 5))]
    weights = [draw(integer_arrays((out, into), 3)) for into, out in pairwise(widths)]
    biases = [draw(integer_arrays(out, 3)) for out in widths[1:]]
    return draw(integer_arrays((draw(st.integers(0, 3)), widths[0]), 3)), weights, biases


def scores(X, w, b):
    return [sum(x_j * w_j for x_j, w_j in zip(x, w.tolist(), strict=True)) + b for x in X.tolist()]


# One score


@law("LIN-01", level="shape")
@given(FLOATS.flatmap(planes))
def test_the_score_keeps_the_dtype_and_leaves_the_arguments_alone(subject, case):
    X, w, b = case
    before = X.copy(), w.copy()
    f = subject.linear.discriminant(X, w, b)
    assert f.dtype == X.dtype and f.shape == (len(X),)
    assert (before[0] == X).all() and (w == before[1]).all()


@law("LIN-01", level="definition")
@given(planes())
def test_the_score_is_the_inner_product_plus_the_bias(subject, case):
    assert subject.linear.discriminant(*case).tolist() == scores(*case)


@law("LIN-01", level="definition")
@given(FLOATS.flatmap(planes))
def test_the_class_is_the_sign_of_the_score_and_zero_is_undecided(subject, case):
    X, w, b = case
    c = subject.linear.classify(X, w, b)
    assert c.tolist() == [(f > 0) - (f < 0) for f in scores(X, w, b)] and c.dtype == X.dtype


@law("LIN-01", level="law")
@given(planes(), POWERS_OF_TWO)
@example(([[1.0, 2]], np.array([2.0, -1]), 0.0), 2.0)
def test_the_class_does_not_change_when_weights_and_bias_grow_together(subject, case, c):
    X, w, b = case
    assert (subject.linear.classify(X, c * w, c * b) == subject.linear.classify(X, w, b)).all()


@law("LIN-01", level="law")
@given(planes())
@example((np.array([[0.25], [0.5], [0.0]]), np.array([1.0]), 0.0)).via("scores from zero to a half")
def test_the_opposite_weights_swap_the_classes(subject, case):
    X, w, b = case
    assert (subject.linear.classify(X, -w, -b) == -subject.linear.classify(X, w, b)).all()


@law("LIN-01", level="extreme")
def test_scores_of_infinite_and_missing_numbers_are_what_the_formula_says(subject):
    X, w = np.array([[1.0, 2], [np.inf, 2], [-np.inf, np.inf], [np.nan, 2]]), np.array([1.0, 1])
    assert np.array_equal(subject.linear.discriminant(X, w, 5.0), [8, np.inf, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(subject.linear.classify(X, w, 5.0), [1, 1, np.nan, np.nan], equal_nan=True)


# Homogeneous coordinates


@law("LIN-02", level="shape")
@given(FLOATS.flatmap(planes))
def test_augmenting_and_splitting_keep_the_dtype_and_share_no_memory(subject, case):
    X, _, _ = case
    before = X.copy()
    joined = subject.linear.augment(X)
    parts = subject.linear.split(joined)
    assert [a.dtype for a in (joined, *parts)] == [X.dtype] * 3
    kept = [part.copy() for part in parts]
    joined[...] = 99
    assert (before == X).all() and all((part == same).all() for part, same in zip(parts, kept, strict=True))


@law("LIN-02", level="definition")
@given(planes())
def test_augmenting_appends_a_one_to_samples_and_the_bias_to_weights(subject, case):
    X, w, b = case
    assert subject.linear.augment(X).tolist() == [[*x, 1.0] for x in X.tolist()]
    assert subject.linear.augment(w, b).tolist() == [*w.tolist(), b]


@law("LIN-02", level="definition")
@given(layers())
def test_every_row_of_weights_gets_its_own_bias(subject, case):
    _, W, b = case
    rows = [[*w, b_k] for w, b_k in zip(W.tolist(), b.tolist(), strict=True)]
    assert subject.linear.augment(W, b).tolist() == rows


@law("LIN-02", level="law")
@given(layers())
def test_splitting_undoes_augmenting(subject, case):
    X, W, b = case
    for v, last in [(X, np.ones(len(X))), (W, b), (W[0], b[0])]:
        first, end = subject.linear.split(subject.linear.augment(v, last))
        assert np.array_equal(first, v) and np.array_equal(end, last)


@law("LIN-02", level="law")
@given(planes())
def test_a_bias_is_the_weight_of_a_constant_input(subject, case):
    X, w, b = case
    augmented = subject.linear.discriminant(subject.linear.augment(X), subject.linear.augment(w, b), 0.0)
    assert t12(subject.linear.discriminant(X, w, b), augmented)


@law("LIN-02", level="law")
@given(planes(), EXACT)
def test_in_homogeneous_coordinates_the_plane_is_a_cone_through_the_origin(subject, case, c):
    X, w, b = case
    x, v = subject.linear.augment(X), subject.linear.augment(w, b)
    assert (subject.linear.discriminant(c * x, v, 0.0) == c * subject.linear.discriminant(x, v, 0.0)).all()


# Normal vector, distance, foot point


@law("LIN-03", level="law")
@given(planes(), st.data())
def test_a_walk_at_right_angles_to_the_weights_leaves_the_score_alone(subject, case, data):
    X, w, b = case
    v = data.draw(exact_arrays(X.shape))
    walk = v - np.multiply.outer(v @ w / (w @ w), w)
    assert t9(subject.linear.discriminant(X + walk, w, b), subject.linear.discriminant(X, w, b))


@law("LIN-03", level="law")
@given(planes())
def test_the_weights_are_normal_to_the_line_between_two_points_of_the_plane(subject, case):
    X, w, b = case
    on_the_plane = subject.linear.foot_point(X, w, b)
    assert t9((on_the_plane - on_the_plane[0]) @ w, np.zeros(len(X)))


@law("LIN-04", level="shape")
@given(FLOATS.flatmap(planes))
def test_distance_and_foot_point_keep_the_dtype_and_leave_the_arguments_alone(subject, case):
    X, w, b = case
    before = X.copy(), w.copy()
    r, foot = subject.linear.signed_distance(X, w, b), subject.linear.foot_point(X, w, b)
    assert (r.dtype, r.shape, foot.dtype, foot.shape) == (X.dtype, (len(X),), X.dtype, X.shape)
    foot[...] = 99
    assert (before[0] == X).all() and (w == before[1]).all()


@law("LIN-04", level="definition")
@given(planes())
def test_the_distance_is_the_score_over_the_length_of_the_weights(subject, case):
    X, w, b = case
    length = sqrt(sum(w_j * w_j for w_j in w.tolist()))
    assert t9(subject.linear.signed_distance(X, w, b), [f / length for f in scores(X, w, b)])


@law("LIN-04", level="definition")
def test_the_point_three_four_lies_four_from_the_plane_of_the_lectures(subject):
    case = np.array([[3.0, 4]]), np.array([3.0, 4]), -5.0
    assert subject.linear.signed_distance(*case).tolist() == [4]
    assert t9(subject.linear.foot_point(*case), [[0.6, 0.8]])


@law("LIN-04", level="law")
@given(planes())
def test_the_foot_point_lies_on_the_plane(subject, case):
    X, w, b = case
    for x, f in zip(X, scores(subject.linear.foot_point(X, w, b), w, b), strict=True):
        assert abs(f) <= 1e-9 * (hypot(*w) * hypot(*x) + abs(b))


@law("LIN-04", level="law")
@given(planes())
def test_a_sample_is_as_far_from_its_foot_point_as_from_the_plane(subject, case):
    X, w, b = case
    gaps = [hypot(*gap) for gap in X - subject.linear.foot_point(X, w, b)]
    assert t9(gaps, np.abs(subject.linear.signed_distance(X, w, b)))


@law("LIN-04", level="theorem")
@given(planes(), SEEDS)
@example((np.array([[3.0, 0]]), np.array([0.5, 0]), 0.0), 1).via("weights shorter than 1")
def test_no_point_of_the_plane_is_nearer_than_the_distance(subject, case, seed):
    X, w, b = case
    q = normal(seed, *X.shape)
    q = q - np.multiply.outer((q @ w + b) / (w @ w), w)  # any point, moved onto the plane
    r = subject.linear.signed_distance(X, w, b)
    assert all(hypot(*gap) >= abs(r_i) - 1e-9 for gap, r_i in zip(X - q, r, strict=True))


@law("LIN-04", level="law")
@given(planes())
def test_the_sign_of_the_distance_tells_the_side(subject, case):
    assert np.sign(subject.linear.signed_distance(*case)).tolist() == np.sign(scores(*case)).tolist()


@law("LIN-04", level="law")
@given(planes(), st.integers(1, 80).map(lambda i: i / 8))
def test_the_distance_belongs_to_the_plane_and_not_to_its_equation(subject, case, c):
    X, w, b = case
    r = subject.linear.signed_distance(X, w, b)
    assert t9(subject.linear.signed_distance(X, c * w, c * b), r)
    assert t9(subject.linear.signed_distance(X, -c * w, -c * b), -r)


@law("LIN-04", level="extreme")
@given(planes(), st.sampled_from([2.0**600, 2.0**-600]))
def test_weights_whose_squares_leave_the_numbers_still_give_the_distance(subject, case, c):
    X, w, b = case
    assert t9(subject.linear.signed_distance(X, c * w, c * b), subject.linear.signed_distance(X, w, b))
    assert t9(subject.linear.foot_point(X, c * w, c * b), subject.linear.foot_point(X, w, b))


@law("LIN-04", level="extreme")
def test_the_distance_of_a_missing_number_is_missing_and_hurts_no_other_row(subject):
    X, w = np.array([[3.0, 4], [np.nan, 4], [np.inf, -np.inf], [np.inf, 4]]), np.array([3.0, 4])
    assert np.array_equal(subject.linear.signed_distance(X, w, -5.0), [4, np.nan, np.nan, np.inf], equal_nan=True)
    assert np.isnan(subject.linear.foot_point(X, w, -5.0)).any(axis=1).tolist() == [False, True, True, True]
    assert np.isnan(subject.linear.signed_distance(X[:1], np.array([np.inf, 4]), -5.0)).all()


@law("LIN-04", level="theorem")
@given(planes())
def test_in_homogeneous_coordinates_the_distance_is_a_smaller_number_unless_the_bias_is_zero(subject, case):
    X, w, b = case
    r = subject.linear.signed_distance(X, w, b)
    ones = np.ones((len(X), 1))
    lifted = subject.linear.signed_distance(np.hstack([X, ones]), np.append(w, b), 0.0)
    assert t9(lifted * hypot(*w, b), r * hypot(*w))
    assert b == 0 or all(abs(s) < abs(t) for s, t in zip(lifted, r, strict=True) if t)


# Separating vectors


@law("LIN-05", level="shape")
@given(FLOATS.flatmap(labelled))
def test_normalised_samples_keep_the_dtype_whatever_that_of_the_labels(subject, case):
    X, y, _ = case
    before = X.copy(), y.copy()
    Z = subject.linear.normalize_labels(X, y)
    assert Z.dtype == X.dtype and Z.shape == X.shape
    Z[...] = 99
    assert (before[0] == X).all() and (y == before[1]).all()


@law("LIN-05", level="definition")
@given(labelled())
def test_normalising_replaces_the_negative_samples_by_their_opposites(subject, case):
    X, y, _ = case
    expected = [x if y_i > 0 else [-x_j for x_j in x] for x, y_i in zip(X.tolist(), y.tolist(), strict=True)]
    assert subject.linear.normalize_labels(X, y).tolist() == expected


@law("LIN-05", level="definition")
@given(labelled())
@example((np.array([[1.0, 0], [0, 1]]), np.array([1.0, -1]), np.array([1.0, 0])))  # the second lies on the plane
def test_a_vector_separates_if_both_classes_lie_strictly_on_their_sides(subject, case):
    X, y, w = case
    right = [f > 0 if y_i > 0 else f < 0 for f, y_i in zip(scores(X, w, 0.0), y.tolist(), strict=True)]
    assert subject.linear.separates(X, y, w) is all(right)


@law("LIN-05", level="law")
@given(labelled())
def test_a_vector_separates_the_samples_iff_it_is_positive_on_the_normalised_ones(subject, case):
    X, y, w = case
    Z = subject.linear.normalize_labels(X, y)
    assert subject.linear.separates(X, y, w) == all(f > 0 for f in scores(Z, w, 0.0))
    assert subject.linear.separates(X, y, w) == subject.linear.separates(Z, np.ones(len(y)), w)


@law("LIN-05", level="theorem")
@given(planes(), st.data(), st.integers(1, 80).map(lambda i: i / 8))
def test_separating_vectors_form_a_cone(subject, case, data, c):
    X, u, _ = case
    v = data.draw(exact_arrays(u.shape))
    X = X[(X @ u) * (X @ v) > 0]  # what u and v agree on
    y = np.sign(X @ u)
    assert all(subject.linear.separates(X, y, w) for w in (u, v, c * u, u + v, c * u + v))
    assert len(X) == 0 or not subject.linear.separates(X, y, -c * u)


@law("LIN-05", level="theorem")
@given(labelled(), st.data())
def test_where_normalised_samples_sum_to_zero_nothing_separates(subject, case, data):
    X, y, w = case
    c = np.abs(data.draw(integer_arrays(len(X), 3)))
    X, y = np.vstack([X, -(c * y) @ X]), np.append(y, 1.0)  # the last sample completes the sum
    assert not subject.linear.separates(X, y, w)


@law("LIN-05", level="extreme")
def test_no_sample_is_separated_by_any_vector_and_a_missing_number_by_none(subject):
    w = np.array([1.0, 2])
    assert subject.linear.separates(np.zeros((0, 2)), np.zeros(0), w) is True
    assert subject.linear.separates(np.array([[1.0, np.nan]]), np.ones(1), w) is False


# Many scores at once


@law("LIN-06", level="shape")
@given(FLOATS.flatmap(layers), FLOATS)
def test_scores_have_one_row_per_sample_one_column_per_class_and_the_wider_dtype(subject, case, other):
    X, W, b = case
    before = [a.copy() for a in case]
    S = subject.linear.affine(X, W, b.astype(other))
    assert S.shape == (len(X), len(W)) and S.dtype == np.result_type(X, other)
    assert subject.linear.affine(X.astype(other), W).dtype == np.result_type(W, other)
    S[...] = 99
    assert all((a == a0).all() for a, a0 in zip(case, before, strict=True))


@law("LIN-06", level="definition")
@given(layers())
def test_every_score_is_a_weighted_sum_plus_a_bias(subject, case):
    X, W, b = case
    columns = [scores(X, w, b_k) for w, b_k in zip(W, b.tolist(), strict=True)]
    assert subject.linear.affine(X, W, b).T.tolist() == columns
    assert subject.linear.affine(X, W).tolist() == subject.linear.affine(X, W, 0 * b).tolist()


@law("LIN-06", level="law")
@given(layers(), st.data())
def test_a_score_depends_on_its_own_sample_and_its_own_weights_only(subject, case, data):
    X, W, b = case
    i, k = data.draw(st.integers(0, len(X) - 1)), data.draw(st.integers(0, len(W) - 1))
    spoilt = [np.full_like(a, np.nan) for a in case]
    spoilt[0][i], spoilt[1][k], spoilt[2][k] = X[i], W[k], b[k]
    assert subject.linear.affine(*spoilt)[i, k] == subject.linear.affine(X, W, b)[i, k]


@law("LIN-06", level="extreme")
def test_no_samples_have_no_scores_and_no_inputs_leave_the_bias(subject):
    b = np.array([1.0, 2, 3])
    assert subject.linear.affine(np.zeros((0, 2)), np.ones((3, 2)), b).shape == (0, 3)
    assert subject.linear.affine(np.zeros((2, 0)), np.ones((3, 0)), b).tolist() == [[1, 2, 3], [1, 2, 3]]


@law("LIN-06", level="shape")
@given(FLOATS.flatmap(layers), FLOATS)
def test_gradients_have_the_shapes_of_their_arguments_and_the_wider_dtype(subject, case, other):
    X, W, b = case
    grads = subject.linear.affine_backward(np.ones((len(X), len(W)), other), X, W, b)
    assert [g.shape for g in grads] == [a.shape for a in case]
    assert {g.dtype for g in grads} == {np.result_type(X, other)}


@law("LIN-06", level="gradient")
@given(layers(), st.data())
def test_the_gradients_are_the_slopes_of_the_scores(subject, case, data):
    X, W, b = case
    upstream = data.draw(exact_arrays((len(X), len(W))))
    grads = subject.linear.affine_backward(upstream, X, W, b)
    for i, gradient in enumerate(grads):
        direction = data.draw(exact_arrays(gradient.shape))
        there = [a + direction if j == i else a for j, a in enumerate(case)]
        rise = subject.linear.affine(*there) - subject.linear.affine(X, W, b)  # exact: affine in each argument
        assert (gradient * direction).sum() == (upstream * rise).sum()


@law("LIN-06", level="gradient")
@given(layers())
def test_an_absent_bias_has_no_gradient_and_changes_no_other(subject, case):
    X, W, b = case
    upstream = np.arange(len(X) * len(W), dtype=float).reshape(len(X), len(W))
    dX, dW, db = subject.linear.affine_backward(upstream, X, W)
    assert db is None
    with_bias = subject.linear.affine_backward(upstream, X, W, b)
    assert (dX == with_bias[0]).all() and (dW == with_bias[1]).all()


@law("LIN-06", level="extreme")
def test_gradients_over_no_samples_are_zero_and_infinity_flows(subject):
    dX, dW, db = subject.linear.affine_backward(np.zeros((0, 3)), np.zeros((0, 2)), np.ones((3, 2)), np.ones(3))
    assert dX.shape == (0, 2) and not dW.any() and not db.any()
    both = np.array([[np.inf, 1], [-np.inf, 1]])
    db = subject.linear.affine_backward(both, np.ones((2, 1)), np.ones((2, 1)), np.ones(2))[2]
    assert np.isnan(db[0]) and db[1] == 2


@law("LIN-06", level="law")
@given(st.integers(1, 9), st.integers(1, 9))
@example(128 * 128, 10).via("S3, Beyond linear: 163,840 weights, 163,850 with biases")
def test_the_parameters_are_all_the_weights_and_one_bias_per_score(subject, d, k):
    assert subject.linear.affine_parameter_count(d, k, bias=False) == np.zeros((k, d)).size
    assert subject.linear.affine_parameter_count(d, k) == np.zeros((k, d)).size + k


@law("LIN-06", level="definition")
def test_ten_scores_of_an_image_of_128_by_128_pixels_take_163850_parameters(subject):
    assert subject.linear.affine_parameter_count(128 * 128, 10, bias=False) == 163_840
    assert subject.linear.affine_parameter_count(128 * 128, 10) == 163_850


# Linear layers collapse


@law("LIN-07", level="shape")
@given(FLOATS.flatmap(layers))
def test_a_collapsed_net_has_the_shape_of_one_layer_keeps_the_dtype_and_shares_no_memory(subject, case):
    _, W, b = case
    V, c = np.ones((6, len(W)), W.dtype), np.ones(6, W.dtype)
    before = W.copy(), b.copy()
    for weights, biases in [([W], [b]), ([W, V], [b, c])]:
        one = subject.linear.collapse(weights, biases)
        assert [a.shape for a in one] == [(len(weights[-1]), W.shape[1]), (len(weights[-1]),)]
        assert {a.dtype for a in one} == {W.dtype}
        one[0][...], one[1][...] = 99, 99
    assert (before[0] == W).all() and (b == before[1]).all()


@law("LIN-07", level="theorem")
@given(deep_nets())
def test_linear_layers_of_any_depth_are_one_layer(subject, net):
    A, weights, biases = net
    W, b = subject.linear.collapse(weights, biases)
    one = A @ W.T + b
    for V, c in zip(weights, biases, strict=True):
        A = A @ V.T + c
    assert t9(one, A)


@law("LIN-07", level="theorem")
@given(st.integers(1, 4).flatmap(lambda m: st.tuples(*map(exact_arrays, ((m, 2), m, (1, m), 1)))))
@example((np.ones((2, 2)), np.array([1.0, -1]), np.array([[1.0, -1]]), np.array([-1.0]))).via("right with tanh")
def test_no_depth_of_linear_layers_gets_all_of_xor_right(subject, case):
    W1, b1, W2, b2 = case
    X, y = XOR
    f = subject.linear.affine(subject.linear.affine(X, W1, b1), W2, b2)[:, 0]
    assert (y * f).min() <= 0
