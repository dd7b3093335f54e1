"""output[y, x, c] = activation(the mean, or the largest, of input[y*stride + i, x*stride + j, c] over i and j)

Over the places of each window that lie in the image: padding counts for nothing.

Retells tensorflow/lite/micro/kernels/pooling.cc, pooling_common.cc and
tensorflow/lite/kernels/internal/reference/pooling.h, integer_ops/pooling.h.

NB: a release build of TFLM does not compare the shapes of input and output; here they must agree. A mean over no
element at all is refused; TFLM leaves such an output as it was.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    activation_range_float,
    activation_range_quantized,
    describe,
    refuse,
    require_same_type,
    require_type,
    scale_of,
    zero_point_of,
)
from tinylab.kernels.padding import Window, image_tiles, padded, reduce_windows, window
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0
MAX_SCALE_DIFFERENCE = 1e-6


class OpData(NamedTuple):
    """What Invoke needs. counts: int32 [out_height, out_width, 1], how many elements of the image each window holds."""

    rows: Window
    columns: Window
    counts: NDArray[np.int32]
    activation_min: float
    activation_max: float


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Check that input and output have one type and one quantization, and lay the windows."""
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_type(input, TensorType.FLOAT32, TensorType.INT8, TensorType.INT16)
    require_same_type(input, output)
    if not len(input.shape) == len(output.shape) == 4 or input.shape[::3] != output.shape[::3]:
        refuse(f"{describe(output)} from {describe(input)}", "4 axes, and as many images and channels")
    options = node.options
    rows, columns = (
        window(options.padding, input.shape[axis], output.shape[axis], size, stride)
        for axis, size, stride in (
            (1, options.filter_height, options.stride_h),
            (2, options.filter_width, options.stride_w),
        )
    )
    counts = rows.counts(input.shape[1])[:, None, None] * columns.counts(input.shape[2])[:, None]
    if input.type == TensorType.FLOAT32:
        return OpData(rows, columns, counts, *activation_range_float(options.fused_activation_function))
    scale_difference = abs(scale_of(input) - scale_of(output))
    if scale_difference > MAX_SCALE_DIFFERENCE or zero_point_of(input) != zero_point_of(output):
        refuse(f"{describe(input)} and {describe(output)}", "one scale and zero point for both")
    return OpData(rows, columns, counts, *activation_range_quantized(options.fused_activation_function, output))


def prepare_average(context: PrepareContext, node: Operator) -> OpData:
    """The same, and no window may miss the image."""
    data = prepare(context, node)
    if np.any(data.counts == 0):
        refuse(f"a window that misses {describe(context.input_tensor(node, INPUT))}", "an element in every window")
    return data


def invoke_average(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Sum each window and divide by its count; integers round to nearest, ties away from zero."""
    images, output, result = _images(context, node)
    dtype: type[Any] = np.float32 if output.dtype == np.float32 else np.int32
    for batch in image_tiles(len(images), images[0].size):
        sums = reduce_windows(np.add, padded(images[batch], data.rows, data.columns, dtype), data.rows, data.columns)
        if dtype is np.float32:
            means = sums / data.counts.astype(np.float32)  # float32 [batch, out_height, out_width, channels]
        else:
            means = np.sign(sums) * ((np.abs(sums) + data.counts // 2) // data.counts)  # int32, of that shape
        result[batch] = np.clip(means, data.activation_min, data.activation_max)
    output[...] = result.reshape(-1, *output.shape[1:])


def invoke_max(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Take the largest of each window; padding is smaller than everything, and NaN counts as nothing."""
    images, output, result = _images(context, node)
    lowest = float(np.finfo(np.float32).min) if output.dtype == np.float32 else int(np.iinfo(output.dtype).min)
    for batch in image_tiles(len(images), images[0].size):
        image = padded(images[batch], data.rows, data.columns, images.dtype, fill=lowest)
        largest = np.fmax(lowest, reduce_windows(np.fmax, image, data.rows, data.columns))
        np.clip(largest, data.activation_min, data.activation_max, out=result[batch])
    output[...] = result.reshape(-1, *output.shape[1:])


def _images(context: InvokeContext, node: Operator) -> tuple[Array, Array, Array]:
    """(images of all samples [batch, height, width, channels], the output, where results of all images go)."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    images = input.reshape(-1, *input.shape[-3:])
    return images, output, np.empty((len(images), *output.shape[-3:]), output.dtype)


AVERAGE_POOL_2D = Registration("AVERAGE_POOL_2D", prepare_average, invoke_average)
MAX_POOL_2D = Registration("MAX_POOL_2D", prepare, invoke_max)
