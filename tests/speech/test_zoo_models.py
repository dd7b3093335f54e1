"""The script that makes the zoo's KWS models: what it writes is whole, and what the zoo ships fits the code of now."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tinylab as tl
from tinylab.speech import zoo_models
from tinylab.speech.dataset import SpeechDataset, Split
from tinylab.speech.features import FeatureSpec


@pytest.mark.parametrize("name", zoo_models.MODELS)
def test_what_is_shipped_fits_the_features_of_now(name: str) -> None:
    card, graph = tl.zoo.card(name), tl.zoo.load(name).subgraphs[0]
    spec = FeatureSpec(**card["features"])
    assert graph.tensors[graph.inputs[0]].shape == (1, *spec.shape)
    assert card["class_names"] == ["silence", "unknown", *zoo_models.WORDS]
    assert card["bytes"] == len(bytes(tl.zoo.load(name).data))
    assert card["accuracy_on_held_out_voices"]["int8"] > 0.8


def test_the_shipped_tiny_conv_has_the_four_operators() -> None:
    operators = {operator.name for operator in tl.zoo.load("kws_tiny_conv").subgraphs[0].operators}
    assert operators == {"DEPTHWISE_CONV_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"}


def noise(clips: int) -> Split:
    samples = np.random.default_rng(0).integers(-9000, 9000, (clips, 16_000)).astype(np.int16)
    return Split(samples, np.arange(clips) % 4, {})


def test_a_model_and_its_card_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    title, architecture, arguments, _ = zoo_models.MODELS["kws_tiny_conv"]
    monkeypatch.setitem(zoo_models.MODELS, "kws_tiny_conv", (title, architecture, arguments, 1))
    data = SpeechDataset(("silence", "unknown", "yes", "no"), noise(16), noise(8), noise(8))
    card = zoo_models.build("kws_tiny_conv", data, tmp_path / "new")
    assert json.loads((tmp_path / "new" / "kws_tiny_conv.json").read_text()) == card
    assert (tmp_path / "new" / "kws_tiny_conv.tflite").stat().st_size == card["bytes"]
    assert card["accuracy_on_held_out_voices"]["clips"] == 8
    assert card["training"]["epochs"] == 1


def test_an_unknown_model_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        zoo_models.main(["kws_maybe"])
    assert "there are kws_yes_no, kws_tiny_conv" in capsys.readouterr().err
