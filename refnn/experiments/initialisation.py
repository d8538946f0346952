r"""Ten layers: with weights of spread 0.01 all signals die, with 1 all units saturate, Xavier and He keep them alive.

S3 "Weight initialization": ten tanh layers of 500 units, normal input. With "small random numbers" (0.01) activations
and gradients shrink to 0.22 of their size in every layer (INIT-03). With "big random numbers" (1) "everything is
saturated": 93 % of the units lie beyond 0.95 (INIT-04). One would guess that their gradient vanishes; it does not, it
grows 3.5 fold a layer on its way down, since the few units that are not saturated sit behind large weights. Xavier's
spread (INIT-06) and, for rectifiers, He's (INIT-07) keep signal and gradient alive.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.diagnostics import delta_norms
from refnn.init import expected_square, he_normal, normal, xavier_normal
from refnn.mlp import MLP, forward

IDS = ("INIT-03", "INIT-04", "INIT-05", "INIT-06", "INIT-07")
LAYERS, WIDTH, SAMPLES, SEED = 10, 500, 300, 0
SCHEMES = {  # activation, how to draw the weights, edges of the histogram
    "0.01": ("tanh", lambda shape, rng: normal(shape, rng, 0.01), (-1, 1)),
    "1": ("tanh", lambda shape, rng: normal(shape, rng, 1.0), (-1, 1)),
    "Xavier": ("tanh", xavier_normal, (-1, 1)),
    "He": ("relu", he_normal, (0, 3)),
}
BINS = 20


@dataclass(frozen=True)
class Data:
    """What signal and gradient become, by scheme; every array starts with the first layer."""

    spread: dict[str, float]  # of the weights
    gain: dict[str, float]  # what a layer multiplies the size of a signal by, before its activation
    histogram: dict[str, NDArray]  # (LAYERS, BINS): share of the activations in each bin, zeros left out
    edges: dict[str, NDArray]  # (BINS + 1,)
    activation: dict[str, NDArray]  # (LAYERS,): their standard deviation
    saturated: dict[str, NDArray]  # (LAYERS,): the share of them beyond 0.95 on either side, for tanh
    gradient: dict[str, NDArray]  # (LAYERS,): root mean square of the deltas, for an output gradient of 1


def run() -> Data:
    """Send the same normal samples up, and the same normal gradients down, four nets."""
    data = Data(*({} for _ in range(7)))
    for name, (f, draw, ends) in SCHEMES.items():
        rng = np.random.default_rng(SEED)
        X, upstream = rng.standard_normal((2, SAMPLES, WIDTH))
        net = MLP([draw((WIDTH, WIDTH), rng) for _ in range(LAYERS)], [None] * LAYERS, [f] * LAYERS)
        A = np.stack([A for _, A in forward(net, X)])  # (LAYERS, SAMPLES, WIDTH)
        data.spread[name] = spread = float(net.weights[0].std())
        # |Wx| / |x| = s sqrt(m) (INIT-05)
        data.gain[name] = float(np.sqrt(expected_square(np.eye(WIDTH)[0], WIDTH, spread)))
        data.edges[name] = np.linspace(*ends, BINS + 1)
        data.histogram[name] = np.array([np.histogram(a[a != 0], data.edges[name])[0] / a.size for a in A])
        data.activation[name] = A.std(axis=(1, 2))  # (INIT-03)
        if f == "tanh":
            data.saturated[name] = (np.abs(A) > 0.95).mean(axis=(1, 2))  # (INIT-04)
        data.gradient[name] = delta_norms(net, X, upstream) / np.linalg.norm(upstream)
    return data


def words(data: Data) -> str:
    """Say what is left after ten layers, upwards and downwards."""
    lines = ["         gain of a layer,      spread of the  saturated: beyond +-0.95    size of the gradient",
             "weights  spread * sqrt(500)      activations  in layer 10               sent down from above",
             "                         layer 1 -> layer 10                            layer 10 -> layer 1"]
    for name, gain in data.gain.items():
        up, down = data.activation[name], data.gradient[name]
        beyond = f"{data.saturated[name][-1]:.1%}" if name in data.saturated else "relu never saturates"
        lines.append(f"{name:7} {gain:14.3f} {up[0]:12.3g} -> {up[-1]:<8.3g}  {beyond:22} "
                     f"{down[-1]:9.3g} -> {down[0]:.3g}")
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw the histogram of every layer, and below it how signal and gradient fare."""
    figure.set_size_inches(7, 5.6)
    panels = figure.subplot_mosaic([["0.01", "1", "Xavier", "He"], ["up", "up", "down", "down"]], height_ratios=[3, 2])
    layers = np.arange(1, LAYERS + 1)
    for k, (name, rows) in enumerate(data.histogram.items()):
        for layer, row in zip(layers, rows, strict=True):  # a hill for each layer, the first on top
            hill = layer - 0.9 * row / row.max()
            panels[name].stairs(hill, data.edges[name], baseline=float(layer), fill=True, color=f"C{k}", alpha=0.8)
            if name == "0.01":  # from the third layer on all lie in the two bins in the middle
                panels[name].text(1.1, layer - 0.1, f"{data.activation[name][layer - 1]:.1g}", ha="right", size=8)
        label = "activation" if data.edges[name][0] < 0 else "activation > 0"
        panels[name].set(title=f"{name}, {SCHEMES[name][0]}", ylim=(LAYERS + 0.3, 0), xlabel=label)
        panels[name].set_yticks(layers if k == 0 else [])
        panels["up"].plot(layers, data.activation[name], "o-", markersize=3, label=name)
        panels["down"].plot(layers, data.gradient[name], "o-", markersize=3)
    panels["0.01"].set(ylabel="layer")
    panels["0.01"].text(1.1, 0.35, "spread", ha="right", size=8)
    panels["up"].set(yscale="log", xlabel="layer", title="spread of the activations", xticks=layers)
    panels["down"].set(yscale="log", xlabel="layer", title="size of the gradient", xticks=layers)
    figure.legend(loc="outside lower center", ncols=4)
