"""EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

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
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.kernels.comparisons import LESS
from tinylab.peers.tflm import TflmSession

ORDER = ("GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL")
NAMES = ("EQUAL", "NOT_EQUAL", *ORDER)
TYPES = ("float32", "int8", "int32", "int64")
CELLS = {
    **{(name, dtype): binary(name, dtype, output="bool") for name in NAMES for dtype in TYPES},
    **{(name, "bool"): binary(name, "bool", output="bool") for name in ("EQUAL", "NOT_EQUAL")},
}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("EQUAL", [False, True, False]),
        ("NOT_EQUAL", [True, False, True]),
        ("GREATER", [False, False, True]),
        ("GREATER_EQUAL", [False, True, True]),
        ("LESS", [True, False, False]),
        ("LESS_EQUAL", [True, True, False]),
    ],
)
def test_by_hand(name: str, expected: list[bool]) -> None:
    values = np.int32([[1, 2, 3]]), np.int32([[2, 2, 2]])
    assert outputs_of(comparison(name, spec((3,), "int32")), *values)[0].tolist() == [expected]
    # int8 in real numbers: 0.5, 1.0 and 1.5 with 1.0
    model = comparison(name, TensorSpec((3,), "INT8", 0.5, -1), TensorSpec((3,), "INT8", 0.25, 3))
    assert outputs_of(model, np.int8([[0, 1, 2]]), np.int8([[7, 7, 7]]))[0].tolist() == [expected]


def comparison(name: str, first: TensorSpec, second: TensorSpec | None = None, output: str = "BOOL") -> bytes:
    return single_operator(name, [first, second or first], [TensorSpec(first.shape, output)])


@pytest.mark.parametrize("name", NAMES)
def test_not_a_number(tflm: TflmSession, name: str) -> None:
    values = np.repeat(NOT_FINITE, 3)[np.newaxis], np.tile(NOT_FINITE, 3)[np.newaxis]
    assert_as_tflm(tflm, comparison(name, TensorSpec((9,), "FLOAT32")), *values)


def test_op_data_by_hand() -> None:
    data = op_data(LESS, comparison("LESS", TensorSpec((1,), "INT8", 0.5, 3), TensorSpec((1,), "INT8", 0.125, -7)))
    assert data.input1 == (3, 8, 2**30, 0)
    assert data.input2 == (-7, 8, 2**30, -2)


BOOL, INT8 = TensorSpec((2,), "BOOL"), TensorSpec((2,), "INT8", 0.5)
REFUSED = {
    **{f"{name} of uint8": (comparison(name, spec((2,), "uint8")), "invoke") for name in NAMES},
    **{f"{name} of bool": (comparison(name, BOOL), "invoke") for name in ORDER},
    **{f"{name} of int16": (comparison(name, spec((2,), "int16")), "invoke") for name in NAMES if name != "GREATER"},
}
# Where TFLM aborts, or compares what lies beside the tensors or, of int16, by numbers that nobody wrote.
REFUSED_HERE = {
    "greater of int16": (comparison("GREATER", spec((2,), "int16")), "invoke"),
    "scale of 1": (comparison("LESS", INT8._replace(scale=1.0)), "allocate"),
    "no scale": (comparison("LESS", INT8, INT8._replace(scale=None)), "allocate"),
    "other types": (comparison("EQUAL", BOOL, INT8), "allocate"),
    "output type": (comparison("EQUAL", BOOL, output="INT8"), "allocate"),
    "shapes": (comparison("EQUAL", BOOL, TensorSpec((3,), "BOOL")), "allocate"),
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
