"""DIV: against Python that follows the C++ element by element, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arithmetic.test_division import c_quotient
from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, binary, every, fused, of_types
from tests.kernels.elementwise import binary_model, op_data, random_scale
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
from tinylab.errors import InvokeError
from tinylab.kernels.div import REGISTRATION
from tinylab.model import ActivationFunctionType
from tinylab.model.options import DivOptions
from tinylab.peers.tflm import TflmSession

EVERY = np.arange(-128, 128).astype(np.int8)


def int8_case(rng: np.random.Generator, high: float) -> tuple[bytes, list[tuple[float, int]], Array, Array]:
    """(model, quantizations, every int8, every divisor but zero): all pairs, by broadcasting."""
    quantizations = [(random_scale(rng, -9, high), int(rng.integers(-128, 128))) for _ in range(3)]
    divisors = EVERY[quantizations[1][1] != EVERY]
    shapes = (256, 1), (255,), (256, 255)
    tensors = [TensorSpec(shape, "INT8", *both) for shape, both in zip(shapes, quantizations, strict=True)]
    model = single_operator("DIV", tensors[:2], tensors[2:], DivOptions())
    return model, quantizations, EVERY.reshape(1, 256, 1), divisors[np.newaxis]


@pytest.mark.parametrize("high", [0, 6])
def test_every_pair_of_int8_as_tflm(tflm: TflmSession, high: float) -> None:
    """With the quotients that TFLM's own shift makes wrong."""
    rng = np.random.default_rng(1)
    for _ in range(6):
        model, _, first, second = int8_case(rng, high)
        assert_as_tflm(tflm, model, first, second)


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(2)
    for _ in range(4):
        model, (first, second, output), a, b = int8_case(rng, 0)
        multiplier = quantize_multiplier(first[0] / (second[0] * output[0]))
        ours = outputs_of(model, a, b)[0][0]
        for i, j in rng.integers(0, 255, (200, 2)):
            quotient = c_quotient(int(a[0, i, 0]) - first[1], int(b[0, j]) - second[1], *multiplier) + output[1]
            assert ours[i, j] == min(max(quotient, -128), 127)


def random_case(rng: Rng, dtype: str) -> Case:
    """Of integers no divisor is zero; and -2**31 is not divided by -1."""
    while True:
        model, inputs = binary("DIV", dtype, fused(DivOptions)).case(rng)
        if dtype == "int32":
            inputs = [np.where((array == 0) | (array == -(2**31)), 3, array).astype(np.int32) for array in inputs]
        tensor = interpreter_of(model).tensor_at(1)
        divisor = inputs[1] if len(inputs) > 1 else tensor.constant()
        zero = tensor.quantization.zero_point if tensor.quantization is not None else 0
        if dtype == "float32" or not (divisor == zero).any():
            return model, inputs


CELLS = of_types("DIV", random_case, ["float32", "int32", "int8"])


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_op_data_by_hand() -> None:
    tensors = [TensorSpec((1,), "INT8", 0.5, 3), TensorSpec((1,), "INT8", 0.25, -4)]
    model = single_operator("DIV", tensors, [TensorSpec((1,), "INT8", 4.0, 5)], DivOptions(ActivationFunctionType.RELU))
    assert op_data(REGISTRATION, model)[:-1] == (5, 127, 2**30, 0, 3, -4, 5)  # 0.5 / (0.25 * 4) = 2**30 * 2**-31


def test_the_multiplier_is_formed_in_double(tflm: TflmSession) -> None:
    """190 / 40 of these scales is a hair above 78.5, and a hair below with a multiplier formed in float32."""
    scales = np.float32([0.0035135808866471052, 0.029119763523340225, 0.007301062345504761])
    assert float(scales[0] / (scales[1] * scales[2])) != float(scales[0]) / (float(scales[1]) * float(scales[2]))
    tensors = [TensorSpec((1,), "INT8", float(s), zero) for s, zero in zip(scales, (-128, -128, 0), strict=True)]
    model = single_operator("DIV", tensors[:2], tensors[2:], DivOptions())
    values = [np.array([[190 - 128]], np.int8), np.array([[40 - 128]], np.int8)]
    assert outputs_of(model, *values)[0].tolist() == [[79]]
    assert_as_tflm(tflm, model, *values)


