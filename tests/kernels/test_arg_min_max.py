"""ARG_MAX and ARG_MIN: by hand, and against the real TFLM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import (
    FLOAT_EXTREMES,
    NOT_FINITE,
    Case,
    Cell,
    Rng,
    assert_cell_as_tflm,
    every,
    spec,
    values,
)
from tests.kernels.elementwise import (
    random_shape,
    random_tensor,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.model import TensorType
from tinylab.model.options import ArgMaxOptions, ArgMinOptions
from tinylab.peers.tflm import TflmSession

NAMES = ("ARG_MAX", "ARG_MIN")


def random_case(name: str, dtype: str) -> Cell:
    """In half of the cases of few different numbers, so that the largest is there more than once."""

    def case(rng: Rng) -> Case:
        shape = random_shape(rng, 5)
        axis = int(rng.integers(-len(shape), len(shape)))
        inputs = values(rng, dtype, *shape)
        if rng.random() < 0.5:
            few = np.concatenate([FLOAT_EXTREMES[:4], NOT_FINITE]) if dtype == "float32" else inputs.ravel()[:3]
            inputs = rng.choice(few, inputs.shape)
        return arg(name, random_tensor(rng, shape, dtype), axis), [inputs]

    return Cell(case)


def arg(name: str, input: TensorSpec, axis: int, axis_type: str = "INT32", **output: Any) -> bytes:
    """The output's shape is found here, where the axis is one of the input's."""
    kept = list(input.shape)
    if -len(kept) <= axis < len(kept):
        del kept[axis]
    options = ArgMaxOptions(TensorType.INT32) if name == "ARG_MAX" else ArgMinOptions(TensorType.INT32)
    tensor = TensorSpec(tuple(kept), "INT32")._replace(**output)
    return single_operator(name, [input, constant(np.array([axis], axis_type.lower()))], [tensor], options)


CELLS = {(name, dtype): random_case(name, dtype) for name in NAMES for dtype in ("float32", "int8")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    values = np.int8([[[3, 9, 9], [7, 1, 1]]])
    assert outputs_of(arg("ARG_MAX", spec((2, 3), "int8"), 1), values)[0].tolist() == [[1, 0]]
    assert outputs_of(arg("ARG_MIN", spec((2, 3), "int8"), -1), values)[0].tolist() == [[0, 1]]
    assert outputs_of(arg("ARG_MAX", spec((2, 3), "int8"), 0), values)[0].tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("name", NAMES)
def test_not_a_number_is_taken_only_where_it_is_first(tflm: TflmSession, name: str) -> None:
    values = np.float32([[[np.nan, 1, 2], [1, np.nan, 1], [np.nan, np.nan, np.nan], [-np.inf, np.inf, np.nan]]])
    model = arg(name, TensorSpec((4, 3), "FLOAT32"), 1)
    assert outputs_of(model, values)[0].tolist() == [[0, 0, 0, 1 if name == "ARG_MAX" else 0]]
    assert_as_tflm(tflm, model, values)


def test_the_axis_may_be_computed(tflm: TflmSession) -> None:
    square = TensorSpec((2, 2), "INT8", 0.5)
    axis, output = TensorSpec((1,), "INT32"), TensorSpec((2,), "INT32")
    model = single_operator("ARG_MAX", [square, axis], [output], ArgMaxOptions())
    values, axes = np.int8([[[1, 2], [3, 0]]] * 3), np.int32([[0], [1], [-2]])
    assert outputs_of(model, values, axes)[0].tolist() == [[1, 0], [1, 0], [1, 0]]
    assert_as_tflm(tflm, model, values, axes)


FLOAT = TensorSpec((2, 3), "FLOAT32")
REFUSED = {
    **{name: (arg("ARG_MAX", spec((2, 3), name), 1), "invoke") for name in ("int16", "uint8", "int32", "bool")},
    "int64 axis": (arg("ARG_MIN", FLOAT, 1, "INT64"), "invoke"),
    "int64 output": (arg("ARG_MIN", FLOAT, 1, type="INT64"), "invoke"),
}
# TFLM reads and writes beside the tensors.
REFUSED_HERE = {
    "axis": (arg("ARG_MAX", FLOAT, 2), "invoke"),
    "output size": (arg("ARG_MAX", FLOAT, 1, shape=(3,)), "invoke"),
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
