"""output = max(input1, input2), or min, the smaller one repeated along axes of 1.

Retells tensorflow/lite/micro/kernels/maximum_minimum.cc and
tensorflow/lite/kernels/internal/reference/maximum_minimum.h. Quantized integers are compared as they are: TFLM takes
all three tensors to be of one scale. The second input is the result where a comparison with NaN is false.

NB: TFLM has no Prepare here, and compares what lies beside a tensor whose type or shape is another.
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
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

INPUT1, INPUT2, OUTPUT = 0, 1, 0
TYPES = (TensorType.FLOAT32, TensorType.INT8, TensorType.INT16, TensorType.INT32, TensorType.INT64)


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse what does not broadcast."""
    inputs = context.input_tensor(node, INPUT1), context.input_tensor(node, INPUT2)
    require_broadcast(*inputs, context.output_tensor(node, OUTPUT))


def choose(prefers_first: Callable[[Array, Array], Array]) -> Callable[[InvokeContext, Operator, None], None]:
    """Invoke of an operator that takes its first input where `prefers_first(input1, input2)`, else its second."""

    def invoke(context: InvokeContext, node: Operator, data: None) -> None:
        require_type_at_invoke(context.output_tensor(node, OUTPUT), *TYPES)
        input1, input2 = broadcast_pair(context.input_data(node, INPUT1), context.input_data(node, INPUT2))
        output = context.output_data(node, OUTPUT)
        result = np.where(prefers_first(input1, input2), input1, input2)  # as the inputs [samples, *shape]
        output[...] = result.reshape(len(result), *output.shape[1:])

    return invoke


MAXIMUM = Registration("MAXIMUM", prepare, choose(np.greater))
MINIMUM = Registration("MINIMUM", prepare, choose(np.less))
