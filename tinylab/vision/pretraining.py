"""A first lesson for a net: what is seen where. It needs pictures whose every place is known, as painted ones are.

One label a picture ("somewhere in it is a person") teaches slowly: 12,000 pictures are 12,000 bits. The tags of the
same pictures say of each of 6×6 places what is there. A net that has learnt that is then trained on the labels alone,
and the layer that told the places apart is thrown away: the net stays as it was."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinylab.errors import DataError
from tinylab.progress import Progress, silent
from tinylab.quiet import import_tensorflow
from tinylab.vision.pictures import GRID, TAGS
from tinylab.vision.training import PictureTrainingRecipe, distort, still, to_inputs

PLACES = 6  # rows and columns of what is told apart
_CHUNK = 1024
# People cover little of a picture: their places count more.
_WEIGHTS = np.array([3.0 if name in ("body", "head") else 1.0 for name in TAGS], np.float32)


def pretrain(
    model: Any,
    pictures: np.ndarray,
    tags: np.ndarray,
    *,
    recipe: PictureTrainingRecipe | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> tuple[float, ...]:
    """Train all layers of a Keras model up to the last of 6×6 places to tell what is seen there; the epochs' losses.

    pictures: uint8 [picture, 96, 96, 3]; tags: uint8 [picture, 24, 24], indices of TAGS. The model's weights change in
    place. DataError where it has no layer of 6×6 places.
    """
    tf = import_tensorflow()
    recipe = recipe or PictureTrainingRecipe()
    tf.keras.utils.set_random_seed(seed)
    rng = np.random.default_rng([seed, 8])
    layers = [layer for layer in model.layers if tuple(layer.output.shape[1:3]) == (PLACES, PLACES)]
    if not layers:
        raise DataError(f"{model.name} has no layer of {PLACES}×{PLACES} places: it needs pictures of 96×96")
    told = tf.keras.layers.Conv2D(len(TAGS), 1, activation="softmax", name="told")(layers[-1].output)
    teller = tf.keras.Model(model.inputs, told)
    steps = recipe.epochs * -(-len(pictures) // recipe.batch_size)
    schedule = tf.keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
    teller.compile(tf.keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay), "categorical_crossentropy")
    channels, losses = model.input_shape[-1], []
    for epoch in range(recipe.epochs):
        progress("pretraining", epoch, recipe.epochs)
        parts = np.array_split(rng.permutation(len(pictures)), -(-len(pictures) // _CHUNK))
        seen = []
        for part in parts:
            x = distort(to_inputs(pictures[part], channels), still(recipe.distortion), rng)
            y = shares(tags[part])
            mirrored = rng.random(len(x)) < 0.5
            x[mirrored], y[mirrored] = x[mirrored, :, ::-1], y[mirrored, :, ::-1]
            weights = (y * _WEIGHTS).sum(axis=3)
            fitted = teller.fit(x, y, batch_size=recipe.batch_size, sample_weight=weights, verbose=0)
            seen.append(fitted.history["loss"][0])
        losses.append(float(np.mean(seen)))
    progress("pretraining", recipe.epochs, recipe.epochs)
    return tuple(losses)


def shares(tags: np.ndarray) -> np.ndarray:
    """float32 [picture, 6, 6, tag]: how much of each place is covered by what. tags: uint8 [picture, 24, 24]."""
    one_hot = tags[..., None] == np.arange(len(TAGS), dtype=np.uint8)
    fine = GRID // PLACES
    return np.asarray(one_hot.reshape(len(tags), PLACES, fine, PLACES, fine, len(TAGS)).mean(axis=(2, 4)), np.float32)
