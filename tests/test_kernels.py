"""The three forms of every kernel agree: exactly where arithmetic is exact, within their rounding elsewhere.

The compiled form is tested at the level in force; `.ci/full` runs this file once for each level.
"""

import copy
import hashlib
import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from refnn import kernels, optimizers
from refnn.kernels import definition, vectorized
from refnn.properties.support import FLOATS, exact_arrays, gamma, normal

SIDE = st.integers(1, 4)


def fast_forms():
    """List the forms to hold against the definition: NumPy's, and the compiled one where it was built."""
    try:
        return [vectorized, importlib.import_module("refnn.kernels.compiled")]
    except ModuleNotFoundError:
        if os.environ.get("REFNN_REQUIRE_EXT") == "1":
            raise
        return [vectorized]


FORMS = fast_forms()


FENCE = 64  # numbers before and behind an array, which no kernel may write to, nor read without being found out


def fenced(shape, dtype, number):
    """Return images (n, C, H, W), channels last in memory, and the memory around them: all of it one number."""
    n, channels, height, width = shape
    memory = np.full(2 * FENCE + n * channels * height * width, number, dtype)
    return memory[FENCE : memory.size - FENCE].reshape(n, height, width, channels).transpose(0, 3, 1, 2), memory


def filled(form, name, shape, dtype, *args):
    """Call a kernel of one form on room full of rubbish, as the engine's buffers are, and look at what lies around."""
    out, memory = fenced(shape, dtype, 99)
    getattr(form, name)(*args, out)
    assert (memory[:FENCE] == 99).all() and (memory[memory.size - FENCE :] == 99).all()
    return out


def images(draw, n, channels, height, width, dtype):
    """Draw images or kernels whose memory is channels-first, channels-last, or turned upside down."""
    x = draw(exact_arrays((n, channels, height, width), dtype))
    order = draw(st.sampled_from(["first", "last", "turned"]))
    if order == "last":
        inside, _ = fenced(x.shape, dtype, np.nan)
        inside[...] = x
        return inside
    return x if order == "first" else x[:, :, ::-1, ::-1]


@st.composite
def convolutions(draw):
    """Draw images, kernels, a bias or none, strides and paddings that fit, and the gradient that comes back."""
    dtype, n, channels, features = draw(FLOATS), draw(st.integers(0, 3)), draw(SIDE), draw(st.integers(1, 20))
    size, stride, padding = [tuple(draw(st.tuples(s, s))) for s in (SIDE, st.integers(1, 3), st.integers(0, 2))]
    sides = [draw(st.integers(max(1, k - 2 * p), 6)) for k, p in zip(size, padding, strict=True)]
    x = images(draw, n, channels, *sides, dtype)
    W, b = images(draw, features, channels, *size, dtype), draw(st.none() | exact_arrays(features, dtype))
    outputs = [kernels.output_side(*s) for s in zip(sides, size, stride, padding, strict=True)]
    return x, W, b, stride, padding, images(draw, n, features, *outputs, dtype)


@given(convolutions(), st.booleans())
def test_the_forms_of_conv2d_agree(case, relu):
    x, W, b, stride, padding, dz = case
    args = (x, W, b, stride, padding, relu)
    expected = filled(definition, "conv2d", dz.shape, x.dtype, *args)
    assert all((filled(form, "conv2d", dz.shape, x.dtype, *args) == expected).all() for form in FORMS)
    assert (kernels.conv2d(*args) == expected).all()


@st.composite
def bordered_batches(draw):
    """Draw batches of several tiles of images, with borders, some wider than the kernel, and here and there a NaN."""
    dtype, rng = draw(FLOATS), np.random.default_rng(draw(st.integers(0, 2**32)))
    n, channels, features = draw(st.integers(1, 14)), draw(st.integers(7, 18)), draw(st.integers(1, 34))
    size, stride, padding = [tuple(draw(st.tuples(s, s))) for s in (SIDE, st.integers(1, 3), st.integers(0, 5))]
    sides = [draw(st.integers(max(1, k - 2 * p), 9)) for k, p in zip(size, padding, strict=True)]
    outputs = [kernels.output_side(*s) for s in zip(sides, size, stride, padding, strict=True)]
    shapes = (n, channels, *sides), (features, channels, *size), (n, features, *outputs)
    cases = [fenced(shape, dtype, np.nan)[0] for shape in shapes]
    for array in cases:
        array[...] = rng.integers(-4, 5, array.shape)
    odd = cases[draw(st.integers(0, 2))]
    odd[tuple(rng.integers(odd.shape))] = draw(st.sampled_from([1, 1, np.inf, -np.inf, np.nan]))
    return *cases, stride, padding


