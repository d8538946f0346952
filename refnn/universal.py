r"""Universality: one hidden layer comes as close as one likes to any continuous function on a compact set.

Here this is built by hand in one dimension: a staircase of step units (UNI-02), the same staircase with its edges
rounded by sigmoids (UNI-03), and a polygon of ReLUs through points of the graph (UNI-04), each with the error that it
is proved not to exceed. As close as one likes is not equal, and compact is not everywhere: a net of bounded units
misses f(x) = x far out, at a point that can be computed (UNI-05). S1 and S2 leave out both words (E-18, E-20).
Kolmogorov's theorem, which S1 appeals to, is about something else (UNI-06).

Symbols: `f` a function on [0, 1]; `lipschitz` its constant $\Lambda$: $|f(x) - f(y)| \le \Lambda |x - y|$; `cells` the
n equal parts of [0, 1], with borders $t_i = i/n$ and middles $m_i = (i + \frac12)/n$; `W, b, V, c` the net, in the
shapes of `mlp.MLP`: `MLP([W, V], [b, c], [activation, "identity"])` is the same net, ready to be trained.

Source: S1 "Expressive Power of Multi-layer Networks"; S2 "Universality Theorem" with the chapter of Nielsen that it
cites; Cybenko 1989; Leshno, Lin, Pinkus and Schocken 1993.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, at_least, not_negative, positive, same_shape, several
from refnn.activations import activation as activation_named
from refnn.linear import affine

__all__ = [
    "cells_enough",
    "missed_point",
    "one_hidden_layer",
    "relu_net",
    "relu_net_bound",
    "relu_net_smooth_bound",
    "sigmoid_net",
    "sigmoid_net_bound",
    "step_net",
    "step_net_bound",
    "superposition",
]

Function = Callable[[NDArray], ArrayLike]
Parameters = tuple[NDArray, NDArray, NDArray, NDArray]


def one_hidden_layer(
    X: ArrayLike, W: ArrayLike, b: ArrayLike, V: ArrayLike, c: ArrayLike, activation: str
) -> NDArray:
    r"""Return the output of a net with one hidden layer and a linear output: what the theorem is about.

    $$g(x) = V\,\varphi(Wx + b) + c, \qquad \sup_{x \in K} \lVert f(x) - g(x) \rVert \le \epsilon \tag{UNI-01}$$

    For every continuous f on a compact $K \subset \mathbb{R}^N$ and every $\epsilon > 0$ there is such a net, if
    $\varphi$ is continuous and no polynomial. Nets of polynomial units are polynomials of one degree, however wide.

    Args:
        X: samples, shape (n, N).
        W: hidden weights, shape (m, N). No hidden unit is allowed too.
        b: hidden biases, shape (m,).
        V: output weights, shape (K, m).
        c: output constants, shape (K,).
        activation: the name of $\varphi$, a key of `activations.ACTIVATIONS`.

    Returns:
        Values of g, shape (n, K). For its gradients see `backprop.gradients`.

    Raises:
        ValueError: if the shapes do not fit each other.

    Example: two ReLUs make an absolute value; and the same net as an `MLP`.

        >>> W, b, V, c = [[1], [-1]], [0, 0], [[1, 1]], [0]
        >>> one_hidden_layer([[-3], [0], [2]], W, b, V, c, "relu").ravel()
        array([3., 0., 2.])
        >>> from refnn.mlp import MLP, output
        >>> output(MLP([W, V], [b, c], ["relu", "identity"]), [[-3], [0], [2]]).ravel()
        array([3., 0., 2.])
    """
    X, W, V = as_floats(ndim=2, X=X, W=W, V=V)
    same_shape("V", V, (len(V), len(W)))
    c = same_shape("c", as_float("c", c), V.shape[:1])
    # (n, N) -> (n, m) -> (n, K) (UNI-01)
    return affine(activation_named(activation).f(affine(X, W, b)), V, c)


def step_net(f: Function, cells: int) -> Parameters:
    r"""Return a staircase: in each cell the value that `f` has in its middle.

    $$g(x) = f(m_0) + \sum_{i=1}^{n-1} \bigl(f(m_i) - f(m_{i-1})\bigr) H(x - t_i) \tag{UNI-02}$$

    Args:
        f: a function on [0, 1]; is given points (p,), returns a value or K values for each, shape (p,) or (p, K).
        cells: n, at least 1.

    Returns:
        W (n - 1, 1), b (n - 1,), V (K, n - 1), c (K,), float64, for `one_hidden_layer` with "step".

    Raises:
        ValueError: if `f` does not return a value for each point.

    Example: two stairs for f(x) = x.

        >>> net = step_net(lambda x: x, cells=2)
        >>> one_hidden_layer([[0], [0.25], [0.5], [1]], *net, "step").ravel()
        array([0.25, 0.25, 0.75, 0.75])
    """
    n = at_least("cells", cells, 1)
    t, y = np.arange(1, n) / n, _values(f, (np.arange(n) + 0.5) / n)  # (n - 1,), (n, K)
    return np.ones((n - 1, 1)), -t, np.diff(y, axis=0).T.copy(), y[0].copy()  # (UNI-02)


def step_net_bound(lipschitz: float, cells: int) -> float:
    r"""Return how far `step_net` can be off on [0, 1]: no point of a cell is more than half a cell from its middle.

    $$\sup_{[0, 1]} |f - g| \le \frac{\Lambda}{2n} \tag{UNI-02}$$

    Args:
        lipschitz: $\Lambda$, not below 0; for K outputs, the largest of theirs.
        cells: n, at least 1.

    Example: $\sin 2\pi x$ on 8 cells, where the net is off by 0.3827.

        >>> round(step_net_bound(2 * np.pi, cells=8), 4)
        0.3927
    """
    return not_negative("lipschitz", lipschitz) / (2 * at_least("cells", cells, 1))  # (UNI-02)


def sigmoid_net(f: Function, cells: int, steepness: float) -> Parameters:
    r"""Return the staircase with its edges rounded, so that its units have slopes to learn from.

    $$g(x) = f(m_0) + \sum_{i=1}^{n-1} \bigl(f(m_i) - f(m_{i-1})\bigr)\, \sigma(\beta (x - t_i)),
      \qquad |\sigma(\beta t) - H(t)| \le \min\bigl(\tfrac12, e^{-\beta |t|}\bigr) \tag{UNI-03}$$

    Args:
        f: a function on [0, 1]; is given points (p,), returns a value or K values for each, shape (p,) or (p, K).
        cells: n, at least 1.
        steepness: $\beta$ above 0; for a staircase, well above n.

    Returns:
        W (n - 1, 1), b (n - 1,), V (K, n - 1), c (K,), float64, for `one_hidden_layer` with "sigmoid".

    Raises:
        ValueError: if `f` does not return a value for each point.

    Example: half way up where the stair was.

        >>> net = sigmoid_net(lambda x: x, cells=2, steepness=1000)
        >>> one_hidden_layer([[0], [0.25], [0.5], [1]], *net, "sigmoid").ravel().round(6)
        array([0.25, 0.25, 0.5 , 0.75])
    """
    beta = positive("steepness", steepness)
    W, b, V, c = step_net(f, cells)
    return beta * W, beta * b, V, c  # (UNI-03)


def sigmoid_net_bound(lipschitz: float, cells: int, steepness: float) -> float:
    r"""Return how far `sigmoid_net` can be off on [0, 1].

    $$\sup_{[0, 1]} |f - g| \le \frac{\Lambda}{n} + \Lambda\,e^{-\beta/(2n)} \tag{UNI-03}$$

    Half of the first part is the staircase's own error; the other half is the edge nearest to x, of which at most half
    the height is missing. All other edges are at least half a cell away, at most $\Lambda/n$ high, and fewer than n.

    Args:
        lipschitz: $\Lambda$, not below 0.
        cells: n, at least 1.
        steepness: $\beta$ above 0.

    Example: $\sin 2\pi x$ on 8 cells, where the net is off by 0.3827.

        >>> round(sigmoid_net_bound(2 * np.pi, cells=8, steepness=100), 4)
        0.7975
    """
    L, n, beta = not_negative("lipschitz", lipschitz), at_least("cells", cells, 1), positive("steepness", steepness)
    return L / n + L * math.exp(-beta / (2 * n))  # (UNI-03)


def relu_net(f: Function, cells: int) -> Parameters:
    r"""Return the polygon through the graph of `f` at the borders of the cells, its last side drawn on beyond 1.

    $$g(x) = f(0) + s_0\,\mathrm{relu}(x) + \sum_{i=1}^{n-1} (s_i - s_{i-1})\,\mathrm{relu}(x - t_i),
      \qquad s_i = \frac{f(t_{i+1}) - f(t_i)}{t_{i+1} - t_i} \tag{UNI-04}$$

    Each unit adds the change of slope at its border. Several outputs share the borders: W and b know nothing of `f`.

    Args:
        f: a function on [0, 1]; is given points (p,), returns a value or K values for each, shape (p,) or (p, K).
        cells: n, at least 1.

    Returns:
        W (n, 1), b (n,), V (K, n), c (K,), float64, for `one_hidden_layer` with "relu".

    Raises:
        ValueError: if `f` does not return a value for each point.

    Example: a parabola, right at the borders and a little high between them.

        >>> net = relu_net(np.square, cells=2)
        >>> one_hidden_layer([[0], [0.25], [0.5], [1]], *net, "relu").ravel()
        array([0.   , 0.125, 0.25 , 1.   ])
    """
    n = at_least("cells", cells, 1)
    t, y = np.arange(n) / n, _values(f, np.arange(n + 1) / n)  # (n,), (n + 1, K)
    s = np.diff(y, axis=0) * n                                 # slopes of the sides, (n, K)
    return np.ones((n, 1)), -t, np.diff(s, axis=0, prepend=0).T.copy(), y[0].copy()  # (UNI-04)


def relu_net_bound(lipschitz: float, cells: int) -> float:
    r"""Return how far `relu_net` can be off on [0, 1], whatever the function.

    $$\sup_{[0, 1]} |f - g| \le \frac{\Lambda}{2n} \tag{UNI-04}$$

    Args:
        lipschitz: $\Lambda$, not below 0.
        cells: n, at least 1.

    Example: teeth between the borders, which the polygon does not see, attain it.

        >>> relu_net_bound(lipschitz=1, cells=4)
        0.125
    """
    return not_negative("lipschitz", lipschitz) / (2 * at_least("cells", cells, 1))  # (UNI-04)


def relu_net_smooth_bound(curvature: float, cells: int) -> float:
    r"""Return how far `relu_net` can be off on [0, 1] if `f` is smooth: twice the cells, a quarter of the error.

    $$\sup_{[0, 1]} |f - g| \le \frac{\max |f''|}{8 n^2} \tag{UNI-04}$$

    Args:
        curvature: $\max |f''|$ on [0, 1], not below 0.
        cells: n, at least 1.

    Example: $\sin 2\pi x$ on 8 cells, where the net is off by 0.07038.

        >>> round(relu_net_smooth_bound(4 * np.pi**2, cells=8), 5)
        0.07711
    """
    return not_negative("curvature", curvature) / (8 * at_least("cells", cells, 1) ** 2)  # (UNI-04)


def cells_enough(lipschitz: float, epsilon: float) -> int:
    r"""Return how many cells bring `step_net` and `relu_net` within epsilon of `f` everywhere on [0, 1].

    $$n = \Bigl\lceil \frac{\Lambda}{2 \epsilon} \Bigr\rceil \tag{UNI-01}$$

    That there is such a number for every epsilon is the theorem; that it grows as epsilon falls is its price.

    Args:
        lipschitz: $\Lambda$, not below 0.
        epsilon: the error allowed, above 0.

    Example:
        >>> [cells_enough(2 * np.pi, epsilon) for epsilon in (1, 0.1, 0.01)]
        [4, 32, 315]
    """
    L, epsilon = not_negative("lipschitz", lipschitz), positive("epsilon", epsilon)
    return max(1, math.ceil(Fraction(L) / (2 * Fraction(epsilon))))  # (UNI-01)


def missed_point(V: ArrayLike, c: ArrayLike, bound: float = 1.0) -> NDArray:
    r"""Return a point at which a net of bounded units is more than half the way off from f(x) = x.

    $$|g| \le M = |c| + B \sum_i |v_i| \quad\text{everywhere, so}\quad
      |x_0 - g(x_0)| > \frac{x_0}{2} \quad\text{at}\quad x_0 = 2M + 1 \tag{UNI-05}$$

    Hence $\sup_{\mathbb{R}} |x - g(x)| = \infty$ for every such net: the theorem needs a compact set (E-20). ReLUs do
    not help in general: far out their nets are straight lines, and miss $x^2$. Nor does the compact set make it an
    equality: nets of analytic units are analytic, and none of them is |x|, kink and all (E-18).

    Args:
        V: output weights, shape (K, m).
        c: output constants, shape (K,).
        bound: B, the size that no activation exceeds: 1 for step, sigmoid and tanh; above 0.

    Returns:
        $x_0$ for each output, shape (K,), whatever the hidden weights are.

    Example:
        >>> missed_point(V=[[3, -1]], c=[0.5])
        array([10.])
    """
    V, c = as_floats(V=as_float("V", V, 2), c=c)
    same_shape("c", c, V.shape[:1])
    M = np.abs(c) + positive("bound", bound) * np.abs(V).sum(axis=1)  # (K,)
    return 2 * M + 1  # (UNI-05)


def superposition(X: ArrayLike, inner: Sequence[Sequence[Function]], outer: Sequence[Function]) -> NDArray:
    r"""Return a sum of functions of sums of functions of one variable: the form in Kolmogorov's theorem.

    $$g(x) = \sum_{j=1}^{J} \Xi_j\Bigl(\sum_{i=1}^{n} \Phi_{ij}(x_i)\Bigr) \tag{UNI-06}$$

    Every continuous g on $[0, 1]^n$, $n \ge 2$, *equals* such a sum with J = 2n + 1, and the $\Phi_{ij}$ are the same
    for all g. It says nothing about nets: the $\Xi_j$ depend on g, while a net has one activation, fixed beforehand.
    The inner sum runs over all n inputs, not to S1's d (E-18).

    Args:
        X: points, shape (N, n).
        inner: for each j one function for each input; each is given a column (N,) and returns as many values.
        outer: for each j one function; is given the inner sum (N,) and returns as many values.

    Returns:
        Values of g, shape (N,), float64.

    Raises:
        ValueError: if the numbers of functions do not fit, or one does not return a value for each point.

    Example: $x_1 x_2 = \frac14 (x_1 + x_2)^2 - \frac14 (x_1 - x_2)^2$.

        >>> same, minus = np.positive, np.negative
        >>> inner = [[same, same], [same, minus]]
        >>> superposition([[2, 3], [-1, 4]], inner, outer=[lambda s: s**2 / 4, lambda s: -(s**2) / 4])
        array([ 6., -4.])
    """
    X = as_float("X", X, 2).astype(np.float64)
    inner, outer = [several("a row of inner", row) for row in several("inner", inner)], several("outer", outer)
    if len(inner) != len(outer):
        raise ValueError(f"inner, outer: expected one row of inner for each outer, got {len(inner)} and {len(outer)}")
    g = np.zeros(len(X))
    for row, Xi in zip(inner, outer, strict=True):
        if len(row) != X.shape[1]:
            raise ValueError(f"inner: expected a function for each of the {X.shape[1]} columns of X, got {len(row)}")
        s = np.zeros(len(X))
        for x, Phi in zip(X.T, row, strict=True):
            s = s + _values(Phi, x.copy(), name="inner")[:, 0]
        g = g + _values(Xi, s, name="outer")[:, 0]  # (UNI-06)
    return g


def _values(f: Function, points: NDArray, name: str = "f") -> NDArray:
    """Return what `f` says at points (p,) as float64, shape (p, K)."""
    if not callable(f):
        raise TypeError(f"{name}: expected a function of points, got {f!r}")
    y = as_float(f"{name}(points)", f(points)).astype(np.float64)
    if y.shape == points.shape:
        return y[:, np.newaxis]
    if name != "f" or y.ndim != 2 or len(y) != len(points):
        columns = f" or ({len(points)}, K)" if name == "f" else ""
        raise ValueError(f"{name}: expected values of shape {points.shape}{columns} there, got {y.shape}")
    return y
