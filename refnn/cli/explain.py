"""Explain a formula: what it says, where it stands, its laws, its worked figures and what is wrong on its slide.

`refnn explain PERC-08` explains an item, `refnn explain E-25` an erratum, `refnn explain perceptron` lists those of a
module. Without a name, list them all.
"""

import argparse
from collections.abc import Iterable
from difflib import SequenceMatcher
from textwrap import indent, wrap

from refnn import register

WIDTH = 98


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn explain`."""
    parser.add_argument("what", nargs="?", metavar="ID", help="such as PERC-08 or E-25, or a module; default: list all")


def run(options: argparse.Namespace) -> None:
    """List or explain."""
    items, modules = register.items(), {module.rpartition(".")[2]: module for module in register.modules()}
    what = options.what
    if what is None:
        _list(items.values())
    elif what.upper() in items:
        print("\n\n".join(explained(items[what.upper()])))
    elif (module := what.rpartition(".")[2]) in modules:
        _list(entry for entry in items.values() if entry.module == modules[module])
    else:
        hint = register.did_you_mean(what, [*items, *modules])
        raise ValueError(f"expected an ID of the register or a module, got {what!r}{hint}")


def explained(item: register.Item) -> list[str]:
    """Return what there is to say of an item, in paragraphs."""
    places, laws = register.code_lines(item.name), register.laws(item.name)
    said = [f"{item.name}  {item.title}"]
    if item.tex:
        said.append(_filled(item.tex))
    said.append(_slides(item))
    if item.is_erratum:
        said.append(_correction(item))
        said += [f"Corrects {name}  {register.item(name).title}" for name in item.items]
    said += [f"{name}, {register.item(name).title}\n{_correction(register.item(name))}" for name in item.errata]
    if spoken := _spoken(item, places):
        said += [f"{spoken.function or spoken.module}, {spoken.path}:{spoken.line}", _text(spoken.docstring)]
    said += _figures(item.name)
    if places:
        rows = [f"    {f'{place.path}:{place.line}':40}{place.function}".rstrip() for place in places]
        said.append("\n".join([f"Cited below {register.ROOT.parent}", *rows]))
    return said + [f"Law {law.function}, {law.path}:{law.line}\n\n{indent(law.source, '    ')}" for law in laws]


def _list(items: Iterable[register.Item]) -> None:
    """Print ID, kind, title and module, one item a line."""
    for item in items:
        print(f"{item.name:8}{item.kind:9}{item.title:62}{item.module}")


def _slides(item: register.Item) -> str:
    """Say which slides show an item, and whether they can be trusted."""
    if not item.slide:
        return f"On no slide; added to what {' and '.join(item.decks)} {'say' if len(item.decks) > 1 else 'says'}."
    return "\n".join(wrap(f"Slides: {item.slide}. Status: {item.status}.", WIDTH))


def _spoken(item: register.Item, places: list[register.Place]) -> register.Place | None:
    r"""Return the place whose docstring explains an item best: in its module, with its \tag, with most of its TeX."""

    def worth(place: register.Place) -> tuple[bool, bool, bool, int]:
        matcher = SequenceMatcher(None, item.tex, " ".join(place.docstring.split()), autojunk=False)
        return place.module == item.module, place.tagged, bool(place.function), matcher.find_longest_match().size

    return max((place for place in places if place.docstring), key=worth, default=None)


def _correction(erratum: register.Item) -> str:
    """Return what the slide says, what is right and the proof, computed now."""
    from refnn.register.plain import plain
    from refnn.register.proofs import PROOFS

    lines = {"says": plain(erratum.says), "right": plain(erratum.right), "proof": PROOFS[erratum.name]()}
    return "\n".join(_filled(text, f"    {label:7}") for label, text in lines.items())


def _figures(name: str) -> list[str]:
    """Return the worked figures of an item, recomputed."""
    from refnn.register.figures import FIGURES

    lines = []
    for figure in FIGURES:
        if figure.item == name:
            slide = f"; slide: {figure.slide}" if figure.slide else ""
            lines.append(_filled(f"{figure.inputs}: {figure.shown()}{slide}; right: {figure.right}", more="      "))
    return ["Worked figures, recomputed\n" + "\n".join(lines)] if lines else []


def _filled(text: str, start: str = "    ", more: str = "") -> str:
    """Fill lines with a text, behind `start`, then behind `more` or as many blanks."""
    return "\n".join(wrap(text, WIDTH, initial_indent=start, subsequent_indent=more or " " * len(start),
                          break_long_words=False, break_on_hyphens=False))


def _text(docstring: str) -> str:
    """Fill the plain paragraphs of a docstring, and break long lines of the others; leave examples as they are."""
    said = []
    for paragraph in docstring.split("\n\n"):
        lines = paragraph.splitlines()
        if ">>>" in paragraph:
            said += lines
        elif any(line.startswith((" ", "$$")) for line in lines):
            for line in lines:
                margin = " " * (len(line) - len(line.lstrip()))
                said += wrap(line, WIDTH - 4, subsequent_indent=margin + "    ", break_long_words=False)
        else:
            said += wrap(" ".join(lines), WIDTH - 4, break_long_words=False)
        said.append("")
    return indent("\n".join(said).rstrip(), "    ")
