"""output = the numbers of which each row of the input is the spectrum (SignalIrfft): real, imaginary, real, ...

Retells signal/micro/kernels/irfft.cc and signal/src/irfft_*.cc; the arithmetic is in tinylab/arithmetic/kiss_fft.py.

NB: TFLM reads and writes beside its buffers where the input's rows are shorter than fft_length + 2 or the output's than
fft_length; here both must be as long as that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.arithmetic.kiss_fft import KissFft
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_type,
)
from tinylab.kernels.signal_options import fft_length_of, fft_type_of, require_rank
from tinylab.model import Operator

INPUT, OUTPUT = 0, 0


class OpData(NamedTuple):
    """The FFT with its tables."""

    fft: KissFft


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse tensors of another type than option T, and lengths that do not fit."""
    type_, length = fft_type_of(node), fft_length_of(node)
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_rank(output, len(input.shape))
    require_type(input, type_)
    require_type(output, type_)
    if not input.shape or input.shape[-1] != length + 2:
        refuse(describe(input), f"rows of {length + 2} (fft_length + 2)")
    if output.shape != (*input.shape[:-1], length):
        refuse(describe(output), f"as many rows, of {length} (fft_length)")
    return OpData(KissFft(length, input.dtype, inverse=True))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Transform each row back."""
    numbers = data.fft.real_inverse(context.input_data(node, INPUT))  # dtype of input [samples, ..., fft_length]
    if numbers.dtype == np.float32:
        numbers = numbers / np.float32(data.fft.length)
    context.output_data(node, OUTPUT)[...] = numbers


REGISTRATION = Registration("SignalIrfft", prepare, invoke)
