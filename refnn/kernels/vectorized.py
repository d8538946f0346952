"""The hot loops in NumPy: what runs where nothing is compiled.

A convolution becomes a matrix product by laying the patches of the image that its outputs see under each other. What
goes back into the image, and pooling, are loops over the taps of a window: seen through tap (a, b), all windows at once
are one shifted and thinned out image.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Index = tuple[int, ...]


def matmul(a: NDArray, b: NDArray, bias: NDArray | None, relu: bool, out: NDArray) -> None:
    """Fill out with a @ b + bias, cut at zero."""
    with np.errstate(all="ignore"):
        np.matmul(a, b, out=out)
        if bias is not None:
            out += bias
        if relu:
            np.maximum(out, 0, out=out)


def _last(images: NDArray) -> NDArray:
    """View (n, C, H, W) as (n, H, W, C)."""
    return images.transpose(0, 2, 3, 1)


def _padded(x: NDArray, padding: Index, value: float = 0) -> NDArray:
    """Return images as (n, H + 2P, W + 2P, C) with a border of `value`."""
    return np.pad(_last(x), ((0, 0), (padding[0],) * 2, (padding[1],) * 2, (0, 0)), constant_values=value)


def _inner(padded: NDArray, padding: Index) -> NDArray:
    """Return padded images (n, H + 2P, W + 2P, C) without their border, as (n, C, H, W)."""
    height, width = padded.shape[1] - 2 * padding[0], padded.shape[2] - 2 * padding[1]
    return padded[:, padding[0] : padding[0] + height, padding[1] : padding[1] + width].transpose(0, 3, 1, 2)


def _room(out: NDArray, padding: Index) -> NDArray:
    """Return zeros for a padded gradient (n, H + 2P, W + 2P, C)."""
    n, channels, height, width = out.shape
    return np.zeros((n, height + 2 * padding[0], width + 2 * padding[1], channels), out.dtype)


def _taps(padded: NDArray, size: Index, stride: Index, outputs: Index) -> Iterator[tuple[Index, NDArray]]:
    """Go through the taps (a, b) of a window: for each, the view of what all windows see through it."""
    for a, b in np.ndindex(*size):
        rows = slice(a, a + stride[0] * outputs[0], stride[0])
        columns = slice(b, b + stride[1] * outputs[1], stride[1])
        yield (a, b), padded[:, rows, columns]  # (n, Ho, Wo, C)


def _patches(x: NDArray, size: Index, stride: Index, padding: Index) -> NDArray:
    """Lay the pixels that each output sees under each other: (n Ho Wo, kH kW C)."""
    windows = np.lib.stride_tricks.sliding_window_view(_padded(x, padding), size, axis=(1, 2))
    windows = windows[:, :: stride[0], :: stride[1]].transpose(0, 1, 2, 4, 5, 3)  # (n, Ho, Wo, kH, kW, C)
    pixels, patch = np.prod(windows.shape[:3]), np.prod(windows.shape[3:])
    return windows.reshape(int(pixels), int(patch))


def _rows(W: NDArray) -> NDArray:
    """Return kernels (F, C, kH, kW) as rows (F, kH kW C), in the order of the patches."""
    return _last(W).reshape(len(W), -1)


def conv2d(x: NDArray, W: NDArray, b: NDArray | None, stride: Index, padding: Index, relu: bool, out: NDArray) -> None:
    """Fill out (n, F, Ho, Wo) with the cross-correlation of x with W: patches W^T."""
    z = np.empty(_last(out).shape, out.dtype)  # (n, Ho, Wo, F)
    matmul(_patches(x, W.shape[2:], stride, padding), _rows(W).T, b, relu, z.reshape(-1, len(W)))
    _last(out)[...] = z


def conv2d_to_input(upstream: NDArray, W: NDArray, stride: Index, padding: Index, out: NDArray) -> None:
    """Fill out (n, C, H, W) with the gradient in the input: what each tap let through goes back through it."""
    dx, dz = _room(out, padding), _last(upstream).reshape(-1, len(W))  # (n Ho Wo, F)
    with np.errstate(all="ignore"):
        for (a, b), seen in _taps(dx, W.shape[2:], stride, upstream.shape[2:]):
            seen += (dz @ W[:, :, a, b]).reshape(seen.shape)  # (n Ho Wo, F) (F, C)
    out[...] = _inner(dx, padding)


def conv2d_to_kernel(upstream: NDArray, x: NDArray, stride: Index, padding: Index, out: NDArray) -> None:
    """Fill out (F, C, kH, kW) with the gradient in the kernel: dz^T patches."""
    features, channels, height, width = out.shape
    dz = _last(upstream).reshape(-1, features)  # (n Ho Wo, F)
    with np.errstate(all="ignore"):
        dW = dz.T @ _patches(x, (height, width), stride, padding)  # (F, n Ho Wo) (n Ho Wo, kH kW C)
    _last(out)[...] = dW.reshape(features, height, width, channels)


def max_pool2d(x: NDArray, size: Index, stride: Index, padding: Index, out: NDArray, winner: NDArray) -> None:
    """Fill out with the greatest pixel of each window and winner with its place."""
    best, place = _last(out), _last(winner)
    best[...], place[...] = -np.inf, -1
    real = _padded(np.ones((1, 1, *x.shape[2:]), bool), padding, False)
    views = _taps(_padded(x, padding), size, stride, out.shape[2:])
    for ((a, b), seen), (_, inside) in zip(views, _taps(real, size, stride, out.shape[2:]), strict=True):
        better = ((seen > best) | (place < 0) | (np.isnan(seen) & ~np.isnan(best))) & inside
        np.copyto(best, seen, where=better)
        np.copyto(place, a * size[1] + b, where=better)


def max_pool2d_backward(upstream: NDArray, winner: NDArray, size: Index, stride: Index, padding: Index,
                        out: NDArray) -> None:
    """Fill out with the gradient in the images: each window's goes to its winner."""
    dx, dz, place = _room(out, padding), _last(upstream), _last(winner)
    with np.errstate(all="ignore"):
        for (a, b), seen in _taps(dx, size, stride, upstream.shape[2:]):
            seen += np.where(place == a * size[1] + b, dz, 0)
    out[...] = _inner(dx, padding)


