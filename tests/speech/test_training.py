"""Training: it learns, it repeats, and each distortion does what its name says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tinylab.quiet import import_tensorflow
from tinylab.speech.models import ds_cnn, tiny_conv
from tinylab.speech.training import Distortion, TrainingRecipe, distort, train
from tinylab.training import accuracy

NOTHING = Distortion(shift_frames=0, warp=0, stretch=0, colour=0, masks=0, noise=0)


def rng() -> np.random.Generator:
    return np.random.default_rng(6)


def features(clips: int = 5) -> np.ndarray:
    return rng().normal(0, 10, (clips, 49, 40, 1)).astype(np.float32)


def test_no_distortion_is_none() -> None:
    np.testing.assert_allclose(distort(features(), NOTHING, rng()), features(), atol=1e-4)


@pytest.mark.parametrize(
    "change", [{"shift_frames": 4}, {"warp": 0.1}, {"stretch": 0.1}, {"colour": 2.0}, {"masks": 2}, {"noise": 1.0}]
)
def test_each_distortion_changes_something_and_keeps_the_shape(change: dict[str, float]) -> None:
    given = features()
    found = distort(given, replace(NOTHING, **change), rng())  # type: ignore[arg-type]
    assert found.shape == given.shape
    assert found.dtype == np.float32
    assert not np.allclose(found, given)
    np.testing.assert_array_equal(given, features())


def test_colour_is_the_same_in_every_frame() -> None:
    added = distort(features(), replace(NOTHING, colour=3.0), rng()) - features()
    np.testing.assert_allclose(added, np.broadcast_to(added[:, :1], added.shape), atol=1e-4)
    assert added.std() > 1


def test_noise_has_its_deviation() -> None:
    added = distort(features(50), replace(NOTHING, noise=2.0), rng()) - features(50)
    assert added.std() == pytest.approx(2, rel=0.02)


def test_a_shift_moves_frames() -> None:
    ramp = np.broadcast_to(np.arange(49, dtype=np.float32)[None, :, None, None], (200, 49, 40, 1))
    moved = (distort(ramp, replace(NOTHING, shift_frames=4), rng()) - ramp)[:, 24, 0, 0]
    assert -4 <= moved.min() < -3
    assert 3 < moved.max() <= 4


def test_warp_stretches_channels() -> None:
    ramp = np.broadcast_to(np.arange(40, dtype=np.float32)[None, None, :, None], (200, 49, 40, 1))
    ratio = distort(ramp, replace(NOTHING, warp=0.1), rng())[:, 0, 20, 0] / 20
    assert 0.9 <= ratio.min() < 0.92
    assert 1.08 < ratio.max() <= 1.1


def test_masks_set_bands_to_the_mean() -> None:
    given = features(200)
    found = distort(given, replace(NOTHING, masks=1, mask_channels=5, mask_frames=5), rng())
    changed = (found != given)[..., 0]
    whole_frames, whole_channels = changed.all(axis=2).sum(axis=1), changed.all(axis=1).sum(axis=1)
    assert whole_frames.max() == 5
    assert whole_channels.max() == 5
    assert whole_frames.min() == 0


@pytest.fixture
def _tensorflow() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")


def bright_or_dark(clips: int) -> tuple[np.ndarray, np.ndarray]:
    """Two classes that differ in where their energy is."""
    labels = np.arange(clips) % 2
    x = features(clips)
    x[labels == 1, :, 20:] += 8
    return x, labels


@pytest.mark.usefixtures("_tensorflow")
def test_training_learns_repeats_and_says_where_it_is() -> None:
    x, y = bright_or_dark(128)
    recipe = TrainingRecipe(epochs=4, batch_size=8, learning_rate=1e-2, average=0.9)
    weights, histories, steps = [], [], []
    for run in range(2):
        model = tiny_conv((49, 40, 1), 2, filters=2)
        import_tensorflow().random.set_seed(run)  # what was drawn before must not matter
        histories.append(
            train(model, x, y, bright_or_dark(32), recipe=recipe, progress=lambda *step: steps.append(step))
        )
        weights.append(model.get_weights())
    assert histories[0] == histories[1]
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))
    assert accuracy(model, *bright_or_dark(64)) > 0.9
    assert len(histories[0].loss) == len(histories[0].validation_accuracy) == 4
    assert steps[:5] == [("training", epoch, 4) for epoch in range(5)]


@pytest.mark.usefixtures("_tensorflow")
def test_the_networks_have_their_shapes() -> None:
    assert tiny_conv((49, 40, 1), 4).count_params() == 10 * 8 * 8 + 8 + 25 * 20 * 8 * 4 + 4
    assert ds_cnn((49, 10, 1), 12).output_shape == (None, 12)
    for shape in ((49, 40, 1), (49, 10, 1)):
        small, large = ds_cnn(shape, 4, filters=16, blocks=2), ds_cnn(shape, 4)
        assert small.count_params() < large.count_params() < 30_000


@pytest.mark.usefixtures("_tensorflow")
def test_a_seed_gives_the_same_first_weights() -> None:
    first, again, other = (ds_cnn((49, 40, 1), 4, filters=8, seed=seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
