"""One picture: its size, its frame, and the turning of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tinylab.vision import pictures
from tinylab.vision.pictures import GRID, LEAST_SEEN, TAGS, Framing, Painted, PictureRecipe, picture, turned


@pytest.mark.parametrize("framing", Framing.__dataclass_fields__)
@pytest.mark.parametrize("is_person", [False, True])
def test_every_framing_gives_a_picture(framing: str, is_person: bool) -> None:
    shares = dict.fromkeys(Framing.__dataclass_fields__, 0.0) | {framing: 1.0}
    recipe = replace(PictureRecipe(), framing=Framing(**shares))
    image, tags, scene, found = picture(is_person, np.random.default_rng(2), recipe)
    seen = np.isin(tags, [TAGS.index("body"), TAGS.index("head")]).mean()
    assert seen >= LEAST_SEEN if is_person else seen == 0
    assert tags.shape == (GRID, GRID)
    assert image.shape == (96, 96, 3)
    assert image.dtype == np.uint8
    assert found == framing
    assert scene
    assert image.std() > 8


def test_a_picture_with_people_differs_from_the_same_scene_without() -> None:
    with_person, _, scene, _ = picture(True, np.random.default_rng(5), PictureRecipe())
    without, _, same, _ = picture(False, np.random.default_rng(5), PictureRecipe())
    assert scene == same
    assert not np.array_equal(with_person, without)


def test_people_who_can_not_be_seen_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    covered = iter([0, 3, 12])  # of 576 places; 12 are 2 %

    def fake(*_: object) -> Painted:
        tags = np.zeros((GRID, GRID), np.uint8)
        tags.flat[: next(covered)] = 1
        return Painted(np.zeros((96, 96, 3), np.uint8), tags, "room", "whole")

    monkeypatch.setattr(pictures, "_picture", fake)
    assert picture(True, np.random.default_rng(0), PictureRecipe()).tags.sum() == 12


def test_framings_add_up() -> None:
    assert sum(getattr(Framing(), name) for name in Framing.__dataclass_fields__) == pytest.approx(1)


def test_turning_keeps_the_middle_and_mirroring_swaps_sides() -> None:
    image = np.zeros((64, 64, 3), np.float32)
    image[28:36, 28:36] = 1
    image[:, :10, 0] = 1
    assert turned(image, 0.3, False)[32, 32].tolist() == [1, 1, 1]
    assert turned(image, 0.0, True)[5, 60].tolist() == [1, 0, 0]
    np.testing.assert_array_equal(turned(image, 0.0, False), image)
