r"""Parity of n bits: a tree of n - 1 gates, or 2^(n-1) terms in two levels.

S2's appendix "Why Deep? Logic Circuits" says that two levels of gates represent any Boolean function, and that more
levels do it with fewer gates. Parity shows by how much. Of its true rows no two differ in a single bit, so no two can
share an AND: each takes one of its own. A tree pairs the bits up instead. All circuits here are checked on all inputs.

The argument is about AND and OR. A threshold unit counts, and n of them in one hidden layer say parity too.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.circuits import all_inputs, dnf_circuit, dnf_terms, parity_costs, parity_net, parity_tree, threshold_net

IDS = ("CIR-03", "CIR-04", "CIR-05")

DRAWN = 4  # bits of the circuits in the picture


@dataclass(frozen=True)
class Data:
    """What each circuit for n bits is made of, and on how many of the 2^n inputs it is wrong."""

    bits: NDArray  # (k,): n
    terms: NDArray  # (k,): ANDs of the two levels
    xor_gates: NDArray  # (k,): of the tree
    nand_gates: NDArray  # (k,): the same gates built of NANDs
    depth: NDArray  # (k,): of the tree
    threshold_units: NDArray  # (k,): hidden units of the counting net
    wrong: NDArray  # (3, k): inputs on which the two levels, the tree and the counting net err
    nearest: NDArray  # (k,): fewest bits in which two true rows differ
    drawn_terms: NDArray  # (8, 4): the two levels for 4 bits, 1 plain and 0 negated


def run() -> Data:
    """Build parity in three ways, and try each on every input."""
    rows = np.array([_compare(n) for n in range(2, 10)])  # (k, 8)
    nands = np.array([parity_costs(n)[1] for n in range(2, 10)])  # (CIR-05)
    terms, gates, depth, units = rows[:, :4].T
    return Data(np.arange(2, 10), terms, gates, nands, depth, units, rows[:, 4:7].T.copy(), rows[:, 7],
                dnf_terms(all_inputs(DRAWN).sum(axis=1) % 2))


def _compare(n: int) -> list[int]:
    """Return the terms, gates, depth and units for n bits, the wrong answers of each circuit, the nearest true rows."""
    X = all_inputs(n)  # (2^n, n)
    odd = X.sum(axis=1) % 2
    terms = dnf_terms(odd)  # (CIR-04)
    answer, gates, depth = parity_tree(X)  # (CIR-05)
    net = parity_net(n)
    answers = dnf_circuit(X, terms), answer, threshold_net(X, *net)[:, 0]
    differ = n * np.eye(len(terms)) + (terms[:, np.newaxis] != terms).sum(axis=2)  # a row is no neighbour of itself
    return [len(terms), gates, depth, len(net[0]), *(int((a != odd).sum()) for a in answers), int(differ.min())]


def words(data: Data) -> str:
    """Count the gates for each number of bits."""
    lines = ["bits   terms in two levels   xors in a tree (levels)   nands   threshold units"]
    for i, n in enumerate(data.bits):
        lines.append(f"{n:4}   {data.terms[i]:19}   {data.xor_gates[i]:14} ({data.depth[i]})       "
                     f"{data.nand_gates[i]:9}   {data.threshold_units[i]:15}")
    return "\n".join([*lines, f"wrong answers on all inputs: {data.wrong.sum()}"])


def plot(data: Data, figure: Any) -> None:
    """Draw both circuits for four bits, and the gates by the number of bits."""
    flat, tree, counts = figure.subplots(1, 3, width_ratios=(1, 1, 1.3))
    _draw_two_levels(flat, data.drawn_terms)
    _draw_tree(tree, DRAWN)
    counts.semilogy(data.bits, data.terms, "o-", label="ANDs, two levels")
    counts.semilogy(data.bits, data.nand_gates, "s-", label="NANDs of the tree")
    counts.semilogy(data.bits, data.xor_gates, "v-", label="XORs of the tree")
    counts.set(xlabel="bits", title="gates", ylim=(0.8, 1000), xticks=data.bits)
    counts.legend(loc="upper left")


def _draw_two_levels(axes: Any, terms: NDArray) -> None:
    """Draw an AND for each term, the OR above them; a dotted wire is a negated input."""
    m, n = terms.shape
    x, bits = np.linspace(0, 1, m), np.linspace(0.15, 0.85, n)
    for j, i in np.ndindex(m, n):
        axes.plot([bits[i], x[j]], [0, 1], "-" if terms[j, i] else ":", color="gray", linewidth=0.7)
    for place in x:
        axes.plot([place, 0.5], [1, 2], color="gray", linewidth=0.7)
    axes.plot(x, np.ones(m), "o", color="C0", markersize=9)
    axes.plot(0.5, 2, "D", color="C4", markersize=9)
    _label(axes, bits, f"two levels: {m} ANDs, 1 OR")


def _draw_tree(axes: Any, n: int) -> None:
    """Draw the gates of the tree, level by level."""
    bits = np.linspace(0.15, 0.85, n)
    wires, level = bits, 0
    while len(wires) > 1:
        gates = wires.reshape(-1, 2).mean(axis=1)  # a gate above each pair
        for wire, gate in zip(wires, gates.repeat(2), strict=True):
            axes.plot([wire, gate], [level, level + 1], color="gray", linewidth=0.7)
        axes.plot(gates, np.full(len(gates), level + 1), "v", color="C2", markersize=9)
        wires, level = gates, level + 1
    _label(axes, bits, f"a tree: {n - 1} XORs")


def _label(axes: Any, bits: NDArray, title: str) -> None:
    """Name the inputs of a circuit."""
    for i, place in enumerate(bits):
        axes.text(place, -0.08, f"$x_{i + 1}$", ha="center", va="top")
    axes.set(title=title, xlim=(-0.1, 1.1), ylim=(-0.3, 2.15))
    axes.set_axis_off()
