import numpy as np

from refnn.ensemble import (
    Stump,
    adaboost,
    best_stump,
    boosted_score,
    boosting_net,
    stump_labels,
    training_error_bound,
    vote,
)

X, Y, W = np.array([[1.0, 4], [2, 0.5], [3, 4]]), np.array([-1.0, 1, -1]), np.array([0.25, 0.5, 0.25])
STUMPS, VOTES = [Stump(0, 2.0, 1), Stump(1, 1.0, -1)], np.array([1.0, 0.25])

VALID = {
    "adaboost": (X, Y, 3),
    "best_stump": (X, Y, W),
    "boosted_score": (X, STUMPS, VOTES),
    "boosting_net": (STUMPS, VOTES, 2),
    "stump_labels": (X, STUMPS[0]),
    "training_error_bound": (W,),
}

NO_ARRAYS = ["vote"]

REFUSED = [
    ("boosted_score", lambda: boosted_score(X, 3, [1.0]), TypeError, "stumps: expected a list, got 3"),
    ("boosting_net", lambda: boosting_net(None, [1.0], 2), TypeError, "stumps: expected a list, got None"),
    ("Stump", lambda: stump_labels(X, Stump(2, 0.0, 1)), ValueError, "feature: expected 0..1, counted from 0, got 2"),
    ("Stump", lambda: stump_labels(X, Stump(-1, 0.0, 1)), ValueError, "feature: expected at least 0, got -1"),
    ("Stump", lambda: stump_labels(X, Stump(0.0, 0.0, 1)), TypeError, "feature: expected a whole number, got 0.0"),
    ("Stump", lambda: stump_labels(X, Stump(0, np.nan, 1)), ValueError, "threshold: expected a finite number, got nan"),
    ("Stump", lambda: stump_labels(X, Stump(0, 1.0, 0)), ValueError, r"sign: expected -1 or \+1, got 0"),
    ("adaboost", lambda: adaboost(X[:0], [], 2), ValueError, r"X: expected at least one sample and one feature, got shape \(0, 2\)"),
    ("adaboost", lambda: adaboost(X[:, :0], Y, 2), ValueError, r"X: expected at least one sample and one feature, got shape \(3, 0\)"),
    ("adaboost", lambda: adaboost(X, [0, 1, 1], 2), ValueError, r"y: expected labels -1 or \+1, got 0.0 at 0"),
    ("adaboost", lambda: adaboost(X, Y[:2], 2), ValueError, r"y: expected shape \(3,\), got \(2,\)"),
    ("adaboost", lambda: adaboost(X, Y, 0), ValueError, "rounds: expected at least 1, got 0"),
    ("adaboost", lambda: adaboost(X * np.inf, Y, 2), ValueError, r"X: expected finite numbers, got inf at \(0, 0\)"),
    ("best_stump", lambda: best_stump(X, Y, -W), ValueError, "weights: expected numbers not below 0, got -0.5 at 1"),
    ("best_stump", lambda: best_stump(X, Y, W[:1]), ValueError, r"weights: expected shape \(3,\), got \(1,\)"),
    ("best_stump", lambda: best_stump(X[0], Y, W), ValueError, "X: expected 2 axes, got 1"),
    ("boosted_score", lambda: boosted_score(X, STUMPS, [1]), ValueError, r"votes: expected shape \(2,\), got \(1,\)"),
    ("boosted_score", lambda: boosted_score(X[0], STUMPS, VOTES), ValueError, "X: expected 2 axes, got 1"),
    ("boosted_score", lambda: boosted_score(X[:, :1], STUMPS, VOTES), ValueError, "feature: expected 0..0, counted from 0, got 1"),
    ("boosting_net", lambda: boosting_net([], [], 2), ValueError, "stumps: expected at least one, got none"),
    ("boosting_net", lambda: boosting_net(STUMPS, VOTES[:1], 2), ValueError, r"votes: expected shape \(2,\), got \(1,\)"),
    ("boosting_net", lambda: boosting_net(STUMPS, VOTES, 0), ValueError, "inputs: expected at least 1, got 0"),
    ("boosting_net", lambda: boosting_net(STUMPS, VOTES, 1), ValueError, "feature: expected 0..0"),
    ("stump_labels", lambda: stump_labels(X[0], STUMPS[0]), ValueError, "X: expected 2 axes, got 1"),
    ("stump_labels", lambda: stump_labels(X, (0, 1.0)), ValueError, r"stump: expected \(feature, threshold, sign\), got \(0, 1.0\)"),
    ("training_error_bound", lambda: training_error_bound([0.5, 1.5]), ValueError, r"errors: expected numbers in \[0, 1\], got 1.5 at 1"),
    ("training_error_bound", lambda: training_error_bound(0.5), ValueError, "errors: expected 1 axis, got 0"),
    ("training_error_bound", lambda: training_error_bound([np.nan]), ValueError, r"errors: expected numbers in \[0, 1\], got nan"),
    ("vote", lambda: vote(0), ValueError, "error: expected a number between 0 and 1, both excluded, got 0.0"),
    ("vote", lambda: vote(1.0), ValueError, "error: expected a number between 0 and 1, both excluded, got 1.0"),
    ("vote", lambda: vote("half"), TypeError, "error: expected a number, got 'half'"),
]
