"""How `refnn explain` and `refnn errata` set their texts: no line longer than `WIDTH`, code excepted."""

import re
from collections.abc import Iterable
from textwrap import wrap

from refnn.register.plain import formula, plain

__all__ = ["WIDTH", "docstring", "fill", "set_formula", "table"]

WIDTH = 100

_HEADS = ("Args:", "Attributes:", "Raises:", "Returns:", "Yields:")
_LISTS = ("Args:", "Attributes:", "Raises:")
_UNBROKEN = "\xa0"  # a blank where no line ends


def fill(text: str, start: str = "    ", more: str | None = None) -> str:
    """Fill lines with a text, the first behind `start`, the others behind `more`, by default as many blanks."""
    more = " " * len(start) if more is None else more
    lines = wrap(text, WIDTH, initial_indent=start, subsequent_indent=more, break_long_words=False,
                 break_on_hyphens=False)  # fmt: skip
    return "\n".join(lines).replace(_UNBROKEN, " ")


def set_formula(tex: str, start: str = "    ") -> str:
    """Set a formula in keyboard text; a line ends between two of its parts where it can."""
    parts = (re.sub(" (?! )", _UNBROKEN, part) if len(part) < WIDTH - len(start) - 4 else part
             for part in formula(tex).split("   "))  # fmt: skip
    return fill("   ".join(parts), start, start + "    ")


def table(rows: Iterable[tuple[str, str]], most: int = 46) -> str:
    """Set rows of two columns, the first as wide as it must be but at most `most`."""
    rows = list(rows)
    width = min(most, max(len(label) for label, _ in rows)) + 6
    return "\n".join(fill(text, f"    {label}".ljust(width - 1) + " ", " " * width) if text else f"    {label}"
                     for label, text in rows)  # fmt: skip


def docstring(text: str, indent: str = "    ") -> str:
    """Set a docstring: formulas in keyboard text, paragraphs and sections filled anew, examples as they are."""
    said = []
    for block in text.split("\n\n"):
        if ">>>" in block:
            said.append("\n".join(f"{indent}{line}".rstrip() for line in block.splitlines()))
        elif match := re.fullmatch(r"\$\$(.+)\$\$", block, re.DOTALL):
            said.append(set_formula(match[1], indent))
        else:
            said.append("\n".join(_entry(entry, indent) for entry in _entries(block)))
    return "\n\n".join(said)


def _entries(block: str) -> list[str]:
    """Join the lines of each paragraph, of each heading and of each argument in a list of arguments."""
    entries: list[str] = []
    margin, in_list = 0, False
    for line in block.splitlines():
        depth = len(line) - len(line.lstrip())
        if entries and entries[-1].strip() not in _HEADS and (depth > margin or (depth == margin and not in_list)):
            entries[-1] += f" {line.strip()}"
        else:
            entries.append(line)
            in_list = line in _LISTS or (in_list and depth > 0)
            margin = depth
    return entries


def _entry(entry: str, indent: str) -> str:
    """Set one paragraph or argument at its own depth, an argument with its further lines deeper."""
    start = indent + " " * (len(entry) - len(entry.lstrip()))
    more = start + "    " * bool(re.match(r" +[*\w.]+: ", entry))
    return fill(plain(entry.strip()), start, more)
