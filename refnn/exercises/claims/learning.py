"""Claims about losses, descent, optimizers, dropout and what is learnt."""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import biasvariance, descent, dropout, ensemble, logistic, losses, optimizers, preprocess, regularizers
from refnn.activations import relu
from refnn.exercises.claims import alike, claim, number, numbers, signs, whole


@claim(
    "logistic-regression-has-best-weights", of="logistic",
    says="Logistic regression has weights that no longer ones can improve on.",
    truth="On samples that can be separated the cost falls along c theta for ever and the weights grow without "
          "end; a price on the weights, or samples that contradict each other, gives a minimum.",
    refuted_by=([1.0], [[1.0]], [1], 2.0), innocent=([1.0], [[1.0], [1.0]], [1, 0], 2.0),
    inadmissible=([1.0], [[1.0]], [1], 0.5),
    hints=("If all samples are on the right side, what does doubling the weights do to each probability?",
           "C(theta) = sum log(1 + e^(-z_i)) where z_i is the score, with the sign of the label.",
           "One weight, one sample on its right side, and any factor above 1."),
    buys="Why a perfect fit comes with exploding weights, and a saturating unit does not stop them.",
)  # fmt: skip
def _(theta: ArrayLike, X: ArrayLike, y: ArrayLike, factor: float) -> bool:
    """Give weights theta, samples X, labels y (0 or 1), and a factor above 1: theta times factor must cost no less."""
    theta, X, y = numbers("theta", theta, 1), numbers("X", X, 2), numbers("y", y, 1)
    factor = number("factor", factor)
    if not factor > 1 or not theta.any():
        raise ValueError("theta, factor: expected weights that are not all zero and a factor above 1")
    costs = [float(logistic.negative_log_likelihood(c * theta, X, y)) for c in (1.0, factor)]
    return costs[1] >= costs[0]


@claim(
    "the-mean-is-nearest", of="losses",
    says="The number with the smallest mean absolute distance to some values is their mean.",
    truth="It is their median; the mean has the smallest mean squared distance.",
    refuted_by=([0.0, 0.0, 3.0],), innocent=([0.0, 1.0],), inadmissible=([],),
    hints=("Move the guess a little to the right: how many distances grow, how many shrink?",
           "d/dc sum |y_i - c| is the number of values below c minus that of values above.",
           "Three values, of which one is far away."),
    buys="A loss decides what you estimate, and how much one outlier may say.",
)  # fmt: skip
def _(values: ArrayLike) -> bool:
    """Give some values."""
    values = numbers("values", values, 1)
    mean, median = (losses.best_constants(values, loss)[0] for loss in ("squared_error", "absolute_error"))
    column = values[:, np.newaxis]
    at_mean, at_median = (float(losses.absolute_error(np.full_like(column, c), column)) for c in (mean, median))
    return at_mean <= at_median + 1e-9


@claim(
    "lower-loss-fewer-mistakes", of="losses",
    says="Of two classifiers the one with the lower cross-entropy gets more samples right.",
    truth="The loss counts how sure one was, and one sure mistake costs more than many doubtful ones.",
    refuted_by=([[0.0, 9.0], [9.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]], [0, 0]),
    innocent=([[9.0, 0.0], [9.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]], [0, 0]),
    inadmissible=([[0.0, 1.0]], [[0.0, 1.0]], [0]),
    hints=("What does it cost to be wrong by a little, and what to be wrong and sure?",
           "L_i = log sum_j e^(s_j - s_label): about the gap, if the gap is wide.",
           "Two samples: one classifier is once right and once surely wrong, the other is narrowly wrong on both."),
    buys="Two curves to be watched, for they may part.",
)  # fmt: skip
def _(scores: ArrayLike, others: ArrayLike, labels: ArrayLike) -> bool:
    """Give the scores of two classifiers, shape (n, K) each, and n labels 0 to K - 1; their losses must differ."""
    a, b = numbers("scores", scores, 2), numbers("others", others, 2)
    if a.shape != b.shape:
        raise ValueError(f"others: expected scores of shape {a.shape}, got {b.shape}")
    labels = numbers("labels", labels, 1)
    if labels.shape != a.shape[:1] or not np.isin(labels, np.arange(a.shape[1])).all():
        last = a.shape[1] - 1
        raise ValueError(f"labels: expected {len(a)} whole numbers from 0 to {last}, got {labels.tolist()}")
    labels = labels.astype(int)
    costs = [float(losses.softmax_cross_entropy(s, labels)) for s in (a, b)]
    if alike(*costs):
        raise ValueError("others: expected classifiers with different losses")
    right = [int((s.argmax(axis=1) == labels).sum()) for s in (a, b)]
    return right[int(np.argmin(costs))] >= right[int(np.argmax(costs))]


