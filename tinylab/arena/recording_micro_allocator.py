"""RecordingMicroAllocator: a MicroAllocator that says what its tail holds, in TFLM's categories.

It is for finding out, not for the board: its own objects are larger than the plain allocator's, and so is the tail.
Retells tensorflow/lite/micro/recording_micro_allocator.cc.
"""

from __future__ import annotations

from collections.abc import Iterator

from tinylab.arena.arena_record import ArenaRecord, by_category
from tinylab.arena.micro_allocator import MicroAllocator
from tinylab.errors import ArenaError


class RecordingMicroAllocator(MicroAllocator):
    """As MicroAllocator, with `record`. TFLM has it for one arena and the greedy planner alone."""

    def _own_objects(self) -> Iterator[tuple[str, int]]:
        if self.memory.has_two_arenas or self.memory_planner != "greedy":
            raise ArenaError("a RecordingMicroAllocator has one arena and the greedy planner: use MicroAllocator")
        yield "RecordingSingleArenaBufferAllocator", self.abi.recording_single_arena_buffer_allocator
        yield self._planner.name, self._planner.object_bytes(self.abi)
        yield "RecordingMicroAllocator", self.abi.recording_micro_allocator

    def record(self) -> ArenaRecord:
        """What the arena holds just now; `print(allocator.record())` is TFLM's PrintAllocations."""
        head, tail = self.memory.head_bytes, self.memory.tail_bytes
        size = self.memory.persistent.size_bytes
        return ArenaRecord(size, head + tail, head, tail, by_category(self.allocations))
