"""The implementation under test: a package with modules named like refnn's, or one file with the functions by name.

In one file, where two modules of refnn share a function's name, `module_function` comes first: `conv_parameter_count`
before `parameter_count`.
"""

import importlib
import importlib.util
import sys
from functools import wraps
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any


class NotWrittenYet(BaseException):
    """The subject has no such function yet: neither a pass nor a failure of a law.

    No Exception, so that Hypothesis lets it through at once instead of looking for the simplest input.
    """


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
        root, names = self._subject.root, [f"{self._module}_{function}", function]
        if hasattr(root, "__path__"):
            names = [function]
            try:
                root = importlib.import_module(f"{root.__name__}.{self._module}")
            except ModuleNotFoundError as missing:
                if missing.name != f"{root.__name__}.{self._module}":
                    raise
                raise NotWrittenYet(f"{self._subject.name} has no module {self._module}") from None
        for name in names:
            if hasattr(root, name):
                return _written(getattr(root, name))
        raise NotWrittenYet(f"{self._subject.name} has no {self._module}.{function}")


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
        return importlib.import_module(name)
    if not path.is_file():
        raise FileNotFoundError(f"--refnn-subject: there is no file {name}")
    spec = importlib.util.spec_from_file_location(f"refnn_subject_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
