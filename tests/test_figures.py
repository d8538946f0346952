"""The worked figures of the decks come out, and differ from the slides exactly where an erratum says so."""

import pytest

from refnn import losses, register
from refnn.register.figures import FIGURES, Figure

NAMES = [f"{figure.item} {figure.inputs[:30]}" for figure in FIGURES]

# the items with a worked figure; INIT-04 is an experiment with random numbers
WORKED = """
LIN-04 LIN-06 PERC-10 PERC-11 CIR-01 CIR-05 MLP-01 MLP-02 MLP-03 MLP-08 GC-01 GC-02 ACT-02 ACT-05 ACT-10 ACT-15 MAX-03
LOG-06 LOSS-05 LOSS-06 LOSS-07 LOSS-08 LOSS-10 REG-02 GD-02 GD-04 OPT-01 OPT-02 OPT-03 OPT-05 OPT-07 OPT-10 DROP-02
DROP-04 INIT-03 INIT-06 INIT-07 CNN-02 CNN-04 CNN-05 CNN-11 CNN-12 CNN-16 UNI-02 UNI-04 DEEP-01 DEEP-02 DEEP-03 BV-01
E-01 E-16
""".split()


@pytest.mark.parametrize("figure", FIGURES, ids=NAMES)
def test_what_is_computed_is_what_is_right(figure):
    assert figure.shown() == figure.right


@pytest.mark.parametrize("figure", [figure for figure in FIGURES if figure.slide],
                         ids=[name for figure, name in zip(FIGURES, NAMES, strict=True) if figure.slide])
def test_the_slide_rounds_rightly_unless_an_erratum_says_so(figure):
    assert (figure.on_the_slide() == figure.slide) == (not figure.erratum)


def test_the_erratum_of_a_figure_corrects_its_item():
    for figure in FIGURES:
        assert figure.item in register.items()
        if figure.erratum:
            corrected = register.item(figure.erratum).items
            assert figure.item in {figure.erratum, *corrected} and figure.slide


def test_every_item_with_a_worked_figure_is_there_and_none_twice():
    assert set(WORKED) <= {figure.item for figure in FIGURES}
    assert len({(figure.item, figure.inputs) for figure in FIGURES}) == len(FIGURES) == len(set(NAMES))


def test_a_figure_is_plain_text():
    for figure in FIGURES:
        assert all(text.isascii() and "$" not in text for text in (figure.inputs, figure.slide, figure.right))


@pytest.mark.parametrize("right, numbers, shown", [
    ("4", [4.2], "4"),
    ("0.98, 0.12", [0.982014, -0.001], "0.98, 0.00"),
    ("-0.7; 2e-11", [-0.74, 2.78e-11], "-0.7; 3e-11"),
    ("1.000e-05", [1.23456e-4], "1.235e-04"),
    ("9 x 25", [9, 25], "9 x 25"),
    ("3-1 is no sign, x2 no number: 7", [3, 1, 8], "3-1 is no sign, x2 no number: 8"),
    ("most", [], "most"),
])  # fmt: skip
def test_numbers_are_shown_as_precisely_as_they_are_known(right, numbers, shown):
    assert Figure("E-01", "", "", right, lambda: numbers).shown() == shown


def test_a_figure_with_too_many_or_too_few_numbers_is_refused():
    for numbers in ([], [1, 2]):
        with pytest.raises(ValueError, match=f"expected 1 numbers for '33', got {len(numbers)}"):
            Figure("E-01", "", "", "33", lambda numbers=numbers: numbers).shown()


def test_a_figure_computes_and_does_not_recite(monkeypatch):
    right = losses.softmax_cross_entropy
    monkeypatch.setattr(losses, "softmax_cross_entropy", lambda *args, **kwargs: 2 * right(*args, **kwargs))
    assert {figure.item for figure in FIGURES if figure.shown() != figure.right} == {"LOSS-06", "LOSS-08"}
