"""The register against code and laws, which must say the same; and `refnn explain`, which shows all three."""

import re
from importlib import import_module
from importlib.util import find_spec
from itertools import accumulate

import pytest

from refnn import register
from refnn.cli import explain, layout, main
from refnn.experiments.history import CORRECTIONS, EVENTS, FIGURES, REFERENCES
from refnn.register import DEMANDS, ROOT, code_lines, item, items, laws
from refnn.register.search import find

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


def on_pages():
    """Return the items that a chapter of the book explains, as often as it does."""
    marks = re.compile(r"^ *<!-- (?:formula|erratum) ([^>]*) -->$", re.MULTILINE)
    pages = (path.read_text("utf-8") for path in (ROOT.parent / "docs").rglob("*.md"))
    return [name for text in pages for names in marks.findall(text) for name in names.split()]


ENDS = {"line": lines, "law": checked, "page": on_pages}
MISSING = {
    "line": r"is cited by no line of its module: \tag{ID} in the formula of a docstring, or # (ID) behind the line",
    "law": 'has no law: @law("ID", level=...) above a test in refnn/properties',
    "page": "is on no page: a line <!-- formula ID --> (<!-- erratum ID -->) in a chapter of docs/chapters",
}


@pytest.mark.parametrize("end", ENDS)
def test_every_item_stands_where_its_kind_demands(end):
    found = ENDS[end]()
    missing = [name for name, entry in items().items() if end in DEMANDS[entry.kind] and name not in found]
    assert missing == [], f"each of these {MISSING[end]}"


def test_no_item_is_explained_twice():
    found = on_pages()
    assert len(found) == len(set(found))


def test_every_item_that_is_cited_is_in_the_register():
    unknown = (register._code().keys() | register._laws().keys() | pages()) - items().keys()
    assert unknown == set(), "an entry in refnn/register/formulas.toml is missing; its head says what the keys mean"


def test_every_entry_has_a_title_a_kind_decks_a_status_and_a_module_that_exists():
    for entry in items().values():
        assert entry.title and entry.kind in DEMANDS
        assert set(entry.decks) <= set(DECKS) and entry.decks, f"{entry.name}: decks: whose subject it is, slide or not"
        assert set(re.findall(r"\bS\d\b", entry.slide)) == (set(entry.decks) if entry.slide else set())
        assert entry.status in ({"wrong", "imprecise", "typographic"} if entry.is_erratum else STATUS)
        assert entry.slide or entry.status == "added", f"{entry.name}: what no slide has is of status \"added\""
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


def test_every_family_stands_together_and_counts_from_one():
    families = {}
    for name in items():
        families.setdefault(name.partition("-")[0], []).append(name)
    assert list(items()) == [name for names in families.values() for name in names]
    for family, names in families.items():
        assert names == [f"{family}-{number:02}" for number in range(1, len(names) + 1)]


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


def test_the_marks_of_the_laws_are_read_as_pytest_sees_them():
    for path in sorted((ROOT / "properties").glob("test_*.py")):
        for name, test in vars(import_module(f"refnn.properties.{path.stem}")).items():
            if name.startswith("test_"):
                rows = [row for mark in test.pytestmark if mark.name == "parametrize" for row in mark.args[1]]
                marks = [*test.pytestmark, *(mark for row in rows for mark in getattr(row, "marks", ()))]
                seen = {(i, mark.kwargs["level"]) for mark in marks if mark.name == "law" for i in mark.args}
                read = {(i, law.level) for i in items() for law in laws(i) if (law.module, law.function)
                        == (path.stem.removeprefix("test_"), name)}  # fmt: skip
                assert seen == read and seen, f"{path.name}: {name}"


def test_an_unknown_item_is_refused_with_a_suggestion():
    with pytest.raises(ValueError, match=r"expected an ID of the register, got 'PERC-8'; did you mean 'PERC-08'\?$"):
        item("PERC-8")
    for look in (item, code_lines, laws):
        with pytest.raises(ValueError, match=r"got 'what is this'$"):
            look("what is this")


def explained(capsys, *name):
    assert main(["explain", *name]) == 0
    return capsys.readouterr().out


def listed(out):
    """Return the IDs of a list, which ends at an empty line."""
    return [line.split()[0] for line in out.partition("\n\n")[0].splitlines()]


def test_without_a_name_all_items_are_listed_one_a_line_and_the_words_explained(capsys):
    out = explained(capsys)
    assert listed(out) == list(items())
    assert max(map(len, out.splitlines())) <= 100
    assert explain.KINDS.keys() == DEMANDS.keys() and explain.STATUS.keys() == STATUS | {"typographic"}
    for word, meaning in (explain.KINDS | explain.STATUS).items():
        assert re.search(rf"^    {word} +{re.escape(meaning)}$", out.partition("\n\n")[2], re.MULTILINE)


