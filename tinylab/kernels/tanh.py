"""output = tanh(input) = (1 - exp(-2 input)) / (1 + exp(-2 input)).

Retells tensorflow/lite/micro/kernels/tanh.cc and tensorflow/lite/kernels/internal/reference/tanh.h and
integer_ops/tanh.h. The output's quantization is not read for int8: it always has steps of 1 / 128 and zero point 0.

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
from tinylab.arithmetic.sigmoid_table import LARGEST_INPUT_SCALE, checked_log2, input_rescaling, tanh_int16
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
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType

INPUT, OUTPUT = 0, 0
OUTPUT_FRACTIONAL_BITS = 7


class OpData(NamedTuple):
    """For integers, what brings the input to a fixed-point number, and the function that does it all."""

    input_zero_point: int = 0
    input_range_radius: int = 0
    input_multiplier: int = 0
    input_left_shift: int = 0
    function: Callable[[Array], Array] | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse int16 that is not symmetric; reduce the input's scale to a multiplier."""
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_counts(node, 1, 1)
    require_same_type(input, output)
    require_same_size(input, output)
    if input.type == TensorType.INT8:
        return _prepare_int8(input)
    if input.type == TensorType.INT16:
        return _prepare_int16(input, output)
    return OpData()


def _prepare_int8(input: Tensor) -> OpData:
    multiplier, left_shift = gemmlowp.input_multiplier(float(scale_of(input)))
    radius = gemmlowp.calculate_input_radius(gemmlowp.INPUT_INTEGER_BITS, left_shift)
    numbers = zero_point_of(input), radius, multiplier, left_shift
    return OpData(*numbers, tabulated(partial(tanh_int8, *numbers), input.dtype))


def _prepare_int16(input: Tensor, output: Tensor) -> OpData:
    if zero_point_of(input) or zero_point_of(output):
        refuse(f"a zero point of {describe(input)} or {describe(output)}", "zero point 0 in both")
    if checked_log2(scale_of(output)) != (-15, True):
        refuse(f"{describe(output)} with scale {scale_of(output)}", "scale 2**-15")
    if not scale_of(input) < LARGEST_INPUT_SCALE:
        refuse(f"{describe(input)} with scale {scale_of(input)}", f"one below {LARGEST_INPUT_SCALE}")
    multiplier, shift = input_rescaling(scale_of(input), exact_shifts=(0, 1))
    return OpData(0, 0, multiplier, shift, partial(tanh_int16, multiplier=multiplier, shift=shift))


def tanh_int8(zero_point: int, radius: int, multiplier: int, left_shift: int, x: Array) -> Array:
    """tanh of int8 `x`, as int8 from -128 to 127, in Q0.31 inside. Beyond the radius it is saturated."""
    centered = x.astype(np.int64) - zero_point
    in_q4 = multiply_by_quantized_multiplier(centered, multiplier, left_shift)
    in_q0 = gemmlowp.tanh(in_q4, gemmlowp.INPUT_INTEGER_BITS)
    output = rounding_divide_by_pot(in_q0, 31 - OUTPUT_FRACTIONAL_BITS)
    output = np.where(centered <= -radius, -128, np.where(centered >= radius, 127, output))
    return np.clip(output, -128, 127).astype(np.int8)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Apply the function to every element."""
    type_ = context.input_tensor(node, INPUT)
    require_type_at_invoke(type_, TensorType.FLOAT32, TensorType.INT8, TensorType.INT16)
    function = data.function or np.tanh
    output = context.output_data(node, OUTPUT)
    result = function(context.input_data(node, INPUT))  # the input's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("TANH", prepare, invoke)
