"""MicroAllocator: owns the arena and fills it, model after model, in TFLM's order.

    create                  allocator, planner and itself, at the tail
    start_model_allocation  structs of the model at the tail; room for scratch requests in the head
    (Init and Prepare)      what kernels ask for: persistent buffers at the tail, scratch buffers noted
    finish_model_allocation variables at the tail; then the memory plan, which becomes the head
    allocate_tensor_structs the structs of one graph input or output at the tail

Nothing is ever freed. Several models can share one allocator: their heads overlap, their tails add up.
Retells tensorflow/lite/micro/micro_allocator.cc.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinylab.arena.abi import ARENA_ALIGNMENT, Abi
from tinylab.arena.greedy_memory_planner import BufferRequirements, GreedyMemoryPlanner, planned_bytes
from tinylab.arena.memory_plan import AllocationRecord, ArenaNeeds, MemoryPlan, PlannedBuffer
from tinylab.arena.micro_allocation_info import AllocationInfo, AllocationInfoBuilder, ScratchBufferRequest
from tinylab.arena.single_arena_buffer_allocator import SingleArenaBufferAllocator, align_up
from tinylab.arena.target import DEFAULT_TARGET, Target, find_target
from tinylab.errors import ArenaError
from tinylab.model import Model, Tensor

MAX_SCRATCH_BUFFERS_PER_OP = 12  # kMaxScratchBuffersPerOp: requests that each Prepare is sure to have room for
UNBOUNDED_BYTES = 1 << 40  # "as large as you like", a multiple of 16: for computing how much is needed


@dataclass(frozen=True)
class ModelAllocation:
    """Where one model's tensors lie.

    offsets: (subgraph, tensor) -> bytes from the arena's start, for planned tensors and variables.
    """

    plan: MemoryPlan
    offsets: dict[tuple[int, int], int]


class MicroAllocator:
    """An arena and what lies in it. Made by `create`.

    buffer: the arena's bytes, uint8 [arena_bytes]; allocations: every tail allocation so far; target: whose sizes are
    used.
    """

    def __init__(self, arena_bytes: int, target: Target, buffer: NDArray[np.uint8]) -> None:
        abi = target.abi
        self.target = target
        self.buffer = buffer
        self.memory = SingleArenaBufferAllocator(arena_bytes)
        self._records: list[AllocationRecord] = []
        self._models: list[Model] = []
        self._scratch_buffer_requests: list[ScratchBufferRequest] = []
        self._largest_head_bytes = 0
        self._model_is_allocating = False
        self._allocate("SingleArenaBufferAllocator", abi.single_arena_buffer_allocator, abi.pointer_bytes)
        self._allocate("GreedyMemoryPlanner", abi.greedy_memory_planner, abi.pointer_bytes)
        self._allocate("MicroAllocator", abi.micro_allocator, abi.pointer_bytes)

    @classmethod
    def create(cls, arena_bytes: int, target: str | Target = DEFAULT_TARGET) -> MicroAllocator:
        """A new arena of `arena_bytes` zero bytes. ArenaError if not even the allocator itself fits.

        NB: TFLM does not look: below that size its constructors write to address 0.
        """
        if isinstance(arena_bytes, bool) or not isinstance(arena_bytes, int | np.integer) or arena_bytes < 0:
            raise ArenaError(f"an arena size is a whole number of bytes, 0 or more, and this is {arena_bytes!r}")
        found = find_target(target)
        try:
            return cls(int(arena_bytes), found, np.zeros(arena_bytes, np.uint8))
        except ArenaError as error:
            least = cls.unbounded(found).memory.persistent_used_bytes
            raise ArenaError(
                f"arena of {arena_bytes} bytes cannot hold even the allocator, which takes {least} on {found.name}: "
                "TFLM does not look, and writes to address 0",
                arena_bytes=int(arena_bytes),
                requested_bytes=error.requested_bytes,
                available_bytes=error.available_bytes,
                missing_bytes=least - int(arena_bytes),
                needed_bytes=least,
            ) from None

    @classmethod
    def unbounded(cls, target: str | Target = DEFAULT_TARGET) -> MicroAllocator:
        """An arena without an end or bytes: once a model is allocated in it, `needs` says how much it takes."""
        return cls(UNBOUNDED_BYTES, find_target(target), np.zeros(0, np.uint8))

    @property
    def models(self) -> tuple[Model, ...]:
        """The models that lie in the arena, in the order in which they were allocated."""
        return tuple(self._models)

    @property
    def allocations(self) -> tuple[AllocationRecord, ...]:
        """Every allocation of the tail so far, oldest first."""
        return tuple(self._records)

    def needs(self) -> ArenaNeeds:
        """What has been needed so far, at the worst moment and in the end."""
        head, tail = self.memory.non_persistent_used_bytes, self.memory.persistent_used_bytes
        return ArenaNeeds(head, tail, align_up(max(self.memory.peak_bytes, head + tail), ARENA_ALIGNMENT))

    def used_bytes(self) -> int:
        """Head and tail together, in bytes (TFLM's arena_used_bytes)."""
        return self.memory.non_persistent_used_bytes + self.memory.persistent_used_bytes

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Take everything back that is allocated inside, if an error ends it, so that other models stay as they were.

        NB: TFLM leaves the half-made allocation, and the allocator cannot be used any more.
        """
        memory, records, models = copy.copy(self.memory), list(self._records), list(self._models)
        largest_head_bytes = self._largest_head_bytes
        try:
            yield
        except BaseException:
            self.memory, self._records, self._models = memory, records, models
            self._largest_head_bytes, self._model_is_allocating = largest_head_bytes, False
            raise

    def start_model_allocation(self, model: Model) -> None:
        """Reserve what is there before any kernel is asked.

        Steps 4 to 7 of the tail, and the scratch requests' room.
        """
        if self._model_is_allocating:
            raise ArenaError("a model's allocation was started before the one before it was finished")
        self._model_is_allocating = True
        abi = self.abi
        self._allocate("MicroBuiltinDataAllocator", abi.builtin_data_allocator, abi.pointer_bytes)
        self._scratch_buffer_requests = []
        self._reserve_scratch_requests()
        self._allocate("SubgraphAllocations", abi.subgraph_allocations * len(model.subgraphs), abi.pointer_bytes)
        for subgraph in model.subgraphs:
            size = abi.eval_tensor * len(subgraph.tensors)
            self._allocate("TfLiteEvalTensor[]", size, abi.pointer_bytes, f"subgraph {subgraph.index}")
        for subgraph in model.subgraphs:
            size = abi.node_and_registration * len(subgraph.operators)
            self._allocate("NodeAndRegistration[]", size, abi.pointer_bytes, f"subgraph {subgraph.index}")

    def allocate_builtin_data(self, size: int, alignment: int, owner: str) -> None:
        """The parsed builtin parameters of one operator."""
        self._allocate("builtin data", size, alignment, owner)

    def allocate_persistent_buffer(self, size: int, category: str, owner: str) -> int:
        """What a kernel asks for in Init ("OpData") or Prepare ("persistent buffer"); its offset."""
        return self._allocate(category, size, ARENA_ALIGNMENT, owner)

    def request_scratch_buffer_in_arena(self, size: int, subgraph_index: int, node_index: int) -> None:
        """Note that an operator needs `size` bytes while it runs; they are planned with the tensors."""
        self._scratch_buffer_requests.append(ScratchBufferRequest(subgraph_index, node_index, size))

    def finish_prepare_node_allocations(self) -> None:
        """After each Prepare: free temp memory and keep room for the requests of the next operator."""
        self.memory.reset_temp_allocations()
        self._reserve_scratch_requests()

    def finish_model_allocation(self, model: Model) -> ModelAllocation:
        """Allocate variables, plan the head and resize it to the largest plan so far."""
        abi = self.abi
        handle_count = len(self._scratch_buffer_requests)
        if handle_count:
            self._allocate("ScratchBufferHandle[]", abi.scratch_buffer_handle * handle_count, abi.pointer_bytes)
        tensor_count = sum(len(subgraph.tensors) for subgraph in model.subgraphs)
        self.memory.allocate_temp(abi.pointer_bytes * len(model.subgraphs), abi.pointer_bytes)
        self.memory.allocate_temp(abi.allocation_info * (tensor_count + handle_count), abi.pointer_bytes)
        builder = AllocationInfoBuilder(model, self._scratch_buffer_requests)
        infos = builder.build()
        offsets = self._allocate_variables(model, infos)
        plan = self._plan(model, [info for info in infos if info.needs_allocating])
        self.memory.reset_temp_allocations()
        self.memory.resize_head(0, 1)
        self._largest_head_bytes = max(self._largest_head_bytes, plan.head_bytes)
        self.memory.resize_head(self._largest_head_bytes, ARENA_ALIGNMENT)
        self._model_is_allocating = False
        self._models.append(model)
        for buffer in plan.buffers:
            if buffer.tensor_index is not None:
                offsets[buffer.subgraph_index, buffer.tensor_index] = buffer.offset
        return ModelAllocation(plan, offsets)

    def allocate_tensor_pointers(self, count: int, which: str) -> None:
        """The array of pointers to the graph's inputs or outputs."""
        self._allocate("TfLiteTensor*[]", self.abi.pointer_bytes * count, ARENA_ALIGNMENT, which)

    def allocate_tensor_structs(self, tensor: Tensor) -> None:
        """A persistent TfLiteTensor for one graph input or output, with its quantization where it has one."""
        for category, size, alignment in self._tensor_structs(tensor):
            self._allocate(category, size, alignment, f'tensor {tensor.index} "{tensor.name}"')

    def allocate_temp_tensor(self, tensor: Tensor) -> None:
        """The same in temp memory, for a kernel's Prepare to look at: free when the node has been prepared."""
        for _, size, alignment in self._tensor_structs(tensor):
            self.memory.allocate_temp(size, alignment)

    def _tensor_structs(self, tensor: Tensor) -> Iterator[tuple[str, int, int]]:
        """(category, bytes, alignment) of the structs that describe one tensor."""
        abi = self.abi
        yield "TfLiteTensor", abi.tensor, abi.pointer_bytes
        if tensor.quantization is not None:
            yield "TfLiteAffineQuantization", abi.affine_quantization, abi.pointer_bytes
            yield "zero points", abi.zero_point_array_bytes(len(tensor.quantization.scales)), 4

    @property
    def abi(self) -> Abi:
        """The target's struct sizes."""
        return self.target.abi

    def _allocate(self, category: str, size: int, alignment: int, owner: str = "") -> int:
        before = self.memory.tail_offset
        offset = self.memory.allocate_persistent_buffer(size, alignment)
        self._records.append(AllocationRecord(category, owner, size, before - offset, offset))
        return offset

    def _reserve_scratch_requests(self) -> None:
        count = len(self._scratch_buffer_requests) + MAX_SCRATCH_BUFFERS_PER_OP
        self.memory.resize_head(self.abi.scratch_buffer_request * count, self.abi.pointer_bytes)

    def _allocate_variables(self, model: Model, infos: list[AllocationInfo]) -> dict[tuple[int, int], int]:
        planned_here = {(info.subgraph_index, info.tensor_index) for info in infos if info.needs_allocating}
        return {
            (subgraph.index, tensor.index): self._allocate(
                "variable", tensor.bytes, ARENA_ALIGNMENT, f'tensor {tensor.index} "{tensor.name}"'
            )
            for subgraph in model.subgraphs
            for tensor in subgraph.tensors
            if tensor.is_variable and (subgraph.index, tensor.index) not in planned_here
        }

    def _plan(self, model: Model, infos: list[AllocationInfo]) -> MemoryPlan:
        """Place the buffers; the planner's own work area must fit into what is left of the arena."""
        work_bytes = self.abi.planner_bytes_per_buffer * len(infos)
        most = max(self.memory.available_bytes(ARENA_ALIGNMENT), 0) // self.abi.planner_bytes_per_buffer
        if len(infos) > most:
            raise ArenaError(
                f"Too many buffers (max is {most}): the planner needs {work_bytes} bytes for {len(infos)} buffers",
                arena_bytes=self.memory.size_bytes,
                requested_bytes=work_bytes,
                available_bytes=self.memory.available_bytes(ARENA_ALIGNMENT),
                missing_bytes=work_bytes - self.memory.available_bytes(ARENA_ALIGNMENT),
            )
        self.memory.claim_work_area(work_bytes, ARENA_ALIGNMENT)
        requirements = [
            BufferRequirements(
                align_up(info.requested_bytes, ARENA_ALIGNMENT), info.first_created, info.last_used, info.offline_offset
            )
            for info in infos
        ]
        offsets = GreedyMemoryPlanner().plan(requirements)
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
        return MemoryPlan(buffers, planned_bytes(requirements, offsets))


def _name(model: Model, info: AllocationInfo) -> str:
    if info.tensor_index is None:
        return f"scratch of operator {info.node_index}"
    return model.subgraphs[info.subgraph_index].tensors[info.tensor_index].name
