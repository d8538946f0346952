"""Laws of convolution: the loops it stands for, its adjoints, its matrices, and what it does and does not commute with.

Every shape is lopsided (n, C and F differ, height and width differ in image, kernel, stride and padding), so that no
two indices can be swapped unseen. Numbers are multiples of 1/8 or whole, so that sums are exact in any order.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, SEEDS, exact_arrays, fd, gamma, integer_arrays, normal, slope


def unequal(low, high):
    """Two different numbers, for height and width."""
    return st.permutations(range(low, high + 1)).map(lambda sides: tuple(sides[:2]))


def side(draw, kernel, stride, padding, places):
    """A side of an image on which the kernel has `places`; the last pixels may fill no window."""
    return max(1, (places - 1) * stride + kernel + draw(st.integers(0, stride - 1)) - 2 * padding)


@st.composite
def geometries(draw, strided=True):
    """The shapes of x and W, stride and padding: n, C, F differ, and so do the height and width of everything."""
    n, channels, maps = draw(st.permutations([1, 2, 3]))
    kernel, places = draw(unequal(1, 3)), draw(unequal(1, 3))
    stride, padding = (draw(unequal(1, 3)), draw(unequal(0, 2))) if strided else ((1, 1), (0, 0))
    image = [side(draw, *axis) for axis in zip(kernel, stride, padding, places, strict=True)]
    image[1] += image[0] == image[1]
    return (n, channels, *image), (maps, channels, *kernel), stride, padding


@st.composite
def layers(draw, dtype=np.float64, strided=True):
    """Images, kernels and biases of exact numbers, stride and padding: the arguments of conv2d."""
    x, W, stride, padding = draw(geometries(strided))
    return *(draw(exact_arrays(shape, dtype)) for shape in (x, W, W[:1])), stride, padding


@st.composite
def grids(draw):
    """One image and one kernel of whole numbers that fits in it."""
    kernel, places = draw(unequal(1, 3)), draw(unequal(1, 4))
    image = tuple(k + p - 1 for k, p in zip(kernel, places, strict=True))
    return draw(integer_arrays(image)), draw(integer_arrays(kernel))


def meetings(z_shape, W_shape, x_shape, stride, padding):
    """Every output pixel, weight and input pixel that meet: the sum of CNN-10 written out, and the oracle here."""
    for n, o, i, j in np.ndindex(*z_shape):
        for c, a, b in np.ndindex(*W_shape[1:]):
            row, column = i * stride[0] + a - padding[0], j * stride[1] + b - padding[1]
            if 0 <= row < x_shape[2] and 0 <= column < x_shape[3]:
                yield (n, o, i, j), (o, c, a, b), (n, c, row, column)


def result_shape(x, W, stride, padding):
    """(n, F, Ho, Wo), counted place by place."""
    places = [
        len(range(0, x.shape[2 + axis] + 2 * padding[axis] - W.shape[2 + axis] + 1, stride[axis])) for axis in (0, 1)
    ]
    return (x.shape[0], W.shape[0], *places)


def upstream_of(draw, case):
    """An exact gradient for the result of conv2d(*case)."""
    x, W, _, stride, padding = case
    return draw(exact_arrays(result_shape(x, W, stride, padding)))


def plane(subject, y, w):
    """The valid correlation of one image with one kernel, by conv2d."""
    return subject.conv.conv2d(y[np.newaxis, np.newaxis], w[np.newaxis, np.newaxis])[0, 0]


def plane_backward(subject, delta, y, w):
    """The gradients in one image and one kernel, by conv2d_backward."""
    lift = lambda a: a[np.newaxis, np.newaxis]  # noqa: E731
    dy, dw, _ = subject.conv.conv2d_backward(lift(delta), lift(y), lift(w))
    return dy[0, 0], dw[0, 0]


@law("CNN-10", "CNN-04", level="shape")
@given(FLOATS.flatmap(lambda dtype: layers(dtype=dtype)))
def test_the_maps_have_a_place_for_each_fit_and_the_arguments_are_left_alone(subject, case):
    x, W, b, stride, padding = case
    before = [a.copy() for a in (x, W, b)]
    z = subject.conv.conv2d(*case)
    assert z.dtype == x.dtype and z.shape == result_shape(x, W, stride, padding)
    z[...] = 99
    assert all((a == old).all() for a, old in zip((x, W, b), before, strict=True))


@law("CNN-10", level="shape")
@given(geometries(), st.tuples(FLOATS, FLOATS, FLOATS))
def test_float32_stays_and_float64_wins_wherever_it_comes_from(subject, geometry, dtypes):
    x, W, stride, padding = geometry
    z = subject.conv.conv2d(np.ones(x, dtypes[0]), np.ones(W, dtypes[1]), np.ones(W[0], dtypes[2]), stride, padding)
    assert z.dtype == np.result_type(*dtypes)


@law("CNN-07", "CNN-08", level="shape")
@given(geometries(), st.tuples(FLOATS, FLOATS, FLOATS))
def test_gradients_have_the_shapes_of_their_arguments_and_the_wider_dtype(subject, geometry, dtypes):
    x_shape, W_shape, *options = geometry
    x, W, b = np.ones(x_shape, dtypes[0]), np.ones(W_shape, dtypes[1]), np.ones(W_shape[0], np.float32)
    upstream = np.ones(result_shape(x, W, *options), dtypes[2])
    gradients = subject.conv.conv2d_backward(upstream, x, W, b, *options)
    for gradient, argument in zip(gradients, (x, W, b), strict=True):
        assert gradient.shape == argument.shape and gradient.dtype == np.result_type(*dtypes)
        gradient[...] = 99
    assert all((a == 1).all() for a in (upstream, x, W, b))


@law("CNN-10", level="definition")
@given(FLOATS.flatmap(lambda dtype: layers(dtype=dtype)))
def test_a_map_is_the_bias_and_the_sum_over_channels_and_taps(subject, case):
    x, W, b, stride, padding = case
    expected = np.zeros(result_shape(x, W, stride, padding)) + b.reshape(-1, 1, 1)
    for pixel, weight, source in meetings(expected.shape, W.shape, x.shape, stride, padding):
        expected[pixel] += float(W[weight]) * float(x[source])
    assert (subject.conv.conv2d(x, W, b, stride, padding) == expected).all()


@law("CNN-10", level="definition")
@given(layers())
def test_the_layer_is_the_matrix_of_patches_times_the_kernels_as_rows(subject, case):
    x, W, b, (down, right), (top, left) = case
    padded = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))
    patches = sliding_window_view(padded, W.shape[2:], axis=(2, 3))[:, :, ::down, ::right]  # (n, C, Ho, Wo, kH, kW)
    rows = patches.transpose(0, 2, 3, 1, 4, 5).reshape(-1, W[0].size)
    z = subject.conv.conv2d(*case)
    assert (z.transpose(0, 2, 3, 1).reshape(-1, len(W)) == rows @ W.reshape(len(W), -1).T + b).all()


@law("CNN-10", level="definition")
@given(layers(strided=False), st.integers(1, 3), st.integers(0, 2))
def test_one_number_for_stride_or_padding_stands_for_both_directions_and_no_bias_for_zeros(subject, case, s, p):
    x, W, b, _, _ = case
    x = np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1)))
    assert (subject.conv.conv2d(x, W, b, s, p) == subject.conv.conv2d(x, W, b, (s, s), (p, p))).all()
    assert (subject.conv.conv2d(x, W, None, s, p) == subject.conv.conv2d(x, W, 0 * b, s, p)).all()
    assert (subject.conv.conv2d(x, W) == subject.conv.conv2d(x, W, None, 1, 0)).all()


@law("CNN-10", level="extreme")
def test_padding_in_one_direction_only_adds_nothing_in_the_other(subject):
    x, W = np.array([[[[1.0, 2, 3]]]]), np.array([[[[1.0, 10]]]])
    assert subject.conv.conv2d(x, W, padding=(1, 0)).tolist() == [[[[0, 0], [21, 32], [0, 0]]]]
    assert subject.conv.conv2d(x, W, padding=(0, 1)).tolist() == [[[[10, 21, 32, 3]]]]


@law("CNN-10", "CNN-07", "CNN-08", level="extreme")
@given(layers())
def test_a_view_of_turned_or_reordered_memory_is_as_good_as_a_copy(subject, case):
    *arrays, stride, padding = case
    turned = [a[..., ::-1] for a in arrays]
    reordered = [a.transpose(1, 0, 2, 3).copy().transpose(1, 0, 2, 3) if a.ndim == 4 else a for a in arrays]
    for views in (turned, reordered):
        copies = [v.copy() for v in views]
        z = subject.conv.conv2d(*copies, stride, padding)
        assert (subject.conv.conv2d(*views, stride, padding) == z).all()
        gradients = subject.conv.conv2d_backward(z, *copies, stride, padding)
        for dv, dc in zip(subject.conv.conv2d_backward(z, *views, stride, padding), gradients, strict=True):
            assert (dv == dc).all()


@law("CNN-10", "CNN-07", "CNN-08", level="extreme")
@given(geometries())
def test_no_images_give_no_maps_and_zero_gradients(subject, geometry):
    (_, *image), W, stride, padding = geometry
    x, W, b = np.zeros((0, *image)), np.ones(W), np.ones(W[0])
    z = subject.conv.conv2d(x, W, b, stride, padding)
    assert z.shape == result_shape(x, W, stride, padding)
    dx, dW, db = subject.conv.conv2d_backward(z, x, W, b, stride, padding)
    assert dx.shape == x.shape and (dW == 0).all() and (db == 0).all()


@law("CNN-10", level="extreme")
@given(geometries(), SEEDS)
def test_float32_is_wrong_by_no_more_than_its_operations_can_round(subject, geometry, seed):
    x, W = normal(seed, *geometry[0], dtype=np.float32), normal(seed + 1, *geometry[1], dtype=np.float32)
    got = subject.conv.conv2d(x, W, None, *geometry[2:])
    exact, size = np.zeros(got.shape), np.zeros(got.shape)
    for pixel, weight, source in meetings(got.shape, W.shape, x.shape, *geometry[2:]):
        exact[pixel] += float(W[weight]) * float(x[source])
        size[pixel] += abs(float(W[weight]) * float(x[source]))
    assert (np.abs(got - exact) <= gamma(W[0].size + 1, np.float32) * size).all()


@law("CNN-03", level="definition")
@given(grids())
def test_one_kernel_on_one_image_is_the_double_sum_of_the_slide(subject, case):
    y, w = case
    places = [range(n - m + 1) for n, m in zip(y.shape, w.shape, strict=True)]
    expected = [[sum(w[a, b] * y[i + a, j + b] for a, b in np.ndindex(*w.shape)) for j in places[1]] for i in places[0]]
    assert plane(subject, y, w).tolist() == expected


@law("CNN-03", level="law")
@given(layers(), st.data(), EXACT, EXACT)
def test_the_layer_without_bias_is_linear_in_the_image_and_in_the_kernel(subject, case, data, s, t):
    x, W, _, *options = case
    other_x, other_W = data.draw(exact_arrays(x.shape)), data.draw(exact_arrays(W.shape))
    layer = lambda x, W: subject.conv.conv2d(x, W, None, *options)  # noqa: E731
    assert (layer(s * x + t * other_x, W) == s * layer(x, W) + t * layer(other_x, W)).all()
    assert (layer(x, s * W + t * other_W) == s * layer(x, W) + t * layer(x, other_W)).all()


@law("CNN-03", level="law")
@given(grids())
def test_correlation_is_the_inner_part_of_the_true_convolution_with_the_kernel_flipped_in_both_axes(subject, case):
    y, w = case
    full = subject.conv.convolve(w[::-1, ::-1], y)
    assert (plane(subject, y, w) == full[len(w) - 1 : len(y), w.shape[1] - 1 : y.shape[1]]).all()


@law("CNN-03", level="extreme")
def test_the_kernel_is_not_flipped(subject):
    y = np.zeros((3, 4))
    y[1, 2] = 1
    w = np.array([[1.0, 2, 3], [4, 5, 6]])
    assert plane(subject, y, w).tolist() == [[6, 5], [3, 2]]  # a bright dot shows the kernel turned by 180 degrees


@law("CNN-10", "CNN-07", "CNN-08", level="gradient")
@given(layers(), st.data())
def test_all_three_gradients_are_the_slopes_of_the_layer(subject, case, data):
    x, W, b, *options = case
    upstream = upstream_of(data.draw, case)
    gradients = subject.conv.conv2d_backward(upstream, x, W, b, *options)
    for k, gradient in enumerate(gradients):
        direction = data.draw(integer_arrays(gradient.shape))
        up, down = [x, W, b], [x, W, b]
        up[k], down[k] = up[k] + direction, down[k] - direction  # the layer is linear in each: any step is exact
        rise = subject.conv.conv2d(*up, *options) - subject.conv.conv2d(*down, *options)
        assert (gradient * direction).sum() == (upstream * rise).sum() / 2


@law("CNN-07", level="definition")
@given(layers(), st.data())
def test_every_pixel_collects_from_the_outputs_that_saw_it(subject, case, data):
    x, W, _, stride, padding = case
    upstream, expected = upstream_of(data.draw, case), np.zeros(x.shape)
    for pixel, weight, source in meetings(upstream.shape, W.shape, x.shape, stride, padding):
        expected[source] += upstream[pixel] * W[weight]
    assert (subject.conv.conv2d_backward(upstream, *case)[0] == expected).all()


@law("CNN-08", level="definition")
@given(layers(), st.data())
def test_every_weight_collects_from_all_the_places_that_share_it(subject, case, data):
    x, W, _, stride, padding = case
    upstream, expected = upstream_of(data.draw, case), np.zeros(W.shape)
    for pixel, weight, source in meetings(upstream.shape, W.shape, x.shape, stride, padding):
        expected[weight] += upstream[pixel] * x[source]
    assert (subject.conv.conv2d_backward(upstream, *case)[1] == expected).all()


@law("CNN-10", level="definition")
@given(layers(), st.data())
def test_a_bias_collects_from_its_whole_map_and_an_absent_one_gets_none(subject, case, data):
    x, W, _, *options = case
    upstream = upstream_of(data.draw, case)
    db = subject.conv.conv2d_backward(upstream, *case)[2]
    assert db.tolist() == [math.fsum(upstream[:, o].ravel()) for o in range(len(W))]
    without = subject.conv.conv2d_backward(upstream, x, W, None, *options)
    assert len(without) == 3 and without[2] is None


@law("CNN-06", level="gradient")
@given(grids(), st.data())
def test_the_derivative_of_an_output_in_a_weight_is_the_pixel_they_share(subject, case, data):
    y, w = case
    i, j = (data.draw(st.integers(0, n - m)) for n, m in zip(y.shape, w.shape, strict=True))
    one = np.zeros((y.shape[0] - w.shape[0] + 1, y.shape[1] - w.shape[1] + 1))
    one[i, j] = 1
    _, dw = plane_backward(subject, one, y, w)
    assert all(dw[a, b] == y[i + a, j + b] for a, b in np.ndindex(*w.shape))


@law("CNN-06", level="gradient")
@given(grids(), st.data())
def test_the_derivative_of_an_output_in_a_pixel_is_the_weight_between_them_or_zero(subject, case, data):
    y, w = case
    p, q = (data.draw(st.integers(0, n - m)) for n, m in zip(y.shape, w.shape, strict=True))
    one = np.zeros((y.shape[0] - w.shape[0] + 1, y.shape[1] - w.shape[1] + 1))
    one[p, q] = 1
    dy, _ = plane_backward(subject, one, y, w)
    for i, j in np.ndindex(*y.shape):
        a, b = i - p, j - q
        assert dy[i, j] == (w[a, b] if 0 <= a < w.shape[0] and 0 <= b < w.shape[1] else 0)


def sigmoid(z):
    """The slides' activation and its derivative."""
    a = 1 / (1 + np.exp(-z))
    return a, a * (1 - a)


