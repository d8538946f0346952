"""The engine: layers, network and training do what the pure functions and their formulas say."""

import os
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnn import (
    Activation,
    AvgPool2D,
    Centre,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Maxout,
    MaxPool2D,
    Network,
    backprop,
    fit,
    fit_batch,
    kernels,
    layers,
    losses,
    mlp,
    model_io,
    optimizers,
    pooling,
    regularizers,
    training,
)
from refnn import network as network_module
from refnn.descent import minibatches
from refnn.layers import PReLU
from refnn.properties import law
from refnn.properties.support import SEEDS, close, fd, normal, slope, t9, t12
from refnn.training import evaluate

STACKS = {
    "dense": ([Dense(4, "tanh"), Dense(3, "sigmoid", bias=False)], (5,)),
    "softplus": ([Dense(6, "softplus"), Dense(2, "softmax")], (3,)),
    "maxout": ([Dense(6), Maxout(2), PReLU(), Activation("gaussian"), Dense(2)], (4,)),
    "strided": ([Conv2D(3, (3, 2), (2, 1), (1, 0), "tanh"), Flatten(), Dense(2)], (2, 5, 4)),
    "average": ([Conv2D(2, 2, activation="scaled_tanh", bias=False), AvgPool2D((2, 1), padding=(1, 0)), Flatten()],
                (1, 5, 3)),
    "stack": ([Conv2D(2, 3, activation="softplus"), MaxPool2D(2), Flatten(), Dense(3)], (1, 6, 6)),  # (CNN-15)
    "pools": ([MaxPool2D((3, 2), (1, 2), (1, 1)), AvgPool2D((2, 1), (1, 1)), Flatten(), Dense(2)], (2, 5, 6)),
    "leaky": ([Dense(5, "leaky_relu"), Dense(3, "relu")], (4,)),
    "centred": ([Centre(np.full((2, 3), 0.25)), Flatten(), Dense(4, "tanh"), Dropout(0.5), Dense(2)], (2, 3)),
}  # fmt: skip


def network(name, seed=0, dtype="float64"):
    described, shape = STACKS[name]
    return Network([type(layer)(**layer.config()) for layer in described], shape, seed, dtype)


def masks(seed):
    """Return the generator that draws the same dropout masks each time it is asked for."""
    return np.random.default_rng(seed)


@law("CNN-15", "BP-07", level="gradient")
@pytest.mark.parametrize("name", STACKS)
def test_every_gradient_of_a_network_is_the_slope_of_its_output(name):
    net = network(name, seed=3)
    X = normal(4, 2, *net.input_shape)
    upstream = normal(5, 2, *net.output_shape)
    net.forward(X, masks(1))
    dX = net.backward(upstream)
    assert fd(dX, slope(lambda x: net.forward(x, masks(1)), X, upstream))
    parameters, gradients = net.parameters(), net.gradients()
    assert parameters.keys() == gradients.keys()
    for key, value in parameters.items():
        def moved(p, key=key):
            net.set_parameters({**parameters, key: p})
            return net.forward(X, masks(1))

        assert fd(gradients[key], slope(moved, value, upstream)), key
        net.set_parameters(parameters)


@law("BP-08", "MLP-04", level="definition")
@given(SEEDS, st.lists(st.integers(1, 5), min_size=2, max_size=5), st.sampled_from(["tanh", "sigmoid", "softplus"]))
def test_the_engine_agrees_with_the_delta_recursion(seed, sizes, activation):
    net = Network([Dense(m, activation) for m in sizes[1:]], sizes[0], seed, "float64")
    pure = mlp.MLP([layer.params["W"] for layer in net.layers], [layer.params["b"] for layer in net.layers],
                   [activation] * len(net.layers))
    X, upstream = normal(seed, 3, sizes[0]), normal(seed + 1, 3, sizes[-1])
    assert t12(net.forward(X), mlp.forward(pure, X)[-1][1])
    net.curvature(upstream)
    net.backward(upstream)
    for layer, (dW, db) in zip(net.layers, backprop.gradients(pure, X, upstream), strict=True):
        assert t9(layer.grads["W"], dW)
        assert t9(layer.grads["b"], db)
    for layer, (hW, hb) in zip(net.layers, backprop.curvature(pure, X, upstream), strict=True):
        assert t9(layer.bends["W"], hW)
        assert t9(layer.bends["b"], hb)


ALONE = {
    "dense": (Dense(3, "tanh"), (4,)),
    "conv": (Conv2D(3, (3, 2), (2, 1), (1, 0), "tanh"), (2, 5, 4)),
    "max": (MaxPool2D((3, 2), (1, 2), (1, 1)), (2, 5, 6)),
    "average": (AvgPool2D((2, 1), (1, 1), (1, 0)), (2, 4, 3)),
    "flatten": (Flatten(), (2, 3)),
    "dropout": (Dropout(0.5), (6,)),
    "maxout": (Maxout(2), (6,)),
    "activation": (Activation("gaussian"), (3, 2)),
    "prelu": (PReLU(0.5), (3, 2)),
    "centre": (Centre(np.full((2, 3), 0.25)), (2, 3)),
}


