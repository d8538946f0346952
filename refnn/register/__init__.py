r"""The register: every formula, law and erratum of the decks, and where in refnn each of them stands.

`formulas.toml` beside this file is the one source of titles, TeX, decks and slides. Where an item stands is written
down nowhere: it is read from the sources as they are installed, so it cannot be out of date. In the code an item is
cited by `\tag{MAX-01}` in a formula, in parentheses (MAX-01) or in a comment; a law says `@law("MAX-01", ...)`, or
`@for_each(TABLE, ...)` where one law is asked of several functions and a table gives the ID of each.
"""

import ast
import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["DEMANDS", "ROOT", "Item", "Law", "Place", "code_lines", "did_you_mean", "item", "items", "laws", "modules"]

ROOT = Path(__file__).parent.parent

# where an item of each kind must stand
DEMANDS = {"formula": ("line", "law", "page"), "law": ("law", "page"), "data": ("page",), "note": ("page",)}

_ID = re.compile(r"\b[A-Z]{1,4}-\d\d\b")
_MENTION = re.compile(r"\\tag\{[^}]*\}|\([^()\n]*\n?[^()\n]*\)|#.*")  # parentheses may go over the end of a line
_NO_CODE = {"properties", "exercises", "register", "cli"}  # they speak of items, and define none
_CROWDED = 3  # a line with more IDs than that is a list, not a citation


@dataclass(frozen=True)
class Item:
    """An entry of the register: a formula, a law, data or a note; or an erratum, which says what is right.

    An item has `tex` and `errata`; an erratum has `says`, `right` and the `items` that it corrects.
    """

    name: str
    title: str
    kind: str
    decks: tuple[str, ...]
    module: str
    status: str
    slide: str = ""
    tex: str = ""
    errata: tuple[str, ...] = ()
    says: str = ""
    right: str = ""
    items: tuple[str, ...] = ()

    @property
    def is_erratum(self) -> bool:
        """Whether this corrects a slide."""
        return self.name.startswith("E-")


@dataclass(frozen=True)
class Place:
    r"""A line of refnn that cites an item, the function or class around it and its docstring.

    `function` is empty outside of all functions; `tagged` where the line is a formula with a `\tag`.
    """

    path: str
    line: int
    function: str
    docstring: str
    tagged: bool

    @property
    def module(self) -> str:
        """The module, below refnn."""
        return ".".join(Path(self.path).with_suffix("").parts[1:]).removesuffix(".__init__")


@dataclass(frozen=True)
class Law:
    """A test that is marked as the law of an item, with its source."""

    path: str
    line: int
    function: str
    level: str
    source: str

    @property
    def module(self) -> str:
        """The module that the law is about, without the packages above it."""
        return Path(self.path).stem.removeprefix("test_")


@cache
def items() -> dict[str, Item]:
    """Return the register by ID, in the order of the book.

    Example:
        >>> list(items())[:3]
        ['LIN-01', 'LIN-02', 'LIN-03']
    """
    tables = tomllib.loads(Path(__file__).with_name("formulas.toml").read_text("utf-8"))
    return {name: Item(name, **{key: _tidy(value) for key, value in table.items()}) for name, table in tables.items()}


def item(name: str) -> Item:
    """Return one entry of the register.

    Raises:
        ValueError: if there is no such ID; the error suggests one.

    Example:
        >>> item("PERC-08").title
        "Novikoff's mistake bound"
    """
    if name not in items():
        raise ValueError(f"item: expected an ID of the register, got {name!r}{did_you_mean(name, items())}")
    return items()[name]


def modules() -> list[str]:
    """Return the modules of the register, in the order of the book."""
    return list(dict.fromkeys(entry.module for entry in items().values()))


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """Return a hint at the nearest of the choices, to be put behind an error; empty where none is near."""
    folded = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(name.lower(), folded, 1, cutoff=0.75)
    return f"; did you mean {folded[near[0]]!r}?" if near else ""


def code_lines(name: str) -> list[Place]:
    """Return the lines of refnn that cite an item, those of its own module first.

    Example:
        >>> code_lines("MAX-04")[0].function
        'maxout_backward'
    """
    home = item(name).module
    return sorted(_code().get(name, []), key=lambda place: place.module != home)


def laws(name: str) -> list[Law]:
    """Return the laws of an item: in `refnn.properties`, and in the repository's tests where they lie beside refnn.

    Example:
        >>> [law.function for law in laws("MAX-05")]
        ['test_a_maxout_layer_has_k_times_the_parameters_of_a_linear_one']
    """
    return list(_laws().get(item(name).name, []))


