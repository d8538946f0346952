"""Laws of circuits: gates are threshold units, two levels say everything, and parity says what two levels cost.

All numbers are bits, signs and halves, and all inputs of a gate can be tried, so nothing here needs a tolerance.
"""

from itertools import product
from math import ceil, log2, prod

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, exact_arrays

XOR_TABLE = [(1, 1, 1, 1, -1), (1, -1, 1, -1, 1), (-1, 1, 1, -1, 1), (-1, -1, -1, -1, -1)]


def rows(n, values=(0, 1)):
    """All inputs of n bits in the order of a truth table, shape (2^n, n)."""
    return np.array(list(product(values, repeat=n)), np.float64).reshape(len(values) ** n, n)


def bits(*shape, dtype=np.float64):
    """Draw an array of zeros and ones."""
    size = prod(shape)
    return st.lists(st.booleans(), min_size=size, max_size=size).map(lambda b: np.array(b, dtype).reshape(shape))


def odd(X):
    """Tell of each row whether an odd number of its entries is 1."""
    return [row.count(1) % 2 for row in X.tolist()]


def fires(t):
    """H(t)."""
    return 1.0 if t >= 0 else 0.0


def says(net, x):
    """What a net of threshold units with one hidden layer and one output says of one input, in plain loops."""
    W, b, V, c = (p.tolist() for p in net)
    h = [fires(sum(w * xi for w, xi in zip(row, x, strict=True)) + bj) for row, bj in zip(W, b, strict=True)]
    return fires(sum(v * hj for v, hj in zip(V[0], h, strict=True)) + c[0])


def truth_tables(least=0, most=5):
    """Draw the values of a Boolean function of `least` to `most` inputs, in the order of `rows`."""
    return st.integers(least, most).flatmap(lambda n: bits(2**n))


@st.composite
def nets(draw, dtype=np.float64):
    """Inputs X (N, n) and W (m, n), b (m,), V (K, m), c (K,)."""
    N, n, m, K = draw(st.permutations(range(1, 6)))[:4]
    return [draw(exact_arrays(shape, dtype)) for shape in [(N, n), (m, n), (m,), (K, m), (K,)]]


# One bit too few for a single unit


@law("CIR-01", level="definition")
@pytest.mark.parametrize("row", XOR_TABLE)
def test_the_xor_net_says_what_the_slide_s_table_says(subject, row):
    x1, x2, y1, y2, z = row
    Y, Z = subject.circuits.xor_net(np.array([[x1, x2]]))
    assert Y.tolist() == [[y1, y2]]
    assert Z.tolist() == [z]


@law("CIR-01", level="law")
@given(st.integers(0, 8).map(lambda i: i / 8), st.integers(8, 80).map(lambda i: i / 8))
def test_whatever_its_weights_a_xor_net_is_true_between_the_true_corners_and_false_beyond_the_others(subject, t, s):
    z = subject.circuits.xor_net(np.array([[t, -t], [-t, t], [s, s], [-s, -s]]))[1]
    assert z.tolist() == [1, 1, -1, -1]  # true in one half-plane and not in the other: a convex set


@law("CIR-01", level="shape")
@given(FLOATS, st.integers(0, 4))
def test_the_xor_net_takes_any_number_of_points_keeps_their_dtype_and_leaves_them_alone(subject, dtype, n):
    X = np.full((n, 2), 0.25, dtype)
    Y, z = subject.circuits.xor_net(X)
    assert (Y.shape, z.shape, Y.dtype, z.dtype) == ((n, 2), (n,), dtype, dtype)
    Y[...] = 9
    assert (X == 0.25).all()


@law("CIR-02", level="definition")
@pytest.mark.parametrize("n", range(1, 9))
def test_parity_as_a_product_is_true_iff_the_number_of_true_inputs_is_odd(subject, n):
    X = rows(n, (-1, 1))
    assert subject.circuits.parity_product(X).tolist() == [1 if is_odd else -1 for is_odd in odd(X)]


@law("CIR-02", level="definition")
def test_xor_is_minus_the_product_of_its_inputs(subject):
    for x1, x2, _, _, z in XOR_TABLE:
        assert subject.circuits.parity_product(np.array([[x1, x2]])).tolist() == [-x1 * x2] == [z]


@law("CIR-02", level="shape")
@given(FLOATS, st.integers(0, 4))
def test_the_product_keeps_the_dtype_and_leaves_the_inputs_alone(subject, dtype, n):
    X = -np.ones((n, 3), dtype)
    z = subject.circuits.parity_product(X)
    assert z.shape == (n,) and z.dtype == dtype
    assert (X == -1).all()


# Gates


