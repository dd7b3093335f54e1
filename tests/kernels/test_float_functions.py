"""CEIL, EXP, FLOOR, NEG and ROUND (kernels/ceil.py and so on), floats alone: by hand, and against the real TFLM."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import (
    FLOAT_EXTREMES,
    NOT_FINITE,
    ONE_UNIT,
    SAME,
    Cell,
    assert_cell_as_tflm,
    every,
    unary,
)
from tests.kernels.elementwise import unary_model
from tests.kernels.running import assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession


class Function(NamedTuple):
    """values and what becomes of them; looks_in_prepare: at types and shapes, else Invoke looks at the type alone."""

    values: list[float]
    expected: list[float]
    looks_in_prepare: bool


FUNCTIONS = {
    "CEIL": Function([-1.5, -1, 0.25, 2], [-1, -1, 1, 2], looks_in_prepare=True),
    "EXP": Function([0, 1, -1e9, 100], [1, float(np.float32(np.e)), 0, np.inf], looks_in_prepare=True),
    "FLOOR": Function([-1.5, -1, 0.25, 2], [-2, -1, 0, 2], looks_in_prepare=False),
    "NEG": Function([-1.5, -1, 0.25, 2], [1.5, 1, -0.25, -2], looks_in_prepare=False),
    "ROUND": Function([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.6, -2.6], [-2, -2, 0, 0, 2, 2, 3, -3], looks_in_prepare=True),
}
CELLS = {(name, "float32"): unary(name, "float32", bound=ONE_UNIT if name == "EXP" else SAME) for name in FUNCTIONS}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_by_hand(name: str) -> None:
    values, expected, _ = FUNCTIONS[name]
    model = unary_model(name, TensorSpec((len(values),), "FLOAT32"))
    assert outputs_of(model, np.float32([values]))[0].tolist() == [expected]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signs_of_zero_and_not_finite_numbers(tflm: TflmSession, name: str) -> None:
    finite = FLOAT_EXTREMES[:6] if name == "EXP" else FLOAT_EXTREMES
    values = np.concatenate([finite, NOT_FINITE, np.float32([-0.25, 0.25, 8388607.5, -8388607.5])])[np.newaxis]
    model = unary_model(name, TensorSpec(values.shape[1:], "FLOAT32"))
    ours, theirs = outputs_of(model, values)[0], tflm.run(model, values).require().outputs[0]
    assert ours.tobytes() == theirs.tobytes()


FLOAT = TensorSpec((2, 3), "FLOAT32")
LOOKED_AT = [name for name, function in FUNCTIONS.items() if function.looks_in_prepare]
REFUSED = {  # name, case: (model, phase)
    **{(name, "int8"): (unary_model(name, TensorSpec((2, 3), "INT8", 0.5)), "allocate") for name in LOOKED_AT},
    **{(name, "two inputs"): (single_operator(name, [FLOAT, FLOAT], [FLOAT]), "allocate") for name in LOOKED_AT},
    **{(name, "another output type"): (unary_model(name, FLOAT, type="INT32"), "allocate") for name in LOOKED_AT},
    **{(name, "another output shape"): (unary_model(name, FLOAT, shape=(3, 2)), "allocate") for name in LOOKED_AT},
    **{
        (name, type): (unary_model(name, TensorSpec((2, 3), type, 0.5)), "invoke")
        for name in ("FLOOR", "NEG")
        for type in ("INT8", "INT32")
    },
}
REFUSED_HERE = {  # what TFLM computes from memory that is not the tensor's
    (name, what): (unary_model(name, FLOAT, **changed), "allocate")
    for name in ("FLOOR", "NEG")
    for what, changed in (("another output type", {"type": "INT32"}), ("another output size", {"shape": (2, 2)}))
}


@pytest.mark.parametrize("key", REFUSED, ids=" ".join)
def test_refused_as_tflm(tflm: TflmSession, key: tuple[str, str]) -> None:
    assert_refused_as_tflm(tflm, REFUSED[key][0])


@pytest.mark.parametrize("key", [*REFUSED, *REFUSED_HERE], ids=" ".join)
def test_refusals(key: tuple[str, str]) -> None:
    model, expected = {**REFUSED, **REFUSED_HERE}[key]
    phase, message = refusal_of(model)
    assert phase == expected
    assert f"operator 0 ({key[0]})" in message
    assert "needed" in message
