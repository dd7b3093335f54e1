"""output = where along an axis the input is largest (ARG_MAX) or smallest (ARG_MIN): the first such place.

Retells tensorflow/lite/micro/kernels/arg_min_max.cc and tensorflow/lite/kernels/internal/reference/arg_min_max.h. NaN
is never larger or smaller than anything, and nothing is than it: first in a row, it stays.

NB: TFLM has no Prepare here and looks at no shape: an axis out of range is an error here, and so is an output that has
another number of elements. The axis may be computed by the graph, and differ from sample to sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    require_type_at_invoke,
)
from tinylab.model import Operator, Tensor, TensorType

INPUT, AXIS, OUTPUT = 0, 1, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """TFLM has none."""


def choose(find: Callable[..., NDArray[np.intp]], worst: float) -> Callable[[InvokeContext, Operator, None], None]:
    """Invoke of an operator that finds np.argmax or np.argmin; `worst` is the float that is never chosen."""

    def invoke(context: InvokeContext, node: Operator, data: None) -> None:
        tensor, result = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
        require_type_at_invoke(context.input_tensor(node, AXIS), TensorType.INT32)
        require_type_at_invoke(result, TensorType.INT32)
        require_type_at_invoke(tensor, TensorType.FLOAT32, TensorType.INT8)
        input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
        axes = context.input_data(node, AXIS)  # int32 [samples, ...], of which the first counts
        axes = axes.reshape(len(axes), -1)[:, 0]
        for axis in set(axes.tolist()):
            place = 1 + checked(axis, tensor, result)
            chosen = slice(None) if len(axes) == 1 else np.flatnonzero(axes == axis)
            samples = input if len(input) == 1 else input[chosen]
            found = first_place(find, samples, worst, place)  # int64 [samples, *shape without the axis]
            output[chosen] = found.reshape(len(found), *output.shape[1:])

    return invoke


def checked(axis: int, input: Tensor, output: Tensor) -> int:
    """The axis counted from the start."""
    rank = len(input.shape)
    if not -rank <= axis < rank:
        raise InvokeError(f"axis {axis} of {describe(input)}, but one from {-rank} to {rank - 1} is needed")
    axis %= rank
    kept = input.shape[:axis] + input.shape[axis + 1 :]
    if math.prod(kept) != output.element_count or not input.shape[axis]:
        raise InvokeError(f"{describe(output)} for axis {axis} of {describe(input)}, but shape {kept} is needed")
    return axis


def first_place(find: Callable[..., NDArray[np.intp]], x: Array, worst: float, axis: int) -> NDArray[np.intp]:
    """Where along the axis `find` finds the largest or smallest of x."""
    if x.dtype != np.float32:
        return find(x, axis=axis)
    not_a_number = np.isnan(x)
    found = find(np.where(not_a_number, np.float32(worst), x), axis=axis)
    return np.where(not_a_number.take(0, axis=axis), 0, found)


ARG_MAX = Registration("ARG_MAX", prepare, choose(np.argmax, -math.inf))
ARG_MIN = Registration("ARG_MIN", prepare, choose(np.argmin, math.inf))
