r"""The multi-layer perceptron, forward: neurons side by side make a layer, layers in a row make a net.

A neuron weighs its inputs, adds a bias and bends the sum; a layer does this once for each row of a matrix; a net hands
the outputs of one layer to the next as inputs. What the net computes is fixed by three things, and an `MLP` is no
more than these: the weights, the biases, and the name of each layer's bend. It is a value, like a number: nothing
changes it, learning makes new ones (or goes to the engine, which keeps state).

Symbols: `X` $= A^{(0)}$ samples as rows; layer $l = 1, \dots, L$ has `W` $= W^{(l)}$ of shape $(m_l, m_{l-1})$, `b`
$= b^{(l)}$, pre-activations `Z` $= Z^{(l)}$ and activations `A` $= A^{(l)} = f_l(Z^{(l)})$; `theta` is
$\theta = \{W^{(1)}, b^{(1)}, \dots, W^{(L)}, b^{(L)}\}$ as one long vector. The input counts as no layer here: what S1
calls a three-layer net has $L = 2$.

Source: S2 "Element of Neural Network", "Matrix Operation", "Example of Neural Network", "Handwriting Digit
Recognition"; S0 "in a nutshell", "Feed Forward"; S1 "General Feedforward Operation", "Artificial Neural Net Models".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from refnn._validate import as_array, as_float, at_least, class_labels, generator, same_shape, several, whole
from refnn.activations import Activation, activation
from refnn.init import initializer, zeros
from refnn.linear import affine, discriminant

__all__ = [
    "MLP",
    "build",
    "compose",
    "digit_to_index",
    "flatten",
    "forward",
    "image_to_vector",
    "index_to_digit",
    "layer",
    "neuron",
    "output",
    "parameter_count",
    "read_digit",
    "split",
    "unflatten",
    "vector_to_image",
]


class Net(Protocol):
    """Whatever has weights, biases and activations, layer by layer, can be computed like an `MLP`."""

    @property
    def weights(self) -> Sequence[ArrayLike]: ...
    @property
    def biases(self) -> Sequence[ArrayLike | None]: ...
    @property
    def activations(self) -> Sequence[str | Activation]: ...


@dataclass(frozen=True, init=False, eq=False, repr=False)
class MLP:
    r"""A net as a value: what it is given is copied, and nothing can change it.

    Args:
        weights: one matrix for each layer, $W^{(l)}$ of shape (m_l, m_{l-1}).
        biases: one vector for each layer, $b^{(l)}$ of shape (m_l,), or None for a layer without bias.
        activations: the name of each layer's activation, a key of `refnn.activations.ACTIVATIONS`, or an `Activation`.

    Raises:
        ValueError: if the layers do not chain, or an activation is not known.

    Convention: one dtype for the whole net, float64 as soon as one of its arrays is. Nets with equal parts are equal.

    Example: the scalar score $\hat y = U^{\top} f(Wx + b)$ of S0, with two hidden units on three inputs.

        >>> W, b, U = [[1, 0, -1], [2, 1, 0]], [0, 1], [1, 1]
        >>> net = MLP(weights=[W, [U]], biases=[b, None], activations=["relu", "identity"])
        >>> net
        MLP(3 -> 2 relu -> 1 identity)
        >>> output(net, [[1, 2, 3], [3, 0, 0]])
        array([[ 5.],
               [10.]])
    """

    weights: tuple[NDArray, ...]
    biases: tuple[NDArray | None, ...]
    activations: tuple[str | Activation, ...]

    def __init__(
        self,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike | None],
        activations: Sequence[str | Activation],
    ) -> None:
        weights = several("weights", weights)
        if not weights:
            raise ValueError("weights: expected at least one layer, got none")
        for name, parts in {"biases": biases, "activations": activations}.items():
            if isinstance(parts, str) or len(several(name, parts)) != len(weights):
                raise ValueError(f"{name}: expected one for each of {len(weights)} layers, got {parts!r}")
        Ws = [as_float(f"weights[{i}]", W, 2) for i, W in enumerate(weights)]
        bs = [None if b is None else as_float(f"biases[{i}]", b) for i, b in enumerate(biases)]
        for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
            inputs = len(Ws[i - 1]) if i else W.shape[1]
            if W.shape[1] != inputs or W.size == 0:
                raise ValueError(f"weights[{i}]: expected shape (units, {inputs or 'inputs'}), no 0, got {W.shape}")
            if b is not None:
                same_shape(f"biases[{i}]", b, W.shape[:1])
        for f in activations:
            activation(f)
        dtype = np.result_type(*Ws, *(b for b in bs if b is not None))
        value = {
            "weights": tuple(_read_only(W, dtype) for W in Ws),
            "biases": tuple(None if b is None else _read_only(b, dtype) for b in bs),
            "activations": tuple(activations),
        }
        self.__dict__.update(value)  # the one moment when a frozen value is written

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of inputs and of units in each layer, (m_0, m_1, ..., m_L)."""
        return self.weights[0].shape[1], *(len(W) for W in self.weights)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MLP) or self.activations != other.activations:
            return False
        same = [b is None for b in self.biases] == [b is None for b in other.biases] and self.sizes == other.sizes
        return same and bool((flatten(self) == flatten(other)).all())

    def __repr__(self) -> str:
        names = [f if isinstance(f, str) else f.f.__name__ for f in self.activations]
        return f"MLP({self.sizes[0]}{''.join(f' -> {m} {f}' for m, f in zip(self.sizes[1:], names, strict=True))})"


