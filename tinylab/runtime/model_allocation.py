"""AllocateTensors, step by step: everything a model puts into the arena, in TFLM's order.

The same walk serves two ends: in a real arena it lays the model out, and in one without an end it tells how much
would be needed. Retells MicroInterpreter::AllocateTensors of tensorflow/lite/micro/micro_interpreter.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from tinylab.arena import ArenaNeeds, MicroAllocator, ModelAllocation
from tinylab.arena.memory_planners import DEFAULT_PLANNER
from tinylab.arena.micro_allocator import MAX_SCRATCH_BUFFERS_PER_OP
from tinylab.arena.target import DEFAULT_TARGET, Target
from tinylab.errors import ArenaError, InvokeError, OperatorError, PrepareError, TinylabError
from tinylab.kernels.kernel_util import describe, refuse
from tinylab.kernels.memory import resource_variables
from tinylab.kernels.memory.cmsis_nn import CMSIS_NN_DSP, CMSIS_NN_MVE
from tinylab.kernels.memory.own import AskedOfArena
from tinylab.kernels.memory.reference import REFERENCE
from tinylab.kernels.memory.requests import KernelLibrary, PrepareRequests
from tinylab.model import BuiltinOperator, Model, Operator
from tinylab.runtime.micro_context import MicroContext
from tinylab.runtime.micro_op_resolver import MicroOpResolver

KERNEL_LIBRARIES: dict[str, KernelLibrary] = {
    library.name: library for library in (REFERENCE, CMSIS_NN_DSP, CMSIS_NN_MVE)
}

AnyAllocator = TypeVar("AnyAllocator", bound=MicroAllocator)
PrepareNode = Callable[[Operator, MicroContext], None]


def allocate_model(
    model: Model,
    allocator: MicroAllocator,
    contexts: Sequence[MicroContext],
    prepare: PrepareNode | None = None,
    op_resolver: MicroOpResolver | None = None,
) -> ModelAllocation:
    """Lay `model` out in the allocator's arena; where its tensors lie. ArenaError where something does not fit.

    contexts: one a subgraph. prepare: called with each node when its Prepare is due, before what it asks for is
    allocated; a refusal that it raises ends the allocation, as in TFLM. op_resolver: where kernels of one's own say
    what they ask for; without it all operators ask for what the target's kernel library says.
    """
    find = (lambda name: None) if op_resolver is None else op_resolver.find_op
    asked = AskedOfArena(_kernel_library(allocator.target), allocator.abi.name, find)
    nodes = [(context, node) for context in contexts for node in context.subgraph.operators]
    _allocate_resource_variables(model, allocator)
    allocator.start_model_allocation(model)
    _init_nodes(asked, nodes, allocator)
    assignments = resource_variables.first_assignments(model)
    resource_offsets: dict[int, int] = {}
    for context, node in nodes:
        with _naming(node):
            if prepare is not None:
                prepare(node, context)
            _check_node(context, node)
            requests = asked.in_prepare(context, node)
            if len(requests.scratch) > MAX_SCRATCH_BUFFERS_PER_OP:
                found, most = len(requests.scratch), MAX_SCRATCH_BUFFERS_PER_OP
                refuse(f"{found} scratch buffers", f"{most} at most", "use one for several ends")
        assigned = assignments.get((context.subgraph.index, node.index))
        if assigned is not None:
            requests = requests._replace(persistent=(*requests.persistent, assigned.value.bytes))
        offsets = _prepare_node(requests, context.subgraph.index, node, allocator)
        if assigned is not None:
            resource_offsets[assigned.variable] = offsets[-1]
    allocation = allocator.finish_model_allocation(model)._replace(resource_offsets=resource_offsets)
    main = model.subgraphs[0]
    for which, indices in (("inputs", main.inputs), ("outputs", main.outputs)):
        allocator.allocate_tensor_pointers(len(indices), which)
        for index in indices:
            allocator.allocate_tensor_structs(main.tensors[index])
    allocator.remember(lambda other: allocate_model(model, other, contexts, op_resolver=op_resolver))
    return allocation


def _allocate_resource_variables(model: Model, allocator: MicroAllocator) -> None:
    """The table of a model's resource variables, as large as it needs.

    NB: in TFLM the application makes it, before the interpreter, and says how many variables it may hold.
    """
    count = len(resource_variables.variables(model))
    if count:
        allocator.allocate_resource_variables(*resource_variables.table_requests(count, allocator.abi.name))


def _init_nodes(asked: AskedOfArena, nodes: Sequence[tuple[MicroContext, Operator]], allocator: MicroAllocator) -> None:
    """All operators' parsed parameters, then what each Init asks for."""
    requests = []
    for context, node in nodes:
        with _naming(node):
            requests.append((_owner(node), asked.in_init(context, node)))
    for owner, (builtin_data, _, _) in requests:
        if builtin_data is not None:
            allocator.allocate_builtin_data(*builtin_data, owner)
    for owner, (_, op_data, state) in requests:
        if op_data is not None:
            allocator.allocate_persistent_buffer(op_data, "OpData", owner)
        for size in state:
            allocator.allocate_persistent_buffer(size, "state", owner)


