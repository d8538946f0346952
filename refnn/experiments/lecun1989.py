r"""The first net that read zip codes, unit for unit: 9,760 parameters, 64,660 connections, 2 % of our digits misread.

S1 "BP & CNN": in 1989 LeCun trained a convolutional net on about 10,000 digits of the US Postal Service and reached a
test error of 5 % (the paper: 102 of 2,007, and 0.14 % of the 7,291 it learned from). Here is that net (CNN-16): pixels
from -1 to 1; two layers of 12 maps, 5 x 5 kernels with stride 2 on a background of -1, around the maps of H1 too;
shared weights, but a bias for every unit; 1.716 tanh(2a/3) everywhere, in the output too; first weights up to
2.4 / fan-in, biases 0; targets 1 and -1, squared error, 23 passes, a step after every digit.

Three things are not the paper's. The digits: 1,438 embedded ones to learn from and 359 to be tested on, from forms and
not from envelopes, so the two errors cannot be compared. The wiring from H1 to H2, which the paper keeps to itself:
here map k of H2 looks at the maps k, k + 1, ..., k + 7 of H1, counted around in a circle. The steps: the paper divides
them by an estimate of the curvature and keeps the digits in one order; here it is plain descent in a fresh order each
pass, at the rate 0.01, the one of 0.001, 0.003, 0.01 and 0.03 with the lowest loss on the training digits of seed 0.

The same wiring with rectifiers, He's weights, cross-entropy, and Adam on mini-batches of 32 with a falling rate errs
less on each of the five splits, 1.7 % instead of 2.2 %; the splits differ among themselves by more.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn import data, init, kernels
from refnn.layers import Activation, Dense, Flatten, Layer
from refnn.network import Network
from refnn.optimizers import SGD, Adam
from refnn.training import Epoch, fit

IDS = ("CNN-16", "ACT-05", "INIT-06")
SEEDS, PASSES = 5, 23
# hidden units, first weights, output units: 1.716 tanh(2a/3) (ACT-05), |w| <= 2.4 / fan-in (INIT-06)
UNITS = {"1989": ("scaled_tanh", "lecun1989_uniform", "scaled_tanh"), "today": ("relu", "he_normal", "identity")}
PAPER = {"training": 0.14, "test": 5.0}  # misread in %, of other digits


@dataclass(frozen=True)
class Data:
    """What the net is made of, counted from its arrays, and how it learns."""

    layers: tuple[str, ...]
    counts: NDArray  # (4, 3): units, parameters, connections of each layer
    digits: NDArray  # (2,): to learn from, to be tested on
    wrong: dict[str, NDArray]  # 1989 and today: (SEEDS, PASSES, 2), % of the training and of the test digits


@dataclass(eq=False)
class Maps(Layer):
    """Maps of 5 x 5 kernels and stride 2, a bias for every unit: (n, C, H, W) -> (n, filters, Ho, Wo).

    Args:
        filters: number of maps.
        inputs: how many maps below each of them looks at.
        init: name of the initialisation.
    """

    filters: int
    inputs: int
    init: str = "lecun1989_uniform"

    def build(self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype) -> tuple[int, ...]:
        """Draw W (filters, inputs, 5, 5), set b (filters, Ho, Wo) to zero, and lay the wires."""
        height, width = (kernels.output_side(side, kernel=5, stride=2, padding=2) for side in shape[1:])
        self.params = {"W": init.initializer(self.init)((self.filters, self.inputs, 5, 5), rng, dtype=dtype),
                       "b": np.zeros((self.filters, height, width), dtype)}
        k = np.arange(self.filters)[:, np.newaxis]
        # map k looks at the maps k, k + 1, ... below
        self._channels, self._wires = shape[0], (k, (k + np.arange(self.inputs)) % shape[0])  # (filters, inputs)
        return self.params["b"].shape

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return corr(x, W) + b, on a background of -1."""
        x = np.pad(x, [(0, 0), (0, 0), (2, 2), (2, 2)], constant_values=-1)
        W = np.zeros((self.filters, self._channels, 5, 5), x.dtype)
        W[self._wires] = self.params["W"]  # what is not wired stays 0
        self._memory = x, W
        return kernels.conv2d(x, W, None, (2, 2), (0, 0)) + self.params["b"]

    def backward(self, upstream: NDArray, to_input: bool = True) -> NDArray:
        """Return the gradient in x; a shared weight sums over the map, a bias over the samples alone (CNN-11)."""
        x, W = self._recall()
        self.grads["W"] = kernels.conv2d_to_kernel(upstream, x, (5, 5), (2, 2), (0, 0))[self._wires]
        self.grads["b"] = upstream.sum(axis=0)
        if not to_input:
            return upstream[:0]
        return kernels.conv2d_to_input(upstream, W, x.shape, (2, 2), (0, 0))[:, :, 2:-2, 2:-2]


