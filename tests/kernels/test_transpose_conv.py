"""TRANSPOSE_CONV: against the C++'s loops in plain Python, by hand, and against the real TFLM."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply, c_multiply_int64
from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import SAMPLES, Cell, assert_cell_as_tflm, every, kind, of_kinds
from tests.kernels.convolving import DTYPES, c_activation_range, c_padding, out_size
from tests.kernels.elementwise import assert_near_tflm, op_data, random_activation
from tests.kernels.running import (
    Array,
    assert_as_tflm,
    assert_refused_as_tflm,
    interpreter_of,
    outputs_of,
    random_values,
    refusal_of,
)
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels import padding
from tinylab.kernels.padding import Window
from tinylab.kernels.transpose_conv import REGISTRATION
from tinylab.model import ActivationFunctionType, Padding, TensorType
from tinylab.model.options import TransposeConvOptions
from tinylab.peers.tflm import TflmSession


class Case(NamedTuple):
    """filter, bias: their values; filter_scales: one, or one an output channel."""

    input: TensorSpec
    output: TensorSpec
    filter: Array
    filter_scales: Array
    bias: Array | None
    options: TransposeConvOptions

    def model(self, *, computed_weights: bool = False) -> bytes:
        """The model of this one operator; with computed_weights, filter and bias are fed, the filter first of all."""
        scales = None if self.filter.dtype == np.float32 else self.filter_scales
        filter = constant(self.filter, scale=scales)
        bias = None if self.bias is None else constant(self.bias)
        if computed_weights:
            filter, bias = filter._replace(data=None), None if bias is None else bias._replace(data=None)
        shape = constant(np.array(self.output.shape, np.int32))
        inputs = [shape, filter, self.input] + ([] if bias is None else [bias])
        return single_operator("TRANSPOSE_CONV", inputs, [self.output], self.options)


def random_case(rng: np.random.Generator, dtype: str, largest: int = 6) -> Case:
    """The output's height and width are any of those of which the window makes the input's."""
    (height, width), (taps_h, taps_w) = rng.integers(1, largest + 1, 2).tolist(), rng.integers(1, 5, 2).tolist()
    stride_h, stride_w = rng.integers(1, 4, 2).tolist()
    kind = Padding(int(rng.integers(0, 2)))

    def spread(size: int, taps: int, stride: int) -> int:
        found = [n for n in range(1, size * stride + taps + stride) if out_size(kind, n, taps, stride) == size]
        return int(rng.choice(found))

    batch, in_channels, channels = rng.integers(1, 4, 3).tolist()
    shape = (batch, height, width, in_channels)
    out_shape = (batch, spread(height, taps_h, stride_h), spread(width, taps_w, stride_w), channels)
    filter = random_values(rng, "float32" if dtype == "float32" else "int8", channels, taps_h, taps_w, in_channels)
    bias_type = {"float32": "float32", "int8": "int32", "int16": str(rng.choice(["int64", "int16"]))}[dtype]
    full = 1.0 if dtype == "float32" else float(np.iinfo(dtype).max)
    sum_size = math.sqrt(taps_h * taps_w * in_channels) * 64 * full
    bias_size = 1.0 if dtype == "float32" else min(sum_size, 1e4)
    bias = (rng.normal(size=channels) * bias_size * 0.5).astype(bias_type) if rng.random() < 0.7 else None
    scales = (2.0 ** rng.uniform(-9, -3, channels if rng.random() < 0.6 else 1)).astype(np.float32)
    options = TransposeConvOptions(
        kind, stride_w, stride_h, random_activation(rng), TensorType(int(rng.choice([0, TensorType.INT32])))
    )
    if dtype == "float32":
        tensors = [TensorSpec(some_shape, "FLOAT32") for some_shape in (shape, out_shape)]
    else:
        in_scale = float(np.float32(2.0 ** rng.uniform(-9, 0)))
        out_scale = float(np.float32(in_scale * scales.mean() * sum_size / full * 2.0 ** rng.uniform(-3, 1)))
        zeros = rng.integers(-128, 128, 2).tolist()  # which int16 has, and does not look at
        tensors = [
            TensorSpec(some_shape, dtype.upper(), scale, zero)
            for some_shape, scale, zero in zip((shape, out_shape), (in_scale, out_scale), zeros, strict=True)
        ]
    return Case(*tensors, filter, scales, bias, options)


def inputs_of(rng: np.random.Generator, case: Case, samples: int) -> Array:
    return random_values(rng, str(case.input.type).lower(), samples, *case.input.shape)


def c_transpose_conv(case: Case, image: Array) -> Array:
    """The C++'s loops, for one sample [batch, height, width, channels] of integers."""
    options, filter = case.options, case.filter
    channels, taps_h, taps_w, in_channels = filter.shape
    batch, out_height, out_width, _ = case.output.shape
    places_h, places_w = (  # those that SAME or VALID give for the output; the padding is computed for them
        out_size(options.padding, size, taps, stride)
        for size, taps, stride in ((out_height, taps_h, options.stride_h), (out_width, taps_w, options.stride_w))
    )
    pad_h = c_padding(options.stride_h, taps_h, out_height, places_h)
    pad_w = c_padding(options.stride_w, taps_w, out_width, places_w)
    is_int8 = case.input.type == "INT8"
    sums = np.zeros(case.output.shape, object)
    places = itertools.product(range(batch), range(image.shape[1]), range(image.shape[2]), range(in_channels))
    for b, in_y, in_x, c in places:
        value = int(image[b, in_y, in_x, c]) - (int(case.input.zero_point) if is_int8 else 0)
        for i, j, n in itertools.product(range(taps_h), range(taps_w), range(channels)):
            out_y, out_x = in_y * options.stride_h - pad_h + i, in_x * options.stride_w - pad_w + j
            if 0 <= out_y < out_height and 0 <= out_x < out_width:
                sums[b, out_y, out_x, n] += value * int(filter[n, i, j, c])
    low, high = c_activation_range(options.fused_activation_function, case.output)
    result = np.empty(case.output.shape, str(case.output.type).lower())
    for index in np.ndindex(result.shape):
        n = index[3]
        scale = float(case.filter_scales[n % case.filter_scales.size])
        multiplier = quantize_multiplier(float(case.input.scale) * scale / float(case.output.scale))
        total = sums[index] + (0 if case.bias is None else int(case.bias[n]))
        value = c_multiply(total, *multiplier) if is_int8 else c_multiply_int64(total, *multiplier)
        result[index] = min(max(value + (int(case.output.zero_point) if is_int8 else 0), low), high)
    return result


