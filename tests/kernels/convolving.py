"""What the tests of convolutions share: random convolutions, and loops that follow the C++ statement by statement."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from tests.arithmetic.test_fixed_point import c_multiply, c_multiply_int64, wrapped
from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import SAMPLES, Case, Cells, Rng, kind, of_kinds
from tests.kernels.elementwise import assert_near_tflm, random_activation
from tests.kernels.running import Array, assert_as_tflm, random_values
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.model import ActivationFunctionType, Padding, TensorType
from tinylab.model.options import Conv2DOptions, DepthwiseConv2DOptions
from tinylab.peers.tflm import TflmSession

Quantization = tuple[float, int]  # scale, zero point
DTYPES = ("int8", "int16", "float32")


class Convolution(NamedTuple):
    """A CONV_2D, or a DEPTHWISE_CONV_2D where its options have a depth multiplier.

    filter, bias: their values; filter_scales: one, or one a channel; filter_type: "INT4" where the file packs it.
    """

    input: TensorSpec
    output: TensorSpec
    filter: Array
    filter_scales: Array
    bias: Array | None
    options: Conv2DOptions | DepthwiseConv2DOptions
    filter_type: str

    @property
    def depthwise(self) -> bool:
        return isinstance(self.options, DepthwiseConv2DOptions)

    def model(self, *, computed_weights: bool = False) -> bytes:
        """The model of this one operator; with computed_weights, filter and bias are fed."""
        scales = None if self.filter_type == "FLOAT32" else self.filter_scales
        axis = 3 if self.depthwise else 0
        filter = constant(self.filter, self.filter_type, scale=scales, quantized_dimension=axis)
        bias = None if self.bias is None else constant(self.bias)
        if computed_weights:
            filter, bias = filter._replace(data=None), None if bias is None else bias._replace(data=None)
        name = "DEPTHWISE_CONV_2D" if self.depthwise else "CONV_2D"
        # CONV_2D's bias may be left out, or be said to be left out (-1): DEPTHWISE_CONV_2D dies of that in TFLM.
        two_inputs = bias is None and (self.depthwise or self.filter.size % 2 == 1)
        inputs = [self.input, filter] if two_inputs else [self.input, filter, bias]
        return single_operator(name, inputs, [self.output], self.options)


def random_convolution(rng: np.random.Generator, dtype: str, depthwise: bool, largest: int = 7) -> Convolution:
    """Small, of any padding, strides, dilations, groups or depth multiplier; results spread over the output's range."""
    height, width = (int(size) for size in rng.integers(1, largest + 1, 2))
    tap_rows, tap_columns = (int(size) for size in rng.integers(1, 5, 2))
    stride_h, stride_w = (int(size) for size in rng.integers(1, 4, 2))
    dilation_h, dilation_w = (int(size) for size in rng.choice([1, 1, 1, 2, 3], 2))
    padding = Padding(int(rng.integers(0, 2)))
    reach = (tap_rows - 1) * dilation_h + 1, (tap_columns - 1) * dilation_w + 1
    if reach[0] > height or reach[1] > width:
        padding = Padding.SAME
    groups, group_inputs, group_outputs = (int(count) for count in rng.integers(1, 4, 3))
    if depthwise:
        group_inputs = 1
    batch, channels = int(rng.integers(1, 3)), groups * group_outputs
    shape = (batch, height, width, groups * group_inputs)
    out_height = out_size(padding, height, reach[0], stride_h)
    out_width = out_size(padding, width, reach[1], stride_w)

    filter_shape = (
        (1, tap_rows, tap_columns, channels) if depthwise else (channels, tap_rows, tap_columns, group_inputs)
    )
    filter_type = {"float32": "FLOAT32", "int16": "INT8", "int8": "INT4" if rng.random() < 0.1 else "INT8"}[dtype]
    filter = random_values(rng, "float32" if dtype == "float32" else "int8", *filter_shape)
    filter = filter >> 4 if filter_type == "INT4" else filter
    sum_size = math.sqrt(tap_rows * tap_columns * group_inputs) * max(np.abs(filter.astype(float)).max(), 1.0)
    sum_size *= 1.0 if dtype == "float32" else float(np.iinfo(dtype).max)
    bias_type = {"float32": "float32", "int8": "int32", "int16": str(rng.choice(["int64", "int32"]))}[dtype]
    bias_type = "int64" if dtype == "int16" and depthwise else bias_type
    bias = (rng.normal(size=channels) * sum_size * 0.3).astype(bias_type) if rng.random() < 0.75 else None

    fields = {"padding": padding, "stride_w": stride_w, "stride_h": stride_h}
    fields |= {"dilation_w_factor": dilation_w, "dilation_h_factor": dilation_h}
    options = DepthwiseConv2DOptions(
        **fields, fused_activation_function=random_activation(rng), depth_multiplier=group_outputs
    ) if depthwise else Conv2DOptions(
        **fields,
        fused_activation_function=random_activation(rng),
        quantized_bias_type=TensorType.INT32 if dtype == "int16" and rng.random() < 0.3 else TensorType.FLOAT32,
    )  # fmt: skip
    scales = 2.0 ** rng.uniform(-9, -3, channels if rng.random() < 0.7 and channels > 1 else 1)
    input, output = (
        TensorSpec(some_shape, dtype.upper(), *quantization)
        for some_shape, quantization in zip(
            (shape, (batch, out_height, out_width, channels)), _quantizations(rng, dtype, scales, sum_size), strict=True
        )
    )
    return Convolution(input, output, filter, scales.astype(np.float32), bias, options, filter_type)


