"""Vehicles, buildings, furniture and screens: things with corners, and lists of what is met where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinylab.vision import colours
from tinylab.vision.canvas import STRAIGHT, Canvas, Material
from tinylab.vision.food import bread, fruit, plate
from tinylab.vision.things import Drawer, flowers

_GLASS = Material((0.12, 0.15, 0.18), noise="cloud", strength=0.5, matt=0.1)
_BLACK = Material((0.06, 0.06, 0.07), strength=0.1)


def _wheel(canvas: Canvas, x: float, y: float, z: float, r: float) -> None:
    canvas.disc(x, y - r, r, r, z, _BLACK)
    canvas.disc(x, y - r, r * 0.55, r * 0.55, z + 0.005, Material((0.55, 0.55, 0.57), strength=0.15, matt=0.3))


def car(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    paint = replace(colours.stuff(rng, colours.any_colour(rng), plain=1.0), gloss=0.2, strength=0.04)
    long, wheel = height * rng.uniform(1.0, 1.5), height * rng.uniform(0.14, 0.19)
    sill = y - wheel * 0.8
    canvas.shadow(x, y, long * 1.1, height * 0.12, 0.6)
    waist = y - height * 0.58
    canvas.polygon([(x - long, waist), (x + long, waist + height * 0.05), (x + long, sill), (x - long, sill)], z, paint)
    a, b, c, d = sorted(rng.uniform(0.2, 0.95, 4))
    roof = [
        (x - long * c, waist),
        (x - long * a, y - height),
        (x + long * b * 0.7, y - height),
        (x + long * d * 0.9, waist),
    ]
    canvas.polygon(roof, z - 0.001, paint)
    middle = sum(p[0] for p in roof) / 4
    panes = [(middle + (px - middle) * 0.86, waist + (py - waist) * 0.86) for px, py in roof]
    canvas.polygon(panes, z + 0.002, _GLASS)
    canvas.box(middle - long * 0.02, y - height, middle + long * 0.02, waist, z + 0.003, paint)
    for place in (-0.62, 0.62):
        _wheel(canvas, x + long * place, y, z + 0.01, wheel)
    for place in (-0.95, 0.95):
        lamp = Material(colours.hsv(rng.choice([0.0, 0.14]), 0.6, 1.0), strength=0, matt=0)
        canvas.disc(x + long * place, waist + height * 0.12, height * 0.05, height * 0.05, z + 0.01, lamp)


def bus(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A bus, a lorry or a train: a long box with a row of windows, on wheels, perhaps seen at an angle."""
    paint = colours.stuff(rng, colours.any_colour(rng))
    long, drop = height * rng.uniform(0.6, 2.2), rng.uniform(-0.15, 0.15) * height
    left, right, low = x - long, x + long, y - height * 0.1
    canvas.polygon([(left, y - height), (right, y - height + drop), (right, low - drop * 0.3), (left, low)], z, paint)
    count = int(rng.integers(3, 9))
    for row in range(1 if rng.random() < 0.7 else 2):
        for k in range(count):
            wx = left + (right - left) * (k + 0.15) / count
            ex = wx + (right - left) * 0.7 / count
            sag = drop * (wx - left) / (right - left)
            top = y - height * (0.85 - 0.4 * row) + sag
            canvas.box(wx, top, ex, top + height * 0.25, z + 0.002, _GLASS)
    band = colours.stuff(rng)
    canvas.box(left, y - height * 0.35, right, y - height * 0.28, z + 0.001, band)
    for place in (-0.7, 0.6, 0.8):
        _wheel(canvas, x + long * place, y, z + 0.01, height * 0.11)


