"""The same multiplications in another order: what a processor has to fetch for a product of matrices.

A layer is a product of matrices (MLP-02), and its terms may be added in any order. Memory comes in lines of sixteen
float32, and a cache keeps those that were used last. Here a small one is played through, number by number, for three
orders: the definition's, where each step of k jumps to another row of B; rows of B and C walked along; and a tile of C
that stays in registers while k runs, with the columns of B packed side by side.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

IDS = ("MLP-02",)
SIDE, LINE, LINES = 48, 16, 32  # of the matrices; float32 in a line of 64 bytes; lines that the cache holds
ROWS, COLUMNS = 8, 16  # of the tile
SHOWN = 1024  # multiply-adds in the picture
ORDERS = ("i, j, k", "i, k, j", f"tiles of {ROWS} x {COLUMNS}")

Touch = tuple[str, int]  # a matrix, and a place in it, row by row


@dataclass(frozen=True)
class Data:
    """What three orders touch and fetch; columns are in the order of `names`."""

    names: tuple[str, ...]
    multiply_adds: int  # of each
    touched: NDArray  # (3,): numbers that are read or written, where they are in no register
    fetched: NDArray  # (3,): lines that were not in the cache
    walk: NDArray  # (3, SHOWN): the place of B that each of the first multiply-adds uses


def run() -> Data:
    """Play all three orders through the same cache."""
    ways = (_by_definition, _along_rows, _by_tiles)
    counts = np.array([_play(way()) for way in ways])
    walk = np.array([[place for matrix, place in way() if matrix == "B"][:SHOWN] for way in ways[:2]])
    tiles = [place + column for matrix, place in _by_tiles() if matrix == "B" for _ in range(ROWS)
             for column in range(COLUMNS)][:SHOWN]  # fmt: skip
    return Data(ORDERS, SIDE**3, counts[:, 0], counts[:, 1], np.vstack([walk, tiles]))


def _by_definition() -> Iterator[Touch]:
    """c_ij = sum_k a_ik b_kj, one number of C after the other."""
    for i, j in product(range(SIDE), repeat=2):
        for k in range(SIDE):
            yield "A", i * SIDE + k
            yield "B", k * SIDE + j
        yield "C", i * SIDE + j


def _along_rows() -> Iterator[Touch]:
    """Row k of B, times a_ik, is added to row i of C."""
    for i, k in product(range(SIDE), repeat=2):
        yield "A", i * SIDE + k
        for j in range(SIDE):
            yield "B", k * SIDE + j
            yield "C", i * SIDE + j


def _by_tiles() -> Iterator[Touch]:
    """A tile of C takes all of k; B lies packed, in panels of as many columns as the tile has."""
    for panel, block in product(range(SIDE // COLUMNS), range(SIDE // ROWS)):
        for k in range(SIDE):
            yield "B", (panel * SIDE + k) * COLUMNS  # a line of its own
            for i in range(ROWS):
                yield "A", (block * ROWS + i) * SIDE + k
        for i in range(ROWS):
            yield "C", (block * ROWS + i) * SIDE + panel * COLUMNS


def _play(touches: Iterator[Touch]) -> tuple[int, int]:
    """Return how many numbers or rows of a tile were touched, and how many lines had to be fetched for them."""
    cache: OrderedDict[Touch, None] = OrderedDict()
    touched = fetched = 0
    for matrix, place in touches:
        line = matrix, place // LINE
        touched += 1
        if line in cache:
            cache.move_to_end(line)
            continue
        fetched += 1
        cache[line] = None
        if len(cache) > LINES:
            cache.popitem(last=False)  # the one that was not used for the longest time
    return touched, fetched


def words(data: Data) -> str:
    """Say what each order costs."""
    cache = f"a cache of {LINES} lines of {LINE} numbers"
    lines = [f"C = A B, {SIDE} x {SIDE}: {data.multiply_adds:,} multiply-adds; {cache}",
             f"{'order':18} {'touched':>9} {'lines fetched':>14}"]  # fmt: skip
    lines += [f"{name:18} {touched:9,} {fetched:14,}"
              for name, touched, fetched in zip(data.names, data.touched, data.fetched, strict=True)]  # fmt: skip
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw where in B the first multiply-adds are, for each order."""
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    for panel, name, walk, fetched in zip(panels, data.names, data.walk, data.fetched, strict=True):
        panel.plot(np.arange(SHOWN), walk, ".", markersize=1.5)
        panel.set(title=f"{name}\n{fetched:,} lines fetched", xlabel="multiply-add")
    panels[0].set_ylabel("place in B")
    panels[0].invert_yaxis()
