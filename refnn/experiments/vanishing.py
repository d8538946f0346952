r"""Through ten layers a sigmoid passes on two millionths of the gradient, a rectifier all of it, or far too much.

S2 "Vanishing Gradient Problem" (and S1) find small gradients and slow learning near the input: a sigmoid multiplies a
delta by at most 1/4 in every layer (VAN-02). S4 "Rectifier" holds that on a path of active rectifiers the gradient
does not vanish: the slopes on it are 1 (VAN-03). S0 "winning ingredient" adds that it does not explode either, which
is wrong (E-12): the weights still multiply. With weights 2 I it doubles in every layer.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.diagnostics import delta_norms, gain_bounds, path_factors
from refnn.init import normal
from refnn.mlp import MLP

IDS = ("VAN-01", "VAN-02", "VAN-03", "E-12")
LAYERS, WIDTH, BATCH, SEEDS = 10, 64, 32, 20
SPREADS = {"sigmoid": 1 / 8, "tanh": 1 / 8, "relu": 2**0.5 / 8}  # of the weights


@dataclass(frozen=True)
class Data:
    """How much gradient reaches each layer, the first layer's first, as a part of what reaches the last."""

    reaches: dict[str, NDArray]  # by activation: (SEEDS, LAYERS)
    sigmoid_bound: NDArray  # (SEEDS, LAYERS): no more can reach the layers of these nets of sigmoids
    doubled: NDArray  # (LAYERS,): rectifiers, all active, weights 2 I
    slopes: NDArray  # (LAYERS,): product of the slopes on a path from each layer up to the last
    weights: NDArray  # (LAYERS,): product of the weights on it


def run() -> Data:
    """Send random gradients down random nets, then one down a net of which everything is known."""
    reaches: dict[str, NDArray] = {}
    bounds = []
    for f, spread in SPREADS.items():
        rows = []
        for seed in range(SEEDS):
            rng = np.random.default_rng(seed)
            weights = [normal((WIDTH, WIDTH), rng, spread) for _ in range(LAYERS)]
            net = MLP(weights, [None] * LAYERS, [f] * LAYERS)
            # |Delta^(l)| (VAN-01)
            norms = delta_norms(net, rng.standard_normal((BATCH, WIDTH)), rng.standard_normal((BATCH, WIDTH)))
            rows.append(norms / norms[-1])
            if f == "sigmoid":
                bounds.append(_downwards(gain_bounds(net)))
        reaches[f] = np.array(rows)
    double = MLP([2 * np.eye(2)] * LAYERS, [None] * LAYERS, ["relu"] * LAYERS)
    ups = [MLP(double.weights[l:], double.biases[l:], double.activations[l:]) for l in range(1, LAYERS)]
    # slopes and weights of the path that stays with unit 0 (VAN-03)
    factors = [path_factors(net, [1, 1], [0] * (len(net.weights) + 1)) for net in ups]
    slopes, path_weights = np.array([*factors, (1.0, 1.0)]).T
    return Data(reaches, np.array(bounds), delta_norms(double, [[1, 1]], [[1, 0]]), slopes, path_weights)


def _downwards(gains: NDArray) -> NDArray:
    """Multiply the gains from the last layer down, g_l ... g_{L-1}; (L - 1,) -> (L,)."""
    # |delta^(l)| <= g_l ... g_{L-1} |delta^(L)| (VAN-02)
    return np.append(np.cumprod(gains[::-1])[::-1], 1.0)


def words(data: Data) -> str:
    """Say what part of the gradient reaches the first layer."""
    lines = [f"what reaches layer 1 of {LAYERS}, as a part of what reaches the last ({SEEDS} nets: lowest, highest):"]
    lines += [f"  {f:8} {rows[:, 0].min():8.2g} {rows[:, 0].max():8.2g}" for f, rows in data.reaches.items()]
    return "\n".join([*lines, f"  relu, all active, weights 2 I: {data.doubled[0]:g}, with slopes of product "
                              f"{data.slopes[0]:g} on the way"])


def plot(data: Data, figure: Any) -> None:
    """Draw what reaches each layer: random nets on the left, weights 2 I on the right."""
    left, right = figure.subplots(1, 2)
    layers = np.arange(1, LAYERS + 1)
    for f, rows in reversed(data.reaches.items()):
        left.plot(layers, np.median(rows, axis=0), "o-", markersize=3, label=f)
        left.fill_between(layers, rows.min(axis=0), rows.max(axis=0), alpha=0.25)
    left.plot(layers, np.median(data.sigmoid_bound, axis=0), "--", color="gray", label="bound for sigmoid")
    left.set(yscale="log", xlabel="layer (1 is next to the input)", title="gradient, as a part of the last layer's")
    left.legend()
    right.plot(layers, data.doubled, "o-", markersize=4, label="gradient")
    right.plot(layers, data.weights, "--", color="gray", label="product of weights")
    right.plot(layers, data.slopes, color="C3", label="product of slopes")
    right.set_yscale("log", base=2)
    right.set(xlabel="layer", title="relu, all active, weights 2 I")
    right.legend()
    for axes in (left, right):
        axes.set_xticks(layers)
