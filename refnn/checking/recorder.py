"""The calls that a law makes to its subject: what was given, what came back, how long it may take.

A law is an ordinary test, and which of its calls went wrong stands nowhere in it. So the subject's functions and
classes are wrapped: each call is kept with copies of its arguments and its answer. Played again on refnn, or on a known
wrong version, they show where the answers part.
"""

import functools
import importlib
import signal
import sys
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import numpy as np

from refnn.checking.literals import frozen
from refnn.properties.adapter import Deviation
from refnn.properties.subject import NotWrittenYet, Subject

__all__ = ["Answer", "Call", "Endless", "NotTried", "Recorded", "Recorder", "answers", "arrays_in"]

_KEPT = 300  # calls of one example
_POOL = 40  # calls of one function, from all examples of a law
_ENOUGH = 3  # laws in which a function may hang or crash before it is called no more


class Endless(BaseException):
    """A call that does not come back. No Exception, so that neither Hypothesis nor `except Exception` takes it."""


class NotTried(BaseException):
    """A call that is not made, since others of this function had to be stopped."""


@dataclass
class Answer:
    """What came of a call: a result or an exception, the arguments afterwards, and whether memory is shared."""

    result: Any = None
    raised: BaseException | None = None
    changed: dict[int | str, Any] = field(default_factory=dict)  # arguments that are not as they were
    alias: int | str | None = None  # an argument whose memory the result shares


@dataclass
class Call:
    """One call of a function, a class or a method: `function` is `conv2d`, `Adam` or `Adam.step`."""

    module: str
    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    owner: Any = None  # the object whose method it is
    answer: Answer | None = None  # None while it has not come back
    errstate: dict[str, Any] = field(default_factory=lambda: dict(np.geterr()))  # what becomes of an overflow

    @property
    def name(self) -> str:
        """The function or class, without the method."""
        return self.function.partition(".")[0]

    @property
    def arguments(self) -> dict[int | str, Any]:
        """The arguments by position or name."""
        return _by_key(self.args, self.kwargs)


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Yield the arrays in nested tuples, lists and dictionaries."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from arrays_in(part)
    elif isinstance(value, dict):
        yield from arrays_in(list(value.values()))


