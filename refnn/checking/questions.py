"""What is asked: concepts and functions by name, and the subjects that answer."""

import glob
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import refnn.properties
from refnn.properties.adapter import ENTRY_POINTS
from refnn.register import did_you_mean, modules

__all__ = ["Question", "concepts", "question", "subjects"]


@dataclass(frozen=True)
class Question:
    """A module, or names in it: the laws of the module that ask for one of the names are run."""

    module: str
    names: tuple[str, ...] | None = None

    @property
    def title(self) -> str:
        """The module or function that was asked for."""
        return self.module if self.names is None else f"{self.module}.{self.names[0]}"


@cache
def concepts() -> tuple[str, ...]:
    """Return the modules that have laws, in the order of the book."""
    files = {path.stem.removeprefix("test_") for path in Path(refnn.properties.__file__).parent.glob("test_*.py")}
    order = [module.rpartition(".")[2] for module in modules()]
    return tuple(sorted(files, key=lambda name: (order.index(name) if name in order else len(order), name)))


def question(what: str) -> Question:
    """Return the module or function of this name; a function brings its derivatives with it.

    Raises:
        ValueError: if there is none, or more than one.

    Example:
        >>> question("softmax").names
        ('softmax', 'softmax_backward')
    """
    if what in concepts():
        return Question(what)
    module, _, name = what.rpartition(".")
    homes = [m for m in concepts() if module in ("", m) and name in _public(m)]
    if len(homes) > 1:
        raise ValueError(f"{what}: there are {', '.join(f'{m}.{what}' for m in homes)}; say which")
    if not homes:
        choices = [*concepts(), *(n for m in concepts() for n in (*_public(m), *(f"{m}.{n}" for n in _public(m))))]
        raise ValueError(f"expected a concept or a function of refnn, got {what!r}{did_you_mean(what, choices)}")
    family = (name, *(n for n in (f"{name}_prime", f"{name}_backward") if n in _public(homes[0])))
    return Question(homes[0], family)


def subjects(named: Iterable[str]) -> list[str]:
    """Return the subjects of these names: files, packages and adapters; patterns and folders of files are spread out.

    Raises:
        ValueError: if there is no such file, package or adapter.
    """
    found = list[str]()
    for name in named:
        path = Path(name)
        if any(sign in name for sign in "*?["):
            files = sorted(glob.glob(name))
            if not files:
                raise ValueError(f"--on {name}: no file matches")
            found += subjects(files)
        elif path.suffix == ".py":
            if not path.is_file():
                raise ValueError(f"--on {name}: there is no such file")
            found.append(name)
        elif path.is_dir() and not (path / "__init__.py").exists() and any(path.glob("*.py")):
            found += [str(file) for file in sorted(path.glob("*.py"))]
        else:
            found.append(_package(name))
    return list(dict.fromkeys(found))


def _package(name: str) -> str:
    if entry_points(group=ENTRY_POINTS, name=name):
        return name
    try:
        known = find_spec(name) is not None
    except (ImportError, ValueError):
        known = False
    here = Path(*name.split("."))
    if not known and not (here / "__init__.py").is_file():
        hint = f"; did you mean {name}.py?" if Path(f"{name}.py").is_file() else ""
        if name in concepts():
            hint = "; what is checked comes before --on"
        raise ValueError(f"--on {name}: there is no such package, adapter or file{hint}")
    return name


@cache
def _public(module: str) -> tuple[str, ...]:
    return tuple(importlib.import_module(f"refnn.{module}").__all__)
