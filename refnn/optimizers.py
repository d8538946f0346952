r"""Optimizers: from the gradient to the next weights.

Plain gradient descent goes down the gradient with one learning rate for all. Momentum goes on in the direction of
the past steps; Adagrad, RMSprop, Adadelta and Adam give every parameter a learning rate of its own, from the size of
the gradients it has met; vSGD and AdaSecant find the rate itself, from the noise of the gradients and the curvature of
the cost, which one is told and the other guesses from how the gradient changes. Each rule is one pure function from the
old (w, v, ...) to the new, so that the rules can be read side by side; what they share (checks, memory, writing back)
is in `Optimizer`.

Symbols: `g` gradient, `h` second derivative, `w` parameter, `t` the number of this step, from 1; `v` velocity, or sum
or mean of squared gradients; `m` mean of gradients; `d` mean of squared steps; `tau` over how many steps a mean
reaches. All memory starts at 0. `learning_rate` is $\eta$ ($\alpha$ for Adam), `momentum` is $\mu$, `epsilon` is
$\epsilon$.

Conventions: $\epsilon$ stands outside the root, in Adadelta inside, as its definition has it, and in AdaSecant, as its
authors' code has it. Where $\epsilon = 0$, 0/0 counts as 0: a parameter that never met a gradient stays where it is.
Coordinates do not interact, but that AdaSecant divides by the length of the whole gradient of an array.

Source: S2 "Learning Rate", "Adagrad" and the list behind it; Duchi et al. 2011, Tieleman and Hinton 2012, Zeiler 2012,
Kingma and Ba 2015, Schaul, Zhang and LeCun 2013 (arXiv 1206.1106), Gulcehre and Bengio 2014 (arXiv 1412.7419); Polyak
1964 and Nesterov 1983 for momentum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import kernels
from refnn._optimizer import Optimizer
from refnn._validate import as_floats, at_least, fraction, not_negative, one_of, positive, same_shape

__all__ = [  # noqa: RUF022
    "AdaSecant", "Adadelta", "Adagrad", "Adam", "Momentum", "OPTIMIZERS", "Optimizer", "RMSprop", "SGD", "VSGD",
    "adam_step_bound", "best_gamma", "best_rate", "corrected_gradient", "expected_square_distance", "optimizer",
    "secant_rate",
]  # fmt: skip


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

    def compiled(self, t: int, g: NDArray, w: NDArray) -> None:
        """Do the same in one pass."""
        kernels.updates.sgd(w, g, self.learning_rate)


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

    def compiled(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> None:
        """Do the same in one pass."""
        kernels.updates.momentum(w, g, v, self.learning_rate, self.momentum, self.nesterov)


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

    def compiled(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> None:
        """Do the same in one pass."""
        kernels.updates.adagrad(w, g, v, self.learning_rate, self.epsilon)


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

    def compiled(self, t: int, g: NDArray, w: NDArray, v: NDArray) -> None:
        """Do the same in one pass."""
        kernels.updates.rmsprop(w, g, v, self.learning_rate, self.rho, self.epsilon)


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

    def compiled(self, t: int, g: NDArray, w: NDArray, v: NDArray, d: NDArray) -> None:
        """Do the same in one pass."""
        kernels.updates.adadelta(w, g, v, d, self.rho, self.epsilon)


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

    def compiled(self, t: int, g: NDArray, w: NDArray, m: NDArray, v: NDArray) -> None:
        """Do the same in one pass."""
        corrections = 1 - self.beta1**t, 1 - self.beta2**t
        kernels.updates.adam(w, g, m, v, self.learning_rate, self.beta1, self.beta2, *corrections, self.epsilon)


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


@dataclass(eq=False)
class VSGD(Optimizer):
    r"""Take the rate that the noise of the gradient and the curvature of the cost ask for: nothing is left to choose.

    $$\eta = \frac{1}{\bar h}\,\frac{\bar g^2}{\bar v}, \qquad w \leftarrow w - \eta\, g, \qquad
      \tau \leftarrow \Bigl(1 - \frac{\bar g^2}{\bar v}\Bigr) \tau + 1 \tag{OPT-06}$$

    where $\bar g$, $\bar v$ and $\bar h$ are means of $g$, $g^2$ and $|h|$ over the last $\tau$ samples or so:
    $\bar g \leftarrow (1 - \tau^{-1})\, \bar g + \tau^{-1} g$, and so on. Far from the minimum gradients agree, the
    share $\bar g^2 / \bar v$ is near 1 and the step is Newton's; near it they are noise and the rate falls. Why just
    this rate: `best_rate`.

    Variant: element by element (vSGD-l; the paper's vSGD-b and vSGD-g share $\eta$ in a block or everywhere). Slow
    start as in the paper's algorithm 1: the first `warmup` steps only watch, then $\bar v$ and $\bar h$ are multiplied
    by `overestimate` $= C$, a tenth of the number of parameters, because all of them take their own Newton steps at
    once; the authors' code has 2 and ten samples, which sends large nets off at the first step. $\epsilon$ is added to
    $\bar h$; the paper has none, the code has $10^{-9}$, but a cost that is flat where it is steep, as softmax is where
    it is sure and wrong, needs a limit that is felt. The share is clipped to 1, which rounding may exceed. Where the
    curvature is 0 and $\epsilon$ too, the rate is 0. Trap: with `warmup=1` and `overestimate=1` the share of one
    sample is 1, $\tau$ stays 1 for ever, and the rule never settles.

    Args:
        warmup: $n_0$, how many steps are only watched, at least 1.
        overestimate: $C$, above 0; by default a tenth of the number of parameters, but at least 1.
        epsilon: not below 0, added to the mean curvature; no rate exceeds its inverse.

    Example: without noise the first step is Newton's: from 5 to the minimum at 1.

        >>> w, vsgd = np.array([5.0]), VSGD(warmup=1, overestimate=1, epsilon=0)
        >>> for _ in range(2):
        ...     vsgd.step([w], [2 * (w - 1)], curvature=[[2]])
        >>> w
        array([1.])
    """

    warmup: int = 10
    overestimate: float | None = None
    epsilon: float = 1e-4
    memory = ("g_mean", "v", "h_mean", "tau")
    curved = True

    def rule(
        self, t: int, g: NDArray, h: NDArray, w: NDArray, g_mean: NDArray, v: NDArray, h_mean: NDArray, tau: NDArray
    ) -> tuple[NDArray, ...]:
        """Watch at first; then bring the means up to date and step at the rate that they ask for."""
        # the means reach over the last tau samples, at first over all (OPT-06)
        tau = tau + 1 if t <= self.warmup else tau
        g_mean, v, h_mean = _mean(g_mean, g, tau), _mean(v, _bounded(g * g), tau), _mean(h_mean, np.abs(h), tau)
        if t < self.warmup:
            return w, g_mean, v, h_mean, tau
        if t == self.warmup:
            C = self.overestimate or max(1.0, self.parameter_count() / 10)
            return w, g_mean, _bounded(C * v), _bounded(C * h_mean), tau
        # eta = share / h, share = g_mean^2 / v; tau <- (1 - share) tau + 1 (OPT-06)
        share = np.minimum(_over(g_mean * g_mean, v), 1)
        rate = np.divide(share, h_mean + self.epsilon, out=np.zeros_like(w), where=h_mean + self.epsilon > 0)
        return w - rate * g, g_mean, v, h_mean, (1 - share) * tau + 1


def expected_square_distance(
    rate: ArrayLike, distance: ArrayLike, spread: ArrayLike, curvature: ArrayLike
) -> NDArray:
    r"""Return how far from the minimum one step of noisy descent ends, squared and on average.

    $$E\bigl[(\theta' - \theta^*)^2\bigr] = (1 - \eta h)^2 (\theta - \theta^*)^2 + \eta^2 h^2 s^2 \tag{OPT-07}$$

    for a sample's cost $\frac h2 (\theta - c)^2$, whose minimum $c$ has the mean $\theta^*$ and the variance $s^2$.

    Args:
        rate: $\eta$, any shape.
        distance: $\theta - \theta^*$, same shape.
        spread: $s$, same shape.
        curvature: $h$, same shape.

    Example:
        >>> expected_square_distance([0.0, 0.5, 1.0], distance=[3, 3, 3], spread=[1, 1, 1], curvature=[1, 1, 1])
        array([9. , 2.5, 1. ])
    """
    eta, d, s, h = _alike(rate=rate, distance=distance, spread=spread, curvature=curvature)
    # (1 - eta h)^2 (theta - theta*)^2 + eta^2 h^2 s^2 (OPT-07)
    return np.asarray(((1 - eta * h) * d) ** 2 + (eta * h * s) ** 2)


def best_rate(distance: ArrayLike, spread: ArrayLike, curvature: ArrayLike) -> NDArray:
    r"""Return the learning rate whose step is expected to end nearest to the minimum: what vSGD estimates.

    $$\eta^* = \frac1h\, \frac{(\theta - \theta^*)^2}{(\theta - \theta^*)^2 + s^2} = \frac{E[g]^2}{h\, E[g^2]}
      \tag{OPT-07}$$

    The cost and its symbols are those of `expected_square_distance`.

    Args:
        distance: $\theta - \theta^*$, any shape.
        spread: $s$, same shape.
        curvature: $h$, same shape, positive.

    Returns:
        The rates; at the minimum itself 0, with or without noise.

    Raises:
        ValueError: if a curvature is not positive.

    Example:
        >>> round(float(best_rate(distance=1.8, spread=1.1, curvature=1.7)), 7)
        0.4282882
    """
    d, s, h = _alike(distance=distance, spread=spread, curvature=curvature)
    if not (h > 0).all():
        raise ValueError(f"curvature: expected positive numbers, got {h.min()}")
    # (theta - theta*)^2 / ((theta - theta*)^2 + s^2) / h (OPT-07)
    return np.asarray(_over(d * d, d * d + s * s) / h)


@dataclass(eq=False)
class AdaSecant(Optimizer):
    r"""Guess the curvature from how the gradient changed along the last steps, and take out some of the noise.

    $$\alpha_t = g_t - g_{t-1}, \qquad
      \eta = \frac{\sqrt{E[\Delta^2]}}{\sqrt{E[\alpha^2]}} - \frac{E[\alpha \Delta]}{E[\alpha^2]}, \qquad
      \tilde g = \frac{g + \gamma E[g]}{1 + \gamma}, \qquad w \leftarrow w + \Delta, \quad \Delta = -\eta\, \tilde g
      \tag{OPT-08}$$

    Means reach over the last $\tau$ steps or so, $E[x] \leftarrow (1 - \tau^{-1}) E[x] + \tau^{-1} x$, with
    $\tau \leftarrow (1 - E[\Delta]^2 / E[\Delta^2])\, \tau + 1$, and $\tau = 2.2$ where $g$ or $\alpha$ is further than
    two standard deviations from its mean. Only $E[g]$ and $E[g^2]$ decay at the fixed rate $\rho$.

    Variant: algorithm 1 of the paper, with these choices where it leaves one. The gradient of each parameter array is
    divided by its length $\lVert g \rVert$ first (section 2 and the authors' code; section 5.3 has its square), so
    that the scale of the cost does not matter. $\alpha$ is paired with the step that caused it, the last one, as the
    paper writes; the authors' code pairs it with the step that follows. "The next mini-batch's gradient" in $\gamma$
    (`best_gamma`) is the current one, and "this" the previous. $\epsilon$ stands inside the roots and beside
    $E[\alpha^2]$, as in the code, where it is $10^{-7}$; it also sets the size of the first steps. Outliers are
    measured against the means before they meet the new value. Trap: where the gradient has no noise the two terms of
    $\eta$ cancel (`secant_rate`), and $\epsilon$ alone keeps the rule going.

    Args:
        rho: in [0, 1), how much of the means of $g$ and $g^2$ is kept.
        gamma_max: not below 0, the greatest $\gamma$; 0 takes out no noise.
        epsilon: not below 0; with 0 the rule never starts to move.

    Example: the scale of the cost does not matter.

        >>> w, other = np.array([3.0, -1.0]), np.array([3.0, -1.0])
        >>> secant, same = AdaSecant(), AdaSecant()
        >>> for _ in range(9):
        ...     secant.step([w], [w.copy()])
        ...     same.step([other], [1024 * other])
        >>> bool((w == other).all())
        True
    """

    rho: float = 0.95
    gamma_max: float = 1.8
    epsilon: float = 1e-4
    memory = (
        "g_last", "g_mean", "g_square", "top", "bottom", "alpha_mean", "alpha_square", "step_last", "step_mean",
        "step_square", "product", "tau",
    )  # fmt: skip

    def prepared(self, g: NDArray) -> NDArray:
        """Divide a gradient by its length; the largest entry first, so that no square overflows or vanishes."""
        largest = np.abs(g).max(initial=0)
        if largest == 0:
            return g
        g = g / largest
        return np.asarray(g / np.sqrt((g * g).sum()))

    def rule(
        self, t: int, g: NDArray, w: NDArray, g_last: NDArray, g_mean: NDArray, g_square: NDArray, top: NDArray,
        bottom: NDArray, alpha_mean: NDArray, alpha_square: NDArray, step_last: NDArray, step_mean: NDArray,
        step_square: NDArray, product: NDArray, tau: NDArray,
    ) -> tuple[NDArray, ...]:  # fmt: skip
        """Bring all means up to date, then step: secant rate times corrected gradient."""
        alpha = g - g_last
        # tau <- (1 - E[step]^2 / E[step^2]) tau + 1, or 2.2 at an outlier (OPT-08)
        tau = (1 - np.minimum(_over(step_mean * step_mean, step_square), 1)) * tau + 1
        tau = np.where(_far(g, g_mean, g_square) | _far(alpha, alpha_mean, alpha_square), 2.2, tau).astype(w.dtype)
        # gamma's numerator E[(g - g')(g - E[g])] and denominator E[(g - E[g])(g' - E[g])] (OPT-08)
        top = _mean(top, (g_last - g) * (g_last - g_mean), tau)
        bottom = _mean(bottom, (g_last - g_mean) * (g - g_mean), tau)
        reach = min(t, 1 / (1 - self.rho))  # a plain mean at first, a decaying one when it is full
        g_mean, g_square = _mean(g_mean, g, reach), _mean(g_square, g * g, reach)
        alpha_mean, alpha_square = _mean(alpha_mean, alpha, tau), _mean(alpha_square, alpha * alpha, tau)
        step_mean, step_square = _mean(step_mean, step_last, tau), _mean(step_square, step_last * step_last, tau)
        product = _mean(product, alpha * step_last, tau)
        # step = -eta (g + gamma E[g]) / (1 + gamma) (OPT-08)
        gamma = _gamma(top, bottom, self.gamma_max)
        step = -_secant(step_square, alpha_square, product, self.epsilon) * (g + gamma * g_mean) / (1 + gamma)
        return (w + step, g, g_mean, g_square, top, bottom, alpha_mean, alpha_square, step, step_mean, step_square,
                product, tau)


def secant_rate(
    mean_square_step: ArrayLike, mean_square_change: ArrayLike, mean_product: ArrayLike, epsilon: float = 0.0
) -> NDArray:
    r"""Return AdaSecant's learning rate.

    $$\eta = \sqrt{\frac{E[\Delta^2] + \epsilon}{E[\alpha^2] + \epsilon}}
      - \frac{E[\alpha\Delta]}{E[\alpha^2] + \epsilon} \tag{OPT-08}$$

    By Cauchy and Schwarz it is never negative, if all three means have the same weights. Its idea is Newton's: where
    the cost has the curvature h, a step $\Delta$ changes the gradient by $\alpha = h \Delta$. But just there the two
    terms cancel if h is positive, and add up to $2 / |h|$ if it is negative (OPT-10). The paper's longer form has the
    covariance $E[\alpha\Delta] - E[\alpha]E[\Delta]$ in place of $E[\alpha\Delta]$ (pass it as `mean_product`): for
    steps that are all equal it gives $1 / |h|$.

    Args:
        mean_square_step: $E[\Delta^2]$, any shape.
        mean_square_change: $E[\alpha^2]$, same shape.
        mean_product: $E[\alpha\Delta]$, or the covariance, same shape.
        epsilon: not below 0.

    Returns:
        The rates; 0 where $E[\alpha^2] + \epsilon$ is 0.

    Raises:
        ValueError: if a mean square is negative.

    Example: steps of 1 on costs of curvature 2 and -2; the paper's short and long form.

        >>> secant_rate([1, 1], [4, 4], [2, -2]), secant_rate([1, 1], [4, 4], [0, 0])
        (array([0., 1.]), array([0.5, 0.5]))
    """
    epsilon = not_negative("epsilon", epsilon)
    steps, changes, product = _alike(
        mean_square_step=mean_square_step, mean_square_change=mean_square_change, mean_product=mean_product
    )
    if (steps < 0).any() or (changes < 0).any():
        raise ValueError("secant_rate: expected mean squares not below 0, got a negative one")
    return _secant(steps, changes, product, epsilon)


def corrected_gradient(g: ArrayLike, mean: ArrayLike, gamma: ArrayLike) -> NDArray:
    r"""Return the gradient drawn towards its mean: of the same mean, with less noise.

    $$\tilde g = \frac{g + \gamma E[g]}{1 + \gamma}, \qquad \operatorname{Var}[\tilde g] =
      \frac{\operatorname{Var}[g]}{(1 + \gamma)^2} \tag{OPT-09}$$

    Args:
        g: gradients, any shape.
        mean: their mean $E[g]$, same shape.
        gamma: not below 0, same shape.

    Raises:
        ValueError: if a gamma is negative.

    Example:
        >>> corrected_gradient([4.0, -2.0], mean=[1, 1], gamma=[0.5, 0.5])
        array([ 3., -1.])
    """
    g, mean, gamma = _alike(g=g, mean=mean, gamma=gamma)
    if (gamma < 0).any():
        raise ValueError(f"gamma: expected numbers not below 0, got {gamma.min()}")
    return np.asarray((g + gamma * mean) / (1 + gamma))  # (OPT-09)


def best_gamma(g: ArrayLike, g_next: ArrayLike, mean: ArrayLike, gamma_max: float = 1.8) -> NDArray:
    r"""Return the gamma whose corrected gradient foretells the next gradient best.

    $$\gamma = \frac{E[(g - g')(g - E[g])]}{E[(g - E[g])(g' - E[g])]} \quad\text{makes}\quad
      E[(\tilde g - g')^2] \quad\text{least} \tag{OPT-09}$$

    The less one gradient tells about the next, the greater gamma; where it tells nothing or the contrary (a denominator
    not above 0) gamma is the greatest allowed. Gammas below 0 are 0.

    Args:
        g: gradients, one row a draw, shape (draws, ...).
        g_next: those of the next mini-batch, same shape.
        mean: $E[g]$, shape (...).
        gamma_max: not below 0; the paper takes 1.8.

    Returns:
        Gamma, shape (...).

    Raises:
        ValueError: if there is no draw, or shapes differ.

    Example:
        >>> float(best_gamma(g=[2, -2, 4, -4], g_next=[1, -1, 2, -2], mean=0))
        1.0
    """
    g, g_next, m = as_floats(g=g, g_next=g_next, mean=mean)
    if g.ndim == 0 or len(g) == 0:
        raise ValueError(f"g: expected at least one row of draws, got shape {g.shape}")
    same_shape("g_next", g_next, g.shape)
    same_shape("mean", m, g.shape[1:])
    # E[(g - g')(g - E[g])] / E[(g - E[g])(g' - E[g])] (OPT-09)
    top, bottom = ((g - g_next) * (g - m)).mean(axis=0), ((g - m) * (g_next - m)).mean(axis=0)
    return np.asarray(_gamma(np.asarray(top), np.asarray(bottom), not_negative("gamma_max", gamma_max)))


OPTIMIZERS: dict[str, type[Optimizer]] = {
    rule.__name__.lower(): rule for rule in (SGD, Momentum, Adagrad, RMSprop, Adadelta, Adam, VSGD, AdaSecant)
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


def _mean(old: NDArray, new: NDArray, reach: float | NDArray) -> NDArray:
    """Bring a mean over the last `reach` values or so up to date."""
    return (1 - 1 / reach) * old + new / reach


def _bounded(square: NDArray) -> NDArray:
    """Return the largest number that there is in place of infinity, which no mean would ever forget."""
    return np.minimum(square, np.finfo(square.dtype).max)


def _far(value: NDArray, mean: NDArray, square: NDArray) -> NDArray:
    """Say where a value is an outlier: more than two standard deviations from its mean."""
    return np.abs(value - mean) > 2 * np.sqrt(np.maximum(square - mean * mean, 0))


def _gamma(top: NDArray, bottom: NDArray, most: float) -> NDArray:
    """Divide, between 0 and `most`; where the denominator is not above 0, the best gamma is infinite."""
    gamma = np.divide(top, bottom, out=np.full_like(top, most), where=bottom > 0)
    return np.clip(gamma, 0, most)


def _secant(steps: NDArray, changes: NDArray, product: NDArray, epsilon: float) -> NDArray:
    """Return AdaSecant's rate; what rounding leaves below 0 is 0."""
    changes = changes + epsilon
    # sqrt(E[step^2] / E[alpha^2]) - E[alpha step] / E[alpha^2] (OPT-08)
    return np.maximum(np.sqrt(_over(steps + epsilon, changes)) - _over(product, changes), 0)


def _alike(**arrays: ArrayLike) -> tuple[NDArray, ...]:
    """Return arrays of one shape in their common dtype."""
    first, *others = converted = as_floats(None, **arrays)
    for name, other in zip(list(arrays)[1:], others, strict=True):
        same_shape(name, other, first.shape)
    return converted
