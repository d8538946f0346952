"""Wrong convolutions."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import conv
from refnn._validate import Pair, pair
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("conv2d-flipped-kernel", of="conv.conv2d",
        imitates="the kernel is flipped in both axes: this is true convolution, not correlation",
        killed_by=["test_the_kernel_is_not_flipped", "test_a_map_is_the_bias_and_the_sum_over_channels_and_taps"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    return conv.conv2d(x, np.flip(W, (2, 3)), b, stride, padding)


@mutant("conv2d-mirrored-kernel", of="conv.conv2d",
        imitates="the kernel is flipped in one axis only, which is neither convolution nor correlation",
        killed_by=["test_a_map_is_the_bias_and_the_sum_over_channels_and_taps",
                   "test_correlation_is_the_inner_part_of_the_true_convolution_with_the_kernel_flipped_in_both_axes"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    return conv.conv2d(x, np.flip(W, 3), b, stride, padding)


@mutant("conv2d-kernel-rows-as-columns", of="conv.conv2d",
        imitates="row i kH + j of the table of patches is taken for i kW + j (as in CS231n's Cython im2col): "
                 "right for square kernels only",
        killed_by=["test_a_map_is_the_bias_and_the_sum_over_channels_and_taps",
                   "test_the_layer_is_the_matrix_of_patches_times_the_kernels_as_rows"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    W = np.asarray(W)
    maps, channels, height, width = W.shape
    read = np.zeros_like(W)
    for i, j in np.ndindex(height, width):
        row = min(i * height + j, height * width - 1)
        read[:, :, i, j] = W.reshape(maps, channels, -1)[:, :, row]
    return conv.conv2d(x, read, b, stride, padding)


@mutant("conv2d-one-channel-seen", of="conv.conv2d",
        imitates="the sum over the channels is missing: every map looks at the first channel only",
        killed_by=["test_a_map_is_the_bias_and_the_sum_over_channels_and_taps",
                   "test_an_output_changes_with_the_pixels_of_its_patch_and_with_no_other"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    return conv.conv2d(np.asarray(x)[:, :1], np.asarray(W)[:, :1], b, stride, padding)


@mutant("conv2d-mean-over-channels", of="conv.conv2d",
        imitates="the channels are averaged, not summed",
        killed_by=["test_a_map_is_the_bias_and_the_sum_over_channels_and_taps",
                   "test_the_layer_without_bias_is_linear_in_the_image_and_in_the_kernel"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    W = np.asarray(W)
    return conv.conv2d(x, W / W.dtype.type(W.shape[1]), b, stride, padding)


@mutant("conv2d-forgotten-bias", of="conv.conv2d",
        imitates="the bias is taken and not added",
        killed_by=["test_a_map_is_the_bias_and_the_sum_over_channels_and_taps"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    return conv.conv2d(x, W, None if b is None else np.zeros_like(b), stride, padding)


@mutant("conv2d-padding-at-the-end", of="conv.conv2d",
        imitates="all zeros are put below and to the right, none above and to the left",
        killed_by=["test_padding_in_one_direction_only_adds_nothing_in_the_other",
                   "test_a_map_is_the_bias_and_the_sum_over_channels_and_taps"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    down, right = pair("padding", padding, 0)
    return conv.conv2d(np.pad(x, ((0, 0), (0, 0), (0, 2 * down), (0, 2 * right))), W, b, stride)


@mutant("conv2d-padding-repeats-the-edge", of="conv.conv2d",
        imitates="the image is continued with its edge where zeros should stand",
        killed_by=["test_padding_in_one_direction_only_adds_nothing_in_the_other",
                   "test_a_map_is_the_bias_and_the_sum_over_channels_and_taps"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    down, right = pair("padding", padding, 0)
    return conv.conv2d(np.pad(x, ((0, 0), (0, 0), (down, down), (right, right)), mode="edge"), W, b, stride)


@mutant("conv2d-hides-nan", of="conv.conv2d",
        imitates="NaN is read as 0, so a broken pixel is not seen",
        killed_by=["test_nan_in_one_pixel_spoils_the_outputs_that_see_it_and_no_others"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    return conv.conv2d(np.nan_to_num(x), W, b, stride, padding)



@mutant("conv2d-height-and-width-swapped", of="conv.conv2d", level="shape",
        imitates="stride and padding are read as (horizontal, vertical)",
        killed_by=["test_the_maps_have_a_place_for_each_fit_and_the_arguments_are_left_alone"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    return conv.conv2d(x, W, b, pair("stride", stride, 1)[::-1], pair("padding", padding, 0)[::-1])


@mutant("conv2d-always-float64", of="conv.conv2d", level="shape",
        imitates="float32 is silently promoted: the table of patches is made with np.zeros, which is float64",
        killed_by=["test_the_maps_have_a_place_for_each_fit_and_the_arguments_are_left_alone"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    return conv.conv2d(np.asarray(x, np.float64), W, b, stride, padding)


@mutant("conv2d-one-number-for-the-height", of="conv.conv2d", level="shape",
        imitates="one number for stride and padding is taken for the height only",
        killed_by=["test_one_number_for_stride_or_padding_stands_for_both_directions_and_no_bias_for_zeros"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    stride = (stride, 1) if isinstance(stride, int) else stride
    return conv.conv2d(x, W, b, stride, (padding, 0) if isinstance(padding, int) else padding)


@mutant("conv2d-backward-input-flipped", of="conv.conv2d_backward",
        imitates="the gradient in the image is made with the kernel flipped: correlation for convolution",
        killed_by=["test_every_pixel_collects_from_the_outputs_that_saw_it",
                   "test_all_three_gradients_are_the_slopes_of_the_layer"])
def _(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0
) -> tuple[NDArray, NDArray, NDArray | None]:
    _, dW, db = conv.conv2d_backward(upstream, x, W, b, stride, padding)
    return conv.conv2d_backward(upstream, x, np.flip(W, (2, 3)), b, stride, padding)[0], dW, db


@mutant("conv2d-backward-kernel-flipped", of="conv.conv2d_backward",
        imitates="the gradient in the kernel comes out turned by 180 degrees",
        killed_by=["test_every_weight_collects_from_all_the_places_that_share_it",
                   "test_all_three_gradients_are_the_slopes_of_the_layer"])
def _(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0
) -> tuple[NDArray, NDArray, NDArray | None]:
    dx, dW, db = conv.conv2d_backward(upstream, x, W, b, stride, padding)
    return dx, np.flip(dW, (2, 3)).copy(), db


@mutant("conv2d-backward-kernel-mean", of="conv.conv2d_backward",
        imitates="the gradient of a shared weight is the mean over its places, not the sum",
        killed_by=["test_every_weight_collects_from_all_the_places_that_share_it"])
def _(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0
) -> tuple[NDArray, NDArray, NDArray | None]:
    dx, dW, db = conv.conv2d_backward(upstream, x, W, b, stride, padding)
    return dx, dW / dW.dtype.type(np.prod(np.shape(upstream)[2:])), db


@mutant("conv2d-backward-bias-mean", of="conv.conv2d_backward",
        imitates="the gradient of a bias is averaged over the places of its map",
        killed_by=["test_a_bias_collects_from_its_whole_map_and_an_absent_one_gets_none"])
def _(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0
) -> tuple[NDArray, NDArray, NDArray | None]:
    dx, dW, db = conv.conv2d_backward(upstream, x, W, b, stride, padding)
    return dx, dW, None if db is None else db / db.dtype.type(np.prod(np.shape(upstream)[2:]))


@mutant("conv2d-backward-crops-with-minus-zero", of="conv.conv2d_backward", level="shape",
        imitates="the padding is cut off with [p : -p], which leaves nothing where p is 0 (as in edunn)",
        killed_by=["test_gradients_have_the_shapes_of_their_arguments_and_the_wider_dtype"])
def _(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0
) -> tuple[NDArray, NDArray, NDArray | None]:
    top, left = pair("padding", padding, 0)
    padded = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))
    dx, dW, db = conv.conv2d_backward(upstream, padded, W, b, stride)
    return dx[:, :, top:-top, left:-left] if top or left else dx, dW, db


@mutant("conv1d-flipped-kernel", of="conv.conv1d",
        imitates="the kernel is flipped, as numpy.convolve does",
        killed_by=["test_on_signals_the_same_weights_are_laid_on_at_every_place"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int = 1, padding: int = 0) -> NDArray:
    return conv.conv1d(x, np.flip(W, 2), b, stride, padding)


@mutant("conv1d-with-a-height", of="conv.conv1d", level="shape",
        imitates="the height of 1 that a signal had as an image is left in the result",
        killed_by=["test_a_signal_gives_a_signal_of_the_same_dtype_with_or_without_samples"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int = 1, padding: int = 0) -> NDArray:
    return conv.conv1d(x, W, b, stride, padding)[:, :, np.newaxis]


@mutant("conv1d-backward-one-place", of="conv.conv1d_backward",
        imitates="the gradient of a shared weight is taken from the first place only: the sum over the places is lost",
        killed_by=["test_the_gradients_of_a_layer_on_signals_are_its_slopes",
                   "test_a_shared_weight_meets_another_input_at_every_place"])
def _(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int = 1, padding: int = 0
) -> tuple[NDArray, NDArray, NDArray | None]:
    dx, _, db = conv.conv1d_backward(upstream, x, W, b, stride, padding)
    first = np.array(upstream)
    first[:, :, 1:] = 0
    return dx, conv.conv1d_backward(first, x, W, b, stride, padding)[1], db


@mutant("output-size-rounded-up", of="conv.output_size",
        imitates="a last window that hangs over the edge is counted",
        killed_by=["test_the_size_counts_the_places_where_the_kernel_fits", "test_the_worked_sizes"])
def _(size: int, kernel: int, padding: int = 0, stride: int = 1) -> int:
    conv.output_size(size, kernel, padding, stride)
    return -(-(size + 2 * padding - kernel) // stride) + 1


@mutant("output-size-one-padding", of="conv.output_size",
        imitates="the padding is counted on one side only",
        killed_by=["test_the_size_counts_the_places_where_the_kernel_fits", "test_the_worked_sizes"])
def _(size: int, kernel: int, padding: int = 0, stride: int = 1) -> int:
    conv.output_size(size, kernel, padding, stride)
    return (size + padding - kernel) // stride + 1


@mutant("output-size-one-place-short", of="conv.output_size",
        imitates="the + 1 is missing: steps are counted, not places",
        killed_by=["test_the_size_counts_the_places_where_the_kernel_fits", "test_the_worked_sizes"])
def _(size: int, kernel: int, padding: int = 0, stride: int = 1) -> int:
    return conv.output_size(size, kernel, padding, stride) - 1


@mutant("output-size-never-refuses", of="conv.output_size", level="shape",
        imitates="a kernel that is too large gives a side of 0 in silence",
        killed_by=["test_a_kernel_larger_than_the_padded_side_is_refused"])
def _(size: int, kernel: int, padding: int = 0, stride: int = 1) -> int:
    return max(0, (size + 2 * padding - kernel) // stride + 1)


@mutant("convolve-without-flip", of="conv.convolve",
        imitates="the kernel is not flipped: this is correlation",
        killed_by=["test_convolution_multiplies_every_pair_and_adds_their_indices"])
def _(w: ArrayLike, y: ArrayLike) -> NDArray:
    return conv.convolve(np.flip(w), y)


@mutant("convolve-around-the-corner", of="conv.convolve",
        imitates="what leaves the image on one side comes in on the other: a circular convolution, zeros appended",
        killed_by=["test_convolution_multiplies_every_pair_and_adds_their_indices",
                   "test_the_sum_approaches_the_integral_two_boxes_make_a_tent"])
def _(w: ArrayLike, y: ArrayLike) -> NDArray:
    full, inner = conv.convolve(w, y), np.shape(y)
    result = np.zeros_like(full)
    for i in np.ndindex(*full.shape):
        result[tuple(k % n for k, n in zip(i, inner, strict=True))] += full[i]
    return result


@mutant("convolve-with-nothing", of="conv.convolve", level="shape",
        imitates="an empty kernel is taken for one that is 0, and gives zeros",
        killed_by=["test_with_nothing_there_is_no_convolution"])
def _(w: ArrayLike, y: ArrayLike) -> NDArray:
    w = np.asarray(w)
    return conv.convolve(w if w.size else np.zeros((1,) * w.ndim), y)


@mutant("convolve-same-size", of="conv.convolve", level="shape",
        imitates="only the middle is kept, as large as the image: mode same for mode full",
        killed_by=["test_full_convolution_has_a_place_for_every_overlap_and_keeps_the_dtype"])
def _(w: ArrayLike, y: ArrayLike) -> NDArray:
    starts = [(k - 1) // 2 for k in np.shape(w)]
    middle = tuple(slice(start, start + n) for start, n in zip(starts, np.shape(y), strict=True))
    return conv.convolve(w, y)[middle].copy()


@mutant("convolve-with-a-blur", of="conv.convolve",
        imitates="the kernel is divided by the sum of its sizes first, as one does to blur a picture",
        killed_by=["test_convolution_multiplies_every_pair_and_adds_their_indices", "test_convolution_is_bilinear"])
def _(w: ArrayLike, y: ArrayLike) -> NDArray:
    w = np.asarray(w)
    return conv.convolve(w / max(w.dtype.type(1), np.abs(w).sum()), y)


@mutant("toeplitz-matrix-transposed-shift", of="conv.toeplitz_matrix",
        imitates="the columns hold w upside down: the matrix of the correlation",
        killed_by=["test_the_worked_toeplitz_matrix"])
def _(w: ArrayLike, n: int) -> NDArray:
    return conv.toeplitz_matrix(np.flip(w), n)


@mutant("toeplitz-matrix-always-float64", of="conv.toeplitz_matrix", level="shape",
        imitates="the matrix is made with np.zeros, which is float64",
        killed_by=["test_the_matrices_keep_the_dtype_and_leave_the_kernel_alone"])
def _(w: ArrayLike, n: int) -> NDArray:
    return conv.toeplitz_matrix(np.asarray(w, np.float64), n)


@mutant("conv2d-matrix-flipped", of="conv.conv2d_matrix",
        imitates="the rows hold the kernel turned by 180 degrees: the matrix of the true convolution",
        killed_by=["test_the_doubly_blocked_matrix_is_the_layer_on_raveled_pixels",
                   "test_backward_the_gradient_goes_through_the_transposed_matrix"])
def _(W: ArrayLike, shape: tuple[int, int]) -> NDArray:
    return conv.conv2d_matrix(np.flip(W), shape)


@mutant("conv2d-matrix-pixels-by-columns", of="conv.conv2d_matrix",
        imitates="the pixels are numbered column by column, as MATLAB does",
        killed_by=["test_the_doubly_blocked_matrix_is_the_layer_on_raveled_pixels",
                   "test_backward_the_gradient_goes_through_the_transposed_matrix"])
def _(W: ArrayLike, shape: tuple[int, int]) -> NDArray:
    return conv.conv2d_matrix(np.transpose(W), shape[::-1])


@mutant("conv-parameter-count-one-channel", of="conv.parameter_count",
        imitates="the kernels are counted as if there were one channel, as on the slide",
        killed_by=["test_the_worked_counts_of_128_kernels",
                   "test_kernels_make_as_many_maps_and_3200_weights_see_one_channel_only"])
def _(channels: int, maps: int, kernel: Pair, bias: bool = True) -> int:
    return conv.parameter_count(1, maps, kernel, bias)


@mutant("conv-parameter-count-bias-per-kernel", of="conv.parameter_count",
        imitates="each map is given a bias for every channel",
        killed_by=["test_the_worked_counts_of_128_kernels"])
def _(channels: int, maps: int, kernel: Pair, bias: bool = True) -> int:
    return conv.parameter_count(channels, maps, kernel, False) + channels * maps * bias


@mutant("lecun1989-shared-biases", of="conv.lecun1989",
        imitates="the biases of H1 and H2 are shared within a map, as today; in 1989 they were not",
        killed_by=["test_the_counts_of_the_net_of_1989"])
def _() -> list[tuple[str, int, int, int]]:
    rows = conv.lecun1989()
    own = {name: units for name, units, _, _ in rows if name in ("H1", "H2")}
    return [(name, units, free - own.get(name, 12) + 12, links) for name, units, free, links in rows]


@mutant("conv2d-image-turned-for-the-kernel", of="conv.conv2d",
        imitates="the image is turned by 180 degrees where the true convolution turns the kernel: maps come out turned",
        killed_by=["test_on_a_torus_the_layer_commutes_with_every_shift",
                   "test_a_shifted_image_gives_a_shifted_map_and_a_rotated_image_does_not_give_a_rotated_one"])
def _(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    return conv.conv2d(np.flip(x, (2, 3)), W, b, stride, padding)


@mutant("conv2d-matrix-same-size", of="conv.conv2d_matrix", level="shape",
        imitates="a row is made for every pixel, as if the image were padded to give a map of its own size",
        killed_by=["test_the_worked_matrix_is_nine_by_twenty_five_with_81_entries_of_9_values",
                   "test_the_matrix_is_mostly_zero_and_the_rest_is_shared"])
def _(W: ArrayLike, shape: tuple[int, int]) -> NDArray:
    (kH, kW), (H, w) = np.shape(W), shape
    padded = conv.conv2d_matrix(W, (H + kH - 1, w + kW - 1)).reshape(-1, H + kH - 1, w + kW - 1)
    top, left = (kH - 1) // 2, (kW - 1) // 2
    return padded[:, top : top + H, left : left + w].reshape(-1, H * w).copy()


@mutant("conv-parameter-count-in-32-bits", of="conv.parameter_count",
        imitates="the product is taken in 32 bits, where it wraps round beyond two thousand million",
        killed_by=["test_without_sharing_and_locality_the_same_maps_cost_a_hundred_million"])
def _(channels: int, maps: int, kernel: Pair, bias: bool = True) -> int:
    return (conv.parameter_count(channels, maps, kernel, bias) + 2**31) % 2**32 - 2**31
