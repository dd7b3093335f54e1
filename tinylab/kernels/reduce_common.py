"""Which axes a reduction goes along: what MEAN, SUM and their kind share. It registers no kernel.

Retells tensorflow/lite/micro/kernels/reduce_common.cc and ResolveAxis of
tensorflow/lite/kernels/internal/reference/reduce.h.

NB: TFLM leaves zeros where an axis of a quantized input is out of range, and does not look at the output's shape; here
both are errors.
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
    describe,
    require_counts,
    require_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, Tensor, TensorType

INPUT, AXIS, OUTPUT = 0, 1, 0

Axes = tuple[int, ...]  # of an array [samples, *shape]: from 1, each once


def require_axes(context: PrepareContext, node: Operator) -> None:
    """Refuse axes that are not int32 (PrepareSimple)."""
    require_counts(node, 2, 1)
    require_type(context.input_tensor(node, AXIS), TensorType.INT32)


def require_types_at_invoke(context: InvokeContext, node: Operator, *types: TensorType) -> None:
    """Fail on an input of another type, or an output of another than the input's."""
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_type_at_invoke(output, input.type)
    require_type_at_invoke(input, *types)


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