@law("CNN-06", "CNN-07", "CNN-08", level="gradient")
@given(unequal(2, 5), unequal(1, 2), SEEDS)
def test_behind_an_activation_the_gradients_carry_its_derivative(subject, image, kernel, seed):
    y, w = normal(seed, *image), normal(seed + 1, *kernel)
    given_above = normal(seed + 2, *(n - m + 1 for n, m in zip(image, kernel, strict=True)))  # dE/dy of this layer
    dy, dw = plane_backward(subject, given_above * sigmoid(plane(subject, y, w))[1], y, w)
    assert fd(dy, slope(lambda y: sigmoid(plane(subject, y, w))[0], y, given_above))
    assert fd(dw, slope(lambda w: sigmoid(plane(subject, y, w))[0], w, given_above))


@law("CNN-07", level="law")
@given(grids(), st.data())
def test_the_gradient_in_the_image_is_the_full_true_convolution_of_the_gradient_with_the_kernel(subject, case, data):
    y, w = case
    delta = data.draw(integer_arrays((y.shape[0] - w.shape[0] + 1, y.shape[1] - w.shape[1] + 1)))
    full = subject.conv.convolve(w, delta)
    assert full.shape == y.shape
    assert (plane_backward(subject, delta, y, w)[0] == full).all()


