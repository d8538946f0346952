"""Laws of layer-wise pre-training: stages and what they may touch, autoencoders, and the best linear one."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, exact_arrays, fd, integer_arrays, normal, slope, t9, t12


class Net(NamedTuple):
    """All that training asks of a net."""

    weights: Any
    biases: Any
    activations: Any


BENDS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
}
SMOOTH = st.sampled_from(sorted(BENDS))


def forward(net, X):
    """Return A^(0), A^(1), ..., A^(L)."""
    layers = [np.asarray(X)]
    for W, b, f in zip(net.weights, net.biases, net.activations, strict=True):
        layers.append(BENDS[f](layers[-1] @ W.T + (0 if b is None else b)))
    return layers


def squares(net, X, targets):
    """Return the mean over the samples of |output - target|^2."""
    return ((forward(net, X)[-1] - targets) ** 2).sum() / len(X)


def start(seed, *widths, dtype=np.float64, bends="tanh"):
    """Return a net of generic numbers with a linear output, samples and targets."""
    weights = [normal(seed + i, m, d, dtype=dtype) / d for i, (d, m) in enumerate(pairwise(widths))]
    biases = [normal(seed + 9 + i, m, dtype=dtype) / 4 for i, m in enumerate(widths[1:])]
    net = Net(weights, biases, [bends] * (len(weights) - 1) + ["identity"])
    return net, normal(seed + 20, 5, widths[0], dtype=dtype), normal(seed + 21, 5, widths[-1], dtype=dtype)


def parameters(net):
    return [p for Wb in zip(net.weights, net.biases, strict=True) for p in Wb if p is not None]


def same(net, other):
    return all((p == q).all() for p, q in zip(parameters(net), parameters(other), strict=True))


WAYS = pytest.mark.parametrize("way", ["supervised", "unsupervised"])


# Fine-tuning: gradient descent that never goes uphill


@law("PT-01", level="gradient")
@given(SEEDS, SMOOTH, st.integers(1, 4))
def test_one_small_step_goes_down_the_slope_of_the_mean_cost(subject, seed, bends, hidden):
    net, X, T = start(seed, 3, hidden, 2, bends=bends)
    after, _ = subject.pretrain.fine_tune(net, X, T, 1, 2.0**-12)
    for i, W in enumerate(net.weights):
        cost = lambda V, i=i: squares(net._replace(weights=[*net.weights[:i], V, *net.weights[i + 1 :]]), X, T)  # noqa: E731
        assert fd((W - after.weights[i]) * 2.0**12, slope(cost, W))
    for i, b in enumerate(net.biases):
        cost = lambda c, i=i: squares(net._replace(biases=[*net.biases[:i], c, *net.biases[i + 1 :]]), X, T)  # noqa: E731
        assert fd((b - after.biases[i]) * 2.0**12, slope(cost, b))


@law("PT-01", level="law")
@given(SEEDS, st.integers(0, 6), st.integers(-3, 8).map(lambda k: 2.0**k))
def test_the_cost_never_rises_however_large_the_first_rate(subject, seed, steps, rate):
    net, X, T = start(seed, 3, 4, 2)
    after, costs = subject.pretrain.fine_tune(net, X, T, steps, rate)
    assert costs.shape == (steps + 1,) and (np.diff(costs) <= 0).all()
    assert t12(costs[0], squares(net, X, T)) and t12(costs[-1], squares(after, X, T))
    assert steps == 0 or costs[-1] < costs[0]


@law("PT-01", level="definition")
@pytest.mark.parametrize("rate, expected", [(4.0, [1, 0, 0, 0]), (0.5, [1, 0, 0, 0]), (0.25, [1, 0.25, 0, 0]),
                                            (0.125, [1, 0.5625, 0.140625, 0])])
def test_each_step_tries_twice_the_last_rate_and_halves_it_until_the_cost_falls_enough(subject, rate, expected):
    line = Net([[[0.0]]], [None], ["identity"])  # C = (w - 1)^2: a rate r leaves (1 - 2r)^2 of it, and 1/2 nothing
    assert subject.pretrain.fine_tune(line, [[1.0]], [[1.0]], 3, rate)[1].tolist() == expected


@law("PT-01", level="definition")
def test_a_step_that_only_just_falls_is_not_enough(subject):
    line = Net([[[0.0]]], [None], ["identity"])  # rate 0.875 lowers C by 0.4375, and a quarter of its promise is 0.875
    assert subject.pretrain.fine_tune(line, [[1.0]], [[1.0]], 1, 0.875)[1].tolist() == [1, 0.125**2]


@law("PT-01", level="extreme")
def test_at_the_bottom_and_on_a_plateau_the_net_stays(subject):
    net = Net([np.eye(2)], [np.zeros(2)], ["identity"])
    after, costs = subject.pretrain.fine_tune(net, [[1.0, 2]], [[1.0, 2]], 3)
    assert same(net, after) and costs.tolist() == [0] * 4


@law("PT-01", level="law")
def test_the_loss_is_chosen_by_name_and_averaged_over_the_samples(subject):
    net = Net([np.zeros((3, 2))], [np.zeros(3)], ["identity"])
    _, costs = subject.pretrain.fine_tune(net, np.eye(2), np.array([2, 0]), 5, loss="softmax_cross_entropy")
    assert t12(costs[0], np.log(3)) and costs[-1] < 0.5


@law("PT-01", level="shape")
@given(FLOATS, FLOATS, SEEDS)
def test_the_trained_net_has_the_common_dtype_and_the_arguments_stay(subject, dtype, other, seed):
    net, X, T = start(seed, 3, 4, 3, 2, dtype=dtype)
    X = X.astype(other)
    before = [p.copy() for p in (*parameters(net), X, T)]
    for result, _ in (subject.pretrain.fine_tune(net, X, T, 2), subject.pretrain.unsupervised(net, X, T, 2, 0)):
        assert {p.dtype for p in parameters(result)} == {np.result_type(dtype, other)}
    stages = subject.pretrain.supervised(net, X, T, 2, 0)[1]
    for stage in stages:
        assert {p.dtype for p in (*parameters(stage.net), stage.inputs)} == {np.result_type(dtype, other)}
        stage.inputs[...] = 99
    assert all((now == then).all() for now, then in zip((*parameters(net), X, T), before, strict=True))


# Stages


@law("PT-01", "PT-02", level="law")
@WAYS
@given(SEEDS, st.integers(2, 4))
def test_a_stage_is_shown_what_the_finished_net_makes_of_the_samples_below_it(subject, way, seed, depth):
    net, X, T = start(seed, *[3, 4, 5, 2, 3][:depth], 2)
    stack, stages = getattr(subject.pretrain, way)(net, X, T, 2, seed)
    replay = getattr(subject.pretrain, way)(stack, X, T, 0, seed)[1]  # no steps: nothing but the forward pass
    assert len(stages) == depth - 1 and (stages[0].inputs == X).all()
    for stage, again, A in zip(stages, replay, forward(stack, X)[:-2], strict=True):
        assert (stage.inputs == again.inputs).all()  # so the frozen layers were left alone, to the last bit
        assert t12(stage.inputs, A)


@law("PT-01", "PT-02", level="law")
@WAYS
@given(SEEDS)
def test_the_stack_is_made_of_the_trained_hidden_layers_and_the_last_head(subject, way, seed):
    net, X, T = start(seed, 3, 4, 5, 3, 2)
    stack, stages = getattr(subject.pretrain, way)(net, X, T, 3, seed)
    for l, stage in enumerate(stages):
        assert (stack.weights[l] == stage.net.weights[0]).all() and (stack.biases[l] == stage.net.biases[0]).all()
        assert (stack.weights[l] != net.weights[l]).any()  # it has learnt
    assert (stack.weights[-1] == stages[-1].net.weights[1]).all()
    assert [W.shape for W in stack.weights] == [W.shape for W in net.weights]
    assert list(stack.activations) == net.activations


@law("PT-01", "PT-02", level="law")
@WAYS
@given(SEEDS, st.integers(0, 4))
def test_no_stage_cost_ever_rises(subject, way, seed, steps):
    net, X, T = start(seed, 3, 4, 5, 2)
    for stage in getattr(subject.pretrain, way)(net, X, T, steps, seed)[1]:
        assert stage.costs.shape == (steps + 1,) and (np.diff(stage.costs) <= 0).all()
        assert steps == 0 or stage.costs[-1] < stage.costs[0]


@law("PT-01", level="definition")
@given(SEEDS)
def test_every_stage_is_a_net_of_two_layers_trained_on_the_original_targets(subject, seed):
    net, X, T = start(seed, 3, 4, 5, 2)
    for stage in subject.pretrain.supervised(net, X, T, 2, seed)[1]:
        assert len(stage.net.weights) == 2 and len(stage.net.weights[1]) == 2
        assert t12(stage.costs[-1], squares(stage.net, stage.inputs, T))


@law("PT-01", "PT-02", level="law")
@WAYS
@given(SEEDS)
def test_fine_tuning_starts_from_the_stacked_weights(subject, way, seed):
    net, X, T = start(seed, 3, 4, 5, 2)
    stack, stages = getattr(subject.pretrain, way)(net, X, T, 2, seed)
    begin, costs = subject.pretrain.fine_tune(stack, X, T, 0)
    assert same(begin, stack) and t12(costs[0], stages[-1].costs[-1])
    assert t12(forward(begin, X)[-1], forward(stages[-1].net, stages[-1].inputs)[-1])


@law("PT-01", "PT-02", level="law")
@WAYS
@given(SEEDS)
def test_without_steps_the_net_is_handed_back(subject, way, seed):
    net, X, T = start(seed, 3, 4, 5, 2)
    assert same(getattr(subject.pretrain, way)(net, X, T, 0, seed)[0], net)


@law("PT-01", "PT-02", level="law")
@WAYS
def test_the_seed_of_the_heads_decides_the_result(subject, way):
    net, X, T = start(1, 3, 4, 5, 2)
    train = lambda rng: getattr(subject.pretrain, way)(net, X, T, 2, rng)[0]  # noqa: E731
    assert same(train(3), train(3)) and same(train(3), train(np.random.default_rng(3)))
    assert not same(train(3), train(4))


@law("PT-01", "PT-02", level="extreme")
@WAYS
def test_a_net_without_hidden_layers_no_samples_or_nan_is_refused(subject, way):
    train, (net, X, T) = getattr(subject.pretrain, way), start(1, 3, 4, 2)
    for wrong in [(start(1, 3, 2)[0], X, T), (net, X[:0], T[:0]), (net, np.where(X > 0, X, np.nan), T)]:
        with pytest.raises(ValueError):
            train(*wrong, 2, 0)


@law("PT-02", level="law")
@given(SEEDS, st.permutations(range(5)), st.booleans())
def test_labels_are_not_used_below_the_last_hidden_layer(subject, seed, order, tied):
    net, X, T = start(seed, 3, 4, 5, 2)
    train = lambda T: subject.pretrain.unsupervised(net, X, T, 2, seed, tied=tied)[0]  # noqa: E731
    one, other = train(T), train(T[list(order)])
    assert (one.weights[0] == other.weights[0]).all() and (one.biases[0] == other.biases[0]).all()
    assert (one.weights[1] != other.weights[1]).any() or list(order) == sorted(order)


@law("PT-02", level="definition")
@given(SEEDS, st.booleans())
def test_hidden_layers_but_the_last_learn_to_restore_their_own_input(subject, seed, tied):
    net, X, T = start(seed, 3, 4, 5, 3, 2)
    *encoders, last = subject.pretrain.unsupervised(net, X, T, 2, seed, tied=tied)[1]
    assert len(encoders) == 2
    for stage in encoders:
        assert t12(stage.costs[-1], squares(stage.net, stage.inputs, stage.inputs) / 2)
        assert not tied or (stage.net.weights[1] == stage.net.weights[0].T).all()
    assert t12(last.costs[-1], squares(last.net, last.inputs, T))


@law("PT-01", "PT-02", level="theorem")
@WAYS
@pytest.mark.parametrize("seed", range(2))
def test_pre_training_and_fine_tuning_learn_exclusive_or(subject, way, seed):
    net, *_ = start(7 * seed, 2, 6, 5, 1)
    X, t = np.array([[-1.0, -1], [-1, 1], [1, -1], [1, 1]]), np.array([[-1.0], [1], [1], [-1]])
    stack, _ = getattr(subject.pretrain, way)(net, X, t, 40, seed)
    tuned, costs = subject.pretrain.fine_tune(stack, X, t, 100)
    assert costs[-1] < 0.01 and (np.sign(forward(tuned, X)[-1]) == t).all()


# Autoencoders


@st.composite
def autoencoders(draw, tied=False):
    """An autoencoder of generic numbers, with or without biases, and samples."""
    d, k, n, seed = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(SEEDS)
    W, V = normal(seed, k, d) / d, normal(seed + 1, d, k) / k
    biases = [normal(seed + 2 + i, m) if draw(st.booleans()) else None for i, m in enumerate((k, d))]
    return Net([W, W.T if tied else V], biases, [draw(SMOOTH), draw(SMOOTH)]), normal(seed + 4, n, d)


@law("PT-03", level="definition")
@given(exact_arrays((2, 3)), exact_arrays(2), exact_arrays(3), exact_arrays((3, 2)))
def test_an_autoencoder_encodes_and_decodes_with_its_own_weights_or_the_encoder_s(subject, W, b, c, V):
    free, tied = subject.pretrain.autoencoder(W, b, c, V, "tanh", "sigmoid"), subject.pretrain.autoencoder(W, b)
    assert same(free, Net([W, V], [b, c], None)) and list(free.activations) == ["tanh", "sigmoid"]
    assert same(tied, Net([W, W.T], [b, None], None)) and list(tied.activations) == ["sigmoid", "identity"]
    assert tied.biases[1] is None


@law("PT-03", level="definition")
@given(autoencoders())
def test_the_cost_is_half_the_squared_distance_averaged_over_the_samples(subject, case):
    net, X = case
    total = 0.0
    for x, restored in zip(X, forward(net, X)[-1], strict=True):
        total += sum((r - v) ** 2 / 2 for r, v in zip(restored, x, strict=True))
    assert t12(subject.pretrain.reconstruction_cost(net, X), total / len(X))


@law("PT-03", level="gradient")
@given(autoencoders())
def test_the_gradients_are_the_slopes_of_the_cost(subject, case):
    net, X = case
    for i, (dW, db) in enumerate(subject.pretrain.reconstruction_gradients(net, X)):
        for field, gradient in (("weights", dW), ("biases", db)):
            part = getattr(net, field)
            if part[i] is None:
                assert gradient is None
                continue
            put = lambda p, field=field, part=part, i=i: net._replace(**{field: [*part[:i], p, *part[i + 1 :]]})  # noqa: E731
            assert fd(gradient, slope(lambda p, put=put: squares(put(p), X, X) / 2, part[i]))


@law("PT-03", level="gradient")
@given(autoencoders(tied=True))
def test_the_gradient_of_tied_weights_is_the_slope_in_both_their_places(subject, case):
    net, X = case
    (dW, _), (dV, dc) = subject.pretrain.reconstruction_gradients(net, X, tied=True)
    assert fd(dW, slope(lambda W: squares(net._replace(weights=[W, W.T]), X, X) / 2, net.weights[0]))
    assert (dV == dW.T).all() and (dc is None) == (net.biases[1] is None)


@law("PT-03", level="law")
@given(autoencoders(tied=True))
def test_the_two_contributions_to_tied_weights_add(subject, case):
    net, X = case
    (dW, db), (dV, dc) = subject.pretrain.reconstruction_gradients(net, X)
    (both, tied_db), (_, tied_dc) = subject.pretrain.reconstruction_gradients(net, X, tied=True)
    assert (both == dW + dV.T).all()
    assert all(p is q is None or (p == q).all() for p, q in ((db, tied_db), (dc, tied_dc)))


@law("PT-03", level="shape")
@given(FLOATS, SEEDS, st.booleans())
def test_cost_and_gradients_keep_the_dtype_and_share_no_memory(subject, dtype, seed, tied):
    W, X = normal(seed, 2, 3, dtype=dtype), normal(seed + 1, 4, 3, dtype=dtype)
    before = W.copy(), X.copy()
    net = subject.pretrain.autoencoder(W, np.zeros(2, dtype))
    (dW, db), (dV, dc) = subject.pretrain.reconstruction_gradients(net, X, tied)
    assert {g.dtype for g in (dW, db, dV)} == {np.dtype(dtype)} and (db.shape, dc) == ((2,), None)
    assert subject.pretrain.reconstruction_cost(net, X).dtype == dtype
    dV[...] = 99
    assert (dW != 99).all() and (before[0] == W).all() and (before[1] == X).all()


@law("PT-03", level="extreme")
def test_no_samples_other_widths_and_ties_that_are_none_are_refused(subject):
    net, X = Net([np.ones((2, 3)), np.ones((3, 2))], [None, None], ["tanh", "identity"]), np.ones((4, 3))
    loose, narrow = net._replace(weights=[np.ones((2, 3)), np.zeros((3, 2))]), Net([np.ones((2, 3))], [None], ["tanh"])
    for wrong in (lambda: subject.pretrain.reconstruction_cost(net, X[:0]),
                  lambda: subject.pretrain.reconstruction_cost(narrow, X),
                  lambda: subject.pretrain.reconstruction_gradients(loose, X, tied=True)):
        with pytest.raises(ValueError):
            wrong()


# The best linear autoencoder


@st.composite
def clouds(draw):
    """Points around a place that is not the origin, and a number of hidden units below that of the inputs."""
    n, d, seed = draw(st.integers(1, 6)), draw(st.integers(2, 4)), draw(SEEDS)
    return normal(seed, n, d) * np.arange(1, d + 1) + 2, draw(st.integers(1, d - 1)), seed


def linear(net, X):
    """Return sum |x^ - x|^2 of a linear autoencoder."""
    return squares(Net(net.weights, net.biases, ["identity"] * 2), X, X) * len(X)


@law("PT-04", level="theorem")
@given(clouds(), st.booleans())
def test_no_linear_autoencoder_gets_below_the_lesser_singular_values(subject, case, near):
    X, k, seed = case
    X = X - X.mean(axis=0)
    d, best = X.shape[1], subject.pretrain.linear_autoencoder(X, k)
    W, V, b, c = normal(seed + 1, k, d), normal(seed + 2, d, k), normal(seed + 3, k), normal(seed + 4, d)
    if near:
        W, V, b, c = (p + q / 100 for p, q in zip((*best.weights, *best.biases), (W, V, b, c), strict=True))
    bound = float(subject.pretrain.reconstruction_bound(X, k))
    assert linear(Net([W, V], [b, c], None), X) >= bound * (1 - 1e-9) - 1e-24


@law("PT-04", level="definition")
@given(clouds())
def test_the_bound_is_the_sum_of_the_lesser_squared_singular_values_of_the_centred_data(subject, case):
    X, k, _ = case
    Y = X - X.mean(axis=0)
    squared = np.linalg.eigvalsh(Y.T @ Y)  # rising
    assert t9(subject.pretrain.reconstruction_bound(X, k), squared[: X.shape[1] - k].sum())


@law("PT-04", level="theorem")
@given(clouds())
def test_the_top_singular_directions_reach_the_bound(subject, case):
    X, k, _ = case
    best = subject.pretrain.linear_autoencoder(X, k)
    assert list(best.activations) == ["identity", "identity"] and best.weights[0].shape == (k, X.shape[1])
    assert t9(linear(best, X), subject.pretrain.reconstruction_bound(X, k))
    assert (best.weights[1] == best.weights[0].T).all()


@law("PT-04", level="law")
@given(clouds(), st.integers(-3, 3))
def test_the_place_of_the_cloud_does_not_matter(subject, case, shift):
    X, k, _ = case
    bound = subject.pretrain.reconstruction_bound
    assert t9(bound(X + shift, k), bound(X, k))
    assert t9(linear(subject.pretrain.linear_autoencoder(X + shift, k), X + shift), bound(X, k))


@law("PT-04", level="theorem")
def test_on_data_that_are_not_centred_their_own_singular_values_are_no_bound(subject):
    X = np.array([[4.0, 1], [4, -1]])  # constant in one coordinate: a bias restores it for nothing
    best = subject.pretrain.linear_autoencoder(X, 1)
    assert abs(np.linalg.svd(X, compute_uv=False)[1] ** 2 - 2) <= 1e-12
    assert linear(best, X) <= 1e-24 and float(subject.pretrain.reconstruction_bound(X, 1)) <= 1e-24


@law("PT-04", level="extreme")
@given(st.integers(1, 3), st.integers(1, 3), SEEDS)
def test_as_many_units_as_inputs_restore_everything(subject, n, d, seed):
    X = normal(seed, n, d)
    assert subject.pretrain.reconstruction_bound(X, d) == 0
    assert t12(forward(subject.pretrain.linear_autoencoder(X, d), X)[-1], X)


@law("PT-04", level="theorem")
@pytest.mark.parametrize("seed", range(2))
def test_gradient_descent_finds_the_best_linear_autoencoder(subject, seed):
    X = normal(seed, 12, 3) * [3, 1, 0.5]
    first = Net([normal(seed + 1, 1, 3) / 4, normal(seed + 2, 3, 1) / 4], [np.zeros(1), np.zeros(3)], ["identity"] * 2)
    after, _ = subject.pretrain.fine_tune(first, X, X, 200)
    bound = float(subject.pretrain.reconstruction_bound(X, 1))
    assert bound <= linear(after, X) <= 1.001 * bound


@law("PT-04", level="shape")
@given(FLOATS, integer_arrays((4, 3)))
def test_bound_and_optimum_keep_the_dtype_and_leave_the_samples_alone(subject, dtype, X):
    X = X.astype(dtype)
    before = X.copy()
    assert subject.pretrain.reconstruction_bound(X, 2).dtype == dtype
    assert {p.dtype for p in parameters(subject.pretrain.linear_autoencoder(X, 2))} == {np.dtype(dtype)}
    assert (before == X).all()
