r"""Nine activation functions and their slopes: where a curve is level, no gradient comes back.

S1 asks that an activation saturate and be smooth; the rectifiers are neither (E-17). What decides is the slope, which
multiplies the gradient in every layer: that of the sigmoid is 1/4 at most (ACT-02), that of tanh 1, which it is at 0
only (ACT-03, E-32), that of an active rectifier 1 everywhere (ACT-07).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.activations import ACTIVATIONS

IDS = ("ACT-01", "ACT-02", "ACT-03", "ACT-05", "ACT-06", "ACT-07", "ACT-09", "ACT-13", "E-17", "E-32")
NAMES = ("step", "sigmoid", "tanh", "scaled_tanh", "relu", "leaky_relu", "softplus", "gaussian", "square")
VIRTUES = ("bounded", "smooth", "odd", "monotone")


@dataclass(frozen=True)
class Data:
    """The curves and their slopes, by the name of the function."""

    z: NDArray  # (p,)
    values: dict[str, NDArray]  # (p,)
    slopes: dict[str, NDArray]  # (p,)
    virtues: dict[str, str]  # which of those that S1 asks for it has


def run() -> Data:
    """Compute every function and its slope from -6 to 6."""
    z, virtues = np.linspace(-6, 6, 481), {}
    functions = {name: ACTIVATIONS[name] for name in NAMES}
    for name, f in functions.items():
        virtues[name] = " ".join(virtue for virtue in VIRTUES if getattr(f, virtue))  # (ACT-06)
    return Data(z, {name: f.f(z) for name, f in functions.items()},
                {name: f.prime(z) for name, f in functions.items() if f.prime}, virtues)


def words(data: Data) -> str:
    """Say how steep the functions are in the middle and at the edges."""
    lines = ["                slope at -6         at 0         at 6   has"]
    for name, slopes in data.slopes.items():
        left, middle, right = slopes[[0, len(slopes) // 2, -1]] + 0.0  # no -0
        lines.append(f"{name:12} {left:14.6g} {middle:12.6g} {right:12.6g}   {data.virtues[name]}")
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw a small graph for each: the function thick, its slope thin and broken."""
    figure.set_size_inches(7, 5.2)
    for panel, (name, values) in zip(figure.subplots(3, 3, sharex=True, sharey=True).flat, data.values.items(),
                                     strict=True):  # fmt: skip
        panel.axhline(0, color="gray", linewidth=0.6)
        panel.axvline(0, color="gray", linewidth=0.6)
        jumps = np.where(np.abs(np.diff(values, append=values[-1])) > 0.5, np.nan, values) if name == "step" else values
        panel.plot(data.z, jumps, linewidth=2.2, label="f")
        panel.plot(data.z, data.slopes[name], "--", linewidth=1.4, label="f'")
        panel.set(title=name, xlim=(-4, 4), ylim=(-2, 2.6))
    figure.axes[0].legend(loc="upper left", ncols=2)
