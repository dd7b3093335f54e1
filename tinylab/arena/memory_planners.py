"""The memory planners by name, as TFLM's MemoryPlannerType has them."""

from __future__ import annotations

from tinylab.arena.abi import ARENA_ALIGNMENT, Abi
from tinylab.arena.greedy_memory_planner import GreedyMemoryPlanner
from tinylab.arena.linear_memory_planner import LinearMemoryPlanner
from tinylab.arena.micro_memory_planner import MicroMemoryPlanner
from tinylab.arena.single_arena_buffer_allocator import SingleArenaBufferAllocator
from tinylab.errors import ArenaError

MEMORY_PLANNERS: dict[str, MicroMemoryPlanner] = {"greedy": GreedyMemoryPlanner(), "linear": LinearMemoryPlanner()}
DEFAULT_PLANNER = "greedy"


def find_planner(name: str) -> MicroMemoryPlanner:
    """The planner of that name; ArenaError lists the names there are."""
    if name not in MEMORY_PLANNERS:
        raise ArenaError(f"there is no memory planner {name!r}: choose {' or '.join(MEMORY_PLANNERS)}")
    return MEMORY_PLANNERS[name]


def check_can_plan_again(planner: MicroMemoryPlanner, planned_models: int) -> None:
    """Refuse another model on an allocator whose planner has planned for one and does not start anew.

    NB: TFLM 90b983c2 does not refuse. Its LinearMemoryPlanner goes on behind the first model's buffers, and then looks
    the second model's up from the start: they get the first one's offsets, whatever their sizes are, and overlap.
    """
    if planned_models and isinstance(planner, LinearMemoryPlanner):
        raise ArenaError(
            "a LinearMemoryPlanner plans for one model: TFLM's would give the next model the offsets of this one. "
            "Use the greedy planner where models share an allocator"
        )


def checked_work_bytes(
    planner: MicroMemoryPlanner, abi: Abi, memory: SingleArenaBufferAllocator, buffer_count: int
) -> int:
    """The bytes that a planner works in for so many buffers; ArenaError where `memory` has not as many left."""
    each = planner.work_bytes_per_buffer(abi)
    work_bytes, left = each * buffer_count, memory.available_bytes(ARENA_ALIGNMENT)
    most = planner.most_buffers if planner.most_buffers is not None else max(left, 0) // each
    if buffer_count > most:
        raise ArenaError(
            f"Too many buffers (max is {most}): the planner needs {work_bytes} bytes for {buffer_count} buffers",
            arena_bytes=memory.size_bytes if each else None,
            requested_bytes=work_bytes,
            available_bytes=left,
            missing_bytes=work_bytes - left,
        )
    return work_bytes
