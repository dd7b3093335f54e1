"""output = activation(input1 / input2), the smaller one repeated along axes of 1.

Retells tensorflow/lite/micro/kernels/div.cc and tensorflow/lite/kernels/internal/reference/div.h.

NB: the 65,536 quotients of two int8 are computed in prepare and looked up. Their multiplier is formed in double, as in
TFLM 8f6596d; 90b983c formed it in float32. An integer divided by zero is an error: C does not say what it is, and a
processor may end the program.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.division import scaled_quotient
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.lookup_table import tabulated_pair
from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    activation_range_float,
    activation_range_int32,
    activation_range_quantized,
    broadcast_pair,
    describe,
    refuse,
    require_broadcast,
    require_scale,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import DivOptions

INPUT1, INPUT2, OUTPUT = 0, 1, 0


class OpData(NamedTuple):
    """The activation range, and for int8 the rest: input1's scale / (input2's * the output's) is the multiplier."""

    activation_min: float
    activation_max: float
    output_multiplier: int = 0
    output_shift: int = 0
    input1_zero_point: int = 0
    input2_zero_point: int = 0
    output_zero_point: int = 0
    function: Callable[[Array, Array], Array] | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse what does not broadcast; reduce the scales of int8 to a multiplier."""
    assert isinstance(node.options, DivOptions)
    activation = node.options.fused_activation_function
    input1, input2 = context.input_tensor(node, INPUT1), context.input_tensor(node, INPUT2)
    output = context.output_tensor(node, OUTPUT)
    require_broadcast(input1, input2, output)
    if output.type == TensorType.INT32:
        if input1.quantization or input2.quantization:
            refuse(f"quantized {describe(input1)} and {describe(input2)}", "int32 that is not quantized")
        return OpData(*activation_range_int32(activation))
    if output.type != TensorType.INT8:
        return OpData(*activation_range_float(activation))
    for tensor in (input1, input2, output):
        require_scale(tensor)
    real_multiplier = float(scale_of(input1)) / (float(scale_of(input2)) * float(scale_of(output)))
    zero_points = zero_point_of(input1), zero_point_of(input2), zero_point_of(output)
    range_and_rest = *activation_range_quantized(activation, output), *quantize_multiplier(real_multiplier)
    data = OpData(*range_and_rest, *zero_points)
    return data._replace(function=tabulated_pair(partial(_quotient, data), np.int8))


def _quotient(data: OpData, x1: Array, x2: Array) -> NDArray[np.int8]:
    """The quotients of int8 that broadcast; where the divisor is zero, of no meaning."""
    x1, x2 = x1.astype(np.int64) - data.input1_zero_point, x2.astype(np.int64) - data.input2_zero_point
    result = scaled_quotient(x1, np.where(x2 == 0, 1, x2), data.output_multiplier, data.output_shift)
    return np.clip(result + data.output_zero_point, data.activation_min, data.activation_max).astype(np.int8)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Divide."""
    type_ = context.output_tensor(node, OUTPUT)
    require_type_at_invoke(type_, TensorType.FLOAT32, TensorType.INT32, TensorType.INT8)
    input1, input2 = broadcast_pair(context.input_data(node, INPUT1), context.input_data(node, INPUT2))
    output = context.output_data(node, OUTPUT)
    if type_.type != TensorType.FLOAT32 and (input2 == data.input2_zero_point).any():
        divisor = describe(context.input_tensor(node, INPUT2))
        raise InvokeError(f"{divisor} holds {data.input2_zero_point}, which is zero, but another divisor is needed")
    if data.function:
        result = data.function(input1, input2)  # int8 [samples, *shape]
    else:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            quotient = input1 / input2  # float32 [samples, *shape]; float64, which is exact enough, for int32
        whole = np.trunc(quotient).astype(np.int64).astype(np.int32) if type_.type == TensorType.INT32 else quotient
        low, high = np.array([data.activation_min, data.activation_max], whole.dtype)
        result = np.clip(whole, low, high)
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("DIV", prepare, invoke)
