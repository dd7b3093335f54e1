"""output = input, byte for byte, under another shape.

Retells tensorflow/lite/micro/kernels/reshape.cc and reshape_common.cc. The new shape is the output tensor's own;
the second input, which names it too, is never read.

NB: TFLM works out an output size of -1 here; tinylab refuses such a model while it is loaded.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_type,
)
from tinylab.model import Operator

INPUT, OUTPUT = 0, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse two tensors that differ in type or in number of elements."""
    require_counts(node, (1, 2), 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    if input.element_count != output.element_count:
        refuse(f"{describe(input)} into {describe(output)}", "the same number of elements")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Copy the elements."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    output[...] = input.reshape(input.shape[:1] + output.shape[1:])


REGISTRATION = Registration("RESHAPE", prepare, invoke)
