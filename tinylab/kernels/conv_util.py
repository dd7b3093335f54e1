"""What convolutions and FULLY_CONNECTED share: their OpData, sums that stay exact, sums made outputs.

Retells tensorflow/lite/micro/kernels/conv.h, conv_common.cc and depthwise_conv_common.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.requantization import Write, requantization
from tinylab.arithmetic.requantize import requantize, requantize_int64
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    activation_range_float,
    activation_range_quantized,
    describe,
    output_multipliers,
    refuse,
    require_counts,
    require_same_type,
    require_type,
    require_type_at_invoke,
    zero_point_of,
)
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


class OutputStage(NamedTuple):
    """What becomes of a sum: bias is added, it is scaled by multiplier * 2**(shift - 31), moved and clamped.

    multiplier, shift: int32 [channels], or one of each; multiplier is None for float32.
    int64_sums: TFLM adds int16 products up in int64, and then rounds once.
    """

    multiplier: NDArray[np.int32] | int | None
    shift: NDArray[np.int32] | int
    zero_point: int
    activation_min: float
    activation_max: float
    int64_sums: bool = False

    @property
    def is_float(self) -> bool:
        """Whether the operator is float32: sums are rounded, and nothing is scaled."""
        return self.multiplier is None

    def write(self, sums: Array, bias: Array | None, output: Array) -> None:
        """`output` [..., channels] from `sums` of its shape and `bias` [channels]."""
        if bias is not None:
            sums = sums + bias
        if self.multiplier is None:
            np.clip(sums, self.activation_min, self.activation_max, out=output)
            return
        scale = requantize_int64 if self.int64_sums else requantize
        low, high = int(self.activation_min), int(self.activation_max)
        output[...] = scale(sums, self.multiplier, self.shift, self.zero_point, low, high, output.dtype)

    def writer(self, weights: Array, bias: Array | None, input_zero_point: int, input_dtype: np.dtype[Any]) -> Write:
        """write(sums, output), as above, of sums over `weights` [..., taps, channels] times inputs as they are.

        The inputs' zero point is not taken off them, but off the bias: as often as the weights add up to.
        """
        if self.multiplier is None:
            return lambda sums, output: self.write(sums, bias, output)
        wide = weights.astype(np.float64)
        moved = (0 if bias is None else bias) - input_zero_point * wide.sum(axis=-2).reshape(-1)  # float64 [channels]
        if self.int64_sums:
            return lambda sums, output: self.write(sums, moved, output)
        largest_sum = np.abs(wide).sum(axis=-2).reshape(-1) * -float(np.iinfo(input_dtype).min)
        low, high = int(self.activation_min), int(self.activation_max)
        return requantization(moved, self.multiplier, self.shift, self.zero_point, low, high, largest_sum)


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


def constant_writer(
    stage: OutputStage,
    weights: Array | None,
    summed_bias: Array | None,
    bias: Tensor | None,
    zero_point: int,
    input: Tensor,
) -> Write | None:
    """`stage.writer`; None where the graph computes weights or bias."""
    if weights is None or (bias is not None and summed_bias is None):
        return None
    return stage.writer(weights, summed_bias, zero_point, input.dtype)


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


def float_stage(options: Any) -> OutputStage:
    """The stage of a float32 operator with these options."""
    return OutputStage(None, 0, 0, *activation_range_float(options.fused_activation_function))


def quantized_stage(
    input: Tensor,
    bias: Tensor | None,
    output: Tensor,
    options: Any,
    multipliers: tuple[NDArray[np.int32] | int, NDArray[np.int32] | int],
    zero_point: int,
) -> OutputStage:
    """The stage of an integer operator. Sums of int16 inputs are int64, unless the bias is int32 or is said to be."""
    low, high = activation_range_quantized(options.fused_activation_function, output)
    bias_type = getattr(options, "quantized_bias_type", None) if bias is None else bias.type
    int64_sums = input.type == TensorType.INT16 and bias_type != TensorType.INT32
    return OutputStage(*multipliers, zero_point, low, high, int64_sums)


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


def product(matrix: Array, weights: Array, result: Array) -> None:
    """`result` = `matrix @ weights`, [rows, taps] by [taps, channels], in pieces that BLAS computes on one thread each.

    Float32 sums depend in their last bits on how many rows a product has: give it those of one image, whatever else
    there is, so that `predict` gives the bytes of invokes. Integer sums are exact, in any grouping.

    Where other programs keep the processor busy, BLAS's threads wait for one another: 20 to 60 ms (measured with
    OpenBLAS on two busy cores) for a product of 0.05 ms.
    """
    rows = max(1, ONE_THREAD_PRODUCTS // max(1, weights.size))
    for first in range(0, len(matrix), rows):
        np.matmul(matrix[first : first + rows], weights, out=result[first : first + rows])


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
