r"""More pieces, a smaller error: nets with one hidden layer close in on a sine, and lose a straight line far out.

S2 "Universality Theorem" says that any continuous function from R^N to R^M can be realised by one hidden layer. Here
that is built by hand for sin(2 pi x) on [0, 1]: a staircase of n stairs, the same stairs rounded by sigmoids, and a
polygon of n rectifiers. With twice the pieces the stairs are off by half as much, the polygon by a quarter, and each
keeps the bound that is proved for it; rounding costs no accuracy. So the function is approached as closely as one
likes, but it is not realised, and it is approached on a compact set only: a net of sigmoids is bounded, and far out it
misses f(x) = x (E-20).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn import universal

IDS = ("UNI-01", "UNI-02", "UNI-03", "UNI-04", "UNI-05", "E-20")

_KINDS = ("steps", "sigmoids", "relus")
CELLS = (4, 8, 16, 32, 64)
SHOWN = 8        # cells of the nets in the picture
STEEPNESS = 25   # of the sigmoids, times the number of cells
LIPSCHITZ, CURVATURE = 2 * np.pi, 4 * np.pi**2  # greatest slope and greatest second derivative of sin(2 pi x)


@dataclass(frozen=True)
class Data:
    """The sine and three nets; how far each kind is off, and at most may be; a line and a net that leaves it."""

    x: NDArray  # (p,), in [0, 1]
    sine: NDArray  # (p,)
    nets: dict[str, NDArray]  # (p,) for each kind: of SHOWN cells
    cells: NDArray  # (c,)
    errors: dict[str, NDArray]  # (c,) for each kind: the greatest |f - g| on a fine grid
    bounds: dict[str, NDArray]  # (c,) for each kind: what it is proved not to exceed
    far_x: NDArray  # (q,), beyond [0, 1]
    far_net: NDArray  # (q,): a net for f(x) = x on [0, 1]
    near_error: float  # of that net on [0, 1]
    missed_x: float  # where it is more than half the way off
    missed_net: float  # what it says there


def run() -> Data:
    """Build the nets, measure how far they are off, and follow one of them out of its compact set."""
    fine, x = np.linspace(0, 1, 2**14 + 1), np.linspace(0, 1, 513)
    errors = {kind: np.array([np.abs(_sine(fine) - _net(kind, n, fine)).max() for n in CELLS]) for kind in _KINDS}
    bounds = {
        "steps": np.array([universal.step_net_bound(LIPSCHITZ, n) for n in CELLS]),  # (UNI-02)
        "sigmoids": np.array([universal.sigmoid_net_bound(LIPSCHITZ, n, STEEPNESS * n) for n in CELLS]),  # (UNI-03)
        # a polygon keeps the better of two bounds (UNI-04)
        "relus": np.minimum([universal.relu_net_bound(LIPSCHITZ, n) for n in CELLS],
                            [universal.relu_net_smooth_bound(CURVATURE, n) for n in CELLS]),
    }
    line = universal.sigmoid_net(lambda t: t, SHOWN, STEEPNESS * SHOWN)

    def g(at: NDArray) -> NDArray:
        return universal.one_hidden_layer(at[:, np.newaxis], *line, "sigmoid")[:, 0]  # (q,) -> (q,)

    far, missed = np.linspace(-1, 4, 201), universal.missed_point(*line[2:])  # (UNI-05)
    return Data(x, _sine(x), {kind: _net(kind, SHOWN, x) for kind in _KINDS}, np.array(CELLS), errors, bounds,
                far, g(far), float(np.abs(fine - g(fine)).max()), float(missed[0]), float(g(missed)[0]))


def _sine(x: NDArray) -> NDArray:
    return np.sin(2 * np.pi * x)


def _net(kind: str, n: int, x: NDArray) -> NDArray:
    """Return the values at x (p,) of the net of one kind with n cells."""
    X = x[:, np.newaxis]
    if kind == "steps":
        return universal.one_hidden_layer(X, *universal.step_net(_sine, n), "step")[:, 0]
    if kind == "sigmoids":
        return universal.one_hidden_layer(X, *universal.sigmoid_net(_sine, n, STEEPNESS * n), "sigmoid")[:, 0]
    return universal.one_hidden_layer(X, *universal.relu_net(_sine, n), "relu")[:, 0]


def words(data: Data) -> str:
    """Tell the errors and their bounds, and where the net misses the line."""
    lines = ["cells      steps <= bound        sigmoids <= bound       relus <= bound"]
    for i, n in enumerate(data.cells):
        pairs = (f"{data.errors[kind][i]:.6f} <= {data.bounds[kind][i]:.6f}" for kind in _KINDS)
        lines.append(f"{n:5}  " + "   ".join(pairs))
    return "\n".join([*lines, f"f(x) = x: {data.near_error:.4f} off on [0, 1]; at x = {data.missed_x:g} "
                              f"the net of sigmoids says {data.missed_net:.4f}"])


def plot(data: Data, figure: Any) -> None:
    """Draw the nets beside the sine, the errors below their bounds, and a net beside the line that it leaves."""
    figure.set_size_inches(7, 5)
    (stairs, polygon), (errors, far) = figure.subplots(2, 2)
    for axes, kinds in ((stairs, ("steps", "sigmoids")), (polygon, ("relus",))):
        axes.plot(data.x, data.sine, "--", color="gray", label=r"$\sin 2\pi x$")
        for kind in kinds:
            axes.plot(data.x, data.nets[kind], color=f"C{_KINDS.index(kind)}", label=kind)
        axes.set(xlabel="x")
        axes.legend()
    stairs.set(title=f"{SHOWN} stairs, sharp and rounded")
    polygon.set(title=f"a polygon of {SHOWN} sides")
    for i, (kind, marker) in enumerate(zip(_KINDS, "osv", strict=True)):
        errors.loglog(data.cells, data.errors[kind], marker, color=f"C{i}", label=kind, markersize=9 - 3 * i)
        errors.loglog(data.cells, data.bounds[kind], ":", color=f"C{i}")
    errors.set_xticks(data.cells, [str(n) for n in data.cells])
    errors.minorticks_off()
    errors.set(xlabel="pieces", title="greatest error, and its bound (dotted)")
    errors.legend(loc="lower left")
    far.axvspan(0, 1, color="gray", alpha=0.25, linewidth=0)
    far.plot(data.far_x, data.far_x, "--", color="gray", label="f(x) = x")
    far.plot(data.far_x, data.far_net, color="C1", label="sigmoids for [0, 1]")
    far.plot([data.missed_x] * 2, [data.missed_net, data.missed_x], "o-", color="C3", label="missed")
    far.set(xlabel="x", title="outside the compact set")
    far.legend()
