"""output = activation(input1 * input2), the smaller one repeated along axes of 1.

Retells tensorflow/lite/micro/kernels/mul.cc, mul_common.cc, tensorflow/lite/kernels/internal/reference/mul.h and
integer_ops/mul.h.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    activation_range_float,
    activation_range_int32,
    activation_range_quantized,
    broadcast_pair,
    describe,
    refuse,
    require_broadcast,
    require_counts,
    require_scale,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import MulOptions

INPUT1, INPUT2, OUTPUT = 0, 1, 0
QUANTIZED = (TensorType.INT8, TensorType.INT16)


class OpData(NamedTuple):
    """The activation range, and for int8 and int16 the rest."""

    activation_min: float
    activation_max: float
    output_multiplier: int = 0
    output_shift: int = 0
    input1_zero_point: int = 0
    input2_zero_point: int = 0
    output_zero_point: int = 0


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse what does not broadcast and int16 with zero points; reduce the three scales to one multiplier."""
    options = node.options
    assert isinstance(options, MulOptions)
    activation = options.fused_activation_function
    require_counts(node, 2, 1)
    input1, input2 = context.input_tensor(node, INPUT1), context.input_tensor(node, INPUT2)
    output = context.output_tensor(node, OUTPUT)
    require_broadcast(input1, input2, output)
    if output.type == TensorType.INT32:
        return OpData(*activation_range_int32(activation))
    if output.type not in QUANTIZED:
        return OpData(*activation_range_float(activation))

    zero_points = zero_point_of(input1), zero_point_of(input2), zero_point_of(output)
    if output.type == TensorType.INT16 and any(zero_points):
        refuse(
            f"zero points {zero_points} of {describe(input1)}, {describe(input2)} and {describe(output)}", "0 in all"
        )
    require_scale(output)
    real_multiplier = float(scale_of(input1)) * float(scale_of(input2)) / float(scale_of(output))
    activation_range = activation_range_quantized(activation, output)
    return OpData(*activation_range, *quantize_multiplier(real_multiplier), *zero_points)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Multiply."""
    type_ = context.input_tensor(node, INPUT1)
    require_type_at_invoke(type_, TensorType.FLOAT32, TensorType.INT32, *QUANTIZED)
    input1, input2 = broadcast_pair(context.input_data(node, INPUT1), context.input_data(node, INPUT2))
    output = context.output_data(node, OUTPUT)
    if type_.type in QUANTIZED:
        offset1 = np.subtract(input1, data.input1_zero_point, dtype=np.int32)  # int32 [samples, *shape]
        offset2 = np.subtract(input2, data.input2_zero_point, dtype=np.int32)
        rescaling = data.output_multiplier, data.output_shift, data.output_zero_point
        low, high = int(data.activation_min), int(data.activation_max)
        result = requantize(offset1 * offset2, *rescaling, low, high, output.dtype)  # int8 or int16 [samples, *shape]
    else:
        product = input1 * input2  # float32 or int32 [samples, *shape]; int32 wraps, as in C
        low, high = np.array([data.activation_min, data.activation_max], product.dtype)
        result = np.clip(product, low, high)
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("MUL", prepare, invoke)
