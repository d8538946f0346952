"""The clock: samples that are long enough, and that no other process broke in upon, as far as that can be had."""

import gc
import os
from collections.abc import Callable
from time import perf_counter_ns, process_time_ns
from typing import Any

try:
    from resource import RUSAGE_SELF, getrusage
except ImportError:  # not on Windows
    getrusage = None  # type: ignore[assignment]

__all__ = ["LEAST", "repeats", "sample"]

LEAST = 1.5e-3  # seconds that a sample lasts at least
TRIES = 5  # of a sample, before one that was disturbed is taken after all


def repeats(call: Callable[[], Any]) -> int:
    """Return how often a call must be repeated for a sample that lasts `LEAST`."""
    call()
    count = 1
    while (seconds := min(_elapsed(call, count) for _ in range(3))) < LEAST:  # one may have been broken into
        count = max(count + 1, int(count * min(100.0, 1.1 * LEAST / max(seconds, 1e-9))))
    return count


def sample(call: Callable[[], Any], count: int) -> float:
    """Return the seconds of one call out of `count` in a row; one more before them brings caches and threads back.

    If the system took the processor away meanwhile, for another process, it is tried again. A call that is too long to
    be left in peace is given the time that it did have a processor, if there is only one that it can have.
    """
    call()
    collecting = gc.isenabled()
    gc.disable()
    try:
        seconds = []
        for _ in range(TRIES):
            before, worked = _interruptions(), process_time_ns()
            elapsed = _elapsed(call, count)
            worked = process_time_ns() - worked
            if _interruptions() == before:
                return elapsed / count
            seconds.append(min(elapsed, worked * 1e-9) if _has_one_processor() else elapsed)
        return min(seconds) / count
    finally:
        if collecting:
            gc.enable()


def _has_one_processor() -> bool:
    """Say whether this process is pinned to one processor."""
    return hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) == 1


def _interruptions() -> int:
    """Return how often this process has lost a processor against its will, where the system counts that."""
    return 0 if getrusage is None else getrusage(RUSAGE_SELF).ru_nivcsw


def _elapsed(call: Callable[[], Any], count: int) -> float:
    """Return the seconds that `count` calls take."""
    start = perf_counter_ns()
    for _ in range(count):
        call()
    return (perf_counter_ns() - start) * 1e-9
