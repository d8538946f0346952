"""What `perceptron_runs` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("PERC-08", level="theorem")
def test_no_run_makes_more_mistakes_than_novikoff_allows():
    data = load("perceptron_runs")
    assert (data.mistakes >= 1).all()  # from zero weights, the first sample is one
    assert (data.mistakes <= data.bounds).all() and (data.mistakes < data.bounds / 2).all()


def test_half_the_gap_means_a_higher_bound_and_fewer_of_the_mistakes_it_allows():
    data = load("perceptron_runs")
    assert (data.margins >= data.gaps[:, np.newaxis] - 1e-12).all()
    bounds, mistakes = np.median(data.bounds, axis=1), np.median(data.mistakes, axis=1)
    assert (bounds[1:] > 2 * bounds[:-1]).all()
    assert 2 < mistakes[-1] / mistakes[0] < bounds[-1] / bounds[0] / 5


@law("PERC-08", level="extreme")
def test_samples_at_right_angles_reach_the_bound():
    data = load("perceptron_runs")
    assert np.array_equal(data.worst_mistakes, data.worst_bounds)


@law("PERC-02", level="theorem")
def test_the_last_plane_is_right_everywhere_where_the_first_was_not():
    data = load("perceptron_runs")
    assert data.wrong[0].any() and not data.wrong[1].any()
    scores = data.X @ data.planes[1, :2] + data.planes[1, 2]
    assert (data.y * scores > 0).all()
