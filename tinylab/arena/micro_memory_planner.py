"""What every memory planner is told and what it answers: sizes and lifetimes in, offsets out.

Retells tensorflow/lite/micro/memory_planner/micro_memory_planner.h.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tinylab.arena.abi import Abi


class BufferRequirements(NamedTuple):
    """What the planner is told of a buffer: bytes (a multiple of 16), the first and the last moment it is alive
    (inclusive), and a fixed offset if the model brings its own plan.
    """

    size_bytes: int
    first_time_used: int
    last_time_used: int
    offline_offset: int | None = None

    def overlaps_in_time(self, other: BufferRequirements) -> bool:
        """Whether there is a moment at which both are alive."""
        return self.first_time_used <= other.last_time_used and other.first_time_used <= self.last_time_used


class MicroMemoryPlanner(Protocol):
    """A way to place buffers. name: of TFLM's class.

    most_buffers: how many it can place whatever memory there is, or None.
    """

    name: str
    most_buffers: int | None

    def plan(self, requirements: Sequence[BufferRequirements]) -> list[int]:
        """The offset in bytes of each buffer, in the order of `requirements`."""
        ...

    def object_bytes(self, abi: Abi) -> int:
        """The size of the planner itself, which lies at the arena's tail."""
        ...

    def work_bytes_per_buffer(self, abi: Abi) -> int:
        """Memory that it works in while it plans, for each buffer."""
        ...


def planned_bytes(requirements: Sequence[BufferRequirements], offsets: Sequence[int]) -> int:
    """The highest end of any buffer: what the head must hold (GetMaximumMemorySize)."""
    ends = [offset + requirement.size_bytes for offset, requirement in zip(offsets, requirements, strict=True)]
    return max(ends, default=0)


def lower_bound_bytes(requirements: Sequence[BufferRequirements]) -> int:
    """The largest sum of sizes alive at one moment: no planner can do with less."""
    starts = {requirement.first_time_used for requirement in requirements}
    alive = (
        sum(r.size_bytes for r in requirements if r.first_time_used <= moment <= r.last_time_used) for moment in starts
    )
    return max(alive, default=0)