@law("OPT-06", level="definition")
@pytest.mark.parametrize("name", ALONE)
def test_the_curvature_of_a_layer_is_its_jacobian_with_every_entry_squared(name):
    described, shape = ALONE[name]
    net = Network([type(described)(**described.config())], shape, 1, "float64")
    (layer,), X = net.layers, normal(2, 2, *shape)
    h = np.abs(normal(3, 2, *net.output_shape))
    net.forward(X, masks(4))
    into, bends = layer.curvature(h), {key: bend.copy() for key, bend in layer.bends.items()}
    expected_into, expected = np.zeros_like(X), {key: np.zeros_like(bend) for key, bend in bends.items()}
    for place in np.ndindex(h.shape):  # row by row of the Jacobian
        row = np.zeros_like(h)
        row[place] = 1
        net.forward(X, masks(4))
        expected_into += h[place] * net.backward(row) ** 2
        for key in expected:
            expected[key] += h[place] * layer.grads[key] ** 2
    assert expected.keys() == layer.params.keys()
    assert t9(into, expected_into) and all(t9(bends[key], expected[key]) for key in expected)


@law("OPT-06", level="theorem")
def test_vsgd_learns_through_the_engine_and_the_penalty_bends_the_cost_too():
    X, y = digits()
    net = Network([Dense(8, "tanh"), Dense(3)], 6, 0)
    history = fit(net, X, y, epochs=60, optimizer="vsgd", batch_size=4)
    assert history[-1].loss < history[0].loss / 2
    seen = []

    class Spy(optimizers.VSGD):
        def advance(self, params, grads, curvature=None):
            seen.append([h.copy() for h in curvature])

    for strength in (0.0, 0.25):
        fit(Network([Dense(3)], 6, 0, "float64"), X, y, epochs=1, batch_size=60, optimizer=Spy(), strength=strength)
    assert t12(seen[1][0], seen[0][0] + 0.5) and t12(seen[1][1], seen[0][1])


@pytest.mark.parametrize("name", STACKS)
def test_float32_and_float64_networks_of_one_seed_are_the_same_network(name):
    X = normal(7, 3, *STACKS[name][1])
    single, double = network(name, 1, "float32").forward(X), network(name, 1).forward(X)
    assert single.dtype == np.float32
    assert close(single, double, 1e-5)


@pytest.mark.parametrize("name", STACKS)
def test_what_a_user_receives_is_theirs_and_what_they_gave_stays_as_it_was(name):
    net = network(name)
    X, before = normal(1, 2, *net.input_shape), normal(1, 2, *net.input_shape)
    upstream = np.ones((2, *net.output_shape))
    expected = (net.forward(X), net.backward(upstream), net.parameters(), net.gradients())
    outputs = net.forward(X)
    outputs[...], X[...] = 99, 99
    dX = net.backward(upstream)
    assert (dX == expected[1]).all()
    dX[...] = 99
    for table in (net.parameters(), net.gradients()):
        for array in table.values():
            array[...] = 99
    assert (net.predict(before) == expected[0]).all()
    assert all((net.parameters()[key] == value).all() for key, value in expected[2].items())
    assert all((net.gradients()[key] == value).all() for key, value in expected[3].items())
    assert (upstream == 1).all()


@pytest.mark.parametrize("name", STACKS)
def test_backward_needs_a_forward_pass_each_time(name):
    net = network(name)
    X, upstream = normal(1, 2, *net.input_shape), np.ones((2, *net.output_shape))
    with pytest.raises(RuntimeError, match="backward needs a forward pass"):
        net.backward(upstream)
    net.forward(X)
    net.backward(upstream)
    with pytest.raises(RuntimeError, match="backward needs a forward pass"):
        net.backward(upstream)
    net.forward(X)
    net.predict(X)
    with pytest.raises(RuntimeError, match="backward needs a forward pass"):
        net.backward(upstream)


@pytest.mark.parametrize("name", STACKS)
def test_prediction_in_batches_is_prediction_and_of_nothing_is_nothing(name):
    net = network(name)
    X = normal(1, 5, *net.input_shape)
    assert t12(net.predict(X, batch_size=2), net.forward(X))
    assert net.predict(X[:0]).shape == (0, *net.output_shape)
    assert net.forward(X[:0]).shape == (0, *net.output_shape)


