"""DEPTHWISE_CONV_2D: against the C++'s loops in plain Python, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, every
from tests.kernels.convolving import (
    DTYPES,
    assert_like_tflm,
    c_convolve,
    convolution_cells,
    inputs_of,
    random_convolution,
)
from tests.kernels.elementwise import op_data
from tests.kernels.running import assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.kernels import padding
from tinylab.kernels.depthwise_conv import REGISTRATION
from tinylab.kernels.padding import Window
from tinylab.model import ActivationFunctionType, Padding
from tinylab.model.options import DepthwiseConv2DOptions
from tinylab.peers.tflm import TflmSession

PLAIN = DepthwiseConv2DOptions(Padding.VALID, stride_w=1, stride_h=1, depth_multiplier=2)


def test_by_hand() -> None:
    filter = constant(np.array([[[[1, 2, 3, 4]], [[5, 6, 7, 8]]]], np.int8), scale=1.0)
    bias = constant(np.array([0, 10, 0, -10], np.int32))
    tensors = [TensorSpec((1, 2, 1, 2), "INT8", 1.0, 1), filter, bias]
    model = single_operator("DEPTHWISE_CONV_2D", tensors, [TensorSpec((1, 1, 1, 4), "INT8", 1.0, 2)], PLAIN)
    image = np.array([[[[[2, 11]], [[3, 1]]]]], np.int8)  # minus the zero point: channel 0 is 1, 2; channel 1 is 10, 0
    # outputs 0 and 1 see channel 0, 2 and 3 channel 1: 1*1 + 2*5, 1*2 + 2*6 + 10, 10*3, 10*4 - 10; then plus 2
    assert outputs_of(model, image)[0].ravel().tolist() == [13, 26, 32, 32]


def test_op_data_by_hand() -> None:
    options = DepthwiseConv2DOptions(Padding.SAME, 2, 2, 8, ActivationFunctionType.RELU)
    filter = constant(np.ones((1, 10, 8, 8), np.int8), scale=[0.5] * 7 + [0.1], quantized_dimension=3)
    tensors = [TensorSpec((1, 49, 40, 1), "INT8", 0.1, -128), filter, constant(np.zeros(8, np.int32))]
    model = single_operator("DEPTHWISE_CONV_2D", tensors, [TensorSpec((1, 25, 20, 8), "INT8", 0.2, -128)], options)
    data = op_data(REGISTRATION, model)
    assert data.rows == Window(size=10, stride=2, dilation=1, before=4, after=5, out_size=25)
    assert data.columns == Window(size=8, stride=2, dilation=1, before=3, after=3, out_size=20)
    # float32 values, in double: 0.1 * 0.5 / 0.2 = 0.25; 0.1 * 0.1 / 0.2 = 0.0500000007 = 0.8000000119 * 2**-4
    assert data.stage.multiplier.tolist() == [2**30] * 7 + [1717986944]
    assert data.stage.shift.tolist() == [-1] * 7 + [-4]
    assert data.stage[2:] == (-128, -128, 127, False)
    assert data.input_zero_point == -128


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_is_the_cpp_loops(dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(25):
        case = random_convolution(rng, dtype, depthwise=True, largest=6)
        images = inputs_of(rng, case, 2)
        expected = np.stack([c_convolve(case, image) for image in images])
        np.testing.assert_array_equal(outputs_of(case.model(), images)[0], expected)


def test_floats_are_the_sums() -> None:
    rng = np.random.default_rng(2)
    image = random_values(rng, "float32", 1, 1, 4, 3, 2)
    filter = random_values(rng, "float32", 1, 2, 2, 4)
    model = single_operator("DEPTHWISE_CONV_2D", [TensorSpec((1, 4, 3, 2), "FLOAT32"), constant(filter)],
                            [TensorSpec((1, 3, 2, 4), "FLOAT32")], PLAIN)  # fmt: skip
    patches = np.lib.stride_tricks.sliding_window_view(image[0, 0].astype(float), (2, 2), axis=(0, 1))
    expected = np.einsum("yxcij,ijcm->yxcm", patches, filter[0].astype(float).reshape(2, 2, 2, 2)).reshape(3, 2, 4)
    np.testing.assert_allclose(outputs_of(model, image)[0][0, 0], expected, rtol=1e-5, atol=1e-5)


CELLS = convolution_cells("DEPTHWISE_CONV_2D", depthwise=True)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("dtype", DTYPES)
def test_computed_weights(tflm: TflmSession, dtype: str) -> None:
    """Filter and bias that are fed, others for each sample."""
    rng = np.random.default_rng(4)
    for _ in range(8):
        case = random_convolution(rng, dtype, depthwise=True)
        if case.filter_type == "INT4":
            continue
        weights = [case.filter] if case.bias is None else [case.filter, case.bias]
        fed = [np.stack([array, array[..., ::-1]]) for array in weights]
        assert_like_tflm(tflm, case, inputs_of(rng, case, 2), *fed, computed_weights=True)


def test_int16_has_no_zero_points(tflm: TflmSession) -> None:
    """Whatever the tensors say."""
    rng = np.random.default_rng(5)
    case = random_convolution(rng, "int16", depthwise=True)
    case = case._replace(input=case.input._replace(zero_point=9), output=case.output._replace(zero_point=-300))
    assert_like_tflm(tflm, case, inputs_of(rng, case, 3))


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large image is cut into rows, a large batch into images; the bytes stay."""
    rng = np.random.default_rng(6)
    for dtype in DTYPES:
        for _ in range(6):
            case = random_convolution(rng, dtype, depthwise=True, largest=12)
            images = inputs_of(rng, case, 3)
            whole = outputs_of(case.model(), images)[0]
            monkeypatch.setattr(padding, "TILE_ELEMENTS", 100)
            tiled = outputs_of(case.model(), images)[0]
            monkeypatch.undo()
            np.testing.assert_allclose(tiled, whole, rtol=0, atol=1e-4 if dtype == "float32" else 0)


