"""AllocateTensors, step by step: everything a model puts into the arena, in TFLM's order.

The same walk serves two ends: in a real arena it lays the model out, and in one without an end it tells how much
would be needed. Retells MicroInterpreter::AllocateTensors of tensorflow/lite/micro/micro_interpreter.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tinylab.arena import ArenaNeeds, MicroAllocator
from tinylab.arena.micro_allocator import ModelAllocation
from tinylab.arena.target import DEFAULT_TARGET, Target
from tinylab.errors import ArenaError
from tinylab.kernels.memory.reference import reference_requests
from tinylab.kernels.memory.requests import MemoryRequests
from tinylab.model import Model, Operator
from tinylab.runtime.micro_context import MicroContext

KERNEL_LIBRARIES: dict[str, Callable[[MicroContext, Operator, str], MemoryRequests]] = {
    "reference": reference_requests,
}

PrepareNode = Callable[[Operator, MicroContext], None]


class _NodeRequests(NamedTuple):
    context: MicroContext
    node: Operator
    requests: MemoryRequests

    @property
    def owner(self) -> str:
        return f"operator {self.node.index} {self.node.name}"


def allocate_model(
    model: Model, allocator: MicroAllocator, contexts: Sequence[MicroContext], prepare: PrepareNode | None = None
) -> ModelAllocation:
    """Lay `model` out in the allocator's arena; where its tensors lie. ArenaError where something does not fit.

    contexts: one a subgraph. prepare: called with each node when its Prepare is due, before what it asks for is
    allocated; a refusal that it raises ends the allocation, as in TFLM.
    """
    allocator.start_model_allocation(model)
    nodes = [
        _NodeRequests(context, node, _requests(context, node, allocator))
        for context in contexts
        for node in context.subgraph.operators
    ]
    for entry in nodes:
        if entry.requests.builtin_data is not None:
            allocator.allocate_builtin_data(*entry.requests.builtin_data, entry.owner)
    for entry in nodes:  # Init
        if entry.requests.op_data is not None:
            allocator.allocate_persistent_buffer(entry.requests.op_data, "OpData", entry.owner)
    for entry in nodes:  # Prepare
        if prepare is not None:
            prepare(entry.node, entry.context)
        for size in entry.requests.persistent:
            allocator.allocate_persistent_buffer(size, "persistent buffer", entry.owner)
        for size in entry.requests.scratch:
            allocator.request_scratch_buffer_in_arena(size, entry.context.subgraph.index, entry.node.index)
        allocator.finish_prepare_node_allocations()
    allocation = allocator.finish_model_allocation(model)
    main = model.subgraphs[0]
    for which, indices in (("inputs", main.inputs), ("outputs", main.outputs)):
        allocator.allocate_tensor_pointers(len(indices), which)
        for index in indices:
            allocator.allocate_tensor_structs(main.tensors[index])
    return allocation


def _requests(context: MicroContext, node: Operator, allocator: MicroAllocator) -> MemoryRequests:
    target = allocator.target
    return KERNEL_LIBRARIES[target.kernel_library](context, node, target.abi.name)


def arena_needs(model: Model, target: str | Target = DEFAULT_TARGET) -> ArenaNeeds:
    """The arena that `model` needs on `target`: head, tail, and the smallest that works. Computed, not searched for."""
    return needs_after(model, MicroAllocator.unbounded(target))


def needs_after(model: Model, unbounded: MicroAllocator) -> ArenaNeeds:
    """The same for an unbounded arena that may hold other models already."""
    allocate_model(model, unbounded, [MicroContext(subgraph) for subgraph in model.subgraphs])
    return unbounded.needs()


def explain_too_small(model: Model, allocator: MicroAllocator, needs: ArenaNeeds, error: ArenaError) -> ArenaError:
    """TFLM's message about one allocation, made into what a person needs: the arena that would do."""
    arena_bytes = allocator.memory.size_bytes
    final = f"it uses {needs.used_bytes} (head {needs.head_bytes} + tail {needs.tail_bytes})" + (
        f" and needs {needs.smallest_arena_bytes} while it is planned" if needs.binding == "planning" else ""
    )
    missing = needs.smallest_arena_bytes - arena_bytes
    return ArenaError(
        f"arena of {arena_bytes} bytes is too small for {model.name} on {allocator.target.name}: {final}. "
        f"{missing} bytes are missing: give it {needs.smallest_arena_bytes}. (TFLM says: {error})",
        arena_bytes=arena_bytes,
        requested_bytes=error.requested_bytes,
        available_bytes=error.available_bytes,
        missing_bytes=missing,
        needed_bytes=needs.smallest_arena_bytes,
    )
