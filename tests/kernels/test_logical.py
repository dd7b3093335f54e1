"""LOGICAL_AND and LOGICAL_OR: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import (
    Cell,
    assert_cell_as_tflm,
    binary,
    every,
    spec,
)
from tests.kernels.elementwise import (
    binary_model,
)
from tests.kernels.running import outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

CELLS = {(name, "bool"): binary(name, "bool") for name in ("LOGICAL_AND", "LOGICAL_OR")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    row, values = TensorSpec((4,), "BOOL"), (np.array([[0, 0, 1, 1]], bool), np.array([[0, 1, 0, 1]], bool))
    assert outputs_of(binary_model("LOGICAL_AND", None, row), *values)[0].tolist() == [[False, False, False, True]]
    assert outputs_of(binary_model("LOGICAL_OR", None, row), *values)[0].tolist() == [[False, True, True, True]]


# TFLM reads the first bytes of whatever is there as bools.
BOOL = TensorSpec((2,), "BOOL")
REFUSED_HERE = {
    "int8": (binary_model("LOGICAL_AND", None, spec((2,), "int8")), "allocate"),
    "int8 output": (binary_model("LOGICAL_OR", None, BOOL, type="INT8"), "allocate"),
    "shapes": (single_operator("LOGICAL_OR", [BOOL, TensorSpec((3,), "BOOL")], [BOOL]), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED_HERE)
def test_refusals(name: str) -> None:
    model, expected = REFUSED_HERE[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (" in message
    assert "needed" in message
