r"""Activation functions: the bend between two linear maps, and the probabilities at the end.

Without a bend a stack of linear layers is one linear layer. Which bend to take is a question of gradients: the old
sigmoid passes on a quarter at most, the rectifier all or nothing. Here each function stands beside its derivative.
`f(z)` takes numbers of any shape and answers entry by entry, in the same shape and dtype; `f_prime(z)` is the
lectures' $f'$; `f_backward(upstream, z)` is the vector-Jacobian product that back-propagation needs. Softmax is the
exception: each of its outputs looks at all inputs, so it has a Jacobian matrix and no $f'$. Nothing overflows: the
formulas are arranged so that no exponent is ever positive.

Quick guide of S3 (an opinion of its time, ACT-17): ReLU first, then its variants or maxout, tanh in recurrent nets,
sigmoid mainly as an output.

Symbols: `z` pre-activations; $f$, $\sigma$ the activation function; `upstream` is $\partial L / \partial f(z)$.

Source: S0 "The winning ingredient"; S1 "Activation Function"; S2 "ReLU", "Softmax"; S3 "Sigmoid" to "Quick guide";
S4 "Rectifier Activation Function".
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, as_upstream, number, one_of, whole

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "activation",
    "gaussian",
    "gaussian_backward",
    "gaussian_prime",
    "identity",
    "identity_backward",
    "identity_prime",
    "leaky_relu",
    "leaky_relu_backward",
    "leaky_relu_prime",
    "log_softmax",
    "log_softmax_backward",
    "prelu",
    "prelu_backward",
    "prelu_prime",
    "relu",
    "relu_backward",
    "relu_prime",
    "scaled_tanh",
    "scaled_tanh_backward",
    "scaled_tanh_prime",
    "sigmoid",
    "sigmoid_backward",
    "sigmoid_prime",
    "softmax",
    "softmax_backward",
    "softmax_jacobian",
    "softplus",
    "softplus_backward",
    "softplus_prime",
    "square",
    "square_backward",
    "square_prime",
    "step",
    "step_backward",
    "step_prime",
    "tanh",
    "tanh_backward",
    "tanh_prime",
]

Options = ParamSpec("Options")


def _elementwise(
    formula: Callable[Concatenate[NDArray, Options], NDArray],
) -> Callable[Concatenate[ArrayLike, Options], NDArray]:
    """Let a formula for arrays take whatever is a number, and answer in the shape it was asked in."""

    @wraps(formula)
    def f(z: ArrayLike, *args: Options.args, **kwargs: Options.kwargs) -> NDArray:
        z = as_float("z", z)
        return formula(np.atleast_1d(z), *args, **kwargs).reshape(z.shape)

    return f


def _vjp(
    prime: Callable[Concatenate[ArrayLike, Options], NDArray],
) -> Callable[Concatenate[ArrayLike, ArrayLike, Options], NDArray]:
    """Turn f' into f_backward: the Jacobian of an elementwise function is diagonal, so its transpose is a product."""
    name = prime.__name__.removesuffix("_prime")

    def backward(upstream: ArrayLike, z: ArrayLike, *args: Options.args, **kwargs: Options.kwargs) -> NDArray:
        slopes = prime(z, *args, **kwargs)
        with np.errstate(over="ignore", invalid="ignore"):  # infinity times a slope of 0 is NaN, as the product says
            return as_upstream(upstream, slopes.shape) * slopes

    backward.__name__ = backward.__qualname__ = f"{name}_backward"
    backward.__doc__ = f"Send the upstream gradient back through `{name}`: times `{name}_prime`, entry by entry."
    signature = inspect.signature(prime)
    parameters = [signature.parameters["z"].replace(name="upstream"), *signature.parameters.values()]
    backward.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return backward


@_elementwise
def identity(z: NDArray) -> NDArray:
    r"""Leave everything as it is: the activation of a linear output.

    $$f(z) = z, \qquad f'(z) = 1$$
    """
    return z.copy()


