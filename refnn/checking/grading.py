"""Grade a learner's file, in a process of its own with limits of time and memory."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill, indent
from typing import Any

from refnn.checking import report as words
from refnn.checking.questions import Question
from refnn.checking.running import Limits, check
from refnn.exercises.course import Exercise
from refnn.exercises.mutants import Mutant, mutants

__all__ = ["Verdict", "grade", "question", "wrong_versions"]

_SECONDS = {"counterexample": 10.0, "law": 30.0, "repair": 30.0}  # that a file may take; laws meet wrong versions too


@dataclass
class Verdict:
    """What came of a file: whether it passes, and what to say."""

    passed: bool
    lines: list[str]


def grade(exercise: Exercise, path: Path, limits: Limits | None = None) -> Verdict:
    """Grade a file.

    Raises:
        ValueError: if there is no such file.
    """
    if not path.is_file():
        raise ValueError(f"there is no file {path}; `refnn start {exercise.name}` writes it")
    if exercise.functions:
        return _by_laws(exercise, path, limits or Limits())
    return _by_messages(exercise, path, limits or Limits(_SECONDS[exercise.kind]))


def question(exercise: Exercise) -> Question:
    """Return what `refnn check` is asked: the functions that are to be written or repaired."""
    return Question(exercise.of, exercise.functions)


def wrong_versions(exercise: Exercise) -> list[Mutant]:
    """Return the mutants that a learner's law must catch."""
    if exercise.exhibit:
        from refnn.exercises.museum import VacuousLaw, exhibits

        exhibit = exhibits()[exercise.exhibit]
        return [exhibit.spares] if isinstance(exhibit, VacuousLaw) else []
    return [mutants()[name] for name in exercise.mutants]


def _by_laws(exercise: Exercise, path: Path, limits: Limits) -> Verdict:
    """Let the functions of a file meet the laws that ask for them."""
    (report,) = check([str(path)], [question(exercise)], limits)
    if report.error:
        return Verdict(False, [words.summary(report)])
    report.outcomes = [o for o in report.outcomes if o.test.partition("[")[0] not in exercise.beyond]
    lines = words.levels(report)
    for outcome in report.failed[:1]:
        lines += ["", *words.card(outcome)]
    if more := len(report.failed) - 1 if report.failed else 0:
        names = " ".join(f"{exercise.of}.{name}" for name in exercise.functions)
        command = f"refnn check {names} --on {path} --cards {more + 1}"
        lines += ["", f"{more} more {'law fails' if more == 1 else 'laws fail'}; all of them: {command}"]
    waiting = dict.fromkeys(o.reason for o in report.laws if o.outcome == "not written yet")
    lines += ["", *(f"not written yet: {reason.removesuffix(': ')}" for reason in waiting), words.summary(report)]
    return Verdict(report.passes, lines)


def _by_messages(exercise: Exercise, path: Path, limits: Limits) -> Verdict:
    """Let a learner's law meet refnn and wrong versions, or a claim its counterexample."""
    messages = _heard(exercise, path, limits)
    end = messages[-1]
    if end["kind"] == "error":
        return Verdict(False, [_wrapped(end["text"]), *([f"    {end['line']}"] if end.get("line") else [])])
    if exercise.kind == "counterexample":
        return Verdict(end["passed"], [_wrapped(end["text"])])
    return _of_law(exercise, messages)


def _of_law(exercise: Exercise, messages: list[dict[str, Any]]) -> Verdict:
    """Say whether a law accepts refnn, and which wrong versions it lets live."""
    met = {message["subject"]: message for message in messages if message["kind"] == "met"}
    right = met.pop("refnn")
    if right["broken"]:
        lines = ["refnn is right, and your law rejects it:", "", indent(right["why"], "    ")]
        return Verdict(False, [*lines, "", "The wrong versions come when refnn is accepted."])
    wrong = {mutant.name: mutant for mutant in wrong_versions(exercise)}
    lines = ["accepts refnn"]
    for name, message in met.items():
        said = f"{wrong[name].module}.{wrong[name].function}, where {wrong[name].imitates}"
        lines.append(_wrapped(f"{'catches' if message['broken'] else 'LETS LIVE'}  {said}"))
    caught = sum(message["broken"] for message in met.values())
    lines += ["", f"catches {caught} of {len(met)} wrong versions"]
    if not caught:
        lines += ["A law that nothing can break says nothing: does it ask the subject, and assert something?"]
    return Verdict(caught == len(met), lines)


def _heard(exercise: Exercise, path: Path, limits: Limits) -> list[dict[str, Any]]:
    """Run the child; return its messages, the last of which is `end` or `error`."""
    job = {"exercise": exercise.name, "file": str(path), "memory": limits.memory}
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "HYPOTHESIS_"))}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as storage:
        env |= {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "HYPOTHESIS_STORAGE_DIRECTORY": storage}
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "refnn.checking.attempt"], env=env, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        late = False
        try:
            said, _ = child.communicate(json.dumps(job), timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            late = True
            _kill(child)
            said, _ = child.communicate()
        except BaseException:  # Ctrl-C
            _kill(child)
            child.wait()
            raise
    messages = list(_whole(said.splitlines()))
    if messages and messages[-1]["kind"] in ("end", "error"):
        return messages
    during = messages[-1]["subject"] if messages and messages[-1]["kind"] == "meets" else ""
    where = f" while it met {during}" if during else ""
    what = f"did not come to an end within {limits.seconds:g} s" if late else f"ended Python ({child.returncode})"
    return [*messages, {"kind": "error", "text": f"{path.name} {what}{where}"}]


def _kill(child: subprocess.Popen[str]) -> None:
    """End a child and what it has started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        child.kill()


def _whole(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Yield the messages; the last line of a child that was ended may be cut off."""
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            return


def _wrapped(text: str) -> str:
    return fill(text, words.WIDTH, subsequent_indent="    ", break_on_hyphens=False)
