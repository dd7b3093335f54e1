"""MicroInterpreter: a model, an op resolver and an arena; the loop that runs its operators is in micro_graph.py.

Retells tensorflow/lite/micro/micro_interpreter.cc.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.arena import AllocationRecord, ArenaNeeds, MemoryPlan, MicroAllocator, ModelAllocation
from tinylab.arena.target import DEFAULT_TARGET, Target
from tinylab.errors import ArenaError, InvokeError
from tinylab.kernels.memory import resource_variables
from tinylab.model import Model, Operator, Subgraph, Tensor, TensorType
from tinylab.runtime import batch
from tinylab.runtime.arena_too_small import explain_too_small, tflm_says
from tinylab.runtime.invoke_trace import InvokeTrace, NodeTrace, trace_node
from tinylab.runtime.micro_context import Array, MicroContext, constant_array
from tinylab.runtime.micro_graph import AfterNode, MicroGraph
from tinylab.runtime.micro_op_resolver import MicroOpResolver
from tinylab.runtime.micro_profiler import MicroProfiler
from tinylab.runtime.model_allocation import allocate_model, arena_needs
from tinylab.runtime.tensor_view import TensorView


class MicroInterpreter:
    """Runs `model` with the kernels of `op_resolver` in an arena.

    arena: the bytes of a new arena for `target`, or a MicroAllocator that several interpreters share (then target is
    the allocator's).
    profiler: notes the time of each operator. Nothing is allocated before `allocate_tensors`.
    """

    def __init__(
        self,
        model: Model,
        op_resolver: MicroOpResolver,
        arena: int | MicroAllocator,
        *,
        target: str | Target = DEFAULT_TARGET,
        profiler: MicroProfiler | None = None,
    ) -> None:
        if not isinstance(model, Model):
            raise InvokeError(
                f"an interpreter runs one model, and this is {type(model).__name__}: its graph, its plan and its "
                "inputs are that model's. Make one MicroInterpreter a model; they can share one MicroAllocator"
            )
        self._model = model
        self.trace: InvokeTrace | None = None
        self._op_resolver = op_resolver
        self.allocator = arena if isinstance(arena, MicroAllocator) else self._create_arena(arena, target)
        self._allocation: ModelAllocation | None = None
        self._contexts = [MicroContext(subgraph) for subgraph in model.subgraphs]
        self._graph = MicroGraph(self._contexts, profiler)

    def _create_arena(self, arena_bytes: int, target: str | Target) -> MicroAllocator:
        try:
            return MicroAllocator.create(arena_bytes, target)
        except ArenaError as error:
            if error.arena_bytes is None:  # not about a size
                raise
            unbounded = MicroAllocator.unbounded(target)
            raise explain_too_small(unbounded, arena_bytes, self.model, self._op_resolver, error, str(error)) from None

    # -- allocation ----------------------------------------------------------------------------------------------------

    def allocate_tensors(self) -> None:
        """Find every operator's kernel, prepare it, and lay everything out in the arena. Once; later calls do nothing.

        ResolverError: a kernel is missing. PrepareError: a kernel refuses its node. ArenaError: the arena is too
        small; it says how many bytes are missing and how many would do.
        """
        if self._allocation is not None:
            return
        self._graph.find_registrations(self._op_resolver)
        allocator = self.allocator
        try:
            with allocator.undone_on_error():
                allocation = allocate_model(
                    self.model, allocator, self._contexts, self._graph.prepare, self._op_resolver
                )
        except ArenaError as error:
            if error.arena_bytes is None:  # not about a size
                raise
            says = tflm_says(error)
            raise explain_too_small(allocator, None, self.model, self._op_resolver, error, says) from None
        for context in self._contexts:
            context.arrays = self._arrays(context.subgraph, allocation)
        self._place_resource_variables(allocation)
        self._allocation = allocation
        self.reset()

    def _place_resource_variables(self, allocation: ModelAllocation) -> None:
        """Each resource variable's bytes in the tail."""
        for assigned in resource_variables.first_assignments(self.model).values():
            start = allocation.resource_offsets[assigned.variable]
            data = self.allocator.persistent_buffer[start : start + assigned.value.bytes]
            self._graph.resource_variables.allocate(assigned.variable, data, assigned.value)

    def _arrays(self, subgraph: Subgraph, allocation: ModelAllocation) -> dict[int, Array]:
        """Every tensor of a subgraph as [1, *shape]: constants in the model's bytes, the others in the arena's."""
        arrays = {}
        for tensor in subgraph.tensors:
            key, head = (subgraph.index, tensor.index), self.allocator.non_persistent_buffer
            if key in allocation.offsets:
                arrays[tensor.index] = batch.view(head, tensor, allocation.offsets[key], samples=1)
            elif key in allocation.variable_offsets:
                tail = self.allocator.persistent_buffer
                arrays[tensor.index] = batch.view(tail, tensor, allocation.variable_offsets[key], samples=1)
            elif not tensor.bytes:  # an empty tensor lies nowhere
                arrays[tensor.index] = batch.view(head, tensor, 0, samples=1)
            elif (constant := constant_array(tensor)) is not None:
                arrays[tensor.index] = constant
            elif tensor.type is TensorType.RESOURCE:  # a variable's id, which TFLM keeps in VAR_HANDLE's OpData
                arrays[tensor.index] = np.zeros((1, *tensor.shape), tensor.dtype)
        return arrays

    def reset(self) -> None:
        """Set every variable to zero (int8: to its zero point) and have kernels forget, as TFLM's Reset.

        What CALL_ONCE has run it does not run again, though the resource variables that it assigned are reset too.
        """
        self._graph.reset_subgraphs()
        self._graph.resource_variables.reset_all()
        for context in self._contexts:
            for tensor in context.subgraph.tensors:
                if tensor.is_variable and tensor.index in context.arrays:
                    zero_point = tensor.quantization.zero_point if tensor.quantization is not None else 0
                    context.arrays[tensor.index][...] = zero_point if tensor.type is TensorType.INT8 else 0

    # -- running -------------------------------------------------------------------------------------------------------

    def invoke(self, *, trace: bool = False, after_node: AfterNode | None = None) -> bool:
        """Run the model once on what its input tensors hold. False where an operator ended the run early, on purpose.

        That is CIRCULAR_BUFFER, which waits for more inputs (TFLM: kTfLiteAbort); outputs are then as they were.
        With `trace`, `self.trace` then holds every node's tensors: of a run that fails, those of the nodes before.
        after_node(node, context) is called after each node: to look, to count, to stop by raising.
        """
        self.allocate_tensors()
        if not trace:
            return self._run(self._contexts[0], after_node)
        nodes: list[NodeTrace] = []

        def note(node: Operator, context: MicroContext) -> None:
            nodes.append(trace_node(node, context))
            if after_node is not None:
                after_node(node, context)

        try:
            return self._run(self._contexts[0], note)
        finally:
            self.trace = InvokeTrace(tuple(nodes))

    def _run(self, context: MicroContext, after_node: AfterNode | None = None) -> bool:
        if self.allocator.is_lent:
            raise InvokeError("the head of the arena is lent to the application: run after the `with` block ends")
        return self._graph.run(context, after_node)

    def predict(self, inputs: batch.Inputs) -> batch.Outputs:
        """Run many samples at once: the same bytes as one invoke a sample, far faster.

        inputs: an array [N, *shape of the input], or a list of them for a model with several inputs, of exactly the
        inputs' dtypes (`input(0).quantize(x)` makes them). A leading dimension of 1 in the tensor's shape may be left
        out. Returns [N, *shape of the output], or a list of them. A model with state (variable tensors) runs its
        samples one after another, in order.

        Where a run ends early (see `invoke`), the outputs are what they were before.
        """
        arrays = self.predict_every_tensor(inputs, keep=self.main.outputs)
        outputs = [arrays[index] for index in self.main.outputs]
        return outputs[0] if len(outputs) == 1 else outputs

    def predict_every_tensor(self, inputs: batch.Inputs, keep: Sequence[int] | None = None) -> dict[int, NDArray[Any]]:
        """As `predict`, but tensor index -> [N, *shape] for every tensor that is fed or computed (or just those in
        `keep`).
        """
        self.allocate_tensors()
        feeds = batch.check_inputs([self.main.tensors[index] for index in self.main.inputs], inputs)
        sample_count = len(feeds[0]) if feeds else 1
        wanted = batch.computed_tensors(self.main) if keep is None else keep
        tensors = [self.main.tensors[index] for index in wanted if index in self._contexts[0].arrays]
        results = {tensor.index: np.zeros((sample_count, *tensor.shape), tensor.dtype) for tensor in tensors}
        chunk = 1 if self.is_stateful else batch.samples_at_once(self.memory_plan.head_bytes)
        for start in range(0, sample_count, chunk):
            rows = slice(start, min(start + chunk, sample_count))
            self._run_rows(rows, feeds, results)
        return results

    def _run_rows(self, rows: slice, feeds: list[NDArray[Any]], results: dict[int, NDArray[Any]]) -> None:
        """Run samples `rows` side by side, each with a head of its own, and copy the wanted tensors out as they are
        made.
        """
        context = self._contexts[0]
        if rows.stop - rows.start > 1:
            context = batch.side_by_side(context, self._require_allocation(), rows.stop - rows.start)

        def keep(indices: Sequence[int]) -> None:
            for index in indices:
                if index in results:
                    results[index][rows] = context.arrays[index]

        for index, feed in zip(self.main.inputs, feeds, strict=True):
            context.arrays[index][...] = feed[rows]
        keep(self.main.inputs)
        self._run(context, lambda node, ran: keep(node.outputs if ran is context else ()))
        keep(self.main.outputs)  # among them constants, which no operator computes
        keep([tensor.index for tensor in self.main.tensors if tensor.is_variable])

    # -- looking -------------------------------------------------------------------------------------------------------

    @property
    def profiler(self) -> MicroProfiler | None:
        """What notes the time of each operator."""
        return self._graph.profiler

    @property
    def model(self) -> Model:
        """The model, which stays: an interpreter's graph, registrations and memory plan are made of it."""
        return self._model

    @property
    def main(self) -> Subgraph:
        """The subgraph that invoke runs."""
        return self.model.subgraphs[0]

    @property
    def is_stateful(self) -> bool:
        """Whether an invoke depends on earlier ones: variables, other subgraphs, or a kernel that says so."""
        return (
            len(self.model.subgraphs) > 1
            or any(tensor.is_variable for tensor in self.main.tensors)
            or self._graph.is_stateful
        )

    def input(self, index: int) -> TensorView:
        """Graph input `index`.

        Assign into its data before invoke. Its bytes may be reused once the model has read it.
        """
        return self._graph_tensor("input", self.main.inputs, index)

    def output(self, index: int) -> TensorView:
        """Graph output `index`: read its data after invoke, copy it before another model runs in the same arena."""
        return self._graph_tensor("output", self.main.outputs, index)

    def _graph_tensor(self, which: str, indices: Sequence[int], index: int) -> TensorView:
        if not 0 <= index < len(indices):
            raise InvokeError(f"{which} index {index} is out of range: {self.model.name} has {len(indices)} {which}s")
        self._require_allocation()
        tensor = self.main.tensors[indices[index]]
        return TensorView(tensor, self._contexts[0].arrays[tensor.index][0:1].reshape(tensor.shape))

    def _require_allocation(self) -> ModelAllocation:
        if self._allocation is None:
            raise InvokeError("tensors have no memory yet: call allocate_tensors() first")
        return self._allocation

    def arena_used_bytes(self) -> int:
        """Bytes of the arena in use, head and tail, by all models of its allocator (TFLM: arena_used_bytes)."""
        self._require_allocation()
        return self.allocator.used_bytes()

    @property
    def memory_plan(self) -> MemoryPlan:
        """The planned head: every buffer's offset and lifetime."""
        return self._require_allocation().plan

    @property
    def allocations(self) -> tuple[AllocationRecord, ...]:
        """Every allocation in the tail of the arena, oldest first (also other models' in a shared one)."""
        return self.allocator.allocations

    @property
    def needs(self) -> ArenaNeeds:
        """What this model makes of an arena of its own on this target.

        Head, tail, and the smallest arena that works.
        """
        return arena_needs(self.model, self.allocator.target, op_resolver=self._op_resolver)

    def tensor_at(self, index: int) -> Tensor:
        """The description of tensor `index` of the main subgraph."""
        return self.main.tensors[index]
