"""output = (input1 - input2)**2, the smaller one repeated along axes of 1.

Retells tensorflow/lite/micro/kernels/squared_difference.cc. int8 and int16 are first brought to one scale, twice the
larger of the two, int8 with 7 bits more. float32 is exact, and int32 wraps.

NB: all three tensors must be of one type. The 65,536 results of two int8 are computed in prepare and looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.lookup_table import tabulated_pair
from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.common_scale import Rescaling, rescale, smaller_than_one
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    broadcast_pair,
    describe,
    refuse,
    require_broadcast,
    require_counts,
    require_scale,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType

INPUT1, INPUT2, OUTPUT = 0, 1, 0
LEFT_SHIFTS = {TensorType.INT8: 7, TensorType.INT16: 0}


class OpData(NamedTuple):
    """For int8 and int16: both inputs in one scale, what brings the square to the output's, and what does it all."""

    input1: Rescaling | None = None
    input2: Rescaling | None = None
    output_multiplier: int = 0
    output_shift: int = 0
    output_zero_point: int = 0
    function: Callable[[Array, Array], Array] | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse zero points that the type does not have; reduce three scales to three multipliers."""
    require_counts(node, 2, 1)
    tensors = input1, input2 = context.input_tensor(node, INPUT1), context.input_tensor(node, INPUT2)
    output = context.output_tensor(node, OUTPUT)
    require_broadcast(*tensors, output)
    if output.type not in LEFT_SHIFTS:
        return OpData()
    for tensor in (*tensors, output):
        require_scale(tensor)
        if not (-128 <= zero_point_of(tensor) <= 127 if output.type == TensorType.INT8 else zero_point_of(tensor) == 0):
            refuse(f"{describe(tensor)} with zero point {zero_point_of(tensor)}", "0, or for INT8 one from -128 to 127")
    left_shift = LEFT_SHIFTS[output.type]
    twice_max_input_scale = 2.0 * max(float(scale_of(input1)), float(scale_of(input2)))

    def rescaling(input: Tensor) -> Rescaling:
        in_common_scale = smaller_than_one(float(scale_of(input)) / twice_max_input_scale)
        return Rescaling(zero_point_of(input), left_shift, *in_common_scale)

    real_multiplier = twice_max_input_scale**2 / (2.0 ** (2 * left_shift) * float(scale_of(output)))
    data = OpData(rescaling(input1), rescaling(input2), *quantize_multiplier(real_multiplier), zero_point_of(output))
    return data._replace(function=tabulated_pair(partial(squared_difference, data), output.dtype))


def squared_difference(data: OpData, x1: Array, x2: Array) -> Array:
    """SQUARED_DIFFERENCE of int8 or int16 that broadcast, in the output's scale."""
    assert data.input1 is not None
    assert data.input2 is not None
    difference = rescale(data.input1, x1) - rescale(data.input2, x2)  # int32 [samples, *shape], and its square fits
    limits = np.iinfo(x1.dtype)
    rescaling = data.output_multiplier, data.output_shift, data.output_zero_point
    return requantize(np.square(difference), *rescaling, int(limits.min), int(limits.max), x1.dtype)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Subtract and square."""
    require_type_at_invoke(context.output_tensor(node, OUTPUT), TensorType.FLOAT32, TensorType.INT32, *LEFT_SHIFTS)
    pair = broadcast_pair(context.input_data(node, INPUT1), context.input_data(node, INPUT2))
    output = context.output_data(node, OUTPUT)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        result = data.function(*pair) if data.function else np.square(pair[0] - pair[1])  # the type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("SQUARED_DIFFERENCE", prepare, invoke)