def test_dropout_is_at_work_in_training_only_and_keeps_the_mean():
    net = Network([Dropout(0.5)], 10_000, dtype="float64")
    x = np.ones((1, 10_000))
    assert (net.forward(x) == x).all()
    thinned = net.forward(x, masks(0))
    assert set(np.unique(thinned)) == {0, 2}
    assert abs(thinned.mean() - 1) < 0.05
    assert (net.backward(x) == thinned).all()


def test_a_flattened_image_lies_in_the_order_channel_row_column():
    X = np.arange(24.0).reshape(1, 2, 3, 4)
    assert (Network([Flatten()], (2, 3, 4)).forward(X) == X.reshape(1, 24)).all()


def test_layers_compute_what_their_functions_say():
    x = normal(1, 2, 1, 5, 6)
    pooled = Network([MaxPool2D((3, 2), (1, 2), (1, 1))], (1, 5, 6), dtype="float64").forward(x)
    assert (pooled == pooling.max_pool2d(x, (3, 2), (1, 2), (1, 1))).all()
    assert (Network([Centre(np.full(3, 0.5))], 3).forward(np.ones((1, 3))) == 0.5).all()
    assert (Network([Dense(3, "leaky_relu")], 2, dtype="float64").forward(normal(1, 9, 2)) < 0).any()
    assert (Network([Dense(3, init="zeros")], 6).classify(X6) == 0).all()  # of equal outputs the first


def test_rectifiers_start_with_he_s_weights_others_with_xavier_s_and_biases_at_zero():
    for activation, spread in {"relu": np.sqrt(2 / 300), "tanh": np.sqrt(2 / 700)}.items():
        start = Network([Dense(400, activation)], 300).parameters()
        assert abs(start["0.W"].std() / spread - 1) < 0.02
        assert not start["0.b"].any()


def test_a_pass_that_fails_leaves_nothing_to_go_back_through():
    net = Network([Dense(3), Dense(2)], 2)
    net.forward(np.ones((1, 2)))
    net.layers[1].params["W"] = np.ones((2, 4), np.float32)
    with pytest.raises(ValueError, match=r"do not fit|mismatch"):
        net.forward(np.ones((1, 2)))
    with pytest.raises(RuntimeError, match="backward needs a forward pass"):
        net.backward(np.ones((1, 2)))


def test_a_seed_given_to_forward_makes_one_generator_for_all_layers():
    answers = Network([Dropout(0.5), Dropout(0.5)], 10_000, dtype="float64").forward(np.ones((1, 10_000)), rng=5)
    assert abs((answers == 4).mean() - 0.25) < 0.05


def test_parameters_are_taken_over_all_at_once_or_not_at_all():
    net = Network([Dense(3), Dense(3)], 3, dtype="float32")
    first, second = net.parameters()["0.W"], net.parameters()["1.W"]
    live = {f"{i}.{name}": p for i, layer in enumerate(net.layers) for name, p in layer.params.items()}
    net.set_parameters({**live, "0.W": live["1.W"], "1.W": live["0.W"]})
    assert (net.parameters()["0.W"] == second).all()
    assert (net.parameters()["1.W"] == first).all()


