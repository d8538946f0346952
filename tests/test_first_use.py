"""What somebody who begins with the engine gets wrong, and the words that say how it is done."""

import functools
import warnings

import numpy as np
import pytest

from refnn import Conv2D, Dense, Dropout, Flatten, Network, dropout, fit, fit_batch, optimizers
from refnn.descent import linear_decay
from refnn.losses import LOSSES, Loss, squared_error, squared_error_backward
from refnn.properties.support import normal
from refnn.regularizers import l2, l2_backward
from refnn.training import evaluate

X, Y, ONE_HOT = normal(1, 12, 4), np.arange(12) % 3, np.eye(3)[np.arange(12) % 3]
IMAGES = normal(2, 12, 1, 6, 5)
SGD = optimizers.SGD(0.1)


def net(outputs=3, inputs=4, *hidden):
    return Network([*hidden, Dense(outputs)], inputs, 0)


def reader(channels=1):
    return Network([Conv2D(2, 3), Flatten(), Dense(3)], (channels, 6, 5), 0)


def trained(X=X, y=Y, network=None, epochs=1, **options):
    return fit(network or net(), X, y, epochs=epochs, **options)


def stepped(X=X, y=Y, network=None, **options):
    return fit_batch(network or net(), X, y, SGD, **options)


def mean(prediction, target):
    return np.mean(prediction)


def backward(upstream, prediction, target):
    return np.zeros(prediction.shape)


def other(values, place, value):
    """Return the values with another one at a place."""
    changed = np.array(values)
    changed[place] = value
    return changed


