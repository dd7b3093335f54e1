"""output = input[begin:end:stride, ...]: along each axis every stride-th element from begin to before end.

Retells tensorflow/lite/micro/kernels/strided_slice.cc, strided_slice_common.cc,
tensorflow/lite/kernels/internal/reference/strided_slice.h and tensorflow/lite/kernels/internal/strided_slice_logic.h.

Bit i of a mask is about axis i: begin_mask and end_mask say "from the start" and "to the end", shrink_axis_mask says
"take the element at begin and drop the axis". TFLM ignores ellipsis_mask, new_axis_mask and `offset`.

NB: fewer indices than the input has axes are refused; TFLM reads past them.
"""

from __future__ import annotations

import math

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
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import StridedSliceOptions

INPUT, BEGIN, END, STRIDES, OUTPUT = 0, 1, 2, 3, 0
MAX_RANK = 4


def prepare(context: PrepareContext, node: Operator) -> tuple[range, ...]:
    """The indices that are taken along each axis of the input, samples not counted."""
    require_counts(node, 4, 1)
    options: StridedSliceOptions = node.options
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    rank = len(input.shape)
    if rank > MAX_RANK:
        refuse(describe(input), f"at most {MAX_RANK} axes")
    begins, ends, strides = (int32_constant(context.input_tensor(node, index)) for index in (BEGIN, END, STRIDES))
    if min(len(begins), len(ends), len(strides)) < rank:
        refuse(f"{len(begins)} begin, {len(ends)} end, {len(strides)} stride indices", f"{rank} of each")
    if 0 in strides[:rank]:
        refuse(f"strides {strides}", "no stride of 0")

    taken, shape = [], []
    for axis, size in enumerate(input.shape):
        bit = 1 << axis
        begin = None if options.begin_mask & bit else begins[axis]
        end = None if options.end_mask & bit else ends[axis]
        shrink = bool(options.shrink_axis_mask & bit)
        taken.append(_indices(size, begin, end, strides[axis], shrink))
        if not shrink:
            shape.append(len(taken[axis]))
    if output.shape != tuple(shape):
        refuse(f"{describe(output)} for a slice of {describe(input)}", f"the slice's shape {tuple(shape)}")
    return tuple(taken)


def _indices(size: int, begin: int | None, end: int | None, stride: int, shrink: bool) -> range:
    """The indices of one axis. A negative begin or end counts from the axis's end; both are cut to the axis."""
    start, stop, stride = slice(begin, end, stride).indices(size)
    # Dropping an axis takes the one element at begin, whatever end says. With a negative stride TFLM's loop takes none.
    return range(start, min(start + 1, max(size, start)), stride) if shrink else range(start, stop, stride)


def invoke(context: InvokeContext, node: Operator, data: tuple[range, ...]) -> None:
    """Copy the slice. An empty one leaves the output as it was."""
    require_type_at_invoke(
        context.output_tensor(node, OUTPUT),
        TensorType.FLOAT32,
        TensorType.INT8,
        TensorType.INT16,
        TensorType.INT32,
        TensorType.BOOL,
    )
    if not math.prod(map(len, data)):
        return
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    # A range that ends before index 0 has stop -1 or less, which a slice would count from the end.
    slices = (slice(taken.start, taken.stop if taken.stop >= 0 else None, taken.step) for taken in data)
    picked = input[(slice(None), *slices)]
    output[...] = picked.reshape(picked.shape[:1] + output.shape[1:])


REGISTRATION = Registration("STRIDED_SLICE", prepare, invoke)
