"""Pictures of digits, drawn with characters: a look at the data needs no window."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from numpy.typing import ArrayLike

from refnn._validate import as_float, at_least, several

__all__ = ["RAMP", "side_by_side", "text_picture"]

RAMP = " .:-=+*#%@"  # from no ink to ink


def text_picture(image: ArrayLike, width: int = 2, ramp: str = RAMP) -> str:
    """Draw an image as lines of characters, the more ink the darker.

    Args:
        image: shape (H, W), ink in [0, 1].
        width: characters for a pixel; two of them are about as wide as a line is high.
        ramp: characters from no ink to full ink.

    Returns:
        H lines of W * width characters.

    Example:
        >>> print(text_picture([[0.0, 0.5, 1.0], [1.0, 0.25, 0.0]]))
          ++@@
        @@::
    """
    x, width = as_float("image", image, ndim=2), at_least("width", width, 1)
    if not isinstance(ramp, str) or not ramp:
        raise ValueError(f"ramp: expected characters from no ink to ink, got {ramp!r}")
    if not ((x >= 0) & (x <= 1)).all():
        raise ValueError(f"image: expected ink in [0, 1], got values from {x.min()} to {x.max()}")
    tones = np.minimum(x * len(ramp), len(ramp) - 1).astype(int)               # (H, W)
    return "\n".join("".join(ramp[tone] * width for tone in row) for row in tones)


def side_by_side(pictures: Sequence[str], captions: Sequence[object] | None = None, gap: int = 3) -> str:
    r"""Set text pictures in a row, each under its caption.

    Args:
        pictures: texts of one or more lines; of different heights too.
        captions: a caption for each picture, or None.
        gap: spaces between two pictures.

    Example:
        >>> print(side_by_side(["@@\n@@", "..\n.."], captions=[8, "a 7"]))
        8    a 7
        @@   ..
        @@   ..
    """
    gap = at_least("gap", gap, 0)
    captions = None if captions is None else several("captions", captions)
    if not isinstance(pictures, list | tuple) or not all(isinstance(picture, str) for picture in pictures):
        raise TypeError(f"pictures: expected a list of texts, got {type(pictures).__name__}")
    if captions is not None and len(captions) != len(pictures):
        raise ValueError(f"captions: expected one for each of {len(pictures)} pictures, got {len(captions)}")
    columns = [picture.split("\n") for picture in pictures]
    if captions is not None:
        columns = [[str(caption), *lines] for caption, lines in zip(captions, columns, strict=True)]
    widths = [max(map(len, lines)) for lines in columns]
    rows = zip_longest(*columns, fillvalue="")
    return "\n".join((" " * gap).join(map(str.ljust, row, widths)).rstrip() for row in rows)
