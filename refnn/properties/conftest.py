"""The subject of the laws, and the outcome of a law whose function is not written yet."""

import os
from collections import Counter

import pytest
from hypothesis import settings

from refnn.properties.plugin import register_profiles
from refnn.properties.subject import NotWrittenYet, Subject


def pytest_configure(config):
    """Take the quick profile where none was asked for."""
    if not config.getoption("--hypothesis-profile", None):
        register_profiles()
        settings.load_profile("refnn-dev")


@pytest.fixture(scope="session")
def subject(request):
    """Return the implementation that --refnn-subject, $REFNN_SUBJECT or the ini key names; refnn itself otherwise."""
    config = request.config
    named = config.getoption("--refnn-subject") or os.environ.get("REFNN_SUBJECT") or config.getini("refnn_subject")
    try:
        return Subject(named or "refnn")
    except Exception as wrong:
        beside = f"; did you mean {named}.py?" if os.path.exists(f"{named}.py") else ""
        pytest.exit(f"--refnn-subject {named}: {type(wrong).__name__}: {wrong}{beside}", returncode=4)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember whether a law failed only because its function does not exist yet."""
    report = yield
    if call.excinfo is not None and call.excinfo.errisinstance((NotWrittenYet, NotImplementedError)):
        report.not_written_yet = str(call.excinfo.value)
        report.longrepr = f"not written yet: {call.excinfo.value}"
    return report


def pytest_report_teststatus(report):
    """Give `not written yet` a letter of its own; the run still ends with a non-zero status."""
    if getattr(report, "not_written_yet", False):
        return "not written yet", "n", "NOT WRITTEN YET"
    return None


def pytest_terminal_summary(terminalreporter):
    """Say what is not written yet, and how many laws wait for it."""
    waiting = Counter(report.not_written_yet for report in terminalreporter.getreports("not written yet"))
    if waiting:
        terminalreporter.section("not written yet")
        for reason, laws in waiting.most_common():
            terminalreporter.line(f"{reason}: {laws} {'law waits' if laws == 1 else 'laws wait'}")
