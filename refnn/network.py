"""A network: layers one behind the other, each taking what the one before it gives (MLP-04)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from refnn._validate import as_float, as_upstream, at_least, float_dtype, generator, short
from refnn.layers import Layer
from refnn.optimizers import Optimizer

__all__ = ["Network"]


class Network:
    """Layers that are built for samples of one shape, and trained together.

    Args:
        layers: the layers, from input to output.
        input_shape: the shape of one sample: (features,) or (C, H, W).
        seed: a whole number or a generator; the same seed draws the same initial weights, bit for bit.
        dtype: "float32" (fast) or "float64" (exact enough for gradient checks).

    Raises:
        ValueError: if a layer does not fit the shape that arrives at it; the message names the layer.

    Example: a small reader of 16 x 16 digits.

        >>> from refnn import Conv2D, Dense, Flatten, MaxPool2D, Network
        >>> layers = [Conv2D(8, 5, activation="relu"), MaxPool2D(2), Flatten(), Dense(10)]
        >>> net = Network(layers, input_shape=(1, 16, 16), seed=0)
        >>> net.forward(np.zeros((3, 1, 16, 16))).shape
        (3, 10)
        >>> print(net.summary())
        layer                                output       parameters
        Conv2D 8 of 5x5, relu                (8, 12, 12)         208
        MaxPool2D 2x2                        (8, 6, 6)             0
        Flatten                              (288,)                0
        Dense 10                             (10,)             2,890
        total                                                  3,098
    """

    def __init__(self, layers: Sequence[Layer], input_shape: Sequence[int] | int, seed: Any = 0,
                 dtype: DTypeLike = "float32") -> None:
        if not isinstance(layers, list | tuple):
            raise TypeError(f"layers: expected a list of layers, got {short(layers)}; put it in [...]")
        if not isinstance(input_shape, int | np.integer | list | tuple):
            raise TypeError(f"input_shape: expected a whole number or several, got {short(input_shape)}")
        self.layers = list(layers)
        sides = [input_shape] if isinstance(input_shape, int | np.integer) else list(input_shape)
        self.input_shape = tuple(at_least("input_shape", side, 1) for side in sides)
        self.dtype = float_dtype("dtype", dtype)
        rng = generator("seed", seed)
        if not self.layers or not self.input_shape:
            raise ValueError("Network: expected at least one layer and an input_shape of at least one side")
        shapes = [self.input_shape]
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"layers[{i}]: expected a layer, got {short(layer)}")
            if any(layer is other for other in self.layers[:i]):
                raise ValueError(f"layers[{i}]: the same {type(layer).__name__} twice; describe a second one")
            if layer._owned:
                raise ValueError(f"layers[{i}]: this {type(layer).__name__} is another network's; describe a new one")
            try:
                shapes.append(layer.build(shapes[-1], rng, self.dtype))
            except ValueError as wrong:
                raise ValueError(f"layers[{i}]: {wrong}") from None
        for layer in self.layers:
            layer._owned = True
        self._shapes = shapes
        self.output_shape = shapes[-1]
        self._answered: int | None = None  # samples in the last forward pass, until backward has used it
        self._learning = [i for i, layer in enumerate(self.layers) if layer.params]

    def forward(self, X: ArrayLike, rng: np.random.Generator | None = None) -> NDArray:
        """Return the outputs for a batch, and remember what `backward` needs.

        Args:
            X: samples, shape (n, *input_shape).
            rng: a generator says that this is training: dropout draws its masks from it.

        Returns:
            Outputs, shape (n, *output_shape), in the network's dtype.
        """
        rng = None if rng is None else generator("rng", rng)
        return np.array(self._run(self._batch(X), rng))

    def backward(self, upstream: ArrayLike, to_input: bool = True) -> NDArray:
        """Go back through the last forward pass: leave each layer's gradients in it, return the one in X.

        Args:
            upstream: gradient of the loss in the outputs, of exactly their shape.
            to_input: whether the gradient in X is wanted; training does without.

        Returns:
            Gradient of the loss in X, shape (n, *input_shape); an empty array without `to_input`.

        Raises:
            RuntimeError: if there was no forward pass since the last backward pass.
        """
        dx = as_float("upstream", upstream).astype(self.dtype, copy=False)
        if dx.shape[1:] != self.output_shape:
            raise ValueError(f"upstream: expected shape (n, {str(self.output_shape)[1:]}, got {dx.shape}")
        if self._answered is None:
            raise RuntimeError("Network: backward needs a forward pass before it, each time")
        as_upstream(dx, (self._answered, *self.output_shape))
        dx = self._back(dx, to_input)
        return np.array(dx) if to_input else np.empty((0, *self.input_shape), self.dtype)

    def curvature(self, upstream: ArrayLike) -> None:
        """Leave in each layer how strongly the loss bends along its parameters: between `forward` and `backward`.

        It is the diagonal of Gauss and Newton's matrix as `refnn.backprop.curvature` computes it (OPT-06), which VSGD
        wants: back-propagation with every factor squared.

        Args:
            upstream: second derivatives of the loss along the outputs, of exactly their shape.

        Raises:
            RuntimeError: if there was no forward pass since the last backward pass.
            ValueError: if a layer has no such curvature, as softmax.
        """
        h = as_float("upstream", upstream).astype(self.dtype, copy=False)
        if self._answered is None:
            raise RuntimeError("Network: curvature needs a forward pass before it, and comes before backward")
        as_upstream(h, (self._answered, *self.output_shape))
        for layer in reversed(self.layers[self._learning[0] :] if self._learning else []):
            h = layer.curvature(h)

    def step(self, optimizer: Optimizer) -> None:
        """Let an optimizer move the parameters along the gradients that the last backward pass left.

        One that looks at the curvature gets that too; each is used once.
        """
        layers = [self.layers[i] for i in self._learning]
        if any(not layer.grads for layer in layers):
            raise RuntimeError("Network: step needs a backward pass before it")
        if optimizer.curved and any(not layer.bends for layer in layers):
            raise RuntimeError(f"Network: {type(optimizer).__name__} needs network.curvature(...) before each backward")
        params, grads, bends = ([getattr(layer, kind)[name] for layer in layers for name in layer.params]
                                for kind in ("params", "grads", "bends" if optimizer.curved else "grads"))
        optimizer.advance(params, grads, bends if optimizer.curved else None)
        for layer in layers:
            layer.bends = {}

    def predict(self, X: ArrayLike, batch_size: int = 256) -> NDArray:
        """Return the outputs for any number of samples, computed batch by batch; nothing is remembered."""
        X, batch_size = self._batch(X), at_least("batch_size", batch_size, 1)
        outputs = [np.empty((0, *self.output_shape), self.dtype)]
        outputs += [self._run(X[i : i + batch_size]) for i in range(0, len(X), batch_size)]
        for layer in self.layers:
            layer.forget()
        self._answered = None
        return np.concatenate(outputs)

    def classify(self, X: ArrayLike, batch_size: int = 256) -> NDArray:
        """Return the class with the highest output for each sample, the first of equals (MLP-08).

        The highest of a single output says nothing: where there is but one, `predict(X) > 0` is the decision of a
        score, and `predict(X) > 0.5` that of a probability, as behind a sigmoid.

        Raises:
            ValueError: if the network does not have several outputs in a row, or says NaN of a sample.
        """
        if len(self.output_shape) != 1:
            raise ValueError(f"classify: expected outputs of shape (classes,), the network's are {self.output_shape}")
        if self.output_shape == (1,):
            raise ValueError("classify: expected an output for each class, the network has one: predict(X) > 0 decides "
                             "by its score, predict(X) > 0.5 behind a sigmoid")
        outputs = self.predict(X, batch_size)
        lost = np.isnan(outputs).any(axis=1)
        if lost.any():
            raise ValueError(f"classify: expected numbers as outputs, got nan for sample {lost.argmax()}")
        return outputs.argmax(axis=1)

    def parameters(self) -> dict[str, NDArray]:
        """Return copies of all parameters, by names like "0.W"."""
        return {f"{i}.{name}": p.copy() for i in self._learning for name, p in self.layers[i].params.items()}

    def gradients(self) -> dict[str, NDArray]:
        """Return copies of the gradients of the last backward pass, by the names of their parameters."""
        return {f"{i}.{name}": g.copy() for i in self._learning for name, g in self.layers[i].grads.items()}

    def set_parameters(self, parameters: Mapping[str, ArrayLike]) -> None:
        """Take over parameters by name; all of them, each in its shape, or none at all."""
        live = {f"{i}.{name}": p for i in self._learning for name, p in self.layers[i].params.items()}
        if not isinstance(parameters, Mapping):
            raise TypeError("parameters: expected arrays by name, as parameters() returns them, "
                            f"got {short(parameters)}")
        if parameters.keys() != live.keys():
            raise ValueError(f"parameters: expected {sorted(live)}, got {sorted(parameters)}")
        arrays = {name: np.array(as_float(name, parameters[name]), self.dtype) for name in live}
        for name, array in arrays.items():
            if array.shape != live[name].shape:
                raise ValueError(f"{name}: expected shape {live[name].shape}, got {array.shape}")
        for name, array in arrays.items():
            live[name][...] = array

    def parameter_count(self) -> int:
        """Return the number of weights and biases (MLP-10)."""
        return sum(p.size for layer in self.layers for p in layer.params.values())

    def summary(self) -> str:
        """Return the architecture as a table: layers, shape of a sample behind each, parameters."""
        rows = [("layer", "output", "parameters")]
        for layer, shape in zip(self.layers, self._shapes[1:], strict=True):
            rows.append((_words(layer), str(shape), f"{sum(p.size for p in layer.params.values()):,}"))
        rows.append(("total", "", f"{self.parameter_count():,}"))
        return "\n".join(f"{name:36} {shape:12} {count:>10}" for name, shape, count in rows)

    def __repr__(self) -> str:
        return f"Network({self.layers}, input_shape={self.input_shape}, dtype={self.dtype.name!r})"

    def _run(self, x: NDArray, rng: np.random.Generator | None = None) -> NDArray:
        """Send a checked batch through all layers."""
        self._answered, n = None, len(x)
        for layer in self.layers:
            layer._training = rng is not None
            x = layer.forward(x, rng)
        self._answered = n
        return x

    def _back(self, dx: NDArray, to_input: bool) -> NDArray:
        """Send a checked gradient back through all layers, or through those that something is learned in."""
        self._answered = None
        stop = 0 if to_input or not self._learning else self._learning[0]
        for i in range(len(self.layers) - 1, stop - 1, -1):
            layer: Any = self.layers[i]
            first = i == stop and not to_input and layer.params
            dx = layer.backward(dx, to_input=False) if first else layer.backward(dx)
        return dx

    def _samples(self, X: ArrayLike) -> NDArray:
        """Return samples as they are, if they have the right shape; else say how they get it, where that is plain."""
        x, expected = as_float("X", X), self.input_shape
        if x.ndim and x.shape[1:] == expected:
            return x
        hint, meant = "", (_plain(expected), _plain((prod(expected),)))
        if x.shape == expected:
            hint = "; one sample is X[np.newaxis]"
        elif len(expected) == 3 and x.shape[1:] == (*expected[1:], expected[0]) and expected[0] > 1:
            hint = "; X.transpose(0, 3, 1, 2) brings the channels forward"
        elif _plain(x.shape[1:]) in meant or _plain(x.shape) in meant or (prod(x.shape[1:]),) == expected:
            hint = f"; X.reshape(-1, {', '.join(map(str, expected))}) has it"
        raise ValueError(f"X: expected shape (n, {', '.join(map(str, expected))}), got {x.shape}{hint}")

    def _batch(self, X: ArrayLike, copy: bool = True) -> NDArray:
        """Return samples of the right shape in the network's dtype, images channels-last.

        In memory of our own or, without `copy`, in new memory only where something must be converted.
        """
        x = self._samples(X)
        laid = np.array if copy else np.asarray
        if x.ndim != 4:
            return laid(x, self.dtype, order="C")
        return laid(x.transpose(0, 2, 3, 1), self.dtype, order="C").transpose(0, 3, 1, 2)


def _plain(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Leave the axes of one entry away."""
    return tuple(side for side in shape if side != 1)


def _words(layer: Layer) -> str:
    """Describe a layer in a few words, as the summary shows it."""
    config = layer.config()
    if isinstance(config.get("size"), tuple):
        config["size"] = "{}x{}".format(*config["size"])
    name, first = type(layer).__name__, config.get("filters", config.get("units", config.get("pieces", "")))
    size = f" of {config['size']}" if "filters" in config else f" {config.get('size', config.get('rate', first))}"
    words = f"{name} {first}{size}" if "filters" in config else f"{name}{size}"
    extra = config.get("activation", config.get("name", "identity"))
    return f"{words.strip()}, {extra}" if extra != "identity" else words.strip()