@given(bordered_batches())
def test_what_is_left_out_of_the_border_changes_nothing(case):
    """The compiled form leaves zeros of the border out, but zero times infinity is NaN and must stay so."""
    x, W, dz, stride, padding = case
    for name, args, shape in (("conv2d", (x, W, None, stride, padding, False), dz.shape),
                              ("conv2d_to_input", (dz, W, stride, padding), x.shape),
                              ("conv2d_to_kernel", (dz, x, stride, padding), W.shape)):  # fmt: skip
        expected = filled(vectorized, name, shape, x.dtype, *args)
        assert all(np.array_equal(filled(form, name, shape, x.dtype, *args), expected, equal_nan=True)
                   for form in FORMS[1:])  # fmt: skip


@pytest.mark.parametrize("features", range(1, 41))
@pytest.mark.parametrize("channels, width", [(1, 5), (1, 20), (1, 40), (2, 5)])
def test_each_of_any_number_of_features_gets_its_own_bias_and_kernel(features, channels, width):
    rng = np.random.default_rng(features)
    x, W = (rng.integers(-4, 5, (n, channels, *size)).astype(np.float32) for n, size in
            [(2, (4, width)), (features, (2, 3))])  # fmt: skip
    args, shape = (x, W, np.arange(features, dtype=np.float32), (1, 1), (0, 0), False), (2, features, 3, width - 2)
    expected = filled(definition, "conv2d", shape, np.float32, *args)
    assert all((filled(form, "conv2d", shape, np.float32, *args) == expected).all() for form in FORMS)


@given(convolutions())
def test_the_forms_of_its_gradient_in_the_input_agree(case):
    x, W, _, stride, padding, dz = case
    args = (dz, W, stride, padding)
    expected = filled(definition, "conv2d_to_input", x.shape, x.dtype, *args)
    assert all((filled(form, "conv2d_to_input", x.shape, x.dtype, *args) == expected).all() for form in FORMS)
    assert (kernels.conv2d_to_input(dz, W, x.shape, stride, padding) == expected).all()


@given(convolutions())
def test_the_forms_of_its_gradient_in_the_kernel_agree(case):
    x, W, _, stride, padding, dz = case
    args = (dz, x, stride, padding)
    expected = filled(definition, "conv2d_to_kernel", W.shape, x.dtype, *args)
    assert all((filled(form, "conv2d_to_kernel", W.shape, x.dtype, *args) == expected).all() for form in FORMS)
    assert (kernels.conv2d_to_kernel(dz, x, W.shape[2:], stride, padding) == expected).all()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("features", [4, 10, 33])
def test_large_convolutions_stay_within_the_rounding_of_their_sums(form, dtype, features):
    """Sizes beyond one tile and one block of pixels, with numbers that do round."""
    x, W = normal(1, 3, 3, 71, 17, dtype=dtype), normal(2, features, 3, 5, 3, dtype=dtype)
    b, shape = normal(3, features, dtype=dtype), (3, features, 35, 19)
    z, exact, size = kernels.conv2d(x, W, b, (2, 1), (1, 2)), np.empty(shape), np.empty(shape)
    form.conv2d(x, W, b, (2, 1), (1, 2), False, z)
    vectorized.conv2d(*(a.astype(float) for a in (x, W, b)), (2, 1), (1, 2), False, exact)
    vectorized.conv2d(*(np.abs(a).astype(float) for a in (x, W, b)), (2, 1), (1, 2), False, size)
    assert (np.abs(z - exact) <= gamma(3 * 5 * 3 + 2, dtype) * size).all()
    dW = np.empty(W.shape, dtype)
    form.conv2d_to_kernel(z, x, (2, 1), (1, 2), dW)
    exact, size = np.empty(W.shape), np.empty(W.shape)
    vectorized.conv2d_to_kernel(z.astype(float), x.astype(float), (2, 1), (1, 2), exact)
    vectorized.conv2d_to_kernel(np.abs(z).astype(float), np.abs(x).astype(float), (2, 1), (1, 2), size)
    assert (np.abs(dW - exact) <= gamma(3 * 35 * 19 + 2, dtype) * size).all()
    dx, exact, size = np.empty(x.shape, dtype), np.empty(x.shape), np.empty(x.shape)
    dx = dx.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2)
    form.conv2d_to_input(z, W, (2, 1), (1, 2), dx)
    vectorized.conv2d_to_input(z.astype(float), W.astype(float), (2, 1), (1, 2), exact)
    vectorized.conv2d_to_input(np.abs(z).astype(float), np.abs(W).astype(float), (2, 1), (1, 2), size)
    assert (np.abs(dx - exact) <= gamma(features * 5 * 3 + 2, dtype) * size).all()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("features", [1, 2, 6, 7])
