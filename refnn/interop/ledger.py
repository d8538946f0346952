"""The convention ledger: on which points libraries disagree, what refnn does, and what its laws say of PyTorch.

The page is written at build, from the docstrings and from the outcomes that are stored here. To store them anew:

    refnn check --on torch --json torch.json
    python -m refnn.interop.ledger torch.json

With `--check`, the stored outcomes are compared with the report's instead.
"""

import argparse
import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import refnn

__all__ = ["POINTS", "STORED", "Point", "conventions", "differences", "digest", "page", "stored"]

ROOT = Path(refnn.__file__).parent
STORED = Path(__file__).parent / "stored" / "torch.json"
LIBRARY = "PyTorch"


@dataclass(frozen=True)
class Point:
    """A point on which libraries disagree, what refnn does, and the law that says so, as concept::test.

    Where it matters how the adapter asks the library, `by` says it.
    """

    question: str
    here: str
    law: str
    by: str = ""


POINTS = (
    Point("Weights of a layer", "(out, in); samples are rows",
          "linear::test_every_score_is_a_weighted_sum_plus_a_bias"),
    Point("Dtype of a result", "float32 stays, float64 wins",
          "conv::test_float32_stays_and_float64_wins_wherever_it_comes_from",
          "since the adapter converts to the wider one first; `linear` and `conv2d` refuse tensors of two dtypes"),
    Point("What a convolution layer computes", "correlation: the kernel is not flipped",
          "conv::test_the_kernel_is_not_flipped"),
    Point("Padding of a convolution", "zeros, as many on opposite sides",
          "conv::test_a_map_is_the_bias_and_the_sum_over_channels_and_taps"),
    Point("Padding of a maximum", "never wins: minus infinity", "pooling::test_padding_never_wins"),
    Point("Divisor of average pooling", "the full window: the zeros of the padding count",
          "pooling::test_the_zeros_of_the_padding_count"),
    Point("Ties in max-pooling", "the first maximum takes the whole gradient",
          "pooling::test_of_equal_pixels_the_first_takes_the_whole_gradient"),
    Point("NaN in a window", "is its maximum", "pooling::test_nan_in_a_window_is_not_hidden_by_the_maximum"),
    Point("Ties in maxout", "the first line takes the whole gradient",
          "maxout::test_of_equal_lines_the_first_takes_the_whole_gradient",
          "by `max(dim)`; `amax` would share it among them"),
    Point("The step at 0", "1", "activations::test_the_step_fires_at_zero_and_has_no_slope_anywhere"),
    Point("Slope of relu at 0", "0, unless it is told another",
          "activations::test_at_the_kink_relu_counts_as_flat_unless_told_otherwise"),
    Point("Slope of leaky relu at 0", "that of the negative side",
          "activations::test_leaky_relu_passes_on_the_slope_at_its_kink_too"),
    Point("Sign of a score of 0", "0, which is neither class",
          "linear::test_the_class_is_the_sign_of_the_score_and_zero_is_undecided"),
    Point("A sample on the perceptron's boundary", "is a mistake",
          "perceptron::test_a_prediction_is_wrong_exactly_where_the_update_would_speak_of_a_mistake"),
    Point("The mean of a loss", "divides by the samples; the outputs of one are added up",
          "losses::test_the_sum_adds_the_samples_own_losses_and_the_mean_divides_by_their_number"),
    Point("Squared error", "has no half", "losses::test_squared_error_sums_the_squared_differences_of_a_sample"),
    Point("Slope of absolute error at 0", "0",
          "losses::test_where_prediction_and_target_agree_absolute_error_pulls_in_neither_direction"),
    Point("Hinge of several classes", "the sum over the rivals, not their mean",
          "losses::test_the_hinge_sums_what_the_rivals_come_too_near"),
    Point("A rival exactly at the margin", "does not pull",
          "losses::test_a_rival_exactly_at_the_margin_does_not_pull"),
    Point("Epsilon of Adagrad", "outside the root",
          "optimizers::test_adagrad_divides_by_the_root_of_the_sum_of_squares"),
    Point("Epsilon of RMSprop", "outside the root",
          "optimizers::test_rmsprop_divides_by_the_root_of_the_decaying_mean_of_squares"),
    Point("Epsilon of Adam", "outside the root, behind the correction",
          "optimizers::test_adam_divides_the_corrected_mean_by_the_root_of_the_corrected_mean_square"),
    Point("Epsilon of Adadelta", "inside both roots",
          "optimizers::test_adadelta_measures_its_steps_by_its_recent_steps"),
    Point("Learning rate of Adadelta", "none", "optimizers::test_adadelta_has_no_learning_rate"),
    Point("Defaults of the optimizers", "those of the papers",
          "optimizers::test_the_defaults_are_the_usual_ones"),
    Point("0/0 in a step", "0: nothing moves",
          "optimizers::test_from_the_start_a_zero_gradient_moves_nothing_even_without_epsilon"),
    Point("Momentum", "v = mu v + g; the learning rate stands outside of v",
          "optimizers::test_momentum_goes_along_the_decaying_sum_of_gradients"),
    Point("Rate of dropout", "the probability to drop", "dropout::test_of_many_units_the_keep_rate_stays"),
    Point("Dropout in training", "inverted: what stays is divided by the keep rate",
          "dropout::test_inverted_dropout_divides_what_it_keeps_by_the_keep_rate_and_is_the_default"),
    Point("A unit that was NaN and is dropped", "gives 0: it is gone",
          "dropout::test_a_dropped_unit_is_gone_even_if_it_was_nan_or_infinite_and_a_kept_one_is_not"),
    Point("Standard deviation", "divides by n, not by n - 1",
          "preprocess::test_a_large_mean_does_not_swallow_a_small_spread"),
    Point("An input without spread", "is divided by 1",
          "preprocess::test_standardizing_divides_what_centring_leaves_and_by_one_where_the_spread_is_zero"),
    Point("Spread of Xavier and He weights", "from fan in and fan out, for kernels times their taps",
          "init::test_a_normal_scheme_is_normal_with_the_spread_of_its_formula"),
)  # fmt: skip


