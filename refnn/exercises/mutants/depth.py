"""Wrong nets and counts of depth."""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import depth
from refnn.exercises.mutants import mutant
from refnn.mlp import MLP

# fmt: off


@mutant("seide2011-thousands", of="depth.seide2011",
        imitates="2k and 16k of the slide are read as thousands: 2000 and 16000 units",
        killed_by=["test_the_table_is_that_of_the_slide",
                   "test_with_each_further_layer_fewer_words_are_misread"])
def _() -> list[tuple[int, int, float]]:
    round_ones = {2048: 2000, 16384: 16000}
    return [(layers, round_ones.get(units, units), rate) for layers, units, rate in depth.seide2011()]


@mutant("seide2011-columns-side-by-side", of="depth.seide2011",
        imitates="the two columns of the slide are read as one: wide nets get the rates of the deep ones beside them",
        killed_by=["test_the_table_is_that_of_the_slide",
                   "test_every_net_with_one_hidden_layer_is_worse_than_two_layers_however_wide"])
def _() -> list[tuple[int, int, float]]:
    deep = {3772: 17.2, 4634: 17.1}
    return [(layers, units, deep.get(units, rate)) for layers, units, rate in depth.seide2011()]


@mutant("hidden-weight-count-a-layer-too-many", of="depth.hidden_weight_count",
        imitates="L hidden layers are given L matrices between them, where there are L - 1",
        killed_by=["test_the_budget_counts_the_entries_of_all_weight_matrices",
                   "test_the_budgets_of_the_table_are_those_worked_out"])
def _(inputs: int, width: int, layers: int, outputs: int) -> int:
    return depth.hidden_weight_count(inputs, width, layers + 1, outputs)


@mutant("hidden-weight-count-without-outputs", of="depth.hidden_weight_count",
        imitates="the weights of the output layer are left out, for they are not hidden",
        killed_by=["test_the_budget_counts_the_entries_of_all_weight_matrices",
                   "test_the_budgets_of_the_table_are_those_worked_out"])
def _(inputs: int, width: int, layers: int, outputs: int) -> int:
    return depth.hidden_weight_count(inputs, width, layers, outputs) - width * outputs


@mutant("equal-budget-width-units", of="depth.equal_budget_width",
        imitates="the number of hidden units is kept, not the number of weights",
        killed_by=["test_the_flat_net_spends_the_budget_of_the_deep_one",
                   "test_the_two_widths_of_the_table_are_equal_budgets_of_weights_without_biases"])
def _(inputs: int, width: int, layers: int, outputs: int, biases: bool = False) -> float:
    depth.equal_budget_width(inputs, width, layers, outputs, biases)
    return float(layers * width)


@mutant("equal-budget-width-outputs-counted-in", of="depth.equal_budget_width",
        imitates="the biases of the outputs are spent on hidden units, though both nets have them",
        killed_by=["test_with_biases_both_nets_have_as_many_weights_and_biases",
                   "test_one_layer_is_its_own_flat_net"])
def _(inputs: int, width: int, layers: int, outputs: int, biases: bool = False) -> float:
    h = depth.equal_budget_width(inputs, width, layers, outputs, biases)
    return h + outputs / (inputs + outputs + 1) if biases else h


@mutant("equal-budget-width-always-biased", of="depth.equal_budget_width",
        imitates="biases are counted whether they were asked for or not",
        killed_by=["test_the_two_widths_of_the_table_are_equal_budgets_of_weights_without_biases",
                   "test_the_flat_net_spends_the_budget_of_the_deep_one"])
def _(inputs: int, width: int, layers: int, outputs: int, biases: bool = False) -> float:
    return depth.equal_budget_width(inputs, width, layers, outputs, True)


@mutant("sawtooth-steps-aside", of="depth.sawtooth",
        imitates="the second unit bends at 1, not at 1/2, so on the unit interval nothing is folded",
        killed_by=["test_the_deep_sawtooth_is_the_tent_folded_again_and_again",
                   "test_every_fold_doubles_the_pieces"])
def _(folds: int) -> MLP:
    net = depth.sawtooth(folds)
    return MLP(net.weights, [None if b is None else 2 * b for b in net.biases], net.activations)


@mutant("sawtooth-upside-down", of="depth.sawtooth",
        imitates="the tent stands on its head in the last layer: its two parts have changed signs",
        killed_by=["test_the_deep_sawtooth_is_the_tent_folded_again_and_again",
                   "test_every_fold_doubles_the_pieces"])
def _(folds: int) -> MLP:
    net = depth.sawtooth(folds)
    return MLP([*net.weights[:-1], -net.weights[-1]], net.biases, net.activations)


