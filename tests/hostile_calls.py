"""A valid call of every public function of refnn, for whoever wants to spoil its arguments.

Those of the concept modules come from the pages in `tests/public`; here stand the rest: functions without arrays, the
classes and their methods, the engine and the data. A method is called on a fresh object each time.
"""

import gzip
import importlib
import inspect
import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

import refnn
from refnn import data, graph, init, kernels, layers, mlp, model_io, optimizers, perceptron, training
from refnn.interop import onnx, safetensors, torch_weights
from refnn.layers import AvgPool2D, Centre, Conv2D, Dense, Dropout, Flatten, Maxout, MaxPool2D, PReLU
from refnn.network import Network
from tests.test_public import CONCEPTS


class Call(NamedTuple):
    """A function, arguments that suit it, what else it may raise than TypeError and ValueError, what it may change.

    `takes` are forms that others refuse.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    raises: tuple[type[Exception], ...] = ()
    changes: tuple[int, ...] = ()
    takes: tuple[str, ...] = ()


# public names that check nothing, with the reason
TRUSTED = {
    "layers.Layer": "the network checks a batch once, at its entrance; layers trust each other",
    "optimizers.Optimizer": "the base of the rules, which are here one by one",
    "losses.Loss": "a pair of functions, kept as they are",
    "regularizers.Regularizer": "as well",
    "activations.Activation": "as well",
    "training.Epoch": "a record of numbers",
    "training.Checkpoint": "a record, checked by whoever resumes",
    "training.Loss": "a name for types",
    "diagnostics.Finding": "a record",
    "gradcheck.GradientReport": "a record",
    "biasvariance.Decomposition": "a record",
    "ensemble.Stump": "a record, checked by whoever takes one",
    "pretrain.Stage": "a record",
    "data.Dataset": "a record",
    "interop.onnx.Node": "a record",
    "interop.onnx.export": "refuses what graph refuses; what it writes is read in onnx_cases.py",
}
# modules that are imported where they are wanted
MODULES = [*refnn._MODULES, "interop.onnx", "interop.safetensors", "interop.torch_weights"]
# methods that are for the engine alone
INNER = {"advance", "prepared", "rule", "compiled", "build", "forward", "backward", "curvature", "forget", "config"}


def dense() -> Network:
    return Network([Dense(4, "tanh"), Dropout(0.5), Dense(3)], 5, seed=0, dtype="float64")


def convolutional() -> Network:
    described = [Centre(np.full((2, 5, 4), 0.5)), Conv2D(3, (3, 2), (2, 1), (1, 0), "relu"), MaxPool2D((2, 1), 1),
                 PReLU(), AvgPool2D((1, 2)), Flatten(), Dense(4), Maxout(2)]
    return Network(described, (2, 5, 4), seed=0)


X, IMAGES = np.arange(20.0).reshape(4, 5) % 7 - 3, np.arange(80.0).reshape(2, 2, 5, 4) % 5 - 1
LABELS, UP, UP2 = np.array([0, 2, 1, 0]), np.arange(12.0).reshape(4, 3) - 5, np.array([[1.0, -1], [0.5, 2]])
PARAMS, GRADS = [np.ones((2, 3)), np.zeros(2)], [np.arange(6.0).reshape(2, 3) - 2, np.array([1.0, -1])]
SHAPED = (2, 3), 0, "float32"
FOLDER = Path(tempfile.gettempdir())


def trained(X, y, *options, **settings):
    net = dense()
    return training.fit(net, X, y, epochs=1, **settings), net.parameters()


def one_step(X, y, rng):
    net = dense()
    return training.fit_batch(net, X, y, optimizers.Adam(), rng=rng), net.parameters()


def resumed(weights, memory, t, state):
    """Go on from a checkpoint that somebody had their hands on."""
    kept, net = [], dense()
    training.fit(dense(), X, LABELS, epochs=1, checkpoint=kept.append)
    history, parameters, best, rule, rng = kept[0]
    rule = {**rule, "t": t, "m": [memory, *rule["m"][1:]]}
    changed = training.Checkpoint(history, {**parameters, "0.W": weights}, best, rule, rng if state is None else state)
    return training.fit(net, X, LABELS, epochs=2, resume=changed), net.parameters()


def written_to(path):
    with model_io.written_whole(path) as file:
        file.write(b"all")
    return Path(path).read_bytes()


def checkpoint(net=None):
    kept = []
    training.fit(net or dense(), X, LABELS, epochs=2, validation=(X, LABELS), patience=1, checkpoint=kept.append)
    return kept[-1]


def content(write, *given):
    """Return the bytes of a file."""
    with tempfile.TemporaryDirectory() as folder:
        return write(*given, Path(folder, "file")).read_bytes()


NETWORK = content(model_io.save, convolutional())
RUN = content(model_io.save_checkpoint, checkpoint())
TENSORS = content(safetensors.save, {"W": UP, "b": LABELS, "on": UP > 0, "w": np.float32(UP)})
IDX = b"\0\0\x08\x03" + bytes((0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 5)) + bytes(range(30))
ZIP_CODE = b"".join(b"%d " % label + b" ".join(b"%.3f" % (x / 128 - 1) for x in range(256)) + b"\n" for label in (3, 7))
HEADER = slice(8, 8 + int.from_bytes(TENSORS[:8], "little"))


def entry(content, name):
    """Return an entry of an archive without what NumPy writes before its numbers, if it is text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = archive.read(f"{name}.npy")
    return str(np.load(io.BytesIO(found))).encode() if name in model_io.FORMATS else found


