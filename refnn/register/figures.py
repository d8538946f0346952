"""The worked figures of the decks, each computed anew: what the slide prints, what is right, and how to get there.

A figure's `right` says how precisely it is known: `shown()` puts the computed numbers where the numbers of `right`
stand, with as many digits, so that the two agree exactly where the figure is right. The same with the slide's text,
`on_the_slide()`, tells whether the slide rounds correctly; where it does not there is an erratum.

    >>> [(figure.slide, figure.shown()) for figure in FIGURES if figure.erratum == "E-24"]
    [('66', '33'), ('15', '11')]
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn import (
    activations,
    backprop,
    biasvariance,
    circuits,
    conv,
    depth,
    descent,
    dropout,
    gradcheck,
    init,
    linear,
    losses,
    maxout,
    mlp,
    optimizers,
    perceptron,
    regularizers,
    universal,
)
from refnn.experiments import history
from refnn.mlp import MLP

__all__ = ["FIGURES", "Figure"]

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.(?P<decimals>\d+))?(?P<power>e[+-]\d+)?(?!\w)")


@dataclass(frozen=True)
class Figure:
    """A worked figure: the item it belongs to, what goes in, what the slide prints and what is right.

    `slide` is empty where no slide prints the figure. `erratum` names the correction where the slide's numbers are not
    the right ones. `compute` returns as many numbers as `right` has.
    """

    item: str
    inputs: str
    slide: str
    right: str
    compute: Callable[[], Iterable[Any]]
    erratum: str = ""

    def shown(self) -> str:
        """Return `right` with the computed numbers in place of its own, in the same precision.

        Raises:
            ValueError: if there are not as many numbers computed as written.
        """
        return _rendered(self.right, self.compute())

    def on_the_slide(self) -> str:
        """Return what the slide should print: its text with the computed numbers, in its own precision."""
        return _rendered(self.slide, self.compute()) if _NUMBER.search(self.slide) else self.slide


def _rendered(text: str, numbers: Iterable[Any]) -> str:
    """Put numbers in place of those in a text, each with as many decimals as the one that stood there."""
    values = [float(number) for number in numbers]
    written = len(_NUMBER.findall(text))
    if written != len(values):
        raise ValueError(f"figure: expected {written} numbers for {text!r}, got {len(values)}")
    left = iter(values)

    def put(match: re.Match[str]) -> str:
        form = f"z.{len(match['decimals'] or '')}{'e' if match['power'] else 'f'}"
        return format(next(left), form)

    return _NUMBER.sub(put, text)


# The examples that several figures share

# S2's net of 2-2-2-2 sigmoids
NET = MLP([[[1, -2], [-1, 1]], [[2, -1], [-2, -1]], [[3, -1], [-1, 4]]], [[1, 0], [0, 0], [-2, 2]], ["sigmoid"] * 3)
# S3's scores of (cat, chair, car): a row for each image, of a cat, of a chair and of a car
SCORES, LABELS = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], [0, 1, 2]
# S3's two grids: the first rows differ
ROWS = [[34, 32, 5, 2], [12, 31, 12, 31], [31, 64, 5, 13]]
GRIDS = np.array([[12, 24, 42, 23], *ROWS]), np.array([[15, 20, 40, 25], *ROWS])
XOR = [[1, 1], [1, -1], [-1, 1], [-1, -1]]
W_EQUAL = np.array([[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]])  # S3's two vectors of equal score
INPUTS, OUTPUTS = 429, 9304  # of Seide's nets


def _sine(x: NDArray) -> NDArray:
    return np.sin(2 * np.pi * x)


def _largest_error(net: tuple[NDArray, ...], activation: str) -> float:
    """Return how far a net is from sin 2 pi x on the unit interval, on a grid that holds all borders of cells."""
    x = np.linspace(0, 1, 64 * 200 + 1)
    W, b, V, c = net
    return float(np.abs(_sine(x) - universal.one_hidden_layer(x[:, None], W, b, V, c, activation).ravel()).max())


def _steps(rule: optimizers.Optimizer, gradients: Iterable[float]) -> list[float]:
    """Return the steps that an optimizer takes for these gradients of one parameter."""
    w, places = np.zeros(1), [0.0]
    for g in gradients:
        rule.step([w], [np.array([g])])
        places.append(w.item())
    return [float(after) - float(before) for before, after in pairwise(places)]


def _bounds_of_adam(beta2: float, rest: int, ramp: int) -> tuple[float, float, float]:
    """Return the paper's bound of a step, the valid one, and the step after a long rest and a ramp of gradients."""
    beta1, root = 0.9, math.sqrt(1 - beta2)
    paper = (1 - beta1) / root if 1 - beta1 > root else 1.0
    rule = optimizers.Adam(1.0, beta1, beta2, epsilon=0)
    rule.restore({**rule.state(), "t": rest, "m": [np.zeros(1)], "v": [np.zeros(1)]})  # zeros leave only their number
    steps = _steps(rule, [(beta1 / beta2) ** j for j in reversed(range(ramp))])
    return paper, optimizers.adam_step_bound(10**5, 1.0, beta1, beta2), max(map(abs, steps))


