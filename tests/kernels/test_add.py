"""ADD: against Python that follows the C++ element by element, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, binary, every, fused
from tests.kernels.elementwise import binary_model, c_sum, op_data, random_int8_pairs
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.kernels.add import REGISTRATION
from tinylab.kernels.common_scale import Rescaling
from tinylab.model import ActivationFunctionType
from tinylab.model.options import AddOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["int8", "int16", "float32", "int32"]


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        tensors, quantizations, values = random_int8_pairs(rng)
        model = single_operator("ADD", tensors[:2], tensors[2:], AddOptions())
        expected = [c_sum(int(a), int(b), *quantizations) for a, b in zip(values[0][0], values[1][0], strict=True)]
        np.testing.assert_array_equal(outputs_of(model, *values)[0][0], np.clip(expected, -128, 127))


CELLS = {("ADD", dtype): binary("ADD", dtype, fused(AddOptions)) for dtype in TYPES}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_multipliers_by_hand() -> None:
    """Scales 0.5 and 0.25 in units of 1: a half and a quarter; 1 over 2**20 takes the sum to an output scale of 1."""
    tensors = [TensorSpec((1,), "INT8", 0.5, 3), TensorSpec((1,), "INT8", 0.25, -4)]
    options = AddOptions(ActivationFunctionType.RELU6)
    data = op_data(REGISTRATION, single_operator("ADD", tensors, [TensorSpec((1,), "INT8", 1.0, 5)], options))
    scale = data.common_scale
    assert scale.input1 == Rescaling(3, 20, 2**30, 0)
    assert scale.input2 == Rescaling(-4, 20, 2**30, -1)
    assert (scale.output_multiplier, scale.output_shift, scale.output_zero_point) == (2**30, -19, 5)
    assert (scale.activation_min, scale.activation_max) == (5, 11)
    wide = op_data(REGISTRATION, binary_model("ADD", AddOptions(), TensorSpec((1,), "INT16", 0.5)))
    assert wide.common_scale.input1 == Rescaling(0, 15, 2**30, 0)
    assert (wide.common_scale.output_multiplier, wide.common_scale.output_shift) == (2**30, -13)


def test_sums_by_hand() -> None:
    model = binary_model("ADD", AddOptions(), TensorSpec((3,), "INT8", 0.5, 1), scale=1.0, zero_point=0)
    # real -0.5 + -0.5, 49.5 + 1 (50.5 is a tie, away from zero), 63 + 63
    sums = outputs_of(model, np.array([[0, 100, 127]], np.int8), np.array([[0, 3, 127]], np.int8))
    assert sums[0].tolist() == [[-1, 51, 126]]


def test_int32_wraps_and_is_not_clamped(tflm: TflmSession) -> None:
    """TFLM does not read the fused activation of an int32 sum."""
    model = binary_model("ADD", AddOptions(ActivationFunctionType.RELU), TensorSpec((2,), "INT32"))
    values = [np.array([[2**31 - 1, -5]], np.int32), np.array([[1, 3]], np.int32)]
    assert outputs_of(model, *values)[0].tolist() == [[-(2**31), -2]]
    assert_as_tflm(tflm, model, *values)


def test_floats_are_clamped() -> None:
    model = binary_model("ADD", AddOptions(ActivationFunctionType.RELU_N1_TO_1), TensorSpec((3,), "FLOAT32"))
    values = np.array([[-2, 0.25, 0.75]], np.float32)
    assert outputs_of(model, values, values)[0].tolist() == [[-1, 0.5, 1]]


INT8 = TensorSpec((2,), "INT8", 0.5)
REFUSED = {
    "quantized int32": (binary_model("ADD", AddOptions(), TensorSpec((2,), "INT32", 0.5)), "allocate"),
    "int64": (binary_model("ADD", AddOptions(), TensorSpec((2,), "INT64")), "invoke"),
    "uint8": (binary_model("ADD", AddOptions(), TensorSpec((2,), "UINT8", 0.5)), "invoke"),
}
# What TFLM dies of, or computes from memory that is not the tensor's.
REFUSED_HERE = {
    "no scale": binary_model("ADD", AddOptions(), TensorSpec((2,), "INT8")),
    "a sum that must grow": binary_model("ADD", AddOptions(), INT8, scale=1e-7),
    "other types": single_operator("ADD", [INT8, TensorSpec((2,), "INT16", 0.5)], [INT8], AddOptions()),
    "another output type": binary_model("ADD", AddOptions(), INT8, type="INT16"),
    "shapes that do not broadcast": single_operator("ADD", [INT8, INT8._replace(shape=(3,))], [INT8], AddOptions()),
    "another output shape": binary_model("ADD", AddOptions(), INT8, shape=(3,)),
    "seven axes": binary_model("ADD", AddOptions(), INT8._replace(shape=(1,) * 7)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = REFUSED[name] if name in REFUSED else (REFUSED_HERE[name], "allocate")
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (ADD)" in message
    assert "needed" in message
