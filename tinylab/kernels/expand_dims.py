"""output = input with an axis of size 1 put in.

Retells tensorflow/lite/micro/kernels/expand_dims.cc.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    int32_constant,
    refuse,
    require_counts,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

INPUT, AXIS, OUTPUT = 0, 1, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse an output other than the input's shape with a 1 at the axis; a negative axis counts from its end."""
    require_counts(node, 2, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    axis_tensor = context.input_tensor(node, AXIS)
    values = int32_constant(axis_tensor)
    if len(axis_tensor.shape) > 1 or not values:
        refuse(describe(axis_tensor), "one value")
    axis = values[0] if values[0] >= 0 else values[0] + len(input.shape) + 1
    if not 0 <= axis <= len(input.shape):
        refuse(f"axis {values[0]} of {describe(input)}", f"an axis up to {len(input.shape)}")
    if output.shape != (*input.shape[:axis], 1, *input.shape[axis:]):
        refuse(f"{describe(output)} from {describe(input)}", f"the input's shape with a 1 at axis {axis}")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Copy the elements."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, TensorType.INT16, TensorType.INT8)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    output[...] = input.reshape(input.shape[:1] + output.shape[1:])


REGISTRATION = Registration("EXPAND_DIMS", prepare, invoke)