@cache
def _code() -> dict[str, list[Place]]:
    """Read all citations in the code, whether they stand in the register or not."""
    found: dict[str, list[Place]] = {}
    for path in sorted(ROOT.rglob("*.p*")):
        if path.suffix in {".py", ".pyx", ".pxi"} and path.relative_to(ROOT).parts[0] not in _NO_CODE:
            text = path.read_text("utf-8")
            scopes = _scopes(text) if path.suffix == ".py" else []
            for name, line, tagged in _citations(text):
                inner = next((scope[2:] for scope in scopes if scope[0] <= line <= scope[1]), ("", ""))
                found.setdefault(name, []).append(Place(_below(path), line, *inner, tagged))
    return found


@cache
def _laws() -> dict[str, list[Law]]:
    """Read all marks of laws, whether their IDs stand in the register or not."""
    files = sorted((ROOT / "properties").glob("test_*.py"))
    if (ROOT.parent / "pyproject.toml").is_file():  # a repository, not a folder of packages
        files += sorted((ROOT.parent / "tests").rglob("test_*.py"))
    found: dict[str, list[Law]] = {}
    for path in files:
        text = path.read_text("utf-8")
        lines, tree = text.splitlines(), ast.parse(text)
        tables = {name.id: line.value for line in tree.body if isinstance(line, ast.Assign)
                  for name in line.targets if isinstance(name, ast.Name)}  # fmt: skip
        for test in ast.walk(tree):
            if isinstance(test, ast.FunctionDef):
                for name, level in _marks(test, tables):
                    source = "\n".join(lines[test.decorator_list[0].lineno - 1 : test.end_lineno])
                    found.setdefault(name, []).append(Law(_below(path), test.lineno, test.name, level, source))
    return found


def _citations(text: str) -> Iterator[tuple[str, int, bool]]:
    r"""Yield ID, line and whether it is a \tag, once for each line."""
    lines, seen = text.splitlines(), set()
    for mention in _MENTION.finditer(text):
        for found in _ID.finditer(mention[0]):
            name, line = found[0], text.count("\n", 0, mention.start() + found.start()) + 1
            if (name, line) not in seen and len(set(_ID.findall(lines[line - 1]))) <= _CROWDED:
                seen.add((name, line))
                yield name, line, mention[0].startswith("\\")


def _scopes(text: str) -> list[tuple[int, int, str, str]]:
    """List first line, last line, name and docstring of the functions and classes of a file, innermost first.

    The file itself comes last, with no name.
    """
    found = []

    def visit(node: ast.AST, outer: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                visit(child, f"{outer}{child.name}.")
                doc = ast.get_docstring(child) or ""
                found.append((child.lineno, child.end_lineno or child.lineno, f"{outer}{child.name}", doc))

    tree = ast.parse(text)
    visit(tree, "")
    return [*found, (1, text.count("\n") + 1, "", ast.get_docstring(tree) or "")]


def _marks(test: ast.FunctionDef, tables: dict[str, ast.expr]) -> Iterator[tuple[str, str]]:
    """Yield the IDs of a test's marks `@law(...)` and `@for_each(...)`, each once with its level."""
    found: dict[tuple[str, str], None] = {}
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id in ("law", "for_each"):
            words = {word.arg: word.value for word in mark.keywords}
            names = [_constant(argument) for argument in mark.args]
            if mark.func.id == "for_each":
                table = _table(mark.args[0], tables)
                names = [table[row] for row in (_table(words["only"], tables) if "only" in words else table)]
            found |= {(name, _constant(words["level"])): None for name in names}
    yield from found


def _table(node: ast.expr, tables: dict[str, ast.expr]) -> dict[Any, Any]:
    """Return what a name or `{key: value, **other}` stands for, without running it; None for what is no constant."""
    if isinstance(node, ast.Name):
        return _table(tables[node.id], tables)
    assert isinstance(node, ast.Dict), f"for_each, line {node.lineno}: expected {{...}} or the name of one"
    found: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        found |= _table(value, tables) if key is None else {_constant(key): _constant(value)}
    return found


def _constant(node: ast.expr) -> Any:
    return node.value if isinstance(node, ast.Constant) else None


def _below(path: Path) -> str:
    """Return a path as seen from the folder that holds refnn."""
    return path.relative_to(ROOT.parent).as_posix()


def _tidy(value: str | list[str]) -> Any:
    """Make lines of TeX one line, and lists tuples."""
    return " ".join(value.split()) if isinstance(value, str) else tuple(value)
