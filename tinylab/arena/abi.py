"""The ABI of a target: how many bytes each of TFLM's C++ objects takes in the arena.

Figures: DWARF sizes of TFLM 90b983c2 built by arm-none-eabi-gcc 12.2.1 (ILP32, Cortex-M4 hard-float) and g++ 12.2
(LP64, x86-64).
"""

from __future__ import annotations

from dataclasses import dataclass

ARENA_ALIGNMENT = 16  # MicroArenaBufferAlignment(): kernels' buffers, variables and planned buffers


@dataclass(frozen=True)
class Abi:
    """Sizes in bytes of TFLM's runtime structs under one C++ ABI; each field is named like its struct."""

    name: str
    pointer_bytes: int
    single_arena_buffer_allocator: int
    recording_single_arena_buffer_allocator: int
    persistent_arena_buffer_allocator: int
    non_persistent_arena_buffer_allocator: int
    greedy_memory_planner: int
    linear_memory_planner: int
    micro_allocator: int
    recording_micro_allocator: int
    builtin_data_allocator: int
    subgraph_allocations: int
    eval_tensor: int
    node_and_registration: int
    scratch_buffer_handle: int
    tensor: int
    affine_quantization: int
    # What only planning needs, freed when it is done:
    scratch_buffer_request: int
    allocation_info: int
    planner_bytes_per_buffer: int = 40  # BufferRequirements 16, ListEntry 12, three ints
    # The end of a temp TfLiteTensor's quantization, which Prepare never reads again once its persistent buffers are
    # due: quantized_dimension with its padding, and the array of one zero point.
    unread_quantization: int = 12

    def zero_point_array_bytes(self, channel_count: int) -> int:
        """A TfLiteIntArray of `channel_count` zero points: an int32 count, then the int32s."""
        return 4 + 4 * channel_count


ILP32 = Abi(
    name="ilp32",
    pointer_bytes=4,
    single_arena_buffer_allocator=36,
    recording_single_arena_buffer_allocator=52,
    persistent_arena_buffer_allocator=16,  # four pointers: not measured, and the same four of LP64's 32
    non_persistent_arena_buffer_allocator=32,
    greedy_memory_planner=44,
    linear_memory_planner=4108,
    micro_allocator=36,
    recording_micro_allocator=124,
    builtin_data_allocator=8,
    subgraph_allocations=8,
    eval_tensor=12,
    node_and_registration=32,
    scratch_buffer_handle=4,
    tensor=32,
    affine_quantization=12,
    scratch_buffer_request=12,
    allocation_info=24,
)

LP64 = Abi(
    name="lp64",
    pointer_bytes=8,
    single_arena_buffer_allocator=72,
    recording_single_arena_buffer_allocator=104,
    persistent_arena_buffer_allocator=32,
    non_persistent_arena_buffer_allocator=56,
    greedy_memory_planner=72,
    linear_memory_planner=8216,
    micro_allocator=72,
    recording_micro_allocator=248,
    builtin_data_allocator=16,
    subgraph_allocations=16,
    eval_tensor=24,
    node_and_registration=64,
    scratch_buffer_handle=8,
    tensor=64,
    affine_quantization=24,
    scratch_buffer_request=16,
    allocation_info=32,
    unread_quantization=16,
)
