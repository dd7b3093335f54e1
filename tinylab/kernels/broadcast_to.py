"""output = input, repeated along the axes where it has size 1 or none.

Retells tensorflow/lite/micro/kernels/broadcast_to.cc.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    broadcast_ready,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_type,
)
from tinylab.model import Operator, TensorType

INPUT, SHAPE, OUTPUT = 0, 1, 0
MAX_RANK = 5


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse a shape that is computed, that is not the output's, or to which the input does not broadcast."""
    require_counts(node, 2, 1)
    input, shape = context.input_tensor(node, INPUT), context.input_tensor(node, SHAPE)
    output = context.output_tensor(node, OUTPUT)
    if len(input.shape) > MAX_RANK or len(output.shape) > MAX_RANK:
        refuse(f"{describe(input)} into {describe(output)}", f"at most {MAX_RANK} axes")
    require_type(shape, TensorType.INT32, TensorType.INT64)
    require_same_type(input, output)
    constant = shape.constant()
    if constant is None:
        refuse(describe(shape) + " is not constant", "a constant")
    if shape.shape != (len(output.shape),) or tuple(constant.tolist()) != output.shape:
        refuse(f"{describe(output)} and shape {constant.tolist()}", "one shape")
    if len(input.shape) > len(output.shape) or any(
        size not in (1, wanted) for size, wanted in zip(input.shape[::-1], output.shape[::-1], strict=False)
    ):
        refuse(f"{describe(input)} into {describe(output)}", "an input that broadcasts to the output")


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Repeat."""
    output = context.output_data(node, OUTPUT)
    output[...] = broadcast_ready(context.input_data(node, INPUT), output.ndim - 1)


REGISTRATION = Registration("BROADCAST_TO", prepare, invoke)