PLAIN = TransposeConvOptions(Padding.VALID, stride_w=2, stride_h=2)


def model_of(inputs: list[TensorSpec | None], output: TensorSpec, options: TransposeConvOptions = PLAIN) -> bytes:
    return single_operator("TRANSPOSE_CONV", [constant(np.array(output.shape, np.int32)), *inputs], [output], options)


def test_by_hand() -> None:
    filter = constant(np.array([[[[1], [2], [3]]]], np.int8), scale=1.0)
    image = TensorSpec((1, 1, 2, 1), "INT8", 1.0, 1)
    model = model_of([filter, image, constant(np.array([10], np.int32))], TensorSpec((1, 1, 5, 1), "INT8", 1.0, -5))
    # minus the zero point 4 and 2: 4 * (1, 2, 3) at 0, 2 * (1, 2, 3) at 2, which overlap at 2; then plus 10 - 5
    assert outputs_of(model, np.array([5, 3], np.int8).reshape(1, 1, 1, 2, 1))[0].ravel().tolist() == [9, 13, 19, 9, 11]


def test_op_data_by_hand() -> None:
    options = TransposeConvOptions(Padding.SAME, 1, 2, ActivationFunctionType.RELU)
    filter = constant(np.ones((2, 5, 3, 1), np.int8), scale=[0.5, 0.1])
    tensors = [filter, TensorSpec((1, 4, 6, 1), "INT8", 0.1, -128)]
    data = op_data(REGISTRATION, model_of(tensors, TensorSpec((1, 8, 6, 2), "INT8", 0.2, -128), options))
    # of the output's 8 rows: 4 places, 2 apart, of 5 taps reach 11, so 3 lie outside
    assert data.rows == Window(size=5, stride=2, dilation=1, before=1, after=2, out_size=4)
    assert data.columns == Window(size=3, stride=1, dilation=1, before=1, after=1, out_size=6)
    assert data.stage.multiplier.tolist() == [2**30, 1717986944]
    assert data.stage.shift.tolist() == [-1, -4]
    assert data.stage[2:] == (-128, -128, 127, False)
    assert data.input_zero_point == -128
    assert data.weights.shape == (15, 2)


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_is_the_cpp_loops(dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        case = random_case(rng, dtype, largest=4)
        images = inputs_of(rng, case, 2)
        expected = np.stack([c_transpose_conv(case, image) for image in images])
        np.testing.assert_array_equal(outputs_of(case.model(), images)[0], expected)


def test_floats_are_the_sums() -> None:
    rng = np.random.default_rng(2)
    image, filter = random_values(rng, "float32", 1, 1, 3, 2, 2), random_values(rng, "float32", 3, 2, 3, 2)
    model = model_of([constant(filter), TensorSpec((1, 3, 2, 2), "FLOAT32")], TensorSpec((1, 6, 5, 3), "FLOAT32"))
    expected = np.zeros((6, 5, 3))
    for y, x in np.ndindex(3, 2):
        expected[2 * y : 2 * y + 2, 2 * x : 2 * x + 3] += np.einsum("c,nijc->ijn", image[0, 0, y, x], filter)
    np.testing.assert_allclose(outputs_of(model, image)[0][0, 0], expected, rtol=1e-5, atol=1e-5)


def kind_of(case: Case) -> str:
    bias = "" if case.bias is None else f"{case.bias.dtype} bias"
    return kind(case.input.type, case.filter.dtype.name, case.filter_scales.size, bias)


KINDS = ["float32", "int8 x int8", "int8 x int8 per channel"]
KINDS += ["int16 x int8", "int16 x int8, int64 bias", "int16 x int8, int16 bias"]
CELLS = of_kinds(
    "TRANSPOSE_CONV", KINDS, lambda rng, dtype: random_case(rng, dtype, 12), kind_of,
    lambda rng, case: (case.model(), inputs_of(rng, case, SAMPLES)),
)  # fmt: skip


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("dtype", DTYPES)
def test_computed_weights(tflm: TflmSession, dtype: str) -> None:
    """Filter and bias that are fed, others for each sample."""
    rng = np.random.default_rng(4)
    for _ in range(8):
        case = random_case(rng, dtype)
        fed = [np.stack([case.filter, case.filter[::-1]]), inputs_of(rng, case, 2)]
        fed += [] if case.bias is None else [np.stack([case.bias, case.bias[::-1]])]
        compare = assert_near_tflm if dtype == "float32" else assert_as_tflm
        compare(tflm, case.model(computed_weights=True), *fed)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_head_is_tflms(tflm: TflmSession, dtype: str) -> None:
    """Its scratch buffers are planned as the real TFLM's."""
    rng = np.random.default_rng(5)
    for _ in range(8):
        case = random_case(rng, dtype)
        theirs = tflm.run(case.model(), inputs_of(rng, case, 1)).require().arena
        assert theirs is not None
        assert interpreter_of(case.model()).memory_plan.head_bytes == theirs.head_bytes


def test_an_output_larger_than_the_window_reaches(tflm: TflmSession) -> None:
    """What nothing is spread to holds the bias."""
    filter, bias = constant(np.ones((1, 1, 2, 1), np.int8), scale=1.0), constant(np.array([7], np.int32))
    model = model_of([filter, TensorSpec((1, 1, 1, 1), "INT8", 1.0), bias], TensorSpec((1, 2, 5, 1), "INT8", 1.0))
    image = np.full((1, 1, 1, 1, 1), 3, np.int8)
    assert outputs_of(model, image)[0].ravel().tolist() == [10, 10, 7, 7, 7, 7, 7, 7, 7, 7]
    assert_as_tflm(tflm, model, image)


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    for dtype in DTYPES:
        case = random_case(rng, dtype, largest=9)
        images = inputs_of(rng, case, 4)
        whole = outputs_of(case.model(), images)[0]
        monkeypatch.setattr(padding, "TILE_ELEMENTS", 50)
        np.testing.assert_array_equal(outputs_of(case.model(), images)[0], whole)
        monkeypatch.undo()


def spec(dtype: str, *shape: int, scale: float | None = 0.5) -> TensorSpec:
    return TensorSpec(shape, dtype, scale)


WEIGHTS = np.ones((2, 1, 1, 1), np.int8)
IMAGE, OUT = spec("INT8", 1, 2, 2, 1), spec("INT8", 1, 3, 3, 2)
FILTER, BIAS = constant(WEIGHTS, scale=0.5), constant(np.zeros(2, np.int32))
WIDE = constant(np.ones((2, 1, 1, 3), np.int8), scale=[1, 2, 3], quantized_dimension=3)
UINT8_FILTER = constant(WEIGHTS.astype(np.uint8), scale=0.5)
REFUSED = {
    "hybrid": ([FILTER, spec("FLOAT32", 1, 2, 2, 1), BIAS], spec("FLOAT32", 1, 3, 3, 2), "allocate"),
    "float weights": ([constant(WEIGHTS.astype(np.float32)), IMAGE, BIAS], OUT, "allocate"),
    "weights without a scale": ([constant(WEIGHTS), IMAGE, BIAS], OUT, "allocate"),
    "input without a scale": ([FILTER, spec("INT8", 1, 2, 2, 1, scale=None), BIAS], OUT, "allocate"),
    "scales along another axis": ([WIDE, spec("INT8", 1, 2, 2, 3), BIAS], OUT, "allocate"),
    "five inputs": ([FILTER, IMAGE, BIAS, BIAS], OUT, "allocate"),
    "another output type": ([FILTER, IMAGE, BIAS], spec("INT16", 1, 3, 3, 2), "invoke"),
    "uint8": ([UINT8_FILTER, spec("UINT8", 1, 2, 2, 1)], spec("UINT8", 1, 3, 3, 2), "invoke"),
}
# What TFLM reads beside its tensors for, or takes for what it expects.
REFUSED_HERE = {
    "int32 bias for int16": ([FILTER, spec("INT16", 1, 2, 2, 1), BIAS], spec("INT16", 1, 3, 3, 2), "allocate"),
    "input channels": ([FILTER, spec("INT8", 1, 2, 2, 2), BIAS], OUT, "allocate"),
    "output channels": ([FILTER, IMAGE], spec("INT8", 1, 3, 3, 3), "allocate"),
    "images": ([FILTER, IMAGE], spec("INT8", 2, 3, 3, 2), "allocate"),
    "three axes": ([FILTER, spec("INT8", 2, 2, 1)], OUT, "allocate"),
    "bias size": ([FILTER, IMAGE, constant(np.zeros(1, np.int32))], OUT, "allocate"),
    "output without a scale": ([FILTER, IMAGE], spec("INT8", 1, 3, 3, 2, scale=None), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, model_of(*REFUSED[name][:2]))


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    inputs, output, expected = {**REFUSED, **REFUSED_HERE}[name]
    phase, message = refusal_of(model_of(inputs, output))
    assert phase == expected
    assert "operator 0 (TRANSPOSE_CONV)" in message
    assert "needed" in message


def test_a_bias_said_to_be_left_out(tflm: TflmSession) -> None:
    model = model_of([FILTER, IMAGE, None], OUT)
    assert_as_tflm(tflm, model, inputs := np.arange(8, dtype=np.int8).reshape(2, 1, 2, 2, 1))
    assert len(outputs_of(model, inputs)[0]) == 2
