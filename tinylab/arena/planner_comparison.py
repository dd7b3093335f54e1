"""The same buffers placed by each planner, beside the bound below which no planner can go."""

from __future__ import annotations

from typing import NamedTuple

from tinylab.arena.greedy_memory_planner import GreedyMemoryPlanner
from tinylab.arena.linear_memory_planner import LinearMemoryPlanner
from tinylab.arena.memory_plan import MemoryPlan
from tinylab.arena.offline_memory_planner import OfflineMemoryPlanner
from tinylab.arena.static_memory_plan import replan


class PlannerResult(NamedTuple):
    """planner: its name; head_bytes: of its plan; gap_bytes: above the lower bound."""

    planner: str
    head_bytes: int
    gap_bytes: int
    plan: MemoryPlan | None


def compare_planners(plan: MemoryPlan, *, has_offline_plan: bool = False) -> tuple[PlannerResult, ...]:
    """The lower bound, an offline search, TFLM's greedy and linear planners, on the buffers of `plan`.

    has_offline_plan: `plan` follows offsets of the model's own, which is then a row too.
    """
    bound = plan.lower_bound_bytes
    planners = (OfflineMemoryPlanner(), GreedyMemoryPlanner(), LinearMemoryPlanner())
    plans = [(planner.name, replan(plan, planner)) for planner in planners]
    if has_offline_plan:
        plans.insert(0, ("the model's own offline plan", plan))
    rows = [PlannerResult(name, made.head_bytes, made.head_bytes - bound, made) for name, made in plans]
    return (PlannerResult("lower bound", bound, 0, None), *rows)
