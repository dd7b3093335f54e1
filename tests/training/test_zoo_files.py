"""A model's files are whole, and the answers of its int8 version are real numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tinylab as tl
from tinylab.training import answers, print_progress, write_zoo_files


def test_a_model_and_its_card_lie_side_by_side(tmp_path: Path) -> None:
    write_zoo_files(tmp_path / "new", "small", b"abc", {"title": "small"})
    assert (tmp_path / "new" / "small.tflite").read_bytes() == b"abc"
    assert json.loads((tmp_path / "new" / "small.json").read_text()) == {"title": "small"}


def test_answers_are_probabilities() -> None:
    model = tl.zoo.load("kws_yes_no")
    graph = model.subgraphs[0]
    inputs = np.random.default_rng(0).normal(0, 5, (3, *graph.tensors[graph.inputs[0]].shape[1:])).astype(np.float32)
    found = answers(bytes(model.data), inputs)
    assert found.shape == (3, 4)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=0.02)


def test_progress_ends_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_progress("painting", 1, 2)
    print_progress("painting", 2, 2)
    assert capsys.readouterr().out == "\rpainting: 1 of 2   \rpainting: 2 of 2   \n"
