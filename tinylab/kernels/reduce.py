"""output = the sum of the input along some axes (SUM), the mean (MEAN), or whether all are true (REDUCE_ALL).

Retells tensorflow/lite/micro/kernels/reduce.cc, reduce_common.cc and
tensorflow/lite/kernels/internal/reference/reduce.h. The sum of quantized numbers is exact; for MEAN 1 / count is folded
into the multiplier, which loses some of its bits. float32 is exact: one is added after another.

NB: MEAN's output must be of the input's type; TFLM does not look.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.reduction import divided_multiplier, sequential_sum
from tinylab.arithmetic.requantize import requantize
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    require_same_type,
    require_scale,
    require_type,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.kernels.reduce_common import INPUT, OUTPUT, Axes, reduce, require_axes, require_types_at_invoke
from tinylab.model import Operator, TensorType

QUANTIZED = (TensorType.INT8, TensorType.INT16)


class OpData(NamedTuple):
    """For integers, input scale / output scale; MEAN's element count is folded in by invoke, as in TFLM."""

    multiplier: int = 0
    shift: int = 0
    input_zero_point: int = 0
    output_zero_point: int = 0


def prepare_sum(context: PrepareContext, node: Operator) -> OpData:
    """Refuse axes that are not int32; reduce the two scales of integers to one multiplier."""
    require_axes(context, node)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if input.type not in QUANTIZED:
        return OpData()
    require_scale(output)
    real_multiplier = float(scale_of(input)) / float(scale_of(output))
    return OpData(*quantize_multiplier(real_multiplier), zero_point_of(input), zero_point_of(output))


def prepare_mean(context: PrepareContext, node: Operator) -> OpData:
    """The same, and both types must be one."""
    require_axes(context, node)
    require_same_type(context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT))
    return prepare_sum(context, node)


def prepare_all(context: PrepareContext, node: Operator) -> None:
    """Refuse what is not bool."""
    require_type(context.input_tensor(node, INPUT), TensorType.BOOL)
    require_axes(context, node)


def mean(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Average along the axes."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, *QUANTIZED)

    def average(input: Array, axes: Axes) -> Array:
        count = math.prod(input.shape[axis] for axis in axes)
        if not count:
            return np.zeros((len(input), context.output_tensor(node, OUTPUT).element_count), input.dtype)
        if input.dtype == np.float32:
            return sequential_sum(input, axes) / np.float32(count)  # float32 [samples, elements kept]
        return rescaled_sum(input, axes, data, *divided_multiplier(data.multiplier, data.shift, count))

    reduce(context, node, average)


def rescaled_sum(input: Array, axes: Axes, data: OpData, multiplier: int, shift: int) -> Array:
    """The sum of integers times a multiplier, of the input's type [samples, *shape kept]."""
    count, limits = math.prod(input.shape[axis] for axis in axes), np.iinfo(input.dtype)
    total = input.sum(axis=axes, dtype=np.int64) - data.input_zero_point * count
    return requantize(total, multiplier, shift, data.output_zero_point, int(limits.min), int(limits.max), input.dtype)


def sum_(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Add along the axes."""
    require_types_at_invoke(context, node, TensorType.FLOAT32, *QUANTIZED)

    def total(input: Array, axes: Axes) -> Array:
        if not input.size:
            return np.zeros((len(input), context.output_tensor(node, OUTPUT).element_count), input.dtype)
        if input.dtype == np.float32:
            return sequential_sum(input, axes)  # float32 [samples, elements kept]
        return rescaled_sum(input, axes, data, data.multiplier, data.shift)

    reduce(context, node, total)


def all_(context: InvokeContext, node: Operator, data: None) -> None:
    """Whether all are true along the axes."""
    require_types_at_invoke(context, node, TensorType.BOOL)
    reduce(context, node, lambda input, axes: np.asarray(input.all(axis=axes)))  # bool [samples, *shape kept]


MEAN = Registration("MEAN", prepare_mean, mean)
REDUCE_ALL = Registration("REDUCE_ALL", prepare_all, all_)
SUM = Registration("SUM", prepare_sum, sum_)
