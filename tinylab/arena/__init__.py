"""The tensor arena: one block of memory, planned before the first inference, in which everything lives. No malloc."""

from __future__ import annotations

from tinylab.arena.abi import ILP32, LP64, Abi
from tinylab.arena.greedy_memory_planner import BufferRequirements, GreedyMemoryPlanner
from tinylab.arena.memory_plan import AllocationRecord, ArenaNeeds, MemoryPlan, PlannedBuffer
from tinylab.arena.micro_allocator import MicroAllocator
from tinylab.arena.single_arena_buffer_allocator import SingleArenaBufferAllocator
from tinylab.arena.target import TARGETS, Target, find_target

__all__ = [
    "ILP32",
    "LP64",
    "TARGETS",
    "Abi",
    "AllocationRecord",
    "ArenaNeeds",
    "BufferRequirements",
    "GreedyMemoryPlanner",
    "MemoryPlan",
    "MicroAllocator",
    "PlannedBuffer",
    "SingleArenaBufferAllocator",
    "Target",
    "find_target",
]
