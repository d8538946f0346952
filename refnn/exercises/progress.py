"""A learner's progress: a small JSON file that lies beside the exercises and may be carried anywhere."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from refnn.exercises.course import exercises

__all__ = ["FILE", "STATES", "Entry", "Progress"]

FILE = "refnn-progress.json"
STATES = ("open", "started", "passed")
_HEAD = "refnn exercises, 1"


@dataclass
class Entry:
    """How far one exercise is: its state, the learner's file, and how many rungs of the hint were shown."""

    state: str = "open"
    file: str = ""
    hints: int = 0

    def is_sound(self) -> bool:
        """Tell whether the fields are what they should be."""
        return self.state in STATES and isinstance(self.file, str) and isinstance(self.hints, int)


@dataclass
class Progress:
    """What was started and passed in a folder."""

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    current: str = ""

    @classmethod
    def load(cls, folder: Path) -> "Progress":
        """Read the progress of a folder, which is none where there is no file.

        Raises:
            ValueError: if the file is damaged, or not one of refnn's.
        """
        path = folder / FILE
        if not path.exists():
            return cls(folder)
        try:
            data = json.loads(path.read_text("utf-8"))
            entries = {str(name): Entry(**entry) for name, entry in data["exercises"].items()}
            sound = data["what"] == _HEAD and all(entry.is_sound() for entry in entries.values())
            current = str(data["current"])
        except (ValueError, KeyError, TypeError, AttributeError):
            sound = False
        if not sound:
            raise ValueError(
                f"{FILE} is damaged or not refnn's; mend it or put it aside, your exercises stay as they are"
            )
        return cls(folder, entries, current)

    def of(self, name: str) -> Entry:
        """Return the entry of an exercise, which is made where it is not there yet."""
        return self.entries.setdefault(name, Entry())

    def state(self, name: str) -> str:
        """Return one of STATES."""
        return self.entries[name].state if name in self.entries else "open"

    def save(self) -> None:
        """Write the file as a whole or not at all."""
        rows = {name: asdict(entry) for name, entry in self.entries.items() if entry != Entry()}
        text = json.dumps({"what": _HEAD, "current": self.current, "exercises": rows}, indent=1) + "\n"
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=f".{FILE}")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, 0o644)
            os.replace(name, self.folder / FILE)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def following(self, name: str = "") -> str:
        """Return the first exercise behind this one, and then from the beginning, that is still open; "" if none is."""
        order = list(exercises())
        start = order.index(name) + 1 if name in order else 0
        return next((one for one in order[start:] + order[:start] if self.state(one) == "open"), "")
