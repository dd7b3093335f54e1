"""output = input, as numbers of another type.

Integers keep their lowest bits, so they wrap. Floats are cut toward zero and held inside the type's range; NaN is 0.

Retells tensorflow/lite/micro/kernels/cast.cc. TFLM looks at the tensors' types, never at the operator's options.

NB: floats beyond an integer's range become what TFLM 8f6596d makes of them; 90b983c left them to C, which does not say.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    require_counts,
    require_same_size,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0
OUTPUT_TYPES = (TensorType.INT8, TensorType.INT16, TensorType.INT32, TensorType.UINT32, TensorType.FLOAT32)
INPUT_TYPES = (*OUTPUT_TYPES, TensorType.BOOL)


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse other than one input and one output of its size."""
    require_counts(node, 1, 1)
    require_same_size(context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT))


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Convert."""
    require_type_at_invoke(context.input_tensor(node, INPUT), *INPUT_TYPES)
    require_type_at_invoke(context.output_tensor(node, OUTPUT), *OUTPUT_TYPES)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    if input.dtype == np.float32 and output.dtype != np.float32:
        input = saturated(input, np.iinfo(output.dtype))
    output[...] = input.astype(output.dtype).reshape(len(input), *output.shape[1:])


def saturated(x: Array, limits: np.iinfo[np.integer[Any]]) -> Array:
    """float32 `x` inside the limits, NaN as 0: float64 of its shape, which holds every limit exactly."""
    wide = np.where(np.isnan(x), 0.0, x.astype(np.float64))
    return np.clip(wide, limits.min, limits.max)


REGISTRATION = Registration("CAST", prepare, invoke)