@law("CNN-08", level="law")
@given(grids(), st.data())
def test_the_gradient_in_the_kernel_is_the_correlation_of_the_image_with_the_gradient(subject, case, data):
    y, w = case
    delta = data.draw(integer_arrays((y.shape[0] - w.shape[0] + 1, y.shape[1] - w.shape[1] + 1)))
    assert (plane_backward(subject, delta, y, w)[1] == plane(subject, y, delta)).all()


@law("CNN-09", level="law")
@given(geometries(), st.data())
def test_both_gradients_are_adjoints_of_the_layer_with_any_stride_and_padding(subject, geometry, data):
    x, W = (data.draw(integer_arrays(shape)) for shape in geometry[:2])
    delta = data.draw(integer_arrays(result_shape(x, W, *geometry[2:])))
    dx, dW, _ = subject.conv.conv2d_backward(delta, x, W, None, *geometry[2:])
    through = (subject.conv.conv2d(x, W, None, *geometry[2:]) * delta).sum()
    assert through == (x * dx).sum() == (W * dW).sum()


@law("CNN-04", level="definition")
@pytest.mark.parametrize(
    "size, kernel, padding, stride, places",
    [(5, 3, 1, 1, 5), (16, 5, 2, 2, 8), (28, 5, 0, 1, 24), (7, 3, 0, 2, 3), (6, 3, 0, 2, 2)],
)
def test_the_worked_sizes(subject, size, kernel, padding, stride, places):
    assert subject.conv.output_size(size, kernel, padding, stride) == places
    assert subject.conv.output_size(size, kernel, padding=padding, stride=stride) == places


