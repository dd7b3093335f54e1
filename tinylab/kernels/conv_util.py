"""What convolutions and FULLY_CONNECTED share: their OpData, and sums that stay exact.

Retells tensorflow/lite/micro/kernels/conv.h, conv_common.cc and depthwise_conv_common.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.requantization import Write
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    describe,
    output_multipliers,
    refuse,
    require_counts,
    require_same_type,
    require_type,
    require_type_at_invoke,
    zero_point_of,
)
from tinylab.kernels.output_stage import OutputStage, constant_writer, float_stage, quantized_stage
from tinylab.kernels.padding import Window, window
from tinylab.model import Operator, Tensor, TensorType

INPUT, FILTER, BIAS, OUTPUT = 0, 1, 2, 0
EXACT_FLOAT32 = 2**24  # float32 holds every smaller integer; float64 every one below 2**53, more than any sum here
ONE_THREAD_PRODUCTS = 2**18  # OpenBLAS gives no second thread to fewer
FILTER_TYPES = {
    TensorType.FLOAT32: (TensorType.FLOAT32,),
    TensorType.INT8: (TensorType.INT8, TensorType.INT4),
    TensorType.INT16: (TensorType.INT8,),
}
BIAS_TYPES = {
    TensorType.FLOAT32: (TensorType.FLOAT32,),
    TensorType.INT8: (TensorType.INT32,),
    TensorType.INT16: (TensorType.INT64, TensorType.INT32),
}


class OpDataConv(NamedTuple):
    """What Invoke of a convolution needs.

    weights: the constant filter as `arrange` gives it, float32 or float64 so that every sum is exact, or None where the
    graph computes it; bias likewise, float64 (of floats float32). write: `OutputStage.writer` of both constants.
    """

    rows: Window
    columns: Window
    input_zero_point: int
    stage: OutputStage
    weights: Array | None
    bias: Array | None
    write: Write | None


def require_conv(context: PrepareContext, node: Operator, channel_axis: int) -> None:
    """Refuse a convolution whose tensors do not fit; its filter has the output channels along `channel_axis`."""
    require_counts(node, (2, 3), 1)
    input, filter = context.input_tensor(node, INPUT), context.input_tensor(node, FILTER)
    bias, output = context.optional_input_tensor(node, BIAS), context.output_tensor(node, OUTPUT)
    require_conv_types(input, filter, bias, output)
    require_conv_shapes(input, filter, bias, output, channel_axis)


def require_conv_shapes(input: Tensor, filter: Tensor, bias: Tensor | None, output: Tensor, channel_axis: int) -> None:
    """Refuse tensors that have other than 4 axes, or of which an output of these channels and images is not made."""
    for tensor in (input, filter, output):
        if len(tensor.shape) != 4:
            refuse(describe(tensor), "4 axes")
    channels = filter.shape[channel_axis]
    if output.shape[3] != channels or output.shape[0] != input.shape[0]:
        refuse(f"{describe(output)} from {describe(input)} and {describe(filter)}", "as many channels and images")
    if bias is not None and bias.element_count != channels:
        refuse(describe(bias), f"one value for each of {channels} channels")


def prepare_conv(
    context: PrepareContext, node: Operator, channel_axis: int, arrange: Callable[[Array], Array]
) -> OpDataConv:
    """OpData of a convolution that `require_conv` let through.

    arrange: makes a filter [*shape] what the kernel's Invoke multiplies with, [..., taps, channels].
    """
    input, filter = context.input_tensor(node, INPUT), context.input_tensor(node, FILTER)
    bias, output = context.optional_input_tensor(node, BIAS), context.output_tensor(node, OUTPUT)
    options = node.options
    rows, columns = (
        window(options.padding, input.shape[axis], output.shape[axis], filter.shape[axis], stride, dilation)
        for axis, stride, dilation in (
            (1, options.stride_h, options.dilation_h_factor),
            (2, options.stride_w, options.dilation_w_factor),
        )
    )
    # The int16 kernels have no zero points, whatever the tensors say.
    zero_point = zero_point_of(input) if input.type == TensorType.INT8 else 0
    stage = conv_stage(input, filter, bias, output, options, channel_axis)
    weights, summed_bias = constant_weights(input, zero_point, filter, bias, arrange)
    write = constant_writer(stage, weights, summed_bias, bias, zero_point, input)
    return OpDataConv(rows, columns, zero_point, stage, weights, summed_bias, write)


def require_conv_types(input: Tensor, filter: Tensor, bias: Tensor | None, output: Tensor) -> None:
    """Refuse types that no convolution of TFLM takes, hybrid ones (float32 inputs, int8 weights) among them.

    NB: TFLM looks at the type of a bias only where inputs are int16, and reads others as what it expects.
    """
    require_type(input, *FILTER_TYPES)
    require_same_type(input, output)
    require_type(filter, *FILTER_TYPES[input.type])
    if bias is not None:
        require_type(bias, *BIAS_TYPES[input.type])


def conv_stage(
    input: Tensor, filter: Tensor, bias: Tensor | None, output: Tensor, options: Any, channel_axis: int
) -> OutputStage:
    """The stage of a convolution; refuses a filter with neither one scale nor one for each of its channels."""
    if input.type == TensorType.FLOAT32:
        return float_stage(options)
    multipliers = output_multipliers(input, filter, output)
    quantization = filter.quantization
    if quantization is not None and quantization.per_channel:
        axis, channels = quantization.quantized_dimension, filter.shape[channel_axis]
        if len(quantization.scales) != channels or filter.shape[axis] != channels:
            refuse(f"{describe(filter)} with {len(quantization.scales)} scales", f"one, or one for {channels} channels")
    zero_point = zero_point_of(output) if input.type == TensorType.INT8 else 0
    return quantized_stage(input, bias, output, options, multipliers, zero_point)


def constant_weights(
    input: Tensor, zero_point: int, filter: Tensor, bias: Tensor | None, arrange: Callable[[Array], Array]
) -> tuple[Array | None, Array | None]:
    """(arranged weights, bias) as floats in which sums over them are exact; None where the graph computes them.

    NB: INT4 weights that the graph computes are refused: no operator of TFLM makes any.
    """
    constant, bias_constant = filter.constant(), None if bias is None else bias.constant()
    if constant is None:
        if filter.type == TensorType.INT4:
            refuse(f"{describe(filter)} is not constant", "constant INT4 weights")
        return None, None
    weights = arrange(unpack_int4(constant, filter.shape) if filter.type == TensorType.INT4 else constant)
    summed_bias = None if bias_constant is None else bias_constant.reshape(-1).astype(_wide_dtype(input))
    return weights.astype(exact_dtype(input, zero_point, weights)), summed_bias


def _wide_dtype(input: Tensor) -> type[np.floating[Any]]:
    return np.float32 if input.type == TensorType.FLOAT32 else np.float64


def exact_dtype(input: Tensor, zero_point: int, weights: Array) -> type[np.floating[Any]]:
    """float32 where no sum over `weights` [..., taps, channels] can leave the integers that it holds, else float64.

    The bias, which may be much larger, is added to such a sum in float64.
    """
    if input.type == TensorType.FLOAT32:
        return _wide_dtype(input)
    limits = np.iinfo(input.dtype)
    largest_input = max(limits.max - zero_point, zero_point - limits.min)
    largest_sum = np.abs(weights, dtype=np.float64).sum(axis=-2).max(initial=0) * largest_input
    return np.float32 if largest_sum < EXACT_FLOAT32 else _wide_dtype(input)


def unpack_int4(packed: Array, shape: tuple[int, ...]) -> NDArray[np.int8]:
    """int8 values of `shape` from bytes that hold two each, the first in the low half (UnpackDenseInt4IntoInt8)."""
    both = np.stack([packed << 4, packed], axis=-1).view(np.int8) >> 4  # int8 [bytes, 2], signs extended
    return both.reshape(-1)[: np.prod(shape, dtype=int)].reshape(shape)


def product(matrix: Array, weights: Array, result: Array | None = None) -> Array:
    """`matrix @ weights`, [rows, taps] by [taps, channels], in pieces that BLAS computes on one thread each.

    result: where it goes; None makes an array.

    Float32 sums depend in their last bits on how many rows a product has: give it those of one image, whatever else
    there is, so that `predict` gives the bytes of invokes. Integer sums are exact, in any grouping.

    Where other programs keep the processor busy, BLAS's threads wait for one another: 20 to 60 ms (measured with
    OpenBLAS on two busy cores) for a product of 0.05 ms.
    """
    rows = max(1, ONE_THREAD_PRODUCTS // max(1, weights.size))
    result = np.empty((len(matrix), weights.shape[1]), weights.dtype) if result is None else result
    for first in range(0, len(matrix), rows):
        np.matmul(matrix[first : first + rows], weights, out=result[first : first + rows])
    return result


class Run(NamedTuple):
    """Samples that share weights [..., taps, channels] and bias [channels]: input and output are [samples, *shape]."""

    input: Array
    output: Array
    weights: Array
    bias: Array | None


def runs(
    context: InvokeContext,
    node: Operator,
    weights: Array | None,
    bias: Array | None,
    arrange: Callable[[Array], Array],
    places: tuple[int, int, int] = (INPUT, FILTER, BIAS),
) -> Iterator[Run]:
    """All samples in one run where weights and bias are constant; each its own where the graph computes them.

    places: which of the node's inputs are the input, the filter and the bias. Refuses types that passed Prepare.
    """
    require_type_at_invoke(context.input_tensor(node, places[0]), *FILTER_TYPES)
    output, filter = context.output_data(node, OUTPUT), context.input_data(node, places[1])
    samples = len(output)
    input = context.input_data(node, places[0])
    if len(input) != samples:  # a constant is there once
        input = np.broadcast_to(input, (samples, *input.shape[1:]))
    biases = context.optional_input_data(node, places[2])
    if weights is not None and (biases is None or bias is not None):
        yield Run(input, output, weights, bias)
        return
    dtype = _wide_dtype(context.input_tensor(node, places[0]))
    for sample in range(samples):
        own_weights = arrange(filter[sample % len(filter)]).astype(dtype) if weights is None else weights
        own_bias = None if biases is None else biases[sample % len(biases)].reshape(-1).astype(dtype)
        yield Run(input[sample : sample + 1], output[sample : sample + 1], own_weights, own_bias)
