"""SciPy: its correlation of images."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from numpy.typing import NDArray

from refnn.bench.row import Contender

signal: Any = import_module("scipy.signal")


def use(threads: int) -> None:
    """Its correlation runs in one thread."""


def correlate(x: NDArray, w: NDArray) -> Iterator[Contender]:
    """correlate2d where the filter lies inside the image, and the way through Fourier's transform."""
    def direct() -> Any:
        return signal.correlate2d(x, w, mode="valid")

    def by_fft() -> Any:
        return signal.correlate(x, w, mode="valid", method="fft")

    yield Contender("scipy", direct, lambda: [direct()])
    yield Contender("scipy fft", by_fft, lambda: [by_fft()])
