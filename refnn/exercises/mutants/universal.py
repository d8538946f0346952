"""Wrong universal approximators."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import universal
from refnn.exercises.mutants import mutant
from refnn.universal import Function, Parameters

# fmt: off


@mutant("one-hidden-layer-bent-at-the-end", of="universal.one_hidden_layer",
        imitates="the output is bent too, where the theorem wants it linear",
        killed_by=["test_a_net_with_one_hidden_layer_weighs_bent_sums",
                   "test_without_hidden_units_or_without_samples_there_is_still_a_net"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike, activation: str) -> NDArray:
    return np.tanh(universal.one_hidden_layer(X, W, b, V, c, activation))


@mutant("one-hidden-layer-bias-after-the-bend", of="universal.one_hidden_layer",
        imitates="the hidden bias is added after the activation",
        killed_by=["test_a_net_with_one_hidden_layer_weighs_bent_sums"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike, activation: str) -> NDArray:
    y = universal.one_hidden_layer(X, W, np.zeros_like(b), V, c, activation)
    return y + (np.asarray(V) @ np.asarray(b)).astype(y.dtype)


@mutant("one-hidden-layer-normalised", of="universal.one_hidden_layer",
        imitates="the hidden activations are divided by the size of the largest, to keep them in bounds",
        killed_by=["test_a_net_with_one_hidden_layer_weighs_bent_sums",
                   "test_a_net_of_polynomial_units_is_a_polynomial_of_one_degree_however_wide_so_it_is_not_universal",
                   "test_a_net_of_relus_is_a_straight_line_far_out_so_it_misses_the_parabola_by_any_amount"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike, activation: str) -> NDArray:
    y, m = universal.one_hidden_layer(X, W, b, V, c, activation), len(np.asarray(W))
    h = universal.one_hidden_layer(X, W, b, np.eye(m), np.zeros(m), activation)
    size = np.abs(h).max(axis=1, initial=0, keepdims=True)
    return (h / np.where(size > 1, size, 1) @ np.asarray(V).T + np.asarray(c)).astype(y.dtype)


@mutant("one-hidden-layer-of-steps", of="universal.one_hidden_layer",
        imitates="sigmoids are computed as steps, which they are from afar",
        killed_by=["test_a_net_of_analytic_units_never_equals_the_absolute_value_yet_comes_as_close_as_one_likes"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike, activation: str) -> NDArray:
    if activation != "sigmoid":
        return universal.one_hidden_layer(X, W, b, V, c, activation)
    first = np.asarray(X)[:1]  # every unit steps at the first sample
    return universal.one_hidden_layer(X, W, -(first @ np.asarray(W).T)[0], V, c, "step")


@mutant("one-hidden-layer-always-float64", of="universal.one_hidden_layer", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_it_keeps_the_dtype_and_leaves_its_arguments_alone"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike, activation: str) -> NDArray:
    return universal.one_hidden_layer(np.asarray(X, np.float64), W, b, V, c, activation)


@mutant("cells-enough-rounded-down", of="universal.cells_enough",
        imitates="the number of cells is rounded down, so the last bit of the error stays",
        killed_by=["test_enough_is_the_first_number_of_cells_whose_half_width_times_the_constant_is_at_most_epsilon",
                   "test_any_error_above_zero_can_be_had_with_enough_hidden_units"])
def _(lipschitz: float, epsilon: float) -> int:
    universal.cells_enough(lipschitz, epsilon)
    return max(1, math.floor(lipschitz / (2 * epsilon)))


@mutant("cells-enough-whole-widths", of="universal.cells_enough",
        imitates="the whole width of a cell is counted, not the half to its middle: twice as many as needed",
        killed_by=["test_enough_is_the_first_number_of_cells_whose_half_width_times_the_constant_is_at_most_epsilon"])
def _(lipschitz: float, epsilon: float) -> int:
    return universal.cells_enough(2 * lipschitz, epsilon)


@mutant("step-net-value-of-the-border", of="universal.step_net",
        imitates="each stair has the value of its left border, not of its middle",
        killed_by=["test_the_staircase_has_in_each_cell_the_value_of_the_middle",
                   "test_the_staircase_keeps_its_bound", "test_a_straight_line_attains_the_bound_of_the_staircase"])
def _(f: Function, cells: int) -> Parameters:
    return universal.step_net(lambda x: f(x - 0.5 / cells), cells)


@mutant("step-net-heights-for-rises", of="universal.step_net",
        imitates="the output weights are the heights of the stairs, not their rises",
        killed_by=["test_there_is_a_step_for_each_border_inside_and_none_else",
                   "test_the_figures_of_the_staircase_for_a_sine"])
def _(f: Function, cells: int) -> Parameters:
    W, b, V, c = universal.step_net(f, cells)
    return W, b, np.cumsum(V, axis=1) + c[:, np.newaxis], c


@mutant("step-net-a-step-at-zero", of="universal.step_net", level="shape",
        imitates="the first stair has a step too, at 0, and the constant is 0: one unit too many",
        killed_by=["test_there_is_a_step_for_each_border_inside_and_none_else"])
def _(f: Function, cells: int) -> Parameters:
    W, b, V, c = universal.step_net(f, cells)
    first = c[:, np.newaxis]
    return np.vstack([[[1.0]], W]), np.concatenate([[0.0], b]), np.hstack([first, V]), 0 * c


@mutant("step-net-in-the-dtype-of-the-values", of="universal.step_net", level="shape",
        imitates="the net is made in the dtype of what the function returned, and loses digits with float32",
        killed_by=["test_the_nets_are_float64_and_share_no_memory_with_what_the_function_returned"])
def _(f: Function, cells: int) -> Parameters:
    W, b, V, c = universal.step_net(f, cells)
    dtype = np.asarray(f((np.arange(cells) + 0.5) / cells)).dtype
    return (W, b, V.astype(dtype), c.astype(dtype)) if dtype.kind == "f" else (W, b, V, c)


@mutant("step-net-bound-of-a-whole-cell", of="universal.step_net_bound",
        imitates="the whole width of a cell is counted, as if stairs had the value of a border",
        killed_by=["test_a_straight_line_attains_the_bound_of_the_staircase",
                   "test_the_figures_of_the_staircase_for_a_sine"])
def _(lipschitz: float, cells: int) -> float:
    return 2 * universal.step_net_bound(lipschitz, cells)


@mutant("step-net-bound-smooth", of="universal.step_net_bound",
        imitates="the bound falls with the square of the number of cells, as for a smooth function and a polygon",
        killed_by=["test_the_staircase_keeps_its_bound",
                   "test_the_figures_of_the_staircase_for_a_sine"])
def _(lipschitz: float, cells: int) -> float:
    return universal.step_net_bound(lipschitz, cells) / cells


@mutant("sigmoid-net-bias-not-steep", of="universal.sigmoid_net",
        imitates="the weights are made steep and the biases are not, so all edges move towards 0",
        killed_by=["test_each_step_at_a_border_becomes_a_sigmoid_of_the_given_steepness",
                   "test_the_figures_of_the_rounded_staircase_for_a_sine"])
def _(f: Function, cells: int, steepness: float) -> Parameters:
    W, b, V, c = universal.sigmoid_net(f, cells, steepness)
    return W, b / steepness, V, c


@mutant("sigmoid-net-steep-outside", of="universal.sigmoid_net",
        imitates="the steepness multiplies the heights, not what goes into the sigmoid",
        killed_by=["test_each_step_at_a_border_becomes_a_sigmoid_of_the_given_steepness",
                   "test_the_rounded_staircase_keeps_its_bound"])
def _(f: Function, cells: int, steepness: float) -> Parameters:
    W, b, V, c = universal.sigmoid_net(f, cells, 1.0)
    return W, b, steepness * V, c


@mutant("sigmoid-net-half-as-steep", of="universal.sigmoid_net",
        imitates="the edge is written with tanh's slope: half as steep as asked for",
        killed_by=["test_a_steep_sigmoid_differs_from_the_step_by_less_than_e_to_minus_steepness_times_distance",
                   "test_no_continuous_net_comes_near_the_indicator_of_a_region_at_its_border_though_it_may_everywhere_else"])
def _(f: Function, cells: int, steepness: float) -> Parameters:
    return universal.sigmoid_net(f, cells, steepness / 2)


@mutant("sigmoid-net-bound-steeper-is-worse", of="universal.sigmoid_net_bound",
        imitates="the minus sign is missing from the exponent",
        killed_by=["test_the_bound_of_the_rounded_staircase_is_its_formula",
                   "test_the_figures_of_the_rounded_staircase_for_a_sine"])
def _(lipschitz: float, cells: int, steepness: float) -> float:
    universal.sigmoid_net_bound(lipschitz, cells, steepness)
    return lipschitz / cells + lipschitz * math.exp(min(steepness / (2 * cells), 700))


@mutant("sigmoid-net-bound-of-the-staircase", of="universal.sigmoid_net_bound",
        imitates="the edge nearest to x is forgotten: half of the first part, the staircase's own error",
        killed_by=["test_the_bound_of_the_rounded_staircase_is_its_formula"])
def _(lipschitz: float, cells: int, steepness: float) -> float:
    return universal.sigmoid_net_bound(lipschitz, cells, steepness) - lipschitz / (2 * cells)


@mutant("relu-net-slopes-for-changes", of="universal.relu_net",
        imitates="each unit is given the slope of its side, not the change of slope",
        killed_by=["test_the_units_of_the_polygon_are_its_changes_of_slope",
                   "test_the_polygon_is_exact_at_the_borders_of_its_cells", "test_the_polygon_keeps_its_bound",
                   "test_for_a_smooth_function_it_keeps_the_square_of_it"])
def _(f: Function, cells: int) -> Parameters:
    W, b, V, c = universal.relu_net(f, cells)
    return W, b, np.cumsum(V, axis=1), c


@mutant("relu-net-through-the-middles", of="universal.relu_net",
        imitates="the polygon goes through the values in the middle of the cells, as the staircase does",
        killed_by=["test_the_polygon_is_exact_at_the_borders_of_its_cells",
                   "test_teeth_and_parabolas_attain_the_two_bounds", "test_the_figures_of_the_polygon_for_a_sine"])
def _(f: Function, cells: int) -> Parameters:
    return universal.relu_net(lambda x: f(np.minimum(x + 0.5 / cells, 1)), cells)


@mutant("relu-net-outputs-mixed", of="universal.relu_net",
        imitates="of several outputs the values are unrolled in the wrong order, so outputs are mixed",
        killed_by=["test_a_net_with_several_outputs_is_one_net_for_each_that_share_their_hidden_units"])
def _(f: Function, cells: int) -> Parameters:
    W, b, V, c = universal.relu_net(f, cells)
    return W, b, V.reshape(V.shape[::-1]).T.copy(), c


@mutant("relu-net-bound-of-a-whole-cell", of="universal.relu_net_bound",
        imitates="a whole cell is counted, as if only one of its borders were met",
        killed_by=["test_teeth_and_parabolas_attain_the_two_bounds"])
def _(lipschitz: float, cells: int) -> float:
    return 2 * universal.relu_net_bound(lipschitz, cells)


@mutant("relu-net-smooth-bound-two-for-eight", of="universal.relu_net_smooth_bound",
        imitates="the remainder of Taylor's formula is taken over the whole cell: 1/2 where 1/8 belongs",
        killed_by=["test_teeth_and_parabolas_attain_the_two_bounds", "test_the_figures_of_the_polygon_for_a_sine"])
def _(curvature: float, cells: int) -> float:
    return 4 * universal.relu_net_smooth_bound(curvature, cells)


@mutant("missed-point-without-the-one", of="universal.missed_point",
        imitates="the 1 is missing: 2 M, where a net may be exactly half the way off, or at 0",
        killed_by=["test_the_missed_point_is_twice_the_largest_output_and_one",
                   "test_a_net_of_bounded_units_is_more_than_half_the_way_off_from_x_at_the_missed_point"])
def _(V: ArrayLike, c: ArrayLike, bound: float = 1.0) -> NDArray:
    x0 = universal.missed_point(V, c, bound) - 1
    return np.asarray(x0)


@mutant("missed-point-of-the-sum", of="universal.missed_point",
        imitates="the weights are added up with their signs, so that they cancel, and a net may reach that far",
        killed_by=["test_the_missed_point_is_twice_the_largest_output_and_one"])
def _(V: ArrayLike, c: ArrayLike, bound: float = 1.0) -> NDArray:
    x0, M = universal.missed_point(V, c, bound), np.abs(np.asarray(c) + bound * np.asarray(V).sum(axis=1))
    return (2 * M + 1).astype(x0.dtype)


@mutant("missed-point-always-float64", of="universal.missed_point", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_missed_point_keeps_the_dtype_and_leaves_its_arguments_alone"])
def _(V: ArrayLike, c: ArrayLike, bound: float = 1.0) -> NDArray:
    return universal.missed_point(np.asarray(V, np.float64), c, bound)


@mutant("missed-point-near-zero", of="universal.missed_point",
        imitates="the point is 1 over that number, where a bounded net may well be right",
        killed_by=["test_a_continuous_function_is_not_realised_on_all_numbers_but_approximated_on_a_compact_set"])
def _(V: ArrayLike, c: ArrayLike, bound: float = 1.0) -> NDArray:
    return 1 / universal.missed_point(V, c, bound)


@mutant("superposition-outer-functions-once", of="universal.superposition",
        imitates="the outer function is applied to each inner value, before the sum over the inputs",
        killed_by=["test_a_superposition_is_a_sum_over_outer_functions_of_sums_over_all_inputs",
                   "test_a_product_is_a_superposition_of_sums"])
def _(X: ArrayLike, inner: Sequence[Sequence[Function]], outer: Sequence[Function]) -> NDArray:
    universal.superposition(X, inner, outer)
    X = np.asarray(X, np.float64)
    g = np.zeros(len(X))
    for row, Xi in zip(inner, outer, strict=True):
        for x, Phi in zip(X.T, row, strict=True):
            g = g + np.asarray(Xi(np.asarray(Phi(x.copy()))))
    return g


@mutant("superposition-last-input-unseen", of="universal.superposition",
        imitates="the inner sum stops one input early, as on the slide, whose d is less than n",
        killed_by=["test_the_inner_sum_runs_over_all_n_inputs_for_with_fewer_an_input_is_not_seen",
                   "test_another_function_takes_other_outer_functions_and_the_same_inner_ones"])
def _(X: ArrayLike, inner: Sequence[Sequence[Function]], outer: Sequence[Function]) -> NDArray:
    universal.superposition(X, inner, outer)
    X = np.asarray(X)
    seen = X[:, :-1] if X.shape[1] > 1 else X
    return universal.superposition(seen, [row[: seen.shape[1]] for row in inner], outer)
