"""What the book has stored: it must be of what there is now."""

import json
from pathlib import Path

import pytest

from refnn.bench import ladder, limits

STORED = json.loads((Path(__file__).parent.parent / "docs" / "data" / "ladder.json").read_text())


def test_the_ladder_of_the_book_has_the_rungs_that_are_climbed_now():
    if limits.compiled() is None:
        with pytest.raises(ImportError, match="needs the compiled kernels"):
            ladder.climb()
        return
    now = [rung.name.partition(" (")[0] for rung in
           ladder.climb(sizes=(16, 16), python=16, layer=(8, 16, 32), images=(1, 6, 5, 3, 4, 3))]  # fmt: skip
    stored = [rung["name"].partition(" (")[0] for rung in STORED["ladder"]]
    assert stored == now, "run `refnn bench --ladder --json docs/data/ladder.json`"


def test_every_stored_rung_gave_the_right_answer_below_the_peak():
    peak = STORED["limits"]["1"]["peak"]["float32"]
    assert all(rung["difference"] <= 1 for rung in STORED["ladder"])
    assert all(rung["flops"] / rung["seconds"] < peak for rung in STORED["ladder"])
