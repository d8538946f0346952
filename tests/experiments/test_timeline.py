"""What `timeline` shows."""

from refnn.experiments import load
from refnn.experiments.history import EVENTS
from refnn.properties import law


@law("HIST-01", level="definition")
def test_every_event_stands_on_the_timeline_with_its_years_and_its_errata():
    data = load("timeline")
    shown = zip(data.begin.tolist(), data.end.tolist(), data.what, data.corrected, strict=True)
    assert list(shown) == [(event.begin, event.end, event.what, ", ".join(event.errata)) for event in EVENTS]


@law("HIST-01", level="definition")
def test_between_the_perceptron_and_the_award_for_deep_nets_lie_two_winters():
    data = load("timeline")
    winters = [k for k, what in enumerate(data.what) if "winter" in what]
    first, award = (next(k for k, what in enumerate(data.what) if what.startswith(name))
                    for name in ("the perceptron", "Turing Award"))  # fmt: skip
    assert len(winters) == 2 and first < min(winters) < max(winters) < award
