"""Laws of universality: three nets built by hand, the error each is proved to keep, and what no net can do.

Functions on [0, 1] are drawn as polygons or waves with a known Lipschitz constant; nets are evaluated here in plain
NumPy, so that a law about a net does not lean on the subject's own evaluation.
"""

from math import ceil, exp, log, pi

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, SEEDS, exact_arrays, normal, t9, t12

CELLS = st.integers(1, 20)
POWERS = st.integers(0, 4).map(lambda k: 2**k)
STEEP = st.integers(1, 4000).map(float)
PHI = {
    "step": lambda z: (z >= 0) * 1.0,
    "sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "square": np.square,
}


def g(net, x, phi):
    """The values of a net with one input, one hidden layer and one output at points x."""
    W, b, V, c = net
    return PHI[phi](np.multiply.outer(x, W[:, 0]) + b) @ V[0] + c[0]


def grid(cells):
    """Points of [0, 1] with the borders, the middles and sixteenths of all cells."""
    return np.arange(16 * cells + 1) / (16 * cells)


def off(f, net, phi, x):
    """How far a net is off from f at its worst on x."""
    return np.abs(f(x) - g(net, x, phi)).max()


def wave(x):
    return np.sin(2 * pi * x)


@st.composite
def functions(draw):
    """A polygon or a wave on [0, 1] and its Lipschitz constant."""
    if draw(st.booleans()):
        y = draw(exact_arrays(st.integers(2, 6)))
        return (lambda x: np.interp(x, np.linspace(0, 1, len(y)), y)), float(np.abs(np.diff(y)).max() * (len(y) - 1))
    size, k, phase = draw(EXACT), draw(st.integers(1, 3)), draw(EXACT)
    return (lambda x: size * np.sin(2 * pi * k * x + phase)), abs(size) * 2 * pi * k


@st.composite
def nets(draw, dtype=np.float64):
    """Samples X (n, N) and W (m, N), b (m,), V (K, m), c (K,)."""
    n, N, m, K = draw(st.permutations(range(1, 6)))[:4]
    return [draw(exact_arrays(shape, dtype)) for shape in [(n, N), (m, N), (m,), (K, m), (K,)]]


def small_net(seed, units):
    """A generic net with one input and one output."""
    return normal(seed, units, 1), normal(seed + 1, units), normal(seed + 2, 1, units), normal(seed + 3, 1)


# Nets with one hidden layer


@law("UNI-01", level="definition")
@given(nets(), st.sampled_from(["relu", "step", "square"]))
def test_a_net_with_one_hidden_layer_weighs_bent_sums(subject, case, phi):
    X, W, b, V, c = case
    for x, row in zip(X, subject.universal.one_hidden_layer(X, W, b, V, c, phi), strict=True):
        h = [float(PHI[phi](sum(w * xi for w, xi in zip(W[j], x, strict=True)) + b[j])) for j in range(len(b))]
        assert row.tolist() == [sum(v * hj for v, hj in zip(V[k], h, strict=True)) + c[k] for k in range(len(c))]


@law("UNI-01", level="shape")
@given(FLOATS.flatmap(lambda dtype: nets(dtype=dtype)))
def test_it_keeps_the_dtype_and_leaves_its_arguments_alone(subject, case):
    before = [p.copy() for p in case]
    Y = subject.universal.one_hidden_layer(*case, "relu")
    assert Y.shape == (len(case[0]), len(case[4])) and Y.dtype == case[0].dtype
    Y[...] = 99
    assert all((p == q).all() for p, q in zip(case, before, strict=True))


@law("UNI-01", level="extreme")
def test_without_hidden_units_or_without_samples_there_is_still_a_net(subject):
    W, b, V, c = np.zeros((0, 2)), np.zeros(0), np.zeros((3, 0)), np.array([1.0, 2, 3])
    assert subject.universal.one_hidden_layer(np.ones((2, 2)), W, b, V, c, "relu").tolist() == [[1, 2, 3], [1, 2, 3]]
    assert subject.universal.one_hidden_layer(np.ones((0, 2)), W, b, V, c, "relu").shape == (0, 3)


@law("UNI-01", level="theorem")
@given(functions(), st.sampled_from([4.0, 1.0, 0.25]))
def test_any_error_above_zero_can_be_had_with_enough_hidden_units(subject, case, epsilon):
    f, L = case
    n = subject.universal.cells_enough(L, epsilon)
    x = np.arange(2001) / 2000
    assert off(f, subject.universal.relu_net(f, n), "relu", x) <= epsilon + 1e-9
    assert off(f, subject.universal.step_net(f, n), "step", x) <= epsilon + 1e-9


