"""Food, on plates and beside them: round and long things in the hues of skin, hair and lips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinylab.vision import colours
from tinylab.vision.canvas import Canvas, Material


def plate(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """Food on a plate or in a bowl, seen from above at a slant: pizza, cake, fruit, salad."""
    flat = rng.uniform(0.4, 1.0)
    china = Material(colours.hsv(rng.random(), rng.uniform(0, 0.2), rng.uniform(0.6, 1)), strength=0.03, matt=0.2)
    cy = y - height * 0.5 * flat
    canvas.disc(x, cy, height * 0.62, height * 0.62 * flat, z, china)
    food = colours.stuff(rng, colours.earthy(rng))
    if rng.random() < 0.5:
        canvas.disc(x, cy, height * 0.5, height * 0.5 * flat, z + 0.05, replace(food, strength=0.3))
    for _ in range(int(rng.integers(4, 24))):
        r = height * rng.uniform(0.03, 0.16)
        bit = Material(
            colours.hsv(
                rng.choice([0.02, 0.08, 0.12, 0.3]) + rng.normal(0, 0.02), rng.uniform(0.3, 0.9), rng.uniform(0.3, 0.95)
            ),
            strength=0.2,
            gloss=0.2,
        )
        a, d = rng.uniform(0, 2 * np.pi), height * rng.uniform(0, 0.4)
        bx, by = x + d * float(np.cos(a)), cy + d * flat * float(np.sin(a))
        turn = rng.uniform(-r, r) * rng.choice([1, 1, 3])
        canvas.lathe((bx - turn, by - r * 0.8, z + 0.1), (bx + turn, by + r * 0.8, z + 0.1), r, bit)


def bread(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """Rolls, bananas, sausages: long bent things side by side, in the hues of skin and lips."""
    count, angle = int(rng.integers(2, 6)), rng.uniform(-1.3, 1.3)
    long, half = height * rng.uniform(0.45, 0.7), height * rng.uniform(0.1, 0.2)
    c, s, bend = float(np.cos(angle)), float(np.sin(angle)), rng.normal(0, 0.25)
    hue, same = rng.choice([0.02, 0.07, 0.10, 0.14]), rng.random() < 0.5
    for k in range(count):
        if k == 0 or not same:
            hue = rng.choice([0.0, 0.02, 0.06, 0.09, 0.14, 0.28]) + rng.normal(0, 0.015)
        skin = colours.hsv(hue, rng.uniform(0.3, 0.9), rng.uniform(0.35, 0.98))
        stuff = Material(skin, noise="cloud", strength=rng.uniform(0.03, 0.25), gloss=rng.uniform(0, 0.3))
        across = (k - (count - 1) / 2) * half * rng.uniform(1.1, 1.7)
        cx, cy = x - across * s, y - height * 0.5 + across * c
        middle = (cx - bend * long * s, cy + bend * long * c, z + 0.02 * k)
        for side in (-1, 1):
            end = (cx + side * long * c, cy + side * long * s, z + 0.02 * k)
            start = (middle[0] - side * half * c, middle[1] - side * half * s, middle[2])
            canvas.lathe(start, end, half, stuff, ((0, 0.0), (0.06, 0.9), (0.3, 1.0), (0.8, 0.85), (0.95, 0.5), (1, 0)))


def fruit(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    skin = Material(
        colours.hsv(rng.choice([0.0, 0.07, 0.14, 0.28]), rng.uniform(0.6, 0.95), rng.uniform(0.5, 1)),
        strength=0.08,
        gloss=0.4,
    )
    for _ in range(int(rng.integers(1, 8))):
        cx, cy, r = (
            x + height * rng.normal(0, 0.35),
            y - height * rng.uniform(0.1, 0.5),
            height * rng.uniform(0.15, 0.3),
        )
        turn = rng.uniform(-1, 1) * r
        canvas.lathe((cx - turn, cy - r, z), (cx + turn, cy + r, z), r * rng.uniform(0.4, 1), skin)
