"""refnn's models as scikit-learn estimators: for pipelines, searches and cross-validation. Needs the extra `sklearn`.

Thin shells: what learns is `refnn.perceptron.Perceptron`, or a `refnn.Network` that `refnn.fit` trains. The fitted one
is there to look at, as `perceptrons_` or `network_`. Inputs want to be of size one or so: put a StandardScaler before.

Example: the digits, four fifths to learn from and one to be tested on, five times.

    >>> from sklearn.model_selection import cross_val_score
    >>> from refnn import data
    >>> X, y = data.digits()
    >>> model = ConvClassifier(image_shape=(1, 16, 16), filters=(8,), epochs=5, learning_rate=0.01, random_state=0)
    >>> bool(cross_val_score(model, X.reshape(len(X), -1), y).mean() > 0.9)
    True
"""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as missing:
    raise ImportError("refnn.interop.sklearn needs scikit-learn 1.6: pip install 'refnn[sklearn]'") from missing

from refnn import activations, layers, linear, optimizers, perceptron
from refnn._validate import at_least, not_negative, pair
from refnn.network import Network
from refnn.training import fit as train

__all__ = ["ConvClassifier", "MLPClassifier", "MLPRegressor", "PerceptronClassifier", "SoftmaxRegression"]

_FLOATS = [np.float64, np.float32]  # kept as they are; all else becomes the first


class _Classifier(ClassifierMixin):
    """What classifiers share: labels of any kind outside, 0 .. k-1 inside, and the highest score wins."""

    classes_: NDArray
    n_features_in_: int

    def _labelled(self, X: Any, y: Any) -> tuple[NDArray, NDArray]:
        """Return checked samples (n, d) and labels 0 .. k-1; remember the classes."""
        X, y = validate_data(self, _rows(X), y, dtype=_FLOATS)
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y: expected at least 2 classes, got 1 class, {self.classes_.tolist()[0]!r}")
        return X, labels

    def _scores(self, X: Any) -> NDArray:
        """Return a score for each class, (n, k)."""
        raise NotImplementedError

    def decision_function(self, X: Any) -> NDArray:
        """Return a score for each class, (n, k); of two classes, how far the second is ahead, (n,)."""
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X: Any) -> NDArray:
        """Return the class with the highest score for each sample, the first of equals."""
        best = self._scores(X).argmax(axis=1)  # which refuses where nothing was learnt yet
        return self.classes_[best]


@dataclass(eq=False, repr=False)
class PerceptronClassifier(_Classifier, BaseEstimator):
    """The perceptron; for more than two classes, one for each, against the rest.

    Args:
        epochs: passes over the samples at most; a clean one ends the learning before.
        learning_rate: scales the weights, and changes no prediction of two classes.

    Attributes:
        classes_: the labels, sorted.
        perceptrons_: what learnt, a `refnn.perceptron.Perceptron` for each class, or one of two classes.

    Example:
        >>> PerceptronClassifier().fit([[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "no", "no", "yes"]).predict([[1, 1]])
        array(['yes'], dtype='<U3')
    """

    epochs: int = 100
    learning_rate: float = 1.0

    def fit(self, X: Any, y: Any) -> PerceptronClassifier:
        """Learn from samples (n, d) and their labels (n,)."""
        X, labels = self._labelled(X, y)
        wanted = range(1, 2) if len(self.classes_) == 2 else range(len(self.classes_))
        self.perceptrons_ = [
            perceptron.Perceptron(self.epochs, self.learning_rate).fit(X, np.where(labels == k, 1, -1)) for k in wanted
        ]
        return self

    def _scores(self, X: Any) -> NDArray:
        """Return w.x + b of each perceptron; of a single one half of it for its class, half of it against."""
        check_is_fitted(self)
        X = validate_data(self, _rows(X), dtype=_FLOATS, reset=False)
        scores = np.stack([linear.discriminant(X, *linear.split(p.w_)) for p in self.perceptrons_], axis=1)
        return np.hstack([-scores / 2, scores / 2]) if len(self.classes_) == 2 else scores


