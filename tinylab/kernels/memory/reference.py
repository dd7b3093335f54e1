"""What TFLM's reference kernels ask of the arena, operator by operator: pure functions of a node and its tensors.

The sizes of parameters and OpData are in sizes.py; here is what Prepare asks for. Retells the Prepare functions of
tensorflow/lite/micro/kernels/*.cc.
"""

from __future__ import annotations

from collections.abc import Callable

from tinylab.kernels.kernel_util import PrepareContext, describe, refuse
from tinylab.kernels.memory import others, signal
from tinylab.kernels.memory.requests import OUTPUT, KernelLibrary, LooksAt, Places, Prepare, PrepareRequests, on_any_abi
from tinylab.kernels.memory.sizes import REFERENCE_SIZES
from tinylab.model import Operator, Tensor, TensorType

INT32_BYTES, INT64_BYTES = 4, 8
SOFTMAX_INT16_TABLE_BYTES = 513 * 2


def nothing(context: PrepareContext, node: Operator) -> PrepareRequests:
    """The row of an operator that is known to ask for nothing."""
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


def fully_connected(context: PrepareContext, node: Operator) -> PrepareRequests:
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


def svdf(context: PrepareContext, node: Operator) -> PrepareRequests:
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


def transpose_conv(context: PrepareContext, node: Operator) -> PrepareRequests:
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


def lstm(context: PrepareContext, node: Operator) -> PrepareRequests:
    """Four gates, each as large as the cell state."""
    if len(node.inputs) != 24:
        refuse(f"{len(node.inputs)} inputs", "24")
    input, hidden_state, cell_state = (context.input_tensor(node, place) for place in (0, 18, 19))
    if len(input.shape) != 3 or len(hidden_state.shape) < 2:
        refuse(f"{describe(input)} and {describe(hidden_state)}", "3 and 2 axes")
    return PrepareRequests((), (cell_state.element_count * cell_state.dtype.itemsize,) * 4)


# Known to ask for no buffer: read, and all but EXPAND_DIMS measured too.
ASK_FOR_NOTHING = (
    "ADD",
    "AVERAGE_POOL_2D",
    "CAST",
    "CONCATENATION",
    "DEQUANTIZE",
    "DIV",
    "EXPAND_DIMS",
    "LEAKY_RELU",
    "LOGISTIC",
    "MAXIMUM",
    "MAX_POOL_2D",
    "MINIMUM",
    "MUL",
    "PACK",
    "PAD",
    "PADV2",
    "QUANTIZE",
    "RELU",
    "RELU6",
    "RESHAPE",
    "SHAPE",
    "SPLIT",
    "STRIDED_SLICE",
    "SUB",
    "TANH",
    "TRANSPOSE",
)

PREPARE: dict[str, Prepare] = {
    **dict.fromkeys(ASK_FOR_NOTHING, nothing),
    "CONV_2D": _convolution(channel_axis=0),
    "DEPTHWISE_CONV_2D": _convolution(channel_axis=3),
    "FULLY_CONNECTED": fully_connected,
    "MEAN": _mean,
    "SOFTMAX": _softmax,
    "SVDF": svdf,
    "TRANSPOSE_CONV": transpose_conv,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm,
}


def _concatenation_looks_at(context: PrepareContext, node: Operator) -> Places:
    return (0, OUTPUT, *range(len(node.inputs)))


def _mean_looks_at(context: PrepareContext, node: Operator) -> Places:
    is_int8 = context.input_tensor(node, 0).type is TensorType.INT8
    return (0, OUTPUT, 1, 0, 1, OUTPUT) if is_int8 else (0, OUTPUT, 1, 0, 1)


def _transpose_conv_looks_at(context: PrepareContext, node: Operator) -> Places:
    is_float = context.input_tensor(node, 2).type is TensorType.FLOAT32
    return (OUTPUT, 2, 1) if is_float else (OUTPUT, 2, 1, 2, 1, 3, OUTPUT)


# In order; some look twice, once in a function of their own. MAXIMUM, MINIMUM and PACK have no Prepare.
_CONVOLUTION_LOOKS_AT = (OUTPUT, 0, 1, 0, 1, 2, OUTPUT)
LOOKS_AT: dict[str, LooksAt] = {
    "ADD": (0, 1, OUTPUT),
    "AVERAGE_POOL_2D": (0, OUTPUT),
    "CAST": (0, OUTPUT),
    "CONCATENATION": _concatenation_looks_at,
    "CONV_2D": _CONVOLUTION_LOOKS_AT,
    "DEPTHWISE_CONV_2D": _CONVOLUTION_LOOKS_AT,
    "DEQUANTIZE": (0, OUTPUT),
    "DIV": (0, 1, OUTPUT),
    "EXPAND_DIMS": (0, 1, OUTPUT),
    "FULLY_CONNECTED": (0, 1, 2, OUTPUT),
    "LEAKY_RELU": (0, OUTPUT),
    "LOGISTIC": (0, OUTPUT),
    "MAXIMUM": (),
    "MAX_POOL_2D": (0, OUTPUT),
    "MEAN": _mean_looks_at,
    "MINIMUM": (),
    "MUL": (0, 1, OUTPUT),
    "PACK": (),
    "PAD": (0, 1, 2, OUTPUT),
    "PADV2": (0, 1, 2, OUTPUT),
    "QUANTIZE": (0, OUTPUT),
    "RELU": (0, OUTPUT),
    "RELU6": (0,),
    "RESHAPE": (0, OUTPUT),
    "SHAPE": (),
    "SOFTMAX": (0, OUTPUT),
    "SPLIT": (0,),
    "STRIDED_SLICE": (0, 1, 2, 3, OUTPUT),
    "SUB": (0, 1, OUTPUT),
    "SVDF": (0, 1, 2, 3, 4, OUTPUT),
    "TANH": (0, 0, OUTPUT),
    "TRANSPOSE": (0, 1, OUTPUT),
    "TRANSPOSE_CONV": _transpose_conv_looks_at,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (*range(24), OUTPUT),
}

REFERENCE = KernelLibrary(
    name="reference",
    sizes=REFERENCE_SIZES,
    prepare={**on_any_abi({**PREPARE, **signal.PREPARE}), **others.PREPARE},
    looks_at={**LOOKS_AT, **signal.LOOKS_AT, **others.LOOKS_AT},
    init=signal.INIT,
    source="TFLM 90b983c2: sizes measured, requests read from tensorflow/lite/micro/kernels and signal/micro/kernels",
)
