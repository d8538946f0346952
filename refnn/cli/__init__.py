"""The command line: `refnn check`, `train`, `explain`, `start` and the other `COMMANDS`, each in a module."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from refnn import __version__
from refnn.register import did_you_mean

__all__ = ["COMMANDS", "main"]

COMMANDS = ("check", "train", "predict", "export", "experiment", "explain", "errata", "start", "watch", "next", "hint",
            "list", "mutants", "museum", "bench", "info")  # fmt: skip
_MODULES = {"next": "next_", "list": "list_"}  # whose names are taken


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 where a law or the arithmetic failed, 2 for wrong input."""
    # The products of small nets gain nothing from a second thread, and lose tenfold where two threads wait for each
    # other on a busy machine. NumPy reads this when it is first imported, and the commands import it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        modules = [import_module(f"refnn.cli.{_MODULES.get(name, name)}") for name in COMMANDS]
    except ImportError as wrong:  # a kernel form that does not exist, say
        return _say("refnn", wrong, 2)
    except KeyboardInterrupt:
        return _say("refnn", "stopped", 130)
    parser = argparse.ArgumentParser(
        prog="refnn",
        description="Neural networks as a property-tested reference: formula, line and law.",
        epilog="Start with `refnn train`: it needs no data and takes a few seconds. Then `refnn predict digits.npz`.",
    )
    parser.add_argument("--version", action="version", version=f"refnn {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, module in zip(COMMANDS, modules, strict=True):
        words = (module.__doc__ or "").partition("\n")[0]
        sub = commands.add_parser(name, help=words, description=module.__doc__,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run, name=name)
    first = next(iter(sys.argv[1:] if arguments is None else arguments), "-")
    if first[:1] != "-" and first not in commands.choices:
        hint = did_you_mean(first, commands.choices) or "."
        parser.error(f"there is no command {first!r}{hint} There are {', '.join(commands.choices)}")
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        sub, what = commands.choices[options.name], "option" if unknown[0].startswith("-") else "place for"
        hint = did_you_mean(unknown[0], [name for action in sub._actions for name in action.option_strings])
        sub.error(f"there is no {what} {unknown[0]!r}{hint}")
    command = f"refnn {options.name}"
    try:
        status = options.run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if options.name == "train":
            return _say(command, "nobody reads the output any more; stopped", 1)
        return 0
    except FloatingPointError as diverged:
        return _say(command, diverged, 1)
    except (ValueError, TypeError, OSError, ImportError) as wrong:
        return _say(command, wrong, 2)
    except KeyboardInterrupt:
        return _say(command, "stopped", 130)
    return status or 0


def _say(command: str, error: object, status: int) -> int:
    """Print what went wrong on one line and return the exit status."""
    print(f"{command}: {' '.join(str(error).split())}", file=sys.stderr)
    return status
