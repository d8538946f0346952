"""Claims about nets, their activations and what they can represent."""

import numpy as np
from numpy.typing import ArrayLike

from refnn import activations, backprop, diagnostics, gradcheck, init, linear, maxout, mlp, pretrain, universal
from refnn.exercises.claims import alike, claim, number, numbers, whole

_GRID = np.linspace(-2, 2, 17)[:, np.newaxis]


def _net(V: ArrayLike, w: ArrayLike, activation: str) -> mlp.MLP:
    """Return the net w f(V x) without biases."""
    V, w = numbers("V", V, 2), numbers("w", w, 1)
    return mlp.MLP([V, [w]], [None, None], [activation, "identity"])


@claim(
    "two-layers-beat-one", of="mlp",
    says="A second layer lets a net compute what no single layer can.",
    truth="Not if the units in between are linear: two matrices in a row are one matrix. It is the bend of the "
          "activation that buys something.",
    refuted_by=([[1.0]], [1.0], "identity"), innocent=([[1.0]], [1.0], "relu"), inadmissible=([[1.0]], [1.0], "reIu"),
    hints=("What remains of W2 (W1 x) if nothing happens in between?",
           "W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2).",
           "Any weights; the name of an activation that does not bend."),
    buys="The reason why there are activations at all.",
)  # fmt: skip
def _(V: ArrayLike, w: ArrayLike, activation: str) -> bool:
    """Give a net w f(V x): a matrix V with one column, weights w for its rows, and the name f, such as "relu"."""
    net = _net(V, w, activation)
    y = mlp.output(net, _GRID)[:, 0]
    line = y[0] + (y[-1] - y[0]) * np.linspace(0, 1, len(y))
    return not alike(y, line)


@claim(
    "other-weights-other-function", of="mlp",
    says="Two nets with different weights compute different functions.",
    truth="Exchange two hidden units with all their weights, or turn the sign of a tanh unit and of what it feeds: "
          "the weights are others, the function is the same. With m such units there are m! 2^m ways.",
    refuted_by=([[1.0]], [1.0], [[-1.0]], [-1.0]), innocent=([[1.0]], [1.0], [[1.0]], [2.0]),
    inadmissible=([[1.0]], [1.0], [[1.0]], [1.0]),
    hints=("tanh is odd. What happens if a unit's input and its output change their signs?",
           "w tanh(v x) = (-w) tanh(-v x).",
           "One hidden unit, with V and w turned round; or two hidden units in the other order."),
    buys="Weights are not to be compared, nor averaged, between two nets; and the cost has no single lowest point.",
)  # fmt: skip
def _(V: ArrayLike, w: ArrayLike, V2: ArrayLike, w2: ArrayLike) -> bool:
    """Give two different nets w tanh(V x) of one size; V and V2 have one column."""
    one, other = _net(V, w, "tanh"), _net(V2, w2, "tanh")
    if mlp.flatten(one).shape != mlp.flatten(other).shape:
        raise ValueError("V2: expected nets of the same size")
    if (mlp.flatten(one) == mlp.flatten(other)).all():
        raise ValueError("V2: expected different weights in the two nets")
    return not alike(mlp.output(one, _GRID), mlp.output(other, _GRID))


@claim(
    "sigmoid-for-tanh", of="mlp",
    says="Tanh and sigmoid units are exchangeable: with the same weights the net decides the same.",
    truth="The two families of nets represent the same functions, for tanh z = 2 sigmoid(2z) - 1; but the weights "
          "and biases must change along.",
    refuted_by=([[1.0]], [1.0], [-1.0]), innocent=([[1.0]], [1.0], [1.0]), inadmissible=([[1.0]], [1.0], [1.0, 2.0]),
    hints=("What sign has the output of a sigmoid unit, and what sign that of a tanh unit?",
           "tanh z = 2 sigmoid(2z) - 1: a stretch by two both ways, and a shift.",
           "One hidden unit, weights 1, and an input on the side where the two disagree."),
    buys="What an equal power to represent promises, and what it does not.",
)  # fmt: skip
def _(V: ArrayLike, w: ArrayLike, x: ArrayLike) -> bool:
    """Give a net w f(V x) with weights V and w, and an input x; the sign of the output is the decision."""
    x = numbers("x", x, 1)
    tanh, sigmoid = (float(mlp.output(_net(V, w, f), [x])[0, 0]) for f in ("tanh", "sigmoid"))
    return bool(np.sign(tanh) == np.sign(sigmoid))


