"""Defects of the numerical gradient and of checks with it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.exercises.museum import exhibit
from refnn.gradcheck import GradientReport, numerical_gradient, relative_error


@exhibit(
    "numerical-gradient-of-integers", of="gradcheck.numerical_gradient", level="shape",
    title="A step that is cut off",
    project="oreilly-japan/deep-learning-from-scratch", file="common/gradient.py, numerical_gradient",
    thread="", year=2024, read="code read at commit 07b1161",
    imitates="the step is added inside the array that was passed: whole numbers stay whole, and 3.0001 becomes 3",
    mistake="For an array of integers one of the two steps is cut off to nothing and the other to a whole unit, so "
            "the quotient by 2h is off by thousands. The code of the book passes floats only; who types 3 and 4 "
            "for 3.0 and 4.0 gets 25000 and 35000 for 6 and 8, and no error.",
    killed_by=["test_integers_and_float32_are_stepped_in_float64"],
    counterexample="numerical_gradient(lambda w: (w**2).sum(), np.array([3, 4]), h=1e-4).round(6).tolist()",
    gives="[25000, 35000]", right="[6.0, 8.0]",
    hints=("What does an array of integers hold after `x[0] = 3.0001`?",
           "(f(w + h) - f(w - h)) / 2h needs a w that can take the step h.",
           "Ask for a dtype where the point is copied; the slopes then follow it."),
    buys="A check that can be trusted with any point, before it is used to judge anything else.",
    repair=("x = np.array(x)", "x = np.array(x, np.float64)"),
)  # fmt: skip
def _(f: Callable[[NDArray], float], x: ArrayLike, h: float = 6e-6) -> NDArray:
    x = np.array(x)
    slopes = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        middle = x[i]
        x[i] = middle + h
        ahead, run = f(x.copy()), x[i]
        x[i] = middle - h
        behind, run = f(x.copy()), run - x[i]
        slopes[i] = (ahead - behind) / (2 * h)
        x[i] = middle
    return slopes


@exhibit(
    "check-gradient-in-one-place", of="gradcheck.check_gradient",
    title="One entry speaks for all",
    project="minitorch/minitorch", file="minitorch/tensor_functions.py, grad_check",
    thread="", year=2023,
    read="code read at commit 7d35d59: one sampled index for each tensor, 1e-2 for both tolerances",
    imitates="one entry of the gradient is looked at, and a hundredth is near enough",
    mistake="A gradient that is wrong at the border of an image, in one row, or by half a per cent everywhere "
            "passes. It stays unnoticed because a check that passes is not asked what it has looked at.",
    killed_by=["test_a_gradient_fails_if"],
    counterexample="right = lambda w: 2 * w\n"
                   "slip = lambda w: np.where(np.arange(9) == 8, 0, right(w))\n"
                   "bool(check_gradient(lambda w: (w**2).sum(), slip, np.ones(9)))",
    gives="True", right="False",
    hints=("Which entry of the gradient would you get wrong, if you knew which one is checked?",
           "|g - n| / max(1, |g|, |n|) <= 1e-5 in every entry, with the central difference n.",
           "Compare whole arrays, take the place of the largest error, and a tolerance that rounding asks for."),
    buys="A yes that means every entry.",
    repair=("errors = relative_error(g, numeric)\n    i = tuple(rng.integers(size) for size in x.shape)\n"
            "    tolerance = max(tolerance, 1e-2)",
            "errors = relative_error(g, numeric)\n"
            "    i = tuple(int(k) for k in np.unravel_index(errors.argmax(), x.shape))"),
)  # fmt: skip
def _(
    f: Callable[[NDArray], float], gradient: Callable[[NDArray], ArrayLike], x: ArrayLike, h: float = 6e-6,
    tolerance: float = 1e-5,
) -> GradientReport:  # fmt: skip
    x = np.array(x, np.float64)
    rng = np.random.default_rng(10)
    g, numeric = np.asarray(gradient(x.copy())), numerical_gradient(f, x, h)
    errors = relative_error(g, numeric)
    i = tuple(rng.integers(size) for size in x.shape)
    tolerance = max(tolerance, 1e-2)
    where = f"x[{', '.join(map(str, i))}]"
    return GradientReport(where, float(g[i]), float(numeric[i]), float(errors[i]), tolerance)
