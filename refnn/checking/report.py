"""What is printed of a check: the progress bars of a subject, its failure cards, the matrix of many; JSON and JUnit."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import indent, wrap
from typing import Any
from xml.etree import ElementTree

from refnn import __version__, register
from refnn.checking.questions import Question
from refnn.checking.running import OUTCOMES, Outcome, Report
from refnn.properties import LEVELS
from refnn.register.plain import plain

__all__ = ["LEVEL_NAMES", "WIDTH", "as_data", "as_junit", "card", "levels", "matrix", "rest", "sentence", "summary"]

WIDTH = 98
LEVEL_NAMES = {
    "shape": "shape and dtype",
    "definition": "definition",
    "law": "laws",
    "gradient": "gradient",
    "extreme": "extreme values",
    "theorem": "theorems and statistics",
}
_SHORT = ("shape", "definition", "laws", "gradient", "extreme", "theorems")
_SIGNS = {"holds": "#", "FAILS": "!", "not written yet": ".", "declared deviation": "d"}
_BAR = 40


def levels(report: Report) -> list[str]:
    """Return the progress bars of a subject, one for each concept and level."""
    lines = []
    for concept in dict.fromkeys(outcome.concept for outcome in report.laws):
        mine = [outcome for outcome in report.laws if outcome.concept == concept]
        if len({outcome.concept for outcome in report.laws}) > 1:
            lines += [concept]
        for level in LEVELS:
            here = [outcome for outcome in mine if outcome.level == level]
            if here:
                lines.append(f"  {LEVEL_NAMES[level]:25}{_bar(here)}  {_counts(here)}")
    return lines


def _bar(outcomes: list[Outcome]) -> str:
    """Return a bar with one sign for each law, or for a share of many, of which the worst is shown."""
    order = ["FAILS", "not written yet", "declared deviation", "holds"]
    worst = sorted((outcome.outcome for outcome in outcomes), key=order.index, reverse=True)
    if len(worst) > _BAR:
        worst = [max(worst[len(worst) * i // _BAR : len(worst) * (i + 1) // _BAR], key=lambda o: -order.index(o))
                 for i in range(_BAR)]  # fmt: skip
    return f"[{''.join(_SIGNS[outcome] for outcome in worst)}]"


def _counts(outcomes: Iterable[Outcome]) -> str:
    """Return "3 hold, 1 FAILS"; what there is none of is not mentioned."""
    counts = Counter(outcome.outcome for outcome in outcomes)
    return ", ".join(_counted(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]) or "no law"


def _counted(outcome: str, number: int) -> str:
    plural = {"holds": "hold", "FAILS": "FAIL", "declared deviation": "declared deviations"}
    return f"{number} {plural.get(outcome, outcome) if number != 1 else outcome}"


def summary(report: Report) -> str:
    """Return one line that says how a subject did."""
    if report.error:
        return f"cannot be loaded: {report.error}{f' ({report.line})' if report.line else ''}"
    return f"{len(report.laws)} {'law' if len(report.laws) == 1 else 'laws'}: {_counts(report.laws)}"


def rest(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the failures that have no card, those for the same reason together."""
    lines, groups = [], dict[str, list[Outcome]]()
    for outcome in outcomes:
        groups.setdefault(outcome.reason, []).append(outcome)
    for reason, group in groups.items():
        lines.append(f"  {reason if len(reason) < WIDTH else f'{reason[:WIDTH - 5]} ...'}")
        lines += [f"      {LEVEL_NAMES[o.level]}: {o.test}" for o in group[:4]]
        lines += [f"      and {len(group) - 4} more"] if len(group) > 4 else []
    return lines


def sentence(test: str) -> str:
    """Return the law as its test's name says it.

    Example:
        >>> sentence("test_nan_is_not_hidden[softmax]")
        'Nan is not hidden. Here: softmax'
    """
    name, _, case = test.partition("[")
    words = name.removeprefix("test_").replace("_s_", "'s ").replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}.{f' Here: {case[:-1]}' if case else ''}"


def card(outcome: Outcome) -> list[str]:
    """Return the failure card of a law, in lines."""
    shown = outcome.card
    lines = [f"{outcome.outcome}  {outcome.concept}, {LEVEL_NAMES[outcome.level]}: {outcome.test}", ""]
    lines += _row("the law", sentence(outcome.test))
    for name in outcome.formulas[:2]:
        item = register.items().get(name)
        if item is not None:
            lines += _row("formula" if not item.is_erratum else "erratum", f"{name}  {item.title}")
            if item.tex:
                lines += _row("", _formula(item.tex))
    if not shown.get("yours"):
        lines += _row("what", outcome.reason)
    about = " ".join(part for part in (shown.get("function", ""), shown.get("place", "")) if part)
    if shown.get("yours"):
        lines += _row("yours", f"{shown['yours']}{f'   ({about})' if about else ''}")
    if shown.get("expected"):
        lines += _row("expected", shown["expected"])
    if shown.get("line"):
        lines += _row("where", shown["line"])
    if shown.get("diagnosis"):
        lines += _row("diagnosis", shown["diagnosis"])
    if shown.get("note"):
        lines += _row("note", shown["note"])
    if shown.get("snippet"):
        lines += ["", "  see it yourself, in Python:", "", indent(shown["snippet"], "    ")]
    if shown.get("source"):
        lines += ["", "  the law as it is written:", "", indent(shown["source"], "    ")]
    return lines


