"""What a camera does to a scene: exposure, white balance, vignette, blur, noise, compression. Pictures are float32
[height, width, 3] in 0..1."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinylab.vision.canvas import Floats

_LUMINANCE = np.asarray([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Camera:
    """How much of each effect there is at most, or how likely it is.

    black, white: ranges of what the darkest and the brightest fiftieth of the picture become, in automatic exposure;
    gamma, saturation: share, either way; white_balance: deviation of the colours; vignette: darkening of the corners;
    blur: pixels; noise: deviation; blocking: probability."""

    black: tuple[float, float] = (-0.02, 0.12)
    white: tuple[float, float] = (0.78, 1.1)
    gamma: float = 0.3
    saturation: float = 0.3
    grey_probability: float = 0.05
    white_balance: float = 0.05
    vignette: float = 0.3
    blur: float = 0.5
    noise: float = 0.012
    blocking: float = 0.15


def photograph(picture: Floats, rng: np.random.Generator, camera: Camera) -> NDArray[np.uint8]:
    """uint8 [height, width, 3]: the picture as a camera would have kept it."""
    x = _exposed(np.maximum(picture, 0), rng.uniform(*camera.black), rng.uniform(*camera.white))
    x = x * (1 + rng.normal(0, camera.white_balance, 3)).astype(np.float32)
    grey = x @ _LUMINANCE
    kept = 0.0 if rng.random() < camera.grey_probability else 1 + rng.uniform(-camera.saturation, camera.saturation)
    x = np.asarray(grey[..., None] + (x - grey[..., None]) * np.float32(kept), np.float32)
    if rng.random() < 0.5:
        x = x * _vignette(x.shape[0], rng.uniform(0, camera.vignette))[..., None]
    x = _blurred(x, rng.uniform(0.2 * camera.blur, camera.blur), rng)
    # Above 1 light is squeezed, as film and sensors do, before it is cut off.
    x = np.asarray(np.where(x > 0.8, 0.8 + 0.2 * np.tanh((x - 0.8) * 4), np.maximum(x, 0)), np.float32)
    x = x ** np.float32(np.exp(rng.uniform(-camera.gamma, camera.gamma)))
    x = x + rng.standard_normal(x.shape, np.float32) * np.float32(rng.uniform(0, camera.noise))
    if rng.random() < camera.blocking:
        x = _blocked(x, rng.uniform(0.005, 0.04))
    return np.clip(np.round(x * 255), 0, 255).astype(np.uint8)


def _exposed(x: Floats, black: float, white: float) -> Floats:
    """Automatic exposure: the darkest and the brightest fiftieth of the pixels become black and white."""
    dark, bright = np.percentile(x @ _LUMINANCE, (2, 98))
    return (x - np.float32(dark)) * np.float32((white - black) / max(bright - dark, 0.15)) + np.float32(black)


def halved(picture: Floats) -> Floats:
    """Half the height and width, each pixel the mean of four: edges become smooth."""
    rows, columns, channels = picture.shape
    return np.asarray(picture.reshape(rows // 2, 2, columns // 2, 2, channels).mean(axis=(1, 3)), np.float32)


def blurred(picture: Floats, radius: int) -> Floats:
    """Out of focus: means over squares of 2 radius + 1 pixels, twice."""
    x = picture
    for _ in range(2):
        for axis in (0, 1):
            pad = [(radius + 1, radius) if a == axis else (0, 0) for a in range(3)]
            sums = np.cumsum(np.pad(x, pad, mode="edge"), axis=axis, dtype=np.float64)
            wide = 2 * radius + 1
            inside = sums[wide:] - sums[:-wide] if axis == 0 else sums[:, wide:] - sums[:, :-wide]
            x = np.asarray(inside / wide, np.float32)
    return x


@functools.cache
def _distance(size: int) -> Floats:
    place = np.linspace(-1, 1, size, dtype=np.float32)
    return np.asarray((place[:, None] ** 2 + place[None, :] ** 2) / 2, np.float32)


def _vignette(size: int, strength: float) -> Floats:
    return 1 - np.float32(strength) * _distance(size)


def _blurred(x: Floats, radius: float, rng: np.random.Generator) -> Floats:
    """Three-tap blur down and across, of different radius (a moving camera); 0 blurs nothing."""
    for axis in (0, 1):
        share = np.float32(min(0.33, max(0.0, radius * rng.uniform(0.3, 1.0)) * 0.4))
        if share > 0:
            pad = [(1, 1) if a == axis else (0, 0) for a in range(3)]
            p = np.pad(x, pad, mode="edge")
            before, after = (p[:-2], p[2:]) if axis == 0 else (p[:, :-2], p[:, 2:])
            x = x * (1 - 2 * share) + (before + after) * share
    return x


@functools.cache
def _cosines() -> Floats:
    k, n = np.mgrid[0:8, 0:8]
    basis = np.cos(np.pi * k * (2 * n + 1) / 16) * np.sqrt(np.where(k == 0, 1 / 8, 2 / 8))
    return np.asarray(basis, np.float32)


def _blocked(x: Floats, step: float) -> Floats:
    """Cosines of 8×8 blocks rounded to steps that grow with frequency, as JPEG does."""
    rows, columns, channels = x.shape
    if rows % 8 or columns % 8:
        return x
    basis = _cosines()
    blocks = x.reshape(rows // 8, 8, columns // 8, 8, channels).transpose(0, 2, 4, 1, 3)
    wave = basis @ blocks @ basis.T
    k = np.arange(8, dtype=np.float32)
    steps = np.float32(step) * (1 + k[:, None] + k[None, :])
    blocks = basis.T @ (np.round(wave / steps) * steps) @ basis
    return np.asarray(blocks.transpose(0, 3, 1, 4, 2).reshape(rows, columns, channels), np.float32)
