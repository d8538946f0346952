"""A counterexample as a snippet: imports, the arguments as literals, the call, yours against expected."""

import keyword
import sys
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Any

import numpy as np

from refnn.checking.difference import Difference, parameters
from refnn.checking.literals import NoLiteral, literal
from refnn.checking.recorder import Call, arrays_in
from refnn.properties.adapter import Draws
from refnn.properties.subject import Subject

__all__ = ["import_line", "of_call", "of_law"]

_INLINE = 40  # letters; longer arguments get a name


def import_line(subject: Subject, module: str, name: str) -> str:
    """Return the line that imports a subject's function, as a user of that subject writes it."""
    root: ModuleType = subject.root
    if hasattr(root, "__path__"):
        return f"from {root.__name__}.{module} import {name}"
    given = f"{module}_{name}"
    attribute = given if hasattr(root, given) else name
    renamed = f" as {name}" if attribute != name else ""
    path = Path(subject.name)
    if path.suffix != ".py":
        return f"from {root.__name__} import {attribute}{renamed}"
    plain = path.stem.isidentifier() and not keyword.iskeyword(path.stem) and path.parent == Path()
    if plain and path.stem not in {*sys.stdlib_module_names, "numpy", "refnn"}:
        return f"from {path.stem} import {attribute}{renamed}"
    return f'import runpy\n{name} = runpy.run_path({path.as_posix()!r})["{attribute}"]'


def of_call(subject: Subject, calls: list[Call], index: int, difference: Difference | None) -> str:
    """Return the snippet for one of the recorded calls, with what it needs of those before it.

    Raises:
        NoLiteral: if an argument cannot be written down.
    """
    call, body, writer = calls[index], list[str](), _Writer(calls)
    for i in sorted(writer.needed(index)):
        body += writer.statement(i)
    arguments, expression = writer.prepared(index)
    body += arguments
    ways = {kind: way for kind, way in call.errstate.items() if way == "raise"}
    if ways:
        body.append(f"np.seterr({', '.join(f'{kind}={way!r}' for kind, way in ways.items())})")
    simple = writer.simple(index) and difference is not None
    body += _shown(expression, difference, writer.given, f"refnn.{call.module}." if simple else "")
    used = [calls[i] for i in sorted({*writer.needed(index), index})]
    names = {one.name: one.module for one in used if "." not in one.function}
    imports = [line for name, module in names.items() for line in import_line(subject, module, name).splitlines()]
    text = "\n".join(body)
    imports += [f"import {name}" for name in ("base64", "numpy as np") if f"{name.split()[-1]}." in text]
    if "refnn." in text:
        imports.append("import refnn")
    order = sorted(dict.fromkeys(imports), key=lambda line: (not line.startswith("import"), "=" in line))
    return "\n".join([*order, "", *body])


def of_law(subject: str, module: str, test: str, arguments: dict[str, Any], generated: bool, lent: bool) -> str:
    """Return the snippet that runs a law on stored arguments; what is `lent` comes from refnn.

    Raises:
        NoLiteral: if an argument cannot be written down.
    """
    given = "".join(f",\n    {name}={literal(value)}" for name, value in arguments.items())
    body = f"law{'.hypothesis.inner_test' if generated else ''}(subject{given})"
    imports = ["import base64"] if "base64." in body else []
    imports += ["import numpy as np"] if "np." in body else []
    drawn = any(isinstance(value, Draws) for value in arguments.values())
    imports += ["from refnn.properties.adapter import Draws"] if drawn else []
    imports.append("from refnn.properties.subject import Subject")
    imports.append(f"from refnn.properties.test_{module} import {test} as law")
    lender = ', lender="refnn"' if lent else ""
    return "\n".join([*imports, "", f"subject = Subject({subject!r}{lender})", body])


