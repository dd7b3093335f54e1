"""EMBEDDING_LOOKUP: rows of a table, an int8 one also as float32."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cases import (
    Case,
    assert_cases_as_expected,
    assert_refused_in,
    coin,
    some_shape,
    spec,
)
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import random_values, refusal_of
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int8 to float32"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """The table is a constant, or fed."""
    of, _, to = dtype.partition(" to ")
    scale = float(np.float32(2.0 ** rng.uniform(-9, 3)))
    shape = some_shape(rng, 2, 4)
    table, looked_up = random_values(rng, of, *shape), rng.integers(0, shape[0], (3, rng.integers(1, 5)), np.int32)
    fed = coin(rng)
    value = spec(shape, of, scale) if fed else constant(table, scale=scale if of == "int8" else None)
    tables = np.stack([table, random_values(rng, of, *shape), table]) if fed else np.stack([table] * 3)
    expected = np.stack([rows[picks] for rows, picks in zip(tables, looked_up, strict=True)])
    if to:
        expected = expected.astype(np.float32) * np.float32(scale)
    output = spec(expected.shape[1:], to or of, scale if (to or of) == "int8" else None)
    model = single_operator("EMBEDDING_LOOKUP", [spec(looked_up.shape[1:], "int32"), value], [output])
    return Case(model, [looked_up, tables] if fed else [looked_up], expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("EMBEDDING_LOOKUP", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def lookup(
    rows: TensorSpec | None = None,
    table: TensorSpec | None = None,
    output: TensorSpec | None = None,
) -> bytes:
    rows = rows or constant(np.int32([0, 2]))
    return single_operator("EMBEDDING_LOOKUP", [rows, table or spec((3, 4), "int8")], [output or spec((2, 4), "int8")])


REFUSED = {
    "rows with axes": ("allocate", lookup(constant(np.int32([[0, 2]])))),
    "int64 rows": ("allocate", lookup(constant(np.int64([0, 2])))),
    "a table of one axis": ("allocate", lookup(table=spec((3,), "int8"))),
    "an int16 table": ("allocate", lookup(table=spec((3, 4), "int16"), output=spec((2, 4), "int16"))),
    "float32 to int8": ("allocate", lookup(table=spec((3, 4), "float32"))),
    "int8 to int16": ("allocate", lookup(output=spec((2, 4), "int16"))),
    "a zero point": ("allocate", lookup(table=spec((3, 4), "int8", 0.5, 1), output=spec((2, 4), "float32"))),
    "an output of fewer axes": ("allocate", lookup(output=spec((8,), "int8"))),
    "an output that is too small": ("allocate", lookup(output=spec((1, 4), "int8"))),
    "a row behind the table": ("invoke", lookup(constant(np.int32([0, 3])))),
    "a row before the table": ("invoke", lookup(constant(np.int32([-1, 0])))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_an_output_that_is_too_large() -> None:
    """NB: TFLM leaves there what was there."""
    assert refusal_of(lookup(output=spec((3, 4), "int8")))[0] == "allocate"
