"""Laws of dropout: what a mask does to a net, and what one scaled net has to do with all thinned ones.

Expectations are exact: all 2^n masks of n units are listed and weighted with their probabilities.
"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, SIDES, exact_arrays, fd, normal, slope, t9, t12

RATES = st.integers(0, 7).map(lambda i: i / 8)
DYADIC = st.sampled_from([0, 0.5, 0.75])  # the keep rate is a power of two: dividing by it is exact


@st.composite
def masked(draw, dtype=np.float64):
    """Activations of n samples and d units, and a mask of the same shape."""
    shape = draw(SIDES), draw(SIDES)
    return draw(exact_arrays(shape, dtype)), draw(exact_arrays(shape)) > 0


@st.composite
def linear_layers(draw):
    """A layer W, b of m units, the activations x of its n inputs, and a rate."""
    n, m = draw(st.integers(1, 8)), draw(st.integers(1, 3))
    return draw(exact_arrays((m, n))), draw(exact_arrays(m)), draw(exact_arrays(n)), draw(RATES)


def thinned(subject, x, rate, inverted=False):
    """Return every thinned version of x, one a row, and how probable each is."""
    masks = subject.dropout.masks(len(x))
    return (
        np.stack([subject.dropout.dropout(x, mask, rate, inverted=inverted) for mask in masks]),
        subject.dropout.mask_probability(masks, rate),
    )


def relu(z):
    return np.maximum(z, 0)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@law("DROP-01", level="shape")
@given(FLOATS.flatmap(lambda dtype: masked(dtype=dtype)), RATES, st.booleans(), st.sampled_from([bool, float]))
def test_the_dtype_of_x_stays_and_the_arguments_are_left_alone(subject, case, rate, inverted, mask_dtype):
    x, mask = case[0], case[1].astype(mask_dtype)
    before, mask_before = x.copy(), mask.copy()
    for result in (subject.dropout.dropout(x, mask, rate, inverted), subject.dropout.scale_for_test(x, rate)):
        assert result.dtype == x.dtype and result.shape == x.shape
        result[...] = 99
    assert (before == x).all() and (mask_before == mask).all()


@law("DROP-07", level="shape")
@given(FLOATS.flatmap(lambda dtype: masked(dtype=dtype)), FLOATS, RATES, st.booleans())
def test_the_gradient_has_the_wider_dtype_and_upstream_is_left_alone(subject, case, upstream_dtype, rate, inverted):
    x, mask = case
    upstream = np.ones(x.shape, upstream_dtype)
    for dx in (
        subject.dropout.dropout_backward(upstream, x, mask, rate, inverted),
        subject.dropout.scale_for_test_backward(upstream, x, rate),
    ):
        assert dx.shape == x.shape and dx.dtype == np.result_type(x, upstream)
        dx[...] = 99
    assert (upstream == 1).all()


@law("DROP-01", level="definition")
@given(masked(), RATES)
def test_a_mask_keeps_units_as_they_are_or_drops_them_to_zero(subject, case, rate):
    x, mask = case
    kept = subject.dropout.dropout(x, mask, rate, inverted=False)
    for i in np.ndindex(*x.shape):
        assert kept[i] == (x[i] if mask[i] else 0)


@law("DROP-07", level="definition")
@given(masked(), RATES)
def test_inverted_dropout_divides_what_it_keeps_by_the_keep_rate_and_is_the_default(subject, case, rate):
    x, mask = case
    plain = subject.dropout.dropout(x, mask, rate, inverted=False)
    assert t12(subject.dropout.dropout(x, mask, rate, inverted=True), plain / (1 - rate))
    assert t12(subject.dropout.dropout(x, mask, rate), plain / (1 - rate))


@law("DROP-02", level="definition")
@given(exact_arrays((2, 3)), RATES)
@example(np.array([[1.0]]), 0.5).via("S2, Dropout, Testing: w = 1 becomes 0.5")
def test_at_test_time_everything_is_multiplied_by_the_keep_rate(subject, x, rate):
    assert subject.dropout.scale_for_test(x, rate).tolist() == [[(1 - rate) * v for v in row] for row in x.tolist()]


@law("DROP-01", level="law")
@given(st.lists(st.integers(0, 4), max_size=4).map(tuple), RATES, SEEDS)
def test_a_mask_has_the_shape_asked_for_and_only_zeros_and_ones(subject, shape, rate, seed):
    mask = subject.dropout.dropout_mask(shape, rate, seed)
    assert mask.shape == shape
    assert ((mask == 0) | (mask == 1)).all()


@law("DROP-01", level="extreme")
@given(exact_arrays((2, 3)), SEEDS, st.booleans())
def test_at_rate_zero_dropout_is_the_identity_and_nothing_is_drawn(subject, x, seed, inverted):
    rng = np.random.default_rng(seed)
    before = rng.bit_generator.state
    mask = subject.dropout.dropout_mask(x.shape, 0, rng)
    assert rng.bit_generator.state == before
    assert (mask == 1).all()
    assert (subject.dropout.dropout(x, mask, 0, inverted) == x).all()
    assert (subject.dropout.scale_for_test(x, 0) == x).all()


@law("DROP-01", level="law")
@given(SEEDS, st.sampled_from([0.25, 0.5, 0.75]))
def test_each_mini_batch_gets_a_fresh_mask_and_the_same_seed_the_same_sequence(subject, seed, rate):
    def sequence():
        rng = np.random.default_rng(seed)
        return [subject.dropout.dropout_mask((20, 30), rate, rng) for _ in range(3)]

    first, second, third = sequence()
    assert (first != second).any() and (second != third).any()
    assert np.array_equal(sequence(), [first, second, third])
    assert (subject.dropout.dropout_mask((20, 30), rate, seed) == first).all()


@law("DROP-01", level="law")
@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_of_many_units_the_keep_rate_stays(subject, rate):
    kept = subject.dropout.dropout_mask((400, 250), rate, 5).mean()
    assert abs(kept - (1 - rate)) <= 5 * math.sqrt(rate * (1 - rate) / 1e5)


@law("DROP-01", "DROP-05", level="law")
@pytest.mark.parametrize("rate", [0.25, 0.5])
@pytest.mark.parametrize("units_last", [True, False])
def test_units_are_dropped_independently_so_each_thinned_net_is_as_frequent_as_probable(subject, rate, units_last):
    drawn = subject.dropout.dropout_mask((30_000, 3) if units_last else (3, 30_000), rate, 6)
    drawn = drawn if units_last else drawn.T
    for mask in subject.dropout.masks(3):
        p = float(subject.dropout.mask_probability(mask, rate))
        assert abs((drawn == mask).all(axis=1).mean() - p) <= 5 * math.sqrt(p * (1 - p) / 30_000)


@law("DROP-01", level="theorem")
@given(SEEDS, RATES, st.lists(st.booleans(), min_size=5, max_size=5))
def test_dropping_a_unit_is_deleting_its_row_and_its_column(subject, seed, rate, kept):
    X, W1, b1, W2, b2 = (normal(seed + i, *shape) for i, shape in enumerate([(4, 3), (5, 3), (5,), (2, 5), (2,)]))
    mask = np.broadcast_to(kept, (4, 5))  # one mask for the mini-batch, as on the slides
    A = subject.dropout.dropout(np.tanh(X @ W1.T + b1), mask, rate, inverted=False)
    smaller = np.tanh(X @ W1[kept].T + b1[kept]) @ W2[:, kept].T + b2
    assert t12(A @ W2.T + b2, smaller)


@law("DROP-01", level="extreme")
def test_a_dropped_unit_is_gone_even_if_it_was_nan_or_infinite_and_a_kept_one_is_not(subject):
    x, mask = np.array([[np.nan, np.inf, np.nan, -np.inf]]), np.array([[0, 0, 1, 1]])
    for inverted in (False, True):
        assert np.array_equal(
            subject.dropout.dropout(x, mask, 0.5, inverted), [[0, 0, np.nan, -np.inf]], equal_nan=True
        )
        dx = subject.dropout.dropout_backward(x, np.ones((1, 4)), mask, 0.5, inverted)
        assert np.array_equal(dx, [[0, 0, np.nan, -np.inf]], equal_nan=True)


@law("DROP-01", level="law")
@pytest.mark.parametrize("rate", [0.25, 0.5, 0.9])
def test_what_is_dropped_tells_nothing_of_its_neighbours_in_the_sample_or_of_the_sample_next_to_it(subject, rate):
    mask = subject.dropout.dropout_mask((400, 250), rate, 6) - (1 - rate)  # of mean zero
    for pairs in (mask[1:] * mask[:-1], mask[:, 1:] * mask[:, :-1]):
        assert abs(pairs.mean()) <= 5 * rate * (1 - rate) / math.sqrt(pairs.size)


@law("DROP-02", level="law")
@given(linear_layers())
def test_scaling_the_outgoing_weights_is_scaling_the_outputs_of_the_units(subject, case):
    W, b, x, rate = case
    assert t12(subject.dropout.scale_for_test(W, rate) @ x + b, W @ subject.dropout.scale_for_test(x, rate) + b)


@law("DROP-05", level="definition")
@given(st.integers(0, 8))
def test_n_units_define_two_to_the_n_thinned_nets_listed_once_each(subject, n):
    masks = subject.dropout.masks(n)
    assert masks.shape == (2**n, n)
    assert {tuple(row) for row in masks.tolist()} == set(itertools.product([0, 1], repeat=n))


@law("DROP-05", level="definition")
@given(masked(), RATES)
def test_a_mask_is_as_probable_as_its_kept_and_dropped_units_together(subject, case, rate):
    mask = case[1]
    expected = [math.prod(1 - rate if kept else rate for kept in row) for row in mask.tolist()]
    assert t12(subject.dropout.mask_probability(mask, rate), expected)


@law("DROP-05", level="law")
@given(st.integers(0, 8), st.floats(0, 0.99))
def test_the_probabilities_of_all_masks_sum_to_one(subject, n, rate):
    assert t12(subject.dropout.mask_probability(subject.dropout.masks(n), rate).sum(), 1)


@law("DROP-03", level="theorem")
@given(linear_layers())
def test_for_a_linear_layer_the_scaled_net_is_the_mean_of_all_thinned_nets(subject, case):
    W, b, x, rate = case
    x_thin, probability = thinned(subject, x, rate)
    assert t12(probability @ (x_thin @ W.T + b), W @ subject.dropout.scale_for_test(x, rate) + b)


@law("DROP-07", level="theorem")
@given(linear_layers())
def test_inverted_dropout_has_the_unscaled_net_as_its_mean(subject, case):
    W, b, x, rate = case
    x_thin, probability = thinned(subject, x, rate, inverted=True)
    assert t12(probability @ (x_thin @ W.T + b), W @ x + b)


@law("DROP-04", level="theorem")
@given(linear_layers())
def test_behind_relu_the_mean_of_the_thinned_nets_is_never_below_the_scaled_net(subject, case):
    W, _, x, rate = case
    x_thin, probability = thinned(subject, x, rate)
    assert (probability @ relu(x_thin @ W.T) >= relu(W @ subject.dropout.scale_for_test(x, rate)) - 1e-12).all()


@law("DROP-04", level="theorem")
def test_behind_relu_the_two_differ_for_opposite_weights(subject):
    w, x = np.array([1.0, -1]), np.array([1.0, 1])
    x_thin, probability = thinned(subject, x, 0.5)
    assert probability @ relu(x_thin @ w) == 0.25
    assert relu(w @ subject.dropout.scale_for_test(x, 0.5)) == 0


@law("DROP-06", level="theorem")
@given(SEEDS, st.integers(1, 8), RATES)
def test_for_softmax_the_scaled_net_is_the_normalised_geometric_mean_of_all_thinned_nets(subject, seed, n, rate):
    W, b, x = normal(seed, 3, n), normal(seed + 1, 3), normal(seed + 2, n)
    x_thin, probability = thinned(subject, x, rate)
    geometric = np.exp(probability @ np.log(softmax(x_thin @ W.T + b)))
    assert t9(geometric / geometric.sum(), softmax(W @ subject.dropout.scale_for_test(x, rate) + b))


@law("DROP-06", level="theorem")
@given(SEEDS, st.integers(1, 8), RATES)
def test_for_one_sigmoid_unit_likewise(subject, seed, n, rate):
    w, b, x = normal(seed, n), normal(seed + 1), normal(seed + 2, n)
    x_thin, probability = thinned(subject, x, rate)
    yes = math.exp(probability @ np.log(sigmoid(x_thin @ w + b)))
    no = math.exp(probability @ np.log(sigmoid(-(x_thin @ w + b))))
    assert t9(yes / (yes + no), sigmoid(w @ subject.dropout.scale_for_test(x, rate) + b))


@law("DROP-06", level="theorem")
def test_the_arithmetic_mean_of_the_thinned_nets_is_another_number(subject):
    x_thin, probability = thinned(subject, np.array([4.0]), 0.5)
    arithmetic = probability @ sigmoid(x_thin.ravel())  # (sigma(0) + sigma(4)) / 2 = 0.741
    scaled = sigmoid(subject.dropout.scale_for_test(np.array([4.0]), 0.5)[0])  # sigma(2) = 0.881
    assert t12(arithmetic, (0.5 + sigmoid(4.0)) / 2)
    assert scaled - arithmetic > 0.13


@law("DROP-07", level="gradient")
@given(masked(), SEEDS, DYADIC, st.booleans())
def test_the_gradient_is_the_slope_of_dropout_under_the_same_mask(subject, case, seed, rate, inverted):
    x, mask = case
    upstream = normal(seed, *x.shape)
    dx = subject.dropout.dropout_backward(upstream, x, mask, rate, inverted)
    assert fd(dx, slope(lambda v: subject.dropout.dropout(v, mask, rate, inverted), x / 4, upstream))


@law("DROP-07", level="gradient")
@given(masked(), st.data(), DYADIC)
def test_a_dropped_unit_gets_no_gradient_and_a_kept_one_what_arrives(subject, case, data, rate):
    x, mask = case
    upstream = data.draw(exact_arrays(x.shape))
    plain = subject.dropout.dropout_backward(upstream, x, mask, rate, inverted=False)
    for i in np.ndindex(*x.shape):
        assert plain[i] == (upstream[i] if mask[i] else 0)
    assert (subject.dropout.dropout_backward(upstream, x, mask, rate) == plain / (1 - rate)).all()


@law("DROP-02", level="gradient")
@given(exact_arrays((2, 3)), exact_arrays((2, 3)), exact_arrays((2, 3)), RATES)
def test_the_gradient_of_the_scaled_net_is_scaled_too(subject, upstream, x, direction, rate):
    dx = subject.dropout.scale_for_test_backward(upstream, x, rate)
    rise = subject.dropout.scale_for_test(x + direction, rate) - subject.dropout.scale_for_test(x, rate)
    assert (dx * direction).sum() == (upstream * rise).sum()  # linear: the difference is the derivative, exactly


@law("E-22", level="theorem")
@given(st.integers(1, 99), exact_arrays(4), exact_arrays(4))
@example(50, np.array([1.0, 0, 0, 0]), np.array([1.0, 0, 0, 0])).via("S2, Dropout, Testing: w = 1, p = 50 %")
def test_the_weights_are_scaled_by_100_minus_p_percent_not_by_1_minus_p_percent(subject, p, w, x):
    x_thin, probability = thinned(subject, x, p / 100)
    mean = probability @ (x_thin @ w)
    assert t12(w @ subject.dropout.scale_for_test(x, p / 100), mean)
    assert t12((100 - p) / 100 * (w @ x), mean)
    slide = (1 - p) / 100  # for p = 50 it is -0.49: no share of anything
    assert slide <= 0
    assert not t12(slide * (w @ x), mean) or w @ x == 0


@law("E-22", level="theorem")
def test_the_slide_s_own_example_follows_the_keep_rate(subject):
    assert subject.dropout.scale_for_test(np.array([1.0]), 50 / 100).tolist() == [0.5]
    assert (1 - 50) / 100 == -0.49