@_elementwise
def identity_prime(z: NDArray) -> NDArray:
    """Return 1 everywhere."""
    return np.ones_like(z)


identity_backward = _vjp(identity_prime)


@_elementwise
def square(z: NDArray) -> NDArray:
    r"""Square: the polynomial unit that S1 offers as an example.

    $$f(z) = z^2, \qquad f'(z) = 2z \tag{ACT-06}$$

    It is smooth, yet neither bounded nor monotone. A net of squares is a polynomial of fixed degree, however wide it
    is: no universal approximator (E-17).
    """
    return np.square(z)


@_elementwise
def square_prime(z: NDArray) -> NDArray:
    """Return 2z."""
    return 2 * z


square_backward = _vjp(square_prime)


@_elementwise
def gaussian(z: NDArray) -> NDArray:
    r"""Answer near zero only: a bump, for data that come in heaps (S1).

    $$f(z) = e^{-z^2}, \qquad f'(z) = -2 z f(z) \tag{ACT-06}$$
    """
    return np.exp(-np.square(z))


@_elementwise
def gaussian_prime(z: NDArray) -> NDArray:
    """Return -2z f(z)."""
    # far out f' is 0; the clip keeps infinity from making 0 * inf of it   (ACT-06)
    return -2 * np.clip(z, -30, 30) * gaussian(z)


gaussian_backward = _vjp(gaussian_prime)


@_elementwise
def step(z: NDArray) -> NDArray:
    r"""Fire or not: the perceptron's and McCulloch and Pitts' activation.

    $$H(z) = \mathbb{1}[z \ge 0]$$

    Convention: $H(0) = 1$. The slope is 0 wherever there is one, so gradient descent learns nothing through a step.

        >>> step([-0.5, 0, 0.5])
        array([0., 1., 1.])
    """
    return np.heaviside(z, 1)


@_elementwise
def step_prime(z: NDArray) -> NDArray:
    """Return 0 everywhere, at the jump too."""
    return np.zeros_like(z)


step_backward = _vjp(step_prime)


@_elementwise
def sigmoid(z: NDArray) -> NDArray:
    r"""Squash any number into (0, 1), to be read as a probability.

    $$\sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^{\min(z, 0)}}{1 + e^{-|z|}} \tag{ACT-01}$$

    Pitfall: on the left, $e^{1000}$ overflows at $z = -1000$; on the right no exponent is ever positive.

    All outputs are positive, so for one sample the weights that read them all want to grow, or all to shrink (ACT-16).

        >>> sigmoid([-1000, 0, 1000])
        array([0. , 0.5, 1. ])
    """
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


@_elementwise
def sigmoid_prime(z: NDArray) -> NDArray:
    r"""Return the sigmoid's slope: at most a quarter, and next to nothing for a saturated unit.

    $$\sigma' = \sigma(z)\,(1 - \sigma(z)) = \sigma(z)\,\sigma(-z) \le \min\bigl(\tfrac14, e^{-|z|}\bigr) \tag{ACT-02}$$

        >>> sigmoid_prime([0, 6, 10]).round(8).tolist()
        [0.25, 0.00246651, 4.54e-05]
    """
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2  # sigma(z) sigma(-z): 1 - sigma would cancel where sigma is almost 1


sigmoid_backward = _vjp(sigmoid_prime)


@_elementwise
def tanh(z: NDArray) -> NDArray:
    r"""Squash any number into (-1, 1), with zero in the middle: an odd sigmoid.

    $$\tanh z = \frac{e^z - e^{-z}}{e^z + e^{-z}} \tag{ACT-03}$$

    $$\tanh z = 2\,\sigma(2z) - 1 \tag{ACT-04}$$
    """
    return np.tanh(z)


@_elementwise
def tanh_prime(z: NDArray) -> NDArray:
    r"""Return the slope of tanh: 1 at zero (not "smaller than one", E-32), and vanishing where tanh saturates.

    $$\tanh' = 1 - \tanh^2 z = 4\,\sigma'(2z) \tag{ACT-03}$$
    """
    return 4 * sigmoid_prime(2 * z)  # the derivative of (ACT-04): 1 - tanh^2 would cancel


