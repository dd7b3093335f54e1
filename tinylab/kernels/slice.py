"""output = input[begin : begin + size] along each axis; a size of -1 is all that is left.

Retells tensorflow/lite/micro/kernels/slice.cc and tensorflow/lite/kernels/internal/reference/slice.h.

NB: what a release build of TFLM does not look at, and then reads or writes beside its tensors, is refused: in Prepare
types, ranks and numbers of begins and sizes, in Invoke pieces not inside the input or not of the output's size.
"""

from __future__ import annotations

import builtins
import math

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_type_at_invoke,
)
from tinylab.kernels.sample_rows import by_arguments, rows_of
from tinylab.model import Operator, TensorType

INPUT, BEGIN, SIZE, OUTPUT = 0, 1, 2, 0
MAX_RANK = 5


def prepare(context: PrepareContext, node: Operator) -> None:
    """Check the numbers of axes; where the piece lies is known in Invoke."""
    require_counts(node, 3, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    if len(input.shape) > MAX_RANK:
        refuse(describe(input), f"at most {MAX_RANK} axes")
    begin, size = context.input_tensor(node, BEGIN), context.input_tensor(node, SIZE)
    require_same_type(begin, size)
    for argument in (begin, size):
        if argument.element_count != len(input.shape):
            refuse(describe(argument), f"a value for each of the {len(input.shape)} axes")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Copy the piece."""
    described = context.input_tensor(node, INPUT)
    require_type_at_invoke(context.input_tensor(node, BEGIN), TensorType.INT32, TensorType.INT64)
    require_type_at_invoke(
        described, TensorType.FLOAT32, TensorType.INT32, TensorType.INT8, TensorType.INT16, TensorType.BOOL
    )
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    for rows, (begins, sizes) in by_arguments(context.input_data(node, BEGIN), context.input_data(node, SIZE)):
        ends = [
            length if size == -1 else begin + size
            for begin, size, length in zip(begins, sizes, described.shape, strict=True)
        ]
        piece = tuple(builtins.slice(begin, end) for begin, end in zip(begins, ends, strict=True))
        inside = all(
            0 <= begin <= end <= length for begin, end, length in zip(begins, ends, described.shape, strict=True)
        )
        if not inside or math.prod(end - begin for begin, end in zip(begins, ends, strict=True)) != output[0].size:
            found = f"begin {begins} and size {sizes} of {describe(described)}"
            raise InvokeError(f"{found}, but a piece of {describe(context.output_tensor(node, OUTPUT))} is needed")
        output[rows] = rows_of(input, rows)[:, *piece].reshape(-1, *output.shape[1:])


REGISTRATION = Registration("SLICE", prepare, invoke)
