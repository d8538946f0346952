"""In running text, the ID of an item is a link: to its place in a chapter, or in the index while no chapter has it."""

import re
from functools import cache
from pathlib import Path

from refnn import register

DOCS = Path(__file__).parent.parent
ID = r"[A-Z]{1,4}-\d\d"
# where an ID is no running text: code, formulas, links, headings, HTML, what attr_list reads, doctests
_KEPT = (
    r"^ *(```+|~~~+)[^\n]*\n.*?^ *\1", r"`[^`\n]+`", r"\$\$.*?\$\$", r"\$[^$\n]+\$", r"\[[^\]\n]*\][(\[][^)\]\n]*[)\]]",
    r"^#+ [^\n]*", r"<[^>\n]+>", r"\{[^}\n]*\}", r"^ *(?:>>>|\.\.\.)[^\n]*",
)  # fmt: skip
_WHERE = re.compile("|".join([*(f"(?:{kept})" for kept in _KEPT), rf"\b(?P<id>{ID})\b"]), re.DOTALL | re.MULTILINE)
_PLACED = re.compile(r"^ *<!-- (?:formula|erratum) ([^>]*) -->", re.MULTILINE)


@cache
def placed() -> dict[str, str]:
    """Return the page of each item that a chapter explains.

    Raises:
        ValueError: if two pages explain the same item.
    """
    found: dict[str, str] = {}
    for page in sorted(DOCS.rglob("*.md")):
        for places in _PLACED.findall(page.read_text("utf-8")):
            for name in places.split():
                if name in found:
                    raise ValueError(f"{page.name}: {name} is explained in {found[name]} already")
                found[name] = page.relative_to(DOCS).as_posix()
    return found


def linked(text: str) -> str:
    """Return Markdown in which every ID of the register is a link."""
    return _WHERE.sub(lambda found: link(found["id"]) if found["id"] else found[0], text)


def link(name: str) -> str:
    """Return the link to one item; what only looks like an ID stays as it is."""
    if name not in register.items():
        return name
    return f"[{name}][{name if name in placed() else name.lower()}]"
