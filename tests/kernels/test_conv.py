"""CONV_2D: against the C++'s loops in plain Python, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, every
from tests.kernels.convolving import (
    DTYPES,
    Convolution,
    assert_like_tflm,
    c_convolve,
    convolution_cells,
    inputs_of,
    random_convolution,
)
from tests.kernels.elementwise import op_data
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.kernels import padding
from tinylab.kernels.conv import REGISTRATION
from tinylab.kernels.padding import Window
from tinylab.model import ActivationFunctionType, Padding, TensorType
from tinylab.model.options import Conv2DOptions
from tinylab.peers.tflm import TflmSession

PLAIN = Conv2DOptions(Padding.VALID, stride_w=1, stride_h=1)


def hand_case(dtype: str = "int8", options: Conv2DOptions = PLAIN) -> Convolution:
    """A 2x2 image of two channels and two 1x2 filters; scales that make the multiplier 1/2."""
    filter = np.array([[[[1, 2], [3, 4]]], [[[-1, 0], [0, 5]]]], np.int8)
    input, output = TensorSpec((1, 2, 2, 2), dtype.upper(), 0.5, 1), TensorSpec((1, 2, 1, 2), dtype.upper(), 1.0, -3)
    return Convolution(input, output, filter, np.float32([1.0]), np.array([10, -20], np.int32), options, "INT8")


def test_by_hand() -> None:
    image = np.array([[[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]], np.int8)
    # Minus the zero point: 0 1 2 3 / 4 5 6 7.
    # Sums: 0+2+6+12 + 10 = 30, 0+0+0+15 - 20 = -5; 4+10+18+28 + 10 = 70, -4+35 - 20 = 11.
    # Their halves 15, -2.5, 35, 5.5: the first rounding takes ties up, to -2 and 6; then minus 3.
    assert outputs_of(hand_case().model(), image)[0].ravel().tolist() == [12, -5, 32, 3]


def test_op_data_by_hand() -> None:
    options = Conv2DOptions(Padding.SAME, 2, 1, ActivationFunctionType.RELU6, 1, 2)
    filter = np.ones((2, 3, 3, 1), np.int8)
    case = Convolution(
        TensorSpec((1, 5, 8, 1), "INT8", 0.5, -7), TensorSpec((1, 5, 4, 2), "INT8", 0.25, -100), filter,
        np.float32([0.1, 0.375]), np.zeros(2, np.int32), options, "INT8",
    )  # fmt: skip
    data = op_data(REGISTRATION, case.model())
    assert data.rows == Window(size=3, stride=1, dilation=2, before=2, after=2, out_size=5)
    assert data.columns == Window(size=3, stride=2, dilation=1, before=0, after=1, out_size=4)
    assert data.input_zero_point == -7
    # float32 0.1 × 0.5 / 0.25 = 0.2000000030 = 0.8000000119 * 2**-2; 0.75 = 0.75 * 2**0
    assert data.stage.multiplier.tolist() == [1717986944, 3 * 2**29]
    assert data.stage.shift.tolist() == [-2, 0]
    assert data.stage[2:] == (-100, -100, -76, False)
    assert data.weights.dtype == np.float32


def test_one_scale_is_multiplied_in_double() -> None:
    """As TFLM always did for convolutions."""
    scales = np.float32([0.1, 0.3, 0.7])
    filter = constant(np.ones((1, 1, 1, 1), np.int8), scale=scales[1])
    model = single_operator("CONV_2D", [TensorSpec((1, 1, 1, 1), "INT8", scales[0]), filter, None],
                            [TensorSpec((1, 1, 1, 1), "INT8", scales[2])], PLAIN)  # fmt: skip
    exact = float(scales[0]) * float(scales[1]) / float(scales[2])
    stage = op_data(REGISTRATION, model).stage
    assert stage.multiplier.tolist() == [round(exact * 2**35)]
    assert stage.shift.tolist() == [-4]
    assert round(float(scales[0] * scales[1]) / float(scales[2]) * 2**35) != round(exact * 2**35)


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_is_the_cpp_loops(dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(25):
        case = random_convolution(rng, dtype, depthwise=False, largest=5)
        images = inputs_of(rng, case, 2)
        expected = np.stack([c_convolve(case, image) for image in images])
        np.testing.assert_array_equal(outputs_of(case.model(), images)[0], expected)


def test_floats_are_the_sums() -> None:
    rng = np.random.default_rng(2)
    image = random_values(rng, "float32", 1, 1, 3, 3, 2)
    filter = random_values(rng, "float32", 4, 2, 2, 2)
    model = single_operator("CONV_2D", [TensorSpec((1, 3, 3, 2), "FLOAT32"), constant(filter)],
                            [TensorSpec((1, 2, 2, 4), "FLOAT32")], PLAIN)  # fmt: skip
    patches = np.lib.stride_tricks.sliding_window_view(image[0, 0].astype(float), (2, 2), axis=(0, 1))
    expected = np.einsum("yxcij,nijc->yxn", patches, filter.astype(float))
    np.testing.assert_allclose(outputs_of(model, image)[0][0, 0], expected, rtol=1e-5, atol=1e-5)


CELLS = convolution_cells("CONV_2D", depthwise=False)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("dtype", DTYPES)
def test_computed_weights(tflm: TflmSession, dtype: str) -> None:
    """Filter and bias that are fed, others for each sample."""
    rng = np.random.default_rng(4)
    for _ in range(8):
        case = random_convolution(rng, dtype, depthwise=False)
        if case.filter_type == "INT4":
            continue
        weights = [case.filter] if case.bias is None else [case.filter, case.bias]
        fed = [np.stack([array, array[::-1]]) for array in weights]
        assert_like_tflm(tflm, case, inputs_of(rng, case, 2), *fed, computed_weights=True)


@pytest.mark.parametrize("filter_type", ["INT8", "INT4"])
def test_a_computed_bias(tflm: TflmSession, filter_type: str) -> None:
    weights, biases = np.array([[[[3, -8]]], [[[7, 1]]]], np.int8), np.array([[5, -9], [2**24, 1]], np.int32)
    filter = constant(weights, filter_type, scale=0.5)
    tensors = [TensorSpec((1, 2, 2, 2), "INT8", 1.0, 3), filter, TensorSpec((2,), "INT32")]
    model = single_operator("CONV_2D", tensors, [TensorSpec((1, 2, 2, 2), "INT8", 4.0)], PLAIN)
    assert_as_tflm(tflm, model, random_values(np.random.default_rng(8), "int8", 2, 1, 2, 2, 2), biases)


def test_a_constant_image(tflm: TflmSession) -> None:
    """It is there once, whatever the number of samples."""
    rng = np.random.default_rng(9)
    image = constant(random_values(rng, "int8", 1, 3, 3, 2), scale=1.0)
    tensors = [image, TensorSpec((2, 2, 2, 2), "INT8", 0.5), None]
    model = single_operator("CONV_2D", tensors, [TensorSpec((1, 2, 2, 2), "INT8", 100.0)], PLAIN)
    assert_as_tflm(tflm, model, random_values(rng, "int8", 3, 2, 2, 2, 2))


def test_int16_has_no_zero_points(tflm: TflmSession) -> None:
    """Whatever the tensors say; only the activation's range moves."""
    rng = np.random.default_rng(10)
    for activation in ActivationFunctionType.NONE, ActivationFunctionType.RELU6:
        case = hand_case("int16", PLAIN._replace(fused_activation_function=activation))
        assert (case.input.zero_point, case.output.zero_point) == (1, -3)
        assert_like_tflm(tflm, case, random_values(rng, "int16", 3, 1, 2, 2, 2) >> 8)


