"""Every figure of the real TFLM's arenas, measured on four targets, computed again: == or it is wrong.

The models and the figures lie in ../shared (measurements/arena_*.json); without it these tests skip.
"""

from __future__ import annotations

import functools
import json
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.arena.models import allocate
from tests.shared import SHARED, model_bytes, model_index, needs_shared
from tinylab.arena import MicroAllocator
from tinylab.errors import ArenaError
from tinylab.kernels import REGISTRATIONS
from tinylab.model import Model, load_model
from tinylab.runtime import AllOpsResolver, MicroInterpreter, arena_needs

pytestmark = needs_shared

M4, X86 = "cortex-m4/reference", "x86-64/reference"
M4_CMSIS, M55_CMSIS = "cortex-m4/cmsis-nn", "cortex-m55/cmsis-nn"
TARGETS = [M4, X86, M4_CMSIS, M55_CMSIS]
EACH = pytest.mark.parametrize("target", TARGETS)

MODELS = 154  # whose operators tinylab has, and run by TFLM, on each target

# The names that the trace of TFLM gives to allocations, and ours.
CATEGORIES = {
    "builtin data": "builtin_data",
    "OpData": "init",
    "state": "init",
    "persistent buffer": "prepare",
    "variable": "variable_tensor",
    "TfLiteTensor*[]": "io_tensor_pointer_array",
    "TfLiteTensor": "io_tensor_struct_or_quant",
    "TfLiteAffineQuantization": "io_tensor_struct_or_quant",
    "zero points": "io_tensor_struct_or_quant",
}


class Case(NamedTuple):
    name: str
    model: Model
    measured: dict[str, Any]


@functools.cache
def loaded(name: str, sha256: str) -> Model:
    """Each model once for all targets."""
    file = next(entry["file"] for entry in model_index() if entry["sha256"].startswith(sha256))
    return load_model(model_bytes(file), name=name)


@functools.cache
def cases(target: str) -> list[Case]:
    measured = json.loads((SHARED / "measurements" / f"arena_{target.replace('/', '_')}.json").read_text())["models"]
    return [
        Case(name, loaded(name, figures["sha256"]), figures)
        for name, figures in measured.items()
        if set(figures["ops"]) <= REGISTRATIONS.keys() and figures.get("arena_used_bytes")
    ]


def wrong(found: dict[str, object]) -> str:
    return f"{len(found)} of {MODELS} differ: {dict(list(found.items())[:5])}"


@EACH
def test_head_tail_used_and_smallest_arena(target: str) -> None:
    differ = {}
    for name, model, measured in cases(target):
        needs = arena_needs(model, target)
        ours = (needs.head_bytes, needs.tail_bytes, needs.used_bytes, needs.smallest_arena_bytes)
        theirs = tuple(
            measured[key] for key in ("head_bytes", "tail_bytes", "arena_used_bytes", "min_arena_bytes_multiple_of_16")
        )
        if ours != theirs:
            differ[name] = ours, theirs
        allocate(model, MicroAllocator.create(theirs[-1], target))  # and it does fit
    assert not differ, wrong(differ)
    assert len(cases(target)) == MODELS
    print(f"{target}: head, tail, used and smallest arena of {MODELS} models are the measured ones")


@EACH
def test_every_allocation_of_the_tail_and_every_planned_buffer(target: str) -> None:
    differ, record_count, buffer_count, request_count = {}, 0, 0, 0
    for name, model, measured in cases(target):
        allocator = MicroAllocator.unbounded(target)
        plan = allocate(model, allocator).plan
        records = [
            (CATEGORIES.get(record.category, record.category), record.requested_bytes, record.used_bytes)
            for record in allocator.allocations
        ]
        theirs = [(entry["what"], entry["size"], entry["consumed"]) for entry in measured["persistent_allocations"]]
        buffers = [(b.size_bytes, b.first_used, b.last_used, b.offset, b.tensor_index) for b in plan.buffers]
        their_buffers = [
            (b["size"], b["first"], b["last"], b["offset"], b.get("tensor")) for b in measured["planned_buffers"]
        ]
        requests = [(b.requested_bytes, b.subgraph_index, b.node_index) for b in plan.buffers if b.tensor_index is None]
        their_requests = [(r["bytes"], r["subgraph"], r["op"]) for r in measured["scratch_requests"]]
        found, expected = [*records, *buffers, *requests], [*theirs, *their_buffers, *their_requests]
        if found != expected:
            differ[name] = [pair for pair in zip_longest(found, expected) if pair[0] != pair[1]][:3]
        record_count += len(records)
        buffer_count += len(buffers)
        request_count += len(requests)
    assert not differ, wrong(differ)
    assert record_count > 3_000
    print(
        f"{target}: {record_count} allocations of the tail, {buffer_count} planned buffers and {request_count} scratch "
        "requests are the measured ones"
    )