@claim(
    "no-hinge-no-entropy", of="losses",
    says="Where the hinge loss is zero, the cross-entropy is zero too.",
    truth="The hinge loss is content with a margin of one. Cross-entropy never is: it keeps pulling, less and less.",
    refuted_by=([5.0, -3.0, 2.0], 0), innocent=([50.0, 0.0], 0), inadmissible=([5.0, 4.5], 0),
    hints=("Can a probability that is made by softmax ever be one?",
           "sum_j max(0, s_j - s_y + 1) against log sum_j e^(s_j - s_y).",
           "Scores that keep their distance by a few units, as the lecture's first image does."),
    buys="One loss stops to learn from what is right, the other does not: choose.",
)  # fmt: skip
def _(scores: ArrayLike, label: int) -> bool:
    """Give the scores of one sample and its label, 0 to K - 1, such that the hinge loss with margin 1 is zero."""
    scores = numbers("scores", scores, 1)
    label = whole("label", label, 0, len(scores) - 1)
    if float(losses.multiclass_hinge([scores], [label])) != 0:
        raise ValueError("scores: expected a right score that is at least 1 above all others")
    return bool(float(losses.softmax_cross_entropy([scores], [label])) < 1e-9)


@claim(
    "l2-likes-zeros", of="regularizers",
    says="Of two weight vectors with the same score, the L2 price prefers the one with more zeros.",
    truth="It prefers the one that spreads evenly: squares punish single large weights. Zeros are what L1 does not "
          "mind.",
    refuted_by=([1.0, 0.0], [0.5, 0.5], [1.0, 1.0]), innocent=([1.0, 0.0], [2.0, -1.0], [1.0, 1.0]),
    inadmissible=([1.0, 0.0], [1.0, 1.0], [1.0, 1.0]),
    hints=("Is it cheaper to pay one square of 1, or four squares of 1/4?",
           "sum w^2 against sum |w|, at equal w x.",
           "The lecture's example: one weight does all, or all do the same."),
    buys="Which price makes weights vanish, and which makes them share.",
)  # fmt: skip
def _(w: ArrayLike, other: ArrayLike, x: ArrayLike) -> bool:
    """Give two weight vectors and a sample x on which both have the same score; the first one has more zeros."""
    w, other, x = numbers("w", w, 1), numbers("other", other, 1), numbers("x", x, 1)
    if not w.shape == other.shape == x.shape or not alike(w @ x, other @ x):
        raise ValueError("w, other, x: expected equal lengths and equal scores w x = other x")
    if not (w == 0).sum() > (other == 0).sum():
        raise ValueError("w: expected more zeros in the first vector")
    return bool(regularizers.l2(w) <= regularizers.l2(other) + 1e-9)


