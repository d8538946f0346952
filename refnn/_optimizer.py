r"""What all optimizers share: checked settings, one memory for each parameter array, and the step itself.

The rules themselves stand in `refnn.optimizers`, side by side.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import kernels
from refnn._validate import as_float, at_least, fraction, not_negative, positive, same_shape, several, short

__all__ = ["Optimizer"]


def _yes_or_no(name: str, value: Any) -> bool:
    """Return `value` as a bool if it is one."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}: expected True or False, got {short(value)}")
    return bool(value)


_RANGES: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("learning_rate", "epsilon", "gamma_max"), not_negative),
    **dict.fromkeys(("momentum", "rho", "beta1", "beta2"), fraction),
    "overestimate": lambda name, value: None if value is None else positive(name, value),
    "warmup": lambda name, value: at_least(name, value, 1),
    "nesterov": _yes_or_no,
}


_PIECE = 32768  # numbers of each array at a time: a few hundred kilobytes in all


class Optimizer(ABC):
    r"""What the rules share: checks, one memory for each parameter array, and the step itself.

    $$(w_t, v_t, \dots) = \mathrm{rule}(t, g_t, w_{t-1}, v_{t-1}, \dots) \tag{OPT-12}$$

    A rule is a subclass that names its memory and defines `rule`; one that also defines `compiled` says how to do the
    same in one pass of a compiled kernel, bit for bit. Its settings are checked whenever they are set, so a
    schedule may assign `learning_rate` between two steps; a learning rate of 0 moves nothing. A name that is not a
    setting of the rule cannot be set. A rule that says `curved` is given the curvature h behind the gradient.
    """

    memory: ClassVar[tuple[str, ...]] = ()
    curved: ClassVar[bool] = False
    compiled: ClassVar[Callable[..., None] | None] = None
    _t = 0
    _layout: list[tuple[tuple[int, ...], np.dtype]] | None = None  # of the parameters, known from the first step on
    _memory: Mapping[str, list[NDArray]] = MappingProxyType({})

    def __init_subclass__(cls) -> None:
        if "rule" in cls.__dict__ and "compiled" not in cls.__dict__:
            cls.compiled = None  # the kernel of the rule that this one replaces

    @abstractmethod
    def rule(self, *args: Any, **kwargs: Any) -> tuple[NDArray, ...]:
        """Return the new w and memory, given t, g (and h), the old w and memory; all have one shape and dtype."""

    def step(
        self, params: Sequence[NDArray], grads: Sequence[ArrayLike], curvature: Sequence[ArrayLike] | None = None
    ) -> None:
        """Move the parameters one step, in place: the one function of this floor that changes an argument.

        Everything is checked before anything is written. The arithmetic is done in the dtype of the parameter, to which
        its gradient is rounded. NaN and infinity flow as the rule says; a gradient whose square overflows counts as
        infinitely large in the memory, so that the adaptive rules stand still instead of jumping.

        Args:
            params: list of writable float32 or float64 arrays that do not overlap.
            grads: list of their gradients, of exactly their shapes; left alone.
            curvature: list of the second derivatives along each coordinate, of the same shapes, for the rules that look
                at them (VSGD); the others leave them alone.

        Raises:
            TypeError: if `params` or `grads` is no list, or a parameter no float array.
            ValueError: if shapes differ from each other or from those of the first step, a parameter is read-only,
                arrays overlap, or a curvature is wanted and missing.
        """
        params = _writable(params)
        known = [_matching("grads", grads, params)]
        if self.curved:
            if curvature is None:
                raise ValueError(f"curvature: {type(self).__name__} needs the second derivatives beside the gradients: "
                                 "backprop.curvature gives them, and fit passes them on")
            known.append(_matching("curvature", curvature, params))
        _apart(params, known)
        self.advance(params, *known)

    def advance(
        self, params: list[NDArray], grads: list[NDArray], curvature: list[NDArray] | None = None
    ) -> None:
        """Do what `step` does after its checks: for a caller, such as a network, whose arrays are its own."""
        layout = [(w.shape, w.dtype if w.dtype.isnative else w.dtype.newbyteorder("=")) for w in params]
        if self._layout is None:
            self._layout = layout
            self._memory = {name: [np.zeros_like(w, w.dtype.newbyteorder("=")) for w in params] for name in self.memory}
        if layout != self._layout:
            before, now = _words(self._layout), _words(layout)
            raise ValueError(f"params: expected {before} as in the first step, got {now}: they need another optimizer")
        self._t += 1
        with np.errstate(over="ignore", invalid="ignore"):
            # a float64 gradient of a float32 parameter is rounded here
            ready = [self.prepared(g.astype(dtype, copy=False)) for g, (_, dtype) in zip(grads, layout, strict=True)]
            known = [ready] if curvature is None else [ready, curvature]
            for arrays in zip(*known, params, *self._memory.values(), strict=True):
                if self.compiled is not None and kernels.updates is not None and _plain(*arrays):
                    self.compiled(self._t, *(array.reshape(-1) for array in arrays))
                    continue
                for piece in _pieces(len(known), *arrays):
                    changing = piece[len(known) :]  # w and its memory
                    for old, new in zip(changing, self.rule(self._t, *piece), strict=True):
                        old[...] = new

    def parameter_count(self) -> int:
        """Return how many numbers the parameters have in all, once a step has shown them."""
        return sum(prod(shape) for shape, _ in self._layout or [])

    def prepared(self, g: NDArray) -> NDArray:
        """Return the gradient of one parameter array as the rule wants it: here as it is."""
        return g

    def state(self) -> dict[str, Any]:
        """Return all that the next step depends on: the rule's name, its settings, t, and copies of the memory.

        The memory is a list of arrays under each of the rule's names, empty before the first step.
        """
        settings = {name: getattr(self, name) for name in self._settings()}
        memory = {name: [array.copy() for array in self._memory.get(name, [])] for name in self.memory}
        return {"optimizer": type(self).__name__.lower(), **settings, "t": self._t, **memory}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue where an optimizer of the same rule was when it gave its `state()`, bit for bit.

        Settings are restored too. The state is copied, and nothing changes if it is refused.

        Raises:
            ValueError: if the state is of another rule, or its entries do not fit together.
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"state: expected the dict that state() returns, got {type(state).__name__}")
        expected = self.state()
        if set(state) != set(expected) or state["optimizer"] != expected["optimizer"]:
            rule, other = expected["optimizer"], state.get("optimizer")
            raise ValueError(f"state: expected that of {rule} with {[*expected]}, got that of {other} with {[*state]}")
        fresh = type(self)(**{name: state[name] for name in self._settings()})
        fresh._t = at_least("state['t']", state["t"], 0)
        memory = {name: [as_float(f"state[{name!r}]", array).copy()
                         for array in several(f"state[{name!r}]", state[name])] for name in self.memory}
        layouts = [[(array.shape, array.dtype) for array in arrays] for arrays in memory.values()]
        if any(layout != layouts[0] for layout in layouts):
            raise ValueError(f"state: expected equal shapes in {' and '.join(memory)}, got {[*map(_words, layouts)]}")
        if layouts and layouts[0]:
            fresh._memory, fresh._layout = memory, layouts[0]
        self.__dict__ = fresh.__dict__

    def _settings(self) -> tuple[str, ...]:
        return tuple(getattr(self, "__dataclass_fields__", ()))

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._settings():
            value = _RANGES[name](name, value)
        elif not name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no setting {name!r}: it has {', '.join(self._settings())}")
        super().__setattr__(name, value)


