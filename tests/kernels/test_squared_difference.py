"""SQUARED_DIFFERENCE: against Python that follows the C++, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_multiply
from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import (
    NOT_FINITE,
    Cell,
    assert_cell_as_tflm,
    binary,
    every,
    spec,
)
from tests.kernels.elementwise import (
    op_data,
    random_tensor,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.kernels.squared_difference import REGISTRATION, OpData
from tinylab.peers.tflm import TflmSession

CELLS = {
    ("SQUARED_DIFFERENCE", dtype): binary("SQUARED_DIFFERENCE", dtype)
    for dtype in ("float32", "int8", "int16", "int32")
}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def squared_difference(first: TensorSpec, second: TensorSpec | None = None, output: TensorSpec | None = None) -> bytes:
    return single_operator("SQUARED_DIFFERENCE", [first, second or first], [output or first])


def test_by_hand() -> None:
    values = np.float32([[1, 5]]), np.float32([[3, -5]])
    assert outputs_of(squared_difference(TensorSpec((2,), "FLOAT32")), *values)[0].tolist() == [[4, 100]]
    whole = np.int32([[1, 2**31 - 1]]), np.int32([[3, -1]])
    assert outputs_of(squared_difference(TensorSpec((2,), "INT32")), *whole)[0].tolist() == [[4, 0]]  # it wraps
    # real 4.5 and 1 into steps of 0.25
    model = squared_difference(
        TensorSpec((1,), "INT8", 0.5, 1), TensorSpec((1,), "INT8", 0.25, 2), TensorSpec((1,), "INT8", 0.25, -3)
    )
    assert outputs_of(model, np.int8([[10]]), np.int8([[6]]))[0].tolist() == [[-3 + 49]]


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_integers_are_the_c_loop(dtype: str) -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        tensors = [random_tensor(rng, (100,), dtype) for _ in range(3)]
        numbers = [random_values(rng, dtype, 1, 100) for _ in range(2)]
        model = squared_difference(*tensors)
        data = op_data(REGISTRATION, model)
        expected = [c_squared_difference(*pair, data) for pair in zip(*(n[0].tolist() for n in numbers), strict=True)]
        limits = np.iinfo(dtype)
        assert outputs_of(model, *numbers)[0][0].tolist() == np.clip(expected, limits.min, limits.max).tolist()


def c_squared_difference(a: int, b: int, data: OpData) -> int:
    assert data.input1 is not None
    assert data.input2 is not None
    scaled = [
        c_multiply((x - one.zero_point) << one.left_shift, one.multiplier, one.shift)
        for x, one in ((a, data.input1), (b, data.input2))
    ]
    difference = scaled[0] - scaled[1]
    return c_multiply(difference * difference, data.output_multiplier, data.output_shift) + data.output_zero_point


def test_op_data_by_hand() -> None:
    tensors = TensorSpec((1,), "INT8", 0.5, 1), TensorSpec((1,), "INT8", 0.25, 2), TensorSpec((1,), "INT8", 2.0, -3)
    data = op_data(REGISTRATION, squared_difference(*tensors))
    assert data.input1 == (1, 7, 2**30, 0)
    assert data.input2 == (2, 7, 2**30, -1)
    assert data[2:5] == (2**30, -14, -3)  # (2 * 0.5)**2 / (2**14 * 2) = 2**-15


def test_not_finite_numbers(tflm: TflmSession) -> None:
    values = np.repeat(NOT_FINITE, 3)[np.newaxis], np.tile(NOT_FINITE, 3)[np.newaxis]
    assert_as_tflm(tflm, squared_difference(TensorSpec((9,), "FLOAT32")), *values)


FLOAT, INT8, INT16 = TensorSpec((2,), "FLOAT32"), TensorSpec((2,), "INT8", 0.5), TensorSpec((2,), "INT16", 0.5)
REFUSED = {
    "uint8": (squared_difference(spec((2,), "uint8")), "invoke"),
    "int64": (squared_difference(spec((2,), "int64")), "invoke"),
    "other types": (squared_difference(INT8, INT16, INT8), "allocate"),
    "int16 zero point": (squared_difference(INT16._replace(zero_point=1), INT16, INT16), "allocate"),
    "int8 zero point": (squared_difference(INT8._replace(zero_point=128), INT8, INT8), "allocate"),
    "three inputs": (single_operator("SQUARED_DIFFERENCE", [FLOAT] * 3, [FLOAT]), "allocate"),
}
# Where TFLM computes from memory that is not the tensor's, or divides by zero.
REFUSED_HERE = {
    "output type": (squared_difference(INT8, INT8, INT16), "allocate"),
    "shapes": (squared_difference(INT8, INT8._replace(shape=(3,)), INT8), "allocate"),
    "no scale": (squared_difference(INT8, INT8, INT8._replace(scale=None)), "allocate"),
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