tanh_backward = _vjp(tanh_prime)


@_elementwise
def scaled_tanh(z: NDArray, a: float = 1.716, b: float = 2 / 3) -> NDArray:
    r"""Stretch tanh so that $f(\pm 1) \approx \pm 1$ and the slope is steadiest in between.

    $$f(z) = a \tanh(b z) = a\,\frac{1 - e^{-2bz}}{1 + e^{-2bz}} = \frac{2a}{1 + e^{-2bz}} - a \tag{ACT-05}$$

    S1 prints $e^{bz}$ and $e^{-bz}$ instead, which are other functions (E-16).

    Args:
        z: pre-activations, any shape.
        a: the bound that f approaches.
        b: the stretch of its argument.

    Example:
        >>> scaled_tanh([-1, 0, 1]).round(4)
        array([-1.0001,  0.    ,  1.0001])
    """
    return number("a", a) * np.tanh(number("b", b) * z)


@_elementwise
def scaled_tanh_prime(z: NDArray, a: float = 1.716, b: float = 2 / 3) -> NDArray:
    r"""Return the slope, $ab\,(1 - \tanh^2 bz)$."""
    return number("a", a) * number("b", b) * tanh_prime(b * z)  # (ACT-05)


scaled_tanh_backward = _vjp(scaled_tanh_prime)


@_elementwise
def relu(z: NDArray) -> NDArray:
    r"""Let the positive through and stop the rest: the rectifier.

    $$\mathrm{relu}(z) = \max(0, z) \tag{ACT-07}$$

    On all inputs that switch the same units on ($D_l$, a diagonal of ones and zeros) a ReLU net is one affine map:

    $$f(x) = A_x x + c_x, \qquad A_x = W^{(L)} D_{L-1} W^{(L-1)} \cdots D_1 W^{(1)} \tag{ACT-11}$$

    With weights symmetric about zero and no biases half of the units are off (ACT-12); a small positive bias switches
    a few more on (ACT-15). A unit that is off on every sample gets no gradient and never comes back (ACT-14).

        >>> relu([-2, 0, 3])
        array([0., 0., 3.])
    """
    return np.maximum(z, 0)


@_elementwise
def relu_prime(z: NDArray, at_zero: float = 0.0) -> NDArray:
    r"""Return 1 for an active unit and 0 for an idle one, so a path of active units neither dampens nor amplifies.

    $$\mathrm{relu}(y) \ge \mathrm{relu}(0) + g\,y \quad \text{for all } y \text{ and } g \in [0, 1] \tag{ACT-08}$$

    At the kink there is no derivative, but every $g$ that lies below the graph is a subgradient.

    Args:
        z: pre-activations, any shape.
        at_zero: the subgradient to use at the kink; one of the one-sided derivatives 0 and 1, or anything in between.

    Raises:
        ValueError: if `at_zero` is not in [0, 1].

    Example:
        >>> relu_prime([-2, 0, 3]), relu_prime([-2, 0, 3], at_zero=1)
        (array([0., 0., 1.]), array([0., 1., 1.]))
    """
    if not 0 <= number("at_zero", at_zero) <= 1:
        raise ValueError(f"at_zero: expected a subgradient of ReLU at 0, which lies in [0, 1], got {at_zero!r}")
    return (z > 0) + z.dtype.type(at_zero) * (z == 0)


relu_backward = _vjp(relu_prime)