@law("CNN-04", level="definition")
@given(st.integers(1, 12), st.integers(0, 4), st.integers(1, 5), st.data())
def test_the_size_counts_the_places_where_the_kernel_fits(subject, size, padding, stride, data):
    kernel = data.draw(st.integers(1, size + 2 * padding))
    starts = [start for start in range(0, size + 2 * padding, stride) if start + kernel <= size + 2 * padding]
    assert subject.conv.output_size(size, kernel, padding, stride) == len(starts)


@law("CNN-04", level="law")
@given(st.integers(1, 20), st.integers(0, 5))
def test_half_padding_keeps_the_size_of_odd_kernels_and_full_padding_gives_all_overlaps(subject, size, half):
    assert subject.conv.output_size(size, 2 * half + 1, padding=half) == size
    assert subject.conv.output_size(size, half + 1, padding=half) == size + half


@law("CNN-04", level="extreme")
@given(st.integers(1, 9), st.integers(0, 3), st.integers(1, 4), st.integers(1, 3))
def test_a_kernel_larger_than_the_padded_side_is_refused(subject, size, padding, excess, stride):
    with pytest.raises(ValueError, match="fit"):
        subject.conv.output_size(size, size + 2 * padding + excess, padding, stride)


@law("E-09", level="theorem")
@given(st.integers(1, 9), st.integers(0, 9))
def test_the_size_of_the_slide_belongs_to_stride_one_and_stride_zero_goes_nowhere(subject, m, more):
    assert subject.conv.output_size(m + more, m, stride=1) == (m + more) - m + 1
    with pytest.raises((ValueError, ZeroDivisionError)):
        subject.conv.output_size(m + more, m, stride=0)


