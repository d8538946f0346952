"""Griffe extension: docstrings on the pages of the API, with their doctests as code and their IDs as links."""

import re
from typing import Any

import griffe
from ids import linked


class Docstrings(griffe.Extension):
    """Give the section of doctests the name under which Griffe looks for it, and every ID its link."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite one docstring."""
        if obj.docstring:
            obj.docstring.value = linked(re.sub(r"^Example:", "Examples:", obj.docstring.value, flags=re.MULTILINE))
