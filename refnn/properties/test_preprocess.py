"""Laws of preprocessing: the training data end up around zero, and all other data are moved the same way."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, SEEDS, exact_arrays, normal, t9, t12

FITS = ["mean_image", "channel_mean", "standard_deviation"]


@st.composite
def samples(draw, least=1, dtype=np.float64):
    """Rows (n, d), signals (n, C, L) or images (n, C, H, W)."""
    n, rest = draw(st.integers(least, 5)), draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    return draw(exact_arrays((n, *rest), dtype))


@st.composite
def power_of_two_images(draw):
    """1, 2, 4 or 8 images of 3 channels of 4 x 2 pixels: their means are exact."""
    return draw(exact_arrays((draw(st.sampled_from([1, 2, 4, 8])), 3, 4, 2)))


def fits(subject, X):
    """Each way to measure the training data, as (mean, std)."""
    p = subject.preprocess
    yield p.mean_image(X), p.standard_deviation(X)
    yield p.channel_mean(X), p.standard_deviation(X, per_channel=True)


@law("PRE-01", level="shape")
@given(FLOATS.flatmap(lambda dtype: samples(dtype=dtype)))
def test_the_dtype_stays_and_the_data_are_left_alone(subject, X):
    before = X.copy()
    for mean, std in fits(subject, X):
        assert mean.dtype == std.dtype == X.dtype
        for result in (subject.preprocess.centre(X, mean), subject.preprocess.standardize(X, mean, std)):
            assert result.shape == X.shape and result.dtype == X.dtype
            result[...] = 99
    assert (before == X).all()


@law("PRE-01", level="shape")
@given(samples())
def test_there_is_one_number_for_each_pixel_or_one_for_each_channel(subject, X):
    pixels, channels = fits(subject, X)
    assert [a.shape for a in pixels] == [X.shape[1:]] * 2
    assert [a.shape for a in channels] == [X.shape[1:2]] * 2


@law("PRE-01", level="definition")
@given(samples())
def test_the_mean_image_is_the_mean_of_each_pixel_over_the_samples(subject, X):
    mean = subject.preprocess.mean_image(X)
    for i in np.ndindex(*X.shape[1:]):
        assert t12(mean[i], math.fsum(image[i] for image in X) / len(X))


@law("PRE-01", level="definition")
@given(samples())
def test_the_channel_mean_is_the_mean_of_all_pixels_of_a_channel(subject, X):
    mean = subject.preprocess.channel_mean(X)
    for c in range(X.shape[1]):
        assert t12(mean[c], math.fsum(X[:, c].ravel()) / X[:, c].size)


@law("PRE-01", level="definition")
@given(samples())
def test_the_spread_is_the_root_of_the_mean_of_the_squared_distances_from_the_mean(subject, X):
    def spread(values):
        mean = math.fsum(values) / len(values)
        return math.sqrt(math.fsum((x - mean) ** 2 for x in values) / len(values))

    by_pixel, by_channel = (subject.preprocess.standard_deviation(X, per_channel) for per_channel in (False, True))
    for i in np.ndindex(*X.shape[1:]):
        assert t12(by_pixel[i], spread([image[i] for image in X]))
    for c in range(X.shape[1]):
        assert t12(by_channel[c], spread(X[:, c].ravel()))


@law("PRE-01", level="definition")
@given(exact_arrays((2, 3, 4, 2)), exact_arrays(3), exact_arrays((3, 4, 2)))
def test_centring_subtracts_the_mean_of_its_own_channel_or_pixel(subject, X, per_channel, per_pixel):
    by_channel, by_pixel = subject.preprocess.centre(X, per_channel), subject.preprocess.centre(X, per_pixel)
    for i, c, h, w in np.ndindex(*X.shape):
        assert by_channel[i, c, h, w] == X[i, c, h, w] - per_channel[c]
        assert by_pixel[i, c, h, w] == X[i, c, h, w] - per_pixel[c, h, w]


@law("PRE-01", level="definition")
@given(exact_arrays((2, 3, 4, 2)), exact_arrays(3), st.sampled_from([(1, 2, 4), (0.5, 8, 0.25), (2, 0, 4)]))
def test_standardizing_divides_what_centring_leaves_and_by_one_where_the_spread_is_zero(subject, X, mean, std):
    result = subject.preprocess.standardize(X, mean, np.array(std))
    for i, c, h, w in np.ndindex(*X.shape):
        assert result[i, c, h, w] == (X[i, c, h, w] - mean[c]) / (std[c] or 1)


@law("PRE-01", level="law")
@given(samples())
def test_after_mean_image_subtraction_each_pixel_has_training_mean_zero(subject, X):
    centred = subject.preprocess.centre(X, subject.preprocess.mean_image(X))
    assert t9(centred.mean(axis=0), np.zeros(X.shape[1:]))


@law("PRE-01", level="law")
@given(samples())
def test_after_channel_mean_subtraction_each_channel_has_training_mean_zero(subject, X):
    centred = subject.preprocess.centre(X, subject.preprocess.channel_mean(X))
    for c in range(X.shape[1]):
        assert t9(centred[:, c].mean(), 0)


@law("PRE-01", level="theorem")
def test_channel_means_of_zero_leave_pixel_means_that_are_not(subject):
    X = np.array([[[[1.0, 3]]], [[[2, 6]]]])  # two images of one channel of two pixels
    assert subject.preprocess.channel_mean(X).tolist() == [3]
    centred = subject.preprocess.centre(X, subject.preprocess.channel_mean(X))
    assert subject.preprocess.mean_image(centred).tolist() == [[[-1.5, 1.5]]]


@law("PRE-01", level="law")
@given(samples())
def test_centring_twice_is_centring_once(subject, X):
    for measure in (subject.preprocess.mean_image, subject.preprocess.channel_mean):
        once = subject.preprocess.centre(X, measure(X))
        assert t9(subject.preprocess.centre(once, measure(once)), once)


@law("PRE-01", level="law")
@given(power_of_two_images(), exact_arrays((3, 4, 2)), exact_arrays(3))
def test_a_constant_image_or_a_constant_per_channel_on_all_data_changes_nothing(subject, X, image, colour):
    centre, mean_image, channel_mean = (
        subject.preprocess.centre,
        subject.preprocess.mean_image,
        subject.preprocess.channel_mean,
    )
    assert (centre(X + image, mean_image(X + image)) == centre(X, mean_image(X))).all()
    X_tinted = X + colour[:, np.newaxis, np.newaxis]
    assert (centre(X_tinted, channel_mean(X_tinted)) == centre(X, channel_mean(X))).all()


@law("PRE-01", level="law")
@given(SEEDS)
def test_standardized_training_data_have_mean_zero_and_spread_one(subject, seed):
    X = 5 + 3 * normal(seed, 7, 2, 3, 4)
    (m, s), (mc, sc) = fits(subject, X)
    by_pixel, by_channel = subject.preprocess.standardize(X, m, s), subject.preprocess.standardize(X, mc, sc)
    assert t9(by_pixel.mean(axis=0), np.zeros((2, 3, 4))) and t9(by_pixel.std(axis=0), np.ones((2, 3, 4)))
    assert t9(by_channel.mean(axis=(0, 2, 3)), [0, 0]) and t9(by_channel.std(axis=(0, 2, 3)), [1, 1])


@law("PRE-01", level="extreme")
@given(st.integers(1, 20), st.floats(-1e9, 1e9), FLOATS)
@example(3, 0.1, np.float64).via("0.1 + 0.1 + 0.1 > 0.3: a naive mean moves the constant")
@example(10, 0.7, np.float32)
def test_a_constant_pixel_has_its_own_value_as_mean_and_becomes_zero_not_nan(subject, n, value, dtype):
    X = np.full((n, 2, 3), value, dtype)
    for mean, std in fits(subject, X):
        assert (mean == X.ravel()[0]).all() and (std == 0).all()
        assert (subject.preprocess.standardize(X, mean, std) == 0).all()


@law("PRE-01", level="extreme")
def test_float32_data_are_summed_in_float64(subject):
    X = np.ones((16, 1, 1, 1), np.float32)
    X[0] = 2**24  # in float32 2**24 + 1 is 2**24 again: the fifteen ones would be lost
    expected = np.float32((2**24 + 15) / 16)
    assert subject.preprocess.mean_image(X).ravel() == expected
    assert subject.preprocess.channel_mean(X.reshape(1, 1, 4, 4)) == expected


@law("PRE-01", level="extreme")
def test_a_large_mean_does_not_swallow_a_small_spread(subject):
    X = 2.0**40 + np.array([[-1.0], [1], [-1], [1]])  # the mean of squares minus the square of the mean would be 0
    assert subject.preprocess.standard_deviation(X).tolist() == [1]


@law("PRE-01", level="extreme")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_stay_in_their_own_pixel(subject, bad):
    X = np.array([[bad, 1.0], [2, 3], [bad, 5]])
    mean, std = subject.preprocess.mean_image(X), subject.preprocess.standard_deviation(X)
    assert np.array_equal(mean, [bad, 3], equal_nan=True)
    assert np.isnan(std[0]) and t12(std[1], math.sqrt(8 / 3))
    result = subject.preprocess.standardize(X, mean, std)
    assert np.isnan(result[:, 0]).all() and np.isfinite(result[:, 1]).all()


@law("PRE-02", level="law")
@given(exact_arrays((4, 3, 2)), exact_arrays((5, 3, 2)), st.integers(0, 4))
def test_what_becomes_of_a_test_sample_does_not_depend_on_the_others(subject, train, test, i):
    for mean, std in fits(subject, train):
        alone, together = (subject.preprocess.standardize(X, mean, std) for X in (test[i : i + 1], test))
        assert (alone == together[i : i + 1]).all()
        assert (subject.preprocess.centre(test[i : i + 1], mean) == subject.preprocess.centre(test, mean)[i]).all()


@law("PRE-02", level="theorem")
@given(exact_arrays((5, 2)), EXACT.filter(bool))
def test_test_data_are_shifted_by_the_training_mean_so_a_shift_of_theirs_survives(subject, X, shift):
    mean = subject.preprocess.mean_image(X)
    assert t12(subject.preprocess.centre(X + shift, mean), subject.preprocess.centre(X, mean) + shift)
    refitted = subject.preprocess.mean_image(X + shift)  # the tempting mistake: the shift is lost
    assert t12(subject.preprocess.centre(X + shift, refitted), subject.preprocess.centre(X, mean))


@law("PRE-02", level="theorem")
@given(exact_arrays((4, 3)).filter(lambda X: (X.min(axis=0) < X.max(axis=0)).all()))
def test_inputs_of_one_sign_get_both_and_with_them_the_gradients_delta_x_of_each_weight(subject, X):
    X = X - X.min() + 1  # all positive: delta * x_i has the sign of delta in every weight
    centred = subject.preprocess.centre(X, subject.preprocess.mean_image(X))
    assert (X > 0).all()
    assert (centred.min(axis=0) < 0).all() and (centred.max(axis=0) > 0).all()


@law("PRE-01", level="extreme")
def test_no_test_samples_give_no_results(subject):
    assert subject.preprocess.centre(np.zeros((0, 2, 3)), np.zeros(2)).shape == (0, 2, 3)
    assert subject.preprocess.standardize(np.zeros((0, 2)), np.zeros(2), np.ones(2)).shape == (0, 2)


@law("PRE-01", level="gradient")
@given(exact_arrays((2, 3, 4)), exact_arrays((2, 3, 4)), exact_arrays((2, 3, 4)), exact_arrays(3), FLOATS)
def test_the_gradient_passes_centring_unchanged_and_standardizing_divided(
    subject, upstream, X, direction, mean, dtype
):
    std, p = np.array([0.5, 0, 4]), subject.preprocess
    for f, f_backward, fitted in [
        (p.centre, p.centre_backward, (mean,)),
        (p.standardize, p.standardize_backward, (mean, std)),
    ]:
        dX = f_backward(upstream, X, *fitted)
        rise = f(X + direction, *fitted) - f(X, *fitted)  # affine in X: the difference is the derivative, exactly
        assert (dX * direction).sum() == (upstream * rise).sum()
        narrow = f_backward(upstream.astype(dtype), X.astype(np.float32), *[a.astype(np.float32) for a in fitted])
        assert narrow.dtype == dtype
