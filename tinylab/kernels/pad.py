"""output = constant everywhere, then output[left : left + size] = input along each axis.

PAD pads with real 0, which int8 writes as the zero point; PADV2 with the value of a third input. One kernel is both.

Retells tensorflow/lite/micro/kernels/pad.cc, pad_common.cc and tensorflow/lite/kernels/internal/reference/pad.h.

Negative padding does not crop: as in TFLM, the places that are not padding take the input's elements one after another.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    int32_constant,
    refuse,
    require_counts,
    require_same_type,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType

INPUT, PADDINGS, CONSTANT_VALUES, OUTPUT = 0, 1, 2, 0
MAX_RANK = 5


class OpData(NamedTuple):
    """What Invoke needs: where the input lies inside the output, and what stands around it."""

    inside: tuple[slice, ...]  # one slice an axis of the output
    pad_value: int


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Check that the output's shape is the padded input's and find where the input lies in it."""
    require_counts(node, (2, 3), 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    constant_values = context.optional_input_tensor(node, CONSTANT_VALUES)
    require_same_type(input, output)
    if len(input.shape) > MAX_RANK:
        refuse(describe(input), f"at most {MAX_RANK} axes")
    if constant_values is not None:
        require_same_type(input, constant_values)
        if constant_values.element_count != 1:
            refuse(describe(constant_values), "one value")

    paddings = int32_constant(context.input_tensor(node, PADDINGS))  # left and right of each axis in turn
    pairs = list(zip(paddings[0::2], paddings[1::2], strict=False))
    padded = tuple(left + size + right for size, (left, right) in zip(input.shape, pairs, strict=False))
    if not len(paddings) == 2 * len(input.shape) == 2 * len(output.shape) or output.shape != padded:
        refuse(f"{describe(output)} from {describe(input)} with paddings {paddings}", f"an output of shape {padded}")
    inside = tuple(slice(max(left, 0), size - max(right, 0)) for size, (left, right) in zip(padded, pairs, strict=True))
    return OpData(inside, _pad_value(output, constant_values))


def _pad_value(output: Tensor, constant_values: Tensor | None) -> int:
    """What real 0 is in the output's integers: only int8 has a zero point; int16 always pads with 0."""
    if output.type != TensorType.INT8:
        return 0
    zero_point = zero_point_of(output)
    if constant_values is None:
        if not -128 <= zero_point <= 127:
            refuse(f"{describe(output)} with zero point {zero_point}", "a zero point from -128 to 127")
    elif zero_point != zero_point_of(constant_values) or scale_of(output) != scale_of(constant_values):
        refuse(f"{describe(output)} and {describe(constant_values)}", "one scale and zero point for both")
    return zero_point


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Fill the output with the padding value, then put the input in its place."""
    require_type_at_invoke(
        context.input_tensor(node, INPUT), TensorType.FLOAT32, TensorType.INT8, TensorType.INT16, TensorType.INT32
    )
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    constant = context.optional_input_data(node, CONSTANT_VALUES)
    if constant is None:
        output[...] = data.pad_value
    else:
        output[...] = constant.reshape((-1,) + (1,) * (output.ndim - 1))

    inside = output[(slice(None), *data.inside)]  # dtype of input [samples, *shape without padding]
    elements = input.reshape(len(input), -1)[:, : math.prod(inside.shape[1:])]
    inside[...] = elements.reshape((len(input), *inside.shape[1:]))


PAD = Registration("PAD", prepare, invoke)
PADV2 = Registration("PADV2", prepare, invoke)
