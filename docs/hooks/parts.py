"""The parts of pages that are written from what refnn knows of itself; each function yields lines of Markdown."""

import ast
import importlib
import inspect
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

from play import play

from refnn import experiments, register
from refnn.cli.errata import proved
from refnn.exercises.course import Exercise, exercises
from refnn.exercises.handout import statement
from refnn.exercises.museum import exhibits
from refnn.exercises.mutants import mutants
from refnn.interop import ledger
from refnn.register import records as register_records
from refnn.register.plain import plain

DOCS = Path(__file__).parent.parent
LADDER = DOCS / "data" / "ladder.json"  # refnn bench --ladder --json docs/data/ladder.json
WIDEST = 72  # characters of a formula in one row
ENGINE = ("layers", "network", "training", "model_io", "data", "kernels")


def formula(names: str) -> Iterator[str]:
    """Yield one or several items: the formula, and the red thread to its code, laws, exercises and slide."""
    for name in names.split():
        entry = register.item(name)
        laws, tasks = register.laws(name), list(_exercises(name))
        yield '<div class="formula" markdown>\n'
        yield f"[](){{ #{name} }}**[{name}][{name.lower()}]** {entry.title}\n"
        if entry.tex:
            yield f"$$\n{_rows(entry.tex)}\n$$\n"
        code = _code(name)
        thread = [f"code {', '.join(code)}"] * bool(code) + [_slide(entry)] * bool(entry.slide)
        if thread or entry.errata:
            yield " · ".join([*thread, *entry.errata]) + "\n{ .thread }\n"
        if laws or tasks:
            counts = {"law": len(laws), "exercise": len(tasks)}
            said = ", ".join(f"{count} {word}{'s' * (count > 1)}" for word, count in counts.items() if count)
            yield f'<details class="thread" markdown><summary>{said}</summary>\n'
            yield from (f"- [{_sentence(law.function)}][{_anchor(law)}]" for law in laws)
            yield from (f"- `refnn start {task.name}`: [{_words(task.title)}][exercise.{task.name}]" for task in tasks)
            yield "\n</details>\n"
        yield "</div>\n"


def erratum(names: str) -> Iterator[str]:
    """Yield what is wrong on slides, what is right, and why, computed now."""
    for name in names.split():
        entry = register.item(name)
        yield f'!!! erratum "{name} · {plain(entry.title)}"\n'
        says, *why = _corrected(entry)
        yield f"    [](){{ #{name} }}{says}"
        yield from (f"    {line}" for line in why)


def source(name: str) -> Iterator[str]:
    """Yield the code of a function, or of a method, without its docstring: `source perceptron.update`."""
    module, _, path = name.partition(".")
    value: Any = importlib.import_module(f"refnn.{module}")
    for part in path.split("."):
        value = getattr(value, part)
    lines = dedent(inspect.getsource(inspect.unwrap(value))).splitlines()
    body = ast.parse("\n".join(lines)).body[0].body  # type: ignore[attr-defined]
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        del lines[body[0].lineno - 1 : body[0].end_lineno]
    yield f'```python title="refnn.{name}"'
    yield from lines
    yield "```\n"
    if not path.startswith("_"):
        yield f"In the API: [`{name}`][refnn.{name}]\n{{ .thread }}\n"


def kernel(argument: str) -> Iterator[str]:
    """Yield functions cut out of a file below refnn: `kernel kernels/tile.pxi wide`; `enum` is its constants."""
    file, *names = argument.split()
    lines = (register.ROOT / file).read_text("utf-8").splitlines()
    language = "python" if file.endswith(".py") else "cython"
    for name in names:
        head = re.compile(r"cdef enum:" if name == "enum" else rf"(cp?def\b|def\b)[^=(]*\b{re.escape(name)}\(")
        first = next((k for k, line in enumerate(lines) if head.match(line)), None)
        if first is None:
            raise ValueError(f"{file} has no {name}")
        # the body is indented, and so are the lines of a long signature
        last = next((k for k in range(first + 1, len(lines)) if lines[k] and not lines[k].startswith(" ")), len(lines))
        yield f'```{language} title="refnn/{file}"'
        yield from "\n".join(lines[first:last]).rstrip().splitlines()
        yield "```\n"


