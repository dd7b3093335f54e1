"""Fitting, whatever the samples are: importance, parts, mixup, and a short training that learns and repeats."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.quiet import import_tensorflow
from tinylab.training.fitting import FittingRecipe, _importance, _parts, accuracy, fit, mix


def rng() -> np.random.Generator:
    return np.random.default_rng(6)


def test_mixing_keeps_labels_in_proportion() -> None:
    x, y = mix(np.arange(4, dtype=np.float32).reshape(4, 1, 1, 1), np.eye(4, dtype=np.float32), 0.4, rng())
    np.testing.assert_allclose(x[:, 0, 0, 0], y @ np.arange(4), rtol=1e-5)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-5)
    assert (y.max(axis=1) >= 0.5).all()


def test_balance_gives_each_class_the_same_weight() -> None:
    labels = np.array([0, 0, 0, 1])
    np.testing.assert_allclose(_importance(labels, 2, 1.0, None), [2 / 3, 2 / 3, 2 / 3, 2])
    np.testing.assert_allclose(_importance(labels, 2, 0.0, None), 1)


def test_weights_of_samples_come_on_top() -> None:
    found = _importance(np.array([0, 0, 1, 1]), 2, 1.0, np.array([1, 3, 10, 10]))
    np.testing.assert_allclose(found, [0.5, 1.5, 1, 1])


def test_parts_hold_every_sample_once() -> None:
    assert _parts(10, None, rng()) == [slice(None)]
    parts = _parts(10, 4, rng())
    assert len(parts) == 3
    assert sorted(np.concatenate(parts)) == list(range(10))
    assert list(np.concatenate(parts)) != list(range(10))


def test_a_fit_in_chunks_learns_and_repeats() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    tf = import_tensorflow()
    labels = np.arange(96) % 2
    samples = (rng().normal(0, 1, (96, 4, 4, 1)) + labels[:, None, None, None] * 2).astype(np.float32)
    losses = []
    for _ in range(2):
        tf.keras.utils.set_random_seed(1)
        layers = [tf.keras.Input((4, 4, 1)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(2, activation="softmax")]
        model = tf.keras.Sequential(layers)
        recipe = FittingRecipe(epochs=3, batch_size=8, learning_rate=0.1, average=0.5)
        calls: list[int] = []

        def distort(x: np.ndarray, _: np.random.Generator, calls: list[int] = calls) -> np.ndarray:
            calls.append(len(x))
            return x

        history = fit(model, samples, labels, distort, lambda: 0.25, recipe, chunk=40, seed=2)
        losses.append(history.loss)
    assert calls == [32] * 9
    assert losses[0] == losses[1]
    assert history.loss[0] > history.loss[-1]
    assert history.validation_accuracy == (0.25,) * 3
    assert accuracy(model, samples, labels) > 0.85