def neuron(a: ArrayLike, w: ArrayLike, b: float = 0.0, f: str | Activation = "sigmoid") -> NDArray:
    r"""Return what one neuron makes of its inputs.

    $$z = \sum_{k=1}^{K} a_k w_k + b, \qquad a = \sigma(z) \tag{MLP-01}$$

    Args:
        a: inputs, shape (K,).
        w: weights, shape (K,).
        b: bias, a number; it takes the dtype of the rest.
        f: the activation's name.

    Returns:
        The activation, a single number, shape ().

    Raises:
        ValueError: if there is not one weight for each input.

    Example: the neuron of S2.

        >>> round(float(neuron([2, -1, 1], w=[1, -2, -1], b=1)), 3)
        0.982
    """
    z = discriminant(as_float("a", a, 1)[np.newaxis], w, b)[0]  # (1, K), (K,) -> ()
    return activation(f).f(z)


def layer(
    X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, f: str | Activation = "sigmoid"
) -> tuple[NDArray, NDArray]:
    r"""Return what a layer makes of each sample: the pre-activations and, bent, the activations.

    $$a = \sigma(Wx + b), \qquad A = f(XW^{\top} + \mathbf{1}b^{\top}) \tag{MLP-02}$$

    Row i of `W` and entry i of `b` are neuron i.

    Args:
        X: samples, shape (n, d).
        W: weights, shape (m, d).
        b: biases, shape (m,), or None for none.
        f: the activation's name.

    Returns:
        (Z, A), both (n, m).

    Raises:
        ValueError: if the shapes do not fit each other.

    Example: the layer of S2.

        >>> Z, A = layer([[1, -1]], W=[[1, -2], [-1, 1]], b=[1, 0])
        >>> Z, A.round(2)
        (array([[ 4., -2.]]), array([[0.98, 0.12]]))
    """
    Z = affine(X, W, b)            # (n, d) -> (n, m)
    return Z, activation(f).f(Z)   # (n, m) -> (n, m)


def forward(net: Net, X: ArrayLike) -> list[tuple[NDArray, NDArray]]:
    r"""Return the pre-activations and activations of every layer, from the first to the last.

    $$A^{(0)} = X, \qquad Z^{(l)} = A^{(l-1)} W^{(l)\top} + \mathbf{1} b^{(l)\top}, \qquad A^{(l)} = f_l(Z^{(l)})
      \tag{MLP-04}$$

    A sample meets only itself on its way through: a batch says what its rows say one by one (MLP-05). It is computed
    at once because one large matrix product is much faster than many small ones.

    Args:
        net: an `MLP`, or anything with its three fields.
        X: samples, shape (n, m_0).

    Returns:
        [(Z^(1), A^(1)), ..., (Z^(L), A^(L))], each (n, m_l).

    Raises:
        ValueError: if `X` has not one column for each input of the net.

    Example: the net of S2 (MLP-03), on two samples.

        >>> net = MLP(
        ...     weights=[[[1, -2], [-1, 1]], [[2, -1], [-2, -1]], [[3, -1], [-1, 4]]],
        ...     biases=[[1, 0], [0, 0], [-2, 2]],
        ...     activations=["sigmoid", "sigmoid", "sigmoid"],
        ... )
        >>> for Z, A in forward(net, [[1, -1], [0, 0]]):
        ...     print(A.round(2).tolist())
        [[0.98, 0.12], [0.73, 0.5]]
        [[0.86, 0.11], [0.72, 0.12]]
        [[0.62, 0.83], [0.51, 0.85]]
    """
    net, A = as_mlp(net), X
    layers = []
    for W, b, f in zip(net.weights, net.biases, net.activations, strict=True):
        # row by row the same: samples never meet (MLP-05)
        Z, A = layer(A, W, b, f)  # (MLP-04)
        layers.append((Z, A))
    return layers


