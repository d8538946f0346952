"""Where PyTorch and refnn differ by convention: each law, the reason, PyTorch's own page, and a counterexample."""

from typing import Any

import numpy as np

from refnn.properties.adapter import Deviation, Draws

__all__ = ["DEVIATIONS"]

DOCS = "https://pytorch.org/docs/stable/generated/"
ADAPTIVE = {name: f"{DOCS}torch.optim.{name}.html" for name in ("Adagrad", "RMSprop", "Adadelta", "Adam")}
STILL = np.zeros((1, 3))  # one gradient of zeros


def _cases(law: str, cases: list[str], reason: str, link: str, **counterexample: Any) -> list[Deviation]:
    """Return a deviation for each of some cases of a law."""
    return [Deviation(f"{law}[{case}]", reason, link, counterexample) for case in cases]


def _laws(reason: str, link: str, laws: dict[str, dict[str, Any]]) -> list[Deviation]:
    """Return a deviation for each of some laws that differ for one reason, given their counterexamples."""
    return [Deviation(law, reason, link, counterexample) for law, counterexample in laws.items()]


ACTIVATIONS = [
    *_laws(
        "the slope at 0 is 0, and cannot be told otherwise", f"{DOCS}torch.nn.ReLU.html",
        {
            "test_at_the_kink_relu_counts_as_flat_unless_told_otherwise": {},
            "test_any_slope_between_0_and_1_lies_below_relu_at_its_kink": {"y": np.zeros(5), "at_zero": 1},
        },
    ),
    Deviation(
        "test_the_winner_of_log_softmax_keeps_all_digits_of_its_small_logarithm",
        reason="the logarithm of the sum is taken as a whole, without log1p: a small loss loses digits",
        link=f"{DOCS}torch.nn.functional.log_softmax.html",
        counterexample={"margins": [9.625]},
    ),
    Deviation(
        "test_far_out_sigmoid_and_its_slope_keep_all_their_digits",
        reason="autograd has the slope from the result, y (1 - y), which cancels far out and is 0 from 37 on",
        link=f"{DOCS}torch.sigmoid.html",
        counterexample={"x": 40.0},
    ),
    Deviation(
        "test_far_out_the_slope_of_tanh_keeps_all_its_digits",
        reason="autograd has the slope from the result, 1 - y^2, which cancels far out and is 0 from 20 on",
        link=f"{DOCS}torch.tanh.html",
        counterexample={"u": 40.0},
    ),
]

POOLING = [
    Deviation(
        "test_a_window_that_could_lie_wholly_in_the_padding_or_fits_nowhere_is_refused",
        reason="it is refused as here, by a RuntimeError instead of a ValueError",
        link=f"{DOCS}torch.nn.MaxPool2d.html",
    ),
    Deviation(
        "test_padding_never_wins",
        reason="padding beyond half a window is refused; minus infinity laid out beforehand wins against its equal",
        link=f"{DOCS}torch.nn.functional.pad.html",
        counterexample={"geometry": ((1, 2, 1, 2), (1, 3), (1, 2), (0, 2))},
    ),
]

DROPOUT = [
    Deviation(
        "test_a_dropped_unit_is_gone_even_if_it_was_nan_or_infinite_and_a_kept_one_is_not",
        reason="the mask is multiplied in, and NaN or infinity times 0 is not a number",
        link=f"{DOCS}torch.nn.Dropout.html",
    ),
]

_ONE_SAMPLE = np.array([[0.0, 0.0, 0.125]]), np.zeros((1, 3))  # of three outputs
_MEANS = {"squared_error": "MSELoss", "absolute_error": "L1Loss", "binary_cross_entropy": "BCEWithLogitsLoss"}
_OF_MEANS: dict[str, dict[str, Any]] = {
    "test_the_sum_adds_the_samples_own_losses_and_the_mean_divides_by_their_number": {"data": Draws(_ONE_SAMPLE)},
    "test_the_gradient_of_the_sum_holds_the_samples_own_gradients":
        {"data": Draws(_ONE_SAMPLE, np.ones(1)), "u": 1.0},
}  # fmt: skip
_HINGE = f"{DOCS}torch.nn.MultiMarginLoss.html"
_CROSS_ENTROPY = f"{DOCS}torch.nn.CrossEntropyLoss.html"
_BINARY = f"{DOCS}torch.nn.BCEWithLogitsLoss.html"

