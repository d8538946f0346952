"""Explain a formula: where it stands, its laws, its worked figures, what is wrong on its slide.

`refnn explain PERC-08` explains an item, `refnn explain E-25` an erratum, `refnn explain softmax`
finds what belongs to a function, a module, a family such as PERC or a word of a title. Without a
name, list all.
"""

import argparse
import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from textwrap import indent

from refnn import register
from refnn.cli.layout import docstring, fill, set_formula, table
from refnn.register.plain import plain
from refnn.register.search import find

KINDS = {
    "formula": "it stands at a line of refnn, and laws test it",
    "law": "a statement that laws test",
    "data": "numbers or names of the slides, kept as data",
    "note": "something that the slides say, with nothing to compute",
}
STATUS = {
    "correct": "right as it stands",
    "OCR": "garbled, but it is certain what is meant",
    "wrong": "wrong",
    "imprecise": "true only with a condition that it leaves out",
    "typographic": "a slip of the print",
    "reconstructed": "a picture that is lost; reconstructed from what is said about it",
    "history": "told as history; nothing to compute",
    "added": "not on a slide, or only hinted at; added to make what the slides say checkable",
}
# names that the laws share, for whoever reads their code
HELPERS = {
    "subject": "the implementation under test",
    "given": "draws inputs, many times",
    "FLOATS": "float32 or float64",
    "SEEDS": "any seed",
    "normal": "normal numbers of a seed",
    "exact_arrays": "arrays of multiples of 1/8",
    "integer_arrays": "arrays of whole numbers",
    "slope": "the numeric derivative",
    "fd": "agrees to 1e-5",
    "t9": "agrees to 1e-9",
    "t12": "agrees to 1e-12",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn explain`."""
    parser.add_argument("what", nargs="*", metavar="NAME",
                        help="such as PERC-08, E-25, PERC, perceptron, softmax or novikoff; default: list all")
    parser.add_argument("--laws", action="store_true", help="print the code of the laws too")
    parser.add_argument("--tex", action="store_true", help="print the formula in TeX too")
    parser.epilog = f"{_kinds(KINDS)}\n\n{_status()}"


def run(options: argparse.Namespace) -> None:
    """List or explain."""
    if not options.what:
        _list(register.items().values())
        print(f"\n{_status()}")
    for number, found in enumerate([find(name) for name in options.what]):
        if number:
            print("\n")
        if len(found) == 1:
            print("\n\n".join(explained(found[0], options.laws, options.tex)))
        else:
            _list(found)


def explained(item: register.Item, laws: bool = False, tex: bool = False) -> list[str]:
    """Return what there is to say of an item, in paragraphs; with the code of its laws and its TeX if asked for."""
    said = [f"{item.name}  {plain(item.title)}"]
    if item.tex:
        said.append(set_formula(item.tex) + (f"\n{fill(item.tex, '        TeX  ')}" if tex else ""))
    said.append(_slides(item))
    if item.is_erratum:
        said.append(_correction(item))
        said.append("\n".join(f"Corrects {name}  {plain(register.item(name).title)}" for name in item.items))
    said += [f"{name}, {plain(register.item(name).title)}\n{_correction(register.item(name))}" for name in item.errata]
    places = register.code_lines(item.name)
    if spoken := _spoken(item, places):
        said += [f"{spoken.function or spoken.module}, {spoken.path}:{spoken.line}", docstring(spoken.docstring)]
    said += [*_records(item.name), *_figures(item.name)]
    if places:
        said.append("Cited in\n" + table((f"{place.path}:{place.line}", place.function) for place in places))
    tests = register.laws(item.name)
    return said + (_laws(tests, laws) if tests else _without_laws(item))


def _list(items: Iterable[register.Item]) -> None:
    """Print ID, kind, title and module, one item a line, and what the kinds mean."""
    items = list(items)
    for item in items:
        print(f"{item.name:8}{item.kind:9}{plain(item.title):62}{item.module}")
    print(f"\n{_kinds(kind for kind in KINDS if any(item.kind == kind for item in items))}")


def _kinds(kinds: Iterable[str]) -> str:
    """Say what the second column of a list means."""
    return "Kinds, in the second column:\n" + table((kind, KINDS[kind]) for kind in kinds)


def _status() -> str:
    """Say what is said of the slides."""
    return "What is said of a slide (its status in the register):\n" + table(STATUS.items())


def _slides(item: register.Item) -> str:
    """Say which slides show an item, and whether they can be trusted."""
    decks = f"{' and '.join(item.decks)} {'say' if len(item.decks) > 1 else 'says'}"
    see = f"see {' and '.join(item.errata)}" if item.errata else ""
    if not item.slide:
        return fill(f"Not on a slide; added to make what {decks} checkable{', ' * bool(see)}{see}.", "")
    words = STATUS[item.status]
    if item.status == "added":
        words = "only hinted at; added to make it checkable"
    elif item.status == "correct" and see:
        words, see = f"right, but for {see[4:]}", ""
    right = "; the formula above is right" if item.status == "wrong" and item.tex else ""
    return fill(f"Slides: {plain(item.slide)}.", "") + "\n" + fill(
        f"On the slide: {words}{', ' * bool(see)}{see}{right}.", "")  # fmt: skip


def _spoken(item: register.Item, places: list[register.Place]) -> register.Place | None:
    r"""Return the place whose docstring explains an item best: in its module, with its \tag, with most of its TeX."""

    def worth(place: register.Place) -> tuple[bool, bool, bool, int]:
        matcher = SequenceMatcher(None, item.tex, " ".join(place.docstring.split()), autojunk=False)
        return place.module == item.module, place.tagged, bool(place.function), matcher.find_longest_match().size

    return max((place for place in places if place.docstring), key=worth, default=None)


def _correction(erratum: register.Item) -> str:
    """Return what the slide says, what is right and the proof, computed now."""
    from refnn.register.proofs import PROOFS

    lines = {"says": plain(erratum.says), "right": plain(erratum.right), "proof": PROOFS[erratum.name]()}
    return "\n".join(fill(text, f"    {label:7}") for label, text in lines.items())


def _records(name: str) -> list[str]:
    """Return the data that an item of history stands for."""
    from refnn.register.records import records

    rows = records(name)
    return [f"The data, from refnn/experiments/history.py\n{table(rows)}"] if rows else []


def _figures(name: str) -> list[str]:
    """Return the worked figures of an item, recomputed, beside the slide's, and what is right where it is another."""
    from refnn.register.figures import FIGURES

    lines = []
    for figure in FIGURES:
        if figure.item == name:
            shown = figure.shown()
            right = f"; right: {figure.right}" if shown != figure.right else ""
            wrong = f", wrong ({figure.erratum})" if figure.erratum else ""
            slide = f"; slide: {figure.slide}{wrong}" if figure.slide else ""
            lines.append(fill(f"{figure.inputs}: {shown}{slide}{right}", more=" " * 8))
    return ["Worked figures, recomputed\n" + "\n".join(lines)] if lines else []


def _laws(laws: list[register.Law], code: bool) -> list[str]:
    """Return the laws as sentences, each with its level and place; with their code if asked for."""
    width = max(len(law.level) for law in laws) + 2
    rows = []
    for law in laws:
        sentence = law.function.removeprefix("test_").replace("_", " ")
        rows.append(f"{fill(sentence, f'    {law.level:{width}}')}\n{' ' * (width + 4)}{law.path}:{law.line}")
    if not code:
        return ["Laws (--laws prints their code)\n" + "\n".join(rows)]
    names = {name for law in laws for name in re.findall(r"\w+", law.source)}
    helpers = "; ".join(f"`{name}`: {words}" for name, words in HELPERS.items() if name in names)
    known = [fill(f"In the code: {helpers}; other helpers stand in the files of the laws.")] if helpers else []
    blocks = [f"{row}\n\n{indent(law.source, ' ' * 8)}" for row, law in zip(rows, laws, strict=True)]
    return ["\n".join(["Laws", *known]), *blocks]


def _without_laws(item: register.Item) -> list[str]:
    """Return what to say where no law is found: that they are elsewhere; of a note, what else stands on its slides."""
    if "law" in register.DEMANDS[item.kind]:
        return ["Its laws stand in the tests of the repository, which are not installed."]
    if item.is_erratum or item.kind != "note":
        return []
    titles = _titles(item)
    others = [other for other in register.items().values() if other != item and titles & _titles(other)]
    said = [fill(f"A {item.kind}: {KINDS[item.kind]}.", "")]
    rows = [(other.name, plain(other.title)) for other in others if not other.is_erratum]
    return said + (["On the same slides\n" + table(rows)] if rows else [])


def _titles(item: register.Item) -> set[tuple[str, str]]:
    """Return deck and title of the slides of an item."""
    titles, deck = set(), ""
    for name, title in re.findall(r'\b(S\d) |"([^"]+)"', item.slide):
        deck = name or deck
        if title:
            titles.add((deck, title))
    return titles