def ladder(subject: str) -> Iterator[str]:
    """Yield the measured rungs of the subject whose name begins so; bars count in powers of ten."""
    data = json.loads(LADDER.read_text("utf-8"))
    found = [rung for rung in data["ladder"] if rung["subject"].startswith(subject)]
    if not subject or not found:
        raise ValueError(f"{LADDER.name}: no subject begins with {subject!r}")
    peak, before = data["limits"]["1"]["peak"]["float32"], 0.0
    yield f"| {_words(found[0]['subject'])} | GF/s | factor | of the peak | |\n|---|--:|--:|--:|---|"
    for rung in found:
        rate = rung["flops"] / rung["seconds"]
        factor = f"{rate / before:.1f}" if before else ""
        length = max(0.1, 2 * math.log10(rate / 1e7))  # ems: two for each power of ten above 10 million operations
        yield (f"| {_words(rung['name'])} | {rate / 1e9:.3g} | {factor} | {100 * rate / peak:.2g} % | "
               f'<span style="display: inline-block; height: 0.6em; width: {length:.2f}em; '
               'background: var(--md-primary-fg-color)"></span> |')
        before = rate
    yield ""


def measured(_: str) -> Iterator[str]:
    """Yield on what machine, when, and how busy, the ladder was measured."""
    data = json.loads(LADDER.read_text("utf-8"))
    machine, limits = data["machine"], data["limits"]["1"]
    streams = ", ".join(f"{_words(level)} {rate / 1e9:.0f}" for level, rate in limits["stream"].items())
    before, after = machine["load"]
    yield (f"Measured {machine['date']} on one core of an {_words(machine['processor'])} ({machine['system']}, kernels "
           f"{_words(machine['kernels'].partition(',')[0])}), load average {before:.1f} before and {after:.1f} after. "
           f"Its peak is {limits['peak']['float32'] / 1e9:.0f} GF/s in float32; its memory streams in GB/s: {streams}. "
           "[The data](site:data/ladder.json)\n{ .caption }\n")


def figure(argument: str) -> Iterator[str]:
    """Yield an experiment's picture, for light and for dark pages: `figure xor What one sees on it.`"""
    name, _, alt = argument.partition(" ")
    if not alt:
        raise ValueError(f"what does one see on the figure? figure {name} A sentence.")
    caption = _words((inspect.getdoc(experiments.experiment(name)) or "").partition("\n")[0])
    for suffix, scheme in (("", "light"), ("-dark", "dark")):
        yield f"![{_words(alt)}](site:figures/{name}{suffix}.svg#only-{scheme})"
    yield f"\n*{caption}* `refnn experiment {name}`\n{{ .caption }}\n"


def outcome(name: str) -> Iterator[str]:
    """Yield what an experiment says of its data."""
    yield f"```text\n{experiments.experiment(name).words(experiments.load(name))}\n```\n"


def records(name: str) -> Iterator[str]:
    """Yield the data that an item of history stands for, a row for each."""
    heads = {"HIST-01": ("when", "what"), "HIST-02": ("of what", "how much"), "HIST-03": ("short", "work")}
    yield from ("| {} | {} |".format(*heads[name]), "|---|---|")
    for label, said in register_records.records(name):
        yield re.sub(r"10\^(\d+)", r"10<sup>\1</sup>", f"| {_words(label)} | {_words(said)} |")
    yield ""


def laws(modules: str) -> Iterator[str]:
    """Yield the laws of modules, level by level, each with a link to its source and what PyTorch does."""
    theirs = ledger.stored()
    holds, differs = ({law.partition("[")[0] for law in theirs[outcome]} for outcome in ("holds", "deviates"))
    for module in modules.split():
        found = [law for law in _all_laws() if law.module == module]
        yield f'??? laws "{len(found)} laws of {module}: `refnn check {module}`"\n'
        yield (f"    refnn keeps them all. What PyTorch {theirs['library']} did on {theirs['date']}, if it has the "
               "functions, stands beside a law: [conventions](site:conventions.md).\n")  # fmt: skip
        for level in dict.fromkeys(law.level for law in found):
            yield f"    *{level}*\n"
            for law in (law for law in found if law.level == level):
                key = f"{module}::{law.function}"
                said = "PyTorch differs" if key in differs else "PyTorch too" if key in holds else ""
                yield f"    - [{_sentence(law.function)}][{_anchor(law)}]" + f" <small>{said}</small>" * bool(said)
            yield ""


def law(name: str) -> Iterator[str]:
    """Yield the source of one law: `law perceptron.the_bound_is_reached`, with or without the test_ of its function."""
    module, _, function = name.partition(".")
    found = next(law for law in _all_laws() if (law.module, _sentence(law.function)) == (module, _sentence(function)))
    yield f'```python title="{found.path}"\n{found.source}\n```\n'


def practice(modules: str) -> Iterator[str]:
    """Yield the exercises that are about modules."""
    yield from ("| exercise | kind | start it |", "|---|---|---|")
    yield from (f"| [{_words(e.title)}][exercise.{e.name}] | {e.kind} | `refnn start {e.name}` |"
                for e in exercises().values() if e.of in modules.split())  # fmt: skip
    yield ""


