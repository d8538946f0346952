r"""Many sigmoids with shifted biases add up to softplus, not to a rectifier.

S2 "ReLU" says that a rectifier is what infinitely many sigmoids with different biases come to. Their sum stays within
0.0106 of softplus at every z; the rectifier lies 0.68 below it at the bend (E-21).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.activations import relu, sigmoid, softplus

IDS = ("ACT-10", "E-21")


@dataclass(frozen=True)
class Data:
    """The three curves, and how far the sum is from the other two at most."""

    z: NDArray  # (p,)
    sums: NDArray  # (4, p): of 1, 2, 4 and 60 sigmoids
    counts: NDArray
    softplus: NDArray
    relu: NDArray
    gap_to_softplus: float
    gap_to_relu: float


def run() -> Data:
    """Add up sigmoids with the biases -1/2, -3/2, -5/2, ..."""
    z, counts = np.linspace(-6, 6, 241), np.array([1, 2, 4, 60])
    # sum_i sigma(z - i + 1/2), i = 1, 2, ... (ACT-10)
    sums = np.cumsum([sigmoid(z - i + 0.5) for i in range(1, 61)], axis=0)[counts - 1]
    return Data(z, sums, counts, softplus(z), relu(z),
                float(np.abs(sums[-1] - softplus(z)).max()), float(np.abs(sums[-1] - relu(z)).max()))


def words(data: Data) -> str:
    """Say how far apart the curves are."""
    return (f"largest error of the sum of {data.counts[-1]} sigmoids: {data.gap_to_softplus:.4f} from softplus "
            f"log(1 + e^z), {data.gap_to_relu:.4f} from relu")


def plot(data: Data, figure: Any) -> None:
    """Draw the sums growing towards softplus, and how far off softplus and the rectifier are."""
    left, right = figure.subplots(1, 2)
    left.plot(data.z, data.softplus, color="gray", linewidth=6, alpha=0.4, label="softplus")
    left.plot(data.z, data.relu, "--", color="gray", label="relu")
    for count, total in zip(data.counts, data.sums, strict=True):
        left.plot(data.z, total, label=f"sum of {count}" if count > 1 else "one sigmoid")
    left.set(xlabel="z", ylim=(-0.3, 6.3), title="sums of shifted sigmoids")
    left.legend()
    right.plot(data.z, data.sums[-1] - data.softplus, label="sum - softplus", linewidth=2)
    right.plot(data.z, data.sums[-1] - data.relu, "--", color="gray", label="sum - relu")
    right.set(xlabel="z", ylim=(-0.05, 0.85), title=f"error of the sum of {data.counts[-1]}")
    right.legend(loc="upper center", ncols=2)
