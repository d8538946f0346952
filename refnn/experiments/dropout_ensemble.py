r"""Dropout trains 2^n nets at once; the one net with scaled weights is their mean exactly only where all is linear.

S2 "Dropout": at the test nothing is dropped and all weights are multiplied "by (1 - p)%", for p = 50 by 0.5. The slide
means the keep rate, (100 - p)%; as it is written it would be -0.49 (E-22). The intuitive reason given is that of a
linear unit, where the scaled net is the mean of all thinned nets (DROP-03). Behind a rectifier the mean lies higher:
for w = (1, -1), x = (1, 1) it is 0.25, and the scaled net says 0 (DROP-04). Behind softmax the scaled net is the
geometric mean of the thinned nets, normalised, and not the arithmetic one (DROP-06). Inverted dropout divides by the
keep rate in training and scales nothing at the test; the mean is the same (DROP-07).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.activations import relu, softmax
from refnn.dropout import dropout, mask_probability, masks, scale_for_test

IDS = ("DROP-01", "DROP-02", "DROP-03", "DROP-04", "DROP-05", "DROP-06", "DROP-07", "E-22")
UNITS, INPUTS, CLASSES, RATE, SEED = 8, 60, 3, 0.5, 0


@dataclass(frozen=True)
class Data:
    """What one net with scaled weights says, and the mean of the 2^n thinned nets that it stands for."""

    nets: int
    scaled: dict[str, NDArray]  # (INPUTS,), by kind of unit: "linear", "relu", "softmax" (its first class)
    mean: dict[str, NDArray]  # (INPUTS,): over all thinned nets, each as probable as its mask
    geometric: NDArray  # (INPUTS,): the normalised geometric mean behind softmax
    inverted: NDArray  # (INPUTS,): the mean of linear nets after inverted dropout
    unscaled: NDArray  # (INPUTS,): the linear net with all its weights as they were trained
    example_mean: float  # w = (1, -1), x = (1, 1)
    example_scaled: float
    slide_factor: float  # (1 - p)% for p = 50
    keep_rate: float


def run() -> Data:
    """Ask all thinned nets, one by one."""
    rng = np.random.default_rng(SEED)
    X, W = rng.standard_normal((INPUTS, UNITS)), rng.standard_normal((CLASSES, UNITS))
    every = masks(UNITS)
    weight = mask_probability(every, RATE)  # (DROP-05)
    # the scores of each net for each input, (2^n, INPUTS, CLASSES) (DROP-01)
    scores = np.array([_thin(X, mask) @ W.T for mask in every])
    at_test = scale_for_test(X, RATE) @ W.T  # (DROP-02)
    shares = softmax(scores)
    # prod_m P_m^weight, normalised (DROP-06)
    geometric = np.exp(np.tensordot(weight, np.log(shares), 1))
    pair, w = masks(2), np.array([1.0, -1.0])
    return Data(
        len(every),
        {"linear": at_test[:, 0], "relu": relu(at_test[:, 0]), "softmax": softmax(at_test)[:, 0]},
        {"linear": weight @ scores[..., 0], "relu": weight @ relu(scores[..., 0]), "softmax": weight @ shares[..., 0]},
        (geometric / geometric.sum(axis=1, keepdims=True))[:, 0],
        weight @ [_thin(X, mask, inverted=True) @ W[0] for mask in every], X @ W[0],  # (DROP-07)
        float(mask_probability(pair, 0.5) @ relu([_thin(np.ones(2), mask) @ w for mask in pair])),  # (DROP-04)
        float(relu(scale_for_test(np.ones(2), 0.5) @ w)),
        (1 - 50) / 100, 1 - RATE,
    )  # fmt: skip


def _thin(x: NDArray, mask: NDArray, inverted: bool = False) -> NDArray:
    """Drop the same units in every row; the lecture's form leaves the others alone."""
    return dropout(x, np.broadcast_to(mask, x.shape), RATE, inverted)


def words(data: Data) -> str:
    """Say how far the scaled net is from the mean."""
    lines = [f"{data.nets} thinned nets, {len(data.geometric)} inputs: mean of the nets less the scaled net"]
    gaps = {**{f"{kind} unit": mean - data.scaled[kind] for kind, mean in data.mean.items()},
            "softmax, geometric": data.geometric - data.scaled["softmax"]}
    lines += [f"  {kind:19} {gap.min() + 0:9.2g} .. {gap.max():.2g}" for kind, gap in gaps.items()]
    lines += [f"relu, w = (1, -1), x = (1, 1): mean {data.example_mean:g}, scaled net {data.example_scaled:g}"]
    lines += [f"p = 50: the slide's (1 - p)% is {data.slide_factor:g}, the keep rate {data.keep_rate:g}"]
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw the mean of all nets against the scaled net, for three kinds of unit."""
    figure.set_size_inches(7, 2.9)
    for axes, (kind, mean) in zip(figure.subplots(1, 3), data.mean.items(), strict=True):
        ends = [min(data.scaled[kind].min(), mean.min()), max(data.scaled[kind].max(), mean.max())]
        axes.plot(ends, ends, "--", color="gray", linewidth=1)
        colour = "C0" if kind == "linear" else "C1"
        axes.plot(data.scaled[kind], mean, "o", markersize=3.5, color=colour, label="arithmetic")
        if kind == "softmax":
            axes.plot(data.scaled[kind], data.geometric, "o", color="C0", markersize=3.5, label="geometric")
            axes.legend(loc="upper left", handletextpad=0.1)
        axes.set(title=kind, xlabel="scaled net")
    figure.axes[0].set_ylabel(f"mean of {data.nets} nets")