@pytest.mark.parametrize("sides", [(75, 41), (70, 14)])
def test_pictures_of_one_channel_are_walked_strip_by_strip(form, features, sides):
    """Sizes beyond one strip of rows and one tile of columns, with numbers that are exact."""
    rng = np.random.default_rng(0)
    x, W, b = (rng.integers(-3, 4, shape).astype(float) for shape in [(2, 1, *sides), (features, 1, 5, 3), features])
    shape = 2, features, sides[0] - 4, sides[1] - 2
    args = (x, W, b, (1, 1), (0, 0), True)
    assert (filled(form, "conv2d", shape, float, *args) == filled(vectorized, "conv2d", shape, float, *args)).all()


@st.composite
def products(draw):
    """Draw two matrices that fit, in any of the memory orders that training meets, and a bias or none."""
    dtype = draw(FLOATS)
    m, d, n = draw(st.integers(0, 20)), draw(st.integers(0, 9)), draw(st.integers(0, 20))
    a = draw(exact_arrays((d, m), dtype)).T if draw(st.booleans()) else draw(exact_arrays((m, d), dtype))
    b = draw(exact_arrays((n, d), dtype)).T if draw(st.booleans()) else draw(exact_arrays((d, 2 * n), dtype))[:, ::2]
    return a, b, draw(st.none() | exact_arrays(n, dtype))


@given(products(), st.booleans())
def test_the_forms_of_matmul_agree(case, relu):
    a, b, bias = case
    expected = np.empty((a.shape[0], b.shape[1]), a.dtype)
    definition.matmul(a, b, bias, relu, expected)
    for form in FORMS:
        out = np.full_like(expected, 99, order="C")
        form.matmul(a, b, bias, relu, out)
        assert (out == expected).all()
    assert (kernels.matmul(a, b, bias, relu) == expected).all()


@pytest.mark.parametrize("relu", [False, True])
def test_bias_and_relu_come_once_after_the_last_block_of_k(relu):
    rng = np.random.default_rng(0)
    a, b, bias = (rng.integers(-3, 4, shape).astype(float) for shape in [(3, 1100), (1100, 5), 5])
    expected = np.empty((3, 5))
    definition.matmul(a, b, bias, relu, expected)
    assert (kernels.matmul(a, b, bias, relu) == expected).all()


@pytest.mark.parametrize("form", FORMS[1:])
@pytest.mark.parametrize("shape, bias, stride", [
    ((1, 4, 3, 3), 3, (1, 1)), ((1, 3, 4, 3), 3, (1, 1)), ((1, 3, 3, 4), 3, (1, 1)), ((2, 3, 3, 3), 3, (1, 1)),
    ((1, 3, 3, 3), 2, (1, 1)), ((1, 3, 3, 3), 3, (0, 1)), ((1, 3, 3, 3), 3, (2**62, 1)), ((1, 3, 3, 3), 3, (1, 2**62)),
])  # fmt: skip
def test_compiled_kernels_refuse_what_would_leave_the_image(form, shape, bias, stride):
    x, W = np.ones((1, 2, 5, 5)), np.ones((3, 2, 3, 3))
    out = np.empty([shape[0], *shape[2:], shape[1]]).transpose(0, 3, 1, 2)
    with pytest.raises(ValueError, match="do not fit"):
        form.conv2d(x, W, np.ones(bias), stride, (0, 0), False, out)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("m, d, n", [(1, 1200, 1), (130, 513, 17), (257, 40, 33)])
