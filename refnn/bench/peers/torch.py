"""PyTorch on the CPU: both layouts of images; training steps eager, with the leanest autograd, and compiled."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.bench.row import Contender

torch: Any = import_module("torch")
F = torch.nn.functional
aten = torch.ops.aten


def use(threads: int) -> None:
    """Set the number of threads."""
    torch.set_num_threads(threads)


def _tensor(array: NDArray) -> Any:
    """Return a tensor with the same memory."""
    return torch.from_numpy(array)


def _pure(name: str, call: Callable[[], Any]) -> Contender:
    """Return a contender whose call returns its answer, without a graph for gradients."""
    def ungraded() -> Any:
        with torch.no_grad():
            return call()

    return Contender(name, ungraded, lambda: [ungraded().numpy().copy()])


def _layouts(*images: NDArray) -> Iterator[tuple[str, list[Any]]]:
    """Yield the names of both layouts of images (n, C, H, W), and tensors in each."""
    tensors = [_tensor(np.ascontiguousarray(array)) for array in images]
    yield "torch", tensors
    yield "torch channels-last", [tensor.to(memory_format=torch.channels_last) for tensor in tensors]


def matmul(a: NDArray, b: NDArray) -> Iterator[Contender]:
    """MKL or OpenBLAS, whatever torch was built with."""
    x, y = _tensor(a), _tensor(b)
    out = x @ y
    yield _pure("torch", lambda: torch.mm(x, y, out=out))


def conv_forward(x: NDArray, W: NDArray, padding: int) -> Iterator[Contender]:
    """By oneDNN, mostly."""
    for name, (images, kernels) in _layouts(x, W):
        yield _pure(name, partial(F.conv2d, images, kernels, padding=padding))


def _backward(dz: Any, x: Any, W: Any, padding: int, place: int) -> Any:
    """Return one gradient of a convolution: that in the images (0) or in the kernels (1)."""
    wanted = [place == 0, place == 1, False]
    return aten.convolution_backward(dz, x, W, None, [1, 1], [padding] * 2, [1, 1], False, [0, 0], 1, wanted)[place]


def conv_to_input(dz: NDArray, W: NDArray, shape: tuple[int, ...], padding: int) -> Iterator[Contender]:
    """The backward operator alone, without autograd around it."""
    for name, (upstream, kernels, images) in _layouts(dz, W, np.zeros(shape, dz.dtype)):
        yield _pure(name, partial(_backward, upstream, images, kernels, padding, 0))


def conv_to_kernel(dz: NDArray, x: NDArray, size: tuple[int, int], padding: int) -> Iterator[Contender]:
    """The backward operator alone."""
    for name, (upstream, images, kernels) in _layouts(dz, x, np.zeros((dz.shape[1], x.shape[1], *size), x.dtype)):
        yield _pure(name, partial(_backward, upstream, images, kernels, padding, 1))


def _correlate(image: Any, kernel: Any) -> Any:
    return F.conv2d(image, kernel)[0, 0]


def correlate(x: NDArray, w: NDArray) -> Iterator[Contender]:
    """A convolution of one image with one kernel."""
    for name, (image, kernel) in _layouts(x[np.newaxis, np.newaxis], w[np.newaxis, np.newaxis]):
        yield _pure(name, partial(_correlate, image, kernel))


def _with_winners(maps: Any) -> Any:
    return F.max_pool2d(maps, 2, return_indices=True)[0]


def max_pool(x: NDArray) -> Iterator[Contender]:
    """With the winners that the way back needs, and without."""
    for name, (maps,) in _layouts(x):
        yield _pure(name, partial(_with_winners, maps))
        yield _pure(f"{name}, no winners", partial(F.max_pool2d, maps, 2))


def max_pool_backward(x: NDArray, dz: NDArray) -> Iterator[Contender]:
    """The backward operator alone."""
    for name, (maps, upstream) in _layouts(x, dz):
        places = F.max_pool2d(maps, 2, return_indices=True)[1]
        sizes = [2, 2], [2, 2], [0, 0], [1, 1], False  # window, stride, padding, dilation, no rounding up
        yield _pure(name, partial(aten.max_pool2d_with_indices_backward, upstream, maps, *sizes, places))


def _arrays(call: Callable[[], Any]) -> list[NDArray]:
    return [tensor.detach().numpy() for tensor in call()]


def softmax_cross_entropy(scores: NDArray, labels: NDArray) -> Iterator[Contender]:
    """By autograd, and by hand without it."""
    s, y = _tensor(scores.copy()).requires_grad_(True), _tensor(labels)
    plain, rows = _tensor(scores), torch.arange(len(scores))

    def graded() -> tuple[Any, Any]:
        loss = F.cross_entropy(s, y)
        return loss, torch.autograd.grad(loss, s)[0]

    def by_hand() -> tuple[Any, Any]:
        logarithms = torch.log_softmax(plain, 1)
        gradient = logarithms.exp()
        gradient[rows, y] -= 1
        return F.nll_loss(logarithms, y), gradient.div_(len(scores))

    for name, call in (("torch", graded), ("torch by hand", by_hand)):
        yield Contender(name, call, partial(_arrays, call))


def relu(z: NDArray) -> Iterator[Contender]:
    """Into a new tensor, or one that is there."""
    x = _tensor(z)
    out = torch.empty_like(x)
    yield _pure("torch", lambda: torch.relu(x))
    yield _pure("torch out", lambda: torch.clamp_min(x, 0, out=out))


def relu_backward(dz: NDArray, z: NDArray) -> Iterator[Contender]:
    """The backward operator alone."""
    upstream, x = _tensor(dz), _tensor(z)
    yield _pure("torch", lambda: aten.threshold_backward(upstream, x, 0))


def adam(w: NDArray, g: NDArray) -> Iterator[Contender]:
    """Its optimizer: by default, over lists of tensors, fused into one kernel."""
    ways = {"torch": {"foreach": False}, "torch foreach": {"foreach": True}, "torch fused": {"fused": True}}
    for name, options in ways.items():
        parameter = _tensor(w.copy()).requires_grad_(True)
        parameter.grad = _tensor(g.copy())
        rule = torch.optim.Adam([parameter], lr=1e-3, **options)

        def answer(rule: Any = rule, parameter: Any = parameter) -> list[NDArray]:
            rule.step()
            return [parameter.detach().numpy().copy()]

        yield Contender(name, rule.step, answer)


def _model(X: NDArray, weights: Sequence[NDArray], biases: Sequence[NDArray]) -> Any:
    """Return the network with these weights."""
    nn = torch.nn
    layers: list[Any] = [] if X.ndim == 2 else [nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                                                nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    for W in weights:
        if W.ndim == 2:
            layers += [nn.Linear(W.shape[1], W.shape[0]), nn.ReLU()]
    model = nn.Sequential(*layers[:-1]).to(_tensor(X).dtype)
    with torch.no_grad():
        arrays = [array for pair in zip(weights, biases, strict=True) for array in pair]
        for parameter, array in zip(model.parameters(), arrays, strict=True):
            parameter.copy_(_tensor(array))
    return model


def train(X: NDArray, labels: NDArray, weights: Sequence[NDArray], biases: Sequence[NDArray],
          learning_rate: float) -> Iterator[Contender]:
    """Eager as in every tutorial, with the leanest autograd, channels-last where there are images, and compiled."""
    def usual(prepare: Callable[[Any], Any], x: Any = None) -> Callable[[], Any]:
        model = _model(X, weights, biases)
        rule, ready = torch.optim.SGD(model.parameters(), lr=learning_rate), prepare(model)
        samples, y = _tensor(X) if x is None else x, _tensor(labels)

        def step() -> Any:
            rule.zero_grad()
            loss = F.cross_entropy(ready(samples), y)
            loss.backward()
            rule.step()
            return loss

        return step

    def lean() -> Callable[[], Any]:
        model, samples, y = _model(X, weights, biases), _tensor(X), _tensor(labels)
        parameters = list(model.parameters())

        def step() -> Any:
            loss = F.cross_entropy(model(samples), y)
            gradients = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                torch._foreach_add_(parameters, gradients, alpha=-learning_rate)
            return loss

        return step

    def contender(name: str, step: Callable[[], Any]) -> Contender:
        return Contender(name, step, lambda: [np.array([float(step().detach()) for _ in range(5)])])

    yield contender("torch", usual(lambda model: model))
    yield contender("torch lean", lean())
    if X.ndim == 4:
        layout = {"memory_format": torch.channels_last}
        yield contender("torch channels-last", usual(lambda model: model.to(**layout), _tensor(X).to(**layout)))
    yield contender("torch.compile", usual(torch.compile))
