"""Give a hint: a question, then the formula, then the shape of the code; one more each time.

After a pass all of them are shown, with the solution.
"""

import argparse
from pathlib import Path
from textwrap import indent

RUNGS = ("a question", "the formula", "the shape of the code")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn hint`."""
    parser.add_argument("exercise", nargs="?", metavar="NAME", help="exercise or its file; default: the last started")
    parser.add_argument("--all", action="store_true", dest="every", help="show all three at once")


def run(options: argparse.Namespace) -> None:
    """Show the rungs up to the next one, and count it."""
    from refnn.cli.desk import at_hand, title
    from refnn.cli.layout import fill
    from refnn.exercises.handout import solution
    from refnn.exercises.progress import Progress

    progress = Progress.load(Path())
    one, _ = at_hand(progress, options.exercise)
    entry = progress.of(one.name)
    passed = entry.state == "passed"
    if not passed:
        entry.hints = len(RUNGS) if options.every else min(entry.hints + 1, len(RUNGS))
        progress.save()
    shown = len(RUNGS) if passed else entry.hints
    print(f"{one.name}: {title(one)}")
    for number, (rung, text) in enumerate(list(zip(RUNGS, one.hints, strict=True))[:shown], 1):
        print(f"\n{number} of {len(RUNGS)}, {rung}\n{fill(text) if number == 1 else indent(text, '    ')}")
    if passed:
        print(f"\nHow refnn has it\n\n{indent(solution(one), '    ')}")
    elif shown < len(RUNGS):
        print("\n`refnn hint` again goes one rung further.")
