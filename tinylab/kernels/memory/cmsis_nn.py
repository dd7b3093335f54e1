"""What TFLM's kernels ask of the arena where CMSIS-NN computes: two libraries, for DSP and for MVE cores.

Retells the Prepare functions of tensorflow/lite/micro/kernels/cmsis_nn/*.cc; an operator that has no file there is the
reference kernel. The kernels are built for speed, as TFLM's makefile does unless it is told otherwise. CMSIS-NN is for
Arm's Cortex-M, and so for ILP32.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from tinylab.kernels.kernel_util import PrepareContext, describe, refuse
from tinylab.kernels.memory import cmsis_nn_buffers as buffers
from tinylab.kernels.memory.cmsis_nn_buffers import Convolution
from tinylab.kernels.memory.reference import REFERENCE, fully_connected, lstm, svdf, transpose_conv
from tinylab.kernels.memory.requests import OUTPUT, KernelLibrary, LooksAt, Prepare, PrepareRequests, on_any_abi
from tinylab.kernels.memory.sizes import OperatorSizes
from tinylab.kernels.padding import window
from tinylab.model import Operator, Tensor, TensorType

INT32_BYTES, INT64_BYTES = 4, 8
EVAL_TENSOR_BYTES = 12
BATCH_MATMUL_QUANTIZATION_BYTES = 28

INT4, INT8, INT16, FLOAT32 = TensorType.INT4, TensorType.INT8, TensorType.INT16, TensorType.FLOAT32

# Bytes of the OpData that differ from the reference kernels': measured on a Cortex-M4, and the Cortex-M55's are equal.
_OP_DATA = {
    "AVERAGE_POOL_2D": 36,
    "BATCH_MATMUL": 36,
    "CONV_2D": 60,
    "DEPTHWISE_CONV_2D": 60,
    "FULLY_CONNECTED": 72,
    "MAX_POOL_2D": 36,
    "SOFTMAX": 64,
    "SVDF": 40,
    "TRANSPOSE_CONV": 76,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": 912,
}
SIZES: dict[str, OperatorSizes] = {
    name: REFERENCE.sizes[name]._replace(op_data_ilp32=size, builtin_data_lp64=None, op_data_lp64=None)
    for name, size in _OP_DATA.items()
}


def _conv_2d(mve: bool, context: PrepareContext, node: Operator) -> PrepareRequests:
    """Multipliers and shifts for integers only. CMSIS-NN's work space where it wants some."""
    input, filter = context.input_tensor(node, 0), context.input_tensor(node, 1)
    conv = _convolution(context, node, filter)
    size = {INT8: buffers.convolve_s8, INT16: buffers.convolve_s16}.get(input.type)
    return PrepareRequests(_channel_arrays(input, filter.shape[0]), _if_any(size(conv, mve) if size else 0))


def _depthwise_conv_2d(mve: bool, context: PrepareContext, node: Operator) -> PrepareRequests:
    """The same; an int16 one runs without work space."""
    input, filter = context.input_tensor(node, 0), context.input_tensor(node, 1)
    conv = _convolution(context, node, filter)
    size = buffers.depthwise_s4 if filter.type is INT4 else buffers.depthwise_s8
    return PrepareRequests(
        _channel_arrays(input, filter.shape[3]), _if_any(size(conv, mve) if input.type is INT8 else 0)
    )


def _convolution(context: PrepareContext, node: Operator, filter: Tensor) -> Convolution:
    input, output, options = context.input_tensor(node, 0), context.output_tensor(node, 0), node.options
    conv = _shapes(input, filter, output, options)
    dilation = options.dilation_h_factor, options.dilation_w_factor
    places = zip(conv.input, conv.output, conv.filter, conv.stride, dilation, strict=True)
    rows, columns = (window(options.padding, *place) for place in places)
    return conv._replace(padding=(rows.before, columns.before), dilation=dilation)


