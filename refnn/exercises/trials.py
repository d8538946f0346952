"""Trials: let a subject meet a law, here in this process, and hear whether the law holds.

pytest runs the laws on a whole subject; this runs one law on one subject in a few milliseconds, which is what it takes
to try every law on every mutant. It needs pytest and Hypothesis, the `test` extra.
"""

import importlib.util
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import refnn.properties
from refnn.properties.subject import Subject

try:
    import hypothesis
    import pytest
except ImportError as missing:
    raise ImportError(f"the laws need {missing.name}: install refnn[test]") from None

__all__ = ["Law", "failure", "laws"]

EXAMPLES = 50


@dataclass(frozen=True)
class Law:
    """A law of a module, as a function of the subject.

    Args:
        name: of the test.
        module: that it is about.
        level: one of `refnn.properties.LEVELS`.
        cases: functions of a subject that raise where the law fails; more than one if the test has parameters.
    """

    name: str
    module: str
    level: str
    cases: tuple[Callable[[Any], None], ...] = field(repr=False)

    @property
    def asks(self) -> frozenset[str]:
        """The functions of its own module that the law asks the subject for: no other mutant of it can break the law.

        Found by listening to the law while it meets refnn.
        """
        return frozenset().union(*_asked(self))

    def about(self, function: str) -> "Law":
        """Return the law with those of its cases alone that ask the subject for a function."""
        asked = zip(self.cases, _asked(self), strict=True)
        return replace(self, cases=tuple(case for case, names in asked if function in names))


@cache
def laws(module: str, examples: int = EXAMPLES) -> dict[str, Law]:
    """Return the laws of a module by name, in their order.

    Args:
        module: such as "conv".
        examples: how many inputs each law looks at, always the same ones.

    Raises:
        ValueError: if there is no such module.
    """
    path = Path(refnn.properties.__file__).with_name(f"test_{module}.py")
    if not path.is_file():
        raise ValueError(f"module: there are no laws of {module!r}")
    tests = {name: test for name, test in vars(_loaded(path, examples)).items() if name.startswith("test_")}
    return {name: Law(name, module, *_expanded(test)) for name, test in tests.items()}


def failure(law: Law, subject: Subject) -> BaseException | None:
    """Return what a law raises on a subject, with the counterexample among its notes; None where it holds.

    A warning is no failure here.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for case in law.cases:
            try:
                case(subject)
            except hypothesis.errors.HypothesisException:
                raise
            except (Exception, pytest.fail.Exception) as wrong:
                return wrong
    return None


def _loaded(path: Path, examples: int) -> Any:
    """Execute a file of laws once more, on its own, so that its laws have settings of their own.

    They look at the same few inputs each time, and search for no simpler counterexample.
    """
    before, phases = hypothesis.settings.default, (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "refnn-trial", max_examples=examples, phases=phases, derandomize=True, database=None, deadline=None,
        report_multiple_bugs=False, print_blob=False, suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    hypothesis.settings.load_profile("refnn-trial")
    try:
        spec = importlib.util.spec_from_file_location(f"{path.stem}_{examples}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        hypothesis.settings.register_profile("refnn-before", before)
        hypothesis.settings.load_profile("refnn-before")
    return module


def _expanded(test: Callable[..., None]) -> tuple[str, tuple[Callable[[Any], None], ...]]:
    """Return the level of a test, and the test for each choice of its parameters."""
    marks = getattr(test, "pytestmark", [])
    levels, tables = [mark for mark in marks if mark.name == "law"], []
    for mark in marks:
        if mark.name == "parametrize":
            names, rows = mark.args[:2]
            names = [name.strip() for name in names.split(",")] if isinstance(names, str) else names
            table = []
            for row in rows:
                if hasattr(row, "marks"):  # a pytest.param
                    levels += [inner for inner in row.marks if inner.name == "law"]
                    row = row.values if len(names) > 1 else row.values[0]
                table.append(dict(zip(names, row if len(names) > 1 else [row], strict=True)))
            tables.append(table)
    choices = [{name: value for row in rows for name, value in row.items()} for rows in product(*tables)]
    for choice in choices:
        assert {"subject", *choice} == set(inspect.signature(test).parameters), f"{test.__name__} asks for fixtures"
    return levels[0].kwargs["level"], tuple(_case(test, choice) for choice in choices)


def _case(test: Callable[..., None], choice: dict[str, Any]) -> Callable[[Any], None]:
    return lambda subject: test(subject=subject, **choice)


@cache
def _asked(law: Law) -> tuple[frozenset[str], ...]:
    asked = []
    for case in law.cases:
        listener = _Listener(law.module)
        wrong = failure(replace(law, cases=(case,)), listener)
        assert wrong is None, f"{law.name} fails on refnn: {wrong!r}"
        asked.append(frozenset(listener.heard))
    return tuple(asked)


class _Listener(Subject):
    """refnn, with a record of what it is asked for in one module."""

    def __init__(self, module: str) -> None:
        super().__init__("refnn")
        self.module, self.heard = module, set[str]()

    def find(self, module: str, function: str) -> Any:
        if module == self.module:
            self.heard.add(function)
        return super().find(module, function)