def exchanged(content, name, value):
    """Return an archive with another entry of this name, and all check sums right."""
    if name in model_io.FORMATS:
        np.save(file := io.BytesIO(), np.array(value.decode("latin-1")))
        value = file.getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made := io.BytesIO(), "w") as new:
        for known in old.namelist():
            new.writestr(known, value if known == f"{name}.npy" else old.read(known))
    return made.getvalue()


def read(load, make=lambda content: content):
    """Return a function that reads a file of some bytes, without taking much more room than the file does."""
    def answer(*parts):
        file, content = Path(tempfile.gettempdir(), "refnn-fuzz-file"), make(*parts)
        file.write_bytes(content)
        tracemalloc.start()
        try:
            found = load(file)
        finally:
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert most < 30 * len(content) + 2**21, f"{most:,} bytes for a file of {len(content):,}"
        return repr(found)

    return answer


def gone_on(path):
    return training.fit(dense(), X, LABELS, epochs=3, resume=model_io.load_checkpoint(path)[0])


def kept(*arrays):
    """Return what comes back of two arrays and a word."""
    path = Path(tempfile.gettempdir(), "refnn-fuzz-file")
    x, y, word = arrays
    return safetensors.load(safetensors.save({"x": x, "y": y}, path, {"word": word}))


def from_torch(W, b):
    net = dense()
    torch_weights.from_torch(net, {**STATE, "0.weight": W, "0.bias": b})
    return net.parameters()


STATE = torch_weights.to_torch(dense())


def sent(make, *names):
    """Return a function that sends X forward, and then an upstream through the methods named."""
    def send(X, *upstreams):
        net = make()
        outputs = [net.forward(X)]
        for name, upstream in zip(names, upstreams, strict=False):
            outputs.append(getattr(net, name)(upstream))
        return outputs, net.gradients()

    return send


def stepped(make):
    def step(params, *known):
        rule = make()
        for _ in range(2):
            rule.step(params, *known)
        return rule.state(), rule.parameter_count()

    return step


def restored(make):
    def restore(t, memory):
        rule = make()
        rule.step([np.ones((2, 3)), np.zeros(2)], GRADS, GRADS)
        state = rule.state()
        state.update(t=t, **dict.fromkeys(rule.memory, memory))
        rule.restore(state)
        params = [np.ones((2, 3)), np.zeros(2)]
        rule.step(params, GRADS, GRADS)
        return params

    return restore


def learnt(X, y, epochs, rate):
    one = perceptron.Perceptron(epochs, rate).fit(X, y)
    return one.w_, one.mistakes_, one.converged_


def taken(values):
    net = dense()
    net.set_parameters({**net.parameters(), "0.W": values})
    return net.parameters()


def written(path, note):
    net, notes = model_io.load(model_io.save(dense(), FOLDER / "refnn-fuzz.npz", note=note) if path is None else path)
    return net.parameters(), notes


def described(kind):
    """Return a function that describes a layer and builds a network of it."""
    def describe(shape, *settings):
        net = Network([kind(*settings)], shape, seed=0)
        return net.predict(np.ones((2, *net.input_shape))), net.summary()

    return describe


def nodes(name):
    return lambda value, *others: getattr(graph.Node(value), name)(*others).value


def drawn(name, *options):
    return lambda shape, rng, dtype, *settings: getattr(init, name)(
        shape, rng, **dict(zip(options, settings, strict=True)), dtype=dtype)