@mutant("sawtooth-one-fold-more", of="depth.sawtooth", level="shape",
        imitates="the layers are counted with the last one, so there is a fold too many",
        killed_by=["test_the_deep_sawtooth_has_two_units_a_fold_and_the_flat_one_a_unit_for_each_piece"])
def _(folds: int) -> MLP:
    depth.sawtooth(folds)
    return depth.sawtooth(min(folds + 1, 50))


@mutant("flat-sawtooth-first-bend-doubled", of="depth.flat_sawtooth",
        imitates="the first unit has the doubled slope of all others, though it starts from slope zero",
        killed_by=["test_the_flat_sawtooth_is_the_same_function_on_the_unit_interval"])
def _(folds: int) -> MLP:
    net = depth.flat_sawtooth(folds)
    V = net.weights[1].copy()
    V[0, 0] *= 2
    return MLP([net.weights[0], V], net.biases, net.activations)


@mutant("flat-sawtooth-all-upward", of="depth.flat_sawtooth",
        imitates="the signs do not alternate, so the slope grows with every bend",
        killed_by=["test_the_flat_sawtooth_is_the_same_function_on_the_unit_interval"])
def _(folds: int) -> MLP:
    net = depth.flat_sawtooth(folds)
    return MLP([net.weights[0], np.abs(net.weights[1])], net.biases, net.activations)


@mutant("flat-pieces-units-and-one", of="depth.flat_pieces",
        imitates="every unit is counted as a bend, those that are dead, coincide or cancel too",
        killed_by=["test_the_pieces_of_a_flat_net_are_the_bends_of_its_graph_and_one_more",
                   "test_a_flat_net_without_units_or_with_dead_ones_is_one_piece"])
def _(w: ArrayLike, b: ArrayLike, v: ArrayLike) -> int:
    depth.flat_pieces(w, b, v)
    return np.size(w) + 1


@mutant("flat-pieces-bends-alone", of="depth.flat_pieces",
        imitates="the bends are counted, of which there is one less than pieces",
        killed_by=["test_a_flat_net_of_n_units_has_at_most_n_plus_one_pieces",
                   "test_units_that_bend_at_places_of_their_own_attain_the_bound"])
def _(w: ArrayLike, b: ArrayLike, v: ArrayLike) -> int:
    return depth.flat_pieces(w, b, v) - 1


@mutant("flat-pieces-two-for-each-unit", of="depth.flat_pieces",
        imitates="each unit is counted with two pieces of its own, as if they did not meet",
        killed_by=["test_fewer_units_than_bends_cannot_make_the_sawtooth",
                   "test_a_flat_net_of_n_units_has_at_most_n_plus_one_pieces"])
def _(w: ArrayLike, b: ArrayLike, v: ArrayLike) -> int:
    return 2 * depth.flat_pieces(w, b, v) - 1


@mutant("flat-pieces-sign-of-the-weight-lost", of="depth.flat_pieces",
        imitates="a unit that faces left is given the bend v w, not v |w|, so units back to back seem to cancel",
        killed_by=["test_the_pieces_of_a_flat_net_are_the_bends_of_its_graph_and_one_more"])
def _(w: ArrayLike, b: ArrayLike, v: ArrayLike) -> int:
    return depth.flat_pieces(w, b, np.asarray(v) * np.sign(np.asarray(w)))


@mutant("flat-pieces-close-ones-merged", of="depth.flat_pieces",
        imitates="bends closer than 1e-12 are taken for one",
        killed_by=["test_bends_that_lie_close_are_not_taken_for_one"])
def _(w: ArrayLike, b: ArrayLike, v: ArrayLike) -> int:
    w, b = np.asarray(w, np.float64), np.asarray(b, np.float64)
    places = np.divide(b, w, out=np.zeros_like(b), where=w != 0).round(12)
    return depth.flat_pieces(np.sign(w), np.sign(w) * places, np.asarray(v) * np.abs(w))


@mutant("count-pieces-rises-for-slopes", of="depth.count_pieces",
        imitates="rises are compared without their runs, so a line bends wherever the spacing changes",
        killed_by=["test_points_on_one_line_are_one_piece_however_they_are_spaced"])
def _(x: ArrayLike, y: ArrayLike) -> int:
    depth.count_pieces(x, y)
    return depth.count_pieces(np.arange(np.size(x)), y)


@mutant("count-pieces-turns", of="depth.count_pieces",
        imitates="only the places where the line turns from up to down or back are counted",
        killed_by=["test_points_on_one_line_are_one_piece_however_they_are_spaced"])
