"""What `lecun1989` shows."""

import numpy as np

from refnn import conv, gradcheck
from refnn.experiments import load
from refnn.experiments.lecun1989 import PAPER, Maps, network
from refnn.properties import law


def maps(filters, inputs, shape):
    """Build a layer, and move its biases away from zero."""
    layer, rng = Maps(filters, inputs), np.random.default_rng(0)
    layer.build(shape, rng, np.dtype(float))
    layer.params["b"] += rng.standard_normal(layer.params["b"].shape)
    return layer, rng.standard_normal((2, *shape))


@law("CNN-16", level="definition")
def test_the_net_as_built_has_the_units_parameters_and_connections_of_the_paper():
    data = load("lecun1989")
    assert [(name, *row) for name, row in zip(data.layers, data.counts.tolist(), strict=True)] == conv.lecun1989()[1:]
    assert data.counts.sum(axis=0).tolist()[1:] == [9760, 64660]
    assert network().parameter_count() == 9760


def test_each_map_looks_at_eight_of_the_twelve_below_and_each_of_those_is_seen_by_eight():
    layer, x = maps(12, 8, (12, 8, 8))
    z = layer.forward(x)
    seen = np.empty((12, 12), bool)  # (below, above)
    for below in range(12):
        moved = x.copy()
        moved[:, below] += 1
        seen[below] = (layer.forward(moved) != z).any(axis=(0, 2, 3))
    assert (seen.sum(axis=0) == 8).all()
    assert (seen.sum(axis=1) == 8).all()


def test_a_unit_in_the_corner_sees_its_window_a_background_of_minus_one_and_its_own_bias():
    layer, x = maps(5, 3, (4, 7, 6))
    W, b = layer.params["W"], layer.params["b"]
    z = layer.forward(x)
    assert z.shape == (2, 5, 4, 3)
    window = np.full((4, 5, 5), -1.0)
    window[:, 2:, 2:] = x[1, :, :3, :3]
    below = [3, 0, 1]  # map 3 counts on from 3, around the circle of 4
    np.testing.assert_allclose(z[1, 3, 0, 0], (W[3] * window[below]).sum() + b[3, 0, 0], rtol=1e-12)


@law("CNN-11", "CNN-16", level="gradient")
def test_its_gradients_are_the_slopes_of_its_outputs():
    layer, x = maps(5, 3, (4, 7, 6))

    def f(x, W, b):
        layer.params = {"W": W, "b": b}
        return layer.forward(x)

    def f_backward(upstream, x, W, b):
        f(x, W, b)
        return layer.backward(upstream), layer.grads["W"], layer.grads["b"]

    assert gradcheck.check_backward(f, f_backward, x, layer.params["W"], layer.params["b"])


def test_it_learns_all_its_digits_and_misreads_fewer_of_the_easier_others_than_the_paper():
    wrong = load("lecun1989").wrong
    assert (wrong["1989"][:, -1, 0] <= PAPER["training"]).all()
    assert (wrong["1989"][:, -1, 1] < PAPER["test"]).all()
    assert wrong["today"][:, -1, 1].mean() < wrong["1989"][:, -1, 1].mean()
