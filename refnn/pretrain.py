r"""Layer-wise pre-training: learn a deep net one layer at a time, to have a good start for back-propagation.

A deep net that starts from small random weights may learn slowly, because little of the gradient reaches its first
layers (VAN-01). So each layer is first trained as the hidden layer of a net with one hidden layer, which has no such
trouble, on what the layers before it, now frozen, make of the samples. What it is to learn is the task itself (PT-01),
or, without any labels, an encoding from which its own input can be restored (PT-02): it is then half of an autoencoder
(PT-03). Linear autoencoders can do no better than the singular values of the data allow (PT-04).

Symbols: a net has layers $l = 1, \dots, L$ and activations $A^{(l)}$, $A^{(0)} = X$; an autoencoder is the net of two
layers $h = f(Wx + b)$, $\hat x = g(Vh + c)$, *tied* if $V = W^{\top}$. `steps` is the number of gradient steps, on all
samples at once. Nets are values (`refnn.mlp`): training returns new ones.

Source: S4 "Layer-Wise Pre-Training"; Bengio et al., "Greedy Layer-Wise Training of Deep Networks", 2007; Baldi and
Hornik, "Neural Networks and Principal Component Analysis", 1989, for the linear autoencoder.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import losses
from refnn._validate import as_float, as_floats, at_least, finite, generator, positive
from refnn.activations import Activation
from refnn.backprop import gradients
from refnn.mlp import MLP, Net, as_mlp, build, compose, flatten, layer, output, split, unflatten

__all__ = [
    "Stage",
    "autoencoder",
    "fine_tune",
    "linear_autoencoder",
    "reconstruction_bound",
    "reconstruction_cost",
    "reconstruction_gradients",
    "supervised",
    "unsupervised",
]

Gradients = list[tuple[NDArray, NDArray | None]]


class Stage(NamedTuple):
    """One stage of pre-training as it ended: hidden layer and head, what they were shown, and the cost on the way."""

    net: MLP  # two layers: the one that stays, and the head that is dropped (in the last stage: the output layer)
    inputs: NDArray  # (n, m_{l-1}), what the frozen layers make of the samples
    costs: NDArray  # (steps + 1,), from before the first step to after the last


def autoencoder(
    W: ArrayLike,
    b: ArrayLike | None = None,
    c: ArrayLike | None = None,
    V: ArrayLike | None = None,
    f: str | Activation = "sigmoid",
    g: str | Activation = "identity",
) -> MLP:
    r"""Return the net that encodes its input and decodes the code.

    $$h = f(Wx + b), \qquad \hat x = g(Vh + c), \qquad \text{tied: } V = W^{\top} \tag{PT-03}$$

    Args:
        W: weights of the encoder, shape (k, d).
        b: its biases, shape (k,), or None for none.
        c: biases of the decoder, shape (d,), or None for none.
        V: weights of the decoder, shape (d, k), or None to tie them to the encoder's.
        f: the encoder's activation.
        g: the decoder's activation.

    Raises:
        ValueError: if the shapes do not fit each other.

    Example: three numbers through the eye of a needle.

        >>> net = autoencoder([[1, 0, -1]], c=[0, 2, 0], f="relu")
        >>> net
        MLP(3 -> 1 relu -> 3 identity)
        >>> output(net, [[5, 2, 1]])
        array([[ 4.,  2., -4.]])
    """
    W = as_float("W", W, 2)
    V = W.T if V is None else as_float("V", V, 2)
    if V.shape != W.shape[::-1]:
        raise ValueError(f"V: expected shape {W.shape[::-1]}, as many outputs as W has inputs, got {V.shape}")
    return MLP([W, V], [b, c], [f, g])


def reconstruction_cost(net: Net, X: ArrayLike) -> NDArray:
    r"""Return how far the outputs are from the inputs: half the squared distance, averaged over the samples.

    $$C = \frac1n \sum_{i=1}^{n} \tfrac12 \lVert \hat x_i - x_i \rVert^2 \tag{PT-03}$$

    Args:
        net: an autoencoder, or any net with as many outputs as inputs.
        X: samples, at least one, shape (n, d).

    Returns:
        One number.

    Raises:
        ValueError: if there is no sample, or the net has not d outputs.

    Example:
        >>> float(reconstruction_cost(autoencoder([[1, 0]], f="identity"), [[7, 2], [8, 4]]))
        5.0
    """
    net, X = _together(_mirror(net), X)
    # C = 1/n sum 1/2 |x^ - x|^2 (PT-03)
    return X.dtype.type(0.5) * losses.squared_error(output(net, X), X)


def reconstruction_gradients(net: Net, X: ArrayLike, tied: bool = False) -> Gradients:
    r"""Return the gradients of `reconstruction_cost` in all weights and biases.

    $$\hat\delta_i = \frac1n (\hat x_i - x_i) \odot g', \qquad
      \frac{\partial C}{\partial V} = \sum_i \hat\delta_i h_i^{\top}, \qquad
      \frac{\partial C}{\partial W} = \sum_i \bigl[(V^{\top} \hat\delta_i) \odot f'\bigr]\, x_i^{\top} \tag{PT-03}$$

    Tied weights are used twice, and what they are worth in the two places adds up:

    $$\frac{d C}{d W} = \frac{\partial C}{\partial W} + \Bigl(\frac{\partial C}{\partial V}\Bigr)^{\top}
      \quad\text{for } V = W^{\top} \tag{PT-03}$$

    Convention: tied weights get this gradient in both their places, so that a step leaves $V = W^{\top}$.

    Args:
        net: an autoencoder, or (not tied) any net with as many outputs as inputs.
        X: samples, at least one, shape (n, d).
        tied: whether the two matrices of the net are one.

    Returns:
        [(dW, db), (dV, dc)], of the parameters' shapes; None where there is no bias.

    Raises:
        ValueError: if there is no sample, the net has not d outputs, or is not tied though it is said to be.

    Example: a code of one number, a copy of the first of two.

        >>> net = autoencoder([[1, 0]], f="identity")
        >>> (dW, _), (dV, _) = reconstruction_gradients(net, [[1, 2]])
        >>> dW.tolist(), dV.tolist()
        ([[0.0, 0.0]], [[0.0], [-2.0]])
        >>> (dW, _), (dV, _) = reconstruction_gradients(net, [[1, 2]], tied=True)
        >>> dW.tolist(), dV.tolist()
        ([[0.0, -2.0]], [[0.0], [-2.0]])
    """
    net, X = _together(_mirror(net), X)
    pull = losses.squared_error_backward(0.5, output(net, X), X)  # (x^ - x) / n
    slopes = gradients(net, X, pull)
    if not tied:
        return slopes
    if len(net.weights) != 2 or not np.array_equal(net.weights[1], net.weights[0].T):
        raise ValueError("tied: expected a net of two layers with V = W.T, got another")
    (dW, db), (dV, dc) = slopes
    # the two contributions add (PT-03)
    both = dW + dV.T                                              # (k, d) + (d, k)^T
    return [(both, db), (both.T.copy(), dc)]


def reconstruction_bound(X: ArrayLike, units: int) -> np.floating:
    r"""Return the squared error that no linear autoencoder with this many hidden units can get below.

    $$\sum_{i=1}^{n} \lVert \hat x_i - x_i \rVert^2 \ge \sum_{i > k} s_i^2 \tag{PT-04}$$

    with $s_1 \ge s_2 \ge \dots$ the singular values of the centred data: what comes out lies on a plane of $k$
    dimensions, and no plane is nearer to the points than that of their top $k$ principal directions.

    Convention: the mean is subtracted here. Data that are not centred have larger singular values, and the decoder's
    biases could then beat their bound.

    Args:
        X: samples, at least one, finite, shape (n, d).
        units: k, at least 1.

    Returns:
        One number: a sum over samples, 2 n times the least `reconstruction_cost`.

    Raises:
        ValueError: if there is no sample.

    Example: four points with variance along two axes, of which one unit can show the longer.

        >>> X = [[3, 0, 7], [-3, 0, 7], [0, 1, 7], [0, -1, 7]]
        >>> round(float(reconstruction_bound(X, units=1)), 12)
        2.0
        >>> round(float(2 * 4 * reconstruction_cost(linear_autoencoder(X, units=1), X)), 12)
        2.0
    """
    k, (X, _) = at_least("units", units, 1), _centred(X)
    s = np.linalg.svd(X, compute_uv=False)                        # falling, (min(n, d),)
    # sum over i > k of s_i^2 (PT-04)
    return np.square(s[k:]).sum()


def linear_autoencoder(X: ArrayLike, units: int) -> MLP:
    r"""Return the best linear autoencoder there is, without any training: it reaches `reconstruction_bound`.

    $$W = P^{\top}, \quad b = -W\mu, \quad V = P, \quad c = \mu, \qquad
      \hat x = \mu + P P^{\top} (x - \mu) \tag{PT-04}$$

    with the top $k$ singular directions of the centred data in the columns of $P$. It is tied, and far from the only
    one: for any invertible $M$, $MW$ and $VM^{-1}$ restore just as well.

    Args:
        X: samples, at least one, finite, shape (n, d).
        units: k, from 1 to d. Units that the data have no direction for stay 0.

    Returns:
        The net d -> k identity -> d identity.

    Raises:
        ValueError: if there is no sample, or more units than inputs.

    Example: points on a line are restored from one number.

        >>> net = linear_autoencoder([[0, 0], [1, 2], [2, 4]], units=1)
        >>> net
        MLP(2 -> 1 identity -> 2 identity)
        >>> (output(net, [[3, 6]]).round(9) + 0).tolist()
        [[3.0, 6.0]]
    """
    k, (X, mean) = at_least("units", units, 1), _centred(X)
    if k > X.shape[1]:
        raise ValueError(f"units: expected at most {X.shape[1]}, the inputs, got {k}")
    directions = np.linalg.svd(X, full_matrices=False)[2]  # rows, (min(n, d), d)
    W = np.zeros((k, X.shape[1]), X.dtype)
    W[: len(directions)] = directions[:k]                         # the top k (PT-04)
    return autoencoder(W, -W @ mean, mean, f="identity")


def fine_tune(
    net: Net,
    X: ArrayLike,
    targets: ArrayLike,
    steps: int,
    learning_rate: float = 1.0,
    loss: str | losses.Loss = "squared_error",
) -> tuple[MLP, NDArray]:
    r"""Train a whole net by back-propagation from where it is, never uphill.

    $$\theta \leftarrow \theta - \eta\, \nabla C(\theta), \qquad
      C = \frac1n \sum_{i=1}^{n} \ell\bigl(f(x_i; \theta), t_i\bigr) \tag{PT-01}$$

    Each step takes all samples and looks for its own $\eta$: twice the last one, halved until the cost falls by at
    least a quarter of what the slope promises, $\eta \lVert \nabla C \rVert^2$. Where no $\eta$ does, the net stays.

    Args:
        net: where to start, an `MLP`, or anything with its three fields.
        X: samples, at least one, finite, shape (n, m_0).
        targets: what the loss holds the outputs against.
        steps: how many, at least 0.
        learning_rate: the first $\eta$ to try, above 0.
        loss: a key of `refnn.losses.LOSSES`, or a `Loss`; averaged over the samples.

    Returns:
        The net after the last step, in the common dtype of `net` and `X`, and the costs from before the first step to
        after the last, shape (steps + 1,). They never rise.

    Raises:
        ValueError: if the shapes do not fit each other, a sample is not finite, or there is none.

    Example: a line through two points. The first $\eta$, 1, would overshoot.

        >>> net, costs = fine_tune(MLP([[[0]]], [[0]], ["identity"]), [[0], [2]], [[1], [5]], steps=99)
        >>> net.weights[0].round(6).tolist(), net.biases[0].round(6).tolist()
        ([[2.0]], [1.0])
        >>> bool((costs[1:] <= costs[:-1]).all())
        True
    """
    (net, X), (f, backward, *_) = _ready(net, X), losses.loss(loss)
    steps, eta = at_least("steps", steps, 0), positive("learning_rate", learning_rate)

    def cost(net: MLP) -> ArrayLike:
        return f(output(net, X), targets)

    def slopes(net: MLP) -> Gradients:
        return gradients(net, X, backward(1.0, output(net, X), targets))

    return _walk(net, cost, slopes, steps, eta)


def supervised(
    net: Net,
    X: ArrayLike,
    targets: ArrayLike,
    steps: int,
    rng: np.random.Generator | int,
    learning_rate: float = 1.0,
    loss: str | losses.Loss = "squared_error",
) -> tuple[MLP, list[Stage]]:
    r"""Pre-train every hidden layer on the task itself; `fine_tune` the result to finish.

    $$\min_{W^{(l)},\, b^{(l)},\, U,\, u}\; \frac1n \sum_{i=1}^{n}
      \ell\Bigl(f_L\bigl(U f_l(W^{(l)} a_i^{(l-1)} + b^{(l)}) + u\bigr), t_i\Bigr), \qquad l = 1, \dots, L - 1
      \tag{PT-01}$$

    Stage $l$ trains layer $l$ as the hidden layer of a net of two layers, on the outputs $A^{(l-1)}$ of the layers
    already trained, which are frozen. Its head $U, u$ is drawn (Xavier) and dropped again; the last stage's head is the
    net's own output layer, and stays.

    Args:
        net: gives sizes, activations and the weights to start from; at least one hidden layer.
        X: samples, at least one, finite, shape (n, m_0).
        targets: what the loss holds the outputs against.
        steps: gradient steps in each stage, at least 0.
        rng: a generator, or its seed, for the heads.
        learning_rate: the first rate to try in each stage, above 0.
        loss: as in `fine_tune`.

    Returns:
        The stacked net, and the `Stage` of each hidden layer.

    Raises:
        ValueError: if the net has no hidden layer, the shapes do not fit each other, or a sample is not finite.

    Example:
        >>> xor, t = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
        >>> start = build([2, 5, 4, 1], ["tanh", "tanh", "identity"], rng=0)
        >>> net, stages = supervised(start, xor, t, steps=50, rng=1)
        >>> net, [stage.net for stage in stages]
        (MLP(2 -> 5 tanh -> 4 tanh -> 1 identity),
         [MLP(2 -> 5 tanh -> 1 identity), MLP(5 -> 4 tanh -> 1 identity)])
        >>> net, costs = fine_tune(net, xor, t, steps=200)
        >>> bool(costs[-1] < 1e-3)
        True
    """
    return _greedy(net, X, targets, steps, rng, learning_rate, loss, encoders=0)


def unsupervised(
    net: Net,
    X: ArrayLike,
    targets: ArrayLike,
    steps: int,
    rng: np.random.Generator | int,
    learning_rate: float = 1.0,
    loss: str | losses.Loss = "squared_error",
    tied: bool = False,
) -> tuple[MLP, list[Stage]]:
    r"""Pre-train the hidden layers to encode their input, the last one on the task; `fine_tune` the result to finish.

    $$\min_{W^{(l)},\, b^{(l)},\, V,\, c}\; \frac1n \sum_{i=1}^{n}
      \tfrac12 \bigl\lVert V f_l(W^{(l)} a_i^{(l-1)} + b^{(l)}) + c - a_i^{(l-1)} \bigr\rVert^2, \qquad
      l = 1, \dots, L - 2 \tag{PT-02}$$

    Up to the last hidden layer nothing depends on `targets`, so samples without labels would do. The last stage is
    that of `supervised`, output layer and all. Decoders are linear, drawn (or tied), and dropped again.

    Args:
        net: gives sizes, activations and the weights to start from; at least one hidden layer.
        X: samples, at least one, finite, shape (n, m_0).
        targets: what the loss holds the outputs against, in the last stage.
        steps: gradient steps in each stage, at least 0.
        rng: a generator, or its seed, for the decoders.
        learning_rate: the first rate to try in each stage, above 0.
        loss: as in `fine_tune`, for the last stage.
        tied: whether decoders use the encoder's weights.

    Returns:
        The stacked net, and the `Stage` of each hidden layer.

    Raises:
        ValueError: if the net has no hidden layer, the shapes do not fit each other, or a sample is not finite.

    Example:
        >>> start = build([3, 2, 4, 1], ["sigmoid", "tanh", "identity"], rng=0)
        >>> X, t = [[0, 0, 1], [0, 1, 1], [1, 0, 0], [1, 1, 0]], [[0], [1], [1], [0]]
        >>> net, stages = unsupervised(start, X, t, steps=20, rng=1, tied=True)
        >>> [stage.net for stage in stages]
        [MLP(3 -> 2 sigmoid -> 3 identity), MLP(2 -> 4 tanh -> 1 identity)]
    """
    return _greedy(net, X, targets, steps, rng, learning_rate, loss, len(as_mlp(net).weights) - 2, tied)


def _greedy(
    net: Net,
    X: ArrayLike,
    targets: ArrayLike,
    steps: int,
    rng: np.random.Generator | int,
    learning_rate: float,
    loss: str | losses.Loss,
    encoders: int,
    tied: bool = False,
) -> tuple[MLP, list[Stage]]:
    """Train the hidden layers one by one on what those below put out, the first `encoders` of them to restore it."""
    net, A = _ready(net, X)
    steps, eta, rng = at_least("steps", steps, 0), positive("learning_rate", learning_rate), generator("rng", rng)
    *hidden, last = (MLP([W], [b], [f]) for W, b, f in zip(net.weights, net.biases, net.activations, strict=True))
    if not hidden:
        raise ValueError(f"net: expected at least one hidden layer, got {net}")
    losses.loss(loss).f(output(net, A), targets)  # if the targets do not fit, say so before the work
    stages: list[Stage] = []
    for l, part in enumerate(hidden, start=1):
        inputs, units = part.sizes
        if l <= encoders:
            # no word of the targets: restore a^(l-1) (PT-02)
            V = part.weights[0].T if tied else build([units, inputs], "identity", rng, dtype=A.dtype).weights[0]
            two = autoencoder(part.weights[0], part.biases[0], np.zeros(inputs, A.dtype), V, part.activations[0])
            cost, slopes = partial(reconstruction_cost, X=A), partial(reconstruction_gradients, X=A, tied=tied)
            two, costs = _walk(two, cost, slopes, steps, eta)
        else:
            head = last
            if l < len(hidden):
                head = build([units, len(last.weights[0])], last.activations, rng, dtype=A.dtype)
            # layer l as the hidden layer of a net of two (PT-01)
            two, costs = fine_tune(compose(part, head), A, targets, steps, eta, loss)
        stages.append(Stage(two, A.copy(), costs))
        # frozen from here on (PT-01)
        A = layer(A, two.weights[0], two.biases[0], two.activations[0])[1]  # (n, m_{l-1}) -> (n, m_l)
    below = [split(stage.net, at=1)[0] for stage in stages[:-1]]
    return reduce(compose, [*below, stages[-1].net]), stages


@np.errstate(all="ignore")  # a step too far may overflow; it is not taken
def _walk(
    net: MLP, cost: Callable[[MLP], ArrayLike], slopes: Callable[[MLP], Gradients], steps: int, learning_rate: float
) -> tuple[MLP, NDArray]:
    """Go downhill with a rate found anew for each step; return the last net and the costs on the way."""
    costs, eta = [cost(net)], learning_rate
    for _ in range(steps):
        gradient = slopes(net)
        steepness = sum(float(np.square(g).sum()) for pair in gradient for g in pair if g is not None)
        for rate in eta * 0.5 ** np.arange(64):
            there = _step(net, gradient, float(rate))
            # C(theta - eta grad C) <= C(theta) - eta/4 |grad C|^2, so costs never rise (PT-01)
            if (ahead := cost(there)) <= costs[-1] - rate * steepness / 4:
                net, eta = there, 2 * float(rate)
                break
        else:
            ahead = costs[-1]
        costs.append(ahead)
    return net, np.array(costs)


def _step(net: MLP, gradient: Gradients, rate: float) -> MLP:
    """Return theta - eta grad C(theta), in the dtype of theta."""
    weights = [W - rate * dW.astype(W.dtype) for W, (dW, _) in zip(net.weights, gradient, strict=True)]
    biases = [
        None if b is None or db is None else b - rate * db.astype(b.dtype)
        for b, (_, db) in zip(net.biases, gradient, strict=True)
    ]
    return MLP(weights, biases, net.activations)


def _together(net: Net, X: ArrayLike) -> tuple[MLP, NDArray]:
    """Return net and samples in their common dtype."""
    net, X = as_mlp(net), as_float("X", X, 2)
    theta, X = as_floats(theta=flatten(net), X=X)
    return unflatten(net, theta), X


def _ready(net: Net, X: ArrayLike) -> tuple[MLP, NDArray]:
    """Return net and samples in their common dtype, if the samples can be trained on."""
    net, X = _together(net, X)
    return net, finite("X", _some(X))


def _mirror(net: Net) -> MLP:
    """Return the net if it has as many outputs as inputs."""
    net = as_mlp(net)
    if net.sizes[0] != net.sizes[-1]:
        raise ValueError(f"net: expected as many outputs as inputs, got {net}")
    return net


def _centred(X: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return the samples less their mean, (n, d), and the mean, (d,)."""
    X = finite("X", _some(as_float("X", X, 2)))
    with np.errstate(over="ignore", invalid="ignore"):
        mean = X.mean(axis=0)
        return finite("X less its mean", X - mean), mean


def _some(X: NDArray) -> NDArray:
    """Return samples if there are any."""
    if len(X) == 0:
        raise ValueError(f"X: expected at least one sample, got shape {X.shape}")
    return X
