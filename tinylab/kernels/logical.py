"""output = input1 and input2 (LOGICAL_AND), input1 or input2 (LOGICAL_OR), the smaller one repeated along axes of 1.

Retells tensorflow/lite/micro/kernels/logical.cc and logical_common.cc. LOGICAL_NOT is in elementwise.py, as in TFLM.

NB: TFLM looks at no type, and reads the first bytes of any tensor as bools; here all three tensors must be BOOL.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    broadcast_pair,
    require_broadcast,
    require_type,
)
from tinylab.model import Operator, TensorType

INPUT1, INPUT2, OUTPUT = 0, 1, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse what is not bool or does not broadcast."""
    output = context.output_tensor(node, OUTPUT)
    require_type(output, TensorType.BOOL)
    require_broadcast(context.input_tensor(node, INPUT1), context.input_tensor(node, INPUT2), output)


def combine(function: Callable[[Array, Array], Array]) -> Callable[[InvokeContext, Operator, None], None]:
    """Invoke of an operator that makes one bool of two."""

    def invoke(context: InvokeContext, node: Operator, data: None) -> None:
        pair = broadcast_pair(context.input_data(node, INPUT1), context.input_data(node, INPUT2))
        output = context.output_data(node, OUTPUT)
        result = function(*pair)  # bool [samples, *shape]
        output[...] = result.reshape(len(result), *output.shape[1:])

    return invoke


LOGICAL_AND = Registration("LOGICAL_AND", prepare, combine(np.logical_and))
LOGICAL_OR = Registration("LOGICAL_OR", prepare, combine(np.logical_or))