def _(x: ArrayLike, y: ArrayLike) -> int:
    depth.count_pieces(x, y)
    directions = np.sign(np.diff(np.asarray(y, np.float64)))
    return 1 + sum(left != right for left, right in pairwise(directions.tolist()))


@mutant("joint-class-lowest-first", of="depth.joint_class",
        imitates="the first attribute is the lowest binary digit",
        killed_by=["test_the_joint_class_reads_the_attributes_as_a_binary_number",
                   "test_attributes_and_joint_classes_determine_each_other"])
def _(attributes: ArrayLike) -> NDArray[np.intp]:
    return depth.joint_class(np.asarray(attributes)[:, ::-1])


@mutant("joint-class-number-of-attributes", of="depth.joint_class",
        imitates="the attributes are added up, so different classes get one number",
        killed_by=["test_the_joint_class_reads_the_attributes_as_a_binary_number",
                   "test_attributes_and_joint_classes_determine_each_other"])
def _(attributes: ArrayLike) -> NDArray[np.intp]:
    classes = depth.joint_class(attributes)
    return np.asarray(attributes).sum(axis=1).astype(classes.dtype)


@mutant("joint-class-refuses-no-samples", of="depth.joint_class", level="shape",
        imitates="no samples are refused, though they have classes like any others: none",
        killed_by=["test_without_samples_there_are_classes_but_nothing_to_count"])
def _(attributes: ArrayLike) -> NDArray[np.intp]:
    if np.shape(attributes)[0] == 0:
        raise ValueError("attributes: expected at least one sample")
    return depth.joint_class(attributes)


@mutant("attributes-of-lowest-first", of="depth.attributes_of",
        imitates="the digits come out lowest first, as repeated division by two gives them",
        killed_by=["test_attributes_and_joint_classes_determine_each_other"])
def _(classes: ArrayLike, k: int) -> NDArray[np.intp]:
    return depth.attributes_of(classes, k)[:, ::-1].copy()


@mutant("samples-per-class-up-to-the-last-seen", of="depth.samples_per_class", level="shape",
        imitates="classes beyond the last one that occurs are missing from the count, as bincount leaves them out",
        killed_by=["test_samples_are_counted_for_each_class_and_for_each_value",
                   "test_without_samples_there_are_classes_but_nothing_to_count"])
def _(attributes: ArrayLike) -> NDArray[np.intp]:
    return np.bincount(depth.joint_class(attributes))


@mutant("samples-per-value-ones-first", of="depth.samples_per_value",
        imitates="the samples with 1 stand in front of those with 0",
        killed_by=["test_samples_are_counted_for_each_class_and_for_each_value",
                   "test_a_value_has_the_samples_of_all_classes_that_share_it_and_more_than_any_of_them"])
def _(attributes: ArrayLike) -> NDArray[np.intp]:
    return depth.samples_per_value(attributes)[:, ::-1].copy()


@mutant("samples-per-value-of-the-largest-class", of="depth.samples_per_value",
        imitates="a value is given the samples of the largest class that has it, not of all that share it",
        killed_by=["test_a_value_has_the_samples_of_all_classes_that_share_it_and_more_than_any_of_them"])
def _(attributes: ArrayLike) -> NDArray[np.intp]:
    right, k = depth.samples_per_value(attributes), np.shape(attributes)[1]
    counts, every = depth.samples_per_class(attributes), depth.attributes_of(np.arange(2**k), k)
    return np.array([[counts[every[:, j] == a].max() for a in (0, 1)] for j in range(k)], right.dtype)


@mutant("modular-net-or-for-and", of="depth.modular_net",
        imitates="one fitting attribute is enough for a class: the second layer has the thresholds of an OR",
        killed_by=["test_attribute_units_and_ands_reproduce_the_joint_labels"])
def _(W: ArrayLike, b: ArrayLike) -> MLP:
    net = depth.modular_net(W, b)
    signs = net.weights[1]
    reached = (-0.5 + (signs < 0).sum(axis=1)).astype(signs.dtype)
    return MLP(net.weights, [net.biases[0], reached], net.activations)


@mutant("modular-net-shares-memory", of="depth.modular_net", level="shape",
        imitates="the net keeps the caller's arrays, which the caller may change",
        killed_by=["test_k_attribute_units_serve_two_to_the_k_classes"])
def _(W: ArrayLike, b: ArrayLike) -> MLP:
    net = depth.modular_net(W, b)
    object.__setattr__(net, "weights", (np.asarray(W), *net.weights[1:]))
    return net
