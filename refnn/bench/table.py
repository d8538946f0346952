"""The tables, no wider than `WIDTH`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from refnn.bench.ladder import Rung
from refnn.bench.row import Limits, Measured, Timing

__all__ = ["LEGEND", "WIDTH", "columns", "disagreements", "head", "ladder", "last_line", "limits_in_words", "line"]

WIDTH = 100
COLUMNS = {  # what a group is measured beside: libraries, and ways that count as one of their own
    "matmul": ("numpy", "torch", "jax"),
    "conv": ("checked", "numpy", "torch", "jax", "scipy"),
    "elementwise": ("checked", "numpy", "torch", "jax"),
    "steps": ("numpy", "torch", "compile", "jax", "sklearn"),
    "perceptron": ("numpy", "sklearn"),
}
_LIBRARY = {"checked": "refnn", "compile": "torch"}  # whose ways they are
LEGEND = (
    "us: median time of refnn, microseconds; behind it how many times as long others take, each in its",
    "best way (checked: refnn's public function). ratio: that of the best peer; * where it is faster.",
    "of peak: of what multiply-adds in registers reach or, behind GB/s, a stream in the cache it fits in.",
)


def columns(group: str, libraries: Collection[str]) -> list[str]:
    """Return the columns of a group, where these libraries are there."""
    return [column for column in COLUMNS[group] if _LIBRARY.get(column, column) in libraries]


def head(group: str, dtype: str, threads: int, cpus: Sequence[int], libraries: Collection[str]) -> list[str]:
    """Return the title and the column heads of a section."""
    where = f", pinned to CPU {cpus[0]}" if cpus else ""
    words = f"1 thread{where}" if threads == 1 else f"{threads} threads, each library in a process of its own"
    title = f"{group}, {dtype}, {words}"
    cells = "".join(f"{column:>8}" for column in columns(group, libraries))
    return [title, f"  {'':23}{'us':>9}{'rate':>10}{'of peak':>8}{cells}{'ratio':>7}"]


def line(measured: Measured, limits: Limits, libraries: Collection[str]) -> str:
    """Return one row."""
    row, ours = measured.row, measured.ours
    if ours is None:
        why = next((t.failure or "a wrong answer" for t in measured.timings if t.name == "refnn"), "not measured")
        return f"  {row.name:23}{why}"[:WIDTH]
    cells = "".join(_cell(_way(measured, column), ours) for column in columns(row.group, libraries))
    ratio = measured.ratio
    said = "-" if ratio is None else f"{ratio:.2f}{' ' if ratio >= 1 else '*'}"
    share = measured.share(limits)
    of_peak = "-" if share is None else f"{share:.0%}"
    rate = f"{_short((measured.rate() or 0) / 1e9)} {'GF' if row.bound == 'compute' else 'GB/s'}"
    return f"  {row.name:23}{_short(ours.median * 1e6):>9}{rate:>10}{of_peak:>8}{cells}{said:>8}".rstrip()


def _way(measured: Measured, column: str) -> Timing | None:
    """Return the best way that belongs into a column."""
    special = {"compile": "torch.compile", "checked": "refnn checked"}
    own = {name for key, name in special.items() if key == column}
    ways = [t for t in measured.timings if (t.name in own if own else t.name not in special.values())]
    return Measured(measured.row, measured.threads, ways).best(_LIBRARY.get(column, column))


def _cell(timing: Timing | None, ours: Timing) -> str:
    """Return how many times as long as refnn a peer takes."""
    return f"{'-':>8}" if timing is None else f"{_short(timing.median / ours.median):>8}"


def _short(number: float) -> str:
    """Return three digits of a number, more before the point if it has them."""
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def disagreements(measured: Measured) -> list[str]:
    """Say which contenders failed or computed something else; their times do not count."""
    said = []
    for timing in measured.timings:
        if timing.failure:
            said.append(f"    {timing.name} failed: {timing.failure}"[:WIDTH])
        elif not timing.agrees:
            said.append(f"    {timing.name} gives another answer: off by {timing.difference:.3g} times the tolerance")
    return said


def limits_in_words(limits: Limits, threads: int) -> list[str]:
    """Say what the machine can do."""
    peaks = [f"{dtype} {peak / 1e9:.0f} GF/s" for dtype, peak in limits.peak.items() if peak]
    streams = ", ".join(f"{level} {rate / 1e9:.0f}" for level, rate in limits.stream.items())
    words = f"{threads} {'thread' if threads == 1 else 'threads'}"
    peak = f"peak of multiply-adds: {', '.join(peaks)}" if peaks else "peak unknown, as no compiled kernel runs"
    return [f"{words}: {peak}; stream, GB/s read and written: {streams}"]


def ladder(rungs: Iterable[Rung], limits: Limits) -> list[str]:
    """Return the ladder as a table."""
    lines, before, subject = [], 0.0, ""
    for rung in rungs:
        if rung.subject != subject:
            subject, before = rung.subject, 0.0
            lines += ["", subject, f"  {'':46}{'us':>12}{'GF/s':>9}{'factor':>9}{'of peak':>9}  agrees"]
        rate, peak = rung.flops / rung.seconds, limits.peak.get("float32")
        factor = f"{rate / before:.1f}x" if before else ""
        share = f"{rate / peak:.1%}" if peak else "-"
        agrees = "yes" if rung.difference <= 1 else f"NO, off by {rung.difference:.3g}"
        time = _short(rung.seconds * 1e6)
        lines.append(f"  {rung.name:46}{time:>12}{rate / 1e9:>9.3g}{factor:>9}{share:>9}  {agrees}")
        before = rate
    return lines


def last_line(facts: Mapping[str, Any], loads: tuple[float | None, float | None], threads: Iterable[int]) -> str:
    """Say on what machine, with which versions, how busy and when."""
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    counts = " and ".join(str(count) for count in threads)
    busy = "" if None in loads else f"; load average {loads[0]:.2f} before, {loads[1]:.2f} after"
    return (f"{facts['processor']}, {facts['processors']} processors, {facts['system']}; kernels {facts['kernels']}; "
            f"Python {facts['python']}, {versions}; threads {counts}{busy}; {facts['date']}")
