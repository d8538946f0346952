"""From the perceptron to the Turing Award: what the decks tell of, year by year.

S1 "Neural Network (Deep Learning) History & Progress" (HIST-01). The events are data, in `refnn.experiments.history`;
a cross marks those that a slide tells otherwise (E-19, E-42). Nothing here is computed but how long it took.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.experiments.history import EVENTS

IDS = ("HIST-01", "E-19", "E-42")


@dataclass(frozen=True)
class Data:
    """The events in the order of their beginnings."""

    begin: NDArray  # (k,)
    end: NDArray  # (k,), the last year included
    what: tuple[str, ...]  # k labels
    corrected: tuple[str, ...]  # the errata that tell what a slide has wrong of it, empty where nothing is


def run() -> Data:
    """Put the events into columns."""
    years = np.array([(event.begin, event.end) for event in EVENTS])
    notes = tuple(", ".join(event.errata) for event in EVENTS)
    return Data(years[:, 0], years[:, 1], tuple(event.what for event in EVENTS), notes)


def words(data: Data) -> str:
    """Tell each event in a line."""
    spans = [f"{a}" if a == b else f"{a}-{b}" for a, b in zip(data.begin, data.end, strict=True)]
    notes = [f" ({errata})" if errata else "" for errata in data.corrected]
    return "\n".join(f"{span:9}  {what}{note}" for span, what, note in zip(spans, data.what, notes, strict=True))


def plot(data: Data, figure: Any) -> None:
    """Draw a line for each event, its label beside it."""
    figure.set_size_inches(7, 6)
    axes = figure.subplots()
    rows = np.arange(len(data.begin))
    middle = (data.begin.min() + data.end.max()) / 2
    for row, a, b, what, errata in zip(rows, data.begin, data.end, data.what, data.corrected, strict=True):
        colour = "C1" if errata else "C0"
        axes.plot([a, b], [row, row], color=colour, linewidth=4, solid_capstyle="round", alpha=0.5)
        axes.plot([a, b], [row, row], "X" if errata else "o", color=colour, markersize=6)
        left = (a + b) / 2 < middle
        axes.annotate(what, (b if left else a, row), (8 if left else -8, 0), textcoords="offset points",
                      ha="left" if left else "right", va="center", fontsize=8)
    axes.set(xlim=(data.begin.min() - 2, data.end.max() + 3), ylim=(len(rows) - 0.4, -0.6), yticks=[])
    axes.xaxis.set_ticks_position("top")
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.spines["top"].set_visible(True)
    axes.grid(axis="x", alpha=0.25)
