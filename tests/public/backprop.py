import numpy as np

from refnn.backprop import (
    chain_gradients,
    curvature,
    deltas,
    gradients,
    input_gradient,
    jacobian,
    layer_jacobians,
    one_hidden_layer_gradients,
    product_rule,
    squared_error_gradients,
    sum_rule,
    two_hidden_layers_gradients,
)
from refnn.mlp import MLP

W1, b1 = np.array([[1.0, -2, 3], [0.5, 1, -1]]), np.array([1.0, 0])
W2, b2, U = np.array([[2.0, -1]]), np.array([0.25]), np.array([1.5])
X = np.array([[1.0, -1, 2], [0, 0.5, 1], [3, 1, 0], [1, 1, 1]])
UP = np.array([[1.0], [2], [-1], [0.5]])
NET = MLP([W1, W2], [b1, b2], ["tanh", "identity"])

VALID = {
    "chain_gradients": (0.5, np.array([1.0, 2, -1]), "tanh"),
    "curvature": (NET, X, UP),
    "deltas": (NET, X, UP),
    "gradients": (NET, X, UP),
    "input_gradient": (NET, X, UP),
    "jacobian": (NET, X[0]),
    "layer_jacobians": (NET, X[0]),
    "one_hidden_layer_gradients": (X[0], W1, b1, np.array([2.0, -1]), "identity"),
    "product_rule": (X, X + 1, X + 2, X + 3),
    "squared_error_gradients": (X[0], W1, b1, W2, b2, U, "identity"),
    "sum_rule": (X, X + 1),
    "two_hidden_layers_gradients": (X[0], W1, b1, W2, b2, U, "identity"),
}

REFUSED = [
    ("chain_gradients", lambda: chain_gradients(1.0, []), ValueError, "w: expected at least one weight"),
    ("chain_gradients", lambda: chain_gradients(1.0, W1), ValueError, "w: expected 1 axis, got 2"),
    ("chain_gradients", lambda: chain_gradients([1.0], [1.0]), ValueError, "x: expected 0 axes, got 1"),
    ("chain_gradients", lambda: chain_gradients(1.0, [1.0], "softmax"), ValueError, "f: expected an activation with a derivative f', got 'softmax'"),
    ("chain_gradients", lambda: chain_gradients(1.0, [1.0], "tanh", UP), ValueError, "upstream: expected 0 axes, got 2"),
    ("curvature", lambda: curvature(NET, X, UP.T), ValueError, r"upstream: expected shape \(4, 1\), got \(1, 4\)"),
    ("curvature", lambda: curvature(MLP([W1, W2], [b1, b2], ["tanh", "softmax"]), X, UP), ValueError, "f: expected an activation with a derivative f', got 'softmax'"),
    ("deltas", lambda: deltas(NET, X, UP.T), ValueError, r"upstream: expected shape \(4, 1\), got \(1, 4\)"),
    ("deltas", lambda: deltas(NET, X, 1.0), ValueError, r"upstream: expected shape \(4, 1\), got \(\)"),
    ("deltas", lambda: deltas([W1], X, UP), TypeError, "net: expected weights, biases and activations"),
    ("gradients", lambda: gradients(NET, X, UP[:3]), ValueError, r"upstream: expected shape \(4, 1\), got \(3, 1\)"),
    ("gradients", lambda: gradients(NET, X[:, :2], UP), ValueError, "X, W: expected shapes"),
    ("input_gradient", lambda: input_gradient(NET, X[0], UP[0]), ValueError, "X: expected 2 axes, got 1"),
    ("input_gradient", lambda: input_gradient(NET, X, UP.ravel()), ValueError, r"upstream: expected shape \(4, 1\), got \(4,\)"),
    ("jacobian", lambda: jacobian(NET, X), ValueError, "x: expected 1 axis, got 2"),
    ("jacobian", lambda: jacobian(NET, X[0, :2]), ValueError, r"X, W: expected shapes"),
    ("layer_jacobians", lambda: layer_jacobians(None, X[0]), TypeError, "net: expected weights, biases and activations"),
    ("one_hidden_layer_gradients", lambda: one_hidden_layer_gradients(X[0], W1.T, b1, b1), ValueError, r"W: expected shape \(3, 3\), got \(3, 2\)"),
    ("one_hidden_layer_gradients", lambda: one_hidden_layer_gradients(X[0], W1, b2, b1), ValueError, r"b: expected shape \(2,\), got \(1,\)"),
    ("one_hidden_layer_gradients", lambda: one_hidden_layer_gradients(X[0], W1, b1, X[0]), ValueError, r"U: expected shape \(2,\), got \(3,\)"),
    ("one_hidden_layer_gradients", lambda: one_hidden_layer_gradients(X, W1, b1, b1), ValueError, "x: expected 1 axis, got 2"),
    ("one_hidden_layer_gradients", lambda: one_hidden_layer_gradients(X[0], W1, b1, b1, "softmax"), ValueError, "f: expected an activation with"),
    ("product_rule", lambda: product_rule(X, X, X.T, X), ValueError, r"g: expected shape \(4, 3\), got \(3, 4\)"),
    ("product_rule", lambda: product_rule(X, 1.0, X, X), ValueError, r"df: expected shape \(4, 3\), got \(\)"),
    ("squared_error_gradients", lambda: squared_error_gradients(X[0], W1, b1, W2, b2, b1), ValueError, r"t: expected shape \(1,\), got \(2,\)"),
    ("squared_error_gradients", lambda: squared_error_gradients(X[0], W1, b1, W2, b1, U), ValueError, r"b2: expected shape \(1,\), got \(2,\)"),
    ("sum_rule", lambda: sum_rule(X, 1.0), ValueError, r"dg: expected shape \(4, 3\), got \(\)"),
    ("two_hidden_layers_gradients", lambda: two_hidden_layers_gradients(X[0], W1, b1, W2.T, b2, U), ValueError, r"W2: expected shape \(2, 2\), got \(2, 1\)"),
    ("two_hidden_layers_gradients", lambda: two_hidden_layers_gradients(X[0], W1, b1, W2, b2, b1), ValueError, r"U: expected shape \(1,\), got \(2,\)"),
]
