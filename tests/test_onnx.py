"""What an ONNX file will say, without the package onnx; `onnx_cases.py` beside this asks others what they compute."""

import sys

import numpy as np
import pytest

from refnn import Activation, Centre, Conv2D, Dense, Dropout, Flatten, Maxout, Network, activations
from refnn.interop.onnx import export, graph
from refnn.layers import PReLU


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_every_operator_takes_what_is_there_before_it(name):
    net = Network([Centre(np.ones((2, 5, 4))), Conv2D(3, (2, 1), (1, 2), (1, 0), name), PReLU(), Dropout(0.5),
                   Flatten(), Dense(6, name, bias=False), Maxout(3), Activation(name)], (2, 5, 4), 1, "float64")
    nodes, arrays = graph(net)
    known = {"X", *arrays}
    for node in nodes:
        assert known >= {*node.inputs} and node.output not in known
        known.add(node.output)
    assert nodes[-1].output == "Y"
    assert {*arrays} == {given for node in nodes for given in node.inputs if given in arrays}  # none in vain
    assert {array.dtype for array in arrays.values()} <= {np.dtype(np.float64), np.dtype(np.int64)}
    conv = next(node for node in nodes if node.operator == "Conv")
    assert conv.settings == {"kernel_shape": [2, 1], "strides": [1, 2], "pads": [1, 0, 1, 0]}
    assert all((arrays[key].ravel() == p.ravel()).all() for key, p in net.parameters().items())


def test_layers_of_one_s_own_are_refused():
    class Doubled(Dense):
        def forward(self, x, rng=None):
            return 2 * super().forward(x, rng)

    for own in (Doubled, type("Dense", (Doubled,), {})):
        with pytest.raises(ValueError, match=r"layers\[1\]: ONNX has no word for a layer of your own"):
            graph(Network([Dense(2), own(2)], 2))
    with pytest.raises(TypeError, match="network: expected a Network, got 3"):
        graph(3)


def test_where_onnx_is_missing_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r'ONNX needs the package onnx: pip install "refnn\[onnx\]"'):
        export(Network([Dense(2)], 2), tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []
