"""output = input * weights / 2**shift, row by row (SignalWindow): the samples of a frame, faded at both ends.

Retells signal/micro/kernels/window.cc and signal/src/window.cc.

NB: TFLM reads beside the weights where the input is not a whole number of rows; here that is refused.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_same_size,
    require_type,
)
from tinylab.kernels.signal_options import require_rank, signal_option
from tinylab.model import Operator, TensorType

INPUT, WEIGHTS, OUTPUT = 0, 1, 0


class OpData(NamedTuple):
    """How many bits of the products are dropped."""

    shift: int


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other types than int16 and an input that is not rows as long as the weights."""
    require_counts(node, 2, 1)
    input, weights = context.input_tensor(node, INPUT), context.input_tensor(node, WEIGHTS)
    output = context.output_tensor(node, OUTPUT)
    require_rank(weights, 1)
    require_rank(output, len(input.shape))
    for tensor in (input, weights, output):
        require_type(tensor, TensorType.INT16)
    require_same_size(input, output)
    if not input.shape or not weights.element_count or input.element_count % weights.element_count:
        refuse(f"{describe(input)} and {describe(weights)}", "an input of rows as long as the weights")
    return OpData(signal_option(node, "shift", 0, 31))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Multiply, drop bits, clip to int16."""
    input, weights = context.input_data(node, INPUT), context.input_data(node, WEIGHTS)
    output = context.output_data(node, OUTPUT)
    rows = input.reshape(len(input), -1, weights.shape[-1]).astype(np.int32)  # int32 [samples, rows, size]
    windowed = rows * weights[:, np.newaxis, :] >> data.shift
    output[...] = np.clip(windowed, -(2**15), 2**15 - 1).reshape(output.shape)


REGISTRATION = Registration("SignalWindow", prepare, invoke)
