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
}
every_rule = pytest.mark.parametrize("rule", RULES)
every_rule_with_a_rate = pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "Adadelta"])

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


def steps(optimizer, gradients):
    """Return every step taken, each from 0, so that nothing is rounded away: shape (T, ...)."""
    gradients = np.asarray(gradients)
    w, taken = np.zeros_like(gradients[0]), []
    for g in gradients:
        w[...] = 0
        optimizer.step([w], [g])
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
@every_rule
@given(dtype=FLOATS, data=st.data())
def test_a_step_moves_the_arrays_themselves_and_leaves_the_gradients_alone(subject, rule, dtype, data):
    params, grads = [[data.draw(exact_arrays(shape, dtype)) for shape in ((2, 3), (4,), ())] for _ in range(2)]
    expected, before = [w.copy() for w in params], [g.copy() for g in grads]
    assert make(subject, rule).step(params, grads) is None
    for w, start, g, same in zip(params, expected, grads, before, strict=True):
        assert (g == same).all()
        assert w.dtype == dtype and w.shape == start.shape
        assert ((w == start) == (g == 0)).all()


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
            optimizer.step([w], [g])
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
            optimizers[0].step([w[0]], [g])
            optimizers[1].step([w[1]], [same])
        assert w[0].dtype == dtype and (w[0] == w[1]).all()
        assert all(array.dtype == dtype for array in memory_of(optimizers[0]))


@law("OPT-12", level="extreme")
@every_rule
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
    optimizer.step([np.ones(shape) for shape in shapes], [np.ones(shape) for shape in shapes])
    kept = [array.shape for array in memory_of(optimizer)]
    assert kept == len(kept) // len(shapes) * shapes


@law("OPT-12", level="law")
@every_rule
@given(gradients=RUNS, random=st.randoms(use_true_random=False))
def test_coordinates_do_not_interact(subject, rule, gradients, random):
    order = random.sample(range(3), 3)
    run = steps(make(subject, rule), gradients)
    assert (steps(make(subject, rule), gradients[:, order]) == run[:, order]).all()
    assert (steps(make(subject, rule), gradients[:, :1]) == run[:, :1]).all()


@law("OPT-12", level="law")
@every_rule
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
        both.step([u, v], [g[:1], g[1:]])
    expected = steps(left, gradients[:, :1]), steps(right, gradients[:, 1:])
    assert t12(u, expected[0].sum(axis=0)) and t12(v, expected[1].sum(axis=0))


@law("OPT-12", "OPT-01", level="extreme")
@every_rule
@given(exact_arrays(3), st.sampled_from([0.0, 1e-8, 2.0]), st.integers(1, 4))
def test_from_the_start_a_zero_gradient_moves_nothing_even_without_epsilon(subject, rule, start, epsilon, T):
    optimizer = make(subject, rule, **({"epsilon": epsilon} if "epsilon" in RULES[rule][1] else {}))
    w = start.copy()
    for _ in range(T):
        optimizer.step([w], [np.zeros(3)])
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
        optimizer.step([w], [g[np.newaxis]])
    assert np.isfinite(w).all()


@law("OPT-12", level="extreme")
@pytest.mark.parametrize("rule", ["Adagrad", "RMSprop", "Adam"])
@pytest.mark.parametrize("dtype, tiny", [(np.float64, 1e-200), (np.float64, 5e-324), (np.float32, 1e-30)])
def test_a_gradient_too_small_to_be_squared_makes_no_leap(subject, rule, dtype, tiny):
    taken = steps(make(subject, rule, epsilon=0), np.full((3, 1), tiny, dtype))
    assert (np.abs(taken) <= 2).all()


@law("OPT-12", level="extreme")
@every_rule
@given(gradients=RUNS)
def test_nan_spoils_its_own_coordinate_and_no_other(subject, rule, gradients):
    broken = gradients.copy()
    broken[0, 1] = np.nan
    w, clean = np.zeros(3), np.zeros(3)
    sick, well = make(subject, rule), make(subject, rule)
    for g, bad in zip(gradients, broken, strict=True):
        well.step([clean], [g])
        sick.step([w], [bad])
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
        whole.step([w], [g])
        if t == stop:
            second.restore(first.state())
        (first if t < stop else second).step([resumed], [g])
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
            optimizer.step(params, grads)
    assert (u == 1).all() and (v == 1).all()
    assert (steps(optimizer, gradients) == steps(make(subject, rule), gradients)).all()


@law("OPT-12", level="extreme")
@every_rule
def test_after_the_first_step_parameters_of_other_shapes_are_refused(subject, rule):
    optimizer, w = make(subject, rule), np.ones((3, 2))
    optimizer.step([np.ones((2, 3))], [np.ones((2, 3))])
    with pytest.raises(ValueError):
        optimizer.step([w], [np.ones((3, 2))])
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


@law("OPT-12", level="definition")
def test_the_table_finds_each_rule_by_its_name(subject):
    for name in ("SGD", "Momentum", "Adagrad", "RMSprop", "Adadelta", "Adam"):
        rule = getattr(subject.optimizers, name)
        assert subject.optimizers.OPTIMIZERS[name.lower()] is rule
        assert subject.optimizers.optimizer(name.lower()) is rule


@law("OPT-01", "OPT-02", "OPT-03", "OPT-04", "OPT-13", level="definition")
@pytest.mark.parametrize(
    "name, needed, defaults",
    [
        ("Momentum", {"learning_rate": 0.5}, {"momentum": 0.9, "nesterov": False}),
        ("Adagrad", {"learning_rate": 0.5}, {"epsilon": 1e-8}),
        ("RMSprop", {"learning_rate": 0.5}, {"rho": 0.9, "epsilon": 1e-8}),
        ("Adadelta", {}, {"rho": 0.95, "epsilon": 1e-6}),
        ("Adam", {}, {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
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
        optimizer.step([w], [curvature * w])
    assert ((curvature * w**2).sum(axis=1) <= 1e-2 * start).all()


# Plain descent and momentum


@law("GD-01", level="definition")
@given(exact_arrays((2, 3)), exact_arrays((2, 3)), RATES)
def test_sgd_goes_down_the_gradient(subject, w, g, rate):
    expected = w - rate * g
    subject.optimizers.SGD(rate).step([w], [g])
    assert (w == expected).all()


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
    assert (w == expected).all()


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
