"""Wrong bias and variance."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import biasvariance
from refnn.biasvariance import Decomposition, Learner
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("prediction-error-of-the-mean", of="biasvariance.prediction_error",
        imitates="the values are averaged before they are compared, so the noise is not counted",
        killed_by=["test_the_error_of_one_function_is_its_mean_squared_miss",
                   "test_one_function_does_not_obey_the_decomposition_but_their_mean_does"])
def _(f: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike) -> float:
    biasvariance.prediction_error(f, p, y, conditional)
    with np.errstate(over="ignore"):
        return float(np.asarray(p) @ (np.asarray(conditional) @ np.asarray(y) - np.asarray(f)) ** 2)


@mutant("prediction-error-places-equal", of="biasvariance.prediction_error",
        imitates="all places count alike, however probable they are",
        killed_by=["test_the_error_of_one_function_is_its_mean_squared_miss"])
def _(f: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike) -> float:
    m = np.size(f)
    return biasvariance.prediction_error(f, np.full(m, 1 / m), y, conditional)


@mutant("prediction-error-absolute", of="biasvariance.prediction_error",
        imitates="the root of the mean squared miss is returned, an error in the units of y",
        killed_by=["test_the_error_of_one_function_is_its_mean_squared_miss"])
def _(f: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike) -> float:
    return biasvariance.prediction_error(f, p, y, conditional) ** 0.5


@mutant("prediction-error-hides-nan", of="biasvariance.prediction_error",
        imitates="a place without a prediction is left out of the mean, as with nanmean",
        killed_by=["test_a_place_without_a_prediction_has_no_error_and_an_infinite_one_an_infinite_error"])
def _(f: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike) -> float:
    f, mean = np.asarray(f, np.float64), np.asarray(conditional) @ np.asarray(y)
    return biasvariance.prediction_error(np.where(np.isnan(f), mean, f), p, y, conditional)


def _parts(
    predictions: ArrayLike, weights: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike
) -> tuple[Decomposition, NDArray, NDArray, NDArray, NDArray, NDArray]:
    """Return the right parts, and the arguments in float64."""
    right = biasvariance.decompose(predictions, weights, p, y, conditional)
    F, w, p, y, q = (np.asarray(a, np.float64) for a in (predictions, weights, p, y, conditional))
    return right, F, w, p, y, q


@mutant("decompose-error-as-a-sum", of="biasvariance.decompose",
        imitates="the error is not measured but added up from bias and variance, and the noise is forgotten",
        killed_by=["test_each_part_is_the_mean_that_names_it",
                   "test_the_mean_error_of_any_learner_is_bias_plus_variance_plus_noise"])
def _(
    predictions: ArrayLike, weights: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike
) -> Decomposition:
    parts = biasvariance.decompose(predictions, weights, p, y, conditional)
    return parts._replace(error=parts.bias + parts.variance)


@mutant("decompose-bias-not-squared", of="biasvariance.decompose",
        imitates="the bias is the mean difference, without a square, and differences cancel",
        killed_by=["test_each_part_is_the_mean_that_names_it",
                   "test_the_worked_example_comes_out_to_the_last_digit"])
def _(
    predictions: ArrayLike, weights: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike
) -> Decomposition:
    right, F, w, p, y, q = _parts(predictions, weights, p, y, conditional)
    return right._replace(bias=float(p @ (w @ F - q @ y)))


@mutant("decompose-bias-against-the-values", of="biasvariance.decompose",
        imitates="the mean prediction is compared with the values themselves, so the noise is in the bias too",
        killed_by=["test_a_learner_that_ignores_its_data_has_no_variance_and_the_noise_is_never_its_fault",
                   "test_the_mean_error_of_any_learner_is_bias_plus_variance_plus_noise"])
def _(
    predictions: ArrayLike, weights: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike
) -> Decomposition:
    parts = biasvariance.decompose(predictions, weights, p, y, conditional)
    return parts._replace(bias=parts.bias + parts.noise)


@mutant("decompose-variance-of-a-sample", of="biasvariance.decompose",
        imitates="the variance is divided by r - 1, as if all data sets there are were a sample of them",
        killed_by=["test_the_mean_of_s_samples_has_no_bias_and_one_sth_of_the_noise_as_variance",
                   "test_the_mean_error_of_any_learner_is_bias_plus_variance_plus_noise"])
def _(
    predictions: ArrayLike, weights: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike
) -> Decomposition:
    parts, r = biasvariance.decompose(predictions, weights, p, y, conditional), len(np.asarray(weights))
    return parts._replace(variance=parts.variance * r / max(r - 1, 1))


@mutant("decompose-data-sets-equal", of="biasvariance.decompose",
        imitates="all data sets count alike, however probable they are",
        killed_by=["test_the_worked_example_comes_out_to_the_last_digit", "test_each_part_is_the_mean_that_names_it"])
def _(
    predictions: ArrayLike, weights: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike
) -> Decomposition:
    r = len(np.asarray(weights))
    return biasvariance.decompose(predictions, np.full(r, 1 / r), p, y, conditional)


@mutant("decompose-in-single-precision", of="biasvariance.decompose",
        imitates="the parts are computed in the dtype of the predictions, and in float32 they do not add up",
        killed_by=["test_predictions_in_single_precision_are_split_in_double_and_left_alone"])
def _(
    predictions: ArrayLike, weights: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike
) -> Decomposition:
    parts, dtype = biasvariance.decompose(predictions, weights, p, y, conditional), np.asarray(predictions).dtype
    return Decomposition(*(float(np.asarray(part).astype(dtype)) for part in parts)) if dtype.kind == "f" else parts


@mutant("data-sets-without-replacement", of="biasvariance.data_sets", level="shape",
        imitates="no sample is drawn twice, as from a bag; independent samples may well be equal",
        killed_by=["test_every_possible_data_set_is_listed_once_with_its_probability"])
def _(
    x: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike, size: int
) -> tuple[list[tuple[NDArray, NDArray]], NDArray]:
    sets, w = biasvariance.data_sets(x, p, y, conditional, size)
    different = [len(set(zip(X.tolist(), Y.tolist(), strict=True))) == size for X, Y in sets]
    if not any(different):
        return sets, w
    kept = w[different]
    return [pair for pair, keep in zip(sets, different, strict=True) if keep], kept / kept.sum()


@mutant("data-sets-equally-probable", of="biasvariance.data_sets",
        imitates="every data set is given the same probability",
        killed_by=["test_every_possible_data_set_is_listed_once_with_its_probability",
                   "test_the_mean_of_s_samples_has_no_bias_and_one_sth_of_the_noise_as_variance"])
def _(
    x: ArrayLike, p: ArrayLike, y: ArrayLike, conditional: ArrayLike, size: int
) -> tuple[list[tuple[NDArray, NDArray]], NDArray]:
    sets, w = biasvariance.data_sets(x, p, y, conditional, size)
    return sets, np.full_like(w, 1 / len(w))


@mutant("predict-from-each-lends-its-samples", of="biasvariance.predict_from_each", level="shape",
        imitates="the learner is given the caller's own arrays, which it may change",
        killed_by=["test_a_learner_that_writes_into_its_arguments_harms_nobody"])
def _(learner: Learner, sets: Sequence[tuple[ArrayLike, ArrayLike]], x: ArrayLike) -> NDArray:
    return np.stack([np.array(learner(np.asarray(X), np.asarray(Y), np.asarray(x))) for X, Y in sets])


@mutant("predict-from-each-always-the-first", of="biasvariance.predict_from_each",
        imitates="the learner is trained once, on the first data set, and predicts the same ever after",
        killed_by=["test_a_learner_makes_one_row_of_predictions_from_each_data_set_of_any_size",
                   "test_the_worked_example_comes_out_to_the_last_digit"])
def _(learner: Learner, sets: Sequence[tuple[ArrayLike, ArrayLike]], x: ArrayLike) -> NDArray:
    return biasvariance.predict_from_each(learner, [sets[0]] * len(sets), x)


@mutant("line-through-two-swapped", of="biasvariance.line_through_two",
        imitates="rise and run come from different orders of the two samples, so the slope has the wrong sign",
        killed_by=["test_a_line_through_two_samples_meets_both_and_a_double_place_is_met_in_the_middle",
                   "test_the_worked_example_comes_out_to_the_last_digit"])
def _(X: ArrayLike, Y: ArrayLike, x: ArrayLike) -> NDArray:
    f = biasvariance.line_through_two(X, Y, x)
    if np.asarray(X)[0] == np.asarray(X)[1]:
        return f
    return 2 * f.dtype.type(np.asarray(Y)[0]) - f


@mutant("line-through-two-first-of-a-double-place", of="biasvariance.line_through_two",
        imitates="where both samples have the same place the first value is taken, not the mean",
        killed_by=["test_a_line_through_two_samples_meets_both_and_a_double_place_is_met_in_the_middle"])
def _(X: ArrayLike, Y: ArrayLike, x: ArrayLike) -> NDArray:
    f = biasvariance.line_through_two(X, Y, x)
    return np.full_like(f, np.asarray(Y)[0]) if np.asarray(X)[0] == np.asarray(X)[1] else f


@mutant("nested-polynomials-terms-alone", of="biasvariance.nested_polynomials",
        imitates="each row holds the term that its degree adds, not the sum of all terms so far",
        killed_by=["test_each_row_is_the_least_squares_polynomial_of_its_degree",
                   "test_what_a_degree_leaves_over_is_orthogonal_to_all_polynomials_it_has",
                   "test_a_parabola_is_found_at_degree_two_and_kept_above_wherever_it_lies"])
def _(x: ArrayLike, y: ArrayLike, degree: int, at: ArrayLike) -> NDArray:
    f = biasvariance.nested_polynomials(x, y, degree, at)
    return np.diff(f, axis=0, prepend=f.dtype.type(0))


@mutant("nested-polynomials-through-the-origin", of="biasvariance.nested_polynomials",
        imitates="the constant is taken out of the richer models: the column of ones is forgotten",
        killed_by=["test_each_row_is_the_least_squares_polynomial_of_its_degree",
                   "test_one_sample_is_its_own_mean_and_there_may_be_nowhere_to_predict"])
def _(x: ArrayLike, y: ArrayLike, degree: int, at: ArrayLike) -> NDArray:
    return biasvariance.nested_polynomials(x, np.asarray(y) - np.mean(np.asarray(y)), degree, at)


@mutant("nested-polynomials-in-powers", of="biasvariance.nested_polynomials",
        imitates="the normal equations are solved in powers of x, which lose more digits with every degree",
        killed_by=["test_a_parabola_is_found_at_degree_two_and_kept_above_wherever_it_lies"])
def _(x: ArrayLike, y: ArrayLike, degree: int, at: ArrayLike) -> NDArray:
    right = biasvariance.nested_polynomials(x, y, degree, at)
    x, y, at = (np.asarray(a, np.float64) for a in (x, y, at))
    rows = []
    for k in range(degree + 1):
        A = np.vander(x, k + 1)
        rows.append(np.vander(at, k + 1) @ np.linalg.lstsq(A.T @ A, A.T @ y, rcond=None)[0])
    return np.array(rows).astype(right.dtype).reshape(right.shape)


@mutant("nested-polynomials-missing-place-spoils-all", of="biasvariance.nested_polynomials",
        imitates="the places are scaled by their largest, so one that is missing takes all predictions with it",
        killed_by=["test_a_place_that_is_missing_has_no_prediction_and_the_others_keep_theirs"])
def _(x: ArrayLike, y: ArrayLike, degree: int, at: ArrayLike) -> NDArray:
    f = biasvariance.nested_polynomials(x, y, degree, at)
    return f + f.dtype.type(0 * np.asarray(at).sum())


@mutant("nested-polynomials-nowhere-refused", of="biasvariance.nested_polynomials", level="shape",
        imitates="no places to predict at are refused, as no samples must be",
        killed_by=["test_one_sample_is_its_own_mean_and_there_may_be_nowhere_to_predict"])
def _(x: ArrayLike, y: ArrayLike, degree: int, at: ArrayLike) -> NDArray:
    if np.size(at) == 0:
        raise ValueError("at: expected at least one place")
    return biasvariance.nested_polynomials(x, y, degree, at)


@mutant("nested-polynomials-always-float64", of="biasvariance.nested_polynomials", level="shape",
        imitates="the basis is made in float64, and the predictions stay there",
        killed_by=["test_the_dtype_stays_one_row_a_degree_and_the_arguments_are_left_alone"])
def _(x: ArrayLike, y: ArrayLike, degree: int, at: ArrayLike) -> NDArray:
    return biasvariance.nested_polynomials(np.asarray(x, np.float64), y, degree, at)


@mutant("complexity-curve-exchanged", of="biasvariance.complexity_curve",
        imitates="training and test error have changed places",
        killed_by=["test_the_curve_is_the_mean_squared_miss_on_training_and_on_test_samples",
                   "test_the_test_error_is_bound_to_no_shape"])
def _(
    x: ArrayLike, y: ArrayLike, x_test: ArrayLike, y_test: ArrayLike, degree: int
) -> tuple[NDArray, NDArray]:
    train, test = biasvariance.complexity_curve(x, y, x_test, y_test, degree)
    return test, train


@mutant("complexity-curve-per-degree-of-freedom", of="biasvariance.complexity_curve",
        imitates="the training error is divided by n - k - 1, as for an estimate of the noise, and may rise",
        killed_by=["test_the_training_error_never_rises_with_the_degree_and_ends_at_zero",
                   "test_the_curve_is_the_mean_squared_miss_on_training_and_on_test_samples"])
def _(
    x: ArrayLike, y: ArrayLike, x_test: ArrayLike, y_test: ArrayLike, degree: int
) -> tuple[NDArray, NDArray]:
    train, test = biasvariance.complexity_curve(x, y, x_test, y_test, degree)
    n = np.size(x)
    return train * (n / np.maximum(n - 1 - np.arange(degree + 1), 1)).astype(train.dtype), test


@mutant("complexity-curve-basis-cleaned-once", of="biasvariance.complexity_curve",
        imitates="the basis is made orthogonal only once, and rounding errors stay in it where places crowd together",
        killed_by=["test_places_that_crowd_together_are_told_apart"])
def _(
    x: ArrayLike, y: ArrayLike, x_test: ArrayLike, y_test: ArrayLike, degree: int
) -> tuple[NDArray, NDArray]:
    right, test = biasvariance.complexity_curve(x, y, x_test, y_test, degree)
    places, values = np.asarray(x, np.float64), np.asarray(y, np.float64)
    half = (places.max() - places.min()) / 2 or 1.0
    u = (places - (places.max() + places.min()) / 2) / half
    basis = [np.full(len(u), len(u) ** -0.5)]
    for _ in range(degree):
        q = u * basis[-1]
        q = q - (np.array(basis) @ q) @ np.array(basis)
        basis.append(q / np.linalg.norm(q))
    f = np.cumsum([(q @ values) * q for q in basis], axis=0)
    return ((f - values) ** 2).mean(axis=1).astype(right.dtype), test


@mutant("complexity-curve-sums", of="biasvariance.complexity_curve",
        imitates="the squares are summed over the samples, not averaged",
        killed_by=["test_the_curve_is_the_mean_squared_miss_on_training_and_on_test_samples"])
def _(
    x: ArrayLike, y: ArrayLike, x_test: ArrayLike, y_test: ArrayLike, degree: int
) -> tuple[NDArray, NDArray]:
    train, test = biasvariance.complexity_curve(x, y, x_test, y_test, degree)
    return train * train.dtype.type(np.size(x)), test * test.dtype.type(np.size(x_test))
