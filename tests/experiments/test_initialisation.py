"""What `initialisation` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("INIT-03", level="theorem")
def test_small_weights_let_signal_and_gradient_die_by_the_same_factor():
    data = load("initialisation")
    slide = [0.214, 0.0476, 0.0106, 2.38e-3, 5.3e-4, 1.18e-4, 2.64e-5, 5.9e-6, 1.32e-6, 2.9e-7]
    assert (np.abs(data.activation["0.01"] / slide - 1) < 0.1).all()
    factor = 0.01 * 500**0.5
    assert abs(data.gain["0.01"] / factor - 1) < 0.01
    for series in (data.activation["0.01"], data.gradient["0.01"][::-1]):
        assert (np.abs(series[1:] / series[:-1] / factor - 1) < 0.1).all()


@law("INIT-04", level="theorem")
def test_big_weights_saturate_every_layer():
    data = load("initialisation")
    assert ((data.saturated["1"] > 0.92) & (data.saturated["1"] < 0.95)).all()
    assert (np.abs(data.activation["1"] - 0.982) < 0.005).all()
    assert (data.histogram["1"][:, [0, -1]].sum(axis=1) > 0.9).all()  # on the two walls


@law("INIT-04", level="theorem")
def test_yet_the_gradient_of_big_weights_does_not_vanish_but_grows():
    gradient = load("initialisation").gradient["1"]
    factors = gradient[:-1] / gradient[1:]
    assert (factors > 1).all()
    assert abs(np.exp(np.log(factors).mean()) - 3.48) < 0.2
    assert 0.1 < gradient[-1] < 0.2 and 5e3 < gradient[0] < 3e4


@law("INIT-06", level="theorem")
def test_xavier_keeps_signal_and_gradient_within_a_factor_of_four():
    data = load("initialisation")
    slide = [0.63, 0.49, 0.41, 0.36, 0.32, 0.29, 0.27, 0.26, 0.24, 0.23]
    assert (np.abs(data.activation["Xavier"] / slide - 1) < 0.1).all()
    assert data.gradient["Xavier"].min() > 0.25 * data.gradient["Xavier"].max()
    assert abs(data.spread["Xavier"] - 0.0447214) < 0.001


@law("INIT-07", level="theorem")
def test_he_keeps_signal_and_gradient_of_rectifiers():
    data = load("initialisation")
    for series in (data.activation["He"], data.gradient["He"]):
        assert series.min() > 0.7 * series.max() and series.max() < 1.1
    assert abs(data.spread["He"] - 0.0632456) < 0.001
