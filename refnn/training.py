"""Training: mini-batches, a loss, its gradient, a step; again and again until it is time to stop.

One pass over the data is an epoch. Each epoch shuffles the samples anew, cuts them into mini-batches (the last one may
be smaller), and takes one step for each. Everything random comes from one generator, so a seed makes two runs equal,
bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import losses, optimizers, regularizers
from refnn._validate import (
    as_array,
    as_float,
    at_least,
    finite,
    functions,
    generator,
    not_negative,
    same_shape,
    short,
)
from refnn.descent import minibatches
from refnn.descent import schedule as schedule_named
from refnn.layers import Dropout
from refnn.network import Network

__all__ = ["Checkpoint", "Epoch", "Loss", "evaluate", "fit", "fit_batch"]

Function = Callable[..., Any]
_INSIDE = {"softmax_cross_entropy": ("softmax", "log_softmax"), "binary_cross_entropy": ("sigmoid",)}
Loss = str | tuple[Function, Function]
_UNUSED = np.random.default_rng(0)  # says that this is training where nothing is drawn


class Epoch(NamedTuple):
    """What one epoch came to.

    `loss` and `accuracy` are means over the epoch's mini-batches, each measured before its step, with dropout at work
    and without the penalty; the accuracy is None where y holds no labels of classes or there is but one output.
    """

    number: int
    loss: float
    accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    learning_rate: float | None


class Checkpoint(NamedTuple):
    """Where a run of `fit` stands after an epoch: all that its rest depends on, besides the arguments of `fit`.

    `fit(..., resume=checkpoint)` with the same arguments goes on from there, in this process or another, and ends with
    the same weights, the same optimizer and the same history as the run that was never interrupted, bit for bit, where
    the machine, the kernels and NumPy are the same. The order of the samples and the masks of dropout need no room of
    their own, for they are drawn epoch by epoch from `rng`. `refnn.save_checkpoint` writes it to a file.
    """

    history: list[Epoch]
    parameters: dict[str, NDArray]
    best: dict[str, NDArray]  # the weights of the smallest validation loss so far; empty without `patience`
    optimizer: dict[str, Any]  # what its state() returns
    rng: dict[str, Any]  # the state of the bit generator

    def __repr__(self) -> str:
        numbers = sum(weights.size for weights in self.parameters.values())
        return f"Checkpoint(after epoch {len(self.history)}, {numbers:,} parameters)"


def fit(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss = "softmax_cross_entropy",
    optimizer: str | optimizers.Optimizer = "adam",
    epochs: int = 10,
    batch_size: int = 32,
    penalty: Loss = "l2",
    strength: float = 0.0,
    schedule: str | Callable[[int, int], float] = "constant",
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    patience: int | None = None,
    callback: Callable[[Epoch], Any] | None = None,
    checkpoint: Callable[[Checkpoint], Any] | None = None,
    resume: Checkpoint | None = None,
    seed: Any = 0,
) -> list[Epoch]:
    r"""Train a network in place and return its history, an `Epoch` for each epoch.

    Each mini-batch B takes one step of the optimizer along the gradient of

    $$\frac1{|B|}\sum_{i \in B} L_i + \lambda R(W) \tag{LOSS-11}$$

    Args:
        network: the network to train.
        X: samples, shape (n, *input_shape), finite.
        y: what the loss compares the outputs with: labels (n,) or targets (n, ...).
        loss: a name in `refnn.losses.LOSSES`, or a pair (f, f_backward) of your own: f(prediction, target) returns the
            mean loss of a mini-batch, one number, and f_backward(upstream, prediction, target) its gradient in the
            prediction, of the prediction's shape, times the number `upstream`, which is 1 here.
        optimizer: an optimizer, whose state is kept, or the name of one that has no learning rate to choose, with its
            defaults: "adam", "adadelta", "adasecant", "vsgd".
        epochs: passes over the data, those before `resume` included.
        batch_size: samples in a mini-batch.
        penalty: R, a name in `refnn.regularizers.REGULARIZERS`, or a pair (f, f_backward) of your own: f(W) returns one
            number, and f_backward(upstream, W) its gradient in W times the number `upstream`, here the strength. It
            never meets a bias.
        strength: lambda, not negative.
        schedule: how the learning rate falls: a name in `refnn.descent.SCHEDULES`, or a function of (epoch, epochs),
            counted from 0, whose value the optimizer's learning rate is multiplied by during that epoch.
        validation: (X, y) to measure after each epoch, without dropout.
        patience: stop after so many epochs without a smaller validation loss, and go back to the best weights.
        callback: called with each Epoch; if it returns something true, training stops.
        checkpoint: called after each epoch with a `Checkpoint` of its own, to keep or to save.
        resume: a checkpoint of a run with the same arguments, to go on from: network, optimizer and generator are put
            where they were then, and the history begins with the epochs before it. To go on in another way, as with
            another learning rate, call `network.set_parameters(checkpoint.parameters)` and begin a new run.
        seed: a whole number or a generator, for shuffling and dropout.

    Returns:
        An `Epoch` for each epoch. Its accuracy is None unless y holds integer labels (n,) and the network has an output
        for each class: with a single output, as for binary_cross_entropy, compare `network.predict(X) > 0` with y.

    Raises:
        ValueError: if X or y do not fit the network, hold NaN or infinity, or are empty, or if `resume` is of a run
            with other settings of the optimizer, or of more epochs than are asked for.
        FloatingPointError: if the loss or a weight is no longer finite; the network is then as the last step left it.

    Example: learning exclusive or.

        >>> from refnn import Dense, Network, fit, optimizers
        >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
        >>> net = Network([Dense(8, activation="tanh"), Dense(2)], input_shape=2, seed=1)
        >>> history = fit(net, X, y, epochs=200, optimizer=optimizers.Adam(0.05))
        >>> net.classify(X).tolist()
        [0, 1, 1, 0]
    """
    X, y = _checked(network, X, y, loss)
    epochs, batch_size = at_least("epochs", epochs, 0), at_least("batch_size", batch_size, 1)
    rng, factor = generator("seed", seed), schedule_named(schedule)
    rule: Any = optimizer if isinstance(optimizer, optimizers.Optimizer) else _with_defaults(optimizer)
    step = _Step(network, rule, loss, penalty, strength)
    if validation is not None:
        if not isinstance(validation, tuple | list) or len(validation) != 2:
            raise TypeError(f"validation: expected a pair (X, y), got {short(validation)}")
        try:
            validation = _checked(network, *validation, loss)
        except (TypeError, ValueError) as wrong:
            raise type(wrong)(f"validation: {wrong}") from None
    if patience is not None:
        patience = at_least("patience", patience, 1)
        if validation is None:
            raise ValueError("patience: early stopping needs validation data, got none")

    for name, function in {"callback": callback, "checkpoint": checkpoint}.items():
        if function is not None and not callable(function):
            like = "lambda c: save_checkpoint(c, 'run.npz')" if name == "checkpoint" else "print"
            raise TypeError(f"{name}: expected a function, such as {like}, got {short(function)}")
    if schedule != "constant" and not hasattr(rule, "learning_rate"):
        raise ValueError(f"schedule: {type(rule).__name__} has no learning rate that could follow {short(schedule)}")

    def share(epoch: int) -> float:
        return not_negative(f"schedule({epoch}, {epochs})", factor(epoch, epochs))

    history: list[Epoch] = []
    if resume is not None:
        history = _resumed(resume, network, rule, rng, patience, epochs, share)
    best = resume.best if resume is not None else network.parameters() if patience is not None else {}

    for epoch in range(len(history), epochs):
        if patience is not None and epoch - _best(history) >= patience:
            break
        with _multiplied(rule, share(epoch)) as rate, _flowing():
            batches = minibatches(len(X), batch_size, rng)
            totals = [step(network._batch(X[batch], copy=False), y[batch], rng) for batch in batches]
            mean_loss, accuracy = np.sum(totals, axis=0) / len(X)
            if not all(np.isfinite(p).all() for p in network.parameters().values()):
                raise FloatingPointError(f"a weight became infinite; {_advice(rule)}")
        measured = (None, None) if validation is None else _measured(network, *validation, step.objective)
        history.append(Epoch(epoch + 1, float(mean_loss), _known(accuracy), measured[0], measured[1], rate))
        if patience is not None and _best(history) == epoch + 1:
            best = network.parameters()
        stop = callback is not None and bool(callback(history[-1]))
        if checkpoint is not None:
            copies = {name: weights.copy() for name, weights in best.items()}
            state = dict(rng.bit_generator.state)
            checkpoint(Checkpoint([*history], network.parameters(), copies, rule.state(), state))
        if stop:
            break
    if patience is not None:
        network.set_parameters(best)
    return history


def fit_batch(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    optimizer: optimizers.Optimizer,
    *,
    loss: Loss = "softmax_cross_entropy",
    penalty: Loss = "l2",
    strength: float = 0.0,
    rng: np.random.Generator | None = None,
) -> float:
    r"""Take one step on one mini-batch: what `fit` repeats, for a loop of your own.

    Args:
        network: the network to train.
        X: samples, shape (n, *input_shape), at least one.
        y: labels (n,) or targets (n, ...), as for `fit`.
        optimizer: an optimizer, the same one in every call.
        loss: a name in `refnn.losses.LOSSES` or a pair (f, f_backward), as for `fit`.
        penalty: R, as for `fit`.
        strength: lambda, not negative.
        rng: a generator, the same one in every call; a network with dropout draws from it and needs it.

    Returns:
        The mean loss of the batch before the step, without the penalty.

    Raises:
        ValueError: if X or y do not fit the network or make the loss NaN or infinite because they are, or there is
            dropout and no generator.
        FloatingPointError: if the loss is not finite otherwise. No step is taken then.

    Example:
        >>> from refnn import Dense, Network, fit_batch, optimizers
        >>> net, sgd = Network([Dense(2)], input_shape=1, dtype="float64"), optimizers.SGD(learning_rate=1)
        >>> losses = [fit_batch(net, [[1], [-1]], [0, 1], sgd) for _ in range(99)]
        >>> losses[-1] < losses[0]
        True
    """
    if not isinstance(network, Network):
        raise TypeError(f"network: expected a Network, got {short(network)}")
    if not isinstance(optimizer, optimizers.Optimizer):
        raise TypeError(f"optimizer: expected an optimizer such as SGD(0.1), got {short(optimizer)}")
    step = _Step(network, optimizer, loss, penalty, strength)
    if rng is not None:
        rng = generator("rng", rng)
    elif any(isinstance(layer, Dropout) for layer in network.layers):
        raise ValueError("rng: dropout draws from it; make one, np.random.default_rng(0), and pass it to every call")
    with _flowing():
        samples, targets = network._batch(X, copy=False), _targets(y, loss)
        n = len(samples)
        if targets.ndim == 0 or n != len(targets) or n == 0:
            raise ValueError(f"y: expected as many as samples, shape ({max(1, n)}, ...), got {_size(targets)}")
        total, _ = step(samples, targets, rng or _UNUSED)
    return total / n


def evaluate(network: Network, X: ArrayLike, y: ArrayLike, loss: Loss = "softmax_cross_entropy"
             ) -> tuple[float, float | None]:
    """Return the mean loss and the accuracy of a network on samples, without dropout; the accuracy may be None.

    Args:
        network: the network.
        X: samples, shape (n, *input_shape).
        y: labels or targets, as for `fit`.
        loss: a name or a pair, as for `fit`.
    """
    X, y = _checked(network, X, y, loss)
    return _measured(network, X, y, losses.loss(loss))


class _Step:
    """One step of training: forward, loss, backward, penalty, update; what it needs is looked up once."""

    def __init__(self, network: Network, rule: Any, loss: Loss, penalty: Loss, strength: float) -> None:
        self.network, self.rule, self.strength = network, rule, not_negative("strength", strength)
        self.objective = losses.loss(loss)
        self.price = functions("penalty", penalty, regularizers.REGULARIZERS, regularizers.Regularizer, "W")
        last: Any = network.layers[-1]
        ending = getattr(last, "activation", getattr(last, "name", None))
        if isinstance(loss, str) and ending in _INSIDE.get(loss, ()):
            raise ValueError(f"loss: {loss} takes scores and has its own {ending}; leave that of the last layer away")
        if rule.curved and (self.objective.curvature is None or (self.strength and self.price.curvature is None)):
            name = loss if self.objective.curvature is None else penalty
            raise ValueError(f"optimizer: {type(rule).__name__} needs a curvature, which {name} does not have: take "
                             "squared_error or a cross-entropy of scores, with the penalty l2, or another optimizer")

    def __call__(self, samples: NDArray, targets: NDArray, rng: np.random.Generator) -> tuple[float, float]:
        """Take the step; return the summed loss of the batch before it, and how many samples were right."""
        network, objective = self.network, self.objective
        outputs = network._run(samples, rng)
        mean_loss, upstream = objective.both(outputs, targets)
        if not math.isfinite(mean_loss):
            finite(f"X in {network.dtype}", samples)
            finite("y", targets)
            if math.isnan(mean_loss) and np.isfinite(outputs).all():
                raise FloatingPointError("loss: expected a number, got nan for finite outputs and targets")
            raise FloatingPointError(f"the loss became {mean_loss}; {_advice(self.rule)}")
        if self.rule.curved and objective.curvature is not None:
            network.curvature(objective.curvature(1.0, outputs, targets))
        network._back(upstream.astype(outputs.dtype, copy=False), to_input=False)
        if self.strength:
            _add_penalty(network, self.price, self.strength, self.rule.curved)
        network.step(self.rule)
        return mean_loss * len(samples), _right(outputs, targets)


def _resumed(checkpoint: Checkpoint, network: Network, rule: optimizers.Optimizer, rng: np.random.Generator,
             patience: int | None, epochs: int, share: Callable[[int], float]) -> list[Epoch]:
    """Put network, optimizer and generator where they were at a checkpoint, and return the history until then."""
    if not isinstance(checkpoint, Checkpoint):
        hint = "; load_checkpoint returns (checkpoint, notes)" if isinstance(checkpoint, tuple) else ""
        raise TypeError(f"resume: expected a Checkpoint, got {short(checkpoint)}{hint}")
    if epochs < len(checkpoint.history):
        raise ValueError(f"epochs: expected at least the {len(checkpoint.history)} of the checkpoint, got {epochs}")
    _same_settings(checkpoint, rule, share)
    if patience is not None and not checkpoint.best:
        raise ValueError("resume: the best weights are missing, for the run had no patience; begin anew")
    for name, weights in checkpoint.parameters.items():
        if (dtype := as_array(name, weights).dtype.newbyteorder("=")) != network.dtype:
            raise ValueError(f"resume: {name} is {dtype}, the network computes in {network.dtype}")
    try:
        rule.restore(checkpoint.optimizer)
        _turned_back(rng, checkpoint.rng)
        network.set_parameters(checkpoint.parameters)
    except (KeyError, TypeError, ValueError) as wrong:
        raise ValueError(f"resume: the checkpoint is of another network, optimizer or generator: {wrong}") from None
    return [*checkpoint.history]


def _same_settings(checkpoint: Checkpoint, rule: optimizers.Optimizer, share: Callable[[int], float]) -> None:
    """Refuse an optimizer with other settings than that of the run had; one of another rule is refused elsewhere.

    A callback may have moved the learning rate since; then the first epoch knows what it began with.
    """
    then, began = checkpoint.optimizer, checkpoint.history[0].learning_rate if checkpoint.history else None
    if not isinstance(then, dict) or then.get("optimizer") != type(rule).__name__.lower():
        return
    for name in rule._settings():
        now = getattr(rule, name)
        if now == then.get(name, now):
            continue
        if name != "learning_rate" or began is None or now * share(0) != began:
            raise ValueError(f"resume: expected {name} {short(then[name])}, as in the run before, got {now}; to go on "
                             "with it, call network.set_parameters(checkpoint.parameters) and fit without resume")


def _turned_back(rng: np.random.Generator, state: dict[str, Any]) -> None:
    """Put a generator where it was."""
    try:
        rng.bit_generator.state = state
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ValueError(f"rng: expected the state of a {type(rng.bit_generator).__name__}") from None


def _best(history: list[Epoch]) -> int:
    """Return the number of the first epoch with the smallest validation loss, 0 where there was none."""
    number, smallest = 0, math.inf
    for epoch in history:
        if epoch.validation_loss is not None and epoch.validation_loss < smallest:
            number, smallest = epoch.number, epoch.validation_loss
    return number


@contextmanager
def _multiplied(rule: Any, factor: float) -> Iterator[float | None]:
    """Multiply the learning rate of an optimizer, where it has one, for the time of an epoch; give what it is then."""
    base = getattr(rule, "learning_rate", None)
    if base is None:
        yield None
        return
    rule.learning_rate = base * factor
    try:
        yield rule.learning_rate
    finally:
        rule.learning_rate = base


def _measured(network: Network, X: NDArray, y: NDArray, objective: losses.Loss) -> tuple[float, float | None]:
    """Return the mean loss and the accuracy on samples that were checked."""
    with _flowing():
        outputs = network.predict(X)
        return objective.mean(outputs, y), _known(_right(outputs, y) / len(X))


def _with_defaults(name: str) -> optimizers.Optimizer:
    """Return an optimizer by name, if its rule can do without being told a learning rate."""
    if isinstance(name, type):
        raise TypeError(f"optimizer: expected an optimizer, got the class {name.__name__}: call it")
    if not isinstance(name, str):
        raise TypeError(f"optimizer: expected an optimizer such as SGD(0.1), or the name of one, got {short(name)}")
    kind = optimizers.optimizer(name)
    try:
        return kind()
    except TypeError:
        raise ValueError(f"optimizer: {name} has no usual learning rate; pass {kind.__name__}(...) with one") from None


def _right(outputs: NDArray, y: NDArray) -> float:
    """Count the samples whose highest output is that of their label; NaN where y holds no labels of classes."""
    if y.ndim != 1 or y.dtype.kind not in "ui" or outputs.ndim != 2 or outputs.shape[1] < 2:
        return float("nan")
    return float((outputs.argmax(axis=1) == y).sum())


def _known(accuracy: float) -> float | None:
    """Return an accuracy, or None where there is none."""
    return None if np.isnan(accuracy) else float(accuracy)


def _flowing() -> np.errstate:
    """Let infinity and NaN flow without a warning: what comes of them is said where the loss or a weight shows it."""
    return np.errstate(over="ignore", invalid="ignore")


def _advice(rule: Any) -> str:
    """Say what helps against divergence."""
    rate = getattr(rule, "learning_rate", None)
    return "start from smaller weights" if rate is None else f"try a smaller learning rate than {rate}"


def _add_penalty(network: Network, price: regularizers.Regularizer, strength: float, curved: bool) -> None:
    """Add lambda dR/dW to the gradient of every weight matrix, and to no bias (LOSS-11); likewise to its curvature."""
    for layer in network.layers:
        if "W" in layer.params:
            W = layer.params["W"]
            name, gradient = "penalty: what f_backward returns", price.backward(strength, W.copy())
            layer.grads["W"] += same_shape(name, as_float(name, gradient), W.shape)
            if curved and price.curvature is not None:
                layer.bends["W"] += price.curvature(strength, W.copy())


def _checked(network: Network, X: ArrayLike, y: ArrayLike, loss: Loss) -> tuple[NDArray, NDArray]:
    """Return samples and targets that fit each other, the network and the loss; labels stay whole numbers.

    Everything is checked here, before the first step, so that what is said of sample 77 is true of sample 77.
    """
    if not isinstance(network, Network):
        raise TypeError(f"network: expected a Network, got {short(network)}")
    samples, targets = network._samples(X), _targets(y, loss)
    if targets.ndim == 0 or len(samples) != len(targets):
        raise ValueError(f"y: expected as many as samples, shape ({len(samples)}, ...), got {_size(targets)}")
    if len(samples) == 0:
        raise ValueError("X: expected at least one sample, got none")
    if isinstance(loss, str):  # refuses labels out of range
        losses.loss(loss).f(np.zeros((len(samples), *network.output_shape)), targets)
    finite("X", samples)
    finite("y", targets)
    with np.errstate(over="ignore"):
        return finite(f"X in {network.dtype}", samples.astype(network.dtype, copy=False)), targets


def _targets(y: ArrayLike, loss: Loss) -> NDArray:
    """Return labels as whole numbers and targets as floats; a loss that has a name says itself what it takes."""
    targets = as_array("y", y)
    return targets if isinstance(loss, str) or targets.dtype.kind in "ui" else as_float("y", targets)


def _size(targets: NDArray) -> str:
    """Say what came in the place of one target for each sample."""
    return str(targets.shape) if targets.ndim else short(targets.item())
