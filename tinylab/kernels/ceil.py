"""output = the smallest whole number that is not below the input.

Retells tensorflow/lite/micro/kernels/ceil.cc and tensorflow/lite/kernels/internal/reference/ceil.h. Exact.
"""

from __future__ import annotations

import numpy as np

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    require_counts,
    require_same_shape,
    require_same_type,
    require_type,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse all but one float32 input and an output like it."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_type(input, TensorType.FLOAT32)
    require_same_type(input, output)
    require_same_shape(input, output)


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Round up."""
    context.output_data(node, OUTPUT)[...] = np.ceil(context.input_data(node, INPUT))  # float32 [samples, *shape]


REGISTRATION = Registration("CEIL", prepare, invoke)
