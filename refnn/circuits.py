r"""Circuits: what gates, and hence threshold units, can say, and what depth saves.

One perceptron cannot say *one or the other, but not both*; two of them, read by a third, can (CIR-01). A threshold
unit is an AND, an OR or a NOT, whichever its bias makes of it (CIR-03), and a row of ANDs under one OR says any Boolean
function whatever: one hidden layer is enough (CIR-04). Enough is not cheap. Parity takes $2^{n-1}$ ANDs in two levels
and $n - 1$ gates in a tree (CIR-05), which is the lecture's first answer to the question *why deep?*

Symbols: `X` inputs as rows, n of them in a row; bits are 0 or 1, in S1's table -1 or +1, and 1 is true; `literals`
inputs or their negations; `terms` the rows for which a function is true; `W, b` hidden threshold units, `V, c` the
output unit, in the shapes of `mlp.MLP`; $H(t) = \mathbb{1}[t \ge 0]$.

Source: S1 the exclusive-or table after "Neural Network (Deep Learning) History & Progress"; S2 appendix "Why Deep? -
Logic Circuits". No Boolean function has a slope, so nothing here has a gradient.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, at_least, same_shape
from refnn.activations import step
from refnn.linear import affine

__all__ = [
    "all_inputs",
    "and_gate",
    "dnf_circuit",
    "dnf_net",
    "dnf_terms",
    "not_gate",
    "or_gate",
    "parity_costs",
    "parity_net",
    "parity_product",
    "parity_tree",
    "threshold_net",
    "xor_gate",
    "xor_net",
]


def xor_net(X: ArrayLike) -> tuple[NDArray, NDArray]:
    r"""Return what the hidden units and the output unit of the exclusive-or net say.

    $$y_1 = \operatorname{sgn}(x_1 + x_2 + 0.5), \quad y_2 = \operatorname{sgn}(x_1 + x_2 - 1.5), \quad
      z = \operatorname{sgn}(0.7 y_1 - 0.4 y_2 - 1) \tag{CIR-01}$$

    $y_1$ is OR, $y_2$ is AND, and z is the one but not the other: true in the stripe between two parallel lines, and on
    neither of them. These weights are a textbook's; any that give the table will do.

    Args:
        X: points, on the slide the four with coordinates -1 and +1, shape (N, 2).

    Returns:
        The hidden units, shape (N, 2), and the output, shape (N,), both -1 or +1; a hidden unit on its line is 0.

    Example: the slide's table.

        >>> Y, z = xor_net([[1, 1], [1, -1], [-1, 1], [-1, -1]])
        >>> Y.T, z
        (array([[ 1.,  1.,  1., -1.],
               [ 1., -1., -1., -1.]]), array([-1.,  1.,  1., -1.]))

    Across the stripe:

        >>> xor_net([[0, -0.5], [0, -0.375], [0, 1.375], [0, 1.5]])[1]
        array([-1.,  1.,  1., -1.])
    """
    X = as_float("X", X, 2)
    same_shape("X", X, (len(X), 2))
    W, b = np.ones((2, 2), X.dtype), np.array([0.5, -1.5], X.dtype)
    v, c = np.array([[0.7, -0.4]], X.dtype), np.array([-1], X.dtype)
    Y = np.sign(affine(X, W, b))             # (N, 2), OR and AND
    return Y, np.sign(affine(Y, v, c))[:, 0]  # (CIR-01)


def parity_product(X: ArrayLike) -> NDArray:
    r"""Return +1 where an odd number of inputs is true: exclusive or and its generalisation, as a product.

    $$z = -x_1 x_2, \qquad z = (-1)^{n+1} \prod_{i=1}^{n} x_i \tag{CIR-02}$$

    This is S1's question *what is the relation between z and x_i?*: with -1 and +1 for false and true, false inputs
    change the sign of the product, and the factor in front sets its sign right where all are true.

    Args:
        X: inputs -1 or +1, shape (N, n).

    Returns:
        -1 or +1, shape (N,).

    Raises:
        ValueError: if an input is neither.

    Example:
        >>> parity_product([[1, 1], [1, -1], [-1, 1], [-1, -1]])
        array([-1.,  1.,  1., -1.])
    """
    X = _two_valued("X", X, -1, ndim=2)
    return (-1) ** (X.shape[1] + 1) * X.prod(axis=1)  # (CIR-02)


def and_gate(literals: ArrayLike) -> NDArray:
    r"""Return 1 where all k literals are true: a unit that needs every one of them to get over its threshold.

    $$H\Bigl(\sum_{i=1}^{k} l_i - k + \tfrac12\Bigr) \tag{CIR-03}$$

    Args:
        literals: bits, shape (..., k). The AND of none is true.

    Returns:
        Bits, shape (...).

    Raises:
        ValueError: if an entry is neither 0 nor 1.

    Example:
        >>> and_gate([[0, 0], [0, 1], [1, 0], [1, 1]])
        array([0., 0., 0., 1.])
    """
    l = _literals(literals)                           # (..., k)
    return step(l.sum(axis=-1) - l.shape[-1] + 0.5)  # (CIR-03)


def or_gate(literals: ArrayLike) -> NDArray:
    r"""Return 1 where at least one of the literals is true: the same unit with a lower threshold.

    $$H\Bigl(\sum_{i=1}^{k} l_i - \tfrac12\Bigr) \tag{CIR-03}$$

    Args:
        literals: bits, shape (..., k). The OR of none is false.

    Returns:
        Bits, shape (...).

    Raises:
        ValueError: if an entry is neither 0 nor 1.

    Example:
        >>> or_gate([[0, 0], [0, 1], [1, 0], [1, 1]])
        array([0., 1., 1., 1.])
    """
    return step(_literals(literals).sum(axis=-1) - 0.5)  # (CIR-03)


def not_gate(x: ArrayLike) -> NDArray:
    r"""Return the negation of each bit.

    $$1 - x \tag{CIR-03}$$

    Args:
        x: bits, any shape.

    Returns:
        Bits, shape of x.

    Raises:
        ValueError: if an entry is neither 0 nor 1.

    Example:
        >>> not_gate([0, 1])
        array([1., 0.])
    """
    return 1 - _two_valued("x", x, 0)  # (CIR-03)


def xor_gate(a: ArrayLike, b: ArrayLike) -> NDArray:
    r"""Return 1 where the two bits differ: four NAND gates, as computers build it.

    $$c = \overline{a b}, \qquad a \oplus b = \overline{\overline{a c}\;\overline{b c}} \tag{CIR-05}$$

    Args:
        a: bits, any shape.
        b: bits, shape of a.

    Returns:
        Bits, shape of a.

    Raises:
        ValueError: if the shapes differ or an entry is neither 0 nor 1.

    Example:
        >>> xor_gate([0, 0, 1, 1], [0, 1, 0, 1])
        array([0., 1., 1., 0.])
    """
    a, b = as_floats(a=_two_valued("a", a, 0), b=_two_valued("b", b, 0))
    same_shape("b", b, a.shape)
    c = _nand(a, b)
    return _nand(_nand(a, c), _nand(b, c))  # (CIR-05)


def all_inputs(n: int) -> NDArray:
    r"""Return all rows of n bits, counted up in binary: the left half of a truth table.

    Args:
        n: number of inputs, 0 to 20.

    Returns:
        Bits, shape (2^n, n), float64. Row r holds the binary digits of r, the highest first.

    Example:
        >>> all_inputs(2).tolist()
        [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    if (n := at_least("n", n, 0)) > 20:
        raise ValueError(f"n: expected at most 20, for there are 2^n rows, got {n}")
    rows, places = np.arange(2**n)[:, np.newaxis], np.arange(n)[::-1]
    return (rows >> places & 1).astype(np.float64)  # (2^n, 1), (n,) -> (2^n, n)


def dnf_terms(truth: ArrayLike) -> NDArray:
    r"""Return the disjunctive normal form of a Boolean function: the rows of its truth table that are true.

    $$f(x) = \bigvee_{t:\,f(t) = 1} \; \bigwedge_{i=1}^{n} \bigl(x_i \text{ if } t_i = 1 \text{ else } 1 - x_i\bigr)
      \tag{CIR-04}$$

    Args:
        truth: the function's value on each row of `all_inputs`, bits, shape (2^n,).

    Returns:
        One row for each AND, shape (terms, n): 1 where an input enters plain, 0 where it enters negated.

    Raises:
        ValueError: if the length of `truth` is no power of two, or an entry is neither 0 nor 1.

    Example: NAND.

        >>> dnf_terms([1, 1, 1, 0]).tolist()
        [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    """
    truth = _two_valued("truth", truth, 0, ndim=1)
    n = len(truth).bit_length() - 1
    if len(truth) != 2**max(n, 0):
        raise ValueError(f"truth: expected 2^n values, one for each row of all_inputs(n), got {len(truth)}")
    return all_inputs(n)[truth == 1].astype(truth.dtype)  # (CIR-04)


def dnf_circuit(X: ArrayLike, terms: ArrayLike) -> NDArray:
    r"""Return what the disjunctive normal form says, computed with gates: an AND for each term, and one OR.

    Args:
        X: inputs, bits, shape (N, n).
        terms: a row for each AND, as from `dnf_terms`, shape (terms, n).

    Returns:
        Bits, shape (N,).

    Raises:
        ValueError: if `X` and `terms` have not the same number of columns, or an entry is neither 0 nor 1.

    Example: NAND.

        >>> dnf_circuit(all_inputs(2), terms=[[0, 0], [0, 1], [1, 0]])
        array([1., 1., 1., 0.])
    """
    X, terms = as_floats(X=_two_valued("X", X, 0, ndim=2), terms=_two_valued("terms", terms, 0, ndim=2))
    same_shape("terms", terms, (len(terms), X.shape[1]))
    x, t = X[:, np.newaxis], terms[np.newaxis]  # (N, 1, n), (1, terms, n)
    ands = and_gate(np.where(t == 1, x, 1 - x))  # (N, terms, n) -> (N, terms)
    # an OR of ANDs (CIR-04)
    return or_gate(ands)                         # (N, terms) -> (N,)


def dnf_net(terms: ArrayLike) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    r"""Return the disjunctive normal form as a threshold net: a hidden unit for each AND, an output unit for the OR.

    A negated input is a weight of -1, and its one goes into the bias:

    $$W = 2t - 1, \qquad b_j = \tfrac12 - \sum_{i=1}^{n} t_{ji}, \qquad V = (1, \dots, 1), \qquad c = -\tfrac12
      \tag{CIR-04}$$

    Args:
        terms: a row for each AND, as from `dnf_terms`, shape (m, n). There are at most 2^n different ones.

    Returns:
        W (m, n), b (m,), V (1, m), c (1,), to be given to `threshold_net`; with at least one term also to
        `mlp.MLP([W, V], [b, c], ["step", "step"])`.

    Raises:
        ValueError: if an entry is neither 0 nor 1.

    Example: a net for NAND.

        >>> net = dnf_net([[0, 0], [0, 1], [1, 0]])
        >>> threshold_net(all_inputs(2), *net).ravel()
        array([1., 1., 1., 0.])
    """
    t = _two_valued("terms", terms, 0, ndim=2)  # (m, n)
    # each literal is x or 1 - x, summed up against n - 1/2 (CIR-04)
    W, b = 2 * t - 1, 0.5 - t.sum(axis=1)
    return W, b, np.ones((1, len(t)), t.dtype), np.full(1, -0.5, t.dtype)


def threshold_net(X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike) -> NDArray:
    r"""Return the output of a net of threshold units with one hidden layer.

    $$H\bigl(V\,H(Wx + b) + c\bigr) \tag{CIR-04}$$

    Args:
        X: inputs, any numbers, shape (N, n).
        W: hidden weights, shape (m, n). No hidden unit is allowed too.
        b: hidden biases, shape (m,).
        V: output weights, shape (K, m).
        c: output biases, shape (K,).

    Returns:
        Bits, shape (N, K). NaN stays NaN.

    Raises:
        ValueError: if the shapes do not fit each other.

    Example: an OR behind two units that wait for x >= 1 and for x <= -1.

        >>> threshold_net([[-1], [0], [2]], W=[[1], [-1]], b=[-1, -1], V=[[1, 1]], c=[-0.5]).ravel()
        array([1., 0., 1.])
    """
    X, W, V = as_floats(ndim=2, X=X, W=W, V=V)
    same_shape("V", V, (len(V), len(W)))
    c = same_shape("c", as_float("c", c), V.shape[:1])
    # (N, n) -> (N, m) -> (N, K) (CIR-04)
    return step(affine(step(affine(X, W, b)), V, c))


def parity_tree(X: ArrayLike) -> tuple[NDArray, int, int]:
    r"""Return the parity of each row by a tree of two-input exclusive ors, and how many gates and levels it took.

    $$x_1 \oplus \dots \oplus x_n = (x_1 \oplus x_2) \oplus (x_3 \oplus x_4) \oplus \cdots \tag{CIR-05}$$

    Args:
        X: bits, at least one column, shape (N, n).

    Returns:
        1 where an odd number of bits is one, shape (N,); the gates, n - 1; the depth, $\lceil \log_2 n \rceil$.

    Raises:
        ValueError: if there is no column, or an entry is neither 0 nor 1.

    Example:
        >>> parity_tree([[1, 1, 0, 0, 1], [1, 0, 0, 0, 1]])
        (array([1., 0.]), 4, 3)
    """
    X = _two_valued("X", X, 0, ndim=2)
    if X.shape[1] == 0:
        raise ValueError(f"X: expected at least one column, got shape {X.shape}")
    wires, gates, depth = list(X.T.copy()), 0, 0
    while len(wires) > 1:
        # neighbours meet in one gate, and an odd wire goes up as it is (CIR-05)
        level = [xor_gate(a, b) for a, b in zip(wires[::2], wires[1::2], strict=False)]
        wires = level + wires[2 * len(level) :]
        gates, depth = gates + len(level), depth + 1
    return wires[0], gates, depth


def parity_costs(n: int) -> tuple[int, int, int]:
    r"""Return what parity costs: product terms in two levels, NAND gates in a tree, and the depth of the tree.

    $$2^{n-1} \qquad\text{against}\qquad 4(n-1) \text{ in depth } \lceil \log_2 n \rceil \text{ of XORs} \tag{CIR-05}$$

    Two rows that differ in one bit have different parity, so no two true rows can share a term: each needs an AND of
    its own with all n literals. The tree has n - 1 exclusive ors of four NANDs. From n = 6 on it is the smaller one.

    Pitfall: this is about AND and OR. Threshold units count, and do parity in two layers with n of them (`parity_net`).

    Args:
        n: number of inputs, at least 1.

    Returns:
        Terms, NAND gates, depth in exclusive ors.

    Example:
        >>> [parity_costs(n) for n in (2, 3, 4, 5, 6, 8)]
        [(2, 4, 1), (4, 8, 2), (8, 12, 2), (16, 16, 3), (32, 20, 3), (128, 28, 3)]
    """
    n = at_least("n", n, 1)
    return 2 ** (n - 1), 4 * (n - 1), (n - 1).bit_length()  # (CIR-05)


def parity_net(n: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    r"""Return a threshold net with only n hidden units that says parity: unit k asks whether k inputs are on.

    $$h_k = H\Bigl(\sum_i x_i - k + \tfrac12\Bigr), \qquad z = H\bigl(h_1 - h_2 + h_3 - \dots - \tfrac12\bigr)
      \tag{CIR-05}$$

    The alternating sum is 1 where the last unit that fires has an odd number, and 0 elsewhere.

    Args:
        n: number of inputs, at least 1.

    Returns:
        W (n, n), b (n,), V (1, n), c (1,), to be given to `threshold_net`.

    Example: and the same net as an `MLP`.

        >>> threshold_net([[1, 1, 0], [1, 1, 1]], *parity_net(3)).ravel()
        array([0., 1.])
        >>> from refnn.mlp import MLP, output
        >>> W, b, V, c = parity_net(3)
        >>> output(MLP([W, V], [b, c], ["step", "step"]), [[1, 1, 0], [1, 1, 1]]).ravel()
        array([0., 1.])
    """
    k = np.arange(1, at_least("n", n, 1) + 1)
    # h_k fires from k inputs on, odd ones speak for, even ones against (CIR-05)
    W, b, V = np.ones((len(k), len(k))), 0.5 - k, np.where(k % 2 == 1, 1.0, -1.0)[np.newaxis]
    return W, b, V, np.array([-0.5])


def _nand(a: NDArray, b: NDArray) -> NDArray:
    """Return 1 - ab of bits of one shape."""
    return not_gate(and_gate(np.stack([a, b], axis=-1)))


def _literals(literals: ArrayLike) -> NDArray:
    """Return bits with at least one axis."""
    if (array := _two_valued("literals", literals, 0)).ndim == 0:
        raise ValueError("literals: expected shape (..., k), got ()")
    return array


def _two_valued(name: str, values: ArrayLike, false: int, ndim: int | None = None) -> NDArray:
    """Return an array of nothing but `false` (0 or -1) and 1."""
    array = as_float(name, values, ndim)
    wrong = (array != false) & (array != 1)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{name}: expected {false} for false and 1 for true, got {array[where]} at {where}")
    return array
