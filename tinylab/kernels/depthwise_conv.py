"""output[y, x, n] = activation(bias[n] + sum over i, j of input[y*stride + i, x*stride + j, n // m] * filter[i, j, n])

Each input channel has m filters of its own; m is the depth multiplier. The sums of a row of places are one product of
what it sees and the filter, repeated along the row; an input of one channel is a plain convolution, a matrix product.

Retells tensorflow/lite/micro/kernels/depthwise_conv.cc, depthwise_conv_common.cc and
tensorflow/lite/kernels/internal/reference/depthwiseconv_float.h, integer_ops/depthwise_conv.h.

NB: a release build of TFLM does not compare the shapes of input, filter, bias and output; here they must agree.
TFLM dies of three inputs whose third is left out (-1); here that is no bias, as two inputs are.
"""

from __future__ import annotations

import math

import numpy as np

from tinylab.arithmetic.requantization import Write
from tinylab.arithmetic.scratch import scratch
from tinylab.kernels.conv_util import (
    BIAS,
    FILTER,
    FILTER_TYPES,
    INPUT,
    OpDataConv,
    prepare_conv,
    product,
    require_conv,
    runs,
)
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_type,
    require_type_at_invoke,
)
from tinylab.kernels.padding import image_tiles, padded, patches, row_tiles, stripes
from tinylab.model import Operator, TensorType

CHANNEL_AXIS = 3  # of the filter: [1, height, width, output channels]


def prepare(context: PrepareContext, node: Operator) -> OpDataConv | None:
    """Check that the filter fits the input and the depth multiplier, and make it one row a tap.

    As in TFLM, an input of a type without a kernel passes here with a filter of the same, and fails in Invoke: None.
    """
    require_counts(node, (2, 3), 1)
    input, filter = context.input_tensor(node, INPUT), context.input_tensor(node, FILTER)
    if input.type == filter.type and filter.type not in FILTER_TYPES.get(input.type, ()):
        return None
    require_conv(context, node, CHANNEL_AXIS)
    if filter.shape[0] != 1 or filter.shape[3] != input.shape[3] * node.options.depth_multiplier:
        needed = f"one filter of {input.shape[3]} channels times a depth multiplier of {node.options.depth_multiplier}"
        refuse(describe(filter), needed)
    bias = context.optional_input_tensor(node, BIAS)
    if bias is not None and input.type == TensorType.INT16:
        require_type(bias, TensorType.INT64)  # NB: TFLM reads an int32 bias as int64
    return prepare_conv(context, node, CHANNEL_AXIS, _by_tap)


def _by_tap(filter: Array) -> Array:
    """The filter as [taps, output channels]."""
    return filter.reshape(-1, filter.shape[3])


def invoke(context: InvokeContext, node: Operator, data: OpDataConv | None) -> None:
    """Convolve all images of all samples."""
    require_type_at_invoke(context.input_tensor(node, INPUT), *FILTER_TYPES)
    if data is None:
        require_type_at_invoke(context.input_tensor(node, FILTER), TensorType.INT8)
    assert data is not None
    convolve = _convolve_one_channel if context.input_tensor(node, INPUT).shape[3] == 1 else _convolve
    for input, output, weights, bias in runs(context, node, data.weights, data.bias, _by_tap):
        images, results = input.reshape(-1, *input.shape[2:]), output.reshape(-1, *output.shape[2:])
        write = data.write or data.stage.writer(weights, bias, data.input_zero_point, input.dtype)
        convolve(images, weights, data, write, results)
        if not np.may_share_memory(results, output):  # several images a sample, samples apart
            output[...] = results.reshape(output.shape)


def _convolve(images: Array, weights: Array, data: OpDataConv, write: Write, output: Array) -> None:
    """`output` [batch, out_height, out_width, channels] from `images` [batch, height, width, channels]."""
    width, channels = output.shape[2:]
    # A row of outputs at a time: NumPy multiplies few long vectors faster than many short ones.
    filter = np.repeat(weights, width, axis=0).reshape(data.rows.size, data.columns.size, width * channels)
    for batch in image_tiles(len(images), 4 * math.prod(output.shape[1:])):
        image = padded(images[batch], data.rows, data.columns, weights.dtype, fill=data.input_zero_point)
        image = np.repeat(image, channels // images.shape[3], axis=3) if channels > images.shape[3] else image
        for out_rows, in_rows, rows in row_tiles(data.rows, 4 * width * channels):
            tile = output[batch, out_rows]
            sums = scratch("sums", (*tile.shape[:2], width * channels), weights.dtype)
            # b: batch, y: output row, i, j: taps, x: places and channels of a row
            np.einsum("byijx,ijx->byx", stripes(image[:, in_rows], rows, data.columns), filter, out=sums)
            write(sums.reshape(tile.shape), tile)


def _convolve_one_channel(images: Array, weights: Array, data: OpDataConv, write: Write, output: Array) -> None:
    """The same where the images have one channel: patches times filters, as in CONV_2D."""
    elements_a_row = data.columns.out_size * max(weights.shape)
    for batch in image_tiles(len(images), elements_a_row * data.rows.out_size, alone=data.stage.is_float):
        image = padded(images[batch], data.rows, data.columns, weights.dtype, fill=data.input_zero_point)
        for out_rows, in_rows, rows in row_tiles(data.rows, elements_a_row):
            tile = output[batch, out_rows]
            sums = scratch("sums", (math.prod(tile.shape[:3]), tile.shape[3]), weights.dtype)
            product(patches(image[:, in_rows], rows, data.columns), weights, sums)  # patches: [places, taps]
            write(sums.reshape(tile.shape), tile)


REGISTRATION = Registration("DEPTHWISE_CONV_2D", prepare, invoke)
