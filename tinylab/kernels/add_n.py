"""output = input1 + input2 + input3 + ...

Retells tensorflow/lite/micro/kernels/add_n.cc and tensorflow/lite/kernels/internal/reference/add_n.h. int8 inputs have
one scale and zero point. Their sum starts not from the number 0 but from -zero_point, as in TFLM. float32 is exact:
inputs are added one after another.

NB: the output must have as many elements as an input; TFLM does not look.
"""

from __future__ import annotations

import numpy as np

from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.common_scale import CommonScale, common_scale, rescale
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_same_shape,
    require_same_size,
    require_same_type,
    require_type,
    scale_of,
    zero_point_of,
)
from tinylab.model import ActivationFunctionType, Operator, TensorType

INPUT, OUTPUT = 0, 0

OpData = CommonScale | None  # None for float32


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse inputs that are not all alike; reduce the two scales of int8 to multipliers."""
    if len(node.inputs) < 2 or len(node.outputs) != 1:
        refuse(f"{len(node.inputs)} inputs and {len(node.outputs)} outputs", "two inputs or more and one output")
    first, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(output, first)
    require_same_size(first, output)
    for index in range(1, len(node.inputs)):
        input = context.input_tensor(node, index)
        require_same_shape(first, input)
        require_same_type(first, input)
        same_quantization = scale_of(first) == scale_of(input) and zero_point_of(first) == zero_point_of(input)
        if first.type == TensorType.INT8 and not same_quantization:
            refuse(f"{describe(first)} and {describe(input)}", "one scale and zero point for both")
    require_type(output, TensorType.FLOAT32, TensorType.INT8)
    if output.type == TensorType.FLOAT32:
        return None
    return common_scale(first, first, output, ActivationFunctionType.NONE)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Add."""
    inputs = [context.input_data(node, index) for index in range(len(node.inputs))]
    output = context.output_data(node, OUTPUT)
    if data is None:
        result: Array = sum(inputs, start=np.zeros(1, np.float32))  # float32 [samples, *shape]
    else:
        start = rescale(data.input1, np.zeros(1, np.int8))
        total = sum((rescale(data.input1, x) for x in inputs), start=start)  # int32 [samples, *shape], wraps as in C
        rescaling = data.output_multiplier, data.output_shift, data.output_zero_point
        result = requantize(total, *rescaling, data.activation_min, data.activation_max, np.int8)
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("ADD_N", prepare, invoke)
