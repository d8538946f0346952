r"""Too small a learning rate creeps, too large a one jumps over the valley, higher at every step.

S2 "Learning Rate" shows the three cases as pictures; on $C = \frac{\lambda}{2} w^2$ one can say where they begin. Each
step multiplies w by $1 - \eta\lambda$: one step is enough at $\eta = 1/\lambda$, beyond it w changes sides, and from
$2/\lambda$ on it never arrives (GD-02). A small net that fits a sine shows the same three cases: with the largest rate
the cost does not fall at every step, as the slide warns.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.descent import convergence_threshold, descend, quadratic_path, steps_needed
from refnn.layers import Dense
from refnn.network import Network
from refnn.optimizers import SGD
from refnn.training import fit

IDS = ("GD-02", "GD-03", "GD-01")
RATES, NET_RATES, STEPS, NET_STEPS, SEED = (0.05, 0.5, 1.0, 1.9, 2.0, 2.1), (0.003, 0.3, 0.6), 10, 200, 0


@dataclass(frozen=True)
class Data:
    """The way on the quadratic with curvature 1 for each rate, and the cost of the net for each of its rates."""

    rates: NDArray  # (k,)
    paths: NDArray  # (k, steps + 1), w from 1 on, walked
    formula: NDArray  # (k, steps + 1), (1 - eta)^t
    threshold: float
    arrival: NDArray  # (k,), steps until |w| is below 1/1000, 0 for never
    net_rates: NDArray  # (3,)
    losses: NDArray  # (3, net steps), before each step, always with all samples


def run() -> Data:
    """Walk on the quadratic, and train the net from the same weights with each rate."""
    paths = [descend(lambda w: w, 1.0, rate, STEPS) for rate in RATES]
    # (1 - eta lambda)^t, converges iff eta < 2 / lambda (GD-02)
    formula = [quadratic_path(1, 1.0, rate, STEPS) for rate in RATES]
    threshold = convergence_threshold(1)
    # log(epsilon) / log|1 - eta lambda| steps (GD-03)
    arrival = [steps_needed(1, rate, tolerance=1e-3) if rate < threshold else 0 for rate in RATES]
    x = np.linspace(-1, 1, 32)[:, np.newaxis]  # (n, 1)
    losses = []
    for rate in NET_RATES:
        net = Network([Dense(8, "tanh"), Dense(1)], input_shape=1, seed=SEED, dtype="float64")
        history = fit(net, x, np.sin(3 * x), loss="squared_error", optimizer=SGD(rate), epochs=NET_STEPS, batch_size=32)
        losses.append([epoch.loss for epoch in history])
    return Data(np.array(RATES), np.array(paths), np.array(formula), threshold, np.array(arrival),
                np.array(NET_RATES), np.array(losses))


def words(data: Data) -> str:
    """Say where each rate leads, on the quadratic and with the net."""
    lines = [f"rate   w after {data.paths.shape[1] - 1} steps   steps to 1/1000"]
    for rate, path, steps in zip(data.rates, data.paths, data.arrival, strict=True):
        lines.append(f"{rate:4.2f}{path[-1] + 0:18.10f}   {steps or 'never':>15}")
    for rate, losses in zip(data.net_rates, data.losses, strict=True):
        rises = (np.diff(losses) > 0).sum()
        lines.append(f"a net at {rate:5.3f}: cost {losses[0]:.3f} -> {losses[-1]:.3f}, rose at {rises} steps")
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw the ways on the quadratic, and the cost of the net."""
    left, right = figure.subplots(1, 2)
    for rate, path, style in zip(data.rates, data.paths, ("o-", "s-", "^-", "o-", "--", "o-"), strict=True):
        left.plot(path, style, markersize=3, label=f"{rate:g}", **({"color": "gray"} if style == "--" else {}))
    left.set(xlabel="step", ylabel="w", xticks=range(0, data.paths.shape[1], 2), title=r"on $\frac{1}{2} w^2$")
    left.legend(title="rate", loc="upper left", bbox_to_anchor=(1, 1), handlelength=1.2)
    names = (("too small", 95, 0.5), ("right", 95, 0.01), ("too large", 75, 1.4))
    for i, (rate, losses, (name, x, y)) in enumerate(zip(data.net_rates, data.losses, names, strict=True)):
        right.plot(losses, color=f"C{i}")
        right.text(x, y, f"{rate:g} {name}", color=f"C{i}")
    right.set(xlabel="step", ylabel="cost", yscale="log", title="a net that fits a sine")
