"""What can be fetched by name: the tables in sources/*.toml, each number with where it was found."""

from __future__ import annotations

import difflib
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from tinylab.errors import DataError

_TABLES = resources.files("tinylab.datasets") / "sources"
SPEECH, PICTURES, MODEL = "speech", "pictures", "model"


@dataclass(frozen=True)
class Source:
    """One archive or model on the network.

    urls: the same file, tried in this order. bytes, sha256: of that file; weak: which of the two rest on one witness
    only. kind: "speech", "pictures" or "model". layout: in words; root: the folder of the archive in which the classes
    lie, "" if none. split: "lists", "speaker" or "first_tenth" (see splits.py), "" for a model; classes: how many.
    most_members, most_unpacked_bytes: an archive with more is refused. readme: its folder in datasets/.
    instead: what needs no network.
    """

    name: str
    title: str
    kind: str
    urls: tuple[str, ...]
    bytes: int
    sha256: str
    found: str
    weak: tuple[str, ...]
    layout: str
    licence: str
    readme: str
    instead: str
    root: str = ""
    split: str = ""
    classes: int = 0
    most_members: int = 1
    most_unpacked_bytes: int = 0

    @property
    def file_name(self) -> str:
        """The last part of the address: "speech_commands_v0.02.tar.gz"."""
        return PurePosixPath(urlsplit(self.urls[0]).path).name

    @property
    def key(self) -> str:
        """The name and the beginning of the SHA-256: another version of an archive lies in another folder."""
        return f"{self.name}-{self.sha256[:12]}"

    @property
    def confidence(self) -> str:
        """How far size and checksum can be trusted, in words."""
        return f"{' and '.join(self.weak)} from one witness only" if self.weak else "good"


@functools.cache
def sources() -> Mapping[str, Source]:
    """All there are, by name, in the order of the files: data sets, then models."""
    found = {}
    for kind in ("speech_commands", "visual_wake_words", "models"):
        for name, table in tomllib.loads((_TABLES / f"{kind}.toml").read_text("utf-8")).items():
            lists = {key: tuple(value) for key, value in table.items() if isinstance(value, list)}
            found[name] = Source(name=name, **table | lists)
    return found


def names(kind: str = "") -> tuple[str, ...]:
    """The names there are, or those of one kind: "speech", "pictures" or "model"."""
    return tuple(name for name, source in sources().items() if kind in ("", source.kind))


def source(name: str) -> Source:
    """What is known of one data set or model; DataError lists the names there are."""
    if name not in sources():
        near = difflib.get_close_matches(name, names(), 3, 0.5)
        asked = f"do you mean {' or '.join(near)}? " if near else ""
        raise DataError(f"there is no data set or model {name!r}: {asked}there are {', '.join(names())}")
    return sources()[name]
