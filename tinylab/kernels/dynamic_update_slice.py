"""output = operand, then output[start : start + size of update] = update; a start that would not fit is moved inside.

Retells tensorflow/lite/micro/kernels/dynamic_update_slice.cc.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_size,
    require_same_type,
    require_type,
    require_type_at_invoke,
)
from tinylab.kernels.sample_rows import by_arguments, rows_of
from tinylab.model import Operator, TensorType

OPERAND, UPDATE, START_INDICES, OUTPUT = 0, 1, 2, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse an update that is larger than the operand on an axis. NB: and an output that is not the operand's size."""
    require_counts(node, 3, 1)
    operand, update = context.input_tensor(node, OPERAND), context.input_tensor(node, UPDATE)
    start, output = context.input_tensor(node, START_INDICES), context.output_tensor(node, OUTPUT)
    require_same_type(operand, update)
    require_type(start, TensorType.INT32, TensorType.INT64)
    if start.shape != (len(operand.shape),):
        refuse(describe(start), f"one start for each axis of {describe(operand)}")
    if len(update.shape) != len(operand.shape) or any(
        size > most for size, most in zip(update.shape, operand.shape, strict=True)
    ):
        refuse(f"{describe(update)} into {describe(operand)}", "an update no larger on any axis")
    require_same_type(operand, output)
    require_same_size(operand, output)


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Copy the operand, then the update over it."""
    described = context.input_tensor(node, OPERAND)
    require_type_at_invoke(described, TensorType.FLOAT32, TensorType.INT8, TensorType.INT16, TensorType.INT32)
    operand, update = context.input_data(node, OPERAND), context.input_data(node, UPDATE)
    output = context.output_data(node, OUTPUT)
    output = output.reshape(len(output), *described.shape)
    for rows, (starts,) in by_arguments(context.input_data(node, START_INDICES)):
        sizes = update.shape[1:]
        limits = [most - size for most, size in zip(described.shape, sizes, strict=True)]
        inside = [min(max(0, start), limit) for start, limit in zip(starts, limits, strict=True)]
        place = tuple(slice(start, start + size) for start, size in zip(inside, sizes, strict=True))
        output[rows] = rows_of(operand, rows)
        output[(rows, *place)] = rows_of(update, rows)


REGISTRATION = Registration("DYNAMIC_UPDATE_SLICE", prepare, invoke)
