"""The subject of the laws, and the outcomes besides pass and failure: not written yet, declared deviation."""

import copy
import inspect
import os
from collections import Counter

import pytest
from hypothesis import settings

from refnn.properties.adapter import DeclaredDeviation, of_law
from refnn.properties.plugin import SUBJECT, register_profiles
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
    if config.stash.get(SUBJECT, None) is not None:
        return config.stash[SUBJECT]
    named = config.getoption("--refnn-subject") or os.environ.get("REFNN_SUBJECT") or config.getini("refnn_subject")
    try:
        return Subject(named or "refnn")
    except Exception as wrong:
        beside = f"; did you mean {named}.py?" if os.path.exists(f"{named}.py") else ""
        pytest.exit(f"--refnn-subject {named}: {type(wrong).__name__}: {wrong}{beside}", returncode=4)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a law that an adapter declares to deviate on the stored counterexample, where it must fail."""
    subject = pyfuncitem.funcargs.get("subject")
    deviations = subject.deviations() if isinstance(subject, Subject) else []
    deviation = of_law(deviations, pyfuncitem.originalname, pyfuncitem.name)
    if deviation is None:
        return
    law = pyfuncitem.obj
    law = law.hypothesis.inner_test if hasattr(law, "hypothesis") else law
    params = pyfuncitem.callspec.params if hasattr(pyfuncitem, "callspec") else {}
    arguments = {"subject": subject, **params, **copy.deepcopy(dict(deviation.counterexample))}
    try:
        inspect.signature(law).bind(**arguments)
    except TypeError as wrong:
        pytest.fail(f"declared deviation: the stored counterexample is not one of this law: {wrong}", pytrace=False)
    try:
        law(**arguments)
    except (Exception, pytest.fail.Exception):
        raise DeclaredDeviation(f"{deviation.reason} ({deviation.link})") from None
    pytest.fail(f"declared deviation: the law holds on the stored counterexample: {deviation.reason}", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember whether a law failed only because its function does not exist yet, or as was declared."""
    report = yield
    wrong = call.excinfo.value if call.excinfo is not None else None
    if isinstance(wrong, NotWrittenYet | NotImplementedError):
        subject = item.funcargs.get("subject")
        if isinstance(subject, Subject) and subject.is_adapter():
            report.outcome, report.not_claimed, report.longrepr = "passed", str(wrong), None
        else:
            report.not_written_yet, report.longrepr = str(wrong), f"not written yet: {wrong}"
    elif isinstance(wrong, DeclaredDeviation):
        report.outcome, report.declared_deviation, report.longrepr = "passed", str(wrong), None
    return report


OUTCOMES = {
    "not_written_yet": ("not written yet", "n", "NOT WRITTEN YET"),
    "declared_deviation": ("declared deviation", "d", "DECLARED DEVIATION"),
    "not_claimed": ("not claimed", "-", "NOT CLAIMED"),
}


def pytest_report_teststatus(report):
    """Give every outcome a letter of its own; what is not written yet still ends the run with a non-zero status."""
    return next((words for outcome, words in OUTCOMES.items() if getattr(report, outcome, False)), None)


def pytest_terminal_summary(terminalreporter):
    """Say what is not written yet or not claimed and how many laws wait for it, and which deviations are declared."""
    for attribute, (category, *_) in OUTCOMES.items():
        reports = terminalreporter.getreports(category)
        if reports:
            terminalreporter.section(category)
        if attribute == "declared_deviation":
            for report in reports:
                terminalreporter.line(f"{report.nodeid.rpartition('::')[2]}: {report.declared_deviation}")
        else:
            words = ("law waits", "laws wait") if attribute == "not_written_yet" else ("law left out", "laws left out")
            for reason, laws in Counter(getattr(report, attribute) for report in reports).most_common():
                terminalreporter.line(f"{reason}: {laws} {words[laws > 1]}")
