"""The process that measures: it does what it is told, one line of JSON for each line of JSON.

With one thread, one worker pins itself to one CPU and imports all libraries, so that they are measured turn by turn in
one process. With more, each library has a worker of its own: pools of threads of two libraries in one process would
spin against each other.
"""

import json
import os
import sys
import traceback
from dataclasses import asdict
from typing import Any, TextIO

__all__ = ["main"]


def main(answers: TextIO) -> None:
    """Answer every request that comes in until there are no more."""
    bench: _Bench | None = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if bench is None:
                if request["cpus"]:
                    os.sched_setaffinity(0, request["cpus"])
                bench = _Bench(request["libraries"], request["threads"])
                reply: Any = bench.missing
            else:
                reply = getattr(bench, request.pop("ask"))(**request)
            print(json.dumps({"reply": reply}), file=answers, flush=True)
        except Exception as wrong:
            traceback.print_exc()
            print(json.dumps({"wrong": _line(wrong)}), file=answers, flush=True)


class _Bench:
    """The libraries of this process, and the contenders of the row at hand."""

    def __init__(self, libraries: list[str], threads: int) -> None:
        from refnn.bench import peers

        self.threads, self.libraries, self.missing = threads, [], {}
        for library in libraries:
            try:
                peers.prepare(library, threads)
                self.libraries.append(library)
            except Exception as wrong:  # a broken installation is no reason not to measure the others
                self.missing[library] = _line(wrong)

    def limits(self) -> dict[str, Any]:
        """Measure what the machine can do."""
        from refnn.bench.limits import measure

        return asdict(measure(self.threads))

    def ladder(self) -> list[dict[str, Any]]:
        """Climb the ladder."""
        from refnn.bench.ladder import climb

        return [asdict(rung) for rung in climb()]

    def open(self, key: str, group: str, dtype: str) -> list[dict[str, Any]]:
        """Set up a row's contenders; say of each how far its answer is from the reference, or why it failed."""
        from refnn.bench import peers
        from refnn.bench.catalogue import rows
        from refnn.bench.comparison import difference
        from refnn.bench.problems import draw
        from refnn.bench.timing import repeats

        (row,) = (row for row in rows([group], [dtype]) if row.key == key)
        reference = next(peers.contenders("numpy", row.work, draw(row))).answer()
        self.calls: list[tuple[Any, int]] = []
        told: list[dict[str, Any]] = []
        for library in self.libraries:
            contenders = peers.contenders(library, row.work, draw(row))
            while True:
                facts: dict[str, Any] = {"name": library, "library": library, "difference": None}
                try:
                    contender = next(contenders)
                    facts["name"] = contender.name
                    gap, count = difference(contender.answer(), reference, row), repeats(contender.call)
                except StopIteration:
                    break
                except Exception as wrong:
                    facts["failure"] = _line(wrong)
                else:
                    facts["difference"] = gap
                    self.calls.append((contender.call, count))
                told.append(facts)
        return told

    def round(self, turn: int) -> list[float]:
        """Return one sample of each contender that did not fail; every round begins with another one."""
        from refnn.bench.timing import sample

        seconds = [0.0] * len(self.calls)
        for i in range(len(self.calls)):
            place = (i + turn) % len(self.calls)
            seconds[place] = sample(*self.calls[place])
        return seconds


def _line(wrong: BaseException) -> str:
    """Return an error in one line."""
    words = " ".join(str(wrong).split())
    return f"{type(wrong).__name__}: {words[:200]}"


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w") as pipe:
        os.dup2(2, 1)  # what a library prints must not be taken for an answer
        main(pipe)
