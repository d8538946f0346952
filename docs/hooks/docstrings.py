"""Griffe extension: a docstring's `Example:` is a section of doctests, shown as code and never read as Markdown."""

import re
from typing import Any

import griffe


class Examples(griffe.Extension):
    """Give the section the plural name under which Griffe looks for doctests."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rename the section in one docstring."""
        if obj.docstring:
            obj.docstring.value = re.sub(r"^Example:$", "Examples:", obj.docstring.value, flags=re.MULTILINE)
