"""output = -input.

Retells tensorflow/lite/micro/kernels/neg.cc and tensorflow/lite/kernels/internal/reference/neg.h. Exact.

NB: TFLM has no Prepare here, and writes floats into an output of any type and size; here it must be like the input.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    require_same_size,
    require_same_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse an output that is not like the input."""
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Negate."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32)
    output = context.output_data(node, OUTPUT)
    result = -context.input_data(node, INPUT)  # float32 [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("NEG", prepare, invoke)
