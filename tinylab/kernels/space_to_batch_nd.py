"""output[(dy*bw + dx)*batches + n, y, x] = padded input[n, y*bh + dy, x*bw + dx]: each place of a block, a batch.

bh, bw: the block's height and width. Retells tensorflow/lite/micro/kernels/space_to_batch_nd.cc and
tensorflow/lite/kernels/internal/reference/space_to_batch_nd.h.

NB: padding is 0, also for int8 whose zero point is another. TFLM pads with a byte of its OpData that it never sets, so
with what the arena held before: 0 where that was clear, and 96 in the wheel (measured).
NB: an output of other batches or channels fails in Invoke; a release build of TFLM does not look.
"""

from __future__ import annotations

import numpy as np

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    Registration,
    describe,
    require_type_at_invoke,
)
from tinylab.kernels.sample_rows import by_arguments, rows_of
from tinylab.kernels.space_blocks import BLOCK_SHAPE, INPUT, MARGINS, OUTPUT, prepare, with_width
from tinylab.model import Operator, TensorType


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Pad, then take the blocks apart."""
    require_type_at_invoke(context.input_tensor(node, INPUT), TensorType.FLOAT32, TensorType.INT8)
    input = with_width(context.input_data(node, INPUT))
    output = with_width(context.output_data(node, OUTPUT))
    _, out_batches, out_height, out_width, channels = output.shape
    arguments = context.input_data(node, BLOCK_SHAPE), context.input_data(node, MARGINS)
    for rows, (block, paddings) in by_arguments(*arguments):
        bh, bw = [*block, 1][:2]
        top, left = paddings[0], [*paddings, 0, 0][2]
        if min(bh, bw) < 1 or (out_batches, channels) != (input.shape[1] * bh * bw, input.shape[4]):
            found = f"blocks of {bh}x{bw} of {describe(context.input_tensor(node, INPUT))}"
            raise InvokeError(f"{found}, but as many batches as in the output are needed")
        space = _shifted(rows_of(input, rows), top, left, out_height * bh, out_width * bw)
        blocks = space.reshape(-1, input.shape[1], out_height, bh, out_width, bw, channels)
        output[rows] = blocks.transpose(0, 3, 5, 1, 2, 4, 6).reshape(-1, *output.shape[1:])


def _shifted(input: Array, top: int, left: int, height: int, width: int) -> Array:
    """A space of zeros of that size with the input in it, as far as it is inside; negative shifts cut it."""
    space = np.zeros((*input.shape[:2], height, width, input.shape[4]), input.dtype)
    part = input[:, :, max(0, -top) : max(0, height - top), max(0, -left) : max(0, width - left)]
    y, x = max(0, top), max(0, left)
    space[:, :, y : y + part.shape[2], x : x + part.shape[3]] = part
    return space


REGISTRATION = Registration("SPACE_TO_BATCH_ND", prepare, invoke)
