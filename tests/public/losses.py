import numpy as np

from refnn.losses import (
    Loss,
    absolute_error,
    absolute_error_backward,
    best_constants,
    binary_cross_entropy,
    binary_cross_entropy_backward,
    binary_cross_entropy_curvature,
    cross_entropy,
    cross_entropy_backward,
    full_loss,
    full_loss_backward,
    loss,
    multiclass_hinge,
    multiclass_hinge_backward,
    perceptron_criterion,
    perceptron_criterion_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_curvature,
    squared_error,
    squared_error_backward,
    squared_error_curvature,
)

EACH = np.array([1.0, -2, 0.5])
ROWS, OTHER = np.array([[3.0, 5], [2, 2], [0, -1]]), np.array([[1.0, 6], [2, 0], [4, 4]])
SCORES, LABELS = np.array([[3.2, 5.1, -1.7, 0], [1.3, 4.9, 2.0, 0], [2.2, 2.5, -3.1, 0]]), np.array([0, 1, 3])
SHARES, WANTED = np.array([[0.25, 0.75], [0.5, 0.5], [0.9, 0.1]]), np.array([[0.0, 1], [0.5, 0.5], [1, 0]])
LOGITS, SIGNS = np.array([3.0, -0.5, 2]), np.array([1.0, -1, -1])
W = np.array([[3.0, -4]])

VALID = {
    "absolute_error": (ROWS, OTHER, "none"),
    "absolute_error_backward": (EACH, ROWS, OTHER, "none"),
    "best_constants": (EACH,),
    "binary_cross_entropy": (ROWS, WANTED, "none"),
    "binary_cross_entropy_backward": (EACH, ROWS, WANTED, "none"),
    "binary_cross_entropy_curvature": (EACH, ROWS, WANTED, "none"),
    "cross_entropy": (SHARES, WANTED, "none"),
    "cross_entropy_backward": (EACH, SHARES, WANTED, "none"),
    "full_loss": (EACH, W, 0.5),
    "full_loss_backward": (np.array(2.0), EACH, W, 0.5),
    "multiclass_hinge": (SCORES, LABELS, 1.0, "none"),
    "multiclass_hinge_backward": (EACH, SCORES, LABELS, 1.0, "none"),
    "perceptron_criterion": (LOGITS, SIGNS, "none"),
    "perceptron_criterion_backward": (EACH, LOGITS, SIGNS, "none"),
    "softmax_cross_entropy": (SCORES, LABELS, "none"),
    "softmax_cross_entropy_backward": (EACH, SCORES, LABELS, "none"),
    "softmax_cross_entropy_curvature": (EACH, SCORES, LABELS, "none"),
    "squared_error": (ROWS, OTHER, "none"),
    "squared_error_backward": (EACH, ROWS, OTHER, "none"),
    "squared_error_curvature": (EACH, ROWS, OTHER, "none"),
}

NO_ARRAYS = ["loss"]

NO_MEAN = "reduction: the mean over n = 0 samples is not defined"
CHOICES = "absolute_error, binary_cross_entropy, cross_entropy, multiclass_hinge, perceptron_criterion, softmax_cross_entropy, squared_error"

