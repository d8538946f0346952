"""What `compute_graph` shows."""

import numpy as np

from refnn import losses, regularizers
from refnn.experiments import compute_graph, load
from refnn.gradcheck import check_gradient
from refnn.properties import law


def _cost(X, W):
    each = losses.multiclass_hinge(X @ W.T, compute_graph.LABELS, reduction="none")
    return losses.full_loss(each, W, compute_graph.STRENGTH)


@law("CG-03", level="definition")
def test_the_boxes_hold_the_full_loss_of_the_hinge():
    value = load("compute_graph").value
    assert value["L"] == _cost(value["X"], value["W"]) == value["mean"] + value["price"]
    each = losses.multiclass_hinge(value["S"], compute_graph.LABELS, reduction="none")
    assert np.array_equal(value["losses"], each)
    assert value["price"] == compute_graph.STRENGTH * regularizers.l2(value["W"])


@law("CG-01", level="gradient")
def test_what_arrives_at_the_inputs_is_the_slope_of_the_loss():
    data = load("compute_graph")
    X, W = data.value["X"], data.value["W"]
    assert check_gradient(lambda w: _cost(X, w), lambda w: data.gradient["W"], W)
    assert check_gradient(lambda x: _cost(x, W), lambda x: data.gradient["X"], X)


@law("CG-02", level="theorem")
def test_the_gradient_of_a_box_is_the_sum_of_what_the_boxes_above_hand_down():
    data = load("compute_graph")
    for box in data.boxes[:-1]:
        shares = [share for edge, share in data.handed.items() if edge.startswith(f"{box} > ")]
        assert len(shares) == (2 if box == "W" else 1)
        assert np.array_equal(sum(shares), data.gradient[box])
    assert data.handed["W > S"][1, 1] == -data.handed["W > price"][1, 1] != 0
