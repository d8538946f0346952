"""Files of networks and of runs: nothing is lost or believed, and a run that was stopped ends as if it was not."""

import copy
import json
import os
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnn import (
    Activation,
    Centre,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Network,
    activations,
    fit,
    load,
    load_checkpoint,
    optimizers,
    save,
    save_checkpoint,
)
from refnn.layers import PReLU
from refnn.properties.support import normal

X, Y = normal(1, 22, 1, 6, 5), np.arange(22) % 3
RATES = {"adadelta": (), "adasecant": (), "vsgd": ()}
RULES = sorted(optimizers.OPTIMIZERS)

@pytest.fixture(scope="module", autouse=True)
def _at_once():
    """Leave the waiting for the disk away; tests.kills has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda handle: None)
        yield


def network(dtype="float32"):
    return Network([Centre(X.mean(axis=0)), Conv2D(3, (3, 2), activation="relu"), MaxPool2D((2, 1)), Flatten(),
                    Dropout(0.4), Dense(6, "tanh"), PReLU(), Dense(3)], (1, 6, 5), 4, dtype)


def run(rule="adam", seed=7, dtype="float32", **options):
    """Train from the beginning, as a program does when it is started; return all that the run ends with."""
    net, optimizer = network(dtype), optimizers.optimizer(rule)(*RATES.get(rule, (0.01,)))
    rng = np.random.default_rng(seed)
    usual = {"epochs": 6, "batch_size": 8, "strength": 0.01, "seed": rng}
    if rule not in RATES:
        usual["schedule"] = "cosine_decay"
    history = fit(net, X, Y, optimizer=optimizer, **{**usual, **options})
    state = optimizer.state()
    memory = [array.tobytes() for value in state.values() if isinstance(value, list) for array in value]
    plain = {name: value for name, value in state.items() if not isinstance(value, list)}
    return history, {name: p.tobytes() for name, p in net.parameters().items()}, plain, memory, rng.bit_generator.state


class Stopped(Exception):
    """What a run is interrupted by."""


def interrupted(after, path, **options):
    """Stop a run when it is an epoch further than its checkpoint; go on from the file, and return how that ends."""

    def stop(epoch):
        if epoch.number == after + 1:
            raise Stopped

    with pytest.raises(Stopped):
        run(checkpoint=lambda c: save_checkpoint(c, path, after=len(c.history)), callback=stop, **options)
    checkpoint, notes = load_checkpoint(path)
    assert notes == {"after": after} == {"after": len(checkpoint.history)}
    return run(resume=checkpoint, **options)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("after", [1, 2, 5])
def test_a_run_that_was_interrupted_ends_as_if_it_was_not_bit_for_bit(rule, after, tmp_path):
    assert interrupted(after, tmp_path / "run.npz", rule=rule) == run(rule)


NOISE = {"validation": (X, np.random.default_rng(5).permutation(Y)), "patience": 2, "epochs": 40}


@pytest.mark.parametrize("options", [
    {"dtype": "float64"}, {"batch_size": 5}, {"validation": (X, Y)}, {"loss": "multiclass_hinge", "penalty": "l1"},
])  # fmt: skip
def test_whatever_the_options_are(options, tmp_path):
    assert interrupted(3, tmp_path / "run.npz", **options) == run(**options)


def test_early_stopping_stops_where_it_would_have_and_goes_back_to_the_same_weights(tmp_path):
    whole = run(**NOISE)
    assert 4 < len(whole[0]) < 40
    for after in (1, len(whole[0]) // 2, len(whole[0]) - 2):
        assert interrupted(after, tmp_path / "run.npz", **NOISE) == whole
    kept = []
    run(checkpoint=kept.append, **NOISE)
    assert run(resume=kept[-1], **NOISE) == whole  # patience was at its end already


@pytest.mark.parametrize("kind", ["PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_generators_of_every_kind_are_taken_up_where_they_were(kind, tmp_path):
    def seeded():
        return np.random.Generator(getattr(np.random, kind)(3))

    kept = []
    whole = fit(network(), X, Y, epochs=4, seed=seeded(), checkpoint=kept.append)
    checkpoint, _ = load_checkpoint(save_checkpoint(kept[1], tmp_path / "run.npz"))
    assert fit(network(), X, Y, epochs=4, seed=seeded(), resume=checkpoint) == whole


def test_a_run_may_be_interrupted_after_every_epoch(tmp_path):
    resume = None
    for epochs in range(1, 7):  # the schedule knows of all six
        kept = []
        run(resume=resume, checkpoint=kept.append, callback=lambda epoch, last=epochs: epoch.number == last)
        resume, _ = load_checkpoint(save_checkpoint(kept[-1], tmp_path / "run.npz"))
    assert run(resume=resume) == run()


def test_a_checkpoint_is_the_receiver_s_own():
    def spoil(checkpoint):
        lists = [value for value in checkpoint.optimizer.values() if isinstance(value, list)]
        for array in [*checkpoint.parameters.values(), *checkpoint.best.values(), *(a for each in lists for a in each)]:
            array[...] = 99
        checkpoint.history.clear()
        checkpoint.rng["state"] = checkpoint.optimizer["t"] = None

    assert run(checkpoint=spoil, **NOISE) == run(**NOISE)
    kept = []
    run(checkpoint=kept.append, epochs=3)
    first = run(resume=kept[0])
    assert run(resume=kept[0]) == first  # going on from it leaves it as it is


def test_a_run_that_has_its_epochs_is_not_trained_further():
    kept = []
    whole = run(checkpoint=kept.append)
    assert run(resume=kept[-1]) == whole
    with pytest.raises(ValueError, match="epochs: expected at least the 6 of the checkpoint, got 2"):
        run(resume=kept[-1], epochs=2)


@pytest.mark.parametrize("then, now, said", [
    (optimizers.SGD(0.1), optimizers.SGD(0.5), "expected learning_rate 0.1, as in the run before, got 0.5; to go on"),
    (optimizers.Momentum(0.1), optimizers.Momentum(0.1, 0.5), "expected momentum 0.9, .* got 0.5; .*set_parameters"),
    (optimizers.Adam(0.01), "adam", "expected learning_rate 0.01, .* got 0.001"),
    (optimizers.Adadelta(0.5), "adadelta", "expected rho 0.5, as in the run before, got 0.95"),
    (optimizers.SGD(0.1), optimizers.Adam(0.1), "of another network, optimizer or generator: state: .* that of adam"),
])  # fmt: skip
@pytest.mark.parametrize("schedule", ["constant", lambda epoch, epochs: 0.5 - epoch / 10])
def test_an_optimizer_with_other_settings_does_not_go_on_and_nothing_changes(then, now, said, schedule):
    kept, net, fresh = [], network(), network().parameters()
    falling = {} if isinstance(then, optimizers.Adadelta) else {"schedule": schedule}
    fit(network(), X, Y, optimizer=copy.deepcopy(then), epochs=2, checkpoint=kept.append, **falling)
    with pytest.raises(ValueError, match=f"resume: .*{said}"):
        fit(net, X, Y, optimizer=now, epochs=3, resume=kept[-1], **falling)
    assert all((net.parameters()[name] == value).all() for name, value in fresh.items())
    assert isinstance(now, str) or now.state()["t"] == 0
    now = copy.deepcopy(then)  # as the message says: with settings of one's own, from the same weights
    net.set_parameters(kept[-1].parameters)
    assert len(fit(net, X, Y, optimizer=now, epochs=1, **falling)) == 1


def test_the_optimizer_of_a_run_that_was_stopped_goes_on_in_the_same_program():
    rule, kept = optimizers.SGD(0.1), []

    def halve(epoch):
        rule.learning_rate /= 2

    fit(network(), X, Y, optimizer=rule, epochs=2, callback=halve, checkpoint=kept.append)
    assert rule.learning_rate == 0.025  # which is not what it began with
    history = fit(network(), X, Y, optimizer=rule, epochs=3, resume=kept[-1])
    assert [epoch.learning_rate for epoch in history] == [0.1, 0.05, 0.025]


def test_a_callback_may_change_the_learning_rate_and_a_resumed_run_knows(tmp_path):
    def program(resume=None, stop=99):
        rule, kept = optimizers.Momentum(0.1), []
        net = network()

        def halve(epoch):
            rule.learning_rate /= 2
            return epoch.number == stop

        history = fit(net, X, Y, optimizer=rule, epochs=5, callback=halve, checkpoint=kept.append, resume=resume)
        return history, kept[-1]

    whole = program()[0]
    assert [epoch.learning_rate for epoch in whole] == [0.1 / 2**i for i in range(5)]
    assert program(resume=program(stop=2)[1])[0] == whole


def checkpoint_of(rule="adam", **options):
    kept = []
    run(rule, epochs=1, checkpoint=kept.append, **options)
    return kept[0]


@pytest.mark.parametrize("options, words", [
    ({"rule": "momentum"}, "is of another network, optimizer or generator: state: expected that of momentum"),
    ({"dtype": "float64"}, "1.W is float32, the network computes in float64"),
    ({"patience": 2, "validation": (X, Y)}, "the best weights are missing, for the run had no patience"),
    ({"resume": 7}, "expected a Checkpoint"),
])  # fmt: skip
def test_a_checkpoint_of_another_run_is_refused(options, words):
    with pytest.raises((TypeError, ValueError), match=rf"resume: .*{words}"):
        run(**{"resume": checkpoint_of(), **options})
    other = Network([Flatten(), Dense(3)], (1, 6, 5))
    with pytest.raises(ValueError, match=r"another network, .*: parameters: expected \['1.W', '1.b'\]"):
        fit(other, X, Y, resume=checkpoint_of(), optimizer=optimizers.Adam(0.01))
    with pytest.raises(ValueError, match=r"another network, .*rng: expected the state of a Philox"):
        run(seed=np.random.Philox(3), resume=checkpoint_of())


NET = Network([Dense(2, "tanh"), PReLU(), Dense(2)], 2, dtype="float64")
KINDS = {"network": (save, load, NET), "checkpoint": (save_checkpoint, load_checkpoint, None)}


def small():
    """Return a checkpoint with something in all its parts."""
    kept, data, net = [], ([[0.0, 1], [1, 0]], [0, 1]), Network([Dense(2, "tanh"), PReLU(), Dense(2)], 2)
    fit(net, *data, epochs=2, validation=data, patience=1, checkpoint=kept.append)
    return kept[-1]


def written(kind, path):
    """Save a network or a checkpoint; return what it was, the bytes, and how it is read."""
    write, read, thing = KINDS[kind]
    return write(thing or small(), path, remark=[1, "two"]).read_bytes(), read


def same(one, two):
    """Say whether two answers of load or load_checkpoint are equal to the last bit."""
    def plain(answer):
        thing, notes = answer
        if isinstance(thing, Network):
            return repr(thing), {name: p.tobytes() for name, p in thing.parameters().items()}, notes
        return json.dumps([thing, notes], default=lambda array: (str(array.dtype), array.tobytes().hex()))

    return plain(one) == plain(two)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_comes_back_as_it_was_and_equal_things_give_equal_bytes(kind, tmp_path):
    content, read = written(kind, tmp_path / "a.npz")
    assert written(kind, tmp_path / "b.npz")[0] == content
    with zipfile.ZipFile(tmp_path / "b.npz") as file:  # on another day too
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    again = read(tmp_path / "a.npz")
    assert again[1] == {"remark": [1, "two"]}
    write = KINDS[kind][0]
    assert write(again[0], tmp_path / "c.npz", remark=[1, "two"]).read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz", "c.npz"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_was_cut_off_is_refused_wherever(kind, tmp_path):
    content, read = written(kind, tmp_path / "whole.npz")
    cut = tmp_path / "cut.npz"
    for length in range(0, len(content), 37):
        cut.write_bytes(content[:length])
        with pytest.raises(ValueError, match=f"cut.npz: not a {kind} that refnn saved"):
            read(cut)


@pytest.fixture(scope="module", params=KINDS)
def original(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "whole.npz"
    content, read = written(request.param, path)
    return content, read, path.with_name("changed.npz"), read(path)


@given(st.data())
@settings(max_examples=100)
def test_a_changed_byte_is_refused_or_changes_nothing(original, data):
    content, read, path, before = original
    place = data.draw(st.integers(0, len(content) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda value: value != content[place]))
    path.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
    try:
        after = read(path)
    except ValueError as refused:
        assert str(path) in str(refused)  # noqa: PT017
    else:
        assert same(before, after)


def entries(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(path, contents, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in contents.items():
            file.writestr(name, content)


def header(words, data=b""):
    words = words.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(words).to_bytes(2, "little") + words + data


PICKLE = b"cos\nsystem\n(S'exit 1'\ntR."


@pytest.mark.parametrize("entry, words", [
    (header("{'descr': '|O', 'fortran_order': False, 'shape': (), }", PICKLE), "no plain array"),
    (PICKLE, "no plain array"),
    (header("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }", bytes(32)), "no plain array"),
    (header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", bytes(32)), r"\(2, 3\) of .* disagrees"),
    (header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", bytes(32)), "disagrees with its 32 bytes"),
    (header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", bytes(16)), "got .* of float32"),
    (header("{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }", bytes(32)), r"0.W: .*\(2, 2\).*got \(4,\)"),
    (header("{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }"), "disagrees"),
    (header("{'descr': '<f8', 'fortran_order': False, 'shape': (__import__('os'),), }"), "no plain array"),
    (header("{'descr': '<U4', 'fortran_order': False, 'shape': (2,), }", bytes(32)), "float32"),
])  # fmt: skip
def test_an_entry_that_lies_is_refused(entry, words, tmp_path):
    path = save(NET, tmp_path / "net.npz")
    archive(path, {**entries(path), "0.W.npy": entry})
    with pytest.raises(ValueError, match=f"net.npz: not a network that refnn saved .*{words}"):
        load(path)


def test_an_archive_that_could_swell_is_refused_unread(tmp_path):
    path = save(NET, tmp_path / "net.npz")
    whole = entries(path)
    archive(path, {**whole, "0.W.npy": bytes(10**8)}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 10**6
    with pytest.raises(ValueError, match="its entries are compressed or encrypted"):
        load(path)
    for claim in ("file_size", "compress_size"):
        save(NET, path)
        with zipfile.ZipFile(path, "a") as file:
            liar = zipfile.ZipInfo("liar.npy")
            file.writestr(liar, b"")
            setattr(liar, claim, 10**12)  # what the directory at the end will say
        with pytest.raises(ValueError, match="claim more bytes than the file has"):
            load(path)
    archive(path, whole)
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("0.W.npy", whole["0.W.npy"])
    with pytest.raises(ValueError, match="overlap"):
        load(path)


@pytest.mark.parametrize("old, new, said", [
    ('"units": 2', '"units": 2000000000', r"0.W: expected shape \(2000000000, 2\) of float64, got \(2, 2\)"),
    ('"units": 2', '"units": NaN', "units: expected a whole number, got nan"),
    ('"input_shape": [2]', '"input_shape": [2000000000]', r"0.W: expected shape \(2, 2000000000\)"),
    ('"input_shape": [2]', '"input_shape": ["2"]', "input_shape: expected a whole number, got '2'"),
    ('"layers": [', '"layers": [{"layer": "PReLU"}, ', r"PReLU: expected slope, got \[\]"),
    ('"layers": [', '"layers": [{"layer": "Conv2D", "filters": 1000000, "size": [1000, 1000]}, ', "Conv2D: "),
    ('"layers": [', '"layers": [3, ', "unknown layer 3"),
    ('"dtype": "float64"', '"dtype": "float16"', "dtype: expected float32 or float64, got 'float16'"),
    ('"input_shape": [2]', '"input_shape": 2', "input_shape: expected a list, got 2"),
    ('"layers": [', '"layers": 3, "x": [', "layers: expected a list, got 3"),
    ('"format": ', '"format": [], "x": ', r"format \[\], expected 'refnn network 1'"),
    ('"layer": "PReLU"', '"layer": "Layer"', "unknown layer {'layer': 'Layer'"),
    ('"layer": "PReLU"', '"layer": "__class__"', "unknown layer {'layer': '__class__'"),
    ('"notes": {', '"notes": 3, "x": {', "notes: expected a dict, got 3"),
    ('"notes": {', '"notes": {}, "notes": {', "one name stands twice"),
    ('"notes": {', '"notes": {,', r"its words are no JSON from character \d+ on"),
    ('"notes": {', '"notes": %s, "x": {' % ("9" * 5000), "a number of 5,000 digits"),
    ('{"format"', '[{"format"', "its words are no JSON"),
])  # fmt: skip
def test_a_description_that_lies_is_refused_before_anything_is_built(old, new, said, tmp_path):
    path = save(NET, tmp_path / "net.npz")
    arrays = dict(np.load(path))
    words = str(arrays["network"]).replace(old, new, 1)
    assert words != str(arrays["network"])
    np.savez(path, **{**arrays, "network": np.array(words)})
    with pytest.raises(ValueError, match=rf"net.npz: not a network that refnn saved \({said}"):
        load(path)


@pytest.mark.parametrize("words", [3.0, ["{}"], "[]", ""])
def test_a_description_that_is_none_is_refused(words, tmp_path):
    path = save(NET, tmp_path / "net.npz")
    np.savez(path, **{**np.load(path), "network": np.array(words)})
    with pytest.raises(ValueError, match=r"net.npz: not a network that refnn saved \(its (words|description)"):
        load(path)


@pytest.mark.parametrize("change, said", [
    ({"history": [[2, 0.5, None, None, None, None]]}, "the epochs are not numbered"),
    ({"history": [[1, 0.5]]}, r"history: expected 6 numbers for each epoch, got \[1, 0.5\]"),
    ({"history": [[1, "0.5", None, None, None, None]]}, r"history: expected 6 numbers for each epoch, got \[1, '0.5'"),
    ({"history": 3}, "history: expected a list, got 3"),
    ({"optimizer": []}, r"optimizer: expected a dict, got \[\]"),
    ({"rng": 3}, "rng: expected a dict, got 3"),
    ({"notes": None}, "notes: expected a dict, got None"),
    ({"format": "refnn checkpoint 2"}, "format 'refnn checkpoint 2', expected 'refnn checkpoint 1'"),
])  # fmt: skip
def test_a_checkpoint_that_lies_is_refused(change, said, tmp_path):
    path = save_checkpoint(small(), tmp_path / "run.npz")
    arrays = dict(np.load(path))
    description = {**json.loads(str(arrays["checkpoint"])), **change}
    np.savez(path, **{**arrays, "checkpoint": np.array(json.dumps(description))})
    with pytest.raises(ValueError, match=rf"run.npz: not a checkpoint that refnn saved \({said}"):
        load_checkpoint(path)
    for name in ("best.0.W", "parameters.0.W", "other"):
        np.savez(path, **{**arrays, name: np.ones(5)})
        with pytest.raises(ValueError, match=r"run.npz: not a checkpoint that refnn saved"):
            load_checkpoint(path)


@pytest.mark.parametrize("lost", ["optimizer.v.4", "optimizer.m.0", "best.2.b", "parameters.0.W"])
def test_an_array_that_is_missing_or_too_many_is_noticed(lost, tmp_path):
    path = save_checkpoint(small(), tmp_path / "run.npz")
    whole = entries(path)
    archive(path, {name: content for name, content in whole.items() if name != f"{lost}.npy"})
    with pytest.raises(ValueError, match="arrays are missing, or were added"):
        load_checkpoint(path)
    archive(path, {**whole, "optimizer.v.5.npy": whole[f"{lost}.npy"]})
    with pytest.raises(ValueError, match="arrays are missing, or were added"):
        load_checkpoint(path)


def test_each_reader_names_the_other(tmp_path):
    save(NET, tmp_path / "net.npz")
    save_checkpoint(small(), tmp_path / "run.npz")
    with pytest.raises(ValueError, match="it is a checkpoint: read it with load_checkpoint"):
        load(tmp_path / "run.npz")
    with pytest.raises(ValueError, match="it is a network: read it with load"):
        load_checkpoint(tmp_path / "net.npz")
    for use in (load, lambda path: save(NET, path)):
        with pytest.raises(ValueError, match="expected a file, that is a folder"):
            use(tmp_path)
        with pytest.raises(ValueError, match="expected a file, that is something else"):
            use(os.devnull)


def test_where_no_file_can_be_made_the_error_names_the_users_and_not_the_one_beside_it(monkeypatch, tmp_path):
    monkeypatch.setattr("refnn.model_io.secrets.token_hex", lambda n: "0" * 9999)  # longer than a name can be
    path = str(tmp_path / "net.npz")
    with pytest.raises(OSError, match=r"net.npz'$") as wrong:
        save(NET, path)
    assert wrong.value.filename == path and wrong.value.errno and [*tmp_path.iterdir()] == []


def test_what_cannot_be_written_is_said_before_anything_is(tmp_path):
    with pytest.raises(TypeError, match=r"notes: expected plain values .*got accuracy: ndarray"):
        save(NET, tmp_path / "net.npz", accuracy=np.ones(2))
    for notes in ({"names": {1: "a", "1": "b"}}, {"number": 10**5000}):  # which would not come back
        with pytest.raises(TypeError, match=r"notes: expected plain values .* each name once"):
            save(NET, tmp_path / "net.npz", **notes)
    with pytest.raises(TypeError, match="checkpoint: expected a Checkpoint, as fit gives it, got Network"):
        save_checkpoint(NET, tmp_path / "net.npz")
    own = Network([type("Mine", (Activation,), {})("tanh")], 2)
    with pytest.raises(ValueError, match="a layer of your own"):
        save(own, tmp_path / "net.npz")
    tanh = activations.ACTIVATIONS["tanh"]
    for own in (Dense(2, tanh), Activation(tanh)):
        with pytest.raises(ValueError, match="an activation of your own"):
            save(Network([own], 2), tmp_path / "net.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_is_killed_leaves_a_whole_file(tmp_path):
    from tests.kills import kills

    assert sum(kills(tmp_path, 5, seed=1).values()) == 5
