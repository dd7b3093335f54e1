"""Data sets: classes, splits, seeds, the same pictures whoever paints them, the cache, and a painter that dies."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from tinylab import cache
from tinylab.errors import DataError
from tinylab.vision import dataset, painter
from tinylab.vision.camera import Camera
from tinylab.vision.dataset import VisionDataset, VisionRecipe, synthesize
from tinylab.vision.pictures import Framing, PictureRecipe

SMALL = VisionRecipe(pictures_per_class=8, evaluation_pictures_per_class=4)


@pytest.fixture(scope="module")
def small() -> VisionDataset:
    return synthesize(recipe=SMALL, use_cache=False)


def test_classes_and_counts(small: VisionDataset) -> None:
    assert small.class_names == ("no_person", "person")
    assert [len(small.split(name)) for name in dataset.SPLITS] == [16, 8, 8]
    assert np.bincount(small.train.labels).tolist() == [8, 8]
    assert small.train.pictures.shape == (16, 96, 96, 3)
    assert small.train.pictures.dtype == np.uint8
    assert {len(values) for values in small.test.metadata.values()} == {8}
    assert set(small.train.metadata["framing"]) <= set(Framing.__dataclass_fields__)


def test_pictures_differ_from_one_another(small: VisionDataset) -> None:
    everything = np.concatenate([small.split(name).pictures for name in dataset.SPLITS]).reshape(32, -1)
    assert len(np.unique(everything, axis=0)) == 32


def test_a_picture_depends_on_the_seed_and_its_number_alone(small: VisionDataset) -> None:
    alone = painter.paint([0, 0], 11, 13, SMALL.picture)
    np.testing.assert_array_equal(alone["pictures"], small.train.pictures[11:13])
    other = synthesize(seed=1, recipe=SMALL, use_cache=False)
    assert not np.array_equal(other.train.pictures, small.train.pictures)


def test_the_number_of_painters_does_not_matter(small: VisionDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "_CHUNK", 3)
    again = synthesize(recipe=SMALL, use_cache=False)
    np.testing.assert_array_equal(again.train.pictures, small.train.pictures)
    np.testing.assert_array_equal(again.train.labels, small.train.labels)


def test_the_second_call_reads_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYLAB_CACHE", str(tmp_path))
    first = synthesize(recipe=SMALL, pictures_per_class=2)
    monkeypatch.setattr(dataset, "_paint", None)
    second = synthesize(recipe=SMALL, pictures_per_class=2)
    np.testing.assert_array_equal(first.train.pictures, second.train.pictures)
    assert second.train.metadata["scene"].tolist() == first.train.metadata["scene"].tolist()


def test_the_cache_knows_every_module_that_decides_the_pictures() -> None:
    folder = Path(dataset.__file__).parent
    learning = {
        "__init__",
        "evaluation",
        "joining",
        "models",
        "photographs",
        "telling",
        "thresholds",
        "training",
        "zoo_models",
    }
    assert {path.stem for path in dataset.MAKER.modules} == {path.stem for path in folder.glob("*.py")} - learning
    assert cache.path_of(dataset.MAKER, {"seed": 0}) != cache.path_of(dataset.MAKER, {"seed": 1})


def test_a_recipe_survives_json() -> None:
    recipe = replace(PictureRecipe(), tilt=0.5, camera=Camera(black=(0.1, 0.2)), framing=Framing(face=0.3))
    values = asdict(recipe)
    values["camera"]["black"] = [0.1, 0.2]
    assert painter.recipe_of(values) == recipe


def test_progress_runs_from_start_to_end() -> None:
    steps: dict[str, list[tuple[int, int]]] = {}
    synthesize(recipe=SMALL, use_cache=False, progress=lambda s, d, t: steps.setdefault(s, []).append((d, t)))
    assert list(steps) == ["painting train", "painting validation", "painting test"]
    assert steps["painting train"] == [(0, 16), (16, 16)]


def test_what_can_not_be_is_refused(small: VisionDataset) -> None:
    with pytest.raises(DataError, match="at least one picture"):
        synthesize(pictures_per_class=0, use_cache=False)
    with pytest.raises(DataError, match="train, validation, test"):
        small.split("dev")


def test_a_painter_that_dies_is_reported() -> None:
    wrong = replace(SMALL, picture=replace(SMALL.picture, framing=Framing(face=5.0)))
    with pytest.raises(DataError, match=r"paints pictures died: .*sum to 1"):
        synthesize(recipe=wrong, use_cache=False)
