"""JAX: every piece of work compiled by XLA, both layouts of images."""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.bench.row import Contender

jax: Any = import_module("jax")
jnp: Any = import_module("jax.numpy")
jax.config.update("jax_enable_x64", True)

FIRST = ("NCHW", "OIHW", "NCHW")  # channels first
LAST = ("NHWC", "HWIO", "NHWC")


def use(threads: int) -> None:
    """XLA was told by its environment."""


def _pure(name: str, function: Callable[..., Any], *arrays: NDArray, back: Sequence[int] = ()) -> Contender:
    """Return a contender that compiles a function of arrays; `back` permutes the axes of its answer."""
    compiled, inputs = jax.jit(function), [jnp.asarray(np.ascontiguousarray(array)) for array in arrays]

    def call() -> Any:
        return compiled(*inputs).block_until_ready()

    return Contender(name, call, lambda: [np.asarray(call()).transpose(back) if back else np.asarray(call())])


def matmul(a: NDArray, b: NDArray) -> Iterator[Contender]:
    """The transposition is part of the compiled function, as in a gradient."""
    turned = [not array.flags.c_contiguous for array in (a, b)]

    def product(x: Any, y: Any) -> Any:
        return (x.T if turned[0] else x) @ (y.T if turned[1] else y)

    yield _pure("jax", product, a.T if turned[0] else a, b.T if turned[1] else b)


def _conv(padding: int, dims: tuple[str, str, str]) -> Callable[[Any, Any], Any]:
    """Return the convolution in a layout."""
    return lambda x, W: jax.lax.conv_general_dilated(x, W, (1, 1), [(padding, padding)] * 2, dimension_numbers=dims)


def _last(images: NDArray) -> NDArray:
    return images.transpose(0, 2, 3, 1)


def _kernel(W: NDArray) -> NDArray:
    return W.transpose(2, 3, 1, 0)


def conv_forward(x: NDArray, W: NDArray, padding: int) -> Iterator[Contender]:
    """Both layouts."""
    yield _pure("jax", _conv(padding, FIRST), x, W)
    yield _pure("jax channels-last", _conv(padding, LAST), _last(x), _kernel(W), back=(0, 3, 1, 2))


def conv_to_input(dz: NDArray, W: NDArray, shape: tuple[int, ...], padding: int) -> Iterator[Contender]:
    """The vector-Jacobian product in the images."""
    def gradient(dims: tuple[str, str, str], sides: tuple[int, ...]) -> Callable[[Any, Any], Any]:
        zero = jnp.zeros(sides, dz.dtype)
        return lambda d, w: jax.vjp(lambda x: _conv(padding, dims)(x, w), zero)[1](d)[0]

    n, channels, height, width = shape
    yield _pure("jax", gradient(FIRST, shape), dz, W)
    last = gradient(LAST, (n, height, width, channels))
    yield _pure("jax channels-last", last, _last(dz), _kernel(W), back=(0, 3, 1, 2))


def conv_to_kernel(dz: NDArray, x: NDArray, size: tuple[int, int], padding: int) -> Iterator[Contender]:
    """The vector-Jacobian product in the kernels."""
    def gradient(dims: tuple[str, str, str], sides: tuple[int, ...]) -> Callable[[Any, Any], Any]:
        zero = jnp.zeros(sides, dz.dtype)
        return lambda d, i: jax.vjp(lambda w: _conv(padding, dims)(i, w), zero)[1](d)[0]

    filters, channels = dz.shape[1], x.shape[1]
    yield _pure("jax", gradient(FIRST, (filters, channels, *size)), dz, x)
    yield _pure("jax channels-last", gradient(LAST, (*size, channels, filters)), _last(dz), _last(x), back=(3, 2, 0, 1))


def correlate(x: NDArray, w: NDArray) -> Iterator[Contender]:
    """A convolution of one image with one kernel."""
    def last(image: Any, kernel: Any) -> Any:
        return _conv(0, LAST)(image[None, :, :, None], kernel[:, :, None, None])[0, :, :, 0]

    yield _pure("jax", lambda image, kernel: _conv(0, FIRST)(image[None, None], kernel[None, None])[0, 0], x, w)
    yield _pure("jax channels-last", last, x, w)


