"""Wrong perceptrons."""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import perceptron
from refnn.exercises.mutants import mutant
from refnn.linear import affine, augment

# fmt: off


@mutant("predict-sign-zero-is-positive", of="perceptron.predict_sign",
        imitates="a score of zero is read as class +1 instead of as undecided",
        killed_by=["test_a_prediction_is_wrong_exactly_where_the_update_would_speak_of_a_mistake"])
def _(w: ArrayLike, X: ArrayLike) -> NDArray:
    y = perceptron.predict_sign(w, X)
    return np.where(y == 0, np.ones_like(y), y)


@mutant("predict-sign-whole-numbers", of="perceptron.predict_sign", level="shape",
        imitates="the classes are integers, where they should have the dtype of the samples",
        killed_by=["test_predictions_keep_the_dtype_and_leave_the_arguments_alone"])
def _(w: ArrayLike, X: ArrayLike) -> NDArray:
    return perceptron.predict_sign(w, X).astype(int)


@mutant("update-content-on-the-boundary", of="perceptron.update",
        imitates="a score of zero is no mistake, so that zero weights never move",
        killed_by=["test_a_mistake_adds_the_sample_times_its_label_and_nothing_else_changes_anything",
                   "test_a_sample_already_multiplied_by_its_label_is_not_multiplied_again"])
