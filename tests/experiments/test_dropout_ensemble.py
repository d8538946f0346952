"""What `dropout_ensemble` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("DROP-02", "DROP-03", "DROP-05", level="theorem")
def test_behind_a_linear_unit_the_scaled_net_is_the_mean_of_all_256_nets():
    data = load("dropout_ensemble")
    assert data.nets == 2**8
    assert np.abs(data.mean["linear"] - data.scaled["linear"]).max() < 1e-13


@law("DROP-04", level="theorem")
def test_behind_a_rectifier_the_mean_lies_above_the_scaled_net():
    data = load("dropout_ensemble")
    assert data.example_mean == 0.25 and data.example_scaled == 0
    gap = data.mean["relu"] - data.scaled["relu"]
    assert gap.min() > -1e-12 and gap.max() > 0.1


@law("DROP-06", level="theorem")
def test_behind_softmax_the_scaled_net_is_the_geometric_mean_and_not_the_mean():
    data = load("dropout_ensemble")
    assert np.abs(data.geometric - data.scaled["softmax"]).max() < 1e-13
    assert np.abs(data.mean["softmax"] - data.scaled["softmax"]).max() > 0.05


@law("DROP-07", level="theorem")
def test_after_inverted_dropout_nothing_is_to_be_scaled():
    data = load("dropout_ensemble")
    assert np.abs(data.inverted - data.unscaled).max() < 1e-13


@law("E-22", level="extreme")
def test_the_factor_as_the_slide_writes_it_is_negative():
    data = load("dropout_ensemble")
    assert data.slide_factor == -0.49 and data.keep_rate == 0.5