def _prepare_node(
    requests: PrepareRequests, subgraph_index: int, node: Operator, allocator: MicroAllocator
) -> list[int]:
    """What one Prepare puts into the arena; the tensors it looked at are gone when it ends.

    Returns the offsets of its persistent buffers.
    """
    owner = _owner(node)
    kept = len(requests.looked_at) - requests.given_back
    for place, tensor in enumerate(requests.looked_at):
        allocator.allocate_temp_tensor(tensor, owner, is_given_back=place >= kept)
    offsets = [allocator.allocate_persistent_buffer(size, "persistent buffer", owner) for size in requests.persistent]
    for tensor in requests.looked_at_after:
        allocator.allocate_temp_tensor(tensor, owner)
    for size in requests.scratch:
        allocator.request_scratch_buffer_in_arena(size, subgraph_index, node.index)
    allocator.finish_prepare_node_allocations(owner)
    return offsets


def _kernel_library(target: Target) -> KernelLibrary:
    if target.kernel_library not in KERNEL_LIBRARIES:
        names = ", ".join(KERNEL_LIBRARIES)
        raise ArenaError(f"target {target.name}: there is no kernel library {target.kernel_library!r}, only {names}")
    library = KERNEL_LIBRARIES[target.kernel_library]
    if target.abi.name not in library.abis:
        known = " and ".join(library.abis)
        raise ArenaError(f"target {target.name}: kernel library {library.name!r} is known for {known} only")
    return library


def _owner(node: Operator) -> str:
    return f"operator {node.index} {node.name}"


@contextmanager
def _naming(node: Operator) -> Iterator[None]:
    """Have errors of a node's Prepare say which operator they are about."""
    try:
        yield
    except InvokeError as error:  # a context says so of a tensor that is missing, whenever it is asked
        raise PrepareError(str(error)).at(node.index, node.name) from None
    except OperatorError as error:
        raise error.at(node.index, node.name) from None
    except TinylabError:
        raise
    except Exception as error:  # somebody's own kernel
        error.add_note(f"in the Prepare of operator {node.index} ({node.name})")
        raise


def _check_node(context: MicroContext, node: Operator) -> None:
    """Refuse what TFLM's interpreter refuses of any operator.

    NB: and an output that is a constant, which TFLM would write into flash.
    """
    tensors = context.subgraph.tensors
    if len(node.custom_options) and node.code is not BuiltinOperator.CUSTOM:
        refuse(f"{len(node.custom_options)} bytes of custom options", "none in a built-in operator")
    for tensor in (tensors[index] for index in node.outputs if index >= 0):
        if tensor.is_constant:
            refuse(f"output {describe(tensor)} is a constant", "an output that can be written")
        if 0 in tensor.shape and tensor.shape != (0,):
            refuse(f"output {describe(tensor)}", "a size above 0 on every axis", "TFLM has no dynamic tensors")
    for tensor in (tensors[index] for index in node.intermediates if index >= 0):
        if tensor.bytes:
            refuse(f"intermediate {describe(tensor)}", "an intermediate tensor of size 0")


def arena_needs(
    model: Model,
    target: str | Target = DEFAULT_TARGET,
    *,
    memory_planner: str = DEFAULT_PLANNER,
    op_resolver: MicroOpResolver | None = None,
) -> ArenaNeeds:
    """The arena that `model` needs on `target`: head, tail, and the smallest that works. Computed, not searched for.

    op_resolver: needed where a kernel of one's own says what it asks for.
    """
    return shared_arena_needs([model], target, memory_planner=memory_planner, op_resolver=op_resolver)


def shared_arena_needs(
    models: Sequence[Model],
    target: str | Target = DEFAULT_TARGET,
    *,
    memory_planner: str = DEFAULT_PLANNER,
    op_resolver: MicroOpResolver | None = None,
) -> ArenaNeeds:
    """The same for one arena that several models share, allocated in this order."""
    return allocated_in(MicroAllocator.unbounded(target, memory_planner=memory_planner), models, op_resolver).needs()


def allocated_in(
    allocator: AnyAllocator, models: Sequence[Model], op_resolver: MicroOpResolver | None = None
) -> AnyAllocator:
    """The allocator, with all of `models` laid out in it, one after another; no kernel is asked."""
    for model in models:
        contexts = [MicroContext(subgraph) for subgraph in model.subgraphs]
        allocate_model(model, allocator, contexts, op_resolver=op_resolver)
    return allocator
