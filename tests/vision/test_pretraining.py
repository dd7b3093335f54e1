"""What is seen where: shares of tags by hand, and a lesson that changes the net it is given and no more."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.errors import DataError
from tinylab.vision.models import mobilenet_v1, tiny_vision
from tinylab.vision.pictures import TAGS
from tinylab.vision.pretraining import pretrain, shares
from tinylab.vision.training import PictureTrainingRecipe


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


def test_a_net_learns_what_is_where_and_keeps_its_shape() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    model = tiny_vision(width=0.5)
    before, layers = model.get_layer("pointwise0").get_weights()[0].copy(), len(model.layers)
    losses = pretrain(model, *halves(48), recipe=PictureTrainingRecipe(epochs=3, batch_size=8))
    assert losses[-1] < 0.7 * losses[0]
    assert not np.array_equal(before, model.get_layer("pointwise0").get_weights()[0])
    assert len(model.layers) == layers
    assert model.output_shape == (None, 2)


def test_a_net_of_another_size_is_refused() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    with pytest.raises(DataError, match="no layer of 6×6 places"):
        pretrain(mobilenet_v1(size=64), *halves(4))
