"""The process in which a subject meets the laws: `python -m refnn.checking.child`, a job on its standard input.

What it finds out it says in lines of JSON on its standard output, each as soon as it is known, so that nothing is lost
when the subject ends the process, or has to be ended. What the subject prints goes nowhere.
"""

import copy
import functools
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

__all__ = ["Channel", "limit_memory", "opened"]


class Channel:
    """Lines of JSON to the process above, on a copy of its standard output that the subject does not know."""

    def __init__(self) -> None:
        self.file = os.fdopen(os.dup(1), "w", encoding="utf-8")
        sys.stdout.flush()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)

    def say(self, kind: str, **words: Any) -> None:
        """Send one message."""
        self.file.write(json.dumps({"kind": kind, **words}) + "\n")
        self.file.flush()


def opened() -> tuple[dict[str, Any], Channel]:
    """Return the job, and the channel that answers it; from then on input() finds the end of the file."""
    job = json.load(sys.stdin)
    channel = Channel()
    sys.stdin = open(os.devnull)  # noqa: SIM115
    os.dup2(sys.stdin.fileno(), 0)
    return job, channel


def main() -> None:
    """Load the subject, and run the laws of the job on it."""
    job, channel = opened()

    import pytest

    import refnn.activations  # the memory for NumPy and the kernels is not the subject's
    import refnn.conv
    import refnn.properties
    from refnn.checking.recorder import Recorded, Recorder

    limit_memory(job["memory"])
    recorder = Recorder(job["seconds"])
    recorder.stopped.update(job["stopped"])
    if hasattr(signal, "setitimer"):
        for alarm in (signal.SIGPROF, signal.SIGALRM, signal.SIGVTALRM):
            signal.signal(alarm, _too_long)
    loaded = _loaded(job, recorder, channel)
    if loaded is None:
        return
    witness = Witness(job, channel, Recorded(loaded, recorder))
    if job["journal"]:
        recorder.say = witness.journal
    _profile(job)
    home = Path(refnn.properties.__file__).parent
    options = ["-q", "--tb=no", "--strict-markers", "--hypothesis-profile=refnn-check", "-c", os.devnull]
    options += ["--rootdir", str(home)]  # whatever pytest is told where the subject lies
    for plugin in ("no:cacheprovider", "no:warnings", "no:faulthandler", "_hypothesis_pytestplugin",
                   "refnn.properties.plugin"):  # fmt: skip
        options += ["-p", plugin]
    options += [] if job["seed"] is None else [f"--hypothesis-seed={job['seed']}"]
    files = [str(home / f"test_{module}.py") for module in job["asks"]]
    channel.say("end", status=int(pytest.main([*options, *files], plugins=[witness])))


def _loaded(job: dict[str, Any], recorder: Any, channel: Channel) -> Any:
    """Return the subject; where it cannot be loaded, say why and return None."""
    from refnn.checking.card import line_of
    from refnn.checking.difference import sentence_of
    from refnn.checking.recorder import Endless
    from refnn.properties.subject import Subject

    # What lies beside a subject can be imported, behind all else: a learner's random.py is not the library's.
    sys.path.append(str(Path(job["subject"]).resolve().parent) if job["subject"].endswith(".py") else os.getcwd())
    try:
        with recorder.limited():
            return Subject(job["subject"])
    except Endless:
        channel.say("error", text=f"its import did not come to an end within {job['seconds']:g} s")
    except BaseException as wrong:
        text = f"{type(wrong).__name__}: {wrong.msg if isinstance(wrong, SyntaxError) else wrong}"
        if isinstance(wrong, SystemExit):
            text = f"{sentence_of(wrong)} while it is imported"
        channel.say("error", text=" ".join(text.split()), line=line_of(wrong, job["subject"]))
    return None


def _profile(job: dict[str, Any]) -> None:
    """Tell Hypothesis how many examples to draw, the same each time."""
    import hypothesis

    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]  # none that traces: laws count instructions so
    settings: dict[str, Any] = {"derandomize": job["seed"] is None, "max_examples": 400 if job["deep"] else 50}
    if job["survey"]:
        settings["max_examples"] = 3
    else:
        phases.append(hypothesis.Phase.shrink)
    hypothesis.settings.register_profile(
        "refnn-check", phases=phases, database=None, deadline=None, print_blob=False, report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck), **settings,
    )  # fmt: skip


def _too_long(number: int, frame: object) -> None:
    from refnn.checking.recorder import Endless

    raise Endless


