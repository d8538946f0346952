"""The command line: `refnn train`, `refnn predict`, `refnn info`."""

import argparse
import os
import sys
from collections.abc import Sequence

# The products of small nets gain nothing from a second thread, and lose tenfold where two threads wait for each other
# on a busy machine. NumPy reads this when it is first imported, so it stands above the imports.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import refnn
from refnn.cli import info, predict, train

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 where the arithmetic failed, 2 where the input was wrong."""
    parser = argparse.ArgumentParser(
        prog="refnn",
        description="Neural networks as a property-tested reference: formula, line and law.",
        epilog="Start with `refnn train`: it needs no data and takes a few seconds. Then `refnn predict digits.npz`.",
    )
    parser.add_argument("--version", action="version", version=f"refnn {refnn.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (train, predict, info):
        name = command.__name__.rpartition(".")[2]
        words = (command.__doc__ or "").partition("\n")[0]
        sub = commands.add_parser(name, help=words, description=command.__doc__,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
        command.add_arguments(sub)
        sub.set_defaults(run=command.run, name=name)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except FloatingPointError as diverged:
        return _say(options.name, diverged, 1)
    except (ValueError, TypeError, OSError, ImportError) as wrong:
        return _say(options.name, wrong, 2)
    except KeyboardInterrupt:
        return _say(options.name, "stopped; nothing was saved", 130)
    return 0


def _say(command: str, error: object, status: int) -> int:
    """Print what went wrong on one line and return the exit status."""
    print(f"refnn {command}: {' '.join(str(error).split())}", file=sys.stderr)
    return status
