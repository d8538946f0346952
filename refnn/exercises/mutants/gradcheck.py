"""Wrong numerical gradients, and checks that let wrong gradients pass."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import gradcheck
from refnn.exercises.mutants import mutant
from refnn.gradcheck import Cost, GradientReport

# fmt: off


@mutant("forward-difference-backward", of="gradcheck.forward_difference",
        imitates="the step goes back, not ahead: the error has the other sign",
        killed_by=["test_on_a_parabola_the_forward_difference_is_off_by_exactly_half_of_lambda_h"])
def _(f: Cost, x: ArrayLike, h: float) -> NDArray:
    return -gradcheck.forward_difference(lambda y: f(-y), -np.asarray(x, np.float64), h)


@mutant("forward-difference-over-two-h", of="gradcheck.forward_difference",
        imitates="one step is divided by 2h, as if there had been two",
        killed_by=["test_on_a_parabola_the_forward_difference_is_off_by_exactly_half_of_lambda_h"])
def _(f: Cost, x: ArrayLike, h: float) -> NDArray:
    return gradcheck.forward_difference(f, x, h) / 2


@mutant("numerical-gradient-one-sided", of="gradcheck.numerical_gradient",
        imitates="the difference looks ahead only, so its error shrinks with h and not with its square",
        killed_by=["test_the_central_difference_is_exact_for_quadratics",
                   "test_a_tenth_of_the_step_leaves_a_hundredth_of_the_error"])
def _(f: Cost, x: ArrayLike, h: float = 6e-6) -> NDArray:
    return gradcheck.forward_difference(f, x, h)


@mutant("numerical-gradient-over-h", of="gradcheck.numerical_gradient",
        imitates="the rise over two steps is divided by one: twice the slope",
        killed_by=["test_the_central_difference_of_the_sine_at_seven_tenths"])
def _(f: Cost, x: ArrayLike, h: float = 6e-6) -> NDArray:
    return 2 * gradcheck.numerical_gradient(f, x, h)


@mutant("numerical-gradient-of-whole-numbers", of="gradcheck.numerical_gradient", level="shape",
        imitates="an array of whole numbers stays one, so the step is cut off (as in a book of O'Reilly Japan: "
                 "[25000, 35000] for [6, 8])",
        killed_by=["test_integers_and_float32_are_stepped_in_float64",
                   "test_a_step_that_is_lost_beside_a_large_number_is_refused"])
def _(f: Cost, x: ArrayLike, h: float = 6e-6) -> NDArray:
    x = np.array(x)
    slopes = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        here = x[i]
        x[i] = here + h
        up = np.asarray(f(x.copy()))
        x[i] = here - h
        slopes[i] = (up - np.asarray(f(x.copy()))) / (2 * h)
        x[i] = here
    return slopes


@mutant("numerical-gradient-moves-everything", of="gradcheck.numerical_gradient",
        imitates="x + h moves all entries at once, so every slope is the sum of all of them",
        killed_by=["test_every_entry_of_the_numerical_gradient_moves_one_entry_of_x"])
def _(f: Cost, x: ArrayLike, h: float = 6e-6) -> NDArray:
    slopes = gradcheck.numerical_gradient(f, x, h)
    return np.full_like(slopes, slopes.sum())


@mutant("numerical-gradient-hides-nan", of="gradcheck.numerical_gradient",
        imitates="NaN becomes 0: a slope that does not exist looks flat",
        killed_by=["test_the_slope_at_nan_and_at_infinity_is_nan"])
def _(f: Cost, x: ArrayLike, h: float = 6e-6) -> NDArray:
    return np.nan_to_num(gradcheck.numerical_gradient(f, x, h))


@mutant("relative-error-without-floor", of="gradcheck.relative_error",
        imitates="the error is relative even between tiny gradients, where rounding alone looks like a mistake",
        killed_by=["test_the_error_is_taken_relative_to_the_larger_but_at_least_to_one"])
def _(gradient: ArrayLike, numeric: ArrayLike) -> NDArray:
    g, n = np.asarray(gradient), np.asarray(numeric)
    size = np.maximum(np.abs(g), np.abs(n))
    return np.asarray(np.abs(g - n) / np.where(size == 0, size.dtype.type(1), size))


@mutant("relative-error-absolute", of="gradcheck.relative_error",
        imitates="the error is not divided by anything, so large right gradients look wrong",
        killed_by=["test_the_error_is_taken_relative_to_the_larger_but_at_least_to_one"])
def _(gradient: ArrayLike, numeric: ArrayLike) -> NDArray:
    return np.asarray(np.abs(np.asarray(gradient) - np.asarray(numeric)))


@mutant("relative-error-hides-nan", of="gradcheck.relative_error",
        imitates="NaN becomes 0 and counts as agreement",
        killed_by=["test_the_error_against_nan_or_infinity_is_nan"])
def _(gradient: ArrayLike, numeric: ArrayLike) -> NDArray:
    return np.nan_to_num(gradcheck.relative_error(gradient, numeric))


@mutant("relative-error-always-float64", of="gradcheck.relative_error", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_error_has_the_wider_dtype_and_leaves_both_gradients_alone"])
def _(gradient: ArrayLike, numeric: ArrayLike) -> NDArray:
    return gradcheck.relative_error(np.asarray(gradient, np.float64), numeric)


@mutant("check-gradient-first-entry", of="gradcheck.check_gradient",
        imitates="one entry is looked at and the others are believed (MiniTorch looks at one at random)",
        killed_by=["test_the_report_names_the_worst_entry_and_both_numbers"])
def _(
    f: Cost, gradient: Callable[[NDArray], ArrayLike], x: ArrayLike, h: float = 6e-6, tolerance: float = 1e-5
) -> GradientReport:
    def believed(x: NDArray) -> NDArray:
        g, numeric = np.array(gradient(x)), gradcheck.numerical_gradient(f, x, h)
        if g.shape == x.shape:
            g.ravel()[1:] = numeric.ravel()[1:]
        return g

    return gradcheck.check_gradient(f, believed, x, h, tolerance)


@mutant("check-gradient-lenient", of="gradcheck.check_gradient",
        imitates="a relative error of 1e-2 is let pass, whatever tolerance was asked for (as in MiniTorch)",
        killed_by=["test_the_tolerance_decides", "test_a_wrong_gradient_of_a_smooth_function_is_not_excused_by_a_kink"])
def _(
    f: Cost, gradient: Callable[[NDArray], ArrayLike], x: ArrayLike, h: float = 6e-6, tolerance: float = 1e-5
) -> GradientReport:
    return replace(gradcheck.check_gradient(f, gradient, x, h, tolerance), tolerance=1e-2)


@mutant("check-gradient-with-itself", of="gradcheck.check_gradient",
        imitates="the gradient is compared with itself, so that every one passes (as MiniTorch's test of sum did)",
        killed_by=["test_a_gradient_fails_if"])
def _(
    f: Cost, gradient: Callable[[NDArray], ArrayLike], x: ArrayLike, h: float = 6e-6, tolerance: float = 1e-5
) -> GradientReport:
    report = gradcheck.check_gradient(f, gradient, x, h, tolerance)
    return replace(report, numeric=report.analytic, error=0.0, note="")


@mutant("check-gradient-broadcasts", of="gradcheck.check_gradient", level="shape",
        imitates="a gradient of another shape is stretched until it fits (as in Tensor-Puzzles)",
        killed_by=["test_a_gradient_of_another_shape_is_refused_and_never_broadcast"])
def _(
    f: Cost, gradient: Callable[[NDArray], ArrayLike], x: ArrayLike, h: float = 6e-6, tolerance: float = 1e-5
) -> GradientReport:
    stretched = lambda y: np.resize(np.asarray(gradient(y)), y.shape)  # noqa: E731
    return gradcheck.check_gradient(f, stretched, x, h, tolerance)


@mutant("check-gradient-too-strict", of="gradcheck.check_gradient",
        imitates="no more than rounding is allowed, which no difference quotient keeps to",
        killed_by=["test_the_tolerance_decides", "test_a_right_gradient_passes"])
def _(
    f: Cost, gradient: Callable[[NDArray], ArrayLike], x: ArrayLike, h: float = 6e-6, tolerance: float = 1e-5
) -> GradientReport:
    return replace(gradcheck.check_gradient(f, gradient, x, h, tolerance), tolerance=1e-15)


@mutant("check-backward-first-argument", of="gradcheck.check_backward",
        imitates="only the gradient of the first argument is compared; weights and biases are believed",
        killed_by=["test_the_report_of_a_backward_names_the_worst_argument"])
def _(
    f: Callable[..., ArrayLike],
    f_backward: Callable[..., Any],
    *arguments: ArrayLike | None,
    h: float = 6e-6,
    tolerance: float = 1e-5,
    rng: np.random.Generator | int = 0,
    **options: Any,
) -> GradientReport:
    gradcheck.check_backward(f, f_backward, *arguments, h=h, tolerance=tolerance, rng=rng, **options)
    first = lambda x: f(x, *arguments[1:], **options)  # noqa: E731

    def first_backward(upstream: NDArray, x: NDArray) -> Any:
        gradients = f_backward(upstream, x, *arguments[1:], **options)
        return gradients[0] if isinstance(gradients, tuple) else gradients

    return gradcheck.check_backward(first, first_backward, arguments[0], h=h, tolerance=tolerance, rng=rng)


@mutant("check-backward-without-upstream", of="gradcheck.check_backward",
        imitates="the gradient that arrives is always one, so a backward that ignores it passes",
        killed_by=["test_a_backward_fails_if_it"])
def _(
    f: Callable[..., ArrayLike],
    f_backward: Callable[..., Any],
    *arguments: ArrayLike | None,
    h: float = 6e-6,
    tolerance: float = 1e-5,
    rng: np.random.Generator | int = 0,
    **options: Any,
) -> GradientReport:
    total = lambda *x, **more: np.asarray(f(*x, **more)).sum()  # noqa: E731

    def total_backward(upstream: NDArray, *x: NDArray, **more: Any) -> Any:
        gradients = f_backward(np.ones_like(np.asarray(f(*x, **more))), *x, **more)
        if isinstance(gradients, tuple):
            return tuple(None if g is None else upstream * g for g in gradients)
        return upstream * gradients

    return gradcheck.check_backward(total, total_backward, *arguments, h=h, tolerance=tolerance, rng=rng, **options)


@mutant("check-backward-too-strict", of="gradcheck.check_backward",
        imitates="no more than rounding is allowed, so right gradients fail",
        killed_by=["test_options_reach_the_function_and_its_backward",
                   "test_a_right_backward_passes_with_a_bias_and_without"])
def _(
    f: Callable[..., ArrayLike],
    f_backward: Callable[..., Any],
    *arguments: ArrayLike | None,
    h: float = 6e-6,
    tolerance: float = 1e-5,
    rng: np.random.Generator | int = 0,
    **options: Any,
) -> GradientReport:
    report = gradcheck.check_backward(f, f_backward, *arguments, h=h, tolerance=tolerance, rng=rng, **options)
    return replace(report, tolerance=1e-15)


@mutant("check-backward-zip", of="gradcheck.check_backward", level="shape",
        imitates="gradients and arguments are walked through with zip, so what is missing or too much goes unnoticed",
        killed_by=["test_a_backward_with_too_few_too_many_or_misshapen_gradients_is_refused"])
def _(
    f: Callable[..., ArrayLike], f_backward: Callable[..., Any], *arguments: ArrayLike | None, h: float = 6e-6,
    tolerance: float = 1e-5, rng: np.random.Generator | int = 0, **options: Any,
) -> GradientReport:
    def just_enough(upstream: NDArray, *x: NDArray) -> Any:
        found = f_backward(upstream, *x, **options)
        found = found if isinstance(found, tuple | list) else (found,)
        return [*found[: len(x)], *(np.zeros_like(a) for a in x[len(found) :])]

    return gradcheck.check_backward(
        lambda *x: f(*x, **options), just_enough, *arguments, h=h, tolerance=tolerance, rng=rng)


@mutant("check-backward-draws-as-it-likes", of="gradcheck.check_backward",
        imitates="the random line is drawn without the seed, so no failure can be seen a second time",
        killed_by=["test_the_same_seed_gives_the_same_check"])
def _(
    f: Callable[..., ArrayLike], f_backward: Callable[..., Any], *arguments: ArrayLike | None, h: float = 6e-6,
    tolerance: float = 1e-5, rng: np.random.Generator | int = 0, **options: Any,
) -> GradientReport:
    return gradcheck.check_backward(
        f, f_backward, *arguments, h=h, tolerance=tolerance, rng=np.random.default_rng(), **options)