def limit_memory(gibibytes: float) -> None:
    """Let this process take no more than so much further memory, and write no large files; where that is possible."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + int(gibibytes * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**26, 2**26))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return


class Witness:
    """The pytest plugin that chooses the laws, watches the examples and reports outcomes."""

    def __init__(self, job: dict[str, Any], channel: Channel, subject: Any) -> None:
        self.job, self.channel, self.subject = job, channel, subject
        self.arguments: dict[str, Any] = {}
        self.said: dict[str, Any] = {}

    def pytest_configure(self, config: Any) -> None:
        """Put the subject where the fixture finds it."""
        from refnn.properties.plugin import SUBJECT

        config.stash[SUBJECT] = self.subject

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """Keep the laws of the job."""
        wanted = None if self.job["laws"] is None else set(self.job["laws"])
        items[:] = [item for item in items if wanted is None or _id(item) in wanted]
        from refnn.properties import LEVELS

        items.sort(key=lambda item: LEVELS.index(_level(item)))  # stable: in the order of the file within a level
        if not self.job["quiet"]:
            self.channel.say("laws", laws=[
                {"id": _id(item), "concept": _concept(item), "test": item.name, "formulas": _ids(item),
                 "level": _level(item)}
                for item in items
            ])  # fmt: skip

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which law comes next, in case the process does not survive it."""
        self.channel.say("start", law=_short(nodeid))

    def pytest_runtest_setup(self, item: Any) -> None:
        """Check what is asked for in this law's module; all else is refnn's."""
        names = self.job["asks"][_concept(item)]
        self.subject.claims = (_concept(item), None if names is None else frozenset(names))
        self.subject.recorder.new_law()
        self.arguments, self.said = {}, {}

    def pytest_pyfunc_call(self, pyfuncitem: Any) -> None:
        """Watch each example of a law: its arguments, what is drawn, whether it fails."""
        law, recorder = pyfuncitem.obj, self.subject.recorder
        handle = getattr(law, "hypothesis", None)
        params = pyfuncitem.callspec.params if hasattr(pyfuncitem, "callspec") else {}
        self.arguments = dict(params)
        if handle is not None:
            original = self.original(law)

            @functools.wraps(original)
            def watched(*args: Any, **kwargs: Any) -> Any:
                recorder.calls, recorder.current = [], None
                kept, given = {}, {}
                for name, value in kwargs.items():
                    drawn = hasattr(value, "draw") and hasattr(value, "conjecture_data")
                    given[name] = _Drawn(value) if drawn else value
                    if name != "subject":
                        kept[name] = given[name] if isinstance(given[name], _Drawn) else _copied(value)
                try:
                    return original(*args, **given)
                except (Exception, SystemExit):
                    recorder.failed = recorder.calls
                    self.arguments = kept
                    raise

            watched.original = original  # type: ignore[attr-defined]
            handle.inner_test = watched
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_VIRTUAL, 6 * self.job["seconds"], 1)

    @staticmethod
    def original(law: Any) -> Any:
        """Return the test as it is written, without Hypothesis and without our watch."""
        inner = law.hypothesis.inner_test if hasattr(law, "hypothesis") else law
        return getattr(inner, "original", inner)

    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        """Make the card while everything is at hand."""
        from refnn.properties.adapter import DeclaredDeviation
        from refnn.properties.subject import NotWrittenYet

        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
        if call.excinfo is None or self.job["survey"]:
            return
        wrong = call.excinfo.value
        if isinstance(wrong, NotWrittenYet | NotImplementedError | DeclaredDeviation):
            return
        from refnn.checking.card import Card, Failure, autopsy
        from refnn.checking.difference import sentence_of
        from refnn.properties.adapter import Draws

        arguments = {k: Draws(*v.values) if isinstance(v, _Drawn) else v for k, v in self.arguments.items()}
        generated, law = hasattr(item.obj, "hypothesis"), self.original(item.obj)
        failure = Failure(_concept(item), item.originalname, _level(item), wrong, arguments, generated, law)
        try:
            reason, card = autopsy(self.subject, failure)
        except Exception as broken:  # a card less is no reason to lose the outcome
            why = f"{type(broken).__name__}: {broken}"
            reason, card = sentence_of(wrong), Card(note=f"No counterexample can be shown ({why}).")
        self.said = {"reason": reason, "card": card.as_data(), "stopped": type(wrong).__name__ == "Endless"}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Send the outcome of a law."""
        if report.when == "teardown" or (report.when == "setup" and report.outcome == "passed"):
            return
        law, words = _short(report.nodeid), dict[str, Any]()
        if self.job["survey"]:
            if report.outcome != "passed":
                return  # a law that asks whether two names are one and the same cannot be asked of one of them
            asked = sorted(name for module, name in self.subject.recorder.asked if module == law.partition("::")[0])
            self.channel.say("asked", law=law, names=asked)
        elif text := getattr(report, "not_claimed", ""):
            words = {"outcome": "not claimed", "reason": text}
        elif text := getattr(report, "not_written_yet", ""):
            words = {"outcome": "not written yet", "reason": text}
        elif text := getattr(report, "declared_deviation", ""):
            words = {"outcome": "declared deviation", "reason": text}
        elif report.outcome == "passed":
            words = {"outcome": "holds"}
        else:
            words = {"outcome": "FAILS", **self.said}
            lent = any(not self.subject.owns(*name) for name in self.subject.recorder.asked)
            if lent and self.said.get("card", {}).get("kind") == "rounding":
                words = {"outcome": "holds"}  # its last digits beside those of refnn's functions: nobody's mistake
        if words:
            self.channel.say("outcome", law=law, **words)

    def journal(self, call: Any) -> None:
        """Say which call is about to be made, before it ends the process."""
        from refnn.checking.card import call_in_words

        if self.subject.owns(call.module, call.name):
            self.channel.say("calling", card=call_in_words(self.subject, call))


class _Drawn:
    """What a law draws on the way, remembered."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self.values: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._data, name)

    def draw(self, strategy: Any, label: Any = None) -> Any:
        value = self._data.draw(strategy, label)
        self.values.append(_copied(value))
        return value


def _copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # what cannot be copied is no array
        return value


def _concept(item: Any) -> str:
    return str(item.path.stem.removeprefix("test_"))


def _short(nodeid: str) -> str:
    """Return `conv::test_x[1]` for the law's id in pytest."""
    file, _, test = nodeid.partition("::")
    return f"{Path(file).stem.removeprefix('test_')}::{test}"


def _id(item: Any) -> str:
    return _short(item.nodeid)


def _level(item: Any) -> str:
    return next((mark.kwargs["level"] for mark in item.iter_markers("law")), "law")


def _ids(item: Any) -> list[str]:
    return list(dict.fromkeys(name for mark in item.iter_markers("law") for name in mark.args))


if __name__ == "__main__":
    main()