def _row(label: str, text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=f"  {label:11}", subsequent_indent=" " * 13, break_long_words=False,
                break_on_hyphens=False)  # fmt: skip


def _formula(tex: str) -> str:
    """Return TeX as the keyboard can write it."""
    tex = re.sub(r"\\(?:bigl|bigr|Bigl|Bigr|left|right|operatorname|mathbf|displaystyle|text)\b\*?", "", tex)
    tex = re.sub(r"\\q?quad", "  ", tex).replace(r"\tfrac23", "2/3")
    try:
        return plain(f"${tex}$")
    except (IndexError, KeyError):
        return tex


def matrix(reports: Sequence[Report], questions: Sequence[Question]) -> list[str]:
    """Return the table concept by subject; of one concept, the table subject by level."""
    concepts = list(dict.fromkeys(question.module for question in questions))
    if len(concepts) == 1:
        rows = [["", *_SHORT, "in all"]]
        for report in reports:
            cells = [[o for o in report.laws if o.level == level] for level in LEVELS]
            rows.append([report.subject, *(_cell(report, cell) for cell in cells), _cell(report, report.laws)])
        rows = _without_empty_columns(rows)
    else:
        rows = [["", *(report.subject for report in reports)]]
        for concept in concepts:
            mine = [[o for o in report.laws if o.concept == concept] for report in reports]
            rows.append([concept, *(_cell(report, cell) for report, cell in zip(reports, mine, strict=True))])
        rows.append(["in all", *(_cell(report, report.laws) for report in reports)])
        if sum(max(map(len, column)) + 2 for column in zip(*rows, strict=True)) > WIDTH:
            rows = [list(row) for row in zip(*rows, strict=True)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [*lines, "", "laws that hold / laws;  F fail, n not written yet, d declared deviations, - not claimed"]


def _cell(report: Report, outcomes: list[Outcome]) -> str:
    if report.error:
        return "not loaded"
    if not outcomes:
        return "-"
    counts = Counter(outcome.outcome for outcome in outcomes)
    marks = {"F": "FAILS", "n": "not written yet", "d": "declared deviation"}
    return " ".join([f"{counts['holds']}/{len(outcomes)}", *(f"{counts[o]}{m}" for m, o in marks.items() if counts[o])])


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    columns = [column for column in zip(*rows, strict=True) if set(column[1:]) != {"-"}]
    return [list(row) for row in zip(*columns, strict=True)]


def as_data(reports: Sequence[Report], questions: Sequence[Question], seed: int | None, deep: bool) -> dict[str, Any]:
    """Return everything for JSON: the same for the same files, on any machine."""
    return {
        "refnn": __version__,
        "checked": [question.title for question in questions],
        "seed": seed,
        "deep": deep,
        "subjects": [
            {
                "subject": report.subject,
                "passes": report.passes,
                **({"error": report.error, "line": report.line} if report.error else {}),
                "counts": {o: sum(law.outcome == o for law in report.laws) for o in OUTCOMES},
                "laws": [
                    {
                        "law": law.law,
                        "level": law.level,
                        "formulas": law.formulas,
                        "outcome": law.outcome,
                        **({"reason": law.reason} if law.reason else {}),
                        **({"card": law.card} if law.card else {}),
                    }
                    for law in report.laws
                ],
                "not_claimed": [law.law for law in report.outcomes if law.outcome == "not claimed"],
            }
            for report in reports
        ],
    }


def as_junit(reports: Sequence[Report]) -> str:
    """Return JUnit's XML, one suite for each subject; what is not written yet is a failure of that type, no skip."""
    root = ElementTree.Element("testsuites", name="refnn check")
    for report in reports:
        wrong = [law for law in report.laws if law.outcome in ("FAILS", "not written yet")]
        suite = ElementTree.SubElement(
            root, "testsuite", name=report.subject, tests=str(len(report.laws) + bool(report.error)),
            failures=str(len(wrong)), errors=str(int(bool(report.error))), skipped="0",
        )  # fmt: skip
        if report.error:
            case = ElementTree.SubElement(suite, "testcase", classname=Path(report.subject).stem, name="import")
            ElementTree.SubElement(case, "error", message=_legal(report.error)).text = _legal(report.line)
        for law in report.laws:
            names = {"classname": f"{law.concept}.{law.level}", "name": _legal(law.test)}
            case = ElementTree.SubElement(suite, "testcase", names)
            if law in wrong:
                kind = "failure" if law.outcome == "FAILS" else "not written yet"
                failure = ElementTree.SubElement(case, "failure", type=kind, message=_legal(law.reason))
                failure.text = _legal("\n".join(card(law))) if law.outcome == "FAILS" else _legal(law.reason)
            elif law.outcome == "declared deviation":
                ElementTree.SubElement(case, "system-out").text = _legal(f"declared deviation: {law.reason}")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _legal(text: str) -> str:
    """Leave out the characters that XML does not allow."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)
