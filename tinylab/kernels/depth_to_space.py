"""output[n, y*b + dy, x*b + dx, c] = input[n, y, x, (dy*b + dx)*channels + c]: channels become b x b blocks.

Retells tensorflow/lite/micro/kernels/depth_to_space.cc.
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
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import DepthToSpaceOptions

INPUT, OUTPUT = 0, 0


def prepare(context: PrepareContext, node: Operator) -> int:
    """The block's size; refuse channels that do not fill whole blocks."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if len(input.shape) != 4:
        refuse(describe(input), "4 axes")
    require_type(output, TensorType.FLOAT32, TensorType.INT8)
    require_same_type(input, output)
    block = int((node.options or DepthToSpaceOptions()).block_size)
    if block < 1 or input.shape[3] % block**2:
        refuse(f"{describe(input)} into blocks of {block}", "channels for whole blocks")
    require_same_size(input, output)
    return block


def invoke(context: InvokeContext, node: Operator, block: int) -> None:
    """Put the blocks together."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    samples, batches, height, width, _ = input.shape
    blocks = input.reshape(samples, batches, height, width, block, block, -1)
    output[...] = blocks.transpose(0, 1, 2, 4, 3, 5, 6).reshape(samples, *output.shape[1:])


REGISTRATION = Registration("DEPTH_TO_SPACE", prepare, invoke)
