import numpy as np

from refnn.biasvariance import (
    Decomposition,
    complexity_curve,
    data_sets,
    decompose,
    line_through_two,
    nested_polynomials,
    predict_from_each,
    prediction_error,
)

PLACES, P, VALUES = np.array([0.0, 1]), np.array([0.25, 0.75]), np.array([-1.0, 0, 2])
Q = np.array([[0.5, 0.25, 0.25], [0, 0, 1]])
WORLD = P, VALUES, Q
X, Y, AT = np.array([0.0, 1, 3, 4]), np.array([1.0, -1, 0, 2]), np.array([2.0, 5, 6])


def half(X, Y, x):
    return np.full(len(x), 0.5)


VALID = {
    "complexity_curve": (X, Y, AT, AT + 1, 2),
    "data_sets": (PLACES, *WORLD, 1),
    "decompose": (np.array([[1.0, 0], [2, 1], [0, 0]]), np.array([0.5, 0.25, 0.25]), *WORLD),
    "line_through_two": (X[:2], Y[:2], AT),
    "nested_polynomials": (X, Y, 2, AT),
    "predict_from_each": (half, [(X, Y)], AT),
    "prediction_error": (PLACES, *WORLD),
}

REFUSED = [
    ("predict_from_each", lambda: predict_from_each(half, 3, [1.0]), TypeError, "sets: expected a list, got 3"),
    ("predict_from_each", lambda: predict_from_each(half, [3], [1.0]), TypeError, r"sets\[0\]: expected a list, got 3"),
    ("predict_from_each", lambda: predict_from_each(half, [(X, X, X)], [1.0]), ValueError, "sets: expected pairs of x and y"),
    ("Decomposition", lambda: Decomposition(1.0, 0.5), TypeError, "variance"),
    ("complexity_curve", lambda: complexity_curve(X, Y, [], [], 1), ValueError, "x_test: expected at least one sample, got none"),
    ("complexity_curve", lambda: complexity_curve(X, Y, AT, Y, 1), ValueError, r"y_test: expected shape \(3,\), got \(4,\)"),
    ("complexity_curve", lambda: complexity_curve(X, Y, AT, AT, 4), ValueError, "degree: expected below the number of different places, 4, got 4"),
    ("data_sets", lambda: data_sets(X, *WORLD, 2), ValueError, r"x: expected shape \(2,\), got \(4,\)"),
    ("data_sets", lambda: data_sets(PLACES, *WORLD, 0), ValueError, "size: expected at least 1, got 0"),
    ("data_sets", lambda: data_sets(PLACES, *WORLD, 11), ValueError, r"size: expected at most a million data sets, got 4\^11"),
    ("decompose", lambda: decompose([[1, 0]], [0.5], *WORLD), ValueError, "weights: expected probabilities that sum to 1, got sum 0.5"),
    ("decompose", lambda: decompose([[1, 0, 0]], [1], *WORLD), ValueError, r"predictions: expected shape \(1, 2\), got \(1, 3\)"),
    ("decompose", lambda: decompose([1, 0], [1], *WORLD), ValueError, "predictions: expected 2 axes, got 1"),
    ("decompose", lambda: decompose(np.zeros((0, 2)), [], *WORLD), ValueError, "weights: expected probabilities that sum to 1, got sum 0.0"),
    ("line_through_two", lambda: line_through_two(X, Y[:2], AT), ValueError, r"X: expected shape \(2,\), got \(4,\)"),
    ("line_through_two", lambda: line_through_two(X[:2], Y, AT), ValueError, r"Y: expected shape \(2,\), got \(4,\)"),
    ("nested_polynomials", lambda: nested_polynomials([1, 1, 2], [1, 2, 3], 2, AT), ValueError, "degree: expected below the number of different places, 2, got 2"),
    ("nested_polynomials", lambda: nested_polynomials([], [], 0, AT), ValueError, "degree: expected below the number of different places, 0, got 0"),
    ("nested_polynomials", lambda: nested_polynomials([0, 1e-200, 1], Y[:3], 2, AT), ValueError, "x: expected places further apart, they do not determine degree 2"),
    ("nested_polynomials", lambda: nested_polynomials(X, Y[:2], 1, AT), ValueError, r"y: expected shape \(4,\), got \(2,\)"),
    ("nested_polynomials", lambda: nested_polynomials(X, Y, -1, AT), ValueError, "degree: expected at least 0, got -1"),
    ("nested_polynomials", lambda: nested_polynomials(X * np.nan, Y, 1, AT), ValueError, "x: expected finite numbers, got nan"),
    ("predict_from_each", lambda: predict_from_each(half, [], AT), ValueError, "sets: expected at least one data set, got none"),
    ("predict_from_each", lambda: predict_from_each(lambda X, Y, x: 0.5, [(X, Y)], AT), ValueError, r"the learner's predictions: expected shape \(3,\), got \(\)"),
    ("predict_from_each", lambda: predict_from_each(AT, [(X, Y)], AT), TypeError, r"learner: expected a function of \(X, Y, x\)"),
    ("prediction_error", lambda: prediction_error(X, *WORLD), ValueError, r"f: expected shape \(2,\), got \(4,\)"),
    ("prediction_error", lambda: prediction_error(PLACES, P, VALUES, Q.T), ValueError, "conditional: expected probabilities that sum to 1, got sum"),
    ("prediction_error", lambda: prediction_error(PLACES, P, VALUES, Q[:1]), ValueError, r"conditional: expected shape \(2, 3\), got \(1, 3\)"),
    ("prediction_error", lambda: prediction_error(PLACES, [1.5, -0.5], VALUES, Q), ValueError, "p: expected probabilities, not below 0, got -0.5"),
    ("prediction_error", lambda: prediction_error(PLACES, [0.5, np.nan], VALUES, Q), ValueError, "p: expected probabilities, not below 0, got nan"),
]
