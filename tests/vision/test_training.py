"""Training on pictures: grey from colours, each distortion, and a short training that learns and repeats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tinylab.errors import DataError
from tinylab.training import accuracy
from tinylab.vision.models import tiny_vision
from tinylab.vision.training import PictureDistortion, PictureTrainingRecipe, distort, to_inputs, train

NOTHING = PictureDistortion((1.0, 1.0), shift=0, turn=0, contrast=0, brightness=0, tint=0, cover=0)


def rng() -> np.random.Generator:
    return np.random.default_rng(6)


@pytest.fixture(scope="module", autouse=True)
def _tensorflow() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")


def test_inputs_are_shares_of_the_brightest() -> None:
    pictures = np.full((2, 4, 4, 3), 255, np.uint8)
    np.testing.assert_allclose(to_inputs(pictures, 3), 1)
    assert to_inputs(pictures, 1).shape == (2, 4, 4, 1)
    red = np.zeros((1, 4, 4, 3), np.uint8)
    red[..., 0] = 255
    np.testing.assert_allclose(to_inputs(red, 1), 0.299, rtol=1e-6)
    assert to_inputs(red[..., :1], 1).max() == 1


@pytest.mark.parametrize(("shape", "channels"), [((2, 4, 4, 1), 3), ((4, 4, 3), 3), ((2, 4, 4, 2), 1)])
def test_pictures_of_another_shape_are_refused(shape: tuple[int, ...], channels: int) -> None:
    with pytest.raises(DataError, match="needs pictures"):
        to_inputs(np.zeros(shape, np.uint8), channels)


def smooth() -> np.ndarray:
    place = np.linspace(0.2, 0.8, 24, dtype=np.float32)
    return np.ascontiguousarray(np.broadcast_to(place[None, :, None, None], (40, 24, 24, 3)))


def test_no_distortion_leaves_a_picture_or_mirrors_it() -> None:
    x = np.ascontiguousarray(smooth().transpose(0, 2, 1, 3))  # brighter to the right
    found = distort(x, NOTHING, rng())
    same = np.abs(found - x).max(axis=(1, 2, 3)) < 1e-4
    mirrored = np.abs(found - x[:, :, ::-1]).max(axis=(1, 2, 3)) < 1e-4
    assert (same ^ mirrored).all()
    assert 8 < same.sum() < 32


@pytest.mark.parametrize(
    "change",
    [
        {"cover": 1.0},
        {"zoom": (0.5, 0.6)},
        {"shift": 0.3},
        {"turn": 0.3},
        {"contrast": 0.4},
        {"brightness": 0.3},
        {"tint": 0.2},
    ],
)
def test_each_distortion_changes_something(change: dict[str, float]) -> None:
    found = distort(smooth(), replace(NOTHING, **change), rng())  # type: ignore[arg-type]
    assert found.shape == (40, 24, 24, 3)
    assert found.dtype == np.float32
    assert np.abs(found - smooth()).mean() > 0.004
    assert 0 <= found.min() <= found.max() <= 1


def crosses(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of noise, those of class 1 with a bright cross."""
    labels = np.arange(count) % 2
    pictures = rng().integers(0, 120, (count, 32, 32, 3)).astype(np.uint8)
    pictures[labels == 1, 12:20] += 100
    pictures[labels == 1, :, 12:20] += 30
    return pictures, labels


def test_training_learns_and_repeats() -> None:
    recipe = PictureTrainingRecipe(epochs=12, batch_size=8, learning_rate=1e-2, average=0.9, distortion=NOTHING)
    histories = []
    for _ in range(2):
        model = tiny_vision(size=32, width=0.5)
        histories.append(train(model, *crosses(96), crosses(32), recipe=recipe))
    assert histories[0] == histories[1]
    assert len(histories[0].validation_accuracy) == 12
    pictures, labels = crosses(64)
    assert accuracy(model, to_inputs(pictures, 1), labels) > 0.8