@law("CIR-03", level="definition")
@pytest.mark.parametrize("k", range(7))
def test_and_needs_all_of_its_literals_and_or_needs_one(subject, k):
    L = rows(k)
    assert subject.circuits.and_gate(L).tolist() == [all(row) for row in L.tolist()]
    assert subject.circuits.or_gate(L).tolist() == [any(row) for row in L.tolist()]


@law("CIR-03", level="definition")
@given(bits(2, 3))
def test_not_turns_every_bit(subject, x):
    assert subject.circuits.not_gate(x).tolist() == [[0 if bit else 1 for bit in row] for row in x.tolist()]


@law("CIR-03", level="law")
@given(st.integers(0, 5).flatmap(lambda k: bits(3, k)))
def test_an_and_is_the_negation_of_the_or_of_the_negations(subject, L):
    gates = subject.circuits
    assert (gates.and_gate(L) == gates.not_gate(gates.or_gate(gates.not_gate(L)))).all()


@law("CIR-03", level="shape")
@given(FLOATS.flatmap(lambda dtype: bits(2, 4, 3, dtype=dtype)))
def test_gates_read_the_last_axis_keep_the_dtype_and_leave_their_argument_alone(subject, L):
    before = L.copy()
    for gate, shape in [("and_gate", (2, 4)), ("or_gate", (2, 4)), ("not_gate", (2, 4, 3))]:
        result = getattr(subject.circuits, gate)(L)
        assert result.shape == shape and result.dtype == L.dtype
        result[...] = 9
    assert (before == L).all()


# Two levels


@law("CIR-04", level="definition")
@pytest.mark.parametrize("n", range(6))
def test_all_inputs_are_counted_up_in_binary(subject, n):
    X = subject.circuits.all_inputs(n)
    assert X.shape == (2**n, n) and X.dtype == np.float64
    assert X.tolist() == [[float(digit) for digit in format(r, f"0{n}b")][:n] for r in range(2**n)]


@law("CIR-04", level="definition")
@given(truth_tables())
def test_there_is_one_term_for_each_true_row_and_it_is_that_row(subject, truth):
    X = rows(len(truth).bit_length() - 1)
    terms = subject.circuits.dnf_terms(truth)
    assert terms.shape == (truth.sum(), X.shape[1])
    assert terms.tolist() == [x for x, t in zip(X.tolist(), truth.tolist(), strict=True) if t]


@law("CIR-04", level="definition")
@given(st.integers(0, 5).flatmap(lambda n: st.tuples(bits(4, n), bits(3, n))))
def test_the_circuit_is_true_where_the_inputs_fit_one_of_the_terms(subject, case):
    X, terms = case
    fits = [any(x == t for t in terms.tolist()) for x in X.tolist()]
    assert subject.circuits.dnf_circuit(X, terms).tolist() == fits


@law("CIR-04", level="theorem")
@given(truth_tables())
@example(np.zeros(8)).via("never true: no AND at all")
@example(np.ones(8)).via("always true: all 2^n of them")
def test_two_levels_of_gates_represent_every_boolean_function(subject, truth):
    terms = subject.circuits.dnf_terms(truth)
    assert subject.circuits.dnf_circuit(rows(len(truth).bit_length() - 1), terms).tolist() == truth.tolist()


@law("CIR-04", level="theorem")
@given(truth_tables())
@example(np.zeros(8)).via("never true: no hidden unit at all")
def test_so_does_a_threshold_net_with_a_hidden_unit_for_each_true_row(subject, truth):
    X = rows(len(truth).bit_length() - 1)
    net = subject.circuits.dnf_net(X[truth == 1])
    m = int(truth.sum())
    assert [p.shape for p in net] == [(m, X.shape[1]), (m,), (1, m), (1,)]
    assert [says(net, x) for x in X.tolist()] == truth.tolist()


@law("CIR-04", level="definition")
@given(bits(3, 4))
def test_the_weights_are_the_signs_of_the_literals_and_each_sum_stands_half_a_step_from_the_threshold(subject, terms):
    W, b, V, c = subject.circuits.dnf_net(terms)
    assert W.tolist() == [[1 if t else -1 for t in term] for term in terms.tolist()]
    assert (rows(4) @ W.T + b).max(axis=0).tolist() == [0.5, 0.5, 0.5]
    assert (V.tolist(), c.tolist()) == ([[1, 1, 1]], [-0.5])


@law("CIR-04", level="definition")
@given(nets())
@example([np.array(p, float) for p in ([[0]], [[1]], [0], [[1]], [-1])]).via("on the threshold a unit fires: H(0) = 1")
def test_a_threshold_net_is_units_that_fire_reading_units_that_fire(subject, case):
    X, W, b, V, c = case
    expected = [[says((W, b, V[k : k + 1], c[k : k + 1]), x) for k in range(len(c))] for x in X.tolist()]
    assert subject.circuits.threshold_net(X, W, b, V, c).tolist() == expected


