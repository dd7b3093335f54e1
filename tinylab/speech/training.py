"""Training on features, with fresh distortions of them in every epoch, and the history as a value.

A net learns the synthesiser very quickly; what it learns after that is the synthesiser's faults. So the distortions are
strong, the labels are smoothed, and what is kept is an average over the weights of the last steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinylab.quiet import import_tensorflow
from tinylab.speech.progress import Progress, silent


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
class TrainingRecipe:
    """How a network is trained. learning_rate falls to zero along a cosine.

    class_balance: 1 gives every class the same weight in all, 0 every clip.
    """

    epochs: int = 30
    batch_size: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    label_smoothing: float = 0.1
    mixup: float = 0.0
    class_balance: float = 0.8
    average: float = 0.99
    distortion: Distortion = Distortion()


@dataclass(frozen=True)
class TrainingHistory:
    """What happened, one value an epoch: losses of the training clips, accuracies (0 to 1) of both."""

    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    validation_accuracy: tuple[float, ...]


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
    The same seed gives the same distortions and order; weights also depend on TensorFlow's build and number of threads.
    """
    tf = import_tensorflow()
    recipe = recipe or TrainingRecipe()
    tf.keras.utils.set_random_seed(seed)
    rng = np.random.default_rng([seed, 7])
    _compile(tf, model, recipe, steps=recipe.epochs * -(-len(labels) // recipe.batch_size))
    classes = model.output_shape[-1]
    targets = np.eye(classes, dtype=np.float32)[labels]
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    weights = ((len(labels) / classes / counts) ** recipe.class_balance).astype(np.float32)[labels]
    rows: list[tuple[float, float, float]] = []
    for epoch in range(recipe.epochs):
        progress("training", epoch, recipe.epochs)
        x, y = distort(features, recipe.distortion, rng), targets
        if recipe.mixup:
            x, y = mix(x, y, recipe.mixup, rng)
        fitted = model.fit(x, y, batch_size=recipe.batch_size, sample_weight=weights, verbose=0)
        right = accuracy(model, *validation) if validation else float("nan")
        rows.append((fitted.history["loss"][0], fitted.history["accuracy"][0], right))
    if recipe.average > 0:
        model.optimizer.finalize_variable_values(model.trainable_variables)
    progress("training", recipe.epochs, recipe.epochs)
    return TrainingHistory(*(tuple(float(v) for v in column) for column in zip(*rows, strict=True)))


def _compile(tf: Any, model: Any, recipe: TrainingRecipe, steps: int) -> None:
    """Give the model its optimizer, for so many steps in all, and its loss."""
    model.compile(
        optimizer=tf.keras.optimizers.AdamW(
            tf.keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps),
            weight_decay=recipe.weight_decay,
            use_ema=recipe.average > 0,
            ema_momentum=recipe.average or 0.99,
        ),
        loss=tf.keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"],
    )


def accuracy(model: Any, features: np.ndarray, labels: np.ndarray) -> float:
    """Share of clips (0 to 1) whose largest output is their label's."""
    return float(np.mean(np.argmax(model.predict(features, batch_size=256, verbose=0), axis=1) == labels))


def mix(x: np.ndarray, y: np.ndarray, strength: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mixup: each clip blended with another one, labels too, by shares from Beta(strength, strength)."""
    share = rng.beta(strength, strength, len(x)).astype(np.float32)
    share = np.maximum(share, 1 - share)
    other = rng.permutation(len(x))
    wide = share[:, None, None, None]
    return wide * x + (1 - wide) * x[other], share[:, None] * y + (1 - share[:, None]) * y[other]


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
