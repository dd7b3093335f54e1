"""output[b, o, c, i] = input[b, o, positions[b, c], i]: slices of an axis picked by number, batch by batch.

b: the batch_dims axes that input and positions share; o: those before the axis; i: those behind it.
Retells tensorflow/lite/micro/kernels/gather.cc.

NB: a position that the axis does not have fails in Invoke; a release build of TFLM reads there.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
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
from tinylab.model.options import GatherOptions

INPUT, POSITIONS, OUTPUT = 0, 1, 0


class OpData(NamedTuple):
    """What Invoke needs: the input's and positions' axes in four groups."""

    input_shape: tuple[int, int, int, int]  # batches, outer, axis, inner
    positions_shape: tuple[int, int]  # batches, positions


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Check axis and batch_dims, and group the axes."""
    require_counts(node, 2, 1)
    options = node.options or GatherOptions()
    input, positions = context.input_tensor(node, INPUT), context.input_tensor(node, POSITIONS)
    output, shape = context.output_tensor(node, OUTPUT), input.shape
    require_type(positions, TensorType.INT32)
    require_type(input, TensorType.FLOAT32, TensorType.INT8)
    require_same_type(input, output)
    axis = options.axis + len(shape) if options.axis < 0 else options.axis
    if not 0 <= axis < len(shape):
        refuse(f"axis {options.axis} of {describe(input)}", "an axis that it has")
    batch_dims = options.batch_dims + (len(positions.shape) if options.batch_dims < 0 else 0)
    if not 0 <= batch_dims <= min(axis, len(positions.shape)) or shape[:batch_dims] != positions.shape[:batch_dims]:
        found = f"batch_dims {options.batch_dims} of {describe(input)} and {describe(positions)}"
        refuse(found, "leading axes of one shape, before the axis")
    batches, count = math.prod(shape[:batch_dims]), math.prod(positions.shape[batch_dims:])
    outer, inner = math.prod(shape[batch_dims:axis]), math.prod(shape[axis + 1 :])
    if output.element_count != batches * outer * count * inner:
        refuse(f"{describe(output)} from {describe(input)} and {describe(positions)}", "as many elements as are picked")
    return OpData((batches, outer, shape[axis], inner), (batches, count))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Pick."""
    input, positions = context.input_data(node, INPUT), context.input_data(node, POSITIONS)
    if positions.size and not 0 <= positions.min() <= positions.max() < data.input_shape[2]:
        found = f"positions from {positions.min()} to {positions.max()}"
        raise InvokeError(f"{found}, but 0 to {data.input_shape[2] - 1} is needed")
    output = context.output_data(node, OUTPUT)
    slices = input.reshape(-1, *data.input_shape)  # [samples, batches, outer, axis, inner]
    picks = positions.reshape(-1, *data.positions_shape)  # int32 [samples, batches, positions]
    sample = np.arange(len(output))[:, np.newaxis, np.newaxis] % len(input)
    batch = np.arange(data.input_shape[0])[:, np.newaxis]
    picked = slices[sample, batch, :, picks]  # [samples, batches, positions, outer, inner]
    output[...] = np.moveaxis(picked, 2, 3).reshape(output.shape)


REGISTRATION = Registration("GATHER", prepare, invoke)
