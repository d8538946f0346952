r"""Every layer of two rectifiers doubles the teeth of a saw; a flat net pays one unit for each piece.

S2 "Fat + Short v.s. Thin + Tall" asks why the tall net wins. One answer can be counted: a tent laid over a tent folds
the interval once more, so k layers of two units make exactly 2^k straight pieces, while one hidden layer of as many
units makes at most 2k + 1. The tall net is ahead from the third fold on.

Depth makes room for pieces; it does not fill it. Nets of the same shape with random weights have no more pieces than
the flat net, on the mean; with twelve units it is about half as many. The folds were built on purpose.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.depth import count_pieces, flat_pieces, flat_sawtooth, sawtooth
from refnn.mlp import MLP, forward, output

IDS = ("DEEP-03",)

SHOWN = (1, 2, 3, 5)  # folds in the picture
FOLDS, TRIALS, SEED = 6, 40, 0


@dataclass(frozen=True)
class Data:
    """The teeth, and the pieces of nets with as many units: folded on purpose, flat, and deep with random weights."""

    x: NDArray  # (p,), multiples of 2^-7
    teeth: NDArray  # (4, p): of 1, 2, 3 and 5 folds
    folds: NDArray  # (f,): 1, 2, ..., layers of two units
    pieces: NDArray  # (f,): of the folded net on [0, 1]
    units_flat: NDArray  # (f,): what the flat net for the same teeth has
    flat_best: NDArray  # (f,): most pieces on the whole line among random flat nets of 2k units
    random_mean: NDArray  # (f,): pieces of random nets of k layers with two units, on the mean
    random_most: NDArray  # (f,)


def run() -> Data:
    """Fold, and count the pieces."""
    rng, folds = np.random.default_rng(SEED), range(1, FOLDS + 1)
    x = np.arange(2**7 + 1) / 2**7  # holds every bend of up to 6 folds, and all arithmetic on it is exact
    teeth = np.array([output(sawtooth(k), x[:, np.newaxis])[:, 0] for k in folds])  # (f, p)
    deep = np.array([[_pieces(_random_deep(k, rng)) for _ in range(TRIALS)] for k in folds])
    return Data(
        x, teeth[np.array(SHOWN) - 1], np.array(folds),
        np.array([count_pieces(x, y) for y in teeth]),  # (DEEP-03)
        np.array([len(flat_sawtooth(k).weights[0]) for k in folds]),
        # at most 2k + 1 pieces from 2k units (DEEP-03)
        np.array([max(flat_pieces(*rng.normal(size=(3, 2 * k))) for _ in range(TRIALS)) for k in folds]),
        deep.mean(axis=1), deep.max(axis=1),
    )  # fmt: skip


def _random_deep(layers: int, rng: np.random.Generator) -> MLP:
    """Draw a net with as many hidden layers of two rectifiers, its weights by He's rule."""
    weights = [rng.normal(size=(2, 1)), *(rng.normal(size=(2, 2)) for _ in range(layers - 1)), rng.normal(size=(1, 2))]
    return MLP(weights, [*rng.normal(size=(layers, 2)) / 2, None], ["relu"] * layers + ["identity"])


def _pieces(net: MLP) -> int:
    """Count along a fine grid how often the set of units that are on changes: every bend is such a change."""
    hidden = forward(net, np.linspace(-10, 10, 4001)[:, np.newaxis])[:-1]
    on = np.concatenate([Z > 0 for Z, _ in hidden], axis=1)  # (p, units)
    return 1 + int((on[1:] != on[:-1]).any(axis=1).sum())


def words(data: Data) -> str:
    """Count the pieces for each number of units."""
    lines = ["       straight pieces that so many units make:                         units that one layer",
             "units  layers of 2, folded  one layer, at most  layers of 2, random  needs for the folded teeth"]
    for i, k in enumerate(data.folds):
        lines.append(f"{2 * k:5}  {data.pieces[i]:19}  {data.flat_best[i]:18}  {data.random_mean[i]:19.1f}"
                     f"  {data.units_flat[i]:12}")
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw the teeth one below the other, and the pieces by the number of units."""
    left, right = figure.subfigures(1, 2)
    rows = left.subplots(len(SHOWN), 1, sharex=True)
    for i, (axes, k, y) in enumerate(zip(rows, SHOWN, data.teeth, strict=True)):
        axes.plot(data.x, y, color="C0")
        axes.set(ylim=(-0.1, 1.1), yticks=[0, 1])
        axes.set_ylabel(f"k = {k}", rotation=0, ha="right", va="center")
        axes.set_title("folded k times: 2 units for each fold" if i == 0 else "")
    rows[-1].set(xlabel="x")
    axes, units = right.subplots(), 2 * data.folds
    axes.semilogy(units, data.pieces, "o-", label="layers of 2, folded", base=2)
    axes.semilogy(units, data.flat_best, "s--", label="one layer, at most", base=2)
    axes.semilogy(units, data.random_mean, "v:", label="layers of 2, random", base=2)
    axes.set_xticks(units)
    axes.set_yticks(2 ** data.folds, [str(2**k) for k in data.folds])
    axes.set(xlabel="units in all", title="straight pieces that they make", ylim=(None, 150))
    axes.legend()
