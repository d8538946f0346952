"""From arrays to tensors and back: the forward pass, and autograd's gradients of it."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["F", "backward", "elementwise", "forward", "tensor", "torch"]

torch: Any = import_module("torch")
F: Any = torch.nn.functional
torch.set_num_threads(1)


def tensor(array: ArrayLike, dtype: Any = None) -> Any:
    """Return a tensor with memory of its own: strides below zero and foreign byte orders are unknown there."""
    plain = np.asarray(array)
    return torch.from_numpy(np.array(plain, dtype or plain.dtype.newbyteorder("="), order="C"))


def _widest(*arrays: ArrayLike | None) -> Any:
    """Return the common dtype; a plain number has none of its own."""
    given = np.result_type(*(a if type(a) in (int, float) else np.asarray(a) for a in arrays if a is not None))
    return given if given.kind == "f" else np.dtype(np.float64)


def forward(f: Callable[..., Any], *arrays: ArrayLike | None) -> NDArray:
    """Apply a function of tensors to arrays of their common dtype."""
    dtype = _widest(*arrays)
    return np.array(f(*(None if a is None else tensor(a, dtype) for a in arrays)).numpy())


def backward(f: Callable[..., Any], upstream: ArrayLike, *arrays: ArrayLike | None) -> Any:
    """Return autograd's gradients of sum(upstream * f(...)): one bare, several as a tuple; that of None is None."""
    dtype = _widest(upstream, *arrays)
    leaves = [None if a is None else tensor(a, dtype).requires_grad_() for a in arrays]
    with torch.enable_grad():  # a step that was stopped half-way leaves autograd switched off
        f(*leaves).backward(tensor(upstream, dtype))
    gradients = tuple(None if leaf is None else np.array(leaf.grad.numpy()) for leaf in leaves)
    return gradients if len(gradients) > 1 else gradients[0]


def elementwise(f: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """Return f on arrays, its vector-Jacobian product, and its derivative; further arguments are options of f."""

    def function(z: ArrayLike, *options: Any, **named: Any) -> NDArray:
        return forward(lambda t: f(t, *options, **named), z)

    def vjp(upstream: ArrayLike, z: ArrayLike, *options: Any, **named: Any) -> Any:
        return backward(lambda t: f(t, *options, **named), upstream, z)

    def prime(z: ArrayLike, *options: Any, **named: Any) -> Any:
        return vjp(np.ones_like(z, _widest(z)), z, *options, **named)

    return function, vjp, prime
