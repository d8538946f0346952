"""List plausible wrong versions of refnn's functions, what each imitates, and the laws that see it.

`refnn mutants` lists all, `refnn mutants conv` those of a module, `refnn mutants conv2d-flipped-kernel` shows one with
its source. `--all` lets every mutant meet every law of its module, which takes a quarter of an hour for all, and fails
where a mutant survives or a law of a module is broken by none of its mutants.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from refnn.cli.layout import fill
from refnn.exercises.mutants import Mutant, Mutated, mutants
from refnn.register import did_you_mean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn mutants`."""
    parser.add_argument("what", nargs="?", metavar="NAME", help="a mutant or a module; default: all")
    parser.add_argument("--all", action="store_true", dest="every", help="let each meet every law of its module")
    parser.add_argument("--examples", type=int, default=30, metavar="N", help="inputs for each law (default: 30)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--out", metavar="FILE", help="write the JSON to a file as well")


def run(options: argparse.Namespace) -> int:
    """List the mutants or show one; with --all return 1 if one survives or a law is broken by none."""
    known = mutants()
    modules = list(dict.fromkeys(mutant.module for mutant in known.values()))
    if options.what is not None and options.what not in {*known, *modules}:
        hint = did_you_mean(options.what, [*known, *modules])
        raise ValueError(f"expected a mutant or a module, got {options.what!r}{hint}")
    chosen = [m for m in known.values() if options.what in (None, m.name, m.module)]
    if options.every:
        return _try_all(chosen, options)
    rows = [_row(mutant) for mutant in chosen]
    if options.out:
        Path(options.out).write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
    if options.json:
        print(json.dumps(rows, indent=2))
    elif options.what in known:
        print(_said(chosen[0]), "", chosen[0].source, sep="\n")
    else:
        for module in dict.fromkeys(mutant.module for mutant in chosen):
            print(module, *(_said(mutant) for mutant in chosen if mutant.module == module), "", sep="\n")
        print(f"{len(chosen)} mutants of {options.what or f'{len(modules)} modules'}")
    return 0


def _said(mutant: Mutant) -> str:
    """Return a mutant's name, its mistake and the laws that see it."""
    laws = "\n".join(f"      {law}" for law in mutant.laws)
    return f"  {mutant.name}\n{fill(f'{mutant.module}.{mutant.function}: {mutant.imitates}', '    ')}\n{laws}"


def _row(mutant: Mutant) -> dict[str, Any]:
    return {"name": mutant.name, "module": mutant.module, "function": mutant.function, "imitates": mutant.imitates,
            "laws": list(mutant.laws), "level": mutant.level}  # fmt: skip


def _try_all(chosen: list[Mutant], options: argparse.Namespace) -> int:
    """Let mutants meet all laws of their modules; print the matrix law by mutant, and who breaks none."""
    matrix: dict[str, dict[str, Any]] = {}
    for module, rows in _matrix(chosen, options.examples):
        matrix[module] = rows
        if not options.json:
            print(module)
            for law, row in rows.items():
                print(f"  {law}, {row['level']}")
                print(fill(", ".join(row["kills"]) or "no mutant breaks it", "      "), flush=True)
    text = json.dumps(matrix, indent=2)
    if options.out:
        Path(options.out).write_text(text + "\n", "utf-8")
    killed = {name for rows in matrix.values() for row in rows.values() for name in row["kills"]}
    survivors = [mutant.name for mutant in chosen if mutant.name not in killed]
    laws = {f"{module}: {law}": row["kills"] for module, rows in matrix.items() for law, row in rows.items()}
    idle = [law for law, kills in laws.items() if not kills]
    if options.json:
        print(text)
    else:
        print(f"\n{len(chosen)} mutants, {len(survivors)} survive; {len(laws)} laws, {len(idle)} broken by no mutant")
        for label, names in {"survives": survivors, "no mutant breaks": idle}.items():
            print("".join(f"  {label} {name}\n" for name in names), end="")
    one_of_many = options.what is not None and options.what not in matrix  # others may break what it leaves whole
    return 1 if survivors or (idle and not one_of_many) else 0


def _matrix(chosen: Iterable[Mutant], examples: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield, module by module, the level of every law and the mutants that it kills."""
    from refnn.exercises.trials import failure, laws

    by_module: dict[str, list[Mutant]] = {}
    for mutant in chosen:
        by_module.setdefault(mutant.module, []).append(mutant)
    for module, own in by_module.items():
        yield module, {
            law.name: {
                "level": law.level,
                "kills": [m.name for m in own if failure(law.about(m.function), Mutated(m)) is not None],
            }
            for law in laws(module, examples).values()
        }
