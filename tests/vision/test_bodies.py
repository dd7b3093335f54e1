"""A person is seen where it is put, and clothes cover what they should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinylab.vision.bodies import Place, draw_person
from tinylab.vision.canvas import Canvas, Light, Material
from tinylab.vision.people import Look, Pose, any_look

RED, BLUE = Material((1.0, 0.0, 0.0), strength=0.0, matt=0.0), Material((0.0, 0.0, 1.0), strength=0.0, matt=0.0)
GREEN = Material((0.0, 1.0, 0.0), strength=0.0, matt=0.0)
PLAIN = Look((0.9, 0.7, 0.6), (0.1, 0.1, 0.1), RED, BLUE, GREEN)


def test_a_person_is_painted_in_its_place() -> None:
    rng = np.random.default_rng(3)
    look = replace(any_look(rng), skirt=0.0, bag=None, hat="none")
    canvas = Canvas(96, rng)
    draw_person(canvas, look, Pose(), Place(0.5, 0.95, 0.0, 0.85))
    rows, columns = np.nonzero(canvas.depth > -50)
    assert 3 <= rows.min() <= 14
    assert 87 <= rows.max() <= 95
    assert columns.min() >= 28
    assert columns.max() <= 68
    assert 0.05 < np.mean(canvas.depth > -50) < 0.3


def count(look: Look, pose: Pose, channel: int) -> int:
    canvas = Canvas(96, np.random.default_rng(0), Light(ambient=1.0))
    draw_person(canvas, look, pose, Place(0.5, 0.95, 0.0, 0.85))
    others = canvas.colour.sum(axis=2) - canvas.colour[..., channel]
    return int(np.sum((canvas.colour[..., channel] > 0.9) & (others < 0.1)))


def test_clothes_cover_arms_and_legs() -> None:
    bare = replace(PLAIN, sleeves=0.0, trousers=0.0)
    assert count(PLAIN, Pose(), 0) > count(bare, Pose(), 0) + 50
    assert count(PLAIN, Pose(), 2) > count(bare, Pose(), 2) + 150
    assert count(PLAIN, Pose(), 1) > 10  # shoes
    half = replace(PLAIN, sleeves=0.5, trousers=0.5)
    assert count(PLAIN, Pose(), 0) > count(half, Pose(), 0) + 25
    assert count(PLAIN, Pose(), 2) > count(half, Pose(), 2) + 60


def test_a_head_seen_from_behind_shows_hair() -> None:
    def dark(yaw: float) -> int:
        canvas = Canvas(96, np.random.default_rng(0), Light(ambient=1.0))
        draw_person(canvas, PLAIN, Pose(yaw=yaw), Place(0.5, 3.0, 0.0, 3.0))
        return int(np.sum((canvas.depth > -50) & (canvas.colour.max(axis=2) < 0.3)))

    assert dark(np.pi) > 1.4 * dark(0.0)
