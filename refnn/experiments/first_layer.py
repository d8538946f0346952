r"""What the first layer of a convolutional net learns: smooth strokes and edges, laid over the noise it started from.

S4 "Convolutional Networks" stacks layers of local, shared weights, and leaves it to training what they look for. Here
are the sixteen 5 x 5 kernels of the digit reader before and after, and the maps in which they answer one digit. At
first sight little happens: the kernels move by less than half their length, and the noise of their first weights is
still there. But what training added, after minus before, is no noise. Neighbouring weights move together: bars, edges,
a dark or a bright side.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.data import digits, stratified_split
from refnn.experiments.digit_reader import RECIPES, digit_reader
from refnn.layers import Conv2D
from refnn.network import Network
from refnn.optimizers import Adam
from refnn.training import fit

IDS = ("CNN-03", "CNN-15")

SHOWN, SEED = 3, 0  # the digit whose maps are drawn


@dataclass(frozen=True)
class Data:
    """Kernels, what they answer, and how smooth they are."""

    digit: NDArray  # (16, 16)
    before: NDArray  # (16, 5, 5)
    after: NDArray  # (16, 5, 5)
    maps: NDArray  # (16, 16, 16): of the digit, after training
    moved: float  # length of after - before, relative to before
    roughness: dict[str, float]  # mean square of a step between neighbours, by the variance; 2 for noise
    accuracy: dict[str, float]  # on the digits it was not trained on


def run() -> Data:
    """Train the digit reader, and look into its first layer."""
    X, y = digits()
    train, test = stratified_split(y, 0.2, SEED)
    net, recipe = digit_reader("conv", X[train], seed=SEED), RECIPES["conv"]
    first = next(i for i, layer in enumerate(net.layers) if isinstance(layer, Conv2D))
    accuracy, before = {"before": _accuracy(net, X[test], y[test])}, _kernels(net, first)
    fit(net, X[train], y[train], epochs=recipe.epochs, batch_size=recipe.batch_size,
        optimizer=Adam(recipe.learning_rate), schedule="cosine_decay", seed=SEED)
    accuracy["after"], after = _accuracy(net, X[test], y[test]), _kernels(net, first)
    shown = X[test][y[test] == SHOWN][:1].astype(net.dtype)
    maps = shown
    for layer in net.layers[: first + 1]:
        maps = layer.forward(maps)  # (1, 1, 16, 16) -> (1, 16, 16, 16) (CNN-03)
    moved = float(np.linalg.norm(after - before) / np.linalg.norm(before))
    rough = {"before": _roughness(before), "after": _roughness(after), "change": _roughness(after - before)}
    return Data(shown[0, 0].astype(np.float64), before, after, maps[0].astype(np.float64), moved, rough, accuracy)


def _kernels(net: Network, layer: int) -> NDArray:
    """Return the kernels of a layer that looks at one channel, (F, kH, kW)."""
    return net.parameters()[f"{layer}.W"][:, 0].astype(np.float64)


def _accuracy(net: Network, X: NDArray, y: NDArray) -> float:
    """Return the share of digits that are read right."""
    return float((net.classify(X) == y).mean())


def _roughness(kernels: NDArray) -> float:
    """Return the mean squared step between neighbouring weights over their variance: 2 where they are independent."""
    steps = np.concatenate([np.diff(kernels, axis=axis).ravel() for axis in (1, 2)])
    return float((steps**2).mean() / kernels.var())


def words(data: Data) -> str:
    """Tell how far the kernels moved, how smooth they became, and what it was good for."""
    return "\n".join([
        f"test digits read right: {data.accuracy['before']:.1%} before, {data.accuracy['after']:.1%} after",
        f"the kernels moved by {data.moved:.0%} of their length",
        f"roughness of the kernels: {data.roughness['before']:.2f} before, {data.roughness['after']:.2f} after, "
        f"{data.roughness['change']:.2f} of what training added",
        "  (mean squared step from a weight to its neighbour, by the variance of the weights: 2 for noise,",
        "  near 0 where neighbours are alike)",
    ])  # fmt: skip


def plot(data: Data, figure: Any) -> None:
    """Draw the kernels before and after and what lies between, a digit, and its maps in the same order."""
    figure.set_size_inches(7, 4.9)
    change = data.after - data.before
    limit, reach = max(np.abs(data.before).max(), np.abs(data.after).max()), np.abs(change).max()
    views = (("16 kernels before", _mosaic(data.before), "viridis", -limit, limit),
             ("after training", _mosaic(data.after), "viridis", -limit, limit),
             ("what training added", _mosaic(change), "viridis", -reach, reach),
             (f"a {SHOWN}", data.digit, "gray", 0, 1),
             ("its 16 maps", _mosaic(data.maps), "gray", 0, data.maps.max()))
    places = figure.subplots(2, 3).ravel()
    rough = places[5]
    rough.bar([*data.roughness], [*data.roughness.values()], color=("C0", "C2", "C1"), width=0.6)
    rough.axhline(2, linestyle="--", color="gray")
    rough.annotate("noise", (2.3, 2), (0, 3), textcoords="offset points", ha="right")
    rough.set(title="roughness:\n(step to neighbour)² / variance", ylim=(0, 2.4), xticks=range(3))
    rough.set_xticklabels(["before", "after", "added"])
    for axes, (title, picture, cmap, low, high) in zip(places[:5], views, strict=True):
        axes.imshow(picture, cmap=cmap, vmin=low, vmax=high)
        axes.set_title(title)
        axes.set_axis_off()


def _mosaic(pictures: NDArray) -> NDArray:
    """Lay 16 pictures out four by four, with a gap that is left blank."""
    _, height, width = pictures.shape
    gap = 1 + height // 16
    framed = np.full((4, 4, height + gap, width + gap), np.nan)
    framed[:, :, :height, :width] = pictures.reshape(4, 4, height, width)
    return framed.transpose(0, 2, 1, 3).reshape(4 * (height + gap), 4 * (width + gap))
