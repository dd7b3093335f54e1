"""output i = the next piece of input along an axis, as long as that output is.

Retells tensorflow/lite/micro/kernels/split_v.cc. The sizes are an input too, which TFLM does not read.

NB: outputs that are not the pieces of the input are refused in Prepare; a release build of TFLM does not look.
"""

from __future__ import annotations

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    int32_constant,
    refuse,
    require_same_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

INPUT, AXIS = 0, 2


def prepare(context: PrepareContext, node: Operator) -> int:
    """The axis, samples not counted. One that the input does not have fails in Invoke, as in TFLM."""
    if len(node.inputs) != 3:
        refuse(f"{len(node.inputs)} inputs", "3")
    input = context.input_tensor(node, INPUT)
    axis = int32_constant(context.input_tensor(node, AXIS))[0]
    axis = axis if axis >= 0 else axis + len(input.shape)
    if 0 <= axis < len(input.shape):
        outputs = [context.output_tensor(node, index) for index in range(len(node.outputs))]
        for output in outputs:
            require_same_type(input, output)
            if (*output.shape[:axis], *output.shape[axis + 1 :]) != (*input.shape[:axis], *input.shape[axis + 1 :]):
                refuse(f"{describe(output)} from {describe(input)}", f"a piece of its axis {axis}")
        if sum(output.shape[axis] for output in outputs) != input.shape[axis]:
            refuse(f"pieces of {[output.shape[axis] for output in outputs]}", f"all {input.shape[axis]} of the axis")
    return axis


def invoke(context: InvokeContext, node: Operator, axis: int) -> None:
    """Copy each piece out."""
    described = context.input_tensor(node, INPUT)
    if not 0 <= axis < len(described.shape):
        raise InvokeError(f"axis {axis} of {describe(described)}, but an axis that it has is needed")
    require_type_at_invoke(described, TensorType.FLOAT32, TensorType.INT8, TensorType.INT16, TensorType.INT32)
    input, start = context.input_data(node, INPUT), 0
    for index in range(len(node.outputs)):
        end = start + context.output_tensor(node, index).shape[axis]
        context.output_data(node, index)[...] = input[(slice(None),) * (1 + axis) + (slice(start, end),)]
        start = end


REGISTRATION = Registration("SPLIT_V", prepare, invoke)
