"""Weights to and from PyTorch itself: `pytest tests/torch_weights.py`, with the extra `torch` and safetensors."""

import numpy as np
import pytest

from refnn import AvgPool2D, Conv2D, Dense, Dropout, Flatten, MaxPool2D, Network
from refnn.interop import safetensors as ours
from refnn.interop.torch_weights import from_torch, to_torch
from refnn.layers import PReLU
from refnn.properties.support import normal


def pairs():
    """Return networks of ours, each with the Sequential that should do the same."""
    from torch import nn

    return {
        "dense": (([Dense(7, "tanh"), Dropout(0.5), Dense(5, "sigmoid", bias=False), Dense(3, "softplus")], 4),
                  nn.Sequential(nn.Linear(4, 7), nn.Tanh(), nn.Dropout(0.5), nn.Linear(7, 5, bias=False), nn.Sigmoid(),
                                nn.Linear(5, 3), nn.Softplus())),
        "conv": (([Conv2D(3, (3, 2), (2, 1), (1, 0), activation="relu"), MaxPool2D((2, 3), (1, 2), (1, 1)), PReLU(),
                   Conv2D(4, 2, bias=False, activation="leaky_relu"), AvgPool2D((1, 2), padding=(0, 1)), Flatten(),
                   Dense(6)], (2, 9, 8)),
                 nn.Sequential(nn.Conv2d(2, 3, (3, 2), (2, 1), (1, 0)), nn.ReLU(), nn.MaxPool2d((2, 3), (1, 2), (1, 1)),
                               nn.PReLU(3), nn.Conv2d(3, 4, 2, bias=False), nn.LeakyReLU(0.01),
                               nn.AvgPool2d((1, 2), padding=(0, 1)), nn.Flatten(), nn.Linear(40, 6))),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["dense", "conv"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_compute_the_same_with_the_same_weights(name, dtype, tmp_path):
    import torch
    from safetensors import torch as theirs

    (layers, shape), model = pairs()[name]
    model = model.to(getattr(torch, dtype)).eval()
    net = Network(layers, shape, 1, dtype)
    X = normal(2, 5, *net.input_shape, dtype=dtype)

    def agree():
        with torch.no_grad():
            Y = model(torch.from_numpy(X)).numpy()
        return np.abs(net.predict(X) - Y).max() < 100 * np.finfo(dtype).eps * np.abs(Y).max()

    assert not agree()
    from_torch(net, model.state_dict())
    assert agree()
    other = Network([type(layer)(**layer.config()) for layer in layers], shape, 7, dtype)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in to_torch(other).items()})
    assert not agree()
    net = other
    assert agree()

    theirs.save_file(model.state_dict(), tmp_path / "a")
    from_torch(net, ours.load(tmp_path / "a")[0])
    assert agree()
    model.load_state_dict(theirs.load_file(ours.save(to_torch(net), tmp_path / "b")))
    assert agree()


def test_safetensors_of_every_dtype_are_read_as_the_library_of_that_name_reads_them(tmp_path):
    import torch
    from safetensors import torch as theirs

    numbers = torch.tensor([[0.0, 1.5, -2.75], [3e-6, -65504.0, 0.1]])
    kinds = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
             torch.int8, torch.uint8, torch.bool]  # fmt: skip
    tensors = {str(kind): (numbers % 100 if not kind.is_floating_point else numbers).to(kind) for kind in kinds}
    theirs.save_file(tensors, tmp_path / "a", {"made": "there"})
    arrays, words = ours.load(tmp_path / "a")
    assert words == {"made": "there"} and arrays.keys() == tensors.keys()
    for name, tensor in tensors.items():
        plain = tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor
        assert (arrays[name] == plain.numpy()).all() and arrays[name].dtype == plain.numpy().dtype
    for name, tensor in theirs.load_file(ours.save(arrays, tmp_path / "b")).items():
        assert (tensor.numpy() == arrays[name]).all()

