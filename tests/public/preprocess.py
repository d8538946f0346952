import numpy as np

from refnn.preprocess import (
    centre,
    centre_backward,
    channel_mean,
    mean_image,
    standard_deviation,
    standardize,
    standardize_backward,
)

X = np.arange(24.0).reshape(2, 3, 1, 4) ** 2
ROWS = np.array([[1.0, 10, 7], [3, 20, 7]])
CHANNELS = np.array([1.0, 2, 4])

VALID = {
    "mean_image": (X,),
    "channel_mean": (X,),
    "standard_deviation": (X, True),
    "centre": (X, CHANNELS),
    "centre_backward": (np.ones((2, 3, 1, 4)), X, CHANNELS),
    "standardize": (X, CHANNELS, CHANNELS),
    "standardize_backward": (np.ones((2, 3, 1, 4)), X, CHANNELS, CHANNELS),
}

REFUSED = [
    ("mean_image", lambda: mean_image(np.zeros((0, 3))), ValueError, r"X: there is no mean over nothing, got shape \(0, 3\)"),
    ("mean_image", lambda: mean_image(np.zeros(3)), ValueError, r"X: expected samples as rows, .* got \(3,\)"),
    ("mean_image", lambda: mean_image([[1, 2], [3]]), ValueError, "X: expected an array, got rows of different lengths"),
    ("channel_mean", lambda: channel_mean(np.zeros((2, 3, 0, 4))), ValueError, r"no mean over nothing, got shape \(2, 3, 0, 4\)"),
    ("channel_mean", lambda: channel_mean("images"), TypeError, "X: expected float32"),
    ("standard_deviation", lambda: standard_deviation(np.zeros((0, 3))), ValueError, "no mean over nothing"),
    ("centre", lambda: centre(X, np.zeros(4)), ValueError, r"mean: expected shape \(3, 1, 4\), one .* or \(3,\), one .* got \(4,\)"),
    ("centre", lambda: centre(X, 0.5), ValueError, r"mean: expected shape .* got \(\)"),
    ("centre", lambda: centre(X, np.zeros((1, 3, 1, 4))), ValueError, r"mean: expected shape .* got \(1, 3, 1, 4\)"),
    ("centre", lambda: centre(np.zeros(3), np.zeros(3)), ValueError, "X: expected samples as rows"),
    ("standardize", lambda: standardize(ROWS, ROWS[0], 1.0), ValueError, r"std: expected shape \(3,\)"),
    ("standardize", lambda: standardize(ROWS, ROWS[0], [1, -2, 1]), ValueError, "std: expected no number below 0, got -2.0"),
    ("standardize", lambda: standardize(ROWS, [1, 2], ROWS[0]), ValueError, r"mean: expected shape \(3,\)"),
    ("centre_backward", lambda: centre_backward(np.ones(3), ROWS, ROWS[0]), ValueError, r"upstream: expected shape \(2, 3\), got \(3,\)"),
    ("centre_backward", lambda: centre_backward(ROWS, ROWS, np.ones(2)), ValueError, "mean: expected shape"),
    ("standardize_backward", lambda: standardize_backward(1.0, ROWS, ROWS[0], ROWS[0]), ValueError, r"upstream: expected shape \(2, 3\), got \(\)"),
    ("standardize_backward", lambda: standardize_backward(ROWS, ROWS, ROWS[0], [1, 0, -1]), ValueError, "std: expected no number below 0"),
]
