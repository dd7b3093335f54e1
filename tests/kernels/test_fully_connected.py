"""FULLY_CONNECTED: against the C++'s loops in plain Python, by hand, and against the real TFLM."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply, c_multiply_int64, wrapped
from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import SAMPLES, Cell, assert_cell_as_tflm, every, kind, of_kinds
from tests.kernels.convolving import DTYPES, c_activation_range
from tests.kernels.elementwise import assert_near_tflm, op_data, random_activation
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels.fully_connected import REGISTRATION
from tinylab.model import ActivationFunctionType, TensorType
from tinylab.model.options import FullyConnectedOptions
from tinylab.peers.tflm import TflmSession


class Layer(NamedTuple):
    """A FULLY_CONNECTED: its tensors and their values."""

    input: TensorSpec
    filter: TensorSpec
    bias: TensorSpec | None
    output: TensorSpec
    options: FullyConnectedOptions

    def model(self, *, computed_weights: bool = False) -> bytes:
        filter, bias = self.filter, self.bias
        if computed_weights:
            filter, bias = filter._replace(data=None), None if bias is None else bias._replace(data=None)
        return single_operator("FULLY_CONNECTED", [self.input, filter, bias], [self.output], self.options)


def random_layer(rng: np.random.Generator, dtype: str, largest: int = 40) -> Layer:
    """Per tensor (with a zero point now and then) or per channel, of any leading axes, biases of any type or none."""
    depth, outputs = (int(count) for count in rng.integers(1, largest, 2))
    leading = tuple(int(size) for size in rng.integers(1, 4, rng.integers(0, 3)))
    values_shape = [(*leading, depth), (math.prod(leading) * depth,)][int(rng.integers(0, 2))]
    options = FullyConnectedOptions(random_activation(rng))
    if dtype == "float32":
        filter = constant(random_values(rng, dtype, outputs, depth))
        bias = constant(random_values(rng, dtype, outputs)) if rng.random() < 0.7 else None
        tensors = TensorSpec(values_shape, "FLOAT32"), TensorSpec((*leading, outputs), "FLOAT32")
        return Layer(tensors[0], filter, bias, tensors[1], options)

    per_channel, int4 = rng.random() < 0.5, dtype == "int8" and rng.random() < 0.15
    scales = 2.0 ** rng.uniform(-9, -3, outputs if per_channel and not int4 else 1)
    weights = random_values(rng, "int8", outputs, depth) >> (4 if int4 else 0)
    filter = constant(weights, "INT4" if int4 else "INT8", scale=scales)
    if scales.size == 1 and rng.random() < 0.3:
        filter = filter._replace(zero_point=int(rng.integers(-20, 20)))
    sum_size = math.sqrt(depth) * 127 * float(np.iinfo(dtype).max)
    input_scale = float(np.float32(2.0 ** rng.uniform(-9, 0)))
    output_scale = float(np.float32(input_scale * scales.mean() * sum_size / np.iinfo(dtype).max * rng.uniform(0.1, 2)))
    bias_type = "int32" if dtype == "int8" else str(rng.choice(["int64", "int32"]))
    bias_values = (rng.normal(size=outputs) * sum_size * 0.3).astype(bias_type)
    bias = constant(bias_values, scale=input_scale * scales) if rng.random() < 0.7 else None
    # Unlike the int16 convolutions, FULLY_CONNECTED has zero points in int16 too.
    zero_points = rng.integers(-100, 100, 2)
    if dtype == "int16" and rng.random() < 0.3:
        options = options._replace(quantized_bias_type=TensorType.INT32)
    input = TensorSpec(values_shape, dtype.upper(), input_scale, int(zero_points[0]))
    return Layer(
        input, filter, bias, TensorSpec((*leading, outputs), dtype.upper(), output_scale, int(zero_points[1])), options
    )


def c_fully_connected(layer: Layer, values: Array) -> Array:
    """The C++'s loops, for one sample of integers."""
    outputs, depth = layer.filter.shape
    weights, scales = np.asarray(layer.filter.data), np.atleast_1d(np.float32(layer.filter.scale))
    filter_zero_point = int(layer.filter.zero_point) if scales.size == 1 else 0
    bias = None if layer.bias is None else np.asarray(layer.bias.data)
    int32_type = layer.options.quantized_bias_type == TensorType.INT32 if bias is None else bias.dtype == np.int32
    input_scale, output_scale = np.float32(layer.input.scale), np.float32(layer.output.scale)
    low, high = c_activation_range(layer.options.fused_activation_function, layer.output)
    result = np.empty((math.prod(layer.output.shape[:-1]), outputs), str(layer.output.type).lower())
    for b, n in np.ndindex(*result.shape):
        total = 0 if bias is None else int(bias[n])
        for d in range(depth):
            value = int(values.ravel()[b * depth + d]) - int(layer.input.zero_point)
            total += value * (int(weights[n, d]) - filter_zero_point)
        scale = float(scales[n if scales.size > 1 else 0])
        multiplier, shift = quantize_multiplier(float(input_scale) * scale / float(output_scale))
        if layer.input.type == "INT16" and not int32_type:
            scaled = c_multiply_int64(total, multiplier, shift)
        else:
            scaled = c_multiply(wrapped(total), multiplier, shift)
        result[b, n] = min(max(scaled + int(layer.output.zero_point), low), high)
    return result.reshape(layer.output.shape)


