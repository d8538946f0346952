"""One module for each library, with one function for each kind of work it can do, named as in `problems`.

Such a function takes the inputs of a row and yields its contenders: the ways a knowing user would do it, none of them
slowed down by a conversion that belongs before or behind it. `use(threads)` tells the library how many threads it has.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from refnn.bench.row import Contender

__all__ = ["LIBRARIES", "contenders", "installed", "prepare"]

# module here -> what is imported, what it is called where it is installed from
LIBRARIES = {
    "refnn": ("refnn", "refnn"),
    "numpy": ("numpy", "numpy"),
    "torch": ("torch", "torch"),
    "jax": ("jax", "jax"),
    "sklearn": ("sklearn", "scikit-learn"),
    "scipy": ("scipy", "scipy"),
}


def installed(library: str) -> bool:
    """Say whether a library can be found, without importing it."""
    return find_spec(LIBRARIES[library][0]) is not None


def prepare(library: str, threads: int) -> None:
    """Import a library and tell it how many threads it has."""
    import_module(f"refnn.bench.peers.{library}").use(threads)


def contenders(library: str, work: str, inputs: dict[str, Any]) -> Iterator[Contender]:
    """Yield a library's ways to do some work; none if it has none."""
    function = getattr(import_module(f"refnn.bench.peers.{library}"), work, None)
    if function is not None:
        yield from function(**inputs)
