"""Laws of ensembles: votes of weak units, the shallow net that they are, and how fast boosting learns."""

from itertools import product
from math import exp, isnan, log, sqrt

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, exact_arrays, t9, t12

SIGNS = st.sampled_from([-1, 1])
XOR = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]]), np.array([-1.0, 1, 1, -1])


@st.composite
def samples(draw, dtype=np.float64):
    """Few values in each of d features, so that ties and contradictions occur; labels -1 and +1."""
    n, d = draw(st.integers(1, 7)), draw(st.integers(1, 3))
    X = draw(arrays(dtype, (n, d), elements=st.integers(-2, 2).map(lambda i: i / 2)))
    return X, draw(arrays(np.float64, n, elements=SIGNS.map(float)))


@st.composite
def committees(draw):
    """Samples, stumps that fit them, and votes: all multiples of 1/8."""
    n, d = draw(st.integers(0, 4)), draw(st.integers(1, 3))
    stumps = draw(st.lists(st.tuples(st.integers(0, d - 1), EXACT, SIGNS), max_size=5))
    X = draw(exact_arrays((n, d)))
    if n and stumps:
        X[0, stumps[0][0]] = stumps[0][1]  # one sample lies on a threshold
    return X, stumps, draw(exact_arrays(len(stumps)))


def answer(x, stump):
    j, threshold, s = stump
    return s if x[j] >= threshold else -s


def score(x, stumps, votes):
    return sum(alpha * answer(x, stump) for alpha, stump in zip(votes, stumps, strict=True))


@law("ENS-01", level="shape")
@given(FLOATS, FLOATS)
def test_scores_have_the_wider_dtype_and_arguments_are_left_alone(subject, dtype, votes_dtype):
    X, votes = np.ones((3, 2), dtype), np.ones(1, votes_dtype)
    F = subject.ensemble.boosted_score(X, [(1, 0.5, -1)], votes)
    assert F.shape == (3,) and F.dtype == np.result_type(dtype, votes_dtype)
    assert subject.ensemble.stump_labels(X, (1, 0.5, -1)).dtype == dtype
    F[...] = 99
    assert (X == 1).all() and (votes == 1).all()


@law("ENS-01", level="definition")
@given(committees())
def test_a_stump_asks_one_question_of_one_input(subject, case):
    X, stumps, _ = case
    for stump in stumps:
        assert subject.ensemble.stump_labels(X, stump).tolist() == [answer(x, stump) for x in X.tolist()]


@law("ENS-01", level="definition")
@given(committees())
def test_the_score_is_the_sum_of_all_votes(subject, case):
    X, stumps, votes = case
    expected = [score(x, stumps, votes.tolist()) for x in X.tolist()]
    assert subject.ensemble.boosted_score(X, stumps, votes).tolist() == expected


@law("ENS-01", level="extreme")
def test_a_missing_number_has_no_label_and_other_features_do_not_mind(subject):
    X = np.array([[np.nan, 1.0], [np.inf, 1], [-np.inf, 1]])
    first = subject.ensemble.stump_labels(X, (0, 0.0, 1))
    assert isnan(first[0]) and first[1:].tolist() == [1, -1]
    assert subject.ensemble.stump_labels(X, (1, 0.0, -1)).tolist() == [-1, -1, -1]


@law("ENS-01", level="theorem")
@given(committees().filter(lambda case: case[1]))
@example((np.array([[2.0, 0], [1, 9]]), [(0, 2.0, -1)], np.ones(1))).via("a sample on a threshold")
def test_a_vote_of_stumps_is_a_net_with_one_hidden_layer_of_threshold_units(subject, case):
    X, stumps, votes = case
    net = subject.ensemble.boosting_net(stumps, votes, X.shape[1])
    (W1, W2), (b1, b2) = net.weights, net.biases
    assert W1.shape == (len(stumps), X.shape[1]) and W2.shape == (1, len(stumps))
    assert tuple(net.activations) == ("step", "identity")
    F = ((X @ W1.T + b1 >= 0) * 1.0) @ W2.T + b2
    assert F.tolist() == [[score(x, stumps, votes.tolist())] for x in X.tolist()]
    assert (np.sign(F[:, 0]) == np.sign(subject.ensemble.boosted_score(X, stumps, votes))).all()


