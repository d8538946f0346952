"""Run subjects against the laws, each in a process of its own, under limits of time and memory."""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from refnn.checking.questions import Question

__all__ = ["OUTCOMES", "Limits", "Outcome", "Report", "check"]

OUTCOMES = ("holds", "FAILS", "not written yet", "declared deviation")
_ENOUGH = 10  # times that a subject may end its process before the rest is not tried


_alive: set[subprocess.Popen[str]] = set()
_over = threading.Event()  # no process shall begin any more
_surveyed: dict[str, list[str]] = {}  # the laws that ask for chosen names, which stay the same


@dataclass(frozen=True)
class Limits:
    """How long one call may compute, in seconds, and how much memory a subject may take, in GiB."""

    seconds: float = 5.0
    memory: float = 2.0


@dataclass
class Outcome:
    """What came of one law: one of OUTCOMES (or not claimed, by an adapter), the reason and the failure card."""

    law: str
    concept: str
    test: str
    formulas: list[str]
    level: str
    outcome: str = ""
    reason: str = ""
    card: dict[str, str] = field(default_factory=dict)


@dataclass
class Report:
    """A subject's outcomes in the order of levels, or the error that kept it from being loaded."""

    subject: str
    outcomes: list[Outcome] = field(default_factory=list)
    error: str = ""
    line: str = ""

    @property
    def laws(self) -> list[Outcome]:
        """The outcomes that count: all but those of names that an adapter does not claim."""
        return [outcome for outcome in self.outcomes if outcome.outcome != "not claimed"]

    @property
    def failed(self) -> list[Outcome]:
        """The laws that fail, in the order of levels; those that only rounding breaks come last."""
        return sorted((o for o in self.laws if o.outcome == "FAILS"), key=lambda o: o.card.get("kind") == "rounding")

    @property
    def passes(self) -> bool:
        """Whether it was loaded and claims something, and every law holds or deviates as declared."""
        fine = all(outcome.outcome in ("holds", "declared deviation") for outcome in self.laws)
        return not self.error and bool(self.laws) and fine


def check(
    subjects: Sequence[str],
    questions: Sequence[Question],
    limits: Limits,
    *,
    seed: int | None = None,
    deep: bool = False,
    jobs: int = 1,
    done: Callable[[Report], None] = lambda report: None,
) -> list[Report]:
    """Run the laws of the questions on each subject; `done` is told of each report, in the order of subjects."""
    job: dict[str, Any] = {
        "asks": {}, "laws": None, "seed": seed, "deep": deep, "seconds": limits.seconds, "memory": limits.memory,
        "journal": False, "survey": False, "quiet": False, "stopped": {},
    }  # fmt: skip
    for question in questions:
        known = job["asks"].get(question.module, [])
        whole = question.names is None or known is None
        job["asks"][question.module] = None if whole else sorted({*known, *(question.names or ())})
    if any(names is not None for names in job["asks"].values()):
        key = json.dumps(job["asks"], sort_keys=True)
        job["laws"] = _surveyed[key] = _surveyed.get(key) or _relevant(job)
    reports = []
    _over.clear()
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        try:
            for report in pool.map(lambda subject: _Run(subject, job).report(), subjects):
                reports.append(report)
                done(report)
        except BaseException:  # Ctrl-C, or nobody reads what `done` prints
            pool.shutdown(wait=False, cancel_futures=True)
            _over.set()
            for child in list(_alive):
                _stop(child)
            raise
    return reports


def _relevant(job: dict[str, Any]) -> list[str]:
    """Let every law meet refnn for a moment, the names recorded; return those that hold and ask for one of them."""
    laws = []
    for message in _Process({**job, "subject": "refnn", "survey": True, "deep": False, "quiet": True}, 60.0):
        if message["kind"] == "asked":
            names = job["asks"][message["law"].partition("::")[0]]
            if names is None or set(names) & set(message["names"]):
                laws.append(message["law"])
        elif message["kind"] == "dead":
            raise ValueError(f"the laws cannot be run on refnn: {message['reason']}")
    if not laws:
        names = [f"{module}.{name}" for module, names in job["asks"].items() for name in names or ()]
        raise ValueError(f"no law asks for {' or '.join(names)}")
    return laws


