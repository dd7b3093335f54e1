"""What a reader has tried and solved: one small JSON file in the user's own folder, and nowhere else.

Nothing is recorded for an answer that is still None, so a notebook that is run as it came leaves no trace; and nothing
at all is read or written where TINYLAB_PROGRESS is "off".
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple


class Attempts(NamedTuple):
    """wrong_count: answers that were not yet right, since the last right one; done: whether one ever was right."""

    wrong_count: int = 0
    done: bool = False


def path() -> Path | None:
    """The file: TINYLAB_PROGRESS (None where that is "off"), else progress.json in tinylab's folder where the platform
    keeps a user's data."""
    chosen = os.environ.get("TINYLAB_PROGRESS")
    if chosen == "off":
        return None
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        folder = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    else:
        folder = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return folder / "tinylab" / "progress.json"


def read() -> dict[str, Attempts]:
    """Exercise → attempts. A file that is absent or damaged counts as empty: it is no reader's fault."""
    file = path()
    if file is None:
        return {}
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): Attempts(int(entry["wrong"]), bool(entry["done"])) for name, entry in entries.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def note(exercise: str, done: bool) -> Attempts:
    """Add one attempt and give the exercise's attempts. A folder that can not be written to is no error."""
    everything = read()
    before = everything.get(exercise, Attempts())
    after = Attempts(0, True) if done else Attempts(before.wrong_count + 1, before.done)
    file = path()
    if file is not None:
        _write(file, {**everything, exercise: after})
    return after


def forget() -> None:
    """Remove the file: the map of the course is empty again."""
    file = path()
    if file is not None:
        file.unlink(missing_ok=True)


def _write(file: Path, everything: dict[str, Attempts]) -> None:
    text = json.dumps(
        {name: {"wrong": attempts.wrong_count, "done": attempts.done} for name, attempts in sorted(everything.items())},
        indent=1,
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as part:
            part.write(text)
        Path(part.name).replace(file)  # atomic: two notebooks at once lose an attempt at worst, never the file
    except OSError:
        return