@law("CNN-01", level="shape")
@given(FLOATS, st.integers(1, 4), st.integers(1, 4))
def test_full_convolution_has_a_place_for_every_overlap_and_keeps_the_dtype(subject, dtype, m, n):
    w, y = np.ones(m, dtype), np.ones(n, dtype)
    full = subject.conv.convolve(w, y)
    assert full.shape == (n + m - 1,) and full.dtype == dtype
    full[...] = 99
    assert (w == 1).all() and (y == 1).all()
    assert subject.conv.convolve(np.ones((m, 2), dtype), np.ones((n, 3), dtype)).shape == (n + m - 1, 4)


@law("CNN-01", level="definition")
@given(integer_arrays(st.integers(1, 4)), integer_arrays(st.integers(1, 6)))
def test_convolution_multiplies_every_pair_and_adds_their_indices(subject, w, y):
    expected = [0.0] * (len(w) + len(y) - 1)
    for a in range(len(w)):
        for i in range(len(y)):
            expected[a + i] += w[a] * y[i]
    assert subject.conv.convolve(w, y).tolist() == expected


@law("CNN-01", level="definition")
@given(integer_arrays(unequal(1, 3)), integer_arrays(unequal(1, 4)))
def test_in_two_dimensions_both_indices_add(subject, w, y):
    expected = np.zeros((len(w) + len(y) - 1, w.shape[1] + y.shape[1] - 1))
    for a, b in np.ndindex(*w.shape):
        expected[a : a + len(y), b : b + y.shape[1]] += w[a, b] * y
    assert subject.conv.convolve(w, y).tolist() == expected.tolist()


@law("CNN-01", level="law")
@given(*[integer_arrays(st.integers(1, 5))] * 3)
def test_convolution_is_commutative_and_associative_with_the_impulse_for_its_one(subject, u, v, w):
    conv = subject.conv.convolve
    assert conv(u, v).tolist() == conv(v, u).tolist()
    assert conv(conv(u, v), w).tolist() == conv(u, conv(v, w)).tolist()
    assert conv(np.ones(1), u).tolist() == u.tolist()


@law("CNN-01", level="law")
@given(integer_arrays(3), *[integer_arrays(5)] * 2, st.integers(-5, 5), st.integers(-5, 5))
def test_convolution_is_bilinear(subject, w, y, other, s, t):
    conv = subject.conv.convolve
    assert (conv(w, s * y + t * other) == s * conv(w, y) + t * conv(w, other)).all()
    assert (conv(s * y + t * other, w) == s * conv(y, w) + t * conv(other, w)).all()


@law("CNN-01", level="extreme")
@pytest.mark.parametrize("w, y", [([], [1.0, 2]), ([1.0, 2], []), (np.zeros((0, 2)), np.ones((2, 2)))])
def test_with_nothing_there_is_no_convolution(subject, w, y):
    with pytest.raises(ValueError):
        subject.conv.convolve(np.asarray(w), np.asarray(y))


@law("CNN-01", level="theorem")
@given(st.integers(1, 40))
def test_the_sum_approaches_the_integral_two_boxes_make_a_tent(subject, steps):
    h = 1 / steps
    tent = subject.conv.convolve(np.ones(steps), np.ones(steps)) * h  # both are 1 on [0, 1), in cells of h
    t = h * np.arange(1, 2 * steps)
    assert np.abs(tent - (1 - np.abs(t - 1))).max() <= 1e-12


@law("CNN-02", level="definition")
def test_the_worked_toeplitz_matrix(subject):
    rows = ["10000", "21000", "32100", "03210", "00321", "00032", "00003"]
    assert subject.conv.toeplitz_matrix(np.array([1.0, 2, 3]), 5).tolist() == [[int(d) for d in row] for row in rows]


@law("CNN-02", level="law")
@given(integer_arrays(st.integers(1, 4)), integer_arrays(st.integers(1, 6)))
def test_the_toeplitz_matrix_convolves_and_is_constant_along_its_diagonals(subject, w, y):
    T = subject.conv.toeplitz_matrix(w, len(y))
    assert T.shape == (len(y) + len(w) - 1, len(y))
    assert (T[1:, 1:] == T[:-1, :-1]).all()
    assert (T @ y == subject.conv.convolve(w, y)).all()


@law("CNN-02", "CNN-05", level="shape")
@given(FLOATS)
def test_the_matrices_keep_the_dtype_and_leave_the_kernel_alone(subject, dtype):
    w, W = np.ones(1, dtype), np.ones((1, 1), dtype)
    for matrix in (subject.conv.toeplitz_matrix(w, 1), subject.conv.conv2d_matrix(W, (1, 1))):
        assert matrix.dtype == dtype
        matrix[...] = 99
    assert w == 1 and W == 1


@law("CNN-05", level="law")
@given(grids())
def test_the_doubly_blocked_matrix_is_the_layer_on_raveled_pixels(subject, case):
    y, w = case
    M = subject.conv.conv2d_matrix(w, y.shape)
    assert (M @ y.ravel() == plane(subject, y, w).ravel()).all()


