"""COS, LOG, LOGICAL_NOT, SIN, SQRT and SQUARE: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import (
    NOT_FINITE,
    ONE_UNIT,
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

EXACT, NEAR = ("SQRT", "SQUARE"), ("COS", "LOG", "SIN")
CELLS = {
    **{(name, "float32"): unary(name, "float32") for name in EXACT},
    **{(name, "float32"): unary(name, "float32", bound=ONE_UNIT) for name in NEAR},
    ("LOGICAL_NOT", "bool"): unary("LOGICAL_NOT", "bool"),
}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("COS", [0, np.pi], [1, -1]),
        ("LOG", [1, 0, np.inf], [0, -np.inf, np.inf]),
        ("SIN", [0, np.pi / 2], [0, 1]),
        ("SQRT", [9, 2], [3, float(np.sqrt(np.float32(2)))]),
        ("SQUARE", [-3, 1e30], [9, np.inf]),
    ],
)
def test_by_hand(name: str, values: list[float], expected: list[float]) -> None:
    model = unary_model(name, TensorSpec((len(values),), "FLOAT32"))
    assert outputs_of(model, np.array([values], np.float32))[0].tolist() == [expected]


def test_logical_not() -> None:
    model = unary_model("LOGICAL_NOT", TensorSpec((2,), "BOOL"))
    assert outputs_of(model, np.array([[True, False]]))[0].tolist() == [[False, True]]


@pytest.mark.parametrize("name", [*EXACT, *NEAR])
def test_not_a_number_where_there_is_none(tflm: TflmSession, name: str) -> None:
    values = np.concatenate([NOT_FINITE, np.float32([-0.0, -1] if name in ("LOG", "SQRT") else [])])[np.newaxis]
    assert_as_tflm(tflm, unary_model(name, TensorSpec(values.shape[1:], "FLOAT32")), values)


NAMES = ("COS", "LOG", "LOGICAL_NOT", "SIN", "SQRT", "SQUARE")
REFUSED = {
    **{f"{name} of int8": (unary_model(name, spec((2,), "int8")), "invoke") for name in NAMES},
    **{f"{name} into int32": (unary_model(name, spec((2,), "bool"), type="INT32"), "allocate") for name in NAMES},
}
# TFLM writes beside the output.
REFUSED_HERE = {name: (unary_model(name, spec((2,), "bool"), shape=(1,)), "allocate") for name in NAMES}


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
