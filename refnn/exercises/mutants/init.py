"""Wrong initialisation."""

import math

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from refnn import init
from refnn.exercises.mutants import mutant
from refnn.init import Rng

# fmt: off


@mutant("expected-square-of-deviation", of="init.expected_square",
        imitates="the standard deviation stands where its square, the variance, should",
        killed_by=["test_the_expected_square_is_units_times_variance_times_the_signal_s_own"])
def _(x: ArrayLike, units: int, std: float) -> NDArray:
    return init.expected_square(x, units, math.sqrt(std))


@mutant("expected-square-mean-entry", of="init.expected_square",
        imitates="the mean of the squares is taken, not their sum",
        killed_by=["test_the_expected_square_is_units_times_variance_times_the_signal_s_own"])
def _(x: ArrayLike, units: int, std: float) -> NDArray:
    square = init.expected_square(x, units, std)
    return np.asarray(square / square.dtype.type(np.shape(x)[-1]))


@mutant("expected-square-always-float64", of="init.expected_square", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_expected_square_keeps_the_dtype_and_leaves_the_signal_alone"])
def _(x: ArrayLike, units: int, std: float) -> NDArray:
    return init.expected_square(np.asarray(x, np.float64), units, std)


@mutant("fans-exchanged", of="init.fans",
        imitates="the shape is read as (in, out)",
        killed_by=["test_fans_count_the_weights_into_one_unit_and_out_of_one_input"])
def _(shape: tuple[int, ...]) -> tuple[int, int]:
    fan_in, fan_out = init.fans(shape)
    return fan_out, fan_in


@mutant("fans-of-one-pixel", of="init.fans",
        imitates="the places of the kernel are not counted: a 5 x 5 kernel has 25 inputs a channel, not one",
        killed_by=["test_fans_count_the_weights_into_one_unit_and_out_of_one_input"])
def _(shape: tuple[int, ...]) -> tuple[int, int]:
    return init.fans(tuple(shape)[:2])


@mutant("zeros-nearly", of="init.zeros",
        imitates="biases start at 0.01, to keep ReLUs alive",
        killed_by=["test_zeros_are_zero_with_or_without_a_generator_which_they_leave_alone"])
def _(shape: tuple[int, ...], rng: Rng | None = None, *, dtype: DTypeLike = np.float64) -> NDArray:
    return np.full_like(init.zeros(shape, rng, dtype=dtype), 0.01)


@mutant("normal-of-variance", of="init.normal",
        imitates="s is taken for the variance: the draws are multiplied with its root",
        killed_by=["test_the_spread_scales_the_draws_and_is_one_hundredth_by_default"])
def _(shape: tuple[int, ...], rng: Rng, std: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.normal(shape, rng, math.sqrt(std), dtype=dtype)


@mutant("normal-truncated", of="init.normal",
        imitates="draws beyond two standard deviations are pulled in: the tails are gone, the spread is too small",
        killed_by=["test_a_normal_scheme_is_normal_with_the_spread_of_its_formula",
                   "test_normal_weights_have_mean_zero_spread_one_and_the_bell_s_tails"])
def _(shape: tuple[int, ...], rng: Rng, std: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    return np.clip(init.normal(shape, rng, std, dtype=dtype), -2 * std, 2 * std)


@mutant("normal-always-the-same", of="init.normal",
        imitates="the generator is made anew inside, so all layers of one shape start alike",
        killed_by=["test_one_seed_gives_one_result_and_a_generator_never_repeats_itself"])
def _(shape: tuple[int, ...], rng: Rng, std: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.normal(shape, rng if isinstance(rng, int) else 0, std, dtype=dtype)


@mutant("normal-drawn-in-float32", of="init.normal", level="shape",
        imitates="float32 weights are drawn as such, so both precisions start from other numbers",
        killed_by=["test_float32_weights_are_the_float64_ones_rounded"])
def _(shape: tuple[int, ...], rng: Rng, std: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    if np.dtype(dtype) == np.float64:
        return init.normal(shape, rng, std)
    return np.float32(std) * np.random.default_rng(rng).standard_normal(shape, np.float32)


@mutant("uniform-positive", of="init.uniform",
        imitates="the draw is from [0, bound]: no weight is ever negative",
        killed_by=["test_a_uniform_scheme_is_uniform_within_the_bound_of_its_formula",
                   "test_uniform_weights_fill_their_interval_evenly"])
def _(shape: tuple[int, ...], rng: Rng, bound: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    return np.abs(init.uniform(shape, rng, bound, dtype=dtype))


@mutant("uniform-half-as-wide", of="init.uniform",
        imitates="random() - 0.5 is not stretched by two: the bound is half of what was asked for",
        killed_by=["test_a_uniform_scheme_is_uniform_within_the_bound_of_its_formula",
                   "test_uniform_weights_fill_their_interval_evenly"])
def _(shape: tuple[int, ...], rng: Rng, bound: float = 0.01, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.uniform(shape, rng, bound / 2, dtype=dtype)


@mutant("xavier-normal-one-over-fan-in", of="init.xavier_normal",
        imitates="LeCun's 1 / fan_in is taken for Xavier's (as in TinyTorch): the same for square layers only",
        killed_by=["test_a_normal_scheme_is_normal_with_the_spread_of_its_formula",
                   "test_the_sample_variance_of_a_normal_scheme_is_its_formula_s"])
def _(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.normal(shape, rng, math.sqrt(1 / init.fans(shape)[0]), dtype=dtype)


@mutant("xavier-normal-no-root", of="init.xavier_normal",
        imitates="the variance of the formula is used as the standard deviation",
        killed_by=["test_a_normal_scheme_is_normal_with_the_spread_of_its_formula",
                   "test_xavier_keeps_the_signal_of_ten_tanh_layers_alive"])
def _(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.normal(shape, rng, 2 / sum(init.fans(shape)), dtype=dtype)


@mutant("xavier-uniform-bound-as-deviation", of="init.xavier_uniform",
        imitates="the bound is the standard deviation: the root of 3 between the two is forgotten",
        killed_by=["test_a_uniform_scheme_is_uniform_within_the_bound_of_its_formula",
                   "test_xavier_keeps_the_signal_of_ten_tanh_layers_alive"])
def _(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.uniform(shape, rng, math.sqrt(2 / sum(init.fans(shape))), dtype=dtype)


@mutant("he-normal-fan-out", of="init.he_normal",
        imitates="the units a weight reaches are counted, not the inputs of a unit",
        killed_by=["test_a_normal_scheme_is_normal_with_the_spread_of_its_formula",
                   "test_the_sample_variance_of_a_normal_scheme_is_its_formula_s"])
def _(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.normal(shape, rng, math.sqrt(2 / init.fans(shape)[1]), dtype=dtype)


@mutant("he-normal-without-two", of="init.he_normal",
        imitates="the half that ReLU takes away is not paid back",
        killed_by=["test_a_normal_scheme_is_normal_with_the_spread_of_its_formula",
                   "test_he_keeps_the_signal_of_ten_relu_layers_where_xavier_halves_it_in_each"])
def _(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.normal(shape, rng, math.sqrt(1 / init.fans(shape)[0]), dtype=dtype)


@mutant("he-normal-always-float64", of="init.he_normal", level="shape",
        imitates="the dtype that was asked for is not looked at",
        killed_by=["test_a_scheme_gives_weights_of_the_shape_and_dtype_asked_for"])
def _(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.he_normal(shape, rng)


@mutant("he-uniform-bound-as-deviation", of="init.he_uniform",
        imitates="the bound is the standard deviation: the root of 3 between the two is forgotten",
        killed_by=["test_a_uniform_scheme_is_uniform_within_the_bound_of_its_formula",
                   "test_no_draw_of_a_uniform_scheme_leaves_its_bound_and_some_come_near"])
def _(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.uniform(shape, rng, math.sqrt(2 / init.fans(shape)[0]), dtype=dtype)


@mutant("lecun1989-uniform-root", of="init.lecun1989_uniform",
        imitates="2.4 is divided by the root of fan_in, as in later papers, not by fan_in",
        killed_by=["test_a_uniform_scheme_is_uniform_within_the_bound_of_its_formula",
                   "test_no_draw_of_a_uniform_scheme_leaves_its_bound_and_some_come_near"])
def _(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    return init.uniform(shape, rng, 2.4 / math.sqrt(init.fans(shape)[0]), dtype=dtype)


@mutant("xavier-normal-one-number", of="init.xavier_normal",
        imitates="one number is drawn and put everywhere, so all units start alike",
        killed_by=["test_units_that_start_alike_stay_alike_under_any_rule_per_coordinate",
                   "test_a_normal_scheme_is_normal_with_the_spread_of_its_formula"])
def _(shape: tuple[int, ...], rng: Rng, *, dtype: DTypeLike = np.float64) -> NDArray:
    W = init.xavier_normal(shape, rng, dtype=dtype)
    return np.full_like(W, W.flat[0] if W.size else 0)
