"""scikit-learn: a step of its MLPClassifier and an epoch of its Perceptron."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.bench.row import Contender

neural: Any = import_module("sklearn.neural_network")
linear: Any = import_module("sklearn.linear_model")


def use(threads: int) -> None:
    """It runs on NumPy's BLAS, which was told by its environment."""


def perceptron(X: NDArray, y: NDArray) -> Iterator[Contender]:
    """One pass over the samples in order, from zero weights."""
    model = linear.Perceptron(shuffle=False, fit_intercept=False)
    model.partial_fit(X, y, classes=[-1, 1])

    def epoch() -> NDArray:
        model.coef_[...] = 0
        return model.partial_fit(X, y).coef_[0]

    yield Contender("sklearn", epoch, lambda: [epoch().copy()])


def train(X: NDArray, labels: NDArray, weights: Sequence[NDArray], biases: Sequence[NDArray],
          learning_rate: float) -> Iterator[Contender]:
    """partial_fit on one batch, plain gradient descent, no penalty; it has no convolutions."""
    if X.ndim != 2:
        return
    model = neural.MLPClassifier([len(W) for W in weights[:-1]], solver="sgd", momentum=0, nesterovs_momentum=False,
                                 alpha=0, learning_rate_init=learning_rate, batch_size=len(X), random_state=0)
    model.partial_fit(X, labels, classes=np.arange(len(weights[-1])))
    for mine, array in zip([*model.coefs_, *model.intercepts_], [*(W.T for W in weights), *biases], strict=True):
        mine[...] = array

    def losses() -> list[float]:
        return [model.partial_fit(X, labels).loss_ for _ in range(5)]

    yield Contender("sklearn", lambda: model.partial_fit(X, labels), lambda: [np.array(losses())])
