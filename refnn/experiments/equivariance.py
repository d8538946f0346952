r"""Shift and convolve in either order, and get the same; rotate or enlarge, and do not.

S4 "Convolutional Networks" claims invariance to translation, scaling, rotation and warping, by shared weights. Shared
weights give *equivariance* to translation alone: the map of a shifted digit is the shifted map, to the last bit (at the
border, on a torus). The map of a rotated digit is not the rotated map, unless the kernel has that symmetry (E-33).

Some tolerance comes from pooling, and it is partial. A maximum that moves within its window is not noticed; one that
crosses the border is. The larger the windows, the less the features of a shifted digit change, but they change from the
first pixel on; and pooling also brings different digits closer together. Measured by that distance it buys little at
one pixel, and nothing at four.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.activations import relu
from refnn.conv import conv2d
from refnn.data import digits, double_size
from refnn.pooling import max_pool2d

IDS = ("CNN-13", "CNN-14", "POOL-02", "POOL-03", "E-33")

DIGITS, SHOWN, SHIFT = 200, 4, 3
WINDOWS = (1, 2, 4)
# edges: brighter below, to the right, on the diagonal; and a dot, which is the same after a quarter turn. They are
# whole numbers, so that sums of pixels are exact.
KERNELS = np.array([[[-1, -2, -1], [0, 0, 0], [1, 2, 1]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
                    [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]], [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]],
                   np.float64)[:, np.newaxis]  # (4, 1, 3, 3)


@dataclass(frozen=True)
class Data:
    """Maps in either order, how far they differ, and how far features move when the digits do."""

    image: NDArray  # (16, 16)
    moved: dict[str, NDArray]  # the image shifted, rotated: (16, 16), and scaled: (32, 32)
    moved_first: dict[str, NDArray]  # the map of the first kernel: move, then convolve
    convolved_first: dict[str, NDArray]  # convolve, then move
    differences: dict[str, float]  # between the two orders, the greatest, in units of the greatest answer
    touched: int  # places where an answer changes when one pixel does
    windows: NDArray  # (w,): sides of the pooling windows, 1 for none
    shifts: NDArray  # (s,): pixels
    movement: NDArray  # (w, s): the mean of |features of the shifted digit - features| / |features|
    strangers: NDArray  # (w,): the same from each digit to the next one


def run() -> Data:
    """Convolve and move digits in either order, then pool the maps of digits on the move."""
    images = digits()[0][:DIGITS].astype(np.float64)  # (n, 1, 16, 16), multiples of 1/256
    image = images[SHOWN : SHOWN + 1]
    moves = {"shift": _shift, "rotation": lambda x: np.rot90(x, axes=(2, 3)), "scaling": double_size}
    first = {name: _map(move(image)) for name, move in moves.items()}  # (1, 4, H, W)
    then = {name: move(_map(image)) for name, move in moves.items()}
    gap = {name: _gap(first[name][:, :3], then[name][:, :3]) for name in moves}
    gap["rotation, round kernel"] = _gap(first["rotation"][:, 3:], then["rotation"][:, 3:])
    dotted = image.copy()
    dotted[0, 0, 5, 9] += 1
    movement = [[_distance(images, _shift(images, s), k) for s in range(5)] for k in WINDOWS]
    return Data(
        image[0, 0], {name: move(image)[0, 0] for name, move in moves.items()},
        {name: maps[0, 0] for name, maps in first.items()}, {name: maps[0, 0] for name, maps in then.items()}, gap,
        int((_map(dotted) != _map(image)).any(axis=1).sum()),  # (CNN-13)
        np.array(WINDOWS), np.arange(5), np.array(movement),
        np.array([_distance(images, np.roll(images, 1, axis=0), k) for k in WINDOWS]),
    )  # fmt: skip


def _shift(x: NDArray, pixels: int = SHIFT) -> NDArray:
    """Shift to the right on a torus: what leaves on the right comes in on the left."""
    return np.roll(x, pixels, axis=3)


def _map(x: NDArray) -> NDArray:
    """Return the answers of the kernels on a torus: (n, 1, H, W) -> (n, 4, H, W)."""
    return conv2d(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="wrap"), KERNELS)  # (CNN-14)


def _gap(x: NDArray, other: NDArray) -> float:
    """Return the greatest difference in units of the greatest answer."""
    return float(np.abs(x - other).max() / np.abs(other).max())


def _distance(x: NDArray, other: NDArray, window: int) -> float:
    """Return how far the pooled features of two sets of images are apart on the mean, relative to their length."""
    a, b = (max_pool2d(relu(_map(images)), window).reshape(len(images), -1) for images in (x, other))  # (POOL-02)
    return float(np.mean(np.linalg.norm(b - a, axis=1) / np.linalg.norm(a, axis=1)))


def words(data: Data) -> str:
    """Tell the differences, and how far the features move."""
    lines = ["greatest difference between the orders, move first or convolve first (a shift is on a torus: what",
             "leaves on the right comes in on the left):"]
    lines += [f"  {name:23}{gap:7.1%} of the greatest answer" for name, gap in data.differences.items()]
    lines += [f"one pixel touches {data.touched} places of a 3 x 3 kernel's map",
              "how much the features of a digit change, in %, when it is", "  shifted by    "
              + "".join(f"{s:7}" for s in data.shifts) + "  pixels; when it is another digit"]
    for window, movement, stranger in zip(data.windows, data.movement, data.strangers, strict=True):
        lines.append(f"  {f'pooled {window} x {window}' if window > 1 else 'unpooled':14}"
                     + "".join(f"{100 * m:7.1f}" for m in movement) + f"{100 * stranger:16.1f}")
    return "\n".join([*lines, "pooling brings different digits closer, too: beside that it gains little"])


def plot(data: Data, figure: Any) -> None:
    """Draw both orders of each move with what is left between them, and how far features move."""
    figure.set_size_inches(7, 7)
    top, bottom = figure.subfigures(2, 1, height_ratios=(2, 1))
    titles, grid = ("digit", "moved", "move,\nconvolve", "convolve,\nmove", "difference"), top.subplots(3, 5)
    for row, (name, moved) in zip(grid, data.moved.items(), strict=True):
        first, then = data.moved_first[name], data.convolved_first[name]
        limit = np.abs(then).max()
        for i, (axes, picture) in enumerate(zip(row, (data.image, moved, first, then, first - then), strict=True)):
            drawn = axes.imshow(picture / (limit if i > 1 else 1), cmap="viridis" if i > 1 else "gray",
                                vmin=-1 if i > 1 else 0, vmax=1)
            axes.set(xticks=[], yticks=[], title=titles[i] if name == "shift" else "")
            axes.spines[:].set_visible(False)
        row[0].set_ylabel(f"{name}:\n{data.differences[name]:.0%} apart")
    top.colorbar(drawn, ax=grid[:, -1], label="answer / greatest answer", ticks=[-1, 0, 1])
    change, compared = bottom.subplots(1, 2)
    for i, movement in enumerate(data.movement):
        change.plot(data.shifts, 100 * movement, "osv"[i] + "-", label=("unpooled", "pooled 2 x 2", "pooled 4 x 4")[i])
        compared.plot(data.shifts, movement / data.strangers[i], "osv"[i] + "-")
    compared.axhline(1, linestyle="--", color="gray")
    compared.annotate("another digit", (4, 1), (0, -4), textcoords="offset points", ha="right", va="top")
    change.set(xlabel="shift in pixels, on a torus", xticks=data.shifts, title="change of the features in %")
    compared.set(xlabel="shift in pixels, on a torus", title="change / that to another digit:\npooling gains little")
    change.legend(loc="lower right")
