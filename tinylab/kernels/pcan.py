"""output = shrink(input * gain(noise_estimate)) (SignalPCAN): per-channel amplitude normalization, loud and soft alike.

gain is a table of parabolas, one for each half octave; shrink(x) = x**2 / 4 below 2 and x - 1 above.
Retells signal/micro/kernels/pcan.cc and signal/src/pcan_argc_fixed.cc.

NB: TFLM reads beside a gain table of fewer than 125 numbers; here it is refused.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.integer_math import most_significant_bit
from tinylab.kernels.kernel_util import (
    Array,
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

INPUT, NOISE_ESTIMATE, GAIN_LUT, OUTPUT = 0, 1, 2, 0
SNR_BITS, OUTPUT_BITS = 12, 6
GAIN_LUT_SIZE = 125


class OpData(NamedTuple):
    """How many bits of input * gain are dropped, so that SNR_BITS are left after the point."""

    snr_shift: int


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other types than uint32 with an int16 table."""
    require_counts(node, 3, 1)
    input, noise_estimate, gain_lut = (context.input_tensor(node, place) for place in range(3))
    output = context.output_tensor(node, OUTPUT)
    for tensor in (input, noise_estimate, gain_lut, output):
        require_rank(tensor, 1)
        require_type(tensor, TensorType.INT16 if tensor is gain_lut else TensorType.UINT32)
    require_same_size(input, output)
    require_same_size(input, noise_estimate)
    if gain_lut.shape[0] < GAIN_LUT_SIZE:
        refuse(describe(gain_lut), f"{GAIN_LUT_SIZE} elements or more")
    return OpData(signal_option(node, "snr_shift", 0, 63))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Multiply by the gain and shrink; uint32 wraps as in C."""
    input, noise_estimate = context.input_data(node, INPUT), context.input_data(node, NOISE_ESTIMATE)
    gain = _gain(noise_estimate.astype(np.int64), context.input_data(node, GAIN_LUT).astype(np.int64))
    wide_gain = gain.astype(np.uint32).astype(np.uint64)  # uint64 [samples, channels]; a negative gain wraps
    snr = (input * wide_gain >> np.uint64(data.snr_shift)).astype(np.uint32)
    square = snr * snr >> np.uint32(2 + 2 * SNR_BITS - OUTPUT_BITS)
    linear = (snr >> np.uint32(SNR_BITS - OUTPUT_BITS)) - np.uint32(1 << OUTPUT_BITS)
    context.output_data(node, OUTPUT)[...] = np.where(snr < 2 << SNR_BITS, square, linear)


def _gain(noise: NDArray[np.int64], lut: Array) -> NDArray[np.int16]:
    """int64 [samples, channels] and int64 [samples or 1, numbers]; the parabola of each number's power of two."""
    octave = most_significant_bit(noise)
    place = np.where(noise <= 2, noise, 4 * octave - 6)
    lut = np.broadcast_to(lut, (len(noise), lut.shape[-1]))
    base, slope, bend = (np.take_along_axis(lut, np.minimum(place + i, lut.shape[-1] - 1), -1) for i in range(3))
    shift = octave - 11
    fraction = np.where(shift < 0, noise << np.maximum(-shift, 0), noise >> np.maximum(shift, 0)) & 0x3FF
    curve = ((bend * fraction >> 5) + (slope << 5)) * fraction
    gain = base + np.where(noise <= 2, 0, curve + (1 << 14) >> 15)
    return gain.astype(np.int16)


REGISTRATION = Registration("SignalPCAN", prepare, invoke)
