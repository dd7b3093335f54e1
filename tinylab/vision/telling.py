"""Training a net on two questions at once: is there a person, and what is seen where? The second needs pictures whose
every place is known, as painted ones are.

One label a picture ("somewhere in it is a person") teaches slowly: 10,000 pictures are 10,000 bits. The tags of the
same pictures say of each of 6×6 places what is there (what this gives: datasets/synthetic_people/README.md). The layer
that tells the places apart is thrown away: the net stays as it was."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinylab.datasets import LazyArray
from tinylab.errors import DataError
from tinylab.progress import Progress, silent
from tinylab.quiet import import_tensorflow
from tinylab.vision.pictures import GRID, TAGS
from tinylab.vision.training import PictureTrainingRecipe, moved, movements, relit, to_inputs

PLACES = 6  # rows and columns of what is told apart
UNKNOWN = 255  # the tag of a place of which nothing is known, as in photographs
_CHUNK = 1024
# People cover little of a picture: their places count more.
_WEIGHTS = np.array([3.0 if name in ("body", "head") else 1.0 for name in TAGS], np.float32)
_LABEL_SHARE = 0.5  # weight of the question whether there is a person, beside 1 for what is seen where


def train_telling(
    model: Any,
    pictures: np.ndarray | LazyArray,
    labels: np.ndarray,
    tags: np.ndarray,
    *,
    recipe: PictureTrainingRecipe | None = None,
    weights: np.ndarray | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> tuple[tuple[float, float], ...]:
    """Train a Keras model in place; per epoch the losses of the two questions, what is where and whether.

    pictures: uint8 [picture, 96, 96, 3]; labels: int [picture]; tags: uint8 [picture, 24, 24], indices of TAGS, or
    UNKNOWN all over; weights: how much each picture counts. Tags move about with their pictures. Of the recipe mixup,
    class_balance and average are not used. DataError where the model has no layer of 6×6 places.
    """
    tf = import_tensorflow()
    recipe = recipe or PictureTrainingRecipe()
    tf.keras.utils.set_random_seed(seed)
    rng = np.random.default_rng([seed, 8])
    step = _stepper(tf, model, recipe, recipe.epochs * -(-len(pictures) // recipe.batch_size))
    smooth = recipe.label_smoothing
    targets = np.eye(model.output_shape[-1], dtype=np.float32)[labels] * (1 - smooth) + smooth / model.output_shape[-1]
    counts = np.ones(len(labels), np.float32) if weights is None else np.asarray(weights / np.mean(weights), np.float32)
    rows = []
    for epoch in range(recipe.epochs):
        progress("training", epoch, recipe.epochs)
        losses = []
        for part in np.array_split(rng.permutation(len(pictures)), -(-len(pictures) // _CHUNK)):
            x, told, importance = _lesson(to_inputs(pictures[part], model.input_shape[-1]), tags[part], recipe, rng)
            for start in range(0, len(part), recipe.batch_size):
                few = slice(start, start + recipe.batch_size)
                losses.append(step(x[few], told[few], importance[few], targets[part][few], counts[part][few]))
        rows.append(np.mean(losses, axis=0))
    progress("training", recipe.epochs, recipe.epochs)
    return tuple((float(where), float(whether)) for where, whether in rows)


def _stepper(tf: Any, model: Any, recipe: PictureTrainingRecipe, steps: int) -> Any:
    """One step of the optimizer, compiled: (pictures, shares, their weights, targets, their weights) -> losses."""
    keras = tf.keras
    places = [layer for layer in model.layers if tuple(layer.output.shape[1:3]) == (PLACES, PLACES)]
    if not places:
        raise DataError(f"{model.name} has no layer of {PLACES}×{PLACES} places: it needs pictures of 96×96")
    told = keras.layers.Conv2D(len(TAGS), 1, activation="softmax", name="told")(places[-1].output)
    both = keras.Model(model.inputs, [told, model.output])
    schedule = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay)
    entropy = keras.losses.CategoricalCrossentropy(reduction="none")

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(x: Any, shares_: Any, importance: Any, targets: Any, counts: Any) -> Any:
        with tf.GradientTape() as tape:
            where, whether = both(x, training=True)
            loss_where = tf.reduce_mean(entropy(shares_, where) * importance)
            loss_whether = tf.reduce_mean(entropy(targets, whether) * counts)
            loss = loss_where + _LABEL_SHARE * loss_whether
        variables = both.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return tf.stack([loss_where, loss_whether])

    return lambda *arguments: step(*(tf.constant(value) for value in arguments)).numpy()


def _lesson(
    x: np.ndarray, tags: np.ndarray, recipe: PictureTrainingRecipe, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pictures distorted, the shares of their tags, and how much each place counts (0 where nothing is known)."""
    side = x.shape[1]
    rows = movements(len(x), side, recipe.distortion, rng)
    fine = side // GRID  # pixels of a tag
    wide = tags.repeat(fine, axis=1).repeat(fine, axis=2)[..., None]
    told = shares(moved(wide, rows, "NEAREST")[:, fine // 2 :: fine, fine // 2 :: fine, 0])
    return relit(moved(x, rows), recipe.distortion, rng), told, (told * _WEIGHTS).sum(axis=3)


def shares(tags: np.ndarray) -> np.ndarray:
    """float32 [picture, 6, 6, tag]: how much of each place is covered by what. tags: uint8 [picture, 24, 24]."""
    one_hot = tags[..., None] == np.arange(len(TAGS), dtype=np.uint8)
    fine = GRID // PLACES
    return np.asarray(one_hot.reshape(len(tags), PLACES, fine, PLACES, fine, len(TAGS)).mean(axis=(2, 4)), np.float32)
