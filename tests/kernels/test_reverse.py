"""REVERSE_V2: backwards along neighbouring axes."""

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

TYPES = ["float32", "int8", "int16", "int32", "int64", "uint8", "bool"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """Axes in any order, negative ones too; fed now and then."""
    shape = some_shape(rng, 1, 5, 4)
    first, last = sorted(int(axis) for axis in rng.integers(0, len(shape), 2))
    axes = [axis - len(shape) if coin(rng) else axis for axis in rng.permutation(np.arange(first, last + 1)).tolist()]
    xs = random_values(rng, dtype, 3, *shape)
    expected = np.flip(xs, tuple(range(1 + first, last + 2)))
    fed = coin(rng, 0.3)
    axis = TensorSpec((len(axes),), "INT32") if fed else constant(np.array(axes, np.int32))
    model = single_operator("REVERSE_V2", [spec(shape, dtype), axis], [spec(shape, dtype)])
    return Case(model, [xs, np.array([axes] * 3, np.int32)] if fed else [xs], expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("REVERSE_V2", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def reverse(axes: TensorSpec, shape: tuple[int, ...] = (2, 3, 4), dtype: str = "int8", out: str = "int8") -> bytes:
    return single_operator("REVERSE_V2", [spec(shape, dtype), axes], [spec(shape, out)])


REFUSED = {
    "not neighbours": ("invoke", reverse(constant(np.int32([0, 2])))),
    "the same twice": ("invoke", reverse(constant(np.int32([1, -2])))),
    "no such axis": ("invoke", reverse(constant(np.int32([3])))),
    "no such axis from the end": ("invoke", reverse(constant(np.int32([-4])))),
    "more than there are": ("allocate", reverse(constant(np.int32([0, 1])), (4,))),
    "int64 axes": ("allocate", reverse(constant(np.int64([0])))),
    "a scalar": ("allocate", reverse(constant(np.int32(0)))),
    "types": ("allocate", reverse(constant(np.int32([0])), out="int16")),
    "float64": ("allocate", reverse(constant(np.int32([0])), dtype="float64", out="float64")),
    "seven axes": ("allocate", reverse(constant(np.int32([0])), (1,) * 7)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])