@claim(
    "downhill-is-lower", of="descent",
    says="A step against the gradient lowers the cost.",
    truth="A small enough one does. On a parabola of curvature c a rate above 2 / c lands higher on the other side.",
    refuted_by=(1.0, 1.0, 3.0), innocent=(1.0, 1.0, 0.5), inadmissible=(1.0, 0.0, 0.5),
    hints=("Where does one stride of ten miles downhill end, in a valley of one mile?",
           "w <- (1 - rate c) w on c w^2 / 2.",
           "Curvature 1, a start off the minimum, and a rate above 2."),
    buys="The first thing to try when a cost rises: a smaller rate.",
)  # fmt: skip
def _(curvature: float, w: float, rate: float) -> bool:
    """Give the curvature c of a parabola c w^2 / 2, a place w off its minimum, and a learning rate; c, rate > 0."""
    curvature, w, rate = number("curvature", curvature), number("w", w), number("rate", rate)
    if not (curvature > 0 and rate > 0 and w != 0):
        raise ValueError("curvature, w, rate: expected curvature and rate above 0, and w not 0")
    after = float(descent.gradient_step(w, curvature * w, rate))
    return curvature * after**2 / 2 < curvature * w**2 / 2


@claim(
    "flat-means-minimum", of="descent",
    says="Where the gradient is zero, the cost has a minimum.",
    truth="Or a maximum, or a saddle, which rises in some directions and falls in others.",
    refuted_by=([[-1.0]],), innocent=([[1.0]],), inadmissible=([[1.0, 2.0], [0.0, 1.0]],),
    hints=("Is the top of a hill flat?",
           "The gradient of x A x / 2 at 0 is 0, whatever A is; it is a minimum if no direction has x A x < 0.",
           "A symmetric matrix with a negative number somewhere on its diagonal."),
    buys="What a vanishing gradient says, and what one has to ask beside it.",
)  # fmt: skip
def _(A: ArrayLike) -> bool:
    """Give a symmetric matrix A; the cost is x A x / 2, which is flat at x = 0."""
    A = numbers("A", A, 2)
    if A.shape[0] != A.shape[1] or not (A == A.T).all():
        raise ValueError(f"A: expected a symmetric matrix, got {A.tolist()}")
    return bool(np.linalg.eigvalsh(A)[0] >= -1e-12)


def _steps(rule: optimizers.Optimizer, gradients: NDArray) -> NDArray:
    """Return the step that a rule takes on each of the gradients of one weight."""
    w, taken = np.zeros(1), []
    for g in gradients:
        before = w.copy()
        rule.step([w], [np.array([g])])
        taken.append((w - before)[0])
    return np.array(taken)


@claim(
    "momentum-never-climbs", of="optimizers",
    says="Momentum never moves against the direction in which the gradient points down.",
    truth="It goes along the sum of past gradients, so right after a turn it still goes the old way, uphill.",
    refuted_by=([2.0, -1.0],), innocent=([1.0, 1.0],), inadmissible=([[1.0]],),
    hints=("What does a heavy ball do at the bottom of a valley?",
           "v <- mu v + g, w <- w - eta v: the sign of v may be the old one.",
           "Two gradients: a large one, then a small one of the other sign."),
    buys="The overshooting that one sees in every plot of momentum, understood.",
)  # fmt: skip
def _(gradients: ArrayLike) -> bool:
    """Give the gradients of one weight, one after the other; momentum is 0.9."""
    g = numbers("gradients", gradients, 1)
    return bool((_steps(optimizers.Momentum(learning_rate=1.0, momentum=0.9), g) * g <= 1e-9).all())


