import numpy as np

from refnn.maxout import maxout, maxout_backward, parameter_count

VALID = {
    "maxout": (np.array([[5.0, 7, -1, 1], [0, 2, 4, 3]]), 2),
    "maxout_backward": (np.array([[1.0, 2], [3, 4]]), np.array([[5.0, 7, -1, 1], [0, 2, 4, 3]]), 2),
}

NO_ARRAYS = ["parameter_count"]

REFUSED = [
    ("parameter_count", lambda: parameter_count(0, 1, 1), ValueError, "inputs: expected at least 1"),
    ("parameter_count", lambda: parameter_count(1, 1.5, 1), TypeError, "units: expected a whole number"),
    ("maxout", lambda: maxout(np.zeros((2, 5)), 3), ValueError, r"z: .*shape \(2, 5\).*pieces=3"),
    ("maxout", lambda: maxout(np.zeros(4), 0), ValueError, "pieces: expected at least 1, got 0"),
    ("maxout", lambda: maxout(np.zeros(4), 2.0), TypeError, "pieces: expected a whole number, got 2.0"),
    ("maxout", lambda: maxout(["a", "b"], 2), TypeError, "z: expected float32"),
    ("maxout", lambda: maxout(3.0, 1), ValueError, "z: the last axis"),
    ("maxout_backward", lambda: maxout_backward(np.ones((2, 3)), np.zeros((2, 4)), 2), ValueError, r"upstream: expected shape \(2, 2\), got \(2, 3\)"),
    ("maxout_backward", lambda: maxout_backward(1.0, np.zeros((2, 4)), 2), ValueError, r"upstream: expected shape \(2, 2\), got \(\)"),
    ("maxout_backward", lambda: maxout_backward(np.ones((2, 2)), np.zeros((2, 4)), 3), ValueError, "pieces=3"),
]
