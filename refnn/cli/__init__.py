"""The command line: `refnn train`, `predict`, `experiment`, `explain`, `errata` and `info`."""

import argparse
import os
import sys
from collections.abc import Sequence

from refnn import __version__

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 where the arithmetic failed, 2 where the input was wrong."""
    # The products of small nets gain nothing from a second thread, and lose tenfold where two threads wait for each
    # other on a busy machine. NumPy reads this when it is first imported, and the commands import it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from refnn.cli import errata, experiment, explain, info, predict, train
    except ImportError as wrong:  # a kernel form that does not exist, say
        return _say("refnn", wrong, 2)
    parser = argparse.ArgumentParser(
        prog="refnn",
        description="Neural networks as a property-tested reference: formula, line and law.",
        epilog="Start with `refnn train`: it needs no data and takes a few seconds. Then `refnn predict digits.npz`.",
    )
    parser.add_argument("--version", action="version", version=f"refnn {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (train, predict, experiment, explain, errata, info):
        name = module.__name__.rpartition(".")[2]
        words = (module.__doc__ or "").partition("\n")[0]
        sub = commands.add_parser(name, help=words, description=module.__doc__,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run, name=name)
    options = parser.parse_args(arguments)
    command = f"refnn {options.name}"
    try:
        options.run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if options.name == "train":
            return _say(command, "nobody reads the output any more; stopped", 1)
    except FloatingPointError as diverged:
        return _say(command, diverged, 1)
    except (ValueError, TypeError, OSError, ImportError) as wrong:
        return _say(command, wrong, 2)
    except KeyboardInterrupt:
        return _say(command, "stopped", 130)
    return 0


def _say(command: str, error: object, status: int) -> int:
    """Print what went wrong on one line and return the exit status."""
    print(f"{command}: {' '.join(str(error).split())}", file=sys.stderr)
    return status
