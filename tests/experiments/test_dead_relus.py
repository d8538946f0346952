"""What `dead_relus` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("ACT-15", level="theorem")
def test_a_bias_of_a_tenth_keeps_most_units_active_only_where_inputs_are_small():
    data = load("dead_relus")
    shares = dict(zip(data.spread.tolist(), data.active.tolist(), strict=True))
    for spread, share in {0.1: 0.841345, 0.5: 0.579260, 1.0: 0.539828}.items():
        assert abs(shares[spread] - share) <= 5e-7
    assert (np.diff(data.active) < 0).all() and data.active.min() > 0.5
    assert np.abs(data.drawn - data.active).max() < 5 * 0.5 / 10_000**0.5
    assert data.dead_with_bias < data.dead[0, 0] / 2


@law("ACT-12", "E-31", level="theorem")
def test_half_of_the_units_are_off_only_if_the_weights_are_symmetric():
    data = load("dead_relus")
    assert 0.46 < data.off_symmetric < 0.54 and data.off_positive == 0


@law("ACT-14", level="extreme")
def test_the_dead_stay_dead_and_get_no_gradient():
    data = load("dead_relus")
    assert data.revived == 0 and (np.diff(data.dead) >= 0).all()
    assert data.dead_slope["relu"] == 0


@law("ACT-13", level="extreme")
def test_leaky_units_in_their_place_would_go_on_learning():
    assert load("dead_relus").dead_slope["leaky_relu"] > 1e-3


def test_a_too_large_step_kills_most_units():
    small, middle, large = load("dead_relus").dead
    assert small[-1] - small[0] < 5 < middle[-1] - middle[0]
    assert large[0] < 40 and large[5] > 80
