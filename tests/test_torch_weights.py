"""Weights under PyTorch's names, told from its documentation; `torch_weights.py` beside this asks PyTorch itself."""

import numpy as np
import pytest

from refnn import AvgPool2D, Centre, Conv2D, Dense, Dropout, Flatten, Maxout, MaxPool2D, Network
from refnn.interop.torch_weights import from_torch, to_torch
from refnn.layers import PReLU
from refnn.properties.support import normal


def network(seed=0, dtype="float32"):
    return Network([Centre(np.zeros((2, 8, 7))), Conv2D(3, (3, 2), activation="relu"), MaxPool2D(2), Dropout(0.5),
                    Conv2D(4, 2, bias=False), PReLU(), AvgPool2D(2), Flatten(), Dense(6, "tanh"), Maxout(2), Dense(5)],
                   (2, 8, 7), seed, dtype)  # fmt: skip


class Tensor:
    """What a tensor offers: its numbers, when it is out of the graph and in main memory."""

    def __init__(self, numbers, state="graph"):
        self.numbers, self.state = numbers, state

    def detach(self):
        return Tensor(self.numbers, "detached")

    def cpu(self):
        assert self.state == "detached"
        return Tensor(self.numbers, "cpu")

    def numpy(self):
        assert self.state == "cpu"
        if self.numbers is None:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.numbers


def test_every_module_has_the_place_that_it_has_in_a_sequential():
    shapes = {name: array.shape for name, array in to_torch(network()).items()}
    assert shapes == {"0.weight": (3, 2, 3, 2), "0.bias": (3,), "4.weight": (4, 3, 2, 2), "5.weight": (4,),
                      "8.weight": (6, 4), "8.bias": (6,), "11.weight": (5, 3), "11.bias": (5,)}  # fmt: skip


def test_weights_go_there_and_back_in_any_order_of_names_and_of_tensors():
    one, two, X = network(1), network(2), normal(3, 4, 2, 8, 7)
    state = to_torch(one)
    from_torch(two, {name: Tensor(state[name]) for name in sorted(state, reverse=True)})
    assert (two.predict(X) == one.predict(X)).all()
    assert to_torch(one)["0.weight"] is not to_torch(one)["0.weight"]
    nested = [name.replace("0.", "0.2.", 1) if name[0] == "0" else f"1.{name}" for name in state]
    there = to_torch(one, like=nested)
    assert [*there] == nested
    from_torch(third := network(3), there)
    assert (third.predict(X) == one.predict(X)).all()
    there["0.2.weight"][...] = 0
    assert one.parameters()["1.W"].all()


STATE = to_torch(network())


@pytest.mark.parametrize("change, error, words", [
    ({"4.bias": np.ones(4)}, ValueError, r"module 4: expected weight for Conv2D\(.*got weight, bias"),
    ({"0.bias": None}, ValueError, r"module 0: expected weight and bias for Conv2D\(filters=3.*, got weight$"),
    ({"5.running_mean": np.ones(4)}, ValueError, r"module 5: expected weight for PReLU\(.*got weight, running_mean"),
    ({"12.weight": np.ones(4), "12.running_mean": np.ones(4)}, ValueError,
     r"state: expected 5 modules .* got 6 \('0', .*, '12'\); those of Linear, Conv2d and PReLU can be taken"),
    ({"fc.weight": np.ones(4)}, ValueError, r"fc.weight: expected names as in a Sequential, such as 0.weight"),
    ({"weight": np.ones(4)}, ValueError, r"weight: expected names as in a Sequential"),
    ({"8.weight": np.ones((4, 6))}, ValueError, r"8.weight: expected shape \(6, 4\) for Dense\(units=6.*got \(4, 6\)"),
    ({"8.weight": np.ones((6, 4), np.complex64)}, TypeError, r"8.weight: .*complex64"),
    ({"8.weight": Tensor(None)}, TypeError, r"8.weight: .*BFloat16; convert it with .float\(\) first"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_and_changes_nothing(change, error, words):
    net, state = network(4), {**STATE, **change}
    before = net.parameters()
    with pytest.raises(error, match=words):
        from_torch(net, {name: array for name, array in state.items() if array is not None})
    assert all((array == before[name]).all() for name, array in net.parameters().items())


@pytest.mark.parametrize("dtype", ["<f2", ">f2"])
def test_half_precision_is_taken_exactly(dtype):
    halves = {name: array.astype(dtype) for name, array in STATE.items()}
    from_torch(net := network(4), halves)
    assert all((array == halves[name].astype(float)).all() for name, array in to_torch(net).items())


def test_a_network_without_weights_takes_none():
    from_torch(Network([Flatten()], (2, 2)), {})
    with pytest.raises(ValueError, match="expected 0 modules with weights, as the network has, got 1 \\('0'\\);"):
        from_torch(Network([Flatten()], (2, 2)), {"0.weight": 1})
    with pytest.raises(ValueError, match="expected 5 modules with weights, as the network has, got 0;"):
        from_torch(network(), {})
    with pytest.raises(TypeError, match="network: expected a Network, got 3"):
        to_torch(3)


@pytest.mark.parametrize("like, error, words", [
    (3, TypeError, "like: expected a list, got 3"),
    ([3], TypeError, "3: expected names as in a Sequential"),
    (["9" * 5000 + ".weight"], ValueError, "^9{80}: expected names as in a Sequential"),
])  # fmt: skip
def test_names_that_are_none_are_refused(like, error, words):
    with pytest.raises(error, match=words):
        to_torch(network(), like)
    with pytest.raises(TypeError, match=r"state: expected a dict of arrays, such as model.state_dict\(\), got 3"):
        from_torch(network(), 3)
