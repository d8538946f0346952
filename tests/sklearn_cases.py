"""The estimators under scikit-learn's own checks and tools: `pytest tests/sklearn_cases.py`, with the extra `sklearn`.

Pandas is wanted too. Libraries are imported where they are used: doctest collection imports this module without them.
"""

import pickle

import numpy as np
import pytest

from refnn import data, losses, perceptron

NAMES = ["ConvClassifier", "MLPClassifier", "MLPRegressor", "PerceptronClassifier", "SoftmaxRegression"]
CLASSIFIERS = [name for name in NAMES if name != "MLPRegressor"]

# what scikit-learn asks of estimators and these do not do, with the reason: nothing
EXPECTED: dict[str, dict[str, str]] = {name: {} for name in NAMES}

# what its checks leave out by themselves: arrays of other libraries, which nobody here claims to take
NOT_RUN = {"check_array_api_input"}


def estimator(name, **settings):
    from refnn.interop import sklearn

    return getattr(sklearn, name)(**settings)


@pytest.fixture(scope="module")
def digits():
    """Return the embedded digits as rows, 8 by 8 and shuffled."""
    X, y = data.digits()
    order = np.random.default_rng(0).permutation(len(X))
    return X[order, :, ::2, ::2].reshape(len(X), -1), y[order]


@pytest.mark.parametrize("name, settings", [*((name, {}) for name in NAMES), *(
    (name, {"dtype": "float64"}) for name in NAMES if name != "PerceptronClassifier")])
def test_every_check_of_scikit_learn_passes_or_is_an_exception_with_a_reason(name, settings):
    from sklearn.utils.estimator_checks import check_estimator

    results = check_estimator(estimator(name, **settings), expected_failed_checks=EXPECTED[name], on_skip=None)
    statuses = {status: {one["check_name"] for one in results if one["status"] == status}
                for status in ("passed", "xfail", "skipped")}
    assert len(statuses["passed"]) >= 45
    assert statuses["xfail"] == set(EXPECTED[name])
    assert statuses["skipped"] <= NOT_RUN
    print(f"{name} {settings or ''}: {len(results)} checks, " + ", ".join(
        f"{sum(one['status'] == status for one in results)} {status}" for status in statuses))


def test_the_module_offers_what_is_checked_here():
    from refnn.interop import sklearn

    assert sorted(sklearn.__all__) == NAMES


@pytest.mark.parametrize("name, least", [
    ("ConvClassifier", 0.93), ("MLPClassifier", 0.92), ("PerceptronClassifier", 0.88), ("SoftmaxRegression", 0.92),
])
def test_cross_validation_of_a_pipeline_reads_digits(name, least, digits):
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    settings = {"ConvClassifier": {"image_shape": (1, 8, 8), "size": 3, "epochs": 8}}.get(name, {"epochs": 20})
    model = make_pipeline(StandardScaler(), estimator(name, **settings))
    if name != "PerceptronClassifier":
        model[-1].set_params(random_state=0)
    assert cross_val_score(model, *digits, cv=3).mean() > least


def test_a_grid_search_finds_the_rate_that_learns(digits):
    from sklearn.model_selection import GridSearchCV

    grid = {"learning_rate": [1e-7, 0.01], "hidden": [(4,), (16,)]}
    search = GridSearchCV(estimator("MLPClassifier", epochs=8, random_state=0), grid, cv=2).fit(*digits)
    assert search.best_params_ == {"learning_rate": 0.01, "hidden": (16,)}
    assert search.best_estimator_.network_.parameters()["0.W"].shape == (16, 64)
    assert search.score(*digits) > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_a_frame_teaches_the_same_as_its_array_and_its_columns_are_remembered(name):
    import pandas as pd

    X = np.random.default_rng(0).standard_normal((60, 3))
    y = X[:, 0] - X[:, 1] if name == "MLPRegressor" else np.where(X[:, 0] > X[:, 1], "up", "down")
    frame = pd.DataFrame(X, columns=["east", "north", "high"])
    settings = {} if name == "PerceptronClassifier" else {"random_state": 0, "epochs": 10}
    plain = estimator(name, **settings).fit(X, y)
    framed = estimator(name, **settings).fit(frame, pd.Series(y))
    assert (plain.predict(X) == framed.predict(frame)).all()
    assert framed.feature_names_in_.tolist() == ["east", "north", "high"]
    with pytest.raises(ValueError, match="feature names should match"):
        framed.predict(frame[["north", "east", "high"]])
    with pytest.raises(ValueError, match="NaN"):
        framed.predict(frame.where(frame > 0))


