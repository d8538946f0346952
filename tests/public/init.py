import numpy as np

from refnn.init import (
    expected_square,
    fans,
    he_normal,
    he_uniform,
    initializer,
    lecun1989_uniform,
    normal,
    uniform,
    xavier_normal,
    xavier_uniform,
    zeros,
)

VALID = {
    "expected_square": (np.array([[3.0, 4, 0], [1, 0, 2]]), 4, 0.5),
}

NO_ARRAYS = [
    "fans",
    "he_normal",
    "he_uniform",
    "initializer",
    "lecun1989_uniform",
    "normal",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

REFUSED = [
    ("zeros", lambda: zeros((2, 3), dtype=None), TypeError, "dtype: expected float32 or float64, got None"),
    ("zeros", lambda: zeros((2, 3), dtype=np.ones(2)), TypeError, "dtype: expected float32 or float64, got array"),
    ("expected_square", lambda: expected_square(3.0, 2, 1), ValueError, "x: expected at least one axis"),
    ("expected_square", lambda: expected_square([3.0], 0, 1), ValueError, "units: expected at least 1, got 0"),
    ("expected_square", lambda: expected_square([3.0], 2, -1), ValueError, "std: expected a number not below 0"),
    ("fans", lambda: fans((5,)), ValueError, r"shape: expected \(out, in, ...\), got \(5,\)"),
    ("fans", lambda: fans((5, 0)), ValueError, "shape: expected at least 1, got 0"),
    ("zeros", lambda: zeros(5), TypeError, "shape: expected a tuple of whole numbers such as .* got 5"),
    ("zeros", lambda: zeros(()), ValueError, "shape: expected at least one axis"),
    ("zeros", lambda: zeros((2, 3), dtype=np.float16), TypeError, "dtype: expected float32 or float64, got .*float16"),
    ("zeros", lambda: zeros((2, 3), dtype="flo"), TypeError, "dtype: expected float32 or float64, got 'flo'"),
    ("normal", lambda: normal((2, 3), None), TypeError, "rng: expected a numpy.random.Generator or a whole number"),
    ("normal", lambda: normal((2, -3), 0), ValueError, "shape: expected at least 1, got -3"),
    ("normal", lambda: normal((2, 3.0), 0), TypeError, "shape: expected a whole number, got 3.0"),
    ("normal", lambda: normal((2, 3), 0, std=-1), ValueError, "std: expected a number not below 0"),
    ("normal", lambda: normal((2, 3), 0, dtype=int), TypeError, "dtype: expected float32 or float64"),
    ("uniform", lambda: uniform((2, 3), 0, bound=float("inf")), ValueError, "bound: expected a finite number"),
    ("uniform", lambda: uniform((2, 3), -1), ValueError, "rng: expected at least 0, got -1"),
    ("xavier_normal", lambda: xavier_normal((3,), 0), ValueError, r"shape: expected \(out, in, ...\)"),
    ("xavier_uniform", lambda: xavier_uniform((3, 0), 0), ValueError, "shape: expected at least 1"),
    ("he_normal", lambda: he_normal((3, 2), "0"), TypeError, "rng: expected"),
    ("he_uniform", lambda: he_uniform(6, 0), TypeError, "shape: expected a tuple"),
    ("lecun1989_uniform", lambda: lecun1989_uniform((3,), 0), ValueError, r"shape: expected \(out, in, ...\)"),
    ("initializer", lambda: initializer("he"), ValueError, "init: expected one of he_normal, .* zeros, got 'he'"),
    ("initializer", lambda: initializer(None), ValueError, "init: expected one of .* got None"),
]
