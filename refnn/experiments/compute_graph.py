r"""The full loss as a graph: values go up along its edges, and along the same edges gradients come down.

S3 "Loss in Compute Graph", "Compute Graphs": two samples, three classes, the hinge, and the price of the weights. Every
box hands down its local derivative times what arrived from above (CG-01). Only W is used twice, so it receives twice,
from the samples and from the price, and its gradient is the sum (CG-02): the middle class's second weight is pulled up
by one and down by one, and stays. The second sample keeps its margins and asks for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.graph import Node, backward

IDS = ("CG-01", "CG-02", "CG-03")
X, W = [[2.0, 1.0], [1.0, -2.0]], [[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]  # (n, d), (K, d)
LABELS, STRENGTH = (1, 0), 0.25
_SMALL: dict[str, Any] = {"fontsize": 8, "family": "monospace"}


@dataclass(frozen=True)
class Data:
    """The boxes from the inputs to the loss, and what runs along the edges between them."""

    boxes: tuple[str, ...]
    value: dict[str, NDArray]  # by box
    gradient: dict[str, NDArray]  # by box, of its value's shape
    handed: dict[str, NDArray]  # "W > S": what S hands down to W


def run() -> Data:
    """Build the graph step by step, and walk back over it."""
    x, w = Node(X), Node(W)
    S = x @ w.T  # (n, d) (d, K) -> (n, K)
    losses = (S.T - S.pick(LABELS) + 1).relu().sum(axis=0) - 1  # (n,)
    mean, price = losses.mean(), STRENGTH * (w * w).sum()
    L = mean + price  # (CG-03)
    boxes = {"X": x, "W": w, "S": S, "losses": losses, "mean": mean, "price": price, "L": L}
    names, gradients = {node: name for name, node in boxes.items()}, backward(L)
    handed: dict[str, NDArray] = {}
    for name, node in boxes.items():
        for parent, share in _shares(node, gradients[node], names):
            edge = f"{names[parent]} > {name}"
            handed[edge] = handed.get(edge, 0) + share  # (CG-02)
    return Data(tuple(boxes), {name: node.value for name, node in boxes.items()},
                {name: gradients[node] for name, node in boxes.items()}, handed)


def words(data: Data) -> str:
    """Say what each box holds, what arrives at it, and who hands it down."""
    lines = ["box      value                     gradient"]
    for box in data.boxes:
        lines.append(f"{box:9}{_row(data.value[box]):26}{_row(data.gradient[box])}")
        shares = [(edge.split()[2], share) for edge, share in data.handed.items() if edge.split()[0] == box]
        if len(shares) > 1:
            lines += [f"{'':35}{_row(share)} from {child}" for child, share in shares]
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw the boxes, and at each edge the value that goes up and the gradient that comes down."""
    figure.set_size_inches(7, 3)
    axes = figure.subplots()
    axes.set(xlim=(-0.8, 10), ylim=(-0.75, 4.2))
    axes.axis("off")
    places = {"X": (0, 3.2), "W": (0, 0.5), "S": (3.1, 3.2), "losses": (5.5, 3.2), "mean": (7.8, 3.2),
              "price": (4.8, 0.5), "L": (9.3, 1.6)}  # fmt: skip
    signs = {"S": "X Wᵀ", "losses": "hinge", "price": f"{STRENGTH:g} ΣW²", "L": "+"}
    boxes = {box: axes.text(*place, signs.get(box, box), ha="center", va="center", weight="bold",
                            bbox={"boxstyle": "round,pad=0.4", "facecolor": "none", "edgecolor": "C0"})
             for box, place in places.items()}  # fmt: skip
    for edge in data.handed:
        start, end = edge.split(" > ")
        axes.annotate("", places[end], places[start],
                      arrowprops={"arrowstyle": "-|>", "color": "C0", "shrinkA": 0, "shrinkB": 0,
                                  "patchA": boxes[start].get_bbox_patch(), "patchB": boxes[end].get_bbox_patch()})
    # an edge that goes straight has its value above and its gradient below, another left and right
    straight = {"X > S": (1.45, 3.2), "S > losses": (4.35, 3.2), "losses > mean": (6.75, 3.2), "W > price": (3.3, 0.5)}
    slanted = {"W > S": (1.25, 1.55), "mean > L": (8.6, 2.45), "price > L": (7.2, 1.1)}
    for edge, (x, y) in {**straight, **slanted}.items():
        up, down = _block(data.value[edge.partition(" > ")[0]]), _block(data.handed[edge])
        if edge in straight:
            axes.text(x, y + 0.12, up, ha="center", va="bottom", **_SMALL)
            axes.text(x, y - 0.12, down, ha="center", va="top", color="C1", **_SMALL)
        else:
            above, below = (0.1, -0.1) if edge == "mean > L" else (-0.1, 0.1)
            axes.text(x + above, y + 0.08, up, ha="left" if above > 0 else "right", va="bottom", **_SMALL)
            axes.text(x + below, y - 0.08, down, ha="left" if below > 0 else "right", va="top", color="C1", **_SMALL)
    axes.text(0, 0, _block(data.gradient["W"]), ha="center", va="top", color="C1", weight="bold", **_SMALL)
    axes.text(9.3, 1.1, _block(data.value["L"]), ha="center", va="top", **_SMALL)


def _shares(node: Node, arrived: NDArray, boxes: dict[Node, str]) -> Iterator[tuple[Node, NDArray]]:
    """Yield what a box hands down to other boxes, through the small steps that are in no box."""
    for parent, vjp in zip(node.parents, node.vjps, strict=True):
        share = np.asarray(vjp(arrived))
        if parent in boxes:
            yield parent, share
        else:
            yield from _shares(parent, share, boxes)


def _row(array: Any) -> str:
    """Write an array in one line."""
    rows = np.asarray(array) + 0.0  # which leaves no -0
    return f"[{', '.join(map(_row, rows))}]" if rows.ndim else f"{rows:g}"


def _block(array: Any) -> str:
    """Write an array, each row in a line."""
    rows = [[_row(entry) for entry in row] for row in np.atleast_2d(array)]
    width = max(len(entry) for row in rows for entry in row)
    lines = (" ".join(entry.rjust(width) for entry in row) for row in rows)
    return "\n".join(lines).replace(" ", "\N{NO-BREAK SPACE}")  # a browser drops other spaces
