r"""Every optimizer's way down a narrow valley, and over a surface with two valleys, all under the same noise.

S2 "Gradient Descent" draws such surfaces, and the slides behind "Adagrad" list the rules. In the narrow valley the
curvature is 40 times as large in one direction as in the other. Plain descent must be slow enough for the steep one;
momentum swings; rules with a rate for each parameter cut the corner (GD-07); vSGD, which is told the curvature, is
there in one step once it moves. On the second surface most rules end in the nearer valley; momentum rolls on into the
deeper one, and AdaSecant, which guesses the curvature, leaps there now and then. The settings bring each rule to a
valley: this is no race. The noise is there because vSGD is made for it and AdaSecant's rate degenerates without it
(OPT-10).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.descent import double_well, double_well_prime
from refnn.optimizers import OPTIMIZERS

IDS = ("GD-06", "GD-07", "OPT-06", "OPT-08", "OPT-11", "OPT-13")
SETTINGS: dict[str, dict[str, Any]] = {
    "sgd": {"learning_rate": 0.03},
    "momentum": {"learning_rate": 0.01},
    "adagrad": {"learning_rate": 0.6},
    "rmsprop": {"learning_rate": 0.05},
    "adadelta": {"epsilon": 1e-3},
    "adam": {"learning_rate": 0.15},
    "vsgd": {"warmup": 2, "overestimate": 1},
    "adasecant": {},
}
STEPS, NOISE, SEEDS = 150, 0.3, (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Data:
    """The two surfaces s, the way of each rule k over them, and how high it is there without the noise."""

    rules: tuple[str, ...]
    x: NDArray  # (p,)
    y: NDArray  # (q,)
    surfaces: NDArray  # (2, q, p), narrow and with two valleys; rows are y
    paths: NDArray  # (2, k, steps + 1, 2), under the first noise
    costs: NDArray  # (2, k, steps + 1), along them
    ends: NDArray  # (2, k, noises), the cost at the end under each noise


def run() -> Data:
    """Let every rule walk on both surfaces."""
    x, y = np.linspace(-2.3, 2.3, 40), np.linspace(-1.3, 1.3, 40)
    points = np.stack(np.meshgrid(x, y), axis=-1)  # (q, p, 2)
    surfaces, starts = (_narrow, _two_valleys), ((-2.0, 0.8), (1.9, -1.0))
    walks = np.array([[[_walk(rule, surface, start, seed) for seed in SEEDS] for rule in OPTIMIZERS]
                      for surface, start in zip(surfaces, starts, strict=True)])  # (2, k, noises, steps + 1, 2)
    costs = np.stack([surface(way)[0] for surface, way in zip(surfaces, walks, strict=True)])
    return Data(tuple(rule.__name__ for rule in OPTIMIZERS.values()), x, y,
                np.stack([surface(points)[0] for surface in surfaces]), walks[:, :, 0], costs[:, :, 0], costs[..., -1])


def words(data: Data) -> str:
    """Say how fast each rule came down the narrow valley, and where it ended: medians over the noises."""
    draws = data.ends.shape[-1]
    lines = ["                                     narrow valley             two valleys",
             "rule      setting                    steps *   cost at last    cost at last  in the deeper one"]
    for i, (rule, setting) in enumerate(zip(data.rules, SETTINGS.values(), strict=True)):
        low, (narrow, two) = np.flatnonzero(data.costs[0, i] <= data.costs[0, i, 0] / 100), data.ends[:, i]
        said = ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in setting.items())
        lines.append(f"{rule:10}{said or 'none to choose':27}{low[0] if low.size else 'never':>7}"
                     f"{np.median(narrow):15.4f}{np.median(two):16.4f}{(two < 0).sum():9} of {draws}")
    return "\n".join([
        *lines, "* until the cost is 1 % of what it is at the start, under the first of the noises",
        f"Costs after {STEPS} steps are medians over {draws} draws of the noise. The deeper of the two valleys has",
        f"the cost {data.surfaces[1].min():.2f}. No race: each setting was chosen so that the rule comes to a valley.",
    ])  # fmt: skip


def plot(data: Data, figure: Any) -> None:
    """Draw each way on its own map: the narrow valley above, the two valleys below."""
    figure.set_size_inches(7, 7)
    halves, columns = figure.subfigures(2, 1), -(-len(data.rules) // 2)
    levels = (data.surfaces[0].max() * np.linspace(0.1, 1, 6) ** 2, np.array([-0.2, 0.1, 0.4, 0.8, 1.5, 3, 6, 11]))
    titles = ("a narrow valley, curved 40 times as strongly across as along", "two valleys, the deeper one on the left")
    for s, half in enumerate(halves):
        half.suptitle(titles[s], color=f"C{s}")
        grid = half.subplots(2, columns).ravel()
        for i, axes in enumerate(grid[: len(data.rules)]):
            axes.contour(data.x, data.y, data.surfaces[s], levels=levels[s], colors="gray", linewidths=0.4, alpha=0.7)
            axes.plot(*data.paths[s, i].T, color=f"C{s}", linewidth=1)
            dots = axes.plot(*data.paths[s, i, :30].T, ".", color=f"C{s}", markersize=3)
            start = axes.plot(*data.paths[s, i, 0], "o", color=f"C{s}", fillstyle="none")
            end = axes.plot(*data.paths[s, i, -1], "x", color="C2", markeredgewidth=2)
            axes.set(xlim=data.x[[0, -1]], ylim=data.y[[0, -1]], xticks=[], yticks=[], title=data.rules[i])
        for axes in grid[len(data.rules):]:
            axes.set_axis_off()
    halves[1].legend([*start, *dots, *end], ["start", "first 30 steps", f"after {STEPS} steps"],
                     loc="outside lower center", ncols=3)


def _walk(rule: str, surface: Callable[[NDArray], tuple[NDArray, NDArray, NDArray]], start: tuple[float, float],
          seed: int) -> NDArray:
    """Return the points where a rule comes by (steps + 1, 2), its gradients blurred by noise."""
    rng, w, optimizer = np.random.default_rng(seed), np.array(start), OPTIMIZERS[rule](**SETTINGS[rule])
    path = [w.copy()]
    for _ in range(STEPS):
        _, g, h = surface(w)
        optimizer.step([w], [g + NOISE * rng.normal(size=2)], curvature=[h])
        path.append(w.copy())
    return np.array(path)


def _narrow(w: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return (x^2 + 40 y^2) / 2 at points (..., 2), its gradient and its curvature along both axes."""
    h = np.broadcast_to([1.0, 40.0], w.shape)
    return (h * w * w).sum(axis=-1) / 2, h * w, h


def _two_valleys(w: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return the double well in x plus 2 (y - x/2)^2 at points (..., 2), its gradient and its curvature."""
    x, lean = w[..., 0], w[..., 1] - w[..., 0] / 2
    return (double_well(x) + 2 * lean**2, np.stack([double_well_prime(x) - 2 * lean, 4 * lean], axis=-1),
            np.stack([12 * x**2 - 3, np.full_like(x, 4)], axis=-1))
