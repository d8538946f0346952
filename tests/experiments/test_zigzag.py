"""What `zigzag` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("ACT-16", level="theorem")
def test_with_positive_inputs_every_sample_pulls_all_weights_the_same_way():
    data = load("zigzag")
    steps = np.diff(data.path["positive"], axis=0)
    assert data.one_sign["positive"] == 1 and (steps.prod(axis=1) >= 0).all()
    assert (steps.sum(axis=1) > 0).any() and (steps.sum(axis=1) < 0).any()  # to and fro


@law("ACT-16", level="theorem")
def test_with_centred_inputs_the_signs_differ_and_the_way_is_much_shorter():
    data = load("zigzag")
    assert 0.2 < data.one_sign["centred"] < 0.8
    assert 1 < data.length["centred"] < 1.5 < 2.5 < data.length["positive"]
    for path in data.path.values():
        assert np.linalg.norm(path[-1] - [1, -1]) < 0.3  # nobody gained by giving up


@law("ACT-16", "E-28", level="theorem")
def test_a_batch_of_positive_inputs_may_mix_its_signs_and_go_straight():
    data = load("zigzag")
    assert data.batch_of_two.tolist() == [-1, 1]
    assert data.one_sign["batch"] < 0.5 and data.length["batch"] < 1.1
