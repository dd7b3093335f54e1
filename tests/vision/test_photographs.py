"""Pictures in folders as a data set like the painted one: classes, splits, colours, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.datasets.server import wav
from tinylab import vision
from tinylab.datasets import LazyArray
from tinylab.errors import DataError
from tinylab.vision.telling import UNKNOWN


def pictures(folder: Path, counts: dict[str, int], size: tuple[int, int] = (96, 96)) -> Path:
    """One folder a class; every picture of a class has one brightness, and more red than blue."""
    for place, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            colour = (60 * place + 100, 60 * place + 50, 60 * place)
            Image.new("RGB", size, colour).save(folder / name / f"{number:03}.png")
    return folder


def test_classes_splits_and_metadata(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "d", {"person": 20, "street": 30}, (120, 80))
    data = vision.from_pictures(folder)
    assert data.class_names == ("street", "person")  # class 1 is person, as everywhere
    counts = {name: np.bincount(data.split(name).labels).tolist() for name in vision.dataset.SPLITS}
    assert counts == {"train": [24, 16], "validation": [3, 2], "test": [3, 2]}
    split = data.train
    assert isinstance(split.pictures, LazyArray)
    assert split.pictures.shape == (40, 96, 96, 3)
    for index in (0, 39):
        file, name = split.metadata["file"][index], data.class_names[split.labels[index]]
        assert file.startswith(f"{name}/")
        assert split.pictures[index][5, 5].tolist() == ([160, 110, 60] if name == "street" else [100, 50, 0])
    assert (split.metadata["tags"] == UNKNOWN).all()
    assert {key: len(value) for key, value in split.metadata.items()} == dict.fromkeys(
        ("file", "scene", "framing", "tags"), 40
    )
    assert not {*split.metadata["file"]} & {*data.test.metadata["file"]}


def test_grey_is_the_luminance_that_a_net_of_one_channel_sees(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "d", {"a": 4, "b": 4})
    grey, colours = (vision.from_pictures(folder, colour=colour).train.pictures for colour in ("L", "RGB"))
    assert grey.shape == (2 + 2, 96, 96, 1)
    assert np.abs(vision.to_inputs(grey, 1) - vision.to_inputs(colours, 1)).max() < 1 / 255
    with pytest.raises(DataError, match="a net of 3 channels"):
        vision.to_inputs(grey, 3)


def test_mlperf_tinys_rule_tests_on_its_validation_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures(tmp_path / "d", {"non_person": 20, "person": 20})
    monkeypatch.setattr(vision.photographs.datasets, "load", first_tenth(vision.photographs.datasets.load))
    data = vision.from_pictures(folder)
    assert data.class_names == ("non_person", "person")
    assert data.test is data.validation
    assert data.test.metadata["file"].tolist() == [f"{c}/{n:03}.png" for c in data.class_names for n in (0, 1)]


def first_tenth(load):  # type: ignore[no-untyped-def]
    return lambda what, **options: load(what, split_rule="first_tenth", **options)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"cat": 5}, "has one class, cat, and two at least are needed: put pictures of something else"),
        (
            {"cat": 9, "dog": 2},
            (
                "class dog has 2 files, and none falls into validation by the rule 'tenths';"
                " it needs at least one in train, validation, test: put 3 files or more into its folder"
            ),
        ),
        ({"cat": 9, "dog": 0}, "no file is in dog: each class needs some"),
    ],
)
def test_what_is_missing(tmp_path: Path, counts: dict[str, int], said: str) -> None:
    with pytest.raises(DataError) as caught:
        vision.from_pictures(pictures(tmp_path / "d", counts))
    assert said in str(caught.value)


def test_recordings_and_broken_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "w" / "yes").mkdir(parents=True)
    (tmp_path / "w" / "yes" / "a.wav").write_bytes(wav(np.zeros(16_000, np.int16)))
    with pytest.raises(DataError, match="holds recordings, not pictures"):
        vision.from_pictures(tmp_path / "w")
    folder = pictures(tmp_path / "d", {"a": 4, "b": 4})
    for path in folder.rglob("*.png"):
        path.write_bytes(b"no picture")
    data = vision.from_pictures(folder)  # lazily read: nothing has been opened yet
    with pytest.raises(DataError, match=r"a/\d+\.png: this is no picture that can be read .*: save it as PNG or JPEG"):
        _ = data.train.pictures[0]


def test_a_net_learns_from_files(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    data = vision.from_pictures(pictures(tmp_path / "d", {"dark": 10, "bright": 10}), colour="L")
    recipe = vision.PictureTrainingRecipe(epochs=2, batch_size=4, average=0.5)
    model = vision.tiny_vision(width=0.25)
    history = vision.train(
        model, data.train.pictures, data.train.labels, (data.test.pictures, data.test.labels), recipe=recipe
    )
    assert len(history.loss) == 2
    losses = vision.train_telling(
        model, data.train.pictures, data.train.labels, data.train.metadata["tags"], recipe=recipe
    )
    assert losses[0][0] == 0  # nothing is known of what is seen where
    assert losses[1][1] > 0
