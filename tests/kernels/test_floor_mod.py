"""FLOOR_MOD: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import (
    FLOAT_EXTREMES,
    NOT_FINITE,
    Cell,
    assert_cell_as_tflm,
    binary,
    every,
    spec,
)
from tests.kernels.elementwise import (
    binary_model,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

CELLS = {("FLOOR_MOD", "float32"): binary("FLOOR_MOD", "float32")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    values = np.float32([[7, -7, 7, -7, 6]]), np.float32([[4, 4, -4, -4, -3]])
    model = binary_model("FLOOR_MOD", None, TensorSpec((5,), "FLOAT32"))
    assert outputs_of(model, *values)[0].tolist() == [[3, 1, -1, -3, 0]]


def test_not_finite_numbers_and_zero(tflm: TflmSession) -> None:
    numbers = np.concatenate([NOT_FINITE, FLOAT_EXTREMES])
    values = np.repeat(numbers, len(numbers))[np.newaxis], np.tile(numbers, len(numbers))[np.newaxis]
    assert_as_tflm(tflm, binary_model("FLOOR_MOD", None, TensorSpec(values[0].shape[1:], "FLOAT32")), *values)


FLOAT = TensorSpec((2,), "FLOAT32")
REFUSED = {
    "int32": (binary_model("FLOOR_MOD", None, spec((2,), "int32")), "invoke"),
    "int8": (binary_model("FLOOR_MOD", None, spec((2,), "int8")), "invoke"),
    "other types": (single_operator("FLOOR_MOD", [FLOAT, spec((2,), "int8")], [FLOAT]), "allocate"),
    "output type": (binary_model("FLOOR_MOD", None, FLOAT, type="INT32"), "allocate"),
}
REFUSED_HERE = {"shapes": (single_operator("FLOOR_MOD", [FLOAT, TensorSpec((3,), "FLOAT32")], [FLOAT]), "allocate")}


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