@claim(
    "gradients-of-one-sign", of="activations",
    says="Where all inputs of a unit are positive, the gradients of its weights all have one sign.",
    truth="For one sample they do, the sign of its delta. A batch adds samples up, and their sum may have any signs.",
    refuted_by=([[1.0, 2.0], [2.0, 1.0]], [1.0, -1.0]), innocent=([[1.0, 2.0]], [-1.0]),
    inadmissible=([[1.0, -2.0]], [1.0]),
    hints=("For one sample the statement is true. What if two samples pull in opposite directions?",
           "dL/dw = sum_r delta_r x_r.",
           "Two samples, deltas +1 and -1, and each sample larger in another coordinate."),
    buys="The complaint about sigmoids that are never negative, at its right size.",
)  # fmt: skip
def _(X: ArrayLike, delta: ArrayLike) -> bool:
    """Give samples X with positive entries, one a row, and for each a delta, the gradient in the unit's score."""
    X, delta = numbers("X", X, 2), numbers("delta", delta, 1)
    if not (X > 0).all():
        raise ValueError("X: expected positive inputs")
    _, dW, _ = linear.affine_backward(delta[:, np.newaxis], X, np.ones((1, X.shape[1])))
    return bool((dW >= 0).all() or (dW <= 0).all())


@claim(
    "relu-of-a-sum", of="activations",
    says="The ReLU of a sum is the sum of the ReLUs.",
    truth="Only where no summand is cut off that the others could have lifted: relu(a + b) <= relu(a) + relu(b), "
          "and equal where the signs agree.",
    refuted_by=(1.0, -1.0), innocent=(1.0, 2.0), inadmissible=(1.0, float("inf")),
    hints=("What does the ReLU forget about a negative number?",
           "relu(a + b) <= relu(a) + relu(b).",
           "Two numbers of opposite signs."),
    buys="Where the one non-linear step of a net is, and why it cannot be moved past a sum.",
)  # fmt: skip
def _(a: float, b: float) -> bool:
    """Give two numbers."""
    a, b = number("a", a), number("b", b)
    return alike(activations.relu(a + b), activations.relu(a) + activations.relu(b))


@claim(
    "a-silent-unit-is-dead", of="activations",
    says="A ReLU that is off for a sample gets no gradient and is dead.",
    truth="It is off for this sample. It is dead only if it is off for all of them, for then no gradient ever "
          "moves it.",
    refuted_by=([1.0], 0.0, [[-1.0], [1.0]]), innocent=([1.0], 0.0, [[-1.0], [-2.0]]),
    inadmissible=([1.0], 0.0, [[1.0]]),
    hints=("What would a unit be good for that is on for every sample?",
           "dL/dw = sum_r delta_r x_r over the samples r with w x_r + b > 0.",
           "One weight, two samples on either side of the kink; the first is off."),
    buys="Half of the units off is how a ReLU net works; only units off everywhere are lost.",
)  # fmt: skip
def _(w: ArrayLike, b: float, X: ArrayLike) -> bool:
    """Give weights w, a bias b and samples X, one a row; for the first sample the unit must be off."""
    w, b, X = numbers("w", w, 1), number("b", b), numbers("X", X, 2)
    z = linear.affine(X, [w], [b])
    if z[0, 0] > 0:
        raise ValueError("w: expected a unit that is off for the first sample")
    _, dW, db = linear.affine_backward(activations.relu_backward(np.ones_like(z), z), X, [w], [b])
    return db is None or not (dW.any() or db.any())


