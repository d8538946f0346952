"""What `optimizer_paths` shows."""

import numpy as np
import pytest

from refnn.experiments import load, optimizer_paths
from refnn.gradcheck import numerical_gradient
from refnn.optimizers import OPTIMIZERS
from refnn.properties import law


@pytest.fixture(scope="module")
def data():
    return load("optimizer_paths")


def test_every_rule_that_there_is_walks(data):
    assert optimizer_paths.SETTINGS.keys() == OPTIMIZERS.keys()
    assert data.rules == tuple(rule.__name__ for rule in OPTIMIZERS.values())


@law("OPT-11", level="theorem")
def test_every_rule_ends_near_the_floor_of_a_valley_whatever_the_noise(data):
    assert (data.ends[0] < data.costs[0, :, :1] / 20).all()
    floors = np.array([-0.3054285, 0.2941465])
    assert (np.abs(data.ends[1][..., np.newaxis] - floors).min(axis=-1) < 0.1).all()


@law("GD-07", level="theorem")
def test_plain_descent_is_slowest_in_the_narrow_valley(data):
    low = data.costs[0] <= data.costs[0, :, :1] / 100
    steps = dict(zip(data.rules, low.argmax(axis=1), strict=True))
    assert low.any(axis=1).all()
    assert steps.pop("SGD") > max(steps.values())


@law("OPT-06", level="theorem")
def test_the_first_step_of_vsgd_is_almost_newtons(data):
    way = data.paths[0, data.rules.index("VSGD")]
    first = np.flatnonzero((way != way[0]).any(axis=1))[0]
    assert np.abs(way[first]).max() < 0.25 * np.abs(way[0]).max()


@law("OPT-13", level="theorem")
def test_momentum_rolls_into_the_deeper_valley_where_plain_descent_stays_in_the_nearer_one(data):
    deeper = dict(zip(data.rules, data.ends[1] < 0, strict=True))
    assert deeper["Momentum"].all() and not deeper["SGD"].any()


@pytest.mark.parametrize("surface", [optimizer_paths._narrow, optimizer_paths._two_valleys])
def test_the_slopes_and_curvatures_are_those_of_the_surfaces(surface):
    for w in np.array([[-2.0, 0.8], [0.3, -1.1]]):
        _, g, h = surface(w)
        assert np.allclose(numerical_gradient(lambda w: surface(w)[0], w), g, rtol=1e-5, atol=1e-5)
        bends = [numerical_gradient(lambda w, i=i: surface(w)[1][i], w)[i] for i in range(2)]
        assert np.allclose(bends, h, rtol=1e-5, atol=1e-5)
