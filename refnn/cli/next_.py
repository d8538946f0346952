"""Check the exercise at hand, once; if it passes, go on to the next.

The solution is shown after a pass. The exit status is 0 if it passes, else 1. To leave an exercise for later, start
another one: `refnn start`.
"""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn next`."""
    parser.add_argument("exercise", nargs="?", metavar="NAME", help="exercise or its file; default: the last started")


def run(options: argparse.Namespace) -> int:
    """Check, and go on."""
    from refnn.cli.desk import at_hand, check, move_on
    from refnn.exercises.progress import Progress

    progress = Progress.load(Path())
    one, path = at_hand(progress, options.exercise)
    if not check(progress, one, path).passed:
        return 1
    move_on(progress)
    return 0
