"""output[i, j, k, ...] = input with its axes in the order perm: axis n of the output is axis perm[n] of the input.

Retells tensorflow/lite/micro/kernels/transpose.cc, transpose_common.cc and
tensorflow/lite/kernels/internal/reference/transpose.h.

NB: a perm that names an axis twice, or an output whose shape is not the permuted one, is refused; TFLM does not look.
"""

from __future__ import annotations

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

INPUT, PERM, OUTPUT = 0, 1, 0
MAX_RANK = 5


def prepare(context: PrepareContext, node: Operator) -> tuple[int, ...]:
    """The permutation of [samples, *axes]: samples stay first."""
    require_counts(node, 2, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if len(input.shape) > MAX_RANK:
        refuse(describe(input), f"at most {MAX_RANK} axes")
    require_same_type(input, output)
    perm_tensor = context.input_tensor(node, PERM)
    perm = int32_constant(perm_tensor)
    if len(perm_tensor.shape) != 1 or sorted(perm) != list(range(len(input.shape))):
        refuse(f"the permutation {perm} of {describe(input)}", "each of its axes once")
    if output.shape != tuple(input.shape[axis] for axis in perm):
        refuse(f"{describe(output)} from {describe(input)}", f"its shape permuted by {perm}")
    return (0, *(axis + 1 for axis in perm))


def invoke(context: InvokeContext, node: Operator, perm: tuple[int, ...]) -> None:
    """Copy in the new order."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, TensorType.INT8, TensorType.INT16)
    context.output_data(node, OUTPUT)[...] = context.input_data(node, INPUT).transpose(perm)


REGISTRATION = Registration("TRANSPOSE", prepare, invoke)
