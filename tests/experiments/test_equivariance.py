"""What `equivariance` shows."""

import numpy as np
import pytest

from refnn.experiments import load
from refnn.properties import law


@pytest.fixture(scope="module")
def data():
    return load("equivariance")


@law("CNN-14", "E-33", level="theorem")
def test_a_shift_commutes_with_convolution_to_the_last_bit_and_a_rotation_and_a_scaling_do_not(data):
    assert data.differences["shift"] == 0
    assert (data.moved_first["shift"] == data.convolved_first["shift"]).all()
    assert (data.moved["shift"] != data.image).any()
    assert data.differences["rotation"] > 0.5 and data.differences["scaling"] > 0.25
    assert data.differences["rotation, round kernel"] == 0


@law("CNN-13", level="theorem")
def test_one_pixel_touches_as_many_places_as_the_kernel_has(data):
    assert data.touched == 9


@law("POOL-03", "E-33", level="theorem")
def test_pooling_softens_small_shifts_but_no_shift_goes_unnoticed(data):
    assert (data.movement[:, 0] == 0).all() and (data.movement[:, 1:] > 0.2).all()
    assert (np.diff(data.movement, axis=0)[:, 1:] < 0).all()  # the larger the window, the less
    assert (np.diff(data.movement, axis=1) > 0).all()  # the further, the more


@law("E-33", level="theorem")
def test_measured_by_the_distance_between_digits_pooling_buys_little_and_at_four_pixels_nothing(data):
    compared = data.movement / data.strangers[:, np.newaxis]
    assert (compared[1:, 1] < compared[0, 1]).all() and (compared[1:, 1] > 0.75 * compared[0, 1]).all()
    assert (compared[:, 4] > 1).all() and (compared[1:, 4] > compared[0, 4]).all()
