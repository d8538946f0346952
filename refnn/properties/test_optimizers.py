"""Laws of the optimizers: what every implementation obeys, ours and yours."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, SEEDS, close, exact_arrays, gamma, normal, t9, t12

RULES = {  # each rule with settings far from its defaults, so that every one of them shows
    "SGD": ("SGD", {"learning_rate": 0.5}),
    "Momentum": ("Momentum", {"learning_rate": 0.5, "momentum": 0.75}),
    "Nesterov": ("Momentum", {"learning_rate": 0.5, "momentum": 0.75, "nesterov": True}),
    "Adagrad": ("Adagrad", {"learning_rate": 0.5, "epsilon": 0.25}),
    "RMSprop": ("RMSprop", {"learning_rate": 0.5, "rho": 0.75, "epsilon": 0.25}),
    "Adadelta": ("Adadelta", {"rho": 0.75, "epsilon": 0.25}),
    "Adam": ("Adam", {"learning_rate": 0.5, "beta1": 0.75, "beta2": 0.875, "epsilon": 0.25}),
    "VSGD": ("VSGD", {"warmup": 1, "overestimate": 2.0, "epsilon": 0.25}),
    "AdaSecant": ("AdaSecant", {"rho": 0.75, "gamma_max": 1.5, "epsilon": 0.25}),
}
every_rule = pytest.mark.parametrize("rule", RULES)
every_rule_with_a_rate = pytest.mark.parametrize("rule", [r for r in RULES if "learning_rate" in RULES[r][1]])
every_rule_that_moves_at_once = pytest.mark.parametrize("rule", [r for r in RULES if r != "VSGD"])
every_rule_for_each_coordinate = pytest.mark.parametrize("rule", [r for r in RULES if r != "AdaSecant"])

RUNS = st.integers(1, 5).flatmap(lambda T: exact_arrays((T, 3)))  # T gradients of one parameter of shape (3,)
NOT_ZERO = EXACT.filter(bool)
RATES = st.sampled_from([0.125, 0.3, 1.0, 4.0])
DECAYS = st.sampled_from([0.0, 0.25, 0.5, 0.9, 0.99])
EPSILONS = st.sampled_from([1e-8, 1e-3, 0.25, 2.0])
SIZES = {  # squares that vanish or overflow; the largest numbers of all are left out, there even w - eta g overflows
    np.float64: [0, 5e-324, 1e-200, 1e-160, 1, 1e160, 1e200, 1e300],
    np.float32: [0, 1e-45, 1e-22, 1, 1e25, 1e36],
}


def make(subject, rule, **settings):
    name, own = RULES[rule]
    return getattr(subject.optimizers, name)(**{**own, **settings})


def move(optimizer, params, grads, h=2.0):
    """Take one step; the rule that asks for the curvature is told that it is h everywhere."""
    if type(optimizer).__name__ == "VSGD":
        return optimizer.step(params, grads, [np.full_like(g, h) for g in grads])
    return optimizer.step(params, grads)


def steps(optimizer, gradients, h=2.0):
    """Return every step taken, each from 0, so that nothing is rounded away: shape (T, ...)."""
    gradients = np.asarray(gradients)
    w, taken = np.zeros_like(gradients[0]), []
    for g in gradients:
        w[...] = 0
        move(optimizer, [w], [g], h)
        taken.append(w.copy())
    return np.array(taken)


def by_coordinate(*runs):
    """Zip runs of shape (T, ...) over coordinates: one list of T numbers from each run."""
    return zip(*(run.reshape(len(run), -1).T.tolist() for run in runs), strict=True)


def memory_of(optimizer):
    """Return the arrays in the optimizer's state."""
    return [array for entry in optimizer.state().values() if isinstance(entry, list) for array in entry]


# What all rules share


@law("OPT-12", level="shape")
@every_rule_that_moves_at_once
@given(dtype=FLOATS, data=st.data())
def test_a_step_moves_the_arrays_themselves_and_leaves_the_gradients_alone(subject, rule, dtype, data):
    params, grads = [[data.draw(exact_arrays(shape, dtype)) for shape in ((2, 3), (4,), ())] for _ in range(2)]
    expected, before = [w.copy() for w in params], [g.copy() for g in grads]
    assert move(make(subject, rule), params, grads) is None
    for w, start, g, same in zip(params, expected, grads, before, strict=True):
        assert (g == same).all()
        assert w.dtype == dtype and w.shape == start.shape
        assert ((w != start) | (g == 0)).all()


@law("OPT-12", level="shape")
@every_rule
@given(seed=SEEDS)
def test_the_memory_order_of_a_parameter_does_not_matter(subject, rule, seed):
    plain, fortran, wide = normal(seed, 3, 4), np.asfortranarray(normal(seed, 3, 4)), np.zeros((6, 8))
    wide[::2, ::-2] = plain
    optimizers = [make(subject, rule) for _ in range(3)]
    for t in range(3):
        g = normal(seed + t, 4, 3).T
        for optimizer, w in zip(optimizers, (plain, fortran, wide[::2, ::-2]), strict=True):
            move(optimizer, [w], [g])
    assert (plain == fortran).all() and (plain == wide[::2, ::-2]).all()
    assert (wide[1::2] == 0).all() and (wide[:, ::2] == 0).all()


@law("OPT-12", level="shape")
@every_rule
@given(seed=SEEDS)
def test_the_arithmetic_is_done_in_the_dtype_of_the_parameter(subject, rule, seed):
    double, single = normal(seed, 2, 3), normal(seed, 2, 3, dtype=np.float32)
    for dtype, g, same in ((np.float32, double, double.astype("f4")), (np.float64, single, single.astype("f8"))):
        optimizers, w = [make(subject, rule), make(subject, rule)], [np.ones((2, 3), dtype) for _ in range(2)]
        for _ in range(3):
            move(optimizers[0], [w[0]], [g])
            move(optimizers[1], [w[1]], [same])
        assert w[0].dtype == dtype and (w[0] == w[1]).all()
        assert all(array.dtype == dtype for array in memory_of(optimizers[0]))


@law("OPT-12", level="extreme")
@every_rule_for_each_coordinate
@given(RUNS)
def test_float32_parameters_follow_the_float64_ones_up_to_rounding(subject, rule, gradients):
    gradients = gradients / 8  # at most 1.25 in size: with epsilon 1/4 no division enlarges an error more than fivefold
    single = steps(make(subject, rule), gradients.astype(np.float32))
    assert close(single, steps(make(subject, rule), gradients), gamma(5 * 12 * len(gradients), np.float32))


