"""SLICE: a piece of each axis, its place a constant or computed."""

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
from tests.kernels.running import outputs_of, random_values, refusal_of
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int32", "int8", "int16", "bool"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """A piece of a tensor of up to five axes; a size of -1 now and then; begin and size fed now and then."""
    shape = some_shape(rng, 1, 5)
    begin = [int(rng.integers(0, size)) for size in shape]
    end = [int(rng.integers(low + 1, size + 1)) for low, size in zip(begin, shape, strict=True)]
    size = [-1 if high == most and coin(rng) else high - low for low, high, most in zip(begin, end, shape, strict=True)]
    index = np.int64 if coin(rng) else np.int32
    xs = random_values(rng, dtype, 3, *shape)
    expected = xs[(slice(None), *(slice(low, high) for low, high in zip(begin, end, strict=True)))]
    feeds, arguments = [xs], []
    for values in (begin, size):
        if coin(rng, 0.3):
            arguments.append(TensorSpec((len(values),), np.dtype(index).name.upper()))
            feeds.append(np.array([values] * 3, index))
        else:
            arguments.append(constant(np.array(values, index)))
    model = single_operator("SLICE", [spec(shape, dtype), *arguments], [spec(expected.shape[1:], dtype)])
    return Case(model, feeds, expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("SLICE", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


AT, OF = constant(np.int32([1])), constant(np.int32([2]))
REFUSED = {
    "two inputs": ("allocate", single_operator("SLICE", [spec((4,), "int8"), AT], [spec((2,), "int8")])),
    **{
        dtype: ("invoke", single_operator("SLICE", [spec((4,), dtype), AT, OF], [spec((2,), dtype)]))
        for dtype in ("uint8", "int64")
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_each_sample_may_have_its_own_place() -> None:
    model = single_operator(
        "SLICE", [TensorSpec((4,), "INT32"), TensorSpec((1,), "INT32"), OF], [TensorSpec((2,), "INT32")]
    )
    xs = np.arange(8, dtype=np.int32).reshape(2, 4)
    assert outputs_of(model, xs, np.int32([[2], [0]]))[0].tolist() == [[2, 3], [4, 5]]


@pytest.mark.parametrize(("begin", "size"), [(-1, 2), (3, 2), (0, 3), (0, 1), (0, -2)])
def test_a_piece_that_is_not_there(begin: int, size: int) -> None:
    """NB: a release build of TFLM reads or writes beside its tensors."""
    arguments = [constant(np.int32([begin])), constant(np.int32([size]))]
    model = single_operator("SLICE", [spec((4,), "int8"), *arguments], [spec((2,), "int8")])
    phase, message = refusal_of(model)
    assert phase == "invoke"
    assert "a piece of tensor 3" in message


@pytest.mark.parametrize(("rank", "count"), [(6, 6), (3, 2), (1, 2)])
def test_what_tflm_does_not_look_at(rank: int, count: int) -> None:
    """More than five axes, and begins that are not one an axis."""
    one, ones = spec((1,) * rank, "int8"), constant(np.ones(count, np.int32))
    assert refusal_of(single_operator("SLICE", [one, ones, ones], [one]))[0] == "allocate"
