"""BROADCAST_TO: axes of size 1 repeated."""

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
from tests.kernels.running import random_values
from tinylab.peers.tflm import TflmSession

TYPES = ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "bool"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    wanted = some_shape(rng, 1, 5)
    shape = tuple(1 if coin(rng) else size for size in wanted)[int(rng.integers(0, len(wanted))) :]
    xs = random_values(rng, dtype, 3, *shape)
    ready = xs.reshape(3, *(1,) * (len(wanted) - len(shape)), *shape)
    size = constant(np.array(wanted, np.int64 if coin(rng) else np.int32))
    model = single_operator("BROADCAST_TO", [spec(shape, dtype), size], [spec(wanted, dtype)])
    return Case(model, [xs], np.broadcast_to(ready, (3, *wanted)))


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("BROADCAST_TO", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def broadcast(
    shape: tuple[int, ...], wanted: TensorSpec, output: tuple[int, ...] = (2, 3), dtype: str = "int8"
) -> bytes:
    return single_operator("BROADCAST_TO", [spec(shape, "int8"), wanted], [spec(output, dtype)])


REFUSED = {
    "does not broadcast": ("allocate", broadcast((2,), constant(np.int32([2, 3])))),
    "more axes": ("allocate", broadcast((1, 1, 3), constant(np.int32([2, 3])))),
    "another shape": ("allocate", broadcast((3,), constant(np.int32([1, 3])))),
    "another rank": ("allocate", broadcast((3,), constant(np.int32([2, 1, 3])))),
    "types": ("allocate", broadcast((3,), constant(np.int32([2, 3])), dtype="int16")),
    "a computed shape": ("allocate", broadcast((3,), TensorSpec((2,), "INT32"))),
    "a shape of int16": ("allocate", broadcast((3,), constant(np.int16([2, 3])))),
    "a shape with axes": ("allocate", broadcast((3,), constant(np.int32([[2, 3]])))),
    "six axes": ("allocate", broadcast((3,), constant(np.ones(6, np.int32)), (1,) * 6)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])
