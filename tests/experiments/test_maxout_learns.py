"""What `maxout_learns` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("MAX-03", level="theorem")
def test_k_tangents_stay_within_one_over_k_squared_of_the_parabola():
    data = load("maxout_learns")
    assert data.pieces.tolist() == [1, 2, 5, 10]
    assert np.abs(data.tangent_error - [1, 0.25, 0.04, 0.01]).max() < 1e-12
    assert (data.tangents <= data.x**2 + 1e-15).all()


@law("MAX-03", level="theorem")
def test_one_and_two_lines_learn_to_cut_through_and_beat_the_tangents():
    data = load("maxout_learns")
    for k in (0, 1):
        best = 4 / data.pieces[k] ** 2 / 180**0.5  # a straight line fitted to each of k equal cells
        assert (np.abs(data.learned_rms[k] / best - 1) < 0.03).all()
        assert data.learned_error[k].max() < 0.7 * data.tangent_error[k]


@law("MAX-03", level="extreme")
def test_no_unit_does_better_than_the_lines_that_it_uses_allow():
    data = load("maxout_learns")
    assert (data.learned_rms > 0.98 * 4 / data.winning**2 / 180**0.5).all()
    assert (data.winning <= data.pieces[:, np.newaxis]).all()


@law("MAX-04", level="theorem")
def test_of_ten_lines_some_are_never_highest_and_are_missed():
    data = load("maxout_learns")
    assert (data.winning[-1] < 10).any()
    assert np.median(data.learned_error[-1]) > 2 * data.tangent_error[-1]


@law("MAX-01", level="definition")
def test_the_unit_is_the_highest_of_its_lines_and_convex():
    data = load("maxout_learns")
    slopes, heights = data.shown_lines.T
    assert np.abs(data.shown - (np.outer(data.x, slopes) + heights).max(axis=1)).max() < 1e-12
    assert (np.diff(data.shown, 2) > -1e-12).all()
