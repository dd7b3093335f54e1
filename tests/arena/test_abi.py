"""The struct sizes of two ABIs: equal to the measured DWARF sizes."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from tests.shared import SHARED, needs_shared
from tinylab.arena import ILP32, LP64, Abi

BUILDS = {"ilp32": "ilp32_cortex-m4_reference", "lp64": "lp64_x86-64_reference"}


def test_the_allocator_itself() -> None:
    def own(abi: Abi) -> int:
        return abi.single_arena_buffer_allocator + abi.greedy_memory_planner + abi.micro_allocator

    assert (own(ILP32), own(LP64)) == (116, 216)


@pytest.mark.parametrize("abi", [ILP32, LP64])
def test_zero_point_array_is_a_count_and_the_numbers(abi: Abi) -> None:
    assert [abi.zero_point_array_bytes(count) for count in (0, 1, 64)] == [4, 8, 260]


@needs_shared
@pytest.mark.parametrize("abi", [ILP32, LP64])
def test_every_size_is_the_measured_one(abi: Abi) -> None:
    structs = json.loads((SHARED / "measurements" / "struct_sizes.json").read_text())["runtime"]
    measured = {
        squeezed(name): sizes.get(BUILDS[abi.name]) for name, sizes in structs.items() if isinstance(sizes, dict)
    }
    ours = asdict(abi)
    assert (ours.pop("name"), ours.pop("pointer_bytes")) in {("ilp32", 4), ("lp64", 8)}
    per_buffer = measured[squeezed("BufferRequirements")] + measured[squeezed("ListEntry")] + 3 * 4
    assert ours.pop("planner_bytes_per_buffer") == per_buffer
    # An int and its padding, a count and one zero point.
    assert ours.pop("unread_quantization") == abi.pointer_bytes + abi.zero_point_array_bytes(1)
    renamed = {"builtin_data_allocator": "MicroBuiltinDataAllocator", "eval_tensor": "TfLiteEvalTensor"}
    renamed |= {"tensor": "TfLiteTensor", "affine_quantization": "TfLiteAffineQuantization"}
    if abi is ILP32:  # no build that was measured on a Cortex-M has two arenas
        for name in ("persistent_arena_buffer_allocator", "non_persistent_arena_buffer_allocator"):
            assert measured[squeezed(name)] is None
            ours.pop(name)
    assert len(ours) == {"ilp32": 15, "lp64": 17}[abi.name]
    assert ours == {field: measured[squeezed(renamed.get(field, field))] for field in ours}


def squeezed(name: str) -> str:
    """A C++ name or a field's, to be compared: `internal::ScratchBufferRequest` and `scratch_buffer_request` alike."""
    return name.rpartition("::")[2].replace("_", "").lower()
