"""What `bends` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("ACT-02", level="theorem")
def test_the_sigmoid_is_steepest_in_the_middle_and_passes_on_a_quarter_at_most():
    data = load("bends")
    slopes = data.slopes["sigmoid"]
    assert slopes.max() == 0.25 and data.z[slopes.argmax()] == 0
    assert (data.slopes["tanh"] <= 1).all() and (data.slopes["relu"][data.z > 0] == 1).all()


@law("ACT-06", level="theorem")
def test_every_curve_rises_where_its_slope_is_positive_and_falls_where_it_is_negative():
    data = load("bends")
    for name, slopes in data.slopes.items():
        rises = np.diff(data.values[name])
        both = np.sign(slopes[:-1]) == np.sign(slopes[1:])  # of one sign over the whole piece
        steep = both & (np.abs(slopes[:-1]) > 1e-9) & (np.abs(slopes[1:]) > 1e-9)
        assert (np.sign(rises[steep]) == np.sign(slopes[:-1][steep])).all(), name


@law("E-17", level="theorem")
def test_the_rectifier_has_none_of_the_virtues_but_one():
    data = load("bends")
    assert data.virtues["relu"] == "monotone" and data.virtues["tanh"] == "bounded smooth odd monotone"
