r"""Convolution: one small kernel, asked everywhere.

A fully connected unit owns a weight for every pixel. A convolutional one owns a small patch of weights and slides it
over the image: it looks *locally* (CNN-13), and all its places *share* the same weights. So it needs few parameters
(CNN-12), and the gradient of a weight is the sum over all the places where it was used (CNN-11). A shifted image gives
a shifted answer (CNN-14): that is equivariance, not yet the slide's invariance, and it holds for neither rotations nor
scales (E-33). Stacked with pooling and a regular net on top, this is the convolutional network (CNN-15).

Symbols: `x` the images, (n, C, H, W); `W` the kernels, (F, C, kH, kW); `b` one bias for each of the F maps; `z` the
maps, (n, F, Ho, Wo); S the stride, P the padding. The slides write $y^{(l-1)}, \omega, x^{(l)}$ for our `x, W, z`, and
once $\delta$ for the activation $\sigma$ (E-37); an activation is a function of its own here.

Three operations share the sign $*$ on the slides (E-36). `conv2d` and `conv1d` are *cross-correlation*: the kernel is
not flipped, and without padding only full overlaps count. `convolve` is the *true* convolution, flipped and *full*.

Source: S0 "Convolution Neural Networks" to "CNN back-propagation"; S4 "Convolutional Networks"; S1 "BP & CNN".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import kernels
from refnn._validate import Pair, as_float, as_floats, as_upstream, at_least, pair, same_shape

__all__ = [
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_matrix",
    "convolve",
    "lecun1989",
    "output_size",
    "parameter_count",
    "toeplitz_matrix",
]


def conv2d(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0) -> NDArray:
    r"""Slide every kernel over every image, and write down how well it matches at each place.

    For one channel, one kernel, stride 1 and no padding, as on the slide:

    $$z_{ij} = \sum_{a=0}^{k_H-1} \sum_{b=0}^{k_W-1} \omega_{ab}\, x_{i+a,\,j+b} \tag{CNN-03}$$

    In general, with $x = 0$ outside the image:

    $$z_{noij} = b_o + \sum_{c,a,b} \omega_{ocab}\, x_{n,\,c,\,iS_H+a-P_H,\,jS_W+b-P_W} \tag{CNN-10}$$

    The loops of this formula stand in `refnn/kernels/definition.py`; what runs is a faster form of them.

    Args:
        x: images, shape (n, C, H, W).
        W: kernels, shape (F, C, kH, kW).
        b: biases, shape (F,), or None for none.
        stride: steps of the kernel, one number or (vertical, horizontal), at least 1.
        padding: rows and columns of zeros on either side, one number or (vertical, horizontal).

    Returns:
        Maps, shape (n, F, Ho, Wo), each side an `output_size`.

    Raises:
        ValueError: if the channels disagree, or the kernel does not fit the padded image.

    Convention: no flip ("convolution" in every deep-learning library); the padding is the same on opposite sides.

    Example: a kernel that answers to a rise from left to right.

        >>> conv2d([[[[0, 0, 1, 1], [0, 0, 1, 1]]]], [[[[-1, 1]]]])
        array([[[[0., 1., 0.],
                 [0., 1., 0.]]]])
    """
    x, W, b, stride, padding, _ = _layer(x, W, b, stride, padding)
    return kernels.conv2d(x, W, b, stride, padding)  # (CNN-10)


def conv2d_backward(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: Pair = 1, padding: Pair = 0
) -> tuple[NDArray, NDArray, NDArray | None]:
    r"""Send the gradient in the maps back to the images, the kernels and the biases.

    Everything follows from two derivatives of CNN-03, beside the given $\partial L/\partial z$, which for
    $a = \sigma(z)$ is $\sigma'(z)\,\partial L/\partial a$:

    $$\frac{\partial z_{ij}}{\partial \omega_{ab}} = x_{i+a,\,j+b}, \qquad
      \frac{\partial z_{i-a,\,j-b}}{\partial x_{ij}} = \omega_{ab} \tag{CNN-06}$$

    Every pixel collects from the outputs that saw it; terms outside the map are 0 (the slide's second line has lost
    the shift of $\partial L/\partial z$, E-10):

    $$\frac{\partial L}{\partial x_{ij}} = \sum_{a,b} \frac{\partial L}{\partial z_{i-a,\,j-b}}\, \omega_{ab}
      \tag{CNN-07}$$

    Every weight collects from all places that share it (the slide's sum runs one index too far, E-11):

    $$\frac{\partial L}{\partial \omega_{ab}} = \sum_{i=0}^{H_o-1} \sum_{j=0}^{W_o-1}
      \frac{\partial L}{\partial z_{ij}}\, x_{i+a,\,j+b} \tag{CNN-08}$$

    The first is the full true convolution of the gradient with the kernel, the second the correlation of the image
    with the gradient. Both are adjoints of the layer itself, with any stride and padding:

    $$\langle \mathrm{conv2d}(x, \omega), \delta \rangle = \langle x, \mathrm{d}x \rangle
      = \langle \omega, \mathrm{d}\omega \rangle \tag{CNN-09}$$

    Args:
        upstream: gradient of the loss in the maps, shape (n, F, Ho, Wo).
        x: the images that `conv2d` was given, shape (n, C, H, W).
        W: the kernels, shape (F, C, kH, kW).
        b: the biases, shape (F,), or None.
        stride: as in `conv2d`.
        padding: as in `conv2d`.

    Returns:
        Gradients in `x`, `W` and `b`, in their shapes; the last is None where `b` is.

    Raises:
        ValueError: if `upstream` has not the shape of the maps, or where `conv2d` refuses.
    """
    x, W, b, stride, padding, size = _layer(x, W, b, stride, padding)
    dz = as_upstream(upstream, (len(x), len(W), *size))                  # (n, F, Ho, Wo)
    dz, x, W = as_floats(upstream=dz, x=x, W=W)
    dx = kernels.conv2d_to_input(dz, W, x.shape, stride, padding)        # (CNN-07)  (n, C, H, W)
    dW = kernels.conv2d_to_kernel(dz, x, W.shape[2:], stride, padding)   # (CNN-08)  (F, C, kH, kW)
    db = None if b is None else dz.sum(axis=(0, 2, 3))                   # (CNN-10)  (F,)
    return dx, dW, db


def conv1d(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int = 1, padding: int = 0) -> NDArray:
    r"""Slide every kernel along every signal: a signal is an image of height 1.

    $$z_j = \sum_i w_i\, x_{j+i} \tag{CNN-11}$$

    where $x_{j+i}$ is the input that the shared weight $w_i$ meets at place $j$. (The slide drops the $j$, and with it
    the sense of its gradient, E-34.)

    Args:
        x: signals, shape (n, C, L).
        W: kernels, shape (F, C, k).
        b: biases, shape (F,), or None for none.
        stride: step of the kernel, at least 1.
        padding: number of zeros at either end.

    Returns:
        Maps, shape (n, F, Lo) with Lo the `output_size`.

    Raises:
        ValueError: if the channels disagree, or the kernel does not fit the padded signal.

    Example: where does the signal rise?

        >>> conv1d([[[1, 1, 4, 4]]], [[[-1, 1]]])
        array([[[0., 3., 0.]]])
    """
    x, W, _ = _as_images(x, W, stride, padding)
    return conv2d(x, W, b, (1, stride), (0, padding))[:, :, 0]  # (n, F, 1, Lo) -> (n, F, Lo)


def conv1d_backward(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int = 1, padding: int = 0
) -> tuple[NDArray, NDArray, NDArray | None]:
    r"""Send the gradient in the maps of `conv1d` back; the gradient of a shared weight is a sum over its places.

    $$\frac{\partial L}{\partial w_i} = \sum_j \frac{\partial L}{\partial z_j}\, x_{j+i} \tag{CNN-11}$$

    Args:
        upstream: gradient of the loss in the maps, shape (n, F, Lo).
        x: the signals that `conv1d` was given, shape (n, C, L).
        W: the kernels, shape (F, C, k).
        b: the biases, shape (F,), or None.
        stride: as in `conv1d`.
        padding: as in `conv1d`.

    Returns:
        Gradients in `x`, `W` and `b`, in their shapes; the last is None where `b` is.

    Example: two weights that both saw two of the inputs 1, 2, 3.

        >>> dx, dW, db = conv1d_backward([[[1, 1]]], [[[1, 2, 3]]], [[[0, 0]]])
        >>> dW
        array([[[3., 5.]]])
    """
    x, W, places = _as_images(x, W, stride, padding)
    dz = as_upstream(upstream, (len(x), len(W), places))[:, :, np.newaxis]  # (n, F, 1, Lo)
    dx, dW, db = conv2d_backward(dz, x, W, b, (1, stride), (0, padding))
    return dx[:, :, 0], dW[:, :, 0], db


def output_size(size: int, kernel: int, padding: int = 0, stride: int = 1) -> int:
    r"""Return at how many places along one side the kernel fits.

    $$\Bigl\lfloor \frac{N + 2P - m}{S} \Bigr\rfloor + 1 \tag{CNN-04}$$

    For odd m, padding (m - 1)/2 keeps the size at stride 1; padding m - 1 is the *full* size, N + m - 1. A "stride 0",
    as the slide has it, has no place to go (E-09): what it means is stride 1.

    Args:
        size: N, pixels along this side.
        kernel: m, weights along this side.
        padding: P, zeros at either end.
        stride: S, at least 1.

    Raises:
        ValueError: if the kernel is larger than the padded side.

    Example:
        >>> output_size(16, kernel=5, padding=2, stride=2)
        8
    """
    size, kernel = at_least("size", size, 1), at_least("kernel", kernel, 1)
    padding, stride = at_least("padding", padding, 0), at_least("stride", stride, 1)
    places = kernels.output_side(size, kernel, stride, padding)  # (CNN-04)
    if places < 1:
        rule = f"(size + 2*padding - kernel)//stride + 1 = {places}"
        raise ValueError(f"output_size: kernel {kernel} does not fit the padded input {size + 2 * padding}: {rule}")
    return places


def convolve(w: ArrayLike, y: ArrayLike) -> NDArray:
    r"""Return the full true convolution of two vectors or of two matrices.

    $$(w * y)_i = \sum_a w_a\, y_{i-a}, \qquad \text{the discrete form of} \quad
      (f * g)(t) = \int f(\tau)\, g(t - \tau)\, d\tau \tag{CNN-01}$$

    It is commutative, associative and bilinear. `conv2d`, which leaves out the flip, is only the last.

    Args:
        w: shape (m,) or (kH, kW), not empty.
        y: shape (n,) or (H, W), not empty.

    Returns:
        Shape (n + m - 1,) or (H + kH - 1, W + kW - 1): all places where the two overlap at all.

    Example: multiply two polynomials, (1 + 2t)(3 + t + t²).

        >>> convolve([1, 2], [3, 1, 1])
        array([3., 7., 3., 2.])
    """
    w, y = as_floats(w=w, y=y)
    if w.ndim != y.ndim or w.ndim not in (1, 2) or w.size * y.size == 0:
        raise ValueError(f"convolve: expected two vectors or two matrices, not empty, got shapes {w.shape}, {y.shape}")
    flipped, image = np.flip(np.atleast_2d(w)), np.atleast_2d(y)         # correlation with w flipped is convolution
    overlap = flipped.shape[0] - 1, flipped.shape[1] - 1                 # pixels of w that may hang over the edge
    full = kernels.conv2d(image[np.newaxis, np.newaxis], flipped[np.newaxis, np.newaxis], None, (1, 1), overlap)
    return full[0, 0] if w.ndim == 2 else full[0, 0, 0]                  # (CNN-01)


def toeplitz_matrix(w: ArrayLike, n: int) -> NDArray:
    r"""Return the matrix of "convolve n numbers with w": column j is w, shifted down by j.

    $$T_{ij} = w_{i-j}, \qquad T y = w * y \tag{CNN-02}$$

    Args:
        w: shape (m,), not empty.
        n: length of the vectors it will meet, at least 1.

    Returns:
        Shape (n + m - 1, n), the same entry all along each diagonal.

    Example:
        >>> toeplitz_matrix([1, 2, 3], n=2)
        array([[1., 0.],
               [2., 1.],
               [3., 2.],
               [0., 3.]])
    """
    w, n = as_float("w", w, 1), at_least("n", n, 1)
    m = at_least("the length of w", len(w), 1)
    T = np.zeros((n + m - 1, n), w.dtype)
    for j in range(n):
        T[j : j + m, j] = w  # (CNN-02)
    return T


def conv2d_matrix(W: ArrayLike, shape: tuple[int, int]) -> NDArray:
    r"""Return the matrix of a convolutional layer: one channel, one kernel, stride 1, no padding.

    $$z = M x \text{ on the pixels row by row}, \qquad M_{(i,j),\,(i+a,\,j+b)} = \omega_{ab} \tag{CNN-05}$$

    The layer is a fully connected one in which most weights are 0 and the rest are shared: row $(i, j)$ holds the
    kernel where place $(i, j)$ looks. Backward, the gradient goes through $M^\top$.

    Args:
        W: one kernel, shape (kH, kW).
        shape: (H, W) of the images.

    Returns:
        Shape (Ho * Wo, H * W), with kH * kW entries of the kernel in each row.

    Example:
        >>> conv2d_matrix([[1, 2]], (2, 3))
        array([[1., 2., 0., 0., 0., 0.],
               [0., 1., 2., 0., 0., 0.],
               [0., 0., 0., 1., 2., 0.],
               [0., 0., 0., 0., 1., 2.]])
    """
    W, shape = as_float("W", W, 2), pair("shape", shape, 1)
    outputs = window_places("conv2d_matrix: kernel", shape, W.shape, (1, 1), (0, 0))
    M = np.zeros((*outputs, *shape), W.dtype)
    for i, j in np.ndindex(*outputs):
        M[i, j, i : i + W.shape[0], j : j + W.shape[1]] = W  # (CNN-05)
    return M.reshape(outputs[0] * outputs[1], shape[0] * shape[1])


def parameter_count(channels: int, maps: int, kernel: Pair, bias: bool = True) -> int:
    r"""Return the number of weights and biases of a convolutional layer; the size of the image has no part in it.

    $$C_{out}\, C_{in}\, k_H k_W + C_{out} \tag{CNN-12}$$

    Args:
        channels: C_in, at least 1.
        maps: C_out, at least 1. One kernel makes one map (the slide's "64 copies" of 128 kernels are 128, E-35).
        kernel: side of the kernel, or (kH, kW).
        bias: whether each map has a bias.

    Example: the slide's 3200, which are for one channel and without biases, and a fully connected layer, whose
    kernels are as large as the image and whose maps are one pixel.

        >>> parameter_count(channels=1, maps=128, kernel=5, bias=False)
        3200
        >>> parameter_count(channels=1, maps=128 * 28 * 28, kernel=32, bias=False)
        102760448
    """
    channels, maps = at_least("channels", channels, 1), at_least("maps", maps, 1)
    height, width = pair("kernel", kernel, 1)
    return maps * channels * height * width + maps * bool(bias)  # (CNN-12)


def lecun1989() -> list[tuple[str, int, int, int]]:
    r"""Count the first net that read zip codes: (layer, units, free parameters, connections).

    $$1{,}068 + 2{,}592 + 5{,}790 + 310 = 9{,}760 \text{ parameters}, \quad 64{,}660 \text{ connections} \tag{CNN-16}$$

    $16 \times 16$ pixels go through two convolutional layers of 12 maps ($5 \times 5$, stride 2, padding 2) and two
    fully connected ones. Weights are shared within a map, biases are not; a map of H2 looks at 8 of the 12 maps of H1.
    It learned from 7,291 digits and misread 102 of 2,007 others, 5.08 %.

    Source: S1 "BP & CNN"; LeCun et al., "Backpropagation Applied to Handwritten Zip Code Recognition", 1989.

    Example:
        >>> for layer in lecun1989():
        ...     print(*layer)
        input 256 0 0
        H1 768 1068 19968
        H2 192 2592 38592
        H3 30 5790 5790
        output 10 310 310
    """
    h1 = 12 * output_size(16, 5, padding=2, stride=2) ** 2  # 12 maps of 8 x 8
    h2 = 12 * output_size(8, 5, padding=2, stride=2) ** 2   # 12 maps of 4 x 4
    return [  # (CNN-16)
        ("input", 16 * 16, 0, 0),
        ("H1", h1, parameter_count(1, 12, 5, bias=False) + h1, h1 * (5 * 5 + 1)),
        ("H2", h2, parameter_count(8, 12, 5, bias=False) + h2, h2 * (8 * 5 * 5 + 1)),
        ("H3", 30, 30 * (h2 + 1), 30 * (h2 + 1)),
        ("output", 10, 10 * (30 + 1), 10 * (30 + 1)),
    ]


def window_places(
    what: str, image: tuple[int, ...], window: tuple[int, ...], stride: tuple[int, int], padding: tuple[int, int]
) -> tuple[int, int]:
    """Return at how many places (Ho, Wo) a kernel or a pooling window fits, or say why there is none."""
    if 0 in image or 0 in window:
        raise ValueError(f"{what} {window} on an image {image}: expected at least one row and one column of each")
    places = [kernels.output_side(*side) for side in zip(image, window, stride, padding, strict=True)]  # (CNN-04)
    for side, count in zip("HW", places, strict=True):
        if count < 1:
            padded = image[0] + 2 * padding[0], image[1] + 2 * padding[1]
            rule = f"{side}o = ({side} + 2*padding - k{side})//stride + 1 = {count}"
            raise ValueError(f"{what} {window} does not fit the padded input {padded}: {rule}")
    return places[0], places[1]


def _layer(
    x: ArrayLike, W: ArrayLike, b: ArrayLike | None, stride: Pair, padding: Pair
) -> tuple[NDArray, NDArray, NDArray | None, tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Return arrays in one dtype, stride and padding as pairs and the size of the maps, or say what does not fit."""
    x, W = as_floats(4, x=x, W=W)
    if 0 in W.shape:
        raise ValueError(f"W: expected at least one kernel, channel, row and column, got shape {W.shape}")
    if x.shape[1] != W.shape[1]:
        raise ValueError(f"W: expected {x.shape[1]} channels, as many as x has, got {W.shape[1]} in shape {W.shape}")
    if b is not None:
        b = same_shape("b", as_float("b", b), W.shape[:1])
        x, W, b = as_floats(x=x, W=W, b=b)
    stride, padding = pair("stride", stride, 1), pair("padding", padding, 0)
    return x, W, b, stride, padding, window_places("conv2d: kernel", x.shape[2:], W.shape[2:], stride, padding)


def _as_images(x: ArrayLike, W: ArrayLike, stride: int, padding: int) -> tuple[NDArray, NDArray, int]:
    """Return signals and their kernels as images of height 1, and the number of places."""
    x, W = as_float("x", x, 3), as_float("W", W, 3)
    places = output_size(x.shape[2], W.shape[2], padding, stride)
    return x[:, :, np.newaxis], W[:, :, np.newaxis], places
