"""The lectures' digit reader: five networks, the advice of the decks as their default recipes, and a fair trial.

The advice: show the digits as 16 x 16 images (S2), subtract the mean image of the training set (S3, PRE-01), draw the
weights by He's rule (INIT-07), look through 5 x 5 kernels and subsample (S4), drop half of what the last layer sees
(S2, DROP-01), and let an adaptive rate fall while training (S2, OPT-04).

    python -m refnn.experiments.digit_reader conv        3 seeds x 5 folds of the embedded digits
    python -m refnn.experiments.digit_reader mlp --plain the same without the advice

The recipes are that advice as it stands, written down before the first trial: no fold was used to choose them. What
each piece of it is worth, `refnn experiment advice` tells.
"""

import argparse
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from refnn import data
from refnn._validate import one_of
from refnn.layers import AvgPool2D, Centre, Conv2D, Dense, Dropout, Flatten, Layer, Maxout, MaxPool2D
from refnn.network import Network
from refnn.optimizers import SGD, Adam
from refnn.preprocess import mean_image
from refnn.training import fit

__all__ = ["ADVICE", "MODELS", "PLAIN", "RECIPES", "Recipe", "cross_validate", "digit_reader"]


class Recipe(NamedTuple):
    """How a model is trained where nobody says otherwise."""

    epochs: int = 40
    batch_size: int = 32
    learning_rate: float = 2e-3
    dropout: float = 0.5


def _dropped(rate: float) -> list[Layer]:
    """Return a dropout layer, or none where nothing is dropped."""
    return [Dropout(rate)] if rate else []


def _softmax(rate: float) -> list[Layer]:
    """Softmax regression: a linear score for each class (LIN-06)."""
    return [Flatten(), *_dropped(rate), Dense(10)]


def _mlp(rate: float) -> list[Layer]:
    """Two hidden layers of rectifiers (MLP-04)."""
    return [Flatten(), Dense(500, "relu"), *_dropped(rate), Dense(500, "relu"), *_dropped(rate), Dense(10)]


def _maxout(rate: float) -> list[Layer]:
    """One hidden layer of maxout units, three lines each (MAX-01)."""
    return [Flatten(), Dense(3 * 240), Maxout(3), *_dropped(rate), Dense(10)]


def _conv(rate: float) -> list[Layer]:
    """Two stages of convolution and subsampling, and a classifier on top (CNN-15)."""
    return [
        Conv2D(16, 5, padding=2, activation="relu"), MaxPool2D(2),
        Conv2D(32, 5, padding=2, activation="relu"), MaxPool2D(2),
        Flatten(), *_dropped(rate), Dense(10),
    ]  # fmt: skip


def _lenet(rate: float) -> list[Layer]:
    """The classical stack: tanh, average pooling, three dense layers (S1 "BP & CNN", S4)."""
    return [
        Conv2D(6, 5, padding=2, activation="scaled_tanh"), AvgPool2D(2),
        Conv2D(16, 5, activation="scaled_tanh"), AvgPool2D(2),
        Flatten(), Dense(120, "scaled_tanh"), Dense(84, "scaled_tanh"), *_dropped(rate), Dense(10),
    ]  # fmt: skip


# the pieces of the advice, by name
ADVICE = ("16x16 images", "mean image", "He's weights", "dropout", "falling rate", "Adam", "ReLU", "pooling")
PLAIN = ADVICE[:5]  # what --plain leaves out
_LAYERS: dict[str, Any] = {"mean image": Centre, "dropout": Dropout, "pooling": AvgPool2D | MaxPool2D}

MODELS: dict[str, Callable[[float], list[Layer]]] = {
    "conv": _conv,
    "lenet": _lenet,
    "maxout": _maxout,
    "mlp": _mlp,
    "softmax": _softmax,
}
RECIPES: dict[str, Recipe] = {
    "conv": Recipe(),
    "lenet": Recipe(dropout=0.0),
    "maxout": Recipe(),
    "mlp": Recipe(),
    "softmax": Recipe(dropout=0.0),
}


