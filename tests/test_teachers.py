"""The class of the page for teachers gets the marks that stand there, and the shortcuts work as it warns."""

from pathlib import Path

import pytest

from refnn.cli import main

PAGE = (Path(__file__).parent.parent / "docs" / "teachers.md").read_text("utf-8")

BACKWARD = """

def softmax_backward(upstream, z, axis=-1):
    y = softmax(z, axis)
    return y * (upstream - (upstream * y).sum(axis=axis, keepdims=True))
"""
ADA = """import numpy as np


def softmax(z, axis=-1):
    z = np.asarray(z)
    z = z if z.dtype.kind == "f" else z.astype(float)
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
""" + BACKWARD
BEN = """import numpy as np


def softmax(z, axis=-1):
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)
""" + BACKWARD
CLEO = ADA.partition("\n    y = ")[0] + "\n    raise NotImplementedError\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder, **files):
    for name, text in files.items():
        (folder / "class" / name).mkdir(parents=True)
        (folder / "class" / name / "softmax.py").write_text(text)


def test_the_class_of_three_gets_the_table_and_the_card_of_the_page(folder, capsys):
    write(folder, ada=ADA, ben=BEN, cleo=CLEO)
    assert main(["check", "softmax", "--on", "class/*/softmax.py"]) == 1
    table = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert [line for line in table if line not in PAGE] == []
    assert sum(line.startswith("class/") for line in table) == 3
    assert main(["check", "softmax", "--on", "class/ben/softmax.py"]) == 1
    card = capsys.readouterr().out
    assert card.partition("also fail")[0] in PAGE


def test_a_file_that_hands_refnn_s_own_functions_on_passes_as_the_page_warns(folder):
    line = "from refnn.activations import softmax"
    write(folder, dora=f"{line}, softmax_backward\n")
    assert main(["check", "softmax", "--on", "class/dora/softmax.py"]) == 0
    assert line in PAGE