class _Writer:
    """Names for the objects of recorded calls, and statements that make them."""

    def __init__(self, calls: list[Call]) -> None:
        self.calls = calls
        self.names: dict[int, str] = {}  # objects by their id
        self.taken: set[str] = set()
        self.given: dict[int | str, str] = {}  # the arguments of the last call, as they are written in it

    def needed(self, index: int) -> set[int]:
        """Return the calls before one that it builds on: its object's, and those that made its arguments."""
        call, found = self.calls[index], set[int]()
        wanted = {id(part) for part in _objects([*call.args, *call.kwargs.values()])}
        for i, earlier in enumerate(self.calls[:index]):
            made = earlier.owner is not None and "." not in earlier.function and id(earlier.owner) in wanted
            returned = earlier.answer is not None and {id(o) for o in _objects([earlier.answer.result])} & wanted
            history = "." in call.function and earlier.owner is call.owner
            if made or returned or history:
                found |= {i} | self.needed(i)
        return found

    def simple(self, index: int) -> bool:
        """Tell whether a call is of a function, with plain arguments only."""
        call = self.calls[index]
        values = [*call.args, *call.kwargs.values()]
        random = any(isinstance(value, np.random.Generator) for value in values)
        return call.owner is None and not self.needed(index) and not random

    def statement(self, index: int) -> list[str]:
        """Return a call of the past as a statement, its object or result named for later."""
        call = self.calls[index]
        before, expression = self.prepared(index)
        if call.owner is not None and "." in call.function:
            return [*before, expression]
        made = call.owner if call.owner is not None else call.answer.result if call.answer else None
        self.names[id(made)] = self.fresh(call.name.lower() if call.owner is not None else "made")
        return [*before, f"{self.names[id(made)]} = {expression}"]

    def prepared(self, index: int) -> tuple[list[str], str]:
        """Return assignments of the arrays that a call is given, and the call."""
        call, assignments, names = self.calls[index], list[str](), parameters(self.calls[index])
        self.given = {}
        for key, value in call.arguments.items():
            text = literal(value, self.named)
            plain = not isinstance(value, np.random.Generator) and not any(True for _ in arrays_in(value))
            if not plain or len(text) > _INLINE:
                variable = self.fresh(names[key] if isinstance(key, int) else key)
                assignments.append(_assigned(variable, text))
                text = variable
            self.given[key] = text
        target = call.name
        if "." in call.function:
            if id(call.owner) not in self.names:
                raise NoLiteral("an object whose making was not recorded")
            target = f"{self.names[id(call.owner)]}.{call.function.partition('.')[2]}"
        given = ", ".join(text if isinstance(key, int) else f"{key}={text}" for key, text in self.given.items())
        return assignments, f"{target}({given})"

    def named(self, value: Any) -> str | None:
        """Return the name of an object that an earlier statement made."""
        return self.names.get(id(value)) if not isinstance(value, np.ndarray) else None

    def fresh(self, name: str) -> str:
        """Return a name that is not taken yet."""
        if name in {call.name for call in self.calls} | {"refnn", "np"}:
            name += "_"
        i, chosen = 2, name
        while chosen in self.taken:
            chosen, i = f"{name}{i}", i + 1
        self.taken.add(chosen)
        return chosen


def _assigned(variable: str, text: str) -> str:
    """Return an assignment; the further lines of a long literal are moved below its start."""
    first, *more = text.split("\n")
    margin = " " * (len(variable) + 3) if text.startswith(("np.", "[")) else ""
    return "\n".join([f"{variable} = {first}", *(indent(line, margin) for line in more)])


def _objects(values: Any) -> list[Any]:
    """Return what is no plain value in nested tuples and lists."""
    found = []
    for value in values:
        if isinstance(value, list | tuple):
            found += _objects(value)
        elif not isinstance(value, np.ndarray | np.generic | int | float | str | bytes | dict | type | None):
            found.append(value)
    return found


def _shown(expression: str, difference: Difference | None, given: dict[int | str, str], expected: str) -> list[str]:
    """Return the last lines of a snippet: the call, and what to look at."""
    if difference is None:
        return [expression]
    if difference.kind == "raised":
        return [f"{expression}  # {difference.yours}"]
    if difference.kind == "changed" and difference.argument is not None:
        variable = given[difference.argument]
        return [expression, f"print({variable}{difference.path})  # yours; expected: {difference.expected}"]
    if difference.kind == "alias" and difference.argument is not None:
        shared = f"np.shares_memory({expression}, {given[difference.argument]})"
        return [f"print({shared})  # yours: True, expected: False"]
    what = difference.path
    if difference.kind == "dtype":
        what += ".dtype"
    elif difference.yours.startswith("shape ("):
        what += ".shape"
    lines = [(f"print({expression}{what})", "yours")]
    if expected and not difference.expected.startswith("raises "):
        lines.append((f"print({expected}{expression}{what})", "expected"))
    else:
        lines[0] = (lines[0][0], f"yours; expected{f' at {difference.place}' if difference.place else ''}: "
                    f"{difference.expected}")
    width = max(len(line) for line, _ in lines)
    return [f"{line:{width}}  # {words}" for line, words in lines]
