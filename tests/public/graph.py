import numpy as np

from refnn.graph import Node, backward, full_loss, topological_order, value_and_gradient

W = np.array([[1.0, -2, 0.5], [0, 1, 3]])
X = np.array([[1.0, 2, -1], [0, 1, 1], [3, -1, 0.5], [1, 1, 1]])
LABELS = np.array([0, 1, 1, 0])
x = Node(W)

VALID = {
    "backward": (Node(W).tanh() * 2, np.array([[1.0, 2, 3], [4, 5, 6]])),
    "full_loss": (W, X, LABELS, 0.5, "hinge"),
    "topological_order": (x * x + x,),
    "value_and_gradient": (lambda W, b: (W * W + b).sum(), W, np.array([1.0, 2, 3])),
}

REFUSED = [
    ("value_and_gradient", lambda: value_and_gradient(3, W), TypeError, "f: expected a function, got 3"),
    ("Node", lambda: Node(["a"]), TypeError, "value: expected float32"),
    ("Node", lambda: Node(1.0, [2.0], [lambda u: u]), TypeError, "parents: expected a Node.* got float"),
    ("Node", lambda: Node(1.0, [x]), ValueError, "vjps: expected one for each of 1 parents, got 0"),
    ("Node", lambda: x + np.ones((3, 2)), ValueError, r"add: expected equal shapes.*tail.*got \(2, 3\) and \(3, 2\)"),
    ("Node", lambda: np.ones((2, 1)) * x, ValueError, r"multiply: .*got \(2, 1\) and \(2, 3\)"),
    ("Node", lambda: x - [1, 2], ValueError, r"subtract: .*got \(2, 3\) and \(2,\)"),
    ("Node", lambda: x / np.ones((1, 3)), ValueError, r"divide: .*got \(2, 3\) and \(1, 3\)"),
    ("Node", lambda: x.maximum("a"), TypeError, "operand: expected float32"),
    ("Node", lambda: x @ x, ValueError, r"matmul: expected \(n, d\) and \(d, m\), got \(2, 3\) and \(2, 3\)"),
    ("Node", lambda: [1.0, 2] @ x, ValueError, r"matmul: .*got \(2,\) and \(2, 3\)"),
    ("Node", lambda: x**x, TypeError, "exponent: expected a number"),
    ("Node", lambda: x.sum(axis=2), ValueError, r"axis: expected one of the 2 axes of shape \(2, 3\), got 2"),
    ("Node", lambda: x.sum(axis=(0, 1)), TypeError, "axis: expected a whole number"),
    ("Node", lambda: Node(np.zeros((0, 3))).mean(axis=0), ValueError, r"mean: expected at least one entry, got shape \(0, 3\)"),
    ("Node", lambda: x.pick([0, 3]), ValueError, "labels: expected labels 0..2, counted from 0, got 3 at 1"),
    ("Node", lambda: x.pick([0, 1, 2]), ValueError, r"labels: expected shape \(2,\), got \(3,\)"),
    ("Node", lambda: Node([1.0, 2]).pick([0]), ValueError, r"pick: expected 2 axes, got 1 in shape \(2,\)"),
    ("Node", lambda: Node(1.0).log_sum_exp(), ValueError, r"log_sum_exp: expected at least 1 axis, got shape \(\)"),
    ("Node", lambda: np.exp(x), TypeError, "does not support ufuncs"),
    ("backward", lambda: backward(x), ValueError, r"upstream: expected shape \(2, 3\), got \(\)"),
    ("backward", lambda: backward(x.sum(), [1.0]), ValueError, r"upstream: expected shape \(\), got \(1,\)"),
    ("backward", lambda: backward(3.0), TypeError, "node: expected a Node"),
    ("backward", lambda: backward(Node(1.0, [x], [lambda u: u])), ValueError, r"vjp: expected shape \(2, 3\), got \(\)"),
    ("full_loss", lambda: full_loss(W, X.T, LABELS, 0.5), ValueError, r"matmul: .*got \(3, 4\) and \(3, 2\)"),
    ("full_loss", lambda: full_loss(W, X, [0, 1, 2, 0], 0.5), ValueError, "labels: expected labels 0..1, counted from 0, got 2 at 2"),
    ("full_loss", lambda: full_loss(W, X, LABELS, -1), ValueError, "strength: expected a number not below 0"),
    ("full_loss", lambda: full_loss(W, X, LABELS, 1, "softmx"), ValueError, "loss: .*did you mean 'softmax'"),
    ("full_loss", lambda: full_loss(W, X[:0], LABELS[:0], 1), ValueError, r"mean: expected at least one entry, got shape \(0,\)"),
    ("topological_order", lambda: topological_order(W), TypeError, "node: expected a Node.* got ndarray"),
    ("value_and_gradient", lambda: value_and_gradient(lambda W: W * 2, W), ValueError, r"f: expected shape \(\), got \(2, 3\)"),
    ("value_and_gradient", lambda: value_and_gradient(lambda W: 2.0, W), TypeError, "f: expected a Node.* got float"),
    ("value_and_gradient", lambda: value_and_gradient(lambda x, y: x, 1.0, ["a"]), TypeError, "argument 1: expected float32"),
]
