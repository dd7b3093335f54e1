"""output = input without axes of size 1: the same bytes.

Retells tensorflow/lite/micro/kernels/squeeze.cc.
"""

from __future__ import annotations

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_type,
)
from tinylab.model import Operator
from tinylab.model.options import SqueezeOptions

INPUT, OUTPUT = 0, 0
MAX_RANK = 8


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse axes that are not there, or not of size 1.

    NB: and outputs that are too small on an axis, where TFLM aborts, or of another type, where it copies the bytes.
    """
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    rank = len(input.shape)
    if rank > MAX_RANK:
        refuse(describe(input), f"at most {MAX_RANK} axes")
    chosen = (node.options or SqueezeOptions()).squeeze_dims
    axes = {axis + rank if axis < 0 else axis for axis in chosen} if chosen else set(range(rank))
    if chosen and not all(0 <= axis < rank and input.shape[axis] == 1 for axis in axes):
        refuse(f"{describe(input)} squeezed at {list(chosen)}", "axes that it has, of size 1")
    kept = [size for axis, size in enumerate(input.shape) if not (axis in axes and size == 1)]
    if len(output.shape) < len(kept) or any(size < most for size, most in zip(output.shape, kept, strict=False)):
        refuse(f"{describe(output)} from {describe(input)}", f"an output of shape {tuple(kept)}")
    require_same_type(input, output)


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Copy."""
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if input.bytes != output.bytes:
        raise InvokeError(f"{describe(input)} into {describe(output)}, but as many bytes are needed")
    values = context.input_data(node, INPUT)
    context.output_data(node, OUTPUT)[...] = values.reshape(len(values), *output.shape)


REGISTRATION = Registration("SQUEEZE", prepare, invoke)
