import numpy as np

from refnn.gradcheck import (
    GradientReport,
    check_backward,
    check_gradient,
    forward_difference,
    numerical_gradient,
    relative_error,
)


def cost(w):
    return (w**3).sum()


def gradient(w):
    return 3 * w**2


def square(x, y):
    return x**2 * y


def square_backward(upstream, x, y):
    return 2 * upstream * x * y, upstream * x**2


POINT = np.array([[1.0, -2, 3], [0.5, 0, -1]])

VALID = {
    "check_backward": (square, square_backward, POINT, POINT + 1),
    "check_gradient": (cost, gradient, POINT),
    "forward_difference": (cost, POINT, 1e-3),
    "numerical_gradient": (cost, POINT),
    "relative_error": (POINT, POINT + 1),
}

REFUSED = [
    ("check_gradient", lambda: check_gradient(cost, POINT, POINT), TypeError, "gradient: expected a function"),
    ("check_gradient", lambda: check_gradient(1.0, gradient, POINT), TypeError, "f: expected a function, got 1.0"),
    ("check_backward", lambda: check_backward(square, None, POINT, POINT), TypeError, "f_backward: expected a function, got None"),
    ("numerical_gradient", lambda: numerical_gradient("cost", POINT), TypeError, "f: expected a function, got 'cost'"),
    ("GradientReport", lambda: GradientReport("x[0]", 1.0, 1.0, 0.0, 0), ValueError, "tolerance: expected a number above 0"),
    ("check_backward", lambda: check_backward(square, square_backward, POINT, POINT, tolerance=-1), ValueError, "tolerance: expected a number above"),
    ("check_backward", lambda: check_backward(square, lambda u, x, y: u, POINT, POINT), ValueError, r"f_backward: .* each of 2 arguments.*got \(2, 3\)"),
    ("check_backward", lambda: check_backward(square, lambda u, x, y: (u, None), POINT, POINT), ValueError, r"got \(2, 3\), None"),
    ("check_backward", lambda: check_backward(np.sin, lambda u, x: u.T, POINT), ValueError, r"gradient of argument 0: expected shape \(2, 3\), got \(3, 2\)"),
    ("check_backward", lambda: check_backward(np.sin, lambda u, x: u, np.zeros((0, 3))), ValueError, r"f: nothing to check .*shape \(0, 3\)"),
    ("check_backward", lambda: check_backward(lambda: np.ones(2), lambda u: ()), ValueError, "f: nothing to check in 0 arguments"),
    ("check_backward", lambda: check_backward(lambda x: x[x > 0.9999999], lambda u, x: x, [1.0, 2]), ValueError, "f: expected shape"),
    ("check_backward", lambda: check_backward(np.sin, lambda u, x: u, POINT, h=0), ValueError, "h: expected a number above 0"),
    ("check_backward", lambda: check_backward(np.sin, lambda u, x: u, POINT, rng="dice"), TypeError, "rng: expected"),
    ("check_gradient", lambda: check_gradient(cost, lambda w: w.T, POINT), ValueError, r"gradient: expected shape \(2, 3\), got \(3, 2\)"),
    ("check_gradient", lambda: check_gradient(cost, lambda w: "steep", POINT), TypeError, "gradient: expected float32"),
    ("check_gradient", lambda: check_gradient(cost, gradient, np.zeros((2, 0))), ValueError, r"x: .*got shape \(2, 0\)"),
    ("check_gradient", lambda: check_gradient(cost, gradient, POINT, tolerance=0), ValueError, "tolerance: expected a number above 0, got 0"),
    ("forward_difference", lambda: forward_difference(cost, POINT, 0), ValueError, "h: expected a number above 0, got 0"),
    ("forward_difference", lambda: forward_difference(np.sin, [1.0, 2], 1e-3), ValueError, r"f: expected shape \(\), got \(2,\)"),
    ("forward_difference", lambda: forward_difference(cost, [[1, 2], [3]], 1e-3), ValueError, "x: expected an array"),
    ("numerical_gradient", lambda: numerical_gradient(cost, POINT, -1e-6), ValueError, "h: expected a number above 0"),
    ("numerical_gradient", lambda: numerical_gradient(cost, [1.0, 1e16]), ValueError, r"h: 6e-06 is lost .* x\[1\] = 1e\+16"),
    ("numerical_gradient", lambda: numerical_gradient(lambda w: "low", POINT), TypeError, "f: expected float32"),
    ("relative_error", lambda: relative_error(POINT, POINT.T), ValueError, r"numeric: expected shape \(2, 3\), got \(3, 2\)"),
]
