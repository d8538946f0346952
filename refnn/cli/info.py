"""Tell the version, the kernels in force and what is installed beside refnn."""

import argparse
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import refnn
from refnn import kernels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`refnn info` has no options."""


def run(options: argparse.Namespace) -> None:
    """Print one fact a line."""
    facts = {
        "refnn": refnn.__version__,
        "python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "numpy": np.__version__,
        "kernels": kernels_in_words(),
        "CPU levels": ", ".join(cpu_levels()),
        **{extra: installed(extra) for extra in ("pytest", "hypothesis", "matplotlib", "tqdm")},
    }
    for name, fact in facts.items():
        print(f"{name:12}{fact}")


def kernels_in_words() -> str:
    """Say which form of the kernels runs, and why it is not the compiled one where it is not."""
    if kernels.BACKEND == "cython":
        from refnn.kernels.compiled import HAS_THREADS, LEVEL

        return f"cython, {LEVEL}, {'1 thread until refnn.set_threads(n)' if HAS_THREADS else 'built without threads'}"
    if kernels.why_not_compiled:
        home = Path(refnn.__file__).parent
        remedy = "an installation from the sources has them, where there is a C compiler"
        if (home.parent / "pyproject.toml").is_file():
            remedy = "pip install -e . does it there"
        return f"{kernels.BACKEND} (none are compiled in {home}; {remedy})"
    return f"{kernels.BACKEND} (forced by REFNN_BACKEND)"


def cpu_levels() -> list[str]:
    """Name what this CPU can run, the best first; unknown where nothing was compiled to ask it."""
    try:
        from refnn.kernels._cpu import levels
    except ModuleNotFoundError:
        return ["unknown"]
    found: list[str] = levels()
    return found


def installed(package: str) -> str:
    """Return the version of a package, or say that it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
