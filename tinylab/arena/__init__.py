"""The tensor arena: one block of memory, planned before the first inference, in which everything lives. No malloc."""

from __future__ import annotations

from tinylab.arena.abi import ILP32, LP64, Abi
from tinylab.arena.arena_record import AllocationCategory, ArenaRecord
from tinylab.arena.greedy_memory_planner import GreedyMemoryPlanner
from tinylab.arena.linear_memory_planner import LinearMemoryPlanner
from tinylab.arena.memory_plan import (
    AllocationRecord,
    ArenaEvent,
    ArenaNeeds,
    MemoryPlan,
    ModelAllocation,
    PlannedBuffer,
)
from tinylab.arena.micro_allocator import MicroAllocator
from tinylab.arena.micro_memory_planner import BufferRequirements
from tinylab.arena.offline_plan import offline_offsets, with_offline_plan
from tinylab.arena.planner_comparison import PlannerResult, compare_planners
from tinylab.arena.recording_micro_allocator import RecordingMicroAllocator
from tinylab.arena.single_arena_buffer_allocator import SingleArenaBufferAllocator
from tinylab.arena.target import TARGETS, Target, find_target

__all__ = [
    "ILP32",
    "LP64",
    "TARGETS",
    "Abi",
    "AllocationCategory",
    "AllocationRecord",
    "ArenaEvent",
    "ArenaNeeds",
    "ArenaRecord",
    "BufferRequirements",
    "GreedyMemoryPlanner",
    "LinearMemoryPlanner",
    "MemoryPlan",
    "MicroAllocator",
    "ModelAllocation",
    "PlannedBuffer",
    "PlannerResult",
    "RecordingMicroAllocator",
    "SingleArenaBufferAllocator",
    "Target",
    "compare_planners",
    "find_target",
    "offline_offsets",
    "with_offline_plan",
]