def test_categories_and_columns_of_several_kinds_go_through_a_pipeline():
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    frame = pd.DataFrame({"colour": ["red", "green", "blue"] * 20, "size": range(60), "old": [True, False] * 30})
    y = pd.Series(["warm" if colour == "red" else "cold" for colour in frame["colour"]], dtype="category")
    columns = make_column_transformer((OneHotEncoder(), ["colour"]), (StandardScaler(), ["size"]),
                                      remainder="passthrough")
    model = make_pipeline(columns, estimator("SoftmaxRegression", random_state=0, learning_rate=0.05)).fit(frame, y)
    assert model.predict(frame).tolist() == y.tolist()


@pytest.mark.parametrize("name", CLASSIFIERS[:2] + CLASSIFIERS[3:])
def test_probabilities_are_the_softmax_of_the_scores_and_what_was_learnt_by_their_cross_entropy(name, digits):
    from sklearn.metrics import log_loss

    X, y = digits[0][:200], digits[1][:200]
    model = estimator(name, epochs=5, random_state=0).fit(X, y)
    P = model.predict_proba(X)
    assert np.allclose(P.sum(axis=1), 1) and np.allclose(np.log(P), model.predict_log_proba(X), atol=1e-5)
    assert (P.argmax(axis=1) == model.predict(X)).all()
    scores = model.network_.predict(X.reshape(-1, *model.network_.input_shape))
    assert np.isclose(log_loss(y, P), losses.softmax_cross_entropy(scores, y), rtol=1e-4)


def test_the_margin_of_two_classes_is_the_log_odds():
    X = np.random.default_rng(1).standard_normal((50, 2))
    model = estimator("SoftmaxRegression", random_state=0, dtype="float64", epochs=5).fit(X, X[:, 0] > 0)
    P = model.predict_proba(X)
    assert np.allclose(model.decision_function(X), np.log(P[:, 1] / P[:, 0]))


def test_the_perceptron_of_two_classes_is_refnns_own():
    X, y = perceptron.truth_table("and")
    model = estimator("PerceptronClassifier", epochs=10).fit(X, y)
    own = perceptron.Perceptron(10).fit(X, y)
    assert (model.perceptrons_[0].w_ == own.w_).all() and model.perceptrons_[0].mistakes_ == own.mistakes_
    assert (model.predict(X) == own.predict(X)).all()
    assert (model.decision_function(X) == np.column_stack([X, np.ones(4)]) @ own.w_).all()


def test_several_targets_are_learnt_together():
    X = np.random.default_rng(2).standard_normal((200, 2))
    y = np.column_stack([X.sum(axis=1), X[:, 0] - X[:, 1], X[:, 0]])
    model = estimator("MLPRegressor", random_state=0, learning_rate=0.01, epochs=60).fit(X, y)
    assert model.predict(X).shape == (200, 3)
    assert model.score(X, y) > 0.98


