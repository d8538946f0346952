r"""L2 spreads the weights and makes them all small; L1 lets few do the work and sets the others to zero.

S3 "Weight Regularization & SVM Loss" compares two vectors with the same score on x = (1, 1, 1, 1): L2 charges 1 for one
weight and 1/4 for the even spread, L1 charges 1 for both (REG-02). Here the loss chooses as well: a linear unit learns
from eight inputs, of which the first two say nearly the same and three say nothing. As its price rises, L2 draws the
two twins together (REG-03) and shrinks everything, and nothing ever becomes zero. L1 takes the useless ones out first,
then one of the twins, and leaves the other to work for both.

For L2 the minimum is the solution of a linear system. For L1 it is found input by input: what the loss pulls a weight
with, the others held, less lambda; where that is less than nothing, the weight is zero (REG-01).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.losses import squared_error_backward
from refnn.regularizers import l1_backward, l2_backward

IDS = ("REG-01", "REG-03")
SAMPLES, SEED, NOISE, SWEEPS = 100, 0, 0.5, 300
TRUE = np.array([1.0, 1.0, -0.8, 0.9, -1.2, 0, 0, 0])
STRENGTHS = np.concatenate([[0.0], np.geomspace(0.01, 10, 31)])


@dataclass(frozen=True)
class Data:
    """The minima of loss plus price."""

    weights: dict[str, NDArray]  # (32, 8) by price: the weights of least full loss at each of STRENGTHS
    slope: dict[str, float]  # the greatest slope of the full loss along a weight that is not 0
    slack: float  # by how much the pull of the loss on a weight that L1 holds at 0 stays below lambda, at least


def run() -> Data:
    """Find the minima of the full loss, price by price and strength by strength."""
    rng = np.random.default_rng(SEED)
    X = rng.standard_normal((SAMPLES, len(TRUE)))
    X[:, 1] = 0.97 * X[:, 0] + np.sqrt(1 - 0.97**2) * X[:, 1]  # nearly the same as the first
    t = X @ TRUE + NOISE * rng.standard_normal(SAMPLES)
    H, g = 2 * X.T @ X / SAMPLES, 2 * X.T @ t / SAMPLES
    ridge = [np.linalg.solve(H + 2 * strength * np.eye(len(g)), g) for strength in STRENGTHS]
    lasso = [ridge[0]]
    for strength in STRENGTHS[1:]:
        lasso.append(_sparse(H, g, strength, lasso[-1]))
    weights = {"l2": np.array(ridge), "l1": np.array(lasso)}
    slope, slack = dict.fromkeys(weights, 0.0), np.inf
    for price, backward in (("l2", l2_backward), ("l1", l1_backward)):
        for strength, w in zip(STRENGTHS, weights[price], strict=True):
            pull = X.T @ squared_error_backward(1.0, (X @ w)[:, np.newaxis], t[:, np.newaxis])[:, 0]
            # d(L + lambda R)/dw, which is 0 at the minimum but for the corners of L1 (REG-01)
            full = pull + backward(strength, w)
            slope[price] = float(np.abs(full[w != 0]).max(initial=slope[price]))
            slack = float((strength - np.abs(pull[w == 0])).min(initial=slack))
    return Data(weights, slope, slack)


def _sparse(H: NDArray, g: NDArray, strength: float, start: NDArray) -> NDArray:
    """Return the weights that minimise w^T H w / 2 - g^T w + lambda R_L1(w), (8,)."""
    w = start.copy()
    for _ in range(SWEEPS):
        for j in range(len(w)):
            pull = g[j] - H[j] @ w + H[j, j] * w[j]
            w[j] = np.sign(pull) * max(abs(pull) - strength, 0) / H[j, j]
    return w


def words(data: Data) -> str:
    """Say what becomes of the weights."""
    lines = ["                 twins        others             say nothing"]
    for price, weights in data.weights.items():
        for k in range(0, len(STRENGTHS), 5):
            lines.append(f"{price.upper()} x {STRENGTHS[k]:<6.2f} " + " ".join(f"{w:6.2f}" for w in weights[k] + 0.0))
    zeros = {price: [int((w == 0).sum()) for w in data.weights[price]] for price in data.weights}
    order = [int(j) for j in np.argsort((data.weights["l1"] != 0).sum(axis=0), kind="stable")]
    return "\n".join([
        *lines, f"weights that are 0 at the greatest strength: {zeros['l2'][-1]} with L2, {zeros['l1'][-1]} with L1",
        f"L1 lets go of the inputs in the order {', '.join(str(j + 1) for j in order)}; 1 and 2 are the twins,",
        "6 to 8 say nothing",
    ])  # fmt: skip


def plot(data: Data, figure: Any) -> None:
    """Draw the weights against the strength, and the way of the twins in their plane."""
    *paths, plane = figure.subplots(1, 3)
    for axes, (price, weights) in zip(paths, data.weights.items(), strict=True):
        for j, w in enumerate(weights.T):
            twin, useless = j < 2, TRUE[j] == 0
            colour = "C1" if twin else "gray" if useless else "C0"
            label = {0: "twins", 2: "others", 5: "say nothing"}.get(j)
            axes.plot(STRENGTHS[1:], w[1:], "--" if useless else "-", color=colour, linewidth=1.2, label=label)
        axes.set(xscale="log", xlabel="strength", title=f"weights under {price.upper()}", ylim=(-1.4, 2.1))
    paths[0].legend(loc="upper right", fontsize="small", borderpad=0)
    plane.plot([0, 1.3], [0, 1.3], "--", color="gray", linewidth=0.8)
    for (price, weights), mark in zip(data.weights.items(), "os", strict=True):
        plane.plot(weights[:, 0], weights[:, 1], f"{mark}-", markersize=2.5, linewidth=1, label=price.upper())
    plane.plot(*data.weights["l2"][0, :2], "*", color="gray", markersize=11)
    plane.text(*data.weights["l2"][0, :2] + (0.06, 0.06), "no price", color="gray", fontsize="small")
    plane.set(xlabel="weight 1", ylabel="weight 2", title="the way of the twins", aspect="equal")
    plane.legend(loc="lower right", fontsize="small", borderpad=0)
