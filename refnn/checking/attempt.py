"""The process in which a learner's law or counterexample is tried: `python -m refnn.checking.attempt`, a job on stdin.

It answers in lines of JSON, each as soon as it is known, so that what is known is not lost if the process is ended.
"""

import importlib.util
import inspect
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from refnn.checking.card import line_of
from refnn.checking.child import Channel, limit_memory, opened
from refnn.checking.difference import sentence_of
from refnn.exercises.course import Exercise, exercise
from refnn.properties.subject import NotWrittenYet, Subject
from refnn.register.plain import plain

__all__ = ["Unusable", "judged", "load", "met", "named"]

EXAMPLES = 100
STUB = "not written yet: it raises NotImplementedError"


class Unusable(Exception):
    """A file that cannot be judged, and why; with the line of the file if one is to blame."""

    def __init__(self, text: str, line: str = "") -> None:
        super().__init__(text)
        self.line = line


def main() -> None:
    """Try the file of the job."""
    job, channel = opened()
    import refnn.activations
    import refnn.conv  # noqa: F401  # the memory for NumPy and the kernels is not the learner's

    limit_memory(job["memory"])
    chosen, path = exercise(job["exercise"]), Path(job["file"])
    sys.path.append(str(path.resolve().parent))
    try:
        if chosen.kind == "counterexample":
            passed, text = judged(chosen, named(load(path), "counterexample"))
            channel.say("end", passed=passed, text=text)
        else:
            _meetings(chosen, path, channel)
    except Unusable as wrong:
        channel.say("error", text=str(wrong), line=wrong.line)


def _meetings(chosen: Exercise, path: Path, channel: Channel) -> None:
    """Let the law meet refnn, and if it accepts that, the wrong versions."""
    from refnn.checking.grading import wrong_versions
    from refnn.exercises.mutants import Mutated

    law = named(load(path), chosen.law)
    channel.say("meets", subject="refnn")
    why = met(law, Subject("refnn"))
    if why is not None:
        law = named(load(path, simplest=True), chosen.law)
        why = met(law, Subject("refnn")) or why
    channel.say("met", subject="refnn", broken=why is not None, why=why or "")
    if why is None:
        for mutant in wrong_versions(chosen):
            channel.say("meets", subject=mutant.name)
            channel.say("met", subject=mutant.name, broken=met(law, Mutated(mutant)) is not None)
    channel.say("end")


def load(path: Path, simplest: bool = False) -> Any:
    """Execute a file in which laws draw the same inputs each time; look for the simplest one that fails, if asked to.

    Raises:
        Unusable: if that fails.
    """
    import hypothesis

    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate, *([hypothesis.Phase.shrink] * simplest)]
    before = hypothesis.settings.default
    hypothesis.settings.register_profile(
        "refnn-exercise", phases=phases, max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        report_multiple_bugs=False, print_blob=False, suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    hypothesis.settings.load_profile("refnn-exercise")
    spec = importlib.util.spec_from_file_location(f"refnn_exercise_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as wrong:
        raise Unusable(f"{path.name} cannot be loaded: {sentence_of(wrong)}", line_of(wrong, str(path))) from None
    finally:
        hypothesis.settings.register_profile("refnn-before-exercise", before)
        hypothesis.settings.load_profile("refnn-before-exercise")
    return module


def named(module: Any, name: str) -> Callable[..., Any]:
    """Return the function of this name.

    Raises:
        Unusable: if there is none.
    """
    found = getattr(module, name, None)
    if not callable(found):
        raise Unusable(f"the function {name} is gone; it is what is judged, so leave it its name")
    return found


def met(law: Callable[..., Any], subject: Subject) -> str | None:
    """Return what a law says against a subject, None where it holds.

    Raises:
        Unusable: if it is still a stub, cannot be called with a subject, or asks for what does not exist.
    """
    import hypothesis
    import pytest

    parameters = list(inspect.signature(law).parameters)
    if parameters != ["subject"]:
        hint = "" if hasattr(law, "hypothesis") else ": is `@given(...)` missing above it?"
        raise Unusable(f"{law.__name__} is called with the subject alone, and asks for {', '.join(parameters)}{hint}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            law(subject=subject)
    except NotImplementedError:
        raise Unusable(STUB) from None
    except NotWrittenYet as missing:
        raise Unusable(f"your law asks for what there is not: {missing}") from None
    except hypothesis.errors.HypothesisException as wrong:
        raise Unusable(f"Hypothesis cannot run it: {sentence_of(wrong)}") from None
    except SystemExit as wrong:
        raise Unusable(f"your law {sentence_of(wrong)}") from None
    except (Exception, pytest.fail.Exception) as wrong:
        where = line_of(wrong, inspect.getfile(inspect.unwrap(law)))
        notes = [line for note in getattr(wrong, "__notes__", []) for line in note.splitlines()]
        example = [line for line in notes if "subject=" not in line]
        return "\n".join([*([where] if where else []), sentence_of(wrong), *example])
    return None


def judged(chosen: Exercise, answer: Callable[..., Any]) -> tuple[bool, str]:
    """Tell whether a counterexample refutes the claim, and what to say.

    Raises:
        Unusable: if it is still a stub, or returns what the claim does not speak of.
    """
    from refnn.exercises.claims import claims

    claim = claims()[chosen.claim]
    try:
        inputs = answer()
    except NotImplementedError:
        raise Unusable(STUB) from None
    except (Exception, SystemExit) as wrong:
        raise Unusable(f"counterexample() {sentence_of(wrong)}", line_of(wrong, inspect.getfile(answer))) from None
    inputs = inputs if isinstance(inputs, tuple) else (inputs,)
    names = claim.parameters
    if len(inputs) != len(names):
        raise Unusable(f"counterexample() returns {len(inputs)} values; expected {len(names)}: {', '.join(names)}")
    try:
        holds = claim.holds(*inputs)
    except (ValueError, TypeError) as refused:
        raise Unusable(f"the claim does not speak of such inputs: {refused}") from None
    if holds:
        return False, "On these inputs the claim holds. A counterexample is one where it does not."
    return True, f"Refuted. {plain(claim.truth)}"


if __name__ == "__main__":
    main()
