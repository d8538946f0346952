"""Say whether the compiler vectorised the kernels: each must be at least twice as fast as the same loops without.

The second build of the same source lies in the folder that is given. Both run in this process, taking turns; the best
time of many counts, so that a busy machine slows both or neither.
"""

import importlib.util
import sys
import time
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np

from refnn.kernels.compiled import LEVEL, _kernels

FACTOR = 2


def load(folder: str) -> ModuleType:
    """Import the scalar build of the level in force."""
    (path,) = Path(folder).glob(f"_{LEVEL}.*.so")
    spec = importlib.util.spec_from_file_location(f"refnn.kernels._{LEVEL}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def best(call, rounds: int = 50) -> float:
    """Return the shortest of many times."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def cases(dtype):
    """Yield kernels by name, each as a function of the module it is taken from."""
    rng = np.random.default_rng(0)
    a, b, c = (rng.standard_normal((192, 192)).astype(dtype) for _ in range(3))
    yield "matmul", lambda m: m.matmul(a, b, None, False, c)
    x, W = rng.standard_normal((4, 16, 16, 16)).astype(dtype), rng.standard_normal((32, 144)).astype(dtype)
    z, dW = np.empty((4, 14, 14, 32), dtype), np.empty((144, 32), dtype)
    yield "conv2d", lambda m: m.conv2d(x, W, None, 3, 3, 1, 1, 0, 0, False, z)
    yield "conv2d_to_kernel", lambda m: m.conv2d_to_kernel(z, x, 3, 3, 1, 1, 0, dW)
    w, g, mean, square = (np.abs(rng.standard_normal(4096)).astype(dtype) for _ in range(4))
    yield "adam", lambda m: m.adam(w, g, mean, square, 1e-3, 0.9, 0.999, 0.5, 0.5, 1e-8)
    scores, labels = rng.standard_normal((32, 256)).astype(dtype), np.zeros(32, np.intp)
    losses, gradient = np.empty(32, dtype), np.empty((32, 256), dtype)
    yield "softmax_cross_entropy", lambda m: m.softmax_cross_entropy(scores, labels, losses, gradient)
    X, y = rng.standard_normal((200, 256)).astype(dtype), np.ones(200, dtype)
    yield "perceptron_pass", lambda m: m.perceptron_pass(X, y, 1.0, np.zeros(256, dtype))


failed = 0
scalar = load(sys.argv[1])
for dtype in ("float32", "float64"):
    for name, call in cases(np.dtype(dtype)):
        slow, fast = (min(best(partial(call, module)) for _ in range(3)) for module in (scalar, _kernels))
        failed += slow < FACTOR * fast
        print(f"{name:24}{dtype:9}{LEVEL:9}{slow / fast:6.1f} times as fast as without vectors")
sys.exit(f"{failed} kernels are not vectorised: expected at least {FACTOR} times" if failed else 0)
