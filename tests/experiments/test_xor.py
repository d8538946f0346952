"""What `xor` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("PERC-11", level="theorem")
def test_on_xor_every_pass_makes_four_mistakes_and_leads_back_to_zero():
    data = load("xor")
    assert (data.mistakes[2] == 4).all() and not data.weights[2].any()


def test_on_and_and_or_the_perceptron_finds_a_plane_and_stays_there():
    data = load("xor")
    assert not data.mistakes[:2, -1].any()
    for y, weights in zip(data.labels[:2], data.weights[:2], strict=True):
        assert (y * (data.X @ weights[-1, :2] + weights[-1, 2]) > 0).all()


@law("PERC-10", level="extreme")
def test_no_plane_gets_more_than_three_points_of_xor_right():
    assert load("xor").most_right.tolist() == [4, 4, 3]


@law("CIR-01", level="definition")
def test_or_and_not_and_make_the_slides_table():
    data = load("xor")
    assert np.array_equal(data.hidden, data.labels[[1, 0]].T)
    assert data.built.tolist() == [-1, 1, 1, -1] == data.labels[2].tolist()


@law("GD-04", level="theorem")
def test_training_from_some_starts_solves_xor_and_from_others_leaves_two_points_undecided():
    data = load("xor")
    solved = data.losses < 0.05
    assert 0 < solved.sum() < len(solved)
    assert (np.abs(data.losses[~solved] - np.log(2) / 2) < 0.01).all()
    assert (data.labels[2] * data.trained > 3).all()
