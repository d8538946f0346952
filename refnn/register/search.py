"""Find entries of the register by what a reader would type: an ID, a module, a function, a word of a title."""

import re
from collections.abc import Iterator
from functools import cache

from refnn.register import Item, code_lines, did_you_mean, items, modules

__all__ = ["find"]

_NUMBERED = re.compile(r"([A-Za-z]*)[-_ ]?0*(\d+)")


def find(text: str, family: str = "") -> list[Item]:
    """Return the entries that a text means, in the order of the book.

    Tried in turn: an ID, in any spelling; a module; a family of IDs; the function, class or module that cites the
    entry, and the words of its title; parts of these.

    Args:
        text: what somebody typed.
        family: what a bare number belongs to, such as E for the errata.

    Raises:
        ValueError: if nothing is found; the error says what the family has, or suggests something that is near.

    Example:
        >>> [entry.name for entry in find("perc8")], [entry.name for entry in find("27", family="E")]
        (['PERC-08'], ['E-27'])
        >>> [entry.name for entry in find("VSGD")]
        ['OPT-06']
        >>> [entry.name for entry in find("mistake bound")]
        ['PERC-08']
    """
    said = text.strip().lower().removeprefix("refnn.")
    families = {name.partition("-")[0] for name in items()}
    if (match := _NUMBERED.fullmatch(said)) and (letters := match[1].upper() or family) in families:
        return [_numbered(letters, int(match[2]), text)]
    homes = {home: name for name in modules() for home in (name, name.rpartition(".")[2])}
    if said in homes and text.strip() not in families:
        return [entry for entry in items().values() if entry.module == homes[said]]
    if said.upper() in families:
        return _family(said.upper())
    for near in (_exactly, _partly):
        if said and (found := [entry for entry in items().values() if near(said, entry)]):
            return found
    words = {word for entry in items().values() for word in _words(entry.title) if len(word) > 3}
    names = {part for places in _citing().values() for place in places for part in place.split(".") if part}
    hint = did_you_mean(text, [*words, *names, *families, *homes, *items()])
    raise ValueError(f"expected an ID such as PERC-08, a module, a function or a word of a title, got {text!r}{hint}")


def _numbered(family: str, number: int, text: str) -> Item:
    """Return one entry of a family, or say which there are."""
    if (name := f"{family}-{number:02}") in items():
        return items()[name]
    there = [entry.name for entry in _family(family)]
    raise ValueError(f"expected {' to '.join(dict.fromkeys([there[0], there[-1]]))}, got {text!r}")


def _family(family: str) -> list[Item]:
    return [entry for entry in items().values() if entry.name.startswith(f"{family}-")]


def _exactly(said: str, entry: Item) -> bool:
    """Tell whether a function, class or module of this name cites an entry, or all words stand in its title."""
    words = set(_words(said))
    return bool(words) and (
        words <= set(_words(entry.title)) or any(f".{said}." in f".{name}." for name in _citing()[entry.name])
    )


def _partly(said: str, entry: Item) -> bool:
    """Tell whether a text of three letters or more is part of such a name or of the title."""
    return len(said) > 2 and any(said in name for name in (entry.title.lower(), *_citing()[entry.name]))


def _words(text: str) -> Iterator[str]:
    return (match[0] for match in re.finditer(r"\w+", text.lower()))


@cache
def _citing() -> dict[str, set[str]]:
    """Return for each ID the functions and classes that cite it, with their modules, in small letters."""
    return {name: {f"{place.module}.{place.function}".lower() for place in code_lines(name)} for name in items()}
