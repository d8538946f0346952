"""What `conv_matrix` shows."""

import numpy as np
import pytest

from refnn.experiments import load
from refnn.properties import law


@pytest.fixture(scope="module")
def data():
    return load("conv_matrix")


@law("CNN-02", level="definition")
def test_the_toeplitz_matrix_has_the_rows_of_the_slide(data):
    rows = ["".join(f"{entry:g}" for entry in row) for row in data.full_matrix]
    assert rows == ["10000", "21000", "32100", "03210", "00321", "00032", "00003"]


@law("CNN-05", level="definition")
def test_the_layer_s_matrix_is_nine_by_twenty_five_with_81_entries_of_9_weights(data):
    assert data.layer_matrix.shape == (9, 25) and np.count_nonzero(data.layer_matrix) == 81
    assert set(data.layer_matrix[data.layer_matrix != 0]) == set(range(1, 10))
    assert ((data.layer_matrix != 0).sum(axis=1) == 9).all()


@law("CNN-01", "CNN-02", "CNN-05", level="law")
def test_every_matrix_does_what_its_operation_does(data):
    assert (data.gaps == 0).all()
    assert (np.convolve(data.w, data.y) == data.full).all()


@law("E-36", level="theorem")
def test_one_star_stands_for_seven_outputs_and_for_three_that_are_not_among_them(data):
    assert (len(data.full), len(data.valid)) == (7, 3)
    assert (data.valid != data.full[2:5]).any()  # the inner part is another one, since the kernel is not flipped
    assert (np.convolve(data.w[::-1], data.y)[2:5] == data.valid).all()
