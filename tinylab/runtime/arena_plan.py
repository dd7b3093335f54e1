"""What AllocateTensors makes of a model on a target, as one frozen value: for views, comparisons and explanations.

No arena is needed, and no kernel: `plan_arena` lays the model out in an arena without an end.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinylab.arena import (
    AllocationRecord,
    ArenaEvent,
    ArenaNeeds,
    MemoryPlan,
    MicroAllocator,
    PlannedBuffer,
    Target,
    find_target,
)
from tinylab.arena.memory_planners import DEFAULT_PLANNER
from tinylab.arena.target import DEFAULT_TARGET
from tinylab.model import Model
from tinylab.runtime.micro_context import MicroContext
from tinylab.runtime.micro_op_resolver import MicroOpResolver
from tinylab.runtime.model_allocation import allocate_model


@dataclass(frozen=True)
class ArenaPlan:
    """One model on one target. memory_plan: the head; allocations: the tail; events: how both came about.

    memory_planner: "greedy" or "linear". needs: head, tail and the smallest arena that works, in bytes.
    """

    model: Model
    target: Target
    memory_planner: str
    memory_plan: MemoryPlan
    allocations: tuple[AllocationRecord, ...]
    events: tuple[ArenaEvent, ...]
    needs: ArenaNeeds

    def fails_at(self, arena_bytes: int) -> ArenaEvent | None:
        """The first step that does not fit into an arena of that many bytes (a multiple of 16), or None."""
        return next((event for event in self.events if event.needed_bytes > arena_bytes), None)

    @property
    def peak(self) -> ArenaEvent:
        """The step that needs the largest arena: the first of them."""
        return max(self.events, key=lambda event: event.needed_bytes)

    def readers(self, buffer: PlannedBuffer) -> tuple[int, ...]:
        """The operators of its subgraph that read a buffer, by index; of a scratch buffer, its own."""
        if buffer.tensor_index is None:
            return () if buffer.node_index is None else (buffer.node_index,)
        operators = self.model.subgraphs[buffer.subgraph_index].operators
        return tuple(operator.index for operator in operators if buffer.tensor_index in operator.inputs)

    def writer(self, buffer: PlannedBuffer) -> int | None:
        """The operator that writes a buffer, by index; None for a graph input and for what nobody writes."""
        if buffer.tensor_index is None:
            return buffer.node_index
        operators = self.model.subgraphs[buffer.subgraph_index].operators
        return next((operator.index for operator in operators if buffer.tensor_index in operator.outputs), None)


def plan_arena(
    model: Model,
    target: str | Target = DEFAULT_TARGET,
    *,
    memory_planner: str = DEFAULT_PLANNER,
    op_resolver: MicroOpResolver | None = None,
) -> ArenaPlan:
    """Lay `model` out on `target`: every byte of its arena, as the real TFLM would place it.

    op_resolver: needed where a kernel of one's own says what it asks for (Registration.arena_requests).
    """
    allocator = MicroAllocator.unbounded(target, memory_planner=memory_planner)
    contexts = [MicroContext(subgraph) for subgraph in model.subgraphs]
    plan = allocate_model(model, allocator, contexts, op_resolver=op_resolver).plan
    return ArenaPlan(
        model,
        find_target(target),
        memory_planner,
        plan,
        allocator.allocations,
        allocator.events,
        allocator.needs(),
    )
