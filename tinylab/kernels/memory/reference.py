"""What TFLM's reference kernels ask of the arena, operator by operator: pure functions of a node and its tensors.

The sizes of parameters and OpData are in sizes.py; here is what Prepare asks for. Retells the Prepare functions of
tensorflow/lite/micro/kernels/*.cc.
"""

from __future__ import annotations

from collections.abc import Callable

from tinylab.kernels.kernel_util import PrepareContext, describe, refuse
from tinylab.kernels.memory.requests import InitRequests, PrepareRequests
from tinylab.kernels.memory.sizes import NOTHING, REFERENCE_SIZES
from tinylab.model import Operator, Tensor, TensorType

INT32_BYTES = 4
SOFTMAX_INT16_TABLE_BYTES = 513 * 2


def init_requests(node: Operator, abi: str) -> InitRequests:
    """What one node puts into the arena before Prepare; `abi` is "ilp32" or "lp64"."""
    sizes = REFERENCE_SIZES.get(node.name, NOTHING)
    if abi == "ilp32":
        return InitRequests(sizes.builtin_data_ilp32, sizes.op_data_ilp32)
    return InitRequests(sizes.builtin_data_lp64, sizes.op_data_lp64)


def prepare_requests(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """What one node's Prepare asks for: of this issue's operators, the same under each ABI."""
    return _PREPARE.get(node.name, _nothing)(context, node)


def _nothing(context: PrepareContext, node: Operator) -> PrepareRequests:
    return PrepareRequests()


def _convolution(channel_axis: int) -> Callable[[PrepareContext, Operator], PrepareRequests]:
    """Multipliers and shifts, one int32 each an output channel, also for float models.

    Int4 weights unpack into scratch.
    """

    def requests(context: PrepareContext, node: Operator) -> PrepareRequests:
        filter = context.input_tensor(node, 1)
        if len(filter.shape) != 4:
            refuse(describe(filter), "a filter of 4 axes")
        channel_bytes = INT32_BYTES * filter.shape[channel_axis]
        scratch = (filter.element_count,) if filter.type is TensorType.INT4 else ()
        return PrepareRequests((channel_bytes, channel_bytes), scratch)

    return requests


def _fully_connected(context: PrepareContext, node: Operator) -> PrepareRequests:
    """Channel arrays only where quantized weights have more than one scale."""
    input, filter = context.input_tensor(node, 0), context.input_tensor(node, 1)
    scale_count = len(filter.quantization.scales) if filter.quantization is not None else 0
    channel_bytes = INT32_BYTES * scale_count
    persistent = (channel_bytes, channel_bytes) if scale_count > 1 and input.type is not TensorType.FLOAT32 else ()
    return PrepareRequests(persistent, (filter.element_count,) if filter.type is TensorType.INT4 else ())


def _mean(context: PrepareContext, node: Operator) -> PrepareRequests:
    """Indices of the input and the resolved axes; sums too where the input is quantized."""
    input, axis, output = context.input_tensor(node, 0), context.input_tensor(node, 1), context.output_tensor(node, 0)
    sums = (INT32_BYTES * output.element_count,) if _is_quantized(input) else ()
    return PrepareRequests((), (*sums, INT32_BYTES * len(input.shape), INT32_BYTES * axis.element_count))


def _softmax(context: PrepareContext, node: Operator) -> PrepareRequests:
    """int16 inputs look exp and 1/(1+x) up in two tables."""
    is_int16 = context.input_tensor(node, 0).type is TensorType.INT16
    return PrepareRequests((SOFTMAX_INT16_TABLE_BYTES,) * 2 if is_int16 else ())


def _is_quantized(tensor: Tensor) -> bool:
    return tensor.type in (TensorType.INT8, TensorType.INT16)


_PREPARE: dict[str, Callable[[PrepareContext, Operator], PrepareRequests]] = {
    "CONV_2D": _convolution(channel_axis=0),
    "DEPTHWISE_CONV_2D": _convolution(channel_axis=3),
    "FULLY_CONNECTED": _fully_connected,
    "MEAN": _mean,
    "SOFTMAX": _softmax,
}
