"""The roofline: how fast each row runs, over how much it computes for each byte; and how fast it could.

Under the slopes a row waits for memory, under the flat roof for the arithmetic. Both axes count in powers. Rows that
differ only in the way they go, as the three passes of a layer do, cost the same and stand above each other.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np

from refnn._validate import one_of
from refnn.bench.row import GROUPS, Limits, Measured
from refnn.experiments import _COLOURS, _INK, _STYLE

__all__ = ["draw", "families", "points"]

Point = tuple[Measured, float, float]  # a row, operations per byte, operations per second


def points(measured: Sequence[Measured]) -> list[Point]:
    """Return the rows that have a place in the picture."""
    return [(m, m.row.flops / m.row.traffic, m.row.flops / m.ours.median) for m in measured if m.ours and m.row.flops]


def families(placed: Sequence[Point]) -> list[tuple[str, list[Point]]]:
    """Return the points by what their names have in common, where they lie above each other."""
    found: dict[tuple[str, str, float], list[Point]] = {}
    for m, x, y in placed:
        found.setdefault((m.row.group, m.row.name.split()[0], round(float(np.log10(x)), 2)), []).append((m, x, y))
    return [(_common([m.row.name for m, _, _ in own]), own) for own in found.values()]


def _common(names: Sequence[str]) -> str:
    """Return the words with which all names begin."""
    words = zip(*(name.split() for name in names), strict=False)
    return " ".join(column[0] for column in takewhile(lambda column: len(set(column)) == 1, words))


def draw(measured: Sequence[Measured], limits: Mapping[int, Limits], path: str, dark: bool = False,
         dpi: int = 150) -> None:
    """Draw one picture, for the smallest number of threads and the dtype of the first row. Needs matplotlib."""
    one_of("suffix of the picture", suffix := Path(path).suffix.lower(), (".png", ".svg"))
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ink, paper = ("#e0e0e0", "#1e2129") if dark else ("#202020", "#ffffff")
    threads = min((m.threads for m in measured), default=min(limits))
    dtype = measured[0].row.dtype if measured else "float32"
    placed = points([m for m in measured if m.threads == threads and m.row.dtype == dtype])
    with rc_context({**_STYLE, **dict.fromkeys(_INK, ink), "axes.facecolor": "none", "legend.labelcolor": ink}):
        figure = Figure(figsize=(8, 5.5), layout="constrained", facecolor=paper)
        words = f"{dtype}, {threads} {'thread' if threads == 1 else 'threads'}"
        _plot(figure, placed, limits[threads], limits[threads].peak.get(dtype), words, ink)
        figure.savefig(path, dpi=dpi, transparent=suffix == ".svg",
                       metadata={"Date": None} if suffix == ".svg" else {"Software": None})


def _plot(figure: Any, placed: Sequence[Point], limits: Limits, peak: float | None, words: str, ink: str) -> None:
    """Draw roofs, points, and the names of families of points."""
    axes = figure.subplots()
    xs, ys = [x for _, x, _ in placed] or [1.0], [y for _, _, y in placed] or [1e9]
    top = peak or max(ys)
    ends = np.array([min(xs) / 1.5, max(xs) * 3])
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=(min(ys) / 2e9, 2 * top / 1e9), ylabel="GF/s",
             xlabel="operations per byte", title="refnn (filled) and its best peer (hollow) under the machine's roofs")
    axes.plot(ends, [top / 1e9] * 2, color=ink, linewidth=1.2)
    axes.annotate(f"{'peak' if peak else 'fastest'} {top / 1e9:.0f} GF/s, {words}", (ends[1], top / 1e9), (0, 4),
                  textcoords="offset points", ha="right", fontsize=8)
    for rate in limits.stream.values():
        slope = np.array([ends[0], max(ends[0], top / rate)])
        axes.plot(slope, slope * rate / 1e9, color=ink, linewidth=0.8, alpha=0.6)
    for group, colour in zip(GROUPS, _COLOURS, strict=False):
        own = [(m, x, y) for m, x, y in placed if m.row.group == group]
        if own:
            rates = [y / 1e9 for _, _, y in own]
            axes.plot([x for _, x, _ in own], rates, "o", markersize=4, color=colour, label=group)
        rivals = [(x, m.row.flops / m.rival.median / 1e9) for m, x, _ in own if m.rival]
        axes.plot([x for x, _ in rivals], [y for _, y in rivals], "o", markersize=4, color=colour, fillstyle="none",
                  markeredgewidth=0.6, alpha=0.7)
        for _, family in families(own):
            column = sorted(y / 1e9 for _, _, y in family)
            axes.plot([family[0][1]] * len(column), column, color=colour, linewidth=0.8, alpha=0.5)
    if placed:
        axes.legend(loc="lower right")
    figure.draw_without_rendering()  # now the axes know where a point will lie
    for level, rate in limits.stream.items():
        (left, low), (right, high) = axes.transData.transform([(1, rate / 1e9), (2, 2 * rate / 1e9)])
        axes.annotate(f"{level} {rate / 1e9:.0f} GB/s", (ends[0] * 1.1, ends[0] * 1.1 * rate / 1e9), (0, 2), fontsize=7,
                      textcoords="offset points", rotation=float(np.degrees(np.arctan2(high - low, right - left))),
                      rotation_mode="anchor")
    names = []
    for name, family in families(placed):
        m, x, y = max(family, key=lambda point: point[2])
        names.append((name, x, y / 1e9, _COLOURS[GROUPS.index(m.row.group)]))
    _name(axes, names, [(x, y / 1e9) for _, x, y in placed], top / 1e9)


def _name(axes: Any, names: Sequence[tuple[str, float, float, str]], dots: Sequence[tuple[float, float]],
          roof: float) -> None:
    """Write names near their points, where there is room under the roof; the highest first."""
    scale = 72 / axes.figure.dpi  # from dots of the figure to points, in which text is measured
    taken = [(x - 2, y - 2, x + 2, y + 2) for x, y in axes.transData.transform(dots) * scale] if dots else []
    taken += [(0, axes.transData.transform((1, roof))[1] * scale - 1, 1e9, 1e9)] * 9
    for name, x, y, colour in sorted(names, key=lambda entry: -entry[2]):
        left, low = axes.transData.transform((x, y)) * scale
        width, height = 3.4 * len(name), 6.5
        ways = [(dx, dy) for dy in (-3, 4, -10, 11, -17, 18, -24, -31, -38, -45, -52) for dx in (4, -4 - width)]
        boxes = [(left + dx, low + dy, left + dx + width, low + dy + height) for dx, dy in ways]
        crowd = [sum(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in taken) for a in boxes]
        best = crowd.index(min(crowd))
        taken.append(boxes[best])
        far = abs(ways[best][1] + 3) > 8
        axes.annotate(name, (x, y), ways[best], textcoords="offset points", fontsize=6, va="bottom",
                      color=colour, arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": colour} if far else None)