@_elementwise
def softplus(z: NDArray) -> NDArray:
    r"""Round off the rectifier's corner.

    $$\mathrm{sp}(z) = \log(1 + e^z) = \max(0, z) + \log(1 + e^{-|z|}), \qquad \mathrm{sp}' = \sigma \tag{ACT-09}$$

    Sigmoids side by side add up to it, in a staircase of unit steps nearly, in an integral exactly. S2 shows them as
    the origin of ReLU:

    $$\mathrm{sp}(z) = \int_0^\infty \sigma(z - t)\,dt \approx \sum_{i=1}^\infty \sigma(z - i + \tfrac12) \tag{ACT-10}$$

    The sum stays within 0.0106 of softplus, but is 0.68 away from ReLU at zero (E-21).

        >>> softplus([-1000, 0, 1000]).round(6).tolist()
        [0.0, 0.693147, 1000.0]
    """
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softplus_prime(z: ArrayLike) -> NDArray:
    """Return the sigmoid."""
    return sigmoid(z)  # (ACT-09)


softplus_backward = _vjp(softplus_prime)


@_elementwise
def leaky_relu(z: NDArray, slope: float = 0.01) -> NDArray:
    r"""Let a little of the negative through, so that no unit dies.

    $$f(z) = \begin{cases} z & z > 0 \\ \alpha z & z \le 0 \end{cases} = \max(0, z) + \alpha \min(0, z) \tag{ACT-13}$$

    S3 writes $\max(\alpha z, z)$, which is the same only for $\alpha \le 1$ (E-29).

    Args:
        z: pre-activations, any shape.
        slope: alpha, fixed; for one that is learned see `prelu`.

    Example:
        >>> leaky_relu([-2, 0, 3])
        array([-0.02,  0.  ,  3.  ])
    """
    return np.maximum(z, 0) + number("slope", slope) * np.minimum(z, 0)


@_elementwise
def leaky_relu_prime(z: NDArray, slope: float = 0.01) -> NDArray:
    """Return 1 above zero and `slope` elsewhere, at the kink too."""
    return (z > 0) + z.dtype.type(number("slope", slope)) * (z <= 0)  # (ACT-13)


leaky_relu_backward = _vjp(leaky_relu_prime)


@_elementwise
def prelu(z: NDArray, slope: ArrayLike) -> NDArray:
    r"""Leaky ReLU that learns how much it leaks, one slope for all units or one for each channel.

    $$f(z) = \max(0, z) + \alpha_c \min(0, z) \tag{ACT-13}$$

    Args:
        z: pre-activations, any shape; (n, C, ...) where each channel has a slope of its own.
        slope: alpha, shape () or (C,). Its dtype counts: a float64 slope makes the result float64.

    Raises:
        ValueError: if `slope` is neither one number nor one for each entry of axis 1.

    Example: two samples, three channels.

        >>> prelu([[-1, -1, -1], [1, 1, 1]], slope=[0, 0.25, 2])
        array([[ 0.  , -0.25, -2.  ],
               [ 1.  ,  1.  ,  1.  ]])
    """
    z, slope = _channelwise(z, slope)
    return np.maximum(z, 0) + slope * np.minimum(z, 0)


@_elementwise
def prelu_prime(z: NDArray, slope: ArrayLike) -> NDArray:
    """Return the slope in z: 1 above zero and alpha elsewhere, at the kink too."""
    z, slope = _channelwise(z, slope)
    return (z > 0) + slope * (z <= 0)  # (ACT-13)


def prelu_backward(upstream: ArrayLike, z: ArrayLike, slope: ArrayLike) -> tuple[NDArray, NDArray]:
    r"""Return the gradients in z and in the slopes, each summed over all units that share it.

    $$\frac{\partial L}{\partial \alpha_c} = \sum_{z \text{ of channel } c} \frac{\partial L}{\partial f(z)}\,\min(0, z)
      \tag{ACT-13}$$

    Args:
        upstream: gradient of the loss in the activations, the shape of `z`.
        z: the pre-activations that `prelu` was given.
        slope: alpha, shape () or (C,).

    Returns:
        dz of the shape of `z`, dslope of the shape of `slope`.
    """
    z, slope, upstream = as_floats(z=z, slope=slope, upstream=upstream)
    dz = as_upstream(upstream, z.shape) * prelu_prime(z, slope)
    sharing = tuple(axis for axis in range(z.ndim) if slope.ndim == 0 or axis != 1)
    return dz, (upstream * np.minimum(z, 0)).sum(axis=sharing)  # (n, C, ...) -> (C,)


