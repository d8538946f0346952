"""The hot loops as their formulas: what the two fast forms must compute, at a thousandth of their speed.

Sums run in float64 and are rounded once, at the end, so this form is also the more exact one. Each function fills
`out`. The three of a convolution are one loop, read from three sides: `taps` names every output pixel, kernel weight
and input pixel that meet, and each function adds the product of two of them to the third.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Index = tuple[int, ...]
_QUIET = np.errstate(all="ignore")  # NaN and infinity flow as the formula says, without a warning


@_QUIET
def matmul(a: NDArray, b: NDArray, bias: NDArray | None, relu: bool, out: NDArray) -> None:
    """c_ij = sum over k of a_ik b_kj, plus bias_j, cut at zero."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    for i, j in np.ndindex(*out.shape):
        total = 0.0 if bias is None else float(bias[j])
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        out[i, j] = _rectified(total) if relu else total


def taps(outputs: NDArray, kernel: NDArray, stride: Index) -> Iterator[tuple[Index, Index, Index]]:
    """Name every output pixel, kernel weight and pixel of the padded input that meet in a convolution.

    Output (n, o, i, j) sees through weight (o, c, a, b) the padded input (n, c, i S + a, j S + b).
    """
    for n, o, i, j in np.ndindex(*outputs.shape):
        for c, a, b in np.ndindex(*kernel.shape[1:]):
            yield (n, o, i, j), (o, c, a, b), (n, c, i * stride[0] + a, j * stride[1] + b)


def padded(x: NDArray, padding: Index) -> NDArray:
    """Return float64 images with P rows and columns of zeros on each side."""
    return np.pad(x.astype(np.float64), ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))


@_QUIET
def conv2d(x: NDArray, W: NDArray, b: NDArray | None, stride: Index, padding: Index, relu: bool, out: NDArray) -> None:
    """z_noij = b_o + sum over c, a, b of w_ocab x_{n, c, iS + a - P, jS + b - P}, x being 0 outside (CNN-10)."""
    z = np.zeros(out.shape) if b is None else np.zeros(out.shape) + b[:, np.newaxis, np.newaxis]
    x, W = padded(x, padding), W.astype(np.float64)
    for pixel, weight, source in taps(z, W, stride):
        z[pixel] += W[weight] * x[source]
    out[...] = np.vectorize(_rectified, otypes=[np.float64])(z) if relu else z


@_QUIET
def conv2d_to_input(upstream: NDArray, W: NDArray, stride: Index, padding: Index, out: NDArray) -> None:
    """dL/dx: every input pixel collects from the outputs that saw it; what falls on the border is lost (CNN-07)."""
    dx = padded(np.zeros(out.shape), padding)
    upstream, W = upstream.astype(np.float64), W.astype(np.float64)
    for pixel, weight, source in taps(upstream, W, stride):
        dx[source] += W[weight] * upstream[pixel]
    out[...] = dx[:, :, padding[0] : padding[0] + out.shape[2], padding[1] : padding[1] + out.shape[3]]


@_QUIET
def conv2d_to_kernel(upstream: NDArray, x: NDArray, stride: Index, padding: Index, out: NDArray) -> None:
    """dL/dw: every weight collects over all the places it is shared by (CNN-08)."""
    dW = np.zeros(out.shape)
    upstream, x = upstream.astype(np.float64), padded(x, padding)
    for pixel, weight, source in taps(upstream, dW, stride):
        dW[weight] += upstream[pixel] * x[source]
    out[...] = dW


def window(pixel: Index, size: Index, shape: Index, stride: Index, padding: Index) -> Iterator[tuple[int, Index]]:
    """Number the places of one pooling window row by row, and name the input pixel at each, where there is one."""
    n, c, i, j = pixel
    for a, b in np.ndindex(*size):
        row, column = i * stride[0] + a - padding[0], j * stride[1] + b - padding[1]
        if 0 <= row < shape[2] and 0 <= column < shape[3]:
            yield a * size[1] + b, (n, c, row, column)


