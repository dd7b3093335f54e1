"""output = input * 2**scale_bits, scale_bits as many as the largest magnitude leaves room for (SignalFftAutoScale).

Retells signal/micro/kernels/fft_auto_scale_kernel.cc, fft_auto_scale_common.cc, signal/src/fft_auto_scale.cc and
max_abs.cc.

NB: the magnitude of -32768 is no int16 and wraps to -32768, the smallest of all: TFLM then looks for the largest among
the numbers after it, and so does this.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.integer_math import most_significant_bit
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    require_counts,
    require_same_size,
    require_type,
)
from tinylab.kernels.signal_options import require_rank
from tinylab.model import Operator, TensorType

INPUT, OUTPUT, SCALE_BITS = 0, 0, 1
INT16_MIN = -(2**15)


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse other types than int16 rows and an int32 scalar for scale_bits."""
    require_counts(node, 1, 2)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    scale_bits = context.output_tensor(node, SCALE_BITS)
    for tensor, rank in ((input, 1), (output, 1), (scale_bits, 0)):
        require_rank(tensor, rank)
    require_type(input, TensorType.INT16)
    require_type(output, TensorType.INT16)
    require_type(scale_bits, TensorType.INT32)
    require_same_size(input, output)


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Scale each sample's row up by as many bits as fit."""
    input = context.input_data(node, INPUT)
    output, scale_bits = context.output_data(node, OUTPUT), context.output_data(node, SCALE_BITS)
    largest = largest_magnitude(input)
    bits = np.where(largest < 0, 0, np.maximum(15 - most_significant_bit(largest), 0))  # int64 [samples]
    output[...] = (input.astype(np.int64) << bits[:, np.newaxis]).astype(np.int16)
    scale_bits[...] = bits


def largest_magnitude(input: Array) -> NDArray[np.int64]:
    """int16 [samples, n] -> int64 [samples]; negative only after a -32768 (see above)."""
    largest: NDArray[np.int64] = np.abs(input.astype(np.int64)).max(axis=-1, initial=0)
    for sample in np.flatnonzero(largest > -(INT16_MIN + 1)):
        row = input[sample]
        after = row[np.flatnonzero(row == INT16_MIN)[-1] + 1 :].tolist()
        found = INT16_MIN
        for value in after:
            found = value if value > found else max(found, -value)
        largest[sample] = found
    return largest


REGISTRATION = Registration("SignalFftAutoScale", prepare, invoke)
