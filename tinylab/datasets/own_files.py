"""A person's own wavs and pictures into a folder with a folder a class: each is checked, then kept or refused."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinylab.datasets.files import AUDIO, PICTURES, parse_picture, parse_wav
from tinylab.datasets.loading import SAMPLE_RATE_HZ, SIZE
from tinylab.datasets.locking import locked
from tinylab.errors import DataError

MOST_BYTES = 32 * 1024 * 1024  # a file; a minute of stereo at 48 kHz is a third of it
_LONGEST_NAME = 50  # characters; no file system takes more than 255 bytes
_MOST_SOUND = 0.9  # of a recording's energy, in the second that is used


@dataclass(frozen=True)
class AddedFile:
    """What became of one file. name: as it was given; kept: its place below the folder, "yes/mine.wav", or "" where it
    was refused; found: what it is; said: what reading makes of it, or why it was refused and what to do."""

    name: str
    kept: str
    found: str
    said: str


def add_files(
    folder: str | Path, class_name: str, files: Iterable[str | Path | tuple[str, bytes]]
) -> tuple[AddedFile, ...]:
    """Copy wavs or pictures to folder/class_name, as they are, for tl.datasets.load(folder); what became of each.

    files: paths, or names with their content. Names are cleaned (never a path), no file is ever overwritten (a second
    mine.wav becomes mine_2.wav), and each is there whole or not at all. DataError for a class name that can be no
    folder, or a folder that can not be written.
    """
    class_name, root = require_class_name(class_name), Path(folder)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with locked(root / ".tinylab.lock", lambda: None):
            return tuple(_add(root, class_name, file) for file in files)
    except OSError as error:
        raise DataError(
            f"{root}: nothing can be kept here ({error.strerror or error}): choose another folder"
        ) from error


def require_class_name(text: str) -> str:
    """The name without blanks around it. DataError where it can not name a class's folder."""
    name = text.strip()
    if not re.fullmatch(r"[^\W_][\w -]*", name) or len(name) > _LONGEST_NAME:
        raise DataError(
            f'"{name}" can not be the name of a class: it takes a letter or digit, then letters, digits, blanks, - and'
            f" _, {_LONGEST_NAME} in all at most: as yes or no_person"
        )
    return unicodedata.normalize("NFC", name)


def count_files(folder: str | Path) -> dict[str, int]:
    """How many wavs or pictures each class of the folder has; {} where there is no such folder."""
    classes = sorted(each for each in Path(folder).glob("*/") if each.name[0] not in "_.")
    return {each.name: len(_files_of(each)) for each in classes}


def _files_of(folder: Path) -> list[Path]:
    return sorted(f for f in folder.glob("*") if f.suffix.lower() in AUDIO + PICTURES and f.name[0] != ".")


def _add(root: Path, class_name: str, file: str | Path | tuple[str, bytes]) -> AddedFile:
    name, found = file[0] if isinstance(file, tuple) else str(file), ""
    try:
        content = file[1] if isinstance(file, tuple) else _content(Path(file))
        kind = _kind(root, name, len(content))
        found, done = (_wav if kind == AUDIO else _picture)(name, content)
        if twin := _twin(root / class_name, content):
            raise DataError(f"{name}: the same bytes are there already, as {class_name}/{twin}: nothing to do")
        return AddedFile(name, f"{class_name}/{_keep(root, class_name, name, content)}", found, done)
    except DataError as error:
        return AddedFile(name, "", found, str(error))
    except OSError as error:  # the disk is full, say
        return AddedFile(name, "", found, f"{name}: it could not be copied: {error.strerror or error}")


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise DataError(f"{path}: there is no such file")
    _require_size(str(path), path.stat().st_size)
    return path.read_bytes()


def _require_size(name: str, size_bytes: int) -> None:
    if not size_bytes:
        raise DataError(f"{name}: the file is empty: record or save it again")
    if size_bytes > MOST_BYTES:
        raise DataError(f"{name}: it has {size_bytes:,} bytes, and {MOST_BYTES:,} are the most: cut or shrink it")


def _kind(root: Path, name: str, size_bytes: int) -> tuple[str, ...]:
    """AUDIO or PICTURES, by the ending; it must be what the folder holds already."""
    suffix = Path(name).suffix.lower()
    if suffix not in AUDIO + PICTURES:
        raise DataError(
            f'{name}: a name that ends in "{suffix}" is none of a wav or picture:'
            f" save it as {', '.join(AUDIO + PICTURES)}"
        )
    _require_size(name, size_bytes)
    kind, word = (AUDIO, "pictures") if suffix in AUDIO else (PICTURES, "wavs")
    others = {file.suffix.lower() for each in root.glob("[!_.]*/") for file in _files_of(each)} - {*kind}
    if others:
        raise DataError(f"{name}: the folder {root} holds {word}, and can not hold both: choose another folder for it")
    return kind


def _wav(name: str, content: bytes) -> tuple[str, str]:
    """What it is, and what reading it makes of it."""
    samples, rate_hz = parse_wav(name, content)
    count, channels = samples.shape
    seconds = count / rate_hz
    found = f"wav, {rate_hz:,} Hz, {channels} channel{'s' * (channels > 1)}, {seconds:.2f} s"
    if not samples.any():
        raise DataError(f"{name}: {'every sample is zero' if count else 'there is no sample in it'}: record it again")
    done = ["channels averaged"] if channels > 1 else []
    done += [f"resampled to {SAMPLE_RATE_HZ:,} Hz"] if rate_hz != SAMPLE_RATE_HZ else []
    if count < rate_hz:
        done.append(f"{1 - seconds:.2f} s of zeros behind it")
    elif count > rate_hz:
        energy = np.square(samples, dtype=np.float64).sum(axis=1)
        used = energy[:rate_hz].sum() / energy.sum()
        done.append(f"only the first second is used, which has {used:.0%} of its sound")
        if used < _MOST_SOUND:
            done.append("cut the file so that the word is in that second")
    return found, "; ".join(done) or "used as it is"


def _picture(name: str, content: bytes) -> tuple[str, str]:
    picture = parse_picture(name, content)
    height, width = SIZE
    done = ["transparency dropped"] if "A" in picture.getbands() else []
    if picture.size != (width, height):
        done.append(
            f"resized to {width}×{height}" + ("" if picture.width == picture.height else ", its aspect not kept")
        )
    kind = "grey" if picture.mode in ("1", "L", "LA") else "colour"
    return f"picture, {picture.width}×{picture.height}, {kind}", "; ".join(done) or "used as it is"


def _twin(folder: Path, content: bytes) -> str:
    """The name of a file with the same bytes: once in training and once in the test, it would flatter."""
    same = (f for f in _files_of(folder) if f.stat().st_size == len(content) and f.read_bytes() == content)
    return next((file.name for file in same), "")


def _keep(root: Path, class_name: str, name: str, content: bytes) -> str:
    """Write the file beside its place and move it there; the name that it got."""
    last = re.split(r"[\\/]", name)[-1]
    stem, _, suffix = last.rpartition(".")
    stem = re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", stem)).strip("_")[:_LONGEST_NAME] or "file"
    part = root / f".{os.getpid()}.part"
    try:
        part.write_bytes(content)
        place = root / class_name
        place.mkdir(exist_ok=True)  # not before: a class without files could not be loaded
        number, kept = 1, f"{stem}.{suffix.lower()}"
        while (place / kept).exists():
            number += 1
            kept = f"{stem}_{number}.{suffix.lower()}"
        part.replace(place / kept)
    finally:
        part.unlink(missing_ok=True)
    return kept
