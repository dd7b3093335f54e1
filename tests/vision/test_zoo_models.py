"""The script that makes the zoo's VWW model: what it writes is whole, and what the zoo ships fits the code of now."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tinylab as tl
from tinylab.vision import zoo_models
from tinylab.vision.dataset import VisionDataset, VisionSplit
from tinylab.vision.telling import UNKNOWN
from tinylab.vision.training import PictureTrainingRecipe
from tinylab.vision.zoo_models import Photographs


def test_what_is_shipped_fits_the_pictures_of_now() -> None:
    card, model = tl.zoo.card("vww_96"), tl.zoo.load("vww_96")
    graph = model.subgraphs[0]
    tensor = graph.tensors[graph.inputs[0]]
    assert tensor.shape == (1, 96, 96, card["architecture"]["channels"])
    assert tensor.quantization is not None
    assert tensor.quantization.zero_point == -128
    assert tensor.quantization.scale == pytest.approx(1 / 255)
    assert card["class_names"] == ["no_person", "person"]
    assert card["bytes"] == len(bytes(model.data)) < 330_000
    assert card["synthetic_test"]["int8_balanced_accuracy"] > 0.6


def test_the_zoo_stays_under_a_million_bytes() -> None:
    assert sum(len(bytes(tl.zoo.load(name).data)) for name in tl.zoo.names()) < 1_000_000


def noise(count: int) -> VisionSplit:
    pictures = np.random.default_rng(0).integers(0, 256, (count, 96, 96, 3)).astype(np.uint8)
    return VisionSplit(pictures, np.arange(count) % 2, {"tags": np.zeros((count, 24, 24), np.uint8)})


def test_photographs_come_to_their_share_with_both_classes_alike() -> None:
    data = VisionDataset(noise(60), noise(2), noise(2))
    photographs = Photographs(noise(10).pictures, np.array([1] * 2 + [0] * 8))
    pictures, labels, tags, weights = zoo_models.together(data, photographs)
    assert (tags[60:] == UNKNOWN).all()
    assert (tags[:60] != UNKNOWN).all()
    assert len(pictures) == len(labels) == 60 + 60
    assert weights is not None
    share = zoo_models.PHOTOGRAPH_SHARE
    assert weights[60:].sum() / weights.sum() == pytest.approx(share)
    assert weights[60:][labels[60:] == 1].sum() == pytest.approx(weights[60:][labels[60:] == 0].sum())


def test_without_photographs_nothing_is_weighted() -> None:
    data = VisionDataset(noise(6), noise(2), noise(2))
    pictures, labels, _, weights = zoo_models.together(data, None)
    assert pictures is data.train.pictures
    assert labels is data.train.labels
    assert weights is None


def test_a_model_and_its_card_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    short = replace(PictureTrainingRecipe(), epochs=1, batch_size=8)
    monkeypatch.setattr(zoo_models, "TRAINING", short)
    data = VisionDataset(noise(16), noise(4), noise(4))
    np.savez(tmp_path / "photographs.npz", x=noise(4).pictures, y=np.array([0, 1, 0, 1], np.uint8))
    photographs = zoo_models.read_photographs(tmp_path / "photographs.npz")
    card = zoo_models.build(data, photographs, tmp_path / "new")
    assert json.loads((tmp_path / "new" / "vww_96.json").read_text()) == card
    assert (tmp_path / "new" / "vww_96.tflite").stat().st_size == card["bytes"]
    assert "4 photographs: Caltech-101" in card["data"]
