"""Wrong regularizers."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import regularizers
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("l2-halved", of="regularizers.l2",
        imitates="the factor one half of other books has slipped in",
        killed_by=["test_every_weight_is_counted_once_with_its_square_or_its_size"])
def _(W: ArrayLike) -> np.floating:
    price = regularizers.l2(W)
    return price / price.dtype.type(2)


@mutant("l2-root", of="regularizers.l2",
        imitates="the length of the weights is returned, not its square",
        killed_by=["test_every_weight_is_counted_once_with_its_square_or_its_size",
                   "test_scaling_the_weights_scales_l2_by_the_square_and_l1_by_the_size"])
def _(W: ArrayLike) -> np.floating:
    return np.sqrt(regularizers.l2(W))


@mutant("l2-mean", of="regularizers.l2",
        imitates="the mean over the weights is taken, so that large layers cost no more than small ones",
        killed_by=["test_every_weight_is_counted_once_with_its_square_or_its_size"])
def _(W: ArrayLike) -> np.floating:
    price = regularizers.l2(W)
    return price / price.dtype.type(max(1, np.size(W)))


@mutant("l2-spectral", of="regularizers.l2",
        imitates="norm(W, 2) of NumPy is squared: the largest singular value of a matrix, not the root of all squares",
        killed_by=["test_every_weight_is_counted_once_with_its_square_or_its_size",
                   "test_scaling_the_weights_scales_l2_by_the_square_and_l1_by_the_size"])
def _(W: ArrayLike) -> np.floating:
    W = np.asarray(W)
    return np.linalg.norm(W, 2) ** 2 if W.ndim == 2 and W.size else regularizers.l2(W)


@mutant("l2-always-float64", of="regularizers.l2", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_price_is_one_number_of_the_same_dtype_and_the_weights_are_left_alone"])
def _(W: ArrayLike) -> np.floating:
    return regularizers.l2(np.asarray(W, np.float64))


@mutant("l2-backward-without-two", of="regularizers.l2_backward",
        imitates="the 2 of the derivative is missing",
        killed_by=["test_the_gradient_is_the_slope_of_the_price"])
def _(upstream: ArrayLike, W: ArrayLike) -> NDArray:
    gradient = regularizers.l2_backward(upstream, W)
    return gradient / gradient.dtype.type(2)


@mutant("l2-backward-in-place", of="regularizers.l2_backward", level="shape",
        imitates="the caller's own weights become their gradient",
        killed_by=["test_a_step_down_lambda_l2_alone_multiplies_the_weights_by_the_decay_factor"])
def _(upstream: ArrayLike, W: ArrayLike) -> NDArray:
    gradient, W = regularizers.l2_backward(upstream, W), np.asarray(W)
    W[...] = gradient
    return gradient


@mutant("l1-signed", of="regularizers.l1",
        imitates="the weights are summed with their signs: opposite ones cost nothing",
        killed_by=["test_every_weight_is_counted_once_with_its_square_or_its_size"])
def _(W: ArrayLike) -> np.floating:
    return np.asarray(W).sum()


@mutant("l1-largest-column", of="regularizers.l1",
        imitates="norm(W, 1) of NumPy is taken: the largest column sum of a matrix, not the sum of all sizes",
        killed_by=["test_every_weight_is_counted_once_with_its_square_or_its_size"])
def _(W: ArrayLike) -> np.floating:
    W = np.asarray(W)
    return np.linalg.norm(W, 1) if W.ndim == 2 and W.size else regularizers.l1(W)


@mutant("l1-backward-pulls-at-zero", of="regularizers.l1_backward",
        imitates="a weight of zero is pulled down as if it were positive",
        killed_by=["test_at_a_weight_of_zero_l1_pulls_in_neither_direction"])
def _(upstream: ArrayLike, W: ArrayLike) -> NDArray:
    W = np.asarray(W)
    return regularizers.l1_backward(upstream, np.where(W == 0, np.ones_like(W), W))


@mutant("l1-backward-in-proportion", of="regularizers.l1_backward",
        imitates="large weights are pulled harder than small ones, as by L2",
        killed_by=["test_the_gradient_is_the_slope_of_the_price"])
def _(upstream: ArrayLike, W: ArrayLike) -> NDArray:
    return regularizers.l1_backward(upstream, W) * np.abs(np.asarray(W))


@mutant("l2-curvature-with-the-weight", of="regularizers.l2_curvature",
        imitates="the first derivative, 2W, is given for the second",
        killed_by=["test_the_curvature_of_the_l2_price_is_how_its_gradient_changes"])
def _(upstream: ArrayLike, W: ArrayLike) -> NDArray:
    return regularizers.l2_backward(upstream, W)


@mutant("decay-factor-without-two", of="regularizers.decay_factor",
        imitates="the 2 is forgotten: 1 - eta lambda, right for a price with one half in front",
        killed_by=["test_a_step_down_lambda_l2_alone_multiplies_the_weights_by_the_decay_factor"])
def _(learning_rate: float, strength: float) -> float:
    return regularizers.decay_factor(learning_rate, strength / 2)


@mutant("decay-factor-exponential", of="regularizers.decay_factor",
        imitates="the decay in continuous time is given, exp(-2 eta lambda), not that of a step",
        killed_by=["test_a_step_down_lambda_l2_alone_multiplies_the_weights_by_the_decay_factor"])
def _(learning_rate: float, strength: float) -> float:
    return math.exp(-2 * learning_rate * strength)


@mutant("l2-backward-promoted-by-a-number", of="regularizers.l2_backward", level="shape",
        imitates="a plain number upstream is made a float64 array, and takes float32 weights with it",
        killed_by=["test_the_gradient_has_the_shape_of_the_weights_and_the_wider_dtype"])
def _(upstream: ArrayLike, W: ArrayLike) -> NDArray:
    return regularizers.l2_backward(np.array(upstream), W)
