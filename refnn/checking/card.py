"""The failure card: what a law says, the smallest input that breaks it, yours against expected, and a diagnosis.

The card is made in the process of the subject, where its functions and the recorded calls are at hand, and travels as
plain text.
"""

import base64
import contextlib
import importlib
import inspect
import io
import linecache
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np

import refnn
from refnn.checking.difference import Difference, argument, first_difference, same, sentence_of
from refnn.checking.literals import NoLiteral, brief, literal
from refnn.checking.recorder import Answer, Call, Endless, NotTried, Recorded, answers
from refnn.checking.snippet import of_call, of_law
from refnn.properties.adapter import Draws

__all__ = ["Card", "Failure", "autopsy", "call_in_words", "line_of"]


@dataclass
class Card:
    """What a learner is told about a law that fails; empty where there is nothing to say."""

    kind: str = ""  # of the difference, or rounding, or endless
    function: str = ""
    snippet: str = ""
    place: str = ""
    yours: str = ""
    expected: str = ""
    line: str = ""
    diagnosis: str = ""
    mutant: str = ""
    note: str = ""
    source: str = ""

    def as_data(self) -> dict[str, str]:
        """Return what there is, for JSON."""
        return {key: text for key, text in asdict(self).items() if text}


@dataclass
class Failure:
    """A law that failed: the exception, and the arguments of the example, with what was drawn on the way."""

    module: str
    test: str
    level: str
    wrong: BaseException
    arguments: dict[str, Any]
    generated: bool
    law: Any


def autopsy(subject: Recorded, failure: Failure) -> tuple[str, Card]:
    """Return the reason of a failure in one line, and its card."""
    recorder, wrong = subject.recorder, failure.wrong
    if isinstance(wrong, NotTried):
        return str(wrong), Card()
    if isinstance(wrong, Endless):
        return _endless(subject)
    calls = [call for call in (recorder.failed or recorder.calls) if subject.owns(call.module, call.name)]
    flaky = type(wrong).__name__ in {"Flaky", "FlakyFailure", "FlakyReplay"}
    expected = answers(calls, _refnn)
    found = first_difference(calls, expected, failure.level == "shape", str(wrong).startswith("DID NOT RAISE"))
    card = Card()
    if found is not None:
        index, difference = found
        call = calls[index]
        card.function = f"{call.module}.{call.function}"
        card.yours, card.expected = difference.yours, difference.expected
        card.place, card.kind = _place(call, difference), "rounding" if difference.rounding else difference.kind
        if difference.rounding:
            card.note = "The difference is tiny, and this law leaves no room for it."
        if call.answer and isinstance(call.answer.raised, TypeError) and " argument" in str(call.answer.raised):
            card.note = f"It is called as {call.name}{_signature(call)}."
        elif call.owner is None and not _repeats(subject, call):
            card.note = "Asked again with the same arguments, your function gives another answer."
        with contextlib.suppress(NoLiteral):
            snippet = of_call(subject, calls, index, difference)
            if not difference.rounding and _reproduces(subject, snippet, difference):
                card.snippet = snippet
    raised = next((call.answer.raised for call in reversed(calls) if call.answer and call.answer.raised), None)
    if raised is not None:
        card.line = line_of(raised, getattr(subject.root, "__file__", None) or "")
    _diagnose(subject, calls, card, exactly=found is not None and found[1].rounding)
    reason = _reason(card, wrong, found)
    if flaky:
        reason = "gives different answers to the same arguments"
        card.note = "A function of refnn's answers the same arguments with the same numbers; chance comes in as `rng`."
    if not card.snippet:
        _law_instead(subject, failure, card)
    if found is None and not flaky:
        card.note = "None of your answers on this example is known to be wrong by itself; together they break the law."
    return reason, card


def _signature(call: Call) -> str:
    """Return the parameters of refnn's function, without their types."""
    signature = inspect.signature(_refnn(call.module, call.name))
    plain = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=signature.empty))


def _repeats(subject: Recorded, call: Call) -> bool:
    """Tell whether a function gives the same answer to the same arguments once more."""
    try:
        with subject.recorder.limited():
            (again,) = answers([call], subject.raw)
    except Endless:
        return False
    return again is None or call.answer is None or same(again, call.answer, call, exactly=True)


def _reason(card: Card, wrong: BaseException, found: tuple[int, Difference] | None) -> str:
    if found is not None:
        where = f"{card.function}{' ' + card.place if card.place else ''}"
        if card.kind == "raised":
            return f"{where} {card.yours}"
        return f"{where}: {card.yours}, expected {card.expected}"
    if isinstance(wrong, AssertionError):
        said = next((line.strip() for line in str(wrong).splitlines() if line.strip()), "the law does not hold")
        return said if len(said) <= 160 else f"{said[:157]}..."
    return sentence_of(wrong)


def _place(call: Call, difference: Difference) -> str:
    """Say where two results, or arguments afterwards, differ first."""
    what = "result"
    if difference.kind == "changed" and difference.argument is not None:
        what = argument(call, difference.argument)
    within = f"in {what}{difference.path}" if difference.path or (what != "result" and difference.place) else ""
    if not difference.place:
        return within
    return f"{within} at {difference.place}".strip() if difference.place else within


