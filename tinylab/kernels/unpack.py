"""output i = input[..., i, ...]: a tensor taken apart along an axis, which the outputs do not have.

Retells tensorflow/lite/micro/kernels/unpack.cc.

NB: TFLM has no Prepare here; an axis or outputs that do not fit the input are refused in ours.
"""

from __future__ import annotations

import numpy as np

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
from tinylab.model.options import UnpackOptions

INPUT = 0


def prepare(context: PrepareContext, node: Operator) -> int:
    """The axis, samples not counted."""
    options = node.options or UnpackOptions()
    input = context.input_tensor(node, INPUT)
    axis = options.axis + len(input.shape) if options.axis < 0 else options.axis
    if not 0 <= axis < len(input.shape) or not input.shape[axis] == options.num == len(node.outputs):
        found = f"{len(node.outputs)} outputs and num {options.num} along axis {options.axis} of {describe(input)}"
        refuse(found, "as many as the axis is long")
    for index in range(len(node.outputs)):
        output = context.output_tensor(node, index)
        require_same_type(input, output)
        if output.element_count * options.num != input.element_count:
            refuse(f"{describe(output)} from {describe(input)}", f"1/{options.num} of it")
    return axis


def invoke(context: InvokeContext, node: Operator, axis: int) -> None:
    """Copy each piece out."""
    require_type_at_invoke(
        context.input_tensor(node, INPUT), TensorType.FLOAT32, TensorType.INT32, TensorType.INT16, TensorType.INT8
    )
    pieces = np.moveaxis(context.input_data(node, INPUT), 1 + axis, 0)  # [outputs, samples, *shape without the axis]
    for index, piece in enumerate(pieces):
        output = context.output_data(node, index)
        output[...] = piece.reshape(len(piece), *output.shape[1:])


REGISTRATION = Registration("UNPACK", prepare, invoke)
