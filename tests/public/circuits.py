import numpy as np

from refnn.circuits import (
    all_inputs,
    and_gate,
    dnf_circuit,
    dnf_net,
    dnf_terms,
    not_gate,
    or_gate,
    parity_costs,
    parity_net,
    parity_product,
    parity_tree,
    threshold_net,
    xor_gate,
    xor_net,
)

BITS = np.array([[0.0, 1, 1], [1, 1, 1]])
SIGNS = np.array([[-1.0, 1, 1], [1, 1, 1]])
TERMS = np.array([[0.0, 1, 1], [1, 0, 0]])
NET = np.array([[1.0, -1, 2], [0, 1, 1]]), np.array([0.5, -1]), np.array([[1.0, 1]]), np.array([-0.5])
W, B, V, C = NET

VALID = {
    "and_gate": (BITS,),
    "dnf_circuit": (BITS, TERMS),
    "dnf_net": (TERMS,),
    "dnf_terms": (np.array([0.0, 1, 1, 0]),),
    "not_gate": (BITS,),
    "or_gate": (BITS,),
    "parity_product": (SIGNS,),
    "parity_tree": (BITS,),
    "threshold_net": (BITS, *NET),
    "xor_gate": (BITS, 1 - BITS),
    "xor_net": (SIGNS[:, :2],),
}

NO_ARRAYS = ["all_inputs", "parity_costs", "parity_net"]

REFUSED = [
    ("all_inputs", lambda: all_inputs(-1), ValueError, "n: expected at least 0, got -1"),
    ("all_inputs", lambda: all_inputs(21), ValueError, r"n: expected at most 20, for there are 2\^n rows, got 21"),
    ("all_inputs", lambda: all_inputs(2.0), TypeError, "n: expected a whole number, got 2.0"),
    ("and_gate", lambda: and_gate([[0, 1], [2, 1]]), ValueError, r"literals: expected 0 for false and 1 for true, got 2.0 at \(1, 0\)"),
    ("and_gate", lambda: and_gate(1), ValueError, r"literals: expected shape \(..., k\), got \(\)"),
    ("and_gate", lambda: and_gate(BITS * 1j), TypeError, "literals: expected float32.*complex128"),
    ("dnf_circuit", lambda: dnf_circuit(BITS, TERMS[:, :2]), ValueError, r"terms: expected shape \(2, 3\), got \(2, 2\)"),
    ("dnf_circuit", lambda: dnf_circuit(SIGNS, TERMS), ValueError, r"X: expected 0 for false and 1 for true, got -1.0 at \(0, 0\)"),
    ("dnf_circuit", lambda: dnf_circuit(BITS[0], TERMS), ValueError, "X: expected 2 axes, got 1"),
    ("dnf_net", lambda: dnf_net(TERMS[0]), ValueError, "terms: expected 2 axes, got 1"),
    ("dnf_net", lambda: dnf_net(TERMS / 2), ValueError, r"terms: expected 0 for false and 1 for true, got 0.5 at \(0, 1\)"),
    ("dnf_terms", lambda: dnf_terms([0, 1, 1]), ValueError, r"truth: expected 2\^n values, one for each row of all_inputs\(n\), got 3"),
    ("dnf_terms", lambda: dnf_terms([]), ValueError, r"truth: expected 2\^n values.*got 0"),
    ("dnf_terms", lambda: dnf_terms([0, -1]), ValueError, r"truth: expected 0 for false and 1 for true, got -1.0 at \(1,\)"),
    ("dnf_terms", lambda: dnf_terms([[0, 1]]), ValueError, "truth: expected 1 axis, got 2"),
    ("not_gate", lambda: not_gate([0, np.nan]), ValueError, r"x: expected 0 for false and 1 for true, got nan at \(1,\)"),
    ("not_gate", lambda: not_gate("true"), TypeError, "x: expected float32"),
    ("or_gate", lambda: or_gate([-1, 1]), ValueError, r"literals: expected 0 for false and 1 for true, got -1.0 at \(0,\)"),
    ("or_gate", lambda: or_gate(0), ValueError, r"literals: expected shape \(..., k\), got \(\)"),
    ("parity_costs", lambda: parity_costs(0), ValueError, "n: expected at least 1, got 0"),
    ("parity_net", lambda: parity_net(0), ValueError, "n: expected at least 1, got 0"),
    ("parity_net", lambda: parity_net(1.5), TypeError, "n: expected a whole number, got 1.5"),
    ("parity_product", lambda: parity_product(BITS), ValueError, r"X: expected -1 for false and 1 for true, got 0.0 at \(0, 0\)"),
    ("parity_product", lambda: parity_product(SIGNS[0]), ValueError, "X: expected 2 axes, got 1"),
    ("parity_tree", lambda: parity_tree(np.ones((2, 0))), ValueError, r"X: expected at least one column, got shape \(2, 0\)"),
    ("parity_tree", lambda: parity_tree(SIGNS), ValueError, "X: expected 0 for false and 1 for true, got -1.0"),
    ("threshold_net", lambda: threshold_net(BITS[:, :2], *NET), ValueError, r"X, W: expected shapes .*\(2, 2\) and \(2, 3\)"),
    ("threshold_net", lambda: threshold_net(BITS, W, B[:1], V, C), ValueError, r"b: expected shape \(2,\), got \(1,\)"),
    ("threshold_net", lambda: threshold_net(BITS, W, B, V.T, C), ValueError, r"V: expected shape \(2, 2\), got \(2, 1\)"),
    ("threshold_net", lambda: threshold_net(BITS, W, B, V, -0.5), ValueError, r"c: expected shape \(1,\), got \(\)"),
    ("threshold_net", lambda: threshold_net(BITS, W, B, V[0], C), ValueError, "V: expected 2 axes, got 1"),
    ("xor_gate", lambda: xor_gate(BITS, BITS[0]), ValueError, r"b: expected shape \(2, 3\), got \(3,\)"),
    ("xor_gate", lambda: xor_gate(BITS, SIGNS), ValueError, "b: expected 0 for false and 1 for true, got -1.0"),
    ("xor_net", lambda: xor_net(SIGNS), ValueError, r"X: expected shape \(2, 2\), got \(2, 3\)"),
    ("xor_net", lambda: xor_net([1, -1]), ValueError, "X: expected 2 axes, got 1"),
]
