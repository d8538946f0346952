"""Which machine it was, and how busy: a time without these is not worth much."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from refnn.bench.peers import LIBRARIES

__all__ = ["facts", "load", "processors"]


def facts(kernels: str) -> dict[str, Any]:
    """Return what a reader must know to compare numbers; `kernels` says which of them run."""
    return {
        "processor": _processor(),
        "processors": processors(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "kernels": kernels,
        "versions": {library: found for library, (_, name) in LIBRARIES.items() if (found := _version(name))},
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def load() -> float | None:
    """Return how many processes wanted a processor in the last minute, where the system tells."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    """Return the name of the processor, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(name: str) -> str:
    """Return the version of a package, or nothing where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
