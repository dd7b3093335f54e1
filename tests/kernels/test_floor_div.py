"""FLOOR_DIV: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import (
    NOT_FINITE,
    Case,
    Cell,
    Rng,
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


def divided_by_no_zero(rng: Rng) -> Case:
    """Divisors of both signs, tiny ones among them."""
    model, inputs = binary("FLOOR_DIV", "float32").case(rng)
    if len(inputs) == 1:
        return divided_by_no_zero(rng)
    return model, [inputs[0], np.where(inputs[1] == 0, np.float32(-0.75), inputs[1])]


CELLS = {("FLOOR_DIV", "float32"): Cell(divided_by_no_zero)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    values = np.float32([[7, -7, 7, -7, 0.5]]), np.float32([[2, 2, -2, -2, 0.1]])
    model = binary_model("FLOOR_DIV", None, TensorSpec((5,), "FLOAT32"))
    assert outputs_of(model, *values)[0].tolist() == [[3, -4, -4, 3, 4]]  # float32 0.1 is a little above 0.1


def test_not_finite_numbers(tflm: TflmSession) -> None:
    values = np.repeat(NOT_FINITE, 4)[np.newaxis], np.tile([*NOT_FINITE, np.float32(2)], 3)[np.newaxis]
    assert_as_tflm(tflm, binary_model("FLOOR_DIV", None, TensorSpec((12,), "FLOAT32")), *values)


FLOAT, INT32 = TensorSpec((2,), "FLOAT32"), TensorSpec((2,), "INT32")
REFUSED = {
    "zeros": (binary_model("FLOOR_DIV", None, FLOAT), "invoke"),
    "int32": (single_operator("FLOOR_DIV", [INT32, constant(np.int32([1, 1]))], [INT32]), "invoke"),
    "other types": (single_operator("FLOOR_DIV", [FLOAT, spec((2,), "int8")], [FLOAT]), "allocate"),
    "output type": (binary_model("FLOOR_DIV", None, FLOAT, type="INT32"), "allocate"),
    "three inputs": (single_operator("FLOOR_DIV", [FLOAT, FLOAT, FLOAT], [FLOAT]), "allocate"),
}
REFUSED_HERE = {"shapes": (single_operator("FLOOR_DIV", [FLOAT, TensorSpec((3,), "FLOAT32")], [FLOAT]), "allocate")}


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