# the call, its error, and what that says
WRONG = {
    # one output, and outputs that are none
    "classify one output": (lambda: net(1).classify(X), ValueError,
                            r"classify: expected an output for each class, the network has one: predict\(X\) > 0"),
    "classify nan": (lambda: net().classify(other(X, (7, 0), np.nan)), ValueError,
                     "classify: expected numbers as outputs, got nan for sample 7"),
    # samples that are no numbers, and a loss of one's own that gives none
    "nan in a batch": (lambda: stepped(other(X, (7, 1), np.nan)), ValueError,
                       r"^X in float32: expected finite numbers, got nan at \(7, 1\)"),
    "infinite target": (lambda: stepped(X, other(ONE_HOT, (7, 1), np.inf), loss="squared_error"), ValueError,
                        r"^y: expected finite numbers, got inf at \(7, 1\)"),
    "nan of a loss": (lambda: stepped(loss=(lambda prediction, target: np.nan, backward)), FloatingPointError,
                      "^loss: expected a number, got nan for finite outputs and targets"),
    "nan of a loss in fit": (lambda: trained(loss=(lambda prediction, target: np.nan, backward)), FloatingPointError,
                             "^loss: expected a number, got nan for finite outputs and targets"),
    "too large in a batch": (lambda: stepped(other(X, (7, 1), 1e300)), ValueError,
                             r"^X in float32: expected finite numbers, got inf at \(7, 1\)"),
    "too large": (lambda: trained(other(X, (7, 1), 1e300)), ValueError,
                  r"^X in float32: expected finite numbers, got inf at \(7, 1\)"),
    "diverging batch": (lambda: stepped(X * 1e30, np.float32(ONE_HOT), loss="squared_error"), FloatingPointError,
                        "^the loss became inf; try a smaller learning rate than 0.1"),
    # losses and penalties of one's own
    "loss of one": (lambda: trained(loss=(np.linalg.norm, abs)), TypeError,
                    r"loss: f_backward: expected a function of \(upstream, prediction, target\), got one of \(x\)"),
    "loss f": (lambda: trained(loss=(lambda prediction: 0, backward)), TypeError,
               r"loss: f: expected a function of \(prediction, target\), got one of \(prediction\)"),
    "loss without upstream": (lambda: trained(loss=(mean, lambda prediction, target: prediction)), TypeError,
                              r"loss: f_backward: .*\(upstream, prediction, target\), got one of \(pred"),
    "loss of each": (lambda: trained(loss=(lambda prediction, target: prediction.sum(1), backward)), ValueError,
                     r"loss: what f returns: expected shape \(\), got \(12,\)"),
    "loss of None": (lambda: stepped(loss=(lambda prediction, target: None, backward)), TypeError,
                     "loss: what f returns: expected float32, .* got dtype object"),
    "gradient of a sum": (lambda: trained(loss=(mean, lambda upstream, prediction, target: upstream)), ValueError,
                          r"loss: what f_backward returns: expected shape \(12, 3\), got \(\)"),
    "gradient of None": (lambda: trained(loss=(mean, lambda upstream, prediction, target: None)), TypeError,
                         "loss: what f_backward returns: expected float32"),
    "validation of each": (lambda: evaluate(net(), X, Y, (lambda prediction, target: prediction, backward)), ValueError,
                           r"loss: what f returns: expected shape \(\), got \(12, 3\)"),
    "penalty f": (lambda: trained(penalty=(mean, l2_backward)), TypeError,
                  r"penalty: f: expected a function of \(W\), got one of \(prediction, target\)"),
    "penalty without upstream": (lambda: trained(penalty=(l2, l2)), TypeError,
                                 r"penalty: f_backward: expected a function of \(upstream, W\), got one of \(W\)"),
    "penalty gradient": (lambda: trained(penalty=(l2, lambda upstream, W: W[0]), strength=1), ValueError,
                         r"penalty: what f_backward returns: expected shape \(3, 4\), got \(4,\)"),
    "penalty name": (lambda: trained(penalty="l3"), ValueError, "^penalty: expected one of l1, l2, got 'l3'"),
    "list for a pair": (lambda: trained(loss=[mean, backward]), TypeError,
                        r"loss: expected a name or a pair of functions \(f, f_backward\), got \[<function mean"),
    "f alone": (lambda: trained(loss=mean), TypeError, r"a name or a pair of functions \(f, f_backward\), got <func"),
    "three of them": (lambda: trained(loss=(mean, backward, len)), TypeError, r"a name or a pair .*function len"),
    "three of a penalty": (lambda: trained(penalty=(l2, l2_backward, len)), TypeError, "^penalty: expected a name or"),
    # optimizer, schedule, validation
    "rate for an optimizer": (lambda: trained(optimizer=0.01), TypeError,
                              r"optimizer: expected an optimizer such as SGD\(0.1\), or the name of one, got 0.01"),
    "no optimizer": (lambda: trained(optimizer=None), TypeError, r"such as SGD\(0.1\), or the name of one, got None"),
    "schedule of None": (lambda: trained(schedule=lambda epoch, epochs: None), TypeError,
                         r"^schedule\(0, 1\): expected a number, got None"),
    "schedule of a text": (lambda: trained(schedule=lambda epoch, epochs: "a"), TypeError,
                           r"^schedule\(0, 1\): expected a number, got 'a'"),
    "schedule below 0": (lambda: trained(schedule=lambda epoch, epochs: 1 - 2 * epoch, epochs=3), ValueError,
                         r"^schedule\(1, 3\): expected a number not below 0, got -1"),
    "schedule of one": (lambda: trained(schedule=lambda epoch: 1), TypeError,
                        r"schedule: expected a function of \(epoch, epochs\), got one of \(epoch\)"),
    "schedule number": (lambda: trained(schedule=0.5), TypeError,
                        r"schedule: expected a name or a function of \(epoch, epochs\), got 0.5"),
    "validation X": (lambda: trained(validation=X), TypeError,
                     r"validation: expected a pair \(X, y\), got array of shape \(12, 4\)$"),
    "validation of three": (lambda: trained(validation=(X, Y, Y)), TypeError,
                            r"validation: expected a pair \(X, y\), got \(array of shape \(12, 4\), array of .*\)"),
    "validation part": (lambda: trained(validation=0.1), TypeError, r"validation: expected a pair \(X, y\), got 0.1"),
    # labels
    "bools": (lambda: trained(y=Y > 0), TypeError,
              r"labels: expected an integer label 0\.\.2 for each sample, got dtype bool; .astype\(int\)"),
    "bools in a batch": (lambda: stepped(y=Y > 0), TypeError, r"got dtype bool; .astype\(int\) makes integers"),
    "floats": (lambda: trained(y=Y * 1.0), TypeError, r"got dtype float64; .astype\(int\) makes integers"),
    "texts": (lambda: trained(y=np.array(["a", "b", "c"])[Y]), TypeError,
              r"an integer label 0\.\.2 for each sample, got dtype <U1; np.unique\(..., return_inverse=True\)\[1\]"),
    "texts in a batch": (lambda: stepped(y=[*"abcabcabcabc"]), TypeError, "an integer label .* got dtype <U1"),
    "objects": (lambda: trained(y=[None] * 12), TypeError, r"an integer label .* got dtype object"),
    "no labels": (lambda: trained(y=None), ValueError, r"y: expected as many as samples, shape \(12, ...\), got None"),
    "texts for targets": (lambda: trained(y=np.full((12, 3), "a"), loss="squared_error"), TypeError,
                          "target: expected float32, float64, integers or bools, got dtype <U1"),
    "texts for a pair": (lambda: trained(y=["a"] * 12, loss=(mean, backward)), TypeError, "y: expected float32"),
    "one-hot": (lambda: trained(y=ONE_HOT), ValueError,
                r"got shape \(12, 3\); .argmax\(1\) makes labels of rows .* probabilities are for cross_entropy"),
    "one-hot integers": (lambda: stepped(y=ONE_HOT.astype(int)), ValueError, r"got shape \(12, 3\); .argmax\(1\)"),
    "column of labels": (lambda: trained(y=Y[:, None]), ValueError,
                         r"labels: expected shape \(12,\), got \(12, 1\); \[:, 0\] takes the axis away"),
    "two classes, one output": (lambda: trained(y=Y % 2, network=net(1)), ValueError,
                                "labels 0..0, .* got 1 at 1; binary_cross_entropy is for two classes with one output"),
    "row of targets": (lambda: trained(y=Y, network=net(1), loss="squared_error"), ValueError,
                       r"target: expected shape \(12, 1\), got \(12,\); \[:, np.newaxis\] adds the axis"),
    "row of labels": (lambda: stepped(y=Y % 2, network=net(1), loss="binary_cross_entropy"), ValueError,
                      r"targets: expected shape \(12, 1\), got \(12,\); \[:, np.newaxis\] adds the axis"),
    # samples of another shape
    "images without channel": (lambda: trained(IMAGES[:, 0], network=reader()), ValueError,
                               r"X: expected shape \(n, 1, 6, 5\), got \(12, 6, 5\); X.reshape\(-1, 1, 6, 5\) has it"),
    "flat images": (lambda: trained(IMAGES.reshape(12, 30), network=reader()), ValueError, r"X.reshape\(-1, 1, 6, 5\)"),
    "one image": (lambda: trained(IMAGES[0, 0], network=reader()), ValueError, r"got \(6, 5\); X.reshape\(-1, 1, 6,"),
    "one flat image": (lambda: reader().predict(np.ones(30)), ValueError, r"got \(30,\); X.reshape\(-1, 1, 6, 5\)"),
    "one sample": (lambda: trained(X[0], Y[:1]), ValueError, r"got \(4,\); one sample is X\[np.newaxis\]"),
    "one whole image": (lambda: trained(IMAGES[0], network=reader()), ValueError, r"one sample is X\[np.newaxis\]"),
    "channels behind": (lambda: reader(2).predict(np.ones((7, 6, 5, 2))), ValueError,
                        r"got \(7, 6, 5, 2\); X.transpose\(0, 3, 1, 2\) brings the channels forward"),
    "images for a Dense": (lambda: net(3, 30).predict(IMAGES), ValueError, r"got \(12, 1, 6, 5\); X.reshape\(-1, 30\)"),
    "numbers for one feature": (lambda: net(3, 1).predict(Y), ValueError, r"got \(12,\); X.reshape\(-1, 1\) has it"),
    "lying images": (lambda: reader().predict(np.ones((7, 1, 5, 6))), ValueError, r"got \(7, 1, 5, 6\)$"),
    # what is long is not repeated
    "order": (lambda: fit(X, Y, net()), TypeError, r"network: expected a Network, got array of shape \(12, 4\)$"),
    "list": (lambda: fit([[0.5] * 99] * 99, Y, Y), TypeError, r"expected a Network, got \[\[0.5.{,140}\.\.\.\]$"),
    "text": (lambda: Dense("x" * 10_000), TypeError, "units: expected a whole number, got 'x{30,40}...x{30,40}'$"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_answered_in_words_that_help(name):
    call, error, words = WRONG[name]
    with pytest.raises(error, match=words) as refused:
        call()
    assert len(str(refused.value)) < 320


def test_what_the_words_say_helps():
    assert stepped(y=ONE_HOT.argmax(1)) == stepped() == stepped(y=(Y * 1.0).astype(int))
    assert stepped(y=np.unique(np.array([*"abc"])[Y], return_inverse=True)[1]) == stepped()
    one = net(1)
    trained(y=(Y % 2)[:, np.newaxis], network=one, loss="binary_cross_entropy")
    assert (one.predict(X) > 0).shape == (12, 1)
    assert (reader().predict(IMAGES[:, 0].reshape(-1, 1, 6, 5)) == reader().predict(IMAGES)).all()
    images = normal(3, 7, 2, 6, 5)
    assert (reader(2).predict(images.transpose(0, 2, 3, 1).transpose(0, 3, 1, 2)) == reader(2).predict(images)).all()


@pytest.mark.parametrize("loss", [
    (squared_error, squared_error_backward),
    Loss(squared_error, squared_error_backward),
    LOSSES["squared_error"],
    (functools.partial(squared_error), lambda *given: squared_error_backward(*given)),
    (lambda prediction, target, weight=1.0: squared_error(prediction, target), squared_error_backward),
])  # fmt: skip
def test_functions_of_one_s_own_train_as_those_that_have_a_name(loss):
    assert trained(y=ONE_HOT, loss=loss) == trained(y=ONE_HOT, loss="squared_error")


def test_a_function_that_does_not_say_what_it_takes_is_called_all_the_same():
    with pytest.raises(TypeError, match="schedule"):
        trained(schedule=max(1, 2))
    assert trained(schedule=max, epochs=2)[-1].learning_rate == 2 * 1e-3  # the larger one of (1, 2)


def test_a_schedule_of_one_s_own_and_one_by_name_are_one():
    assert trained(schedule=linear_decay, epochs=3) == trained(schedule="linear_decay", epochs=3)


def test_bools_are_targets_where_numbers_are():
    for loss, y in {"squared_error": ONE_HOT, "binary_cross_entropy": ONE_HOT}.items():
        assert trained(y=y > 0, loss=loss) == trained(y=y, loss=loss)
    seen = []
    trained(y=ONE_HOT > 0, loss=(lambda prediction, target: seen.append(target.dtype) or 0.0, backward))
    assert {*seen} == {np.dtype(float)}  # 1 - target is no number where bools are kept


@pytest.mark.parametrize("outputs, hidden", [(1, ()), (3, (Dense(8), Dropout(0.5), Dropout(0.9)))])
def test_a_run_that_diverges_says_so_and_nothing_else(outputs, hidden):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FloatingPointError, match=r"became (inf|nan|infinite); try a smaller learning rate than"):
            fit(net(outputs, 4, *hidden), X, normal(4, 12, outputs), loss="squared_error", penalty="l2", strength=1e30,
                optimizer=optimizers.SGD(1e3), epochs=99, validation=(X, normal(4, 12, outputs)))


def test_what_dropout_cannot_hold_is_infinite_without_a_warning():
    largest = np.full(3, np.finfo(np.float32).max, np.float32)
    assert dropout.dropout(largest, [1, 0, 1], 0.5).tolist() == [np.inf, 0, np.inf]
    assert dropout.dropout_backward(largest, largest, [1, 0, 1], 0.5).tolist() == [np.inf, 0, np.inf]


def test_infinite_outputs_still_have_a_highest():
    network = net()
    network.set_parameters({"0.W": np.zeros((3, 4)), "0.b": [0, np.inf, -np.inf]})
    assert (network.classify(X) == 1).all()
