"""output[c] = sum of weight * input over channel c + sum of unweight * input over channel c - 1 (SignalFilterBank).

Overlapping triangles: each frequency is shared by two channels, its weight to one and its unweight to the next. Of the
num_channels + 1 channels of the tables the first is only there for the second, and dropped.
Retells signal/micro/kernels/filter_bank.cc and signal/src/filter_bank.cc. Sums wrap at 2**64.

NB: TFLM does not look whether the tables fit one another; what it would read or write elsewhere is an error here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import InvokeError
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
from tinylab.kernels.signal_options import channels_of, require_rank
from tinylab.model import Operator, TensorType

INPUT, WEIGHTS, UNWEIGHTS, FREQUENCY_STARTS, WEIGHT_STARTS, WIDTHS, OUTPUT = 0, 1, 2, 3, 4, 5, 0


class OpData(NamedTuple):
    """num_channels, without the first of the tables."""

    channels: int


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse other types than uint32 to uint64 with int16 tables, and tables of too few channels."""
    channels = channels_of(node)
    require_counts(node, 6, 1)
    output = context.output_tensor(node, OUTPUT)
    tensors = [context.input_tensor(node, place) for place in range(6)]
    for tensor in (*tensors, output):
        require_rank(tensor, 1)
    require_type(tensors[INPUT], TensorType.UINT32)
    require_type(output, TensorType.UINT64)
    for tensor in tensors[WEIGHTS:]:
        require_type(tensor, TensorType.INT16)
    for tensor in tensors[FREQUENCY_STARTS:]:
        if tensor.shape[0] < channels + 1:
            refuse(describe(tensor), f"num_channels + 1 = {channels + 1} elements")
    if output.shape[0] > channels:
        refuse(describe(output), f"at most num_channels = {channels} elements")
    return OpData(channels)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Channel by channel, of one sample."""
    input, output = context.input_data(node, INPUT).astype(np.uint64), context.output_data(node, OUTPUT)
    weights, unweights, *tables = (context.input_data(node, place) for place in range(WEIGHTS, WIDTHS + 1))
    weights, unweights = weights.astype(np.int64).view(np.uint64), unweights.astype(np.int64).view(np.uint64)
    sums = np.zeros((data.channels + 2, 2), np.uint64)  # uint64 [channels, (weighted, unweighted)]; row 0 is before all
    for channel, (first, first_weight, width) in enumerate(zip(*(table.tolist() for table in tables), strict=False)):
        if channel > data.channels:
            break
        frequencies = _part(input, first, width, "frequencies")
        sums[channel + 1, 0] = (_part(weights, first_weight, width, "weights") * frequencies).sum()
        sums[channel + 1, 1] = (_part(unweights, first_weight, width, "unweights") * frequencies).sum()
    totals: NDArray[np.uint64] = sums[2:, 0] + sums[1:-1, 1]
    output[...] = totals[: len(output)]


def _part(values: Array, first: int, width: int, what: str) -> Array:
    """`width` values from `first`."""
    width = max(width, 0)
    if width and not 0 <= first <= len(values) - width:
        raise InvokeError(f"a channel of {what} {first} to {first + width}, but there are {len(values)}")
    return values[first : first + width] if width else values[:0]


REGISTRATION = Registration("SignalFilterBank", prepare, invoke, per_sample=True)
