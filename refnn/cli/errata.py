"""List what is wrong on the slides, with a proof of each that is computed now.

`refnn errata` lists all, `refnn errata E-25` (or 25) one of them, `refnn errata LOSS-06` those of an item.
"""

import argparse
from collections import Counter

from refnn import register
from refnn.cli.layout import fill
from refnn.register.plain import plain
from refnn.register.search import find


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn errata`."""
    parser.add_argument("what", nargs="*", metavar="NAME",
                        help="such as E-25, 25, LOSS-06, losses or softmax; default: list all")  # fmt: skip


def run(options: argparse.Namespace) -> None:
    """Prove all errata, or those that are asked for."""
    if options.what:
        print("\n\n".join(dict.fromkeys(said for name in options.what for said in of(name))))
        return
    errata = [entry for entry in register.items().values() if entry.is_erratum]
    for entry in errata:
        print(proved(entry), end="\n\n")
    kinds = Counter(entry.status for entry in errata)
    print(f"{len(errata)} errata: {', '.join(f'{count} {kind}' for kind, count in kinds.most_common())}")


def of(name: str) -> list[str]:
    """Return the proofs of what a name finds: of errata, and of those of items."""
    found = find(name, family="E")
    errata = dict.fromkeys(n for entry in found for n in ((entry.name,) if entry.is_erratum else entry.errata))
    names = ", ".join(f"{entry.name} ({entry.title})" for entry in found[:3]) + ", ..." * (len(found) > 3)
    return [proved(register.item(n)) for n in errata] or [f"Nothing to correct on the slides of {names}."]


def proved(erratum: register.Item) -> str:
    """Return number, title and kind of an erratum, where it stands, what it says, what is right, and why."""
    from refnn.register.proofs import PROOFS

    lines = [f"{erratum.name}  {plain(erratum.title)} ({erratum.status})"]
    for label, text in {
        "slide": erratum.slide, "says": erratum.says, "right": erratum.right, "proof": PROOFS[erratum.name](),
    }.items():  # fmt: skip
        lines.append(fill(plain(text), f"      {label:7}"))
    return "\n".join(lines)
