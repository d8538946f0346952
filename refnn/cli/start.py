"""Start an exercise: write a plain Python file with what is to be done.

`refnn start` writes the file of the next exercise, `refnn start softmax` that of one you choose; `refnn list` shows
them all. Fill it in with any editor. `refnn watch` checks it at every save, `refnn next` once. A file that is there
already is never written over: --again puts a fresh copy beside it.
"""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn start`."""
    parser.add_argument("exercise", nargs="?", metavar="NAME", help="an exercise; default: the next one that is open")
    parser.add_argument("--again", action="store_true", help="write a fresh copy beside the file that is there")


def run(options: argparse.Namespace) -> None:
    """Write the file, and say what to do with it."""
    from refnn.cli.desk import begin, title
    from refnn.exercises.course import exercise
    from refnn.exercises.progress import Progress

    progress = Progress.load(Path())
    name = options.exercise or (progress.current if options.again else "") or progress.following(progress.current)
    if not name:
        print("All exercises are passed. `refnn start NAME --again` begins one anew.")
        return
    one = exercise(name)
    path = begin(progress, one, options.again)
    print(f"{path.name} is written: {title(one)}.")
    print(f"Open it and {_DO[one.kind]}.")
    print("`refnn watch` checks it at every save, `refnn next` once; `refnn hint` helps.")


_DO = {
    "implement": "replace each `raise NotImplementedError` by the code",
    "law": "write the test",
    "counterexample": "return the inputs",
    "repair": "mend what is wrong",
}
