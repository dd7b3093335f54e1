from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.peers import models
from tests.shared import SHARED, model_bytes, model_index, needs_shared
from tinylab import peers
from tinylab.arena import AllocationCategory, ArenaRecord
from tinylab.arena.arena_record import parse_allocations
from tinylab.peers.tflm import TflmSession

F = np.float32


def test_many_samples_at_once(tflm: TflmSession) -> None:
    xs = np.arange(6, dtype=F).reshape(2, 3)
    run = tflm.run(models.matrix(), xs).require()
    assert (run.peer, run.kernels, run.version) == ("TFLM", "reference", peers.tflm.PEER.status().version)
    (ys,) = run.outputs
    assert ys.dtype == F
    assert ys.tolist() == [[[8, 17]], [[26, 62]]]
    assert not ys.flags.writeable
    assert not run.tensors
    assert 0 < run.seconds_per_inference < 1


@pytest.mark.parametrize("shape", [(2, 3), (2, 1, 3), (2, 3, 1, 1)])
def test_a_sample_is_reshaped_to_the_input(shape: tuple[int, ...], tflm: TflmSession) -> None:
    run = tflm.run(models.matrix(), np.arange(6, dtype=F).reshape(shape)).require()
    assert run.outputs[0].tolist() == [[[8, 17]], [[26, 62]]]


def test_two_inputs(tflm: TflmSession) -> None:
    run = tflm.run(models.difference(), [np.full((3, 1, 2), 5, F), np.arange(6, dtype=F).reshape(3, 2)]).require()
    assert run.outputs[0].tolist() == [[[5, 4]], [[3, 2]], [[1, 0]]]


def test_every_tensor_of_every_sample(tflm: TflmSession) -> None:
    xs = np.array([[1, -2], [3, -128]], np.int8)
    run = tflm.run(models.matrix_then_relu(), xs, every_tensor=True).require()
    assert {index: values.tolist() for index, values in run.tensors.items()} == {
        0: [[[1, -2]], [[3, -128]]],
        2: [[[-1, 2]], [[-3, 127]]],
        3: [[[0, 2]], [[0, 127]]],
    }
    assert all(values.dtype == np.int8 for values in run.tensors.values())
    assert run.outputs[0].tolist() == run.tensors[3].tolist()


@pytest.mark.parametrize(("reset_every", "sums"), [(0, [1, 3, 7, 14]), (1, [1, 2, 4, 8]), (2, [1, 3, 4, 12])])
def test_variables_live_until_they_are_reset(reset_every: int, sums: list[int], tflm: TflmSession) -> None:
    xs = np.array([1, 2, 4, 8], F)
    run = tflm.run(models.running_sum(), xs, reset_every=reset_every, every_tensor=True).require()
    assert run.outputs[0].ravel().tolist() == sums
    assert run.tensors[4].sum(axis=(1, 2)).tolist() == sums
    again = tflm.run(models.running_sum(), xs, reset_every=reset_every).require()  # the state is not the session's
    assert again.outputs[0].ravel().tolist() == sums


def test_an_offline_plan_does_not_hide_the_tensors(tflm: TflmSession) -> None:
    run = tflm.run(models.offline_planned(), np.array([[1, -2]], np.int8), every_tensor=True).require()
    assert run.arena is not None
    assert run.arena.head_bytes == 1024 + 16  # where the plan puts the last tensor, and its bytes, aligned
    assert run.tensors[2].tolist() == [[[-1, 2]]]


def test_the_arena_is_recorded_and_does_not_depend_on_its_size(tflm: TflmSession) -> None:
    arenas = [tflm.run(models.matrix(), np.zeros((1, 3), F), arena_bytes=size).require().arena for size in (None, 4096)]
    found, small = arenas
    assert found is not None
    assert small is not None
    assert found.arena_bytes == 16 << 20
    assert small == ArenaRecord(4096, found.total_bytes, found.head_bytes, found.tail_bytes, found.categories)
    assert found.head_bytes == 16 + 16  # x and y, each aligned to 16
    assert found.total_bytes == found.head_bytes + found.tail_bytes
    assert AllocationCategory("TfLiteEvalTensor data", 3 * 24, 3 * 24, 3) in found.categories


def test_an_arena_larger_than_the_first_try_is_found(tflm: TflmSession) -> None:
    run = tflm.run(models.wide(), np.zeros((1, 8 << 20), F)).require()
    assert run.arena is not None
    assert run.arena.arena_bytes == 256 << 20
    assert run.arena.head_bytes == 2 * 4 * (8 << 20)


def test_an_arena_that_is_too_small_is_a_refusal_with_tflms_words(tflm: TflmSession) -> None:
    refusal = tflm.run(models.matrix(), np.zeros((1, 3), F), arena_bytes=512)
    assert not refusal.ran
    assert (refusal.reason, refusal.phase) == ("refused", "allocate")
    assert "Requested: 192, available 48, missing: 144" in refusal.message
    assert "RuntimeError: TFLM failed to allocate tensors" in refusal.text


