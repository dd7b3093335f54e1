"""output[y, x] = input[floor(y * scale_y), floor(x * scale_x)]; with align_corners the nearest instead of the floor.

Retells tensorflow/lite/micro/kernels/resize_nearest_neighbor.cc and
tensorflow/lite/kernels/internal/reference/resize_nearest_neighbor.h.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    int32_constant,
    refuse,
    require_counts,
    require_same_type,
    require_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import ResizeNearestNeighborOptions

INPUT, SIZE, OUTPUT = 0, 1, 0


class OpData(NamedTuple):
    """What Invoke needs: for each place of the output its row and its column in the input."""

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Find every place's neighbour."""
    require_counts(node, 2, 1)
    input, size = context.input_tensor(node, INPUT), context.input_tensor(node, SIZE)
    output = context.output_tensor(node, OUTPUT)
    if len(input.shape) != 4:
        refuse(describe(input), "4 axes")
    require_type(size, TensorType.INT32)
    if size.shape != (2,):
        refuse(describe(size), "a height and a width")
    wanted = int32_constant(size)
    require_same_type(input, output)
    if output.shape != (input.shape[0], *wanted, input.shape[3]):  # NB: TFLM does not look
        refuse(f"{describe(output)} and size {wanted}", "that height and width, and the input's batches and channels")
    options = node.options or ResizeNearestNeighborOptions()
    rows, columns = (_nearest(input.shape[axis], output.shape[axis], options) for axis in (1, 2))
    return OpData(rows, columns)


def _nearest(input_size: int, output_size: int, options: ResizeNearestNeighborOptions) -> NDArray[np.int32]:
    """In float32, operation by operation (GetNearestNeighbor): int32 [output_size]."""
    aligned = options.align_corners and output_size > 1
    scale = np.float32(input_size - aligned) / np.float32(output_size - aligned)
    offset = np.float32(0.5 if options.half_pixel_centers else 0)
    place = (np.arange(output_size, dtype=np.float32) + offset) * scale  # never negative
    if options.align_corners:
        place = place.astype(np.float64) + 0.5  # to the nearest, ties up; float64, so that + 0.5 is exact
    nearest: NDArray[np.int32] = np.minimum(np.floor(place), input_size - 1).astype(np.int32)
    return nearest


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Fetch."""
    require_type_at_invoke(context.output_tensor(node, OUTPUT), TensorType.FLOAT32, TensorType.INT8, TensorType.INT16)
    input = context.input_data(node, INPUT)
    context.output_data(node, OUTPUT)[...] = input[:, :, data.rows[:, np.newaxis], data.columns]


REGISTRATION = Registration("RESIZE_NEAREST_NEIGHBOR", prepare, invoke)
