"""When is each buffer alive? Walks the operators in order and notes, for every tensor and scratch buffer, its first
and last moment.

Time is a counter: 0 while the inputs are filled, then one more for each operator. Retells
tensorflow/lite/micro/micro_allocation_info.cc.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tinylab.errors import ModelError
from tinylab.model import BuiltinOperator, Model, Operator, Tensor
from tinylab.model.reader import OFFLINE_MEMORY_ALLOCATION

ONLINE_PLANNED = -1  # an offset in a model's own plan that leaves the tensor to the planner
INPUTS = "inputs"  # moment 0: the application fills them
DEEPEST_CALLS = 100  # subgraphs inside subgraphs: far more than any converter makes
MOST_CALLS = 10_000  # two calls a subgraph, a hundred deep, would be walked until the end of time


class ScratchBufferRequest(NamedTuple):
    """Memory that one operator needs while it runs, asked for in Prepare."""

    subgraph_index: int
    node_index: int
    requested_bytes: int


@dataclass
class AllocationInfo:
    """What planning knows of one tensor or scratch buffer (TFLM's struct of the same name). -1: never used."""

    subgraph_index: int
    tensor_index: int | None  # None: a scratch buffer
    node_index: int | None  # the operator a scratch buffer belongs to
    requested_bytes: int
    needs_allocating: bool
    offline_offset: int | None = None
    first_created: int = -1
    last_used: int = -1

    def create(self, moment: int) -> None:
        """It exists from `moment` on, unless it does so already."""
        if self.first_created == -1:
            self.first_created = moment

    def use(self, moment: int) -> None:
        """It is still needed at `moment`."""
        self.last_used = moment


CALLED_SUBGRAPHS = {
    BuiltinOperator.IF: ("then_subgraph_index", "else_subgraph_index"),
    BuiltinOperator.WHILE: ("cond_subgraph_index", "body_subgraph_index"),
    BuiltinOperator.CALL_ONCE: ("init_subgraph_index",),
}


def called_subgraphs(operator: Operator) -> tuple[int, ...]:
    """The subgraphs that a control-flow operator runs, in the order in which TFLM plans them (-1: none)."""
    indices = (getattr(operator.options, field) for field in CALLED_SUBGRAPHS.get(operator.code, ()))
    return tuple(index for index in indices if index != -1)


class AllocationInfoBuilder:
    """Builds the list that CommitStaticMemoryPlan plans from.

    All tensors, subgraph by subgraph, then the scratch buffers.
    """

    def __init__(self, model: Model, scratch_buffer_requests: Sequence[ScratchBufferRequest]) -> None:
        self._model = model
        self.moment_names = [INPUTS]  # what happens at each moment: an operator, or the entry into a subgraph
        self._call_count = 0
        self._offline = offline = offline_planned_offsets(model)
        tensors = [(subgraph, tensor) for subgraph in model.subgraphs for tensor in subgraph.tensors]
        handles = set(_handles(model))
        self._tensors = {
            (subgraph.index, tensor.index): AllocationInfo(
                subgraph_index=subgraph.index,
                tensor_index=tensor.index,
                node_index=None,
                requested_bytes=tensor.bytes,
                needs_allocating=_needs_allocating(tensor, offset) and (subgraph.index, tensor.index) not in handles,
                offline_offset=offset,
            )
            for (subgraph, tensor), offset in zip(tensors, offline or [None] * len(tensors), strict=True)
        }
        self._scratch = [
            AllocationInfo(request.subgraph_index, None, request.node_index, request.requested_bytes, True)
            for request in scratch_buffer_requests
        ]

    def variables(self) -> Iterator[tuple[int, Tensor]]:
        """(subgraph index, tensor) of the variables that go to the tail: those without an offset of the model's own.

        NB: in every subgraph TFLM looks at the offsets of the *first* subgraph's tensors; so does this.
        """
        for subgraph in self._model.subgraphs:
            for tensor in subgraph.tensors:
                if tensor.is_variable and (self._offline is None or self._offline[tensor.index] is None):
                    yield subgraph.index, tensor

    def build(self) -> list[AllocationInfo]:
        """All entries, lifetimes marked from the main subgraph on."""
        self._mark_subgraph(0)
        return [*self._tensors.values(), *self._scratch]

    @property
    def _moment(self) -> int:
        return len(self.moment_names) - 1

    def _mark_subgraph(self, subgraph_index: int, callers: tuple[int, ...] = ()) -> None:
        subgraph = self._model.subgraphs[subgraph_index]
        infos = self._tensors
        for tensor in subgraph.inputs:
            infos[subgraph_index, tensor].create(self._moment)
            infos[subgraph_index, tensor].use(self._moment)
        for operator in subgraph.operators:
            self.moment_names.append(operator.name)
            for tensor in operator.outputs:
                if tensor >= 0:  # one that is left out is -1
                    infos[subgraph_index, tensor].create(self._moment)
            start = self._moment
            for called in called_subgraphs(operator):
                self._check_call(operator, called, (*callers, subgraph_index))
                self.moment_names.append(f"subgraph {called}")
                self._mark_subgraph(called, (*callers, subgraph_index))
            for tensor in (*operator.inputs, *operator.outputs):
                if tensor >= 0:
                    infos[subgraph_index, tensor].use(self._moment)
            for scratch in self._scratch:
                if (scratch.subgraph_index, scratch.node_index) == (subgraph_index, operator.index):
                    scratch.create(start)
                    scratch.use(self._moment)
        for tensor in subgraph.outputs:
            infos[subgraph_index, tensor].create(self._moment)
            infos[subgraph_index, tensor].use(self._moment)

    def _check_call(self, operator: Operator, called: int, callers: tuple[int, ...]) -> None:
        """Refuse a call that TFLM would follow out of the model, or into itself until its stack is full."""
        place = f"subgraph {callers[-1]}, operator {operator.index} ({operator.name})"
        count = len(self._model.subgraphs)
        if not 0 <= called < count:
            raise ModelError(f"it calls subgraph {called}, there are {count}", place=place, found=called, needed=count)
        if called in callers:
            chain = " -> ".join(map(str, (*callers, called)))
            raise ModelError(f"subgraph {called} calls itself ({chain}), which never ends", place=place, found=called)
        self._call_count += 1
        if len(callers) > DEEPEST_CALLS or self._call_count > MOST_CALLS:
            raise ModelError(
                f"subgraphs call one another more than {DEEPEST_CALLS} deep or {MOST_CALLS} times", place=place
            )


def _needs_allocating(tensor: Tensor, offline_offset: int | None) -> bool:
    """Whether a tensor gets a place in the head. A variable lies in the tail, unless the model's own plan places it."""
    if tensor.is_variable:
        return offline_offset is not None
    return tensor.data is None and tensor.bytes != 0


def _handles(model: Model) -> Iterator[tuple[int, int]]:
    """(subgraph index, tensor index) of VAR_HANDLE's outputs, whose data it has set before memory is planned.

    NB: any other RESOURCE tensor gets 4 bytes in the head, also one that nothing uses.
    """
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            if operator.code is BuiltinOperator.VAR_HANDLE:
                yield from ((subgraph.index, output) for output in operator.outputs[:1])


def offline_planned_offsets(model: Model) -> list[int | None] | None:
    """The offsets that a model's OfflineMemoryAllocation metadata gives its tensors (None: plan it), or None without
    such metadata.

    The buffer is int32: version, subgraph, count, then one offset for each tensor of all subgraphs.
    """
    data = model.metadata.get(OFFLINE_MEMORY_ALLOCATION)
    if data is None:
        return None
    place = f"metadata {OFFLINE_MEMORY_ALLOCATION}"
    words = np.frombuffer(data, "<i4", count=len(data) // 4)
    tensor_count = sum(len(subgraph.tensors) for subgraph in model.subgraphs)
    found = int(words[2]) if len(words) > 2 else 0
    if found != tensor_count or len(words) < 3 + tensor_count:
        raise ModelError(
            f"it gives offsets for {found} tensors ({max(len(words) - 3, 0)} are stored), and the model has "
            f"{tensor_count}: plan the model again, or remove the metadata",
            place=place,
            found=found,
            needed=tensor_count,
        )
    offsets: list[int] = words[3 : 3 + tensor_count].tolist()
    if min(offsets, default=0) < ONLINE_PLANNED:
        raise ModelError(
            f"tensor {offsets.index(min(offsets))} is put {-min(offsets)} bytes before the arena: plan the model again",
            place=place,
            found=min(offsets),
        )
    return [None if offset == ONLINE_PLANNED else offset for offset in offsets]