@claim(
    "adam-stays-within-its-rate", of="optimizers",
    says="No step of Adam is longer than its learning rate.",
    truth="Under steady gradients none is. After a rest the mean of squares is small and the mean of gradients is "
          "quick: a step may then be 7.27 times the rate.",
    refuted_by=(200, [1.0]), innocent=(0, [1.0, 1.0, 1.0]), inadmissible=(-1, [1.0]),
    hints=("Which of Adam's two means is quicker to notice a gradient after a long silence?",
           "After a long rest: m = (1 - beta1) g, v = (1 - beta2) g^2, step = (1 - beta1) / sqrt(1 - beta2) = 3.16.",
           "A rest of a few hundred steps with gradient zero, then one gradient."),
    buys="Why a rare feature makes a net jump, and what beta2 has to do with it.",
)  # fmt: skip
def _(rest: int, gradients: ArrayLike) -> bool:
    """Give a number of steps with gradient 0, up to 5000, and the gradients that follow; beta1 = 0.9, beta2 = 0.999."""
    rest, g = whole("rest", rest, 0, 5000), numbers("gradients", gradients, 1)
    steps = _steps(optimizers.Adam(learning_rate=1.0, epsilon=1e-12), np.concatenate([np.zeros(rest), g]))
    return bool((np.abs(steps) <= 1 + 1e-9).all())


@claim(
    "adagrad-slows-down-in-every-step", of="optimizers",
    says="With every step Adagrad's learning rate for a weight becomes smaller.",
    truth="It never becomes larger. It falls with every gradient that is not zero, and stays where the gradient is "
          "zero.",
    refuted_by=([1.0, 0.0],), innocent=([1.0, 1.0],), inadmissible=([0.0, 1.0],),
    hints=("What does Adagrad learn from a gradient of zero?",
           "rate = eta / sqrt(sum of g^2 so far).",
           "Two gradients; the second adds nothing."),
    buys="Rare features keep their rate while they rest: that is what Adagrad is for.",
)  # fmt: skip
def _(gradients: ArrayLike) -> bool:
    """Give the gradients of one weight, one after the other; the first one is not 0."""
    g = numbers("gradients", gradients, 1)
    if g[0] == 0:
        raise ValueError("gradients: expected a first gradient that is not 0, so that there is a rate")
    rule, w, rates = optimizers.Adagrad(learning_rate=1.0, epsilon=0.0), np.zeros(1), []
    for one in g:
        rule.step([w], [np.array([one])])
        rates.append(1 / np.sqrt(rule.state()["v"][0][0]))
    return bool((np.diff(rates) < 0).all())


@claim(
    "scaled-net-is-the-mean", of="dropout",
    says="The net with scaled weights gives the mean of all thinned nets.",
    truth="For linear units. Behind a ReLU the mean is at least what the scaled net says, and in general more; for "
          "softmax the scaled net is the geometric mean.",
    refuted_by=([1.0, -1.0], [1.0, 1.0], 0.5), innocent=([1.0, 1.0], [1.0, 1.0], 0.5),
    inadmissible=([1.0], [1.0], 1.0),
    hints=("Two inputs cancel each other. What if one of them is dropped?",
           "E[relu(w (m x))] >= relu(w (q x)), for relu is convex.",
           "Two weights of opposite signs, inputs of 1, rate 1/2."),
    buys="Weight scaling as what it is: a good guess, and exact only where nothing bends.",
)  # fmt: skip
def _(w: ArrayLike, x: ArrayLike, rate: float) -> bool:
    """Give the weights w of a ReLU on inputs x, up to ten of them, which are dropped at a rate from 0 to 0.99."""
    w, x, rate = numbers("w", w, 1), numbers("x", x, 1), number("rate", rate, 0.0, 0.99)
    if w.shape != x.shape or len(x) > 10:
        raise ValueError(f"x: expected as many inputs as weights, at most ten, got {len(x)} and {len(w)}")
    masks = dropout.masks(len(x))
    thinned = relu(np.array([dropout.dropout(x, mask, rate, inverted=False) @ w for mask in masks]))
    return alike(dropout.mask_probability(masks, rate) @ thinned, relu(dropout.scale_for_test(x, rate) @ w))


