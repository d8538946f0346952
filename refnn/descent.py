r"""Gradient descent: walk downhill on the cost, a step at a time.

The negative gradient is the direction in which the cost falls fastest (GD-06). A step along it lowers the cost as long
as the learning rate is small enough; on a quadratic one can say exactly how small (GD-02) and how many steps it then
takes (GD-03). Where the cost is not convex, the end depends on the start (GD-04). Training takes the gradient of a few
samples at a time (GD-05), and may let the learning rate fall from epoch to epoch.

Symbols: `theta` parameters of any shape, $\eta$ `learning_rate`; $A$ `curvature`, the matrix of the quadratic
$C = \frac12 \theta^{\top} A\,\theta$, or one number $\lambda$; `n` samples, $B$ `batch_size`.

Source: S2 "Gradient Descent", "Local Minima", "Learning Rate", "Mini-batch"; S1 "Batch learning vs. Online learning";
S0 "Feedforward Neural Network in a nutshell".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import (
    as_array,
    as_float,
    as_floats,
    at_least,
    finite,
    fraction,
    function,
    generator,
    one_of,
    positive,
    same_shape,
    short,
)

__all__ = [
    "SCHEDULES", "constant", "convergence_threshold", "cosine_decay", "descend", "directional_derivative",
    "double_well", "double_well_prime", "gradient_step", "linear_decay", "minibatch_gradient", "minibatch_variance",
    "minibatches", "quadratic_path", "schedule", "steepest_direction", "step_decay", "steps_needed",
]  # fmt: skip


def gradient_step(theta: ArrayLike, gradient: ArrayLike, learning_rate: ArrayLike) -> NDArray:
    r"""Take one step downhill.

    $$\theta \leftarrow \theta - \eta\, \nabla C(\theta) \tag{GD-01}$$

    The gradient is that of the cost, not of the network's output (E-02).

    Args:
        theta: parameters, any shape.
        gradient: $\nabla C(\theta)$, of the same shape.
        learning_rate: one number for all parameters, or an array with one for each, of the same shape (GD-07);
            finite and not below 0.

    Returns:
        The new parameters, same shape.

    Example: one rate for both, and one for each.

        >>> gradient_step([1, 2], gradient=[4, -2], learning_rate=0.5)
        array([-1.,  3.])
        >>> gradient_step([1, 2], gradient=[4, -2], learning_rate=[0.25, 1])
        array([0., 4.])
    """
    theta, gradient = as_floats(theta=theta, gradient=gradient)
    same_shape("gradient", gradient, theta.shape)
    eta = finite("learning_rate", as_float("learning_rate", learning_rate))
    if eta.ndim:
        same_shape("learning_rate", eta, theta.shape)
        theta, gradient, eta = as_floats(theta=theta, gradient=gradient, learning_rate=eta)
    if (eta < 0).any():
        raise ValueError(f"learning_rate: expected numbers not below 0, got {float(eta.min())}")
    with _flowing():
        # theta <- theta - eta grad C(theta) (GD-01, GD-07)
        return np.asarray(theta - eta.astype(theta.dtype) * gradient)


def descend(
    gradient: Callable[[NDArray], ArrayLike], theta0: ArrayLike, learning_rate: ArrayLike, steps: int
) -> NDArray:
    r"""Walk downhill from `theta0` and return every point on the way.

    $$\theta_{t+1} = \theta_t - \eta\, \nabla C(\theta_t) \tag{GD-01}$$

    Args:
        gradient: the function $\nabla C$; it receives a point and returns an array of the same shape.
        theta0: start, any shape.
        learning_rate: one number, or one for each parameter.
        steps: how many, at least 0.

    Returns:
        The points, shape (steps + 1, ...), the start first, in the dtype of `theta0`.

    Example: from either side of the hill into the valley there (GD-04).

        >>> [round(float(descend(double_well_prime, start, 0.01, 2000)[-1]), 6) for start in (-2, 2)]
        [-1.035579, 0.96015]
    """
    theta0, gradient = as_float("theta0", theta0), function("gradient", gradient)
    path = np.empty((at_least("steps", steps, 0) + 1, *theta0.shape), theta0.dtype)
    path[0] = theta0
    for t in range(len(path) - 1):
        downhill = gradient_step(path[t], gradient(np.array(path[t])), learning_rate)
        with _flowing():  # a wider gradient is rounded to the dtype of the path
            path[t + 1] = downhill
    return path


def quadratic_path(curvature: ArrayLike, theta0: ArrayLike, learning_rate: float, steps: int) -> NDArray:
    r"""Return where descent on a quadratic goes, without walking there.

    $$\theta_t = (I - \eta A)^t\, \theta_0 = \sum_i (1 - \eta \lambda_i)^t\, v_i v_i^{\top} \theta_0 \tag{GD-02}$$

    with $\lambda_i, v_i$ the eigenvalues and eigenvectors of $A$.

    Args:
        curvature: symmetric $A$, shape (d, d); or one number $\lambda$ for all coordinates.
        theta0: start, shape (d,); any shape if `curvature` is a number.
        learning_rate: $\eta$, above 0.
        steps: at least 0.

    Returns:
        The points, shape (steps + 1, ...), the start first.

    Example: at 2 the size stays, above it grows.

        >>> [round(float(quadratic_path(1, 1, rate, steps=10)[-1]), 10) for rate in (0.5, 1, 1.9, 2, 2.1)]
        [0.0009765625, 0.0, 0.3486784401, 1.0, 2.5937424601]
    """
    A, theta0 = as_float("curvature", curvature), as_float("theta0", theta0)
    if A.ndim:
        theta0 = theta0.astype(np.result_type(A, theta0))
    eta, steps = positive("learning_rate", learning_rate), at_least("steps", steps, 0)
    t = np.arange(steps + 1).reshape(-1, *[1] * theta0.ndim)                   # (steps + 1, 1)
    eigenvalues, V = _eigen(A)                                                 # (d,), (d, d)
    start = theta0 if A.ndim == 0 else same_shape("theta0", theta0, A.shape[:1]) @ V
    with _flowing():
        # (1 - eta lambda_i)^t along each eigenvector (GD-02)
        path = (1 - eta * eigenvalues) ** t * start                            # (steps + 1, d)
        return (path if A.ndim == 0 else path @ V.T).astype(theta0.dtype)


def convergence_threshold(curvature: ArrayLike) -> float:
    r"""Return the learning rate from which on descent on a quadratic no longer converges.

    $$0 < \eta < \frac{2}{\lambda_{\max}(A)} \tag{GD-02}$$

    Up to half of it no coordinate along an eigenvector overshoots; at the threshold the largest one alternates in sign
    for ever; beyond it grows.

    Args:
        curvature: symmetric positive definite $A$, shape (d, d), or one number $\lambda$ above 0.

    Example:
        >>> convergence_threshold([[3, 1], [1, 3]])
        0.5
    """
    eigenvalues, _ = _eigen(as_float("curvature", curvature))
    if eigenvalues.size == 0 or eigenvalues.min() <= 0:
        raise ValueError(f"curvature: expected eigenvalues above 0, got {eigenvalues.tolist()}")
    return float(2 / eigenvalues.max())  # (GD-02)


def steps_needed(curvature: float, learning_rate: float, tolerance: float) -> int:
    r"""Return how many steps on $\frac{\lambda}{2} w^2$ bring $|w|$ below `tolerance` times its start.

    $$t = \left\lceil \frac{\log \epsilon}{\log |1 - \eta\lambda|} \right\rceil
        \approx \frac{\log(1/\epsilon)}{\eta\lambda} \text{ for small } \eta \tag{GD-03}$$

    Args:
        curvature: $\lambda$, above 0.
        learning_rate: $\eta$, above 0 and below $2 / \lambda$.
        tolerance: $\epsilon$, in (0, 1).

    Raises:
        ValueError: if the learning rate is too large ever to get there.

    Example: a hundredth of the rate takes a hundred times the steps.

        >>> steps_needed(1, 0.1, tolerance=1e-3), steps_needed(1, 0.001, tolerance=1e-3)
        (66, 6905)
    """
    x = positive("learning_rate", learning_rate) * positive("curvature", curvature)
    tolerance = fraction("tolerance", positive("tolerance", tolerance))
    if not 1e-300 < x < 2:
        raise ValueError(f"learning_rate: expected between 0 and 2 / curvature, got {x} / curvature: it never arrives")
    if x == 1:
        return 1
    # log(epsilon) / log|1 - eta lambda|, rounded up (GD-03)
    return math.ceil(math.log(tolerance) / math.log1p(-min(x, 2 - x)))


def double_well(w: ArrayLike) -> NDArray:
    r"""Return a cost with two valleys, the left one deeper, and a hill between them.

    $$C(w) = (w^2 - 1)^2 + 0.3\,w \tag{GD-04}$$

    Args:
        w: any shape.

    Example: on the floor of the left valley, on the hill, on the floor of the right one.

        >>> double_well([-1.0355787, 0.0754292, 0.9601496]).round(4)
        array([-0.3054,  1.0113,  0.2941])
    """
    w = as_float("w", w)
    with _flowing():
        return np.asarray((w * w - 1) ** 2 + 0.3 * w, w.dtype)  # (GD-04)


def double_well_prime(w: ArrayLike) -> NDArray:
    r"""Return the slope of `double_well`.

    $$C'(w) = 4 w (w^2 - 1) + 0.3 \tag{GD-04}$$

    Args:
        w: any shape.

    Example:
        >>> double_well_prime([-1, 0, 2])
        array([ 0.3,  0.3, 24.3])
    """
    w = as_float("w", w)
    with _flowing():
        return np.asarray(4 * w * (w * w - 1) + 0.3, w.dtype)  # (GD-04)


def minibatches(n: int, batch_size: int, rng: Any) -> list[NDArray]:
    r"""Cut the sample numbers 0 .. n-1, newly shuffled, into batches: one epoch.

    $$B_1 \cup \dots \cup B_{\lceil n/B \rceil} = \{0, \dots, n-1\}, \qquad B_i \cap B_j = \varnothing \tag{GD-05}$$

    Every sample comes exactly once; the last batch holds what is left. Batch size 1 is online learning, n batch
    learning.

    Args:
        n: number of samples, at least 0.
        batch_size: at least 1.
        rng: generator, which moves on, so that the next epoch is shuffled anew; or a seed.

    Returns:
        List of index arrays, each shape (batch_size,) but the last.

    Example:
        >>> batches = minibatches(7, batch_size=3, rng=0)
        >>> [len(batch) for batch in batches], sorted(int(i) for batch in batches for i in batch)
        ([3, 3, 1], [0, 1, 2, 3, 4, 5, 6])
    """
    n, size = at_least("n", n, 0), at_least("batch_size", batch_size, 1)
    order = generator("rng", rng).permutation(n)
    return [order[start : start + size].copy() for start in range(0, n, size)]  # (GD-05)


def minibatch_gradient(gradients: ArrayLike, batch: ArrayLike) -> NDArray:
    r"""Return the mean gradient of the samples in a batch, the estimate of the mean over all.

    $$\nabla C_B = \frac{1}{|B|} \sum_{i \in B} \nabla C_i \tag{GD-05}$$

    Its mean over all batches of one size is the full gradient; how far it strays is `minibatch_variance`.

    Args:
        gradients: gradient of each sample, shape (n, ...).
        batch: sample numbers, integers 0 .. n-1, shape (B,) with B at least 1.

    Returns:
        Mean, shape (...).

    Example:
        >>> minibatch_gradient([[1, 0], [3, 4], [9, 9]], batch=[0, 1])
        array([2., 2.])
    """
    gradients, batch = _per_sample(gradients), as_array("batch", batch)
    if batch.size == 0 or batch.ndim != 1:
        raise ValueError(f"batch: expected a row of at least one sample number, got shape {batch.shape}")
    if batch.dtype.kind not in "ui":
        raise TypeError(f"batch: expected whole numbers, got dtype {batch.dtype}")
    if batch.min() < 0 or batch.max() >= len(gradients):
        raise ValueError(f"batch: expected numbers 0..{len(gradients) - 1}, got {batch.min()}..{batch.max()}")
    with _flowing():
        return np.asarray(gradients[batch].mean(axis=0))  # (GD-05)


def minibatch_variance(gradients: ArrayLike, batch_size: int) -> NDArray:
    r"""Return the variance of the mean gradient of a batch drawn without replacement.

    $$\operatorname{Var}[\nabla C_B] = \frac{s^2}{B} \cdot \frac{n - B}{n - 1} \tag{GD-05}$$

    for each coordinate, with $s^2$ the variance over the n samples (ddof 0). All samples at once leave none.

    Args:
        gradients: gradient of each sample, shape (n, ...).
        batch_size: B, from 1 to n.

    Returns:
        Variance, shape (...).

    Example:
        >>> minibatch_variance([[0, 1], [2, 1], [4, 1]], batch_size=2).round(6)
        array([0.666667, 0.      ])
    """
    gradients, B = _per_sample(gradients), at_least("batch_size", batch_size, 1)
    n = len(gradients)
    if n < B:
        raise ValueError(f"batch_size: expected at most the {n} samples, got {B}")
    with _flowing():
        return np.asarray(gradients.var(axis=0) / B * (n - B) / max(n - 1, 1), gradients.dtype)  # (GD-05)


def directional_derivative(gradient: ArrayLike, direction: ArrayLike) -> float:
    r"""Return how fast the cost changes as one leaves in a direction.

    $$\frac{d}{dh} C(\theta + h v)\Big|_{h=0} = \nabla C(\theta)^{\top} v \tag{GD-06}$$

    Along a level set it is 0: the gradient is orthogonal to it.

    Args:
        gradient: $\nabla C(\theta)$, any shape.
        direction: $v$, same shape; of length 1 for the slope.

    Example:
        >>> directional_derivative([3, 4], [0.6, 0.8])
        5.0
    """
    gradient, v = as_floats(gradient=gradient, direction=direction)
    same_shape("direction", v, gradient.shape)
    with _flowing():
        return float((gradient * v).sum())  # (GD-06)


def steepest_direction(gradient: ArrayLike) -> NDArray:
    r"""Return the direction of length 1 in which the cost falls fastest.

    $$v = -\frac{\nabla C}{\lVert \nabla C \rVert} \tag{GD-06}$$

    Args:
        gradient: $\nabla C(\theta)$, any shape, finite, not 0 everywhere.

    Raises:
        ValueError: at a stationary point, where no direction is steepest.

    Example:
        >>> steepest_direction([3, -4])
        array([-0.6,  0.8])
    """
    g = finite("gradient", as_float("gradient", gradient))
    if not g.any():
        raise ValueError("gradient: expected one that is not 0: at a stationary point no direction is steepest")
    g = g / np.abs(g).max()  # now its squares can neither overflow nor all vanish
    return np.asarray(-g / np.sqrt((g * g).sum()), g.dtype)  # (GD-06)


def constant(epoch: int, epochs: int) -> float:
    """Return 1: the learning rate stays."""
    _progress(epoch, epochs)
    return 1.0


def step_decay(epoch: int, epochs: int, drop: float = 0.1, stages: int = 3) -> float:
    r"""Cut the epochs into equal stages, and drop the learning rate by a factor from each to the next.

    $$\mathrm{drop}^{\lfloor \mathrm{stages}\, \cdot\, e / E \rfloor} \tag{GD-03}$$

    Args:
        epoch: $e$, the number of this epoch, 0 .. epochs-1.
        epochs: $E$, how many there will be, at least 1.
        drop: in [0, 1).
        stages: at least 1.

    Example:
        >>> [step_decay(epoch, 6, drop=0.5) for epoch in range(6)]
        [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """
    _progress(epoch, epochs)
    return fraction("drop", drop) ** (at_least("stages", stages, 1) * epoch // epochs)


def linear_decay(epoch: int, epochs: int) -> float:
    r"""Let the learning rate fall in a straight line that would meet 0 after the last epoch.

    $$1 - \frac{e}{E} \tag{GD-03}$$

    Args:
        epoch: $e$, the number of this epoch, 0 .. epochs-1.
        epochs: $E$, how many there will be, at least 1.

    Example:
        >>> [linear_decay(epoch, 4) for epoch in range(4)]
        [1.0, 0.75, 0.5, 0.25]
    """
    return 1 - _progress(epoch, epochs)


def cosine_decay(epoch: int, epochs: int) -> float:
    r"""Let the learning rate fall along half a cosine: slowly, fast, slowly.

    $$\tfrac12 \bigl(1 + \cos \tfrac{\pi e}{E}\bigr) \tag{GD-03}$$

    Args:
        epoch: $e$, the number of this epoch, 0 .. epochs-1.
        epochs: $E$, how many there will be, at least 1.

    Example:
        >>> [round(cosine_decay(epoch, 4), 6) for epoch in range(4)]
        [1.0, 0.853553, 0.5, 0.146447]
    """
    return (1 + math.cos(math.pi * _progress(epoch, epochs))) / 2


SCHEDULES: dict[str, Callable[[int, int], float]] = {
    f.__name__: f for f in (constant, step_decay, linear_decay, cosine_decay)
}


def schedule(name: str | Callable[[int, int], float]) -> Callable[[int, int], float]:
    """Return the falling learning rate of this name: a function of (epoch, epochs) that gives a factor in [0, 1].

    Args:
        name: a key of `SCHEDULES`, or such a function of your own.

    Raises:
        ValueError: if there is no such schedule; the error lists those there are.
        TypeError: if what you bring is no function of (epoch, epochs).

    Example:
        >>> schedule("linear_decay")(1, 4)
        0.75
    """
    if isinstance(name, str):
        return SCHEDULES[one_of("schedule", name, SCHEDULES)]
    if not callable(name):
        raise TypeError(f"schedule: expected a name or a function of (epoch, epochs), got {short(name)}")
    return function("schedule", name, "epoch, epochs")


def _flowing() -> np.errstate:
    """Let infinity and NaN flow as the formula says, without a warning."""
    return np.errstate(over="ignore", invalid="ignore")


def _eigen(A: NDArray) -> tuple[NDArray, NDArray]:
    """Return eigenvalues in float64, rising, and eigenvectors as columns; a number is its own only eigenvalue."""
    A = finite("curvature", A).astype(np.float64)
    if A.ndim == 0:
        return A.reshape(1), np.eye(1)
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"curvature: expected one number or a square matrix, got shape {A.shape}")
    if (np.abs(A - A.T) > 1e-6 * np.abs(A).max(initial=0)).any():
        raise ValueError("curvature: expected a symmetric matrix, got one that differs from its transpose")
    return np.linalg.eigh((A + A.T) / 2)


def _per_sample(gradients: ArrayLike) -> NDArray:
    """Return gradients of at least one sample, shape (n, ...)."""
    gradients = as_float("gradients", gradients)
    if gradients.ndim == 0 or len(gradients) == 0:
        raise ValueError(f"gradients: expected one for each of at least one sample, got shape {gradients.shape}")
    return gradients


def _progress(epoch: int, epochs: int) -> float:
    """Return which part of the epochs is over before this one, in [0, 1)."""
    epoch, epochs = at_least("epoch", epoch, 0), at_least("epochs", epochs, 1)
    if epoch >= epochs:
        raise ValueError(f"epoch: expected 0..{epochs - 1}, counted from 0, got {epoch}")
    return epoch / epochs
