"""Laws of the numerical gradient and of the checks built on it: right gradients pass, wrong ones do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, SEEDS, exact_arrays, normal, t9, t12

POWERS = st.sampled_from([s * 2.0**k for s in (1, -1) for k in range(-3, 4)])
STEPS = st.integers(4, 20).map(lambda k: 2.0**-k)
SHAPES = st.tuples(st.integers(1, 3), st.integers(2, 4)).filter(lambda shape: shape[0] != shape[1])
SMOOTH = [(np.sin, np.cos), (np.tanh, lambda w: 1 - np.tanh(w) ** 2), (np.exp, np.exp)]


def affine(X, W, b=None):
    return X @ W.T if b is None else X @ W.T + b


def affine_backward(upstream, X, W, b=None):
    return upstream @ W, upstream.T @ X, None if b is None else upstream.sum(axis=0)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(upstream, z):
    p = softmax(z)
    return p * (upstream - (upstream * p).sum(axis=-1, keepdims=True))



@law("GC-01", level="definition")
@given(arrays(float, st.sampled_from([(), (3,), (2, 3), (1, 2, 2)]), elements=POWERS), POWERS, STEPS)
def test_on_a_parabola_the_forward_difference_is_off_by_exactly_half_of_lambda_h(subject, w, curvature, h):
    difference = subject.gradcheck.forward_difference(lambda w: curvature / 2 * (w**2).sum(), w, h)
    assert (difference - curvature * w == curvature * h / 2).all()


@law("GC-01", level="law")
@given(st.floats(-3, 3), st.floats(1e-4, 1e-2))
def test_the_forward_difference_errs_by_half_h_times_the_second_derivative(subject, w, h):
    error = float(subject.gradcheck.forward_difference(np.sin, w, h)) - np.cos(w)
    assert abs(error + h / 2 * np.sin(w)) <= h**2 / 6 + 4e-16 / h


@law("GC-01", level="definition")
def test_the_forward_difference_of_the_sine_at_seven_tenths(subject):
    error = float(subject.gradcheck.forward_difference(np.sin, 0.7, 1e-3)) - np.cos(0.7)
    assert abs(error + 3.22236e-4) <= 5e-10


@law("GC-02", level="definition")
def test_the_central_difference_of_the_sine_at_seven_tenths(subject):
    error = float(subject.gradcheck.numerical_gradient(np.sin, 0.7, 1e-3)) - np.cos(0.7)
    assert abs(error + 1.27474e-7) <= 5e-12


@law("GC-02", level="law")
@given(SHAPES.flatmap(exact_arrays), st.data(), st.floats(1e-3, 1e-2))
def test_the_central_difference_is_exact_for_quadratics(subject, w, data, h):
    a, b = data.draw(exact_arrays(w.shape)), data.draw(exact_arrays(w.shape))
    numeric = subject.gradcheck.numerical_gradient(lambda w: (a * w**2 + b * w).sum(), w, h)
    assert t9(numeric / 1000, (2 * a * w + b) / 1000)  # of a cost of order 1000


@law("GC-02", level="law")
@given(st.floats(-3, 3).filter(lambda w: abs(np.cos(w)) >= 0.1))
def test_a_tenth_of_the_step_leaves_a_hundredth_of_the_error(subject, w):
    error = lambda h: abs(float(subject.gradcheck.numerical_gradient(np.sin, w, h)) - np.cos(w))  # noqa: E731
    assert 50 <= error(1e-2) / error(1e-3) <= 200


@law("GC-02", level="law")
@given(st.floats(-2, 2), st.floats(1e-3, 1e-2))
def test_the_central_difference_errs_by_a_sixth_of_h_squared_times_the_third_derivative(subject, w, h):
    error = float(subject.gradcheck.numerical_gradient(np.exp, w, h)) - np.exp(w)
    assert abs(error - h**2 / 6 * np.exp(w)) <= h**4 / 120 * np.exp(w + h) + 4e-15 / h


@law("GC-02", level="gradient")
@given(SHAPES, SEEDS, st.sampled_from(SMOOTH))
def test_every_entry_of_the_numerical_gradient_moves_one_entry_of_x(subject, shape, seed, smooth):
    (f, f_prime), w, c = smooth, normal(seed, *shape) / 3, normal(seed + 1, *shape)
    numeric = subject.gradcheck.numerical_gradient(lambda w: (c * f(w)).sum(), w)
    assert numeric.shape == shape
    assert (np.abs(numeric - c * f_prime(w)) <= 1e-8).all()


@law("GC-02", level="extreme")
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=4), st.sampled_from([np.int64, np.int8, np.float32, float]))
def test_integers_and_float32_are_stepped_in_float64(subject, w, dtype):
    w = np.array(w, dtype)
    seen = []
    numeric = subject.gradcheck.numerical_gradient(lambda w: (seen.append(w.dtype), (w**2).sum())[1], w)
    assert numeric.dtype == np.float64 and set(seen) == {np.dtype(np.float64)}
    assert (np.abs(numeric - 2.0 * w) <= 1e-8).all()  # [6, 8] gives [12, 16]


@law("GC-01", "GC-02", level="law")
@given(FLOATS, SHAPES.flatmap(exact_arrays))
def test_the_point_is_left_alone_even_by_a_cost_that_overwrites_its_argument(subject, dtype, w):
    def careless(w):
        w *= 2
        return w.sum()

    w = w.astype(dtype)
    before = w.copy()
    for slope in (subject.gradcheck.numerical_gradient, subject.gradcheck.forward_difference):
        assert (slope(careless, w, 0.5) == 2).all()
        assert (before == w).all()


@law("GC-01", "GC-02", level="extreme")
def test_a_step_that_is_lost_beside_a_large_number_is_refused(subject):
    for slope in (subject.gradcheck.numerical_gradient, subject.gradcheck.forward_difference):
        with pytest.raises(ValueError):
            slope(lambda w: w.sum(), np.array([1.0, 1e16]), 1e-3)


@law("GC-01", "GC-02", level="extreme")
def test_the_slope_at_nan_and_at_infinity_is_nan(subject):
    for slope in (subject.gradcheck.numerical_gradient, subject.gradcheck.forward_difference):
        for w in (np.nan, np.inf):
            assert np.isnan(slope(lambda w: w[()], np.array(w), 1e-3))



@law("GC-03", level="definition")
@given(SHAPES.flatmap(lambda shape: st.tuples(exact_arrays(shape), exact_arrays(shape))))
def test_the_error_is_taken_relative_to_the_larger_but_at_least_to_one(subject, pair):
    rows = zip(*(g.tolist() for g in pair), strict=True)
    expected = [[abs(a - b) / max(1, abs(a), abs(b)) for a, b in zip(*row, strict=True)] for row in rows]
    assert subject.gradcheck.relative_error(*pair).tolist() == expected


@law("GC-03", level="shape")
@given(FLOATS, FLOATS, SHAPES.flatmap(exact_arrays))
def test_the_error_has_the_wider_dtype_and_leaves_both_gradients_alone(subject, one, other, g):
    a, b = g.astype(one), g.astype(other)
    error = subject.gradcheck.relative_error(a, b)
    assert error.dtype == np.result_type(one, other) and error.shape == g.shape and (error == 0).all()
    assert (a == g).all() and (b == g).all()


@law("GC-03", level="extreme")
def test_the_error_against_nan_or_infinity_is_nan(subject):
    error = subject.gradcheck.relative_error(np.array([np.nan, 1, np.inf, -np.inf]), np.array([1, np.nan, np.inf, 1]))
    assert np.isnan(error).all()



@law("GC-03", level="gradient")
@given(SHAPES, SEEDS, st.sampled_from(SMOOTH))
def test_a_right_gradient_passes(subject, shape, seed, smooth):
    (f, f_prime), w, c = smooth, normal(seed, *shape), normal(seed + 1, *shape)
    assert subject.gradcheck.check_gradient(lambda w: (c * f(w)).sum(), lambda w: c * f_prime(w), w)


WRONG = {
    "its sign is turned": lambda g: -g,
    "it is doubled": lambda g: 2 * g,
    "it is divided by the number of samples": lambda g: g / g.shape[0],
    "two rows are swapped": lambda g: g[::-1],
    "two columns are swapped": lambda g: g[:, [1, 0, 2]],
    "its last entry is missing": lambda g: g * [[1, 1, 1], [1, 1, 0]],
    "it is off by one in ten thousand": lambda g: 1.0001 * g,
    "one entry is NaN": lambda g: g * [[1, 1, np.nan], [1, 1, 1]],
    "one entry is infinite": lambda g: g * [[1, np.inf, 1], [1, 1, 1]],
}


@law("GC-03", level="gradient")
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_gradient_fails_if(subject, wrong):
    w = np.array([[1.0, 2, -2], [1.5, -1, 3]])
    cost, gradient = lambda w: (w**3).sum() / 3, lambda w: w**2 * np.array([[1.0, 1, 1], [1, 1, 1]])
    assert subject.gradcheck.check_gradient(cost, gradient, w)
    assert not subject.gradcheck.check_gradient(cost, lambda w: wrong(gradient(w)), w)


@law("GC-03", level="shape")
@given(st.sampled_from([lambda g: g.T, lambda g: g.ravel(), lambda g: g[:1], lambda g: g.sum(), lambda g: g[None]]))
def test_a_gradient_of_another_shape_is_refused_and_never_broadcast(subject, reshape):
    with pytest.raises(ValueError):
        subject.gradcheck.check_gradient(lambda w: w.sum(), lambda w: reshape(np.ones_like(w)), np.zeros((2, 3)))


@law("GC-03", level="definition")
@given(SHAPES, st.data(), SEEDS)
def test_the_report_names_the_worst_entry_and_both_numbers(subject, shape, data, seed):
    worst, w = tuple(data.draw(st.integers(0, side - 1)) for side in shape), normal(seed, *shape)
    spoilt = np.full(shape, 0.5)
    spoilt[worst] = 4
    report = subject.gradcheck.check_gradient(lambda w: w.sum(), lambda w: spoilt, w, tolerance=0.5)
    assert report.where == f"x{list(worst)}" and report.where in str(report)
    assert report.analytic == 4 and t9(report.numeric, 1) and t9(report.error, 0.75) and report.tolerance == 0.5


@law("GC-03", level="extreme")
@given(EXACT.filter(bool), st.sampled_from([0.0, 1.0]))
def test_at_a_kink_no_gradient_passes_and_the_report_says_why(subject, x, at_zero):
    relu, relu_prime = lambda w: np.maximum(w, 0).sum(), lambda w: np.where(w == 0, at_zero, w > 0)
    report = subject.gradcheck.check_gradient(relu, relu_prime, np.array([x, 0.0, 1.0]))
    assert not report and report.where == "x[1]" and "kink" in str(report)
    assert subject.gradcheck.check_gradient(relu, relu_prime, np.array([x, 1e-3, -1e-3]))


@law("GC-03", level="extreme")
@given(st.floats(1.001, 10))
def test_a_wrong_gradient_of_a_smooth_function_is_not_excused_by_a_kink(subject, factor):
    cost, wrong = lambda w: np.cos(w).sum(), lambda w: -factor * np.sin(w)
    report = subject.gradcheck.check_gradient(cost, wrong, np.array([1.0, 2]))
    assert not report and "kink" not in str(report)


@law("GC-03", level="definition")
@given(st.integers(1, 9))
def test_the_tolerance_decides(subject, k):
    cost, gradient = lambda w: w.sum(), lambda w: np.ones(1) - k / 100
    assert subject.gradcheck.check_gradient(cost, gradient, [0.0], tolerance=1.001 * k / 100)
    assert not subject.gradcheck.check_gradient(cost, gradient, [0.0], tolerance=0.999 * k / 100)


@law("GC-03", "E-03", level="theorem")
@given(SEEDS)
def test_the_slide_s_index_fails_the_check_that_the_right_one_passes(subject, seed):
    W, x, b, U = normal(seed, 3, 3) / 2, 1 + np.abs(normal(seed + 1, 3)), normal(seed + 2, 3) / 4, [1.0, -1, 2]
    score = lambda W: U @ np.tanh(W @ x + b)  # noqa: E731
    prime = lambda W: 1 - np.tanh(W @ x + b) ** 2  # noqa: E731
    right = subject.gradcheck.check_gradient(score, lambda W: np.einsum("i,i,j->ij", U, prime(W), x), W)
    slide = subject.gradcheck.check_gradient(score, lambda W: np.einsum("j,i,j->ij", U, prime(W), x), W)
    assert right and right.error <= 1e-8
    assert not slide and slide.error >= 1e-2



@law("GC-03", level="gradient")
@given(SEEDS, st.booleans())
def test_a_right_backward_passes_with_a_bias_and_without(subject, seed, biased):
    X, W, b = normal(seed, 4, 3), normal(seed + 1, 2, 3), normal(seed + 2, 2) if biased else None
    assert subject.gradcheck.check_backward(affine, affine_backward, X, W, b, rng=seed)
    assert subject.gradcheck.check_backward(softmax, softmax_backward, X, rng=seed)
    assert subject.gradcheck.check_backward(lambda X: (X**2).sum(), lambda upstream, X: 2 * upstream * X, X, rng=seed)


SLIPS = {
    "of an affine map forgets the weights": (affine, lambda u, X, W, b: (u @ np.ones_like(W), u.T @ X, u.sum(axis=0))),
    "of an affine map turns a sign": (affine, lambda u, X, W, b: (u @ W, -u.T @ X, u.sum(axis=0))),
    "of an affine map takes the mean over the samples": (affine, lambda u, X, W, b: (u @ W, u.T @ X, u.mean(axis=0))),
    "of an affine map returns the first row alone": (affine, lambda u, X, W, b: (u @ W, u.T @ X, u[0])),
    "of softmax keeps the diagonal only": (softmax, lambda u, z: u * softmax(z) * (1 - softmax(z))),
    "of softmax ignores what arrives": (softmax, lambda u, z: softmax_backward(np.ones_like(u), z)),
    "swaps two entries": (np.sin, lambda u, z: (u * np.cos(z))[:, [1, 0, 2]]),
    "misses one entry": (np.sin, lambda u, z: u * np.cos(z) * (np.arange(z.size) > 0).reshape(z.shape)),
    "is NaN": (np.sin, lambda u, z: u * np.nan),
    "of an affine map is NaN in the weights": (affine, lambda u, X, W, b: (u @ W, u.T @ X * np.nan, u.sum(axis=0))),
}


@law("GC-03", level="gradient")
@pytest.mark.parametrize("f, f_backward", SLIPS.values(), ids=SLIPS)
def test_a_backward_fails_if_it(subject, f, f_backward):
    inputs = (normal(1, 4, 3), normal(2, 2, 3), normal(3, 2))[: 3 if f is affine else 1]
    assert not any(subject.gradcheck.check_backward(f, f_backward, *inputs, rng=seed) for seed in range(5))


@law("GC-03", level="definition")
def test_the_report_of_a_backward_names_the_worst_argument(subject):
    spoilt = lambda u, X, W, b: (u @ W, 1.01 * (u.T @ X), 3 * u.sum(axis=0))  # noqa: E731
    report = subject.gradcheck.check_backward(affine, spoilt, normal(1, 4, 3), normal(2, 2, 3), normal(3, 2))
    assert report.where == "argument 2" and report.where in str(report) and t9(report.analytic, 3 * report.numeric)


@law("GC-03", level="definition")
@given(SEEDS)
def test_options_reach_the_function_and_its_backward(subject, seed):
    power = lambda x, exponent: x**exponent  # noqa: E731
    backward = lambda upstream, x, exponent: exponent * upstream * x ** (exponent - 1)  # noqa: E731
    x = normal(seed, 2, 3)
    assert subject.gradcheck.check_backward(power, backward, x, exponent=3)
    assert not subject.gradcheck.check_backward(power, lambda u, x, exponent: backward(u, x, 2), x + 4, exponent=3)


@law("GC-03", level="shape")
@given(st.sampled_from([lambda u, X, W: u @ W, lambda u, X, W: (u @ W, None), lambda u, X, W: (u @ W, X.T @ u),
                        lambda u, X, W: (u @ W, (u.T @ X).sum()), lambda u, X, W: (u @ W, u.T @ X, u)]))
def test_a_backward_with_too_few_too_many_or_misshapen_gradients_is_refused(subject, backward):
    with pytest.raises(ValueError):
        subject.gradcheck.check_backward(affine, backward, normal(1, 4, 3), normal(2, 2, 3))


@law("GC-03", level="law")
@given(FLOATS, SEEDS)
def test_the_arguments_of_a_backward_are_left_alone(subject, dtype, seed):
    def careless(upstream, X):
        X *= 2
        upstream *= X
        return upstream

    X = normal(seed, 2, 3, dtype=dtype)
    before = X.copy()
    assert subject.gradcheck.check_backward(lambda X: X**2, careless, X)
    assert (before == X).all()


@law("GC-03", level="extreme")
@given(SEEDS)
def test_the_same_seed_gives_the_same_check(subject, seed):
    check = lambda: subject.gradcheck.check_backward(np.sin, lambda u, z: u * np.cos(z), normal(1, 2, 3), rng=seed)  # noqa: E731
    assert t12(check().analytic, check().analytic) and check().error == check().error
