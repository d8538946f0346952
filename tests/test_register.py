"""The register against code and laws, which must say the same; and `refnn explain`, which shows all three."""

import re
from importlib.util import find_spec
from itertools import accumulate

import pytest

from refnn import register
from refnn.cli import explain, main
from refnn.register import DEMANDS, ROOT, code_lines, item, items, laws

DECKS = ["S0", "S1", "S2", "S3", "S4"]
STATUS = {"correct", "OCR", "wrong", "imprecise", "reconstructed", "history", "added"}


def lines():
    """Return the items that have a line in their module."""
    return {name for name, entry in items().items() if any(p.module == entry.module for p in code_lines(name))}


def checked():
    """Return the items that have a law."""
    return {name for name in items() if laws(name)}


def pages():
    """Return the items that stand on a page."""
    texts = [path.read_text("utf-8") for path in (ROOT.parent / "docs").rglob("*.md")]
    return {name for text in texts for name in register._ID.findall(text)}


ENDS = {"line": lines, "law": checked}


@pytest.mark.parametrize("end", ENDS)
def test_every_item_stands_where_its_kind_demands(end):
    found = ENDS[end]()
    assert [name for name, entry in items().items() if end in DEMANDS[entry.kind] and name not in found] == []


def test_every_item_that_is_cited_is_in_the_register():
    assert (register._code().keys() | register._laws().keys() | pages()) - items().keys() == set()


def test_every_entry_has_a_title_a_kind_decks_a_status_and_a_module_that_exists():
    for entry in items().values():
        assert entry.title and entry.kind in DEMANDS
        assert set(entry.decks) <= set(DECKS) and entry.decks
        assert set(re.findall(r"\bS\d\b", entry.slide)) == (set(entry.decks) if entry.slide else set())
        assert entry.status in ({"wrong", "imprecise", "typographic"} if entry.is_erratum else STATUS)
        assert entry.slide or entry.status == "added"
        assert find_spec(f"refnn.{entry.module}")


def test_formulas_have_tex_and_errata_both_sides():
    for entry in items().values():
        assert bool(entry.says) == bool(entry.right) == entry.is_erratum
        assert not (entry.is_erratum and entry.tex)
        assert entry.tex or entry.is_erratum or entry.kind in {"data", "note"}


def test_errata_are_numbered_and_they_and_their_items_name_each_other():
    errata = {name: entry for name, entry in items().items() if entry.is_erratum}
    assert list(errata) == [f"E-{number:02}" for number in range(1, len(errata) + 1)]
    from_items = {(name, erratum) for name, entry in items().items() for erratum in entry.errata}
    assert from_items == {(name, erratum) for erratum, entry in errata.items() for name in entry.items}
    assert {erratum for _, erratum in from_items} == errata.keys()


def test_the_law_of_an_erratum_is_a_law_of_its_module():
    for name, entry in items().items():
        if entry.is_erratum and laws(name):
            assert entry.module.rpartition(".")[2] in {law.module for law in laws(name)}, name


def test_tex_is_well_formed():
    for name, entry in items().items():
        words = (entry.says, entry.right, entry.slide)
        assert all(text.count("$") % 2 == 0 for text in words), name
        for tex in (entry.tex, *re.findall(r"\$(.*?)\$", " ".join(words))):
            assert "$" not in tex and r"\tag" not in tex, name
            assert re.findall(r"\\begin\{(\w+)", tex) == re.findall(r"\\end\{(\w+)", tex), name
            assert len(re.findall(r"\\left\b", tex)) == len(re.findall(r"\\right\b", tex)), name
            depths = list(accumulate((1 if b == "{" else -1) for b in re.findall(r"(?<!\\)[{}]", tex)))
            assert min(depths, default=0) >= 0 == (depths or [0])[-1], name


