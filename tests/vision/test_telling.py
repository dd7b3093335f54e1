"""Two questions at once: shares of tags by hand, what is distorted how, and a lesson that leaves the net its shape."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.errors import DataError
from tinylab.vision.models import mobilenet_v1, tiny_vision
from tinylab.vision.pictures import TAGS
from tinylab.vision.telling import UNKNOWN, _lesson, shares, train_telling
from tinylab.vision.training import PictureDistortion, PictureTrainingRecipe


def test_shares_count_the_tags_of_a_place() -> None:
    tags = np.zeros((1, 24, 24), np.uint8)
    tags[0, :4, 4:6] = TAGS.index("head")  # half of the second place of the first row
    found = shares(tags)
    assert found.shape == (1, 6, 6, len(TAGS))
    assert found[0, 0, 1, TAGS.index("head")] == 0.5
    assert found[0, 0, 1, 0] == 0.5
    np.testing.assert_allclose(found.sum(axis=3), 1)


def halves(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Grey pictures whose bright half is a body."""
    tags = np.zeros((count, 24, 24), np.uint8)
    for place in range(count):
        if place % 2:
            tags[place, :12] = 1
        else:
            tags[place, :, :12] = 1
    bright = tags.repeat(4, axis=1).repeat(4, axis=2)[..., None] * np.ones(3, np.uint8)
    return (60 + 120 * bright).astype(np.uint8), tags


def test_tags_move_with_their_pictures() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    pictures, tags = halves(40)
    x = np.ascontiguousarray(pictures[:, :, :, :1] / np.float32(255))
    tags[20:] = UNKNOWN
    plain = PictureDistortion(contrast=0, brightness=0, tint=0, cover=0, zoom=(0.5, 0.6), shift=0.1, turn=0.2)
    out, told, importance = _lesson(x, tags, PictureTrainingRecipe(distortion=plain), np.random.default_rng(0))
    assert np.abs(out - x).mean(axis=(1, 2, 3)).min() > 0.005
    bright = (
        (out.reshape(40, 6, 16, 6, 16).mean(axis=(2, 4)) - 60 / 255) * 255 / 120
    )  # as much of each place as is body
    assert np.abs(bright - told[..., TAGS.index("body")])[:20].max() < 0.2
    assert (importance[:20] >= 1).all()
    assert not importance[20:].any()


def test_a_net_learns_what_is_where_and_keeps_its_shape() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    model = tiny_vision(width=0.5)
    steps: list[tuple[str, int, int]] = []
    before, layers = model.get_layer("pointwise0").get_weights()[0].copy(), len(model.layers)
    pictures, tags = halves(48)
    labels = np.arange(48) % 2
    recipe = PictureTrainingRecipe(epochs=6, batch_size=8)
    losses = train_telling(model, pictures, labels, tags, recipe=recipe, progress=lambda *step: steps.append(step))
    assert losses[-1][0] < 0.7 * losses[0][0]
    assert losses[-1][1] < losses[0][1]
    assert steps[::6] == [("training", 0, 6), ("training", 6, 6)]
    assert not np.array_equal(before, model.get_layer("pointwise0").get_weights()[0])
    assert len(model.layers) == layers
    assert model.output_shape == (None, 2)


def test_a_net_of_another_size_is_refused() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    with pytest.raises(DataError, match="no layer of 6×6 places"):
        train_telling(mobilenet_v1(size=64), halves(4)[0], np.arange(4) % 2, halves(4)[1])
