"""The clock: samples long enough to be believed."""

import gc
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

__all__ = ["LEAST", "repeats", "sample"]

LEAST = 1.5e-3  # seconds that a sample lasts at least


def repeats(call: Callable[[], Any]) -> int:
    """Return how often a call must be repeated for a sample that lasts `LEAST`."""
    call()
    count = 1
    while (seconds := _elapsed(call, count)) < LEAST:
        count = max(count + 1, int(count * min(100.0, 1.1 * LEAST / max(seconds, 1e-9))))
    return count


def sample(call: Callable[[], Any], count: int) -> float:
    """Return the seconds of one call out of `count` in a row; one more before them brings caches and threads back."""
    call()
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _elapsed(call, count) / count
    finally:
        if collecting:
            gc.enable()


def _elapsed(call: Callable[[], Any], count: int) -> float:
    """Return the seconds that `count` calls take."""
    start = perf_counter_ns()
    for _ in range(count):
        call()
    return (perf_counter_ns() - start) * 1e-9
