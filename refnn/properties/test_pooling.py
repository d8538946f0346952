"""Laws of pooling: the loops it stands for, who gets the gradient, and what it does with shifts.

Every shape is lopsided (n and C differ, height and width differ in map, window, stride and padding).
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, SEEDS, exact_arrays, fd, integer_arrays, normal, slope, t12


def unequal(low, high):
    """Two different numbers, for height and width."""
    return st.permutations(range(low, high + 1)).map(lambda sides: tuple(sides[:2]))


@st.composite
def geometries(draw):
    """The shape of the maps, window, stride and padding; windows may overlap, leave gaps, and not fill the map."""
    n, channels = draw(unequal(1, 3))
    size, stride, places = draw(unequal(1, 3)), draw(unequal(1, 3)), draw(unequal(1, 3))
    padding = tuple(draw(st.integers(0, k - 1)) for k in size)
    axes = zip(places, stride, size, padding, strict=True)
    sides = [max(1, (w - 1) * s + k - 2 * p + draw(st.integers(0, s - 1))) for w, s, k, p in axes]
    sides[1] += sides[0] == sides[1]
    return (n, channels, *sides), size, stride, padding


@st.composite
def maps(draw, dtype=np.float64, distinct=False):
    """Maps of exact numbers, window, stride and padding: the arguments of a pool."""
    shape, *options = draw(geometries())
    if not distinct:
        return draw(exact_arrays(shape, dtype)), *options
    order = draw(st.permutations(range(int(np.prod(shape)))))  # no two pixels closer than 1/8: away from the kinks
    return np.array(order).reshape(shape) / 8 - 2, *options


def windows(x_shape, size, stride, padding):
    """Every place (i, j) of the window and the pixels it sees there, row by row: the oracle of these laws."""
    tops, lefts = (
        range(-padding[k], x_shape[2 + k] + padding[k] - size[k] + 1, stride[k]) for k in (0, 1)
    )
    return {
        (i, j): [
            (row, column)
            for row in range(top, top + size[0]) if 0 <= row < x_shape[2]
            for column in range(left, left + size[1]) if 0 <= column < x_shape[3]
        ]
        for i, top in enumerate(tops) for j, left in enumerate(lefts)
    }  # fmt: skip


def pooled_shape(x_shape, *options):
    """(n, C, Ho, Wo), from the last place of the window."""
    last = max(windows(x_shape, *options))
    return (*x_shape[:2], last[0] + 1, last[1] + 1)


SHIFTS = st.integers(-3, 3)
POOLS = pytest.mark.parametrize("pool", ["max_pool2d", "avg_pool2d"])


@law("POOL-01", "POOL-02", level="shape")
@POOLS
@given(FLOATS.flatmap(lambda dtype: maps(dtype=dtype)))
def test_every_place_of_the_window_gives_a_pixel_and_the_argument_is_left_alone(subject, pool, case):
    x, *options = case
    before = x.copy()
    a = getattr(subject.pooling, pool)(*case)
    assert a.dtype == x.dtype and a.shape == pooled_shape(x.shape, *options)
    a[...] = 99
    assert (x == before).all()


@law("POOL-01", "POOL-02", level="shape")
@POOLS
@given(geometries(), FLOATS, FLOATS)
def test_the_gradient_has_the_shape_of_the_maps_and_the_wider_dtype(subject, pool, geometry, x_dtype, upstream_dtype):
    shape, *options = geometry
    x, upstream = np.ones(shape, x_dtype), np.ones(pooled_shape(*geometry), upstream_dtype)
    dx = getattr(subject.pooling, f"{pool}_backward")(upstream, x, *options)
    assert dx.shape == x.shape and dx.dtype == np.result_type(x, upstream)
    dx[...] = 99
    assert (x == 1).all() and (upstream == 1).all()


@law("POOL-01", "POOL-02", level="extreme")
@POOLS
@given(geometries())
def test_no_samples_give_no_maps_and_no_gradient(subject, pool, geometry):
    (_, *shape), *options = geometry
    x = np.zeros((0, *shape))
    a = getattr(subject.pooling, pool)(x, *options)
    assert a.shape == pooled_shape(x.shape, *options)
    assert getattr(subject.pooling, f"{pool}_backward")(a, x, *options).shape == x.shape


@law("POOL-01", "POOL-02", level="definition")
@POOLS
@given(exact_arrays((2, 1, 5, 6)), unequal(1, 3))
def test_without_a_stride_windows_lie_side_by_side_and_one_number_is_a_square(subject, pool, x, size):
    pool = getattr(subject.pooling, pool)
    assert (pool(x, size) == pool(x, size, size, (0, 0))).all()
    assert (pool(x, 3, 2, 1) == pool(x, (3, 3), (2, 2), (1, 1))).all()


@law("POOL-01", "POOL-02", level="law")
@POOLS
@given(maps(), st.randoms(use_true_random=False))
def test_samples_and_channels_are_pooled_each_by_itself(subject, pool, case, random):
    x, *options = case
    pool = getattr(subject.pooling, pool)
    samples, channels = (random.sample(range(m), m) for m in x.shape[:2])
    shuffled = pool(x[samples][:, channels], *options)
    assert (shuffled == pool(x, *options)[samples][:, channels]).all()


@law("POOL-01", "POOL-02", level="law")
@POOLS
@given(geometries(), EXACT)
def test_a_constant_image_gives_a_constant_map(subject, pool, geometry, value):
    (n, channels, height, width), size, stride, _ = geometry
    x = np.full((n, channels, height + size[0], width + size[1]), value)  # no padding: its zeros would count
    a = getattr(subject.pooling, pool)(x, size, stride)
    assert t12(a, np.full(pooled_shape(x.shape, size, stride, (0, 0)), value))


@law("POOL-01", "POOL-02", level="extreme")
@pytest.mark.parametrize("call", ["max_pool2d", "avg_pool2d"])
def test_a_window_that_could_lie_wholly_in_the_padding_or_fits_nowhere_is_refused(subject, call):
    pool = getattr(subject.pooling, call)
    with pytest.raises(ValueError, match="padding"):
        pool(np.ones((1, 1, 4, 5)), (2, 3), 1, (2, 0))
    with pytest.raises(ValueError, match="fit"):
        pool(np.ones((1, 1, 4, 5)), (2, 6))


@law("POOL-02", level="definition")
@given(maps())
def test_a_pixel_of_the_result_is_the_greatest_of_its_window(subject, case):
    x, *options = case
    expected = np.zeros(pooled_shape(x.shape, *options))
    for (i, j), seen in windows(x.shape, *options).items():
        for n, c in np.ndindex(*x.shape[:2]):
            expected[n, c, i, j] = max(x[n, c, row, column] for row, column in seen)
    assert (subject.pooling.max_pool2d(*case) == expected).all()


@law("POOL-02", level="extreme")
@given(geometries())
def test_padding_never_wins(subject, geometry):
    shape, *options = geometry
    assert (subject.pooling.max_pool2d(np.full(shape, -3.0), *options) == -3).all()
    lost = np.full(shape, -np.inf)
    upstream = np.ones(pooled_shape(*geometry))
    assert (subject.pooling.max_pool2d(lost, *options) == -np.inf).all()
    assert subject.pooling.max_pool2d_backward(upstream, lost, *options).sum() == upstream.sum()


@law("POOL-02", level="gradient")
@given(maps(), st.data())
def test_the_gradient_of_a_window_goes_to_its_first_maximum(subject, case, data):
    x, *options = case
    upstream, expected = data.draw(exact_arrays(pooled_shape(x.shape, *options))), np.zeros(x.shape)
    for (i, j), seen in windows(x.shape, *options).items():
        for n, c in np.ndindex(*x.shape[:2]):
            winner = max(seen, key=lambda pixel: x[n, c, *pixel])  # of equals, max() too keeps the first
            expected[n, c, *winner] += upstream[n, c, i, j]
    assert (subject.pooling.max_pool2d_backward(upstream, *case) == expected).all()


@law("POOL-02", level="gradient")
@given(maps(distinct=True), st.data())
def test_away_from_ties_the_gradient_is_the_slope_of_the_maximum(subject, case, data):
    x, *options = case
    upstream = data.draw(exact_arrays(pooled_shape(x.shape, *options)))
    direction = data.draw(exact_arrays(x.shape))
    h = 2.0**-10  # pixels 1/8 apart, directions at most 10 long: none overtakes another, so this is exact
    rise = subject.pooling.max_pool2d(x + h * direction, *options)
    rise -= subject.pooling.max_pool2d(x - h * direction, *options)
    dx = subject.pooling.max_pool2d_backward(upstream, *case)
    assert (dx * direction).sum() == (upstream * rise).sum() / (2 * h)


@law("POOL-02", level="extreme")
@given(geometries())
def test_of_equal_pixels_the_first_takes_the_whole_gradient(subject, geometry):
    shape, *options = geometry
    expected = np.zeros(shape[2:])
    for seen in windows(*geometry).values():
        expected[seen[0]] += 1
    dx = subject.pooling.max_pool2d_backward(np.ones(pooled_shape(*geometry)), np.zeros(shape), *options)
    assert (dx == expected).all()


@law("POOL-02", level="law")
@given(maps())
def test_no_pixel_exceeds_the_global_maximum_and_covering_windows_contain_it(subject, case):
    x, *options = case
    a = subject.pooling.max_pool2d(*case)
    assert (a <= x.max(axis=(2, 3), keepdims=True)).all()
    covered = {pixel for seen in windows(x.shape, *options).values() for pixel in seen}
    if len(covered) == x.shape[2] * x.shape[3]:
        assert (a.max(axis=(2, 3)) == x.max(axis=(2, 3))).all()


@law("POOL-02", level="law")
@given(exact_arrays((2, 3, 4, 6)), st.sampled_from([(2, 3), (4, 2), (1, 6), (2, 1)]))
def test_max_pooling_is_maxout_with_the_pixels_of_a_window_for_lines(subject, x, size):
    rows, columns = 4 // size[0], 6 // size[1]
    cut = x.reshape(2, 3, rows, size[0], columns, size[1]).transpose(0, 1, 2, 4, 3, 5)
    z = cut.reshape(2, 3, rows, columns * size[0] * size[1])  # groups of neighbours, as maxout wants them
    maxout = np.stack([z[..., k :: size[0] * size[1]] for k in range(size[0] * size[1])]).max(axis=0)
    assert (subject.pooling.max_pool2d(x, size) == maxout).all()


@law("POOL-02", level="law")
@given(maps(), st.data())
def test_raising_pixels_never_lowers_a_maximum(subject, case, data):
    x, *options = case
    higher = x + np.abs(data.draw(exact_arrays(x.shape)))
    assert (subject.pooling.max_pool2d(higher, *options) >= subject.pooling.max_pool2d(x, *options)).all()


@law("POOL-02", level="extreme")
@given(maps(), st.data())
def test_nan_in_a_window_is_not_hidden_by_the_maximum(subject, case, data):
    x, *options = case
    spoilt = tuple(data.draw(st.integers(0, side - 1)) for side in x.shape)
    x[spoilt] = np.nan
    a = subject.pooling.max_pool2d(x, *options)
    for (i, j), seen in windows(x.shape, *options).items():
        assert np.isnan(a[..., i, j]).sum() == (spoilt[2:] in seen)
    assert np.isnan(a[spoilt[:2]]).sum() == np.isnan(a).sum()


@law("POOL-01", level="definition")
@given(maps())
def test_a_pixel_of_the_result_is_the_sum_of_its_window_over_its_full_size(subject, case):
    x, size, stride, padding = case
    expected = np.zeros(pooled_shape(x.shape, size, stride, padding))
    for (i, j), seen in windows(x.shape, size, stride, padding).items():
        expected[:, :, i, j] = sum(x[:, :, row, column] for row, column in seen) / (size[0] * size[1])
    assert t12(subject.pooling.avg_pool2d(*case), expected)


@law("POOL-01", level="extreme")
def test_the_zeros_of_the_padding_count(subject):
    assert subject.pooling.avg_pool2d(np.array([[[[8.0, 8]]]]), 2, 1, 1).tolist() == [[[[2, 4, 2], [2, 4, 2]]]]


@law("POOL-01", level="law")
@given(maps(), st.data(), EXACT, EXACT)
def test_the_mean_is_linear(subject, case, data, s, t):
    x, *options = case
    other = data.draw(exact_arrays(x.shape))
    pool = lambda x: subject.pooling.avg_pool2d(x, *options)  # noqa: E731
    assert t12(pool(s * x + t * other), s * pool(x) + t * pool(other))


@law("POOL-01", level="gradient")
@given(maps(), st.data())
def test_the_gradient_of_a_mean_spreads_evenly_over_its_window(subject, case, data):
    x, size, stride, padding = case
    upstream, expected = data.draw(exact_arrays(pooled_shape(x.shape, size, stride, padding))), np.zeros(x.shape)
    for (i, j), seen in windows(x.shape, size, stride, padding).items():
        for row, column in seen:
            expected[:, :, row, column] += upstream[:, :, i, j] / (size[0] * size[1])
    assert t12(subject.pooling.avg_pool2d_backward(upstream, *case), expected)


@law("POOL-01", level="gradient")
@given(exact_arrays((3, 2, 2, 3)))
def test_of_two_by_two_windows_each_pixel_gets_a_quarter(subject, upstream):
    dx = subject.pooling.avg_pool2d_backward(upstream, np.zeros((3, 2, 4, 6)), 2)
    assert (dx == (upstream / 4).repeat(2, axis=2).repeat(2, axis=3)).all()


@law("POOL-01", level="gradient")
@given(maps(), st.data())
def test_the_gradient_is_the_adjoint_of_the_mean(subject, case, data):
    x, *options = case
    upstream = data.draw(exact_arrays(pooled_shape(x.shape, *options)))
    dx = subject.pooling.avg_pool2d_backward(upstream, *case)
    assert t12((dx * x).sum(), (upstream * subject.pooling.avg_pool2d(*case)).sum())


@law("POOL-01", level="definition")
@given(geometries(), SEEDS)
def test_a_subsampling_unit_weighs_shifts_and_squashes_the_mean(subject, geometry, seed):
    shape, size, stride, padding = geometry
    x, w, b = normal(seed, *shape), normal(seed + 1, shape[1]), normal(seed + 2, shape[1])
    expected = np.zeros(pooled_shape(*geometry))
    for (i, j), seen in windows(*geometry).items():
        for c in range(shape[1]):
            mean = sum(x[:, c, row, column] for row, column in seen) / (size[0] * size[1])
            expected[:, c, i, j] = np.tanh(w[c] * mean + b[c])
    assert t12(subject.pooling.subsample(x, w, b, size, stride, padding), expected)


@law("POOL-01", level="shape")
@given(geometries(), FLOATS)
def test_a_subsampling_unit_keeps_the_dtype_and_leaves_its_arguments_alone(subject, geometry, dtype):
    shape, *options = geometry
    arguments = np.ones(shape, dtype), np.ones(shape[1], dtype), np.ones(shape[1], dtype)
    a = subject.pooling.subsample(*arguments, *options)
    assert a.shape == pooled_shape(*geometry) and a.dtype == dtype
    gradients = subject.pooling.subsample_backward(np.ones_like(a), *arguments, *options)
    for gradient, argument in zip(gradients, arguments, strict=True):
        assert gradient.shape == argument.shape and gradient.dtype == dtype
        gradient[...] = 99
    assert all((argument == 1).all() for argument in arguments)


@law("POOL-01", level="gradient")
@given(geometries(), SEEDS)
def test_the_gradients_of_a_subsampling_unit_are_its_slopes(subject, geometry, seed):
    shape, *options = geometry
    shape = (min(2, shape[0]), *shape[1:])
    x, w, b = normal(seed, *shape), normal(seed + 1, shape[1]), normal(seed + 2, shape[1])
    upstream = normal(seed + 3, *pooled_shape(shape, *options))
    dx, dw, db = subject.pooling.subsample_backward(upstream, x, w, b, *options)
    direction = normal(seed + 4, *shape)
    along = slope(lambda t: subject.pooling.subsample(x + t * direction, w, b, *options), np.zeros(1), upstream)
    assert fd((dx * direction).sum(), along[0])
    assert fd(dw, slope(lambda w: subject.pooling.subsample(x, w, b, *options), w, upstream))
    assert fd(db, slope(lambda b: subject.pooling.subsample(x, w, b, *options), b, upstream))


@law("POOL-03", level="theorem")
@POOLS
@given(integer_arrays((2, 1, 4, 6)), st.sampled_from([(2, 3), (4, 2), (1, 6), (2, 1)]), st.tuples(SHIFTS, SHIFTS))
def test_a_circular_shift_by_windows_shifts_the_result(subject, pool, x, size, shift):
    pool, (down, right) = getattr(subject.pooling, pool), shift
    shifted = np.roll(x, (down * size[0], right * size[1]), axis=(2, 3))
    assert (pool(shifted, size) == np.roll(pool(x, size), (down, right), axis=(2, 3))).all()


@law("POOL-03", level="theorem")
@given(integer_arrays((1, 2, 6, 12)), unequal(1, 3), st.sampled_from([(2, 3), (3, 4), (1, 2)]), st.integers(1, 2))
def test_overlapping_windows_too_shift_by_one_for_every_stride(subject, x, size, stride, steps):
    torus = lambda x: np.pad(x, ((0, 0), (0, 0), (0, size[0] - 1), (0, size[1] - 1)), mode="wrap")  # noqa: E731
    pool = lambda x: subject.pooling.max_pool2d(torus(x), size, stride)  # noqa: E731
    shifted = np.roll(x, (steps * stride[0], steps * stride[1]), axis=(2, 3))
    assert (pool(shifted) == np.roll(pool(x), (steps, steps), axis=(2, 3))).all()


@law("POOL-03", "E-33", level="theorem")
def test_a_smaller_shift_is_absorbed_only_while_the_winner_stays_in_its_window(subject):
    row = lambda *pixels: np.array(pixels, float).reshape(1, 1, 1, -1)  # noqa: E731
    pool = lambda x: subject.pooling.max_pool2d(x, (1, 2)).ravel().tolist()  # noqa: E731
    assert pool(row(1, 0, 0, 0)) == pool(row(0, 1, 0, 0)) == [1, 0]
    assert pool(row(0, 0, 1, 0)) == [0, 1]


@law("CNN-15", level="gradient")
@POOLS
@given(SEEDS)
def test_the_gradient_runs_through_convolution_pooling_and_softmax_end_to_end(subject, pool, seed):
    x, K, b, V = normal(seed, 2, 1, 6, 7), normal(seed + 1, 3, 1, 3, 2), normal(seed + 2, 3), normal(seed + 3, 4, 18)
    down, up, labels = getattr(subject.pooling, pool), getattr(subject.pooling, f"{pool}_backward"), [3, 1]

    def forward(x, K, b, V):
        z = subject.conv.conv2d(x, K, b)                       # (2, 1, 6, 7) -> (2, 3, 4, 6)
        a = down(np.maximum(z, 0), 2)                          # (2, 3, 2, 3)
        p = np.exp(a.reshape(2, 18) @ V.T)                     # (2, 4)
        return z, a, p / p.sum(axis=1, keepdims=True)

    z, a, p = forward(x, K, b, V)
    rivals = np.sort(np.maximum(z, 0).reshape(2, 3, 2, 2, 3, 2).transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4))[:, 2:]
    assume(np.abs(z).min() > 1e-3 and (np.diff(rivals)[rivals[:, 1] > 0] > 1e-3).all())  # away from the kinks
    ds = p - np.eye(4)[labels]
    dz = up((ds @ V).reshape(a.shape), np.maximum(z, 0), 2) * (z > 0)
    gradients = *subject.conv.conv2d_backward(dz, x, K, b), ds.T @ a.reshape(2, 18)
    for k, gradient in enumerate(gradients):
        direction = normal(seed + 4, *gradient.shape) / 4

        def loss(t, k=k, direction=direction):
            moved = [v + t * direction if i == k else v for i, v in enumerate((x, K, b, V))]
            return -np.log(forward(*moved)[2][[0, 1], labels]).sum()

        assert fd((gradient * direction).sum(), slope(loss, np.zeros(1))[0])
