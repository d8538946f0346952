"""The tables of history: their order, their arithmetic, and that every correction differs from its slide."""

from itertools import pairwise

from refnn.experiments.history import CORRECTIONS, EVENTS, FIGURES, REFERENCES
from refnn.properties import law

RANGE = {figure.name: (figure.low, figure.high) for figure in FIGURES}


@law("HIST-01", level="definition")
def test_the_events_stand_in_the_order_of_their_years():
    assert all(a.begin <= b.begin for a, b in pairwise(EVENTS))
    assert all(event.begin <= event.end for event in EVENTS)
    assert len({event.what for event in EVENTS}) == len(EVENTS)


@law("HIST-02", level="definition")
def test_the_zip_codes_add_up():
    assert 7291 + 2007 == 9298
    assert (RANGE["zip codes training"][0], RANGE["zip codes test"][0], RANGE["zip codes"][0]) == (7291, 2007, 9298)
    assert round(100 * RANGE["zip codes wrong"][0] / RANGE["zip codes test"][0], 2) == 5.08


@law("HIST-02", level="definition")
def test_the_links_of_the_brain_are_neurons_times_links_of_each():
    low, high = (a * b for a, b in zip(RANGE["brain neurons"], RANGE["brain links of a neuron"], strict=True))
    assert RANGE["brain links"] == (low, high) == (10**13, 10**16)
    assert low <= 10**14 <= high  # the slide's figure


@law("HIST-02", level="definition")
def test_every_figure_is_a_range_with_a_name_of_its_own():
    assert len(RANGE) == len(FIGURES)
    assert all(0 < figure.low <= figure.high for figure in FIGURES)
    assert all(figure.high <= 100 for figure in FIGURES if figure.unit == "%")
    assert {figure.deck for figure in FIGURES} == {"S0", "S1"}


@law("HIST-03", level="definition")
def test_the_references_stand_in_the_order_of_keys_that_end_in_their_year():
    keys = [reference.key for reference in REFERENCES]
    assert keys == sorted(set(keys))
    assert all(reference.key.endswith(str(reference.year)) for reference in REFERENCES)
    assert all(set(reference.decks) <= {"S0", "S1", "S2", "S3", "S4"} and reference.decks for reference in REFERENCES)


@law("E-19", "E-42", level="definition")
def test_every_correction_says_something_else_than_the_slide():
    assert all(row.says != row.right for row in CORRECTIONS)
    assert {row.erratum for row in CORRECTIONS} == {"E-19", "E-42"}
    assert {number for event in EVENTS for number in event.errata} == {"E-19", "E-42"}


@law("E-19", level="definition")
def test_the_award_carries_the_year_for_which_it_was_given_not_that_of_its_announcement():
    (award,) = [event for event in EVENTS if event.what.startswith("Turing Award")]
    assert award.begin == award.end == 2018 and "announced in March 2019" in award.what
