import numpy as np

from refnn.depth import (
    attributes_of,
    count_pieces,
    equal_budget_width,
    flat_pieces,
    flat_sawtooth,
    hidden_weight_count,
    joint_class,
    modular_net,
    samples_per_class,
    samples_per_value,
    sawtooth,
    seide2011,
)

A = np.array([[0.0, 1, 1], [1, 0, 1]])
W, B = np.array([[1.0, -2, 0.5], [0, 1, 1]]), np.array([0.5, -1])
V = np.array([1.0, -2, 0.5])

VALID = {
    "attributes_of": (np.array([0, 3, 5]), 3),
    "count_pieces": (np.array([0.0, 1, 3]), V),
    "flat_pieces": (V, V[::-1].copy(), V + 1),
    "joint_class": (A,),
    "modular_net": (W, B),
    "samples_per_class": (A,),
    "samples_per_value": (A,),
}

NO_ARRAYS = ["equal_budget_width", "flat_sawtooth", "hidden_weight_count", "sawtooth", "seide2011"]

REFUSED = [
    ("attributes_of", lambda: attributes_of([0, 8], 3), ValueError, "classes: expected labels 0..7, counted from 0, got 8 at 1"),
    ("attributes_of", lambda: attributes_of([0.0], 3), TypeError, "classes: expected an integer label 0..7"),
    ("attributes_of", lambda: attributes_of([[0, 1]], 3), ValueError, r"classes: expected shape \(2,\), got \(1, 2\)"),
    ("attributes_of", lambda: attributes_of([0], 0), ValueError, "k: expected at least 1, got 0"),
    ("attributes_of", lambda: attributes_of([0], 21), ValueError, r"k: expected at most 20 attributes, got 21.*2\^21"),
    ("count_pieces", lambda: count_pieces([0, 2, 1], V), ValueError, "x: expected at least two places, each above"),
    ("count_pieces", lambda: count_pieces([0, 1, 1], V), ValueError, "x: expected at least two places, each above"),
    ("count_pieces", lambda: count_pieces([0], [1]), ValueError, "x: expected at least two places"),
    ("count_pieces", lambda: count_pieces([0, 1], V), ValueError, r"y: expected shape \(2,\), got \(3,\)"),
    ("count_pieces", lambda: count_pieces([0, 1, 2], V * np.nan), ValueError, "y: expected finite numbers, got nan"),
    ("equal_budget_width", lambda: equal_budget_width(0, 4, 2, 3), ValueError, "inputs: expected at least 1, got 0"),
    ("equal_budget_width", lambda: equal_budget_width(5, 4.0, 2, 3), TypeError, "width: expected a whole number, got 4.0"),
    ("flat_pieces", lambda: flat_pieces(V, V[:2], V), ValueError, r"b: expected shape \(3,\), got \(2,\)"),
    ("flat_pieces", lambda: flat_pieces(V, V, V[:1]), ValueError, r"v: expected shape \(3,\), got \(1,\)"),
    ("flat_pieces", lambda: flat_pieces(W, V, V), ValueError, "w: expected 1 axis, got 2"),
    ("flat_pieces", lambda: flat_pieces(V, V * np.inf, V), ValueError, r"b: expected finite numbers, got inf at \(0,\)"),
    ("flat_sawtooth", lambda: flat_sawtooth(21), ValueError, r"folds: expected at most 20, got 21: that would be 2\^21"),
    ("flat_sawtooth", lambda: flat_sawtooth(1.5), TypeError, "folds: expected a whole number, got 1.5"),
    ("hidden_weight_count", lambda: hidden_weight_count(5, 4, 0, 3), ValueError, "layers: expected at least 1, got 0"),
    ("hidden_weight_count", lambda: hidden_weight_count(5, 4, 2, -3), ValueError, "outputs: expected at least 1, got -3"),
    ("joint_class", lambda: joint_class([[0, 2]]), ValueError, r"attributes: expected zeros and ones.*got 2.0 at \(0, 1\)"),
    ("joint_class", lambda: joint_class([0, 1]), ValueError, "attributes: expected 2 axes, got 1"),
    ("joint_class", lambda: joint_class(np.zeros((3, 0))), ValueError, r"k at least 1, got shape \(3, 0\)"),
    ("joint_class", lambda: joint_class(np.zeros((3, 21))), ValueError, "attributes: expected at most 20 attributes, got 21"),
    ("joint_class", lambda: joint_class([[np.nan]]), ValueError, r"attributes: expected zeros and ones.*got nan at \(0, 0\)"),
    ("modular_net", lambda: modular_net(W, V), ValueError, r"b: expected shape \(2,\), got \(3,\)"),
    ("modular_net", lambda: modular_net(B, B), ValueError, "W: expected 2 axes, got 1"),
    ("modular_net", lambda: modular_net(np.zeros((0, 3)), []), ValueError, "W: expected at least one attribute and one input"),
    ("modular_net", lambda: modular_net(np.ones((21, 1)), np.ones(21)), ValueError, "W: expected at most 20 attributes"),
    ("samples_per_class", lambda: samples_per_class([[0.5]]), ValueError, "attributes: expected zeros and ones"),
    ("samples_per_value", lambda: samples_per_value([[-1, 1]]), ValueError, "attributes: expected zeros and ones"),
    ("sawtooth", lambda: sawtooth(0), ValueError, "folds: expected at least 1, got 0"),
    ("sawtooth", lambda: sawtooth(51), ValueError, "folds: expected at most 50, got 51"),
    ("seide2011", lambda: seide2011("all"), TypeError, "argument"),
]
