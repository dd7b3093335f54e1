"""output = the shape to which tensors of two shapes broadcast: on each axis, from the last, the size that is not 1.

Retells tensorflow/lite/micro/kernels/broadcast_args.cc and
tensorflow/lite/kernels/internal/reference/broadcast_args.h. As there, sizes are cut to int32.

NB: shapes that do not broadcast fail in Invoke; TFLM aborts.
"""

from __future__ import annotations

import numpy as np

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_type,
)
from tinylab.model import Operator, TensorType

SHAPE1, SHAPE2, OUTPUT = 0, 1, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse what is no shape."""
    require_counts(node, 2, 1)
    shape1, shape2 = context.input_tensor(node, SHAPE1), context.input_tensor(node, SHAPE2)
    output = context.output_tensor(node, OUTPUT)
    require_type(shape1, TensorType.INT32, TensorType.INT64)
    require_same_type(shape1, shape2)
    require_same_type(shape1, output)
    for tensor in (shape1, shape2, output):
        if len(tensor.shape) != 1:
            refuse(describe(tensor), "one axis")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Broadcast."""
    output = context.output_data(node, OUTPUT)
    one, two = (_padded(context.input_data(node, place), output.shape[1]) for place in (SHAPE1, SHAPE2))
    if np.any((one != 1) & (two != 1) & (one != two)):
        raise InvokeError(f"shapes {one[0].tolist()} and {two[0].tolist()}, but two that broadcast are needed")
    output[...] = np.where(one == 1, two, one)


def _padded(shape: Array, rank: int) -> Array:
    """The last `rank` sizes, with 1 for those that are missing: cut to int32 [samples, rank]."""
    padded = np.ones((len(shape), rank), np.int32)
    count = min(rank, shape.shape[1])
    padded[:, rank - count :] = shape[:, shape.shape[1] - count :]
    return padded


REGISTRATION = Registration("BROADCAST_ARGS", prepare, invoke)