@law("OPT-12", level="shape")
@every_rule
@given(st.lists(st.lists(st.integers(1, 4), max_size=3).map(tuple), min_size=1, max_size=3))
def test_the_memory_has_the_shapes_of_the_parameters(subject, rule, shapes):
    optimizer = make(subject, rule)
    move(optimizer, [np.ones(shape) for shape in shapes], [np.ones(shape) for shape in shapes])
    kept = [array.shape for array in memory_of(optimizer)]
    assert kept == len(kept) // len(shapes) * shapes


@law("OPT-12", level="law")
@every_rule_for_each_coordinate
@given(gradients=RUNS, random=st.randoms(use_true_random=False))
def test_coordinates_do_not_interact(subject, rule, gradients, random):
    order = random.sample(range(3), 3)
    run = steps(make(subject, rule), gradients)
    assert (steps(make(subject, rule), gradients[:, order]) == run[:, order]).all()
    assert (steps(make(subject, rule), gradients[:, :1]) == run[:, :1]).all()


@law("OPT-12", level="law")
@every_rule_for_each_coordinate
def test_the_ends_of_a_long_parameter_move_like_a_short_one(subject, rule):
    gradients = normal(7, 3, 70_001)
    ends = np.r_[:3, 32_766:32_770, -3:0]
    assert (steps(make(subject, rule), gradients)[:, ends] == steps(make(subject, rule), gradients[:, ends])).all()


@law("OPT-12", level="law")
@every_rule
@given(gradients=RUNS)
def test_one_optimizer_of_two_parameters_is_two_optimizers_of_one(subject, rule, gradients):
    both, left, right = make(subject, rule), make(subject, rule), make(subject, rule)
    u, v = np.zeros(1), np.zeros(2)
    for g in gradients:
        move(both, [u, v], [g[:1], g[1:]])
    expected = steps(left, gradients[:, :1]), steps(right, gradients[:, 1:])
    assert t12(u, expected[0].sum(axis=0)) and t12(v, expected[1].sum(axis=0))


@law("OPT-12", "OPT-01", level="extreme")
@every_rule
@given(exact_arrays(3), st.sampled_from([0.0, 1e-8, 2.0]), st.integers(1, 4))
def test_from_the_start_a_zero_gradient_moves_nothing_even_without_epsilon(subject, rule, start, epsilon, T):
    optimizer = make(subject, rule, **({"epsilon": epsilon} if "epsilon" in RULES[rule][1] else {}))
    w = start.copy()
    for _ in range(T):
        move(optimizer, [w], [np.zeros(3)])
    assert (w == start).all()


@law("OPT-12", level="extreme")
@every_rule
@given(dtype=FLOATS, data=st.data())
def test_finite_gradients_of_any_size_leave_the_parameters_finite(subject, rule, dtype, data):
    sizes = st.sampled_from(SIZES[dtype]).flatmap(lambda size: st.sampled_from([-size, size]))
    gradients = np.array(data.draw(st.lists(sizes, min_size=1, max_size=6)), dtype)
    settings = {"epsilon": data.draw(st.sampled_from([0.0, 1e-8]))} if "epsilon" in RULES[rule][1] else {}
    w, optimizer = np.ones(1, dtype), make(subject, rule, **settings)
    for g in gradients:
        move(optimizer, [w], [g[np.newaxis]])
    assert np.isfinite(w).all()


@law("OPT-12", level="extreme")
@pytest.mark.parametrize("rule", ["Adagrad", "RMSprop", "Adam"])
@pytest.mark.parametrize("dtype, tiny", [(np.float64, 1e-200), (np.float64, 5e-324), (np.float32, 1e-30)])
def test_a_gradient_too_small_to_be_squared_makes_no_leap(subject, rule, dtype, tiny):
    taken = steps(make(subject, rule, epsilon=0), np.full((3, 1), tiny, dtype))
    assert (np.abs(taken) <= 2).all()


@law("OPT-12", level="extreme")
@every_rule_for_each_coordinate
@given(gradients=RUNS)
def test_nan_spoils_its_own_coordinate_and_no_other(subject, rule, gradients):
    broken = gradients.copy()
    broken[0, 1] = np.nan
    w, clean = np.zeros(3), np.zeros(3)
    sick, well = make(subject, rule), make(subject, rule)
    for g, bad in zip([*gradients, gradients[0]], [*broken, gradients[0]], strict=True):
        move(well, [clean], [g])
        move(sick, [w], [bad])
    clean[1] = np.nan
    assert np.array_equal(w, clean, equal_nan=True)


@law("OPT-12", level="law")
@every_rule
@given(seed=SEEDS, stop=st.integers(0, 3), dtype=FLOATS)
def test_a_run_that_was_stopped_and_resumed_is_the_same_bit_for_bit(subject, rule, seed, stop, dtype):
    whole, first, second = [make(subject, rule) for _ in range(3)]
    w, resumed = normal(seed, 2, 3, dtype=dtype), normal(seed, 2, 3, dtype=dtype)
    for t in range(5):
        g = normal(seed + 1 + t, 2, 3, dtype=dtype)
        move(whole, [w], [g])
        if t == stop:
            second.restore(first.state())
        move(first if t < stop else second, [resumed], [g])
    assert (w == resumed).all()


@law("OPT-12", level="law")
@every_rule_with_a_rate
@given(gradients=RUNS)
def test_the_learning_rate_of_the_moment_is_part_of_the_state(subject, rule, gradients):
    changed, resumed = make(subject, rule), make(subject, rule)
    changed.learning_rate = 0.125
    resumed.restore(changed.state())
    assert (steps(resumed, gradients) == steps(make(subject, rule, learning_rate=0.125), gradients)).all()


@law("OPT-12", level="law")
@every_rule
@given(gradients=RUNS)
def test_a_state_is_a_copy_on_its_way_out_and_on_its_way_in(subject, rule, gradients):
    optimizer, other, same = make(subject, rule), make(subject, rule), make(subject, rule)
    steps(optimizer, gradients)
    kept = optimizer.state()
    other.restore(kept)
    same.restore(kept)
    steps(other, gradients + 1)  # must not reach what was kept, nor what was restored from it
    for array in memory_of(optimizer):
        array[...] = 99
    again = make(subject, rule)
    again.restore(kept)
    expected = steps(optimizer, gradients)
    assert (steps(again, gradients) == expected).all()
    for entry in kept.values():
        for array in entry if isinstance(entry, list) else []:
            array[...] = 99
    assert (steps(same, gradients) == expected).all()


@law("OPT-12", level="extreme")
@every_rule
@given(gradients=RUNS)
def test_a_refused_step_changes_nothing(subject, rule, gradients):
    optimizer, u, v, g = make(subject, rule), np.ones(3), np.ones(4), gradients[0]
    read_only = np.broadcast_to(1.0, 4)
    for params, grads in ([u, v], [g, v[1:]]), ([u, v], [g]), ([u, read_only], [g, v]), ([u, np.arange(4)], [g, v]):
        with pytest.raises((ValueError, TypeError)):
            move(optimizer, params, grads)
    assert (u == 1).all() and (v == 1).all()
    assert (steps(optimizer, gradients) == steps(make(subject, rule), gradients)).all()


