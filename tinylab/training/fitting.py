"""Fitting a Keras classifier to samples that are distorted anew in every epoch, and the history as a value.

A net learns a synthesiser very quickly; what it learns after that is the synthesiser's faults. So the labels are
smoothed, and what is kept is an average over the weights of the last steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np

from tinylab.progress import Progress, silent
from tinylab.quiet import import_tensorflow

Distorter = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # samples as kept -> float32 inputs, a new array

LEAST_STEPS = 2_000  # of the optimizer: with fewer a net of this kind is not done, whatever the size of the data
LEAST_STEPS_AN_EPOCH = 40  # batches are halved until there are so many
SMALLEST_BATCH = 8
AVERAGED_SHARE = 1 / 20  # of all steps, at the end: what the average over the weights looks back on


class Samples(Protocol):
    """An array, or what is read like one (tl.datasets' LazyArray)."""

    def __getitem__(self, index: Any, /) -> np.ndarray:
        """Those at the indices, or all of a slice."""


@dataclass(frozen=True)
class FittingRecipe:
    """How a network is fitted. learning_rate falls to zero along a cosine.

    class_balance: 1 gives every class the same weight in all, 0 every sample. average: momentum of the average over
    the weights, 0 for none. mixup: strength of blending samples, 0 for none.
    """

    epochs: int = 30
    batch_size: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    label_smoothing: float = 0.1
    mixup: float = 0.0
    class_balance: float = 0.8
    average: float = 0.99

    def sized_for(self, sample_count: int, epochs: int | None = None) -> Self:
        """The same recipe for so many training samples.

        A net learns by steps, not by epochs: 1,000 samples in batches of 128 are 8 steps an epoch, and after 30 epochs
        an average over the last 100 steps still holds the beginning. So batches are halved until an epoch has 40
        steps (8 samples at least), there are at least as many epochs as the recipe says and at least 2,000 steps, and
        the average looks back on a twentieth of them. epochs: so many instead; the average follows.
        """
        batch_size = self.batch_size
        while batch_size > SMALLEST_BATCH and sample_count < batch_size * LEAST_STEPS_AN_EPOCH:
            batch_size //= 2
        steps_an_epoch = -(-sample_count // batch_size)
        epochs = epochs or max(self.epochs, -(-LEAST_STEPS // steps_an_epoch))
        looks_back = max(1.0, epochs * steps_an_epoch * AVERAGED_SHARE)  # steps; 1: the last weights alone
        return replace(self, epochs=epochs, batch_size=batch_size, average=min(self.average, 1 - 1 / looks_back))


@dataclass(frozen=True)
class TrainingHistory:
    """What happened, one value an epoch: losses of the training samples, accuracies (0 to 1) of both."""

    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    validation_accuracy: tuple[float, ...]


def fit(
    model: Any,
    samples: Samples,
    labels: np.ndarray,
    distort: Distorter,
    validate: Callable[[], float] | None,
    recipe: FittingRecipe,
    *,
    weights: np.ndarray | None = None,
    chunk: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> TrainingHistory:
    """Fit a Keras classifier with softmax outputs in place.

    samples: [sample, ...]; labels: int [sample]; distort: makes inputs of samples; validate: the accuracy after an
    epoch; weights: of the samples, beside class_balance; chunk: so many are distorted at a time (None: all, which takes
    more memory). The same seed gives the same distortions and order; weights also depend on TensorFlow's build and
    number of threads.
    """
    tf = import_tensorflow()
    tf.keras.utils.set_random_seed(seed)
    rng = np.random.default_rng([seed, 7])
    _compile(tf, model, recipe, steps=recipe.epochs * -(-len(labels) // recipe.batch_size))
    targets = np.eye(model.output_shape[-1], dtype=np.float32)[labels]
    importance = _importance(labels, targets.shape[1], recipe.class_balance, weights)
    rows: list[tuple[float, float, float]] = []
    for epoch in range(recipe.epochs):
        progress("training", epoch, recipe.epochs)
        seen = []
        for part in _parts(len(labels), chunk, rng):
            x, y = distort(samples[part], rng), targets[part]
            if recipe.mixup:
                x, y = mix(x, y, recipe.mixup, rng)
            fitted = model.fit(x, y, batch_size=recipe.batch_size, sample_weight=importance[part], verbose=0)
            seen.append((len(y), fitted.history["loss"][0], fitted.history["accuracy"][0]))
        counts, losses, rights = zip(*seen, strict=True)
        right = validate() if validate else float("nan")
        rows.append((np.average(losses, weights=counts), np.average(rights, weights=counts), right))
    if recipe.average > 0:
        model.optimizer.finalize_variable_values(model.trainable_variables)
    progress("training", recipe.epochs, recipe.epochs)
    return TrainingHistory(*(tuple(float(v) for v in column) for column in zip(*rows, strict=True)))


def _importance(labels: np.ndarray, classes: int, balance: float, weights: np.ndarray | None) -> np.ndarray:
    """float32 [sample]: how much each sample counts; 1 on average."""
    own = np.ones(len(labels), np.float64) if weights is None else np.asarray(weights, np.float64)
    totals = np.maximum(np.bincount(labels, weights=own, minlength=classes), 1e-9)
    balanced = own * ((own.sum() / classes / totals) ** balance)[labels]
    return np.asarray(balanced if weights is None else balanced / balanced.mean(), np.float32)


def _parts(count: int, chunk: int | None, rng: np.random.Generator) -> list[Any]:
    """Everything at once (Keras shuffles it), or shuffled and cut."""
    if chunk is None or chunk >= count:
        return [slice(None)]
    return np.array_split(rng.permutation(count), -(-count // chunk))


def _compile(tf: Any, model: Any, recipe: FittingRecipe, steps: int) -> None:
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


def accuracy(model: Any, inputs: np.ndarray, labels: np.ndarray) -> float:
    """Share of samples (0 to 1) whose largest output is their label's."""
    return float(np.mean(np.argmax(model.predict(inputs, batch_size=256, verbose=0), axis=1) == labels))


def mix(x: np.ndarray, y: np.ndarray, strength: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mixup: each sample [sample, _, _, _] blended with another one, labels too, by shares from Beta(strength,
    strength)."""
    share = rng.beta(strength, strength, len(x)).astype(np.float32)
    share = np.maximum(share, 1 - share)
    other = rng.permutation(len(x))
    wide = share[:, None, None, None]
    return wide * x + (1 - wide) * x[other], share[:, None] * y + (1 - share[:, None]) * y[other]