@law("CNN-05", level="law")
@given(grids(), st.data())
def test_backward_the_gradient_goes_through_the_transposed_matrix(subject, case, data):
    y, w = case
    delta = data.draw(integer_arrays((y.shape[0] - w.shape[0] + 1, y.shape[1] - w.shape[1] + 1)))
    M = subject.conv.conv2d_matrix(w, y.shape)
    assert (M.T @ delta.ravel() == plane_backward(subject, delta, y, w)[0].ravel()).all()


@law("CNN-05", level="definition")
@given(unequal(1, 3), unequal(1, 4))
def test_the_matrix_is_mostly_zero_and_the_rest_is_shared(subject, kernel, places):
    w = 1.0 + np.arange(kernel[0] * kernel[1]).reshape(kernel)
    M = subject.conv.conv2d_matrix(w, (kernel[0] + places[0] - 1, kernel[1] + places[1] - 1))
    assert np.count_nonzero(M) == w.size * places[0] * places[1]
    assert np.unique(M[M != 0]).tolist() == w.ravel().tolist()


@law("CNN-05", level="definition")
def test_the_worked_matrix_is_nine_by_twenty_five_with_81_entries_of_9_values(subject):
    M = subject.conv.conv2d_matrix(np.arange(1.0, 10).reshape(3, 3), (5, 5))
    assert M.shape == (9, 25) and np.count_nonzero(M) == 81 and len(set(M[M != 0])) == 9


@law("CNN-11", level="shape")
@given(FLOATS, st.integers(1, 3), st.integers(0, 2))
def test_a_signal_gives_a_signal_of_the_same_dtype_with_or_without_samples(subject, dtype, stride, padding):
    for n in (2, 0):
        x, W, b = np.ones((n, 3, 5), dtype), np.ones((4, 3, 2), dtype), np.ones(4, dtype)
        z = subject.conv.conv1d(x, W, b, stride, padding)
        assert z.shape == (n, 4, len(range(0, 5 + 2 * padding - 1, stride))) and z.dtype == dtype
        gradients = subject.conv.conv1d_backward(z, x, W, b, stride, padding)
        assert [g.shape for g in gradients] == [x.shape, W.shape, b.shape]
        assert {g.dtype for g in gradients} == {np.dtype(dtype)}


@st.composite
def signals(draw):
    """The arguments of conv1d: exact numbers, n, C, F different."""
    n, channels, maps = draw(st.permutations([1, 2, 3]))
    kernel, stride, padding = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(0, 2))
    length = side(draw, kernel, stride, padding, draw(st.integers(1, 4)))
    shapes = (n, channels, length), (maps, channels, kernel), (maps,)
    return *(draw(exact_arrays(shape)) for shape in shapes), stride, padding


@law("CNN-11", level="definition")
@given(signals())
def test_on_signals_the_same_weights_are_laid_on_at_every_place(subject, case):
    x, W, b, stride, padding = case
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding)))
    expected = [
        [
            [(padded[i, :, s : s + W.shape[2]] * W[o]).sum() + b[o]
             for s in range(0, padded.shape[2] - W.shape[2] + 1, stride)]
            for o in range(len(W))
        ]
        for i in range(len(x))
    ]  # fmt: skip
    assert subject.conv.conv1d(*case).tolist() == expected


@law("CNN-11", level="gradient")
@given(signals(), st.data())
def test_the_gradients_of_a_layer_on_signals_are_its_slopes(subject, case, data):
    x, W, b, *options = case
    upstream = data.draw(exact_arrays(subject.conv.conv1d(*case).shape))
    for k, gradient in enumerate(subject.conv.conv1d_backward(upstream, *case)):
        direction = data.draw(integer_arrays(gradient.shape))
        up, down = [x, W, b], [x, W, b]
        up[k], down[k] = up[k] + direction, down[k] - direction
        rise = subject.conv.conv1d(*up, *options) - subject.conv.conv1d(*down, *options)
        assert (gradient * direction).sum() == (upstream * rise).sum() / 2
    assert subject.conv.conv1d_backward(upstream, x, W, None, *options)[2] is None


@law("CNN-11", level="law")
@given(layers(), st.data())
def test_sharing_sums_the_gradients_of_a_layer_that_does_not_share(subject, case, data):
    x, W, _, stride, padding = case
    upstream = upstream_of(data.draw, case)
    unshared = np.zeros((*upstream.shape[2:], *W.shape))  # every place has kernels of its own
    for (n, o, i, j), weight, source in meetings(upstream.shape, W.shape, x.shape, stride, padding):
        unshared[(i, j, *weight)] += upstream[n, o, i, j] * x[source]
    assert (subject.conv.conv2d_backward(upstream, *case)[1] == unshared.sum(axis=(0, 1))).all()


@law("CNN-11", "E-34", level="theorem")
def test_a_shared_weight_meets_another_input_at_every_place(subject):
    z, delta = np.array([1.0, 2, 3]), np.array([1.0, 1])
    _, dw, _ = subject.conv.conv1d_backward(delta[np.newaxis, np.newaxis], z.reshape(1, 1, 3), np.zeros((1, 1, 2)))
    printed = [sum(delta[j] * z[i] for j in range(2)) for i in range(2)]  # the slide's z_i has lost its place j
    assert dw.ravel().tolist() == [3, 5] and printed == [2, 4]


