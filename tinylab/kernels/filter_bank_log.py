"""output = ln(input * 2**input_correction_bits) * output_scale, from 0 to 32767 (SignalFilterBankLog).

Retells signal/micro/kernels/filter_bank_log.cc and signal/src/filter_bank_log.cc.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.integer_math import log
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    require_counts,
    require_same_size,
    require_type,
)
from tinylab.kernels.signal_options import require_rank, signal_option, unsigned_option
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0


class OpData(NamedTuple):
    """Bits that the input is shifted up by; what the logarithm is multiplied by."""

    input_correction_bits: int
    output_scale: int


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other types than uint32 to int16."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_rank(input, 1)
    require_rank(output, 1)
    require_type(input, TensorType.UINT32)
    require_type(output, TensorType.INT16)
    require_same_size(input, output)
    return OpData(signal_option(node, "input_correction_bits", 0, 31), unsigned_option(node, "output_scale"))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """The logarithm of what is above 1; 0 of the rest."""
    input = context.input_data(node, INPUT)
    scaled = (input << np.uint32(data.input_correction_bits)).astype(np.int64)  # int64 [samples, channels], of a uint32
    logs = log(np.maximum(scaled, 1), data.output_scale)
    context.output_data(node, OUTPUT)[...] = np.where(scaled > 1, np.minimum(logs, 2**15 - 1), 0)


REGISTRATION = Registration("SignalFilterBankLog", prepare, invoke)
