"""output[b, n] = activation(bias[n] + sum over d of input[b, d] * filter[n, d])

One matrix product, which BLAS computes in floats that hold every integer sum exactly.

Retells tensorflow/lite/micro/kernels/fully_connected.cc, fully_connected_common.cc and
tensorflow/lite/kernels/internal/reference/fully_connected.h, integer_ops/fully_connected.h.

NB: a release build of TFLM does not compare the shapes of input, filter, bias and output; here they must agree.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.requantization import Write
from tinylab.arithmetic.scratch import scratch
from tinylab.kernels.conv_util import BIAS, FILTER, INPUT, OUTPUT, constant_weights, product, require_conv_types, runs
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    output_multipliers,
    refuse,
    single_output_multiplier,
    zero_point_of,
)
from tinylab.kernels.output_stage import OutputStage, constant_writer, float_stage, quantized_stage
from tinylab.model import Operator, Tensor, TensorType


class OpData(NamedTuple):
    """What Invoke needs. weights: float [depth, outputs] minus their zero point; None where the graph computes them."""

    input_zero_point: int
    filter_zero_point: int
    stage: OutputStage
    weights: Array | None
    bias: Array | None
    write: Write | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Check types and shapes, and make the filter's matrix."""
    input, filter = context.input_tensor(node, INPUT), context.input_tensor(node, FILTER)
    bias, output = context.optional_input_tensor(node, BIAS), context.output_tensor(node, OUTPUT)
    if input.type == TensorType.UINT8:  # as in TFLM it passes here with any filter, and fails in Invoke
        return OpData(0, 0, float_stage(node.options), None, None)
    require_conv_types(input, filter, bias, output)
    _require_shapes(input, filter, bias, output)
    if input.type == TensorType.FLOAT32:
        input_zero_point, filter_zero_point, stage = 0, 0, float_stage(node.options)
    else:
        # Weights of one scale may have a zero point, as older converters made them; with one a channel they have none.
        per_channel = filter.quantization is not None and filter.quantization.per_channel
        input_zero_point, filter_zero_point = zero_point_of(input), 0 if per_channel else zero_point_of(filter)
        multipliers = _multipliers(input, filter, bias, output)
        stage = quantized_stage(input, bias, output, node.options, multipliers, zero_point_of(output))
    arrange = functools.partial(_matrix, output.shape[-1], filter_zero_point)
    constants = constant_weights(input, input_zero_point, filter, bias, arrange)
    write = constant_writer(stage, *constants, bias, input_zero_point, input)
    return OpData(input_zero_point, filter_zero_point, stage, *constants, write)


def _require_shapes(input: Tensor, filter: Tensor, bias: Tensor | None, output: Tensor) -> None:
    if len(filter.shape) < 2 or not output.shape or output.shape[-1] > filter.shape[-2]:
        refuse(f"{describe(filter)} for {describe(output)}", "a filter of [outputs, depth]")
    if math.prod(output.shape[:-1]) * filter.shape[-1] > input.element_count:
        refuse(f"{describe(input)} for {describe(output)}", f"{filter.shape[-1]} values for each row of the output")
    if bias is not None and bias.element_count < output.shape[-1]:
        refuse(describe(bias), f"one value for each of {output.shape[-1]} outputs")


def _multipliers(
    input: Tensor, filter: Tensor, bias: Tensor | None, output: Tensor
) -> tuple[NDArray[np.int32] | int, NDArray[np.int32] | int]:
    if (scales := len(filter.quantization.scales) if filter.quantization is not None else 1) == 1:
        return single_output_multiplier(input, filter, bias, output)
    if filter.type == TensorType.INT4 or scales < output.shape[-1]:
        refuse(f"{describe(filter)} with {scales} scales", "one scale, or one for each output (INT4 weights: one)")
    multipliers, shifts = output_multipliers(input, filter, output)
    return multipliers[: output.shape[-1]], shifts[: output.shape[-1]]


def _matrix(output_count: int, zero_point: int, filter: Array) -> Array:
    """The filter's first outputs as [depth, outputs], minus the zero point."""
    rows = filter.reshape(-1, filter.shape[-1])[:output_count]
    return rows.T if zero_point == 0 else np.subtract(rows, zero_point, dtype=np.int32).T


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Multiply all rows of all samples."""
    arrange = functools.partial(_matrix, context.output_tensor(node, OUTPUT).shape[-1], data.filter_zero_point)
    for input, output, weights, bias in runs(context, node, data.weights, data.bias, arrange):
        depth, output_count = weights.shape
        rows = math.prod(output.shape[1:-1])  # of one sample
        matrix = scratch("rows", (len(input), rows, depth), weights.dtype)
        np.copyto(matrix, input.reshape(len(input), -1)[:, : rows * depth].reshape(matrix.shape))
        sums = scratch("sums", (len(input), rows, output_count), weights.dtype)
        if data.stage.is_float:  # sums are made sample by sample, to the same last bits in `predict` as in invokes
            np.matmul(matrix, weights, out=sums)
        else:
            product(matrix.reshape(-1, depth), weights, sums.reshape(-1, output_count))
        write = data.write or data.stage.writer(weights, bias, data.input_zero_point, input.dtype)
        write(sums.reshape(output.shape), output)


REGISTRATION = Registration("FULLY_CONNECTED", prepare, invoke)
