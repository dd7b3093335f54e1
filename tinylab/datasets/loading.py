"""A name or a folder -> a data set."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from tinylab.datasets import splits
from tinylab.datasets.catalogue import MODEL, names, source
from tinylab.datasets.dataset import FileDataset
from tinylab.datasets.fetching import path as fetched_path
from tinylab.datasets.files import AUDIO, PICTURES, fit_length, read_picture, read_wav
from tinylab.errors import DataError

SAMPLE_RATE_HZ = 16_000
SIZE = (96, 96)


def load(
    what: str | Path,
    *,
    classes: tuple[str, ...] | list[str] | None = None,
    split_rule: str | None = None,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    seconds: float = 1.0,
    size: tuple[int, int] = SIZE,
    colour: Literal["RGB", "L"] = "RGB",
) -> FileDataset:
    """The data set of that name, once fetched, or any folder with a folder of wavs or of pictures for each class.

    classes: only these, in this order; otherwise all folders that do not begin with "_" or ".", sorted. split_rule:
    "lists" where the folder has validation_list.txt and testing_list.txt, else "speaker" where names hold "_nohash_",
    else "tenths"; "first_tenth" as MLPerf Tiny splits pictures (see splits.py). Clips come at sample_rate_hz and as
    long as `seconds`; pictures in `size` (height, width) and `colour`, "RGB" or "L" (grey). DataError where there is
    nothing of the kind, or nothing was fetched.
    """
    folder, of_set = _place(what)
    found, kind = _files(folder, classes)
    split_rule = split_rule or of_set or _split_rule(found, folder)
    is_audio = kind == AUDIO
    sample_count = round(seconds * sample_rate_hz)
    if is_audio and sample_count < 1:
        raise DataError(f"{seconds} s at {sample_rate_hz} Hz is no sample at all")
    return FileDataset(
        name=str(what),
        class_names=tuple(classes) if classes else tuple(dict.fromkeys(file.partition("/")[0] for file in found)),
        files=tuple(found),
        split_of_file=tuple(_split(found, split_rule, folder)),
        split_rule=split_rule,
        read=partial(_clip, folder, sample_rate_hz, sample_count)
        if is_audio
        else partial(_picture, folder, size, colour),
        item_shape=(sample_count,) if is_audio else (*size, 3 if colour == "RGB" else 1),
        dtype=np.dtype(np.int16 if is_audio else np.uint8),
        speakers=tuple(splits.speaker_of(file) for file in found) if is_audio else None,
        sample_rate_hz=sample_rate_hz if is_audio else None,
        size=None if is_audio else size,
    )


def background_noise(what: str | Path, sample_rate_hz: int = SAMPLE_RATE_HZ) -> dict[str, np.ndarray]:
    """The recordings of `_background_noise_`, int16 [sample] by file name; {} where the folder has none."""
    folder = fetched_path(what) if isinstance(what, str) and what in names() else Path(what)
    return {file.name: read_wav(file, sample_rate_hz) for file in sorted((folder / "_background_noise_").glob("*.wav"))}


def _place(what: str | Path) -> tuple[Path, str]:
    """The folder of the classes and, of a data set with a name, its split rule."""
    if isinstance(what, str) and what in names():
        if source(what).kind == MODEL:
            raise DataError(f"{what} is a model: tl.datasets.model({what!r}) opens it")
        return fetched_path(what), source(what).split
    if not Path(what).is_dir():
        known = ", ".join(each for each in names() if source(each).kind != MODEL)
        raise DataError(f"{what} is neither a folder nor a data set with a name: these have one: {known}")
    return Path(what), ""


def _files(folder: Path, classes: tuple[str, ...] | list[str] | None) -> tuple[list[str], tuple[str, ...]]:
    """Paths below the folder, sorted, and the kind of file most of them are: all wavs, or all pictures."""
    there = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and entry.name[0] not in "_.")
    if absent := [name for name in classes or () if name not in there]:
        raise DataError(f"{folder}: there is no class {', '.join(absent)}: there are {', '.join(there) or 'none'}")
    found = [
        f"{name}/{file.name}"
        for name in (sorted(classes) if classes else there)
        for file in sorted((folder / name).iterdir())
        if file.suffix.lower() in AUDIO + PICTURES and not file.name.startswith(".")
    ]
    kinds = Counter(AUDIO if Path(file).suffix.lower() in AUDIO else PICTURES for file in found)
    if not kinds:
        raise DataError(
            f"{folder}: there are no wavs or pictures in folders of their class: put them as {folder.name}/CLASS/FILE"
            f" ({', '.join(AUDIO + PICTURES)})"
        )
    if len(kinds) > 1:
        raise DataError(f"{folder}: it holds {kinds[AUDIO]:,} wavs and {kinds[PICTURES]:,} pictures: give one kind")
    empty = [name for name in classes or there if not any(file.startswith(f"{name}/") for file in found)]
    if empty:
        raise DataError(f"{folder}: no file is in {', '.join(empty)}: each class needs some, or take its folder away")
    return found, next(iter(kinds))


def _split_rule(files: list[str], folder: Path) -> str:
    if _has_lists(folder):
        return "lists"
    return "speaker" if any("_nohash_" in file for file in files) else "tenths"


def _split(files: list[str], rule: str, folder: Path) -> list[str]:
    if rule == "lists":
        if not _has_lists(folder):
            raise DataError(f"{folder}: there are no {' and '.join(splits.LISTS.values())} to split by")
        return splits.by_lists(files, folder)
    rules = {"speaker": splits.by_speaker, "tenths": splits.by_tenths, "first_tenth": splits.by_first_tenth}
    if rule not in rules:
        raise DataError(f"there is no split rule {rule!r}: there are lists, {', '.join(rules)}")
    return rules[rule](files)


def _has_lists(folder: Path) -> bool:
    return all((folder / name).is_file() for name in splits.LISTS.values())


def _clip(folder: Path, sample_rate_hz: int, sample_count: int, file: str) -> np.ndarray:
    return fit_length(read_wav(folder / file, sample_rate_hz), sample_count)


def _picture(folder: Path, size: tuple[int, int], colour: Literal["RGB", "L"], file: str) -> np.ndarray:
    return read_picture(folder / file, size, colour)