@claim(
    "prelu-is-a-maximum", of="activations",
    says="The parametric ReLU is max(slope z, z).",
    truth="For slopes up to 1. A slope is learnt and may grow beyond, and then the maximum takes the other branch.",
    refuted_by=(1.0, 2.0), innocent=(1.0, 0.25), inadmissible=(float("nan"), 0.5),
    hints=("For which slopes is slope z above z on the right side?",
           "prelu(z) = z for z > 0, slope z else.",
           "z = 1, and a slope that a net may learn though nobody would start with it."),
    buys="Definitions by cases, where a shorter formula has a condition that training may break.",
)  # fmt: skip
def _(z: float, slope: float) -> bool:
    """Give a number z and a slope."""
    z, slope = number("z", z), number("slope", slope)
    return alike(activations.prelu(z, slope), max(slope * z, z))


@claim(
    "tanh-always-shrinks-the-gradient", of="activations",
    says="The slope of tanh is smaller than one, so the gradient shrinks at every unit.",
    truth="At zero the slope is one. A unit in the middle of its range passes the gradient on whole; saturated "
          "ones do not.",
    refuted_by=(0.0,), innocent=(1.0,), inadmissible=("one",),
    hints=("Where is tanh steepest?",
           "tanh' = 1 - tanh^2.",
           "One number, and there is only one."),
    buys="Weights that keep units near zero keep the gradient; that is what initialisation is for.",
)  # fmt: skip
def _(z: float) -> bool:
    """Give a number z."""
    return bool(activations.tanh_prime(number("z", z)) < 1)


@claim(
    "softmax-forgets-the-scale", of="activations",
    says="Multiplying all scores by a positive number leaves the probabilities of softmax as they are.",
    truth="Adding a number to all scores does. A factor keeps the order and changes the confidence: large ones "
          "make the winner take all, small ones level.",
    refuted_by=([1.0, 0.0], 2.0), innocent=([3.0, 3.0], 2.0), inadmissible=([1.0, 0.0], -1.0),
    hints=("What becomes of the probabilities if the factor is tiny?",
           "y_j / y_k = e^(z_j - z_k): only differences count, and a factor multiplies them.",
           "Two different scores and any factor but 1."),
    buys="What \"temperature\" does, and why longer weights mean a surer net.",
)  # fmt: skip
def _(z: ArrayLike, factor: float) -> bool:
    """Give scores z and a factor above 0."""
    z, factor = numbers("z", z, 1), number("factor", factor)
    if not factor > 0:
        raise ValueError(f"factor: expected a positive number, got {factor:g}")
    return alike(activations.softmax(factor * z), activations.softmax(z))


@claim(
    "maxout-nets-are-convex", of="maxout",
    says="Maxout units are convex functions, so a net of them is one too.",
    truth="A unit is. The layer above may weigh it with a negative number, and the difference of two maxout units "
          "can come close to any continuous function.",
    refuted_by=([[1.0, -1.0]], [-1.0], -1.0, 1.0), innocent=([[1.0, -1.0]], [1.0], -1.0, 1.0),
    inadmissible=([[1.0, -1.0]], [1.0, 1.0], -1.0, 1.0),
    hints=("What is the negative of a convex function?",
           "Convex: f((a + b) / 2) <= (f(a) + f(b)) / 2.",
           "One unit with the slopes 1 and -1, which is |x|, and a negative weight behind it."),
    buys="Convex parts make no convex whole: that is where the power of the net comes from.",
)  # fmt: skip
def _(slopes: ArrayLike, v: ArrayLike, a: float, b: float) -> bool:
    """Give the slopes of maxout units on an input x, one unit a row, the weights v behind them, and two places."""
    slopes, v = numbers("slopes", slopes, 2), numbers("v", v, 1)
    if len(v) != len(slopes):
        raise ValueError(f"v: expected one weight for each of {len(slopes)} units, got {len(v)}")
    a, b = number("a", a), number("b", b)
    x = np.array([[a], [b], [(a + b) / 2]])
    y = maxout.maxout(x * slopes.ravel(), slopes.shape[1]) @ v
    return bool(y[2] <= (y[0] + y[1]) / 2 + 1e-9)


