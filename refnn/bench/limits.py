"""What the machine could do at best, measured in the same process as everything else.

The peak counts multiply-adds of numbers that never leave the registers, on the CPU level that the kernels run on. The
bandwidth is that of NumPy copying an array or adding two, whichever is faster, where all of them lie in one level of
the memory; bytes read and bytes written count alike.
"""

import importlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any

import numpy as np

from refnn import kernels
from refnn.bench.row import Limits
from refnn.bench.timing import repeats, sample

__all__ = ["cache_sizes", "compiled", "measure"]

ROUNDS = 15
DEPTH = 20_000  # multiply-adds of each running sum in one call of the peak kernel


def compiled() -> Any:
    """Return the compiled kernels in force, or None where there are none."""
    if kernels.BACKEND != "cython":
        return None
    from refnn.kernels.compiled import LEVEL

    return importlib.import_module(f"refnn.kernels._{LEVEL}")


def measure(threads: int, dtypes: tuple[str, ...] = ("float32", "float64")) -> Limits:
    """Measure all limits with so many threads at work, each on numbers of its own."""
    sizes = cache_sizes()
    stream = {level: _stream(size // 4, threads, own=level == "L2") for level, size in sizes.items()}
    stream["DRAM"] = _stream(2 * max(sizes.values()), threads)
    return Limits({dtype: peak(dtype, threads) for dtype in dtypes}, stream, sizes)


def peak(dtype: str, threads: int) -> float | None:
    """Return the floating-point operations a second of multiply-adds in registers; None where nothing is compiled."""
    kernel = getattr(compiled(), "peak", None)
    if kernel is None:
        return None
    sums = [np.linspace(1, 2, 256, dtype=dtype) for _ in range(threads)]
    flops = 2 * kernel(sums[0], DEPTH)
    return _rate([partial(kernel, own, DEPTH) for own in sums], flops)


def _stream(size: int, threads: int, own: bool = False) -> float:
    """Return the bytes a second through arrays of `size` bytes, shared among threads or each with its own."""
    each = max(1, size // (1 if own else threads) // 8)
    arrays = [(np.ones(each), np.ones(each), np.empty(each)) for _ in range(threads)]
    copy = _rate([partial(np.copyto, out, x) for x, _, out in arrays], 16 * each)
    return max(copy, _rate([partial(np.add, x, y, out=out) for x, y, out in arrays], 24 * each))


def _rate(calls: list[Callable[[], Any]], work: float) -> float:
    """Return what calls do together in a second, `work` each, in the best of many rounds: a limit is no average."""
    count = repeats(calls[0])
    if len(calls) == 1:
        return work / min(sample(calls[0], count) for _ in range(ROUNDS))
    return max(_together(calls, count) for _ in range(ROUNDS)) * work


def _together(calls: list[Callable[[], Any]], count: int) -> float:
    """Return the calls a second of all threads while all of them run."""
    count *= 4

    def run(i: int) -> None:
        for _ in range(count):
            calls[i]()

    threads = [Thread(target=run, args=(i,)) for i in range(len(calls))]
    start = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(calls) * count / (perf_counter() - start)


def cache_sizes() -> dict[str, int]:
    """Return what the second and third cache hold in bytes; what is usual where the system does not tell."""
    sizes = {"L2": 2**20, "L3": 2**25}
    for index in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"):
        try:
            level, size = f"L{(index / 'level').read_text().strip()}", (index / "size").read_text().strip()
        except OSError:
            continue
        if level in sizes and size.endswith("K"):
            sizes[level] = min(int(size[:-1]) * 1024, 2**27)
    return sizes
