"""output[y*stride + i, x*stride + j, n] += input[y, x, c] * filter[n, i, j, c], then activation(output + bias[n])

A convolution the other way round: every element of the input is spread over a window of the output. Where a convolution
with this window would look at the output, tap by tap, is where the products of that tap are added.

Retells tensorflow/lite/micro/kernels/transpose_conv.cc, tensorflow/lite/kernels/internal/reference/transpose_conv.h and
integer_ops/transpose_conv.h. Input 0, the output's shape, is never read: the output tensor has it.

NB: a release build of TFLM does not compare the shapes of input, filter, bias and output; here they must agree.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tinylab.kernels.conv_util import constant_weights, conv_stage, product, require_conv_shapes, runs
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    output_multipliers,
    refuse,
    require_counts,
    require_type,
    require_type_at_invoke,
    zero_point_of,
)
from tinylab.kernels.output_stage import OutputStage
from tinylab.kernels.padding import Window, image_tiles, taps, window
from tinylab.model import Operator, Tensor, TensorType

FILTER, INPUT, BIAS, OUTPUT = 1, 2, 3, 0
CHANNEL_AXIS = 0  # of the filter: [output channels, height, width, input channels]
BIAS_TYPES = {
    TensorType.FLOAT32: (TensorType.FLOAT32,),
    TensorType.INT8: (TensorType.INT32,),
    TensorType.INT16: (TensorType.INT64, TensorType.INT16),
}


class OpData(NamedTuple):
    """rows, columns: the window on the *output*, with a place for each element of the input.

    weights, bias: as floats that hold sums exactly, the filter as `_matrix` gives it; None where the graph computes it.
    """

    rows: Window
    columns: Window
    input_zero_point: int
    stage: OutputStage
    weights: Array | None
    bias: Array | None


def prepare(context: PrepareContext, node: Operator) -> OpData | None:
    """Refuse tensors that do not fit; make the filter's matrix. None for types that TFLM, too, refuses in Invoke."""
    require_counts(node, (3, 4), 1)
    input, filter = context.input_tensor(node, INPUT), context.input_tensor(node, FILTER)
    bias, output = context.optional_input_tensor(node, BIAS), context.output_tensor(node, OUTPUT)
    if input.type not in BIAS_TYPES and filter.type == input.type:
        output_multipliers(input, filter, output)
        return None
    _require_tensors(input, filter, bias, output)
    rows, columns = (
        window(node.options.padding, output.shape[axis], input.shape[axis], filter.shape[axis], stride)
        for axis, stride in ((1, node.options.stride_h), (2, node.options.stride_w))
    )
    stage = conv_stage(input, filter, bias, output, node.options, CHANNEL_AXIS)
    # Sums of int16 are int64 here, whatever quantized_bias_type says.
    stage = stage._replace(int64_sums=input.type == TensorType.INT16)
    zero_point = zero_point_of(input) if input.type == TensorType.INT8 else 0
    weights, summed_bias = constant_weights(input, zero_point, filter, bias, _matrix)
    return OpData(rows, columns, zero_point, stage, weights, summed_bias)


def _require_tensors(input: Tensor, filter: Tensor, bias: Tensor | None, output: Tensor) -> None:
    require_type(input, *BIAS_TYPES)
    require_type(filter, TensorType.FLOAT32 if input.type == TensorType.FLOAT32 else TensorType.INT8)
    if bias is not None:
        require_type(bias, *BIAS_TYPES[input.type])
    require_conv_shapes(input, filter, bias, output, CHANNEL_AXIS)
    if filter.shape[3] != input.shape[3]:
        refuse(f"{describe(input)} and {describe(filter)}", "as many input channels")


def _matrix(filter: Array) -> Array:
    """The filter as [height * width * input channels, output channels]."""
    return filter.transpose(1, 2, 3, 0).reshape(-1, len(filter))


def invoke(context: InvokeContext, node: Operator, data: OpData | None) -> None:
    """Spread all images of all samples."""
    require_type_at_invoke(input_type := context.input_tensor(node, INPUT), *BIAS_TYPES)
    require_type_at_invoke(context.output_tensor(node, OUTPUT), input_type.type)
    assert data is not None
    for input, output, weights, bias in runs(context, node, data.weights, data.bias, _matrix, (INPUT, FILTER, BIAS)):
        images = input.reshape(-1, *input.shape[2:])
        result = np.empty((len(images), *output.shape[2:]), output.dtype)
        for batch in image_tiles(len(images), math.prod(result.shape[1:]), alone=data.stage.is_float):
            data.stage.write(_spread(images[batch], weights, data, result.shape), bias, result[batch])
        output[...] = result.reshape(output.shape)


def _spread(images: Array, weights: Array, data: OpData, shape: tuple[int, ...]) -> Array:
    """The sums [batch, out_height, out_width, channels] that `images` [batch, height, width, channels] make."""
    (rows, columns), (_, height, width, channels) = (data.rows, data.columns), shape
    padded_shape = rows.before + height + rows.after, columns.before + width + columns.after
    sums = np.zeros((len(images), *padded_shape, channels), weights.dtype)
    matrix = np.subtract(images, data.input_zero_point, dtype=weights.dtype).reshape(-1, images.shape[3])
    for touched, tap in zip(taps(sums, rows, columns), weights.reshape(-1, images.shape[3], channels), strict=True):
        touched += product(matrix, tap).reshape(touched.shape)
    return sums[:, rows.before : rows.before + height, columns.before : columns.before + width]


REGISTRATION = Registration("TRANSPOSE_CONV", prepare, invoke)
