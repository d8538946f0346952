"""What a learner is handed: the file with the stub at the start, and the solution after a pass."""

import ast
import importlib
import inspect
import re
from textwrap import dedent, fill, indent

from refnn import register
from refnn.exercises.course import Exercise, display
from refnn.kernels import definition
from refnn.register.plain import plain

__all__ = ["handout", "solution", "statement", "stub"]

_WIDTH = 100
_LAST = "# Check it at every save: refnn watch {name}    or once: refnn next    Stuck? refnn hint"


def handout(exercise: Exercise) -> str:
    """Return the text of the file that the learner works in."""
    head, body = _parts(exercise)
    words = "\n\n".join(_filled(part) for part in (_sentence(exercise.title), *head) if part)
    docstring = f'{_raw(words)}"""{words}\n"""'
    return f"{docstring}\n\n{body.strip()}\n\n\n{_LAST.format(name=exercise.name)}\n"


def statement(exercise: Exercise) -> list[str]:
    """Return what the file says is to be done, in paragraphs, without the stub."""
    return [part for part in _parts(exercise)[0] if part]


def _parts(exercise: Exercise) -> tuple[list[str], str]:
    """Return the words and the code of a file."""
    return {
        "implement": _implement, "law": _law, "counterexample": _counterexample, "repair": _repair,
    }[exercise.kind](exercise)  # fmt: skip


def _sentence(title: str) -> str:
    return title if title.endswith("?") else f"{title}."


def solution(exercise: Exercise) -> str:
    """Return what passes: refnn's own code or law, the stored counterexample, the repaired exhibit."""
    if exercise.kind == "law":
        return _law_source(exercise)
    if exercise.kind == "counterexample":
        from refnn.exercises.claims import claims

        claim = claims()[exercise.claim]
        values = ", ".join(map(repr, claim.refuted_by)) + "," * (len(claim.refuted_by) == 1)
        truth = indent(_filled(plain(claim.truth)), "# ")
        return f"def counterexample():\n    return {values}\n\n\n{truth}"
    if exercise.kind == "repair":
        from refnn.exercises.museum import exhibits

        exhibit = exhibits()[exercise.exhibit]
        story = indent(_filled(exhibit.mistake), "# ")
        return f"{story}\n\n{_body(exhibit.repaired)}"
    sources = [_source(_right(exercise, name)) for name in exercise.functions]
    for name in exercise.functions:
        if hasattr(definition, name):
            sources.append(f"# and the definition behind it\n{_source(getattr(definition, name))}")
    return "\n\n\n".join(sources)


def _body(text: str) -> str:
    """Return a file without its imports."""
    first = next(node for node in ast.parse(text).body if not isinstance(node, ast.Import | ast.ImportFrom))
    return "\n".join(text.splitlines()[first.lineno - 1 :]).strip()


def stub(code: object) -> str:
    """Return a function or class of refnn without its code and types, the docstring in keyboard text."""
    source = dedent(inspect.getsource(code))  # type: ignore[arg-type]
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    return _stub(node, source)


def _stub(node: ast.FunctionDef | ast.ClassDef, source: str) -> str:
    words = _keyboard(ast.get_docstring(node) or "")
    parts = [f'{_raw(words)}"""{words}{chr(10) * (chr(10) in words)}"""'] if words else []
    if isinstance(node, ast.FunctionDef):
        node.decorator_list, node.returns = [], None
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            argument.annotation = None
        parts.append("raise NotImplementedError")
    else:
        methods = [part for part in node.body[1:] if isinstance(part, ast.FunctionDef)]
        fields = [ast.get_source_segment(source, part) or "" for part in node.body[1:] if part not in methods]
        parts += ["\n".join(fields), *(_stub(method, source) for method in methods)]
    node.body = [ast.Pass()]
    lines = ast.unparse(node).splitlines()[:-1]
    gap = "\n\n" if isinstance(node, ast.ClassDef) else "\n"
    return "\n".join(lines) + "\n" + indent(gap.join(parts), "    ")


