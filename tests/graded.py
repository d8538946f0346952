"""The long round of the exercises, each graded as a learner's file is, in processes of their own.

It is run by `pytest tests/graded.py`, some minutes; `exercises.py` looks at the same things in short.
"""

from pathlib import Path

import pytest

from refnn.checking.grading import grade
from refnn.exercises.course import exercises
from refnn.exercises.handout import handout, solution
from refnn.exercises.museum import exhibits

COURSE = exercises()


def solved(one):
    """Return a file that passes."""
    if one.kind == "implement":
        return "\n".join(f"from refnn.{one.of} import {name}" for name in one.functions)
    if one.kind == "law":
        return f"from refnn.properties.test_{one.of} import {one.law}"
    return exhibits()[one.exhibit].repaired if one.kind == "repair" else f"{handout(one)}\n{solution(one)}"


@pytest.mark.parametrize("name", COURSE)
def test_what_is_handed_out_fails_and_what_is_shown_after_a_pass_passes(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one = COURSE[name]
    path = Path(one.file)
    path.write_text(handout(one), "utf-8")
    assert not grade(one, path).passed
    path.write_text(solved(one), "utf-8")
    verdict = grade(one, path)
    assert verdict.passed, "\n".join(verdict.lines)
