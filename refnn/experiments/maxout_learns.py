r"""A maxout unit learns a parabola: with two lines as well as any two can, while of ten some lie idle.

S3 "Maxout units" promises a "piecewise linear approximation of a convex function with N pieces"; S2 "Maxout" says the
number of pieces depends on the number of elements in a group. So it is (MAX-03): the highest of k tangents to x^2 stays
within 1/k^2 of it on [-1, 1]. Tangents are one construction and not the best: lifted by 1/(3 k^2) they cut through the
parabola, and no k lines have a smaller mean squared error. One and two lines learn to do just that. With more lines it
need not get as far: a line that is nowhere the highest gets no gradient (MAX-04) and never learns. The unit "does not
die", as S3 says; its lines may.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.layers import Dense, Maxout
from refnn.maxout import maxout
from refnn.network import Network
from refnn.optimizers import Momentum
from refnn.training import fit

IDS = ("MAX-01", "MAX-03", "MAX-04")
PIECES, SEEDS = (1, 2, 5, 10), 5  # lines of a unit; starts
SHOWN, SHOWN_SEED = 10, 1  # the unit that is drawn
STEPS, RATE = 600, 0.2


@dataclass(frozen=True)
class Data:
    """Units made of tangents and units that learned, and the largest error of each."""

    x: NDArray  # (p,)
    pieces: NDArray  # (4,)
    tangents: NDArray  # (4, p): the highest of k tangents to x^2
    tangent_error: NDArray  # (4,): largest distance from x^2
    tangent_rms: NDArray  # (4,): root mean square of it
    learned_error: NDArray  # (4, SEEDS)
    learned_rms: NDArray  # (4, SEEDS)
    winning: NDArray  # (4, SEEDS): lines that are the highest somewhere
    shown: NDArray  # (p,): a unit of SHOWN lines that learned
    shown_lines: NDArray  # (SHOWN, 2): slope and height at 0 of each of its lines


def run() -> Data:
    """Take tangents, then let units learn from the same points."""
    x, pieces = np.linspace(-1, 1, 201), np.array(PIECES)
    tangents = np.array([_tangents(x, k) for k in PIECES])
    units = [[_learned(x, k, seed) for seed in range(SEEDS)] for k in PIECES]
    lines = [[_lines(unit, x) for unit in row] for row in units]
    winning = np.array([[len(np.unique(Z.argmax(axis=1))) for Z in row] for row in lines])  # (MAX-04)
    off = np.array([[maxout(Z, k)[:, 0] - x**2 for Z in row] for k, row in zip(PIECES, lines, strict=True)])
    shown = units[PIECES.index(SHOWN)][SHOWN_SEED]
    return Data(
        x, pieces, tangents, np.abs(tangents - x**2).max(axis=1), _rms(tangents - x**2),
        np.abs(off).max(axis=2), _rms(off), winning,
        shown.predict(x[:, np.newaxis])[:, 0], np.column_stack([*shown.parameters().values()]),
    )  # fmt: skip


def _tangents(x: NDArray, k: int) -> NDArray:
    """Return the highest of the tangents to x^2 at the centres of k equal cells of [-1, 1]."""
    c = -1 + (2 * np.arange(1, k + 1) - 1) / k
    # max_i (2 c_i x - c_i^2) (MAX-03)
    return maxout(2 * c * x[:, np.newaxis] - c**2, k)[:, 0]


def _learned(x: NDArray, k: int, seed: int) -> Network:
    """Return a unit of k lines that learned x^2."""
    unit = Network([Dense(k), Maxout(k)], 1, seed, "float64")
    fit(unit, x[:, np.newaxis], x[:, np.newaxis] ** 2, loss="squared_error", optimizer=Momentum(RATE), epochs=STEPS,
        batch_size=len(x), schedule="linear_decay")
    return unit


def _lines(unit: Network, x: NDArray) -> NDArray:
    """Return the lines of a unit, (p, k)."""
    W, b = unit.parameters().values()
    return x[:, np.newaxis] @ W.T + b


def _rms(off: NDArray) -> NDArray:
    """Return the root of the mean of squares along the last axis."""
    return np.sqrt(np.square(off).mean(axis=-1))


def words(data: Data) -> str:
    """Say how far the units are from the parabola."""
    lines = ["       root mean square error of                         largest error of    lines in use",
             "lines  tangents  learned, best of 5  the best k lines  tangents  learned  in the 5 units"]
    for i, k in enumerate(data.pieces):
        best, rms, error = 4 / k**2 / 180**0.5, data.learned_rms[i], data.learned_error[i]
        lines.append(f"{k:5} {data.tangent_rms[i]:9.4f} {rms.min():19.4f} {best:17.4f} {data.tangent_error[i]:9.4f} "
                     f"{error[rms.argmin()]:8.4f}  {', '.join(map(str, data.winning[i]))}")
    return "\n".join([*lines, "The best k lines are the tangents, lifted by 1/(3 k^2) to cut through the parabola."])


def plot(data: Data, figure: Any) -> None:
    """Draw tangents, a unit that learned, and the errors."""
    left, middle, right = figure.subplots(1, 3)
    for axes in (left, middle):
        axes.plot(data.x, data.x**2, color="gray", linewidth=4, alpha=0.4, label="$x^2$")
        axes.set(xlabel="x", ylim=(-0.5, 1.05))
    for k in (2, 5):
        left.plot(data.x, data.tangents[PIECES.index(k)], label=f"{k} lines")
    left.set(title="tangents")
    left.legend(loc="upper center")
    for slope, height in data.shown_lines:
        middle.plot(data.x, slope * data.x + height, "--", color="gray", linewidth=0.8)
    middle.plot(data.x, data.shown, color="C1")
    middle.set(title=f"{SHOWN} lines, learned")
    right.plot(data.pieces, data.tangent_rms, "o-", markersize=4, label="tangents")
    # the tangents lifted by 1/(3 k^2): a straight line fitted to each of k equal cells
    right.plot(data.pieces, 4 / data.pieces**2 / 180**0.5, "--", color="gray", label="best of k lines")
    for seed in range(SEEDS):
        right.plot(data.pieces, data.learned_rms[:, seed], "x", color="C1", label="learned" if seed == 0 else None)
    right.set(xscale="log", yscale="log", xlabel="lines k", ylim=(7e-4, 0.6), title="root mean square error")
    right.set_xticks(data.pieces, [str(k) for k in data.pieces])
    right.minorticks_off()
    right.legend()
