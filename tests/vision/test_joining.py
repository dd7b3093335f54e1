"""Own pictures beside painted ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tinylab.errors import DataError
from tinylab.vision import VisionDataset, VisionSplit, from_pictures, join
from tinylab.vision.dataset import CLASS_NAMES


def painted() -> VisionDataset:
    metadata = {key: np.array(["a", "b"]) for key in ("scene", "framing")}
    metadata["tags"] = np.zeros((2, 24, 24), np.uint8)
    split = VisionSplit(np.ones((2, 96, 96, 3), np.uint8), np.array([0, 1]), metadata)
    return VisionDataset(split, split, split)


def folder(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / name).mkdir()
        for number in range(3):
            Image.new("RGB", (96, 96), (200, number, 0)).save(tmp_path / name / f"{number}.png")
    return tmp_path


def test_pictures_of_a_folder_come_behind_with_their_class_by_name(tmp_path: Path) -> None:
    own = from_pictures(folder(tmp_path, "person", "no_person"))
    both = join(painted(), own, times=3)
    assert both.class_names == CLASS_NAMES
    assert both.train.labels.tolist() == [0, 1] + own.train.labels.tolist() * 3
    assert both.train.pictures[:, 0, 0, 0].tolist() == [1, 1] + [200] * 6
    assert len(both.test) == len(both.validation) == 4
    assert set(both.train.metadata) == {"scene", "framing", "tags"}
    assert both.train.metadata["tags"].shape == (8, 24, 24)  # train_telling learns from both


def test_what_does_not_go_together(tmp_path: Path) -> None:
    own = folder(tmp_path, "person", "cat")
    with pytest.raises(DataError, match="there is no class cat among no_person, person: give its folder one of these"):
        join(painted(), from_pictures(own))
    with pytest.raises(DataError, match="pictures of 96×96×3 and 96×96×1 do not go together: make both alike"):
        join(painted(), from_pictures(own, colour="L"))
