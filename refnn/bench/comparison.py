"""Whether two contenders computed the same."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from refnn.bench.row import Row

__all__ = ["difference", "tolerance"]


def tolerance(row: Row) -> float:
    """Return how far two right answers may lie apart, as a share of the largest number in them.

    A sum of d numbers is rounded d times, each time by half a unit in its last place at most, up or down by chance: the
    errors grow like sqrt(d). Five training steps each start where the last one ended: 1e-3.
    """
    return 1e-3 if row.work == "train" else float(16 * np.finfo(row.dtype).eps * np.sqrt(row.depth))


def difference(answer: Sequence[ArrayLike], reference: Sequence[ArrayLike], row: Row) -> float:
    """Return how far an answer is from the reference, as a multiple of the tolerance: up to 1 it is right.

    Raises:
        ValueError: if it has another shape.
    """
    worst = 0.0
    for mine, right in zip(map(np.asarray, answer), map(np.asarray, reference), strict=True):
        if mine.shape != right.shape:
            raise ValueError(f"expected an answer of shape {right.shape}, got {mine.shape}")
        if right.size:
            gap = np.abs(mine.astype(np.float64) - right).max() / max(float(np.abs(right).max()), 1e-300)
            worst = max(worst, float("inf") if np.isnan(gap) else float(gap))
    return worst / tolerance(row)
