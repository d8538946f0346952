"""Laws of the activation functions: what every implementation obeys, ours and yours."""

import math
from decimal import Decimal, localcontext
from itertools import pairwise

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

SMOOTH = {
    "identity": "ACT-06",
    "square": "ACT-06",
    "gaussian": "ACT-06",
    "sigmoid": "ACT-01",
    "tanh": "ACT-03",
    "scaled_tanh": "ACT-05",
    "softplus": "ACT-09",
}
KINKED = {"relu": "ACT-07", "leaky_relu": "ACT-13"}
ELEMENTWISE = {**SMOOTH, **KINKED, "step": "ACT-06"}
CLASSWISE = {"softmax": "LOG-06", "log_softmax": "LOG-09"}
SHAPES = st.sampled_from([(), (3,), (2, 4), (2, 3, 5), (0, 3)])
GRID = np.arange(-80, 81) / 8


def for_each(names, level, only=None):
    """Run a law for each of these functions, or `only` for some of them, as a law of its formula."""
    rows = [pytest.param(name, marks=law(names[name], level=level)) for name in (only or names)]
    return pytest.mark.parametrize("name", rows)


def parts(subject, name):
    """Return f, f' and f_backward."""
    return [getattr(subject.activations, name + ending) for ending in ("", "_prime", "_backward")]


def forward_parts(subject, name):
    """Return f, and f' where the function is elementwise."""
    return parts(subject, name)[:2] if name in ELEMENTWISE else [getattr(subject.activations, name)]


# Manners


@for_each({**ELEMENTWISE, **CLASSWISE}, level="shape")
@given(SHAPES, FLOATS, st.data())
def test_shape_and_dtype_stay_and_the_argument_is_left_alone(subject, name, shape, dtype, data):
    z = data.draw(exact_arrays(shape if name in ELEMENTWISE else (*shape, 2), dtype))
    before = z.copy()
    for f in forward_parts(subject, name):
        result = np.asarray(f(z))
        assert result.shape == z.shape and result.dtype == z.dtype
        result[...] = 99
        assert (z == before).all()


@for_each({**ELEMENTWISE, **CLASSWISE}, level="shape")
@given(FLOATS, FLOATS, SEEDS)
def test_the_gradient_has_the_shape_of_z_and_the_wider_dtype(subject, name, dtype, upstream_dtype, seed):
    z, upstream = normal(seed, 2, 3, dtype=dtype), normal(seed + 1, 2, 3, dtype=upstream_dtype)
    before = upstream.copy()
    dz = getattr(subject.activations, f"{name}_backward")(upstream, z)
    assert dz.shape == z.shape and dz.dtype == np.result_type(z, upstream)
    assert not np.shares_memory(dz, upstream) and (upstream == before).all()


@for_each({**ELEMENTWISE, **CLASSWISE}, level="extreme")
@given(FLOATS)
def test_nothing_overflows_or_warns_up_to_ten_thousand(subject, name, dtype):
    z = np.array([-1e4, -746, -104, -0.0, 0, 88, 710, 1e4], dtype)
    with np.errstate(all="raise", under="ignore"):
        results = [f(z) for f in forward_parts(subject, name)]
        results.append(getattr(subject.activations, f"{name}_backward")(np.ones_like(z), z))
    assert all(np.isfinite(result).all() for result in results)


@for_each({**SMOOTH, **KINKED}, level="extreme")
def test_nan_is_not_hidden_and_stays_where_it_is(subject, name):
    assert np.isnan(getattr(subject.activations, name)(np.array([1, np.nan, -1]))).tolist() == [False, True, False]


LIMITS = {
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "scaled_tanh": (-1.716, 1.716),
    "softplus": (0, np.inf),
    "gaussian": (0, 0),
    "relu": (0, np.inf),
    "step": (0, 1),
}


@for_each(ELEMENTWISE, level="extreme", only=LIMITS)
def test_at_infinity_stand_the_limits(subject, name):
    f, prime, _ = parts(subject, name)
    infinite = np.array([-np.inf, np.inf])
    assert tuple(f(infinite)) == LIMITS[name]
    assert tuple(prime(infinite)) == ((0, 1) if np.isinf(LIMITS[name][1]) else (0, 0))


# Definitions and derivatives

DEFINITION = {
    "identity": lambda z: z,
    "square": lambda z: z * z,
    "gaussian": lambda z: math.exp(-z * z),
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": lambda z: (math.exp(z) - math.exp(-z)) / (math.exp(z) + math.exp(-z)),
    "scaled_tanh": lambda z: 2 * 1.716 / (1 + math.exp(-2 * (2 / 3) * z)) - 1.716,
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "relu": lambda z: z if z > 0 else 0,
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "step": lambda z: 1 if z >= 0 else 0,
}


@for_each(ELEMENTWISE, level="definition")
@given(exact_arrays((2, 3)))
def test_each_entry_is_what_the_formula_says(subject, name, z):
    expected = [[DEFINITION[name](x) for x in row] for row in z.tolist()]
    assert t12(getattr(subject.activations, name)(z), expected)


@for_each(SMOOTH, level="gradient")
@given(SEEDS)
def test_prime_and_backward_are_the_slope_of_the_function(subject, name, seed):
    f, prime, backward = parts(subject, name)
    z, upstream = normal(seed, 2, 5), normal(seed + 1, 2, 5)
    assert fd(prime(z), slope(f, z))
    assert fd(backward(upstream, z), slope(f, z, upstream))


@for_each({**KINKED, "step": "ACT-06"}, level="gradient")
@given(exact_arrays((2, 5)).filter(lambda z: (z != 0).all()), exact_arrays((2, 5)))
def test_off_the_kink_prime_and_backward_are_the_slope_of_the_function(subject, name, z, upstream):
    f, prime, backward = parts(subject, name)
    h = 2.0**-10  # no closer than 1/8 to the kink: the pieces are straight
    rise = (f(z + h) - f(z - h)) / (2 * h)
    assert t9(prime(z), rise)
    assert t9(backward(upstream, z), upstream * rise)


