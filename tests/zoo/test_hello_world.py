"""hello_world of the zoo: it is a sine, its arena is that of TFLM's own, and its script writes what it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tinylab as tl
from tasks import hello_world
from tests.shared import model_bytes, needs_shared

# Measured with TFLM 90b983c on TFLM's hello_world_int8.tflite: head, tail, smallest arena.
MEASURED = {"cortex-m4/reference": (32, 644, 1072), "x86-64/reference": (32, 1152, 1616)}


@pytest.mark.parametrize("target", MEASURED)
def test_its_arena_is_that_of_tflms_hello_world(target: str) -> None:
    needs = tl.arena_needs(tl.zoo.load("hello_world"), target)
    assert (needs.head_bytes, needs.tail_bytes, needs.smallest_arena_bytes) == MEASURED[target]


@needs_shared
def test_its_tail_is_that_of_tflms_allocation_by_allocation() -> None:
    ours, theirs = tl.zoo.load("hello_world"), tl.load_model(model_bytes("tflm/hello_world_int8.tflite"))
    plans = [tl.plan_arena(model, "cortex-m4/reference") for model in (ours, theirs)]
    sizes = [[(r.category, r.requested_bytes, r.used_bytes) for r in plan.allocations] for plan in plans]
    assert sizes[0] == sizes[1]


def test_it_is_a_sine() -> None:
    error = hello_world.largest_error(bytes(tl.zoo.load("hello_world").data))
    assert error == pytest.approx(tl.zoo.card("hello_world")["largest_error"], abs=1e-3)
    assert error < 0.06


def test_the_script_writes_a_model_of_the_same_arena(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    card = hello_world.build(tmp_path, epochs=1)
    assert json.loads((tmp_path / "hello_world.json").read_text()) == card
    made = tl.load_model(tmp_path / "hello_world.tflite")
    assert tl.arena_needs(made, "cortex-m4/reference") == tl.arena_needs(
        tl.zoo.load("hello_world"), "cortex-m4/reference"
    )
    assert made.subgraphs[0].tensors[0].name == "serving_default_x:0"


def test_dense_layers_can_have_a_scale_a_unit_or_one() -> None:
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    model, xs = hello_world.train(epochs=1), hello_world.training_data(64)[0]
    channels = []
    for per_channel in (True, False):
        graph = tl.load_model(tl.speech.convert(model, xs, per_channel_dense=per_channel)).subgraphs[0]
        weights = graph.tensors[graph.operators[0].inputs[1]]
        assert weights.quantization is not None
        channels.append(len(weights.quantization.scales))
    assert channels == [16, 1]


def test_training_data_is_seeded() -> None:
    x, y = hello_world.training_data(8)
    assert np.array_equal(x, hello_world.training_data(8)[0])
    assert np.allclose(y, np.sin(x))
