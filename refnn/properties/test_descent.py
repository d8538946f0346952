"""Laws of gradient descent: what every implementation obeys, ours and yours."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, SEEDS, close, exact_arrays, fd, gamma, normal, slope, t9, t12

RATES = st.integers(0, 32).map(lambda i: i / 16)
CURVATURES = st.sampled_from([0.25, 0.5, 1.0, 2.0, 8.0])


def positive_definite(seed, d=3):
    """Return a symmetric matrix with eigenvalues from 1/2 to 7/2."""
    Q, _ = np.linalg.qr(normal(seed, d, d))
    A = Q * (0.5 + np.abs(normal(seed + 9, d))) @ Q.T
    return (A + A.T) / 2


# One step


@law("GD-01", level="shape")
@given(FLOATS, FLOATS, FLOATS, st.booleans(), RATES)
def test_a_step_keeps_the_dtype_and_leaves_its_arguments_alone(subject, dtype, other, rate_dtype, each, rate):
    theta, gradient = np.ones((2, 3), dtype), np.full((2, 3), 0.5, other)
    eta = np.full((2, 3), rate, rate_dtype) if each else rate
    new = subject.descent.gradient_step(theta, gradient, eta)
    assert new.dtype == np.result_type(dtype, other, *[rate_dtype] * each) and new.shape == (2, 3)
    new[...] = 99
    assert (theta == 1).all() and (gradient == 0.5).all() and np.all(eta == rate)


@law("GD-01", level="definition")
@given(exact_arrays((2, 3)), exact_arrays((2, 3)), RATES)
def test_a_step_goes_down_the_gradient(subject, theta, gradient, rate):
    expected = [[w - rate * g for w, g in zip(*rows, strict=True)] for rows in zip(theta, gradient, strict=True)]
    assert (subject.descent.gradient_step(theta, gradient, rate) == expected).all()


@law("GD-01", level="law")
@given(exact_arrays((2, 3)), RATES)
def test_where_the_gradient_is_zero_nothing_moves(subject, theta, rate):
    assert (subject.descent.gradient_step(theta, np.zeros((2, 3)), rate) == theta).all()


@law("GD-01", level="theorem")
@given(SEEDS, st.floats(0, 2))
def test_a_step_on_a_quadratic_lowers_the_cost_by_as_much_as_the_lemma_promises(subject, seed, share):
    A, theta = positive_definite(seed), normal(seed + 1, 3)
    cost = lambda w: w @ A @ w / 2  # noqa: E731
    L, g = np.linalg.eigvalsh(A)[-1], A @ theta
    eta = share / L
    new = cost(subject.descent.gradient_step(theta, g, eta))
    assert new <= cost(theta) - eta * (1 - eta * L / 2) * g @ g + 1e-12 * (1 + cost(theta))


@law("GD-01", level="theorem")
@given(SEEDS, st.floats(0, 2))
def test_a_step_on_the_cost_of_logistic_regression_lowers_it_as_the_lemma_promises(subject, seed, share):
    X, y, theta = normal(seed, 6, 3), np.arange(6) % 2, normal(seed + 1, 3)
    cost = lambda w: np.logaddexp(0, X @ w).sum() - y @ X @ w  # noqa: E731
    L, g = np.linalg.eigvalsh(X.T @ X)[-1] / 4, X.T @ (1 / (1 + np.exp(-X @ theta)) - y)
    eta = share / L
    new = cost(subject.descent.gradient_step(theta, g, eta))
    assert new <= cost(theta) - eta * (1 - eta * L / 2) * g @ g + 1e-9 * (1 + cost(theta))


@law("E-02", level="theorem")
def test_the_step_goes_along_the_gradient_of_the_cost_not_of_the_output(subject):
    cost = lambda theta: theta**2 / 2  # noqa: E731  (L = f^2 / 2 with f = theta)
    slide = subject.descent.gradient_step(-1.0, 1.0, 0.5)  # df/dtheta = 1
    right = subject.descent.gradient_step(-1.0, -1.0, 0.5)  # dL/dtheta = theta = -1
    assert float(slide) == -1.5 and cost(-1.0) == 0.5 and cost(slide) == 1.125
    assert float(right) == -0.5 and cost(right) == 0.125


@law("GD-01", level="extreme")
def test_infinity_and_nan_flow_without_a_warning(subject):
    new = subject.descent.gradient_step([1e308, np.inf, np.nan, 1.0], [-1e308, np.inf, 1.0, 0.0], 4.0)
    assert np.array_equal(new, [np.inf, np.nan, np.nan, 1.0], equal_nan=True)


@law("GD-07", level="definition")
@given(exact_arrays((2, 3)), exact_arrays((2, 3)), st.data())
def test_each_parameter_may_have_its_own_rate(subject, theta, gradient, data):
    rates = np.abs(data.draw(exact_arrays((2, 3))))
    new = subject.descent.gradient_step(theta, gradient, rates)
    for i in np.ndindex(2, 3):
        assert new[i] == theta[i] - rates[i] * gradient[i]


@law("GD-07", level="theorem")
@given(st.lists(st.integers(1, 80).map(lambda i: i / 8), min_size=4, max_size=4).map(np.array), exact_arrays(4))
def test_with_the_inverse_curvature_as_rate_one_step_reaches_the_minimum(subject, curvature, w):
    assert t12(subject.descent.gradient_step(w, curvature * w, 1 / curvature), np.zeros(4))


@law("GD-07", level="theorem")
@given(SEEDS, st.sampled_from([0.125, 0.5, 1.5]))
def test_rates_of_their_own_are_plain_descent_after_rescaling(subject, seed, eta):
    curvature, w0 = np.abs(normal(seed, 4)) + 0.1, normal(seed + 1, 4)
    own = subject.descent.descend(lambda w: curvature * w, w0, eta / curvature, 20)
    plain = subject.descent.descend(lambda u: u, w0 * np.sqrt(curvature), eta, 20)
    assert t12(own * np.sqrt(curvature), plain)


# The walk


@law("GD-01", level="definition")
@given(FLOATS, st.sampled_from([(), (3,), (2, 3)]), st.integers(0, 4))
def test_the_walk_holds_every_point_from_the_start_on(subject, dtype, shape, steps):
    start = np.ones(shape, dtype)
    path = subject.descent.descend(lambda w: w, start, 0.5, steps)
    assert path.shape == (steps + 1, *shape) and path.dtype == dtype
    assert (path == 0.5 ** np.arange(steps + 1).reshape(-1, *[1] * len(shape))).all()
    path[...] = 99
    assert (start == 1).all()


@law("GD-01", level="definition")
@given(exact_arrays((3, 3)), exact_arrays(3), st.sampled_from([0.25, 0.5, 1.0]))
def test_every_point_of_the_walk_is_one_step_from_the_one_before(subject, M, start, eta):
    path = subject.descent.descend(lambda w: M @ w, start, eta, 5)
    w = start
    for point in path:
        assert (point == w).all()
        w = w - eta * (M @ w)


@law("GD-01", level="extreme")
def test_a_gradient_function_that_spoils_its_argument_does_no_harm(subject):
    def spoil(w):
        g = w.copy()
        w[...] = 99
        return g

    assert subject.descent.descend(spoil, np.ones(2), 0.5, 2).tolist() == [[1, 1], [0.5, 0.5], [0.25, 0.25]]


# Quadratics: how large the rate may be


@law("GD-02", level="theorem")
@pytest.mark.parametrize(
    "rate, after_ten", [(0.5, 0.0009765625), (1, 0), (1.9, 0.3486784401), (2, 1), (2.1, 2.5937424601)]
)
def test_after_ten_steps_on_a_parabola(subject, rate, after_ten):
    walked = subject.descent.descend(lambda w: w, 1.0, rate, 10)[-1]
    known = subject.descent.quadratic_path(1.0, 1.0, rate, 10)[-1]
    assert t9(walked, after_ten) and t9(known, after_ten)


@law("GD-02", level="shape")
@given(CURVATURES, FLOATS, st.sampled_from([(), (3,), (2, 3)]))
def test_one_number_as_curvature_goes_with_any_shape_and_dtype(subject, curvature, dtype, shape):
    start = np.ones(shape, dtype)
    path = subject.descent.quadratic_path(curvature, start, 0.5, 3)
    assert path.shape == (4, *shape) and path.dtype == dtype
    path[...] = 99
    assert (start == 1).all()


@law("GD-02", level="definition")
@given(CURVATURES, exact_arrays((2, 3)), RATES.filter(bool), st.integers(0, 10))
def test_each_step_on_a_parabola_multiplies_by_one_minus_eta_lambda(subject, curvature, start, rate, steps):
    path = subject.descent.quadratic_path(curvature, start, rate, steps)
    assert path.shape == (steps + 1, 2, 3)
    for t, point in enumerate(path):
        assert t9(point, start * math.prod([1 - rate * curvature] * t))
    assert t9(path, subject.descent.descend(lambda w: curvature * w, start, rate, steps))


@law("GD-02", level="definition")
@given(SEEDS, st.floats(0.01, 1.1), FLOATS)
def test_on_a_quadratic_the_closed_form_is_the_walk(subject, seed, share, dtype):
    A, start = positive_definite(seed).astype(dtype), normal(seed + 1, 3, dtype=dtype)
    eta = share * 2 / float(np.linalg.eigvalsh(A)[-1])
    path = subject.descent.quadratic_path(A, start, eta, 10)
    walk = subject.descent.descend(lambda w: A.astype(float) @ w, start.astype(float), eta, 10)
    assert path.dtype == dtype
    assert t9(path, walk) if dtype == np.float64 else close(path, walk, gamma(100, dtype))


@law("GD-02", level="law")
@given(SEEDS, st.integers(0, 2), st.floats(0.01, 1.1))
def test_each_eigenvector_has_a_parabola_of_its_own(subject, seed, i, share):
    A = positive_definite(seed)
    eigenvalues, V = np.linalg.eigh(A)
    eta = share * 2 / eigenvalues[-1]
    path = subject.descent.quadratic_path(A, V[:, i], eta, 10)
    assert t9(path, np.multiply.outer((1 - eta * eigenvalues[i]) ** np.arange(11), V[:, i]))


@law("GD-02", level="theorem")
@given(CURVATURES, st.integers(1, 40).map(lambda i: i / 16))
@example(1.0, 1.0)
@example(0.5, 2.0)
def test_the_size_falls_below_the_threshold_stays_at_it_and_grows_beyond(subject, curvature, share):
    rate = share / curvature  # in units of 1 / lambda: the threshold is at 2
    path = subject.descent.descend(lambda w: curvature * w, 1.0, rate, 12)
    size = np.abs(path)
    assert (rate < subject.descent.convergence_threshold(curvature)) == (share < 2)
    assert (np.sign(np.diff(size[size > 0])) == np.sign(share - 2)).all()
    assert (path >= 0).all() == (share <= 1)  # up to half the threshold it never overshoots
    assert (path[1:] == 0).all() == (share == 1)  # one step
    assert share != 2 or (path == (-1.0) ** np.arange(13)).all()


@law("GD-02", level="theorem")
@given(SEEDS)
def test_for_a_matrix_the_largest_eigenvalue_sets_the_threshold(subject, seed):
    A = positive_definite(seed)
    threshold, top = subject.descent.convergence_threshold(A), np.linalg.eigh(A)[1][:, -1]
    assert t9(threshold, 2 / np.linalg.eigvalsh(A)[-1])
    end = lambda rate: np.linalg.norm(subject.descent.descend(lambda w: A @ w, top, rate, 50)[-1])  # noqa: E731
    assert end(0.95 * threshold) < 0.01 and end(1.05 * threshold) > 100


@law("GD-03", level="theorem")
@given(CURVATURES, EXACT.filter(bool), st.integers(1, 32).map(lambda i: i / 16))
def test_above_the_threshold_the_cost_rises_with_every_step(subject, curvature, start, excess):
    path = subject.descent.descend(lambda w: curvature * w, start, (2 + excess) / curvature, 8)
    assert (np.diff(curvature / 2 * path**2) > 0).all()


@law("GD-03", level="theorem")
@given(CURVATURES, st.floats(0.005, 1.995), st.sampled_from([0.5, 1e-2, 1e-6]))
@example(2.0, 1.0, 1e-2)
@example(1.0, 0.5, 0.5)
def test_the_steps_needed_are_those_the_walk_takes(subject, curvature, share, tolerance):
    needed = subject.descent.steps_needed(curvature, share / curvature, tolerance)
    size = np.abs(subject.descent.quadratic_path(curvature, 1.0, share / curvature, needed))
    assert size[needed] <= tolerance * (1 + 1e-9)
    assert size[needed - 1] > tolerance * (1 - 1e-9)  # one step less does not do


@law("GD-03", level="theorem")
@given(st.integers(3, 12).map(lambda k: 10.0**-k), st.sampled_from([1e-2, 1e-6]))
def test_a_small_rate_needs_steps_in_inverse_proportion(subject, share, tolerance):
    needed = subject.descent.steps_needed(2.0, share / 2, tolerance)
    assert abs(needed * share / math.log(1 / tolerance) - 1) <= share


# Two valleys


@law("GD-04", level="definition")
@given(exact_arrays((2, 3)))
def test_the_double_well_is_its_formula(subject, w):
    assert t12(subject.descent.double_well(w), [[(x**2 - 1) ** 2 + 0.3 * x for x in row] for row in w.tolist()])


@law("GD-04", level="shape")
@given(FLOATS, st.sampled_from([(), (2, 3)]))
def test_the_double_well_keeps_shape_and_dtype(subject, dtype, shape):
    for f in (subject.descent.double_well, subject.descent.double_well_prime):
        w = np.full(shape, 0.5, dtype)
        assert f(w).shape == shape and f(w).dtype == dtype and (w == 0.5).all()


@law("GD-04", level="gradient")
@given(SEEDS)
def test_the_slope_of_the_double_well_is_the_slope_of_its_cost(subject, seed):
    w = normal(seed, 4)
    assert fd(subject.descent.double_well_prime(w), slope(subject.descent.double_well, w))


@law("GD-04", "E-23", level="theorem")
def test_each_side_of_the_barrier_ends_in_its_own_valley(subject):
    starts = np.linspace(-2, 2, 401)
    starts = starts[np.abs(starts - 0.0754292) > 1e-3]
    ends = subject.descent.descend(subject.descent.double_well_prime, starts, 0.01, 1000)[-1]
    assert np.abs(ends - np.where(starts < 0.0754292, -1.0355787, 0.9601496)).max() <= 5e-8


@law("GD-04", level="theorem")
def test_the_valley_from_the_left_is_deeper_than_the_valley_from_the_right(subject):
    ends = subject.descent.descend(subject.descent.double_well_prime, [-2.0, 2.0], 0.01, 1000)[-1]
    assert ends.round(7).tolist() == [-1.0355787, 0.9601496]
    assert np.abs(subject.descent.double_well(ends) - [-0.3054285, 0.2941465]).max() <= 1e-7
    assert abs(subject.descent.double_well_prime(0.0754292)) <= 1e-6  # the barrier


@law("E-23", level="theorem")
@given(SEEDS)
def test_on_a_convex_cost_the_global_minimum_is_reached_from_everywhere(subject, seed):
    A, minimum = positive_definite(seed), normal(seed + 1, 3)
    for start in (np.zeros(3), normal(seed + 2, 3)):
        path = subject.descent.descend(lambda w: A @ (w - minimum), start, 1 / np.linalg.eigvalsh(A)[-1], 60)
        assert np.abs(path[-1] - minimum).max() < 0.01
    assert round(float(subject.descent.descend(lambda w: w, 1.0, 0.5, 10)[-1]), 5) == 0.00098


# Mini-batches


@law("GD-05", level="definition")
@given(st.integers(0, 20), st.integers(1, 25), SEEDS)
def test_an_epoch_visits_each_sample_once(subject, n, size, seed):
    batches = subject.descent.minibatches(n, size, np.random.default_rng(seed))
    assert sorted(i for batch in batches for i in batch.tolist()) == list(range(n))
    assert [len(batch) for batch in batches] == [size] * (n // size) + [n % size] * (n % size > 0)
    assert all(batch.dtype.kind == "i" for batch in batches)


@law("GD-05", level="law")
@given(SEEDS)
def test_the_next_epoch_is_shuffled_anew_and_the_same_seed_shuffles_the_same(subject, seed):
    rng = np.random.default_rng(seed)
    epochs = [np.concatenate(subject.descent.minibatches(40, 7, rng)).tolist() for _ in range(2)]
    again = np.concatenate(subject.descent.minibatches(40, 7, seed)).tolist()
    assert epochs[0] == again and epochs[0] != epochs[1]  # equal by chance once in 40! epochs


@law("GD-05", level="theorem")
def test_every_order_of_the_samples_is_equally_likely(subject):
    rng, count = np.random.default_rng(5), {}
    for _ in range(1200):
        order = tuple(np.concatenate(subject.descent.minibatches(3, 2, rng)).tolist())
        count[order] = count.get(order, 0) + 1
    assert len(count) == 6 and all(abs(times - 200) < 5 * math.sqrt(1200 * 5 / 36) for times in count.values())


@law("GD-05", level="shape")
@given(FLOATS)
def test_the_gradient_of_a_batch_keeps_dtype_and_arguments(subject, dtype):
    gradients, batch = np.ones((4, 2, 3), dtype), np.array([2, 0])
    for result in (
        subject.descent.minibatch_gradient(gradients, batch), subject.descent.minibatch_variance(gradients, 2)
    ):  # fmt: skip
        assert result.shape == (2, 3) and result.dtype == dtype
        result[...] = 99
    assert (gradients == 1).all() and batch.tolist() == [2, 0]


@law("GD-05", level="definition")
@given(exact_arrays((5, 2)), st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_the_gradient_of_a_batch_is_the_mean_of_its_samples(subject, gradients, batch):
    mean = subject.descent.minibatch_gradient(gradients, batch)
    assert t12(mean, [sum(gradients[i, j] for i in batch) / len(batch) for j in range(2)])


@law("GD-05", level="theorem")
@given(st.integers(1, 8).flatmap(lambda n: exact_arrays((n, 2))), st.data())
def test_the_mean_over_all_batches_is_the_full_gradient(subject, gradients, data):
    B = data.draw(st.integers(1, len(gradients)))
    every = [subject.descent.minibatch_gradient(gradients, batch) for batch in combinations(range(len(gradients)), B)]
    assert t9(np.mean(every, axis=0), gradients.mean(axis=0))


@law("GD-05", level="theorem")
@given(st.integers(1, 4), st.integers(1, 5), SEEDS)
def test_the_batches_of_an_epoch_of_equal_sizes_average_to_the_full_gradient(subject, size, count, seed):
    gradients = normal(seed, size * count, 3)
    batches = subject.descent.minibatches(size * count, size, seed)
    every = [subject.descent.minibatch_gradient(gradients, batch) for batch in batches]
    assert len(batches) == count and t9(np.mean(every, axis=0), gradients.mean(axis=0))


@law("GD-05", level="theorem")
@given(st.integers(1, 7).flatmap(lambda n: exact_arrays((n, 2))), st.data())
def test_the_variance_of_a_batch_is_that_over_all_batches(subject, gradients, data):
    B = data.draw(st.integers(1, len(gradients)))
    every = np.array([gradients[list(batch)].mean(axis=0) for batch in combinations(range(len(gradients)), B)])
    assert t9(subject.descent.minibatch_variance(gradients, B), ((every - gradients.mean(axis=0)) ** 2).mean(axis=0))


# The direction


@law("GD-06", level="gradient")
@given(SEEDS)
def test_the_directional_derivative_is_the_slope_along_the_direction(subject, seed):
    theta, v = normal(seed, 2, 3) / 2, normal(seed + 1, 2, 3)
    along = slope(lambda h: ((theta + h * v) ** 3).sum(), 0.0)
    assert fd(subject.descent.directional_derivative(3 * theta**2, v), along)


@law("GD-06", level="theorem")
@given(exact_arrays((2, 3)).filter(np.any), SEEDS)
def test_no_direction_falls_faster_than_the_negative_gradient(subject, gradient, seed):
    steepest = subject.descent.steepest_direction(gradient)
    other = normal(seed, 2, 3)
    fall = subject.descent.directional_derivative(gradient, steepest)
    assert t12((steepest**2).sum(), 1) and t12(fall, -math.sqrt((gradient**2).sum()))
    assert subject.descent.directional_derivative(gradient, other / np.linalg.norm(other)) >= fall - 1e-12 * abs(fall)


@law("GD-06", level="theorem")
@given(st.floats(0, 6.25))
def test_along_a_level_set_the_cost_stays_and_across_it_falls(subject, s):
    point, tangent = np.array([2 * math.cos(s), math.sin(s)]), np.array([-2 * math.sin(s), math.cos(s)])
    cost = lambda w: w[0] ** 2 + 4 * w[1] ** 2  # noqa: E731  (an ellipse of level 4)
    gradient = np.array([2 * point[0], 8 * point[1]])
    assert t12(subject.descent.directional_derivative(gradient, tangent), 0)
    assert t12(subject.descent.steepest_direction(gradient) @ tangent, 0)
    assert cost(point + 1e-3 * subject.descent.steepest_direction(gradient)) < cost(point) - 3e-3


@law("GD-06", level="extreme")
@given(FLOATS)
def test_the_steepest_direction_of_huge_and_tiny_gradients_has_length_one(subject, dtype):
    for scale in (np.finfo(dtype).max / 4, np.finfo(dtype).tiny):
        gradient = np.array([3, -4], dtype) * dtype(scale / 4)
        direction = subject.descent.steepest_direction(gradient)
        assert direction.dtype == dtype and close(direction, [-0.6, 0.8], gamma(8, dtype))


# Falling learning rates

SCHEDULES = ["constant", "step_decay", "linear_decay", "cosine_decay"]


@law("GD-03", level="law")
@pytest.mark.parametrize("name", SCHEDULES)
@given(st.integers(1, 30))
def test_a_schedule_starts_at_one_never_rises_and_stays_above_zero(subject, name, epochs):
    factors = [subject.descent.schedule(name)(epoch, epochs) for epoch in range(epochs)]
    assert factors[0] == 1 and all(0 < factor <= 1 for factor in factors)
    assert (np.diff(factors) <= 0).all()


@law("GD-03", level="definition")
@given(st.integers(1, 30), st.data())
def test_the_schedules_are_their_formulas(subject, epochs, data):
    e = data.draw(st.integers(0, epochs - 1))
    assert subject.descent.constant(e, epochs) == 1
    assert t12(subject.descent.linear_decay(e, epochs), (epochs - e) / epochs)
    assert t12(subject.descent.cosine_decay(e, epochs), math.cos(math.pi * e / epochs / 2) ** 2)
    drop, stages = data.draw(st.sampled_from([0.0, 0.1, 0.5])), data.draw(st.integers(1, 5))
    stage = sum(e * stages >= k * epochs for k in range(1, stages))  # how many borders lie behind
    assert t12(subject.descent.step_decay(e, epochs, drop=drop, stages=stages), drop**stage)


@law("GD-03", level="definition")
def test_step_decay_drops_to_a_tenth_after_each_third(subject):
    assert t12([subject.descent.step_decay(e, 7) for e in range(7)], [1, 1, 1, 0.1, 0.1, 0.01, 0.01])


@law("GD-03", level="theorem")
@pytest.mark.parametrize("name", ["linear_decay", "cosine_decay", "step_decay"])
def test_under_noise_a_falling_rate_comes_closer_than_a_constant_one(subject, name):
    rng, epochs = np.random.default_rng(3), 200
    ends = {}
    for schedule in ("constant", name):
        w = np.full(500, 3.0)  # 500 walks on w^2 / 2, each gradient with noise of its own
        for epoch in range(epochs):
            rate = 0.5 * getattr(subject.descent, schedule)(epoch, epochs)
            w = subject.descent.gradient_step(w, w + rng.standard_normal(500), rate)
        ends[schedule] = float((w**2).mean())
    assert ends[name] < ends["constant"] / 5
