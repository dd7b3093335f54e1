"""What the signal operators that keep samples from invoke to invoke ask of the arena.

SignalDelay, SignalFramer and SignalOverlapAdd ask for their state in Prepare, a buffer for each row of the input;
SignalStacker asks in Init, which signal.py retells. Retells delay.cc, framer.cc, overlap_add.cc and stacker.cc of
signal/micro/kernels/ and signal/src/circular_buffer.cc.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import PrepareContext, describe, refuse, require_type
from tinylab.kernels.memory.requests import OUTPUT, LooksAt, Prepare, PrepareOnAbi, PrepareRequests
from tinylab.kernels.memory.sizes import POINTER_BYTES, circular_buffer_bytes
from tinylab.kernels.signal_options import signal_option
from tinylab.model import Operator, Tensor, TensorType

MOST_SAMPLES = 2**24  # of a frame or a delay: more would not fit into any arena
MOST_ROWS = 2**16


def _delay(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """Each row remembers as many samples as it is late, and one frame."""
    input = context.input_tensor(node, 0)
    rows = _rows(input, 1)
    return _circular_buffers(rows, input.shape[-1] + signal_option(node, "delay_length", 0, MOST_SAMPLES), abi)


def _framer(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """Each row remembers as many whole steps as a frame needs."""
    rows = _rows(context.input_tensor(node, 0), 1)
    size, step = (signal_option(node, name, 1, MOST_SAMPLES) for name in ("frame_size", "frame_step"))
    return _circular_buffers(rows, (size + step - 1) // step * step, abi)


def _overlap_add(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """Each row of frames remembers what of one frame is still to be added to."""
    input = context.input_tensor(node, 0)
    require_type(input, TensorType.INT16, TensorType.FLOAT32)
    rows = _rows(input, 2)
    return PrepareRequests((POINTER_BYTES[abi] * rows, *[input.shape[-1] * input.dtype.itemsize] * rows))


def _circular_buffers(rows: int, capacity: int, abi: str) -> PrepareRequests:
    """Pointers to the bytes and pointers to the buffers, one of each a row, though they are equal; then the bytes."""
    pointers = POINTER_BYTES[abi] * rows
    return PrepareRequests((pointers, pointers, *[circular_buffer_bytes(capacity, abi)] * rows))


def _rows(input: Tensor, axes: int) -> int:
    """How many rows of the last `axes` axes there are.

    NB: TFLM counts as many as there are.
    """
    if len(input.shape) < axes or 0 in input.shape:
        refuse(describe(input), f"at least {axes} axes and one element")
    rows = 1
    for size in input.shape[:-axes]:
        rows *= size
    if rows > MOST_ROWS:
        refuse(describe(input), f"at most {MOST_ROWS} rows")
    return rows


PREPARE: dict[str, Prepare] = {}
PREPARE_BY_ABI: dict[str, PrepareOnAbi] = {
    "SignalDelay": _delay,
    "SignalFramer": _framer,
    "SignalOverlapAdd": _overlap_add,
}

LOOKS_AT: dict[str, LooksAt] = {
    "SignalDelay": (0, OUTPUT),
    "SignalFramer": (0, OUTPUT, OUTPUT - 1),
    "SignalOverlapAdd": (0, OUTPUT),
    "SignalStacker": (0, OUTPUT, OUTPUT - 1),
}
