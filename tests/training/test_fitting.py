"""Fitting, whatever the samples are: importance, parts, mixup, and a short training that learns and repeats."""

from __future__ import annotations

from dataclasses import replace

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


@pytest.mark.parametrize(
    ("count", "epochs", "batch", "average"),
    [
        (9_000, 30, 128, 0.99),  # 2,130 steps: as the recipe says
        (100_000, 30, 128, 0.99),
        (1_350, 47, 32, 0.99),  # 43 steps an epoch, 2,021 in all
        (60, 250, 8, 0.99),  # 8 steps an epoch, 2,000 in all
    ],
)
def test_a_recipe_is_sized_by_steps(count: int, epochs: int, batch: int, average: float) -> None:
    sized = FittingRecipe().sized_for(count)
    assert (sized.epochs, sized.batch_size, round(sized.average, 6)) == (epochs, batch, average)
    assert sized == replace(FittingRecipe(), epochs=epochs, batch_size=batch, average=sized.average)


def test_the_average_never_looks_back_further_than_a_twentieth() -> None:
    for count, epochs, average in [(1_350, 4, 1 - 20 / (4 * 43)), (1_350, 1, 1 - 20 / 43), (20, 2, 0)]:
        sized = FittingRecipe().sized_for(count, epochs)
        assert sized.epochs == epochs
        assert sized.average == pytest.approx(average)
    assert FittingRecipe(average=0.0).sized_for(50_000).average == 0


def test_few_samples_are_learnt_with_the_sized_recipe() -> None:
    """300 samples: with batches of 128 and a long average, the untrained first weights would be what is kept."""
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    tf = import_tensorflow()
    labels = np.arange(300) % 2
    samples = (rng().normal(0, 1, (300, 4)) + labels[:, None]).astype(np.float32)
    found = []
    for recipe in (FittingRecipe(epochs=5), FittingRecipe().sized_for(300, 5)):
        tf.keras.utils.set_random_seed(1)
        model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2, activation="softmax")])
        model.set_weights([np.full((4, 2), 0.1, np.float32) * [1, -1], np.zeros(2, np.float32)])  # all wrong
        fit(model, samples, labels, lambda x, _: x, None, recipe)
        found.append(accuracy(model, samples, labels))
    assert found[0] < 0.5 < found[1]