def softmax(z: ArrayLike, axis: int = -1) -> NDArray:
    r"""Turn K scores into K probabilities that add up to one.

    $$y_k = \frac{e^{z_k}}{\sum_{j=1}^{K} e^{z_j}} \tag{LOG-06}$$

    Subtracting the maximum from all scores changes nothing and keeps the exponentials within [0, 1]. For two classes
    this is the sigmoid of the difference of the scores.

    Args:
        z: scores, at least one axis.
        axis: the axis of the classes; the sum runs over it, not over the samples (E-39).

    Raises:
        ValueError: if there is no such axis, or no class on it.

    Example: the slide's (0.88, 0.12, 0), and scores that would overflow.

        >>> softmax([[3, 1, -3], [1000, 1000, -1000]]).round(2)
        array([[0.88, 0.12, 0.  ],
               [0.5 , 0.5 , 0.  ]])
    """
    e = np.exp(_below_maximum(z, axis))
    return e / e.sum(axis=axis, keepdims=True)


def softmax_backward(upstream: ArrayLike, z: ArrayLike, axis: int = -1) -> NDArray:
    r"""Send the upstream gradient back through all the outputs that a score has a hand in.

    $$\frac{\partial L}{\partial z_k} = y_k \Bigl(\frac{\partial L}{\partial y_k}
      - \sum_j \frac{\partial L}{\partial y_j}\, y_j\Bigr)$$

    Pitfall: $y_k(1 - y_k)$, by analogy with the sigmoid, is the diagonal of the Jacobian only.

    Args:
        upstream: gradient of the loss in the probabilities, the shape of `z`.
        z: the scores that `softmax` was given.
        axis: the axis of the classes.
    """
    y = softmax(z, axis)
    upstream = as_upstream(upstream, y.shape)
    return y * (upstream - (upstream * y).sum(axis=axis, keepdims=True))  # the symmetric Jacobian of (LOG-07) times it


def softmax_jacobian(z: ArrayLike) -> NDArray:
    r"""Return how each probability answers to each score: a symmetric matrix for each sample.

    $$\frac{\partial y_j}{\partial z_k} = y_j\,(\mathbb{1}[j = k] - y_k) \tag{LOG-07}$$

    Args:
        z: scores, shape (..., K).

    Returns:
        Jacobians, shape (..., K, K).

    Example:
        >>> softmax_jacobian([0, 0])
        array([[ 0.25, -0.25],
               [-0.25,  0.25]])
    """
    y = softmax(z)
    same = np.eye(y.shape[-1], dtype=y.dtype)
    return y[..., :, np.newaxis] * (same - y[..., np.newaxis, :])  # (..., K) -> (..., K, K)


def log_softmax(z: ArrayLike, axis: int = -1) -> NDArray:
    r"""Return the logarithms of the softmax, accurate even where a probability is almost 1 or underflows to 0.

    $$\log y_k = (z_k - z_{top}) - \mathrm{log1p} \sum_{j \ne top} e^{z_j - z_{top}} \tag{LOG-09}$$

    Pitfall: $\log(1 + 10^{-20})$ is 0 once the sum is rounded. So the winner's own 1 is left out of the sum, and log1p
    puts it back.

    Args:
        z: scores, at least one axis.
        axis: the axis of the classes.

    Raises:
        ValueError: if there is no such axis, or no class on it.

    Example:
        >>> log_softmax([1000, 0, 950])
        array([-1.92874985e-22, -1.00000000e+03, -5.00000000e+01])
    """
    z = _below_maximum(z, axis)
    others = np.exp(z)
    np.put_along_axis(others, z.argmax(axis=axis, keepdims=True), 0, axis=axis)
    return z - np.log1p(others.sum(axis=axis, keepdims=True))


