"""Optimizers: torch.optim behind refnn's classes; an option that is not given has the default that it has there."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.interop.torch_adapter.tensors import tensor, torch


class _Optimizer:
    """A rule of torch.optim that moves NumPy arrays in place."""

    def __init__(self, rule: Any, **options: Any) -> None:
        self._rule, self._options = rule, {name: value for name, value in options.items() if value is not None}
        self._held: list[Any] = []
        self._torch: Any = None

    @property
    def learning_rate(self) -> float:
        """The learning rate of the moment."""
        return float(self._options["lr"])

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._options["lr"] = rate

    def step(self, params: Sequence[NDArray], grads: Sequence[ArrayLike]) -> None:
        """Move the parameters one step, in place."""
        if self._torch is None:
            self._hold([tensor(w) for w in params])
        self._torch.param_groups[0].update(self._options)
        for held, w, g in zip(self._held, params, grads, strict=True):
            held.grad, held.data = None, tensor(w)
            held.grad = tensor(g, w.dtype.newbyteorder("="))
        self._torch.step()
        for held, w in zip(self._held, params, strict=True):
            w[...] = held.detach().numpy()

    def _hold(self, tensors: list[Any]) -> None:
        self._held = [held.requires_grad_() for held in tensors]
        self._torch = self._rule(self._held, **self._options)

    def state(self) -> dict[str, Any]:
        """Return settings and memory: a list of arrays under each name that the rule has for it, and the tensors."""
        kept = [] if self._torch is None else [self._torch.state[held] for held in self._held]
        names = {name for memory in kept for name, value in memory.items() if name != "step" and value is not None}
        arrays = {name: [np.array(memory[name].numpy()) for memory in kept] for name in sorted(names)}
        steps = [float(memory.get("step", 0)) for memory in kept]
        return {"rule": self._rule.__name__, "options": dict(self._options), "steps": tuple(steps), **arrays}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue where an optimizer of the same rule was when it gave its state."""
        state = deepcopy(state)
        self._options, self._torch = state.pop("options"), None
        steps, _ = state.pop("steps"), state.pop("rule")
        if not state:
            return
        self._hold([tensor(array) for array in next(iter(state.values()))])
        for i, held in enumerate(self._held):
            self._torch.state[held].update({name: tensor(arrays[i]) for name, arrays in state.items()})
            self._torch.state[held]["step"] = torch.tensor(steps[i])


class SGD(_Optimizer):
    """torch.optim.SGD."""

    def __init__(self, learning_rate: float) -> None:
        super().__init__(torch.optim.SGD, lr=learning_rate)


class Momentum(_Optimizer):
    """torch.optim.SGD with a momentum; `nesterov` without one is refused there, and would be the same."""

    def __init__(self, learning_rate: float, momentum: float | None = None, nesterov: bool = False) -> None:
        super().__init__(torch.optim.SGD, lr=learning_rate, momentum=momentum, nesterov=nesterov and bool(momentum))


class Adagrad(_Optimizer):
    """torch.optim.Adagrad."""

    def __init__(self, learning_rate: float, epsilon: float | None = None) -> None:
        super().__init__(torch.optim.Adagrad, lr=learning_rate, eps=epsilon)


class RMSprop(_Optimizer):
    """torch.optim.RMSprop, where rho is called alpha."""

    def __init__(self, learning_rate: float, rho: float | None = None, epsilon: float | None = None) -> None:
        super().__init__(torch.optim.RMSprop, lr=learning_rate, alpha=rho, eps=epsilon)


class Adadelta(_Optimizer):
    """torch.optim.Adadelta."""

    def __init__(
        self, rho: float | None = None, epsilon: float | None = None, learning_rate: float | None = None
    ) -> None:
        super().__init__(torch.optim.Adadelta, rho=rho, eps=epsilon, lr=learning_rate)


class Adam(_Optimizer):
    """torch.optim.Adam."""

    def __init__(
        self, learning_rate: float | None = None, beta1: float = 0.9, beta2: float = 0.999, epsilon: float | None = None
    ) -> None:
        super().__init__(torch.optim.Adam, lr=learning_rate, betas=(beta1, beta2), eps=epsilon)


torch.optim.Adam([torch.zeros(1, requires_grad=True)]).step()  # what it imports late is no part of a step's time
