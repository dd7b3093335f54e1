"""The official rules: the SHA-1 of the speaker, the lists, the first tenth."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from tests.shared import SHARED
from tinylab.datasets import splits

LISTS = SHARED / "data" / "speech_commands_splits"
COUNTS = {"v0.01": (6798, 6835), "v0.02": (9981, 11005)}


def test_by_hand() -> None:
    # sha1("00000001") = 0xe193b8bbb4c7d6e1... ; the rule retold with whole numbers
    files = [f"yes/{number:08x}_nohash_{number % 3}.wav" for number in range(2000)]
    expected = []
    for number in range(2000):
        share = int.from_bytes(hashlib.sha1(f"{number:08x}".encode()).digest(), "big") % 2**27
        expected.append("validation" if share * 10 < 2**27 - 1 else "test" if share * 5 < 2**27 - 1 else "train")
    found = splits.by_speaker(files)
    assert found == expected
    assert Counter(found)["train"] in range(1540, 1660)


def test_a_speaker_stays_together() -> None:
    assert len({*splits.by_speaker([f"{word}/abc_nohash_{n}.wav" for word in ("a", "b") for n in range(9)])}) == 1
    assert splits.speaker_of("yes/0a7c2a8d_nohash_0.wav") == "0a7c2a8d"
    assert splits.speaker_of("yes/mine.wav") == "mine.wav"


@pytest.mark.skipif(not LISTS.is_dir(), reason="the official lists are not here (../shared)")
@pytest.mark.parametrize("version", COUNTS)
def test_the_speaker_rule_gives_the_official_lists(version: str) -> None:
    for name, split, count in zip(splits.LISTS.values(), splits.LISTS, COUNTS[version], strict=True):
        files = (LISTS / version / name).read_text().split()
        assert len(files) == count
        assert {*splits.by_speaker(files)} == {split}
        assert {*splits.by_lists(files, LISTS / version)} == {split}


def test_by_lists(tmp_path: Path) -> None:
    (tmp_path / "validation_list.txt").write_text("yes/a.wav\n")
    (tmp_path / "testing_list.txt").write_text("yes/b.wav\r\n\r\n")
    assert splits.by_lists(["yes/a.wav", "yes/b.wav", "no/a.wav"], tmp_path) == ["validation", "test", "train"]


def test_tenths() -> None:
    files = [f"a/{n:03}.png" for n in range(40)] + [f"b/{n}.png" for n in range(3)] + ["c/0.png", "c/1.png"]
    found = splits.by_tenths(files)
    assert Counter(found[:40]) == {"train": 32, "validation": 4, "test": 4}
    assert sorted(found[40:43]) == ["test", "train", "validation"]
    assert found[43:] == ["train", "train"]
    assert found[:4] != ["validation"] * 4  # not the first by name


def test_the_first_tenth_of_each_class() -> None:
    files = [f"non_person/{n:03}.jpg" for n in range(25)] + [f"person/{n:03}.jpg" for n in range(9)]
    assert splits.by_first_tenth(files) == ["validation"] * 2 + ["train"] * 23 + ["train"] * 9
