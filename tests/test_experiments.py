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
    assert module.words(experiments.load(name)).strip()
    assert module.IDS and all(isinstance(item, str) for item in module.IDS)


def test_the_hash_of_the_source_does_not_mind_the_picture(tmp_path, monkeypatch):
    before = experiments.source_hash("sigmoid_sum")
    source = (FOLDER / "sigmoid_sum.py").read_text()
    monkeypatch.setattr(experiments, "__file__", str(tmp_path / "__init__.py"))
    redrawn = source.replace("what is left", "the rest").replace("how far apart", "what")
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
    assert all(name in listed for name in experiments.EXPERIMENTS)
    assert main(["experiment", "sigmoid_sum"]) == 0
    assert "softplus" in capsys.readouterr().out
    assert main(["experiment", "sigmoid_sum", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == [1, 2, 4, 60]


def test_an_unknown_experiment_is_refused_with_a_suggestion(capsys):
    assert main(["experiment", "sigmoidsum"]) == 2
    assert "did you mean 'sigmoid_sum'?" in capsys.readouterr().err
