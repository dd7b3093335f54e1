"""SQUEEZE: the same bytes under fewer axes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import single_operator
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
from tinylab.model.options import SqueezeOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "bool"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """Some axes of size 1 are named, or none: then all go."""
    shape = tuple(1 if coin(rng) else size for size in some_shape(rng, 1, 5))
    ones = [axis for axis, size in enumerate(shape) if size == 1]
    gone = [axis for axis in ones if coin(rng)]
    named = tuple(axis - len(shape) if coin(rng) else axis for axis in gone)
    gone = gone or ones
    xs = random_values(rng, dtype, 3, *shape)
    left = tuple(size for axis, size in enumerate(shape) if axis not in gone)
    model = single_operator("SQUEEZE", [spec(shape, dtype)], [spec(left, dtype)], SqueezeOptions(named))
    return Case(model, [xs], xs.reshape(3, *left))


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("SQUEEZE", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def squeeze(shape: tuple[int, ...], left: tuple[int, ...], *dims: int) -> bytes:
    return single_operator("SQUEEZE", [spec(shape, "int8")], [spec(left, "int8")], SqueezeOptions(dims))


REFUSED = {
    "not of size 1": ("allocate", squeeze((2, 1), (2,), 0)),
    "no such axis": ("allocate", squeeze((2, 1), (2,), 2)),
    "no such axis from the end": ("allocate", squeeze((2, 1), (2,), -3)),
    "nine axes": ("allocate", squeeze((1,) * 9, (1,))),
    "more bytes": ("invoke", squeeze((2, 1), (3,), 1)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_an_output_that_is_too_small() -> None:
    """NB: there TFLM aborts."""
    assert refusal_of(squeeze((4, 1), (2, 2), 1))[0] == "allocate"