@EACH
def test_the_temp_memory_that_prepare_takes(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its highest end over all operators: every TfLiteTensor that a kernel looks at counts."""
    ends: list[int] = []
    finish = MicroAllocator.finish_prepare_node_allocations

    def note(self: MicroAllocator, owner: str) -> None:
        ends.append(self.memory.non_persistent.temp_offset)
        finish(self, owner)

    monkeypatch.setattr(MicroAllocator, "finish_prepare_node_allocations", note)
    differ = {}
    for name, model, measured in cases(target):
        ends.clear()
        allocate(model, MicroAllocator.unbounded(target))
        if max(ends) != measured["prepare_temp_peak_offset"]:
            differ[name] = max(ends), measured["prepare_temp_peak_offset"]
    assert not differ, wrong(differ)


@pytest.mark.parametrize("target", [M4, M4_CMSIS])
def test_the_message_one_step_below_is_tflms_own(target: str) -> None:
    """Sixteen bytes less than the smallest: the first message is TFLM's, word for word.

    The Cortex-M55's figures have no messages.
    """
    differ = {}
    for name, model, measured in cases(target):
        with pytest.raises(ArenaError) as caught:
            allocate(model, MicroAllocator.create(measured["min_arena_bytes_multiple_of_16"] - 16, target))
        # Ours goes on to say what the planner needs.
        ours, theirs = str(caught.value).split(": the planner")[0], measured["message_when_16_bytes_too_small"][0]
        if ours != theirs:
            differ[name] = ours, theirs
    assert not differ, wrong(differ)


def named(name: str) -> Model:
    return next(case.model for case in cases(M4) if case.name == name)


@pytest.mark.parametrize(
    ("arena_bytes", "message"),
    [
        (128, "Failed to resize buffer. Requested: 144, available 4, missing: 140"),
        (1000, "Failed to allocate tail memory. Requested: 1068, available 724, missing: 344"),
        (4000, "Failed to allocate tail memory. Requested: 56, available 24, missing: 32"),
        (16_000, "Failed to allocate temp memory. Requested: 12, available 4, missing: 8"),
        (70_000, "Failed to resize buffer. Requested: 55296, available 43136, missing: 12160"),
        (82_000, "Failed to resize buffer. Requested: 55296, available 55136, missing: 160"),
        (82_288, "Failed to allocate tail memory. Requested: 8, available 4, missing: 4"),
    ],
)
def test_messages_of_person_detect_at_several_sizes(arena_bytes: int, message: str) -> None:
    """As TFLM printed them (arena_rules.md, section 10)."""
    with pytest.raises(ArenaError) as caught:
        allocate(named("person_detect"), MicroAllocator.create(arena_bytes, M4))
    assert str(caught.value) == message


@pytest.mark.parametrize(("rest", "used"), [(0, 82292), (4, 82296), (8, 82284), (9, 82285), (12, 82288), (15, 82291)])
def test_an_arena_whose_end_is_not_aligned(rest: int, used: int) -> None:
    """person_detect on a Cortex-M4, by the arena's size mod 16 (arena_rules.md, section 1)."""
    allocator = MicroAllocator.create(100_000 + rest, M4)
    allocate(named("person_detect"), allocator)
    assert allocator.used_bytes() == used


SHORT_NAMES = {
    "vww": "mlperf_vww_96_int8",
    "kws": "mlperf_kws_ref_model",
    "ic": "mlperf_pretrainedResnet_quant",
    "ad": "mlperf_ad01_int8",
    "micro_speech": "micro_speech_quantized",
    "hello_world": "hello_world_int8",
}


PAIR_TARGETS = {("ilp32", "reference"): M4, ("ilp32", "cmsis-nn"): M4_CMSIS, ("lp64", "reference"): X86}


def test_two_models_on_one_allocator() -> None:
    pairs = json.loads((SHARED / "measurements" / "arena_multitenancy.json").read_text())
    for pair in pairs:
        allocator = MicroAllocator.create(1 << 20, PAIR_TARGETS[pair["abi"], pair["kernels"]])
        used = [allocator.used_bytes()]
        for name in (pair["first"], pair["second"]):
            allocate(named(SHORT_NAMES.get(name, name)), allocator)
            used.append(allocator.used_bytes())
        assert used == [pair[f"measured_after_{when}"] for when in ("create", "first", "second")], pair
    assert len(pairs) == 24
    print(f"{len(pairs)} pairs of models on one allocator use what was measured")


@EACH
def test_every_kernel_prepares_in_exactly_the_smallest_arena(target: str) -> None:
    differ = {}
    for name, model, measured in cases(target):
        arena_bytes = measured["min_arena_bytes_multiple_of_16"]
        interpreter = MicroInterpreter(model, AllOpsResolver(), arena_bytes, target=target)
        interpreter.allocate_tensors()
        if interpreter.arena_used_bytes() != measured["arena_used_bytes"]:
            differ[name] = interpreter.arena_used_bytes(), measured["arena_used_bytes"]
    assert not differ, wrong(differ)


RUN = ["hello_world_int8", "hello_world_float", "mlperf_ad01_int8", "micro_speech_quantized", "mlperf_kws_ref_model"]


@EACH
@pytest.mark.parametrize("name", RUN)
def test_it_runs_in_exactly_the_smallest_arena(name: str, target: str) -> None:
    """In the measured smallest arena the model runs and gives what it gives in a large one; 16 bytes less do not do."""
    case = next(case for case in cases(target) if case.name == name)
    smallest = case.measured["min_arena_bytes_multiple_of_16"]
    outputs = []
    for size in (smallest, 1 << 20):
        interpreter = MicroInterpreter(case.model, AllOpsResolver(), size, target=target)
        interpreter.allocate_tensors()
        values = np.random.default_rng(1).integers(-99, 99, interpreter.input(0).shape)
        interpreter.input(0).data[...] = values
        interpreter.invoke()
        outputs.append(interpreter.output(0).data.copy())
    assert np.array_equal(*outputs)
    with pytest.raises(ArenaError) as caught:
        MicroInterpreter(case.model, AllOpsResolver(), smallest - 16, target=target).allocate_tensors()
    assert (caught.value.missing_bytes, caught.value.needed_bytes) == (16, smallest)
