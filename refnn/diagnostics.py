r"""Diagnostics: is the net training, and if not, where is it ill?

The gradient that reaches a layer is what the layers above let through. A sigmoid passes on at most a quarter of it, so
in a deep net little arrives near the input: small gradients and slow learning there, large gradients and early
convergence near the output (VAN-01, VAN-02). An active ReLU passes on all of it; the weights still multiply, and can
make it vanish or explode (VAN-03, E-12). Before any cure comes the question what the illness is: the recipe of S2 asks
first for results on the training data, then on the test data (DIAG-01). Before that, two checks that cost a minute:
does the loss start where it must, and can the net learn a handful of samples by heart (DIAG-02)?

Symbols: layers $l = 1, \dots, L$ with $W^{(l)}$ of shape $(m_l, m_{l-1})$; $\Delta^{(l)}$, shape $(n, m_l)$, has
$\delta_i^{(l)} = \partial L / \partial z_i^{(l)}$ as its rows; $\lVert\cdot\rVert_F$ is the root of the sum of all
squares, $\lVert W \rVert_2$ the largest singular value: how much $W$ can lengthen a vector.

Source: S2 "Vanishing Gradient Problem", "Recipe for Learning" (its picture is lost); S1 "vanishing gradient problem";
S4 "Rectifier"; S3 "Neural Network".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import losses
from refnn._validate import as_float, not_negative, one_of, positive, whole
from refnn.activations import Activation, activation
from refnn.backprop import deltas
from refnn.mlp import Net, as_mlp, forward
from refnn.pretrain import fine_tune

__all__ = [  # noqa: RUF022
    "Finding", "REMEDIES", "STEEPEST", "activation_norms", "can_fit", "delta_norms", "diagnosis", "gain_bounds",
    "path_factors", "recipe", "starts_at_log_k", "steepest_slope",
]  # fmt: skip

# the largest |f'(z)| there is (VAN-02)
STEEPEST: dict[str, float] = {
    "gaussian": math.sqrt(2 / math.e),  # at z^2 = 1/2
    "identity": 1.0,
    "leaky_relu": 1.0,
    "relu": 1.0,
    "scaled_tanh": 1.716 * 2 / 3,  # at 0
    "sigmoid": 0.25,  # at 0
    "softplus": 1.0,  # far right
    "step": 0.0,
    "tanh": 1.0,  # at 0
}

# first make the training data good, then the test data; dropout is for the second only (DIAG-01)
REMEDIES: dict[str, tuple[str, ...]] = {
    "bad on training data": ("new activation function", "adaptive learning rate", "larger network"),
    "good on training data, bad on test data": ("more data", "dropout", "regularization"),
    "good on both": (),
}


class Finding(NamedTuple):
    """What a check found: true or false, and the words for it."""

    good: bool
    words: str

    def __bool__(self) -> bool:
        return self.good


def activation_norms(net: Net, X: ArrayLike) -> NDArray:
    r"""Return how large the activations of each layer are: what the signal becomes on its way up.

    $$\lVert A^{(l)} \rVert_F = \sqrt{\textstyle\sum_{i,j} \bigl(A^{(l)}_{ij}\bigr)^2}, \qquad l = 1, \dots, L
      \tag{VAN-01}$$

    Args:
        net: an `MLP`, or anything with its three fields.
        X: samples, shape (n, m_0).

    Returns:
        One number for each layer, shape (L,); zeros for no samples.

    Example: each layer triples its input.

        >>> from refnn.mlp import MLP
        >>> activation_norms(MLP([[[0, 3], [3, 0]]] * 3, [None] * 3, ["relu"] * 3), [[3, 4]])
        array([ 15.,  45., 135.])
    """
    return np.array([_length(A) for _, A in forward(net, X)])


def delta_norms(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    r"""Return how much gradient reaches each layer.

    $$\lVert \Delta^{(l)} \rVert_F, \qquad \Delta^{(l)} = \bigl(\Delta^{(l+1)} W^{(l+1)}\bigr) \odot f_l'(Z^{(l)})
      \tag{VAN-01}$$

    Ten layers of 64 sigmoids with weights of standard deviation 1/8: the first gets about two millionths of what the
    last gets. With ReLU and $\sqrt2/8$ it is about as much.

    Args:
        net: an `MLP`, or anything with its three fields.
        X: samples, shape (n, m_0).
        upstream: gradient of the cost in the outputs, shape (n, m_L).

    Returns:
        One number for each layer, the first layer's first, shape (L,). Numbers too small to be squared are measured
        too: vanishing is not yet vanished.

    Example: at 0 the sigmoid is steepest, and even there only a quarter gets through.

        >>> from refnn.mlp import MLP
        >>> delta_norms(MLP([[[1]]] * 3, [[0], [-0.5], [-0.5]], ["sigmoid"] * 3), [[0]], [[1]])
        array([0.015625, 0.0625  , 0.25    ])
    """
    return np.array([_length(Delta) for Delta in deltas(net, X, upstream)])


def steepest_slope(f: str | Activation) -> float:
    r"""Return the largest slope that an activation has anywhere.

    $$\sup_z \lvert f'(z) \rvert, \qquad \sup_z \sigma'(z) = \sigma'(0) = \tfrac14 \tag{VAN-02}$$

    Args:
        f: the activation's name, a key of `STEEPEST`: elementwise, with a slope that has a bound (not square).

    Raises:
        ValueError: if there is no such bound here.

    Example:
        >>> steepest_slope("sigmoid"), steepest_slope("tanh")
        (0.25, 1.0)
    """
    return STEEPEST[one_of("f", f, STEEPEST)]


def gain_bounds(net: Net) -> NDArray:
    r"""Return, for each layer but the last, how much of a delta can arrive there at most.

    $$\lVert \delta^{(l)} \rVert_2 \le g_l\, \lVert \delta^{(l+1)} \rVert_2, \qquad
      g_l = \sup \lvert f_l' \rvert \; \lVert W^{(l+1)} \rVert_2, \qquad l = 1, \dots, L - 1 \tag{VAN-02}$$

    Their product bounds the whole way down. $L - 1$ layers of sigmoids with $\lVert W \rVert_2 \le 1$ leave at most
    $4^{-(L-1)}$; for ten layers, four millionths.

    Args:
        net: an `MLP`, or anything with its three fields, with activations of `STEEPEST` below the last layer.

    Returns:
        $g_1, \dots, g_{L-1}$, float64, shape (L - 1,); NaN where a weight is not finite.

    Raises:
        ValueError: if a layer below the last has another activation.

    Example:
        >>> from refnn.mlp import MLP
        >>> gain_bounds(MLP([[[1, 2]], [[3], [4]], [[1, 0], [0, 2]]], [None] * 3, ["sigmoid", "tanh", "softmax"]))
        array([1.25, 2.  ])
    """
    net = as_mlp(net)
    # sup|f_l'| |W^(l+1)|_2 (VAN-02)
    pairs = zip(net.activations[:-1], net.weights[1:], strict=True)
    return np.array([steepest_slope(f) * _stretch(W) for f, W in pairs])


def path_factors(net: Net, x: ArrayLike, path: Sequence[int]) -> tuple[NDArray, NDArray]:
    r"""Return what a path from an input to an output passes on, the slopes and the weights apart.

    $$\prod_{l=1}^{L} f_l'\bigl(z^{(l)}_{i_l}\bigr), \qquad \prod_{l=1}^{L} W^{(l)}_{i_l\, i_{l-1}} \tag{VAN-03}$$

    On a path of active ReLUs the first product is exactly 1. That is why they do not make the gradient vanish; but the
    second can, or make it explode, as S0 overlooks (E-12): with weights of 2 it doubles in every layer. The sum of
    slopes times weights over all paths between two units is the derivative of the one in the other.

    Args:
        net: an `MLP`, or anything with its three fields; activations with an f'.
        x: one sample, shape (m_0,).
        path: an input and one unit of each layer, (i_0, i_1, ..., i_L), counted from 0.

    Returns:
        The product of the slopes and the product of the weights, each a single number, shape ().

    Raises:
        ValueError: if the path has not one unit of each layer, or an activation has no f'.

    Example: both hidden units are active at (1, 1), only the first at (1, -1).

        >>> from refnn.mlp import MLP
        >>> net = MLP([[[2, 1], [0, 3]], [[5, 7]]], [None, None], ["relu", "identity"])
        >>> [float(product) for product in path_factors(net, [1, 1], path=(1, 1, 0))]
        [1.0, 21.0]
        >>> [float(product) for product in path_factors(net, [1, -1], path=(1, 1, 0))]
        [0.0, 21.0]
    """
    net, x = as_mlp(net), as_float("x", x, 1)
    path = _path(path, net.sizes)
    layers = forward(net, x[np.newaxis])
    slopes = weights = np.ones((), layers[0][0].dtype)
    with np.errstate(all="ignore"):
        for (Z, _), W, f, below, unit in zip(layers, net.weights, net.activations, path[:-1], path[1:], strict=True):
            # f'(z) of the unit, and the weight that leads to it (VAN-03)
            slopes, weights = slopes * _prime(f, Z)[0, unit], weights * W[unit, below]
    return np.array(slopes), np.array(weights)


def diagnosis(training_error: float, test_error: float, target: float) -> str:
    r"""Return what is wrong, asking for the training data first.

    $$\text{training error} > \text{target}: \text{bad on training data}; \qquad
      \text{else test error} > \text{target}: \text{good on training data, bad on test data} \tag{DIAG-01}$$

    Bad results on the test data alone are no sign of overfitting: a net that is bad on both has learnt too little.

    Args:
        training_error: not below 0. NaN or infinity, as after a divergence, is worse than any target.
        test_error: the same on data not trained on.
        target: the error one would be content with, not below 0.

    Returns:
        A key of `REMEDIES`.

    Raises:
        ValueError: if an error is below 0.

    Example:
        >>> diagnosis(training_error=0.3, test_error=0.35, target=0.1)
        'bad on training data'
        >>> diagnosis(training_error=0.02, test_error=0.35, target=0.1)
        'good on training data, bad on test data'
    """
    training, test = _error("training_error", training_error), _error("test_error", test_error)
    target = not_negative("target", target)
    bad_on_training, bad_on_test, good = REMEDIES
    # NaN is above the target too (DIAG-01)
    if not training <= target:
        return bad_on_training
    return good if test <= target else bad_on_test


def recipe(training_error: float, test_error: float, target: float) -> tuple[str, ...]:
    r"""Return what S2 advises to try.

    $$\text{bad on training}: \text{activation, adaptive rate, size}; \qquad
      \text{bad on test}: \text{data, dropout, regularization} \tag{DIAG-01}$$

    Dropout is never advised while the training error is above the target (DROP-08): it cures
    overfitting, nothing else.

    Args:
        training_error: not below 0.
        test_error: the same on data not trained on.
        target: the error one would be content with, not below 0.

    Returns:
        The remedies, none if all is well.

    Example:
        >>> recipe(training_error=0.3, test_error=0.35, target=0.1)
        ('new activation function', 'adaptive learning rate', 'larger network')
        >>> recipe(training_error=0.02, test_error=0.05, target=0.1)
        ()
    """
    return REMEDIES[diagnosis(training_error, test_error, target)]


def starts_at_log_k(loss: float, scores: ArrayLike) -> Finding:
    r"""Check that a softmax loss starts where it must: with small scores, near $\log K$.

    $$\lvert L - \log K \rvert \le 2 \max_{i,k} \lvert s_{ik} \rvert \tag{DIAG-02}$$

    It holds for any labels, since $L = \frac1n \sum_i \log \sum_k e^{s_{ik} - s_{iy}}$ and no exponent leaves
    $\pm 2 \max \lvert s \rvert$. A loss that is summed instead of averaged, taken to base 2, or wrong by a constant
    does not hold it. Draw tiny weights for this check, or none: the smaller the scores, the sharper it is.

    Convention: rounding is forgiven, eight units in the last place of $\log K$ in the dtype of `scores`.

    Args:
        loss: the softmax cross-entropy under test, averaged over the samples.
        scores: the scores it was computed from, at least one sample, shape (n, K).

    Returns:
        A finding: true or false, and the numbers in words.

    Raises:
        ValueError: if there are no scores.

    Example: ten classes, all scores 0; then the same loss in bits.

        >>> starts_at_log_k(math.log(10), np.zeros((5, 10)))
        Finding(good=True, words='loss 2.30259 is within 0 of log 10 = 2.30259')
        >>> starts_at_log_k(math.log2(10), np.zeros((5, 10))).words
        'loss 3.32193 is not within 0 of log 10 = 2.30259'
    """
    s, L = as_float("scores", scores, 2), float(as_float("loss", loss, 0))
    if s.size == 0:
        raise ValueError(f"scores: expected at least one sample and class, got shape {s.shape}")
    start, reach = math.log(s.shape[1]), 2 * float(np.abs(s).max())
    rounding = 8 * float(np.finfo(s.dtype).eps) * max(1.0, start)
    # |L - log K| <= 2 max|s| (DIAG-02)
    good = abs(L - start) <= reach + rounding
    return Finding(good, f"loss {L:g} is {'' if good else 'not '}within {reach:g} of log {s.shape[1]} = {start:g}")


def can_fit(
    net: Net,
    X: ArrayLike,
    targets: ArrayLike,
    steps: int = 200,
    loss: str | losses.Loss = "softmax_cross_entropy",
    below: float = 0.01,
) -> Finding:
    r"""Check that a net can learn a few samples by heart.

    $$C(\theta_T) < 0.01 \quad\text{after } T \text{ steps on, say, 4 samples} \tag{DIAG-02}$$

    A net that cannot do this will not learn four thousand: something is dead, wrong, or much too small. It is trained
    by `refnn.pretrain.fine_tune`, which needs no learning rate; an answer of no is the net's, not the optimizer's.
    Together with `starts_at_log_k` and a gradient check (`refnn.gradcheck`) it answers S3's *is my network training
    correctly?*

    Args:
        net: where to start, an `MLP`, or anything with its three fields.
        X: a few samples, at least one, finite, shape (n, m_0).
        targets: what the loss holds the outputs against; for the default, labels 0 .. m_L - 1, shape (n,).
        steps: gradient steps, at least 0.
        loss: a key of `refnn.losses.LOSSES`, or a `Loss`. The default takes scores: no softmax in the net.
        below: the cost to get below, above 0.

    Returns:
        A finding: true or false, and the numbers in words.

    Raises:
        ValueError: if the shapes do not fit each other, or there is no sample.

    Example: exclusive or, for a net with a hidden layer and for one without (PERC-10).

        >>> from refnn.mlp import build
        >>> xor, labels = [[-1, -1], [-1, 1], [1, -1], [1, 1]], [0, 1, 1, 0]
        >>> bool(can_fit(build([2, 8, 2], ["tanh", "identity"], rng=0), xor, labels))
        True
        >>> bool(can_fit(build([2, 2], "identity", rng=0), xor, labels))
        False
    """
    below, costs = positive("below", below), fine_tune(net, X, targets, steps, loss=loss)[1]
    # (DIAG-02)
    good = bool(costs[-1] < below)
    words = f"loss {costs[0]:.3g} -> {costs[-1]:.3g} in {len(costs) - 1} steps on {len(np.asarray(X))} samples"
    return Finding(good, f"{words}, {'' if good else 'not '}below {below:g}")


def _length(A: NDArray) -> np.floating:
    """Return the root of the sum of squares, by way of numbers near 1, whose squares neither overflow nor vanish."""
    largest = np.abs(A).max(initial=0)
    if not 0 < largest < np.inf:
        return largest  # NaN too
    _, exponent = np.frexp(largest)
    with np.errstate(over="ignore"):
        return np.ldexp(np.sqrt(np.square(np.ldexp(A, -exponent)).sum()), exponent)


def _stretch(W: NDArray) -> float:
    """Return the largest singular value."""
    return float(np.linalg.norm(W.astype(np.float64), 2)) if np.isfinite(W).all() else math.nan


def _prime(f: str | Activation, Z: NDArray) -> NDArray:
    """Return f'(Z), if there is an f'."""
    prime = activation(f).prime
    if prime is None:
        raise ValueError(f"net: expected activations with a derivative f', got {f!r}")
    return prime(Z)


def _path(path: Sequence[int], sizes: tuple[int, ...]) -> list[int]:
    """Return one unit for the input and each layer."""
    if not isinstance(path, Sequence) or len(path) != len(sizes):
        raise ValueError(f"path: expected an input and a unit of each layer, {len(sizes)} in all, got {path!r}")
    units = [whole(f"path[{l}]", unit) for l, unit in enumerate(path)]
    for l, (unit, size) in enumerate(zip(units, sizes, strict=True)):
        if not 0 <= unit < size:
            raise ValueError(f"path[{l}]: expected a unit 0..{size - 1}, counted from 0, got {unit}")
    return units


def _error(name: str, value: float) -> float:
    """Return an error as a float not below 0; NaN and infinity are allowed."""
    error = float(as_float(name, value, 0))
    if error < 0:
        raise ValueError(f"{name}: expected a number not below 0, got {error!r}")
    return error
