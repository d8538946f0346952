r"""Why deep: what layers buy that width does not.

Seide and colleagues gave the same number of weights once to a thin and tall net and once to a fat and short one, and
the tall one misread fewer words (DEEP-01, DEEP-02). Two reasons can be counted. Folding: each further layer of two
ReLUs doubles the pieces of a sawtooth, where a flat net pays one unit for each (DEEP-03). Modularisation: k
classifiers of single attributes, each trained on all samples, make up 2^k joint classes, some of which had hardly any
samples of their own (DEEP-04).

Symbols: $m_0$ inputs, $h$ units in each of $L$ hidden layers, $m_{out}$ outputs; a flat net on the line is
$f(x) = c + \sum_i v_i\,\mathrm{relu}(w_i x + b_i)$; `folds` and the number of attributes are $k$.

Pitfall: "more parameters, better" is not the explanation. The widest net of the table has most weights and loses to
two layers with a seventh of them.

Source: S2 "Deeper is Better?", "Fat + Short v.s. Thin + Tall", "Why Deep? Modularization"; Seide, Li and Yu,
"Conversational Speech Transcription Using Context-Dependent Deep Neural Networks", 2011.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_array, as_float, as_floats, at_least, class_labels, finite, same_shape
from refnn.mlp import MLP

__all__ = [
    "attributes_of",
    "count_pieces",
    "equal_budget_width",
    "flat_pieces",
    "flat_sawtooth",
    "hidden_weight_count",
    "joint_class",
    "modular_net",
    "samples_per_class",
    "samples_per_value",
    "sawtooth",
    "seide2011",
]


def seide2011() -> list[tuple[int, int, float]]:
    r"""Return how many words each net misread: (hidden layers, units in each, word error rate in percent).

    $$24.2 > 20.4 > 18.4 > 17.8 > 17.2 > 17.1 \quad\text{for } L = 1, 2, 3, 4, 5, 7 \text{ layers of } 2048
      \tag{DEEP-01}$$

    The single layers of 3772 and 4634 units have as many weights as five and seven layers of 2048
    (`equal_budget_width`). Fat and short, they stay above 22 %, and so does a layer of 16384.

    Source: S2 "Fat + Short v.s. Thin + Tall"; the slide writes 2k for 2048 and 16k for 16384.

    Example: the best net, and the best of those with one hidden layer.

        >>> min(seide2011(), key=lambda row: row[2])
        (7, 2048, 17.1)
        >>> min((row for row in seide2011() if row[0] == 1), key=lambda row: row[2])
        (1, 16384, 22.1)
    """
    return [  # (DEEP-01)
        (1, 2048, 24.2),
        (2, 2048, 20.4),
        (3, 2048, 18.4),
        (4, 2048, 17.8),
        (5, 2048, 17.2),
        (7, 2048, 17.1),
        (1, 3772, 22.5),
        (1, 4634, 22.6),
        (1, 16384, 22.1),
    ]


def hidden_weight_count(inputs: int, width: int, layers: int, outputs: int) -> int:
    r"""Return the number of weights, without biases, of a net whose hidden layers are equally wide.

    $$m_0 h + (L-1)\,h^2 + h\,m_{out} \tag{DEEP-02}$$

    Args:
        inputs: $m_0$, at least 1.
        width: h, units in each hidden layer, at least 1.
        layers: L, hidden layers, at least 1.
        outputs: $m_{out}$, at least 1.

    Example: Seide's nets with 429 inputs and 9304 outputs. The widest has 4.3 times the weights of the five layers.

        >>> hidden_weight_count(429, 2048, layers=5, outputs=9304)
        36710400
        >>> hidden_weight_count(429, 16384, layers=1, outputs=9304)
        159465472
    """
    m_0, m_out = at_least("inputs", inputs, 1), at_least("outputs", outputs, 1)
    h, L = at_least("width", width, 1), at_least("layers", layers, 1)
    return m_0 * h + (L - 1) * h**2 + h * m_out  # (DEEP-02)


def equal_budget_width(inputs: int, width: int, layers: int, outputs: int, biases: bool = False) -> float:
    r"""Return how wide one hidden layer must be to have as many weights as several.

    $$\frac{m_0 h + (L-1)\,h^2 + h\,m_{out}}{m_0 + m_{out}} \tag{DEEP-02}$$

    Args:
        inputs: $m_0$, at least 1.
        width: h, units in each hidden layer of the deep net, at least 1.
        layers: L, its hidden layers, at least 1.
        outputs: $m_{out}$, at least 1.
        biases: whether biases count too. Each hidden unit then costs one more in both nets; outputs cost the same.

    Returns:
        The width, rarely a whole number: round it.

    Example: rounded, these are the two widths of the table. Seven layers with biases would have given 4635.

        >>> [round(equal_budget_width(429, 2048, layers, 9304), 2) for layers in (5, 7)]
        [3771.75, 4633.62]
        >>> round(equal_budget_width(429, 2048, 7, 9304, biases=True))
        4635
    """
    inputs, width, layers, outputs = (at_least(name, n, 1) for name, n in (
        ("inputs", inputs), ("width", width), ("layers", layers), ("outputs", outputs)))
    budget = hidden_weight_count(inputs, width, layers, outputs)
    if biases:
        return (budget + layers * width) / (inputs + outputs + 1)
    return budget / (inputs + outputs)  # (DEEP-02)


def sawtooth(folds: int) -> MLP:
    r"""Build the net that folds the unit interval k times: two ReLUs a layer, twice as many teeth with each.

    $$\mathrm{tri}(x) = \mathrm{relu}(2x) - \mathrm{relu}(4x - 2), \qquad
      \underbrace{\mathrm{tri} \circ \dots \circ \mathrm{tri}}_{k}\ \text{has } 2^k \text{ pieces on } [0, 1]
      \tag{DEEP-03}$$

    Args:
        folds: k, 1 to 50.

    Returns:
        A net with one input, k hidden layers of two units and one output. It is exact on multiples of 2^-j, j <= 50.

    Raises:
        ValueError: if `folds` is not in 1 .. 50.

    Example: ten units for 32 pieces.

        >>> sawtooth(2)
        MLP(1 -> 2 relu -> 2 relu -> 1 identity)
        >>> sum(len(b) for b in sawtooth(5).biases if b is not None)
        10
    """
    k = _folds(folds, 50)
    rise, tent = np.array([[2.0], [4]]), np.array([[1.0, -1]])   # (2, 1): the arguments of the relus; (1, 2): tri
    # the next layer sees tri, not its two parts: (2, 1) (1, 2) -> (2, 2) (DEEP-03)
    weights = [rise, *[rise @ tent] * (k - 1), tent]
    return MLP(weights, [*[np.array([0.0, -2])] * k, None], [*["relu"] * k, "identity"])


def flat_sawtooth(folds: int) -> MLP:
    r"""Build the same sawtooth on the unit interval with one hidden layer: it takes a unit for each piece.

    $$2^k\,\mathrm{relu}(x) + \sum_{i=1}^{2^k - 1} (-1)^i\,2^{k+1}\,\mathrm{relu}\Bigl(x - \frac{i}{2^k}\Bigr)
      \tag{DEEP-03}$$

    Args:
        folds: k, 1 to 20.

    Returns:
        A net with one input, 2^k hidden units and one output.

    Raises:
        ValueError: if `folds` is not in 1 .. 20.

    Example:
        >>> flat_sawtooth(5)
        MLP(1 -> 32 relu -> 1 identity)
    """
    k = _folds(folds, 20)
    i = np.arange(2**k)
    v = (-1.0) ** i * 2 ** (k + 1)                               # each bend turns the slope from +-2^k to -+2^k ...
    v[0] = 2**k                                                  # ... but the first unit starts from slope zero
    return MLP([np.ones((2**k, 1)), v[np.newaxis]], [-i / 2**k, None], ["relu", "identity"])


def flat_pieces(w: ArrayLike, b: ArrayLike, v: ArrayLike) -> int:
    r"""Return how many affine pieces a net with one hidden layer of ReLUs has on the whole line.

    Unit i bends the line at $t_i = -b_i / w_i$, and adds $v_i |w_i|$ to the slope there, whichever side it faces. So
    $n$ units make at most $n + 1$ pieces, fewer where bends coincide or cancel:

    $$1 + \#\Bigl\{t : \sum_{i\,:\,t_i = t} v_i\,|w_i| \ne 0\Bigr\} \le n + 1 \tag{DEEP-03}$$

    Args:
        w: weights of the input, shape (n,).
        b: biases, shape (n,).
        v: weights of the output, shape (n,).

    Returns:
        The number of pieces, exact: the numbers are taken as the fractions they are.

    Raises:
        ValueError: if the shapes differ, or a number is not finite.

    Example: the absolute value, and two units that bend at one place and cancel.

        >>> flat_pieces(w=[1, -1], b=[0, 0], v=[1, 1])
        2
        >>> flat_pieces(w=[1, 2], b=[1, 2], v=[2, -1])
        1
    """
    w, b, v = as_floats(1, w=w, b=b, v=v)
    same_shape("b", finite("b", b), finite("w", w).shape)
    same_shape("v", finite("v", v), w.shape)
    bends: defaultdict[Fraction, Fraction] = defaultdict(Fraction)
    for w_i, b_i, v_i in zip(_fractions(w), _fractions(b), _fractions(v), strict=True):
        if w_i:
            bends[-b_i / w_i] += v_i * abs(w_i)
    return 1 + sum(bend != 0 for bend in bends.values())  # (DEEP-03)


def count_pieces(x: ArrayLike, y: ArrayLike) -> int:
    r"""Return how many straight pieces the line through given points has.

    $$1 + \#\Bigl\{i : \frac{y_{i+1} - y_i}{x_{i+1} - x_i} \ne \frac{y_i - y_{i-1}}{x_i - x_{i-1}}\Bigr\}
      \tag{DEEP-03}$$

    It counts the pieces of a function if the points hold all its bends. Slopes are compared as exact fractions:
    values that are rounded, as of a net with weights like 0.1, show bends where there are none.

    Args:
        x: places, increasing, at least two, shape (n,).
        y: values, shape (n,).

    Raises:
        ValueError: if `x` does not increase, has less than two places, or a number is not finite.

    Example:
        >>> count_pieces([0, 1, 2, 4], [0, 1, 2, 0])
        2
    """
    x, y = as_floats(1, x=x, y=y)
    same_shape("y", finite("y", y), finite("x", x).shape)
    if len(x) < 2 or (x[1:] <= x[:-1]).any():
        raise ValueError(f"x: expected at least two places, each above the one before, got {x}")
    X, Y = _fractions(x), _fractions(y)
    slopes = [(Y[i + 1] - Y[i]) / (X[i + 1] - X[i]) for i in range(len(X) - 1)]
    return 1 + sum(left != right for left, right in pairwise(slopes))  # (DEEP-03)


def joint_class(attributes: ArrayLike) -> NDArray[np.intp]:
    r"""Return the joint class of each sample: its attributes read as a binary number.

    $$c = \sum_{j=1}^{k} 2^{k-j} a_j \tag{DEEP-04}$$

    Long-haired or not and girl or not make four classes, and each class fixes both: the map is one to one.

    Args:
        attributes: zeros and ones, shape (n, k), k at most 20.

    Returns:
        Classes 0 .. 2^k - 1, shape (n,).

    Raises:
        ValueError: if an attribute is neither 0 nor 1, or there are none or more than 20 of them.

    Example: (girl, long hair) of a boy with short hair, a boy with long hair, and a girl with long hair.

        >>> joint_class([[0, 0], [0, 1], [1, 1]]).tolist()
        [0, 1, 3]
    """
    a = _attributes(attributes)
    return a @ 2 ** np.arange(a.shape[1] - 1, -1, -1)  # (n, k) (k,) -> (n,) (DEEP-04)


def attributes_of(classes: ArrayLike, k: int) -> NDArray[np.intp]:
    """Return the attributes that make up each joint class: `joint_class` undone.

    Args:
        classes: whole numbers 0 .. 2^k - 1, shape (n,).
        k: number of attributes, 1 to 20.

    Returns:
        Zeros and ones, shape (n, k).

    Raises:
        ValueError: if there is no such class, or `k` is not in 1 .. 20.

    Example:
        >>> attributes_of([0, 1, 3], k=2).tolist()
        [[0, 0], [0, 1], [1, 1]]
    """
    k = _at_most_20("k", at_least("k", k, 1))
    classes = as_array("classes", classes)
    c = class_labels("classes", classes, classes.size, 2**k)
    # digit j of c, highest first (DEEP-04)
    return (c[:, np.newaxis] >> np.arange(k - 1, -1, -1)) & 1


def samples_per_class(attributes: ArrayLike) -> NDArray[np.intp]:
    """Return how many samples a classifier of each joint class has to learn that class from.

    Args:
        attributes: zeros and ones, shape (n, k), k at most 20.

    Returns:
        Number of samples of each class, shape (2^k,).

    Example: see `samples_per_value`.
    """
    a = _attributes(attributes)
    return np.bincount(joint_class(a), minlength=2 ** a.shape[1])


def samples_per_value(attributes: ArrayLike) -> NDArray[np.intp]:
    r"""Return how many samples a classifier of each attribute has to learn its two values from.

    $$n_{j,a} = \sum_{c\,:\,a_j(c) = a} n_c \tag{DEEP-04}$$

    A value is shared by half of the classes, so it has at least as many samples as each of them, and more as soon as
    another of them has any. That is why attributes can be learned where a rare class cannot.

    Args:
        attributes: zeros and ones, shape (n, k), k at most 20.

    Returns:
        Number of samples with 0 and with 1 in each attribute, shape (k, 2); each row sums to n.

    Example: ten people, of whom one is a boy with long hair, described by (girl, long hair).

        >>> people = [[0, 0]] * 4 + [[0, 1]] + [[1, 0]] * 2 + [[1, 1]] * 3
        >>> samples_per_class(people).tolist()
        [4, 1, 2, 3]
        >>> samples_per_value(people).tolist()
        [[5, 5], [6, 4]]
    """
    a = _attributes(attributes)
    ones = a.sum(axis=0)                                  # (n, k) -> (k,)
    return np.stack([len(a) - ones, ones], axis=1)        # (k, 2)


def modular_net(W: ArrayLike, b: ArrayLike) -> MLP:
    r"""Build the net that first decides each attribute and then, by ANDs, the joint class.

    Attribute j is the threshold unit $a_j = H(w_j^\top x + b_j)$. With s(c) the attributes of class c as -1 and +1,
    the AND of k of them or of their negations is again a threshold unit:

    $$y_c = H\Bigl(\sum_j s_j(c)\,a_j + \tfrac12 - \#\{j : s_j(c) = 1\}\Bigr) \tag{DEEP-04}$$

    So k learned classifiers serve 2^k classes; the second layer is written down, not learned.

    Args:
        W: weights of the attribute units, shape (k, d), k at most 20.
        b: their biases, shape (k,).

    Returns:
        A net with d inputs, k hidden units and 2^k outputs: 1 for the sample's joint class, 0 for all others.

    Raises:
        ValueError: if `W` is empty or has more than 20 rows, or `b` another length.

    Example: attributes "x > 1/2" and "y > 1/2" give the quarters of the unit square.

        >>> modular_net([[1, 0], [0, 1]], [-0.5, -0.5])
        MLP(2 -> 2 step -> 4 step)
    """
    W, b = as_floats(W=as_float("W", W, 2), b=as_float("b", b, 1))
    k = _at_most_20("W", len(W))
    if W.size == 0:
        raise ValueError(f"W: expected at least one attribute and one input, got shape {W.shape}")
    same_shape("b", b, (k,))
    a = attributes_of(np.arange(2**k), k).astype(W.dtype)  # (2^k, k)
    # y_c = H(s(c).a + 1/2 - #{s = 1}) (DEEP-04)
    return MLP([W, 2 * a - 1], [b, 0.5 - a.sum(axis=1)], ["step", "step"])


def _folds(folds: int, most: int) -> int:
    """Return the number of folds if there is at least one and not too many."""
    if (k := at_least("folds", folds, 1)) > most:
        raise ValueError(f"folds: expected at most {most}, got {k}: that would be 2^{k} pieces")
    return k


def _fractions(values: NDArray) -> list[Fraction]:
    """Return numbers as the fractions they are."""
    return [Fraction(value) for value in values.tolist()]


def _attributes(attributes: ArrayLike) -> NDArray[np.intp]:
    """Return zeros and ones, (n, k), as whole numbers."""
    a = as_float("attributes", attributes, 2)
    _at_most_20("attributes", a.shape[1])
    wrong = (a != 0) & (a != 1)
    if wrong.any() or a.shape[1] == 0:
        got = f"{a[wrong][0]} at {tuple(int(i) for i in np.argwhere(wrong)[0])}" if wrong.any() else f"shape {a.shape}"
        raise ValueError(f"attributes: expected zeros and ones, shape (n, k) with k at least 1, got {got}")
    return a.astype(np.intp)


def _at_most_20(name: str, k: int) -> int:
    """Return the number of attributes if their joint classes, 2^k, can be listed."""
    if k > 20:
        raise ValueError(f"{name}: expected at most 20 attributes, got {k}: there would be 2^{k} joint classes")
    return k
