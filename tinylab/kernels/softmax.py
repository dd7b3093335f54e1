"""output = exp(beta * (input - max)) / sum of the same, along the last axis.

Retells tensorflow/lite/micro/kernels/softmax.cc and softmax_common.cc. The integer arithmetic is in
tinylab/arithmetic/softmax.py. Bound of float32: 1e-5 of the tensor's largest magnitude.

NB: the exp of an int8 difference is one of 256 numbers, computed in prepare and looked up.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import INT32_MAX, quantize_multiplier
from tinylab.arithmetic.gemmlowp import calculate_input_radius
from tinylab.arithmetic.softmax import (
    SCALED_DIFF_INTEGER_BITS,
    divide_by_sum,
    exp_table,
    int16_exp_table,
    int16_one_over_one_plus_x_table,
    softmax_int16,
    sum_of_exps,
)
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
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType
from tinylab.model.options import SoftmaxOptions

INPUT, OUTPUT = 0, 0
INT8, INT16, FLOAT32 = TensorType.INT8, TensorType.INT16, TensorType.FLOAT32
# (input, output) -> the scale and zero point with which the output's integers run from 0 to 1
OUTPUTS = {(INT8, INT8): (2**-8, -128), (INT8, INT16): (2**-16, -(2**15)), (INT16, INT16): (2**-15, 0)}
SUM_LIMIT = 2**28  # 512 in Q12.19


class OpData(NamedTuple):
    """beta for float32; for integers what scales a difference, and tables (empty where they are not needed)."""

    beta: float
    input_multiplier: int = 0
    input_left_shift: int = 0
    diff_min: int = 0
    exps: NDArray[np.int64] = np.empty(0, np.int64)
    int16_tables: tuple[NDArray[np.int16], ...] = ()


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other types than those of OUTPUTS and float32, and an output that does not run from 0 to 1."""
    options = node.options
    assert isinstance(options, SoftmaxOptions)
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if not input.shape:
        refuse(describe(input), "at least one axis")
    require_same_size(input, output)
    types = input.type, output.type
    if types == (FLOAT32, FLOAT32):
        return OpData(options.beta)
    if types not in OUTPUTS:
        refuse(f"{describe(input)} into {describe(output)}", "FLOAT32, INT8, INT16 into the same, or INT8 into INT16")
    _check_quantization(input, output)
    real_multiplier = options.beta * float(scale_of(input))
    if not math.isfinite(real_multiplier):
        refuse(f"beta {options.beta} for {describe(input)}", "a finite one")
    if input.type == INT16:
        multiplier, left_shift = quantize_multiplier(real_multiplier / (10.0 / 65535.0))
        tables = int16_exp_table(), int16_one_over_one_plus_x_table()
        return OpData(options.beta, multiplier, left_shift, int16_tables=tables)
    real_multiplier = min(real_multiplier * (1 << (31 - SCALED_DIFF_INTEGER_BITS)), float(INT32_MAX))
    if real_multiplier <= 1.0:  # where TFLM aborts
        refuse(f"beta * scale of {real_multiplier / 2**26} for {describe(input)}", "more than 2**-26")
    multiplier, left_shift = quantize_multiplier(real_multiplier)
    diff_min = -calculate_input_radius(SCALED_DIFF_INTEGER_BITS, left_shift)
    return OpData(options.beta, multiplier, left_shift, diff_min, exp_table(multiplier, left_shift, diff_min))


def _check_quantization(input: Tensor, output: Tensor) -> None:
    scale, zero_point = OUTPUTS[input.type, output.type]
    tolerance = 0.0 if output.type == INT8 else np.float32(0.001) * np.float32(scale)
    if zero_point_of(output) != zero_point or abs(scale_of(output) - np.float32(scale)) > tolerance:
        refuse(f"{describe(output)} with {output.quantization}", f"scale {scale} and zero point {zero_point}")
    if input.type == INT16 and zero_point_of(input):
        refuse(f"{describe(input)} with zero point {zero_point_of(input)}", "zero point 0")


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Softmax of each row."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    if input.dtype == np.float32:
        differences = input - input.max(axis=-1, keepdims=True)  # float32 [samples, ..., depth], as the next line
        exps = np.exp(differences * np.float32(data.beta))
        result: Array = exps / np.add.accumulate(exps, axis=-1)[..., -1:]  # one after another, as in C
    elif input.dtype == np.int16:
        result = softmax_int16(input, data.input_multiplier, data.input_left_shift, *data.int16_tables)
    else:
        rows = input.astype(np.int64)  # int64 [samples, ..., depth]
        exps = data.exps[rows.max(axis=-1, keepdims=True) - rows]
        total = sum_of_exps(exps)  # int64 [samples, ..., 1]
        if output.dtype == np.int8 and total.max() >= SUM_LIMIT:
            raise InvokeError("a row whose exps sum to 512 or more: TFLM aborts on it; give the output type INT16")
        result = divide_by_sum(exps, total, output.dtype)
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("SOFTMAX", prepare, invoke)
