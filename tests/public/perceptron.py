import numpy as np

from refnn.perceptron import (
    Perceptron,
    batch_step,
    correction_bound,
    criterion,
    criterion_gradient,
    margin,
    mistake_bound,
    online_pass,
    predict_sign,
    truth_table,
    update,
)

W, X, Y = np.array([1.0, -2, 0.5]), np.array([[1.0, 2, 0.5], [1, 0.25, 3]]), np.array([1.0, 1])
RUN = W, X, Y
U = np.array([1.0, 1, 1])
NAN = np.where(X == 3, np.nan, X)

VALID = {
    "batch_step": RUN,
    "correction_bound": (X, Y, U),
    "criterion": RUN,
    "criterion_gradient": RUN,
    "margin": (X, Y, U),
    "mistake_bound": (X, Y, U),
    "online_pass": RUN,
    "predict_sign": (W, X),
    "update": (W, X[0], np.array(1.0)),
}

NO_ARRAYS = ["truth_table"]

REFUSED = [
    ("Perceptron", lambda: Perceptron(0), ValueError, "epochs: expected at least 1, got 0"),
    ("Perceptron", lambda: Perceptron(2.0), TypeError, "epochs: expected a whole number, got 2.0"),
    ("Perceptron", lambda: Perceptron(2, learning_rate=0), ValueError, "learning_rate: expected a number above 0, got 0"),
    ("Perceptron", lambda: Perceptron(2, np.nan), ValueError, "learning_rate: expected a finite number"),
    ("Perceptron", lambda: Perceptron(2).fit(X[0], Y), ValueError, "X: expected 2 axes, got 1"),
    ("Perceptron", lambda: Perceptron(2).fit(X, [0, 1]), ValueError, r"y: expected labels -1 or \+1, got 0.0 at 0"),
    ("Perceptron", lambda: Perceptron(2).fit(X, Y[:1]), ValueError, r"y: expected shape \(2,\), got \(1,\)"),
    ("Perceptron", lambda: Perceptron(2).fit(X[:0], []), ValueError, r"X: expected at least one sample, got shape \(0, 3\)"),
    ("Perceptron", lambda: Perceptron(2).fit(NAN, Y), ValueError, r"X: expected finite numbers, got nan at \(1, 2\)"),
    ("Perceptron", lambda: Perceptron(2).fit(X * 1j, Y), TypeError, "X: expected float32.*complex128"),
    ("Perceptron", lambda: Perceptron(2).predict(X), RuntimeError, "Perceptron: predict needs a fit before it"),
    ("Perceptron", lambda: Perceptron(2).fit(X, Y).predict(X[:, :2]), ValueError, r"X: expected 3 columns, as in fit, got shape \(2, 2\)"),
    ("Perceptron", lambda: Perceptron(2).fit(X, Y).predict(X[0]), ValueError, "X: expected 2 axes, got 1"),
    ("batch_step", lambda: batch_step(W[:2], X, Y), ValueError, r"w: expected shape \(3,\), got \(2,\)"),
    ("batch_step", lambda: batch_step(W, X, Y, -1.0), ValueError, "learning_rate: expected a number above 0, got -1.0"),
    ("batch_step", lambda: batch_step(W, X, Y, "fast"), TypeError, "learning_rate: expected a number, got 'fast'"),
    ("correction_bound", lambda: correction_bound(X, -Y, U), ValueError, "u: expected y u.x > 0 on every sample.*sample 1"),
    ("criterion", lambda: criterion(W, X[0], Y), ValueError, "X: expected 2 axes, got 1"),
    ("criterion", lambda: criterion(W, X, [1, 2]), ValueError, r"y: expected labels -1 or \+1, got 2.0 at 1"),
    ("criterion_gradient", lambda: criterion_gradient(W[np.newaxis], X, Y), ValueError, "w: expected 1 axis, got 2"),
    ("criterion_gradient", lambda: criterion_gradient(W, X, Y[:, np.newaxis]), ValueError, r"y: expected shape \(2,\), got \(2, 1\)"),
    ("margin", lambda: margin(X[:0], [], U), ValueError, r"X: expected at least one sample, got shape \(0, 3\)"),
    ("margin", lambda: margin(X, Y, U[:1]), ValueError, r"u: expected shape \(3,\), got \(1,\)"),
    ("mistake_bound", lambda: mistake_bound(X, [1, -1], U), ValueError, "u: expected y u.x > 0 on every sample.*sample 1"),
    ("mistake_bound", lambda: mistake_bound(X, Y, 0 * U), ValueError, "u: expected y u.x > 0 on every sample"),
    ("mistake_bound", lambda: mistake_bound(X[:0], [], U), ValueError, "X: expected at least one sample"),
    ("mistake_bound", lambda: mistake_bound(NAN, Y, U), ValueError, r"X: expected finite numbers, got nan at \(1, 2\)"),
    ("mistake_bound", lambda: mistake_bound(X, Y, U * np.inf), ValueError, r"u: expected finite numbers, got inf at \(0,\)"),
    ("online_pass", lambda: online_pass(W, X, [True, True, True]), ValueError, r"y: expected shape \(2,\), got \(3,\)"),
    ("online_pass", lambda: online_pass(W, X, [1, -1.5]), ValueError, "y: expected labels"),
    ("online_pass", lambda: online_pass(W[:1], X, Y), ValueError, r"w: expected shape \(3,\), got \(1,\)"),
    ("online_pass", lambda: online_pass(W, X, Y, 0), ValueError, "learning_rate: expected a number above 0"),
    ("predict_sign", lambda: predict_sign(W, X[0]), ValueError, "X: expected 2 axes, got 1"),
    ("predict_sign", lambda: predict_sign(W[:2], X), ValueError, r"w: expected shape \(3,\), got \(2,\)"),
    ("truth_table", lambda: truth_table("nor"), ValueError, "gate: expected one of and, or, xor, got 'nor'"),
    ("truth_table", lambda: truth_table(2), ValueError, "gate: expected one of and, or, xor, got 2"),
    ("update", lambda: update(W, X[0], 0), ValueError, r"y: expected labels -1 or \+1, got 0.0"),
    ("update", lambda: update(W, X[0], [1]), ValueError, "y: expected 0 axes, got 1"),
    ("update", lambda: update(W, X, 1), ValueError, "x: expected 1 axis, got 2"),
    ("update", lambda: update(W[:2], X[0], 1), ValueError, r"w: expected shape \(3,\), got \(2,\)"),
    ("update", lambda: update(W, X[0], 1, np.inf), ValueError, "learning_rate: expected a finite number"),
]
