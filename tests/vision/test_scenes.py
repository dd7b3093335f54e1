"""Scenes fill the whole picture and name what belongs in them."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.vision.canvas import Canvas
from tinylab.vision.scenes import SCENES, any_scene


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_fills_the_picture(name: str) -> None:
    for seed in range(4):
        canvas = Canvas(96, np.random.default_rng(seed))
        scene = SCENES[name][1](canvas, np.random.default_rng(seed))
        assert scene.props
        assert np.isfinite(canvas.colour).all()
        assert np.mean(canvas.colour.max(axis=2) > 0) > 0.97
        assert canvas.colour.std() > 0


def test_shares_add_up_and_every_scene_is_met() -> None:
    assert sum(share for share, _ in SCENES.values()) == pytest.approx(1)
    rng = np.random.default_rng(0)
    kinds = {any_scene(Canvas(16, rng), rng).kind for _ in range(150)}
    assert {"street", "room", "wood", "table", "plain", "clutter", "grass"} <= kinds
