"""noise = smoothed input over time; output = input - noise, at least a part of the input.

SignalFilterBankSpectralSubtraction: steady noise goes, what changes stays. The noise estimate lives from invoke to
invoke. Retells signal/micro/kernels/filter_bank_spectral_subtraction.cc and
signal/src/filter_bank_spectral_subtraction.cc, with uint32 arithmetic that wraps where C's does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
from tinylab.kernels.signal_options import channels_of, require_rank, signal_option, unsigned_option
from tinylab.model import Operator, TensorType

INPUT, OUTPUT, NOISE_ESTIMATE = 0, 0, 1


class OpData(NamedTuple):
    """Options, fractions of 2**bits; and the state, which invoke changes."""

    smoothing: NDArray[np.uint64]  # uint64 [channels]: even and odd channels differ
    one_minus_smoothing: NDArray[np.uint64]
    min_signal_remaining: int
    smoothing_bits: int
    bits: int
    clamping: bool
    noise_estimate: NDArray[np.uint32]  # uint32 [channels]


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other types than uint32, and tensors of other than num_channels elements."""
    channels = channels_of(node)
    require_counts(node, 1, 2)
    tensors = (
        context.input_tensor(node, INPUT),
        context.output_tensor(node, OUTPUT),
        context.output_tensor(node, NOISE_ESTIMATE),
    )
    for tensor in tensors:
        require_rank(tensor, 1)
        require_type(tensor, TensorType.UINT32)
        if tensor.shape[0] != channels:
            refuse(describe(tensor), f"num_channels = {channels} elements")

    def by_channel(name: str) -> NDArray[np.uint64]:
        pair = unsigned_option(node, name), unsigned_option(node, "alternate_" + name)
        return np.resize(np.array(pair, np.uint64), channels)

    return OpData(
        by_channel("smoothing"),
        by_channel("one_minus_smoothing"),
        unsigned_option(node, "min_signal_remaining"),
        signal_option(node, "smoothing_bits", 0, 31),
        signal_option(node, "spectral_subtraction_bits", 0, 63),
        bool(unsigned_option(node, "clamping")),
        np.zeros(channels, np.uint32),
    )


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """One sample after another: each leaves its noise estimate to the next."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    noise_estimate = context.output_data(node, NOISE_ESTIMATE)
    for sample in range(len(output)):
        output[sample] = _subtract(data, input[sample % len(input)])
        noise_estimate[sample] = data.noise_estimate


def _subtract(data: OpData, input: Array) -> NDArray[np.uint32]:
    """uint32 [channels] -> uint32 [channels]; moves the noise estimate on."""
    signal = input << np.uint32(data.smoothing_bits)  # uint32 [channels]; wraps
    smoothed = signal * data.smoothing + data.noise_estimate * data.one_minus_smoothing  # uint64 [channels]; wraps
    noise = (smoothed >> np.uint64(data.bits)).astype(np.uint32)
    subtrahend = np.minimum(noise, signal)  # the difference must not be negative
    data.noise_estimate[...] = subtrahend if data.clamping else noise
    floor = (input * np.uint64(data.min_signal_remaining) >> np.uint64(data.bits)).astype(np.uint32)
    subtracted: NDArray[np.uint32] = signal - subtrahend >> np.uint32(data.smoothing_bits)
    return np.maximum(subtracted, floor)


def reset(data: OpData) -> None:
    """Forget the noise."""
    data.noise_estimate[...] = 0


REGISTRATION = Registration("SignalFilterBankSpectralSubtraction", prepare, invoke, stateful=True, reset=reset)
