"""CUMSUM: by hand, and against the real TFLM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from tests.builder import TensorSpec, constant, single_operator
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
from tinylab.kernels.common_scale import Rescaling
from tinylab.kernels.cumsum import REGISTRATION
from tinylab.model.options import CumsumOptions
from tinylab.peers.tflm import TflmSession


def random_case(dtype: str) -> Cell:
    """Along any axis of up to 40 elements: int8 sums of more than 16 may wrap."""

    def case(rng: Rng) -> Case:
        shape = (int(rng.integers(1, 41)),) if rng.random() < 0.4 else random_shape(rng)
        input, output = random_tensor(rng, shape, dtype), random_tensor(rng, shape, dtype)
        if dtype == "int8":
            output = output._replace(scale=float(np.float32(input.scale * 2.0 ** rng.uniform(-4, 6))))
        axis = constant(np.int32(rng.integers(-len(shape), len(shape))))
        options = CumsumOptions(bool(rng.integers(2)), bool(rng.integers(2)))
        return single_operator("CUMSUM", [input, axis], [output], options), [values(rng, dtype, *shape)]

    return Cell(case)


def cumsum(
    input: TensorSpec, axis: ArrayLike = 0, *, exclusive: bool = False, reverse: bool = False, **output: Any
) -> bytes:
    axis = np.asarray(axis)
    options = CumsumOptions(exclusive, reverse)
    return single_operator("CUMSUM", [input, constant(axis)], [input._replace(**output)], options)


CELLS = {("CUMSUM", dtype): random_case(dtype) for dtype in ("float32", "int8")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_op_data_by_hand() -> None:
    """In units of twice the scale: a half; 1 over 2**20 takes the sums to an output scale of 2."""
    data = op_data(REGISTRATION, cumsum(TensorSpec((3,), "INT8", 0.5, 3), np.int32(0), scale=2.0, zero_point=-7))
    assert data.input1 == data.input2 == Rescaling(3, 20, 2**30, 0)
    assert data[2:] == (2**30, -20, -7, -128, 127)


@pytest.mark.parametrize(
    ("exclusive", "reverse", "expected"),
    [(False, False, [1, 3, 6]), (True, False, [0, 1, 3]), (False, True, [6, 5, 3]), (True, True, [5, 3, 0])],
)
@pytest.mark.parametrize("tensor", [TensorSpec((3,), "FLOAT32"), TensorSpec((3,), "INT8", 0.5)], ids=["float", "int8"])
def test_by_hand(tensor: TensorSpec, exclusive: bool, reverse: bool, expected: list[int]) -> None:
    model = cumsum(tensor, np.int32(-1), exclusive=exclusive, reverse=reverse)
    values = np.array([[1, 2, 3]], tensor.type.lower())
    assert outputs_of(model, values)[0].tolist() == [expected]


def test_a_sum_starts_at_minus_the_zero_point(tflm: TflmSession) -> None:
    """As if the first element came after one that holds the number 0, here real -5."""
    model, values = cumsum(TensorSpec((2,), "INT8", 0.5, 10), np.int32(0)), np.int8([[12, 14]])  # real 1 and 2
    assert outputs_of(model, values)[0].tolist() == [[10 + 2 * (1 - 5), 10 + 2 * (1 + 2 - 5)]]
    assert_as_tflm(tflm, model, values)


def test_the_axis_may_be_computed(tflm: TflmSession) -> None:
    square = TensorSpec((2, 2), "FLOAT32")
    model = single_operator("CUMSUM", [square, TensorSpec((1,), "INT32")], [square], CumsumOptions())
    values, axes = np.float32([[[1, 2], [3, 4]]] * 3), np.int32([[0], [1], [-2]])
    rows, columns = [[1, 2], [4, 6]], [[1, 3], [3, 7]]
    assert outputs_of(model, values, axes)[0].tolist() == [rows, columns, rows]
    assert_as_tflm(tflm, model, values, axes)


def test_not_finite_numbers(tflm: TflmSession) -> None:
    values = np.float32([[1, np.inf, 2, -np.inf, 3]])
    assert_as_tflm(tflm, cumsum(TensorSpec((5,), "FLOAT32"), np.int32(0)), values)


FLOAT, INT8, FIRST = TensorSpec((2,), "FLOAT32"), TensorSpec((2,), "INT8", 0.5), np.int32(0)
REFUSED = {
    "int16": (cumsum(spec((2,), "int16"), FIRST), "allocate"),
    "int32": (cumsum(spec((2,), "int32"), FIRST), "allocate"),
    "int64 axis": (cumsum(FLOAT, np.int64(0)), "allocate"),
    "two axes": (cumsum(FLOAT, np.int32([0, 0])), "allocate"),
    "scalar": (cumsum(TensorSpec((), "FLOAT32"), FIRST), "allocate"),
    "output type": (cumsum(FLOAT, FIRST, type="INT8"), "allocate"),
    "output shape": (cumsum(FLOAT, FIRST, shape=(2, 1)), "allocate"),
    "axis": (cumsum(FLOAT, np.int32(1)), "invoke"),
    "negative axis": (cumsum(INT8, np.int32(-2)), "invoke"),
}
# Where TFLM aborts.
REFUSED_HERE = {"output scale": (cumsum(INT8, FIRST, scale=1e-7), "allocate")}


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
