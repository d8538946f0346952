"""Wrong optimizers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import optimizers
from refnn.exercises.mutants import mutant

# fmt: off

Arrays = tuple[NDArray, ...]


@mutant("sgd-climbs", of="optimizers.SGD",
        imitates="the sign is wrong: the step goes up the gradient",
        killed_by=["test_sgd_goes_down_the_gradient"])
class _SGDClimbs(optimizers.SGD):
    def rule(self, t: int, g: NDArray, w: NDArray) -> Arrays:
        return (w + self.learning_rate * g,)


@mutant("sgd-normalised", of="optimizers.SGD",
        imitates="the gradient is divided by its length, so that every step is as long as the learning rate",
        killed_by=["test_sgd_goes_down_the_gradient", "test_coordinates_do_not_interact"])
class _SGDNormalised(optimizers.SGD):
    def prepared(self, g: NDArray) -> NDArray:
        length = np.sqrt((g * g).sum())
        return np.asarray(g / length) if length else g


@mutant("sgd-changes-the-gradient", of="optimizers.SGD", level="shape",
        imitates="the gradient is multiplied by the learning rate in place, so whoever reads it next reads the step",
        killed_by=["test_a_step_moves_the_arrays_themselves_and_leaves_the_gradients_alone"])
class _SGDChangesTheGradient(optimizers.SGD):
    def step(
        self, params: Sequence[NDArray], grads: Sequence[ArrayLike], curvature: Sequence[ArrayLike] | None = None
    ) -> None:
        super().step(params, grads)
        for g in grads:
            if isinstance(g, np.ndarray):
                g[...] = g * self.learning_rate


@mutant("sgd-moves-a-copy", of="optimizers.SGD", level="shape",
        imitates="the new weights are put into a list of their own (w = w - eta g), and the caller's stay as they were",
        killed_by=["test_a_step_moves_the_arrays_themselves_and_leaves_the_gradients_alone",
                   "test_sgd_goes_down_the_gradient"])
class _SGDMovesACopy(optimizers.SGD):
    def step(
        self, params: Sequence[NDArray], grads: Sequence[ArrayLike], curvature: Sequence[ArrayLike] | None = None
    ) -> None:
        super().step([w.copy() for w in params], grads)


@mutant("sgd-stops-at-the-shorter-list", of="optimizers.SGD",
        imitates="parameters and gradients are walked through with zip, so a missing gradient goes unnoticed",
        killed_by=["test_a_refused_step_changes_nothing"])
class _SGDStopsAtTheShorterList(optimizers.SGD):
    def step(
        self, params: Sequence[NDArray], grads: Sequence[ArrayLike], curvature: Sequence[ArrayLike] | None = None
    ) -> None:
        super().step(params[: len(grads)], grads)


@mutant("sgd-forgets-the-last-piece", of="optimizers.SGD",
        imitates="a long array is walked through in pieces of 32768, and what remains at the end is left out",
        killed_by=["test_the_ends_of_a_long_parameter_move_like_a_short_one"])
class _SGDForgetsTheLastPiece(optimizers.SGD):
    def prepared(self, g: NDArray) -> NDArray:
        g = g.copy()
        if g.size > 32768:
            g.reshape(-1)[g.size // 32768 * 32768 :] = 0
        return g


@mutant("sgd-rate-of-the-start", of="optimizers.SGD",
        imitates="the learning rate of the first step is kept: a schedule that changes it changes nothing",
        killed_by=["test_the_step_is_the_learning_rate_of_the_moment_times_what_the_gradients_say"])
class _SGDRateOfTheStart(optimizers.SGD):
    _rate: float | None = None

    def rule(self, t: int, g: NDArray, w: NDArray) -> Arrays:
        self._rate = self.learning_rate if self._rate is None else self._rate
        return (w - self._rate * g,)


@mutant("sgd-restores-its-own-rate", of="optimizers.SGD",
        imitates="the state holds no settings, so a resumed run goes on with the learning rate it began with",
        killed_by=["test_the_learning_rate_of_the_moment_is_part_of_the_state"])
class _SGDRestoresItsOwnRate(optimizers.SGD):
    def restore(self, state: Mapping[str, Any]) -> None:
        rate = self.learning_rate
        super().restore(state)
        self.learning_rate = rate


@mutant("momentum-minus-the-velocity", of="optimizers.Momentum",
        imitates="the velocity is subtracted, mixed up with the form whose velocity points downhill",
        killed_by=["test_momentum_goes_along_the_decaying_sum_of_gradients",
                   "test_momentum_on_a_parabola_converges_exactly_below_two_times_one_plus_mu"])
class _MomentumMinusTheVelocity(optimizers.Momentum):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = g - self.momentum * v
        return w - self.learning_rate * (g - self.momentum * v if self.nesterov else v), v


@mutant("momentum-dampened", of="optimizers.Momentum",
        imitates="the gradient enters with the factor 1 - mu, so the velocity is a mean and not a sum",
        killed_by=["test_under_a_constant_gradient_the_velocity_is_a_geometric_sum",
                   "test_momentum_goes_along_the_decaying_sum_of_gradients"])
class _MomentumDampened(optimizers.Momentum):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.momentum * v + (1 - self.momentum) * g
        return w - self.learning_rate * (g + self.momentum * v if self.nesterov else v), v


@mutant("momentum-rate-inside-the-velocity", of="optimizers.Momentum",
        imitates="the learning rate stands inside the velocity, so old gradients keep the rate of their day",
        killed_by=["test_the_step_is_the_learning_rate_of_the_moment_times_what_the_gradients_say"])
class _MomentumRateInside(optimizers.Momentum):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.momentum * v + self.learning_rate * g
        return w - (self.learning_rate * g + self.momentum * v if self.nesterov else v), v


@mutant("momentum-never-nesterov", of="optimizers.Momentum",
        imitates="the option is stored and never looked at",
        killed_by=["test_momentum_goes_along_the_decaying_sum_of_gradients",
                   "test_under_a_constant_gradient_the_velocity_is_a_geometric_sum"])
class _MomentumNeverNesterov(optimizers.Momentum):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.momentum * v + g
        return w - self.learning_rate * v, v


@mutant("momentum-looks-ahead-with-the-old-velocity", of="optimizers.Momentum",
        imitates="Nesterov's step is taken along g + mu v before v has been brought up to date: plain momentum",
        killed_by=["test_momentum_goes_along_the_decaying_sum_of_gradients"])
class _MomentumLooksAheadOld(optimizers.Momentum):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        new = self.momentum * v + g
        return w - self.learning_rate * (g + self.momentum * v if self.nesterov else new), new


@mutant("momentum-looks-ahead-at-full-speed", of="optimizers.Momentum",
        imitates="Nesterov's step is taken along g + v: the velocity that is looked ahead at has not faded",
        killed_by=["test_without_momentum_it_is_plain_descent",
                   "test_momentum_goes_along_the_decaying_sum_of_gradients"])
class _MomentumFullSpeed(optimizers.Momentum):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.momentum * v + g
        return w - self.learning_rate * (g + v if self.nesterov else v), v


@mutant("momentum-clipped", of="optimizers.Momentum",
        imitates="entries of the gradient larger than 5 are clipped on the way",
        killed_by=["test_momentum_is_linear_in_the_gradients"])
class _MomentumClipped(optimizers.Momentum):
    def prepared(self, g: NDArray) -> NDArray:
        return np.clip(g, -5, 5)


@mutant("momentum-velocity-in-float64", of="optimizers.Momentum", level="shape",
        imitates="the velocity is made with np.zeros, which is float64, also for a parameter in float32",
        killed_by=["test_the_arithmetic_is_done_in_the_dtype_of_the_parameter"])
class _MomentumInFloat64(optimizers.Momentum):
    def state(self) -> dict[str, Any]:
        return {**super().state(), "v": [v.astype(np.float64) for v in super().state()["v"]]}


@mutant("momentum-velocity-in-half-precision", of="optimizers.Momentum",
        imitates="the memory of a parameter in float32 is rounded to half precision, to save space",
        killed_by=["test_float32_parameters_follow_the_float64_ones_up_to_rounding"])
class _MomentumInHalf(optimizers.Momentum):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.momentum * v + g
        kept = v if v.dtype == np.float64 else v.astype(np.float16).astype(v.dtype)
        return w - self.learning_rate * (g + self.momentum * v if self.nesterov else v), kept


@mutant("momentum-one-velocity-for-all", of="optimizers.Momentum",
        imitates="the velocity is one number that all parameters share, made outside the loop over them",
        killed_by=["test_one_optimizer_of_two_parameters_is_two_optimizers_of_one",
                   "test_coordinates_do_not_interact"])
class _MomentumShared(optimizers.Momentum):
    _velocity = 0.0

    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = np.asarray(self.momentum * self._velocity + g)
        self._velocity = float(v.flat[-1]) if v.size else 0.0
        return w - self.learning_rate * (g + self.momentum * v if self.nesterov else v), v


@mutant("momentum-made-anew", of="optimizers.Momentum",
        imitates="the velocity is created in every call of step, so it is always zero",
        killed_by=["test_momentum_goes_along_the_decaying_sum_of_gradients",
                   "test_under_a_constant_gradient_the_velocity_is_a_geometric_sum"])
class _MomentumMadeAnew(optimizers.Momentum):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        return super().rule(t, g, w, np.zeros_like(v))


@mutant("momentum-any-shape-is-welcome", of="optimizers.Momentum",
        imitates="where the shapes are other than last time a new velocity is made, and the old one lost, in silence",
        killed_by=["test_after_the_first_step_parameters_of_other_shapes_are_refused"])
class _MomentumAnyShape(optimizers.Momentum):
    def step(
        self, params: Sequence[NDArray], grads: Sequence[ArrayLike], curvature: Sequence[ArrayLike] | None = None
    ) -> None:
        try:
            super().step(params, grads)
        except ValueError as wrong:
            if "another optimizer" not in str(wrong):
                raise
            self._layout = None
            super().step(params, grads)


@mutant("momentum-state-without-velocity", of="optimizers.Momentum",
        imitates="only the settings are restored: a run that goes on starts with no velocity",
        killed_by=["test_a_run_that_was_stopped_and_resumed_is_the_same_bit_for_bit"])
class _MomentumStateWithoutVelocity(optimizers.Momentum):
    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore({**state, "v": [np.zeros_like(v) for v in state["v"]]})


@mutant("adagrad-flat-memory", of="optimizers.Adagrad", level="shape",
        imitates="the state hands the memory out as flat vectors, and takes it back so",
        killed_by=["test_the_memory_has_the_shapes_of_the_parameters"])
class _AdagradFlatMemory(optimizers.Adagrad):
    def state(self) -> dict[str, Any]:
        return {**super().state(), "v": [v.reshape(-1) for v in super().state()["v"]]}


@mutant("adagrad-state-is-a-view", of="optimizers.Adagrad",
        imitates="the state hands out the memory itself, which the next step changes",
        killed_by=["test_a_state_is_a_copy_on_its_way_out_and_on_its_way_in"])
class _AdagradStateIsAView(optimizers.Adagrad):
    def state(self) -> dict[str, Any]:
        return {**super().state(), "v": list(self._memory.get("v", []))}


@mutant("adagrad-restores-a-view", of="optimizers.Adagrad",
        imitates="the arrays of the state are taken over without a copy, so two optimizers share one memory",
        killed_by=["test_a_state_is_a_copy_on_its_way_out_and_on_its_way_in"])
class _AdagradRestoresAView(optimizers.Adagrad):
    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        if self._memory:
            self._memory = {"v": list(state["v"])}


@mutant("adagrad-raveled", of="optimizers.Adagrad", level="shape",
        imitates="the parameter is flattened with ravel and changed there: a copy, unless the memory is in order",
        killed_by=["test_the_memory_order_of_a_parameter_does_not_matter"])
class _AdagradRaveled(optimizers.Adagrad):
    def step(
        self, params: Sequence[NDArray], grads: Sequence[ArrayLike], curvature: Sequence[ArrayLike] | None = None
    ) -> None:
        super().step([w.ravel() for w in params], [np.ravel(g) for g in grads])


@mutant("adagrad-epsilon-inside-the-root", of="optimizers.Adagrad",
        imitates="epsilon stands inside the root, as in many texts",
        killed_by=["test_adagrad_divides_by_the_root_of_the_sum_of_squares"])
class _AdagradInside(optimizers.Adagrad):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = v + g * g
        root = np.sqrt(v + self.epsilon)
        return w - self.learning_rate * g / (root + (root == 0)), v


@mutant("adagrad-without-the-root", of="optimizers.Adagrad",
        imitates="the root is forgotten: the gradient is divided by the sum of squares itself",
        killed_by=["test_adagrad_divides_by_the_root_of_the_sum_of_squares",
                   "test_without_epsilon_the_scale_of_the_gradients_does_not_matter", "test_the_table_of_the_slide"])
class _AdagradWithoutRoot(optimizers.Adagrad):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = np.minimum(v + g * g, np.finfo(v.dtype).max)
        return w - self.learning_rate * np.divide(g, v + self.epsilon, out=np.zeros_like(w), where=v != 0), v


@mutant("adagrad-without-accumulation", of="optimizers.Adagrad",
        imitates="only the current gradient is squared: the steps have the length eta for ever",
        killed_by=["test_under_a_constant_gradient_adagrads_steps_shrink_like_one_over_root_t",
                   "test_the_rate_falls_with_every_gradient_but_zero",
                   "test_steps_times_gradients_sum_to_at_most_twice_the_root_of_the_sum_of_squares"])
class _AdagradWithoutAccumulation(optimizers.Adagrad):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        return super().rule(t, g, w, np.zeros_like(v))


@mutant("adagrad-previous-gradients-only", of="optimizers.Adagrad",
        imitates="the sum is taken before the current gradient is counted in, as the words of the slide have it",
        killed_by=["test_the_sum_includes_the_current_derivative_and_needs_a_rule_for_zero_by_zero",
                   "test_no_step_of_adagrad_is_longer_than_the_learning_rate_and_the_first_has_its_length"])
class _AdagradPreviousOnly(optimizers.Adagrad):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        before = np.sqrt(v) + self.epsilon if t > 1 else np.abs(g) + self.epsilon
        return w - self.learning_rate * g / (before + (before == 0)), v + g * g


@mutant("adagrad-mean-of-squares", of="optimizers.Adagrad",
        imitates="the squares are averaged over the steps, not summed, so the rate does not fall",
        killed_by=["test_under_a_constant_gradient_adagrads_steps_shrink_like_one_over_root_t",
                   "test_adagrad_divides_by_the_root_of_the_sum_of_squares"])
class _AdagradMean(optimizers.Adagrad):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = v + g * g
        root = np.sqrt(v / t) + self.epsilon
        return w - self.learning_rate * g / (root + (root == 0)), v


@mutant("adagrad-sum-of-gradients", of="optimizers.Adagrad",
        imitates="the gradients are summed without squaring them, so those of opposite sign cancel",
        killed_by=["test_smaller_gradients_keep_the_larger_rate",
                   "test_adagrad_divides_by_the_root_of_the_sum_of_squares"])
class _AdagradSumOfGradients(optimizers.Adagrad):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = v + g
        total = np.abs(v) + self.epsilon
        return w - self.learning_rate * np.divide(g, total, out=np.zeros_like(w), where=total != 0), v


@mutant("adagrad-starts-at-a-tenth", of="optimizers.Adagrad",
        imitates="the sum of squares starts at 0.1 instead of 0, as TensorFlow's does",
        killed_by=["test_no_step_of_adagrad_is_longer_than_the_learning_rate_and_the_first_has_its_length",
                   "test_the_table_of_the_slide"])
class _AdagradStartsAtATenth(optimizers.Adagrad):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        return super().rule(t, g, w, v + v.dtype.type(0.1) if t == 1 else v)


@mutant("adagrad-by-the-length", of="optimizers.Adagrad",
        imitates="the whole array has one sum: the squared length of each gradient is counted, not each entry",
        killed_by=["test_coordinates_do_not_interact", "test_adagrad_divides_by_the_root_of_the_sum_of_squares"])
class _AdagradByLength(optimizers.Adagrad):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = v + (g * g).sum()
        root = np.sqrt(v) + self.epsilon
        return w - self.learning_rate * g / (root + (root == 0)), v


@mutant("adagrad-zero-by-zero", of="optimizers.Adagrad",
        imitates="without epsilon a gradient that was never anything but zero divides 0 by 0",
        killed_by=["test_from_the_start_a_zero_gradient_moves_nothing_even_without_epsilon",
                   "test_the_sum_includes_the_current_derivative_and_needs_a_rule_for_zero_by_zero"])
class _AdagradZeroByZero(optimizers.Adagrad):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = v + g * g
        return w - self.learning_rate * g / (np.sqrt(v) + self.epsilon), v


@mutant("rmsprop-epsilon-inside-the-root", of="optimizers.RMSprop",
        imitates="epsilon stands inside the root, as in TensorFlow and in d2l",
        killed_by=["test_rmsprop_divides_by_the_root_of_the_decaying_mean_of_squares"])
class _RMSpropInside(optimizers.RMSprop):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.rho * v + (1 - self.rho) * g * g
        root = np.sqrt(v + self.epsilon)
        return w - self.learning_rate * g / (root + (root == 0)), v


@mutant("rmsprop-sum-of-squares", of="optimizers.RMSprop",
        imitates="the square enters without the factor 1 - rho: a decaying sum in place of a mean",
        killed_by=["test_under_a_constant_gradient_rmsprops_steps_tend_to_the_learning_rate",
                   "test_rmsprop_divides_by_the_root_of_the_decaying_mean_of_squares"])
class _RMSpropSum(optimizers.RMSprop):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.rho * v + g * g
        root = np.sqrt(v) + self.epsilon
        return w - self.learning_rate * g / (root + (root == 0)), v


@mutant("rmsprop-decay-the-wrong-way", of="optimizers.RMSprop",
        imitates="rho and 1 - rho are swapped, so the mean forgets in a step or two",
        killed_by=["test_the_first_step_of_rmsprop_is_three_times_the_learning_rate",
                   "test_rmsprop_divides_by_the_root_of_the_decaying_mean_of_squares"])
class _RMSpropSwapped(optimizers.RMSprop):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = (1 - self.rho) * v + self.rho * g * g
        root = np.sqrt(v) + self.epsilon
        return w - self.learning_rate * np.divide(g, root, out=np.zeros_like(w), where=root != 0), v


@mutant("rmsprop-corrected-for-the-start", of="optimizers.RMSprop",
        imitates="the mean is divided by 1 - rho^t as Adam's is, so the first step is only as long as eta",
        killed_by=["test_the_first_step_of_rmsprop_is_three_times_the_learning_rate",
                   "test_no_step_of_rmsprop_is_longer_than_its_first"])
class _RMSpropCorrected(optimizers.RMSprop):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.rho * v + (1 - self.rho) * g * g
        root = np.sqrt(v / (1 - self.rho**t)) + self.epsilon
        return w - self.learning_rate * g / (root + (root == 0)), v


@mutant("rmsprop-the-square-of-the-mean", of="optimizers.RMSprop",
        imitates="the decaying mean is taken of the gradient and then squared, so noise cancels instead of counting",
        killed_by=["test_no_step_of_rmsprop_is_longer_than_its_first",
                   "test_rmsprop_divides_by_the_root_of_the_decaying_mean_of_squares"])
class _RMSpropSquareOfMean(optimizers.RMSprop):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.rho * v + (1 - self.rho) * g
        root = np.abs(v) + self.epsilon
        return w - self.learning_rate * np.divide(g, root, out=np.zeros_like(w), where=root != 0), v


@mutant("rmsprop-defaults-of-pytorch", of="optimizers.RMSprop",
        imitates="the default of rho is 0.99, as PyTorch's alpha is",
        killed_by=["test_the_defaults_are_the_usual_ones",
                   "test_the_first_step_of_rmsprop_is_three_times_the_learning_rate"])
@dataclass(eq=False)
class _RMSpropOfPyTorch(optimizers.RMSprop):
    rho: float = 0.99


@mutant("rmsprop-tiny-number-for-zero", of="optimizers.RMSprop",
        imitates="the smallest number there is keeps the root from being 0, and a tiny gradient leaps off",
        killed_by=["test_a_gradient_too_small_to_be_squared_makes_no_leap"])
class _RMSpropTiny(optimizers.RMSprop):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.rho * v + (1 - self.rho) * g * g
        return w - self.learning_rate * g / (np.sqrt(v) + self.epsilon + np.finfo(v.dtype).smallest_subnormal), v


@mutant("rmsprop-root-of-the-share", of="optimizers.RMSprop",
        imitates="the root is taken of g^2 / v at the end, and where g^2 overflows this is infinity by infinity",
        killed_by=["test_finite_gradients_of_any_size_leave_the_parameters_finite"])
class _RMSpropRootOfShare(optimizers.RMSprop):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> Arrays:
        v = self.rho * v + (1 - self.rho) * g * g
        root = np.sqrt(v) + self.epsilon
        return w - self.learning_rate * np.sign(g) * np.sqrt(g * g / (root + (root == 0)) ** 2), v


@mutant("adadelta-swapped-roots", of="optimizers.Adadelta",
        imitates="the two roots have changed places: the gradient is multiplied by its size and divided by the step's",
        killed_by=["test_adadelta_measures_its_steps_by_its_recent_steps",
                   "test_no_step_of_adadelta_is_much_longer_than_its_recent_steps"])
class _AdadeltaSwapped(optimizers.Adadelta):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray, d: NDArray) -> Arrays:
        v = np.minimum(self.rho * v + (1 - self.rho) * g * g, 1e30)
        root = np.sqrt(d + self.epsilon)
        delta = -np.divide(np.sqrt(v + self.epsilon) * g, root, out=np.zeros_like(w), where=root != 0)
        return w + delta, v, np.minimum(self.rho * d + (1 - self.rho) * delta * delta, 1e30)


@mutant("adadelta-with-a-learning-rate", of="optimizers.Adadelta",
        imitates="a learning rate of 1 is multiplied in, as PyTorch and Keras have it",
        killed_by=["test_adadelta_has_no_learning_rate"])
class _AdadeltaWithRate(optimizers.Adadelta):
    learning_rate: ClassVar[float] = 1.0

    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray, d: NDArray) -> Arrays:
        after, v, d = super().rule(t, g, w, v, d)
        return w + self.learning_rate * (after - w), v, d


@mutant("adadelta-remembers-gradients-as-steps", of="optimizers.Adadelta",
        imitates="the second mean is fed with the squared gradient again, not with the squared step",
        killed_by=["test_adadelta_measures_its_steps_by_its_recent_steps",
                   "test_no_step_of_adadelta_is_much_longer_than_its_recent_steps"])
class _AdadeltaRemembersGradients(optimizers.Adadelta):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray, d: NDArray) -> Arrays:
        after, v, _ = super().rule(t, g, w, v, d)
        return after, v, np.minimum(v, 1e30)


@mutant("adadelta-never-remembers-its-steps", of="optimizers.Adadelta",
        imitates="the mean of squared steps is computed and not kept, so the steps stay at the size of the first",
        killed_by=["test_adadelta_measures_its_steps_by_its_recent_steps"])
class _AdadeltaForgetsSteps(optimizers.Adadelta):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray, d: NDArray) -> Arrays:
        after, v, _ = super().rule(t, g, w, v, d)
        return after, v, d


@mutant("adadelta-epsilon-outside-the-roots", of="optimizers.Adadelta",
        imitates="epsilon is added to the roots, not to the means under them: the first steps are far too short",
        killed_by=["test_the_first_step_of_adadelta_is_set_by_epsilon",
                   "test_adadelta_measures_its_steps_by_its_recent_steps"])
class _AdadeltaOutside(optimizers.Adadelta):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray, d: NDArray) -> Arrays:
        v = self.rho * v + (1 - self.rho) * g * g
        root = np.sqrt(v) + self.epsilon
        delta = -(np.sqrt(d) + self.epsilon) * g / (root + (root == 0))
        return w + delta, v, self.rho * d + (1 - self.rho) * delta * delta


@mutant("adadelta-climbs", of="optimizers.Adadelta",
        imitates="the minus sign of the step is lost on the way, since squares do not show it",
        killed_by=["test_every_step_of_adadelta_goes_against_its_gradient",
                   "test_two_thousand_steps_on_quadratics_cut_the_cost_below_a_hundredth"])
class _AdadeltaClimbs(optimizers.Adadelta):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray, d: NDArray) -> Arrays:
        return super().rule(t, -g, w, v, d)


@mutant("adadelta-starts-at-one", of="optimizers.Adadelta",
        imitates="the mean of squared steps starts at 1 instead of 0, so that the rule gets going at once",
        killed_by=["test_without_epsilon_adadelta_never_starts", "test_the_first_step_of_adadelta_is_set_by_epsilon"])
class _AdadeltaStartsAtOne(optimizers.Adadelta):
    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray, d: NDArray) -> Arrays:
        return super().rule(t, g, w, v, d + 1 if t == 1 else d)


@mutant("adadelta-defaults-of-adagrad", of="optimizers.Adadelta",
        imitates="the default of epsilon is 1e-8 as everywhere else; here it sets the size of the first steps",
        killed_by=["test_the_defaults_are_the_usual_ones", "test_the_first_step_of_adadelta_is_set_by_epsilon"])
@dataclass(eq=False)
class _AdadeltaOtherDefaults(optimizers.Adadelta):
    epsilon: float = 1e-8


@mutant("adam-without-correction", of="optimizers.Adam",
        imitates="the means are not corrected for their start at zero",
        killed_by=["test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square",
                   "test_the_bias_correction_gives_back_a_constant_gradient_and_its_square",
                   "test_the_corrected_mean_is_a_convex_combination_of_the_gradients"])
class _AdamWithoutCorrection(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        _, m, v = super().rule(t, g, w, m, v)
        root = np.sqrt(v) + self.epsilon
        return w - self.learning_rate * m / (root + (root == 0)), m, v


@mutant("adam-correction-without-t", of="optimizers.Adam",
        imitates="the means are divided by 1 - beta, not by 1 - beta^t, at every step (as in ML-From-Scratch)",
        killed_by=["test_adams_first_step_has_the_length_of_the_learning_rate_and_so_has_any_under_a_constant_gradient",
                   "test_the_corrected_mean_is_a_convex_combination_of_the_gradients"])
class _AdamWithoutT(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        _, m, v = super().rule(t, g, w, m, v)
        root = np.sqrt(v / (1 - self.beta2)) + self.epsilon
        return w - self.learning_rate * (m / (1 - self.beta1)) / (root + (root == 0)), m, v


@mutant("adam-t-from-zero", of="optimizers.Adam",
        imitates="t is counted from 0 and raised by one in the correction of m only",
        killed_by=["test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square",
                   "test_adams_first_step_has_the_length_of_the_learning_rate_and_so_has_any_under_a_constant_gradient"])
class _AdamTFromZero(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        _, m, v = super().rule(t, g, w, m, v)
        v_hat = v / (1 - self.beta2 ** (t - 1)) if t > 1 else v
        root = np.sqrt(v_hat) + self.epsilon
        return w - self.learning_rate * (m / (1 - self.beta1**t)) / (root + (root == 0)), m, v


@mutant("adam-only-the-mean-corrected", of="optimizers.Adam",
        imitates="only the mean of gradients is corrected for its start, so the first steps are far too long",
        killed_by=["test_no_step_of_adam_is_longer_than_cauchy_and_schwarz_allow",
                   "test_the_bias_correction_gives_back_a_constant_gradient_and_its_square"])
class _AdamOnlyTheMean(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        _, m, v = super().rule(t, g, w, m, v)
        root = np.sqrt(v) + self.epsilon
        return w - self.learning_rate * (m / (1 - self.beta1**t)) / (root + (root == 0)), m, v


@mutant("adam-corrected-twice", of="optimizers.Adam",
        imitates="the corrected mean is kept as the memory and corrected again at the next step",
        killed_by=["test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square",
                   "test_the_corrected_mean_is_a_convex_combination_of_the_gradients"])
class _AdamCorrectedTwice(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        after, m, v = super().rule(t, g, w, m, v)
        return after, m / (1 - self.beta1**t), v


@mutant("adam-betas-swapped", of="optimizers.Adam",
        imitates="beta1 is used for the squares and beta2 for the gradients",
        killed_by=["test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square"])
class _AdamBetasSwapped(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        return optimizers.Adam(self.learning_rate, self.beta2, self.beta1, self.epsilon).rule(t, g, w, m, v)


@mutant("adam-epsilon-inside-the-root", of="optimizers.Adam",
        imitates="epsilon is added under the root",
        killed_by=["test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square",
                   "test_the_bias_correction_gives_back_a_constant_gradient_and_its_square"])
class _AdamInside(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        _, m, v = super().rule(t, g, w, m, v)
        root = np.sqrt(v / (1 - self.beta2**t) + self.epsilon)
        return w - self.learning_rate * (m / (1 - self.beta1**t)) / (root + (root == 0)), m, v


@mutant("adam-epsilon-beside-the-fraction", of="optimizers.Adam",
        imitates="a bracket is missing, and epsilon is added to the step itself (as in d2l's TensorFlow tab)",
        killed_by=["test_under_gradients_of_mean_zero_adam_does_not_drift",
                   "test_from_the_start_a_zero_gradient_moves_nothing_even_without_epsilon"])
class _AdamBeside(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        _, m, v = super().rule(t, g, w, m, v)
        root = np.sqrt(v / (1 - self.beta2**t))
        moved = m / (1 - self.beta1**t) / (root + (root == 0)) + self.epsilon
        return w - self.learning_rate * np.where(m == 0, self.epsilon * (g == 0), moved).astype(w.dtype), m, v


@mutant("adam-without-the-root", of="optimizers.Adam",
        imitates="the root is forgotten, as in the text of labml's docstring",
        killed_by=["test_without_epsilon_the_scale_of_the_gradients_does_not_matter",
                   "test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square"])
class _AdamWithoutRoot(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        _, m, v = super().rule(t, g, w, m, v)
        v_hat = np.minimum(v / (1 - self.beta2**t), np.finfo(v.dtype).max) + self.epsilon
        m_hat = m / (1 - self.beta1**t)
        return w - self.learning_rate * np.divide(m_hat, v_hat, out=np.zeros_like(w), where=v_hat != 0), m, v


@mutant("adam-counts-parameters", of="optimizers.Adam",
        imitates="t is raised inside the loop over the parameters, so with two of them time runs twice as fast",
        killed_by=["test_one_optimizer_of_two_parameters_is_two_optimizers_of_one"])
class _AdamCountsParameters(optimizers.Adam):
    def advance(
        self, params: list[NDArray], grads: list[NDArray], curvature: list[NDArray] | None = None
    ) -> None:
        self._t -= self._t > 0
        super().advance(params, grads, curvature)

    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> Arrays:
        self._t += 1
        return super().rule(self._t - 1, g, w, m, v)


@mutant("adam-resumes-at-step-one", of="optimizers.Adam",
        imitates="the means are restored and the number of the step is not, so the correction starts afresh",
        killed_by=["test_a_run_that_was_stopped_and_resumed_is_the_same_bit_for_bit"])
class _AdamResumesAtOne(optimizers.Adam):
    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore({**state, "t": 0})


@mutant("adam-hides-nan", of="optimizers.Adam",
        imitates="NaN in the gradient is read as 0, so a broken computation is not seen",
        killed_by=["test_nan_spoils_its_own_coordinate_and_no_other"])
class _AdamHidesNaN(optimizers.Adam):
    def prepared(self, g: NDArray) -> NDArray:
        return np.where(np.isnan(g), g.dtype.type(0), g)


@mutant("adam-skips-a-step-with-nan", of="optimizers.Adam",
        imitates="a gradient with NaN anywhere is left out as a whole, as scalers for mixed precision do",
        killed_by=["test_nan_spoils_its_own_coordinate_and_no_other"])
class _AdamSkipsNaN(optimizers.Adam):
    def prepared(self, g: NDArray) -> NDArray:
        return np.zeros_like(g) if np.isnan(g).any() else g


@mutant("adam-step-bound-of-the-paper", of="optimizers.adam_step_bound",
        imitates="the bound is the paper's, which misses the sum over the past and is none",
        killed_by=["test_a_long_rest_and_a_ramp_break_the_paper_s_bound_and_reach_the_valid_one",
                   "test_the_bound_is_the_sum_written_out"])
def _(t: int, learning_rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999) -> float:
    optimizers.adam_step_bound(t, learning_rate, beta1, beta2)
    return learning_rate * max(1.0, (1 - beta1) / (1 - beta2) ** 0.5)


@mutant("adam-step-bound-of-the-limit", of="optimizers.adam_step_bound",
        imitates="the bound for t to infinity is returned for every step",
        killed_by=["test_the_bound_is_the_sum_written_out"])
def _(t: int, learning_rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999) -> float:
    return optimizers.adam_step_bound(max(t, 10**6), learning_rate, beta1, beta2)


@mutant("vsgd-rate-upside-down", of="optimizers.VSGD",
        imitates="the share is multiplied by the curvature, not divided: steep costs get the long steps",
        killed_by=["test_vsgd_divides_the_share_of_the_mean_gradient_by_the_mean_curvature",
                   "test_without_noise_the_first_step_of_vsgd_lands_in_the_minimum",
                   "test_no_step_of_vsgd_is_longer_than_newton_s",
                   "test_scaling_the_cost_leaves_the_steps_of_vsgd_as_they_are"])
class _VSGDUpsideDown(optimizers.VSGD):
    def rule(
        self, t: int, g: NDArray, h: NDArray, w: NDArray, g_mean: NDArray, v: NDArray, h_mean: NDArray, tau: NDArray
    ) -> Arrays:
        after, g_mean, v, h_mean, tau = super().rule(t, g, h, w, g_mean, v, h_mean, tau)
        bend = np.minimum(h_mean + self.epsilon, 1e15)
        return w + (after - w) * bend * bend, g_mean, v, h_mean, tau


@mutant("vsgd-without-slow-start", of="optimizers.VSGD",
        imitates="the steps that should only watch are taken already",
        killed_by=["test_by_default_vsgd_overestimates_by_a_tenth_of_the_number_of_parameters_after_ten_steps",
                   "test_vsgd_divides_the_share_of_the_mean_gradient_by_the_mean_curvature"])
class _VSGDWithoutSlowStart(optimizers.VSGD):
    def rule(
        self, t: int, g: NDArray, h: NDArray, w: NDArray, g_mean: NDArray, v: NDArray, h_mean: NDArray, tau: NDArray
    ) -> Arrays:
        after, *memory = super().rule(t, g, h, w, g_mean, v, h_mean, tau)
        bend = memory[2] + self.epsilon
        rate = np.divide(1, bend, out=np.zeros_like(w), where=bend > 0)
        return (w - rate * g if t <= self.warmup else after, *memory)


@mutant("vsgd-overestimate-of-the-code", of="optimizers.VSGD",
        imitates="by default the memory is overestimated twofold, however many parameters there are",
        killed_by=["test_by_default_vsgd_overestimates_by_a_tenth_of_the_number_of_parameters_after_ten_steps"])
class _VSGDOverestimate(optimizers.VSGD):
    def parameter_count(self) -> int:
        return 20


@mutant("vsgd-signed-curvature", of="optimizers.VSGD",
        imitates="the mean is taken of h, not of |h|, so a cost that bends down is climbed, or cancels",
        killed_by=["test_vsgd_divides_the_share_of_the_mean_gradient_by_the_mean_curvature"])
class _VSGDSigned(optimizers.VSGD):
    def rule(
        self, t: int, g: NDArray, h: NDArray, w: NDArray, g_mean: NDArray, v: NDArray, h_mean: NDArray, tau: NDArray
    ) -> Arrays:
        return super().rule(t, g, np.maximum(h, 0), w, g_mean, v, h_mean, tau)


@mutant("vsgd-memory-of-one", of="optimizers.VSGD",
        imitates="tau is multiplied by the share itself, not by what is left of it: noise makes the memory short",
        killed_by=["test_under_noise_vsgd_settles_in_the_minimum",
                   "test_vsgd_divides_the_share_of_the_mean_gradient_by_the_mean_curvature"])
class _VSGDMemoryOfOne(optimizers.VSGD):
    def rule(
        self, t: int, g: NDArray, h: NDArray, w: NDArray, g_mean: NDArray, v: NDArray, h_mean: NDArray, tau: NDArray
    ) -> Arrays:
        after, g_mean, v, h_mean, new = super().rule(t, g, h, w, g_mean, v, h_mean, tau)
        return after, g_mean, v, h_mean, new if t <= self.warmup else tau + 2 - new


@mutant("vsgd-memory-grows", of="optimizers.VSGD",
        imitates="tau is raised by one in every step, so the means are plain means over all samples",
        killed_by=["test_one_first_sample_and_no_overestimate_lock_the_memory_of_vsgd_at_one",
                   "test_vsgd_divides_the_share_of_the_mean_gradient_by_the_mean_curvature"])
class _VSGDMemoryGrows(optimizers.VSGD):
    def rule(
        self, t: int, g: NDArray, h: NDArray, w: NDArray, g_mean: NDArray, v: NDArray, h_mean: NDArray, tau: NDArray
    ) -> Arrays:
        *others, new = super().rule(t, g, h, w, g_mean, v, h_mean, tau)
        return *others, new if t <= self.warmup else tau + 1


@mutant("vsgd-smallest-number-for-flat", of="optimizers.VSGD",
        imitates="the curvature is kept from 0 by the smallest number there is, and where the cost is flat it leaps",
        killed_by=["test_where_the_cost_does_not_bend_and_the_gradient_is_noise_vsgd_makes_no_leap"])
class _VSGDSmallest(optimizers.VSGD):
    def rule(
        self, t: int, g: NDArray, h: NDArray, w: NDArray, g_mean: NDArray, v: NDArray, h_mean: NDArray, tau: NDArray
    ) -> Arrays:
        after, *memory = super().rule(t, g, h, w, g_mean, v, h_mean, tau)
        flat = memory[2] + self.epsilon == 0
        leap = w - g / np.finfo(w.dtype).tiny
        return (np.where(flat & (t > self.warmup) & (g != 0), leap, after), *memory)


@mutant("vsgd-curvature-of-one", of="optimizers.VSGD", level="shape",
        imitates="where no curvature is given it is taken for 1, in silence",
        killed_by=["test_vsgd_without_a_curvature_says_where_to_get_it"])
class _VSGDCurvatureOfOne(optimizers.VSGD):
    def step(
        self, params: Sequence[NDArray], grads: Sequence[ArrayLike], curvature: Sequence[ArrayLike] | None = None
    ) -> None:
        super().step(params, grads, [np.ones_like(w) for w in params] if curvature is None else curvature)


@mutant("expected-square-distance-without-noise", of="optimizers.expected_square_distance",
        imitates="the cost is averaged before the step is taken, so the noise of the sample has gone",
        killed_by=["test_the_expected_square_distance_is_the_mean_over_samples"])
def _(rate: ArrayLike, distance: ArrayLike, spread: ArrayLike, curvature: ArrayLike) -> NDArray:
    return optimizers.expected_square_distance(rate, distance, np.zeros_like(spread), curvature)


@mutant("expected-square-distance-spread-not-squared", of="optimizers.expected_square_distance",
        imitates="the variance is taken for the deviation: s stands where s^2 belongs",
        killed_by=["test_the_expected_square_distance_is_the_mean_over_samples"])
def _(rate: ArrayLike, distance: ArrayLike, spread: ArrayLike, curvature: ArrayLike) -> NDArray:
    return optimizers.expected_square_distance(rate, distance, np.sqrt(np.abs(spread)), curvature)


@mutant("best-rate-of-newton", of="optimizers.best_rate",
        imitates="the rate is 1 / h wherever the minimum is not reached: the noise is left out",
        killed_by=["test_no_other_rate_is_expected_to_end_nearer", "test_the_worked_rate",
                   "test_the_best_rate_is_the_square_of_the_mean_gradient_over_its_mean_square"])
def _(distance: ArrayLike, spread: ArrayLike, curvature: ArrayLike) -> NDArray:
    return optimizers.best_rate(distance, np.zeros_like(spread), curvature)


@mutant("best-rate-spread-not-squared", of="optimizers.best_rate",
        imitates="the deviation is added to the squared distance without being squared",
        killed_by=["test_the_worked_rate", "test_no_other_rate_is_expected_to_end_nearer"])
def _(distance: ArrayLike, spread: ArrayLike, curvature: ArrayLike) -> NDArray:
    return optimizers.best_rate(distance, np.sqrt(np.abs(spread)), curvature)


@mutant("best-rate-zero-by-zero", of="optimizers.best_rate",
        imitates="in the minimum, without noise, 0 is divided by 0",
        killed_by=["test_in_the_minimum_the_best_rate_is_zero_with_or_without_noise"])
def _(distance: ArrayLike, spread: ArrayLike, curvature: ArrayLike) -> NDArray:
    rate, d, s = optimizers.best_rate(distance, spread, curvature), np.asarray(distance), np.asarray(spread)
    return np.where((d == 0) & (s == 0), rate.dtype.type(np.nan), rate)


@mutant("best-rate-in-a-ditch-or-on-a-hill", of="optimizers.best_rate", level="shape",
        imitates="the size of the curvature is taken, so where the cost bends down there is a rate too",
        killed_by=["test_where_the_cost_does_not_bend_upward_there_is_no_best_rate"])
def _(distance: ArrayLike, spread: ArrayLike, curvature: ArrayLike) -> NDArray:
    h = np.abs(np.asarray(curvature))
    return optimizers.best_rate(distance, spread, h if h.all() else np.where(h == 0, np.finfo(float).tiny, h))


@mutant("best-rate-always-float64", of="optimizers.best_rate", level="shape",
        imitates="float32 is silently promoted",
        killed_by=["test_the_parts_of_adasecant_and_vsgd_keep_the_dtype"])
def _(distance: ArrayLike, spread: ArrayLike, curvature: ArrayLike) -> NDArray:
    return optimizers.best_rate(distance, spread, np.asarray(curvature, np.float64))


@mutant("adasecant-raw-gradient", of="optimizers.AdaSecant",
        imitates="the gradient is not divided by its length, so the scale of the cost comes through",
        killed_by=["test_scaling_the_cost_leaves_the_steps_of_adasecant_as_they_are",
                   "test_adasecant_steps_at_the_secant_rate_along_the_corrected_gradient"])
class _AdaSecantRaw(optimizers.AdaSecant):
    def prepared(self, g: NDArray) -> NDArray:
        return np.clip(g, -1e9, 1e9)


@mutant("adasecant-length-squared", of="optimizers.AdaSecant",
        imitates="the gradient is divided by the square of its length, as section 5.3 of the paper has it",
        killed_by=["test_adasecant_steps_at_the_secant_rate_along_the_corrected_gradient",
                   "test_scaling_the_cost_leaves_the_steps_of_adasecant_as_they_are"])
class _AdaSecantLengthSquared(optimizers.AdaSecant):
    def prepared(self, g: NDArray) -> NDArray:
        square = np.clip((g * g).sum(), 1e-18, 1e18).astype(g.dtype)
        return np.asarray(np.clip(g / square, -1e9, 1e9))


@mutant("adasecant-length-overflows", of="optimizers.AdaSecant",
        imitates="the length is computed without taking the largest entry out first, and its squares overflow",
        killed_by=["test_finite_gradients_of_any_size_leave_the_parameters_finite"])
class _AdaSecantOverflows(optimizers.AdaSecant):
    def prepared(self, g: NDArray) -> NDArray:
        return np.asarray(g / np.sqrt((g * g).sum())) if g.any() else g


class _InParts(optimizers.AdaSecant):
    """AdaSecant with its parts as methods, so that one of them can be wrong."""

    def reach(self, t: int, tau: NDArray, share: NDArray) -> NDArray:
        return (1 - share) * tau + 1

    def forgets(self, far_gradient: NDArray, far_change: NDArray) -> NDArray:
        return far_gradient | far_change

    def rate(self, steps: NDArray, changes: NDArray, product: NDArray) -> NDArray:
        return optimizers.secant_rate(steps, changes, product, self.epsilon)

    def corrected(self, g: NDArray, mean: NDArray, gamma: NDArray) -> NDArray:
        return optimizers.corrected_gradient(g, mean, gamma)

    def share(self, t: int) -> float:
        return max(1 / t, 1 - self.rho)

    def rule(self, t: int, g: NDArray, w: NDArray, *memory: NDArray) -> Arrays:
        last, m, q, top, bottom, am, aq, step, dm, dq, p, tau = memory
        alpha, far = g - last, lambda x, mean, square: np.abs(x - mean) > 2 * np.sqrt(np.maximum(square - mean**2, 0))
        part = np.minimum(np.divide(dm * dm, dq, out=np.zeros_like(dm), where=dq > 0), 1)
        tau = self.reach(t, tau, part)
        tau = np.where(self.forgets(far(g, m, q), far(alpha, am, aq)), 2.2, tau).astype(w.dtype)
        new = ((last - g) * (last - m), (last - m) * (g - m), alpha, alpha * alpha, step, step * step, alpha * step)
        top, bottom, am, aq, dm, dq, p = (
            (1 - 1 / tau) * old + x / tau for old, x in zip((top, bottom, am, aq, dm, dq, p), new, strict=True))
        m, q = ((1 - self.share(t)) * old + self.share(t) * x for old, x in ((m, g), (q, g * g)))
        gamma = np.divide(top, bottom, out=np.full_like(top, self.gamma_max), where=bottom > 0)
        step = -self.rate(dq, aq, p) * self.corrected(g, m, np.clip(gamma, 0, self.gamma_max))
        return w + step, g, m, q, top, bottom, am, aq, step, dm, dq, p, tau


@mutant("adasecant-never-forgets", of="optimizers.AdaSecant",
        imitates="outliers are not looked for, so the memory grows on over them",
        killed_by=["test_an_outlier_makes_adasecant_forget",
                   "test_adasecant_steps_at_the_secant_rate_along_the_corrected_gradient"])
class _AdaSecantNeverForgets(_InParts):
    def forgets(self, far_gradient: NDArray, far_change: NDArray) -> NDArray:
        return np.zeros_like(far_gradient)


@mutant("adasecant-memory-without-the-one", of="optimizers.AdaSecant",
        imitates="the + 1 of tau is left out after the first step, so the memory reaches over less than one",
        killed_by=["test_the_memory_of_adasecant_never_reaches_over_less_than_one_step",
                   "test_adasecant_steps_at_the_secant_rate_along_the_corrected_gradient"])
class _AdaSecantWithoutTheOne(_InParts):
    def reach(self, t: int, tau: NDArray, share: NDArray) -> NDArray:
        return np.maximum((1 - share) * tau, 0.5) if t > 1 else np.ones_like(tau)


@mutant("adasecant-means-from-zero", of="optimizers.AdaSecant",
        imitates="the means of g and g^2 decay at the rate rho from the first step on, and start too small",
        killed_by=["test_adasecant_steps_at_the_secant_rate_along_the_corrected_gradient"])
class _AdaSecantMeansFromZero(_InParts):
    def share(self, t: int) -> float:
        return 1 - self.rho


@mutant("adasecant-without-correction", of="optimizers.AdaSecant",
        imitates="the noise is left in: the step goes along the gradient as it is",
        killed_by=["test_adasecant_steps_at_the_secant_rate_along_the_corrected_gradient"])
class _AdaSecantUncorrected(_InParts):
    def corrected(self, g: NDArray, mean: NDArray, gamma: NDArray) -> NDArray:
        return g


@mutant("adasecant-secant-only", of="optimizers.AdaSecant",
        imitates="the second term of the rate is forgotten",
        killed_by=["test_adasecant_steps_at_the_secant_rate_along_the_corrected_gradient"])
class _AdaSecantSecantOnly(_InParts):
    def rate(self, steps: NDArray, changes: NDArray, product: NDArray) -> NDArray:
        return super().rate(steps, changes, np.zeros_like(product))


@mutant("adasecant-climbs", of="optimizers.AdaSecant",
        imitates="the step is taken along the corrected gradient and not against it",
        killed_by=["test_under_noise_adasecant_comes_down_without_a_learning_rate",
                   "test_adasecant_steps_at_the_secant_rate_along_the_corrected_gradient"])
class _AdaSecantClimbs(_InParts):
    def corrected(self, g: NDArray, mean: NDArray, gamma: NDArray) -> NDArray:
        return -super().corrected(g, mean, gamma)


@mutant("secant-rate-sum", of="optimizers.secant_rate",
        imitates="the two terms are added: where the cost bends up the rate is twice Newton's",
        killed_by=["test_without_noise_the_secant_rate_is_zero_where_the_cost_bends_up_and_twice_newton_s_where_down",
                   "test_the_worked_rates_of_the_short_form_and_of_the_one_with_the_covariance"])
def _(
    mean_square_step: ArrayLike, mean_square_change: ArrayLike, mean_product: ArrayLike, epsilon: float = 0.0
) -> NDArray:
    return optimizers.secant_rate(mean_square_step, mean_square_change, -np.asarray(mean_product), epsilon)


@mutant("secant-rate-without-the-root", of="optimizers.secant_rate",
        imitates="the first term is the ratio of the mean squares, without its root",
        killed_by=["test_the_worked_rates_of_the_short_form_and_of_the_one_with_the_covariance",
                   "test_if_all_means_have_the_same_weights_the_secant_rate_is_never_negative"])
def _(
    mean_square_step: ArrayLike, mean_square_change: ArrayLike, mean_product: ArrayLike, epsilon: float = 0.0
) -> NDArray:
    optimizers.secant_rate(mean_square_step, mean_square_change, mean_product, epsilon)
    top, bottom = np.add(mean_square_step, epsilon), np.add(mean_square_change, epsilon)
    rate = np.divide(top - np.asarray(mean_product), bottom, out=np.zeros_like(top), where=bottom != 0)
    return np.asarray(rate.astype(np.result_type(mean_square_step)))


@mutant("corrected-gradient-grows", of="optimizers.corrected_gradient",
        imitates="the division by 1 + gamma is forgotten, so the mean of the gradient grows",
        killed_by=["test_the_corrected_gradient_has_the_same_mean_and_less_variance"])
def _(g: ArrayLike, mean: ArrayLike, gamma: ArrayLike) -> NDArray:
    corrected = optimizers.corrected_gradient(g, mean, gamma)
    return np.asarray(corrected * (1 + np.asarray(gamma)))


@mutant("best-gamma-upside-down", of="optimizers.best_gamma",
        imitates="numerator and denominator have changed places",
        killed_by=["test_gamma_is_a_ratio_of_means_between_zero_and_its_limit",
                   "test_the_best_gamma_makes_the_corrected_gradient_nearest_to_the_next"])
def _(g: ArrayLike, g_next: ArrayLike, mean: ArrayLike, gamma_max: float = 1.8) -> NDArray:
    gamma = optimizers.best_gamma(g, g_next, mean, 1e30)
    return np.asarray(np.minimum(np.divide(1, gamma, out=np.full_like(gamma, gamma_max), where=gamma > 0), gamma_max))


@mutant("best-gamma-without-limit", of="optimizers.best_gamma",
        imitates="gamma is not held below its limit, and where the gradients tell nothing it is huge",
        killed_by=["test_gamma_is_a_ratio_of_means_between_zero_and_its_limit"])
def _(g: ArrayLike, g_next: ArrayLike, mean: ArrayLike, gamma_max: float = 1.8) -> NDArray:
    return optimizers.best_gamma(g, g_next, mean, 1e6 * gamma_max)
