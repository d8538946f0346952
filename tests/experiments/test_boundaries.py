"""What `boundaries` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("UNI-01", level="theorem")
def test_more_hidden_units_tell_more_of_the_disc_from_the_ring():
    accuracy = load("boundaries").accuracy
    assert 0.45 < accuracy[0] < 0.65 < accuracy[1] < 0.9 < 0.96 < accuracy[2] < accuracy[3] + 0.02
    assert accuracy[3] > 0.99


@law("E-18", level="extreme")
def test_up_to_two_units_leave_the_inside_open_and_three_close_it():
    data = load("boundaries")
    for units, inside in zip(data.hidden, data.maps > 0.5, strict=True):
        edge = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
        assert inside.any() and edge.any() == (units < 3), units


def test_without_a_hidden_layer_the_boundary_is_a_line():
    data = load("boundaries")
    scores = np.log(data.maps[0] / (1 - data.maps[0]))
    assert np.abs(np.diff(scores, 2, axis=0)).max() < 1e-9 and np.abs(np.diff(scores, 2, axis=1)).max() < 1e-9
