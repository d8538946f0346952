import math

import numpy as np

from refnn.universal import (
    cells_enough,
    missed_point,
    one_hidden_layer,
    relu_net,
    relu_net_bound,
    relu_net_smooth_bound,
    sigmoid_net,
    sigmoid_net_bound,
    step_net,
    step_net_bound,
    superposition,
)

X = np.array([[0.25, -1], [0.5, 2], [3, 1]])
NET = np.array([[1.0, -1], [0, 2]]), np.array([0.5, -1]), np.array([[1.0, 3]]), np.array([-0.5])
W, B, V, C = NET
INNER, OUTER = [[np.sin, np.cos]], [np.exp]

VALID = {
    "missed_point": (V, C),
    "one_hidden_layer": (X, *NET, "relu"),
    "superposition": (X, INNER, OUTER),
}

NO_ARRAYS = [
    "cells_enough",
    "relu_net",
    "relu_net_bound",
    "relu_net_smooth_bound",
    "sigmoid_net",
    "sigmoid_net_bound",
    "step_net",
    "step_net_bound",
]

REFUSED = [
    ("superposition", lambda: superposition(X, np.sin, OUTER), TypeError, "inner: expected a list, got <ufunc 'sin'>"),
    ("superposition", lambda: superposition(X, [np.sin], OUTER), TypeError, "a row of inner: expected a list"),
    ("cells_enough", lambda: cells_enough(1, 0), ValueError, "epsilon: expected a number above 0, got 0"),
    ("cells_enough", lambda: cells_enough(math.inf, 1), ValueError, "lipschitz: expected a finite number, got inf"),
    ("missed_point", lambda: missed_point(V[0], C), ValueError, "V: expected 2 axes, got 1"),
    ("missed_point", lambda: missed_point(V, [1, 2]), ValueError, r"c: expected shape \(1,\), got \(2,\)"),
    ("missed_point", lambda: missed_point(V, C, bound=0), ValueError, "bound: expected a number above 0, got 0"),
    ("one_hidden_layer", lambda: one_hidden_layer(X, *NET, "rellu"), ValueError, "activation: expected one of .*did you mean 'relu'"),
    ("one_hidden_layer", lambda: one_hidden_layer(X[:, :1], *NET, "relu"), ValueError, r"X, W: expected shapes .*\(3, 1\) and \(2, 2\)"),
    ("one_hidden_layer", lambda: one_hidden_layer(X[0], *NET, "relu"), ValueError, "X: expected 2 axes, got 1"),
    ("one_hidden_layer", lambda: one_hidden_layer(X, W, B[:1], V, C, "relu"), ValueError, r"b: expected shape \(2,\), got \(1,\)"),
    ("one_hidden_layer", lambda: one_hidden_layer(X, W, B, V.T, C, "relu"), ValueError, r"V: expected shape \(2, 2\), got \(2, 1\)"),
    ("one_hidden_layer", lambda: one_hidden_layer(X, W, B, V, [0, 0], "relu"), ValueError, r"c: expected shape \(1,\), got \(2,\)"),
    ("relu_net", lambda: relu_net(np.sin, 0), ValueError, "cells: expected at least 1, got 0"),
    ("relu_net", lambda: relu_net(lambda x: x[:-1], 4), ValueError, r"f: expected values of shape \(5,\) or \(5, K\) there, got \(4,\)"),
    ("relu_net", lambda: relu_net(lambda x: x * 1j, 4), TypeError, r"f\(points\): expected float32.*complex128"),
    ("relu_net_bound", lambda: relu_net_bound(-1, 4), ValueError, "lipschitz: expected a number not below 0, got -1"),
    ("relu_net_bound", lambda: relu_net_bound(1, 0), ValueError, "cells: expected at least 1, got 0"),
    ("relu_net_smooth_bound", lambda: relu_net_smooth_bound(-1, 4), ValueError, "curvature: expected a number not below 0, got -1"),
    ("sigmoid_net", lambda: sigmoid_net(np.sin, 4, 0), ValueError, "steepness: expected a number above 0, got 0"),
    ("sigmoid_net", lambda: sigmoid_net(math.pi, 4, 100), TypeError, "f: expected a function of points, got 3.14"),
    ("sigmoid_net_bound", lambda: sigmoid_net_bound(1, 4, -1), ValueError, "steepness: expected a number above 0, got -1"),
    ("sigmoid_net_bound", lambda: sigmoid_net_bound("1", 4, 1), TypeError, "lipschitz: expected a number, got '1'"),
    ("step_net", lambda: step_net(np.sin, 2.5), TypeError, "cells: expected a whole number, got 2.5"),
    ("step_net", lambda: step_net(lambda x: 1.0, 3), ValueError, r"f: expected values of shape \(3,\) or \(3, K\) there, got \(\)"),
    ("step_net_bound", lambda: step_net_bound(1, 0), ValueError, "cells: expected at least 1, got 0"),
    ("superposition", lambda: superposition(X, [[np.sin]], OUTER), ValueError, "inner: expected a function for each of the 2 columns of X, got 1"),
    ("superposition", lambda: superposition(X, INNER, OUTER * 2), ValueError, "inner, outer: expected one row of inner for each outer, got 1 and 2"),
    ("superposition", lambda: superposition(X, INNER, [np.sum]), ValueError, r"outer: expected values of shape \(3,\) there, got \(\)"),
    ("superposition", lambda: superposition(X[0], INNER, OUTER), ValueError, "X: expected 2 axes, got 1"),
]
