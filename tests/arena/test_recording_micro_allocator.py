"""RecordingMicroAllocator: TFLM's categories, its text, and the real one's on the same machine."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arena.models import allocate, dense_chain, hello_world
from tinylab.arena import AllocationCategory, ArenaRecord, MicroAllocator, RecordingMicroAllocator
from tinylab.arena.arena_record import parse_allocations
from tinylab.errors import ArenaError
from tinylab.model import load_model
from tinylab.peers.tflm import TflmSession

M4 = "cortex-m4/reference"

HELLO_WORLD = """\
[RecordingMicroAllocator] Arena allocation total 788 bytes
[RecordingMicroAllocator] Arena allocation head 32 bytes
[RecordingMicroAllocator] Arena allocation tail 756 bytes
[RecordingMicroAllocator] 'TfLiteEvalTensor data' used 120 bytes with alignment overhead \
(requested 120 bytes for 10 allocations)
[RecordingMicroAllocator] 'Persistent TfLiteTensor data' used 64 bytes with alignment overhead \
(requested 64 bytes for 2 tensors)
[RecordingMicroAllocator] 'Persistent TfLiteTensor quantization data' used 40 bytes with alignment overhead \
(requested 40 bytes for 4 allocations)
[RecordingMicroAllocator] 'Persistent buffer data' used 185 bytes with alignment overhead \
(requested 152 bytes for 5 allocations)
[RecordingMicroAllocator] 'NodeAndRegistration struct' used 96 bytes with alignment overhead \
(requested 96 bytes for 3 NodeAndRegistration structs)"""


def test_the_text_is_tflms() -> None:
    """hello_world_int8 as the real TFLM records it on a Cortex-M4 (arena_cortex-m4_reference.json, `recording`)."""
    allocator = RecordingMicroAllocator.create(4000, M4)
    allocate(hello_world(), allocator)
    record = allocator.record()
    assert str(record) == HELLO_WORLD
    assert parse_allocations(record.text(), 4000) == record
    assert record.category("Persistent TfLiteTensor data") == AllocationCategory(
        "Persistent TfLiteTensor data", 64, 64, 2
    )
    assert record.category("Operator runtime data") == AllocationCategory("Operator runtime data", 0, 0, 0)


def test_its_own_objects_are_larger_than_the_plain_ones() -> None:
    sizes = []
    for kind in (MicroAllocator, RecordingMicroAllocator):
        allocator = kind.create(4000, M4)
        sizes.append(allocator.used_bytes())
        allocate(hello_world(), allocator)
        sizes.append(allocator.used_bytes())
    assert sizes == [116, 676, 36 + 16 + 44 + 124, 788]


def test_the_wheel_records_the_same_categories(tflm: TflmSession) -> None:
    """Of a later TFLM on x86-64: what does not belong to a kernel is equal, in bytes and in number."""
    data = dense_chain([10, 20, 5])
    real = tflm.run(data, np.zeros((1, 1, 10), np.int8)).require().arena
    allocator = RecordingMicroAllocator.create(8000)
    allocate(load_model(data), allocator)
    assert real is not None
    ours = allocator.record()
    assert ours.head_bytes == real.head_bytes
    assert [each.name for each in ours.categories] == [each.name for each in real.categories]
    for category in ours.categories:
        if category.name == "Persistent buffer data":  # the wheel's OpData is larger
            assert category.count == real.category(category.name).count
        else:
            assert category == real.category(category.name)


def test_it_has_one_arena_and_the_greedy_planner() -> None:
    for refused in (
        lambda: RecordingMicroAllocator.create(4000, memory_planner="linear"),
        lambda: RecordingMicroAllocator.create_two_arenas(4000, 4000),
    ):
        with pytest.raises(ArenaError, match="has one arena and the greedy planner: use MicroAllocator"):
            refused()


def test_a_text_that_is_not_tflms() -> None:
    with pytest.raises(ValueError, match="not what TFLM's PrintAllocations writes"):
        parse_allocations("nothing", 1000)
    assert ArenaRecord(1, 2, 1, 1, ()).text().count("\n") == 2
