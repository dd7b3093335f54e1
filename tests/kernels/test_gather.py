"""GATHER: slices of an axis, picked by number."""

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
from tinylab.model.options import GatherOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """Any axis, any batch_dims, negative ones too; positions a constant now and then."""
    shape = some_shape(rng, 1, 4)
    axis = int(rng.integers(0, len(shape)))
    batch_dims = int(rng.integers(0, axis + 1))
    behind = some_shape(rng, 0 if batch_dims else 1, 2, 3)
    positions = rng.integers(0, shape[axis], (3, *shape[:batch_dims], *behind), np.int32)
    xs = random_values(rng, dtype, 3, *shape)
    fixed = coin(rng, 0.3)
    if fixed:
        positions[:] = positions[0]
    expected = np.stack([by_hand(x, picks, axis, batch_dims) for x, picks in zip(xs, positions, strict=True)])
    options = GatherOptions(
        axis - len(shape) if coin(rng) else axis,
        batch_dims - (positions.ndim - 1) if coin(rng) and batch_dims < positions.ndim - 1 else batch_dims,
    )
    places = constant(positions[0]) if fixed else TensorSpec(positions.shape[1:], "INT32")
    model = single_operator("GATHER", [spec(shape, dtype), places], [spec(expected.shape[1:], dtype)], options)
    return Case(model, [xs] if fixed else [xs, positions], expected)


def by_hand(x: np.ndarray, positions: np.ndarray, axis: int, batch_dims: int) -> np.ndarray:
    if batch_dims == 0:
        return np.take(x, positions, axis)
    return np.stack([by_hand(a, b, axis - 1, batch_dims - 1) for a, b in zip(x, positions, strict=True)])


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("GATHER", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def gather(
    options: GatherOptions | None = None,
    dtype: str = "int8",
    positions: TensorSpec | None = None,
    output: tuple[int, ...] = (2, 3),
    inputs: int = 2,
) -> bytes:
    given = [spec((4, 3), dtype), positions or constant(np.int32([1, 3]))][:inputs]
    return single_operator("GATHER", given, [spec(output, dtype)], options)


REFUSED = {
    "one input": ("allocate", gather(inputs=1)),
    **{dtype: ("allocate", gather(dtype=dtype)) for dtype in ("int16", "int32", "int64", "uint8", "bool")},
    "int64 positions": ("allocate", gather(positions=constant(np.int64([1, 3])))),
    "axis": ("allocate", gather(GatherOptions(axis=2))),
    "negative axis": ("allocate", gather(GatherOptions(axis=-3))),
    "batch_dims behind the axis": ("allocate", gather(GatherOptions(axis=0, batch_dims=1))),
    "batch_dims behind the positions": ("allocate", gather(GatherOptions(axis=1, batch_dims=2))),
    "negative batch_dims": ("allocate", gather(GatherOptions(axis=1, batch_dims=-2))),
    "batch sizes": ("allocate", gather(GatherOptions(axis=1, batch_dims=1))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


@pytest.mark.parametrize("position", [-1, 4, 2**31 - 1])
def test_a_position_that_is_not_there(position: int) -> None:
    """NB: a release build of TFLM reads there."""
    phase, message = refusal_of(gather(positions=constant(np.int32([1, position]))))
    assert phase == "invoke"
    assert "0 to 3 is needed" in message


def test_an_output_of_another_size() -> None:
    assert refusal_of(gather(output=(2, 4)))[0] == "allocate"
