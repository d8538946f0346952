r"""The embedded digits: 1797 handwritten ones of 8 x 8 pixels, doubled to the lectures' 16 x 16 = 256.

They are the test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak (UCI Machine
Learning Repository, 1998, https://doi.org/10.24432/C50P49), under the licence CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/). Each pixel counts the ink in a block of 4 x 4 pixels of a scanned
form, 0 .. 16. `digits.npz` holds those counts and the labels, unchanged in value and order.

They are **not** the zip-code digits of 1989 that the lectures speak of: those have 7291 + 2007 images, come from
envelopes and are harder. `refnn.data.read_zip_code` reads them where you have the file.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float

__all__ = ["digits", "double_size"]


def digits(size: int = 16) -> tuple[NDArray, NDArray]:
    """Return the embedded digits: ink 1, no ink 0.

    Args:
        size: 16 for doubled images, 8 for the ones that were measured.

    Returns:
        Images (1797, 1, size, size), float32 in [0, 1], and labels 0 .. 9, shape (1797,), integers.

    Raises:
        ValueError: if `size` is neither 8 nor 16.

    Example:
        >>> images, labels = digits()
        >>> images.shape, labels[:10].tolist()
        ((1797, 1, 16, 16), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    if size not in (8, 16):
        raise ValueError(f"size: expected 8 or 16, got {size!r}")
    with files("refnn.data").joinpath("digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
        images, labels = stored["images"], stored["labels"]                    # (n, 8, 8), (n,)
    ink = images[:, np.newaxis].astype(np.float32) / 16                        # (n, 1, 8, 8)
    return (double_size(ink) if size == 16 else ink), labels.astype(np.intp)


def double_size(images: ArrayLike) -> NDArray:
    r"""Enlarge images to twice their height and width, bilinearly.

    $$X' = D_H\, X\, D_W^{\top}$$

    A new pixel lies a quarter of a pixel away from the centre of the old one that it was cut from. It takes 3/4 of
    that one and 1/4 of the next one on its own side; at the border, where there is none, the old pixel once more.
    Each row of $D$ sums to 1 and each column to 2: a constant image stays so, and every image keeps its mean.

    Args:
        images: shape (..., H, W).

    Returns:
        Shape (..., 2H, 2W).

    Example:
        >>> double_size([[0, 8]]).tolist()
        [[0.0, 2.0, 6.0, 8.0], [0.0, 2.0, 6.0, 8.0]]
    """
    x = as_float("images", images)
    if x.ndim < 2:
        raise ValueError(f"images: expected shape (..., H, W), got {x.shape}")
    D_H, D_W = (_doubling(n).astype(x.dtype) for n in x.shape[-2:])            # (2H, H), (2W, W)
    return D_H @ x @ D_W.T                                                     # (..., H, W) -> (..., 2H, 2W)


def _doubling(n: int) -> NDArray:
    """Return the (2n, n) matrix D that doubles a row of n pixels: 3/4 of the nearest and 1/4 of the second nearest."""
    new = np.arange(2 * n)
    nearest = new // 2
    second = np.clip(nearest + np.where(new % 2, 1, -1), 0, n - 1)  # even ones look left, odd ones right
    pixels = np.eye(n)
    return 3 / 4 * pixels[nearest] + 1 / 4 * pixels[second]
