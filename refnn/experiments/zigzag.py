r"""Where all inputs are positive, every sample pulls all weights the same way, and learning zigzags to its goal.

S3 "Problem of positive output": dz/dw_i = x_i > 0, so the gradient "is going to be either positive or negative for all
weights" (ACT-16). Here one linear unit learns sample by sample; its inputs are outputs of sigmoids, and one weight has
to rise while the other falls. With the mean of the inputs subtracted the same samples lead there almost straight. The
slide's sentence is true for one sample; the sum over a batch may mix its signs (E-28), and then goes straight, too. It
is one reason why "sigmoid is not really used" between layers (S3 "Quick guide", ACT-17).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.activations import sigmoid
from refnn.backprop import gradients
from refnn.descent import gradient_step
from refnn.losses import squared_error_backward
from refnn.mlp import MLP, output
from refnn.preprocess import centre, mean_image

IDS = ("ACT-16", "ACT-17", "E-28")
SAMPLES, RATE, SEED = 40, 0.8, 0
START, GOAL = np.array([-1.0, 1.0]), np.array([1.0, -1.0])


@dataclass(frozen=True)
class Data:
    """The way of two weights to their goal, and the gradients on it, by kind of inputs."""

    path: dict[str, NDArray]  # (SAMPLES + 1, 2): "positive", "centred", and "batch", positive but all at once
    slope: dict[str, NDArray]  # (SAMPLES, 2): the gradient that each step follows
    one_sign: dict[str, float]  # share of the gradients that have no two signs
    length: dict[str, float]  # of the path, in units of the straight line from start to goal
    batch_of_two: NDArray  # (2,): the gradient of a batch whose inputs are positive


def run() -> Data:
    """Learn from the same samples in three ways."""
    X = sigmoid(2 * np.random.default_rng(SEED).standard_normal((SAMPLES, 2)))
    centred = centre(X, mean_image(X))
    batches = {"positive": X[:, np.newaxis], "centred": centred[:, np.newaxis], "batch": np.array([X] * SAMPLES)}
    path, slope = {}, {}
    for kind, steps in batches.items():
        points, slopes = [START.copy()], []
        for batch in steps:
            slopes.append(_slope(points[-1], batch, batch @ GOAL))
            points.append(gradient_step(points[-1], slopes[-1], RATE))
        path[kind], slope[kind] = np.array(points), np.array(slopes)
    one_sign = {kind: float(((g >= 0).all(axis=1) | (g <= 0).all(axis=1)).mean()) for kind, g in slope.items()}
    straight = np.linalg.norm(GOAL - START)
    length = {kind: float(np.linalg.norm(np.diff(w, axis=0), axis=1).sum() / straight) for kind, w in path.items()}
    unit = MLP([[[0, 0]]], [None], ["identity"])
    # x = (1, 2) and (2, 1), delta = 1 and -1 (E-28)
    batch_of_two = gradients(unit, [[1, 2], [2, 1]], [[1], [-1]])[0][0][0]
    return Data(path, slope, one_sign, length, batch_of_two)


def _slope(w: NDArray, X: NDArray, t: NDArray) -> NDArray:
    """Return the gradient of half the mean squared error of a linear unit, (2,)."""
    unit = MLP([w[np.newaxis]], [None], ["identity"])
    pull = squared_error_backward(0.5, output(unit, X), t[:, np.newaxis])
    # dL/dw_i = delta x_i, of the sign of delta for all i if x > 0 (ACT-16)
    return gradients(unit, X, pull)[0][0][0]


def words(data: Data) -> str:
    """Say how the signs are and how long the paths."""
    lines = ["                         gradients that pull   length of the path,      distance to the goal",
             "                         both weights one way  times the straight line  in the end"]
    for kind, name in (("positive", "inputs positive"), ("centred", "inputs centred"),
                       ("batch", "positive, whole batch")):
        w = data.path[kind]
        straight, left = np.linalg.norm(w[-1] - START), np.linalg.norm(w[-1] - GOAL)
        start = np.linalg.norm(GOAL - START)
        way = data.length[kind] * start / straight
        lines.append(f"{name:25}{data.one_sign[kind]:20.0%}{way:25.2f}{left:13.2f} of {start:.2f}")
    a, b = data.batch_of_two
    return "\n".join([
        *lines, f"All three come about as near in {SAMPLES} steps; what differs is how long a way they go.",
        f"A batch of positive inputs may pull the weights apart: two samples, gradient ({a:g}, {b:g}).",
    ])  # fmt: skip


def plot(data: Data, figure: Any) -> None:
    """Draw the gradients of the samples, and the paths that they make."""
    first, *others = figure.subplots(1, 3)
    for kind, mark in (("positive", "o"), ("centred", "s")):
        first.plot(*data.slope[kind].T, mark, markersize=3, label=f"inputs {kind}")
    first.axhline(0, color="gray", linewidth=0.8)
    first.axvline(0, color="gray", linewidth=0.8)
    first.set(xlabel="dL/dw1", ylabel="dL/dw2")
    first.legend(loc="lower center", bbox_to_anchor=(0.5, 1), title="gradient of each sample", borderpad=0)
    for k, (axes, kind) in enumerate(zip(others, ("positive", "centred"), strict=True)):
        axes.plot(*data.path[kind].T, "o-", color=f"C{k}", markersize=2.5, linewidth=1.2)
        axes.plot(*GOAL, "*", color="gray", markersize=12)
        way = data.length[kind] * np.linalg.norm(GOAL - START) / np.linalg.norm(data.path[kind][-1] - START)
        axes.set(xlabel="w1", title=f"inputs {kind}: path\n{way:.1f} x the straight line", xlim=(-1.3, 1.3),
                 ylim=(-1.8, 1.4))
    others[0].plot(*data.path["batch"].T, "--", color="gray", label="whole batch\nat every step")
    others[0].legend(loc="lower left", borderpad=0)
    others[0].set(ylabel="w2")