@claim(
    "relus-cannot-explode", of="diagnostics",
    says="The slope of a ReLU is 0 or 1, so in a ReLU net the gradient cannot grow on its way down.",
    truth="The activations no longer stretch or shrink it, but the weights still do: with W = 2I it doubles in "
          "every layer.",
    refuted_by=([[2.0]], 3), innocent=([[0.5]], 3), inadmissible=([[1.0, 2.0]], 3),
    hints=("What besides the slopes is the gradient multiplied with?",
           "delta_l = (W^T delta_(l+1)) f'(z_l).",
           "A net of one unit in each layer, with a weight above 1."),
    buys="Two factors in the chain, of which a good activation tames one.",
)  # fmt: skip
def _(W: ArrayLike, layers: int) -> bool:
    """Give a square matrix W, the same in every layer, and 2 to 10 layers of ReLUs; the input is all ones."""
    W, layers = numbers("W", W, 2), whole("layers", layers, 2, 10)
    if W.shape[0] != W.shape[1]:
        raise ValueError(f"W: expected as many rows as columns, got {W.shape}")
    net, ones = mlp.MLP([W] * layers, [None] * layers, ["relu"] * layers), np.ones((1, len(W)))
    norms = diagnostics.delta_norms(net, ones, ones)
    return bool(norms[0] <= norms[-1] * (1 + 1e-9))


@claim(
    "equal-units-grow-apart", of="init",
    says="However the weights start, training makes the hidden units different from each other.",
    truth="Units that start with equal weights in and out get equal gradients in every step and stay copies for "
          "ever. Only chance breaks the symmetry.",
    refuted_by=([[1.0], [1.0]], [1.0, 1.0]), innocent=([[1.0], [0.5]], [1.0, 1.0]),
    inadmissible=([[1.0]], [1.0]),
    hints=("What could tell two units apart that see the same, say the same and are heard alike?",
           "dL/dV_j = delta w_j f'(V_j x) x: equal for equal V_j and w_j.",
           "Two hidden units with equal rows in V and equal weights in w."),
    buys="Why weights start at random, and not at a well-chosen constant.",
)  # fmt: skip
def _(V: ArrayLike, w: ArrayLike) -> bool:
    """Give the start of a net w tanh(V x): V with one column and at least two rows, and w; it learns for 20 steps."""
    net, X, targets = _net(V, w, "tanh"), np.array([[1.0], [-0.5]]), np.array([[0.5], [1.0]])
    if len(net.weights[0]) < 2:
        raise ValueError("V: expected at least two hidden units")
    for _ in range(20):
        upstream = mlp.output(net, X) - targets
        steps = backprop.gradients(net, X, upstream)
        weights = [W - 0.1 * dW for W, (dW, _) in zip(net.weights, steps, strict=True)]
        net = mlp.MLP(weights, net.biases, net.activations)
    units = np.hstack([net.weights[0], net.weights[1].T])
    return len(np.unique(units.round(9), axis=0)) == len(units)


@claim(
    "half-of-the-relus-are-off", of="init",
    says="With random weights about half of the ReLUs are off.",
    truth="If the weights are symmetric about zero and there is no bias: then a unit and its mirror image are "
          "equally probable. Uniform weights from 0 to 1 on a positive input leave none off.",
    refuted_by=(0.0, 1.0, [1.0]), innocent=(-1.0, 1.0, [1.0]), inadmissible=(1.0, 0.0, [1.0]),
    hints=("What has \"random\" to do with the sign?",
           "P(w x < 0) = P(-w x < 0) = 1/2 if w and -w are equally probable.",
           "The limits of a uniform draw that prefer one sign, and a positive input."),
    buys="The condition behind He's factor 2.",
)  # fmt: skip
def _(low: float, high: float, x: ArrayLike) -> bool:
    """Give the limits of uniform weights, low < high, and an input x; 2000 units are drawn."""
    low, high, x = number("low", low), number("high", high), numbers("x", x, 1)
    if not low < high or not x.any():
        raise ValueError(f"low, high, x: expected low < high and an input that is not zero, got {low:g}, {high:g}, {x}")
    W = (low + high) / 2 + init.uniform((2000, len(x)), 0, bound=(high - low) / 2)
    off = (activations.relu(linear.affine([x], W)) == 0).mean()
    return bool(0.4 <= off <= 0.6)