def spec(dtype: str, *shape: int, scale: float | None = 0.5) -> TensorSpec:
    return TensorSpec(shape, dtype, scale)


WEIGHTS = np.ones((1, 1, 1, 2), np.int8)
IMAGE, OUT = spec("INT8", 1, 2, 2, 1), spec("INT8", 1, 2, 2, 2)
FILTER, BIAS = constant(WEIGHTS, scale=0.5), constant(np.zeros(2, np.int32))
WIDE = constant(np.ones((1, 1, 3, 2), np.int8), scale=[1, 2, 3], quantized_dimension=2)
REFUSED = {
    "hybrid": ([spec("FLOAT32", 1, 2, 2, 1), FILTER, BIAS], spec("FLOAT32", 1, 2, 2, 2)),
    "float weights": ([IMAGE, constant(WEIGHTS.astype(np.float32), scale=0.5), BIAS], OUT),
    "weights without a scale": ([IMAGE, constant(WEIGHTS), BIAS], OUT),
    "input without a scale": ([spec("INT8", 1, 2, 2, 1, scale=None), FILTER, BIAS], OUT),
    "scales along another axis": ([IMAGE, WIDE, BIAS], OUT),
    "four inputs": ([IMAGE, FILTER, BIAS, None], OUT),
    "two outputs": ([IMAGE, FILTER, BIAS], OUT),
}


def refused_model(name: str) -> bytes:
    inputs, output = REFUSED[name]
    return single_operator("DEPTHWISE_CONV_2D", inputs, [output] * (2 if name == "two outputs" else 1), PLAIN)


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    phase, message = refusal_of(refused_model(name))
    assert phase == "allocate"
    assert "operator 0 (DEPTHWISE_CONV_2D)" in message
    assert "needed" in message


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, refused_model(name))


INT16_IMAGE, INT16_OUT = spec("INT16", 1, 2, 2, 1), spec("INT16", 1, 2, 2, 2)
OURS_ALONE = {
    "types differ": ([IMAGE, FILTER, BIAS], INT16_OUT),
    "int32 bias for int16": ([INT16_IMAGE, FILTER, BIAS], INT16_OUT),
    "depth multiplier": ([spec("INT8", 1, 2, 2, 2), FILTER, BIAS], OUT),
    "two filters": ([IMAGE, constant(np.ones((2, 1, 1, 2), np.int8), scale=0.5), BIAS], OUT),
    "bias size": ([IMAGE, FILTER, constant(np.zeros(1, np.int32))], OUT),
    "one input": ([IMAGE], OUT),
}


@pytest.mark.parametrize("name", OURS_ALONE)
def test_refused_where_tflm_reads_beside_its_tensors(name: str) -> None:
    inputs, output = OURS_ALONE[name]
    phase, message = refusal_of(single_operator("DEPTHWISE_CONV_2D", inputs, [output], PLAIN))
    assert phase == "allocate"
    assert "needed" in message
