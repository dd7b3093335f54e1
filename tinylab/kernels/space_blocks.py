"""What BATCH_TO_SPACE_ND and SPACE_TO_BATCH_ND share: the checks of Prepare, and a width for what has none.

Retells tensorflow/lite/micro/kernels/batch_to_space_nd.cc and space_to_batch_nd.cc.
"""

from __future__ import annotations

import numpy as np

from tinylab.kernels.kernel_util import (
    Array,
    PrepareContext,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_type,
)
from tinylab.model import Operator, TensorType

INPUT, BLOCK_SHAPE, MARGINS, OUTPUT = 0, 1, 2, 0  # margins: crops or paddings


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse other than [batches, height, channels] and [batches, height, width, channels]."""
    require_counts(node, 3, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    for tensor in (input, output):
        if len(tensor.shape) not in (3, 4):
            refuse(describe(tensor), "3 or 4 axes")
    require_same_type(input, output)
    spatial = len(input.shape) - 2
    for place, count in ((BLOCK_SHAPE, spatial), (MARGINS, 2 * spatial)):  # NB: TFLM looks at neither
        argument = context.input_tensor(node, place)
        require_type(argument, TensorType.INT32)
        if argument.element_count != count:
            refuse(describe(argument), f"{count} values")


def with_width(array: Array) -> Array:
    """[samples, batches, height, width, channels], a width of 1 where there is none: a view."""
    return array if array.ndim == 5 else array[:, :, :, np.newaxis]