@law("CNN-12", level="definition")
@pytest.mark.parametrize("channels, weights, with_biases", [(1, 3200, 3328), (3, 9600, 9728), (64, 204800, 204928)])
def test_the_worked_counts_of_128_kernels(subject, channels, weights, with_biases):
    assert subject.conv.parameter_count(channels, 128, 5, bias=False) == weights
    assert subject.conv.parameter_count(channels, 128, 5) == with_biases


@law("CNN-12", level="law")
@given(geometries())
def test_the_count_is_the_size_of_the_arrays_whatever_the_image(subject, geometry):
    _, (maps, channels, *kernel), _, _ = geometry
    W, b = np.ones((maps, channels, *kernel)), np.ones(maps)
    assert subject.conv.parameter_count(channels, maps, tuple(kernel)) == W.size + b.size
    for image in ((4, 5), (6, 3)):
        assert subject.conv.conv2d(np.ones((1, channels, *image)), W, b).shape[1] == maps


@law("CNN-12", level="theorem")
@given(layers(strided=False))
def test_a_fully_connected_layer_is_a_convolution_whose_kernels_fill_the_image(subject, case):
    x, _, b, _, _ = case
    W = np.arange(len(b) * x[0].size, dtype=float).reshape(len(b), *x.shape[1:])
    z = subject.conv.conv2d(x, W, b)
    assert z.shape == (len(x), len(b), 1, 1)
    assert (z[:, :, 0, 0] == x.reshape(len(x), -1) @ W.reshape(len(b), -1).T + b).all()


@law("CNN-12", level="theorem")
def test_without_sharing_and_locality_the_same_maps_cost_a_hundred_million(subject):
    assert subject.conv.parameter_count(1, 128 * 28 * 28, 32, bias=False) == 102_760_448
    assert subject.conv.parameter_count(1, 10**6, 1000, bias=False) == 10**12  # one megapixel to one megapixel


@law("E-35", level="theorem")
@given(st.integers(1, 4))
def test_kernels_make_as_many_maps_and_3200_weights_see_one_channel_only(subject, channels):
    W = np.zeros((128, channels, 5, 5))
    assert subject.conv.conv2d(np.zeros((1, channels, 5, 6)), W).shape[1] == 128  # and not 64 copies
    assert (subject.conv.parameter_count(channels, 128, 5, bias=False) == 3200) == (channels == 1)
    assert subject.conv.parameter_count(channels, 128, 5) > 3200


@law("CNN-16", level="definition")
def test_the_counts_of_the_net_of_1989(subject):
    names, units, parameters, connections = zip(*subject.conv.lecun1989(), strict=True)
    assert names == ("input", "H1", "H2", "H3", "output")
    assert units == (256, 768, 192, 30, 10) and sum(units) == 1256
    assert parameters == (0, 1068, 2592, 5790, 310) and sum(parameters) == 9760
    assert connections == (0, 19968, 38592, 5790, 310) and sum(connections) == 64660


@law("CNN-16", level="theorem")
def test_the_counts_of_1989_are_those_of_arrays_of_that_shape(subject):
    image, H1, H2 = np.zeros((1, 1, 16, 16)), np.zeros((12, 1, 5, 5)), np.zeros((12, 8, 5, 5))
    h1 = subject.conv.conv2d(image, H1, stride=2, padding=2)
    h2 = subject.conv.conv2d(h1[:, :8], H2, stride=2, padding=2)
    assert h1.shape == (1, 12, 8, 8) and h2.shape == (1, 12, 4, 4)
    rows = {name: counts for name, *counts in subject.conv.lecun1989()}
    assert rows["H1"][:2] == [h1.size, H1.size + h1.size]  # a bias for every unit
    assert rows["H2"][:2] == [h2.size, H2.size + h2.size]
    assert rows["H3"][2] + rows["output"][2] == 30 * (h2.size + 1) + 10 * (30 + 1)


@law("CNN-13", level="theorem")
@given(geometries(), st.data())
def test_an_output_changes_with_the_pixels_of_its_patch_and_with_no_other(subject, geometry, data):
    x_shape, W_shape, stride, padding = geometry
    x, W = data.draw(integer_arrays(x_shape)), np.ones(W_shape)
    n, c, row, column = (data.draw(st.integers(0, side - 1)) for side in x_shape)
    touched = x.copy()
    touched[n, c, row, column] += 1
    changed = subject.conv.conv2d(touched, W, None, stride, padding) != subject.conv.conv2d(x, W, None, stride, padding)
    reach = np.zeros(changed.shape, bool)
    for pixel, _, source in meetings(changed.shape, W_shape, x_shape, stride, padding):
        reach[pixel] |= source == (n, c, row, column)
    assert (changed == reach).all()


@law("CNN-13", level="extreme")
def test_nan_in_one_pixel_spoils_the_outputs_that_see_it_and_no_others(subject):
    x = np.zeros((1, 1, 3, 5))
    x[0, 0, 2, 3] = np.nan
    z = subject.conv.conv2d(x, np.zeros((1, 1, 1, 2)))  # a weight of 0 hides nothing: 0 NaN = NaN
    assert np.argwhere(np.isnan(z)).tolist() == [[0, 0, 2, 2], [0, 0, 2, 3]]


