"""output = the sum of the input along some axes / how many elements that is (MEAN).

Retells tensorflow/lite/micro/kernels/reduce.cc, reduce_common.cc and
tensorflow/lite/kernels/internal/reference/reduce.h. The sum of quantized numbers is exact; 1 / count is folded into the
multiplier, which loses some of its bits.

NB: TFLM leaves zeros where an axis of a quantized input is out of range, and does not look at the output's shape; here
both are errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.reduction import divided_multiplier, sequential_sum
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

Axes = tuple[int, ...]  # of an array [samples, *shape]: from 1, each once


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


def reduce(context: InvokeContext, node: Operator, reduction: Callable[[Array, Axes], Array]) -> None:
    """Apply `reduction` to the input; the axes may be computed by the graph, and differ from sample to sample."""
    tensors = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    axes = context.input_data(node, AXIS)  # int32 [samples, number of axes]
    axes = axes.reshape(len(axes), -1)
    if (axes == axes[0]).all():
        result = reduction(input, resolve_axes(axes[0], *tensors))
        output[...] = result.reshape(len(result), *output.shape[1:])
        return
    input = np.broadcast_to(input, (len(axes), *input.shape[1:]))
    for sample, its_axes in enumerate(axes):
        result = reduction(input[sample : sample + 1], resolve_axes(its_axes, *tensors))
        output[sample] = result.reshape(output.shape[1:])


def resolve_axes(axes: NDArray[np.int32], input: Tensor, output: Tensor) -> Axes:
    """The axes to reduce; negative ones count from the end (ResolveAxis)."""
    rank = len(input.shape)
    found = [int(axis) for axis in axes] if rank else []
    if not all(-rank <= axis < rank for axis in found):
        raise InvokeError(f"axes {found} of {describe(input)}, but axes from {-rank} to {rank - 1} are needed")
    resolved = {axis % rank for axis in found}
    kept = [size for axis, size in enumerate(input.shape) if axis not in resolved]
    if math.prod(kept) != output.element_count:
        raise InvokeError(f"{describe(output)} for axes {found} of {describe(input)}, but {kept} elements are needed")
    return tuple(1 + axis for axis in sorted(resolved))


def mean(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Average along the axes."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, *QUANTIZED)

    def average(input: Array, axes: Axes) -> Array:
        count = math.prod(input.shape[axis] for axis in axes)
        if not count:
            return np.zeros((len(input), context.output_tensor(node, OUTPUT).element_count), input.dtype)
        if input.dtype == np.float32:
            return sequential_sum(input, axes) / np.float32(count)  # float32 [samples, elements kept]
        total = input.sum(axis=axes, dtype=np.int64) - data.input_zero_point * count  # int64 [samples, *shape kept]
        limits = np.iinfo(input.dtype)
        rescaling = *divided_multiplier(data.multiplier, data.shift, count), data.output_zero_point
        return requantize(total, *rescaling, int(limits.min), int(limits.max), input.dtype)

    reduce(context, node, average)


MEAN = Registration("MEAN", prepare, mean)
