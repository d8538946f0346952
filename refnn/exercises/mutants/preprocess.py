"""Wrong preprocessing."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import preprocess
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("mean-image-of-each-sample", of="preprocess.mean_image",
        imitates="each sample is averaged over its own pixels: axis 1 for axis 0",
        killed_by=["test_the_mean_image_is_the_mean_of_each_pixel_over_the_samples",
                   "test_float32_data_are_summed_in_float64"])
def _(X: ArrayLike) -> NDArray:
    mean, X = preprocess.mean_image(X), np.asarray(X)
    return np.full_like(mean, X.reshape(len(X), -1).mean(axis=1)[0])


@mutant("mean-image-of-the-median", of="preprocess.mean_image",
        imitates="the middle value of each pixel is taken for its mean",
        killed_by=["test_the_mean_image_is_the_mean_of_each_pixel_over_the_samples",
                   "test_float32_data_are_summed_in_float64"])
def _(X: ArrayLike) -> NDArray:
    X = np.asarray(X)
    return preprocess.mean_image(X) if not len(X) else np.median(X, axis=0).astype(X.dtype)


@mutant("mean-image-in-single-precision", of="preprocess.mean_image",
        imitates="float32 data are added up in float32, one after the other, and the sum stops growing",
        killed_by=["test_float32_data_are_summed_in_float64"])
def _(X: ArrayLike) -> NDArray:
    X = np.asarray(X)
    return np.add.accumulate(X, axis=0)[-1] / X.dtype.type(len(X)) if len(X) else preprocess.mean_image(X)


@mutant("channel-mean-of-all-channels", of="preprocess.channel_mean",
        imitates="one mean is taken over all channels together",
        killed_by=["test_the_channel_mean_is_the_mean_of_all_pixels_of_a_channel",
                   "test_after_channel_mean_subtraction_each_channel_has_training_mean_zero"])
def _(X: ArrayLike) -> NDArray:
    mean = preprocess.channel_mean(X)
    return np.full_like(mean, mean.mean())


@mutant("channel-mean-keeps-its-axes", of="preprocess.channel_mean", level="shape",
        imitates="the axes that were summed over are kept with size one",
        killed_by=["test_there_is_one_number_for_each_pixel_or_one_for_each_channel"])
def _(X: ArrayLike) -> NDArray:
    X = np.asarray(X)
    return preprocess.channel_mean(X).reshape(1, -1, *[1] * (X.ndim - 2))


@mutant("standard-deviation-ddof-one", of="preprocess.standard_deviation",
        imitates="the squares are divided by n - 1, as statisticians do: 0 / 0 for one sample",
        killed_by=["test_the_spread_is_the_root_of_the_mean_of_the_squared_distances_from_the_mean",
                   "test_a_large_mean_does_not_swallow_a_small_spread"])
def _(X: ArrayLike, per_channel: bool = False) -> NDArray:
    X, std = np.asarray(X), preprocess.standard_deviation(X, per_channel)
    n = X.size // max(1, std.size)
    return (std * np.sqrt(n / np.float64(n - 1))).astype(std.dtype)


@mutant("standard-deviation-no-root", of="preprocess.standard_deviation",
        imitates="the variance is returned",
        killed_by=["test_the_spread_is_the_root_of_the_mean_of_the_squared_distances_from_the_mean",
                   "test_standardized_training_data_have_mean_zero_and_spread_one"])
def _(X: ArrayLike, per_channel: bool = False) -> NDArray:
    return preprocess.standard_deviation(X, per_channel) ** 2


@mutant("standard-deviation-of-raw-moments", of="preprocess.standard_deviation",
        imitates="the square of the mean is taken from the mean of the squares: nothing is left beside a large mean",
        killed_by=["test_a_large_mean_does_not_swallow_a_small_spread"])
def _(X: ArrayLike, per_channel: bool = False) -> NDArray:
    X, std = np.asarray(X), preprocess.standard_deviation(X, per_channel)
    axes = (0, *range(2, X.ndim)) if per_channel else (0,)
    return np.sqrt(np.maximum(0, np.square(X).mean(axis=axes) - X.mean(axis=axes) ** 2)).astype(std.dtype)


@mutant("centre-on-itself", of="preprocess.centre",
        imitates="new data are centred on their own mean, not on that of the training data",
        killed_by=["test_centring_subtracts_the_mean_of_its_own_channel_or_pixel"])
def _(X: ArrayLike, mean: ArrayLike) -> NDArray:
    X, mean = np.asarray(X), np.asarray(mean)
    own = preprocess.mean_image if mean.shape == X.shape[1:] else preprocess.channel_mean
    return preprocess.centre(X, own(X).astype(mean.dtype) if len(X) else mean)


@mutant("centre-in-place", of="preprocess.centre", level="shape",
        imitates="the mean is subtracted from the caller's own data",
        killed_by=["test_the_dtype_stays_and_the_data_are_left_alone"])
def _(X: ArrayLike, mean: ArrayLike) -> NDArray:
    X = np.asarray(X)
    X[...] = preprocess.centre(X, mean)
    return X


@mutant("centre-adds-the-mean", of="preprocess.centre",
        imitates="the mean is added, not subtracted",
        killed_by=["test_centring_subtracts_the_mean_of_its_own_channel_or_pixel",
                   "test_centring_twice_is_centring_once"])
def _(X: ArrayLike, mean: ArrayLike) -> NDArray:
    return preprocess.centre(X, -np.asarray(mean))


@mutant("standardize-with-epsilon", of="preprocess.standardize",
        imitates="a small number is added to every spread, so no pixel has spread one",
        killed_by=["test_standardizing_divides_what_centring_leaves_and_by_one_where_the_spread_is_zero"])
def _(X: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray:
    std = np.asarray(std)
    return preprocess.standardize(X, mean, std + std.dtype.type(1e-3))


@mutant("standardize-divides-by-zero", of="preprocess.standardize",
        imitates="a pixel that never changes is divided by its spread of 0, and is NaN",
        killed_by=["test_standardizing_divides_what_centring_leaves_and_by_one_where_the_spread_is_zero"])
def _(X: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray:
    preprocess.standardize(X, mean, std)
    X, std = preprocess.centre(X, mean), np.asarray(std)
    return X / (std if std.shape == X.shape[1:] else std.reshape(-1, *[1] * (X.ndim - 2))).astype(X.dtype)


@mutant("standardize-divides-first", of="preprocess.standardize",
        imitates="the mean is subtracted after the division, in the wrong unit",
        killed_by=["test_standardizing_divides_what_centring_leaves_and_by_one_where_the_spread_is_zero"])
def _(X: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray:
    return preprocess.centre(preprocess.standardize(X, np.zeros_like(mean), std), mean)


@mutant("standardize-backward-unscaled", of="preprocess.standardize_backward",
        imitates="the gradient passes as through centring: the division is forgotten",
        killed_by=["test_the_gradient_passes_centring_unchanged_and_standardizing_divided"])
def _(upstream: ArrayLike, X: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray:
    return preprocess.standardize_backward(upstream, X, mean, np.ones_like(std))


@mutant("centre-refuses-no-samples", of="preprocess.centre", level="shape",
        imitates="no samples are refused, as they must be where a mean is computed; here there is nothing to compute",
        killed_by=["test_no_test_samples_give_no_results"])
def _(X: ArrayLike, mean: ArrayLike) -> NDArray:
    if len(np.asarray(X)) == 0:
        raise ValueError("X: expected at least one sample")
    return preprocess.centre(X, mean)
