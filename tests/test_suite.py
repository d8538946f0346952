"""The law suite as a tool: subjects, outcomes, options."""

import os
import subprocess
import sys

import pytest

from refnn.properties import LEVELS, law
from refnn.properties.subject import NotWrittenYet, Subject


def laws(*arguments, cwd, **environment):
    """Run the laws as a learner does, outside the repository."""
    env = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"} | environment
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--pyargs", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


WRITTEN = "import numpy as np\ndef maxout(z, pieces):\n    z = np.asarray(z)\n"
RIGHT = WRITTEN + "    return z.reshape(*z.shape[:-1], -1, pieces).max(axis=-1)\n"
WRONG = WRITTEN + "    return z.reshape(*z.shape[:-1], -1, pieces).sum(axis=-1)\n"
STUB = "def maxout(z, pieces):\n    raise NotImplementedError('maxout')\n"


@pytest.mark.parametrize("how", ["option", "environment", "ini"])
def test_a_learner_s_file_is_a_subject(how, tmp_path):
    (tmp_path / "my_nn.py").write_text(RIGHT)
    (tmp_path / "pytest.ini").write_text("[pytest]\n" + ("refnn_subject = my_nn.py\n" if how == "ini" else ""))
    options = ["--refnn-subject", "my_nn.py"] if how == "option" else []
    result = laws("refnn.properties.test_maxout", *options, cwd=tmp_path,
                  **({"REFNN_SUBJECT": "my_nn.py"} if how == "environment" else {}))
    assert "passed" in result.stdout
    assert "failed" not in result.stdout
    assert "my_nn.py has no maxout.maxout_backward: 3 laws wait" in result.stdout
    assert result.returncode == 1


def test_a_wrong_file_fails_and_a_stub_is_not_written_yet(tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG)
    (tmp_path / "stub.py").write_text(STUB)
    wrong = laws("refnn.properties.test_maxout", "--refnn-subject", "wrong.py", cwd=tmp_path)
    assert "failed" in wrong.stdout
    assert wrong.returncode == 1
    stub = laws("refnn.properties.test_maxout", "--refnn-subject", "stub.py", cwd=tmp_path)
    assert "passed" not in stub.stdout
    assert "failed" not in stub.stdout
    assert "nnn" in stub.stdout
    assert stub.returncode == 1


def test_refnn_itself_is_the_subject_where_none_is_named(tmp_path):
    result = laws("refnn.properties.test_maxout", cwd=tmp_path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("named, words", [
    ("nowhere.py", "FileNotFoundError: --refnn-subject: there is no file nowhere.py"),
    ("mine", "did you mean mine.py?"),
    ("mine.py", "SyntaxError"),
])  # fmt: skip
def test_a_subject_that_cannot_be_loaded_ends_the_run_in_one_line(named, words, tmp_path):
    (tmp_path / "mine.py").write_text("def relu(:")
    result = laws("refnn.properties.test_maxout", "--refnn-subject", named, cwd=tmp_path)
    assert words in result.stdout
    assert result.stdout.count("\n") < 12
    assert result.returncode == 4


def test_other_projects_do_not_meet_the_subject_fixture(tmp_path):
    (tmp_path / "test_mine.py").write_text("def test_mine(subject): pass\n")
    result = laws("test_mine.py", cwd=tmp_path)
    assert "fixture 'subject' not found" in result.stdout


ADAPTER = RIGHT + """
from refnn.properties.adapter import Deviation, Draws

DEVIATIONS = [
    Deviation("test_a_unit_is_convex_in_its_pre_activations", "{reason}", "https://example.org",
              {{"case": (np.array([[1.0, 2.0]]), 1), "data": Draws(np.array([[3.0, 4.0]]))}}),
]
"""


def test_an_adapter_s_deviation_is_run_and_must_fail_and_what_it_has_not_is_not_claimed(tmp_path):
    concave = ADAPTER.format(reason="the middle is lifted").replace(".max(axis=-1)", ".max(axis=-1) + (z[0, 0] == 2)")
    (tmp_path / "other.py").write_text(concave)
    convex = "refnn.properties.test_maxout::test_a_unit_is_convex_in_its_pre_activations"
    gradient = "refnn.properties.test_maxout::test_of_equal_lines_the_first_takes_the_whole_gradient"
    result = laws(convex, gradient, "--refnn-subject", "other.py", cwd=tmp_path)
    assert "the middle is lifted (https://example.org)" in result.stdout
    assert "other.py has no maxout.maxout_backward: 1 law left out" in result.stdout
    assert "1 declared deviation, 1 not claimed" in result.stdout
    assert result.returncode == 0
    (tmp_path / "other.py").write_text(ADAPTER.format(reason="no reason at all"))
    result = laws(convex, "--refnn-subject", "other.py", cwd=tmp_path)
    assert "declared deviation: the law holds on the stored counterexample: no reason at all" in result.stdout
    assert result.returncode == 1


def test_what_a_subject_lacks_is_named():
    subject = Subject("refnn")
    with pytest.raises(NotWrittenYet, match="refnn has no module transformer"):
        subject.transformer.attention(1)
    with pytest.raises(NotWrittenYet, match=r"refnn has no maxout.minout"):
        subject.maxout.minout(1)
    with pytest.raises(FileNotFoundError, match=r"--refnn-subject: there is no file nowhere.py"):
        Subject("nowhere.py")


def test_a_law_has_one_of_the_levels():
    assert law("MAX-01", level=LEVELS[0]).mark.args == ("MAX-01",)
    with pytest.raises(ValueError, match="level: expected one of shape, definition"):
        law("MAX-01", level="hard")
