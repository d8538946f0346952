"""Everything that was measured, as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from refnn.bench.ladder import Rung
from refnn.bench.row import Limits, Measured

__all__ = ["SCHEMA", "as_data"]

SCHEMA = "refnn-bench-1"


def as_data(facts: Mapping[str, Any], limits: Mapping[int, Limits], measured: Iterable[Measured],
            rungs: Iterable[Rung] = (), missing: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return machine, limits by number of threads, rows and rungs; times in seconds, rates per second."""
    return {
        "schema": SCHEMA,
        "machine": dict(facts),
        "missing": dict(missing or {}),
        "limits": {str(threads): asdict(found) for threads, found in limits.items()},
        "rows": [_row(result, limits[result.threads]) for result in measured],
        "ladder": [asdict(rung) for rung in rungs],
    }


def _row(measured: Measured, limits: Limits) -> dict[str, Any]:
    """Return one row."""
    row, rival = measured.row, measured.rival
    return {
        "group": row.group, "name": row.name, "dtype": row.dtype, "threads": measured.threads, "flops": row.flops,
        "traffic": row.traffic, "bound": row.bound, "ratio": measured.ratio, "rival": rival.name if rival else None,
        "rate": measured.rate(), "share": measured.share(limits),
        "contenders": [
            {"name": t.name, "library": t.library, "agrees": t.agrees, "difference": t.difference, "failure": t.failure,
             "rounds": len(t.seconds), "median": t.median if t.seconds else None,
             "least": min(t.seconds) if t.seconds else None}
            for t in measured.timings
        ],
    }  # fmt: skip
