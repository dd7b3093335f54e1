"""output = input where input >= 0, alpha * input elsewhere, the smaller one repeated along axes of 1.

Retells tensorflow/lite/micro/kernels/prelu.cc, prelu_common.cc and tensorflow/lite/kernels/internal/reference/prelu.h.
An int16 input goes with an int8 alpha. float32 is exact.

NB: input and output must be of one type, and alpha too but for int16; float32 may have 4 axes at most. TFLM reads what
lies beside a tensor, or aborts. The 65,536 results of two int8 are computed in prepare and looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.fixed_point import INT32_MAX, INT32_MIN, quantize_multiplier
from tinylab.arithmetic.lookup_table import tabulated_pair
from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    broadcast_pair,
    describe,
    refuse,
    require_broadcast_shapes,
    require_same_type,
    require_scale,
    require_type,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, TensorType

INPUT, ALPHA, OUTPUT = 0, 1, 0
QUANTIZED = (TensorType.INT8, TensorType.INT16)
MOST_FLOAT_AXES = 4


class OpData(NamedTuple):
    """For integers two multipliers, one for each side of 0, and the function that does it all."""

    input_zero_point: int = 0
    alpha_zero_point: int = 0
    output_zero_point: int = 0
    output_multiplier_1: int = 0
    output_shift_1: int = 0
    output_multiplier_2: int = 0
    output_shift_2: int = 0
    function: Callable[[Array, Array], Array] | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse an int16 input without an int8 alpha; reduce the scales of integers to two multipliers."""
    input, alpha = context.input_tensor(node, INPUT), context.input_tensor(node, ALPHA)
    output = context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_broadcast_shapes(input, alpha, output)
    if output.type == TensorType.INT16:
        require_type(alpha, TensorType.INT8)
    else:
        require_same_type(input, alpha)
    if output.type == TensorType.FLOAT32 and max(len(input.shape), len(alpha.shape)) > MOST_FLOAT_AXES:
        refuse(f"{describe(input)} and {describe(alpha)}", f"at most {MOST_FLOAT_AXES} axes")
    if output.type not in QUANTIZED:
        return OpData()
    for tensor in (input, alpha, output):
        require_scale(tensor)
    input_scale, output_scale = float(scale_of(input)), float(scale_of(output))
    data = OpData(
        zero_point_of(input),
        zero_point_of(alpha),
        zero_point_of(output),
        *quantize_multiplier(input_scale / output_scale),
        *quantize_multiplier(input_scale * float(scale_of(alpha)) / output_scale),
    )
    return data._replace(function=tabulated_pair(partial(prelu, data), input.dtype))


def prelu(data: OpData, x: Array, alpha: Array) -> Array:
    """PRELU of int8 or int16 `x` with int8 alpha, in the output's scale."""
    value = x.astype(np.int32) - data.input_zero_point
    product = value * (alpha.astype(np.int32) - data.alpha_zero_point)
    identity, slope = data[3:5], data[5:7]
    positive = requantize(value, *identity, 0, INT32_MIN, INT32_MAX, np.int64)
    negative = requantize(product, *slope, 0, INT32_MIN, INT32_MAX, np.int64)
    limits = np.iinfo(x.dtype)
    output = data.output_zero_point + np.where(value >= 0, positive, negative)
    clipped: Array = np.clip(output, limits.min, limits.max).astype(x.dtype)
    return clipped


def prelu_float(x: Array, alpha: Array) -> Array:
    """PRELU of float32."""
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        return np.where(x >= 0, x, x * alpha)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Multiply what is below 0 by alpha, and rescale."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, *QUANTIZED)
    pair = broadcast_pair(context.input_data(node, INPUT), context.input_data(node, ALPHA))
    output = context.output_data(node, OUTPUT)
    result = (data.function or prelu_float)(*pair)  # the input's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("PRELU", prepare, invoke)