def test_the_help_explains_kinds_and_status(capsys):
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    out = capsys.readouterr().out
    assert all(meaning in out for meaning in (explain.KINDS | explain.STATUS).values())


@pytest.mark.parametrize("module, first", [("perceptron", "PERC-01"), ("history", "HIST-01"),
                                           ("experiments.history", "HIST-01")])  # fmt: skip
def test_a_module_lists_its_items_and_errata_and_says_what_their_kinds_mean(module, first, capsys):
    out = explained(capsys, module)
    names = listed(out)
    assert names[0] == first and names[-1].startswith("E-")
    assert {items()[name].module for name in names} == {items()[first].module}
    assert {line.split()[0] for line in out.split(":\n")[1].splitlines()} == {items()[name].kind for name in names}


@pytest.mark.parametrize("text, found", [
    ("perc8", "PERC-08"), ("PERC-8", "PERC-08"), ("perc 008", "PERC-08"), ("e25", "E-25"),
    ("VSGD", "OPT-06"), ("optimizers.VSGD", "OPT-06"), ("refnn.optimizers.VSGD", "OPT-06"), ("vsgd.rule", "OPT-06"),
    ("mistake_bound", "PERC-08 PERC-09"), ("mistake bound", "PERC-08"), ("NOVIKOFF", "PERC-08 PERC-09"),
    ("xor", "PERC-10 PERC-11 CIR-01"), ("hinge loss", "LOSS-07"), ("convol", "CNN-01 CNN-02 CNN-03 CNN-15"),
    ("GC", "GC-01 GC-02 GC-03"), ("bv", "BV-01 BV-02"),
])  # fmt: skip
def test_items_are_found_by_id_family_function_class_and_words_of_the_title(text, found):
    assert [entry.name for entry in find(text)] == found.split()


def test_a_function_finds_what_it_cites_and_what_has_its_name_in_the_title():
    names = {entry.name for entry in find("softmax")}
    assert {"LOG-06", "LOG-07", "LOSS-08", "E-39"} <= names  # the last is cited by the function alone
    assert {"ACT-07", "ACT-08", "ACT-11", "MAX-02"} <= {entry.name for entry in find("relu")}


def test_a_family_is_not_the_module_of_the_same_name():
    assert {entry.name.partition("-")[0] for entry in find("LOG")} == {"LOG"}
    assert {entry.module for entry in find("conv")} == {"conv"}


def test_one_match_is_shown_and_several_are_listed_in_the_order_of_the_names(capsys):
    out = explained(capsys, "VSGD", "GC", "e25")
    one, rest = out.split("\n\n\n", 1)
    assert one.startswith("OPT-06  vSGD")
    assert listed(rest) == ["GC-01", "GC-02", "GC-03"]
    assert rest.split("\n\n\n")[1].startswith("E-25  Cross-entropies")


def test_an_item_is_explained_from_the_slide_to_the_law(capsys):
    out = explained(capsys, "perc-08")
    assert out.startswith("PERC-08  Novikoff's mistake bound\n\n"
                          "    k <= floor((|u|^2 R^2)/gamma^2),   R = max_i |x_i|,   gamma = ")  # fmt: skip
    for part in ('Slides: S1 "Perceptron: Mistake Bound Theorem"', "mistake_bound, refnn/perceptron.py:",
                 "The order of the samples and the number of passes do not matter", ">>> mistake_bound(",
                 "    extreme     the bound does not round in single precision\n"
                 "                refnn/properties/test_perceptron.py:"):  # fmt: skip
        assert part in out
    assert "subject" not in out and len(out.splitlines()) < 80


def test_the_code_of_the_laws_and_what_its_helpers_are_is_printed_on_demand(capsys):
    out = " ".join(explained(capsys, "PERC-08", "--laws").split())
    assert " any sequence of the samples keeps to the bound " in out and "assert mistakes * gamma**2 <= u2 * R2 " in out
    assert "In the code: `subject`: the implementation under test; " in out and "`FLOATS`: float32 or float64;" in out
    from refnn.properties import support

    assert explain.HELPERS.keys() - vars(support).keys() == {"subject", "given"}


def test_tex_is_printed_on_demand(capsys):
    lines = explained(capsys, "gd2", "--tex").splitlines()
    assert lines[2].startswith("    theta_t = (I - eta A)^t theta_0,   0 < eta") and lines[3].startswith("        TeX")
    assert "\\" in lines[3] and "\\" not in explained(capsys, "gd2")


def test_figures_are_recomputed_and_what_is_wrong_on_the_slide_is_said(capsys):
    out = explained(capsys, "LOSS-06")
    assert "Worked figures, recomputed" in out and "    mean: 2.758655; slide: 9.12, wrong (E-25)\n" in out
    assert "    image 1: 2.040355; slide: 2.04\n" in out
    assert "E-25, Cross-entropies of image 1" in out and "    proof  " in out
    assert explained(capsys, "GD-02").count("0.3486784401") == 1


