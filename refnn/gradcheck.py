r"""The numerical gradient: what a derivative is, computed, and the judge of every gradient that somebody derived.

Nudge one weight by $\Delta w$, look how far the cost moves, divide: that is the slope, with no calculus and no way to
slip an index. It needs two costs for every single weight, so nobody trains with it; but a gradient derived by hand
must agree with it, and a wrong one will not.

Symbols: `f` the cost $C$, a function of an array with a single number as its value; `x` the point $w$, of any shape;
`h` the step.

Pitfalls: a small $h$ drowns in rounding, a large one in curvature; $6 \cdot 10^{-6}$, the cube root of the spacing of
float64, balances the two. At a kink there is no derivative to agree with: keep the argument of every ReLU, maximum
or absolute value at least $10^{-3}$ away from it. A cost is compared in float64 at a size of 100 or so, not more.

Source: S2 "Vanishing Gradient Problem" (the intuitive way to compute a gradient); it judges the formulas of S0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, function, generator, positive, same_shape

__all__ = [
    "GradientReport",
    "check_backward",
    "check_gradient",
    "forward_difference",
    "numerical_gradient",
    "relative_error",
]

Cost = Callable[[NDArray], ArrayLike]


def forward_difference(f: Cost, x: ArrayLike, h: float) -> NDArray:
    r"""Return the slope of `f` in every entry of `x`, from one step ahead.

    $$\frac{\partial C}{\partial w} \approx \frac{\Delta C}{\Delta w} = \frac{C(w + h) - C(w)}{h}
      \quad\text{with error}\quad \tfrac h2 C''(w) + O(h^2) \tag{GC-01}$$

    Args:
        f: the cost; is given a float64 array of x's shape, returns a single number.
        x: the point, any shape; whole numbers and float32 are stepped in float64.
        h: the step, above 0.

    Returns:
        The slopes, float64, shape of x.

    Raises:
        ValueError: if `f` returns more than one number, or `h` is too small to change an entry of `x`.

    Example: on the parabola the error is h/2 exactly.

        >>> forward_difference(lambda w: (w**2).sum() / 2, [1.0, -4.0], h=0.5)
        array([ 1.25, -3.75])
    """
    x, h = as_float("x", x).astype(np.float64), positive("h", h)
    slopes = np.empty(x.shape)
    for i in np.ndindex(*x.shape):
        slopes[i] = _slope(f, x, i, 0.0, h)  # (GC-01)
    return slopes


def numerical_gradient(f: Cost, x: ArrayLike, h: float = 6e-6) -> NDArray:
    r"""Return the slope of `f` in every entry of `x`, from one step ahead and one behind: the central difference.

    $$\frac{\partial C}{\partial w} \approx \frac{C(w + h) - C(w - h)}{2h}
      \quad\text{with error}\quad \tfrac{h^2}6 C'''(w) + O(h^4) \tag{GC-02}$$

    The even powers of $h$ cancel: it is exact for parabolas, and a tenth of the step leaves a hundredth of the error.

    Args:
        f: the cost; is given a float64 array of x's shape, returns a single number.
        x: the point, any shape; whole numbers and float32 are stepped in float64.
        h: the step, above 0.

    Returns:
        The slopes, float64, shape of x. NaN where `x` is NaN or infinite.

    Raises:
        ValueError: if `f` returns more than one number, or `h` is too small to change an entry of `x`.

    Example: whole numbers are no trap.

        >>> numerical_gradient(lambda w: (w**2).sum(), [6, 8]).round(6)
        array([12., 16.])
    """
    x, h = as_float("x", x).astype(np.float64), positive("h", h)
    slopes = np.empty(x.shape)
    for i in np.ndindex(*x.shape):
        slopes[i] = _slope(f, x, i, -h, h)  # (GC-02)
    return slopes


def relative_error(gradient: ArrayLike, numeric: ArrayLike) -> NDArray:
    r"""Return how far two gradients are apart, entry by entry, relative to the larger one but at least to 1.

    $$\frac{|g - \hat g|}{\max(1, |g|, |\hat g|)} \tag{GC-03}$$

    Args:
        gradient: g, any shape.
        numeric: the gradient to compare with, same shape.

    Returns:
        The errors, same shape; NaN where either gradient is NaN or both are infinite.

    Example:
        >>> relative_error([1.0, 200.0, 0.25], [1.5, 100.0, 0.0])
        array([0.33333333, 0.5       , 0.25      ])
    """
    gradient, numeric = as_floats(gradient=gradient, numeric=numeric)
    same_shape("numeric", numeric, gradient.shape)
    with np.errstate(invalid="ignore"):  # inf - inf and inf / inf are NaN here, and NaN passes no check
        scale = np.maximum(1, np.maximum(np.abs(gradient), np.abs(numeric)))
        return np.asarray(np.abs(gradient - numeric) / scale)


@dataclass(frozen=True, repr=False)
class GradientReport:
    """What a check found: true where the gradient holds, and a sentence with the numbers where it does not.

    Args:
        where: the worst place, `x[0, 2]` or `argument 1`.
        analytic: the gradient's number there.
        numeric: the central difference's number there.
        error: how far they are apart (`relative_error`).
        tolerance: how far they may be, above 0.
        note: more to say, if there is more.

    Example:
        >>> GradientReport("x[2]", analytic=1.5, numeric=1.0, error=0.5, tolerance=1e-5)
        WRONG at x[2]: gradient 1.5, central difference 1, relative error 0.5 > 1e-05
    """

    where: str
    analytic: float
    numeric: float
    error: float
    tolerance: float
    note: str = ""

    def __post_init__(self) -> None:
        positive("tolerance", self.tolerance)

    def __bool__(self) -> bool:
        return self.error <= self.tolerance  # false for NaN

    def __repr__(self) -> str:
        verdict, sign = ("agrees, worst", "<=") if self else ("WRONG", ">")
        numbers = f"gradient {self.analytic:.6g}, central difference {self.numeric:.6g}"
        error = f"relative error {self.error:.2g} {sign} {self.tolerance:g}"
        return f"{verdict} at {self.where}: {numbers}, {error}{self.note}"


def check_gradient(
    f: Cost, gradient: Callable[[NDArray], ArrayLike], x: ArrayLike, h: float = 6e-6, tolerance: float = 1e-5
) -> GradientReport:
    r"""Compare a gradient with the central difference in every entry of `x`.

    $$\frac{|g - \hat g|}{\max(1, |g|, |\hat g|)} \le 10^{-5} \quad\text{everywhere} \tag{GC-03}$$

    Convention: the answer is a report that is true or false, so that a test says `assert check_gradient(...)` and a
    learner reads what came out.

    Args:
        f: the cost; is given a float64 array of x's shape, returns a single number.
        gradient: the function under test; is given the same, returns an array of x's shape.
        x: the point, any shape but an empty one, away from the kinks of `f`.
        h: the step, above 0.
        tolerance: the error allowed, above 0.

    Returns:
        A report on the worst entry.

    Raises:
        ValueError: if `gradient` returns another shape than x's, or `f` more than one number.

    Example: a slip of the index that no shape betrays, and the right form.

        >>> u = np.array([1.0, 2.0, -1.0])
        >>> score = lambda z: u @ z**2
        >>> check_gradient(score, lambda z: 2 * u[::-1] * z, [3.0, 1.0, 2.0])
        WRONG at x[0]: gradient -6, central difference 6, relative error 2 > 1e-05
        >>> check_gradient(score, lambda z: 2 * u * z, [3.0, 1.0, 2.0])
        agrees, worst at x[...]: ... <= 1e-05
    """
    x = as_float("x", x).astype(np.float64)
    if x.size == 0:
        raise ValueError(f"x: expected at least one entry to check, got shape {x.shape}")
    g = same_shape("gradient", as_float("gradient", function("gradient", gradient)(x.copy())), x.shape)
    numeric = numerical_gradient(f, x, h)
    errors = relative_error(g.astype(np.float64), numeric)
    i = tuple(int(k) for k in np.unravel_index(errors.argmax(), x.shape))  # argmax takes NaN for the greatest
    left, right = _slope(f, x, i, -h, 0.0), _slope(f, x, i, 0.0, h)
    kink = relative_error(left, right) > 1e-3 and not errors[i] <= tolerance
    note = f" (a kink within h? the slope is {left:.3g} on the left and {right:.3g} on the right)" if kink else ""
    return GradientReport(f"x{list(i)}", float(g[i]), float(numeric[i]), float(errors[i]), tolerance, note)


def check_backward(
    f: Callable[..., ArrayLike],
    f_backward: Callable[..., Any],
    *arguments: ArrayLike | None,
    h: float = 6e-6,
    tolerance: float = 1e-5,
    rng: np.random.Generator | int = 0,
    **options: Any,
) -> GradientReport:
    r"""Compare a backward function with the central difference along one random line for each argument.

    For a random upstream gradient $u$ and a random direction $v$, with $J$ the Jacobian of f,

    $$\langle J^{\top} u,\ v \rangle = \langle u,\ J v \rangle
      \approx \Bigl\langle u,\ \frac{f(x + hv) - f(x - hv)}{2h} \Bigr\rangle \tag{GC-03}$$

    Two values of f for each argument, however large it is; a wrong entry anywhere tilts the left side.

    Args:
        f: a function `f(*arguments, **options)` with an array of any shape as its value.
        f_backward: `f_backward(upstream, *arguments, **options)`; returns the gradient of one argument bare, of
            several as a tuple in their order.
        *arguments: the arrays to differentiate in; None, an absent bias, has the gradient None.
        h: the step, above 0.
        tolerance: the error allowed, above 0.
        rng: a generator, or the seed of one, for u and v.
        **options: everything else that f and f_backward are given by name: strides, labels, masks.

    Returns:
        A report on the worst argument.

    Raises:
        ValueError: if the gradients are not as many as the arguments, or not of their shapes.

    Example:
        >>> square, square_backward = lambda x: x**2, lambda upstream, x: 2 * upstream * x
        >>> bool(check_backward(square, square_backward, [[1.0, -2.0, 0.5]]))
        True
        >>> bool(check_backward(square, lambda upstream, x: upstream * x, [[1.0, -2.0, 0.5]]))
        False
    """
    rng, h = generator("rng", rng), positive("h", h)
    x = [None if a is None else as_float(f"argument {k}", a).astype(np.float64) for k, a in enumerate(arguments)]

    def call(function: Callable[..., Any], *args: NDArray | None) -> Any:
        return function(*(None if a is None else a.copy() for a in args), **options)

    upstream = rng.uniform(-1, 1, as_float("f", call(function("f", f), *x)).shape)  # u

    def cost(k: int, moved: NDArray) -> float:
        """Return <u, f> where the k-th argument has moved."""
        value = as_float("f", call(f, *x[:k], moved, *x[k + 1 :]))
        return float((upstream * same_shape("f", value, upstream.shape)).sum())

    gradients = call(function("f_backward", f_backward), upstream, *x)
    gradients = gradients if isinstance(gradients, tuple | list) else (gradients,)
    if [g is None for g in gradients] != [a is None for a in x]:
        got = ", ".join("None" if g is None else str(np.shape(g)) for g in gradients)
        raise ValueError(f"f_backward: expected one gradient for each of {len(x)} arguments, None for None, got {got}")
    reports = []
    for k, (a, g) in enumerate(zip(x, gradients, strict=True)):
        if a is None:
            continue
        g = same_shape(f"gradient of argument {k}", as_float(f"gradient of argument {k}", g), a.shape)
        v = rng.uniform(-1, 1, a.shape)  # no entry moves by more than h, so a kink further away is not met
        analytic = float((g * v).sum())
        numeric = (cost(k, a + h * v) - cost(k, a - h * v)) / (2 * h)  # (GC-03)
        error = float(relative_error(analytic, numeric))
        reports.append(GradientReport(f"argument {k}", analytic, numeric, error, tolerance))
    if not upstream.size or not reports:
        raise ValueError(f"f: nothing to check in {len(reports)} arguments and a result of shape {upstream.shape}")
    return max(reports, key=lambda report: math.inf if math.isnan(report.error) else report.error)


def _slope(f: Cost, x: NDArray, i: tuple[int, ...], behind: float, ahead: float) -> float:
    """Return the rise of `f` over the run of entry i from x + behind to x + ahead."""
    start, end = x.copy(), x.copy()
    start[i] += behind
    end[i] += ahead
    run = float(end[i]) - float(start[i])  # the step as it came out, rounded
    if run == 0:
        raise ValueError(f"h: {ahead} is lost in the rounding of x{list(i)} = {x[i]}; take a larger step")
    return (_cost(f, end) - _cost(f, start)) / run


def _cost(f: Cost, x: NDArray) -> float:
    return float(same_shape("f", as_float("f", function("f", f)(x)), ()))
