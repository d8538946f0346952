"""Defects of dropout."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.exercises.museum import exhibit


@exhibit(
    "dropout-backward-without-mask", of="dropout.dropout_backward",
    title="The dead are taught",
    project="ddbourgin/numpy-ml", file="numpy_ml/neural_nets/wrappers/wrappers.py, Dropout.backward",
    thread="issue 94", year=2024, read="code read at commit b0359af; the issue is open",
    imitates="the gradient is divided by the keep rate, but the mask of the way forward is forgotten",
    mistake="A unit that was dropped had no part in the loss and still receives a gradient, so weights are moved "
            "on behalf of silent units, and all of it is too large by 1 / q. The shapes fit, the loss falls, and "
            "the tests of the project run with a dropout of 0.",
    killed_by=["test_a_dropped_unit_gets_no_gradient_and_a_kept_one_what_arrives",
               "test_the_gradient_is_the_slope_of_dropout_under_the_same_mask"],
    counterexample="dropout_backward([1.0, 1.0], [3.0, 4.0], mask=[1, 0], rate=0.5).tolist()",
    gives="[2.0, 2.0]", right="[2.0, 0.0]",
    hints=("If you wiggle an input that was dropped, does the output move?",
           "y_i = m_i x_i / q, so dL/dx_i = m_i u_i / q.",
           "np.where with the mask as its condition, around what you have now."),
    buys="Dropout that trains the thinned net it has drawn, and not the full one at a wrong rate.",
    repair=("return upstream / q", "return np.where(mask, upstream / q, 0)"),
)  # fmt: skip
def _(
    upstream: ArrayLike, x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True
) -> NDArray:
    x, upstream = np.asarray(x), np.asarray(upstream)
    upstream = upstream.astype(np.result_type(x, upstream))
    q = 1 - rate if inverted else 1.0
    return upstream / q


@exhibit(
    "dropout-backward-in-place", of="dropout.dropout_backward", level="shape",
    title="The caller's gradient is rewritten",
    project="ddbourgin/numpy-ml", file="numpy_ml/neural_nets/wrappers/wrappers.py, Dropout.backward",
    thread="", year=2022,
    read="code read at commit b0359af: the gradient is multiplied in place; issue 94, on the missing mask, does "
         "not mention it",
    imitates="the gradient that arrives is multiplied in place: it belongs to the caller",
    mistake="Whoever uses the upstream gradient again, for a second branch or a second check, finds it scaled. The "
            "result of the call itself is right, and that is all that a test of the result can see.",
    killed_by=["test_the_gradient_has_the_wider_dtype_and_upstream_is_left_alone"],
    counterexample="upstream = np.array([1.0, 1.0])\n"
                   "dropout_backward(upstream, np.array([3.0, 4.0]), mask=np.array([True, False]), rate=0.5)\n"
                   "upstream.tolist()",
    gives="[2.0, 0.0]", right="[1.0, 1.0]",
    hints=("Print the gradient that you pass in, before and after the call. Whose array is it?",
           "y = a * b makes a new array; a *= b writes into a.",
           "Two changes of one character each: no `*=`, and a dtype that is asked for, not inherited."),
    buys="Functions that can be called in any order, twice, and from a test, because they leave no trace.",
    repair=("upstream *= np.asarray(mask) / q",
            "upstream = upstream * (np.asarray(mask) / np.asarray(x).dtype.type(q))"),
)  # fmt: skip
def _(
    upstream: ArrayLike, x: ArrayLike, mask: ArrayLike, rate: float, inverted: bool = True
) -> NDArray:
    upstream = np.asarray(upstream)
    q = 1 - rate if inverted else 1.0
    upstream *= np.asarray(mask) / q
    return upstream
