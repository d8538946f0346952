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