@law("ENS-01", level="theorem")
@given(samples(), st.integers(1, 4))
def test_what_boosting_learned_is_such_a_net_too(subject, case, rounds):
    X, y = case
    stumps, votes, _ = subject.ensemble.adaboost(X, y, rounds)
    if len(stumps):
        net = subject.ensemble.boosting_net(stumps, votes, X.shape[1])
        H = (X @ net.weights[0].T + net.biases[0] >= 0) * 1.0
        F = (H @ net.weights[1].T + net.biases[1]).ravel()
        assert t12(F, subject.ensemble.boosted_score(X, stumps, votes))


@law("ENS-01", level="theorem")
@given(st.lists(st.tuples(st.tuples(st.integers(0, 1), EXACT, SIGNS), EXACT), max_size=6))
@example([((0, 0.0, 1), 1.0), ((1, 0.0, -1), 1.0)]).via("a product of these two would be")
def test_no_vote_of_stumps_is_exclusive_or(subject, votes_of_stumps):
    X, y = XOR
    votes = np.array([vote for _, vote in votes_of_stumps])
    F = subject.ensemble.boosted_score(X, [stump for stump, _ in votes_of_stumps], votes)
    assert F[0] + F[3] == F[1] + F[2]  # each stump sees one input only
    assert not (np.sign(F) == y).all()


@law("ENS-01", level="extreme")
def test_on_exclusive_or_no_stump_beats_guessing_and_boosting_stops_at_once(subject):
    stumps, votes, errors = subject.ensemble.adaboost(*XOR, 5)
    assert len(stumps) == len(votes) == len(errors) == 0
    assert subject.ensemble.boosted_score(XOR[0], stumps, votes).tolist() == [0, 0, 0, 0]


# The weak learner


def weighted_errors(X, y, w):
    """Return every stump, in the order of preference, with its weighted error."""
    for j in range(X.shape[1]):
        for threshold, s in product(sorted(set(X[:, j].tolist())), (1, -1)):
            wrong = [answer(x, (j, threshold, s)) != y_i for x, y_i in zip(X.tolist(), y.tolist(), strict=True)]
            yield (j, threshold, s), sum(w_i for w_i, missed in zip(w.tolist(), wrong, strict=True) if missed)


@law("ENS-01", level="definition")
@given(samples(), st.data())
@example((np.array([[1.0], [2], [3]]), np.array([-1.0, 1, 1])), None).via("a stump that is right everywhere")
def test_the_best_stump_gets_the_least_weight_wrong_and_of_equals_the_first_wins(subject, case, data):
    X, y = case
    w = np.ones(len(y)) if data is None else data.draw(exact_arrays(len(y)).map(np.abs))
    stump, error = subject.ensemble.best_stump(X, y, w)
    expected, least = min(weighted_errors(X, y, w), key=lambda row: row[1])
    assert tuple(stump) == expected and error == least <= w.sum() / 2


@law("ENS-01", level="definition")
@given(st.integers(1, 99).map(lambda i: i / 100))
def test_the_vote_is_half_the_log_odds_of_being_right(subject, error):
    assert t12(subject.ensemble.vote(error), log((1 - error) / error) / 2)
    assert t12(subject.ensemble.vote(1 - error), -subject.ensemble.vote(error))


@law("ENS-01", level="extreme")
def test_a_hardly_ever_wrong_unit_has_a_large_but_finite_vote(subject):
    assert t12(subject.ensemble.vote(1e-300), 150 * log(10))
    assert subject.ensemble.vote(0.5) == 0


# Boosting


