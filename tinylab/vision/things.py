"""Everything that is not a person: what stands in streets, rooms and meadows, and what looks a little like a person.

Each drawer paints one thing that stands at (x, y), its foot, and is `height` tall, all in fractions of the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tinylab.vision import colours
from tinylab.vision.canvas import CONE, ROUND, STRAIGHT, Canvas, Material

Drawer = Callable[[Canvas, np.random.Generator, float, float, float, float], None]  # canvas, rng, x, y, z, height

_BOTTLE = ((0.0, 0.3), (0.25, 0.32), (0.42, 0.9), (0.5, 1.0), (0.97, 1.0), (1.0, 0.9))
_VASE = ((0.0, 0.6), (0.1, 0.45), (0.3, 0.6), (0.6, 1.0), (0.9, 0.7), (1.0, 0.6))
_PIN = ((0.0, 0.0), (0.03, 0.3), (0.12, 0.5), (0.22, 0.42), (0.32, 0.4), (0.6, 1.0), (0.85, 0.85), (1.0, 0.6))
_HANG = ((0.0, 0.1), (0.06, 0.25), (0.14, 0.85), (0.2, 1.0), (0.6, 0.9), (1.0, 1.15))
_BODY = ((0.0, 0.0), (0.05, 0.6), (0.2, 1.0), (0.5, 0.88), (0.8, 1.0), (0.95, 0.6), (1.0, 0.0))


def _column(canvas: Canvas, x: float, y: float, z: float, height: float, half: float, material: Material) -> None:
    canvas.lathe((x, y - height, z), (x, y, z), half, material, STRAIGHT)


def lamp_post(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    metal = colours.stuff(rng)
    _column(canvas, x, y, z, height, height * rng.uniform(0.01, 0.025), metal)
    kind = rng.integers(3)
    if kind == 0:
        r = height * rng.uniform(0.04, 0.09)
        glow = Material(colours.hsv(0.13, rng.uniform(0, 0.4), 1.0), matt=0.3)
        canvas.lathe((x, y - height - r, z), (x, y - height + r, z), r, glow)
    elif kind == 1:
        arm = height * rng.uniform(-0.3, 0.3)
        canvas.lathe((x, y - height, z), (x + arm, y - height * 1.04, z), height * 0.012, metal, STRAIGHT)
        canvas.disc(x + arm, y - height * 1.02, height * 0.06, height * 0.02, z, metal)
    else:
        canvas.box(x - height * 0.06, y - height, x + height * 0.06, y - height * 0.75, z + 0.02, colours.stuff(rng))
        for place, hue in enumerate((0.0, 0.12, 0.38)):
            glow = Material(colours.hsv(hue, 0.9, rng.choice([0.25, 1.0])), matt=0.1)
            canvas.disc(x, y - height * (0.96 - 0.08 * place), height * 0.03, height * 0.03, z + 0.03, glow)


def sign(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    _column(canvas, x, y, z, height, height * 0.015, colours.stuff(rng))
    r = height * rng.uniform(0.1, 0.2)
    face = Material(
        colours.hsv(rng.choice([0.0, 0.6, 0.15, 0.35]), rng.uniform(0, 0.95), rng.uniform(0.5, 1)),
        strength=0.03,
        matt=0.1,
    )
    corners = int(rng.choice([3, 4, 4, 8]))
    turn = rng.choice([0.0, np.pi / corners])
    ring = [
        (
            x + r * float(np.sin(turn + 2 * np.pi * k / corners)),
            y - height + r * float(np.cos(turn + 2 * np.pi * k / corners)),
        )
        for k in range(corners)
    ]
    canvas.polygon(ring, z + 0.02, face)
    canvas.disc(x, y - height, r * 0.5, r * rng.uniform(0.1, 0.5), z + 0.03, Material(colours.any_colour(rng), matt=0))


def hydrant(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    paint = colours.stuff(rng, colours.hsv(rng.choice([0.0, 0.12, 0.6]), 0.8, rng.uniform(0.4, 0.9)))
    canvas.lathe((x, y - height, z), (x, y, z), height * 0.2, paint, _PIN)
    canvas.lathe(
        (x - height * 0.27, y - height * 0.55, z), (x + height * 0.27, y - height * 0.55, z), height * 0.09, paint
    )


def tree(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    bark = colours.stuff(rng, colours.earthy(rng), plain=1.0)
    lean = rng.normal(0, 0.06) * height
    half = height * rng.uniform(0.02, 0.06)
    canvas.lathe((x, y, z), (x + lean, y - 0.7 * height, z), half, bark, ((0, 1), (1, 0.5)))
    crown = replace(colours.stuff(rng, colours.leafy(rng), plain=1.0), noise="grain", strength=rng.uniform(0.25, 0.6))
    for _ in range(int(rng.integers(0, 9))):
        r = height * rng.uniform(0.1, 0.26)
        cx, cy = x + lean + height * rng.normal(0, 0.16), y - height * rng.uniform(0.55, 0.95)
        canvas.lathe((cx, cy - r, z), (cx, cy + r, z), r * rng.uniform(0.8, 1.4), crown)
    for _ in range(int(rng.integers(0, 4))):
        out = rng.normal(0, 0.3) * height
        start = y - height * rng.uniform(0.35, 0.65)
        canvas.lathe((x, start, z), (x + out, start - height * rng.uniform(0.1, 0.3), z), half * 0.5, bark, CONE[::-1])


def conifer(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    green = replace(colours.stuff(rng, colours.leafy(rng), plain=1.0), noise="grain", strength=0.45)
    _column(canvas, x, y, z, height * 0.3, height * 0.03, colours.stuff(rng, colours.earthy(rng)))
    canvas.lathe((x, y - height, z), (x, y - height * 0.12, z), height * rng.uniform(0.12, 0.28), green, CONE)


def bush(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    green = replace(colours.stuff(rng, colours.leafy(rng), plain=1.0), noise="grain", strength=rng.uniform(0.25, 0.6))
    for _ in range(int(rng.integers(2, 6))):
        r = height * rng.uniform(0.25, 0.5)
        cx = x + height * rng.normal(0, 0.4)
        canvas.lathe((cx, y - 2 * r, z), (cx, y, z), r * 1.1, green)


def bottle(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    shape = _BOTTLE if rng.random() < 0.5 else _VASE if rng.random() < 0.6 else _PIN
    body = replace(colours.stuff(rng), gloss=rng.uniform(0, 0.6))
    half = height * rng.uniform(0.13, 0.24)
    canvas.lathe((x, y - height, z), (x, y, z), half, body, shape)
    if rng.random() < 0.5:
        canvas.lathe((x, y - height * 0.4, z), (x, y - height * 0.12, z), half * 1.02, colours.stuff(rng), STRAIGHT)
    if shape is _VASE and rng.random() < 0.6:
        flowers(canvas, rng, x, y - height * 0.9, z, height * rng.uniform(0.6, 1.2))


def flowers(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    petal = Material(colours.hsv(rng.random(), rng.uniform(0.2, 0.9), rng.uniform(0.6, 1)), strength=0.15)
    stem = Material(colours.leafy(rng))
    for _ in range(int(rng.integers(3, 9))):
        cx, cy, r = x + height * rng.normal(0, 0.3), y - height * rng.uniform(0.4, 1), height * rng.uniform(0.05, 0.14)
        canvas.lathe((x, y, z), (cx, cy, z), height * 0.015, stem, STRAIGHT)
        canvas.disc(cx, cy, r, r * rng.uniform(0.6, 1), z + 0.05, petal)


def coat_stand(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A pole with a coat: a trunk and sleeves, and neither head nor legs."""
    _column(canvas, x, y, z, height, height * 0.015, colours.stuff(rng))
    coat = colours.cloth(rng)
    top = y - height * rng.uniform(0.85, 0.97)
    long = height * rng.uniform(0.35, 0.7)
    canvas.lathe((x, top, z), (x, top + long, z), height * rng.uniform(0.1, 0.17), coat, _HANG, 0.6)
    for side in (-1, 1):
        if rng.random() < 0.7:
            start = (x + side * height * 0.1, top + 0.05 * height, z)
            end = (x + side * height * rng.uniform(0.11, 0.16), top + long * 0.85, z)
            canvas.lathe(start, end, height * 0.04, coat, STRAIGHT)


