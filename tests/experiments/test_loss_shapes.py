"""What `loss_shapes` shows."""

import numpy as np

from refnn.experiments import load, loss_shapes
from refnn.properties import law


@law("LOSS-04", level="theorem")
def test_the_mean_follows_a_fifth_of_the_way_and_the_median_stays():
    data = load("loss_shapes")
    moved = data.outlier - data.outlier[0]
    assert np.allclose(data.mean - data.mean[0], moved / (len(loss_shapes.OTHERS) + 1), rtol=1e-13, atol=1e-13)
    assert (data.median == 3).all()


@law("LOSS-09", level="theorem")
def test_softmax_falls_for_ever_and_the_hinge_is_content_at_a_lead_of_one():
    data = load("loss_shapes")
    softmax, hinge, criterion = (data.loss[name] for name in ("softmax", "hinge", "perceptron criterion"))
    assert (np.diff(softmax) < 0).all() and softmax[-1] > 0
    assert np.array_equal(hinge == 0, data.lead >= 1) and np.array_equal(criterion == 0, data.lead >= 0)
    assert np.array_equal(hinge[data.lead <= 0], criterion[data.lead <= 0] + 1)


def test_the_hinge_is_never_below_the_mistakes_and_softmax_not_in_bits():
    hinge, softmax, mistakes = (load("loss_shapes").loss[name] for name in ("hinge", "softmax", "mistakes"))
    assert (hinge >= mistakes).all()
    assert (softmax / np.log(2) >= mistakes - 1e-15).all() and (softmax < mistakes).any()