@dataclass(eq=False, repr=False, kw_only=True)
class _Trained(BaseEstimator):
    """What estimators with a network share: how it is trained.

    The defaults learn most problems of a few hundred samples whose inputs are of size one.
    """

    epochs: int = 100
    batch_size: int = 32
    optimizer: str = "adam"
    learning_rate: float | None = None
    l2: float = 0.0
    dtype: str = "float32"
    random_state: Any = None

    def _layers(self, outputs: int) -> list[layers.Layer]:
        """Describe the network."""
        return [layers.Dense(outputs)]

    def _sample_shape(self, features: int) -> tuple[int, ...]:
        """Return the shape that the network takes a sample in."""
        return (features,)

    def _learn(self, X: NDArray, y: NDArray, outputs: int, loss: str) -> None:
        """Build a network and train it."""
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        shape = self._sample_shape(X.shape[1])
        net, self.network_ = (Network(self._layers(outputs), shape, seed, self.dtype) for _ in range(2))
        self.history_ = train(
            net, X.reshape(-1, *shape), y, loss=loss, optimizer=self._rule(), epochs=self.epochs,
            batch_size=self.batch_size, strength=not_negative("l2", self.l2), seed=seed,
        )
        self.network_.set_parameters(net.parameters())  # and not the memory of its last step, which a pickle would keep

    def _rule(self) -> optimizers.Optimizer | str:
        """Return the optimizer: with the rate that was asked for, or by name, for `refnn.fit` to take its own."""
        rule: Any = optimizers.optimizer(self.optimizer)
        rate = signature(rule).parameters.get("learning_rate")
        if self.learning_rate is None:
            if rate is not None and rate.default is rate.empty:
                raise ValueError(f"learning_rate: {self.optimizer} has no usual one; choose it, as learning_rate=0.1")
            return self.optimizer
        if rate is None:
            raise ValueError(f"learning_rate: {self.optimizer} has none, got {self.learning_rate!r}")
        found: optimizers.Optimizer = rule(learning_rate=self.learning_rate)
        return found

    def _outputs(self, X: Any) -> NDArray:
        """Return what the network says, (n, outputs)."""
        check_is_fitted(self)
        X = validate_data(self, _rows(X), dtype=_FLOATS, reset=False)
        return self.network_.predict(X.reshape(-1, *self.network_.input_shape))


@dataclass(eq=False, repr=False, kw_only=True)
class SoftmaxRegression(_Classifier, _Trained):
    """Logistic regression, and softmax regression for more than two classes: a linear score for each class.

    Args:
        epochs: passes over the samples.
        batch_size: samples in a mini-batch.
        optimizer: a name in `refnn.optimizers.OPTIMIZERS`.
        learning_rate: of the optimizer; None takes its usual one, which some have not.
        l2: strength of the penalty on the squared weights.
        dtype: "float32" or "float64".
        random_state: an int makes two fits equal, bit for bit.

    Attributes:
        classes_: the labels, sorted.
        network_: the trained `refnn.Network`.
        history_: what each epoch came to, as `refnn.fit` returns it.
    """

    def fit(self, X: Any, y: Any) -> Any:
        """Learn from samples (n, d) and their labels (n,)."""
        X, labels = self._labelled(X, y)
        self._learn(X, labels, len(self.classes_), "softmax_cross_entropy")
        return self

    def _scores(self, X: Any) -> NDArray:
        return self._outputs(X)

    def predict_log_proba(self, X: Any) -> NDArray:
        """Return the logarithm of the probability of each class, (n, k)."""
        return activations.log_softmax(self._scores(X))

    def predict_proba(self, X: Any) -> NDArray:
        """Return the probability of each class, (n, k)."""
        return activations.softmax(self._scores(X))


@dataclass(eq=False, repr=False, kw_only=True)
class MLPClassifier(SoftmaxRegression):
    """A multilayer perceptron with a softmax behind it.

    Args:
        hidden: units of each hidden layer.
        activation: of the hidden layers, one of `refnn.activations.ACTIVATIONS`.
        dropout: share of hidden units dropped while learning, in [0, 1).
        epochs, batch_size, optimizer, learning_rate, l2, dtype, random_state: as for `SoftmaxRegression`.

    Example:
        >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
        >>> MLPClassifier(hidden=(8,), learning_rate=0.05, random_state=1).fit(X, y).predict(X)
        array([0, 1, 1, 0])
    """

    hidden: tuple[int, ...] = (32,)
    activation: str = "relu"
    dropout: float = 0.0

    def _layers(self, outputs: int) -> list[layers.Layer]:
        return _perceptrons(self.hidden, self.activation, self.dropout, outputs)


