"""Show real defects of public teaching code: where, why nobody noticed, and the law that does.

`refnn museum` lists all, `refnn museum conv` those of a module, `refnn museum adam` or `refnn museum numpy-ml` those of
a function or a project; `refnn museum NAME` shows the plaque of one: its code, the smallest input that betrays it with
both answers computed now, and the laws that see it.
"""

import argparse
import json
import re
from textwrap import indent
from typing import Any

from refnn.cli.layout import fill, table
from refnn.exercises.museum import Exhibit, VacuousLaw, exhibits
from refnn.register import did_you_mean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn museum`."""
    parser.add_argument("what", nargs="?", metavar="NAME", help="an exhibit, a module or a project; default: all")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """List the exhibits, or show one."""
    known = exhibits()
    word = (options.what or "").lower()
    chosen = [one for one in known.values() if word in f"{one.name} {one.of} {one.project}".lower()]
    if options.what in known:
        chosen = [known[options.what]]
    if not chosen:
        names = {*known, *(part for one in known.values() for part in re.split(r"[./]", f"{one.of}.{one.project}"))}
        raise ValueError(f"expected an exhibit, a module or a project, got {options.what!r}"
                         f"{did_you_mean(options.what, names)}")  # fmt: skip
    if options.json:
        print(json.dumps([_row(one) for one in chosen], indent=2))
    elif options.what in known:
        print(_plaque(chosen[0]))
    else:
        for one in chosen:
            print(f"  {one.name}", fill(_origin(one), "      "), fill(_mistake(one), "      "), "", sep="\n")
        projects = len({one.project for one in chosen})
        print(f"{len(chosen)} exhibits from {projects} project{'s' * (projects > 1)}. "
              "`refnn museum NAME` shows one of them.")  # fmt: skip
    return 0


def _mistake(one: Exhibit | VacuousLaw) -> str:
    return f"{one.of}{' (a test)' * (one.kind == 'law')}: {one.imitates}"


def _origin(one: Exhibit | VacuousLaw) -> str:
    return f"{', '.join(filter(None, [one.project, one.thread]))} ({one.year})"


def _plaque(one: Exhibit | VacuousLaw) -> str:
    """Return title, origin, mistake, code, counterexample and laws."""
    head = table([("what", one.of), ("where", one.where), ("year", str(one.year)), ("read", one.read)])
    code = indent(one.source, "    ").rstrip()
    parts = [f"{one.name}: {one.title}", head, fill(one.mistake, ""), f"The code, written anew\n\n{code}"]
    given, right = one.answers()
    if isinstance(one, Exhibit):
        answers = f"{fill(given, '    gives  ')}\n{fill(right, '    right  ')}"
        parts.append("The smallest input that betrays it; paste it behind the code\n\n"
                     f"{indent(one.counterexample, '    ')}\n\n{answers}")  # fmt: skip
    else:
        lives = f"{one.spares.name}: {one.spares.imitates}"
        parts.append(f"What it lets live\n\n{fill(lives, '    ')}\n\n"
                     f"    says   it {given}\n    right  it {right}, once the test is repaired")  # fmt: skip
    laws = "\n".join(f"    {law}" for law in one.laws)
    parts.append(f"The laws that see {'it' if one.kind == 'function' else 'what it lets live'}: "
                 f"refnn check {one.of.partition('.')[0]}\n\n{laws}\n\n{fill(one.buys, '    ')}")  # fmt: skip
    return "\n\n".join(parts)


def _row(one: Exhibit | VacuousLaw) -> dict[str, Any]:
    given, right = one.answers()
    row = {name: getattr(one, name) for name in ("name", "kind", "of", "title", "project", "file", "thread", "where",
                                                 "year", "read", "imitates", "mistake", "source", "hints", "buys")}
    return row | {"laws": list(one.laws), "gives": given, "right": right,
                  "counterexample": getattr(one, "counterexample", ""),
                  "spares": one.spares.name if isinstance(one, VacuousLaw) else ""}  # fmt: skip
