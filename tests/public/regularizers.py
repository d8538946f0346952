import numpy as np

from refnn.regularizers import (
    Regularizer,
    decay_factor,
    l1,
    l1_backward,
    l2,
    l2_backward,
    l2_curvature,
    regularizer,
)

W = np.array([[3.0, -4, 0.5], [0, 1, -0.25]])

VALID = {
    "l1": (W,),
    "l1_backward": (np.array(0.5), W),
    "l2": (W,),
    "l2_backward": (np.array(0.5), W),
    "l2_curvature": (np.array(0.5), W),
}

NO_ARRAYS = ["decay_factor", "regularizer"]

REFUSED = [
    ("Regularizer", lambda: Regularizer(l2), TypeError, "missing 1 required positional argument: 'backward'"),
    ("decay_factor", lambda: decay_factor(-0.1, 1), ValueError, "learning_rate: expected a number not below 0, got -0.1"),
    ("decay_factor", lambda: decay_factor(0.1, -1), ValueError, "strength: expected a number not below 0, got -1"),
    ("decay_factor", lambda: decay_factor(0.1, np.nan), ValueError, "strength: expected a finite number, got nan"),
    ("decay_factor", lambda: decay_factor("0.1", 1), TypeError, "learning_rate: expected a number, got '0.1'"),
    ("l1", lambda: l1(["a"]), TypeError, "W: expected float32"),
    ("l1", lambda: l1([[1, 2], [3]]), ValueError, "W: expected an array, got rows of different lengths"),
    ("l1_backward", lambda: l1_backward([1.0], np.zeros(2)), ValueError, r"upstream: expected shape \(\), got \(1,\)"),
    ("l2", lambda: l2(None), TypeError, "W: expected float32.*object"),
    ("l2_backward", lambda: l2_backward(np.ones((2, 3)), np.zeros((2, 3))), ValueError, r"upstream: expected shape \(\), got \(2, 3\)"),
    ("l2_curvature", lambda: l2_curvature([1.0], np.zeros(2)), ValueError, r"upstream: expected shape \(\), got \(1,\)"),
    ("l2_curvature", lambda: l2_curvature(1.0, None), TypeError, "W: expected float32.*object"),
    ("regularizer", lambda: regularizer("L2"), ValueError, "regularizer: expected one of l1, l2, got 'L2'"),
    ("regularizer", lambda: regularizer(l2), TypeError, r"regularizer: expected a name or a pair of functions \(f, f_backward\), got <function l2"),
]
