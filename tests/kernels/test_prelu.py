"""PRELU: against Python that follows the C++, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply
from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import (
    NOT_FINITE,
    Cell,
    assert_cell_as_tflm,
    binary,
    every,
    spec,
)
from tests.kernels.elementwise import (
    binary_model,
    op_data,
    random_scale,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.kernels.prelu import REGISTRATION, OpData
from tinylab.peers.tflm import TflmSession

CELLS = {
    ("PRELU", "float32"): binary("PRELU", "float32", most_axes=4),
    ("PRELU", "int8"): binary("PRELU", "int8"),
    ("PRELU", "int16"): binary("PRELU", "int16", second="int8"),
}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand(tflm: TflmSession) -> None:
    floats = TensorSpec((2, 2), "FLOAT32")
    model = single_operator("PRELU", [floats, constant(np.float32([0.5, -2]))], [floats])
    assert outputs_of(model, np.float32([[[4, 4], [-4, -4]]]))[0].tolist() == [[[4, 4], [-2, 8]]]
    # real 4, -4 and alpha 0.5, -2 in steps of 0.5
    int8 = TensorSpec((2, 2), "INT8", 0.5, 3)
    alpha = constant(np.int8([0, -5]), scale=0.5, zero_point=-1)
    model = single_operator("PRELU", [int8, alpha], [int8._replace(scale=1.0, zero_point=0)])
    assert outputs_of(model, np.int8([[[11, 11], [-5, -5]]]))[0].tolist() == [[[4, 4], [-2, 8]]]


def test_int8_is_the_c_loop() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        tensors = [TensorSpec((200,), "INT8", random_scale(rng), int(rng.integers(-128, 128))) for _ in range(3)]
        values = [random_values(rng, "int8", 1, 200) for _ in range(2)]
        model = single_operator("PRELU", tensors[:2], tensors[2:])
        data = op_data(REGISTRATION, model)
        expected = [c_prelu(x, alpha, data) for x, alpha in zip(*(array[0].tolist() for array in values), strict=True)]
        assert outputs_of(model, *values)[0][0].tolist() == expected


def c_prelu(x: int, alpha: int, data: OpData) -> int:
    value = x - data.input_zero_point
    if value >= 0:
        output = c_multiply(value, data.output_multiplier_1, data.output_shift_1)
    else:
        output = c_multiply(value * (alpha - data.alpha_zero_point), data.output_multiplier_2, data.output_shift_2)
    return min(max(output + data.output_zero_point, -128), 127)


def test_op_data_by_hand() -> None:
    tensors = [TensorSpec((1,), "INT8", 0.5, 3), TensorSpec((1,), "INT8", 0.25, 4), TensorSpec((1,), "INT8", 2.0, 5)]
    data = op_data(REGISTRATION, single_operator("PRELU", tensors[:2], tensors[2:]))
    assert data[:7] == (3, 4, 5, 2**30, -1, 2**30, -3)


def test_not_finite_numbers(tflm: TflmSession) -> None:
    values = np.repeat(NOT_FINITE, 3)[np.newaxis], np.tile(NOT_FINITE, 3)[np.newaxis]
    assert_as_tflm(tflm, binary_model("PRELU", None, TensorSpec((9,), "FLOAT32")), *values)


FLOAT, INT8, INT16 = TensorSpec((2,), "FLOAT32"), TensorSpec((2,), "INT8", 0.5), TensorSpec((2,), "INT16", 0.5)
FIVE_AXES = TensorSpec((1, 1, 1, 1, 2), "FLOAT32")
REFUSED = {
    "int16 alpha": (binary_model("PRELU", None, INT16), "allocate"),
    "uint8": (binary_model("PRELU", None, spec((2,), "uint8")), "invoke"),
    "int32": (binary_model("PRELU", None, spec((2,), "int32")), "invoke"),
}
# Where TFLM aborts, divides by zero, or reads what lies beside a tensor.
REFUSED_HERE = {
    "five axes": (binary_model("PRELU", None, FIVE_AXES), "allocate"),
    "float alpha": (single_operator("PRELU", [INT8, FLOAT], [INT8]), "allocate"),
    "another type": (binary_model("PRELU", None, INT8, type="INT16"), "allocate"),
    "no alpha scale": (single_operator("PRELU", [INT8, INT8._replace(scale=None)], [INT8]), "allocate"),
    "shapes": (single_operator("PRELU", [INT8, INT8._replace(shape=(3,))], [INT8]), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = {**REFUSED, **REFUSED_HERE}[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (" in message
    assert "needed" in message
