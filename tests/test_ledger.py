"""The convention ledger: what is stored belongs to the laws and to the adapter of today, and the page says it."""

import ast
import importlib.util
import json
from pathlib import Path

import pytest

import refnn.properties
from refnn.interop import ledger
from refnn.properties.adapter import of_law


def suite():
    """The laws by concept::test."""
    for path in Path(refnn.properties.__file__).parent.glob("test_*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.stem.removeprefix('test_')}::{node.name}"


def declared():
    """The deviations of the adapter, read where PyTorch is not installed too."""
    path = Path(ledger.__file__).parent / "torch_adapter" / "deviations.py"
    spec = importlib.util.spec_from_file_location("torch_deviations", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.DEVIATIONS


def report(*outcomes, error=""):
    """What `refnn check --json` writes of laws with these outcomes."""
    laws = [{"law": f"conv::test_{i}", "outcome": outcome, "reason": "it is so (https://x.org)"}
            for i, outcome in enumerate(outcomes)]
    return {"subjects": [{"subject": "torch", "error": error, "laws": laws, "not_claimed": ["mlp::test_a", "mlp::b"]}]}


def test_every_point_of_the_ledger_names_a_law_and_no_law_twice():
    named = [point.law for point in ledger.POINTS]
    assert set(named) <= set(suite())
    assert len(set(named)) == len(named)


def test_the_stored_outcomes_are_of_laws_that_there_are():
    stored = ledger.stored()
    assert {law.partition("[")[0] for law in [*stored["holds"], *stored["deviates"]]} <= set(suite())
    assert not set(stored["holds"]) & set(stored["deviates"])


def test_what_the_adapter_declares_and_what_is_stored_are_the_same_deviations():
    deviations, met = declared(), []
    for law, (reason, link) in ledger.stored()["deviates"].items():
        test = law.partition("::")[2]
        deviation = of_law(deviations, test.partition("[")[0], test)
        assert deviation, f"{law} is declared no longer"
        assert (deviation.reason, deviation.link) == (reason, link)
        met.append(deviation.law)
    assert {deviation.law for deviation in deviations} == set(met)  # none of a law that is not, or that never met it


def test_a_deviation_has_a_link_to_the_library_and_a_reason_in_few_words():
    for deviation in declared():
        assert deviation.link.startswith("https://pytorch.org/docs/stable/")
        assert 3 <= len(deviation.reason.split()) <= 25


def test_the_stored_outcomes_are_of_the_version_that_the_constraints_name():
    constraints = Path(ledger.__file__).with_name("torch-constraints.txt").read_text("utf-8").split()
    assert f"torch=={ledger.stored()['library']}" in constraints


def test_the_page_says_of_each_point_whether_the_library_agrees():
    first, second, third, *_ = ledger.POINTS
    deviates = {f"{second.law}[2]": ["it is so", "https://x.org/y"]}
    outcomes = {"library": "0", "date": "", "holds": [first.law], "deviates": deviates,
                "not covered": {third.law.partition("::")[0]: 7}}  # fmt: skip
    rows = {line.split(" | ")[0].removeprefix("| "): line.split(" | ")[2] for line in ledger.page(outcomes)
            if line.count(" | ") == 3}
    assert rows[first.question] == "the same"
    assert rows[second.question] == "differs: it is so"
    assert rows[third.question] == "not covered"


def test_the_page_counts_what_is_stored_and_every_deviation_stands_on_it():
    stored = ledger.stored()
    page = "\n".join(ledger.page(stored))
    assert f"{len(stored['holds']) + len(stored['deviates'])} cases" in page
    assert f"**{len(stored['holds'])} hold**" in page
    for reason, link in stored["deviates"].values():
        assert f"| {reason} |" in page
        assert f"({link})" in page


def test_conventions_are_read_from_docstrings_of_modules_and_functions():
    said = dict(ledger.conventions())
    assert said["maxout.maxout_backward"].startswith("of equal lines the first wins")
    assert "samples are rows" in said["losses"]


def test_a_digest_keeps_what_holds_and_why_the_rest_does_not():
    kept = ledger.digest(report("holds", "declared deviation"), "2.0")
    assert kept == {"library": "2.0", "holds": ["conv::test_0"],
                    "deviates": {"conv::test_1": ["it is so", "https://x.org"]}, "not covered": {"mlp": 2}}


@pytest.mark.parametrize("wrong, words", [
    (report("holds", "FAILS"), "1 laws neither hold nor are declared to deviate, such as conv::test_1"),
    (report("not written yet"), "neither hold"),
    (report(), "nothing was checked: no law"),
    (report("holds", error="ImportError: torch"), "nothing was checked: ImportError: torch"),
    ({"subjects": report("holds")["subjects"] * 2}, "got 2 subjects"),
])  # fmt: skip
def test_no_digest_is_made_of_a_report_in_which_a_law_fails(wrong, words):
    with pytest.raises(ValueError, match=words):
        ledger.digest(wrong, "2.0")


def test_stored_outcomes_that_are_no_longer_true_are_noticed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ledger, "STORED", tmp_path / "stored.json")
    monkeypatch.setattr(ledger, "version", lambda package: "2.0+cpu")
    (tmp_path / "before.json").write_text(json.dumps(report("holds", "holds")))
    (tmp_path / "after.json").write_text(json.dumps(report("holds", "declared deviation", "holds")))
    ledger.main([str(tmp_path / "before.json")])
    ledger.main(["--check", str(tmp_path / "before.json")])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        ledger.main(["--check", str(tmp_path / "after.json")])
    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines()[1:] == [
        "  conv::test_1: stored is holds, found deviates: it is so https://x.org",
        "  conv::test_2: stored is nothing, found holds",
    ]
