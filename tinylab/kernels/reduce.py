"""output = the sum of the input along some axes / how many elements that is (MEAN).

Retells tensorflow/lite/micro/kernels/reduce.cc, reduce_common.cc and
tensorflow/lite/kernels/internal/reference/reduce.h. The sum of quantized numbers is exact; 1 / count is folded into the
multiplier, which loses some of its bits.

NB: TFLM leaves zeros where an axis of a quantized input is out of range; here that is an error.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.requantize import requantize
from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    require_counts,
    require_same_type,
    require_scale,
    require_type,
    require_type_at_invoke,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, Tensor, TensorType

INPUT, AXIS, OUTPUT = 0, 1, 0
QUANTIZED = (TensorType.INT8, TensorType.INT16)


class OpData(NamedTuple):
    """For integers, input scale / output scale; the element count is folded in by invoke, as in TFLM."""

    multiplier: int = 0
    shift: int = 0
    input_zero_point: int = 0
    output_zero_point: int = 0


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse axes that are not int32; reduce the two scales of integers to one multiplier."""
    require_counts(node, 2, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_type(context.input_tensor(node, AXIS), TensorType.INT32)
    require_same_type(input, output)
    if input.type not in QUANTIZED:
        return OpData()
    require_scale(output)
    real_multiplier = float(scale_of(input)) / float(scale_of(output))
    return OpData(*quantize_multiplier(real_multiplier), zero_point_of(input), zero_point_of(output))


def mean(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Average along the axes; they may be computed by the graph, and differ from sample to sample."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, *QUANTIZED)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    axes = context.input_data(node, AXIS)  # int32 [samples, number of axes]
    axes = axes.reshape(len(axes), -1)
    if (axes == axes[0]).all():
        _mean(resolve_axes(axes[0], context.input_tensor(node, INPUT)), input, output, data)
        return
    for sample, its_axes in enumerate(axes):
        one = slice(sample, sample + 1)
        _mean(resolve_axes(its_axes, context.input_tensor(node, INPUT)), input[one], output[one], data)


def resolve_axes(axes: NDArray[np.int32], input: Tensor) -> tuple[int, ...]:
    """The axes of an array [samples, *shape], each once; negative ones count from the end (ResolveAxis)."""
    rank = len(input.shape)
    found = [int(axis) for axis in axes] if rank else []
    if not all(-rank <= axis < rank for axis in found):
        raise InvokeError(f"axes {found} of {describe(input)}, but axes from {-rank} to {rank - 1} are needed")
    return tuple(sorted({1 + axis % rank for axis in found}))


def _mean(axes: tuple[int, ...], input: Array, output: Array, data: OpData) -> None:
    count = math.prod(input.shape[axis] for axis in axes)
    if not count:
        output[...] = 0
        return
    result: Array
    if input.dtype == np.float32:
        result = sequential_sum(input, axes) / np.float32(count)  # float32 [samples, elements kept]
    else:
        centered = input.sum(axis=axes, dtype=np.int64) - data.input_zero_point * count  # [samples, *shape kept]
        multiplier, shift = divided_multiplier(data.multiplier, data.shift, count)
        limits = np.iinfo(output.dtype)
        bounds = int(limits.min), int(limits.max)
        result = requantize(centered, multiplier, shift, data.output_zero_point, *bounds, output.dtype)
    output[...] = result.reshape(len(result), *output.shape[1:])


def sequential_sum(input: NDArray[np.float32], axes: tuple[int, ...]) -> NDArray[np.float32]:
    """Sums in float32, [samples, elements kept], one element after another as TFLM adds them (NumPy adds in pairs)."""
    moved = np.moveaxis(input, axes, range(1, 1 + len(axes)))
    count = math.prod(moved.shape[1 : 1 + len(axes)])
    total: NDArray[np.float32] = np.add.accumulate(moved.reshape(len(input), count, -1), axis=1)[:, -1]
    return total


def divided_multiplier(multiplier: int, shift: int, count: int) -> tuple[int, int]:
    """(multiplier, shift) / count, in integers, the multiplier cut off and not rounded."""
    extra = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << extra) // count, shift - extra


MEAN = Registration("MEAN", prepare, mean)
