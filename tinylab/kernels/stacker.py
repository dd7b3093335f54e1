"""output = a frame with those before and behind it, one after another (SignalStacker), every stacker_step frames.

The first frame stands for those before it. valid: whether there were enough frames. Retells
signal/micro/kernels/stacker.cc.

NB: a step of 0, or of more frames than are stacked, and tensors that are not one frame and one stack are refused; TFLM
reads and writes beside its buffers.
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
from tinylab.kernels.signal_options import channels_of, require_rank, signal_option
from tinylab.model import Operator, TensorType

INPUT, OUTPUT, VALID = 0, 0, 1
MOST_FRAMES = 2**15 - 1


@dataclass
class OpData:
    """frames: those that wait, int16 [how many, channels], or None before the first."""

    left_context: int
    stacked: int
    step: int
    frames: Array | None = None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse all but int16 vectors and a bool."""
    require_counts(node, 1, 2)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    valid = context.output_tensor(node, VALID)
    require_rank(input, 1)
    require_rank(output, 1)
    require_rank(valid, 0)
    require_type(input, TensorType.INT16)
    require_type(output, TensorType.INT16)
    require_type(valid, TensorType.BOOL)
    channels = channels_of(node)
    left, right = (signal_option(node, f"stacker_{side}_context", 0, MOST_FRAMES) for side in ("left", "right"))
    stacked = left + right + 1
    if input.shape != (channels,) or output.shape != (channels * stacked,):
        refuse(f"{describe(input)} and {describe(output)}", f"{channels} channels, and {stacked} times as many")
    return OpData(left, stacked, signal_option(node, "stacker_step", 1, stacked))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """One frame more; a stack that is not complete stays as it was."""
    frame = context.input_data(node, INPUT)  # int16 [1, channels]
    if data.frames is None:
        data.frames = frame.repeat(data.left_context + 1, axis=0)
    else:
        data.frames = np.concatenate([data.frames, frame])
    is_complete = len(data.frames) >= data.stacked
    if is_complete:
        context.output_data(node, OUTPUT)[...] = data.frames[: data.stacked].reshape(1, -1)
        data.frames = data.frames[data.step :]
    context.output_data(node, VALID)[...] = is_complete


def reset(data: OpData) -> None:
    """Wait for a first frame again."""
    data.frames = None


REGISTRATION = Registration("SignalStacker", prepare, invoke, stateful=True, reset=reset)