def network(year: str = "1989", seed: int = 0) -> Network:
    """Return the net before training, as it was in 1989 or with the units and weights of today."""
    f, draw, last = UNITS[year]
    # H1, H2, H3 and the output (CNN-16)
    return Network([Maps(12, 1, draw), Activation(f), Maps(12, 8, draw), Activation(f), Flatten(),
                    Dense(30, f, draw), Dense(10, last, draw)], (1, 16, 16), seed)


def run() -> Data:
    """Count the net, then train it as in 1989 and as today."""
    layers = [layer.params for layer in network().layers if layer.params]
    # every unit has its own bias, and a connection to it and to each of its weights, shared or not
    counts = [(p["b"].size, p["W"].size + p["b"].size, p["b"].size * (p["W"][0].size + 1)) for p in layers]
    digits = [len(part) for part in data.stratified_split(data.digits()[1], 0.2, 0)]
    wrong = {year: np.array([_train(year, seed) for seed in range(SEEDS)]) for year in UNITS}
    return Data(("H1", "H2", "H3", "output"), np.array(counts), np.array(digits), wrong)


def _train(year: str, seed: int) -> list[list[float]]:
    """Return after each pass how many of the digits are misread, in %: (PASSES, 2)."""
    images, labels = data.digits()
    train, test = data.stratified_split(labels, 0.2, seed)
    net, X, T = network(year, seed), 2 * images - 1, 2.0 * np.eye(10)[labels] - 1
    wrong: list[list[float]] = []

    def count(_: Epoch) -> None:
        wrong.append([100 * float((net.classify(X[part]) != labels[part]).mean()) for part in (train, test)])

    if year == "1989":
        fit(net, X[train], T[train], loss="squared_error", optimizer=SGD(0.01), batch_size=1, epochs=PASSES,
            callback=count, seed=seed)
    else:
        fit(net, X[train], labels[train], optimizer=Adam(2e-3), schedule="cosine_decay", batch_size=32, epochs=PASSES,
            callback=count, seed=seed)
    return wrong


def words(data: Data) -> str:
    """Say what the net consists of and how often it errs."""
    lines = [f"{'':8}{'units':>8}{'parameters':>12}{'connections':>13}"]
    for layer, row in zip((*data.layers, "in all"), (*data.counts, data.counts.sum(axis=0)), strict=True):
        lines.append(f"{layer:8}{row[0]:8,}{row[1]:12,}{row[2]:13,}")
    lines.append(f"misread after {PASSES} passes in %, mean of {SEEDS} seeds (lowest, highest):")
    for name, year in (("as in 1989", "1989"), ("as today", "today")):
        last = data.wrong[year][:, -1].T  # (2, SEEDS)
        lines.append(f"  {name:12}" + "   ".join(
            f"{part} {wrong.mean():.2f} ({wrong.min():.2f}, {wrong.max():.2f})"
            for part, wrong in zip(PAPER, last, strict=True)))
    lines.append("  the paper   " + "   ".join(f"{part} {wrong:.2f}{'':13}" for part, wrong in PAPER.items()).rstrip())
    lines += ["the paper's digits are others, and harder: 7,291 zip codes to learn from, 2,007 to test;",
              f"here {data.digits[0]:,} and {data.digits[1]:,} of the digits that come with refnn"]
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw the errors after each pass, on the left as in 1989, on the right as today."""
    panels = figure.subplots(1, 2, sharey=True)
    passes = np.arange(1, PASSES + 1)
    for axes, wrong in zip(panels, data.wrong.values(), strict=True):
        for part, colour in ((1, "C1"), (0, "C0")):
            ends = wrong[..., part].min(axis=0), wrong[..., part].max(axis=0)
            band = axes.fill_between(passes, *ends, color=colour, alpha=0.2)
            axes.plot(passes, wrong[..., part].mean(axis=0), "o-", markersize=3, color=colour,
                      label=("training digits", "test digits")[part])
        axes.axhline(PAPER["test"], color="gray", linestyle="--", label="the paper's test error")
        axes.set(xlabel="passes", ylim=(-0.3, 15))
    panels[0].set(ylabel="misread, %", title="the net of 1989, trained as then")
    panels[1].set(title="the same wiring, units and steps of today")
    lines, names = panels[1].get_legend_handles_labels()
    panels[1].legend([*lines, band], [*names, f"lowest to highest of {SEEDS} seeds"])