def test_large_products_stay_within_the_rounding_of_their_sums(form, dtype, m, d, n):
    a, b, out = normal(m, m, d, dtype=dtype), normal(n, d, n, dtype=dtype), np.empty((m, n), dtype)
    form.matmul(a, b, None, False, out)
    exact, size = a.astype(float) @ b.astype(float), np.abs(a).astype(float) @ np.abs(b).astype(float)
    assert (np.abs(out - exact) <= gamma(d, dtype) * size).all()


@st.composite
def poolings(draw):
    """Draw images with many equal pixels, a window, strides and paddings smaller than the window."""
    dtype, n, channels = draw(FLOATS), draw(st.integers(0, 2)), draw(st.sampled_from([1, 2, 3, 9]))
    size, stride = draw(st.tuples(SIDE, SIDE)), draw(st.tuples(SIDE, SIDE))
    padding = tuple(draw(st.integers(0, k - 1)) for k in size)
    sides = [draw(st.integers(max(1, k - 2 * p), 7)) for k, p in zip(size, padding, strict=True)]
    x = images(draw, n, channels, *sides, dtype)
    x[x > 8] = draw(st.sampled_from([9, np.inf]))
    x[x < -8] = draw(st.sampled_from([-9, np.nan, -np.inf]))
    outputs = [kernels.output_side(*s) for s in zip(sides, size, stride, padding, strict=True)]
    return x, size, stride, padding, images(draw, n, channels, *outputs, dtype)


@given(poolings())
def test_the_forms_of_max_pooling_agree(case):
    x, size, stride, padding, dz = case
    expected, place = np.empty(dz.shape), np.empty(dz.shape, np.int32)
    definition.max_pool2d(x, size, stride, padding, expected, place)
    assert (kernels.max_pool2d(x, size, stride, padding)[1] == place).all()
    for form in FORMS:
        winner = np.full([len(x), *dz.shape[2:], x.shape[1]], 99, np.int32).transpose(0, 3, 1, 2)
        out = np.full([len(x), *dz.shape[2:], x.shape[1]], 99, x.dtype).transpose(0, 3, 1, 2)
        form.max_pool2d(x, size, stride, padding, out, winner)
        assert np.array_equal(out, expected, equal_nan=True)
        assert (winner == place).all()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("channels", [1, 3, 6, 8])
