"""One interface for fetched sets and for a person's own folders."""

from __future__ import annotations

import csv
import io
import tarfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.datasets.server import Behaviour, serving, source_of, speech_files, tar_of, wav
from tests.shared import SHARED
from tinylab import datasets
from tinylab.datasets import catalogue, fetching, loading
from tinylab.errors import DataError

RECORDINGS = SHARED / "data" / "speech_commands_v0.01_subset"
PHOTOGRAPHS = SHARED / "data" / "person_cc"


@pytest.fixture
def speech_folder(tmp_path: Path) -> Path:
    for name, content in speech_files().items():
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "mine"


@pytest.fixture
def picture_folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for number in range(20):
            image = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8))
            image.save(tmp_path / "pets" / label / f"{number:02}.png")
    return tmp_path / "pets"


def test_own_clips(speech_folder: Path) -> None:
    data = datasets.load(speech_folder)
    assert data.class_names == ("no", "yes")
    assert (data.sample_rate_hz, data.size, data.split_rule) == (16_000, None, "lists")
    x, y, metadata = data.split("train")
    assert (x.shape, x.dtype, x.ndim) == ((4, 16_000), np.int16, 2)
    assert y.tolist() == [0, 0, 1, 1]
    assert metadata["file"].tolist()[0] == "no/00000000_nohash_0.wav"
    assert metadata["speaker"].tolist() == ["00000000", "00000003"] * 2
    assert data.split("validation").metadata["speaker"].tolist() == ["00000001"] * 2
    assert data.split("test").metadata["speaker"].tolist() == ["00000002"] * 2
    true = np.frombuffer(speech_files()["yes/00000003_nohash_0.wav"][44:], "<i2")
    assert np.array_equal(x[3], true)
    assert np.array_equal(x[-1], true)
    assert np.array_equal(x[2:], x[[2, 3]])
    assert np.array_equal(np.asarray(x), x[:])
    assert np.array_equal(np.stack(list(x)), x[:])
    assert np.asarray(x, np.float32).dtype == np.float32


def test_files_are_read_when_they_are_looked_at(speech_folder: Path) -> None:
    split = datasets.load(speech_folder).split("train")
    for file in (speech_folder / "no").iterdir():
        file.unlink()
    assert split.x[2:].shape == (2, 16_000)
    with pytest.raises(FileNotFoundError):
        split.x[0]


def test_other_rates_and_lengths(speech_folder: Path) -> None:
    assert datasets.load(speech_folder, sample_rate_hz=8_000, seconds=0.5).split("train").x[:].shape == (4, 4_000)
    assert not np.any(datasets.load(speech_folder, seconds=1.5).split("train").x[0][16_000:])


def test_chosen_classes_in_their_order(speech_folder: Path) -> None:
    data = datasets.load(speech_folder, classes=["yes", "no"])
    assert data.class_names == ("yes", "no")
    _, y, metadata = data.split("train")
    assert [("yes", "no")[label] for label in y] == [file.split("/")[0] for file in metadata["file"]]
    assert len(datasets.load(speech_folder, classes=["yes"]).files) == 4


def test_batches(speech_folder: Path) -> None:
    split = datasets.load(speech_folder).split("train")
    plain = list(split.batches(3))
    assert [len(y) for _, y in plain] == [3, 1]
    assert np.array_equal(np.concatenate([x for x, _ in plain]), split.x[:])
    shuffled = np.concatenate([y for _, y in split.batches(1, seed=1)])
    assert sorted(shuffled) == sorted(split.y)
    orders = {tuple(x[0, 0] for x, _ in split.batches(1, seed=seed)) for seed in range(8)}
    assert len(orders) > 1
    assert np.array_equal(split.numpy()[0], split.x[:])
    with pytest.raises(DataError, match="at least one sample"):
        next(split.batches(0))


def test_own_pictures(picture_folder: Path) -> None:
    data = datasets.load(picture_folder)
    assert (data.class_names, data.sample_rate_hz, data.size) == (("cat", "dog"), None, (96, 96))
    counts = {name: len(data.split(name).y) for name in ("train", "validation", "test")}
    assert counts == {"train": 32, "validation": 4, "test": 4}
    split = data.split("train")
    assert split.x[:2].shape == (2, 96, 96, 3)
    assert set(split.metadata) == {"file"}
    grey = datasets.load(picture_folder, size=(30, 40), colour="L", split_rule="first_tenth")
    assert Counter(grey.split_of_file) == {"train": 36, "validation": 4}
    x, _, metadata = grey.split("validation")
    assert metadata["file"].tolist() == ["cat/00.png", "cat/01.png", "dog/00.png", "dog/01.png"]
    assert np.array_equal(x[0][..., 0], np.asarray(Image.open(picture_folder / "cat" / "00.png").convert("L")))
    with pytest.raises(DataError, match=r"no file falls into test by the rule 'first_tenth' \(train 36, validation 4"):
        grey.split("test")


def test_background_noise(speech_folder: Path) -> None:
    noise = datasets.background_noise(speech_folder)
    assert {name: samples.shape for name, samples in noise.items()} == {"hum.wav": (32_000,)}
    assert datasets.background_noise(speech_folder / "yes") == {}


