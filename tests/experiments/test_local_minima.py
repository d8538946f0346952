"""What `local_minima` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("GD-04", level="theorem")
def test_every_start_left_of_the_hill_ends_in_the_deeper_valley_and_every_other_in_the_other():
    data = load("local_minima")
    assert abs(data.flat[1] - 0.0754292) < 1e-6
    ends = np.where(data.starts < data.flat[1], -1.0355787, 0.9601496)
    assert np.abs(data.well_paths[-1] - ends).max() < 1e-6
    costs = np.where(data.starts < data.flat[1], -0.3054285, 0.2941465)
    assert np.abs(data.well_ends - costs).max() < 1e-6


@law("E-23", level="theorem")
def test_on_a_convex_cost_every_start_reaches_the_one_minimum():
    data = load("local_minima")
    assert np.abs(data.convex_paths[-1]).max() < 1e-5
    assert abs(data.convex_paths[10, data.starts == 1].item() - 0.00098) < 1e-5
