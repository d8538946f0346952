"""What `sawtooth` shows."""

import numpy as np
import pytest

from refnn.experiments import load
from refnn.properties import law


@pytest.fixture(scope="module")
def data():
    return load("sawtooth")


@law("DEEP-03", level="theorem")
def test_one_two_three_and_five_folds_make_two_four_eight_and_thirty_two_pieces(data):
    assert data.pieces[[0, 1, 2, 4]].tolist() == [2, 4, 8, 32]
    # k folds touch the ground 2^(k - 1) + 1 times and the ceiling 2^(k - 1) times
    assert [(y == 0).sum() for y in data.teeth] == [2, 3, 5, 17]
    assert [(y == 1).sum() for y in data.teeth] == [1, 2, 4, 16]


@law("DEEP-03", level="theorem")
def test_a_flat_net_of_as_many_units_reaches_one_piece_more_than_it_has_units_and_loses_from_three_folds_on(data):
    assert (data.flat_best == 2 * data.folds + 1).all()
    assert ((data.pieces > data.flat_best) == (data.folds >= 3)).all()
    assert (data.units_flat >= data.pieces - 1).all()


def test_random_weights_do_not_fold(data):
    assert (data.random_mean <= 2 * data.folds + 1).all()
    assert data.random_most[-1] < data.pieces[-1] / 2 and np.all(data.random_mean > 1)
