"""Wrong activation functions."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import activations
from refnn.activations import _elementwise
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("sigmoid-overflows", of="activations.sigmoid",
        imitates="it is written as exp(z) / (1 + exp(z)), which is infinity over infinity for large z",
        killed_by=["test_nothing_overflows_or_warns_up_to_ten_thousand"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return np.exp(z) / (1 + np.exp(z))


@mutant("sigmoid-of-minus-z", of="activations.sigmoid",
        imitates="the exponent has lost its minus sign: this falls where the sigmoid rises",
        killed_by=["test_each_entry_is_what_the_formula_says", "test_the_sum_of_sigmoids_is_no_relu"])
def _(z: ArrayLike) -> NDArray:
    return activations.sigmoid(-np.asarray(z))


@mutant("sigmoid-as-tanh", of="activations.sigmoid",
        imitates="tanh is taken for the sigmoid: right in shape, but from -1 to 1",
        killed_by=["test_each_entry_is_what_the_formula_says", "test_sigmoid_of_minus_x_is_one_minus_sigmoid_of_x"])
def _(z: ArrayLike) -> NDArray:
    return activations.tanh(z)


@mutant("sigmoid-always-float64", of="activations.sigmoid", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_shape_and_dtype_stay_and_the_argument_is_left_alone"])
def _(z: ArrayLike) -> NDArray:
    return activations.sigmoid(np.asarray(z, np.float64))


@mutant("sigmoid-prime-of-the-output", of="activations.sigmoid_prime",
        imitates="the rule for the output is applied to the input: z (1 - z)",
        killed_by=["test_the_slope_of_sigmoid_is_at_most_a_quarter_and_vanishes_exponentially",
                   "test_the_saturated_units_of_s3"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return z * (1 - z)


@mutant("sigmoid-prime-rounds-to-zero", of="activations.sigmoid_prime",
        imitates="s (1 - s) is computed as it stands, and 1 - s is rounded to 0 long before the slope vanishes",
        killed_by=["test_far_out_sigmoid_and_its_slope_keep_all_their_digits"])
@_elementwise
def _(z: NDArray) -> NDArray:
    s = activations.sigmoid(z)
    return s * (1 - s)


@mutant("tanh-unstretched", of="activations.tanh",
        imitates="the 2 inside is forgotten: 2 sigmoid(z) - 1 for 2 sigmoid(2z) - 1",
        killed_by=["test_each_entry_is_what_the_formula_says", "test_tanh_and_its_scaled_form_are_odd"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return 2 * activations.sigmoid(z) - 1


@mutant("tanh-overflows", of="activations.tanh",
        imitates="it is written with exp(z) and exp(-z), which is infinity over infinity far from 0",
        killed_by=["test_nothing_overflows_or_warns_up_to_ten_thousand"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


@mutant("tanh-as-sigmoid", of="activations.tanh",
        imitates="the sigmoid is taken for tanh: right in shape, but never negative",
        killed_by=["test_each_entry_is_what_the_formula_says",
                   "test_the_weights_that_read_tanh_units_may_differ_in_sign"])
def _(z: ArrayLike) -> NDArray:
    return activations.sigmoid(z)


@mutant("tanh-prime-of-the-output", of="activations.tanh_prime",
        imitates="the rule for the output is applied to the input: 1 - z^2",
        killed_by=["test_the_slope_of_tanh_is_one_minus_its_square_and_lies_in_0_1"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return 1 - z ** 2


@mutant("scaled-tanh-inner-scale-forgotten", of="activations.scaled_tanh",
        imitates="the slope b inside is forgotten: a tanh(z)",
        killed_by=["test_the_figures_of_scaled_tanh", "test_the_three_forms_of_scaled_tanh_agree"])
def _(z: ArrayLike, a: float = 1.716, b: float = 2 / 3) -> NDArray:
    return activations.scaled_tanh(z, a, 1)


@mutant("scaled-tanh-prime-without-chain-rule", of="activations.scaled_tanh_prime",
        imitates="the inner derivative b is missing from the slope",
        killed_by=["test_the_figures_of_scaled_tanh"])
@_elementwise
def _(z: NDArray, a: float = 1.716, b: float = 2 / 3) -> NDArray:
    return activations.scaled_tanh_prime(z, a, b) / b


@mutant("relu-hides-nan", of="activations.relu",
        imitates="the number is taken of NaN and 0, so a broken sample looks healthy",
        killed_by=["test_nan_is_not_hidden_and_stays_where_it_is"])
def _(z: ArrayLike) -> NDArray:
    return np.asarray(np.fmax(z, np.zeros((), np.asarray(z).dtype)))


@mutant("relu-as-absolute-value", of="activations.relu",
        imitates="negative numbers are turned round instead of cut off",
        killed_by=["test_each_entry_is_what_the_formula_says",
                   "test_what_is_off_with_these_weights_is_on_with_their_negatives"])
def _(z: ArrayLike) -> NDArray:
    return np.asarray(np.abs(z))


@mutant("relu-six", of="activations.relu",
        imitates="the output is cut off at 6 too, as some libraries do for phones",
        killed_by=["test_each_entry_is_what_the_formula_says", "test_relu_splits_a_number_is_idempotent_and_scales"])
def _(z: ArrayLike) -> NDArray:
    return np.minimum(activations.relu(z), np.asarray(z).dtype.type(6))


@mutant("relu-in-place", of="activations.relu", level="shape",
        imitates="the caller's own array is cut off at zero",
        killed_by=["test_shape_and_dtype_stay_and_the_argument_is_left_alone"])
def _(z: ArrayLike) -> NDArray:
    z = np.asarray(z)
    return np.maximum(z, 0, out=z)


@mutant("relu-prime-one-at-zero", of="activations.relu_prime",
        imitates="the slope at the kink is one, whatever was asked for: z >= 0 for z > 0",
        killed_by=["test_at_the_kink_relu_counts_as_flat_unless_told_otherwise"])
def _(z: ArrayLike, at_zero: float = 0.0) -> NDArray:
    return activations.relu_prime(z, 1.0)


@mutant("relu-backward-guided", of="activations.relu_backward",
        imitates="the mask is made of the gradient, not of the input: negative gradients are lost",
        killed_by=["test_backward_is_upstream_times_prime_at_every_point"])
def _(upstream: ArrayLike, z: ArrayLike, at_zero: float = 0.0) -> NDArray:
    return activations.relu_backward(activations.relu(upstream), z, at_zero)


@mutant("step-half-at-zero", of="activations.step",
        imitates="the step is one half at 0, as Heaviside's often is, and no longer fires or not",
        killed_by=["test_each_entry_is_what_the_formula_says", "test_the_step_fires_at_zero_and_has_no_slope_anywhere"])
def _(z: ArrayLike) -> NDArray:
    z = np.asarray(z)
    return np.asarray(np.heaviside(z, z.dtype.type(0.5)))


@mutant("softplus-overflows", of="activations.softplus",
        imitates="it is written as log(1 + exp(z)), which is infinity from z = 710 on",
        killed_by=["test_nothing_overflows_or_warns_up_to_ten_thousand"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return np.log(1 + np.exp(z))


@mutant("softplus-forgets-log1p", of="activations.softplus",
        imitates="the 1 is added before the logarithm is taken, and far left nothing else is left",
        killed_by=["test_far_left_softplus_is_tiny_but_keeps_all_its_digits"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return np.maximum(z, 0) + np.log(1 + np.exp(-np.abs(z)))


@mutant("softplus-as-squareplus", of="activations.softplus",
        imitates="a cheaper curve of the same look is taken: (z + sqrt(z^2 + 4)) / 2",
        killed_by=["test_each_entry_is_what_the_formula_says", "test_softplus_lies_above_relu_by_at_most_log_2"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return (z + np.sqrt(z * z + 4)) / 2


@mutant("leaky-relu-as-maximum", of="activations.leaky_relu",
        imitates="it is written as max(z, slope z), which is another function as soon as the slope is above one",
        killed_by=["test_leaky_relu_is_straight_on_both_sides"])
def _(z: ArrayLike, slope: float = 0.01) -> NDArray:
    z = np.asarray(z)
    return np.asarray(np.maximum(z, z.dtype.type(slope) * z))


@mutant("leaky-relu-leaks-above", of="activations.leaky_relu",
        imitates="the slope is applied to the positive side: the comparison is the wrong way round",
        killed_by=["test_leaky_relu_is_straight_on_both_sides", "test_up_to_slope_one_leaky_relu_is_a_maximum"])
def _(z: ArrayLike, slope: float = 0.01) -> NDArray:
    return -activations.leaky_relu(-np.asarray(z), slope)


@mutant("leaky-relu-prime-does-not-leak", of="activations.leaky_relu_prime",
        imitates="the function leaks but its slope is that of ReLU: the unit dies all the same",
        killed_by=["test_a_leaky_unit_does_not_die", "test_leaky_relu_passes_on_the_slope_at_its_kink_too"])
def _(z: ArrayLike, slope: float = 0.01) -> NDArray:
    return activations.relu_prime(z)


@mutant("prelu-slopes-on-the-last-axis", of="activations.prelu",
        imitates="NumPy lines the slopes up with the last axis, not with the channels on axis 1",
        killed_by=["test_each_channel_of_prelu_has_its_own_slope"])
def _(z: ArrayLike, slope: ArrayLike) -> NDArray:
    z, slope = np.asarray(z), np.asarray(slope)
    shape = z.shape[-1:] if slope.ndim else ()
    lined_up = np.resize(slope, shape).astype(np.result_type(z, slope))
    return np.asarray(np.maximum(z, 0) + lined_up * np.minimum(z, 0))


@mutant("prelu-backward-mean-slope", of="activations.prelu_backward",
        imitates="the gradient of a slope is the mean over all that share it, not the sum",
        killed_by=["test_the_gradient_of_a_slope_is_summed_over_all_that_share_it"])
def _(upstream: ArrayLike, z: ArrayLike, slope: ArrayLike) -> tuple[NDArray, NDArray]:
    dz, dslope = activations.prelu_backward(upstream, z, slope)
    return dz, np.asarray(dslope / max(1, dz.size // max(1, dslope.size)), dslope.dtype)


@mutant("gaussian-of-the-normal-distribution", of="activations.gaussian",
        imitates="the half of the normal distribution has slipped in: exp(-z^2 / 2)",
        killed_by=["test_each_entry_is_what_the_formula_says"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return np.exp(-np.square(z) / 2)


@mutant("square-prime-without-two", of="activations.square_prime",
        imitates="the slope of z^2 is taken to be z",
        killed_by=["test_the_gaussian_and_the_polynomial_unit_have_the_slopes_of_s1"])
def _(z: ArrayLike) -> NDArray:
    return activations.identity(z)


@mutant("softmax-without-shift", of="activations.softmax",
        imitates="the largest score is not subtracted first, so exp overflows from 710 on",
        killed_by=["test_softmax_of_huge_scores_and_of_classes_that_are_ruled_out"])
def _(z: ArrayLike, axis: int = -1) -> NDArray:
    e = np.exp(np.asarray(z))
    return e / e.sum(axis=axis, keepdims=True)


@mutant("softmax-over-everything", of="activations.softmax",
        imitates="the exponentials are divided by the sum over all samples, not over the classes of each",
        killed_by=["test_each_probability_is_an_exponential_among_all_of_its_sample",
                   "test_probabilities_are_positive_and_add_up_to_one"])
def _(z: ArrayLike, axis: int = -1) -> NDArray:
    z = np.asarray(z)
    return activations.softmax(z.ravel()).reshape(z.shape) if z.size else activations.softmax(z, axis)


@mutant("softmax-axis-ignored", of="activations.softmax",
        imitates="the sum runs over the last axis, whichever was named",
        killed_by=["test_the_sum_runs_over_the_axis_that_is_named"])
def _(z: ArrayLike, axis: int = -1) -> NDArray:
    return activations.softmax(z)


@mutant("softmax-one-shift-for-all", of="activations.softmax",
        imitates="the largest score of the whole batch is subtracted: 0 / 0 for a sample far below it",
        killed_by=["test_softmax_of_huge_scores_and_of_classes_that_are_ruled_out"])
def _(z: ArrayLike, axis: int = -1) -> NDArray:
    z = np.asarray(z)
    e = np.exp(z - z.max(initial=-np.inf).astype(z.dtype))
    return e / e.sum(axis=axis, keepdims=True)


@mutant("softmax-of-powers-of-two", of="activations.softmax",
        imitates="the base is 2 and not e",
        killed_by=["test_the_softmax_of_s2"])
def _(z: ArrayLike, axis: int = -1) -> NDArray:
    z = np.asarray(z)
    return activations.softmax(z * z.dtype.type(np.log(2)), axis)


@mutant("softmax-of-the-lowest", of="activations.softmax",
        imitates="the exponent has a minus sign, as in Boltzmann's energies: the lowest score wins",
        killed_by=["test_the_softmax_of_s2", "test_softmax_keeps_the_order_of_the_scores"])
def _(z: ArrayLike, axis: int = -1) -> NDArray:
    return activations.softmax(-np.asarray(z), axis)


@mutant("softmax-backward-diagonal", of="activations.softmax_backward",
        imitates="softmax has the slope y (1 - y), entry by entry: the classes do not hear of each other "
                 "(as in ML-From-Scratch)",
        killed_by=["test_backward_is_upstream_times_the_whole_jacobian"])
def _(upstream: ArrayLike, z: ArrayLike, axis: int = -1) -> NDArray:
    y = activations.softmax(z, axis)
    return np.asarray(upstream) * y * (1 - y)


@mutant("softmax-jacobian-plus", of="activations.softmax_jacobian",
        imitates="y_i y_j stands off the diagonal without its minus sign",
        killed_by=["test_the_jacobian_holds_the_slope_of_each_probability_in_each_score",
                   "test_the_jacobian_is_symmetric_kills_constants_and_is_never_negative"])
def _(z: ArrayLike) -> NDArray:
    J = activations.softmax_jacobian(z)
    return np.abs(J)


@mutant("log-softmax-of-the-rounded", of="activations.log_softmax",
        imitates="the logarithm is taken of the finished softmax: minus infinity where that was rounded to 0",
        killed_by=["test_the_winner_of_log_softmax_keeps_all_digits_of_its_small_logarithm"])
def _(z: ArrayLike, axis: int = -1) -> NDArray:
    return np.asarray(np.log(activations.softmax(z, axis)))


@mutant("log-softmax-backward-upstream-taken-as-one", of="activations.log_softmax_backward",
        imitates="the gradient that arrives is taken to sum to one, as it does for a single label: upstream - y",
        killed_by=["test_the_gradient_of_softmax_is_its_slope"])
def _(upstream: ArrayLike, z: ArrayLike, axis: int = -1) -> NDArray:
    return np.asarray(upstream) - activations.softmax(z, axis)


@mutant("tanh-backward-in-the-dtype-of-upstream", of="activations.tanh_backward", level="shape",
        imitates="the result takes the dtype of the gradient that arrives, even where z has the wider one",
        killed_by=["test_the_gradient_has_the_shape_of_z_and_the_wider_dtype"])
def _(upstream: ArrayLike, z: ArrayLike) -> NDArray:
    return activations.tanh_backward(upstream, z).astype(np.asarray(upstream).dtype)


@mutant("softplus-prime-as-step", of="activations.softplus_prime",
        imitates="the slope is that of the ReLU which softplus smooths",
        killed_by=["test_the_table_holds_each_function_with_its_derivative",
                   "test_the_slope_of_softplus_is_the_sigmoid"])
def _(z: ArrayLike) -> NDArray:
    return activations.step(z)


@mutant("tanh-in-half-precision", of="activations.tanh",
        imitates="numbers in float32 go through half precision on the way, as in the fast mode of a graphics card",
        killed_by=["test_single_precision_loses_no_more_than_rounding"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return np.tanh(z.astype(np.float16).astype(z.dtype) if z.dtype == np.float32 else z)


@mutant("scaled-tanh-prime-of-the-plain-one", of="activations.scaled_tanh_prime",
        imitates="a and b stand in front, and inside the slope is that of the plain tanh: tanh(z) for tanh(b z)",
        killed_by=["test_scaled_tanh_bends_most_at_098772"])
@_elementwise
def _(z: NDArray, a: float = 1.716, b: float = 2 / 3) -> NDArray:
    return a * b * activations.tanh_prime(z)


@mutant("softplus-of-minus-z", of="activations.softplus",
        imitates="the exponent has a minus sign, as in the sigmoid, so the curve falls",
        killed_by=["test_softplus_of_x_and_of_minus_x_differ_by_x"])
def _(z: ArrayLike) -> NDArray:
    return activations.softplus(-np.asarray(z))


@mutant("square-keeps-the-sign", of="activations.square",
        imitates="it is written as z |z|, so that it rises everywhere",
        killed_by=["test_a_layer_of_polynomial_units_is_a_parabola_however_wide"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return z * np.abs(z)


@mutant("relu-of-minus-z", of="activations.relu",
        imitates="the unit fires below its threshold: max(0, -z)",
        killed_by=["test_a_larger_bias_switches_no_unit_off", "test_each_entry_is_what_the_formula_says"])
def _(z: ArrayLike) -> NDArray:
    return activations.relu(-np.asarray(z))


@mutant("relu-dead-zone", of="activations.relu",
        imitates="inputs smaller than 2 in size are taken for noise, and what lies beyond comes through with its sign",
        killed_by=["test_what_is_active_at_both_ends_is_active_in_between",
                   "test_where_the_same_units_are_active_a_relu_net_is_one_affine_map"])
@_elementwise
def _(z: NDArray) -> NDArray:
    return np.where(np.abs(z) < 2, z.dtype.type(0), z)


@mutant("relu-backward-straight-through", of="activations.relu_backward",
        imitates="the gradient is handed through as if the unit were linear",
        killed_by=["test_a_unit_that_is_off_on_all_samples_never_learns_again"])
def _(upstream: ArrayLike, z: ArrayLike, at_zero: float = 0.0) -> NDArray:
    return activations.relu_backward(upstream, np.ones_like(z), at_zero)


@mutant("prelu-as-maximum", of="activations.prelu",
        imitates="it is written as max(z, slope z), which is another function for slopes above one",
        killed_by=["test_beyond_slope_one_the_maximum_is_another_function"])
def _(z: ArrayLike, slope: ArrayLike) -> NDArray:
    line = activations.prelu(z, slope)
    return np.maximum(np.asarray(z), np.where(np.asarray(z) > 0, -np.inf, line)).astype(line.dtype)


@mutant("prelu-backward-a-slope-for-each-unit", of="activations.prelu_backward", level="shape",
        imitates="the gradient in the slope is not summed over the units that share it",
        killed_by=["test_prelu_keeps_shapes_and_dtype_and_leaves_its_arguments_alone"])
def _(upstream: ArrayLike, z: ArrayLike, slope: ArrayLike) -> tuple[NDArray, NDArray]:
    dz, _ = activations.prelu_backward(upstream, z, slope)
    return dz, np.asarray(upstream) * np.minimum(z, 0)


@mutant("softmax-in-half-precision", of="activations.softmax",
        imitates="scores in float32 go through half precision on the way, as in the fast mode of a graphics card",
        killed_by=["test_single_precision_softmax_loses_no_more_than_rounding"])
def _(z: ArrayLike, axis: int = -1) -> NDArray:
    z = np.asarray(z)
    return activations.softmax(z.astype(np.float16).astype(z.dtype) if z.dtype == np.float32 else z, axis)


@mutant("softmax-jacobian-with-a-float64-identity", of="activations.softmax_jacobian", level="shape",
        imitates="the identity matrix is made with np.eye, which is float64, and takes the result with it",
        killed_by=["test_the_jacobian_keeps_the_dtype"])
def _(z: ArrayLike) -> NDArray:
    return activations.softmax_jacobian(z) * np.ones(np.shape(z)[-1])


@mutant("activation-by-the-end-of-its-name", of="activations.activation",
        imitates="a name is found inside other names, so that tanh finds scaled_tanh and relu finds leaky_relu",
        killed_by=["test_every_name_in_the_table_is_found_and_an_activation_of_your_own_is_handed_back"])
def _(name: str | activations.Activation) -> activations.Activation:
    if not isinstance(name, str) or name not in activations.ACTIVATIONS:
        return activations.activation(name)
    return [entry for known, entry in activations.ACTIVATIONS.items() if known.endswith(name)][-1]


@mutant("activation-bounded-from-below", of="activations.activation",
        imitates="what is bounded on one side is called bounded, so relu and softplus and the square are",
        killed_by=["test_bounded_means_that_ten_thousand_gets_no_further_than_two",
                   "test_the_best_activation_is_neither_bounded_nor_smooth_and_a_polynomial_is_not_bounded_either"])
def _(name: str | activations.Activation) -> activations.Activation:
    entry = activations.activation(name)
    return entry._replace(bounded=entry.bounded or name in ("relu", "softplus", "square"))


@mutant("activation-odd-if-centred", of="activations.activation",
        imitates="everything that is 0 at 0 is called odd, so relu is",
        killed_by=["test_odd_means_that_minus_z_gives_minus_f"])
def _(name: str | activations.Activation) -> activations.Activation:
    entry = activations.activation(name)
    return entry._replace(odd=entry.odd or name in ("relu", "leaky_relu", "square"))


@mutant("activation-monotone-if-positive", of="activations.activation",
        imitates="softmax is called monotone, as each score raises its own probability; it lowers the others",
        killed_by=["test_monotone_means_that_raising_an_input_lowers_no_output"])
def _(name: str | activations.Activation) -> activations.Activation:
    entry = activations.activation(name)
    return entry._replace(monotone=entry.monotone or name == "softmax")


@mutant("activation-smooth-if-continuous", of="activations.activation",
        imitates="what does not jump is called smooth, kink or not, so relu is",
        killed_by=["test_smooth_means_that_neither_value_nor_slope_jumps",
                   "test_the_best_activation_is_neither_bounded_nor_smooth_and_a_polynomial_is_not_bounded_either"])
def _(name: str | activations.Activation) -> activations.Activation:
    entry = activations.activation(name)
    return entry._replace(smooth=entry.smooth or name in ("relu", "leaky_relu"))
