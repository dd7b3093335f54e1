"""EXP: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import NOT_FINITE, ONE_UNIT, Cell, assert_cell_as_tflm, every, unary
from tests.kernels.elementwise import unary_model
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

CELLS = {("EXP", "float32"): unary("EXP", "float32", bound=ONE_UNIT)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    values = np.array([[0, 1, -1e9, 100]], np.float32)
    result = outputs_of(unary_model("EXP", TensorSpec(values.shape[1:], "FLOAT32")), values)[0]
    assert result.tolist() == [[1, float(np.float32(np.e)), 0, np.inf]]


def test_not_finite_numbers(tflm: TflmSession) -> None:
    assert_as_tflm(tflm, unary_model("EXP", TensorSpec((3,), "FLOAT32")), NOT_FINITE[np.newaxis])


FLOAT = TensorSpec((2, 3), "FLOAT32")
REFUSED = {
    "int8": (unary_model("EXP", TensorSpec((2, 3), "INT8", 0.5)), "allocate"),
    "another output type": (unary_model("EXP", FLOAT, type="INT32"), "allocate"),
    "another output shape": (unary_model("EXP", FLOAT, shape=(3, 2)), "allocate"),
    "two inputs": (single_operator("EXP", [FLOAT, FLOAT], [FLOAT]), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    model, expected = REFUSED[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (EXP)" in message
    assert "needed" in message
