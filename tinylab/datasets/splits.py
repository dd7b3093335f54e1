"""Which file is for training: the official rules, so that results can be compared with others'."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

SPLITS = ("train", "validation", "test")
VALIDATION_PERCENT = TEST_PERCENT = 10.0
_MOST_FILES = 2**27 - 1  # of a class: Speech Commands' own constant, part of the rule
LISTS = {"validation": "validation_list.txt", "test": "testing_list.txt"}


def speaker_of(file: str) -> str:
    """Who speaks, by Speech Commands' names: what stands before "_nohash_"; elsewhere the file's own name."""
    return re.sub(r"_nohash_.*$", "", Path(file).name)


def by_speaker(files: Sequence[str]) -> list[str]:
    """The split of each file by Speech Commands' rule: the SHA-1 of the speaker decides, so a speaker's clips stay
    together and stay where they are when others are added. About 80, 10 and 10 % of the speakers."""
    return [_of_speaker(speaker_of(file)) for file in files]


def _of_speaker(speaker: str) -> str:
    # Retold from the dataset's own README: the hash as an integer, modulo, as a percentage.
    digest = int(hashlib.sha1(speaker.encode(), usedforsecurity=False).hexdigest(), 16)
    percent = digest % (_MOST_FILES + 1) * (100.0 / _MOST_FILES)
    if percent < VALIDATION_PERCENT:
        return "validation"
    return "test" if percent < VALIDATION_PERCENT + TEST_PERCENT else "train"


def by_lists(files: Sequence[str], folder: Path) -> list[str]:
    """The split of each file ("yes/0a7c2a8d_nohash_0.wav") by validation_list.txt and testing_list.txt of the folder;
    what is in neither is for training."""
    listed = {
        line.strip(): split for split, name in LISTS.items() for line in (folder / name).read_text("utf-8").splitlines()
    }
    return [listed.get(file, "train") for file in files]


def by_tenths(files: Sequence[str]) -> list[str]:
    """For folders whose names say no speaker: in each class a tenth, and at least one file of three, validates, and as
    many test. The SHA-1 of the name decides the order, so that neighbours by name are spread. `files` are sorted."""
    found: dict[str, str] = {}
    for _, of_class in groupby(files, key=lambda file: file.partition("/")[0]):
        order = sorted(of_class, key=lambda file: hashlib.sha1(file.encode(), usedforsecurity=False).digest())
        count = max(len(order) // 10, 1 if len(order) >= 3 else 0)
        for place, file in enumerate(order):
            found[file] = "validation" if place < count else "test" if place < 2 * count else "train"
    return [found[file] for file in files]


def by_first_tenth(files: Sequence[str]) -> list[str]:
    """MLPerf Tiny's rule for its pictures, which is Keras's validation_split=0.1: in each class folder the first tenth
    of the files by name validates and the others train. `files` are sorted; nothing is for testing."""
    found: list[str] = []
    for _, of_class in groupby(files, key=lambda file: file.partition("/")[0]):
        count = len(list(of_class))
        validating = count // 10
        found += ["validation"] * validating + ["train"] * (count - validating)
    return found