def called(target: Callable[..., Any], call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Answer:
    """Call and return the answer; `call` holds copies of the arguments."""
    answer = Answer()
    try:
        answer.result = target(*args, **kwargs)
    except (Exception, SystemExit) as raised:
        answer.raised = raised
    given = _by_key(args, kwargs)
    for key, before in call.arguments.items():
        if any(not _same(a, b) for a, b in zip(arrays_in(given[key]), arrays_in(before), strict=False)):
            answer.changed[key] = frozen(given[key])
        for result in arrays_in(answer.result):
            if any(np.may_share_memory(result, a) and np.shares_memory(result, a) for a in arrays_in(given[key])):
                answer.alias = key
    return answer


def _by_key(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[int | str, Any]:
    found: dict[int | str, Any] = dict(enumerate(args))
    found.update(kwargs)
    return found


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and (a is b or a.tobytes() == b.tobytes())


class Recorder:
    """The calls of the present example, and some of the earlier ones."""

    def __init__(self, seconds: float, say: Callable[[Call], None] | None = None) -> None:
        self.seconds = seconds
        self.say = say  # told of a call before it is made
        self.wrappers: dict[int, Any] = {}  # what laws see, by the id of what the subject has
        self.stopped: Counter[str] = Counter()  # laws in which a function had to be stopped
        self.calls: list[Call] = []
        self.failed: list[Call] = []  # the calls of the last example that failed
        self.pool: dict[tuple[str, str], deque[Call]] = {}
        self.asked: set[tuple[str, str]] = set()
        self.current: Call | None = None

    def new_law(self) -> None:
        """Forget everything."""
        self.calls, self.failed, self.pool, self.asked, self.current = [], [], {}, set(), None

    def call(self, call: Call, target: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Make a call and keep it; calls that it makes itself to wrapped functions are not kept."""
        if self.current is not None:
            return target(*args, **kwargs)
        if self.stopped[f"{call.module}.{call.name}"] >= _ENOUGH:
            raise NotTried(f"not tried: {call.module}.{call.name} had to be stopped in {_ENOUGH} laws before")
        self.current = call
        if len(self.calls) < _KEPT:
            self.calls.append(call)
        if self.say:
            self.say(call)
        with self.limited():
            call.answer = called(target, call, args, kwargs)
        self.current = None
        result, raised = call.answer.result, call.answer.raised
        if raised is not None:
            if isinstance(raised, NotImplementedError):
                raise NotWrittenYet(f"{call.function} is a stub: {raised}") from None
            raise raised
        if "." not in call.function:
            self.pool.setdefault((call.module, call.function), deque(maxlen=_POOL)).append(call)
        call.answer.result = frozen(result)
        return self.wrappers.get(id(result), result)

    @contextmanager
    def limited(self) -> Iterator[None]:
        """End what computes for longer than the limit or sleeps for three times as long; again where that is caught."""
        if not hasattr(signal, "setitimer"):
            yield
            return
        signal.setitimer(signal.ITIMER_PROF, self.seconds, 1)  # the processor's time: a busy machine is no excuse
        signal.setitimer(signal.ITIMER_REAL, 3 * self.seconds + 1, 1)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)


class Recorded(Subject):
    """A subject whose chosen names are recorded; all others are refnn's: the check of X uses X alone."""

    def __init__(self, subject: Subject, recorder: Recorder) -> None:
        self.name, self.root, self.lender = subject.name, subject.root, None
        self.recorder = recorder
        self.claims: tuple[str, frozenset[str] | None] = ("", None)  # a module, and names of it or all
        self._subject = subject
        self._wrapped: dict[tuple[str, str], Any] = {}

    def __getattr__(self, module: str) -> Any:
        return _Names(self, module)

    def deviations(self) -> list[Deviation]:
        """Return the laws that the subject declares not to hold."""
        return self._subject.deviations()

    def is_adapter(self) -> bool:
        """Tell whether the subject is an adapter."""
        return self._subject.is_adapter()

    def find(self, module: str, function: str) -> Any:
        """Return the subject's function where it is what is checked, and refnn's where not."""
        self.recorder.asked.add((module, function))
        if not self.owns(module, function):
            try:
                return getattr(importlib.import_module(f"refnn.{module}"), function)
            except (ModuleNotFoundError, AttributeError):
                raise NotWrittenYet(f"refnn has no {module}.{function}") from None
        key = (module, function)
        if key not in self._wrapped:
            own = self._subject.find(module, function)
            self._wrapped[key] = self.recorder.wrappers[id(own)] = self._wrap(module, function, own)
        return self._wrapped[key]

    def owns(self, module: str, function: str) -> bool:
        """Tell whether a name is among those that are checked."""
        return module == self.claims[0] and (self.claims[1] is None or function in self.claims[1])

    def raw(self, module: str, function: str) -> Any:
        """Return the function as it is, without a record."""
        return self._subject.find(module, function) if self.owns(module, function) else self.find(module, function)

    def _wrap(self, module: str, name: str, value: Any) -> Any:
        recorder = self.recorder
        if isinstance(value, type):
            return _wrapped_class(recorder, module, name, value)
        if isinstance(value, dict):  # a table of functions or classes holds what laws see
            own = vars(importlib.import_module(f"refnn.{module}"))
            return {k: self.find(module, v.__name__) if getattr(v, "__name__", None) in own else v
                    for k, v in value.items()}  # fmt: skip
        if not callable(value):
            return value

        def function(*args: Any, **kwargs: Any) -> Any:
            if sys.gettrace() is not None:  # a law that counts what a call costs: our own work is not to be counted
                return value(*args, **kwargs)
            call = Call(module, name, frozen(args), {key: frozen(value) for key, value in kwargs.items()})
            return recorder.call(call, value, args, kwargs)

        return functools.wraps(value)(function) if isinstance(value, FunctionType) else function


class _Names:
    def __init__(self, subject: Recorded, module: str) -> None:
        self._subject, self._module = subject, module

    def __getattr__(self, function: str) -> Any:
        return self._subject.find(self._module, function)


def _wrapped_class(recorder: Recorder, module: str, name: str, cls: type) -> type:
    """Return a subclass of the same name whose constructor and public methods are recorded."""

    def method(attribute: str, target: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(target)
        def recorded(self: Any, *args: Any, **kwargs: Any) -> Any:
            constructs = attribute == "__init__"
            if constructs and type(self) is not wrapped:
                return target(self, *args, **kwargs)
            function = name if constructs else f"{name}.{attribute}"
            given = {key: frozen(value) for key, value in kwargs.items()}
            call = Call(module, function, frozen(args), given, owner=self)
            return recorder.call(call, functools.partial(target, self), args, kwargs)

        return recorded

    body: dict[str, Any] = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    for attribute in dir(cls):
        value = getattr(cls, attribute)
        if isinstance(value, FunctionType) and (attribute == "__init__" or not attribute.startswith("_")):
            body[attribute] = method(attribute, value)
    try:
        wrapped = type(cls.__name__, (cls,), body)
    except TypeError:  # an enumeration, say
        return cls
    return wrapped


def answers(calls: list[Call], find: Callable[[str, str], Any]) -> list[Answer | None]:
    """Play calls again on another implementation, which `find(module, name)` knows; None where that cannot be done.

    An object that the subject made is replaced by the one that the other implementation made in the same call.
    """
    others: dict[int, Any] = {}
    played: list[Answer | None] = []
    for call in calls:
        answer: Answer | None = None
        try:
            target = find(call.module, call.name)
            if "." in call.function:
                target = getattr(others[id(call.owner)], call.function.partition(".")[2])
            args = _translated(frozen(call.args), others)
            kwargs = {key: _translated(frozen(value), others) for key, value in call.kwargs.items()}
        except (KeyError, AttributeError, NotWrittenYet):
            played.append(None)
            continue
        with warnings.catch_warnings(), np.errstate(**call.errstate):
            warnings.simplefilter("ignore")
            answer = called(target, call, args, kwargs)
        played.append(answer)
        if call.owner is not None and "." not in call.function:
            others[id(call.owner)] = answer.result
        elif call.answer is not None:
            _pair_up(call.answer.result, answer.result, others)
    return played


_PLAIN = (np.ndarray, np.generic, int, float, str, bool, type(None), type, np.dtype, list, tuple)


def _pair_up(mine: Any, other: Any, others: dict[int, Any]) -> None:
    """Note which object of the other implementation stands for which of the subject's."""
    if isinstance(mine, list | tuple) and isinstance(other, list | tuple) and len(mine) == len(other):
        for m, o in zip(mine, other, strict=True):
            _pair_up(m, o, others)
    elif not isinstance(mine, _PLAIN):
        others[id(mine)] = other


def _translated(value: Any, others: dict[int, Any]) -> Any:
    if id(value) in others:
        return others[id(value)]
    if isinstance(value, list):
        return [_translated(v, others) for v in value]
    if isinstance(value, tuple):
        parts = [_translated(v, others) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value
