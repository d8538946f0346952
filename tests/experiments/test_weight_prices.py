"""What `weight_prices` shows."""

import numpy as np
import pytest

from refnn.experiments import load
from refnn.properties import law


@pytest.fixture(scope="module")
def data():
    return load("weight_prices")


@law("REG-01", level="theorem")
def test_at_the_minimum_loss_and_price_pull_with_equal_force_and_corners_hold_what_pulls_less(data):
    assert data.slope["l2"] < 1e-12 and data.slope["l1"] < 1e-9 and data.slack > 0


@law("REG-03", level="theorem")
def test_l2_brings_twins_together_shrinks_the_whole_and_makes_nothing_zero(data):
    w = data.weights["l2"]
    assert w.all() and (np.diff(np.square(w).sum(axis=1)) < 0).all()
    assert (np.diff(np.abs(w[:, 0] - w[:, 1])) < 0).all() and abs(w[-1, 0] - w[-1, 1]) < 0.05 * w[-1, 0]


@law("REG-01", level="theorem")
def test_l1_drops_the_useless_first_then_one_twin_and_makes_all_zero_in_the_end(data):
    kept = data.weights["l1"] != 0
    assert kept[0].all() and not kept[-1].any() and (np.diff(kept.astype(int), axis=0) <= 0).all()
    useless_gone = np.argmin(kept[:, 5:].any(axis=1))
    assert kept[useless_gone, :5].all() and kept[:, 0].sum() < kept[:, 1:5].sum(axis=0).min()
    assert data.weights["l1"][kept[:, 0].sum(), 1] > 1  # the other does the work of both
