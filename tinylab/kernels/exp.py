"""output = e ** input.

Retells tensorflow/lite/micro/kernels/exp.cc and tensorflow/lite/kernels/internal/reference/exp.h.

Bound: computed in float64, so each result is the float32 nearest to e ** input. C's expf may give the next one: they
differ by at most one unit in the last place, 1.2e-7 of the result.
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
    """Exponentiate."""
    wide = context.input_data(node, INPUT).astype(np.float64)  # float64 [samples, *shape]
    with np.errstate(over="ignore", under="ignore"):
        context.output_data(node, OUTPUT)[...] = np.exp(wide).astype(np.float32)


REGISTRATION = Registration("EXP", prepare, invoke)