def _scale(scheme: Callable[..., NDArray], plain: Callable[..., NDArray]) -> float:
    """Return what a scheme of 500 inputs and 500 units multiplies its plain draws by."""
    return float((scheme((500, 500), 0) / plain((500, 500), 0, 1.0)).mean())


def _below_parabola(pieces: int) -> float:
    """Return how far the tangents to x^2 at the middles of `pieces` cells of [-1, 1] are below it, at most."""
    middles = -1 + (2 * np.arange(pieces) + 1) / pieces
    x = np.linspace(-1, 1, 2 * pieces + 1)[:, None]
    return float((x**2 - maxout.maxout(2 * middles * x - middles**2, pieces)).max())


def _pieces(folds: int) -> int:
    """Count the pieces of a sawtooth net on a dyadic grid that holds all its bends."""
    x = np.linspace(0, 1, 2 ** (folds + 2) + 1)
    return depth.count_pieces(x, mlp.output(depth.sawtooth(folds), x[:, None]).ravel())


def _xor_samples() -> tuple[NDArray, NDArray]:
    """Return the four points of XOR in homogeneous coordinates, and their labels."""
    return linear.augment(XOR), circuits.parity_product(XOR)


def _one_pass_over_xor() -> list[float]:
    """Return the mistakes of one pass from w = 0, and w at its end."""
    w, mistakes = perceptron.online_pass(np.zeros(3), *_xor_samples())
    return [mistakes, *w]


def _parity(bits: int) -> tuple[int, int]:
    """Return the terms that parity takes in two levels, and the XOR gates that it takes in a tree."""
    parity, gates, _ = circuits.parity_tree(circuits.all_inputs(bits))
    return len(circuits.dnf_terms(parity)), gates


def _matrix_of_a_layer() -> list[int]:
    """Return the sides of the matrix of a 3 x 3 kernel on 5 x 5 pixels, its weights, and how many values they have."""
    M = conv.conv2d_matrix(np.arange(1, 10).reshape(3, 3), (5, 5))
    return [*M.shape, np.count_nonzero(M), len(set(M[M != 0]))]


def _lines_through_two() -> Iterable[float]:
    """Return error, squared bias, variance and noise of a line through two samples."""
    x, p, y = [0, 1, 2], [0.2, 0.5, 0.3], [-1, 0, 1, 3]
    q = np.array([[0, 0.5, 0.5, 0], [0, 0, 0.25, 0.75], [1, 0, 0, 0]])
    sets, weights = biasvariance.data_sets(x, p, y, q, size=2)
    predictions = biasvariance.predict_from_each(biasvariance.line_through_two, sets, x)
    return biasvariance.decompose(predictions, weights, p, y, q)


def _mean_of_dropped_relu() -> float:
    """Return the mean of relu(w.x) over all masks, for w = (1, -1), x = (1, 1) and half of the inputs dropped."""
    thinned = dropout.dropout(np.ones((4, 2)), dropout.masks(2), 0.5, inverted=False)
    return float(dropout.mask_probability(dropout.masks(2), 0.5) @ activations.relu(thinned @ [1.0, -1.0]))


