"""SPACE_TO_BATCH_ND: blocks of space become batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cases import (
    Case,
    assert_cases_as_expected,
    assert_refused_in,
    coin,
    picked,
    spec,
)
from tests.kernels.cells import Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import Array, assert_as_tflm, outputs_of, random_values, refusal_of
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8"]


def case_and_inside(rng: np.random.Generator, dtype: str) -> tuple[Case, np.ndarray]:
    """With and without a width; block and paddings fed now and then. Padding is 0, whatever the zero point.

    And which elements of the output are no padding: bool, of the output's shape.
    """
    spatial = picked(rng, 1, 2)
    batches, channels = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    block, out = rng.integers(1, 4, spatial).astype(np.int32), rng.integers(1, 4, spatial)
    whole = block * out
    paddings = np.zeros((spatial, 2), np.int32)
    for axis, size in enumerate(whole):
        paddings[axis, 0] = rng.integers(0, size)
        paddings[axis, 1] = rng.integers(0, size - paddings[axis, 0])
    shape = (batches, *(int(size) for size in whole - paddings.sum(axis=1)), channels)
    xs = random_values(rng, dtype, 3, *shape)
    expected = batched(xs, block, paddings)
    fed = coin(rng, 0.3)
    arguments = [TensorSpec(a.shape, "INT32") if fed else constant(a) for a in (block, paddings)]
    feeds = [xs, np.stack([block] * 3), np.stack([paddings] * 3)] if fed else [xs]
    tensors = [spec(shape, dtype, zero_point=3 if dtype == "int8" else 0), *arguments]
    model = single_operator("SPACE_TO_BATCH_ND", tensors, [spec(expected.shape[1:], dtype)])
    return Case(model, feeds, expected), batched(np.ones_like(xs), block, paddings) == 1


def batched(xs: np.ndarray, block: np.ndarray, paddings: np.ndarray) -> np.ndarray:
    padded = np.pad(xs, [(0, 0), (0, 0), *paddings.tolist(), (0, 0)])
    starts = [
        [slice(start, None, step) for start, step in zip(place, block, strict=True)] for place in np.ndindex(*block)
    ]
    return np.concatenate([padded[:, :, *part] for part in starts], axis=1)


def case(rng: np.random.Generator, dtype: str) -> Case:
    return case_and_inside(rng, dtype)[0]


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


def beside_the_padding(outputs: list[Array], case: Sequence[Any]) -> list[Array]:
    """In TFLM the padding is what happens to lie in memory."""
    inside = case[2]
    return [outputs[0].reshape(inside.shape)[inside]]


def cell(dtype: str) -> Cell:
    def drawn(rng: Rng) -> Sequence[Any]:
        (model, inputs, _), inside = case_and_inside(rng, dtype)
        return model, inputs, inside

    return Cell(drawn, shown=beside_the_padding)


CELLS = {("SPACE_TO_BATCH_ND", dtype): cell(dtype) for dtype in TYPES}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def space_to_batch(
    shape: tuple[int, ...] = (1, 2, 2, 1),
    output: tuple[int, ...] = (4, 1, 1, 1),
    dtype: str = "int8",
    out: str = "int8",
) -> bytes:
    arguments = [constant(np.int32([2, 2])), constant(np.zeros((2, 2), np.int32))]
    return single_operator("SPACE_TO_BATCH_ND", [spec(shape, dtype), *arguments], [spec(output, out)])


REFUSED = {
    "two axes": ("allocate", space_to_batch((2, 2))),
    "five axes": ("allocate", space_to_batch((1, 2, 2, 1, 1))),
    "output axes": ("allocate", space_to_batch(output=(4, 1))),
    "types": ("allocate", space_to_batch(out="int16")),
    **{dtype: ("invoke", space_to_batch(dtype=dtype, out=dtype)) for dtype in ("int16", "int32", "uint8", "bool")},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_batches_that_do_not_fit() -> None:
    """NB: a release build of TFLM does not look."""
    assert refusal_of(space_to_batch(output=(2, 1, 1, 1)))[0] == "invoke"


@pytest.mark.parametrize("top", [-1, 1])
def test_the_output_alone_says_how_much_space_there_is(tflm: TflmSession, top: int) -> None:
    """A height that is cut at its end, and a negative padding that cuts the start."""
    arguments = [constant(np.int32([1, 1])), constant(np.int32([[top, 9], [0, 0]]))]
    model = single_operator("SPACE_TO_BATCH_ND", [spec((1, 3, 1, 1), "int8"), *arguments], [spec((1, 2, 1, 1), "int8")])
    xs = np.int8([1, 2, 3]).reshape(1, 1, 3, 1, 1)
    assert outputs_of(model, xs)[0].ravel().tolist() == ([2, 3] if top < 0 else [0, 1])
    if top < 0:
        assert_as_tflm(tflm, model, xs)
