r"""What losses ask for: the mean or the median of numbers, an ever longer lead or one that suffices.

S3 "Naïve Losses": the constant of least squared error is the mean, and one value that runs away takes it along; that of
least absolute error is a median, and stays among the others (LOSS-03, LOSS-04). S3 "Hinge Loss vs Softmax": as the
label's score gets ahead of its rival's, the hinge falls to 0 at a lead of 1 and then asks for nothing; softmax always
asks for more (LOSS-09). The perceptron criterion is the hinge without a margin. A count of mistakes would be what one
is after, but it is flat: it says nowhere which way is less wrong.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.losses import best_constants, multiclass_hinge, perceptron_criterion, softmax_cross_entropy

IDS = ("LOSS-03", "LOSS-04", "LOSS-07", "LOSS-09", "LOG-08", "PERC-04")
OTHERS = (1.0, 2.0, 3.0, 4.0)


@dataclass(frozen=True)
class Data:
    """The best constants as one of five values runs away, and losses of two scores against the label's lead."""

    outlier: NDArray  # (m,), the fifth value
    mean: NDArray  # (m,)
    median: NDArray  # (m,)
    lead: NDArray  # (k,), s_y - s_j
    loss: dict[str, NDArray]  # (k,), by name of the loss


def run() -> Data:
    """Let one value run away, then let the label's score get ahead."""
    outlier = np.arange(5.0, 31)
    targets = [[*OTHERS, value] for value in outlier]
    lead = np.arange(-24, 33) / 8
    scores, labels = np.stack([lead, np.zeros_like(lead)], axis=1), np.zeros(len(lead), int)
    loss = {
        "softmax": softmax_cross_entropy(scores, labels, "none"),
        "hinge": multiclass_hinge(scores, labels, reduction="none"),
        "perceptron criterion": perceptron_criterion(lead, np.ones(len(lead)), "none"),
        "mistakes": (lead <= 0).astype(float),
    }
    return Data(outlier, np.array([best_constants(y)[0] for y in targets]),
                np.array([best_constants(y, "absolute_error")[0] for y in targets]), lead, loss)


def words(data: Data) -> str:
    """Say where the best constants go, and what each loss says at some leads."""
    values = ", ".join(f"{value:g}" for value in OTHERS)
    lines = [f"best constant for {values} and   least squares   least absolute error"]
    for i in (0, 5, 25):
        lines.append(f"{data.outlier[i]:31g}{data.mean[i]:16g}{data.median[i]:23g}")
    lines += ["", f"lead of the label   {'   '.join(data.loss)}"]
    for lead in (-2, 0, 1, 4):
        i = int(np.flatnonzero(data.lead == lead)[0])
        entries = (f"{loss[i]:{max(len(name), 6)}.3f}" for name, loss in data.loss.items())
        lines.append(f"{lead:17}   {'   '.join(entries)}")
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw the best constants against the outlier, and the losses against the lead."""
    left, right = figure.subplots(1, 2)
    left.plot(data.outlier, data.mean, label="least squares: the mean")
    left.plot(data.outlier, data.median, label="least absolute error: the median")
    left.set(xlabel=f"fifth value beside {', '.join(f'{value:g}' for value in OTHERS)}", ylabel="best constant",
             ylim=(0, 12))
    left.legend(loc="upper left")
    for (name, loss), style in zip(data.loss.items(), ("-", "-", "--", ":"), strict=True):
        right.plot(data.lead, loss, style, label=name, drawstyle="steps-mid" if name == "mistakes" else "default")
    right.set(xlabel="lead of the label's score", ylabel="loss", xlim=(-3, 4), ylim=(0, 4))
    right.legend()
