"""What laws are written with: exact numbers, generic arrays, derived tolerances and the slope of a function.

Two kinds of input. *Exact* ones are multiples of 1/8 in [-10, 10]: short sums and products of them are exact in
floating point, so laws compare with `==`, and counterexamples shrink to readable numbers. *Generic* ones are drawn
from a seed (`normal`), for laws that only hold up to rounding.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import ArrayLike, NDArray

EXACT = st.integers(-80, 80).map(lambda i: i / 8)
SEEDS = st.integers(0, 2**32 - 1)
FLOATS = st.sampled_from([np.float32, np.float64])
SIDES = st.integers(1, 5)


def exact_arrays(shape: Any, dtype: Any = np.float64) -> st.SearchStrategy[NDArray]:
    """Draw arrays of multiples of 1/8; `shape` is a shape or a strategy of shapes."""
    return arrays(dtype, shape, elements=EXACT)


def integer_arrays(shape: Any, most: int = 5) -> st.SearchStrategy[NDArray]:
    """Draw float64 arrays of whole numbers in [-most, most]."""
    return arrays(np.float64, shape, elements=st.integers(-most, most).map(float))


def normal(seed: int, *shape: int, dtype: Any = np.float64) -> NDArray:
    """Return standard normal numbers cut at 3 in size, the same for the same seed."""
    return np.clip(np.random.default_rng(seed).standard_normal(shape), -3, 3).astype(dtype)


def gamma(operations: int, dtype: Any) -> float:
    """Return n u / (1 - n u), the relative error that n rounded operations can pile up."""
    u = float(np.finfo(dtype).eps) / 2
    return operations * u / (1 - operations * u)


def close(got: ArrayLike, expected: ArrayLike, tolerance: float) -> bool:
    """Tell whether |got - expected| <= tolerance max(1, |got|, |expected|) everywhere, in equal shapes."""
    got, expected = np.asarray(got, np.float64), np.asarray(expected, np.float64)
    assert got.shape == expected.shape, f"got shape {got.shape}, expected shape {expected.shape}"
    return bool((np.abs(got - expected) <= tolerance * np.maximum(1, np.maximum(np.abs(got), np.abs(expected)))).all())


def t12(got: ArrayLike, expected: ArrayLike) -> bool:
    """Tell whether two results agree to 1e-12."""
    return close(got, expected, 1e-12)


def t9(got: ArrayLike, expected: ArrayLike) -> bool:
    """Tell whether two results agree to 1e-9."""
    return close(got, expected, 1e-9)


def slope(f: Callable[[NDArray], ArrayLike], x: ArrayLike, upstream: ArrayLike = 1.0, h: float = 6e-6) -> NDArray:
    """Return the central difference of sum(upstream * f(x)) in every entry of x, an array of x's shape (GC-02).

    x must be float64 and bounded by 3 or so in size, and away from the kinks of f by more than h.
    """
    x = np.array(x, np.float64)
    upstream = np.asarray(upstream, np.float64)
    result = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        difference = np.asarray(f(up), np.float64) - np.asarray(f(down), np.float64)
        result[i] = (upstream * difference).sum() / (up[i] - down[i])
    return result


def fd(gradient: ArrayLike, numeric: ArrayLike) -> bool:
    """Tell whether an analytic gradient agrees with the central difference to 1e-5."""
    return close(gradient, numeric, 1e-5)