def threads(number):
    try:
        kernels.set_threads(number)
    finally:
        kernels.set_threads(1)


RULES: dict[str, Callable[[], Any]] = {
    "SGD": lambda: optimizers.SGD(0.5), "Momentum": lambda: optimizers.Momentum(0.5, 0.5, True),
    "Adagrad": lambda: optimizers.Adagrad(0.5), "RMSprop": lambda: optimizers.RMSprop(0.5),
    "Adadelta": optimizers.Adadelta, "Adam": optimizers.Adam, "AdaSecant": optimizers.AdaSecant,
    "VSGD": optimizers.VSGD,
}  # fmt: skip
SETTINGS = {
    "SGD": (0.5,), "Momentum": (0.5, 0.5, True), "Adagrad": (0.5, 1e-8), "RMSprop": (0.5, 0.9, 1e-8),
    "Adadelta": (0.95, 1e-6), "Adam": (0.001, 0.9, 0.999, 1e-8), "AdaSecant": (0.95, 1.8, 1e-4), "VSGD": (3, 2.0, 1e-4),
}  # fmt: skip

MORE: dict[str, tuple[Any, ...]] = {
    "activations.activation": ("relu",),
    "circuits.all_inputs": (3,), "circuits.parity_costs": (4,), "circuits.parity_net": (3,),
    "conv.lecun1989": (), "conv.output_size": (7, 3, 1, 2), "conv.parameter_count": (3, 4, (5, 2), True),
    "depth.equal_budget_width": (5, 7, 3, 2, True), "depth.flat_sawtooth": (4,), "depth.sawtooth": (3,),
    "depth.hidden_weight_count": (5, 7, 3, 2), "depth.seide2011": (),
    "diagnostics.diagnosis": (0.3, 0.35, 0.1), "diagnostics.recipe": (0.02, 0.35, 0.1),
    "diagnostics.steepest_slope": ("tanh",),
    "dropout.dropout_mask": ((2, 3), 0.25, 7), "dropout.masks": (3,),
    "ensemble.vote": (0.25,),
    "init.fans": ((4, 3, 2),), "init.initializer": ("he_normal",),
    "linear.affine_parameter_count": (4, 3, True), "losses.loss": ("squared_error",),
    "maxout.parameter_count": (4, 3, 2), "mlp.parameter_count": ([4, 3, 2], True),
    "perceptron.truth_table": ("xor",),
    "regularizers.decay_factor": (0.5, 0.25), "regularizers.regularizer": ("l2",),
    "universal.cells_enough": (2.0, 0.125), "universal.relu_net": (np.square, 3),
    "universal.relu_net_bound": (2.0, 3), "universal.relu_net_smooth_bound": (2.0, 3),
    "universal.sigmoid_net": (np.square, 3, 10.0), "universal.sigmoid_net_bound": (2.0, 3, 10.0),
    "universal.step_net": (np.square, 3), "universal.step_net_bound": (2.0, 3),
    "data.digits": (8,), "data.double_size": (np.arange(24.0).reshape(2, 1, 3, 4) / 24,),
    "data.text_picture": (np.arange(6.0).reshape(2, 3) / 5, 2, " .#"), "data.side_by_side": (["a\nb", "c"], [1, 2], 2),
    "data.stratified_folds": (np.array([0, 1, 1, 0, 2, 2]), 2, 0),
    "data.stratified_split": (np.array([0, 1, 1, 0, 2, 2]), 0.5, 0),
}  # fmt: skip

