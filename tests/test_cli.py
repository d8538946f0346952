"""The command line as its users meet it: what it prints, what it writes, how it refuses."""

import csv
import gzip
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import refnn
from refnn import data, model_io
from refnn.cli import info, main, train
from refnn.interop import safetensors


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


QUICK = ["train", "--model", "softmax", "--epochs", "2"]


def test_train_shows_the_net_its_progress_and_its_digits_and_saves_both(capsys):
    assert main(["train", "--epochs", "2", "--out", "mine.npz"]) == 0
    out = capsys.readouterr().out
    assert "1438 digits of 16x16 to learn from, 359 to be tested on" in out
    assert "Conv2D 16 of 5x5, relu" in out
    assert "epoch   2/2" in out
    assert "test accuracy" in out
    assert "read " in out
    assert "mine.npz" in out
    net, notes = model_io.load("mine.npz")
    assert net.input_shape == (1, 16, 16)
    assert notes["test_accuracy"] > 0.8
    with open("mine-curve.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["number"] for row in rows] == ["1", "2"]
    assert float(rows[1]["loss"]) < float(rows[0]["loss"])


def test_the_readme_shows_what_train_prints(capsys):
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    assert main(["train", "--epochs", "1"]) == 0
    out = capsys.readouterr().out
    *_, files, last = out.splitlines()
    assert last in readme
    assert files.partition(", ")[0] in readme  # the table; the picture is for those who have matplotlib
    assert out.partition("kernels")[0] in readme
    assert model_io.load("digits.npz")[0].summary() in readme


@pytest.mark.parametrize("model", ["softmax", "mlp", "maxout", "lenet"])
def test_every_model_learns_to_read(model, capsys):
    assert main(["train", "--model", model, "--epochs", "3"]) == 0
    assert model_io.load("digits.npz")[1]["test_accuracy"] > 0.8


@pytest.mark.parametrize("name", ["adadelta", "adasecant", "vsgd"])
def test_a_rule_that_finds_its_own_rate_is_asked_for_none_and_shows_none(name, capsys):
    assert main([*QUICK, "--optimizer", name]) == 0
    assert "learning rate" not in capsys.readouterr().out
    assert main([*QUICK, "--optimizer", name, "--learning-rate", "0.1"]) == 2
    assert f"--learning-rate: {name} has none" in capsys.readouterr().err


@pytest.mark.parametrize("options", [
    ["--optimizer", "adadelta"],
    ["--optimizer", "momentum", "--learning-rate", "0.1"],
    ["--l2", "0.001", "--dropout", "0.2", "--batch-size", "50"],
    ["--dtype", "float64"],
])  # fmt: skip
def test_the_options_reach_the_training(options, capsys):
    assert main([*QUICK, *options]) == 0
    assert model_io.load("digits.npz")[0].dtype == ("float64" if "float64" in options else "float32")


def test_the_same_seed_writes_the_same_model(capsys):
    for name in ("a.npz", "b.npz"):
        main([*QUICK, "--seed", "7", "--out", name])
    one, two = (model_io.load(name)[0].parameters() for name in ("a.npz", "b.npz"))
    assert all((one[key] == two[key]).all() for key in one)


def test_export_hands_the_weights_on_under_our_names_or_torch_s(capsys, monkeypatch):
    main(["train", "--model", "lenet", "--epochs", "1"])
    net, _ = model_io.load("digits.npz")
    assert main(["export", "digits.npz", "digits.safetensors"]) == 0
    assert capsys.readouterr().out.endswith(f"\n{net.parameter_count():,} parameters: digits.safetensors\n")
    arrays, notes = safetensors.load("digits.safetensors")
    assert all((arrays[name] == p).all() for name, p in net.parameters().items())
    assert notes["network"].startswith("Network([Centre(")
    assert main(["export", "digits.npz", "there.safetensors", "--torch"]) == 0
    assert {"0.weight", "3.bias", "11.weight"} < {*safetensors.load("there.safetensors")[0]}
    monkeypatch.setitem(sys.modules, "onnx", None)
    capsys.readouterr()
    for arguments, words in {
        ("digits.npz", "digits.pt"): "digits.pt: expected a name that ends with .onnx or .safetensors",
        ("digits.npz", "a.onnx", "--torch"): "--torch: names are for weights in FILE.safetensors; an ONNX file",
        ("digits.npz", "a.onnx"): 'ONNX needs the package onnx: pip install "refnn[onnx]"',
        ("digits.safetensors", "a.onnx"): "digits.safetensors: not a network that refnn saved (no .npz archive",
        ("digits.npz", "nowhere/a.safetensors"): "there is no folder",
    }.items():
        assert main(["export", *arguments]) == 2
        assert words in capsys.readouterr().err
    assert not Path("a.onnx").exists()


SIX = ["train", "--model", "softmax", "--epochs", "6", "--out", "mine.npz"]


def pressed(monkeypatch, epoch, signum=signal.SIGINT):
    """Press Ctrl-C, or send another signal, when an epoch is over."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs tests in the background has it ignored

    def stop(now):
        if now.number == epoch:
            signal.raise_signal(signum)

    monkeypatch.setattr(train, "progress", lambda epochs, done: stop)


def test_ctrl_c_says_how_to_go_on_and_the_run_ends_as_if_it_had_not_been_pressed(capsys, monkeypatch):
    main(SIX)
    whole, curve = Path("mine.npz").read_bytes(), Path("mine-curve.csv").read_bytes()
    Path("mine.npz").unlink()
    usual = train.progress
    pressed(monkeypatch, 3)
    assert main(SIX) == 130
    words = "\nrefnn train: stopped after 2 of 6 epochs; go on with: refnn train --resume mine-checkpoint.npz\n"
    assert capsys.readouterr().err == words
    assert not Path("mine.npz").exists()
    pressed(monkeypatch, 4, signal.SIGTERM)
    assert main(["train", "--resume", "mine-checkpoint.npz"]) == 130
    assert "stopped after 3 of 6 epochs" in capsys.readouterr().err
    monkeypatch.setattr(train, "progress", usual)
    assert main(["train", "--resume", "mine-checkpoint.npz"]) == 0
    out = capsys.readouterr().out
    assert "epoch   4/6" in out and "epoch   3/6" not in out and "model: mine.npz" in out
    assert (Path("mine.npz").read_bytes(), Path("mine-curve.csv").read_bytes()) == (whole, curve)


def test_checkpoints_come_every_so_many_epochs_and_a_run_that_is_over_stays_so(capsys):
    assert main([*SIX, "--checkpoint-every", "4"]) == 0
    whole = Path("mine.npz").read_bytes()
    assert len(model_io.load_checkpoint("mine-checkpoint.npz")[0].history) == 4
    assert main(["train", "--resume", "mine-checkpoint.npz", "--checkpoint-every", "1", "--out", "again.npz"]) == 0
    assert Path("again.npz").read_bytes() == whole
    assert main(["train", "--resume", "again-checkpoint.npz"]) == 0  # after epoch 6
    assert Path("again.npz").read_bytes() == whole


def test_ctrl_c_before_anything_was_learnt_only_stops(capsys, monkeypatch):
    pressed(monkeypatch, 1)
    assert main([*SIX, "--checkpoint-every", "1"]) == 130
    words = "\nrefnn train: stopped in the first epoch, nothing was saved"
    assert capsys.readouterr().err == f"{words}\n"
    assert list(Path().iterdir()) == []
    Path("mine-checkpoint.npz").touch()
    assert main(SIX) == 130
    assert capsys.readouterr().err == f"{words}; mine-checkpoint.npz is of another run\n"


def test_ctrl_c_after_the_last_epoch_says_what_is_left_to_do(capsys, monkeypatch):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with monkeypatch.context() as patched:
        patched.setattr(train, "tested", lambda *run: signal.raise_signal(signal.SIGINT))
        assert main(SIX) == 130
    assert capsys.readouterr().err == ("\nrefnn train: stopped after the last epoch; test and save the model with: "
                                       "refnn train --resume mine-checkpoint.npz\n")
    assert main(["train", "--resume", "mine-checkpoint.npz"]) == 0
    assert "test accuracy" in capsys.readouterr().out


def test_ctrl_c_while_the_commands_are_imported_only_stops(capsys, monkeypatch):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr("refnn.cli.import_module", lambda name: signal.raise_signal(signal.SIGINT))
    assert main(["info"]) == 130
    assert capsys.readouterr().err == "refnn: stopped\n"


def test_a_resumed_run_refuses_what_does_not_belong_to_it(capsys):
    images, labels = data.digits(8)
    idx("a-images-idx3-ubyte", np.rint(images[:99, 0] * 255))
    idx("a-labels-idx1-ubyte", labels[:99])
    main([*SIX, "--checkpoint-every", "2", "--data", "a-images-idx3-ubyte"])
    idx("a-labels-idx1-ubyte", labels[:99][::-1])
    checkpoint, _ = model_io.load_checkpoint("mine-checkpoint.npz")
    model_io.save_checkpoint(checkpoint, "other.npz", remark="of a program")
    for arguments, words in {
        ("mine-checkpoint.npz",): "--resume: the digits are others than those that mine-checkpoint.npz began with",
        ("mine-checkpoint.npz", "--l2", "7"): "--l2: a run goes on with the options it began with; leave it out",
        ("other.npz",): "--resume: other.npz is a checkpoint of another program, not of refnn train",
        ("mine.npz",): "mine.npz: not a checkpoint that refnn saved (it is a network: read it with load)",
        ("nowhere.npz",): "nowhere.npz: there is no such file",
        ("mine-checkpoint.npz", "--checkpoint-every", "0"): "--checkpoint-every: expected at least 1, got 0",
    }.items():
        assert main(["train", "--resume", *arguments]) == 2
        assert capsys.readouterr().err == f"refnn train: {words}\n"


@pytest.mark.parametrize("option", [
    "--model conv", "--model mlp", "--seed 0", "--l2 0", "--optimizer adam", "--dtype float32", "--epochs 2",
    "--lr 0.1", "--dropout 0.5", "--batch-size 32", "--data mine",
])  # fmt: skip
def test_a_resumed_run_takes_no_option_of_a_run_not_even_a_usual_one(option, capsys):
    assert main(["train", "--resume", "run.npz", *option.split()]) == 2
    name = option.split()[0].replace("lr", "learning-rate")
    assert capsys.readouterr().err == (
        f"refnn train: {name}: a run goes on with the options it began with; leave it out\n")


def test_predict_reads_the_digits_the_model_was_tested_on(capsys):
    main([*QUICK])
    accuracy = model_io.load("digits.npz")[1]["test_accuracy"]
    capsys.readouterr()
    assert main(["predict", "digits.npz"]) == 0
    out = capsys.readouterr().out
    assert f"of 359 right: {accuracy:.2%}\n" in out
    assert "@" in out
    model_io.save(model_io.load("digits.npz")[0], "mine.npz")
    assert main(["predict", "mine.npz"]) == 0
    words = f"of 359 right: {accuracy:.2%} (the file does not say which of them it learnt from)\n"
    assert capsys.readouterr().out.endswith(words)


def idx(name, array):
    header = struct.pack(">HBB", 0, 8, array.ndim) + b"".join(struct.pack(">I", side) for side in array.shape)
    with gzip.open(name, "wb") as file:
        file.write(header + array.astype(np.uint8).tobytes())


def test_train_and_predict_take_idx_files(capsys):
    images, labels = data.digits(8)
    idx("train-images-idx3-ubyte.gz", np.rint(images[:300, 0] * 255))
    idx("train-labels-idx1-ubyte.gz", labels[:300])
    assert main([*QUICK, "--data", "train-images-idx3-ubyte.gz"]) == 0
    assert "240 digits of 8x8 to learn from, 60 to be tested on" in capsys.readouterr().out
    assert main(["predict", "digits.npz", "train-images-idx3-ubyte.gz", "--pictures", "0"]) == 0
    out = capsys.readouterr().out
    assert "of 300 right" in out
    assert len(out.split("\n\n")[0].split()) == 300
    assert main(["predict", "digits.npz"]) == 0  # the test part of the same file


def test_info_tells_version_kernels_and_levels(capsys):
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    assert f"refnn       {refnn.__version__}" in out
    assert "kernels" in out
    assert "CPU levels" in out


@pytest.mark.parametrize("beside, remedy", [("pyproject.toml", "pip install -e . does it there"),
                                            ("pip", "an installation from the sources has them")])  # fmt: skip
def test_where_nothing_is_compiled_info_says_how_to_get_it(beside, remedy, tmp_path, monkeypatch):
    (tmp_path / beside).touch()
    monkeypatch.setattr("refnn.cli.info.refnn.__file__", str(tmp_path / "refnn" / "__init__.py"))
    monkeypatch.setattr("refnn.cli.info.kernels.BACKEND", "numpy")
    monkeypatch.setattr("refnn.cli.info.kernels.why_not_compiled", "no module")
    assert remedy in info.kernels_in_words()


@pytest.mark.parametrize("arguments, words", [
    (["train", "--epochs", "0"], "--epochs: expected at least 1, got 0"),
    (["train", "--batch-size", "-1"], "--batch-size: expected at least 1, got -1"),
    (["train", "--dropout", "1"], "--dropout: expected a number in [0, 1), got 1.0"),
    (["train", "--l2", "-1"], "--l2: expected a number not below 0, got -1.0"),
    (["train", "--l2", "nan"], "--l2: expected a finite number, got nan"),
    (["train", "--learning-rate", "0"], "--learning-rate: expected a number above 0, got 0.0"),
    (["train", "--seed", "-1"], "--seed: expected at least 0, got -1"),
    (["train", "--optimizer", "adadelta", "--learning-rate", "1"], "adadelta has none"),
    (["train", "--out", "nowhere/model.npz"], "nowhere/model.npz: there is no folder"),
    (["train", "--out", "."], ".: expected a file, that is a folder"),
    (["train", "--resume", ".."], "..: expected a file, that is a folder"),
    (["train", "--data", "nowhere"], "nowhere"),
    (["predict", "image.png"], "image.png: not a network that refnn saved (no .npz archive"),
    (["train", "--data", "garbage"], "garbage"),
    (["predict", "nowhere.npz"], "nowhere.npz"),
    (["predict", "garbage"], "garbage: not a network that refnn saved"),
])  # fmt: skip
def test_wrong_input_is_one_line_and_status_2(arguments, words, capsys):
    with open("garbage", "w") as file:
        file.write("this is no digit\n")
    with open("image.png", "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1
    assert err.startswith(f"refnn {arguments[0]}: ")


def test_predict_refuses_images_of_another_size(capsys):
    main([*QUICK])
    idx("images.gz", np.zeros((2, 28, 28)))
    capsys.readouterr()
    assert main(["predict", "digits.npz", "images.gz"]) == 2
    assert "images.gz: expected images of shape (1, 16, 16), got (1, 28, 28)" in capsys.readouterr().err


def test_a_diverging_training_is_one_line_and_status_1(capsys):
    assert main(["train", "--model", "mlp", "--optimizer", "sgd", "--learning-rate", "1e30", "--epochs", "2"]) == 1
    err = capsys.readouterr().err
    assert "try a smaller learning rate" in err
    assert err.count("\n") == 1


def test_a_reader_of_the_output_may_leave_early():
    result = subprocess.run([sys.executable, "-m", "refnn", "info"], stdout=closed_pipe(), stderr=subprocess.PIPE,
                            check=False)
    assert (result.returncode, result.stderr) == (0, b"")


def closed_pipe():
    """Return the writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_a_training_whose_reader_left_says_that_it_stopped():
    result = subprocess.run([sys.executable, "-m", "refnn", *QUICK], stdout=closed_pipe(), stderr=subprocess.PIPE,
                            check=False)
    assert result.returncode == 1
    assert result.stderr == b"refnn train: nobody reads the output any more; stopped\n"


def test_kernels_that_do_not_exist_are_one_line_and_status_2():
    result = subprocess.run([sys.executable, "-m", "refnn", "info"], capture_output=True, text=True, check=False,
                            env={**os.environ, "REFNN_BACKEND": "fortran"})
    assert result.returncode == 2
    assert result.stderr == "refnn: REFNN_BACKEND: expected one of definition, numpy, cython, got 'fortran'\n"


@pytest.mark.parametrize("word, hint", [
    ("expermient", "there is no command 'expermient'; did you mean 'experiment'? There are "),
    ("sing", "there is no command 'sing'. There are "),
])  # fmt: skip
def test_a_misspelt_command_gets_a_hint_and_status_2(word, hint, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([word])
    err = capsys.readouterr().err
    assert stopped.value.code == 2 and hint in err
    assert all(command in err.partition("There are")[2] for command in ("train", "experiment", "explain", "errata"))


@pytest.mark.parametrize("arguments, words", [
    (["train", "--batchsize", "3"], "there is no option '--batchsize'; did you mean '--batch-size'?\n"),
    (["train", "--zoom", "3"], "there is no option '--zoom'\n"),
    (["predict", "a", "b", "c"], "there is no place for 'c'\n"),
])  # fmt: skip
def test_an_option_that_its_command_has_not_is_answered_with_those_it_has(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    err = capsys.readouterr().err
    assert stopped.value.code == 2 and err.endswith(f"refnn {arguments[0]}: error: {words}")
    assert err.startswith(f"usage: refnn {arguments[0]} ")


def test_help_names_the_commands_and_a_first_step():
    result = subprocess.run([sys.executable, "-m", "refnn", "--help"], capture_output=True, text=True, check=True,
                            env={**os.environ, "COLUMNS": "100"})
    for word in ("train", "predict", "info", "Start with `refnn train`"):
        assert word in result.stdout
