"""What the graph asks of the program: free sizes, state, resource variables, plans of its own, bytes that lie askew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tinylab.arena.micro_allocation_info import ONLINE_PLANNED
from tinylab.doctor.case import Case, at
from tinylab.doctor.converter_lines import fixed_shape
from tinylab.doctor.diagnosis import Found
from tinylab.model.reader import OFFLINE_MEMORY_ALLOCATION

WORDS_BEFORE_OFFSETS = 3  # version, subgraph, number of offsets
FLATTEN = ("SHAPE", "STRIDED_SLICE", "PACK", "RESHAPE")


def free_batch(case: Case) -> Iterator[Found]:
    """Keras Flatten or Reshape with a free batch: operators that compute a shape which is always the same."""
    chain = [node for node in case.nodes if node.name in FLATTEN[:3] and not node.subgraph.index]
    shapes = [node for node in chain if node.name == "SHAPE"]
    if not shapes or {"STRIDED_SLICE", "PACK"} - {node.name for node in chain}:
        return
    input = case.inputs[0] if case.inputs else None
    yield at(
        chain,
        "The model was converted with a free batch size, and computes the target of a RESHAPE when it runs. TFLM "
        "never resizes: the result is always the same.",
        f"{len(chain)} operators run for nothing, and their {len({node.name for node in chain})} kernels take flash.",
        "Convert from a signature with batch 1: they are then gone.",
        fixed_shape(input.shape) if input is not None else "",
    )


def free_size(case: Case) -> Iterator[Found]:
    """Sizes other than the batch that the converter left open."""
    for number, tensor in enumerate(case.inputs):
        free = [axis for axis, size in enumerate(tensor.shape_signature) if size < 0 and axis > 0]
        if free:
            yield Found(
                f'input {number} "{tensor.name}"',
                f"Dimension{'s' if len(free) > 1 else ''} {', '.join(map(str, free))} of its shape "
                f"{list(tensor.shape_signature)} is free, and the file says {list(tensor.shape)}.",
                "TFLM never resizes: it plans for the sizes in the file, and a program that feeds more writes over "
                "other tensors.",
                "Convert from a signature whose sizes are all fixed.",
                fixed_shape(tuple(max(size, 1) for size in tensor.shape)),
            )


def large_batch(case: Case) -> Iterator[Found]:
    """Inputs of several samples at once."""
    for number, tensor in enumerate(case.inputs):
        if len(tensor.shape) > 2 and tensor.shape[0] > 1:
            yield Found(
                f'input {number} "{tensor.name}"',
                f"Its first dimension is {tensor.shape[0]}. If that is the batch, each Invoke computes so many.",
                f"The arena then holds {tensor.shape[0]} samples of every tensor.",
                "Convert with batch 1, and invoke once a sample.",
                fixed_shape((1, *tensor.shape[1:])),
            )


def resource_variables(case: Case) -> Iterator[Found]:
    """Variables as Keras keeps them: TFLM wants an object for them."""
    handles = [node for node in case.nodes if node.name == "VAR_HANDLE"]
    if handles:
        names = {(node.operator.options.container, node.operator.options.shared_name) for node in handles}
        yield at(
            handles[:1],
            f"The model has {len(names)} resource variables, shared by {len(case.model.subgraphs)} subgraphs.",
            "Without a MicroResourceVariables object AllocateTensors fails. They take RAM in the arena's tail.",
            "Make one in the arena's allocator, and give both to the interpreter. Reset() sets them to zero.",
            "auto* allocator = tflite::MicroAllocator::Create(arena, kTensorArenaSize);\n"
            f"auto* variables = tflite::MicroResourceVariables::Create(allocator, {len(names)});\n"
            "tflite::MicroInterpreter interpreter(model, resolver, allocator, variables);",
            ("VAR_HANDLE requires resource variables from ResourceVariables, but no ResourceVariables",),
        )


def state(case: Case) -> Iterator[Found]:
    """Tensors that keep their values from one Invoke to the next."""
    variables = [tensor for _, tensor in case.tensors() if tensor.is_variable]
    if variables:
        yield Found(
            "the model",
            f"{len(variables)} tensors keep their values from one Invoke to the next "
            f"({sum(tensor.bytes for tensor in variables):,} bytes in the arena's tail).",
            "The output depends on what was fed before: a new recording starts with the end of the last.",
            "Forget where a new stream begins.",
            "interpreter.Reset();",
        )


def _offline_words(case: Case) -> list[int]:
    plan = case.model.metadata.get(OFFLINE_MEMORY_ALLOCATION)
    words = np.frombuffer(plan[: len(plan) // 4 * 4], "<i4") if plan is not None else ()
    return [int(word) for word in words]


def offline_plan_size(case: Case) -> Iterator[Found]:
    """A memory plan in the file for another number of tensors."""
    words = _offline_words(case)
    needed = sum(len(subgraph.tensors) for subgraph in case.model.subgraphs)
    if words and (len(words) < WORDS_BEFORE_OFFSETS or words[2] != needed):
        found = words[2] if len(words) >= WORDS_BEFORE_OFFSETS else 0
        yield Found(
            "the offline memory plan",
            f"The file brings a plan for {found} tensors, and has {needed}.",
            "AllocateTensors fails.",
            "Plan again, or take the plan out.",
            "model = tl.with_offline_plan(model, None)",
            (f"Nbr of offline buffer offsets ({found}) in metadata not equal nbr tensors ({needed})",),
        )


def offline_variables(case: Case) -> Iterator[Found]:
    """Variables of a later subgraph beside an offline plan: TFLM reads the wrong entry of it."""
    offsets = _offline_words(case)[WORDS_BEFORE_OFFSETS:]
    for subgraph in case.model.subgraphs[1:]:
        for tensor in subgraph.tensors:
            if tensor.is_variable and tensor.index < len(offsets) and offsets[tensor.index] != ONLINE_PLANNED:
                yield Found(
                    f'tensor {tensor.index} "{tensor.name}" of subgraph {subgraph.index}',
                    f"It is a variable, and for it TFLM reads the plan's entry of subgraph 0's tensor {tensor.index}, "
                    f"which is {offsets[tensor.index]}: so it takes the variable to be placed, and gives it no memory.",
                    "The kernel that reads it follows a null pointer: the program crashes.",
                    "Leave that entry of the plan to TFLM.",
                    f"offsets[{tensor.index}] = None\nmodel = tl.with_offline_plan(model, offsets)",
                )


def offline_overlap(case: Case) -> Iterator[Found]:
    """A plan in the file that lets tensors overwrite one another while they are needed."""
    if case.plan is None or not _offline_words(case):
        return
    buffers = case.plan.memory_plan.buffers
    for number, one in enumerate(buffers):
        for other in buffers[number + 1 :]:
            if one.shares_bytes_with(other) and one.first_used <= other.last_used and other.first_used <= one.last_used:
                yield Found(
                    "the offline memory plan",
                    f'"{one.name}" and "{other.name}" share bytes and are alive at the same time.',
                    "TFLM does not look: one overwrites the other, and the output is wrong.",
                    "Plan again, or take the plan out.",
                    "model = tl.with_offline_plan(model, None)",
                )
                return


def askew(case: Case) -> Iterator[Found]:
    """Constants that do not lie at a multiple of their elements' size."""
    start = _address(case.model.data)
    wrong = [
        tensor
        for _, tensor in case.tensors()
        if tensor.data is not None and (_address(tensor.data) - start) % max(_alignment(tensor.dtype.itemsize), 1)
    ]
    if wrong:
        offset = _address(wrong[0].data) - start
        yield Found(
            f'tensor {wrong[0].index} "{wrong[0].name}"' + (f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""),
            f"Its data lie at byte {offset} of the file, and its {wrong[0].type.name} elements want a multiple of "
            f"{_alignment(wrong[0].dtype.itemsize)}. A converter aligns them to 16; another tool wrote this.",
            "TFLM reads constants where they lie: a Cortex-M0+ stops with a hard fault, others at some loads.",
            "Write the file again.",
            "import pathlib\npathlib.Path(path).write_bytes(tl.write_model(tl.load_model(path)))",
        )


def _alignment(item_bytes: int) -> int:
    return min(item_bytes, 4)  # Arm reads 8 bytes as a pair of 4


def _address(data: object) -> int:
    return int(np.frombuffer(data, np.uint8).ctypes.data)  # type: ignore[call-overload]
