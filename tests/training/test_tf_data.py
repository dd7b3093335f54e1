"""A split as tf.data: the same samples, in the asked order, and another in each epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.datasets.server import wav
from tinylab import datasets
from tinylab.training import to_tf_data


def test_tf_data(tmp_path: Path) -> None:
    for value, word in enumerate(("yes", "no")):
        (tmp_path / "d" / word).mkdir(parents=True)
        for number in range(20):
            content = wav(np.full(16_000, 100 * value + number, np.int16))
            (tmp_path / "d" / word / f"{number:08x}_nohash_0.wav").write_bytes(content)
    split = datasets.load(tmp_path / "d").split("train")
    plain = to_tf_data(split, batch_size=8)
    assert len(plain) == -(-len(split.y) // 8)
    x, y = (np.concatenate(part) for part in zip(*plain.as_numpy_iterator(), strict=True))
    assert x.dtype == np.int16
    assert np.array_equal(x, split.x[:])
    assert np.array_equal(y, split.y)
    shuffled = to_tf_data(split, batch_size=len(split.y), seed=0)
    orders = [tuple(next(iter(shuffled.as_numpy_iterator()))[1]) for _ in range(4)]
    assert len({*orders}) > 1  # another order in each epoch
    assert all(sorted(order) == sorted(split.y) for order in orders)
