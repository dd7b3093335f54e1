"""NEG: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import FLOAT_EXTREMES, NOT_FINITE, Cell, assert_cell_as_tflm, every, unary
from tests.kernels.elementwise import unary_model
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

CELLS = {("NEG", "float32"): unary("NEG", "float32")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    values = np.array([[-1.5, -1, 0.25, 2]], np.float32)
    result = outputs_of(unary_model("NEG", TensorSpec(values.shape[1:], "FLOAT32")), values)[0]
    assert result.tolist() == [[1.5, 1, -0.25, -2]]


def test_signs_of_zero_and_not_finite_numbers(tflm: TflmSession) -> None:
    values = np.concatenate([FLOAT_EXTREMES, NOT_FINITE, np.float32([-0.25, 0.25, 8388607.5, -8388607.5])])[np.newaxis]
    model = unary_model("NEG", TensorSpec(values.shape[1:], "FLOAT32"))
    assert outputs_of(model, values)[0].tobytes() == tflm.run(model, values).require().outputs[0].tobytes()
    assert_as_tflm(tflm, model, values)


FLOAT = TensorSpec((2, 3), "FLOAT32")
REFUSED = {
    "int8": (unary_model("NEG", TensorSpec((2, 3), "INT8", 0.5)), "invoke"),
    "int32": (unary_model("NEG", TensorSpec((2, 3), "INT32")), "invoke"),
}
# What TFLM computes from memory that is not the tensor's.
REFUSED_HERE = {
    "another output type": unary_model("NEG", FLOAT, type="INT32"),
    "another output size": unary_model("NEG", FLOAT, shape=(2, 2)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = REFUSED[name] if name in REFUSED else (REFUSED_HERE[name], "allocate")
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (NEG)" in message
    assert "needed" in message
