"""output = input read backwards along some axes, which must be neighbours.

Retells tensorflow/lite/micro/kernels/reverse.cc and tensorflow/lite/kernels/internal/reference/reverse.h.
"""

from __future__ import annotations

import numpy as np

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    MAX_RANK,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_size,
    require_same_type,
    require_type,
)
from tinylab.kernels.sample_rows import by_arguments, rows_of
from tinylab.model import Operator, TensorType

INPUT, AXIS, OUTPUT = 0, 1, 0
TYPES = (
    TensorType.INT32,
    TensorType.FLOAT32,
    TensorType.UINT8,
    TensorType.INT8,
    TensorType.INT16,
    TensorType.INT64,
    TensorType.BOOL,
)


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse more axes than the input has. NB: and none, for which TFLM reads before its list."""
    require_counts(node, 2, 1)
    input, axis = context.input_tensor(node, INPUT), context.input_tensor(node, AXIS)
    output = context.output_tensor(node, OUTPUT)
    if len(axis.shape) != 1 or not 0 < axis.element_count <= len(input.shape) or len(input.shape) > MAX_RANK:
        refuse(f"{describe(input)} reversed along {describe(axis)}", f"at most {MAX_RANK} axes, and no more to reverse")
    require_type(input, *TYPES)
    require_type(axis, TensorType.INT32)
    require_same_type(input, output)
    require_same_size(input, output)


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Reverse."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    rank = input.ndim - 1
    for rows, (given,) in by_arguments(context.input_data(node, AXIS)):
        axes = sorted(axis + rank if axis < 0 else axis for axis in given)
        if axes != list(range(axes[0], axes[0] + len(axes))) or not 0 <= axes[0] <= axes[-1] < rank:
            raise InvokeError(f"axes {given} of {rank}, but axes that are there, and neighbours, are needed")
        backwards = np.flip(rows_of(input, rows), tuple(1 + axis for axis in axes))  # [samples, *shape]
        output[rows] = backwards.reshape(-1, *output.shape[1:])


REGISTRATION = Registration("REVERSE_V2", prepare, invoke)
