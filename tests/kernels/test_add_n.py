"""ADD_N: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import (
    Case,
    Cell,
    Rng,
    assert_cell_as_tflm,
    every,
    spec,
    values,
)
from tests.kernels.elementwise import (
    op_data,
    random_shape,
    random_tensor,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.kernels.add_n import REGISTRATION
from tinylab.kernels.common_scale import Rescaling
from tinylab.peers.tflm import TflmSession


def random_case(dtype: str) -> Cell:
    """2 to 20 inputs; the int32 sums of more than 16 int8 may wrap."""

    def case(rng: Rng) -> Case:
        shape, count = random_shape(rng), int(rng.integers(2, 21))
        input = random_tensor(rng, shape, dtype)
        output = random_tensor(rng, shape, dtype)
        if dtype == "int8":
            output = output._replace(scale=float(np.float32(input.scale * 2.0 ** rng.uniform(-4, 6))))
        return sum_of([input] * count, output), [values(rng, dtype, *shape) for _ in range(count)]

    return Cell(case)


def sum_of(inputs: list[TensorSpec], output: TensorSpec) -> bytes:
    return single_operator("ADD_N", inputs, [output])


CELLS = {("ADD_N", dtype): random_case(dtype) for dtype in ("float32", "int8")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_op_data_by_hand() -> None:
    """In units of twice the scale: a half; 1 over 2**20 takes the sum to an output scale of 2."""
    tensors = [TensorSpec((1,), "INT8", 0.5, 3)] * 3
    data = op_data(REGISTRATION, sum_of(tensors, TensorSpec((1,), "INT8", 2.0, -7)))
    assert data.input1 == data.input2 == Rescaling(3, 20, 2**30, 0)
    assert data[2:] == (2**30, -20, -7, -128, 127)


def test_by_hand() -> None:
    floats = TensorSpec((2,), "FLOAT32")
    values = np.float32([[1, 2**24]]), np.float32([[2, 1]]), np.float32([[3, 1]])
    assert outputs_of(sum_of([floats] * 3, floats), *values)[0].tolist() == [[6, 2**24]]  # one after another
    # with zero point 0: real 1, 2 and 3 in steps of 0.5, into steps of 1
    int8 = TensorSpec((1,), "INT8", 0.5)
    values = np.int8([[2]]), np.int8([[4]]), np.int8([[6]])
    assert outputs_of(sum_of([int8] * 3, int8._replace(scale=1.0, zero_point=5)), *values)[0].tolist() == [[11]]


def test_a_sum_starts_at_minus_the_zero_point(tflm: TflmSession) -> None:
    """As if one more input held the number 0, here real -5."""
    int8 = TensorSpec((1,), "INT8", 0.5, 10)
    values = np.int8([[12]]), np.int8([[14]])  # real 1 and 2
    assert outputs_of(sum_of([int8, int8], int8), *values)[0].tolist() == [[10 + 2 * (1 + 2 - 5)]]
    assert_as_tflm(tflm, sum_of([int8, int8], int8), *values)


def test_zeros_add_to_plus_zero(tflm: TflmSession) -> None:
    floats, values = TensorSpec((1,), "FLOAT32"), [np.float32([[-0.0]])] * 2
    model = sum_of([floats] * 2, floats)
    assert outputs_of(model, *values)[0].tobytes() == tflm.run(model, values).require().outputs[0].tobytes()


FLOAT, INT8 = TensorSpec((2,), "FLOAT32"), TensorSpec((2,), "INT8", 0.5)
REFUSED = {
    "one input": (sum_of([FLOAT], FLOAT), "allocate"),
    "int16": (sum_of([spec((2,), "int16")] * 2, spec((2,), "int16")), "allocate"),
    "int32": (sum_of([spec((2,), "int32")] * 2, spec((2,), "int32")), "allocate"),
    "other types": (sum_of([FLOAT, INT8], FLOAT), "allocate"),
    "output type": (sum_of([FLOAT, FLOAT], INT8), "allocate"),
    "other shapes": (sum_of([FLOAT, FLOAT._replace(shape=(1,))], FLOAT), "allocate"),
    "other scales": (sum_of([INT8, INT8._replace(scale=0.25)], INT8), "allocate"),
    "other zero points": (sum_of([INT8, INT8._replace(zero_point=1)], INT8), "allocate"),
}
# Where TFLM writes beside the output, aborts, or divides by zero.
REFUSED_HERE = {
    "output size": (sum_of([FLOAT, FLOAT], FLOAT._replace(shape=(1,))), "allocate"),
    "output scale": (sum_of([INT8, INT8], INT8._replace(scale=1e-7)), "allocate"),
    "no scale": (sum_of([INT8, INT8], INT8._replace(scale=None)), "allocate"),
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