LOSSES = [
    *(
        Deviation(
            f"{law}[{loss}]",
            reason='"mean" divides by the number of all outputs, not of the samples',
            link=f"{DOCS}torch.nn.{page}.html",
            counterexample=counterexample,
        )
        for loss, page in _MEANS.items()
        for law, counterexample in _OF_MEANS.items()
    ),
    *_laws(
        "each sample's sum is divided by the number of classes", _HINGE,
        {
            "test_the_hinge_sums_what_the_rivals_come_too_near":
                {"case": (np.zeros((1, 2)), np.array([0])), "margin": 0.125},
            "test_the_lectures_three_images_have_the_hinge_losses_2_9_and_0_and_12_9": {},
            "test_the_margin_is_one_where_none_is_asked_for": {},
            "test_the_lectures_three_score_rows_tell_hinge_and_softmax_apart": {},
            "test_the_slide_dropped_the_margin_of_the_third_image": {},
            "test_an_infinitely_good_label_costs_the_hinge_nothing": {},
            "test_the_gradient_of_the_hinge_is_its_slope_and_sums_to_zero":
                {"case": (np.zeros((1, 5)), np.array([0])), "data": Draws(np.ones(1), np.arange(5.0)[np.newaxis])},
        },
    ),
    Deviation(
        "test_a_prediction_that_is_not_a_number_spoils_its_own_sample_and_no_other[multiclass_hinge]",
        reason="a score that is not a number costs nothing: it is compared with 0, and no comparison with it is true",
        link=_HINGE,
        counterexample={"data": Draws((np.zeros((3, 5)), np.zeros(3, np.intp)))},
    ),
    *_laws(
        "the logarithm of the sum is taken as a whole, without log1p, and the gradient is y - t: digits cancel",
        _CROSS_ENTROPY,
        {
            "test_the_lectures_tiny_loss_is_2_777588773e_minus_11": {},
            "test_tiny_softmax_losses_are_accurate_to_twelve_digits": {"margins": [25.0, 25.0], "top": 5.0},
            "test_softmax_always_wants_to_improve": {"margins": [40.0], "more": 0.125},
        },
    ),
    Deviation(
        "test_a_confident_right_logit_has_an_accurate_tiny_loss_and_gradient",
        reason="the gradient is sigmoid(s) - t as it stands, which cancels: 0 from 37 on",
        link=_BINARY,
        counterexample={"s": 40.0},
    ),
    Deviation(
        "test_huge_logits_cost_what_they_are_wrong_by_and_nothing_overflows",
        reason="an infinite logit gives infinity minus infinity, which is not a number",
        link=_BINARY,
    ),
]

INIT = [
    Deviation(
        "test_float32_weights_are_the_float64_ones_rounded",
        reason="for float32 the generator draws other numbers than for float64",
        link="https://pytorch.org/docs/stable/nn.init.html",
        counterexample={"shape": (1, 2, 3, 3), "seed": 0},
    ),
]

_STD = f"{DOCS}torch.std.html"
_SUM = f"{DOCS}torch.mean.html"

PREPROCESS = [
    *_laws(
        "torch.std divides by n - 1 where it is not told correction=0; of one sample it makes NaN", _STD,
        {
            "test_the_spread_is_the_root_of_the_mean_of_the_squared_distances_from_the_mean": {"X": np.zeros((1, 1))},
            "test_a_large_mean_does_not_swallow_a_small_spread": {},
            "test_nan_and_infinity_stay_in_their_own_pixel": {},
        },
    ),
    *_laws(
        "the mean is the plain sum divided by n, in the dtype of the data", _SUM,
        {
            "test_a_constant_pixel_has_its_own_value_as_mean_and_becomes_zero_not_nan":
                {"n": 3, "value": 0.1, "dtype": np.float64},
            "test_float32_data_are_summed_in_float64": {},
        },
    ),
]

_ZERO = "with epsilon 0 a gradient of 0 gives 0/0, which is not a number; here nothing moves"
_RUN = {"gradients": STILL}

