"""output = activation(input1 + input2), the smaller one repeated along axes of 1.

Retells tensorflow/lite/micro/kernels/add.cc, add_common.cc, tensorflow/lite/kernels/internal/reference/add.h and
integer_ops/add.h. TFLM looks neither at pot_scale_int16 (every int16 sum is rescaled in general) nor, for int32, at the
fused activation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tinylab.kernels.common_scale import QUANTIZED, CommonScale, combination, common_scale
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    activation_range_float,
    broadcast_pair,
    describe,
    refuse,
    require_broadcast,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import AddOptions

INPUT1, INPUT2, OUTPUT = 0, 1, 0


class OpData(NamedTuple):
    """For int8 and int16 a common scale and what is done in it, for float32 an activation range, for int32 nothing."""

    common_scale: CommonScale | None = None
    function: Callable[[Array, Array], Array] | None = None
    activation_min_f32: float = 0.0
    activation_max_f32: float = 0.0


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse what does not broadcast; reduce the scales of integers to multipliers."""
    options = node.options
    assert isinstance(options, AddOptions)
    activation = options.fused_activation_function
    input1, input2 = context.input_tensor(node, INPUT1), context.input_tensor(node, INPUT2)
    output = context.output_tensor(node, OUTPUT)
    require_broadcast(input1, input2, output)
    if output.type in QUANTIZED:
        scale = common_scale(input1, input2, output, activation)
        return OpData(scale, combination(scale, np.add, output))
    if output.type == TensorType.INT32 and (input1.quantization or input2.quantization):
        refuse(f"quantized {describe(input1)} and {describe(input2)}", "int32 that is not quantized")
    return OpData(None, None, *activation_range_float(activation))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Add."""
    type_ = context.output_tensor(node, OUTPUT)
    require_type_at_invoke(type_, TensorType.FLOAT32, TensorType.INT32, *QUANTIZED)
    input1, input2 = broadcast_pair(context.input_data(node, INPUT1), context.input_data(node, INPUT2))
    output = context.output_data(node, OUTPUT)
    if data.function:
        result = data.function(input1, input2)  # int8 or int16 [samples, *shape]
    else:
        result = input1 + input2  # float32 or int32 [samples, *shape]; int32 wraps, as in C
        if output.dtype == np.float32:
            result = np.clip(result, data.activation_min_f32, data.activation_max_f32)
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("ADD", prepare, invoke)
