"""In running text, the ID of an item is a link to its place in a chapter; without one the build fails."""

import re

from refnn import register

ID = r"[A-Z]{1,4}-\d\d"
# where an ID is no running text: code, formulas, links, headings, HTML, what attr_list reads, doctests
_KEPT = (
    r"^ *(```+|~~~+)[^\n]*\n.*?^ *\1", r"`[^`\n]+`", r"\$\$.*?\$\$", r"\$[^$\n]+\$", r"\[[^\]\n]*\][(\[][^)\]\n]*[)\]]",
    r"^#+ [^\n]*", r"<[^>\n]+>", r"\{[^}\n]*\}", r"^ *(?:>>>|\.\.\.)[^\n]*",
)  # fmt: skip
_WHERE = re.compile("|".join([*(f"(?:{kept})" for kept in _KEPT), rf"\b(?P<id>{ID})\b"]), re.DOTALL | re.MULTILINE)


def linked(text: str) -> str:
    """Return Markdown in which every ID of the register is a link."""
    return _WHERE.sub(lambda found: link(found["id"]) if found["id"] else found[0], text)


def link(name: str) -> str:
    """Return the link to one item; what only looks like an ID stays as it is."""
    return f"[{name}][{name}]" if name in register.items() else name
