"""Tests that cannot fail, as laws of refnn."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.exercises.museum import vacuous
from refnn.exercises.mutants import Mutant
from refnn.properties.subject import NotWrittenYet

# fmt: off


@vacuous(
    "law-sum-against-itself", of="losses.squared_error",
    title="Itself is always right",
    project="minitorch/minitorch", file="tests/test_operators.py, test_sum",
    thread="", year=2023,
    read="code read at commit 7d35d59, where `sum` is imported from the module under test; Module-0 compares with "
         "Python's own at commit 0e47013 of 2024",
    imitates="the function under test is compared with itself, under a name that used to be Python's own sum",
    mistake="An import at the top of the file replaces the built-in sum by the one under test, and below both "
            "sides of the comparison are the same call. The test is green, counted and marked as the task's, and "
            "any function that gives one answer twice passes.",
    spares="squared-error-halved",
    killed_by=["test_squared_error_sums_the_squared_differences_of_a_sample"],
    hints=("Let the loss return 7. Which of your laws fails?",
           "sum_i (y_i - t_i)^2, from multiplication and addition alone.",
           "One side asks the subject, the other asks only Python or NumPy."),
    buys="Two independent ways to one number, which is all that a test can be.",
    repair=('total == loss(prediction, target, "sum")', "total == ((prediction - target) ** 2).sum()"),
)
def _the_losses_are_summed(subject: Any) -> None:
    loss = subject.losses.squared_error
    prediction, target = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[0.0, 2.0], [1.0, 1.0]])
    total = loss(prediction, target, "sum")
    assert total == loss(prediction, target, "sum")


def _one(z: ArrayLike) -> NDArray:
    return np.ones(())


@vacuous(
    "law-stretches-before-comparing", of="activations.identity_prime",
    title="Stretched until it fits",
    project="srush/Tensor-Puzzles", file="lib.py, make_test",
    thread="pull request 18", year=2023,
    read="code read at commit ad5069f; the pull request is closed because it breaks broadcasting; issue 23 is what "
         "a number for an array looks like to a learner",
    imitates="the answer is broadcast to the shape that is expected before the two are compared",
    mistake="One number passes for a whole array of them, so a learner is told \"Correct!\" for an answer of the "
            "wrong shape. It is kind to those who forget an axis, and the next function that they build upon it is "
            "not.",
    spares=Mutant("identity-prime-one-number", "activations", "identity_prime",
                  "the slope is the number one, whatever shape z has",
                  ("test_shape_and_dtype_stay_and_the_argument_is_left_alone",), "shape", _one),
    killed_by=["test_shape_and_dtype_stay_and_the_argument_is_left_alone"],
    hints=("Return the number 1.0, not an array. What does your law say?",
           "Two arrays are equal if their shapes are and then their entries.",
           "Compare the shapes first, in a line of its own, and broadcast nothing."),
    buys="The first question answered first: whether it is the right kind of thing at all.",
    repair=("assert (np.broadcast_to(slope, z.shape) == 1).all()",
            "assert slope.shape == z.shape\n    assert (slope == 1).all()"),
)
def _the_slope_of_the_identity_is_one(subject: Any) -> None:
    z = np.array([[1.0, -2.0, 3.0], [0.0, 5.0, -1.0]])
    slope = np.asarray(subject.activations.identity_prime(z))
    assert (np.broadcast_to(slope, z.shape) == 1).all()


@vacuous(
    "law-that-is-skipped", of="conv.conv2d",
    title="Eleven tests that skip",
    project="MLSysBook/TinyTorch", file="tests/09_spatial/test_spatial_core.py",
    thread="", year=2025,
    read="code read at commit 02364f80: eight of eleven tests import Conv2D, three MaxPool2D or AvgPool2D; the "
         "classes are Conv2d and so on",
    imitates="a name that cannot be found counts as a reason to skip, and the name is spelt wrong",
    mistake="Every test begins by importing a class under a name that it does not have and skips when that fails, "
            "so the finished package passes with its convolution unseen. A skip is green; who reads the list to "
            "its end?",
    spares="conv2d-flipped-kernel",
    killed_by=["test_the_kernel_is_not_flipped"],
    hints=("How many lines of your law were executed?",
           "z_ij = sum_ab W_ab x_(i+a, j+b).",
           "Let a missing name be an outcome of its own, and ask for the name that there is."),
    buys="A suite that says what it has not looked at.",
    repair=("    try:\n        conv2d = subject.conv.Conv2D\n    except NotWrittenYet:\n        return\n",
            "    conv2d = subject.conv.conv2d\n"),
)
def _the_kernel_is_laid_on_as_it_is(subject: Any) -> None:
    try:
        conv2d = subject.conv.Conv2D
    except NotWrittenYet:
        return
    assert conv2d([[[[1.0, 2.0, 3.0]]]], [[[[0.0, 1.0]]]]).tolist() == [[[[2.0, 3.0]]]]
