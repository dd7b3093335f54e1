"""output[..., i, ...] = input i: tensors of one shape stacked along a new axis.

Retells tensorflow/lite/micro/kernels/pack.cc.

NB: inputs that do not fill the output are refused in Prepare; TFLM's PACK has none, and a release build does not look.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_same_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import PackOptions

OUTPUT = 0


def prepare(context: PrepareContext, node: Operator) -> int:
    """The new axis, not negative, samples not counted."""
    options: PackOptions = node.options
    output = context.output_tensor(node, OUTPUT)
    axis = options.axis if options.axis >= 0 else options.axis + len(output.shape)
    if not 0 <= axis < len(output.shape) or not output.shape[axis] == options.values_count == len(node.inputs):
        refuse(f"{len(node.inputs)} inputs for axis {axis} of {describe(output)}", f"{options.values_count} of each")
    for index in range(options.values_count):
        input = context.input_tensor(node, index)
        require_same_type(input, output)
        if input.element_count * options.values_count != output.element_count:
            refuse(f"{describe(input)} in {describe(output)}", f"1/{options.values_count} of the output's elements")
    return axis


def invoke(context: InvokeContext, node: Operator, axis: int) -> None:
    """Copy each input to its place."""
    require_type_at_invoke(
        context.output_tensor(node, OUTPUT),
        TensorType.FLOAT32,
        TensorType.INT8,
        TensorType.INT16,
        TensorType.INT32,
        TensorType.INT64,
    )
    output = context.output_data(node, OUTPUT)
    for index in range(len(node.inputs)):
        input, place = context.input_data(node, index), output[(slice(None),) * (1 + axis) + (index,)]
        place[...] = input.reshape(input.shape[:1] + place.shape[1:])


REGISTRATION = Registration("PACK", prepare, invoke)
