"""The roofline: how fast each row runs, over how much it computes for each byte; and how fast it could.

Under the slope a row waits for memory, under the flat roof for the arithmetic. Both axes count in powers.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refnn._validate import one_of
from refnn.bench.row import GROUPS, Limits, Measured
from refnn.experiments import _COLOURS, _INK, _STYLE

__all__ = ["draw", "points"]


def points(measured: Sequence[Measured]) -> list[tuple[Measured, float, float]]:
    """Return the rows that have a place in the picture: operations per byte, operations per second."""
    return [(m, m.row.flops / m.row.traffic, m.row.flops / m.ours.median) for m in measured if m.ours and m.row.flops]


def draw(measured: Sequence[Measured], limits: Mapping[int, Limits], path: str, dark: bool = False,
         dpi: int = 150) -> None:
    """Draw one picture, for the smallest number of threads and the dtype of the first row. Needs matplotlib."""
    one_of("suffix of the picture", suffix := Path(path).suffix.lower(), (".png", ".svg"))
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ink, paper = ("#e0e0e0", "#1e2129") if dark else ("#202020", "#ffffff")
    with rc_context({**_STYLE, **dict.fromkeys(_INK, ink), "axes.facecolor": "none", "legend.labelcolor": ink}):
        figure = Figure(figsize=(9, 6), layout="constrained", facecolor=paper)
        _plot(figure, measured, limits, ink)
        figure.savefig(path, dpi=dpi, transparent=suffix == ".svg",
                       metadata={"Date": None} if suffix == ".svg" else {"Software": None})


def _plot(figure: Any, measured: Sequence[Measured], limits: Mapping[int, Limits], ink: str) -> None:
    """Draw roofs and points."""
    threads = min((m.threads for m in measured), default=1)
    dtype = measured[0].row.dtype if measured else "float32"
    placed = points([m for m in measured if m.threads == threads and m.row.dtype == dtype])
    roof, axes = limits[threads], figure.subplots()
    xs = [x for _, x, _ in placed] or [1.0]
    ends = np.array([min(xs) / 2, max(xs) * 4])
    top = roof.peak.get(dtype) or max((y for _, _, y in placed), default=1e9)
    for level, rate in roof.copy.items():
        slope = np.array([ends[0], max(ends[0], top / rate)])
        axes.plot(slope, slope * rate / 1e9, color=ink, linewidth=0.8, alpha=0.6)
        axes.annotate(f"{level} {rate / 1e9:.0f} GB/s", (slope[0], slope[0] * rate / 1e9), (2, 3),
                      textcoords="offset points", fontsize=7, color=ink)
    axes.plot(ends, [top / 1e9] * 2, color=ink, linewidth=1.2)
    words = f"peak {top / 1e9:.0f} GF/s, {dtype}, {threads} {'thread' if threads == 1 else 'threads'}"
    axes.annotate(words, (ends[1], top / 1e9), (0, 4), textcoords="offset points", ha="right", fontsize=8)
    taken: list[tuple[float, float]] = []
    for group, colour in zip(GROUPS, _COLOURS, strict=False):
        own = [(m, x, y) for m, x, y in placed if m.row.group == group]
        if not own:
            continue
        axes.plot([x for _, x, _ in own], [y / 1e9 for _, _, y in own], "o", markersize=4, color=colour, label=group)
        for m, x, y in own:
            axes.annotate(m.row.name, (x, y / 1e9), _free(taken, np.log10(x), np.log10(y)), textcoords="offset points",
                          fontsize=5.5, va="center", color=ink)
        peers = [(x, m.row.flops / m.rival.median / 1e9) for m, x, _ in own if m.rival]
        axes.plot([x for x, _ in peers], [y for _, y in peers], "o", markersize=4, color=colour, fillstyle="none",
                  markeredgewidth=0.6, alpha=0.7)
    axes.set(xscale="log", yscale="log", xlabel="operations per byte", ylabel="GF/s", xlim=(ends[0], ends[1]),
             title="refnn (filled) and the better peer (hollow) under the machine's roof")
    axes.legend(loc="lower right")


def _free(taken: list[tuple[float, float]], x: float, y: float) -> tuple[float, float]:
    """Return where a name goes beside its point: a little lower for each name that is near already."""
    near = sum(abs(x - other) < 0.25 and abs(y - height) < 0.06 for other, height in taken)
    taken.append((x, y))
    return 4, -6.0 * near
