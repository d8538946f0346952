r"""Convolution is a matrix product: full of zeros, with the same few weights again and again.

S0 "convolution as a linear operator" writes the convolution of five numbers with w = (1, 2, 3) as a 7 x 5 matrix: w
shifted down by one from column to column. The layers of S0's later slides are another operation under the same star:
they do not flip the kernel, and keep full overlaps only, 3 outputs instead of 7 (E-36). In two dimensions the layer is
a matrix as well. A 3 x 3 kernel on 5 x 5 pixels fills 81 of its 9 x 25 entries, with 9 different weights.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.conv import conv1d, conv2d, conv2d_matrix, convolve, toeplitz_matrix

IDS = ("CNN-01", "CNN-02", "CNN-05", "E-36")


@dataclass(frozen=True)
class Data:
    """Signals, kernels, their matrices, and what comes out with the matrix and without."""

    w: NDArray  # (3,)
    y: NDArray  # (5,)
    full_matrix: NDArray  # (7, 5)
    full: NDArray  # (7,): the true convolution
    valid_matrix: NDArray  # (3, 5)
    valid: NDArray  # (3,): the cross-correlation of a layer
    kernel: NDArray  # (3, 3)
    image: NDArray  # (5, 5)
    layer_matrix: NDArray  # (9, 25)
    maps: NDArray  # (3, 3): what the layer answers
    gaps: NDArray  # (3,): the greatest difference of each matrix's product from its operation


def run() -> Data:
    """Write three operations as matrices, and compare the products with the operations themselves; all integers."""
    w, y = np.array([1.0, 2, 3]), np.array([1.0, 0, 2, -1, 1])
    T, full = toeplitz_matrix(w, len(y)), convolve(w, y)                                # (CNN-01, CNN-02)
    R, valid = conv2d_matrix(w[np.newaxis], (1, len(y))), conv1d(y[np.newaxis, np.newaxis], w[np.newaxis, np.newaxis])
    kernel = np.arange(1.0, 10).reshape(3, 3)
    image = np.random.default_rng(0).integers(-2, 3, (5, 5)).astype(np.float64)
    M, maps = conv2d_matrix(kernel, image.shape), conv2d(image[np.newaxis, np.newaxis], kernel[np.newaxis, np.newaxis])
    gaps = [T @ y - full, R @ y - valid[0, 0], M @ image.ravel() - maps.ravel()]        # (CNN-05)
    return Data(w, y, T, full, R, valid[0, 0], kernel, image, M, maps[0, 0],
                np.array([np.abs(gap).max() for gap in gaps]))


def words(data: Data) -> str:
    """Tell the sizes, the outputs of both operations, and how full the matrices are."""
    entries = data.layer_matrix[data.layer_matrix != 0]
    return "\n".join([
        f"w = {data.w}, y = {data.y}",
        f"full true convolution   {data.full_matrix.shape}: {len(data.full)} outputs {data.full}",
        f"valid cross-correlation {data.valid_matrix.shape}: {len(data.valid)} outputs {data.valid}",
        f"3 x 3 kernel, 5 x 5 image: matrix {data.layer_matrix.shape}, {len(entries)} of {data.layer_matrix.size} "
        f"entries not 0, {len(np.unique(entries))} different",
        f"greatest difference between matrix and operation: {data.gaps.max()}",
    ])  # fmt: skip


def plot(data: Data, figure: Any) -> None:
    """Draw the matrices; weights of 0 are left blank."""
    figure.set_size_inches(7, 4.8)
    top, bottom = figure.subplots(2, 1, height_ratios=(1, 1))
    _product(top, 0, data.full_matrix, data.y, data.full, "convolution, full")
    _product(top, 14, data.valid_matrix, data.y, data.valid, "correlation, valid")
    _cells(bottom, data.layer_matrix, 0, 0)
    bottom.set_title("a 3 x 3 kernel on 5 x 5 pixels: 9 outputs by 25 pixels")
    for axes in (top, bottom):
        axes.set(aspect="equal")
        axes.use_sticky_edges = False
        axes.margins(0.01)
        axes.invert_yaxis()
        axes.set_axis_off()


def _product(axes: Any, left: float, matrix: NDArray, y: NDArray, result: NDArray, title: str) -> None:
    """Draw matrix times vector is vector, about the row 0."""
    column = left + matrix.shape[1] + 1
    _cells(axes, matrix, left, -len(matrix) / 2)
    _cells(axes, y[:, np.newaxis], column, -len(y) / 2)
    axes.text(column + 1.5, 0, "=", ha="center", va="center")
    _cells(axes, result[:, np.newaxis], column + 2, -len(result) / 2)
    axes.text((left + column + 3) / 2, -4, f"{title}: {len(result)} outputs", ha="center")


def _cells(axes: Any, matrix: NDArray, left: float, top: float) -> None:
    """Draw a matrix with its weights in colours and its zeros left blank; a vector as plain numbers."""
    vector = matrix.shape[1] == 1
    rows, columns = (np.arange(side + 1) for side in matrix.shape)
    axes.pcolormesh(left + columns, top + rows, np.where((matrix == 0) | vector, np.nan, matrix), edgecolors="gray",
                    linewidth=0.5, alpha=0.5)
    for i, j in np.argwhere((matrix != 0) | vector):
        axes.text(left + j + 0.5, top + i + 0.5, f"{matrix[i, j]:g}", ha="center", va="center", fontsize="small")
