"""Archives are unpacked as if by a stranger's hand: plain files and folders below one folder, no more than allowed.

Members are never given to tarfile's or zipfile's own extract: each file is written here, so no owner, mode, link or
device can come out of an archive. What is written is counted as it comes, whatever the archive says of itself.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Generator
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from tinylab.datasets.catalogue import Source
from tinylab.errors import DataError
from tinylab.progress import Progress

_CHUNK_BYTES = 1 << 18
_CORRUPT = (zlib.error, EOFError, NotImplementedError)  # the last: a compression that zipfile does not know
_NOT_IN_NAMES = '\\:*?"<>|'  # Windows reads folders, drives or patterns in these


class _Member(NamedTuple):
    name: str
    file: IO[bytes] | None  # None: a folder


def unpack(archive: Path, to: Path, source: Source, progress: Progress) -> dict[str, str]:
    """Unpack a .tar.gz or .zip into the new folder `to`; the SHA-256 of each file by its path below `to`.

    DataError for a member outside `to`, a link, a device, two files of one name, too many members or bytes, or an
    archive that can not be read. OSError of the disk passes through. The caller removes what is left of `to`.
    """
    to.mkdir(parents=True)
    if source.kind == "model":
        name = source.file_name
        shutil.copyfile(archive, to / name)
        return {name: source.sha256}
    sums: dict[str, str] = {}
    left = source.most_unpacked_bytes
    try:
        with contextlib.closing(_members(archive, source)) as members:
            for count, member in enumerate(members, 1):
                if count > source.most_members:
                    raise _refusal(source, f"it has more than {source.most_members:,} members")
                path = _safe(member.name, source)
                if member.file is None:
                    to.joinpath(path).mkdir(parents=True, exist_ok=True)
                    continue
                sums[path.as_posix()], size = _write(member.file, to / path, left, source)
                left -= size
                progress(f"unpacking {source.name}: files", count, count)
    except (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, *_CORRUPT) as error:
        first_line = str(error).partition("\n")[0]  # tarfile lists every compression that it tried
        raise _refusal(source, f"it can not be read: {first_line.rstrip(':')}") from error
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise _refusal(source, f"it has two members of the name {Path(error.filename or '').name}") from error
    if not sums:
        raise _refusal(source, "there is no file in it")
    return sums


def _members(archive: Path, source: Source) -> Generator[_Member, None, None]:
    if zipfile.is_zipfile(archive):
        yield from _zip_members(archive, source)
    else:
        yield from _tar_members(archive, source)


def _tar_members(archive: Path, source: Source) -> Generator[_Member, None, None]:
    check = getattr(tarfile, "data_filter", None)  # from Python 3.11.4 on; our own rules are stricter
    with tarfile.open(archive, "r:*") as tar:
        for info in tar:
            if info.issym() or info.islnk():
                raise _refusal(source, f"{info.name!r} is a link to {info.linkname!r}")
            if not (info.isreg() or info.isdir()):
                raise _refusal(source, f"{info.name!r} is a device, a pipe or something else that is no file")
            _safe(info.name, source)
            if check:
                check(info, str(archive.parent))
            yield _Member(info.name, tar.extractfile(info) if info.isreg() else None)
            tar.members = []  # type: ignore[attr-defined]  # else tarfile keeps every header: 100,000 of them


def _zip_members(archive: Path, source: Source) -> Generator[_Member, None, None]:
    with zipfile.ZipFile(archive) as file:
        for info in file.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)  # of Unix; 0 where the maker had none
            if kind == stat.S_IFLNK:
                raise _refusal(source, f"{info.filename!r} is a link")
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _refusal(source, f"{info.filename!r} is a device, a pipe or something else that is no file")
            if info.flag_bits & 1:
                raise _refusal(source, f"{info.filename!r} is encrypted")
            if info.is_dir():
                yield _Member(info.filename, None)
                continue
            with file.open(info) as content:
                yield _Member(info.filename, content)


def _safe(name: str, source: Source) -> PurePosixPath:
    """The path below the folder; a refusal for a name that leaves it, on any system."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise _refusal(source, f"{name!r} lies outside its folder")
    if any(letter in _NOT_IN_NAMES or ord(letter) < 32 for letter in name):
        raise _refusal(source, f"{name!r} is no name that every system can keep")
    return path


def _write(content: IO[bytes], path: Path, most_bytes: int, source: Source) -> tuple[str, int]:
    """SHA-256 and size of one file, written."""
    digest, size = hashlib.sha256(), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file, contextlib.closing(content):
        while chunk := content.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > most_bytes:
                raise _refusal(source, f"it unpacks to more than {source.most_unpacked_bytes:,} bytes")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest(), size


def _refusal(source: Source, why: str) -> DataError:
    return DataError(f"the archive of {source.name} is refused, and nothing of it is kept: {why}")
