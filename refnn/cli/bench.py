"""Measure refnn beside NumPy, and beside torch, jax, scikit-learn and scipy where they are installed.

Every row first checks that all contenders give the same answer. `refnn bench --quick` takes some minutes, without it
about three times as long; `refnn bench --group steps` measures whole training steps, `refnn bench --ladder` what each
idea of the kernels is worth.
"""

import argparse
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from refnn.register import did_you_mean

if TYPE_CHECKING:
    from refnn.bench.ladder import Rung
    from refnn.bench.row import Limits, Measured, Row

GROUPS = ("matmul", "conv", "elementwise", "steps", "perceptron")
DTYPES = ("float32", "float64")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn bench`."""
    parser.add_argument("--group", action="append", metavar="NAME",
                        help=f"{', '.join(GROUPS)}; repeatable; default: all")
    parser.add_argument("--row", action="append", metavar="TEXT", help="only rows whose name holds this; repeatable")
    parser.add_argument("--peer", action="append", metavar="NAME", help="only beside this library; repeatable")
    parser.add_argument("--dtype", action="append", metavar="NAME", help="float32 (default) or float64; repeatable")
    parser.add_argument("--threads", action="append", metavar="N",
                        help="1 (pinned to one CPU), a number or all; repeatable; default: 1 and all")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--ladder", action="store_true", help="climb the rungs of the kernels' chapter instead")
    parser.add_argument("--json", metavar="FILE", help="write everything as JSON; - writes it instead of the tables")
    parser.add_argument("--plot", metavar="FILE", help="draw the roofline, .svg or .png (needs matplotlib)")
    parser.add_argument("--dark", action="store_true", help="draw it for a dark page")


def run(options: argparse.Namespace) -> int:
    """Measure, print, write; return 1 where refnn failed or gave a wrong answer."""
    from refnn.bench import machine, record, table
    from refnn.cli.info import kernels_in_words

    plan, say = _plan(options), _Speaker(options.json == "-")
    before = machine.load()
    found = _climb(plan, say) if options.ladder else _measure(plan, say)
    facts, loads = machine.facts(kernels_in_words()), (before, machine.load())
    say("", *wrap(table.last_line(facts, loads, plan.threads), table.WIDTH))
    data = record.as_data(facts | {"load": loads}, found.limits, found.measured, found.rungs, plan.absent)
    if options.json == "-":
        print(json.dumps(data, indent=1))
    elif options.json:
        Path(options.json).write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    if options.plot:
        from refnn.bench.roofline import draw

        draw(found.measured, found.limits, options.plot, options.dark)
    return 0 if all(result.ours for result in found.measured) else 1


@dataclass
class _Plan:
    """What was asked for, checked."""

    rows: "list[Row]"
    threads: list[int]
    libraries: list[str]
    absent: dict[str, str]  # libraries that were asked for, and why they are not there
    rounds: tuple[int, int]
    seconds: float


@dataclass
class _Found:
    """What came out."""

    limits: "dict[int, Limits]" = field(default_factory=dict)
    measured: "list[Measured]" = field(default_factory=list)
    rungs: "list[Rung]" = field(default_factory=list)


def _plan(options: argparse.Namespace) -> _Plan:
    """Check everything before anything is measured."""
    from refnn.bench import ladder, peers
    from refnn.bench.catalogue import rows

    groups = [_one_of("--group", name, GROUPS) for name in options.group or GROUPS]
    dtypes = [_one_of("--dtype", name, DTYPES) for name in options.dtype or DTYPES[:1]]
    wanted = [_one_of("--peer", name, peers.LIBRARIES) for name in options.peer or peers.LIBRARIES]
    chosen = [row for row in rows(groups, dtypes) if not options.row or any(text in row.name for text in options.row)]
    if not chosen:
        raise ValueError(f"--row: no row of {', '.join(groups)} has {' or '.join(map(repr, options.row))} in its name")
    _refuse_files(options)
    if options.ladder:
        ladder.refuse()
    libraries = [name for name in dict.fromkeys(["refnn", "numpy", *wanted]) if peers.installed(name)]
    absent = {name: "not installed" for name in wanted if name not in libraries}
    rounds, seconds = ((5, 7), 0.5) if options.quick else ((9, 31), 1.5)
    return _Plan(chosen, _threads(options.threads, options.ladder), libraries, absent, rounds, seconds)


def _measure(plan: _Plan, say: "_Speaker") -> _Found:
    """Measure row by row and show each as it comes."""
    from refnn.bench import peers, table
    from refnn.bench.session import Session

    found = _Found()
    say(*table.LEGEND)
    if plan.absent:
        names = [peers.LIBRARIES[name][1] for name in plan.absent]
        say(f"not installed, so not measured: {', '.join(names)} (pip install {' '.join(names)})")
    for threads in plan.threads:
        with Session(plan.libraries, threads) as session:
            plan.absent |= session.missing
            say(*(f"{name} cannot be imported: {why}" for name, why in session.missing.items()))
            limits = found.limits[threads] = session.limits()
            say("", *table.limits_in_words(limits, threads))
            section = None
            for row in plan.rows:
                if (row.group, row.dtype) != section:
                    section = row.group, row.dtype
                    say("", *table.head(row.group, row.dtype, threads, session.cpus, plan.libraries))
                result = session.measure(row, plan.rounds, plan.seconds)
                found.measured.append(result)
                say(table.line(result, limits, plan.libraries), *table.disagreements(result))
    return found


def _climb(plan: _Plan, say: "_Speaker") -> _Found:
    """Climb the ladder and show it."""
    from refnn.bench import table
    from refnn.bench.ladder import Rung
    from refnn.bench.session import Session

    found = _Found()
    for threads in plan.threads:
        with Session(["refnn"], threads) as session:
            limits = found.limits[threads] = session.limits()
            found.rungs = [Rung(**rung) for rung in session.ladder()]
            say(*table.limits_in_words(limits, threads), *table.ladder(found.rungs, limits))
    return found


class _Speaker:
    """Print lines as they come, or keep silent."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet

    def __call__(self, *lines: str) -> None:
        if not self.quiet:
            for line in lines:
                print(line)
            sys.stdout.flush()


def _one_of(option: str, name: str, choices: Any) -> str:
    """Return a name that is known, or say what is near it."""
    if name not in choices:
        hint = did_you_mean(name, choices) or "."
        raise ValueError(f"{option}: there is no {name!r}{hint} There are {', '.join(choices)}")
    return name


def _threads(given: list[str] | None, ladder: bool) -> list[int]:
    """Return the numbers of threads to measure with."""
    from refnn.bench.machine import processors

    counts = []
    for text in given or (["1"] if ladder else ["1", "all"]):
        if text != "all" and not (text.isascii() and text.isdigit() and int(text) > 0):
            raise ValueError(f"--threads: expected a number above 0 or all, got {text!r}")
        counts.append(processors() if text == "all" else int(text))
    return list(dict.fromkeys(counts))


def _refuse_files(options: argparse.Namespace) -> None:
    """Say before anything is measured what could not be written after it."""
    if options.plot is not None:
        from importlib.util import find_spec

        if Path(options.plot).suffix.lower() not in {".svg", ".png"}:
            raise ValueError(f"--plot: expected a file that ends in .svg or .png, got {options.plot!r}")
        if find_spec("matplotlib") is None:
            raise ImportError("--plot needs matplotlib: pip install 'refnn[plot]'")
        if options.ladder:
            raise ValueError("--plot: draws rows, and --ladder has none")
    elif options.dark:
        raise ValueError("--dark: goes with --plot FILE")
    for name in ("json", "plot"):
        file = getattr(options, name)
        if file not in (None, "-") and not Path(file).parent.is_dir():
            raise ValueError(f"--{name}: expected a file in a folder that exists, got {file!r}")