@for_each(ELEMENTWISE, level="gradient")
@given(exact_arrays((2, 5)), exact_arrays((2, 5)))
def test_backward_is_upstream_times_prime_at_every_point(subject, name, z, upstream):
    _, prime, backward = parts(subject, name)
    assert t12(backward(upstream, z), upstream * prime(z))


@for_each(ELEMENTWISE, level="extreme")
@given(exact_arrays((2, 5), np.float32))
def test_single_precision_loses_no_more_than_rounding(subject, name, z):
    z = z / np.float32(7)  # fills all the digits there are
    for f in forward_parts(subject, name):
        assert close(f(z), f(z.astype(np.float64)), gamma(16, np.float32))


# Sigmoid


@law("ACT-01", level="law")
@given(st.lists(st.integers(-5600, 5600).map(lambda i: i / 8), min_size=2).map(np.array))
def test_sigmoid_of_minus_x_is_one_minus_sigmoid_of_x(subject, x):
    assert t12(subject.activations.sigmoid(-x), 1 - subject.activations.sigmoid(x))


@law("ACT-01", level="law")
def test_sigmoid_rises_strictly_until_it_saturates_and_never_falls(subject):
    x = np.arange(-5600, 5601) / 8
    rise = np.diff(subject.activations.sigmoid(x))
    assert (rise >= 0).all()
    assert (rise[(np.abs(x[1:]) < 30) & (np.abs(x[:-1]) < 30)] > 0).all()


@law("ACT-01", "ACT-02", level="extreme")
@given(st.integers(0, 5600).map(lambda i: i / 8))
def test_far_out_sigmoid_and_its_slope_keep_all_their_digits(subject, x):
    tail, ends = math.exp(-x), np.array([-x, x])
    s, prime = subject.activations.sigmoid(ends), subject.activations.sigmoid_prime(ends)
    assert abs(s[0] / (tail / (1 + tail)) - 1) <= gamma(16, np.float64)
    assert (np.abs(prime / (tail / (1 + tail) ** 2) - 1) <= gamma(16, np.float64)).all()


@law("ACT-02", level="law")
@given(st.lists(st.integers(-5600, 5600).map(lambda i: i / 8), min_size=1).map(np.array))
def test_the_slope_of_sigmoid_is_at_most_a_quarter_and_vanishes_exponentially(subject, x):
    prime = subject.activations.sigmoid_prime(x)
    assert (prime >= 0).all()
    assert (prime <= np.minimum(0.25, np.exp(-np.abs(x))) + 1e-15).all()


@law("ACT-02", level="law")
@given(exact_arrays(5))
def test_the_slope_of_sigmoid_is_sigmoid_times_one_minus_sigmoid(subject, x):
    s = subject.activations.sigmoid(x)
    assert t12(subject.activations.sigmoid_prime(x), s * (1 - s))


@law("ACT-02", level="definition")
def test_the_saturated_units_of_s3(subject):
    prime = subject.activations.sigmoid_prime(np.array([0.0, 6, 10]))
    assert (np.abs(prime - [0.25, 0.00246651, 4.53958e-5]) <= [0, 5e-9, 5e-11]).all()


# Tanh


@law("ACT-03", "ACT-05", level="law")
@given(exact_arrays(5))
def test_tanh_and_its_scaled_form_are_odd(subject, u):
    assert (subject.activations.tanh(-u) == -subject.activations.tanh(u)).all()
    assert (subject.activations.scaled_tanh(-u) == -subject.activations.scaled_tanh(u)).all()


@law("ACT-03", level="law")
@given(st.lists(st.floats(-700, 700), min_size=1).map(np.array))
def test_tanh_stays_below_one_and_below_its_argument(subject, u):
    assert (np.abs(subject.activations.tanh(u)) <= np.minimum(1, np.abs(u))).all()


@law("ACT-03", level="law")
@given(exact_arrays(5))
def test_the_slope_of_tanh_is_one_minus_its_square_and_lies_in_0_1(subject, u):
    prime = subject.activations.tanh_prime(u)
    assert t12(prime, 1 - subject.activations.tanh(u) ** 2)
    assert (prime >= 0).all() and (prime <= 1 + 1e-15).all()


@law("ACT-03", level="extreme")
@given(st.integers(0, 2800).map(lambda i: i / 8))
def test_far_out_the_slope_of_tanh_keeps_all_its_digits(subject, u):
    exact = 1 / math.cosh(u) ** 2
    assert (np.abs(subject.activations.tanh_prime(np.array([-u, u])) / exact - 1) <= gamma(32, np.float64)).all()


@law("ACT-04", level="law")
@given(st.lists(st.integers(-160, 160).map(lambda i: i / 8), min_size=1).map(np.array))
def test_tanh_is_a_stretched_sigmoid(subject, x):
    assert t12(subject.activations.tanh(x), 2 * subject.activations.sigmoid(2 * x) - 1)


@law("ACT-05", level="law")
@given(
    st.integers(1, 16).map(lambda i: i / 8),
    st.integers(-16, 16).map(lambda i: i / 8),
    st.lists(st.integers(-200, 200).map(lambda i: i / 8), min_size=1).map(np.array),
)
def test_the_three_forms_of_scaled_tanh_agree(subject, a, b, net):
    f, e = subject.activations.scaled_tanh(net, a, b), np.exp(-2 * b * net)  # |b net| <= 50
    assert t12(f, a * np.tanh(b * net))
    assert t12(f, a * (1 - e) / (1 + e))
    assert t12(f, 2 * a / (1 + e) - a)


