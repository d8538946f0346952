"""The data that items of history stand for: a row for each event, figure, work or correction."""

from refnn.experiments.history import CORRECTIONS, EVENTS, FIGURES, REFERENCES

__all__ = ["records"]


def records(name: str) -> list[tuple[str, str]]:
    """Return the rows of an item or erratum, each with its label; none where the item has no data of this kind.

    Example:
        >>> records("HIST-01")[0]
        ('1957', 'the perceptron (Rosenblatt, 1928-1971)')
    """
    if name == "HIST-01":
        return [(_span(event.begin, event.end), event.what + _behind(event.errata)) for event in EVENTS]
    if name == "HIST-02":
        return [(figure.name, f"{_range(figure.low, figure.high)} {figure.unit}{_behind((figure.deck, figure.note))}")
                for figure in FIGURES]  # fmt: skip
    if name == "HIST-03":
        return [(work.key, f"{work.authors}: {work.title}. {work.venue}, {work.year}{_behind(work.decks)}")
                for work in REFERENCES]  # fmt: skip
    return [(row.about, f"the slide: {row.says}; right: {row.right}") for row in CORRECTIONS if row.erratum == name]


def _span(begin: int, end: int) -> str:
    return str(begin) if begin == end else f"{begin}-{end}"


def _behind(notes: tuple[str, ...]) -> str:
    """Return notes in parentheses."""
    said = "; ".join(note for note in notes if note)
    return f" ({said})" if said else ""


def _range(low: float, high: float) -> str:
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    """Write a number with commas, a large power of ten as such."""
    digits = f"{value:,}"
    zeros = digits.count("0")
    return f"10^{zeros}" if zeros > 8 and digits.strip("0,") == "1" else digits
