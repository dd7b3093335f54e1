"""FILL: one value everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cases import (
    Case,
    assert_cases_as_expected,
    assert_refused_in,
    some_shape,
    spec,
)
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import random_values
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int32"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    shape = some_shape(rng, 1, 5)
    xs = random_values(rng, dtype, 3)
    dims = constant(np.array(shape, rng.choice(["int8", "int16", "int32", "int64"])))
    model = single_operator("FILL", [dims, spec((), dtype)], [spec(shape, dtype)])
    return Case(model, [xs], np.broadcast_to(xs.reshape(3, *(1,) * len(shape)), (3, *shape)))


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("FILL", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def fill(dims: TensorSpec, dtype: str = "int8", value: TensorSpec | None = None) -> bytes:
    return single_operator("FILL", [dims, value or spec((), dtype)], [spec((2, 3), dtype)])


SHAPE = constant(np.int32([2, 3]))
REFUSED = {
    **{dtype: ("invoke", fill(SHAPE, dtype)) for dtype in ("int16", "int64", "uint8", "bool")},
    "a value with axes": ("allocate", fill(SHAPE, value=spec((1,), "int8"))),
    "types": ("allocate", fill(SHAPE, value=TensorSpec((), "INT32"))),
    "computed dims": ("allocate", fill(TensorSpec((2,), "INT32"))),
    "another shape": ("allocate", fill(constant(np.int32([3, 2])))),
    "another rank": ("allocate", fill(constant(np.int32([6])))),
    "dims with axes": ("allocate", fill(constant(np.int32([[2, 3]])))),
    "float dims": ("allocate", fill(constant(np.float32([2, 3])))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])