@pytest.mark.parametrize("stride", [1, 3, 5])
def test_a_window_in_the_border_sees_only_what_is_in_the_image(form, channels, stride):
    x, args = -np.abs(normal(0, 2, channels, 1, 19)) - 1, ((1, 4), (1, stride), (0, 3))
    shape = 2, channels, 1, kernels.output_side(19, 4, stride, 3)
    expected, place, winner = np.empty(shape), np.empty(shape, np.int32), np.empty([2, 1, shape[3], channels], np.int32)
    definition.max_pool2d(x, *args, expected, place)
    out = np.empty([2, 1, shape[3], channels])
    form.max_pool2d(x, *args, out.transpose(0, 3, 1, 2), winner.transpose(0, 3, 1, 2))
    assert (out.transpose(0, 3, 1, 2) == expected).all() and (winner.transpose(0, 3, 1, 2) == place).all()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("padding", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_windows_as_far_apart_as_they_are_large_hand_their_gradient_back(form, padding):
    """With and without a border, which does not show in the number of windows."""
    x, dz = normal(0, 2, 9, 6, 9), normal(1, 2, 9, 2, 3)
    winner = kernels.max_pool2d(x, (3, 3), (3, 3), padding)[1]
    args = (dz, winner, (3, 3), (3, 3), padding)
    expected = filled(definition, "max_pool2d_backward", x.shape, float, *args)
    assert (filled(form, "max_pool2d_backward", x.shape, float, *args) == expected).all()


@given(poolings())
def test_of_several_nan_the_first_wins(case):
    x, size, stride, padding, dz = case
    x = np.full_like(x, np.nan)
    place = np.empty(dz.shape, np.int32)
    definition.max_pool2d(x, size, stride, padding, np.empty(dz.shape), place)
    for form in FORMS:
        out = np.empty([len(x), *dz.shape[2:], x.shape[1]], x.dtype).transpose(0, 3, 1, 2)
        winner = filled(form, "max_pool2d", dz.shape, np.int32, x, size, stride, padding, out)
        assert (winner == place).all()


@given(poolings())
def test_the_forms_of_its_gradient_agree(case):
    x, size, stride, padding, dz = case
    winner = kernels.max_pool2d(x, size, stride, padding)[1]
    args = (dz, winner, size, stride, padding)
    expected = filled(definition, "max_pool2d_backward", x.shape, x.dtype, *args)
    assert all((filled(form, "max_pool2d_backward", x.shape, x.dtype, *args) == expected).all() for form in FORMS)
    assert (kernels.max_pool2d_backward(dz, winner, x.shape, size, stride, padding) == expected).all()


@given(poolings())
def test_the_forms_of_average_pooling_agree(case):
    x, size, stride, padding, dz = case
    x = np.nan_to_num(x, posinf=9, neginf=-9)
    args = (x, size, stride, padding)
    expected = filled(definition, "avg_pool2d", dz.shape, np.float64, *args)
    tolerance = gamma(size[0] * size[1] + 2, x.dtype) * 10
    for form in FORMS:
        assert (np.abs(filled(form, "avg_pool2d", dz.shape, x.dtype, *args) - expected) <= tolerance).all()
    assert (np.abs(kernels.avg_pool2d(*args) - expected) <= tolerance).all()


@given(poolings())
def test_the_forms_of_its_gradient_agree_too(case):
    x, size, stride, padding, dz = case
    args = (dz, size, stride, padding)
    expected = filled(definition, "avg_pool2d_backward", x.shape, np.float64, *args)
    tolerance = gamma(size[0] * size[1] + 2, x.dtype) * 10 * size[0] * size[1]
    for form in FORMS:
        assert (np.abs(filled(form, "avg_pool2d_backward", x.shape, x.dtype, *args) - expected) <= tolerance).all()
    assert (np.abs(kernels.avg_pool2d_backward(dz, x.shape, size, stride, padding) - expected) <= tolerance).all()


@given(st.data(), FLOATS, st.sampled_from([(), (3,), (2, 4), (2, 3, 1, 5), (0, 2), (1, 2, 3, 0)]))
def test_the_forms_of_the_way_back_through_a_rectifier_agree(data, dtype, shape):
    z, upstream = data.draw(exact_arrays(shape, dtype)), data.draw(exact_arrays(shape, dtype))
    if z.ndim == 4:
        z = z.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2)
    z[z > 9] = data.draw(st.sampled_from([np.inf, np.nan]))
    upstream[upstream > 9] = np.inf
    expected = np.empty(shape)
    definition.relu_backward(upstream, z, expected)
    for form in FORMS:
        out = np.full_like(z, 99)
        form.relu_backward(upstream, z, out)
        assert np.array_equal(out, expected, equal_nan=True)
    assert np.array_equal(kernels.relu_backward(upstream, z), expected, equal_nan=True)


@given(st.data(), FLOATS, st.sampled_from([(2, 4), (2, 3, 1, 5), (0, 2), (3, 0), (5, 20), (2, 17, 3, 2)]))
def test_the_forms_of_the_sum_over_samples_and_pixels_agree(data, dtype, shape):
    x = data.draw(exact_arrays(shape, dtype))
    expected = np.empty(shape[1])
    definition.sum_rows(x, expected)
    for form in FORMS:
        out = np.full(shape[1], 99, dtype)
        form.sum_rows(x, out)
        assert (out == expected).all()
    assert (kernels.sum_rows(x) == expected).all()


@given(st.data(), FLOATS, st.integers(0, 4), st.integers(1, 40), st.sampled_from([0.5, 20.0, 1000.0]))
def test_the_forms_of_the_softmax_cross_entropy_agree(data, dtype, n, classes, spread):
    scores = (data.draw(exact_arrays((n, classes), dtype)) * spread).astype(dtype)
    labels = data.draw(arrays(np.intp, n, elements=st.integers(0, classes - 1)))
    expected, slope = np.empty(n), np.empty((n, classes))
    definition.softmax_cross_entropy(scores, labels, expected, slope)
    for form in FORMS:
        losses, gradient = np.full(n, 99, dtype), np.full((n, classes), 99, dtype)
        form.softmax_cross_entropy(scores, labels, losses, gradient)
        bound = gamma(classes + 12, dtype)  # of the sum, and of e^x: its series has 14 terms at most
        smallest = np.finfo(dtype).smallest_normal
        assert (np.abs(losses - expected) <= bound * np.abs(expected) + smallest).all()
        assert (np.abs(gradient - slope) <= bound * np.abs(slope) + smallest).all()