def test_a_citation_is_a_tag_a_parenthesis_or_a_comment_and_no_list():
    text = "\n".join([
        r'r"""$$x \tag{MAX-01}$$',
        "as MAX-02 says (MAX-03, and over",
        "the end of a line, MAX-04). f(x, 3) MAX-05",
        "(L-1), (MAX-01 MAX-02 MAX-03 MAX-04)",
        '"""',
        "y = 1  # MAX-05",
    ])  # fmt: skip
    found = list(register._citations(text))
    assert found == [("MAX-01", 1, True), ("MAX-03", 2, False), ("MAX-04", 3, False), ("MAX-05", 6, False)]


def test_a_place_knows_its_function_and_a_law_its_level_and_source():
    place = code_lines("MAX-04")[0]
    assert (place.module, place.function, place.tagged) == ("maxout", "maxout_backward", True)
    assert place.docstring.startswith("Send the upstream gradient")
    (law,) = laws("MAX-05")
    assert (law.path, law.module, law.level) == ("refnn/properties/test_maxout.py", "maxout", "law")
    assert law.source.startswith('@law("MAX-05", level="law")\n@given(') and "def test_a_maxout_layer" in law.source


def test_an_unknown_item_is_refused_with_a_suggestion():
    with pytest.raises(ValueError, match=r"expected an ID of the register, got 'PERC-8'; did you mean 'PERC-08'\?$"):
        item("PERC-8")
    for look in (item, code_lines, laws):
        with pytest.raises(ValueError, match=r"got 'what is this'$"):
            look("what is this")


def explained(capsys, *name):
    assert main(["explain", *name]) == 0
    return capsys.readouterr().out


def test_without_a_name_all_items_are_listed_one_a_line(capsys):
    listed = explained(capsys).splitlines()
    assert [line.split()[0] for line in listed] == list(items())
    assert max(map(len, listed)) <= 100


@pytest.mark.parametrize("module, first", [("perceptron", "PERC-01"), ("history", "HIST-01"),
                                           ("experiments.history", "HIST-01")])  # fmt: skip
def test_a_module_lists_its_items_and_errata(module, first, capsys):
    listed = [line.split()[0] for line in explained(capsys, module).splitlines()]
    assert listed[0] == first and listed[-1].startswith("E-")
    assert {items()[name].module for name in listed} == {items()[first].module}


def test_an_item_is_explained_from_the_slide_to_the_law(capsys):
    out = explained(capsys, "perc-08")
    assert out.startswith("PERC-08  Novikoff's mistake bound\n\n    k \\le \\Bigl\\lfloor")
    for part in ('Slides: S1 "Perceptron: Mistake Bound Theorem"', "mistake_bound, refnn/perceptron.py:",
                 "The order of the samples and the number of passes do not matter", ">>> mistake_bound(",
                 "Law test_any_sequence_of_the_samples_keeps_to_the_bound, refnn/properties/test_perceptron.py:",
                 "    assert mistakes * gamma**2 <= u2 * R2"):  # fmt: skip
        assert part in out


def test_figures_are_recomputed_and_what_is_wrong_on_the_slide_is_said(capsys):
    out = explained(capsys, "LOSS-06")
    assert "Worked figures, recomputed" in out and "9.12; right: 2.758655" in out
    assert "E-25, Cross-entropies of image 1" in out and "    proof  " in out


def test_an_erratum_has_two_sides_a_proof_and_a_law(capsys):
    out = explained(capsys, "E-25")
    for part in ("    says   losses 0.14 and 6.94", "    right  0.0791 and 6.1565", "    proof  ",
                 "Corrects LOSS-06", "Law test_the_slide_took_its_losses_from_the_first_image"):  # fmt: skip
        assert part in out


def test_what_is_on_no_slide_says_so(capsys):
    assert "On no slide; added to what S1 and S3 say." in explained(capsys, "LOG-05")


def test_everything_can_be_explained():
    for name, entry in items().items():
        paragraphs = explain.explained(entry)
        assert paragraphs[0] == f"{name}  {entry.title}" and len(paragraphs) > 1


def test_a_wrong_name_is_one_line_with_a_suggestion(capsys):
    assert main(["explain", "perceptrn"]) == 2
    err = capsys.readouterr().err
    assert err == ("refnn explain: expected an ID of the register or a module, got 'perceptrn'; "
                   "did you mean 'perceptron'?\n")  # fmt: skip
