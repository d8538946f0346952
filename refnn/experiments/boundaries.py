r"""A line, a wedge, a rounded triangle, a circle: what 0, 2, 3 and 16 hidden units cut out of the plane.

S1 "General Feedforward Operation" asks whether a net with one hidden layer can draw every decision boundary, and the
next slide says yes. What holds is that hidden units extend what can be told apart, and approximate it as closely as one
likes (UNI-01, E-18). Here a disc is to be told from the ring around it. Two units cannot close a boundary: tanh is
monotone, so from every point inside one can walk in a direction in which neither unit's share of the score falls, and
stay inside for ever. Three units can.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.activations import sigmoid
from refnn.layers import Dense
from refnn.network import Network
from refnn.optimizers import Adam
from refnn.training import fit

IDS = ("MLP-06", "UNI-01", "E-18")
HIDDEN, SAMPLES, SIDE, SEED = (0, 2, 3, 16), 240, 40, 0


@dataclass(frozen=True)
class Data:
    """The samples, and for each net its losses, its accuracy on fresh samples and its score on a grid."""

    hidden: NDArray  # (k,)
    X: NDArray  # (n, 2)
    y: NDArray  # (n,), 1 inside
    losses: NDArray  # (k, epochs)
    accuracy: NDArray  # (k,), on 2000 fresh samples
    grid: NDArray  # (m,), both axes of the maps
    maps: NDArray  # (k, m, m), probability of inside; rows are x2


def run() -> Data:
    """Train the nets one after the other on the same samples."""
    rng = np.random.default_rng(SEED)
    (X, y), fresh = _disc_and_ring(SAMPLES, rng), _disc_and_ring(2000, rng)
    grid = np.linspace(-2.6, 2.6, SIDE)
    points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)  # (m m, 2)
    losses, accuracy, maps = [], [], []
    for units in HIDDEN:
        layers = [Dense(units, "tanh"), Dense(1)] if units else [Dense(1)]
        net = Network(layers, input_shape=2, seed=SEED, dtype="float64")
        history = fit(net, X, y[:, np.newaxis], loss="binary_cross_entropy", optimizer=Adam(0.05), epochs=100,
                      batch_size=60, schedule="cosine_decay")
        losses.append([epoch.loss for epoch in history])
        accuracy.append(((net.predict(fresh[0])[:, 0] > 0) == fresh[1]).mean())
        maps.append(sigmoid(net.predict(points)).reshape(SIDE, SIDE))
    return Data(np.array(HIDDEN), X, y, np.array(losses), np.array(accuracy), grid, np.array(maps))


def words(data: Data) -> str:
    """Say how well each net tells the disc from the ring, and whether its boundary is closed."""
    lines = ["hidden units   loss   fresh samples right   boundary"]
    for units, losses, accuracy, scores in zip(data.hidden, data.losses, data.accuracy, data.maps, strict=True):
        edge = np.concatenate([scores[0], scores[-1], scores[:, 0], scores[:, -1]])
        closed = "closed" if edge.max() < 0.5 < scores.max() else "open"
        lines.append(f"{units:12}{losses[-1]:7.3f}{100 * accuracy:20.1f} %   {closed}")
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw where each net says inside, its boundary, and the samples."""
    figure.set_size_inches(7, 2.3)
    extent = data.grid[[0, -1, 0, -1]]
    for axes, units, accuracy, scores in zip(figure.subplots(1, len(data.hidden)), data.hidden, data.accuracy,
                                             data.maps, strict=True):
        axes.imshow(scores, "gray", origin="lower", extent=extent, vmin=-0.5, vmax=1.1)
        axes.contour(data.grid, data.grid, scores, levels=[0.5], colors=["C2"], linewidths=2)
        for label, marker, colour in ((1, "^", "C1"), (0, "o", "C0")):
            axes.scatter(*data.X[data.y == label].T, s=9, marker=marker, color=colour, linewidths=0)
        axes.set(xticks=[], yticks=[], title=f"{units} hidden units" if units else "no hidden layer",
                 xlabel=f"{100 * accuracy:.0f} % right")


def _disc_and_ring(n: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Draw points in the unit disc (1) and in a ring around it (0), in turn."""
    inside, angle = np.arange(n) % 2, rng.uniform(0, 2 * np.pi, n)
    radius = np.where(inside == 1, np.sqrt(rng.uniform(0, 1, n)), rng.uniform(1.4, 2.2, n))
    return (radius * np.stack([np.cos(angle), np.sin(angle)])).T, inside
