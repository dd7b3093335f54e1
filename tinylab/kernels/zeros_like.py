"""output = 0 for every element of the input.

Retells tensorflow/lite/micro/kernels/zeros_like.cc. 0 is the number 0, whatever the zero point.

NB: TFLM writes the input's type into an output of any type and size; here it must be like the input.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    require_counts,
    require_same_size,
    require_same_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0
TYPES = (TensorType.INT64, TensorType.INT32, TensorType.INT8, TensorType.FLOAT32)


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse an output that is not like the input."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Fill with zeros."""
    require_type_at_invoke(context.input_tensor(node, INPUT), *TYPES)
    context.output_data(node, OUTPUT)[...] = 0


REGISTRATION = Registration("ZEROS_LIKE", prepare, invoke)