def _pool(x: Any) -> Any:
    """Return the greatest of each two by two pixels."""
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def max_pool(x: NDArray) -> Iterator[Contender]:
    """A window that is reduced."""
    yield _pure("jax", _pool, x)


def max_pool_backward(x: NDArray, dz: NDArray) -> Iterator[Contender]:
    """The vector-Jacobian product."""
    yield _pure("jax", lambda images, d: jax.vjp(_pool, images)[1](d)[0], x, dz)


def _loss(scores: Any, labels: Any) -> Any:
    """Return the mean cross-entropy."""
    return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], 1).mean()


def softmax_cross_entropy(scores: NDArray, labels: NDArray) -> Iterator[Contender]:
    """Value and gradient."""
    compiled, s, y = jax.jit(jax.value_and_grad(_loss)), jnp.asarray(scores), jnp.asarray(labels)

    def call() -> Any:
        return jax.block_until_ready(compiled(s, y))

    yield Contender("jax", call, lambda: [np.asarray(array) for array in call()])


def relu(z: NDArray) -> Iterator[Contender]:
    """jax.nn.relu."""
    yield _pure("jax", jax.nn.relu, z)


def relu_backward(dz: NDArray, z: NDArray) -> Iterator[Contender]:
    """The vector-Jacobian product."""
    yield _pure("jax", lambda d, x: jax.vjp(jax.nn.relu, x)[1](d)[0], dz, z)


def adam(w: NDArray, g: NDArray) -> Iterator[Contender]:
    """The formulas, compiled into one pass that may write over its inputs."""
    def rule(t: Any, w: Any, g: Any, m: Any, v: Any) -> tuple[Any, ...]:
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        kind = w.dtype
        m_hat, v_hat = m / (1 - 0.9**t).astype(kind), v / (1 - 0.999**t).astype(kind)
        return t + 1, w - 1e-3 * m_hat / (jnp.sqrt(v_hat) + 1e-8), m, v

    compiled, gradient = jax.jit(rule, donate_argnums=(1, 3, 4)), jnp.asarray(g)
    state: list[Any] = [jnp.asarray(1.0), jnp.array(w), jnp.zeros_like(w), jnp.zeros_like(w)]

    def step() -> None:
        t, w, m, v = state
        state[:] = compiled(t, w, gradient, m, v)
        jax.block_until_ready(state)

    def answer() -> list[NDArray]:
        step()
        return [np.array(state[1])]

    yield Contender("jax", step, answer)


def train(X: NDArray, labels: NDArray, weights: Sequence[NDArray], biases: Sequence[NDArray],
          learning_rate: float) -> Iterator[Contender]:
    """One compiled function from weights and batch to loss and new weights."""
    rate = X.dtype.type(learning_rate)

    def scores(parameters: Any, x: Any) -> Any:
        for i, (W, b) in enumerate(parameters):
            if W.ndim == 4:
                x = _pool(jax.nn.relu(_conv(2 - 2 * i, FIRST)(x, W) + b[:, None, None]))
            else:
                x = x.reshape(len(x), -1) @ W.T + b
                x = jax.nn.relu(x) if i < len(parameters) - 1 else x
        return x

    @jax.jit
    def compiled(parameters: Any, x: Any, y: Any) -> tuple[Any, Any]:
        loss, gradients = jax.value_and_grad(lambda p: _loss(scores(p, x), y))(parameters)
        return loss, jax.tree.map(lambda p, g: p - rate * g, parameters, gradients)

    state = [[(jnp.asarray(W), jnp.asarray(b)) for W, b in zip(weights, biases, strict=True)]]
    x, y = jnp.asarray(X), jnp.asarray(labels)

    def step() -> Any:
        loss, state[0] = compiled(state[0], x, y)
        jax.block_until_ready(state[0])
        return loss

    yield Contender("jax", step, lambda: [np.array([float(step()) for _ in range(5)])])
