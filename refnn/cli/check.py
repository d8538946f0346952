"""Run the laws on your own file, on a package, on a library.

`refnn check softmax --on my_nn.py` runs the laws that ask for `softmax` or `softmax_backward`; `refnn check conv` those
of the module conv; without a name, all laws. What a law needs besides comes from refnn. A subject is a file with the
functions by name, a package with modules named like refnn's, or an adapter; without --on it is refnn itself.

Four outcomes: a law holds, FAILS, is not written yet (a name is missing, or raises NotImplementedError), or is a
declared deviation of an adapter. The exit status is 0 if every law holds or is declared, else 1; 2 if the command
itself is wrong. The same examples are drawn each time; --seed draws others.

Each subject runs in a process of its own with a limit of time and memory, so an endless loop, a crash or exit() is an
outcome like any other. That is protection from accidents, not from malice: the code may do all that you may do.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refnn.checking.questions import Question
    from refnn.checking.running import Report

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn check`."""
    parser.add_argument("what", nargs="*", metavar="WHAT", help="a concept such as conv, or a function such as conv2d")
    parser.add_argument("--on", nargs="+", action="extend", metavar="SUBJECT", default=[],
                        help="files, folders of files, packages or adapters; default: $REFNN_SUBJECT, then refnn")
    parser.add_argument("--cards", type=int, metavar="N",
                        help="failure cards to show for each subject (default: 1; 0 where there are many subjects)")
    parser.add_argument("--seed", type=int, metavar="N", help="draw other examples; the same for the same number")
    parser.add_argument("--deep", action="store_true", help="draw 400 examples for each law instead of 50")
    parser.add_argument("--json", metavar="FILE", help="write everything as JSON; - writes it instead of the tables")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit's XML")
    parser.add_argument("--time-limit", type=float, default=5.0, metavar="SECONDS",
                        help="that one call of a function may compute (default: %(default)g)")
    parser.add_argument("--memory-limit", type=float, default=2.0, metavar="GIB",
                        help="memory that a subject may take (default: %(default)g)")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="subjects at a time (default: the processors)")


def run(options: argparse.Namespace) -> int:
    """Check, print and write; return the exit status."""
    for package in ("pytest", "hypothesis"):
        if find_spec(package) is None:
            raise ImportError(f"the laws need {package}: pip install 'refnn[test]'")
    from refnn.checking import report as words
    from refnn.checking.questions import Question, concepts, question, subjects
    from refnn.checking.running import Limits, check

    for name in ("time_limit", "memory_limit"):
        if not getattr(options, name) > 0:
            raise ValueError(f"--{name.replace('_', '-')}: expected a number above 0, got {getattr(options, name):g}")
    if options.seed is not None and options.seed < 0:
        raise ValueError(f"--seed: expected 0 or more, got {options.seed}")
    chosen = subjects(options.on or [os.environ.get("REFNN_SUBJECT") or "refnn"])
    questions = [question(what) for what in options.what] or [Question(concept) for concept in concepts()]
    quiet = options.json == "-"
    many = len(chosen) > 1
    cards = options.cards if options.cards is not None else 0 if many else 1
    if not quiet:
        asked = ", ".join(q.title for q in questions) if options.what else "all concepts"
        asking = ", ".join(chosen) if len(chosen) < 4 else f"{len(chosen)} subjects"
        hint = "" if options.on or os.environ.get("REFNN_SUBJECT") else " itself; for your own file: --on my_nn.py"
        print(f"{asked} on {asking}{hint}", flush=True)

    def done(report: "Report") -> None:
        if many and not quiet and not cards and sys.stderr is not None and sys.stderr.isatty():
            print(f"  {report.subject}: {words.summary(report)}", file=sys.stderr, flush=True)
        if quiet or (many and not cards):
            return
        if not report.error or many:
            print("\n".join(["", *([report.subject] if many else []), *words.levels(report)]))
        for outcome in report.failed[:cards]:
            print("\n".join(["", *words.card(outcome)]))

    reports = check(chosen, questions, Limits(options.time_limit, options.memory_limit), seed=options.seed,
                    deep=options.deep, jobs=options.jobs or os.cpu_count() or 1, done=done)
    if not quiet:
        _end(reports, questions, cards)
    if options.json:
        text = json.dumps(words.as_data(reports, questions, options.seed, options.deep), indent=1) + "\n"
        print(text, end="") if quiet else Path(options.json).write_text(text, "utf-8")
    if options.junit:
        Path(options.junit).write_text(words.as_junit(reports), "utf-8")
    return 0 if all(report.passes for report in reports) else 1


def _end(reports: "Sequence[Report]", questions: "Sequence[Question]", cards: int) -> None:
    """Print the matrix of many subjects, or what remains to be said of one."""
    from refnn.checking import report as words

    if len(reports) > 1 or not reports[0].error:
        print()
    if len(reports) > 1:
        print("\n".join(words.matrix(reports, questions)))
        for report in reports:
            if report.error:
                print(f"{report.subject} {words.summary(report)}")
        return
    (report,) = reports
    if report.failed[cards:]:
        print("\n".join(["also fail:" if cards else "fail:", *words.rest(report.failed[cards:])]))
        print(f"`--cards {len(report.failed)}` shows a card for each\n")
    for outcome in report.laws:
        if outcome.outcome == "declared deviation":
            print(f"declared deviation: {outcome.test}: {outcome.reason}")
    for reason, laws in Counter(o.reason for o in report.laws if o.outcome == "not written yet").items():
        print(f"not written yet: {reason}: {laws} {'law' if laws == 1 else 'laws'}")
    unclaimed = [outcome.reason.rpartition(" has no ")[2] for outcome in report.outcomes if outcome not in report.laws]
    if unclaimed:
        text = f"not claimed, {len(unclaimed)} laws left out: {', '.join(dict.fromkeys(unclaimed))}"
        print("\n".join(wrap(text, words.WIDTH, subsequent_indent="  ")))
    print(words.summary(report))