def log_softmax_backward(upstream: ArrayLike, z: ArrayLike, axis: int = -1) -> NDArray:
    r"""Send the upstream gradient back: each score pushes its own output up, and all outputs down.

    $$\frac{\partial L}{\partial z_k} = \frac{\partial L}{\partial \log y_k}
      - y_k \sum_j \frac{\partial L}{\partial \log y_j}$$

    Args:
        upstream: gradient of the loss in the log-probabilities, the shape of `z`.
        z: the scores that `log_softmax` was given.
        axis: the axis of the classes.
    """
    y = softmax(z, axis)
    upstream = as_upstream(upstream, y.shape)
    return upstream - y * upstream.sum(axis=axis, keepdims=True)


class Activation(NamedTuple):
    """An activation function with what a network must know of it, and the virtues that S1 asks for (E-17)."""

    f: Callable[..., NDArray]
    backward: Callable[..., NDArray]
    prime: Callable[..., NDArray] | None  # None: not elementwise
    bounded: bool  # it saturates
    smooth: bool  # the slope never jumps
    odd: bool  # f(-z) = -f(z)
    monotone: bool  # a larger z never gives a smaller f(z)


# bounded, smooth, odd, monotone: some of the best lack most of them   (ACT-06)
ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(identity, identity_backward, identity_prime, False, True, True, True),
    "step": Activation(step, step_backward, step_prime, True, False, False, True),
    "sigmoid": Activation(sigmoid, sigmoid_backward, sigmoid_prime, True, True, False, True),
    "tanh": Activation(tanh, tanh_backward, tanh_prime, True, True, True, True),
    "scaled_tanh": Activation(scaled_tanh, scaled_tanh_backward, scaled_tanh_prime, True, True, True, True),
    "relu": Activation(relu, relu_backward, relu_prime, False, False, False, True),
    "leaky_relu": Activation(leaky_relu, leaky_relu_backward, leaky_relu_prime, False, False, False, True),
    "softplus": Activation(softplus, softplus_backward, softplus_prime, False, True, False, True),
    "gaussian": Activation(gaussian, gaussian_backward, gaussian_prime, True, True, False, False),
    "square": Activation(square, square_backward, square_prime, False, True, False, False),
    "softmax": Activation(softmax, softmax_backward, None, True, True, False, False),
    "log_softmax": Activation(log_softmax, log_softmax_backward, None, False, True, False, False),
}


def activation(name: str | Activation) -> Activation:
    """Look up an activation by name, so that a network can be told `activation="relu"`.

    Args:
        name: a key of `ACTIVATIONS`, or an `Activation` of your own, which is handed back.

    Raises:
        ValueError: if there is none of that name; the message lists the choices.

    Example:
        >>> activation("relu").bounded
        False
    """
    return name if isinstance(name, Activation) else ACTIVATIONS[one_of("activation", name, ACTIVATIONS)]


def _channelwise(z: ArrayLike, slope: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return z and the slopes in one dtype, the slopes shaped so that axis 1 of z meets them, or say why not."""
    z, slope = as_floats(z=z, slope=slope)
    if slope.ndim == 0:
        return z, slope
    if z.ndim < 2 or slope.shape != z.shape[1:2]:
        raise ValueError(f"slope: expected shape () or one for each entry of axis 1 of z {z.shape}, got {slope.shape}")
    return z, slope.reshape(-1, *[1] * (z.ndim - 2))  # (C,) -> (C, 1, 1)


def _below_maximum(z: ArrayLike, axis: int) -> NDArray:
    """Return the scores minus the greatest of their sample, so that the greatest is 0."""
    z, axis = as_float("z", z), whole("axis", axis)
    if not -z.ndim <= axis < z.ndim:
        raise ValueError(f"axis: expected an axis of z with shape {z.shape}, got {axis}")
    if z.shape[axis] == 0:
        raise ValueError(f"z: expected at least one class on axis {axis}, got shape {z.shape}")
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, as inf / inf in the formula
        return z - z.max(axis=axis, keepdims=True)
