"""The claims: each is wrong, for an input that one can find, and right for another."""

import inspect

import numpy as np
import pytest

from refnn.exercises.claims import claim, claims
from refnn.register import modules

CLAIMS = claims()
each = pytest.mark.parametrize("name", CLAIMS)
ODD = [None, "one", float("nan"), float("inf"), 1e9, -1, 0, 2.5, True, [], [[]], [1.0, [2.0]], [float("nan")], [1e9],
       ["a"], [0.0], [[0.0]], [[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0, 3.0], np.zeros(99), {"a": 1}]  # fmt: skip


def test_there_are_claims_for_most_chapters_in_the_order_of_the_book():
    order = [modules().index(one.of) for one in CLAIMS.values()]
    assert order == sorted(order)
    assert len(set(order)) >= 16
    assert len(CLAIMS) >= 40


@each
def test_it_is_refuted_by_its_counterexample_and_holds_for_an_innocent_input(name):
    one = CLAIMS[name]
    assert one.holds(*one.refuted_by) is False
    assert one.holds(*one.innocent) is True


@each
def test_an_input_that_says_nothing_about_it_is_refused_in_words(name):
    one = CLAIMS[name]
    with pytest.raises(ValueError, match=r"\w+.*: .*expected .*got |\w+.*: expected "):
        one.holds(*one.inadmissible)
    for place in range(len(one.innocent)):
        for odd in ODD:
            try:
                answer = one.holds(*one.innocent[:place], odd, *one.innocent[place + 1 :])
            except ValueError:
                continue
            assert answer in (True, False)


@each
def test_it_leaves_its_input_alone_and_answers_twice_alike(name):
    one = CLAIMS[name]
    given = [np.array(part) if isinstance(part, list) else part for part in one.refuted_by]
    before = [np.array(part) for part in given]
    assert [one.holds(*given) for _ in range(2)] == [False, False]
    assert all((np.asarray(a) == b).all() for a, b in zip(given, before, strict=True))


@each
def test_its_texts_are_there(name):
    one = CLAIMS[name]
    assert one.says.endswith(".")
    assert len(one.says) <= 120
    assert one.truth.endswith(".")
    assert 40 < len(one.truth) <= 240
    assert len(one.hints) == 3
    assert one.hints[0].endswith("?")
    assert one.buys.endswith(".")
    assert all(0 < len(text) <= 140 for text in (*one.hints, one.buys))
    assert one.asks.startswith("Give ")
    assert one.asks.endswith(".")
    assert len(one.refuted_by) == len(one.innocent) == len(one.inadmissible) == len(one.parameters)


@each
def test_what_decides_can_be_read(name):
    one = CLAIMS[name]
    assert one.source.startswith("def holds(")
    assert inspect.signature(one.holds).return_annotation is bool


def test_no_two_claims_say_the_same():
    assert len({one.says for one in CLAIMS.values()}) == len({one.truth for one in CLAIMS.values()}) == len(CLAIMS)


def test_a_claim_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="there are two claims 'relu-of-a-sum'"):
        claim("relu-of-a-sum", of="activations", says="x")
    with pytest.raises(ValueError, match="of: expected a module, got 'transformer'"):
        claim("attention", of="transformer", says="It is all you need.")
