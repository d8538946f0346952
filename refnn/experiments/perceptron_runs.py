r"""However thin the gap between two classes, the perceptron never makes more mistakes than Novikoff's bound.

S1 "Perceptron: Mistake Bound Theorem" bounds the number of mistakes by $\lVert u \rVert^2 R^2 / \gamma^2$, whatever the
order of the samples and the number of passes. Here every run repeats its samples until a pass is clean. Half the gap
means four times the bound; the mistakes grow too, but far more slowly: on random samples it is generous. It cannot be
lowered, though, for n samples at right angles to each other reach it, mistake by mistake.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.linear import augment, discriminant
from refnn.perceptron import Perceptron, margin, mistake_bound, online_pass, predict_sign

IDS = ("PERC-01", "PERC-02", "PERC-08")
GAPS, RUNS, SAMPLES, SEED, SHOWN = (0.2, 0.1, 0.05, 0.025, 0.0125), 20, 100, 1, 8
WORST = (20, 150, 1000)


@dataclass(frozen=True)
class Data:
    """The runs: as many for each gap as there are columns. And one of them in the plane."""

    gaps: NDArray  # (g,), the distance from the plane that every sample keeps at least
    margins: NDArray  # (g, r), gamma, for a separating vector whose normal has length 1
    bounds: NDArray  # (g, r)
    mistakes: NDArray  # (g, r), in all passes together
    passes: NDArray  # (g, r), the last of them clean
    worst_bounds: NDArray  # (c,), of samples at right angles to each other
    worst_mistakes: NDArray  # (c,)
    X: NDArray  # (n, 2), the samples of the run that is shown
    y: NDArray  # (n,)
    planes: NDArray  # (2, 3), after its first pass and at its end
    wrong: NDArray  # (2, n), 1 for the samples that these planes get wrong


def run() -> Data:
    """Draw a plane and samples beside it, learn until a pass is clean, and count."""
    rng, found = np.random.default_rng(SEED), []
    for gap in GAPS:
        for _ in range(RUNS):
            X, y, u = _samples(rng, gap)
            learner = Perceptron(epochs=100_000).fit(X, y)
            # mistakes k <= floor(|u|^2 R^2 / gamma^2) (PERC-08)
            found.append((margin(augment(X), y, u), mistake_bound(augment(X), y, u),
                          sum(learner.mistakes_), len(learner.mistakes_)))
    margins, bounds, mistakes, passes = np.array(found).T.reshape(4, len(GAPS), RUNS)
    worst = [(np.eye(n), np.ones(n)) for n in WORST]
    X, y, _ = _samples(np.random.default_rng(SHOWN), 0.05)
    planes = np.stack([Perceptron(epochs).fit(X, y).w_ for epochs in (1, 100_000)])
    wrong = [predict_sign(w, augment(X)) != y for w in planes]
    return Data(np.array(GAPS), margins, bounds.astype(int), mistakes.astype(int), passes.astype(int),
                np.array([mistake_bound(X, y, u=y) for X, y in worst]),
                np.array([online_pass(np.zeros(len(y)), X, y)[1] for X, y in worst]),
                X, y, planes, np.array(wrong).astype(int))


def words(data: Data) -> str:
    """Say how many mistakes there were at each gap, and how many there could have been."""
    lines = ["Gap: how far every sample is at least from a line that separates the classes. Mistakes: until a",
             f"pass over the samples is clean. Medians of {data.mistakes.shape[1]} runs.",
             "   gap  Novikoff's bound  mistakes  most of the bound in any run"]
    for gap, bounds, mistakes in zip(data.gaps, data.bounds, data.mistakes, strict=True):
        most = (mistakes / bounds).max()
        lines.append(f"{gap:6.4f}{np.median(bounds):18.0f}{np.median(mistakes):10.0f}{most:10.1%}")
    lines.append("Samples at right angles to each other, one on each axis, reach the bound: mistakes "
                 + ", ".join(f"{m}" for m in data.worst_mistakes))
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw one run in the plane, and the mistakes of all runs under their bounds."""
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.25])
    for label, marker, colour in ((-1, "o", "C0"), (1, "^", "C1")):
        left.scatter(*data.X[data.y == label].T, s=14, marker=marker, color=colour, linewidths=0)
    looks = ("--", "gray", "after one pass"), ("-", "C2", "at the end")
    for (a, b, c), (style, colour, name) in zip(data.planes, looks, strict=True):
        along = np.array([-3, 3]) / np.hypot(a, b)
        foot = -c / (a * a + b * b)
        left.plot(a * foot - b * along, b * foot + a * along, style, color=colour, label=name, linewidth=2)
    left.scatter(*data.X[data.wrong[0] == 1].T, s=60, facecolors="none", edgecolors="gray",
                 label="wrong after one pass")
    left.set(xlim=(-1.04, 1.04), ylim=(-1.04, 1.04), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1],
             title="one run, gap 0.05")
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), borderpad=0)
    ends = np.array([data.worst_bounds.min() / 2, data.bounds.max() * 2])
    right.fill_between(ends, ends, ends[1], color="gray", alpha=0.2, linewidth=0)
    right.text(ends[0] * 1.3, ends[1] / 2, "above the bound: never", color="gray", va="top")
    for i, gap in enumerate(data.gaps):
        right.scatter(data.bounds[i], data.mistakes[i], s=16, color=f"C{i}", linewidths=0, label=f"gap {gap:g}")
    right.scatter(data.worst_bounds, data.worst_mistakes, s=30, marker="x", color="C5",
                  label="samples at\nright angles")
    right.set(xscale="log", yscale="log", xlim=ends, ylim=(1, ends[1]), xlabel="Novikoff's bound", ylabel="mistakes",
              title="all runs")
    right.legend(loc="center left", bbox_to_anchor=(1, 0.5), handletextpad=0.2)


def _samples(rng: np.random.Generator, gap: float) -> tuple[NDArray, NDArray, NDArray]:
    """Draw a plane and samples that keep away from it; their coordinates are 256ths, so that learning is exact."""
    angle, bias = rng.uniform(0, 2 * np.pi), rng.uniform(-0.3, 0.3)
    normal = np.array([np.cos(angle), np.sin(angle)])
    X = rng.integers(-256, 257, (10 * SAMPLES, 2)) / 256  # (10 n, 2)
    distances = discriminant(X, normal, bias)
    kept = np.flatnonzero(np.abs(distances) >= gap)[:SAMPLES]
    return X[kept], np.sign(distances[kept]), augment(normal, bias)
