"""output = input where input >= 0, alpha * input elsewhere.

Retells tensorflow/lite/micro/kernels/leaky_relu.cc, leaky_relu_common.cc and
tensorflow/lite/kernels/internal/reference/leaky_relu.h.

NB: the 256 values of int8 are computed in prepare and looked up. Multipliers are formed in double, as in TFLM 8f6596d;
90b983c formed them in float32, which changes about one int16 result in 3,000.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.fixed_point import INT32_MAX, INT32_MIN, quantize_multiplier
from tinylab.arithmetic.lookup_table import tabulated
from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
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
from tinylab.model.options import LeakyReluOptions

INPUT, OUTPUT = 0, 0
QUANTIZED = (TensorType.INT8, TensorType.INT16)


class OpData(NamedTuple):
    """alpha for float32; for integers two multipliers, one for each side of 0."""

    alpha: float
    input_zero_point: int = 0
    output_zero_point: int = 0
    output_multiplier_alpha: int = 0
    output_shift_alpha: int = 0
    output_multiplier_identity: int = 0
    output_shift_identity: int = 0
    function: Callable[[Array], Array] | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Reduce alpha and the two scales to two multipliers."""
    options = node.options
    assert isinstance(options, LeakyReluOptions)
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)
    if output.type not in QUANTIZED:
        return OpData(options.alpha)
    require_scale(output)
    if not math.isfinite(options.alpha):
        refuse(f"alpha {options.alpha}", "a finite one")
    input_scale, output_scale = float(scale_of(input)), float(scale_of(output))
    numbers = OpData(
        options.alpha,
        zero_point_of(input),
        zero_point_of(output),
        *quantize_multiplier(input_scale * options.alpha / output_scale),
        *quantize_multiplier(input_scale / output_scale),
    )
    return numbers._replace(function=tabulated(partial(leaky_relu, numbers), input.dtype))


def leaky_relu(data: OpData, x: Array) -> Array:
    """LEAKY_RELU of int8 or int16 `x`, in the output's scale."""
    centered = x.astype(np.int32) - data.input_zero_point
    identity = data.output_multiplier_identity, data.output_shift_identity
    # A negative alpha is multiplied as a positive one and negated, which rounds ties the other way.
    alpha = abs(data.output_multiplier_alpha), data.output_shift_alpha
    sign = -1 if data.output_multiplier_alpha < 0 else 1
    positive = requantize(centered, *identity, 0, INT32_MIN, INT32_MAX, np.int64)
    negative = sign * requantize(centered, *alpha, 0, INT32_MIN, INT32_MAX, np.int64)
    output = data.output_zero_point + np.where(centered >= 0, positive, negative)
    limits = np.iinfo(x.dtype)
    clipped: Array = np.clip(output, limits.min, limits.max).astype(x.dtype)
    return clipped


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Multiply what is below 0 by alpha, and rescale."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, *QUANTIZED)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    function = data.function or (lambda x: np.where(x > 0, x, x * np.float32(data.alpha)))
    result = function(input)  # the input's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("LEAKY_RELU", prepare, invoke)