def bicycle(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    metal = replace(colours.stuff(rng, plain=1.0), gloss=0.3)
    r, thin = height * 0.33, height * rng.uniform(0.02, 0.05)
    heavy = rng.random() < 0.4  # a motorcycle
    for side in (-1, 1):
        cx = x + side * r * 1.45
        for k in range(14):
            a, b = (2 * np.pi * (k + e) / 14 for e in (0, 1.1))
            start, end = ((cx + r * float(np.cos(q)), y - r + r * float(np.sin(q)), z) for q in (a, b))
            canvas.lathe(start, end, thin * (1.8 if heavy else 1.0), _BLACK, STRAIGHT)
    frame = [(x - r * 1.45, y - r), (x - r * 0.4, y - height * 0.85), (x + r * 0.9, y - height * 0.85), (x, y - r)]
    for (px, py), (qx, qy) in zip(frame, [*frame[1:], frame[0]], strict=True):
        canvas.lathe((px, py, z), (qx, qy, z), thin, metal, STRAIGHT)
    canvas.lathe((x + r * 0.8, y - height, z), (x + r * 1.45, y - r, z), thin, metal, STRAIGHT)
    if heavy:
        canvas.lathe((x - r, y - height * 0.75, z), (x + r * 0.7, y - height * 0.72, z), height * 0.14, metal)
        canvas.lathe((x - r * 0.6, y - r, z), (x + r * 0.6, y - r, z), height * 0.2, colours.stuff(rng))


def boat(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    long = height * rng.uniform(0.4, 1.0)
    hull = [(x - long, y - height * 0.2), (x + long, y - height * 0.25), (x + long * 0.7, y), (x - long * 0.8, y)]
    canvas.polygon(hull, z, colours.stuff(rng))
    canvas.lathe((x, y - height, z), (x, y - height * 0.2, z), height * 0.012, colours.stuff(rng), STRAIGHT)
    if rng.random() < 0.7:
        sail = Material(colours.any_colour(rng) if rng.random() < 0.4 else (0.92, 0.92, 0.9), strength=0.06)
        canvas.polygon(
            [(x, y - height), (x + long * rng.uniform(-1, 1), y - height * 0.28), (x, y - height * 0.25)], z, sail
        )


def plane(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """An aeroplane or a kite in the sky."""
    body = colours.stuff(rng)
    cy, turn = y - height * rng.uniform(0.5, 1.2), rng.uniform(-0.6, 0.6)
    c, s = float(np.cos(turn)), float(np.sin(turn))
    canvas.lathe((x - height * c, cy - height * s, z), (x + height * c, cy + height * s, z), height * 0.12, body)
    for reach in (0.8, -0.5):
        tip = (x - height * 0.3 * c + height * reach * s, cy - height * 0.3 * s - height * reach * c)
        canvas.polygon(
            [(x + height * 0.2 * c, cy + height * 0.2 * s), (x - height * 0.2 * c, cy - height * 0.2 * s), tip],
            z + 0.05,
            body,
        )


def chair(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A chair, a table, a bench or a sofa, by its proportions."""
    wood = colours.stuff(rng)
    half, seat = height * rng.uniform(0.25, 1.1), height * rng.uniform(0.35, 0.6)
    for side in (-1, 1):
        for back in (0, 1):
            canvas.lathe(
                (x + side * half * (1 - 0.15 * back), y - seat, z - 0.1 * back),
                (x + side * half * (1 - 0.15 * back), y - 0.06 * height * back, z - 0.1 * back),
                height * rng.uniform(0.02, 0.05),
                wood,
                STRAIGHT,
            )
    deep = height * rng.uniform(0.08, 0.2)
    top = [
        (x - half * 0.85, y - seat - deep),
        (x + half * 0.85, y - seat - deep),
        (x + half * 1.05, y - seat),
        (x - half * 1.05, y - seat),
    ]
    canvas.polygon(top, z, wood)
    canvas.box(x - half * 1.05, y - seat, x + half * 1.05, y - seat + height * rng.uniform(0.04, 0.3), z, wood)
    if rng.random() < 0.7:
        canvas.box(x - half * 0.85, y - height, x + half * 0.85, y - seat - deep, z - 0.05, colours.stuff(rng))


def cabinet(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A cupboard, a fridge, a door, a book case: a box divided into rows and columns."""
    wood = colours.stuff(rng, plain=0.95)
    half = height * rng.uniform(0.2, 0.6)
    canvas.box(x - half, y - height, x + half, y, z, wood)
    rows, columns = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    inner = replace(
        colours.stuff(rng), strength=0.3, pattern=str(rng.choice(["plain", "stripes"])), frequency=rng.uniform(4, 10)
    )
    for row in range(rows):
        for column in range(columns):
            left, top = x - half + 2 * half * (column + 0.08) / columns, y - height + height * (row + 0.08) / rows
            canvas.box(left, top, left + 1.68 * half / columns, top + height * 0.84 / rows, z + 0.002, inner)


def screen(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A television, a laptop with keys, a microwave oven."""
    half = height * rng.uniform(0.5, 0.8)
    canvas.box(x - half, y - height, x + half, y - height * 0.2, z, colours.stuff(rng))
    canvas.box(
        x - half * 0.9,
        y - height * 0.93,
        x + half * 0.9,
        y - height * 0.27,
        z + 0.002,
        replace(colours.stuff(rng), matt=0),
    )
    keys = [(x - half, y - height * 0.2), (x + half, y - height * 0.2), (x + half * 1.2, y), (x - half * 1.2, y)]
    canvas.polygon(keys, z, Material(colours.any_colour(rng), colours.any_colour(rng), "checks", rng.uniform(3, 6)))


def toilet(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A toilet or a basin: white, round, glossy."""
    white = Material(colours.hsv(rng.random(), 0.04, rng.uniform(0.75, 1)), strength=0.03, gloss=0.3)
    canvas.box(x - height * 0.25, y - height, x + height * 0.25, y - height * 0.5, z - 0.1, white)
    canvas.lathe(
        (x, y - height * 0.55, z), (x, y, z), height * 0.28, white, ((0, 1), (0.3, 0.95), (0.6, 0.5), (1, 0.55))
    )
    canvas.disc(x, y - height * 0.55, height * 0.28, height * 0.1, z + 0.3 * height, white)
    hole = Material((0.5, 0.5, 0.52), strength=0.1, matt=0.2)
    canvas.disc(x, y - height * 0.55, height * 0.2, height * 0.065, z + 0.35 * height, hole)


def clock(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    r = height * 0.4
    cy = y - height * 0.6
    if rng.random() < 0.5:
        canvas.box(x - r * 1.3, cy - r * 1.4, x + r * 1.3, y, z, colours.stuff(rng))
    canvas.disc(x, cy, r, r, z + 0.02, colours.stuff(rng))
    canvas.disc(x, cy, r * 0.85, r * 0.85, z + 0.03, Material((0.93, 0.92, 0.88), strength=0.03, matt=0.1))
    for a, long in ((rng.uniform(0, 6.3), 0.7), (rng.uniform(0, 6.3), 0.5)):
        tip = (x + r * long * float(np.cos(a)), cy + r * long * float(np.sin(a)), z + 0.2)
        canvas.lathe((x, cy, z + 0.2), tip, r * 0.05, _BLACK, STRAIGHT)


def suitcase(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    half = height * rng.uniform(0.3, 0.7)
    canvas.box(x - half, y - height * 0.85, x + half, y, z, colours.stuff(rng))
    canvas.box(x - half * 0.3, y - height, x + half * 0.3, y - height * 0.85, z - 0.01, colours.stuff(rng))


def board(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A surfboard, a skateboard, skis: long, thin, at any angle."""
    a, half = rng.uniform(-1.5, 1.5), height * 0.5
    dx, dy = half * float(np.sin(a)), half * float(np.cos(a))
    middle = y - half
    canvas.lathe(
        (x - dx, middle - dy, z),
        (x + dx, middle + dy, z),
        height * rng.uniform(0.04, 0.13),
        colours.stuff(rng, plain=0.6),
        roundness=0.2,
    )


def building(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    wall = colours.stuff(rng, colours.earthy(rng) if rng.random() < 0.6 else None, plain=0.95)
    half = height * rng.uniform(0.25, 0.9)
    top = y - height
    canvas.box(x - half, top, x + half, y, z, wall)
    if rng.random() < 0.4:
        canvas.polygon(
            [(x - half * 1.1, top), (x, top - height * rng.uniform(0.1, 0.5)), (x + half * 1.1, top)],
            z,
            colours.stuff(rng),
        )
    rows, columns = int(rng.integers(1, 6)), int(rng.integers(2, 7))
    lit = _GLASS if rng.random() < 0.7 else Material((0.95, 0.88, 0.6), strength=0.1, matt=0)
    for row in range(rows):
        for column in range(columns):
            left, high = x - half + 2 * half * (column + 0.25) / columns, top + height * 0.9 * (row + 0.25) / rows
            canvas.box(left, high, left + half / columns, high + height * 0.5 / rows, z + 0.002, lit)


def fence(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    wood = colours.stuff(rng)
    step = height * rng.uniform(0.15, 0.5)
    for k in range(-8, 9):
        canvas.lathe(
            (x + k * step, y - height, z), (x + k * step, y, z), height * rng.uniform(0.02, 0.06), wood, STRAIGHT
        )
    for rail in (0.2, 0.7):
        canvas.box(
            0, y - height * (1 - rail) - height * 0.03, 1, y - height * (1 - rail) + height * 0.03, z - 0.001, wood
        )


VEHICLES: tuple[Drawer, ...] = (car, car, bus, bicycle, boat, plane)
FURNITURE: tuple[Drawer, ...] = (chair, chair, cabinet, screen, toilet, clock, suitcase)
ON_TABLES: tuple[Drawer, ...] = (plate, plate, fruit, bread, screen, flowers)
STREETS: tuple[Drawer, ...] = (building, fence, board)
