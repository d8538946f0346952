"""Layers: thin shells around the pure functions, that remember what their backward pass needs.

A layer is described first (`Dense(10)`) and built when a `Network` tells it the shape of one sample, its generator of
random numbers and its dtype. From then on `forward` takes a batch and `backward` the gradient of the loss in what
`forward` returned; it leaves the gradients of the layer's parameters in `grads` and returns the one in its input.

Layers trust each other: the network checks a batch once, at its entrance.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import activations, dropout, init, kernels, maxout
from refnn._validate import Pair, as_float, at_least, fraction, number, pair, same_shape

__all__ = [
    "Activation",
    "AvgPool2D",
    "Centre",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "MaxPool2D",
    "Maxout",
    "PReLU",
]

Shape = tuple[int, ...]


@dataclass(eq=False)
class Layer(ABC):
    """One step of a network: parameters, gradients and curvatures by name, and the memory of the last forward pass."""

    params: dict[str, NDArray] = field(default_factory=dict, init=False, repr=False)
    grads: dict[str, NDArray] = field(default_factory=dict, init=False, repr=False)
    bends: dict[str, NDArray] = field(default_factory=dict, init=False, repr=False)
    _owned: bool = field(default=False, init=False, repr=False)  # by a network, which built it
    _training: bool = field(default=False, init=False, repr=False)
    _results: dict[str, Any] = field(default_factory=dict, init=False, repr=False)  # of kernels, to be filled again
    _memory: tuple[Any, ...] | None = field(default=None, init=False, repr=False)

    def build(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Draw the parameters for samples of `shape` and return the shape of a sample behind this layer."""
        return shape

    @abstractmethod
    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return the layer's answer to a batch; a generator says that this is training."""

    @abstractmethod
    def backward(self, upstream: NDArray) -> NDArray:
        """Return the gradient in the input of the last forward pass, and leave those of the parameters in `grads`."""

    def curvature(self, h: NDArray) -> NDArray:
        """Do as backward does with every factor squared, before it: leave the curvatures of the parameters in `bends`.

        Args:
            h: second derivatives of the loss along the outputs (OPT-06).

        Returns:
            Those along the inputs.
        """
        raise ValueError(f"curvature: {type(self).__name__} has none; take an optimizer that does not need it")

    def config(self) -> dict[str, Any]:
        """Return the arguments that describe this layer, as plain values."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}

    def forget(self) -> None:
        """Drop what was remembered for a backward pass."""
        self._memory = None

    def _filled(self, name: str, kernel: Callable[..., Any], *args: Any) -> Any:
        """Call a kernel; in training, let it fill the memory of its result of the last step."""
        if not self._training:
            return kernel(*args)
        self._results[name] = kernel(*args, out=self._results.get(name))
        return self._results[name]

    def _recall(self, keep: bool = False) -> tuple[Any, ...]:
        """Return what forward remembered, once, or for the curvature once more."""
        if self._memory is None:
            raise RuntimeError(f"{type(self).__name__}: backward needs a forward pass before it, each time")
        memory = self._memory
        if not keep:
            self._memory = None
        return memory


@dataclass(eq=False)
class _Weighted(Layer):
    """What Dense and Conv2D share: weights, a bias, and an activation whose ReLU the kernel computes on the way."""

    _activation: activations.Activation = field(init=False, repr=False)
    _name: str = field(init=False, repr=False)

    def _ready(self, activation: str, initial: str | None) -> None:
        """Look up the activation, and check the name of the initialisation."""
        self._activation, self._name = activations.activation(activation), activation
        if initial is not None:
            init.initializer(initial)

    def _draw(self, shape: Shape, activation: str, initial: str | None, bias: bool, rng: np.random.Generator,
              dtype: np.dtype) -> None:
        """Draw weights of `shape`, by default He's for rectifiers and Xavier's for others, and zero biases."""
        usual = "he_normal" if activation in {"relu", "leaky_relu", "softplus"} else "xavier_normal"
        self.params = {"W": init.initializer(initial or usual)(shape, rng, dtype=dtype)}
        if bias:
            self.params["b"] = np.zeros(shape[0], dtype)

    def _answer(self, x: NDArray, z: NDArray, fused: bool) -> NDArray:
        """Remember x and z for backward and return the activations; behind a fused ReLU they are z already.

        relu' is the same at relu(z) as at z, so backward never misses the z that was cut off.
        """
        self._memory = (x, z)
        return z if fused else self._activation.f(z)

    def _before(self, upstream: NDArray, z: NDArray) -> NDArray:
        """Return the gradient in z."""
        if self._name == "identity":
            return upstream
        if self._name == "relu":
            return cast(NDArray, self._filled("dz", kernels.relu_backward, upstream, z))
        return self._activation.backward(upstream, z)

    def _bent(self, h: NDArray, z: NDArray) -> NDArray:
        """Return the second derivatives along z (OPT-06)."""
        return h * np.square(_slope(self._activation, self._name)(z))


@dataclass(eq=False)
class Dense(_Weighted):
    r"""A fully connected layer, $a = f(W x + b)$ (MLP-02): (n, d) -> (n, units).

    Args:
        units: number of outputs.
        activation: name of f, one of `refnn.activations.ACTIVATIONS`.
        init: name of the initialisation, one of `refnn.init.INITIALIZERS`; by default He's for rectifiers, Xavier's
            for the others.
        bias: whether there is a b; it starts at zero.

    Example: W and b of a layer are the network's to give, under its number.

        >>> from refnn import Network
        >>> net = Network([Dense(4, "relu"), Dense(2)], input_shape=3)
        >>> net.parameters()["1.W"].shape, net.parameters()["1.b"].shape
        ((2, 4), (2,))
    """

    units: int
    activation: str = "identity"
    init: str | None = None
    bias: bool = True

    def __post_init__(self) -> None:
        self.units = at_least("units", self.units, 1)
        self._ready(self.activation, self.init)

    def build(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Draw W (units, d) and b (units,)."""
        if len(shape) != 1:
            raise ValueError(f"Dense: expected samples of shape (features,), got {shape}; put Flatten() before it")
        self._draw((self.units, *shape), self.activation, self.init, self.bias, rng, dtype)
        return (self.units,)

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return f(x W^T + b)."""
        fused = self.activation == "relu"
        z = self._filled("z", kernels.matmul, x, self.params["W"].T, self.params.get("b"), fused)
        return self._answer(x, z, fused)

    def backward(self, upstream: NDArray, to_input: bool = True) -> NDArray:
        """Return the gradient in x, or an empty array where nobody asks for it (BP-08)."""
        x, z = self._recall()
        dz = self._before(upstream, z)
        self.grads["W"] = self._filled("dW", kernels.matmul, dz.T, x)  # (units, n) (n, d)
        if self.bias:
            self.grads["b"] = self._filled("db", kernels.sum_rows, dz)
        return self._filled("dx", kernels.matmul, dz, self.params["W"]) if to_input else dz[:0]  # (n, units) (units, d)

    def curvature(self, h: NDArray) -> NDArray:
        """Go back through squared weights, inputs and slopes (OPT-06)."""
        x, z = self._recall(keep=True)
        dz = self._bent(h, z)
        self.bends["W"] = kernels.matmul(dz.T, np.square(x))  # (units, n) (n, d)
        if self.bias:
            self.bends["b"] = kernels.sum_rows(dz)
        return kernels.matmul(dz, np.square(self.params["W"]))  # (n, units) (units, d)


@dataclass(eq=False)
class Conv2D(_Weighted):
    r"""A convolutional layer, $a = f(\mathrm{corr}(x, W) + b)$ (CNN-10): (n, C, H, W) -> (n, filters, Ho, Wo).

    Args:
        filters: number of maps.
        size: side of the kernel, or (height, width).
        stride: step between windows, or (height, width).
        padding: zeros around the image, or (height, width).
        activation: name of f.
        init: name of the initialisation; by default He's for rectifiers, else Xavier's.
        bias: whether each map has a bias.

    Example: the kernels of the first layer.

        >>> from refnn import Network
        >>> Network([Conv2D(8, size=5)], input_shape=(1, 16, 16)).parameters()["0.W"].shape
        (8, 1, 5, 5)
    """

    filters: int
    size: Pair
    stride: Pair = 1
    padding: Pair = 0
    activation: str = "identity"
    init: str | None = None
    bias: bool = True

    def __post_init__(self) -> None:
        self.filters = at_least("filters", self.filters, 1)
        self.size, self.stride = pair("size", self.size, 1), pair("stride", self.stride, 1)
        self.padding = pair("padding", self.padding, 0)
        self._ready(self.activation, self.init)

    def build(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Draw W (filters, C, kH, kW) and b (filters,)."""
        _image("Conv2D", shape)
        outputs = _sides("Conv2D", shape, self.size, self.stride, self.padding)
        self._draw((self.filters, shape[0], *_two(self.size)), self.activation, self.init, self.bias, rng, dtype)
        return (self.filters, *outputs)

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return f(corr(x, W) + b)."""
        fused = self.activation == "relu"
        x = self._filled("x", kernels.padded, x, _two(self.padding))
        W, b = self.params["W"], self.params.get("b")
        z = self._filled("z", kernels.conv2d, x, W, b, _two(self.stride), (0, 0), fused)
        return self._answer(x, z, fused)

    def backward(self, upstream: NDArray, to_input: bool = True) -> NDArray:
        """Return the gradient in x, or an empty array where nobody asks for it (CNN-07, CNN-08)."""
        x, z = self._recall()
        dz = self._before(upstream, z)
        stride = _two(self.stride)
        self.grads["W"] = self._filled("dW", kernels.conv2d_to_kernel, dz, x, _two(self.size), stride, (0, 0))
        if self.bias:
            self.grads["b"] = self._filled("db", kernels.sum_rows, dz)
        return self._to_input("dx", dz, self.params["W"], x.shape) if to_input else dz[:0]

    def curvature(self, h: NDArray) -> NDArray:
        """Go back through squared weights, inputs and slopes; the places that share a weight are added (OPT-06)."""
        x, z = self._recall(keep=True)
        dz = self._bent(h, z)
        self.bends["W"] = kernels.conv2d_to_kernel(dz, np.square(x), _two(self.size), _two(self.stride), (0, 0))
        if self.bias:
            self.bends["b"] = kernels.sum_rows(dz)
        return self._to_input("h", dz, np.square(self.params["W"]), x.shape)

    def _to_input(self, name: str, dz: NDArray, W: NDArray, padded: Shape) -> NDArray:
        """Return the gradient in the image inside the border of zeros."""
        (top, left), (n, channels, height, width) = _two(self.padding), padded
        shape = n, channels, height - 2 * top, width - 2 * left
        return cast(NDArray, self._filled(name, kernels.conv2d_to_input, dz, W, shape, _two(self.stride), (top, left)))


@dataclass(eq=False)
class _Pool2D(Layer):
    """What the two poolings share: a window of `size` that moves by `stride` over an image with `padding` around it."""

    size: Pair
    stride: Pair | None = None
    padding: Pair = 0

    def __post_init__(self) -> None:
        self.size, self.padding = pair("size", self.size, 1), pair("padding", self.padding, 0)
        self.stride = self.size if self.stride is None else pair("stride", self.stride, 1)
        if self.size[0] * self.size[1] >= 2**31:
            raise ValueError(f"size: expected fewer than 2^31 places in a window, got {self.size}")
        if any(p >= k for p, k in zip(self.padding, self.size, strict=True)):
            raise ValueError(f"padding: expected less than the window {self.size}, got {self.padding}")

    def build(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Return (C, Ho, Wo)."""
        return (_image(type(self).__name__, shape)[0],
                *_sides(type(self).__name__, shape, self.size, self._stride, self.padding))

    @property
    def _stride(self) -> tuple[int, int]:
        return _two(self.size if self.stride is None else self.stride)


