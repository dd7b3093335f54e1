"""The memory plan of one model: what its buffers need, and where the planner puts them.

Retells MicroAllocator::CommitStaticMemoryPlan of tensorflow/lite/micro/micro_allocator.cc, without the memory that
it takes: that is MicroAllocator's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinylab.arena.abi import ARENA_ALIGNMENT
from tinylab.arena.memory_plan import MemoryPlan, PlannedBuffer
from tinylab.arena.micro_allocation_info import AllocationInfo
from tinylab.arena.micro_memory_planner import BufferRequirements, MicroMemoryPlanner, planned_bytes
from tinylab.arena.single_arena_buffer_allocator import align_up
from tinylab.model import Model


def plan_buffers(
    model: Model, infos: Sequence[AllocationInfo], planner: MicroMemoryPlanner, moment_names: Sequence[str]
) -> MemoryPlan:
    """Place all buffers of `infos` with `planner`."""
    requirements = [
        BufferRequirements(
            align_up(info.requested_bytes, ARENA_ALIGNMENT), info.first_created, info.last_used, info.offline_offset
        )
        for info in infos
    ]
    offsets = planner.plan(requirements)
    buffers = tuple(
        PlannedBuffer(
            subgraph_index=info.subgraph_index,
            tensor_index=info.tensor_index,
            node_index=info.node_index,
            name=_name(model, info),
            requested_bytes=info.requested_bytes,
            size_bytes=requirement.size_bytes,
            offset=offset,
            first_used=info.first_created,
            last_used=info.last_used,
        )
        for info, requirement, offset in zip(infos, requirements, offsets, strict=True)
    )
    return MemoryPlan(buffers, planned_bytes(requirements, offsets), tuple(moment_names))


def replan(plan: MemoryPlan, planner: MicroMemoryPlanner) -> MemoryPlan:
    """The same buffers, placed by another planner. Offsets that the model itself gave are given up."""
    requirements = [BufferRequirements(b.size_bytes, b.first_used, b.last_used) for b in plan.buffers]
    offsets = planner.plan(requirements)
    buffers = tuple(b._replace(offset=offset) for b, offset in zip(plan.buffers, offsets, strict=True))
    return MemoryPlan(buffers, planned_bytes(requirements, offsets), plan.moment_names)


def offsets_of(plan: MemoryPlan) -> dict[tuple[int, int], int]:
    """(subgraph, tensor) -> offset, for the tensors among a plan's buffers."""
    return {(b.subgraph_index, b.tensor_index): b.offset for b in plan.buffers if b.tensor_index is not None}


def _name(model: Model, info: AllocationInfo) -> str:
    if info.tensor_index is None:
        return f"scratch of operator {info.node_index}"
    return model.subgraphs[info.subgraph_index].tensors[info.tensor_index].name
