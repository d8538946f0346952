r"""Optimizers: from the gradient to the next weights.

Plain gradient descent goes down the gradient with one learning rate for all. Momentum goes on in the direction of
the past steps; Adagrad, RMSprop, Adadelta and Adam give every parameter a learning rate of its own, from the size of
the gradients it has met. Each rule is one pure function from the old (w, v, ...) to the new, so that the rules can be
read side by side; what they share (checks, memory, writing back) is in `Optimizer`.

Symbols: `g` gradient, `w` parameter, `t` the number of this step, from 1; `v` velocity, or sum or mean of squared
gradients; `m` mean of gradients; `d` mean of squared steps. All memory starts at 0. `learning_rate` is $\eta$
($\alpha$ for Adam), `momentum` is $\mu$, `epsilon` is $\epsilon$.

Conventions: $\epsilon$ stands outside the root, in Adadelta inside, as its definition has it. Where $\epsilon = 0$,
0/0 counts as 0: a parameter that never met a gradient stays where it is. Coordinates do not interact.

Source: S2 "Learning Rate", "Adagrad" and the list behind it; Duchi et al. 2011, Tieleman and Hinton 2012, Zeiler 2012,
Kingma and Ba 2015; Polyak 1964 and Nesterov 1983 for momentum.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, at_least, fraction, not_negative, one_of, positive, same_shape

__all__ = [  # noqa: RUF022
    "Adadelta", "Adagrad", "Adam", "Momentum", "OPTIMIZERS", "Optimizer", "RMSprop", "SGD",
    "adam_step_bound", "optimizer",
]  # fmt: skip


def _yes_or_no(name: str, value: Any) -> bool:
    """Return `value` as a bool if it is one."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}: expected True or False, got {value!r}")
    return bool(value)


_RANGES: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("learning_rate", "epsilon"), not_negative),
    **dict.fromkeys(("momentum", "rho", "beta1", "beta2"), fraction),
    "nesterov": _yes_or_no,
}


