r"""Compute graphs: write the loss down, and let the chain rule find its own way back.

Every step of a computation is a node: it holds its value, the nodes it was made from, and for each of these how to
hand a gradient down to it. The local rules are a table, one row for each operation; what is left of back-propagation is
a walk over the nodes from the loss to its inputs, and one line of code (CG-01). Nobody has to derive a gradient.

Symbols: a node's value is $a = f(x, y)$, where $x, y$ are its parents' values; `u` $= \partial L / \partial a$ arrives
from above, of a's shape; a *vector-Jacobian product* turns it into $\partial L / \partial x$, of x's shape. `S` scores,
`W` weights, `L` the loss. Gradients belong to the walk, not to the nodes: nothing is stored, nothing needs zeroing.

Read it in this order: the table, the walk (`topological_order`, `backward`), the slide's loss (`full_loss`); then
`Node`, which only gives the rows of the table the look of NumPy.

Why not simply recurse? Take $b = 2x$, $c = 3b$, $L = b + c$, so that $dL/dx = 2 (1 + 3) = 8$.

- Hand down what has arrived so far and mark the node as done: $b$ is done before c's share arrives, giving 2.
- Hand down the sum so far each time something arrives: b's first share goes down twice, giving 10.
- Hand down only what is new: 8, but every *path* is walked, and thirty steps $b \leftarrow b + b$ have $2^{30}$ paths.

A node may hand down only once everything has arrived: after all nodes made from it, in reverse topological order.

Source: S3 "Loss in Compute Graph", "Compute Graphs", "Sigmoid" (Forward, Backward).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import (
    as_float,
    as_upstream,
    class_labels,
    function,
    not_negative,
    number,
    one_of,
    same_shape,
    whole,
)
from refnn.activations import sigmoid

__all__ = ["LOCAL_RULES", "Node", "backward", "full_loss", "topological_order", "value_and_gradient"]

# name: the value a of x, y; then for each parent what it receives when u arrives at a (CG-01)
LOCAL_RULES: dict[str, tuple[Callable[..., Any], ...]] = {
    "add": (lambda x, y: x + y, lambda u, a, x, y: u, lambda u, a, x, y: u),
    "subtract": (lambda x, y: x - y, lambda u, a, x, y: u, lambda u, a, x, y: -u),
    "multiply": (lambda x, y: x * y, lambda u, a, x, y: u * y, lambda u, a, x, y: u * x),
    "divide": (lambda x, y: x / y, lambda u, a, x, y: u / y, lambda u, a, x, y: -u * a / y),
    "maximum": (np.maximum, lambda u, a, x, y: np.where(x >= y, u, 0), lambda u, a, x, y: np.where(x < y, u, 0)),
    "matmul": (lambda x, y: x @ y, lambda u, a, x, y: u @ y.T, lambda u, a, x, y: x.T @ u),
    "transpose": (lambda x: x.T, lambda u, a, x: u.T),
    "power": (lambda x, p: x**p, lambda u, a, x, p: u * p * x ** (p - 1 if p else 0)),  # at p = x = 0 no 0 * inf
    "exp": (np.exp, lambda u, a, x: u * a),
    "log": (np.log, lambda u, a, x: u / x),
    "sigmoid": (sigmoid, lambda u, a, x: a * (1 - a) * u),
    "tanh": (np.tanh, lambda u, a, x: (1 - a * a) * u),
    "relu": (lambda x: np.maximum(x, 0), lambda u, a, x: np.where(x > 0, u, 0)),
    "sum": (lambda x, axes: x.sum(axes), lambda u, a, x, axes: np.broadcast_to(np.expand_dims(u, axes), x.shape)),
    # log sum_j e^x_j along the last axis, (..., K) -> (...), without overflow; its derivative is the softmax
    "log_sum_exp": (lambda x: np.logaddexp.reduce(x, axis=-1), lambda u, a, x: u[..., None] * np.exp(x - a[..., None])),
    # the entry x_{i, label_i} of each row, (n, K) -> (n,); only that one receives
    "pick": (lambda x, labels: x[np.arange(len(x)), labels],
             lambda u, a, x, labels: np.where(np.arange(x.shape[1]) == labels[:, None], u[:, None], 0)),
}


def topological_order(node: Node) -> list[Node]:
    r"""List a node and all it was made from, every node once and after its parents.

    A node's depth is one more than its deepest parent's; whoever sorts by depth has put parents first. No recursion, so
    a graph may be as deep as memory allows.

    $$x \text{ is a parent of } a \implies \operatorname{depth}(x) < \operatorname{depth}(a) \tag{CG-02}$$

    Args:
        node: where the computation ends.

    Returns:
        The nodes; the last one is `node`. Equal calls give equal orders.

    Raises:
        TypeError: if `node` is no `Node`.

    Example:
        >>> x = Node(3)
        >>> [float(step.value) for step in topological_order(x * x + x)]
        [3.0, 9.0, 12.0]
    """
    order, seen = [_is_node("node", node)], {node}
    for step in order:  # which grows while it is walked
        new = dict.fromkeys(parent for parent in step.parents if parent not in seen)
        order.extend(new)
        seen.update(new)
    return sorted(order, key=lambda step: step.depth)


def backward(node: Node, upstream: ArrayLike = 1.0) -> dict[Node, NDArray]:
    r"""Return the gradient of the loss in every node it was made from.

    At each node, downstream is local derivative times upstream; for the sigmoid

    $$\frac{\partial L}{\partial x} = \frac{\partial \sigma}{\partial x}\,\frac{\partial L}{\partial \sigma}
      = \sigma (1 - \sigma)\,\frac{\partial L}{\partial \sigma} \tag{CG-01}$$

    and a value that is used $k$ times, by $a_1, \dots, a_k$, receives the sum of what they hand down:

    $$\frac{\partial L}{\partial x} = \sum_{j=1}^{k} \Bigl(\frac{\partial a_j}{\partial x}\Bigr)^{\!\top}
      \frac{\partial L}{\partial a_j} \tag{CG-02}$$

    Conventions: every call starts from zero, so calling twice gives the same gradients twice. A gradient has the shape
    and dtype of its node's value. At a kink: relu'(0) = 0, and of two equal values under a maximum the first receives.

    Args:
        node: the loss L, or any node.
        upstream: gradient in `node`, of its shape; the default fits a loss, which is one number.

    Returns:
        Gradients by node, for `node` and everything below it, constants too.

    Raises:
        ValueError: if `upstream` has another shape than the node's value.

    Example:
        >>> x = Node(5)
        >>> b = 2 * x
        >>> backward(b + 3 * b)[x]
        array(8.)
    """
    order = topological_order(node)
    gradients = {step: np.zeros_like(step.value) for step in order}
    with np.errstate(all="ignore"):  # infinities and NaN flow as the formulas say
        gradients[node] += as_upstream(upstream, node.value.shape)
        for step in reversed(order):
            for parent, vjp in zip(step.parents, step.vjps, strict=True):
                # dL/dx += (da/dx)^T dL/da: += because x may have other uses (CG-02)
                gradients[parent] += same_shape("vjp", np.asarray(vjp(gradients[step])), parent.value.shape)
    return gradients


def value_and_gradient(f: Callable[..., Any], *args: ArrayLike) -> tuple[NDArray, Any]:
    r"""Return the value of a function written with the operations of `Node`, and its gradients.

    Args:
        f: is given one `Node` for each argument; returns a `Node` of one number.
        *args: arrays.

    Returns:
        The value, shape (); the gradient bare for one argument, a tuple in their order for several. An argument that
        `f` does not use has gradient zero.

    Raises:
        TypeError: if `f` does not return a `Node`.
        ValueError: if `f` returns more than one number.

    Example: $x^2 + x$ has the slope $2x + 1$.

        >>> value_and_gradient(lambda x: (x * x + x).sum(), [1, -2])
        (array(4.), array([ 3., -3.]))
    """
    leaves = [Node(as_float(f"argument {k}", a)) for k, a in enumerate(args)]
    loss = _is_node("f", function("f", f)(*leaves))
    same_shape("f", loss.value, ())
    gradients = backward(loss)
    found = tuple(gradients.get(x, np.zeros_like(x.value)) for x in leaves)
    return loss.value.copy(), found[0] if len(found) == 1 else found


def full_loss(W: Node | ArrayLike, X: ArrayLike, labels: ArrayLike, strength: float, loss: str = "softmax") -> Node:
    r"""Return the slide's full loss as a graph: scores, loss of each sample, mean, and the price of the weights.

    $$L = \frac1N \sum_{i=1}^{N} L_i + \lambda \sum_{k,l} W_{kl}^2, \qquad S = X W^{\top} \tag{CG-03}$$

    $$L_i = -\log \frac{e^{s_{y_i}}}{\sum_j e^{s_j}} \quad\text{or}\quad
      L_i = \sum_{j \ne y_i} \max(0, s_j - s_{y_i} + 1)$$

    The slide prints the price without $\lambda$, as a sum over $i = 1, \dots, N$, the number of samples (E-26).

    Args:
        W: weights, shape (K, d); a `Node` if you want to ask for its gradient.
        X: samples, shape (n, d).
        labels: integers 0..K-1, shape (n,).
        strength: $\lambda$, not below 0.
        loss: "softmax" or "hinge".

    Returns:
        A node of one number.

    Raises:
        ValueError: if the shapes do not fit, a label is out of range, there is no sample, or `strength` is negative.

    Example: nothing is known, so either class costs log 2.

        >>> W = Node([[0.0, 0.0], [0.0, 0.0]])
        >>> L = full_loss(W, X=[[1, 2], [3, 5]], labels=[0, 1], strength=0.5)
        >>> round(float(L.value), 6)
        0.693147
        >>> backward(L)[W]
        array([[ 0.5 ,  0.75],
               [-0.5 , -0.75]])
    """
    W, X = W if isinstance(W, Node) else Node(as_float("W", W)), as_float("X", X)
    S = X @ W.T             # (n, d) (d, K) -> (n, K)
    s_y = S.pick(labels)    # (n,)
    # softmax: -log of a quotient is a difference of logs; hinge: j = y_i has added max(0, 0 + 1), so 1 goes again
    softmax = one_of("loss", loss, ["hinge", "softmax"]) == "softmax"
    L_i = S.log_sum_exp() - s_y if softmax else (S.T - s_y + 1).relu().sum(axis=0) - 1  # (n,)
    # L = (1/N) sum_i L_i + lambda sum_kl W_kl^2 (CG-03)
    return L_i.mean() + not_negative("strength", strength) * (W * W).sum()


def _operator(name: str) -> tuple[Callable[[Node, Any], Node], Callable[[Node, Any], Node]]:
    """Return the methods of a node for `node + other` and for `other + node`."""
    return lambda self, other: _pair(name, self, other), lambda self, other: _pair(name, other, self)


def _function(name: str) -> Callable[[Node], Node]:
    """Return the method of a node for a function of every entry."""
    return lambda self: _apply(name, [self])


class Node:
    r"""A value and how it came about: its parents, and for each parent the vector-Jacobian product.

    `+ - * / ** @`, `.T`, `.exp() .log() .sigmoid() .tanh() .relu()`, `.maximum(other)` and the methods below make new
    nodes, by one row of `LOCAL_RULES` each. Broadcasting has one rule: the shape of one operand may be the tail of the
    other's, as a bias row (m,) is of (n, m) and a number () of everything; on the way back its gradient is summed over
    the axes it was repeated along. All else is refused. A plain Python number takes the other operand's dtype.

    Args:
        value: any array; it is copied and can no longer be written to.
        parents: the nodes it was made from; none for an input.
        vjps: for each parent a function of $\partial L / \partial a$ that returns $\partial L / \partial x$.

    Raises:
        ValueError: if there are not as many vjps as parents.

    Example: a layer, its bias repeated for every sample.

        >>> W, b = Node([[1, 2], [0, -1], [1, 1]]), Node([0.5, 0, -1])
        >>> Z = [[1, 1], [2, 0]] @ W.T + b
        >>> Z
        Node(array([[ 3.5, -1. ,  1. ],
               [ 2.5,  0. ,  1. ]]))
        >>> backward(Z.sum())[b]
        array([2., 2., 2.])

    An operation of your own:

        >>> x = Node([1, 2])
        >>> cube = Node(x.value**3, [x], [lambda u: u * 3 * x.value**2])
        >>> backward(cube, upstream=[1, 1])[x]
        array([ 3., 12.])
    """

    __array_ufunc__ = None  # array + node and array @ node are asked of the node

    def __init__(
        self, value: ArrayLike, parents: Iterable[Node] = (), vjps: Iterable[Callable[[NDArray], NDArray]] = ()
    ) -> None:
        self.value = np.array(as_float("value", value))
        self.value.flags.writeable = False  # what the way back needs cannot change under it
        self.parents, self.vjps = tuple(_is_node("parents", parent) for parent in parents), tuple(vjps)
        if len(self.vjps) != len(self.parents):
            raise ValueError(f"vjps: expected one for each of {len(self.parents)} parents, got {len(self.vjps)}")
        self.depth: int = 1 + max((parent.depth for parent in self.parents), default=-1)

    def __repr__(self) -> str:
        return f"Node({self.value!r})"

    __add__, __radd__ = _operator("add")
    __sub__, __rsub__ = _operator("subtract")
    __mul__, __rmul__ = _operator("multiply")
    __truediv__, __rtruediv__ = _operator("divide")
    __matmul__, __rmatmul__ = _operator("matmul")
    maximum = _operator("maximum")[0]
    exp, log, sigmoid, tanh, relu = map(_function, ["exp", "log", "sigmoid", "tanh", "relu"])

    def __neg__(self) -> Node:
        return -1 * self

    def __pow__(self, exponent: float) -> Node:
        return _apply("power", [self], number("exponent", exponent))

    @property
    def T(self) -> Node:
        """The axes in reverse order."""
        return _apply("transpose", [self])

    def sum(self, axis: int | None = None) -> Node:
        """Return the sum along one axis, or of everything."""
        return _apply("sum", [self], self._axes(axis))

    def mean(self, axis: int | None = None) -> Node:
        """Return the mean along one axis, or of everything; a mean over nothing is a ValueError."""
        count = int(np.prod([self.value.shape[i] for i in self._axes(axis)]))
        if not count:
            raise ValueError(f"mean: expected at least one entry, got shape {self.value.shape}")
        return self.sum(axis) / count

    def log_sum_exp(self) -> Node:
        """Return the logarithm of the summed exponentials along the last axis, (..., K) -> (...), without overflow."""
        if self.value.ndim == 0:
            raise ValueError("log_sum_exp: expected at least 1 axis, got shape ()")
        return _apply("log_sum_exp", [self])

    def pick(self, labels: ArrayLike) -> Node:
        """Return the score of each row's label, (n, K) -> (n,)."""
        n, K = as_float("pick", self.value, 2).shape
        return _apply("pick", [self], class_labels("labels", labels, n, K))

    def _axes(self, axis: int | None) -> tuple[int, ...]:
        """Return the axes to sum over."""
        ndim = self.value.ndim
        if axis is None:
            return tuple(range(ndim))
        if not -ndim <= whole("axis", axis) < ndim:
            raise ValueError(f"axis: expected one of the {ndim} axes of shape {self.value.shape}, got {axis}")
        return (axis % ndim,)


