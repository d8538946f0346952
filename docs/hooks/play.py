"""Figures to play with: what they start from, and numbers of refnn that `js/play.js` has to reproduce.

Without JavaScript a reader sees these numbers as a table; with it the test in the browser compares every case.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from refnn.conv import conv2d
from refnn.data import digits
from refnn.descent import descend
from refnn.linear import augment, signed_distance
from refnn.maxout import maxout, maxout_backward
from refnn.perceptron import Perceptron, mistake_bound, update


@dataclass(frozen=True)
class Play:
    """A figure: what it is about, where it starts, cases as (arguments, answer), and a table of some of them."""

    title: str
    start: dict[str, Any]
    cases: list[tuple[list[Any], Any]]
    head: list[str]
    rows: list[list[Any]]


def play(name: str) -> Iterator[str]:
    """Yield one figure."""
    it = PLAYS[name]()
    data = json.dumps({"start": it.start, "cases": it.cases}).replace("</", "<\\/")
    head, *rows = ("".join(f"<{cell}>{value}</{cell}>" for value in row)
                   for cell, row in [("th", it.head), *(("td", row) for row in it.rows)])  # fmt: skip
    yield f'<figure class="play" data-play="{name}" aria-label="{it.title}">'
    yield f'<script type="application/json">{data}</script>'
    yield f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"
    yield f"<figcaption>{it.title}</figcaption></figure>\n"


def _descent() -> Play:
    """Descend on theta^2 / 2 with several rates."""
    rates, start = [0.05, 0.5, 1.0, 1.5, 1.9, 2.0, 2.1], {"curvature": 1, "theta": 2, "steps": 12}
    paths = [descend(lambda theta: theta, [2.0], rate, steps=12)[:, 0].tolist() for rate in rates]
    return Play(
        "Gradient descent on half the square of theta: choose the learning rate", start,
        [([start, rate], path) for rate, path in zip(rates, paths, strict=True)],
        ["learning rate", *(f"step {t}" for t in (1, 2, 3, 12))],
        [[rate, *(f"{path[t]:.3f}" for t in (1, 2, 3, 12))] for rate, path in zip(rates, paths, strict=True)],
    )  # fmt: skip


def _maxout() -> Play:
    """Answer with the highest of three lines."""
    lines = np.array([[-1.0, -0.5], [0.25, 0.25], [1.5, -1.0]])
    inputs = np.arange(-2, 2.25, 0.5)
    Z = np.outer(inputs, lines[:, 0]) + lines[:, 1]  # (n, 3)
    values = maxout(Z, pieces=3)[:, 0]
    winners = maxout_backward(np.ones((len(Z), 1)), Z, pieces=3).argmax(axis=1)
    answers = [[float(value), int(winner)] for value, winner in zip(values, winners, strict=True)]
    return Play(
        "A maxout unit of three lines: move a line, and see which one answers where", {"lines": lines.tolist()},
        [([lines.tolist(), x], answer) for x, answer in zip(inputs.tolist(), answers, strict=True)],
        ["input", "answer", "of line"],
        [[x, value, winner + 1] for x, (value, winner) in zip(inputs.tolist(), answers, strict=True)],
    )  # fmt: skip


def _perceptron() -> Play:
    """Show samples one after the other until a pass is clean."""
    X, u = np.random.default_rng(10).integers(-8, 9, (60, 2)) / 8, [1, 0.5, -0.1]
    distances = signed_distance(X, u[:2], u[2])
    kept = np.flatnonzero(np.abs(distances) >= 0.12)[:12]  # a gap on both sides
    X, y = augment(X[kept]), np.sign(distances[kept])
    w, cases, rows = np.zeros(3), [], []
    for each in range(len(Perceptron(epochs=100).fit(X[:, :2], y).mistakes_)):
        for i, (x, label) in enumerate(zip(X, y, strict=True)):
            after = update(w, x, label)
            cases.append(([w.tolist(), x.tolist(), label], [after.tolist(), bool(label * (w @ x) <= 0)]))
            if (after != w).any():
                rows.append([each + 1, i + 1, *after.tolist()])
            w = after
    return Play(
        "The perceptron, sample by sample",
        {"samples": X.tolist(), "labels": y.tolist(), "separator": u, "bound": mistake_bound(X, y, u)}, cases,
        ["pass", "wrong sample", "new weight 1", "new weight 2", "new bias"], rows,
    )  # fmt: skip


def _convolution() -> Play:
    """Slide a window of three by three over a digit."""
    image = digits(8)[0][3, 0].astype(np.float64) * 16  # (8, 8), ink from 0 to 16
    kernels = {"upright edges": [[1, 0, -1]] * 3, "level edges": [[1] * 3, [0] * 3, [-1] * 3],
               "blur": [[1 / 9] * 3] * 3, "corners": [[0, 1, 0], [1, -4, 1], [0, 1, 0]]}  # fmt: skip
    maps = {name: conv2d(image[np.newaxis, np.newaxis], [[kernel]])[0, 0] for name, kernel in kernels.items()}
    return Play(
        "A window slides over a digit", {"image": image.tolist(), "kernels": kernels},
        [([image.tolist(), kernels[name], i, j], float(value))
         for name, found in maps.items() for (i, j), value in np.ndenumerate(found)],
        [f"column {j + 1}" for j in range(image.shape[1] - 2)],
        [[f"{value:.0f}" for value in row] for row in maps["upright edges"]],
    )  # fmt: skip


PLAYS: dict[str, Callable[[], Play]] = {
    "descent": _descent, "maxout": _maxout, "perceptron": _perceptron, "convolution": _convolution,
}  # fmt: skip
