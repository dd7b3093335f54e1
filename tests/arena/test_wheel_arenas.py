"""Whole arenas beside the real TFLM that anybody can install: total, head, tail and every category, compared with ==.

The wheel is a build of its own, with larger structs: wheel.py says which. Several subgraphs, resource variables and
offline plans, which no measured file has, are among these models.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.arena import wheel
from tests.arena.models import RandomGraph, dense_chain
from tests.arena.test_heads_against_tflm import planned
from tests.kernels.memory.other_models import cases
from tests.kernels.memory.test_others import name_of
from tests.shared import model_bytes, model_index, needs_shared
from tinylab.model import load_model
from tinylab.peers.tflm import TflmSession


def assert_as_the_wheel(tflm: TflmSession, data: bytes, name: str) -> None:
    model = load_model(data, name=name)
    main = model.subgraphs[0]
    inputs = [np.ones((1, *main.tensors[index].shape), main.tensors[index].dtype) for index in main.inputs]
    real = tflm.run(data, inputs).require().arena
    assert real is not None
    assert wheel.record(model, real.arena_bytes) == real, name


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs(tflm: TflmSession, seed: int) -> None:
    """Scratch buffers, tensors that several operators read, tensors that nobody reads."""
    assert_as_the_wheel(tflm, RandomGraph(seed).model(3 + seed), f"graph {seed}")


def test_dense_layers_and_offline_plans(tflm: TflmSession) -> None:
    assert_as_the_wheel(tflm, dense_chain([7, 100, 30, 4]), "dense")
    for offsets in ([-1, -1, -1, -1, -1], [0, -1, -1, 512, 1024]):
        assert_as_the_wheel(tflm, planned(offsets), f"offline plan {offsets}")


def test_every_other_operator(tflm: TflmSession) -> None:
    """Each in a model of its own: IF, WHILE and CALL_ONCE over several subgraphs and resource variables among them."""
    for case in cases():
        assert_as_the_wheel(tflm, case.model, name_of(case))


@needs_shared
def test_every_shared_model(tflm: TflmSession) -> None:
    compared = 0
    for entry in model_index():
        if entry["tflm"]["invokes"]:
            assert_as_the_wheel(tflm, model_bytes(entry["file"]), entry["file"])
            compared += 1
    print(f"{compared} of {compared} models: total, head, tail and every category of the wheel's recording allocator")
    assert compared == 234
