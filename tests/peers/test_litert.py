from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from tests.peers import models
from tests.shared import model_bytes, needs_shared
from tinylab import peers
from tinylab.peers.litert import Kernels, LitertSession

F = np.float32


@pytest.mark.parametrize("kernels", ["optimised", "reference"])
def test_many_samples_at_once(kernels: Kernels, litert: LitertSession) -> None:
    run = litert.run(models.matrix(), np.arange(6, dtype=F).reshape(2, 3), kernels=kernels).require()
    assert (run.peer, run.kernels, run.version) == ("LiteRT", kernels, peers.litert.PEER.status().version)
    assert run.outputs[0].tolist() == [[[8, 17]], [[26, 62]]]
    assert run.arena is None
    assert not run.tensors


def test_the_kernels_are_those_that_were_asked(litert: LitertSession) -> None:
    """Their float sums differ in order, and so in the last bits."""
    generator = np.random.default_rng(0)
    model, xs = models.matrix(generator.standard_normal((2, 300)).astype(F)), generator.standard_normal((50, 300))
    optimised, reference = (
        litert.run(model, xs.astype(F), kernels=kernels).require().outputs[0] for kernels in ("optimised", "reference")
    )
    assert np.allclose(optimised, reference, atol=1e-4)
    assert not np.array_equal(optimised, reference)


@pytest.mark.parametrize("kernels", ["optimised", "reference"])
def test_every_tensor_of_every_sample(kernels: Kernels, litert: LitertSession) -> None:
    xs = np.array([[1, -2], [3, -128]], np.int8)
    run = litert.run(models.matrix_then_relu(), xs, every_tensor=True, kernels=kernels).require()
    assert {index: values.tolist() for index, values in run.tensors.items()} == {
        0: [[[1, -2]], [[3, -128]]],
        2: [[[-1, 2]], [[-3, 127]]],
        3: [[[0, 2]], [[0, 127]]],
    }


@pytest.mark.parametrize(("reset_every", "sums"), [(0, [1, 3, 7, 14]), (1, [1, 2, 4, 8]), (2, [1, 3, 4, 12])])
def test_variables_live_until_they_are_reset(reset_every: int, sums: list[int], litert: LitertSession) -> None:
    run = litert.run(models.running_sum(), np.array([1, 2, 4, 8], F), reset_every=reset_every).require()
    assert run.outputs[0].ravel().tolist() == sums


def test_an_unknown_operator_is_a_refusal(litert: LitertSession) -> None:
    refusal = litert.run(models.unknown_operator(), np.zeros((1, 2), F))
    assert not refusal.ran
    assert (refusal.reason, refusal.phase) == ("refused", "allocate")
    assert "NoSuchOperator" in refusal.message


@pytest.mark.parametrize(
    ("inputs", "kernels", "message"),
    [
        (np.zeros((1, 3), np.int8), "optimised", "input 0 is float32 and int8 was given"),
        (np.zeros((1, 3), F), "fast", "kernels is 'fast'"),
    ],
)
def test_wrong_arguments_are_an_error(inputs: Any, kernels: Any, message: str, litert: LitertSession) -> None:
    with pytest.raises(ValueError, match=message):
        litert.run(models.matrix(), inputs, kernels=kernels)


def test_one_run_in_a_process_of_its_own(litert: LitertSession) -> None:
    assert peers.litert.run(models.matrix(), np.ones((1, 3), F)).require().outputs[0].tolist() == [[[6, 15]]]


def test_a_missing_package_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)  # as if it were not installed
    refusal = peers.litert.run(models.matrix(), np.zeros((1, 3), F))
    assert not refusal.ran
    assert refusal.reason == "missing"
    assert 'pip install "tinylab[train]"' in refusal.message
    assert [status.is_available for status in peers.available() if status.peer == "LiteRT"] == [False]


@needs_shared
def test_a_model_that_it_refuses_and_one_that_kills_it_are_rows(litert: LitertSession) -> None:
    refused = litert.run(model_bytes("tflm/person_detect.tflite"), np.zeros((1, 96 * 96), np.int8))
    assert not refused.ran
    assert refused.reason == "refused"
    assert "quantized_dimension" in refused.message
    assert len(refused.message) <= 300
    assert len(refused.text) > 300
    xs = np.random.default_rng(0).integers(-100, 100, (3, 96)).astype(np.int16)
    died = litert.run(model_bytes("tflm/keyword_scrambled_8bit.tflite"), xs)
    assert not died.ran
    assert died.reason == "died"
    assert died.signal_name in ("SIGSEGV", "SIGABRT")
    assert litert.run(models.matrix(), np.ones((1, 3), F)).ran
