"""output = sqrt(input) / 2**scale_bits (SignalFilterBankSquareRoot): takes back what SignalFftAutoScale multiplied by.

Retells signal/micro/kernels/filter_bank_square_root.cc, filter_bank_square_root_common.cc and
signal/src/filter_bank_square_root.cc.
"""

from __future__ import annotations

import numpy as np

from tinylab.arithmetic.integer_math import square_root
from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    require_counts,
    require_same_size,
    require_type,
)
from tinylab.kernels.signal_options import require_rank
from tinylab.model import Operator, TensorType

INPUT, SCALE_BITS, OUTPUT = 0, 1, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse other types than uint64 to uint32, with an int32 scalar for scale_bits."""
    require_counts(node, 2, 1)
    input, scale_bits = context.input_tensor(node, INPUT), context.input_tensor(node, SCALE_BITS)
    output = context.output_tensor(node, OUTPUT)
    for tensor, rank in ((input, 1), (scale_bits, 0), (output, 1)):
        require_rank(tensor, rank)
    require_type(input, TensorType.UINT64)
    require_type(scale_bits, TensorType.INT32)
    require_type(output, TensorType.UINT32)
    require_same_size(input, output)


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Rounded roots; the bits dropped are not rounded."""
    input, scale_bits = context.input_data(node, INPUT), context.input_data(node, SCALE_BITS)
    if ((scale_bits < 0) | (scale_bits > 31)).any():
        raise InvokeError(f"scale_bits {scale_bits.tolist()}, but 0 to 31 are needed: C does not define another shift")
    bits = scale_bits.astype(np.uint64).reshape(-1, 1)  # uint64 [samples, 1]
    context.output_data(node, OUTPUT)[...] = square_root(input) >> bits


REGISTRATION = Registration("SignalFilterBankSquareRoot", prepare, invoke)