def _endless(subject: Recorded) -> tuple[str, Card]:
    recorder, call = subject.recorder, subject.recorder.current
    if call is None:
        return "the law did not come to an end in time", Card()
    card = Card(kind="endless", function=f"{call.module}.{call.function}")
    card.yours = f"did not come back within the time limit of {recorder.seconds:g} s"
    recorder.stopped[f"{call.module}.{call.name}"] += 1
    calls = recorder.calls
    index = next((i for i, one in enumerate(calls) if one is call), None)
    if index is not None:
        answer = answers(calls[: index + 1], _refnn)[index]
        if answer is not None:
            card.expected = brief(answer.result) if answer.raised is None else sentence_of(answer.raised)
        with contextlib.suppress(NoLiteral):
            card.snippet = of_call(subject, calls, index, None)
    return f"{card.function} {card.yours}", card


def call_in_words(subject: Recorded, call: Call) -> dict[str, str]:
    """Return the snippet of a call that is about to be made; without one, its name."""
    calls = subject.recorder.calls
    card = Card(function=f"{call.module}.{call.function}")
    with contextlib.suppress(NoLiteral, StopIteration):
        card.snippet = of_call(subject, calls, next(i for i, one in enumerate(calls) if one is call), None)
    return card.as_data()


def _refnn(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"refnn.{module}"), name)


def line_of(raised: BaseException, file: str) -> str:
    """Return the line of a subject's own file, or package of that file, on which an exception was raised."""
    if isinstance(raised, SyntaxError) and raised.filename:
        return f"{Path(raised.filename).name}, line {raised.lineno}: {(raised.text or '').strip()}"
    own = Path(file).resolve()
    home = str(own.parent if own.name == "__init__.py" else own)
    lines = [f for f in traceback.extract_tb(raised.__traceback__) if str(Path(f.filename).resolve()).startswith(home)]
    if not lines:
        return ""
    last = lines[-1]
    text = (last.line or linecache.getline(last.filename, last.lineno or 0)).strip()
    return f"{Path(last.filename).name}, line {last.lineno}: {text}"


def _diagnose(subject: Recorded, calls: list[Call], card: Card, exactly: bool) -> None:
    """Find a known wrong version that gives the same answers as the subject, on this example and on earlier ones."""
    right: dict[tuple[str, str], list[Answer | None]] = {}
    for mutant in _mutants():
        key = (mutant.module, mutant.function)
        if all((call.module, call.name) != key for call in calls):
            continue
        pool = [*calls, *subject.recorder.pool.get(key, [])]
        right[key] = right.get(key) or answers(pool, _refnn)
        mutated = answers(pool, partial(_with, mutant))
        trials = [(call, other, good) for call, other, good in zip(pool, mutated, right[key], strict=True)
                  if (call.module, call.name) == key]  # fmt: skip
        agrees = all(call.answer and other and same(other, call.answer, call, exactly) for call, other, _ in trials)
        if agrees and any(other and good and not same(other, good, call, exactly) for call, other, good in trials):
            card.diagnosis = f"This is what comes out when {mutant.imitates}."
            card.mutant = mutant.name
            return


def _with(mutant: Any, module: str, name: str) -> Any:
    """Return refnn's function, or the mutant in its place."""
    return mutant.replacement if (module, name) == (mutant.module, mutant.function) else _refnn(module, name)


def _mutants() -> Iterator[Any]:
    """Yield the catalogue of known wrong versions; nothing where it is not installed."""
    try:
        from refnn.exercises.mutants import mutants

        yield from mutants().values()
    except (ImportError, ValueError):
        return


def _reproduces(subject: Recorded, snippet: str, difference: Difference) -> bool:
    """Tell whether a snippet, run now, shows what it promises."""
    body = snippet.partition("\n\n")[2]
    names: dict[str, Any] = {"np": np, "base64": base64, "refnn": refnn}
    for one in subject.recorder.failed or subject.recorder.calls:
        names[one.name] = subject.raw(one.module, one.name)
    said = io.StringIO()
    try:
        with subject.recorder.limited(), contextlib.redirect_stdout(said), warnings.catch_warnings(), np.errstate():
            warnings.simplefilter("ignore")
            exec(compile(body, "<snippet>", "exec"), names)
    except (Exception, SystemExit, Endless) as raised:
        return difference.kind == "raised" and sentence_of(raised) == difference.yours
    lines = said.getvalue().strip()
    if difference.kind == "raised":
        return False
    if difference.kind == "alias":
        return lines.endswith("True")
    last = body.splitlines()[-2:]
    if len(last) == 2 and last[1].endswith("# expected"):
        half = len(lines) // 2
        return lines[:half].strip() != lines[half:].strip()
    return True


def _law_instead(subject: Recorded, failure: Failure, card: Card) -> None:
    """Let the card show the law itself, on the arguments that broke it."""
    with contextlib.suppress(OSError, TypeError):
        card.source = dedent(inspect.getsource(failure.law)).strip()
    try:
        lent = any(not subject.owns(*name) for name in subject.recorder.asked)
        snippet = of_law(subject.name, failure.module, failure.test, failure.arguments, failure.generated, lent)
    except NoLiteral:
        shown = {k: v for k, v in failure.arguments.items() if not isinstance(v, Draws)}
        drawn = [v for a in failure.arguments.values() if isinstance(a, Draws) for v in a.values]
        lines = [f"{key} = {_written(value)}" for key, value in shown.items()]
        lines += [f"draw {i + 1}: {_written(value)}" for i, value in enumerate(drawn)]
        card.source += "".join(f"\n# {line}" for line in "\n".join(lines).splitlines())
        return
    card.snippet = snippet


def _written(value: Any) -> str:
    try:
        return literal(value)
    except NoLiteral:
        return brief(value)
