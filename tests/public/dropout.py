import numpy as np

from refnn.dropout import (
    dropout,
    dropout_backward,
    dropout_mask,
    mask_probability,
    masks,
    scale_for_test,
    scale_for_test_backward,
)

X = np.array([[5.0, 7, -1], [0, 2, 4]])
MASK = np.array([[1.0, 0, 1], [0, 1, 1]])

VALID = {
    "dropout": (X, MASK, 0.25),
    "dropout_backward": (X + 1, X, MASK, 0.25),
    "scale_for_test": (X, 0.25),
    "scale_for_test_backward": (X + 1, X, 0.25),
    "mask_probability": (MASK, 0.25),
}

NO_ARRAYS = ["dropout_mask", "masks"]

REFUSED = [
    ("dropout_mask", lambda: dropout_mask((2, 3), 1, 0), ValueError, r"rate: expected a number in \[0, 1\), got 1"),
    ("dropout_mask", lambda: dropout_mask((2, 3), 50, 0), ValueError, r"rate: expected a number in \[0, 1\), got 50"),
    ("dropout_mask", lambda: dropout_mask((2, 3), -0.1, 0), ValueError, "rate: .* got -0.1"),
    ("dropout_mask", lambda: dropout_mask((2, 3), "half", 0), TypeError, "rate: expected a number, got 'half'"),
    ("dropout_mask", lambda: dropout_mask((2, 3), float("nan"), 0), ValueError, "rate: expected a finite number"),
    ("dropout_mask", lambda: dropout_mask(3, 0.5, 0), TypeError, "shape: expected a tuple of whole numbers"),
    ("dropout_mask", lambda: dropout_mask((2, -3), 0.5, 0), ValueError, "shape: expected at least 0, got -3"),
    ("dropout_mask", lambda: dropout_mask((2, 3), 0.5, None), TypeError, "rng: expected a numpy.random.Generator"),
    ("dropout_mask", lambda: dropout_mask((2, 3), 0, 1.5), TypeError, "rng: expected a numpy.random.Generator"),
    ("dropout", lambda: dropout(X, MASK[0], 0.5), ValueError, r"mask: expected shape \(2, 3\), got \(3,\)"),
    ("dropout", lambda: dropout(X, MASK / 2, 0.5), ValueError, "mask: expected zeros and ones, got 0.5"),
    ("dropout", lambda: dropout(X, MASK * np.nan, 0.5), ValueError, "mask: expected zeros and ones, got nan"),
    ("dropout", lambda: dropout(X, MASK, 1.0), ValueError, r"rate: expected a number in \[0, 1\), got 1.0"),
    ("dropout", lambda: dropout(["a"], [1], 0.5), TypeError, "x: expected float32"),
    ("dropout_backward", lambda: dropout_backward(X.T, X, MASK, 0.5), ValueError, r"upstream: expected shape \(2, 3\), got \(3, 2\)"),
    ("dropout_backward", lambda: dropout_backward(1.0, X, MASK, 0.5), ValueError, r"upstream: expected shape \(2, 3\), got \(\)"),
    ("dropout_backward", lambda: dropout_backward(X, X, MASK.T, 0.5), ValueError, r"mask: expected shape \(2, 3\), got \(3, 2\)"),
    ("scale_for_test", lambda: scale_for_test(X, 50), ValueError, r"rate: expected a number in \[0, 1\), got 50"),
    ("scale_for_test_backward", lambda: scale_for_test_backward(X[0], X, 0.5), ValueError, r"upstream: expected shape \(2, 3\), got \(3,\)"),
    ("masks", lambda: masks(-1), ValueError, "n: expected at least 0, got -1"),
    ("masks", lambda: masks(21), ValueError, r"n: expected at most 20, got 21: there would be 2\^21 masks"),
    ("masks", lambda: masks(2.0), TypeError, "n: expected a whole number, got 2.0"),
    ("mask_probability", lambda: mask_probability(1, 0.5), ValueError, "mask: expected at least one axis"),
    ("mask_probability", lambda: mask_probability([2, 0], 0.5), ValueError, "mask: expected zeros and ones, got 2"),
    ("mask_probability", lambda: mask_probability([1, 0], 1.5), ValueError, r"rate: expected a number in \[0, 1\), got 1.5"),
]
