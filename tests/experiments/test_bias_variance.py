"""What `bias_variance` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("BV-01", level="theorem")
def test_the_error_of_the_example_is_squared_bias_plus_variance_plus_noise():
    data = load("bias_variance")
    assert np.abs(data.example - [7.00725, 2.317225, 4.265025, 0.425]).max() < 1e-12
    assert np.abs(data.error - (data.bias + data.variance + data.noise)).max() < 1e-12


@law("E-38", level="theorem")
def test_no_single_data_set_need_have_that_error_only_their_mean_has():
    data = load("bias_variance")
    assert abs(data.example_weights @ data.example_errors - 7.00725) < 1e-12
    assert np.abs(data.example_errors - 7.00725).min() > 0.005  # the nearest is 7
    assert data.example_errors.min() < 3 < 15 < data.example_errors.max()


@law("BV-02", level="law")
def test_with_the_degree_bias_and_training_error_fall_and_variance_rises():
    data = load("bias_variance")
    assert (np.diff(data.training) < 1e-12).all()
    assert (np.diff(data.variance) > -1e-12).all()
    assert data.bias[0] > 0.4 and data.bias[-1] < 1e-3


@law("BV-02", level="theorem")
def test_every_coefficient_costs_the_same_variance():
    data = load("bias_variance")
    expected = 0.25 * np.arange(1, 11) / 15  # sigma^2 (k + 1) / n at the places themselves
    assert (np.abs(data.variance / expected - 1) < 0.2).all()


def test_the_error_of_prediction_is_least_in_between_where_the_training_error_is_not():
    data = load("bias_variance")
    assert 3 <= data.error.argmin() <= 5 < data.training.argmin()
    assert data.error.min() + 0.05 < min(data.error[0], data.error[-1])
