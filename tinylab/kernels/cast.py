"""output = input, as numbers of another type.

Integers keep their lowest bits, so they wrap. Floats are cut toward zero and held inside the type's range; NaN is 0. As
a bool, all but 0 is true.

Retells tensorflow/lite/micro/kernels/cast.cc. TFLM looks at the tensors' types, never at the operator's options.

NB: as TFLM 8f6596d. 90b983c refused to make a bool, and left floats beyond an integer's range to C, which does not say.
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
INTEGERS = (TensorType.INT8, TensorType.INT16, TensorType.INT32, TensorType.UINT32)
TYPES = (*INTEGERS, TensorType.FLOAT32, TensorType.BOOL)


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse other than one input and one output of its size."""
    require_counts(node, 1, 1)
    require_same_size(context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT))


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Convert."""
    output_type = context.output_tensor(node, OUTPUT)
    require_type_at_invoke(context.input_tensor(node, INPUT), *TYPES)
    require_type_at_invoke(output_type, *TYPES)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    if input.dtype == np.float32 and output_type.type in INTEGERS:
        input = saturated(input, np.iinfo(output.dtype))
    output[...] = input.astype(output.dtype).reshape(len(input), *output.shape[1:])


def saturated(x: Array, limits: np.iinfo[np.integer[Any]]) -> Array:
    """float32 `x` inside the limits, NaN as 0: float64 of its shape, which holds every limit exactly."""
    wide = np.where(np.isnan(x), 0.0, x.astype(np.float64))
    return np.clip(wide, limits.min, limits.max)


REGISTRATION = Registration("CAST", prepare, invoke)