def test_a_channel_of_scale_0(tflm: TflmSession) -> None:
    """As a converter may leave one whose weights are all 0: it is its zero point everywhere."""
    filter = constant(np.ones((2, 1, 1, 1), np.int8), scale=[0.0, 0.5])
    model = single_operator("CONV_2D", [TensorSpec((1, 1, 1, 1), "INT8", 1.0), filter, None],
                            [TensorSpec((1, 1, 1, 2), "INT8", 1.0, 7)], PLAIN)  # fmt: skip
    image = np.full((1, 1, 1, 1, 1), 50, np.int8)
    assert outputs_of(model, image)[0].ravel().tolist() == [7, 32]
    assert_as_tflm(tflm, model, image)


def test_largest_sums(tflm: TflmSession) -> None:
    """Beyond 2**24, where float32 would lose bits, and past int32, where sums wrap."""
    filter = np.full((2, 3, 3, 128), 127, np.int8)
    for dtype, bias in (("int8", [5, -7]), ("int8", [2**31 - 1, -(2**31)]), ("int16", [2**31 - 1, -(2**31)])):
        filter[1] = -128
        case = Convolution(
            TensorSpec((1, 4, 4, 128), dtype.upper(), 1.0, -128 if dtype == "int8" else 0),
            TensorSpec((1, 2, 2, 2), dtype.upper(), 2.0**18 if dtype == "int8" else 2.0**16, 0),
            filter, np.float32([1.0]), np.array(bias, np.int32), PLAIN, "INT8",
        )  # fmt: skip
        rng = np.random.default_rng(5)
        top = np.iinfo(dtype).max
        images = np.stack([inputs_of(rng, case, 1)[0], np.full(case.input.shape, top), np.full(case.input.shape, ~top)])
        assert_like_tflm(tflm, case, images.astype(dtype))


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large image is cut into rows, a large batch into images; the bytes stay."""
    rng = np.random.default_rng(6)
    for dtype in DTYPES:
        for _ in range(6):
            case = random_convolution(rng, dtype, depthwise=False, largest=12)
            images = inputs_of(rng, case, 3)
            whole = outputs_of(case.model(), images)[0]
            monkeypatch.setattr(padding, "TILE_ELEMENTS", 200)
            tiled = outputs_of(case.model(), images)[0]
            monkeypatch.undo()
            np.testing.assert_allclose(tiled, whole, rtol=0, atol=1e-4 if dtype == "float32" else 0)


def test_an_output_larger_than_its_padding_makes_it(tflm: TflmSession) -> None:
    """TFLM pads for the size that the input gives, and fills the size that the output has."""
    model = single_operator(
        "CONV_2D",
        [TensorSpec((1, 4, 4, 1), "INT8", 1.0), constant(np.ones((1, 3, 3, 1), np.int8), scale=1.0), None],
        [TensorSpec((1, 6, 5, 1), "INT8", 1.0)],
        PLAIN,
    )
    images = random_values(np.random.default_rng(7), "int8", 2, 1, 4, 4, 1)
    assert_as_tflm(tflm, model, images >> 4)


def spec(dtype: str, *shape: int, scale: float | None = 0.5) -> TensorSpec:
    return TensorSpec(shape, dtype, scale)


WEIGHTS = np.ones((2, 1, 1, 1), np.int8)
WIDE = constant(np.ones((2, 1, 3, 1), np.int8))
IMAGE, FILTER, OUT = spec("INT8", 1, 2, 2, 1), constant(WEIGHTS, scale=0.5), spec("INT8", 1, 2, 2, 2)
REFUSED = {
    "types differ": ([IMAGE, FILTER, None], spec("INT16", 1, 2, 2, 2)),
    "hybrid": ([spec("FLOAT32", 1, 2, 2, 1), FILTER, None], spec("FLOAT32", 1, 2, 2, 2)),
    "float weights": ([IMAGE, constant(WEIGHTS.astype(np.float32)), None], OUT),
    "int4 weights for int16": (
        [spec("INT16", 1, 2, 2, 1), constant(WEIGHTS, "INT4", scale=0.5), None], spec("INT16", 1, 2, 2, 2)
    ),
    "weights without a scale": ([IMAGE, constant(WEIGHTS), None], OUT),
    "input without a scale": ([spec("INT8", 1, 2, 2, 1, scale=None), FILTER, None], OUT),
    "scales along another axis": ([IMAGE, WIDE._replace(scale=[1, 2, 3], quantized_dimension=2), None], OUT),
    "four inputs": ([IMAGE, FILTER, None, None], OUT),
    "one input": ([IMAGE], OUT),
    "two outputs": ([IMAGE, FILTER, None], OUT),
    "uint8": (
        [spec("UINT8", 1, 2, 2, 1), constant(WEIGHTS.astype(np.uint8), scale=0.5), None], spec("UINT8", 1, 2, 2, 2)
    ),
}  # fmt: skip


def refused_model(name: str) -> bytes:
    inputs, output = REFUSED[name]
    return single_operator("CONV_2D", inputs, [output] * (2 if name == "two outputs" else 1), PLAIN)


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    phase, message = refusal_of(refused_model(name))
    assert phase == "allocate"
    assert "operator 0 (CONV_2D)" in message
    assert "needed" in message


@pytest.mark.parametrize("name", [name for name in REFUSED if name != "one input"])
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, refused_model(name))


BIAS = constant(np.zeros(2, np.int32))
OURS_ALONE = {
    "three axes": ([spec("INT8", 2, 2, 1), FILTER, BIAS], OUT, PLAIN),
    "batch": ([IMAGE, FILTER, BIAS], spec("INT8", 2, 2, 2, 2), PLAIN),
    "channels": ([IMAGE, FILTER, BIAS], spec("INT8", 1, 2, 2, 3), PLAIN),
    "bias size": ([IMAGE, FILTER, constant(np.zeros(3, np.int32))], OUT, PLAIN),
    "bias type": ([IMAGE, FILTER, constant(np.zeros(2, np.int64))], OUT, PLAIN),
    "groups": ([spec("INT8", 1, 2, 2, 3), constant(np.ones((2, 1, 1, 2), np.int8), scale=0.5), BIAS], OUT, PLAIN),
    "more channels than the input": ([IMAGE, constant(np.ones((2, 1, 1, 2), np.int8), scale=0.5), BIAS], OUT, PLAIN),
    "computed int4 weights": ([IMAGE, FILTER._replace(type="INT4", data=None), BIAS], OUT, PLAIN),
    "no stride": ([IMAGE, FILTER, BIAS], OUT, Conv2DOptions()),
    "output without a scale": ([IMAGE, FILTER, BIAS], spec("INT8", 1, 2, 2, 2, scale=None), PLAIN),
}


@pytest.mark.parametrize("name", OURS_ALONE)
def test_refused_where_tflm_reads_beside_its_tensors(name: str) -> None:
    inputs, output, options = OURS_ALONE[name]
    phase, message = refusal_of(single_operator("CONV_2D", inputs, [output], options))
    assert phase == "allocate"
    assert "needed" in message


def test_int16_sums_are_int32_where_the_bias_type_says_so() -> None:
    def stage_of(bias: Array | None, bias_type: TensorType) -> bool:
        tensors = [spec("INT16", 1, 2, 2, 1), FILTER, None if bias is None else constant(bias)]
        options = PLAIN._replace(quantized_bias_type=bias_type)
        model = single_operator("CONV_2D", tensors, [spec("INT16", 1, 2, 2, 2)], options)
        return bool(op_data(REGISTRATION, model).stage.int64_sums)

    assert stage_of(None, TensorType.FLOAT32)
    assert not stage_of(None, TensorType.INT32)
    assert stage_of(np.zeros(2, np.int64), TensorType.INT32)
    assert not stage_of(np.zeros(2, np.int32), TensorType.FLOAT32)
