"""Asking workers: which there are, what each is told, and the rounds in which they take turns."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from time import perf_counter
from typing import Any

from refnn.bench.row import Limits, Measured, Row, Timing

__all__ = ["Session", "environment", "pinned"]


def environment(threads: int) -> dict[str, str]:
    """Return what a worker must find in its environment before any library is imported."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    told = dict.fromkeys(names, str(threads)) | {"JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"}
    if threads > 1:
        told["OMP_PROC_BIND"] = "true"  # else the threads of one pool may meet on one CPU, and wait for each other
    else:
        told["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return os.environ | told


def pinned(threads: int) -> list[int]:
    """Return the CPUs for so many threads: the last ones, where the system lets us choose; else none."""
    return sorted(os.sched_getaffinity(0))[-threads:] if hasattr(os, "sched_getaffinity") else []


class Session:
    """Workers with so many threads, started when they are first needed."""

    def __init__(self, libraries: Iterable[str], threads: int) -> None:
        libraries = list(libraries)
        self.threads = threads
        self.cpus = pinned(threads)
        self.missing: dict[str, str] = {}
        self._workers: list[_Worker] = []
        for group in [libraries] if threads == 1 else [[library] for library in libraries]:
            worker = _Worker(group, threads, self.cpus)
            self.missing |= worker.missing
            self._workers.append(worker)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exception: object) -> None:
        for worker in self._workers:
            worker.stop()

    def limits(self) -> Limits:
        """Return what the machine can do at best."""
        return Limits(**self._workers[0].ask("limits"))

    def ladder(self) -> Any:
        """Return the rungs of the ladder."""
        return self._workers[0].ask("ladder")

    def measure(self, row: Row, rounds: tuple[int, int], seconds: float) -> Measured:
        """Measure a row: at least the first number of rounds, at most the second, and no new one after `seconds`."""
        timings: list[Timing] = []
        running: list[tuple[_Worker, list[Timing]]] = []
        for worker in self._workers:
            own = [Timing(**facts) for facts in worker.open(row)]
            timings += own
            running.append((worker, [timing for timing in own if not timing.failure]))
        start = perf_counter()
        for turn in range(rounds[1]):
            if turn >= rounds[0] and perf_counter() - start > seconds:
                break
            for worker, own in running:
                for timing, time in zip(own, worker.round(turn) if own else [], strict=True):
                    timing.seconds.append(time)
        return Measured(row, self.threads, timings)


class _Worker:
    """A process that measures."""

    def __init__(self, libraries: list[str], threads: int, cpus: list[int]) -> None:
        self.libraries = libraries
        self._process = subprocess.Popen(
            [sys.executable, "-m", "refnn.bench.worker"], env=environment(threads), text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.missing: dict[str, str] = self._say({"libraries": libraries, "threads": threads, "cpus": cpus})

    def ask(self, what: str, **more: Any) -> Any:
        """Return the answer to a request."""
        return self._say({"ask": what, **more})

    def open(self, row: Row) -> list[dict[str, Any]]:
        """Set a row up."""
        facts: list[dict[str, Any]] = self.ask("open", key=row.key, group=row.group, dtype=row.dtype)
        return facts

    def round(self, turn: int) -> list[float]:
        """Return a sample of each contender."""
        seconds: list[float] = self.ask("round", turn=turn)
        return seconds

    def stop(self) -> None:
        """Let the process end."""
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                end.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _say(self, request: dict[str, Any]) -> Any:
        """Send one line, return the answer."""
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("a worker is asked through pipes")
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            names = ", ".join(self.libraries)
            raise ChildProcessError(f"the process that measures {names} ended with status {self._process.wait()}")
        said = json.loads(answer)
        if "wrong" in said:
            raise ChildProcessError(f"the process that measures {', '.join(self.libraries)}: {said['wrong']}")
        return said["reply"]