@pytest.mark.parametrize("form", [definition, *FORMS])
@pytest.mark.parametrize("row, loss", [
    ([np.nan, 1, 2], np.nan), ([1, np.nan, 2], np.nan), ([1, 2, np.inf], np.nan), ([np.inf, 1, 2], np.nan),
    ([-np.inf] * 3, np.nan), ([0, -np.inf, -np.inf], 0.0), ([-np.inf, 0, -np.inf], np.inf), ([-1e30, 1e30, 0], 2e30),
])  # fmt: skip
def test_softmax_lets_nan_and_infinity_flow(form, row, loss):
    losses, gradient = np.empty(1), np.empty((1, 3))
    form.softmax_cross_entropy(np.array([row]), np.array([0]), losses, gradient)
    assert np.array_equal(losses, [loss], equal_nan=True)
    assert np.isnan(gradient).all() == np.isnan(loss)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_exponential_is_right_to_the_last_bit_or_so(dtype):
    """Scores (0, x): the gradient in the second is e^x / (1 + e^x), which below -40 is e^x itself."""
    x = np.linspace(np.log(np.finfo(dtype).smallest_normal), -40, 10_001).astype(dtype)
    scores, labels = np.stack([np.zeros_like(x), x], axis=1), np.zeros(len(x), np.intp)
    for form in FORMS:
        losses, gradient = np.empty_like(x), np.empty_like(scores)
        form.softmax_cross_entropy(scores, labels, losses, gradient)
        assert (np.abs(gradient[:, 1] / np.exp(x.astype(np.longdouble)) - 1) < 2 * np.finfo(dtype).eps).all()
        assert np.array_equal(losses, gradient[:, 1])


