"""Activations: torch.sigmoid, torch.nn.functional.softplus and their like."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.interop.torch_adapter.tensors import F, backward, elementwise, forward, torch

sigmoid, sigmoid_backward, sigmoid_prime = elementwise(torch.sigmoid)
tanh, tanh_backward, tanh_prime = elementwise(torch.tanh)
relu, relu_backward, relu_prime = elementwise(torch.relu)
softplus, softplus_backward, softplus_prime = elementwise(F.softplus)
leaky_relu, leaky_relu_backward, leaky_relu_prime = elementwise(lambda t, slope=0.01: F.leaky_relu(t, slope))
softmax, softmax_backward, _ = elementwise(lambda t, axis=-1: torch.softmax(t, axis))
log_softmax, log_softmax_backward, _ = elementwise(lambda t, axis=-1: torch.log_softmax(t, axis))


def step(z: ArrayLike) -> NDArray:
    """Return torch.heaviside, which is told its value at 0."""
    return forward(lambda t: torch.heaviside(t, torch.ones((), dtype=t.dtype)), z)


def softmax_jacobian(z: ArrayLike) -> NDArray:
    """Return torch.func.jacrev of the softmax, of each row."""
    of_rows = torch.func.jacrev(lambda t: torch.softmax(t, -1))
    for _ in range(np.ndim(z) - 1):
        of_rows = torch.vmap(of_rows)
    return forward(of_rows, z)


def prelu(z: ArrayLike, slope: ArrayLike) -> NDArray:
    """Return torch.nn.functional.prelu."""
    return forward(F.prelu, z, slope)


def prelu_backward(upstream: ArrayLike, z: ArrayLike, slope: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return its gradients."""
    dz, dslope = backward(F.prelu, upstream, z, slope)
    return dz, np.asarray(dslope)


def prelu_prime(z: ArrayLike, slope: ArrayLike) -> NDArray:
    """Return its derivative in z."""
    return prelu_backward(np.ones(np.shape(z)), z, slope)[0]
