"""Data sets and well-known models by name, and a person's own folders, behind one interface.

`fetch("mini_speech_commands")` downloads, checks and unpacks; `load(NAME or FOLDER).split("train")` gives x, y and
metadata, read lazily; `model("person_detect")` opens a model.
"""

from __future__ import annotations

from tinylab.datasets.catalogue import Source, names, source
from tinylab.datasets.dataset import FileDataset, LazyArray, Split
from tinylab.datasets.fetching import Verification, fetch, is_fetched, model, path, remove, verify
from tinylab.datasets.loading import background_noise, load
from tinylab.datasets.own_files import AddedFile, add_files, count_files, require_class_name

__all__ = [
    "AddedFile",
    "FileDataset",
    "LazyArray",
    "Source",
    "Split",
    "Verification",
    "add_files",
    "background_noise",
    "count_files",
    "fetch",
    "is_fetched",
    "load",
    "model",
    "names",
    "path",
    "remove",
    "require_class_name",
    "source",
    "verify",
]
