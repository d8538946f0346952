r"""On our digits rectifiers are worth a point or two, no other piece of the advice clearly more than half a point.

The decks advise: 16 x 16 images (S2), minus the mean image (S3, PRE-01), He's weights (INIT-07), dropout (S2, DROP-01),
an adaptive rate that falls (S2, OPT-04), rectifiers for sigmoids (S2, ACT-07), subsampling (S4, CNN-15). The digit
reader follows all of it. Here it is trained anew without each piece in turn: on 8 x 8 images, uncentred, with weights
of standard deviation 0.01, no dropout, a constant rate, plain descent at the rate 0.1, sigmoids, no pooling; then
without the first five, which is what the README calls without the advice, and without all. Nothing else changes: 40
epochs in batches of 32, two seeds times five folds, and no rate was tuned for any of them.

The digits are easy: 1 to 3 of a hundred are misread without any one piece, and what it is worth differs from fold to
fold. A loss within the standard deviation of that loss is not told from chance: so it is for both nets with the mean
image, the falling rate, Adam and dropout (of which S2 "Recipe" promises nothing where the test results are good
already, DIAG-01), and with pooling. One just beyond it, as of the doubled images and He's weights for the convolutional
net, is a hint and no proof: the folds share their training digits, and 19 losses were looked at. The rectifiers and the
first five together are beyond it for both nets. And the pieces stand in for one another: without all of them the
convolutional net misreads ten times as many digits, and the other learns nothing at all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.experiments.digit_reader import ADVICE, PLAIN, cross_validate

IDS = ("PRE-01", "INIT-07", "DROP-01", "OPT-04", "ACT-07", "CNN-15", "DIAG-01")
SEEDS, FOLDS = 2, 5


@dataclass(frozen=True)
class Data:
    """For each net what was left out, and how many of the test digits it then read, fold by fold."""

    left_out: dict[str, tuple[str, ...]]  # nothing first
    accuracy: dict[str, NDArray]  # (left out, SEEDS * FOLDS), in %


def run() -> Data:
    """Train both nets with all the advice, then without a piece of it, without five and without all."""
    left_out, accuracy = {}, {}
    for model, pieces in (("conv", ADVICE), ("mlp", ADVICE[:-1])):  # the mlp has no pooling
        trials = {"nothing": (), **{piece: (piece,) for piece in pieces}, "the first five": PLAIN, "all": pieces}
        left_out[model] = tuple(trials)
        accuracy[model] = 100 * np.array([list(cross_validate(model, SEEDS, FOLDS, without))
                                          for without in trials.values()])
    return Data(left_out, accuracy)


def _losses(data: Data, model: str) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation of what is lost without each piece, fold by fold."""
    whole, *parts = data.accuracy[model]
    lost = dict(zip(data.left_out[model][1:], (whole - part for part in parts), strict=True))
    return {piece: (loss.mean(), loss.std(ddof=1)) for piece, loss in lost.items()}


def words(data: Data) -> str:
    """Say what each piece is worth, and whether that is beyond the spread."""
    lines = dict.fromkeys(("left out", *data.left_out["conv"]), "")
    for model in data.accuracy:
        lines["left out"] += f"{model:>15}{'lost':>14}  "
        losses = _losses(data, model)
        for piece, right in zip(data.left_out[model], data.accuracy[model], strict=True):
            mean, spread = losses.get(piece, (0, 0))
            lost = f"{mean:7.2f} ({spread:.2f}){' *' if mean > spread else '  '}" if piece in losses else " " * 16
            lines[piece] += f"{right.mean():8.2f} ({right.std(ddof=1):.2f}){lost}"
    return "\n".join([*(f"{piece:15}{line}".rstrip() for piece, line in lines.items()),
                      f"Test digits read right in %, percentage points lost: mean of {SEEDS * FOLDS} folds (and",
                      "standard deviation); * lost more than the standard deviation"])


def plot(data: Data, figure: Any) -> None:
    """Draw what is lost without each piece; what is within the spread is gray."""
    figure.set_size_inches(7, 3.6)
    panels = figure.subplots(1, 2, sharey=True)
    names = data.left_out["conv"][:0:-1]
    for axes, model in zip(panels, data.accuracy, strict=True):
        axes.axvline(0, color="gray", linewidth=1)
        for piece, (mean, spread) in _losses(data, model).items():
            place, colour = names.index(piece), "C1" if mean > spread else "gray"
            if mean > 3.4:
                axes.text(3.4, place, f"{mean:.0f} points \N{RIGHTWARDS ARROW}", color=colour, ha="right", va="center")
            else:
                axes.errorbar(mean, place, xerr=spread, fmt="o", color=colour, capsize=3)
        axes.set(xlim=(-0.9, 3.4), ylim=(-0.6, len(names) - 0.4),
                 title=f"{model}: {data.accuracy[model][0].mean():.1f} % with all the advice")
    panels[0].set_yticks(range(len(names)), names)
    panels[1].text(0.1, names.index("pooling"), "has none", color="gray", va="center")
    panels[0].set_ylabel("left out")
    figure.supxlabel("percentage points lost; gray: within the spread", fontsize="medium")
