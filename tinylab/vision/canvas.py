"""A canvas on which bodies are turned like on a lathe: one primitive that shades round things, and flat polygons.

Places are fractions of the picture: x to the right and y down from the upper left corner, z towards the viewer in the
same unit. A depth buffer decides what hides what. Nothing here knows people or chairs.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Point = tuple[float, float, float]  # x, y, z
Colour = tuple[float, float, float]  # red, green, blue in 0..1

FAR = -100.0
TILE = 256  # side of a noise tile in pixels
_TABLE = 48  # entries of a profile's table

# Kinds of noise, (slope of the spectrum, stretch across, stretch down): what surfaces are made of.
NOISES = {
    "cloud": (1.9, 1.0, 1.0),
    "stone": (1.3, 1.0, 1.0),
    "grain": (0.7, 1.0, 1.0),
    "wave": (1.4, 4.0, 1.0),
    "wood": (1.3, 1.0, 7.0),
    "grass": (0.8, 1.0, 2.5),
    "fold": (1.7, 1.0, 1.6),
}


@dataclass(frozen=True)
class Material:
    """What a surface is made of. pattern: plain, stripes, hoops, checks or spots, of colour and second, frequency times
    over the surface. noise: one of NOISES, strength its standard deviation, grain its size; gloss: strength of the
    highlight; matt: 1 is shaded like a round thing, 0 is flat."""

    colour: Colour
    second: Colour = (1.0, 1.0, 1.0)
    pattern: str = "plain"
    frequency: float = 6.0
    noise: str = "stone"
    strength: float = 0.06
    grain: float = 1.0
    gloss: float = 0.0
    matt: float = 1.0


class Light(NamedTuple):
    """direction: towards the light, of length 1 (x right, y down, z to the viewer); ambient: share of light that comes
    from everywhere, 0 to 1; tint: its colour."""

    direction: Point = (-0.4, -0.6, 0.69)
    ambient: float = 0.5
    tint: Colour = (1.0, 1.0, 1.0)


# Profiles of lathes: (place along the axis, half width as a share of the largest).
ROUND = tuple((float(t), float(np.sqrt(max(0.0, 1 - (2 * t - 1) ** 2)))) for t in np.linspace(0, 1, 15))
STRAIGHT = ((0.0, 1.0), (1.0, 1.0))
CONE = ((0.0, 0.0), (1.0, 1.0))


class Canvas:
    """Square picture being painted.

    colour: float32 [size, size, 3]; depth: float32 [size, size], larger is nearer; tags: uint8 [size, size], what is
    seen there: the value that `tag` had when it was painted."""

    def __init__(self, size: int, rng: np.random.Generator, light: Light | None = None) -> None:
        self.size = size
        self.rng = rng
        self.light = light or Light()
        self.colour = np.zeros((size, size, 3), np.float32)
        self.depth = np.full((size, size), FAR, np.float32)
        self.tags = np.zeros((size, size), np.uint8)
        self.tag = 0

    def lathe(
        self,
        start: Point,
        end: Point,
        half_width: float,
        material: Material,
        profile: Sequence[tuple[float, float]] = ROUND,
        roundness: float = 1.0,
    ) -> None:
        """A round body along the axis from start to end, whose half width at each place is the profile's.

        roundness: depth of the body as a share of its width."""
        box = self._box([start[0], end[0]], [start[1], end[1]], half_width)
        if box is None:
            return
        x, y = self._grid(box)
        ax, ay = end[0] - start[0], end[1] - start[1]
        length = max(float(np.hypot(ax, ay)), 1e-4)
        ux, uy = ax / length, ay / length
        rx, ry = x - start[0], y - start[1]
        t = (rx * ux + ry * uy) * np.float32(1 / length)
        across = ry * ux - rx * uy
        widths, slopes = _profile_table(tuple(profile))
        entry = np.clip(t * (_TABLE - 1), 0, _TABLE - 1).astype(np.intp)
        width = np.maximum(widths[entry] * np.float32(half_width), np.float32(1e-5))
        s = np.clip(across / width, -1, 1)
        s2 = s * s
        inside = (s2 < 1) & (t >= 0) & (t <= 1)
        if not inside.any():
            return
        nz = np.sqrt(np.maximum(1 - s2, 0))
        z = start[2] + (end[2] - start[2]) * t + width * nz * np.float32(roundness)
        seen = inside & (z > self.depth[box])
        if not seen.any():
            return
        # Along the axis the surface leans where the profile widens or narrows.
        lean = -slopes[entry] * np.float32(half_width / length)
        norm = 1 / np.sqrt(1 + lean * lean)
        nx, ny = (-s * uy + lean * nz * ux) * norm, (s * ux + lean * nz * uy) * norm
        shade = self._shade(nx, ny, nz * norm, material)
        self._put(box, seen, z, self._pattern(material, t, s * 0.5, x, y) * shade[..., None])

    def polygon(self, points: Sequence[tuple[float, float]], z: float, material: Material, shade: float = 1.0) -> None:
        """A flat convex polygon at depth z, its corners in order round it."""
        corners = np.asarray(points, np.float32)
        box = self._box(list(corners[:, 0]), list(corners[:, 1]), 0.0)
        if box is None:
            return
        x, y = self._grid(box)
        inside = self.depth[box] < z
        nexts = np.roll(corners, -1, axis=0)
        area = float(np.sum(corners[:, 0] * nexts[:, 1] - nexts[:, 0] * corners[:, 1]))
        turn = np.float32(1 if area > 0 else -1)
        for (px, py), (qx, qy) in zip(corners, nexts, strict=True):
            inside &= ((qx - px) * (y - py) - (qy - py) * (x - px)) * turn >= 0
        if not inside.any():
            return
        low, high = corners.min(axis=0), corners.max(axis=0)
        span = np.maximum(high - low, 1e-4)
        v, u = (y - low[1]) / span[1], (x - low[0]) / span[0] - np.float32(0.5)
        self._put(box, inside, np.float32(z), self._pattern(material, v, u, x, y) * np.float32(shade))

    def box(self, left: float, top: float, right: float, bottom: float, z: float, material: Material) -> None:
        """An upright rectangle at depth z."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], z, material)

    def disc(self, x: float, y: float, rx: float, ry: float, z: float, material: Material) -> None:
        """An upright ellipse at depth z, as flat as its material."""
        self.lathe((x, y - ry, z), (x, y + ry, z), rx, material, roundness=0.05)

    def shadow(self, x: float, y: float, rx: float, ry: float, strength: float) -> None:
        """A soft dark ellipse on what is painted there already."""
        box = self._box([x - rx, x + rx], [y - ry, y + ry], 0.0)
        if box is None:
            return
        gx, gy = self._grid(box)
        distance = ((gx - x) / np.float32(rx)) ** 2 + ((gy - y) / np.float32(ry)) ** 2
        self.colour[box] *= (1 - np.float32(strength) * np.clip(1 - distance, 0, 1))[..., None]

    def surface(self, top: float, bottom: float, material: Material, perspective: float = 0.0) -> None:
        """Rows from top to bottom, at the far end of the depth. perspective: how much its noise shrinks to the top."""
        box = self._box([0.0, 1.0], [top, bottom], 0.0)
        if box is None:
            return
        x, y = self._grid(box)
        v = (y - np.float32(top)) / np.float32(max(bottom - top, 1e-4))
        u = np.broadcast_to(x - np.float32(0.5), np.broadcast_shapes(x.shape, y.shape))
        if perspective:
            near = 1 / (v + np.float32(0.15 / perspective))
            u, v = u * near, np.broadcast_to(near, u.shape)
        else:
            v = np.broadcast_to(v, u.shape)
        self.colour[box] = self._pattern(material, v, u, u, v)

    def _box(self, xs: list[float], ys: list[float], margin: float) -> tuple[slice, slice] | None:
        """The pixels that a thing may touch, or None where it lies outside the picture."""
        left, right = int((min(xs) - margin) * self.size) - 1, int((max(xs) + margin) * self.size) + 2
        top, bottom = int((min(ys) - margin) * self.size) - 1, int((max(ys) + margin) * self.size) + 2
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, self.size), min(bottom, self.size)
        return (slice(top, bottom), slice(left, right)) if right > left and bottom > top else None

    def _grid(self, box: tuple[slice, slice]) -> tuple[Floats, Floats]:
        """x [1, column] and y [row, 1] of the pixels' middles."""
        places = (np.arange(self.size, dtype=np.float32) + np.float32(0.5)) / np.float32(self.size)
        return places[None, box[1]], places[box[0], None]

    def _shade(self, nx: Floats, ny: Floats, nz: Floats, material: Material) -> Floats:
        lx, ly, lz = self.light.direction
        facing = np.maximum(nx * np.float32(lx) + ny * np.float32(ly) + nz * np.float32(lz), 0)
        ambient = np.float32(self.light.ambient)
        shade = ambient * (np.float32(0.75) + np.float32(0.25) * nz) + (1 - ambient) * np.float32(1.25) * facing
        shade = 1 + np.float32(material.matt) * (shade - 1)
        return np.asarray(shade + np.float32(material.gloss) * facing**12, np.float32)

    def _pattern(self, material: Material, along: Floats, across: Floats, x: Floats, y: Floats) -> Floats:
        """float32 [..., 3]: the colours of a surface before light. along: 0..1; across: ±0.5; x, y: of the noise."""
        colour = np.asarray(material.colour, np.float32)
        turns = np.float32(2 * np.pi * material.frequency)
        if material.pattern == "plain":
            base = colour
        else:
            waves = {
                "hoops": lambda: np.sin(along * turns),
                "stripes": lambda: np.sin(across * turns),
                "checks": lambda: np.sin(along * turns) * np.sin(across * turns),
                "spots": lambda: np.sin(along * turns) + np.sin(across * turns) - 1,
            }
            share = np.clip(waves[material.pattern]() * 4 + np.float32(0.5), 0, 1)[..., None]
            base = colour + (np.asarray(material.second, np.float32) - colour) * share
        tinted = base * np.asarray(self.light.tint, np.float32)
        noise = np.float32(material.strength) * self._noise(material, x, y) if material.strength else 0 * x * y
        return np.asarray(tinted * (1 + noise)[..., None], np.float32)

    def _noise(self, material: Material, x: Floats, y: Floats) -> Floats:
        scale = np.float32(self.size / material.grain)
        start_x, start_y = self.rng.integers(0, TILE, 2)
        column = (x * scale).astype(np.int32) + np.int32(start_x) & np.int32(TILE - 1)
        row = (y * scale).astype(np.int32) + np.int32(start_y) & np.int32(TILE - 1)
        return np.asarray(noise_tiles()[material.noise][row, column], np.float32)

    def _put(self, box: tuple[slice, slice], seen: NDArray[np.bool_], z: Floats | np.float32, colour: Floats) -> None:
        np.copyto(self.colour[box], colour, where=seen[..., None])
        np.copyto(self.depth[box], z, where=seen)
        np.copyto(self.tags[box], np.uint8(self.tag), where=seen)


