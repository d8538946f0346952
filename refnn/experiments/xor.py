r"""One perceptron learns AND and OR but goes round in circles on XOR, which two layers solve.

S1 "Perceptron: Drawback" and "The First Winter": a single layer learns only what a plane separates. On XOR every pass
over the table makes four mistakes, and they add up to zero: the weights are back where they began (PERC-11). No plane
at all gets more than three of the four points right (PERC-10). The deck's table shows the way out: two hidden units and
one that reads them (CIR-01). Such a net need not be built by hand, it can be trained; but of twelve starts five end
where two points are right and two undecided, at the loss $\frac12 \ln 2$.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.circuits import xor_net
from refnn.layers import Dense
from refnn.linear import augment
from refnn.network import Network
from refnn.optimizers import Adam
from refnn.perceptron import online_pass, predict_sign, truth_table
from refnn.training import fit

IDS = ("PERC-10", "PERC-11", "CIR-01", "MLP-04")
GATES, PASSES, STARTS, SHOWN, SIDE = ("and", "or", "xor"), 8, 12, 4, 36


@dataclass(frozen=True)
class Data:
    """What a perceptron does on each gate, and the score of two nets with a hidden layer on a grid."""

    gates: tuple[str, ...]
    X: NDArray  # (4, 2), the slide's table
    labels: NDArray  # (3, 4)
    mistakes: NDArray  # (3, passes), in every pass
    weights: NDArray  # (3, passes, 3), after it
    most_right: NDArray  # (3,), of the four points, by any of many planes
    hidden: NDArray  # (4, 2), what the hidden units of the slide's net say: OR and AND
    built: NDArray  # (4,), and its output
    losses: NDArray  # (starts,), how far training brought a net with two hidden units
    trained: NDArray  # (4,), the score of one of these nets
    grid: NDArray  # (m,), both axes of the maps
    built_map: NDArray  # (m, m), rows are x2
    trained_map: NDArray  # (m, m), tanh of half the score: between -1 and +1


def run() -> Data:
    """Show the gates to a perceptron, pass by pass; then build a net for XOR and train another."""
    (X, *_), labels = zip(*(truth_table(gate) for gate in GATES), strict=True)
    weights = np.zeros((len(GATES), PASSES + 1, 3))
    mistakes = np.zeros((len(GATES), PASSES), int)
    for gate, y in enumerate(labels):
        for k in range(PASSES):
            # on XOR every pass adds z_1 + z_2 + z_3 + z_4 = 0 (PERC-10, PERC-11)
            weights[gate, k + 1], mistakes[gate, k] = online_pass(weights[gate, k], augment(X), y)
    planes = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 3), axis=-1).reshape(-1, 3)
    guesses = np.stack([predict_sign(w, augment(X)) for w in planes])  # (planes, 4)

    nets, losses = zip(*(_trained(X, labels[2], seed) for seed in range(STARTS)), strict=True)
    net = nets[SHOWN]
    grid = np.linspace(-1.5, 1.5, SIDE)
    points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)  # (m m, 2)
    hidden, built = xor_net(X)
    return Data(GATES, X, np.stack(labels), mistakes, weights[:, 1:],
                np.array([(guesses == y).sum(axis=1).max() for y in labels]),
                hidden, built, np.array(losses), net.predict(X)[:, 0], grid, xor_net(points)[1].reshape(SIDE, SIDE),
                np.tanh(net.predict(points) / 2).reshape(SIDE, SIDE))


def words(data: Data) -> str:
    """Say how many mistakes each pass made, where the weights ended, and what two layers say."""
    lines = ["      one perceptron learns:                        the best of all planes",
             "gate  mistakes in each pass  weights in the end     gets right"]
    for gate, mistakes, weights, right in zip(data.gates, data.mistakes, data.weights, data.most_right, strict=True):
        end = ", ".join(f"{w:.0f}" for w in weights[-1] + 0)
        lines.append(f"{gate:6}{' '.join(map(str, mistakes)):23}  ({end}){'':{21 - len(end)}}{right} of 4")
    inputs = ", ".join(f"({a:g}, {b:g})" for a, b in data.X)
    lines.append(f"xor by two layers, built by hand: {', '.join(f'{z:+.0f}' for z in data.built)} for {inputs}")
    lines += [f"two layers trained from {len(data.losses)} starts, loss: " + " ".join(f"{c:.2f}" for c in data.losses),
              "  0.35 = log(2) / 2: two of the points right, the other two undecided"]
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw the mistakes of each pass, and where the two nets say yes."""
    left, middle, right = figure.subplots(1, 3, width_ratios=[1.1, 1, 1])
    passes = np.arange(1, data.mistakes.shape[1] + 1)
    for gate, mistakes, marker in zip(data.gates, data.mistakes, "os^", strict=True):
        left.plot(passes, mistakes, marker=marker, label=gate.upper())
    left.set(xlabel="pass", ylabel="mistakes", ylim=(-0.2, 5.6), title="one perceptron")
    left.legend(ncols=3, loc="upper center", handlelength=1, columnspacing=0.8, handletextpad=0.4)
    solved = (data.losses < 0.1).sum()
    maps = ((middle, data.built_map, "two layers on XOR,\nbuilt by hand"),
            (right, data.trained_map, f"trained: {solved} of {len(data.losses)} starts\nend like this"))
    for axes, scores, title in maps:
        edge = data.grid[[0, -1, 0, -1]]
        axes.imshow(scores, "gray", origin="lower", extent=edge, vmin=-2.5, vmax=1.2)
        for label, marker, colour in ((1, "^", "C1"), (-1, "o", "C0")):
            axes.scatter(*data.X[data.labels[-1] == label].T, s=70, marker=marker, color=colour, edgecolors="white")
        axes.set(xticks=[-1, 1], yticks=[-1, 1], title=title)
    middle.set(xlabel="x1", ylabel="x2")
    right.set(xlabel="x1")


def _trained(X: NDArray, y: NDArray, seed: int) -> tuple[Network, float]:
    """Return a net with two hidden units after training, and its loss."""
    net = Network([Dense(2, "tanh"), Dense(1)], input_shape=2, seed=seed, dtype="float64")
    history = fit(net, X, (y > 0)[:, np.newaxis].astype(float), loss="binary_cross_entropy", optimizer=Adam(0.05),
                  epochs=200, batch_size=4)
    return net, history[-1].loss