def contents(_: str) -> Iterator[str]:
    """Yield the chapters in the order of the navigation, each with the sentence that it begins with."""
    yield from ("| | chapter | the idea |", "|--:|---|---|")
    for number, (page, title, text) in enumerate(_chapters(), 1):
        first, *more = re.split(r"(?<=[.?!])\s", " ".join(text.strip().split("\n\n")[0].split()))
        idea = " ".join([first, *more[: len(first) < 50]])
        yield f"| {number} | [{title}](site:{page}) | {idea} |"
    yield ""


def counts(_: str) -> Iterator[str]:
    """Yield how much there is of everything."""
    formulas = [entry for entry in register.items().values() if not entry.is_erratum]
    kinds = {"formulas and facts": len(formulas), "errata of the slides": len(register.items()) - len(formulas),
             "laws": len(list(_all_laws())), "mutants": len(mutants()), "exercises": len(exercises()),
             "exhibits in the museum": len(exhibits()), "experiments": len(experiments.EXPERIMENTS)}  # fmt: skip
    yield " · ".join(f"**{count}** {kind}" for kind, count in kinds.items()) + "\n"


def cases(_: str) -> Iterator[str]:
    """Yield how many of the laws can be asked of any code, and in how many cases."""
    known, found = list(_all_laws()), ledger.stored()
    open_to_all = sum(law.path.startswith("refnn/") for law in known)
    asked = len(found["holds"]) + len(found["deviates"]) + sum(found["not covered"].values())
    yield (f"The book has {len(known)} laws, as [Home](site:index.md) counts them. {open_to_all} can be asked of any "
           f"code, in {asked} cases; the other {len(known) - open_to_all} are about refnn's own experiments and data.")
    yield ""


def symbols(_: str) -> Iterator[str]:
    """Yield the symbols of each module, as its own text explains them."""
    yield from ("| module | symbols |", "|---|---|")
    for name in api_modules():
        said = re.search(r"^Symbols: (.*?)(?=\n\n|\Z)", inspect.getdoc(importlib.import_module(f"refnn.{name}")) or "",
                         re.DOTALL | re.MULTILINE)  # fmt: skip
        if said:
            yield f"| [{name}](site:api/{name}.md) | {' '.join(said[1].split()).replace('|', chr(92) + '|')} |"
    yield ""


def minutes(module: str) -> Iterator[str]:
    """Yield how long a module is, how long it takes to read at 25 lines a minute, and where it goes on."""
    lines = len((register.ROOT / f"{module}.py").read_text("utf-8").splitlines())
    taken = 5 * max(1, round(lines / 25 / 5))
    yield (f"{lines} lines, about {taken} minutes · [`refnn.{module}`](site:api/{module}.md) · "
           f"`refnn check {module}`\n{{ .thread }}\n")


def figures() -> dict[str, str]:
    """Draw every experiment, for light and for dark pages, and return the pictures by file."""
    found = {}
    with TemporaryDirectory() as place:
        for name in experiments.EXPERIMENTS:
            data = experiments.load(name)
            for suffix, dark in (("", False), ("-dark", True)):
                file = Path(place) / f"{name}{suffix}.svg"
                experiments.draw(name, file, dark, data)
                found[f"figures/{file.name}"] = file.read_text("utf-8")
    return found


def api_modules() -> list[str]:
    """List the modules of the API, in the order of the book."""
    return [name for name in register.modules() if "." not in name] + list(ENGINE)


def api_pages() -> dict[str, str]:
    """Return a page for each module."""
    return {f"api/{name}.md": f"# refnn.{name}\n\n::: refnn.{name}\n" for name in api_modules()}


def api(_: str) -> Iterator[str]:
    """Yield a list of the modules with what each is about."""
    for name in api_modules():
        said = (inspect.getdoc(importlib.import_module(f"refnn.{name}")) or "").partition("\n")[0]
        yield f"- [`refnn.{name}`](site:api/{name}.md): {said}"


def law_pages() -> dict[str, str]:
    """Return a page for each file of laws: every law as a sentence, with its source."""
    found: dict[str, str] = {}
    for law in _all_laws():
        page = f"laws/{law.module}.md"
        found.setdefault(page, f"---\nsearch:\n  exclude: true\n---\n\n# Laws of {law.module}\n\n`{law.path}`\n")
        found[page] += f"\n## {_sentence(law.function)} {{ #{_anchor(law)} }}\n\n```python\n{law.source}\n```\n"
    return found


