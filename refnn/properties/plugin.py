"""The options of the law suite, as a pytest plugin that every pytest on the machine meets: nothing here is heavy."""

from typing import Any

import pytest

SUBJECT = pytest.StashKey[Any]()  # for who runs pytest from Python: a subject that is loaded already


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the choice of the implementation under test."""
    words = "implementation that the laws of refnn are run on: a package, a module or a Python file"
    parser.getgroup("refnn").addoption("--refnn-subject", metavar="SUBJECT", help=f"{words} (default: refnn)")
    parser.addini("refnn_subject", words)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of a law, and the profiles before Hypothesis asks for one of them."""
    config.addinivalue_line("markers", "law(*ids, level): the formula IDs that this test checks, and its level")
    if str(config.getoption("--hypothesis-profile", None)).startswith("refnn-"):
        register_profiles()


def register_profiles() -> None:
    """Make `refnn-dev` (quick), `refnn-ci` (the same every time) and `refnn-deep` (long) known to Hypothesis."""
    from hypothesis import HealthCheck, settings

    common: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
    settings.register_profile("refnn-dev", max_examples=30, **common)
    settings.register_profile("refnn-ci", max_examples=50, derandomize=True, database=None, **common)
    settings.register_profile("refnn-deep", max_examples=400, **common)
