"""output = the spectrum of each row of the input (SignalRfft), frequencies 0 to length / 2: real, imaginary, real, ...

Retells signal/micro/kernels/rfft.cc; the arithmetic is in tinylab/arithmetic/kiss_fft.py. A fixed-point spectrum is
divided by the length.

NB: TFLM writes beside its buffers where a row is longer than fft_length, or the output's rows are not fft_length + 2
long; here both are refused.
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
    if not input.shape or input.shape[-1] > length:
        refuse(describe(input), f"rows of at most {length} (fft_length)")
    if output.shape != (*input.shape[:-1], length + 2):
        refuse(describe(output), f"as many rows, of {length + 2} (fft_length + 2)")
    return OpData(KissFft(length, input.dtype))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Fill each row up with zeros and transform it."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    padding = [(0, 0)] * (input.ndim - 1) + [(0, data.fft.length - input.shape[-1])]
    output[...] = data.fft.real_fft(np.pad(input, padding))


REGISTRATION = Registration("SignalRfft", prepare, invoke)