def formulas(_: str) -> Iterator[str]:
    """Yield the index of all items: what each says, its code, its laws, its slide, its erratum."""
    for module in register.modules():
        yield f"\n## {module}\n"
        for entry in register.items().values():
            if entry.module == module and not entry.is_erratum:
                yield f"### {entry.name} {_words(plain(entry.title))} {{ #{entry.name.lower()} }}\n"
                if entry.tex:
                    yield f"$$\n{_rows(entry.tex)}\n$$\n"
                yield from (f"- {row}" for row in _index(entry))
                yield ""


def _index(entry: register.Item) -> Iterator[str]:
    """Yield what the index knows of an item, as rows of a list."""
    yield f"in the book: [{entry.name}][{entry.name}]"
    yield f"slide: {_slide(entry)}"
    code = _code(entry.name)
    yield f"code: {', '.join(code)}" if code else f"kind: {entry.kind}"
    laws = [f"[{_sentence(law.function)}][{_anchor(law)}]" for law in register.laws(entry.name)]
    if laws:
        yield f"laws: {'; '.join(laws[:3])}" + f"; {len(laws) - 3} more" * (len(laws) > 3)
    if entry.errata:
        yield f"errata: {', '.join(entry.errata)}"


def errata(_: str) -> Iterator[str]:
    """Yield what is wrong on the slides, each with the proof computed now."""
    for entry in register.items().values():
        if entry.is_erratum:
            yield f"\n## {entry.name} {_words(plain(entry.title))} {{ #{entry.name.lower()} }}\n"
            about = [f"of {', '.join(entry.items)}"] if entry.items else []
            yield " · ".join([entry.status, *about, f"in the book: [{entry.name}][{entry.name}]"]) + "\n{ .thread }\n"
            yield from _corrected(entry)


def _corrected(entry: register.Item) -> Iterator[str]:
    """Yield what the slides say, what is right, and why, computed now."""
    *_, proof = proved(entry).partition("      proof ")
    yield f"{_slide(entry) or 'The slides'}: {entry.says}\n"
    yield f"**Right:** {entry.right}\n"
    yield f"*Proof, computed for this page:* {_words(' '.join(proof.split()))}\n"


def laws_and_mutants(_: str) -> Iterator[str]:
    """Yield, module by module, each mutant with its mistake and the laws that see it."""
    known = mutants().values()
    yield f"{len(known)} mutants of {len({mutant.module for mutant in known})} modules.\n"
    for module in dict.fromkeys(mutant.module for mutant in known):
        yield f"\n## {module}\n"
        yield from ("| law | the mutants that it must see |", "|---|---|")
        table: dict[str, list[str]] = {}
        for mutant in known:
            for law in mutant.laws if mutant.module == module else ():
                table.setdefault(law, []).append(f"{mutant.name}: {_words(mutant.imitates)}")
        yield from (f"| {_sentence(law)} | {'<br>'.join(rows)} |" for law, rows in sorted(table.items()))


def museum(_: str) -> Iterator[str]:
    """Yield the plaques of the museum."""
    for name, exhibit in exhibits().items():
        yield f"\n## {_words(exhibit.title)} {{ #{name} }}\n"
        yield f"*{_words(exhibit.where)}, {exhibit.year}; {_words(exhibit.read)}*\n"
        yield f"{_words(exhibit.mistake)}\n"
        yield f"```python\n{exhibit.source.rstrip()}\n```\n"
        if exhibit.kind == "function":
            yield f"```text\n{exhibit.counterexample}\ngives {exhibit.gives}\nright {exhibit.right}\n```\n"
            yield f"The law that sees it: {_sentence(exhibit.laws[0])}. {_words(exhibit.buys)}\n"


def course(_: str) -> Iterator[str]:
    """Yield the exercises, chapter by chapter: what each asks for, and the first rung of its hint."""
    pages = {title: page for page, title, _ in _chapters()}
    for chapter in dict.fromkeys(exercise.chapter for exercise in exercises().values()):
        yield f"\n## {chapter}\n\n[The chapter](site:{pages[chapter]})\n{{ .thread }}\n"
        for task in exercises().values():
            if task.chapter == chapter:
                kind = f"<small>{_words(task.name)} · {task.kind}</small>"
                yield f'??? exercise "[](){{ #exercise.{task.name} }}{_words(task.title)} {kind}"\n'
                yield f"    `refnn start {task.name}`\n"
                yield from (f"    {line}" if line else "" for part in _asked(task) for line in [*part.splitlines(), ""])
                yield '    ??? question "A first hint"\n'
                yield f"        {_prose(task.question)}\n"


