"""What `adagrad_table` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("OPT-01", level="definition")
def test_the_slides_rates_are_the_exact_ones_cut_to_two_digits():
    data = load("adagrad_table")
    roots, slide = 1 / data.rates, 1 / data.slide_rates
    assert np.abs(roots - [[0.1, 20], [0.223607, 22.360680]]).max() < 1e-6
    assert np.abs(data.steps - [[1, 1], [0.894427, 0.447214]]).max() < 1e-6
    assert np.allclose(slide, [[0.1, 20], [0.22, 22]]) and (np.abs(roots / slide - 1) < 0.02).all()


@law("E-41", level="theorem")
def test_the_sum_counts_the_current_gradient_and_a_gradient_of_zero_leaves_the_rate_alone():
    data = load("adagrad_table")
    assert (data.rates[1] < data.previous_rates).all()
    resting = data.lengths[2] == 0
    assert resting.sum() == 40
    assert ((np.diff(data.series_rates[2]) == 0) == resting[1:]).all() and (np.diff(data.series_rates) <= 0).all()


@law("OPT-01", level="theorem")
def test_under_a_constant_gradient_the_steps_fall_as_one_over_the_root_of_their_number():
    data = load("adagrad_table")
    t = np.arange(1, data.lengths.shape[1] + 1)
    assert np.allclose(data.lengths[:2], 1 / np.sqrt(t), rtol=1e-12, atol=0)
