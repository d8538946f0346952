"""What `pretraining` shows."""

import math

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("VAN-01", level="theorem")
def test_from_random_weights_nothing_is_learned_since_no_gradient_arrives():
    data = load("pretraining")
    assert np.abs(data.costs["random"][5:] - math.log(10)).max() < 0.02  # log 10: guessing
    assert data.accuracy["random"] < 0.2
    assert data.gradient["random"][0] < 0.01 * data.gradient["random"][-1]


@law("PT-01", level="theorem")
def test_after_pre_training_on_the_labels_the_net_reads_digits():
    data = load("pretraining")
    assert data.costs["supervised"][-1] < 0.5 and data.accuracy["supervised"] > 0.75
    assert data.gradient["supervised"][0] > 0.1 * data.gradient["supervised"][-1]
    assert data.steps["supervised"][-1] == data.steps["random"][-1]  # as many steps in all


@law("PT-01", level="law")
def test_no_stage_ever_goes_uphill_and_fine_tuning_starts_where_the_last_one_ended():
    data = load("pretraining")
    for costs in (*data.stage_costs, *data.costs.values()):
        assert (np.diff(costs) <= 0).all()
    assert abs(data.costs["supervised"][0] - data.stage_costs[-1, -1]) < 1e-12


@law("PT-02", "PT-03", level="theorem")
def test_codes_of_codes_say_less_and_less_and_do_not_help_here():
    data = load("pretraining")
    assert data.restored[0] < 0.7 and (data.restored[2:] > 0.9).all()
    assert (data.spread["unsupervised"][1:] < 0.5 * data.spread["unsupervised"][:-1]).all()
    assert data.accuracy["unsupervised"] < 0.2


@law("PT-04", level="theorem")
def test_no_autoencoder_with_a_linear_decoder_beats_the_singular_values():
    data = load("pretraining")
    assert 0 < data.bound < data.restored[0]
