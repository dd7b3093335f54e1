"""output i = input[..., i * size : (i + 1) * size, ...]: one tensor cut into equal pieces along an axis.

Retells tensorflow/lite/micro/kernels/split.cc.

NB: outputs that are not equal pieces of the input are refused in Prepare; a release build of TFLM does not look.
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

AXIS, INPUT = 0, 1


def prepare(context: PrepareContext, node: Operator) -> int:
    """The axis, samples not counted. One that the input does not have fails in Invoke, as in TFLM."""
    input = context.input_tensor(node, INPUT)
    axes = int32_constant(context.input_tensor(node, AXIS))
    if len(axes) != 1:
        refuse(f"{len(axes)} axes", "one axis")
    axis = axes[0]
    axis = axis if axis >= 0 else axis + len(input.shape)
    if 0 <= axis < len(input.shape):
        for index in range(len(node.outputs)):
            output = context.output_tensor(node, index)
            require_same_type(input, output)
            if len(output.shape) != len(input.shape):
                refuse(f"{describe(output)} from {describe(input)}", "as many axes")
            rest = (*output.shape[:axis], len(node.outputs) * output.shape[axis], *output.shape[axis + 1 :])
            if rest != input.shape:
                refuse(f"{describe(output)} from {describe(input)}", f"1/{len(node.outputs)} of its axis {axis}")
    return axis


def invoke(context: InvokeContext, node: Operator, axis: int) -> None:
    """Copy each piece out."""
    described = context.input_tensor(node, INPUT)
    if not 0 <= axis < len(described.shape):
        raise InvokeError(f"axis {axis} of {describe(described)}, but an axis that it has is needed")
    require_type_at_invoke(described, TensorType.FLOAT32, TensorType.INT8, TensorType.INT16, TensorType.INT32)
    input = context.input_data(node, INPUT)
    size = described.shape[axis] // len(node.outputs)
    for index in range(len(node.outputs)):
        piece = (slice(None),) * (1 + axis) + (slice(index * size, (index + 1) * size),)
        context.output_data(node, index)[...] = input[piece]


REGISTRATION = Registration("SPLIT", prepare, invoke)
