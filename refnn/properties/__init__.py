"""The laws: properties of every concept, as a pytest suite that runs on refnn, on a learner's file, on any library.

`pytest --pyargs refnn.properties --refnn-subject my_nn.py` runs them on your own code.
"""

from typing import Any

LEVELS = ("shape", "definition", "law", "gradient", "extreme", "theorem")


def law(*ids: str, level: str) -> Any:
    """Mark a test as the law of these formula IDs at one of the LEVELS."""
    import pytest

    if level not in LEVELS:
        raise ValueError(f"level: expected one of {', '.join(LEVELS)}, got {level!r}")
    return pytest.mark.law(*ids, level=level)
