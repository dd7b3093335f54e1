"""output = output[:, 1:] with the input at its end: the last inputs, as many as the output has slots.

Retells tensorflow/lite/micro/kernels/circular_buffer.cc and circular_buffer_common.cc. The output is a variable tensor,
which keeps its values. Only every cycles_max-th invoke goes on behind this operator; the others end here.

NB: of a file without cycles_max, TFLM also counts the operators that it has prepared, in all models since it began, to
find the fifth of one streaming model, whose cycles_max is then 1 and not 2. That is left out here.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinylab.errors import InvokeAbortError, ModelError
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_same_type,
    require_type,
)
from tinylab.model import Operator, TensorType
from tinylab.model.flexbuffer import flexbuffer_vector

INPUT, OUTPUT = 0, 0
SLOTS_OF_EVERY_CYCLE = (5, 13, 25)  # the outputs of last layers, which run in every cycle


@dataclass
class OpData:
    """cycles_until_run counts down to 0, and then starts again at cycles_max."""

    cycles_max: int
    cycles_until_run: int


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse anything but int8 [batches, 1, width, channels] into [batches, slots, width, channels]."""
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    if not len(input.shape) == len(output.shape) == 4 or input.shape != (output.shape[0], 1, *output.shape[2:]):
        refuse(f"{describe(input)} into {describe(output)}", "4 axes, one slot into several")
    require_same_type(input, output)
    require_type(input, TensorType.INT8)
    cycles = _cycles_max(node)
    if cycles <= 0:
        cycles = 1 if output.shape[1] in SLOTS_OF_EVERY_CYCLE else 2
    return OpData(cycles, cycles)


def _cycles_max(node: Operator) -> int:
    """The first number of the options; 0 without any."""
    if not len(node.custom_options):
        return 0
    try:
        values = flexbuffer_vector(node.custom_options)
    except ModelError as error:
        refuse(f"custom options of {len(node.custom_options)} bytes, {error}", "a FlexBuffer vector")
    return int(values[0] or 0) if values else 0


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Move everything up by one slot, of the first batch as TFLM does, and put the input at the end."""
    slots, new = context.output_data(node, OUTPUT)[0, 0], context.input_data(node, INPUT)[0, 0]
    slots[:-1] = slots[1:].copy()
    slots[-1] = new[0]
    data.cycles_until_run -= 1
    if data.cycles_until_run:
        raise InvokeAbortError(f"{data.cycles_until_run} more invokes are needed before the rest of the model runs")
    data.cycles_until_run = data.cycles_max


def reset(data: OpData) -> None:
    """Count from the start."""
    data.cycles_until_run = data.cycles_max


REGISTRATION = Registration("CIRCULAR_BUFFER", prepare, invoke, stateful=True, reset=reset)
