"""What takes longer than a test may: memory over thousands of steps, and every call from many threads at once.

It is run by `pytest tests/endurance.py`, about a minute.
"""

import gc
import os
import sys
import threading
import tracemalloc

import numpy as np
import pytest

from refnn import Conv2D, Dense, Dropout, Flatten, MaxPool2D, Network, fit, fit_batch, kernels, losses, optimizers
from tests import fuzz
from tests.hostile_calls import CALLS, ONE_FILE

THREADS, ROUNDS = 8, 5
# threads of their own, or one file for all, or memory that is measured: Python does that for one thread at a time
STATEFUL = {"kernels.set_threads", "model_io.save", "model_io.load", "model_io.save_checkpoint", *ONE_FILE}


def at_once(work):
    """Run work(i) in many threads that start together; return what each returned, or raise what one raised."""
    barrier, found = threading.Barrier(THREADS), [None] * THREADS

    def run(i):
        barrier.wait()
        try:
            found[i] = work(i)
        except Exception as error:
            found[i] = error

    workers = [threading.Thread(target=run, args=(i,)) for i in range(THREADS)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        sys.setswitchinterval(before)
    for one in found:
        if isinstance(one, Exception):
            raise one
    return found


@pytest.mark.parametrize("name", sorted(set(CALLS) - STATEFUL))
def test_a_call_from_eight_threads_gives_what_one_gives(name):
    call = CALLS[name]

    def outcome():
        arguments = fuzz.copied(call.arguments) if call.changes else call.arguments  # shared where nothing is changed
        made = fuzz.plainly_made(name, arguments)
        return made.result, repr(made.error)

    alone = outcome()
    for round_ in at_once(lambda _: [outcome() for _ in range(ROUNDS)]):
        for result, error in round_:
            assert error == alone[1]
            assert fuzz.same(result, alone[0])


def large(seed):
    """Return arrays on which a kernel works long enough for threads to meet in it."""
    rng = np.random.default_rng(seed)
    x, W = rng.standard_normal((16, 6, 14, 14)), rng.standard_normal((16, 6, 5, 5))
    return x.astype(np.float32), W.astype(np.float32)


@pytest.mark.parametrize("shared", [1, 2])
def test_kernels_in_eight_threads_give_what_one_gives(shared):
    def work(seed):
        x, W = large(seed)
        z = kernels.conv2d(x, W, None, (1, 1), (2, 2))
        pooled, _ = kernels.max_pool2d(z, (2, 2), (2, 2), (0, 0))
        return (z, kernels.conv2d_to_kernel(z, x, (5, 5), (1, 1), (2, 2)), pooled,
                kernels.matmul(x.reshape(16, -1), x.reshape(16, -1).T))

    alone = [work(seed) for seed in range(THREADS)]
    kernels.set_threads(shared)
    try:
        for _ in range(ROUNDS):
            for together, single in zip(at_once(work), alone, strict=True):
                assert all((a == b).all() for a, b in zip(together, single, strict=True))
    finally:
        kernels.set_threads(1)


def reader(dtype="float32"):
    return Network([Conv2D(6, 5, padding=2, activation="relu"), MaxPool2D(2), Conv2D(16, 5, activation="relu"),
                    MaxPool2D(2), Flatten(), Dropout(0.25), Dense(120, "relu"), Dense(10)], (1, 20, 20), 0, dtype)


def test_one_network_predicts_in_eight_threads_and_eight_networks_learn_in_them():
    rng = np.random.default_rng(0)
    X, y = rng.random((96, 1, 20, 20)), rng.integers(0, 10, 96)

    def learn(seed):
        net = reader()
        fit(net, X, y, epochs=1, seed=seed)
        return [*net.parameters().values()]

    net = reader()
    alone = net.predict(X)
    assert all((found == alone).all() for found in at_once(lambda _: net.predict(X)))
    for together, single in zip(at_once(learn), [learn(seed) for seed in range(THREADS)], strict=True):
        assert all((a == b).all() for a, b in zip(together, single, strict=True))


def resident():
    """Return the memory that this process holds, in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_ten_thousand_steps_of_training_take_no_more_memory_than_a_hundred():
    rng = np.random.default_rng(0)
    X, y = rng.random((64, 1, 20, 20)), rng.integers(0, 10, 64)
    net, rule = reader(), optimizers.Adam()

    def steps(number):
        for step in range(number):
            batch = slice(step % 40, step % 40 + 8 + step % 2)  # of two sizes in turn
            fit_batch(net, X[batch], y[batch], rule, rng=rng)
        gc.collect()

    tracemalloc.start()
    steps(100)
    traced = tracemalloc.get_traced_memory()[0]
    steps(200)
    traced = tracemalloc.get_traced_memory()[0] - traced
    tracemalloc.stop()
    assert traced < 10_000  # bytes that 200 steps leave behind, of what Python knows of
    held = resident()
    steps(10_000)
    assert resident() - held < 4 << 20


def test_ten_thousand_calls_of_pure_functions_take_no_more_memory_than_a_hundred():
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((64, 10)), rng.integers(0, 10, 64)

    def calls(number):
        for _ in range(number):
            losses.softmax_cross_entropy_backward(1.0, scores, labels)
            kernels.matmul(scores, scores.T)
        gc.collect()

    calls(100)
    held = resident()
    calls(10_000)
    assert resident() - held < 1 << 20
