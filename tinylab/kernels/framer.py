"""output[n] = the last frame_size samples after n + 1 more steps of frame_step: frames that overlap (SignalFramer).

Samples wait from invoke to invoke. valid: whether there were enough for every frame; with prefill, zeros come first.
Retells signal/micro/kernels/framer.cc.

NB: a prefill of less than nothing (frame_step above frame_size), on which TFLM crashes, is refused, as are frames that
are not of the output's shape.
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
from tinylab.kernels.signal_options import require_rank, signal_option
from tinylab.model import Operator, TensorType

INPUT, OUTPUT, VALID = 0, 0, 1
LONGEST = 2**24


@dataclass
class OpData:
    """waiting: samples that are still to be in a frame, int16 [1, ..., how many]: at first, so many zeros."""

    frame_size: int
    frame_step: int
    first: int
    waiting: Array


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse an input that is not made of whole steps."""
    require_counts(node, 1, 2)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    valid = context.output_tensor(node, VALID)
    size, step = (signal_option(node, name, 1, LONGEST) for name in ("frame_size", "frame_step"))
    prefill = signal_option(node, "prefill", -(2**31), 2**31 - 1) != 0
    require_rank(output, len(input.shape) + 1)
    require_rank(valid, 0)
    require_type(input, TensorType.INT16)
    require_type(output, TensorType.INT16)
    require_type(valid, TensorType.BOOL)
    if not input.shape or not input.shape[-1] or input.shape[-1] % step:
        refuse(describe(input), f"rows of whole steps of {step}")
    if output.shape != (*input.shape[:-1], input.shape[-1] // step, size):
        refuse(f"{describe(output)} from {describe(input)}", f"a frame of {size} for each {step} samples")
    if prefill and step > size:
        refuse(f"frame_step {step} and frame_size {size} with prefill", "a step no longer than the frame")
    first = size - step if prefill else 0
    return OpData(size, step, first, np.zeros((1, *input.shape[:-1], first), np.int16))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Step by step; a frame that is not complete stays as it was."""
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    is_valid = True
    for number in range(output.shape[-2]):
        step = input[..., number * data.frame_step : (number + 1) * data.frame_step]
        data.waiting = np.concatenate([data.waiting, step], axis=-1)
        if data.waiting.shape[-1] >= data.frame_size:
            output[..., number, :] = data.waiting[..., : data.frame_size]
            data.waiting = data.waiting[..., data.frame_step :]
        else:
            is_valid = False
    context.output_data(node, VALID)[...] = is_valid


def reset(data: OpData) -> None:
    """Forget what waits."""
    data.waiting = np.zeros((*data.waiting.shape[:-1], data.first), np.int16)


REGISTRATION = Registration("SignalFramer", prepare, invoke, stateful=True, reset=reset)