def images(rng):
    """Draw images, a window that fits, its stride and its padding, and the shape of what comes out."""
    n, C, H, W = rng.integers(1, 7, 4).tolist()
    size = int(rng.integers(1, H + 1)), int(rng.integers(1, W + 1))
    stride, padding = tuple(rng.integers(1, 4, 2).tolist()), tuple(int(rng.integers(0, k)) for k in size)
    sides = [(side + 2 * p - k) // s + 1 for side, p, k, s in zip((H, W), padding, size, stride, strict=True)]
    return eighths(rng, n, C, H, W), size, stride, padding, (n, C, *sides)


def eighths(rng, *shape):
    return rng.integers(-16, 17, shape) / 8


def pooled(rng):
    x, *window, _ = images(rng)
    return x, *window


def pooled_back(rng):
    x, *window, shape = images(rng)
    return eighths(rng, *shape), x, *window


def convolved(rng):
    x, size, stride, padding, _ = images(rng)
    F = int(rng.integers(1, 7))
    return x, eighths(rng, F, x.shape[1], *size), eighths(rng, F), stride, padding


def convolved_back(rng):
    x, size, stride, padding, (n, _, *sides) = images(rng)
    F = int(rng.integers(1, 7))
    return eighths(rng, n, F, *sides), x, eighths(rng, F, x.shape[1], *size), eighths(rng, F), stride, padding


# calls whose geometry is drawn anew, that of a kernel being more than one example shows
DRAWN = {
    "pooling.max_pool2d": pooled, "pooling.avg_pool2d": pooled,
    "pooling.max_pool2d_backward": pooled_back, "pooling.avg_pool2d_backward": pooled_back,
    "conv.conv2d": convolved, "conv.conv2d_backward": convolved_back,
}  # fmt: skip

FILES = (OSError, EOFError)
CALLS: dict[str, Call] = {
    **{f"optimizers.{name}": Call(getattr(optimizers, name), settings) for name, settings in SETTINGS.items()},
    **{f"optimizers.{name}.step": Call(stepped(make), (PARAMS, GRADS, [g * g for g in GRADS])[: 2 + (name == "VSGD")],
                                       (), (0,)) for name, make in RULES.items()},
    **{f"optimizers.{name}.restore": Call(restored(make), (3, [g * g for g in GRADS])) for name, make in RULES.items()
       if name != "SGD"},
    "optimizers.SGD.restore": Call(restored(RULES["SGD"]), (3, None)),
    "optimizers.SGD.state": Call(lambda: optimizers.SGD(0.5).state(), ()),
    "perceptron.Perceptron": Call(perceptron.Perceptron, (3, 0.5)),
    "perceptron.Perceptron.fit": Call(learnt, (X, np.array([1.0, -1, -1, 1]), 3, 0.5)),
    "perceptron.Perceptron.predict": Call(
        lambda X: perceptron.Perceptron(3).fit([[0.0] * 5, [1.0] * 5], [1, -1]).predict(X), (X,), (RuntimeError,)),
    "mlp.MLP": Call(lambda W, b, f: mlp.output(mlp.MLP(W, b, f), X), (
        [np.ones((2, 5)), np.ones((1, 2))], [np.ones(2), None], ["tanh", "identity"])),
    "graph.Node": Call(lambda value: graph.Node(value).value, (UP,)),
    **{f"graph.Node.{name}": Call(nodes(name), (np.abs(UP) / 8 + 0.5,))
       for name in ("exp", "log", "log_sum_exp", "relu", "sigmoid", "tanh")},
    **{f"graph.Node.{name}": Call(nodes(name), (UP, axis)) for name, axis in (("sum", 1), ("mean", 0))},
    "graph.Node.maximum": Call(nodes("maximum"), (UP, UP[0])),
    "graph.Node.pick": Call(nodes("pick"), (UP, LABELS)),
    **{f"graph.Node.{name}": Call(nodes(name), (UP, UP[0] + 0.25))
       for name in "__add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__".split()},
    **{f"init.{name}": Call(drawn(name), SHAPED) for name in (
        "he_normal", "he_uniform", "lecun1989_uniform", "xavier_normal", "xavier_uniform", "zeros")},
    "init.normal": Call(drawn("normal", "std"), (*SHAPED, 0.5)),
    "init.uniform": Call(drawn("uniform", "bound"), (*SHAPED, 0.5)),
    "kernels.set_threads": Call(threads, (2,), (RuntimeError,)),
    "graph.Node.__matmul__": Call(nodes("__matmul__"), (UP, UP.T)),
    "graph.Node.__rmatmul__": Call(nodes("__rmatmul__"), (UP, UP.T)),
    "graph.Node.__pow__": Call(nodes("__pow__"), (UP, 2.0)),
    "layers.Dense": Call(described(Dense), (5, 3, "relu", "he_normal", True)),
    "layers.Conv2D": Call(described(Conv2D), ((2, 5, 4), 3, (3, 2), (2, 1), (1, 0), "relu", None, True)),
    "layers.MaxPool2D": Call(described(MaxPool2D), ((2, 5, 4), (3, 2), (2, 1), (1, 0))),
    "layers.AvgPool2D": Call(described(AvgPool2D), ((2, 5, 4), (3, 2), (2, 1), (1, 0))),
    "layers.Flatten": Call(described(Flatten), ((2, 5, 4),)),
    "layers.Dropout": Call(described(Dropout), ((4,), 0.5)),
    "layers.Maxout": Call(described(Maxout), ((4,), 2)),
    "layers.Activation": Call(described(layers.Activation), ((4,), "softmax")),
    "layers.PReLU": Call(described(PReLU), ((4,), 0.25)),
    "layers.Centre": Call(described(Centre), ((2, 3), np.arange(6.0).reshape(2, 3))),
    "network.Network": Call(lambda *all: Network([Dense(2)], *all).predict(np.ones((2, 5))), (5, 0, "float32")),
    "network.Network.layers": Call(lambda layers: Network(layers, 5).summary(), ([1, 2],)),
    "network.Network.forward": Call(sent(dense), (X,)),
    "network.Network.forward.images": Call(sent(convolutional), (IMAGES,)),
    "network.Network.forward.training": Call(lambda X, rng: dense().forward(X, rng), (X, 0)),
    "network.Network.backward": Call(sent(dense, "backward"), (X, UP), (RuntimeError,)),
    "network.Network.backward.images": Call(sent(convolutional, "backward"), (IMAGES, UP2), (RuntimeError,)),
    "network.Network.curvature": Call(sent(dense, "curvature", "backward"), (X, UP, UP), (RuntimeError,)),
    "network.Network.predict": Call(lambda *all: dense().predict(*all), (X, 2)),
    "network.Network.predict.images": Call(lambda *all: convolutional().predict(*all), (IMAGES, 1)),
    "network.Network.classify": Call(lambda *all: dense().classify(*all), (X, 3)),
    "network.Network.set_parameters": Call(taken, (np.arange(20.0).reshape(4, 5),)),
    "network.Network.set_parameters.all": Call(lambda given: dense().set_parameters(given), ({},)),
    "network.Network.step": Call(lambda rule: dense().step(rule), (0,), (RuntimeError,)),
    "network.Network.parameters": Call(lambda: dense().parameters(), ()),
    "network.Network.gradients": Call(lambda: dense().gradients(), ()),
    "network.Network.parameter_count": Call(lambda: dense().parameter_count(), ()),
    "network.Network.summary": Call(lambda: (convolutional().summary(), repr(convolutional())), ()),
    "training.fit": Call(trained, (X, LABELS), (FloatingPointError,)),
    "training.fit.settings": Call(
        lambda loss, rule, epochs, size, penalty, strength, schedule, patience, seed: training.fit(
            dense(), X, LABELS, loss=loss, optimizer=rule, epochs=epochs, batch_size=size, penalty=penalty,
            strength=strength, schedule=schedule, validation=(X, LABELS), patience=patience, seed=seed),
        ("softmax_cross_entropy", "adam", 2, 3, "l1", 0.5, "linear_decay", 2, 0), (FloatingPointError,)),
    "training.fit.validation": Call(
        lambda X, y: training.fit(dense(), [[1.0] * 5], [0], epochs=1, validation=(X, y)), (X, LABELS),
        (FloatingPointError,)),
    "training.fit_batch": Call(one_step, (X, LABELS, 0), (FloatingPointError,)),
    "training.fit.resume": Call(resumed, (np.ones((4, 5)), np.zeros((4, 5)), 1, None), (FloatingPointError,)),
    "training.evaluate": Call(lambda *all: training.evaluate(dense(), *all), (X, LABELS, "softmax_cross_entropy")),
    "model_io.save": Call(lambda path, note: model_io.save(dense(), path, note=note),
                          (str(FOLDER / "refnn-fuzz.npz"), "a note"), FILES),
    "model_io.save_checkpoint": Call(
        lambda path, note: training.fit(dense(), X, LABELS, epochs=1,
                                        checkpoint=lambda c: model_io.save_checkpoint(c, path, note=note)),
        (str(FOLDER / "refnn-run.npz"), "a note"), FILES),
    "model_io.load_checkpoint": Call(model_io.load_checkpoint, (str(FOLDER / "nothing"),), FILES),
    "model_io.file_to_read": Call(model_io.file_to_read, (__file__,), FILES),
    "model_io.file_to_write": Call(model_io.file_to_write, (str(FOLDER / "nothing"),), FILES),
    "model_io.written_whole": Call(written_to, (str(FOLDER / "refnn-bytes"),), FILES),
    "model_io.load": Call(written, (None, "a note"), FILES),
    **{f"model_io.{load.__name__}.bytes": Call(read(load), (content,))
       for load, content in ((model_io.load, NETWORK), (model_io.load_checkpoint, RUN))},
    **{f"model_io.{load.__name__}.{name}": Call(read(load, partial(exchanged, content, name)), (entry(content, name),))
       for load, content, names in (
           (model_io.load, NETWORK, ("network", "1.W", "3.slope")),
           (model_io.load_checkpoint, RUN, ("checkpoint", "parameters.0.W", "optimizer.m.1"))) for name in names},
    "training.fit.resume.file": Call(read(gone_on, partial(exchanged, RUN, "checkpoint")), (entry(RUN, "checkpoint"),),
                                     (FloatingPointError,)),
    "interop.safetensors.load": Call(safetensors.load, (str(FOLDER / "nothing"),), FILES),
    "interop.safetensors.load.bytes": Call(read(safetensors.load), (TENSORS,)),
    "interop.safetensors.load.header": Call(
        read(safetensors.load, lambda text: len(text).to_bytes(8, "little") + text + TENSORS[HEADER.stop :]),
        (TENSORS[HEADER],)),
    "interop.safetensors.save": Call(safetensors.save, ({"x": X}, str(FOLDER / "refnn-fuzz"), {"a": "note"}), FILES),
    "interop.safetensors.save.arrays": Call(kept, (X, LABELS, "a note")),
    "interop.torch_weights.to_torch": Call(
        lambda *like: torch_weights.to_torch(dense(), *like), (["1.weight", "1.bias", "2.3.weight", "2.3.bias"],)),
    "interop.torch_weights.to_torch.network": Call(torch_weights.to_torch, (dense(),)),
    "interop.torch_weights.from_torch": Call(from_torch, (np.arange(20.0).reshape(4, 5), np.ones(4)),
                                            takes=("float16",)),
    "interop.torch_weights.from_torch.state": Call(lambda state: torch_weights.from_torch(dense(), state), (STATE,)),
    "interop.onnx.graph": Call(onnx.graph, (convolutional(),)),
    **{f"data.{load.__name__}.bytes.{number}": Call(read(load), (content,))
       for load, contents in ((data.read_idx, (IDX, gzip.compress(IDX))), (data.read_zip_code, (ZIP_CODE,)),
                              (data.read_digits, (IDX, gzip.compress(ZIP_CODE), ZIP_CODE)))
       for number, content in enumerate(contents)},
    "data.read_idx": Call(data.read_idx, (str(FOLDER / "nothing"),), FILES),
    "data.read_digits": Call(data.read_digits, (str(FOLDER / "nothing"), None), FILES),
    "data.read_zip_code": Call(data.read_zip_code, (str(FOLDER / "nothing"),), FILES),
    "data.read_dataset": Call(data.read_dataset, (str(FOLDER / "nothing"),), FILES),
}  # fmt: skip


def _open(value: Any) -> Any:
    """Return a net as a record whose arrays can be exchanged, at any depth."""
    if isinstance(value, mlp.MLP):
        return SimpleNamespace(weights=list(value.weights), biases=list(value.biases),
                               activations=list(value.activations))
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return type(value)(map(_open, value))
    return value


for module in CONCEPTS:
    for name, arguments in importlib.import_module(f"tests.public.{module}").VALID.items():
        CALLS[f"{module}.{name}"] = Call(getattr(getattr(refnn, module), name), _open(tuple(arguments)))
for name, arguments in MORE.items():
    CALLS[name] = Call(getattr(getattr(refnn, name.split(".")[0]), name.split(".")[1]), arguments)
# calls that share one file, and measure the memory that they take
ONE_FILE = {name for name, call in CALLS.items() if call.function.__name__ in ("answer", "kept", "written_to")}


def public_names() -> set[str]:
    """List every public function, class and method of the package's public modules, by its place."""
    found = set()
    for module in MODULES:
        public = importlib.import_module(f"refnn.{module}")
        for name in public.__all__:
            thing = getattr(public, name)
            if not callable(thing) or f"{module}.{name}" in TRUSTED:
                continue
            found.add(f"{module}.{name}")
            if inspect.isclass(thing) and module != "layers":
                found |= {f"{module}.{name}.{method}" for method, function in vars(thing).items()
                          if callable(function) and method[0] != "_" and method not in INNER - set(_own(module))}
    return found


def _own(module: str) -> tuple[str, ...]:
    """Return which of the inner methods are for everybody in a module."""
    return ("forward", "backward", "curvature") if module == "network" else ()
