"""What `universality` shows."""

import numpy as np
import pytest

from refnn.experiments import load
from refnn.properties import law


@pytest.fixture(scope="module")
def data():
    return load("universality")


@law("UNI-02", "UNI-04", level="definition")
def test_the_errors_for_four_eight_and_sixteen_pieces_are_the_worked_ones(data):
    assert data.cells[:3].tolist() == [4, 8, 16]
    assert data.errors["steps"][:3].round(6).tolist() == [0.707107, 0.382683, 0.195090]
    assert data.errors["relus"][:3].round(6).tolist() == [0.210514, 0.070378, 0.018846]


@law("UNI-02", "UNI-03", "UNI-04", level="theorem")
def test_every_net_keeps_its_bound(data):
    for kind, errors in data.errors.items():
        assert (errors <= data.bounds[kind]).all(), kind


@law("UNI-01", level="theorem")
def test_twice_the_pieces_halve_the_error_of_stairs_and_quarter_that_of_a_polygon(data):
    for kind, factor in (("steps", 2), ("sigmoids", 2), ("relus", 4)):
        shrinks = data.errors[kind][:-1] / data.errors[kind][1:]
        assert np.abs(shrinks[1:] - factor).max() < 0.07 * factor, kind


@law("UNI-05", "E-20", level="theorem")
def test_a_bounded_net_near_a_line_on_the_unit_interval_misses_it_by_more_than_half_the_way_far_out(data):
    assert data.near_error < 0.07
    assert data.missed_x - data.missed_net > data.missed_x / 2 > 1
    assert np.abs(data.far_net).max() <= 1 < data.far_x.max()
