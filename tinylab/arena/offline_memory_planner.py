"""A plan made on the laptop, where there is time: the best of many orders, to be pinned into the model.

TFLM plans on the board, at every start, and takes the first order that is good. Offline there is time to try others:
an OfflineMemoryAllocation metadata buffer then tells the board where each tensor goes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from tinylab.arena.abi import Abi
from tinylab.arena.greedy_memory_planner import first_gap, placement_order
from tinylab.arena.micro_memory_planner import BufferRequirements, lower_bound_bytes, planned_bytes

TRIES = 300  # orders to try; most models reach the lower bound within the first ones


class OfflineMemoryPlanner:
    """Places buffers greedily in many orders and keeps the best plan; it stops where it meets the lower bound.

    Deterministic: the orders come from a seeded generator. Nothing of it lies in the arena.
    """

    name = "OfflineMemoryPlanner"
    most_buffers: int | None = None

    def plan(self, requirements: Sequence[BufferRequirements]) -> list[int]:
        """The offset in bytes of each buffer, in the order of `requirements`."""
        bound, generator = lower_bound_bytes(requirements), random.Random(0)
        order = placement_order(requirements)
        best = place(requirements, order)
        for _ in range(TRIES if len(order) > 1 else 0):
            if planned_bytes(requirements, best) == bound:
                break
            tried = list(order)
            a, b = generator.sample(range(len(order)), 2)
            tried.insert(b, tried.pop(a))
            offsets = place(requirements, tried)
            if planned_bytes(requirements, offsets) <= planned_bytes(requirements, best):
                best, order = offsets, tried  # an equal one too: it leads on
        return best

    def object_bytes(self, abi: Abi) -> int:
        return 0

    def work_bytes_per_buffer(self, abi: Abi) -> int:
        return 0


def place(requirements: Sequence[BufferRequirements], order: Sequence[int]) -> list[int]:
    """Each buffer in turn at the first gap that is free all its life; offline offsets stay."""
    offsets: dict[int, int] = {}
    for buffer_id in order:
        wanted = requirements[buffer_id]
        neighbours = sorted(
            (offsets[i], requirements[i].size_bytes) for i in offsets if wanted.overlaps_in_time(requirements[i])
        )
        fixed = wanted.offline_offset
        offsets[buffer_id] = first_gap(wanted.size_bytes, neighbours) if fixed is None else fixed
    return [offsets[i] for i in range(len(requirements))]