def digit_reader(model: str, images: ArrayLike, dropout: float | None = None, seed: int = 0,
                 dtype: DTypeLike = "float32", without: Collection[str] = ()) -> Network:
    """Return an untrained reader for images like these: their mean is what it will subtract.

    Args:
        model: a name in MODELS.
        images: the training images, shape (n, 1, H, W).
        dropout: rate of its dropout layers; the recipe's where None.
        seed: of the initial weights.
        dtype: "float32" or "float64".
        without: pieces of the ADVICE that its layers do not follow.
    """
    images = np.asarray(images)
    left_out = tuple(_LAYERS[piece] for piece in without if one_of("without", piece, ADVICE) in _LAYERS)
    layers = [Centre(mean_image(images)), *MODELS[model](RECIPES[model].dropout if dropout is None else dropout)]
    kept = [_without(layer, without) for layer in layers if not isinstance(layer, left_out)]
    return Network(kept, images.shape[1:], seed, dtype)


def cross_validate(model: str = "conv", seeds: int = 3, folds: int = 5, without: Collection[str] = ()
                   ) -> Iterator[float]:
    """Yield the test accuracy of one training after another: `seeds` times `folds` stratified folds.

    Args:
        model: a name in MODELS.
        seeds: how often the digits are dealt out anew, and the weights drawn.
        folds: number of folds; each is the test set once.
        without: pieces of the ADVICE to leave out: the images are then 8 x 8, the weights of standard deviation 0.01,
            the rate constant, the optimizer plain descent at the rate 0.1, the rectifiers sigmoids; the mean image is
            not subtracted, nothing is dropped, nothing pooled.
    """
    images, labels = data.digits(8 if "16x16 images" in without else 16)
    recipe = RECIPES[model]
    for seed in range(seeds):
        for test in data.stratified_folds(labels, folds, seed):
            train = np.setdiff1d(np.arange(len(labels)), test)
            net = digit_reader(model, images[train], seed=seed, without=without)
            fit(net, images[train], labels[train], epochs=recipe.epochs, batch_size=recipe.batch_size,
                optimizer=SGD(0.1) if "Adam" in without else Adam(recipe.learning_rate),
                schedule="constant" if "falling rate" in without else "cosine_decay", seed=seed)
            yield float((net.classify(images[test]) == labels[test]).mean())


def _without(layer: Layer, without: Collection[str]) -> Layer:
    """Return a layer with sigmoids in place of rectifiers, or small normal weights in place of He's."""
    if not isinstance(layer, Conv2D | Dense):
        return layer
    config = layer.config()
    if "ReLU" in without and config["activation"] == "relu":
        config |= {"activation": "sigmoid", "init": "he_normal"}  # the weights stay as they were
    if "He's weights" in without:
        config["init"] = "normal"
    return type(layer)(**config)


def main() -> None:
    """Print the accuracies of a cross-validation, their mean and their spread."""
    parser = argparse.ArgumentParser(prog="python -m refnn.experiments.digit_reader", description=main.__doc__)
    parser.add_argument("model", nargs="?", default="conv", choices=sorted(MODELS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--plain", action="store_true", help="without the lectures' advice")
    args = parser.parse_args()
    begin, accuracies = time.perf_counter(), []
    for accuracy in cross_validate(args.model, args.seeds, args.folds, PLAIN if args.plain else ()):
        accuracies.append(100 * accuracy)
        print(f"{accuracies[-1]:.2f}", end=" ", flush=True)
    print(f"\n{args.model}{' without the advice' if args.plain else ''}: mean {np.mean(accuracies):.2f} %, "
          f"standard deviation {np.std(accuracies):.2f}, lowest {min(accuracies):.2f}, highest {max(accuracies):.2f} "
          f"({args.seeds} seeds x {args.folds} folds, {time.perf_counter() - begin:.0f} s)")


if __name__ == "__main__":
    main()
