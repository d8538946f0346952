"""Several ways to one gradient agree, and two modules that state one criterion state the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnn import Dense, Network, backprop, fit, graph, linear, losses, mlp, optimizers, perceptron, regularizers
from refnn.properties import law
from refnn.properties.support import SEEDS, exact_arrays, fd, normal, slope, t9, t12

STRENGTH = 0.25


def drawn(seed, bend):
    """Return a net of 5-4-6-3, samples and labels; biases are not 0."""
    Ws, bs = ([normal(seed + i, *shape) / 2 for i, shape in enumerate(shapes)]
              for shapes in (((4, 5), (6, 4), (3, 6)), ((4,), (6,), (3,))))
    return mlp.MLP(Ws, bs, [bend, bend, "identity"]), normal(seed + 9, 7, 5), np.arange(7) % 3


def by_recursion(net, X, labels):
    """The lecture's way: deltas from the loss down, the penalty's gradient added by hand."""
    scores = mlp.forward(net, X)[-1][1]
    pairs = backprop.gradients(net, X, losses.softmax_cross_entropy_backward(1.0, scores, labels))
    dWs = [dW + regularizers.l2_backward(STRENGTH, W) for (dW, _), W in zip(pairs, net.weights, strict=True)]
    return [*dWs, *(db for _, db in pairs)]


def full_loss(net, X, labels, *parameters):
    """The loss itself, for its slope."""
    moved = mlp.MLP(parameters[:3], parameters[3:], net.activations)
    price = sum(float(regularizers.l2(W)) for W in parameters[:3])
    return float(losses.softmax_cross_entropy(mlp.forward(moved, X)[-1][1], labels)) + STRENGTH * price


def by_graph(net, X, labels):
    """Write the loss down, and let the graph find its own way back."""
    def loss(*nodes):
        A = X
        for W, b, f in zip(nodes[:3], nodes[3:], net.activations, strict=True):
            Z = A @ W.T + b
            A = Z if f == "identity" else getattr(Z, f)()
        price = (nodes[0] ** 2).sum() + (nodes[1] ** 2).sum() + (nodes[2] ** 2).sum()
        return (A.log_sum_exp() - A.pick(labels)).mean() + STRENGTH * price

    return graph.value_and_gradient(loss, *net.weights, *net.biases)[1]


def by_engine(net, X, labels):
    """One step of plain descent of a network through `fit`, whose learning rate is 1: the gradient is what it moved."""
    engine = Network([Dense(len(b), f) for b, f in zip(net.biases, net.activations, strict=True)], 5, dtype="float64")
    engine.set_parameters({f"{i}.{name}": p for name, arrays in (("W", net.weights), ("b", net.biases))
                           for i, p in enumerate(arrays)})
    before = engine.parameters()
    fit(engine, X, labels, optimizer=optimizers.SGD(1.0), epochs=1, batch_size=len(X), strength=STRENGTH)
    after = engine.parameters()
    return [before[f"{i}.{name}"] - after[f"{i}.{name}"] for name in "Wb" for i in range(3)]


@law("BP-07", "CG-01", "LOSS-11", level="theorem")
@pytest.mark.parametrize("bend", ["tanh", "sigmoid", "relu"])
@given(seed=SEEDS)
def test_engine_delta_recursion_and_graph_agree_on_the_full_loss_of_one_net(bend, seed):
    net, X, labels = drawn(seed, bend)
    ways = [way(net, X, labels) for way in (by_recursion, by_graph, by_engine)]
    for recursion, walk, step in zip(*ways, strict=True):
        assert t9(recursion, walk) and t9(recursion, step)


@law("BP-07", "GC-02", level="gradient")
@pytest.mark.parametrize("bend", ["tanh", "sigmoid"])
@pytest.mark.parametrize("seed", range(3))
def test_the_delta_recursion_is_the_slope_of_the_full_loss(bend, seed):
    net, X, labels = drawn(seed, bend)
    parameters = [*net.weights, *net.biases]
    for k, gradient in enumerate(by_recursion(net, X, labels)):
        def moved(p, k=k):
            return full_loss(net, X, labels, *parameters[:k], p, *parameters[k + 1 :])

        assert fd(gradient, slope(moved, parameters[k]))


@law("PERC-04", level="theorem")
@given(exact_arrays((4, 3)), exact_arrays(3), st.lists(st.sampled_from([-1, 1]), min_size=4, max_size=4))
def test_the_criterion_of_the_weights_is_the_criterion_of_their_scores(X, w, y):
    scores = linear.affine(X, w[np.newaxis])[:, 0]
    assert t12(perceptron.criterion(w, X, y), losses.perceptron_criterion(scores, y, "sum"))
    missed = losses.perceptron_criterion_backward(1.0, scores, y, "sum")
    if (scores != 0).all():  # on the boundary the two take different subgradients, and say so
        assert t12(perceptron.criterion_gradient(w, X, y), X.T @ missed)