def test_int32_is_cut_toward_zero_and_clamped(tflm: TflmSession) -> None:
    values = [np.array([[7, -7, 7, 2**31 - 1, -(2**31)]], np.int32), np.array([[2, 2, -2, 1, 1]], np.int32)]
    model = binary_model("DIV", DivOptions(), TensorSpec((5,), "INT32"))
    assert outputs_of(model, *values)[0].tolist() == [[3, -3, -3, 2**31 - 1, -(2**31)]]
    assert_as_tflm(tflm, model, *values)
    clamped = binary_model("DIV", DivOptions(ActivationFunctionType.RELU_N1_TO_1), TensorSpec((5,), "INT32"))
    assert outputs_of(clamped, *values)[0].tolist() == [[1, -1, -1, 1, -1]]
    assert_as_tflm(tflm, clamped, *values)


def test_floats_by_zero(tflm: TflmSession) -> None:
    """Infinities are clamped to the largest numbers, as by any activation; 0 / 0 stays NaN."""
    model = binary_model("DIV", DivOptions(), TensorSpec((4,), "FLOAT32"))
    values = [np.array([[1, -1, 0, 3e38]], np.float32), np.array([[0, 0, 0, 0.1]], np.float32)]
    largest = np.finfo(np.float32).max
    np.testing.assert_array_equal(outputs_of(model, *values)[0], [[largest, -largest, np.nan, largest]])
    assert_as_tflm(tflm, model, *values)


@pytest.mark.parametrize(("dtype", "zero"), [("INT32", 0), ("INT8", -7)])
def test_integers_by_zero_are_an_error(dtype: str, zero: int) -> None:
    spec = TensorSpec((2,), dtype) if dtype == "INT32" else TensorSpec((2,), dtype, 0.5, zero)
    interpreter = interpreter_of(binary_model("DIV", DivOptions(), spec))
    divisor = np.array([[1, zero]], dtype.lower())
    with pytest.raises(InvokeError, match=f"holds {zero}, which is zero, but another divisor is needed"):
        interpreter.predict([divisor, divisor])


INT8 = TensorSpec((2,), "INT8", 0.5)
REFUSED = {
    "quantized int32": (binary_model("DIV", DivOptions(), TensorSpec((2,), "INT32", 0.5)), "allocate"),
    "other types": (single_operator("DIV", [INT8, TensorSpec((2,), "INT16", 0.5)], [INT8], DivOptions()), "allocate"),
    "another output type": (binary_model("DIV", DivOptions(), INT8, type="INT16"), "allocate"),
    "int16": (binary_model("DIV", DivOptions(), TensorSpec((2,), "INT16", 0.5)), "invoke"),
    "uint8": (binary_model("DIV", DivOptions(), TensorSpec((2,), "UINT8", 0.5)), "invoke"),
}
# What TFLM dies of, or computes from memory that is not the tensor's.
REFUSED_HERE = {
    "no scale": (binary_model("DIV", DivOptions(), TensorSpec((2,), "INT8")), "allocate"),
    "do not broadcast": (single_operator("DIV", [INT8, INT8._replace(shape=(3,))], [INT8], DivOptions()), "allocate"),
    "another output shape": (binary_model("DIV", DivOptions(), INT8, shape=(3,)), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = {**REFUSED, **REFUSED_HERE}[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (DIV)" in message
    assert "needed" in message


def test_values_are_looked_up_in_their_own_order() -> None:
    """`predict` of several samples divides each by its own."""
    rng = np.random.default_rng(4)
    values = [random_values(rng, "float32", 4, 3), random_values(rng, "float32", 4, 3)]
    model = binary_model("DIV", DivOptions(), TensorSpec((3,), "FLOAT32"))
    np.testing.assert_array_equal(outputs_of(model, *values)[0], values[0] / values[1])
