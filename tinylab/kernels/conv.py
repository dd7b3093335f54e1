"""output[y, x, n] = activation(bias[n] + sum over i, j, c of input[y*stride + i, x*stride + j, c] * filter[n, i, j, c])

Each place's patch of the image becomes a row of a matrix (im2col); the sums are then one matrix product, which BLAS
computes in floats that hold every integer sum exactly. A filter with fewer channels than the input makes groups: each
group of outputs sees its own part of the input's channels.

Retells tensorflow/lite/micro/kernels/conv.cc, conv_common.cc and tensorflow/lite/kernels/internal/reference/conv.h,
integer_ops/conv.h.

NB: a release build of TFLM does not compare the shapes of input, filter, bias and output; here they must agree.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from tinylab.arithmetic.requantization import Write
from tinylab.arithmetic.scratch import scratch
from tinylab.kernels.conv_util import FILTER, INPUT, OpDataConv, prepare_conv, product, require_conv, runs
from tinylab.kernels.kernel_util import Array, InvokeContext, PrepareContext, Registration, describe, refuse
from tinylab.kernels.padding import image_tiles, padded, patches, row_tiles
from tinylab.model import Operator

CHANNEL_AXIS = 0  # of the filter: [output channels, height, width, input channels / groups]


def prepare(context: PrepareContext, node: Operator) -> OpDataConv:
    """Check that the filter fits the input, and make its matrix."""
    require_conv(context, node, CHANNEL_AXIS)
    input, filter = context.input_tensor(node, INPUT), context.input_tensor(node, FILTER)
    group_count = input.shape[3] // max(filter.shape[3], 1)
    if group_count == 0 or input.shape[3] % filter.shape[3] or filter.shape[0] % group_count:
        refuse(f"{describe(input)} and {describe(filter)}", "input channels and filters that make whole groups")
    return prepare_conv(context, node, CHANNEL_AXIS, functools.partial(_by_group, input.shape[3]))


def _by_group(input_channels: int, filter: Array) -> Array:
    """The filter as [groups, taps * channels of a group, outputs of a group]."""
    group_count = input_channels // filter.shape[3]
    return filter.reshape(group_count, len(filter) // group_count, -1).transpose(0, 2, 1)


def invoke(context: InvokeContext, node: Operator, data: OpDataConv) -> None:
    """Convolve all images of all samples."""
    arrange = functools.partial(_by_group, context.input_tensor(node, INPUT).shape[3])
    for input, output, weights, bias in runs(context, node, data.weights, data.bias, arrange):
        images, results = input.reshape(-1, *input.shape[2:]), output.reshape(-1, *output.shape[2:])
        write = data.write or data.stage.writer(weights, bias, data.input_zero_point, input.dtype)
        _convolve(images, weights, data, write, results)
        if not np.may_share_memory(results, output):  # several images a sample, samples apart
            output[...] = results.reshape(output.shape)


def _convolve(images: Array, weights: Array, data: OpDataConv, write: Write, output: Array) -> None:
    """`output` [batch, out_height, out_width, channels] from `images` [batch, height, width, channels]."""
    group_count, tap_count, group_outputs = weights.shape
    elements_a_row = data.columns.out_size * max(tap_count * group_count, output.shape[3])
    for batch in image_tiles(len(images), elements_a_row * data.rows.out_size, alone=data.stage.is_float):
        image = padded(images[batch], data.rows, data.columns, weights.dtype, fill=data.input_zero_point)
        for out_rows, in_rows, rows in row_tiles(data.rows, elements_a_row):
            tile = output[batch, out_rows]
            sums = scratch("sums", (math.prod(tile.shape[:3]), group_count, group_outputs), weights.dtype)
            for group, group_image in enumerate(np.split(image[:, in_rows], group_count, axis=3)):
                # float [batch * out_height * out_width, taps * channels of the group]
                matrix = patches(group_image, rows, data.columns)
                product(matrix, weights[group], sums[:, group])
            write(sums.reshape(tile.shape), tile)


REGISTRATION = Registration("CONV_2D", prepare, invoke)
