"""Defects of optimizers, all of them Adam's: five lines that few write right."""

import math

import numpy as np
from numpy.typing import NDArray

from refnn import optimizers
from refnn.exercises.museum import exhibit


@exhibit(
    "adam-epsilon-beside-the-fraction", of="optimizers.Adam",
    title="Epsilon lands on the weight",
    project="d2l-ai/d2l-en", file="chapter_optimization/adam.md, TensorFlow tab",
    thread="pull request 2691", year=2026,
    read="code read at commit 23d7a5ae (2024); the pull request is closed; Yogi, below on the page, has the same "
         "line",
    imitates="two parentheses are missing: epsilon is added to the quotient, so to the weight itself, in every step",
    mistake="a / b + e is not a / (b + e): every step adds e to every weight, and a gradient of zero gives 0 / 0. "
            "With e = 1e-6 the drift is a hundredth in ten thousand steps, far below what a curve of the loss "
            "shows, and the other two tabs of the page are right.",
    killed_by=["test_under_gradients_of_mean_zero_adam_does_not_drift",
               "test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square"],
    counterexample="w, adam = np.array([1.0]), Adam(learning_rate=0.5, epsilon=0.25)\n"
                   "adam.step([w], [[1.0]])\n"
                   "w.round(9).tolist()",
    gives="[0.75]", right="[0.6]",
    hints=("How far does a weight go under gradients of mean zero, +1, -1, +1, ...?",
           "w <- w - alpha m_hat / (sqrt(v_hat) + epsilon).",
           "Python divides before it adds: one pair of parentheses."),
    buys="Weights that stand still where nothing pushes them.",
    repair=("/ np.sqrt(v_hat) + self.epsilon", "/ (np.sqrt(v_hat) + self.epsilon)"),
)  # fmt: skip
class _AdamWithEpsilonOnTheWeight(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> tuple[NDArray, ...]:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g * g
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        return w - self.learning_rate * m_hat / np.sqrt(v_hat) + self.epsilon, m, v


@exhibit(
    "adam-correction-without-t", of="optimizers.Adam",
    title="A correction for the first step only",
    project="eriklindernoren/ML-From-Scratch", file="mlfromscratch/deep_learning/optimizers.py, Adam",
    thread="issue 35", year=2018, read="code read at commit a2806c6; the issue is open, and issue 90 says it again",
    imitates="the bias correction divides by 1 - beta, where it should be 1 - beta^t in step t",
    mistake="The first step is right; then the means fill up while the correction stays, and under a constant "
            "gradient the tenth step is twice too long and the thousandth not half as long as it should be. The "
            "net still learns, and all that one sees looks like another learning rate.",
    killed_by=["test_adams_first_step_has_the_length_of_the_learning_rate_and_so_has_any_under_a_constant_gradient",
               "test_the_bias_correction_gives_back_a_constant_gradient_and_its_square"],
    counterexample="w, adam = np.array([0.0]), Adam(learning_rate=1.0, beta1=0.5, beta2=0.0, epsilon=0.0)\n"
                   "adam.step([w], [[1.0]])\n"
                   "adam.step([w], [[1.0]])\n"
                   "w.tolist()",
    gives="[-2.5]", right="[-2.0]",
    hints=("Under a gradient that is always 1, what is the mean of all gradients after ten steps?",
           "m after t steps of a constant g is (1 - beta^t) g: that is what has to be divided out.",
           "The number of the step is an argument of `rule`; it belongs into an exponent, twice."),
    buys="Steps of the length that you asked for, from the first one on.",
    repair=("m / (1 - self.beta1), v / (1 - self.beta2)", "m / (1 - self.beta1**t), v / (1 - self.beta2**t)"),
)  # fmt: skip
class _AdamCorrectedOnce(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> tuple[NDArray, ...]:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g * g
        m_hat, v_hat = m / (1 - self.beta1), v / (1 - self.beta2)
        return w - self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon), m, v


@exhibit(
    "adam-without-the-root", of="optimizers.Adam",
    title="A formula that nobody runs",
    project="labmlai/annotated_deep_learning_paper_implementations", file="labml_nn/optimizers/adam.py, docstring",
    thread="", year=2025, read="text read at commit 8800c43; the code below the text has the root",
    imitates="the step is alpha m_hat / v_hat: the root of the mean square is missing",
    mistake="The step then has the unit of one over a gradient: twice the cost means half the step, where Adam's "
            "step does not care. It stands in a formula of the page beside right code, and a formula is not "
            "executed.",
    killed_by=["test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square",
               "test_adams_first_step_has_the_length_of_the_learning_rate_and_so_has_any_under_a_constant_gradient"],
    counterexample="w, adam = np.array([0.0]), Adam(learning_rate=1.0, epsilon=0.0)\n"
                   "adam.step([w], [[2.0]])\n"
                   "w.round(9).tolist()",
    gives="[-0.5]", right="[-1.0]",
    hints=("Multiply the cost by 2. What should happen to the length of Adam's first step?",
           "alpha m_hat / (sqrt(v_hat) + epsilon): gradient over gradient has no unit.",
           "np.sqrt around one name."),
    buys="Formulas that are tested where they are printed: here each has its line of code and its law.",
    repair=("/ (v_hat + self.epsilon)", "/ (np.sqrt(v_hat) + self.epsilon)"),
)  # fmt: skip
class _AdamWithoutRoot(optimizers.Adam):
    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> tuple[NDArray, ...]:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g * g
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        return w - self.learning_rate * m_hat / (v_hat + self.epsilon), m, v


@exhibit(
    "adam-step-bound-of-the-paper", of="optimizers.adam_step_bound",
    title="A theorem that is none",
    project="labmlai/annotated_deep_learning_paper_implementations", file="labml_nn/optimizers/adam.py, docstring",
    thread="Kingma and Ba 2015, section 2.1", year=2015,
    read="text read at commit 8800c43, which hands on the bound of the paper",
    imitates="the bound on a step is that of one single gradient after a long rest: a sum is missing",
    mistake="After a long rest, gradients that grow in the right proportion push one step to 7.27 times the "
            "learning rate, where the paper promises 3.16. No run of a day meets such a sequence by chance, so a "
            "bound that was only watched is believed; Cauchy and Schwarz find the sequence, and the sum that is "
            "missing.",
    killed_by=["test_the_bound_is_the_sum_written_out",
               "test_a_long_rest_and_a_ramp_break_the_paper_s_bound_and_reach_the_valid_one"],
    counterexample="round(adam_step_bound(20000, learning_rate=1.0), 6)",
    gives="3.162278", right="7.270292",
    hints=("Is one gradient after a long rest really the worst case, or can a second one add to it?",
           "|m|^2 <= (1 - beta1)^2 sum_j (beta1^2 / beta2)^j times v / (1 - beta2), by Cauchy and Schwarz.",
           "A geometric sum of t terms with the ratio beta1^2 / beta2, its root, and both bias corrections."),
    buys="A bound that was attacked with the worst case, not with random numbers.",
    repair=("return learning_rate * max(1.0, (1 - beta1) / math.sqrt(1 - beta2))",
            "total = sum((beta1**2 / beta2) ** j for j in range(t))\n"
            "    bound = learning_rate * (1 - beta1) / math.sqrt(1 - beta2) * math.sqrt(total)\n"
            "    return bound * math.sqrt(1 - beta2**t) / (1 - beta1**t)"),
)  # fmt: skip
def _(t: int, learning_rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999) -> float:
    return learning_rate * max(1.0, (1 - beta1) / math.sqrt(1 - beta2))
