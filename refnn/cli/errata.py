"""List what is wrong on the slides, with a proof of each that is computed now.

`refnn errata` lists all, `refnn errata E-25` one of them.
"""

import argparse
from collections import Counter
from textwrap import wrap

from refnn import register

WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn errata`."""
    parser.add_argument("number", nargs="?", metavar="NUMBER", help="such as E-25; default: list all")


def run(options: argparse.Namespace) -> None:
    """Prove one erratum, or all."""
    errata = {name: entry for name, entry in register.items().items() if entry.is_erratum}
    if options.number is None:
        kinds = Counter(entry.status for entry in errata.values())
        for entry in errata.values():
            print(proved(entry), end="\n\n")
        print(f"{len(errata)} errata: {', '.join(f'{count} {kind}' for kind, count in kinds.most_common())}")
    elif options.number.upper() in errata:
        print(proved(errata[options.number.upper()]))
    else:
        hint = register.did_you_mean(options.number, errata)
        raise ValueError(f"expected one of {min(errata)} to {max(errata)}, got {options.number!r}{hint}")


def proved(erratum: register.Item) -> str:
    """Return number, title and kind of an erratum, where it stands, what it says, what is right, and why."""
    from refnn.register.plain import plain
    from refnn.register.proofs import PROOFS

    lines = [f"{erratum.name}  {erratum.title} ({erratum.status})"]
    for label, text in {
        "slide": erratum.slide, "says": erratum.says, "right": erratum.right, "proof": PROOFS[erratum.name](),
    }.items():  # fmt: skip
        lines += wrap(plain(text), WIDTH, initial_indent=f"      {label:7}", subsequent_indent=" " * 13,
                      break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)
