"""List the exercises by chapter, and how far you are.

`refnn list` marks what is passed (x) and started (>) in this folder.
"""

import argparse
from pathlib import Path

MARKS = {"open": " ", "started": ">", "passed": "x"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn list`."""


def run(options: argparse.Namespace) -> None:
    """Print a bar for each chapter, and a line for each exercise."""
    from refnn.exercises.course import KINDS, chapters, exercises
    from refnn.exercises.progress import STATES, Progress

    progress = Progress.load(Path())
    width = max(map(len, chapters())) + 2
    for chapter, rows in chapters().items():
        states = sorted((progress.state(one.name) for one in rows), key=STATES.index, reverse=True)
        bar = "".join({"passed": "#", "started": ">", "open": "-"}[state] for state in states)
        print(f"{chapter:{width}}[{bar}]  {states.count('passed')} of {len(rows)}")
        for one in rows:
            print(f"  {MARKS[progress.state(one.name)]} {one.name:26}{KINDS[one.kind]:25}{one.title}")
        print()
    passed = sum(progress.state(name) == "passed" for name in exercises())
    print(f"{passed} of {len(exercises())} exercises are passed. x passed, > started. `refnn start NAME` begins one.")