@dataclass(eq=False, repr=False, kw_only=True)
class MLPRegressor(RegressorMixin, _Trained):
    """A multilayer perceptron for numbers, one or several, by their squared error. Targets too want to be of size one.

    Args:
        hidden: units of each hidden layer.
        activation: of the hidden layers, one of `refnn.activations.ACTIVATIONS`.
        dropout: share of hidden units dropped while learning, in [0, 1).
        epochs, batch_size, optimizer, learning_rate, l2, dtype, random_state: as for `SoftmaxRegression`.

    Attributes:
        network_: the trained `refnn.Network`.
        history_: what each epoch came to, as `refnn.fit` returns it.
    """

    hidden: tuple[int, ...] = (32,)
    activation: str = "relu"
    dropout: float = 0.0

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> MLPRegressor:
        """Learn from samples (n, d) and their targets, (n,) or (n, m)."""
        X, y = validate_data(self, _rows(X), y, dtype=_FLOATS, multi_output=True, y_numeric=True)
        self._targets = y.shape[1:]
        y = y.reshape(len(y), -1)
        self._learn(X, y, y.shape[1], "squared_error")
        return self

    def predict(self, X: Any) -> NDArray:
        """Return a number, or m of them, for each sample, in float64 as scikit-learn expects it of regressors."""
        outputs = self._outputs(X).astype(np.float64, copy=False)
        return outputs.reshape(len(outputs), *self._targets)

    def _layers(self, outputs: int) -> list[layers.Layer]:
        return _perceptrons(self.hidden, self.activation, self.dropout, outputs)


@dataclass(eq=False, repr=False, kw_only=True)
class ConvClassifier(SoftmaxRegression):
    """A convolutional net: for each entry of `filters` a convolution and a max pooling, then a softmax.

    A sample is an image, laid out as a row in the order C, H, W: `X.reshape(len(X), -1)` where X is (n, C, H, W).

    Args:
        image_shape: (C, H, W); None takes a row as an image of one line, as a signal is.
        filters: maps of each convolution.
        size: side of the kernels, or (height, width).
        activation: of the convolutions, one of `refnn.activations.ACTIVATIONS`.
        dropout: share of the last features dropped while learning, in [0, 1).
        epochs, batch_size, optimizer, learning_rate, l2, dtype, random_state: as for `SoftmaxRegression`.
    """

    image_shape: tuple[int, int, int] | None = None
    filters: tuple[int, ...] = (16, 32)
    size: int | tuple[int, int] = 5
    activation: str = "relu"
    dropout: float = 0.0
    epochs: int = 20

    def _sample_shape(self, features: int) -> tuple[int, ...]:
        shape = (1, 1, features) if self.image_shape is None else tuple(self.image_shape)
        if len(shape) != 3 or np.prod([at_least("image_shape", side, 1) for side in shape], dtype=object) != features:
            raise ValueError(f"image_shape: expected (C, H, W) with C*H*W = {features}, the features of a row of X, "
                             f"got {self.image_shape}")
        return shape

    def _layers(self, outputs: int) -> list[layers.Layer]:
        stack: list[layers.Layer] = []
        _, *sides = self._sample_shape(self.n_features_in_)
        size = pair("size", self.size, 1)
        for filters in _several("filters", self.filters):
            sides = [side + (k + 1) % 2 for side, k in zip(sides, size, strict=True)]  # an even kernel adds one
            window = min(2, sides[0]), min(2, sides[1])
            stack += [layers.Conv2D(filters, size, padding=(size[0] // 2, size[1] // 2), activation=self.activation),
                      layers.MaxPool2D(window)]
            sides = [side // k for side, k in zip(sides, window, strict=True)]
        return [*stack, layers.Flatten(), layers.Dropout(self.dropout), layers.Dense(outputs)]


def _rows(X: Any) -> Any:
    """Return samples for scikit-learn to check; it has no words for how an image becomes a row."""
    if getattr(X, "ndim", 2) > 2:
        raise ValueError(f"X: expected rows, (n, d), got shape {X.shape}; images become rows by X.reshape(len(X), -1)")
    return X


def _perceptrons(hidden: Any, activation: str, dropout: float, outputs: int) -> list[layers.Layer]:
    """Describe hidden layers, each with its dropout, and the outputs."""
    stack: list[layers.Layer] = []
    for units in _several("hidden", hidden):
        stack += [layers.Dense(units, activation), layers.Dropout(dropout)]
    return [*stack, layers.Dense(outputs)]


def _several(name: str, values: Any) -> list[int]:
    """Return whole numbers, one for each layer, as a list."""
    if not isinstance(values, list | tuple):
        raise TypeError(f"{name}: expected several whole numbers, one for each layer, as (32,), got {values!r}")
    return list(values)
