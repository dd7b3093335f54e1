"""The memory planners by name, as TFLM's MemoryPlannerType has them."""

from __future__ import annotations

from tinylab.arena.greedy_memory_planner import GreedyMemoryPlanner
from tinylab.arena.linear_memory_planner import LinearMemoryPlanner
from tinylab.arena.micro_memory_planner import MicroMemoryPlanner
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