def conventions() -> Iterator[tuple[str, str]]:
    """Yield what the docstrings of the book say behind "Convention:", by module and function.

    Example:
        >>> dict(conventions())["linear.affine"]
        '`W` is (out, in), as in $Wx + b$ for a single column $x$; samples are rows.'
    """
    for path in sorted(ROOT.glob("[a-z]*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        places: list[Any] = [tree, *(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef))]
        for place in places:
            for said in re.findall(r"^Conventions?: (.*?)(?:\n\n|\Z)", ast.get_docstring(place) or "", re.M | re.S):
                name = path.stem if place is tree else f"{path.stem}.{place.name}"
                yield name, " ".join(said.split())


def stored() -> dict[str, Any]:
    """Return the stored outcomes."""
    return dict(json.loads(STORED.read_text("utf-8")))


def digest(report: Mapping[str, Any], library: str) -> dict[str, Any]:
    """Return what is kept of a report of `refnn check --json`: the laws that hold, and those declared to deviate.

    Raises:
        ValueError: if it is not of one library, a law fails, or nothing was claimed.
    """
    if len(report["subjects"]) != 1:
        raise ValueError(f"expected the report of one library, got {len(report['subjects'])} subjects")
    (subject,) = report["subjects"]
    laws = subject.get("laws", [])
    if subject.get("error") or not laws:
        raise ValueError(f"{subject['subject']}: nothing was checked: {subject.get('error') or 'no law'}")
    undeclared = [law["law"] for law in laws if law["outcome"] not in ("holds", "declared deviation")]
    if undeclared:
        raise ValueError(f"{subject['subject']}: {len(undeclared)} laws neither hold nor are declared to deviate, such "
                         f"as {undeclared[0]}")
    declared = [law for law in laws if law["outcome"] == "declared deviation"]
    return {
        "library": library,
        "holds": sorted(law["law"] for law in laws if law["outcome"] == "holds"),
        "deviates": {
            law["law"]: [*law["reason"].removesuffix(")").rpartition(" (")[::2]]
            for law in sorted(declared, key=lambda law: str(law["law"]))
        },
        "not covered": dict(sorted(Counter(law.partition("::")[0] for law in subject["not_claimed"]).items())),
    }


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say in which laws two digests differ."""
    before, now = (
        dict.fromkeys(kept["holds"], "holds")
        | {law: f"deviates: {' '.join(why)}" for law, why in kept["deviates"].items()}
        | {f"{concept}, not covered": f"{laws} laws" for concept, laws in kept["not covered"].items()}
        | {"library": kept["library"]}
        for kept in (old, new)
    )
    return [f"{law}: stored is {before.get(law, 'nothing')}, found {now.get(law, 'nothing')}"
            for law in sorted(before.keys() | now.keys()) if before.get(law) != now.get(law)]


def page(outcomes: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the page, in Markdown."""
    holds, deviates, uncovered = outcomes["holds"], outcomes["deviates"], outcomes["not covered"]
    yield from (
        "## Where libraries disagree",
        "",
        f"| | refnn | {LIBRARY} | the law |",
        "|---|---|---|---|",
        *(f"| {p.question} | {p.here} | {_found(p, holds, deviates)} | {_linked(p.law)} |" for p in POINTS),
        "",
        f"## {LIBRARY} under the laws",
        "",
        f"`refnn check --on torch` ran the laws on torch {outcomes['library']} on {outcomes['date']}. Cases "
        "are counted: a law that is asked of several functions or settings is one case for each. "
        f"{len(holds) + len(deviates)} cases ask only for what the adapter has: **{len(holds)} hold**, "
        f"{len(deviates)} are declared deviations, none fails. The other {sum(uncovered.values())} ask for something "
        f"that {LIBRARY} does not have under one name.",
        "",
        "| concept | cases covered | hold | deviate | not covered |",
        "|---|---:|---:|---:|---:|",
        *_matrix(holds, deviates, uncovered),
        "",
        f"Not covered at all: {', '.join(sorted(uncovered.keys() - _concepts([*holds, *deviates])))}.",
        "",
        "## The declared deviations",
        "",
        "Each is data in the adapter: the law, the reason, a link and, where the law draws its arguments, a stored",
        "counterexample. The law is run on it and must fail there, so a difference that is gone is noticed.",
        "",
        f"| | {LIBRARY} differs | in its | so does not hold |",
        "|---|---|---|---|",
        *_deviations(deviates),
        "",
        "## What the docstrings say",
        "",
        *(f"- [`{name}`][refnn.{name}]: {said}" for name, said in conventions()),
    )


def _linked(law: str) -> str:
    """Return a law as the sentence that it is, with a link to its source."""
    concept, _, test = law.partition("::")
    return f"[{test.removeprefix('test_').replace('_', ' ')}][{concept}.{test}]"


def _found(point: Point, holds: Sequence[str], deviates: Mapping[str, Sequence[str]]) -> str:
    """Say what came of the law of a point there, all of its cases together."""
    law = point.law
    differ = dict.fromkeys(reason for name, (reason, _) in deviates.items() if name.partition("[")[0] == law)
    if differ:
        return "differs: " + "; ".join(differ)
    if any(name.partition("[")[0] == law for name in holds):
        return f"the same, {point.by}" if point.by else "the same"
    return "not covered"


def _concepts(laws: Iterable[str]) -> Counter[str]:
    return Counter(law.partition("::")[0] for law in laws)


def _matrix(
    holds: Sequence[str], deviates: Mapping[str, Sequence[str]], uncovered: Mapping[str, int]
) -> Iterator[str]:
    good, other = _concepts(holds), _concepts(deviates)
    for concept in sorted(good | other):
        covered = good[concept] + other[concept]
        yield f"| {concept} | {covered} | {good[concept]} | {other[concept]} | {uncovered.get(concept, 0)} |"


def _deviations(deviates: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield a row for each reason, with the pages that it is explained on, and the laws with the number of cases."""
    rows: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for law, (reason, link) in deviates.items():
        rows.setdefault((law.partition("::")[0], reason), []).append((law.partition("[")[0], link))
    for (concept, reason), differ in rows.items():
        links = dict.fromkeys(link for _, link in differ)
        pages = (f"[{link.rpartition('/')[2].removesuffix('.html')}]({link})" for link in links)
        laws = Counter(law for law, _ in differ)
        told = (f"{_linked(law)}{f' ({cases} cases)' if cases > 1 else ''}" for law, cases in laws.items())
        yield f"| {concept} | {reason} | {', '.join(pages)} | {'<br>'.join(told)} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Store the outcomes of a report, or compare them with those that are stored."""
    parser = argparse.ArgumentParser(prog="python -m refnn.interop.ledger", description="Store what the laws found.")
    parser.add_argument("report", metavar="REPORT", help="what `refnn check --on torch --json REPORT` has written")
    parser.add_argument("--check", action="store_true", help="store nothing; fail where the stored outcomes are others")
    options = parser.parse_args(arguments)
    try:
        found = digest(json.loads(Path(options.report).read_text("utf-8")), version("torch").partition("+")[0])
        if not options.check:
            STORED.write_text(json.dumps({"date": f"{date.today()}", **found}, indent=1) + "\n", "utf-8")
            print(f"{STORED}: {len(found['holds'])} laws hold, {len(found['deviates'])} deviate")
        elif changed := differences(stored(), found):
            first = "".join(f"\n  {change}" for change in changed[:10])
            raise ValueError(f"{len(changed)} stored outcomes are not true; run it without --check: {first}")
        else:
            print("the stored outcomes are those of the report")
    except (OSError, ValueError, KeyError, ImportError) as wrong:
        parser.exit(1, f"{parser.prog}: {wrong}\n")


if __name__ == "__main__":
    main()