@law("OPT-12", level="extreme")
@every_rule
def test_after_the_first_step_parameters_of_other_shapes_are_refused(subject, rule):
    optimizer, w = make(subject, rule), np.ones((3, 2))
    move(optimizer, [np.ones((2, 3))], [np.ones((2, 3))])
    with pytest.raises(ValueError):
        move(optimizer, [w], [np.ones((3, 2))])
    assert (w == 1).all()


@law("OPT-12", level="law")
@every_rule_with_a_rate
@given(gradients=RUNS, rate=st.sampled_from([0.0, 0.25, 1.0, 8.0]))
def test_the_step_is_the_learning_rate_of_the_moment_times_what_the_gradients_say(subject, rule, gradients, rate):
    optimizer = make(subject, rule)
    expected = steps(make(subject, rule, learning_rate=1.0), [*gradients, *gradients])
    assert (steps(optimizer, gradients) == 0.5 * expected[: len(gradients)]).all()
    optimizer.learning_rate = rate
    assert (steps(optimizer, gradients) == rate * expected[len(gradients) :]).all()


@law("OPT-01", "OPT-02", "OPT-03", "OPT-04", "OPT-08", "OPT-13", level="definition")
@pytest.mark.parametrize(
    "name, needed, defaults",
    [
        ("Momentum", {"learning_rate": 0.5}, {"momentum": 0.9, "nesterov": False}),
        ("Adagrad", {"learning_rate": 0.5}, {"epsilon": 1e-8}),
        ("RMSprop", {"learning_rate": 0.5}, {"rho": 0.9, "epsilon": 1e-8}),
        ("Adadelta", {}, {"rho": 0.95, "epsilon": 1e-6}),
        ("Adam", {}, {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
        ("AdaSecant", {}, {"rho": 0.95, "gamma_max": 1.8, "epsilon": 1e-4}),
    ],
)
def test_the_defaults_are_the_usual_ones(subject, name, needed, defaults):
    gradients = np.array([[1e-4], [2e-4], [-5e-5]])  # small enough for epsilon to show
    rule = getattr(subject.optimizers, name)
    assert (steps(rule(**needed), gradients) == steps(rule(**needed, **defaults), gradients)).all()


@law("OPT-11", level="theorem")
@pytest.mark.parametrize(
    "name, settings",
    [("Adagrad", {"learning_rate": 0.5}), ("RMSprop", {"learning_rate": 0.01}), ("Adadelta", {}),
     ("Adam", {"learning_rate": 0.05})],
)  # fmt: skip
def test_two_thousand_steps_on_quadratics_cut_the_cost_below_a_hundredth(subject, name, settings):
    rng = np.random.default_rng(2015)
    curvature = rng.uniform(0.1, 10, (300, 4))  # 300 quadratics in 4 dimensions, all in one run
    w = rng.uniform(0.5, 3, (300, 4)) * rng.choice([-1, 1], (300, 4))
    start, optimizer = (curvature * w**2).sum(axis=1), getattr(subject.optimizers, name)(**settings)
    for _ in range(2000):
        move(optimizer, [w], [curvature * w])
    assert ((curvature * w**2).sum(axis=1) <= 1e-2 * start).all()


# Plain descent and momentum


@law("GD-01", level="definition")
@given(exact_arrays((2, 3)), exact_arrays((2, 3)), RATES)
def test_sgd_goes_down_the_gradient(subject, w, g, rate):
    expected = w - rate * g
    subject.optimizers.SGD(rate).step([w], [g])
    assert t12(w, expected)  # a fused multiplication rounds once less


@law("OPT-13", level="definition")
@given(RUNS, RATES, DECAYS, st.booleans())
def test_momentum_goes_along_the_decaying_sum_of_gradients(subject, gradients, rate, mu, nesterov):
    taken = steps(subject.optimizers.Momentum(rate, mu, nesterov), gradients)
    for path, gs in by_coordinate(taken, gradients):
        v = 0.0
        for step, g in zip(path, gs, strict=True):
            v = mu * v + g
            assert t12(step, -rate * (g + mu * v if nesterov else v))


@law("OPT-13", level="law")
@given(exact_arrays(3), RUNS, RATES, st.booleans())
def test_without_momentum_it_is_plain_descent(subject, w, gradients, rate, nesterov):
    expected, optimizer = w.copy(), subject.optimizers.Momentum(rate, 0, nesterov)
    for g in gradients:
        optimizer.step([w], [g])
        expected = expected - rate * g
    assert t12(w, expected)


@law("OPT-13", level="law")
@given(EXACT, RATES, DECAYS)
def test_under_a_constant_gradient_the_velocity_is_a_geometric_sum(subject, g, rate, mu):
    t = np.arange(1, 21)
    plain = steps(subject.optimizers.Momentum(rate, mu), np.full((20, 1), g))[:, 0]
    ahead = steps(subject.optimizers.Momentum(rate, mu, nesterov=True), np.full((20, 1), g))[:, 0]
    assert t12(plain, -rate * g * (1 - mu**t) / (1 - mu))
    assert t12(ahead, -rate * g * (1 - mu ** (t + 1)) / (1 - mu))  # one term further


@law("OPT-13", level="theorem")
@given(st.integers(0, 7).map(lambda i: i / 8), st.sampled_from([0.25, 1.0, 3.0]))
def test_momentum_on_a_parabola_converges_exactly_below_two_times_one_plus_mu(subject, mu, rate):
    share = np.array([0.05, 0.3, 0.6, 0.95, 1.05, 1.5])  # of the threshold
    curvature, w = share * 2 * (1 + mu) / rate, np.ones(6)
    optimizer = subject.optimizers.Momentum(rate, mu)
    for _ in range(200):
        optimizer.step([w], [curvature * w])
    assert (np.abs(w) < 1e-3).tolist() == [True, True, True, True, False, False]
    assert (np.abs(w[4:]) > 1e3).all()


@law("OPT-13", level="law")
@given(exact_arrays((4, 3)), exact_arrays((4, 3)), RATES, DECAYS, st.booleans())
def test_momentum_is_linear_in_the_gradients(subject, f, g, rate, mu, nesterov):
    run = lambda gradients: steps(subject.optimizers.Momentum(rate, mu, nesterov), gradients)  # noqa: E731
    assert t12(run(f + g), run(f) + run(g))


# Adagrad


@law("OPT-01", level="definition")
@given(RUNS, RATES, EPSILONS)
def test_adagrad_divides_by_the_root_of_the_sum_of_squares(subject, gradients, rate, epsilon):
    taken = steps(subject.optimizers.Adagrad(rate, epsilon), gradients)
    for path, gs in by_coordinate(taken, gradients):
        total = 0.0
        for step, g in zip(path, gs, strict=True):
            total += g**2
            assert t12(step, -rate * g / (math.sqrt(total) + epsilon))


@law("OPT-01", level="theorem")
@pytest.mark.parametrize("gradients, second", [((0.1, 0.2), 0.894427), ((20.0, 10.0), 0.447214)])
def test_the_table_of_the_slide(subject, gradients, second):
    rate = 0.25
    taken = steps(subject.optimizers.Adagrad(rate, epsilon=0), np.array(gradients)[:, np.newaxis])[:, 0]
    assert t12(taken, [-rate, -rate * gradients[1] / math.hypot(*gradients)])
    assert round(-taken[1] / rate, 6) == second


@law("OPT-01", "E-41", level="theorem")
@given(st.lists(NOT_ZERO, min_size=2, max_size=6), st.integers(1, 5))
def test_the_rate_falls_with_every_gradient_but_zero(subject, gradients, zeros):
    run = lambda gs: steps(subject.optimizers.Adagrad(1.0, 0), np.array(gs)[:, np.newaxis])[:, 0]  # noqa: E731
    rates = -run(gradients) / gradients
    assert (np.diff(rates) < 0).all()
    with_zeros = run([*[0.0] * zeros, gradients[0], *[0.0] * zeros, *gradients[1:]])
    assert (with_zeros[with_zeros != 0] == run(gradients)).all()  # a zero gradient has left the rate as it was


@law("E-41", level="theorem")
def test_the_sum_includes_the_current_derivative_and_needs_a_rule_for_zero_by_zero(subject):
    taken = steps(subject.optimizers.Adagrad(1.0, epsilon=0), [[0.1, 0.0], [0.2, 0.0]])
    previous_only = 0.2 / math.sqrt(0.1**2)  # as the slide's words have it; and its first step would divide by 0
    assert t12(previous_only, 2) and t12(taken[:, 0], [-1, -0.2 / math.sqrt(0.1**2 + 0.2**2)])
    with np.errstate(invalid="ignore"):
        assert np.isnan(np.divide(0.0, np.sqrt(0.0)))  # the slide's formula where no gradient ever came
    assert (taken[:, 1] == 0).all()


@law("OPT-01", level="law")
@given(st.lists(st.tuples(EXACT, st.integers(-8, 8)), min_size=1, max_size=6))
def test_smaller_gradients_keep_the_larger_rate(subject, pairs):
    large = np.array([g for g, _ in pairs] + [10.0])
    small = np.array([g * share / 8 for g, share in pairs] + [10.0])
    assume((small != 0).any())
    taken = steps(subject.optimizers.Adagrad(1.0, epsilon=0), np.stack([large, small], axis=-1))
    seen = small != 0
    rates = -taken[seen] / np.stack([large, small], axis=-1)[seen]
    assert (rates[:, 1] >= rates[:, 0] * (1 - 1e-12)).all()


@law("OPT-01", "OPT-02", "OPT-04", level="law")
@pytest.mark.parametrize("rule", ["Adagrad", "RMSprop", "Adam"])
@given(RUNS, st.integers(-20, 20))
def test_without_epsilon_the_scale_of_the_gradients_does_not_matter(subject, rule, gradients, power):
    run = lambda gs: steps(make(subject, rule, epsilon=0), gs)  # noqa: E731
    assert (run(2.0**power * gradients) == run(gradients)).all()


@law("OPT-01", level="theorem")
@given(RUNS, RATES)
def test_no_step_of_adagrad_is_longer_than_the_learning_rate_and_the_first_has_its_length(subject, gradients, rate):
    taken = np.abs(steps(subject.optimizers.Adagrad(rate, epsilon=0), gradients))
    assert (taken <= rate * (1 + 1e-12)).all()
    for path, gs in by_coordinate(taken, gradients):
        first = next((step for step, g in zip(path, gs, strict=True) if g), rate)
        assert t12(first, rate)


@law("OPT-01", level="law")
@given(NOT_ZERO, RATES)
def test_under_a_constant_gradient_adagrads_steps_shrink_like_one_over_root_t(subject, g, rate):
    taken = steps(subject.optimizers.Adagrad(rate, epsilon=0), np.full((20, 1), g))[:, 0]
    assert t12(taken, -rate * np.sign(g) / np.sqrt(np.arange(1, 21)))


@law("OPT-01", level="theorem")
@given(RUNS)
def test_steps_times_gradients_sum_to_at_most_twice_the_root_of_the_sum_of_squares(subject, gradients):
    taken = steps(subject.optimizers.Adagrad(1.0, epsilon=0), gradients)
    bound = 2 * np.sqrt((gradients**2).sum(axis=0))
    assert (-(taken * gradients).sum(axis=0) <= bound * (1 + 1e-12)).all()


# RMSprop


@law("OPT-02", level="definition")
@given(RUNS, RATES, DECAYS, EPSILONS)
def test_rmsprop_divides_by_the_root_of_the_decaying_mean_of_squares(subject, gradients, rate, rho, epsilon):
    taken = steps(subject.optimizers.RMSprop(rate, rho, epsilon), gradients)
    for path, gs in by_coordinate(taken, gradients):
        v = 0.0
        for step, g in zip(path, gs, strict=True):
            v = rho * v + (1 - rho) * g**2
            assert t12(step, -rate * g / (math.sqrt(v) + epsilon))


@law("OPT-02", level="theorem")
@given(RUNS, RATES, DECAYS)
def test_no_step_of_rmsprop_is_longer_than_its_first(subject, gradients, rate, rho):
    taken = np.abs(steps(subject.optimizers.RMSprop(rate, rho, epsilon=0), gradients))
    longest = rate / math.sqrt(1 - rho)
    assert (taken <= longest * (1 + 1e-12)).all()
    assert t12(taken[0], longest * (gradients[0] != 0))


@law("OPT-02", level="theorem")
def test_the_first_step_of_rmsprop_is_three_times_the_learning_rate(subject):
    taken = steps(subject.optimizers.RMSprop(1.0, epsilon=0), [[-7.0]])
    assert round(taken.item(), 6) == 3.162278


@law("OPT-02", level="law")
@given(NOT_ZERO, RATES, DECAYS)
def test_under_a_constant_gradient_rmsprops_steps_tend_to_the_learning_rate(subject, g, rate, rho):
    taken = steps(subject.optimizers.RMSprop(rate, rho, epsilon=0), np.full((30, 1), g))[:, 0]
    assert t12(taken, -rate * np.sign(g) / np.sqrt(1 - rho ** np.arange(1, 31)))


# Adadelta


@law("OPT-03", level="definition")
@given(RUNS, DECAYS, EPSILONS)
def test_adadelta_measures_its_steps_by_its_recent_steps(subject, gradients, rho, epsilon):
    taken = steps(subject.optimizers.Adadelta(rho, epsilon), gradients)
    for path, gs in by_coordinate(taken, gradients):
        v = d = 0.0
        for step, g in zip(path, gs, strict=True):
            v = rho * v + (1 - rho) * g**2
            delta = -math.sqrt(d + epsilon) / math.sqrt(v + epsilon) * g
            d = rho * d + (1 - rho) * delta**2
            assert t12(step, delta)


@law("OPT-03", level="law")
@given(RUNS, DECAYS, EPSILONS)
def test_every_step_of_adadelta_goes_against_its_gradient(subject, gradients, rho, epsilon):
    taken = steps(subject.optimizers.Adadelta(rho, epsilon), gradients)
    assert (np.sign(taken) == -np.sign(gradients)).all()


@law("OPT-03", level="theorem")
@pytest.mark.parametrize(
    "g, step, digits", [(1.0, -0.00447209, 8), (100.0, -0.00447214, 8), (0.001, -0.000975900, 9)]
)
def test_the_first_step_of_adadelta_is_set_by_epsilon(subject, g, step, digits):
    taken = steps(subject.optimizers.Adadelta(), [[g]]).item()
    assert round(taken, digits) == step
    assert t12(taken, -math.sqrt(1e-6) * g / math.sqrt(0.05 * g**2 + 1e-6))


@law("OPT-03", level="theorem")
@given(RUNS, DECAYS, EPSILONS)
def test_no_step_of_adadelta_is_much_longer_than_its_recent_steps(subject, gradients, rho, epsilon):
    d = np.zeros(3)
    for step in steps(subject.optimizers.Adadelta(rho, epsilon), gradients):
        assert (np.abs(step) <= np.sqrt((d + epsilon) / (1 - rho)) * (1 + 1e-12)).all()
        d = rho * d + (1 - rho) * step**2


@law("OPT-03", level="law")
def test_adadelta_has_no_learning_rate(subject):
    with pytest.raises(TypeError):
        subject.optimizers.Adadelta(learning_rate=0.1)
    assert not hasattr(subject.optimizers.Adadelta(), "learning_rate")


@law("OPT-03", level="extreme")
@given(RUNS, DECAYS)
def test_without_epsilon_adadelta_never_starts(subject, gradients, rho):
    assert (steps(subject.optimizers.Adadelta(rho, epsilon=0), gradients) == 0).all()


# Adam


@law("OPT-04", level="definition")
@given(RUNS, RATES, DECAYS, DECAYS, EPSILONS)
def test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square(
    subject, gradients, alpha, beta1, beta2, epsilon
):
    taken = steps(subject.optimizers.Adam(alpha, beta1, beta2, epsilon), gradients)
    for path, gs in by_coordinate(taken, gradients):
        m = v = 0.0
        for t, (step, g) in enumerate(zip(path, gs, strict=True), start=1):
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g**2
            m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
            assert t12(step, -alpha * m_hat / (math.sqrt(v_hat) + epsilon))


@law("OPT-04", level="theorem")
@given(NOT_ZERO, RATES, DECAYS, DECAYS)
@example(3.0, 0.001, 0.9, 0.999)
def test_adams_first_step_has_the_length_of_the_learning_rate_and_so_has_any_under_a_constant_gradient(
    subject, g, alpha, beta1, beta2
):
    taken = steps(subject.optimizers.Adam(alpha, beta1, beta2, epsilon=0), np.full((20, 1), g))
    assert t12(taken[0], [-alpha * np.sign(g)])
    assert t9(taken / alpha, np.full((20, 1), -np.sign(g)))


@law("OPT-04", level="law")
@given(EXACT, EPSILONS, DECAYS, DECAYS)
def test_the_bias_correction_gives_back_a_constant_gradient_and_its_square(subject, g, epsilon, beta1, beta2):
    taken = steps(subject.optimizers.Adam(1.0, beta1, beta2, epsilon), np.full((20, 1), g))
    assert t9(taken, np.full((20, 1), -g / (abs(g) + epsilon)))


@law("OPT-04", level="law")
@given(RUNS, DECAYS, DECAYS)
def test_the_corrected_mean_is_a_convex_combination_of_the_gradients(subject, gradients, beta1, beta2):
    huge = 2.0**40  # beside this epsilon the root is nothing: the step times epsilon is the corrected mean
    mean = -huge * steps(subject.optimizers.Adam(1.0, beta1, beta2, epsilon=huge), gradients)
    for t in range(len(gradients)):
        so_far = gradients[: t + 1]
        assert (so_far.min(axis=0) - 1e-9 <= mean[t]).all() and (mean[t] <= so_far.max(axis=0) + 1e-9).all()


@law("OPT-04", level="theorem")
def test_under_gradients_of_mean_zero_adam_does_not_drift(subject):
    w, adam = np.zeros(3), subject.optimizers.Adam(0.001, epsilon=0.5)
    for t in range(1000):
        adam.step([w], [np.array([1.0, -1.0, 0.0]) * (-1) ** t])
    assert abs(w[0]) < 2e-3 and w[1] == -w[0] and w[2] == 0  # epsilon beside the root's bracket would add up


def longest_step(t, alpha, beta1, beta2):
    """Write out the bound of OPT-05 term by term."""
    total = sum((beta1**2 / beta2) ** j for j in range(t))
    paper = alpha * (1 - beta1) / math.sqrt(1 - beta2)
    return paper * math.sqrt(total) * math.sqrt(1 - beta2**t) / (1 - beta1**t)


@law("OPT-05", level="theorem")
@given(
    st.lists(EXACT, min_size=1, max_size=12), st.integers(0, 30), st.sampled_from([0.0, 0.5, 0.75, 0.9]),
    st.sampled_from([0.25, 0.5, 0.9, 0.999]), st.sampled_from([0.0, 1e-8, 0.25]), RATES,
)  # fmt: skip
def test_no_step_of_adam_is_longer_than_cauchy_and_schwarz_allow(subject, gs, rest, beta1, beta2, epsilon, alpha):
    run = np.array([0.0] * rest + gs)[:, np.newaxis]
    taken = steps(subject.optimizers.Adam(alpha, beta1, beta2, epsilon), run)[:, 0]
    for t, step in enumerate(taken, start=1):
        assert abs(step) <= longest_step(t, alpha, beta1, beta2) * (1 + 1e-9)


@law("OPT-05", level="definition")
@given(st.integers(1, 60), RATES, st.sampled_from([0.0, 0.5, 0.9]), st.sampled_from([0.25, 0.81, 0.999]))
def test_the_bound_is_the_sum_written_out(subject, t, alpha, beta1, beta2):
    assert t9(subject.optimizers.adam_step_bound(t, alpha, beta1, beta2), longest_step(t, alpha, beta1, beta2))


@law("OPT-05", level="theorem")
@pytest.mark.parametrize(
    "beta2, rest, ramp, paper, limit, reached",
    [(0.999, 19940, 60, 3.162278, 7.270292, 7.270279), (0.98, 3800, 200, 1.0, 1.697749, 1.697749)],
)
def test_a_long_rest_and_a_ramp_break_the_paper_s_bound_and_reach_the_valid_one(
    subject, beta2, rest, ramp, paper, limit, reached
):
    stated = max(1.0, 0.1 / math.sqrt(1 - beta2))
    adam, w, zero = subject.optimizers.Adam(1.0, 0.9, beta2, epsilon=0), np.zeros(1), np.zeros(1)
    for _ in range(rest):
        adam.step([w], [zero])
    last = steps(adam, [[(0.9 / beta2) ** j] for j in reversed(range(ramp))])[-1].item()
    assert round(stated, 6) == paper and round(-last, 6) == reached and -last > stated
    bound = subject.optimizers.adam_step_bound(10**6, 1.0, 0.9, beta2)
    assert round(bound, 6) == limit and -last <= bound * (1 + 1e-9)


# vSGD


def curved_steps(vsgd, gradients, curvatures):
    """Return the steps of a rule that is told the curvature of each sample: shape (T, ...)."""
    w, taken = np.zeros_like(gradients[0]), []
    for g, h in zip(gradients, curvatures, strict=True):
        w[...] = 0
        vsgd.step([w], [g], [h])
        taken.append(w.copy())
    return np.array(taken)


def noisy_run(vsgd, steps, seed):
    """Return |theta| on the way down h/2 (theta - c)^2 from 5, with h = 2 and c of mean 0 and deviation 0.5."""
    theta, path = np.array([5.0]), []
    for c in 0.5 * np.random.default_rng(seed).standard_normal(steps):
        vsgd.step([theta], [2 * (theta - c)], [[2.0]])
        path.append(abs(theta[0]))
    return path


@law("OPT-06", level="definition")
@given(
    st.integers(1, 8).flatmap(lambda T: st.tuples(exact_arrays((T, 3)), exact_arrays((T, 3)))),
    st.integers(1, 4), st.sampled_from([0.5, 2.0, 30.0]), st.sampled_from([1e-9, 0.25]),
)  # fmt: skip
def test_vsgd_divides_the_share_of_the_mean_gradient_by_the_mean_curvature(subject, run, warmup, C, epsilon):
    gradients, curvatures = run
    taken = curved_steps(subject.optimizers.VSGD(warmup, C, epsilon), gradients, curvatures)
    for path, gs, hs in by_coordinate(taken, gradients, curvatures):
        first = gs[:warmup]
        n = len(first)
        mean, v, bend = sum(first) / n, C * sum(g * g for g in first) / n, C * sum(abs(h) for h in hs[:warmup]) / n
        tau = warmup
        assert path[:warmup] == [0.0] * n  # it only watches
        for step, g, h in zip(path[warmup:], gs[warmup:], hs[warmup:], strict=True):
            mean, v = (1 - 1 / tau) * mean + g / tau, (1 - 1 / tau) * v + g * g / tau
            bend = (1 - 1 / tau) * bend + abs(h) / tau
            share = min(mean**2 / v, 1) if v else 0
            assert t9(step, -share / (bend + epsilon) * g)
            tau = (1 - share) * tau + 1


@law("OPT-06", level="theorem")
@given(NOT_ZERO, EXACT, st.sampled_from([0.25, 1.0, 3.0]), st.integers(1, 12))
def test_without_noise_the_first_step_of_vsgd_lands_in_the_minimum(subject, away, c, h, warmup):
    theta, vsgd = np.array([c + away]), subject.optimizers.VSGD(warmup, overestimate=1, epsilon=0)
    for _ in range(warmup):
        vsgd.step([theta], [h * (theta - c)], [[h]])
        assert theta[0] == c + away
    vsgd.step([theta], [h * (theta - c)], [[h]])
    assert t9(theta[0], c)


@law("OPT-06", level="law")
@given(st.integers(1, 9).flatmap(lambda T: exact_arrays((T, 3))), st.sampled_from([0.25, 1.0, 8.0]))
def test_no_step_of_vsgd_is_longer_than_newton_s(subject, gradients, h):
    taken = curved_steps(subject.optimizers.VSGD(1, overestimate=1, epsilon=0), gradients, np.full_like(gradients, h))
    assert (np.abs(taken) <= np.abs(gradients) / h * (1 + 1e-12)).all()
    assert (np.sign(taken) * np.sign(gradients) <= 0).all()


@law("OPT-06", level="law")
@given(
    st.integers(1, 9).flatmap(lambda T: st.tuples(exact_arrays((T, 2)), exact_arrays((T, 2)))),
    st.sampled_from([2.0**-6, 2.0, 2.0**9]), st.integers(1, 3),
)  # fmt: skip
def test_scaling_the_cost_leaves_the_steps_of_vsgd_as_they_are(subject, run, c, warmup):
    gradients, curvatures = run
    plain, scaled = (subject.optimizers.VSGD(warmup, 2.0, epsilon=0) for _ in range(2))
    assert (curved_steps(scaled, c * gradients, c * curvatures) == curved_steps(plain, gradients, curvatures)).all()


@law("OPT-06", level="theorem")
@pytest.mark.parametrize("warmup", [2, 10])
@pytest.mark.parametrize("seed", range(3))
def test_under_noise_vsgd_settles_in_the_minimum(subject, warmup, seed):
    assert noisy_run(subject.optimizers.VSGD(warmup, overestimate=1), 3000, seed)[-1] < 0.05


@law("OPT-06", level="theorem")
@pytest.mark.parametrize("seed", range(3))
def test_one_first_sample_and_no_overestimate_lock_the_memory_of_vsgd_at_one(subject, seed):
    path = noisy_run(subject.optimizers.VSGD(1, overestimate=1), 3000, seed)
    assert np.mean(path[1000:]) > 0.35  # every step is Newton's for the sample at hand: the mean of |N(0, 1/2)| is 0.4


@law("OPT-06", level="definition")
@pytest.mark.parametrize("size, C", [(3, 1.0), (40, 4.0)])
def test_by_default_vsgd_overestimates_by_a_tenth_of_the_number_of_parameters_after_ten_steps(subject, size, C):
    gradients, curvatures = normal(1, 13, size), np.abs(normal(2, 13, size))
    taken = curved_steps(subject.optimizers.VSGD(), gradients, curvatures)
    assert (taken == curved_steps(subject.optimizers.VSGD(10, C, 1e-4), gradients, curvatures)).all()
    assert (taken[:10] == 0).all() and (taken[10:] != 0).all()


@law("OPT-06", level="extreme")
@pytest.mark.parametrize("epsilon", [0.0, 1e-9])
def test_where_the_cost_does_not_bend_and_the_gradient_is_noise_vsgd_makes_no_leap(subject, epsilon):
    gradients = np.array([[3.0], [3.0], [-5.0], [1.0]])
    taken = curved_steps(subject.optimizers.VSGD(1, 1.0, epsilon), gradients, np.zeros_like(gradients))
    assert np.isfinite(taken).all() and ((taken == 0).all() or epsilon)


@law("OPT-06", level="shape")
def test_vsgd_without_a_curvature_says_where_to_get_it(subject):
    w = np.ones(3)
    with pytest.raises(ValueError, match="curvature"):
        subject.optimizers.VSGD().step([w], [np.ones(3)])
    with pytest.raises(ValueError, match="curvature"):
        subject.optimizers.VSGD().step([w], [np.ones(3)], [np.ones(2)])
    assert (w == 1).all()


# Why that rate

DISTANCES = exact_arrays(4)
POSITIVE = st.sampled_from([0.125, 0.5, 1.7, 3.0])


@law("OPT-07", level="definition")
@given(EXACT, EXACT, st.sampled_from([0.0, 0.25, 1.5]), POSITIVE)
def test_the_expected_square_distance_is_the_mean_over_samples(subject, distance, optimum, rate, h):
    s = 0.75
    after = [distance + optimum - rate * h * (distance + optimum - c) - optimum for c in (optimum - s, optimum + s)]
    expected = subject.optimizers.expected_square_distance(rate, distance, s, h)
    assert t12(expected, np.mean(np.square(after)))


@law("OPT-07", level="theorem")
@given(NOT_ZERO, st.sampled_from([0.0, 0.25, 1.1, 8.0]), POSITIVE, st.floats(-1, 4))
def test_no_other_rate_is_expected_to_end_nearer(subject, distance, s, h, other):
    o = subject.optimizers
    best = o.best_rate(distance, s, h)
    least, there = o.expected_square_distance(best, distance, s, h), o.expected_square_distance(other, distance, s, h)
    assert least <= there + 1e-12 * max(1, there)


@law("OPT-07", level="law")
@given(DISTANCES, st.sampled_from([0.25, 1.1, 8.0]), POSITIVE)
def test_the_best_rate_is_the_square_of_the_mean_gradient_over_its_mean_square(subject, distance, s, h):
    g = np.array([h * (distance - s), h * (distance + s)])  # the gradients of two equally likely samples
    expected = g.mean(axis=0) ** 2 / (h * (g**2).mean(axis=0))
    assert t12(subject.optimizers.best_rate(distance, np.full(4, s), np.full(4, h)), expected)


@law("OPT-07", level="theorem")
def test_the_worked_rate(subject):
    assert round(float(subject.optimizers.best_rate(distance=2.3 - 0.5, spread=1.1, curvature=1.7)), 7) == 0.4282882


@law("OPT-07", level="extreme")
def test_in_the_minimum_the_best_rate_is_zero_with_or_without_noise(subject):
    assert subject.optimizers.best_rate([0, 0], [0, 1], [2, 2]).tolist() == [0, 0]


@law("OPT-07", level="extreme")
@pytest.mark.parametrize("curvature", [[2.0, 0.0], [-1.0, 2.0]])
def test_where_the_cost_does_not_bend_upward_there_is_no_best_rate(subject, curvature):
    with pytest.raises(ValueError):
        subject.optimizers.best_rate([1.0, 1.0], [1.0, 1.0], curvature)


# AdaSecant


def secant_oracle(blocks, rho, gamma_max, epsilon):
    """Yield the steps of AdaSecant for the gradients of one array, coordinate by coordinate, in plain numbers."""
    blocks = [[x / (math.sqrt(sum(y * y for y in block)) or 1) for x in block] for block in blocks]
    memory = [dict.fromkeys("g m q top bottom am aq d dm dq p tau".split(), 0.0) for _ in blocks[0]]
    for t, block in enumerate(blocks, start=1):
        taken = []
        for M, g in zip(memory, block, strict=True):
            alpha, last = g - M["g"], M["g"]
            tau = (1 - (M["dm"] ** 2 / M["dq"] if M["dq"] else 0)) * M["tau"] + 1
            far_g = abs(g - M["m"]) > 2 * math.sqrt(max(M["q"] - M["m"] ** 2, 0))
            far_alpha = abs(alpha - M["am"]) > 2 * math.sqrt(max(M["aq"] - M["am"] ** 2, 0))
            tau = 2.2 if far_g or far_alpha else tau
            new = {"top": (last - g) * (last - M["m"]), "bottom": (last - M["m"]) * (g - M["m"]), "am": alpha,
                   "aq": alpha**2, "dm": M["d"], "dq": M["d"] ** 2, "p": alpha * M["d"]}
            M.update({name: (1 - 1 / tau) * M[name] + x / tau for name, x in new.items()})
            share = max(1 / t, 1 - rho)
            M.update(m=(1 - share) * M["m"] + share * g, q=(1 - share) * M["q"] + share * g * g)
            gamma = min(max(M["top"] / M["bottom"], 0), gamma_max) if M["bottom"] > 0 else gamma_max
            rate = math.sqrt((M["dq"] + epsilon) / (M["aq"] + epsilon)) - M["p"] / (M["aq"] + epsilon)
            M.update(g=g, d=-rate * (g + gamma * M["m"]) / (1 + gamma), tau=tau)
            taken.append(M["d"])
        yield taken


@law("OPT-08", level="definition")
@given(SEEDS, st.sampled_from([0.5, 0.95]), st.sampled_from([0.0, 1.8]), st.sampled_from([1e-4, 0.25]))
def test_adasecant_steps_at_the_secant_rate_along_the_corrected_gradient(subject, seed, rho, gamma_max, epsilon):
    gradients = normal(seed, 12, 3) + [1.0, 0.0, -0.25]
    taken = steps(subject.optimizers.AdaSecant(rho, gamma_max, epsilon), gradients)
    assert t9(taken, np.array(list(secant_oracle(gradients.tolist(), rho, gamma_max, epsilon))))


@law("OPT-08", level="law")
@given(RUNS, st.sampled_from([2.0**-30, 0.5, 2.0**40]), st.sampled_from([1e-4, 0.25]))
def test_scaling_the_cost_leaves_the_steps_of_adasecant_as_they_are(subject, gradients, c, epsilon):
    plain, scaled = (subject.optimizers.AdaSecant(epsilon=epsilon) for _ in range(2))
    assert (steps(scaled, c * gradients) == steps(plain, gradients)).all()


@law("OPT-08", level="law")
@given(SEEDS)
def test_the_memory_of_adasecant_never_reaches_over_less_than_one_step(subject, seed):
    secant, w = subject.optimizers.AdaSecant(), np.zeros(3)
    for g in normal(seed, 30, 3) + [3.0, 0.0, -0.25]:
        secant.step([w], [g])
        assert (secant.state()["tau"][0] >= 1).all()


@law("OPT-08", level="law")
def test_an_outlier_makes_adasecant_forget(subject):
    secant, w = subject.optimizers.AdaSecant(), np.zeros(2)
    for t in range(40):
        secant.step([w], [[1 + 0.01 * (-1) ** t, 1.0]])
    before = secant.state()["tau"][0].copy()
    secant.step([w], [[-1.0, 1.0]])
    assert before[0] < 2 and secant.state()["tau"][0][0] == 2.2


@law("OPT-08", level="theorem")
@pytest.mark.parametrize("seed", range(3))
def test_under_noise_adasecant_comes_down_without_a_learning_rate(subject, seed):
    rng = np.random.default_rng(seed)
    h, w, secant = rng.uniform(0.2, 5, 20), rng.choice([-5.0, 5.0], 20), subject.optimizers.AdaSecant()
    start = (h * w**2).sum()
    for _ in range(3000):
        secant.step([w], [h * (w - 0.5 * rng.standard_normal(20))])
    assert (h * w**2).sum() < 0.02 * start


@law("OPT-08", level="theorem")
@given(st.lists(st.tuples(EXACT, EXACT, st.integers(1, 9)), min_size=1, max_size=6), st.sampled_from([0.0, 1e-4]))
def test_if_all_means_have_the_same_weights_the_secant_rate_is_never_negative(subject, pairs, epsilon):
    alpha, delta, weights = np.array(pairs).T
    mean = lambda x: np.average(x, weights=weights)  # noqa: E731
    rate = subject.optimizers.secant_rate(mean(delta**2), mean(alpha**2), mean(alpha * delta), epsilon)
    assert 0 <= rate <= 2 * math.sqrt((mean(delta**2) + epsilon) / (mean(alpha**2) + epsilon or 1)) + 1e-9


@law("OPT-10", level="theorem")
@given(st.lists(NOT_ZERO, min_size=1, max_size=6), st.sampled_from([0.25, 2.0, 8.0]))
def test_without_noise_the_secant_rate_is_zero_where_the_cost_bends_up_and_twice_newton_s_where_down(
    subject, steps_taken, h
):
    delta = np.array(steps_taken)
    for bend, expected in ((h, 0.0), (-h, 2 / h)):
        alpha = bend * delta
        rate = subject.optimizers.secant_rate((delta**2).mean(), (alpha**2).mean(), (alpha * delta).mean())
        assert t12(rate, expected)


@law("OPT-10", level="theorem")
@pytest.mark.parametrize("h, short, long", [(2.0, 0.0, 0.5), (-2.0, 1.0, 0.5)])
def test_the_worked_rates_of_the_short_form_and_of_the_one_with_the_covariance(subject, h, short, long):
    delta = np.ones(4)
    alpha = h * delta
    squares, product = ((delta**2).mean(), (alpha**2).mean()), (alpha * delta).mean()
    assert subject.optimizers.secant_rate(*squares, product) == short
    assert subject.optimizers.secant_rate(*squares, product - alpha.mean() * delta.mean()) == long


# What AdaSecant takes out of the noise


@law("OPT-09", level="theorem")
@given(exact_arrays((5, 2)), st.sampled_from([0.0, 0.25, 1.8]))
def test_the_corrected_gradient_has_the_same_mean_and_less_variance(subject, g, gamma):
    mean = np.broadcast_to(g.mean(axis=0), g.shape)
    corrected = subject.optimizers.corrected_gradient(g, mean, np.full_like(g, gamma))
    assert t9(corrected.mean(axis=0), g.mean(axis=0))
    assert t9(corrected.var(axis=0) * (1 + gamma) ** 2, g.var(axis=0))


@law("OPT-09", level="theorem")
@given(SEEDS, st.sampled_from([0.5, 1.0, 2.0]))
def test_the_best_gamma_makes_the_corrected_gradient_nearest_to_the_next(subject, seed, noise):
    g = normal(seed, 40) + 1
    after = 1 + 0.75 * (g - 1) + noise * normal(seed + 1, 40)  # the next gradient remembers this one in part
    m = float(g.mean())
    gamma = float(subject.optimizers.best_gamma(g, after, m, gamma_max=1e9))
    assume(0 < gamma < 1e6)
    miss = lambda k: np.mean(((g + k * m) / (1 + k) - after) ** 2)  # noqa: E731
    assert miss(gamma) <= min(miss(gamma * 1.01), miss(gamma * 0.99), miss(0.0)) + 1e-12
    h = 1e-5 * max(1, gamma)
    assert abs(miss(gamma + h) - miss(gamma - h)) / (2 * h) <= 1e-5


@law("OPT-09", level="definition")
@given(exact_arrays((4, 2)), exact_arrays((4, 2)), exact_arrays(2), st.sampled_from([0.5, 1.8]))
def test_gamma_is_a_ratio_of_means_between_zero_and_its_limit(subject, g, after, m, limit):
    top, bottom = ((g - after) * (g - m)).mean(axis=0), ((g - m) * (after - m)).mean(axis=0)
    expected = [min(max(a / b, 0), limit) if b > 0 else limit for a, b in zip(top, bottom, strict=True)]
    assert t12(subject.optimizers.best_gamma(g, after, m, limit), expected)


@law("OPT-08", "OPT-09", level="shape")
@given(FLOATS)
def test_the_parts_of_adasecant_and_vsgd_keep_the_dtype(subject, dtype):
    o, a, b = subject.optimizers, np.array([[1, 2], [3, 5]], dtype), np.array([[2, 1], [1, 4]], dtype)
    results = [o.secant_rate(a, b, a), o.corrected_gradient(a, b, b), o.best_gamma(a, b, a[0]), o.best_rate(a, b, a),
               o.expected_square_distance(a, b, a, b)]
    assert all(result.dtype == dtype for result in results)
    assert [result.shape for result in results] == [(2, 2), (2, 2), (2,), (2, 2), (2, 2)]