@law("CNN-14", level="theorem")
@given(layers(strided=False), st.integers(-3, 3), st.integers(-3, 3))
def test_on_a_torus_the_layer_commutes_with_every_shift(subject, case, down, right):
    x, W, b, _, _ = case
    torus = lambda y: np.pad(y, ((0, 0), (0, 0), (0, W.shape[2] - 1), (0, W.shape[3] - 1)), mode="wrap")  # noqa: E731
    shift = lambda y: np.roll(y, (down, right), axis=(2, 3))  # noqa: E731
    assert (subject.conv.conv2d(torus(shift(x)), W, b) == shift(subject.conv.conv2d(torus(x), W, b))).all()


@law("CNN-14", level="theorem")
@given(layers(), st.integers(0, 2), st.integers(0, 2))
def test_a_shift_by_strides_shifts_the_maps_where_they_overlap(subject, case, down, right):
    x, W, b, stride, _ = case
    x = np.pad(x, ((0, 0), (0, 0), (0, 6 + W.shape[2]), (0, 6 + W.shape[3])), mode="symmetric")
    shifted = x[:, :, down * stride[0] :, right * stride[1] :]
    z = subject.conv.conv2d(x, W, b, stride)[:, :, down:, right:]
    assert (subject.conv.conv2d(shifted, W, b, stride) == z).all()


@law("CNN-14", "E-33", level="theorem")
def test_a_shifted_image_gives_a_shifted_map_and_a_rotated_image_does_not_give_a_rotated_one(subject):
    y, w = np.zeros((5, 5)), np.array([[1.0, -1]])
    y[2, 2] = 1
    z = plane(subject, y, w)
    shifted = plane(subject, np.roll(y, 1, axis=1), w)
    assert (shifted == np.roll(z, 1, axis=1)).all() and (shifted != z).any()  # equivariant, not invariant
    w = np.array([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]])
    assert (plane(subject, np.rot90(y), w) != np.rot90(plane(subject, y, w))).any()
    w = np.array([[0.0, 1, 0], [1, 2, 1], [0, 1, 0]])  # only a kernel with that symmetry commutes
    assert (plane(subject, np.rot90(y), w) == np.rot90(plane(subject, y, w))).all()


@law("E-10", level="theorem")
@given(SEEDS)
def test_without_its_shift_the_slides_gradient_in_the_image_is_wrong(subject, seed):
    y, w, given_above = normal(seed, 6, 6), normal(seed + 1, 3, 3), np.arange(1.0, 17).reshape(4, 4)
    prime = sigmoid(plane(subject, y, w))[1]
    right, printed = np.zeros((6, 6)), np.zeros((6, 6))
    for i, j, a, b in np.ndindex(6, 6, 3, 3):
        if 0 <= i - a < 4 and 0 <= j - b < 4:
            right[i, j] += given_above[i - a, j - b] * prime[i - a, j - b] * w[a, b]
            printed[i, j] += (given_above[i, j] if i < 4 and j < 4 else 0) * prime[i - a, j - b] * w[a, b]
    numeric = slope(lambda y: sigmoid(plane(subject, y, w))[0], y, given_above)
    assert fd(right, numeric) and fd(plane_backward(subject, given_above * prime, y, w)[0], numeric)
    assert not fd(printed, numeric)


@law("E-11", level="theorem")
def test_the_slides_sum_for_the_kernel_runs_off_the_map_and_has_the_wrong_left_side(subject):
    y, w = np.arange(36.0).reshape(6, 6), np.zeros((3, 3))
    delta = plane(subject, y, w) + 1
    assert delta.shape == (4, 4)
    with pytest.raises(IndexError):
        sum(delta[i, 0] for i in range((6 - 3 + 1) + 1))  # the slide's i = 0 .. N - m + 1
    dw = [[sum(y[i + a, j + b] for i in range(4) for j in range(4)) for b in range(3)] for a in range(3)]
    assert plane_backward(subject, delta, y, w)[1].tolist() == dw  # (3, 3): a gradient in w, not in y


@law("E-36", level="theorem")
def test_the_slides_one_star_is_two_operations_of_seven_and_of_three_outputs(subject):
    w, y = np.array([1.0, 2, 3]), np.array([1.0, 0, 0, 0, 1])
    assert subject.conv.convolve(w, y).tolist() == [1, 2, 3, 0, 1, 2, 3]
    assert subject.conv.conv1d(y.reshape(1, 1, 5), w.reshape(1, 1, 3)).ravel().tolist() == [1, 0, 3]


@law("E-37", level="theorem")
@given(SEEDS)
def test_delta_is_the_signal_of_an_error_and_no_function_of_x_as_the_layers_output_is(subject, seed):
    y, w = normal(seed, 4, 5), normal(seed + 1, 2, 3)
    a, prime = sigmoid(plane(subject, y, w))  # sigma(x), where the slide prints delta(x)
    delta = [(a - target) * prime for target in (0, 1)]  # dE/dx of E = sum (a - target)^2 / 2
    for target in (0, 1):
        numeric = slope(lambda w: (sigmoid(plane(subject, y, w))[0] - target) ** 2 / 2, w)  # noqa: B023
        assert fd(plane_backward(subject, delta[target], y, w)[1], numeric)
    assert (delta[0] != delta[1]).any()  # for one and the same x