@pytest.mark.parametrize("name", CLASSIFIERS[:2])
def test_the_same_random_state_gives_the_same_bits_also_behind_a_pickle(name, digits):
    X, y = digits[0][:100], digits[1][:100]
    one, two = (estimator(name, epochs=2, dropout=0.2, random_state=3).fit(X, y) for _ in range(2))
    other = estimator(name, epochs=2, dropout=0.2, random_state=4).fit(X, y)
    again = pickle.loads(text := pickle.dumps(one))
    assert len(text) < 2 * sum(p.nbytes for p in one.network_.parameters().values()) + 10_000
    assert (one.decision_function(X) == two.decision_function(X)).all()
    assert (one.decision_function(X) == again.decision_function(X)).all()
    assert (one.decision_function(X) != other.decision_function(X)).any()


@pytest.mark.parametrize("name, settings, words", [
    ("MLPClassifier", {"hidden": 32}, r"hidden: expected several whole numbers, one for each .*, got 32"),
    ("MLPClassifier", {"hidden": (0,)}, "units: expected at least 1, got 0"),
    ("MLPClassifier", {"optimizer": "sgd"}, r"learning_rate: sgd has no usual one; choose it, as learning_rate=0.1"),
    ("MLPClassifier", {"optimizer": "adadelta", "learning_rate": 1.0}, "learning_rate: adadelta has none, got 1.0"),
    ("MLPClassifier", {"optimizer": "adm"}, "did you mean 'adam'"),
    ("MLPClassifier", {"activation": "rely"}, "did you mean 'relu'"),
    ("MLPRegressor", {"l2": -1.0}, "^l2: expected a number not below 0, got -1.0"),
    ("ConvClassifier", {"image_shape": (1, 2, 4)}, r"image_shape: expected .* with C\*H\*W = 6, .*got \(1, 2, 4\)"),
    ("ConvClassifier", {"filters": 8}, r"filters: expected several whole numbers"),
    ("PerceptronClassifier", {"epochs": 0}, "epochs: expected at least 1, got 0"),
])  # fmt: skip
def test_a_setting_that_is_no_good_is_refused_in_words(name, settings, words):
    X, y = np.arange(24.0).reshape(4, 6), [0, 1, 0, 1]
    with pytest.raises((TypeError, ValueError), match=words):
        estimator(name, **settings).fit(X, y)


@pytest.mark.parametrize("label", [3, 2.0, "a"])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_single_class_is_named_as_its_user_wrote_it(name, label):
    with pytest.raises(ValueError, match=f"1 class, {label!r}$"):
        estimator(name).fit([[0.0], [1.0]], [label, label])


@pytest.mark.parametrize("name", NAMES)
def test_images_that_are_no_rows_are_refused_with_the_remedy(name):
    X = np.random.default_rng(4).standard_normal((6, 1, 2, 3))
    model, words = estimator(name), r"X: expected rows, .* got shape \(6, 1, 2, 3\); .* X.reshape\(len\(X\), -1\)"
    with pytest.raises(ValueError, match=words):
        model.fit(X, [0, 1] * 3)
    model.fit(X.reshape(len(X), -1), [0, 1] * 3)
    with pytest.raises(ValueError, match=words):
        model.predict(X)


def test_images_of_any_kernel_and_even_of_one_line_are_learnt():
    X = np.random.default_rng(3).standard_normal((80, 12))
    y = X[:, 3] > X[:, 9]
    for settings in ({}, {"image_shape": (2, 3, 2), "size": (2, 3)}, {"image_shape": (12, 1, 1), "size": 4},
                     {"filters": ()}):
        model = estimator("ConvClassifier", random_state=0, epochs=40, learning_rate=0.01, **settings).fit(X, y)
        assert model.score(X, y) > 0.9, settings


def test_without_scikit_learn_one_line_says_what_to_install(monkeypatch):
    import importlib
    import sys

    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    monkeypatch.delitem(sys.modules, "refnn.interop.sklearn", raising=False)
    with pytest.raises(ImportError, match=r"needs scikit-learn 1.6: pip install 'refnn\[sklearn\]'"):
        importlib.import_module("refnn.interop.sklearn")
