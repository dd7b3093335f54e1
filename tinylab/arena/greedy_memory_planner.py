"""GreedyMemoryPlanner: gives every buffer a place so that buffers alive at the same time never overlap.

Largest first; each goes into the first gap, from offset 0 up, between the placed buffers that share a moment with it.
Not optimal, but close, fast and deterministic. Retells tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinylab.arena.abi import Abi
from tinylab.arena.micro_memory_planner import BufferRequirements


class GreedyMemoryPlanner:
    """TFLM's default planner; `plan` is a pure function of the requirements."""

    name = "GreedyMemoryPlanner"
    most_buffers: int | None = None

    def plan(self, requirements: Sequence[BufferRequirements]) -> list[int]:
        """The offset in bytes of each buffer, in the order of `requirements`."""
        offsets: dict[int, int] = {}
        placed: list[int] = []  # buffer ids by offset; a new one goes behind those of the same offset
        for buffer_id in placement_order(requirements):
            wanted = requirements[buffer_id]
            offset = wanted.offline_offset
            if offset is None:
                neighbours = [i for i in placed if requirements[i].overlaps_in_time(wanted)]
                offset = first_gap(wanted.size_bytes, [(offsets[i], requirements[i].size_bytes) for i in neighbours])
            offsets[buffer_id] = offset
            place = next((k for k, i in enumerate(placed) if offsets[i] > offset), len(placed))
            placed.insert(place, buffer_id)
        return [offsets[i] for i in range(len(requirements))]

    def object_bytes(self, abi: Abi) -> int:
        return abi.greedy_memory_planner

    def work_bytes_per_buffer(self, abi: Abi) -> int:
        return abi.planner_bytes_per_buffer


def placement_order(requirements: Sequence[BufferRequirements]) -> list[int]:
    """Buffer ids in the order in which they are placed: offline-planned ones first, then by size, the largest first.

    TFLM fills its list from the end, then sorts it stably: among equal sizes the buffer that was added **last** is
    placed first.
    """
    offline = [i for i, requirement in enumerate(requirements) if requirement.offline_offset is not None]
    online = [i for i, requirement in enumerate(requirements) if requirement.offline_offset is None]
    return offline + sorted(online, key=lambda i: (-requirements[i].size_bytes, -i))


def first_gap(size: int, neighbours: list[tuple[int, int]]) -> int:
    """The lowest offset with `size` free bytes between the (offset, size) neighbours, which come ordered by offset."""
    candidate = 0
    for neighbour_offset, neighbour_size in neighbours:
        if neighbour_offset - candidate >= size:
            break
        candidate = max(candidate, neighbour_offset + neighbour_size)
    return candidate
