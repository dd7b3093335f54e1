"""A file from the network: whole and with the right checksum, or not at all; what was cut off goes on where it ended.

pooch (and requests below it) does the talking. It writes into a `_Part`, a file that knows how long it may become.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from tinylab.datasets.catalogue import Source
from tinylab.errors import DataError, ExtraMissingError
from tinylab.progress import Progress

OFFLINE = "TINYLAB_OFFLINE"
_ATTEMPTS = 3  # at each address, while each brings something new
_TIMEOUT_SECONDS = 30  # without a single byte
_CHUNK_BYTES = 1 << 16  # a connection that is cut loses what it brought of the last one
_WEAK_FACTOR = 2  # a size that nobody confirmed may be wrong by this


def download(source: Source, part: Path, progress: Progress, *, sha256: str) -> None:
    """Complete `part`, the file of a download that may have begun before, and check its size and SHA-256.

    DataError says what went wrong; `part` stays where the next call can go on, and goes where it is wrong.
    """
    for last in (False, True):
        resumed = _size(part) > 0
        if not (resumed and _is_complete(source, part, sha256)):
            _fetch(source, part, progress)
        found = sha256_of(part, progress, f"checking {source.name}")
        if found == sha256:
            return
        if last or not resumed:
            raise _refusal(source, part, sha256, found)
        part.unlink()  # what was there before may have been of another file: once more, from the beginning


def _is_complete(source: Source, part: Path, sha256: str) -> bool:
    """Whether there is nothing left to ask for: by its length, or by its checksum where the length is not sure."""
    return sha256_of(part) == sha256 if "bytes" in source.weak else _size(part) >= source.bytes


def _fetch(source: Source, part: Path, progress: Progress) -> None:
    """Bring `part` to its full length from the first address that gives it."""
    if os.environ.get(OFFLINE, "0") not in ("", "0"):
        raise DataError(
            f"{OFFLINE} is set, and {source.name} is not in the cache: unset it to fetch {source.urls[0]}"
            f" ({source.bytes:,} bytes); {source.instead}"
        )
    _check_room(source, part)
    said: dict[str, str] = {}
    for url in source.urls:
        for _ in range(_ATTEMPTS):
            before = _size(part)
            trouble = _attempt(source, url, part, progress)
            if trouble is None:
                return
            said[url] = trouble
            if _size(part) <= before:
                break
    had = _size(part)
    kept = f"; {had:,} bytes are kept, and the next fetch goes on from there" if had else ""
    reasons = "; ".join(f"{url}: {trouble}" for url, trouble in said.items())
    raise DataError(f"{source.name} could not be fetched{kept} ({reasons}). Without network: {source.instead}")


def _attempt(source: Source, url: str, part: Path, progress: Progress) -> str | None:
    """One request. None when all bytes have come, else what went wrong on the network."""
    try:
        import pooch
    except ImportError as error:
        raise ExtraMissingError("data", f"fetching {source.name}") from error
    start = _size(part)
    # identity: a server that packs or unpacks on the way would give other bytes than those of the checksum.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with _Part(source, part, progress) as file:
        talk = pooch.HTTPDownloader(
            chunk_size=_CHUNK_BYTES, headers=headers, hooks={"response": file.begin}, timeout=_TIMEOUT_SECONDS
        )
        try:
            talk(url, file, None)
        except _NotThisFileError as error:
            return str(error)
        except OSError as error:  # requests' errors are OSErrors; those of our own disk left `write` as DataError
            if file.count:
                return f"cut off after {file.size:,} of {source.bytes:,} bytes"
            return _reason(error)
    got = _size(part)
    if got < source.bytes and "bytes" not in source.weak:
        return f"it ended after {got:,} of {source.bytes:,} bytes"
    return None


class _NotThisFileError(Exception):
    """The server answers, but not with the file we know."""


class _Part:
    """The file that pooch writes into. It says how far it is, and refuses more bytes than the file has.

    size: bytes in the file now; count: bytes that this request brought.
    """

    def __init__(self, source: Source, path: Path, progress: Progress) -> None:
        self._source, self._path, self._progress = source, path, progress
        self._sure = "bytes" not in source.weak
        self._response: Any = None
        self.size, self.count = _size(path), 0

    def __enter__(self) -> _Part:
        self._file = self._path.open("ab")
        return self

    def __exit__(self, *_: object) -> None:
        if self._response is not None:
            self._response.close()  # pooch leaves it open where anything went wrong
        try:
            self._file.close()
        except OSError as error:  # the last bytes are written only now
            raise disk_error(error, self._source, self._path) from None

    def begin(self, response: Any, *_: Any, **__: Any) -> None:
        """requests' hook, before the first byte: does the server go on where we ended, and is it the right length?"""
        self._response = response
        if response.status_code == 416:  # nothing left to send: what we have is as long as the file, or longer
            self._start_over()
            raise _NotThisFileError("the part that was kept is no beginning of this file, and was dropped")
        if response.is_redirect or not response.ok:
            return  # requests follows, or pooch raises
        goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {self.size}-")
        if self.size and not (response.status_code == 206 and goes_on):
            self._start_over()  # as this server does
        length = response.headers.get("Content-Length", "")
        if self._sure and length.isdecimal() and self.size + int(length) != self._source.bytes:
            raise _NotThisFileError(
                f"the file there has {self.size + int(length):,} bytes and should have {self._source.bytes:,}:"
                " it has changed, or this is a page in its place"
            )

    def write(self, chunk: bytes) -> None:
        """One chunk more; DataError where the disk refuses it."""
        most_bytes = self._source.bytes * (1 if self._sure else _WEAK_FACTOR)
        if self.size + len(chunk) > most_bytes:
            self._start_over()
            raise _NotThisFileError(f"it sends more than the {self._source.bytes:,} bytes of the file; all was dropped")
        try:
            self._file.write(chunk)
        except OSError as error:
            raise disk_error(error, self._source, self._path) from None
        self.size += len(chunk)
        self.count += len(chunk)
        self._progress(f"fetching {self._source.name}", self.size, max(self.size, self._source.bytes))

    def flush(self) -> None:
        """pooch asks for it after each chunk; a killed process loses at most one."""
        try:
            self._file.flush()
        except OSError as error:
            raise disk_error(error, self._source, self._path) from None

    def _start_over(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self.size = self.count = 0


def disk_error(error: OSError, source: Source, place: Path) -> DataError:
    """What to do about a disk that is full, read-only or forbidden."""
    what = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else (error.strerror or str(error))
    return DataError(
        f"{place.parent}: {what}, and {source.name} is not complete: make room there, or name another folder in"
        " TINYLAB_CACHE; what was downloaded is kept, and the next fetch goes on from there"
    )


def _check_room(source: Source, part: Path) -> None:
    free, missing = shutil.disk_usage(part.parent).free, source.bytes - _size(part)
    if free < missing:
        raise DataError(
            f"{part.parent}: {free:,} bytes are free and {missing:,} are still to be fetched for {source.name}, and"
            " it is unpacked beside: make room there, or name another folder in TINYLAB_CACHE"
        )


def _refusal(source: Source, part: Path, sha256: str, found: str) -> DataError:
    size, fate, doubt = _size(part), "deleted unopened", ""
    if "sha256" not in source.weak:
        part.unlink()
    else:  # a person may yet accept it, without fetching it again
        fate = "not opened"
        doubt = (
            f" The checksum that tinylab knows rests on one witness ({source.found}): if you trust the address, accept"
            f" what came with accept_sha256={found!r}, on the command line --accept-sha256 {found}."
        )
    return DataError(
        f"{source.name}: what came from {source.urls[0]} ({size:,} bytes) has SHA-256 {found} and should have {sha256}:"
        f" it is damaged or another file, and was {fate}.{doubt}"
    )


def sha256_of(path: Path, progress: Progress | None = None, stage: str = "") -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest, done, total = hashlib.sha256(), 0, _size(path)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            done += len(chunk)
            if progress:
                progress(stage, done, total)
    return digest.hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: OSError) -> str:
    """The innermost cause that has words: "Name or service not known" rather than a chain of wrappers."""
    cause: BaseException = error
    while True:
        inner = getattr(cause, "reason", None) or cause.__cause__ or cause.__context__
        inner = inner or next((a for a in reversed(cause.args) if isinstance(a, BaseException)), None)
        if not isinstance(inner, BaseException):
            break
        cause = inner
    words = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return " ".join(words.split()).partition(" for url:")[0]
