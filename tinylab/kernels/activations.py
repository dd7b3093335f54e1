"""output = max(input, 0) (RELU), output = min(max(input, 0), 6) (RELU6).

Retells tensorflow/lite/micro/kernels/activations.cc, activations_common.cc and activations.h. RELU brings the input's
scale to the output's; RELU6 clamps the input's integers and reads nothing of the output's quantization.

NB: output and input must be of one type that can hold the zero point; TFLM does not look. The 256 values of int8 RELU
are looked up. RELU's multiplier is formed in double, as in TFLM 8f6596d; 90b983c's float32 changes one int16 in 3,000.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.lookup_table import tabulated
from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    activation_range_quantized,
    describe,
    refuse,
    require_same_size,
    require_same_type,
    require_scale,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import ActivationFunctionType, Operator, TensorType

INPUT, OUTPUT = 0, 0
QUANTIZED = (TensorType.INT8, TensorType.INT16)


class ReluOpData(NamedTuple):
    """For integers, how the input is rescaled and clamped; nothing for float32."""

    input_zero_point: int = 0
    output_multiplier: int = 0
    output_shift: int = 0
    output_zero_point: int = 0
    activation_min: int = 0
    activation_max: int = 0
    function: Callable[[Array], Array] | None = None


class Relu6OpData(NamedTuple):
    """0 and 6 as the input's numbers."""

    zero: float
    six: float


def relu_prepare(context: PrepareContext, node: Operator) -> ReluOpData:
    """Refuse int16 that is not symmetric; reduce the two scales to one multiplier."""
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)
    if input.type not in QUANTIZED:
        return ReluOpData()
    if input.type == TensorType.INT16 and (zero_point_of(input) or zero_point_of(output)):
        refuse(f"a zero point of {describe(input)} or {describe(output)}", "zero point 0 in both")
    require_scale(output)
    limits = np.iinfo(output.dtype)
    numbers = ReluOpData(
        zero_point_of(input),
        *quantize_multiplier(float(scale_of(input)) / float(scale_of(output))),
        zero_point_of(output),
        max(int(limits.min), zero_point_of(output)),
        int(limits.max),
    )
    return numbers._replace(function=tabulated(partial(relu, numbers), input.dtype))


def relu(data: ReluOpData, x: Array) -> Array:
    """RELU of int8 or int16 `x`, in the output's scale."""
    centered = x.astype(np.int32) - data.input_zero_point
    rescaling = data.output_multiplier, data.output_shift, data.output_zero_point
    return requantize(centered, *rescaling, data.activation_min, data.activation_max, x.dtype)


def relu_invoke(context: InvokeContext, node: Operator, data: ReluOpData) -> None:
    """Rescale and clamp."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, *QUANTIZED)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    result = data.function(input) if data.function else np.clip(input, 0, np.inf)  # of maximum -0.0 would be 0
    output[...] = result.reshape(len(result), *output.shape[1:])


def relu6_prepare(context: PrepareContext, node: Operator) -> Relu6OpData:
    """Find 0 and 6 among the input's numbers."""
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)
    if input.type not in QUANTIZED:
        return Relu6OpData(0, 6)
    require_scale(input)
    zero, six = activation_range_quantized(ActivationFunctionType.RELU6, input)
    if not zero == zero_point_of(input) <= six:
        refuse(f"{describe(input)} with {input.quantization}", f"a zero point that {input.type.name} can hold")
    return Relu6OpData(zero, six)


def relu6_invoke(context: InvokeContext, node: Operator, data: Relu6OpData) -> None:
    """Clamp."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, *QUANTIZED)
    output = context.output_data(node, OUTPUT)
    result = np.clip(context.input_data(node, INPUT), data.zero, data.six)  # the input's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


RELU = Registration("RELU", relu_prepare, relu_invoke)
RELU6 = Registration("RELU6", relu6_prepare, relu6_invoke)