def garment(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A shirt or trousers laid flat or hung up, empty."""
    material = colours.cloth(rng, plain=0.5)
    if rng.random() < 0.6:
        canvas.lathe((x, y - height, z), (x, y, z), height * rng.uniform(0.28, 0.42), material, _HANG, 0.1)
        for side in (-1, 1):
            end = (x + side * height * rng.uniform(0.4, 0.65), y - height * rng.uniform(0.3, 0.8), z)
            canvas.lathe((x + side * height * 0.2, y - height * 0.85, z), end, height * 0.11, material, STRAIGHT, 0.1)
    else:
        for side in (-1, 1):
            end = (x + side * height * rng.uniform(0.1, 0.3), y, z)
            canvas.lathe((x + side * height * 0.08, y - height, z), end, height * 0.14, material, STRAIGHT, 0.1)


def statue(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """Blobs on one another, a snowman, a chess piece, a cairn: a head perhaps, on no body of a person."""
    material = colours.stuff(rng, plain=1.0)
    top, count = y, int(rng.integers(2, 5))
    for k in range(count):
        r = height * rng.uniform(0.12, 0.3) * (1 - 0.15 * k)
        canvas.lathe((x, top - 2 * r, z), (x, top, z), r * rng.uniform(0.8, 1.5), material, ROUND)
        top -= 1.7 * r


def animal(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """Four legs, a trunk lying, neck, head, ears, tail: from a cat to a giraffe."""
    fur = colours.stuff(rng, colours.earthy(rng) if rng.random() < 0.7 else None, plain=0.7)
    fur = replace(fur, gloss=0.0, noise=str(rng.choice(["grain", "wood", "cloud"])))
    side, yaw = rng.choice([-1, 1]), rng.uniform(0, 1.2)
    long, leg = height * rng.uniform(0.7, 1.3) * float(np.cos(yaw)), height * rng.uniform(0.25, 0.6)
    girth = height * rng.uniform(0.14, 0.26)
    back, front = (
        (x - side * long / 2, y - leg - girth * 0.7, z),
        (x + side * long / 2, y - leg - girth * 0.8, z + 0.2 * yaw),
    )
    canvas.lathe(
        (back[0] - side * girth, back[1], back[2]), (front[0] + side * girth, front[1], front[2]), girth, fur, _BODY
    )
    for foot, end in ((back, 0), (front, 1)):
        for step in (-1, 1):
            fx = foot[0] + step * girth * rng.uniform(0.1, 0.6)
            toe = (fx + rng.normal(0, 0.03) * height, y + step * 0.01 * height, z + 0.02 * step + end * 0.01)
            canvas.lathe(
                (fx, foot[1], toe[2]), toe, height * rng.uniform(0.035, 0.07), fur, ((0, 1.3), (0.4, 0.8), (1, 0.7))
            )
    up = rng.choice([0.1, 0.4, rng.uniform(0.4, 1.3)]) * height
    head = (front[0] + side * height * rng.uniform(0.1, 0.35), front[1] - up, front[2] + 0.05)
    canvas.lathe(front, head, girth * rng.uniform(0.4, 0.7), fur, ((0, 1.2), (1, 0.7)))
    _muzzle(canvas, rng, head, side, height * rng.uniform(0.09, 0.18), fur)
    tail = (back[0] - side * height * rng.uniform(0.1, 0.4), back[1] + height * rng.uniform(-0.4, 0.4), back[2])
    canvas.lathe(back, tail, height * 0.03, fur, CONE[::-1])


def _muzzle(
    canvas: Canvas, rng: np.random.Generator, head: tuple[float, float, float], side: float, r: float, fur: Material
) -> None:
    x, y, z = head
    canvas.lathe((x, y - r, z), (x, y + r, z), r * 1.05, fur)
    out = rng.uniform(0, 2.2) * r * side
    canvas.lathe(
        (x, y, z + 0.02), (x + out, y + r * rng.uniform(0.2, 0.9), z + r), r * 0.55, fur, ((0, 1), (0.8, 0.8), (1, 0.3))
    )
    dark = Material((0.05, 0.04, 0.04), strength=0, matt=0.3)
    canvas.disc(x + out, y + r * 0.5, r * 0.22, r * 0.18, z + 2 * r, dark)
    for ear in (-1, 1):
        canvas.disc(x + ear * r * 0.4 + out * 0.15, y - r * 0.2, r * 0.13, r * 0.13, z + 1.5 * r, dark)
        tip = (x + ear * r * rng.uniform(0.6, 1.3), y - r * rng.uniform(0.6, 2), z)
        canvas.lathe(
            (x + ear * r * 0.6, y - r * 0.4, z), tip, r * rng.uniform(0.2, 0.4), fur, ((0, 1), (0.6, 0.8), (1, 0.0))
        )


def face_of_an_animal(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A head from near by: cat, dog, bear, cow."""
    fur = replace(colours.stuff(rng, colours.earthy(rng), plain=0.85), gloss=0.0, noise="wood", strength=0.25)
    canvas.lathe(
        (x, y - height * 0.5, z - 0.1), (x, y + height * 0.5, z - 0.1), height * rng.uniform(0.4, 0.7), fur, _BODY
    )
    _muzzle(canvas, rng, (x, y - height * 0.6, z), rng.choice([-0.3, 0.3, 1, -1]), height * rng.uniform(0.28, 0.4), fur)


def bird(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    feather = colours.stuff(rng)
    side = rng.choice([-1, 1])
    slope = rng.uniform(-0.2, 0.7)
    tail = (x - side * height * 0.5, y - height * (0.45 - 0.3 * slope), z)
    breast = (x + side * height * 0.25, y - height * (0.5 + 0.3 * slope), z)
    canvas.lathe(tail, breast, height * rng.uniform(0.13, 0.22), feather, _BODY)
    head = (breast[0] + side * height * 0.05, breast[1] - height * rng.uniform(0.08, 0.4), z)
    canvas.lathe(breast, head, height * 0.07, feather, STRAIGHT)
    r = height * 0.1
    canvas.lathe((head[0], head[1] - r, z), (head[0], head[1] + r, z), r, feather)
    beak = Material(colours.hsv(0.1, 0.8, rng.uniform(0.2, 1)))
    canvas.lathe(
        (head[0], head[1], z + r), (head[0] + side * height * 0.22, head[1] + r * 0.4, z + r), r * 0.4, beak, CONE[::-1]
    )
    for step in (-1, 1):
        foot = x + step * height * 0.05
        canvas.lathe((foot, y - height * 0.4, z - 0.02), (foot, y, z - 0.02), height * 0.012, beak, STRAIGHT)


def bear(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    """A teddy bear, sitting: limbs and a head, all of one plush, in a toy's proportions."""
    plush = replace(colours.stuff(rng, colours.earthy(rng), plain=1.0), noise="grain", strength=0.2, gloss=0.0)
    canvas.lathe((x, y - height * 0.62, z), (x, y, z), height * 0.24, plush)
    for side in (-1, 1):
        hand = (x + side * height * rng.uniform(0.3, 0.42), y - height * rng.uniform(0.2, 0.5), z + 0.05)
        canvas.lathe((x + side * height * 0.15, y - height * 0.5, z), hand, height * 0.09, plush)
        foot = (x + side * height * rng.uniform(0.25, 0.4), y - height * 0.04, z + 0.1)
        canvas.lathe((x + side * height * 0.1, y - height * 0.1, z), foot, height * 0.1, plush)
    _muzzle(canvas, rng, (x, y - height * 0.75, z + 0.05), 0.1, height * 0.22, plush)


def ball(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    canvas.lathe((x, y - height, z), (x, y, z), height / 2, replace(colours.stuff(rng, plain=0.5), gloss=0.2))


def umbrella(canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float) -> None:
    _column(canvas, x, y, z, height, height * 0.012, colours.stuff(rng))
    cloth = colours.cloth(rng, plain=0.5)
    dome = ((0.0, 0.0), (0.1, 0.4), (0.4, 0.75), (1.0, 1.0))
    canvas.lathe(
        (x, y - height, z), (x, y - height * rng.uniform(0.65, 0.8), z), height * rng.uniform(0.3, 0.6), cloth, dome
    )


OUTDOORS: tuple[Drawer, ...] = (lamp_post, sign, hydrant, tree, conifer, bush, umbrella, statue)
ANIMALS: tuple[Drawer, ...] = (animal, animal, face_of_an_animal, bird)
INDOORS: tuple[Drawer, ...] = (bottle, flowers, coat_stand, garment, bear, ball, statue)
