"""Laws of initialisation: what a first weight must be, and what happens to signals and gradients if it is not."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, close, exact_arrays, integer_arrays, normal, t12

RANDOM = ["normal", "uniform", "xavier_normal", "xavier_uniform", "he_normal", "he_uniform", "lecun1989_uniform"]
SHAPES = st.one_of(
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)),
)
# Name of a scheme -> the spread that its formula gives to weights with these fans.
STD = {
    "xavier_normal": lambda fan_in, fan_out: math.sqrt(2 / (fan_in + fan_out)),
    "he_normal": lambda fan_in, fan_out: math.sqrt(2 / fan_in),
}
BOUND = {
    "xavier_uniform": lambda fan_in, fan_out: math.sqrt(6 / (fan_in + fan_out)),
    "he_uniform": lambda fan_in, fan_out: math.sqrt(6 / fan_in),
    "lecun1989_uniform": lambda fan_in, fan_out: 2.4 / fan_in,
}
# A wide layer, a narrow one, and a conv layer that maps 3 channels to 40: shape, fan_in, fan_out.
LAYERS = [((60, 500), 500, 60), ((500, 60), 60, 500), ((40, 3, 5, 7), 105, 1400)]


@law("INIT-01", "INIT-03", "INIT-06", level="shape")
@pytest.mark.parametrize("scheme", ["zeros", *RANDOM])
@given(SHAPES, SEEDS, FLOATS)
def test_a_scheme_gives_weights_of_the_shape_and_dtype_asked_for(subject, scheme, shape, seed, dtype):
    draw = getattr(subject.init, scheme)
    W = draw(shape, seed, dtype=dtype)
    assert W.shape == shape and W.dtype == dtype
    assert draw(shape, seed).dtype == np.float64


@law("INIT-03", "INIT-06", "INIT-07", level="shape")
@pytest.mark.parametrize("scheme", RANDOM)
@given(SHAPES, SEEDS)
def test_float32_weights_are_the_float64_ones_rounded(subject, scheme, shape, seed):
    draw = getattr(subject.init, scheme)
    assert (draw(shape, seed, dtype=np.float32) == draw(shape, seed).astype(np.float32)).all()


@law("INIT-05", level="shape")
@given(FLOATS, exact_arrays((2, 3)))
def test_the_expected_square_keeps_the_dtype_and_leaves_the_signal_alone(subject, dtype, x):
    x = x.astype(dtype)
    before = x.copy()
    result = subject.init.expected_square(x, 4, 0.5)
    assert result.shape == (2,) and result.dtype == dtype
    assert (x == before).all()


@law("INIT-02", level="law")
@pytest.mark.parametrize("scheme", RANDOM)
@given(SEEDS)
def test_one_seed_gives_one_result_and_a_generator_never_repeats_itself(subject, scheme, seed):
    draw, rng = getattr(subject.init, scheme), np.random.default_rng(seed)
    first, second = draw((3, 4), rng), draw((3, 4), rng)
    assert (draw((3, 4), seed) == first).all()
    assert (first != second).all()
    assert np.unique(first).size == first.size  # no two weights alike: symmetry is broken


@law("INIT-06", level="definition")
@given(SHAPES)
@example((500, 300)).via("fully connected: 300 inputs, 500 units")
def test_fans_count_the_weights_into_one_unit_and_out_of_one_input(subject, shape):
    W = np.zeros(shape)
    assert tuple(subject.init.fans(shape)) == (W[0].size, W[:, 0].size)


@law("INIT-06", "INIT-07", level="definition")
@pytest.mark.parametrize("scheme", STD)
@given(SHAPES, SEEDS)
def test_a_normal_scheme_is_normal_with_the_spread_of_its_formula(subject, scheme, shape, seed):
    fan_in, fan_out = math.prod(shape[1:]), shape[0] * math.prod(shape[2:])
    W = getattr(subject.init, scheme)(shape, seed)
    assert close(W, subject.init.normal(shape, seed, std=STD[scheme](fan_in, fan_out)), 1e-15)


@law("INIT-06", "INIT-07", level="definition")
@pytest.mark.parametrize("scheme", BOUND)
@given(SHAPES, SEEDS)
def test_a_uniform_scheme_is_uniform_within_the_bound_of_its_formula(subject, scheme, shape, seed):
    fan_in, fan_out = math.prod(shape[1:]), shape[0] * math.prod(shape[2:])
    W = getattr(subject.init, scheme)(shape, seed)
    assert close(W, subject.init.uniform(shape, seed, bound=BOUND[scheme](fan_in, fan_out)), 1e-15)


@law("INIT-06", "INIT-07", level="definition")
def test_the_worked_figures_of_500_units(subject):
    unit_normal, unit_uniform = subject.init.normal((500, 500), 1, std=1), subject.init.uniform((500, 500), 1, bound=1)
    for scheme, unit, figure in [
        ("xavier_normal", unit_normal, 0.0447214),
        ("xavier_uniform", unit_uniform, 0.0774597),
        ("he_normal", unit_normal, 0.0632456),
    ]:
        W = getattr(subject.init, scheme)((500, 500), 1)
        assert np.abs(W - figure * unit).max() <= 5e-8 * np.abs(unit).max()


@law("INIT-03", "INIT-04", level="definition")
@given(SEEDS, st.sampled_from([0, 0.01, 0.25, 1, 2.5]))
def test_the_spread_scales_the_draws_and_is_one_hundredth_by_default(subject, seed, scale):
    unit = subject.init.normal((3, 4), seed, std=1)
    assert t12(subject.init.normal((3, 4), seed, std=scale), scale * unit)
    assert t12(subject.init.normal((3, 4), seed), 0.01 * unit)
    unit = subject.init.uniform((3, 4), seed, bound=1)
    assert t12(subject.init.uniform((3, 4), seed, bound=scale), scale * unit)
    assert t12(subject.init.uniform((3, 4), seed), 0.01 * unit)


@law("INIT-03", "INIT-04", level="law")
def test_normal_weights_have_mean_zero_spread_one_and_the_bell_s_tails(subject):
    w = subject.init.normal((400, 250), 11, std=1).ravel()  # 100 000 draws; five standard errors each
    error = 5 / math.sqrt(w.size)
    assert abs(w.mean()) <= error
    assert abs(w.std() - 1) <= error / math.sqrt(2)
    for beyond in (0.5, 1, 2, 3):
        p = math.erfc(beyond / math.sqrt(2))
        assert abs((np.abs(w) > beyond).mean() - p) <= error * math.sqrt(p * (1 - p))


@law("INIT-06", level="law")
def test_uniform_weights_fill_their_interval_evenly(subject):
    w = subject.init.uniform((400, 250), 12, bound=1).ravel()
    error = 5 / math.sqrt(w.size)
    assert abs(w.std() - math.sqrt(1 / 3)) <= error
    for edge in (-0.75, -0.5, 0, 0.25, 0.9):
        p = (edge + 1) / 2
        assert abs((w < edge).mean() - p) <= error * math.sqrt(p * (1 - p))


@law("INIT-06", "INIT-07", level="law")
@pytest.mark.parametrize("scheme", STD)
@pytest.mark.parametrize("shape, fan_in, fan_out", LAYERS)
def test_the_sample_variance_of_a_normal_scheme_is_its_formula_s(subject, scheme, shape, fan_in, fan_out):
    W = getattr(subject.init, scheme)(shape, 21)
    assert abs(W.std() / STD[scheme](fan_in, fan_out) - 1) <= 5 / math.sqrt(2 * W.size)


@law("INIT-06", "INIT-07", level="extreme")
@pytest.mark.parametrize("scheme", BOUND)
@pytest.mark.parametrize("shape, fan_in, fan_out", LAYERS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_no_draw_of_a_uniform_scheme_leaves_its_bound_and_some_come_near(
    subject, scheme, shape, fan_in, fan_out, dtype
):
    W = getattr(subject.init, scheme)(shape, 22, dtype=dtype)
    bound = dtype(BOUND[scheme](fan_in, fan_out))
    assert (np.abs(W) <= bound).all()
    assert W.max() > 0.99 * bound and W.min() < -0.99 * bound  # 4200 draws or more: missed once in 10^9


@law("INIT-06", level="theorem")
@given(SEEDS, st.integers(1, 9))
def test_one_over_fan_in_is_xavier_for_as_many_units_as_inputs_and_never_else(subject, seed, n):
    simple = subject.init.normal((n, n), seed, std=math.sqrt(1 / n))
    assert close(subject.init.xavier_normal((n, n), seed), simple, 1e-15)
    simple = subject.init.normal((3 * n, n), seed, std=math.sqrt(1 / n))  # three units for each input
    assert t12(subject.init.xavier_normal((3 * n, n), seed), simple / math.sqrt(2))


# One hidden layer, written out: what the first weights do to learning.


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


HIDDEN = {  # f, and f' as a function of z
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "relu, slope 1 at 0": (lambda z: np.maximum(z, 0), lambda z: (z >= 0) * 1.0),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
}


def gradients(params, X, T, hidden):
    """Return the gradients of the squared error of a net with one hidden layer and linear outputs."""
    f, f_prime = HIDDEN[hidden]
    W1, b1, W2, b2 = params
    Z = X @ W1.T + b1
    A = f(Z)
    delta2 = 2 * (A @ W2.T + b2 - T) / len(X)
    delta1 = (delta2 @ W2) * f_prime(Z)
    return delta1.T @ X, delta1.sum(axis=0), delta2.T @ A, delta2.sum(axis=0)


@law("INIT-01", level="theorem")
@pytest.mark.parametrize("hidden", ["tanh", "relu", "relu, slope 1 at 0"])
@given(SEEDS)
def test_from_zero_weights_only_the_output_bias_ever_moves(subject, hidden, seed):
    X, T = normal(seed, 5, 3), normal(seed + 1, 5, 2)
    params = [subject.init.zeros((4, 3)), np.zeros(4), subject.init.zeros((2, 4)), np.zeros(2)]
    for _ in range(5):
        dW1, db1, dW2, db2 = gradients(params, X, T, hidden)
        assert not dW1.any() and not db1.any() and not dW2.any()
        params[3] = params[3] - 0.1 * db2
    assert params[3].all()


@law("INIT-01", level="theorem")
@given(SEEDS, st.integers(2, 20))
def test_from_zero_weights_sigmoid_units_move_but_stay_copies_of_one_another(subject, seed, steps):
    X, T = normal(seed, 5, 3), normal(seed + 1, 5, 2)
    params = [subject.init.zeros((4, 3)), np.zeros(4), subject.init.zeros((2, 4)), np.zeros(2)]
    moved = []
    for _ in range(steps):
        grads = gradients(params, X, T, "sigmoid")
        params = [p - 0.1 * g for p, g in zip(params, grads, strict=True)]
        moved.append(params[0].any())
    W1, _, W2, _ = params
    assert moved == [False] + [True] * (steps - 1)
    assert t12(W1, np.tile(W1[0], (4, 1)))
    assert t12(W2, np.tile(W2[:, :1], (1, 4)))
    assert np.linalg.matrix_rank(W1, tol=1e-12) == 1


def adam(t, g, m, v):
    m[...] = 0.9 * m + 0.1 * g
    v[...] = 0.999 * v + 0.001 * g**2
    return m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def momentum(t, g, m, v):
    m[...] = 0.9 * m + g
    return m


def adagrad(t, g, m, v):
    v[...] = v + g**2
    return g / (np.sqrt(v) + 1e-8)


RULES = {"gradient descent": lambda t, g, m, v: g, "momentum": momentum, "Adagrad": adagrad, "Adam": adam}


@law("INIT-02", level="theorem")
@pytest.mark.parametrize("rule", RULES)
@given(SEEDS)
def test_units_that_start_alike_stay_alike_under_any_rule_per_coordinate(subject, rule, seed):
    X, T = normal(seed, 6, 3), normal(seed + 1, 6, 2)
    W1, W2 = subject.init.xavier_normal((4, 3), seed), subject.init.xavier_normal((2, 4), seed + 1)
    W1[1], W2[:, 1] = W1[0], W2[:, 0]  # units 0 and 1: equal weights in and out
    params = [W1, np.zeros(4), W2, np.zeros(2)]
    memory = [(np.zeros_like(p), np.zeros_like(p)) for p in params]
    for t in range(1, 21):
        grads = gradients(params, X, T, "tanh")
        params = [p - 0.01 * RULES[rule](t, g, *m) for p, g, m in zip(params, grads, memory, strict=True)]
    assert t12(params[0][1], params[0][0]) and t12(params[2][:, 1], params[2][:, 0])
    assert not np.isclose(params[0][2], params[0][0]).all()  # the others go their own way


# Ten layers of 500 units on normal input, as on the slides.


def ten_layers(f, f_prime, weights, samples=250):
    """Return the activations of every layer and the size of the gradient at every layer, 10 down to 1."""
    rng = np.random.default_rng(33)
    A, Ws, As, sizes = rng.standard_normal((samples, 500)), [], [], []
    for _ in range(10):
        Ws.append(weights((500, 500), rng))
        As.append(A := f(A @ Ws[-1].T))
    upstream = rng.standard_normal(A.shape)
    for W, A in zip(reversed(Ws), reversed(As), strict=True):
        delta = upstream * f_prime(A)
        sizes.append(math.sqrt((delta**2).mean()))
        upstream = delta @ W
    return As, sizes


def tanh_layers(weights):
    return ten_layers(np.tanh, lambda A: 1 - A**2, weights)


@law("INIT-03", level="theorem")
def test_with_small_weights_signals_and_gradients_die_out_by_the_same_factor(subject):
    As, sizes = tanh_layers(subject.init.normal)  # 0.01 by default
    figures = [0.214, 0.0476, 0.0106, 2.38e-3, 5.3e-4, 1.18e-4, 2.64e-5, 5.9e-6, 1.32e-6, 2.9e-7]
    assert all(abs(A.std() / figure - 1) <= 0.1 for A, figure in zip(As, figures, strict=True))
    assert abs((As[9].std() / As[0].std()) ** (1 / 9) / 0.2236 - 1) <= 0.05
    assert abs((sizes[9] / sizes[0]) ** (1 / 9) / 0.2236 - 1) <= 0.05
    assert abs(sizes[0] - 1) <= 0.1 and abs(sizes[9] / 1.3e-6 - 1) <= 0.1


@law("INIT-04", level="theorem")
def test_with_big_weights_everything_saturates_and_yet_the_gradient_grows(subject):
    As, sizes = tanh_layers(lambda shape, rng: subject.init.normal(shape, rng, std=1))
    for A in As:
        assert 0.92 <= (np.abs(A) > 0.95).mean() <= 0.95
        assert abs((np.abs(A) > 0.99).mean() - 0.90) <= 0.01
        assert abs(A.std() - 0.982) <= 0.002
    theory = math.erfc(math.atanh(0.95) / math.sqrt(500) / math.sqrt(2))  # z has spread sqrt(500) in layer 1
    assert abs(theory - 0.9347) <= 5e-5 and abs((np.abs(As[0]) > 0.95).mean() - theory) <= 0.005
    growth = (sizes[9] / sizes[0]) ** (1 / 9)
    assert abs(growth / 3.48 - 1) <= 0.02
    assert abs(math.sqrt(500 * np.mean([((1 - A**2) ** 2).mean() for A in As])) / 3.48 - 1) <= 0.02
    assert abs(sizes[0] / 0.156 - 1) <= 0.1 and abs(sizes[9] / 1.15e4 - 1) <= 0.2  # nine layers of noise multiply


@law("INIT-06", level="theorem")
@pytest.mark.parametrize("scheme", ["xavier_normal", "xavier_uniform"])
def test_xavier_keeps_the_signal_of_ten_tanh_layers_alive(subject, scheme):
    As, _ = tanh_layers(getattr(subject.init, scheme))
    figures = [0.63, 0.49, 0.41, 0.36, 0.32, 0.29, 0.27, 0.26, 0.24, 0.23]
    assert all(abs(A.std() / figure - 1) <= 0.05 for A, figure in zip(As, figures, strict=True))


@law("INIT-07", level="theorem")
@pytest.mark.parametrize("scheme, share", [("he_normal", 1), ("he_uniform", 1), ("xavier_normal", 2**-10)])
def test_he_keeps_the_signal_of_ten_relu_layers_where_xavier_halves_it_in_each(subject, scheme, share):
    weights = getattr(subject.init, scheme)
    As, _ = ten_layers(lambda Z: np.maximum(Z, 0), lambda A: A > 0, weights)
    assert 0.7 <= (As[9] ** 2).mean() / share <= 1.4


@law("INIT-05", level="definition")
@given(exact_arrays((2, 3)), st.integers(1, 5), st.integers(0, 16).map(lambda i: i / 8))
def test_the_expected_square_is_units_times_variance_times_the_signal_s_own(subject, x, m, s):
    expected = [m * s * s * sum(v * v for v in row) for row in x.tolist()]
    assert subject.init.expected_square(x, m, s).tolist() == expected


@law("INIT-05", level="theorem")
@given(st.integers(1, 8).flatmap(lambda d: integer_arrays(d)), st.integers(0, 16).map(lambda i: i / 8))
def test_over_all_signs_of_a_row_the_mean_square_is_exactly_the_expected_one(subject, x, s):
    rows = s * np.array(list(itertools.product([-1, 1], repeat=x.size)))  # every row with entries +s or -s
    assert ((rows @ x) ** 2).mean() == subject.init.expected_square(x, 1, s)


@law("INIT-05", level="theorem")
@pytest.mark.parametrize("scheme, variance", [("normal", 0.25), ("uniform", 0.25 / 3)])
def test_a_random_layer_stretches_a_signal_by_its_units_times_its_variance(subject, scheme, variance):
    x = normal(44, 300)
    W = getattr(subject.init, scheme)((5000, 300), 45, 0.5)
    expected = subject.init.expected_square(x, 5000, math.sqrt(variance))
    assert abs(((W @ x) ** 2).sum() / expected - 1) <= 5 * math.sqrt(2 / 5000)


@law("INIT-07", level="theorem")
@pytest.mark.parametrize("scheme", ["he_normal", "he_uniform"])
def test_a_layer_and_its_mirror_image_share_twice_the_square_of_the_signal_evenly_between_their_relus(subject, scheme):
    x = normal(3, 50)
    z = getattr(subject.init, scheme)((20_000, 50), 31) @ x
    up, down = ((np.maximum(side, 0) ** 2).mean() for side in (z, -z))
    square = 2 * (x**2).mean()  # 2 / 50 times the sum; five standard errors of at most sqrt(5 / 20 000) each
    assert abs(up + down - square) <= 0.06 * square
    assert abs(up - down) <= 0.08 * square


@law("INIT-01", level="extreme")
def test_zeros_are_zero_with_or_without_a_generator_which_they_leave_alone(subject):
    rng = np.random.default_rng(5)
    before = rng.bit_generator.state
    assert not subject.init.zeros((3, 2), rng).any() and not subject.init.zeros((3, 2)).any()
    assert rng.bit_generator.state == before
