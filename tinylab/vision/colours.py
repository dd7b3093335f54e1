"""Colours and cloth, drawn at random the way they are met: most things are muted, few are bright."""

from __future__ import annotations

import colorsys

import numpy as np

from tinylab.vision.canvas import Colour, Light, Material

_PATTERNS = ("plain", "hoops", "stripes", "checks", "spots")


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """Red, green, blue of a hue (in turns), saturation and value (0 to 1)."""
    return colorsys.hsv_to_rgb(hue % 1, min(max(saturation, 0), 1), min(max(value, 0), 1))


def hue(rng: np.random.Generator) -> float:
    """Orange to yellow and blue are met most, red and green less, purple and turquoise seldom."""
    kind = rng.choice(5, p=[0.40, 0.27, 0.12, 0.13, 0.08])
    return float(
        (rng.normal(0.085, 0.03), rng.normal(0.6, 0.035), rng.normal(0, 0.02), rng.normal(0.28, 0.06), rng.random())[
            kind
        ]
    )


def skin(rng: np.random.Generator) -> Colour:
    """From very light to very dark, reddish to yellowish."""
    light = rng.uniform(0, 1)
    value = 0.32 + 0.63 * light**0.8
    return hsv(rng.uniform(0.03, 0.085), rng.uniform(0.25, 0.42) + 0.25 * (1 - light), value * rng.uniform(0.92, 1.08))


def hair(rng: np.random.Generator) -> Colour:
    """Black and brown mostly; blond, red, grey and white."""
    kind = rng.choice(5, p=[0.42, 0.28, 0.15, 0.05, 0.10])
    if kind == 0:
        return hsv(rng.uniform(0, 0.1), rng.uniform(0, 0.4), rng.uniform(0.04, 0.16))
    if kind == 1:
        return hsv(rng.uniform(0.04, 0.08), rng.uniform(0.4, 0.65), rng.uniform(0.18, 0.42))
    if kind == 2:
        return hsv(rng.uniform(0.09, 0.13), rng.uniform(0.3, 0.55), rng.uniform(0.6, 0.85))
    if kind == 3:
        return hsv(rng.uniform(0.02, 0.06), rng.uniform(0.6, 0.8), rng.uniform(0.35, 0.6))
    return hsv(0.1, rng.uniform(0, 0.08), rng.uniform(0.45, 0.9))


def any_colour(rng: np.random.Generator) -> Colour:
    """Of things and clothes: half of them near to grey, black or white, the rest muted or bright."""
    if rng.random() < 0.5:
        return hsv(hue(rng), rng.uniform(0, 0.2), rng.choice([rng.uniform(0.04, 0.35), rng.uniform(0.3, 0.97)]))
    return hsv(hue(rng), rng.beta(1.5, 1.8), rng.uniform(0.12, 0.95))


def earthy(rng: np.random.Generator) -> Colour:
    """Wood, fur, sand, brick: the hues of skin and hair in things."""
    return hsv(rng.uniform(0.02, 0.13), rng.uniform(0.1, 0.65), rng.uniform(0.12, 0.9))


def leafy(rng: np.random.Generator) -> Colour:
    """Leaves and grass, from dry to dark green."""
    return hsv(rng.uniform(0.14, 0.38), rng.uniform(0.25, 0.75), rng.uniform(0.15, 0.65))


def cloth(rng: np.random.Generator, plain: float = 0.7) -> Material:
    """A garment: plain with the probability given, else stripes, hoops, checks or spots."""
    pattern = "plain" if rng.random() < plain else str(rng.choice(_PATTERNS[1:]))
    return Material(
        any_colour(rng),
        any_colour(rng),
        pattern,
        frequency=rng.uniform(1.5, 7),
        noise=str(rng.choice(["stone", "cloud", "fold", "fold", "fold"])),
        strength=rng.uniform(0.06, 0.3),
        grain=rng.uniform(0.5, 2.5),
    )


def stuff(rng: np.random.Generator, colour: Colour | None = None, plain: float = 0.8) -> Material:
    """What a thing is made of: paint, wood, metal, stone, fur."""
    pattern = "plain" if rng.random() < plain else str(rng.choice(_PATTERNS[1:]))
    return Material(
        colour or (any_colour(rng) if rng.random() < 0.6 else earthy(rng)),
        any_colour(rng),
        pattern,
        frequency=rng.uniform(1, 8),
        noise=str(rng.choice(["stone", "grain", "wood", "cloud", "grass"])),
        strength=rng.uniform(0.02, 0.25),
        grain=rng.uniform(0.4, 2.0),
        gloss=float(rng.choice([0, 0, rng.uniform(0, 0.5)])),
    )


def any_light(rng: np.random.Generator) -> Light:
    """From somewhere above, hard or soft; one in ten from behind, so that things are dark before it."""
    angle, height = rng.uniform(-np.pi, np.pi), rng.uniform(0.2, 1.2)
    x, y, z = np.cos(height) * np.sin(angle), -np.sin(height), abs(np.cos(height) * np.cos(angle))
    ambient = rng.uniform(0.45, 0.9)
    tint = tuple(float(c) for c in rng.normal(1, 0.06, 3))
    if rng.random() < 0.07:
        z, ambient = -z, rng.uniform(0.08, 0.4)
    return Light((float(x), float(y), float(z)), float(ambient), (tint[0], tint[1], tint[2]))