RULES = {
    "sgd": optimizers.SGD(0.1), "momentum": optimizers.Momentum(0.1, 0.7),
    "nesterov": optimizers.Momentum(0.1, 0.7, nesterov=True), "adagrad": optimizers.Adagrad(0.1),
    "rmsprop": optimizers.RMSprop(0.1, 0.8), "adadelta": optimizers.Adadelta(0.9), "adam": optimizers.Adam(0.1),
    "adam without epsilon": optimizers.Adam(0.1, epsilon=0),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
@given(st.data(), FLOATS, st.sampled_from([(), (0,), (3,), (5, 7), (2, 3, 4, 5)]))
def test_compiled_updates_give_the_bits_of_their_rule(name, data, dtype, shape):
    fast, slow = copy.deepcopy(RULES[name]), copy.deepcopy(RULES[name])
    object.__setattr__(slow, "compiled", None)
    w = data.draw(arrays(dtype, shape, elements=st.floats(-9, 9, width=16)))
    ours, theirs = [w.copy()], [w.copy()]
    for _ in range(3):
        g = data.draw(arrays(dtype, shape, elements=st.floats(width=16) | st.sampled_from([0.0, 2.0**-100, 2.0**100])))
        fast.step(ours, [g])
        slow.step(theirs, [g])
    ours += [fast.state()[memory][0] for memory in fast.memory]
    theirs += [slow.state()[memory][0] for memory in slow.memory]
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype == dtype
        assert ((one == other) & (np.signbit(one) == np.signbit(other)) | np.isnan(one) & np.isnan(other)).all()


@given(st.data(), FLOATS, st.integers(0, 9), st.integers(1, 4), st.sampled_from([1.0, 0.5, 2.0]))
def test_the_forms_of_the_perceptron_pass_agree(data, dtype, n, d, learning_rate):
    X, w = np.round(data.draw(exact_arrays((n, d), dtype))), np.round(data.draw(exact_arrays(d, dtype)))
    y = np.where(data.draw(exact_arrays(n, dtype)) > 0, dtype(1), dtype(-1))
    expected = w.copy()
    mistakes = definition.perceptron_pass(X, y, learning_rate, expected)
    for form in FORMS:
        out = w.copy()
        assert form.perceptron_pass(X, y, learning_rate, out) == mistakes
        assert (out == expected).all()
    assert kernels.perceptron_pass(w, X, y, learning_rate)[1] == mistakes


@pytest.mark.parametrize("form", [definition, *FORMS])
def test_nan_passes_through_the_fused_relu(form):
    z = np.empty((1, 2))
    form.matmul(np.array([[np.nan]]), np.array([[1.0, -1]]), None, True, z)
    assert np.isnan(z).all()
    image = np.empty((1, 1, 1, 1))
    form.conv2d(np.full((1, 1, 1, 1), np.nan), np.ones((1, 1, 1, 1)), None, (1, 1), (0, 0), True, image)
    assert np.isnan(image).all()


@pytest.mark.parametrize("form", [definition, *FORMS])
def test_the_padding_is_made_of_zeros_and_zero_times_infinity_is_nan(form):
    z = np.empty((1, 3, 1, 1)).transpose(0, 3, 1, 2)
    form.conv2d(np.ones((1, 1, 3, 1)), np.full((1, 1, 1, 1), np.inf), None, (1, 1), (0, 0), False, z)
    assert (z == np.inf).all()
    form.conv2d(np.ones((1, 1, 1, 1)), np.full((1, 1, 1, 1), np.inf), None, (1, 1), (1, 0), False, z)
    assert np.isnan(z.ravel()).tolist() == [True, False, True]


def threaded():
    """Name every kernel that shares its work, with sizes that are worth it and do not divide evenly."""
    x, W, dz = (normal(seed, *shape, dtype=np.float32) for seed, shape in
                enumerate([(7, 6, 21, 18), (11, 6, 5, 3), (7, 11, 17, 16)]))
    image, one, few = normal(3, 5, 1, 61, 53), normal(4, 1, 1, 3, 5), normal(5, 7, 1, 5, 3)
    many, highest = normal(6, 9, 8, 40, 40), kernels.max_pool2d(normal(6, 9, 8, 40, 40), (2, 3), (2, 1), (1, 0))
    deep, back, stride, none = normal(7, 11, 8, 5, 3), normal(0, 9, 5, 40, 40), (1, 1), (0, 0)
    apart = (2, 4), (2, 4), none
    return {
        "matmul": lambda: kernels.matmul(normal(0, 133, 600), normal(1, 600, 70), normal(2, 70), True),
        "matmul transposed": lambda: kernels.matmul(normal(0, 600, 133).T, normal(1, 71, 600).T),
        "conv2d": lambda: kernels.conv2d(x, W, None, stride, none),
        "conv2d of few features": lambda: kernels.conv2d(image, few, None, stride, none),
        "conv2d of one feature": lambda: kernels.conv2d(image, one, None, stride, none),
        "conv2d with a border": lambda: kernels.conv2d(many, deep, None, (2, 1), (2, 1)),
        "to input": lambda: kernels.conv2d_to_input(dz, W, x.shape, stride, none),
        "to input, flipped": lambda: kernels.conv2d_to_input(x, W.transpose(1, 0, 2, 3), (7, 11, 25, 20), stride, none),
        "to kernel": lambda: kernels.conv2d_to_kernel(dz, x, (5, 3), stride, none),
        "to kernel with a border": lambda: kernels.conv2d_to_kernel(back, many, (5, 3), stride, (2, 1)),
        "max pool": lambda: kernels.max_pool2d(many, (2, 3), (2, 1), (1, 0))[0],
        "winners": lambda: kernels.max_pool2d(many, (2, 3), (2, 1), (1, 0))[1],
        "max pool back": lambda: kernels.max_pool2d_backward(*highest, many.shape, (2, 3), (2, 1), (1, 0)),
        "max pool, paved": lambda: kernels.max_pool2d_backward(*kernels.max_pool2d(many, *apart), many.shape, *apart),
        "relu back": lambda: kernels.relu_backward(normal(0, 300_001), normal(1, 300_001)),
    }  # fmt: skip


@pytest.mark.parametrize("name", threaded())
def test_threads_change_no_bit(name):
    call = threaded()[name]
    alone = call()
    try:
        for number in (2, 3, 5):
            kernels.set_threads(number)
            assert all(call().tobytes() == alone.tobytes() for _ in range(3))
    finally:
        kernels.set_threads(1)


@pytest.mark.parametrize("number, error", [(0, ValueError), (-2, ValueError), (1.5, TypeError), ("all", TypeError)])
def test_threads_are_a_whole_number_above_zero(number, error):
    with pytest.raises(error, match="threads: expected"):
        kernels.set_threads(number)


FORK = """
import os, numpy as np, refnn
from refnn import kernels
a = np.ones((300, 300))
refnn.set_threads(2)
kernels.matmul(a, a)
child = os.fork()
if child == 0:
    assert (kernels.matmul(a, a) == 300).all()
    try:
        refnn.set_threads(2)
    except RuntimeError as refused:
        os._exit(7 if "spawn" in str(refused) else 8)
    os._exit(9 if kernels.updates else 7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), (kernels.matmul(a, a) == 300).all())
"""


def test_a_fork_does_not_hang_and_says_that_threads_did_not_come_along():
    """A child that entered a parallel region would wait for the threads of its parent (seen with libgomp)."""
    assert run(FORK, OPENBLAS_NUM_THREADS="1").stdout.split() == ["7", "True"]


@pytest.mark.parametrize("form", [definition, *FORMS])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("features", [1, 2, 7, 13])
def test_a_pixel_that_is_not_finite_spoils_only_what_sees_it(form, bad, features):
    x, W = normal(0, 1, 1, 9, 8), np.abs(normal(1, features, 1, 3, 2)) + 1
    x[0, 0, 4, 5] = bad
    z = np.empty((1, 7, 7, features)).transpose(0, 3, 1, 2)
    form.conv2d(x, W, None, (1, 1), (0, 0), False, z)
    spoilt = np.zeros((7, 7), bool)
    spoilt[2:5, 4:6] = True
    assert (np.isfinite(z) == ~spoilt).all()


@pytest.mark.parametrize("form", [definition, *FORMS])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("features", [1, 6, 20])
def test_a_pixel_that_is_not_finite_spoils_only_the_weights_that_see_it(form, channels, features):
    x, dz = normal(0, 2, channels, 9, 8), np.abs(normal(1, 2, features, 7, 4)) + 1
    x[1, 0, 0, 7] = np.inf  # the corner, which only the last weight of the first row sees
    dW = np.empty((features, channels, 3, 5))
    form.conv2d_to_kernel(dz, x, (1, 1), (0, 0), dW)
    spoilt = np.zeros((channels, 3, 5), bool)
    spoilt[0, 0, 4] = True
    assert (np.isfinite(dW) == ~spoilt).all()


@pytest.mark.parametrize("form", [definition, *FORMS])
def test_an_infinite_weight_meets_no_border_on_the_way_back(form):
    dz, W = np.ones((1, 2, 4, 5)), np.ones((2, 9, 3, 3))
    W[0, 3, 0, 0] = np.inf
    dx = np.empty((1, 4, 5, 9)).transpose(0, 3, 1, 2)
    form.conv2d_to_input(dz, W, (1, 1), (1, 1), dx)
    assert not np.isnan(dx).any() and np.isinf(dx[:, 3]).any() and np.isfinite(dx[:, :3]).all()


def test_the_compiled_kernels_are_those_of_the_source_beside_them():
    folder = Path(kernels.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.suffix in {".pxi", ".pyx"}):
        digest.update(path.read_bytes())
    for form in FORMS[1:]:
        built = form._kernels.SOURCE_HASH
        assert built == digest.hexdigest(), "the kernels changed since they were built: install again"


def run(code, **environment):
    env = {**os.environ, **environment}
    options = {"capture_output": True, "text": True, "check": False, "timeout": 60}
    return subprocess.run([sys.executable, "-c", code], env=env, **options)


@pytest.mark.parametrize("backend", ["definition", "numpy", *(["cython"] if len(FORMS) > 1 else [])])
def test_the_environment_forces_a_form(backend):
    assert run("from refnn import kernels; print(kernels.BACKEND)", REFNN_BACKEND=backend).stdout.strip() == backend


def test_a_form_that_does_not_exist_is_an_error_that_names_those_that_do():
    result = run("import refnn.kernels", REFNN_BACKEND="fortran")
    assert "REFNN_BACKEND: expected one of definition, numpy, cython, got 'fortran'" in result.stderr


def test_without_compiled_kernels_numpy_takes_over_and_says_why():
    code = "import sys; sys.modules['refnn.kernels._cpu'] = None\nfrom refnn import kernels\n"
    result = run(code + "print(kernels.BACKEND, kernels.why_not_compiled)", REFNN_BACKEND="")
    assert result.stdout.startswith("numpy ")
    assert "refnn.kernels._cpu" in result.stdout