@claim(
    "centred-data-have-mean-zero", of="preprocess",
    says="After centring, the mean of the data is zero, that of the test data too.",
    truth="The mean that is subtracted is that of the training data, for both. A shift of the test data stays "
          "visible, and has to.",
    refuted_by=([[0.0]], [[1.0]]), innocent=([[1.0]], [[1.0]]), inadmissible=([[1.0]], [[1.0, 2.0]]),
    hints=("Which mean could you subtract from a single test sample?",
           "x - mu, with mu from the training data.",
           "One training sample and another test sample."),
    buys="Nothing of the test data in what prepares them.",
)  # fmt: skip
def _(training: ArrayLike, test: ArrayLike) -> bool:
    """Give training samples and test samples, one a row, with the same number of features."""
    training, test = numbers("training", training, 2), numbers("test", test, 2)
    centred = preprocess.centre(test, preprocess.mean_image(training))
    return alike(centred.mean(axis=0), np.zeros(test.shape[1]))


@claim(
    "best-on-training-is-best-on-test", of="biasvariance",
    says="The model with the smallest training error has the smallest test error.",
    truth="Richer models always fit the training data better, their noise included; the test error has its own mind.",
    refuted_by=([0.0, 1.0], [0.0, 1.0], [2.0], [0.0]), innocent=([0.0, 1.0], [0.0, 1.0], [2.0], [2.0]),
    inadmissible=([0.0, 0.0], [0.0, 1.0], [2.0], [0.0]),
    hints=("Through n points goes a polynomial of degree n - 1. What does it say beside them?",
           "err_0 >= err_1 >= ... on the training data; nothing like it on others.",
           "Two training samples, so that a line fits them and a constant does not, and a test sample off that line."),
    buys="A reason for data that nobody has trained on.",
)  # fmt: skip
def _(x: ArrayLike, y: ArrayLike, x_test: ArrayLike, y_test: ArrayLike) -> bool:
    """Give places x and values y of training samples, and of test samples; polynomials of all degrees are fitted."""
    x, y = numbers("x", x, 1), numbers("y", y, 1)
    x_test, y_test = numbers("x_test", x_test, 1), numbers("y_test", y_test, 1)
    if len(x) > 8 or len(np.unique(x)) < 2 or len(np.unique(x)) < len(x):
        raise ValueError(f"x: expected two to eight different places, got {x.tolist()}")
    training, test = biasvariance.complexity_curve(x, y, x_test, y_test, len(x) - 1)
    best = int(np.flatnonzero(training <= training.min() + 1e-12)[0])  # the simplest of equals
    return bool(test[best] <= test.min() + 1e-9)


@claim(
    "boosting-never-steps-back", of="ensemble",
    says="With every round AdaBoost gets at least as many training samples right as before.",
    truth="Its bound falls with every round, an exponential loss. The number of mistakes follows the bound in the "
          "long run and may rise from one round to the next.",
    refuted_by=([[0.0], [1.0], [2.0], [2.0], [3.0]], [-1, 1, -1, -1, 1]),
    innocent=([[1.0], [2.0], [3.0]], [1, -1, 1]), inadmissible=([[1.0], [2.0]], [1, 0]),
    hints=("What exactly does a round lower?",
           "errors <= prod_t 2 sqrt(e_t (1 - e_t)): the right side falls, the left side only has to stay below.",
           "Five samples on a line, two of them at one place, labels that alternate."),
    buys="The curve that is guaranteed to fall is seldom the one that is plotted.",
)  # fmt: skip
def _(X: ArrayLike, y: ArrayLike) -> bool:
    """Give samples X, one a row, and labels y, -1 or +1; eight rounds are learnt."""
    X = numbers("X", X, 2)
    y = signs("y", y, len(X))
    stumps, votes, _ = ensemble.adaboost(X, y, 8)
    wrong = [int((np.sign(ensemble.boosted_score(X, stumps[:t], votes[:t])) != y).sum())
             for t in range(1, len(stumps) + 1)]  # fmt: skip
    return all(later <= earlier for earlier, later in pairwise(wrong))
