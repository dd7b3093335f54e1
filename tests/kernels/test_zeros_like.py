"""ZEROS_LIKE: zeros, whatever the zero point, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import (
    Cell,
    assert_cell_as_tflm,
    every,
    spec,
    unary,
)
from tests.kernels.elementwise import (
    unary_model,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

CELLS = {("ZEROS_LIKE", dtype): unary("ZEROS_LIKE", dtype) for dtype in ("float32", "int8", "int32", "int64")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_the_zero_point_is_not_looked_at(tflm: TflmSession) -> None:
    model = unary_model("ZEROS_LIKE", TensorSpec((3,), "INT8", 0.5, 7))
    assert outputs_of(model, np.int8([[1, 2, 3]]))[0].tolist() == [[0, 0, 0]]
    assert_as_tflm(tflm, model, np.int8([[1, 2, 3]]))


REFUSED = {
    name: (unary_model("ZEROS_LIKE", spec((2,), name)), "invoke") for name in ("int16", "uint8", "bool", "uint32")
}
# TFLM writes the input's type into an output of any.
REFUSED_HERE = {
    "another type": (unary_model("ZEROS_LIKE", spec((2,), "int32"), type="INT8"), "allocate"),
    "another size": (unary_model("ZEROS_LIKE", spec((2,), "int32"), shape=(3,)), "allocate"),
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