@law("ACT-05", level="gradient")
@given(SEEDS, st.integers(1, 16).map(lambda i: i / 8), st.integers(-16, 16).map(lambda i: i / 8))
def test_the_slope_of_scaled_tanh_knows_both_parameters(subject, seed, a, b):
    z, upstream = normal(seed, 2, 3), normal(seed + 1, 2, 3)
    f = lambda z: subject.activations.scaled_tanh(z, a, b)  # noqa: E731
    assert t12(subject.activations.scaled_tanh_prime(z, a, b), a * b * (1 - np.tanh(b * z) ** 2))
    assert fd(subject.activations.scaled_tanh_prime(z, a, b), slope(f, z))
    assert fd(subject.activations.scaled_tanh_backward(upstream, z, a, b), slope(f, z, upstream))


@law("ACT-05", level="definition")
def test_the_figures_of_scaled_tanh(subject):
    f, prime, _ = parts(subject, "scaled_tanh")
    assert (np.abs(f(np.array([0.5, 1, 2])) - [0.551716, 1.0000555, 1.493026]) <= [5e-7, 5e-8, 5e-7]).all()
    assert (np.abs(prime(np.array([0.0, 1])) - [1.144, 0.755456]) <= [1e-15, 5e-7]).all()


@law("ACT-05", level="definition")
def test_scaled_tanh_bends_most_at_098772(subject):
    z = np.linspace(-2, 2, 40001)  # a grid of 1e-4
    bend = np.diff(subject.activations.scaled_tanh_prime(z))  # f'' in the middle of each cell
    middle = (z[1:] + z[:-1]) / 2
    assert abs(middle[bend.argmin()] - 0.98772) <= 2e-4
    assert abs(middle[bend.argmax()] + 0.98772) <= 2e-4


@law("E-16", level="theorem")
def test_the_exponents_that_s1_prints_belong_to_other_functions(subject):
    a, b = 1.716, 2 / 3
    right = float(subject.activations.scaled_tanh(np.array([1.0]))[0])
    printed = a * (1 - math.exp(b)) / (1 + math.exp(b)), 2 * a / (1 + math.exp(-b)) - a
    meant = a * (1 - math.exp(-2 * b)) / (1 + math.exp(-2 * b)), 2 * a / (1 + math.exp(-2 * b)) - a
    assert abs(right - a * math.tanh(b)) <= 1e-15 and abs(right - 1.0000555) <= 5e-8
    assert t12(meant, [right, right])
    assert abs(printed[0] + 0.5517) <= 5e-5 and abs(printed[1] - 0.5517) <= 5e-5


# ReLU


@law("ACT-07", level="law")
@given(exact_arrays((2, 5)), st.integers(-8, 8))
def test_relu_splits_a_number_is_idempotent_and_scales(subject, x, power):
    relu = subject.activations.relu
    assert (relu(x) - relu(-x) == x).all()
    assert (relu(x) + relu(-x) == np.abs(x)).all()
    assert (relu(relu(x)) == relu(x)).all()
    assert (relu(2.0**power * x) == 2.0**power * relu(x)).all()
    assert set(subject.activations.relu_prime(x).ravel()) <= {0, 1}


@law("ACT-08", level="law")
@given(exact_arrays(5), st.sampled_from([0, 0.25, 1]))
def test_any_slope_between_0_and_1_lies_below_relu_at_its_kink(subject, y, at_zero):
    zero = np.zeros(1)
    g = subject.activations.relu_prime(zero, at_zero=at_zero)
    assert g == at_zero
    assert (subject.activations.relu(y) >= subject.activations.relu(zero) + g * y).all()


@law("ACT-08", level="extreme")
def test_at_the_kink_relu_counts_as_flat_unless_told_otherwise(subject):
    z, upstream = np.array([-1, -0.0, 0, 1]), np.array([3.0, 5, 7, 9])
    assert subject.activations.relu_prime(z).tolist() == [0, 0, 0, 1]
    assert subject.activations.relu_prime(z, at_zero=1).tolist() == [0, 1, 1, 1]
    assert subject.activations.relu_backward(upstream, z).tolist() == [0, 0, 0, 9]
    assert subject.activations.relu_backward(upstream, z, at_zero=1).tolist() == [0, 5, 7, 9]


@law("ACT-06", level="extreme")
def test_the_step_fires_at_zero_and_has_no_slope_anywhere(subject):
    z = np.array([-0.125, -0.0, 0, 0.125])
    assert subject.activations.step(z).tolist() == [0, 1, 1, 1]
    assert subject.activations.step_prime(z).tolist() == [0, 0, 0, 0]


@law("E-12", level="theorem")
@given(st.integers(2, 9))
def test_active_relus_pass_the_gradient_on_but_the_weights_still_make_it_explode(subject, layers):
    W, a, z = 2 * np.eye(3), np.ones(3), []
    for _ in range(layers - 1):
        z.append(W @ a)
        a = subject.activations.relu(z[-1])
    delta = np.array([1.0, -1, 2])
    for net in reversed(z):
        delta = subject.activations.relu_backward(W.T @ delta, net)
    assert delta.tolist() == [2 ** (layers - 1), -(2 ** (layers - 1)), 2**layers]


# Softplus


@law("ACT-09", level="law")
@given(exact_arrays(5))
def test_softplus_lies_above_relu_by_at_most_log_2(subject, x):
    gap = subject.activations.softplus(x) - np.maximum(x, 0)
    assert (gap >= -1e-15 * np.maximum(1, np.abs(x))).all()
    assert (gap <= math.log(2) + 1e-15 * np.maximum(1, np.abs(x))).all()
    assert abs(float(subject.activations.softplus(np.zeros(1))[0]) - math.log(2)) <= 1e-15


@law("ACT-09", level="law")
@given(exact_arrays(5))
def test_softplus_of_x_and_of_minus_x_differ_by_x(subject, x):
    assert t12(subject.activations.softplus(x) - subject.activations.softplus(-x), x)


