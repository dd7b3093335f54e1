"""RELU and RELU6: against Python that follows the C++ element by element, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply
from tests.builder import TensorSpec
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, unary
from tests.kernels.elementwise import op_data, random_scale, unary_model
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels.activations import RELU, RELU6, Relu6OpData
from tinylab.peers.tflm import TflmSession

EVERY_INT8 = np.arange(-128, 128, dtype=np.int8)[np.newaxis]
EVERY_INT16 = np.arange(-(2**15), 2**15, dtype=np.int16)[np.newaxis]
FLOATS = np.array([[-1e30, -0.5, 0, 0.5, 6, 6.5, 1e30]], np.float32)
FLOAT = TensorSpec((7,), "FLOAT32")


CELLS = {(name, dtype): unary(name, dtype) for name in ("RELU", "RELU6") for dtype in ("float32", "int8", "int16")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_int8_relu_is_the_c_loop() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        (scale, output_scale), (zero_point, output_zero_point) = rng.uniform(0.01, 1, 2), rng.integers(-128, 128, 2)
        scales = np.float32([scale, output_scale])
        multiplier = quantize_multiplier(float(scales[0]) / float(scales[1]))
        expected = [output_zero_point + c_multiply(int(x - zero_point), *multiplier) for x in range(-128, 128)]
        input = TensorSpec((256,), "INT8", scales[0], zero_point)
        model = unary_model("RELU", input, scale=scales[1], zero_point=output_zero_point)
        np.testing.assert_array_equal(outputs_of(model, EVERY_INT8)[0][0], np.clip(expected, output_zero_point, 127))


def test_int16_multipliers_are_formed_in_double(tflm: TflmSession) -> None:
    rng = np.random.default_rng(3)
    for _ in range(5):
        scale = random_scale(rng)
        input = TensorSpec((2**16,), "INT16", scale)
        model = unary_model("RELU", input, scale=float(np.float32(scale * rng.uniform(1, 2))))
        assert_as_tflm(tflm, model, EVERY_INT16)


def test_op_data_by_hand() -> None:
    data = op_data(RELU, unary_model("RELU", TensorSpec((1,), "INT8", 0.5, 3), scale=2.0, zero_point=-100))
    assert data[:6] == (3, 2**30, -1, -100, -100, 127)
    assert op_data(RELU6, unary_model("RELU6", TensorSpec((1,), "INT8", 0.5, 3))) == Relu6OpData(3, 15)
    assert op_data(RELU6, unary_model("RELU6", TensorSpec((1,), "INT8", 0.03, 3))) == Relu6OpData(3, 127)
    assert op_data(RELU6, unary_model("RELU6", TensorSpec((1,), "INT16", 0.001))) == Relu6OpData(0, 6000)


def test_relu6_rounds_6_in_float32(tflm: TflmSession) -> None:
    """In double 6 / scale is below 24187.5; the float32 quotient is on it, and rounds up."""
    scale = float(np.float32(6 / 24187.5))
    while float(np.float32(6) / np.float32(scale)) != 24187.5 or 6 / scale >= 24187.5:
        scale = float(np.nextafter(np.float32(scale), np.float32(1)))
    model = unary_model("RELU6", TensorSpec((1,), "INT16", scale))
    assert outputs_of(model, np.array([[2**15 - 1]], np.int16))[0].tolist() == [[24188]]
    assert_as_tflm(tflm, model, np.array([[2**15 - 1]], np.int16))


def test_by_hand() -> None:
    assert outputs_of(unary_model("RELU", FLOAT), FLOATS)[0].tolist() == [[0, 0, 0, 0.5, 6, 6.5, FLOATS[0, -1]]]
    assert outputs_of(unary_model("RELU6", FLOAT), FLOATS)[0].tolist() == [[0, 0, 0, 0.5, 6, 6, 6]]
    # RELU rescales (real -1, 0, 2, 63 in steps of 2); RELU6 leaves the numbers and ignores the output's scale
    input = TensorSpec((4,), "INT8", 0.5, 1)
    values = np.array([[-1, 1, 5, 127]], np.int8)
    assert outputs_of(unary_model("RELU", input, scale=2.0, zero_point=0), values)[0].tolist() == [[0, 0, 1, 32]]
    assert outputs_of(unary_model("RELU6", input, scale=2.0, zero_point=0), values)[0].tolist() == [[1, 1, 5, 13]]


def test_not_a_number_stays_one() -> None:
    for name in ("RELU", "RELU6"):
        assert np.isnan(outputs_of(unary_model(name, TensorSpec((1,), "FLOAT32")), np.float32([[np.nan]]))[0]).all()


INT16 = TensorSpec((2,), "INT16", 0.5)
REFUSED = {
    "int16 zero point": (unary_model("RELU", INT16._replace(zero_point=1), zero_point=0), "allocate"),
    "int16 output zero point": (unary_model("RELU", INT16, zero_point=1), "allocate"),
    "relu of uint8": (unary_model("RELU", TensorSpec((2,), "UINT8", 0.5)), "invoke"),
    "relu6 of uint8": (unary_model("RELU6", TensorSpec((2,), "UINT8", 0.5)), "invoke"),
    "relu of int32": (unary_model("RELU", TensorSpec((2,), "INT32")), "invoke"),
}
# What TFLM computes from memory that is not the tensor's, or divides by zero for.
REFUSED_HERE = {
    "another output type": unary_model("RELU", INT16, type="INT8"),
    "another relu6 output type": unary_model("RELU6", INT16, type="INT8"),
    "no output scale": unary_model("RELU", INT16, scale=None),
    "relu6 zero point": unary_model("RELU6", INT16._replace(zero_point=2**15)),
    "another relu6 zero point": unary_model("RELU6", INT16._replace(zero_point=-(2**15) - 1)),
    "relu6 scale": unary_model("RELU6", INT16._replace(scale=1e-9)),
    "another output size": unary_model("RELU", INT16, shape=(3,)),
    "another relu6 output size": unary_model("RELU6", INT16, shape=(3,)),
    "no scale": unary_model("RELU6", INT16._replace(scale=None)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = REFUSED[name] if name in REFUSED else (REFUSED_HERE[name], "allocate")
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (RELU" in message
    assert "needed" in message
