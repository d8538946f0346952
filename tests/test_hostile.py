"""A short round of the fuzz, and a proof that it sees what it looks for; the long one is `python -m tests.fuzz`."""

import os
import signal
import time
import warnings

import numpy as np
import pytest

from tests import fuzz
from tests.hostile_calls import CALLS, DRAWN, TRUSTED, Call, public_names

X = np.arange(6.0).reshape(2, 3)


def test_every_public_function_class_and_method_has_a_call_or_a_reason():
    assert public_names() <= set(CALLS)
    assert not set(TRUSTED) & set(CALLS)


def test_the_calls_are_valid():
    refused = {name for name in fuzz.NAMES if fuzz.made(name, fuzz.copied(CALLS[name].arguments)).error is not None}
    assert refused == {
        "network.Network.layers", "network.Network.set_parameters.all", "network.Network.step", "data.read_dataset",
        "data.read_digits", "data.read_idx", "data.read_zip_code", "model_io.load_checkpoint",
        "interop.safetensors.load",
    }  # fmt: skip


def test_a_call_has_a_number_that_makes_it_again():
    for number in range(300):
        one, two = (fuzz.spoilt(5, number) for _ in range(2))
        assert one.what.split(" at 0x")[0] == two.what.split(" at 0x")[0]
        assert [mark[:4] for mark in fuzz.marks(one.arguments)] == [mark[:4] for mark in fuzz.marks(two.arguments)]


def test_two_thousand_spoilt_calls_crash_nothing_and_answer_rightly():
    report = fuzz.run(seed=20, seconds=120, stop=2000)
    assert report.calls == 2000
    assert report.lines() == []


def refusing(x):
    if not isinstance(x, np.ndarray) or x.dtype not in (np.float32, np.float64) or np.ma.is_masked(x):
        raise TypeError("x: no")


def changes(x):
    x = np.asarray(x)
    if x.flags.writeable and x.dtype.kind == "f":
        x[...] = 7
    return 1.0


def kills(x):
    if isinstance(x, list):
        os.kill(os.getpid(), signal.SIGSEGV)
    return 1.0


def hangs(x):
    if not isinstance(x, np.ndarray):
        time.sleep(60)
    return 1.0


def warns(x):
    warnings.warn("no good", DeprecationWarning, stacklevel=1)
    return 1.0


def divides(x):
    return np.float64(0.0) / np.float64(0.0) if np.asarray(x).dtype.kind == "f" else 1.0


@pytest.mark.parametrize("function, kind", [
    (changes, "argument changed"),
    (kills, "crash"),
    (hangs, "hang"),
    (warns, "wrong exception"),
    (lambda x: np.asarray(x)[:1], "shares memory"),
    (lambda x: np.asanyarray(x) + 1, "a subclass came out"),
    (lambda x: 1.0, "not refused"),
    (lambda x: np.asarray(x, float) + np.ones((2, 3)), "not in own words"),
    (lambda x: float(getattr(x, "strides", (24,))[0] == 24), "differs"),
    (lambda x: np.float64(np.nan), "NaN out of finite numbers"),
    (lambda x: [][1], "wrong exception"),
])  # fmt: skip
def test_the_fuzz_sees_a_function_that(function, kind, monkeypatch):
    monkeypatch.setattr(fuzz, "NAMES", ["planted"])
    monkeypatch.setitem(fuzz.CALLS, "planted", Call(function, (X,)))
    monkeypatch.setattr(fuzz, "PATIENCE", 1.0)
    report = fuzz.run(seed=1, seconds=60, stop=120 if kind != "hang" else 12)
    assert kind in {line[:26].strip() for line in report.lines()}


def test_the_drawn_calls_are_valid():
    assert set(DRAWN) <= set(CALLS)
    rng = np.random.default_rng(0)
    for draw in (*DRAWN.items(),) * 20:
        assert fuzz.made(draw[0], draw[1](rng)).error is None


def test_the_fuzz_sees_a_kernel_that_disagrees_with_its_definition(monkeypatch):
    from refnn.kernels import vectorized

    monkeypatch.setattr(vectorized, "matmul", lambda a, b, bias, relu, out: out.fill(3))
    monkeypatch.setattr(fuzz, "NAMES", ["linear.affine"])
    report = fuzz.run(seed=1, seconds=60, stop=60)
    assert {line[:26].strip() for line in report.lines()} == {"numpy differs"}
