"""output = the sizes of the input's axes.

Retells tensorflow/lite/micro/kernels/shape.cc. Models converted with a free batch begin with it.

NB: an output that is not one number an axis is refused in Prepare; TFLM writes past it.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse an output of the wrong length."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if output.element_count != len(input.shape):
        refuse(f"{describe(output)} for {describe(input)}", f"{len(input.shape)} elements")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Write the input's shape, samples not counted."""
    require_type_at_invoke(context.output_tensor(node, OUTPUT), TensorType.INT32)
    output = context.output_data(node, OUTPUT)
    output[...] = context.input_tensor(node, INPUT).shape


REGISTRATION = Registration("SHAPE", prepare, invoke)
