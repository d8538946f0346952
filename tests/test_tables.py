"""The tables that the engine and the command line choose from by name."""

import numpy as np
import pytest

from refnn import activations, descent, init, losses, optimizers, regularizers
from refnn.properties.support import normal, t12

PAIRS = {"loss": (losses, losses.LOSSES), "regularizer": (regularizers, regularizers.REGULARIZERS)}
SINGLES = {
    "initializer": (init, init.INITIALIZERS),
    "optimizer": (optimizers, {kind.__name__: kind for kind in optimizers.OPTIMIZERS.values()}),
    "schedule": (descent, descent.SCHEDULES),
}


@pytest.mark.parametrize("lookup", PAIRS)
def test_what_a_name_finds_is_the_function_its_gradient_and_its_curvature(lookup):
    module, table = PAIRS[lookup]
    for name, pair in table.items():
        assert getattr(module, lookup)(name) is pair
        functions = [getattr(module, name + ending, None) for ending in ("", "_backward", "_curvature")]
        assert [*pair[:3]] == functions
        assert getattr(module, lookup)(pair) == pair
        assert [*getattr(module, lookup)((*pair[:2],))] == [*pair[:2], *(None for _ in pair[2:])]


@pytest.mark.parametrize("name", losses.LOSSES)
def test_a_loss_and_its_gradient_in_one_go_are_those_of_the_two_functions(name):
    entry = losses.loss(name)
    scores, labels = normal(0, 5, 3), np.array([0, 2, 1, 2, 0])
    if name in ("squared_error", "absolute_error"):
        labels = normal(1, 5, 3)
    elif name == "perceptron_criterion":
        scores, labels = scores[:, 0], np.array([1, -1, 1, 1, -1])
    elif name == "binary_cross_entropy":
        scores, labels = scores[:, 0], labels / 2
    elif name == "cross_entropy":
        scores, labels = np.full((5, 3), 1 / 3), np.eye(3)[labels]
    value, gradient = entry.both(scores, labels)
    assert t12(value, entry.f(scores, labels)) and t12(gradient, entry.backward(1.0, scores, labels))


def test_an_activation_by_name_is_the_function_its_gradient_and_its_slope():
    for name, found in activations.ACTIVATIONS.items():
        assert activations.activation(name) is found
        assert found.f is getattr(activations, name)
        assert found.backward is getattr(activations, f"{name}_backward")
        assert found.prime is getattr(activations, f"{name}_prime", None)


@pytest.mark.parametrize("lookup", SINGLES)
def test_what_a_name_finds_bears_that_name(lookup):
    module, table = SINGLES[lookup]
    for name, found in table.items():
        assert getattr(module, name) is found
        assert getattr(module, lookup)(name.lower() if lookup == "optimizer" else name) is found
