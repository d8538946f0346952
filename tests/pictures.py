"""Pictures that need matplotlib, which the tests alone do not: `pytest tests/pictures.py`, with the extra `plot`."""

from refnn.bench import roofline
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
