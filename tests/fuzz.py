"""Spoil the arguments of every public function, thousands of times a second: `python -m tests.fuzz --seconds 300`.

Each call takes a valid one from `tests.hostile_calls`, sometimes of another size and with other numbers, and exchanges
one argument for something from `tests.hostile_forms`. Whatever it is,

- the interpreter lives on, and answers within seconds: the calls are made in a child process, one after the other;
- the call gives a result, or is refused by a TypeError or ValueError in refnn's own words, without a warning;
- the arguments stay as they were, and the result shares no memory with them;
- the same numbers in other memory give the same result, but for the order of a sum; what is no array is refused;
- finite numbers give no NaN, but where the formula does;
- the compiled kernels, the NumPy form and the definition give the same.

Every call has a number: `python -m tests.fuzz --seed 0 --only 12345` makes it again and shows it.
"""

import argparse
import ast
import contextlib
import functools
import multiprocessing
import os
import re
import sys
import tempfile
import time
import traceback
import types
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

import refnn
from refnn import kernels, mlp
from tests import hostile_forms as forms
from tests.hostile_calls import CALLS, DRAWN

NAMES = sorted(CALLS)
HOME = str(Path(refnn.__file__).parent)
PATIENCE = 20.0  # seconds without an answer
MEMORY = 3 << 30  # bytes of addresses for a child

# numbers of which nothing overflows
ORDINARY = {"kept", "eighths", "normal"}

# words of Python and NumPy that need no better ones
CLEAR = (
    "os.PathLike object",  # where a path is expected
    "number of dimensions must be within", "maximum supported dimension", "index arrays",  # NumPy's limit, 64 axes
    "array is too big",  # padding of 2^62 zeros
    "Eigenvalues did not converge",  # of numbers near the largest
)  # fmt: skip

# a schedule may be a function, and what it raises is its own
OWN = {"training.fit.settings"}

# training may be unstable, and then every rounding is seen; one step is compared elsewhere
CHAOTIC = {"pretrain.fine_tune", "pretrain.supervised", "pretrain.unsupervised", "diagnostics.can_fit"}

# where sums and products of numbers near the largest overflow, infinity minus infinity is NaN; but not in these
BOUNDED = {
    *(f"activations.{name}" for name in "gaussian identity leaky_relu log_softmax relu scaled_tanh sigmoid softmax "
      "softplus square step tanh sigmoid_prime tanh_prime relu_prime".split()),
    *(f"losses.{name}" for name in "absolute_error binary_cross_entropy softmax_cross_entropy squared_error "
      "multiclass_hinge perceptron_criterion".split()),
    "maxout.maxout", "maxout.maxout_backward", "pooling.max_pool2d", "perceptron.predict_sign", "regularizers.l1",
}  # fmt: skip

# finite numbers, and yet NaN: the formula says so, in the numbers' own arithmetic
NAN_BY_FORMULA: dict[str, str] = {
    "graph.Node.log": "the logarithm of a number below zero",
    "graph.Node.__truediv__": "0 / 0",
    "graph.Node.__rtruediv__": "0 / 0",
    "graph.Node.__pow__": "a broken power of a number below zero",
    "biasvariance.line_through_two": "no way along an infinite slope",
    "biasvariance.complexity_curve": "infinity less infinity, far from places that lie as close as numbers can",
    "linear.foot_point": "a plane further away than the largest number",
    "losses.cross_entropy_backward": "no upstream times an infinite slope",
    "bayes.posterior": "0 / 0 for a sample that no class can produce, as documented",
    **{f"optimizers.{rule}.restore": "the root of a mean of squares below zero, which no step leaves behind"
       for rule in ("AdaSecant", "Adadelta", "Adagrad", "Adam", "RMSprop", "VSGD")},
}


class Spoilt(SimpleNamespace):
    """A call with one argument exchanged: what it is called with, and a tidy copy of that to compare with."""


