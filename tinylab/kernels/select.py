"""output = x where condition, y elsewhere, the smaller ones repeated along axes of 1 (SELECT_V2).

Retells tensorflow/lite/micro/kernels/select.cc and tensorflow/lite/kernels/internal/reference/select.h. No scale is
read: TFLM takes x, y and output to be of one.

NB: the output must be of x's type, and have the shape that the inputs make or, for tensors of one element, any of one.
More than 6 axes are refused: a release build of TFLM reads beside its shapes.
"""

from __future__ import annotations

import numpy as np

from tinylab.kernels.kernel_util import (
    MAX_RANK,
    InvokeContext,
    PrepareContext,
    Registration,
    broadcast_ready,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

CONDITION, X, Y, OUTPUT = 0, 1, 2, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse a condition that is not bool, and what does not broadcast."""
    require_counts(node, 3, 1)
    inputs = condition, x, y = tuple(context.input_tensor(node, index) for index in (CONDITION, X, Y))
    output = context.output_tensor(node, OUTPUT)
    require_type(condition, TensorType.BOOL)
    require_same_type(x, y)
    require_same_type(x, output)
    if all(tensor.element_count == 1 for tensor in (*inputs, output)):
        return
    names = ", ".join(map(describe, inputs))
    try:
        shape = np.broadcast_shapes(*(tensor.shape for tensor in inputs))
    except ValueError:
        refuse(names, "shapes that broadcast")
    if shape != output.shape or len(shape) > MAX_RANK:
        refuse(f"{names} into {describe(output)}", f"an output of shape {shape}, of {MAX_RANK} axes at most")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Choose."""
    tensor, output = context.input_tensor(node, X), context.output_data(node, OUTPUT)
    require_type_at_invoke(tensor, TensorType.FLOAT32, TensorType.INT8, TensorType.INT16)
    arrays = [context.input_data(node, index) for index in (CONDITION, X, Y)]
    rank = max(array.ndim for array in arrays) - 1
    result = np.where(*(broadcast_ready(array, rank) for array in arrays))  # x's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("SELECT_V2", prepare, invoke)
