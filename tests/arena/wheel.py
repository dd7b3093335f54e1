"""The tflite-micro wheel as a target: a later TFLM on x86-64, built with compressed tensors: some structs are larger.

What is larger follows from its source (a list of compressed tensors a subgraph, one more recorded category, a scratch
index in some OpData), but for FULLY_CONNECTED's parameters, whose 16 bytes more are only seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.arena.models import allocate
from tinylab.arena import LP64, ArenaRecord, RecordingMicroAllocator, Target
from tinylab.kernels.memory.reference import REFERENCE
from tinylab.kernels.memory.sizes import REFERENCE_SIZES, OperatorSizes
from tinylab.model import Model
from tinylab.runtime import model_allocation

ABI = replace(LP64, subgraph_allocations=24, recording_micro_allocator=248 + 24)
OP_DATA_BYTES = {
    "CONV_2D": 80,
    "DEPTHWISE_CONV_2D": 80,
    "TRANSPOSE_CONV": 88,
    "CONCATENATION": 80,
    "ASSIGN_VARIABLE": 4,
}
SIZES = {
    name: REFERENCE_SIZES.get(name, OperatorSizes())._replace(op_data_lp64=size) for name, size in OP_DATA_BYTES.items()
}
SIZES["FULLY_CONNECTED"] = OperatorSizes(builtin_data_lp64=(32, 8), op_data_lp64=72)
LIBRARY = REFERENCE.derived("wheel", sizes=SIZES, abis=("lp64",), source="the tflite-micro wheel")
TARGET = Target("x86-64/wheel", ABI, "wheel", "fitted on the wheel")


@contextmanager
def known() -> Iterator[None]:
    """While the wheel's kernel library is one of the runtime's."""
    model_allocation.KERNEL_LIBRARIES["wheel"] = LIBRARY
    try:
        yield
    finally:
        del model_allocation.KERNEL_LIBRARIES["wheel"]


def record(model: Model, arena_bytes: int) -> ArenaRecord:
    """What the wheel would print of `model` in an arena of that size."""
    with known():
        allocator = RecordingMicroAllocator.create(arena_bytes, TARGET)
        allocate(model, allocator)
    return allocator.record()
