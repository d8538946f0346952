r"""Adagrad gives every parameter a rate of its own: the slide's table again, and how the rates fall.

S2 "Adagrad" divides the rate by the root of the sum of squared gradients, and computes it for two parameters whose
gradients differ a hundredfold; the first steps are equal. The slide cuts the second rates to two digits. It also says
that the sum is of the *previous* derivatives and that rates get smaller and smaller. The table itself counts the
current one in, else its first rate would be $\eta / 0$; and where a gradient is 0 the rate stays (E-41). Under a
constant gradient step t is $\eta / \sqrt{t}$ long, whatever the gradient: far and farther, but ever more slowly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.optimizers import Adagrad

IDS = ("OPT-01", "E-41")
TABLE, SLIDE_ROOTS, STEPS = [[0.1, 20.0], [0.2, 10.0]], [[0.1, 20.0], [0.22, 22.0]], 100
SERIES = {
    "always 0.1": np.full(STEPS, 0.1),
    "always 20": np.full(STEPS, 20.0),
    "1, then 0, then 1": np.where((np.arange(STEPS) >= 20) & (np.arange(STEPS) < 60), 0.0, 1.0),
}


@dataclass(frozen=True)
class Data:
    """Rates and steps in units of eta."""

    gradients: NDArray  # (2, 2), of the table: a row for each step, a column for each parameter
    rates: NDArray  # (2, 2)
    steps: NDArray  # (2, 2)
    slide_rates: NDArray  # (2, 2)
    previous_rates: NDArray  # (2,), in the second step, were only the previous gradient counted
    series: tuple[str, ...]
    lengths: NDArray  # (3, steps), how long the steps are
    series_rates: NDArray  # (3, steps)


def run() -> Data:
    """Let Adagrad take the steps, and read its rates from what it remembers."""
    gradients = np.array(TABLE)
    rates, steps = _steps(gradients)
    found = [_steps(g[:, np.newaxis]) for g in SERIES.values()]
    return Data(gradients, rates, steps, 1 / np.array(SLIDE_ROOTS), 1 / np.abs(gradients[0]), tuple(SERIES),
                np.array([lengths[:, 0] for _, lengths in found]), np.array([rate[:, 0] for rate, _ in found]))


def words(data: Data) -> str:
    """Set out the table, and where the series end."""
    lines = ["                         root of the sum of g^2",
             "       gradient g    rate / eta   exact  on the slide   length of the step / eta"]
    for i in range(2):
        for t in range(2):
            lines.append(f"w{i + 1}, t={t}{data.gradients[t, i]:8.1f}{data.rates[t, i]:16.6f}"
                         f"{1 / data.rates[t, i]:11.6f}{1 / data.slide_rates[t, i]:8.4g}{data.steps[t, i]:20.6f}")
    lines.append("were only the previous gradients counted, the second rates would be "
                 + " and ".join(f"{rate:g}" for rate in data.previous_rates))
    for name, lengths, rates in zip(data.series, data.lengths, data.series_rates, strict=True):
        lines.append(f"gradient {name:18} step {len(lengths)}: length {lengths[-1]:.4f} eta, rate {rates[-1]:.4f} eta")
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw the table's steps, and the rates over many steps."""
    left, middle, right = figure.subplots(1, 3)
    for i in range(2):
        left.bar(np.arange(2) + 0.4 * i - 0.2, data.steps[:, i], 0.36, color=f"C{i}",
                 label=f"w{i + 1}: g = {data.gradients[0, i]:g}, {data.gradients[1, i]:g}")
    left.set(xticks=[0, 1], xlabel="t", ylabel=r"length of step / $\eta$", ylim=(0, 1.4), title="the slide's table")
    left.legend(handlelength=1)
    t = np.arange(1, data.lengths.shape[1] + 1)
    for i, (name, style) in enumerate(zip(data.series, ("-", "--", "-"), strict=True)):
        middle.plot(t, data.series_rates[i], style, color=f"C{i + 2}")
        middle.text(100, 1.6 * data.series_rates[i, 40], f"g {name}", color=f"C{i + 2}", ha="right")
        right.plot(t, data.lengths[i], style, color=f"C{i + 2}")
    middle.set(yscale="log", xlabel="step", title=r"rate / $\eta$ for gradients g")
    right.set(xlabel="step", title=r"length of step / $\eta$")


def _steps(gradients: NDArray) -> tuple[NDArray, NDArray]:
    """Return the rates and the step lengths of Adagrad with eta = 1 under these gradients, (T, d) both."""
    w, adagrad, rates, steps = np.zeros(gradients.shape[1]), Adagrad(learning_rate=1, epsilon=0), [], []
    for g in gradients:
        before = w.copy()
        adagrad.step([w], [g])
        # eta_w = eta / sqrt(sum of g^2, the current one among them) (OPT-01, E-41)
        rates.append(1 / np.sqrt(adagrad.state()["v"][0]))
        steps.append(np.abs(w - before))
    return np.array(rates), np.array(steps)
