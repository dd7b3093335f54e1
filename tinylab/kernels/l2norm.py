"""output = input / max(sqrt(sum of input**2), 1e-6), the sum along the last axis (L2_NORMALIZATION).

Retells tensorflow/lite/micro/kernels/l2norm.cc and tensorflow/lite/kernels/internal/reference/l2normalization.h,
integer_ops/l2normalization.h. The output's scale is not read: int8 always has steps of 1 / 128. float32 is exact: its
squares are added one after another, as in C.

NB: the output must be of the input's shape; a release build of TFLM does not look.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import multiply_by_quantized_multiplier
from tinylab.arithmetic.inverse_square_root import inverse_square_root
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
    require_type,
    zero_point_of,
)
from tinylab.model import ActivationFunctionType, Operator, TensorType
from tinylab.model.options import L2NormOptions

INPUT, OUTPUT = 0, 0
MOST_AXES = 4
EPSILON = np.float32(1e-6)
OUTPUT_BITS = 7  # after the point

OpData = int  # the input's zero point


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse a fused activation, and more than four axes."""
    assert isinstance(node.options, L2NormOptions)
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if not 0 < len(input.shape) <= MOST_AXES:
        refuse(describe(input), f"one to {MOST_AXES} axes")
    require_type(output, TensorType.FLOAT32, TensorType.INT8)
    require_same_type(input, output)
    require_same_shape(input, output)
    if node.options.fused_activation_function != ActivationFunctionType.NONE:
        refuse(f"fused activation {node.options.fused_activation_function.name}", "none")
    return zero_point_of(input)


def normalize_int8(x: NDArray[np.int8], zero_point: int) -> Array:
    """Rows of int8, in steps of 1 / 128."""
    value = x.astype(np.int64) - zero_point
    squares = np.square(value).sum(axis=-1, keepdims=True).astype(np.int32)
    multiplier, shift = inverse_square_root(squares)
    rescaled = multiply_by_quantized_multiplier(value, multiplier, shift + OUTPUT_BITS)
    return np.clip(rescaled, -128, 127).astype(np.int8)


def normalize_float(x: NDArray[np.float32]) -> Array:
    """Rows of float32."""
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        norm = np.sqrt(np.add.accumulate(x * x, axis=-1)[..., -1:])
        return x / np.maximum(norm, EPSILON)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Divide each row by its length."""
    input = context.input_data(node, INPUT)
    result = normalize_int8(input, data) if input.dtype == np.int8 else normalize_float(input)
    context.output_data(node, OUTPUT)[...] = result  # the input's type [samples, ..., depth]


REGISTRATION = Registration("L2_NORMALIZATION", prepare, invoke)