def _quantizations(
    rng: np.random.Generator, dtype: str, filter_scales: Array, sum_size: float
) -> list[tuple[float | None, int]]:
    if dtype == "float32":
        return [(None, 0), (None, 0)]
    input_scale = float(np.float32(2.0 ** rng.uniform(-9, 0)))
    full = float(np.iinfo(dtype).max)
    output_scale = float(np.float32(input_scale * filter_scales.mean() * sum_size / full * 2.0 ** rng.uniform(-3, 1)))
    zero_points = rng.integers(-128, 128, 2) if dtype == "int8" else (0, 0)
    return [(input_scale, int(zero_points[0])), (output_scale, int(zero_points[1]))]


def out_size(padding: Padding, size: int, reach: int, stride: int) -> int:
    return math.ceil(size / stride) if padding == Padding.SAME else math.ceil((size - reach + 1) / stride)


def c_padding(stride: int, reach: int, in_size: int, out_size: int) -> int:
    return max((out_size - 1) * stride + reach - in_size, 0) // 2


def c_activation_range(activation: ActivationFunctionType, output: TensorSpec) -> tuple[int, int]:
    """CalculateActivationRangeQuantized, by hand."""
    limits = np.iinfo(str(output.type).lower())

    def quantized(real: float) -> int:
        ratio = float(np.float32(real) / np.float32(output.scale))
        return int(output.zero_point) + int(math.copysign(math.floor(abs(ratio) + 0.5), ratio))

    low = {"RELU": 0.0, "RELU6": 0.0, "RELU_N1_TO_1": -1.0}.get(activation.name)
    high = {"RELU6": 6.0, "RELU_N1_TO_1": 1.0}.get(activation.name)
    return (
        int(limits.min) if low is None else max(int(limits.min), quantized(low)),
        int(limits.max) if high is None else min(int(limits.max), quantized(high)),
    )


