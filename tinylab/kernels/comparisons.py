"""output = input1 == input2 (EQUAL), !=, >, >=, <, <=: a bool, the smaller input repeated along axes of 1.

Two int8 are compared in real numbers: each, less its zero point and 256 times as large, is multiplied by its scale.

Retells tensorflow/lite/micro/kernels/comparisons.cc and tensorflow/lite/kernels/internal/reference/comparisons.h.

NB: the 65,536 comparisons of two int8 are made in prepare and looked up. int8 scales must be below 1: TFLM aborts on
others. TFLM compares what lies beside a tensor whose type or shape is another, and writes bools into any output; here
they must agree. GREATER takes int16 too, but Prepare writes no numbers to rescale them with, and the result depends on
what the arena held before; here they are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.lookup_table import tabulated_pair
from tinylab.kernels.common_scale import Rescaling, rescale, smaller_than_one
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    broadcast_pair,
    require_broadcast_shapes,
    require_same_type,
    require_scale,
    require_type,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType

INPUT1, INPUT2, OUTPUT = 0, 1, 0
LEFT_SHIFT = 8
ORDERED = (TensorType.FLOAT32, TensorType.INT32, TensorType.INT64, TensorType.INT8)

Comparison = Callable[[Array, Array], Array]


class OpData(NamedTuple):
    """What compares two arrays that broadcast; for int8, what brings each to real numbers."""

    function: Comparison
    input1: Rescaling | None = None
    input2: Rescaling | None = None


def comparison(name: str, compare: Comparison, *types: TensorType) -> Registration:
    """The kernel that compares two tensors of one of these types."""

    def prepare(context: PrepareContext, node: Operator) -> OpData:
        input1, input2 = context.input_tensor(node, INPUT1), context.input_tensor(node, INPUT2)
        output = context.output_tensor(node, OUTPUT)
        require_same_type(input1, input2)
        require_type(output, TensorType.BOOL)
        require_broadcast_shapes(input1, input2, output)
        if input1.type != TensorType.INT8:
            return OpData(compare)
        rescalings = rescaling(input1), rescaling(input2)
        return OpData(tabulated_pair(partial(compare_rescaled, compare, *rescalings), np.int8), *rescalings)

    def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
        require_type_at_invoke(context.input_tensor(node, INPUT1), *types)
        pair = broadcast_pair(context.input_data(node, INPUT1), context.input_data(node, INPUT2))
        output = context.output_data(node, OUTPUT)
        result = data.function(*pair)  # bool [samples, *shape]
        output[...] = result.reshape(len(result), *output.shape[1:])

    return Registration(name, prepare, invoke)


def rescaling(input: Tensor) -> Rescaling:
    """int8 to real numbers."""
    require_scale(input)
    return Rescaling(zero_point_of(input), LEFT_SHIFT, *smaller_than_one(float(scale_of(input))))


def compare_rescaled(compare: Comparison, rescaling1: Rescaling, rescaling2: Rescaling, x1: Array, x2: Array) -> Array:
    """`compare` of two int8 in real numbers."""
    return compare(rescale(rescaling1, x1), rescale(rescaling2, x2))


EQUAL = comparison("EQUAL", np.equal, TensorType.BOOL, *ORDERED)
GREATER = comparison("GREATER", np.greater, *ORDERED)
GREATER_EQUAL = comparison("GREATER_EQUAL", np.greater_equal, *ORDERED)
LESS = comparison("LESS", np.less, *ORDERED)
LESS_EQUAL = comparison("LESS_EQUAL", np.less_equal, *ORDERED)
NOT_EQUAL = comparison("NOT_EQUAL", np.not_equal, TensorType.BOOL, *ORDERED)
