"""A folder that is written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from tinylab.errors import DataError


def check_folder(folder: Path, names: Iterable[str], *, overwrite: bool) -> None:
    """DataError where `folder` holds something that nobody said may be overwritten, or cannot be."""
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is not a folder: name one, or what does not exist yet")
    if not overwrite and folder.is_dir() and any(folder.iterdir()):
        raise DataError(f"{folder} is not empty: name another folder, or say overwrite=True")
    for name in names:
        if (folder / name).is_dir():
            raise DataError(f"{folder / name} is a folder, and a file of that name is to be written: move it away")


def write_folder(folder: Path, files: Mapping[str, str], *, overwrite: bool, keep: Set[str] = frozenset()) -> None:
    """Write `files` into a folder beside `folder`, and put them in their place when all are written.

    A new folder appears at once. In one that exists file after file is replaced; with `overwrite` it may hold some, of
    which those that are not in `files`, and those in `keep`, stay as they are.
    """
    check_folder(folder, files, overwrite=overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # A folder made by tempfile is for its owner alone: the new one is made inside of it, with the usual rights.
    with tempfile.TemporaryDirectory(prefix=".tinylab-", dir=folder.parent) as beside:
        fresh = Path(beside) / "fresh"
        fresh.mkdir()
        for name, text in files.items():
            if not (name in keep and (folder / name).exists()):
                (fresh / name).write_text(text, encoding="utf-8", newline="\n")
        if not folder.exists():
            fresh.rename(folder)
            return
        for entry in sorted(fresh.iterdir()):
            shutil.move(entry, folder / entry.name)