def _apply(name: str, parents: list[Node], *options: Any) -> Node:
    """Compute a row of the table, and keep for each parent how to hand a gradient down to it."""
    f, *rules = LOCAL_RULES[name]
    dtype = np.result_type(*(parent.value.dtype for parent in parents))
    x = [parent.value.astype(dtype, copy=False) for parent in parents]
    with np.errstate(all="ignore"):
        a = np.asarray(f(*x, *options), dtype)

    def vjp(parent: Node, rule: Callable[..., Any]) -> Callable[[NDArray], NDArray]:
        return lambda u: _sum_to(parent, rule(u, a, *x, *options))

    return Node(a, parents, map(vjp, parents, rules))


def _sum_to(parent: Node, gradient: NDArray) -> NDArray:
    """Sum over the leading axes along which a parent was repeated: each of its copies was one use of it."""
    return np.asarray(gradient.sum(axis=tuple(range(gradient.ndim - parent.value.ndim))))


def _pair(name: str, x: Any, y: Any) -> Node:
    """Combine two matrices or, entry by entry, two arrays of which one's shape is the tail of the other's."""
    dtype = next(operand.value.dtype for operand in (x, y) if isinstance(operand, Node))
    x, y = _as_node(x, dtype), _as_node(y, dtype)
    left, right = x.value.shape, y.value.shape
    short, long = sorted([left, right], key=len)
    if name == "matmul":
        fits, rule = len(left) == len(right) == 2 and left[1] == right[0], "(n, d) and (d, m)"
    else:
        fits, rule = long[len(long) - len(short):] == short, "equal shapes, or one that is the tail of the other"
    if not fits:
        raise ValueError(f"{name}: expected {rule}, got {left} and {right}")
    return _apply(name, [x, y])


def _as_node(operand: Any, dtype: np.dtype) -> Node:
    """Return an operand as a node; a plain Python number takes the other operand's dtype."""
    if isinstance(operand, Node):
        return operand
    array = as_float("operand", operand)
    return Node(array.astype(dtype) if type(operand) in (int, float) else array)


def _is_node(name: str, value: Any) -> Node:
    """Return `value` if it is a node."""
    if not isinstance(value, Node):
        raise TypeError(f"{name}: expected a Node, made by its operators and methods, got {type(value).__name__}")
    return value
