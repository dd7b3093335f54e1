"""output = 1 / (1 + exp(-input)).

Retells tensorflow/lite/micro/kernels/logistic.cc, logistic_common.cc and
tensorflow/lite/kernels/internal/reference/logistic.h and integer_ops/logistic.h. The output's scale is not read: an
int8 output always has steps of 1 / 256, an int16 output of 1 / 32768.

Bound of float32: 1e-5 of the tensor's largest magnitude, as NumPy's and C's functions
round differently (seen: 1.2e-7).

NB: the 256 values of int8 are computed in prepare and looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tinylab.arithmetic import gemmlowp
from tinylab.arithmetic.fixed_point import multiply_by_quantized_multiplier, rounding_divide_by_pot
from tinylab.arithmetic.lookup_table import tabulated
from tinylab.arithmetic.sigmoid_table import LARGEST_INPUT_SCALE, checked_log2, input_rescaling, logistic_int16
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_same_size,
    require_same_type,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType

INPUT, OUTPUT = 0, 0
OUTPUT_INTEGER_BITS = 8


class OpData(NamedTuple):
    """For integers, what brings the input to a fixed-point number, and the function that does it all."""

    input_zero_point: int = 0
    input_range_radius: int = 0
    input_multiplier: int = 0
    input_left_shift: int = 0
    function: Callable[[Array], Array] | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse an output that does not run from 0 to 1; reduce the input's scale to a multiplier."""
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)
    if input.type == TensorType.INT8:
        return _prepare_int8(input, output)
    if input.type == TensorType.INT16:
        return _prepare_int16(input, output)
    return OpData()


def _prepare_int8(input: Tensor, output: Tensor) -> OpData:
    if zero_point_of(output) != -128:
        refuse(f"{describe(output)} with zero point {zero_point_of(output)}", "zero point -128")
    multiplier, left_shift = gemmlowp.input_multiplier(float(scale_of(input)))
    radius = gemmlowp.calculate_input_radius(gemmlowp.INPUT_INTEGER_BITS, left_shift)
    numbers = zero_point_of(input), radius, multiplier, left_shift
    return OpData(*numbers, tabulated(partial(logistic_int8, *numbers), input.dtype))


def _prepare_int16(input: Tensor, output: Tensor) -> OpData:
    if zero_point_of(input) or zero_point_of(output):
        refuse(f"a zero point of {describe(input)} or {describe(output)}", "zero point 0 in both")
    if checked_log2(scale_of(output)) != (-15, True):
        refuse(f"{describe(output)} with scale {scale_of(output)}", "scale 2**-15")
    if not scale_of(input) < LARGEST_INPUT_SCALE:
        refuse(f"{describe(input)} with scale {scale_of(input)}", f"one below {LARGEST_INPUT_SCALE}")
    multiplier, shift = input_rescaling(scale_of(input), exact_shifts=(0,))
    return OpData(0, 0, multiplier, shift, partial(logistic_int16, multiplier=multiplier, shift=shift))


def logistic_int8(zero_point: int, radius: int, multiplier: int, left_shift: int, x: Array) -> Array:
    """logistic of int8 `x`, as int8 from -128 for 0 to 127, in Q0.31 inside. Beyond the radius it is saturated."""
    centered = x.astype(np.int64) - zero_point
    in_q4 = multiply_by_quantized_multiplier(centered, multiplier, left_shift)
    in_q0 = gemmlowp.logistic(in_q4, gemmlowp.INPUT_INTEGER_BITS)
    output = rounding_divide_by_pot(in_q0, 31 - OUTPUT_INTEGER_BITS) - 128
    output = np.where(centered <= -radius, -128, np.where(centered >= radius, 127, output))
    return np.clip(output, -128, 127).astype(np.int8)


def logistic_float(x: Array) -> Array:
    """logistic of float32 `x`, as exp(x) alone below -9, where the sum would round it away."""
    with np.errstate(over="ignore"):  # exp(-x) of very negative numbers, which are not taken from there
        return np.where(x < np.float32(-9), np.exp(x), np.float32(1) / (np.float32(1) + np.exp(-x)))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Apply the function to every element."""
    type_ = context.input_tensor(node, INPUT)
    require_type_at_invoke(type_, TensorType.FLOAT32, TensorType.INT8, TensorType.INT16)
    function = data.function or logistic_float
    output = context.output_data(node, OUTPUT)
    result = function(context.input_data(node, INPUT))  # the input's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("LOGISTIC", prepare, invoke)
