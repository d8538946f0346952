"""Pages that are written from what refnn knows of itself: a comment `<!-- generated: NAME -->` is replaced at build."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from refnn import register
from refnn.cli.errata import proved
from refnn.exercises.course import exercises
from refnn.exercises.museum import exhibits
from refnn.exercises.mutants import mutants
from refnn.register.plain import plain

_MARK = re.compile(r"<!-- generated: (\w+) -->")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the generated parts of a page in their places; an unknown name fails the build."""
    return _MARK.sub(lambda mark: "\n".join(PARTS[mark[1]]()), markdown)


def formulas() -> Iterator[str]:
    """Yield the index of all items: what each says, its lines, its laws, its slide, its erratum."""
    for module in register.modules():
        yield f"\n## {module}\n"
        for entry in register.items().values():
            if entry.module == module and not entry.is_erratum:
                lines = ", ".join(dict.fromkeys(f"`{p.module}`" + (f" line {p.line}" if p.tagged else "")
                                                for p in register.code_lines(entry.name)[:3]))  # fmt: skip
                laws = [law.function for law in register.laws(entry.name)]
                yield f"### {entry.name} {_words(plain(entry.title))} {{ #{entry.name.lower()} }}\n"
                if entry.tex:
                    yield f"```text\n{plain(f'${entry.tex}$')}\n```\n"
                yield f"- slide: {_words(plain(entry.slide)) or ', '.join(entry.decks)}"
                yield f"- code: {lines}" if lines else f"- kind: {entry.kind}"
                if laws:
                    yield f"- laws: {'; '.join(map(_sentence, laws[:3]))}" + f"; {len(laws) - 3} more" * (len(laws) > 3)
                yield from (f"- erratum: [{e}](errata.md#{e.lower()})" for e in entry.errata)
                yield ""


def errata() -> Iterator[str]:
    """Yield what is wrong on the slides, each with the proof computed now."""
    for entry in register.items().values():
        if entry.is_erratum:
            first, *rest = proved(entry).splitlines()
            yield f"\n### {_words(first)} {{ #{entry.name.lower()} }}\n"
            yield "```text\n" + "\n".join(line.removeprefix("      ") for line in rest) + "\n```\n"


def laws_and_mutants() -> Iterator[str]:
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


def museum() -> Iterator[str]:
    """Yield the plaques of the museum."""
    for name, exhibit in exhibits().items():
        yield f"\n## {_words(exhibit.title)} {{ #{name} }}\n"
        yield f"*{_words(exhibit.where)}, {exhibit.year}; {_words(exhibit.read)}*\n"
        yield f"{_words(exhibit.mistake)}\n"
        yield f"```python\n{exhibit.source.rstrip()}\n```\n"
        if exhibit.kind == "function":
            yield f"```text\n{exhibit.counterexample}\ngives {exhibit.gives}\nright {exhibit.right}\n```\n"
            yield f"The law that sees it: {_sentence(exhibit.laws[0])}. {_words(exhibit.buys)}\n"


def course() -> Iterator[str]:
    """Yield the exercises, chapter by chapter."""
    for chapter in dict.fromkeys(exercise.chapter for exercise in exercises().values()):
        yield f"\n## {chapter}\n"
        yield from ("| exercise | kind | |", "|---|---|---|")
        yield from (f"| `refnn start {e.name}` | {e.kind} | {_words(e.title)} |"
                    for e in exercises().values() if e.chapter == chapter)


def _sentence(law: str) -> str:
    """Return the name of a law as the sentence that it is."""
    return law.removeprefix("test_").replace("_", " ")


def _words(text: str) -> str:
    """Return text that Markdown leaves alone."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", text)


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "formulas": formulas, "errata": errata, "mutants": laws_and_mutants, "museum": museum, "exercises": course,
}  # fmt: skip
