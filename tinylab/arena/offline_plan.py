"""A memory plan frozen into the model file: TFLM puts each tensor where the file says, and plans only the rest.

A plan computed on a laptop, by whatever planner, is stored as metadata named OfflineMemoryAllocation: int32 words, the
version, a subgraph (0, which TFLM does not read), the number of tensors, then an offset a tensor. -1 leaves a tensor to
the planner, which works around the others, as it does for scratch buffers. TFLM checks the number of tensors alone:
offsets that overlap give wrong results in silence. Here they are refused.

Retells GetOfflinePlannedOffsets of tensorflow/lite/micro/micro_allocation_info.cc.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from tinylab.arena.abi import ARENA_ALIGNMENT
from tinylab.arena.memory_plan import MemoryPlan
from tinylab.arena.micro_allocation_info import ONLINE_PLANNED, AllocationInfo, AllocationInfoBuilder
from tinylab.arena.single_arena_buffer_allocator import align_up
from tinylab.errors import ModelError
from tinylab.model import Model, Tensor, load_model, write_model
from tinylab.model.reader import OFFLINE_MEMORY_ALLOCATION

PLAN_VERSION = 1
LARGEST_END = 2**31 - 1  # offsets are int32


def with_offline_plan(model: Model, offsets: Sequence[int | None] | None) -> Model:
    """A copy of `model` whose file brings this memory plan; one that it has is replaced.

    offsets: bytes from the start of the arena, one for each tensor, subgraph after subgraph; None (or -1): the planner
    places it. `offline_offsets` makes them of a MemoryPlan. None instead of offsets: a copy without a plan.

    Raises ModelError, which names the tensor, where the number of offsets is not that of the tensors, an offset is no
    multiple of 16, two tensors overlap that are alive at the same time, or a tensor cannot be placed: a constant lies
    in the file, a variable in the tail, where nothing overwrites it between two invokes.
    """
    bare = _with_metadata(model, None)
    if offsets is None:
        return _rewritten(bare)
    words = [ONLINE_PLANNED if offset is None else offset for offset in offsets]
    infos = AllocationInfoBuilder(bare, []).build()
    if len(words) != len(infos):
        raise ModelError(
            f"{len(words)} offsets for {len(infos)} tensors: give one a tensor, subgraph after subgraph, None "
            "where the planner is to place it",
            found=len(words),
            needed=len(infos),
        )
    placed = [(info, offset) for info, offset in zip(infos, words, strict=True) if offset != ONLINE_PLANNED]
    for info, offset in placed:
        _check_offset(model, info, offset)
    for one, other in itertools.combinations(sorted(placed, key=lambda each: each[1]), 2):
        _check_apart(model, one, other)
    _check_variables(model, words)
    plan = np.array([PLAN_VERSION, 0, len(words), *words], "<i4").tobytes()
    return _rewritten(_with_metadata(model, memoryview(plan)))


def offline_offsets(model: Model, plan: MemoryPlan) -> list[int | None]:
    """The offsets of a MemoryPlan of `model`, for `with_offline_plan`: None for tensors that it does not place.

    NB: scratch buffers cannot be frozen. TFLM places them when it has placed the tensors, perhaps elsewhere.
    """
    places = {(buffer.subgraph_index, buffer.tensor_index): buffer.offset for buffer in plan.buffers}
    return [
        None if tensor.is_variable else places.get((subgraph.index, tensor.index))
        for subgraph in model.subgraphs
        for tensor in subgraph.tensors
    ]


def _with_metadata(model: Model, plan: memoryview | None) -> Model:
    """The model with this plan in place of its own, if it has one; None: with none."""
    old = model.metadata.get(OFFLINE_MEMORY_ALLOCATION) or None  # an empty one may be every empty buffer
    metadata = {name: data for name, data in model.metadata.items() if name != OFFLINE_MEMORY_ALLOCATION}
    if plan is not None:
        metadata[OFFLINE_MEMORY_ALLOCATION] = plan
    new = memoryview(b"") if plan is None else plan
    buffers = tuple(new if buffer is old else buffer for buffer in model.buffers)
    return replace(model, metadata=MappingProxyType(metadata), buffers=buffers)


def _rewritten(model: Model) -> Model:
    return load_model(write_model(model), name=model.name)


def _tensor(model: Model, info: AllocationInfo) -> Tensor:
    assert info.tensor_index is not None
    return model.subgraphs[info.subgraph_index].tensors[info.tensor_index]


def _place(model: Model, info: AllocationInfo) -> str:
    return f'subgraph {info.subgraph_index}, tensor {info.tensor_index} "{_tensor(model, info).name}"'


def _check_offset(model: Model, info: AllocationInfo, offset: int) -> None:
    """Refuse an offset for a tensor that has no place in the head, or one that TFLM's kernels could not work with."""
    tensor, place = _tensor(model, info), _place(model, info)
    if tensor.is_variable:
        raise ModelError(
            f"it is a variable, and offset {offset} lies in the head, where other tensors come to lie after its last "
            "reader: give it None, and TFLM keeps it in the tail",
            place=place,
            found=offset,
        )
    if not info.needs_allocating:
        kind = "a constant" if tensor.is_constant else "of no bytes" if not tensor.bytes else "a handle"
        raise ModelError(f"it is {kind} and has no place in the head: give it None", place=place, found=offset)
    if offset < 0 or offset % ARENA_ALIGNMENT:
        raise ModelError(
            f"offset {offset} is no multiple of {ARENA_ALIGNMENT} from 0 up: the next is "
            f"{max(align_up(offset, ARENA_ALIGNMENT), 0)}",
            place=place,
            found=offset,
            needed=max(align_up(offset, ARENA_ALIGNMENT), 0),
        )
    if _end(info, offset) > LARGEST_END:
        raise ModelError(
            f"it ends at byte {_end(info, offset):,}, behind what int32 can count", place=place, found=offset
        )


def _check_apart(model: Model, one: tuple[AllocationInfo, int], other: tuple[AllocationInfo, int]) -> None:
    """Refuse two tensors, the one with the lower offset first, that overlap while both are alive."""
    (a, low), (b, high) = one, other
    end = _end(a, low)
    if high < end and a.first_created <= b.last_used and b.first_created <= a.last_used:
        moment = max(a.first_created, b.first_created)
        raise ModelError(
            f"it lies at bytes {low} to {end} and {_place(model, b)} from {high} on, and both are alive at moment "
            f"{moment}: move that one to {end}",
            place=_place(model, a),
            found=high,
            needed=end,
        )


def _end(info: AllocationInfo, offset: int) -> int:
    return offset + align_up(info.requested_bytes, ARENA_ALIGNMENT)


def _check_variables(model: Model, words: Sequence[int]) -> None:
    """Refuse what TFLM mistakes: for a variable of any subgraph it reads the offset of the *main* subgraph's tensor of
    that index (AllocateVariables), and where that one is placed, the variable gets no memory at all.
    """
    for subgraph in model.subgraphs[1:]:
        for tensor in subgraph.tensors:
            if tensor.is_variable and words[tensor.index] != ONLINE_PLANNED:
                raise ModelError(
                    f"it is a variable, and TFLM would take offset {words[tensor.index]} of subgraph 0's tensor "
                    f"{tensor.index} for its own: give that one None",
                    place=f'subgraph {subgraph.index}, tensor {tensor.index} "{tensor.name}"',
                    found=words[tensor.index],
                )
