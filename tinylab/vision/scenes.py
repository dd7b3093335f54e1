"""Places: sky over ground, rooms, streets, woods, water, table tops, plain walls and clutter, each with what stands
there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tinylab.vision import colours
from tinylab.vision.canvas import Canvas, Material
from tinylab.vision.furniture import FURNITURE, ON_TABLES, STREETS, VEHICLES, building, cabinet, fence
from tinylab.vision.things import ANIMALS, INDOORS, OUTDOORS, Drawer, bush, conifer, tree


class Scene(NamedTuple):
    """horizon: its y; props: what belongs there; upright: whether things stand on its ground (else anywhere)."""

    kind: str
    horizon: float
    props: tuple[Drawer, ...]
    upright: bool = True


def _sky(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    blue = colours.hsv(rng.uniform(0.52, 0.64), rng.uniform(0, 0.7), rng.uniform(0.5, 1.0))
    if rng.random() < 0.15:
        blue = colours.hsv(rng.uniform(-0.05, 0.14), rng.uniform(0, 0.6), rng.uniform(0.2, 0.95))
    canvas.surface(0, horizon, Material(blue, noise="cloud", strength=rng.uniform(0, 0.25), grain=rng.uniform(0.5, 3)))
    fade = np.linspace(0, rng.uniform(0, 0.4), max(1, int(horizon * canvas.size)), dtype=np.float32)[:, None, None]
    rows = canvas.colour[: len(fade)]
    rows += (np.float32(0.95) - rows) * fade[: len(rows)]


def _ground(canvas: Canvas, rng: np.random.Generator, horizon: float, kind: str) -> None:
    colour = {
        "grass": colours.leafy(rng),
        "sand": colours.hsv(rng.uniform(0.07, 0.13), rng.uniform(0.15, 0.5), rng.uniform(0.5, 0.95)),
        "snow": colours.hsv(0.6, rng.uniform(0, 0.1), rng.uniform(0.75, 1.0)),
        "asphalt": colours.hsv(colours.hue(rng), rng.uniform(0, 0.1), rng.uniform(0.2, 0.65)),
        "water": colours.hsv(rng.uniform(0.45, 0.62), rng.uniform(0.1, 0.7), rng.uniform(0.2, 0.8)),
        "court": colours.any_colour(rng),
    }[kind]
    noise = {"grass": "grass", "water": "wave", "sand": "grain", "snow": "cloud"}.get(kind, "stone")
    strength = rng.uniform(0.03, 0.3) * {"snow": 0.3, "water": 1.2, "court": 0.4}.get(kind, 1.0)
    material = Material(colour, noise=noise, strength=strength, grain=rng.uniform(0.5, 2))
    canvas.surface(horizon, 1, material, perspective=rng.uniform(0.3, 2))
    if kind in ("asphalt", "court") and rng.random() < 0.7:
        paint = Material((0.9, 0.9, 0.85), strength=0.1)
        vanish = rng.uniform(-0.2, 1.2)
        for _ in range(int(rng.integers(1, 5))):
            foot, wide = rng.uniform(-0.5, 1.5), rng.uniform(0.01, 0.05)
            canvas.polygon([(vanish, horizon), (foot + wide, 1.05), (foot - wide, 1.05)], -50, paint)


def _open(canvas: Canvas, rng: np.random.Generator) -> Scene:
    """Meadow, beach, snow, sea, car park, playing field."""
    horizon = float(np.clip(rng.normal(0.38, 0.2), -0.1, 0.85))
    kind = str(rng.choice(["grass", "sand", "snow", "asphalt", "water", "court"], p=[0.3, 0.12, 0.15, 0.16, 0.17, 0.1]))
    if horizon > 0.01:
        _sky(canvas, rng, horizon)
    _ground(canvas, rng, max(horizon, 0.0), kind)
    if rng.random() < 0.5:
        _hills(canvas, rng, horizon)
    backdrop = {"water": (building,), "court": (fence, building, bush)}.get(
        kind, (tree, conifer, bush, building, fence)
    )
    _row(canvas, rng, backdrop, horizon, int(rng.integers(0, 7)), 0.3)
    props = {"water": (*VEHICLES, *ANIMALS), "court": (*STREETS, *OUTDOORS)}.get(kind, (*OUTDOORS, *ANIMALS, *VEHICLES))
    return Scene(kind, horizon, props)


def _hills(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    for _ in range(int(rng.integers(1, 4))):
        hue = colours.hsv(rng.uniform(0.2, 0.65), rng.uniform(0.1, 0.5), rng.uniform(0.2, 0.7))
        x, wide, high = rng.uniform(0, 1), rng.uniform(0.3, 1.0), rng.uniform(0.03, 0.3)
        rock = Material(hue, noise="stone", strength=0.15)
        canvas.polygon(
            [
                (x - wide, horizon),
                (x - wide * 0.2, horizon - high),
                (x + wide * 0.3, horizon - high * 0.8),
                (x + wide, horizon),
            ],
            -60,
            rock,
        )


def _row(
    canvas: Canvas, rng: np.random.Generator, kinds: tuple[Drawer, ...], horizon: float, count: int, tallest: float
) -> None:
    """Things far away, along the horizon."""
    kind = kinds[int(rng.integers(len(kinds)))]
    for _ in range(count):
        y = horizon + rng.uniform(0, 0.06)
        kind(canvas, rng, rng.uniform(0, 1), y, -40 + y, rng.uniform(0.3, 1.0) * tallest)


def _street(canvas: Canvas, rng: np.random.Generator) -> Scene:
    horizon = float(rng.uniform(0.25, 0.6))
    _sky(canvas, rng, horizon)
    _ground(canvas, rng, horizon, "asphalt")
    for _ in range(int(rng.integers(2, 7))):
        y = horizon + rng.uniform(0.0, 0.12)
        building(canvas, rng, rng.uniform(-0.1, 1.1), y, -40 + y, rng.uniform(0.2, 0.9))
    _row(canvas, rng, (*OUTDOORS, *VEHICLES), horizon + 0.08, int(rng.integers(0, 5)), 0.25)
    return Scene("street", horizon, (*OUTDOORS, *VEHICLES, *STREETS))


def _room(canvas: Canvas, rng: np.random.Generator) -> Scene:
    horizon = float(rng.uniform(0.45, 0.95))
    wall = colours.stuff(rng, colours.hsv(colours.hue(rng), rng.uniform(0, 0.4), rng.uniform(0.35, 0.97)), plain=0.8)
    canvas.surface(0, horizon, replace(wall, strength=wall.strength * 0.5, frequency=rng.uniform(4, 14)))
    canvas.surface(horizon, 1, colours.stuff(rng, plain=0.7), perspective=rng.uniform(0.3, 2))
    for _ in range(int(rng.integers(0, 4))):  # pictures, windows, doors
        x, y, w, h = rng.uniform(0, 1), rng.uniform(0.1, horizon), rng.uniform(0.05, 0.25), rng.uniform(0.08, 0.3)
        canvas.box(x - w, y - h, x + w, y + h, -70, colours.stuff(rng))
        pane = colours.stuff(rng)
        if rng.random() < 0.4:
            pane = Material((0.93, 0.96, 1.0), noise="cloud", strength=0.1)
        canvas.box(x - w * 0.85, y - h * 0.85, x + w * 0.85, y + h * 0.85, -69, replace(pane, strength=0.3))
    _row(canvas, rng, (*FURNITURE, cabinet, cabinet), horizon + 0.03, int(rng.integers(0, 7)), rng.uniform(0.4, 0.9))
    return Scene("room", horizon, (*FURNITURE, *INDOORS, *ANIMALS[:2]))


def _wood(canvas: Canvas, rng: np.random.Generator) -> Scene:
    green = replace(colours.stuff(rng, colours.leafy(rng), plain=1.0), noise="grain", strength=rng.uniform(0.3, 0.6))
    canvas.surface(0, 1, green)
    horizon = float(rng.uniform(0.4, 0.8))
    _ground(canvas, rng, horizon, str(rng.choice(["grass", "sand", "snow"])))
    for kind in (bush, tree, conifer):
        _row(canvas, rng, (kind,), horizon, int(rng.integers(0, 7)), 0.8)
    return Scene("wood", horizon, (*OUTDOORS[3:], *ANIMALS))


def _table(canvas: Canvas, rng: np.random.Generator) -> Scene:
    horizon = float(rng.uniform(-0.2, 0.4))
    canvas.surface(0, 1, colours.stuff(rng))
    if horizon > 0.05:
        _row(canvas, rng, (*FURNITURE, *INDOORS), horizon, int(rng.integers(0, 5)), 0.4)
    canvas.surface(max(horizon, 0), 1, colours.stuff(rng, plain=0.7), perspective=rng.uniform(0.5, 3))
    return Scene("table", horizon, (*ON_TABLES, *INDOORS[:2], *ON_TABLES))


def _plain(canvas: Canvas, rng: np.random.Generator) -> Scene:
    """A wall, a curtain, a studio: one surface, lighter on one side."""
    canvas.surface(0, 1, colours.stuff(rng, plain=0.75))
    slope = np.linspace(1, rng.uniform(0.4, 1.2), canvas.size, dtype=np.float32)
    canvas.colour *= slope[:, None, None] if rng.random() < 0.5 else slope[None, :, None]
    return Scene("plain", 0.5, (*INDOORS, *FURNITURE, *ON_TABLES, *ANIMALS, *VEHICLES), upright=False)


def _clutter(canvas: Canvas, rng: np.random.Generator) -> Scene:
    """Shapes of every size over one another, small ones most: edges and textures without meaning."""
    canvas.surface(0, 1, colours.stuff(rng))
    for k in range(int(rng.integers(20, 70))):
        x, y, r = rng.uniform(0, 1), rng.uniform(0, 1), 0.03 * rng.uniform(0.02, 1) ** -0.6
        material, angle = colours.stuff(rng), rng.uniform(0, np.pi)
        dx, dy = r * float(np.cos(angle)), r * float(np.sin(angle))
        if rng.random() < 0.6:
            canvas.lathe(
                (x - dx, y - dy, -90 + 0.4 * k),
                (x + dx, y + dy, -90 + 0.4 * k),
                r * rng.uniform(0.2, 1),
                material,
                roundness=0.1,
            )
        else:
            canvas.polygon(
                [(x - dx, y - dy), (x + dy * 0.6, y - dx * 0.6), (x + dx, y + dy), (x - dy, y + dx)],
                -90 + 0.4 * k,
                material,
            )
    return Scene("clutter", 0.5, (*INDOORS, *FURNITURE, *ON_TABLES, *ANIMALS), upright=False)


SCENES: dict[str, tuple[float, Callable[[Canvas, np.random.Generator], Scene]]] = {
    "open": (0.28, _open),
    "street": (0.15, _street),
    "room": (0.27, _room),
    "wood": (0.06, _wood),
    "table": (0.12, _table),
    "plain": (0.07, _plain),
    "clutter": (0.05, _clutter),
}


def any_scene(canvas: Canvas, rng: np.random.Generator) -> Scene:
    """Paint a background and say what it is."""
    names = list(SCENES)
    name = str(rng.choice(names, p=[SCENES[n][0] for n in names]))
    return SCENES[name][1](canvas, rng)
