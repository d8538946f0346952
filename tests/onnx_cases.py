"""Exported networks as others compute them: `pytest tests/onnx_cases.py`, with the packages onnx and onnxruntime.

The format's own evaluator is asked in both dtypes, the runtime in float32.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnn import (
    Activation,
    AvgPool2D,
    Centre,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Maxout,
    MaxPool2D,
    Network,
    activations,
    data,
    fit,
)
from refnn.cli import main
from refnn.experiments.digit_reader import MODELS, digit_reader
from refnn.interop.onnx import export
from refnn.layers import PReLU
from refnn.properties.support import normal

DTYPES = ["float32", "float64"]
IMAGE, VECTOR = (2, 7, 6), (6,)
ALONE = {
    **{f"dense {name}": ([Dense(4, name)], VECTOR) for name in activations.ACTIVATIONS},
    **{f"conv {name}": ([Conv2D(3, (3, 2), activation=name)], IMAGE) for name in activations.ACTIVATIONS},
    **{f"{name} of a vector": ([Activation(name)], VECTOR) for name in activations.ACTIVATIONS},
    **{f"{name} of an image": ([Activation(name)], IMAGE) for name in activations.ACTIVATIONS},
    "dense without bias": ([Dense(3, bias=False)], VECTOR),
    "conv without bias": ([Conv2D(3, 2, bias=False)], IMAGE),
    "conv, strides and borders": ([Conv2D(3, (3, 2), (2, 1), (2, 1))], IMAGE),
    "max": ([MaxPool2D((3, 2), (1, 2), (1, 1))], IMAGE),
    "max, windows cut off": ([MaxPool2D((2, 4))], IMAGE),
    "mean": ([AvgPool2D((3, 2), (1, 2), (1, 0))], IMAGE),
    "mean, windows cut off": ([AvgPool2D((2, 4))], IMAGE),
    "flatten": ([Flatten()], IMAGE),
    "flatten a vector": ([Flatten()], VECTOR),
    "dropout": ([Dropout(0.5)], IMAGE),
    "maxout": ([Maxout(3)], VECTOR),
    "maxout of an image": ([Maxout(2)], IMAGE),
    "maxout of one piece": ([Maxout(1)], VECTOR),
    "prelu": ([PReLU(-0.5)], VECTOR),
    "prelu of an image": ([PReLU(0.25)], IMAGE),
    "centre": ([Centre(normal(5, *IMAGE))], IMAGE),
    "centre of a vector": ([Centre(normal(5, *VECTOR))], VECTOR),
    "twice the same": ([Dense(4, "scaled_tanh"), Dense(4, "scaled_tanh"), Dense(4, "leaky_relu")], VECTOR),
}


def misread(layer):
    """Say whether onnx 1.23's evaluator takes the borders of a layer for top, bottom, left, right, against the format.

    It does for maxima in steps of 1 (reference/ops/_op_common_pool.py); the runtime is asked instead.
    """
    return isinstance(layer, MaxPool2D) and layer.stride == (1, 1) and layer.padding[0] != layer.padding[1]


def answers(net, X, path):
    """Yield what others compute from the file."""
    from onnx.reference import ReferenceEvaluator
    from onnxruntime import InferenceSession

    beyond = any(misread(layer) for layer in net.layers)
    if not beyond:
        yield ReferenceEvaluator(path).run(None, {"X": X})[0]
    if X.dtype == np.float32 or beyond:
        yield InferenceSession(path).run(None, {"X": X})[0]


def agree(net, X, folder):
    """Say whether others give the answers of the network, to rounding."""
    ours = net.predict(X)
    for theirs in answers(net, X, str(export(net, folder / "net.onnx"))):
        assert theirs.shape == ours.shape and theirs.dtype == ours.dtype == X.dtype
        if X.size and np.abs(theirs - ours).max() > 200 * np.finfo(X.dtype).eps * max(1, np.abs(ours).max()):
            return False
    return True


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ALONE)
def test_every_layer_computes_there_what_it_computes_here(name, dtype, tmp_path):
    described, shape = ALONE[name]
    net = Network([type(layer)(**layer.config()) for layer in described], shape, 3, dtype)
    net.set_parameters({key: normal(7, *p.shape) for key, p in net.parameters().items()})  # biases and slopes too
    for n in (1, 4):
        assert agree(net, normal(n, n, *shape, dtype=dtype), tmp_path)
    assert agree(net, np.zeros((2, *shape), dtype), tmp_path)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("model", MODELS)
def test_every_digit_reader_reads_there_what_it_reads_here(model, dtype, tmp_path):
    images, labels = data.digits(8 if model != "lenet" else 16)
    net = digit_reader(model, images, dtype=dtype)
    fit(net, images[:200], labels[:200], epochs=1)
    assert agree(net, images[:3].astype(dtype), tmp_path)


@st.composite
def windows(draw):
    """Draw a sample's shape and a layer with a window that fits it."""
    sizes, strides = [draw(st.tuples(st.integers(1, 4), st.integers(1, 4))) for _ in "ab"]
    pads = tuple(draw(st.integers(0, k - 1)) for k in sizes)
    sides = [draw(st.integers(max(1, k - 2 * p), 8)) for k, p in zip(sizes, pads, strict=True)]
    kind, shape = draw(st.sampled_from([Conv2D, MaxPool2D, AvgPool2D])), (draw(st.integers(1, 3)), *sides)
    return shape, Conv2D(2, sizes, strides, pads) if kind is Conv2D else kind(sizes, strides, pads)


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=150)
@given(drawn=windows())
def test_windows_of_every_kind_lie_there_where_they_lie_here(drawn, dtype, tmp_path_factory):
    shape, layer = drawn
    net = Network([type(layer)(**layer.config())], shape, 1, dtype)
    assert agree(net, normal(2, 2, *shape, dtype=dtype), tmp_path_factory.getbasetemp())


def test_the_file_says_what_it_is_and_takes_any_number_of_samples(tmp_path):
    import onnx

    net = Network([Dense(3, "tanh"), Maxout(3)], 4)
    model = onnx.load(export(net, tmp_path / "net.onnx"))
    assert model.producer_name == "refnn" and model.ir_version == 8 and model.opset_import[0].version == 17
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "n"
    assert [node.op_type for node in model.graph.node] == ["Gemm", "Tanh", "Reshape", "ReduceMax", "Identity"]
    assert [path.name for path in tmp_path.iterdir()] == ["net.onnx"]
    assert agree(Network([Dense(3, "tanh")], 4), np.empty((0, 4), np.float32), tmp_path)


def test_the_command_exports_a_model(tmp_path, monkeypatch, capsys):
    import onnx

    monkeypatch.chdir(tmp_path)
    assert main(["train", "--model", "softmax", "--epochs", "1"]) == 0
    assert main(["export", "digits.npz", "digits.onnx"]) == 0
    assert "digits.onnx" in capsys.readouterr().out
    onnx.checker.check_model("digits.onnx")