def _pieces(known: int, *arrays: NDArray) -> Iterator[tuple[NDArray, ...]]:
    """Walk through arrays of one shape in flat pieces that fit into the cache, all in the dtype of the parameter.

    The first `known` of them are only read; the parameter follows, then its memory.
    """
    dtype = arrays[known].dtype.newbyteorder("=")
    if arrays[known].size <= _PIECE and all(array.dtype == dtype for array in arrays):
        # small enough as they are; but NumPy 1 counts in float64 where an array has no axis
        yield tuple(np.atleast_1d(array) for array in arrays)
        return
    ways: list[Any] = [["readonly"]] * known + [["readwrite"]] * (len(arrays) - known)
    flags: list[Any] = ["external_loop", "buffered", "zerosize_ok"]
    with np.nditer(arrays, flags, ways, [dtype] * len(arrays), casting="unsafe", buffersize=_PIECE) as pieces:
        yield from pieces


def _plain(*arrays: NDArray) -> bool:
    """Say whether arrays are what a compiled kernel reads: of one native dtype, numbers side by side."""
    dtype = arrays[0].dtype
    return dtype.isnative and all(a.dtype == dtype and a.flags.c_contiguous and a.flags.aligned for a in arrays)


def _writable(params: Any) -> list[NDArray]:
    """Return the parameters as arrays that can be written to in place, or say why they cannot."""
    if not isinstance(params, list | tuple):
        raise TypeError(f"params: expected a list of arrays, got {type(params).__name__}")
    for i, w in enumerate(params):
        if not isinstance(w, np.ndarray):
            raise TypeError(f"params[{i}]: expected an array to update in place, got {type(w).__name__}")
        if w.dtype.kind != "f" or w.dtype.itemsize not in (4, 8):
            raise TypeError(f"params[{i}]: expected float32 or float64, got dtype {w.dtype}")
        if not w.flags.writeable:
            raise ValueError(f"params[{i}]: expected an array to update in place, got a read-only one")
        reach = sum((side - 1) * abs(stride) for side, stride in zip(w.shape, w.strides, strict=True)) + w.itemsize
        if w.size and w.nbytes > reach:
            raise ValueError(f"params[{i}]: shares memory with itself: {w.size} numbers in room for "
                             f"{reach // w.itemsize}")
    return [np.asarray(w) for w in params]  # views: subclasses are left behind, the memory is the same


def _matching(name: str, arrays: Any, params: list[NDArray]) -> list[NDArray]:
    """Return one array for each parameter, of exactly its shape."""
    if not isinstance(arrays, list | tuple):
        raise TypeError(f"{name}: expected a list of arrays, got {type(arrays).__name__}")
    if len(arrays) != len(params):
        raise ValueError(f"{name}: expected one for each of the {len(params)} parameters, got {len(arrays)}")
    pairs = enumerate(zip(arrays, params, strict=True))
    return [same_shape(f"{name}[{i}]", as_float(f"{name}[{i}]", a), w.shape) for i, (a, w) in pairs]


def _apart(params: list[NDArray], known: list[list[NDArray]]) -> None:
    """Refuse arrays that share memory: writing one parameter must not change another, nor a gradient."""
    read = [(f"{name}[{j}]", a) for name, arrays in zip(("grads", "curvature"), known, strict=False)
            for j, a in enumerate(arrays)]
    for i, w in enumerate(params):
        for name, other in [(f"params[{j}]", params[j]) for j in range(i)] + read:
            if np.shares_memory(w, other):
                raise ValueError(f"params[{i}]: shares memory with {name}, which the step would change on the way")


def _words(layout: list[tuple[tuple[int, ...], np.dtype]]) -> str:
    """Spell out shapes and dtypes."""
    return "[" + ", ".join(f"{shape} {dtype}" for shape, dtype in layout) + "]"
