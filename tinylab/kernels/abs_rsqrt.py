"""output = |input| (ABS), output = 1 / sqrt(input) (RSQRT).

Retells tensorflow/lite/micro/kernels/elementwise.cc (OpDataAbsRsqrt). Prepare lets any type pass, and Invoke refuses.
Both are exact, float32 too.

NB: the output must have as many elements as the input; TFLM does not look. An int16 RSQRT without scales, and scales
for which it shifts by more than 31 bits, are refused: TFLM reads what nobody wrote there. The 256 values of int8 are
computed in prepare and looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.fixed_point import multiply_by_quantized_multiplier, quantize_multiplier
from tinylab.arithmetic.inverse_square_root import inverse_square_root
from tinylab.arithmetic.lookup_table import tabulated
from tinylab.arithmetic.requantize import requantize
from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_size,
    require_same_type,
    require_scale,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0
RSQRT_SHIFT = 20  # fractional bits of 1 / sqrt(x)
QUANTIZED = (TensorType.INT8, TensorType.INT16)


class OpData(NamedTuple):
    """Of integers that have scales: how the result is rescaled, and the function that does it all."""

    multiplier: int = 0
    shift: int = 0
    input_zero_point: int = 0
    output_zero_point: int = 0
    function: Callable[[Array], Array] | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Reduce two scales to a multiplier; ABS takes int16 without scales too, and does not rescale it."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)
    is_plain_int16 = input.type == TensorType.INT16 and not input.quantization
    if input.type not in QUANTIZED or (node.name == "ABS" and is_plain_int16):
        return OpData()
    for tensor in (input, output):
        require_scale(tensor)
        if input.type == TensorType.INT16 and zero_point_of(tensor):
            refuse(f"{describe(tensor)} with zero point {zero_point_of(tensor)}", "zero point 0")
    if node.name == "ABS":
        function, real_multiplier = absolute, float(scale_of(input)) / float(scale_of(output))
    else:
        function, real_multiplier = rsqrt, 1.0 / float(np.sqrt(scale_of(input)) * scale_of(output))
    data = OpData(*quantize_multiplier(real_multiplier), zero_point_of(input), zero_point_of(output))
    if function == rsqrt and data.shift - RSQRT_SHIFT < -31:
        refuse(f"{describe(input)} into {describe(output)}", "1 / (sqrt(input scale) * output scale) of 2**-12 or more")
    return data._replace(function=tabulated(partial(function, data), input.dtype))


def absolute(data: OpData, x: Array) -> Array:
    """ABS of int8 or int16 `x`, in the output's scale."""
    value, limits = np.abs(x.astype(np.int32) - data.input_zero_point), np.iinfo(x.dtype)
    rescaling = data.multiplier, data.shift, data.output_zero_point
    return requantize(value, *rescaling, int(limits.min), int(limits.max), x.dtype)


def rsqrt(data: OpData, x: Array) -> Array:
    """RSQRT of int8 or int16 `x`, in the output's scale; the type's largest number for 0 and, of no meaning, below."""
    value, limits = x.astype(np.int64) - data.input_zero_point, np.iinfo(x.dtype)
    inverse, shift = inverse_square_root(value)
    fixed_point = multiply_by_quantized_multiplier(np.ones_like(value), inverse, shift + RSQRT_SHIFT)
    rescaling = data.multiplier, data.shift - RSQRT_SHIFT, data.output_zero_point
    result = requantize(fixed_point, *rescaling, int(limits.min), int(limits.max), x.dtype)
    return np.where(value <= 0, limits.max, result).astype(x.dtype)


def invoke_abs(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Take the absolute value."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, *QUANTIZED)
    output = context.output_data(node, OUTPUT)
    result = (data.function or np.abs)(context.input_data(node, INPUT))  # the input's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


def invoke_rsqrt(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Divide 1 by the square root; integers below zero are an error."""
    tensor = context.input_tensor(node, INPUT)
    require_type_at_invoke(tensor, TensorType.FLOAT32, *QUANTIZED)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    if data.function and (input < data.input_zero_point).any():
        raise InvokeError(
            f"{describe(tensor)} holds a number below {data.input_zero_point}, but zero or more is needed"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        result = data.function(input) if data.function else 1 / np.sqrt(input)  # the input's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


ABS = Registration("ABS", prepare, invoke_abs)
RSQRT = Registration("RSQRT", prepare, invoke_rsqrt)
