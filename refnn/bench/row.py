"""What is measured, and what came out: data only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

__all__ = ["GROUPS", "Contender", "Limits", "Measured", "Row", "Timing"]

GROUPS = ("matmul", "conv", "elementwise", "steps", "perceptron")


@dataclass(frozen=True)
class Row:
    """One line of a table: a piece of work on inputs of given sizes.

    `work` names the function that does it in each module of `peers`, and the one in `problems` that draws its inputs
    from `sizes`. `flops` and `traffic` are what it costs at least: operations, and bytes read or written once. `depth`
    is how many numbers the longest of its sums adds up; `bound` says what limits it, "compute" or "memory". `footprint`
    is how many bytes it touches, where that is not the traffic because some are written over.
    """

    group: str
    name: str
    work: str
    dtype: str
    sizes: Mapping[str, Any]
    flops: float
    traffic: float
    depth: int = 1
    bound: str = "compute"
    footprint: float | None = None

    @property
    def key(self) -> str:
        """What no other row is called."""
        return f"{self.group}/{self.name}/{self.dtype}"


@dataclass(frozen=True)
class Contender:
    """One way to do a row's work.

    `call` does it once, as fast as its library can. `answer` does it too and returns what came out as NumPy arrays, the
    same for every contender; it is asked once, before anything is timed.
    """

    name: str
    call: Callable[[], Any]
    answer: Callable[[], Sequence[Any]]


@dataclass
class Timing:
    """How long a contender took for one call: a sample in seconds for each round; or why it did not."""

    name: str
    library: str
    seconds: list[float] = field(default_factory=list)
    difference: float | None = None  # from NumPy's answer, as a multiple of what rounding explains
    failure: str = ""

    @property
    def agrees(self) -> bool:
        """Whether its answer is the right one."""
        return not self.failure and self.difference is not None and self.difference <= 1

    @property
    def median(self) -> float:
        """The usual time of a call."""
        return median(self.seconds)


@dataclass(frozen=True)
class Limits:
    """What the machine can do at best: multiply-adds in registers, and streams through each level of the memory.

    `peak` is in floating-point operations a second, a multiply-add counted as two; None where nothing compiled can
    measure it. `stream` is in bytes read and written a second, by level; `sizes` is what each level holds, in bytes.
    """

    peak: Mapping[str, float | None]
    stream: Mapping[str, float]
    sizes: Mapping[str, int]

    def level(self, row: Row) -> str:
        """Name the level of the memory that what a row touches fits into."""
        touched = row.traffic if row.footprint is None else row.footprint
        return next((name for name, size in self.sizes.items() if touched <= size), "DRAM")


@dataclass
class Measured:
    """A row with the times of all its contenders."""

    row: Row
    threads: int
    timings: list[Timing]

    def best(self, library: str) -> Timing | None:
        """Return a library's fastest way among those with the right answer."""
        right = [t for t in self.timings if t.library == library and t.agrees and t.seconds]
        return min(right, key=lambda timing: timing.median) if right else None

    @property
    def ours(self) -> Timing | None:
        """Return refnn's own time: of the way its network takes, not of the functions that check their arguments."""
        return next((t for t in self.timings if t.name == "refnn" and t.agrees and t.seconds), None)

    @property
    def rival(self) -> Timing | None:
        """Return the best of the peers."""
        right = [t for t in self.timings if t.library != "refnn" and t.agrees and t.seconds]
        return min(right, key=lambda timing: timing.median) if right else None

    @property
    def ratio(self) -> float | None:
        """Return how many times as long as refnn the better peer takes."""
        return self.rival.median / self.ours.median if self.ours and self.rival else None

    def rate(self) -> float | None:
        """Return refnn's floating-point operations a second, or its bytes a second where memory is the limit."""
        if self.ours is None:
            return None
        return (self.row.flops if self.row.bound == "compute" else self.row.traffic) / self.ours.median

    def share(self, limits: Limits) -> float | None:
        """Return that rate as a share of what the machine can do at best."""
        rate = self.rate()
        stream = limits.stream[limits.level(self.row)]
        most = limits.peak[self.row.dtype] if self.row.bound == "compute" else stream
        return None if rate is None or not most else rate / most