@pytest.mark.parametrize(
    ("change", "options", "why"),
    [
        ({}, {"classes": ["maybe"]}, "there is no class maybe: there are no, yes"),
        ({}, {"split_rule": "half"}, "there is no split rule 'half'"),
        ({}, {"seconds": 0}, "is no sample at all"),
        ({"yes/a.png": b""}, {}, "it holds 8 wavs and 1 pictures: give one kind"),
        ({"maybe/notes.txt": b""}, {}, "no file is in maybe"),
    ],
)
def test_wrong_folders(change: dict[str, bytes], options: dict[str, object], why: str, speech_folder: Path) -> None:
    for name, content in change.items():
        (speech_folder / name).parent.mkdir(exist_ok=True)
        (speech_folder / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        datasets.load(speech_folder, **options)  # type: ignore[arg-type]
    print(f"SEEN: {caught.value}")
    assert why in str(caught.value)


def test_more_wrong_folders(tmp_path: Path, speech_folder: Path) -> None:
    with pytest.raises(DataError, match="is neither a folder nor a data set with a name: these have one: speech_comm"):
        datasets.load(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"no wavs or pictures in folders of their class: put them as empty/CLASS/FILE"):
        datasets.load(tmp_path / "empty")
    (speech_folder / "testing_list.txt").unlink()
    assert datasets.load(speech_folder).split_rule == "speaker"
    with pytest.raises(DataError, match=r"there are no validation_list\.txt and testing_list\.txt to split by"):
        datasets.load(speech_folder, split_rule="lists")
    with pytest.raises(DataError, match='no split is called "training": there are train, validation, test'):
        datasets.load(speech_folder).split("training")
    with pytest.raises(DataError, match="person_detect is a model"):
        datasets.load("person_detect")
    with pytest.raises(DataError, match=r"tinylab data fetch mini_speech_commands"):
        datasets.load("mini_speech_commands")


def served(content: bytes, name: str, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Fetch this archive under the name of a real set."""
    with serving(Behaviour(content)) as url:
        known = source_of(content, url, name=name, most_unpacked_bytes=100_000_000, most_members=5000, **changes)
        for module in (catalogue, fetching, loading):
            monkeypatch.setattr(module, "source", lambda _: known)
        datasets.fetch(name)


def test_a_fetched_set_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    served(tar_of(speech_files()), "speech_commands", monkeypatch)
    data = datasets.load("speech_commands")
    assert (data.name, data.class_names, data.split_rule) == ("speech_commands", ("no", "yes"), "lists")
    assert datasets.background_noise("speech_commands").keys() == {"hum.wav"}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the real recordings are not here (../shared)")
def test_real_recordings_in_the_true_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed as Speech Commands is, with the official lists; the split of each clip is the official one."""
    files = {}
    with tarfile.open(RECORDINGS / "speech_commands_v0.01_subset.tar.gz") as tar:
        for info in tar:
            if info.isreg() and info.name.endswith(".wav"):
                files[info.name] = tar.extractfile(info).read()  # type: ignore[union-attr]
    for name in ("validation_list.txt", "testing_list.txt"):
        files[name] = (SHARED / "data" / "speech_commands_splits" / "v0.01" / name).read_bytes()
    served(tar_of(files), "speech_commands_v0.01", monkeypatch)
    data = datasets.load("speech_commands_v0.01")
    assert data.class_names == ("bed", "cat", "happy")
    rows = list(csv.DictReader((RECORDINGS / "labels.csv").read_text().splitlines()))
    official = {row["file"]: row["split"].replace("training", "train").replace("testing", "test") for row in rows}
    assert dict(zip(data.files, data.split_of_file, strict=True)) == official
    assert datasets.load("speech_commands_v0.01", split_rule="speaker").split_of_file == data.split_of_file
    x, y, metadata = data.split("test")
    assert x[:].shape == (len(y), 16_000)
    assert {row["speaker"] for row in rows if official[row["file"]] == "test"} == {*metadata["speaker"]}


@pytest.mark.skipif(not PHOTOGRAPHS.is_dir(), reason="the real photographs are not here (../shared)")
def test_real_photographs_in_the_true_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed as MLPerf Tiny's are."""
    with np.load(PHOTOGRAPHS / "person_cc_96x96.npz") as arrays:
        x, y = arrays["x"], arrays["y"]
    files = {}
    for number, (pixels, label) in enumerate(zip(x, y, strict=True)):
        saved = io.BytesIO()
        Image.fromarray(pixels).save(saved, "JPEG", quality=95)
        folder = ("non_person", "person")[label]
        files[f"vw_coco2014_96/{folder}/COCO_val2014_{number:012}.jpg"] = saved.getvalue()
    served(tar_of(files), "vww_coco2014_96", monkeypatch, root="vw_coco2014_96", split="first_tenth", kind="pictures")
    data = datasets.load("vww_coco2014_96")
    assert data.class_names == ("non_person", "person")
    train, validation = data.split("train"), data.split("validation")
    assert len(train.y) + len(validation.y) == len(y)
    assert np.bincount(validation.y).tolist() == [count // 10 for count in np.bincount(y)]
    number = int(train.metadata["file"][0][-16:-4])
    assert np.abs(train.x[0].astype(int) - x[number]).mean() < 8  # JPEG loses a little


def test_short_clips_are_filled(tmp_path: Path) -> None:
    (tmp_path / "d" / "yes").mkdir(parents=True)
    (tmp_path / "d" / "yes" / "a.wav").write_bytes(wav(np.full(3, 7, np.int16)))
    data = datasets.load(tmp_path / "d")
    assert data.split("train").x[0][:5].tolist() == [7, 7, 7, 0, 0]
