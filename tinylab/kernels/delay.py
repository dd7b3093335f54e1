"""output[t] = input[t - delay_length]: each row, delay_length samples later (SignalDelay); zeros at first.

Retells signal/micro/kernels/delay.cc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_type,
)
from tinylab.kernels.signal_options import signal_option
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0
LONGEST = 2**24


@dataclass
class OpData:
    """late: what has not come out yet, int16 [1, ..., delay_length]."""

    late: Array


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse all but int16. NB: and an output of another shape, where TFLM writes as much as comes in."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_type(input, TensorType.INT16)
    require_type(output, TensorType.INT16)
    if not input.shape or input.shape != output.shape:
        refuse(f"{describe(input)} into {describe(output)}", "one shape for both, of an axis at least")
    return OpData(np.zeros((1, *input.shape[:-1], signal_option(node, "delay_length", 0, LONGEST)), np.int16))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Put the input behind what is late, and let the first of both out."""
    input = context.input_data(node, INPUT)
    waiting = np.concatenate([data.late, input], axis=-1)  # int16 [1, ..., delay_length + samples of a row]
    context.output_data(node, OUTPUT)[...] = waiting[..., : input.shape[-1]]
    data.late = waiting[..., input.shape[-1] :]


def reset(data: OpData) -> None:
    """Zeros again."""
    data.late = np.zeros_like(data.late)


REGISTRATION = Registration("SignalDelay", prepare, invoke, stateful=True, reset=reset)
