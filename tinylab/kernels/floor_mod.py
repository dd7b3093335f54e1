"""output = input1 - floor(input1 / input2) * input2: what is left over, of input2's sign.

Retells tensorflow/lite/micro/kernels/floor_mod.cc and tensorflow/lite/kernels/internal/reference/floor_mod.h. As there
the rest is fmod's, of input1's sign, to which input2 is added where the signs differ. Exact.
"""

from __future__ import annotations

import numpy as np

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    broadcast_pair,
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
    """Divide and keep the rest; of a division by 0 it is not a number."""
    require_type_at_invoke(context.input_tensor(node, INPUT1), TensorType.FLOAT32)
    input1, input2 = broadcast_pair(context.input_data(node, INPUT1), context.input_data(node, INPUT2))
    output = context.output_data(node, OUTPUT)
    with np.errstate(invalid="ignore"):
        rest = np.fmod(input1, input2)  # float32 [samples, *shape]
        result = np.where((rest != 0) & ((input2 < 0) != (rest < 0)), rest + input2, rest)
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("FLOOR_MOD", prepare, invoke)