def output(net: Net, X: ArrayLike) -> NDArray:
    r"""Return the activations of the last layer: the net as a function of its input.

    $$f(x; \theta) = \sigma\bigl(W^{(L)} \cdots \sigma(W^{(2)} \sigma(W^{(1)} x + b^{(1)}) + b^{(2)}) \cdots
      + b^{(L)}\bigr) \tag{MLP-04}$$

    S1 writes out the net with one hidden layer, unit by unit; S0 the one with a single linear output without bias:

    $$g_k(x) = f\Bigl(\sum_{j=1}^{n_H} w_{kj}\, f\Bigl(\sum_{i=1}^{d} w_{ji} x_i + w_{j0}\Bigr) + w_{k0}\Bigr)
      \tag{MLP-06}$$

    $$\hat y = U^{\top} f(Wx + b) \tag{MLP-07}$$

    Args:
        net: an `MLP`, or anything with its three fields.
        X: samples, shape (n, m_0).

    Returns:
        A^(L), shape (n, m_L).

    Example: S0's score is the net with weights [W, U as a row], biases [b, None], activations [f, identity].

        >>> output(MLP([[[2, 1], [0, -1]], [[1, 3]]], [[-1, 4], None], ["relu", "identity"]), [[1, 2]])
        array([[9.]])
    """
    return forward(net, X)[-1][1]


def flatten(net: Net) -> NDArray:
    r"""Return all parameters as one vector: layer by layer, the rows of the weights, then the biases.

    $$\theta = \{W^{(1)}, b^{(1)}, \dots, W^{(L)}, b^{(L)}\} \tag{MLP-04}$$

    Two vectors may be one function: where the hidden units of a layer change places, rows of $W^{(l)}$ and $b^{(l)}$
    and columns of $W^{(l+1)}$, the output stays. *Different parameters define different functions* is not so.

    Args:
        net: an `MLP`, or anything with its three fields.

    Returns:
        theta, shape (number of parameters,).

    Example:
        >>> flatten(MLP([[[1, 2], [3, 4]], [[5, 6]]], [[7, 8], None], ["tanh", "identity"])).tolist()
        [1.0, 2.0, 3.0, 4.0, 7.0, 8.0, 5.0, 6.0]
    """
    net = as_mlp(net)
    parts = [p.ravel() for Wb in zip(net.weights, net.biases, strict=True) for p in Wb if p is not None]
    return np.concatenate(parts)


def unflatten(net: Net, theta: ArrayLike) -> MLP:
    """Return the net of the same shapes and activations that has the parameters `theta`: `flatten` undone.

    Args:
        net: gives the shapes and the activations; its own numbers do not matter.
        theta: the parameters in the order of `flatten`, shape (number of parameters,).

    Returns:
        A new net, in the dtype of `theta`.

    Raises:
        ValueError: if `theta` has another length.

    Example: a step of all parameters at once.

        >>> net = MLP([[[1, 2]]], [[3]], ["identity"])
        >>> unflatten(net, flatten(net) - 0.5).weights[0]
        array([[0.5, 1.5]])
    """
    net = as_mlp(net)
    theta = same_shape("theta", as_float("theta", theta), flatten(net).shape)
    weights, biases, start = [], [], 0
    for W, b in zip(net.weights, net.biases, strict=True):
        weights.append(theta[start : start + W.size].reshape(W.shape))
        start += W.size
        biases.append(None if b is None else theta[start : start + b.size])
        start += 0 if b is None else b.size
    return MLP(weights, biases, net.activations)