def _transpose_conv(mve: bool, context: PrepareContext, node: Operator) -> PrepareRequests:
    """As the reference kernel, but for the work space of an int8 one: two requests, of which one may be of 0 bytes."""
    requests = transpose_conv(context, node)
    filter, input, output = context.input_tensor(node, 1), context.input_tensor(node, 2), context.output_tensor(node, 0)
    if input.type is not INT8:
        return requests
    conv = _shapes(input, filter, output, node.options)
    return requests._replace(scratch=buffers.transpose_conv_s8(conv, mve))


def _shapes(input: Tensor, filter: Tensor, output: Tensor, options: Any) -> Convolution:
    """Without padding and dilation."""
    for tensor in (input, filter, output):
        _require_four_axes(tensor)
    (batch, *image, channels), (_, *taps, filter_channels), (_, *places, output_channels) = (
        tensor.shape for tensor in (input, filter, output)
    )
    return Convolution(
        batch=batch,
        input=(image[0], image[1]),
        input_channels=channels,
        filter=(taps[0], taps[1]),
        filter_channels=filter_channels,
        output=(places[0], places[1]),
        output_channels=output_channels,
        stride=(options.stride_h, options.stride_w),
        padding=(0, 0),
    )


def _fully_connected(mve: bool, context: PrepareContext, node: Operator) -> PrepareRequests:
    """Channel arrays as the reference kernel. int8: a 1x1 convolution where it can be one, else sums of the weights.

    The sums stay where weights and bias are constants, and are scratch where they are not. int4 weights are unpacked on
    the way.
    """
    input, filter, output = context.input_tensor(node, 0), context.input_tensor(node, 1), context.output_tensor(node, 0)
    bias = context.optional_input_tensor(node, 2)
    persistent = fully_connected(context, node).persistent
    if persistent and not (input.type is filter.type is INT8):
        refuse(f"{describe(input)} and {describe(filter)} with many scales", "INT8 for both", "CMSIS-NN has only that")
    if not (input.type is filter.type is INT8):
        return PrepareRequests(persistent)
    if not filter.shape or not output.shape:
        refuse(f"{describe(filter)} and {describe(output)}", "an axis at least")
    units = output.shape[-1]
    if len(output.shape) > 2 and filter.shape[-1] % 4 == 0:  # per channel: one multiplier and shift for each
        return PrepareRequests(persistent, () if persistent else (2 * INT32_BYTES * units,))
    sums = _if_any(buffers.fully_connected_s8(units, mve))
    if filter.is_constant and (bias is None or bias.is_constant):
        return PrepareRequests(persistent + sums)
    return PrepareRequests(persistent, sums)


def _average_pool_2d(mve: bool, context: PrepareContext, node: Operator) -> PrepareRequests:
    """Sums of one pixel's channels for integers."""
    input = context.input_tensor(node, 0)
    if input.type not in (INT8, INT16):
        return PrepareRequests()
    _require_four_axes(input)
    return PrepareRequests((), _if_any(buffers.average_pool(input.shape[3], mve)))


def _svdf(mve: bool, context: PrepareContext, node: Operator) -> PrepareRequests:
    """As the reference kernel, and for int8 the sums of the feature weights, which must be constant for that."""
    requests, weights = svdf(context, node), context.input_tensor(node, 1)
    if context.input_tensor(node, 0).type is not INT8:
        return requests
    sums = _if_any(buffers.svdf_s8(weights.shape[0], mve))
    if sums and not weights.is_constant:
        refuse(f"{describe(weights)} is not constant", "a constant")
    return requests._replace(persistent=sums)


def _lstm(context: PrepareContext, node: Operator) -> PrepareRequests:
    """Integers: four gates' sums of input weights and of recurrent weights, one a unit, and one buffer less.

    The sums are as wide as the bias: int64 for int16.
    """
    requests = lstm(context, node)
    input, hidden_state, cell_state = (context.input_tensor(node, place) for place in (0, 18, 19))
    sum_bytes = {INT8: INT32_BYTES, INT16: INT64_BYTES}.get(input.type)
    if sum_bytes is None or cell_state.type is not INT16:
        return requests
    return PrepareRequests((sum_bytes * hidden_state.shape[1],) * 8, requests.scratch[:3])


