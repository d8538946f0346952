"""Pictures of a training, each in one line: the learning curve, the confusions, the filters. Needs the extra `plot`.

Each function returns a matplotlib Figure, which a notebook shows, and writes it where a path is given.

    >>> from refnn import Conv2D, Dense, Flatten, Network, data, fit
    >>> X, y = data.digits()
    >>> net = Network([Conv2D(6, 5, activation="relu"), Flatten(), Dense(10)], X.shape[1:])
    >>> history = fit(net, X, y, epochs=3)
    >>> figures = learning_curve(history), confusion(y, net.classify(X)), filters(net)
    >>> figures[0].axes[0].get_xlabel(), figures[1].axes[0].get_xlabel(), figures[2].axes[0].get_title()
    ('epoch', 'read as', '6 filters of 5x5')
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

try:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator
except ModuleNotFoundError as missing:
    raise ImportError("refnn.interop.matplotlib needs matplotlib: pip install 'refnn[plot]'") from missing

from refnn._validate import as_array, same_shape
from refnn.layers import Conv2D, Dense
from refnn.model_io import file_to_write
from refnn.network import Network
from refnn.training import Epoch

__all__ = ["confusion", "confusion_counts", "filters", "learning_curve", "place_for_picture"]

Path = str | os.PathLike[str]


def learning_curve(history: Sequence[Epoch], path: Path | None = None) -> Any:
    """Draw the loss of each epoch, and the accuracy where there is one; validation dashed.

    Args:
        history: what `refnn.fit` returned.
        path: where to write it too, a name that ends in .png, .svg or .pdf.
    """
    place_for_picture(path)
    if not isinstance(history, list | tuple) or not all(isinstance(epoch, Epoch) for epoch in history):
        raise TypeError(f"history: expected the epochs that refnn.fit returned, got {history!r}")
    if not history:
        raise ValueError("history: expected at least one epoch, got none")
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    numbers, lines, measured = [epoch.number for epoch in history], [], set()
    for side, colour, names in ((axes, "C3", ("loss", "validation_loss")),
                                (axes.twinx(), "C0", ("accuracy", "validation_accuracy"))):
        side.set_ylabel(names[0])
        for name, style in zip(names, ("-", "--"), strict=True):
            values = [getattr(epoch, name) for epoch in history]
            if None not in values:
                measured.add(side)
                lines += side.plot(numbers, values, style, color=colour, label=name.replace("_", " "))
    for side in set(figure.axes) - measured:
        side.remove()
    axes.set(xlabel="epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(handles=lines, loc="outside upper center", ncols=len(lines))
    return _written(figure, path)


def confusion_counts(y: ArrayLike, read: ArrayLike) -> tuple[NDArray, NDArray]:
    """Count how often each class was read as each.

    Args:
        y: what the samples are, shape (n,), labels of any kind.
        read: what they were read as, shape (n,).

    Returns:
        Classes, sorted, shape (K,), and counts, shape (K, K): a row for what it is, a column for what it was read as.

    Example:
        >>> classes, counts = confusion_counts([3, 3, 8, 8, 8], [3, 8, 8, 8, 3])
        >>> classes.tolist(), counts.tolist()
        ([3, 8], [[1, 1], [1, 2]])
    """
    is_, as_ = as_array("y", y), as_array("read", read)
    if is_.ndim != 1 or is_.size == 0:
        raise ValueError(f"y: expected a row of labels, at least one, got shape {is_.shape}")
    classes, places = np.unique(np.concatenate([is_, same_shape("read", as_, is_.shape)]), return_inverse=True)
    counts = np.zeros((len(classes), len(classes)), int)
    np.add.at(counts, (places[: len(is_)], places[len(is_) :]), 1)
    return classes, counts


def confusion(y: ArrayLike, read: ArrayLike, path: Path | None = None) -> Any:
    """Draw which classes are taken for which: the count in each field, its shade the share of its row.

    Args:
        y: what the samples are, shape (n,), labels of any kind.
        read: what they were read as, shape (n,).
        path: where to write it too.
    """
    place_for_picture(path)
    classes, counts = confusion_counts(y, read)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    side = 2 + 0.4 * len(classes)
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, j in zip(*counts.nonzero(), strict=True):
        axes.text(j, i, counts[i, j], ha="center", va="center", color="white" if shares[i, j] > 0.5 else "black")
    ticks = range(len(classes))
    axes.set(title=f"{np.trace(counts)} of {counts.sum()} right", xlabel="read as", ylabel="is")
    axes.set_xticks(ticks, classes)
    axes.set_yticks(ticks, classes)
    return _written(figure, path)


def filters(network: Network, path: Path | None = None) -> Any:
    """Draw what the first layer with weights looks for: dark against, bright for. A row of pictures for each channel.

    Args:
        network: its input is an image, its first layer with weights a convolution, or dense over all pixels.
        path: where to write it too.
    """
    place_for_picture(path)
    if not isinstance(network, Network):
        raise TypeError(f"network: expected a Network, got {network!r}")
    first: Any = next((layer for layer in network.layers if layer.params), None)
    if len(network.input_shape) != 3 or not isinstance(first, Conv2D | Dense):
        raise ValueError(f"network: expected a convolution or a dense layer over an image first, got {network!r}")
    W = first.params["W"]
    W = W.reshape(len(W), *(network.input_shape if isinstance(first, Dense) else W.shape[1:]))  # (F, C, kH, kW)
    limit, picture = float(np.abs(W).max()) or 1.0, _mosaic(W)
    figure = Figure(figsize=(6, max(1.5, 6 * picture.shape[0] / picture.shape[1])), layout="constrained")
    axes = figure.subplots()
    axes.imshow(picture, cmap="gray", vmin=-limit, vmax=limit)
    axes.set_title(f"{len(W)} filters of {W.shape[2]}x{W.shape[3]}")
    axes.set_axis_off()
    return _written(figure, path)


def place_for_picture(path: Path | None) -> None:
    """Refuse a place where no picture can be written, before it is drawn, and before what it shows is computed."""
    if path is not None:
        file_to_write(path)
        if PurePath(path).suffix[1:].lower() not in Figure().canvas.get_supported_filetypes():  # these and some more
            raise ValueError(f"{path}: expected a name that ends in .png, .svg or .pdf")


def _mosaic(W: NDArray) -> NDArray:
    """Lay filters (F, C, kH, kW) out, one channel in a block that is about square, more as rows; gaps stay blank."""
    columns = int(np.ceil(np.sqrt(len(W)))) if W.shape[1] == 1 else len(W)
    tiles = W.transpose(1, 0, 2, 3).reshape(-1, *W.shape[2:])  # channel by channel
    rows = -(-len(tiles) // columns)
    framed = np.full((rows * columns, W.shape[2] + 1, W.shape[3] + 1), np.nan)
    framed[: len(tiles), :-1, :-1] = tiles
    whole = framed.reshape(rows, columns, *framed.shape[1:]).transpose(0, 2, 1, 3)
    return whole.reshape(rows * framed.shape[1], columns * framed.shape[2])[:-1, :-1]


def _written(figure: Any, path: Path | None) -> Any:
    """Return a figure, written to a file where one is named."""
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure
