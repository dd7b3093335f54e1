"""output = input where input >= 0, exp(input) - 1 elsewhere.

Retells tensorflow/lite/micro/kernels/elu.cc and tensorflow/lite/kernels/internal/reference/elu.h. An int8 result comes
from a table of 256, filled in float32 by exp(x) - 1; a float32 one from expm1.

Bound: both are computed in float64, so each float32 is the one nearest to the real result. C's expm1f may give the next
one: they differ by at most one unit in the last place, 1.2e-7 of the result.

NB: the output must have as many elements as the input, and int8 scales must keep numbers inside int32; TFLM looks at
neither, and C does not say what becomes of such a number.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.lookup_table import round_half_away, tabulated
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
    require_scale,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType

INPUT, OUTPUT = 0, 0

OpData = Callable[[Array], Array]  # what makes outputs of inputs


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other than one input and an output of its type; fill the table of int8."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)
    if input.type != TensorType.INT8:
        return elu
    require_scale(output)
    return tabulated(lambda x: elu_int8(x, input, output), np.int8)


def elu(x: Array) -> Array:
    """ELU of float32."""
    below_0 = np.expm1(np.minimum(x, 0).astype(np.float64)).astype(np.float32)
    return np.where(x < 0, below_0, x)


def elu_int8(x: NDArray[np.int8], input: Tensor, output: Tensor) -> NDArray[np.int8]:
    """ELU of int8, from the input's scale to the output's, in float32 operation by operation as TFLM."""
    real = scale_of(input) * (x.astype(np.int32) - zero_point_of(input)).astype(np.float32)
    exp = np.exp(np.minimum(real, 0).astype(np.float64)).astype(np.float32)
    with np.errstate(over="ignore"):
        rescaled = round_half_away(np.where(real < 0, exp - np.float32(1), real) * (np.float32(1) / scale_of(output)))
    result = rescaled + np.float32(zero_point_of(output))
    if not (np.abs(result) < 2**31).all():
        refuse(f"{describe(input)} into {describe(output)}", "an input scale below 2**23 output scales")
    return np.clip(result, -128, 127).astype(np.int8)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Apply the function to every element."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, TensorType.INT8)
    output = context.output_data(node, OUTPUT)
    result = data(context.input_data(node, INPUT))  # the input's type [samples, *shape]
    output[...] = result.reshape(len(result), *output.shape[1:])


REGISTRATION = Registration("ELU", prepare, invoke)
