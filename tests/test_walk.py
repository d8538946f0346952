"""The walk of CONTRIBUTING.md can be taken in the sources of today; `.ci/full walk` takes it and runs the tests."""

import ast
import re
import tomllib

from refnn.register import items
from tests.walk import ROOT, walked


def test_every_step_finds_its_place_and_what_it_writes_can_be_read():
    files = walked()
    for file, text in files.items():
        assert "softsign" in text.lower() and "softsign" not in (ROOT / file).read_text("utf-8").lower(), file
        if file.endswith(".py"):
            ast.parse(text)
        elif file.endswith(".toml"):
            assert tomllib.loads(text)
    assert len(files) == 8


def test_the_id_of_the_walk_is_the_next_one_that_is_free():
    family, number = re.search(r"<!-- formula (\w+)-(\d\d) -->", (ROOT / "CONTRIBUTING.md").read_text("utf-8")).groups()
    taken = [name for name in items() if name.startswith(f"{family}-")]
    assert int(number) == len(taken) + 1, f"CONTRIBUTING.md: the next free ID is {family}-{len(taken) + 1:02}"