OPTIMIZERS = [
    *_cases(
        "test_the_defaults_are_the_usual_ones", ["Momentum-needed0-defaults0"],
        "the momentum of SGD is 0 where none is asked for", f"{DOCS}torch.optim.SGD.html",
    ),
    *_cases(
        "test_the_defaults_are_the_usual_ones", ["Adagrad-needed1-defaults1"],
        "the epsilon of Adagrad is 1e-10 where none is asked for", ADAPTIVE["Adagrad"],
    ),
    *_cases(
        "test_the_defaults_are_the_usual_ones", ["RMSprop-needed2-defaults2"],
        "the rho of RMSprop, there called alpha, is 0.99 where none is asked for", ADAPTIVE["RMSprop"],
    ),
    *_cases(
        "test_the_defaults_are_the_usual_ones", ["Adadelta-needed3-defaults3"],
        "the rho of Adadelta is 0.9 where none is asked for", ADAPTIVE["Adadelta"],
    ),
    Deviation(
        "test_the_first_step_of_rmsprop_is_three_times_the_learning_rate",
        reason="with its own rho (there alpha) of 0.99 it is ten times the learning rate",
        link=ADAPTIVE["RMSprop"],
    ),
    Deviation(
        "test_the_first_step_of_adadelta_is_set_by_epsilon",
        reason="with its own rho of 0.9 the first step is shorter; epsilon stands inside both roots, as here",
        link=ADAPTIVE["Adadelta"],
    ),
    Deviation(
        "test_adadelta_has_no_learning_rate",
        reason="it has one, 1.0 where none is asked for, and multiplies every step by it",
        link=ADAPTIVE["Adadelta"],
    ),
    *(
        deviation
        for rule, link in ADAPTIVE.items()
        for deviation in [
            *_cases(
                "test_from_the_start_a_zero_gradient_moves_nothing_even_without_epsilon", [rule], _ZERO, link,
                start=np.zeros(3), epsilon=0.0, T=1,
            ),
            *_cases(
                "test_finite_gradients_of_any_size_leave_the_parameters_finite", [rule], _ZERO, link,
                dtype=np.float64, data=Draws([0.0], 0.0),
            ),
        ]
    ),
    *(
        Deviation(f"test_without_epsilon_the_scale_of_the_gradients_does_not_matter[{rule}]", _ZERO, ADAPTIVE[rule],
                  {**_RUN, "power": 1})
        for rule in ("Adagrad", "RMSprop", "Adam")
    ),
    *_laws(
        _ZERO, ADAPTIVE["Adagrad"],
        {
            "test_the_rate_falls_with_every_gradient_but_zero": {"gradients": [0.125, 0.125], "zeros": 1},
            "test_the_sum_includes_the_current_derivative_and_needs_a_rule_for_zero_by_zero": {},
            "test_no_step_of_adagrad_is_longer_than_the_learning_rate_and_the_first_has_its_length":
                {**_RUN, "rate": 0.125},
            "test_steps_times_gradients_sum_to_at_most_twice_the_root_of_the_sum_of_squares": _RUN,
        },
    ),
    Deviation("test_no_step_of_rmsprop_is_longer_than_its_first", _ZERO, ADAPTIVE["RMSprop"],
              {**_RUN, "rate": 0.125, "rho": 0.5}),
    Deviation("test_without_epsilon_adadelta_never_starts", _ZERO, ADAPTIVE["Adadelta"], {**_RUN, "rho": 0.5}),
    Deviation(
        "test_no_step_of_adam_is_longer_than_cauchy_and_schwarz_allow", _ZERO, ADAPTIVE["Adam"],
        {"gs": [0.0], "rest": 0, "beta1": 0.5, "beta2": 0.5, "epsilon": 0.0, "alpha": 0.125},
    ),
    *(
        Deviation(
            "test_a_gradient_too_small_to_be_squared_makes_no_leap" + f"[{case}-{rule}]",
            reason="with epsilon 0 its square is 0 and the step infinite, or not a number",
            link=ADAPTIVE[rule],
        )
        for case in ("float64-1e-200", "float64-5e-324", "float32-1e-30")
        for rule in ("Adagrad", "RMSprop", "Adam")
    ),
    Deviation(
        "test_a_refused_step_changes_nothing",
        reason="a gradient of another shape is refused as here, by a RuntimeError instead of a ValueError",
        link="https://pytorch.org/docs/stable/optim.html",
        counterexample=_RUN,
    ),
    Deviation(
        "test_after_the_first_step_parameters_of_other_shapes_are_refused",
        reason="shapes are compared with those of the memory only (a RuntimeError); without memory, not at all",
        link="https://pytorch.org/docs/stable/optim.html",
    ),
]

DEVIATIONS = [*ACTIVATIONS, *POOLING, *DROPOUT, *LOSSES, *INIT, *PREPROCESS, *OPTIMIZERS]