REFUSED = [
    ("cross_entropy", lambda: cross_entropy([[0.5, 0.5]], [[1], [0, 1]]), ValueError, "targets: expected an array, got rows of different lengths"),
    ("Loss", lambda: Loss(squared_error), TypeError, "missing 1 required positional argument: 'backward'"),
    ("absolute_error", lambda: absolute_error(np.zeros(3), np.zeros((3, 1))), ValueError, r"target: expected shape \(3,\), got \(3, 1\)"),
    ("absolute_error", lambda: absolute_error([], []), ValueError, NO_MEAN),
    ("absolute_error_backward", lambda: absolute_error_backward(np.ones(3), np.zeros(3), np.zeros(3)), ValueError, r"upstream: expected shape \(\), got \(3,\)"),
    ("best_constants", lambda: best_constants([]), ValueError, "target: expected at least one sample"),
    ("best_constants", lambda: best_constants(ROWS), ValueError, r"target: expected 1 axis, got 2 in shape \(3, 2\)"),
    ("best_constants", lambda: best_constants([1, 2], "hinge"), ValueError, "loss: expected one of absolute_error, squared_error, got 'hinge'"),
    ("binary_cross_entropy", lambda: binary_cross_entropy([0.5, 1], [0, 2]), ValueError, r"targets: expected probabilities in \[0, 1\], got 2.0"),
    ("binary_cross_entropy", lambda: binary_cross_entropy([0.5, 1], [1, -1]), ValueError, r"targets: expected probabilities in \[0, 1\], got -1.0"),
    ("binary_cross_entropy", lambda: binary_cross_entropy(np.zeros((3, 1)), np.zeros(3)), ValueError, r"targets: expected shape \(3, 1\), got \(3,\)"),
    ("binary_cross_entropy_backward", lambda: binary_cross_entropy_backward(1.0, [0.5], [1.5]), ValueError, "targets: expected probabilities"),
    ("binary_cross_entropy_backward", lambda: binary_cross_entropy_backward(1.0, 0.5, 1), ValueError, r"logits: expected samples in rows, shape \(n,\)"),
    ("cross_entropy", lambda: cross_entropy([[1.5, 0]], [[1, 0]]), ValueError, r"probabilities: expected probabilities in \[0, 1\], got 1.5"),
    ("cross_entropy", lambda: cross_entropy([[0.5, 0.5]], [0]), ValueError, r"targets: expected a row of probabilities .* got \(1,\); labels are for softmax_cross_entropy"),
    ("cross_entropy", lambda: cross_entropy([[0.5, 0.5]], [[1, 0, 0]]), ValueError, r"targets: expected shape \(1, 2\), got \(1, 3\)"),
    ("cross_entropy_backward", lambda: cross_entropy_backward(1.0, [[0.5, 0.5]], [[-1, 2]]), ValueError, "targets: expected probabilities"),
    ("full_loss", lambda: full_loss([], W, 0.5), ValueError, NO_MEAN),
    ("full_loss", lambda: full_loss(3.0, W, 0.5), ValueError, r"sample_losses: expected one loss for each sample, shape \(n,\), got \(\)"),
    ("full_loss", lambda: full_loss([1], W, -0.5), ValueError, "strength: expected a number not below 0, got -0.5"),
    ("full_loss", lambda: full_loss([1], W, 0.5, "l3"), ValueError, "regularizer: expected one of l1, l2, got 'l3'"),
    ("full_loss_backward", lambda: full_loss_backward([1.0], [1], W, 0.5), ValueError, r"upstream: expected shape \(\), got \(1,\)"),
    ("loss", lambda: loss("mse"), ValueError, f"loss: expected one of {CHOICES}, got 'mse'"),
    ("multiclass_hinge", lambda: multiclass_hinge(SCORES, [0, 1, 4]), ValueError, r"labels: expected labels 0\.\.3, counted from 0, got 4 at 2"),
    ("multiclass_hinge", lambda: multiclass_hinge(SCORES, [0, 1]), ValueError, r"labels: expected shape \(3,\), got \(2,\)"),
    ("multiclass_hinge", lambda: multiclass_hinge(SCORES, [0.0, 1, 2]), TypeError, r"labels: expected an integer label 0\.\.3 .*got dtype float64"),
    ("multiclass_hinge", lambda: multiclass_hinge(SCORES, LABELS, margin=-1), ValueError, "margin: expected a number not below 0, got -1"),
    ("multiclass_hinge", lambda: multiclass_hinge([1, 2], [0]), ValueError, "scores: expected 2 axes, got 1"),
    ("multiclass_hinge", lambda: multiclass_hinge(SCORES, LABELS, "mean"), TypeError, "margin: expected a number, got 'mean'"),
    ("multiclass_hinge_backward", lambda: multiclass_hinge_backward(1.0, SCORES, [-1, 0, 0]), ValueError, r"labels: expected labels 0\.\.3, counted from 0, got -1 at 0"),
    ("multiclass_hinge_backward", lambda: multiclass_hinge_backward(SCORES, SCORES, LABELS), ValueError, r"upstream: expected shape \(\), got \(3, 4\)"),
    ("perceptron_criterion", lambda: perceptron_criterion(LOGITS, [1, 0, 1]), ValueError, r"labels: expected labels -1 or \+1, got 0.0 at 1"),
    ("perceptron_criterion", lambda: perceptron_criterion(LOGITS, [1, -1]), ValueError, r"labels: expected shape \(3,\), got \(2,\)"),
    ("perceptron_criterion", lambda: perceptron_criterion(ROWS, SIGNS), ValueError, "scores: expected 1 axis, got 2"),
    ("perceptron_criterion_backward", lambda: perceptron_criterion_backward(1.0, [], []), ValueError, NO_MEAN),
    ("softmax_cross_entropy", lambda: softmax_cross_entropy(SCORES, [0, 1, 4]), ValueError, r"labels: expected labels 0\.\.3, counted from 0, got 4 at 2"),
    ("softmax_cross_entropy", lambda: softmax_cross_entropy(SCORES, np.eye(4)[LABELS]), ValueError, r"labels: expected an integer label 0\.\.3 for each sample, got shape \(3, 4\); .argmax\(1\)"),
    ("softmax_cross_entropy", lambda: softmax_cross_entropy(np.zeros((0, 3)), []), ValueError, NO_MEAN),
    ("softmax_cross_entropy_backward", lambda: softmax_cross_entropy_backward(EACH, SCORES, LABELS), ValueError, r"upstream: expected shape \(\), got \(3,\)"),
    ("softmax_cross_entropy_backward", lambda: softmax_cross_entropy_backward(1.0, SCORES[0], [0]), ValueError, "scores: expected 2 axes, got 1"),
    ("squared_error", lambda: squared_error(ROWS, OTHER, "average"), ValueError, "reduction: expected one of mean, none, sum, got 'average'"),
    ("squared_error", lambda: squared_error(np.zeros((3, 1)), np.zeros(3)), ValueError, r"target: expected shape \(3, 1\), got \(3,\)"),
    ("squared_error", lambda: squared_error(1.0, 2.0), ValueError, "prediction: expected samples in rows"),
    ("squared_error", lambda: squared_error(["a"], [1]), TypeError, "prediction: expected float32"),
    ("squared_error_backward", lambda: squared_error_backward(1.0, ROWS, OTHER, "none"), ValueError, r"upstream: expected shape \(3,\), got \(\)"),
    ("squared_error_backward", lambda: squared_error_backward(1.0, np.zeros((0, 2)), np.zeros((0, 2))), ValueError, NO_MEAN),
    ("binary_cross_entropy_curvature", lambda: binary_cross_entropy_curvature(1.0, [0.5], [1.5]), ValueError, "targets: expected probabilities"),
    ("softmax_cross_entropy_curvature", lambda: softmax_cross_entropy_curvature(1.0, SCORES, [0, 1, 4]), ValueError, r"labels: expected labels 0\.\.3, counted from 0, got 4 at 2"),
    ("squared_error_curvature", lambda: squared_error_curvature(EACH, ROWS, OTHER), ValueError, r"upstream: expected shape \(\), got \(3,\)"),
    ("squared_error_curvature", lambda: squared_error_curvature(1.0, ROWS, OTHER.T), ValueError, r"target: expected shape \(3, 2\), got \(2, 3\)"),
]
