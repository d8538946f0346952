"""The implementation under test: a package with modules named like refnn's, or one file with the functions by name.

In one file, where two modules of refnn share a function's name, `module_function` comes first: `conv_parameter_count`
before `parameter_count`. An adapter to another library is found by the name of its entry point, or is such a file.
"""

import importlib
import importlib.util
import sys
from functools import wraps
from importlib.metadata import entry_points
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from refnn.properties.adapter import ENTRY_POINTS, Deviation


class NotWrittenYet(BaseException):
    """The subject has no such function yet: neither a pass nor a failure of a law.

    No Exception, so that Hypothesis lets it through at once instead of looking for the simplest input.
    """


class Subject:
    """Modules by name, functions by name below them; what is missing says so when it is first used, not before.

    Where there is a `lender`, what is missing is its.
    """

    def __init__(self, name: str, lender: str | None = None) -> None:
        self.name = name
        self.lender = Subject(lender) if lender else None
        self.root = _load(name)

    def __getattr__(self, module: str) -> Any:
        return _Concept(self, module)

    def __repr__(self) -> str:
        return f"Subject({self.name!r})"

    def is_adapter(self) -> bool:
        """Tell whether it declares deviations, and so claims no more names than it has."""
        return hasattr(self.root, "DEVIATIONS")

    def deviations(self) -> list[Deviation]:
        """Return the laws that it declares not to hold."""
        return list(getattr(self.root, "DEVIATIONS", ()))

    def find(self, module: str, function: str) -> Any:
        """Return what it, or its lender, has under this name of refnn's.

        Raises:
            NotWrittenYet: if it has nothing there.
        """
        try:
            return self._own(module, function)
        except NotWrittenYet:
            if self.lender is None:
                raise
            return self.lender.find(module, function)

    def _own(self, module: str, function: str) -> Any:
        root, names = self.root, [f"{module}_{function}", function]
        if hasattr(root, "__path__"):
            names = [function]
            try:
                root = importlib.import_module(f"{root.__name__}.{module}")
            except ModuleNotFoundError as missing:
                if missing.name != f"{root.__name__}.{module}":
                    raise
                raise NotWrittenYet(f"{self.name} has no module {module}") from None
        for name in names:
            if hasattr(root, name):
                return getattr(root, name)
        raise NotWrittenYet(f"{self.name} has no {module}.{function}")


class _Concept:
    def __init__(self, subject: Subject, module: str) -> None:
        self._subject, self._module = subject, module

    def __getattr__(self, function: str) -> Any:
        return _written(self._subject.find(self._module, function))


def _written(value: Any) -> Any:
    """Return a function of which a stub's NotImplementedError means that it is not written yet."""
    if not isinstance(value, FunctionType):
        return value

    @wraps(value)
    def function(*args: Any, **kwargs: Any) -> Any:
        try:
            return value(*args, **kwargs)
        except NotImplementedError as stub:
            raise NotWrittenYet(f"{value.__name__} is a stub: {stub}") from None

    return function


def _load(name: str) -> ModuleType:
    path = Path(name)
    if path.suffix != ".py":
        adapters = entry_points(group=ENTRY_POINTS, name=name)
        return next(iter(adapters)).load() if adapters else importlib.import_module(name)
    if not path.is_file():
        raise FileNotFoundError(f"--refnn-subject: there is no file {name}")
    spec = importlib.util.spec_from_file_location(f"refnn_subject_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
