"""The bytes of the arena's head at every moment of one inference, as a frozen value: what the arena player shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.arena import PlannedBuffer, Target
from tinylab.arena.memory_planners import DEFAULT_PLANNER
from tinylab.arena.micro_allocator import MicroAllocator
from tinylab.arena.target import DEFAULT_TARGET
from tinylab.errors import InvokeError
from tinylab.model import Model, Operator
from tinylab.runtime.arena_plan import ArenaPlan, plan_arena
from tinylab.runtime.batch import check_inputs
from tinylab.runtime.micro_context import MicroContext
from tinylab.runtime.micro_interpreter import MicroInterpreter
from tinylab.runtime.micro_op_resolver import MicroOpResolver, resolver_for


@dataclass(frozen=True, eq=False)
class ArenaTrace:
    """plan: of the arena that was run in; heads: uint8 [moments, head_bytes], the head's bytes after each moment."""

    plan: ArenaPlan
    heads: NDArray[np.uint8]

    def bytes_of(self, buffer: PlannedBuffer, moment: int) -> NDArray[np.uint8]:
        """What lies in a buffer's place after a moment, uint8 [requested_bytes]: its own bytes while it is alive."""
        return self.heads[moment, buffer.offset : buffer.offset + buffer.requested_bytes]

    def values_of(self, buffer: PlannedBuffer, moment: int) -> NDArray[Any]:
        """The same as the tensor's values, of its shape and dtype (a scratch buffer: its bytes)."""
        found = self.bytes_of(buffer, moment)
        if buffer.tensor_index is None:
            return found
        tensor = self.plan.model.subgraphs[buffer.subgraph_index].tensors[buffer.tensor_index]
        return found.view(tensor.dtype).reshape(tensor.shape)


def trace_arena(
    model: Model,
    inputs: NDArray[Any] | Sequence[NDArray[Any]],
    target: str | Target = DEFAULT_TARGET,
    *,
    memory_planner: str = DEFAULT_PLANNER,
    op_resolver: MicroOpResolver | None = None,
) -> ArenaTrace:
    """Run `model` once, in the smallest arena that works, and keep the head's bytes after every operator.

    inputs: one sample, as `predict` takes it ([1, *shape]). op_resolver: by default the kernels that the model needs.
    InvokeError for a model of several subgraphs, whose moments are not its operators.
    """
    if len(model.subgraphs) > 1:
        raise InvokeError(f"{model.name} has {len(model.subgraphs)} subgraphs: an arena trace follows one alone")
    plan = plan_arena(model, target, memory_planner=memory_planner, op_resolver=op_resolver)
    allocator = MicroAllocator.create(plan.needs.smallest_arena_bytes, target, memory_planner=memory_planner)
    interpreter = MicroInterpreter(model, op_resolver or resolver_for(model), allocator)
    interpreter.allocate_tensors()
    feeds = check_inputs([model.subgraphs[0].tensors[index] for index in model.subgraphs[0].inputs], inputs)
    for index, feed in enumerate(feeds):
        interpreter.input(index).data[...] = feed[0]
    head = allocator.non_persistent_buffer[: plan.memory_plan.head_bytes]
    heads = [head.copy()]

    def keep(node: Operator, context: MicroContext) -> None:
        heads.append(head.copy())

    interpreter.invoke(after_node=keep)
    stacked = np.stack(heads)
    stacked.flags.writeable = False
    return ArenaTrace(plan, stacked)
