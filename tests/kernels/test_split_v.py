"""SPLIT_V: pieces of the sizes that the outputs have."""

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
from tests.kernels.running import outputs_of, random_values, refusal_of
from tinylab.model.options import SplitVOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16", "int32"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """Up to four pieces of a tensor of up to five axes."""
    shape = list(some_shape(rng, 1, 5, 4))
    axis, sizes = int(rng.integers(-len(shape), len(shape))), rng.integers(1, 4, rng.integers(1, 5))
    shape[axis] = int(sizes.sum())
    xs = random_values(rng, dtype, 3, *shape)
    pieces = np.split(xs, np.cumsum(sizes)[:-1], axis if axis < 0 else axis + 1)
    inputs = [spec(tuple(shape), dtype), constant(sizes.astype(np.int32)), constant(np.int32(axis))]
    outputs = [spec(piece.shape[1:], dtype) for piece in pieces]
    return Case(single_operator("SPLIT_V", inputs, outputs, SplitVOptions(len(sizes))), [xs], pieces[0])


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("SPLIT_V", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def split(axis: TensorSpec, dtype: str = "int8", inputs: int = 3) -> bytes:
    given = [spec((4,), dtype), constant(np.int32([1, 3])), axis][:inputs]
    return single_operator("SPLIT_V", given, [spec((1,), dtype), spec((3,), dtype)], SplitVOptions(2))


REFUSED = {
    "two inputs": ("allocate", split(constant(np.int32(0)), inputs=2)),
    "a computed axis": ("allocate", split(TensorSpec((), "INT32"))),
    "axis too large": ("invoke", split(constant(np.int32(1)))),
    "axis too small": ("invoke", split(constant(np.int32(-2)))),
    **{dtype: ("invoke", split(constant(np.int32(0)), dtype)) for dtype in ("int64", "uint8", "bool")},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_every_piece() -> None:
    sizes, axis = constant(np.int32([1, 3])), constant(np.int32(-1))
    model = single_operator("SPLIT_V", [spec((4,), "int32"), sizes, axis], [spec((1,), "int32"), spec((3,), "int32")])
    assert [piece.tolist() for piece in outputs_of(model, np.int32([[1, 2, 3, 4]]))] == [[[1]], [[2, 3, 4]]]


@pytest.mark.parametrize("pieces", [[(1,), (2,)], [(1,), (4,)], [(1, 1), (3, 1)]])
def test_pieces_that_are_not_the_input(pieces: list[tuple[int, ...]]) -> None:
    """NB: a release build of TFLM does not look."""
    inputs = [spec((4,), "int8"), constant(np.int32([1, 3])), constant(np.int32(0))]
    assert refusal_of(single_operator("SPLIT_V", inputs, [spec(piece, "int8") for piece in pieces]))[0] == "allocate"
