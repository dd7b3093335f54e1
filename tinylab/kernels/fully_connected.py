"""output[b, n] = activation(bias[n] + sum over d of input[b, d] * filter[n, d])

One matrix product, which BLAS computes in floats that hold every integer sum exactly. The input's leading axes are
whatever the output's are: only its elements in order matter.

Retells tensorflow/lite/micro/kernels/fully_connected.cc, fully_connected_common.cc and
tensorflow/lite/kernels/internal/reference/fully_connected.h, integer_ops/fully_connected.h.

NB: a release build of TFLM does not compare the shapes of input, filter, bias and output; here they must agree.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np

from tinylab.kernels.conv_util import (
    BIAS,
    FILTER,
    INPUT,
    OUTPUT,
    OutputStage,
    adds_in_int64,
    constant_weights,
    float_stage,
    product,
    require_conv_types,
    runs,
)
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    activation_range_quantized,
    describe,
    output_multipliers,
    refuse,
    scale_of,
    single_output_multiplier,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType

MAX_BIAS_SCALE_ERROR = 0.02  # in units of the output


class OpData(NamedTuple):
    """What Invoke needs.

    weights: float [depth, outputs], minus their zero point, or None where the graph computes them.
    """

    input_zero_point: int
    filter_zero_point: int
    stage: OutputStage
    weights: Array | None
    bias: Array | None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Check types and shapes, and make the filter's matrix."""
    input, filter = context.input_tensor(node, INPUT), context.input_tensor(node, FILTER)
    bias, output = context.optional_input_tensor(node, BIAS), context.output_tensor(node, OUTPUT)
    require_conv_types(input, filter, bias, output)
    _require_shapes(input, filter, bias, output)
    stage = _stage(context, node)
    quantized = input.type != TensorType.FLOAT32
    input_zero_point = zero_point_of(input) if quantized else 0
    # Weights of one scale may have a zero point, as older converters made them; those with one a channel have none.
    per_channel = filter.quantization is not None and filter.quantization.per_channel
    filter_zero_point = zero_point_of(filter) if quantized and not per_channel else 0
    arrange = functools.partial(_matrix, output.shape[-1], filter_zero_point)
    weights, summed_bias = constant_weights(input, input_zero_point, filter, bias, arrange)
    return OpData(input_zero_point, filter_zero_point, stage, weights, summed_bias)


def _require_shapes(input: Tensor, filter: Tensor, bias: Tensor | None, output: Tensor) -> None:
    if len(filter.shape) < 2 or not output.shape or output.shape[-1] > filter.shape[-2]:
        refuse(f"{describe(filter)} for {describe(output)}", "a filter of [outputs, depth]")
    if math.prod(output.shape[:-1]) * filter.shape[-1] > input.element_count:
        refuse(f"{describe(input)} for {describe(output)}", f"{filter.shape[-1]} values for each row of the output")
    if bias is not None and bias.element_count < output.shape[-1]:
        refuse(describe(bias), f"one value for each of {output.shape[-1]} outputs")


def _stage(context: PrepareContext, node: Operator) -> OutputStage:
    input, filter = context.input_tensor(node, INPUT), context.input_tensor(node, FILTER)
    bias, output = context.optional_input_tensor(node, BIAS), context.output_tensor(node, OUTPUT)
    activation = node.options.fused_activation_function
    if input.type == TensorType.FLOAT32:
        return float_stage(activation)
    low, high = activation_range_quantized(activation, output)
    int64_sums = adds_in_int64(input, bias, node.options.quantized_bias_type)
    quantization = filter.quantization
    if quantization is None or not quantization.per_channel:
        _require_bias_scale(input, filter, bias, output)
        one_multiplier, one_shift = single_output_multiplier(input, filter, output)
        return OutputStage(one_multiplier, one_shift, zero_point_of(output), low, high, int64_sums)
    if filter.type == TensorType.INT4:
        refuse(f"{describe(filter)} with a scale a channel", "one scale for all of INT4 weights")
    if len(quantization.scales) < output.shape[-1]:
        refuse(f"{describe(filter)} with {len(quantization.scales)} scales", "one scale, or one for each output")
    multipliers, shifts = (values[: output.shape[-1]] for values in output_multipliers(input, filter, output))
    return OutputStage(multipliers, shifts, zero_point_of(output), low, high, int64_sums)


def _require_bias_scale(input: Tensor, filter: Tensor, bias: Tensor | None, output: Tensor) -> None:
    """Refuse a bias whose scale is not that of the sums (GetQuantizedConvolutionMultipler)."""
    if bias is None:
        return
    sum_scale, bias_scale = float(scale_of(input)) * float(scale_of(filter)), float(scale_of(bias))
    if abs(sum_scale - bias_scale) > MAX_BIAS_SCALE_ERROR * float(scale_of(output)):
        refuse(f"{describe(bias)} of scale {bias_scale:g}", f"input scale × filter scale, {sum_scale:g}")


def _matrix(output_count: int, zero_point: int, filter: Array) -> Array:
    """The filter's first outputs as [depth, outputs], minus the zero point."""
    rows = filter.reshape(-1, filter.shape[-1])[:output_count]
    return rows.T if zero_point == 0 else np.subtract(rows, zero_point, dtype=np.int16).T


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Multiply all rows of all samples."""
    arrange = functools.partial(_matrix, context.output_tensor(node, OUTPUT).shape[-1], data.filter_zero_point)
    for input, output, weights, bias in runs(context, node, data.weights, data.bias, arrange):
        depth, output_count = weights.shape
        rows = math.prod(output.shape[1:-1])  # of one sample
        values = input.reshape(len(input), -1)[:, : rows * depth]
        centred = np.subtract(values, data.input_zero_point, dtype=weights.dtype)  # float [samples, rows * depth]
        if data.stage.is_float:
            sums = np.matmul(centred.reshape(-1, rows, depth), weights).reshape(-1, output_count)  # sample by sample
        else:
            sums = product(centred.reshape(-1, depth), weights)
        result = np.empty(sums.shape, output.dtype)
        data.stage.write(sums, bias, result)
        output[...] = result.reshape(output.shape)


REGISTRATION = Registration("FULLY_CONNECTED", prepare, invoke)
