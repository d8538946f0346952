"""Wrong diagnoses."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import diagnostics, losses
from refnn.activations import Activation
from refnn.backprop import deltas
from refnn.diagnostics import Finding
from refnn.exercises.mutants import mutant
from refnn.mlp import MLP, Net, as_mlp, forward
from refnn.pretrain import fine_tune

# fmt: off


@mutant("activation-norms-of-the-mean", of="diagnostics.activation_norms",
        imitates="the root of the mean square is taken, which does not grow with the layer",
        killed_by=["test_the_norm_of_a_layer_is_the_root_of_the_sum_of_all_squares"])
def _(net: Net, X: ArrayLike) -> NDArray:
    norms = diagnostics.activation_norms(net, X)
    return norms / np.sqrt([max(A.size, 1) for _, A in forward(net, X)]).astype(norms.dtype)


@mutant("activation-norms-before-the-activation", of="diagnostics.activation_norms",
        imitates="the sums are measured before their activation",
        killed_by=["test_the_norm_of_a_layer_is_the_root_of_the_sum_of_all_squares"])
def _(net: Net, X: ArrayLike) -> NDArray:
    norms = diagnostics.activation_norms(net, X)
    return np.array([np.linalg.norm(Z) for Z, _ in forward(net, X)]).astype(norms.dtype)


@mutant("activation-norms-always-float64", of="diagnostics.activation_norms", level="shape",
        imitates="float32 is silently promoted, as math.sqrt does",
        killed_by=["test_there_is_one_number_for_each_layer_in_the_dtype_of_the_net"])
def _(net: Net, X: ArrayLike) -> NDArray:
    return diagnostics.activation_norms(net, X).astype(np.float64)


@mutant("delta-norms-from-the-top", of="diagnostics.delta_norms",
        imitates="the last layer comes first, in the order of the way back",
        killed_by=["test_the_norm_of_a_layer_is_the_root_of_the_sum_of_all_squares",
                   "test_ten_layers_of_sigmoids_lose_the_gradient_and_relus_do_not",
                   "test_relu_prevents_neither_vanishing_nor_exploding_the_weights_decide"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    return diagnostics.delta_norms(net, X, upstream)[::-1].copy()


@mutant("delta-norms-without-slopes", of="diagnostics.delta_norms",
        imitates="the gradient is sent down through the weights alone, as if all units were linear",
        killed_by=["test_the_norm_of_a_layer_is_the_root_of_the_sum_of_all_squares",
                   "test_sigmoids_with_weights_that_do_not_stretch_leave_a_quarter_in_each_layer"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    linear = MLP(net.weights, net.biases, ["identity"] * len(net.weights))
    return diagnostics.delta_norms(linear, X, upstream)


@mutant("delta-norms-mean-of-the-samples", of="diagnostics.delta_norms",
        imitates="the norms of the samples are averaged, and do not add up in squares",
        killed_by=["test_the_norm_of_a_layer_is_the_root_of_the_sum_of_all_squares",
                   "test_the_squared_norms_of_the_samples_add_up"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    norms = diagnostics.delta_norms(net, X, upstream)
    each = [np.sqrt((D * D).sum(axis=1)) for D in deltas(net, X, upstream)]
    return np.array([d.mean() if len(d) else 0 for d in each]).astype(norms.dtype)


@mutant("delta-norms-squares-vanish", of="diagnostics.delta_norms",
        imitates="tiny numbers are squared as they are, and vanish before the gradient does",
        killed_by=["test_gradients_whose_squares_vanish_or_overflow_are_measured_all_the_same"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    norms = diagnostics.delta_norms(net, X, upstream)
    return np.array([np.sqrt((D * D).sum()) for D in deltas(net, X, upstream)]).astype(norms.dtype)


@mutant("delta-norms-hide-nan", of="diagnostics.delta_norms",
        imitates="NaN is left out of the sum, so a broken gradient looks like a small one",
        killed_by=["test_no_samples_have_no_norm_and_nan_is_not_hidden"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    return np.nan_to_num(diagnostics.delta_norms(net, X, upstream), posinf=np.inf)


@mutant("delta-norms-of-the-whole-net", of="diagnostics.delta_norms",
        imitates="every layer is measured relative to the last, so that the last is always 1",
        killed_by=["test_through_active_relus_a_delta_meets_the_weights_and_nothing_else",
                   "test_the_norm_of_a_layer_is_the_root_of_the_sum_of_all_squares"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    norms = diagnostics.delta_norms(net, X, upstream)
    return norms / (norms[-1] or norms.dtype.type(1))


@mutant("delta-norms-one-layer-less", of="diagnostics.delta_norms",
        imitates="the slope of the layer itself is forgotten: what arrives from above is measured, before f'",
        killed_by=["test_through_active_relus_rotations_keep_the_length"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    norms = diagnostics.delta_norms(net, X, upstream)
    norms[:-1] = norms[:-1] / 2 if norms.size > 1 else norms[:-1]
    return norms


@mutant("steepest-slope-of-the-value", of="diagnostics.steepest_slope",
        imitates="the largest value is taken for the largest slope: 1 for the sigmoid",
        killed_by=["test_no_slope_is_steeper_than_the_steepest_and_some_come_near"])
def _(f: str | Activation) -> float:
    return {"sigmoid": 1.0, "scaled_tanh": 1.716}.get(str(f), diagnostics.steepest_slope(f))


@mutant("gain-bounds-frobenius", of="diagnostics.gain_bounds",
        imitates="the length of all weights together is taken for how far they stretch: a bound, but not the least",
        killed_by=["test_the_bound_is_attained_where_the_slope_is_steepest",
                   "test_sigmoids_with_weights_that_do_not_stretch_leave_a_quarter_in_each_layer"])
def _(net: Net) -> NDArray:
    right, net = diagnostics.gain_bounds(net), as_mlp(net)
    pairs = zip(net.activations[:-1], net.weights[1:], strict=True)
    frobenius = np.array([diagnostics.steepest_slope(f) * np.linalg.norm(W.astype(np.float64)) for f, W in pairs])
    return np.where(np.isnan(right), right, frobenius.reshape(right.shape))


@mutant("gain-bounds-without-the-slope", of="diagnostics.gain_bounds",
        imitates="the weights alone are looked at, as if no activation were flat",
        killed_by=["test_the_bound_is_the_steepest_slope_times_how_far_the_weights_can_stretch",
                   "test_the_bound_is_attained_where_the_slope_is_steepest"])
def _(net: Net) -> NDArray:
    slopes = [diagnostics.steepest_slope(f) for f in net.activations[:-1]]
    return diagnostics.gain_bounds(net) / np.array([s or 1 for s in slopes])


@mutant("gain-bounds-smallest-stretch", of="diagnostics.gain_bounds",
        imitates="the smallest singular value is taken, which bounds from below",
        killed_by=["test_no_sample_s_delta_is_longer_than_the_bound_lets_it"])
def _(net: Net) -> NDArray:
    right, net = diagnostics.gain_bounds(net), as_mlp(net)
    pairs = zip(net.activations[:-1], net.weights[1:], strict=True)
    smallest = np.array([diagnostics.steepest_slope(f) * np.linalg.norm(W.astype(np.float64), -2)
                         if np.isfinite(W).all() else np.nan for f, W in pairs])
    return smallest.reshape(right.shape)


@mutant("gain-bounds-of-everything", of="diagnostics.gain_bounds", level="shape",
        imitates="an activation whose slope has no bound is given one all the same: that of a line",
        killed_by=["test_no_bound_is_claimed_where_there_is_none"])
def _(net: Net) -> NDArray:
    parts = [f if f in diagnostics.STEEPEST else "identity" for f in net.activations]
    return diagnostics.gain_bounds(MLP(net.weights, net.biases, parts))


@mutant("path-factors-exchanged", of="diagnostics.path_factors",
        imitates="the product of the weights comes first",
        killed_by=["test_on_a_path_of_active_relus_the_slopes_are_one_and_the_weights_remain",
                   "test_a_path_through_a_silent_relu_passes_nothing"])
def _(net: Net, x: ArrayLike, path: Sequence[int]) -> tuple[NDArray, NDArray]:
    return diagnostics.path_factors(net, x, path)[::-1]


@mutant("path-factors-without-the-last-slope", of="diagnostics.path_factors",
        imitates="the slope of the output unit is left out",
        killed_by=["test_the_sum_over_all_paths_is_the_derivative"])
def _(net: Net, x: ArrayLike, path: Sequence[int]) -> tuple[NDArray, NDArray]:
    linear = MLP(net.weights, net.biases, [*list(net.activations)[:-1], "identity"])
    return diagnostics.path_factors(linear, x, path)


@mutant("path-factors-all-relus-active", of="diagnostics.path_factors",
        imitates="the slope of a ReLU is taken for 1 also where the unit is silent",
        killed_by=["test_a_path_through_a_silent_relu_passes_nothing"])
def _(net: Net, x: ArrayLike, path: Sequence[int]) -> tuple[NDArray, NDArray]:
    parts = ["identity" if f == "relu" else f for f in net.activations]
    return diagnostics.path_factors(MLP(net.weights, net.biases, parts), x, path)


@mutant("diagnosis-test-data-first", of="diagnostics.diagnosis",
        imitates="bad test data alone are taken for overfitting, without a look at the training data",
        killed_by=["test_the_diagnosis_looks_at_the_training_data_first"])
def _(training_error: float, test_error: float, target: float) -> str:
    return diagnostics.diagnosis(training_error if test_error <= target else 0.0, test_error, target)


@mutant("diagnosis-nan-is-fine", of="diagnostics.diagnosis",
        imitates="the error is asked whether it is above the target, which NaN is not",
        killed_by=["test_the_diagnosis_looks_at_the_training_data_first"])
def _(training_error: float, test_error: float, target: float) -> str:
    training, test = (0.0 if math.isnan(error) else error for error in (training_error, test_error))
    return diagnostics.diagnosis(training, test, target)


@mutant("recipe-dropout-for-everything", of="diagnostics.recipe",
        imitates="dropout is advised for bad training data too, where it makes matters worse",
        killed_by=["test_dropout_is_advised_for_overfitting_and_never_before_the_training_data_are_learnt",
                   "test_the_recipe_of_s2"])
def _(training_error: float, test_error: float, target: float) -> tuple[str, ...]:
    advice = diagnostics.recipe(training_error, test_error, target)
    return (*advice, "dropout") if advice and "dropout" not in advice else advice


@mutant("recipe-nothing-for-good-training-data", of="diagnostics.recipe",
        imitates="whoever is good on the training data is let go, however bad on test data",
        killed_by=["test_every_result_has_advice_unless_both_are_good", "test_the_recipe_of_s2"])
def _(training_error: float, test_error: float, target: float) -> tuple[str, ...]:
    advice = diagnostics.recipe(training_error, test_error, target)
    return () if training_error <= target else advice


@mutant("starts-at-log-k-without-the-two", of="diagnostics.starts_at_log_k",
        imitates="the largest score is allowed for once, though the right class's own may be as large the other way",
        killed_by=["test_the_softmax_loss_is_never_further_from_log_k_than_twice_the_largest_score",
                   "test_the_check_draws_the_line_at_twice_the_largest_score"])
def _(loss: float, scores: ArrayLike) -> Finding:
    return diagnostics.starts_at_log_k(loss, np.asarray(scores) / 2)


@mutant("starts-at-log-k-within-one", of="diagnostics.starts_at_log_k",
        imitates="anything within 1 of log K will do, so a loss in bits passes",
        killed_by=["test_a_loss_that_is_summed_in_bits_or_off_by_a_constant_does_not_start_right",
                   "test_scores_of_zero_ask_for_log_k_up_to_rounding"])
def _(loss: float, scores: ArrayLike) -> Finding:
    found = diagnostics.starts_at_log_k(loss, scores)
    return Finding(bool(found) or abs(float(loss) - math.log(np.shape(scores)[1])) < 1, found.words)


@mutant("starts-at-log-k-to-the-last-digit", of="diagnostics.starts_at_log_k",
        imitates="rounding is not forgiven, so a loss in float32 fails",
        killed_by=["test_scores_of_zero_ask_for_log_k_up_to_rounding"])
def _(loss: float, scores: ArrayLike) -> Finding:
    found, s = diagnostics.starts_at_log_k(loss, scores), np.asarray(scores)
    within = abs(float(loss) - math.log(s.shape[1])) <= 2 * float(np.abs(s).max())
    return Finding(within, found.words)


@mutant("can-fit-if-it-falls", of="diagnostics.can_fit",
        imitates="a cost that falls at all is enough",
        killed_by=["test_what_cannot_be_fitted_is_found_out"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int = 200, loss: str | losses.Loss = "softmax_cross_entropy",
    below: float = 0.01,
) -> Finding:
    costs = fine_tune(net, X, targets, steps, loss=loss)[1]
    return diagnostics.can_fit(net, X, targets, steps, loss, below)._replace(good=bool(costs[-1] < costs[0]))


@mutant("can-fit-in-ten-steps", of="diagnostics.can_fit",
        imitates="ten steps are taken, whatever was asked for",
        killed_by=["test_a_net_fits_four_samples_to_a_loss_below_a_hundredth"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int = 200, loss: str | losses.Loss = "softmax_cross_entropy",
    below: float = 0.01,
) -> Finding:
    return diagnostics.can_fit(net, X, targets, min(steps, 10), loss, below)


@mutant("can-fit-labels-only", of="diagnostics.can_fit", level="shape",
        imitates="the loss that was asked for is not looked at, and numbers are refused as labels",
        killed_by=["test_numbers_are_fitted_as_well_as_labels"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int = 200, loss: str | losses.Loss = "softmax_cross_entropy",
    below: float = 0.01,
) -> Finding:
    return diagnostics.can_fit(net, X, targets, steps, "softmax_cross_entropy", below)
