"""Pictures that need matplotlib, which the tests alone do not: `pytest tests/pictures.py`, with the extra `plot`."""

from pathlib import Path

from refnn import experiments
from refnn.bench import roofline
from refnn.cli import main
from tests.test_bench import LIMITS, Measured, row, timing


def test_the_roofline_shows_what_was_measured_under_its_roof(tmp_path):
    slow = Measured(row(flops=1e3, traffic=1e3, name="slow"), 1, [timing("refnn", 1e-6), timing("numpy", 2e-6)])
    fast = Measured(row(flops=1e6, traffic=1e4, name="fast"), 1, [timing("refnn", 1e-5)])
    lost = Measured(row(name="lost"), 1, [timing("numpy", 1e-5)])
    file = tmp_path / "roof.svg"
    roofline.draw([slow, fast, lost], {1: LIMITS}, str(file))
    text = file.read_text()
    assert "slow" in text
    assert "fast" in text
    assert "lost" not in text
    assert "peak 100 GF/s" in text


def test_the_command_says_where_it_drew_what(capsys, monkeypatch, tmp_path):
    from matplotlib import image  # here: doctest collection imports this module, matplotlib or not

    monkeypatch.chdir(tmp_path)
    for file, options in {"a.PNG": (), "b.png": ("--dpi", "40", "--dark"), "c.SVG": ()}.items():
        assert main(["experiment", "sigmoid_sum", "--plot", file, *options]) == 0
        assert capsys.readouterr().out.endswith(f"\npicture: {file}\n")
    assert image.imread("a.PNG").shape[1] == 7 * 150 and image.imread("b.png").shape[1] == 7 * 40
    assert Path("c.SVG").read_text().startswith("<?xml")
    monkeypatch.setattr(experiments, "EXPERIMENTS", ("sigmoid_sum",))
    assert main(["experiment", "all", "--plot", "new"]) == 0
    assert "picture: new/sigmoid_sum-dark.svg\n" in capsys.readouterr().out
    assert sorted(file.name for file in Path("new").iterdir()) == ["sigmoid_sum-dark.svg", "sigmoid_sum.svg"]