@functools.lru_cache(maxsize=256)
def _profile_table(profile: tuple[tuple[float, float], ...]) -> tuple[Floats, Floats]:
    """Half widths at evenly spaced places, and how fast they change along the axis."""
    places = np.linspace(0, 1, _TABLE)
    widths = np.interp(places, [t for t, _ in profile], [w for _, w in profile])
    return widths.astype(np.float32), np.clip(np.gradient(widths, places), -4, 4).astype(np.float32)


@functools.cache
def noise_tiles() -> dict[str, Floats]:
    """A tile [TILE, TILE] of each kind of noise, mean 0 and standard deviation 1, that continues at its edges."""
    rng = np.random.default_rng(20)
    fx, fy = np.meshgrid(np.fft.fftfreq(TILE), np.fft.fftfreq(TILE))
    tiles = {}
    for name, (slope, stretch_x, stretch_y) in NOISES.items():
        frequency = np.hypot(fx * stretch_x, fy * stretch_y)
        frequency[0, 0] = 1
        spectrum = np.fft.fft2(rng.standard_normal((TILE, TILE))) / frequency**slope
        spectrum[0, 0] = 0
        tile = np.fft.ifft2(spectrum).real
        if name == "fold":  # creases: sharp where the noise changes its sign
            tile = np.sqrt(np.abs(tile) / tile.std())
            tile -= tile.mean()
        tiles[name] = np.clip(tile / tile.std(), -2.5, 2.5).astype(np.float32)
    return tiles
