"""A split of files as a tf.data.Dataset, for training loops that are TensorFlow's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Protocol

import numpy as np

from tinylab.quiet import import_tensorflow

Batches = Iterator[tuple[np.ndarray, np.ndarray]]


class Batched(Protocol):
    """What tl.datasets.load(…).split(…) gives; the rooms stand on one floor and do not import one another."""

    @property
    def x(self) -> Any:
        """What has a shape [count, …] and a dtype."""

    @property
    def y(self) -> np.ndarray:
        """int64 [count]."""

    def batches(self, batch_size: int = 32, *, seed: int | Sequence[int] | None = None) -> Batches:
        """Pairs of x [batch, …] and y [batch], once through."""


def to_tf_data(split: Batched, *, batch_size: int = 32, seed: int | None = None) -> Any:
    """Batches (x [batch, …], y int64 [batch]) of a split of clips or of pictures, read while they are asked for.

    seed: another order in each epoch, the same in each run; None keeps the order of the files. Nothing is kept: add
    `.cache()` for data that fits the memory. ExtraMissingError without the extra `train`.
    """
    tf = import_tensorflow("tf.data")
    epoch = count()

    def batches() -> Batches:
        return split.batches(batch_size, seed=None if seed is None else (seed, next(epoch)))

    batch = tf.TensorSpec((None, *split.x.shape[1:]), tf.as_dtype(split.x.dtype))
    found = tf.data.Dataset.from_generator(batches, output_signature=(batch, tf.TensorSpec((None,), tf.int64)))
    return found.apply(tf.data.experimental.assert_cardinality(-(-len(split.y) // batch_size)))