def values_of(rng: np.random.Generator, layer: Layer, samples: int) -> Array:
    return random_values(rng, str(layer.input.type).lower(), samples, *layer.input.shape)


def int8_layer(weights: Array, values_shape: tuple[int, ...], output_shape: tuple[int, ...], **filter: object) -> Layer:
    fields = {"scale": 1.0, **filter}
    return Layer(
        TensorSpec(values_shape, "INT8", 1.0, -1), constant(weights, **fields), None,
        TensorSpec(output_shape, "INT8", 2.0, 5), FullyConnectedOptions(),
    )  # fmt: skip


def test_by_hand() -> None:
    layer = int8_layer(np.array([[1, 2, 3], [-1, 0, 2]], np.int8), (3,), (2,))
    layer = layer._replace(bias=constant(np.array([4, -3], np.int32), scale=1.0))
    # 2 3 4 after the zero point: 2+6+12 + 4 = 24, -2+0+8 - 3 = 3; halves 12, 1.5 which rounds up; plus 5
    assert outputs_of(layer.model(), np.array([[1, 2, 3]], np.int8))[0].tolist() == [[17, 7]]


def test_the_filters_zero_point_by_hand() -> None:
    layer = int8_layer(np.array([[11, 12]], np.int8), (2,), (1,), zero_point=10)
    assert outputs_of(layer.model(), np.array([[1, 3]], np.int8))[0].tolist() == [[10]]  # (2*1 + 4*2) / 2 + 5


