"""output = input * min(max(input + 3, 0), 6) / 6.

Retells tensorflow/lite/micro/kernels/hard_swish.cc, hard_swish_common.cc and
tensorflow/lite/kernels/internal/reference/hard_swish.h. int8 is computed in 16 bits: the input in the output's scale,
times min(max(input + 3, 0), 6) / 6 in Q0.15. float32 is exact.

NB: the output must be of the input's type and size; TFLM does not look. The 256 values of int8 are computed in prepare
and looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.lookup_table import tabulated
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
THREE = 3 / 2**15  # the scale in which 3.0 is 2**15

Int64Array = NDArray[np.int64]  # of int16 values


class OpData(NamedTuple):
    """For int8: multipliers of 15 bits to the output's scale and to THREE, and the function that does it all."""

    input_zero_point: int = 0
    output_zero_point: int = 0
    output_multiplier: int = 0
    output_exponent: int = 0
    reluish_multiplier: int = 0
    reluish_exponent: int = 0
    function: Callable[[Array], Array] | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Reduce the scales of int8 to two multipliers."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)
    if input.type != TensorType.INT8:
        return OpData()
    require_scale(output)
    fine_scale = float(scale_of(input)) / 128
    multipliers = *multiplier_16_bits(fine_scale / float(scale_of(output))), *multiplier_16_bits(fine_scale / THREE)
    data = OpData(zero_point_of(input), zero_point_of(output), *multipliers)
    if data.output_exponent > 0:
        refuse(f"{describe(input)} into {describe(output)}", "an input scale below 128 output scales")
    return data._replace(function=tabulated(partial(hard_swish_int8, data), np.int8))


def multiplier_16_bits(real: float) -> tuple[int, int]:
    """`quantize_multiplier` with its multiplier rounded to 15 bits and a sign (DownScaleInt32ToInt16Multiplier)."""
    multiplier, exponent = quantize_multiplier(real)
    return min((multiplier + (1 << 15)) >> 16, 2**15 - 1), exponent


def hard_swish_int8(data: OpData, x: Array) -> Array:
    """HARD_SWISH of int8, in the output's scale."""
    fine = (x.astype(np.int64) - data.input_zero_point) << 7
    reluish, left = fine, data.reluish_exponent
    if left > 0:
        reluish = _to_int16(reluish << min(left - 1, 16))
    reluish = _multiply(reluish, data.reluish_multiplier)
    reluish = _to_int16(reluish << 1) if left > 0 else _rounding_divide_by_pot(reluish, -left)
    between_0_and_1 = (reluish + (1 << 15)) >> 1
    product = between_0_and_1 * _multiply(fine, data.output_multiplier)
    cut_off = np.sign(product) * (np.abs(product) >> 15)  # toward zero, which cancels the roundings before
    output = _rounding_divide_by_pot(cut_off, -data.output_exponent) + data.output_zero_point
    return np.clip(output, -128, 127).astype(np.int8)


def _to_int16(x: Int64Array) -> Int64Array:
    return np.clip(x, -(2**15), 2**15 - 1)


def _multiply(a: Int64Array, b: int) -> Int64Array:
    """a * b / 2**15, ties up (SaturatingRoundingDoublingHighMul of int16)."""
    return (a * b + (1 << 14)) >> 15


def _rounding_divide_by_pot(x: Int64Array, exponent: int) -> Int64Array:
    """x / 2**exponent, ties away from zero, in int16: of exponents above 15 the sign of x is left, as 1 or -1."""
    mask = (1 << exponent) - 1 if exponent <= 15 else -1
    return (x >> exponent) + ((x & mask) > (mask >> 1) + (x < 0))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Apply the function to every element."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, TensorType.INT8)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        function = data.function or (lambda x: x * np.clip(x + np.float32(3), 0, 6) / np.float32(6))
        result = function(input)  # the input's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("HARD_SWISH", prepare, invoke)