def test_an_erratum_has_two_sides_a_proof_and_a_law(capsys):
    out = explained(capsys, "E-25")
    for part in ("    says   losses 0.14 and 6.94", "    right  0.0791 and 6.1565", "    proof  ",
                 "Corrects LOSS-06", "the slide took its losses from the first image"):  # fmt: skip
        assert part in out


@pytest.mark.parametrize("name, words", [
    ("LOSS-06", "On the slide: wrong, see E-25; the formula above is right."),
    ("LOG-05", "Not on a slide; added to make what S1 and S3 say checkable, see E-17."),
    ("OPT-04", "On the slide: only hinted at; added to make it checkable."),
    ("PERC-01", "On the slide: right as it stands."),
    ("BP-09", "On the slide: right, but for E-15."),
    ("UNI-01", "On the slide: wrong, see E-18 and E-20; the formula above is right."),
    ("MLP-01", "On the slide: a picture that is lost; reconstructed"),
])  # fmt: skip
def test_what_the_slide_is_worth_is_said_in_a_sentence(name, words, capsys):
    assert words in explained(capsys, name)


@pytest.mark.parametrize("name, texts", [
    ("HIST-01", [event.what for event in EVENTS]),
    ("HIST-02", [figure.name for figure in FIGURES]),
    ("HIST-03", [f"{work.authors}: {work.title}" for work in REFERENCES]),
    ("E-42", [row.right for row in CORRECTIONS if row.erratum == "E-42"]),
    ("HIST-04", ["something that the slides say", "On the same slides", "DROP-03 ", "DIAG-02 "]),
])  # fmt: skip
def test_history_prints_its_data(name, texts, capsys):
    out = " ".join(explained(capsys, name).split()) + " "
    assert [text for text in texts if " ".join(text.split()) not in out] == []


def test_a_range_of_history_is_spelt_out(capsys):
    out = explained(capsys, "HIST-02")
    assert "10^10 to 10^12 neurons (S1)" in out and "1,200,000 images" in out and "0.7 to 0.8 %" in out


def test_paragraphs_and_arguments_are_filled_at_the_depth_of_the_docstring(capsys):
    out = explained(capsys, "VAN-01")
    assert "\n        squared are measured too: vanishing is not yet vanished.\n" in out
    arguments = "Args:\n    x: " + 30 * "one " + "\n        more\n    *rest: two\n\nReturns:\n    " + 30 * "three "
    lines = layout.docstring(arguments).splitlines()
    assert [len(line) - len(line.lstrip()) for line in lines if line] == [4, 8, 12, 8, 4, 8, 8]


def test_lines_end_at_blanks_and_cited_lines_have_paths_below_the_package(capsys):
    out = explained(capsys, "CNN-04")
    assert "CNN Feed-forward: looking" in out and "Feed-\n" not in out
    assert "Cited in\n    refnn/conv.py:" in out and str(ROOT.parent) not in out


def test_everything_can_be_explained_in_keyboard_text_on_100_columns():
    for name, entry in items().items():
        paragraphs = explain.explained(entry)
        assert paragraphs[0] == f"{name}  {entry.title}" and len(paragraphs) > 1
        for line in "\n".join(part for part in paragraphs if ">>>" not in part).splitlines():
            assert len(line) <= 100 and "\\" not in line and "$" not in line, line


@pytest.mark.parametrize("wrong, words", [
    ("perceptrn", "got 'perceptrn'; did you mean 'perceptron'?\n"),
    ("sofmax", "got 'sofmax'; did you mean 'softmax'?\n"),
    ("PERC-99", "refnn explain: expected PERC-01 to PERC-12, got 'PERC-99'\n"),
    ("bay2", "refnn explain: expected BAY-01, got 'bay2'\n"),
    ("zzzz", "expected an ID such as PERC-08, a module, a function or a word of a title, got 'zzzz'\n"),
    ("???", "got '???'\n"),
])  # fmt: skip
def test_a_wrong_name_is_one_line_and_a_suggestion_only_where_one_is_near(wrong, words, capsys):
    assert main(["explain", wrong]) == 2
    err = capsys.readouterr().err
    assert err.startswith("refnn explain: ") and err.endswith(words) and err.count("\n") == 1


def test_laws_that_are_not_installed_are_said_to_be_elsewhere(monkeypatch):
    monkeypatch.setattr(register, "laws", lambda name: [])
    assert explain.explained(item("BV-01"))[-1].startswith("Its laws stand in the tests of the repository")
    assert "Its laws" not in "".join(explain.explained(item("HIST-01")) + explain.explained(item("HIST-04")))


def test_what_is_far_is_not_suggested():
    assert register.did_you_mean("layers", ["bayes"]) == "" and register.did_you_mean("E-99", ["E-01"]) == ""
