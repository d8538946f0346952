r"""Five layers of sigmoids read digits after pre-training with labels; without labels, or with none, they guess.

S4 "Layer-Wise Pre-Training": train each layer as the hidden layer of a net of depth two, on the outputs of those
already trained, then fine-tune all by back-propagation. From random weights the cost stays at log 10, that of guessing,
for all 600 steps: a thousandth of the gradient reaches the first layer (VAN-01). With half of the steps spent on
pre-training on the labels (PT-01) it falls at once. Pre-training without labels (PT-02, PT-03) does not help here: each
code varies less over the samples than the one below it, from the third layer on their mean is as good a reconstruction
as the autoencoder's, and in the end all digits look alike to the last hidden layer.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.data import digits
from refnn.diagnostics import delta_norms
from refnn.losses import softmax_cross_entropy_backward
from refnn.mlp import MLP, build, forward, image_to_vector, output
from refnn.pretrain import fine_tune, reconstruction_bound, supervised, unsupervised

IDS = ("PT-01", "PT-02", "PT-03", "PT-04", "VAN-01")
HIDDEN, WIDTH, TRAINING, SEED = 5, 40, 600, 0
STEPS, STAGE_STEPS, EVERY = 600, 60, 5
LOSS = "softmax_cross_entropy"


@dataclass(frozen=True)
class Data:
    """Learning curves of three starts with as many steps in all; what gradient and codes are like at each start."""

    steps: dict[str, NDArray]  # (p,): by start, "random", "supervised", "unsupervised"; pre-training counts
    costs: dict[str, NDArray]  # (p,): of the whole net, on the training data
    stage_costs: NDArray  # (HIDDEN, STAGE_STEPS + 1): of the supervised stages, each a net of its own
    accuracy: dict[str, float]  # on test data, in the end
    gradient: dict[str, NDArray]  # (HIDDEN + 1,): size of the deltas where back-propagation starts
    spread: dict[str, NDArray]  # (HIDDEN,): standard deviation of a hidden unit over the samples, mean over the units
    restored: NDArray  # (HIDDEN - 1,): what the autoencoders cost in the end, as a part of what the mean input costs
    bound: float  # less the first one cannot cost, whatever its weights: its decoder is linear


def run() -> Data:
    """Train one net from three starts, 600 steps in all each."""
    images, labels = digits(8)
    X = image_to_vector(images.astype(np.float64))[:, 0]  # (n, 64)
    (X, test_X), (y, test_y) = np.split(X, [TRAINING]), np.split(labels, [TRAINING])
    net = build([64, *[WIDTH] * HIDDEN, 10], ["sigmoid"] * HIDDEN + ["identity"], SEED, init="xavier_normal")
    with_labels, stages = supervised(net, X, y, STAGE_STEPS, SEED, loss=LOSS)  # (PT-01)
    without, encoders = unsupervised(net, X, y, STAGE_STEPS, SEED, loss=LOSS)  # (PT-02)
    by_mean = np.array([len(X) / 2 * stage.inputs.var(axis=0).sum() for stage in encoders[:-1]])
    restored = np.array([len(X) * stage.costs[-1] for stage in encoders[:-1]]) / by_mean  # (PT-03)
    # sum_{i > k} s_i^2 / 2 (PT-04)
    bound = float(reconstruction_bound(X, WIDTH) / 2 / by_mean[0])
    starts = {"random": (net, 0), "supervised": (with_labels, HIDDEN * STAGE_STEPS),
              "unsupervised": (without, HIDDEN * STAGE_STEPS)}
    data = Data({}, {}, np.array([stage.costs for stage in stages]), {}, {}, {}, restored, bound)
    for name, (start, spent) in starts.items():
        last, costs = fine_tune(start, X, y, STEPS - spent, loss=LOSS)
        data.steps[name], data.costs[name] = np.arange(spent, STEPS + 1, EVERY), costs[::EVERY]
        data.accuracy[name] = float((output(last, test_X).argmax(axis=1) == test_y).mean())
        data.gradient[name] = _gradient(start, X, y)
        data.spread[name] = np.array([A.std(axis=0).mean() for _, A in forward(start, X)[:-1]])
    return data


def _gradient(net: MLP, X: NDArray, y: NDArray) -> NDArray:
    """Return how much gradient reaches each layer (VAN-01)."""
    return delta_norms(net, X, softmax_cross_entropy_backward(1.0, output(net, X), y))


def words(data: Data) -> str:
    """Say how far each start led."""
    lines = [f"                    after {STEPS} steps:    test digits  before fine-tuning, gradient  how unlike",
             f"pre-training        cost                read right   at layer 1 / layer {HIDDEN + 1}"
             "          the codes are"]
    kinds = {"random": "none, random start", "supervised": "with labels", "unsupervised": "without labels"}
    lines += [f"{kinds[name]:19} {costs[-1]:<15.3f} {data.accuracy[name]:14.1%}   {data.gradient[name][0]:10.2g} / "
              f"{data.gradient[name][-1]:<16.2g} {data.spread[name][-1]:.2g}" for name, costs in data.costs.items()]
    return "\n".join([
        *lines,
        f"Guessing costs log 10 = {np.log(10):.3f} and reads 10 % right: pre-training without labels fails here.",
        f"How unlike: spread of a unit of layer {HIDDEN} over the digits; near 0, all digits look alike to it.",
        "Without labels, what an autoencoder loses of its input (1: as if it knew nothing but the mean):",
        "  " + ", ".join(f"{part:.2f} in layer {k}" for k, part in enumerate(data.restored, 1)),
    ])  # fmt: skip


def plot(data: Data, figure: Any) -> None:
    """Draw the learning curves, and the gradient that back-propagation starts with."""
    left, right = figure.subplots(1, 2, width_ratios=[3, 2])
    for k, costs in enumerate(data.stage_costs):
        left.plot(STAGE_STEPS * k + np.arange(STAGE_STEPS + 1), costs, color="C0", linewidth=0.9, alpha=0.7)
    kinds = {"supervised": ("with labels", "-", "C0"), "random": ("random", "-", "C1"),
             "unsupervised": ("without labels", "--", "C2")}
    for name, (label, style, colour) in kinds.items():
        left.plot(data.steps[name], data.costs[name], style, color=colour, linewidth=2)
        right.plot(np.arange(1, HIDDEN + 2), data.gradient[name], style, marker="o", markersize=4, color=colour,
                   label=label)
    left.axvline(HIDDEN * STAGE_STEPS, color="gray", linewidth=0.8, linestyle=":")
    left.text(HIDDEN * STAGE_STEPS + 8, 2.9, "fine-tuning", color="gray")
    left.text(HIDDEN * STAGE_STEPS - 8, 2.9, "pre-training, 5 stages", color="gray", ha="right")
    left.text(STEPS, 2.25, "random, without labels:\nstay at guessing", ha="right", va="top")
    left.text(STEPS, 0.42, "with labels", color="C0", ha="right")
    left.set(xlabel="step", ylabel="cost", ylim=(0, 3.15), title="learning to read digits")
    right.set(yscale="log", xlabel="layer", title="gradient before fine-tuning", xticks=range(1, HIDDEN + 2))
    right.legend()