@law("ENS-01", level="definition")
@given(samples(), st.integers(1, 5))
def test_each_round_reports_the_weighted_error_and_the_vote_of_its_stump(subject, case, rounds):
    X, y = case
    stumps, votes, errors = subject.ensemble.adaboost(X, y, rounds)
    assert len(stumps) == len(votes) == len(errors) <= rounds
    w = np.full(len(y), 1 / len(y))
    for stump, alpha, error in zip(stumps, votes, errors, strict=True):
        agree = np.array([answer(x, stump) for x in X.tolist()]) * y
        assert t9(error, w[agree < 0].sum()) and 0 <= error < 0.5
        assert t9(error, min(e for _, e in weighted_errors(X, y, w)))  # no stump does better on these weights
        assert t9(alpha, log((1 - error) / error) / 2 if error else 1)
        w = w * np.exp(-alpha * agree)
        w /= w.sum()
        assert t9(w[agree < 0].sum(), 0.5 if error else 0)  # the last stump is now no better than guessing


@law("ENS-01", level="theorem")
@given(samples(), st.integers(1, 6))
def test_the_training_error_stays_below_the_product_of_the_rounds(subject, case, rounds):
    X, y = case
    stumps, votes, errors = subject.ensemble.adaboost(X, y, rounds)
    margins = [y_i * score(x, stumps, votes.tolist()) for x, y_i in zip(X.tolist(), y.tolist(), strict=True)]
    bound = subject.ensemble.training_error_bound(errors)
    assert sum(m <= 0 for m in margins) / len(y) <= bound + 1e-12
    if 0 not in errors:
        assert t9(sum(exp(-m) for m in margins) / len(y), bound)  # the exponential loss attains it


@law("ENS-01", level="definition")
@given(st.lists(st.integers(0, 8).map(lambda i: i / 8), max_size=5))
def test_the_bound_is_a_product_of_one_factor_a_round(subject, errors):
    product_of_rounds = 1.0
    for error in errors:
        product_of_rounds *= 2 * sqrt(error * (1 - error))
    assert t12(subject.ensemble.training_error_bound(np.array(errors)), product_of_rounds)


@law("ENS-01", level="theorem")
def test_an_interval_needs_three_stumps_and_three_suffice(subject):
    X, y = np.array([[1.0], [2], [3], [4], [5]]), np.array([-1.0, 1, 1, -1, -1])
    wrong = []
    for rounds in (1, 2, 3):
        stumps, votes, errors = subject.ensemble.adaboost(X, y, rounds)
        wrong.append(int((np.sign(subject.ensemble.boosted_score(X, stumps, votes)) != y).sum()))
    assert wrong == [1, 1, 0]
    assert t12(errors, [1 / 5, 1 / 4, 1 / 6])


@law("ENS-01", level="theorem")
@given(st.integers(2, 8), st.integers(0, 255))
def test_one_feature_without_contradictions_is_learned_to_the_end(subject, n, pattern):
    X, y = np.arange(float(n))[:, np.newaxis], np.array([1.0 if pattern >> i & 1 else -1 for i in range(n)])
    stumps, votes, _ = subject.ensemble.adaboost(X, y, 150)
    assert (np.sign(subject.ensemble.boosted_score(X, stumps, votes)) == y).all()


@law("ENS-01", level="extreme")
@given(FLOATS, SIGNS)
def test_a_stump_that_is_right_everywhere_stays_alone(subject, dtype, s):
    X, y = np.array([[0, 3], [0, 1], [0, 4]], dtype), s * np.array([1.0, -1, 1])
    stumps, votes, errors = subject.ensemble.adaboost(X, y, 9)
    assert [tuple(stump) for stump in stumps] == [(1, 3.0, s)]
    assert votes.tolist() == [1] and errors.tolist() == [0] and subject.ensemble.training_error_bound(errors) == 0


@law("ENS-01", level="extreme")
def test_contradictory_samples_can_not_be_learned_and_do_no_harm(subject):
    stumps, _, errors = subject.ensemble.adaboost(np.ones((2, 1)), np.array([1.0, -1]), 3)
    assert len(stumps) == 0 and subject.ensemble.training_error_bound(errors) == 1


@law("ENS-01", level="shape")
@given(samples())
def test_learning_leaves_the_samples_alone(subject, case):
    X, y = case
    before = np.column_stack([X, y])
    subject.ensemble.adaboost(X, y, 2)
    assert (np.column_stack([X, y]) == before).all()