def _asked(task: Exercise) -> Iterator[str]:
    """Yield what an exercise asks for, as its file says it."""
    if task.kind == "implement":
        yield _prose(task.task)
        rows = []
        for name in task.functions:
            function = getattr(importlib.import_module(f"refnn.{task.of}"), name)
            said = inspect.getdoc(function) or ""
            ids = dict.fromkeys(re.findall(r"\\tag\{([A-Z]+-\d\d)", said))
            sentence = " ".join(said.partition("\n\n")[0].split())
            rows.append(f"- `{name}({', '.join(inspect.signature(function).parameters)})`: {sentence} {' '.join(ids)}")
        yield "\n".join(rows)
        return
    yield from map(_prose, statement(task))
    if task.exhibit:
        yield f"```python\n{exhibits()[task.exhibit].source.strip()}\n```"


def conventions(_: str) -> Iterator[str]:
    """Yield the convention ledger: where libraries disagree, and what the laws found on PyTorch."""
    yield from ledger.page(ledger.stored())


def _chapters() -> Iterator[tuple[str, str, str]]:
    """Yield page, title and text of each chapter, in the order of the navigation."""
    for page in re.findall(r"chapters/\w+\.md", (DOCS.parent / "mkdocs.yml").read_text("utf-8")):
        title, _, text = (DOCS / page).read_text("utf-8").partition("\n")
        yield page, title.removeprefix("# "), text


def _all_laws() -> Iterator[register.Law]:
    """Yield every law once, file by file."""
    seen = dict.fromkeys(law for name in register.items() for law in register.laws(name))
    yield from sorted(seen, key=lambda law: (law.path, law.line))


def _exercises(name: str) -> Iterator[Exercise]:
    """Yield the exercises on an item: its functions implemented, its law written."""
    functions = {(place.module, place.function) for place in register.code_lines(name)}
    written = {law.function for law in register.laws(name)}
    for task in exercises().values():
        if task.law in written or any((task.of, function) in functions for function in task.functions):
            yield task


def _code(name: str) -> list[str]:
    """Return links to the functions, three at most, that cite an item."""
    return [*dict.fromkeys(link for link in map(_api, register.code_lines(name)) if link)][:3]


def _api(place: register.Place) -> str:
    """Return the link to the public function of a place; nothing where it has none."""
    if place.module not in api_modules() or not place.function or place.function.startswith("_"):
        return ""
    return f"[`{place.function}`][refnn.{place.module}.{place.function}]"


def _slide(entry: register.Item) -> str:
    """Return the slides of an item; the letters of a deck are a link to what it is."""
    return re.sub(r"\bS[0-4]\b", r"[\g<0>](site:reading.md#decks)", entry.slide or ", ".join(entry.decks))


def _rows(tex: str) -> str:
    """Return a formula whose parts stand below each other if they do not fit side by side."""
    parts, depth = [""], 0
    for piece in re.split(r"(\\qquad|[{}])", tex):
        depth += {"{": 1, "}": -1}.get(piece, 0)
        if piece == r"\qquad" and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    if len(plain(f"${tex}$")) <= WIDEST or len(parts) == 1:
        return tex
    return r"\begin{gathered}" + r" \\[0.4em] ".join(parts) + r"\end{gathered}"


def _anchor(law: register.Law) -> str:
    """Return the anchor of a law."""
    return f"{law.module}.{law.function}"


def _sentence(law: str) -> str:
    """Return the name of a law as the sentence that it is."""
    return law.removeprefix("test_").replace("_", " ")


def _words(text: str) -> str:
    """Return text that Markdown leaves alone."""
    return re.sub(r"([\\`*_{}\[\]|#])", r"\\\1", text).replace("<", "&lt;").replace(">", "&gt;")


def _prose(text: str) -> str:
    """Return a text that Markdown leaves alone, but for its code between backticks."""
    return "".join(part if part.startswith("`") else _words(part)
                   for part in re.split(r"(`[^`]+`)", " ".join(text.split())))  # fmt: skip


PARTS: dict[str, Callable[[str], Iterator[str]]] = {
    "formula": formula,
    "erratum": erratum,
    "source": source,
    "figure": figure,
    "outcome": outcome,
    "laws": laws,
    "practice": practice,
    "play": play,
    "api": api,
    "formulas": formulas,
    "errata": errata,
    "mutants": laws_and_mutants,
    "records": records,
    "law": law,
    "contents": contents,
    "counts": counts,
    "cases": cases,
    "minutes": minutes,
    "symbols": symbols,
    "kernel": kernel,
    "ladder": ladder,
    "measured": measured,
    "museum": museum,
    "exercises": course,
    "conventions": conventions,
}