def avg_pool2d(x: NDArray, size: Index, stride: Index, padding: Index, out: NDArray) -> None:
    """Fill out with the mean of each window."""
    total = np.zeros(_last(out).shape, out.dtype)
    with np.errstate(all="ignore"):
        for _, seen in _taps(_padded(x, padding), size, stride, out.shape[2:]):
            total += seen
    _last(out)[...] = total / (size[0] * size[1])


def avg_pool2d_backward(upstream: NDArray, size: Index, stride: Index, padding: Index, out: NDArray) -> None:
    """Fill out with the gradient in the images: each window's spreads evenly."""
    dx, share = _room(out, padding), _last(upstream) / (size[0] * size[1])
    with np.errstate(all="ignore"):
        for _, seen in _taps(dx, size, stride, upstream.shape[2:]):
            seen += share
    out[...] = _inner(dx, padding)


def relu_backward(upstream: NDArray, z: NDArray, out: NDArray) -> None:
    """Fill out with upstream where z is positive, and zeros."""
    with np.errstate(all="ignore"):
        np.multiply(upstream, np.heaviside(z, 0), out=out)


def sum_rows(x: NDArray, out: NDArray) -> None:
    """Fill out (F,) with the sums of x, (n, F) or (n, F, H, W), over all but F."""
    with np.errstate(all="ignore"):
        x.sum(axis=(0, 2, 3)[: x.ndim - 1], out=out)


def softmax_cross_entropy(scores: NDArray, labels: NDArray, losses: NDArray, gradient: NDArray) -> None:
    """Fill losses (n,) and their gradient in the scores (n, K)."""
    label = np.arange(len(labels)), labels
    with np.errstate(all="ignore"):
        distance = scores - scores.max(axis=1, keepdims=True, initial=-np.inf)
        e = np.exp(distance)
        own, e[label] = e[label], 0
        rest = e.sum(axis=1)
        losses[...] = np.where(distance[label] == 0, np.log1p(rest), np.log(rest + own) - distance[label])
        e[label] = -rest
        np.divide(e, (rest + own)[:, np.newaxis], out=gradient)


def perceptron_pass(X: NDArray, y: NDArray, learning_rate: float, w: NDArray) -> int:
    """Make one pass of the online perceptron, w in place; return the number of mistakes."""
    mistakes = 0
    with np.errstate(all="ignore"):
        for x, label in zip(X, y, strict=True):
            if label * (w @ x) <= 0:
                w += learning_rate * label * x
                mistakes += 1
    return mistakes