@law("ACT-09", level="law")
@pytest.mark.parametrize("beta, figure", [(1, 0.693147), (10, 0.0693147), (100, 0.00693147)])
@given(x=exact_arrays(5))
def test_a_sharper_softplus_comes_closer_to_relu(subject, beta, figure, x):
    gap = subject.activations.softplus(beta * x) / beta - np.maximum(x, 0)
    slack = 1e-15 * np.maximum(1, np.abs(x))
    assert ((-slack <= gap) & (gap <= math.log(2) / beta + slack)).all()
    assert abs(float(subject.activations.softplus(np.zeros(1))[0]) / beta - figure) <= 5e-7 / beta


@law("ACT-09", level="law")
@given(exact_arrays(5))
def test_the_slope_of_softplus_is_the_sigmoid(subject, x):
    assert t12(subject.activations.softplus_prime(x), [1 / (1 + math.exp(-v)) for v in x])


@law("ACT-09", level="extreme")
@given(st.integers(0, 5600).map(lambda i: i / 8))
def test_far_left_softplus_is_tiny_but_keeps_all_its_digits(subject, x):
    exact = math.log1p(math.exp(-x))
    assert abs(float(subject.activations.softplus(np.array([-x]))[0]) / exact - 1) <= gamma(16, np.float64)


def staircase(sigmoid, x, width=1.0):
    """Sum sigmoids that stand `width` apart, as far as they matter for |x| <= 10."""
    t = np.arange(width / 2, 60, width)
    return width * sigmoid(x[:, np.newaxis] - t).sum(axis=1)


@law("ACT-10", level="law")
def test_unit_steps_of_sigmoids_add_up_to_nearly_a_softplus(subject):
    gap = np.abs(staircase(subject.activations.sigmoid, GRID) - subject.activations.softplus(GRID))
    assert abs(gap.max() - 0.0105777) <= 5e-8 and GRID[gap.argmax()] == 0
    forty = subject.activations.sigmoid(GRID[:, np.newaxis] - np.arange(1, 41) + 0.5).sum(axis=1)
    assert (np.abs(forty - subject.activations.softplus(GRID)) <= 0.011).all()


@law("ACT-10", level="theorem")
@pytest.mark.parametrize("parts", [2, 4, 16])
def test_finer_steps_of_sigmoids_close_in_on_softplus_quadratically(subject, parts):
    gap = staircase(subject.activations.sigmoid, GRID, 1 / parts) - subject.activations.softplus(GRID)
    assert np.abs(gap).max() <= 1.05 / (96 * parts**2)  # midpoint rule: width^2 / 24 times sigma' <= 1/4


@law("E-21", level="theorem")
def test_the_sum_of_sigmoids_is_no_relu(subject):
    total = staircase(subject.activations.sigmoid, np.zeros(1))[0]
    assert abs(total - 0.682569) <= 5e-7
    assert abs(total - math.log(2)) <= 0.0106
    assert total - subject.activations.relu(np.zeros(1))[0] >= 0.6825


# Leaky and parametric ReLU

SLOPES = st.integers(-16, 24).map(lambda i: i / 8)


@law("ACT-13", level="definition")
@given(exact_arrays((2, 3)), SLOPES)
def test_leaky_relu_is_straight_on_both_sides(subject, z, alpha):
    expected = [[x if x > 0 else alpha * x for x in row] for row in z.tolist()]
    assert subject.activations.leaky_relu(z, alpha).tolist() == expected
    assert subject.activations.prelu(z, np.array(alpha)).tolist() == expected


@law("ACT-13", level="gradient")
@given(exact_arrays((2, 3)), exact_arrays((2, 3)), SLOPES)
def test_leaky_relu_passes_on_the_slope_at_its_kink_too(subject, z, upstream, alpha):
    slopes = [[1 if x > 0 else alpha for x in row] for row in z.tolist()]
    assert subject.activations.leaky_relu_prime(z, alpha).tolist() == slopes
    assert subject.activations.prelu_prime(z, np.array(alpha)).tolist() == slopes
    assert subject.activations.leaky_relu_backward(upstream, z, alpha).tolist() == (upstream * slopes).tolist()


@law("ACT-13", level="law")
@given(exact_arrays(5), st.integers(1, 24).map(lambda i: i / 8))
def test_a_leaky_unit_does_not_die(subject, z, alpha):
    assert (subject.activations.leaky_relu_prime(z) >= 0.01).all()
    assert (subject.activations.leaky_relu_prime(z, alpha) >= min(1, alpha)).all()
    assert (subject.activations.prelu_prime(z, np.array(alpha)) >= min(1, alpha)).all()


@law("ACT-13", "E-29", level="law")
@given(exact_arrays(5), st.integers(-16, 8).map(lambda i: i / 8))
def test_up_to_slope_one_leaky_relu_is_a_maximum(subject, x, alpha):
    assert (subject.activations.leaky_relu(x) == np.maximum(0.01 * x, x)).all()
    assert (subject.activations.prelu(x, np.array(alpha)) == np.maximum(alpha * x, x)).all()


@law("E-29", level="theorem")
@given(exact_arrays(5), st.integers(9, 24).map(lambda i: i / 8))
@example(np.array([1.0]), 2.0).via('S3, "Parametric ReLU"')
def test_beyond_slope_one_the_maximum_is_another_function(subject, x, alpha):
    piecewise = subject.activations.prelu(x, np.array(alpha))
    assert (piecewise == np.where(x > 0, x, alpha * x)).all()
    assert ((np.maximum(alpha * x, x) > piecewise) == (x != 0)).all()


@st.composite
def channels(draw, dtype=np.float64):
    """Pre-activations of n samples in C channels of some extent, as many slopes, and an upstream gradient."""
    shape = draw(st.sampled_from([(2, 3), (3, 2), (2, 3, 4), (2, 3, 4, 5), (3, 1, 2), (0, 3)]))
    z, upstream = draw(exact_arrays(shape, dtype)), draw(exact_arrays(shape, dtype))
    return z, draw(exact_arrays(shape[1], dtype)), upstream


