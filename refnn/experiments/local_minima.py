r"""Where gradient descent ends depends on where it starts, unless the cost is convex.

S2 "Local Minima": different starts reach different minima, and gradient descent never guarantees the global one. On the
double well $(w^2 - 1)^2 + 0.3 w$ the hill between the valleys decides: every start left of it ends in the deeper one,
every start right of it in the other (GD-04). "Never" is too much said, though: a convex cost has one valley only, and
if that has a bottom, a small enough rate leads there from every start (E-23).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.descent import descend, double_well, double_well_prime

IDS = ("GD-04", "E-23")
STARTS, STEPS = (-2.0, -1.5, -0.5, -0.1, 0.0, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0), 600


@dataclass(frozen=True)
class Data:
    """Both costs, and the ways on them from the same starts."""

    w: NDArray  # (p,)
    well: NDArray  # (p,)
    convex: NDArray  # (p,)
    starts: NDArray  # (k,)
    well_paths: NDArray  # (steps + 1, k), rate 0.01
    well_ends: NDArray  # (k,), the cost where they end
    convex_paths: NDArray  # (21, k), rate 0.5
    flat: NDArray  # (3,), where the slope of the well is zero: valley, hill, valley


def run() -> Data:
    """Go downhill from every start on both costs."""
    w, starts = np.linspace(-2, 2, 161), np.array(STARTS)
    well_paths = descend(double_well_prime, starts, 0.01, STEPS)
    # 4 w^3 - 4 w + 0.3 = 0 (GD-04)
    flat = np.sort(np.roots([4, 0, -4, 0.3]).real)
    return Data(w, double_well(w), w**2 / 2, starts, well_paths, double_well(well_paths[-1]),
                descend(lambda w: w, starts, 0.5, 20), flat)


def words(data: Data) -> str:
    """Say where each start ends."""
    lines = [f"hill at {data.flat[1]:.7f}", "start   double well ends at   cost there   convex cost ends at"]
    for start, well, cost, convex in zip(data.starts, data.well_paths[-1], data.well_ends, data.convex_paths[-1],
                                         strict=True):
        lines.append(f"{start:5.1f}{well:22.7f}{cost:13.7f}{convex + 0:22.7f}")
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw both costs with some ways downhill, and the end for each start."""
    left, middle, right = figure.subplots(1, 3)
    for axes, cost, paths, title in ((left, data.well, data.well_paths, "two valleys"),
                                     (middle, data.convex, data.convex_paths, "convex: one valley")):
        axes.plot(data.w, cost, color="gray")
        for start, colour in ((-1.5, "C0"), (0.0, "C0"), (0.1, "C1"), (1.5, "C1")):
            way = paths[:, data.starts == start]
            heights = np.interp(way, data.w, cost)
            axes.plot(way[:160:2], heights[:160:2], ".", color=colour, markersize=4)
            axes.plot(way[0], heights[0], "o", color=colour, fillstyle="none", markersize=8)
            axes.plot(way[-1], heights[-1], "o", color=colour, markersize=8)
        axes.set(xlabel="w", title=title)
    left.set(ylabel="cost", ylim=(-0.6, 2.6))
    right.plot(data.flat[[1, 1]], [-1.2, 1.2], "--", color="gray")
    right.text(data.flat[1] + 0.1, -0.8, "hill", color="gray")
    right.plot(data.starts, data.well_paths[-1], "^", color="C2", label="two valleys")
    right.plot(data.starts, data.convex_paths[-1], "s", color="C3", label="convex", markersize=4)
    right.set(xlabel="start", ylabel="end", ylim=(-1.2, 1.9), title="from start to end")
    right.legend(loc="upper left", handletextpad=0)
