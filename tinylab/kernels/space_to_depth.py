"""output[n, y, x, (dy*b + dx)*channels + c] = input[n, y*b + dy, x*b + dx, c]: each b x b block becomes channels.

Retells tensorflow/lite/micro/kernels/space_to_depth.cc.
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
from tinylab.model.options import SpaceToDepthOptions

INPUT, OUTPUT = 0, 0


def prepare(context: PrepareContext, node: Operator) -> int:
    """The block's size; refuse a space that is not made of whole blocks."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if len(input.shape) != 4:
        refuse(describe(input), "4 axes")
    require_type(output, TensorType.FLOAT32, TensorType.INT8)
    require_same_type(input, output)
    block = int((node.options or SpaceToDepthOptions()).block_size)
    if block < 1 or input.shape[1] % block or input.shape[2] % block:  # NB: TFLM divides by 0
        refuse(f"{describe(input)} in blocks of {block}", "a height and a width of whole blocks")
    require_same_size(input, output)
    return block


def invoke(context: InvokeContext, node: Operator, block: int) -> None:
    """Take the blocks apart."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    samples, batches, height, width, channels = input.shape
    blocks = input.reshape(samples, batches, height // block, block, width // block, block, channels)
    output[...] = blocks.transpose(0, 1, 2, 4, 3, 5, 6).reshape(samples, *output.shape[1:])


REGISTRATION = Registration("SPACE_TO_DEPTH", prepare, invoke)
