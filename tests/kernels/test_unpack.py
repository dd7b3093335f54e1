"""UNPACK: a tensor taken apart along an axis."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import single_operator
from tests.kernels.cases import (
    Case,
    assert_cases_as_expected,
    assert_refused_in,
    some_shape,
    spec,
)
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import outputs_of, random_values, refusal_of
from tinylab.model.options import UnpackOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16", "int32"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    shape = some_shape(rng, 1, 5, 4)
    axis = int(rng.integers(-len(shape), len(shape)))
    xs = random_values(rng, dtype, 3, *shape)
    pieces = np.moveaxis(xs, axis if axis < 0 else axis + 1, 0)
    outputs = [spec(piece.shape[1:], dtype) for piece in pieces]
    return Case(
        single_operator("UNPACK", [spec(shape, dtype)], outputs, UnpackOptions(len(pieces), axis)), [xs], pieces[0]
    )


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("UNPACK", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def unpack(dtype: str, num: int = 2, axis: int = 0, outputs: int = 2, shape: tuple[int, ...] = (3,)) -> bytes:
    return single_operator("UNPACK", [spec((2, 3), dtype)], [spec(shape, dtype)] * outputs, UnpackOptions(num, axis))


REFUSED = {dtype: ("invoke", unpack(dtype)) for dtype in ("uint8", "int64", "bool")}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_every_piece() -> None:
    pieces = outputs_of(unpack("int32"), np.int32([[[1, 2, 3], [4, 5, 6]]]))
    assert [piece.tolist() for piece in pieces] == [[[1, 2, 3]], [[4, 5, 6]]]


WRONG = {"num": {"num": 3}, "axis": {"axis": 2}, "too few": {"outputs": 1}, "size": {"shape": (2,)}}


@pytest.mark.parametrize("what", WRONG)
def test_what_tflm_does_not_look_at(what: str) -> None:
    assert refusal_of(unpack("int8", **WRONG[what]))[0] == "allocate"  # type: ignore[arg-type]
