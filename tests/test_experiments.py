"""The machinery of the experiments: data, storage, JSON. What they show stands in `tests/experiments`."""

import json
from dataclasses import asdict, is_dataclass
from pathlib import Path

import numpy as np
import pytest

from refnn import experiments
from refnn.cli import main

FOLDER = Path(experiments.__file__).parent


@pytest.fixture(params=experiments.EXPERIMENTS)
def name(request):
    return request.param


def test_every_stored_result_comes_from_the_source_as_it_is_now():
    for file in sorted((FOLDER / "stored").glob("*.json")):
        found = json.loads(file.read_text())["source"]
        assert found == experiments.source_hash(file.stem), f"{file.stem}: run `refnn experiment {file.stem} --store`"


def test_data_are_frozen_and_read_back_from_json_as_they_were(name):
    data = experiments.load(name)
    assert is_dataclass(data) and type(data).__dataclass_params__.frozen
    again = type(data)(**experiments._from_json(json.loads(experiments.as_json(data))))
    assert experiments.as_json(again) == experiments.as_json(data)
    for field, value in asdict(data).items():
        assert type(asdict(again)[field]) is type(value), field


def test_an_experiment_says_in_words_what_came_out_and_which_items_it_shows(name):
    module = experiments.experiment(name)
    words = module.words(experiments.load(name))
    assert words.strip() and max(map(len, words.splitlines())) <= 100
    assert module.IDS and all(isinstance(item, str) for item in module.IDS)


def test_the_hash_of_the_source_does_not_mind_the_picture(tmp_path, monkeypatch):
    before = experiments.source_hash("sigmoid_sum")
    source = (FOLDER / "sigmoid_sum.py").read_text()
    monkeypatch.setattr(experiments, "__file__", str(tmp_path / "__init__.py"))
    redrawn = source.replace('title=f"error of the sum', 'title=f"the rest').replace("Say how far", "Say what")
    assert redrawn.count("the rest") == redrawn.count("Say what") == 1
    (tmp_path / "sigmoid_sum.py").write_text(redrawn)
    assert experiments.source_hash("sigmoid_sum") == before
    (tmp_path / "sigmoid_sum.py").write_text(source.replace("range(1, 61)", "range(1, 60)"))
    assert experiments.source_hash("sigmoid_sum") != before


def test_stored_data_are_what_load_returns(tmp_path, monkeypatch):
    monkeypatch.setattr(experiments, "stored_file", lambda name: tmp_path / f"{name}.json")
    experiments.store("sigmoid_sum")
    stored, fresh = experiments.load("sigmoid_sum"), experiments.experiment("sigmoid_sum").run()
    assert np.array_equal(stored.sums, fresh.sums) and stored.gap_to_relu == fresh.gap_to_relu


def test_the_command_lists_runs_and_prints(capsys):
    assert main(["experiment"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed and ", ".join(experiments.experiment(name).IDS) in listed
               for name in experiments.EXPERIMENTS)
    assert max(map(len, listed.splitlines())) <= 100
    assert main(["experiment", "sigmoid_sum"]) == 0
    title, blank, *words = capsys.readouterr().out.splitlines()
    assert title == experiments.experiment("sigmoid_sum").__doc__.splitlines()[0]
    assert blank == "" and "softplus" in words[0]
    assert main(["experiment", "sigmoid_sum", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == [1, 2, 4, 60]


def test_for_all_the_command_names_each_as_it_is_computed(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(experiments, "EXPERIMENTS", ("sigmoid_sum", "adagrad_table"))
    assert main(["experiment", "all"]) == 0
    said = capsys.readouterr().out
    assert said.index("sigmoid_sum ") < said.index("from softplus") < said.index("adagrad_table ")
    assert "root" in said and not list(tmp_path.iterdir())


@pytest.mark.parametrize(("arguments", "words"), [
    ("sigmoidsum", "experiment: no experiment is called 'sigmoidsum'; did you mean 'sigmoid_sum'? There are ada"),
    ("zzz", "no experiment is called 'zzz'. There are adagrad_table, "),
    ("--plot x.png", "--plot: of which experiment? "),
    ("--json", "--json: of which experiment? "),
    ("xor --dark", "--dark: goes with --plot"),
    ("xor --dpi 90", "--dpi: goes with --plot"),
    ("xor --plot=", "--plot: expected a file that ends in .svg or .png, got ''"),
    ("xor --plot x.jpg", "--plot: expected a file that ends in .svg or .png, got 'x.jpg'"),
    ("xor --plot x", "--plot: expected a file that ends in .svg or .png, got 'x'"),
    ("xor --plot nofolder/x.png", "--plot: there is no folder 'nofolder'"),
    ("xor --plot folder.png", "--plot: expected a file, but 'folder.png' is a folder"),
    ("xor --plot x.svg --dpi 90", "--dpi: is for .png"),
    ("xor --plot x.png --dpi 0", "--dpi: expected at least 20, got 0"),
    ("xor --plot x.png --dpi 1201", "--dpi: expected at most 1200, got 1201"),
    ("all --plot x.png", "--plot: for all, --plot is a folder, got 'x.png'"),
    ("all --plot=", "--plot: for all, --plot is a folder, got ''"),
    ("all --plot file", "--plot: for all, --plot is a folder, got 'file'"),
    ("all --json", "--json: shows one experiment"),
    ("all --plot folder.png --dark", "--dark: is not needed"),
])  # fmt: skip
def test_what_does_not_go_together_is_refused_before_anything_is_computed(arguments, words, capsys, monkeypatch,
                                                                          tmp_path):
    monkeypatch.setattr(experiments, "load", lambda name: pytest.fail("computed"))
    monkeypatch.chdir(tmp_path)
    Path("folder.png").mkdir()
    Path("file").touch()
    assert main(["experiment", *arguments.split(" ")]) == 2
    out, err = capsys.readouterr()
    assert words in err and err.startswith("refnn experiment: ") and err.count("experiment: ") == 1 and out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.png"]