def copied(value: Any) -> Any:
    """Return arguments of their own, at any depth."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(map(copied, value))
    if type(value) is SimpleNamespace:
        return SimpleNamespace(**{name: copied(part) for name, part in vars(value).items()})
    return value


def places(value: Any, path: tuple = ()) -> list[tuple[tuple, Any]]:
    """List where in the arguments something can be exchanged: (path, value)."""
    found = [(path, value)] if path else []
    if type(value) in (list, tuple):
        if not all(type(part) is int for part in value):
            found += [place for i, part in enumerate(value) for place in places(part, (*path, i))]
    elif type(value) is SimpleNamespace:
        found += [place for name, part in vars(value).items() for place in places(part, (*path, name))]
    return [(where, part) for where, part in found if not callable(part) or len(where) == 1]


def exchanged(value: Any, path: tuple, new: Any) -> Any:
    """Return arguments with what is at the path exchanged."""
    if not path:
        return new
    first, *rest = path
    if isinstance(value, SimpleNamespace):
        return SimpleNamespace(**{**vars(value), first: exchanged(getattr(value, first), tuple(rest), new)})
    parts = list(value)
    parts[first] = exchanged(parts[first], tuple(rest), new)
    return type(value)(parts)


def resized(arguments: tuple, rng: np.random.Generator) -> tuple:
    """Give one length, wherever it occurs in a shape, another value."""
    arrays = [value for _, value in places(arguments) if isinstance(value, np.ndarray)]
    lengths = sorted({side for a in arrays for side in a.shape})
    if not lengths:
        return arguments
    old, new = int(rng.choice(lengths)), int(rng.choice([0, 1, 2, 3, 5, 8, 17, 33]))
    for path, value in places(arguments):
        if isinstance(value, np.ndarray) and old in value.shape and (value.size or new == 0):
            shape = tuple(new if side == old else side for side in value.shape)
            arguments = exchanged(arguments, path, np.array(np.resize(value, shape), value.dtype))
    return arguments


def spoilt(seed: int, number: int) -> Spoilt:
    """Return the call of this number."""
    rng = np.random.default_rng([seed, number])
    name = NAMES[number % len(NAMES)]
    drawn = name in DRAWN and rng.random() < 0.8
    arguments = DRAWN[name](rng) if drawn else copied(CALLS[name].arguments)
    values = "kept"
    if not drawn and rng.random() < 0.5:
        arguments = resized(arguments, rng)
    if rng.random() < 0.6:
        values = str(rng.choice(list(forms.VALUES)))
        chance = rng.choice([1.0, 0.4])
        for path, value in places(arguments):
            if isinstance(value, np.ndarray) and value.dtype.kind == "f" and rng.random() < chance:
                new = np.array(forms.VALUES[values](rng, value.shape), value.dtype)
                arguments = exchanged(arguments, path, new)
    if rng.random() < 0.3:
        for path, value in places(arguments):
            if isinstance(value, np.ndarray) and value.dtype == np.float64 and rng.random() < 0.7:
                with np.errstate(all="ignore"):
                    arguments = exchanged(arguments, path, np.array(value, np.float32))
    found = places(arguments)
    if not found:
        return Spoilt(name=name, arguments=arguments, tidy=arguments, law="equal", values=values, what="no argument",
                      foreign=False)
    path, value = found[rng.integers(len(found))]
    law, form, new, tidy = exchange(value, rng)
    if form in CALLS[name].takes:
        law = "sane"
    if path[0] in CALLS[name].changes and not (
        type(new) is np.ndarray and new.flags.writeable and form != "overlapping"
    ):
        law = "sane"  # what is changed in place must be an array that can be
    own = name in OWN and callable(new)
    foreign = isinstance(value, bool) or own or any(callable(part) for _, part in places(arguments))
    return Spoilt(name=name, arguments=exchanged(arguments, path, new), tidy=exchanged(copied(arguments), path, tidy),
                  law=law, values=values, what=f"argument {'.'.join(map(str, path))}: {form}", foreign=foreign)


def exchange(value: Any, rng: np.random.Generator) -> tuple[str, str, Any, Any]:
    """Return the law, the name of the form, what to put in the place of a value, and a tidy copy of it."""
    if isinstance(value, bytes):
        new = forms.damaged(value, rng)
        return "sane", "damaged", new, new
    if not isinstance(value, np.ndarray):
        if rng.random() < 0.25 and (others := list(forms.alike(value))):
            new = others[rng.integers(len(others))]
            return "equal", f"{type(new).__name__} {new!r}", new, value
        new = forms.SCALARS[rng.integers(len(forms.SCALARS))]
        return "sane", f"{type(new).__name__} {str(new)[:30]}", copied(new), copied(new)
    dice = rng.random()
    if dice < 0.0005:
        return "sane", forms.GIANT, forms.giant(value), forms.giant(value)
    if dice < 0.5:
        form = str(rng.choice(list(forms.EQUAL)))
        new = forms.EQUAL[form](value.copy())
        return "equal", form, new, forms.plain(new)
    if dice < 0.65:
        form = str(rng.choice(list(forms.REFUSED)))
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            new = forms.REFUSED[form](value)
        return "refused" if value.size and form != "None" else "sane", form, new, None
    if dice < 0.85:
        form = str(rng.choice(list(forms.MISFITS)))
        return "sane", form, forms.MISFITS[form](value), forms.MISFITS[form](value).copy()
    new = forms.SCALARS[rng.integers(len(forms.SCALARS))]
    return "sane", f"{type(new).__name__} {str(new)[:30]}", copied(new), copied(new)


class Outcome(SimpleNamespace):
    """What a call came to: a result, or what was raised and by which line."""


def made(name: str, arguments: tuple, ordinary: bool = True) -> Outcome:
    """Make a call; of numbers that are not ordinary NumPy may warn, that something overflows or is no number."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if not ordinary:
            warnings.simplefilter("ignore", RuntimeWarning)
        return plainly_made(name, arguments)