def digits(n=60, classes=3, seed=0):
    """Return small blobs that a net can learn, labels and all."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    return rng.standard_normal((n, 6)) + 3 * np.eye(6)[y], y


def trained(seed=0, **options):
    X, y = digits()
    net = Network([Dense(8, "relu"), Dropout(0.2), Dense(3)], 6, seed, options.pop("dtype", "float32"))
    history = fit(net, X, y, **{"epochs": 5, "seed": seed, "batch_size": 16, **options})
    return net, history


@pytest.mark.parametrize("optimizer", sorted(optimizers.OPTIMIZERS))
def test_the_same_seed_gives_the_same_run_bit_for_bit(optimizer):
    rates = {"adadelta": (), "adasecant": (), "vsgd": ()}
    one, two = (trained(3, optimizer=optimizers.optimizer(optimizer)(*rates.get(optimizer, (0.01,)))) for _ in "ab")
    other = trained(4, optimizer=optimizers.optimizer(optimizer)(*rates.get(optimizer, (0.01,))))
    assert one[1] == two[1]
    assert all((a == b).all() for a, b in zip(one[0].parameters().values(), two[0].parameters().values(), strict=True))
    assert one[1] != other[1]


def test_the_user_s_seed_leaves_the_global_generator_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    trained()
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


def spied(seen):
    """Return a loss that remembers what it is shown and asks for nothing."""
    return (lambda outputs, y: seen.append((outputs, y)) or 0.0, lambda upstream, outputs, y: np.zeros_like(outputs))


def test_every_epoch_has_an_order_of_its_own():
    seen = []
    fit(Network([Dense(1)], 1), np.ones((30, 1)), np.arange(30), epochs=2, batch_size=30, loss=spied(seen), seed=1)
    orders = [y.tolist() for _, y in seen]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) != orders[0]


def test_dropout_works_on_training_batches_and_not_on_validation():
    seen, X, y = [], np.ones((3, 50)), np.zeros(3, int)
    fit(Network([Dropout(0.5)], 50), X, y, epochs=1, loss=spied(seen), validation=(X, y))
    assert [bool((outputs == 0).any()) for outputs, _ in seen] == [True, False]


def test_a_penalty_sees_weights_that_are_its_own_and_answers_in_their_shape():
    kept = []
    penalty = (regularizers.l2, lambda strength, W: kept.append(W) or 0 * W)
    net, _ = trained(penalty=penalty, strength=1.0)
    before = net.parameters()
    for W in kept:
        W[...] = 77
    assert all((net.parameters()[key] == value).all() for key, value in before.items())
    with pytest.raises(ValueError, match=r"penalty: what f_backward returns: expected shape \(8, 6\), got \(\)"):
        trained(penalty=(regularizers.l2, lambda strength, W: 3.0), strength=1.0)


def test_an_exception_gives_the_optimizer_its_rate_back():
    rule = optimizers.SGD(0.5)

    def interrupt(epoch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(optimizer=rule, schedule=lambda epoch, epochs: 0.1, callback=interrupt)
    assert rule.learning_rate == 0.5


@law("LOSS-11", level="definition")
@pytest.mark.parametrize("penalty, R", [("l2", lambda W: 2 * W), ("l1", np.sign)])
def test_one_step_of_plain_descent_follows_the_gradient_of_the_full_loss(penalty, R):
    X, y = digits()
    net, twin = (Network([Dense(4, "tanh"), Dense(3)], 6, 1, "float64") for _ in "ab")
    for each in (net, twin):  # biases that a penalty would move, if it met them
        each.set_parameters({key: p + 0.5 * key.endswith("b") for key, p in each.parameters().items()})
    fit(net, X, y, epochs=1, batch_size=len(X), optimizer=optimizers.SGD(0.5), penalty=penalty, strength=0.125)
    scores, old = twin.forward(X), twin.parameters()
    twin.backward(losses.softmax_cross_entropy_backward(1.0, scores, y))
    g = twin.gradients()
    for key, p in net.parameters().items():
        assert t12(p, old[key] - 0.5 * (g[key] + (0.125 * R(old[key]) if key.endswith("W") else 0))), key


@law("GD-05", level="law")
@given(st.integers(1, 20), st.integers(1, 25))
@settings(max_examples=15)
def test_every_epoch_shows_every_sample_once_the_partial_batch_too(n, batch_size):
    seen = []

    def spy(outputs, y):
        seen.append(y.copy())
        return float(np.mean(outputs))

    net = Network([Dense(1)], 1)
    fit(net, np.ones((n, 1)), np.arange(n), epochs=2, batch_size=batch_size,
        loss=(spy, lambda upstream, outputs, y: np.zeros(outputs.shape)), optimizer=optimizers.SGD(1))
    epoch = len(seen) // 2
    assert sorted(np.concatenate(seen[:epoch])) == sorted(np.concatenate(seen[epoch:])) == list(range(n))
    assert [len(b) for b in seen[:epoch]] == [min(batch_size, n - i) for i in range(0, n, batch_size)]


def test_the_epoch_reports_the_mean_over_all_samples_not_over_batches():
    X, y = digits(n=10)
    net = Network([Dense(3)], 6, 1, "float64")
    expected = evaluate(net, X, y)
    first = fit(net, X, y, epochs=1, batch_size=4, optimizer=optimizers.SGD(1e-300))[0]
    assert t12(first.loss, expected[0])
    assert first.accuracy == expected[1]


def test_a_falling_rate_multiplies_the_optimizer_s_own_and_gives_it_back():
    rule = optimizers.SGD(0.5)
    _, history = trained(optimizer=rule, schedule=lambda epoch, epochs: 1 - epoch / epochs)
    assert [epoch.learning_rate for epoch in history] == [0.5 * (1 - e / 5) for e in range(5)]
    assert rule.learning_rate == 0.5


def test_early_stopping_goes_back_to_the_best_weights():
    X, y = digits()
    rng = np.random.default_rng(0)
    noise = (X, rng.permutation(y))  # validation labels that cannot be learnt: its loss soon rises
    net = Network([Dense(30, "relu"), Dense(3)], 6, 0)
    history = fit(net, X, y, epochs=200, validation=noise, patience=3, optimizer=optimizers.Adam(0.01))
    validation = [epoch.validation_loss for epoch in history]
    assert len(history) < 200
    assert len(history) == np.argmin(validation) + 1 + 3
    assert evaluate(net, *noise)[0] == min(validation)


def test_a_callback_sees_every_epoch_and_may_stop():
    seen = []
    _, history = trained(epochs=50, callback=lambda epoch: seen.append(epoch) or len(seen) == 3)
    assert seen == history
    assert [epoch.number for epoch in history] == [1, 2, 3]


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_fit_is_a_loop_of_fit_batch(name, penalty):
    """Batches of 4, 4 and 1: the memory that layers keep from step to step fits none of them for long."""
    ours, theirs, ruled, rules = network(name), network(name), optimizers.Adam(0.01), optimizers.Adam(0.01)
    X, T = normal(1, 9, *ours.input_shape), normal(2, 9, *ours.output_shape)
    options = {"loss": "squared_error", "penalty": penalty, "strength": 0.01}
    history = fit(ours, X, T, optimizer=ruled, epochs=3, batch_size=4, seed=5, **options)
    rng = np.random.default_rng(5)
    for epoch in history:
        batches = minibatches(9, 4, rng)
        total = 0.0  # one after the other: sum() has rounded less often since Python 3.12
        for b in batches:
            total += len(b) * fit_batch(theirs, X[b], T[b], rules, rng=rng, **options)
        assert total / 9 == epoch.loss
    for key, value in ours.parameters().items():
        assert value.tobytes() == theirs.parameters()[key].tobytes()


@pytest.mark.parametrize("name", STACKS)
def test_in_training_too_what_a_user_has_is_theirs(name):
    """Layers fill the memory of the last step again; nobody else may hold it."""
    net, sgd, rng = network(name), optimizers.SGD(0.1), np.random.default_rng(0)
    X, T = normal(1, 4, *net.input_shape), normal(2, 4, *net.output_shape)
    kept, outputs = X.copy(), net.forward(X, rng)
    into = net.backward(T)
    theirs = [outputs, into, *net.gradients().values()]
    copies = [array.copy() for array in theirs]
    fit_batch(net, X, T, sgd, loss="squared_error", rng=rng)
    fit_batch(net, X + 1, T, sgd, loss="squared_error", rng=rng)
    assert all((array == copy).all() for array, copy in zip(theirs, copies, strict=True)) and (kept == X).all()


def test_training_in_steady_state_allocates_little():
    layers = [Conv2D(8, 3, padding=1, activation="relu"), MaxPool2D(2), Flatten(), Dense(32, "relu"), Dense(10)]
    net, adam = Network(layers, (1, 32, 32)), optimizers.Adam()
    X, y = normal(0, 64, 1, 32, 32, dtype=np.float32), np.arange(64) % 10
    for _ in range(2):
        fit_batch(net, X, y, adam)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for _ in range(3):
        fit_batch(net, X, y, adam)
    grown, peak = (size - before for size in tracemalloc.get_traced_memory())
    tracemalloc.stop()
    largest = 64 * 8 * 32 * 32 * 4  # bytes of the first layer's answer
    room = largest / 2 if kernels.BACKEND == "cython" else 4 * largest  # the NumPy form has arrays on the way
    assert grown < 20_000 and peak < room


def test_losses_of_every_kind_train_a_network():
    X, y = digits()
    targets = {"softmax_cross_entropy": y, "multiclass_hinge": y, "squared_error": np.eye(3)[y],
               "absolute_error": np.eye(3)[y], "binary_cross_entropy": np.eye(3)[y]}
    for name, target in targets.items():
        net = Network([Dense(8, "tanh"), Dense(3)], 6, 0)
        history = fit(net, X, target, loss=name, epochs=20, optimizer=optimizers.Adam(0.01))
        assert history[-1].loss < history[0].loss / 2, name
        assert (history[-1].accuracy is None) == (target.ndim == 2), name


def test_an_equal_validation_loss_is_no_better_one():
    net = Network([Dense(3)], 6, 0)
    history = fit(net, X6, Y6, optimizer=optimizers.SGD(0.0), epochs=9, validation=(X6, Y6), patience=2)
    assert len(history) == 3  # a rate of 0 leaves the loss as it is: the first epoch stays the best


def test_a_network_with_one_output_has_no_accuracy():
    def two_classes(scores, labels):
        return losses.binary_cross_entropy(scores, labels[:, np.newaxis])

    def two_classes_backward(upstream, scores, labels):
        return losses.binary_cross_entropy_backward(upstream, scores, labels[:, np.newaxis])

    net, labels = Network([Dense(1)], 6, 0), Y6 % 2
    pair = two_classes, two_classes_backward
    assert [epoch.accuracy for epoch in fit(net, X6, labels, loss=pair, epochs=2)] == [None, None]
    assert evaluate(net, X6, labels, loss=pair)[1] is None  # the highest of one output says nothing


@pytest.mark.parametrize("name", STACKS)
def test_a_saved_network_comes_back_bit_for_bit(name, tmp_path):
    net, X = network(name, 5, "float32"), normal(1, 3, *STACKS[name][1])
    path = model_io.save(net, tmp_path / "net.npz", remark="mine", n=3)
    again, notes = model_io.load(path)
    assert (again.predict(X) == net.predict(X)).all()
    assert repr(again) == repr(net)
    assert notes == {"remark": "mine", "n": 3}
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_no_network_is_refused(tmp_path):
    whole = model_io.save(network("dense"), tmp_path / "net.npz").read_bytes()
    np.savez(tmp_path / "other.npz", x=np.ones(3))
    for name, content in {"empty": b"", "text": b"hello", "cut": whole[:-50], "other.npz": None}.items():
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ValueError, match=f"{name}: not a network that refnn saved"):
            model_io.load(path)
    with pytest.raises(FileNotFoundError):
        model_io.load(tmp_path / "nowhere.npz")
    with pytest.raises(FileNotFoundError):
        model_io.save(network("dense"), tmp_path / "no folder" / "net.npz")


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = model_io.save(network("dense"), tmp_path / "net.npz")
    before = path.read_bytes()

    def full(*args):
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        model_io.save(network("stack"), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_another_format_or_with_nan_in_it_is_refused(tmp_path):
    path = model_io.save(network("dense"), tmp_path / "net.npz")
    assert model_io.load(path)[0].dtype == np.float64
    arrays = dict(np.load(path))
    described = str(arrays["network"])
    wrong = {
        "format": {"network": np.array(described.replace("refnn network 1", "refnn network 2"))},
        "finite": {"0.W": np.full_like(arrays["0.W"], np.nan)},
        "shape": {"0.W": np.ones((1, 1))},
        "layer": {"network": np.array(described.replace('"Dense"', '"Layer"'))},
        "units": {"network": np.array(described.replace('"units": 4', '"units": 10000000000000'))},
        "nested too deeply": {"network": np.array("[" * 100_000)},
    }
    for word, change in wrong.items():
        np.savez(path, **{**arrays, **change})
        with pytest.raises(ValueError, match=f"not a network that refnn saved.*{word if word != 'units' else ''}"):
            model_io.load(path)


def test_save_writes_through_links_to_plain_files_only(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "net.npz")
    model_io.save(network("dense"), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "net.npz").stat().st_mode & 0o600 == 0o600
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="pipe: expected a file, that is something else"):
        model_io.save(network("dense"), tmp_path / "pipe")


X6, Y6 = digits()
TAKEN = Dense(3)
Network([TAKEN], 6)
SMALL = [Dense(3)]


def stepped_without_curvature():
    net = Network([Dense(2)], 3)
    net.backward(net.forward(np.ones((1, 3))))
    net.step(optimizers.VSGD())


SGD = optimizers.SGD(0.1)
REFUSED = [
    (lambda: Network([TAKEN], 6), ValueError, r"layers\[0\]: this Dense is another network's"),
    (lambda: Network([Dense(3)], 3.5), TypeError, "input_shape: expected a whole number or several, got 3.5"),
    (lambda: Network([Dense(3)], 6, dtype=None), TypeError, "dtype: expected float32 or float64"),
    (lambda: MaxPool2D(50_000), ValueError, r"size: expected fewer than 2\^31 places"),
    (lambda: Conv2D(1, 1, stride=10**30), ValueError, r"stride: expected less than 2\^62"),
    (lambda: fit(Network([Dense(3)], 6), X6, X6[:, :3] * np.nan, loss="squared_error"), ValueError, "y: .*finite"),
    (lambda: fit_batch("net", X6, Y6, SGD), TypeError, "network: expected a Network, got 'net'"),
    (lambda: fit_batch(Network([Dense(3)], 6), X6, Y6, "sgd"), TypeError, r"optimizer: .* SGD\(0.1\), got 'sgd'"),
    (lambda: fit_batch(Network([Dense(3)], 6), X6, Y6[1:], SGD), ValueError, r"y: .* \(60, ...\), got \(59,\)"),
    (lambda: fit_batch(Network([Dense(3)], 6), X6[:0], Y6[:0], SGD), ValueError, r"y: .* \(1, ...\), got \(0,\)"),
    (lambda: fit_batch(Network([Dense(3)], 6), X6, Y6 + 1, SGD), ValueError, r"labels: expected labels 0\.\.2"),
    (lambda: fit_batch(Network([Dense(3)], 6), X6[:, :5], Y6, SGD), ValueError, r"X: expected shape \(n, 6\)"),
    (lambda: fit_batch(Network([Dense(3)], 6), X6 * np.nan, Y6, SGD), ValueError, r"X in float32: .* nan at \(0, 0\)"),
    (lambda: fit_batch(Network([Dropout(0.5), Dense(3)], 6), X6, Y6, SGD), ValueError, "rng: dropout draws from it"),
    (lambda: fit_batch(Network([Dense(3, "softmax")], 6), X6, Y6, SGD), ValueError, "has its own softmax"),
    (lambda: AvgPool2D((2, 0)), ValueError, "size: expected at least 1, got 0"),
    (lambda: PReLU("steep"), TypeError, "slope: expected a number, got 'steep'"),
    (lambda: evaluate(Network([Dense(3)], 6), X6, Y6[1:]), ValueError, "y: expected as many as samples"),
    (lambda: model_io.save(None, "net.npz"), TypeError, "network: expected a Network, got None"),
    (lambda: model_io.load(7), TypeError, "str, bytes or os.PathLike|PathLike"),
    (lambda: Centre("mean"), TypeError, "mean: expected float32"),
    (lambda: Dense(0), ValueError, "units: expected at least 1, got 0"),
    (lambda: Dense(3, "rleu"), ValueError, "relu"),
    (lambda: Dense(3, init="she"), ValueError, "he_normal"),
    (lambda: Conv2D(3, 0), ValueError, "size: expected at least 1"),
    (lambda: Conv2D(3, 3, stride=0), ValueError, "stride: expected at least 1"),
    (lambda: Conv2D(3, 3, padding=-1), ValueError, "padding: expected at least 0"),
    (lambda: Conv2D(3, (1, 2, 3)), ValueError, r"size: expected a whole number or \(height, width\)"),
    (lambda: MaxPool2D(2, padding=2), ValueError, "padding: expected less than the window"),
    (lambda: Dropout(1.0), ValueError, r"rate: expected a number in \[0, 1\), got 1.0"),
    (lambda: Maxout(0), ValueError, "pieces: expected at least 1"),
    (lambda: Activation("relux"), ValueError, "relu"),
    (lambda: Network([], 3), ValueError, "at least one layer"),
    (lambda: Network([Dense(2)], ()), ValueError, "input_shape"),
    (lambda: Network([Dense(2)], 0), ValueError, "input_shape: expected at least 1"),
    (lambda: Network([Dense(2)], 3, dtype="float16"), TypeError, "dtype: expected float32 or float64, got 'float16'"),
    (lambda: Network([Dense(2)], 3, seed="x"), TypeError, "seed: expected"),
    (lambda: Network(["dense"], 3), TypeError, r"layers\[0\]: expected a layer, got 'dense'"),
    (lambda: Network([*SMALL, *SMALL], 3), ValueError, r"layers\[1\]: the same Dense twice"),
    (lambda: Network([Dense(2)], (1, 4, 4)), ValueError, r"layers\[0\]: Dense: .*put Flatten\(\) before it"),
    (lambda: Network([Conv2D(2, 3)], 9), ValueError, r"layers\[0\]: Conv2D: expected samples of shape \(C, H, W\)"),
    (lambda: Network([Conv2D(2, (3, 5))], (1, 7, 2)), ValueError, r"Wo = \(W \+ 2\*0 - 5\)//1 \+ 1 = -2"),
    (lambda: Network([Dense(5), Maxout(2)], 3), ValueError, r"layers\[1\]: Maxout: 5 features.*pieces=2"),
    (lambda: Network([Centre([1.0, 2])], 3), ValueError, r"mean: expected shape \(3,\), got \(2,\)"),
    (lambda: Network([Dense(2)], 3).forward(np.ones((2, 4))), ValueError, r"X: expected shape \(n, 3\), got \(2, 4\)"),
    (lambda: Network([Dense(2)], 3).forward(["a"]), TypeError, "X: expected float32"),
    (lambda: Network([Dense(2)], 3).predict(np.ones((2, 3)), 0), ValueError, "batch_size: expected at least 1"),
    (lambda: Network([Flatten()], (1, 2, 2)).classify(np.ones((1, 2))), ValueError, "X: expected shape"),
    (lambda: Network([MaxPool2D(1)], (1, 2, 2)).classify(np.ones((1, 1, 2, 2))), ValueError, "classify: expected"),
    (lambda: Network([Dense(2)], 3).set_parameters({}), ValueError, r"parameters: expected \['0.W', '0.b'\]"),
    (lambda: Network([Dense(2)], 3).step(optimizers.SGD(1.0)), RuntimeError, "step needs a backward pass"),
    (lambda: fit(Network([Dense(3)], 6), X6[:0], Y6[:0]), ValueError, "X: expected at least one sample"),
    (lambda: fit([Dense(3)], X6, Y6), TypeError, r"network: expected a Network, got \[Dense"),
    (lambda: fit(Network([Dense(3)], 6), X6[:, :5], Y6), ValueError, r"X: expected shape \(n, 6\), got \(60, 5\)"),
    (lambda: fit(Network([Dense(3)], 6), X6, np.arange(60) // 30 * 3), ValueError, "counted from 0, got 3 at 30"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, validation=(X6, Y6 + 9)), ValueError, "validation: labels: .* got 9"),
    (lambda: Network(Dense(3), 6), TypeError, r"layers: expected a list of layers, got Dense\(.*put it in \[...\]"),
    (lambda: Network([Dense(3)], 6).predict(X6[0]), ValueError, r"one sample is X\[np.newaxis\]"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6[:-1]), ValueError, r"y: expected as many as samples"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6 + 1), ValueError, "labels 0..2, counted from 0, got 3"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6 + 0.5), TypeError, "integer"),
    (lambda: fit(Network([Dense(3)], 6), X6 * np.nan, Y6), ValueError, r"X: expected finite.*got nan at \(0, 0\)"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, epochs=-1), ValueError, "epochs: expected at least 0"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, batch_size=0), ValueError, "batch_size: expected at least 1"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, strength=-1), ValueError, "strength: expected a number not below 0"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, loss="cross"), ValueError, "softmax_cross_entropy"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, optimizer="adamw"), ValueError, "adam"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, optimizer="vsgd", loss="multiclass_hinge"), ValueError,
     "optimizer: VSGD needs a curvature, which multiclass_hinge does not have: take squared_error"),
    (lambda: fit(Network([Dense(4, "softmax"), Dense(3)], 6), X6, Y6, optimizer="vsgd"), ValueError,
     "curvature: softmax has no slope of its own for each output"),
    (lambda: fit(Network([Dense(3, "softmax")], 6), X6, Y6), ValueError,
     "loss: softmax_cross_entropy takes scores and has its own softmax; leave that of the last layer away"),
    (lambda: fit(Network([Dense(3), Activation("sigmoid")], 6), X6, np.eye(3)[Y6], loss="binary_cross_entropy"),
     ValueError, "loss: binary_cross_entropy takes scores and has its own sigmoid"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, optimizer=optimizers.Adam), TypeError, "got the class Adam: call it"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, loss="hinge"), ValueError, "did you mean 'multiclass_hinge'"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, optimizer="adadelta", schedule="step_decay"), ValueError,
     "schedule: Adadelta has no learning rate that could follow 'step_decay'"),
    (lambda: Network([Dense(2)], 3).curvature(np.ones((1, 2))), RuntimeError, "curvature needs a forward pass"),
    (lambda: stepped_without_curvature(), RuntimeError, r"VSGD needs network.curvature\(...\) before each backward"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, optimizer="sgd"), ValueError, "sgd has no usual.*pass SGD"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, schedule="falling"), ValueError, "cosine_decay"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, penalty="l3"), ValueError, "penalty: expected one of l1, l2"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, penalty=(abs,)), TypeError,
     r"penalty: expected a name or a pair of functions \(f, f_backward\), got \(<built-in function abs>,\)"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, penalty=(abs, None)), TypeError, "penalty: expected a name or"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, loss=("a", "b")), TypeError,
     r"loss: expected a name or a pair of functions \(f, f_backward\), got \('a', 'b'\)"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, loss=losses.Loss(abs, 3)), TypeError, "loss: expected a name or"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, loss=(abs,) * 5), TypeError, "loss: expected a name or a pair"),
    (lambda: evaluate(Network([Dense(3)], 6), X6, Y6, ()), TypeError, r"loss: expected a name or a pair.*got \(\)"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, patience=2), ValueError, "patience: early stopping needs validation"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, resume="run.npz"), TypeError, "resume: expected a Checkpoint, got"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, resume=(1, {})), TypeError, r"got \(1, {}\); load_checkpoint returns"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, checkpoint="run.npz"), TypeError,
     "checkpoint: expected a function, such as lambda c: save_checkpoint.*got 'run.npz'"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, callback=3), TypeError, "callback: expected a function, .* got 3"),
    (lambda: fit(Network([Dense(3)], 6), X6, Y6, seed=-1), ValueError, "seed: expected at least 0"),
]  # fmt: skip


@pytest.mark.parametrize("call, error, words", REFUSED)
def test_wrong_use_of_the_engine_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_every_public_name_of_the_engine_has_its_wrong_use_here():
    named = {call.__code__.co_names[0] for call, _, _ in REFUSED}
    public = {name for module in (layers, network_module, training) for name in module.__all__}
    assert public - {"Checkpoint", "Epoch", "Flatten", "Layer", "Loss"} <= named  # what has no arguments, and types


def test_a_last_step_into_infinity_is_said_too():
    with pytest.raises(FloatingPointError, match="a weight became infinite; try a smaller learning rate"):
        fit(Network([Dense(3)], 6), X6 * 1e10, Y6, epochs=1, batch_size=60, optimizer=optimizers.SGD(1e35))


def test_a_training_that_diverges_says_so():
    net = Network([Dense(3)], 6)
    with pytest.raises(FloatingPointError, match=r"became (inf|nan|infinite); try a smaller learning rate"):
        fit(net, X6, np.eye(3)[Y6], loss="squared_error", optimizer=optimizers.SGD(1e3), epochs=99)
