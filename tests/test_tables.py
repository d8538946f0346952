"""The tables that the engine and the command line choose from by name."""

import pytest

from refnn import activations, descent, init, losses, optimizers, regularizers

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
        assert pair == (getattr(module, name), getattr(module, f"{name}_backward"),
                        getattr(module, f"{name}_curvature", None))
        assert getattr(module, lookup)(pair) is pair


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
