"""Wrong circuits."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import circuits
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("xor-net-hidden-units-swapped", of="circuits.xor_net",
        imitates="AND and OR have changed places in the hidden layer, and the output weights have not",
        killed_by=["test_the_xor_net_says_what_the_slide_s_table_says"])
def _(X: ArrayLike) -> tuple[NDArray, NDArray]:
    Y, _ = circuits.xor_net(X)
    Y = Y[:, ::-1].copy()
    return Y, np.sign(Y @ np.array([0.7, -0.4], Y.dtype) - Y.dtype.type(1))


@mutant("xor-net-or-for-xor", of="circuits.xor_net",
        imitates="the AND has no say in the output, which is true wherever one of the inputs is",
        killed_by=["test_the_xor_net_says_what_the_slide_s_table_says",
                   "test_whatever_its_weights_a_xor_net_is_true_between_the_true_corners_and_false_beyond_the_others"])
def _(X: ArrayLike) -> tuple[NDArray, NDArray]:
    Y, _ = circuits.xor_net(X)
    return Y, Y[:, 0].copy()


@mutant("xor-net-by-table", of="circuits.xor_net",
        imitates="the signs of the inputs are compared, which is right in the four corners and nothing like two lines",
        killed_by=["test_whatever_its_weights_a_xor_net_is_true_between_the_true_corners_and_false_beyond_the_others"])
def _(X: ArrayLike) -> tuple[NDArray, NDArray]:
    Y, _ = circuits.xor_net(X)
    return Y, np.sign(-np.asarray(X, Y.dtype).prod(axis=1))


@mutant("xor-net-always-float64", of="circuits.xor_net", level="shape",
        imitates="float32 is silently promoted, since the weights are made as float64",
        killed_by=["test_the_xor_net_takes_any_number_of_points_keeps_their_dtype_and_leaves_them_alone"])
def _(X: ArrayLike) -> tuple[NDArray, NDArray]:
    return circuits.xor_net(np.asarray(X, np.float64))


@mutant("parity-product-without-sign", of="circuits.parity_product",
        imitates="the factor in front of the product is missing, so for an even number of inputs the answer is negated",
        killed_by=["test_parity_as_a_product_is_true_iff_the_number_of_true_inputs_is_odd",
                   "test_xor_is_minus_the_product_of_its_inputs"])
def _(X: ArrayLike) -> NDArray:
    X = np.asarray(X)
    return (-1) ** (X.shape[1] + 1) * circuits.parity_product(X)


@mutant("parity-product-in-float64", of="circuits.parity_product", level="shape",
        imitates="the factor (-1)^(n + 1) is computed as a float64 array, and takes the product with it",
        killed_by=["test_the_product_keeps_the_dtype_and_leaves_the_inputs_alone"])
def _(X: ArrayLike) -> NDArray:
    return circuits.parity_product(X) * np.ones(1)


@mutant("and-gate-one-short", of="circuits.and_gate",
        imitates="the threshold is k - 1 and a half: one literal may be false",
        killed_by=["test_and_needs_all_of_its_literals_and_or_needs_one",
                   "test_an_and_is_the_negation_of_the_or_of_the_negations"])
def _(literals: ArrayLike) -> NDArray:
    result, literals = circuits.and_gate(literals), np.asarray(literals)
    return (literals.sum(axis=-1) >= literals.shape[-1] - 1.5).astype(result.dtype)


@mutant("and-gate-of-all-axes", of="circuits.and_gate", level="shape",
        imitates="the literals of all samples are put into one AND",
        killed_by=["test_gates_read_the_last_axis_keep_the_dtype_and_leave_their_argument_alone"])
def _(literals: ArrayLike) -> NDArray:
    return circuits.and_gate(np.ravel(literals))


@mutant("or-gate-needs-two", of="circuits.or_gate",
        imitates="the threshold is 1 and a half: one true literal is not enough",
        killed_by=["test_and_needs_all_of_its_literals_and_or_needs_one"])
def _(literals: ArrayLike) -> NDArray:
    result = circuits.or_gate(literals)
    return (np.asarray(literals).sum(axis=-1) >= 1.5).astype(result.dtype)


@mutant("or-gate-of-nothing-is-true", of="circuits.or_gate",
        imitates="an OR without literals is true, as an AND without literals is",
        killed_by=["test_and_needs_all_of_its_literals_and_or_needs_one",
                   "test_an_and_is_the_negation_of_the_or_of_the_negations"])
def _(literals: ArrayLike) -> NDArray:
    return circuits.or_gate(literals) if np.shape(literals)[-1] else circuits.and_gate(literals)


@mutant("not-gate-minus", of="circuits.not_gate",
        imitates="the sign is turned, as for -1 and +1, where the bits are 0 and 1",
        killed_by=["test_not_turns_every_bit"])
def _(x: ArrayLike) -> NDArray:
    return -1 * (1 - circuits.not_gate(x))


@mutant("all-inputs-lowest-digit-first", of="circuits.all_inputs",
        imitates="the lowest binary digit comes first, so the first input changes fastest",
        killed_by=["test_all_inputs_are_counted_up_in_binary"])
def _(n: int) -> NDArray:
    return circuits.all_inputs(n)[:, ::-1].copy()


@mutant("dnf-terms-of-the-false-rows", of="circuits.dnf_terms",
        imitates="the rows that are false are taken: the terms of the negated function",
        killed_by=["test_two_levels_of_gates_represent_every_boolean_function"])
def _(truth: ArrayLike) -> NDArray:
    terms = circuits.dnf_terms(truth)
    truth = np.asarray(truth)
    return circuits.dnf_terms(1 - truth) if 2 * truth.sum() == len(truth) else terms


@mutant("dnf-terms-by-pattern", of="circuits.dnf_terms",
        imitates="the digits of a row's number are written lowest first, though the table is counted highest first",
        killed_by=["test_there_is_one_term_for_each_true_row_and_it_is_that_row",
                   "test_two_levels_of_gates_represent_every_boolean_function"])
def _(truth: ArrayLike) -> NDArray:
    return circuits.dnf_terms(truth)[:, ::-1].copy()


@mutant("dnf-terms-merged", of="circuits.dnf_terms", level="shape",
        imitates="neighbouring terms are merged as on a Karnaugh map, which parity has none of, so half are lost",
        killed_by=["test_any_two_true_rows_of_parity_differ_in_two_bits_so_none_of_its_terms_can_be_shorter",
                   "test_there_is_one_term_for_each_true_row_and_it_is_that_row"])
def _(truth: ArrayLike) -> NDArray:
    return circuits.dnf_terms(truth)[::2].copy()


@mutant("dnf-terms-always-float64", of="circuits.dnf_terms", level="shape",
        imitates="the terms are handed out as rows of the table of all inputs, which is float64",
        killed_by=["test_the_normal_form_keeps_the_dtype_of_its_table"])
def _(truth: ArrayLike) -> NDArray:
    return circuits.dnf_terms(truth).astype(np.float64)


@mutant("dnf-circuit-without-negations", of="circuits.dnf_circuit",
        imitates="inputs that a term wants negated are left out of its AND",
        killed_by=["test_the_circuit_is_true_where_the_inputs_fit_one_of_the_terms",
                   "test_two_levels_of_gates_represent_every_boolean_function"])
def _(X: ArrayLike, terms: ArrayLike) -> NDArray:
    result, t = circuits.dnf_circuit(X, terms), np.asarray(terms)
    fits = (np.asarray(X)[:, np.newaxis] >= t).all(axis=-1)
    return fits.any(axis=-1).astype(result.dtype)


@mutant("dnf-circuit-and-of-ors", of="circuits.dnf_circuit",
        imitates="the two levels have changed places: an AND of ORs, which is another normal form",
        killed_by=["test_the_circuit_is_true_where_the_inputs_fit_one_of_the_terms"])
def _(X: ArrayLike, terms: ArrayLike) -> NDArray:
    result, fits = circuits.dnf_circuit(X, terms), np.asarray(X)[:, np.newaxis] == np.asarray(terms)
    return fits.any(axis=-1).all(axis=-1).astype(result.dtype)


@mutant("dnf-net-bias-without-the-negated", of="circuits.dnf_net",
        imitates="all literals are counted in the bias, the negated ones too, as if they were plain",
        killed_by=["test_so_does_a_threshold_net_with_a_hidden_unit_for_each_true_row",
                   "test_the_weights_are_the_signs_of_the_literals_and_each_sum_stands_half_a_step_from_the_threshold"])
def _(terms: ArrayLike) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    W, b, V, c = circuits.dnf_net(terms)
    return W, (0.5 - W.shape[1]) * np.ones_like(b), V, c


@mutant("dnf-net-on-the-threshold", of="circuits.dnf_net",
        imitates="the half step is missing from the biases: right, but the sums stand on the threshold itself",
        killed_by=["test_the_weights_are_the_signs_of_the_literals_and_each_sum_stands_half_a_step_from_the_threshold"])
def _(terms: ArrayLike) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    W, b, V, c = circuits.dnf_net(terms)
    return W, b - b.dtype.type(0.5), V, c - c.dtype.type(0.5)


@mutant("threshold-net-silent-on-the-threshold", of="circuits.threshold_net",
        imitates="a unit fires above its threshold only: H(0) = 0",
        killed_by=["test_a_threshold_net_is_units_that_fire_reading_units_that_fire"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike) -> NDArray:
    result = circuits.threshold_net(X, W, b, V, c)
    hidden = np.asarray(X) @ np.asarray(W).T + b > 0
    return (hidden @ np.asarray(V).T + c > 0).astype(result.dtype)


@mutant("threshold-net-linear-inside", of="circuits.threshold_net",
        imitates="the hidden units hand on their sums, and only the output has a threshold",
        killed_by=["test_a_threshold_net_is_units_that_fire_reading_units_that_fire"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike) -> NDArray:
    result = circuits.threshold_net(X, W, b, V, c)
    hidden = np.asarray(X) @ np.asarray(W).T + b
    return (hidden @ np.asarray(V).T + c >= 0).astype(result.dtype)


@mutant("threshold-net-answers-in-bool", of="circuits.threshold_net", level="shape",
        imitates="the comparison with the threshold is handed out as it is, as True and False",
        killed_by=["test_a_threshold_net_keeps_the_dtype_and_leaves_its_arguments_alone"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike) -> NDArray:
    return circuits.threshold_net(X, W, b, V, c) > 0.5


@mutant("parity-tree-chain", of="circuits.parity_tree",
        imitates="the gates are put one behind the other, so the depth grows with the number of inputs",
        killed_by=["test_a_tree_of_xors_is_parity_with_n_minus_1_gates_in_logarithmic_depth",
                   "test_a_tree_of_any_width_is_parity"])
def _(X: ArrayLike) -> tuple[NDArray, int, int]:
    parity, gates, _ = circuits.parity_tree(X)
    return parity, gates, gates


@mutant("parity-tree-odd-wire-lost", of="circuits.parity_tree",
        imitates="where the number of wires is odd the last one meets no partner and is lost on the way up",
        killed_by=["test_a_tree_of_xors_is_parity_with_n_minus_1_gates_in_logarithmic_depth",
                   "test_a_tree_of_any_width_is_parity"])
def _(X: ArrayLike) -> tuple[NDArray, int, int]:
    result, gates, depth = circuits.parity_tree(X)
    wires = np.shape(X)[1]
    kept = 2 ** int(math.log2(wires)) if wires > 1 else 1
    return circuits.parity_tree(np.asarray(X)[:, :kept])[0].astype(result.dtype), gates, depth


@mutant("parity-tree-hands-out-its-input", of="circuits.parity_tree", level="shape",
        imitates="of a single column the answer is a window into the argument",
        killed_by=["test_the_tree_and_its_gate_keep_the_dtype_and_leave_their_arguments_alone"])
def _(X: ArrayLike) -> tuple[NDArray, int, int]:
    parity, gates, depth = circuits.parity_tree(X)
    return (np.asarray(X)[:, 0] if gates == 0 else parity), gates, depth


@mutant("xor-gate-or", of="circuits.xor_gate",
        imitates="the last gate reads the inputs and not the NANDs: an OR",
        killed_by=["test_a_xor_gate_is_true_where_two_bits_differ"])
def _(a: ArrayLike, b: ArrayLike) -> NDArray:
    circuits.xor_gate(a, b)
    return circuits.or_gate(np.stack([a, b], axis=-1))


@mutant("parity-costs-all-rows", of="circuits.parity_costs",
        imitates="a term is counted for every row of the table, not for the true half",
        killed_by=["test_the_costs_of_parity_for_2_3_4_and_8_inputs",
                   "test_from_six_inputs_on_two_levels_cost_more_than_the_tree"])
def _(n: int) -> tuple[int, int, int]:
    terms, nands, depth = circuits.parity_costs(n)
    return 2 * terms, nands, depth


@mutant("parity-costs-xors", of="circuits.parity_costs",
        imitates="the exclusive ors are counted, not the four NANDs in each",
        killed_by=["test_the_costs_of_parity_for_2_3_4_and_8_inputs",
                   "test_from_six_inputs_on_two_levels_cost_more_than_the_tree"])
def _(n: int) -> tuple[int, int, int]:
    terms, nands, depth = circuits.parity_costs(n)
    return terms, nands // 4, depth


@mutant("parity-net-without-alternation", of="circuits.parity_net",
        imitates="all hidden units speak for the output, so it is an OR",
        killed_by=["test_threshold_units_do_parity_in_two_layers_with_n_hidden_units"])
def _(n: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    W, b, V, c = circuits.parity_net(n)
    return W, b, np.abs(V), c


@mutant("parity-net-counts-from-zero", of="circuits.parity_net",
        imitates="the units wait for 0 to n - 1 inputs, not for 1 to n",
        killed_by=["test_threshold_units_do_parity_in_two_layers_with_n_hidden_units"])
def _(n: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    W, b, V, c = circuits.parity_net(n)
    return W, b + 1, V, c
