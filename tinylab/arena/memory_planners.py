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
