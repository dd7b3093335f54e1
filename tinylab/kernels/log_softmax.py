"""output = input - max - log(sum of exp(input - max)), along the last axis.

Retells tensorflow/lite/micro/kernels/log_softmax.cc, tensorflow/lite/kernels/internal/reference/log_softmax.h and
PreprocessLogSoftmaxScalingExp of quantization_util.cc. An int8 output runs from -16 to 0 in steps of 1 / 16.

Bound: float32 exps and logs are the float32 nearest to the real ones, where C's expf and logf may give the next; they
are added one after another, as in C. A result differs by at most 1e-6 of the row's largest magnitude.

NB: int8 rows whose exps sum to 4096 or more are an error: TFLM's sum overflows there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import (
    INT32_MAX,
    INT32_MIN,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    rounding_divide_by_pot,
)
from tinylab.arithmetic.gemmlowp import calculate_input_radius
from tinylab.arithmetic.logarithm import log_of_at_least_1
from tinylab.arithmetic.softmax import ACCUMULATION_INTEGER_BITS, SCALED_DIFF_INTEGER_BITS, exp_table, sum_of_exps
from tinylab.errors import InvokeError
from tinylab.kernels.common_scale import smaller_than_one
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_shape,
    require_same_type,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0
OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_INTEGER_BITS = 1 / 16, 127, 4
OUTPUT_SHIFT = 31 - SCALED_DIFF_INTEGER_BITS - OUTPUT_INTEGER_BITS
SUM_LIMIT = 2**31  # 4096 in Q12.19


class OpData(NamedTuple):
    """For int8: what scales a difference to Q5.26 and back, and both tables of the 256 differences 0 to -255."""

    input_multiplier: int = 0
    input_left_shift: int = 0
    reverse_multiplier: int = 0
    reverse_shift: int = 0
    diff_min: int = 0
    scaled: NDArray[np.int64] = np.empty(0, np.int64)
    exps: NDArray[np.int64] = np.empty(0, np.int64)


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse an int8 output that does not run from -16 to 0; reduce the input's scale to a multiplier."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_shape(input, output)
    if not input.shape:
        refuse(describe(input), "at least one axis")
    if input.type != TensorType.INT8:
        return OpData()
    if scale_of(output) != OUTPUT_SCALE or zero_point_of(output) != OUTPUT_ZERO_POINT:
        refuse(f"{describe(output)} with {output.quantization}", f"scale {OUTPUT_SCALE} and zero point 127")
    real_multiplier = min(float(scale_of(input)) * (1 << (31 - SCALED_DIFF_INTEGER_BITS)), float(INT32_MAX))
    if real_multiplier <= 1.0:  # where TFLM aborts
        refuse(f"{describe(input)} with scale {scale_of(input)}", "a scale of more than 2**-26")
    multiplier, left_shift = quantize_multiplier(real_multiplier)
    reverse = smaller_than_one((1 << (31 - left_shift)) / multiplier)
    diff_min = -calculate_input_radius(SCALED_DIFF_INTEGER_BITS, left_shift)
    scaled = multiply_by_quantized_multiplier(-np.arange(256), multiplier, left_shift)
    return OpData(multiplier, left_shift, *reverse, diff_min, scaled, exp_table(multiplier, left_shift, diff_min))


def log_softmax_int8(data: OpData, x: NDArray[np.int8]) -> NDArray[np.int8]:
    """LOG_SOFTMAX of int8 rows."""
    below_max = x.max(axis=-1, keepdims=True).astype(np.int64) - x  # 0 to 255
    total = sum_of_exps(data.exps[below_max])
    if total.max(initial=0) >= SUM_LIMIT:
        raise InvokeError("a row whose exps sum to 4096 or more, but a smaller sum is needed")
    log_sum = log_of_at_least_1(total, ACCUMULATION_INTEGER_BITS, SCALED_DIFF_INTEGER_BITS)  # Q5.26
    reverse = data.reverse_multiplier, data.reverse_shift
    smallest = np.maximum(data.diff_min - 1, multiply_by_quantized_multiplier(log_sum + INT32_MIN, *reverse))
    output = rounding_divide_by_pot(data.scaled[below_max] - log_sum, OUTPUT_SHIFT) + OUTPUT_ZERO_POINT
    return np.where(-below_max > smallest, np.clip(output, -128, 127), -128).astype(np.int8)


def log_softmax_float(x: NDArray[np.float32]) -> Array:
    """LOG_SOFTMAX of float32 rows."""
    differences = x - x.max(axis=-1, keepdims=True)
    exps = np.exp(differences.astype(np.float64)).astype(np.float32)
    total = np.add.accumulate(exps, axis=-1)[..., -1:]  # one after another, as in C
    log_sum: Array = np.log(total.astype(np.float64)).astype(np.float32)
    result: Array = differences - log_sum
    return result


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """The logarithm of each row's softmax."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, TensorType.INT8)
    input = context.input_data(node, INPUT)
    result = log_softmax_int8(data, input) if input.dtype == np.int8 else log_softmax_float(input)
    context.output_data(node, OUTPUT)[...] = result  # the input's type [samples, ..., depth]


REGISTRATION = Registration("LOG_SOFTMAX", prepare, invoke)
