"""The walk of CONTRIBUTING.md: `python -m tests.walk` writes what it says into the files that it names.

To be run in a copy of the repository that may be thrown away; `.ci/full walk` does so, and then runs the tests.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
_LINES = re.compile(r"^Into `(?P<file>.+?)`, (?P<where>above|below) `(?P<line>.+?)`[^`]*?:\n\n"
                    r"(?P<fence>````?)\w+\n(?P<text>.*?)^(?P=fence)$", re.DOTALL | re.MULTILINE)  # fmt: skip
_WORDS = re.compile(r"^In `(?P<file>.+?)`, `(?P<old>.+?)` becomes `(?P<new>.+?)`\.$", re.MULTILINE)


def walked() -> dict[str, str]:
    """Return the files as the walk leaves them.

    Raises:
        ValueError: if a step is not understood, or what it starts from is not there, or more than once.
    """
    page, files = (ROOT / "CONTRIBUTING.md").read_text("utf-8"), {}
    changes = [(words["file"], words["old"], words["new"]) for words in _WORDS.finditer(page)]
    for step in _LINES.finditer(page):
        line = step["line"] + "\n"
        new = line + step["text"] if step["where"] == "below" else step["text"] + line
        changes.append((step["file"], "\n" + line, "\n" + new))
    if len(changes) != len(re.findall(r"^In(?:to)? `", page, re.MULTILINE)):
        raise ValueError("CONTRIBUTING.md: a line begins like a step, with In or Into, and is none")
    for file, old, new in changes:
        before = files.get(file) or (ROOT / file).read_text("utf-8")
        if before.count(old) != 1:
            raise ValueError(f"CONTRIBUTING.md: {file} has {before.count(old)} times, and not once: {old.strip()}")
        files[file] = before.replace(old, new)
    return files


if __name__ == "__main__":
    for file, text in walked().items():
        (ROOT / file).write_text(text, "utf-8")
        print(file)
