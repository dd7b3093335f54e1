"""output = round(input / output scale) + output zero point, clipped: a float made an integer, or an integer rescaled.

Retells tensorflow/lite/micro/kernels/quantize.cc, quantize_common.cc,
tensorflow/lite/kernels/internal/reference/quantize.h and requantize.h.

NB: a float whose quotient is beyond int32, or not a number, is undefined in C++. Here, as on Arm, it is clipped, and
NaN becomes 0; x86-64 makes INT32_MIN of them all. The 256 values of int8 and uint8 are computed in prepare and looked
up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from tinylab.arithmetic.fixed_point import INT32_MAX, INT32_MIN, quantize_multiplier
from tinylab.arithmetic.lookup_table import round_half_away, tabulated
from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_size,
    require_scale,
    require_type,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0
FLOAT32, INT32, INT16, INT8, UINT8 = (
    TensorType.FLOAT32,
    TensorType.INT32,
    TensorType.INT16,
    TensorType.INT8,
    TensorType.UINT8,
)
OUTPUT_TYPES = {
    FLOAT32: (INT8, INT16),
    INT32: (INT8, INT16),
    INT16: (INT8, INT16, INT32),
    INT8: (INT8, UINT8, INT16, INT32),
    UINT8: (INT8,),
}


class OpData(NamedTuple):
    """How a float is quantized, or how an integer is rescaled."""

    output_scale: float
    output_zero_point: int
    input_zero_point: int
    requantize_output_multiplier: int = 0
    requantize_output_shift: int = 0
    function: Callable[[Array], Array] | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other types and an output without exactly one scale; reduce two scales to one multiplier."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if output.quantization is None or len(output.quantization.scales) != 1:
        refuse(f"{describe(output)} with {output.quantization}", "exactly one scale")
    require_scale(output)
    require_same_size(input, output)
    require_type(input, *OUTPUT_TYPES)
    require_type(output, INT8, INT16, INT32, UINT8)
    data = OpData(float(scale_of(output)), zero_point_of(output), zero_point_of(input))
    if output.type not in OUTPUT_TYPES[input.type]:  # invoke refuses it
        return data
    if input.type == FLOAT32:
        return data._replace(function=partial(affine_quantize, data, output.dtype))
    multiplier, shift = quantize_multiplier(float(scale_of(input)) / data.output_scale)
    data = data._replace(requantize_output_multiplier=multiplier, requantize_output_shift=shift)
    return data._replace(function=tabulated(partial(rescale, data, output.dtype), input.dtype))


def affine_quantize(data: OpData, dtype: DTypeLike, x: Array) -> Array:
    """float32 `x` as integers of `dtype`; the quotient is rounded in float32."""
    with np.errstate(over="ignore"):
        quotient = round_half_away(x / np.float32(data.output_scale)).astype(np.float64)
    limits = np.iinfo(dtype)
    integers = np.clip(np.nan_to_num(quotient), INT32_MIN, INT32_MAX) + data.output_zero_point
    return np.clip(integers, limits.min, limits.max).astype(dtype)


def rescale(data: OpData, dtype: DTypeLike, x: Array) -> Array:
    """Integers `x` as integers of `dtype`, with the output's scale and zero point."""
    centered = x.astype(np.int32) - np.int32(data.input_zero_point)
    limits = np.iinfo(dtype)
    rescaling = data.requantize_output_multiplier, data.requantize_output_shift, data.output_zero_point
    return requantize(centered, *rescaling, int(limits.min), int(limits.max), dtype)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Quantize every element."""
    input, output = context.input_tensor(node, INPUT), context.output_data(node, OUTPUT)
    require_type_at_invoke(context.output_tensor(node, OUTPUT), *OUTPUT_TYPES[input.type])
    assert data.function is not None
    result = data.function(context.input_data(node, INPUT))  # the output's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("QUANTIZE", prepare, invoke)
