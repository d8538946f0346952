r"""A rectifier that no sample activates is dead for ever; a too large step kills many, a small bias wakes a few.

S3 "Dead ReLU" asks what happens if a ReLU outputs zero: if it does so on all samples its gradient is 0, and no step
ever changes it (ACT-14); a leaky one goes on learning (ACT-13). A small positive bias, 0.1, "makes it likely that they
stay active for most inputs": that depends on how large the inputs are, P(active) is 0.84 for pre-activations of spread
0.1 but 0.54 for spread 1 (ACT-15). S4 "Rectifier" says that uniform initialisation leaves about 50 % off; that holds
where it is symmetric about 0 (ACT-12), U(0, 1) on positive inputs leaves none off (E-31).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.activations import relu
from refnn.backprop import gradients
from refnn.descent import descend
from refnn.init import uniform
from refnn.losses import squared_error, squared_error_backward
from refnn.mlp import MLP, build, flatten, forward, layer, output, unflatten

IDS = ("ACT-12", "ACT-13", "ACT-14", "ACT-15", "E-31")
UNITS, SAMPLES, STEPS, RATES = 100, 100, 100, (0.02, 0.1, 0.5)
BIAS, SPREADS, DRAWS = 0.1, np.arange(1, 21) / 10, 10_000


@dataclass(frozen=True)
class Data:
    """How often a rectifier is active, and how many of 100 are dead after each step."""

    spread: NDArray  # (p,): of the pre-activation before the bias
    active: NDArray  # (p,): P(active) with bias 0.1
    drawn: NDArray  # (p,): the share of draws that are active
    off_symmetric: float  # share of units that are off on one positive sample, weights U(-1, 1)
    off_positive: float  # the same, weights U(0, 1)
    rates: NDArray  # (3,)
    dead: NDArray  # (3, STEPS + 1): units that no sample activates, from before the first step on
    revived: int  # how often one of them came back, all rates together
    cost: NDArray  # (3, STEPS + 1)
    dead_with_bias: int  # before the first step, where the biases start at 0.1 and not at 0
    dead_slope: dict[str, float]  # largest gradient in a weight or bias of the units that died at the largest rate


def run() -> Data:
    """Draw pre-activations and layers, then train one net at three rates."""
    rng = np.random.default_rng(0)
    # P(active) = Phi(0.1 / s) (ACT-15)
    active = np.array([(1 + math.erf(BIAS / s / math.sqrt(2))) / 2 for s in SPREADS])
    drawn = (relu(SPREADS * rng.standard_normal((DRAWS, 1)) + BIAS) > 0).mean(axis=0)
    x, W = rng.random((1, 10)), uniform((2000, 10), rng, 1.0)
    # off on x (ACT-12)
    off_symmetric, off_positive = (float((layer(x, V, f="relu")[1] == 0).mean()) for V in (W, np.abs(W)))

    X = rng.random((SAMPLES, 2))
    t = np.sin(4 * X[:, :1]) + X[:, 1:] ** 2
    start = build([2, UNITS, 1], ["relu", "identity"], 1, init="he_normal")
    biased = MLP(start.weights, [np.full(UNITS, BIAS), None], start.activations)

    def slope(theta: NDArray) -> NDArray:
        pairs = _gradients(unflatten(start, theta), X, t)
        return np.concatenate([p.ravel() for pair in pairs for p in pair if p is not None])

    paths = [descend(slope, flatten(start), rate, STEPS) for rate in RATES]
    walks = [[unflatten(start, theta) for theta in path] for path in paths]
    dead = np.array([[_dead(net, X) for net in walk] for walk in walks])  # (3, STEPS + 1, UNITS)
    last = walks[-1][-1]
    slopes = {}
    for f in ("relu", "leaky_relu"):  # the net as it ended, and with leaky units in place of its own (ACT-13)
        dW, db = _gradients(MLP(last.weights, last.biases, [f, "identity"]), X, t)[0]
        slopes[f] = float(max(np.abs(p[dead[-1, -1]]).max() for p in (dW, db) if p is not None))
    return Data(
        SPREADS.copy(), active, drawn, off_symmetric, off_positive, np.array(RATES),
        dead.sum(axis=2), int((dead[:, :-1] & ~dead[:, 1:]).sum()),
        np.array([[float(squared_error(output(net, X), t)) for net in walk] for walk in walks]),
        int(_dead(biased, X).sum()), slopes,
    )  # fmt: skip


def _dead(net: MLP, X: NDArray) -> NDArray:
    """Say of each hidden unit whether no sample activates it, (UNITS,)."""
    # w.x + b <= 0 on all samples (ACT-14)
    return np.all(forward(net, X)[0][0] <= 0, axis=0)


def _gradients(net: MLP, X: NDArray, t: NDArray) -> list[tuple[NDArray, NDArray | None]]:
    """Return the gradients of the mean squared error, layer by layer."""
    return gradients(net, X, squared_error_backward(1.0, output(net, X), t))


def words(data: Data) -> str:
    """Say who is active, who is off, who is dead."""
    lines = ["probability that a unit with bias 0.1 is active, by the spread of w.x: " + ", ".join(
        f"{p:.4f} at {s:g}" for s, p in zip(data.spread, data.active, strict=True) if s in (0.1, 1))]
    lines += [f"units that are off on one positive sample: {data.off_symmetric:.1%} with weights U(-1, 1), "
              f"{data.off_positive:.1%} with U(0, 1)", f"dead units of {UNITS}, off on all samples:"]
    lines += [f"  rate {rate:<5g} {dead[0]} at the start, {dead[-1]} after {STEPS} steps; cost {cost[0]:.3g}, "
              f"then {cost[-1]:.3g}" for rate, dead, cost in zip(data.rates, data.dead, data.cost, strict=True)]
    return "\n".join([
        *lines,
        f"  with biases 0.1 in place of 0: {data.dead_with_bias} at the start; brought back to life: {data.revived}",
        f"largest gradient in a weight or bias of the dead at rate {data.rates[-1]:g}: {data.dead_slope['relu']:g}; "
        f"were they leaky: {data.dead_slope['leaky_relu']:.2g}"])


def plot(data: Data, figure: Any) -> None:
    """Draw how likely a unit is active, and how many die."""
    left, right = figure.subplots(1, 2)
    left.plot(data.spread, data.active, label=r"bias 0.1: $\Phi$(0.1 / spread)")
    left.plot(data.spread, data.drawn, "o", color="C0", markersize=4, label=f"bias 0.1: share of {DRAWS:,} draws")
    left.axhline(0.5, linestyle="--", color="gray", label="bias 0")
    left.set(xlabel="spread of w.x", ylim=(0.4, 1.02), title="how probable it is that a unit is active")
    left.legend()
    for rate, dead in zip(data.rates, data.dead, strict=True):
        right.plot(np.arange(STEPS + 1), dead, label=f"rate {rate:g}")
    right.plot([0], [data.dead_with_bias], "o", color="gray", label="biases 0.1, start", clip_on=False)
    right.set(xlabel="step", ylim=(0, 104), title=f"dead units of {UNITS}, by learning rate")
    right.legend(loc=(0.42, 0.45))