def split(net: Net, at: int) -> tuple[MLP, MLP]:
    r"""Return the layers 1 .. at and the layers after, as two nets.

    $$f = f_{\text{upper}} \circ f_{\text{lower}} \tag{MLP-04}$$

    Args:
        net: an `MLP` of L layers, or anything with its three fields.
        at: the layers in the lower half, 1 .. L - 1.

    Example:
        >>> split(build([5, 4, 3, 2], "tanh", rng=0), at=1)
        (MLP(5 -> 4 tanh), MLP(4 -> 3 tanh -> 2 tanh))
    """
    net = as_mlp(net)
    if not 1 <= whole("at", at) < len(net.weights):
        raise ValueError(f"at: expected 1 .. {len(net.weights) - 1}, so that both halves have a layer, got {at}")
    halves = slice(None, at), slice(at, None)
    lower, upper = (MLP(net.weights[half], net.biases[half], net.activations[half]) for half in halves)
    return lower, upper


def compose(lower: Net, upper: Net) -> MLP:
    """Return the net that hands the outputs of `lower` to `upper`: `split` undone.

    Args:
        lower: the net that sees the samples.
        upper: the net with as many inputs as `lower` has outputs.

    Raises:
        ValueError: if it has not.

    Example:
        >>> compose(build([5, 4], "tanh", rng=0), build([4, 2], "softmax", rng=1))
        MLP(5 -> 4 tanh -> 2 softmax)
    """
    lower, upper = as_mlp(lower), as_mlp(upper)
    return MLP(lower.weights + upper.weights, lower.biases + upper.biases, lower.activations + upper.activations)


def parameter_count(sizes: Sequence[int], biases: bool = True) -> int:
    r"""Return the number of weights and biases of a net.

    $$\sum_{l=1}^{L} m_l\, m_{l-1} + \sum_{l=1}^{L} m_l \tag{MLP-10}$$

    Args:
        sizes: the numbers of inputs and of units in each layer, (m_0, m_1, ..., m_L), all at least 1.
        biases: whether every layer has biases; without them the second sum is left out.

    Example: 256 pixels, 100 hidden units, 10 digits.

        >>> parameter_count([256, 100, 10])
        26710
    """
    sizes = _sizes(sizes)
    # sum m_l m_{l-1} + sum m_l (MLP-10)
    return sum(inputs * units for inputs, units in pairwise(sizes)) + bool(biases) * sum(sizes[1:])


def build(
    sizes: Sequence[int],
    activations: str | Activation | Sequence[str | Activation],
    rng: np.random.Generator | int,
    *,
    init: str = "xavier_uniform",
    biases: bool = True,
    dtype: DTypeLike = np.float64,
) -> MLP:
    """Draw a net from its specification.

    S1 names three things that specify a net (MLP-09): the topology is `sizes`, the node characteristics are
    `activations`; the training rule is not the net's affair, but an optimizer's. The numbers to start from are fixed
    by `init` and the seed: the same specification gives the same net, bit for bit.

    Args:
        sizes: the numbers of inputs and of units in each layer, (m_0, m_1, ..., m_L), all at least 1.
        activations: one name for each layer, or one name for all.
        rng: a generator, which all layers draw from in turn, or its seed.
        init: the scheme that draws the weights, a key of `refnn.init.INITIALIZERS`.
        biases: whether there are biases, zeros to start with.
        dtype: float32 or float64.

    Example:
        >>> build([256, 100, 10], ["relu", "softmax"], rng=0, init="he_normal")
        MLP(256 -> 100 relu -> 10 softmax)
    """
    sizes, rng, draw = _sizes(sizes), generator("rng", rng), initializer(init)
    # one generator for all layers: the specification and the seed say it all (MLP-09)
    weights = [draw((units, inputs), rng, dtype=dtype) for inputs, units in pairwise(sizes)]  # (m_l, m_{l-1})
    if isinstance(activations, str | Activation):
        activations = [activations] * len(weights)
    return MLP(weights, [zeros((len(W),), dtype=dtype) if biases else None for W in weights], activations)


def image_to_vector(images: ArrayLike) -> NDArray:
    r"""Write the rows of each image one behind the other: what a net without convolutions sees.

    $$16 \times 16 = 256, \qquad x_{16r + c} = \text{pixel}_{rc} \tag{MLP-08}$$

    Args:
        images: grey values, ink 1 and no ink 0, shape (..., H, W).

    Returns:
        Vectors, shape (..., H * W).

    Example:
        >>> image_to_vector([[0, 1, 0], [0, 1, 1]])
        array([0., 1., 0., 0., 1., 1.])
    """
    images = as_float("images", images)
    if images.ndim < 2:
        raise ValueError(f"images: expected shape (..., H, W), got {images.shape}")
    height, width = images.shape[-2:]
    return images.reshape(*images.shape[:-2], height * width).copy()


