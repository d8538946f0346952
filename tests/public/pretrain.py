import numpy as np

from refnn.mlp import MLP
from refnn.pretrain import (
    Stage,
    autoencoder,
    fine_tune,
    linear_autoencoder,
    reconstruction_bound,
    reconstruction_cost,
    reconstruction_gradients,
    supervised,
    unsupervised,
)

W1, b1 = np.array([[1.0, -2, 3], [0.5, 1, -1]]), np.array([1.0, 0])
W2, b2 = np.array([[2.0, -1]]), np.array([0.25])
X = np.array([[1.0, -1, 2], [0, 0.5, 1], [3, 1, 0], [1, 1, 1]])
T = np.array([[1.0], [2], [-1], [0.5]])
NET = MLP([W1, W2], [b1, b2], ["tanh", "identity"])
FLAT = MLP([np.ones((1, 3))], [None], ["identity"])
MIRROR = MLP([W1, W1.T], [b1, None], ["tanh", "identity"])
LOOSE = MLP([W1, 2 * W1.T], [b1, None], ["tanh", "identity"])

VALID = {
    "autoencoder": (W1, b1, np.ones(3), np.ones((3, 2)), "tanh"),
    "fine_tune": (NET, X, T, 2),
    "linear_autoencoder": (X, 2),
    "reconstruction_bound": (X, 2),
    "reconstruction_cost": (MIRROR, X),
    "reconstruction_gradients": (MIRROR, X, True),
    "supervised": (NET, X, T, 2, 0),
    "unsupervised": (NET, X, T, 2, 0),
}

REFUSED = [
    ("linear_autoencoder", lambda: linear_autoencoder([[1.7e308], [1.7e308]], 1), ValueError, "X less its mean: expected finite numbers, got -inf"),
    ("reconstruction_bound", lambda: reconstruction_bound([[1.7e308], [-1.7e308], [1.7e308]], 1), ValueError, "X less its mean: expected finite"),
    ("Stage", lambda: Stage(NET), TypeError, "inputs"),
    ("autoencoder", lambda: autoencoder(W1, V=W1), ValueError, r"V: expected shape \(3, 2\), .* got \(2, 3\)"),
    ("autoencoder", lambda: autoencoder(b1), ValueError, "W: expected 2 axes, got 1"),
    ("autoencoder", lambda: autoencoder(W1, np.ones(3)), ValueError, r"biases\[0\]: expected shape \(2,\), got \(3,\)"),
    ("autoencoder", lambda: autoencoder(W1, f="thanh"), ValueError, "activation: expected one of .*, got 'thanh'"),
    ("fine_tune", lambda: fine_tune(NET, X[:0], T[:0], 1), ValueError, r"X: expected at least one sample, got shape \(0, 3\)"),
    ("fine_tune", lambda: fine_tune(NET, X * np.nan, T, 1), ValueError, "X: expected finite numbers, got nan"),
    ("fine_tune", lambda: fine_tune(NET, X, T.ravel(), 1), ValueError, r"target: expected shape \(4, 1\), got \(4,\)"),
    ("fine_tune", lambda: fine_tune(NET, X, T, -1), ValueError, "steps: expected at least 0, got -1"),
    ("fine_tune", lambda: fine_tune(NET, X, T, 1.5), TypeError, "steps: expected a whole number, got 1.5"),
    ("fine_tune", lambda: fine_tune(NET, X, T, 1, 0), ValueError, "learning_rate: expected a number above 0, got 0"),
    ("fine_tune", lambda: fine_tune(NET, X, T, 1, loss="square"), ValueError, "loss: expected one of"),
    ("linear_autoencoder", lambda: linear_autoencoder(X, 4), ValueError, "units: expected at most 3, the inputs, got 4"),
    ("linear_autoencoder", lambda: linear_autoencoder(X[:0], 1), ValueError, "X: expected at least one sample"),
    ("reconstruction_bound", lambda: reconstruction_bound(X, 0), ValueError, "units: expected at least 1, got 0"),
    ("reconstruction_bound", lambda: reconstruction_bound(X[0], 1), ValueError, "X: expected 2 axes, got 1"),
    ("reconstruction_bound", lambda: reconstruction_bound(np.where(X == 0, np.inf, X), 1), ValueError, "X: expected finite numbers"),
    ("reconstruction_cost", lambda: reconstruction_cost(NET, X), ValueError, "net: expected as many outputs as inputs, got MLP"),
    ("reconstruction_cost", lambda: reconstruction_cost(MIRROR, X[:0]), ValueError, "n = 0"),
    ("reconstruction_gradients", lambda: reconstruction_gradients(LOOSE, X, tied=True), ValueError, "tied: expected a net of two layers with V = W.T"),
    ("reconstruction_gradients", lambda: reconstruction_gradients(MIRROR, X[:, :2]), ValueError, "X, W: expected shapes"),
    ("supervised", lambda: supervised(FLAT, X, T, 1, 0), ValueError, "net: expected at least one hidden layer, got MLP"),
    ("supervised", lambda: supervised(NET, X, T, 1, 0.5), TypeError, "rng: expected"),
    ("supervised", lambda: supervised(NET, X, T[:3], 1, 0), ValueError, r"target: expected shape \(4, 1\), got \(3, 1\)"),
    ("unsupervised", lambda: unsupervised(FLAT, X, T, 1, 0), ValueError, "net: expected at least one hidden layer, got MLP"),
    ("unsupervised", lambda: unsupervised(NET, X, X, 1, 0), ValueError, r"target: expected shape \(4, 1\), got \(4, 3\)"),
    ("unsupervised", lambda: unsupervised("net", X, T, 1, 0), TypeError, "net: expected weights, biases and activations"),
]
