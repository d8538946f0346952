"""Pictures that need matplotlib, which the tests alone do not: `pytest tests/pictures.py`, with the extra `plot`."""

from pathlib import Path

import numpy as np
import pytest

from refnn import experiments
from refnn.bench import roofline
from refnn.cli import main
from tests.test_bench import LIMITS, Measured, row, timing
from tests.test_cli import idx


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


def test_confusions_are_counted_and_drawn_with_what_is_right_on_the_diagonal(tmp_path):
    from refnn.interop.matplotlib import confusion, confusion_counts

    classes, counts = confusion_counts(["b", "a", "b", "c"], ["b", "b", "b", "a"])
    assert classes.tolist() == ["a", "b", "c"]
    assert counts.tolist() == [[0, 1, 0], [0, 2, 0], [1, 0, 0]]
    axes = confusion(["b", "a", "b", "c"], ["b", "b", "b", "a"], tmp_path / "confusion.svg").axes[0]
    assert axes.get_title() == "2 of 4 right"
    assert {(t.get_text(), *t.get_position()) for t in axes.texts} == {("1", 1, 0), ("2", 1, 1), ("1", 0, 2)}
    assert (tmp_path / "confusion.svg").read_text().startswith("<?xml")
    for y, read in (([], []), ([1, 2], [1]), ([[1]], [[1]])):
        with pytest.raises(ValueError, match="expected"):
            confusion(y, read)


def test_the_filters_drawn_are_the_weights_of_the_first_layer(tmp_path):
    from refnn import Centre, Conv2D, Dense, Flatten, Network
    from refnn.interop.matplotlib import filters

    def drawn(net):
        figure = filters(net, tmp_path / "filters.png")
        return figure.axes[0].images[0].get_array().filled(99), net.parameters()

    centred = [Centre(np.ones((1, 7, 8))), Conv2D(5, (2, 3)), Flatten(), Dense(2)]
    picture, parameters = drawn(Network(centred, (1, 7, 8)))
    assert picture.shape == (2 * 3 - 1, 3 * 4 - 1)  # five in two rows of three
    assert (picture[:2, 4:7] == parameters["1.W"][1, 0]).all() and (picture[3:5, :3] == parameters["1.W"][3, 0]).all()
    assert (picture[2] == 99).all() and (picture[:, 3] == 99).all() and (picture[3:, 8:] == 99).all()
    picture, parameters = drawn(Network([Conv2D(4, 3), Flatten(), Dense(2)], (2, 5, 5)))
    assert picture.shape == (2 * 4 - 1, 4 * 4 - 1)  # a row for each channel
    assert (picture[4:7, 8:11] == parameters["0.W"][2, 1]).all()
    picture, parameters = drawn(Network([Flatten(), Dense(4)], (1, 3, 5)))
    assert (picture[:3, 6:] == parameters["1.W"][1].reshape(3, 5)).all()
    with pytest.raises(ValueError, match="over an image first"):
        filters(Network([Dense(2)], 3))


def test_a_learning_curve_shows_what_was_measured():
    from refnn.interop.matplotlib import learning_curve
    from refnn.training import Epoch

    full = [Epoch(1, 0.5, 0.7, 0.6, 0.6, 0.1), Epoch(2, 0.25, 0.9, 0.4, 0.7, 0.1)]
    loss, accuracy = learning_curve(full).axes
    assert [list(line.get_ydata()) for line in (*loss.lines, *accuracy.lines)] == [
        [0.5, 0.25], [0.6, 0.4], [0.7, 0.9], [0.6, 0.7]]
    bare = learning_curve([Epoch(1, 0.5, None, None, None, None)])
    assert len(bare.axes) == 1 and len(bare.axes[0].lines) == 1
    with pytest.raises(ValueError, match="history: expected at least one epoch"):
        learning_curve([])
    for other in ([0.1, 0.2], None, 3):
        with pytest.raises(TypeError, match=r"history: expected the epochs that refnn.fit returned, got"):
            learning_curve(other)


@pytest.mark.parametrize("path, words", [
    ("nowhere/c.png", "nowhere/c.png: there is no folder"),
    ("c.xyz", "c.xyz: expected a name that ends in .png, .svg or .pdf"),
    ("c", "c: expected a name that ends in .png, .svg or .pdf"),
    (".", ".: expected a file, that is a folder"),
])  # fmt: skip
def test_a_place_for_no_picture_is_refused_before_any_work(path, words, capsys, monkeypatch, tmp_path):
    from refnn.interop import matplotlib

    monkeypatch.chdir(tmp_path)
    for draw in (matplotlib.learning_curve, matplotlib.filters, lambda y, path: matplotlib.confusion(y, y, path)):
        with pytest.raises((ValueError, FileNotFoundError)) as refused:
            draw(None, path)
        assert str(refused.value).startswith(words)
    for option in ("--confusion", "--filters"):
        assert main(["predict", "no-model", option, path]) == 2
        assert capsys.readouterr().err.startswith(f"refnn predict: {words}")


def test_predict_draws_confusions_and_filters_and_says_where(capsys, monkeypatch, tmp_path):
    from refnn import Conv2D, Dense, Flatten, Network, save

    monkeypatch.chdir(tmp_path)
    save(Network([Conv2D(3, 5), Flatten(), Dense(10)], (1, 16, 16)), "model.npz")
    assert main(["predict", "model.npz", "--confusion", "c.svg", "--filters", "f.png"]) == 0
    assert capsys.readouterr().out.endswith("\nconfusion: c.svg\nfilters: f.png\n")
    assert Path("c.svg").read_text().startswith("<?xml") and Path("f.png").read_bytes()[1:4] == b"PNG"
    idx("images.gz", np.zeros((2, 16, 16)))
    assert main(["predict", "model.npz", "images.gz", "--confusion", "c.svg"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "--confusion: needs digits with labels" in said.err
