"""Training on features, with fresh distortions of them in every epoch: strong ones, since a net learns the synthesiser
very quickly, and after that its faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylab.progress import Progress, silent
from tinylab.training import FittingRecipe, TrainingHistory, accuracy, fit


@dataclass(frozen=True)
class Distortion:
    """Distortions of features, drawn anew for each clip in each epoch.

    shift_frames: at most so many frames earlier or later. warp: formants scaled by up to this share (channels
    stretched; log-mel only). stretch: time scaled by up to this share. colour: standard deviation of a smooth curve
    added over channels, in the features' unit. masks: so many bands of channels and of frames, at most mask_channels
    and mask_frames wide, set to the clip's mean. noise: standard deviation of what is added to every value."""

    shift_frames: int = 2
    warp: float = 0.04
    stretch: float = 0.05
    colour: float = 0.0
    masks: int = 1
    mask_channels: int = 4
    mask_frames: int = 4
    noise: float = 0.5


@dataclass(frozen=True)
class TrainingRecipe(FittingRecipe):
    """How a network is trained on features: tinylab.training's recipe and the distortion."""

    distortion: Distortion = Distortion()


def train(
    model: Any,
    features: np.ndarray,
    labels: np.ndarray,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    *,
    recipe: TrainingRecipe | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> TrainingHistory:
    """Train a Keras model in place.

    features: float32 [clip, frame, channel, 1]; labels: int [clip]; validation: the same of other speakers.
    recipe: None is TrainingRecipe().sized_for(the number of clips).
    The same seed gives the same distortions and order; weights also depend on TensorFlow's build and number of threads.
    """
    recipe = recipe or TrainingRecipe().sized_for(len(labels))
    return fit(
        model,
        features,
        labels,
        lambda x, rng: distort(x, recipe.distortion, rng),
        (lambda: accuracy(model, *validation)) if validation else None,
        recipe,
        seed=seed,
        progress=progress,
    )


def distort(features: np.ndarray, distortion: Distortion, rng: np.random.Generator) -> np.ndarray:
    """Features float32 [clip, frame, channel, 1] distorted; a new array."""
    x = features[..., 0]
    clips, frames, channels = x.shape
    d = distortion
    time_scale = 1 + rng.uniform(-d.stretch, d.stretch, (clips, 1))
    shift = rng.uniform(-d.shift_frames, d.shift_frames, (clips, 1))
    x = _interpolate(x, (np.arange(frames) - frames / 2) * time_scale + frames / 2 + shift)
    if d.warp:
        scale = 1 + rng.uniform(-d.warp, d.warp, (clips, 1))
        x = _interpolate(x.transpose(0, 2, 1), np.arange(channels) * scale).transpose(0, 2, 1)
    if d.colour:
        x = x + _smooth_curves(clips, channels, d.colour, rng)[:, None, :]
    if d.noise:
        x = x + rng.standard_normal(x.shape, np.float32) * np.float32(d.noise)
    mean = x.mean(axis=(1, 2), keepdims=True)
    keep = np.ones(x.shape, bool)
    for _ in range(d.masks):
        keep &= ~_bands(clips, frames, d.mask_frames, rng)[:, :, None]
        keep &= ~_bands(clips, channels, d.mask_channels, rng)[:, None, :]
    return np.where(keep, x, mean)[..., None].astype(np.float32)


def _interpolate(x: np.ndarray, position: np.ndarray) -> np.ndarray:
    """x [clip, n, m] read at fractional positions [clip, k] of its second axis, the ends held."""
    position = np.clip(position, 0, x.shape[1] - 1).astype(np.float32)
    left = np.minimum(position.astype(np.int64), x.shape[1] - 2)
    part = (position - left)[:, :, None]
    row = np.arange(len(x))[:, None]
    return np.asarray(x[row, left] * (1 - part) + x[row, left + 1] * part)


def _smooth_curves(clips: int, channels: int, deviation: float, rng: np.random.Generator) -> np.ndarray:
    knots = rng.normal(0, deviation, (clips, 5, 1)).astype(np.float32)
    return _interpolate(knots, np.broadcast_to(np.linspace(0, 4, channels), (clips, channels)))[:, :, 0]


def _bands(clips: int, length: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """bool [clip, length]: one band of 0 to width places a clip."""
    size = rng.integers(0, width + 1, (clips, 1))
    start = rng.integers(0, length, (clips, 1)) - size // 2
    place = np.arange(length)
    return np.asarray((place >= start) & (place < start + size))