@law("UNI-01", level="definition")
@given(st.integers(0, 80), st.integers(1, 80))
@example(0, 1).via("a constant needs one cell")
def test_enough_is_the_first_number_of_cells_whose_half_width_times_the_constant_is_at_most_epsilon(subject, L, e):
    n = subject.universal.cells_enough(L / 8, e / 8)
    assert 2 * n * e >= L
    assert n == 1 or 2 * (n - 1) * e < L


@law("UNI-01", level="theorem")
@given(SEEDS.map(lambda seed: [np.round(8 * p) / 8 for p in small_net(seed, 40)]))
def test_a_net_of_polynomial_units_is_a_polynomial_of_one_degree_however_wide_so_it_is_not_universal(subject, net):
    x = np.arange(5) / 4
    y = subject.universal.one_hidden_layer(x[:, np.newaxis], *net, "square").ravel()
    assert np.diff(y, n=3).tolist() == [0, 0]  # a parabola
    # hence it misses the zigzag 0, 1, 0, 1, 0, whose third difference is 4 in size, by 4 / (1 + 3 + 3 + 1) = 1/2
    assert np.abs(y - [0, 1, 0, 1, 0]).max() >= 0.5


# Steps


@law("UNI-02", level="definition")
@given(POWERS, exact_arrays(16))
def test_the_staircase_has_in_each_cell_the_value_of_the_middle(subject, n, y):
    net = subject.universal.step_net(lambda x: y[(x * 16).astype(int)], n)
    x = np.arange(16) / 16
    assert g(net, x, "step").tolist() == [y[int(16 * (i // (16 // n) + 0.5) / n)] for i in range(16)]


@law("UNI-02", level="definition")
@given(CELLS)
def test_there_is_a_step_for_each_border_inside_and_none_else(subject, n):
    W, b, V, c = subject.universal.step_net(lambda x: x, n)
    assert [p.shape for p in (W, b, V, c)] == [(n - 1, 1), (n - 1,), (1, n - 1), (1,)]
    assert t12(-b / W[:, 0], [i / n for i in range(1, n)])
    assert t12(V[0], [1 / n] * (n - 1))
    assert t12(c, [0.5 / n])


@law("UNI-02", level="theorem")
@given(functions(), CELLS)
def test_the_staircase_keeps_its_bound(subject, case, n):
    f, L = case
    assert off(f, subject.universal.step_net(f, n), "step", grid(n)) <= subject.universal.step_net_bound(L, n) + 1e-12


@law("UNI-02", level="theorem")
@given(st.integers(0, 80), POWERS)
def test_a_straight_line_attains_the_bound_of_the_staircase(subject, slope, n):
    net = subject.universal.step_net(lambda x: slope * x, n)
    assert off(lambda x: slope * x, net, "step", grid(n)) == subject.universal.step_net_bound(slope, n)


@law("UNI-02", level="definition")
@pytest.mark.parametrize("n, error, bound", [(4, 0.707107, 0.7854), (8, 0.382683, 0.3927), (16, 0.195090, 0.1963)])
def test_the_figures_of_the_staircase_for_a_sine(subject, n, error, bound):
    net = subject.universal.step_net(wave, n)
    assert round(off(wave, net, "step", grid(n)), 6) == error
    assert round(subject.universal.step_net_bound(2 * pi, n), 4) == bound


# Sigmoids


@law("UNI-03", level="law")
@given(st.integers(-64, 64).filter(bool).map(lambda k: k / 128), STEEP)
def test_a_steep_sigmoid_differs_from_the_step_by_less_than_e_to_minus_steepness_times_distance(subject, t, beta):
    edge = subject.universal.sigmoid_net(lambda x: 2 * x - 0.5, 2, beta)  # f(1/4) = 0, f(3/4) = 1: one unit alone
    gap = abs(g(edge, np.array([0.5 + t]), "sigmoid")[0] - (t >= 0))
    assert gap <= exp(-beta * abs(t)) + 1e-15
    assert gap <= 0.5
    assert g(edge, np.array([0.5]), "sigmoid").tolist() == [0.5]


@law("UNI-03", level="definition")
@given(functions(), CELLS, STEEP)
def test_each_step_at_a_border_becomes_a_sigmoid_of_the_given_steepness(subject, case, n, beta):
    f = case[0]
    y = [float(f(np.array([(i + 0.5) / n]))[0]) for i in range(n)]
    x = np.array([-0.5, 0.3, 0.8, 1.5])
    stairs = [(y[i] - y[i - 1]) * PHI["sigmoid"](beta * (x - i / n)) for i in range(1, n)]
    assert t9(g(subject.universal.sigmoid_net(f, n, beta), x, "sigmoid"), y[0] + np.sum([0 * x, *stairs], axis=0))


@law("UNI-03", level="theorem")
@given(functions(), CELLS, STEEP)
def test_the_rounded_staircase_keeps_its_bound(subject, case, n, beta):
    f, L = case
    bound = subject.universal.sigmoid_net_bound(L, n, beta)
    assert off(f, subject.universal.sigmoid_net(f, n, beta), "sigmoid", grid(n)) <= bound + 1e-9


@law("UNI-03", level="definition")
@given(EXACT.map(abs), CELLS, STEEP)
def test_the_bound_of_the_rounded_staircase_is_its_formula(subject, L, n, beta):
    assert t12(subject.universal.sigmoid_net_bound(L, n, beta), L / n + L * exp(-beta / (2 * n)))


@law("UNI-03", level="definition")
@pytest.mark.parametrize(
    "n, beta, error, bound", [(8, 100, 0.3827, 0.7975), (16, 400, 0.1951, 0.3927), (64, 2000, 0.0491, 0.0982)]
)
def test_the_figures_of_the_rounded_staircase_for_a_sine(subject, n, beta, error, bound):
    net = subject.universal.sigmoid_net(wave, n, beta)
    assert round(off(wave, net, "sigmoid", grid(n)), 4) == error
    assert round(subject.universal.sigmoid_net_bound(2 * pi, n, beta), 4) == bound


# ReLUs


@law("UNI-04", level="theorem")
@given(functions(), CELLS)
def test_the_polygon_is_exact_at_the_borders_of_its_cells(subject, case, n):
    f, nodes = case[0], np.arange(n + 1) / n
    assert t9(g(subject.universal.relu_net(f, n), nodes, "relu"), f(nodes))


@law("UNI-04", level="definition")
@given(exact_arrays(9))
def test_the_units_of_the_polygon_are_its_changes_of_slope(subject, y):
    W, b, V, c = subject.universal.relu_net(lambda x: y[np.rint(8 * x).astype(int)], 8)
    s = [8 * (y[i + 1] - y[i]) for i in range(8)]
    assert W.tolist() == [[1]] * 8
    assert b.tolist() == [-i / 8 for i in range(8)]
    assert V.tolist() == [[s[0], *(s[i] - s[i - 1] for i in range(1, 8))]]
    assert c.tolist() == [y[0]]


@law("UNI-04", level="theorem")
@given(functions(), CELLS)
def test_the_polygon_keeps_its_bound(subject, case, n):
    f, L = case
    assert off(f, subject.universal.relu_net(f, n), "relu", grid(n)) <= subject.universal.relu_net_bound(L, n) + 1e-9


@law("UNI-04", level="theorem")
@given(EXACT, st.integers(1, 3), EXACT, CELLS)
def test_for_a_smooth_function_it_keeps_the_square_of_it(subject, size, k, phase, n):
    def f(x):
        return size * np.sin(2 * pi * k * x + phase)

    bound = subject.universal.relu_net_smooth_bound(abs(size) * (2 * pi * k) ** 2, n)
    assert off(f, subject.universal.relu_net(f, n), "relu", grid(n)) <= bound + 1e-9


@law("UNI-04", level="theorem")
@given(st.integers(0, 80), POWERS)
def test_teeth_and_parabolas_attain_the_two_bounds(subject, size, n):
    def teeth(x):
        return size * np.abs(x - np.rint(n * x) / n)  # zero at every border: the net sees nothing

    def parabola(x):
        return size * x**2

    off_teeth = off(teeth, subject.universal.relu_net(teeth, n), "relu", grid(n))
    off_parabola = off(parabola, subject.universal.relu_net(parabola, n), "relu", grid(n))
    assert off_teeth == subject.universal.relu_net_bound(size, n)
    assert off_parabola == subject.universal.relu_net_smooth_bound(2 * size, n)


@law("UNI-04", level="definition")
@pytest.mark.parametrize("n, error, bound", [(4, 0.210514, 0.30843), (8, 0.070378, 0.07711), (16, 0.018846, 0.01928)])
def test_the_figures_of_the_polygon_for_a_sine(subject, n, error, bound):
    x = np.arange(100_001) / 100_000
    assert round(off(wave, subject.universal.relu_net(wave, n), "relu", x), 6) == error
    assert round(subject.universal.relu_net_smooth_bound(4 * pi**2, n), 5) == bound


@law("UNI-02", "UNI-03", "UNI-04", level="law")
@given(functions(), functions(), functions(), CELLS)
def test_a_net_with_several_outputs_is_one_net_for_each_that_share_their_hidden_units(subject, p, q, r, n):
    fs = [p[0], q[0], r[0]]
    for build, options in [("step_net", []), ("sigmoid_net", [50.0]), ("relu_net", [])]:
        make = getattr(subject.universal, build)
        W, b, V, c = make(lambda x: np.stack([f(x) for f in fs], axis=-1), n, *options)
        assert V.shape == (3, len(b)) and c.shape == (3,)
        for k, f in enumerate(fs):
            single = make(f, n, *options)
            assert all((one == of).all() for one, of in zip(single, (W, b, V[k : k + 1], c[k : k + 1]), strict=True))


@law("UNI-02", "UNI-03", "UNI-04", level="shape")
@given(FLOATS)
def test_the_nets_are_float64_and_share_no_memory_with_what_the_function_returned(subject, dtype):
    y = np.arange(10, dtype=dtype).reshape(5, 2)
    nets = [subject.universal.step_net(lambda x: y, 5), subject.universal.relu_net(lambda x: y, 4)]
    for p in [p for net in [*nets, subject.universal.sigmoid_net(lambda x: y, 5, 9.0)] for p in net]:
        assert p.dtype == np.float64
        p[...] = 99
    assert y.ravel().tolist() == list(range(10))


# What no net can do


@law("UNI-05", level="definition")
@given(exact_arrays((2, 3)), exact_arrays(2), st.integers(1, 16).map(lambda i: i / 8))
def test_the_missed_point_is_twice_the_largest_output_and_one(subject, V, c, B):
    expected = [2 * (abs(c[k]) + B * sum(abs(v) for v in V[k])) + 1 for k in range(2)]
    assert subject.universal.missed_point(V, c, B).tolist() == expected
    assert subject.universal.missed_point(V, c).tolist() == subject.universal.missed_point(V, c, 1.0).tolist()


@law("UNI-05", level="shape")
@given(FLOATS)
def test_the_missed_point_keeps_the_dtype_and_leaves_its_arguments_alone(subject, dtype):
    V, c = -np.ones((2, 3), dtype), -np.ones(2, dtype)
    x0 = subject.universal.missed_point(V, c)
    assert x0.dtype == dtype and x0.shape == (2,)
    x0[...] = 99
    assert (V == -1).all() and (c == -1).all()


@law("UNI-05", level="theorem")
@given(SEEDS, st.integers(0, 12), st.sampled_from(["step", "sigmoid", "tanh"]))
def test_a_net_of_bounded_units_is_more_than_half_the_way_off_from_x_at_the_missed_point(subject, seed, units, phi):
    net = small_net(seed, units)
    x0 = subject.universal.missed_point(*net[2:])
    assert abs(x0 - g(net, x0, phi)) > x0 / 2


@law("UNI-05", level="theorem")
@given(SEEDS, st.integers(1, 12), st.integers(0, 8).map(lambda k: 4.0**k))
def test_a_net_of_relus_is_a_straight_line_far_out_so_it_misses_the_parabola_by_any_amount(subject, seed, units, h):
    net = [np.round(8 * p) / 8 for p in small_net(seed, units)]  # weights in eighths: exact
    kinks = [abs(b / w) for w, b in zip(net[0][:, 0], net[1], strict=True) if w]
    x = ceil(max(kinks, default=0)) + h * np.arange(3)
    y = subject.universal.one_hidden_layer(x[:, np.newaxis], *net, "relu").ravel()
    assert y[0] - 2 * y[1] + y[2] == 0
    assert np.abs(x**2 - y).max() >= h**2 / 2  # the parabola bends by 2 h^2 there


@law("UNI-05", "E-18", level="theorem")
@given(SEEDS, st.integers(1, 12))
def test_a_net_of_analytic_units_never_equals_the_absolute_value_yet_comes_as_close_as_one_likes(subject, seed, units):
    net = small_net(seed, units)
    h = 1 / (1 + np.abs(net[2][0] * net[0][:, 0] ** 2).sum())
    y = subject.universal.one_hidden_layer(np.array([[-h], [0], [h]]), *net, "sigmoid").ravel()
    assert y[0] - 2 * y[1] + y[2] <= h / 8  # |sigma''| < 1/10: the net bends little, |x| bends by 2 h
    assert np.abs(y - [h, 0, h]).max() > 0.4 * h

    near = subject.universal.sigmoid_net(lambda x: np.abs(x - 0.5), 200, 4000.0)
    assert off(lambda x: np.abs(x - 0.5), near, "sigmoid", grid(200)) <= 0.01


@law("E-18", level="theorem")
@given(SEEDS, st.integers(1, 12), st.sampled_from(["sigmoid", "tanh", "relu"]))
def test_no_continuous_net_comes_near_the_indicator_of_a_region_at_its_border_though_it_may_everywhere_else(
    subject, seed, units, phi
):
    net = small_net(seed, units)
    delta = 0.02 / (1 + np.abs(net[2][0] * net[0][:, 0]).sum())  # the net rises by less than 0.02 over this distance
    y = subject.universal.one_hidden_layer(np.array([[0.5 - delta], [0.5]]), *net, phi).ravel()
    assert np.abs(y - [0, 1]).max() >= 0.49

    def region(x):
        return (x >= 0.5) * 1.0

    inside = grid(1)[np.abs(grid(1) - 0.5) >= 1 / 16]
    assert off(region, subject.universal.sigmoid_net(region, 2, 400.0), "sigmoid", inside) <= exp(-400 / 16) + 1e-15


@law("E-20", level="theorem")
@given(SEEDS, st.integers(1, 12), st.sampled_from([0.5, 0.1, 0.05]))
def test_a_continuous_function_is_not_realised_on_all_numbers_but_approximated_on_a_compact_set(
    subject, seed, units, epsilon
):
    slide = small_net(seed, units)
    x0 = float(subject.universal.missed_point(*slide[2:])[0])
    assert abs(x0 - g(slide, np.array([x0]), "sigmoid")[0]) > x0 / 2 >= 0.5

    n = ceil(2 / epsilon)  # 1/n + exp(-beta / 2n) <= epsilon/2 + epsilon/2
    right = subject.universal.sigmoid_net(lambda x: x, n, 2 * n * log(2 / epsilon))
    assert off(lambda x: x, right, "sigmoid", grid(n)) <= epsilon
    # and no number of units makes it x itself: the same net misses its own point far out
    far = float(subject.universal.missed_point(*right[2:])[0])
    assert abs(far - g(right, np.array([far]), "sigmoid")[0]) > far / 2


# Kolmogorov


def same(x):
    return x


def minus(x):
    return -x


INNER = [[same, same], [same, minus]]


@law("UNI-06", level="law")
@given(SEEDS, st.integers(0, 5))
def test_a_product_is_a_superposition_of_sums(subject, seed, n):
    X = normal(seed, n, 2)
    product = subject.universal.superposition(X, INNER, [lambda s: s**2 / 4, lambda s: -(s**2) / 4])
    assert t12(product, [x1 * x2 for x1, x2 in X.tolist()])


@law("UNI-06", level="law")
@given(SEEDS)
def test_another_function_takes_other_outer_functions_and_the_same_inner_ones(subject, seed):
    X = normal(seed, 4, 2)
    squares = subject.universal.superposition(X, INNER, [lambda s: s**2 / 2, lambda s: s**2 / 2])
    assert t12(squares, [x1 * x1 + x2 * x2 for x1, x2 in X.tolist()])


@law("UNI-06", level="definition")
@given(FLOATS, exact_arrays((2, 3)), exact_arrays((4, 3)))
def test_a_superposition_is_a_sum_over_outer_functions_of_sums_over_all_inputs(subject, dtype, X, weights):
    X = X.astype(dtype)
    before = X.copy()
    inner = [[lambda x, w=w: w * x for w in row] for row in weights]
    outer = [lambda s, j=j: (j + 1) * s * s for j in range(4)]
    expected = [
        sum((j + 1) * sum(w * xi for w, xi in zip(weights[j], x, strict=True)) ** 2 for j in range(4)) for x in X
    ]
    assert subject.universal.superposition(X, inner, outer).tolist() == expected
    assert (before == X).all()


@law("E-18", level="theorem")
@given(EXACT, EXACT, EXACT)
def test_the_inner_sum_runs_over_all_n_inputs_for_with_fewer_an_input_is_not_seen(subject, x1, x2, x3):
    outer = [lambda s: s**2 / 4, lambda s: -(s**2) / 4]
    X = np.array([[x1, x2], [x1, x3]])
    right = subject.universal.superposition(X, INNER, outer)
    assert right.tolist() == [x1 * x2, x1 * x3]
    slide = subject.universal.superposition(X[:, :1], [row[:1] for row in INNER], outer)  # d = 1 for n = 2
    assert slide[0] == slide[1]
    assert right[0] != right[1] or x1 == 0 or x2 == x3
