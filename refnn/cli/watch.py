"""Check an exercise at every save, and go on to the next as soon as it passes.

Leave it running beside your editor. Ctrl-C ends it. Your code runs in a process of its own with limits of time and
memory; what it prints is not shown.
"""

import argparse
import time
from pathlib import Path

PAUSE = 0.5  # seconds between two looks at the file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn watch`."""
    parser.add_argument("exercise", nargs="?", metavar="NAME", help="exercise or its file; default: the last started")


def run(options: argparse.Namespace) -> None:
    """Check, wait for the next save, check again."""
    from refnn.cli.desk import at_hand, check, clear, move_on
    from refnn.exercises.progress import Progress

    progress = Progress.load(Path())
    one, path = at_hand(progress, options.exercise)
    try:
        while True:
            seen = _stamp(path)
            if check(progress, one, path).passed:
                following = move_on(progress)
                if following is None:
                    return
                one, path = following
                seen = _stamp(path)
            print(f"Waiting for {path.name} to be saved; Ctrl-C ends.", flush=True)
            while _stamp(path) in (seen, None):
                time.sleep(PAUSE)
            clear()
            progress = Progress.load(progress.folder)  # `refnn hint` may have counted a rung meanwhile
    except KeyboardInterrupt:
        print(f"\n{path.name} is as you left it; `refnn watch` goes on with it.")


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return when a file was saved, and its size; None while an editor puts another in its place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
