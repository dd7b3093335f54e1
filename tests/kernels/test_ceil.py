"""CEIL: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import FLOAT_EXTREMES, NOT_FINITE, Cell, assert_cell_as_tflm, every, unary
from tests.kernels.elementwise import unary_model
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

CELLS = {("CEIL", "float32"): unary("CEIL", "float32")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    values = np.array([[-1.5, -1, 0.25, 2]], np.float32)
    result = outputs_of(unary_model("CEIL", TensorSpec(values.shape[1:], "FLOAT32")), values)[0]
    assert result.tolist() == [[-1, -1, 1, 2]]


def test_signs_of_zero_and_not_finite_numbers(tflm: TflmSession) -> None:
    values = np.concatenate([FLOAT_EXTREMES, NOT_FINITE, np.float32([-0.25, 0.25, 8388607.5, -8388607.5])])[np.newaxis]
    model = unary_model("CEIL", TensorSpec(values.shape[1:], "FLOAT32"))
    assert outputs_of(model, values)[0].tobytes() == tflm.run(model, values).require().outputs[0].tobytes()
    assert_as_tflm(tflm, model, values)


FLOAT = TensorSpec((2, 3), "FLOAT32")
REFUSED = {
    "int8": (unary_model("CEIL", TensorSpec((2, 3), "INT8", 0.5)), "allocate"),
    "another output type": (unary_model("CEIL", FLOAT, type="INT32"), "allocate"),
    "another output shape": (unary_model("CEIL", FLOAT, shape=(3, 2)), "allocate"),
    "two inputs": (single_operator("CEIL", [FLOAT, FLOAT], [FLOAT]), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    model, expected = REFUSED[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (CEIL)" in message
    assert "needed" in message
