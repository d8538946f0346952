import numpy as np

from refnn.diagnostics import (
    Finding,
    activation_norms,
    can_fit,
    delta_norms,
    diagnosis,
    gain_bounds,
    path_factors,
    recipe,
    starts_at_log_k,
    steepest_slope,
)
from refnn.mlp import MLP

W1, b1 = np.array([[1.0, -2, 3], [0.5, 1, -1]]), np.array([1.0, 0])
W2, b2 = np.array([[2.0, -1]]), np.array([0.25])
X = np.array([[1.0, -1, 2], [0, 0.5, 1], [3, 1, 0], [1, 1, 1]])
UP = np.array([[1.0], [2], [-1], [0.5]])
NET = MLP([W1, W2], [b1, b2], ["tanh", "identity"])

VALID = {
    "activation_norms": (NET, X),
    "can_fit": (NET, X, UP, 2, "squared_error"),
    "delta_norms": (NET, X, UP),
    "gain_bounds": (NET,),
    "path_factors": (NET, X[0], (2, 1, 0)),
    "starts_at_log_k": (1.5, X),
}

NO_ARRAYS = ["diagnosis", "recipe", "steepest_slope"]

REFUSED = [
    ("Finding", lambda: Finding(True), TypeError, "words"),
    ("activation_norms", lambda: activation_norms(NET, X.T), ValueError, r"with one d, got \(3, 4\) and \(2, 3\)"),
    ("activation_norms", lambda: activation_norms(None, X), TypeError, "net: expected weights, biases and activations"),
    ("can_fit", lambda: can_fit(NET, X[:0], UP[:0]), ValueError, r"X: expected at least one sample, got shape \(0, 3\)"),
    ("can_fit", lambda: can_fit(NET, X, [0, 1, 0, 0]), ValueError, "labels: expected labels 0..0, counted from 0, got 1"),
    ("can_fit", lambda: can_fit(NET, X, UP, -1, "squared_error"), ValueError, "steps: expected at least 0, got -1"),
    ("can_fit", lambda: can_fit(NET, X, UP, 1, "squared"), ValueError, "loss: expected one of .*did you mean 'squared_error'"),
    ("can_fit", lambda: can_fit(NET, X, UP, 1, "squared_error", below=0), ValueError, "below: expected a number above 0"),
    ("delta_norms", lambda: delta_norms(NET, X, UP.T), ValueError, r"upstream: expected shape \(4, 1\), got \(1, 4\)"),
    ("delta_norms", lambda: delta_norms(NET, X, 1.0), ValueError, r"upstream: expected shape \(4, 1\), got \(\)"),
    ("diagnosis", lambda: diagnosis(-0.1, 0, 0), ValueError, "training_error: expected a number not below 0, got -0.1"),
    ("diagnosis", lambda: diagnosis(0.1, [0.2], 0), ValueError, "test_error: expected 0 axes, got 1"),
    ("diagnosis", lambda: diagnosis(0.1, 0.2, float("nan")), ValueError, "target: expected a finite number"),
    ("gain_bounds", lambda: gain_bounds(MLP([W1, W2], [b1, b2], ["softmax", "identity"])), ValueError, "f: expected one of .*got 'softmax'"),
    ("gain_bounds", lambda: gain_bounds([W1]), TypeError, "net: expected weights, biases and activations"),
    ("path_factors", lambda: path_factors(NET, X, (0, 0, 0)), ValueError, "x: expected 1 axis, got 2"),
    ("path_factors", lambda: path_factors(NET, X[0], (0, 0)), ValueError, r"path: expected an input and a unit of each layer, 3 in all, got \(0, 0\)"),
    ("path_factors", lambda: path_factors(NET, X[0], 3), ValueError, "path: expected an input and a unit of each layer"),
    ("path_factors", lambda: path_factors(NET, X[0], (2, 2, 0)), ValueError, r"path\[1\]: expected a unit 0..1, counted from 0, got 2"),
    ("path_factors", lambda: path_factors(NET, X[0], (-1, 1, 0)), ValueError, r"path\[0\]: expected a unit 0..2"),
    ("path_factors", lambda: path_factors(NET, X[0], (0.5, 1, 0)), TypeError, r"path\[0\]: expected a whole number"),
    ("path_factors", lambda: path_factors(MLP([W1], [b1], ["softmax"]), X[0], (0, 0)), ValueError, "net: expected activations with a derivative f', got 'softmax'"),
    ("recipe", lambda: recipe(0.1, -1, 0), ValueError, "test_error: expected a number not below 0"),
    ("recipe", lambda: recipe("good", "bad", 0), TypeError, "training_error: expected float32"),
    ("starts_at_log_k", lambda: starts_at_log_k(1.0, np.zeros((0, 3))), ValueError, r"scores: expected at least one sample and class, got shape \(0, 3\)"),
    ("starts_at_log_k", lambda: starts_at_log_k([1.0], X), ValueError, "loss: expected 0 axes, got 1"),
    ("starts_at_log_k", lambda: starts_at_log_k(1.0, X[0]), ValueError, "scores: expected 2 axes, got 1"),
    ("steepest_slope", lambda: steepest_slope("square"), ValueError, "f: expected one of gaussian, identity, .*, got 'square'"),
]
