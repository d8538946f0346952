"""Wrong pooling."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import pooling
from refnn._validate import Pair, pair
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("max-pool2d-padded-with-zeros", of="pooling.max_pool2d",
        imitates="zeros stand in the padding and win against negative pixels",
        killed_by=["test_padding_never_wins"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    down, right = pair("padding", padding, 0)
    pooling.max_pool2d(x, size, stride, padding)  # refuses what cannot be
    return pooling.max_pool2d(np.pad(x, ((0, 0), (0, 0), (down, down), (right, right))), size, stride or size)


@mutant("max-pool2d-every-stride-one", of="pooling.max_pool2d", level="shape",
        imitates="the window moves by one pixel where no stride is given, not by its own size",
        killed_by=["test_without_a_stride_windows_lie_side_by_side_and_one_number_is_a_square"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    return pooling.max_pool2d(x, size, stride or 1, padding)


@mutant("max-pool2d-height-and-width-swapped", of="pooling.max_pool2d", level="shape",
        imitates="window, stride and padding are read as (width, height)",
        killed_by=["test_every_place_of_the_window_gives_a_pixel_and_the_argument_is_left_alone"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    turned = pooling.max_pool2d(np.swapaxes(x, 2, 3), size, stride, padding)
    return turned.swapaxes(2, 3).copy()


@mutant("max-pool2d-largest-size", of="pooling.max_pool2d",
        imitates="the pixel of the largest size wins, and loses its sign",
        killed_by=["test_a_pixel_of_the_result_is_the_greatest_of_its_window",
                   "test_raising_pixels_never_lowers_a_maximum"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    return pooling.max_pool2d(np.abs(x), size, stride, padding)


@mutant("max-pool2d-hides-nan", of="pooling.max_pool2d",
        imitates="NaN loses against every number, so a broken pixel is not seen",
        killed_by=["test_nan_in_a_window_is_not_hidden_by_the_maximum"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    x = np.asarray(x)
    return pooling.max_pool2d(np.where(np.isnan(x), x.dtype.type(-np.inf), x), size, stride, padding)


@mutant("max-pool2d-backward-last-winner", of="pooling.max_pool2d_backward",
        imitates="the last of equal pixels takes the gradient",
        killed_by=["test_of_equal_pixels_the_first_takes_the_whole_gradient"])
def _(upstream: ArrayLike, x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    x = np.asarray(x)
    rising = np.arange(x.shape[2] * x.shape[3]).reshape(x.shape[2:])  # what is later is a little higher
    return pooling.max_pool2d_backward(upstream, x + 1e-4 * rising.astype(x.dtype), size, stride, padding)


@mutant("max-pool2d-backward-overwrites", of="pooling.max_pool2d_backward",
        imitates="the last of overlapping windows overwrites the gradient of the others: = for +=",
        killed_by=["test_the_gradient_of_a_window_goes_to_its_first_maximum"])
def _(upstream: ArrayLike, x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    dx, upstream = pooling.max_pool2d_backward(upstream, x, size, stride, padding), np.asarray(upstream)
    for i, j in np.ndindex(*upstream.shape[2:]):
        one = np.zeros_like(upstream)
        one[:, :, i, j] = 1
        won = pooling.max_pool2d_backward(one, x, size, stride, padding) > 0
        dx = np.where(won, upstream[:, :, i : i + 1, j : j + 1].astype(dx.dtype), dx)
    return dx


@mutant("max-pool2d-backward-spread", of="pooling.max_pool2d_backward",
        imitates="the gradient is spread over the window, as for the mean",
        killed_by=["test_of_equal_pixels_the_first_takes_the_whole_gradient",
                   "test_the_gradient_of_a_window_goes_to_its_first_maximum"])
def _(upstream: ArrayLike, x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    return pooling.avg_pool2d_backward(upstream, x, size, stride, padding)


@mutant("avg-pool2d-padding-not-counted", of="pooling.avg_pool2d",
        imitates="a window over the edge is divided by its pixels in the image only",
        killed_by=["test_a_pixel_of_the_result_is_the_sum_of_its_window_over_its_full_size",
                   "test_the_zeros_of_the_padding_count"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    share = pooling.avg_pool2d(np.ones_like(x), size, stride, padding)
    return pooling.avg_pool2d(x, size, stride, padding) / share


@mutant("avg-pool2d-square-window", of="pooling.avg_pool2d",
        imitates="the window is taken for a square: divided by kH kH",
        killed_by=["test_a_pixel_of_the_result_is_the_sum_of_its_window_over_its_full_size"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    (height, width), mean = pair("size", size, 1), pooling.avg_pool2d(x, size, stride, padding)
    return mean * mean.dtype.type(width / height)


@mutant("avg-pool2d-sum", of="pooling.avg_pool2d",
        imitates="the window is summed and not divided",
        killed_by=["test_a_pixel_of_the_result_is_the_sum_of_its_window_over_its_full_size",
                   "test_the_zeros_of_the_padding_count"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    (height, width), mean = pair("size", size, 1), pooling.avg_pool2d(x, size, stride, padding)
    return mean * mean.dtype.type(height * width)


@mutant("avg-pool2d-root-mean-square", of="pooling.avg_pool2d",
        imitates="the root of the mean square is taken, not the mean",
        killed_by=["test_a_pixel_of_the_result_is_the_sum_of_its_window_over_its_full_size", "test_the_mean_is_linear"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    return np.sqrt(pooling.avg_pool2d(np.square(x), size, stride, padding))


@mutant("avg-pool2d-backward-undivided", of="pooling.avg_pool2d_backward",
        imitates="every pixel gets the whole gradient of its window",
        killed_by=["test_the_gradient_of_a_mean_spreads_evenly_over_its_window"])
def _(upstream: ArrayLike, x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    (height, width), dx = pair("size", size, 1), pooling.avg_pool2d_backward(upstream, x, size, stride, padding)
    return dx * dx.dtype.type(height * width)


@mutant("avg-pool2d-backward-always-float64", of="pooling.avg_pool2d_backward", level="shape",
        imitates="the gradient is collected in np.zeros, which is float64",
        killed_by=["test_the_gradient_has_the_shape_of_the_maps_and_the_wider_dtype"])
def _(upstream: ArrayLike, x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    return pooling.avg_pool2d_backward(np.asarray(upstream, np.float64), x, size, stride, padding)


@mutant("subsample-bias-inside-the-weight", of="pooling.subsample",
        imitates="the bias is added before the weight is multiplied: w (mean + b)",
        killed_by=["test_a_subsampling_unit_weighs_shifts_and_squashes_the_mean"])
def _(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> NDArray:
    return pooling.subsample(x, w, np.asarray(w) * np.asarray(b), size, stride, padding)


@mutant("subsample-not-squashed", of="pooling.subsample",
        imitates="the tanh is forgotten",
        killed_by=["test_a_subsampling_unit_weighs_shifts_and_squashes_the_mean"])
def _(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> NDArray:
    return np.arctanh(pooling.subsample(x, w, b, size, stride, padding))


@mutant("subsample-backward-not-squashed", of="pooling.subsample_backward",
        imitates="the slope 1 - a^2 of the tanh is forgotten",
        killed_by=["test_the_gradients_of_a_subsampling_unit_are_its_slopes"])
def _(
    upstream: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike,
    size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
) -> tuple[NDArray, NDArray, NDArray]:
    a = pooling.subsample(x, w, b, size, stride, padding)
    return pooling.subsample_backward(np.asarray(upstream) / (1 - a**2), x, w, b, size, stride, padding)


@mutant("max-pool2d-any-padding", of="pooling.max_pool2d", level="shape",
        imitates="the padding may be as wide as it likes, and windows that see nothing else answer minus infinity",
        killed_by=["test_a_window_that_could_lie_wholly_in_the_padding_or_fits_nowhere_is_refused"])
def _(x: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0) -> NDArray:
    down, right = pair("padding", padding, 0)
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    padded = np.pad(x, ((0, 0), (0, 0), (down, down), (right, right)), constant_values=-np.inf)
    return pooling.max_pool2d(padded, size, size if stride is None else stride)


@mutant("subsample-always-float64", of="pooling.subsample", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_a_subsampling_unit_keeps_the_dtype_and_leaves_its_arguments_alone"])
def _(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> NDArray:
    return pooling.subsample(np.asarray(x, np.float64), w, b, size, stride, padding)
