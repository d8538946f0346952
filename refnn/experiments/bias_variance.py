r"""Small models miss the truth, large ones follow the noise: the error of prediction has its minimum in between.

S1 "Bias-variance Decomposition": the expected error is squared bias plus variance plus noise. It is so for the error
averaged over the data sets, not for the one function that a data set gives (E-38); the slide has also lost the minus in
(y - f(x))^2. In the worked example 7.00725 = 2.317225 + 4.265025 + 0.425 (BV-01), while the error of single data sets
lies far around it. S1 "Prediction Error": with the degree of a polynomial the training error can only fall, the error
of prediction falls and rises again (BV-02); the rise is a tendency, not a law.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.biasvariance import (
    complexity_curve,
    data_sets,
    decompose,
    line_through_two,
    nested_polynomials,
    predict_from_each,
    prediction_error,
)

IDS = ("BV-01", "BV-02", "E-38")
PLACES, DEGREE, SETS, SPREAD, SEED = 15, 9, 400, 0.5, 0
SHOWN, CURVES = (1, 3, 9), 12  # degrees and curves of each in the picture


@dataclass(frozen=True)
class Data:
    """The worked example, and polynomials of all degrees up to 9 fitted to 400 data sets."""

    example: NDArray  # (4,): error, squared bias, variance, noise
    example_errors: NDArray  # (r,): of the function that each of the data sets gives
    example_weights: NDArray  # (r,): how probable each is
    places: NDArray  # (PLACES,)
    truth: NDArray  # (PLACES,)
    noise: float
    error: NDArray  # (DEGREE + 1,): of prediction, averaged over the data sets
    bias: NDArray  # (DEGREE + 1,): squared
    variance: NDArray  # (DEGREE + 1,)
    training: NDArray  # (DEGREE + 1,): error on the data that were learned from, averaged in the same way
    x: NDArray  # (p,)
    curves: NDArray  # (3, CURVES, p): what some data sets give at the degrees SHOWN


def run() -> Data:
    """Count the example out, then draw data sets: the same places each time, a new sign of the noise at each."""
    example, errors, weights = _example()
    rng, x = np.random.default_rng(SEED), np.linspace(-1, 1, 81)
    places, p = np.linspace(-1, 1, PLACES), np.full(PLACES, 1 / PLACES)
    truth = np.sin(3 * places)
    sets = truth + SPREAD * rng.choice([-1.0, 1.0], (SETS, PLACES))
    # the values truth - 1/2 and truth + 1/2, each with probability 1/2 at its own place
    y = np.concatenate([truth - SPREAD, truth + SPREAD])
    conditional = np.hstack([np.eye(PLACES), np.eye(PLACES)]) / 2
    fits = np.array([nested_polynomials(places, Y, DEGREE, places) for Y in sets])  # (SETS, DEGREE + 1, PLACES)
    parts = [decompose(f, np.full(SETS, 1 / SETS), p, y, conditional) for f in fits.transpose(1, 0, 2)]  # (BV-01)
    training = np.mean([complexity_curve(places, Y, places, truth, DEGREE)[0] for Y in sets], axis=0)  # (BV-02)
    error, bias, variance, noise = np.array(parts).T
    curves = np.array([nested_polynomials(places, Y, DEGREE, x)[list(SHOWN)] for Y in sets[:CURVES]])
    return Data(example, errors, weights, places, truth, float(noise[0]), error, bias, variance, training,
                x, curves.transpose(1, 0, 2).copy())  # fmt: skip


def _example() -> tuple[NDArray, NDArray, NDArray]:
    """Return the four parts for a line through two samples, and the errors and probabilities of all such lines."""
    x, p, y = [0, 1, 2], [0.2, 0.5, 0.3], [-1, 0, 1, 3]
    conditional = np.array([[0, 0.5, 0.5, 0], [0, 0, 0.25, 0.75], [1, 0, 0, 0]])
    pairs, weights = data_sets(x, p, y, conditional, size=2)
    lines = predict_from_each(line_through_two, pairs, x)
    # the mean of these, and none of them, is bias^2 + variance + noise (E-38)
    errors = np.array([prediction_error(f, p, y, conditional) for f in lines])
    return np.array([*decompose(lines, weights, p, y, conditional)]), errors, weights


def words(data: Data) -> str:
    """Say what the example comes to, and how the parts change with the degree."""
    total, bias, variance, noise = data.example
    lines = ["worked example, a line through two samples, averaged over all data sets there can be:",
             f"  error of prediction {total:.5f} = bias^2 {bias:.6f} + variance {variance:.6f} + noise {noise:.3f}",
             f"  from single data sets: {data.example_errors.min():.3f} to {data.example_errors.max():.3f}",
             f"polynomials fitted to {PLACES} noisy samples of sin 3x, averaged over {SETS} data sets:",
             "degree  bias^2  variance  noise  error of prediction  training error"]
    lines += [f"{k:6} {data.bias[k]:7.3f} {data.variance[k]:9.3f} {data.noise:6.3f} {data.error[k]:20.3f} "
              f"{data.training[k]:15.3f}" for k in range(DEGREE + 1)]
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw some of the fitted curves, and the parts of the error by degree."""
    figure.set_size_inches(7, 5)
    panels = figure.subplot_mosaic([[0, 1, 2], ["parts"] * 3], height_ratios=[2, 3])
    for k, degree in enumerate(SHOWN):
        fits = panels[k].plot(data.x, data.curves[k].T, color="C0", linewidth=0.8, alpha=0.7)
        truth = panels[k].plot(data.places, data.truth, color="gray", linewidth=2.5)
        panels[k].set(ylim=(-2.2, 3), title=f"degree {degree}", xlabel="x")
    panels[0].legend([*truth, fits[0]], ["truth, sin 3x", f"fits to {CURVES} data sets"], borderpad=0)
    degrees = np.arange(DEGREE + 1)
    for name, values, style in (("error of prediction", data.error, "o-"), ("squared bias", data.bias, "s--"),
                                ("variance", data.variance, "^--"), ("training error", data.training, "o:")):
        panels["parts"].plot(degrees, values, style, markersize=4, label=name)
    panels["parts"].axhline(data.noise, color="gray", linewidth=1, label="noise")
    panels["parts"].set(xlabel="degree", ylim=(0, None), xticks=degrees)
    panels["parts"].legend(ncols=2, loc="upper right")