@claim(
    "fewer-units-always-lose", of="pretrain",
    says="An autoencoder with fewer hidden units than inputs cannot restore its inputs.",
    truth="It can, if the samples lie in as few dimensions as it has units: what counts is the dimension of the data.",
    refuted_by=([[1.0, 1.0], [2.0, 2.0]], 1), innocent=([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], 1),
    inadmissible=([[1.0, 1.0], [2.0, 2.0]], 2),
    hints=("How many numbers does it take to say where on a line a point is?",
           "The least error is the sum of the squared singular values beyond the number of units, of centred data.",
           "Samples with two coordinates on a line, and one unit."),
    buys="A bottleneck as narrow as the data, and not as narrow as possible.",
)  # fmt: skip
def _(X: ArrayLike, units: int) -> bool:
    """Give samples X, one a row, and a number of linear hidden units below the number of inputs."""
    X = numbers("X", X, 2)
    units = whole("units", units, 1, X.shape[1] - 1)
    return bool(pretrain.reconstruction_bound(X, units) > 1e-9)


@claim(
    "close-here-close-everywhere", of="universal",
    says="A ReLU net that comes close to x^2 between 0 and 1 comes close to it everywhere.",
    truth="Universality speaks of a bounded region. Far out every ReLU net is a straight line, and x^2 leaves it.",
    refuted_by=(4, 3.0), innocent=(4, 0.5), inadmissible=(0, 0.5),
    hints=("What does a finite sum of ReLUs look like to the right of its last kink?",
           "|f - g| <= curvature / (8 n^2) on [0, 1], and nothing is promised outside.",
           "Any number of cells, and a place beyond 1."),
    buys="The words \"on a compact set\", which are half of the theorem.",
)  # fmt: skip
def _(cells: int, x: float) -> bool:
    """Give the number of cells, 1 to 100, in which the net was fitted between 0 and 1, and a place x."""
    cells, x = whole("cells", cells, 1, 100), number("x", x)
    net = universal.relu_net(np.square, cells)
    found = float(universal.one_hidden_layer([[x]], *net, "relu")[0, 0])
    return abs(found - x * x) <= universal.relu_net_smooth_bound(2.0, cells) + 1e-9


@claim(
    "the-smaller-the-step-the-better", of="gradcheck",
    says="The smaller the step h, the smaller the error of the central difference.",
    truth="The error of the formula falls like h^2, that of rounding grows like 1/h: below 1e-5 or so it gets worse.",
    refuted_by=(1.3, 1e-6), innocent=(1.3, 0.5), inadmissible=(1.3, 0.0),
    hints=("How many digits of f(w + h) and f(w - h) are the same, and so are lost in the difference?",
           "error = h^2 / 6 f''' + u |f| / h, with u = 1e-16.",
           "A step far below the cube root of u."),
    buys="A step for gradient checks that is chosen, and not the smallest that comes to mind.",
)  # fmt: skip
def _(w: float, h: float) -> bool:
    """Give a place w and a step h from 1e-11 to 1: the slope of w^3 is taken there with h and with h / 10."""
    w, h = number("w", w), number("h", h, 1e-11, 1.0)

    def error(step: float) -> float:
        return abs(float(gradcheck.numerical_gradient(lambda v: float(v * v * v), w, step)) - 3 * w * w)

    return error(h / 10) <= error(h)
