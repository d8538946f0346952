"""What `advice` shows, and that a digit reader leaves out what it is told to."""

import numpy as np
import pytest

from refnn import data
from refnn.experiments import load
from refnn.experiments.digit_reader import ADVICE, PLAIN, digit_reader
from refnn.layers import Centre, Dropout, MaxPool2D
from refnn.properties import law

IMAGES = data.digits()[0][:50]


@pytest.fixture(params=["conv", "mlp"])
def lost(request):
    """Return what is lost fold by fold, by what was left out."""
    found = load("advice")
    accuracy = found.accuracy[request.param]
    return dict(zip(found.left_out[request.param], accuracy[0] - accuracy, strict=True))


@law("ACT-07", level="theorem")
def test_rectifiers_are_worth_more_than_the_spread(lost):
    assert lost["ReLU"].mean() > lost["ReLU"].std(ddof=1)


def test_no_other_piece_is_worth_a_point_by_itself(lost):
    assert all(lost[piece].mean() < 1 for piece in ADVICE if piece in lost and piece != "ReLU")


def test_five_pieces_together_are_worth_half_a_point_and_all_of_them_more_than_any(lost):
    assert lost["the first five"].mean() > 0.5
    assert all(lost["all"].mean() > 2 * loss.mean() for name, loss in lost.items() if name != "all")


def test_without_any_advice_the_mlp_guesses():
    found = load("advice")
    assert found.accuracy["mlp"][found.left_out["mlp"].index("all")].max() < 20


def test_layers_are_left_out_by_the_name_of_their_piece():
    for piece, kind in (("mean image", Centre), ("dropout", Dropout), ("pooling", MaxPool2D)):
        assert any(isinstance(layer, kind) for layer in digit_reader("conv", IMAGES).layers)
        assert not any(isinstance(layer, kind) for layer in digit_reader("conv", IMAGES, without=(piece,)).layers)


def test_without_rectifiers_the_weights_start_as_with_them_and_without_he_s_they_are_small():
    he, sigmoids, small = (digit_reader("mlp", IMAGES, without=without)
                           for without in ((), ("ReLU",), ("He's weights",)))
    assert all((he.parameters()[name] == p).all() for name, p in sigmoids.parameters().items())
    assert {layer.activation for layer in sigmoids.layers if layer.params} == {"sigmoid", "identity"}
    W = next(layer.params["W"] for layer in small.layers if layer.params)
    assert abs(W.std() - 0.01) < 6 * 0.01 / np.sqrt(2 * W.size)  # six standard errors


def test_advice_that_was_never_given_cannot_be_left_out():
    with pytest.raises(ValueError, match="without: expected one of 16x16 images"):
        digit_reader("mlp", IMAGES, without=("Relu",))
    assert set(PLAIN) < set(ADVICE)
