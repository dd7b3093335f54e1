"""The canvas: what is near hides what is far, round things are shaded, nothing outside the picture matters."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.vision.canvas import NOISES, STRAIGHT, Canvas, Light, Material, noise_tiles

RED = Material((1.0, 0.0, 0.0), strength=0.0, matt=0.0)
GREEN = Material((0.0, 1.0, 0.0), strength=0.0, matt=0.0)


def canvas() -> Canvas:
    return Canvas(64, np.random.default_rng(0))


def share(one: Canvas, channel: int) -> float:
    return float(np.mean(one.colour[..., channel] > 0.5))


def test_a_round_body_covers_its_ellipse() -> None:
    one = canvas()
    one.lathe((0.5, 0.1, 0.0), (0.5, 0.9, 0.0), 0.2, RED)
    assert share(one, 0) == pytest.approx(np.pi * 0.4 * 0.2, abs=0.015)
    assert one.colour[32, 32].tolist() == [1, 0, 0]
    assert one.colour[2, 32].tolist() == [0, 0, 0]


def test_a_polygon_covers_its_area_either_way_round() -> None:
    corners = [(0.25, 0.25), (0.75, 0.25), (0.75, 0.5), (0.25, 0.5)]
    for points in (corners, corners[::-1]):
        one = canvas()
        one.polygon(points, 0.0, RED)
        assert share(one, 0) == pytest.approx(0.125, abs=0.01)


@pytest.mark.parametrize("near_first", [True, False])
def test_the_nearer_thing_is_seen(near_first: bool) -> None:
    one = canvas()
    for z, material in [(1.0, RED), (0.0, GREEN)] if near_first else [(0.0, GREEN), (1.0, RED)]:
        one.lathe((0.5, 0.2, z), (0.5, 0.8, z), 0.1, material, STRAIGHT)
    assert one.colour[32, 32].tolist() == [1, 0, 0]


def test_a_body_that_leans_into_another_is_cut_by_it() -> None:
    one = canvas()
    one.box(0, 0, 1, 1, 0.0, GREEN)
    one.lathe((0.5, 0.1, -1.0), (0.5, 0.9, 1.0), 0.1, RED, STRAIGHT, roundness=0.0)
    assert one.colour[16, 32].tolist() == [0, 1, 0]
    assert one.colour[50, 32].tolist() == [1, 0, 0]


def test_the_side_towards_the_light_is_brighter() -> None:
    one = Canvas(64, np.random.default_rng(0), Light((-0.8, 0.0, 0.6), 0.3))
    one.lathe((0.5, 0.1, 0.0), (0.5, 0.9, 0.0), 0.3, Material((0.5, 0.5, 0.5), strength=0.0), STRAIGHT)
    row = one.colour[32, :, 0]
    assert row[18] > 1.5 * row[44]


def test_what_lies_outside_changes_nothing() -> None:
    one = canvas()
    for x, y in ((-2.0, 0.5), (3.0, 0.5), (0.5, -2.0), (0.5, 3.0)):
        one.lathe((x, y, 0), (x + 0.1, y + 0.1, 0), 0.1, RED)
        one.disc(x, y, 0.1, 0.1, 0.0, RED)
    assert not one.colour.any()


def test_tags_say_what_is_seen() -> None:
    one = canvas()
    for tag, z in ((1, 0.0), (2, -1.0)):
        one.tag = tag
        one.box(0.25, 0.25, 0.75, 1.0 - 0.25 * (2 - tag), z, RED)
    assert one.tags[32, 32] == 1
    assert one.tags[60, 32] == 2
    assert one.tags[2, 2] == 0


def test_a_shadow_darkens_what_is_there() -> None:
    one = canvas()
    one.surface(0, 1, GREEN)
    one.shadow(0.5, 0.5, 0.3, 0.1, 0.8)
    assert one.colour[32, 32, 1] < 0.25
    assert one.colour[5, 5, 1] == 1


@pytest.mark.parametrize("pattern", ["hoops", "stripes", "checks", "spots"])
def test_patterns_show_both_colours(pattern: str) -> None:
    one = canvas()
    one.surface(0, 1, Material((1, 0, 0), (0, 1, 0), pattern, frequency=3.0, strength=0.0))
    assert share(one, 0) > 0.05
    assert share(one, 1) > 0.05


def test_noise_is_even_and_joins_at_its_edges() -> None:
    for name in NOISES:
        tile = noise_tiles()[name]
        assert abs(float(tile.mean())) < 0.1
        assert 0.8 < float(tile.std()) <= 1.0
        inside, across = np.abs(np.diff(tile, axis=0)).mean(), np.abs(tile[0] - tile[-1]).mean()
        assert across < 1.6 * inside
