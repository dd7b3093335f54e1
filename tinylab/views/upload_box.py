"""The upload widget: a class, files from the reader's computer, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets

from tinylab.datasets import AddedFile, add_files, count_files, require_class_name
from tinylab.datasets.files import AUDIO, PICTURES
from tinylab.errors import DataError
from tinylab.views.spoken import spoken
from tinylab.views.text import table

MOST_AT_ONCE = 10_000_000  # bytes: a Jupyter server ends the connection at a message of 10 MiB, without a word
_MORE = "tl.datasets.add_files takes any number."
FEWEST = 3  # files of a class: one to train, one to validate, one to test


def added_text(files: Sequence[AddedFile]) -> str:
    """One row a file that was kept, and a line for each that was refused, with the reason."""
    rows = [(file.name, file.kept, file.found, file.said) for file in files if file.kept]
    kept = [table(("file", "kept as", "what it is", "how it is read"), rows)] if rows else []
    return "\n".join([*kept, *[f"refused: {file.said}" for file in files if not file.kept]])


def folder_text(folder: str | Path) -> str:
    """How many files each class of the folder has, and what is still to be done before it can be learnt from."""
    counts = count_files(folder)
    if not counts:
        return f"{folder}: no class yet"
    lines = [f"{folder}: " + ", ".join(f"{name} {count:,}" for name, count in counts.items())]
    lines += [f"class {name} needs {FEWEST - count} more" for name, count in counts.items() if count < FEWEST]
    return "\n".join(lines)


def upload_box(folder: str | Path, classes: Sequence[str] = ()) -> UploadBox:
    """A widget that puts wavs or pictures into folder/CLASS, for tl.datasets.load(folder).

    classes: names to choose from; others can be typed. Each file is checked when it arrives, and kept or refused with
    the reason (see tl.datasets.add_files, which does the same without a widget). Files go to the machine on which the
    kernel runs, and nowhere else. More than 10 MB at once do not arrive: a Jupyter server takes no longer message.
    """
    return UploadBox(folder, classes)


class UploadBox(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What upload_box returns. text: what it shows, in words; added: what became of every file so far.

    Tab, the arrow keys and the space bar are enough to use it.
    """

    def __init__(self, folder: str | Path, classes: Sequence[str]) -> None:
        self.folder = Path(folder)
        self.added: tuple[AddedFile, ...] = ()
        self.text = ""
        self.class_name = ipywidgets.Combobox(
            options=tuple(classes),
            value=classes[0] if classes else "",
            placeholder="choose or type",
            description="class",
        )
        self.files = ipywidgets.FileUpload(
            accept=",".join(AUDIO + PICTURES), multiple=True, description="Choose files", tooltip="wavs or pictures"
        )
        self._words = ipywidgets.HTML()
        self.class_name.observe(lambda _: self._choose(), names="value")
        self.files.observe(lambda change: self._add(change["new"]), names="value")
        super().__init__([self.class_name, self.files, self._words])
        self._choose()

    def _choose(self) -> None:
        """The class was changed: files can be chosen only where its name can be a folder's."""
        try:
            name = require_class_name(self.class_name.value)
        except DataError as error:
            self.files.disabled = True
            self._show("Choose or type a class first." if not self.class_name.value.strip() else str(error))
        else:
            self.files.disabled = False
            self._show(f"Files go to the class {name}. Choose {MOST_AT_ONCE // 10**6} MB at a time at most: {_MORE}")

    def _add(self, uploads: Sequence[Any]) -> None:
        if not uploads:
            return
        try:
            added = add_files(
                self.folder, self.class_name.value, [(each["name"], bytes(each["content"])) for each in uploads]
            )
        except DataError as error:
            self._show(str(error))
        else:
            self.added += added
            self._show(added_text(added))
        self.files.value = ()  # so that the same file can be chosen again

    def _show(self, said: str) -> None:
        self.text = f"{said}\n{folder_text(self.folder)}"
        self._words.value = spoken(self.text)

    def __repr__(self) -> str:
        return "(the upload box: a class, files and text; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}
