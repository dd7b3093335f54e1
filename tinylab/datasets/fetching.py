"""The cache of what was fetched: a folder a data set that is there whole, or not there.

<cache>/datasets/NAME-SHA/files/…     as it was packed
<cache>/datasets/NAME-SHA/SHA256SUMS  of every file, as `sha256sum -c` reads it
<cache>/datasets/NAME-SHA.part        a download that is not complete, or not unpacked yet
<cache>/datasets/NAME-SHA.unpacking   what a killed process left; the next fetch removes it
<cache>/datasets/NAME-SHA.lock        one process at a time
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tinylab import cache
from tinylab.datasets.catalogue import MODEL, Source, source
from tinylab.datasets.downloading import disk_error, download, sha256_of
from tinylab.datasets.locking import locked
from tinylab.datasets.unpacking import unpack
from tinylab.errors import DataError
from tinylab.model import Model, load_model
from tinylab.progress import Progress, silent

_SUMS = "SHA256SUMS"
_ACCEPTED = "ACCEPTED_SHA256"  # the checksum that a person accepted in place of a weak one


@dataclass(frozen=True)
class Verification:
    """What a second look at the files on the disk found: how many there should be, and which are wrong (paths below
    the folder)."""

    name: str
    file_count: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Every file is there and as it was; no other file is."""
        return not (self.missing or self.changed or self.extra)


def is_fetched(what: str | Source) -> bool:
    """Whether it is in the cache, whole."""
    return (_folder(_known(what)) / _SUMS).is_file()


def path(what: str | Source) -> Path:
    """Where it lies: the folder of its classes, or a model's file. DataError where it was not fetched."""
    known = _known(what)
    if not is_fetched(known):
        raise DataError(
            f"{known.name} is not in the cache: `tinylab data fetch {known.name}` fetches it ({known.bytes:,} bytes);"
            f" {known.instead}"
        )
    files = _folder(known) / "files"
    return files / known.file_name if known.kind == MODEL else files / known.root


def fetch(what: str | Source, *, progress: Progress = silent, accept_sha256: str = "") -> Path:
    """Fetch, check and unpack a data set or a model, if it is not in the cache; its path, as `path` gives it.

    Goes on where an earlier fetch was cut off. Of two processes, one waits for the other. accept_sha256: the checksum
    to accept in place of one that is marked weak. DataError says what went wrong and what needs no network;
    ExtraMissingError without the extra `data`. With TINYLAB_OFFLINE=1 nothing is fetched.
    """
    known = _known(what)
    if accept_sha256 and not re.fullmatch("[0-9a-f]{64}", accept_sha256):
        raise DataError(f"accept_sha256 is a SHA-256 of 64 hexadecimal digits, not {accept_sha256!r}")
    if accept_sha256 and "sha256" not in known.weak:
        raise DataError(f"the SHA-256 of {known.name} is well known ({known.found}): no other is accepted")
    if is_fetched(known):
        return path(known)
    folder = _folder(known)
    try:
        with locked(
            folder.with_name(f"{known.key}.lock"), lambda: progress(f"another process fetches {known.name}", 0, 1)
        ):
            if not is_fetched(known):  # the other process may have done it
                _fetch(known, folder, progress, accept_sha256 or known.sha256)
    except OSError as error:
        raise disk_error(error, known, folder) from error
    return path(known)


def _fetch(known: Source, folder: Path, progress: Progress, sha256: str) -> None:
    part, unpacking = folder.with_name(f"{known.key}.part"), folder.with_name(f"{known.key}.unpacking")
    for left in (unpacking, folder):  # of a process that was killed, or a folder that somebody half deleted
        if left.exists():
            shutil.rmtree(left)
    download(known, part, progress, sha256=sha256)
    try:
        sums = unpack(part, unpacking / "files", known, progress)
        if not (unpacking / "files" / known.root).is_dir():
            raise DataError(f"the archive of {known.name} has no folder {known.root!r}: its layout is {known.layout}")
        lines = [f"{digest}  files/{name}\n" for name, digest in sorted(sums.items())]
        (unpacking / _SUMS).write_text("".join(lines), "utf-8")
        if sha256 != known.sha256:
            (unpacking / _ACCEPTED).write_text(f"{sha256}\n")
        unpacking.replace(folder)  # atomic: nobody ever sees half of it
    except DataError:
        part.unlink()  # its checksum is right, and it is still not what it should be: never again
        raise
    finally:
        shutil.rmtree(unpacking, ignore_errors=True)
    part.unlink()


def verify(what: str | Source, *, progress: Progress = silent) -> Verification:
    """Read every file again and compare it with its SHA-256 of the day it was unpacked. DataError if not fetched."""
    known = _known(what)
    path(known)
    folder = _folder(known)
    sums = _sums(folder / _SUMS)
    there = {found.relative_to(folder).as_posix() for found in (folder / "files").rglob("*") if not found.is_dir()}
    changed = []
    for done, name in enumerate(sorted(sums.keys() & there), 1):
        if sha256_of(folder / name) != sums[name]:
            changed.append(name)
        progress(f"verifying {known.name}", done, len(sums))
    missing, extra = sorted(sums.keys() - there), sorted(there - sums.keys())
    return Verification(known.name, len(sums), tuple(missing), tuple(changed), tuple(extra))


def remove(what: str | Source) -> None:
    """Take it out of the cache, with what is left of broken downloads."""
    folder = _folder(_known(what))
    with locked(folder.with_name(f"{folder.name}.lock"), lambda: None):
        for suffix in ("", ".unpacking"):
            shutil.rmtree(folder.with_name(folder.name + suffix), ignore_errors=True)
        folder.with_name(f"{folder.name}.part").unlink(missing_ok=True)


def model(name: str, *, progress: Progress = silent) -> Model:
    """A well-known model by name, fetched if need be (each has less than 1 MB): `model("person_detect")`."""
    known = source(name)
    if known.kind != MODEL:
        raise DataError(f"{name} is a data set: tl.datasets.load({name!r}) opens it")
    return load_model(fetch(known, progress=progress))


def _sums(file: Path) -> Mapping[str, str]:
    lines = (line.split("  ", 1) for line in file.read_text("utf-8").splitlines())
    return {name: digest for digest, name in lines}


def _known(what: str | Source) -> Source:
    return source(what) if isinstance(what, str) else what


def _folder(known: Source) -> Path:
    return cache.folder() / "datasets" / known.key