def max_pool2d(x: NDArray, size: Index, stride: Index, padding: Index, out: NDArray, winner: NDArray) -> None:
    """The greatest pixel of each window, the first of equals; NaN is greater than all (POOL-02)."""
    for pixel in np.ndindex(*out.shape):
        best = None
        for place, source in window(pixel, size, x.shape, stride, padding):
            if best is None or x[source] > best or (np.isnan(x[source]) and not np.isnan(best)):
                best, winner[pixel] = x[source], place
        out[pixel] = best


@_QUIET
def max_pool2d_backward(upstream: NDArray, winner: NDArray, size: Index, stride: Index, padding: Index,
                        out: NDArray) -> None:
    """The gradient of a window belongs to its winner (POOL-02)."""
    dx = np.zeros(out.shape)
    for pixel in np.ndindex(*upstream.shape):
        for place, source in window(pixel, size, dx.shape, stride, padding):
            if place == winner[pixel]:
                dx[source] += upstream[pixel]
    out[...] = dx


@_QUIET
def avg_pool2d(x: NDArray, size: Index, stride: Index, padding: Index, out: NDArray) -> None:
    """The sum of each window over its full size (POOL-01)."""
    x = x.astype(np.float64)
    for pixel in np.ndindex(*out.shape):
        out[pixel] = sum(x[source] for _, source in window(pixel, size, x.shape, stride, padding)) / (size[0] * size[1])


@_QUIET
def avg_pool2d_backward(upstream: NDArray, size: Index, stride: Index, padding: Index, out: NDArray) -> None:
    """The gradient of a window is spread evenly over its places (POOL-01)."""
    dx = np.zeros(out.shape)
    for pixel in np.ndindex(*upstream.shape):
        for _, source in window(pixel, size, dx.shape, stride, padding):
            dx[source] += float(upstream[pixel]) / (size[0] * size[1])
    out[...] = dx


@_QUIET
def relu_backward(upstream: NDArray, z: NDArray, out: NDArray) -> None:
    """The gradient passes where the unit is on, z > 0 (ACT-08); NaN is neither on nor off."""
    for place in np.ndindex(*out.shape):
        slope = 1.0 if z[place] > 0 else 0.0 if z[place] <= 0 else np.nan
        out[place] = float(upstream[place]) * slope


@_QUIET
def sum_rows(x: NDArray, out: NDArray) -> None:
    """db_j: the bias of a feature is shared by all samples, and by all pixels of an image (BP-08)."""
    total = np.zeros(out.shape)
    for place in np.ndindex(*x.shape):
        total[place[1]] += x[place]
    out[...] = total


@_QUIET
def softmax_cross_entropy(scores: NDArray, labels: NDArray, losses: NDArray, gradient: NDArray) -> None:
    """Fill in log sum_k e^(s_k - s_y), and y_k - t_k (LOG-08); no 1 swallows a small rest (LOG-09)."""
    for i, label in enumerate(labels.tolist()):
        s = scores[i].astype(np.float64)
        e = np.exp(s - s.max())
        rest = sum(e[k] for k in range(len(s)) if k != label)
        behind = s.max() - s[label]  # NaN where both are infinite
        losses[i] = np.log1p(rest) if behind == 0 else np.log(rest + e[label]) + behind
        for k in range(len(s)):
            gradient[i, k] = (e[k] if k != label else -rest) / (rest + e[label])


def perceptron_pass(X: NDArray, y: NDArray, learning_rate: float, w: NDArray) -> int:
    """On every mistake, y w.x <= 0, add y x to w (PERC-02); count the mistakes."""
    mistakes = 0
    for x, label in zip(X.tolist(), y.tolist(), strict=True):
        score = 0.0
        for w_j, x_j in zip(w.tolist(), x, strict=True):
            score += w_j * x_j
        if label * score <= 0:
            mistakes += 1
            for j, x_j in enumerate(x):
                w[j] += learning_rate * label * x_j
    return mistakes


def _rectified(z: float) -> float:
    """Return max(0, z), in the form that lets NaN through."""
    return 0.0 if z < 0 else z