def _batch_matmul(mve: bool, context: PrepareContext, node: Operator) -> PrepareRequests:
    """A transposed copy of the left matrices if told so, and of the right ones unless told not to; the output's shape.

    Each copy is a TfLiteEvalTensor, its shape and its data. Quantized ones add parameters, int8 ones sums in scratch.
    """
    left, right, output = context.input_tensor(node, 0), context.input_tensor(node, 1), context.output_tensor(node, 0)
    for tensor in (left, right):
        if not 2 <= len(tensor.shape) <= 4:
            refuse(describe(tensor), "2 to 4 axes")
    copied = (*((left,) if node.options.adj_x else ()), *(() if node.options.adj_y else (right,)))
    persistent = [size for tensor in copied for size in (EVAL_TENSOR_BYTES, _shape_bytes(tensor), tensor.bytes)]
    persistent.append(_shape_bytes(output))
    if left.type is FLOAT32:
        return PrepareRequests(tuple(persistent))
    persistent.append(BATCH_MATMUL_QUANTIZATION_BYTES)
    columns = right.shape[-2 if node.options.adj_y else -1]
    sums = buffers.fully_connected_s8(columns, mve) if left.type is INT8 else 0
    return PrepareRequests(tuple(persistent), _if_any(sums))


def _shape_bytes(tensor: Tensor) -> int:
    """A TfLiteIntArray: how many axes, and the size of each."""
    return INT32_BYTES * (1 + len(tensor.shape))


def _channel_arrays(input: Tensor, channels: int) -> tuple[int, ...]:
    """A multiplier and a shift for each output channel of a quantized convolution."""
    return (INT32_BYTES * channels,) * 2 if input.type in (INT8, INT16) else ()


def _if_any(size: int) -> tuple[int, ...]:
    """A request of 0 bytes is not made."""
    return (size,) if size > 0 else ()


def _require_four_axes(tensor: Tensor) -> None:
    if len(tensor.shape) != 4:
        refuse(describe(tensor), "4 axes")


def _rows(mve: bool) -> dict[str, Prepare]:
    return {
        "AVERAGE_POOL_2D": partial(_average_pool_2d, mve),
        "BATCH_MATMUL": partial(_batch_matmul, mve),
        "CONV_2D": partial(_conv_2d, mve),
        "DEPTHWISE_CONV_2D": partial(_depthwise_conv_2d, mve),
        "FULLY_CONNECTED": partial(_fully_connected, mve),
        "SVDF": partial(_svdf, mve),
        "TRANSPOSE_CONV": partial(_transpose_conv, mve),
        "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
    }


# Convolutions begin with the input. CONV_2D's asks for its bias as if it were an output, and gets none.
_CONVOLUTION_LOOKS_AT = (0, 1, OUTPUT, 0, 1, 2, OUTPUT)
LOOKS_AT: dict[str, LooksAt] = {
    "AVERAGE_POOL_2D": (0, OUTPUT, 0, OUTPUT),
    "BATCH_MATMUL": (0, 1, OUTPUT),
    "CONV_2D": _CONVOLUTION_LOOKS_AT,
    "DEPTHWISE_CONV_2D": _CONVOLUTION_LOOKS_AT,
}

_READ = "requests read from tensorflow/lite/micro/kernels/cmsis_nn of TFLM 90b983c2 and from CMSIS-NN 4ab83cc3"
CMSIS_NN_DSP, CMSIS_NN_MVE = (
    REFERENCE.derived(
        name,
        sizes=SIZES,
        prepare=on_any_abi(_rows(mve)),
        looks_at=LOOKS_AT,
        abis=("ilp32",),
        source=f"sizes measured on a Cortex-M4, {_READ}",
    )
    for name, mve in (("cmsis-nn/dsp", False), ("cmsis-nn/mve", True))
)
LIBRARIES: tuple[KernelLibrary, ...] = (CMSIS_NN_DSP, CMSIS_NN_MVE)
