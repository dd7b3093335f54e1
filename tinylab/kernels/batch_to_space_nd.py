"""space[n, y*bh + dy, x*bw + dx] = input[(dy*bw + dx)*batches + n, y, x]; output = space without its crops.

bh, bw: the block's height and width. Retells tensorflow/lite/micro/kernels/batch_to_space_nd.cc and
tensorflow/lite/kernels/internal/reference/batch_to_space_nd.h.

NB: an output that is not all of it filled fails in Invoke; TFLM leaves there what was there.
"""

from __future__ import annotations

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    InvokeContext,
    Registration,
    describe,
    require_type_at_invoke,
)
from tinylab.kernels.sample_rows import by_arguments, rows_of
from tinylab.kernels.space_blocks import BLOCK_SHAPE, INPUT, MARGINS, OUTPUT, prepare, with_width
from tinylab.model import Operator, TensorType


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Put the blocks together, then crop."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, TensorType.INT8)
    input = with_width(context.input_data(node, INPUT))
    output = with_width(context.output_data(node, OUTPUT))
    _, in_batches, height, width, channels = input.shape
    _, batches, out_height, out_width, _ = output.shape
    arguments = context.input_data(node, BLOCK_SHAPE), context.input_data(node, MARGINS)
    for rows, (block, crops) in by_arguments(*arguments):
        bh, bw = [*block, 1][:2]
        top, left = crops[0], [*crops, 0, 0][2]
        inside = min(top, left) >= 0 and top + out_height <= height * bh and left + out_width <= width * bw
        if not inside or (in_batches, channels) != (batches * bh * bw, output.shape[4]):
            found = f"blocks of {bh}x{bw} and crops {crops} of {describe(context.input_tensor(node, INPUT))}"
            raise InvokeError(f"{found}, but all of {describe(context.output_tensor(node, OUTPUT))} is needed")
        blocks = rows_of(input, rows).reshape(-1, bh, bw, batches, height, width, channels)
        space = blocks.transpose(0, 3, 4, 1, 5, 2, 6).reshape(-1, batches, height * bh, width * bw, channels)
        output[rows] = space[:, :, top : top + out_height, left : left + out_width]


REGISTRATION = Registration("BATCH_TO_SPACE_ND", prepare, invoke)
