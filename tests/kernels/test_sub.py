"""SUB: against Python that follows the C++ element by element, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, binary, every, fused
from tests.kernels.elementwise import binary_model, c_sum, op_data, random_int8_pairs
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.kernels.common_scale import Rescaling
from tinylab.kernels.sub import REGISTRATION
from tinylab.model import ActivationFunctionType
from tinylab.model.options import SubOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["int8", "int16", "float32", "int32"]


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        tensors, quantizations, values = random_int8_pairs(rng)
        model = single_operator("SUB", tensors[:2], tensors[2:], SubOptions())
        expected = [
            c_sum(int(a), int(b), *quantizations, sign=-1) for a, b in zip(values[0][0], values[1][0], strict=True)
        ]
        np.testing.assert_array_equal(outputs_of(model, *values)[0][0], np.clip(expected, -128, 127))


CELLS = {("SUB", dtype): binary("SUB", dtype, fused(SubOptions)) for dtype in TYPES}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_multipliers_by_hand() -> None:
    """Scales 0.5 and 0.25 in units of 1: a half and a quarter; 1 over 2**20 takes the sum to an output scale of 1."""
    tensors = [TensorSpec((1,), "INT8", 0.5, 3), TensorSpec((1,), "INT8", 0.25, -4)]
    options = SubOptions(ActivationFunctionType.RELU6)
    data = op_data(REGISTRATION, single_operator("SUB", tensors, [TensorSpec((1,), "INT8", 1.0, 5)], options))
    scale = data.common_scale
    assert scale.input1 == Rescaling(3, 20, 2**30, 0)
    assert scale.input2 == Rescaling(-4, 20, 2**30, -1)
    assert (scale.output_multiplier, scale.output_shift, scale.output_zero_point) == (2**30, -19, 5)
    assert (scale.activation_min, scale.activation_max) == (5, 11)
    wide = op_data(REGISTRATION, binary_model("SUB", SubOptions(), TensorSpec((1,), "INT16", 0.5)))
    assert wide.common_scale.input1 == Rescaling(0, 15, 2**30, 0)
    assert (wide.common_scale.output_multiplier, wide.common_scale.output_shift) == (2**30, -13)


def test_differences_by_hand() -> None:
    model = binary_model("SUB", SubOptions(), TensorSpec((3,), "INT8", 0.5, 1), scale=1.0, zero_point=0)
    # real -0.5 - 0.5, 49.5 - 1 (48.5 is a tie, away from zero), 63 - -64.5 (beyond 127)
    differences = outputs_of(model, np.array([[0, 100, 127]], np.int8), np.array([[2, 3, -128]], np.int8))
    assert differences[0].tolist() == [[-1, 49, 127]]


def test_int32_wraps_and_is_clamped(tflm: TflmSession) -> None:
    """Unlike ADD, which does not read the fused activation of an int32 sum."""
    model = binary_model("SUB", SubOptions(ActivationFunctionType.RELU6), TensorSpec((3,), "INT32"))
    values = [np.array([[-(2**31), -5, 7]], np.int32), np.array([[1, 3, 4]], np.int32)]
    assert outputs_of(model, *values)[0].tolist() == [[6, 0, 3]]
    assert_as_tflm(tflm, model, *values)


def test_int16_multipliers_are_formed_in_double(tflm: TflmSession) -> None:
    """For these scales float32 gives another multiplier, and other results for some of the 65,536 values."""
    scales = np.float32([0.29627860, 0.41031560, 0.30175868])
    assert float(scales[0] / (2 * scales[1])) != float(scales[0]) / (2 * float(scales[1]))
    tensors = [TensorSpec((2**16,), "INT16", float(scale)) for scale in scales]
    model = single_operator("SUB", tensors[:2], tensors[2:], SubOptions())
    values = np.arange(-(2**15), 2**15).astype(np.int16)[np.newaxis]
    assert_as_tflm(tflm, model, values, np.random.default_rng(3).permutation(values, axis=1))


def test_floats_are_clamped() -> None:
    model = binary_model("SUB", SubOptions(ActivationFunctionType.RELU_N1_TO_1), TensorSpec((3,), "FLOAT32"))
    values = np.array([[-2, 0.25, 0.75]], np.float32)
    assert outputs_of(model, values, -values)[0].tolist() == [[-1, 0.5, 1]]


INT8 = TensorSpec((2,), "INT8", 0.5)
REFUSED = {
    "quantized int32": (binary_model("SUB", SubOptions(), TensorSpec((2,), "INT32", 0.5)), "allocate"),
    "int64": (binary_model("SUB", SubOptions(), TensorSpec((2,), "INT64")), "invoke"),
    "uint8": (binary_model("SUB", SubOptions(), TensorSpec((2,), "UINT8", 0.5)), "invoke"),
}
# What TFLM dies of, or computes from memory that is not the tensor's.
REFUSED_HERE = {
    "no scale": binary_model("SUB", SubOptions(), TensorSpec((2,), "INT8")),
    "a sum that must grow": binary_model("SUB", SubOptions(), INT8, scale=1e-7),
    "other types": single_operator("SUB", [INT8, TensorSpec((2,), "INT16", 0.5)], [INT8], SubOptions()),
    "another output type": binary_model("SUB", SubOptions(), INT8, type="INT16"),
    "shapes that do not broadcast": single_operator("SUB", [INT8, INT8._replace(shape=(3,))], [INT8], SubOptions()),
    "another output shape": binary_model("SUB", SubOptions(), INT8, shape=(3,)),
    "seven axes": binary_model("SUB", SubOptions(), INT8._replace(shape=(1,) * 7)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = REFUSED[name] if name in REFUSED else (REFUSED_HERE[name], "allocate")
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (SUB)" in message
    assert "needed" in message
