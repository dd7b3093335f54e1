"""Data sets and well-known models by name, and a person's own folders, behind one interface.

`fetch("mini_speech_commands")` downloads, checks and unpacks; `load(NAME or FOLDER).split("train")` gives x, y and
metadata, read lazily; `model("person_detect")` opens a model.
"""

from __future__ import annotations

from tinylab.datasets.catalogue import Source, names, source
from tinylab.datasets.dataset import FileDataset, LazyArray, Split
from tinylab.datasets.fetching import Verification, fetch, is_fetched, model, path, remove, verify
from tinylab.datasets.loading import background_noise, load

__all__ = [
    "FileDataset",
    "LazyArray",
    "Source",
    "Split",
    "Verification",
    "background_noise",
    "fetch",
    "is_fetched",
    "load",
    "model",
    "names",
    "path",
    "remove",
    "source",
    "verify",
]
