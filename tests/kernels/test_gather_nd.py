"""GATHER_ND: elements or slices, each by a few numbers."""

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
from tests.kernels.running import assert_as_tflm, outputs_of, random_values, refusal_of
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    shape = some_shape(rng, 1, 5, 4)
    depth = int(rng.integers(1, len(shape) + 1))
    outer = some_shape(rng, 0, 2, 3)
    indices = np.stack([rng.integers(0, size, (3, *outer)) for size in shape[:depth]], axis=-1).astype(np.int32)
    xs = random_values(rng, dtype, 3, *shape)
    fixed = coin(rng, 0.3)
    if fixed:
        indices[:] = indices[0]
    expected = np.stack([x[tuple(np.moveaxis(picks, -1, 0))] for x, picks in zip(xs, indices, strict=True)])
    places = constant(indices[0]) if fixed else TensorSpec(indices.shape[1:], "INT32")
    model = single_operator("GATHER_ND", [spec(shape, dtype), places], [spec(expected.shape[1:], dtype)])
    return Case(model, [xs] if fixed else [xs, indices], expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("GATHER_ND", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def gather_nd(
    indices: list[list[int]], dtype: str = "int8", index: str = "int32", shape: tuple[int, ...] = (2, 3)
) -> bytes:
    values = np.array(indices, index)
    output = (len(indices), *shape[values.shape[1] :])
    return single_operator("GATHER_ND", [spec(shape, dtype), constant(values)], [spec(output, dtype)])


REFUSED = {
    **{dtype: ("allocate", gather_nd([[1, 2]], dtype)) for dtype in ("int16", "int32", "int64", "uint8", "bool")},
    "int64 indices": ("allocate", gather_nd([[1, 2]], index="int64")),
    "more than the rank": ("allocate", gather_nd([[1, 2, 0]])),
    "six": ("allocate", gather_nd([[0] * 6], shape=(1,) * 6)),
    "behind the end": ("invoke", gather_nd([[1, 3]])),
    "before the start": ("invoke", gather_nd([[0, -1]])),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_an_index_beyond_one_axis_falls_into_the_next_row(tflm: TflmSession) -> None:
    xs = np.int8([[[1, 2, 3], [4, 5, 6]]])
    model = gather_nd([[0, 4], [1, -1]])
    assert outputs_of(model, xs)[0].tolist() == [[5, 3]]
    assert_as_tflm(tflm, model, xs)


def test_an_output_of_another_size() -> None:
    model = single_operator("GATHER_ND", [spec((2, 3), "int8"), constant(np.int32([[1, 2]]))], [spec((2,), "int8")])
    assert refusal_of(model)[0] == "allocate"
