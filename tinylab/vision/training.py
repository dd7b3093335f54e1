"""Training on pictures, turned, cut, coloured and covered anew in every epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylab.datasets import LazyArray
from tinylab.errors import DataError
from tinylab.progress import Progress, silent
from tinylab.training import FittingRecipe, TrainingHistory, accuracy, fit

_CHUNK = 1024  # pictures that are distorted at a time: 27 kB each as bytes, 110 kB as numbers
_LUMINANCE = np.asarray([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class PictureDistortion:
    """Distortions of pictures, drawn anew for each in each epoch; half of them are mirrored besides.

    zoom: (least, largest) share of the picture that is seen, height and width apart; shift: share of the side; turn:
    deviation in radians; contrast, brightness, tint: deviations, shares; cover: probability of a grey rectangle, at
    most cover_side of the side wide and high."""

    zoom: tuple[float, float] = (0.8, 1.05)
    shift: float = 0.06
    turn: float = 0.05
    contrast: float = 0.1
    brightness: float = 0.1
    tint: float = 0.04
    cover: float = 0.1
    cover_side: float = 0.35


@dataclass(frozen=True)
class PictureTrainingRecipe(FittingRecipe):
    """How a network is trained on pictures: tinylab.training's recipe, with values for pictures, and the distortion."""

    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 3e-3
    distortion: PictureDistortion = PictureDistortion()


def to_inputs(pictures: np.ndarray | LazyArray, channels: int) -> np.ndarray:
    """uint8 [picture, height, width, 1 or 3] -> float32 [picture, height, width, channels] in 0..1.

    RGB becomes grey as luminance; DataError where grey pictures are asked for colours."""
    have = pictures.shape[-1] if pictures.ndim == 4 else 0
    if have not in (1, 3) or channels > have or channels not in (1, 3):
        raise DataError(
            f"a net of {channels} channels needs pictures [picture, height, width, {channels} or 3],"
            f" not {list(pictures.shape)}"
        )
    x = np.asarray(pictures).astype(np.float32) / np.float32(255)
    return np.asarray((x @ _LUMINANCE)[..., None] if channels < have else x)


def train(
    model: Any,
    pictures: np.ndarray | LazyArray,
    labels: np.ndarray,
    validation: tuple[np.ndarray | LazyArray, np.ndarray] | None = None,
    *,
    recipe: PictureTrainingRecipe | None = None,
    weights: np.ndarray | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> TrainingHistory:
    """Train a Keras model in place.

    pictures: uint8 [picture, height, width, 3], or 1 for a net of one channel; files are read anew in every epoch;
    labels: int [picture]; validation: the same of other pictures; weights: how much each picture counts. recipe: None
    is PictureTrainingRecipe().sized_for(the number of pictures). The same seed gives the same distortions and order;
    weights of the net also depend on TensorFlow's build and number of threads.
    """
    recipe = recipe or PictureTrainingRecipe().sized_for(len(labels))
    channels = model.input_shape[-1]
    held_out = (to_inputs(validation[0], channels), validation[1]) if validation else None
    return fit(
        model,
        pictures,
        labels,
        lambda x, rng: distort(to_inputs(x, channels), recipe.distortion, rng),
        (lambda: accuracy(model, *held_out)) if held_out else None,
        recipe,
        weights=weights,
        chunk=_CHUNK,
        seed=seed,
        progress=progress,
    )


def distort(x: np.ndarray, distortion: PictureDistortion, rng: np.random.Generator) -> np.ndarray:
    """Pictures float32 [picture, height, width, channel] in 0..1, distorted; a new array."""
    return relit(moved(x, movements(len(x), x.shape[1], distortion, rng)), distortion, rng)


def relit(x: np.ndarray, distortion: PictureDistortion, rng: np.random.Generator) -> np.ndarray:
    """Contrast, brightness, tint and covers alone: every place stays where it was. A new array."""
    count = len(x)

    def factor(deviation: float, channels: int = 1) -> np.ndarray:
        return (1 + rng.normal(0, deviation, (count, 1, 1, channels))).astype(np.float32)

    mean = x.mean(axis=(1, 2, 3), keepdims=True)
    x = (x - mean) * factor(distortion.contrast) + mean * factor(distortion.brightness)
    x *= factor(distortion.tint, x.shape[3])
    side = x.shape[1]
    for place in np.flatnonzero(rng.random(count) < distortion.cover):
        high, wide = rng.integers(side // 12, max(side // 12 + 1, int(side * distortion.cover_side)), 2)
        top, left = rng.integers(0, side - high), rng.integers(0, side - wide)
        x[place, top : top + high, left : left + wide] = rng.random()
    return np.asarray(np.clip(x, 0, 1), np.float32)


def movements(count: int, side: int, d: PictureDistortion, rng: np.random.Generator) -> np.ndarray:
    """float32 [count, 8]: mirror, zoom, shift and turn about the middle of pictures of that side, as TensorFlow's
    ImageProjectiveTransform takes them."""
    zoom, angle = rng.uniform(*d.zoom, (count, 2)), rng.normal(0, d.turn, count)
    flip = np.where(rng.random(count) < 0.5, -1, 1)
    c, s, middle = np.cos(angle), np.sin(angle), (side - 1) / 2
    rows = np.zeros((count, 8), np.float32)
    rows[:, 0], rows[:, 1] = c * zoom[:, 0] * flip, -s * zoom[:, 1]
    rows[:, 3], rows[:, 4] = s * zoom[:, 0] * flip, c * zoom[:, 1]
    shift = rng.uniform(-d.shift, d.shift, (count, 2)) * side
    rows[:, 2] = middle - (rows[:, 0] + rows[:, 1]) * middle + shift[:, 0]
    rows[:, 5] = middle - (rows[:, 3] + rows[:, 4]) * middle + shift[:, 1]
    return rows


def moved(x: np.ndarray, rows: np.ndarray, interpolation: str = "BILINEAR") -> np.ndarray:
    """Pictures [picture, side, side, channel], moved; outside of them they are mirrored at their edges."""
    from tinylab.quiet import import_tensorflow

    transform = import_tensorflow().raw_ops.ImageProjectiveTransformV3
    found = transform(
        images=x,
        transforms=rows,
        output_shape=x.shape[1:3],
        fill_value=0.0,
        interpolation=interpolation,
        fill_mode="REFLECT",
    )
    return np.asarray(found.numpy(), x.dtype)
