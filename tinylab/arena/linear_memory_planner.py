"""LinearMemoryPlanner: one buffer after another, no byte used twice. The plan to measure others against.

TFLM uses it where every tensor must survive the run (to look at them afterwards). The planner itself holds 1,024
offsets, so its object alone takes 4 KB of a 32-bit arena. Retells
tensorflow/lite/micro/memory_planner/linear_memory_planner.cc.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from tinylab.arena.abi import Abi
from tinylab.arena.micro_memory_planner import BufferRequirements
from tinylab.errors import ArenaError


class LinearMemoryPlanner:
    """TFLM's planner that reuses nothing; `plan` is a pure function of the requirements."""

    name = "LinearMemoryPlanner"
    most_buffers: int | None = 1024  # kMaxBufferCount

    def plan(self, requirements: Sequence[BufferRequirements]) -> list[int]:
        """The offset in bytes of each buffer. ArenaError for offsets of the model's own, which it cannot keep."""
        if any(requirement.offline_offset is not None for requirement in requirements):
            raise ArenaError(
                "the linear memory planner cannot keep the offsets that the model's OfflineMemoryAllocation metadata "
                "gives: use the greedy planner"
            )
        return [0, *accumulate(requirement.size_bytes for requirement in requirements)][: len(requirements)]

    def object_bytes(self, abi: Abi) -> int:
        return abi.linear_memory_planner

    def work_bytes_per_buffer(self, abi: Abi) -> int:
        return 0