def plainly_made(name: str, arguments: tuple) -> Outcome:
    """Make a call under the warnings that are in force."""
    try:
        return Outcome(result=CALLS[name].function(*arguments), error=None)
    except Exception as error:
        return Outcome(result=None, error=error)


@functools.cache
def raising_lines(file: str) -> frozenset[int]:
    """Return the lines of a file on which a statement `raise` stands."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(Path(file).read_text())):
        if isinstance(node, ast.Raise):
            found |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(found)


def in_own_words(error: BaseException) -> bool:
    """Tell whether refnn itself raised this, by a `raise` in its source, and repeats nobody else's words."""
    *_, last = traceback.extract_tb(error.__traceback__)
    if not last.filename.startswith(HOME) or last.lineno not in raising_lines(last.filename):
        return False
    cause = error.__context__
    return cause is None or not str(cause) or str(cause) not in str(error) or in_own_words(cause)


def arrays(value: Any, depth: int = 0) -> list[np.ndarray]:
    """List all arrays in a result or in arguments."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, np.generic | bool | int | float | str):
        return [np.asarray(value)]
    if isinstance(value, dict):
        value = list(value.values())
    elif isinstance(value, mlp.MLP):
        value = [*value.weights, *value.biases]
    elif isinstance(value, SimpleNamespace):
        value = list(vars(value).values())
    if isinstance(value, list | tuple) and depth < 6:
        return [a for part in value for a in arrays(part, depth + 1)]
    return []


def same(one: Any, two: Any) -> bool:
    """Tell whether two results are the same, bit for bit but for the sign of zero and of NaN."""
    first, second = arrays(one), arrays(two)
    return type(one) is type(two) and len(first) == len(second) and all(
        a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        for a, b in zip(first, second, strict=True)
    )


def near(one: Any, two: Any, given: Any, tolerance: float, coarser: float = 1) -> bool:
    """Tell whether two results are the same up to rounding, by the measure of the largest number in them or given."""
    most = max((float(np.abs(a[np.isfinite(a)]).max(initial=0)) for a in arrays(given) if a.dtype.kind == "f"),
               default=0.0)
    first, second = arrays(one), arrays(two)
    if len(first) != len(second):
        return False
    for a, b in zip(first, second, strict=True):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        if a.dtype.kind != "f":
            if not (a == b).all():
                return False
            continue
        allowed = tolerance * (coarser if a.dtype == np.float32 else 1)
        a, b = a.astype(np.float64), b.astype(np.float64)
        with np.errstate(all="ignore"):
            scale = max(1.0, most, float(np.abs(np.where(np.isfinite(a), a, 0)).max(initial=0)))
            alike = (a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= allowed * scale)
        if not alike.all():
            return False
    return True


def marks(value: Any) -> list:
    """Return what shows whether an argument was changed: the bytes of its arrays, else its words."""
    found: list = []
    for a in arrays(value):
        found.append((a.shape, a.strides, a.dtype.str, a.flags.writeable,
                      a.tobytes() if a.size < 1 << 20 and not a.dtype.hasobject else b""))
    return found


def shares(result: Any, arguments: Any) -> bool:
    """Tell whether a result shares memory with an argument."""
    for a in arrays(result):
        for b in arrays(arguments):
            if a.size and b.size and np.may_share_memory(a, b):
                with contextlib.suppress(np.exceptions.TooHardError):
                    if np.shares_memory(a, b, max_work=10_000):
                        return True
    return False


@contextlib.contextmanager
def backend(form: str):
    """Compute with another form of the kernels."""
    import importlib

    before = kernels.BACKEND, kernels._form, kernels.updates
    kernels._form = importlib.import_module(f"refnn.kernels.{kernels.FORMS[form]}")
    kernels.BACKEND, kernels.updates = form, getattr(kernels._form, "updates", None)
    try:
        yield
    finally:
        kernels.BACKEND, kernels._form, kernels.updates = before


@functools.cache
def uses_kernels(name: str) -> bool:
    """Tell whether a call meets a kernel."""
    met = False

    class Watch(types.ModuleType):
        def __getattr__(self, attribute: str) -> Any:
            nonlocal met
            met = True
            return getattr(real, attribute)

    real = kernels._form
    kernels._form = Watch("watch")
    try:
        made(name, copied(CALLS[name].arguments))
    finally:
        kernels._form = real
    return met


def findings(call: Spoilt) -> list[tuple[str, str]]:
    """Make a call and return what is wrong with it, as (kind, words)."""
    spec, found = CALLS[call.name], []
    before = marks(call.arguments)
    ordinary = call.values in ORDINARY and call.law != "sane" and call.name not in NAN_BY_FORMULA
    outcome = made(call.name, call.arguments, ordinary)
    allowed = (TypeError, ValueError, *spec.raises)
    kept = [value for i, value in enumerate(call.arguments) if i not in spec.changes]
    if marks(call.arguments) != before and not spec.changes:
        found.append(("argument changed", call.what))
    if outcome.error is not None:
        error, words = outcome.error, f"{type(outcome.error).__name__}: {outcome.error}"
        if isinstance(error, MemoryError) and asks_for_much(call):
            return found
        if any(clear in words for clear in CLEAR):
            return found
        if not isinstance(error, allowed):
            found.append(("wrong exception", words))
        elif not str(error):
            found.append(("no words", words))
        elif not in_own_words(error) and not call.foreign:
            found.append(("not in own words", words))
    else:
        if any(type(a) is not np.ndarray for a in arrays(outcome.result)):
            found.append(("a subclass came out", call.what))
        if shares(outcome.result, kept):
            found.append(("shares memory", call.what))
    if call.law == "refused" and outcome.error is None:
        found.append(("not refused", call.what))
    if call.law == "equal":
        tidy = made(call.name, call.tidy, ordinary)
        if type(tidy.error) is not type(outcome.error):
            found.append(("differs", f"{call.what}: {outcome.error!r} but tidy {tidy.error!r}"))
        elif tidy.error is None and not overflows(call) and not (
            same(outcome.result, tidy.result) or near(outcome.result, tidy.result, call.tidy, 1e-13, 2**29)
        ):
            found.append(("differs", call.what))
        if spec.changes and tidy.error is None and outcome.error is None and not same(
            *([np.array(a, a.dtype.newbyteorder("=")) for i in spec.changes for a in arrays(changed[i])]
              for changed in (call.arguments, call.tidy))
        ):
            found.append(("differs", call.what))
        elif tidy.error is None and outcome.error is None:
            found += nan_out_of_finite(call, outcome)
            found += other_forms(call, outcome)
    return found


def asks_for_much(call: Spoilt) -> bool:
    """Tell whether an argument is so large that memory or patience may end."""
    return any(words in call.what for words in (forms.GIANT, *map(str, (2**31, 2**62, 2**63))))


def overflows(call: Spoilt) -> bool:
    """Tell whether the numbers are so large that their sums and products are infinite."""
    narrow = "network" in call.name or any(a.dtype == np.float32 for a in arrays(call.tidy))
    return call.name not in BOUNDED and (call.values == "big" or (call.values == "large" and narrow))


def nan_out_of_finite(call: Spoilt, outcome: Outcome) -> list[tuple[str, str]]:
    """Return a finding where finite numbers gave NaN."""
    if overflows(call) or call.name in NAN_BY_FORMULA:
        return []
    if not all(np.isfinite(a).all() for a in arrays(call.tidy) if a.dtype.kind == "f"):
        return []
    gave = any(np.isnan(a).any() for a in arrays(outcome.result) if a.dtype.kind == "f")
    return [("NaN out of finite numbers", f"{call.values}")] if gave else []


def other_forms(call: Spoilt, outcome: Outcome) -> list[tuple[str, str]]:
    """Return a finding where another form of the kernels says something else."""
    if CALLS[call.name].changes or call.name in CHAOTIC:
        return []
    if call.values not in forms.EXACT | {"NaN", "infinity", "zeros"}:
        return []
    if not uses_kernels(call.name) or sum(a.size for a in arrays(call.tidy)) > 3000:
        return []
    found, coarse = [], any(a.dtype == np.float32 for a in arrays((call.tidy, outcome.result)))
    for form in ("numpy", "definition"):
        with backend(form):
            other = made(call.name, call.tidy, False)
        if other.error is not None:
            found.append((f"{form} differs", repr(other.error)))
        elif not near(other.result, outcome.result, call.tidy, 1e-3 if coarse else 1e-11):
            found.append((f"{form} differs", call.values))
    return found


def child(seed: int, start: int, stop: int, until: float, at: Any, calls: Any, pipe: Any) -> None:
    """Make calls one after the other, and tell what was found."""
    import faulthandler
    import resource

    faulthandler.disable()  # the parent tells of a crash, with the number that makes it again
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir(tempfile.mkdtemp(dir=os.environ["REFNN_FUZZ_FOLDER"]))
    tempfile.tempdir = os.getcwd()
    for number in range(start, stop):
        if time.time() > until:
            break
        at.value, calls.value = number, calls.value + 1
        try:
            found = findings(spoilt(seed, number))
        except Exception:
            found = [("the fuzz itself failed", traceback.format_exc()[-600:])]
        for kind, words in found:
            pipe.send((number, kind, words))
    at.value = -1
    pipe.send(None)
    pipe.close()


class Report:
    """What was found, each sort of it once, with the number of the first call and how often it came back."""

    def __init__(self) -> None:
        self.calls, self.sorts = 0, {}

    def add(self, number: int, kind: str, words: str) -> None:
        name = NAMES[number % len(NAMES)]
        key = (kind, name, words if kind in ("crash", "hang") else re.sub(r"'[^']*'|[0-9]+", "", words)[:50])
        first, count = self.sorts.get(key, ((number, words), 0))
        self.sorts[key] = (first, count + 1)

    def lines(self) -> list[str]:
        rows = sorted((kind, name, *value) for (kind, name, _), value in self.sorts.items())
        return [f"{kind:26} {name:40} call {first[0]}, {count} times: {first[1]}" for kind, name, first, count in rows]


def run(seed: int, seconds: float, start: int = 0, stop: int = sys.maxsize) -> Report:
    """Make calls for so many seconds, in children that may die."""
    context, report = multiprocessing.get_context("fork"), Report()
    until = time.time() + seconds
    with tempfile.TemporaryDirectory() as folder:
        os.environ["REFNN_FUZZ_FOLDER"] = folder
        number = start
        while number < stop and time.time() < until:
            at, calls = context.Value("q", number), context.Value("q", 0)
            mine, theirs = context.Pipe(duplex=False)
            job = seed, number, min(stop, number + 50_000), until, at, calls, theirs
            process = context.Process(target=child, args=job)
            process.start()
            theirs.close()
            last, done, since = number, False, time.time()
            while True:
                try:
                    if mine.poll(0.5):
                        message = mine.recv()
                        if message is None:
                            done = True
                            break
                        report.add(*message)
                        continue
                except EOFError:
                    break
                if at.value != last:
                    last, since = at.value, time.time()
                elif time.time() - since > PATIENCE:
                    process.kill()
                    if not asks_for_much(call := spoilt(seed, last)):
                        report.add(last, "hang", call.what)
                    break
            process.join()
            report.calls += calls.value
            if done:
                number += 50_000
            else:
                dead = at.value
                if process.exitcode and process.exitcode != -9:
                    report.add(dead, "crash", f"signal {-process.exitcode}: {spoilt(seed, dead).what}")
                number = dead + 1
    return report


def show(seed: int, number: int) -> None:
    """Make one call again, and show it."""
    call = spoilt(seed, number)
    print(f"{call.name}, {call.what}, numbers: {call.values}, to be {call.law}")
    for i, argument in enumerate(call.arguments):
        print(f"argument {i}: {argument!r}")
        for a in arrays(argument):
            print(f"    {type(a).__name__} {a.shape} {a.dtype} strides {a.strides}")
    sys.stdout.flush()
    outcome = made(call.name, call.arguments)
    if outcome.error is not None:
        traceback.print_exception(outcome.error)
    print(f"result: {outcome.result!r}")
    for finding in findings(spoilt(seed, number)):
        print(*finding, sep=": ")


def main() -> int:
    """Run, report, and fail if anything was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="make one call again, and show it")
    options = parser.parse_args()
    if options.only is not None:
        show(options.seed, options.only)
        return 0
    report = run(options.seed, options.seconds)
    lines = report.lines()
    print("\n".join(lines))
    print(f"{report.calls} calls of {len(NAMES)} functions and methods, seed {options.seed}: {len(lines)} findings")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
