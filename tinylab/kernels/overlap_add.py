"""output = frames added where they overlap, each frame_step behind the one before (SignalOverlapAdd).

int16 sums saturate, frame by frame. What later frames still add to waits from invoke to invoke.
Retells signal/micro/kernels/overlap_add.cc and signal/src/overlap_add.cc.

NB: a step longer than the frame, or an output of another size, is refused; TFLM writes beside its buffers.
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
from tinylab.kernels.signal_options import require_rank, signal_option, type_option
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0


@dataclass
class OpData:
    """sums: of what overlaps the next frame, dtype of input [1, ..., frame_size]."""

    frame_step: int
    sums: Array


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse tensors of another type than option T."""
    require_counts(node, 1, 1)
    type_ = type_option(node, TensorType.INT16, TensorType.FLOAT32)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if len(input.shape) < 2:
        refuse(describe(input), "2 axes at least")
    require_rank(output, len(input.shape) - 1)
    require_type(input, type_)
    require_type(output, type_)
    *rows, frames, size = input.shape
    step = signal_option(node, "frame_step", 1, max(size, 1))
    if output.shape != (*rows, frames * step):
        refuse(f"{describe(output)} from {describe(input)}", f"{step} samples for each frame")
    return OpData(step, np.zeros((1, *rows, size), input.dtype))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Frame by frame."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    for number in range(input.shape[-2]):
        sums = _added(data.sums, input[..., number, :])
        output[..., number * data.frame_step : (number + 1) * data.frame_step] = sums[..., : data.frame_step]
        data.sums = np.concatenate([sums[..., data.frame_step :], np.zeros_like(sums[..., : data.frame_step])], axis=-1)


def _added(sums: Array, frame: Array) -> Array:
    if sums.dtype == np.float32:
        return sums + frame
    limits = np.iinfo(np.int16)
    return np.clip(sums.astype(np.int32) + frame, limits.min, limits.max).astype(np.int16)


def reset(data: OpData) -> None:
    """Zeros again."""
    data.sums = np.zeros_like(data.sums)


REGISTRATION = Registration("SignalOverlapAdd", prepare, invoke, stateful=True, reset=reset)
