"""Wrong dropout."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import dropout
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("dropout-mask-rate-to-keep", of="dropout.dropout_mask",
        imitates="the rate is taken for the probability to keep a unit",
        killed_by=["test_of_many_units_the_keep_rate_stays"])
def _(shape: tuple[int, ...], rate: float, rng: np.random.Generator | int) -> NDArray[np.bool_]:
    return ~dropout.dropout_mask(shape, rate, rng) if rate else dropout.dropout_mask(shape, rate, rng)


@mutant("dropout-mask-same-for-all-samples", of="dropout.dropout_mask",
        imitates="one row is drawn and repeated, though a mask for every sample was asked for",
        killed_by=["test_what_is_dropped_tells_nothing_of_its_neighbours_in_the_sample_or_of_the_sample_next_to_it"])
def _(shape: tuple[int, ...], rate: float, rng: np.random.Generator | int) -> NDArray[np.bool_]:
    return np.broadcast_to(dropout.dropout_mask(tuple(shape)[-1:], rate, rng), shape).copy()


@mutant("dropout-mask-whole-samples", of="dropout.dropout_mask",
        imitates="one number is drawn for each sample, which is dropped or kept as a whole",
        killed_by=["test_what_is_dropped_tells_nothing_of_its_neighbours_in_the_sample_or_of_the_sample_next_to_it"])
def _(shape: tuple[int, ...], rate: float, rng: np.random.Generator | int) -> NDArray[np.bool_]:
    mask = dropout.dropout_mask(shape, rate, rng)
    return np.broadcast_to(mask[..., :1], mask.shape).copy() if mask.ndim > 1 else mask


@mutant("dropout-mask-always-the-same", of="dropout.dropout_mask",
        imitates="the seed is set inside, so that every batch drops the same units",
        killed_by=["test_each_mini_batch_gets_a_fresh_mask_and_the_same_seed_the_same_sequence"])
def _(shape: tuple[int, ...], rate: float, rng: np.random.Generator | int) -> NDArray[np.bool_]:
    return dropout.dropout_mask(shape, rate, 0)


@mutant("dropout-mask-scaled", of="dropout.dropout_mask", level="shape",
        imitates="the mask holds 1 / q for 1: the division has moved into it, and will be done twice",
        killed_by=["test_a_mask_has_the_shape_asked_for_and_only_zeros_and_ones"])
def _(shape: tuple[int, ...], rate: float, rng: np.random.Generator | int) -> NDArray[Any]:
    return dropout.dropout_mask(shape, rate, rng) / (1 - rate)


@mutant("dropout-never-scaled", of="dropout.dropout",
        imitates="what is kept is not divided by the keep rate: training and test see different signals",
        killed_by=["test_inverted_dropout_divides_what_it_keeps_by_the_keep_rate_and_is_the_default"])
def _(x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    return dropout.dropout(x, mask, rate, inverted=False)


@mutant("dropout-divided-by-the-drop-rate", of="dropout.dropout",
        imitates="what is kept is divided by p where it should be by 1 - p",
        killed_by=["test_inverted_dropout_divides_what_it_keeps_by_the_keep_rate_and_is_the_default"])
def _(x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    return dropout.dropout(x, mask, 1 - rate if inverted and rate else rate, inverted)


@mutant("dropout-divided-by-the-share-kept", of="dropout.dropout",
        imitates="what is kept is divided by the share this mask happens to keep, so the mean over all masks is wrong",
        killed_by=["test_inverted_dropout_divides_what_it_keeps_by_the_keep_rate_and_is_the_default",
                   "test_inverted_dropout_has_the_unscaled_net_as_its_mean"])
def _(x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    kept = np.asarray(mask, np.float64)
    return dropout.dropout(x, mask, 1 - kept.mean() if kept.any() else rate, inverted)


@mutant("dropout-by-multiplication", of="dropout.dropout",
        imitates="the mask is multiplied in, and NaN or infinity times 0 is NaN: the dropped unit is not gone",
        killed_by=["test_a_dropped_unit_is_gone_even_if_it_was_nan_or_infinite_and_a_kept_one_is_not"])
def _(x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    x = np.asarray(x)
    return dropout.dropout(x, np.ones_like(x), rate, inverted) * np.asarray(mask, x.dtype)


@mutant("dropout-always-inverted", of="dropout.dropout",
        imitates="what is kept is divided by the keep rate even where the lecture's form is asked for",
        killed_by=["test_a_mask_keeps_units_as_they_are_or_drops_them_to_zero"])
def _(x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    return dropout.dropout(x, mask, rate)


@mutant("dropout-always-float64", of="dropout.dropout", level="shape",
        imitates="the mask is float64, and so is all that is multiplied with it",
        killed_by=["test_the_dtype_of_x_stays_and_the_arguments_are_left_alone"])
def _(x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    return dropout.dropout(np.asarray(x, np.float64), mask, rate, inverted)


@mutant("dropout-backward-without-mask", of="dropout.dropout_backward",
        imitates="the gradient reaches dropped units too (as in numpy-ml)",
        killed_by=["test_a_dropped_unit_gets_no_gradient_and_a_kept_one_what_arrives",
                   "test_the_gradient_is_the_slope_of_dropout_under_the_same_mask"])
def _(upstream: ArrayLike, x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    return dropout.dropout_backward(upstream, x, np.ones_like(np.asarray(mask)), rate, inverted)


@mutant("dropout-backward-unscaled", of="dropout.dropout_backward",
        imitates="the mask is applied and the division by the keep rate forgotten",
        killed_by=["test_a_dropped_unit_gets_no_gradient_and_a_kept_one_what_arrives"])
def _(upstream: ArrayLike, x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    return dropout.dropout_backward(upstream, x, mask, rate, inverted=False)


@mutant("dropout-backward-in-place", of="dropout.dropout_backward", level="shape",
        imitates="the caller's own gradient is multiplied (as in numpy-ml)",
        killed_by=["test_the_gradient_has_the_wider_dtype_and_upstream_is_left_alone"])
def _(upstream: ArrayLike, x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True) -> NDArray:
    dx, upstream = dropout.dropout_backward(upstream, x, mask, rate, inverted), np.asarray(upstream)
    upstream[...] = dx
    return dx


@mutant("scale-for-test-by-the-drop-rate", of="dropout.scale_for_test",
        imitates="the signals are multiplied with p, not with 1 - p",
        killed_by=["test_at_test_time_everything_is_multiplied_by_the_keep_rate"])
def _(x: ArrayLike, rate: float) -> NDArray:
    return np.asarray(x) - dropout.scale_for_test(x, rate)


@mutant("scale-for-test-by-one-minus-p-percent", of="dropout.scale_for_test",
        imitates="the slide's \"(1 - p) %\" is taken at its word: -0.49 for p = 50",
        killed_by=["test_at_test_time_everything_is_multiplied_by_the_keep_rate",
                   "test_the_slide_s_own_example_follows_the_keep_rate"])
def _(x: ArrayLike, rate: float) -> NDArray:
    x = dropout.scale_for_test(x, 0 * rate)
    return np.asarray(x * x.dtype.type((1 - 100 * rate) / 100))


@mutant("scale-for-test-backward-unscaled", of="dropout.scale_for_test_backward",
        imitates="the gradient passes as if nothing had been scaled",
        killed_by=["test_the_gradient_of_the_scaled_net_is_scaled_too"])
def _(upstream: ArrayLike, x: ArrayLike, rate: float) -> NDArray:
    return dropout.scale_for_test_backward(upstream, x, 0.0)


@mutant("masks-never-empty", of="dropout.masks", level="shape",
        imitates="the net in which every unit is dropped is left out: 2^n - 1 nets",
        killed_by=["test_n_units_define_two_to_the_n_thinned_nets_listed_once_each"])
def _(n: int) -> NDArray[np.bool_]:
    return dropout.masks(n)[1:]


@mutant("mask-probability-of-the-kept", of="dropout.mask_probability",
        imitates="the dropped units have no part in it: q^|m|",
        killed_by=["test_a_mask_is_as_probable_as_its_kept_and_dropped_units_together"])
def _(mask: ArrayLike, rate: float) -> NDArray:
    dropout.mask_probability(mask, rate)
    return np.asarray((1 - rate) ** np.asarray(mask, bool).sum(axis=-1))


@mutant("mask-probability-binomial", of="dropout.mask_probability",
        imitates="the chance is given that so many units are kept, not that these are",
        killed_by=["test_a_mask_is_as_probable_as_its_kept_and_dropped_units_together"])
def _(mask: ArrayLike, rate: float) -> NDArray:
    keep = np.asarray(mask, bool)
    ways = np.vectorize(math.comb, otypes=[float])(keep.shape[-1], keep.sum(axis=-1)) if keep.size else 1.0
    return np.asarray(dropout.mask_probability(mask, rate) * ways)


@mutant("scale-for-test-spares-vectors", of="dropout.scale_for_test",
        imitates="matrices alone are scaled: a vector is taken for a bias, which dropout leaves as it is",
        killed_by=["test_scaling_the_outgoing_weights_is_scaling_the_outputs_of_the_units"])
def _(x: ArrayLike, rate: float) -> NDArray:
    return dropout.scale_for_test(x, rate if np.ndim(x) > 1 else 0.0)