@law("ACT-13", level="shape")
@given(FLOATS.flatmap(lambda dtype: channels(dtype=dtype)))
def test_prelu_keeps_shapes_and_dtype_and_leaves_its_arguments_alone(subject, case):
    z, alpha, upstream = case
    before = [array.copy() for array in case]
    results = subject.activations.prelu(z, alpha), *subject.activations.prelu_backward(upstream, z, alpha)
    for result, like in zip(results, (z, z, alpha), strict=True):
        assert result.shape == like.shape and result.dtype == like.dtype
        result[...] = 99
    assert all((array == old).all() for array, old in zip(case, before, strict=True))


@law("ACT-13", level="definition")
@given(channels())
def test_each_channel_of_prelu_has_its_own_slope(subject, case):
    z, alpha, _ = case
    f, prime = subject.activations.prelu(z, alpha), subject.activations.prelu_prime(z, alpha)
    for i in np.ndindex(*z.shape):
        assert f[i] == (z[i] if z[i] > 0 else alpha[i[1]] * z[i])
        assert prime[i] == (1 if z[i] > 0 else alpha[i[1]])


@law("ACT-13", level="gradient")
@given(channels())
def test_the_gradient_of_a_slope_is_summed_over_all_that_share_it(subject, case):
    z, alpha, upstream = case
    dz, dalpha = subject.activations.prelu_backward(upstream, z, alpha)
    expected = np.zeros(len(alpha))
    for i in np.ndindex(*z.shape):
        expected[i[1]] += upstream[i] * z[i] * (z[i] < 0)
        assert dz[i] == upstream[i] * (1 if z[i] > 0 else alpha[i[1]])
    assert dalpha.tolist() == expected.tolist()


@law("ACT-13", level="gradient")
@given(channels(), EXACT)
def test_one_slope_shared_by_all_gathers_the_whole_gradient(subject, case, alpha):
    z, _, upstream = case
    dz, dalpha = subject.activations.prelu_backward(upstream, z, np.array(alpha))
    assert np.shape(dalpha) == () and dalpha == (upstream * z)[z < 0].sum()
    assert (dz == np.where(z > 0, 1, alpha) * upstream).all()


@law("ACT-13", level="gradient")
@given(channels(), st.data())
def test_the_gradients_of_prelu_are_the_slopes_of_prelu(subject, case, data):
    z, alpha, upstream = case
    assume((z != 0).all())
    along = data.draw(exact_arrays(alpha.shape))
    h = 2.0**-10  # no closer than 1/8 to the kink: prelu is straight, in z and in alpha
    dz, dalpha = subject.activations.prelu_backward(upstream, z, alpha)
    rise = subject.activations.prelu(z + h, alpha) - subject.activations.prelu(z - h, alpha)
    assert (dz == upstream * rise / (2 * h)).all()
    rise = subject.activations.prelu(z, alpha + h * along) - subject.activations.prelu(z, alpha - h * along)
    assert (dalpha * along).sum() == (upstream * rise).sum() / (2 * h)


# Demands on an activation


@law("ACT-06", level="law")
@given(exact_arrays(5))
def test_the_gaussian_and_the_polynomial_unit_have_the_slopes_of_s1(subject, z):
    assert t12(subject.activations.gaussian_prime(z), -2 * z * np.exp(-(z**2)))
    assert (subject.activations.square_prime(z) == 2 * z).all()


TABLE = sorted({**ELEMENTWISE, **CLASSWISE})


@law("ACT-06", level="definition")
@pytest.mark.parametrize("name", TABLE)
@given(SEEDS)
def test_the_table_holds_each_function_with_its_derivative(subject, name, seed):
    z, upstream = normal(seed, 2, 3), normal(seed + 1, 2, 3)
    entry = subject.activations.activation(name)
    assert (entry.f(z) == getattr(subject.activations, name)(z)).all()
    assert (entry.backward(upstream, z) == getattr(subject.activations, f"{name}_backward")(upstream, z)).all()
    if name in CLASSWISE:
        assert entry.prime is None
    else:
        assert (entry.prime(z) == getattr(subject.activations, f"{name}_prime")(z)).all()


@law("ACT-06", level="definition")
def test_every_name_in_the_table_is_found_and_an_activation_of_your_own_is_handed_back(subject):
    table = subject.activations.ACTIVATIONS
    assert set(table) >= set(TABLE)
    assert all(subject.activations.activation(name) is table[name] for name in table)
    assert subject.activations.activation(table["tanh"]) is table["tanh"]


@law("ACT-06", level="law")
@pytest.mark.parametrize("name", TABLE)
def test_bounded_means_that_ten_thousand_gets_no_further_than_two(subject, name):
    entry = subject.activations.activation(name)
    reach = np.abs(entry.f(np.array([-1e4, -10, 0, 10, 1e4]))).max()
    assert reach <= 2 if entry.bounded else reach >= 100


@law("ACT-06", level="law")
@pytest.mark.parametrize("name", TABLE)
def test_odd_means_that_minus_z_gives_minus_f(subject, name):
    entry = subject.activations.activation(name)
    assert (entry.f(-GRID) == -entry.f(GRID)).all() == entry.odd


@law("ACT-06", level="law")
@pytest.mark.parametrize("name", TABLE)
def test_monotone_means_that_raising_an_input_lowers_no_output(subject, name):
    entry, z = subject.activations.activation(name), np.array([0.5, -1, 2])
    rises = [entry.f(z + raised) - entry.f(z) for raised in np.concatenate([np.eye(3) / 8, 3 * np.eye(3)])]
    falls = [np.diff(entry.f(GRID))] if entry.prime else []
    assert all((change >= 0).all() for change in rises + falls) == entry.monotone


@law("ACT-06", level="law")
@pytest.mark.parametrize("name", TABLE)
def test_smooth_means_that_neither_value_nor_slope_jumps(subject, name):
    entry, h, z = subject.activations.activation(name), 2.0**-20, GRID
    prime = entry.prime
    if prime is None:  # the classes stand side by side, and one upstream gradient asks for all slopes
        z = np.stack([GRID, 0 * GRID, GRID / 2], axis=-1)
        prime = lambda z: entry.backward(np.broadcast_to([1.0, -2, 0.5], z.shape), z)  # noqa: E731
    jumps = [np.abs(f(z + h) - f(z - h)).max() for f in (entry.f, prime)]
    assert (max(jumps) <= 1e-4) == entry.smooth