@law("CIR-04", level="shape")
@given(FLOATS.flatmap(lambda dtype: nets(dtype=dtype)))
def test_a_threshold_net_keeps_the_dtype_and_leaves_its_arguments_alone(subject, case):
    before = [p.copy() for p in case]
    Z = subject.circuits.threshold_net(*case)
    assert Z.shape == (len(case[0]), len(case[4])) and Z.dtype == case[0].dtype
    Z[...] = 9
    assert all((p == q).all() for p, q in zip(case, before, strict=True))


@law("CIR-04", level="shape")
@given(FLOATS)
def test_the_normal_form_keeps_the_dtype_of_its_table(subject, dtype):
    truth, terms, X = np.array([0, 1, 1, 1], dtype), np.array([[0, 1], [1, 1]], dtype), rows(2).astype(dtype)
    results = [subject.circuits.dnf_terms(truth), subject.circuits.dnf_circuit(X, terms)]
    assert all(r.dtype == dtype for r in [*results, *subject.circuits.dnf_net(terms)])
    assert (truth.tolist(), terms.tolist()) == ([0, 1, 1, 1], [[0, 1], [1, 1]])


# Depth


@law("CIR-05", level="theorem")
@pytest.mark.parametrize("n", range(1, 9))
def test_any_two_true_rows_of_parity_differ_in_two_bits_so_none_of_its_terms_can_be_shorter(subject, n):
    terms = subject.circuits.dnf_terms(np.array(odd(rows(n))))
    assert terms.shape == (2 ** (n - 1), n)
    distance = (terms[:, np.newaxis] != terms).sum(axis=-1)
    assert (distance[~np.eye(len(terms), dtype=bool)] >= 2).all()


@law("CIR-05", level="law")
@pytest.mark.parametrize("n", range(1, 11))
def test_a_tree_of_xors_is_parity_with_n_minus_1_gates_in_logarithmic_depth(subject, n):
    parity, gates, depth = subject.circuits.parity_tree(rows(n))
    assert parity.tolist() == odd(rows(n))
    assert (gates, depth) == (n - 1, ceil(log2(n)))


@law("CIR-05", level="law")
@given(st.integers(1, 40).flatmap(lambda n: bits(2, n)))
def test_a_tree_of_any_width_is_parity(subject, X):
    parity, gates, depth = subject.circuits.parity_tree(X)
    assert parity.tolist() == odd(X)
    assert gates == X.shape[1] - 1
    assert 2**depth >= X.shape[1] > 2 ** (depth - 1)


@law("CIR-05", level="definition")
def test_a_xor_gate_is_true_where_two_bits_differ(subject):
    a, b = rows(2).T
    assert subject.circuits.xor_gate(a, b).tolist() == [0, 1, 1, 0]


@law("CIR-05", level="shape")
@given(FLOATS, st.integers(0, 3))
def test_the_tree_and_its_gate_keep_the_dtype_and_leave_their_arguments_alone(subject, dtype, n):
    X = np.ones((n, 1), dtype)  # one column: the tree has no gate, and its answer is a copy
    parity, xor = subject.circuits.parity_tree(X)[0], subject.circuits.xor_gate(X, X)
    assert (parity.shape, parity.dtype) == ((n,), dtype)
    assert (xor.shape, xor.dtype) == ((n, 1), dtype)
    parity[...] = xor[...] = 9
    assert (X == 1).all()


@law("CIR-05", level="definition")
@pytest.mark.parametrize("n, terms, xors", [(2, 2, 1), (3, 4, 2), (4, 8, 3), (8, 128, 7)])
def test_the_costs_of_parity_for_2_3_4_and_8_inputs(subject, n, terms, xors):
    assert subject.circuits.parity_costs(n) == (terms, 4 * xors, ceil(log2(n)))


@law("CIR-05", level="theorem")
@given(st.integers(1, 200))
@example(5).via("16 against 16")
@example(6).via("32 against 20")
def test_from_six_inputs_on_two_levels_cost_more_than_the_tree(subject, n):
    terms, nands, depth = subject.circuits.parity_costs(n)
    assert (terms, nands) == (2 ** (n - 1), 4 * (n - 1))
    assert 2**depth >= n > 2 ** (depth - 1)
    assert (terms > nands) == (n == 1 or n >= 6)


@law("CIR-05", level="theorem")
@pytest.mark.parametrize("n", range(1, 9))
def test_threshold_units_do_parity_in_two_layers_with_n_hidden_units(subject, n):
    net = subject.circuits.parity_net(n)
    assert [p.shape for p in net] == [(n, n), (n,), (1, n), (1,)]
    assert [says(net, x) for x in rows(n).tolist()] == odd(rows(n))
