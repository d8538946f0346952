"""Wrong gradient descent."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import descent
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("gradient-step-uphill", of="descent.gradient_step",
        imitates="the gradient is added: the cost rises",
        killed_by=["test_a_step_goes_down_the_gradient",
                   "test_the_step_goes_along_the_gradient_of_the_cost_not_of_the_output"])
def _(theta: ArrayLike, gradient: ArrayLike, learning_rate: ArrayLike) -> NDArray:
    return descent.gradient_step(theta, -np.asarray(gradient), learning_rate)


@mutant("gradient-step-of-fixed-length", of="descent.gradient_step",
        imitates="the gradient is divided by its length first, so the steps never grow shorter near the minimum",
        killed_by=["test_a_step_goes_down_the_gradient",
                   "test_under_noise_a_falling_rate_comes_closer_than_a_constant_one"])
def _(theta: ArrayLike, gradient: ArrayLike, learning_rate: ArrayLike) -> NDArray:
    g = np.asarray(gradient)
    length = g.dtype.type(np.linalg.norm(g.ravel())) if g.dtype.kind == "f" else np.linalg.norm(g.ravel())
    return descent.gradient_step(theta, g / (length if length > 0 else g.dtype.type(1)), learning_rate)


@mutant("gradient-step-one-rate-for-all", of="descent.gradient_step",
        imitates="rates of their own are averaged to one rate for all parameters",
        killed_by=["test_each_parameter_may_have_its_own_rate",
                   "test_with_the_inverse_curvature_as_rate_one_step_reaches_the_minimum"])
def _(theta: ArrayLike, gradient: ArrayLike, learning_rate: ArrayLike) -> NDArray:
    eta = np.asarray(learning_rate)
    return descent.gradient_step(theta, gradient, eta if eta.size == 0 else np.full_like(eta, eta.mean()))


@mutant("gradient-step-in-place", of="descent.gradient_step", level="shape",
        imitates="the step is taken in the caller's own parameters",
        killed_by=["test_a_step_keeps_the_dtype_and_leaves_its_arguments_alone"])
def _(theta: ArrayLike, gradient: ArrayLike, learning_rate: ArrayLike) -> NDArray:
    step = descent.gradient_step(theta, gradient, learning_rate)
    if isinstance(theta, np.ndarray) and theta.dtype == step.dtype:
        theta[...] = step
    return step


@mutant("gradient-step-with-weight-decay", of="descent.gradient_step",
        imitates="a hundredth of the parameters is taken off as well: weight decay that nobody asked for",
        killed_by=["test_a_step_goes_down_the_gradient", "test_where_the_gradient_is_zero_nothing_moves"])
def _(theta: ArrayLike, gradient: ArrayLike, learning_rate: ArrayLike) -> NDArray:
    theta = np.asarray(theta)
    return descent.gradient_step(theta, gradient, learning_rate) - theta * theta.dtype.type(0.01)


@mutant("descend-with-the-first-gradient", of="descent.descend",
        imitates="the gradient is computed once, before the loop",
        killed_by=["test_every_point_of_the_walk_is_one_step_from_the_one_before"])
def _(
    gradient: Callable[[NDArray], ArrayLike], theta0: ArrayLike, learning_rate: ArrayLike, steps: int
) -> NDArray:
    start = np.asarray(theta0)
    return descent.descend(lambda theta: gradient(np.array(start, theta.dtype)), theta0, learning_rate, steps)


@mutant("descend-lends-its-path", of="descent.descend",
        imitates="the gradient function is given the path itself, and what it spoils stays spoilt",
        killed_by=["test_a_gradient_function_that_spoils_its_argument_does_no_harm"])
def _(
    gradient: Callable[[NDArray], ArrayLike], theta0: ArrayLike, learning_rate: ArrayLike, steps: int
) -> NDArray:
    path = np.repeat(descent.descend(gradient, theta0, learning_rate, 0), steps + 1, axis=0)
    for t in range(steps):
        path[t + 1] = descent.gradient_step(path[t], gradient(path[t, ...]), learning_rate)
    return path


@mutant("quadratic-path-half-the-slope", of="descent.quadratic_path",
        imitates="the slope of (lambda/2) x^2 is taken for lambda x / 2",
        killed_by=["test_each_step_on_a_parabola_multiplies_by_one_minus_eta_lambda",
                   "test_each_eigenvector_has_a_parabola_of_its_own"])
def _(curvature: ArrayLike, theta0: ArrayLike, learning_rate: float, steps: int) -> NDArray:
    return descent.quadratic_path(curvature, theta0, learning_rate / 2, steps)


@mutant("quadratic-path-never-overshoots", of="descent.quadratic_path",
        imitates="the flow, exp(-eta lambda t), is taken for the walk, (1 - eta lambda)^t: it always converges",
        killed_by=["test_each_step_on_a_parabola_multiplies_by_one_minus_eta_lambda",
                   "test_each_eigenvector_has_a_parabola_of_its_own"])
def _(curvature: ArrayLike, theta0: ArrayLike, learning_rate: float, steps: int) -> NDArray:
    path, A = descent.quadratic_path(curvature, theta0, learning_rate, steps), np.asarray(curvature, np.float64)
    values, V = np.linalg.eigh(np.atleast_2d(A))
    start = np.asarray(theta0) if A.ndim == 0 else np.asarray(theta0) @ V
    t = np.arange(steps + 1).reshape(-1, *[1] * start.ndim)
    flow = np.exp(-learning_rate * values * t) * start
    return (flow if A.ndim == 0 else flow @ V.T).reshape(path.shape).astype(path.dtype)


@mutant("quadratic-path-always-float64", of="descent.quadratic_path", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_one_number_as_curvature_goes_with_any_shape_and_dtype"])
def _(curvature: ArrayLike, theta0: ArrayLike, learning_rate: float, steps: int) -> NDArray:
    return descent.quadratic_path(curvature, np.asarray(theta0, np.float64), learning_rate, steps)


@mutant("convergence-threshold-one-over-lambda", of="descent.convergence_threshold",
        imitates="the best rate for one parabola is taken for the largest that converges",
        killed_by=["test_the_size_falls_below_the_threshold_stays_at_it_and_grows_beyond"])
def _(curvature: ArrayLike) -> float:
    return descent.convergence_threshold(curvature) / 2


@mutant("convergence-threshold-of-the-flattest", of="descent.convergence_threshold",
        imitates="the smallest eigenvalue sets the threshold, not the largest",
        killed_by=["test_for_a_matrix_the_largest_eigenvalue_sets_the_threshold"])
def _(curvature: ArrayLike) -> float:
    descent.convergence_threshold(curvature)
    return 2 / float(np.linalg.eigvalsh(np.atleast_2d(np.asarray(curvature, np.float64))).min())


@mutant("steps-needed-rounded-down", of="descent.steps_needed",
        imitates="the number of steps is rounded down: one too few",
        killed_by=["test_the_steps_needed_are_those_the_walk_takes"])
def _(curvature: float, learning_rate: float, tolerance: float) -> int:
    return max(1, descent.steps_needed(curvature, learning_rate, tolerance) - 1)


@mutant("steps-needed-in-a-straight-line", of="descent.steps_needed",
        imitates="every step is taken to be as long as the first",
        killed_by=["test_a_small_rate_needs_steps_in_inverse_proportion"])
def _(curvature: float, learning_rate: float, tolerance: float) -> int:
    descent.steps_needed(curvature, learning_rate, tolerance)
    return math.ceil((1 - tolerance) / (learning_rate * curvature))


@mutant("double-well-prime-level", of="descent.double_well_prime",
        imitates="the slope of the tilt, 0.3, is forgotten: both valleys look the same",
        killed_by=["test_the_slope_of_the_double_well_is_the_slope_of_its_cost"])
def _(w: ArrayLike) -> NDArray:
    slope = descent.double_well_prime(w)
    return np.asarray(slope - slope.dtype.type(0.3))


@mutant("minibatches-drop-the-last", of="descent.minibatches", level="shape",
        imitates="the last batch is dropped where it is not full",
        killed_by=["test_an_epoch_visits_each_sample_once"])
def _(n: int, batch_size: int, rng: Any) -> list[NDArray]:
    return [batch for batch in descent.minibatches(n, batch_size, rng) if len(batch) == batch_size]


@mutant("minibatches-in-order", of="descent.minibatches",
        imitates="the samples are not shuffled",
        killed_by=["test_the_next_epoch_is_shuffled_anew_and_the_same_seed_shuffles_the_same"])
def _(n: int, batch_size: int, rng: Any) -> list[NDArray]:
    return [np.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]


@mutant("minibatches-with-replacement", of="descent.minibatches",
        imitates="each batch is drawn from all samples, so an epoch sees some twice and some never",
        killed_by=["test_an_epoch_visits_each_sample_once"])
def _(n: int, batch_size: int, rng: Any) -> list[NDArray]:
    rng = np.random.default_rng(rng)
    return [rng.integers(n, size=len(batch)) for batch in descent.minibatches(n, batch_size, rng)]


@mutant("minibatch-gradient-sum", of="descent.minibatch_gradient",
        imitates="the gradients of a batch are summed: larger batches take longer steps",
        killed_by=["test_the_gradient_of_a_batch_is_the_mean_of_its_samples"])
def _(gradients: ArrayLike, batch: ArrayLike) -> NDArray:
    mean = descent.minibatch_gradient(gradients, batch)
    return mean * mean.dtype.type(np.size(batch))


@mutant("minibatch-gradient-always-float64", of="descent.minibatch_gradient", level="shape",
        imitates="the mean is taken in float64 and left there",
        killed_by=["test_the_gradient_of_a_batch_keeps_dtype_and_arguments"])
def _(gradients: ArrayLike, batch: ArrayLike) -> NDArray:
    return descent.minibatch_gradient(np.asarray(gradients, np.float64), batch)


@mutant("minibatch-variance-with-replacement", of="descent.minibatch_variance",
        imitates="samples are taken to be drawn with replacement: sigma^2 / B, not 0 for a batch of all",
        killed_by=["test_the_variance_of_a_batch_is_that_over_all_batches"])
def _(gradients: ArrayLike, batch_size: int) -> NDArray:
    variance, g = descent.minibatch_variance(gradients, batch_size), np.asarray(gradients)
    return np.asarray(g.var(axis=0) / batch_size, variance.dtype)


@mutant("directional-derivative-of-a-unit-vector", of="descent.directional_derivative",
        imitates="the direction is divided by its length first",
        killed_by=["test_the_directional_derivative_is_the_slope_along_the_direction"])
def _(gradient: ArrayLike, direction: ArrayLike) -> float:
    return descent.directional_derivative(gradient, direction) / float(np.linalg.norm(np.ravel(direction)) or 1)


@mutant("steepest-direction-by-sign", of="descent.steepest_direction",
        imitates="only the signs of the gradient are kept: steepest if lengths were measured by the largest entry",
        killed_by=["test_the_steepest_direction_of_huge_and_tiny_gradients_has_length_one",
                   "test_no_direction_falls_faster_than_the_negative_gradient"])
def _(gradient: ArrayLike) -> NDArray:
    return descent.steepest_direction(np.sign(gradient))


@mutant("steepest-direction-squares-overflow", of="descent.steepest_direction",
        imitates="the squares of huge gradients overflow and those of tiny ones vanish before the root is taken",
        killed_by=["test_the_steepest_direction_of_huge_and_tiny_gradients_has_length_one"])
def _(gradient: ArrayLike) -> NDArray:
    descent.steepest_direction(gradient)
    g = np.asarray(gradient)
    return np.asarray(-g / np.sqrt((g * g).sum()))


@mutant("step-decay-one-epoch-early", of="descent.step_decay",
        imitates="epochs are counted from one, so the rate drops an epoch too early",
        killed_by=["test_step_decay_drops_to_a_tenth_after_each_third"])
def _(epoch: int, epochs: int, drop: float = 0.1, stages: int = 3) -> float:
    descent.step_decay(epoch, epochs, drop, stages)
    return drop ** (stages * (epoch + 1) // epochs)


@mutant("linear-decay-to-zero", of="descent.linear_decay",
        imitates="the rate is 0 in the last epoch, which learns nothing",
        killed_by=["test_the_schedules_are_their_formulas"])
def _(epoch: int, epochs: int) -> float:
    descent.linear_decay(epoch, epochs)
    return 1 - epoch / max(1, epochs - 1)


@mutant("cosine-decay-a-full-wave", of="descent.cosine_decay",
        imitates="the cosine runs through a full wave, so the rate rises again",
        killed_by=["test_the_schedules_are_their_formulas",
                   "test_under_noise_a_falling_rate_comes_closer_than_a_constant_one"])
def _(epoch: int, epochs: int) -> float:
    descent.cosine_decay(epoch, epochs)
    return (1 + math.cos(2 * math.pi * epoch / epochs)) / 2


@mutant("double-well-level", of="descent.double_well",
        imitates="the tilt, 0.3 w, is forgotten: both valleys are equally deep",
        killed_by=["test_the_double_well_is_its_formula"])
def _(w: ArrayLike) -> NDArray:
    w = np.asarray(w)
    return np.asarray(descent.double_well(w) - w * descent.double_well(w).dtype.type(0.3))


@mutant("descend-one-rate-for-all", of="descent.descend",
        imitates="of learning rates given one by one the mean is taken for all",
        killed_by=["test_rates_of_their_own_are_plain_descent_after_rescaling"])
def _(
    gradient: Callable[[NDArray], ArrayLike], theta0: ArrayLike, learning_rate: ArrayLike, steps: int
) -> NDArray:
    return descent.descend(gradient, theta0, np.asarray(learning_rate).mean(), steps)


@mutant("descend-keeps-steps-short", of="descent.descend",
        imitates="long steps are clipped to 1 on the way, so a rate that is far too large goes unnoticed",
        killed_by=["test_above_the_threshold_the_cost_rises_with_every_step"])
def _(
    gradient: Callable[[NDArray], ArrayLike], theta0: ArrayLike, learning_rate: ArrayLike, steps: int
) -> NDArray:
    rate = np.asarray(learning_rate)
    bound = np.where(rate == 0, np.inf, 1 / np.where(rate == 0, 1, rate))
    return descent.descend(lambda w: np.clip(gradient(w), -bound, bound), theta0, learning_rate, steps)


@mutant("double-well-always-float64", of="descent.double_well", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_double_well_keeps_shape_and_dtype"])
def _(w: ArrayLike) -> NDArray:
    return descent.double_well(np.asarray(w, np.float64))


@mutant("schedule-from-the-second-epoch", of="descent.schedule",
        imitates="the epochs are counted from 1, so the first one is taken at the rate of the second",
        killed_by=["test_a_schedule_starts_at_one_never_rises_and_stays_above_zero"])
def _(name: str) -> Callable[[int, int], float]:
    factor = descent.schedule(name)
    return lambda epoch, epochs: factor(min(epoch + 1, epochs - 1), epochs)
