r"""Preprocessing: move the data to where the network expects them, around zero.

Inputs that are all positive force the gradients of one unit's weights to one common sign (ACT-16), so learning zigzags.
Subtracting a mean cures that. For images there are two customs: subtract the *mean image*, one number for each pixel
and channel (AlexNet), or one mean for each channel (VGG), which keeps what is bright in every picture bright.
Dividing by the standard deviation afterwards gives all inputs the same unit.

Fit on the training data, apply anywhere: validation and test data are moved by the *training* mean (PRE-02).

Symbols: `X` data, shape (n, d), or (n, C, H, W) for images; `mean` and `std` as measured on training data, either one
number for each pixel, shape `X.shape[1:]`, or one for each channel, shape (C,).

Source: S3 "Data pre-processing".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, as_upstream

__all__ = [
    "centre",
    "centre_backward",
    "channel_mean",
    "mean_image",
    "standard_deviation",
    "standardize",
    "standardize_backward",
]


def mean_image(X: ArrayLike) -> NDArray:
    r"""Return the mean of each pixel and channel over the samples.

    $$\mu_{chw} = \frac1n \sum_{i=1}^{n} X_{ichw} \tag{PRE-01}$$

    Args:
        X: training data, shape (n, d) or (n, C, H, W), n at least 1. float32 is summed in float64.

    Returns:
        The mean, shape `X.shape[1:]`: (d,) or (C, H, W). The mean of a constant is exactly that constant.

    Raises:
        ValueError: if there are no samples.

    Example:
        >>> mean_image([[1, 10], [3, 20]])
        array([ 2., 15.])
    """
    X = _samples(X)
    return _mean(X, (0,)).astype(X.dtype)                                      # (n, C, H, W) -> (C, H, W)


def channel_mean(X: ArrayLike) -> NDArray:
    r"""Return the mean of each channel over all samples and pixels.

    $$\mu_c = \frac{1}{nHW} \sum_{i,h,w} X_{ichw} \tag{PRE-01}$$

    For data (n, d) each input is a channel of its own, and this is `mean_image`.

    Args:
        X: training data, shape (n, C, H, W) or (n, d), with at least one sample and pixel.

    Returns:
        The mean, shape (C,).

    Raises:
        ValueError: if there is nothing to take the mean of.

    Example: one image of two channels of 1 x 3 pixels.

        >>> channel_mean([[[[1, 2, 3]], [[0, 0, 6]]]])
        array([2., 2.])
    """
    X = _samples(X)
    return _mean(X, _but_channels(X)).astype(X.dtype)                          # (n, C, H, W) -> (C,)


def standard_deviation(X: ArrayLike, per_channel: bool = False) -> NDArray:
    r"""Return how far each pixel, or each channel, strays from its mean.

    $$\sigma^2 = \frac1n \sum_{i=1}^{n} (X_i - \mu)^2 \tag{PRE-01}$$

    Convention: divided by $n$, not by $n - 1$ (`ddof` 0). Squares are taken after the mean is subtracted: the shorter
    "mean of squares minus square of the mean" loses every digit when the mean is large.

    Args:
        X: training data, shape (n, d) or (n, C, H, W).
        per_channel: whether all pixels of a channel share one number.

    Returns:
        The standard deviation, shape `X.shape[1:]`, or (C,) if `per_channel`; exactly 0 for a constant.

    Raises:
        ValueError: if there is nothing to take the mean of.

    Example:
        >>> standard_deviation([[1, 10, 7], [3, 20, 7]])
        array([1., 5., 0.])
    """
    X = _samples(X)
    axes = _but_channels(X) if per_channel else (0,)
    mean = _mean(X, axes)                                                      # float64
    # sigma^2 = mean of (X - mu)^2 (PRE-01)
    variance = _mean(_difference(X, np.expand_dims(mean, axes)) ** 2, axes)
    return np.sqrt(variance).astype(X.dtype)


def centre(X: ArrayLike, mean: ArrayLike) -> NDArray:
    r"""Subtract the training mean.

    $$\tilde X = X - \mu \tag{PRE-02}$$

    Args:
        X: any data, shape (n, d) or (n, C, H, W); n may be 0.
        mean: of the training data, from `mean_image` or `channel_mean`.

    Returns:
        The centred data, in the shape of `X`.

    Raises:
        ValueError: if `mean` is neither one number for each pixel nor one for each channel.

    Example: the training data get mean 0; test data are moved the same way.

        >>> mean = mean_image([[1, 10], [3, 20]])
        >>> centre([[1, 10], [3, 20]], mean)
        array([[-1., -5.],
               [ 1.,  5.]])
        >>> centre([[2, 16]], mean)
        array([[0., 1.]])
    """
    X, mean = as_floats(X=X, mean=mean)
    return _difference(X, _aligned("mean", mean, X))


def standardize(X: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray:
    r"""Subtract the training mean and divide by the training standard deviation.

    $$\tilde X = \frac{X - \mu}{\sigma} \tag{PRE-02}$$

    Convention: where $\sigma = 0$, the input was constant in training and says nothing about its unit; it is divided
    by 1. So constant pixels become 0, not NaN.

    Args:
        X: any data, shape (n, d) or (n, C, H, W).
        mean: of the training data, one number for each pixel or each channel.
        std: standard deviation of the training data, likewise, not negative.

    Returns:
        The standardized data, in the shape of `X`.

    Raises:
        ValueError: if `mean` or `std` fits neither pixels nor channels, or `std` is negative somewhere.

    Example:
        >>> standardize([[1, 10, 7], [3, 30, 7]], mean=[2, 15, 7], std=[1, 5, 0])
        array([[-1., -1.,  0.],
               [ 1.,  3.,  0.]])
    """
    X, mean, std = as_floats(X=X, mean=mean, std=std)
    # (X - mu) / sigma (PRE-02)
    return _difference(X, _aligned("mean", mean, X)) / _divisor(std, X)


def centre_backward(upstream: ArrayLike, X: ArrayLike, mean: ArrayLike) -> NDArray:
    r"""Return the gradient in the data as it came: centring is a shift.

    $$\frac{\partial L}{\partial X} = \frac{\partial L}{\partial \tilde X}$$

    It is asked for when a network centres its own input and one wants to know which pixels mattered. The statistics
    are constants, as labels are: they were measured before training began.

    Args:
        upstream: gradient of the loss in the centred data, shape of `X`.
        X: the data that `centre` was given.
        mean: the mean that `centre` was given.

    Returns:
        Gradient of the loss in `X`.
    """
    X, mean = as_floats(X=X, mean=mean)
    _aligned("mean", mean, X)
    upstream = as_upstream(upstream, X.shape)
    return upstream.astype(np.result_type(X, upstream))


def standardize_backward(upstream: ArrayLike, X: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray:
    r"""Return the gradient divided by what the data were divided by.

    $$\frac{\partial L}{\partial X} = \frac{1}{\sigma}\,\frac{\partial L}{\partial \tilde X}$$

    Args:
        upstream: gradient of the loss in the standardized data, shape of `X`.
        X: the data that `standardize` was given.
        mean: the mean that `standardize` was given.
        std: the standard deviation that `standardize` was given; 1 in place of 0, as there.

    Returns:
        Gradient of the loss in `X`.
    """
    X, mean, std = as_floats(X=X, mean=mean, std=std)
    _aligned("mean", mean, X)
    return as_upstream(upstream, X.shape) / _divisor(std, X)


def _samples(X: ArrayLike) -> NDArray:
    """Return the data, samples as rows."""
    X = as_float("X", X)
    if X.ndim < 2:
        raise ValueError(f"X: expected samples as rows, shape (n, d) or (n, C, H, W), got {X.shape}")
    return X


def _but_channels(X: NDArray) -> tuple[int, ...]:
    """List all axes but axis 1, the channels."""
    return (0, *range(2, X.ndim))


def _mean(X: NDArray, axes: tuple[int, ...]) -> NDArray:
    """Return the mean in float64, kept between the extremes: rounding must not move the mean of a constant."""
    if not all(X.shape[axis] for axis in axes):
        raise ValueError(f"X: there is no mean over nothing, got shape {X.shape}")
    with np.errstate(invalid="ignore"):  # the mean of inf and -inf is NaN
        mean = X.mean(axis=axes, dtype=np.float64)
        return np.clip(mean, X.min(axis=axes), X.max(axis=axes))


def _difference(X: NDArray, mean: NDArray) -> NDArray:
    """Subtract; inf - inf is NaN without a warning."""
    with np.errstate(invalid="ignore"):
        return X - mean


def _aligned(name: str, statistic: NDArray, X: NDArray) -> NDArray:
    """Return one number for each pixel as it is, one for each channel in a shape that meets its channel."""
    pixels, channels = _samples(X).shape[1:], X.shape[1:2]
    if statistic.shape not in (pixels, channels):
        raise ValueError(
            f"{name}: expected shape {pixels}, one number for each pixel, or {channels}, one for each channel, "
            f"got {statistic.shape}"
        )
    return statistic if statistic.shape == pixels else statistic.reshape(*channels, *[1] * (X.ndim - 2))


def _divisor(std: NDArray, X: NDArray) -> NDArray:
    """Return what to divide by: the standard deviation, and 1 where that is 0."""
    std = _aligned("std", std, X)
    if (std < 0).any():
        raise ValueError(f"std: expected no number below 0, got {std.min()}")
    return np.where(std == 0, np.ones_like(std), std)