def _(w: ArrayLike, x: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> NDArray:
    w, x = np.asarray(w), np.asarray(x)
    missed = np.asarray(y) * (x @ w) < 0
    return perceptron.update(w, x, y, learning_rate) if missed else w.astype(np.result_type(w, x))


@mutant("update-without-asking", of="perceptron.update",
        imitates="every sample is added, mistaken or not: this is Hebb's rule",
        killed_by=["test_a_mistake_adds_the_sample_times_its_label_and_nothing_else_changes_anything",
                   "test_no_samples_no_mistakes_and_a_score_that_is_missing_is_none"])
def _(w: ArrayLike, x: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> NDArray:
    w, x = np.asarray(w), np.asarray(x)
    return (w + learning_rate * np.asarray(y) * x).astype(np.result_type(w, x))


@mutant("update-ignores-the-label", of="perceptron.update",
        imitates="a mistake adds the sample itself, not the sample times its label",
        killed_by=["test_a_mistake_adds_the_sample_times_its_label_and_nothing_else_changes_anything",
                   "test_labels_folded_into_the_samples_leave_every_weight_of_the_run_the_same"])
def _(w: ArrayLike, x: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> NDArray:
    w, x = np.asarray(w), np.asarray(x)
    moved = (perceptron.update(w, x, y) != w).any()
    return (w + learning_rate * x * moved).astype(np.result_type(w, x))


@mutant("update-by-the-difference", of="perceptron.update",
        imitates="the step is (y - prediction) x, which is twice as long where the prediction is the opposite",
        killed_by=["test_a_mistake_adds_the_sample_times_its_label_and_nothing_else_changes_anything",
                   "test_no_samples_no_mistakes_and_a_score_that_is_missing_is_none"])
def _(w: ArrayLike, x: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> NDArray:
    w, x = np.asarray(w), np.asarray(x)
    return (w + learning_rate * (np.asarray(y) - np.sign(w @ x)) * x).astype(np.result_type(w, x))


@mutant("update-in-place", of="perceptron.update", level="shape",
        imitates="the sample is added into the caller's own weights",
        killed_by=["test_updates_keep_the_wider_dtype_of_weights_and_samples_whatever_that_of_the_labels"])
def _(w: ArrayLike, x: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> NDArray:
    new = perceptron.update(w, x, y, learning_rate)
    if isinstance(w, np.ndarray) and w.dtype == new.dtype:
        w[...] = new
    return new


@mutant("online-pass-late", of="perceptron.online_pass",
        imitates="all samples are judged with the weights of the start: a batch, not one sample after the other",
        killed_by=["test_a_pass_is_one_update_after_the_other", "test_any_sequence_of_the_samples_keeps_to_the_bound"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> tuple[NDArray, int]:
    w, X, y = np.asarray(w), np.asarray(X), np.asarray(y, np.float64)
    missed = y * (X @ w) <= 0
    return (w + learning_rate * y[missed] @ X[missed]).astype(np.result_type(w, X)), int(missed.sum())


@mutant("online-pass-until-the-first-mistake", of="perceptron.online_pass",
        imitates="the pass ends at the first mistake: a return is indented too far",
        killed_by=["test_a_pass_is_one_update_after_the_other",
                   "test_from_zero_every_pass_over_xor_makes_four_mistakes_and_comes_back_to_zero"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> tuple[NDArray, int]:
    w, X, y = np.asarray(w), np.asarray(X), np.asarray(y)
    for i in range(len(X)):
        new, mistakes = perceptron.online_pass(w, X[i : i + 1], y[i : i + 1], learning_rate)
        if mistakes:
            return new, mistakes
    return w.astype(np.result_type(w, X)), 0


@mutant("online-pass-content-on-the-boundary", of="perceptron.online_pass",
        imitates="a score of zero is no mistake, so that zero weights never move",
        killed_by=["test_a_pass_is_one_update_after_the_other",
                   "test_from_zero_weights_the_first_sample_is_always_a_mistake"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> tuple[NDArray, int]:
    w, X, y, mistakes = np.asarray(w), np.asarray(X), np.asarray(y), 0
    w = w.astype(np.result_type(w, X))
    for i in range(len(X)):
        if y[i] * (X[i] @ w) < 0:
            w, missed = perceptron.online_pass(w, X[i : i + 1], y[i : i + 1], learning_rate)
            mistakes += missed
    return w, mistakes


@mutant("online-pass-ignores-the-rate", of="perceptron.online_pass",
        imitates="the learning rate is taken and not used",
        killed_by=["test_a_pass_is_one_update_after_the_other",
                   "test_from_zero_weights_the_learning_rate_scales_the_weights_and_changes_no_mistake"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> tuple[NDArray, int]:
    return perceptron.online_pass(w, X, y)


@mutant("criterion-mean", of="perceptron.criterion",
        imitates="the mistakes are averaged over all samples, not summed",
        killed_by=["test_the_criterion_sums_the_negative_scores_of_the_mistakes"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    J = perceptron.criterion(w, X, y)
    return J / J.dtype.type(max(1, len(np.asarray(X))))


@mutant("criterion-counts-mistakes", of="perceptron.criterion",
        imitates="every mistake costs one, however far it is on the wrong side",
        killed_by=["test_the_criterion_sums_the_negative_scores_of_the_mistakes",
                   "test_the_criterion_grows_in_proportion_to_the_weights"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    f = np.asarray(X) @ np.asarray(w)
    return (np.asarray(y) * f < 0).astype(f.dtype).sum()


@mutant("criterion-as-distance", of="perceptron.criterion",
        imitates="the scores of the mistakes are divided by the length of w: distances, and no longer convex",
        killed_by=["test_the_criterion_grows_in_proportion_to_the_weights",
                   "test_twice_the_weights_double_the_criterion_while_all_distances_stay"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    J = perceptron.criterion(w, X, y)
    return J / J.dtype.type(np.linalg.norm(w) or 1)


@mutant("criterion-of-all-samples", of="perceptron.criterion",
        imitates="the samples that are right count too, and pay back what the mistakes cost",
        killed_by=["test_the_criterion_sums_the_negative_scores_of_the_mistakes",
                   "test_the_criterion_is_never_negative_and_zero_iff_no_sample_lies_strictly_on_the_wrong_side"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    X = np.asarray(X)
    f = X @ np.asarray(w)
    return -(np.asarray(y, f.dtype) * f).sum()


@mutant("criterion-always-float64", of="perceptron.criterion", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_criterion_is_one_number_of_the_dtype_of_weights_and_samples"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.floating:
    return perceptron.criterion(np.asarray(w, np.float64), X, y)


@mutant("criterion-gradient-uphill", of="perceptron.criterion_gradient",
        imitates="the sum of y x has lost its minus sign",
        killed_by=["test_the_gradient_is_the_slope_of_the_criterion"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> NDArray:
    return -perceptron.criterion_gradient(w, X, y)


@mutant("criterion-gradient-of-all-samples", of="perceptron.criterion_gradient",
        imitates="all samples pull, not only the mistaken ones",
        killed_by=["test_the_gradient_sums_the_mistakes_and_those_on_the_boundary_count"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> NDArray:
    w, X = np.asarray(w), np.asarray(X)
    return (-np.asarray(y) @ X).astype(np.result_type(w, X))


@mutant("batch-step-mean", of="perceptron.batch_step",
        imitates="the mistakes of the batch are averaged: n times too short a step",
        killed_by=["test_a_batch_step_goes_down_the_gradient_by_adding_all_mistakes_at_once"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> NDArray:
    return perceptron.batch_step(w, X, y, learning_rate / max(1, len(np.asarray(X))))


@mutant("margin-without-sign", of="perceptron.margin",
        imitates="the smallest size of a score is taken: a sample on the wrong side looks right",
        killed_by=["test_the_margin_is_the_smallest_score_on_the_right_side"])
def _(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> np.floating:
    return np.abs(np.asarray(X) @ np.asarray(u)).min()


@mutant("mistake-bound-no-square", of="perceptron.mistake_bound",
        imitates="the square is forgotten: R / gamma",
        killed_by=["test_the_bound_is_exact_where_the_numbers_are_whole"])
def _(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> int:
    return math.isqrt(perceptron.mistake_bound(X, y, u))


@mutant("mistake-bound-separator-taken-as-unit", of="perceptron.mistake_bound",
        imitates="the length of u is forgotten, as if it were one",
        killed_by=["test_the_bound_is_exact_where_the_numbers_are_whole",
                   "test_the_bound_depends_on_the_length_of_neither_the_samples_nor_the_separator"])
def _(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> int:
    perceptron.mistake_bound(X, y, u)
    X = _largest_one(X)
    gamma = (np.asarray(y) * (X @ np.asarray(u))).min()
    return math.floor(Fraction((X * X).sum(axis=1).max()) / Fraction(gamma) ** 2)


@mutant("mistake-bound-mean-radius", of="perceptron.mistake_bound",
        imitates="the mean squared length of the samples stands for the largest",
        killed_by=["test_the_bound_is_exact_where_the_numbers_are_whole"])
def _(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> int:
    perceptron.mistake_bound(X, y, u)
    X, u = _largest_one(X), _largest_one(u)
    gamma = (np.asarray(y) * (X @ u)).min()
    return math.floor((u @ u) * (X * X).sum(axis=1).mean() / gamma**2)


@mutant("mistake-bound-in-single-precision", of="perceptron.mistake_bound",
        imitates="the bound of float32 samples is computed in float32, and rounded",
        killed_by=["test_the_bound_does_not_round_in_single_precision"])
def _(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> int:
    perceptron.mistake_bound(X, y, u)
    X, u = np.asarray(X), np.asarray(u)
    gamma = (np.asarray(y, X.dtype) * (X @ u)).min()
    return math.floor((u @ u) * (X * X).sum(axis=1).max() / gamma**2)


@mutant("correction-bound-of-mistakes", of="perceptron.correction_bound",
        imitates="the bound on mistakes is taken for the one on batch corrections: the factor n is missing",
        killed_by=["test_the_bound_on_batch_corrections_is_n_times_that_on_mistakes"])
def _(X: ArrayLike, y: ArrayLike, u: ArrayLike) -> int:
    return perceptron.mistake_bound(X, y, u)


@mutant("truth-table-xor-of-equals", of="perceptron.truth_table",
        imitates="XOR is true where the inputs agree: this is its opposite",
        killed_by=["test_the_truth_tables_are_those_of_the_lecture"])
def _(gate: str) -> tuple[NDArray, NDArray]:
    X, y = perceptron.truth_table(gate)
    return X, -y if gate == "xor" else y


@mutant("perceptron-without-bias", of="perceptron.Perceptron",
        imitates="the constant input is a zero, so the bias never moves and every plane goes through the origin",
        killed_by=["test_fitting_is_pass_after_pass_over_samples_with_a_constant_one"])
class _WithoutBias(perceptron.Perceptron):
    def fit(self, X: ArrayLike, y: ArrayLike) -> perceptron.Perceptron:
        X = augment(X, 0)
        self.w_, self.mistakes_ = np.zeros(X.shape[1], X.dtype), []
        while len(self.mistakes_) < self.epochs and 0 not in self.mistakes_:
            self.w_, mistakes = perceptron.online_pass(self.w_, X, y, self.learning_rate)
            self.mistakes_.append(mistakes)
        self.converged_ = self.mistakes_[-1] == 0
        return self


@mutant("perceptron-learns-slowly", of="perceptron.Perceptron",
        imitates="the default of the learning rate is an eighth, which from zero only scales the weights",
        killed_by=["test_fitting_is_pass_after_pass_over_samples_with_a_constant_one"])
class _LearnsSlowly(perceptron.Perceptron):
    def __init__(self, epochs: int, learning_rate: float = 0.125) -> None:
        super().__init__(epochs, learning_rate)


@mutant("perceptron-converged-when-tired", of="perceptron.Perceptron",
        imitates="the end of the epochs is taken for convergence",
        killed_by=["test_fitting_is_pass_after_pass_over_samples_with_a_constant_one",
                   "test_the_estimator_only_believes_in_a_pass_that_was_clean"])
class _ConvergedWhenTired(perceptron.Perceptron):
    def fit(self, X: ArrayLike, y: ArrayLike) -> perceptron.Perceptron:
        super().fit(X, y).converged_ = True
        return self


@mutant("perceptron-forgets-the-bias", of="perceptron.Perceptron",
        imitates="the bias that was learnt is left out when it comes to predict",
        killed_by=["test_the_estimator_predicts_the_sign_of_its_score_and_zero_where_undecided"])
class _ForgetsTheBias(perceptron.Perceptron):
    def predict(self, X: ArrayLike) -> NDArray:
        return perceptron.predict_sign(self.w_[:-1], X)



@mutant("perceptron-forgets-between-passes", of="perceptron.Perceptron",
        imitates="the weights are set to zero inside the loop over the epochs, so each pass starts afresh",
        killed_by=["test_fitting_is_pass_after_pass_over_samples_with_a_constant_one",
                   "test_the_estimator_converges_on_separable_samples_and_gets_them_all_right"])
class _ForgetsBetweenPasses(perceptron.Perceptron):
    def fit(self, X: ArrayLike, y: ArrayLike) -> perceptron.Perceptron:
        once = perceptron.Perceptron(1, self.learning_rate).fit(X, y)
        self.w_, self.converged_ = once.w_, once.converged_
        self.mistakes_ = once.mistakes_ * (1 if once.converged_ else self.epochs)
        return self


def _largest_one(a: ArrayLike) -> NDArray:
    """Return an array whose largest entry has size one, so that its squares can neither overflow nor vanish."""
    a = np.asarray(a, np.float64)
    return a / np.abs(a).max()


@mutant("predict-sign-within-a-band", of="perceptron.predict_sign",
        imitates="the distance to the plane decides, not the side: what lies within 1 of it is class +1",
        killed_by=["test_every_plane_gets_one_point_of_xor_wrong"])
def _(w: ArrayLike, X: ArrayLike) -> NDArray:
    f = affine(X, np.asarray(w)[np.newaxis])[:, 0]
    return np.sign(1 - np.abs(f)) + 0


@mutant("predict-sign-exchanged", of="perceptron.predict_sign",
        imitates="class +1 lies on the negative side",
        killed_by=["test_three_points_of_xor_can_be_right"])
def _(w: ArrayLike, X: ArrayLike) -> NDArray:
    return perceptron.predict_sign(-np.asarray(w), X)


@mutant("online-pass-starts-over", of="perceptron.online_pass",
        imitates="the weights that are handed in are not used: each pass starts at zero",
        killed_by=["test_from_any_start_the_mistakes_are_bounded_by_the_way_to_the_long_separator"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> tuple[NDArray, int]:
    return perceptron.online_pass(np.zeros_like(w), X, y, learning_rate)


@mutant("criterion-gradient-always-float64", of="perceptron.criterion_gradient", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_gradient_and_batch_step_have_the_shape_of_the_weights_and_the_dtype"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> NDArray:
    return perceptron.criterion_gradient(w, np.asarray(X, np.float64), y)


@mutant("batch-step-away", of="perceptron.batch_step",
        imitates="the step goes up the gradient of the criterion, away from the samples that are missed",
        killed_by=["test_batch_corrections_end_within_their_bound"])
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike, learning_rate: float = 1.0) -> NDArray:
    return 2 * np.asarray(w) - perceptron.batch_step(w, X, y, learning_rate)


@mutant("perceptron-always-float64", of="perceptron.Perceptron", level="shape",
        imitates="the weights are made with np.zeros, which is float64",
        killed_by=["test_the_estimator_keeps_the_dtype_and_leaves_the_samples_alone"])
class _AlwaysFloat64(perceptron.Perceptron):
    def fit(self, X: ArrayLike, y: ArrayLike) -> perceptron.Perceptron:
        return super().fit(np.asarray(X, np.float64), y)
