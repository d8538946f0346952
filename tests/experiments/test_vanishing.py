"""What `vanishing` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("VAN-01", level="theorem")
def test_ten_layers_of_sigmoids_pass_on_almost_nothing_and_rectifiers_about_all():
    first = {f: rows[:, 0] for f, rows in load("vanishing").reaches.items()}
    assert first["sigmoid"].max() < 1e-4
    assert first["relu"].min() > 0.2 and first["relu"].max() < 5
    assert first["sigmoid"].max() < 1e-3 * first["tanh"].min()


@law("VAN-01", level="theorem")
def test_every_layer_of_sigmoids_passes_on_less_than_it_gets():
    assert (np.diff(load("vanishing").reaches["sigmoid"]) > 0).all()


@law("VAN-02", level="theorem")
def test_no_more_reaches_a_layer_than_the_weights_and_a_quarter_allow():
    data = load("vanishing")
    assert (data.reaches["sigmoid"] <= data.sigmoid_bound * (1 + 1e-12)).all()
    assert data.sigmoid_bound[:, 0].max() < 0.01  # the bound alone says that it vanishes


@law("VAN-03", "E-12", level="extreme")
def test_rectifiers_do_not_keep_a_gradient_from_exploding():
    data = load("vanishing")
    assert data.slopes.tolist() == [1] * 10
    assert data.doubled.tolist() == data.weights.tolist() == [2.0**l for l in range(9, -1, -1)]