def test_an_unknown_operator_is_a_refusal(tflm: TflmSession) -> None:
    refusal = tflm.run(models.unknown_operator(), np.zeros((1, 2), F))
    assert not refusal.ran
    assert refusal.message == (
        "TFLM refused (phase: allocate): RuntimeError: TFLM failed to allocate tensors; "
        "Failed to get registration from op code CUSTOM"
    )


@pytest.mark.parametrize("model", [b"", b"TFL3" * 30, models.matrix()[:200]], ids=["empty", "not a model", "truncated"])
def test_bytes_that_are_no_model_are_a_refusal(model: bytes, tflm: TflmSession) -> None:
    refusal = tflm.run(model, np.zeros((1, 3), F))
    assert not refusal.ran
    assert refusal.reason in ("refused", "died")


def test_a_model_that_kills_it_is_a_refusal(tflm: TflmSession) -> None:
    refusal = tflm.run(models.running_sum(with_bias=False), np.zeros((1, 1), F))
    assert not refusal.ran
    assert (refusal.reason, refusal.phase, refusal.signal_name) == ("died", "allocate", "SIGSEGV")
    assert tflm.run(models.matrix(), np.zeros((1, 3), F)).ran


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.zeros((1, 3), np.float64), "input 0 is float32 and float64 was given"),
        (np.zeros((1, 4), F), r"input 0 has shape \(1, 3\) and samples of shape \(4,\) were given"),
        ([np.zeros((1, 3), F)] * 2, "the model has 1 inputs and 2 were given"),
        ([], "the model has 1 inputs and 0 were given"),
        (np.zeros((0, 3), F), "one array"),
    ],
)
def test_inputs_that_are_not_the_models_are_an_error(inputs: Any, message: str, tflm: TflmSession) -> None:
    with pytest.raises(ValueError, match=message):
        tflm.run(models.matrix(), inputs)


def test_one_run_in_a_process_of_its_own(tflm: TflmSession) -> None:
    xs = np.ones((1, 3), F)
    run = peers.tflm.run(models.matrix(), xs, every_tensor=True, arena_bytes=8192, timeout_seconds=60).require()
    assert run.outputs[0].tolist() == [[[6, 15]]]
    assert run.arena is not None
    assert run.arena.arena_bytes == 8192


def test_a_missing_wheel_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tflite_micro", None)  # as if it were not installed
    refusal = peers.tflm.run(models.matrix(), np.zeros((1, 3), F))
    assert not refusal.ran
    assert refusal.reason == "missing"
    assert 'pip install "tinylab[peers]"' in refusal.message


def test_the_text_of_print_allocations() -> None:
    text = (
        "[RecordingMicroAllocator] Arena allocation total 960 bytes\n"
        "[RecordingMicroAllocator] Arena allocation head 48 bytes\r\n"
        "[RecordingMicroAllocator] Arena allocation tail 912 bytes\n"
        "[RecordingMicroAllocator] 'Persistent buffer data' used 88 bytes with alignment overhead "
        "(requested 76 bytes for 3 allocations)\n"
    )
    category = AllocationCategory("Persistent buffer data", 88, 76, 3)
    assert parse_allocations(text, 1000) == ArenaRecord(1000, 960, 48, 912, (category,))
    with pytest.raises(ValueError, match="not what"):
        parse_allocations("nothing", 1000)


def _random_inputs(entry: dict[str, Any]) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    inputs = []
    for value in entry["inputs"]:
        dtype = np.dtype(value["dtype"].lower())
        values = generator.integers(0, 4, (2, *value["shape"]))
        inputs.append(values.astype(dtype))
    return inputs


@needs_shared
def test_shared_models_run_or_are_refused_as_the_index_says_with_the_measured_heads(tflm: TflmSession) -> None:
    """Every seventh model and every one that TFLM refuses; all 243 were compared once, by the same code."""
    measured = json.loads(Path(SHARED / "measurements" / "arena_x86-64_reference.json").read_text())["models"]
    heads = {model["sha256"]: model["head_bytes"] for model in measured.values() if "head_bytes" in model}
    chosen = [entry for number, entry in enumerate(model_index()) if number % 7 == 0 or not entry["tflm"]["invokes"]]
    compared = 0
    for entry in chosen:
        result = tflm.run(model_bytes(entry["file"]), _random_inputs(entry))
        assert result.ran == entry["tflm"]["invokes"], entry["file"]
        if result.ran and (head := heads.get(entry["sha256"][:16])) is not None:
            assert result.arena is not None
            assert result.arena.head_bytes == head, entry["file"]
            compared += 1
    assert compared > 15


@needs_shared
def test_tensors_of_a_model_with_resources_are_read_without_a_crash(tflm: TflmSession) -> None:
    entries = [entry for entry in model_index() if "VAR_HANDLE" in entry["operators"] and entry["tflm"]["invokes"]]
    assert entries
    for entry in entries:
        assert tflm.run(model_bytes(entry["file"]), _random_inputs(entry), every_tensor=True).require().tensors
