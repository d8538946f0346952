import numpy as np

from refnn.linear import (
    affine,
    affine_backward,
    affine_parameter_count,
    augment,
    classify,
    collapse,
    discriminant,
    foot_point,
    normalize_labels,
    separates,
    signed_distance,
    split,
)

X, W, B = np.array([[1.0, 2, 0.5], [-1, 0.25, 3]]), np.array([[1.0, -1, 2]] * 4), np.array([1.0, 2, 3, 4])
W0, B0, Y = np.array([2.0, -1, 0.5]), np.array(-0.5), np.array([1.0, -1])
PLANE = X, W0, B0

VALID = {
    "affine": (X, W, B),
    "affine_backward": (np.ones((2, 4)), X, W, B),
    "augment": (W, B),
    "classify": PLANE,
    "collapse": ([np.ones((1, 4)), np.ones((2, 1))], [np.ones(1), np.ones(2)]),
    "discriminant": PLANE,
    "foot_point": PLANE,
    "normalize_labels": (X, Y),
    "separates": (X, Y, W0),
    "signed_distance": PLANE,
    "split": (W,),
}

NO_ARRAYS = ["affine_parameter_count"]

REFUSED = [
    ("collapse", lambda: collapse(W, 0.0), TypeError, "biases: expected a list, got 0.0"),
    ("affine", lambda: affine(X, W.T), ValueError, r"X, W: expected shapes \(n, d\) and \(out, d\) with one d, got \(2, 3\) and \(3, 4\)"),
    ("affine", lambda: affine(X[0], W), ValueError, r"X: expected 2 axes, got 1 in shape \(3,\)"),
    ("affine", lambda: affine(X, W0), ValueError, r"W: expected 2 axes, got 1 in shape \(3,\)"),
    ("affine", lambda: affine(X, W, B[:3]), ValueError, r"b: expected shape \(4,\), got \(3,\)"),
    ("affine", lambda: affine(X, W, 1.0), ValueError, r"b: expected shape \(4,\), got \(\)"),
    ("affine", lambda: affine(X, W, B[np.newaxis]), ValueError, r"b: expected shape \(4,\), got \(1, 4\)"),
    ("affine", lambda: affine(X, [["a"] * 3]), TypeError, "W: expected float32"),
    ("affine_backward", lambda: affine_backward(np.ones((4, 2)), X, W), ValueError, r"upstream: expected shape \(2, 4\), got \(4, 2\)"),
    ("affine_backward", lambda: affine_backward(1.0, X, W), ValueError, r"upstream: expected shape \(2, 4\), got \(\)"),
    ("affine_backward", lambda: affine_backward(np.ones((2, 4)), X, W, B[:3]), ValueError, "b: expected shape"),
    ("affine_parameter_count", lambda: affine_parameter_count(0, 1), ValueError, "inputs: expected at least 1, got 0"),
    ("affine_parameter_count", lambda: affine_parameter_count(1, -2), ValueError, "outputs: expected at least 1, got -2"),
    ("affine_parameter_count", lambda: affine_parameter_count(1, 2.0), TypeError, "outputs: expected a whole number"),
    ("augment", lambda: augment(3.0), ValueError, r"v: expected at least one axis, got shape \(\)"),
    ("augment", lambda: augment(W, B[:3]), ValueError, r"last: expected shape \(4,\), got \(3,\)"),
    ("augment", lambda: augment(W, "one"), TypeError, "last: expected float32"),
    ("classify", lambda: classify(X, W0[:2], 0), ValueError, r"w: expected shape \(3,\), got \(2,\)"),
    ("classify", lambda: classify(X[0], W0, 0), ValueError, "X: expected 2 axes, got 1"),
    ("collapse", lambda: collapse([], []), ValueError, "weights: expected at least one layer, got none"),
    ("collapse", lambda: collapse([W], []), ValueError, "biases: expected one for each of 1 weights, got 0"),
    ("collapse", lambda: collapse([W, W], [B, B]), ValueError, r"weights\[1\]: expected shape \(out, 4\), got \(4, 3\)"),
    ("collapse", lambda: collapse([W], [B[:3]]), ValueError, r"biases\[0\]: expected shape \(4,\), got \(3,\)"),
    ("collapse", lambda: collapse([W0], [B]), ValueError, r"weights\[0\]: expected 2 axes, got 1"),
    ("collapse", lambda: collapse([W.astype(np.float16)], [B]), TypeError, r"weights\[0\]: expected float32.*float16"),
    ("discriminant", lambda: discriminant(X, W, 0), ValueError, r"w: expected 1 axis, got 2 in shape \(4, 3\)"),
    ("discriminant", lambda: discriminant(X, W0, [1.0, 2]), ValueError, r"b: expected 0 axes, got 1 in shape \(2,\)"),
    ("discriminant", lambda: discriminant(X, W0, None), TypeError, "b: expected float32"),
    ("foot_point", lambda: foot_point(X, 0 * W0, 1), ValueError, r"w: expected a vector that is not zero"),
    ("foot_point", lambda: foot_point(W0, W0, 1), ValueError, "X: expected 2 axes, got 1"),
    ("normalize_labels", lambda: normalize_labels(X, [1, 0]), ValueError, r"y: expected labels -1 or \+1, got 0.0 at 1"),
    ("normalize_labels", lambda: normalize_labels(X, [1, 1, 1]), ValueError, r"y: expected shape \(2,\), got \(3,\)"),
    ("normalize_labels", lambda: normalize_labels(X[0], [1, 1, 1]), ValueError, "X: expected 2 axes, got 1"),
    ("separates", lambda: separates(X, [1, 2], W0), ValueError, r"y: expected labels -1 or \+1, got 2.0 at 1"),
    ("separates", lambda: separates(X, Y, B), ValueError, r"w: expected shape \(3,\), got \(4,\)"),
    ("signed_distance", lambda: signed_distance(X, 0 * W0, 1), ValueError, "w: expected a vector that is not zero"),
    ("signed_distance", lambda: signed_distance(X, W0, np.ones(1)), ValueError, "b: expected 0 axes, got 1"),
    ("split", lambda: split(3.0), ValueError, r"v: expected a last axis of at least one entry, got shape \(\)"),
    ("split", lambda: split(np.zeros((2, 0))), ValueError, r"v: expected a last axis of at least one entry, got shape \(2, 0\)"),
]