def test_op_data_by_hand() -> None:
    options = FullyConnectedOptions(ActivationFunctionType.RELU_N1_TO_1)
    scales = np.float32([0.1, 0.3, 0.7])
    layer = Layer(TensorSpec((4,), "INT8", scales[0], 3), constant(np.ones((2, 4), np.int8), scale=scales[1]), None,
                  TensorSpec((2,), "INT8", scales[2], -4), options)  # fmt: skip
    data = op_data(REGISTRATION, layer.model())
    # In double: TFLM 90b983c rounded the product of scales to float32 before the division.
    product = float(scales[0]) * float(scales[1])
    assert (data.stage.multiplier, data.stage.shift) == (round(product / float(scales[2]) * 2**35), -4)
    assert data.stage.multiplier != round(float(scales[0] * scales[1]) / float(scales[2]) * 2**35)
    assert data.stage[2:] == (-4, -5, -3, False)  # 1 / 0.7 rounds to 1
    assert data[:2] == (3, 0)

    per_channel = layer._replace(filter=constant(np.ones((2, 4), np.int8), scale=[scales[1], scales[1]]))
    stage = op_data(REGISTRATION, per_channel.model()).stage
    # One scale a channel: in double.
    assert stage.multiplier.tolist() == [round(float(scales[0]) * float(scales[1]) / float(scales[2]) * 2**35)] * 2
    assert stage.shift.tolist() == [-4, -4]


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_is_the_cpp_loops(dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(30):
        layer = random_layer(rng, dtype, largest=12)
        values = values_of(rng, layer, 2)
        expected = np.stack([c_fully_connected(layer, sample) for sample in values])
        np.testing.assert_array_equal(outputs_of(layer.model(), values)[0], expected)


def test_floats_are_the_sums() -> None:
    rng = np.random.default_rng(2)
    layer = random_layer(rng, "float32")._replace(options=FullyConnectedOptions(), bias=None)
    values = values_of(rng, layer, 3)
    weights = np.asarray(layer.filter.data).astype(float)
    expected = values.reshape(-1, weights.shape[1]) @ weights.T
    np.testing.assert_allclose(outputs_of(layer.model(), values)[0].reshape(expected.shape), expected, atol=1e-4)


def kind_of(layer: Layer) -> str:
    says_int32 = layer.options.quantized_bias_type == TensorType.INT32
    sums = ("int32" if says_int32 else "int64") if layer.bias is None else layer.bias.type.lower()
    return kind(layer.input.type, layer.filter.type, np.size(layer.filter.scale), f"{sums} sums")


KINDS = ["float32", "int8 x int8", "int8 x int8 per channel", "int8 x int4"]
KINDS += ["int16 x int8, int64 sums", "int16 x int8, int32 sums"]
CELLS = of_kinds(
    "FULLY_CONNECTED", KINDS, lambda rng, dtype: random_layer(rng, dtype, 200), kind_of,
    lambda rng, layer: (layer.model(), values_of(rng, layer, SAMPLES)),
)  # fmt: skip


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("dtype", DTYPES)
def test_computed_weights(tflm: TflmSession, dtype: str) -> None:
    """Filter and bias that are fed, others for each sample."""
    rng = np.random.default_rng(4)
    for _ in range(8):
        layer = random_layer(rng, dtype)
        if layer.filter.type == "INT4":
            continue
        weights = [layer.filter.data] if layer.bias is None else [layer.filter.data, layer.bias.data]
        fed = [np.stack([np.asarray(array), np.asarray(array)[::-1]]) for array in weights]
        compare = assert_near_tflm if dtype == "float32" else assert_as_tflm
        compare(tflm, layer.model(computed_weights=True), values_of(rng, layer, 2), *fed)


def test_the_multiplier_is_formed_in_double(tflm: TflmSession) -> None:
    """With a product of scales in float32 some of the 65,536 results would differ."""
    scales = np.float32([0.1, 0.3, 3.1])
    tensors = [TensorSpec((2**16, 1), "INT16", scales[0]), constant(np.int8([[127]]), scale=scales[1]), None]
    options = FullyConnectedOptions(quantized_bias_type=TensorType.INT32)
    model = single_operator("FULLY_CONNECTED", tensors, [TensorSpec((2**16, 1), "INT16", scales[2])], options)
    assert_as_tflm(tflm, model, np.arange(-(2**15), 2**15).astype(np.int16).reshape(1, -1, 1))


def test_constant_values(tflm: TflmSession) -> None:
    """They are there once, whatever the number of samples."""
    rng = np.random.default_rng(6)
    values = constant(random_values(rng, "int8", 2, 5), scale=1.0)
    tensors = [values, TensorSpec((3, 5), "INT8", 0.5), None]
    model = single_operator("FULLY_CONNECTED", tensors, [TensorSpec((2, 3), "INT8", 90.0)], FullyConnectedOptions())
    assert_as_tflm(tflm, model, random_values(rng, "int8", 3, 3, 5))


def test_sums_past_int32_wrap(tflm: TflmSession) -> None:
    layer = int8_layer(np.full((2, 8), 127, np.int8), (8,), (2,))
    bias = constant(np.array([2**31 - 1, -(2**31)], np.int32), scale=1.0)
    layer = layer._replace(bias=bias, output=TensorSpec((2,), "INT8", 2.0**25, 0))
    values = np.array([[127] * 8, [-128] * 8], np.int8)
    assert outputs_of(layer.model(), values)[0].tolist() == [[-64, -64], [64, 64]]
    assert_as_tflm(tflm, layer.model(), values)


def test_fewer_outputs_than_the_filter_has(tflm: TflmSession) -> None:
    """TFLM goes by the output's shape."""
    rng = np.random.default_rng(5)
    weights = random_values(rng, "int8", 4, 6)
    for scale in (0.01, [0.01, 0.02, 0.03, 0.04]):
        layer = int8_layer(weights, (2, 6), (2, 3), scale=scale)
        assert_as_tflm(tflm, layer.model(), values_of(rng, layer, 3))


def test_two_inputs(tflm: TflmSession) -> None:
    layer = int8_layer(np.ones((2, 3), np.int8), (3,), (2,))
    model = single_operator("FULLY_CONNECTED", [layer.input, layer.filter], [layer.output], layer.options)
    assert_as_tflm(tflm, model, np.array([[1, 2, 3]], np.int8))


ONES = np.ones((2, 3), np.int8)
IN, FILTER, OUT = TensorSpec((3,), "INT8", 1.0), constant(ONES, scale=1.0), TensorSpec((2,), "INT8", 1.0)
INT16_IN, INT16_OUT = TensorSpec((3,), "INT16", 1.0), TensorSpec((2,), "INT16", 1.0)
TWO_SCALES = constant(np.ones((3, 2), np.int8), scale=[1, 2], quantized_dimension=1)
REFUSED = {
    "types differ": ([IN, FILTER, None], INT16_OUT),
    "hybrid": ([TensorSpec((3,), "FLOAT32"), FILTER, None], TensorSpec((2,), "FLOAT32")),
    "float weights": ([IN, constant(ONES.astype(np.float32)), None], OUT),
    "int4 weights for int16": ([INT16_IN, constant(ONES, "INT4", scale=1.0), None], INT16_OUT),
    "int4 weights with a scale a channel": ([IN, constant(ONES, "INT4", scale=[1.0, 2.0]), None], OUT),
    "bias scale": ([IN, FILTER, constant(np.int32([1, 2]), scale=1.03)], OUT),
    "bias without a scale": ([IN, FILTER, constant(np.int32([1, 2]))], OUT),
}


def refused_model(name: str) -> bytes:
    inputs, output = REFUSED[name]
    return single_operator("FULLY_CONNECTED", inputs, [output], FullyConnectedOptions())


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    phase, message = refusal_of(refused_model(name))
    assert phase == "allocate"
    assert "operator 0 (FULLY_CONNECTED)" in message
    assert "needed" in message


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, refused_model(name))


