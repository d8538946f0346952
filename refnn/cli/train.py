"""Train the lectures' digit reader, on the embedded digits or on your own.

Without options: a small convolutional net, 1438 digits to learn from and 359 to be tested on, a few seconds.

Ctrl-C writes down where the run is, and so does --checkpoint-every; --resume goes on from there as if nothing had been.

Models: conv, two stages of convolution and pooling; lenet, the classical stack; maxout, one hidden layer that learns
its own bends; mlp, two hidden layers of rectifiers; softmax, a linear score for each digit.
"""

import argparse
import csv
import signal
import sys
import time
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn import data, model_io, optimizers
from refnn._validate import at_least, fraction, not_negative, positive
from refnn.cli.info import kernels_in_words
from refnn.experiments.digit_reader import MODELS, RECIPES, digit_reader
from refnn.network import Network
from refnn.training import Checkpoint, Epoch, evaluate, fit

# the options that make a run what it is, which its checkpoints remember; the others' defaults are their recipe's
RUN = ("model", "dropout", "dtype", "optimizer", "learning_rate", "l2", "epochs", "batch_size", "seed", "data")
USUAL = {"model": "conv", "dtype": "float32", "optimizer": "adam", "l2": 0.0, "seed": 0, "out": "digits.npz"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn train`."""
    network = parser.add_argument_group("the network")
    network.add_argument("--model", choices=sorted(MODELS), help="default: conv")
    network.add_argument("--dropout", type=float, metavar="RATE",
                         help=f"share of units dropped, in [0, 1); {usual('dropout')}")
    network.add_argument("--dtype", choices=["float32", "float64"], help="default: float32")
    training = parser.add_argument_group("training")
    names = sorted(optimizers.OPTIMIZERS)
    training.add_argument("--optimizer", choices=names, help="default: adam")
    training.add_argument("--learning-rate", "--lr", type=float, metavar="RATE",
                          help=f"it falls to zero along a cosine; for adam {usual('learning_rate')}")
    training.add_argument("--l2", type=float, metavar="STRENGTH", help="weight penalty; default: 0")
    training.add_argument("--epochs", type=int, metavar="N", help=f"passes over the training digits; {usual('epochs')}")
    training.add_argument("--batch-size", type=int, metavar="N", help=f"digits in a mini-batch; {usual('batch_size')}")
    training.add_argument("--seed", type=int, metavar="N", help="the same seed, the same run; default: 0")
    files = parser.add_argument_group("files")
    files.add_argument("--data", metavar="PATH",
                       help="your own digits: an IDX image file with its labels beside it, zip-code text, or a folder "
                            "with a training and a test set; gzipped or not")
    files.add_argument("--out", metavar="FILE", help="where the model goes; default: digits.npz")
    files.add_argument("--checkpoint-every", type=int, metavar="N",
                       help="write down where the run is after every N epochs, beside the model: digits-checkpoint.npz")
    files.add_argument("--resume", metavar="FILE",
                       help="go on from such a file; it knows the options of its run, so give none of them again")


def usual(setting: str) -> str:
    """Say in words what the recipes take where nothing is asked for."""
    values = {name: getattr(recipe, setting) for name, recipe in RECIPES.items()}
    if len(set(values.values())) == 1:
        return f"default: {values['conv']}"
    return "default: " + ", ".join(f"{value} for {name}" for name, value in values.items())


def run(options: argparse.Namespace) -> int:
    """Train, test, show and save; say how to go on where this is interrupted."""
    begin, resume = time.perf_counter(), None
    notes: dict[str, Any] = {}
    if options.resume is not None:
        resume, notes = resumed(options)
    vars(options).update({name: value for name, value in USUAL.items() if getattr(options, name) is None})
    recipe = RECIPES[options.model]
    epochs = at_least("--epochs", recipe.epochs if options.epochs is None else options.epochs, 1)
    batch_size = at_least("--batch-size", recipe.batch_size if options.batch_size is None else options.batch_size, 1)
    dropout = fraction("--dropout", recipe.dropout if options.dropout is None else options.dropout)
    l2, seed = not_negative("--l2", options.l2), at_least("--seed", options.seed, 0)
    every = None if options.checkpoint_every is None else at_least("--checkpoint-every", options.checkpoint_every, 1)
    optimizer = chosen_optimizer(options.optimizer, options.learning_rate, recipe.learning_rate)
    out = Path(options.out)
    model_io.file_to_write(out)

    X, y, test_X, test_y = training_and_test(options.data, seed)
    digest = zlib.crc32(y.tobytes(), zlib.crc32(X.tobytes()))
    if notes.get("digest", digest) != digest:
        raise ValueError(f"--resume: the digits are others than those that {options.resume} began with")
    net = digit_reader(options.model, X, dropout, seed, options.dtype)
    print(f"{len(X)} digits of {X.shape[2]}x{X.shape[3]} to learn from, {len(test_X)} to be tested on; "
          f"kernels: {kernels_in_words()}\n\n{net.summary()}\n", flush=True)

    state, last = out.with_name(f"{out.stem}-checkpoint.npz"), resume
    notes = {"options": {name: getattr(options, name) for name in RUN}, "digest": digest, "out": out.name}

    def keep(checkpoint: Checkpoint) -> None:
        nonlocal last
        last = checkpoint
        if every is not None and len(checkpoint.history) % every == 0:
            model_io.save_checkpoint(checkpoint, state, **notes)

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends it politely loses no more than by Ctrl-C
    schedule = "cosine_decay" if hasattr(optimizer, "learning_rate") else "constant"
    try:
        history = fit(net, X, y, optimizer=optimizer, epochs=epochs, batch_size=batch_size, strength=l2,
                      schedule=schedule, callback=progress(epochs, 0 if resume is None else len(resume.history)),
                      checkpoint=keep, resume=resume, seed=seed)
        test_accuracy = tested(net, X, y, test_X, test_y, begin)
        model_io.save(net, out, model=options.model, data=options.data, seed=seed, test_accuracy=test_accuracy)
        curve = save_curve(history, out)
    except (KeyboardInterrupt, BrokenPipeError) as stopped:  # by Ctrl-C, or by `head`
        if last is not None:
            model_io.save_checkpoint(last, state, **notes)
        print(f"\nrefnn train: {standing(last, epochs, state)}", file=sys.stderr)
        if isinstance(stopped, BrokenPipeError):
            raise
        return 130
    print(f"\nmodel: {out}   learning curve: {', '.join(map(str, curve))}\nread digits with it: refnn predict {out}")
    return 0


def standing(last: Checkpoint | None, epochs: int, state: Path) -> str:
    """Say where a run was stopped and what is kept of it."""
    if last is None:
        older = f"; {state} is of another run" if state.exists() else ""
        return f"stopped in the first epoch, nothing was saved{older}"
    if len(last.history) == epochs:
        return f"stopped after the last epoch; test and save the model with: refnn train --resume {state}"
    return f"stopped after {len(last.history)} of {epochs} epochs; go on with: refnn train --resume {state}"


def tested(net: Network, X: NDArray, y: NDArray, test_X: NDArray, test_y: NDArray, begin: float) -> float | None:
    """Print how good a network is and what it misreads; return its test accuracy."""
    train_accuracy, test_accuracy = evaluate(net, X, y)[1], evaluate(net, test_X, test_y)[1]
    print(f"\ntraining accuracy {train_accuracy:7.2%}\ntest accuracy     {test_accuracy:7.2%}   "
          f"({time.perf_counter() - begin:.1f} s)\n")
    print(show(test_X, net.classify(test_X), test_y))
    return test_accuracy


def resumed(options: argparse.Namespace) -> tuple[Checkpoint, dict[str, Any]]:
    """Read where a run was, and take over its options; none of them may be given anew."""
    for name in RUN:
        if getattr(options, name) is not None:
            raise ValueError(f"--{name.replace('_', '-')}: a run goes on with the options it began with; leave it out")
    checkpoint, notes = model_io.load_checkpoint(options.resume)
    if not isinstance(notes.get("options"), dict) or notes["options"].keys() != {*RUN}:
        raise ValueError(f"--resume: {options.resume} is a checkpoint of another program, not of refnn train")
    vars(options).update(notes["options"])
    if options.out is None:
        options.out = str(Path(options.resume).with_name(notes["out"]))
    return checkpoint, notes


def chosen_optimizer(name: str, learning_rate: float | None, usual: float) -> optimizers.Optimizer:
    """Return the optimizer by name; Adam has the recipe's rate, the others their own where none is given."""
    without = {"adadelta": "OPT-03", "adasecant": "OPT-08", "vsgd": "OPT-06"}
    if name in without:
        if learning_rate is not None:
            raise ValueError(f"--learning-rate: {name} has none ({without[name]})")
        found: Callable[[], optimizers.Optimizer] = optimizers.optimizer(name)
        return found()
    defaults = {"adam": usual, "sgd": 0.1, "momentum": 0.02, "adagrad": 0.02, "rmsprop": 0.001}
    rate = positive("--learning-rate", defaults[name] if learning_rate is None else learning_rate)
    kind: Callable[[float], optimizers.Optimizer] = optimizers.optimizer(name)
    return kind(rate)


def training_and_test(path: str | None, seed: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return images and labels to train and to test on; a fifth of each class is kept back where no test set is."""
    found = data.Dataset(*data.digits()) if path is None else data.read_dataset(path)
    if found.test_images is not None and found.test_labels is not None:
        return found.images, found.labels, found.test_images, found.test_labels
    train, test = data.stratified_split(found.labels, 0.2, seed)
    if not len(train) or not len(test):
        raise ValueError(f"--data: expected digits to train and to test on, got {len(found.labels)} in all")
    return found.images[train], found.labels[train], found.images[test], found.labels[test]


def progress(epochs: int, done: int = 0) -> Callable[[Epoch], Any]:
    """Return a callback that reports each epoch: as a bar on a terminal where tqdm is installed, as lines elsewhere."""
    if find_spec("tqdm") and sys.stderr.isatty():
        from tqdm import tqdm

        bar = tqdm(total=epochs, initial=done, unit="epoch")

        def advance(epoch: Epoch) -> None:
            bar.set_postfix_str(f"loss {epoch.loss:.4f}, accuracy {epoch.accuracy:.2%}")
            bar.update()
            if epoch.number == epochs:
                bar.close()

        return advance

    def report(epoch: Epoch) -> None:
        rate = "" if epoch.learning_rate is None else f"   learning rate {epoch.learning_rate:.6f}"
        print(f"epoch {epoch.number:3}/{epochs}   loss {epoch.loss:.4f}   accuracy {epoch.accuracy:7.2%}{rate}",
              flush=True)

    return report


def show(images: NDArray, read: NDArray, labels: NDArray, most: int = 4) -> str:
    """Return text pictures of a few digits: the misread ones first, then right ones, under what was read."""
    wrong, right = np.flatnonzero(read != labels), np.flatnonzero(read == labels)
    chosen = [*wrong[: most // 2], *right][:most]
    captions = [f"read {read[i]}" + ("" if read[i] == labels[i] else f", is {labels[i]}") for i in chosen]
    return data.side_by_side([data.text_picture(images[i, 0], width=1) for i in chosen], captions)


def save_curve(history: list[Epoch], model: Path) -> list[Path]:
    """Write the history beside the model, as a table, and as a picture where matplotlib is installed."""
    table = model.with_name(f"{model.stem}-curve.csv")
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Epoch._fields)
        writer.writerows(history)
    if not find_spec("matplotlib"):
        return [table]
    from refnn.interop.matplotlib import learning_curve

    learning_curve(history, picture := table.with_suffix(".png"))
    return [table, picture]