def vector_to_image(vectors: ArrayLike, height: int = 16, width: int = 16) -> NDArray:
    """Cut each vector into the rows of an image again.

    Args:
        vectors: shape (..., height * width).
        height: H, at least 1.
        width: W, at least 1.

    Returns:
        Images, shape (..., H, W).

    Example:
        >>> vector_to_image([0, 1, 0, 0, 1, 1], height=2, width=3)
        array([[0., 1., 0.],
               [0., 1., 1.]])
    """
    vectors, height, width = as_float("vectors", vectors), at_least("height", height, 1), at_least("width", width, 1)
    if vectors.shape[-1:] != (height * width,):
        raise ValueError(f"vectors: expected shape (..., {height} * {width}), got {vectors.shape}")
    return vectors.reshape(*vectors.shape[:-1], height, width).copy()


def digit_to_index(digits: ArrayLike) -> NDArray:
    r"""Return the place of each digit among the ten outputs: "1" comes first, "0" last.

    $$\text{index} = (\text{digit} - 1) \bmod 10 \tag{MLP-08}$$

    Args:
        digits: whole numbers 0..9, any shape.

    Returns:
        Whole numbers 0..9, same shape.

    Example: S2 counts outputs from 1 and calls them $y_1$ for "1" to $y_{10}$ for "0"; here the first has index 0.

        >>> digit_to_index([1, 2, 9, 0]).tolist()
        [0, 1, 8, 9]
    """
    return (_digits("digits", digits) - 1) % 10  # (MLP-08)


def index_to_digit(indices: ArrayLike) -> NDArray:
    """Return the digit that each place among the ten outputs stands for: `digit_to_index` undone.

    Args:
        indices: whole numbers 0..9, any shape.

    Returns:
        Whole numbers 0..9, same shape.

    Example:
        >>> index_to_digit([0, 1, 8, 9]).tolist()
        [1, 2, 9, 0]
    """
    return (_digits("indices", indices) + 1) % 10


def read_digit(confidences: ArrayLike) -> NDArray:
    r"""Return the digit that the ten outputs vote for.

    $$\text{index} = \operatorname{arg\,max}_k\, y_k \tag{MLP-08}$$

    Only the order of the outputs counts: softmax, or any other strictly increasing map of all of them, changes nothing.

    Convention: of equal confidences the first wins.

    Args:
        confidences: outputs $y_1, \dots, y_{10}$ for "1", ..., "9", "0", shape (..., 10).

    Returns:
        Digits 0..9, shape (...).

    Raises:
        ValueError: if there are not ten outputs, or one is NaN.

    Example:
        >>> read_digit([[0.1, 0.7, 0, 0, 0, 0, 0, 0, 0, 0.2]]).tolist()
        [2]
    """
    confidences = as_float("confidences", confidences)
    if confidences.shape[-1:] != (10,):
        raise ValueError(f"confidences: expected shape (..., 10), got {confidences.shape}")
    if np.isnan(confidences).any():
        raise ValueError("confidences: expected numbers, got NaN")
    return index_to_digit(confidences.argmax(axis=-1))  # (..., 10) -> (...)


def as_mlp(net: Net) -> MLP:
    """Return a net as an `MLP`, which checks that its layers fit."""
    if isinstance(net, MLP):
        return net
    if missing := [name for name in ("weights", "biases", "activations") if not hasattr(net, name)]:
        raise TypeError(f"net: expected weights, biases and activations, got {net!r} without {', '.join(missing)}; "
                        "a Network has methods of its own for this")
    return MLP(net.weights, net.biases, net.activations)


def _read_only(array: NDArray, dtype: np.dtype) -> NDArray:
    """Return a copy that cannot be written to."""
    copy = np.array(array, dtype, order="C")
    copy.flags.writeable = False
    return copy


def _sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers of inputs and units, if there are at least two and none is below 1."""
    if not isinstance(sizes, Sequence) or len(sizes) < 2:
        raise ValueError(f"sizes: expected inputs and the units of each layer, (m_0, m_1, ...), got {sizes!r}")
    return tuple(at_least(f"sizes[{i}]", size, 1) for i, size in enumerate(sizes))


def _digits(name: str, values: ArrayLike) -> NDArray:
    """Return whole numbers 0..9 of any shape."""
    digits = as_array(name, values)
    return class_labels(name, digits.ravel(), digits.size, 10).reshape(digits.shape)
