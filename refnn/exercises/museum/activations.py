"""Defects of activation functions."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.exercises.museum import exhibit


@exhibit(
    "softmax-backward-diagonal", of="activations.softmax_backward",
    title="Softmax is taken for a function of one score",
    project="eriklindernoren/ML-From-Scratch", file="mlfromscratch/deep_learning/activation_functions.py, Softmax",
    thread="pull request 125", year=2025, read="code read at commit a2806c6 (2019); the pull request is open",
    imitates="the derivative is y (1 - y), as for the sigmoid: the diagonal of the Jacobian, and nothing beside it",
    mistake="Raising one score lowers all other probabilities, and the gradient of the others never hears of it. "
            "Nobody notices because the project's cross-entropy is the binary one for each output: its slope times "
            "y (1 - y) is y - t, just what the right loss and the right Jacobian give together. Any other loss is "
            "trained wrong.",
    killed_by=["test_the_gradient_of_softmax_is_its_slope", "test_backward_is_upstream_times_the_whole_jacobian",
               "test_the_gradient_of_softmax_adds_up_to_zero"],
    counterexample="softmax_backward([1.0, 1.0], [0.0, 0.0]).tolist()",
    gives="[0.25, 0.25]", right="[0.0, 0.0]",
    hints=("The probabilities add up to one whatever the scores are. What must then come back for an upstream of ones?",
           "dL/dz_k = sum_j u_j dy_j/dz_k, and dy_j/dz_k is y_j (1 - y_j) for j = k, and -y_j y_k else.",
           "Take the two cases together: y times (upstream minus a sum over the axis that keeps its place)."),
    buys="A gradient that adds up to zero over the classes, under every loss and not only under the one you tried.",
    repair=("upstream * y * (1 - y)", "y * (upstream - (upstream * y).sum(axis=axis, keepdims=True))"),
)  # fmt: skip
def _(upstream: ArrayLike, z: ArrayLike, axis: int = -1) -> NDArray:
    z, upstream = np.asarray(z), np.asarray(upstream)
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    y = e / e.sum(axis=axis, keepdims=True)
    return upstream * y * (1 - y)


@exhibit(
    "softplus-overflows", of="activations.softplus",
    title="The logarithm comes too late",
    project="ddbourgin/numpy-ml", file="numpy_ml/neural_nets/activations/activations.py, SoftPlus",
    thread="", year=2022, read="code read at commit b0359af; ML-From-Scratch has the same line at commit a2806c6",
    imitates="the formula is written down as it stands: log(1 + e^z), where e^z overflows though its logarithm is z",
    mistake="Beyond z = 709 the exponential is infinite, and so is the result, where z itself is right; far left "
            "it is exactly 0. Tests draw standard normal numbers, and no normal number has ever been 709.",
    killed_by=["test_nothing_overflows_or_warns_up_to_ten_thousand",
               "test_far_left_softplus_is_tiny_but_keeps_all_its_digits"],
    counterexample="softplus(np.array([1000.0])).tolist()",
    gives="[inf]", right="[1000.0]",
    hints=("What is log(1 + e^1000), to all the digits of a float?",
           "log(1 + e^z) = max(z, 0) + log(1 + e^-|z|): no exponent is ever positive.",
           "np.maximum of z and 0, plus np.log1p of an exponential; log1p keeps the digits that 1 + tiny loses."),
    buys="A function that is finite wherever its value is, so that one bad weight does not turn the loss into NaN.",
    repair=("np.log(np.exp(z) + 1)", "np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))"),
)  # fmt: skip
def _(z: ArrayLike) -> NDArray:
    z = np.asarray(z)
    return np.asarray(np.log(np.exp(z) + 1))


@exhibit(
    "softplus-prime-inf-over-inf", of="activations.softplus_prime",
    title="Infinity divided by infinity",
    project="ddbourgin/numpy-ml", file="numpy_ml/neural_nets/activations/activations.py, SoftPlus.grad",
    thread="", year=2022, read="code read at commit b0359af",
    imitates="the sigmoid is written e^z / (e^z + 1), which is infinity over infinity for large z",
    mistake="A unit that is fully on has slope 1, but here it has slope NaN, and one NaN in a gradient makes every "
            "weight NaN in the same step. The other form, 1 / (1 + e^-z), overflows too, but to the right limit.",
    killed_by=["test_nothing_overflows_or_warns_up_to_ten_thousand"],
    counterexample="softplus_prime(np.array([1000.0])).tolist()",
    gives="[nan]", right="[1.0]",
    hints=("Which of the two equal forms of the sigmoid survives an infinite exponential?",
           "e^z / (1 + e^z) = 1 / (1 + e^-z) = e^min(z, 0) / (1 + e^-|z|).",
           "One np.exp of the smaller of z and 0 above the line, one of minus the size of z below it."),
    buys="Gradients without NaN, so that a run that fails has failed for a reason.",
    repair=("np.exp(z) / (np.exp(z) + 1)", "np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))"),
)  # fmt: skip
def _(z: ArrayLike) -> NDArray:
    z = np.asarray(z)
    return np.asarray(np.exp(z) / (np.exp(z) + 1))


@exhibit(
    "sigmoid-prime-cancels", of="activations.sigmoid_prime",
    title="One minus almost one",
    project="mnielsen/neural-networks-and-deep-learning", file="src/network.py, sigmoid_prime",
    thread="", year=2024,
    read="code read at commit 72db53d; O'Reilly Japan's common/functions.py has the same product at commit 07b1161",
    imitates="the slope is s (1 - s), where 1 - s has lost its digits as soon as s is nearly 1",
    mistake="At z = 40 the sigmoid is 1 to the last bit, so the slope is exactly 0, while at z = -40 it is right; "
            "the true slope is even in z. Small slopes look like nothing to lose, but a saturated unit lives on "
            "them: with 0 it can never come back from the right, only from the left.",
    killed_by=["test_far_out_sigmoid_and_its_slope_keep_all_their_digits"],
    counterexample="[f'{slope:.4g}' for slope in sigmoid_prime(np.array([-40.0, 40.0]))]",
    gives="['4.248e-18', '0']", right="['4.248e-18', '4.248e-18']",
    hints=("The slope is the same at z and at -z. Is yours?",
           "s(z) (1 - s(z)) = s(z) s(-z) = e^-|z| / (1 + e^-|z|)^2.",
           "One exponential of minus the size of z, used twice; no difference of nearly equal numbers."),
    buys="A slope that is small where it is small, and not zero; and no more care about which side a unit "
         "saturates on.",
    repair=("s = 1.0 / (1.0 + np.exp(-z))\n    return np.asarray(s * (1 - s))",
            "e = np.exp(-np.abs(z))\n    return np.asarray(e / (1 + e) ** 2)"),
)  # fmt: skip
def _(z: ArrayLike) -> NDArray:
    z = np.asarray(z)
    s = 1.0 / (1.0 + np.exp(-z))
    return np.asarray(s * (1 - s))
