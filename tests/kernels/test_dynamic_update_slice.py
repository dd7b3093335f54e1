"""DYNAMIC_UPDATE_SLICE: an update at a computed place."""

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

TYPES = ["float32", "int8", "int16", "int32"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """Starts that do not fit are moved inside; of the extremes too. Each sample has its own, or they are constant."""
    shape = some_shape(rng, 1, 5)
    size = tuple(int(rng.integers(1, most + 1)) for most in shape)
    index = np.int64 if coin(rng) else np.int32
    starts = rng.integers(-2, 7, (3, len(shape))).astype(index)
    starts[rng.random(starts.shape) < 0.1] = np.iinfo(index).max
    starts[rng.random(starts.shape) < 0.1] = np.iinfo(index).min
    fixed = coin(rng, 0.3)
    if fixed:
        starts[:] = starts[0]
    xs, updates = random_values(rng, dtype, 3, *shape), random_values(rng, dtype, 3, *size)
    expected = xs.copy()
    for sample in range(3):
        inside = np.clip(starts[sample], 0, np.subtract(shape, size))
        expected[(sample, *(slice(int(a), int(a) + b) for a, b in zip(inside, size, strict=True)))] = updates[sample]
    argument = constant(starts[0]) if fixed else TensorSpec((len(shape),), np.dtype(index).name.upper())
    inputs = [spec(shape, dtype), spec(size, dtype), argument]
    model = single_operator("DYNAMIC_UPDATE_SLICE", inputs, [spec(shape, dtype)])
    return Case(model, [xs, updates] if fixed else [xs, updates, starts], expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("DYNAMIC_UPDATE_SLICE", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def update(
    shape: tuple[int, ...] = (4,),
    size: tuple[int, ...] = (2,),
    start: TensorSpec | None = None,
    dtype: str = "int8",
    of: str | None = None,
    inputs: int = 3,
) -> bytes:
    given = [spec(shape, dtype), spec(size, of or dtype), start or constant(np.int32([1]))][:inputs]
    return single_operator("DYNAMIC_UPDATE_SLICE", given, [spec(shape, dtype)])


REFUSED = {
    "two inputs": ("allocate", update(inputs=2)),
    "types": ("allocate", update(of="int16")),
    "larger": ("allocate", update(size=(5,))),
    "axes": ("allocate", update(size=(2, 1))),
    "starts": ("allocate", update(start=constant(np.int32([1, 1])))),
    "starts with axes": ("allocate", update(start=constant(np.int32([[1]])))),
    "int16 starts": ("allocate", update(start=constant(np.int16([1])))),
    **{dtype: ("invoke", update(dtype=dtype)) for dtype in ("uint8", "int64", "bool")},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])
