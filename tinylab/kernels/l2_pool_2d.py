"""output[y, x, c] = activation(sqrt(the mean of input[y*stride + i, x*stride + j, c]**2 over i and j))

Over the places of each window that lie in the image: padding counts for nothing.

Retells tensorflow/lite/micro/kernels/l2_pool_2d.cc and tensorflow/lite/kernels/internal/reference/pooling.h. float32
alone, and exact: squares are added one after another, as in C.

NB: the output must have the shape that windows and strides make; TFLM gives it that shape, whatever the file says.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    activation_range_float,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_type,
)
from tinylab.kernels.padding import Window, image_tiles, padded, taps, window
from tinylab.model import Operator, Padding, TensorType
from tinylab.model.options import Pool2DOptions

INPUT, OUTPUT = 0, 0


class OpData(NamedTuple):
    """What Invoke needs. counts: float32 [out_height, out_width, 1], how many elements each window holds."""

    rows: Window
    columns: Window
    counts: NDArray[np.float32]
    activation_min: float
    activation_max: float


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Check shapes and type, and lay the windows."""
    options = node.options
    assert isinstance(options, Pool2DOptions)
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if not len(input.shape) == len(output.shape) == 4:
        refuse(f"{describe(input)} and {describe(output)}", "4 axes in both")
    require_same_type(input, output)
    require_type(input, TensorType.FLOAT32)
    rows, columns = (
        window(options.padding, input.shape[axis], output.shape[axis], size, stride)
        for axis, size, stride in (
            (1, options.filter_height, options.stride_h),
            (2, options.filter_width, options.stride_w),
        )
    )
    sizes = tuple(
        -(-(size if options.padding == Padding.SAME else size - along.size + 1) // along.stride)
        for size, along in ((input.shape[1], rows), (input.shape[2], columns))
    )
    if output.shape != (input.shape[0], *sizes, input.shape[3]):
        refuse(f"{describe(input)} into {describe(output)}", f"an output of {sizes} places")
    counts = rows.counts(input.shape[1])[:, None, None] * columns.counts(input.shape[2])[:, None]
    return OpData(rows, columns, counts.astype(np.float32), *activation_range_float(options.fused_activation_function))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Take the root of each window's mean square."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    images = input.reshape(-1, *input.shape[-3:])  # float32 [images of all samples, height, width, channels]
    result = np.empty((len(images), *output.shape[-3:]), np.float32)
    for batch in image_tiles(len(images), images[0].size):
        with np.errstate(over="ignore", under="ignore"):
            squares = padded(np.square(images[batch]), data.rows, data.columns, np.float32)
            sums = sum(taps(squares, data.rows, data.columns), start=np.float32(0))
            means = np.divide(sums, data.counts)  # float32 [batch, out_height, out_width, channels]
        np.clip(np.sqrt(means), data.activation_min, data.activation_max, out=result[batch])
    output[...] = result.reshape(-1, *output.shape[1:])


REGISTRATION = Registration("L2_POOL_2D", prepare, invoke)
