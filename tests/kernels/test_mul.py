"""MUL: against Python that follows the C++ element by element, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply
from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, binary, every, fused
from tests.kernels.elementwise import (
    Quantization,
    binary_model,
    op_data,
    random_int8_pairs,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.kernels.mul import REGISTRATION, OpData
from tinylab.model import ActivationFunctionType
from tinylab.model.options import MulOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["int8", "int16", "float32", "int32"]


def c_product(a: int, b: int, first: Quantization, second: Quantization, output: Quantization) -> int:
    """One element of a quantized product, before the clamp."""
    multiplier = quantize_multiplier(first[0] * second[0] / output[0])
    return c_multiply((a - first[1]) * (b - second[1]), *multiplier) + output[1]


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        tensors, quantizations, values = random_int8_pairs(rng)
        model = single_operator("MUL", tensors[:2], tensors[2:], MulOptions())
        expected = [c_product(int(a), int(b), *quantizations) for a, b in zip(values[0][0], values[1][0], strict=True)]
        np.testing.assert_array_equal(outputs_of(model, *values)[0][0], np.clip(expected, -128, 127))


CELLS = {("MUL", dtype): binary("MUL", dtype, fused(MulOptions)) for dtype in TYPES}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_multiplier_by_hand() -> None:
    tensors = [TensorSpec((1,), "INT8", 0.5, 3), TensorSpec((1,), "INT8", 0.25, -4)]
    options = MulOptions(ActivationFunctionType.RELU_N1_TO_1)
    data = op_data(REGISTRATION, single_operator("MUL", tensors, [TensorSpec((1,), "INT8", 0.125, 5)], options))
    assert data == OpData(-3, 13, 2**30, 1, 3, -4, 5)


def test_products_by_hand(tflm: TflmSession) -> None:
    model = binary_model("MUL", MulOptions(), TensorSpec((4,), "INT8", 0.5, 1), scale=1.0, zero_point=-1)
    # real 1.5 * 1.0 = 1.5 and 1.5 * -1.0 = -1.5 (ties, away from zero), 63 * 63 and 63 * -64.5 (beyond)
    values = [np.array([[4, 4, 127, 127]], np.int8), np.array([[3, -1, 127, -128]], np.int8)]
    assert outputs_of(model, *values)[0].tolist() == [[1, -3, 127, -128]]
    assert_as_tflm(tflm, model, *values)


def test_int32_wraps_and_is_clamped(tflm: TflmSession) -> None:
    model = binary_model("MUL", MulOptions(ActivationFunctionType.RELU), TensorSpec((3,), "INT32"))
    values = [np.array([[2**16, 2**16 + 1, -3]], np.int32), np.array([[2**16, 2**16, 5]], np.int32)]
    assert outputs_of(model, *values)[0].tolist() == [[0, 2**16, 0]]
    assert_as_tflm(tflm, model, *values)


INT8 = TensorSpec((2,), "INT8", 0.5)
INT16 = TensorSpec((2,), "INT16", 0.5)
REFUSED = {
    "input types": (single_operator("MUL", [INT8, INT16], [INT8], MulOptions()), "allocate"),
    "one input": (single_operator("MUL", [INT8], [INT8], MulOptions()), "allocate"),
    "three inputs": (single_operator("MUL", [INT8] * 3, [INT8], MulOptions()), "allocate"),
    "int16 zero point": (binary_model("MUL", MulOptions(), INT16._replace(zero_point=1)), "allocate"),
    "int16 output zero point": (binary_model("MUL", MulOptions(), INT16, zero_point=1), "allocate"),
    "int64": (binary_model("MUL", MulOptions(), TensorSpec((2,), "INT64")), "invoke"),
    "uint8": (binary_model("MUL", MulOptions(), TensorSpec((2,), "UINT8", 0.5)), "invoke"),
}
# What TFLM computes from memory that is not the tensor's, or divides by zero for.
REFUSED_HERE = {
    "no output scale": single_operator("MUL", [INT8, INT8], [TensorSpec((2,), "INT8")], MulOptions()),
    "another output type": binary_model("MUL", MulOptions(), INT16, type="INT8"),
    "shapes that do not broadcast": single_operator("MUL", [INT8, INT8._replace(shape=(3,))], [INT8], MulOptions()),
    "another output shape": binary_model("MUL", MulOptions(), INT8, shape=(3,)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = REFUSED[name] if name in REFUSED else (REFUSED_HERE[name], "allocate")
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (MUL)" in message
    assert "needed" in message
