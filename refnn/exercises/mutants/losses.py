"""Wrong losses."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import losses, regularizers
from refnn.activations import sigmoid, softmax
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("squared-error-halved", of="losses.squared_error",
        imitates="the factor one half of the other deck has slipped in",
        killed_by=["test_squared_error_sums_the_squared_differences_of_a_sample",
                   "test_no_constant_has_less_squared_error_than_the_mean"])
def _(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    loss = losses.squared_error(prediction, target, reduction)
    return loss / loss.dtype.type(2)


@mutant("squared-error-mean-over-outputs", of="losses.squared_error",
        imitates="the mean runs over the outputs of a sample too, as in most libraries, not over the samples only",
        killed_by=["test_squared_error_sums_the_squared_differences_of_a_sample"])
def _(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    loss, p = losses.squared_error(prediction, target, reduction), np.asarray(prediction)
    return loss / loss.dtype.type(max(1, p[0].size if len(p) else 1))


@mutant("squared-error-mean-is-sum", of="losses.squared_error",
        imitates="the 1/n of the mean is forgotten",
        killed_by=["test_the_lectures_two_grids_are_33_and_11_apart",
                   "test_the_sum_adds_the_samples_own_losses_and_the_mean_divides_by_their_number"])
def _(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    losses.squared_error(prediction, target, reduction)
    return losses.squared_error(prediction, target, "none" if reduction == "none" else "sum")


@mutant("squared-error-always-float64", of="losses.squared_error", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_a_loss_is_one_number_or_one_per_sample_and_keeps_the_dtype"])
def _(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    return losses.squared_error(np.asarray(prediction, np.float64), target, reduction)


@mutant("squared-error-backward-without-two", of="losses.squared_error_backward",
        imitates="the 2 of the derivative is missing, as if the loss had its half",
        killed_by=["test_the_curvature_of_a_loss_is_how_its_gradient_changes_along_each_output",
                   "test_half_the_squared_error_is_the_other_decks_j_with_the_plain_difference_as_gradient"])
def _(upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    gradient = losses.squared_error_backward(upstream, prediction, target, reduction)
    return gradient / gradient.dtype.type(2)


@mutant("squared-error-backward-in-the-target", of="losses.squared_error_backward",
        imitates="the gradient in the other argument is given: target minus prediction",
        killed_by=["test_the_curvature_of_a_loss_is_how_its_gradient_changes_along_each_output",
                   "test_half_the_squared_error_is_the_other_decks_j_with_the_plain_difference_as_gradient"])
def _(upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    return -losses.squared_error_backward(upstream, prediction, target, reduction)


@mutant("squared-error-backward-in-place", of="losses.squared_error_backward", level="shape",
        imitates="the difference is taken in the caller's own prediction",
        killed_by=["test_the_gradient_has_the_predictions_shape_and_the_wider_dtype"])
def _(upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    gradient = losses.squared_error_backward(upstream, prediction, target, reduction)
    prediction = np.asarray(prediction)
    prediction -= np.asarray(target, prediction.dtype)
    return gradient


@mutant("absolute-error-as-length", of="losses.absolute_error",
        imitates="the Euclidean length of a sample's difference is taken, not the sum of the sizes",
        killed_by=["test_absolute_error_sums_the_sizes_of_the_differences_of_a_sample"])
def _(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    return _reduced(np.sqrt(losses.squared_error(prediction, target, "none")), reduction)


@mutant("absolute-error-one-sided", of="losses.absolute_error",
        imitates="only predictions that are too high cost something",
        killed_by=["test_absolute_error_sums_the_sizes_of_the_differences_of_a_sample",
                   "test_infinity_and_overflow_flow_through_the_distances"])
def _(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    p, t = np.asarray(prediction), np.asarray(target)
    return losses.absolute_error(np.maximum(p, t), t, reduction)


@mutant("absolute-error-squared", of="losses.absolute_error",
        imitates="the differences are squared, as in the other error",
        killed_by=["test_absolute_error_sums_the_sizes_of_the_differences_of_a_sample",
                   "test_absolute_error_obeys_the_triangle_inequality"])
def _(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    return losses.squared_error(prediction, target, reduction)


@mutant("absolute-error-backward-pulls-at-zero", of="losses.absolute_error_backward",
        imitates="the slope is one, not zero, where prediction and target agree",
        killed_by=["test_where_prediction_and_target_agree_absolute_error_pulls_in_neither_direction"])
def _(upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    p, t = np.asarray(prediction), np.asarray(target)
    return losses.absolute_error_backward(upstream, np.where(p == t, t + 1, p).astype(p.dtype), t, reduction)


@mutant("best-constants-always-the-mean", of="losses.best_constants",
        imitates="the mean is taken to be best for the absolute error too",
        killed_by=["test_the_best_constants_are_the_mean_and_the_middle_of_the_sorted_values"])
def _(target: ArrayLike, loss: str = "squared_error") -> tuple[float, float]:
    return losses.best_constants(target)


@mutant("best-constants-hides-nan", of="losses.best_constants",
        imitates="values that are not numbers are left out of the mean",
        killed_by=["test_the_best_constant_of_values_with_a_nan_is_nan"])
def _(target: ArrayLike, loss: str = "squared_error") -> tuple[float, float]:
    y = np.asarray(target)
    return losses.best_constants(y[~np.isnan(y)] if not np.isnan(y).all() else y, loss)


@mutant("binary-cross-entropy-of-heads-only", of="losses.binary_cross_entropy",
        imitates="the second term, (1 - t) log (1 - p), is missing: class 0 costs nothing",
        killed_by=["test_binary_cross_entropy_is_minus_the_log_likelihood_of_the_labels"])
def _(logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    s, t = np.asarray(logits), np.asarray(targets)
    p = np.where(t == 0, np.inf, s).astype(np.result_type(s, t))
    return losses.binary_cross_entropy(p, np.ones_like(t), reduction)


@mutant("binary-cross-entropy-clipped", of="losses.binary_cross_entropy",
        imitates="probabilities are kept 1e-7 away from 0 and 1, so no mistake costs more than 16",
        killed_by=["test_huge_logits_cost_what_they_are_wrong_by_and_nothing_overflows"])
def _(logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    logits = np.asarray(logits)
    return losses.binary_cross_entropy(np.clip(logits, -16, 16), targets, reduction)


@mutant("binary-cross-entropy-hard-targets", of="losses.binary_cross_entropy",
        imitates="a target between 0 and 1 is rounded to a label",
        killed_by=["test_a_target_between_0_and_1_mixes_the_losses_of_the_two_labels"])
def _(logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    return losses.binary_cross_entropy(logits, np.round(np.asarray(targets)), reduction)


@mutant("binary-cross-entropy-backward-rounds", of="losses.binary_cross_entropy_backward",
        imitates="sigmoid minus target is taken after rounding: no correct digit is left for a confident right logit",
        killed_by=["test_a_confident_right_logit_has_an_accurate_tiny_loss_and_gradient"])
def _(upstream: ArrayLike, logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    p = sigmoid(logits)
    return losses.squared_error_backward(upstream, p, np.asarray(targets, p.dtype), reduction) / p.dtype.type(2)


@mutant("binary-cross-entropy-curvature-of-one-side", of="losses.binary_cross_entropy_curvature",
        imitates="the curvature is the probability: the factor 1 - p is missing",
        killed_by=["test_the_curvature_of_a_loss_is_how_its_gradient_changes_along_each_output"])
def _(upstream: ArrayLike, logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    return losses.binary_cross_entropy_curvature(upstream, logits, targets, reduction) / sigmoid(-np.asarray(logits))


@mutant("perceptron-criterion-with-margin", of="losses.perceptron_criterion",
        imitates="a margin of one is asked for: this is the hinge of a support vector machine",
        killed_by=["test_the_criterion_sums_how_far_the_mistakes_lie_on_the_wrong_side"])
def _(scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    s = np.asarray(scores)
    return losses.perceptron_criterion(s - np.asarray(labels, s.dtype), labels, reduction)


@mutant("perceptron-criterion-counts", of="losses.perceptron_criterion",
        imitates="every mistake costs one, however far it is on the wrong side",
        killed_by=["test_the_criterion_sums_how_far_the_mistakes_lie_on_the_wrong_side",
                   "test_the_criterion_is_convex_in_the_weights"])
def _(scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    loss = losses.perceptron_criterion(scores, labels, "none")
    losses.perceptron_criterion(scores, labels, reduction)
    return _reduced(np.sign(loss), reduction)


@mutant("perceptron-criterion-backward-content-at-zero", of="losses.perceptron_criterion_backward",
        imitates="a score of zero is no mistake, so zero weights never learn",
        killed_by=["test_the_criterions_gradient_is_its_slope_and_a_score_of_zero_counts_as_a_mistake"])
def _(upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    gradient = losses.perceptron_criterion_backward(upstream, scores, labels, reduction)
    return np.where(np.asarray(scores) == 0, np.zeros_like(gradient), gradient)


@mutant("softmax-cross-entropy-guarded", of="losses.softmax_cross_entropy",
        imitates="1e-8 is added inside the logarithm: large losses stop at 18.4, and small ones are wrong",
        killed_by=["test_tiny_softmax_losses_are_accurate_to_twelve_digits"])
def _(scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    p = softmax(scores)
    own = -np.log(p[np.arange(len(p)), np.asarray(labels, np.intp)] + p.dtype.type(1e-8))
    return _reduced(own, reduction)


@mutant("softmax-cross-entropy-twice", of="losses.softmax_cross_entropy",
        imitates="the scores go through a softmax before they are given to a loss that has one: softmax of softmax",
        killed_by=["test_softmax_cross_entropy_is_minus_the_log_of_the_labels_softmax"])
def _(scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    return losses.softmax_cross_entropy(softmax(scores), labels, reduction)


@mutant("softmax-cross-entropy-mean-over-classes", of="losses.softmax_cross_entropy",
        imitates="the mean runs over all n K entries of the one-hot table, not over the n samples",
        killed_by=["test_softmax_cross_entropy_does_not_see_a_common_shift_and_is_log_k_between_equals"])
def _(scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    loss = losses.softmax_cross_entropy(scores, labels, reduction)
    return loss / loss.dtype.type(np.shape(scores)[1] if reduction == "mean" else 1)


@mutant("softmax-cross-entropy-without-minus", of="losses.softmax_cross_entropy",
        imitates="the logarithm is returned without its minus sign, so learning makes it worse",
        killed_by=["test_softmax_cross_entropy_is_minus_the_log_of_the_labels_softmax", "test_no_loss_is_negative"])
def _(scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    return -losses.softmax_cross_entropy(scores, labels, reduction)


@mutant("softmax-cross-entropy-backward-label-only", of="losses.softmax_cross_entropy_backward",
        imitates="the label is pulled up and no rival is pushed down",
        killed_by=["test_the_gradient_of_softmax_cross_entropy_is_its_slope_and_sums_to_zero"])
def _(upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    return np.minimum(losses.softmax_cross_entropy_backward(upstream, scores, labels, reduction), 0)


@mutant("softmax-cross-entropy-curvature-of-the-label", of="losses.softmax_cross_entropy_curvature",
        imitates="only the label's own score is given a curvature",
        killed_by=["test_the_curvature_of_a_loss_is_how_its_gradient_changes_along_each_output"])
def _(upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    h = losses.softmax_cross_entropy_curvature(upstream, scores, labels, reduction)
    return h * np.eye(h.shape[1], dtype=h.dtype)[np.asarray(labels, np.intp)]


@mutant("multiclass-hinge-counts-the-label", of="losses.multiclass_hinge",
        imitates="the sum runs over all classes, so the label's own margin is always paid for",
        killed_by=["test_the_hinge_sums_what_the_rivals_come_too_near"])
def _(scores: ArrayLike, labels: ArrayLike, margin: float = 1.0, reduction: str = "mean") -> NDArray:
    loss = losses.multiclass_hinge(scores, labels, margin, reduction)
    return loss + loss.dtype.type(margin * (np.shape(scores)[0] if reduction == "sum" else 1))


@mutant("multiclass-hinge-worst-rival", of="losses.multiclass_hinge",
        imitates="only the worst rival pays: the maximum stands where the sum should",
        killed_by=["test_the_hinge_sums_what_the_rivals_come_too_near"])
def _(scores: ArrayLike, labels: ArrayLike, margin: float = 1.0, reduction: str = "mean") -> NDArray:
    s = np.asarray(scores)
    own = np.arange(len(s)), np.asarray(labels, np.intp)
    gaps = s - s[own][:, np.newaxis] + s.dtype.type(margin)
    gaps[own] = 0
    return _reduced(gaps.max(axis=1, initial=0), reduction)


@mutant("multiclass-hinge-no-margin", of="losses.multiclass_hinge",
        imitates="being ahead at all is enough: the margin is forgotten",
        killed_by=["test_the_margin_is_one_where_none_is_asked_for"])
def _(scores: ArrayLike, labels: ArrayLike, margin: float = 1.0, reduction: str = "mean") -> NDArray:
    return losses.multiclass_hinge(scores, labels, 0.0, reduction)


@mutant("multiclass-hinge-backward-label-pulled-once", of="losses.multiclass_hinge_backward",
        imitates="the label is pulled up once, however many rivals are inside the margin",
        killed_by=["test_the_gradient_of_the_hinge_is_its_slope_and_sums_to_zero"])
def _(
    upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike, margin: float = 1.0, reduction: str = "mean"
) -> NDArray:
    gradient = losses.multiclass_hinge_backward(upstream, scores, labels, margin, reduction)
    rivals = (gradient != 0).sum(axis=1) - 1
    gradient[np.arange(len(gradient)), np.asarray(labels, np.intp)] /= np.maximum(1, rivals)
    return gradient


@mutant("multiclass-hinge-backward-pulls-at-the-margin", of="losses.multiclass_hinge_backward",
        imitates="a rival exactly at the margin is still pushed down",
        killed_by=["test_a_rival_exactly_at_the_margin_does_not_pull"])
def _(
    upstream: ArrayLike, scores: ArrayLike, labels: ArrayLike, margin: float = 1.0, reduction: str = "mean"
) -> NDArray:
    return losses.multiclass_hinge_backward(upstream, scores, labels, margin + 1e-6, reduction)


@mutant("cross-entropy-the-wrong-way-round", of="losses.cross_entropy",
        imitates="probabilities and targets are exchanged: sum of y log t",
        killed_by=["test_cross_entropy_weighs_the_logs_of_the_probabilities_with_the_targets"])
def _(probabilities: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    return losses.cross_entropy(targets, probabilities, reduction)


@mutant("cross-entropy-zero-times-infinity", of="losses.cross_entropy",
        imitates="0 log 0 is computed as it stands, and is NaN",
        killed_by=["test_a_probability_of_zero_costs_infinity_where_it_is_wanted_and_nothing_elsewhere"])
def _(probabilities: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    y, t = np.asarray(probabilities), np.asarray(targets)
    each = (-t * np.log(y)).sum(axis=1)
    return _reduced(each, reduction)


@mutant("cross-entropy-backward-of-a-softmax", of="losses.cross_entropy_backward",
        imitates="the gradient in the scores below a softmax is given, y - t, not that in the probabilities",
        killed_by=["test_the_gradient_of_cross_entropy_is_its_slope"])
def _(upstream: ArrayLike, probabilities: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> NDArray:
    gradient = losses.squared_error_backward(upstream, probabilities, targets, reduction)
    return gradient / gradient.dtype.type(2)


@mutant("full-loss-without-lambda", of="losses.full_loss",
        imitates="the price of the weights is added without its strength, as on the slide",
        killed_by=["test_the_full_loss_is_the_mean_data_loss_plus_lambda_times_the_price_of_the_weights",
                   "test_the_full_loss_is_linear_in_lambda_and_the_data_loss_at_zero"])
def _(
    sample_losses: ArrayLike,
    W: ArrayLike,
    strength: float,
    regularizer: str | regularizers.Regularizer = "l2",
) -> np.floating:
    return losses.full_loss(sample_losses, W, 1.0, regularizer)


@mutant("full-loss-price-per-sample", of="losses.full_loss",
        imitates="the price of the weights is averaged over the samples together with their losses",
        killed_by=["test_the_full_loss_is_the_mean_data_loss_plus_lambda_times_the_price_of_the_weights"])
def _(
    sample_losses: ArrayLike,
    W: ArrayLike,
    strength: float,
    regularizer: str | regularizers.Regularizer = "l2",
) -> np.floating:
    return losses.full_loss(sample_losses, W, strength / len(np.asarray(sample_losses)), regularizer)


@mutant("full-loss-backward-price-forgotten", of="losses.full_loss_backward",
        imitates="the price of the weights is paid in the loss and forgotten in the gradient",
        killed_by=["test_the_gradient_of_the_full_loss_is_its_slope_in_losses_and_weights"])
def _(
    upstream: ArrayLike,
    sample_losses: ArrayLike,
    W: ArrayLike,
    strength: float,
    regularizer: str | regularizers.Regularizer = "l2",
) -> tuple[NDArray, NDArray]:
    return losses.full_loss_backward(upstream, sample_losses, W, 0.0, regularizer)


@mutant("squared-error-curvature-of-the-halved", of="losses.squared_error_curvature",
        imitates="the curvature is one, as if the loss had its half",
        killed_by=["test_the_curvature_of_a_loss_is_how_its_gradient_changes_along_each_output"])
def _(upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    h = losses.squared_error_curvature(upstream, prediction, target, reduction)
    return h / h.dtype.type(2)


def _reduced(each: NDArray, reduction: str) -> NDArray:
    """Return the losses of the samples as asked for."""
    losses.absolute_error(each, each, reduction)  # refuses what no loss allows
    return each if reduction == "none" else np.asarray(each.mean() if reduction == "mean" else each.sum())


@mutant("squared-error-sum-by-the-mean", of="losses.squared_error",
        imitates="the sum is computed as n times the mean, which is NaN for no samples",
        killed_by=["test_no_samples_have_no_losses_and_sum_to_zero"])
def _(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean") -> NDArray:
    loss = losses.squared_error(prediction, target, reduction)
    return loss.dtype.type(np.nan) if reduction == "sum" and len(np.asarray(target)) == 0 else loss


@mutant("softmax-cross-entropy-refuses-an-empty-list", of="losses.softmax_cross_entropy", level="shape",
        imitates="an empty list becomes a float64 array, and is refused as labels that are no whole numbers",
        killed_by=["test_an_empty_list_holds_the_labels_of_no_samples"])
def _(scores: ArrayLike, labels: ArrayLike, reduction: str = "mean") -> NDArray:
    if np.asarray(labels).dtype.kind not in "iu":
        raise TypeError("labels: expected whole numbers")
    return losses.softmax_cross_entropy(scores, labels, reduction)


@mutant("full-loss-always-float64", of="losses.full_loss", level="shape",
        imitates="the strength is made a float64 array, and takes the loss with it",
        killed_by=["test_the_full_loss_and_its_gradients_keep_the_dtype"])
def _(
    sample_losses: ArrayLike, W: ArrayLike, strength: float, regularizer: str | regularizers.Regularizer = "l2"
) -> np.floating:
    return np.float64(losses.full_loss(sample_losses, W, strength, regularizer))


@mutant("squared-error-curvature-of-the-prediction", of="losses.squared_error_curvature", level="shape",
        imitates="the constant 2 is put into np.full, which is float64",
        killed_by=["test_the_curvature_has_the_shape_and_the_dtype_of_the_prediction"])
def _(
    upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean"
) -> NDArray:
    return losses.squared_error_curvature(upstream, prediction, target, reduction) * np.full(np.shape(prediction), 1.0)
