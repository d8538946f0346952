"""Wrong ensembles."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import ensemble
from refnn.ensemble import Stump
from refnn.exercises.mutants import mutant
from refnn.mlp import MLP

# fmt: off

Triple = tuple[int, float, int]


@mutant("stump-labels-above-only", of="ensemble.stump_labels",
        imitates="the threshold itself counts as below: > where >= belongs",
        killed_by=["test_a_stump_asks_one_question_of_one_input"])
def _(X: ArrayLike, stump: Triple) -> NDArray:
    h, x = ensemble.stump_labels(X, stump), np.asarray(X)[:, stump[0]]
    return np.where(x == stump[1], -h, h)


@mutant("stump-labels-sign-ignored", of="ensemble.stump_labels",
        imitates="the stump always answers +1 above its threshold, whatever its sign",
        killed_by=["test_a_stump_asks_one_question_of_one_input"])
def _(X: ArrayLike, stump: Triple) -> NDArray:
    return ensemble.stump_labels(X, (stump[0], stump[1], 1))


@mutant("stump-labels-nan-is-below", of="ensemble.stump_labels",
        imitates="a comparison with NaN is false, so a missing number is given the label of the lower side",
        killed_by=["test_a_missing_number_has_no_label_and_other_features_do_not_mind"])
def _(X: ArrayLike, stump: Triple) -> NDArray:
    h = ensemble.stump_labels(X, stump)
    return np.where(np.isnan(h), h.dtype.type(-stump[2]), h)


@mutant("stump-labels-whole-numbers", of="ensemble.stump_labels", level="shape",
        imitates="the labels are handed out as whole numbers",
        killed_by=["test_scores_have_the_wider_dtype_and_arguments_are_left_alone"])
def _(X: ArrayLike, stump: Triple) -> NDArray:
    return np.nan_to_num(ensemble.stump_labels(X, stump)).astype(np.intp)


@mutant("best-stump-unweighted", of="ensemble.best_stump",
        imitates="mistakes are counted, not weighed",
        killed_by=["test_the_best_stump_gets_the_least_weight_wrong_and_of_equals_the_first_wins"])
def _(X: ArrayLike, y: ArrayLike, weights: ArrayLike) -> tuple[Stump, float]:
    w = np.asarray(weights, np.float64)
    return ensemble.best_stump(X, y, np.full_like(w, w.mean()))


@mutant("best-stump-last-of-equals", of="ensemble.best_stump",
        imitates="of equally good stumps the last wins, as with <= in a loop",
        killed_by=["test_the_best_stump_gets_the_least_weight_wrong_and_of_equals_the_first_wins"])
def _(X: ArrayLike, y: ArrayLike, weights: ArrayLike) -> tuple[Stump, float]:
    found, least = ensemble.best_stump(X, y, weights)
    X = np.asarray(X)
    for j in range(X.shape[1]):
        for threshold in np.unique(X[:, j]).tolist():
            for s in (1, -1):
                wrong = ensemble.stump_labels(X, (j, threshold, s)) != y
                found = Stump(j, threshold, s) if float(np.asarray(weights) @ wrong) <= least else found
    return found, least


@mutant("vote-without-the-half", of="ensemble.vote",
        imitates="the half in front of the logarithm is missing",
        killed_by=["test_the_vote_is_half_the_log_odds_of_being_right",
                   "test_a_hardly_ever_wrong_unit_has_a_large_but_finite_vote"])
def _(error: float) -> float:
    return 2 * ensemble.vote(error)


@mutant("vote-the-wrong-way", of="ensemble.vote",
        imitates="the odds stand upside down, so bad units have the say",
        killed_by=["test_the_vote_is_half_the_log_odds_of_being_right"])
def _(error: float) -> float:
    return -ensemble.vote(error)


@mutant("vote-clipped", of="ensemble.vote",
        imitates="the error is kept above 1e-10 to be safe, which caps the vote",
        killed_by=["test_a_hardly_ever_wrong_unit_has_a_large_but_finite_vote"])
def _(error: float) -> float:
    return ensemble.vote(max(error, 1e-10))


class _Boosting:
    """AdaBoost with its parts as methods, so that one of them can be wrong."""

    def vote(self, error: float) -> float:
        return ensemble.vote(error)

    def reweighed(self, w: NDArray, right: NDArray, error: float) -> NDArray:
        return w / np.where(right, 2 * (1 - error), 2 * error)

    def stops(self, error: float) -> bool:
        return not 0 < error < 0.5

    def learn(self, X: ArrayLike, y: ArrayLike, rounds: int) -> tuple[list[Stump], NDArray, NDArray]:
        ensemble.adaboost(X, y, rounds)
        w, learned = np.full(np.size(y), 1 / np.size(y)), list[tuple[Stump, float, float]]()
        while len(learned) < rounds:
            stump, error = ensemble.best_stump(X, y, w)
            if error == 0 and not learned:
                return [stump], np.ones(1), np.zeros(1)
            if self.stops(error):
                break
            learned.append((stump, self.vote(error), error))
            w = self.reweighed(w, ensemble.stump_labels(X, stump) == y, error)
            w = w / w.sum()
        stumps, votes, errors = [stump for stump, *_ in learned], *(
            np.array([row[i] for row in learned], np.float64) for i in (1, 2))
        return stumps, votes, errors


@mutant("adaboost-weights-stay", of="ensemble.adaboost",
        imitates="the weights of the samples are not brought up to date, so every round learns the same stump",
        killed_by=["test_each_round_reports_the_weighted_error_and_the_vote_of_its_stump",
                   "test_an_interval_needs_three_stumps_and_three_suffice",
                   "test_one_feature_without_contradictions_is_learned_to_the_end"])
def _(X: ArrayLike, y: ArrayLike, rounds: int) -> tuple[list[Stump], NDArray, NDArray]:
    class Wrong(_Boosting):
        def reweighed(self, w: NDArray, right: NDArray, error: float) -> NDArray:
            return w

    return Wrong().learn(X, y, rounds)


@mutant("adaboost-looks-at-what-was-right", of="ensemble.adaboost",
        imitates="the sign in the exponent is wrong: samples that were right gain weight",
        killed_by=["test_each_round_reports_the_weighted_error_and_the_vote_of_its_stump",
                   "test_an_interval_needs_three_stumps_and_three_suffice"])
def _(X: ArrayLike, y: ArrayLike, rounds: int) -> tuple[list[Stump], NDArray, NDArray]:
    class Wrong(_Boosting):
        def reweighed(self, w: NDArray, right: NDArray, error: float) -> NDArray:
            return super().reweighed(w, ~right, error)

    return Wrong().learn(X, y, rounds)


@mutant("adaboost-equal-votes", of="ensemble.adaboost",
        imitates="every stump has one vote, good or bad, as in bagging",
        killed_by=["test_each_round_reports_the_weighted_error_and_the_vote_of_its_stump",
                   "test_the_training_error_stays_below_the_product_of_the_rounds"])
def _(X: ArrayLike, y: ArrayLike, rounds: int) -> tuple[list[Stump], NDArray, NDArray]:
    class Wrong(_Boosting):
        def vote(self, error: float) -> float:
            return 1.0

    return Wrong().learn(X, y, rounds)


@mutant("adaboost-goes-on-guessing", of="ensemble.adaboost", level="shape",
        imitates="learning goes on with stumps that are no better than guessing and have no vote",
        killed_by=["test_on_exclusive_or_no_stump_beats_guessing_and_boosting_stops_at_once",
                   "test_contradictory_samples_can_not_be_learned_and_do_no_harm"])
def _(X: ArrayLike, y: ArrayLike, rounds: int) -> tuple[list[Stump], NDArray, NDArray]:
    class Wrong(_Boosting):
        def stops(self, error: float) -> bool:
            return error == 0

    return Wrong().learn(X, y, rounds)


@mutant("adaboost-one-huge-vote", of="ensemble.adaboost",
        imitates="a stump that is right everywhere gets the vote of a tiny error, and a bound that is not 0",
        killed_by=["test_a_stump_that_is_right_everywhere_stays_alone"])
def _(X: ArrayLike, y: ArrayLike, rounds: int) -> tuple[list[Stump], NDArray, NDArray]:
    stumps, votes, errors = ensemble.adaboost(X, y, rounds)
    tiny = errors == 0
    return stumps, np.where(tiny, ensemble.vote(1e-10), votes), np.where(tiny, 1e-10, errors)


@mutant("adaboost-sorts-its-samples", of="ensemble.adaboost", level="shape",
        imitates="the caller's labels are put in the order of the first feature on the way",
        killed_by=["test_learning_leaves_the_samples_alone"])
def _(X: ArrayLike, y: ArrayLike, rounds: int) -> tuple[list[Stump], NDArray, NDArray]:
    learned = ensemble.adaboost(X, y, rounds)
    if isinstance(y, np.ndarray):
        y[...] = y[np.asarray(X)[:, 0].argsort(kind="stable")]
    return learned


@mutant("adaboost-rates-scaled", of="ensemble.adaboost",
        imitates="the votes are divided by their sum, as for an average",
        killed_by=["test_each_round_reports_the_weighted_error_and_the_vote_of_its_stump",
                   "test_the_training_error_stays_below_the_product_of_the_rounds"])
def _(X: ArrayLike, y: ArrayLike, rounds: int) -> tuple[list[Stump], NDArray, NDArray]:
    stumps, votes, errors = ensemble.adaboost(X, y, rounds)
    return stumps, votes / (votes.sum() or 1), errors


@mutant("boosted-score-majority", of="ensemble.boosted_score",
        imitates="heads are counted: every stump has one vote",
        killed_by=["test_the_score_is_the_sum_of_all_votes",
                   "test_what_boosting_learned_is_such_a_net_too"])
def _(X: ArrayLike, stumps: Sequence[Triple], votes: ArrayLike) -> NDArray:
    return ensemble.boosted_score(X, stumps, np.sign(np.asarray(votes)))


@mutant("boosted-score-labels", of="ensemble.boosted_score",
        imitates="the sign is taken already, so nobody can see how clear the vote was",
        killed_by=["test_the_score_is_the_sum_of_all_votes", "test_what_boosting_learned_is_such_a_net_too"])
def _(X: ArrayLike, stumps: Sequence[Triple], votes: ArrayLike) -> NDArray:
    return np.sign(ensemble.boosted_score(X, stumps, votes))


@mutant("boosted-score-stumps-multiplied", of="ensemble.boosted_score",
        imitates="the answers are multiplied and not added, which is exclusive or and no vote",
        killed_by=["test_no_vote_of_stumps_is_exclusive_or", "test_the_score_is_the_sum_of_all_votes"])
def _(X: ArrayLike, stumps: Sequence[Triple], votes: ArrayLike) -> NDArray:
    F = np.full_like(ensemble.boosted_score(X, stumps, votes), np.asarray(votes).sum())
    for stump in stumps:
        F = F * ensemble.stump_labels(X, stump).astype(F.dtype)
    return F


@mutant("boosting-net-bits-for-signs", of="ensemble.boosting_net",
        imitates="a threshold unit's 0 and 1 are used as if they were -1 and +1: no factor 2 and no constant",
        killed_by=["test_a_vote_of_stumps_is_a_net_with_one_hidden_layer_of_threshold_units",
                   "test_what_boosting_learned_is_such_a_net_too"])
def _(stumps: Sequence[Triple], votes: ArrayLike, inputs: int) -> MLP:
    net = ensemble.boosting_net(stumps, votes, inputs)
    (W, V), (b, c) = net.weights, net.biases
    assert b is not None and c is not None
    return MLP([W, V / 2], [b, 0 * c], net.activations)


@mutant("boosting-net-sign-in-the-input", of="ensemble.boosting_net",
        imitates="the sign is put into the input weights and not into the output, which turns the threshold's own side",
        killed_by=["test_a_vote_of_stumps_is_a_net_with_one_hidden_layer_of_threshold_units"])
def _(stumps: Sequence[Triple], votes: ArrayLike, inputs: int) -> MLP:
    net = ensemble.boosting_net(stumps, votes, inputs)
    s = np.array([sign for *_, sign in stumps], net.weights[0].dtype)
    plain = ensemble.boosting_net([(j, threshold, 1) for j, threshold, _ in stumps], votes, inputs)
    (W, V), (b, c) = plain.weights, plain.biases
    assert b is not None
    return MLP([W * s[:, np.newaxis], V], [b * s, c], plain.activations)


@mutant("training-error-bound-without-the-two", of="ensemble.training_error_bound",
        imitates="the factor 2 of each round is missing, so the bound promises too much",
        killed_by=["test_the_bound_is_a_product_of_one_factor_a_round",
                   "test_the_training_error_stays_below_the_product_of_the_rounds"])
def _(errors: ArrayLike) -> float:
    return ensemble.training_error_bound(errors) / 2 ** np.size(errors)


@mutant("training-error-bound-without-the-root", of="ensemble.training_error_bound",
        imitates="the root is forgotten: 4 e (1 - e) a round",
        killed_by=["test_the_bound_is_a_product_of_one_factor_a_round",
                   "test_the_training_error_stays_below_the_product_of_the_rounds"])
def _(errors: ArrayLike) -> float:
    return ensemble.training_error_bound(errors) ** 2


@mutant("training-error-bound-of-a-sum", of="ensemble.training_error_bound",
        imitates="the mean of the rounds' factors is taken, not their product",
        killed_by=["test_the_bound_is_a_product_of_one_factor_a_round"])
def _(errors: ArrayLike) -> float:
    ensemble.training_error_bound(errors)
    factors = [2 * math.sqrt(e * (1 - e)) for e in np.asarray(errors, np.float64).tolist()]
    return sum(factors) / len(factors) if factors else 1.0
