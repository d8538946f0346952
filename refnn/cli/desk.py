"""The learner's desk: what `refnn start`, `watch`, `next`, `hint` and `list` share."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import indent

from refnn.checking.grading import Verdict, grade
from refnn.cli.layout import fill
from refnn.exercises.course import KINDS, Exercise, exercise, exercises
from refnn.exercises.handout import handout, solution
from refnn.exercises.progress import Progress

__all__ = ["at_hand", "begin", "check", "clear", "move_on", "need_the_laws", "title"]


def need_the_laws() -> None:
    """Raise an ImportError in words where pytest or Hypothesis is missing."""
    for package in ("pytest", "hypothesis"):
        if find_spec(package) is None:
            raise ImportError(f"the exercises need {package}: pip install 'refnn[test]'")


def title(one: Exercise) -> str:
    """Return the title of an exercise and what is to be done."""
    return f"{one.title} ({KINDS[one.kind]})"


def at_hand(progress: Progress, name: str | None) -> tuple[Exercise, Path]:
    """Return the exercise of this name or file, by default the last that was started, and the learner's file of it.

    Raises:
        ValueError: if there is no such exercise, or none was started.
    """
    if name is None:
        if progress.current not in exercises():
            raise ValueError("no exercise is started here; `refnn start` begins with the first")
        name = progress.current
    for started, entry in progress.entries.items():
        if entry.file and entry.file == Path(name).as_posix() and started in exercises():
            return exercise(started), progress.folder / entry.file
    one = exercise(name)
    given = Path(name)
    if given.suffix == ".py" and (given.parent != Path() or given.is_file()):
        return one, given
    return one, progress.folder / (progress.of(one.name).file or one.file)


def begin(progress: Progress, one: Exercise, again: bool = False) -> Path:
    """Write the file of an exercise and note that it is started.

    Raises:
        ValueError: if the file is there already; it stays as it is.
    """
    path = progress.folder / one.file
    if path.exists():
        if not again:
            raise ValueError(f"{path.name} is there already and stays as it is; --again puts a fresh copy beside it")
        number = 2
        while (path := progress.folder / f"{one.name}_{number}.py").exists():
            number += 1
    with path.open("x", encoding="utf-8") as file:
        file.write(handout(one))
    entry = progress.of(one.name)
    entry.file = path.name
    entry.state = "started" if entry.state == "open" else entry.state
    progress.current = one.name
    progress.save()
    return path


def check(progress: Progress, one: Exercise, path: Path) -> Verdict:
    """Grade a file, print what came of it and note it."""
    need_the_laws()
    print(f"{path.name}: {title(one)}", flush=True)
    verdict = grade(one, path)
    print("\n".join(["", *verdict.lines, ""]), flush=True)
    entry = progress.of(one.name)
    if verdict.passed:
        entry.state = "passed"
    elif entry.state == "open":
        entry.state = "started"
    if path.parent.resolve() == progress.folder.resolve():
        entry.file = path.name
    progress.current = one.name
    progress.save()
    if verdict.passed:
        mended = "What was wrong, and how it is mended" if one.kind == "repair" else "How refnn has it"
        print(f"Passed: {one.name}. {_count(progress)}\n\n{mended}:\n")
        print(indent(solution(one), "    "))
        print(f"\nWhat you have from it\n{fill(one.buys)}\n", flush=True)
    return verdict


def move_on(progress: Progress) -> tuple[Exercise, Path] | None:
    """Start what comes after the current exercise, or take up what was started before; None if all are passed."""
    name = progress.following(progress.current)
    if not name:
        print(f"All {len(exercises())} exercises are passed.")
        return None
    one = exercise(name)
    path = progress.folder / (progress.of(name).file or one.file)
    if not path.exists():
        path = begin(progress, one)
        print(f"Next: {path.name}, {title(one)}. The file is written; open it.")
    else:
        progress.of(name).state, progress.of(name).file, progress.current = "started", path.name, name
        progress.save()
        print(f"Next: {path.name}, {title(one)}. The file is there already.")
    return one, path


def clear() -> None:
    """Clear the screen, if there is one; else leave an empty line."""
    if sys.stdout is not None and sys.stdout.isatty() and shutil.get_terminal_size().lines:
        print("\x1b[2J\x1b[H", end="")
    else:
        print()


def _count(progress: Progress) -> str:
    passed = sum(progress.state(name) == "passed" for name in exercises())
    return f"{passed} of {len(exercises())} exercises are passed."