class _Run:
    """One subject: as many processes as it takes to hear of every law."""

    def __init__(self, subject: str, job: dict[str, Any]) -> None:
        self.job = {**job, "subject": subject}
        self.result = Report(subject)
        self.known: dict[str, Outcome] = {}
        self.stopped: Counter[str] = Counter()

    def report(self) -> Report:
        """Run, and begin again behind each law that ends the process."""
        laws, accidents = self.job["laws"], 0
        while True:
            current, dead = "", ""
            job = {**self.job, "laws": laws, "quiet": bool(self.known), "stopped": dict(self.stopped)}
            for message in _Process(job, self._clock()):
                if message["kind"] == "laws":
                    self.known = {law["id"]: Outcome(law=law.pop("id"), **law) for law in message["laws"]}
                elif message["kind"] == "start":
                    current = message["law"]
                elif message["kind"] == "outcome":
                    self._note(message)
                    current = ""
                elif message["kind"] == "error":
                    self.result.error, self.result.line = message["text"], message.get("line", "")
                    return self.result
                elif message["kind"] == "dead":
                    dead = message["reason"]
            if dead and not self.known:
                self.result.error = f"{dead} while it is imported"
                return self.result
            if dead and current:
                self._accident(current, dead)
            accidents += 1
            laws = [law for law, outcome in self.known.items() if not outcome.outcome]
            if not laws or accidents >= _ENOUGH:
                break
        for law in laws:
            self.known[law].outcome = "FAILS"
            self.known[law].reason = f"not tried: Python had to be started {accidents} times"
        self.result.outcomes = list(self.known.values())
        return self.result

    def _clock(self) -> float:
        return float(20 * self.job["seconds"] + 30)  # the last resort: the limits inside the process come first

    def _note(self, message: dict[str, Any]) -> None:
        outcome = self.known[message["law"]]
        outcome.outcome, outcome.reason = message["outcome"], message.get("reason", "")
        outcome.card = message.get("card", {})
        if message.get("stopped"):
            self.stopped[".".join(outcome.card.get("function", "").split(".")[:2])] += 1

    def _accident(self, law: str, reason: str) -> None:
        """Note what ended the process, and meet the law once more to hear of each call before it is made."""
        card: dict[str, str] = {}
        patience = min(self._clock(), 3 * self.job["seconds"] + 10)
        for message in _Process({**self.job, "laws": [law], "quiet": True, "journal": True}, patience):
            if message["kind"] == "calling":
                card = message["card"]
            elif message["kind"] == "dead":
                card = {**card, "kind": "stopped", "yours": reason}
        reason = f"{card.get('function', 'the law')} {reason}"
        self._note({"law": law, "outcome": "FAILS", "reason": reason, "card": card, "stopped": True})


class _Process:
    """The messages of one child; the last of one that did not end by itself is `dead`, with the reason."""

    def __init__(self, job: dict[str, Any], patience: float) -> None:
        self.job, self.patience = job, patience

    def __iter__(self) -> Any:
        if _over.is_set():
            yield {"kind": "dead", "reason": "was stopped"}
            return
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "HYPOTHESIS_"))}
        env |= {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        storage = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)  # Hypothesis leaves nothing where one works
        env["HYPOTHESIS_STORAGE_DIRECTORY"] = storage.name
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "refnn.checking.child"],  # -P: a random.py that lies here is not the library's
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, encoding="utf-8", start_new_session=True,
        )  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        _alive.add(child)
        lines: queue.Queue[str | None] = queue.Queue()

        def read() -> None:
            for line in child.stdout or ():
                lines.put(line)
            lines.put(None)

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            child.stdin.write(json.dumps(self.job))
            child.stdin.close()
            ended = False
            while True:
                try:
                    line = lines.get(timeout=self.patience)
                except queue.Empty:
                    yield {"kind": "dead", "reason": f"did not come back within {self.patience:g} s"}
                    return
                if line is None:
                    break
                message = json.loads(line)
                ended = message["kind"] in ("end", "error")
                if message["kind"] == "end" and message["status"] not in (0, 1, 5):  # passed, failed, nothing to do
                    message = {"kind": "dead", "reason": f"ends pytest with the status {message['status']}"}
                yield message
            if not ended:
                yield {"kind": "dead", "reason": _ending(child.wait())}
        finally:
            _stop(child)
            _alive.discard(child)
            reader.join()
            child.stdout.close()
            storage.cleanup()


def _stop(child: subprocess.Popen[str]) -> None:
    """End a child and what it has started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        child.kill()
    child.wait()


def _ending(status: int) -> str:
    if status < 0:
        return f"ends Python by the signal {signal.Signals(-status).name}"
    return f"ends Python with the exit status {status}"