class Optimizer(ABC):
    r"""What the rules share: checks, one memory for each parameter array, and the step itself.

    $$(w_t, v_t, \dots) = \mathrm{rule}(t, g_t, w_{t-1}, v_{t-1}, \dots) \tag{OPT-12}$$

    A rule is a subclass that names its memory and defines `rule`. Its settings are checked whenever they are set, so a
    schedule may assign `learning_rate` between two steps; a learning rate of 0 moves nothing. A name that is not a
    setting of the rule cannot be set.
    """

    memory: ClassVar[tuple[str, ...]] = ()
    _t = 0
    _layout: list[tuple[tuple[int, ...], np.dtype]] | None = None  # of the parameters, known from the first step on
    _memory: Mapping[str, list[NDArray]] = MappingProxyType({})

    @abstractmethod
    def rule(self, *args: Any, **kwargs: Any) -> tuple[NDArray, ...]:
        """Return the new w and memory, given t, g and the old w and memory; all arrays have one shape and dtype."""

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
            curvature: for rules that look at it; the rules of this module do not.

        Raises:
            TypeError: if `params` or `grads` is no list, or a parameter no float array.
            ValueError: if shapes differ from each other or from those of the first step, a parameter is read-only, or
                arrays overlap.
        """
        params = _writable(params)
        grads = _matching(grads, params)
        _apart(params, grads)
        layout = [(w.shape, w.dtype.newbyteorder("=")) for w in params]
        if self._layout is None:
            self._layout = layout
            self._memory = {name: [np.zeros_like(w, w.dtype.newbyteorder("=")) for w in params] for name in self.memory}
        if layout != self._layout:
            before, now = _words(self._layout), _words(layout)
            raise ValueError(f"params: expected {before} as in the first step, got {now}: they need another optimizer")
        self._t += 1
        with np.errstate(over="ignore", invalid="ignore"):
            for arrays in zip(params, grads, *self._memory.values(), strict=True):
                with _pieces(*arrays) as pieces:
                    for w, g, *memory in pieces:
                        for old, new in zip((w, *memory), self.rule(self._t, g, w, *memory), strict=True):
                            old[...] = new

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
        memory = {name: [as_float(f"state[{name!r}]", array).copy() for array in state[name]] for name in self.memory}
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


@dataclass(eq=False)
class SGD(Optimizer):
    r"""Plain gradient descent: every parameter goes down its gradient with the same learning rate.

    $$w \leftarrow w - \eta\, g \tag{GD-01}$$

    Args:
        learning_rate: not below 0.

    Example:
        >>> w = np.array([1.0, -2.0])
        >>> SGD(learning_rate=0.5).step([w], [[1, 1]])
        >>> w
        array([ 0.5, -2.5])
    """

    learning_rate: float

    def rule(self, t: int, g: NDArray, w: NDArray) -> tuple[NDArray, ...]:
        """Go down the gradient."""
        # w <- w - eta g (GD-01)
        return (w - self.learning_rate * g,)


@dataclass(eq=False)
class Momentum(Optimizer):
    r"""Gradient descent with inertia: the step goes along a decaying sum of all gradients so far.

    $$v \leftarrow \mu v + g, \qquad w \leftarrow w - \eta v, \qquad
      \text{with Nesterov } w \leftarrow w - \eta\,(g + \mu v) \tag{OPT-13}$$

    Convention: $\eta$ stands outside $v$, so a new learning rate acts on the whole velocity at once. The steps grow up
    to $1 / (1 - \mu)$ times those of plain descent.

    Args:
        learning_rate: not below 0.
        momentum: in [0, 1); 0 is plain descent.
        nesterov: look one velocity ahead.

    Example: under a constant gradient of 1 the steps are 1, 1.5, 1.75.

        >>> w, descent = np.array([0.0]), Momentum(learning_rate=1, momentum=0.5)
        >>> for _ in range(3):
        ...     descent.step([w], [[1]])
        >>> w
        array([-4.25])
    """

    learning_rate: float
    momentum: float = 0.9
    nesterov: bool = False
    memory = ("v",)

    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> tuple[NDArray, ...]:
        """Let the velocity fade, add the gradient, and go along it."""
        # v <- mu v + g; w <- w - eta v, or with Nesterov w <- w - eta (g + mu v) (OPT-13)
        v = self.momentum * v + g
        return w - self.learning_rate * (g + self.momentum * v if self.nesterov else v), v


@dataclass(eq=False)
class Adagrad(Optimizer):
    r"""Divide the learning rate of each parameter by the root of the sum of its squared gradients so far.

    $$w \leftarrow w - \eta_w\, g, \qquad \eta_w = \frac{\eta}{\sqrt{v} + \epsilon}, \qquad
      v \leftarrow v + g^2 \tag{OPT-01}$$

    The sum includes the current gradient (E-41). No step is longer than $\eta$; under a constant gradient step $t$ has
    the length $\eta / \sqrt{t}$.

    Args:
        learning_rate: not below 0.
        epsilon: not below 0, outside the root.

    Example: the slide's table; gradients 0.1, 0.2 and 20, 10 differ 100 times in size, the steps do not.

        >>> w, adagrad = np.zeros(2), Adagrad(learning_rate=1, epsilon=0)
        >>> adagrad.step([w], [[0.1, 20]])
        >>> w
        array([-1., -1.])
        >>> adagrad.step([w], [[0.2, 10]])
        >>> w.round(6)
        array([-1.894427, -1.447214])
    """

    learning_rate: float
    epsilon: float = 1e-8
    memory = ("v",)

    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> tuple[NDArray, ...]:
        """Count the gradient in, then go down it by its share of all so far."""
        # v <- v + g^2; w <- w - eta g / (sqrt(v) + epsilon) (OPT-01, E-41)
        v = v + g * g
        return w - self.learning_rate * _over(g, np.sqrt(v) + self.epsilon), v


@dataclass(eq=False)
class RMSprop(Optimizer):
    r"""Divide each gradient by the root of the decaying mean of its squares: Adagrad that forgets.

    $$v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad w \leftarrow w - \eta\,\frac{g}{\sqrt{v} + \epsilon}
      \tag{OPT-02}$$

    No step is longer than $\eta / \sqrt{1 - \rho}$, and with $\epsilon = 0$ the first one is exactly so long; under a
    constant gradient the steps tend to $\eta$.

    Args:
        learning_rate: not below 0.
        rho: in [0, 1), how much of the mean is kept.
        epsilon: not below 0, outside the root.

    Example:
        >>> w = np.zeros(1)
        >>> RMSprop(learning_rate=1, epsilon=0).step([w], [[5]])
        >>> w.round(6)
        array([-3.162278])
    """

    learning_rate: float
    rho: float = 0.9
    epsilon: float = 1e-8
    memory = ("v",)

    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> tuple[NDArray, ...]:
        """Go down the gradient in units of its recent size."""
        # v <- rho v + (1 - rho) g^2; w <- w - eta g / (sqrt(v) + epsilon) (OPT-02)
        v = self.rho * v + (1 - self.rho) * g * g
        return w - self.learning_rate * _over(g, np.sqrt(v) + self.epsilon), v


@dataclass(eq=False)
class Adadelta(Optimizer):
    r"""Take steps of the size of the recent steps: no learning rate is left to choose.

    $$v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad
      \Delta = -\frac{\sqrt{d + \epsilon}}{\sqrt{v + \epsilon}}\, g, \qquad
      d \leftarrow \rho d + (1 - \rho)\, \Delta^2, \qquad w \leftarrow w + \Delta \tag{OPT-03}$$

    Here $\epsilon$ is inside the roots. It also sets the first step, of size $\sqrt{\epsilon}$ or so: with
    $\epsilon = 0$ the rule never starts to move.

    Args:
        rho: in [0, 1), how much of the means is kept.
        epsilon: not below 0, inside the roots.

    Example:
        >>> w = np.zeros(1)
        >>> Adadelta().step([w], [[1]])
        >>> w.round(8)
        array([-0.00447209])
    """

    rho: float = 0.95
    epsilon: float = 1e-6
    memory = ("v", "d")

    def rule(self, t: int, g: NDArray, w: NDArray, v: NDArray, d: NDArray) -> tuple[NDArray, ...]:
        """Go down the gradient in units of its recent size, as far as the recent steps went."""
        # v <- rho v + (1 - rho) g^2; delta = -sqrt(d + epsilon) / sqrt(v + epsilon) g (OPT-03)
        v = self.rho * v + (1 - self.rho) * g * g
        delta = -_over(np.sqrt(d + self.epsilon) * g, np.sqrt(v + self.epsilon))
        # d <- rho d + (1 - rho) delta^2; w <- w + delta (OPT-03)
        d = self.rho * d + (1 - self.rho) * delta * delta
        return w + delta, v, d


@dataclass(eq=False)
class Adam(Optimizer):
    r"""Momentum and RMSprop together, both means corrected for their start at zero.

    $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2, \qquad
      w \leftarrow w - \alpha\, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon} \tag{OPT-04}$$

    Without the powers $t$ of the correction the first steps would be too short or too long: under a constant gradient
    every step has the length $\alpha$. How long one may get under others: `adam_step_bound`.

    Args:
        learning_rate: $\alpha$, not below 0.
        beta1: in [0, 1), how much of the mean of gradients is kept.
        beta2: in [0, 1), how much of the mean of squares is kept.
        epsilon: not below 0, outside the root.

    Example:
        >>> w, adam = np.zeros(2), Adam(learning_rate=0.5, epsilon=0)
        >>> for _ in range(4):
        ...     adam.step([w], [[0.001, -300]])
        >>> w.round(6)
        array([-2.,  2.])
    """

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    memory = ("m", "v")

    def rule(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> tuple[NDArray, ...]:
        """Go down the mean gradient in units of the recent size, both corrected for their start at 0."""
        # m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2 (OPT-04)
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g * g
        # w <- w - alpha m_hat / (sqrt(v_hat) + epsilon), where m_hat = m / (1 - beta1^t), v_hat likewise (OPT-04)
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        return w - self.learning_rate * _over(m_hat, np.sqrt(v_hat) + self.epsilon), m, v


def adam_step_bound(t: int, learning_rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999) -> float:
    r"""Return how long step `t` of Adam can be, whatever the gradients were.

    $$|\Delta_t| \le \alpha\, \frac{1 - \beta_1}{\sqrt{1 - \beta_2}}
      \sqrt{\sum_{j=0}^{t-1} \Bigl(\frac{\beta_1^2}{\beta_2}\Bigr)^j}\;
      \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \tag{OPT-05}$$

    By Cauchy and Schwarz; a long rest, then gradients that fall like $(\beta_1 / \beta_2)^{j}$ towards the past, reach
    it. The bound in the paper, $\alpha (1 - \beta_1) / \sqrt{1 - \beta_2}$, is none: it misses the sum.

    Args:
        t: number of the step, from 1.
        learning_rate: $\alpha$, not below 0.
        beta1: in [0, 1).
        beta2: in (0, 1).

    Returns:
        The bound, infinite where it overflows (only for $\beta_1^2 > \beta_2$).

    Example: the first step is never longer than the learning rate, later ones may be 7.27 times as long.

        >>> round(adam_step_bound(1, learning_rate=1), 6), round(adam_step_bound(20000, learning_rate=1), 6)
        (1.0, 7.270292)
    """
    t, alpha = at_least("t", t, 1), not_negative("learning_rate", learning_rate)
    beta1, beta2 = fraction("beta1", beta1), fraction("beta2", positive("beta2", beta2))
    q = np.float64(beta1**2 / beta2)
    with np.errstate(over="ignore"):
        terms = t if q == 1 else float((1 - q**t) / (1 - q))  # the geometric sum over j
    # alpha (1 - beta1) / sqrt(1 - beta2) sqrt(sum) sqrt(1 - beta2^t) / (1 - beta1^t) (OPT-05)
    return alpha * (1 - beta1) / math.sqrt(1 - beta2) * math.sqrt(terms) * math.sqrt(1 - beta2**t) / (1 - beta1**t)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    rule.__name__.lower(): rule for rule in (SGD, Momentum, Adagrad, RMSprop, Adadelta, Adam)
}


def optimizer(name: str) -> type[Optimizer]:
    """Return the class of the rule with this name.

    Raises:
        ValueError: if there is no such rule; the error lists those there are.

    Example:
        >>> optimizer("adam")(learning_rate=0.01)
        Adam(learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-08)
    """
    return OPTIMIZERS[one_of("optimizer", name, OPTIMIZERS)]


def _over(a: NDArray, b: NDArray) -> NDArray:
    """Divide a by a root b that is 0 only where a is 0 (or too small to square): 0/0 counts as 0."""
    return a / (b + (b == 0))


def _pieces(w: NDArray, g: NDArray, *memory: NDArray) -> np.nditer:
    """Walk through arrays of one shape in flat pieces that fit into the cache, all in the dtype of the parameter."""
    ways: list[Any] = [["readwrite"], ["readonly"], *[["readwrite"]] * len(memory)]
    dtypes = [w.dtype.newbyteorder("=")] * len(ways)  # a float64 gradient of a float32 parameter is rounded here
    flags: list[Any] = ["external_loop", "buffered", "zerosize_ok"]
    return np.nditer([w, g, *memory], flags, ways, dtypes, casting="unsafe", buffersize=32768)


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
    return [np.asarray(w) for w in params]  # views: subclasses are left behind, the memory is the same


def _matching(grads: Any, params: list[NDArray]) -> list[NDArray]:
    """Return one gradient for each parameter, of exactly its shape."""
    if not isinstance(grads, list | tuple):
        raise TypeError(f"grads: expected a list of arrays, got {type(grads).__name__}")
    if len(grads) != len(params):
        raise ValueError(f"grads: expected one for each of the {len(params)} parameters, got {len(grads)}")
    pairs = enumerate(zip(grads, params, strict=True))
    return [same_shape(f"grads[{i}]", as_float(f"grads[{i}]", g), w.shape) for i, (g, w) in pairs]


def _apart(params: list[NDArray], grads: list[NDArray]) -> None:
    """Refuse arrays that share memory: writing one parameter must not change another, nor a gradient."""
    for i, w in enumerate(params):
        others = [(f"params[{j}]", params[j]) for j in range(i)] + [(f"grads[{j}]", g) for j, g in enumerate(grads)]
        for name, other in others:
            if np.shares_memory(w, other):
                raise ValueError(f"params[{i}]: shares memory with {name}, which the step would change on the way")


def _words(layout: list[tuple[tuple[int, ...], np.dtype]]) -> str:
    """Spell out shapes and dtypes."""
    return "[" + ", ".join(f"{shape} {dtype}" for shape, dtype in layout) + "]"
