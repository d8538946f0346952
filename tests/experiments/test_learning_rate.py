"""What `learning_rate` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("GD-02", level="definition")
def test_ten_steps_on_the_quadratic_lead_where_the_inventory_says():
    data = load("learning_rate")
    ends = dict(zip(data.rates.tolist(), data.paths[:, -1], strict=True))
    expected = {0.5: 0.0009765625, 1.0: 0.0, 1.9: 0.3486784401, 2.0: 1.0, 2.1: 2.5937424601}
    assert all(abs(ends[rate] - w) < 1e-12 for rate, w in expected.items())
    assert np.allclose(data.paths, data.formula, rtol=1e-12, atol=0)


@law("GD-03", level="theorem")
def test_w_arrives_below_twice_the_inverse_curvature_and_the_middle_rate_is_the_fastest():
    data = load("learning_rate")
    assert data.threshold == 2 and ((data.arrival > 0) == (data.rates < 2)).all()
    assert data.arrival[data.rates == 1] == 1
    assert data.arrival[0] > data.arrival[1] and data.arrival[3] > data.arrival[1]


@law("GD-03", level="theorem")
def test_the_cost_of_a_net_falls_at_every_step_unless_the_rate_is_too_large():
    slow, right, large = load("learning_rate").losses
    assert (np.diff(slow) < 0).all() and (np.diff(right) < 0).all()
    assert (np.diff(large) > 0).sum() >= 5 and large.max() > 2 * large[20]
    assert right[-1] < slow[-1] / 5
