"""Recordings as a data set of keywords: classes, counts, splits, silence."""

from __future__ import annotations

import tarfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.datasets.server import wav
from tests.shared import SHARED
from tinylab import datasets
from tinylab.errors import DataError
from tinylab.speech import from_recordings

RECORDINGS = SHARED / "data" / "speech_commands_v0.01_subset" / "speech_commands_v0.01_subset.tar.gz"


def recorded(folder: Path, words: dict[str, int], noise: int = 0) -> Path:
    """Clips whose samples are all 1,000 times the place of their word, each of another speaker."""
    for place, (word, count) in enumerate(words.items(), 1):
        (folder / word).mkdir(parents=True)
        for number in range(count):
            content = wav(np.full(16_000, 1000 * place, np.int16))
            (folder / word / f"{number:08x}_nohash_0.wav").write_bytes(content)
    if noise:
        (folder / "_background_noise_").mkdir()
        (folder / "_background_noise_" / "hum.wav").write_bytes(wav(np.full(noise, 50, np.int16)))
    return folder


def test_keywords_unknown_and_silence(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "d", {"yes": 60, "no": 60, "bed": 60, "cat": 60}, noise=20_000)
    data = from_recordings(folder, ["yes", "no"], unknown_factor=1.5)
    assert data.class_names == ("silence", "unknown", "yes", "no")
    of_split = Counter(datasets.load(folder).split_of_file)
    for name in ("train", "validation", "test"):
        split = data.split(name)
        count = of_split[name] // 4
        factor = 1.5 if name == "train" else 1
        assert np.bincount(split.labels).tolist() == [count, round(count * factor), count, count]
        assert split.samples.shape == (len(split.labels), 16_000)
        assert {*split.metadata} == {"word", "speaker", "accent", "variant"}
        value = {"yes": 1000, "no": 2000, "bed": 3000, "cat": 4000}
        for clip, label, word in zip(split.samples, split.labels, split.metadata["word"], strict=True):
            if label:
                assert clip[0] == value[word]
                assert data.class_names[label] == (word if word in ("yes", "no") else "unknown")
            else:
                assert word == ""
                assert 0 <= clip[0] <= 50
    again = from_recordings(folder, ["yes", "no"], unknown_factor=1.5)
    assert np.array_equal(again.train.samples, data.train.samples)
    speakers = [{*split.metadata["speaker"]} - {""} for split in (data.train, data.validation, data.test)]
    assert not speakers[0] & speakers[1]
    assert not speakers[0] & speakers[2]


def test_without_other_words_and_without_noise(tmp_path: Path) -> None:
    data = from_recordings(recorded(tmp_path / "d", {"yes": 40, "no": 40}), ["no", "yes"])
    assert data.class_names == ("silence", "no", "yes")
    silence = data.train.samples[data.train.labels == 0]
    assert silence.std() > 0


def test_what_is_missing(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "d", {"yes": 40})
    with pytest.raises(DataError, match="has no word maybe: it has yes"):
        from_recordings(folder, ["maybe"])
    with pytest.raises(DataError, match="words must be one or more, each once"):
        from_recordings(folder, ["yes", "yes"])
    (tmp_path / "p" / "cat").mkdir(parents=True)
    Image.new("L", (9, 9)).save(tmp_path / "p" / "cat" / "a.png")
    with pytest.raises(DataError, match="holds pictures"):
        from_recordings(tmp_path / "p", ["cat"])


@pytest.mark.skipif(not RECORDINGS.is_file(), reason="the real recordings are not here (../shared)")
def test_real_recordings(tmp_path: Path) -> None:
    with tarfile.open(RECORDINGS) as tar:
        for info in tar:
            if info.isreg() and info.name.endswith(".wav"):
                path = tmp_path / "d" / info.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(tar.extractfile(info).read())  # type: ignore[union-attr]
    data = from_recordings(tmp_path / "d", ["bed", "cat"])
    assert data.class_names == ("silence", "unknown", "bed", "cat")
    assert min(np.bincount(data.test.labels)) > 20
    assert {*data.train.metadata["word"]} == {"", "bed", "cat", "happy"}


def test_folders_called_silence_and_unknown(tmp_path: Path) -> None:
    """A person's own clips of silence and of other words go where their names say, and make no class of their own."""
    data = from_recordings(recorded(tmp_path / "d", {"silence": 60, "unknown": 60, "yes": 60}), ["yes"])
    assert data.class_names == ("silence", "unknown", "yes")
    assert {1000} <= {*data.train.samples[data.train.labels == 0][:, 0]}
    assert {*data.train.samples[data.train.labels == 1][:, 0]} == {2000}
    data = from_recordings(recorded(tmp_path / "e", {"silence": 60, "yes": 60}), ["yes"])
    assert data.class_names == ("silence", "yes")


def test_a_word_that_no_speaker_of_a_split_says(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "d", {"yes": 60, "no": 2})
    with pytest.raises(DataError, match=r"class no has 2 files, and none falls into .* rule 'speaker'.*other speakers"):
        from_recordings(folder, ["yes", "no"])
