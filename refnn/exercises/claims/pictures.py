"""Claims about convolution and pooling."""

import numpy as np
from numpy.typing import ArrayLike

from refnn import conv, pooling
from refnn.exercises.claims import alike, claim, numbers, whole


@claim(
    "correlation-is-commutative", of="conv",
    says="Sliding the kernel over the signal gives the same as sliding the signal over the kernel.",
    truth="For the true convolution, which flips one of them. A convolutional layer correlates: exchanging the two "
          "turns the result round.",
    refuted_by=([1.0], [1.0, 0.0]), innocent=([1.0, 2.0, 1.0], [3.0, 3.0]), inadmissible=([1.0], []),
    hints=("At which end does the result begin, if the other one is moved?",
           "Correlation adds w_a x_(k+a), convolution w_a x_(k-a): only the second is the same with x and w exchanged.",
           "One number, and two numbers that are not the same forwards and backwards."),
    buys="Which of the two operations that share a name has which laws.",
)  # fmt: skip
def _(a: ArrayLike, b: ArrayLike) -> bool:
    """Give two signals, each up to 60 numbers; all overlaps count."""
    a, b = numbers("a", a, 1), numbers("b", b, 1)
    return alike(conv.convolve(a[::-1], b), conv.convolve(b[::-1], a))


@claim(
    "convolution-sees-turned-pictures", of="conv",
    says="Turn the picture by a quarter, and the map of a convolution is turned by a quarter.",
    truth="That is so for shifts. A turned picture meets the kernel in another position; only a kernel that looks "
          "the same after a quarter turn does not mind.",
    refuted_by=([[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]),
    innocent=([[1.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]]),
    inadmissible=([[1.0, 0.0]], [[1.0]]),
    hints=("Does a detector of vertical edges answer to horizontal ones?",
           "z_ij = sum_ab W_ab x_(i+a, j+b): the indices of W do not turn with those of x.",
           "Two by two pixels, one of them 1, and a kernel that looks at one corner only."),
    buys="Equivariance for what the layer is built for, and for nothing else: the rest is learnt from data.",
)  # fmt: skip
def _(x: ArrayLike, W: ArrayLike) -> bool:
    """Give a square picture x and a square kernel W that fits into it."""
    x, W = numbers("x", x, 2), numbers("W", W, 2)
    if x.shape[0] != x.shape[1] or W.shape[0] != W.shape[1]:
        raise ValueError(f"x, W: expected squares, got {x.shape} and {W.shape}")
    turned, straight = (conv.conv2d([[picture]], [[W]])[0, 0] for picture in (np.rot90(x), x))
    return alike(turned, np.rot90(straight))


@claim(
    "weights-for-the-maps-only", of="conv",
    says="A convolutional layer has as many weights as maps times the size of the kernel, whatever is below.",
    truth="Times the number of channels below, too: each map has a kernel of its own for every channel.",
    refuted_by=(2, 1, 1), innocent=(1, 128, 5), inadmissible=(0, 1, 1),
    hints=("What does a kernel on a colour picture do with red, green and blue?",
           "maps times channels times kH times kW, and the biases.",
           "More than one channel."),
    buys="An estimate of a net's size that is not off by the width of its layers.",
)  # fmt: skip
def _(channels: int, maps: int, kernel: int) -> bool:
    """Give the number of channels below, the number of maps and the side of the kernel, up to 1000 each; no biases."""
    channels, maps, kernel = (whole(name, value, 1, 1000) for name, value in
                              {"channels": channels, "maps": maps, "kernel": kernel}.items())  # fmt: skip
    return conv.parameter_count(channels, maps, kernel, bias=False) == maps * kernel**2


@claim(
    "pooling-takes-a-minus-sign", of="pooling",
    says="Max-pooling the negative of a picture gives the negative of the pooled picture.",
    truth="The maximum of the negatives is minus the minimum. Average pooling is linear and does take the sign.",
    refuted_by=([[1.0, 2.0]], 1, 2), innocent=([[3.0, 3.0]], 1, 2), inadmissible=([[1.0, 2.0]], 2, 2),
    hints=("What is the largest of -1 and -2?",
           "max(-x) = -min(x).",
           "One window of two different pixels."),
    buys="Max-pooling looks for bright spots; a net that needs dark ones must turn them round first.",
)  # fmt: skip
def _(x: ArrayLike, height: int, width: int) -> bool:
    """Give a picture x, and height and width of the window."""
    x = numbers("x", x, 2)
    size = whole("height", height, 1, x.shape[0]), whole("width", width, 1, x.shape[1])
    return alike(pooling.max_pool2d([[-x]], size), -pooling.max_pool2d([[x]], size))


@claim(
    "pooling-swallows-small-shifts", of="pooling",
    says="Max-pooling does not see it if a picture is shifted by one pixel.",
    truth="Only while the brightest pixel of each window stays in its window. One that crosses the border changes "
          "two of them.",
    refuted_by=([0.0, 1.0, 0.0, 0.0],), innocent=([1.0, 0.0, 0.0, 0.0],), inadmissible=([1.0, 0.0, 0.0],),
    hints=("What if the bright pixel stands at the edge of its window?",
           "Windows of two: pixels 0 and 1, pixels 2 and 3, and so on.",
           "Four pixels, of which one is 1."),
    buys="A little tolerance, and no invariance.",
)  # fmt: skip
def _(row: ArrayLike) -> bool:
    """Give a row of pixels, an even number of them; it is shifted by one to the right and pooled two by two."""
    row = numbers("row", row, 1)
    if len(row) % 2:
        raise ValueError(f"row: expected an even number of pixels, got {len(row)}")
    shifted = np.concatenate([[0.0], row[:-1]])
    return alike(pooling.max_pool2d([[[row]]], (1, 2)), pooling.max_pool2d([[[shifted]]], (1, 2)))