@law("E-17", level="theorem")
def test_the_best_activation_is_neither_bounded_nor_smooth_and_a_polynomial_is_not_bounded_either(subject):
    relu, square = (subject.activations.activation(name) for name in ("relu", "square"))
    assert not relu.bounded and not relu.smooth and not square.bounded
    assert relu.f(np.array([2.0**500])) == 2.0**500
    assert square.f(np.array([2.0**500])) == 2.0**1000


@law("E-17", level="theorem")
@given(integer_arrays((4, 1)), integer_arrays(4), integer_arrays(4))
def test_a_layer_of_polynomial_units_is_a_parabola_however_wide(subject, w, b, v):
    x = np.arange(-4.0, 5)[:, np.newaxis]
    f = subject.activations.square(x @ w.T + b) @ v
    assert (np.diff(f, n=3) == 0).all()  # so it is no universal approximator


@law("E-32", level="theorem")
def test_the_slope_of_tanh_is_not_smaller_than_one_everywhere(subject):
    assert subject.activations.tanh_prime(np.zeros(1)) == 1
    assert subject.activations.sigmoid_prime(np.zeros(1)) == 0.25
    assert (subject.activations.sigmoid_prime(GRID) <= 0.25).all()
    off_zero = GRID[GRID != 0]
    assert (subject.activations.tanh_prime(off_zero) < 1).all()


# What rectifiers do to a net