def _softmax_losses(*rows: int) -> NDArray:
    return losses.softmax_cross_entropy(np.array(SCORES)[[*rows]], np.array(LABELS)[[*rows]], reduction="none")


def _both_losses(*scores: float) -> tuple[NDArray, NDArray]:
    return losses.multiclass_hinge([scores], [0]), losses.softmax_cross_entropy([scores], [0])


def _costs_of_a_digit() -> tuple[float, float, float]:
    """Return cross-entropy, squared distance and distance of S2's output from the first unit vector."""
    y, t = [[0.2, 0.3, *[0] * 7, 0.5]], np.eye(10)[:1]
    squared = float(losses.squared_error(y, t))
    return float(losses.cross_entropy(y, t)), squared, math.sqrt(squared)


def _history(name: str) -> float:
    return next(figure.low for figure in history.FIGURES if figure.name == name)


# In the order of the book; what is drawn at random (INIT-03, INIT-04, VAN-01, OPT-11) are experiments or laws

FIGURES = (
    Figure("LIN-04", "w = (3, 4), b = -5, x = (3, 4); r", "", "4",
           lambda: linear.signed_distance([[3, 4]], [3, 4], -5)),
    Figure("LIN-06", "128 x 128 pixels to 10 scores; weights, with biases", "", "163840; with biases 163850",
           lambda: (linear.affine_parameter_count(128**2, 10, bias) for bias in (False, True))),
    Figure("PERC-10", "XOR, the sum of z_i = y_i (x_i, 1)", "", "0, 0, 0",
           lambda: linear.normalize_labels(*_xor_samples()).sum(axis=0)),
    Figure("PERC-11", "XOR, one pass from w = 0; mistakes, and w afterwards", "", "4; 0, 0, 0", _one_pass_over_xor),
    Figure("CIR-01", "the table of XOR; y1, y2, z for each row", "1, 1, -1; 1, -1, 1; 1, -1, 1; -1, -1, -1",
           "1, 1, -1; 1, -1, 1; 1, -1, 1; -1, -1, -1", lambda: np.column_stack(circuits.xor_net(XOR)).ravel()),
    Figure("CIR-05", "parity of 2, 3, 4, 8 bits in two levels; terms", "", "2, 4, 8, 128",
           lambda: (_parity(bits)[0] for bits in (2, 3, 4, 8))),
    Figure("CIR-05", "the same as a tree; XOR gates", "", "1, 2, 3, 7",
           lambda: (_parity(bits)[1] for bits in (2, 3, 4, 8))),
    Figure("MLP-01", "(2, -1, 1) . (1, -2, -1) + 1; z, sigma(z)", "", "4, 0.982014",
           lambda: (mlp.neuron([2, -1, 1], [1, -2, -1], 1, f) for f in ("identity", "sigmoid"))),
    Figure("MLP-02", "W = (1, -2; -1, 1), x = (1, -1), b = (1, 0); z", "4, -2", "4, -2",
           lambda: mlp.forward(NET, [[1, -1]])[0][0][0]),
    Figure("MLP-02", "the same; sigma(z)", "0.98, 0.12", "0.982014, 0.119203",
           lambda: mlp.forward(NET, [[1, -1]])[0][1][0]),
    Figure("MLP-03", "the net, x = (1, -1); second layer, z and a", "", "1.844825, -2.083231; 0.863518, 0.110737",
           lambda: np.ravel(mlp.forward(NET, [[1, -1]])[1])),
    Figure("MLP-03", "the net, x = (1, -1); output", "0.62, 0.83", "0.617705, 0.829124",
           lambda: mlp.output(NET, [[1, -1]])[0]),
    Figure("MLP-03", "the net, x = (0, 0); second layer, z and a", "", "0.962117, -1.962117; 0.723545, 0.123238",
           lambda: np.ravel(mlp.forward(NET, [[0, 0]])[1])),
    Figure("MLP-03", "the net, x = (0, 0); output", "0.51, 0.85", "0.511847, 0.854384",
           lambda: mlp.output(NET, [[0, 0]])[0]),
    Figure("MLP-08", "a picture of 16 x 16 as input", "256", "256",
           lambda: mlp.image_to_vector(np.zeros((1, 16, 16))).shape[1:]),
    Figure("E-01", "the slope of theta theta^2 at 1", "4", "3",
           lambda: (backprop.product_rule(1.0, 1.0, 1.0, 2.0),), "E-01"),
    Figure("GC-01", "sin at 0.7, h = 0.001; error of the forward difference", "", "-3.22236e-04",
           lambda: (gradcheck.forward_difference(np.sin, 0.7, 1e-3) - math.cos(0.7),)),
    Figure("GC-02", "the same; error of the central difference", "", "-1.27474e-07",
           lambda: (gradcheck.numerical_gradient(np.sin, 0.7, 1e-3) - math.cos(0.7),)),
    Figure("ACT-02", "sigma' at 0, 6, 10", "", "0.25, 0.00246651, 4.53958e-05",
           lambda: activations.sigmoid_prime([0, 6, 10])),
    Figure("ACT-05", "f(1), f'(0), f'(1), a = 1.716, b = 2/3", "", "1.0000555, 1.144, 0.755456",
           lambda: (activations.scaled_tanh(1), *activations.scaled_tanh_prime([0, 1]))),
    Figure("ACT-05", "f(0.5), f(2)", "", "0.551716, 1.493026", lambda: activations.scaled_tanh([0.5, 2])),
    Figure("E-16", "f(1) by the slide's first form", "-0.5517", "1.0000555",
           lambda: (activations.scaled_tanh(1),), "E-16"),
    Figure("E-16", "f(1) by the slide's second form", "0.5517", "1.0000555",
           lambda: (activations.scaled_tanh(1),), "E-16"),
    Figure("ACT-09", "sp(beta x) / beta at 0, beta = 1, 10, 100", "", "0.693147, 0.0693147, 0.00693147",
           lambda: (activations.softplus(0) / beta for beta in (1, 10, 100))),
    Figure("ACT-10", "the sum of sigma(1/2 - i), i from 1; softplus at 0", "", "0.682569; 0.693147",
           lambda: (activations.sigmoid(0.5 - np.arange(1, 61)).sum(), activations.softplus(0))),
    Figure("ACT-13", "slope 2, x = 1; max(2x, x), and PReLU", "", "2, 1",
           lambda: (max(2.0 * 1.0, 1.0), activations.prelu(1.0, 2.0))),
    Figure("ACT-15", "P(active), bias 0.1, spread 0.1, 0.5, 1", "most", "0.841345, 0.579260, 0.539828",
           lambda: (NormalDist(0, spread).cdf(0.1) for spread in (0.1, 0.5, 1))),
    Figure("MAX-01", "pairs (5, 7), (-1, 1), then (1, 2), (4, 3)", "", "7, 1; 2, 4",
           lambda: maxout.maxout([5, 7, -1, 1, 1, 2, 4, 3], 2)),
    Figure("MAX-03", "tangents to x^2 on [-1, 1], k = 1, 2, 5, 10; largest error", "", "1, 0.25, 0.04, 0.01",
           lambda: map(_below_parabola, (1, 2, 5, 10))),
    Figure("VAN-02", "nine sigmoid layers at their steepest", "", "3.81e-06",
           lambda: (math.prod([activations.sigmoid_prime(0).item()] * 9),)),
    Figure("LOG-06", "softmax of (3, 1, -3)", "0.88, 0.12, 0", "0.878878, 0.118943, 0.002179",
           lambda: activations.softmax([3, 1, -3])),
    Figure("LOG-06", "e^z, z = (3, 1, -3)", "20, 2.7, 0.05", "20.085537, 2.718282, 0.049787",
           lambda: np.exp([3, 1, -3])),
    Figure("LOSS-05", "the grids, squared", "66", "33", lambda: (losses.squared_error(*GRIDS, "sum"),), "E-24"),
    Figure("LOSS-05", "the grids, absolute", "15", "11", lambda: (losses.absolute_error(*GRIDS, "sum"),), "E-24"),
    Figure("LOSS-05", "the grids, means over the 16 cells", "", "2.0625, 0.6875",
           lambda: (f(GRIDS[0].ravel(), GRIDS[1].ravel()) for f in (losses.squared_error, losses.absolute_error))),
    Figure("LOSS-06", "image 1; softmax", "", "0.129983, 0.869050, 0.000968",
           lambda: activations.softmax(SCORES[0])),
    Figure("LOSS-06", "image 1", "2.04", "2.040355", lambda: _softmax_losses(0)),
    Figure("LOSS-06", "image 2", "0.14", "0.079132", lambda: _softmax_losses(1), "E-25"),
    Figure("LOSS-06", "image 3", "6.94", "6.156477", lambda: _softmax_losses(2), "E-25"),
    Figure("LOSS-06", "mean", "9.12", "2.758655", lambda: (_softmax_losses(0, 1, 2).mean(),), "E-25"),
    Figure("LOSS-07", "images 1 and 2", "2.9, 0", "2.9, 0",
           lambda: losses.multiclass_hinge(SCORES, LABELS, reduction="none")[:2]),
    Figure("LOSS-07", "image 3", "10.9", "12.9",
           lambda: losses.multiclass_hinge(SCORES, LABELS, reduction="none")[2:], "E-27"),
    Figure("LOSS-07", "mean", "4.6", "5.266667", lambda: (losses.multiclass_hinge(SCORES, LABELS),), "E-27"),
    Figure("LOSS-08", "(5, -3, 2); hinge, softmax", "0, 0.05", "0, 0.04890685", lambda: _both_losses(5, -3, 2)),
    Figure("LOSS-08", "(5, 10, 10)", "12, 5.70", "12, 5.69651049", lambda: _both_losses(5, 10, 10)),
    Figure("LOSS-08", "(5, -20, -20)", "0, 2e-11", "0, 2.777588773e-11", lambda: _both_losses(5, -20, -20), "E-30"),
    Figure("LOSS-10", "y = (0.2, 0.3, 0, .., 0.5), t = (1, 0, .., 0); cross-entropy, squared distance, distance", "",
           "1.609438, 0.98, 0.989949",
           _costs_of_a_digit),
    Figure("REG-02", "w1 = (1, 0, 0, 0), w2 = (1/4, 1/4, 1/4, 1/4); squares", "1, 0.25", "1, 0.25",
           lambda: map(regularizers.l2, W_EQUAL)),
    Figure("REG-02", "the same; absolute values", "", "1, 1",
           lambda: map(regularizers.l1, W_EQUAL)),
    Figure("REG-02", "the same; scores of x = (1, 1, 1, 1)", "1, 1", "1, 1",
           lambda: linear.affine(np.ones((1, 4)), W_EQUAL)[0]),
    Figure("GD-02", "w^2/2 from 1, 10 steps, rates 0.5, 1, 1.9, 2, 2.1", "", "0.0009765625, 0, 0.3486784401, 1, "
           "2.5937424601", lambda: (descent.descend(lambda w: w, 1.0, rate, 10)[-1] for rate in (0.5, 1, 1.9, 2, 2.1))),
    Figure("GD-04", "(w^2 - 1)^2 + 0.3 w from -2 and 2; w", "", "-1.0355787, 0.9601496",
           lambda: descent.descend(descent.double_well_prime, [-2.0, 2.0], 0.01, 1000)[-1]),
    Figure("GD-04", "the same; cost", "", "-0.3054285, 0.2941465",
           lambda: descent.double_well(descent.descend(descent.double_well_prime, [-2.0, 2.0], 0.01, 1000)[-1])),
    Figure("OPT-01", "g = 0.1, 0.2; second rate is eta over this", "0.22", "0.223607",
           lambda: (-0.2 / _steps(optimizers.Adagrad(1.0, 0), [0.1, 0.2])[1],)),
    Figure("OPT-01", "g = 0.1, 0.2; second step, in units of eta", "", "0.894427",
           lambda: (-_steps(optimizers.Adagrad(1.0, 0), [0.1, 0.2])[1],)),
    Figure("OPT-01", "g = 20, 10; second rate is eta over this", "22", "22.360680",
           lambda: (-10 / _steps(optimizers.Adagrad(1.0, 0), [20, 10])[1],)),
    Figure("OPT-01", "g = 20, 10; second step, in units of eta", "", "0.447214",
           lambda: (-_steps(optimizers.Adagrad(1.0, 0), [20, 10])[1],)),
    Figure("OPT-02", "rho = 0.9; first step, in units of eta", "", "3.162278",
           lambda: (-_steps(optimizers.RMSprop(1.0, 0.9, 0), [7])[0],)),
    Figure("OPT-03", "first step, g = 1, 100, 0.001", "", "-0.00447209, -0.00447214, -0.000975900",
           lambda: (_steps(optimizers.Adadelta(0.95, 1e-6), [g])[0] for g in (1, 100, 0.001))),
    Figure("OPT-05", "beta = 0.9, 0.999, alpha = 1; the paper's bound, the valid one, a step", "",
           "3.162278; 7.270292; 7.270279", lambda: _bounds_of_adam(0.999, 19940, 60)),
    Figure("OPT-05", "beta = 0.9, 0.98, alpha = 1; the same", "",
           "1; 1.697749; 1.697749", lambda: _bounds_of_adam(0.98, 3800, 200)),
    Figure("OPT-07", "theta = 2.3, theta* = 0.5, s = 1.1, h = 1.7; the best rate", "", "0.4282882",
           lambda: (optimizers.best_rate(2.3 - 0.5, 1.1, 1.7),)),
    Figure("OPT-10", "steps of 1, h = 2 and -2; the short form", "", "0, 1",
           lambda: optimizers.secant_rate([1, 1], [2**2, 2**2], [2, -2])),
    Figure("OPT-10", "the same; the form with the covariance", "", "0.5, 0.5",
           lambda: optimizers.secant_rate([1, 1], [2**2, 2**2], [2 - 2 * 1, -2 - -2 * 1])),
    Figure("DROP-02", "w = 1, p = 50 %", "0.5", "0.5", lambda: (dropout.scale_for_test(1.0, 0.5),)),
    Figure("DROP-04", "w = (1, -1), x = (1, 1), p = 1/2; mean of the thinned nets, and the scaled net", "", "0.25, 0",
           lambda: (_mean_of_dropped_relu(), activations.relu(dropout.scale_for_test([1.0, 1], 0.5) @ [1.0, -1]))),
    Figure("INIT-03", "500 units of spread 0.01; a layer's factor", "", "0.2236",
           lambda: (np.sqrt(init.expected_square([1.0], 500, 0.01)),)),
    Figure("INIT-06", "Xavier, 500 to 500; spread, bound", "", "0.0447214, 0.0774597",
           lambda: (_scale(init.xavier_normal, init.normal), _scale(init.xavier_uniform, init.uniform))),
    Figure("INIT-07", "He, 500 inputs; spread", "", "0.0632456", lambda: (_scale(init.he_normal, init.normal),)),
    Figure("CNN-02", "w = (1, 2, 3), n = 5; the matrix", "",
           "1 0 0 0 0; 2 1 0 0 0; 3 2 1 0 0; 0 3 2 1 0; 0 0 3 2 1; 0 0 0 3 2; 0 0 0 0 3",
           lambda: conv.toeplitz_matrix([1, 2, 3], 5).ravel()),
    Figure("CNN-04", "5 pixels, kernel 3, padding 1", "5", "5", lambda: (conv.output_size(5, 3, 1),)),
    Figure("CNN-04", "(N, m, P, S) = (16, 5, 2, 2), (28, 5, 0, 1), (7, 3, 0, 2), (6, 3, 0, 2)", "", "8, 24, 3, 2",
           lambda: (conv.output_size(*sizes) for sizes in ((16, 5, 2, 2), (28, 5, 0, 1), (7, 3, 0, 2), (6, 3, 0, 2)))),
    Figure("CNN-05", "N = 5, m = 3; the matrix, its entries that are not 0, their values", "", "9 x 25, 81, 9",
           _matrix_of_a_layer),
    Figure("CNN-11", "z = (1, 2, 3), delta = (1, 1)", "2, 4", "3, 5",
           lambda: conv.conv1d_backward([[[1, 1]]], [[[1, 2, 3]]], [[[0, 0]]])[1].ravel(), "E-34"),
    Figure("CNN-12", "128 kernels of 5 x 5, one channel, no biases", "3200", "3200",
           lambda: (conv.parameter_count(1, 128, 5, bias=False),)),
    Figure("CNN-12", "with biases; 1, 3, 64 channels", "", "3328, 9728, 204928",
           lambda: (conv.parameter_count(channels, 128, 5) for channels in (1, 3, 64))),
    Figure("CNN-12", "32 x 32 pixels fully connected to 128 maps of 28 x 28", "", "102760448",
           lambda: (linear.affine_parameter_count(32 * 32, 128 * conv.output_size(32, 5) ** 2, bias=False),)),
    Figure("CNN-16", "the net of 1989; parameters, connections", "", "9760, 64660",
           lambda: np.array([counts for _, _, *counts in conv.lecun1989()]).sum(axis=0)),
    Figure("CNN-16", "its test error, in percent", "5", "5.08",
           lambda: (100 * _history("zip codes wrong") / _history("zip codes test"),)),
    Figure("CNN-16", "its digits, to learn from and to be tested on (the slide has about 10,000)", "",
           "7291 + 2007 = 9298",
           lambda: (a := _history("zip codes training"), b := _history("zip codes test"), a + b)),
    Figure("UNI-02", "steps, sin 2 pi x, 4, 8, 16 cells; error", "", "0.707107, 0.382683, 0.195090",
           lambda: (_largest_error(universal.step_net(_sine, n), "step") for n in (4, 8, 16))),
    Figure("UNI-03", "sigmoids, (n, beta) = (8, 100), (16, 400), (64, 2000); error", "", "0.3827, 0.1951, 0.0491",
           lambda: (_largest_error(universal.sigmoid_net(_sine, n, steepness), "sigmoid")
                    for n, steepness in ((8, 100), (16, 400), (64, 2000)))),
    Figure("UNI-04", "ReLUs, 4, 8, 16 cells; error", "", "0.210514, 0.070378, 0.018846",
           lambda: (_largest_error(universal.relu_net(_sine, n), "relu") for n in (4, 8, 16))),
    Figure("DEEP-01", "word error rates of 1, 2, 3, 4, 5, 7 layers of 2k; of one of 3772, 4634, 16k",
           "24.2, 20.4, 18.4, 17.8, 17.2, 17.1; 22.5, 22.6, 22.1",
           "24.2, 20.4, 18.4, 17.8, 17.2, 17.1; 22.5, 22.6, 22.1",
           lambda: (row[2] for row in sorted(depth.seide2011(), key=lambda row: (row[1] != 2048, row[1], row[0])))),
    Figure("DEEP-02", "one layer with the weights of 5 and 7 of 2048", "3772, 4634", "3771.75, 4633.62",
           lambda: (depth.equal_budget_width(INPUTS, 2048, layers, OUTPUTS) for layers in (5, 7))),
    Figure("DEEP-02", "weights of 5 x 2048, 7 x 2048, 1 x 16384, 2 x 2048", "",
           "36710400, 45099008, 159465472, 24127488",
           lambda: (depth.hidden_weight_count(INPUTS, width, layers, OUTPUTS)
                    for layers, width in ((5, 2048), (7, 2048), (1, 16384), (2, 2048)))),
    Figure("DEEP-03", "folds 1, 2, 3, 5; pieces", "", "2, 4, 8, 32", lambda: map(_pieces, (1, 2, 3, 5))),
    Figure("BV-01", "a line through two samples; error = bias^2 + variance + noise", "",
           "7.00725 = 2.317225 + 4.265025 + 0.425", _lines_through_two),
)
