"""Laws of the regularizers: what a price on the weights obeys, ours and yours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, exact_arrays, normal, t9, t12

SHAPES = st.sampled_from([(), (4,), (3, 2), (2, 1, 3, 4)])
POWERS = st.integers(-4, 4).map(lambda k: 2.0**k)
both = pytest.mark.parametrize("name", ["l1", "l2"])


@st.composite
def weights(draw, dtype=np.float64, not_zero=False):
    """Weights of any shape, multiples of 1/8; `not_zero` moves each by 1/16, away from the corner of |w|."""
    return draw(exact_arrays(draw(SHAPES), dtype)) + dtype(not_zero / 16)


@both
@law("REG-01", level="shape")
@given(case=FLOATS.flatmap(lambda dtype: weights(dtype)))
def test_the_price_is_one_number_of_the_same_dtype_and_the_weights_are_left_alone(subject, name, case):
    before = case.copy()
    price = getattr(subject.regularizers, name)(case)
    assert np.shape(price) == () and price.dtype == case.dtype
    assert (case == before).all()


@both
@law("REG-01", level="shape")
@given(W=FLOATS.flatmap(lambda dtype: weights(dtype)), upstream_dtype=FLOATS)
def test_the_gradient_has_the_shape_of_the_weights_and_the_wider_dtype(subject, name, W, upstream_dtype):
    backward = getattr(subject.regularizers, name + "_backward")
    dW = backward(np.array(1, upstream_dtype), W)
    assert dW.shape == W.shape and dW.dtype == np.result_type(W.dtype, upstream_dtype)
    assert backward(1.0, W).dtype == W.dtype, "a plain number has no dtype of its own"


@law("REG-01", level="definition")
@given(weights())
def test_every_weight_is_counted_once_with_its_square_or_its_size(subject, W):
    squares = sizes = 0.0
    for w in W.ravel().tolist():
        squares += w * w
        sizes += abs(w)
    assert subject.regularizers.l2(W) == squares
    assert subject.regularizers.l1(W) == sizes


@law("REG-01", level="law")
@given(weights(), EXACT)
def test_scaling_the_weights_scales_l2_by_the_square_and_l1_by_the_size(subject, W, c):
    assert subject.regularizers.l2(c * W) == c**2 * subject.regularizers.l2(W)
    assert subject.regularizers.l1(c * W) == abs(c) * subject.regularizers.l1(W)


@both
@law("REG-01", level="law")
@given(W=weights(), random=st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_shape_of_the_weights_matters(subject, name, W, random):
    f = getattr(subject.regularizers, name)
    shuffled = random.sample(W.ravel().tolist(), W.size)
    assert f(np.array(shuffled)) == f(W) == f(-W) == f(W.T)


@both
@law("REG-01", level="gradient")
@given(W=weights(not_zero=True), upstream=EXACT, data=st.data())
def test_the_gradient_is_the_slope_of_the_price(subject, name, W, upstream, data):
    f, backward = getattr(subject.regularizers, name), getattr(subject.regularizers, name + "_backward")
    direction = data.draw(exact_arrays(W.shape))
    h = 2.0**-10  # weights 1/16 from zero, steps at most 10/1024: no corner is crossed, so this is exact
    rise = f(W + h * direction) - f(W - h * direction)
    assert (backward(upstream, W) * direction).sum() == upstream * rise / (2 * h)


@law("REG-01", level="extreme")
@given(SHAPES, EXACT)
def test_at_a_weight_of_zero_l1_pulls_in_neither_direction(subject, shape, upstream):
    assert (subject.regularizers.l1_backward(upstream, np.zeros(shape)) == 0).all()


@both
@law("REG-01", level="extreme")
def test_infinity_and_nan_are_not_hidden_and_no_weights_cost_nothing(subject, name):
    f = getattr(subject.regularizers, name)
    assert f(np.array([1.0, -np.inf])) == np.inf
    assert np.isnan(f(np.array([1.0, np.nan])))
    assert f(np.zeros((0, 3))) == 0
    assert subject.regularizers.l2(np.array([1e200])) == np.inf


@law("REG-02", level="definition")
def test_the_lectures_two_weight_vectors_score_alike_and_only_l2_tells_them_apart(subject):
    x, w1, w2 = np.ones(4), np.array([1.0, 0, 0, 0]), np.full(4, 0.25)
    assert w1 @ x == w2 @ x == 1
    assert [subject.regularizers.l2(w) for w in (w1, w2)] == [1, 0.25]
    assert [subject.regularizers.l1(w) for w in (w1, w2)] == [1, 1]


@law("REG-03", level="theorem")
@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_of_all_weights_with_one_sum_the_even_spread_has_the_least_l2(subject, d, seed):
    w = normal(seed, d)
    even = np.full(d, w.sum() / d)
    assert t9(subject.regularizers.l2(even), w.sum() ** 2 / d)
    assert subject.regularizers.l2(w) >= w.sum() ** 2 / d - 1e-9


@law("REG-03", level="theorem")
@given(exact_arrays(st.integers(1, 9)))
def test_l1_is_at_least_the_size_of_the_sum_and_equals_it_for_weights_of_one_sign(subject, w):
    one_sign = (w >= 0).all() or (w <= 0).all()
    assert subject.regularizers.l1(w) >= abs(w.sum())
    assert (subject.regularizers.l1(w) == abs(w.sum())) == one_sign


@law("REG-04", level="law")
@given(weights(), st.integers(-9, -1).map(lambda k: 2.0**k), st.integers(-9, 0).map(lambda k: 2.0**k))
def test_a_step_down_lambda_l2_alone_multiplies_the_weights_by_the_decay_factor(subject, W, eta, lam):
    stepped = W - eta * subject.regularizers.l2_backward(lam, W)
    assert (stepped == subject.regularizers.decay_factor(eta, lam) * W).all()
    assert subject.regularizers.decay_factor(eta, lam) == 1 - 2 * eta * lam


@law("REG-04", level="law")
@given(st.integers(0, 2**32 - 1), st.floats(0, 2), st.floats(0, 2))
def test_the_decay_factor_holds_for_any_rate_and_strength(subject, seed, eta, lam):
    W = normal(seed, 3, 2)
    assert t12(W - eta * subject.regularizers.l2_backward(lam, W), subject.regularizers.decay_factor(eta, lam) * W)


@law("REG-04", level="theorem")
@given(exact_arrays((4, 2)), exact_arrays((3, 4)), exact_arrays((1, 3)), exact_arrays(2), POWERS)
def test_relu_units_grow_without_bound_with_the_weights_and_l2_puts_a_price_on_it(subject, W1, W2, W3, x, c):
    def net(scale, x):
        return (scale * W3) @ np.maximum((scale * W2) @ np.maximum((scale * W1) @ x, 0), 0)

    def price(scale):
        return sum(subject.regularizers.l2(scale * W) for W in (W1, W2, W3))

    assert net(1, c * x) == c * net(1, x)
    assert net(c, x) == c**3 * net(1, x)  # three weight matrices
    assert price(c) == c**2 * price(1)


@law("E-26", level="theorem")
def test_a_sum_over_samples_and_wrong_classes_does_not_give_the_slides_own_figures(subject):
    N, K = 4, 3  # four samples, as many as the slide's vectors have weights
    for w, figure in [(np.array([1.0, 0, 0, 0]), 1), (np.full(4, 0.25), 0.25)]:
        slide_l2 = sum(w[i] ** 2 for i in range(N) for j in range(K) if j != 0)
        slide_l1 = sum(abs(w[i]) for i in range(N) for j in range(K) if j != 0)
        assert slide_l2 == (K - 1) * figure != figure
        assert subject.regularizers.l2(w) == figure
        assert slide_l1 == (K - 1) * subject.regularizers.l1(w)


@law("OPT-06", level="gradient")
@given(exact_arrays((2, 3)), st.sampled_from([0.25, 2.0]))
def test_the_curvature_of_the_l2_price_is_how_its_gradient_changes(subject, W, strength):
    backward, bends = subject.regularizers.l2_backward, subject.regularizers.l2_curvature
    rise = backward(strength, W + 0.0625) - backward(strength, W - 0.0625)
    assert (bends(strength, W) == rise / 0.125).all()
    assert bends(strength, W.astype(np.float32)).dtype == np.float32
