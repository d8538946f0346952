"""The implementation under test: a package with modules named like refnn's, or one file with the functions by name."""

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any


class NotWrittenYet(Exception):
    """The subject has no such function yet: neither a pass nor a failure of a law."""


class Subject:
    """Modules by name, functions by name below them; what is missing says so when it is first used, not before."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root = _load(name)

    def __getattr__(self, module: str) -> "_Concept":
        return _Concept(self, module)

    def __repr__(self) -> str:
        return f"Subject({self.name!r})"


class _Concept:
    def __init__(self, subject: Subject, module: str) -> None:
        self._subject, self._module = subject, module

    def __getattr__(self, function: str) -> Any:
        root = self._subject.root
        if hasattr(root, "__path__"):
            try:
                root = importlib.import_module(f"{root.__name__}.{self._module}")
            except ModuleNotFoundError as missing:
                if missing.name != f"{root.__name__}.{self._module}":
                    raise
                raise NotWrittenYet(f"{self._subject.name} has no module {self._module}") from None
        try:
            return getattr(root, function)
        except AttributeError:
            raise NotWrittenYet(f"{self._subject.name} has no {self._module}.{function}") from None


def _load(name: str) -> ModuleType:
    path = Path(name)
    if path.suffix != ".py":
        return importlib.import_module(name)
    if not path.is_file():
        raise FileNotFoundError(f"--refnn-subject: there is no file {name}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
