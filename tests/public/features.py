import numpy as np

from refnn.features import (
    feature_scores,
    feature_scores_backward,
    gram_matrix,
    gram_matrix_backward,
    learned_features,
    quadratic_features,
    quadratic_features_backward,
    quadratic_kernel,
    quadratic_kernel_backward,
    xor_feature,
    xor_feature_backward,
)
from refnn.mlp import MLP

X = np.array([[1.0, 2], [3, -1], [0.5, 0]])
Y = np.array([[2.0, 0.5], [-1, 4]])
PHI = np.array([[1.0, 2, 0, -1], [3, -1, 0.5, 2], [0, 0, 1, 1]])
W = np.array([[1.0, 0, 1], [0, -1, 2]])
B = np.array([0.5, -4])
UP_W = np.array([[1.0, 2], [-1, 0], [3, 0.5]])
NET = MLP([[[1, -2], [-1, 1], [0.5, 0]], [[3, -1, 2]]], [[1, 0, 2], None], ["tanh", "identity"])

VALID = {
    "quadratic_features": (X,),
    "quadratic_features_backward": (np.array([[1.0, 2, 3], [0, -1, 4], [2, 2, 1]]), X),
    "quadratic_kernel": (X, Y),
    "quadratic_kernel_backward": (np.array([[1.0, 2], [3, -1], [0, 4]]), X, Y),
    "gram_matrix": (PHI,),
    "gram_matrix_backward": (np.array([[1.0, 2, 3], [0, -1, 4], [2, 2, 1]]), PHI),
    "xor_feature": (X,),
    "xor_feature_backward": (np.array([1.0, -2, 3]), X),
    "feature_scores": (X, W, B),
    "feature_scores_backward": (UP_W, X, W, B),
    "learned_features": (NET, X),
}

REFUSED = [
    ("quadratic_features", lambda: quadratic_features([1, 2]), ValueError, r"X: expected 2 axes, got 1 in shape \(2,\)"),
    ("quadratic_features_backward", lambda: quadratic_features_backward(np.ones((3, 2)), X), ValueError, r"upstream: expected shape \(3, 3\), got \(3, 2\)"),
    ("quadratic_features_backward", lambda: quadratic_features_backward(1.0, X), ValueError, r"upstream: expected shape \(3, 3\), got \(\)"),
    ("quadratic_kernel", lambda: quadratic_kernel(X, PHI), ValueError, r"one d, got \(3, 2\) and \(3, 4\)"),
    ("quadratic_kernel", lambda: quadratic_kernel(X, Y[0]), ValueError, "Y: expected 2 axes"),
    ("quadratic_kernel_backward", lambda: quadratic_kernel_backward(np.ones((2, 3)), X, Y), ValueError, r"upstream: expected shape \(3, 2\)"),
    ("gram_matrix", lambda: gram_matrix(3.0), ValueError, "Phi: expected 2 axes"),
    ("gram_matrix_backward", lambda: gram_matrix_backward(np.ones((4, 4)), PHI), ValueError, r"upstream: expected shape \(3, 3\)"),
    ("xor_feature", lambda: xor_feature(PHI), ValueError, r"X: expected shape \(n, 2\), .*got \(3, 4\)"),
    ("xor_feature_backward", lambda: xor_feature_backward(np.ones((3, 1)), X), ValueError, r"upstream: expected shape \(3,\), got \(3, 1\)"),
    ("feature_scores", lambda: feature_scores(X, X), ValueError, r"\(3, 3\) and \(3, 2\)"),
    ("feature_scores", lambda: feature_scores(X, W, [1, 2, 3]), ValueError, r"b: expected shape \(2,\), got \(3,\)"),
    ("feature_scores", lambda: feature_scores(X, W, features="quadratic"), TypeError, "features: expected a function .* got 'quadratic'"),
    ("feature_scores", lambda: feature_scores(X, W, features=lambda X: X.T), ValueError, r"features\(X\): expected one row for each of 3 samples"),
    ("feature_scores", lambda: feature_scores(X, W, features=lambda X: X[:, 0]), ValueError, r"features\(X\): expected 2 axes"),
    ("feature_scores_backward", lambda: feature_scores_backward(np.ones((2, 3)), X, W), ValueError, r"upstream: expected shape \(3, 2\)"),
    ("learned_features", lambda: learned_features(NET, PHI), ValueError, r"got \(3, 4\) and \(3, 2\)"),
    ("learned_features", lambda: learned_features(NET, X[0]), ValueError, "X: expected 2 axes"),
]
