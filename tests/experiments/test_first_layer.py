"""What `first_layer` shows."""

import numpy as np
import pytest

from refnn.conv import conv2d
from refnn.experiments import load
from refnn.properties import law


@pytest.fixture(scope="module")
def data():
    return load("first_layer")


@law("CNN-15", level="theorem")
def test_the_stack_learns_to_read_digits_it_has_not_seen(data):
    assert data.accuracy["before"] < 0.4 and data.accuracy["after"] > 0.97


def test_the_kernels_move_by_less_than_their_length_and_what_is_added_is_smooth(data):
    assert 0.1 < data.moved < 1
    # independent weights have roughness 2; of 16 x 25 of them it strays by about 0.1
    assert abs(data.roughness["before"] - 2) < 0.4
    assert data.roughness["change"] < 1 < data.roughness["after"] < data.roughness["before"] - 0.2


@law("CNN-03", level="definition")
def test_a_map_is_what_its_kernel_answers_but_for_the_mean_image_and_the_bias(data):
    z = conv2d(data.digit[np.newaxis, np.newaxis], data.after[:, np.newaxis], padding=2)[0]
    assert data.maps.shape == z.shape and (data.maps >= 0).all()
    for answers, seen in zip(z, data.maps, strict=True):
        on = seen > 0
        assert on.sum() > 2 and answers[on].mean() > answers[~on].mean()