@st.composite
def relu_nets(draw):
    """Weights and biases of a ReLU net in whole numbers, with an input: everything is exact."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=3, max_size=4))
    net = [(draw(integer_arrays((m, d), 3)), draw(integer_arrays(m, 3))) for d, m in pairwise(sizes)]
    return net, draw(integer_arrays(sizes[0], 3))


def forward(subject, net, x):
    """Return the output of the net and the pre-activations of its hidden layers."""
    hidden = []
    for W, b in net[:-1]:
        hidden.append(W @ x + b)
        x = subject.activations.relu(hidden[-1])
    return net[-1][0] @ x + net[-1][1], hidden


def masks(subject, net, x):
    """Return which hidden units are active, layer by layer."""
    return [(z > 0).tolist() for z in forward(subject, net, x)[1]]


def affine_map(net, active):
    """Return A = W_L D_(L-1) W_(L-1) ... D_1 W_1 and c, with f(x) = A x + c wherever these units are active."""
    A, c = net[0]
    for (W, b), on in zip(net[1:], active, strict=True):
        D = np.diag(np.array(on, float))
        A, c = W @ D @ A, W @ D @ c + b
    return A, c


def neighbour(subject, net, x, direction):
    """Return a point in this direction where the same units are active."""
    points = (x + direction / 2**k for k in range(20))
    return next((p for p in points if masks(subject, net, p) == masks(subject, net, x)), x)


@law("ACT-11", level="theorem")
@given(relu_nets(), st.data())
def test_where_the_same_units_are_active_a_relu_net_is_one_affine_map(subject, case, data):
    net, x = case
    A, c = affine_map(net, masks(subject, net, x))
    other = neighbour(subject, net, x, data.draw(integer_arrays(x.shape, 3)))
    assert (forward(subject, net, x)[0] == A @ x + c).all()
    assert (forward(subject, net, other)[0] == A @ other + c).all()


@law("ACT-11", level="theorem")
@given(relu_nets().flatmap(lambda case: st.tuples(st.just(case), integer_arrays(case[1].shape, 3))))
@example((([(np.array([[1.0], [2]]), np.zeros(2)), (np.array([[-3.0, 2]]), np.array([-3.0])), (np.eye(1), np.zeros(1))],
           np.array([1.0])), np.array([3.0]))).via("ends that a unit which jumps would connect")
def test_what_is_active_at_both_ends_is_active_in_between(subject, case):
    (net, x), direction = case
    other = neighbour(subject, net, x, direction)
    for t in (0.25, 0.5, 0.75):
        assert masks(subject, net, (1 - t) * x + t * other) == masks(subject, net, x)


@law("ACT-11", level="theorem")
@given(relu_nets())
def test_deleting_the_idle_units_leaves_a_thinner_linear_net_with_the_same_output(subject, case):
    net, x = case
    on = [np.full(len(x), True), *map(np.array, masks(subject, net, x)), np.full(len(net[-1][1]), True)]
    a = x
    for (W, b), before, after in zip(net, on, on[1:], strict=False):
        a = W[np.ix_(after, before)] @ a + b[after]
    assert (a == forward(subject, net, x)[0]).all()


@law("ACT-11", level="theorem")
@given(relu_nets(), st.data())
def test_the_gradient_of_a_relu_net_is_the_matrix_of_that_affine_map(subject, case, data):
    net, x = case
    upstream = delta = data.draw(integer_arrays(len(net[-1][1]), 3))
    for (W, _), z in zip(reversed(net[1:]), reversed(forward(subject, net, x)[1]), strict=True):
        delta = subject.activations.relu_backward(W.T @ delta, z)
    assert (net[0][0].T @ delta == upstream @ affine_map(net, masks(subject, net, x))[0]).all()


def idle(subject, W, x):
    """Return how many units of a ReLU layer without biases are off."""
    return int((subject.activations.relu(W @ x) == 0).sum())


@law("ACT-12", level="theorem")
@given(SEEDS, st.integers(1, 9), st.integers(1, 4))
def test_what_is_off_with_these_weights_is_on_with_their_negatives(subject, seed, units, d):
    W, x = normal(seed, units, d), normal(seed + 1, d)
    assume((W @ x != 0).all())
    assert idle(subject, W, x) + idle(subject, -W, x) == units


@law("ACT-12", level="theorem")
def test_about_half_of_2000_units_with_symmetric_weights_are_off(subject):
    rng = np.random.default_rng(0)
    W, x = rng.uniform(-1, 1, (2000, 7)), rng.standard_normal(7)
    assert 0.46 <= idle(subject, W, x) / 2000 <= 0.54


@law("E-31", level="theorem")
def test_uniform_weights_that_are_not_symmetric_leave_no_unit_off(subject):
    rng = np.random.default_rng(0)
    x = rng.uniform(0.1, 1, 7)
    assert idle(subject, rng.uniform(0, 1, (2000, 7)), x) == 0
    assert 0.46 <= idle(subject, rng.uniform(-1, 1, (2000, 7)), x) / 2000 <= 0.54


@law("ACT-14", level="theorem")
@given(SEEDS, st.integers(1, 6))
def test_a_unit_that_is_off_on_all_samples_never_learns_again(subject, seed, steps):
    X, w = normal(seed, 5, 3), normal(seed + 1, 3)
    b = b_before = -1 - (X @ w).max()
    w_before = w.copy()
    for step in range(steps):
        z = X @ w + b  # below -1 on every sample
        dz = subject.activations.relu_backward(normal(seed + step, 5), z)
        assert (dz == 0).all()
        w, b = w - 0.5 * dz @ X, b - 0.5 * dz.sum()
    assert (w == w_before).all() and b == b_before


@law("ACT-15", level="theorem")
@given(exact_arrays((7, 2)), exact_arrays(2), st.lists(EXACT, min_size=2).map(sorted))
def test_a_larger_bias_switches_no_unit_off(subject, X, w, biases):
    active = [(subject.activations.relu(X @ w + b) > 0).sum() for b in biases]
    assert active == sorted(active)


@law("ACT-15", level="theorem")
@pytest.mark.parametrize(
    "spread, bias, share", [(0.1, 0.1, 0.841345), (0.5, 0.1, 0.579260), (1, 0.1, 0.539828), (1, 0, 0.5)]
)
def test_a_bias_of_a_tenth_activates_most_inputs_only_where_they_are_small(subject, spread, bias, share):
    assert abs((1 + math.erf(bias / spread / math.sqrt(2))) / 2 - share) <= 5e-7
    z = spread * np.random.default_rng(0).standard_normal(40_000) + bias
    assert abs((subject.activations.relu(z) > 0).mean() - share) <= 4 * 0.5 / math.sqrt(40_000)


@law("ACT-16", level="theorem")
@given(exact_arrays(4), exact_arrays(4), EXACT)
def test_for_one_sample_the_weights_that_read_sigmoids_share_the_sign_of_their_gradient(subject, h, w, upstream):
    x = subject.activations.sigmoid(h)
    dw = subject.activations.sigmoid_backward(np.array(upstream), x @ w) * x
    assert (x > 0).all()
    assert (dw >= 0).all() or (dw <= 0).all()


@law("ACT-16", level="theorem")
@given(exact_arrays(4).filter(lambda h: h.min() < 0 < h.max()), exact_arrays(4), EXACT.filter(bool))
def test_the_weights_that_read_tanh_units_may_differ_in_sign(subject, h, w, upstream):
    x = subject.activations.tanh(h)
    dw = subject.activations.sigmoid_backward(np.array(upstream), x @ w) * x
    assert dw.min() < 0 < dw.max()


@law("ACT-16", "E-28", level="theorem")
def test_over_a_batch_the_signs_may_mix_although_all_inputs_are_positive(subject):
    X, z, upstream = np.array([[1.0, 2], [2, 1]]), np.array([1.0, 1]), np.array([1.0, -1])
    delta = subject.activations.relu_backward(upstream, z)
    per_sample = delta[:, np.newaxis] * X
    assert (per_sample[0] > 0).all() and (per_sample[1] < 0).all()
    assert (X.T @ delta).tolist() == [-1, 1]


# Softmax

SCORES = st.tuples(st.integers(1, 3), st.integers(1, 5)).flatmap(exact_arrays)


@law("LOG-06", "LOG-09", level="definition")
@given(SCORES)
def test_each_probability_is_an_exponential_among_all_of_its_sample(subject, z):
    expected = [[math.exp(x) / sum(math.exp(v) for v in row) for x in row] for row in z.tolist()]
    assert t12(subject.activations.softmax(z), expected)
    assert t12(subject.activations.log_softmax(z), np.log(expected))


@law("LOG-06", level="definition")
def test_the_softmax_of_s2(subject):
    z = np.array([3.0, 1, -3])
    y = subject.activations.softmax(z)
    assert (np.abs(np.exp(z) - [20.085537, 2.718282, 0.049787]) <= 5e-7).all()
    assert (np.abs(y - [0.878878, 0.118943, 0.002179]) <= 5e-7).all()
    assert y.round(2).tolist() == [0.88, 0.12, 0]


@law("LOG-06", level="law")
@given(SCORES)
def test_probabilities_are_positive_and_add_up_to_one(subject, z):
    y = subject.activations.softmax(z)
    assert t12(y.sum(axis=1), np.ones(len(z)))
    assert (y > 0).all()  # scores no more than 20 apart
    assert (y < 1).all() if z.shape[1] > 1 else (y == 1).all()


@law("LOG-06", "LOG-09", level="law")
@given(SCORES, st.integers(-8000, 8000).map(lambda i: i / 8))
def test_adding_a_number_to_all_scores_of_a_sample_changes_nothing(subject, z, shift):
    assert (subject.activations.softmax(z + shift) == subject.activations.softmax(z)).all()
    assert (subject.activations.log_softmax(z + shift) == subject.activations.log_softmax(z)).all()


@law("LOG-06", level="law")
@given(exact_arrays(5))
def test_softmax_keeps_the_order_of_the_scores(subject, z):
    y = subject.activations.softmax(z)
    assert all((y[i] < y[j]) == (z[i] < z[j]) for i in range(5) for j in range(5))


@law("LOG-06", level="law")
@given(exact_arrays((4, 2)))
def test_of_two_classes_softmax_is_the_sigmoid_of_the_difference(subject, z):
    expected = [1 / (1 + math.exp(b - a)) for a, b in z.tolist()]
    assert t12(subject.activations.softmax(z)[:, 0], expected)


@for_each(CLASSWISE, level="law")
@given(exact_arrays((2, 3, 4)), st.sampled_from([-3, -2, -1, 0, 1, 2]))
def test_the_sum_runs_over_the_axis_that_is_named(subject, name, z, axis):
    f, upstream = getattr(subject.activations, name), z[::-1]
    backward = getattr(subject.activations, f"{name}_backward")
    last = lambda x: np.moveaxis(x, axis, -1)  # noqa: E731
    assert t12(last(f(z, axis=axis)), f(last(z)))
    assert t12(last(backward(upstream, z, axis=axis)), backward(last(upstream), last(z)))


@law("LOG-06", level="extreme")
def test_softmax_of_huge_scores_and_of_classes_that_are_ruled_out(subject):
    softmax, log_softmax = subject.activations.softmax, subject.activations.log_softmax
    assert softmax(np.array([1e4, -1e4, 1e4])).tolist() == [0.5, 0, 0.5]
    assert log_softmax(np.array([1e4, -1e4])).tolist() == [0, -2e4]
    assert softmax(np.array([-np.inf, 3, 3])).tolist() == [0, 0.5, 0.5]
    assert log_softmax(np.array([-np.inf, 3])).tolist() == [-np.inf, 0]
    assert np.isnan(softmax(np.array([[1, np.nan], [1, 1]]))).tolist() == [[True, True], [False, False]]
    assert np.isnan(softmax(np.array([np.inf, 1]))[0])


@for_each(CLASSWISE, level="extreme")
@given(exact_arrays((2, 5), np.float32))
def test_single_precision_softmax_loses_no_more_than_rounding(subject, name, z):
    z = z / np.float32(7)  # fills all the digits there are
    f = getattr(subject.activations, name)
    assert close(f(z), f(z.astype(np.float64)), gamma(32, np.float32))


@law("LOG-09", level="extreme")
@given(st.lists(st.integers(0, 5600).map(lambda i: i / 8), min_size=1, max_size=4))
def test_the_winner_of_log_softmax_keeps_all_digits_of_its_small_logarithm(subject, margins):
    got = subject.activations.log_softmax(np.array([0, *(-m for m in margins)]))[0]
    with localcontext() as context:
        context.prec = 340
        exact = -(1 + sum(Decimal(-m).exp() for m in margins)).ln()
        assert abs(Decimal(float(got)) / exact - 1) < Decimal("1e-12")


@for_each(CLASSWISE, level="gradient")
@given(SEEDS)
def test_the_gradient_of_softmax_is_its_slope(subject, name, seed):
    z, upstream = normal(seed, 2, 4), normal(seed + 1, 2, 4)
    dz = getattr(subject.activations, f"{name}_backward")(upstream, z)
    assert fd(dz, slope(getattr(subject.activations, name), z, upstream))


@law("LOG-07", level="definition")
@given(SCORES, st.data())
def test_backward_is_upstream_times_the_whole_jacobian(subject, z, data):
    upstream = data.draw(exact_arrays(z.shape))
    for u, row, dz in zip(upstream, z, subject.activations.softmax_backward(upstream, z), strict=True):
        y = [math.exp(v) / sum(map(math.exp, row)) for v in row]
        expected = [sum(u[j] * y[j] * ((j == k) - y[k]) for j in range(len(y))) for k in range(len(y))]
        assert t12(dz, expected)


@for_each(CLASSWISE, level="law")
@given(SCORES, st.data())
def test_the_gradient_of_softmax_adds_up_to_zero(subject, name, z, data):
    upstream = data.draw(exact_arrays(z.shape))
    dz = getattr(subject.activations, f"{name}_backward")(upstream, z)
    assert t12(dz.sum(axis=1), np.zeros(len(z)))


@law("LOG-07", level="definition")
@given(SEEDS)
def test_the_jacobian_holds_the_slope_of_each_probability_in_each_score(subject, seed):
    z = normal(seed, 4)
    J = subject.activations.softmax_jacobian(z)
    y = [math.exp(v) / sum(map(math.exp, z)) for v in z]
    assert t12(J, [[y[j] * ((j == k) - y[k]) for k in range(4)] for j in range(4)])
    for j, e_j in enumerate(np.eye(4)):
        assert fd(J[j], slope(subject.activations.softmax, z, e_j))


@law("LOG-07", level="law")
@given(SCORES)
def test_the_jacobian_is_symmetric_kills_constants_and_is_never_negative(subject, z):
    J = subject.activations.softmax_jacobian(z)
    assert J.shape == (*z.shape, z.shape[1])
    assert (J.transpose(0, 2, 1) == J).all()
    assert t12(J.sum(axis=2), np.zeros(z.shape))
    assert (np.linalg.eigvalsh(J) >= -1e-15).all()


@law("LOG-07", level="shape")
@given(FLOATS, SEEDS)
def test_the_jacobian_keeps_the_dtype(subject, dtype, seed):
    z = normal(seed, 3, 4, dtype=dtype)
    before = z.copy()
    assert subject.activations.softmax_jacobian(z).dtype == dtype
    assert (z == before).all()


@law("E-39", level="theorem")
def test_the_sum_of_softmax_runs_over_the_classes_not_over_the_samples(subject):
    s = np.array([[3.0, 1, -3], [0, 2, 1]])  # n = 2 samples, K = 3 classes
    n = len(s)
    printed = np.exp(s) / np.exp(s)[:, :n].sum(axis=1, keepdims=True)
    assert (np.abs(printed.sum(axis=1) - 1) > 1e-3).all()
    assert t12(subject.activations.softmax(s).sum(axis=1), [1, 1])
