"""Claims about planes, the perceptron, Bayes and Boolean functions."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import bayes, circuits, linear, perceptron
from refnn.exercises.claims import alike, claim, number, numbers, signs, whole

_PASSES = 1000


def _samples(X: ArrayLike, y: ArrayLike) -> tuple[NDArray, NDArray]:
    X = numbers("X", X, 2)
    return X, signs("y", y, len(X))


def _learn(X: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
    """Return the weights of the perceptron, from zero on, and how often it was wrong about each sample."""
    w, wrong = np.zeros(X.shape[1]), np.zeros(len(X), int)
    for _ in range(_PASSES):
        before = wrong.sum()
        for i in range(len(X)):
            w, mistakes = perceptron.online_pass(w, X[i : i + 1], y[i : i + 1])
            wrong[i] += mistakes
        if wrong.sum() == before:
            return w, wrong
    raise ValueError(f"X: expected samples that a plane through the origin separates; {_PASSES} passes found none")


@claim(
    "score-is-distance", of="linear",
    says="The score w x + b of a sample is its distance from the plane.",
    truth="It is the distance times the length of w: only for |w| = 1 are the two the same.",
    refuted_by=([2.0], 0.0, [1.0]), innocent=([1.0], 3.0, [5.0]), inadmissible=([0.0, 0.0], 1.0, [1.0, 1.0]),
    hints=("Write the same plane with twice the weights and twice the bias. Does the score of a sample change?",
           "r(x) = (w x + b) / |w|.",
           "One input is enough: a weight that is neither 1 nor -1."),
    buys="Scores of one classifier are comparable with each other, and not with those of another one.",
)  # fmt: skip
def _(w: ArrayLike, b: float, x: ArrayLike) -> bool:
    """Give weights w (not all zero), a bias b and a sample x, as long as w."""
    w, b, x = numbers("w", w, 1), number("b", b), numbers("x", x, 1)
    if not w.any():
        raise ValueError("w: expected a weight that is not zero, for without one there is no plane")
    score, distance = linear.discriminant([x], w, b), linear.signed_distance([x], w, b)
    return alike(np.abs(score), np.abs(distance))


@claim(
    "most-likely-class-is-best", of="bayes",
    says="Choosing the class under which a sample is most likely makes the fewest errors.",
    truth="Likelihoods have to be weighed with how frequent the classes are: the Bayes rule takes the largest product.",
    refuted_by=([0.5, 0.75], [0.75, 0.25]), innocent=([0.5, 0.75], [0.5, 0.5]),
    inadmissible=([0.5, 0.75], [0.75, 0.75]),
    hints=("A test is positive for every ill and one in twenty healthy people. What, if one in a thousand is ill?",
           "r(x) = argmax_k p(x | k) P(k).",
           "Two classes, the likelier one rare: the products come out in the other order."),
    buys="The base rate, which every alarm that cries too often has forgotten.",
)  # fmt: skip
def _(likelihoods: ArrayLike, priors: ArrayLike) -> bool:
    """Give the likelihoods of one sample under K classes and the K priors, which add up to one."""
    likelihoods, priors = numbers("likelihoods", likelihoods, 1), numbers("priors", priors, 1)
    chosen = int(bayes.bayes_rule([likelihoods], priors)[0])
    naive = int(likelihoods.argmax())
    products = likelihoods * priors
    return bool(products[naive] >= products[chosen] - 1e-12)


@claim(
    "never-the-same-mistake-twice", of="perceptron",
    says="The perceptron never makes a mistake on the same sample twice.",
    truth="A correction helps its own sample by |x|^2 and may undo what others have learnt; only the number of all "
          "mistakes is bounded.",
    refuted_by=([[1.0, 0.0], [2.0, 1.0]], [1, -1]), innocent=([[1.0], [2.0]], [1, 1]),
    inadmissible=([[1.0], [1.0]], [1, -1]),
    hints=("After a correction with a long sample, how do the short ones fare that were right before?",
           "w <- w + y x where y w x <= 0; the score of x itself rises by |x|^2.",
           "Two samples in the plane, of opposite labels, the second long enough to turn the weights right round."),
    buys="Why the perceptron goes through the data again and again, and what it is that converges.",
)  # fmt: skip
def _(X: ArrayLike, y: ArrayLike) -> bool:
    """Give samples X, one a row, and their labels y, -1 or +1; a plane through the origin must separate them."""
    _, wrong = _learn(*_samples(X, y))
    return bool((wrong <= 1).all())


@claim(
    "a-correction-never-harms", of="perceptron",
    says="A correction of the perceptron never leaves more samples wrong than there were before.",
    truth="It may: a long sample pushes the weights past short ones. What every correction does is to bring them "
          "nearer to each separator that is long enough.",
    refuted_by=([1.0], [[-2.0], [1.0], [1.0]], [1, 1, 1]), innocent=([-1.0], [[2.0], [1.0]], [1, 1]),
    inadmissible=([1.0], [[1.0]], [1]),
    hints=("How far can one long sample push the weights?",
           "w <- w + y x: a sample z is right afterwards if its label has the sign of w z + y x z.",
           "One weight, one long sample on the wrong side, two short ones on the right side."),
    buys="Progress that is measured by what the proof measures, not by the curve of the errors.",
)  # fmt: skip
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> bool:
    """Give weights w, samples X and labels y, -1 or +1; the first sample must be wrong, and is corrected."""
    (X, y), w = _samples(X, y), numbers("w", w, 1)
    corrected, mistakes = perceptron.online_pass(w, X[:1], y[:1])
    if not mistakes:
        raise ValueError("w: expected weights that get the first sample wrong, so that there is something to correct")
    before, after = ((perceptron.predict_sign(v, X) != y).sum() for v in (w, corrected))
    return bool(after <= before)


@claim(
    "order-does-not-matter", of="perceptron",
    says="The perceptron ends at the same weights in whatever order it sees the samples.",
    truth="The bound on its mistakes is the same for every order; the weights it ends with are not.",
    refuted_by=([[1.0], [2.0]], [1, 1]), innocent=([[1.0], [1.0]], [1, 1]), inadmissible=([[0.0]], [1]),
    hints=("Which sample decides where the weights point after the first step?",
           "From w = 0 the first sample is always a mistake, and then w = y x.",
           "One weight and two samples of different length that agree with each other."),
    buys="One more reason to shuffle, and to report more than one run.",
)  # fmt: skip
def _(X: ArrayLike, y: ArrayLike) -> bool:
    """Give samples X, one a row, and labels y, -1 or +1; they are shown in this order and in the reverse one."""
    X, y = _samples(X, y)
    return alike(_learn(X, y)[0], _learn(X[::-1], y[::-1])[0])


@claim(
    "perceptron-finds-the-widest-margin", of="perceptron",
    says="Of all separating planes the perceptron returns the one with the largest margin.",
    truth="It stops at the first plane without a mistake, however close to a sample; the widest margin is what a "
          "support vector machine looks for.",
    refuted_by=([[2.0, 1.0], [0.0, 1.0]], [1, 1]), innocent=([[1.0, 0.0], [0.0, 1.0]], [1, 1]),
    inadmissible=([[1.0], [2.0]], [1, 1]),
    hints=("What does the perceptron do with a sample that is right, but only just?",
           "margin = min_i y_i w x_i / |w|; a sample with y w x > 0 changes nothing.",
           "Two samples of the plane: the first alone gives weights that get the second right by a hair."),
    buys="The difference between right on these samples and safe on the next.",
)  # fmt: skip
def _(X: ArrayLike, y: ArrayLike) -> bool:
    """Give samples X with two coordinates each, and labels y, -1 or +1; a line through the origin separates them."""
    X, y = _samples(X, y)
    if X.shape[1] != 2:
        raise ValueError(f"X: expected samples with two coordinates, got {X.shape[1]}")
    w, _ = _learn(X, y)
    Z = X * y[:, np.newaxis]
    between = (Z[:, np.newaxis] - Z).reshape(-1, 2)[:, ::-1] * [1, -1]  # where two samples are equally far
    tried = [u / np.linalg.norm(u) for u in [*Z, *between, w] if u.any()]
    best = max(float(perceptron.margin(X, y, u)) for u in tried)
    return bool(float(perceptron.margin(X, y, w / np.linalg.norm(w))) >= best - 1e-9)


@claim(
    "criterion-is-a-sum-of-distances", of="perceptron",
    says="The perceptron criterion is the sum of the distances of the wrong samples from the plane.",
    truth="It is that sum times the length of w, so it can be made small by making w short, with no plane moved.",
    refuted_by=([2.0], [[-1.0]], [1]), innocent=([1.0], [[-1.0]], [1]), inadmissible=([0.0], [[1.0]], [1]),
    hints=("Halve the weights. What becomes of the criterion, and what of the plane?",
           "J(w) = -sum y w x over the mistakes = |w| times the sum of their distances.",
           "One weight of size 2 and one sample on the wrong side."),
    buys="Suspicion of any cost that can be lowered by making everything small.",
)  # fmt: skip
def _(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> bool:
    """Give weights w (not all zero), samples X and labels y, -1 or +1."""
    (X, y), w = _samples(X, y), numbers("w", w, 1)
    if not w.any():
        raise ValueError("w: expected a weight that is not zero, for without one there is no plane")
    distances = linear.signed_distance(X, w, 0) * y
    return alike(perceptron.criterion(w, X, y), -distances[distances < 0].sum())


@claim(
    "one-unit-for-any-two-bits", of="circuits",
    says="Whatever function of two bits you want, one threshold unit can compute it.",
    truth="Fourteen of the sixteen it can; exclusive or and its negation need a second layer.",
    refuted_by=([0, 1, 1, 0],), innocent=([0, 0, 0, 1],), inadmissible=([0, 1, 2, 0],),
    hints=("Draw the four corners of a square. Which colourings can a straight line not separate?",
           "w1 + b, w2 + b > 0 and b, w1 + w2 + b < 0 cannot all hold: add the first two, and the last two.",
           "A truth table: the outputs for 00, 01, 10, 11, of which opposite corners agree."),
    buys="The smallest reason there is for a hidden layer.",
)  # fmt: skip
def _(outputs: ArrayLike) -> bool:
    """Give the outputs, 0 or 1, for the inputs 00, 01, 10 and 11."""
    outputs = numbers("outputs", outputs, 1)
    if len(outputs) != 4 or not np.isin(outputs, [0, 1]).all():
        raise ValueError(f"outputs: expected four bits, got {outputs.tolist()}")
    inputs = (circuits.all_inputs(2) > 0).astype(float)
    y = np.where(outputs == 1, 1.0, -1.0)
    return perceptron.Perceptron(epochs=_PASSES).fit(inputs, y).converged_


@claim(
    "the-deeper-circuit-is-smaller", of="circuits",
    says="A tree of exclusive ors for the parity of n bits has fewer gates than a circuit in two levels.",
    truth="Two levels need 2^(n-1) terms, the tree 4 (n - 1) NANDs: depth pays from six inputs on, and not before.",
    refuted_by=(2,), innocent=(8,), inadmissible=(0,),
    hints=("What does the simplest tree cost, for n = 2?",
           "2^(n-1) terms against 4 (n - 1) gates.",
           "One small number."),
    buys="\"Exponentially better\" is a statement about large n; look where you are.",
)  # fmt: skip
def _(n: int) -> bool:
    """Give the number of bits, 1 to 50."""
    terms, gates, _ = circuits.parity_costs(whole("n", n, 1, 50))
    return gates < terms