@dataclass(eq=False)
class MaxPool2D(_Pool2D):
    """The greatest pixel of each window (POOL-02): (n, C, H, W) -> (n, C, Ho, Wo).

    Args:
        size: side of the window, or (height, width).
        stride: step between windows, by default the window's size.
        padding: border, smaller than the window; it never wins.
    """

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return the maxima and remember where they were."""
        a, winner = self._filled("a", kernels.max_pool2d, x, _two(self.size), self._stride, _two(self.padding))
        self._memory = (x.shape, winner)
        return a

    def backward(self, upstream: NDArray) -> NDArray:
        """Send each gradient to the winner of its window."""
        return self._to_winners("dx", upstream, *self._recall())

    def curvature(self, h: NDArray) -> NDArray:
        """Send each second derivative to the winner of its window."""
        return self._to_winners("h", h, *self._recall(keep=True))

    def _to_winners(self, name: str, upstream: NDArray, shape: Shape, winner: NDArray) -> NDArray:
        window = _two(self.size), self._stride, _two(self.padding)
        return cast(NDArray, self._filled(name, kernels.max_pool2d_backward, upstream, winner, shape, *window))


@dataclass(eq=False)
class AvgPool2D(_Pool2D):
    """The mean of each window (POOL-01): (n, C, H, W) -> (n, C, Ho, Wo).

    Args:
        size: side of the window, or (height, width).
        stride: step between windows, by default the window's size.
        padding: border of zeros, smaller than the window; it counts in the mean.
    """

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return the means."""
        self._memory = (x.shape,)
        window = _two(self.size), self._stride, _two(self.padding)
        return cast(NDArray, self._filled("a", kernels.avg_pool2d, x, *window))

    def backward(self, upstream: NDArray) -> NDArray:
        """Spread each gradient evenly over its window."""
        return self._spread("dx", upstream, *self._recall())

    def curvature(self, h: NDArray) -> NDArray:
        """Spread each second derivative, times the square of a pixel's share."""
        return self._spread("h", h, *self._recall(keep=True)) / np.prod(_two(self.size), dtype=h.dtype)

    def _spread(self, name: str, upstream: NDArray, shape: Shape) -> NDArray:
        window = _two(self.size), self._stride, _two(self.padding)
        return cast(NDArray, self._filled(name, kernels.avg_pool2d_backward, upstream, shape, *window))