def test_uint8_is_refused_in_invoke(tflm: TflmSession) -> None:
    output = TensorSpec((2,), "UINT8", 1.0)
    tensors = [TensorSpec((3,), "UINT8", 1.0), FILTER, None]
    assert_refused_as_tflm(tflm, single_operator("FULLY_CONNECTED", tensors, [output], FullyConnectedOptions()))


def test_a_bias_scale_that_is_near_enough(tflm: TflmSession) -> None:
    model = single_operator("FULLY_CONNECTED", [IN, FILTER, constant(np.int32([1, 2]), scale=1.01)], [OUT],
                            FullyConnectedOptions())  # fmt: skip
    assert_as_tflm(tflm, model, np.array([[1, 2, 3]], np.int8))


OURS_ALONE = {
    "depth": ([TensorSpec((2,), "INT8", 1.0), FILTER, None], OUT),
    "more outputs than the filter has": ([IN, FILTER, None], TensorSpec((3,), "INT8", 1.0)),
    "a filter of one axis": ([IN, constant(np.ones(3, np.int8), scale=1.0), None], OUT),
    "bias size": ([IN, FILTER, constant(np.int32([1]), scale=1.0)], OUT),
    "bias type": ([IN, FILTER, constant(np.int64([1, 2]), scale=1.0)], OUT),
    "scales along another axis": ([IN, TWO_SCALES, None], TensorSpec((3,), "INT8", 1.0)),
    "output without a scale": ([IN, FILTER, None], TensorSpec((2,), "INT8")),
}


@pytest.mark.parametrize("name", OURS_ALONE)
def test_refused_where_tflm_reads_beside_its_tensors(name: str) -> None:
    inputs, output = OURS_ALONE[name]
    phase, message = refusal_of(single_operator("FULLY_CONNECTED", inputs, [output], FullyConnectedOptions()))
    assert phase == "allocate"
    assert "needed" in message
