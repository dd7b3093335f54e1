"""output = real**2 + imaginary**2 of the frequencies from start_index to end_index (SignalEnergy).

Retells signal/micro/kernels/energy.cc and signal/src/energy.cc.

NB: TFLM does not write the other frequencies, which hold whatever the arena held; here they are 0.
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
    require_type,
)
from tinylab.kernels.signal_options import require_rank, signal_option
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0


class OpData(NamedTuple):
    """Which frequencies are computed."""

    frequencies: slice


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other types than int16 to uint32, and frequencies that a tensor does not have."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_rank(input, 1)
    require_rank(output, 1)
    require_type(input, TensorType.INT16)
    require_type(output, TensorType.UINT32)
    end = signal_option(node, "end_index", 0, 2**31 - 1)
    start = signal_option(node, "start_index", 0, 2**31 - 1)
    if start < end and end > min(input.shape[0] // 2, output.shape[0]):
        refuse(f"{describe(input)} into {describe(output)}", f"end_index = {end} frequencies in both")
    return OpData(slice(start, end))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Square and add; at most 2**31, which a uint32 holds."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    pairs = input.shape[-1] // 2
    spectrum = input[:, : 2 * pairs].reshape(len(input), pairs, 2).astype(np.int64)  # int64 [samples, frequencies, 2]
    output[...] = 0
    output[:, data.frequencies] = (spectrum[:, data.frequencies] ** 2).sum(axis=-1)


REGISTRATION = Registration("SignalEnergy", prepare, invoke)