@dataclass(eq=False)
class Flatten(Layer):
    """Lay every sample out as a vector, in the order C, H, W: (n, ...) -> (n, d)."""

    def build(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Return (d,)."""
        return (int(np.prod(shape)),)

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return the vectors."""
        self._memory = (x.shape,)
        return x.reshape(len(x), int(np.prod(x.shape[1:])))

    def backward(self, upstream: NDArray) -> NDArray:
        """Fold the vectors up again."""
        (shape,) = self._recall()
        return upstream.reshape(shape)

    def curvature(self, h: NDArray) -> NDArray:
        """Fold them up."""
        (shape,) = self._recall(keep=True)
        return h.reshape(shape)


@dataclass(eq=False)
class Dropout(Layer):
    """Drop each number with probability `rate` while training, divide the others by 1 - rate (DROP-07).

    Args:
        rate: probability to drop, in [0, 1).
    """

    rate: float

    def __post_init__(self) -> None:
        self.rate = fraction("rate", self.rate)

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return x thinned out by a fresh mask; x itself outside training."""
        mask = dropout.dropout_mask(x.shape, self.rate, rng) if rng is not None else None
        self._memory = (x, mask)
        return x if mask is None else dropout.dropout(x, mask, self.rate)

    def backward(self, upstream: NDArray) -> NDArray:
        """Send the gradient through the same mask."""
        x, mask = self._recall()
        return upstream if mask is None else dropout.dropout_backward(upstream, x, mask, self.rate)

    def curvature(self, h: NDArray) -> NDArray:
        """Send them through the same mask, divided by 1 - rate twice."""
        x, mask = self._recall(keep=True)
        return h if mask is None else dropout.dropout_backward(h, x, mask, self.rate) / h.dtype.type(1 - self.rate)


@dataclass(eq=False)
class Maxout(Layer):
    """The highest of each group of neighbouring features (MAX-01): (n, m * pieces) -> (n, m).

    Args:
        pieces: number of lines in each unit; put a Dense of m * pieces units before this layer.
    """

    pieces: int

    def __post_init__(self) -> None:
        self.pieces = at_least("pieces", self.pieces, 1)

    def build(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Return (..., m)."""
        if shape[-1] % self.pieces:
            raise ValueError(f"Maxout: {shape[-1]} features cannot be cut into groups of pieces={self.pieces}")
        return (*shape[:-1], shape[-1] // self.pieces)

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return the highest lines."""
        self._memory = (x,)
        return maxout.maxout(x, self.pieces)

    def backward(self, upstream: NDArray) -> NDArray:
        """Send each gradient to the winning line."""
        (x,) = self._recall()
        return maxout.maxout_backward(upstream, x, self.pieces)

    def curvature(self, h: NDArray) -> NDArray:
        """Send each second derivative to the winning line."""
        (x,) = self._recall(keep=True)
        return maxout.maxout_backward(h, x, self.pieces)


@dataclass(eq=False)
class Activation(Layer):
    """An activation function as a layer of its own: any shape, kept.

    Args:
        name: one of `refnn.activations.ACTIVATIONS`.
    """

    name: str

    def __post_init__(self) -> None:
        activations.activation(self.name)

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return f(x)."""
        self._memory = (x,)
        return activations.activation(self.name).f(x)

    def backward(self, upstream: NDArray) -> NDArray:
        """Return the gradient in x."""
        (x,) = self._recall()
        return activations.activation(self.name).backward(upstream, x)

    def curvature(self, h: NDArray) -> NDArray:
        """Go back through the squared slopes (OPT-06)."""
        (x,) = self._recall(keep=True)
        return h * np.square(_slope(activations.activation(self.name), self.name)(x))


@dataclass(eq=False)
class PReLU(Layer):
    """A leaky rectifier that learns its slope, one for each feature or channel (ACT-13): any shape, kept.

    Args:
        slope: where every slope starts.
    """

    slope: float = 0.25

    def __post_init__(self) -> None:
        self.slope = number("slope", self.slope)

    def build(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Give every channel its slope."""
        self.params = {"slope": np.full(shape[0], self.slope, dtype)}
        return shape

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return x where it is positive, slope times x elsewhere."""
        self._memory = (x,)
        return activations.prelu(x, self.params["slope"])

    def backward(self, upstream: NDArray, to_input: bool = True) -> NDArray:
        """Return the gradient in x."""
        (x,) = self._recall()
        dx, self.grads["slope"] = activations.prelu_backward(upstream, x, self.params["slope"])
        return dx

    def curvature(self, h: NDArray) -> NDArray:
        """Go back through the squared slopes and, to the parameter, through squared inputs (OPT-06)."""
        (x,) = self._recall(keep=True)
        _, self.bends["slope"] = activations.prelu_backward(h * x, x, self.params["slope"])
        return activations.prelu_backward(h, x, np.square(self.params["slope"]))[0]


@dataclass(eq=False)
class Centre(Layer):
    """Subtract the mean image of the training data (PRE-01), which then travels with the network.

    Args:
        mean: the mean of the training samples, in the shape of one sample.
    """

    mean: ArrayLike

    def __post_init__(self) -> None:
        self.mean = as_float("mean", self.mean).copy()

    def build(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Check that the mean has the shape of a sample."""
        self._mean = same_shape("Centre: mean", np.asarray(self.mean), shape).astype(dtype)
        return shape

    def config(self) -> dict[str, Any]:
        """Return the mean as nested lists, exact in both dtypes."""
        return {"mean": np.asarray(self.mean).tolist()}

    def forward(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Return x minus the mean."""
        self._memory = ()
        return x - self._mean

    def backward(self, upstream: NDArray) -> NDArray:
        """Return the gradient as it is."""
        self._recall()
        return upstream

    def curvature(self, h: NDArray) -> NDArray:
        """Return them as they are."""
        return h

    def __repr__(self) -> str:
        return f"Centre(mean of shape {np.shape(self.mean)})"


def _two(value: Pair) -> tuple[int, int]:
    """Return a pair that was checked when the layer was described."""
    return value if isinstance(value, tuple) else (value, value)


def _slope(activation: activations.Activation, name: str) -> Callable[..., NDArray]:
    """Return f', which the curvature needs."""
    if activation.prime is None:
        raise ValueError(f"curvature: {name} has no slope of its own for each output; take an optimizer that does not "
                         "need the curvature")
    return activation.prime


def _image(layer: str, shape: Shape) -> Shape:
    """Return the shape of a sample if it is an image."""
    if len(shape) != 3:
        raise ValueError(f"{layer}: expected samples of shape (C, H, W), got {shape}")
    return shape


def _sides(layer: str, shape: Shape, size: Pair, stride: Pair, padding: Pair) -> tuple[int, int]:
    """Return (Ho, Wo), or say that the window does not fit."""
    outputs = [kernels.output_side(*s) for s in zip(shape[1:], _two(size), _two(stride), _two(padding), strict=True)]
    for side, output, k, s, p in zip("HW", outputs, _two(size), _two(stride), _two(padding), strict=True):
        if output < 1:
            raise ValueError(
                f"{layer}: window {_two(size)} does not fit the padded image: "
                f"{side}o = ({side} + 2*{p} - {k})//{s} + 1 = {output} for a sample of shape (C, H, W) = {shape}"
            )
    return outputs[0], outputs[1]