def c_convolve(case: Convolution, image: Array) -> Array:
    """The C++'s loops, for one sample [batch, height, width, channels] of integers."""
    options, filter = case.options, case.filter.astype(int)
    tap_rows, tap_columns = filter.shape[1:3]
    batch, out_height, out_width, channels = case.output.shape
    height, width, in_channels = image.shape[1:]
    reach_h = (tap_rows - 1) * options.dilation_h_factor + 1
    reach_w = (tap_columns - 1) * options.dilation_w_factor + 1
    pad_h = c_padding(options.stride_h, reach_h, height, out_height)
    pad_w = c_padding(options.stride_w, reach_w, width, out_width)
    result = np.empty(case.output.shape, str(case.output.type).lower())
    for b, y, x, n in itertools.product(range(batch), range(out_height), range(out_width), range(channels)):
        total = 0
        for i, j in itertools.product(range(tap_rows), range(tap_columns)):
            in_y = y * options.stride_h - pad_h + options.dilation_h_factor * i
            in_x = x * options.stride_w - pad_w + options.dilation_w_factor * j
            if not (0 <= in_y < height and 0 <= in_x < width):
                continue
            if case.depthwise:
                seen, weights = image[b, in_y, in_x, n // (channels // in_channels), None], filter[0, i, j, n, None]
            else:
                group_inputs = filter.shape[3]
                first = n // (channels // (in_channels // group_inputs)) * group_inputs
                seen, weights = image[b, in_y, in_x, first : first + group_inputs], filter[n, i, j]
            total += sum((int(a) - int(case.input.zero_point)) * int(w) for a, w in zip(seen, weights, strict=True))
        total += 0 if case.bias is None else int(case.bias[n])
        result[b, y, x, n] = c_output(case, total, n)
    return result


def c_output(case: Convolution, total: int, channel: int) -> int:
    """What becomes of a sum."""
    scale = float(case.filter_scales[channel % case.filter_scales.size])
    multiplier, shift = quantize_multiplier(float(case.input.scale) * scale / float(case.output.scale))
    bias_type = case.bias.dtype.name if case.bias is not None else "int32"
    if case.bias is None and getattr(case.options, "quantized_bias_type", None) != TensorType.INT32:
        bias_type = "int64"
    if case.input.type == "INT16" and bias_type == "int64":
        value = c_multiply_int64(total, multiplier, shift)
    else:
        value = c_multiply(wrapped(total), multiplier, shift)
    low, high = c_activation_range(case.options.fused_activation_function, case.output)
    return min(max(value + int(case.output.zero_point), low), high)


def inputs_of(rng: np.random.Generator, case: Convolution, samples: int) -> Array:
    return random_values(rng, str(case.input.type).lower(), samples, *case.input.shape)


def kind_of(case: Convolution) -> str:
    says_int32 = getattr(case.options, "quantized_bias_type", None) == TensorType.INT32
    sums = ("int32" if says_int32 else "int64") if case.bias is None else case.bias.dtype.name
    return kind(case.input.type, case.filter_type, case.filter_scales.size, f"{sums} sums")


KINDS = ["float32", "int8 x int8", "int8 x int8 per channel", "int8 x int4", "int8 x int4 per channel"]


def convolution_cells(name: str, depthwise: bool) -> Cells:
    """Images of up to 20 x 20; one in five with weights that are fed, others for each sample."""

    def case(rng: Rng, drawn: Convolution) -> Case:
        images = inputs_of(rng, drawn, SAMPLES)
        if drawn.filter_type == "INT4" or rng.random() < 0.8:
            return drawn.model(), [images]
        weights = [drawn.filter] if drawn.bias is None else [drawn.filter, drawn.bias]
        fed = [np.stack([array, array[..., ::-1]] * (SAMPLES // 2)) for array in weights]
        return drawn.model(computed_weights=True), [images, *fed]

    kinds = [*KINDS, "int16 x int8, int64 sums", *([] if depthwise else ["int16 x int8, int32 sums"])]
    return of_kinds(name, kinds, lambda rng, dtype: random_convolution(rng, dtype, depthwise, 20), kind_of, case)


def assert_like_tflm(tflm: TflmSession, case: Convolution, *inputs: Array, computed_weights: bool = False) -> None:
    """Integers the same bytes, floats near."""
    compare = assert_near_tflm if case.input.type == "FLOAT32" else assert_as_tflm
    compare(tflm, case.model(computed_weights=computed_weights), *inputs)
