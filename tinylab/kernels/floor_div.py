"""output = the largest whole number that is not above input1 / input2, the smaller one repeated along axes of 1.

Retells tensorflow/lite/micro/kernels/floor_div.cc and tensorflow/lite/kernels/internal/reference/floor_div.h. Exact:
the quotient is a float64, as there.
"""

from __future__ import annotations

import numpy as np

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    broadcast_pair,
    describe,
    require_broadcast,
    require_counts,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

INPUT1, INPUT2, OUTPUT = 0, 1, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse other than two inputs that make the output."""
    require_counts(node, 2, 1)
    inputs = context.input_tensor(node, INPUT1), context.input_tensor(node, INPUT2)
    require_broadcast(*inputs, context.output_tensor(node, OUTPUT))


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Divide and round down."""
    require_type_at_invoke(context.input_tensor(node, INPUT1), TensorType.FLOAT32)
    input1, input2 = broadcast_pair(context.input_data(node, INPUT1), context.input_data(node, INPUT2))
    output = context.output_data(node, OUTPUT)
    if not input2.all():
        raise InvokeError(f"{describe(context.input_tensor(node, INPUT2))} holds 0, but another divisor is needed")
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        quotient = input1.astype(np.float64) / input2  # float64 [samples, *shape]
        result = np.floor(quotient).astype(np.float32)
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("FLOOR_DIV", prepare, invoke)