def _keyboard(docstring: str) -> str:
    """Return a docstring with its formulas in letters and signs of the keyboard."""
    text = plain(re.sub(r"\$\$(.+?)\$\$", lambda found: display(found[1]), docstring, flags=re.DOTALL))
    return "\n".join(line if len(line) <= _WIDTH + 12 else _broken(line) for line in text.splitlines())


def _broken(line: str) -> str:
    """Break a long line where its words allow."""
    margin = " " * (len(line) - len(line.lstrip()))
    return fill(line.strip(), _WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


def _raw(text: str) -> str:
    return "r" if "\\" in text else ""


def _filled(text: str) -> str:
    """Fill the paragraphs of a text; lines that are indented stay as they are."""
    blocks = [block if block.startswith(" ") else fill(" ".join(block.split()), _WIDTH, break_on_hyphens=False)
              for block in dedent(text).strip().split("\n\n")]  # fmt: skip
    return "\n\n".join(blocks)


def _right(exercise: Exercise, name: str) -> object:
    return getattr(importlib.import_module(f"refnn.{exercise.of}"), name)


def _source(code: object) -> str:
    """Return the code of a function or class as it stands, without its docstring."""
    lines = dedent(inspect.getsource(code)).splitlines()  # type: ignore[arg-type]
    node = ast.parse("\n".join(lines)).body[0]
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    first = node.body[0]
    if len(node.body) > 1 and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        last = first.end_lineno or first.lineno
        while not lines[last].strip():
            last += 1
        del lines[first.lineno - 1 : last]
    return "\n".join(lines)


def _implement(exercise: Exercise) -> tuple[list[str], str]:
    convention = (
        "Write what is missing. Arguments are arrays, or whatever np.asarray takes; leave them as they are. The result "
        "has the widest dtype among the arrays that you are given: float32 only if all of them are."
    )
    imports = "\n".join(["import numpy as np", *exercise.imports])
    stubs = "\n\n\n".join(stub(_right(exercise, name)) for name in exercise.functions)
    return [exercise.task, convention], f"{imports}\n\n\n{stubs}"


def _law(exercise: Exercise) -> tuple[list[str], str]:
    how = (
        "Say it as a test that any right implementation passes, and a wrong one fails. Ask the subject for the "
        f"function, `subject.{exercise.of}.NAME(...)`: it is refnn, and then {len(exercise.mutants)} wrong versions "
        "of it, each of which your law must catch. Let Hypothesis draw the inputs with @given, or choose them yourself."
    )
    hypothesis = ["from hypothesis import given", "from hypothesis import strategies as st"]
    imports = "\n".join(["import numpy as np", *hypothesis, *exercise.imports])
    return [exercise.task, how], f"{imports}\n\n\ndef {exercise.law}(subject):\n    raise NotImplementedError"


def _law_source(exercise: Exercise) -> str:
    found = (law for name in register.items() for law in register.laws(name))
    return next(law.source for law in found if (law.module, law.function) == (exercise.of, exercise.law))


def _counterexample(exercise: Exercise) -> tuple[list[str], str]:
    from refnn.exercises.claims import claims

    claim = claims()[exercise.claim]
    how = f"That sounds right, and is wrong. Find an input for which it does not hold. {claim.asks}"
    values = ", ".join(claim.parameters)
    body = f"def counterexample():\n    raise NotImplementedError  # return {values}"
    return [f"The claim: {plain(claim.says)}", how], f"import numpy as np\n\n\n{body}"


def _repair(exercise: Exercise) -> tuple[list[str], str]:
    from refnn.exercises.museum import exhibits

    exhibit = exhibits()[exercise.exhibit]
    if exhibit.kind == "law":
        how = (
            f"This is a test of a real project that cannot fail where it should: it accepts a wrong version of "
            f"{exhibit.of}. Find out why, and make it bite; right versions must still pass."
        )
    else:
        name = exercise.functions[0]
        sentence = (inspect.getdoc(_right(exercise, name)) or "").partition("\n\n")[0]
        how = (
            f"This is a real defect, in code that many learn from. Find what is wrong with {name}, and repair it. "
            f"What it should do: {plain(sentence)} `refnn explain {name}` shows the formula."
        )
    return [exercise.task, how, f"Found in {exhibit.where}; written anew here."], exhibit.source
