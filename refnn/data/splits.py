"""Parts of a data set in which every class has its share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_array, at_least, fraction, generator

__all__ = ["stratified_folds", "stratified_split"]


def stratified_split(
    labels: ArrayLike, test_fraction: float, rng: np.random.Generator | int
) -> tuple[NDArray, NDArray]:
    """Choose the samples of a training and of a test set at random, the same share of every class.

    Of n samples round(n * test_fraction) go to the test set, and of each class its share, rounded up or down.

    Args:
        labels: whole numbers, shape (n,).
        test_fraction: in [0, 1).
        rng: a generator or a seed; the same seed gives the same parts.

    Returns:
        Indices of the training samples and of the test samples, each in ascending order.

    Example: half of each class.

        >>> train, test = stratified_split([7, 7, 7, 7, 1, 1], test_fraction=0.5, rng=0)
        >>> len(train), len(test), int((test < 4).sum())
        (3, 3, 2)
    """
    order = _class_by_class(labels, rng)
    share = fraction("test_fraction", test_fraction)
    due = np.rint(np.arange(len(order) + 1) * share)  # of the first i samples so many belong to the test set
    taken = np.diff(due) > 0
    return np.sort(order[~taken]), np.sort(order[taken])


def stratified_folds(labels: ArrayLike, k: int, rng: np.random.Generator | int) -> list[NDArray]:
    """Deal the samples out to k folds at random, like cards sorted by class.

    The folds differ by at most one in their size, and by at most one in their number of samples of any class.

    Args:
        labels: whole numbers, shape (n,).
        k: number of folds, 2 .. n.
        rng: a generator or a seed; the same seed gives the same folds.

    Returns:
        For each fold the indices of its samples in ascending order: the test set while the others train.

    Example:
        >>> [len(fold) for fold in stratified_folds([0, 0, 0, 1, 1, 1, 1], k=3, rng=0)]
        [3, 2, 2]
    """
    order, k = _class_by_class(labels, rng), at_least("k", k, 2)
    if k > len(order):
        raise ValueError(f"k: expected at most the number of samples, {len(order)}, got {k}")
    return [np.sort(order[i::k]) for i in range(k)]


def _class_by_class(labels: ArrayLike, rng: np.random.Generator | int) -> NDArray:
    """Return the indices of all samples, those of one class side by side, shuffled inside each class."""
    labels = as_array("labels", labels)
    if labels.ndim != 1:
        raise ValueError(f"labels: expected shape (n,), got {labels.shape}")
    if labels.dtype.kind not in "bui" and labels.size:
        raise TypeError(f"labels: expected whole numbers, got dtype {labels.dtype}")
    shuffled = generator("rng", rng).permutation(len(labels))
    return shuffled[labels[shuffled].argsort(kind="stable")]
