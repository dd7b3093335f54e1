"""MicroAllocator: owns the arena and fills it, model after model, in TFLM's order.

    create                  allocator, planner and itself, at the tail
    start_model_allocation  structs of the model at the tail; room for scratch requests in the head
    (Init and Prepare)      what kernels ask for: persistent buffers at the tail, scratch buffers noted
    finish_model_allocation variables at the tail; then the memory plan, which becomes the head
    allocate_tensor_structs the structs of one graph input or output at the tail

Nothing is ever freed. Several models can share one allocator: their heads overlap, their tails add up. Head and tail
can also lie in two arenas of their own. Retells tensorflow/lite/micro/micro_allocator.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tinylab.arena.abi import ARENA_ALIGNMENT, Abi
from tinylab.arena.arena_memory import ArenaMemory, Step
from tinylab.arena.arena_size import check_arena_sizes, too_small_for_the_allocator
from tinylab.arena.memory_plan import AllocationRecord, ArenaEvent, ArenaNeeds, ModelAllocation
from tinylab.arena.memory_planners import DEFAULT_PLANNER, check_can_plan_again, checked_work_bytes, find_planner
from tinylab.arena.micro_allocation_info import AllocationInfoBuilder, ScratchBufferRequest
from tinylab.arena.static_memory_plan import offsets_of, plan_buffers
from tinylab.arena.target import DEFAULT_TARGET, Target, find_target
from tinylab.arena.tensor_structs import tensor_owner, tensor_structs, unread_bytes
from tinylab.errors import ArenaError
from tinylab.model import Model, Tensor

MAX_SCRATCH_BUFFERS_PER_OP = 12  # kMaxScratchBuffersPerOp: requests that each Prepare is sure to have room for
Layout = Callable[["MicroAllocator"], object]
UNBOUNDED_BYTES = 1 << 40  # "as large as you like", a multiple of 16: for computing how much is needed


class MicroAllocator:
    """An arena and what lies in it. Made by `create`, or by `create_two_arenas`.

    memory: head, temp and tail. persistent_buffer, non_persistent_buffer: the bytes they are about, uint8
    [arena_bytes]: one and the same, or two.
    target: whose sizes are used; memory_planner: "greedy" or "linear".
    """

    def __init__(
        self, target: Target, memory_planner: str, arena_bytes: int, non_persistent_arena_bytes: int | None = None
    ) -> None:
        self.target = target
        self.memory_planner = memory_planner
        self._planner = find_planner(memory_planner)
        self.memory = ArenaMemory(arena_bytes, non_persistent_arena_bytes)
        self.persistent_buffer = self.non_persistent_buffer = np.zeros(0, np.uint8)
        self.is_lent = False  # whether the application has the head's bytes just now
        self._models: list[Model] = []
        self._layouts: list[Layout] = []
        self._scratch_buffer_requests: list[ScratchBufferRequest] = []
        self._unread_temp_bytes = 0  # of the last tensor that Prepare looked at
        self._largest_head_bytes = 0
        self._model_is_allocating = False
        for category, size in self._own_objects():
            self.memory.allocate_persistent_buffer(size, self.abi.pointer_bytes, Step("create", category))

    def _own_objects(self) -> Iterator[tuple[str, int]]:
        """(category, bytes) of the objects that make up the allocator, in the order of their creation."""
        abi = self.abi
        if self.memory.has_two_arenas:
            yield "PersistentArenaBufferAllocator", abi.persistent_arena_buffer_allocator
            yield "NonPersistentArenaBufferAllocator", abi.non_persistent_arena_buffer_allocator
        else:
            yield "SingleArenaBufferAllocator", abi.single_arena_buffer_allocator
        yield self._planner.name, self._planner.object_bytes(abi)
        yield "MicroAllocator", abi.micro_allocator

    # -- making one ----------------------------------------------------------------------------------------------------

    @classmethod
    def create(
        cls, arena_bytes: int, target: str | Target = DEFAULT_TARGET, *, memory_planner: str = DEFAULT_PLANNER
    ) -> Self:
        """A new arena of `arena_bytes` zero bytes. ArenaError if not even the allocator itself fits.

        NB: TFLM does not look: below that size its constructors write to address 0.
        """
        return cls._create(find_target(target), memory_planner, arena_bytes)

    @classmethod
    def create_two_arenas(
        cls,
        persistent_arena_bytes: int,
        non_persistent_arena_bytes: int,
        target: str | Target = DEFAULT_TARGET,
        *,
        memory_planner: str = DEFAULT_PLANNER,
    ) -> Self:
        """Tail and head in an arena each: the first must stay, the second is free for others between two invokes."""
        return cls._create(find_target(target), memory_planner, persistent_arena_bytes, non_persistent_arena_bytes)

    @classmethod
    def _create(cls, target: Target, planner: str, *sizes: int) -> Self:
        check_arena_sizes(sizes)
        try:
            allocator = cls(target, planner, *sizes)
        except ArenaError as error:
            if error.arena_bytes is not None:
                least = cls(target, planner, UNBOUNDED_BYTES, *sizes[1:]).memory.tail_bytes
                error = too_small_for_the_allocator(sizes[0], least, target.name, error)
            raise error from None
        buffers = [np.zeros(size, np.uint8) for size in sizes]
        allocator.persistent_buffer, allocator.non_persistent_buffer = buffers[0], buffers[-1]
        return allocator

    @classmethod
    def unbounded(
        cls, target: str | Target = DEFAULT_TARGET, *, memory_planner: str = DEFAULT_PLANNER, two_arenas: bool = False
    ) -> Self:
        """Arenas without an end or bytes: once a model is allocated in them, `needs` says how much it takes."""
        return cls(find_target(target), memory_planner, *[UNBOUNDED_BYTES] * (2 if two_arenas else 1))

    def unbounded_like_this(self) -> Self:
        """The same kind of allocator for the same target, empty, without an end or bytes."""
        two_arenas = self.memory.has_two_arenas
        return self.unbounded(self.target, memory_planner=self.memory_planner, two_arenas=two_arenas)

    # -- looking -------------------------------------------------------------------------------------------------------

    @property
    def abi(self) -> Abi:
        """The target's struct sizes."""
        return self.target.abi

    @property
    def models(self) -> tuple[Model, ...]:
        """The models that lie in the arena, in the order in which they were allocated."""
        return tuple(self._models)

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """How each of them is laid out: called with another allocator, it does the same there."""
        return tuple(self._layouts)

    @property
    def allocations(self) -> tuple[AllocationRecord, ...]:
        """Every allocation of the tail so far, oldest first."""
        return tuple(self.memory.records)

    @property
    def events(self) -> tuple[ArenaEvent, ...]:
        """Everything that moved the head, temp or the tail so far, oldest first."""
        return tuple(self.memory.events)

    def needs(self) -> ArenaNeeds:
        """What has been needed so far, at the worst moment and in the end."""
        return self.memory.needs()

    def used_bytes(self) -> int:
        """Head and tail together, in bytes (TFLM's arena_used_bytes)."""
        return self.memory.head_bytes + self.memory.tail_bytes

    # -- between models and invokes ------------------------------------------------------------------------------------

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Take everything back that is allocated inside, if an error ends it: other models stay as they were.

        NB: TFLM leaves the half-made allocation, and the allocator cannot be used any more.
        """
        memory, models, largest_head_bytes = self.memory.copy(), list(self._models), self._largest_head_bytes
        try:
            yield
        except BaseException:
            self.memory, self._models, self._largest_head_bytes = memory, models, largest_head_bytes
            self._model_is_allocating = False
            raise

    @contextmanager
    def lend_non_persistent(self) -> Iterator[NDArray[np.uint8]]:
        """The head's bytes, uint8 [head_bytes], for the application's own use between two invokes.

        Whatever is written there is gone with the next invoke, and so are the models' inputs and outputs: copy outputs
        before, fill inputs after. NB: while it is lent an invoke is an InvokeError; TFLM has no such guard.
        """
        self.is_lent = True
        try:
            yield self.non_persistent_buffer[: self.memory.head_bytes]
        finally:
            self.is_lent = False

    # -- allocating one model ------------------------------------------------------------------------------------------

    def allocate_resource_variables(self, object_bytes: int, array_bytes: int) -> None:
        """MicroResourceVariables and its array, which the application creates before the interpreter."""
        self._allocate(Step("create", "resource variables"), object_bytes, ARENA_ALIGNMENT)
        self._allocate(Step("create", "resource variables"), array_bytes, ARENA_ALIGNMENT)

    def start_model_allocation(self, model: Model) -> None:
        """Reserve what is there before any kernel is asked: the model's structs, and the scratch requests' room."""
        if self._model_is_allocating:
            raise ArenaError("a model's allocation was started before the one before it was finished")
        check_can_plan_again(self._planner, len(self._models))
        self._model_is_allocating = True
        abi = self.abi
        self._allocate(Step("start", "MicroBuiltinDataAllocator"), abi.builtin_data_allocator)
        self._scratch_buffer_requests = []
        self._reserve_scratch_requests(Step("start", "scratch buffer requests"))
        self._allocate(Step("start", "SubgraphAllocations"), abi.subgraph_allocations * len(model.subgraphs))
        for category, struct_bytes, arrays in (
            ("TfLiteEvalTensor[]", abi.eval_tensor, [subgraph.tensors for subgraph in model.subgraphs]),
            ("NodeAndRegistration[]", abi.node_and_registration, [subgraph.operators for subgraph in model.subgraphs]),
        ):
            for index, count in enumerate(map(len, arrays)):
                self._allocate(Step("start", category, f"subgraph {index}"), struct_bytes * count, item_count=count)

    def allocate_builtin_data(self, size: int, alignment: int, owner: str) -> None:
        """The parsed builtin parameters of one operator."""
        self._allocate(Step("parse", "builtin data", owner), size, alignment)

    def allocate_persistent_buffer(self, size: int, category: str, owner: str) -> int:
        """What a kernel asks for in Init ("OpData", "state") or Prepare ("persistent buffer"); its offset."""
        self._require_allocating(f"a {category} of {size} bytes", owner)
        step = Step("Prepare" if category == "persistent buffer" else "Init", category, owner)
        return self.memory.allocate_persistent_buffer(size, ARENA_ALIGNMENT, step, unread=self._unread_temp_bytes)

    def request_scratch_buffer_in_arena(self, size: int, subgraph_index: int, node_index: int) -> None:
        """Note that an operator needs `size` bytes while it runs; they are planned with the tensors."""
        self._require_allocating(f"a scratch buffer of {size} bytes", f"operator {node_index}")
        self._scratch_buffer_requests.append(ScratchBufferRequest(subgraph_index, node_index, size))

    def allocate_temp_tensor(self, tensor: Tensor, owner: str = "", *, is_given_back: bool = False) -> None:
        """A TfLiteTensor in temp memory, for Prepare to look at. is_given_back: not again when it asks for buffers."""
        before = self.memory.non_persistent.temp_offset
        for category, size, alignment in tensor_structs(tensor, self.abi):
            self.memory.allocate_temp(size, alignment, Step("Prepare", category, owner))
        taken = self.memory.non_persistent.temp_offset - before
        self._unread_temp_bytes = self._unread_temp_bytes + taken if is_given_back else unread_bytes(tensor, self.abi)

    def finish_prepare_node_allocations(self, owner: str = "") -> None:
        """After each Prepare: free temp memory and keep room for the requests of the next operator."""
        self._reserve_scratch_requests(Step("Prepare", "scratch buffer requests", owner))

    def finish_model_allocation(self, model: Model) -> ModelAllocation:
        """Allocate variables, plan the head and resize it to the largest plan so far."""
        abi, name = self.abi, model.name
        handle_count = len(self._scratch_buffer_requests)
        if handle_count:
            self._allocate(Step("plan", "ScratchBufferHandle[]", name), abi.scratch_buffer_handle * handle_count)
        tensor_count = sum(len(subgraph.tensors) for subgraph in model.subgraphs)
        for category, size in (
            ("subgraph offsets", abi.pointer_bytes * len(model.subgraphs)),
            ("AllocationInfo[]", abi.allocation_info * (tensor_count + handle_count)),
        ):
            self.memory.allocate_temp(size, abi.pointer_bytes, Step("plan", category, name))
        builder = AllocationInfoBuilder(model, self._scratch_buffer_requests)
        variable_offsets = {
            (subgraph_index, tensor.index): self.memory.allocate_persistent_buffer(
                tensor.bytes, ARENA_ALIGNMENT, Step("plan", "variable", tensor_owner(tensor)), unread=UNBOUNDED_BYTES
            )
            for subgraph_index, tensor in builder.variables()
        }
        infos = [info for info in builder.build() if info.needs_allocating]
        work_bytes = checked_work_bytes(self._planner, abi, self.memory.non_persistent, len(infos))
        self.memory.claim_work_area(work_bytes, ARENA_ALIGNMENT, Step("plan", self._planner.name, name))
        plan = plan_buffers(model, infos, self._planner, builder.moment_names)
        self._largest_head_bytes = max(self._largest_head_bytes, plan.head_bytes)
        self.memory.resize_head(self._largest_head_bytes, ARENA_ALIGNMENT, Step("plan", "planned buffers", name))
        self._model_is_allocating = False
        self._models.append(model)
        return ModelAllocation(plan, offsets_of(plan), variable_offsets, resource_offsets={})

    def allocate_tensor_pointers(self, count: int, which: str) -> None:
        """The array of pointers to the graph's inputs or outputs."""
        size = self.abi.pointer_bytes * count
        self._allocate(Step("graph tensors", "TfLiteTensor*[]", which), size, ARENA_ALIGNMENT)

    def allocate_tensor_structs(self, tensor: Tensor) -> None:
        """A persistent TfLiteTensor for one graph input or output, with its quantization where it has one."""
        for category, size, alignment in tensor_structs(tensor, self.abi):
            self._allocate(Step("graph tensors", category, tensor_owner(tensor)), size, alignment)

    def remember(self, layout: Layout) -> None:
        """Keep how the model that has just been allocated is laid out: the last step of its allocation."""
        self._layouts.append(layout)

    def _allocate(self, step: Step, size: int, alignment: int | None = None, item_count: int = 1) -> int:
        """At the tail, aligned as pointers are unless it is said otherwise."""
        alignment = alignment or self.abi.pointer_bytes
        return self.memory.allocate_persistent_buffer(size, alignment, step, item_count=item_count)

    def _reserve_scratch_requests(self, step: Step) -> None:
        size = self.abi.scratch_buffer_request * (len(self._scratch_buffer_requests) + MAX_SCRATCH_BUFFERS_PER_OP)
        self.memory.resize_head(size, self.abi.pointer_bytes, step)

    def _require_allocating(self, what: str, owner: str) -> None:
        if not self._model_is_allocating:
            raise ArenaError(f"{owner} asks for {what} outside AllocateTensors: the arena never grows afterwards")
