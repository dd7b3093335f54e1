"""What TFLM's reference kernels ask of the arena, operator by operator: pure functions of a node and its tensors.

The sizes of parameters and OpData are in sizes.py; here is what Prepare asks for. Retells the Prepare functions of
tensorflow/lite/micro/kernels/*.cc.
"""

from __future__ import annotations

from collections.abc import Callable

from tinylab.kernels.kernel_util import PrepareContext, describe, refuse
from tinylab.kernels.memory import others, signal
from tinylab.kernels.memory.requests import InitRequests, PrepareRequests
from tinylab.kernels.memory.sizes import NOTHING, REFERENCE_SIZES
from tinylab.model import Operator, Tensor, TensorType

INT32_BYTES, INT64_BYTES = 4, 8
SOFTMAX_INT16_TABLE_BYTES = 513 * 2


def init_requests(node: Operator, abi: str) -> InitRequests:
    """What one node puts into the arena before Prepare; `abi` is "ilp32" or "lp64"."""
    if node.name in signal.LOOKS_AT or node.name in signal.PARAMETER_BYTES:
        return signal.init_requests(node, abi)
    sizes = REFERENCE_SIZES.get(node.name, NOTHING)
    if abi == "ilp32":
        return InitRequests(sizes.builtin_data_ilp32, sizes.op_data_ilp32)
    return InitRequests(sizes.builtin_data_lp64, sizes.op_data_lp64)


def prepare_requests(context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
    """What one node's Prepare asks for."""
    if node.name in others.LOOKS_AT:
        return others.prepare_requests(context, node, abi)
    if node.name in signal.LOOKS_AT:
        requests = signal.prepare_requests(node)
    else:
        requests = _PREPARE.get(node.name, _nothing)(context, node)
    return requests._replace(looked_at=_looked_at(context, node))


def _looked_at(context: PrepareContext, node: Operator) -> tuple[Tensor, ...]:
    """The tensors that Prepare asks for, a tensor that it asks for twice twice."""
    places = signal.LOOKS_AT.get(node.name) or _LOOKS_AT.get(node.name, ())
    if node.name == "CONCATENATION":
        places = (0, OUTPUT, *range(len(node.inputs)))
    elif node.name == "MEAN" and context.input_tensor(node, 0).type is TensorType.INT8:
        places += (OUTPUT,)
    elif node.name == "TRANSPOSE_CONV" and context.input_tensor(node, 2).type is not TensorType.FLOAT32:
        places += (2, 1, 3, OUTPUT)
    found = (
        context.output_tensor(node, OUTPUT - place) if place <= OUTPUT else context.optional_input_tensor(node, place)
        for place in places
    )
    return tuple(tensor for tensor in found if tensor is not None)


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


def _svdf(context: PrepareContext, node: Operator) -> PrepareRequests:
    """What each filter makes of its memory, and for integers each unit's sum, before it is rescaled."""
    input, weights, output = (
        context.input_tensor(node, 0),
        context.input_tensor(node, 1),
        context.output_tensor(node, 0),
    )
    if len(input.shape) != 2 or len(weights.shape) != 2:
        refuse(f"{describe(input)} and {describe(weights)}", "2 axes for both")
    sums = (INT32_BYTES * input.shape[0] * weights.shape[0],)
    return PrepareRequests((), (*sums, INT32_BYTES * output.element_count) if input.type is TensorType.INT8 else sums)


def _transpose_conv(context: PrepareContext, node: Operator) -> PrepareRequests:
    """Multipliers and shifts, also for float models; for integers all sums, and an int16 bias made int64."""
    filter, input = context.input_tensor(node, 1), context.input_tensor(node, 2)
    if len(filter.shape) != 4:
        refuse(describe(filter), "a filter of 4 axes")
    bias = context.optional_input_tensor(node, 3)
    channel_bytes, count = INT32_BYTES * filter.shape[0], context.output_tensor(node, 0).element_count
    scratch: tuple[int, ...] = ()
    if input.type is TensorType.INT8:
        scratch = (INT32_BYTES * count,)
    elif input.type is TensorType.INT16:
        scratch = (INT64_BYTES * count,)
        if bias is not None and bias.type is TensorType.INT16:
            scratch += (INT64_BYTES * bias.element_count,)
    return PrepareRequests((channel_bytes, channel_bytes), scratch)


def _is_quantized(tensor: Tensor) -> bool:
    return tensor.type in (TensorType.INT8, TensorType.INT16)


def _lstm(context: PrepareContext, node: Operator) -> PrepareRequests:
    """Four gates, each as large as the cell state."""
    if len(node.inputs) != 24:
        refuse(f"{len(node.inputs)} inputs", "24")
    input, hidden_state, cell_state = (context.input_tensor(node, place) for place in (0, 18, 19))
    if len(input.shape) != 3 or len(hidden_state.shape) < 2:
        refuse(f"{describe(input)} and {describe(hidden_state)}", "3 and 2 axes")
    return PrepareRequests((), (cell_state.element_count * cell_state.dtype.itemsize,) * 4)


_PREPARE: dict[str, Callable[[PrepareContext, Operator], PrepareRequests]] = {
    "CONV_2D": _convolution(channel_axis=0),
    "DEPTHWISE_CONV_2D": _convolution(channel_axis=3),
    "FULLY_CONNECTED": _fully_connected,
    "MEAN": _mean,
    "SOFTMAX": _softmax,
    "SVDF": _svdf,
    "TRANSPOSE_CONV": _transpose_conv,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
}

# Which tensors Prepare looks at, in order: inputs 0, 1, ... and the output (-2: the second). Some look twice, once in
# a function of their own. PACK, MAXIMUM and MINIMUM have no Prepare, and SHAPE's looks at none.
OUTPUT = -1
_CONVOLUTION_LOOKS_AT = (OUTPUT, 0, 1, 0, 1, 2, OUTPUT)
_LOOKS_AT: dict[str, tuple[int, ...]] = {
    "ADD": (0, 1, OUTPUT),
    "AVERAGE_POOL_2D": (0, OUTPUT),
    "CAST": (0, OUTPUT),
    "CONV_2D": _CONVOLUTION_LOOKS_AT,
    "DEPTHWISE_CONV_2D": _CONVOLUTION_LOOKS_AT,
    "DEQUANTIZE": (0, OUTPUT),
    "DIV": (0, 1, OUTPUT),
    "EXPAND_DIMS": (0, 1, OUTPUT),
    "FULLY_CONNECTED": (0, 1, 2, OUTPUT),
    "LEAKY_RELU": (0, OUTPUT),
    "LOGISTIC": (0, OUTPUT),
    "MAX_POOL_2D": (0, OUTPUT),
    "MEAN": (0, OUTPUT, 1, 0, 1),
    "MUL": (0, 1, OUTPUT),
    "PAD": (0, 1, 2, OUTPUT),
    "PADV2": (0, 1, 2, OUTPUT),
    "QUANTIZE": (0, OUTPUT),
    "RELU": (0, OUTPUT),
    "RELU6": (0,),
    "RESHAPE": (0, OUTPUT),
    "SOFTMAX": (0, OUTPUT),
    "SPLIT": (0,),
    "STRIDED_SLICE": (0, 1, 2, 3, OUTPUT),
    "SUB": (0, 1, OUTPUT),
    "SVDF": (0, 1, 2, 3, 4, OUTPUT),
    "TANH": (0, 0, OUTPUT),
    "TRANSPOSE": (0, 1, OUTPUT),
    "TRANSPOSE_CONV": (OUTPUT, 2, 1),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (*range(24), OUTPUT),
}
